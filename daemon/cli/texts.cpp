// `tenggat texts`: what people will read, and what Meta is to approve.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/cli/templates.h"
#include "daemon/office/rule_files.h"
#include "notifiers/text.h"
#include "notifiers/utf8.h"
#include "notifiers/whatsapp/fonnte.h"
#include "notifiers/whatsapp/meta.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

notify::Texts read_texts(const Given& given, Terminal& terminal) {
  const auto named = given.argument(0);
  const std::string directory = named ? *named : load_configuration(given, terminal).rules;
  const auto files = load_rule_files(directory);
  if (!files) {
    for (const Fault& fault : files.error()) terminal.err << fault.to_string() << '\n';
    throw Refused(fmt::format("the rules in {} are refused", directory));
  }
  const std::string language = given.text_or("language", "id");
  if (language == files->texts.language()) return files->texts;
  for (const notify::Texts& texts : files->translations)
    if (texts.language() == language) return texts;
  throw Refused(fmt::format("there is no texts/{}.yaml", printable(language)));
}

// Those that are asked for, all of them where none is.
std::vector<notify::Text> chosen(const notify::Texts& texts, const Given& given) {
  const auto id = given.text("text");
  if (!id) return texts.all();
  const notify::Text* text = texts.find(*id);
  if (text == nullptr) throw Refused(fmt::format("there is no text `{}`", printable(*id)));
  return {*text};
}

const char* audience_of(const notify::Text& text) {
  return text.reader == notify::Reader::applicant ? "pemohon" : "petugas";
}

json::object preview_json(const notify::Text& text, const notify::Rendered& rendered) {
  json::object fields;
  for (std::size_t i = 0; i < rendered.fields.size(); ++i)
    fields[rendered.field_names[i]] = rendered.fields[i];
  return {{"id", text.id},
          {"audience", audience_of(text)},
          {"template", rendered.template_name},
          {"subject", rendered.subject},
          {"email", rendered.body},
          {"whatsapp", notify::fonnte::plain(rendered.body)},
          {"fields", std::move(fields)}};
}

void write_preview(std::ostream& out, const notify::Text& text, const notify::Rendered& rendered) {
  out << fmt::format("{} ({}), {} characters\n", text.id, audience_of(text),
                     notify::characters(rendered.body));
  out << fmt::format("  email     {}\n            {}\n", rendered.subject, rendered.body);
  out << fmt::format("  whatsapp  {}\n", notify::fonnte::plain(rendered.body));
  out << fmt::format("  meta      {}", rendered.template_name);
  for (std::size_t i = 0; i < rendered.parameters.size(); ++i)
    out << fmt::format("{} {}", i == 0 ? ":" : " |",
                       notify::meta::parameter(rendered.parameters[i]));
  out << "\n\n";
}

int run_preview(const Given& given, Terminal& terminal) {
  const notify::Texts texts = read_texts(given, terminal);
  json::array all;
  for (const notify::Text& text : chosen(texts, given)) {
    const notify::Rendered rendered = notify::render(texts, text.id, notify::sample_fields());
    if (given.has("json"))
      all.push_back(preview_json(text, rendered));
    else
      write_preview(terminal.out, text, rendered);
  }
  if (given.has("json")) write_json(terminal.out, all);
  return kOk;
}

int run_meta(const Given& given, Terminal& terminal) {
  const notify::Texts texts = read_texts(given, terminal);
  json::array all;
  for (const notify::Text& text : chosen(texts, given))
    all.push_back(notify::meta::template_request(text, texts.language()));
  write_json(terminal.out, all);
  return kOk;
}

constexpr Option kLanguage{"language", "CODE", "id, or en where texts/en.yaml is there"};
constexpr Option kText{"text", "ID", "one text, all if left out"};

}  // namespace

std::vector<Command> texts_commands() {
  return {
      {"texts preview",
       {{"DIR", false}},
       {kLanguage, kText, kJsonOption, kConfigOption},
       "every text with sample data, as a mail and as a WhatsApp message",
       "DIR is the rules directory; left out, it is the configuration's `rules`.",
       run_preview},
      {"texts meta",
       {{"DIR", false}},
       {kLanguage, kText, kJsonOption, kConfigOption},
       "the templates as Meta's message_templates call takes them, a JSON array",
       "Each element is the body of one POST to /{version}/{business account}/message_templates.\n"
       "It is JSON in any case: --json changes nothing.",
       run_meta},
      template_command(),
  };
}

}  // namespace tenggat::cli
