#include "rules/error.h"

#include <fmt/format.h>
#include <stdexcept>

namespace tenggat {

namespace {

std::string at_its_place(const Fault& fault, const std::string& message) {
  if (fault.line == 0) return fmt::format("{}: {}", fault.file, message);
  return fmt::format("{}:{}:{}: {}", fault.file, fault.line, fault.column, message);
}

}  // namespace

std::string Fault::to_string() const { return at_its_place(*this, message); }

std::string Fault::in_indonesian() const {
  return at_its_place(*this, indonesian.empty() ? message : indonesian);
}

void throw_exception_from_error(const Faults& faults, const boost::source_location&) {
  std::string all;
  for (const Fault& fault : faults) all += (all.empty() ? "" : "\n") + fault.to_string();
  throw std::logic_error(all);
}

}  // namespace tenggat
