// A standard operating procedure as data: who does what, within which time, with what in hand, what
// comes out, where the file goes next, and who is told when it stands still. Nothing here knows
// PAUD.
//
// The paper form's columns keep their place: activity (kegiatan), role (pelaksana), needs
// (kelengkapan), standard (waktu), outputs (output), remarks (keterangan).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rules/calendar/budget.h"
#include "rules/error.h"
#include "rules/sop/condition.h"
#include "rules/sop/fields.h"
#include "rules/sop/number_format.h"

namespace tenggat {

enum class PermitState { active, returned, issued, rejected, withdrawn, lapsed };
std::string_view to_string(PermitState state);
std::optional<PermitState> parse_permit_state(std::string_view text);
inline bool is_terminal(PermitState state) {
  return state != PermitState::active && state != PermitState::returned;
}

// What the technical review recommended and the decision says. Empty until it is known.
enum class Outcome { none, grant, refusal };
std::string_view to_string(Outcome outcome);  // "", "grant", "refusal"
std::optional<Outcome> parse_outcome(std::string_view text);

// Whose time passes.
enum class Party { office, applicant, other_agency };
std::string_view to_string(Party party);

struct Role {
  std::string id;
  std::string name;        // as printed: "Front Office"
  bool applicant = false;  // the applicant's own steps are measured, never judged
  bool observer = false;   // reads all, acts on nothing
  std::string superior;    // role id; empty at the chain's end
  std::string copy;        // told along from the first rung that goes to a superior
  // `bagi: giliran`: each new task of the role goes to one of those on duty, by turns.
  bool in_turn = false;
  // `layanan: true`: no person but a system (a bank, another agency's service), which acts by a
  // token that has this role.
  bool system = false;
  Party waits_for = Party::office;  // `menunggu`: whose time a step of it takes
};

// A mark is set by the action itself; a file must come with it.
struct Output {
  std::string kind;
  bool file = false;
  bool numbered = false;  // the file carries a number of its own (the decree's)
  bool operator==(const Output&) const = default;
};
bool brings(const std::vector<Output>& outputs, std::string_view kind);

// How people read an action; empty where the file does not say.
struct ActionWords {
  std::string button;                // `tombol`: "Setujui"
  std::string done;                  // `sudah`, in a history: "disetujui"
  std::vector<std::string> reasons;  // `alasan`: ready-made, to be ticked
};

// A step that an action opens.
struct Lead {
  std::string step;
  Condition when;  // of a branch: opened only where it holds
};

struct ActionRule {
  std::string id;
  ActionWords words;
  // Empty where the action ends the permit. One where it moves on; of a fork (`ke` is a list) all
  // whose conditions hold are opened at once, as branches of a block.
  std::vector<Lead> to;
  bool forks = false;
  bool chooses_branches = false;  // `ke_pilihan`: one or more of them, as the officer says
  std::string join;               // of a fork: the step that closes its block
  Condition when;                 // `bila`: offered only where it holds
  bool cancels_branches = false;  // `batalkan_cabang`: it leaves its block, whose visits are closed
  bool in_person = false;         // `hadir_sendiri`, of it or its step: by no service
  PermitState state = PermitState::active;  // the permit's state afterwards
  enum class Note { optional, required, note_or_deficiencies } note = Note::optional;
  std::vector<Output> outputs;  // needed before this action is taken
  Outcome sets_outcome = Outcome::none;
  bool chooses_outcome = false;           // takes `outcome`, by default what is known
  Outcome only_for = Outcome::none;       // refused unless this is the outcome
  bool backward = false;                  // leads to this or an earlier step: a return
  bool beyond_sop = false;                // not in the office's text
  std::string tells_applicant;            // text id; empty: nothing
  std::string tells_applicant_again;      // text id from the step's second visit on
  std::optional<Budget> automatic_after;  // taken by the system when this much has passed

  bool ends_permit() const { return to.empty(); }
  bool leads_to(std::string_view step) const;
};

// What the clock of a step's later visit starts from (`masuk_kembali`). The arithmetic stands in
// ledger.h.
enum class ReEntry {
  fresh,       // baru: the whole standard again
  cumulative,  // kumulatif: what the earlier visits consumed counts on
  remainder,   // sisa: what the earlier visits left of the standard
};

// A branch that a step lies in.
struct BranchOf {
  std::string join;   // closes the block
  std::string entry;  // the branch's first step
  bool operator==(const BranchOf&) const = default;
};

// What an officer ticks off before the action (`syarat`).
struct Requirement {
  std::string id, text;
};

struct Step {
  int number = 0;  // 1-based, as on the form
  std::string id;
  std::string activity, remarks;
  std::string role;
  std::vector<std::string> needs;
  Budget standard;
  std::vector<Output> outputs;
  std::vector<ActionRule> actions;
  std::string ladder;             // empty: none
  bool clock_from_claim = false;  // `jam: claim`
  ReEntry re_entry = ReEntry::fresh;
  bool tells_stage = false;            // `kabari`: the applicant is told when it opens
  std::string short_name;              // how messages call it
  std::vector<Budget> mend_reminders;  // to the applicant, while the file is returned to this step
  bool in_person = false;              // `hadir_sendiri`
  bool field_visit = false;            // `kunjungan`: its officer may plan one
  bool joins = false;                  // `gabung`: opens when each branch of its block has arrived
  bool stops_case = false;             // `hentikan_layanan`: the case clock stands while it is open
  std::vector<std::string> fields;     // `isian`: that its officer may set with an action
  std::vector<Requirement> requirements;  // `syarat`
  std::vector<BranchOf> within;           // from the outermost block in; empty: in none

  const ActionRule* find_action(std::string_view action) const;
  bool brings(std::string_view kind) const;  // by any of its actions
  std::string block() const { return within.empty() ? "" : within.back().join; }
  // It passes judgment on what others brought: no plain file comes out of it.
  bool judges() const;
};

// Who a rung goes to.
struct Target {
  enum class Kind { role, assignee, superior, named_role, copy, applicant } kind = Kind::role;
  int level = 1;     // superior(level)
  std::string name;  // named_role
  bool operator==(const Target&) const = default;
};

struct RungRule {
  enum class At { start, percent, due, after_due } at = At::due;
  int percent = 0;
  Budget after;  // after_due: the k-th is due at deadline(due, k x after)
  int times = 1;
  std::vector<Target> to;
  bool urgent = false;  // `mendesak`: what it raises waits for nothing but office hours

  std::string name() const;  // "start", "50%", "due", "+1d"
};

struct Ladder {
  std::string id;
  std::vector<RungRule> rungs;
};

struct PauseReason {
  std::string id;
  std::string name;
  bool stops_case = false;
  bool tells_applicant = false;  // with the text "klarifikasi"; the applicant's answer resumes
  Party waits_for = Party::office;
  bool needs_until = false;  // refused without an end date
  // The clock stands at most this long, counted from the pause's start as a deadline is. Without an
  // end date it resumes by itself then; no end date and no extension lies beyond.
  std::optional<Budget> longest;
  int extensions = 0;  // how often the end date may be put off
  int most = 0;        // `paling_banyak`: how often on one permit; 0: as often as it takes
  // `sebut_syarat`: names the requirement it is about, which is asked for again by a superior's
  // word alone.
  bool names_requirement = false;
  bool beyond_sop = false;  // not in the office's text
};

// `step.action`, the event at which a clock starts or ends.
struct Trigger {
  std::string step, action;
  bool operator==(const Trigger&) const = default;
};

// What holds a file up, named by its officer: repeats of the visit's rungs stop until it is time to
// look again (`kendala`).
struct Obstacle {
  std::string id;
  std::string name;
  Budget remind_after;
  bool beyond_sop = false;  // not in the office's text
};

struct LegalLimit {
  Budget limit;
  std::string basis, consequence, remark;
  Trigger starts;
  bool pauses = false;  // `jeda: true`: pauses stop it too

  // Once it has passed, the application counts as granted, whatever the office does.
  bool silence_is_consent() const { return consequence == "dianggap_dikabulkan"; }
};

// How a refusal is objected to, and within what time from it (`keberatan`).
struct Objection {
  Budget limit;
  std::string how;  // "secara tertulis kepada Kepala Dinas": goes on as "... paling lambat DATE"
  std::string sop;  // the service in which it is raised; empty: on paper
};

// The identity page of PermenPANRB 35/2012. Each may be empty.
struct Identity {
  std::string name;  // of the SOP as its form has it; empty: the title
  std::string number, created, revised, effective, approved_by;
  std::vector<std::string> legal_basis, related, warnings, qualifications, equipment, records;

  bool has_page() const;  // there is more than the name
  bool operator==(const Identity&) const = default;
};

// What people call a kind of document (`dokumen`).
struct DocumentName {
  std::string kind, label;
  // Where the form prints something else in its columns Kelengkapan and Output; empty: the label.
  std::string as_need, as_output;
};

struct Withdrawal {
  std::string role;
  std::string until_step_opens;
};
// How commands and events call it.
inline constexpr std::string_view kWithdrawal = "withdraw";

struct Sop;
// Versions of one service, by hash.
using SopVersions = std::map<std::string, const Sop*>;

struct Sop {
  std::string id;        // "paud"
  std::string title;     // "Izin Penyelenggaraan PAUD"
  std::string calendar;  // calendar id
  NumberFormat number_format;
  Place number_at;      // `nomor`, for faults that show only beside other services
  std::string version;  // content hash, set by whoever read the file
  int states = 0;       // how many a file of it can be in, as the proof of its soundness has found
  // Of the longest way through, as the file says; of calendar days it says nothing. `shortest`:
  // where conditions make the ways differ.
  std::optional<Budget> total, shortest;
  Budget case_standard;
  Trigger case_starts;
  std::vector<Trigger> case_ends;
  std::string case_name;
  LegalLimit legal;
  std::string head;  // role that gets the recap
  std::vector<Role> roles;
  std::vector<Step> steps;
  std::vector<Ladder> ladders;
  std::vector<RungRule> case_ladder;
  std::vector<PauseReason> pauses;
  std::vector<Obstacle> obstacles;
  std::optional<Withdrawal> withdrawal;
  std::string outcome_names_grant, outcome_names_refusal;
  std::optional<Objection> objection;
  Identity identity;
  std::vector<Field> fields;  // `isian`
  std::vector<DocumentName> documents;
  // `singkatan`, of names of documents: "SK", as it is printed.
  std::vector<std::string> abbreviations;
  // The versions of this service at hand, for what was closed under them; null: this one alone.
  // Whoever keeps the versions sets it, and they live as long as this one.
  const SopVersions* versions = nullptr;

  const std::string& name_of_form() const { return identity.name.empty() ? title : identity.name; }

  // The service as it was under that version; as it is here where none is given or it is not at
  // hand.
  const Sop& under(const std::string& of_version) const;

  const Step* find_step(std::string_view step) const;
  const Step& step(std::string_view step) const;  // must exist
  // How messages call a step; its id where this version has it no longer.
  std::string step_name(std::string_view step) const;
  const Role* find_role(std::string_view role) const;
  const Role& role(std::string_view role) const;  // must exist
  const Ladder* find_ladder(std::string_view ladder) const;
  const PauseReason* find_pause(std::string_view reason) const;
  const Obstacle* find_obstacle(std::string_view obstacle) const;
  const Field* find_field(std::string_view field) const;
  bool is_applicant(std::string_view role) const;
  bool brings(std::string_view kind) const;  // by any of its steps
  // Needed or brought somewhere, in the order of the form.
  std::vector<std::string> kinds_of_documents() const;

  // Whether the two lie in different branches of one block: what one brings is not seen at the
  // other.
  bool are_siblings(const Step& one, const Step& other) const;

  // A file written before there were words in it is read with those of another version at hand.
  const ActionWords& words_of(std::string_view step, std::string_view action) const;
  // Null: it is called by its id in words.
  const DocumentName* find_document(std::string_view kind) const;
  // How it is printed; null: as it is. `word` is in small letters.
  const std::string* find_abbreviation(std::string_view word) const;

  // The superiors of a role, nearest first.
  std::vector<std::string> chain(std::string_view role) const;
  // Not the office's but the daemon's own: it counts nowhere and is shown to nobody. No file of
  // rules has such a name.
  bool internal() const { return is_internal(id); }
  static bool is_internal(std::string_view sop) { return sop.starts_with('_'); }
};

}  // namespace tenggat
