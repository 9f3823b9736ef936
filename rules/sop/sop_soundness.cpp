#include "rules/sop/sop_soundness.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "rules/fault_words.h"

namespace tenggat {
namespace {

class Soundness {
 public:
  Soundness(Sop& sop, const SopPlaces& places) : sop_(sop), places_(places) {}

  // What a mistake in a name brings along is not said as well: a name that is nowhere is one fault,
  // however often it stands, and what follows from the way of the file only where all names hold.
  bool check() {
    const bool roles_hold = !sop_.roles.empty() && check_roles();
    const bool way_holds = places_.steps_named && check_steps() && check_triggers();
    if (places_.steps_named && sop_.withdrawal &&
        !sop_.find_step(sop_.withdrawal->until_step_opens))
      places_.top.fault_at("penarikan", say<Wrong::bad_withdrawal>());
    if (roles_hold) check_chains();
    if (sop_.steps.empty()) return false;
    check_first_step();
    check_performers();
    if (roles_hold) check_copies();
    check_automatic();
    return way_holds && lay_out_blocks(sop_, places_);
  }

 private:
  // The names that are nowhere, with the places where they stand, in the order of the file.
  using Unknown = std::map<std::string, std::vector<YamlValue>>;
  static std::string lines_of(const std::vector<YamlValue>& places) {
    std::set<int> lines;
    for (const YamlValue& place : places) lines.insert(place.line());
    return fmt::format("{}", fmt::join(lines, ", "));
  }
  static const YamlValue& first_of(const std::vector<YamlValue>& places) {
    return *std::min_element(
        places.begin(), places.end(), [](const YamlValue& a, const YamlValue& b) {
          return std::pair(a.line(), a.column()) < std::pair(b.line(), b.column());
        });
  }

  bool check_roles() {
    Unknown unknown;
    for (const auto& [role, place] : places_.role_uses)
      if (!sop_.find_role(role)) unknown[role].push_back(place);
    for (const auto& [role, places] : unknown)
      first_of(places).fault(places.size() == 1
                                 ? say<Wrong::no_role>(role)
                                 : say<Wrong::no_role_on_lines>(role, lines_of(places)));
    return unknown.empty();
  }

  bool check_steps() {
    Unknown unknown;
    for (const auto& [step, place] : places_.step_uses)
      if (!sop_.find_step(step)) unknown[step].push_back(place);
    for (const auto& [trigger, place] : places_.triggers)
      if (!sop_.find_step(trigger.step)) unknown[trigger.step].push_back(place);
    for (const auto& [step, places] : unknown)
      first_of(places).fault(places.size() == 1
                                 ? say<Wrong::no_step>(step)
                                 : say<Wrong::no_step_on_lines>(step, lines_of(places)));
    return unknown.empty();
  }

  bool check_triggers() {
    std::map<std::pair<std::string, std::string>, std::vector<YamlValue>> unknown;
    for (const auto& [trigger, place] : places_.triggers) {
      const Step* step = sop_.find_step(trigger.step);
      if (step && !step->find_action(trigger.action))
        unknown[{trigger.step, trigger.action}].push_back(place);
    }
    for (const auto& [name, places] : unknown)
      first_of(places).fault(say<Wrong::no_action>(name.first, name.second));
    return true;
  }

  // Each circle once, at the first of its roles.
  void check_chains() {
    std::set<std::string> said;
    for (std::size_t i = 0; i < sop_.roles.size(); ++i) {
      const std::string& role = sop_.roles[i].id;
      const std::vector<std::string> chain = sop_.chain(role);
      const auto again = std::find(chain.begin(), chain.end(), role);
      if (again == chain.end() || said.contains(role)) continue;
      said.insert(chain.begin(), again + 1);
      places_.roles[i].fault(say<Wrong::circle>(role));
    }
  }

  void check_first_step() {
    const Step& first = sop_.steps.front();
    const std::vector<ActionRule>& actions = first.actions;
    if (!sop_.find_role(first.role) || actions.empty()) return;  // said already
    // A returned file that is not mended may lapse by itself.
    const bool only_lapses =
        std::all_of(actions.begin() + 1, actions.end(), [](const ActionRule& one) {
          return one.automatic_after && one.state == PermitState::lapsed;
        });
    if (!sop_.is_applicant(first.role) || actions.front().automatic_after || !only_lapses)
      places_.steps.front().fault(say<Wrong::bad_first_step>());
  }

  void check_performers() {
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) {
      const Step& step = sop_.steps[i];
      const Role* role = sop_.find_role(step.role);
      if (role && role->observer) places_.steps[i].fault(say<Wrong::observer_acts>(role->id));
      if (role && role->applicant && !step.ladder.empty())
        places_.steps[i].fault(say<Wrong::applicant_ladder>());
      if (role && role->applicant && step.re_entry != ReEntry::fresh)
        places_.steps[i].fault(say<Wrong::applicant_re_entry>());
    }
  }

  void check_copies() {
    std::set<std::string> said;
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) {
      const Role* role = sop_.find_role(sop_.steps[i].role);
      const Ladder* ladder = sop_.find_ladder(sop_.steps[i].ladder);
      if (!role || !ladder || !role->copy.empty()) continue;
      for (const RungRule& rung : ladder->rungs)
        if (std::any_of(rung.to.begin(), rung.to.end(),
                        [](const Target& target) { return target.kind == Target::Kind::copy; }) &&
            said.insert(role->id).second)
          places_.steps[i].fault(say<Wrong::no_copy>(rung.name(), role->id));
    }
  }

  // The system hands in no files and has nothing to say.
  void check_automatic() {
    for (std::size_t i = 0; i < sop_.steps.size(); ++i)
      for (const ActionRule& action : sop_.steps[i].actions) {
        const bool needs_file =
            !action.backward && std::any_of(action.outputs.begin(), action.outputs.end(),
                                            [](const Output& output) { return output.file; });
        if (action.automatic_after && (needs_file || action.note != ActionRule::Note::optional))
          places_.steps[i].fault(say<Wrong::cannot_be_automatic>(action.id));
      }
  }

  Sop& sop_;
  const SopPlaces& places_;
};

}  // namespace

bool is_budget(const YamlValue& value) {
  return value.is_scalar() && parse_budget(value.text()).has_value();
}

bool check_soundness(Sop& sop, const SopPlaces& places) { return Soundness(sop, places).check(); }

const YamlValue& SopPlaces::of(const Sop& sop, const Step& step, const ActionRule& action) const {
  const auto index = static_cast<std::size_t>(&step - sop.steps.data());
  return actions.at(index).at(static_cast<std::size_t>(&action - step.actions.data()));
}

}  // namespace tenggat
