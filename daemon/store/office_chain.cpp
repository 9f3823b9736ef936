#include "daemon/store/office_chain.h"

#include <algorithm>

#include "daemon/store/commands.h"
#include "daemon/store/moment.h"
#include "daemon/store/people.h"
#include "daemon/store/permit_tables.h"
#include "daemon/store/snapshot.h"
#include "rules/telling/round.h"

namespace tenggat::store {
namespace {

constexpr int kBatch = 1000;
constexpr const char* kName = "office";

struct Head {
  std::int64_t events = 0;
  std::string last_hash;
  std::optional<Instant> last_at;
};
constexpr auto kHead =
    columns(given("events", &Head::events), given<Bytea>("last_hash", &Head::last_hash),
            given("last_at", &Head::last_at));

constexpr auto kOfficeEvent = table(
    "office_event", key("sequence", &EventHead::sequence), fixed("type", &StoredEvent::type),
    fixed("actor", &EventHead::actor), fixed("at", &EventHead::at),
    fixed<Json>("fields", &StoredEvent::fields_json), fixed<Bytea>("hash", &StoredEvent::hash));

constexpr auto kWord =
    table("office_event_word", key("event", &OfficeWord::event), key("value", &OfficeWord::value),
          fixed("before", &OfficeWord::before), fixed("after", &OfficeWord::after));

// Which of what daemons keep in memory it changes; nothing: none of it.
const char* mark_of(OfficeKind kind) {
  switch (kind) {
    case OfficeKind::officer_added:
    case OfficeKind::officer_changed:
    case OfficeKind::officer_change_confirmed:
    case OfficeKind::leave_entered:
    case OfficeKind::leave_cancelled:
    case OfficeKind::delegation_added:
    case OfficeKind::delegation_ended:
    case OfficeKind::silence_added:
    case OfficeKind::silence_ended:
    case OfficeKind::subject_erased:
      return "people";
    case OfficeKind::token_created:
    case OfficeKind::token_revoked:
      return "tokens";
    case OfficeKind::sop_in_force:
    case OfficeKind::calendar_in_force:
    case OfficeKind::sop_retired:
    case OfficeKind::sop_restored:
      return "rules";
    case OfficeKind::officer_change_proposed:
    case OfficeKind::officer_change_stopped:
    case OfficeKind::screen_added:
    case OfficeKind::screen_revoked:
    case OfficeKind::session_ended:
    case OfficeKind::message_retried:
    case OfficeKind::message_discarded:
    case OfficeKind::database_restored:
    case OfficeKind::messages_released:
    case OfficeKind::files_imported:
    case OfficeKind::import_reverted:
    case OfficeKind::retention_applied:
    case OfficeKind::subject_exported:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

// --- appended to ---------------------------------------------------------------------------------

OfficeChanging::OfficeChanging(pg::Connection& connection, By by)
    : connection_(connection), by_(std::move(by)) {
  if (!connection.in_transaction()) own_.emplace(connection);
}

pg::Awaitable<pg::Results> OfficeChanging::run(pg::Pipeline pipeline) {
  return own_ ? own_->run(std::move(pipeline)) : connection_.run(std::move(pipeline));
}

pg::Awaitable<pg::Results> OfficeChanging::begin(pg::Pipeline reading, std::string about) {
  static const auto lock = only<kHead>("SELECT {} FROM office_chain FOR UPDATE");
  static const auto salt_sql = value<std::string, Bytea>(
      "SELECT coalesce((SELECT salt FROM officer WHERE id = $1), salt) FROM office_chain");
  static const auto administrators = values<std::string>(
      "SELECT o.id FROM officer o JOIN officer_role r ON r.officer = o.id WHERE r.role = $1"
      " AND (o.ended_on IS NULL OR o.ended_on > office_now()::date) ORDER BY o.id");
  pg::Pipeline whole;
  const auto head = whole.add(lock);
  const auto clock = whole.add(kMoment);
  const auto salt = whole.add(salt_sql, about);
  const auto who_administers = whole.add(administrators, kAdministratorRole);
  const std::size_t ours = whole.size();
  whole.append(std::move(reading));
  pg::Results results = co_await run(std::move(whole));
  const Head last = results[head];
  events_ = last.events;
  last_hash_ = last.last_hash;
  // No event bears an earlier time than the one before it.
  now_ = std::max(results[clock].now, last.last_at.value_or(Instant{}));
  salt_ = results[salt];
  administrators_ = results[who_administers];
  co_return std::move(results).after(ours);
}

void OfficeChanging::append(pg::Pipeline& writes, const OfficeEvent& event) {
  StoredEvent stored;
  stored.event.sequence = ++events_;
  stored.event.actor = by_.who();
  stored.event.at = now_;
  stored.type = word_of(event.kind);
  stored.fields_json = fields_of(event, salt_);
  stored.hash = last_hash_ = event_hash(last_hash_, kNoPermit, stored);
  Rows<kOfficeEvent> rows;
  rows.add(stored, stored.event);
  add_insert(writes, rows);
  writes.add(
      "UPDATE office_chain SET events = $1::bigint, last_hash = $2::bytea,"
      " last_at = $3::timestamptz",
      events_, pg::bytea(last_hash_), now_);
  Rows<kWord> words;
  for (const OfficeChange& change : event.changes)
    if (is_personal(change.value))
      words.add(
          OfficeWord{events_, std::string(word_of(change.value)), change.before, change.after});
  add_insert(writes, words);
  add_notices(writes, event.kind);
}

// Of no permit; the number of the event is their cause, and keeps them apart.
void OfficeChanging::add_notices(pg::Pipeline& writes, OfficeKind kind) {
  if (tells_administrators(kind)) told_.insert(administrators_.begin(), administrators_.end());
  if (told_.empty()) return;
  writes.add(
      "INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text, reason,"
      "   raised_at, hold_until, cause, send_at)"
      " SELECT 0, 0, $3, $1::bigint, 1, 'officer:' || told, 'holder', $3, $4, $5::timestamptz,"
      "   $5::timestamptz, $1::bigint, $5::timestamptz FROM unnest($2::text[]) AS told",
      events_, pg::text_array({told_.begin(), told_.end()}), kOfficeChanged,
      to_string(Reason::state_changed), now_);
  add_notify(writes);
}

pg::Awaitable<pg::Results> OfficeChanging::commit(pg::Pipeline writes,
                                                  std::optional<OfficeEvent> event) {
  std::set<std::string> changed;
  const auto add = [&](const OfficeEvent& one) {
    append(writes, one);
    if (const char* mark = mark_of(one.kind)) changed.insert(mark);
  };
  for (const OfficeEvent& earlier : earlier_) add(earlier);
  if (event) add(*event);
  for (const std::string& mark : changed) add_changed(writes, mark);
  return own_ ? own_->commit(std::move(writes)) : connection_.run(std::move(writes));
}

pg::Awaitable<void> OfficeChanging::leave() {
  if (own_) co_await own_->rollback();
}

// --- read ----------------------------------------------------------------------------------------

pg::Slot<std::vector<StoredEvent>> add_office_events(pg::Pipeline& pipeline,
                                                     const OfficeEventQuery& query) {
  static const auto sql = each<kOfficeEvent, StoredEvent>(
      "SELECT {} FROM office_event WHERE $1::bigint IS NULL OR sequence < $1"
      " ORDER BY sequence DESC LIMIT $2::int");
  return pipeline.add(sql, query.before, query.limit + 1);
}

OfficeNewsSlot::OfficeNewsSlot(pg::Pipeline& pipeline, const std::vector<std::int64_t>& events) {
  static const auto events_sql = each<kOfficeEvent, StoredEvent>(
      "SELECT {} FROM office_event WHERE sequence = ANY ($1::bigint[])");
  static const auto words_sql =
      each<kWord>("SELECT {} FROM office_event_word WHERE event = ANY ($1::bigint[])");
  events_ = pipeline.add(events_sql, pg::bigint_array(events));
  words_ = pipeline.add(words_sql, pg::bigint_array(events));
}

std::map<std::int64_t, OfficeNews> OfficeNewsSlot::read(const pg::Results& results) const {
  std::map<std::int64_t, OfficeNews> all;
  for (const StoredEvent& stored : results[events_]) {
    try {
      OfficeNews news{stored.event.actor, stored.event.at, office_event_of(stored), {}};
      all.emplace(stored.event.sequence, std::move(news));
    } catch (const UnreadableEvent&) {
      // Nobody can be told what it says; `audit verify` names it.
    }
  }
  for (OfficeWord& word : results[words_])
    if (const auto found = all.find(word.event); found != all.end())
      found->second.words.push_back(std::move(word));
  return all;
}

std::optional<std::vector<ChannelAddress>> further_addresses(const OfficeNews& news) {
  const auto is_way = [](const OfficeChange& change) {
    return change.value == OfficeValue::email || change.value == OfficeValue::whatsapp ||
           change.value == OfficeValue::channels;
  };
  const bool proposed = news.event.kind == OfficeKind::officer_change_proposed;
  if ((news.event.kind != OfficeKind::officer_changed && !proposed) ||
      std::ranges::none_of(news.event.changes, is_way))
    return std::nullopt;
  std::vector<ChannelAddress> further;
  for (const OfficeWord& word : news.words) {
    const std::string& address = proposed ? word.after : word.before;
    if ((word.value == "email" || word.value == "whatsapp") && !address.empty())
      further.push_back({word.value, address});
  }
  return further;
}

pg::Awaitable<OfficeAudit> verify_office_chain(pg::Connection& connection) {
  static const auto head_sql = only<kHead>("SELECT {} FROM office_chain");
  static const auto next_sql = each<kOfficeEvent, StoredEvent>(
      "SELECT {} FROM office_event WHERE sequence > $1::bigint ORDER BY sequence LIMIT $2::int");
  OfficeAudit audit;
  std::string previous;
  const auto broken = [&](std::int64_t sequence, std::string what) {
    audit.broken = AuditFinding{kName, sequence, std::move(what)};
    return audit;
  };
  while (true) {
    // One snapshot for the head and what it names: there may be more meanwhile.
    pg::Pipeline reads;
    reads.add(kBeginSnapshotSql);
    const auto head_slot = reads.add(head_sql);
    const auto next = reads.add(next_sql, audit.events, kBatch);
    reads.add(kEndSnapshotSql);
    const pg::Results results = co_await connection.run(std::move(reads));
    const std::vector<StoredEvent> batch = results[next];
    for (const StoredEvent& stored : batch) {
      const std::int64_t expected = ++audit.events;
      if (stored.event.sequence != expected) co_return broken(expected, "the event is missing");
      previous = event_hash(previous, kNoPermit, stored);
      if (previous != stored.hash) co_return broken(expected, "the event is not as it was written");
      std::string unreadable;
      try {
        office_event_of(stored);
      } catch (const UnreadableEvent& why) {
        unreadable = why.what();
      }
      if (!unreadable.empty()) co_return broken(expected, std::move(unreadable));
    }
    if (static_cast<int>(batch.size()) == kBatch) continue;
    const Head head = results[head_slot];
    if (audit.events < head.events)
      co_return broken(audit.events + 1, "the event is missing at the end");
    if (audit.events > head.events)
      co_return broken(head.events + 1, "the head of the chain does not name the event");
    if (previous != head.last_hash)
      co_return broken(audit.events, "the head of the chain names another last event");
    co_return audit;
  }
}

}  // namespace tenggat::store
