#include "tests/support/scrape.h"

#include <sstream>

namespace tenggat::test {
namespace {

// The label names of `name{a="x",b="y"} 1`; values here hold no quotes.
std::set<std::string> labels_in(const std::string& series) {
  std::set<std::string> labels;
  for (auto at = series.find('{'); at != std::string::npos && series[at] != '}';) {
    const auto equals = series.find('=', at);
    labels.insert(series.substr(at + 1, equals - at - 1));
    at = series.find('"', equals + 2) + 1;
  }
  return labels;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Family& family) {
  out << family.type;
  for (const std::string& label : family.labels) out << ' ' << label;
  return out;
}

std::string body_of(const std::string& answer) {
  const auto at = answer.find("\r\n\r\n");
  return at == std::string::npos ? "" : answer.substr(at + 4);
}

std::map<std::string, Family> families_in(const std::string& text) {
  std::map<std::string, Family> families;
  std::string current;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# TYPE ")) {
      std::istringstream words(line.substr(7));
      words >> current;
      words >> families[current].type;
    } else if (!line.empty() && line[0] != '#') {
      for (const std::string& label : labels_in(line))
        if (label != "le") families.at(current).labels.insert(label);
    }
  }
  return families;
}

std::map<std::string, double> series_in(const std::string& text) {
  std::map<std::string, double> series;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line[0] != '#') {
      const auto at = line.rfind(' ');
      series[line.substr(0, at)] = std::stod(line.substr(at + 1));
    }
  return series;
}

}  // namespace tenggat::test
