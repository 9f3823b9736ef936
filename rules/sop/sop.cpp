#include "rules/sop/sop.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tenggat {
namespace {

constexpr std::array kStates = {"active", "returned", "issued", "rejected", "withdrawn", "lapsed"};
constexpr std::array kParties = {"office", "applicant", "other_agency"};
constexpr std::array kOutcomes = {"", "grant", "refusal"};

template <class Item>
const Item* find_by_id(const std::vector<Item>& items, std::string_view id) {
  for (const Item& item : items)
    if (item.id == id) return &item;
  return nullptr;
}

// What is open on a permit is in the version that the permit is pinned to. What is closed is not
// asked for here: see Sop::under.
template <class Item>
const Item& get(const Item* item, std::string_view what, std::string_view id) {
  if (!item) throw std::logic_error(fmt::format("no {} '{}' in this SOP", what, id));
  return *item;
}

}  // namespace

std::string_view to_string(PermitState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

std::optional<PermitState> parse_permit_state(std::string_view text) {
  for (std::size_t i = 0; i < kStates.size(); ++i)
    if (text == kStates[i]) return static_cast<PermitState>(i);
  return std::nullopt;
}

std::string_view to_string(Party party) { return kParties.at(static_cast<std::size_t>(party)); }

std::string_view to_string(Outcome outcome) {
  return kOutcomes.at(static_cast<std::size_t>(outcome));
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  for (std::size_t i = 0; i < kOutcomes.size(); ++i)
    if (text == kOutcomes[i]) return static_cast<Outcome>(i);
  return std::nullopt;
}

const ActionRule* Step::find_action(std::string_view action) const {
  return find_by_id(actions, action);
}

bool brings(const std::vector<Output>& outputs, std::string_view kind) {
  return std::any_of(outputs.begin(), outputs.end(),
                     [&](const Output& output) { return output.kind == kind; });
}

bool Step::brings(std::string_view kind) const {
  return tenggat::brings(outputs, kind) ||
         std::any_of(actions.begin(), actions.end(), [&](const ActionRule& action) {
           return tenggat::brings(action.outputs, kind);
         });
}

std::string RungRule::name() const {
  switch (at) {
    case At::start:
      return "start";
    case At::percent:
      return std::to_string(percent) + '%';
    case At::due:
      return "due";
    case At::after_due:
      return "+" + after.to_string();
  }
  return "";
}

const Sop& Sop::under(const std::string& of_version) const {
  if (of_version.empty() || of_version == version || !versions) return *this;
  const auto found = versions->find(of_version);
  return found == versions->end() ? *this : *found->second;
}

const Step* Sop::find_step(std::string_view step) const { return find_by_id(steps, step); }
const Step& Sop::step(std::string_view name) const { return get(find_step(name), "step", name); }
std::string Sop::step_name(std::string_view name) const {
  const Step* step = find_step(name);
  return step ? step->short_name : std::string(name);
}
const Role* Sop::find_role(std::string_view role) const { return find_by_id(roles, role); }
const Role& Sop::role(std::string_view name) const { return get(find_role(name), "role", name); }
const Ladder* Sop::find_ladder(std::string_view ladder) const {
  return find_by_id(ladders, ladder);
}
const PauseReason* Sop::find_pause(std::string_view reason) const {
  return find_by_id(pauses, reason);
}

const Field* Sop::find_field(std::string_view field) const { return find_by_id(fields, field); }

bool ActionRule::leads_to(std::string_view step) const {
  return std::any_of(to.begin(), to.end(), [&](const Lead& lead) { return lead.step == step; });
}

bool Sop::are_siblings(const Step& one, const Step& other) const {
  const std::size_t both = std::min(one.within.size(), other.within.size());
  for (std::size_t i = 0; i < both; ++i)
    if (!(one.within[i] == other.within[i])) return one.within[i].join == other.within[i].join;
  return false;
}

const Obstacle* Sop::find_obstacle(std::string_view obstacle) const {
  return find_by_id(obstacles, obstacle);
}

bool Step::judges() const {
  return std::none_of(outputs.begin(), outputs.end(),
                      [](const Output& output) { return output.file && !output.numbered; });
}

namespace {

bool is_written(std::string_view printed, std::string_view small) {
  return std::equal(printed.begin(), printed.end(), small.begin(), small.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

// What this version says, else another one at hand.
template <class Ask>
auto ask_versions(const Sop& sop, Ask ask) {
  auto found = ask(sop);
  if (!found && sop.versions)
    for (const auto& [version, other] : *sop.versions)
      if (!found) found = ask(*other);
  return found;
}

}  // namespace

const ActionWords& Sop::words_of(std::string_view step, std::string_view action) const {
  static const ActionWords none;
  const ActionWords* found = ask_versions(*this, [&](const Sop& sop) -> const ActionWords* {
    const Step* at = sop.find_step(step);
    const ActionRule* rule = at ? at->find_action(action) : nullptr;
    return rule && !(rule->words.button.empty() && rule->words.done.empty()) ? &rule->words
                                                                             : nullptr;
  });
  return found ? *found : none;
}

const DocumentName* Sop::find_document(std::string_view kind) const {
  return ask_versions(*this, [&](const Sop& sop) -> const DocumentName* {
    for (const DocumentName& one : sop.documents)
      if (one.kind == kind) return &one;
    return nullptr;
  });
}

const std::string* Sop::find_abbreviation(std::string_view word) const {
  return ask_versions(*this, [&](const Sop& sop) -> const std::string* {
    for (const std::string& one : sop.abbreviations)
      if (is_written(one, word)) return &one;
    return nullptr;
  });
}

bool Sop::is_applicant(std::string_view role) const {
  const Role* found = find_role(role);
  return found && found->applicant;
}

bool Sop::brings(std::string_view kind) const {
  return std::any_of(steps.begin(), steps.end(),
                     [&](const Step& step) { return step.brings(kind); });
}

std::vector<std::string> Sop::kinds_of_documents() const {
  std::vector<std::string> kinds;
  const auto add = [&](const std::string& kind) {
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  };
  for (const Step& step : steps) {
    for (const std::string& need : step.needs) add(need);
    for (const Output& output : step.outputs) add(output.kind);
    for (const ActionRule& action : step.actions)
      for (const Output& output : action.outputs) add(output.kind);
  }
  return kinds;
}

bool Identity::has_page() const {
  Identity rest = *this;
  rest.name.clear();
  return rest != Identity();
}

std::vector<std::string> Sop::chain(std::string_view role) const {
  std::vector<std::string> chain;
  const Role* at = find_role(role);
  // The loader refuses circles; the bound keeps a hand-made one from hanging the daemon.
  while (at && !at->superior.empty() && chain.size() < roles.size()) {
    chain.push_back(at->superior);
    at = find_role(at->superior);
  }
  return chain;
}

}  // namespace tenggat
