#include "daemon/store/rows.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::store {
namespace {

using test::await;
using test::shared_postgres;

const RowShape kShape({{"id", "bigint"},
                       {"word", "text"},
                       {"at", "timestamptz"},
                       {"there", "boolean"},
                       {"bytes", "bytea"},
                       {"list", "jsonb"}});

// Each row tells from its number what stands in it: texts of all lengths, gaps everywhere.
struct Sample {
  explicit Sample(int id)
      : word(std::in_place, static_cast<std::size_t>(id * 7 % 50),
             static_cast<char>('a' + id % 26)),
        bytes(static_cast<std::size_t>(id % 3), '\xfe'),
        list(id % 2 == 0 ? "[]" : "{\"a\": [1, 2]}") {
    if (id % 5 == 1) word.reset();
    if (id % 7 != 2) at = Instant{Seconds{1'767'225'600 + id}};
    if (id % 4 != 3) there = id % 3 == 0;
    if (id % 11 == 4) list.reset();
  }
  std::optional<std::string> word;
  std::optional<Instant> at;
  std::optional<bool> there;
  std::string bytes;
  std::optional<std::string> list;
};

void add_sample(Rows& rows, int id, const Sample& sample) {
  rows.add(id, sample.word, sample.at, sample.there, sample.bytes, sample.list);
}

void expect_samples(const pg::Result& found, int first, int count, int offset) {
  ASSERT_EQ(found.rows(), count);
  for (int row = 0; row < count; ++row) {
    const Sample sample(first + row + offset);
    EXPECT_EQ(found.int64(row, 0), first + row);
    EXPECT_EQ(found.optional_text(row, 1), sample.word);
    EXPECT_EQ(found.optional_instant(row, 2), sample.at);
    EXPECT_EQ(found.optional_boolean(row, 3), sample.there);
    EXPECT_EQ(found.bytes(row, 4), sample.bytes);
    EXPECT_EQ(found.optional_text(row, 5), sample.list);
  }
}

pg::Awaitable<void> insert_and_update(std::string conninfo, int count) {
  pg::Connection connection = co_await pg::Connection::connect(pg::ConnectOptions{conninfo});
  co_await connection.query(
      "CREATE TEMP TABLE sample (id bigint PRIMARY KEY, word text, at timestamptz, there boolean,"
      " bytes bytea, list jsonb)");
  const std::string all = "SELECT id, word, at, there, bytes, list FROM sample ORDER BY id";

  Rows rows(kShape);
  for (int id = 0; id < count; ++id) add_sample(rows, id, Sample(id));
  co_await connection.query(kShape.insert("sample"), rows.params());
  expect_samples(co_await connection.query(all), 0, count, 0);

  Rows changed(kShape);
  for (int id = 0; id < count; ++id) add_sample(changed, id, Sample(id + 1));
  co_await connection.query(kShape.update("sample", 1), changed.params());
  expect_samples(co_await connection.query(all), 0, count, 1);

  Rows half_new(kShape);
  for (int id = 0; id < 2 * count; ++id) add_sample(half_new, id, Sample(id + 2));
  co_await connection.query(kShape.upsert("sample", 1), half_new.params());
  expect_samples(co_await connection.query(all), 0, 2 * count, 2);
}

TEST(Rows, EachValueComesOutInItsRow) {
  boost::asio::io_context io;
  for (const int count : {1, 2, 300})
    await(io, insert_and_update(shared_postgres().conninfo(), count));
}

TEST(Rows, ARowHasAsManyValuesAsColumns) {
  Rows rows(kShape);
  EXPECT_THROW(rows.add(1, "two"), std::logic_error);
}

}  // namespace
}  // namespace tenggat::store
