#include "tests/support/postgres.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <stdexcept>
#include <thread>

namespace tenggat::test {
namespace fs = std::filesystem;
namespace {

constexpr auto kPoll = std::chrono::milliseconds{10};
constexpr int kPollsMax = 6000;  // a minute: crash recovery on a busy machine

std::string newest_program(const std::string& name) {
  std::vector<std::pair<int, std::string>> found;
  for (const auto& version : fs::directory_iterator{"/usr/lib/postgresql"}) {
    const fs::path program = version.path() / "bin" / name;
    if (fs::exists(program)) {
      found.emplace_back(std::atoi(version.path().filename().c_str()), program.string());
    }
  }
  if (found.empty()) throw std::runtime_error{"no " + name + " under /usr/lib/postgresql"};
  return std::max_element(found.begin(), found.end())->second;
}

// Whom the server runs as: itself refuses root.
const passwd* server_user() { return geteuid() == 0 ? getpwnam("postgres") : getpwuid(geteuid()); }

// Between fork and exec: system calls only. PDEATHSIG comes last because changing the user clears
// it.
[[noreturn]] void become(const passwd* user, pid_t parent, const std::string& log,
                         const std::vector<char*>& arguments,
                         const std::vector<char*>& environment) {
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  setpgid(0, 0);  // a Ctrl-C in the terminal is for the test, which then stops the server
  if (geteuid() == 0 && (setgroups(1, &user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
                         setuid(user->pw_uid) != 0)) {
    _exit(126);
  }
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (getppid() != parent || chdir("/") != 0) _exit(125);
  execve(arguments.front(), arguments.data(), environment.data());
  _exit(127);
}

pid_t spawn(const std::vector<std::string>& command, const std::string& log,
            const std::vector<std::string>& more_environment = {}) {
  std::vector<char*> arguments, environment;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  for (char** one = environ; *one; ++one) environment.push_back(*one);
  for (const auto& one : more_environment) environment.push_back(const_cast<char*>(one.c_str()));
  environment.push_back(nullptr);
  const passwd* user = server_user();
  if (!user) throw std::runtime_error{"no user to run PostgreSQL as"};
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error{"fork failed"};
  if (child == 0) become(user, parent, log, arguments, environment);
  return child;
}

// Starts a process that waits until the returned descriptor closes, which the kernel does for us
// however this process ends, and then removes the directory.
int remove_when_gone(const std::string& directory) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error{"fork failed"};
  if (child == 0) {
    setsid();
    dup2(ends[0], STDIN_FILENO);
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    dup2(STDOUT_FILENO, STDERR_FILENO);
    execl("/bin/sh", "sh", "-c", R"(read -r _; sleep 1; rm -rf "$1" &)", "sh", directory.c_str(),
          nullptr);
    _exit(127);
  }
  close(ends[0]);
  return ends[1];
}

void give_away(const std::string& path) {
  const passwd* user = server_user();
  if (!user || chown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error{"cannot give " + path + " to PostgreSQL's user"};
}

std::string tail_of(const std::string& path) {
  std::ifstream file{path};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  return text.size() > 2000 ? text.substr(text.size() - 2000) : text;
}

void require(bool condition, const std::string& what, const std::string& log) {
  if (!condition) throw std::runtime_error{what + "\n" + tail_of(log)};
}

using Session = std::unique_ptr<PGconn, decltype(&PQfinish)>;

Session open_session(const std::string& conninfo) {
  Session session{PQconnectdb(conninfo.c_str()), &PQfinish};
  PQsetNoticeProcessor(
      session.get(), [](void*, const char*) {}, nullptr);
  return session;
}

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

std::string as_role(std::string conninfo, const std::string& role) {
  const std::string administrator = " user=tenggat ";
  const auto at = conninfo.find(administrator);
  if (at != std::string::npos) conninfo.replace(at, administrator.size(), " user=" + role + ' ');
  return conninfo;
}

std::unique_ptr<TestPostgres>& shared_slot() {
  static std::unique_ptr<TestPostgres> slot;
  return slot;
}

}  // namespace

TestPostgres::TestPostgres(Options options) : options_{std::move(options)} {
  const char* parent = std::getenv("TMPDIR");
  directory_ = std::string{parent && *parent ? parent : "/tmp"} + "/tenggat-pg-XXXXXX";
  if (!mkdtemp(directory_.data()))
    throw std::runtime_error{"no temporary directory for PostgreSQL"};
  try {
    leash_ = remove_when_gone(directory_);
    if (directory_.size() > 80) throw std::runtime_error{"TMPDIR is too long for a socket's name"};
    give_away(directory_);
    for (const std::string& disk : {options_.data, options_.wal})
      if (!disk.empty()) give_away(disk);
    data_ = options_.data.empty() ? directory_ + "/data" : options_.data;
    if (options_.bare) return;
    std::vector<std::string> initdb{
        newest_program("initdb"), "-D",         data_,      "-U", "tenggat", "--auth=trust",
        "--encoding=UTF8",        "--locale=C", "--no-sync"};
    if (!options_.wal.empty()) initdb.push_back("--waldir=" + options_.wal);
    initdb.insert(initdb.end(), options_.initdb.begin(), options_.initdb.end());
    run(initdb);
    start();
    execute(
        "CREATE ROLE tenggat_owner LOGIN; GRANT pg_read_all_stats TO tenggat_owner;"
        " CREATE ROLE tenggat_daemon LOGIN");
  } catch (...) {
    stop();
    close(leash_);
    throw;
  }
}

TestPostgres::~TestPostgres() {
  stop();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
  close(leash_);
}

void TestPostgres::run(const std::vector<std::string>& command) {
  const std::string log = directory_ + "/log";
  int status = 0;
  waitpid(spawn(command, log), &status, 0);
  require(status == 0, command.front() + " failed", log);
}

void TestPostgres::start() {
  if (running()) return;
  const std::string log = directory_ + "/log";
  std::vector<std::string> command{newest_program("postgres"), "-D", data_};
  std::vector<std::string> settings{
      "listen_addresses=",   "port=5432",          "unix_socket_directories=" + directory_,
      "shared_buffers=32MB", "max_connections=60", "timezone=Asia/Makassar"};
  if (!options_.fsync) settings.insert(settings.end(), {"fsync=off", "full_page_writes=off"});
  settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
  for (const auto& setting : settings) command.insert(command.end(), {"-c", setting});

  const std::string where = conninfo();
  pid_ = spawn(command, log, options_.environment);
  for (int i = 0; i < kPollsMax; ++i) {
    if (PQping(where.c_str()) == PQPING_OK) return;
    int status = 0;
    // After kill9() the old backends may still hold the shared memory for a moment.
    if (waitpid(pid_, &status, WNOHANG) == pid_) pid_ = spawn(command, log, options_.environment);
    std::this_thread::sleep_for(kPoll);
  }
  require(false, "PostgreSQL does not accept connections", log);
}

std::vector<std::string> TestPostgres::faked_clock(const std::string& file) {
  for (const auto& architecture : fs::directory_iterator("/usr/lib")) {
    const fs::path library = architecture.path() / "faketime/libfaketimeMT.so.1";
    if (fs::exists(library))
      return {"LD_PRELOAD=" + library.string(), "FAKETIME_TIMESTAMP_FILE=" + file,
              "FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"};
  }
  throw std::runtime_error{"no libfaketime under /usr/lib"};
}

void TestPostgres::stop() {
  if (pid_ == 0) return;
  kill(pid_, SIGINT);
  for (int i = 0; i < kPollsMax; ++i) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      return;
    }
    std::this_thread::sleep_for(kPoll);
  }
  kill9();
}

void TestPostgres::kill9() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

bool TestPostgres::running() {
  if (pid_ != 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ != 0;
}

// In the file of ALTER SYSTEM: unlike those of the command line, these may change.
void TestPostgres::configure(const std::vector<std::string>& settings) {
  const std::string path = data_ + "/postgresql.auto.conf";
  std::ofstream file{path};
  for (const auto& setting : settings) {
    const auto at = setting.find('=');
    file << setting.substr(0, at) << " = '" << setting.substr(at + 1) << "'\n";
  }
  if (!file.flush()) throw std::runtime_error{"cannot write " + path};
  give_away(path);
  if (running()) kill(pid_, SIGHUP);
}

void TestPostgres::copy(const TestPostgres& primary, const std::string& standby) {
  fs::remove_all(data_);
  run({newest_program("pg_basebackup"), "-D", data_, "-d", primary.conninfo(), "--checkpoint=fast",
       "--wal-method=stream", "--no-sync"});
  configure({"primary_conninfo=host=" + primary.directory_ +
             " port=5432 user=tenggat application_name=" + standby});
  std::ofstream{data_ + "/standby.signal"};
  give_away(data_ + "/standby.signal");
}

void TestPostgres::promote() { execute("SELECT pg_promote(false)"); }

void TestPostgres::restart() {
  stop();
  start();
}

std::string TestPostgres::conninfo(const std::string& database) const {
  return "host=" + directory_ + " port=5432 user=tenggat dbname='" + database + "'";
}

std::string TestPostgres::as_owner(const std::string& conninfo) {
  return as_role(conninfo, "tenggat_owner");
}

std::string TestPostgres::as_daemon(const std::string& conninfo) {
  return as_role(conninfo, "tenggat_daemon");
}

std::string TestPostgres::create_database(const std::string& name, const std::string& from) {
  execute("CREATE DATABASE " + quoted(name) + " TEMPLATE " + quoted(from) + " OWNER tenggat_owner");
  return conninfo(name);
}

void TestPostgres::drop_database(const std::string& name) {
  execute("DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)");
}

std::string TestPostgres::dump(const std::string& name) {
  const std::string file = directory_ + "/" + name + ".dump";
  run({newest_program("pg_dump"), "-Fc", "-f", file, "-d", conninfo(name)});
  return file;
}

void TestPostgres::restore(const std::string& name, const std::string& dump) {
  drop_database(name);
  run({newest_program("pg_restore"), "--create", "--exit-on-error", "-d", conninfo(), dump});
}

namespace {

// The marks of what these statements change: daemons are told, as whoever writes tells them.
std::string raised_by(const std::string& sql) {
  static const std::pair<const char*, std::regex> kMarks[] = {
      {"people", std::regex("(INSERT INTO|UPDATE|DELETE FROM) "
                            "(officer|officer_role|officer_leave|delegation|silence)\\b")},
      {"tokens", std::regex("(INSERT INTO|UPDATE|DELETE FROM) token\\b")},
      {"rules", std::regex("(INSERT INTO|UPDATE|DELETE FROM) (rule_in_force|sop_retirement)\\b")}};
  std::string names;
  for (const auto& [mark, change] : kMarks)
    if (std::regex_search(sql, change))
      names += (names.empty() ? "'" : ", '") + std::string(mark) + "'";
  return names;
}

}  // namespace

// In the schema where this run's offices lie (daemon_process.cpp).
std::string TestPostgres::execute(const std::string& sql, const std::string& database) {
  const char* schema = std::getenv("TENGGAT_TEST_SCHEMA");
  const Session session = open_session(
      conninfo(database) + (schema && database != "postgres"
                                ? std::string(" options='-c search_path=") + schema + "'"
                                : ""));
  const std::string marks = database == "postgres" ? "" : raised_by(sql);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(session.get(), sql.c_str()),
                                                             &PQclear};
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
    throw std::runtime_error{std::string{PQerrorMessage(session.get())} + "in: " + sql};
  }
  if (!marks.empty())
    PQclear(
        PQexec(session.get(), ("UPDATE change_mark SET version = version + 1 WHERE name IN (" +
                               marks + "); SELECT pg_notify('tenggat.' || current_schema(), '')")
                                  .c_str()));
  return PQntuples(result.get()) > 0 && PQnfields(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0)
                                                                    : "";
}

TestPostgres& shared_postgres() {
  if (!shared_slot()) shared_slot() = std::make_unique<TestPostgres>();
  return *shared_slot();
}

std::string fresh_database() {
  static int count = 0;
  return shared_postgres().create_database("test_" + std::to_string(++count));
}

void PostgresEnvironment::TearDown() { shared_slot().reset(); }

}  // namespace tenggat::test
