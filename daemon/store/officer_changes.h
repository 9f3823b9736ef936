// Changes of the addresses or roles of whoever signs in person, while they wait: proposed by
// edit_officer() or add_officer() (people.h), in effect after a second administrator's word or
// kChangeWaits, unless stopped. At most one of an officer. Each turn is an event of the office's
// chain; officer, both addresses and administrators are told of it.
// Source: docs/reference.md, Changes that wait.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/people.h"
#include "rules/time.h"

namespace tenggat::store {

// Of the office's clock.
inline constexpr std::chrono::hours kChangeWaits{24};

struct WaitingChange {
  std::int64_t id = 0;
  std::string officer;
  OfficerEdit edit;  // what differs
  std::string by;    // as the record names them
  Instant proposed_at{}, effective_at{};
};
// By number; of one officer, or with an empty one of all.
pg::Slot<std::vector<WaitingChange>> add_waiting_changes(pg::Pipeline& pipeline,
                                                         const std::string& officer = "");
pg::Slot<std::optional<WaitingChange>> add_find_waiting_change(pg::Pipeline& pipeline,
                                                               std::int64_t id);

struct WaitingAnswer {
  enum class Kind {
    done,
    gone,          // there is none, or none any more
    not_theirs,    // to stop it: neither an administrator nor whom it is about
    not_second,    // to confirm it, see below
    shared_email,  // to confirm it: `other` in service has come to this address meanwhile
    shared_whatsapp,
  } kind = Kind::done;
  std::string officer{};  // whom it is about
  std::string other{};
  bool done() const { return kind == Kind::done; }
};
// A second word: in effect at once. It is given by somebody with the role of administrator, or at
// the machine, who has not proposed it and whom it is not about; not by who has themselves had
// their roles or addresses for less than kChangeWaits, since a single administrator could make that
// one up; nor by a service, which is no person. Whoever is at the machine counts as one.
pg::Awaitable<WaitingAnswer> confirm_waiting_change(pg::Connection& connection, By by,
                                                    std::int64_t id);
// By any administrator (a service with that scope too, at the machine too), by who proposed it, by
// whom it is about.
pg::Awaitable<WaitingAnswer> stop_waiting_change(pg::Connection& connection, By by,
                                                 std::int64_t id);

// Those whose time has come take effect, each in a transaction of its own; one whose address
// another has come to meanwhile is stopped. How many.
struct TakenEffect {
  int done = 0, stopped = 0;
  std::optional<Seconds> next;  // until the next one
};
pg::Awaitable<TakenEffect> take_effect(pg::Connection& connection);

}  // namespace tenggat::store
