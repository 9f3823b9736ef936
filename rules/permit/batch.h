// What becomes of commands that are decided together: each in the order of its arrival, on the
// permit as those before it have left it. A refused one spoils nothing. What must be read before,
// what is to be written after, and the answer to each; the caller does both in one transaction.
// Source: docs/reference.md, HTTP API.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "rules/permit/objection.h"
#include "rules/permit/rule_source.h"
#include "rules/permit/stored_permit.h"
#include "rules/permit/uploads.h"

namespace tenggat {

struct Submission {
  std::string sop;      // id; the version in force is pinned
  bool canary = false;  // the daemon's own: under its own SOP, with an id below zero
  StoredPermit::Applicant applicant;
  NewPermit permit;  // id, number and digest are filled here
  std::string fields = "{}";
};

// Who asks, so that a repeat is recognised: one key is applied once per token.
struct IdempotencyKey {
  std::int64_t token = 0;
  std::string key;
  std::string request;  // SHA-256 of method, path and raw body
};
using TokenKey = std::pair<std::int64_t, std::string>;

struct CommandRequest {
  std::int64_t permit = 0;  // 0: a submission
  Actor actor;
  std::variant<Command, Submission> command;
  IdempotencyKey idempotency;

  bool opens() const { return permit == 0; }
  // The permit that stands still while it is decided: its own, or the one that it objects to.
  std::optional<std::int64_t> holds() const {
    if (!opens()) return permit;
    const auto* submission = std::get_if<Submission>(&command);
    return submission ? submission->permit.related : std::nullopt;
  }
  TokenKey key() const { return {idempotency.token, idempotency.key}; }
};

struct CommandAnswer {
  enum class Kind {
    done,        // committed now
    repeated,    // this key was applied before: the same answer
    refused,     // by the core; nothing was written
    not_found,   // no such permit or SOP
    key_reused,  // the key was used for another request
    busy,        // queue full or database unable: try again
    failed,      // this command cannot be written: a bug, logged
  };
  Kind kind = Kind::failed;
  int status = 0;      // done, repeated: as it was rendered
  std::string body{};  // done, repeated; for refused the permit as it is (may be empty)
  std::optional<Refusal> refusal{};
  std::string outage{};  // busy: the SQLSTATE of what keeps the database from it; empty: a crowd
};
std::string_view to_string(CommandAnswer::Kind kind);

// A command's permit as the command left it.
struct AnswerFacts {
  const Actor& actor;
  const StoredPermit& stored;
  const Sop& sop;
  const Calendar& calendar;
  Instant now{};
  bool opened = false;  // by this command
};
// An answer in the words of whoever speaks with callers; `status` is theirs, too.
struct Rendered {
  int status = 0;
  std::string body;
};
using RenderAnswer = std::function<Rendered(const AnswerFacts&)>;

// The answer that is stored with a key and given again to whoever repeats it.
struct KeptAnswer {
  std::int64_t token = 0;
  std::string key;
  std::string request;  // SHA-256 of method, path and raw body
  int status = 0;
  std::string body;
};

// The last number given, by SOP and civil year.
using NumberCounters = std::map<std::pair<std::string, int>, std::int64_t>;

// New permit ids are time-ordered: the office's seconds above, a tail that comes once below.
struct NewIds {
  std::vector<std::int64_t> tails;
  // The second of the highest id there is. New ones are not given an earlier one, though the clock
  // be set back: who pages through permits by their ids would never see them.
  Instant latest{};
};
std::int64_t permit_id(Instant second, std::int64_t tail);
Instant second_of(std::int64_t permit);

// What must be known before they are decided.
struct BatchNeeds {
  std::set<std::int64_t> permits;      // to be locked
  std::set<std::int64_t> objected_to;  // of these, what they are locked for
  std::set<std::string> sops;          // whose numbers are to be given
  std::size_t submissions = 0;
  std::vector<std::int64_t> tokens;  // with the keys beside them
  std::vector<std::string> keys;
  std::set<std::string> files;        // hashes that documents name
  std::set<std::int64_t> with_files;  // permits that get some of them
};
BatchNeeds needs_of(const std::vector<const CommandRequest*>& commands);

// As it was read, after the locks.
struct BatchFacts {
  Instant now{};
  std::map<std::int64_t, StoredPermit> permits;  // locked for this batch
  std::set<std::int64_t> locked_elsewhere;       // these exist, too
  std::vector<RaisedObjection> objections;       // to any of them, read once they were locked
  std::map<TokenKey, KeptAnswer> kept;
  NumberCounters numbers;
  NewIds ids;
  FileSizes files;  // of those that commands bring the stored ones
  std::map<std::int64_t, FileSizes> files_of;
};

// What nobody may guess, drawn for a submission; the digest is keyed with this salt.
struct Drawn {
  std::string salt, tracking_seed, applicant_digest;
};

struct BatchTerms {
  const RuleSource& rules;
  const RenderAnswer& render;
  std::uint64_t permit_file_bytes = 0;  // of the files of one permit together
};

struct BatchDecision {
  std::vector<PermitChange> changes;  // by permit, ids ascending; none: there is nothing to commit
  std::vector<std::string> files_taken;
  std::vector<KeptAnswer> to_keep;
  NumberCounters numbers;  // those that have grown
  // In the commands' order; nothing where the permit is locked elsewhere: to be asked again.
  std::vector<std::optional<CommandAnswer>> answers;
};

// `entropy` has one for each submission, in their order. Throws std::out_of_range where the facts
// are not those that needs_of() asks for.
BatchDecision decide_batch(BatchFacts facts, const std::vector<const CommandRequest*>& commands,
                           const std::vector<Drawn>& entropy, const BatchTerms& terms);

}  // namespace tenggat
