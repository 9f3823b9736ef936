#include "daemon/http/doorkeeper.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <unordered_map>
#include <utility>

#include "daemon/base/clock.h"
#include "daemon/base/network.h"

namespace tenggat::http {
namespace asio = boost::asio;

// Networks somebody has the turn of, each with who waits for it.
struct Doorkeeper::Lines {
  // Lives in the frame of who waits.
  struct Ticket {
    Ticket(const asio::any_io_executor& executor, std::shared_ptr<Lines> all, std::string whose)
        : timer(executor, asio::steady_timer::time_point::max()),
          lines(std::move(all)),
          network(std::move(whose)) {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    // Whoever went when called leaves the turn to the next.
    ~Ticket() {
      if (called && !taken) lines->next(network);
    }

    asio::steady_timer timer;  // cancelled with the call
    std::shared_ptr<Lines> lines;
    std::string network;
    bool called = false, taken = false;
  };
  std::unordered_map<std::string, std::deque<std::weak_ptr<Ticket>>> of;

  void next(const std::string& network) {
    const auto line = of.find(network);
    while (!line->second.empty()) {
      const auto waiting = line->second.front().lock();
      line->second.pop_front();
      if (!waiting) continue;
      waiting->called = true;
      waiting->timer.cancel();
      return;
    }
    of.erase(line);
  }
};

Doorkeeper::Turn::Turn(std::shared_ptr<Lines> lines, std::string network)
    : lines_(std::move(lines)), network_(std::move(network)) {}

Doorkeeper::Turn::~Turn() {
  if (lines_) lines_->next(network_);
}

Doorkeeper::Doorkeeper(int misses_a_minute)
    : misses_(misses_a_minute), lines_(std::make_shared<Lines>()) {}

asio::awaitable<Doorkeeper::Turn> Doorkeeper::turn(std::string address, Line line) {
  std::string network = network_key(address);
  if (line == Line::crowded && misses_.wait(network, Clock::monotonic()).count() == 0)
    co_return Turn();
  const auto lines = lines_;  // the Doorkeeper may go while we wait
  const auto executor = co_await asio::this_coro::executor;
  const auto [found, first] = lines->of.try_emplace(network);
  if (!first) {
    const auto mine = std::make_shared<Lines::Ticket>(executor, lines, network);
    found->second.push_back(mine);
    boost::system::error_code called;
    co_await mine->timer.async_wait(asio::redirect_error(asio::use_awaitable, called));
    mine->taken = true;
  }
  co_return Turn(lines, std::move(network));
}

std::chrono::seconds Doorkeeper::miss(const std::string& address) {
  return misses_.ask(network_key(address), Clock::monotonic());
}

}  // namespace tenggat::http
