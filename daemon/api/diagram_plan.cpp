#include "daemon/api/diagram_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/diagram_words.h"
#include "daemon/api/sop_diagram.h"
#include "notifiers/words.h"

namespace tenggat {
namespace {

namespace words = diagram_words;

template <class... Arguments>
std::string filled(std::string_view pattern, const Arguments&... arguments) {
  return fmt::format(fmt::runtime(pattern), arguments...);
}

std::string_view end_words(PermitState state) {
  if (state == PermitState::rejected) return words::kRejected;
  if (state == PermitState::lapsed) return words::kLapsed;
  if (state == PermitState::withdrawn) return words::kWithdrawn;
  return words::kEnd;
}

bool is_negative(const ActionRule& action) {
  return action.backward || action.state == PermitState::rejected ||
         action.state == PermitState::lapsed || action.sets_outcome == Outcome::refusal ||
         action.only_for == Outcome::refusal;
}

// Nobody decides it: what is not paid lapses.
bool is_left_to_time(const ActionRule& action) {
  return action.automatic_after && action.state == PermitState::lapsed;
}

std::string listed(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i)
    text += (i == 0 ? "" : i + 1 == all.size() ? std::string(words::kAnd) : ", ") + all[i];
  return text;
}

class Planner {
 public:
  Planner(const Sop& sop, std::size_t step) : sop_(sop), step_(sop.steps[step]), index_(step) {}

  StepPlan plan() {
    for (const ActionRule& action : step_.actions)
      if (!action.beyond_sop && !is_left_to_time(action) && is_new(action))
        choices_.push_back(&action);
    for (const ActionRule& action : step_.actions) add_ways(action);
    const bool goes_on = std::any_of(plan_.ways.begin(), plan_.ways.end(), [&](const Way& way) {
      return way.step && *way.step > index_;
    });
    const bool ends = std::any_of(plan_.ways.begin(), plan_.ways.end(),
                                  [](const Way& way) { return way.end == words::kEnd; });
    if (index_ == 0)
      plan_.shape = StepPlan::Shape::start;
    else if (choices_.size() > 1)
      plan_.shape = StepPlan::Shape::diamond;
    else if (ends && !goes_on)
      end_here();
    add_notes();
    return std::move(plan_);
  }

 private:
  static bool leads_alike(const ActionRule& a, const ActionRule& b) {
    if (a.ends_permit() || b.ends_permit())
      return a.ends_permit() && b.ends_permit() && end_words(a.state) == end_words(b.state);
    return std::equal(a.to.begin(), a.to.end(), b.to.begin(), b.to.end(),
                      [](const Lead& x, const Lead& y) { return x.step == y.step; });
  }
  bool is_new(const ActionRule& action) const {
    return std::none_of(choices_.begin(), choices_.end(),
                        [&](const ActionRule* one) { return leads_alike(*one, action); });
  }

  void end_here() {
    plan_.shape = StepPlan::Shape::end;
    std::erase_if(plan_.ways, [](const Way& way) { return way.end == words::kEnd; });
  }

  void add_ways(const ActionRule& action) {
    Way way;
    way.beyond = action.beyond_sop;
    way.cancels = action.cancels_branches;
    way.forks = action.to.size() > 1;
    way.side = side_of(action);
    way.label = label_of(action, way.side);
    if (action.ends_permit()) {
      way.end = end_words(action.state);
      merge(std::move(way));
    }
    for (const Lead& lead : action.to) {
      way.step = static_cast<std::size_t>(sop_.step(lead.step).number) - 1;
      merge(way);
    }
  }
  void merge(Way way) {
    const auto same = std::find_if(plan_.ways.begin(), plan_.ways.end(), [&](const Way& one) {
      return one.step == way.step && one.end == way.end;
    });
    if (same == plan_.ways.end()) return plan_.ways.push_back(std::move(way));
    same->beyond = same->beyond && way.beyond;
    same->cancels = same->cancels && way.cancels;
    if (same->label.empty()) same->label = way.label;
    if (same->side.empty()) same->side = way.side;
  }

  const ActionRule* choice_of(const ActionRule& action) const {
    const auto choice = std::find_if(choices_.begin(), choices_.end(), [&](const ActionRule* one) {
      return leads_alike(*one, action);
    });
    return choice == choices_.end() ? nullptr : *choice;
  }

  // Of two choices the first is yes, unless it alone says no. Of more nothing is, where none says
  // no.
  std::string side_of(const ActionRule& action) const {
    const ActionRule* choice = choice_of(action);
    if (choices_.size() < 2 || !choice) return "";
    const auto says_no = [](const ActionRule* one) { return is_negative(*one); };
    bool no = says_no(choice);
    if (choices_.size() == 2) {
      const bool first_says_no = says_no(choices_[0]) && !says_no(choices_[1]);
      no = (choice == choices_[0]) == first_says_no;
    } else if (std::none_of(choices_.begin(), choices_.end(), says_no)) {
      return "";
    }
    return std::string(no ? words::kNo : words::kYes);
  }

  // Of several on one side each says where it leads.
  std::string label_of(const ActionRule& action, const std::string& side) const {
    const auto alike = std::count_if(choices_.begin(), choices_.end(),
                                     [&](const ActionRule* one) { return side_of(*one) == side; });
    if (!choice_of(action) || alike < 2 || action.to.size() != 1) return side;
    const std::string number = numbers_of(action);
    return filled(side.empty()         ? words::kTo
                  : side == words::kNo ? words::kNoTo
                                       : words::kYesTo,
                  number);
  }

  std::string numbers_of(const ActionRule& action) const {
    std::vector<std::string> numbers;
    for (const Lead& lead : action.to)
      numbers.push_back(std::to_string(sop_.step(lead.step).number));
    return listed(numbers);
  }

  void add_notes() {
    if (step_.joins) note(words::kJoins);
    for (const ActionRule& action : step_.actions) {
      if (action.beyond_sop) continue;
      if (action.to.size() > 1) {
        note(action.chooses_branches ? words::kChooses : words::kForks, numbers_of(action));
        for (const Lead& lead : action.to)
          if (!lead.when.always())
            note(words::kOnlyIf, sop_.step(lead.step).number, in_words(lead.when, sop_));
      } else if (choices_.size() > 2 && !action.ends_permit()) {
        note_way(action);
      }
      if (is_left_to_time(action))
        note(words::kLapsesAfter, budget_in_words(*action.automatic_after));
    }
    if (step_.stops_case) note(words::kStopsCase);
    if (step_.standard.shifts) note(words::kShifts);
  }
  void note_way(const ActionRule& action) {
    const std::string button =
        action.words.button.empty() ? notify::readable(action.id, sop_) : action.words.button;
    if (action.when.always())
      note(words::kWay, button, numbers_of(action));
    else
      note(words::kWayIf, button, in_words(action.when, sop_), numbers_of(action));
  }
  template <class... Arguments>
  void note(std::string_view pattern, const Arguments&... arguments) {
    plan_.notes.push_back(filled(pattern, arguments...));
  }

  const Sop& sop_;
  const Step& step_;
  std::size_t index_;
  std::vector<const ActionRule*> choices_;  // by the office's text, each to another place
  StepPlan plan_;
};

std::string value_in_words(const Comparison& one, const FieldValue& value, const Sop& sop) {
  if (const Field* field = sop.find_field(one.field)) return field->shown(value);
  const std::string text = to_string(value);
  return std::string(text == to_string(Outcome::refusal) ? words::kRefused : words::kGranted);
}

std::string in_words(const Comparison& one, const Sop& sop) {
  const Field* field = sop.find_field(one.field);
  const std::string name = field ? field->label : std::string(words::kOutcome);
  if (one.how == Comparison::How::present)
    return filled(one.values.front() == FieldValue(true) ? words::kPresent : words::kAbsent, name);
  if (const bool* flag = std::get_if<bool>(&one.values.front())) {
    const bool wanted = *flag == (one.how == Comparison::How::equal);
    return filled(wanted ? words::kIsTrue : words::kIsFalse, name);
  }
  constexpr std::string_view kHow[] = {words::kEqual,   words::kDiffers, words::kMore,
                                       words::kAtLeast, words::kLess,    words::kAtMost,
                                       words::kOneOf};
  std::vector<std::string> values;
  for (const FieldValue& value : one.values) values.push_back(value_in_words(one, value, sop));
  return filled(kHow[static_cast<int>(one.how)], name, fmt::format("{}", fmt::join(values, ", ")));
}

}  // namespace

std::string in_words(const Condition& condition, const Sop& sop) {
  std::vector<std::string> any;
  for (const std::vector<Comparison>& all : condition.any) {
    std::vector<std::string> each;
    for (const Comparison& one : all) each.push_back(in_words(one, sop));
    any.push_back(listed(each));
  }
  return fmt::format("{}", fmt::join(any, words::kOr));
}

std::vector<StepPlan> plan_of(const Sop& sop) {
  std::vector<StepPlan> plans;
  for (std::size_t i = 0; i < sop.steps.size(); ++i) plans.push_back(Planner(sop, i).plan());
  return plans;
}

}  // namespace tenggat
