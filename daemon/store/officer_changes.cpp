#include "daemon/store/officer_changes.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/store/columns.h"
#include "daemon/store/moment.h"
#include "daemon/store/officer_rows.h"

namespace tenggat::store {
namespace {

using Kind = WaitingAnswer::Kind;
using Words = OptionalCodec<std::vector<std::string>, JoinedWords>;

constexpr auto kWaiting = columns(
    given("id", &WaitingChange::id), given("officer", &WaitingChange::officer),
    given("name", &WaitingChange::edit, &OfficerEdit::name),
    given("email", &WaitingChange::edit, &OfficerEdit::email),
    given("whatsapp", &WaitingChange::edit, &OfficerEdit::whatsapp),
    given<Words>("channels", &WaitingChange::edit, &OfficerEdit::channels),
    given<Words>("roles", &WaitingChange::edit, &OfficerEdit::roles),
    given("ended_on", &WaitingChange::edit, &OfficerEdit::ended_on),
    given("nip", &WaitingChange::edit, &OfficerEdit::nip), given("proposed_by", &WaitingChange::by),
    given("proposed_at", &WaitingChange::proposed_at),
    given("effective_at", &WaitingChange::effective_at));

// Who asks, as far as they are an officer.
struct Asking {
  bool administrator = false, of_late = false;
};
constexpr auto kAsking =
    columns(given("administrator", &Asking::administrator), given("of_late", &Asking::of_late));

bool begins_with(const std::string& who, std::string_view kind) { return who.starts_with(kind); }
constexpr std::string_view kAnOfficer = "officer:", kAtMachine = "operator:";

// Whom the row is about, and the rest of it under the lock of the office's chain.
struct Found {
  WaitingChange change;
  Officer before;
  Asking asking;
};
// Empty where there is no such change.
pg::Awaitable<std::string> officer_of(pg::Connection& connection, std::int64_t id) {
  pg::Pipeline looking;
  const auto slot = add_find_waiting_change(looking, id);
  const pg::Results found = co_await connection.run(std::move(looking));
  const std::optional<WaitingChange> known = found[slot];
  co_return known ? known->officer : "";
}
pg::Awaitable<std::optional<Found>> begin(OfficeChanging& changing, std::string officer,
                                          std::int64_t id) {
  static const auto asking_sql = maybe<kAsking>(
      "SELECT {} FROM (SELECT EXISTS (SELECT FROM officer_role r WHERE r.officer = o.id"
      "   AND r.role = $2) AND (o.ended_on IS NULL OR o.ended_on > office_now()::date)"
      "     AS administrator,"
      "   o.as_they_are_since > office_now() - $3::bigint * interval '1 second' AS of_late"
      "   FROM officer o WHERE 'officer:' || o.id = $1) AS one");
  pg::Pipeline reading;
  const auto slot = add_find_waiting_change(reading, id);
  const OfficerSlot locked(reading, officer);
  const auto asking = reading.add(asking_sql, changing.by().who(), kAdministratorRole,
                                  std::chrono::seconds(kChangeWaits).count());
  const pg::Results found = co_await changing.begin(std::move(reading), std::move(officer));
  std::optional<WaitingChange> change = found[slot];
  std::optional<Officer> before = locked.read(found);
  if (!change || !before) co_return std::nullopt;
  const std::optional<Asking> asks = found[asking];
  co_return Found{std::move(*change), std::move(*before), asks.value_or(Asking{})};
}

std::optional<std::string> joined(const std::optional<std::vector<std::string>>& words) {
  if (!words) return std::nullopt;
  return fmt::format("{}", fmt::join(*words, " "));
}

void add_removal(pg::Pipeline& writes, std::int64_t id) {
  writes.add("DELETE FROM officer_change WHERE id = $1::bigint", id);
}
void number(OfficeEvent& event, std::int64_t id) {
  event.add(OfficeValue::change, std::to_string(id));
}

bool may_stop(const Found& found, const std::string& who) {
  return !begins_with(who, kAnOfficer) || found.asking.administrator ||
         who == By::officer(found.change.officer).who() || who == found.change.by;
}
bool is_second(const Found& found, const std::string& who) {
  const bool both_at_machine =
      begins_with(who, kAtMachine) && begins_with(found.change.by, kAtMachine);
  if (who == found.change.by || both_at_machine) return false;
  if (begins_with(who, kAtMachine)) return true;
  return who != By::officer(found.change.officer).who() && found.asking.administrator &&
         !found.asking.of_late;
}

// It is as it was to become.
OfficeEvent add_effect(pg::Pipeline& writes, const Found& found) {
  const Officer after = edited(found.before, found.change.edit);
  add_edit(writes, found.before, after);
  add_removal(writes, found.change.id);
  OfficeEvent event = officer_event(OfficeKind::officer_changed, found.before, after);
  number(event, found.change.id);
  return event;
}

WaitingAnswer answer_of(const OfficerChange& change, const std::string& officer) {
  using Of = OfficerChange::Kind;
  const Kind kind = change.kind == Of::shared_email      ? Kind::shared_email
                    : change.kind == Of::shared_whatsapp ? Kind::shared_whatsapp
                                                         : Kind::done;
  return {kind, officer, change.other};
}

WaitingAnswer answer(Kind kind) {
  WaitingAnswer one;
  one.kind = kind;
  return one;
}

}  // namespace

pg::Slot<std::vector<WaitingChange>> add_waiting_changes(pg::Pipeline& pipeline,
                                                         const std::string& officer) {
  static const auto sql =
      each<kWaiting>("SELECT {} FROM officer_change WHERE $1 = '' OR officer = $1 ORDER BY id");
  return pipeline.add(sql, officer);
}

pg::Slot<std::optional<WaitingChange>> add_find_waiting_change(pg::Pipeline& pipeline,
                                                               std::int64_t id) {
  static const auto sql = maybe<kWaiting>("SELECT {} FROM officer_change WHERE id = $1::bigint");
  return pipeline.add(sql, id);
}

const pg::Query<std::int64_t>& next_waiting_change() {
  static const auto sql =
      value<std::int64_t>("SELECT nextval(pg_get_serial_sequence('officer_change', 'id'))");
  return sql;
}

OfficeEvent add_proposal(pg::Pipeline& writes, const OfficeChanging& changing,
                         const Proposal& proposal) {
  const auto& [before, edit, id] = proposal;
  const Instant effective_at = changing.now() + kChangeWaits;
  writes.add(
      "INSERT INTO officer_change (id, officer, name, email, whatsapp, channels, roles, ended_on,"
      "   proposed_by, proposed_at, effective_at, nip)"
      " OVERRIDING SYSTEM VALUE VALUES ($1::bigint, $2, $3, $4, $5, $6, $7, $8, $9,"
      "   $10::timestamptz, $11::timestamptz, $12)",
      id, before.id, edit.name, edit.email, edit.whatsapp, joined(edit.channels),
      joined(edit.roles), edit.ended_on, changing.by().who(), changing.now(), effective_at,
      edit.nip);
  OfficeEvent event =
      officer_event(OfficeKind::officer_change_proposed, before, edited(before, edit));
  number(event, id);
  event.add(OfficeValue::takes_effect_at, to_string(Stamp{effective_at}));
  return event;
}

pg::Awaitable<WaitingAnswer> confirm_waiting_change(pg::Connection& connection, By by,
                                                    std::int64_t id) {
  const std::string who = by.who();
  std::string about = co_await officer_of(connection, id);
  OfficeChanging changing(connection, std::move(by));
  const std::optional<Found> found = co_await begin(changing, std::move(about), id);
  if (!found || !is_second(*found, who)) {
    co_await changing.leave();
    co_return answer(found ? Kind::not_second : Kind::gone);
  }
  OfficeEvent word{OfficeKind::officer_change_confirmed, found->change.officer, {}};
  number(word, id);
  changing.precede(std::move(word));
  changing.tell(found->change.officer);
  pg::Pipeline writes;
  OfficeEvent event = add_effect(writes, *found);
  const OfficerChange made = co_await commit_officer(changing, std::move(writes), std::move(event));
  co_return answer_of(made, found->change.officer);
}

pg::Awaitable<WaitingAnswer> stop_waiting_change(pg::Connection& connection, By by,
                                                 std::int64_t id) {
  const std::string who = by.who();
  std::string about = co_await officer_of(connection, id);
  OfficeChanging changing(connection, std::move(by));
  const std::optional<Found> found = co_await begin(changing, std::move(about), id);
  if (!found || !may_stop(*found, who)) {
    co_await changing.leave();
    co_return answer(found ? Kind::not_theirs : Kind::gone);
  }
  pg::Pipeline writes;
  add_removal(writes, id);
  OfficeEvent event{OfficeKind::officer_change_stopped, found->change.officer, {}};
  number(event, id);
  changing.tell(found->change.officer);
  co_await changing.commit(std::move(writes), std::move(event));
  WaitingAnswer stopped;
  stopped.officer = found->change.officer;
  co_return stopped;
}

namespace {

// Nothing: it was confirmed or stopped meanwhile.
pg::Awaitable<std::optional<OfficerChange>> take_one(pg::Connection& connection, std::int64_t id) {
  std::string about = co_await officer_of(connection, id);
  OfficeChanging changing(connection, By::system());
  const std::optional<Found> found = co_await begin(changing, std::move(about), id);
  if (!found || found->change.effective_at > changing.now()) {
    co_await changing.leave();
    co_return std::nullopt;
  }
  changing.tell(found->change.officer);
  pg::Pipeline writes;
  OfficeEvent event = add_effect(writes, *found);
  const OfficerChange made = co_await commit_officer(changing, std::move(writes), std::move(event));
  co_return made;
}

}  // namespace

pg::Awaitable<TakenEffect> take_effect(pg::Connection& connection) {
  pg::Pipeline reading;
  const auto waiting = add_waiting_changes(reading);
  const auto clock = reading.add(kMoment);
  const pg::Results found = co_await connection.run(std::move(reading));
  const Moment moment = found[clock];
  TakenEffect taken;
  for (const WaitingChange& one : found[waiting]) {
    const Seconds left = std::chrono::ceil<Seconds>(one.effective_at - moment.now);
    if (left.count() > 0) {
      taken.next = std::min(taken.next.value_or(left), left);
      continue;
    }
    const std::optional<OfficerChange> made = co_await take_one(connection, one.id);
    if (!made) continue;
    ++(made->done() ? taken.done : taken.stopped);
    if (!made->done()) co_await stop_waiting_change(connection, By::system(), one.id);
  }
  co_return taken;
}

}  // namespace tenggat::store
