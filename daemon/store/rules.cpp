#include "daemon/store/rules.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "daemon/pg/migrate.h"
#include "daemon/store/hash.h"

namespace tenggat::store {
namespace {

namespace json = boost::json;

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('/') + 1); }

std::string files_json(const std::vector<SourceFile>& files) {
  json::array all;
  for (const SourceFile& file : files) {
    all.push_back(json::object{{"name", last_part(file.name)}, {"text", file.text}});
  }
  return json::serialize(all);
}

std::vector<SourceFile> files_of(std::string_view text) {
  std::vector<SourceFile> files;
  const json::value stored = json::parse(text);
  for (const json::value& file : stored.as_array()) {
    files.push_back({.name = json::value_to<std::string>(file.at("name")),
                     .text = json::value_to<std::string>(file.at("text")),
                     .accepted_before = true});
  }
  return files;
}

// What rule_sets_of() reads: each set, whether it is in force, and since when and by whom that
// service is retired.
const std::string kRuleSets =
    "SELECT s.kind, s.name, s.hash, s.files::text, f.hash IS NOT NULL, r.retired_at, r.retired_by"
    " FROM rule_set s"
    " LEFT JOIN rule_in_force f ON f.kind = s.kind AND f.name = s.name AND f.hash = s.hash"
    " LEFT JOIN sop_retirement r"
    " ON r.sop = f.name AND f.kind = 'sop' AND r.restored_at IS NULL";

std::optional<RuleSet::Retirement> retirement_at(const pg::Result& result, int row) {
  const auto at = result.optional_instant(row, 5);
  if (!at) return std::nullopt;
  return RuleSet::Retirement{*at, std::string(result.text(row, 6))};
}

std::vector<RuleSet> rule_sets_of(const pg::Result& result) {
  std::vector<RuleSet> sets;
  for (int row = 0; row < result.rows(); ++row) {
    sets.push_back({.kind = std::string(result.text(row, 0)),
                    .name = std::string(result.text(row, 1)),
                    .hash = std::string(result.text(row, 2)),
                    .files = files_of(result.text(row, 3)),
                    .in_force = result.boolean(row, 4),
                    .retired = retirement_at(result, row)});
  }
  return sets;
}

// The hash in force, or nothing. Writers wait for each other, so that each change bumps
// the mark once.
pg::Awaitable<std::optional<std::string>> lock_in_force(pg::Transaction& transaction,
                                                        std::string kind, std::string name) {
  pg::Pipeline pipeline;
  pipeline.add(std::string("SET LOCAL lock_timeout = ") + pg::kLockWait);
  // The mark itself, which each change raises: a row that only who may change it can lock.
  pipeline.add("SELECT FROM change_mark WHERE name = 'rules' FOR NO KEY UPDATE");
  pipeline.add("SELECT hash FROM rule_in_force WHERE kind = $1 AND name = $2", kind, name);
  const auto results = co_await transaction.run(std::move(pipeline));
  const pg::Result& in_force = results.at(2);
  if (in_force.empty()) co_return std::nullopt;
  co_return std::string(in_force.text(0, 0));
}

}  // namespace

std::string content_hash(const std::string& kind, const std::vector<SourceFile>& files) {
  // Lengths keep what belongs to one field from passing for part of the next.
  std::string all = std::to_string(kind.size()) + ":" + kind;
  for (const SourceFile& file : files) {
    const std::string_view name = last_part(file.name);
    all += std::to_string(name.size()) + ":" + std::string(name);
    all += std::to_string(file.text.size()) + ":" + file.text;
  }
  return hex(sha256(all));
}

pg::Awaitable<std::vector<RuleSet>> rules_in_force(pg::Connection& connection) {
  const pg::Result result = co_await connection.query(
      kRuleSets + " WHERE f.hash IS NOT NULL ORDER BY s.kind, s.name", std::vector<pg::Param>{});
  co_return rule_sets_of(result);
}

pg::Awaitable<std::vector<RuleSet>> load_rule_sets(pg::Connection& connection,
                                                   std::vector<std::string> hashes) {
  const pg::Result result = co_await connection.query(
      kRuleSets + " WHERE s.hash = ANY ($1::text[])", pg::text_array(hashes));
  co_return rule_sets_of(result);
}

pg::Awaitable<std::vector<RuleSet>> stored_sops(pg::Connection& connection) {
  const pg::Result result = co_await connection.query(
      kRuleSets + " WHERE s.kind = 'sop' ORDER BY s.name, s.hash", std::vector<pg::Param>{});
  co_return rule_sets_of(result);
}

void add_store(pg::Pipeline& pipeline, const RuleSet& rules) {
  pipeline.add(
      "INSERT INTO rule_set (hash, kind, name, files) VALUES ($1, $2, $3, $4::jsonb)"
      " ON CONFLICT (hash) DO NOTHING",
      rules.hash, rules.kind, rules.name, files_json(rules.files));
}

pg::Awaitable<bool> put_in_force(pg::Connection& connection, RuleSet rules) {
  pg::Transaction transaction(connection);
  const auto in_force = co_await lock_in_force(transaction, rules.kind, rules.name);
  const bool changes = in_force != rules.hash;
  pg::Pipeline pipeline;
  if (changes) {
    add_store(pipeline, rules);
    // Not an upsert: it would fire the triggers of both, and the mark would grow by two.
    pipeline.add(in_force ? "UPDATE rule_in_force SET hash = $3, since = clock_timestamp()"
                            " WHERE kind = $1 AND name = $2"
                          : "INSERT INTO rule_in_force (kind, name, hash) VALUES ($1, $2, $3)",
                 rules.kind, rules.name, rules.hash);
  }
  co_await transaction.commit(std::move(pipeline));
  co_return changes;
}

pg::Awaitable<bool> put_in_force_if_none(pg::Connection& connection, RuleSet rules) {
  pg::Transaction transaction(connection);
  const auto in_force = co_await lock_in_force(transaction, rules.kind, rules.name);
  pg::Pipeline pipeline;
  add_store(pipeline, rules);
  if (!in_force) {
    pipeline.add("INSERT INTO rule_in_force (kind, name, hash) VALUES ($1, $2, $3)", rules.kind,
                 rules.name, rules.hash);
  }
  co_await transaction.commit(std::move(pipeline));
  co_return !in_force;
}

pg::Awaitable<bool> retire_sop(pg::Connection& connection, std::string sop, std::string by) {
  const pg::Result retired = co_await connection.query(
      "INSERT INTO sop_retirement (sop, retired_by) VALUES ($1, $2) ON CONFLICT DO NOTHING", sop,
      by);
  co_return retired.affected_rows() == 1;
}

pg::Awaitable<bool> restore_sop(pg::Connection& connection, std::string sop, std::string by) {
  const pg::Result restored = co_await connection.query(
      "UPDATE sop_retirement SET restored_at = office_now(), restored_by = $2"
      " WHERE sop = $1 AND restored_at IS NULL",
      sop, by);
  co_return restored.affected_rows() == 1;
}

pg::Awaitable<SopUse> use_of_sop(pg::Connection& connection, std::string sop, std::string version) {
  const pg::Result found = co_await connection.query(
      "SELECT count(*) FILTER (WHERE sop_version = $2), count(*) FILTER (WHERE sop_version <> $2)"
      " FROM permit WHERE sop = $1 AND state IN ('active', 'returned') AND id > 0",
      sop, version);
  const SopUse use{found.int64(0, 0), found.int64(0, 1)};
  co_return use;
}

}  // namespace tenggat::store
