#include "daemon/office/trouble.h"

#include <gtest/gtest.h>

#include "daemon/base/log.h"

namespace tenggat::office {
namespace {

pg::Error error(const char* sqlstate) {
  pg::ErrorFields fields;
  fields.sqlstate = sqlstate;
  fields.message = "no";
  return pg::Error{std::move(fields)};
}

class TroubleTest : public testing::Test {
 protected:
  TroubleTest() {
    count_log_lines([this](Level) { ++lines_; });
  }
  ~TroubleTest() override { count_log_lines({}); }

  int lines_ = 0;
  Trouble trouble_{"watch"};
};

TEST_F(TroubleTest, TheLogSaysEachFailureAndItsEndOnce) {
  for (int i = 0; i < 1000; ++i) {
    trouble_.failed(error("53100"));
    trouble_.failed(error("08006"));
  }
  EXPECT_EQ(lines_, 2);
  trouble_.succeeded();
  trouble_.succeeded();
  EXPECT_EQ(lines_, 3);
}

// A disk with a little room: one write fits, the next does not.
TEST_F(TroubleTest, FailuresThatComeAndGoAreNoFlood) {
  for (int i = 0; i < 1000; ++i) {
    trouble_.failed(error("53100"));
    trouble_.succeeded();
  }
  EXPECT_EQ(lines_, 2);
}

TEST_F(TroubleTest, TheOutageIsInWordsUntilTheNextSuccess) {
  EXPECT_EQ(trouble_.outage(), "");
  EXPECT_EQ(trouble_.lasting().count(), 0);
  trouble_.failed(error("08006"));
  EXPECT_EQ(trouble_.outage(), "the database cannot be reached (08006)");
  EXPECT_TRUE(trouble_.only_out_of_reach());
  EXPECT_EQ(trouble_.sqlstate(), "08006");
  trouble_.failed(error("53100"));
  EXPECT_EQ(trouble_.outage(), "the database's disk is full (53100)");
  EXPECT_EQ(trouble_.sqlstate(), "53100");
  EXPECT_FALSE(trouble_.only_out_of_reach());
  // The server crashed over it, which is the lesser news.
  trouble_.failed(error("57P03"));
  EXPECT_EQ(trouble_.outage(), "the database's disk is full (53100)");
  EXPECT_FALSE(trouble_.only_out_of_reach());
  EXPECT_GT(trouble_.lasting().count(), 0);
  trouble_.succeeded();
  EXPECT_EQ(trouble_.outage(), "");
  EXPECT_EQ(trouble_.lasting().count(), 0);
}

// One session hears of the full disk, another still writes what fits, and the server dies of it.
TEST(UnfitTest, AServerThatDiesOfAFullDiskIsSaidToBeFull) {
  using namespace std::chrono_literals;
  Unfit unfit;
  EXPECT_FALSE(unfit.heard(error("08006"), 1s));
  EXPECT_EQ(unfit.words(), "");
  EXPECT_TRUE(unfit.heard(error("53100"), 2s));
  unfit.writes_again();
  EXPECT_EQ(unfit.words(), "");
  EXPECT_FALSE(unfit.heard(error("08006"), 3s));
  EXPECT_EQ(unfit.words(), "the database's disk is full (53100)");
  EXPECT_FALSE(unfit.heard(error("57P03"), 60s));
  EXPECT_EQ(unfit.words(), "the database's disk is full (53100)");
  // A server that goes much later goes for a reason of its own.
  unfit.writes_again();
  EXPECT_FALSE(unfit.heard(error("57P01"), 61s));
  EXPECT_EQ(unfit.words(), "");
}

TEST_F(TroubleTest, ABugIsNoOutage) {
  trouble_.failed(error("23505"));
  trouble_.failed(std::logic_error("no such step"));
  EXPECT_EQ(trouble_.outage(), "");
  EXPECT_EQ(lines_, 2);
}

}  // namespace
}  // namespace tenggat::office
