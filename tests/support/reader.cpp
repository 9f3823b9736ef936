#include "tests/support/reader.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <utility>

#include "tests/support/postgres.h"

namespace tenggat::test {
namespace {

using Session = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

}  // namespace

Reader::Reader(std::string database, std::string login)
    : database_(std::move(database)), login_(std::move(login)) {
  const std::string command =
      fmt::format("psql -q -v login={} -f '{}/dashboards/postgres/pembaca.sql' \"{}\"", login_,
                  TENGGAT_SOURCE_DIR, shared_postgres().conninfo(database_));
  if (std::system(command.c_str()) != 0) throw std::runtime_error("pembaca.sql failed");
}

std::string Reader::conninfo() const {
  return fmt::format("host={} port={} user={} dbname={}", shared_postgres().socket_directory(),
                     shared_postgres().port(), login_, database_);
}

std::string Reader::query(const std::string& sql) const {
  const Session session(PQconnectdb(conninfo().c_str()), &PQfinish);
  const Answer answer(PQexec(session.get(), sql.c_str()), &PQclear);
  const auto status = PQresultStatus(answer.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    throw std::runtime_error(PQerrorMessage(session.get()));
  return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
}

std::string Reader::refusal(const std::string& sql) const {
  try {
    query(sql);
    return "";
  } catch (const std::runtime_error& said) {
    return said.what();
  }
}

}  // namespace tenggat::test
