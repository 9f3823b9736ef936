// A private PostgreSQL cluster for one test process: unix socket only, in a directory of its own
// under TMPDIR, never as root. It dies with the process, however that ends. Its roles are as an
// office has them: tenggat_owner owns the databases, tenggat_daemon is the daemon's; tenggat
// administers the server, and looks on.
#pragma once
#include <gtest/gtest.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace tenggat::test {

class TestPostgres {
 public:
  struct Options {
    bool fsync = false;                      // true for crash and throughput tests
    std::vector<std::string> settings{};     // "max_connections=10", as for postgres -c
    std::vector<std::string> initdb{};       // further arguments of initdb
    std::vector<std::string> environment{};  // of the server, beside our own: "NAME=value"
    // Empty directories for the data and for the write-ahead log, on disks of their own; where none
    // is given they lie in directory().
    std::string data{}, wal{};
    // Nothing is initialised or started: copy() and start() come next.
    bool bare = false;
  };

  // Runs initdb and starts the server; returns when it accepts connections. Throws
  // std::runtime_error with the end of the server's log.
  TestPostgres() : TestPostgres(Options{}) {}
  explicit TestPostgres(Options options);
  TestPostgres(const TestPostgres&) = delete;
  TestPostgres& operator=(const TestPostgres&) = delete;
  ~TestPostgres();  // stops it and removes the directory

  void start();    // after stop() or kill9(); waits for crash recovery
  void stop();     // fast shutdown, waits
  void kill9();    // SIGKILL to the postmaster; the backends notice and go
  void restart();  // stop() and start()

  bool running();  // false where it has ended by itself, too; then start() starts it again

  // Settings that need no restart, of the server or its next start. They take the place of those
  // given here before.
  void configure(const std::vector<std::string>& settings);
  // While it is down: throws its data away for a copy of a running server's, whose standby it is
  // after start(). The primary knows it by the name `standby`.
  void copy(const TestPostgres& primary, const std::string& standby);
  void promote();  // a standby; does not wait until it takes writes

  pid_t pid() const { return pid_; }  // of the postmaster, 0 when down
  const std::string& directory() const { return directory_; }
  std::string socket_directory() const { return directory_; }
  int port() const { return 5432; }  // part of the socket's name only
  std::string conninfo(const std::string& database = "postgres") const;

  // Copies `from` (nobody may be connected to it) and returns the new database's conninfo.
  std::string create_database(const std::string& name, const std::string& from = "template1");
  void drop_database(const std::string& name);  // throws out whoever is connected

  // A database as a file below directory(), while it is in use (pg_dump); and again as it was then
  // (pg_restore), whoever is connected.
  std::string dump(const std::string& name);
  void restore(const std::string& name, const std::string& dump);

  // Environment under which a server reads "+8h" or the like, how far its clock is ahead of the
  // machine's, from this file anew whenever it asks for the time: libfaketime's. Its user must be
  // able to read the file.
  static std::vector<std::string> faked_clock(const std::string& file);

  // Of a conninfo as above: the same database as the role that owns it, and as a daemon's.
  static std::string as_owner(const std::string& conninfo);
  static std::string as_daemon(const std::string& conninfo);

  // Runs SQL (several statements allowed), blocking, as superuser. Returns the first cell or "".
  std::string execute(const std::string& sql, const std::string& database = "postgres");

 private:
  void run(const std::vector<std::string>& command);

  Options options_;
  std::string directory_, data_;
  pid_t pid_ = 0;
  int leash_ = -1;  // a pipe; when it closes, a waiting process removes the directory
};

// The cluster all tests of an executable share; it starts at first use. Needs PostgresEnvironment.
TestPostgres& shared_postgres();

// A new empty database in the shared cluster; returns its conninfo.
std::string fresh_database();

// Register in main(): testing::AddGlobalTestEnvironment(new PostgresEnvironment).
class PostgresEnvironment : public ::testing::Environment {
 public:
  void TearDown() override;
};

}  // namespace tenggat::test
