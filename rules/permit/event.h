// What happened to a permit, as its append-only log keeps it: one struct a type of event. How each
// is stored says daemon/store/event_codec.cpp, what people read of it daemon/pages/event_words.cpp;
// a type that lacks either does not compile. Source: docs/reference.md, The record.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/permit/reason.h"
#include "rules/sop/sop.h"
#include "rules/time.h"

namespace tenggat {

// What a person typed. It is never stored: the log holds a salted digest, and that is what is found
// here by who reads it.
struct Personal {
  std::string text;
  bool operator==(const Personal&) const = default;
};

// A field that was given or set; what is personal as it may be stored.
struct GivenField {
  std::string field;
  std::variant<std::string, Personal> value;
  bool operator==(const GivenField&) const = default;
};

// `step` is the label of a visit: "verifikasi#1". A text that is empty is not in the log, but where
// it says so.

struct Submitted {
  std::string number, sop, sop_version;
  std::string applicant;  // digest of name and channels, keyed by the shell
  std::vector<GivenField> fields{};
  std::optional<std::int64_t> related{};  // the permit that it objects to
  bool operator==(const Submitted&) const = default;
};
struct Acted {
  std::string step;                     // empty: the whole permit was withdrawn
  std::string action, to;               // to: the next step, stored also where it is empty
  std::vector<std::string> branches{};  // the steps that a fork has opened; then `to` is empty
  PermitState state = PermitState::active;
  std::optional<Stamp> occurred_at;  // where it was done before it was recorded
  bool backdated = false;            // ... and a person says so
  Personal late_entry, note;
  std::vector<Personal> deficiencies, documents;  // "akta: buram", "bapl: tenggat:1"
  std::vector<GivenField> fields{};
  std::vector<std::string> checked{};    // requirements, by their ids
  std::vector<std::string> cancelled{};  // the visits of other branches that it ended
  // Kinds of the files it passes judgment on that its officer had not opened; where that is seen.
  std::vector<std::string> unopened{};
  bool operator==(const Acted&) const = default;
};
// A superior has read a late entry that makes a breach fall away: it counts as met from here on.
struct Confirmed {
  std::string step;
  Personal note{};
  bool operator==(const Confirmed&) const = default;
};
// An administrator says that what closed the visit was done earlier than the record had it.
struct Corrected {
  std::string step;
  Stamp occurred_at, before;
  Personal reason{};
  // Only by it is the step, the case, met: until a superior confirms it, missed.
  bool turned_step = false, turned_case = false;
  bool operator==(const Corrected&) const = default;
};
struct Undone {
  std::int64_t event = 0;  // that was taken back
  std::string action;
  bool operator==(const Undone&) const = default;
};
struct Claimed {
  std::string step;
  bool operator==(const Claimed&) const = default;
};
// By its officer, who may say why; or by time alone, which names the officer and the reason.
struct Released {
  std::string step, officer{};
  Personal why{};
  std::optional<Reason> reason{};
  bool operator==(const Released&) const = default;
};
// By a superior, who may say why; or because it was the officer's turn.
struct Assigned {
  std::string step, officer, before{};  // before: who had it
  Personal why{};
  std::optional<Reason> reason{};
  bool operator==(const Assigned&) const = default;
};
struct Escalated {
  std::string step;
  int k = 1;       // the visit's first, second, ...
  std::string to;  // a role
  Personal note;
  bool operator==(const Escalated&) const = default;
};
struct Acknowledged {
  std::string step, obstacle;
  Stamp until;
  Personal note;
  bool operator==(const Acknowledged&) const = default;
};
// A superior's word to whoever has the task.
struct Directed {
  std::string step;
  std::string officer{};  // who has claimed it; empty: nobody had
  Personal note{};
  bool operator==(const Directed&) const = default;
};
// A superior looks after what they were told: repeats of it wait.
struct Responded {
  std::string step;
  Stamp until{};
  Personal note{};
  bool operator==(const Responded&) const = default;
};
struct Paused {
  std::string step, pause;  // pause: the reason's id
  std::optional<Stamp> until;
  Personal note;
  std::string requirement{};
  bool operator==(const Paused&) const = default;
};
struct PauseExtended {
  std::string step, pause;
  int k = 1;
  Stamp until_before, until;
  Personal note;
  bool operator==(const PauseExtended&) const = default;
};
struct Resumed {
  std::string step, pause;
  std::optional<Stamp> at;  // where it was before it was recorded
  Personal note;
  std::vector<Personal> documents;
  bool operator==(const Resumed&) const = default;
};
// Both are stored, also where they are empty.
struct ContactCorrected {
  Personal email, whatsapp;
  bool operator==(const ContactCorrected&) const = default;
};
struct LinkSent {
  bool operator==(const LinkSent&) const = default;
};
// A file of the permit was opened by whoever has the step.
struct DocumentOpened {
  std::string step;
  std::int64_t document = 0;  // its id within the permit
  std::string kind;
  bool operator==(const DocumentOpened&) const = default;
};
// What officers tell one another; no applicant ever reads it.
struct NoteAdded {
  Personal note;
  bool operator==(const NoteAdded&) const = default;
};
// Files that an action of the step brings came ahead of it.
struct DocumentsBrought {
  std::string step;
  std::vector<Personal> documents;  // as of Acted
  bool operator==(const DocumentsBrought&) const = default;
};
struct FieldVisitPlanned {
  std::string step;
  Stamp visit_at;
  std::optional<Stamp> before;  // where it was put off or brought forward
  bool operator==(const FieldVisitPlanned&) const = default;
};
struct CalendarApplied {
  std::string calendar, decree;
  bool operator==(const CalendarApplied&) const = default;
};
struct SopMigrated {
  std::string sop, from, to, because;  // from, to: versions
  bool operator==(const SopMigrated&) const = default;
};
struct RungRaised {
  std::string rung;
  int k = 1, occurrence = 1;
  Stamp due_at;
  Reason reason = Reason::rung_due;
  bool operator==(const RungRaised&) const = default;
};
struct DeadlineMissed {
  Stamp counted_at;
  bool operator==(const DeadlineMissed&) const = default;
};
// The limit of law after which the application counts as granted.
struct LegalLimitPassed {
  Stamp due_at;
  bool operator==(const LegalLimitPassed&) const = default;
};
// The applicant, to mend what was returned; or the visit's officer, of an obstacle they named.
struct ReminderRaised {
  bool of_obstacle = false;
  int k = 1;
  Stamp due_at;
  bool operator==(const ReminderRaised&) const = default;
};

// Nothing happened: the record, which did not hold the permit's rows before, says what they hold.
struct RowsRecorded {
  bool operator==(const RowsRecorded&) const = default;
};

// The file was begun before this program was there, and came with an import as it stood. Its
// history before is in its rows alone.
struct Imported {
  std::int64_t import = 0;  // its number
  std::string number, sop, sop_version;
  std::string applicant;  // as in Submitted
  std::vector<GivenField> fields{};
  Personal former_number{};  // where it got another
  bool operator==(const Imported&) const = default;
};

// The applicant has written to the office over WhatsApp.
struct Wrote {
  Personal note{};
  bool operator==(const Wrote&) const = default;
};

using Happening =
    std::variant<Submitted, Acted, Undone, Claimed, Released, Assigned, Escalated, Acknowledged,
                 Paused, PauseExtended, Resumed, ContactCorrected, LinkSent, CalendarApplied,
                 SopMigrated, RungRaised, DeadlineMissed, ReminderRaised, LegalLimitPassed,
                 Confirmed, Corrected, RowsRecorded, Directed, Responded, Wrote, DocumentOpened,
                 NoteAdded, DocumentsBrought, FieldVisitPlanned, Imported>;

struct EventHead {
  std::int64_t sequence = 0;  // 1.. within the permit
  int visit = 0;
  std::string actor;  // "officer:siti", "applicant", "system"
  std::string acting_for, via;
  Instant at{};  // when recorded
  bool operator==(const EventHead&) const = default;
};

// A role in which nobody could be told of what the event raised.
struct Redirected {
  std::string role;
  Reason why = Reason::nobody_on_duty;
  bool operator==(const Redirected&) const = default;
};

struct Event : EventHead {
  Happening what;
  // Set where it was done in another's place: role_vacant, self_approval.
  std::optional<Reason> in_place_because;
  std::vector<Redirected> redirected;  // each role once
  bool operator==(const Event&) const = default;
};

}  // namespace tenggat
