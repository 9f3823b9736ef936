#include "daemon/app/rules_in_force.h"

#include <algorithm>
#include <stdexcept>

#include "daemon/base/log.h"
#include "daemon/office/number_clash.h"
#include "daemon/office/signing_in.h"
#include "daemon/office/words.h"
#include "daemon/store/moment.h"
#include "daemon/store/rules.h"
#include "daemon/store/words.h"

namespace tenggat::app {
namespace asio = boost::asio;

void RulesInForce::announce(const RuleFiles& files) {
  std::vector<StepStandard> standards;
  for (const Sop& sop : files.sops) {
    const Calendar& calendar = rulebook_.calendar(sop.calendar);
    const auto seconds = [&](const Budget& budget) {
      return static_cast<double>(nominal_time(budget, calendar).count());
    };
    for (const Step& step : sop.steps)
      standards.push_back({sop.id, step.id, seconds(step.standard)});
    standards.push_back({sop.id, "", seconds(sop.case_standard)});
  }
  metrics_.set_standards(standards);
  announce_sops(files);
  for (const Calendar& calendar : files.calendars)
    if (const Calendar* in_force = rulebook_.find_calendar(calendar.id()))
      metrics_.set_calendar_covered_until(
          calendar.id(), static_cast<double>(in_force->covered_until().time_since_epoch().count()));
}

asio::awaitable<std::set<std::string>> RulesInForce::find_clashes(pg::Connection& connection,
                                                                  const RuleFiles& files,
                                                                  Clashes clashes) {
  std::set<std::string> refused;
  std::string all;
  for (const office::NumberClash& clash : co_await office::number_clashes(connection, files.sops)) {
    refused.insert(clash.sop);
    all += (all.empty() ? "" : "; ") + clash.fault.to_string();
    if (clashes == Clashes::left_out)
      log_event(Level::error, "rules_refused", {{"fault", clash.fault.to_string()}});
  }
  if (clashes == Clashes::refused && !refused.empty()) throw std::runtime_error(all);
  co_return refused;
}

// A service that was retired needs no file.
std::vector<std::string> RulesInForce::sops_without_file(const RuleFiles& files) const {
  std::vector<std::string> ids;
  for (const Sop* sop : rulebook_.sops_in_force()) {
    const bool has_file = std::any_of(files.sops.begin(), files.sops.end(),
                                      [&](const Sop& one) { return one.id == sop->id; });
    if (!has_file && !rulebook_.retirement(sop->id)) ids.push_back(sop->id);
  }
  return ids;
}

std::vector<std::string> RulesInForce::say_sops_without_file(const RuleFiles& files) const {
  std::vector<std::string> without = sops_without_file(files);
  for (const std::string& id : without)
    log_event(Level::warning, "sop_without_file",
              {{"sop", id},
               {"effect", "it stays in force and takes applications"},
               {"remedy", "bring its file back, or: tenggat sop retire " + id}});
  return without;
}

// From before that was refused.
void RulesInForce::say_shared_addresses(Instant now) const {
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  if (sops.empty()) return;
  const Context context = rulebook_.context(*sops.front(), now);
  for (const Officer& officer : context.people.officers)
    for (const std::string& other :
         office::who_shares_address(context.people, officer, context.today()))
      log_event(Level::warning, "shared_address",
                {{"officer", officer.id},
                 {"with", other},
                 {"effect", "neither can sign in by it"},
                 {"remedy", "give each their own: tenggat officer edit"}});
}

void RulesInForce::announce_sops(const RuleFiles& files) {
  const std::vector<std::string> without = sops_without_file(files);
  for (const Sop* sop : rulebook_.sops_in_force())
    metrics_.set_sop_without_file(
        sop->id, std::find(without.begin(), without.end(), sop->id) != without.end());
}

// Calendars first: who reads in between must not find an SOP without its own.
asio::awaitable<std::vector<std::string>> RulesInForce::put(pg::Connection& connection,
                                                            const Startup& startup,
                                                            Clashes clashes) {
  std::vector<std::string> in_force;
  const auto say = [&in_force](const store::RuleSet& rules) {
    in_force.push_back(rules.kind + ' ' + rules.name);
    log_event(Level::info, "rules_in_force",
              {{"kind", rules.kind}, {"name", rules.name}, {"version", rules.hash}});
  };
  const std::set<std::string> refused = co_await find_clashes(connection, startup.rules, clashes);
  for (const store::RuleSet& calendar : startup.rules.calendar_sets)
    if (co_await store::put_in_force_if_none(connection, store::By::system(), calendar))
      say(calendar);
  for (const store::RuleSet& sop : startup.rules.sop_sets)
    if (!refused.contains(sop.name) &&
        co_await store::put_in_force(connection, store::By::system(), sop))
      say(sop);
  const store::Moment moment = co_await connection.query(store::kMoment);
  rulebook_.offer(startup.rules.sops);
  co_await rulebook_.refresh(connection, moment);
  say_shared_addresses(moment.now);
  co_await describe(connection, startup);
  co_return in_force;
}

// SOPs come into force by themselves; a calendar moves dates that applicants were told, so that a
// person must apply it.
std::vector<std::string> RulesInForce::say_where_files_differ(const RuleFiles& files) const {
  std::vector<std::string> differing;
  for (const store::RuleSet& calendar : files.calendar_sets) {
    if (!rulebook_.find_calendar(calendar.name)) continue;
    const std::string& in_force = rulebook_.calendar_version(calendar.name);
    if (in_force == calendar.hash) continue;
    differing.push_back("calendar " + calendar.name);
    log_event(Level::warning, "rules_differ",
              {{"kind", "calendar"},
               {"name", calendar.name},
               {"file", calendar.hash},
               {"in_force", in_force},
               {"remedy", "tenggat calendar preview FILE, then tenggat calendar apply FILE"}});
  }
  return differing;
}

// For whoever reads the database without the rules: the schema `laporan`.
asio::awaitable<void> RulesInForce::describe(pg::Connection& connection, const Startup& startup) {
  pg::Transaction transaction(connection);
  pg::Pipeline pipeline;
  std::vector<store::Word> words;
  for (const Sop& sop : startup.rules.sops) {
    const Calendar& calendar = rulebook_.calendar(sop.calendar);
    for (store::Word& word : office::words_of(sop, calendar)) words.push_back(std::move(word));
  }
  store::add_words(pipeline, words);
  store::add_office_fact(pipeline, startup.config.instansi, startup.config.public_url);
  co_await transaction.commit(std::move(pipeline));
}

}  // namespace tenggat::app
