// One permit application: its state, its visits with their clocks, what was handed in and what was
// told. A value: the core takes one and gives back the next; nothing here is derived from a clock.
//
// The unit of open work is the visit: one permit at one step. Several may be open.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/sop/sop.h"
#include "rules/time.h"

namespace tenggat {

enum class Verdict { met, missed };

// What the officer of a visit said of its delay. From `at` on, until `until`, repeats of its rungs
// are held to be answered; then its holder is reminded.
struct Acknowledgement {
  int k = 1;  // the visit's first, second, ...
  std::string obstacle;
  Instant at{}, until{};
  std::string by;
  std::string sop_version{};  // like a visit's, once the permit has gone on
  bool operator==(const Acknowledgement&) const = default;
};

// That a superior has taken note of what they were told of a visit: until `until`, repeats of it
// wait. Never the first of a rung, which says more than they knew.
struct SuperiorResponse {
  std::string officer;
  Instant at{}, until{};
  bool operator==(const SuperiorResponse&) const = default;
};

// That a person recorded what closed a visit after it was done (`occurred_at`), or that an
// administrator corrected when. Source: docs/reference.md, Late entries.
struct LateEntry {
  Instant recorded_at{};
  std::string by;  // "officer:siti", "service:bank"
  // Only by it is the step, the case, in time. Until a superior confirms it, that counts as missed.
  bool turned_step = false, turned_case = false;
  std::string confirmed_by{};  // officer id
  std::optional<Instant> confirmed_at{};

  bool turned() const { return turned_step || turned_case; }
  bool awaits_word() const { return turned() && !confirmed_at; }
  bool operator==(const LateEntry&) const = default;
};

// Stands for the action of a visit whose branch another one ended: no verdict.
inline constexpr std::string_view kCancelled = "cancelled";

struct Visit {
  int id = 0;  // 1.. within the permit, in order of opening
  std::string step;
  int occurrence = 1;  // "verifikasi#2"
  std::string role;
  Instant opened_at{};
  std::string assignee;  // officer id; empty until claimed
  std::optional<Instant> claimed_at;
  std::optional<Instant>
      closed_at;  // when the work was done (an `occurred_at` may precede recording)
  std::string action, closed_by, closed_for;  // what closed it, who, and whose deputy that was
  // Frozen at closing; a calendar or an SOP that changes later changes none of them.
  std::optional<Verdict> verdict;  // none on the applicant's own steps
  Seconds elapsed{};               // working time, as its clock said
  std::optional<Instant> due_at;   // none where the clock stood, or there was none
  std::optional<Budget> standard;  // it was judged by; none while open
  // Working time until its claim and from there; none while open, and where nobody claimed it.
  std::optional<Seconds> waited, handled;
  std::string prepared_by;  // officer whose action opened it
  // Officers who brought the files that what it needs goes back to: the draft it is to judge.
  std::vector<std::string> drafted_by;
  std::optional<Acknowledgement> acknowledged;  // the latest
  // The branch it lies in: of the block that the action of visit `fork` opened (0: of none), the
  // `branch`-th of its branches.
  int fork = 0, branch = 0;
  bool joined = false;          // its action brought the branch to the join of its block
  bool returned = false;        // the permit is with the applicant while this is open
  bool missed_counted = false;  // the breach at due + 1 s is on the books
  bool undone = false;          // opened by an action that was taken back
  // What the rejection that closed it found wanting: document kinds, "" for one of no document.
  std::vector<std::string> deficiencies;
  // The version it was closed under, where the permit has gone on to another since; else empty. Its
  // step, role and action are in that version and perhaps in no later one.
  std::string sop_version;
  std::optional<LateEntry> late;
  std::vector<SuperiorResponse> responses{};  // of superiors, the latest of each
  std::optional<Instant> field_visit_at;      // when somebody comes to look, as last planned

  bool open() const { return !closed_at && !undone; }
  bool cancelled() const { return action == kCancelled; }
  bool is_work_of(std::string_view officer) const;  // prepared or drafted
  const SuperiorResponse* response_of(std::string_view officer) const;
  bool operator==(const Visit&) const = default;
};

// Whether the visit's officer has explained this repeat of a rung: one that came before it is time
// to look again. Never the first of a rung: the late officer's word does not keep it from the
// superior. `raised_at` is the repeat's.
bool is_acknowledged(const Visit& visit, std::string_view rung, int k, Instant raised_at);

// "verifikasi#2"
std::string label(const Visit& visit);

// A visit's clock stands from `from` to `to`.
struct Pause {
  int visit = 0;
  int id = 0;  // 1.. within the permit
  std::string reason;
  bool stops_case = false;
  Instant from{};
  std::optional<Instant> to;
  std::optional<Instant> until;  // resumes by itself; see resumes_at for a pause without
  std::string by;
  int extensions = 0;         // how often `until` was put off
  std::string sop_version{};  // it ended under, where the permit has gone on to another since
  std::string requirement{};  // that it is about, where the reason names one (`sebut_syarat`)
  bool operator==(const Pause&) const = default;
};

struct Document {
  int id = 0;  // 1.. within the permit
  int visit = 0;
  std::string kind, name, uri, sha256, number;
  bool file = true;  // false: a mark
  Instant added_at{};
  std::string added_by;
  // Sequence numbers of the events that brought it, and that took it out of force (0: none did). A
  // document out of force stays readable.
  std::int64_t added_event = 0;
  std::int64_t superseded_event = 0;  // by a later one of the same kind and name
  std::int64_t voided_event = 0;      // by a return to an earlier step, or an undo
  std::string role{};                 // that brought it; the applicant's too
  bool counts() const { return superseded_event == 0 && voided_event == 0; }
  bool operator==(const Document&) const = default;
};

// Raised once for each (visit, rung, k, occurrence). Visit 0 is the case clock.
struct RaisedRung {
  int visit = 0;
  std::string rung;
  int k = 1;
  int occurrence = 1;
  Instant due_at{}, raised_at{};
  bool rearmed = false;  // its instant moved into the future; the next occurrence is armed
  bool operator==(const RaisedRung&) const = default;
};

// What the last action changed, so that it can be taken back as if it had never been.
struct LastAction {
  std::int64_t event = 0;  // sequence number of the action's event
  Instant recorded_at{};
  std::string by;              // actor id
  int closed_visit = 0;        // none (0): the permit was withdrawn
  std::vector<int> opened;     // visits; none: it ended the permit, or other branches are under way
  std::vector<int> abandoned;  // visits that it closed besides: of other branches, of all
  std::vector<int> ended_pauses;
  PermitState state_before = PermitState::active;
  Outcome outcome_before = Outcome::none;
  std::optional<Instant> case_opened_before, legal_opened_before;
  std::optional<Instant> promised_before;
  std::optional<FieldValues> fields_before;  // where it set any
  bool visit_missed_before = false, case_missed_before = false;
  bool case_closed = false;
  int signings_before = 0;
  bool operator==(const LastAction&) const = default;
};

struct Permit {
  std::int64_t id = 0;
  std::string sop, sop_version;
  std::string number;
  PermitState state = PermitState::active;
  Outcome outcome = Outcome::none;
  std::int64_t applicant = 0;
  std::string subject;
  std::string external_id;
  std::string created_by;               // token owner that handed it in
  FieldValues fields;                   // of the form (`isian`); none where the SOP has no form
  std::optional<std::int64_t> related;  // the refused permit that this one objects to
  Instant started_at{}, submitted_at{};
  std::int64_t version = 0;  // grows by one with every change
  Instant changed_at{};      // of the last event; time never runs backwards within a permit
  std::int64_t events = 0;   // how many there are
  // When it was brought in, with what had happened until then: nobody was told of that, and nothing
  // counted.
  std::optional<Instant> imported_at;

  std::optional<Instant> case_opened_at, case_closed_at;
  // Frozen when the case ends, like a visit's.
  std::optional<Verdict> case_verdict;
  std::optional<Seconds> case_elapsed;  // none: it never began
  std::optional<Instant> case_due_at;
  std::optional<Budget> case_standard;
  bool case_missed_counted = false;
  // The date the applicant was last told; or shown on their page, where only its hour has moved.
  std::optional<Instant> promised_at;
  int signings = 0;  // a second one sends a correction
  std::optional<Instant> legal_opened_at;
  std::optional<Instant> legal_passed_at;  // when the limit of law that counts as consent passed
  std::optional<LastAction> last_action;

  std::vector<Visit> visits;
  std::vector<Pause> pauses;
  std::vector<Document> documents;
  std::vector<RaisedRung> rungs;

  const Visit* find_visit(int visit) const;
  const Visit* open_visit(std::string_view step) const;
  const Pause* open_pause(int visit) const;
  // Whether each branch that visit `fork` opened has arrived at the join, that of visit `besides`
  // left out.
  bool has_joined(int fork, int besides) const;
  Visit* find_visit(int visit);
  Pause* open_pause(int visit);
  bool operator==(const Permit&) const = default;
};

// The visit whose return gave the file to the applicant, so that this one was opened; null: none
// did.
const Visit* returning_visit(const Permit& permit, const Visit& opened, const Sop& sop);

// The visit whose late entry is all that makes the case met, and waits for a superior's word; null:
// none.
const Visit* case_awaits_word(const Permit& permit);

// When a permit that has ended did so: what was recorded later changed nothing of it.
Instant ended_at(const Permit& permit);
// Until when time passes on it: its last change, but of one that was imported when it had ended.
Instant over_at(const Permit& permit);
// Of a permit that has gone on to another version, what is closed is read by the one it was closed
// under. `sop` is the permit's own. Null: no version at hand has it.
const Sop& sop_of(const Visit& visit, const Sop& sop);
const Step* step_of(const Visit& visit, const Sop& sop);
const ActionRule* action_of(const Visit& visit, const Sop& sop);  // what closed it
bool is_applicants(const Visit& visit, const Sop& sop);
// Whether the case clock stands while it is open: returned, or at a step that says so.
bool stops_case(const Visit& visit, const Sop& sop);
std::string step_name(const Visit& visit, const Sop& sop);
const PauseReason* rule_of(const Pause& pause, const Sop& sop);
const Obstacle* obstacle_of(const Acknowledgement& latest, const Sop& sop);
// The office's files that a step's needs go back to and that count: behind a mark stands what its
// own step needed. What a step that judges is to judge; in the order they came.
std::vector<const Document*> judged_documents(const Permit& permit, const Step& step,
                                              const Sop& sop);
// Once such a visit was opened, the applicant withdraws no more, whatever the step is called now.
bool forbids_withdrawal(const Visit& visit, const Sop& sop);

}  // namespace tenggat
