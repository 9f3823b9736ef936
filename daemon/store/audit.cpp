#include "daemon/store/audit.h"

#include "daemon/store/permits.h"
#include "daemon/store/rows.h"

namespace tenggat::store {
namespace {

constexpr int kBatch = 200;

struct Head {
  std::int64_t id = 0, events = 0;
  std::string number, last_hash;
};

std::optional<BrokenChain> first_break(const Head& head, const std::vector<StoredEvent>& events) {
  std::string previous;
  std::int64_t expected = 0;
  for (const StoredEvent& stored : events) {
    ++expected;
    if (stored.event.sequence != expected)
      return BrokenChain{head.number, expected, "the event is missing"};
    previous = event_hash(previous, head.id, stored.event, stored.fields_json);
    if (previous != stored.hash)
      return BrokenChain{head.number, expected, "the event is not as it was written"};
  }
  if (expected != head.events)
    return BrokenChain{head.number, expected + 1, "the event is missing at the end"};
  if (previous != head.last_hash)
    return BrokenChain{head.number, expected, "the permit names another last event"};
  return std::nullopt;
}

}  // namespace

pg::Awaitable<AuditReport> verify_chains(pg::Connection& connection, std::int64_t permit) {
  AuditReport report;
  std::int64_t after = 0;
  while (true) {
    // One snapshot for heads and events: a permit may be changed meanwhile.
    pg::Pipeline begin;
    begin.add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const std::size_t heads = begin.add(
        "SELECT id, number, events, last_hash FROM permit WHERE id > $1::bigint"
        " AND ($2::bigint = 0 OR id = $2::bigint) ORDER BY id LIMIT $3::int",
        after, permit, kBatch);
    const std::vector<pg::Result> found = co_await connection.run(std::move(begin));
    std::vector<Head> batch;
    pg::Pipeline reads;
    for (int row = 0; row < found.at(heads).rows(); ++row) {
      const pg::Result& r = found.at(heads);
      batch.push_back({r.int64(row, 0), r.int64(row, 2), text_at(r, row, 1), r.bytes(row, 3)});
      add_events(reads, batch.back().id);
    }
    reads.add("COMMIT");
    const std::vector<pg::Result> events = co_await connection.run(std::move(reads));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::vector<StoredEvent> chain = events_of(events.at(i));
      ++report.permits;
      report.events += static_cast<std::int64_t>(chain.size());
      if (auto broken = first_break(batch[i], chain)) report.broken.push_back(std::move(*broken));
      after = batch[i].id;
    }
    if (static_cast<int>(batch.size()) < kBatch) co_return report;
  }
}

}  // namespace tenggat::store
