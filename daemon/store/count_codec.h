// Counters as they are stored: a name, a step, a label and an amount. The names stay as they were
// first written, whatever daemon/base/metrics.cpp calls the series of a counter.
#pragma once
#include <boost/json/array.hpp>
#include <string>
#include <string_view>

#include "rules/permit/counted.h"

namespace tenggat::store {

// [name, step, label, amount]
boost::json::array as_stored(const CountDelta& delta);
// std::logic_error, in English, for what this program does not write.
Counted counted_of(std::string_view name, std::string_view step, std::string_view label);

inline constexpr const char* kWorkingTimeName = "step_working_seconds_bucket";

}  // namespace tenggat::store
