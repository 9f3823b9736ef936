// The blocks of an SOP: what a fork opens are branches, each leads to one step that joins them.
// Source: docs/sop.md, Cabang.
#include <algorithm>
#include <map>
#include <set>

#include "rules/fault_words.h"
#include "rules/sop/sop_soundness.h"

namespace tenggat {
namespace {

// Thrown at the first fault: what follows from it is not said as well.
struct FaultSaid {};

class Layout {
 public:
  Layout(Sop& sop, const SopPlaces& places) : sop_(sop), places_(places) {
    regions_.emplace_back();  // the whole, outside of every block
  }

  bool lay_out() {
    try {
      walk(0, sop_.steps.front());
      for (const std::string& join : own_joins(0)) fault_at_step<Wrong::join_without_fork>(join);
      for (std::size_t i = 0; i < leaving_.size(); ++i) check_leaving(leaving_[i]);
    } catch (const FaultSaid&) {
      return false;
    }
    for (Step& step : sop_.steps) step.within = path_of(region_of(step.id));
    return true;
  }

 private:
  // An action of a step.
  struct Move {
    Step* step = nullptr;
    ActionRule* action = nullptr;
  };
  // A branch: where it hangs, and what was found in it.
  struct Region {
    int parent = -1;
    std::string entry, join;
    std::map<std::string, Move> reached;  // joins that a plain move leads to, and by which first
    std::set<std::string> inner;          // joins of the forks within
  };

  Step& step(const std::string& id) {
    return *std::find_if(sop_.steps.begin(), sop_.steps.end(),
                         [&](const Step& one) { return one.id == id; });
  }

  template <Wrong wrong, class... Arguments>
  [[noreturn]] void fault(const Move& move, const Arguments&... arguments) {
    places_.of(sop_, *move.step, *move.action).fault(say<wrong>(arguments...));
    throw FaultSaid{};
  }
  template <Wrong wrong>
  [[noreturn]] void fault_at_step(const std::string& id) {
    places_.steps[static_cast<std::size_t>(step(id).number) - 1].fault(say<wrong>(id));
    throw FaultSaid{};
  }

  int region_of(const std::string& id) const {
    const auto found = where_.find(id);
    return found == where_.end() ? 0 : found->second.region;
  }
  bool is_within(int region, int outer) const {
    for (; region > 0; region = regions_[static_cast<std::size_t>(region)].parent)
      if (region == outer) return true;
    return outer == 0;
  }

  std::vector<BranchOf> path_of(int region) const {
    std::vector<BranchOf> path;
    for (; region > 0; region = regions_[static_cast<std::size_t>(region)].parent) {
      const Region& one = regions_[static_cast<std::size_t>(region)];
      path.insert(path.begin(), {one.join, one.entry});
    }
    return path;
  }

  std::set<std::string> own_joins(int region) const {
    const Region& one = regions_[static_cast<std::size_t>(region)];
    std::set<std::string> joins;
    for (const auto& [join, move] : one.reached)
      if (!one.inner.contains(join)) joins.insert(join);
    return joins;
  }

  // All that is reached from `from` within the region; forks on the way are laid out, too.
  void walk(int region, Step& from) {
    std::vector<Step*> ahead;
    const auto visit = [&](const std::string& id, const Move& by) {
      const auto [known, fresh] = where_.try_emplace(id, Where{region, by});
      if (fresh)
        ahead.push_back(&step(id));
      else if (known->second.region != region)
        conflict(id, known->second.region, known->second.by, region, by);
    };
    visit(from.id, {});
    while (!ahead.empty()) {
      Step& here = *ahead.back();
      ahead.pop_back();
      for (ActionRule& action : here.actions) {
        const Move move{&here, &action};
        if (action.cancels_branches) {
          leaving_.push_back(move);
        } else if (action.forks) {
          const std::string join = lay_out_fork(region, move);
          regions_[static_cast<std::size_t>(region)].inner.insert(join);
          visit(join, move);
        } else if (action.ends_permit()) {
          if (region != 0) fault<Wrong::ends_within_branch>(move, action.id);
        } else if (const std::string& next = action.to.front().step; step(next).joins) {
          regions_[static_cast<std::size_t>(region)].reached.try_emplace(next, move);
        } else {
          visit(next, move);
        }
      }
    }
  }

  // All that plain moves lead on to from `from`, up to the joins, which are not passed.
  std::set<std::string> reach(const std::string& from) {
    std::set<std::string> reached{from};
    std::vector<const Step*> ahead{&step(from)};
    while (!ahead.empty()) {
      const Step& here = *ahead.back();
      ahead.pop_back();
      if (here.joins && here.id != from) continue;
      for (const ActionRule& action : here.actions)
        if (!action.forks && !action.cancels_branches && !action.ends_permit() &&
            !action.backward && reached.insert(action.to.front().step).second)
          ahead.push_back(&step(action.to.front().step));
    }
    return reached;
  }

  // What a slip of the pen looks like: branches that meet where nothing joins them, a branch that
  // goes on past the join.
  void check_branches(const Move& fork) {
    std::map<std::string, std::string> seen;  // steps, and the branch in which
    std::set<std::string> joins;
    std::map<int, std::string> met;  // where branches meet, in the order of the file
    for (const Lead& lead : fork.action->to) {
      if (step(lead.step).joins) continue;
      for (const std::string& id : reach(lead.step)) {
        if (step(id).joins)
          joins.insert(id);
        else if (!seen.try_emplace(id, lead.step).second)
          met.emplace(step(id).number, id);
      }
    }
    if (!met.empty()) fault_at_step<Wrong::join_unmarked>(met.begin()->second);
    for (const std::string& join : joins) {
      const std::set<std::string> past = reach(join);
      for (const auto& [id, branch] : seen)
        for (ActionRule& action : step(id).actions) {
          if (action.forks || action.cancels_branches || action.ends_permit()) continue;
          const std::string& next = action.to.front().step;
          if (next != join && past.contains(next) && !past.contains(id))
            fault<Wrong::leaves_branch>({&step(id), &action}, action.id, next);
        }
    }
  }

  std::string lay_out_fork(int region, const Move& fork) {
    ActionRule& action = *fork.action;
    check_branches(fork);
    for (const Lead& lead : action.to) {
      const std::string join = join_of_branch(region, lead.step, fork);
      if (action.join.empty()) action.join = join;
      if (action.join != join) fault<Wrong::branches_part>(fork, action.id, action.join, join);
    }
    return action.join;
  }

  // Where the branch that begins at `entry` ends; a branch without a step of its own at once.
  std::string join_of_branch(int parent, const std::string& entry, const Move& fork) {
    if (step(entry).joins) return entry;
    const auto [known, fresh] =
        branches_.try_emplace({parent, entry}, static_cast<int>(regions_.size()));
    const int region = known->second;
    if (fresh) {
      if (const auto taken = where_.find(entry); taken != where_.end())
        conflict(entry, taken->second.region, taken->second.by, region, fork);
      regions_.push_back({parent, entry, "", {}, {}});
      walk(region, step(entry));
      const std::set<std::string> joins = own_joins(region);
      if (joins.empty()) fault<Wrong::never_joins>(fork, entry);
      if (joins.size() > 1) {
        const Move& second = regions_[static_cast<std::size_t>(region)].reached.at(*joins.rbegin());
        fault<Wrong::joins_twice>(second, entry, *joins.begin(), *joins.rbegin());
      }
      regions_[static_cast<std::size_t>(region)].join = *joins.begin();
    }
    return regions_[static_cast<std::size_t>(region)].join;
  }

  // The step lies in `first`, by a move of there, and `by` leads to it out of `second`.
  [[noreturn]] void conflict(const std::string& id, int first, const Move& first_by, int second,
                             const Move& by) {
    if (second < static_cast<int>(regions_.size()) && second != 0 && is_within(second, first))
      fault<Wrong::leaves_branch>(by, by.action->id, id);
    // Taken for one of the branch, when a move that leaves it led there first.
    const bool is_entry = first != 0 && regions_[static_cast<std::size_t>(first)].entry == id;
    if (first != 0 && is_within(first, second) && !is_entry)
      fault<Wrong::leaves_branch>(first_by, first_by.action->id, id);
    fault<Wrong::leads_into_branch>(by, by.action->id, id);
  }

  // Out of a block, whose visits are cancelled by it.
  void check_leaving(const Move& move) {
    const int here = region_of(move.step->id);
    if (here == 0) fault<Wrong::cancels_nothing>(move, move.action->id);
    if (move.action->ends_permit()) return;
    if (move.action->forks) fault<Wrong::cancels_and_forks>(move, move.action->id);
    const std::string& target = move.action->to.front().step;
    if (!where_.contains(target)) walk(0, step(target));
    const int there = region_of(target);
    if (there == here) fault<Wrong::cancels_nothing>(move, move.action->id);
    if (!is_within(here, there)) fault<Wrong::leads_into_branch>(move, move.action->id, target);
  }

  struct Where {
    int region = 0;
    Move by;
  };
  Sop& sop_;
  const SopPlaces& places_;
  std::vector<Region> regions_;
  std::map<std::pair<int, std::string>, int> branches_;  // of a region, by their first step
  std::map<std::string, Where, std::less<>> where_;      // each step, and what led to it first
  std::vector<Move> leaving_;
};

}  // namespace

bool lay_out_blocks(Sop& sop, const SopPlaces& places) { return Layout(sop, places).lay_out(); }

}  // namespace tenggat
