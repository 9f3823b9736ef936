#include <libpq-fe.h>

#include <charconv>

#include "daemon/pg/connection.h"

namespace tenggat::pg {
namespace {

[[noreturn]] void mismatch(std::string_view wanted, std::string_view text) {
  throw std::logic_error{"a column is not " + std::string{wanted} + ": " + std::string{text}};
}

template <class T>
T number(std::string_view text, std::string_view wanted, std::string_view whole) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) mismatch(wanted, whole);
  return value;
}

// "2026-01-02 03:04:05[.ffffff]+00": connect() asked for ISO and UTC, so the offset is always +00.
Instant instant_of(std::string_view text) {
  constexpr std::string_view kWanted = "a timestamptz in UTC";
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || dash < 4 || text.size() < dash + 18 ||
      !text.ends_with("+00")) {
    mismatch(kWanted, text);
  }
  const auto field = [&](std::size_t offset) {
    return number<unsigned>(text.substr(dash + offset, 2), kWanted, text);
  };
  const std::chrono::year_month_day date{
      std::chrono::year{number<int>(text.substr(0, dash), kWanted, text)},
      std::chrono::month{field(1)}, std::chrono::day{field(4)}};
  if (!date.ok()) mismatch(kWanted, text);
  return std::chrono::sys_days{date} + std::chrono::hours{field(7)} +
         std::chrono::minutes{field(10)} + std::chrono::seconds{field(13)};
}

unsigned hex_digit(char c, std::string_view whole) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  mismatch("bytea in hex", whole);
}

}  // namespace

Error::Error(ErrorFields fields)
    : std::runtime_error{fields.sqlstate + ": " + fields.message}, fields_{std::move(fields)} {}

bool Error::is_outage() const {
  const auto kind = sqlstate_class();
  return kind == "08" || kind == "53" || kind == "58" || sqlstate().starts_with("57P") ||
         is_read_only() || dynamic_cast<const ConnectionLost*>(this) != nullptr;
}

Result::Result(std::shared_ptr<const pg_result> result, std::string warning_sqlstate)
    : result_{std::move(result)}, warning_sqlstate_{std::move(warning_sqlstate)} {}

int Result::rows() const { return PQntuples(result_.get()); }
int Result::columns() const { return PQnfields(result_.get()); }

bool Result::is_null(int row, int column) const {
  if (row < 0 || row >= rows() || column < 0 || column >= columns()) {
    throw std::out_of_range{"no row " + std::to_string(row) + ", column " + std::to_string(column) +
                            " in the answer to " + std::string{tag()}};
  }
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Result::cell(int row, int column) const {
  if (is_null(row, column)) {
    throw std::logic_error{"unexpected NULL in row " + std::to_string(row) + ", column " +
                           std::to_string(column)};
  }
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::string_view Result::text(int row, int column) const& { return cell(row, column); }
std::string Result::text(int row, int column) && { return std::string{cell(row, column)}; }

std::int64_t Result::int64(int row, int column) const {
  const auto text = cell(row, column);
  return number<std::int64_t>(text, "an integer", text);
}

bool Result::boolean(int row, int column) const {
  const auto text = cell(row, column);
  if (text != "t" && text != "f") mismatch("a boolean", text);
  return text == "t";
}

Instant Result::instant(int row, int column) const { return instant_of(cell(row, column)); }

std::string Result::bytes(int row, int column) const {
  const auto text = cell(row, column);
  if (!text.starts_with("\\x") || text.size() % 2 != 0) mismatch("bytea in hex", text);
  std::string bytes;
  bytes.reserve(text.size() / 2 - 1);
  for (std::size_t i = 2; i < text.size(); i += 2) {
    bytes += static_cast<char>(hex_digit(text[i], text) * 16U + hex_digit(text[i + 1], text));
  }
  return bytes;
}

std::optional<std::string> Result::optional_text(int row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return std::string{cell(row, column)};
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
  return count.empty() ? 0 : number<std::int64_t>(count, "a row count", count);
}

bool is_committed(const Result& commit) {
  return commit.tag() == "COMMIT" && commit.warning_sqlstate().empty();
}

}  // namespace tenggat::pg
