// What /metrics answers, read as Prometheus reads it.
#pragma once
#include <map>
#include <ostream>
#include <set>
#include <string>

namespace tenggat::test {

struct Family {
  std::string type;
  std::set<std::string> labels;  // without `le`
  bool operator==(const Family&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Family& family);

std::string body_of(const std::string& answer);  // of http_get()
std::map<std::string, Family> families_in(const std::string& text);
// `name{a="x"}` as it stands → its value. Values of labels hold no quotes here.
std::map<std::string, double> series_in(const std::string& text);

}  // namespace tenggat::test
