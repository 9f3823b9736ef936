#include "daemon/store/imports.h"

#include <fmt/format.h>

#include "daemon/store/columns.h"
#include "daemon/store/commands.h"
#include "daemon/store/office_chain.h"

namespace tenggat::store {
namespace {

constexpr auto kImport =
    columns(given("id", &Import::id), given("at", &Import::at), given("by", &Import::by),
            given("file", &Import::file), given("sha256", &Import::sha256),
            given("permits", &Import::permits), given("reverted_at", &Import::reverted_at),
            given("reverted_by", &Import::reverted_by));
constexpr auto kImportedPermit =
    table("import_permit", key("import", &ImportedPermit::import),
          key("permit", &ImportedPermit::permit), fixed("sop", &ImportedPermit::sop),
          fixed("year", &ImportedPermit::year), fixed("place", &ImportedPermit::place));

// Of the import $1, the chains that go: what the office's record says of them.
constexpr const char* kDigest =
    "SELECT coalesce(encode(sha256(string_agg(int8send(permit) || hash, ''::bytea ORDER BY "
    "permit)),"
    " 'hex'), '') FROM import_permit WHERE import = $1::bigint";

// All that is of a permit, the permit last.
constexpr const char* kOfPermit[] = {
    "message_notice", "message_task", "notice",   "count_delta", "change", "permit_set_aside",
    "raised_rung",    "note",         "document", "pause",       "visit",  "event",
    "forecast",       "forecast_said"};

struct Touched {
  std::string number;
  std::int64_t all = 0;
};
constexpr auto kTouched =
    columns(given("p.number", &Touched::number), given("count(*) OVER ()", &Touched::all));

struct Ranged {
  std::string sop;
  int year = 0;
  std::int64_t first = 0, last = 0;
};
constexpr auto kRanged = columns(given("sop", &Ranged::sop), given("year", &Ranged::year),
                                 given("first", &Ranged::first), given("last", &Ranged::last));

// Numbers side by side as one range each.
pg::Slot<std::vector<Ranged>> add_ranges(pg::Pipeline& pipeline, std::int64_t import) {
  static const auto sql = each<kRanged>(
      "SELECT {} FROM (SELECT sop, year, min(place) AS first, max(place) AS last FROM"
      " (SELECT sop, year, place, place - row_number() OVER (PARTITION BY sop, year ORDER BY place)"
      " AS run FROM import_permit WHERE import = $1::bigint) n GROUP BY sop, year, run) r"
      " ORDER BY sop, year, first");
  return pipeline.add(sql, import);
}

}  // namespace

pg::Slot<std::vector<Import>> add_imports(pg::Pipeline& pipeline) {
  static const auto sql = each<kImport>("SELECT {} FROM import ORDER BY id");
  return pipeline.add(sql);
}

pg::Slot<std::int64_t> add_next_import(pg::Pipeline& pipeline) {
  static const auto sql =
      value<std::int64_t>("SELECT nextval(pg_get_serial_sequence('import', 'id'))");
  return pipeline.add(sql);
}

void add_imported_permits(pg::Pipeline& pipeline, const std::vector<ImportedPermit>& permits) {
  Rows<kImportedPermit> rows;
  for (const ImportedPermit& one : permits) rows.add(one);
  add_insert(pipeline, rows);
}

pg::Slot<std::vector<std::string>> add_taken_numbers(pg::Pipeline& pipeline,
                                                     const std::vector<std::string>& numbers) {
  static const auto sql =
      values<std::string>("SELECT number FROM permit WHERE number = ANY($1::text[])");
  return pipeline.add(sql, pg::text_array(numbers));
}

pg::Slot<std::vector<std::string>> add_taken_external_ids(pg::Pipeline& pipeline,
                                                          const std::vector<std::string>& ids) {
  static const auto sql = values<std::string>(
      "SELECT external_id FROM permit WHERE created_by = $1 AND external_id <> ''"
      " AND external_id = ANY($2::text[])");
  return pipeline.add(sql, kImporter, pg::text_array(ids));
}

pg::Awaitable<void> record_import(pg::Connection& connection, By by, Import import,
                                  NumbersOfImport numbers) {
  OfficeChanging changing(connection, by);
  pg::Pipeline nothing;
  co_await changing.begin(std::move(nothing));
  pg::Pipeline writes;
  writes.add(
      "INSERT INTO import (id, at, by, file, sha256, permits) OVERRIDING SYSTEM VALUE"
      " VALUES ($1::bigint, $2::timestamptz, $3, $4, $5, $6::bigint)",
      import.id, import.at, by.who(), import.file, import.sha256, import.permits);
  OfficeEvent event{OfficeKind::files_imported, std::to_string(import.id), {}};
  event.add(OfficeValue::file, import.file);
  event.add(OfficeValue::digest, import.sha256);
  event.add(OfficeValue::permits, std::to_string(import.permits));
  event.change(OfficeValue::numbers, text_of(numbers.filled), text_of(numbers.skipped));
  co_await changing.commit(std::move(writes), std::move(event));
}

namespace {

// Holds the import's permits; then what forbids that they go.
pg::Awaitable<ImportRevert> look(pg::Transaction& transaction, std::int64_t id) {
  static const auto find = maybe<kImport>("SELECT {} FROM import WHERE id = $1::bigint FOR UPDATE");
  static const auto touched_sql = each<kTouched>(
      "SELECT {} FROM import_permit i JOIN permit p ON p.id = i.permit WHERE i.import = $1::bigint"
      " AND (EXISTS (SELECT FROM event e WHERE e.permit = p.id AND e.sequence > 1"
      "   AND (e.actor <> 'system' OR e.type NOT IN ('rung_raised', 'deadline_missed',"
      "        'rows_recorded')))"
      "  OR EXISTS (SELECT FROM notice n WHERE n.permit = p.id AND n.addressee = 'applicant'))"
      " ORDER BY p.id LIMIT 10");
  pg::Pipeline reads;
  const auto import = reads.add(find, id);
  reads.add(
      "SELECT p.id FROM import_permit i JOIN permit p ON p.id = i.permit"
      " WHERE i.import = $1::bigint ORDER BY p.id FOR UPDATE OF p",
      id);
  const auto touched = reads.add(touched_sql, id);
  const pg::Results found = co_await transaction.run(std::move(reads), std::chrono::minutes(5));
  const std::optional<Import> one = found[import];
  ImportRevert revert;
  if (!one) {
    revert.outcome = ImportRevert::Outcome::unknown;
    co_return revert;
  }
  revert.permits = one->permits;
  if (one->reverted_at) {
    revert.outcome = ImportRevert::Outcome::reverted_before;
    co_return revert;
  }
  const std::vector<Touched> all = found[touched];
  for (const Touched& some : all) {
    revert.outcome = ImportRevert::Outcome::touched;
    revert.touched.push_back(some.number);
    revert.touched_count = some.all;
  }
  co_return revert;
}

void add_take_out(pg::Pipeline& writes, std::int64_t id) {
  writes.add(
      "UPDATE import_permit i SET hash = p.last_hash FROM permit p"
      " WHERE i.import = $1::bigint AND p.id = i.permit",
      id);
  // The record is for ever, but for what never was: the owner alone can.
  writes.add("ALTER TABLE event DISABLE TRIGGER USER");
  for (const char* table : kOfPermit)
    writes.add(fmt::format("DELETE FROM {} t USING import_permit i"
                           " WHERE i.import = $1::bigint AND t.permit = i.permit",
                           table),
               id);
  writes.add("ALTER TABLE event ENABLE TRIGGER USER");
  writes.add(
      "DELETE FROM permit p USING import_permit i WHERE i.import = $1::bigint AND p.id = i.permit",
      id);
  writes.add(
      "DELETE FROM applicant a USING import_permit i"
      " WHERE i.import = $1::bigint AND a.id = i.permit",
      id);
}

}  // namespace

pg::Awaitable<ImportRevert> revert_import(pg::Connection& connection, By by, std::int64_t id) {
  static const auto digest_sql = value<std::string>(kDigest);
  constexpr std::chrono::minutes kAtMost{10};
  pg::Transaction transaction(connection);
  const ImportRevert revert = co_await look(transaction, id);
  if (revert.outcome != ImportRevert::Outcome::done) {
    co_await transaction.rollback();
    co_return revert;
  }
  pg::Pipeline taking;
  add_take_out(taking, id);
  const auto digest = taking.add(digest_sql, id);
  const auto ranges = add_ranges(taking, id);
  const pg::Results taken = co_await transaction.run(std::move(taking), kAtMost);
  std::vector<NumberGap> gaps;
  const std::vector<Ranged> all = taken[ranges];
  for (const Ranged& one : all) gaps.push_back({one.sop, one.year, one.first, one.last});
  OfficeChanging changing(connection, by);
  pg::Pipeline nothing;
  co_await changing.begin(std::move(nothing));
  pg::Pipeline writes;
  writes.add(
      "UPDATE import SET reverted_at = $2::timestamptz, reverted_by = $3 WHERE id = $1::bigint", id,
      changing.now(), by.who());
  OfficeEvent event{OfficeKind::import_reverted, std::to_string(id), {}};
  event.add(OfficeValue::permits, std::to_string(revert.permits));
  event.add(OfficeValue::digest, taken[digest]);
  event.add(OfficeValue::numbers, text_of(gaps));
  co_await changing.commit(std::move(writes), std::move(event));
  co_await transaction.commit();
  co_return revert;
}

}  // namespace tenggat::store
