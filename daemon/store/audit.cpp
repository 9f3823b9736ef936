#include "daemon/store/audit.h"

#include "daemon/store/columns.h"
#include "daemon/store/event_codec.h"
#include "daemon/store/snapshot.h"

namespace tenggat::store {
namespace {

constexpr int kBatch = 200;

struct Head {
  std::int64_t id = 0, events = 0;
  std::string number, last_hash;
};
constexpr auto kHead =
    columns(given("id", &Head::id), given("number", &Head::number), given("events", &Head::events),
            given<Bytea>("last_hash", &Head::last_hash));

std::optional<BrokenChain> first_break(const Head& head, const std::vector<StoredEvent>& events) {
  std::string previous;
  std::int64_t expected = 0;
  for (const StoredEvent& stored : events) {
    ++expected;
    if (stored.event.sequence != expected)
      return BrokenChain{head.number, expected, "the event is missing"};
    previous = event_hash(previous, head.id, stored);
    if (previous != stored.hash)
      return BrokenChain{head.number, expected, "the event is not as it was written"};
    try {
      event_of(head.id, stored);
    } catch (const UnreadableEvent& why) {
      return BrokenChain{head.number, expected, why.what()};
    }
  }
  if (expected != head.events)
    return BrokenChain{head.number, expected + 1, "the event is missing at the end"};
  if (previous != head.last_hash)
    return BrokenChain{head.number, expected, "the permit names another last event"};
  return std::nullopt;
}

}  // namespace

pg::Awaitable<AuditReport> verify_chains(pg::Connection& connection, std::int64_t permit) {
  static const auto sql = each<kHead>(
      "SELECT {} FROM permit WHERE id > $1::bigint"
      " AND ($2::bigint = 0 OR id = $2::bigint) ORDER BY id LIMIT $3::int");
  AuditReport report;
  std::int64_t after = 0;
  while (true) {
    // One snapshot for heads and events: a permit may be changed meanwhile.
    pg::Pipeline begin;
    begin.add(kBeginSnapshotSql);
    const auto heads = begin.add(sql, after, permit, kBatch);
    const pg::Results found = co_await connection.run(std::move(begin));
    const std::vector<Head> batch = found[heads];
    pg::Pipeline reads;
    std::vector<pg::Slot<std::vector<StoredEvent>>> chains;
    for (const Head& head : batch) chains.push_back(add_events(reads, head.id));
    reads.add(kEndSnapshotSql);
    const pg::Results events = co_await connection.run(std::move(reads));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::vector<StoredEvent> chain = events[chains[i]];
      ++report.permits;
      report.events += static_cast<std::int64_t>(chain.size());
      if (auto broken = first_break(batch[i], chain)) report.broken.push_back(std::move(*broken));
      after = batch[i].id;
    }
    if (static_cast<int>(batch.size()) < kBatch) co_return report;
  }
}

}  // namespace tenggat::store
