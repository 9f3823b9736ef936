// Who holds a duty on a given day, who stands in for them, and who is told in their place.
// Sources: docs/reference.md, People; docs/domain.md, Acting officials.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/permit/permit.h"
#include "rules/permit/reason.h"
#include "rules/permit/silence.h"

namespace tenggat {

// Who holds this role themselves keeps the office's people, tokens and rules. No SOP has such a
// role.
inline constexpr std::string_view kAdministrator = "admin";

// Civil dates are ISO texts in the office's zone: "2026-04-13". They compare as dates.
using CivilDate = std::string;

struct Leave {
  CivilDate start, end;  // both included
  std::string kind{};    // "tahunan", "sakit", "dinas_luar", ...; empty: nobody said
  bool operator==(const Leave&) const = default;
};

struct Officer {
  std::string id, name, email, whatsapp;
  std::vector<std::string> roles;
  std::vector<Leave> leaves;
  CivilDate ended;  // first day no longer in service; empty: in service
  // "whatsapp", "email": only these, in this order; empty: all there are, WhatsApp first.
  std::vector<std::string> channels = {};
  std::string nip = {};  // the number of a civil servant, 18 digits; empty: none
  // In which language they are written to: "id", "en"; empty: they never said.
  std::string tongue = {};
  bool operator==(const Officer&) const = default;
};

// Where to reach an officer, the channel to try first before the others.
struct ChannelAddress {
  std::string channel, address;
  bool operator==(const ChannelAddress&) const = default;
};
std::vector<ChannelAddress> addresses_of(const Officer& officer);

struct Delegation {
  long id = 0;
  std::string from, to;  // officer ids
  std::string kind;      // "plh" (absence) or "plt" (vacancy)
  CivilDate start, end;  // local midnight to local midnight after `end`
  std::string letter;    // number of the surat perintah
  bool operator==(const Delegation&) const = default;
};

// A role an officer may act in, and for whom when not in their own right.
struct Duty {
  std::string role;
  std::string for_officer;  // empty: their own
  std::string kind;         // "", "plh", "plt"
  bool operator==(const Duty&) const = default;
};

struct Recipient {
  std::string officer;
  std::string role;         // the duty through which they are told
  std::string for_officer;  // deputy for
  std::string kind;         // "", "plh", "plt"
  Reason why = Reason::on_duty;
  bool operator==(const Recipient&) const = default;
};

struct People {
  std::vector<Officer> officers;
  std::vector<Delegation> delegations;
  std::vector<Silence> silences = {};  // that have not ended

  const Officer* find(std::string_view officer) const;
  bool present(const Officer& officer, const CivilDate& day) const;
  // Every role the officer may act in on that day: own and delegated.
  std::vector<Duty> duties(std::string_view officer, const CivilDate& day) const;
  // Who is told for a role: its present holders, each replaced by their deputy if they have one.
  std::vector<Recipient> on_duty(std::string_view role, const CivilDate& day) const;
  // Whom a deputy stands in for, by name; empty: nobody.
  std::string name_of_absent(const std::string& for_officer) const;
};

// Who is told for `role` about `visit`: climbs the chain where nobody is on duty (role_vacant),
// where nobody on duty has a channel (nobody_reachable), or where the only ones left would judge
// their own work, or are the late themselves when `role` is asked as a superior of the visit's own
// (self_approval); where no other is left at the chain's end, those all the same. Empty if the
// whole chain is vacant. `visit` may be null (a case, a day).
std::vector<Recipient> resolve_role(std::string_view role, const Visit* visit, const Sop& sop,
                                    const People& people, const CivilDate& day);
// Who is told as the holder of an open visit: its assignee while present and still in the duty,
// else the role.
std::vector<Recipient> resolve_holder(const Visit& visit, const Sop& sop, const People& people,
                                      const CivilDate& day);

// Who is told for `role` of what `about` has done: never they themselves, in whatever duty. Climbs
// the chain past them, then asks whoever is told along. Empty: there is nobody else.
std::vector<Recipient> resolve_past(std::string_view about, std::string_view role, const Sop& sop,
                                    const People& people, const CivilDate& day);

// Whether it would be their own work that this officer judges in this duty: a deputy who opened the
// visit or brought what it goes back to; in one's own right only at a step that judges, and only
// who drafted.
bool judges_own_work(std::string_view officer, std::string_view for_officer, const Visit& visit,
                     const Sop& sop);

// Roles that act and have nobody to tell on that day, by why: role_vacant, nobody_reachable.
struct Unreachable {
  std::string role;
  Reason why = Reason::role_vacant;
  bool operator==(const Unreachable&) const = default;
};
std::vector<Unreachable> unreachable_roles(const Sop& sop, const People& people,
                                           const CivilDate& day);

// The duty in which an officer may act on a visit, if any. Besides the role itself, the next
// superior may act where nobody is on duty or a deputy would approve their own work.
std::optional<Duty> duty_for(std::string_view officer, const Visit& visit, const Sop& sop,
                             const People& people, const CivilDate& day);
// The duty in which an officer is a superior of the visit's role, however high; in their own right
// first.
std::optional<Duty> superior_duty_for(std::string_view officer, const Visit& visit, const Sop& sop,
                                      const People& people, const CivilDate& day);

// Who is told first of what was done at a visit: the role above its own; where there is none, the
// role told along, else the role itself. Of an applicant's visit the head.
std::string reported_to(const Visit& visit, const Sop& sop);
// The duty in which an officer may confirm a late entry of the visit: any above its role; where
// there is none, the one that is told of it. Whether it is their own entry is not asked here.
std::optional<Duty> confirming_duty_for(std::string_view officer, const Visit& visit,
                                        const Sop& sop, const People& people, const CivilDate& day);
// Whether a late entry of the visit is theirs: they made it, it is their deputy's, or they acted in
// what it is about.
bool is_own_entry(std::string_view officer, const Visit& visit);

// In service, and no deputy for one.
bool is_administrator(std::string_view officer, const People& people, const CivilDate& day);

}  // namespace tenggat
