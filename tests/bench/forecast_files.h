// Logs of real offices, as the forecast reads files.
#pragma once
#include <string>
#include <vector>

#include "rules/forecast/history.h"

namespace tenggat::forecast {

struct Office {
  std::string name;
  Steps steps;
  std::vector<File> files;  // by opening
};

struct Log {
  std::vector<Office> offices;
  std::vector<std::string> left_out;  // what was and why, in words
};

// A table as tests/bench/forecast.cpp says. `text` ends in a newline.
Log read_log(const std::string& text);

}  // namespace tenggat::forecast
