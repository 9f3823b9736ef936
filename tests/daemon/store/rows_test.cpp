#include "daemon/store/columns.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::store {
namespace {

using test::await;
using test::shared_postgres;

// Each row tells from its number what stands in it: texts of all lengths, gaps everywhere.
struct Sample {
  Sample() = default;
  explicit Sample(int number)
      : word(std::in_place, static_cast<std::size_t>(number * 7 % 50),
             static_cast<char>('a' + number % 26)),
        bytes(static_cast<std::size_t>(number % 3), '\xfe'),
        list(number % 2 == 0 ? "[]" : "{\"a\": [1, 2]}") {
    if (number % 5 == 1) word.reset();
    if (number % 7 != 2) at = Instant{Seconds{1'767'225'600 + number}};
    if (number % 4 != 3) there = number % 3 == 0;
    if (number % 11 == 4) list.reset();
  }
  bool operator==(const Sample&) const = default;
  std::optional<std::string> word;
  std::optional<Instant> at;
  std::optional<bool> there;
  std::string bytes;
  std::optional<std::string> list;
};
struct Numbered {
  std::int64_t id = 0;
  Sample sample;
};
auto parts_of(Numbered& numbered) { return std::tie(numbered, numbered.sample); }

constexpr auto kSample = table("sample", key("id", &Numbered::id), column("word", &Sample::word),
                               column("at", &Sample::at), column("there", &Sample::there),
                               column<Bytea>("bytes", &Sample::bytes),
                               column<OptionalCodec<std::string, Jsonb>>("list", &Sample::list));

void expect_samples(const std::vector<Numbered>& found, int count, int offset) {
  ASSERT_EQ(found.size(), static_cast<std::size_t>(count));
  for (int id = 0; id < count; ++id) {
    EXPECT_EQ(found[static_cast<std::size_t>(id)].id, id);
    EXPECT_EQ(found[static_cast<std::size_t>(id)].sample, Sample(id + offset));
  }
}

Rows<kSample> samples(int count, int offset) {
  Rows<kSample> rows;
  for (int id = 0; id < count; ++id) rows.add(Numbered{id, {}}, Sample(id + offset));
  return rows;
}

pg::Awaitable<void> insert_and_update(std::string conninfo, int count) {
  pg::Connection connection = co_await pg::Connection::connect(pg::ConnectOptions{conninfo});
  co_await connection.query(
      "CREATE TEMP TABLE sample (id bigint PRIMARY KEY, word text, at timestamptz, there boolean,"
      " bytes bytea, list jsonb)");
  const auto all = each<kSample, Numbered>("SELECT {} FROM sample ORDER BY id");

  pg::Pipeline inserts, updates, upserts;
  add_insert(inserts, samples(count, 0));
  co_await connection.run(std::move(inserts));
  expect_samples(co_await connection.query(all), count, 0);
  add_update(updates, samples(count, 1));
  co_await connection.run(std::move(updates));
  expect_samples(co_await connection.query(all), count, 1);
  add_upsert(upserts, samples(2 * count, 2));
  co_await connection.run(std::move(upserts));
  expect_samples(co_await connection.query(all), 2 * count, 2);
}

TEST(Rows, EachValueComesOutInItsRow) {
  boost::asio::io_context io;
  for (const int count : {1, 2, RowsSql::kListed, RowsSql::kListed + 1, 300})
    await(io, insert_and_update(shared_postgres().conninfo(), count));
}

TEST(Columns, AnUpdateLeavesAloneWhatIsFixed) {
  static constexpr auto kList =
      table("list", key("id", &Numbered::id), fixed("word", &Sample::word),
            column("at", &Sample::at), given("there", &Sample::there));
  EXPECT_EQ(kList.shape().names(), "id, word, at, there");
  EXPECT_EQ(kList.changing().shape().names(), "id, at");
  EXPECT_EQ(kList.of<Sample>().shape().names("s"), "s.word, s.at, s.there");
}

}  // namespace
}  // namespace tenggat::store
