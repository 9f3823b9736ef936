// Parts of the exposition that metrics.cpp puts together.
#pragma once
#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <vector>

namespace tenggat {

std::string prefixed(std::string_view name);  // as a series of ours

// The process_* set as every exporter names it, and the lines of the log that were lost.
std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace tenggat
