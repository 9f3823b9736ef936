#include "daemon/office/rulebook.h"

#include <algorithm>
#include <stdexcept>

#include "daemon/store/people.h"
#include "daemon/store/rules.h"
#include "rules/calendar/load_calendar.h"
#include "rules/sop/load_sop.h"

namespace tenggat::office {
namespace {

// What is stored was checked before; a program that has become stricter since says so here.
[[noreturn]] void refuse_stored(const store::RuleSet& rules, const Faults& faults) {
  std::string all = "the stored " + rules.kind + " `" + rules.name + "` cannot be read:";
  for (const Fault& fault : faults) all += " " + fault.to_string() + ";";
  throw std::runtime_error(all);
}

std::shared_ptr<const Calendar> calendar_of(const store::RuleSet& rules) {
  auto calendar = load_calendar(rules.files.at(0), {rules.files.begin() + 1, rules.files.end()});
  if (!calendar) refuse_stored(rules, calendar.error());
  return std::make_shared<const Calendar>(std::move(*calendar));
}

}  // namespace

Rulebook::Rulebook(SendRules send)
    : canary_(canary_rules()), canary_people_(canary_people("")), send_(send) {
  sops_.emplace(canary_->sop.version, std::shared_ptr<const Sop>(canary_, &canary_->sop));
}

bool Rulebook::fresh(const store::Moment& moment) const {
  return people_mark_ == moment.people_mark && rules_mark_ == moment.rules_mark &&
         tokens_mark_ == moment.tokens_mark;
}

pg::Awaitable<void> Rulebook::refresh(pg::Connection& connection, store::Moment moment) {
  // A mark is taken over only after what it stands for was read, which is then at least as new.
  if (rules_mark_ != moment.rules_mark) {
    const std::vector<store::RuleSet> rules = co_await store::rules_in_force(connection);
    take(rules);
    offered_.clear();
    rules_mark_ = moment.rules_mark;
  }
  if (people_mark_ != moment.people_mark) {
    People people = co_await store::load_people(connection);
    people_ = std::move(people);
    people_mark_ = moment.people_mark;
  }
  if (tokens_mark_ != moment.tokens_mark) {
    std::vector<store::Token> loaded = co_await store::load_tokens(connection);
    std::unordered_map<std::string, store::Token> tokens;
    for (store::Token& token : loaded) {
      std::string hash = token.hash;
      tokens.emplace(std::move(hash), std::move(token));
    }
    tokens_ = std::move(tokens);
    tokens_mark_ = moment.tokens_mark;
  }
}

std::shared_ptr<const Sop> Rulebook::read(const store::RuleSet& rules) {
  const auto offered = std::ranges::find(offered_, rules.hash, &Sop::version);
  auto sop = offered != offered_.end() ? Loaded<Sop>(*offered) : load_sop(rules.files.at(0));
  if (!sop) refuse_stored(rules, sop.error());
  sop->version = rules.hash;
  sop->versions = &versions_[sop->id];
  return std::make_shared<const Sop>(std::move(*sop));
}

void Rulebook::keep(std::shared_ptr<const Sop> sop) {
  versions_[sop->id].emplace(sop->version, sop.get());
  std::string version = sop->version;
  sops_.emplace(std::move(version), std::move(sop));
}

std::vector<std::string> Rulebook::unknown_versions(
    const std::map<std::int64_t, store::StoredPermit>& permits) const {
  std::vector<std::string> unknown;
  const auto add = [&](const std::string& version) {
    if (!version.empty() && !has_version(version)) unknown.push_back(version);
  };
  for (const auto& [id, stored] : permits) {
    const Permit& permit = stored.permit;
    add(permit.sop_version);
    for (const Visit& visit : permit.visits) {
      add(visit.sop_version);
      if (visit.acknowledged) add(visit.acknowledged->sop_version);
    }
    for (const Pause& pause : permit.pauses) add(pause.sop_version);
  }
  return unknown;
}

// All or nothing: what cannot be read throws before anything has changed.
void Rulebook::take(const std::vector<store::RuleSet>& rules) {
  std::map<std::string, std::string> sop_in_force, calendar_hashes;
  std::vector<std::shared_ptr<const Sop>> sops;
  std::map<std::string, std::shared_ptr<const Calendar>> calendars;
  std::map<std::string, store::RuleSet::Retirement> retired;
  for (const store::RuleSet& set : rules) {
    if (set.kind == "sop") {
      sop_in_force[set.name] = set.hash;
      if (set.retired) retired[set.name] = *set.retired;
      if (!has_version(set.hash)) sops.push_back(read(set));
      continue;
    }
    calendar_hashes[set.name] = set.hash;
    const auto known = calendar_hashes_.find(set.name);
    const bool unchanged = known != calendar_hashes_.end() && known->second == set.hash;
    calendars[set.name] = unchanged ? calendars_.at(set.name) : calendar_of(set);
  }
  for (auto& sop : sops) keep(std::move(sop));
  for (const auto& [id, calendar] : calendars_) {
    const auto now = calendars.find(id);
    if (now == calendars.end() || now->second != calendar) retired_calendars_.push_back(calendar);
  }
  sop_in_force_ = std::move(sop_in_force);
  retired_ = std::move(retired);
  calendars_ = std::move(calendars);
  calendar_hashes_ = std::move(calendar_hashes);
}

pg::Awaitable<void> Rulebook::ensure_versions(pg::Connection& connection,
                                              std::vector<std::string> hashes) {
  auto trying = try_versions(connection, std::move(hashes));
  const std::map<std::string, std::string> missing = co_await std::move(trying);
  if (!missing.empty()) throw std::runtime_error(missing.begin()->second);
}

pg::Awaitable<std::map<std::string, std::string>> Rulebook::try_versions(
    pg::Connection& connection, std::vector<std::string> hashes) {
  std::map<std::string, std::string> missing;
  std::erase_if(hashes, [this](const std::string& hash) { return has_version(hash); });
  if (hashes.empty()) co_return missing;
  for (const std::string& hash : hashes)
    missing.emplace(hash, "no SOP version " + hash + " is stored");
  const auto stored = co_await store::load_rule_sets(connection, hashes);
  for (const store::RuleSet& rules : stored) {
    if (rules.kind != "sop") continue;
    try {
      if (!has_version(rules.hash)) keep(read(rules));
      missing.erase(rules.hash);
    } catch (const std::exception& why) {
      missing[rules.hash] = why.what();
    }
  }
  co_return missing;
}

const Sop* Rulebook::sop_in_force(std::string_view id) const {
  const auto found = sop_in_force_.find(std::string(id));
  return found == sop_in_force_.end() ? nullptr : sops_.at(found->second).get();
}

const store::RuleSet::Retirement* Rulebook::retirement(std::string_view sop) const {
  const auto found = retired_.find(std::string(sop));
  return found == retired_.end() ? nullptr : &found->second;
}

const Sop& Rulebook::sop_version(const std::string& hash) const { return *sops_.at(hash); }

const Calendar& Rulebook::calendar(const std::string& id) const {
  const Calendar* found = find_calendar(id);
  if (!found) throw std::runtime_error("no calendar `" + id + "` is in force");
  return *found;
}

const Calendar* Rulebook::find_calendar(const std::string& id) const {
  if (id == canary_->calendar.id()) return &canary_->calendar;
  const auto found = calendars_.find(id);
  return found == calendars_.end() ? nullptr : found->second.get();
}

const std::string& Rulebook::calendar_version(const std::string& id) const {
  return id == canary_->calendar.id() ? canary_->calendar_set.hash : calendar_hashes_.at(id);
}

std::vector<const Sop*> Rulebook::sops_in_force() const {
  std::vector<const Sop*> sops;
  for (const auto& [id, version] : sop_in_force_) sops.push_back(sops_.at(version).get());
  return sops;
}

const store::Token* Rulebook::find_token(const std::string& hash) const {
  const auto found = tokens_.find(hash);
  return found == tokens_.end() ? nullptr : &found->second;
}

Context Rulebook::context(const Sop& sop, Instant now) const {
  return {.sop = sop,
          .calendar = calendar(sop.calendar),
          .people = sop.internal() ? canary_people_ : people_,
          .now = now,
          .send = send_};
}

}  // namespace tenggat::office
