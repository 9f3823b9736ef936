#include "daemon/store/words.h"

#include <algorithm>
#include <tuple>

#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

constexpr auto kWord =
    table("sop_word", key("sop", &Word::sop), key("kind", &Word::kind), key("id", &Word::id),
          column("name", &Word::name), column("position", &Word::position),
          column("role", &Word::role), column("standard", &Word::standard),
          column("standard_seconds", &Word::standard_seconds), column("backward", &Word::backward),
          column("zone", &Word::zone), column("day_seconds", &Word::day_seconds));

}  // namespace

void add_words(pg::Pipeline& pipeline, const std::vector<Word>& words) {
  // In one order, so that two daemons that start at once do not wait for each other's rows.
  std::vector<Word> sorted = words;
  std::sort(sorted.begin(), sorted.end(), [](const Word& a, const Word& b) {
    return std::tie(a.sop, a.kind, a.id) < std::tie(b.sop, b.kind, b.id);
  });
  Rows<kWord> rows;
  for (const Word& one : sorted) rows.add(one);
  add_upsert(pipeline, rows);
}

void add_office_fact(pg::Pipeline& pipeline, const std::string& name, const std::string& url) {
  pipeline.add(
      "INSERT INTO office_fact (name, url) VALUES ($1, $2)"
      " ON CONFLICT (only_one) DO UPDATE SET name = $1, url = $2",
      name, url);
}

}  // namespace tenggat::store
