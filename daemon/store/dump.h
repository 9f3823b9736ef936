// The whole database as lines of JSON, a table a file, and back into an empty one: every row as it
// is, the record with the bytes that were hashed. Source: docs/import.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"

namespace tenggat::store {

struct DumpTable {
  std::string name, order;  // order: the columns of its key
};
// In an order in which rows can be inserted: what others refer to comes first.
pg::Slot<std::vector<DumpTable>> add_dump_tables(pg::Pipeline& pipeline);
// What people read: the views of the reports, by name.
pg::Slot<std::vector<DumpTable>> add_dump_views(pg::Pipeline& pipeline);

struct DumpSequence {
  std::string name;
  std::int64_t last = 0;
};
pg::Slot<std::vector<DumpSequence>> add_dump_sequences(pg::Pipeline& pipeline);

// One state of the database, read piece by piece: a transaction that only reads.
class Dump {
 public:
  explicit Dump(pg::Connection& connection) : connection_(connection) {}
  pg::Awaitable<void> begin();
  pg::Awaitable<void> open(DumpTable table);
  // `sql` gives one text a row, in its order.
  pg::Awaitable<void> open(std::string sql);
  // The next rows as JSON objects; none: there are no more, and it is closed.
  pg::Awaitable<std::vector<std::string>> next();
  pg::Awaitable<void> end();

 private:
  pg::Connection& connection_;
};

// For Dump::open: each visit as a JSON object, permit by permit; the hashes of the files that
// permits have.
extern const char* const kVisitsAsEvents;
extern const char* const kKeptFiles;
// Of a file of this hash; nothing past its end.
pg::Slot<std::optional<std::string>> add_dump_chunk(pg::Pipeline& pipeline,
                                                    const std::string& sha256, int place);

// Whether nobody has worked on it yet.
pg::Slot<bool> add_is_untouched(pg::Pipeline& pipeline);
// In one transaction, the tables in the order of add_dump_tables. Rows that a migration has made
// go first.
pg::Awaitable<void> clear_for_load(pg::Transaction& transaction, std::vector<DumpTable> tables);
void add_load(pg::Pipeline& writes, const std::string& table, const std::vector<std::string>& rows);
void add_load_sequence(pg::Pipeline& writes, const DumpSequence& sequence);

}  // namespace tenggat::store
