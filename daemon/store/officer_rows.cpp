#include "daemon/store/officer_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/store/columns.h"
#include "daemon/store/errors.h"
#include "daemon/store/sessions.h"

namespace tenggat::store {
namespace {

using Kind = OfficerChange::Kind;

std::string words_of(const std::vector<std::string>& texts) {
  std::vector<std::string> sorted = texts;
  std::ranges::sort(sorted);
  const auto repeated = std::ranges::unique(sorted);
  sorted.erase(repeated.begin(), repeated.end());
  return fmt::format("{}", fmt::join(sorted, " "));
}

// What the database said of an address, asked while its error is handled; else that is thrown on.
OfficerChange shared_address(const pg::Error& error) {
  const Conflict conflict = conflict_of(error);
  if (conflict == Conflict::shared_email) return {Kind::shared_email, error.detail()};
  if (conflict == Conflict::shared_whatsapp) return {Kind::shared_whatsapp, error.detail()};
  throw;
}

}  // namespace

OfficerSlot::OfficerSlot(pg::Pipeline& pipeline, const std::string& id) {
  static const auto officer =
      maybe<kOfficerRow>("SELECT {} FROM officer WHERE id = $1 FOR NO KEY UPDATE");
  static const auto roles = each<kRoleRow>("SELECT {} FROM officer_role WHERE officer = $1");
  officer_ = pipeline.add(officer, id);
  roles_ = pipeline.add(roles, id);
}

std::optional<Officer> OfficerSlot::read(const pg::Results& results) const {
  std::optional<Officer> officer = results[officer_];
  if (officer)
    for (OfOfficer& one : results[roles_]) officer->roles.push_back(std::move(one.role));
  return officer;
}

Officer edited(Officer officer, const OfficerEdit& edit) {
  officer.name = edit.name.value_or(officer.name);
  officer.email = edit.email.value_or(officer.email);
  officer.whatsapp = edit.whatsapp.value_or(officer.whatsapp);
  officer.channels = edit.channels.value_or(officer.channels);
  officer.roles = edit.roles.value_or(officer.roles);
  officer.ended = edit.ended_on.value_or(officer.ended);
  officer.nip = edit.nip.value_or(officer.nip);
  officer.tongue = edit.tongue.value_or(officer.tongue);
  return officer;
}

OfficerEdit differing(const Officer& before, const OfficerEdit& edit) {
  OfficerEdit left = edit;
  const auto drop = [](auto& value, const auto& was) {
    if (value == was) value.reset();
  };
  drop(left.name, before.name);
  drop(left.email, before.email);
  drop(left.whatsapp, before.whatsapp);
  drop(left.channels, before.channels);
  drop(left.ended_on, before.ended);
  drop(left.nip, before.nip);
  drop(left.tongue, before.tongue);
  if (left.roles && words_of(*left.roles) == words_of(before.roles)) left.roles.reset();
  return left;
}

bool changes_identity(const Officer& before, const Officer& after) {
  return after.email != before.email || after.whatsapp != before.whatsapp ||
         words_of(after.roles) != words_of(before.roles);
}

OfficeEvent officer_event(OfficeKind kind, const Officer& before, const Officer& after) {
  OfficeEvent event{kind, after.id, {}};
  event.change(OfficeValue::name, before.name, after.name);
  event.change(OfficeValue::email, before.email, after.email);
  event.change(OfficeValue::whatsapp, before.whatsapp, after.whatsapp);
  event.change(OfficeValue::channels, fmt::format("{}", fmt::join(before.channels, " ")),
               fmt::format("{}", fmt::join(after.channels, " ")));
  event.change(OfficeValue::tongue, before.tongue, after.tongue);
  event.change(OfficeValue::roles, words_of(before.roles), words_of(after.roles));
  event.change(OfficeValue::ended_on, before.ended, after.ended);
  event.change(OfficeValue::nip, before.nip, after.nip);
  return event;
}

void add_roles(pg::Pipeline& pipeline, const Officer& officer) {
  pipeline.add(
      "INSERT INTO officer_role (officer, role) SELECT DISTINCT $1::text, role"
      " FROM unnest($2::text[]) AS role ON CONFLICT DO NOTHING",
      officer.id, pg::text_array(officer.roles));
}

void add_edit(pg::Pipeline& pipeline, const Officer& before, const Officer& after) {
  const bool identity = changes_identity(before, after);
  pipeline.add(
      "UPDATE officer SET name = $2, email = $3, whatsapp = $4, channels = $5::text[],"
      " ended_on = nullif($6, '')::date, nip = $8, tongue = $9,"
      " as_they_are_since = CASE WHEN $7::boolean THEN office_now() ELSE as_they_are_since END"
      " WHERE id = $1",
      after.id, after.name, after.email, after.whatsapp, pg::text_array(after.channels),
      after.ended, identity, after.nip, after.tongue);
  if (words_of(after.roles) != words_of(before.roles)) {
    pipeline.add("DELETE FROM officer_role WHERE officer = $1 AND role <> ALL ($2::text[])",
                 after.id, pg::text_array(after.roles));
    add_roles(pipeline, after);
  }
  if (identity) add_end_sessions(pipeline, after.id);
}

pg::Awaitable<OfficerChange> commit_officer(OfficeChanging& changing, pg::Pipeline writes,
                                            OfficeEvent event) {
  try {
    co_await changing.commit(std::move(writes), std::move(event));
    co_return OfficerChange();
  } catch (const pg::Error& error) {
    co_return shared_address(error);
  }
}

}  // namespace tenggat::store
