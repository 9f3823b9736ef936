#include "daemon/store/words.h"

#include <algorithm>
#include <tuple>

#include "daemon/store/rows.h"

namespace tenggat::store {
namespace {

const RowShape kWord({{"sop", "text"},
                      {"kind", "text"},
                      {"id", "text"},
                      {"name", "text"},
                      {"position", "int"},
                      {"role", "text"},
                      {"standard", "text"},
                      {"standard_seconds", "bigint"},
                      {"backward", "boolean"},
                      {"zone", "text"},
                      {"day_seconds", "bigint"}});
const std::string kUpsertWords = kWord.upsert("sop_word", 3);

}  // namespace

void add_words(pg::Pipeline& pipeline, const std::vector<Word>& words) {
  // In one order, so that two daemons that start at once do not wait for each other's rows.
  std::vector<Word> sorted = words;
  std::sort(sorted.begin(), sorted.end(), [](const Word& a, const Word& b) {
    return std::tie(a.sop, a.kind, a.id) < std::tie(b.sop, b.kind, b.id);
  });
  Rows rows(kWord);
  for (const Word& one : sorted)
    rows.add(one.sop, one.kind, one.id, one.name, one.position, one.role, one.standard,
             one.standard_seconds, one.backward, one.zone, one.day_seconds);
  if (!rows.empty()) pipeline.add(kUpsertWords, rows.params());
}

void add_office_fact(pg::Pipeline& pipeline, const std::string& name, const std::string& url) {
  pipeline.add(
      "INSERT INTO office_fact (name, url) VALUES ($1, $2)"
      " ON CONFLICT (only_one) DO UPDATE SET name = $1, url = $2",
      name, url);
}

}  // namespace tenggat::store
