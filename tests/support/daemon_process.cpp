#include "tests/support/daemon_process.h"

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>

#include <stdexcept>
#include <thread>

#include "daemon/base/link_keys.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace fs = std::filesystem;

namespace {

std::string program(const char* of_this_build, const char* name) {
  const char* others = std::getenv("TENGGAT_PROGRAMS");
  return others ? (fs::path(others) / name).string() : of_this_build;
}

// What an office's visitors come through stands on its machine, unless the test says otherwise.
std::string behind_a_proxy(std::string configuration) {
  constexpr std::string_view kHttp = "http: {", kProxies = "proxies: [127.0.0.1]";
  if (configuration.find("proxies:") != std::string::npos) return configuration;
  const std::size_t at = configuration.find(kHttp);
  if (at == std::string::npos) return configuration + fmt::format("http: {{{}}}\n", kProxies);
  return configuration.insert(at + kHttp.size(), fmt::format("{}, ", kProxies));
}

// All offices of a run lie in the schema that TENGGAT_TEST_SCHEMA names, so that the same tests are
// run in another than PostgreSQL's own.
std::string schema_of(const std::string& configuration) {
  const char* schema = std::getenv("TENGGAT_TEST_SCHEMA");
  return schema && configuration.find("schema:") == std::string::npos
             ? fmt::format("schema: {}\n", schema)
             : "";
}

}  // namespace

DaemonProcess::DaemonProcess(Options options) : options_(std::move(options)) {
  std::string pattern = (fs::temp_directory_path() / "tenggat-daemon-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory");
  directory_ = pattern;
  if (options_.rules.empty()) options_.rules = fs::path(TENGGAT_SOURCE_DIR) / "rules/office";
  api_port_ = free_port();
  admin_port_ = free_port();
  write_configuration();
}

DaemonProcess::~DaemonProcess() {
  kill9();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void DaemonProcess::write_configuration() {
  write_file(directory_ / "tenggat.yaml",
             fmt::format("database: \"{}\"\n"
                         "database_owner: \"{}\"\n"
                         "{}"
                         "listen: 127.0.0.1:{}\n"
                         "admin_listen: 127.0.0.1:{}\n"
                         "public_url: https://perizinan.example.go.id\n"
                         "rules: {}\n"
                         "state_dir: state\n"
                         "log: {{level: info, format: json}}\n"
                         "{}",
                         TestPostgres::as_daemon(options_.conninfo),
                         TestPostgres::as_owner(options_.conninfo),
                         schema_of(options_.configuration), api_port_, admin_port_,
                         options_.rules.string(), behind_a_proxy(options_.configuration)));
}

std::string DaemonProcess::completed(const std::string& link) const {
  return LinkKeys({read_file(directory_ / "state/link.key")}).complete(link);
}

void DaemonProcess::launch() {
  std::vector<std::string> arguments{program(TENGGATD, "tenggatd"), "--config",
                                     (directory_ / "tenggat.yaml").string()};
  if (!options_.clock.empty()) {
    arguments.push_back("--clock");
    arguments.push_back(options_.clock);
  }
  std::map<std::string, std::string> environment = options_.environment;
  environment.emplace("GLIBC_TUNABLES", "glibc.malloc.tcache_count=512");  // as the unit has it
  pid_ = spawn(arguments, environment, directory_ / "daemon.out", directory_ / "daemon.err");
}

bool DaemonProcess::ready() const {
  return http_get(admin_port_, "/readyz").find("\"ready\":true") != std::string::npos;
}

void DaemonProcess::start(std::chrono::seconds limit) {
  launch();
  const auto give_up = std::chrono::steady_clock::now() + limit;
  while (!ready()) {
    if (ended())
      throw std::runtime_error(fmt::format("tenggatd ended with {}: {}", last_status_, log()));
    if (std::chrono::steady_clock::now() > give_up)
      throw std::runtime_error("tenggatd is not ready: " + log());
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void DaemonProcess::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

int DaemonProcess::terminate() {
  signal(SIGTERM);
  const int status = wait_for(pid_);
  pid_ = 0;
  return status;
}

void DaemonProcess::kill9() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait_for(pid_);
  pid_ = 0;
}

bool DaemonProcess::ended() {
  if (pid_ > 0 && has_ended(pid_, last_status_)) pid_ = 0;
  return pid_ == 0;
}

CommandResult DaemonProcess::tenggatd(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{program(TENGGATD, "tenggatd")};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return ran(all, {});
}

CommandResult DaemonProcess::ran(const std::vector<std::string>& command,
                                 const std::map<std::string, std::string>& environment) {
  const fs::path out = directory_ / "cli.out", err = directory_ / "cli.err";
  write_file(out, "");
  write_file(err, "");
  CommandResult result;
  result.status = wait_for(spawn(command, environment, out, err));
  result.out = read_file(out);
  result.err = read_file(err);
  return result;
}

CommandResult DaemonProcess::tenggat(const std::vector<std::string>& arguments,
                                     const std::string& token) {
  std::vector<std::string> all{program(TENGGAT, "cli/tenggat")};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::map<std::string, std::string> environment{
      {"TENGGAT_CONFIG", (directory_ / "tenggat.yaml").string()},
      {"TENGGAT_URL", fmt::format("http://127.0.0.1:{}", api_port_)}};
  if (!token.empty()) environment["TENGGAT_TOKEN"] = token;
  return ran(all, environment);
}

std::string DaemonProcess::must(const std::vector<std::string>& arguments) {
  const CommandResult result = tenggat(arguments);
  if (result.status == 0) return result.out;
  throw std::runtime_error(
      fmt::format("tenggat {} {}: {}{}", arguments.at(0), arguments.at(1), result.out, result.err));
}

std::string DaemonProcess::new_token(const std::vector<std::string>& whose) {
  std::vector<std::string> arguments{"token", "create"};
  arguments.insert(arguments.end(), whose.begin(), whose.end());
  std::string token = must(arguments);  // printed once, alone on the last line
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token.substr(token.rfind('\n') + 1);
}

std::string DaemonProcess::log() const {
  return read_file(directory_ / "daemon.out") + read_file(directory_ / "daemon.err");
}

}  // namespace tenggat::test
