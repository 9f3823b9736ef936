// Decide, then do: a permit, a command and a moment give the next permit and the facts to record.
// No store, no clock, no sending. Everything a caller must write stands in the Decision.
#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/calendar/calendar.h"
#include "rules/permit/counted.h"
#include "rules/permit/event.h"
#include "rules/permit/ledger.h"
#include "rules/permit/notice.h"
#include "rules/permit/people.h"
#include "rules/permit/permit.h"
#include "rules/permit/quiet.h"
#include "rules/permit/refusal.h"
#include "rules/sop/sop.h"

namespace tenggat {

struct Actor {
  enum class Kind { officer, applicant, service, system };
  Kind kind = Kind::system;
  std::string id;   // officer id; a service's name, also of the one that speaks for an applicant
  std::string via;  // service that acts for an officer (`on_behalf_of`); empty: themselves
  std::vector<std::string> roles{};  // of a service that acts for itself (`layanan`)
};

// Tells an officer from a service of the same name.
inline std::string identity(const Actor& actor) {
  return (actor.kind == Actor::Kind::officer ? "officer:" : "service:") + actor.id;
}

struct NewDocument {
  std::string kind, name, uri, sha256, number;
};

struct Deficiency {
  std::string document, note;
};

struct NewPermit {
  std::int64_t id = 0;
  std::string number;
  std::int64_t applicant = 0;
  std::string subject, external_id, created_by;
  std::vector<NewDocument> documents;
  FieldValues fields{};  // those of the SOP's form
  std::optional<Instant> started_at;
  std::optional<std::int64_t> related{};  // that it objects to; whether it may: refuse_objection()
  std::string note{};                     // what the applicant wrote beside it
  std::string applicant_digest{};         // of name and channels, salted by the shell
};

struct Act {
  std::string step, action;
  std::string note;
  Outcome outcome = Outcome::none;
  std::vector<NewDocument> documents;
  std::vector<Deficiency> deficiencies;
  std::vector<std::string> to{};       // the branches chosen (`ke_pilihan`)
  FieldValues fields{};                // that the step sets
  std::vector<std::string> checked{};  // requirements, by their ids
  std::optional<std::int64_t> version;
  std::optional<Instant> occurred_at;
  std::string reason;
  // Kinds of the files that the step judges and its officer has not opened: as pages tell, which
  // see what is opened. It goes on record and hinders nothing.
  std::vector<std::string> unopened{};
};
struct Undo {};
struct Claim {
  std::string step;
};
struct Release {
  std::string step, reason;
};
// By a superior of the step's role, also over another's claim.
struct Assign {
  std::string step, officer, reason;
};
// To the next superior, now: each time one higher.
struct Escalate {
  std::string step, note;
};
// What holds the visit up, as one of the SOP's obstacles.
struct Acknowledge {
  std::string step, obstacle, note;
};
// A superior's word to whoever has the visit, or to the role while nobody has.
struct Direct {
  std::string step, note;
};
// By a superior who was told of the visit's delay: they look after it, and repeats to them wait
// until then, by itself for a working day.
struct Respond {
  std::string step, note;
  std::optional<Instant> until{};
};
// On a visit that stands for the same reason: puts its end date off.
struct PauseVisit {
  std::string step, reason, note;
  std::optional<Instant> until;
  std::string requirement{};  // where the reason names one
};
struct ResumeVisit {
  std::string step, note;
  std::vector<NewDocument> documents{};  // with the applicant's answer only
};
// Where the applicant is reached from now on: both channels, in their canonical form.
struct CorrectContact {
  std::string email, whatsapp;
};
// The applicant is sent the link to their tracking page once more.
struct SendLink {};
// By a superior: a late entry at the step, by which a breach falls away, is true.
struct Confirm {
  std::string step, note;
};
// By an administrator: what closed the step, and ended or signed the permit, was done earlier.
struct Correct {
  std::string step, reason;
  Instant occurred_at{};
};
// What the applicant wrote over WhatsApp: kept with the permit, and told to whoever has it.
struct TakeMessage {
  std::string text;
};
// By whoever has the step: a file of the permit was opened.
struct OpenDocument {
  std::string step;
  int document = 0;
};
// Among officers; never told to the applicant.
struct AddNote {
  std::string text;
};
// What an action of the step will bring, ahead of it: also while the clock stands.
struct BringDocuments {
  std::string step;
  std::vector<NewDocument> documents;
};
// When somebody comes to look; the applicant is told.
struct PlanFieldVisit {
  std::string step;
  Instant visit_at{};
};
using Command =
    std::variant<Act, Undo, Claim, Release, Assign, Escalate, Acknowledge, PauseVisit, ResumeVisit,
                 CorrectContact, SendLink, Confirm, Correct, Direct, Respond, TakeMessage,
                 OpenDocument, AddNote, BringDocuments, PlanFieldVisit>;
// What it brings.
const std::vector<NewDocument>& documents_of(const Command& command);

struct Context {
  const Sop& sop;
  const Calendar& calendar;
  const People& people;
  Instant now{};
  SendRules send;

  CivilDate today() const;
};

// What people wrote: kept as rows of their own, since events hold only digests.
struct NewNote {
  std::int64_t event = 0;  // the one it came with
  int visit = 0;
  // "note", "deficiency", "pause", "release", "late_entry", "assign", "escalation", "obstacle",
  // "confirmation", "correction", "directive", "response", "message", "internal" (which the
  // applicant never reads)
  std::string kind;
  std::string document;  // a deficiency's document kind
  std::string text, by;
};

struct Decision {
  Permit after;
  std::vector<Event> events;
  std::vector<Notice> notices;
  std::vector<NewNote> notes;
  std::vector<CountDelta> counts;
  // Events whose action was taken back: notices and counts that followed from them fall away.
  std::vector<std::int64_t> undone_causes;
  // Where the applicant is reached from now on; personal, so no event holds it.
  std::optional<CorrectContact> contact;
};

using Decided = boost::system::result<Decision, Refusal>;

// Whether the action may still be taken back, as far as time goes. Not where the clock has been set
// back since: nobody knows how long ago it was, and what followed from it has left.
bool undo_window_is_open(const LastAction& last, Instant clock, Seconds undo_window);

// Performs step 1: opens the applicant's first visit at `started_at` and closes it now.
Decided open_permit(const NewPermit& submission, const Context& context);

// What is due by `now` happens first (as catch_up would), then the command.
Decided decide(const Permit& permit, const Actor& actor, const Command& command,
               const Context& context);

// Everything that time alone has brought about by `now`: claims of officers who are away or have
// lost the duty end; then, in the order of its instants, rungs, counted breaches, automatic resumes
// and actions. Empty events when nothing was due.
Decision catch_up(const Permit& permit, const Context& context);

// A new calendar takes effect on an open permit: every open clock is replayed whole, closed visits
// keep their verdicts. A raised rung that is to come again is armed as its next occurrence, a
// counted breach that falls away is reversed, and the applicant learns of a promised date that
// moved, with the decree. Then what is due under the new calendar happens. Empty events where the
// permit has ended. Source: docs/reference.md, Versions.
Decision apply_calendar(const Permit& permit, const Context& with_new_calendar,
                        const std::string& decree);

// An open permit moves to another version of its SOP, the context's: its open visits go on with the
// time they have consumed, judged by the new standards, closed ones keep what they were judged by.
// What follows is as in apply_calendar; `because` is what an applicant is told where the promised
// date moved. Refused (step_gone, pause_reason_gone, naming them) where the new version lacks the
// step of an open visit or the reason it stands for. Empty events where the permit has ended or is
// at that version already.
Decided migrate_permit(const Permit& permit, const Context& with_new_version,
                       const std::string& because);

// The permit as those outside the office are to see it: a decision that can still be taken back is
// not known yet, so it stands as before it.
Permit as_decided(const Permit& permit, const Context& context);

// A budget as one span, days by the calendar's nominal day: for display and metrics, never for a
// due.
Seconds nominal_time(const Budget& budget, const Calendar& calendar);

// Upper bounds, in seconds, of the histogram of a step's working time; each step's standard is one.
std::vector<std::int64_t> working_time_buckets(const Sop& sop, const Calendar& calendar);

}  // namespace tenggat
