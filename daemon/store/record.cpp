#include "daemon/store/record.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "daemon/store/event_codec.h"
#include "daemon/store/permit_tables.h"
#include "daemon/store/row_record.h"

namespace tenggat::store {

auto parts_of(RecordedEvent& one) {
  return std::tie(one, one.stored, one.stored.event, one.stored.rows);
}

namespace {

constexpr int kBatch = 200;

constexpr auto kRecordedEvent = columns(given("permit", &RecordedEvent::permit)) +
                                kEvent.of<EventHead, StoredEvent, EventRows>();

constexpr auto kEnd =
    table("permit", key("id", &Permit::id), column("version", &Permit::version),
          column("events", &Permit::events), column<Bytea>("last_hash", &StoredPermit::last_hash));

pg::Slot<std::int64_t> add_count_incomplete(pg::Pipeline& pipeline) {
  static const auto sql = value<std::int64_t>("SELECT count(*) FROM record_incomplete");
  return pipeline.add(sql);
}

pg::Awaitable<std::vector<std::int64_t>> complete_batch(pg::Connection& connection) {
  static const auto next = values<std::int64_t>(
      "SELECT permit FROM record_incomplete ORDER BY permit LIMIT $1::int FOR UPDATE SKIP LOCKED");
  pg::Pipeline begin;
  begin.add("BEGIN");
  const auto taken = begin.add(next, kBatch);
  const pg::Results first = co_await connection.run(std::move(begin));
  const std::vector<std::int64_t> ids = first[taken];

  static const auto clock = value<Instant>("SELECT office_now()");
  pg::Pipeline reads;
  const PermitLoad load(reads, ids, Lock::update);
  const auto notes = add_notes_of(reads, ids);
  const auto now = reads.add(clock);
  const pg::Results results = co_await connection.run(std::move(reads));
  std::map<std::int64_t, StoredPermit> permits = load.take(results);
  const std::vector<StoredNote> noted = results[notes];
  pg::Pipeline writes;
  const RowsSaid said{"system", results[now]};
  std::vector<std::int64_t> done;
  for (const RowsEvent& one : add_rows_events(writes, permits, noted, said))
    done.push_back(one.permit);
  writes.add("DELETE FROM record_incomplete WHERE permit = ANY($1::bigint[])",
             pg::bigint_array(done));
  writes.add("COMMIT");
  co_await connection.run(std::move(writes));
  co_return done;
}

}  // namespace

std::vector<RowsEvent> add_rows_events(pg::Pipeline& writes,
                                       std::map<std::int64_t, StoredPermit>& permits,
                                       const std::vector<StoredNote>& notes, const RowsSaid& said) {
  std::map<std::int64_t, std::vector<StoredNote>> noted;
  for (const StoredNote& note : notes) noted[note.permit].push_back(note);
  Rows<kEvent> events;
  Rows<kEnd> ends;
  std::vector<RowsEvent> added;
  for (auto& [id, stored] : permits) {
    Permit& permit = stored.permit;
    Event event;
    event.sequence = ++permit.events;
    event.actor = said.actor;
    event.at = std::max(permit.changed_at, said.now);
    event.what = RowsRecorded{};
    StoredEvent written{event, std::string(type_of(event.what)), fields_of(event, stored.salt)};
    written.rows.json = boost::json::serialize(record_of(stored, noted[id]));
    written.hash = stored.last_hash = event_hash(stored.last_hash, id, written);
    ++permit.version;
    events.add(OfPermit{id}, written.event, written, written.rows);
    ends.add(permit, stored);
    added.push_back({id, event.sequence, written.hash});
  }
  add_insert(writes, events);
  add_update(writes, ends);
  return added;
}

boost::json::object record_of(const StoredPermit& stored, const std::vector<StoredNote>& notes) {
  const Permit& permit = stored.permit;
  const OfPermit of{permit.id};
  RowRecord record(stored.salt);
  record.whole<kRecordOfPermit>("permit", permit, stored, ClockDue{}, Projection{},
                                TrackingIndex{});
  record.whole<kApplicant>("applicant", permit, stored.applicant, stored);
  for (const Visit& v : permit.visits)
    record.whole<kRecordOfVisit>(row_of(v), of, v, ClockDue{}, VisitIndex{});
  for (const Pause& p : permit.pauses) record.whole<kPause>(row_of(p), of, p);
  for (const Document& d : permit.documents) record.whole<kDocument>(row_of(d), of, d);
  for (const RaisedRung& r : permit.rungs) record.whole<kRung>(row_of(r), of, r);
  for (const StoredNote& n : notes) record.whole<kNote>(row_of(n), n);
  return boost::json::parse(record.text()).as_object();
}

pg::Slot<std::vector<RecordedEvent>> add_recorded_events(pg::Pipeline& pipeline,
                                                         const std::vector<std::int64_t>& permits) {
  static const auto sql = each<kRecordedEvent, RecordedEvent>(
      "SELECT {} FROM event WHERE permit = ANY($1::bigint[]) ORDER BY permit, sequence");
  return pipeline.add(sql, pg::bigint_array(permits));
}

pg::Slot<std::vector<StoredNote>> add_notes_of(pg::Pipeline& pipeline,
                                               const std::vector<std::int64_t>& permits) {
  static const auto sql = each<kNote>("SELECT {} FROM note WHERE permit = ANY($1::bigint[])");
  return pipeline.add(sql, pg::bigint_array(permits));
}

pg::Awaitable<bool> is_record_complete(pg::Connection& connection) {
  pg::Pipeline pipeline;
  const auto left = add_count_incomplete(pipeline);
  co_return (co_await connection.run(std::move(pipeline)))[left] == 0;
}

pg::Awaitable<std::int64_t> complete_record(
    pg::Connection& connection, std::function<void(std::int64_t done, std::int64_t all)> progress) {
  pg::Pipeline pipeline;
  const auto left = add_count_incomplete(pipeline);
  const std::int64_t all = (co_await connection.run(std::move(pipeline)))[left];
  std::int64_t done = 0;
  while (done < all) {
    const std::vector<std::int64_t> batch = co_await complete_batch(connection);
    if (batch.empty()) break;  // another does the rest
    done += static_cast<std::int64_t>(batch.size());
    progress(done, all);
  }
  co_return done;
}

}  // namespace tenggat::store
