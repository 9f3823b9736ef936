// What is kept no longer goes with all that is its own, and the record still holds: chains,
// numbers, seals from before. What somebody takes away beside it is named.
#include "daemon/store/retention.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/daemon/store/years_later.h"

namespace tenggat::store {
namespace {

using std::chrono::days;

class Retained : public YearsLater {
 protected:
  // In slices of two, as long as there is something.
  int retire(days kept = days{365}) {
    int all = 0;
    while (const int gone = test::await(io_, retire_permits(db(), kept, 2))) all += gone;
    return all;
  }
};

constexpr const char* kEnded =
    "SELECT count(*) FROM permit WHERE state NOT IN ('active', 'returned')";
constexpr const char* kOpen = "SELECT count(*) FROM permit WHERE state IN ('active', 'returned')";

TEST_F(Retained, WhatEndedLongAgoGoesWholeAndTheRecordHolds) {
  const Seal before = seal();
  const int ended = std::stoi(sql(kEnded));
  const std::string open = sql(kOpen);
  ASSERT_GE(ended, 4);
  sql("INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text, reason,"
      " raised_at, hold_until, cause, send_at, state) SELECT id, 1, 'due', 1, 1, 'officer:siti',"
      " 'holder', 'tugas_baru', 'x', now(), now(), 1, now(), 'rendered' FROM permit WHERE id = 6");
  sql("INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
      " template, rendered_at, state) VALUES ('officer:siti', 'on_duty', 'email', 'a@b.example',"
      " 'Siti', 'tugas_baru', '', '', '{}', '', now(), 'accepted')");
  sql("INSERT INTO message_notice (message, permit, notice)"
      " SELECT (SELECT max(id) FROM message), permit, id FROM notice WHERE permit = 6");

  const auto standings = [&](std::optional<days> kept) {
    return test::await(io_, count_retention(db(), KeptFor{kept, kept, kept}));
  };
  EXPECT_EQ(standings(std::nullopt).permits.due, 0);
  EXPECT_EQ(standings(days{1000}).permits.due, 0);
  EXPECT_EQ(standings(days{365}).permits.due, ended);
  EXPECT_EQ(retire(days{1000}), 0);  // not so long ago
  EXPECT_EQ(retire(), ended);
  EXPECT_EQ(standings(days{365}).permits.due, 0);
  EXPECT_EQ(standings(days{365}).permits.removed, ended);
  EXPECT_EQ(sql(kEnded), "0");
  EXPECT_EQ(sql(kOpen), open);
  EXPECT_EQ(sql("SELECT count(*) FROM retired_permit"), std::to_string(ended));
  for (const char* table : {"event", "visit", "pause", "document", "raised_rung", "note", "notice"})
    EXPECT_EQ(sql(fmt::format("SELECT count(*) FROM {} t WHERE permit > 0 AND NOT EXISTS"
                              " (SELECT FROM permit p WHERE p.id = t.permit)",
                              table)),
              "0")
        << table;
  EXPECT_EQ(sql("SELECT count(*) FROM applicant"), open);
  EXPECT_EQ(sql("SELECT count(*) FROM message"), "0");
  EXPECT_EQ(found(), std::vector<std::string>());
  EXPECT_TRUE(against(before).empty()) << words_of(against(before).front());
  EXPECT_TRUE(against(seal()).empty());
  EXPECT_EQ(sql("SELECT sum((fields ->> 'after.count')::int) FROM office_event"
                " WHERE type = 'retention_applied'"),
            std::to_string(ended));
}

TEST_F(Retained, WhatIsTakenAwayBesideItIsNamed) {
  const Seal before = seal();
  const int ended = retire();
  ASSERT_GE(ended, 4);
  const auto planted = [&](const std::string& change, const std::string& says) {
    sql("CREATE TABLE kept AS SELECT * FROM retired_permit");
    sql(change);
    const std::vector<std::string> named = found();
    ASSERT_FALSE(named.empty()) << change;
    EXPECT_NE(fmt::format("{}", fmt::join(named, "\n")).find(says), std::string::npos)
        << fmt::format("{}", fmt::join(named, "\n"));
    sql("DELETE FROM retired_permit; INSERT INTO retired_permit SELECT * FROM kept;"
        " DROP TABLE kept");
  };
  planted("DELETE FROM retired_permit WHERE id = (SELECT min(id) FROM retired_permit)",
          "were removed is not what it says");
  planted("UPDATE retired_permit SET events = events + 1", "were removed is not what it says");
  planted("UPDATE retired_permit SET last_hash = 'x'", "were removed is not what it says");
  planted("UPDATE retired_permit SET recorded = 99", "are called removed, and no event says so");
  EXPECT_EQ(found(), std::vector<std::string>());
  // Called removed so that nobody asks for it: it was sealed, and no event of the office names it.
  sql("INSERT INTO retired_permit SELECT id, sop, number, events, last_hash, changed_at, 1 FROM "
      "permit"
      " WHERE state = 'active' LIMIT 1");
  EXPECT_FALSE(found().empty());
  sql("SET session_replication_role = replica; UPDATE seal_chain SET hash = 'x'"
      " WHERE permit = (SELECT min(id) FROM retired_permit)");
  EXPECT_FALSE(against(before).empty());
}

TEST_F(Retained, WhatIsOpenOrEndedLatelyStaysWhoeverAsks) {
  for (const char* which : {"state = 'active'", "state <> 'active'"}) {
    if (std::string(which) == "state <> 'active'")
      sql("UPDATE simulated_clock SET start_at = '2026-12-01T08:00:00+08:00'");
    try {
      sql(fmt::format("SELECT retire_permits(ARRAY(SELECT id FROM permit WHERE {} LIMIT 1))",
                      which));
      ADD_FAILURE() << which;
    } catch (const std::exception& why) {
      EXPECT_NE(std::string(why.what()).find("kept for a year"), std::string::npos) << why.what();
    }
  }
  EXPECT_ANY_THROW(sql("DELETE FROM event WHERE permit = 6"));
  EXPECT_EQ(retire(), 0);  // at this clock nothing is a year old
}

// An objection names the permit that it is about: that one goes after it, in its own slice.
TEST_F(Retained, WhatAnObjectionNamesGoesAfterIt) {
  sql("UPDATE permit SET related = 6 WHERE id = 1");
  const int ended = std::stoi(sql(kEnded));
  sql("UPDATE permit SET state = 'active' WHERE id = 1");
  const int left = std::stoi(sql(kOpen));
  retire();
  EXPECT_EQ(sql("SELECT count(*) FROM permit WHERE id = 6"), "1");
  EXPECT_LE(ended, std::stoi(sql("SELECT count(*) FROM retired_permit")) + left);
  sql("UPDATE permit SET related = NULL WHERE id = 1");
  EXPECT_EQ(retire(), 1);
}

TEST_F(Retained, AFileGoesWithTheLastThatKeepsIt) {
  const std::string one(64, 'a'), both(64, 'b');
  for (const std::string& sha256 : {one, both})
    sql(
        fmt::format("INSERT INTO file (sha256, content_type, size, content, added_by, holder)"
                    " VALUES ('{0}', 'application/pdf', 1, {1}, 'x', {1})",
                    sha256, sha256 == one ? 1 : 2));
  const auto attach = [&](int permit, const std::string& sha256, int id) {
    sql(fmt::format(
        "INSERT INTO document (permit, id, visit, kind, uri, sha256, file, added_at, added_by,"
        " added_event) VALUES ({}, {}, 1, 'x', 'tenggat:{}', '{}', true, now(), 'x', 1)",
        permit, id, sha256, sha256));
  };
  attach(6, one, 90);
  attach(6, both, 91);
  const std::string open = sql("SELECT min(id) FROM permit WHERE state IN ('active', 'returned')");
  attach(std::stoi(open), both, 90);
  const std::string released =
      "SELECT string_agg(left(sha256, 1), '') FROM file WHERE until IS NOT NULL";
  EXPECT_EQ(test::await(io_, drop_files(db(), days{1000}, 10)), 0);
  EXPECT_EQ(test::await(io_, drop_files(db(), days{365}, 10)), 1);
  EXPECT_EQ(sql(released), "a");
  EXPECT_EQ(test::await(io_, drop_files(db(), days{365}, 10)), 0);
  sql("UPDATE file SET until = NULL");
  retire();  // takes the permit, and with it what only it had
  EXPECT_EQ(sql(released), "a");
}

}  // namespace
}  // namespace tenggat::store
