#include "daemon/store/people.h"

#include <algorithm>
#include <map>

#include "daemon/store/rows.h"
#include "daemon/store/silences.h"
#include "rules/notice.h"

namespace tenggat::store {
std::size_t add_people(pg::Pipeline& pipeline) {
  const std::size_t first = pipeline.add(
      "SELECT id, name, email, whatsapp, coalesce(ended_on::text, ''),"
      " array_to_string(channels, ' ') FROM officer ORDER BY id");
  pipeline.add("SELECT officer, role FROM officer_role ORDER BY officer, role");
  pipeline.add(
      "SELECT officer, start_on::text, end_on::text FROM officer_leave ORDER BY officer, start_on");
  pipeline.add(
      "SELECT id, from_officer, to_officer, kind, start_on::text, end_on::text, letter"
      " FROM delegation WHERE ended_at IS NULL ORDER BY id");
  add_silences(pipeline, false);
  return first;
}

People people_of(const std::vector<pg::Result>& results, std::size_t first) {
  const auto& officers = results.at(first);
  const auto& roles = results.at(first + 1);
  const auto& leaves = results.at(first + 2);
  const auto& delegations = results.at(first + 3);
  const auto& silences = results.at(first + 4);
  const auto text = [](const pg::Result& result, int row, int column) {
    return std::string(result.text(row, column));
  };
  People people;
  std::map<std::string, std::size_t> place;
  for (int row = 0; row < officers.rows(); ++row) {
    place[text(officers, row, 0)] = people.officers.size();
    people.officers.push_back({.id = text(officers, row, 0),
                               .name = text(officers, row, 1),
                               .email = text(officers, row, 2),
                               .whatsapp = text(officers, row, 3),
                               .roles = {},
                               .leaves = {},
                               .ended = text(officers, row, 4),
                               .channels = words_of(officers.text(row, 5))});
  }
  // Outside a transaction that reads one state, an officer may have come between the statements.
  const auto officer_of = [&](const pg::Result& result, int row) -> Officer* {
    const auto found = place.find(text(result, row, 0));
    return found == place.end() ? nullptr : &people.officers[found->second];
  };
  for (int row = 0; row < roles.rows(); ++row) {
    if (Officer* officer = officer_of(roles, row)) officer->roles.push_back(text(roles, row, 1));
  }
  for (int row = 0; row < leaves.rows(); ++row) {
    if (Officer* officer = officer_of(leaves, row))
      officer->leaves.push_back({text(leaves, row, 1), text(leaves, row, 2)});
  }
  for (int row = 0; row < delegations.rows(); ++row) {
    people.delegations.push_back({.id = delegations.int64(row, 0),
                                  .from = text(delegations, row, 1),
                                  .to = text(delegations, row, 2),
                                  .kind = text(delegations, row, 3),
                                  .start = text(delegations, row, 4),
                                  .end = text(delegations, row, 5),
                                  .letter = text(delegations, row, 6)});
  }
  for (const StoredSilence& one : silences_of(silences)) people.silences.push_back(one.silence);
  return people;
}

pg::Awaitable<People> load_people(pg::Connection& connection) {
  pg::Pipeline pipeline;
  const std::size_t first = add_people(pipeline);
  const auto results = co_await connection.run(std::move(pipeline));
  co_return people_of(results, first);
}

namespace {
constexpr const char* kEnd = "UPDATE officer SET ended_on = nullif($2, '')::date WHERE id = $1";

using OfficerKind = OfficerChange::Kind;

// Only the database can say, since two may ask at once: its triggers name themselves and the other.
std::optional<OfficerChange> shared_address(const pg::Error& error) {
  if (error.constraint() == "officer_email_shared")
    return OfficerChange{OfficerKind::shared_email, error.detail()};
  if (error.constraint() == "officer_whatsapp_shared")
    return OfficerChange{OfficerKind::shared_whatsapp, error.detail()};
  return std::nullopt;
}

// The flight's first statement says whether there is the officer.
pg::Awaitable<OfficerChange> change_officer(pg::Connection& connection, pg::Pipeline pipeline) {
  try {
    const std::vector<pg::Result> results = co_await connection.run(std::move(pipeline));
    OfficerChange change;
    if (results.front().affected_rows() != 1) change.kind = OfficerKind::refused;
    co_return change;
  } catch (const pg::Error& error) {
    std::optional<OfficerChange> shared = shared_address(error);
    if (!shared) throw;
    OfficerChange change = std::move(*shared);
    co_return change;
  }
}
}  // namespace

pg::Awaitable<OfficerChange> add_officer(pg::Connection& connection, Officer officer) {
  pg::Pipeline pipeline;
  pipeline.add(
      "WITH added AS (INSERT INTO officer (id, name, email, whatsapp, channels, ended_on)"
      " VALUES ($1, $2, $3, $4, $6::text[], nullif($7, '')::date)"
      " ON CONFLICT DO NOTHING RETURNING id),"
      " held AS (INSERT INTO officer_role (officer, role)"
      " SELECT DISTINCT added.id, role FROM added, unnest($5::text[]) AS role)"
      " SELECT id FROM added",
      officer.id, officer.name, officer.email, officer.whatsapp, pg::text_array(officer.roles),
      pg::text_array(officer.channels), officer.ended);
  OfficerChange change = co_await change_officer(connection, std::move(pipeline));
  co_return change;
}

pg::Awaitable<OfficerChange> edit_officer(pg::Connection& connection, std::string id,
                                          OfficerEdit edit) {
  pg::Pipeline pipeline;
  pipeline.add(
      "UPDATE officer SET name = coalesce($2, name), email = coalesce($3, email),"
      " whatsapp = coalesce($4, whatsapp) WHERE id = $1",
      id, edit.name, edit.email, edit.whatsapp);
  if (edit.ended_on) pipeline.add(kEnd, id, *edit.ended_on);
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
  OfficerChange change = co_await change_officer(connection, std::move(pipeline));
  co_return change;
}

pg::Awaitable<OfficerChange> end_officer(pg::Connection& connection, std::string id,
                                         CivilDate first_day_out) {
  pg::Pipeline pipeline;
  pipeline.add(kEnd, id, first_day_out);
  OfficerChange change = co_await change_officer(connection, std::move(pipeline));
  co_return change;
}

pg::Awaitable<LeaveAnswer> add_leave(pg::Connection& connection, std::string id, Leave leave,
                                     Overlapping overlapping) {
  using Kind = LeaveAnswer::Kind;
  pg::Pipeline pipeline;
  pipeline.add("SELECT id FROM officer WHERE id = $1 FOR NO KEY UPDATE", id);
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
    const std::vector<pg::Result> results = co_await connection.run(std::move(pipeline));
    LeaveAnswer answer;
    if (results.front().empty()) answer.kind = Kind::no_such_officer;
    co_return answer;
  } catch (const pg::Error& error) {
    if (error.constraint() != "officer_leave_overlap") throw;
    const std::vector<std::string> days = words_of(error.detail());
    LeaveAnswer answer{Kind::overlaps, {days.at(0), days.at(1)}};
    co_return answer;
  }
}

pg::Awaitable<bool> cancel_leave(pg::Connection& connection, std::string id, CivilDate start) {
  const pg::Result gone = co_await connection.query(
      "DELETE FROM officer_leave WHERE officer = $1 AND start_on = $2::date", id, start);
  co_return gone.affected_rows() == 1;
}

pg::Awaitable<DelegationAnswer> add_delegation(pg::Connection& connection, Delegation delegation) {
  using Kind = DelegationAnswer::Kind;
  pg::Pipeline pipeline;
  pipeline.add(
      "WITH added AS (INSERT INTO delegation (from_officer, to_officer, kind, start_on, end_on,"
      "   letter) SELECT f.id, t.id, $3, $4::date, $5::date, $6 FROM officer f, officer t"
      "   WHERE f.id = $1 AND t.id = $2 RETURNING id, to_officer),"
      " told AS (INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text,"
      "   reason, raised_at, hold_until, cause, send_at)"
      "   SELECT 0, 0, $7, id, 1, 'officer:' || to_officer, 'holder', $7, $8, t.now, t.now, 0, "
      "t.now"
      "   FROM added, (SELECT date_trunc('second', office_now()) AS now) t)"
      " SELECT id FROM added",
      delegation.from, delegation.to, delegation.kind, delegation.start, delegation.end,
      delegation.letter, kAppointment, to_string(Reason::delegated));
  try {
    const std::vector<pg::Result> results = co_await connection.run(std::move(pipeline));
    const pg::Result& added = results.front();
    if (added.empty()) co_return DelegationAnswer{Kind::no_such_officer};
    co_return DelegationAnswer{Kind::done, added.int64(0, 0)};
  } catch (const pg::Error& error) {
    if (error.constraint() != "delegation_overlap") throw;
    co_return DelegationAnswer{Kind::overlaps, std::stoll(error.detail())};
  }
}

pg::Awaitable<bool> end_delegation(pg::Connection& connection, std::int64_t id) {
  const pg::Result ended = co_await connection.query(
      "UPDATE delegation SET ended_at = office_now() WHERE id = $1 AND ended_at IS NULL", id);
  co_return ended.affected_rows() == 1;
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
