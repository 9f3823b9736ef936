// What an actor may do with a permit now, what comes with it and, for what they may not, why not:
// the same checks as decide() makes (preconditions.h). An offer without a `why_not` is accepted
// once what it asks for is brought; one with it is refused so, whatever is brought. What is in no
// offer (a step that is not open, an action its step has not) is refused too.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/permit/transition.h"

namespace tenggat {

// What comes with a command.
struct Wanted {
  // All of them, those that are numbered with their number; of a `bring` one or more.
  std::vector<Output> files;
  std::vector<Output> brought{};  // what an action needs and has come ahead of it
  ActionRule::Note note = ActionRule::Note::optional;
  bool outcome = false;                            // may be chosen; else it stays what is known
  std::vector<const Step*> branches{};             // one or more of these are chosen
  std::vector<const Field*> fields{};              // may be set
  std::vector<const Requirement*> requirements{};  // are ticked off
  bool requirement = false;                        // of a pause: that it is about
  enum class Until { none, optional, required } until = Until::none;
  // Of an end date, or a planned day: later than the first, and not later than the second where
  // there is one.
  Instant until_after{};
  std::optional<Instant> until_latest;
};

struct Offer {
  enum class What {
    act,
    withdraw,
    undo,
    claim,
    release,
    assign,
    escalate,
    acknowledge,
    pause,
    extend,  // the pause that stands: with a later end date
    resume,
    answer,           // of the applicant, to what the visit stands for
    confirm,          // a late entry
    correct,          // when the permit was ended or signed
    direct,           // with a note
    respond,          // to an escalation: until when may be said
    write_in,         // of the applicant: a message to the office
    reach_applicant,  // CorrectContact, SendLink
    open_document,    // that it was is recorded
    note,             // AddNote
    bring,            // files ahead of the action that brings them
    plan_visit        // a visit to the place
  } what = What::act;
  int visit = 0;  // 0: about the permit
  // What it names, in the context's SOP: of an act, of a pause or extension, of an acknowledgement.
  const ActionRule* action = nullptr;
  const PauseReason* pause = nullptr;
  const Obstacle* obstacle = nullptr;
  std::string officer;  // to whom it is assigned; empty: to anybody
  Wanted wanted;
  bool is_so_already = false;    // accepted, and nothing changes
  std::optional<Instant> until;  // an undo is offered before this
  std::optional<Refusal> why_not;

  bool stands() const { return !why_not; }
};

// For the permit as a whole, then for each open visit. The context's `now` is the clock's; the
// offers point into its SOP.
std::vector<Offer> offers(const Permit& permit, const Actor& actor, const Context& context);

// Of those, the actions, the claim and the release of one visit: for lists, which show no more.
std::vector<Offer> offers_of_task(const Permit& permit, int visit, const Actor& actor,
                                  const Context& context);

// Of those, what takes the permit's last action back: whether they may, until when, or why not.
Offer undo_offer(const Permit& permit, const Actor& actor, const Context& context);

// Those that stand, of one kind at one visit.
std::vector<const Offer*> offers_at(const std::vector<Offer>& all, int visit, Offer::What what);

}  // namespace tenggat
