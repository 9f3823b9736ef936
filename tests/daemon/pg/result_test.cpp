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

TEST(Param, SaysOfWhatTypeItIs) {
  EXPECT_EQ(Param(true).type(), Type::boolean);
  EXPECT_EQ(Param(-1).type(), Type::integer);
  EXPECT_EQ(Param(std::int64_t{-1}).type(), Type::bigint);
  EXPECT_EQ(Param(Instant{}).type(), Type::timestamptz);
  EXPECT_EQ(Param(std::optional<Instant>{}).type(), Type::timestamptz);
  EXPECT_EQ(Param("text").type(), Type::inferred);
  EXPECT_EQ(Param(std::optional<Instant>{}).bytes(), nullptr);
  EXPECT_EQ(Param(std::nullopt).bytes(), nullptr);
  EXPECT_STREQ(Param(std::optional<std::string>{"x"}).bytes(), "x");
}

TEST(Param, RefusesANulByte) {
  EXPECT_THROW(Param(std::string{"a\0b", 3}), std::invalid_argument);
  EXPECT_THROW(text_array(std::vector<std::string>{std::string{"a\0b", 3}}), std::invalid_argument);
  EXPECT_NO_THROW(bytea(std::string_view{"a\0b", 3}));
}

TEST(Array, RefusesWhatIsNotOfItsType) {
  EXPECT_THROW(Array{Type::text}.add(1), std::logic_error);
  EXPECT_THROW(Array{Type::bigint}.add("1"), std::logic_error);
  EXPECT_THROW(Array{Type::bigint}.add(true), std::logic_error);
  EXPECT_THROW(Array{Type::boolean}.add(1), std::logic_error);
  EXPECT_THROW(Array{Type::bytea}.add(Instant{}), std::logic_error);
  EXPECT_THROW(Array{Type::integer}.add(std::int64_t{2'147'483'648}), std::invalid_argument);
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
      array(Type::text, texts), array(Type::bigint, numbers), array(Type::timestamptz, instants));
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
      " timestamptz 'infinity', 7::numeric",
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
  EXPECT_THROW(result.text(0, 0), std::logic_error);
  EXPECT_THROW(result.text(0, 3), std::logic_error);
  EXPECT_THROW(result.bytes(0, 0), std::logic_error);
  EXPECT_THROW(result.int64(0, 6), std::logic_error);
  EXPECT_THROW(result.int64(1, 0), std::out_of_range);
  EXPECT_THROW(result.int64(0, 7), std::out_of_range);
}

TEST(Result, ReadsStrictlyByType) {
  boost::asio::io_context io;
  await(io, reads_strictly(shared_postgres().conninfo()));
}

}  // namespace
}  // namespace tenggat::pg
