#include "daemon/cli/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "daemon/base/version.h"
#include "daemon/cli/forecasts.h"
#include "daemon/cli/manual.h"
#include "daemon/cli/setup.h"
#include "daemon/pg/connection.h"

namespace tenggat::cli {
namespace {

constexpr std::string_view kAbout =
    "tenggat: the operator's tool of Tenggat, which keeps an office to its deadlines.\n";
constexpr std::string_view kNotes =
    "\nExit code: 0 done, 1 refused or not found, 2 wrong usage.\n"
    "permit (but migrate, import and dossier), inbox and why go through the API: TENGGAT_URL "
    "(http://127.0.0.1:8080), "
    "TENGGAT_TOKEN.\n"
    "The others take --config FILE (TENGGAT_CONFIG, /etc/tenggat/tenggat.yaml).\n"
    "`tenggat COMMAND --help` says more about each, `tenggat --version` what this is.\n";

const std::vector<Command>& commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> list;
    for (const auto& part :
         {check_commands(),   database_commands(), officer_commands(),   token_commands(),
          permit_commands(),  migrate_commands(),  audit_commands(),     calendar_commands(),
          clock_commands(),   doctor_commands(),   dossier_commands(),   forecast_commands(),
          message_commands(), portal_commands(),   report_commands(),    restored_commands(),
          setup_commands(),   import_commands(),   export_commands(),    silence_commands(),
          sop_commands(),     subject_commands(),  retention_commands(), texts_commands(),
          why_commands(),     simulate_commands()})
      list.insert(list.end(), part.begin(), part.end());
    return list;
  }();
  return all;
}

std::vector<std::string> words_of(std::string_view path) {
  std::vector<std::string> words;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(' '), path.size());
    words.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return words;
}

bool begins_with(std::span<const std::string> arguments, const std::vector<std::string>& words) {
  return arguments.size() >= words.size() &&
         std::equal(words.begin(), words.end(), arguments.begin());
}

// The command with the most words that `arguments` begin with.
const Command* find(std::span<const std::string> arguments, std::size_t& words) {
  const Command* found = nullptr;
  words = 0;
  for (const Command& command : commands()) {
    const auto path = words_of(command.path);
    if (path.size() > words && begins_with(arguments, path)) {
      found = &command;
      words = path.size();
    }
  }
  return found;
}

bool wants_help(std::span<const std::string> arguments) {
  for (const std::string& word : arguments) {
    if (word == "--") return false;
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

void write_rows(std::ostream& out,
                const std::vector<std::pair<std::string, std::string_view>>& rows) {
  std::size_t width = 0;
  for (const auto& [left, right] : rows) width = std::max(width, left.size());
  for (const auto& [left, right] : rows) out << fmt::format("  {:<{}}  {}\n", left, width, right);
}

std::string usage_line(const Command& command) {
  std::string line = fmt::format("tenggat {}", command.path);
  for (const Positional& argument : command.positional) {
    line +=
        argument.required ? fmt::format(" {}", argument.name) : fmt::format(" [{}]", argument.name);
    if (argument.several) line += "...";
  }
  for (const Option& option : command.options) {
    const std::string text =
        fmt::format("--{}{}{}", option.name, option.value.empty() ? "" : " ", option.value);
    if (option.count == Option::Count::required) line += " " + text;
    if (option.count == Option::Count::optional) line += " [" + text + "]";
    if (option.count == Option::Count::several) line += " [" + text + "]...";
  }
  return line;
}

void write_help(std::ostream& out, const Command& command) {
  out << "Usage: " << usage_line(command) << "\n\n" << command.summary << '\n';
  if (!command.details.empty()) out << '\n' << command.details << '\n';
  if (command.options.empty()) return;
  std::vector<std::pair<std::string, std::string_view>> rows;
  for (const Option& option : command.options)
    rows.emplace_back(fmt::format("--{} {}", option.name, option.value), option.help);
  out << "\nOptions:\n";
  write_rows(out, rows);
}

// The commands whose path begins with `words`. False: there is none.
bool write_overview(std::ostream& out, std::span<const std::string> words) {
  std::vector<std::pair<std::string, std::string_view>> rows;
  for (const Command& command : commands()) {
    const auto path = words_of(command.path);
    if (!begins_with(path, {words.begin(), words.end()})) continue;
    rows.emplace_back(command.path, command.summary);
  }
  if (rows.empty()) return false;
  if (words.empty()) out << kAbout << '\n';
  out << "Commands:\n";
  write_rows(out, rows);
  if (words.empty()) out << kNotes;
  return true;
}

// The words before the first option.
std::span<const std::string> leading_words(std::span<const std::string> arguments) {
  const auto option = std::ranges::find_if(
      arguments, [](const std::string& word) { return word.starts_with('-'); });
  return arguments.first(static_cast<std::size_t>(option - arguments.begin()));
}

int not_a_command(std::span<const std::string> arguments, Terminal& terminal) {
  const auto words = leading_words(arguments);
  const bool help = wants_help(arguments);
  std::ostream& out = help ? terminal.out : terminal.err;
  if (write_overview(out, words)) return help ? kOk : kUsage;
  terminal.err << fmt::format("tenggat: there is no command `{}`; see tenggat --help\n",
                              fmt::join(words, " "));
  return kUsage;
}

std::string explain(const pg::Error& error) {
  if (error.sqlstate() == "42P01" || error.sqlstate() == "42883" || error.sqlstate() == "42703")
    return "the database is not migrated for this program: run `tenggat db migrate`";
  return fmt::format("the database: {} ({})", error.message(), error.sqlstate());
}

int run_command(const Command& command, std::span<const std::string> arguments,
                Terminal& terminal) {
  const auto given = parse_options(command.options, command.positional, arguments);
  if (!given) throw BadUsage(given.error());
  return command.run(*given, terminal);
}

}  // namespace

int run(std::span<const std::string> arguments, Terminal& terminal) {
  if (!arguments.empty() && arguments.front() == "help") {
    std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    rest.emplace_back("--help");
    return run(rest, terminal);
  }
  if (arguments.size() == 1 && arguments.front() == "--version") {
    terminal.out << "tenggat " << kVersion << '\n';
    return kOk;
  }
  // How the build has pages and completion written; nobody else needs it.
  if (arguments.size() == 2 && arguments.front() == "manual") {
    write_manual(commands(), arguments.back());
    return kOk;
  }
  std::size_t words = 0;
  const Command* command = find(arguments, words);
  if (!command) return not_a_command(arguments, terminal);
  if (wants_help(arguments)) {
    write_help(terminal.out, *command);
    return kOk;
  }
  const auto complain = [&](std::string_view message) {
    terminal.err << fmt::format("tenggat {}: {}\n", command->path, message);
  };
  try {
    return run_command(*command, arguments.subspan(words), terminal);
  } catch (const BadUsage& wrong) {
    complain(wrong.what());
    terminal.err << "Usage: " << usage_line(*command) << '\n';
    return kUsage;
  } catch (const pg::Error& error) {
    complain(explain(error));
  } catch (const std::exception& failure) {
    complain(failure.what());
  }
  return kRefused;
}

}  // namespace tenggat::cli
