#include "daemon/store/people.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "daemon/store/columns.h"
#include "daemon/store/office_chain.h"
#include "daemon/store/people_tables.h"
#include "daemon/store/silences.h"
#include "rules/permit/notice.h"

namespace tenggat::store {
namespace {

constexpr auto kLeave = columns(given("officer", &OfOfficer::officer),
                                given("start_on::text", &OfOfficer::leave, &Leave::start),
                                given("end_on::text", &OfOfficer::leave, &Leave::end),
                                given("kind", &OfOfficer::leave, &Leave::kind));

}  // namespace

pg::Awaitable<People> load_people(pg::Connection& connection) {
  pg::Pipeline pipeline;
  const auto officers = pipeline.add(each<kOfficerRow>("SELECT {} FROM officer ORDER BY id"));
  const auto roles =
      pipeline.add(each<kRoleRow>("SELECT {} FROM officer_role ORDER BY officer, role"));
  const auto leaves =
      pipeline.add(each<kLeave>("SELECT {} FROM officer_leave ORDER BY officer, start_on"));
  const auto delegations = pipeline.add(
      each<kDelegation>("SELECT {} FROM delegation WHERE ended_at IS NULL ORDER BY id"));
  const auto silences = add_silences(pipeline, false);
  const pg::Results results = co_await connection.run(std::move(pipeline));

  People people;
  people.officers = results[officers];
  people.delegations = results[delegations];
  std::map<std::string_view, Officer*> by_id;
  for (Officer& officer : people.officers) by_id[officer.id] = &officer;
  // Outside a transaction that reads one state, an officer may have come between the statements.
  for (OfOfficer& one : results[roles])
    if (const auto found = by_id.find(one.officer); found != by_id.end())
      found->second->roles.push_back(std::move(one.role));
  for (OfOfficer& one : results[leaves])
    if (const auto found = by_id.find(one.officer); found != by_id.end())
      found->second->leaves.push_back(std::move(one.leave));
  for (StoredSilence& one : results[silences]) people.silences.push_back(std::move(one.silence));
  co_return people;
}

namespace {
constexpr auto kLeaveOnly =
    columns(given("start_on::text", &Leave::start), given("end_on::text", &Leave::end),
            given("kind", &Leave::kind));
}  // namespace

namespace {
// The leave that begins takes the place of `before`.
OfficeEvent leave_event(const std::string& id, const std::vector<Leave>& before,
                        const Leave& leave) {
  OfficeEvent event{OfficeKind::leave_entered, id, {}};
  std::vector<std::string> starts, ends, kinds;
  for (const Leave& one : before) {
    starts.push_back(one.start);
    ends.push_back(one.end);
    if (!one.kind.empty()) kinds.push_back(one.kind);
  }
  event.change(OfficeValue::start_on, fmt::format("{}", fmt::join(starts, " ")), leave.start);
  event.change(OfficeValue::end_on, fmt::format("{}", fmt::join(ends, " ")), leave.end);
  event.change(OfficeValue::leave_kind, fmt::format("{}", fmt::join(kinds, " ")), leave.kind);
  return event;
}
}  // namespace

pg::Awaitable<LeaveAnswer> add_leave(pg::Connection& connection, By by, std::string id, Leave leave,
                                     Overlapping overlapping) {
  using Kind = LeaveAnswer::Kind;
  static const auto overlapped_sql = each<kLeaveOnly>(
      "SELECT {} FROM officer_leave WHERE officer = $1 AND start_on <= $3::date"
      " AND end_on >= $2::date ORDER BY start_on");
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto officer =
      reading.add(any("SELECT id FROM officer WHERE id = $1 FOR NO KEY UPDATE"), id);
  const auto overlapped = reading.add(overlapped_sql, id, leave.start, leave.end);
  const pg::Results found = co_await changing.begin(std::move(reading), id);
  const std::vector<Leave> before = found[overlapped];
  const bool same = before.size() == 1 && before.front() == leave;
  LeaveAnswer answer;
  if (!found[officer]) {
    answer.kind = Kind::no_such_officer;
  } else if (overlapping == Overlapping::refused && !before.empty() && !same) {
    answer.kind = Kind::overlaps;
    answer.with = before.front();
  }
  if (same || !answer.done()) {
    co_await changing.leave();
    co_return answer;
  }
  pg::Pipeline writes;
  writes.add(
      "DELETE FROM officer_leave WHERE officer = $1 AND start_on <= $3::date"
      " AND end_on >= $2::date",
      id, leave.start, leave.end);
  writes.add(
      "INSERT INTO officer_leave (officer, start_on, end_on, kind)"
      " VALUES ($1, $2::date, $3::date, $4)",
      id, leave.start, leave.end, leave.kind);
  OfficeEvent event = leave_event(id, before, leave);
  co_await changing.commit(std::move(writes), std::move(event));
  co_return answer;
}

pg::Awaitable<bool> cancel_leave(pg::Connection& connection, By by, std::string id,
                                 CivilDate start) {
  static const auto leave_sql =
      maybe<kLeaveOnly>("SELECT {} FROM officer_leave WHERE officer = $1 AND start_on = $2::date");
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto slot = reading.add(leave_sql, id, start);
  const pg::Results found = co_await changing.begin(std::move(reading), id);
  const std::optional<Leave> leave = found[slot];
  if (!leave) {
    co_await changing.leave();
    co_return false;
  }
  pg::Pipeline writes;
  writes.add("DELETE FROM officer_leave WHERE officer = $1 AND start_on = $2::date", id, start);
  OfficeEvent event{OfficeKind::leave_cancelled, id, {}};
  event.take(OfficeValue::start_on, leave->start);
  event.take(OfficeValue::end_on, leave->end);
  event.take(OfficeValue::leave_kind, leave->kind);
  co_await changing.commit(std::move(writes), std::move(event));
  co_return true;
}

namespace {
// What is appointed, or where it ends what was.
OfficeEvent delegation_event(OfficeKind kind, const Delegation& delegation) {
  OfficeEvent event{kind, std::to_string(delegation.id), {}};
  const bool begins = kind == OfficeKind::delegation_added;
  const auto set = [&](OfficeValue value, const std::string& text) {
    begins ? event.add(value, text) : event.take(value, text);
  };
  set(OfficeValue::officer, delegation.from);
  set(OfficeValue::deputy, delegation.to);
  set(OfficeValue::duty, delegation.kind);
  set(OfficeValue::start_on, delegation.start);
  set(OfficeValue::end_on, delegation.end);
  set(OfficeValue::letter, delegation.letter);
  return event;
}

// The id that the new one will have is drawn first, for its event to name it.
const pg::Query<std::int64_t>& next_delegation_sql() {
  static const auto sql =
      value<std::int64_t>("SELECT nextval(pg_get_serial_sequence('delegation', 'id'))");
  return sql;
}
}  // namespace

pg::Awaitable<DelegationAnswer> add_delegation(pg::Connection& connection, By by,
                                               Delegation delegation) {
  using Kind = DelegationAnswer::Kind;
  static const auto both_sql =
      any("SELECT FROM officer f, officer t WHERE f.id = $1 AND t.id = $2");
  static const auto overlapping_sql = maybe_value<std::int64_t>(
      "SELECT id FROM delegation WHERE from_officer = $1 AND to_officer = $2 AND ended_at IS NULL"
      " AND start_on <= $4::date AND end_on >= $3::date ORDER BY id LIMIT 1");
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto both = reading.add(both_sql, delegation.from, delegation.to);
  const auto overlapping = reading.add(overlapping_sql, delegation.from, delegation.to,
                                       delegation.start, delegation.end);
  const auto next = reading.add(next_delegation_sql());
  const pg::Results found = co_await changing.begin(std::move(reading), delegation.from);
  DelegationAnswer answer;
  if (!found[both])
    answer.kind = Kind::no_such_officer;
  else if (const auto other = found[overlapping])
    answer = DelegationAnswer{Kind::overlaps, *other};
  if (!answer.done()) {
    co_await changing.leave();
    co_return answer;
  }
  answer.id = delegation.id = found[next];
  pg::Pipeline writes;
  writes.add(
      "INSERT INTO delegation (id, from_officer, to_officer, kind, start_on, end_on, letter)"
      " OVERRIDING SYSTEM VALUE VALUES ($1::bigint, $2, $3, $4, $5::date, $6::date, $7)",
      delegation.id, delegation.from, delegation.to, delegation.kind, delegation.start,
      delegation.end, delegation.letter);
  writes.add(
      "INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text, reason,"
      "   raised_at, hold_until, cause, send_at)"
      " VALUES (0, 0, $2, $1::bigint, 1, 'officer:' || $3::text, 'holder', $2, $4, $5::timestamptz,"
      "   $5::timestamptz, 0, $5::timestamptz)",
      delegation.id, kAppointment, delegation.to, to_string(Reason::delegated), changing.now());
  OfficeEvent event = delegation_event(OfficeKind::delegation_added, delegation);
  changing.tell(delegation.from);  // their deputy is told of the appointment
  co_await changing.commit(std::move(writes), std::move(event));
  co_return answer;
}

pg::Awaitable<bool> end_delegation(pg::Connection& connection, By by, std::int64_t id) {
  static const auto sql =
      maybe<kDelegation>("SELECT {} FROM delegation WHERE id = $1::bigint AND ended_at IS NULL");
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto slot = reading.add(sql, id);
  const pg::Results found = co_await changing.begin(std::move(reading));
  const std::optional<Delegation> delegation = found[slot];
  if (!delegation) {
    co_await changing.leave();
    co_return false;
  }
  pg::Pipeline writes;
  writes.add("UPDATE delegation SET ended_at = office_now() WHERE id = $1::bigint", id);
  OfficeEvent event = delegation_event(OfficeKind::delegation_ended, *delegation);
  changing.tell(delegation->from);
  changing.tell(delegation->to);
  co_await changing.commit(std::move(writes), std::move(event));
  co_return true;
}

bool is_administrator(const Officer& officer) {
  return std::ranges::find(officer.roles, kAdministratorRole) != officer.roles.end();
}

bool valid_officer_id(std::string_view id) {
  const auto letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !id.empty() && id.size() <= 40 && letter_or_digit(id.front()) &&
         std::ranges::all_of(
             id, [&](char c) { return letter_or_digit(c) || c == '_' || c == '.' || c == '-'; });
}

}  // namespace tenggat::store
