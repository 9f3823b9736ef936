// The record against whoever has the database's rights: each column of each row that it speaks of
// is changed, each row removed, each doubled, events are swapped. What is changed is named.
#include "daemon/store/record.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <iostream>
#include <map>
#include <set>

#include "daemon/pg/migrate.h"
#include "daemon/store/audit.h"
#include "daemon/store/columns.h"
#include "daemon/store/event_codec.h"
#include "daemon/store/hash.h"
#include "daemon/store/migrations.h"
#include "daemon/store/permit_receipt.h"
#include "daemon/store/permits.h"
#include "daemon/store/seals.h"
#include "tests/daemon/store/receipt_samples.h"
#include "tests/daemon/store/stories.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"
#include "tests/support/rewritten_chain.h"

namespace tenggat::store {
namespace {

namespace asio = boost::asio;
using namespace tenggat::testing;

// Columns that the record does not hold, each with why. A new column is to be found, or stands
// here.
const std::map<std::string, std::string> kDerived{
    {"applicant.tongue", "what a reader wishes, like the size of a letter"},
    {"permit.version", "counts writes, so that two of them do not meet"},
    {"permit.last_action", "what an undo would take back; an undo is an event"}};

// Columns that follow from the rules as long as the permit or the visit is open; then they are no
// one's any more. Where nothing is to be taken back, something that cannot be read is found.
const std::map<std::string, std::string> kWhileOpen{
    {"permit.case_due_soon_at", "state IN ('active', 'returned')"},
    {"permit.case_due_at", "state IN ('active', 'returned')"},
    {"permit.legal_due_at", "state IN ('active', 'returned')"},
    {"permit.legal_risk_at", "state IN ('active', 'returned')"},
    {"permit.last_action", "last_action IS NOT NULL"},
    {"visit.due_at", "closed_at IS NULL AND NOT undone"},
    {"visit.due_soon_at", "closed_at IS NULL AND NOT undone"},
    {"visit.paused", "closed_at IS NULL AND NOT undone"},
    {"visit.check_at", "check_at IS NOT NULL"}};

const std::vector<std::string> kTables{"permit",   "applicant",   "visit", "pause",
                                       "document", "raised_rung", "note",  "event"};

pg::Awaitable<std::int64_t> complete(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  const std::function<void(std::int64_t, std::int64_t)> unseen = [](std::int64_t, std::int64_t) {};
  co_return co_await complete_record(db, unseen);
}

class Record : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { write_as("record"); }
  static void write_as(const std::string& name) {
    database() = name;
    conninfo() = test::shared_postgres().create_database(name);
    asio::io_context io;
    test::await(io, write_stories(conninfo()));
  }
  static std::string& database() {
    static std::string kept;
    return kept;
  }
  static std::string& conninfo() {
    static std::string kept;
    return kept;
  }
  // Without foreign keys, and without the triggers that keep the log from being changed.
  static std::string run(const std::string& sql) {
    return test::shared_postgres().execute("SET session_replication_role = replica; " + sql,
                                           database());
  }
  static std::vector<std::string> lines(const std::string& sql) {
    std::vector<std::string> all;
    std::istringstream text(test::shared_postgres().execute(
        "SELECT coalesce(string_agg(line::text, E'\\n'), '') FROM (" + sql + ") AS of(line)",
        database()));
    for (std::string line; std::getline(text, line);)
      if (!line.empty()) all.push_back(line);
    return all;
  }
  // What is found of the database as it stands, in words.
  static std::vector<std::string> found() {
    asio::io_context io;
    std::vector<std::string> all;
    for (const AuditFinding& one : test::await(io, audit_stories(conninfo())).findings)
      all.push_back(words_of(one));
    return all;
  }
  // Changes a row, looks, and puts it back as it was.
  static std::vector<std::string> found_after(const std::string& table, const std::string& row,
                                              const std::string& change) {
    run(
        fmt::format("CREATE TABLE kept AS SELECT * FROM {0} WHERE ctid = '{1}';"
                    " CREATE TABLE others AS SELECT {2} AS place FROM {0} WHERE ctid <> '{1}'",
                    table, row, key(table)));
    run(change);
    const std::vector<std::string> all = found();
    run(
        fmt::format("DELETE FROM {0} WHERE {1} NOT IN (SELECT place FROM others);"
                    " INSERT INTO {0} SELECT * FROM kept; DROP TABLE kept; DROP TABLE others",
                    table, key(table)));
    return all;
  }
  // One of so many of each table.
  static void remove_rows(int every) {
    int removed = 0;
    for (const std::string& table : kTables) {
      int at = 0;
      for (const std::string& row : lines(fmt::format("SELECT ctid FROM {}", table))) {
        if (at++ % every != 0) continue;
        EXPECT_NE(
            found_after(table, row, fmt::format("DELETE FROM {} WHERE ctid = '{}'", table, row)),
            std::vector<std::string>())
            << table << " " << row;
        ++removed;
      }
    }
    EXPECT_EQ(found(), std::vector<std::string>());
    std::cout << removed << " rows removed, one at a time\n";
  }
  static std::string key(const std::string& table) { return table + "::text"; }
  // Another value of the column's type.
  static std::string other(const std::string& column, const std::string& type) {
    if (column == "verdict" || column == "case_verdict")
      return fmt::format("CASE {0} WHEN 'met' THEN 'missed' ELSE 'met' END", column);
    if (type == "text") return fmt::format("coalesce({}, '') || 'x'", column);
    if (type == "boolean") return fmt::format("NOT {}", column);
    if (type == "bytea") return fmt::format("coalesce({}, '') || '\\x00'", column);
    if (type == "jsonb")
      return fmt::format(
          "CASE jsonb_typeof({0}) WHEN 'array' THEN {0} || '[\"x\"]'::jsonb"
          " WHEN 'object' THEN {0} || '{{\"k\": 7, \"event\": 99, \"recorded_at\": 99}}'::jsonb"
          " ELSE '{{}}'::jsonb END",
          column);
    if (type == "json") return fmt::format("(coalesce({}::text, '{{}}') || ' ')::json", column);
    if (type == "timestamp with time zone")
      return fmt::format("coalesce({} - interval '1 hour', '2026-04-01')", column);
    return fmt::format("coalesce({}, 0) + 1000", column);
  }
};

TEST_F(Record, HoldsWhereNobodyTouchedIt) {
  EXPECT_EQ(found(), std::vector<std::string>());
  asio::io_context io;
  const AuditReport report = test::await(io, audit_stories(conninfo()));
  EXPECT_EQ(report.permits, static_cast<std::int64_t>(stories().size()));
  std::cout << fmt::format("{} permits, {} events, {} rows\n", report.permits, report.events,
                           report.rows);
}

TEST_F(Record, NamesEachColumnThatIsChanged) {
  int changed = 0;
  std::set<std::string> derived;
  for (const std::string& table : kTables) {
    for (const std::string& line :
         lines(fmt::format("SELECT column_name || '|' || data_type FROM information_schema.columns"
                           " WHERE table_schema = 'public' AND table_name = '{}'",
                           table))) {
      const std::string column = line.substr(0, line.find('|'));
      const std::string type = line.substr(line.find('|') + 1);
      // The column's first row, and the first one in which it holds something.
      const auto while_open = kWhileOpen.find(table + "." + column);
      const std::string open = while_open == kWhileOpen.end() ? "true" : while_open->second;
      std::set<std::string> rows;
      for (const char* which : {"true", "{} IS NOT NULL AND {}::text NOT IN ('', '0', 'f', '[]')"})
        for (const std::string& row :
             lines(fmt::format("SELECT ctid FROM {} WHERE {} AND {} LIMIT 1", table,
                               fmt::format(fmt::runtime(which), column, column), open)))
          rows.insert(row);
      ASSERT_FALSE(rows.empty()) << table;
      const bool is_derived = kDerived.contains(table + "." + column);
      if (is_derived) derived.insert(table + "." + column);
      for (const std::string& row : rows) {
        const std::vector<std::string> named =
            found_after(table, row,
                        fmt::format("UPDATE {} SET {} = {} WHERE ctid = '{}'", table, column,
                                    other(column, type), row));
        EXPECT_EQ(named.empty(), is_derived)
            << table << "." << column << ": " << fmt::format("{}", fmt::join(named, "; "));
        if (changed++ % 12 == 0 && !named.empty())
          std::cout << table << "." << column << ": " << named.front() << "\n";
      }
    }
  }
  EXPECT_EQ(derived.size(), kDerived.size());
  EXPECT_EQ(found(), std::vector<std::string>());
  std::cout << fmt::format("{} changes, {} columns left out\n", changed, derived.size());
}

TEST_F(Record, NamesARowThatIsRemoved) { remove_rows(7); }
TEST_F(Record, LongNamesEachRowThatIsRemoved) { remove_rows(1); }

TEST_F(Record, NamesARowThatWasAdded) {
  for (const char* table : {"visit", "pause", "document"}) {
    const std::string row = lines(fmt::format("SELECT ctid FROM {} LIMIT 1", table)).front();
    run(
        fmt::format("CREATE TABLE kept AS SELECT * FROM {} WHERE ctid = '{}';"
                    " UPDATE kept SET id = 77; INSERT INTO {} SELECT * FROM kept; DROP TABLE kept",
                    table, row, table));
    const std::vector<std::string> named = found();
    ASSERT_EQ(named.size(), 1U);
    EXPECT_NE(named.front().find(fmt::format("{} 77 is not in the record", table)),
              std::string::npos)
        << named.front();
    run(fmt::format("DELETE FROM {} WHERE id = 77", table));
  }
  EXPECT_EQ(found(), std::vector<std::string>());
}

TEST_F(Record, NamesEventsThatChangedPlaces) {
  const auto swap = [] {
    run("UPDATE event SET sequence = -sequence WHERE permit = 3 AND sequence IN (4, 5);"
        " UPDATE event SET sequence = 9 + sequence WHERE permit = 3 AND sequence < 0");
  };
  swap();
  ASSERT_EQ(found().size(), 1U);
  EXPECT_EQ(found().front(),
            "escalated_and_acknowledged: event 4: the event is not as it was written");
  swap();
  EXPECT_EQ(found(), std::vector<std::string>());
}

// Every row and every event of a permit, gone together: its number is missing.
TEST_F(Record, NamesAPermitThatIsGoneWhole) {
  std::string whole, back;
  for (const std::string& table : kTables) {
    if (table == "applicant") continue;
    const std::string column = table == "permit" ? "id" : "permit";
    whole += fmt::format(
        "CREATE TABLE kept_{0} AS SELECT * FROM {0} WHERE {1} = 5;"
        " DELETE FROM {0} WHERE {1} = 5; ",
        table, column);
    back += fmt::format("INSERT INTO {0} SELECT * FROM kept_{0}; DROP TABLE kept_{0}; ", table);
  }
  run(whole);
  EXPECT_EQ(found(), std::vector<std::string>{"paud: 11 numbers were given, to 10 permits"});
  run(back);
  EXPECT_EQ(found(), std::vector<std::string>());
}

// A migration changed what rows hold, with the right to: it says so by one event a permit.
TEST_F(Record, IsCompletedAnewWhereAMigrationChangedRows) {
  run("CREATE TABLE kept_visit AS SELECT * FROM visit; CREATE TABLE kept_permit AS SELECT * FROM"
      " permit");
  run("UPDATE visit SET prepared_by = '' WHERE permit = 3;"
      " UPDATE document SET number = number || '/2026' WHERE permit = 6");
  EXPECT_EQ(found().size(), 2U);
  run("INSERT INTO record_incomplete VALUES (3), (6)");
  asio::io_context io;
  EXPECT_EQ(test::await(io, complete(conninfo())), 2);
  EXPECT_EQ(found(), std::vector<std::string>());
  run("DELETE FROM event WHERE type = 'rows_recorded'; DELETE FROM visit; DELETE FROM permit;"
      " INSERT INTO visit SELECT * FROM kept_visit; INSERT INTO permit SELECT * FROM kept_permit;"
      " DROP TABLE kept_visit; DROP TABLE kept_permit;"
      " UPDATE document SET number = replace(number, '/2026', '') WHERE permit = 6");
  EXPECT_EQ(found(), std::vector<std::string>());
}

// --- Seals ---------------------------------------------------------------------------------------

pg::Awaitable<std::optional<Seal>> seal_now(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  const Sign sign = [](std::string_view text) { return sha256(text) + sha256(text); };
  co_return co_await make_seal(db, "0123456789abcdef", sign);
}
pg::Awaitable<std::vector<AuditFinding>> check(std::string conninfo, Seal seal) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_return co_await verify_seal(db, std::move(seal));
}

pg::Awaitable<std::vector<RecordedEvent>> chain_of(std::string conninfo, std::int64_t permit) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  pg::Pipeline reads;
  const std::vector<std::int64_t> ids(1, permit);
  const auto events = add_recorded_events(reads, ids);
  const pg::Results results = co_await db.run(std::move(reads));
  co_return results[events];
}

class Seals : public Record {
 protected:
  static void SetUpTestSuite() {
    write_as("sealed");
    asio::io_context io;
    first() = *test::await(io, seal_now(conninfo()));
  }
  static Seal& first() {
    static Seal kept;
    return kept;
  }
  static std::vector<std::string> against(const Seal& seal) {
    asio::io_context io;
    std::vector<std::string> all;
    for (const AuditFinding& one : test::await(io, check(conninfo(), seal)))
      all.push_back(words_of(one));
    return all;
  }
};

TEST_F(Seals, HoldsWhatWasThere) {
  EXPECT_EQ(first().number, 1);
  EXPECT_EQ(first().chains, static_cast<std::int64_t>(stories().size()));
  EXPECT_EQ(against(first()), std::vector<std::string>());
}

TEST_F(Seals, AreMadeOnlyOfWhatIsNewAndHoldTheOneBefore) {
  asio::io_context io;
  EXPECT_FALSE(test::await(io, seal_now(conninfo())));
  // One more event on a permit, as a program writes it.
  run("INSERT INTO event (permit, sequence, type, visit, actor, at, fields, hash)"
      " SELECT id, events + 1, 'link_sent', 0, 'system', now(), '{}', '\\x01' FROM permit"
      "   WHERE id = 4;"
      " UPDATE permit SET events = events + 1, last_hash = '\\x01' WHERE id = 4");
  const std::optional<Seal> second = test::await(io, seal_now(conninfo()));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->number, 2);
  EXPECT_EQ(second->previous, hex(sha256(first().page())));
  EXPECT_NE(second->root, first().root);
  EXPECT_EQ(against(first()), std::vector<std::string>());  // a chain that has grown is no other
  EXPECT_EQ(against(*second), std::vector<std::string>());
  run("DELETE FROM event WHERE hash = '\\x01'; DELETE FROM seal_chain WHERE seal = 2;"
      " DELETE FROM seal WHERE number = 2;"
      " UPDATE permit p SET events = events - 1, last_hash = (SELECT hash FROM event e"
      "   WHERE e.permit = p.id ORDER BY sequence DESC LIMIT 1) WHERE id = 4");
  EXPECT_EQ(found(), std::vector<std::string>());
}

// Whoever knows the program turns a verdict, says so in the event, and makes all hashes anew.
test::RewrittenChain with_turned_verdicts(asio::io_context& io, const std::string& conninfo,
                                          std::int64_t permit) {
  const std::string met = "\"verdict\":\"met\"", missed = "\"verdict\":\"missed\"";
  test::RewrittenChain chain =
      test::rewritten_chain(test::await(io, chain_of(conninfo, permit)), permit, met, missed);
  const auto turn = [permit](const char* from, const char* to) {
    return fmt::format("UPDATE visit SET verdict = '{}' WHERE permit = {} AND verdict = '{}';", to,
                       permit, from);
  };
  chain.to += turn("met", "missed");
  chain.back += turn("missed", "met");
  return chain;
}

TEST_F(Seals, FindAChainThatWasRewrittenWhole) {
  asio::io_context io;
  const test::RewrittenChain chain = with_turned_verdicts(io, conninfo(), 5);
  run(chain.to);
  EXPECT_EQ(found(), std::vector<std::string>()) << "the record agrees with itself";
  ASSERT_EQ(against(first()).size(), 1U);
  EXPECT_NE(against(first()).front().find("it is not the one that seal 1 holds"), std::string::npos)
      << against(first()).front();
  // And what the database says of the seal as well.
  const std::string as_rows_say =
      "UPDATE seal_chain SET hash = (SELECT last_hash FROM permit WHERE id = 5) WHERE permit = 5;";
  run(as_rows_say);
  ASSERT_EQ(against(first()).size(), 1U);
  EXPECT_NE(against(first()).front().find("another root"), std::string::npos);
  run(chain.back + as_rows_say);
  EXPECT_EQ(against(first()), std::vector<std::string>());
}

TEST_F(Seals, FindAPermitThatIsGoneWithItsNumber) {
  run("CREATE TABLE kept AS SELECT * FROM event WHERE permit = 7; DELETE FROM event WHERE permit = "
      "7;"
      " CREATE TABLE sealed AS SELECT * FROM seal_chain WHERE permit = 7");
  ASSERT_EQ(against(first()).size(), 1U);
  EXPECT_NE(against(first()).front().find("it is gone since seal 1"), std::string::npos);
  run("DELETE FROM seal_chain WHERE permit = 7");
  ASSERT_EQ(against(first()).size(), 1U);
  EXPECT_NE(against(first()).front().find("another root"), std::string::npos);
  run("INSERT INTO event SELECT * FROM kept; INSERT INTO seal_chain SELECT * FROM sealed;"
      " DROP TABLE kept; DROP TABLE sealed");
  EXPECT_EQ(against(first()), std::vector<std::string>());
}

TEST_F(Seals, ReadBackAsPrintedAndOnlyThen) {
  const std::string page = first().page();
  ASSERT_TRUE(parse_seal(page));
  EXPECT_EQ(parse_seal(page)->page(), page);
  for (std::size_t at = 0; at < page.size(); ++at) {
    std::string cut = page;
    cut.erase(at, 1);
    const auto parsed = parse_seal(cut);
    EXPECT_TRUE(!parsed || parsed->signed_text() != first().signed_text() ||
                parsed->signature != first().signature)
        << at;
  }
}

// --- Receipts ------------------------------------------------------------------------------------

pg::Awaitable<PermitReceipt> give(std::string conninfo, std::int64_t permit, ReceiptOf of,
                                  Sign sign) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  pg::Pipeline reads;
  const std::vector<std::int64_t> ids(1, permit);
  const PermitLoad load(reads, ids, Lock::none);
  const pg::Results results = co_await db.run(std::move(reads));
  co_return give_receipt(load.take(results).at(permit), of, sign);
}
pg::Awaitable<ReceiptAudit> check_receipt(std::string conninfo, PermitReceipt receipt) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_return co_await verify_receipt(db, std::move(receipt));
}

// Of permit 6, which has a numbered document in force.
class PermitReceipts : public Record {
 protected:
  static void SetUpTestSuite() { write_as("receipted"); }
  PermitReceipt given(ReceiptOf of, std::int64_t permit = kPermit) {
    return test::await(io_, give(conninfo(), permit, of, test::signing(test::signing_key())));
  }
  std::string against(const PermitReceipt& receipt) {
    const ReceiptAudit audit = test::await(io_, check_receipt(conninfo(), receipt));
    return audit.finding ? words_of(*audit.finding) : "";
  }
  static std::string asked(const std::string& sql) {
    return test::shared_postgres().execute(sql, database());
  }
  // Does it, expects words, and undoes it.
  void says(const PermitReceipt& receipt, const std::string& bend, const std::string& words,
            const std::string& mend) {
    run(bend);
    EXPECT_NE(against(receipt).find(words), std::string::npos) << bend << "\n" << against(receipt);
    run(mend);
    EXPECT_EQ(against(receipt), "") << mend;
  }
  static constexpr std::int64_t kPermit = 6;
  asio::io_context io_;
  const ReceiptOf due_{Instant(Seconds(1775109600)), 0};
};

TEST_F(PermitReceipts, HoldWhatWasThereAlsoOnceTheChainHasGrown) {
  ReceiptOf decree;
  decree.document = std::stoi(asked(fmt::format(
      "SELECT id FROM document WHERE permit = {} AND number <> '' ORDER BY id DESC LIMIT 1",
      kPermit)));
  for (const ReceiptOf& of : {due_, decree}) {
    const PermitReceipt receipt = given(of);
    EXPECT_EQ(against(receipt), "");
    EXPECT_EQ(receipt.event, std::stoll(asked("SELECT events FROM permit WHERE id = 6")));
    says(receipt,
         "INSERT INTO event (permit, sequence, type, visit, actor, at, fields, hash)"
         " SELECT id, events + 1, 'link_sent', 0, 'system', now(), '{}', '\\x01' FROM permit"
         "   WHERE id = 6",
         "", "DELETE FROM event WHERE hash = '\\x01'");
  }
}

TEST_F(PermitReceipts, FindAChainThatWasRewrittenWhole) {
  const PermitReceipt receipt = given(due_, 5);
  const test::RewrittenChain chain = with_turned_verdicts(io_, conninfo(), 5);
  run(chain.to);
  EXPECT_EQ(found(), std::vector<std::string>()) << "the record agrees with itself";
  EXPECT_NE(against(receipt).find("another chain of events up to here"), std::string::npos)
      << against(receipt);
  run(chain.back);
  EXPECT_EQ(against(receipt), "");
  EXPECT_EQ(found(), std::vector<std::string>());
}

TEST_F(PermitReceipts, FindWhatElseIsAnother) {
  const PermitReceipt due = given(due_);
  ReceiptOf of;
  of.document = std::stoi(
      asked("SELECT id FROM document WHERE permit = 6 AND number <> '' ORDER BY id DESC LIMIT 1"));
  const PermitReceipt decree = given(of);
  for (const PermitReceipt& receipt : {due, decree}) {
    says(receipt, "UPDATE permit SET number = number || 'x' WHERE id = 6", "another number",
         "UPDATE permit SET number = left(number, -1) WHERE id = 6");
    says(receipt, "UPDATE event SET permit = -6 WHERE permit = 6", "it is gone since",
         "UPDATE event SET permit = 6 WHERE permit = -6");
    says(receipt, "UPDATE permit SET id = -6 WHERE id = 6", "permit 6 is gone since",
         "UPDATE permit SET id = 6 WHERE id = -6");
  }
  const std::string document = fmt::format("another document {}", of.document);
  says(decree, "UPDATE document SET number = number || 'x' WHERE permit = 6", document,
       "UPDATE document SET number = left(number, -1) WHERE permit = 6");
  says(decree, "UPDATE document SET sha256 = sha256 || 'f' WHERE permit = 6", document,
       "UPDATE document SET sha256 = left(sha256, -1) WHERE permit = 6");
  says(decree, "UPDATE document SET permit = -6 WHERE permit = 6", document,
       "UPDATE document SET permit = 6 WHERE permit = -6");
}

// Leaves in their order, split at the largest power of two (RFC 6962, 2.1).
TEST(Merkle, IsTheTreeOfTheRfc) {
  const std::vector<SealedChain> chains{{1, 2, "a"}, {3, 1, "b"}, {4, 9, "c"}};
  const auto leaf = [](const std::string& text) { return sha256(std::string(1, '\0') + text); };
  const auto node = [](const std::string& left, const std::string& right) {
    return sha256("\x01" + left + right);
  };
  EXPECT_EQ(merkle_root(chains), node(node(leaf("1 2 a"), leaf("3 1 b")), leaf("4 9 c")));
  EXPECT_EQ(merkle_root({}), sha256(""));
}

}  // namespace
}  // namespace tenggat::store
