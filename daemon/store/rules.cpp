#include "daemon/store/rules.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "daemon/pg/migrate.h"
#include "daemon/store/columns.h"
#include "daemon/store/hash.h"
#include "daemon/store/office_chain.h"

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

// As files_json() writes them.
struct Files {
  static constexpr const char* kSql = "jsonb";
  static std::vector<SourceFile> get(const pg::Result& r, int row, int column) {
    std::vector<SourceFile> files;
    const json::value stored = json::parse(r.text(row, column));
    for (const json::value& file : stored.as_array()) {
      files.push_back({.name = json::value_to<std::string>(file.at("name")),
                       .text = json::value_to<std::string>(file.at("text")),
                       .accepted_before = true});
    }
    return files;
  }
};
// Since when and by whom a service is retired, two columns.
struct RetiredSince {
  std::optional<Instant> at;
  std::string by;
};

constexpr auto kRuleSet = columns(
    given("s.kind", &RuleSet::kind), given("s.name", &RuleSet::name),
    given("s.hash", &RuleSet::hash), given<Files>("s.files::text", &RuleSet::files),
    given("f.hash IS NOT NULL", &RuleSet::in_force), given("r.retired_at", &RetiredSince::at),
    given<TextOrEmpty>("r.retired_by", &RetiredSince::by));

// Each set, whether it is in force, and whether that service is retired.
pg::Query<std::vector<RuleSet>> rule_sets(const char* which) {
  static const std::string select = kRuleSet.shape().in(
      "SELECT {} FROM rule_set s"
      " LEFT JOIN rule_in_force f ON f.kind = s.kind AND f.name = s.name AND f.hash = s.hash"
      " LEFT JOIN sop_retirement r"
      " ON r.sop = f.name AND f.kind = 'sop' AND r.restored_at IS NULL");
  return {select + which, [](const pg::Result& r) {
            std::vector<RuleSet> sets;
            for (int row = 0; row < r.rows(); ++row) {
              RetiredSince since;
              kRuleSet.read(r, row, 0, sets.emplace_back(), since);
              if (since.at) sets.back().retired = {*since.at, since.by};
            }
            return sets;
          }};
}

// The hash in force, or nothing. Writers wait for each other, so that each change bumps
// the mark once.
pg::Awaitable<std::optional<std::string>> lock_in_force(OfficeChanging& changing, std::string kind,
                                                        std::string name) {
  pg::Pipeline pipeline;
  pipeline.add(std::string("SET LOCAL lock_timeout = ") + pg::kLockWait);
  // The mark itself, which each change raises: a row that only who may change it can lock.
  pipeline.add("SELECT FROM change_mark WHERE name = 'rules' FOR NO KEY UPDATE");
  static const auto sql =
      maybe_value<std::string>("SELECT hash FROM rule_in_force WHERE kind = $1 AND name = $2");
  const auto in_force = pipeline.add(sql, kind, name);
  const pg::Results results = co_await changing.begin(std::move(pipeline));
  co_return results[in_force];
}

OfficeEvent in_force_event(const RuleSet& rules, const std::string& before) {
  OfficeEvent event{rules.kind == "sop" ? OfficeKind::sop_in_force : OfficeKind::calendar_in_force,
                    rules.name,
                    {}};
  event.change(OfficeValue::version, before, rules.hash);
  return event;
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
  return connection.query(rule_sets(" WHERE f.hash IS NOT NULL ORDER BY s.kind, s.name"));
}

pg::Awaitable<std::vector<RuleSet>> load_rule_sets(pg::Connection& connection,
                                                   std::vector<std::string> hashes) {
  return connection.query(rule_sets(" WHERE s.hash = ANY ($1::text[])"), pg::text_array(hashes));
}

pg::Awaitable<std::vector<RuleSet>> stored_sops(pg::Connection& connection) {
  return connection.query(rule_sets(" WHERE s.kind = 'sop' ORDER BY s.name, s.hash"));
}

void add_store(pg::Pipeline& pipeline, const RuleSet& rules) {
  pipeline.add(
      "INSERT INTO rule_set (hash, kind, name, files) VALUES ($1, $2, $3, $4::jsonb)"
      " ON CONFLICT (hash) DO NOTHING",
      rules.hash, rules.kind, rules.name, files_json(rules.files));
}

pg::Awaitable<bool> put_in_force(pg::Connection& connection, By by, RuleSet rules) {
  OfficeChanging changing(connection, std::move(by));
  const auto in_force = co_await lock_in_force(changing, rules.kind, rules.name);
  if (in_force == rules.hash) {
    co_await changing.leave();
    co_return false;
  }
  pg::Pipeline pipeline;
  add_store(pipeline, rules);
  pipeline.add(in_force ? "UPDATE rule_in_force SET hash = $3, since = clock_timestamp()"
                          " WHERE kind = $1 AND name = $2"
                        : "INSERT INTO rule_in_force (kind, name, hash) VALUES ($1, $2, $3)",
               rules.kind, rules.name, rules.hash);
  OfficeEvent event = in_force_event(rules, in_force.value_or(""));
  co_await changing.commit(std::move(pipeline), std::move(event));
  co_return true;
}

pg::Awaitable<bool> put_in_force_if_none(pg::Connection& connection, By by, RuleSet rules) {
  OfficeChanging changing(connection, std::move(by));
  const auto in_force = co_await lock_in_force(changing, rules.kind, rules.name);
  pg::Pipeline pipeline;
  add_store(pipeline, rules);
  std::optional<OfficeEvent> event;
  if (!in_force) {
    pipeline.add("INSERT INTO rule_in_force (kind, name, hash) VALUES ($1, $2, $3)", rules.kind,
                 rules.name, rules.hash);
    event = in_force_event(rules, "");
  }
  co_await changing.commit(std::move(pipeline), std::move(event));
  co_return !in_force;
}

namespace {
const pg::Query<std::optional<std::string>>& retired_by_sql() {
  static const auto sql = maybe_value<std::string>(
      "SELECT retired_by FROM sop_retirement WHERE sop = $1 AND restored_at IS NULL");
  return sql;
}
}  // namespace

pg::Awaitable<bool> retire_sop(pg::Connection& connection, By by, std::string sop) {
  OfficeChanging changing(connection, by);
  pg::Pipeline reading;
  const auto slot = reading.add(retired_by_sql(), sop);
  const pg::Results found = co_await changing.begin(std::move(reading));
  if (found[slot]) {
    co_await changing.leave();
    co_return false;
  }
  pg::Pipeline writes;
  writes.add("INSERT INTO sop_retirement (sop, retired_by) VALUES ($1, $2)", sop, by.name());
  OfficeEvent event{OfficeKind::sop_retired, sop, {}};
  event.add(OfficeValue::retired_by, by.name());
  co_await changing.commit(std::move(writes), std::move(event));
  co_return true;
}

pg::Awaitable<bool> restore_sop(pg::Connection& connection, By by, std::string sop) {
  OfficeChanging changing(connection, by);
  pg::Pipeline reading;
  const auto slot = reading.add(retired_by_sql(), sop);
  const pg::Results found = co_await changing.begin(std::move(reading));
  const std::optional<std::string> retired_by = found[slot];
  if (!retired_by) {
    co_await changing.leave();
    co_return false;
  }
  pg::Pipeline writes;
  writes.add(
      "UPDATE sop_retirement SET restored_at = office_now(), restored_by = $2"
      " WHERE sop = $1 AND restored_at IS NULL",
      sop, by.name());
  OfficeEvent event{OfficeKind::sop_restored, sop, {}};
  event.take(OfficeValue::retired_by, *retired_by);
  co_await changing.commit(std::move(writes), std::move(event));
  co_return true;
}

pg::Awaitable<SopUse> use_of_sop(pg::Connection& connection, std::string sop, std::string version) {
  static constexpr auto kUse =
      columns(given("count(*) FILTER (WHERE sop_version = $2)", &SopUse::open),
              given("count(*) FILTER (WHERE sop_version <> $2)", &SopUse::open_earlier));
  static const auto sql = only<kUse>(
      "SELECT {} FROM permit WHERE sop = $1 AND state IN ('active', 'returned') AND id > 0");
  return connection.query(sql, sop, version);
}

}  // namespace tenggat::store
