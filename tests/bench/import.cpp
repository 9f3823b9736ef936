// How long `tenggat permit import` takes on a large office's open files, and how much memory: the
// program itself, on a spreadsheet of 300 rows and one of 100,000, on one PostgreSQL.
//
//   import [ROWS]
//
// Ends with 1 where it takes longer than it may, or memory grows with the rows.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iostream>

#include "daemon/office/rule_files.h"
#include "daemon/store/rules.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::bench {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::int64_t kRows = 100'000;
constexpr double kSeconds = 60;          // for all of them
constexpr long kKilobytesMore = 48'000;  // than for 300 rows

pg::Awaitable<void> bring_in(std::string conninfo, const RuleFiles& files) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  for (const store::RuleSet& set : files.calendar_sets)
    co_await store::put_in_force(db, store::By::system(), set);
  for (const store::RuleSet& set : files.sop_sets)
    co_await store::put_in_force(db, store::By::system(), set);
}

void put_rules_in_force(const std::string& conninfo, const RuleFiles& files) {
  boost::asio::io_context io;
  std::future<void> done =
      boost::asio::co_spawn(io, bring_in(conninfo, files), boost::asio::use_future);
  io.run();
  done.get();
}

// Files that wait at several steps; the first third have numbers of their own.
void write_rows(const fs::path& path, std::int64_t first, std::int64_t rows) {
  std::ofstream out(path);
  out << "\xEF\xBB\xBFnomor;id lama;nama pemohon;wa;perihal;tanggal masuk;lengkap;tahap;masuk "
         "tahap\r\n";
  constexpr const char* kSteps[] = {"verifikasi", "penerimaan", "kajian_teknis", "penyusunan_sk"};
  for (std::int64_t i = first; i < first + rows; ++i) {
    const auto step = static_cast<std::size_t>(i % 4);
    const std::int64_t day = 1 + i % 27;
    out << fmt::format(
        "{};L-{};Warga {};0812{:07};TK Melati {};{:02}/09/2026 08:15;{};{};{:02}/10/2026 "
        "10:00\r\n",
        i < rows / 3 ? fmt::format("PAUD-2026-{:05}", i + 1) : "", i, i, i, i, day,
        step == 0 ? "" : fmt::format("{:02}/09/2026 14.00", day), kSteps[step], day);
  }
}

struct Ran {
  int code = 0;
  double seconds = 0;
  long kilobytes = 0;  // at most, of all so far
};

Ran run_tenggat(const fs::path& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), TENGGAT);
  const auto begun = steady_clock::now();
  const pid_t child = test::spawn(
      arguments, {{"TENGGAT_CONFIG", (folder / "tenggat.yaml").string()}, {"LC_ALL", "C.UTF-8"}},
      folder / "out", folder / "err");
  Ran ran;
  ran.code = test::wait_for(child);
  ran.seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  ran.kilobytes = usage.ru_maxrss;
  if (ran.code != 0)
    std::cout << test::read_file(folder / "out").substr(0, 2000) << test::read_file(folder / "err");
  return ran;
}

int run(std::int64_t rows) {
  test::TestPostgres server;
  const std::string conninfo = server.create_database("import");
  std::string name = (fs::temp_directory_path() / "tenggat-import-XXXXXX").string();
  if (!::mkdtemp(name.data())) return 1;
  const fs::path folder = name;
  test::write_file(
      folder / "tenggat.yaml",
      fmt::format("database: \"{}\"\nrules: {}/rules/office\n", conninfo, TENGGAT_SOURCE_DIR));
  if (run_tenggat(folder, {"db", "migrate"}).code != 0) return 1;
  put_rules_in_force(conninfo, *load_rule_files(fs::path(TENGGAT_SOURCE_DIR) / "rules/office"));
  write_rows(folder / "few.csv", 0, 300);
  write_rows(folder / "many.csv", 300, rows);
  const Ran few = run_tenggat(folder, {"permit", "import", (folder / "few.csv").string()});
  const Ran many = run_tenggat(folder, {"permit", "import", (folder / "many.csv").string()});
  const Ran audit = run_tenggat(folder, {"audit", "verify"});
  const Ran out = run_tenggat(folder, {"export", (folder / "jsonl").string()});
  std::cout << fmt::format(
      "300 files imported in {:.2f} s with {} MB; {} in {:.1f} s with {} MB; their record verified "
      "in "
      "{:.1f} s, all exported in {:.1f} s\n",
      few.seconds, few.kilobytes / 1024, rows, many.seconds, many.kilobytes / 1024, audit.seconds,
      out.seconds);
  const bool sound = few.code + many.code + audit.code + out.code == 0;
  fs::remove_all(folder);
  const double allowed = kSeconds * static_cast<double>(rows) / kRows + 1;
  return sound && many.seconds < allowed && many.kilobytes < few.kilobytes + kKilobytesMore ? 0 : 1;
}

}  // namespace
}  // namespace tenggat::bench

int main(int count, char** arguments) {
  return tenggat::bench::run(count > 1 ? std::atoll(arguments[1]) : tenggat::bench::kRows);
}
