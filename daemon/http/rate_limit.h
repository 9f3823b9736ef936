// How often somebody may come: so many requests at once, then as they are paid off evenly. The
// caller brings the time. The algorithm is GCRA, as in ATM's traffic management: one instant each.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tenggat::http {

class RateLimit {
 public:
  // `a_minute` requests can come at once, and as many again in each minute; at least one.
  explicit RateLimit(int a_minute);
  // From now on; where that is another pace, everybody begins anew.
  void allow(int a_minute);

  // Counts one request of `who` at `now` (monotonic). Zero: let it in. Else how long until the next
  // would be, in whole seconds rounded up; what is turned away is not counted.
  std::chrono::seconds ask(std::string_view who, std::chrono::nanoseconds now);
  // What ask() would answer; counts nothing.
  std::chrono::seconds wait(std::string_view who, std::chrono::nanoseconds now) const;

  // Of those who came lately. Beyond so many, whoever is new shares one pace with the others who
  // are.
  static constexpr std::size_t kKnownAtMost = 65'536;
  std::size_t size() const { return paid_off_.size(); }

 private:
  std::string known_as(std::string_view who) const;
  void forget_idle(std::chrono::nanoseconds now);

  std::chrono::nanoseconds each_{};  // what one request costs of the minute
  // When everything they asked for is paid off.
  std::unordered_map<std::string, std::chrono::nanoseconds> paid_off_;
  std::chrono::nanoseconds swept_at_{};
};

}  // namespace tenggat::http
