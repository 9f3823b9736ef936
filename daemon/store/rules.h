// Rules in force, by content hash. The files on disk are what an operator wants; what is in force
// is here, so that two daemons and a restarted one agree.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/by.h"
#include "rules/error.h"
#include "rules/time.h"

namespace tenggat::store {

struct RuleSet {
  std::string kind;               // "sop" or "calendar"
  std::string name;               // id of the SOP or calendar
  std::string hash;               // of kind and files, hex; see content_hash
  std::vector<SourceFile> files;  // the main file first, then those it reads
  bool in_force = false;
  // An SOP in force that takes no new applications: since when (the office's clock), and by whom.
  struct Retirement {
    Instant at{};
    std::string by;
    bool operator==(const Retirement&) const = default;
  };
  std::optional<Retirement> retired{};
};

// SHA-256 over the kind and each file's last name part and text, hex: the same rules have the same
// hash wherever their folder lies.
std::string content_hash(const std::string& kind, const std::vector<SourceFile>& files);

// Every rule set in force, and every SOP version an open or closed permit is pinned to is found by
// its hash with load_rule_sets.
pg::Awaitable<std::vector<RuleSet>> rules_in_force(pg::Connection& connection);
// Those of `hashes` that are stored, in no particular order.
pg::Awaitable<std::vector<RuleSet>> load_rule_sets(pg::Connection& connection,
                                                   std::vector<std::string> hashes);

// Every version of every SOP that was ever stored.
pg::Awaitable<std::vector<RuleSet>> stored_sops(pg::Connection& connection);

// Stores, so that permits can be pinned to it, and puts nothing in force.
void add_store(pg::Pipeline& pipeline, const RuleSet& rules);

// The writes are transactions of their own: the connection must not be in one.

// Stores and puts in force. Nothing changes (and no mark grows) where it is in force already.
// Returns whether it changed.
pg::Awaitable<bool> put_in_force(pg::Connection& connection, By by, RuleSet rules);
// Stores without putting in force, unless nothing of this kind and name is in force yet. Returns
// whether it was put in force.
pg::Awaitable<bool> put_in_force_if_none(pg::Connection& connection, By by, RuleSet rules);

// From now on the SOP takes no new applications, whatever files come or go; open permits run on.
// False: it is retired already.
pg::Awaitable<bool> retire_sop(pg::Connection& connection, By by, std::string sop);
// False: it is not retired.
pg::Awaitable<bool> restore_sop(pg::Connection& connection, By by, std::string sop);

// Open permits of an SOP, by the version they are under.
struct SopUse {
  std::int64_t open = 0, open_earlier = 0;
};
pg::Awaitable<SopUse> use_of_sop(pg::Connection& connection, std::string sop, std::string version);

}  // namespace tenggat::store
