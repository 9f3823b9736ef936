// The daemon's committer at work on a database of its own behind a fault proxy: the shipped SOP and
// calendar, one officer a role. Coroutines run while a member waits; nothing runs between calls.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/office/committer.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/postgres.h"

namespace tenggat::test {

struct DeskOptions {
  office::CommitterOptions committer;
  // Of the office's clock, which begins on Thu 2 April 2026 at 14:00 +08:00; 0 stands still.
  double clock_speed = 0;
  bool real_time = false;  // the office's clock is the server's
  std::string conninfo;    // more of libpq's keywords
  TestPostgres* server = nullptr;
};

class Desk {
 public:
  explicit Desk(DeskOptions options);
  ~Desk();  // stops the committer, which does what is queued
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  // One that waits for its answer.
  struct Waiting {
    std::optional<CommandAnswer> answer;
    std::chrono::milliseconds took{};
    std::size_t place = 0;  // 1 for the first that was answered
  };
  using WaitingPtr = std::shared_ptr<const Waiting>;

  static CommandRequest submission(std::int64_t token, const std::string& key);
  // Of the front officer's step, by `fo`.
  static CommandRequest accept(std::int64_t permit, std::int64_t token, const std::string& key);

  WaitingPtr ask(CommandRequest request);
  CommandAnswer answer_to(CommandRequest request);
  void wait_for(const std::vector<WaitingPtr>& all);
  // Runs the committer until `condition` holds. Fails the test after `limit`.
  void run_until(const std::function<bool()>& condition,
                 std::chrono::seconds limit = std::chrono::seconds(20));

  std::string query(const std::string& sql) const;  // first cell, straight from the server
  std::int64_t permit_of(const CommandAnswer& answer) const;
  // What is wrong where each of `commands` should have been applied once, in words.
  std::string not_once(const std::vector<CommandRequest>& commands) const;
  void clock_is(const std::string& instant);

  FaultProxy& proxy() { return proxy_; }
  pg::Pool& pool() { return *pool_; }
  office::Committer& committer() { return *committer_; }
  office::Rulebook& rulebook() { return rulebook_; }
  Metrics& metrics() { return metrics_; }
  boost::asio::io_context& io() { return io_; }
  const std::string& database() const { return database_; }

 private:
  TestPostgres& server_;
  FaultProxy proxy_;
  boost::asio::io_context io_;
  std::string database_;
  Metrics metrics_{MetricsOptions{}};
  office::Rulebook rulebook_{SendRules{}};
  std::optional<pg::Pool> pool_;
  std::optional<office::Committer> committer_;
  std::size_t answered_ = 0;
};

}  // namespace tenggat::test
