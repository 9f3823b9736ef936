#include "daemon/store/given.h"

#include <algorithm>
#include <iterator>

#include "daemon/store/columns.h"
#include "daemon/store/commands.h"

namespace tenggat::store {
namespace {

// The server, the line its log is written on, and the database on it.
constexpr const char* kIncarnation =
    "CASE WHEN pg_is_in_recovery() THEN '' ELSE (SELECT system_identifier FROM pg_control_system())"
    " || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || '/' ||"
    " (SELECT oid FROM pg_database WHERE datname = current_database()) END";
constexpr auto kSelf =
    columns(given("identity", &Standing::found, &Given::identity),
            given("restores", &Standing::found, &Given::restores),
            given(kIncarnation, &Standing::found, &Given::incarnation),
            given("greatest(seals_upto, (SELECT coalesce(max(number), 0) FROM seal))",
                  &Standing::found, &Given::seal),
            given("(SELECT events FROM office_chain)", &Standing::found, &Given::office_events),
            given("behind", &Standing::behind), given("held_at", &Standing::held_at),
            given("pg_is_in_recovery()", &Standing::standby));

struct Sequence {
  std::string name;
  std::int64_t last = 0;
};
constexpr auto kSequence = columns(given("sequencename::text", &Sequence::name),
                                   given("coalesce(last_value, 0)", &Sequence::last));

struct Ended {
  std::string officer, day;
};
constexpr auto kEnded = columns(given("id", &Ended::officer), given("ended_on::text", &Ended::day));

constexpr auto kWitness = columns(key("permit", &Witness::permit),
                                  key("sequence", &Witness::sequence), key("at", &Witness::at));

// Of tokens and of screens' links.
std::string keys_that(const char* condition) {
  return fmt::format(
      "SELECT encode(hash, 'hex') FROM (SELECT hash, revoked_at FROM token UNION ALL"
      " SELECT hash, revoked_at FROM kiosk_link) k WHERE {}",
      condition);
}

}  // namespace

pg::Awaitable<Standing> read_standing(pg::Connection& connection, Mark mark) {
  static const auto self_sql = only<kSelf>("SELECT {} FROM database_identity");
  static const auto sequences_sql =
      each<kSequence>("SELECT {} FROM pg_sequences WHERE schemaname = current_schema()");
  static const auto revoked_sql = values<std::string>(keys_that("revoked_at IS NOT NULL"));
  static const auto revived_sql = values<std::string>(
      keys_that("revoked_at IS NULL AND encode(hash, 'hex') = ANY ($1::text[])"));
  static const auto ended_sql = each<kEnded>("SELECT {} FROM officer WHERE ended_on IS NOT NULL");
  static const pg::Query<std::vector<Witness>> missing_sql{
      fmt::format("SELECT {} FROM {} WHERE NOT EXISTS (SELECT FROM event e"
                  " WHERE e.permit = w.permit AND e.sequence = w.sequence AND e.at = w.at)"
                  " ORDER BY w.permit",
                  kWitness.shape().names("w"), kWitness.shape().unnest("w")),
      rows_of<kWitness>};
  Rows<kWitness> witnesses;
  for (const Witness& one : mark.witnesses) witnesses.add(one);
  pg::Pipeline reads;
  const auto self = reads.add(self_sql);
  const auto numbers = add_numbers(reads);
  const auto sequences = reads.add(sequences_sql);
  const auto revoked = reads.add(revoked_sql);
  const auto revived = reads.add(
      revived_sql, pg::text_array({mark.given.revoked.begin(), mark.given.revoked.end()}));
  const auto ended = reads.add(ended_sql);
  const auto missing = reads.add(missing_sql, witnesses.params());
  const pg::Results results = co_await connection.run(std::move(reads));
  Standing standing = results[self];
  standing.found.numbers = results[numbers];
  for (const Sequence& one : results[sequences]) standing.found.sequences[one.name] = one.last;
  const std::vector<std::string> all_revoked = results[revoked], all_revived = results[revived];
  standing.found.revoked.insert(all_revoked.begin(), all_revoked.end());
  standing.revived.insert(all_revived.begin(), all_revived.end());
  for (const Ended& one : results[ended]) standing.found.ended[one.officer] = one.day;
  standing.missing = results[missing];
  co_return standing;
}

pg::Awaitable<std::vector<std::string>> permits_of(pg::Connection& connection,
                                                   std::vector<Witness> events) {
  static const auto sql = values<std::string>(
      "SELECT coalesce(p.number, w.id || ' (it is gone)') FROM unnest($1::bigint[]) AS w(id)"
      " LEFT JOIN permit p ON p.id = w.id ORDER BY w.id");
  std::vector<std::int64_t> ids;
  for (const Witness& one : events) ids.push_back(one.permit);
  pg::Pipeline pipeline;
  const auto found = pipeline.add(sql, pg::bigint_array(ids));
  const pg::Results results = co_await connection.run(std::move(pipeline));
  co_return results[found];
}

pg::Awaitable<std::string> read_identity(pg::Connection& connection) {
  static const auto sql = value<std::string>("SELECT identity FROM database_identity");
  return connection.query(sql);
}

void add_say_behind(pg::Pipeline& pipeline, const std::string& why) {
  pipeline.add("UPDATE database_identity SET behind = $1 WHERE behind = ''", why);
}

pg::Slot<std::optional<Instant>> add_held(pg::Pipeline& pipeline) {
  static const auto sql = value<std::optional<Instant>>("SELECT held_at FROM database_identity");
  return pipeline.add(sql);
}

}  // namespace tenggat::store
