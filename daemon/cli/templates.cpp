#include "daemon/cli/templates.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/office/rule_files.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

constexpr const char* kNoAccount =
    "whatsapp.business_account_id is not set: how templates stand at Meta is not known";

json::object view_json(const office::TemplateView& view) {
  json::object row{{"text", view.of.text},
                   {"template", view.of.name},
                   {"language", view.of.language},
                   {"status", view.status.empty() ? json::value() : json::value(view.status)},
                   {"reason", view.reason.empty() ? json::value() : json::value(view.reason)},
                   {"approved", view.well()}};
  row["since"] = view.since ? json::value(instant_text(*view.since, nullptr)) : json::value();
  return row;
}

void write_views(DatabaseCall& call, const TemplatesKnown& known, const Office& office) {
  std::ostream& out = call.terminal.out;
  std::vector<std::vector<std::string>> rows;
  for (const office::TemplateView& view : known.views)
    rows.push_back({view.of.text, view.of.name, view.of.language, standing_text(view),
                    view.since ? office.text(*view.since) : ""});
  write_table(out, {"text", "template", "language", "state", "since"}, rows);
  if (known.look.answered_at) out << "looked at " << office.text(*known.look.answered_at) << '\n';
  if (!known.look.asked_at) out << "not asked yet: a daemon asks once an hour\n";
  if (!known.look.refused.empty())
    out << fmt::format("the last asking, {}, was refused: {} {}\n",
                       office.text(*known.look.asked_at), known.look.refused,
                       printable(known.look.detail));
}

pg::Awaitable<int> show_templates(DatabaseCall& call) {
  if (!sends_templates(call.config)) {
    call.terminal.err << "no templates are sent: whatsapp is off, or its provider is not meta\n";
    co_return kOk;
  }
  const auto files = load_rule_files(call.config.rules);
  if (!files) throw Refused(fmt::format("the rules in {} are refused", call.config.rules));
  const auto texts = texts_of(*files);
  auto reading = read_templates(call.connection, *texts);
  const TemplatesKnown known = co_await std::move(reading);
  if (call.given.has("json")) {
    json::array all;
    for (const office::TemplateView& view : known.views) all.push_back(view_json(view));
    write_json(call.terminal.out, all);
  } else {
    const std::unique_ptr<Office> office = co_await read_office(call);
    write_views(call, known, *office);
  }
  if (call.config.whatsapp.business_account_id.empty()) call.terminal.err << kNoAccount << '\n';
  co_return kOk;
}

int run_templates(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, show_templates);
}

}  // namespace

pg::Awaitable<TemplatesKnown> read_templates(pg::Connection& connection,
                                             const notify::Texts& texts) {
  pg::Pipeline reading;
  const auto look = store::add_template_look(reading);
  const auto states = store::add_templates(reading);
  const pg::Results found = co_await connection.run(std::move(reading));
  TemplatesKnown known;
  known.look = found[look];
  const std::vector<store::TemplateState> all = found[states];
  if (known.look.answered_at)
    known.views = office::templates_in_view(office::templates_of(texts), all);
  co_return known;
}

bool sends_templates(const Config& config) {
  return config.whatsapp.enabled() && config.whatsapp.provider == Config::Provider::meta &&
         !config.whatsapp.url.starts_with("file:");
}

std::string standing_text(const office::TemplateView& view) {
  using office::TemplateStanding;
  switch (view.standing) {
    case TemplateStanding::approved:
      return "approved";
    case TemplateStanding::pending:
      return "waiting for Meta's review";
    case TemplateStanding::rejected:
      return view.reason.empty() ? "rejected" : fmt::format("rejected ({})", view.reason);
    case TemplateStanding::paused:
      return "paused";
    case TemplateStanding::disabled:
      return "disabled by Meta";
    case TemplateStanding::missing:
      return "not submitted";
    case TemplateStanding::other:
      break;
  }
  return view.status;
}

Command template_command() {
  return {"texts templates",
          {},
          {kJsonOption, kConfigOption},
          "how the texts' templates stand at Meta, as a daemon was last told",
          "A daemon asks once an hour, and when an administrator wants to know on the page "
          "Saluran kantor. It needs whatsapp.business_account_id.",
          run_templates};
}

}  // namespace tenggat::cli
