// Whether an actor may do something with a permit, and what is wanting in what they bring. decide()
// asks before it changes anything, offers() to say what it would answer; each check stands here and
// nowhere else. Internal to the core.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/permit/draft.h"

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
    return act(rule, in_charge(visit));
  }
  Allowed act(const ActionRule& rule, Allowed by) const;
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
  Allowed pause(const Visit& visit) const;  // or extend one; then whether it can be
  std::optional<Refusal> refuse_second_pause(const Visit& visit) const;
  std::optional<Refusal> refuse_extension(const Visit& visit, const PauseReason& reason) const;
  Allowed resume(const Visit& visit) const;
  Allowed reach_applicant() const;

  // The applicant's own answer to what the visit stands for.
  bool is_answer(const Visit& visit) const;
  // A pause for this reason and with an end date puts off the end of the one that stands.
  bool can_be_extension(const Visit& visit, const PauseReason& reason) const;
  // Allowed, and so already.
  bool is_claimed_by(const Visit& visit, const std::string& officer) const;
  bool is_released(const Visit& visit) const;

  // What is wanting in what comes with it; nothing: it is complete.
  std::optional<Refusal> refuse_content(const Visit& visit, const ActionRule& rule,
                                        const Act& act) const;
  std::optional<Refusal> refuse_content(const Visit& visit, const PauseReason& reason,
                                        const PauseVisit& command) const;
  std::optional<Refusal> refuse_content(const Visit& visit, const ResumeVisit& command) const;

  // An end date of a pause lies after the first, and not after the second where there is one.
  struct UntilBounds {
    Instant after{};
    std::optional<Instant> latest;
  };
  UntilBounds bounds_of_pause(const PauseReason& reason) const;
  UntilBounds bounds_of_extension(const Visit& visit, const PauseReason& reason) const;

 private:
  const Permit& permit() const { return draft_.permit(); }
  std::optional<Refusal> refuse_ended() const;
  Allowed on_duty(const Visit& visit) const;
  Allowed of_officers(Allowed by) const;  // the applicant neither claims nor pauses
  std::optional<Refusal> refuse_absent(const std::string& officer) const;
  std::optional<Refusal> refuse_claimed(const Visit& visit, const Doer& by) const;
  std::optional<Refusal> refuse_documents(const ActionRule& rule, const Act& act) const;
  std::optional<Refusal> refuse_occurred_at(const Visit& visit, const Act& act) const;
  Refusal too_long(const PauseReason& reason, Instant latest) const;

  const Draft& draft_;
  const Actor& actor_;
  const Context& context_;
  CivilDate today_;
};

// Where a document is brought that another step brings: a decree is handed in where it is signed
// and nowhere else.
std::optional<Refusal> refuse_out_of_place(const std::vector<NewDocument>& documents,
                                           const ActionRule& rule, const Sop& sop);

// What the next step needs, and neither the file has nor the action brings by itself.
std::vector<std::string> wanting_for_next(const Permit& permit, const ActionRule& rule,
                                          const Sop& sop);
// Where something of that does not come with it either.
std::optional<Refusal> refuse_next_step(const Permit& permit, const ActionRule& rule,
                                        const std::vector<NewDocument>& brought, const Sop& sop);

}  // namespace tenggat
