// Officers at work: claims and releases by turns on permits that wait at the back office, each
// connection's next as soon as its last is answered.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tenggat::bench {

class Officers {
 public:
  static constexpr int kConnections = 64;
  static constexpr int kActedOn = 5'000;  // permits, from the first on

  struct Run {
    double seconds = 0, actions_a_second = 0, p99 = 0;  // p99 in milliseconds
  };

  // `token` may act for "bo".
  Officers(int port, std::string token, std::int64_t first)
      : port_(port), token_(std::move(token)), first_(first) {}

  // Until `over` says so, which is asked every 20 ms. Throws what is not answered 200.
  Run work_until(const std::function<bool()>& over);
  Run work_for(std::chrono::seconds time);

 private:
  std::string request();

  int port_;
  std::string token_;
  std::int64_t first_, next_ = 0;
};

}  // namespace tenggat::bench
