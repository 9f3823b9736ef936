// Texts on their way to PostgreSQL and back, without a server where none is needed.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "daemon/pg/connection.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::pg {
namespace {

using test::await;
using test::shared_postgres;
using Texts = std::vector<std::optional<std::string>>;

std::string literal(const Param& param) { return param.c_str() ? param.c_str() : "(null)"; }

TEST(Param, WritesEachTypeAsPostgresqlReadsIt) {
  EXPECT_EQ(literal(true), "t");
  EXPECT_EQ(literal(-9'223'372'036'854'775'807LL), "-9223372036854775807");
  EXPECT_EQ(literal(std::nullopt), "(null)");
  EXPECT_EQ(literal(std::optional<int>{}), "(null)");
  EXPECT_EQ(literal(std::optional<std::string>{"x"}), "x");
  EXPECT_EQ(literal(Instant{Seconds{1'767'225'599}}), "2025-12-31 23:59:59+00");
  EXPECT_EQ(bytea(std::string{"\0\xff ", 3}), "\\x00ff20");
}

TEST(Param, RefusesANulByte) {
  EXPECT_THROW(Param(std::string{"a\0b", 3}), std::invalid_argument);
  EXPECT_THROW(text_array(std::vector<std::string>{std::string{"a\0b", 3}}), std::invalid_argument);
}

TEST(Param, QuotesEveryArrayElement) {
  EXPECT_EQ(literal(text_array(std::vector<std::string>{})), "{}");
  EXPECT_EQ(literal(text_array(Texts{"a\"b", "c\\d", "", "NULL", std::nullopt})),
            R"({"a\"b","c\\d","","NULL",NULL})");
  EXPECT_EQ(literal(bigint_array(std::vector<std::int64_t>{1, -2})), "{1,-2}");
  EXPECT_EQ(literal(boolean_array({true, false})), "{t,f}");
  EXPECT_EQ(literal(timestamptz_array(std::vector<Instant>{Instant{}})),
            R"({"1970-01-01 00:00:00+00"})");
}

Awaitable<void> arrays_come_back(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  Texts texts;
  for (const char* text : {"plain", "quo\"te", "back\\slash", "comma,{brace}", "", "NULL",
                           " spaces ", "new\nline", "Pemohon \xe2\x80\x94 \xf0\x9f\x8f\xab"}) {
    texts.emplace_back(text);
  }
  texts.emplace_back(std::nullopt);
  std::vector<std::optional<std::int64_t>> numbers(texts.size(), 7);
  numbers.back() = std::nullopt;
  std::vector<std::optional<Instant>> instants(texts.size(), Instant{Seconds{86'399}});
  instants.front() = std::nullopt;
  const Result result = co_await connection.query(
      "SELECT t, n, i FROM unnest($1::text[], $2::bigint[], $3::timestamptz[])"
      " WITH ORDINALITY AS u(t, n, i, place) ORDER BY place",
      text_array(texts), bigint_array(numbers), timestamptz_array(instants));
  EXPECT_EQ(result.rows(), static_cast<int>(texts.size()));
  for (int row = 0; row < result.rows(); ++row) {
    const auto place = static_cast<std::size_t>(row);
    EXPECT_EQ(result.optional_text(row, 0), texts[place]);
    EXPECT_EQ(result.optional_int64(row, 1), numbers[place]);
    EXPECT_EQ(result.optional_instant(row, 2), instants[place]);
  }
}

TEST(Result, ArraysComeBackWithQuotesBackslashesNullsAndUtf8) {
  boost::asio::io_context io;
  await(io, arrays_come_back(shared_postgres().conninfo()));
}

Awaitable<void> reads_strictly(std::string conninfo) {
  Connection connection = co_await Connection::connect(ConnectOptions{conninfo});
  const Result result = co_await connection.query(
      "SELECT 42::bigint, true, timestamptz '2026-03-02 08:00:00.75+08', $1::bytea, NULL::bigint,"
      " timestamptz 'infinity'",
      bytea(std::string_view{"\0\x7f\xff", 3}));
  EXPECT_EQ(result.int64(0, 0), 42);
  EXPECT_TRUE(result.boolean(0, 1));
  EXPECT_EQ(result.instant(0, 2), (Instant{Seconds{1'772'409'600}}));
  EXPECT_EQ(result.bytes(0, 3), (std::string{"\0\x7f\xff", 3}));
  EXPECT_TRUE(result.is_null(0, 4));
  EXPECT_EQ(result.optional_int64(0, 4), std::nullopt);
  EXPECT_EQ(result.tag(), "SELECT 1");
  EXPECT_EQ(result.affected_rows(), 1);
  EXPECT_THROW(result.int64(0, 4), std::logic_error);
  EXPECT_THROW(result.int64(0, 1), std::logic_error);
  EXPECT_THROW(result.boolean(0, 0), std::logic_error);
  EXPECT_THROW(result.instant(0, 5), std::logic_error);
  EXPECT_THROW(result.int64(1, 0), std::out_of_range);
  EXPECT_THROW(result.int64(0, 6), std::out_of_range);
}

TEST(Result, ReadsStrictlyByType) {
  boost::asio::io_context io;
  await(io, reads_strictly(shared_postgres().conninfo()));
}

}  // namespace
}  // namespace tenggat::pg
