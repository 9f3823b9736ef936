#include "daemon/office/words.h"

#include "rules/permit/transition.h"

namespace tenggat::office {

std::vector<store::Word> words_of(const Sop& sop, const Calendar& calendar) {
  std::vector<store::Word> words;
  const auto add = [&](const char* kind, const std::string& id, const std::string& name) {
    store::Word word;
    word.sop = sop.id;
    word.kind = kind;
    word.id = id;
    word.name = name;
    word.position = static_cast<int>(words.size());
    words.push_back(std::move(word));
  };
  const auto set_standard = [&](const Budget& budget) {
    words.back().standard = budget.to_string();
    words.back().standard_seconds = nominal_time(budget, calendar).count();
  };
  add("sop", sop.id, sop.title);
  set_standard(sop.case_standard);
  words.back().zone = calendar.zone_name();
  words.back().day_seconds = calendar.nominal_day().count();
  for (const Step& step : sop.steps) {
    add("step", step.id, sop.step_name(step.id));
    set_standard(step.standard);
    words.back().position = step.number;
    words.back().role = step.role;
    for (const ActionRule& action : step.actions) {
      add("action", step.id + "." + action.id, action.id);
      words.back().backward = action.backward;
    }
  }
  for (const Role& role : sop.roles) add("role", role.id, role.name);
  for (const PauseReason& pause : sop.pauses) add("pause", pause.id, pause.name);
  for (const Obstacle& obstacle : sop.obstacles) add("obstacle", obstacle.id, obstacle.name);
  return words;
}

}  // namespace tenggat::office
