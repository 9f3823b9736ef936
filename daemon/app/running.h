// What goes on for as long as the daemon runs, by name. It ends by being told to; anything else is
// a bug, and half a daemon is worse than none.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <set>
#include <string>

#include "daemon/office/signal.h"

namespace tenggat::app {

class Running {
 public:
  // `failed` is told of what has ended by an exception, which the log has.
  Running(boost::asio::any_io_executor executor, std::function<void()> failed)
      : executor_(executor), failed_(std::move(failed)), all_ended_(executor) {}

  void spawn(std::function<boost::asio::awaitable<void>()> work, std::string name);
  bool none() const { return names_.empty(); }
  std::string names() const;  // "composer, portal"
  boost::asio::awaitable<void> end(std::chrono::milliseconds at_most);

 private:
  boost::asio::any_io_executor executor_;
  std::function<void()> failed_;
  std::multiset<std::string> names_;
  office::Signal all_ended_;
};

}  // namespace tenggat::app
