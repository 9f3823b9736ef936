#include "tests/bench/baseline.h"

#include <fmt/format.h>
#include <stdio.h>

#include <map>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "tests/bench/usage.h"
#include "tests/support/process.h"

namespace tenggat::bench {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

struct Tables {
  test::TestPostgres& server;
  const std::string& database;

  std::string ask(const std::string& sql) const { return server.execute(sql, database); }

  // All but what the database gives by itself.
  std::vector<std::string> columns(const std::string& table) const {
    return words_of(
        ask(fmt::format("SELECT string_agg(column_name, ' ' ORDER BY ordinal_position)"
                        " FROM information_schema.columns WHERE table_name = '{}'"
                        " AND is_identity = 'NO' AND column_name <> 'created_at'",
                        table)));
  }
  std::vector<std::string> keys(const std::string& table) const {
    return words_of(
        ask(fmt::format("SELECT string_agg(a.attname, ' ') FROM pg_index i JOIN pg_attribute a"
                        " ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
                        " WHERE i.indrelid = '{}'::regclass AND i.indisprimary",
                        table)));
  }
};

std::string joined(const std::vector<std::string>& parts, const char* with) {
  return fmt::format("{}", fmt::join(parts, with));
}

// Those of a permit's tables that an action may write to. The permit's own row is apart.
const char* const kTables[] = {"visit", "pause", "document", "raised_rung",
                               "event", "note",  "notice",   "count_delta"};

// 'a', NULL, 'b' of each row, as SQL literals; the permit's id is pgbench's variable.
std::string literals(const std::vector<std::string>& columns) {
  std::vector<std::string> parts;
  for (const std::string& column : columns)
    parts.push_back(column == "permit" ? std::string("':id'")
                                       : fmt::format("literal({}::text)", column));
  return fmt::format("concat_ws(', ', {})", joined(parts, ", "));
}

// column = 'literal', ... of one row.
std::string assignments(const std::vector<std::string>& columns) {
  std::vector<std::string> parts;
  for (const std::string& column : columns)
    parts.push_back(fmt::format("'{0} = ' || literal({0}::text)", column));
  return fmt::format("concat_ws(', ', {})", joined(parts, ", "));
}

}  // namespace

void clone_permit(test::TestPostgres& server, const std::string& database, std::int64_t permit,
                  std::int64_t first_id, int count) {
  const Tables tables{server, database};
  const std::string id = fmt::format("{} + g - 1", first_id);
  const std::map<std::string, std::string> changed{
      {"permit", id},
      {"applicant", id},
      {"number", fmt::format("number || '/' || ({})", id)},
      {"external_id", "''"},
      {"tracking_hash", fmt::format("sha256(int8send({}))", id)}};
  const auto clone = [&](const std::string& table, const std::string& key) {
    const std::vector<std::string> columns = tables.columns(table);
    std::vector<std::string> values;
    for (const std::string& column : columns) {
      const auto found = changed.find(column);
      values.push_back(column == key ? id : found != changed.end() ? found->second : column);
    }
    tables.ask(
        fmt::format("INSERT INTO {0} ({1}) SELECT {2} FROM {0} t, generate_series(1, {3}) g"
                    " WHERE t.{4} = {5}",
                    table, joined(columns, ", "), joined(values, ", "), count, key, permit));
  };
  clone("applicant", "id");
  clone("permit", "id");
  for (const char* table : {"visit", "document", "raised_rung", "event", "note"})
    clone(table, "permit");
  // Not the others: PostgreSQL would learn that they are empty, which they will not be.
  tables.ask("ANALYZE applicant, permit, visit, document, raised_rung, event, note");
}

Script script_of(test::TestPostgres& server, const std::string& database, std::int64_t acted,
                 std::int64_t untouched, const std::string& key) {
  const Tables tables{server, database};
  // pgbench takes every colon before a letter for a variable of its own, also within quotes.
  tables.ask(
      R"(CREATE OR REPLACE FUNCTION literal(value text) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE WHEN value IS NULL THEN 'NULL' ELSE 'E''' || replace(replace(replace(value,
    '\', '\\'), '''', ''''''), ':', '\072') || '''' END $$)");
  Script script;
  const auto add = [&script](const std::string& statement, int rows) {
    script.text += statement + ";\n";
    ++script.statements;
    script.rows += rows;
  };

  // The permit's own row: the columns that changed.
  std::vector<std::string> moved;
  for (const std::string& column : tables.columns("permit")) {
    if (column == "id" || column == "applicant" || column == "number" || column == "tracking_hash")
      continue;
    const std::string differs = tables.ask(
        fmt::format("SELECT a.{0}::text IS DISTINCT FROM b.{0}::text FROM permit a, permit b"
                    " WHERE a.id = {1} AND b.id = {2}",
                    column, acted, untouched));
    if (differs == "t") moved.push_back(column);
  }
  add(fmt::format("UPDATE permit SET {} WHERE id = :locked",
                  tables.ask(fmt::format("SELECT {} FROM permit WHERE id = {}", assignments(moved),
                                         acted))),
      1);

  for (const char* table : kTables) {
    const std::vector<std::string> columns = tables.columns(table), keys = tables.keys(table);
    std::vector<std::string> same_key, same_row;
    for (const std::string& column : keys)
      if (column != "permit") same_key.push_back(fmt::format("b.{0} = a.{0}", column));
    for (const std::string& column : columns)
      if (column != "permit")
        same_row.push_back(fmt::format("b.{0}::text IS NOT DISTINCT FROM a.{0}::text", column));
    const std::string rows = fmt::format("{} a WHERE a.permit = {}", table, acted);
    const std::string there = fmt::format("EXISTS (SELECT 1 FROM {} b WHERE b.permit = {} AND {})",
                                          table, untouched, joined(same_key, " AND "));
    const std::string unchanged =
        fmt::format("EXISTS (SELECT 1 FROM {} b WHERE b.permit = {} AND {})", table, untouched,
                    joined(same_row, " AND "));
    const std::string fresh =
        tables.ask(fmt::format("SELECT count(*) FROM {} AND NOT {}", rows, there));
    if (fresh != "0")
      add(fmt::format("INSERT INTO {} ({}) VALUES {}", table, joined(columns, ", "),
                      tables.ask(fmt::format("SELECT string_agg('(' || {} || ')', ', ') FROM {}"
                                             " AND NOT {}",
                                             literals(columns), rows, there))),
          std::stoi(fresh));
    std::vector<std::string> where;
    for (const std::string& column : keys)
      where.push_back(column == "permit" ? std::string("'permit = :locked'")
                                         : fmt::format("'{0} = ' || {0}", column));
    std::vector<std::string> values;
    for (const std::string& column : columns)
      if (column != "permit") values.push_back(column);
    const std::string updates = tables.ask(fmt::format(
        "SELECT string_agg('UPDATE {} SET ' || {} || ' WHERE ' || concat_ws(' AND ', {}), E'\\n')"
        " FROM {} AND {} AND NOT {}",
        table, assignments(values), joined(where, ", "), rows, there, unchanged));
    std::istringstream lines(updates);
    for (std::string line; std::getline(lines, line);) add(line, 1);
  }
  const std::vector<std::string> columns = tables.columns("idempotency");
  std::vector<std::string> values;
  for (const std::string& column : columns)
    values.push_back(column == "key" ? std::string("':id'")
                                     : fmt::format("literal({}::text)", column));
  add(fmt::format("INSERT INTO idempotency ({}) VALUES ({})", joined(columns, ", "),
                  tables.ask(fmt::format("SELECT concat_ws(', ', {}) FROM idempotency WHERE key = "
                                         "'{}'",
                                         joined(values, ", "), key))),
      1);
  return script;
}

BaselineRun run_baseline(test::TestPostgres& server, const std::string& database,
                         const Script& script, std::int64_t first_id, int clients,
                         int transactions_a_client, bool same_permit) {
  const std::string file = server.directory() + "/pgbench.sql";
  test::write_file(
      file, fmt::format("\\set n :n + 1\n\\set id {0} + :client_id * {1} + :n - 1\n"
                        "\\set locked {2}\nBEGIN;\n{3}END;\n",
                        first_id, transactions_a_client,
                        same_permit ? std::to_string(first_id) : std::string(":id"), script.text));
  const double before = processor_seconds(server.pid());
  const double ended_before = ended_children_seconds();
  const std::string command = fmt::format(
      "pgbench -n -M prepared -D n=0 -c {} -j {} -t {} -f {} -h {} -U tenggat {} 2>&1", clients,
      std::min(clients, 2), transactions_a_client, file, server.socket_directory(), database);
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("pgbench cannot be started");
  std::string output;
  char buffer[4096];
  while (::fgets(buffer, sizeof buffer, pipe)) output += buffer;
  if (::pclose(pipe) != 0) throw std::runtime_error(output);
  BaselineRun run;
  run.clients = clients;
  const auto number_after = [&](const char* name) {
    const auto at = output.find(name);
    if (at == std::string::npos) throw std::runtime_error(output);
    return std::stod(output.substr(at + std::string_view(name).size()));
  };
  run.actions_a_second = number_after("\ntps = ");
  run.latency_ms = number_after("latency average = ");
  const double used =
      processor_seconds(server.pid()) - before + ended_children_seconds() - ended_before;
  run.processor_us = used * 1e6 / (static_cast<double>(clients) * transactions_a_client);
  return run;
}

}  // namespace tenggat::bench
