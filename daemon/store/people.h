// Officers, their roles, leave and delegations: read whole into the core's People, written by the
// operator's commands and the admin API. Every change bumps the mark by which daemons notice.
//
// Civil dates are ISO texts that exist ("2026-04-13"); the caller has checked them, and that phones
// and mail addresses are in their canonical form.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/by.h"
#include "rules/permit/people.h"

namespace tenggat::store {

// Officers by id, those who left included; delegations by id, those that were ended left out.
pg::Awaitable<People> load_people(pg::Connection& connection);

// Each write is one transaction with its event (office_chain.h), unless the connection is in one.
// What the answer says was refused left nothing behind.

// Roles with a step that is signed in person (`hadir_sendiri`), of all SOPs in force. A change of
// addresses or roles of whoever holds one of them, before or after, waits (officer_changes.h).
class InPerson {
 public:
  explicit InPerson(std::vector<std::string> roles) : roles_(std::move(roles)) {}
  static InPerson none() { return InPerson({}); }  // nothing waits
  const std::vector<std::string>& roles() const { return roles_; }

 private:
  std::vector<std::string> roles_;
};

struct OfficerEdit {  // empty: left as it is
  std::optional<std::string> name, email, whatsapp;
  std::optional<std::vector<std::string>> channels;  // all of them, in order
  std::optional<std::vector<std::string>> roles;     // all of them
  std::optional<CivilDate> ended_on;  // first day no longer in service; "" takes an end back
  std::optional<std::string> nip{};
  // Chosen by officers for themselves alone: never part of a change that waits.
  std::optional<std::string> tongue{};
  bool operator==(const OfficerEdit&) const = default;
};
// What became of a change of an officer. Of two officers in service no two have one address, so
// that nobody signs in as another.
struct OfficerChange {
  enum class Kind {
    done,
    refused,       // to add: the id is taken; else: there is no such officer
    shared_email,  // `other` in service has this address
    shared_whatsapp,
    waits_already,  // another change of their addresses or roles does, number `waiting`
  } kind = Kind::done;
  std::string other{};
  std::int64_t waiting = 0;  // done: not yet in effect, all or in part, but waits under this number
  bool done() const { return kind == Kind::done; }
  bool shared() const { return kind == Kind::shared_email || kind == Kind::shared_whatsapp; }
};

// `id` is lower-case letters, digits and _.- (see valid_officer_id). Who is new holds at once what
// nobody has held before; a role of `in_person` that somebody holds or held waits.
pg::Awaitable<OfficerChange> add_officer(pg::Connection& connection, By by, Officer officer,
                                         InPerson in_person);
// What waits does so whole.
pg::Awaitable<OfficerChange> edit_officer(pg::Connection& connection, By by, std::string id,
                                          OfficerEdit edit, InPerson in_person);
// `first_day_out` is the first day no longer in service; empty takes an end back.
pg::Awaitable<OfficerChange> end_officer(pg::Connection& connection, By by, std::string id,
                                         CivilDate first_day_out);

// A leave that was asked for twice is entered once.
struct LeaveAnswer {
  enum class Kind { done, no_such_officer, overlaps } kind = Kind::done;
  Leave with{};  // overlaps: the first that is entered already
  bool done() const { return kind == Kind::done; }
};
enum class Overlapping { refused, replaced };
// Both days included.
pg::Awaitable<LeaveAnswer> add_leave(pg::Connection& connection, By by, std::string id, Leave leave,
                                     Overlapping overlapping = Overlapping::refused);
// False: that officer has no leave beginning that day.
pg::Awaitable<bool> cancel_leave(pg::Connection& connection, By by, std::string id,
                                 CivilDate start);
struct DelegationAnswer {
  enum class Kind {
    done,
    no_such_officer,  // one of the two
    overlaps,         // they stand in for that officer on some of these days already
  } kind = Kind::done;
  std::int64_t id = 0;  // of the new one; overlaps: of the other
  bool done() const { return kind == Kind::done; }
};
// `id` of the value is ignored. Its deputy is told (kAppointment), unless it is ended before that
// leaves.
pg::Awaitable<DelegationAnswer> add_delegation(pg::Connection& connection, By by,
                                               Delegation delegation);
// From now on, on the office's clock. False: no such delegation, or it was ended before.
pg::Awaitable<bool> end_delegation(pg::Connection& connection, By by, std::int64_t id);

// The role of who runs this system: whoever holds it themselves, not as a deputy, may change
// officers, the calendar and messages on the pages. No SOP may have a role of this name.
inline constexpr std::string_view kAdministratorRole = kAdministrator;
bool is_administrator(const Officer& officer);

// As the table checks it: 1 to 40 of a-z, 0-9, _ . -, the first a letter or digit.
bool valid_officer_id(std::string_view id);

}  // namespace tenggat::store
