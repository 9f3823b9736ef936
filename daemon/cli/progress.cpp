#include "daemon/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <ostream>

namespace tenggat::cli {

Progress::Progress(Terminal& terminal, std::string_view what)
    : terminal_(terminal), what_(what), on_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { end(); }

void Progress::show(std::int64_t done, std::int64_t all) {
  if (!on_terminal_) return;
  terminal_.err << fmt::format("\r\x1b[K{} of {} {}", done, all, what_) << std::flush;
  shown_ = true;
}

void Progress::end() {
  if (shown_) terminal_.err << "\r\x1b[K" << std::flush;
  shown_ = false;
}

}  // namespace tenggat::cli
