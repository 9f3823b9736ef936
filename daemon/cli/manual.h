// The manual pages and the completion of bash, made of what the program itself goes by: its table
// of commands, the keys of the configuration, the daemon's options and the schema of an SOP's file.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/command.h"

namespace tenggat::cli {

struct ManualPage {
  std::string name;  // "tenggat-officer"
  int section = 1;
  std::string text;  // in man(7)
};

std::vector<ManualPage> manual_pages(std::span<const Command> commands);  // in no order
std::string bash_completion(std::span<const Command> commands);

// Pages of the two files that people write: manual_files.cpp.
ManualPage configuration_page();
ManualPage sop_page();

// Below `folder`: man1, man5, man8 with their pages, and `completion`. Throws std::system_error.
void write_manual(std::span<const Command> commands, const std::filesystem::path& folder);

// A page as it is put together, line by line.
class Roff {
 public:
  // `title` in capitals stands at its head; `says` is the one line that apropos shows.
  Roff(std::string_view name, int section, std::string_view says);
  void section(std::string_view title);
  void text(std::string_view paragraph);  // begins a paragraph; lines are kept as one
  void item(std::string_view what, std::string_view says);  // a hanging paragraph, `what` in bold
  void example(std::string_view lines);                     // as it is
  void see_also(const std::vector<std::string>& pages);     // "tenggat(1)"
  ManualPage page() &&;

 private:
  ManualPage page_;
};

}  // namespace tenggat::cli
