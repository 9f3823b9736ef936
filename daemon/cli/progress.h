// A line on the terminal that says how far long work is; nothing where there is no terminal.
#pragma once
#include <cstdint>
#include <string_view>

#include "daemon/cli/command.h"

namespace tenggat::cli {

class Progress {
 public:
  // `what` is done one after the other: "permits".
  Progress(Terminal& terminal, std::string_view what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(std::int64_t done, std::int64_t all);
  void end();  // leaves the line empty for what comes next

 private:
  Terminal& terminal_;
  std::string_view what_;
  bool shown_ = false;
  const bool on_terminal_;
};

}  // namespace tenggat::cli
