#include <libpq-fe.h>

#include <charconv>

#include "daemon/pg/connection.h"
#include "daemon/pg/login.h"
#include "daemon/pg/schema.h"

namespace tenggat::pg {
namespace {

// Apart from what reads each value, which is asked thousands of times for a page.
[[noreturn]] void refuse_place(int row, int column, std::string_view tag) {
  throw std::out_of_range{"no row " + std::to_string(row) + ", column " + std::to_string(column) +
                          " in the answer to " + std::string{tag}};
}
[[noreturn]] void refuse_null(int row, int column) {
  throw std::logic_error{"unexpected NULL in row " + std::to_string(row) + ", column " +
                         std::to_string(column)};
}

}  // namespace

Error::Error(ErrorFields fields)
    : std::runtime_error{fields.sqlstate + ": " + fields.message}, fields_{std::move(fields)} {}

bool is_login_refused(const Error& error) {
  return error.sqlstate_class() == "28" || error.sqlstate() == "3D000" ||
         (error.sqlstate() == "42501" && dynamic_cast<const ConnectionLost*>(&error) != nullptr);
}

bool Error::is_outage() const {
  const auto kind = sqlstate_class();
  return kind == "08" || kind == "53" || kind == "58" || sqlstate().starts_with("57P") ||
         is_read_only() || sqlstate() == kSchemaNewer || sqlstate() == kBehindMark ||
         dynamic_cast<const ConnectionLost*>(this) != nullptr;
}

Result::Result(std::shared_ptr<const pg_result> result, std::string warning_sqlstate)
    : result_{std::move(result)}, warning_sqlstate_{std::move(warning_sqlstate)} {}

int Result::rows() const { return PQntuples(result_.get()); }
int Result::columns() const { return PQnfields(result_.get()); }

bool Result::is_null(int row, int column) const {
  if (row < 0 || row >= rows() || column < 0 || column >= columns())
    refuse_place(row, column, tag());
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Result::cell(int row, int column) const {
  if (is_null(row, column)) refuse_null(row, column);
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

// What came as text, from a script, is text and nothing else.
Type Result::type(int column) const {
  return PQfformat(result_.get(), column) == 0 ? Type::text : Type{PQftype(result_.get(), column)};
}

std::string_view Result::text(int row, int column) const& {
  const auto bytes = cell(row, column);
  return wire::text(type(column), bytes);
}
std::string Result::text(int row, int column) && {
  return std::string{static_cast<const Result&>(*this).text(row, column)};
}

std::int64_t Result::int64(int row, int column) const {
  const auto bytes = cell(row, column);
  return wire::integer(type(column), bytes);
}

bool Result::boolean(int row, int column) const {
  const auto bytes = cell(row, column);
  return wire::boolean(type(column), bytes);
}

Instant Result::instant(int row, int column) const {
  const auto bytes = cell(row, column);
  return wire::instant(type(column), bytes);
}

std::string Result::bytes(int row, int column) const {
  const auto bytes = cell(row, column);
  return std::string{wire::bytea(type(column), bytes)};
}

std::optional<std::string> Result::optional_text(int row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return std::string{text(row, column)};
}
std::optional<std::int64_t> Result::optional_int64(int row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return int64(row, column);
}
std::optional<bool> Result::optional_boolean(int row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return boolean(row, column);
}
std::optional<Instant> Result::optional_instant(int row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return instant(row, column);
}

// libpq declares these two without const though they only read.
std::string_view Result::tag() const { return PQcmdStatus(const_cast<PGresult*>(result_.get())); }
std::int64_t Result::affected_rows() const {
  const std::string_view count = PQcmdTuples(const_cast<PGresult*>(result_.get()));
  std::int64_t number = 0;
  std::from_chars(count.data(), count.data() + count.size(), number);
  return number;
}

bool is_committed(const Result& commit) {
  return commit.tag() == "COMMIT" && commit.warning_sqlstate().empty();
}

}  // namespace tenggat::pg
