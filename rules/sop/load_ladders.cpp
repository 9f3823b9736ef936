// Ladders: whom a deadline tells, and when (`eskalasi`).
#include "rules/sop/sop_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "rules/fault_words.h"

namespace tenggat {
namespace {

Read<Target> parse_target(std::string_view text) {
  if (text == "role") return Target{Target::Kind::role, 1, ""};
  if (text == "assignee") return Target{Target::Kind::assignee, 1, ""};
  if (text == "copy") return Target{Target::Kind::copy, 1, ""};
  if (text == "applicant") return Target{Target::Kind::applicant, 1, ""};
  if (text == "superior") return Target{Target::Kind::superior, 1, ""};
  if (text.starts_with("superior(") && text.ends_with(")")) {
    const std::string_view digits = text.substr(9, text.size() - 10);
    int level = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), level);
    if (error == std::errc() && end == digits.data() + digits.size() && level >= 1 && level <= 9)
      return Target{Target::Kind::superior, level, ""};
    return say<Wrong::bad_level>();
  }
  return Target{Target::Kind::named_role, 1, std::string(text)};
}

struct RungAt {
  RungRule::At at = RungRule::At::due;
  int percent = 0;
  Budget after;
};

Read<RungAt> parse_rung_at(std::string_view text) {
  if (text == "start") return RungAt{RungRule::At::start, 0, {}};
  if (text == "due") return RungAt{RungRule::At::due, 0, {}};
  if (text.ends_with("%")) {
    int percent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size() - 1, percent);
    if (error == std::errc() && end == text.data() + text.size() - 1 && percent >= 1 &&
        percent <= 99)
      return RungAt{RungRule::At::percent, percent, {}};
    return say<Wrong::bad_percentage>();
  }
  if (text.starts_with("+")) {
    const auto budget = read_budget(text.substr(1));
    if (!budget) return budget.error();
    return RungAt{RungRule::At::after_due, 0, *budget};
  }
  return say<Wrong::bad_rung>();
}

}  // namespace

std::vector<RungRule> SopReader::read_rungs(const YamlValue& list, bool of_case) {
  std::vector<RungRule> rungs;
  std::set<std::string> names;
  for (const YamlValue& item : list.list()) {
    const YamlMap entry = item.map({"pada", "kepada", "kali", "mendesak"});
    if (!entry.present()) continue;
    RungRule rung;
    const auto at = entry.at("pada").parsed(parse_rung_at);
    if (!at) continue;
    rung.at = at->at;
    rung.percent = at->percent;
    rung.after = at->after;
    rung.times = entry.has("kali") ? entry.find("kali").integer(1, 100).value_or(1) : 1;
    if (rung.times > 1 && rung.at != RungRule::At::after_due)
      entry.fault_at("kali", say<Wrong::repeated_rung>());
    const std::vector<YamlValue> told = entry.at("kepada").list_or_one();
    for (const YamlValue& to : told) {
      const auto target = to.parsed(parse_target);
      if (!target) continue;
      if (!accepted_before_ && std::find(rung.to.begin(), rung.to.end(), *target) != rung.to.end())
        to.fault(say<Wrong::told_twice>(to.text()));
      if (target->kind == Target::Kind::named_role) places_.role_uses.push_back({target->name, to});
      const bool of_nobody = target->kind == Target::Kind::applicant;
      if (of_case && !of_nobody && target->kind != Target::Kind::named_role)
        to.fault(say<Wrong::case_has_no_role>());
      // Before its date there is nothing to apologise for, and on it that is told anyway.
      if (of_case && of_nobody && rung.at != RungRule::At::after_due)
        to.fault(say<Wrong::case_apology>());
      rung.to.push_back(*target);
    }
    rung.urgent = entry.find("mendesak").flag_or(false);
    if (told.empty() && entry.find("kepada").is_list()) entry.fault(say<Wrong::nobody_told>());
    if (!names.insert(rung.name()).second)
      entry.fault_at("pada", say<Wrong::rung_twice>(rung.name()));
    rungs.push_back(std::move(rung));
  }
  return rungs;
}

// The step's own rungs in place of the ladder's of the same instant, others beside them. The
// merged ladder bears the step's name, which no ladder of the file can: it holds a colon.
void SopReader::override_ladder(const YamlMap& entry, Step& step) {
  if (!entry.has("eskalasi")) return;
  const Ladder* base = sop_.find_ladder(step.ladder);
  Ladder own{"langkah:" + step.id, base ? base->rungs : std::vector<RungRule>()};
  for (RungRule& rung : read_rungs(entry.find("eskalasi"), false)) {
    const auto same = std::find_if(own.rungs.begin(), own.rungs.end(),
                                   [&](const RungRule& one) { return one.name() == rung.name(); });
    if (same == own.rungs.end())
      own.rungs.push_back(std::move(rung));
    else
      *same = std::move(rung);
  }
  step.ladder = own.id;
  sop_.ladders.push_back(std::move(own));
}

void SopReader::read_ladders(const YamlMap& top) {
  for (const auto& [key, value] : top.find("eskalasi").entries())
    sop_.ladders.push_back({identifier(key), read_rungs(value, false)});
  sop_.case_ladder = read_rungs(top.find("eskalasi_layanan"), true);
}

}  // namespace tenggat
