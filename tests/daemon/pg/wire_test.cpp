// Every type there and back through a PostgreSQL, which also says what it understood.
#include "daemon/pg/wire.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <limits>

#include "daemon/pg/connection.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::pg {
namespace {

using test::await;
using test::shared_postgres;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
// 4713-01-01 BC and the last second of 294276.
constexpr Instant kFirst{Seconds{-210'863'520'000}}, kLast{Seconds{9'224'318'015'999}};

// What the server makes of a parameter, as text.
Awaitable<std::string> understood(Connection& connection, std::string type, Param param) {
  const Result result =
      co_await connection.query("SELECT ($1::" + type + ")::text", std::move(param));
  co_return result.optional_text(0, 0).value_or("NULL");
}

Awaitable<void> scalars(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  EXPECT_EQ(co_await understood(connection, "boolean", true), "true");
  EXPECT_EQ(co_await understood(connection, "boolean", false), "false");
  EXPECT_EQ(co_await understood(connection, "int", -2'147'483'647 - 1), "-2147483648");
  EXPECT_EQ(co_await understood(connection, "bigint", kLeast), "-9223372036854775808");
  EXPECT_EQ(co_await understood(connection, "bigint", kMost), "9223372036854775807");
  EXPECT_EQ(co_await understood(connection, "bigint", 7), "7");
  EXPECT_EQ(co_await understood(connection, "timestamptz", Instant{Seconds{1'767'225'599}}),
            "2025-12-31 23:59:59+00");
  EXPECT_EQ(co_await understood(connection, "timestamptz", Instant{Seconds{-1}}),
            "1969-12-31 23:59:59+00");
  EXPECT_EQ(co_await understood(connection, "timestamptz", kFirst), "4713-01-01 00:00:00+00 BC");
  EXPECT_EQ(co_await understood(connection, "timestamptz", kLast), "294276-12-31 23:59:59+00");
  EXPECT_EQ(co_await understood(connection, "bytea", bytea(std::string_view{"\0\xff ", 3})),
            "\\x00ff20");
  EXPECT_EQ(co_await understood(connection, "text", "Pemohon \xe2\x80\x94"),
            "Pemohon \xe2\x80\x94");
  EXPECT_EQ(co_await understood(connection, "jsonb", "{\"a\": [1]}"), "{\"a\": [1]}");
  EXPECT_EQ(co_await understood(connection, "date", "2026-04-02"), "2026-04-02");
  EXPECT_EQ(co_await understood(connection, "timestamptz", std::optional<Instant>{}), "NULL");
  EXPECT_EQ(co_await understood(connection, "bigint", std::optional<std::int64_t>{}), "NULL");
}

TEST(Wire, TheServerUnderstandsEachType) {
  boost::asio::io_context io;
  await(io, scalars(shared_postgres().conninfo()));
}

TEST(Wire, RefusesAnInstantThatPostgresqlHasNot) {
  EXPECT_THROW(Param{kLast + Seconds{1}}, std::invalid_argument);
  EXPECT_THROW(Param{Instant::min()}, std::invalid_argument);
  EXPECT_THROW(Param{Instant::max()}, std::invalid_argument);
}

template <class T>
Awaitable<Result> there_and_back(Connection& connection, std::string type, Type element,
                                 std::vector<T> values) {
  Param sent = array(element, values);
  co_return co_await connection.query(
      "SELECT v FROM unnest($1::" + type + "[]) WITH ORDINALITY AS u(v, n) ORDER BY n",
      std::move(sent));
}

Awaitable<void> columns(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  const std::vector<std::optional<std::int64_t>> bigints{kLeast, -1, 0, std::nullopt, kMost};
  const Result big = co_await there_and_back(connection, "bigint", Type::bigint, bigints);
  const std::vector<std::optional<int>> ints{-2'147'483'647 - 1, std::nullopt, 2'147'483'647};
  const Result small = co_await there_and_back(connection, "int", Type::integer, ints);
  const std::vector<std::optional<Instant>> instants{kFirst, Instant{Seconds{-1}}, Instant{},
                                                     std::nullopt, kLast};
  const Result times =
      co_await there_and_back(connection, "timestamptz", Type::timestamptz, instants);
  const std::vector<std::optional<bool>> bits{true, std::nullopt, false};
  const Result flags = co_await there_and_back(connection, "boolean", Type::boolean, bits);
  EXPECT_EQ(big.rows(), 5);
  for (int row = 0; row < big.rows(); ++row)
    EXPECT_EQ(big.optional_int64(row, 0), bigints[static_cast<std::size_t>(row)]);
  EXPECT_EQ(small.rows(), 3);
  for (int row = 0; row < small.rows(); ++row)
    EXPECT_EQ(small.optional_int64(row, 0), ints[static_cast<std::size_t>(row)]);
  EXPECT_EQ(times.rows(), 5);
  for (int row = 0; row < times.rows(); ++row)
    EXPECT_EQ(times.optional_instant(row, 0), instants[static_cast<std::size_t>(row)]);
  EXPECT_EQ(flags.rows(), 3);
  for (int row = 0; row < flags.rows(); ++row)
    EXPECT_EQ(flags.optional_boolean(row, 0), bits[static_cast<std::size_t>(row)]);
}

TEST(Wire, NumbersInstantsAndBooleansComeBackToTheirExtremes) {
  boost::asio::io_context io;
  await(io, columns(shared_postgres().conninfo()));
}

Awaitable<void> bytes(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  const std::string every = [] {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    return all;
  }();
  const std::vector<std::string> blobs{every, "", "x"};
  const Result back = co_await there_and_back(connection, "bytea", Type::bytea, blobs);
  EXPECT_EQ(back.rows(), 3);
  for (int row = 0; row < back.rows(); ++row)
    EXPECT_EQ(back.bytes(row, 0), blobs[static_cast<std::size_t>(row)]);
  const std::vector<std::string> documents{R"({"b":1,"a":"\"{,}"})", "[]", "null"};
  const Result parsed = co_await there_and_back(connection, "jsonb", Type::jsonb, documents);
  EXPECT_EQ(parsed.text(0, 0), R"({"a": "\"{,}", "b": 1})");
  EXPECT_EQ(parsed.text(1, 0), "[]");
  const Result kept = co_await there_and_back(connection, "json", Type::json, documents);
  EXPECT_EQ(kept.text(0, 0), documents[0]);
  const Result none =
      co_await there_and_back(connection, "text", Type::text, std::vector<std::string>{});
  EXPECT_EQ(none.rows(), 0);
  const Result empty = co_await connection.query("SELECT cardinality($1::bigint[])",
                                                 bigint_array(std::vector<std::int64_t>{}));
  EXPECT_EQ(empty.int64(0, 0), 0);
}

TEST(Wire, BytesAndJsonComeBackAsTheyWere) {
  boost::asio::io_context io;
  await(io, bytes(shared_postgres().conninfo()));
}

Awaitable<void> other_types(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  const std::string sql = "SELECT pg_typeof($1)::text";
  EXPECT_EQ((co_await connection.query(sql, 1)).text(0, 0), "integer");
  EXPECT_EQ((co_await connection.query(sql, std::int64_t{1})).text(0, 0), "bigint");
  EXPECT_EQ((co_await connection.query(sql, 1)).text(0, 0), "integer");
}

TEST(Wire, OneTextMayBeAskedWithOtherTypes) {
  boost::asio::io_context io;
  await(io, other_types(shared_postgres().conninfo()));
}

}  // namespace
}  // namespace tenggat::pg
