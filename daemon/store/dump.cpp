#include "daemon/store/dump.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/store/columns.h"
#include "daemon/store/snapshot.h"

namespace tenggat::store {
namespace {

constexpr std::chrono::minutes kAtMost{10};
pg::RunOptions patient() {
  pg::RunOptions options;
  options.timeout = kAtMost;
  return options;
}

constexpr auto kTable =
    columns(given("name", &DumpTable::name), given("coalesce(key, '1')", &DumpTable::order));
constexpr auto kSequence = columns(given("sequencename::text", &DumpSequence::name),
                                   given("coalesce(last_value, 0)", &DumpSequence::last));

// Names that PostgreSQL itself has given.
std::string quoted(std::string_view name) { return fmt::format("\"{}\"", name); }

}  // namespace

// A JSON object for each visit, in the order of permits and visits.
const char* const kVisitsAsEvents =
    "SELECT json_build_object('number', p.number, 'permit', p.id, 'sop', p.sop, 'state', p.state,"
    " 'outcome', p.outcome, 'case_verdict', p.case_verdict, 'submitted_at', p.submitted_at,"
    " 'case_due_at', p.case_due_at, 'step', v.step, 'name', coalesce(s.name, v.step),"
    " 'occurrence', v.occurrence, 'role', v.role, 'opened_at', v.opened_at, 'claimed_at',"
    " v.claimed_at, 'closed_at', v.closed_at, 'action', v.action, 'by',"
    " coalesce(nullif(v.closed_by, ''), v.assignee), 'elapsed', v.elapsed, 'verdict', v.verdict,"
    " 'due_at', v.due_at)::text"
    " FROM visit v JOIN permit p ON p.id = v.permit"
    " LEFT JOIN sop_word s ON s.sop = p.sop AND s.kind = 'step' AND s.id = v.step"
    " WHERE NOT v.undone AND p.id > 0 ORDER BY p.id, v.id";

const char* const kKeptFiles = "SELECT sha256 FROM file WHERE until IS NULL ORDER BY sha256";

pg::Slot<std::optional<std::string>> add_dump_chunk(pg::Pipeline& pipeline,
                                                    const std::string& sha256, int place) {
  static const auto sql = maybe_value<std::string, Bytea>(
      "SELECT c.bytes FROM file f JOIN file_chunk c ON c.content = f.content"
      " WHERE f.sha256 = $1 AND c.place = $2::int");
  return pipeline.add(sql, sha256, place);
}

pg::Slot<std::vector<DumpTable>> add_dump_tables(pg::Pipeline& pipeline) {
  static const auto sql = each<kTable>(
      "WITH RECURSIVE t AS (SELECT oid, relname::text AS name FROM pg_class"
      "   WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
      "   AND relname <> 'schema_migration'),"
      " d(oid, depth) AS (SELECT oid, 0 FROM t UNION ALL SELECT k.conrelid, d.depth + 1"
      "   FROM d JOIN pg_constraint k ON k.contype = 'f' AND k.confrelid = d.oid"
      "   AND k.conrelid <> d.oid),"
      " k AS (SELECT conrelid AS oid, (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.n)"
      "   FROM unnest(conkey) WITH ORDINALITY AS u(column_number, n) JOIN pg_attribute a"
      "   ON a.attrelid = conrelid AND a.attnum = u.column_number) AS key"
      "   FROM pg_constraint WHERE contype = 'p')"
      " SELECT {} FROM t JOIN (SELECT oid, max(depth) AS depth FROM d GROUP BY oid) x USING (oid)"
      " LEFT JOIN k USING (oid) ORDER BY depth, name");
  return pipeline.add(sql);
}

pg::Slot<std::vector<DumpTable>> add_dump_views(pg::Pipeline& pipeline) {
  static const auto sql = each<kTable>(
      "SELECT {} FROM (SELECT relname::text AS name, NULL::text AS key FROM pg_class"
      " WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY"
      "   (current_schemas(false))) AND relkind = 'v'"
      " AND obj_description(oid, 'pg_class') <> '') v ORDER BY name");
  return pipeline.add(sql);
}

pg::Slot<std::vector<DumpSequence>> add_dump_sequences(pg::Pipeline& pipeline) {
  static const auto sql = each<kSequence>(
      "SELECT {} FROM pg_sequences WHERE schemaname = current_schema() ORDER BY sequencename");
  return pipeline.add(sql);
}

pg::Awaitable<void> Dump::begin() {
  pg::Pipeline pipeline;
  pipeline.add(kBeginSnapshotSql);
  co_await connection_.run(std::move(pipeline));
}

pg::Awaitable<void> Dump::open(DumpTable table) {
  std::string sql = fmt::format(
      "SELECT row_to_json(t)::text FROM {} t ORDER BY {}",
      table.name.find('.') == std::string::npos ? quoted(table.name) : table.name, table.order);
  co_await open(std::move(sql));
}

pg::Awaitable<void> Dump::open(std::string sql) {
  const pg::RunOptions options = patient();
  pg::Pipeline pipeline;
  pipeline.add("DECLARE dump CURSOR FOR " + sql);
  co_await connection_.run(std::move(pipeline), options);
}

pg::Awaitable<std::vector<std::string>> Dump::next() {
  static const auto fetch = values<std::string>("FETCH 500 FROM dump");
  const pg::RunOptions options = patient();
  pg::Pipeline pipeline;
  const auto rows = pipeline.add(fetch);
  const pg::Results found = co_await connection_.run(std::move(pipeline), options);
  std::vector<std::string> all = found[rows];
  if (all.empty()) {
    pg::Pipeline close;
    close.add("CLOSE dump");
    co_await connection_.run(std::move(close));
  }
  co_return all;
}

pg::Awaitable<void> Dump::end() {
  pg::Pipeline pipeline;
  pipeline.add(kEndSnapshotSql);
  co_await connection_.run(std::move(pipeline));
}

pg::Slot<bool> add_is_untouched(pg::Pipeline& pipeline) {
  static const auto sql = value<bool>(
      "SELECT NOT EXISTS (SELECT FROM permit) AND NOT EXISTS (SELECT FROM officer)"
      " AND NOT EXISTS (SELECT FROM office_event) AND NOT EXISTS (SELECT FROM seal)");
  return pipeline.add(sql);
}

pg::Awaitable<void> clear_for_load(pg::Transaction& transaction, std::vector<DumpTable> tables) {
  std::reverse(tables.begin(), tables.end());
  pg::Pipeline asking;
  std::vector<pg::Slot<bool>> has_rows;
  for (const DumpTable& table : tables)
    has_rows.push_back(
        asking.add(value<bool>(fmt::format("SELECT EXISTS (SELECT FROM {})", quoted(table.name)))));
  const pg::Results found = co_await transaction.run(std::move(asking), kAtMost);
  pg::Pipeline clearing;
  for (std::size_t i = 0; i < tables.size(); ++i)
    if (found[has_rows[i]]) clearing.add(fmt::format("DELETE FROM {}", quoted(tables[i].name)));
  if (!clearing.empty()) co_await transaction.run(std::move(clearing), kAtMost);
}

void add_load(pg::Pipeline& writes, const std::string& table,
              const std::vector<std::string>& rows) {
  writes.add(fmt::format("INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT r.* FROM"
                         " unnest($1::text[]) AS l, json_populate_record(NULL::{0}, l::json) AS r",
                         quoted(table)),
             pg::text_array(rows));
}

void add_load_sequence(pg::Pipeline& writes, const DumpSequence& sequence) {
  if (sequence.last > 0)
    writes.add("SELECT setval(quote_ident($1)::regclass, $2::bigint)", sequence.name,
               sequence.last);
}

}  // namespace tenggat::store
