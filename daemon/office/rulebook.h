// What a daemon keeps in memory of the database: SOPs by version, calendars in force, people,
// tokens; and the texts from its files. As fresh as the marks read in each transaction say.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/office/canary_rules.h"
#include "daemon/pg/connection.h"
#include "daemon/store/moment.h"
#include "daemon/store/permits.h"
#include "daemon/store/rules.h"
#include "daemon/store/tokens.h"
#include "rules/calendar/calendar.h"
#include "rules/permit/people.h"
#include "rules/permit/quiet.h"
#include "rules/permit/rule_source.h"

namespace tenggat::office {

class Rulebook final : public RuleSource {
 public:
  explicit Rulebook(SendRules send);

  // Reloads what grew since. Uses the connection's open transaction, if any, and changes nothing in
  // the database. Throws std::runtime_error, and keeps what it had, where stored rules cannot be
  // read.
  pg::Awaitable<void> refresh(pg::Connection& connection, store::Moment moment);
  // Loads SOP versions that permits are pinned to and that are not in memory yet. Throws
  // std::runtime_error where one is not stored or cannot be read.
  pg::Awaitable<void> ensure_versions(pg::Connection& connection, std::vector<std::string> hashes);
  // The same, but returns why each of those is not there.
  pg::Awaitable<std::map<std::string, std::string>> try_versions(pg::Connection& connection,
                                                                 std::vector<std::string> hashes);
  // What was just read from files: versions among them are not read once more from the database at
  // the next refresh(). To read a file takes longer than all else of a start.
  void offer(std::vector<Sop> sops) { offered_ = std::move(sops); }
  bool fresh(const store::Moment& moment) const;
  bool has_version(const std::string& hash) const override { return sops_.contains(hash); }
  // What is not in memory yet of the versions these permits are under, and were under when what is
  // closed was closed: for ensure_versions().
  std::vector<std::string> unknown_versions(
      const std::map<std::int64_t, store::StoredPermit>& permits) const;

  // SOPs and calendars live as long as the rulebook, also when they are no longer in force; people
  // and tokens until the next refresh().
  const Sop* sop_in_force(std::string_view id) const override;
  const Sop& sop_version(const std::string& hash) const override;  // must have been ensured
  // Null: it takes new applications.
  const store::RuleSet::Retirement* retirement(std::string_view sop) const;
  bool is_retired(std::string_view sop) const override { return retirement(sop) != nullptr; }
  // The daemon's own, in no list: what its canary is opened under.
  const CanaryRules& canary() const { return *canary_; }
  const Sop& canarys_sop() const override { return canary_->sop; }
  void set_canary_address(const std::string& to) { canary_people_ = canary_people(to); }
  const Calendar& calendar(const std::string& id) const;  // the one in force; must exist
  const Calendar* find_calendar(const std::string& id) const;
  const std::string& calendar_version(const std::string& id) const override;  // content hash
  std::vector<const Sop*> sops_in_force() const override;
  const People& people() const override { return people_; }
  const SendRules& send() const { return send_; }
  void set_send(SendRules send) { send_ = send; }
  // Null: no such token. The caller asks whether it is live.
  const store::Token* find_token(const std::string& hash) const;

  Context context(const Sop& sop, Instant now) const override;

 private:
  void take(const std::vector<store::RuleSet>& rules);
  std::shared_ptr<const Sop> read(const store::RuleSet& rules);
  void keep(std::shared_ptr<const Sop> sop);

  std::shared_ptr<const CanaryRules> canary_;
  People canary_people_;
  SendRules send_;
  std::int64_t people_mark_ = -1, rules_mark_ = -1, tokens_mark_ = -1;
  std::unordered_map<std::string, std::shared_ptr<const Sop>> sops_;  // by version
  std::vector<Sop> offered_;
  std::map<std::string, SopVersions> versions_;      // of sops_, by id; each sop points into it
  std::map<std::string, std::string> sop_in_force_;  // id → version
  std::map<std::string, store::RuleSet::Retirement> retired_;         // SOPs, by id
  std::map<std::string, std::shared_ptr<const Calendar>> calendars_;  // in force, by id
  std::map<std::string, std::string> calendar_hashes_;                // of calendars_
  std::vector<std::shared_ptr<const Calendar>> retired_calendars_;
  People people_;
  std::unordered_map<std::string, store::Token> tokens_;  // by hash
};

}  // namespace tenggat::office
