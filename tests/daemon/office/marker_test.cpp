// The mark on its disk: what is there before a number is given, when the disk is full, when the
// daemon is cut off.
#include "daemon/office/marker.h"

#include <gtest/gtest.h>

#include <fstream>

#include "daemon/store/restoring.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::office {
namespace {

using test::await;
namespace fs = std::filesystem;

const std::pair<std::string, int> kSeries{"paud", 2026};

class MarkerTest : public test::OnDatabase {
 protected:
  void SetUp() override {
    migrate();
    connection_.emplace(connect());
    sql("INSERT INTO permit_number (sop, year, last) VALUES ('paud', 2026, 8)");
    std::string pattern = (fs::temp_directory_path() / "tenggat-mark-XXXXXX").string();
    state_ = ::mkdtemp(pattern.data());
    pg::PoolOptions options;
    options.connect = pg::ConnectOptions(conninfo_);
    pool_ = std::make_unique<pg::Pool>(io_.get_executor(), options);
    begin_anew();
  }
  void TearDown() override {
    marker_.reset();
    pool_.reset();
    fs::remove_all(state_);
  }
  // As after a fall: what it knew beyond its file is gone.
  void begin_anew(fs::path state = {}) {
    marker_ = std::make_unique<Marker>(io_.get_executor(), *pool_, metrics_,
                                       state.empty() ? state_ : std::move(state));
  }
  std::string begin() { return await(io_, marker_->begin(*connection_)); }
  store::Mark mark() {
    return read_mark(mark_file(state_, sql("SELECT identity FROM database_identity"))).value();
  }
  void give(std::int64_t number) {
    const NumberCounters numbers{{kSeries, number}};
    await(io_, marker_->reserve(numbers));
    marker_->acknowledged(numbers, {});
  }

  fs::path state_;
  Metrics metrics_{MetricsOptions{}};
  std::unique_ptr<pg::Pool> pool_;
  std::unique_ptr<Marker> marker_;
};

TEST_F(MarkerTest, NoNumberIsGivenBeforeTheDiskHoldsThatItMayBe) {
  EXPECT_EQ(begin(), "");
  EXPECT_EQ(mark().upper(kSeries), 28);
  EXPECT_FALSE(mark().exact);
  for (const std::int64_t number : {9, 28, 29, 60, 1000, 30'000}) {
    give(number);
    EXPECT_GE(mark().upper(kSeries), number);
  }
  const std::pair<std::string, int> next_year{"paud", 2027};
  await(io_, marker_->reserve({{next_year, 1}}));
  EXPECT_GE(mark().upper(next_year), 1);
}

TEST_F(MarkerTest, AnEndInOrderLeavesNoNumberOut) {
  begin();
  give(9);
  marker_->close();
  EXPECT_TRUE(mark().exact);
  EXPECT_EQ(mark().upper(kSeries), 9);
  sql("UPDATE permit_number SET last = 9");
  begin_anew();
  EXPECT_EQ(begin(), "");
}

TEST_F(MarkerTest, WhatTheDatabaseDoesNotKnowKeepsItFromBeingServed) {
  begin();
  give(12);
  marker_->close();
  begin_anew();
  EXPECT_EQ(begin(), "paud 2026: 12 was given, the database knows 8");
  EXPECT_EQ(sql("SELECT behind FROM database_identity"),
            "paud 2026: 12 was given, the database knows 8");
  EXPECT_TRUE(mark().exact);  // it stays as it is until somebody accepts
  await(io_, store::accept_restored(*connection_, store::By::system(), mark()));
  EXPECT_EQ(begin(), "");
  EXPECT_EQ(sql("SELECT last FROM permit_number"), "12");
}

TEST_F(MarkerTest, AnotherDaemonsFindingCountsAlsoWithoutAMark) {
  sql("UPDATE database_identity SET behind = 'it was seen'");
  EXPECT_EQ(begin(), "it was seen");
}

TEST_F(MarkerTest, ASessionWithADatabaseThatKnowsLessIsRefusedAndTold) {
  begin();
  std::string told;
  marker_->on_behind([&](const pg::Error& why) { told = why.message(); });
  await(io_, marker_->look(*connection_));
  EXPECT_EQ(told, "");
  give(12);
  std::string refused;
  try {
    await(io_, marker_->look(*connection_));
  } catch (const pg::Error& why) {
    refused = why.sqlstate();
  }
  EXPECT_EQ(refused, "TG002");
  // No number is left out that was not given: it knows.
  marker_.reset();
  EXPECT_TRUE(mark().exact);
  EXPECT_EQ(mark().upper(kSeries), 12);
  EXPECT_EQ(told, "paud 2026: 12 was given, the database knows 8");
}

TEST_F(MarkerTest, AMarkThatCannotBeReadIsNamed) {
  begin();
  const fs::path file = mark_file(state_, sql("SELECT identity FROM database_identity"));
  std::ofstream(file) << "{";
  begin_anew();
  try {
    begin();
    ADD_FAILURE() << "it was read";
  } catch (const std::runtime_error& why) {
    EXPECT_NE(std::string(why.what()).find(file.string()), std::string::npos) << why.what();
  }
}

// Work goes on; the metric and the log say it.
TEST_F(MarkerTest, ADiskThatTakesNothingStopsNoWork) {
  std::ofstream(state_ / "taken") << "a file where a folder should be";
  begin_anew(state_ / "taken");
  EXPECT_EQ(begin(), "");
  EXPECT_EQ(metrics_.mark_write_failures.Value(), 1);
  const auto begun = std::chrono::steady_clock::now();
  give(9);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
  EXPECT_GE(metrics_.mark_write_failures.Value(), 2);
}

}  // namespace
}  // namespace tenggat::office
