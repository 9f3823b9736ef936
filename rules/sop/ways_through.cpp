// How long a file takes at most and at least, by the standards of the steps on its way.
#include <algorithm>
#include <map>

#include "rules/fault_words.h"
#include "rules/sop/sop_soundness.h"

namespace tenggat {
namespace {

// Of working time: what calendar days a step may take is no part of the sum.
Budget working_part(const Budget& budget) { return {budget.days, budget.hours, budget.minutes}; }

class Ways {
 public:
  enum class Which { longest, shortest };
  Ways(const Sop& sop, Which which) : sop_(sop), which_(which) {
    for (const Step& step : sop.steps)
      for (const ActionRule& action : step.actions)
        some_end_issued_ = some_end_issued_ || action.state == PermitState::issued;
  }

  // From the step's opening to the end, or to the join of its block; nothing: no way leads there.
  std::optional<Budget> from(const Step& step) {
    const auto known = from_.find(&step);
    if (known != from_.end()) return known->second;
    std::optional<Budget> best;
    for (const ActionRule& action : step.actions) take(best, after(step, action));
    if (best) best = working_part(step.standard) + *best;
    return from_[&step] = best;
  }

 private:
  void take(std::optional<Budget>& best, const std::optional<Budget>& other) const {
    if (!other) return;
    const bool better =
        !best || (which_ == Which::longest ? nominal_minutes(*other) > nominal_minutes(*best)
                                           : nominal_minutes(*other) < nominal_minutes(*best));
    if (better) best = other;
  }

  std::optional<Budget> after(const Step& step, const ActionRule& action) {
    if (action.backward || action.cancels_branches) return std::nullopt;
    if (action.ends_permit()) {
      // The shortest way through is one that reaches what was applied for.
      const bool through =
          which_ == Which::longest || !some_end_issued_ || action.state == PermitState::issued;
      return through ? std::optional(Budget{}) : std::nullopt;
    }
    if (!action.forks) {
      const Step& next = sop_.step(action.to.front().step);
      return next.joins && next.id == step.block() ? Budget{} : from(next);
    }
    const std::optional<Budget> block = through_block(action);
    const std::optional<Budget> rest = from(sop_.step(action.join));
    return block && rest ? std::optional(*block + *rest) : std::nullopt;
  }

  // Its longest branch; where conditions or the officer may leave branches out, at least the
  // longest of those that are always there, else the shortest of all.
  std::optional<Budget> through_block(const ActionRule& fork) {
    std::optional<Budget> longest, shortest, always;
    for (const Lead& lead : fork.to) {
      const auto branch = lead.step == fork.join ? Budget{} : from(sop_.step(lead.step));
      if (!branch) return std::nullopt;
      const auto longer = [&](const std::optional<Budget>& one) {
        return !one || nominal_minutes(*branch) > nominal_minutes(*one);
      };
      if (longer(longest)) longest = branch;
      if (!shortest || nominal_minutes(*branch) < nominal_minutes(*shortest)) shortest = branch;
      if (lead.when.always() && !fork.chooses_branches && longer(always)) always = branch;
    }
    if (which_ == Which::longest) return longest;
    return always ? always : shortest;
  }

  const Sop& sop_;
  Which which_;
  bool some_end_issued_ = false;
  std::map<const Step*, std::optional<Budget>> from_;
};

// The form carries minutes into hours, which is a matter of writing, not of working time.
Budget as_on_the_form(Budget budget) {
  budget.hours += budget.minutes / 60;
  budget.minutes %= 60;
  return working_part(budget);
}

}  // namespace

WaysThrough ways_through(const Sop& sop) {
  const Step& first = sop.steps.front();
  return {Ways(sop, Ways::Which::longest).from(first).value_or(Budget{}),
          Ways(sop, Ways::Which::shortest).from(first).value_or(Budget{})};
}

void check_total(const Sop& sop, const SopPlaces& places, bool way_holds) {
  if (!places.budgets_read || !sop.total || sop.steps.empty()) return;
  const auto compare = [&](const Budget& sum, const Budget& written) {
    if (as_on_the_form(sum) == as_on_the_form(written)) return;
    places.top.fault_at(
        "total", say<Wrong::wrong_sum>(as_on_the_form(sum).to_string(), written.to_string()));
  };
  if (way_holds) {
    const WaysThrough ways = ways_through(sop);
    compare(ways.longest, *sop.total);
    if (sop.shortest) compare(ways.shortest, *sop.shortest);
    return;
  }
  // Steps one after the other are all on the way, whatever their names.
  const bool forks = std::any_of(sop.steps.begin(), sop.steps.end(), [](const Step& step) {
    return std::any_of(step.actions.begin(), step.actions.end(),
                       [](const ActionRule& action) { return action.forks; });
  });
  Budget sum;
  for (const Step& step : sop.steps) sum = sum + step.standard;
  if (!forks) compare(sum, *sop.total);
}

}  // namespace tenggat
