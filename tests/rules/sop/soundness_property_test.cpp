// A service that is proven sound never gets stuck, however it is run; one that is refused for what
// the exploration found gets stuck somewhere. The core's own decisions are what is run: the proof
// and they know blocks, conditions and documents each by themselves.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "rules/permit/transition.h"
#include "rules/sop/field_classes.h"
#include "rules/sop/load_sop.h"
#include "tests/rules/calendars.h"
#include "tests/rules/dice.h"
#include "tests/rules/office_generators.h"
#include "tests/rules/properties.h"

namespace tenggat::testing {
namespace {

const Calendar& calendar() {
  static const Calendar shipped = banjarbaru();
  return shipped;
}

// Runs a file of the service by what the core accepts.
class Walk {
 public:
  Walk(const Sop& sop, Dice& dice) : sop_(sop), dice_(dice), classes_(classes_of_fields(sop)) {
    NewPermit submission;
    submission.id = 1;
    submission.created_by = "portal";
    submission.fields = {{"a", static_cast<double>(dice.upto(10))}, {"b", dice.one_in(2)}};
    if (auto opened = open_permit(submission, context())) permit_ = std::move(opened->after);
  }

  bool opened() const { return !permit_.visits.empty(); }
  std::string open() const {
    std::string labels;
    for (const Visit& visit : permit_.visits)
      if (visit.open()) labels += label(visit) + ' ';
    return labels;
  }
  const Permit& permit() const { return permit_; }

  enum class End { ended, stuck, goes_on };
  End to_the_end(int most) {
    for (int i = 0; i < most; ++i) {
      if (is_terminal(permit_.state)) return End::ended;
      if (!one_action()) return End::stuck;
    }
    return End::goes_on;
  }

  // Whether an end can still be reached, by trying all there is to do: a walk goes round for long
  // where only one value of a field leads out, or one value here and then another there.
  bool can_end() {
    std::set<std::string> seen{place()};
    std::deque<Permit> next{permit_};
    for (; !next.empty(); next.pop_front()) {
      permit_ = next.front();
      now_ += Seconds{60};
      for (const Act& act : candidates()) {
        Decided decided = decide(next.front(), {}, act, context());
        if (!decided) continue;
        permit_ = std::move(decided->after);
        if (is_terminal(permit_.state)) return true;
        if (seen.insert(place()).second) next.push_back(permit_);
      }
    }
    return false;
  }

 private:
  // What is open and what the fields say: what may be done depends on hardly more.
  std::string place() const {
    std::string steps;
    for (const Visit& visit : permit_.visits)
      if (visit.open()) steps += visit.step + ' ';
    for (const auto& [id, value] : permit_.fields) {
      steps += id;
      if (const auto* number = std::get_if<double>(&value)) steps += fmt::format("={} ", *number);
      if (const auto* yes = std::get_if<bool>(&value)) steps += *yes ? "=ya " : "=tidak ";
    }
    return steps;
  }

  Context context() const { return {sop_, calendar(), people_, now_, {}}; }

  // All that may be tried, ways on before ways back three times in four.
  std::vector<Act> candidates() {
    std::vector<Act> on, back;
    for (const Visit& visit : permit_.visits) {
      if (!visit.open()) continue;
      const Step& step = sop_.step(visit.step);
      for (const ActionRule& rule : step.actions)
        for (const FieldValues& fields : settings(step))
          for (const std::vector<std::string>& to : choices(rule)) {
            Act act;
            act.step = step.id;
            act.action = rule.id;
            act.fields = fields;
            act.to = to;
            (rule.backward || rule.cancels_branches ? back : on).push_back(std::move(act));
          }
    }
    shuffle(on);
    shuffle(back);
    if (dice_.one_in(4)) std::swap(on, back);
    on.insert(on.end(), back.begin(), back.end());
    return on;
  }

  void shuffle(std::vector<Act>& acts) {
    for (std::size_t i = acts.size(); i > 1; --i)
      std::swap(acts[i - 1], acts[static_cast<std::size_t>(dice_.upto(static_cast<int>(i) - 1))]);
  }

  std::vector<FieldValues> settings(const Step& step) const {
    std::vector<FieldValues> all{{}};
    for (const FieldClasses& one : classes_)
      if (std::find(step.fields.begin(), step.fields.end(), one.field->id) != step.fields.end())
        for (const auto& value : one.values)
          if (value) all.push_back({{one.field->id, *value}});
    return all;
  }

  static std::vector<std::vector<std::string>> choices(const ActionRule& rule) {
    std::vector<std::vector<std::string>> all;
    if (!rule.chooses_branches) return {{}};
    for (unsigned choice = 1; choice < 1U << rule.to.size(); ++choice) {
      all.emplace_back();
      for (std::size_t i = 0; i < rule.to.size(); ++i)
        if (choice & 1U << i) all.back().push_back(rule.to[i].step);
    }
    return all;
  }

  bool one_action() {
    now_ += Seconds{60};
    for (const Act& act : candidates()) {
      Decided decided = decide(permit_, {}, act, context());
      if (!decided) continue;
      permit_ = std::move(decided->after);
      check();
      return true;
    }
    return false;
  }

  // A branch is where its latest visit is: never two open visits of one branch, or of one step.
  void check() const {
    std::vector<const Visit*> open;
    for (const Visit& visit : permit_.visits)
      if (visit.open()) open.push_back(&visit);
    for (const Visit* one : open)
      for (const Visit* other : open) {
        if (one->id >= other->id) continue;
        if (one->step == other->step) RC_FAIL("two open visits of " + one->step);
        if (one->fork == other->fork && one->branch == other->branch)
          RC_FAIL("two open visits of one branch: " + one->step + ", " + other->step);
      }
    if (!open.empty() == is_terminal(permit_.state))
      RC_FAIL("an end with an open visit, or none without");
  }

  const Sop& sop_;
  Dice& dice_;
  std::vector<FieldClasses> classes_;
  People people_;
  Permit permit_;
  Instant now_ = at("2026-04-06T08:00:00+08:00");
};

// A walk goes on three times in four, so that so many actions are many times the steps there are.
constexpr int kMostActions = 400;
constexpr int kRuns = 15, kRunsOfTheUnsound = 150;

bool is_found_by_exploring(const Faults& faults) {
  return std::all_of(faults.begin(), faults.end(), [](const Fault& fault) {
    return fault.message.find("waits for ever") != std::string::npos ||
           fault.message.find("no end can be reached") != std::string::npos ||
           fault.message.find("opens no branch where") != std::string::npos;
  });
}

TEST(SoundnessProperty, WhatIsProvenSoundNeverGetsStuckAndWhatIsRefusedDoesSomewhere) {
  int sound = 0, unsound = 0, with_blocks = 0, rare = 0;
  const auto property = [&](unsigned seed) {
    Dice dice(seed);
    const std::string text = some_service_with_blocks(dice);
    const Loaded<Sop> loaded = load_sop({"acak.yaml", text});
    if (loaded.has_error() && !is_found_by_exploring(loaded.error())) return;
    const Loaded<Sop> read = load_sop({"acak.yaml", text, true});
    if (!read) RC_FAIL(read.error().front().to_string() + "\n" + text);
    int stuck = 0;
    for (int run = 0; run < (loaded ? kRuns : kRunsOfTheUnsound); ++run) {
      Walk file(*read, dice);
      if (!file.opened()) continue;
      const Walk::End end = file.to_the_end(kMostActions);
      if (end == Walk::End::ended) continue;
      if (loaded && end == Walk::End::goes_on && file.can_end()) continue;
      ++stuck;
      if (loaded) RC_FAIL("a sound service gets stuck at " + file.open() + ":\n" + text);
      break;
    }
    if (!loaded && stuck == 0) ++rare;
    ++(loaded ? sound : unsound);
    if (loaded && text.find("gabung") != std::string::npos) ++with_blocks;
  };
  must_hold(property, calendars_wanted() * 20);
  std::printf(
      "%d sound, %d of them with blocks; %d unsound, %d of them so seldom that no walk met it\n",
      sound, with_blocks, unsound, rare);
  EXPECT_LE(rare, unsound / 8);
  EXPECT_GT(with_blocks, 20);
  EXPECT_GT(unsound, 10);
}

// What a condition says, asked of it once more in words of C++.
TEST(SoundnessProperty, AConditionHoldsWhereItsComparisonsDo) {
  using How = Comparison::How;
  must_hold(
      [](unsigned seed) {
        Dice dice(seed);
        const auto number = [&] { return static_cast<double>(dice.upto(4)); };
        FieldValues fields;
        if (!dice.one_in(4)) fields["a"] = number();
        if (!dice.one_in(4)) fields["b"] = number();
        Condition condition;
        bool some = false;
        for (int i = 1 + dice.upto(2); i > 0; --i) {
          condition.any.emplace_back();
          bool every = true;
          for (int k = 1 + dice.upto(2); k > 0; --k) {
            const std::string field = dice.one_in(2) ? "a" : "b";
            const auto how = static_cast<How>(dice.upto(static_cast<int>(How::present)));
            const double other = number(), third = number();
            const bool there = fields.contains(field);
            const double is = there ? std::get<double>(fields[field]) : -1;
            Comparison one{field, how, {other}};
            if (how == How::one_of) one.values.emplace_back(third);
            if (how == How::present) one.values = {dice.one_in(2)};
            const bool flag = how == How::present && std::get<bool>(one.values.front());
            every = every && ((how == How::equal && there && is == other) ||
                              (how == How::differs && (!there || is != other)) ||
                              (how == How::more && there && is > other) ||
                              (how == How::at_least && there && !(is < other)) ||
                              (how == How::less && there && is < other) ||
                              (how == How::at_most && there && !(is > other)) ||
                              (how == How::one_of && there && (is == other || is == third)) ||
                              (how == How::present && flag == there));
            condition.any.back().push_back(std::move(one));
          }
          some = some || every;
        }
        if (holds(condition, fields, "") != some)
          RC_FAIL("a condition holds otherwise than its comparisons");
      },
      calendars_wanted() * 200);
}

}  // namespace
}  // namespace tenggat::testing
