#include "rules/permit/offers.h"

#include <set>

#include "rules/permit/preconditions.h"

namespace tenggat {
namespace {

using What = Offer::What;

class Listing {
 public:
  Listing(const Draft& draft, const Actor& actor, const Context& context)
      : draft_(draft), context_(context), may_(draft, actor, context), actor_(actor) {
    offers_.reserve(32);
  }

  std::vector<Offer> all() {
    of_permit();
    std::set<std::string> steps;
    for (const Visit& visit : draft_.permit().visits) steps.insert(visit.step);
    for (const std::string& step : steps) of_closed(step);
    if (!is_terminal(draft_.permit().state))
      for (const Visit& visit : draft_.permit().visits)
        if (visit.open()) of_visit(visit);
    return std::move(offers_);
  }
  Offer of_undo() {
    undo();
    return std::move(offers_.back());
  }
  std::vector<Offer> of_task(int id) {
    const Visit* visit = draft_.permit().find_visit(id);
    if (visit && visit->open()) task(*visit);
    return std::move(offers_);
  }

 private:
  void of_permit();
  void undo();
  void of_closed(const std::string& step);
  void of_visit(const Visit& visit);
  void task(const Visit& visit);
  void acts(const Visit& visit, const Allowed& by);
  void delays(const Visit& visit);
  void assignments(const Visit& visit);
  void pauses(const Visit& visit);
  void desk(const Visit& visit);

  Offer& add(What what, int visit, const Allowed& allowed) {
    Offer& offer = offers_.emplace_back();
    offer.what = what;
    offer.visit = visit;
    if (!allowed) offer.why_not = allowed.error();
    return offer;
  }

  static void set_bounds(Wanted& wanted, const Preconditions::UntilBounds& bounds) {
    wanted.until_after = bounds.after;
    wanted.until_latest = bounds.latest;
  }

  const Draft& draft_;
  const Context& context_;
  const Preconditions may_;
  const Actor& actor_;
  std::vector<Offer> offers_;
};

void Listing::undo() {
  Offer& undo = add(What::undo, 0, may_.undo());
  if (undo.stands())
    undo.until = draft_.permit().last_action->recorded_at + context_.send.undo_window;
}

void Listing::of_permit() {
  undo();
  if (context_.sop.withdrawal) add(What::withdraw, 0, may_.withdraw());
  add(What::reach_applicant, 0, may_.reach_applicant());
  add(What::write_in, 0, may_.write_in());
  add(What::note, 0, may_.add_note()).wanted.note = ActionRule::Note::required;
}

// What is said afterwards of when a step was done.
void Listing::of_closed(const std::string& step) {
  if (const Visit* late = may_.to_confirm(step)) add(What::confirm, late->id, may_.confirm(*late));
  if (const Visit* ended = may_.to_correct(step))
    add(What::correct, ended->id, may_.correct(*ended)).wanted.note = ActionRule::Note::required;
}

void Listing::of_visit(const Visit& visit) {
  task(visit);
  delays(visit);
  assignments(visit);
  pauses(visit);
  desk(visit);
}

void Listing::desk(const Visit& visit) {
  add(What::open_document, visit.id, may_.open_document(visit));
  add(What::bring, visit.id, may_.bring(visit)).wanted.files =
      may_.files_ahead(context_.sop.step(visit.step));
  Offer& plan = add(What::plan_visit, visit.id, may_.plan_field_visit(visit));
  plan.wanted.until = Wanted::Until::required;
  set_bounds(plan.wanted, may_.bounds_of_field_visit());
}

void Listing::acts(const Visit& visit, const Allowed& by) {
  const Step& step = context_.sop.step(visit.step);
  for (const ActionRule& rule : step.actions) {
    Offer& offer = add(What::act, visit.id, may_.act(visit, rule, by));
    offer.action = &rule;
    offer.wanted.note = rule.note;
    offer.wanted.outcome = rule.chooses_outcome;
    if (!rule.backward)
      for (const Output& output : rule.outputs)
        if (output.file)
          (may_.has_come(visit, rule, output) ? offer.wanted.brought : offer.wanted.files)
              .push_back(output);
    for (const Step* next : may_.next_steps(visit, rule))
      for (const std::string& kind : wanting_at(draft_.permit(), rule, *next, context_.sop))
        offer.wanted.files.push_back({kind, true, false});
    offer.wanted.branches = may_.choices(rule);
    for (const std::string& field : step.fields)
      offer.wanted.fields.push_back(context_.sop.find_field(field));
    for (const Requirement& one : step.requirements) offer.wanted.requirements.push_back(&one);
  }
}

void Listing::task(const Visit& visit) {
  const Allowed by = may_.in_charge(visit);
  acts(visit, by);
  Offer& claim = add(What::claim, visit.id, may_.claim(by));
  claim.is_so_already = claim.stands() && may_.is_claimed_by(visit, actor_.id);
  Offer& release = add(What::release, visit.id, may_.release(visit, by));
  release.is_so_already = release.stands() && may_.is_released(visit);
}

void Listing::delays(const Visit& visit) {
  add(What::escalate, visit.id, may_.escalate(visit));
  add(What::direct, visit.id, may_.direct(visit)).wanted.note = ActionRule::Note::required;
  Offer& respond = add(What::respond, visit.id, may_.respond(visit));
  respond.wanted.until = Wanted::Until::optional;
  set_bounds(respond.wanted, may_.bounds_of_response());
  const Allowed acknowledge = may_.acknowledge(visit);
  for (const Obstacle& obstacle : context_.sop.obstacles)
    add(What::acknowledge, visit.id, acknowledge).obstacle = &obstacle;
}

void Listing::assignments(const Visit& visit) {
  const Allowed by = may_.assign(visit);
  if (!by) {
    add(What::assign, visit.id, by);
    return;
  }
  for (const Officer& officer : context_.people.officers) {
    Offer& offer = add(What::assign, visit.id, by);
    offer.officer = officer.id;
    offer.why_not = may_.refuse_assignee(visit, officer.id);
    offer.is_so_already = offer.stands() && may_.is_claimed_by(visit, officer.id);
  }
}

void Listing::pauses(const Visit& visit) {
  for (const PauseReason& reason : context_.sop.pauses) {
    const Allowed by = may_.pause(visit, &reason);
    Offer& begin = add(What::pause, visit.id, by);
    begin.pause = &reason;
    if (begin.stands()) begin.why_not = may_.refuse_another_pause(visit, reason);
    begin.wanted.requirement = reason.names_requirement;
    if (reason.tells_applicant) begin.wanted.note = ActionRule::Note::required;
    if (!may_.can_be_extension(visit, reason)) {
      begin.wanted.until = reason.needs_until ? Wanted::Until::required : Wanted::Until::optional;
      set_bounds(begin.wanted, may_.bounds_of_pause(reason));
      continue;
    }
    Offer& extend = add(What::extend, visit.id, by);
    extend.pause = &reason;
    if (extend.stands()) extend.why_not = may_.refuse_extension(visit, reason);
    extend.wanted.until = Wanted::Until::required;
    set_bounds(extend.wanted, may_.bounds_of_extension(visit, reason));
  }
  add(may_.is_answer(visit) ? What::answer : What::resume, visit.id, may_.resume(visit));
}

}  // namespace

std::vector<Offer> offers(const Permit& permit, const Actor& actor, const Context& context) {
  return Listing(caught_up(permit, context), actor, context).all();
}

std::vector<Offer> offers_of_task(const Permit& permit, int visit, const Actor& actor,
                                  const Context& context) {
  return Listing(caught_up(permit, context), actor, context).of_task(visit);
}

Offer undo_offer(const Permit& permit, const Actor& actor, const Context& context) {
  return Listing(caught_up(permit, context), actor, context).of_undo();
}

std::vector<const Offer*> offers_at(const std::vector<Offer>& all, int visit, Offer::What what) {
  std::vector<const Offer*> found;
  for (const Offer& offer : all)
    if (offer.what == what && offer.visit == visit && offer.stands()) found.push_back(&offer);
  return found;
}

}  // namespace tenggat
