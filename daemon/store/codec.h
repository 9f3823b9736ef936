// How a C++ value stands in a column: its SQL type, what an array of the column takes of it, and
// how it is read. One for each type; a column names its own where one type stands in several ways.
#pragma once
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/rows.h"
#include "rules/permit/reason.h"
#include "rules/time.h"

namespace tenggat::store {

template <class T>
struct Codec;

template <>
struct Codec<bool> {
  static constexpr const char* kSql = "boolean";
  static bool put(bool value) { return value; }
  static bool get(const pg::Result& r, int row, int column) { return r.boolean(row, column); }
};

template <class T>
struct IntegerCodec {
  static std::int64_t put(T value) { return static_cast<std::int64_t>(value); }
  static T get(const pg::Result& r, int row, int column) {
    return static_cast<T>(r.int64(row, column));
  }
};
template <>
struct Codec<int> : IntegerCodec<int> {
  static constexpr const char* kSql = "int";
};
template <>
struct Codec<std::int64_t> : IntegerCodec<std::int64_t> {
  static constexpr const char* kSql = "bigint";
};
template <>
struct Codec<std::uint64_t> : IntegerCodec<std::uint64_t> {
  static constexpr const char* kSql = "bigint";
};

template <>
struct Codec<Instant> {
  static constexpr const char* kSql = "timestamptz";
  static Instant put(Instant value) { return value; }
  static Instant get(const pg::Result& r, int row, int column) { return r.instant(row, column); }
};

template <>
struct Codec<Seconds> {
  static constexpr const char* kSql = "bigint";
  static std::int64_t put(Seconds value) { return value.count(); }
  static Seconds get(const pg::Result& r, int row, int column) {
    return Seconds{r.int64(row, column)};
  }
};

template <>
struct Codec<std::string> {
  static constexpr const char* kSql = "text";
  static std::string_view put(const std::string& value) { return value; }
  static std::string get(const pg::Result& r, int row, int column) {
    return std::string(r.text(row, column));
  }
};

template <>
struct Codec<std::chrono::milliseconds> {
  static constexpr const char* kSql = "bigint";
  static std::int64_t put(std::chrono::milliseconds value) { return value.count(); }
  static std::chrono::milliseconds get(const pg::Result& r, int row, int column) {
    return std::chrono::milliseconds(r.int64(row, column));
  }
};

// As a text, which says it whole.
template <>
struct Codec<double> {
  static constexpr const char* kSql = "text";
  static double get(const pg::Result& r, int row, int column) {
    return std::stod(std::string(r.text(row, column)));
  }
};

template <class T, class C>
struct OptionalCodec {
  static constexpr const char* kSql = C::kSql;
  static auto put(const std::optional<T>& value) {
    using Put = decltype(C::put(*value));
    return value ? std::optional<Put>(C::put(*value)) : std::optional<Put>();
  }
  static std::optional<T> get(const pg::Result& r, int row, int column) {
    if (r.is_null(row, column)) return std::nullopt;
    return C::get(r, row, column);
  }
};
template <class T>
struct Codec<std::optional<T>> : OptionalCodec<T, Codec<T>> {};

// Strings that hold bytes or JSON.
struct Bytea : Codec<std::string> {
  static constexpr const char* kSql = "bytea";
  static std::string get(const pg::Result& r, int row, int column) { return r.bytes(row, column); }
};
struct Json : Codec<std::string> {
  static constexpr const char* kSql = "json";
};
struct Jsonb : Codec<std::string> {
  static constexpr const char* kSql = "jsonb";
};

// NULL where there is none.
struct TextOrEmpty : Codec<std::string> {
  static std::string get(const pg::Result& r, int row, int column) {
    return r.optional_text(row, column).value_or("");
  }
};

// NULL for "".
struct TextOrNull {
  static constexpr const char* kSql = "text";
  static std::optional<std::string_view> put(const std::string& value) {
    return value.empty() ? std::nullopt : std::optional<std::string_view>(value);
  }
  static std::string get(const pg::Result& r, int row, int column) {
    return r.optional_text(row, column).value_or("");
  }
};

// What array_to_string(..., ' ') has joined. Only read.
struct JoinedWords {
  static constexpr const char* kSql = "text";
  static std::vector<std::string> get(const pg::Result& r, int row, int column) {
    return words_of(r.text(row, column));
  }
};

// What this program writes as a word of its own. Another word is std::logic_error.
template <class T>
T known(const std::optional<T>& value, std::string_view text) {
  if (!value) throw std::logic_error(fmt::format("the database holds '{}'", text));
  return *value;
}
template <class T, std::string_view (*kPrint)(T), std::optional<T> (*kParse)(std::string_view)>
struct WordCodec {
  static constexpr const char* kSql = "text";
  static std::string_view put(T value) { return kPrint(value); }
  static T get(const pg::Result& r, int row, int column) {
    const std::string_view text = r.text(row, column);
    return known(kParse(text), text);
  }
};
template <>
struct Codec<Reason> : WordCodec<Reason, to_string, parse_reason> {};

}  // namespace tenggat::store
