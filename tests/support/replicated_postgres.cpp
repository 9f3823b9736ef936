#include "tests/support/replicated_postgres.h"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace tenggat::test {
namespace {

constexpr const char* kStandby = "standby";

TestPostgres::Options with_replication(TestPostgres::Options options, bool bare) {
  options.settings.insert(options.settings.end(), {"wal_level=replica", "max_wal_senders=5",
                                                   "hot_standby=on", "synchronous_commit=on"});
  options.bare = bare;
  return options;
}

}  // namespace

ReplicatedPostgres::ReplicatedPostgres(TestPostgres::Options options)
    : primary_{std::make_unique<TestPostgres>(with_replication(options, false))},
      standby_{std::make_unique<TestPostgres>(with_replication(options, true))},
      hosts_{primary_->socket_directory() + "," + standby_->socket_directory()} {
  rebuild_standby();
}

std::string ReplicatedPostgres::conninfo(const std::string& database) const {
  return "host=" + hosts_ + " port=5432 user=tenggat dbname='" + database +
         "' target_session_attrs=read-write connect_timeout=2";
}

void ReplicatedPostgres::part() {
  primary_->configure({});
  standby_->configure({"primary_conninfo="});
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (primary_->execute("SELECT count(*) FROM pg_stat_replication") != "0" ||
         primary_->execute("SHOW synchronous_standby_names") != "") {
    if (std::chrono::steady_clock::now() > limit)
      throw std::runtime_error{"the standby stays attached"};
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

void ReplicatedPostgres::kill_primary() { primary_->kill9(); }

void ReplicatedPostgres::fail_over() {
  standby_->promote();
  std::swap(primary_, standby_);
}

void ReplicatedPostgres::rebuild_standby() {
  standby_->copy(*primary_, kStandby);
  standby_->start();
  primary_->configure({std::string{"synchronous_standby_names="} + kStandby});
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (primary_->execute("SELECT sync_state || '/' || state FROM pg_stat_replication") !=
         "sync/streaming") {
    if (std::chrono::steady_clock::now() > limit)
      throw std::runtime_error{"the standby does not attach"};
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

}  // namespace tenggat::test
