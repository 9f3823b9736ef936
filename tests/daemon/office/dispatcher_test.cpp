#include "daemon/office/dispatcher.h"

#include <gtest/gtest.h>

#include "tests/daemon/office/dispatcher_fixture.h"

namespace tenggat::test {
namespace {

using office::DispatcherOptions;

TEST_F(DispatcherTest, WhatIsSlowHoldsUpNeitherItsChannelNorAnother) {
  const std::int64_t slow = queue("whatsapp", 100);
  queue("email", 100);
  gateway_.judge([slow](std::int64_t message) { return message == slow ? "" : "200 OK"; });
  start();
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "199"));
  EXPECT_EQ(state(slow), "queued ");
  gateway_.release();
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "200"));
  EXPECT_EQ(query("SELECT count(*) || ' ' || sum(attempts) FROM message"), "200 200");
  EXPECT_EQ(query("SELECT count(*) FROM attempt WHERE outcome = 'accepted'"), "200");
}

TEST_F(DispatcherTest, NoMoreAreUnderWayThanTheChannelHasPlaces) {
  queue("whatsapp", 60);
  gateway_.judge([](std::int64_t) { return ""; });
  DispatcherOptions options;
  options.at_once[notify::Channel::whatsapp] = 5;
  start(options);
  EXPECT_TRUE(until([this] { return gateway_.messages() == 5; }));
  EXPECT_FALSE(until([this] { return gateway_.messages() > 5; }, std::chrono::seconds(1)));
}

TEST_F(DispatcherTest, AnOutcomeCountsOnlyWithItsToken) {
  const std::int64_t taken_over = queue("whatsapp", 2);
  gateway_.judge([](std::int64_t) { return ""; });
  start();
  ASSERT_TRUE(until([this] { return gateway_.messages() == 2; }));
  // As another daemon does after the lease has run out.
  query(
      fmt::format("UPDATE message SET fence = fence + 1, lease_until = clock_timestamp() +"
                  " interval '60 s' WHERE id = {}",
                  taken_over));
  gateway_.release();
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "1"));
  EXPECT_EQ(state(taken_over), "queued ");
  // What was learnt of the attempt stays on record.
  EXPECT_TRUE(becomes("SELECT count(*) FROM attempt WHERE outcome = 'accepted'", "2"));
}

TEST_F(DispatcherTest, WhatHasNotSetOutIsGivenBackUncountedAtTheEnd) {
  DispatcherOptions options;
  options.at_once[notify::Channel::whatsapp] = 2;
  std::set<std::int64_t> let_go;
  // Two are answered, so that more are claimed than there are places.
  gateway_.judge([&](std::int64_t message) {
    return let_go.size() < 2 && let_go.insert(message).second ? "200 OK" : "";
  });
  queue("whatsapp", 40);
  start(options);
  ASSERT_TRUE(until([this] { return gateway_.messages() == 4; }));
  ASSERT_TRUE(becomes("SELECT count(*) > 6 FROM message WHERE attempts > 0", "t"));
  stop();
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE state = 'accepted'"), "4");
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE state = 'queued' AND lease_until IS NULL"
                  " AND attempts = 0"),
            "36");
  EXPECT_EQ(query("SELECT count(*) FROM attempt"), "4");
}

TEST_F(DispatcherTest, ARecordThatIsRefusedDoesNotSpoilItsNeighbours) {
  const std::int64_t first = queue("whatsapp", 50);
  query(
      fmt::format("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                  "  IF new.id = {} AND new.state = 'accepted' THEN RAISE EXCEPTION 'no'; END IF;"
                  "  RETURN new; END $$; CREATE TRIGGER refuse BEFORE UPDATE ON message"
                  "  FOR EACH ROW EXECUTE FUNCTION refuse()",
                  first + 20));
  start();
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "49"));
  EXPECT_EQ(state(first + 20), "queued ");
  for (std::int64_t id = first; id < first + 50; ++id) EXPECT_EQ(gateway_.taken(id), 1);
}

TEST_F(DispatcherTest, WhatEndedEveryDaemonThatTriedItIsNotTriedAgain) {
  const std::int64_t poison = queue("whatsapp", 1);
  query("UPDATE message SET attempts = 12");
  start();
  EXPECT_TRUE(becomes("SELECT state FROM message", "dead"));
  EXPECT_EQ(gateway_.taken(poison), 0);
}

TEST_F(DispatcherTest, WhatWaitsForItsTimeIsNotClaimedAndThenGoes) {
  queue("whatsapp", 1);
  query("UPDATE message SET next_attempt_at = clock_timestamp() + interval '1500 ms'");
  start();
  EXPECT_TRUE(becomes("SELECT state FROM message", "accepted"));
  EXPECT_EQ(query("SELECT started_at >= (SELECT created_at + interval '1400 ms' FROM message)"
                  " FROM attempt"),
            "t");
}

}  // namespace
}  // namespace tenggat::test
