// Explores every state that a file of a service can be in: which steps are open, what documents it
// has, its outcome, and what conditions can tell apart of its fields. Breadth first, so that the
// way to what is wrong is the shortest. Source: docs/sop.md, Bukti.
#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <deque>
#include <functional>
#include <map>
#include <unordered_map>

#include "rules/fault_words.h"
#include "rules/sop/field_classes.h"
#include "rules/sop/sop_soundness.h"

namespace tenggat {
namespace {

constexpr std::size_t kMostSteps = 256, kMostDocuments = 256;
constexpr int kMostStates = 100'000;
// Branches that are chosen among: every choice of them is a way.
constexpr std::size_t kMostChoices = 10;

// Thrown where there are too many states to look at.
struct TooMany {};

struct State {
  std::bitset<kMostSteps> open;
  std::bitset<kMostDocuments> brought;
  std::vector<std::uint8_t> classes;  // of each field that conditions name
  Outcome outcome = Outcome::none;
  bool case_started = false, ended = false;
  bool operator==(const State&) const = default;
};

struct HashOfState {
  std::size_t operator()(const State& state) const {
    std::size_t hash = std::hash<std::bitset<kMostSteps>>()(state.open) * 31 +
                       std::hash<std::bitset<kMostDocuments>>()(state.brought);
    for (const std::uint8_t one : state.classes) hash = hash * 31 + one;
    return hash * 31 + static_cast<std::size_t>(state.outcome) * 4 +
           (state.case_started ? 2U : 0U) + (state.ended ? 1U : 0U);
  }
};

class Explorer {
 public:
  Explorer(const Sop& sop, const SopPlaces& places)
      : sop_(sop), places_(places), fields_(classes_of_fields(sop)) {
    for (const Step& step : sop.steps)
      for (const std::string& need : step.needs) add_bringers(need);
    for (const Step& step : sop.steps) {
      done_.emplace_back(step.actions.size(), false);
      settable_.emplace_back();
      for (std::size_t i = 0; i < fields_.size(); ++i)
        if (std::find(step.fields.begin(), step.fields.end(), fields_[i].field->id) !=
            step.fields.end())
          settable_.back().push_back(i);
    }
  }

  int explore() {
    try {
      submit();
      for (std::size_t i = 0; i < found_.size(); ++i) leave(static_cast<int>(i));
    } catch (const TooMany&) {
      places_.top.fault_at("langkah", say<Wrong::too_many_states>(kMostStates));
      return kMostStates;
    }
    judge();
    return static_cast<int>(found_.size());
  }

 private:
  // How a state was reached first.
  struct Found {
    State state;
    int from = -1;
    const Step* step = nullptr;
    const ActionRule* action = nullptr;
  };
  // What a step brings of what another needs. The application itself: no step.
  struct Bringer {
    const Step* step = nullptr;
    std::string kind;
  };

  void add_bringers(const std::string& need) {
    const auto known = std::find_if(bringers_.begin(), bringers_.end(),
                                    [&](const Bringer& one) { return one.kind == need; });
    if (known != bringers_.end()) return;
    const Step& first = sop_.steps.front();
    if (std::find(first.needs.begin(), first.needs.end(), need) != first.needs.end())
      bringers_.push_back({nullptr, need});
    for (const Step& step : sop_.steps)
      if (step.brings(need)) bringers_.push_back({&step, need});
  }

  const Step& step_at(std::size_t index) const { return sop_.steps[index]; }
  static std::size_t index_of(const Step& step) {
    return static_cast<std::size_t>(step.number) - 1;
  }

  // --- states
  // --------------------------------------------------------------------------------------

  void reach(State state, int from, const Step& step, const ActionRule& action) {
    const int next = static_cast<int>(found_.size());
    const auto [known, fresh] = numbers_.try_emplace(state, next);
    if (fresh) {
      if (next == kMostStates) throw TooMany{};
      found_.push_back({std::move(state), from, &step, &action});
    }
    if (from >= 0) ways_back_.emplace_back(known->second, from);
  }

  FieldValues values_of(const State& state) const {
    FieldValues values;
    for (std::size_t i = 0; i < fields_.size(); ++i)
      if (const auto& value = fields_[i].values[state.classes[i]])
        values.emplace(fields_[i].field->id, *value);
    return values;
  }

  // Of every form that may come: step 1 is done by the submission.
  void submit() {
    State state;
    state.open.set(0);
    for (std::size_t i = 0; i < bringers_.size(); ++i)
      if (!bringers_[i].step) state.brought.set(i);
    const Step& first = sop_.steps.front();
    for_each_class(state, all_fields(),
                   [&](const State& given) { act(given, -1, first, first.actions.front()); });
  }

  std::vector<std::size_t> all_fields() const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < fields_.size(); ++i) all.push_back(i);
    return all;
  }

  // Each class of each of the fields; without a value only at the submission.
  template <class Do>
  void for_each_class(const State& state, const std::vector<std::size_t>& fields, const Do& then) {
    State one = state;
    one.classes.resize(fields_.size());
    const bool submission = state.classes.size() != fields_.size();
    const std::function<void(std::size_t)> choose = [&](std::size_t at) {
      if (at == fields.size()) return then(one);
      const std::size_t field = fields[at];
      const auto& values = fields_[field].values;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const bool unchanged = !submission && state.classes[field] == i;
        if (!values[i] && !unchanged && !submission) continue;
        if (!values[i] && submission && fields_[field].field->required) continue;
        one.classes[field] = static_cast<std::uint8_t>(i);
        choose(at + 1);
      }
      if (!submission) one.classes[field] = state.classes[field];
    };
    choose(0);
  }

  // All that can be done in a state.
  void leave(int number) {
    const State state = found_[static_cast<std::size_t>(number)].state;
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) {
      if (!state.open.test(i)) continue;
      const Step& step = step_at(i);
      // Conditions are asked after the officer has set what the step lets them set.
      for_each_class(state, settable_[i], [&](const State& set) {
        for (const ActionRule& action : step.actions) act(set, number, step, action);
      });
    }
  }

  void act(const State& before, int from, const Step& step, const ActionRule& action) {
    if (action.only_for != Outcome::none && action.only_for != before.outcome) return;
    if (!holds(action.when, values_of(before), to_string(before.outcome))) return;
    State after = before;
    if (action.sets_outcome != Outcome::none) after.outcome = action.sets_outcome;
    run_case_clock({step.id, action.id}, after, from, step);
    if (!action.backward)
      for (std::size_t i = 0; i < bringers_.size(); ++i)
        if (bringers_[i].step == &step && brings(action.outputs, bringers_[i].kind))
          after.brought.set(i);
    if (!action.chooses_outcome) return lead_on(after, from, step, action);
    for (const Outcome outcome : {Outcome::grant, Outcome::refusal}) {
      after.outcome = outcome;
      lead_on(after, from, step, action);
    }
  }

  void run_case_clock(const Trigger& trigger, State& state, int from, const Step& step) {
    state.case_started = state.case_started || trigger == sop_.case_starts;
    const bool ends =
        std::find(sop_.case_ends.begin(), sop_.case_ends.end(), trigger) != sop_.case_ends.end();
    if (!ends || state.case_started || case_ends_first_) return;
    case_ends_first_ = true;
    places_.top.fault_at("layanan",
                         say<Wrong::case_ends_first>(step.id + '.' + trigger.action, way_to(from)));
  }

  // --- where it leads
  // ------------------------------------------------------------------------------

  void lead_on(State state, int from, const Step& step, const ActionRule& action) {
    state.open.reset(index_of(step));
    if (action.ends_permit()) {
      done(step, action);
      state.open.reset();
      state.ended = true;
      state.brought.reset();
      state.classes.assign(state.classes.size(), 0);
      return reach(std::move(state), from, step, action);
    }
    if (!action.forks) return move_on(std::move(state), from, step, action);
    std::vector<const Step*> holding;
    const FieldValues values = values_of(state);
    for (const Lead& lead : action.to)
      if (holds(lead.when, values, to_string(state.outcome)))
        holding.push_back(&sop_.step(lead.step));
    if (holding.empty()) {
      if (const auto [known, fresh] = opens_nothing_.emplace(&action, from); fresh)
        places_.of(sop_, step, action).fault(say<Wrong::opens_nothing>(action.id, way_to(from)));
      return;
    }
    if (!action.chooses_branches) return open(std::move(state), holding, from, step, action);
    if (holding.size() > kMostChoices) throw TooMany{};
    for (unsigned choice = 1; choice < 1U << holding.size(); ++choice) {
      std::vector<const Step*> chosen;
      for (std::size_t i = 0; i < holding.size(); ++i)
        if (choice & 1U << i) chosen.push_back(holding[i]);
      open(state, chosen, from, step, action);
    }
  }

  // Whether `other` lies in a branch of the block that `step` lies in, `depth` blocks from outside.
  static bool is_in_block(const Step& other, const Step& step, std::size_t depth) {
    return other.within.size() > depth && other.within[depth].join == step.within[depth].join &&
           std::equal(step.within.begin(), step.within.begin() + static_cast<std::ptrdiff_t>(depth),
                      other.within.begin());
  }

  void move_on(State state, int from, const Step& step, const ActionRule& action) {
    const Step& next = sop_.step(action.to.front().step);
    if (action.backward)
      for (std::size_t i = 0; i < bringers_.size(); ++i)
        if (const Step* by = bringers_[i].step;
            by && by->number >= next.number && !sop_.are_siblings(*by, next))
          state.brought.reset(i);
    if (action.cancels_branches) {
      // The block that is left: its other branches close.
      for (std::size_t i = 0; i < sop_.steps.size(); ++i)
        if (is_in_block(step_at(i), step, next.within.size())) state.open.reset(i);
    } else if (next.joins && next.id == step.block()) {
      // The last branch to arrive opens it.
      for (std::size_t i = 0; i < sop_.steps.size(); ++i)
        if (state.open.test(i) && is_in_block(step_at(i), step, step.within.size() - 1)) {
          done(step, action);
          return reach(std::move(state), from, step, action);
        }
    }
    open(std::move(state), {&next}, from, step, action);
  }

  // A branch that is the join itself has arrived already, unless it is the only one.
  void open(State state, std::vector<const Step*> steps, int from, const Step& step,
            const ActionRule& action) {
    if (action.forks && steps.size() > 1)
      std::erase_if(steps, [&](const Step* one) { return one->id == action.join; });
    for (const Step* next : steps)
      for (const std::string& need : next->needs) {
        if (has(state, need, *next)) continue;
        if (from >= 0) wanting_.try_emplace(&action, next, need);
        if (from < 0) places_.steps.front().fault(say<Wrong::need_not_brought>(next->id, need));
        return;
      }
    for (const Step* next : steps) state.open.set(index_of(*next));
    done(step, action);
    reach(std::move(state), from, step, action);
  }

  bool has(const State& state, const std::string& need, const Step& at) const {
    for (std::size_t i = 0; i < bringers_.size(); ++i)
      if (state.brought.test(i) && bringers_[i].kind == need &&
          !(bringers_[i].step && sop_.are_siblings(*bringers_[i].step, at)))
        return true;
    return false;
  }

  void done(const Step& step, const ActionRule& action) {
    done_[index_of(step)][static_cast<std::size_t>(&action - step.actions.data())] = true;
  }

  // --- what is wrong
  // -------------------------------------------------------------------------------

  // "pengajuan.submit, verifikasi.accept", with what of the form matters.
  std::string way_to(int number) const {
    std::vector<std::string> moves;
    const State* first = nullptr;
    for (; number >= 0; number = found_[static_cast<std::size_t>(number)].from) {
      const Found& one = found_[static_cast<std::size_t>(number)];
      moves.push_back(one.step->id + '.' + one.action->id);
      first = &one.state;
    }
    std::reverse(moves.begin(), moves.end());
    std::vector<std::string> form;
    if (first)
      for (const auto& [field, value] : values_of(*first))
        form.push_back(field + '=' + to_string(value));
    std::string text = fmt::format("{}", fmt::join(moves, ", "));
    if (!form.empty()) text += fmt::format(" ({})", fmt::join(form, ", "));
    return text;
  }

  // States from which an end can be reached.
  std::vector<bool> with_an_end() const {
    std::vector<std::vector<int>> back(found_.size());
    for (const auto& [to, from] : ways_back_) back[static_cast<std::size_t>(to)].push_back(from);
    std::vector<bool> ends(found_.size(), false);
    std::deque<int> ahead;
    for (std::size_t i = 0; i < found_.size(); ++i)
      if (found_[i].state.ended) {
        ends[i] = true;
        ahead.push_back(static_cast<int>(i));
      }
    while (!ahead.empty()) {
      const int one = ahead.front();
      ahead.pop_front();
      for (const int from : back[static_cast<std::size_t>(one)])
        if (!ends[static_cast<std::size_t>(from)]) {
          ends[static_cast<std::size_t>(from)] = true;
          ahead.push_back(from);
        }
    }
    return ends;
  }

  void judge() {
    if (!opens_nothing_.empty() || case_ends_first_ || found_.empty()) return;
    if (judge_never()) return;
    const std::vector<bool> ends = with_an_end();
    int first = -1;
    for (std::size_t i = 0; i < found_.size(); ++i) {
      if (ends[i]) continue;
      if (first < 0) first = static_cast<int>(i);
      if (say_stuck(static_cast<int>(i))) return;
    }
    if (first >= 0) say_never_ends(first);
  }

  // Actions that nothing ever lets happen, in steps that open; else steps that nothing opens.
  bool judge_never() {
    std::bitset<kMostSteps> opened;
    opened.set(0);
    for (const Found& one : found_) opened |= one.state.open;
    for (std::size_t i = 1; i < sop_.steps.size(); ++i)
      if (!is_led_to(step_at(i).id)) return say_unreachable(i);
    bool wrong = false;
    std::vector<std::string> said;
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) {
      const Step& step = step_at(i);
      for (std::size_t k = 0; opened.test(i) && k < step.actions.size(); ++k) {
        if (done_[i][k]) continue;
        wrong = true;
        const ActionRule& action = step.actions[k];
        const auto wanting = wanting_.find(&action);
        if (wanting == wanting_.end()) {
          places_.of(sop_, step, action).fault(say<Wrong::never_happens>(action.id));
          continue;
        }
        const auto& [next, need] = wanting->second;
        const std::string both = next->id + '.' + need;
        if (std::find(said.begin(), said.end(), both) != said.end()) continue;
        said.push_back(both);
        places_.steps[index_of(*next)].fault(say<Wrong::need_not_brought>(next->id, need));
      }
    }
    for (std::size_t i = 0; !wrong && i < sop_.steps.size(); ++i)
      if (!opened.test(i)) return say_unreachable(i);
    return wrong;
  }

  bool is_led_to(const std::string& id) const {
    return std::any_of(sop_.steps.begin(), sop_.steps.end(), [&](const Step& step) {
      return std::any_of(step.actions.begin(), step.actions.end(),
                         [&](const ActionRule& action) { return action.leads_to(id); });
    });
  }
  // What only it leads to, or needs what it brings, follows from it.
  bool say_unreachable(std::size_t step) {
    places_.steps[step].fault(say<Wrong::unreachable_step>(step_at(step).id));
    return true;
  }

  // Whether nothing can be done in the state; then it says why.
  bool say_stuck(int number) {
    const State& state = found_[static_cast<std::size_t>(number)].state;
    const FieldValues values = values_of(state);
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) {
      if (!state.open.test(i)) continue;
      const Step& step = step_at(i);
      for (const ActionRule& action : step.actions)
        if (const auto wanting = wanting_.find(&action); wanting != wanting_.end())
          if (!has(state, wanting->second.second, *wanting->second.first)) {
            places_.steps[i].fault(say<Wrong::stuck_without_document>(
                step.id, wanting->second.second, way_to(number)));
            return true;
          }
      if (std::none_of(step.actions.begin(), step.actions.end(), [&](const ActionRule& action) {
            return (action.only_for == Outcome::none || action.only_for == state.outcome) &&
                   holds(action.when, values, to_string(state.outcome));
          })) {
        places_.steps[i].fault(say<Wrong::no_action_holds>(step.id, way_to(number)));
        return true;
      }
    }
    return false;
  }

  void say_never_ends(int number) {
    const State& state = found_[static_cast<std::size_t>(number)].state;
    for (std::size_t i = 0; i < sop_.steps.size(); ++i)
      if (state.open.test(i))
        return places_.steps[i].fault(say<Wrong::never_ends>(step_at(i).id, way_to(number)));
  }

  const Sop& sop_;
  const SopPlaces& places_;
  std::vector<FieldClasses> fields_;
  std::vector<std::vector<std::size_t>> settable_;  // of each step, into fields_
  std::vector<Bringer> bringers_;
  std::vector<Found> found_;
  std::unordered_map<State, int, HashOfState> numbers_;
  std::vector<std::pair<int, int>> ways_back_;  // to, from
  std::vector<std::vector<bool>> done_;         // actions that happened once
  std::map<const ActionRule*, int> opens_nothing_;
  std::map<const ActionRule*, std::pair<const Step*, std::string>> wanting_;
  bool case_ends_first_ = false;
};

}  // namespace

int explore(const Sop& sop, const SopPlaces& places) {
  if (sop.steps.size() > kMostSteps) {
    places.top.fault_at("langkah", say<Wrong::too_many_steps>(kMostSteps));
    return 0;
  }
  return Explorer(sop, places).explore();
}

}  // namespace tenggat
