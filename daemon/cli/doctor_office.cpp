// The office's rules, calendar and people, as they are on the disk and in the database.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "daemon/cli/doctor.h"
#include "daemon/cli/print.h"
#include "daemon/office/signing_in.h"
#include "daemon/store/people.h"

namespace tenggat::cli {
namespace {

constexpr int kDaysAhead = 14;                     // that roles are held
constexpr Seconds kCalendarAhead{60 * 24 * 3600};  // that the calendar covers

Finding not_known(const Patient& patient) {
  return unknown(patient.database.away.empty() ? "the database is not migrated"
                                               : "the database does not answer");
}

const store::RuleSet* set_of(const std::vector<store::RuleSet>& sets, std::string_view kind,
                             std::string_view name) {
  const auto found = std::ranges::find_if(
      sets, [&](const store::RuleSet& set) { return set.kind == kind && set.name == name; });
  return found == sets.end() ? nullptr : &*found;
}

// A file whose rules are not those in force.
void compare(const Patient& patient, const std::vector<store::RuleSet>& files,
             std::string_view remedy, Findings& found) {
  for (const store::RuleSet& file : files) {
    const store::RuleSet* there = set_of(patient.database.in_force, file.kind, file.name);
    if (there && there->hash != file.hash)
      found.push_back(fault(fmt::format("the file of `{}` is not what is in force", file.name),
                            std::string(remedy)));
  }
}

bool in_service(const Officer& officer, const std::string& today) {
  return officer.ended.empty() || officer.ended > today;
}

// Roles that nobody can be told for, by the first day that it is so.
void look_ahead(const Patient& patient, Findings& found) {
  const Office& office = *patient.database.office;
  std::map<std::string, std::pair<std::string, Reason>> first;
  for (int day = 0; day < kDaysAhead; ++day) {
    const Instant then = office.moment.now + Seconds{day * 24 * 3600};
    const std::string date =
        (office.calendar ? office.calendar->format(then) : instant_text(then, nullptr))
            .substr(0, 10);
    for (const Sop* sop : office.rulebook.sops_in_force())
      for (const Unreachable& one : unreachable_roles(*sop, office.rulebook.people(), date))
        first.try_emplace(one.role, date, one.why);
  }
  for (const auto& [role, since] : first) {
    const auto& [date, why] = since;
    const std::string when = date == office.today() ? "today" : "on " + date;
    if (why == Reason::role_vacant)
      found.push_back(fault(fmt::format("nobody holds the role {} {}", role, when),
                            "`tenggat officer add` or `officer edit --role`; for an absence "
                            "`officer delegate`"));
    else
      found.push_back(fault(fmt::format("nobody who holds {} {} has an address", role, when),
                            "`tenggat officer edit --email` or `--whatsapp`"));
  }
}

void look_at_each(const Patient& patient, Findings& found) {
  const Office& office = *patient.database.office;
  const People& people = office.rulebook.people();
  const std::string today = office.today();
  std::set<std::string> told;
  bool administrator = false;
  for (const Officer& officer : people.officers) {
    if (!in_service(officer, today)) continue;
    administrator = administrator || store::is_administrator(officer);
    const bool mail = patient.config.email.enabled() && !officer.email.empty();
    const bool whatsapp = patient.config.whatsapp.enabled() && !officer.whatsapp.empty();
    if (!mail && !whatsapp)
      found.push_back(fault(
          fmt::format("{} can be told nothing: no address on a channel that is on", officer.id),
          "`tenggat officer edit --email` or `--whatsapp`"));
    for (const std::string& other : office::who_shares_address(people, officer, today))
      if (told.insert(std::min(other, officer.id)).second)
        found.push_back(fault(
            fmt::format("{} and {} share an address: neither can sign in by it", officer.id, other),
            "`tenggat officer edit` gives each one of their own"));
  }
  if (!administrator)
    found.push_back(fault("nobody holds the role admin: officers and days off are kept by nobody",
                          "`tenggat officer edit --id ID --role ... --role admin`"));
}

Finding look_at_known(const TemplatesKnown& known) {
  if (!known.look.refused.empty())
    return fault(fmt::format("Meta refused to tell: {} {}", known.look.refused,
                             printable(known.look.detail)),
                 "mend whatsapp.token_file or whatsapp.business_account_id; the token needs "
                 "whatsapp_business_management");
  if (!known.look.answered_at) return unknown("no daemon has asked Meta yet: it does once an hour");
  std::vector<std::string> faulty;
  for (const office::TemplateView& view : known.views)
    if (!view.well())
      faulty.push_back(
          fmt::format("{} {}: {}", view.of.name, view.of.language, standing_text(view)));
  if (faulty.empty()) return well(fmt::format("{} approved at Meta", known.views.size()));
  return fault(fmt::format("{} of {} not approved at Meta: {}", faulty.size(), known.views.size(),
                           fmt::join(faulty, ", ")),
               "submit what is missing (`tenggat texts meta` prints it), mend what was rejected; "
               "the page Saluran kantor says more");
}

}  // namespace

Findings look_at_rules(const Patient& patient) {
  if (!patient.rules)
    return {fault(fmt::format("{} faults in {}, the first: {}", patient.rules.error().size(),
                              patient.config.rules, patient.rules.error().front().to_string()),
                  "`tenggat check` names all of them")};
  if (!patient.database.migrated) return {not_known(patient)};
  Findings found;
  compare(patient, patient.rules->sop_sets,
          "`tenggat sop diff` shows how; `systemctl reload tenggatd` puts the file in force",
          found);
  for (const store::RuleSet& set : patient.database.in_force)
    if (set.kind == "sop" && !set.retired && !set_of(patient.rules->sop_sets, "sop", set.name))
      found.push_back(fault(fmt::format("`{}` is in force and its file is gone", set.name),
                            "put its file back, or `tenggat sop retire`"));
  for (const office::NumberClash& clash : patient.database.clashes)
    found.push_back(fault(clash.fault.to_string(), "another `nomor` for one of the two"));
  return or_well(std::move(found),
                 fmt::format("{} services, as in force", patient.rules->sops.size()));
}

Findings look_at_calendar(const Patient& patient) {
  if (!patient.rules) return {unknown("the rules are refused; see `tenggat check`")};
  const std::vector<Calendar>& all = patient.rules->calendars;
  const auto own = std::ranges::find_if(
      all, [&](const Calendar& calendar) { return calendar.id() == patient.config.kalender; });
  if (own == all.end())
    return {fault(fmt::format("`kalender` is {}, and no file of {}/calendar is that",
                              patient.config.kalender, patient.config.rules),
                  "name one that is there, or write it")};
  Findings found;
  for (const Calendar& calendar : all)
    if (calendar.covered_until() < patient.now + kCalendarAhead)
      found.push_back(
          fault(fmt::format("`{}` ends on {}: what is due later is provisional", calendar.id(),
                            calendar.format(calendar.covered_until()).substr(0, 10)),
                "the next year into `tahun:`, its days off into the list, then "
                "`tenggat calendar preview` and `apply`"));
  compare(patient, patient.rules->calendar_sets, "`tenggat calendar preview`, then `apply`", found);
  return or_well(std::move(found),
                 fmt::format("covers until {}", own->format(own->covered_until()).substr(0, 10)));
}

Findings look_at_people(const Patient& patient) {
  if (!patient.database.migrated) return {not_known(patient)};
  Findings found;
  look_at_each(patient, found);
  look_ahead(patient, found);
  return or_well(
      std::move(found),
      fmt::format("every role is held for {} days, and everybody can be told", kDaysAhead));
}

Findings look_at_templates(const Patient& patient) {
  if (!sends_templates(patient.config))
    return {well("none are sent: WhatsApp is off, or its provider is not Meta")};
  if (patient.config.whatsapp.business_account_id.empty())
    return {unknown("how they stand at Meta is not known; set whatsapp.business_account_id")};
  if (!patient.rules) return {unknown("the rules are refused; see `tenggat check`")};
  if (!patient.database.templates) return {not_known(patient)};
  return {look_at_known(*patient.database.templates)};
}

}  // namespace tenggat::cli
