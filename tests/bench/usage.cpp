#include "tests/bench/usage.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace tenggat::bench {
namespace fs = std::filesystem;
namespace {

struct Stat {
  pid_t parent = 0;
  double seconds = 0;
};

// The fields of /proc/PID/stat after the name, which may hold blanks: see proc(5).
Stat stat_of(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string line;
  std::getline(file, line);
  Stat stat;
  const auto name_ends = line.rfind(')');
  if (name_ends == std::string::npos) return stat;
  std::istringstream fields(line.substr(name_ends + 2));
  std::string skipped;
  long user = 0, system = 0, user_children = 0, system_children = 0;
  fields >> skipped >> stat.parent;
  for (int i = 0; i < 9; ++i) fields >> skipped;
  fields >> user >> system >> user_children >> system_children;
  stat.seconds = static_cast<double>(user + system + user_children + system_children) /
                 static_cast<double>(::sysconf(_SC_CLK_TCK));
  return stat;
}

}  // namespace

double processor_seconds(pid_t process) {
  double seconds = stat_of(std::to_string(process)).seconds;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const Stat stat = stat_of(name);
    if (stat.parent == process) seconds += stat.seconds;
  }
  return seconds;
}

double ended_children_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double peak_mebibytes(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string word; file >> word;) {
    if (word != "VmHWM:") continue;
    double kibibytes = 0;
    file >> kibibytes;
    return kibibytes / 1024;
  }
  return 0;
}

double flush_milliseconds(const std::string& directory) {
  constexpr int kTimes = 101;
  std::string path = directory + "/flush-XXXXXX";
  const int file = ::mkstemp(path.data());
  if (file < 0) throw std::runtime_error("no file in " + directory);
  std::vector<double> times;
  const std::string page(8192, 'x');
  for (int i = 0; i < kTimes; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    if (::pwrite(file, page.data(), page.size(), 0) < 0 || ::fdatasync(file) != 0)
      throw std::runtime_error("cannot write in " + directory);
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun)
            .count());
  }
  ::close(file);
  fs::remove(path);
  std::nth_element(times.begin(), times.begin() + kTimes / 2, times.end());
  return times[kTimes / 2];
}

}  // namespace tenggat::bench
