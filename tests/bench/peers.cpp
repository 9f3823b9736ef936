// A permit taken through all steps of its SOP, 64 at a time, here and by what a team would pick
// instead: a service of its own on River, and Flowable, embedded, with its history
// (tests/bench/peers/). By turns on one PostgreSQL with fsync, each time in a database of its own.
//
//   peers RIVER FLOWABLE      River's program, the directory of Flowable's; "" leaves one out
//
// Processor time is of PostgreSQL and of the program that serves; River's and Flowable's have their
// clients within. Flowable's has no HTTP around it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "tests/bench/asking.h"
#include "tests/bench/baseline.h"
#include "tests/bench/usage.h"
#include "tests/support/daemon_process.h"
#include "tests/support/http_client.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::bench {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

using std::chrono::steady_clock;

constexpr int kClients = 64, kRounds = 2;
constexpr int kPermits = 4'000, kRiverPermits = 2'000, kFlowablePermits = 500;
constexpr int kTimers = 100'000;

void say(const std::string& line) { std::cout << line << std::endl; }
void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

struct Run {
  double steps_a_second = 0, p99 = 0;      // p99 in milliseconds
  double program_us = 0, postgres_us = 0;  // of a processor, a step
};

void tell(const char* who, const Run& run) {
  say(
      fmt::format("  {:<10} {:>7.0f} steps/s   p99 {:>7.1f} ms   {:>5.0f} us a step ({:.0f} of the "
                  "program, {:.0f} of PostgreSQL)",
                  who, run.steps_a_second, run.p99, run.program_us + run.postgres_us,
                  run.program_us, run.postgres_us));
}

// --- ours ----------------------------------------------------------------------------------------

// What is pressed at each step of the PAUD permit after the submission.
struct Press {
  const char* body;
  bool by_head = false;
};
const std::vector<Press>& presses() {
  static const std::vector<Press> all{
      {R"({"step":"verifikasi","action":"accept","on_behalf_of":"fo"})"},
      {R"({"step":"penerimaan","action":"forward","on_behalf_of":"bo"})"},
      {R"({"step":"kajian_teknis","action":"recommend","on_behalf_of":"dt","documents":[)"
       R"({"kind":"bapl","uri":"https://example.go.id/x"},)"
       R"({"kind":"rekomendasi","uri":"https://example.go.id/x"}]})"},
      {R"({"step":"penyusunan_sk","action":"draft","on_behalf_of":"bo","documents":[)"
       R"({"kind":"draft_sk","uri":"https://example.go.id/x"}]})"},
      {R"({"step":"persetujuan_kabid","action":"approve","on_behalf_of":"kb"})"},
      {R"({"step":"persetujuan_sekretaris","action":"approve","on_behalf_of":"s"})"},
      {R"({"step":"penandatanganan","action":"sign","documents":[)"
       R"({"kind":"surat_keputusan","number":"800/1","uri":"https://example.go.id/x"}]})",
       true},
      {R"({"step":"penerimaan_sk","action":"receive"})"}};
  return all;
}

struct Office {
  std::int64_t next = 0, end = 0;
  test::OfficeLoad::Tokens tokens;
  std::vector<double> milliseconds;
};

asio::awaitable<void> officer(std::shared_ptr<test::HttpClient> http,
                              std::shared_ptr<Office> office) {
  co_await http->connect();
  while (office->next < office->end) {
    const std::int64_t permit = office->next++;
    int n = 0;
    for (const Press& press : presses()) {
      std::string request =
          test::http_request("POST", fmt::format("/api/v1/permits/{}/actions", permit),
                             press.by_head ? office->tokens.own.at("kd") : office->tokens.portal,
                             fmt::format("{}-{}", permit, n++), press.body);
      const auto begun = steady_clock::now();
      const test::HttpAnswer answer = co_await http->exchange(std::move(request));
      if (answer.status != 200)
        throw std::runtime_error(fmt::format("answered {}: {}", answer.status, answer.body));
      office->milliseconds.push_back(
          std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
    }
  }
}

Run of_ours(test::TestPostgres& server, const std::string& database) {
  test::DaemonProcess::Options options;
  options.conninfo = server.create_database(database);
  options.clock = "2026-06-02T08:00:00+08:00@0";
  options.configuration =
      "http: {connections: 3000, requests_a_minute: 100000000, proxies: [127.0.0.1]}\n";
  test::DaemonProcess daemon(std::move(options));
  daemon.must({"db", "migrate", "--simulated-clock"});
  const auto office = std::make_shared<Office>();
  office->tokens = test::OfficeLoad::staff(daemon);
  daemon.start();
  const json::value handed_in = json::parse(
      ask(daemon,
          test::http_request(
              "POST", "/api/v1/permits", office->tokens.portal, "",
              R"({"sop":"paud","applicant":{"name":"Pemohon","email":"pemohon@example.id"},)"
              R"("subject":"TK Harapan","documents":[{"kind":"persyaratan_izin_paud",)"
              R"("uri":"https://example.go.id/berkas.pdf"}]})"))
          .body);
  const std::int64_t model = std::stoll(std::string(handed_in.at("id").as_string()));
  clone_permit(server, database, model, model + 1, kPermits);
  office->next = model + 1;
  office->end = model + 1 + kPermits;
  server.execute("CHECKPOINT");
  const double program = processor_seconds(daemon.pid()),
               postgres = processor_seconds(server.pid());
  asio::io_context io{1};
  for (int i = 0; i < kClients; ++i)
    asio::co_spawn(
        io,
        officer(std::make_shared<test::HttpClient>(io.get_executor(), daemon.api_port()), office),
        rethrow);
  const auto begun = steady_clock::now();
  io.run();
  const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  std::vector<double>& times = office->milliseconds;
  std::sort(times.begin(), times.end());
  const double steps = static_cast<double>(times.size());
  return {steps / seconds, times.at(times.size() * 99 / 100),
          (processor_seconds(daemon.pid()) - program) * 1e6 / steps,
          (processor_seconds(server.pid()) - postgres) * 1e6 / steps};
}

// --- theirs --------------------------------------------------------------------------------------

// Runs it to its end; the last line of what it says is {"steps":,"seconds":,"p99_ms":}.
Run of_theirs(test::TestPostgres& server, const std::vector<std::string>& command) {
  const std::string out = server.directory() + "/peer.out", err = server.directory() + "/peer.err";
  test::write_file(out, "");
  server.execute("CHECKPOINT");
  const double program = ended_children_seconds(), postgres = processor_seconds(server.pid());
  if (test::wait_for(test::spawn(command, {}, out, err)) != 0)
    throw std::runtime_error(
        fmt::format("{}: {}{}", command.front(), test::read_file(out), test::read_file(err)));
  std::string said = test::read_file(out);
  while (!said.empty() && said.back() == '\n') said.pop_back();
  const json::value last = json::parse(said.substr(said.rfind('\n') + 1));
  const double steps = last.at("steps").to_number<double>();
  return {steps / last.at("seconds").to_number<double>(), last.at("p99_ms").to_number<double>(),
          (ended_children_seconds() - program) * 1e6 / steps,
          (processor_seconds(server.pid()) - postgres) * 1e6 / steps};
}

std::vector<std::string> river(const test::TestPostgres& server, const std::string& program,
                               const std::string& database, std::vector<std::string> work) {
  work.insert(work.begin(),
              {program, fmt::format("postgres://tenggat@/{}?host={}&port={}", database,
                                    server.socket_directory(), server.port())});
  return work;
}

std::vector<std::string> flowable(const test::TestPostgres& server, const std::string& directory,
                                  const std::string& database) {
  return {"/usr/bin/env",
          "java",
          "-cp",
          fmt::format("{0}/classes:{0}/dependency/*", directory),
          "PermitSteps",
          fmt::format("jdbc:postgresql://localhost/{}?user=tenggat&socketFactory="
                      "org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg&socketFactoryArg="
                      "{}/.s.PGSQL.{}",
                      database, server.socket_directory(), server.port()),
          std::to_string(kFlowablePermits),
          std::to_string(kClients)};
}

void compare(const std::string& river_program, const std::string& flowable_directory) {
  test::TestPostgres server{
      {.fsync = true,
       .settings = {"max_connections=200", "shared_buffers=512MB", "max_wal_size=8GB"}}};
  for (int round = 1; round <= kRounds; ++round) {
    say(fmt::format("round {}, {} clients:", round, kClients));
    const Run ours = of_ours(server, fmt::format("ours{}", round));
    tell("tenggatd", ours);
    if (!river_program.empty()) {
      const std::string database = fmt::format("river{}", round);
      server.create_database(database);
      const Run theirs = of_theirs(
          server, river(server, river_program, database,
                        {"steps", std::to_string(kRiverPermits), std::to_string(kClients)}));
      tell("River", theirs);
      say(fmt::format("  {:.1f} x River", ours.steps_a_second / theirs.steps_a_second));
    }
    if (!flowable_directory.empty()) {
      const std::string database = fmt::format("flowable{}", round);
      server.create_database(database);
      const Run theirs = of_theirs(server, flowable(server, flowable_directory, database));
      tell("Flowable", theirs);
      say(fmt::format("  {:.1f} x Flowable", ours.steps_a_second / theirs.steps_a_second));
    }
  }
  if (river_program.empty()) return;
  server.create_database("timers");
  const Run timers = of_theirs(
      server, river(server, river_program, "timers", {"timers", std::to_string(kTimers)}));
  say(fmt::format("River, {} timers due in one second: all worked in {:.1f} s (tenggatd's: monday)",
                  kTimers, kTimers / timers.steps_a_second));
}

}  // namespace
}  // namespace tenggat::bench

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "peers RIVER FLOWABLE\n";
    return 2;
  }
  try {
    tenggat::bench::compare(arguments[1], arguments[2]);
    return 0;
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 1;
  }
}
