// A TCP proxy on loopback in front of a PostgreSQL of the tests' own: what a network does to a
// daemon on a bad day, at the moment a test chooses. It reads the protocol as it passes, so it can
// cut between two messages and knows a COMMIT and its answer. Runs on a thread of its own; every
// member may be called from any thread and has taken effect when it returns.
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "tests/support/postgres.h"

namespace tenggat::test {

class FaultProxy {
 public:
  enum class Direction { to_server, to_client };
  struct Counts {
    std::size_t connections = 0;        // accepted
    std::size_t cut = 0;                // connections cut by us
    std::size_t commits = 0;            // COMMITs that came from clients
    std::size_t answers_swallowed = 0;  // of those: done by the server, and the client never heard
    std::size_t commits_kept_back = 0;  // of those: never seen by the server, then cut
    std::size_t bytes_swallowed = 0;    // by the black hole
  };

  // `server` must outlive this; it may stop and start meanwhile.
  explicit FaultProxy(const TestPostgres& server);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  // libpq's, for a client that is to go through this proxy. Without encryption: it must be read.
  std::string conninfo(const std::string& database) const;
  int port() const;

  // Everything flows; whatever was switched on below is off, and what hold() kept goes on its way.
  // Connections that a black hole made mute stay so.
  void pass();
  void cut();  // every connection, now; new ones are taken
  // Each piece is held back this long before it goes on.
  void delay(Direction direction, std::chrono::milliseconds time);
  void hold();  // nothing moves until pass(); nothing is lost
  // As behind a dropped route: bytes vanish, and so does the news that the other side has gone. New
  // connections are taken and never answered. A mute one ends with cut().
  void black_hole();
  // Counts messages of all connections from now on; the n-th is the last to pass on its connection,
  // which is then cut, and after that everything flows.
  void cut_after(Direction direction, std::size_t messages);

  // The server does the COMMIT and answers; then the connection is cut in place of the answer. So
  // with the next `count` of them, or (every_other = k) with each k-th from now on, for ever where
  // count is 0.
  void swallow_commit_answers(std::size_t count, std::size_t every_other = 1);
  // The connection is cut when COMMIT comes; the server never sees it and rolls back. The client
  // cannot tell this from the former.
  void keep_back_commits(std::size_t count, std::size_t every_other = 1);

  Counts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tenggat::test
