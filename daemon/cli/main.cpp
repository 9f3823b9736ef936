// `tenggat`, the operator's command-line tool.
#include <cstdlib>
#include <iostream>

#include "daemon/cli/command.h"

namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);  // `deadline` answers a million lines
  tenggat::cli::Terminal terminal{std::cin, std::cout, std::cerr, environment};
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int code = tenggat::cli::run(arguments, terminal);
  std::cout.flush();
  return code == tenggat::cli::kOk && !std::cout ? tenggat::cli::kRefused : code;
}
