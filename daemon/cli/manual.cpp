#include "daemon/cli/manual.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <system_error>

#include "daemon/base/daemon_options.h"
#include "daemon/base/version.h"

namespace tenggat::cli {
namespace {

constexpr std::size_t kSummaryMax = 70;  // of what apropos shows

// Characters that man(7) would take as its own.
std::string escaped(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '`' || c == '\'')
      out += c == '`' ? "\\(ga" : "\\(aq";
    else if (c == '^' || c == '~')
      out += c == '^' ? "\\(ha" : "\\(ti";
    else
      out += c;
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out(text);
  std::ranges::replace(out, '\n', ' ');
  return out;
}

std::string capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string_view noun_of(const Command& command) {
  return command.path.substr(0, command.path.find(' '));
}

std::string form_of(const Option& option) {
  return fmt::format("--{}{}{}", option.name, option.value.empty() ? "" : " ", option.value);
}

std::string form_of(const Command& command) {
  std::string form = fmt::format("tenggat {}", command.path);
  for (const Positional& argument : command.positional)
    form += fmt::format(" {}{}{}{}", argument.required ? "" : "[", argument.name,
                        argument.required ? "" : "]", argument.several ? "..." : "");
  for (const Option& option : command.options) {
    const bool required = option.count == Option::Count::required;
    form += fmt::format(" {}{}{}{}", required ? "" : "[", form_of(option), required ? "" : "]",
                        option.count == Option::Count::several ? "..." : "");
  }
  return form;
}

using Nouns = std::map<std::string_view, std::vector<const Command*>>;

Nouns nouns_of(std::span<const Command> commands) {
  Nouns nouns;
  for (const Command& command : commands) nouns[noun_of(command)].push_back(&command);
  return nouns;
}

// "officer add, edit, list, leave, ..."
std::string summary_of(std::string_view noun, const std::vector<const Command*>& commands) {
  if (commands.size() == 1) return std::string(commands.front()->summary);
  std::string words = fmt::format("{}:", noun);
  for (const Command* command : commands) {
    const std::string_view verb =
        command->path == noun ? command->path : command->path.substr(noun.size() + 1);
    if (words.size() + verb.size() > kSummaryMax) return words + " and others";
    words += fmt::format("{} {}", command == commands.front() ? "" : ",", verb);
  }
  return words;
}

void say_where_it_goes(Roff& roff) {
  roff.section("ENVIRONMENT");
  roff.item("TENGGAT_CONFIG", "the configuration, where --config names none");
  roff.item("TENGGAT_URL",
            "the daemon's API, for the commands that go through it; http://127.0.0.1:8080");
  roff.item("TENGGAT_TOKEN", "the token by which they do");
  roff.section("EXIT STATUS");
  roff.text("0 done, 1 refused or not found, 2 wrong usage.");
}

ManualPage noun_page(std::string_view noun, const std::vector<const Command*>& commands) {
  Roff roff(fmt::format("tenggat-{}", noun), 1, summary_of(noun, commands));
  roff.section("SYNOPSIS");
  for (const Command* command : commands) roff.text(form_of(*command));
  roff.section("COMMANDS");
  for (const Command* command : commands) {
    roff.item(fmt::format("tenggat {}", command->path), command->summary);
    if (!command->details.empty()) roff.text(command->details);
    for (const Option& option : command->options) roff.item(form_of(option), option.help);
  }
  say_where_it_goes(roff);
  roff.see_also({"tenggat(1)", "tenggatd(8)", "tenggat.yaml(5)"});
  return std::move(roff).page();
}

ManualPage tool_page(const Nouns& nouns) {
  Roff roff("tenggat", 1, "the operator's tool of Tenggat");
  roff.section("SYNOPSIS");
  roff.text("tenggat COMMAND [OPTION]...");
  roff.section("DESCRIPTION");
  roff.text(
      "Tenggat keeps a licensing office to its deadlines: tenggatd(8) watches, writes to "
      "officers and applicants and shows its pages, tenggat is what an operator types. "
      "permit, inbox and why go through the daemon's API, the others read the configuration, "
      "tenggat.yaml(5), and most of them the database. Each noun has a page of its own.");
  roff.section("COMMANDS");
  std::vector<std::string> pages;
  for (const auto& [noun, commands] : nouns) {
    for (const Command* command : commands)
      roff.item(fmt::format("tenggat {}", command->path), command->summary);
    pages.push_back(fmt::format("tenggat-{}(1)", noun));
  }
  say_where_it_goes(roff);
  roff.section("FILES");
  roff.item("/etc/tenggat/tenggat.yaml", "the configuration");
  roff.item("/etc/tenggat/rules", "services, calendars and texts");
  pages.insert(pages.end(), {"tenggatd(8)", "tenggat.yaml(5)", "tenggat-sop(5)"});
  roff.see_also(pages);
  return std::move(roff).page();
}

ManualPage daemon_page() {
  Roff roff("tenggatd", 8, "keeps a licensing office to its deadlines");
  roff.section("SYNOPSIS");
  std::string form = "tenggatd";
  for (const DaemonOption& option : kDaemonOptions)
    form += fmt::format(" [{}{}{}]", option.name, option.value.empty() ? "" : " ", option.value);
  roff.text(form);
  roff.section("DESCRIPTION");
  roff.text(
      "tenggatd takes each application through the steps of its service, measures working "
      "time against the standard, reminds and escalates, tells applicants where they stand, "
      "and serves API, pages and metrics. It runs as tenggatd.service; PostgreSQL holds "
      "everything.");
  roff.section("OPTIONS");
  for (const DaemonOption& option : kDaemonOptions)
    roff.item(option.value.empty() ? std::string(option.name)
                                   : fmt::format("{} {}", option.name, option.value),
              option.says);
  roff.section("SIGNALS");
  roff.text(kDaemonSignals);
  roff.section("EXIT STATUS");
  roff.text(
      "0 after a stop; 1 where it could not start or --check or --reload was refused; 2 for "
      "wrong usage, or a start with faults in the configuration or the rules.");
  roff.section("FILES");
  roff.item("/etc/tenggat/tenggat.yaml", "the configuration; `tenggat setup` writes it");
  roff.item("/etc/tenggat/credentials", "secrets, a file each, read by systemd alone");
  roff.item("/var/lib/tenggat", "keys, and the marks of what was given");
  roff.see_also({"tenggat(1)", "tenggat-setup(1)", "tenggat.yaml(5)", "tenggat-sop(5)"});
  return std::move(roff).page();
}

void write(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush())
    throw std::system_error(std::make_error_code(std::errc::io_error), file.string());
}

}  // namespace

Roff::Roff(std::string_view name, int section, std::string_view says)
    : page_{std::string(name), section, ""} {
  page_.text =
      fmt::format(".TH {} {} \"\" \"tenggat {}\" \"Tenggat\"\n.nh\n.ad l\n.SH NAME\n{} \\- {}\n",
                  capitals(escaped(name)), section, kVersion, escaped(name), escaped(says));
}

void Roff::section(std::string_view title) {
  page_.text += fmt::format(".SH \"{}\"\n", escaped(title));
}
void Roff::text(std::string_view paragraph) {
  page_.text += fmt::format(".PP\n{}\n", escaped(one_line(paragraph)));
}
void Roff::item(std::string_view what, std::string_view says) {
  page_.text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", escaped(what), escaped(one_line(says)));
}
void Roff::example(std::string_view lines) {
  page_.text += fmt::format(".PP\n.nf\n{}\n.fi\n", escaped(lines));
}
void Roff::see_also(const std::vector<std::string>& pages) {
  section("SEE ALSO");
  text(fmt::format("{}", fmt::join(pages, ", ")));
}
ManualPage Roff::page() && { return std::move(page_); }

std::vector<ManualPage> manual_pages(std::span<const Command> commands) {
  const Nouns nouns = nouns_of(commands);
  std::vector<ManualPage> pages{tool_page(nouns), daemon_page(), configuration_page(), sop_page()};
  for (const auto& [noun, own] : nouns) pages.push_back(noun_page(noun, own));
  return pages;
}

void write_manual(std::span<const Command> commands, const std::filesystem::path& folder) {
  for (const ManualPage& page : manual_pages(commands))
    write(
        folder / fmt::format("man{}", page.section) / fmt::format("{}.{}", page.name, page.section),
        page.text);
  write(folder / "completion", bash_completion(commands));
}

}  // namespace tenggat::cli
