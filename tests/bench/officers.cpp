#include "tests/bench/officers.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <stdexcept>

#include "tests/support/http_client.h"

namespace tenggat::bench {
namespace asio = boost::asio;
namespace {

using std::chrono::steady_clock;

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

struct Work {
  std::function<std::string()> request;
  bool over = false;
  std::vector<double> milliseconds;
};

asio::awaitable<void> officer(std::shared_ptr<test::HttpClient> http, std::shared_ptr<Work> work) {
  while (!work->over) {
    std::string request = work->request();
    const auto begun = steady_clock::now();
    const test::HttpAnswer answer = co_await http->exchange(std::move(request));
    if (answer.status != 200)
      throw std::runtime_error(fmt::format("answered {}: {}", answer.status, answer.body));
    work->milliseconds.push_back(
        std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
  }
}

}  // namespace

std::string Officers::request() {
  const std::int64_t n = next_++;
  const bool claim = n / kActedOn % 2 == 0;
  return test::http_request(
      "POST",
      fmt::format("/api/v1/permits/{}/{}", first_ + n % kActedOn, claim ? "claim" : "release"),
      token_, fmt::format("work-{}", n), R"({"step":"penerimaan","on_behalf_of":"bo"})");
}

Officers::Run Officers::work_until(const std::function<bool()>& over) {
  asio::io_context io{1};
  const auto work = std::make_shared<Work>();
  work->request = [this] { return request(); };
  for (int i = 0; i < kConnections; ++i)
    asio::co_spawn(io, officer(std::make_shared<test::HttpClient>(io.get_executor(), port_), work),
                   rethrow);
  const auto begun = steady_clock::now();
  while (!over()) io.run_for(std::chrono::milliseconds(20));
  Run run;
  run.seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  std::vector<double> times = work->milliseconds;
  run.actions_a_second = static_cast<double>(times.size()) / run.seconds;
  work->over = true;
  io.run();
  std::sort(times.begin(), times.end());
  run.p99 = times.at(times.size() * 99 / 100);
  return run;
}

Officers::Run Officers::work_for(std::chrono::seconds time) {
  const auto until = steady_clock::now() + time;
  return work_until([until] { return steady_clock::now() >= until; });
}

}  // namespace tenggat::bench
