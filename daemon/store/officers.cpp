// Officers: added, changed, ended; at once, or proposed for a second word (officer_changes.h).
#include <algorithm>
#include <set>

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"
#include "daemon/store/officer_changes.h"
#include "daemon/store/officer_rows.h"

namespace tenggat::store {
namespace {

using Kind = OfficerChange::Kind;

OfficerChange refused(Kind kind, std::string other = "") {
  OfficerChange change;
  change.kind = kind;
  change.other = std::move(other);
  return change;
}

// Those of `roles` that are `in_person`.
std::set<std::string> signing(const std::vector<std::string>& roles,
                              const std::vector<std::string>& in_person) {
  std::set<std::string> both;
  for (const std::string& role : roles)
    if (std::ranges::find(in_person, role) != in_person.end()) both.insert(role);
  return both;
}

// Whoever signs in person waits for any change of who they are, and so does whoever comes to sign
// where somebody does or did already. A role that nobody has ever held is given at once: an office
// that is being furnished has no one to speak a second word yet, and no one to lose anything.
// `held` are the roles that others hold or held.
bool waits(const Officer& before, const Officer& after, const InPerson& in_person,
           const std::vector<std::string>& held) {
  if (!changes_identity(before, after)) return false;
  if (!signing(before.roles, in_person.roles()).empty()) return true;
  return !signing(after.roles, held).empty();
}

// By the others, whether in service or not: a role whose holder was ended first is no new one.
const pg::Query<std::vector<std::string>>& held_sql() {
  static const auto sql = values<std::string>(
      "SELECT DISTINCT role FROM officer_role WHERE role = ANY ($1::text[]) AND officer <> $2");
  return sql;
}

// In service with an address that is to be another's.
struct Sharing {
  std::optional<std::string> email, whatsapp;
};
constexpr auto kSharing =
    columns(given("email", &Sharing::email), given("whatsapp", &Sharing::whatsapp));
const pg::Query<Sharing>& sharing_sql() {
  static const auto sql = only<kSharing>(
      "SELECT {} FROM (SELECT"
      " min(id) FILTER (WHERE $2 <> '' AND lower(email) = lower($2)) AS email,"
      " min(id) FILTER (WHERE $3 <> '' AND whatsapp = $3) AS whatsapp FROM officer WHERE id <> $1"
      " AND (ended_on IS NULL OR ended_on > office_now()::date)) AS one");
  return sql;
}

}  // namespace

pg::Awaitable<OfficerChange> add_officer(pg::Connection& connection, By by, Officer officer,
                                         InPerson in_person) {
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto there = reading.add(any("SELECT id FROM officer WHERE id = $1"), officer.id);
  const auto held_slot = reading.add(held_sql(), pg::text_array(in_person.roles()), officer.id);
  const auto next = reading.add(next_waiting_change());
  const pg::Results found = co_await changing.begin(std::move(reading));
  if (found[there]) {
    co_await changing.leave();
    co_return refused(Kind::refused);
  }
  const std::string salt = random_bytes(32);
  changing.set_salt(salt);
  Officer now = officer;  // without the roles that wait
  const std::set<std::string> waiting = signing(officer.roles, found[held_slot]);
  std::erase_if(now.roles, [&](const std::string& role) { return waiting.contains(role); });
  pg::Pipeline writes;
  writes.add(
      "INSERT INTO officer (id, name, email, whatsapp, channels, ended_on, salt, nip,"
      " as_they_are_since) VALUES ($1, $2, $3, $4, $5::text[], nullif($6, '')::date, $7::bytea, $8,"
      " office_now())",
      now.id, now.name, now.email, now.whatsapp, pg::text_array(now.channels), now.ended,
      pg::bytea(salt), now.nip);
  add_roles(writes, now);
  OfficeEvent event = officer_event(OfficeKind::officer_added, Officer{}, now);
  Proposal proposal{now, {}, 0};
  if (!waiting.empty()) {
    proposal.edit.roles = officer.roles;
    proposal.id = found[next];
    changing.precede(std::move(event));
    changing.tell(officer.id);
    event = add_proposal(writes, changing, proposal);
  }
  OfficerChange added = co_await commit_officer(changing, std::move(writes), std::move(event));
  added.waiting = proposal.id;
  co_return added;
}

pg::Awaitable<OfficerChange> edit_officer(pg::Connection& connection, By by, std::string id,
                                          OfficerEdit edit, InPerson in_person) {
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const OfficerSlot slot(reading, id);
  const auto waiting_slot = add_waiting_changes(reading, id);
  const auto held = reading.add(held_sql(), pg::text_array(in_person.roles()), id);
  const auto sharing_slot =
      reading.add(sharing_sql(), id, edit.email.value_or(""), edit.whatsapp.value_or(""));
  const auto next = reading.add(next_waiting_change());
  const pg::Results found = co_await changing.begin(std::move(reading), id);
  const std::optional<Officer> before = slot.read(found);
  OfficerChange change;
  if (!before) {
    co_await changing.leave();
    co_return refused(Kind::refused);
  }
  edit = differing(*before, edit);
  const Officer after = edited(*before, edit);
  OfficeEvent event = officer_event(OfficeKind::officer_changed, *before, after);
  const std::vector<WaitingChange> waiting = found[waiting_slot];
  const bool same = !waiting.empty() && waiting.front().edit == edit;
  if (event.changes.empty() || same) {
    co_await changing.leave();
    if (same) change.waiting = waiting.front().id;
    co_return change;
  }
  if (!waiting.empty() && changes_identity(*before, after)) {
    co_await changing.leave();
    change.kind = Kind::waits_already;
    change.waiting = waiting.front().id;
    co_return change;
  }
  changing.tell(id);
  pg::Pipeline writes;
  if (!waits(*before, after, in_person, found[held])) {
    add_edit(writes, *before, after);
  } else {
    const Sharing sharing = found[sharing_slot];
    if (sharing.email || sharing.whatsapp) {
      co_await changing.leave();
      co_return sharing.email ? refused(Kind::shared_email, *sharing.email)
                              : refused(Kind::shared_whatsapp, *sharing.whatsapp);
    }
    const Proposal proposal{*before, edit, found[next]};
    change.waiting = proposal.id;
    event = add_proposal(writes, changing, proposal);
  }
  OfficerChange made = co_await commit_officer(changing, std::move(writes), std::move(event));
  made.waiting = change.waiting;
  co_return made;
}

pg::Awaitable<OfficerChange> end_officer(pg::Connection& connection, By by, std::string id,
                                         CivilDate first_day_out) {
  OfficerEdit edit;
  edit.ended_on = std::move(first_day_out);
  return edit_officer(connection, std::move(by), std::move(id), std::move(edit), InPerson::none());
}

}  // namespace tenggat::store
