// Runs one coroutine to its end on an io_context, for tests of what is asynchronous.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace tenggat::test {

// Returns what the coroutine returns and throws what it throws; std::runtime_error after `limit`.
template <class T>
T await(boost::asio::io_context& io, boost::asio::awaitable<T> work,
        std::chrono::seconds limit = std::chrono::seconds{60}) {
  using Value = std::conditional_t<std::is_void_v<T>, char, T>;
  bool done = false;
  std::exception_ptr failure;
  std::optional<Value> value;
  if constexpr (std::is_void_v<T>) {
    boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr error) {
      done = true;
      failure = error;
      io.stop();
    });
  } else {
    boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr error, T result) {
      done = true;
      failure = error;
      if (!error) value.emplace(std::move(result));
      io.stop();
    });
  }
  io.restart();
  io.run_for(limit);
  if (failure) std::rethrow_exception(failure);
  if (!done) throw std::runtime_error{"the coroutine did not end in time"};
  if constexpr (!std::is_void_v<T>) return std::move(*value);
}

}  // namespace tenggat::test
