// The database's disk fills up under load, once the tables' and once the write-ahead log's: nothing
// acknowledged is lost, who asks meanwhile is told to come back, /readyz says why, and with room on
// the disk everything goes on by itself.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <iostream>
#include <optional>
#include <thread>

#include "tests/support/daemon_process.h"
#include "tests/support/http_client.h"
#include "tests/support/invariants.h"
#include "tests/support/office_load.h"
#include "tests/support/process.h"
#include "tests/support/scrape.h"
#include "tests/support/small_disk.h"

namespace tenggat::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kDatabase = "office";
constexpr std::size_t kMiB = std::size_t{1} << 20;

class DiskFullTest : public testing::Test {
 protected:
  // Small segments, and no checkpoint that would give any back: the log's disk fills in seconds.
  DiskFullTest()
      : server_{{.fsync = true,
                 .settings = {"max_connections=100", "max_wal_size=1GB", "checkpoint_timeout=1h"},
                 .initdb = {"--wal-segsize=1"},
                 .data = tables_.directory(),
                 .wal = log_.directory()}} {
    server_.create_database(kDatabase);
    DaemonProcess::Options options;
    options.conninfo = server_.conninfo(kDatabase);
    options.configuration = "http: {requests_a_minute: 1000000}\n";
    daemon_.emplace(std::move(options));
    daemon_->must({"db", "migrate"});
    OfficeLoad::Options load;
    load.tokens = OfficeLoad::staff(*daemon_);
    token_ = load.tokens.portal;
    load.ports = {daemon_->api_port()};
    daemon_->start();
    load_.emplace(load);
  }

  // What the operator's service manager does: a server that has given up is started again.
  void look_after_server() {
    if (server_.running()) return;
    ++server_starts_;
    server_.start();
  }

  template <class Condition>
  bool within(std::chrono::milliseconds limit, Condition condition) {
    const auto end = Clock::now() + limit;
    while (!condition()) {
      if (Clock::now() > end) return false;
      std::this_thread::sleep_for(20ms);
    }
    return true;
  }

  std::string readiness() { return http_get(daemon_->admin_port(), "/readyz"); }

  // How often any session was told of a resource that has run out.
  double heard_of_disk() {
    return series_in(body_of(http_get(daemon_->admin_port(), "/metrics")))
        .at("tenggat_db_errors_total{class=\"53\"}");
  }

  // An application of our own, outside the load; status 0 where it is not answered in a second.
  HttpAnswer submit() {
    boost::asio::io_context io;
    HttpClient client{io.get_executor(), daemon_->api_port()};
    const std::string body =
        R"({"sop":"paud","applicant":{"name":"Siti Aminah"},"subject":"TK Melati",)"
        R"("documents":[{"kind":"persyaratan_izin_paud","uri":"https://example.go.id/melati"}]})";
    auto answer = boost::asio::co_spawn(
        io, client.exchange(http_request("POST", "/api/v1/permits", token_, key_, body)),
        boost::asio::use_future);
    io.run_for(1s);
    if (answer.wait_for(0s) == std::future_status::ready) return answer.get();
    client.close();
    io.restart();
    io.run();
    return {};
  }

  void work_on(std::size_t commands) {
    const std::size_t goal = load_->counts().acknowledged + commands;
    ASSERT_TRUE(within(30s, [this, goal] { return load_->counts().acknowledged >= goal; }))
        << readiness() << daemon_->log();
  }

  void outage_on(SmallDisk& disk, const std::string& name) {
    key_ = "melati-" + std::to_string(++outages_);
    const auto begun = Clock::now();
    double heard_before = heard_of_disk();
    std::string said;
    bool silent = false;
    // A server whose own writer is the first to find its log's disk full dies without a word to
    // anybody. Who has heard of the disk since all was last well must say so.
    ASSERT_TRUE(within(30s,
                       [&] {
                         disk.fill();
                         const double heard = heard_of_disk();
                         said = readiness();
                         if (said.find(" 200 ") != std::string::npos) heard_before = heard;
                         silent = !server_.running() && heard_of_disk() == heard_before &&
                                  said.find("the database cannot be reached") != std::string::npos;
                         return silent || said.find("the database's disk is full (53100)") !=
                                              std::string::npos;
                       }))
        << said << daemon_->log();
    EXPECT_NE(said.find(" 503 "), std::string::npos) << said;
    const auto told = Clock::now();
    HttpAnswer answer;
    ASSERT_TRUE(within(15s,
                       [&] {
                         disk.fill();
                         answer = submit();
                         return answer.status == 503;
                       }))
        << answer.status << answer.body;
    EXPECT_GT(answer.retry_after, 0);
    EXPECT_NE(http_get(daemon_->admin_port(), "/livez").find(" 200 "), std::string::npos);
    const std::size_t stood_at = load_->counts().acknowledged;

    const auto mended = Clock::now();
    disk.clear();
    ASSERT_TRUE(within(30s,
                       [&] {
                         look_after_server();
                         return load_->counts().acknowledged > stood_at && daemon_->ready();
                       }))
        << readiness() << daemon_->log();
    const auto ms = [](auto time) {
      return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    };
    std::cout << name << ": /readyz told " << (silent ? "that the server is gone " : "") << "after "
              << ms(told - begun) << " ms, commands refused " << ms(mended - told)
              << " ms later, working " << ms(Clock::now() - mended)
              << " ms after there was room; PostgreSQL started again " << server_starts_
              << " times\n";
    // The same key, and so the same application, whatever became of the tries before.
    ASSERT_TRUE(within(10s, [&] { return submit().status == 201; }));
  }

  std::size_t lines_with(const std::string& word) const {
    const std::string log = daemon_->log();
    std::size_t count = 0;
    for (auto at = log.find(word); at != std::string::npos; at = log.find(word, at + 1)) ++count;
    return count;
  }

  SmallDisk tables_{160 * kMiB}, log_{96 * kMiB};
  TestPostgres server_;
  std::optional<DaemonProcess> daemon_;
  std::optional<OfficeLoad> load_;
  std::string token_, key_;
  int outages_ = 0, server_starts_ = 0, files_ = 0;
};

TEST_F(DiskFullTest, NothingAcknowledgedIsLostAndReadyzSaysWhy) {
  load_->start();
  ASSERT_NO_FATAL_FAILURE(work_on(100));
  ASSERT_NO_FATAL_FAILURE(outage_on(tables_, "tables"));
  ASSERT_NO_FATAL_FAILURE(work_on(100));
  ASSERT_NO_FATAL_FAILURE(outage_on(log_, "write-ahead log"));
  ASSERT_NO_FATAL_FAILURE(work_on(100));
  ASSERT_TRUE(load_->finish()) << daemon_->log();

  const auto counts = load_->counts();
  std::cout << "acknowledged " << counts.acknowledged << ", answered 503 " << counts.busy
            << ", cut " << counts.cut << ", log lines about it " << lines_with("loop_failed") << "+"
            << lines_with("loop_recovered") << '\n';
  EXPECT_EQ(load_->refusals(), std::vector<std::string>{});
  EXPECT_EQ(breaches(load_->acknowledged(), server_, kDatabase), std::vector<std::string>{});
  EXPECT_EQ(server_.execute("SELECT count(*) FROM permit WHERE subject = 'TK Melati'", kDatabase),
            "2");
  // Five loops, two outages, a handful of SQLSTATEs each; hundreds of attempts.
  EXPECT_LT(lines_with("loop_failed"), 60U);
  EXPECT_EQ(lines_with("batch_failed"), 0U);
  if (HasFailure()) std::cerr << daemon_->log();
}

// No loop writes then: whoever was told says so, and so does /readyz.
TEST_F(DiskFullTest, WhoeverIsToldOfItSaysSo) {
  const auto keep_file = [this] {
    boost::asio::io_context io;
    HttpClient client{io.get_executor(), daemon_->api_port()};
    auto answer = boost::asio::co_spawn(
        io,
        client.exchange(http_request(
            "POST", "/api/v1/files", token_, "",
            "%PDF-1.7\n" + std::string(600 * 1024, static_cast<char>('a' + ++files_)))),
        boost::asio::use_future);
    io.run();
    return answer.get();
  };
  EXPECT_EQ(keep_file().status, 201);
  tables_.fill();
  const HttpAnswer refused = keep_file();
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("the database's disk is full"), std::string::npos) << refused.body;
  EXPECT_EQ(refused.body.find("cannot be reached"), std::string::npos) << refused.body;
  const std::string said = readiness();
  EXPECT_NE(said.find(" 503 "), std::string::npos) << said;
  EXPECT_NE(said.find("the database's disk is full (53100)"), std::string::npos) << said;
  EXPECT_GE(lines_with("database_unfit"), 1U);
  EXPECT_GE(heard_of_disk(), 1);
  tables_.clear();
  EXPECT_TRUE(within(5s, [this] { return daemon_->ready(); })) << readiness() << daemon_->log();
  EXPECT_EQ(keep_file().status, 201);
  if (HasFailure()) std::cerr << daemon_->log();
}

// Nobody asks any more, so no command shows that writes fail still, nor that they succeed again.
TEST_F(DiskFullTest, LongAQuietOfficeStillSaysWhyAndSeesTheEnd) {
  const auto told = [this] {
    return readiness().find("the database's disk is full (53100)") != std::string::npos;
  };
  tables_.fill();
  key_ = "melati";
  EXPECT_EQ(submit().status, 0);  // kept, and tried again and again
  EXPECT_TRUE(told()) << readiness();
  // After 25 s it is given up.
  const auto given_up = Clock::now() + 27s;
  while (Clock::now() < given_up) {
    EXPECT_TRUE(told()) << readiness();
    std::this_thread::sleep_for(500ms);
  }
  tables_.clear();
  EXPECT_TRUE(within(2s, [this] { return daemon_->ready(); })) << readiness() << daemon_->log();
  EXPECT_EQ(server_.execute("SELECT count(*) FROM permit", kDatabase), "0");
  EXPECT_EQ(submit().status, 201);
  if (HasFailure()) std::cerr << daemon_->log();
}

}  // namespace
}  // namespace tenggat::test

int main(int argc, char** argv) {
  tenggat::test::enter_own_mounts(argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
