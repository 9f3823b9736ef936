#include "daemon/store/people.h"

#include <algorithm>
#include <map>

#include "daemon/store/columns.h"
#include "daemon/store/errors.h"
#include "daemon/store/people_tables.h"
#include "daemon/store/silences.h"
#include "rules/permit/notice.h"

namespace tenggat::store {
namespace {

constexpr auto kOfficer = columns(given("id", &Officer::id), given("name", &Officer::name)) +
                          kReach + columns(given("coalesce(ended_on::text, '')", &Officer::ended));

struct OfOfficer {
  std::string officer, role;
  Leave leave;
};
constexpr auto kRole =
    columns(given("officer", &OfOfficer::officer), given("role", &OfOfficer::role));
constexpr auto kLeave = columns(given("officer", &OfOfficer::officer),
                                given("start_on::text", &OfOfficer::leave, &Leave::start),
                                given("end_on::text", &OfOfficer::leave, &Leave::end));

}  // namespace

pg::Awaitable<People> load_people(pg::Connection& connection) {
  pg::Pipeline pipeline;
  const auto officers = pipeline.add(each<kOfficer>("SELECT {} FROM officer ORDER BY id"));
  const auto roles =
      pipeline.add(each<kRole>("SELECT {} FROM officer_role ORDER BY officer, role"));
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
using OfficerKind = OfficerChange::Kind;

const pg::Query<bool>& end_sql() {
  static const auto sql =
      affects_one("UPDATE officer SET ended_on = nullif($2, '')::date WHERE id = $1");
  return sql;
}

// `found` says whether there is the officer. Only the database can say of shared addresses, since
// two may ask at once.
pg::Awaitable<OfficerChange> change_officer(pg::Connection& connection, pg::Pipeline pipeline,
                                            pg::Slot<bool> found) {
  try {
    const pg::Results results = co_await connection.run(std::move(pipeline));
    OfficerChange change;
    if (!results[found]) change.kind = OfficerKind::refused;
    co_return change;
  } catch (const pg::Error& error) {
    const Conflict conflict = conflict_of(error);
    if (conflict != Conflict::shared_email && conflict != Conflict::shared_whatsapp) throw;
    OfficerChange change;
    change.kind = conflict == Conflict::shared_email ? OfficerKind::shared_email
                                                     : OfficerKind::shared_whatsapp;
    change.other = error.detail();
    co_return change;
  }
}
}  // namespace

pg::Awaitable<OfficerChange> add_officer(pg::Connection& connection, Officer officer) {
  pg::Pipeline pipeline;
  static const auto sql = affects_one(
      "WITH added AS (INSERT INTO officer (id, name, email, whatsapp, channels, ended_on)"
      " VALUES ($1, $2, $3, $4, $6::text[], nullif($7, '')::date)"
      " ON CONFLICT DO NOTHING RETURNING id),"
      " held AS (INSERT INTO officer_role (officer, role)"
      " SELECT DISTINCT added.id, role FROM added, unnest($5::text[]) AS role)"
      " SELECT id FROM added");
  const auto added =
      pipeline.add(sql, officer.id, officer.name, officer.email, officer.whatsapp,
                   pg::text_array(officer.roles), pg::text_array(officer.channels), officer.ended);
  OfficerChange change = co_await change_officer(connection, std::move(pipeline), added);
  co_return change;
}

pg::Awaitable<OfficerChange> edit_officer(pg::Connection& connection, std::string id,
                                          OfficerEdit edit) {
  pg::Pipeline pipeline;
  static const auto sql = affects_one(
      "UPDATE officer SET name = coalesce($2, name), email = coalesce($3, email),"
      " whatsapp = coalesce($4, whatsapp) WHERE id = $1");
  const auto found = pipeline.add(sql, id, edit.name, edit.email, edit.whatsapp);
  if (edit.ended_on) pipeline.add(end_sql(), id, *edit.ended_on);
  if (edit.channels)
    pipeline.add("UPDATE officer SET channels = $2::text[] WHERE id = $1", id,
                 pg::text_array(*edit.channels));
  if (edit.roles) {
    pipeline.add("DELETE FROM officer_role WHERE officer = $1 AND role <> ALL ($2::text[])", id,
                 pg::text_array(*edit.roles));
    pipeline.add(
        "INSERT INTO officer_role (officer, role)"
        " SELECT DISTINCT id, role FROM officer, unnest($2::text[]) AS role WHERE id = $1"
        " ON CONFLICT DO NOTHING",
        id, pg::text_array(*edit.roles));
  }
  OfficerChange change = co_await change_officer(connection, std::move(pipeline), found);
  co_return change;
}

pg::Awaitable<OfficerChange> end_officer(pg::Connection& connection, std::string id,
                                         CivilDate first_day_out) {
  pg::Pipeline pipeline;
  const auto found = pipeline.add(end_sql(), id, first_day_out);
  OfficerChange change = co_await change_officer(connection, std::move(pipeline), found);
  co_return change;
}

pg::Awaitable<LeaveAnswer> add_leave(pg::Connection& connection, std::string id, Leave leave,
                                     Overlapping overlapping) {
  using Kind = LeaveAnswer::Kind;
  pg::Pipeline pipeline;
  const auto officer =
      pipeline.add(any("SELECT id FROM officer WHERE id = $1 FOR NO KEY UPDATE"), id);
  if (overlapping == Overlapping::replaced)
    pipeline.add(
        "DELETE FROM officer_leave WHERE officer = $1 AND start_on <= $3::date"
        " AND end_on >= $2::date",
        id, leave.start, leave.end);
  pipeline.add(
      "INSERT INTO officer_leave (officer, start_on, end_on)"
      " SELECT id, $2::date, $3::date FROM officer WHERE id = $1 ON CONFLICT DO NOTHING",
      id, leave.start, leave.end);
  try {
    const pg::Results results = co_await connection.run(std::move(pipeline));
    LeaveAnswer answer;
    if (!results[officer]) answer.kind = Kind::no_such_officer;
    co_return answer;
  } catch (const pg::Error& error) {
    if (conflict_of(error) != Conflict::leave_overlaps) throw;
    const std::vector<std::string> days = words_of(error.detail());
    LeaveAnswer answer{Kind::overlaps, {days.at(0), days.at(1)}};
    co_return answer;
  }
}

pg::Awaitable<bool> cancel_leave(pg::Connection& connection, std::string id, CivilDate start) {
  static const auto sql =
      affects_one("DELETE FROM officer_leave WHERE officer = $1 AND start_on = $2::date");
  return connection.query(sql, id, start);
}

pg::Awaitable<DelegationAnswer> add_delegation(pg::Connection& connection, Delegation delegation) {
  using Kind = DelegationAnswer::Kind;
  static const auto sql = maybe_value<std::int64_t>(
      "WITH added AS (INSERT INTO delegation (from_officer, to_officer, kind, start_on, end_on,"
      "   letter) SELECT f.id, t.id, $3, $4::date, $5::date, $6 FROM officer f, officer t"
      "   WHERE f.id = $1 AND t.id = $2 RETURNING id, to_officer),"
      " told AS (INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text,"
      "   reason, raised_at, hold_until, cause, send_at)"
      "   SELECT 0, 0, $7, id, 1, 'officer:' || to_officer, 'holder', $7, $8, t.now, t.now, 0, "
      "t.now"
      "   FROM added, (SELECT date_trunc('second', office_now()) AS now) t)"
      " SELECT id FROM added");
  try {
    const std::optional<std::int64_t> added = co_await connection.query(
        sql, delegation.from, delegation.to, delegation.kind, delegation.start, delegation.end,
        delegation.letter, kAppointment, to_string(Reason::delegated));
    if (!added) co_return DelegationAnswer{Kind::no_such_officer};
    co_return DelegationAnswer{Kind::done, *added};
  } catch (const pg::Error& error) {
    if (conflict_of(error) != Conflict::delegation_overlaps) throw;
    co_return DelegationAnswer{Kind::overlaps, std::stoll(error.detail())};
  }
}

pg::Awaitable<bool> end_delegation(pg::Connection& connection, std::int64_t id) {
  static const auto sql = affects_one(
      "UPDATE delegation SET ended_at = office_now() WHERE id = $1 AND ended_at IS NULL");
  return connection.query(sql, id);
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
