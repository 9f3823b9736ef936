// `tenggat export`, `tenggat db load`: everything out, and in again into an empty database.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "daemon/base/version.h"
#include "daemon/cli/export_csv.h"
#include "daemon/cli/export_files.h"
#include "daemon/cli/export_xes.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/cli/progress.h"
#include "daemon/store/dump.h"
#include "daemon/store/migrations.h"

namespace tenggat::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view kManifest = "manifest.json";
constexpr std::string_view kSequences = "sequences.jsonl";

bool is_of_files(const std::string& table) { return table == "file" || table == "file_chunk"; }

class Exporting {
 public:
  Exporting(DatabaseCall& call, fs::path directory)
      : call_(call),
        directory_(std::move(directory)),
        with_files_(call.given.has("files")),
        progress_(call.terminal, "parts"),
        dump_(call.connection) {}

  pg::Awaitable<void> run(std::string format) {
    co_await dump_.begin();
    if (format == "jsonl")
      co_await tables();
    else if (format == "csv")
      co_await views();
    else
      co_await events();
    if (with_files_) co_await files();
    co_await dump_.end();
    progress_.end();
    write_manifest(format);
  }
  const json::object& rows() const { return rows_; }

 private:
  pg::Awaitable<void> tables() {
    pg::Pipeline asking;
    const auto slot = store::add_dump_tables(asking);
    const auto sequences = store::add_dump_sequences(asking);
    const pg::Results found = co_await call_.connection.run(std::move(asking));
    const std::vector<store::DumpTable> all = found[slot];
    for (std::size_t i = 0; i < all.size(); ++i) {
      progress_.show(static_cast<std::int64_t>(i), static_cast<std::int64_t>(all.size()));
      if (is_of_files(all[i].name) && !with_files_) continue;
      store::DumpTable table = all[i];
      Out out(directory_ / (table.name + ".jsonl"));
      std::int64_t count = 0;
      co_await dump_.open(std::move(table));
      for (auto rows = co_await dump_.next(); !rows.empty(); rows = co_await dump_.next()) {
        for (const std::string& row : rows) out.write(row + '\n');
        count += static_cast<std::int64_t>(rows.size());
      }
      out.end();
      rows_[all[i].name] = count;
    }
    Out out(directory_ / kSequences);
    const std::vector<store::DumpSequence> numbered = found[sequences];
    for (const store::DumpSequence& one : numbered)
      out.write(json::serialize(json::object{{"name", one.name}, {"last", one.last}}) + '\n');
    out.end();
  }

  pg::Awaitable<void> views() {
    pg::Pipeline asking;
    const auto slot = store::add_dump_views(asking);
    const pg::Results found = co_await call_.connection.run(std::move(asking));
    const std::vector<store::DumpTable> all = found[slot];
    for (std::size_t i = 0; i < all.size(); ++i) {
      progress_.show(static_cast<std::int64_t>(i), static_cast<std::int64_t>(all.size()));
      store::DumpTable view = all[i];
      const std::string name = view.name;
      Out out(directory_ / (name + ".csv"));
      out.write("\xEF\xBB\xBF");
      std::int64_t count = 0;
      co_await dump_.open(std::move(view));
      for (auto rows = co_await dump_.next(); !rows.empty(); rows = co_await dump_.next())
        for (const std::string& row : rows) {
          const json::value value = json::parse(row);
          if (count++ == 0) out.write(csv_head(value.as_object()));
          out.write(csv_row(value.as_object()));
        }
      out.end();
      rows_[name] = count;
    }
  }

  pg::Awaitable<void> events() {
    Out out(directory_ / "tenggat.xes");
    out.write(XesWriter::head());
    XesWriter writer;
    std::int64_t count = 0;
    std::string sql = store::kVisitsAsEvents;
    co_await dump_.open(std::move(sql));
    for (auto rows = co_await dump_.next(); !rows.empty(); rows = co_await dump_.next()) {
      for (const std::string& row : rows) out.write(writer.visit(json::parse(row).as_object()));
      count += static_cast<std::int64_t>(rows.size());
      progress_.show(count, count);
    }
    out.write(writer.end());
    out.end();
    rows_["visits"] = count;
  }

  // Those that permits have, each under its hash.
  pg::Awaitable<void> files() {
    fs::create_directories(directory_ / "files");
    std::vector<std::string> hashes;
    std::string sql = store::kKeptFiles;
    co_await dump_.open(std::move(sql));
    for (auto rows = co_await dump_.next(); !rows.empty(); rows = co_await dump_.next())
      hashes.insert(hashes.end(), rows.begin(), rows.end());
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      progress_.show(static_cast<std::int64_t>(i), static_cast<std::int64_t>(hashes.size()));
      fs::path into = directory_ / "files" / hashes[i];
      co_await write_stored(call_.connection, hashes[i], std::move(into));
    }
    rows_["files"] = static_cast<std::int64_t>(hashes.size());
  }

  void write_manifest(const std::string& format) {
    Out out(directory_ / kManifest);
    out.write(json::serialize(json::object{{"program", kVersion},
                                           {"schema", store::migrations().back().version},
                                           {"format", format},
                                           {"files", with_files_},
                                           {"rows", rows_}}) +
              '\n');
    out.end();
  }

  DatabaseCall& call_;
  const fs::path directory_;
  const bool with_files_;
  Progress progress_;
  store::Dump dump_;
  json::object rows_;
};

pg::Awaitable<int> export_work(DatabaseCall& call) {
  const std::string format = call.given.text_or("format", "jsonl");
  if (format != "jsonl" && format != "csv" && format != "xes")
    throw BadUsage("--format is jsonl, csv or xes");
  const std::string named = call.given.argument(0).value_or("");
  Exporting exporting(call, directory_to_write(named));
  co_await exporting.run(format);
  std::int64_t all = 0;
  for (const auto& [name, count] : exporting.rows()) all += count.as_int64();
  if (call.given.has("json"))
    write_json(call.terminal.out,
               json::object{{"directory", named}, {"format", format}, {"rows", exporting.rows()}});
  else
    call.terminal.out << fmt::format("{}: {} parts, {} rows\n", named, exporting.rows().size(),
                                     all);
  co_return kOk;
}

// --- In again ----------------------------------------------------------------------------------

json::object read_manifest(const fs::path& directory) {
  std::ifstream in(directory / kManifest, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  boost::system::error_code failed;
  const json::value value = json::parse(text, failed);
  if (failed || !value.is_object() || !value.as_object().contains("rows"))
    throw Refused(fmt::format("{} holds no {} of an export", directory.string(), kManifest));
  if (value.at("format").as_string() != "jsonl")
    throw Refused("only what was exported as jsonl can be loaded");
  if (value.at("schema").to_number<int>() != store::migrations().back().version)
    throw Refused(fmt::format("it was exported at schema {}, this program has {}: export it again",
                              value.at("schema").to_number<int>(),
                              store::migrations().back().version));
  return value.as_object();
}

pg::Awaitable<std::int64_t> load_table(pg::Transaction& transaction, fs::path directory,
                                       std::string table) {
  constexpr std::size_t kRows = 500, kBytes = 8 * 1024 * 1024;
  std::ifstream in(directory / (table + ".jsonl"), std::ios::binary);
  if (!in) co_return 0;
  std::int64_t count = 0;
  std::vector<std::string> rows;
  std::size_t bytes = 0;
  std::string line;
  while (true) {
    const bool more = static_cast<bool>(std::getline(in, line));
    if (more) {
      bytes += line.size();
      rows.push_back(line);
    }
    if (rows.empty() || (more && rows.size() < kRows && bytes < kBytes)) {
      if (!more) break;
      continue;
    }
    count += static_cast<std::int64_t>(rows.size());
    pg::Pipeline writes;
    store::add_load(writes, table, rows);
    rows.clear();
    bytes = 0;
    co_await transaction.run(std::move(writes), std::chrono::minutes(5));
    if (!more) break;
  }
  co_return count;
}

pg::Awaitable<int> load_work(DatabaseCall& call) {
  const fs::path directory = call.given.argument(0).value_or("");
  const json::object manifest = read_manifest(directory);
  pg::Pipeline asking;
  const auto untouched = store::add_is_untouched(asking);
  const auto slot = store::add_dump_tables(asking);
  const pg::Results found = co_await call.connection.run(std::move(asking));
  if (!found[untouched]) throw Refused("the database is not empty: nothing was loaded");
  const std::vector<store::DumpTable> tables = found[slot];
  const json::object& expected = manifest.at("rows").as_object();
  pg::Transaction transaction(call.connection);
  co_await store::clear_for_load(transaction, tables);
  Progress progress(call.terminal, "tables");
  std::int64_t all = 0;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    progress.show(static_cast<std::int64_t>(i), static_cast<std::int64_t>(tables.size()));
    std::string table = tables[i].name;
    const std::int64_t rows = co_await load_table(transaction, directory, std::move(table));
    const json::value* wanted = expected.if_contains(tables[i].name);
    if (wanted && wanted->as_int64() != rows)
      throw Refused(fmt::format("{}.jsonl holds {} rows, its export had {}: nothing was loaded",
                                tables[i].name, rows, wanted->as_int64()));
    all += rows;
  }
  pg::Pipeline last;
  std::ifstream in(directory / kSequences, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    const json::value one = json::parse(line);
    store::add_load_sequence(last,
                             {std::string(one.at("name").as_string()), one.at("last").as_int64()});
  }
  co_await transaction.commit(std::move(last), std::chrono::minutes(5));
  progress.end();
  if (call.given.has("json"))
    write_json(call.terminal.out, json::object{{"rows", all}});
  else
    call.terminal.out << fmt::format("{} rows are loaded: `tenggat audit verify` checks them\n",
                                     all);
  co_return kOk;
}

int run_export(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, export_work);
}
int run_load(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, load_work, false, As::owner);
}

}  // namespace

std::vector<Command> export_commands() {
  return {
      {"export",
       {{"DIR", true}},
       {{"format", "jsonl|csv|xes",
         "jsonl: everything, to be loaded again; csv: the reports' "
         "views, for spreadsheets; xes: the visits, for process mining"},
        {"files", "", "and the files of the permits"},
        kConfigOption,
        kJsonOption},
       "writes everything that the database holds into a new directory",
       "One state of the database, while everybody goes on working. With jsonl a file a table, a\n"
       "row a line; personal data and the seeds of links are in it, so its owner alone can read\n"
       "the directory.",
       run_export},
      {"db load",
       {{"DIR", true}},
       {kConfigOption, kJsonOption},
       "takes in what `export --format jsonl` has written, into an empty database",
       "The database is migrated and nobody has worked on it; no daemon runs on it. All or\n"
       "nothing. Chains, reports and dossiers are those of the database that was exported.",
       run_load}};
}

}  // namespace tenggat::cli
