// A private PostgreSQL cluster for one test process: unix socket only, in a directory of its own
// under TMPDIR, never as root. It dies with the process, however that ends.
#pragma once
#include <gtest/gtest.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace tenggat::test {

class TestPostgres {
 public:
  struct Options {
    bool fsync = false;                 // true for crash and throughput tests
    std::vector<std::string> settings;  // "max_connections=10", as for postgres -c
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

  pid_t pid() const { return pid_; }  // of the postmaster, 0 when down
  const std::string& directory() const { return directory_; }
  std::string socket_directory() const { return directory_; }
  int port() const { return 5432; }  // part of the socket's name only
  std::string conninfo(const std::string& database = "postgres") const;

  // Copies `from` (nobody may be connected to it) and returns the new database's conninfo.
  std::string create_database(const std::string& name, const std::string& from = "template1");
  void drop_database(const std::string& name);  // throws out whoever is connected

  // Runs SQL (several statements allowed), blocking, as superuser. Returns the first cell or "".
  std::string execute(const std::string& sql, const std::string& database = "postgres");

 private:
  Options options_;
  std::string directory_;
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
