#include "rules/error.h"

#include <fmt/format.h>
#include <stdexcept>

namespace tenggat {

std::string Fault::to_string() const {
  if (line == 0) return fmt::format("{}: {}", file, message);
  return fmt::format("{}:{}:{}: {}", file, line, column, message);
}

void throw_exception_from_error(const Faults& faults, const boost::source_location&) {
  std::string all;
  for (const Fault& fault : faults) all += (all.empty() ? "" : "\n") + fault.to_string();
  throw std::logic_error(all);
}

}  // namespace tenggat
