#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <stdexcept>
#include <utility>

#include "daemon/store/count_codec.h"
#include "daemon/store/event_codec.h"
#include "daemon/store/hash.h"
#include "daemon/store/notice_table.h"
#include "daemon/store/permit_tables.h"
#include "daemon/store/row_record.h"

namespace tenggat::store {
namespace json = boost::json;
namespace {

// --- What a decision leaves beside the permit's own rows

// Those that portals follow. Nothing of them depends on the time that the event bears.
struct NewChange {
  std::int64_t permit = 0, sequence = 0;
  Seconds undo_window{};
};
constexpr auto kChange =
    columns(key("permit", &NewChange::permit), key("sequence", &NewChange::sequence),
            fixed("undo_window", &NewChange::undo_window));

struct SendAt {
  Instant send_at{};
};
constexpr auto kNotice = table("notice", key("permit", &OfPermit::permit)) + kNoticeFacts +
                         kNoticeDetails + columns(fixed("send_at", &SendAt::send_at));

struct NewCounts {
  std::int64_t permit = 0, cause = 0;
  Instant counted_from{};
  std::string sop, changes;
};
constexpr auto kCount =
    table("count_delta", key("permit", &NewCounts::permit), key("cause", &NewCounts::cause),
          key("counted_from", &NewCounts::counted_from), fixed("sop", &NewCounts::sop),
          fixed<Json>("changes", &NewCounts::changes));

struct UndoneCause {
  std::int64_t permit = 0, cause = 0;
  Instant at{};
};
constexpr auto kUndone = columns(key("permit", &UndoneCause::permit),
                                 key("cause", &UndoneCause::cause), column("at", &UndoneCause::at));

constexpr auto kPermitChanges = kPermit.changing();
constexpr auto kContact = kApplicant.changing();
constexpr auto kRearmed = kRung.changing();

const RowsSql kInsertChanges{
    kChange.shape(), "c",
    "INSERT INTO change (permit, sequence, counts_at) SELECT c.permit, c.sequence,"
    " (SELECT office_now()) + make_interval(secs => c.undo_window) FROM {}"};

const RowsSql kDropNotices{
    kUndone.shape(), "c",
    "UPDATE notice n SET state = 'dropped', state_reason = 'undone', state_at = c.at FROM {}"
    " WHERE n.permit = c.permit AND n.cause = c.cause"
    " AND n.state IS NOT DISTINCT FROM 'pending'"};
const RowsSql kDropChanges{
    kUndone.shape(), "c",
    "DELETE FROM change d USING {} WHERE d.permit = c.permit AND d.sequence = c.cause"
    " AND d.place IS NULL"};
// What was dropped since then for the work being done is owed again: it is not done.
const RowsSql kOweAgain{
    kUndone.shape(), "c",
    "UPDATE notice n SET state = 'pending', state_reason = '', state_at = NULL, send_at = c.at"
    " FROM {} JOIN event e ON e.permit = c.permit AND e.sequence = c.cause"
    " WHERE n.permit = c.permit AND n.cause <> c.cause AND n.state_at >= e.at"
    " AND n.state IS NOT DISTINCT FROM 'dropped' AND n.state_reason = 'done_before_sending'"};
const RowsSql kDropCounts{
    kUndone.shape(), "c",
    "DELETE FROM count_delta d USING {} WHERE d.permit = c.permit AND d.cause = c.cause"};

// What a batch writes, gathered by table.
struct Writes {
  Rows<kPermit> permits;
  Rows<kPermitChanges> changed_permits;
  Rows<kApplicant> applicants;
  Rows<kContact> contacts;
  Rows<kVisit> visits, changed_visits;
  Rows<kPause> pauses;
  Rows<kDocument> documents, changed_documents;
  Rows<kRung> rungs;
  Rows<kRearmed> rearmed;
  Rows<kNote> notes;
  Rows<kEvent> events;
  Rows<kChange> changes;
  Rows<kNotice> notices;
  Rows<kCount> counts;
  Rows<kUndone> undone;
};

template <class Row>
const Row* find_row(const std::vector<Row>* rows, int id) {
  if (!rows) return nullptr;
  for (const Row& row : *rows)
    if (row.id == id) return &row;
  return nullptr;
}

const Projection::VisitDues* dues_of(const Projection& projection, int visit) {
  for (const Projection::VisitDues& dues : projection.visits)
    if (dues.visit == visit) return &dues;
  return nullptr;
}

const std::string& salt_of(const PermitChange& change) {
  return change.before ? change.before->salt : change.salt;
}

void add_visits(Writes& writes, RowRecord& record, const PermitChange& change) {
  const Permit& after = change.decision.after;
  // The permit's next check stands on its first open visit.
  std::optional<Instant> check = change.projection.next_check_at;
  const Permit* before = change.before ? &change.before->permit : nullptr;
  for (const Visit& v : after.visits) {
    // An open visit's derived instants may move without the visit itself changing.
    const Visit* old = find_row(before ? &before->visits : nullptr, v.id);
    if (old && *old == v && !v.open()) continue;
    const auto* dues = dues_of(change.projection, v.id);
    ClockDue due;
    VisitIndex index;
    if (dues) {
      due.due_at = dues->due_at;
      index = {.due_soon_at = dues->due_soon_at, .paused = !dues->due_at, .check_at = {}};
    }
    if (v.open()) index.check_at = std::exchange(check, std::nullopt);
    (old ? writes.changed_visits : writes.visits).add(OfPermit{after.id}, v, due, index);
    if (old)
      record.changed<kRecordOfVisit>(row_of(v), std::tie(*old), OfPermit{}, v, due, index);
    else
      record.whole<kRecordOfVisit>(row_of(v), OfPermit{}, v, due, index);
  }
  if (check) throw std::logic_error("something is to fall due on a permit without an open visit");
}

template <const auto& kColumns, class Row>
void add_to_record(RowRecord& record, const Row* before, const Row& after) {
  if (before)
    record.changed<kColumns>(row_of(after), std::tie(*before), OfPermit{}, after);
  else
    record.whole<kColumns>(row_of(after), OfPermit{}, after);
}

void add_parts(Writes& writes, RowRecord& record, const PermitChange& change) {
  const Permit& after = change.decision.after;
  const OfPermit of{after.id};
  const Permit* before = change.before ? &change.before->permit : nullptr;
  for (const Pause& p : after.pauses) {
    const Pause* old = find_row(before ? &before->pauses : nullptr, p.id);
    if (old && *old == p) continue;
    writes.pauses.add(of, p);
    add_to_record<kPause>(record, old, p);
  }
  for (const Document& d : after.documents) {
    const Document* old = find_row(before ? &before->documents : nullptr, d.id);
    if (old && *old == d) continue;
    (old ? writes.changed_documents : writes.documents).add(of, d);
    add_to_record<kDocument>(record, old, d);
  }
  const std::size_t known = before ? before->rungs.size() : 0;
  for (std::size_t i = 0; i < after.rungs.size(); ++i) {
    const RaisedRung& r = after.rungs[i];
    if (i >= known) {
      writes.rungs.add(of, r);
      add_to_record<kRung>(record, static_cast<const RaisedRung*>(nullptr), r);
    } else if (r.rearmed && !before->rungs[i].rearmed) {
      writes.rearmed.add(of, r);
      add_to_record<kRung>(record, &before->rungs[i], r);
    }
  }
}

// The last event says of the rows what all of them together have changed.
std::string add_events_of(Writes& writes, const PermitChange& change, const RowRecord& record,
                          Seconds undo_window) {
  const std::string& salt = salt_of(change);
  std::string last_hash = change.before ? change.before->last_hash : std::string();
  const std::int64_t permit = change.decision.after.id;
  const std::string rows = record.text();
  if (change.decision.events.empty() && !rows.empty())
    throw std::logic_error(fmt::format("permit {} changes without an event: {}", permit, rows));
  for (const Event& event : change.decision.events) {
    StoredEvent stored{event, std::string(type_of(event.what)), fields_of(event, salt)};
    if (&event == &change.decision.events.back()) stored.rows.json = rows;
    stored.hash = last_hash = event_hash(last_hash, permit, stored);
    writes.events.add(OfPermit{permit}, stored.event, stored, stored.rows);
    if (permit > 0 && is_followed(event.what))
      writes.changes.add(NewChange{permit, event.sequence, undo_window});
  }
  return last_hash;
}

void add_notes_of(Writes& writes, RowRecord& record, const PermitChange& change) {
  // Ids run on within an event; the notes of one decision come in the order of its events.
  std::map<std::int64_t, int> used;
  for (const NewNote& n : change.decision.notes) {
    const StoredNote note{.permit = change.decision.after.id,
                          .event = n.event,
                          .id = ++used[n.event],
                          .visit = n.visit,
                          .kind = n.kind,
                          .document = n.document,
                          .text = n.text,
                          .by = n.by};
    writes.notes.add(note);
    record.whole<kNote>(row_of(note), note);
  }
}

void add_told(Writes& writes, const PermitChange& change, const SendRules& send) {
  const Decision& decision = change.decision;
  const Permit& after = decision.after;
  for (const Notice& n : decision.notices)
    writes.notices.add(OfPermit{after.id}, n, SendAt{ready_at(n, send)});
  std::map<std::pair<std::int64_t, Instant>, json::array> counts;
  for (const CountDelta& c : decision.counts)
    counts[{c.cause, c.counted_from}].push_back(as_stored(c));
  for (const auto& [from, changes] : counts)
    writes.counts.add(
        NewCounts{after.id, from.first, from.second, after.sop, json::serialize(changes)});
  for (const std::int64_t cause : decision.undone_causes)
    writes.undone.add(UndoneCause{after.id, cause, after.changed_at});
}

void add_change(Writes& writes, const PermitChange& change, const SendRules& send) {
  const Permit& p = change.decision.after;
  const Projection& derived = change.projection;
  RowRecord record(salt_of(change));
  StoredPermit stored;
  stored.calendar_version = change.before && change.calendar_version.empty()
                                ? change.before->calendar_version
                                : change.calendar_version;
  const ClockDue due{derived.case_due_at};
  if (change.before) {
    const StoredPermit& before = *change.before;
    record.changed<kRecordOfPermit>("permit", std::tie(before.permit, before), p, stored, due,
                                    derived, TrackingIndex{});
  } else {
    stored.salt = change.salt;
    stored.tracking_seed = change.tracking_seed;
    stored.fields = change.fields;
    record.whole<kApplicant>("applicant", p, change.applicant, stored);
    record.whole<kRecordOfPermit>("permit", p, stored, due, derived, TrackingIndex{});
  }
  if (const auto& contact = change.decision.contact) {
    const StoredPermit::Applicant now{"", contact->email, contact->whatsapp};
    writes.contacts.add(p, now);
    record.changed<kApplicant>("applicant", std::tuple<>(), p, now, stored);
  }
  add_visits(writes, record, change);
  add_parts(writes, record, change);
  add_notes_of(writes, record, change);
  stored.last_hash = add_events_of(writes, change, record, send.undo_window);
  if (change.before) {
    writes.changed_permits.add(p, stored, due, derived);
  } else {
    writes.applicants.add(p, change.applicant, stored);
    writes.permits.add(p, stored, due, derived, TrackingIndex{sha256(change.tracking_seed)});
  }
  add_told(writes, change, send);
}

}  // namespace

void append_writes(pg::Pipeline& pipeline, const std::vector<PermitChange>& changes,
                   const SendRules& send) {
  Writes writes;
  for (const PermitChange& change : changes) add_change(writes, change, send);
  add_insert(pipeline, writes.applicants);
  add_update(pipeline, writes.contacts);
  add_insert(pipeline, writes.permits);
  add_update(pipeline, writes.changed_permits);
  add_update(pipeline, writes.changed_visits);
  add_insert(pipeline, writes.visits);
  add_upsert(pipeline, writes.pauses);
  add_update(pipeline, writes.changed_documents);
  add_insert(pipeline, writes.documents);
  add_update(pipeline, writes.rearmed);
  // A rung that is there already is a rung raised twice: that must fail, not be overwritten.
  add_insert(pipeline, writes.rungs);
  add_insert(pipeline, writes.events);
  writes.changes.add_to(pipeline, kInsertChanges);
  add_insert(pipeline, writes.notes);
  add_insert(pipeline, writes.notices);
  add_insert(pipeline, writes.counts);
  // After the inserts: an action and its undo may come in one batch.
  writes.undone.add_to(pipeline, kDropNotices);
  writes.undone.add_to(pipeline, kDropChanges);
  writes.undone.add_to(pipeline, kOweAgain);
  writes.undone.add_to(pipeline, kDropCounts);
}

}  // namespace tenggat::store
