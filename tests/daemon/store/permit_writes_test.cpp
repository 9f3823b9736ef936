// What a decision leaves in the database, byte by byte: whatever the types in memory look like, a
// chain that was written by an earlier program must verify, and go on, under this one.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <sstream>

#include "daemon/pg/migrate.h"
#include "daemon/store/audit.h"
#include "daemon/store/event_codec.h"
#include "daemon/store/hash.h"
#include "daemon/store/migrations.h"
#include "daemon/store/outbox.h"
#include "daemon/store/permits.h"
#include "daemon/store/record.h"
#include "tests/daemon/store/stories.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::store {
namespace {

using namespace tenggat::testing;
namespace asio = boost::asio;

// All of the story at once, as one change that opens the permit.
PermitChange change_of(const Story& story, std::int64_t id) {
  const Office& office = story.office;
  PermitChange change;
  change.decision.after = office.permit;
  change.decision.after.id = id;
  change.decision.after.applicant = id;
  change.decision.after.number = story.name;
  change.decision.events = office.events;
  change.decision.notices = office.notices();
  change.decision.counts = office.counted;
  change.projection = project(change.decision.after, office.sop(), office.calendar());
  change.calendar_version = "calendar 1";
  change.salt = "salt";
  change.tracking_seed = story.name;
  return change;
}

asio::awaitable<void> write(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await prepare(db);
  std::vector<PermitChange> changes;
  std::int64_t id = 0;
  for (const Story& story : stories()) changes.push_back(change_of(story, ++id));
  pg::Transaction transaction(db);
  pg::Pipeline writes;
  append_writes(writes, changes, SendRules{});
  co_await transaction.commit(std::move(writes));
}

asio::awaitable<AuditReport> audit(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_return co_await verify_record(db, AuditOptions());
}

asio::awaitable<std::vector<StoredEvent>> chain_of(std::string conninfo, std::int64_t permit) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  pg::Pipeline reading;
  const std::vector<std::int64_t> permits(1, permit);
  const auto chain = add_recorded_events(reading, permits);
  const pg::Results results = co_await db.run(std::move(reading));
  std::vector<StoredEvent> events;
  const std::vector<RecordedEvent> recorded = results[chain];
  for (const RecordedEvent& one : recorded) events.push_back(one.stored);
  co_return events;
}

class FactsAsStored : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    conninfo() = test::shared_postgres().create_database("facts_as_stored");
    asio::io_context io;
    test::await(io, write(conninfo()));
  }
  static std::string& conninfo() {
    static std::string kept;
    return kept;
  }
  // The rows of a query, a line each, against those of a file beside this one.
  static std::string golden(const std::string& file) {
    std::ifstream in(TENGGAT_SOURCE_DIR "/tests/daemon/store/" + file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  static void compare(const std::string& rows, const std::string& file) {
    const std::string found = test::shared_postgres().execute(
        "SELECT string_agg(line, E'\\n' ORDER BY place) || E'\\n'"
        " FROM (" +
            rows + ") AS lines",
        "facts_as_stored");
    EXPECT_EQ(found, golden(file));
  }
};

// Their hashes as a program made them that knew no rows: old chains must verify.
TEST_F(FactsAsStored, EventsAreAsTheyWereBeforeTheyWereTypes) {
  asio::io_context io;
  std::string lines;
  std::int64_t id = 0;
  for (const Story& story : stories()) {
    std::string previous;
    std::vector<StoredEvent> chain = test::await(io, chain_of(conninfo(), ++id));
    for (StoredEvent& stored : chain) {
      stored.rows.json.clear();
      const EventHead& head = stored.event;
      previous = event_hash(previous, id, stored);
      lines +=
          fmt::format("{} {} {} visit {} {} for {} via {} {} {} {}\n", story.name, head.sequence,
                      stored.type, head.visit, head.actor, head.acting_for, head.via,
                      head.at.time_since_epoch().count(), stored.fields_json, hex(previous));
    }
  }
  EXPECT_EQ(lines, golden("events.golden"));
}

TEST_F(FactsAsStored, NoticesAreAsTheyWereBeforeTheyWereTypes) {
  compare(
      "SELECT concat_ws(' ', p.number, n.visit, n.kind, n.k, n.occurrence, n.addressee, n.audience,"
      "   n.text, n.reason, n.urgent, n.cause, n.details) AS line,"
      "   row_number() OVER (ORDER BY n.permit, n.id) AS place"
      " FROM notice n JOIN permit p ON p.id = n.permit",
      "notices.golden");
}

asio::awaitable<std::vector<PendingNotice>> due_notices(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  pg::Pipeline reading;
  const auto due = add_lock_due_notices(reading, 1000);
  const pg::Results results = co_await db.run(std::move(reading));
  co_return results[due];
}

TEST_F(FactsAsStored, NoticesReadBackAsTheyWereRaised) {
  test::shared_postgres().execute("UPDATE notice SET send_at = '2020-01-01'", "facts_as_stored");
  asio::io_context io;
  const std::vector<PendingNotice> found = test::await(io, due_notices(conninfo()));
  std::size_t at = 0;
  for (const Story& story : stories())
    for (const Notice& raised : story.office.notices()) {
      ASSERT_LT(at, found.size());
      EXPECT_EQ(found[at].unreadable, "");
      EXPECT_TRUE(found[at].notice == raised) << story.name << " " << raised.text;
      ++at;
    }
  EXPECT_EQ(at, found.size());
}

TEST_F(FactsAsStored, CountsAreAsTheyWereBeforeTheyWereTypes) {
  compare(
      "SELECT concat_ws(' ', p.number, d.cause, extract(epoch FROM d.counted_from)::bigint, d.sop,"
      "   d.changes) AS line,"
      "   row_number() OVER (ORDER BY d.permit, d.cause, d.counted_from) AS place"
      " FROM count_delta d JOIN permit p ON p.id = d.permit",
      "counts.golden");
}

TEST_F(FactsAsStored, EveryChainHolds) {
  asio::io_context io;
  const AuditReport report = test::await(io, audit(conninfo()));
  EXPECT_EQ(report.permits, static_cast<std::int64_t>(stories().size()));
  EXPECT_TRUE(report.findings.empty());
}

TEST_F(FactsAsStored, AnEventOfATypeThatNobodyKnowsIsReportedWithItsPermitAndItsNumber) {
  static constexpr std::int64_t kPermit = 2;
  const auto end_with = [](const StoredEvent& last) {
    test::shared_postgres().execute(
        fmt::format("SET session_replication_role = replica;"
                    " UPDATE event SET type = '{0}', hash = '\\x{1}' WHERE permit = {2}"
                    "   AND sequence = {3};"
                    " UPDATE permit SET last_hash = '\\x{1}' WHERE id = {2}",
                    last.type, hex(last.hash), kPermit, last.event.sequence),
        "facts_as_stored");
  };
  asio::io_context io;
  const std::vector<StoredEvent> chain = test::await(io, chain_of(conninfo(), kPermit));
  StoredEvent renamed = chain.back();
  renamed.type = "renamed";  // by a program whose hashes are right
  renamed.hash = event_hash(chain.at(chain.size() - 2).hash, kPermit, renamed);
  end_with(renamed);
  const AuditReport report = test::await(io, audit(conninfo()));
  end_with(chain.back());
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].number, "paused_and_answered");
  EXPECT_EQ(report.findings[0].sequence, renamed.event.sequence);
  EXPECT_EQ(report.findings[0].what,
            fmt::format("permit {}, event {} (renamed) cannot be read: there is no such type",
                        kPermit, renamed.event.sequence));
  EXPECT_TRUE(test::await(io, audit(conninfo())).findings.empty());
}

}  // namespace
}  // namespace tenggat::store
