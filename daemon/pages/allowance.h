// How often one address may try: so many tries in a row, then one each `refill`. Kept in this
// process alone; old entries are dropped when there are many. Pure: the caller says what time it
// is.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace tenggat::pages {

class Allowance {
 public:
  using Time = std::chrono::nanoseconds;  // monotonic
  Allowance(int tries, Time refill) : tries_(tries), refill_(refill) {}

  bool exhausted(const std::string& who, Time now) const;
  void use(const std::string& who, Time now);

 private:
  static constexpr std::size_t kEntriesMax = 10'000;
  int tries_;
  Time refill_;
  // When the last of the tries used will have been given back.
  std::unordered_map<std::string, Time> full_at_;
};

}  // namespace tenggat::pages
