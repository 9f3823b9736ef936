// March 2026 in a small office, and the first two days of April: permits in time, late, late and
// never finished, returned, taken back, entered afterwards, asked about, refused, withdrawn.
//
// Ramadan hours until the 20th; days off on the 18th and 19th, and from the 20th to the 24th.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/e2e/office.h"

namespace tenggat::test {

class Month {
 public:
  static constexpr const char* kStart = "2026-03-02T07:30:00";
  static constexpr const char* kEnd = "2026-04-02T15:52:00";

  explicit Month(Office& office) : office_(office) {}

  // Everything up to and including `until` ("04-01 00:00"; empty: the end) that was not played yet.
  // The clock stands there then. Stops at the first failure.
  void play(const std::string& until = "");
  // The number of the permit that its story calls by this letter.
  const std::string& number(const std::string& letter) const { return numbers_.at(letter); }

 private:
  void happen(const std::string& letter, const std::string& what);
  void submit(const std::string& letter);
  void act(const std::string& letter, const std::string& who, std::vector<std::string> arguments);

  Office& office_;
  std::map<std::string, std::string> numbers_;
  std::size_t played_ = 0;
};

}  // namespace tenggat::test
