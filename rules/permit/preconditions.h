// Whether an actor may do something with a permit, and what is wanting in what they bring. decide()
// asks before it changes anything, offers() to say what it would answer; each check stands here and
// nowhere else. Internal to the core.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/permit/draft.h"
#include "rules/permit/form.h"

namespace tenggat {

// In which duty they may; else why not, whatever they bring.
using Allowed = boost::system::result<Doer, Refusal>;

class Preconditions {
 public:
  // Of the draft's permit, as it is when it is asked. All three outlive this.
  Preconditions(const Draft& draft, const Actor& actor, const Context& context)
      : draft_(draft), actor_(actor), context_(context), today_(draft.today()) {}

  boost::system::result<const Visit*, Refusal> open_visit(const std::string& step) const;
  // Whoever has the duty, unless another has claimed it. Most of what follows begins with this: who
  // asks several of one visit asks it once and hands it in as `by`.
  Allowed in_charge(const Visit& visit) const;

  Allowed act(const Visit& visit, const ActionRule& rule) const {
    return act(visit, rule, in_charge(visit));
  }
  Allowed act(const Visit& visit, const ActionRule& rule, Allowed by) const;
  Allowed withdraw() const;  // the SOP allows it
  // Also out of an end of the permit, which nothing else leads out of.
  Allowed undo() const;
  Allowed claim(const Visit& visit) const { return claim(in_charge(visit)); }
  Allowed claim(Allowed by) const;
  Allowed release(const Visit& visit) const { return release(visit, in_charge(visit)); }
  Allowed release(const Visit& visit, Allowed by) const;
  Allowed assign(const Visit& visit) const;  // to anybody; then to whom
  std::optional<Refusal> refuse_assignee(const Visit& visit, const std::string& officer) const;
  Allowed escalate(const Visit& visit) const;
  Allowed acknowledge(const Visit& visit) const;
  // Of whoever is told of the visit's delays, above its role or along; who has a superior is
  // directed.
  Allowed direct(const Visit& visit) const;
  // Once something was raised.
  Allowed respond(const Visit& visit) const;
  // Or extend one; then whether it can be. A superior asks for the applicant's word again.
  Allowed pause(const Visit& visit, const PauseReason* reason) const;
  std::optional<Refusal> refuse_another_pause(const Visit& visit, const PauseReason& reason) const;
  std::optional<Refusal> refuse_extension(const Visit& visit, const PauseReason& reason) const;
  Allowed resume(const Visit& visit) const;
  Allowed reach_applicant() const;
  Allowed write_in() const;   // to a permit that is open
  Allowed send_link() const;  // as they, and the page where applicants find a lost link
  Allowed open_document(const Visit& visit) const;
  Allowed add_note() const;
  // Files that an action of the step brings, ahead of it: not what ends or signs the permit.
  Allowed bring(const Visit& visit) const;
  std::vector<Output> files_ahead(const Step& step) const;
  // Whether a file that the action needs has come ahead of it.
  bool has_come(const Visit& visit, const ActionRule& rule, const Output& output) const;
  Allowed plan_field_visit(const Visit& visit) const;
  // Of a late entry that waits for a superior's word. Of several at a step the first that they may
  // confirm; null: none waits.
  Allowed confirm(const Visit& visit) const;
  const Visit* to_confirm(const std::string& step) const;
  // Of the latest visit of a step that ended or signed the permit; null: there is none.
  Allowed correct(const Visit& visit) const;
  const Visit* to_correct(const std::string& step) const;

  // The applicant's own answer to what the visit stands for.
  bool is_answer(const Visit& visit) const;
  // A pause for this reason and with an end date puts off the end of the one that stands.
  bool can_be_extension(const Visit& visit, const PauseReason& reason) const;
  // Allowed, and so already.
  bool is_claimed_by(const Visit& visit, const std::string& officer) const;
  bool is_released(const Visit& visit) const;

  // The steps that the action opens, as far as is known before anything comes with it.
  std::vector<const Step*> next_steps(const Visit& visit, const ActionRule& rule) const;
  // Those among which the officer chooses.
  std::vector<const Step*> choices(const ActionRule& rule) const;
  // Whether what the step lets its officer set decides where the action leads.
  bool leads_by_what_is_set(const Step& step, const ActionRule& rule) const;

  // What is wanting in what comes with it; nothing: it is complete.
  std::optional<Refusal> refuse_content(const Visit& visit, const ActionRule& rule,
                                        const Act& act) const;
  std::optional<Refusal> refuse_content(const Visit& visit, const PauseReason& reason,
                                        const PauseVisit& command) const;
  std::optional<Refusal> refuse_content(const Visit& visit, const ResumeVisit& command) const;
  std::optional<Refusal> refuse_content(const Visit& visit, const Correct& command) const;
  std::optional<Refusal> refuse_content(const OpenDocument& command) const;
  std::optional<Refusal> refuse_content(const AddNote& command) const;
  std::optional<Refusal> refuse_content(const Visit& visit, const BringDocuments& command) const;
  std::optional<Refusal> refuse_content(const PlanFieldVisit& command) const;

  std::optional<Refusal> refuse_content(const Direct& command) const;
  std::optional<Refusal> refuse_content(const Respond& command) const;

  // An end date of a pause lies after the first, and not after the second where there is one.
  struct UntilBounds {
    Instant after{};
    std::optional<Instant> latest;
  };
  UntilBounds bounds_of_pause(const PauseReason& reason) const;
  UntilBounds bounds_of_response() const;
  UntilBounds bounds_of_extension(const Visit& visit, const PauseReason& reason) const;
  UntilBounds bounds_of_field_visit() const;

 private:
  const Permit& permit() const { return draft_.permit(); }
  std::optional<Refusal> refuse_ended() const;
  Allowed on_duty(const Visit& visit) const;
  // The service that acts for an officer has a token of other roles.
  std::optional<Refusal> refuse_through_token(const Visit& visit) const;
  std::optional<Refusal> refuse_in_person(const ActionRule& rule) const;  // by a service
  Allowed superior_of(const Visit& visit) const;
  Allowed of_officers(Allowed by) const;  // the applicant and a service neither claim nor pause
  std::optional<Refusal> refuse_requirement(const Visit& visit, const PauseReason& reason,
                                            const PauseVisit& command) const;
  std::optional<Refusal> refuse_absent(const std::string& officer) const;
  std::optional<Refusal> refuse_claimed(const Visit& visit, const Doer& by) const;
  std::optional<Refusal> refuse_way(const Visit& visit, const ActionRule& rule) const;
  bool may_hold(const Condition& condition, const Step& step) const;
  std::optional<Refusal> refuse_branches(const ActionRule& rule, const Act& act) const;
  std::optional<Refusal> refuse_form(const Visit& visit, const ActionRule& rule,
                                     const Act& act) const;
  std::optional<Refusal> refuse_documents(const Visit& visit, const ActionRule& rule,
                                          const Act& act) const;
  std::optional<Refusal> refuse_occurred_at(const Visit& visit, const ActionRule& rule,
                                            const Act& act) const;
  std::optional<Refusal> refuse_own_late_entry(const Visit& visit, const ActionRule& rule,
                                               const Doer& by) const;
  bool can_be_undone(const Visit& visit) const;
  Refusal too_long(const PauseReason& reason, Instant latest) const;

  const Draft& draft_;
  const Actor& actor_;
  const Context& context_;
  CivilDate today_;
};

// Whether an action ends the permit or its case: it is issued, refused, signed.
bool ends_or_signs(const std::string& step, const ActionRule& rule, const Sop& sop);

// Where a document is brought that another step brings: a decree is handed in where it is signed
// and nowhere else.
std::optional<Refusal> refuse_out_of_place(const std::vector<NewDocument>& documents,
                                           const ActionRule& rule, const Sop& sop);

// Where a step that the action opens needs something that neither the file has nor the action
// brings. `visit` is open, or about to be.
std::optional<Refusal> refuse_next_steps(const Permit& permit, const Visit& visit,
                                         const ActionRule& rule, const Act& act, const Sop& sop);
}  // namespace tenggat
