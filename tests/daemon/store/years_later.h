// The stories of April 2026 in a database, two years later: what the office keeps of them, and what
// its record says.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "daemon/store/hash.h"
#include "daemon/store/office_chain.h"
#include "daemon/store/seals.h"
#include "tests/daemon/store/stories.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::store {

namespace asio = boost::asio;

class YearsLater : public ::testing::Test {
 protected:
  void SetUp() override {
    static int count = 0;
    database_ = fmt::format("years_later_{}", ++count);
    conninfo_ = test::shared_postgres().create_database(database_);
    test::await(io_, write_stories(conninfo_));
    sql("INSERT INTO simulated_clock (start_at, speed, anchor_at)"
        " VALUES ('2028-05-01T08:00:00+08:00', 0, now())");
    connection_ = test::await(io_, open());
  }
  void TearDown() override {
    connection_.reset();
    test::shared_postgres().drop_database(database_);
  }

  std::string sql(const std::string& text) {
    return test::shared_postgres().execute(text, database_);
  }
  pg::Connection& db() { return *connection_; }
  std::vector<std::string> found() {
    std::vector<std::string> all;
    for (const AuditFinding& one : test::await(io_, audit_stories(conninfo_)).findings)
      all.push_back(words_of(one));
    const OfficeAudit office = test::await(io_, verify_office_chain(db()));
    if (office.broken) all.push_back(words_of(*office.broken));
    return all;
  }
  Seal seal() {
    const Sign sign = [](std::string_view text) { return sha256(text) + sha256(text); };
    return *test::await(io_, make_seal(db(), "0123456789abcdef", sign));
  }
  std::vector<AuditFinding> against(const Seal& seal) {
    return test::await(io_, verify_seal(db(), seal));
  }

  asio::io_context io_;
  std::string database_, conninfo_;

 private:
  pg::Awaitable<std::shared_ptr<pg::Connection>> open() {
    auto connection = co_await pg::Connection::connect(pg::ConnectOptions{std::string(conninfo_)});
    co_return std::make_shared<pg::Connection>(std::move(connection));
  }

  std::shared_ptr<pg::Connection> connection_;
};

}  // namespace tenggat::store
