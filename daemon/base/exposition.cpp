#include "daemon/base/exposition.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/base/log.h"

namespace tenggat {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

void add_process_metric(std::vector<MetricFamily>& families, const char* name, const char* help,
                        prometheus::MetricType type, double value) {
  ClientMetric one;
  (type == prometheus::MetricType::Counter ? one.counter.value : one.gauge.value) = value;
  families.push_back({name, help, type, {one}});
}

// /proc/self/stat from its third field on: the second is the command and may hold spaces.
std::vector<std::string> own_stat_fields() {
  std::ifstream in("/proc/self/stat");
  std::string line;
  std::getline(in, line);
  const std::size_t end_of_command = line.rfind(')');
  std::istringstream rest(end_of_command == std::string::npos ? ""
                                                              : line.substr(end_of_command + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double boot_unix_seconds() {
  std::ifstream in("/proc/stat");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return 0;
}

}  // namespace

std::string prefixed(std::string_view name) { return "tenggat_" + std::string(name); }

std::vector<MetricFamily> process_metrics() {
  std::vector<MetricFamily> families;
  add_process_metric(families, "tenggat_log_lines_lost_total",
                     "Lines of the log that were lost, since nobody read it.",
                     prometheus::MetricType::Counter, static_cast<double>(log_lines_lost()));
  const std::vector<std::string> stat = own_stat_fields();
  constexpr std::size_t kUserTicks = 11, kSystemTicks = 12, kStartTicks = 19;  // proc(5), less 3
  constexpr std::size_t kVirtualBytes = 20, kResidentPages = 21;
  if (stat.size() > kResidentPages) {
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    add_process_metric(families, "process_cpu_seconds_total",
                       "Total user and system CPU time spent in seconds.",
                       prometheus::MetricType::Counter,
                       (std::stod(stat[kUserTicks]) + std::stod(stat[kSystemTicks])) / ticks);
    add_process_metric(
        families, "process_resident_memory_bytes", "Resident memory size in bytes.",
        prometheus::MetricType::Gauge,
        std::stod(stat[kResidentPages]) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    add_process_metric(families, "process_virtual_memory_bytes", "Virtual memory size in bytes.",
                       prometheus::MetricType::Gauge, std::stod(stat[kVirtualBytes]));
    add_process_metric(families, "process_start_time_seconds",
                       "Start time of the process since unix epoch in seconds.",
                       prometheus::MetricType::Gauge,
                       boot_unix_seconds() + std::stod(stat[kStartTicks]) / ticks);
  }
  std::error_code error;
  std::filesystem::directory_iterator descriptors("/proc/self/fd", error);
  if (!error) {
    const auto open = std::distance(descriptors, std::filesystem::directory_iterator{}) - 1;
    add_process_metric(families, "process_open_fds", "Number of open file descriptors.",
                       prometheus::MetricType::Gauge, static_cast<double>(open));
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    add_process_metric(families, "process_max_fds", "Maximum number of open file descriptors.",
                       prometheus::MetricType::Gauge, static_cast<double>(limit.rlim_cur));
  }
  return families;
}

}  // namespace tenggat
