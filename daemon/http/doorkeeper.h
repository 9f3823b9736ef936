// What others send from an address keeps nobody out who holds something valid: a token, a session,
// a link, a signature. What is presented is looked up first; only what turns out to be nothing is
// charged, to its network, and refused once that has had its share. From then on the network's
// look-ups take turns, so that who guesses has one connection to the database at most, and who
// belongs there waits for milliseconds.
//
// One thread, as its requests.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "daemon/http/rate_limit.h"

namespace tenggat::http {

class Doorkeeper {
  struct Lines;

 public:
  explicit Doorkeeper(int misses_a_minute);
  void allow(int misses_a_minute) { misses_.allow(misses_a_minute); }

  // Held while something is looked up; may outlive the Doorkeeper.
  class Turn {
   public:
    Turn() = default;
    Turn(std::shared_ptr<Lines> lines, std::string network);
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    std::shared_ptr<Lines> lines_;  // null: nobody waits for the end of this one
    std::string network_;
  };

  enum class Line {
    crowded,  // only where the network has had its share
    always,
  };
  // Waits, first come, first served, where the look-ups of this address's network take turns.
  boost::asio::awaitable<Turn> turn(std::string address, Line line = Line::crowded);

  // Charges something presented that was nothing. Zero: answer that it is nothing; else refuse, and
  // how long until the next would not be.
  std::chrono::seconds miss(const std::string& address);

 private:
  RateLimit misses_;  // by network
  std::shared_ptr<Lines> lines_;
};

}  // namespace tenggat::http
