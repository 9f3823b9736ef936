#include "daemon/pg/wire.h"

#include <array>
#include <bit>
#include <limits>
#include <utility>

namespace tenggat::pg {
namespace {

struct TypeEntry {
  const char* sql_name;
  Type type;
  std::uint32_t array;
};
constexpr std::array<TypeEntry, 8> kTypes{{{"boolean", Type::boolean, 1000},
                                           {"bytea", Type::bytea, 1001},
                                           {"int", Type::integer, 1007},
                                           {"text", Type::text, 1009},
                                           {"bigint", Type::bigint, 1016},
                                           {"timestamptz", Type::timestamptz, 1185},
                                           {"json", Type::json, 199},
                                           {"jsonb", Type::jsonb, 3807}}};

}  // namespace

Type type_of(std::string_view sql_name) {
  for (const TypeEntry& entry : kTypes)
    if (sql_name == entry.sql_name) return entry.type;
  throw std::invalid_argument{"no binary format for " + std::string{sql_name}};
}

Type array_of(Type element) {
  for (const TypeEntry& entry : kTypes)
    if (element == entry.type) return Type{entry.array};
  throw std::invalid_argument{"no arrays of type " +
                              std::to_string(static_cast<std::uint32_t>(element))};
}

namespace wire {
namespace {

// 2000-01-01 00:00:00 UTC, from which timestamptz counts microseconds.
constexpr std::int64_t kEpoch = 946'684'800;
constexpr std::int64_t kMicroseconds = 1'000'000;
// 4714-11-24 BC and 294277-01-01, exclusive: MIN_TIMESTAMP and END_TIMESTAMP of PostgreSQL.
constexpr std::int64_t kFirst = kEpoch - 211'813'488'000, kEnd = kEpoch + 9'223'371'331'200;
constexpr char kJsonbVersion = 1;

template <class Unsigned>
void append_big_endian(std::string& to, Unsigned value) {
  std::array<char, sizeof(Unsigned)> bytes{};
  for (std::size_t i = sizeof(Unsigned); i-- > 0; value = static_cast<Unsigned>(value >> 8U))
    bytes[i] = static_cast<char>(value & 0xFFU);
  to.append(bytes.data(), bytes.size());
}

template <class Unsigned>
Unsigned big_endian(std::string_view bytes) {
  Unsigned value = 0;
  for (const char c : bytes)
    value = static_cast<Unsigned>((value << 8U) | static_cast<unsigned char>(c));
  return value;
}

void expect(bool agrees, const char* wanted, Type type) {
  if (!agrees) {
    throw std::logic_error{"a column is not " + std::string{wanted} + " but of type " +
                           std::to_string(static_cast<std::uint32_t>(type))};
  }
}

}  // namespace

void append(std::string& to, bool value) { to += value ? '\1' : '\0'; }
void append(std::string& to, std::int32_t value) {
  append_big_endian(to, static_cast<std::uint32_t>(value));
}
void append(std::string& to, std::int64_t value) {
  append_big_endian(to, static_cast<std::uint64_t>(value));
}
void append(std::string& to, Instant value) {
  const std::int64_t seconds = value.time_since_epoch().count();
  if (seconds < kFirst || seconds >= kEnd)
    throw std::invalid_argument{"PostgreSQL has no such timestamptz"};
  append(to, (seconds - kEpoch) * kMicroseconds);
}

void append_integer(std::string& to, Type type, std::int64_t value) {
  if (type == Type::bigint) return append(to, value);
  if (!std::in_range<std::int32_t>(value))
    throw std::invalid_argument{std::to_string(value) + " is no int"};
  append(to, static_cast<std::int32_t>(value));
}

void append_bytes(std::string& to, Type type, std::string_view value) {
  if (type != Type::bytea && value.find('\0') != std::string_view::npos)
    throw std::invalid_argument{"a NUL byte cannot be stored in PostgreSQL"};
  if (type == Type::jsonb) to += kJsonbVersion;
  to += value;
}

bool boolean(Type type, std::string_view bytes) {
  expect(type == Type::boolean && bytes.size() == 1, "a boolean", type);
  return bytes.front() != '\0';
}

std::int64_t integer(Type type, std::string_view bytes) {
  if (type == Type::integer && bytes.size() == 4)
    return std::bit_cast<std::int32_t>(big_endian<std::uint32_t>(bytes));
  expect(type == Type::bigint && bytes.size() == 8, "an int or bigint", type);
  return std::bit_cast<std::int64_t>(big_endian<std::uint64_t>(bytes));
}

Instant instant(Type type, std::string_view bytes) {
  expect(type == Type::timestamptz && bytes.size() == 8, "a timestamptz", type);
  const auto since = std::bit_cast<std::int64_t>(big_endian<std::uint64_t>(bytes));
  if (since == std::numeric_limits<std::int64_t>::max() ||
      since == std::numeric_limits<std::int64_t>::min())
    throw std::logic_error{"'infinity' is no instant"};
  return Instant{std::chrono::floor<Seconds>(std::chrono::microseconds{since}) + Seconds{kEpoch}};
}

std::string_view text(Type type, std::string_view bytes) {
  if (type == Type::jsonb && !bytes.empty() && bytes.front() == kJsonbVersion)
    return bytes.substr(1);
  expect(type == Type::text || type == Type::varchar || type == Type::name || type == Type::json,
         "a text", type);
  return bytes;
}

std::string_view bytea(Type type, std::string_view bytes) {
  expect(type == Type::bytea, "a bytea", type);
  return bytes;
}

}  // namespace wire
}  // namespace tenggat::pg
