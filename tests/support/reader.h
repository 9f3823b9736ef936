// A login made by dashboards/postgres/pembaca.sql: what Grafana may see of an office.
#pragma once
#include <string>

namespace tenggat::test {

class Reader {
 public:
  // In a database of shared_postgres(). Throws std::runtime_error where the script fails.
  Reader(std::string database, std::string login);

  // First cell, in a session of its own. Throws std::runtime_error.
  std::string query(const std::string& sql) const;
  // What the server says against it; empty where it obeys.
  std::string refusal(const std::string& sql) const;
  std::string conninfo() const;

 private:
  std::string database_, login_;
};

}  // namespace tenggat::test
