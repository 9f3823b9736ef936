// `tenggat`: one table of commands, one place that runs them. Source: docs/reference.md, Commands.
#pragma once
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/options.h"

namespace tenggat::cli {

inline constexpr int kOk = 0;
inline constexpr int kRefused = 1;  // refused or not found
inline constexpr int kUsage = 2;

// Where a command reads and writes: the process's own, or a test's.
struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  std::function<std::optional<std::string>(const char* name)> environment;
};

// Ends a command with exit code 1; the message is a sentence for a person.
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
// Ends it with exit code 2: what was typed cannot be meant.
class BadUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Command {
  std::string_view path;  // "officer add"
  std::vector<Positional> positional;
  std::vector<Option> options;
  std::string_view summary;  // one line
  std::string_view details;  // may be empty
  int (*run)(const Given& given, Terminal& terminal);
};

// By noun, each in its own file.
std::vector<Command> check_commands();     // check, deadline, elapsed
std::vector<Command> database_commands();  // db
std::vector<Command> officer_commands();
std::vector<Command> token_commands();
std::vector<Command> permit_commands();   // permit, inbox: through the API
std::vector<Command> migrate_commands();  // permit migrate: on the database
std::vector<Command> audit_commands();
std::vector<Command> calendar_commands();
std::vector<Command> clock_commands();
std::vector<Command> export_commands();  // export, db load
std::vector<Command> import_commands();  // permit import, import
std::vector<Command> message_commands();
std::vector<Command> doctor_commands();
std::vector<Command> dossier_commands();  // permit dossier: on the database
std::vector<Command> report_commands();
std::vector<Command> restored_commands();  // db restored
std::vector<Command> retention_commands();
std::vector<Command> silence_commands();
std::vector<Command> portal_commands();
std::vector<Command> sop_commands();
std::vector<Command> subject_commands();
std::vector<Command> texts_commands();
std::vector<Command> why_commands();  // through the API

// The whole program but for main(): finds the command, reads its options, runs it, and says what
// went wrong. `arguments` are without the program's name. Never throws.
int run(std::span<const std::string> arguments, Terminal& terminal);

}  // namespace tenggat::cli
