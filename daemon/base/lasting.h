// A coroutine that goes on for as long as the program does. Where there is no memory for what it
// waits on, Asio drops it in silence, with all its frames: then it is begun again.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <utility>

namespace tenggat {

struct Lasting {
  boost::asio::any_io_executor executor;
  std::function<boost::asio::awaitable<void>()> begin;
  std::function<void(std::exception_ptr)> ended;  // once, by itself or since it cannot go on
  bool over = false;
};

void go_on(std::shared_ptr<Lasting> lasting);

// False while an io_context is taken apart, and what waits on it with it.
inline bool runs_here(const boost::asio::any_io_executor& executor) {
  const auto* io = executor.target<boost::asio::io_context::executor_type>();
  return io != nullptr && io->running_in_this_thread();
}

// Lives in the coroutine's frame.
class Dropped {
 public:
  explicit Dropped(std::shared_ptr<Lasting> lasting) : lasting_(std::move(lasting)) {}
  Dropped(const Dropped&) = delete;
  Dropped& operator=(const Dropped&) = delete;
  ~Dropped() {
    if (lasting_->over || !runs_here(lasting_->executor)) return;
    try {
      boost::asio::post(lasting_->executor, [again = lasting_] { go_on(again); });
    } catch (const std::bad_alloc&) {
      lasting_->over = true;
      lasting_->ended(std::current_exception());
    }
  }

 private:
  std::shared_ptr<Lasting> lasting_;
};

inline boost::asio::awaitable<void> live_on(std::shared_ptr<Lasting> lasting) {
  const Dropped dropped(lasting);
  try {
    auto running = lasting->begin();
    co_await std::move(running);
  } catch (...) {
    lasting->over = true;
    throw;
  }
  lasting->over = true;
}

inline void go_on(std::shared_ptr<Lasting> lasting) {
  if (lasting->over) return;
  auto living = live_on(lasting);
  boost::asio::co_spawn(lasting->executor, std::move(living),
                        [lasting](std::exception_ptr failure) { lasting->ended(failure); });
}

inline void spawn_lasting(boost::asio::any_io_executor executor,
                          std::function<boost::asio::awaitable<void>()> begin,
                          std::function<void(std::exception_ptr)> ended) {
  go_on(std::make_shared<Lasting>(
      Lasting{std::move(executor), std::move(begin), std::move(ended), false}));
}

}  // namespace tenggat
