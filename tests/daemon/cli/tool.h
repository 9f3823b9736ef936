// `tenggat` without a process: its arguments in, its exit code and what it wrote out. And a
// migrated database with a configuration file that names it.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "daemon/cli/command.h"
#include "daemon/pg/connection.h"
#include "rules/calendar/calendar.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::test {

struct Ran {
  int code = -1;
  std::string out, err;
  std::string last_line() const {
    const std::string text = out.substr(0, out.find_last_not_of('\n') + 1);
    return text.substr(text.rfind('\n') + 1);
  }
};
inline std::ostream& operator<<(std::ostream& to, const Ran& ran) {
  return to << "exit " << ran.code << "\n--- out\n" << ran.out << "--- err\n" << ran.err;
}

class Tool {
 public:
  std::map<std::string, std::string> environment;

  Ran run(const std::vector<std::string>& arguments, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out, err;
    cli::Terminal terminal{in, out, err, [this](const char* name) -> std::optional<std::string> {
                             const auto found = environment.find(name);
                             if (found == environment.end()) return std::nullopt;
                             return found->second;
                           }};
    const int code = cli::run(arguments, terminal);
    return {code, out.str(), err.str()};
  }
};

// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tenggat-cli-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no folder for the test");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

inline std::filesystem::path shipped_rules() {
  return std::filesystem::path(TENGGAT_SOURCE_DIR) / "rules/office";
}

// co_spawn wants values that can be made from nothing.
inline pg::Awaitable<std::shared_ptr<pg::Connection>> open_connection(std::string conninfo) {
  pg::ConnectOptions options;
  options.conninfo = std::move(conninfo);
  co_return std::make_shared<pg::Connection>(co_await pg::Connection::connect(std::move(options)));
}
// As PostgreSQL prints it, of whatever type it is.
inline pg::Awaitable<std::string> first_cell(pg::Connection& connection, std::string statement) {
  const pg::Result result = co_await connection.script(std::move(statement));
  if (result.empty() || result.columns() == 0) co_return "";
  co_return result.optional_text(0, 0).value_or("");
}

// A database of its own for each test, and the tool configured for it.
class OnDatabase : public testing::Test {
 protected:
  OnDatabase() : conninfo_(fresh_database()) { configure(shipped_rules()); }

  void configure(const std::filesystem::path& rules) {
    tool_.environment["TENGGAT_CONFIG"] = folder_.write(
        "tenggat.yaml", "database: \"" + TestPostgres::as_daemon(conninfo_) +
                            "\"\ndatabase_owner: \"" + TestPostgres::as_owner(conninfo_) +
                            "\"\nrules: " + rules.string() + "\n");
  }
  Ran run(const std::vector<std::string>& arguments) { return tool_.run(arguments); }
  void migrate() {
    const Ran ran = run({"db", "migrate"});
    ASSERT_EQ(ran.code, cli::kOk) << ran;
  }
  pg::Connection connect() { return std::move(*await(io_, open_connection(conninfo_))); }
  // One statement; its first cell, or "".
  std::string sql(const std::string& statement) {
    if (!connection_) connection_.emplace(connect());
    return await(io_, first_cell(*connection_, statement));
  }

  boost::asio::io_context io_;
  std::string conninfo_;
  Folder folder_;
  Tool tool_;
  std::optional<pg::Connection> connection_;
};

inline Instant at(const char* text) { return *parse_instant(text); }

}  // namespace tenggat::test
