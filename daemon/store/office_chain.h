// The office's own hash chain: appended to in the transaction of each change, read a page at a
// time, walked whole. Source: docs/reference.md, The record.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/audit.h"
#include "daemon/store/by.h"
#include "daemon/store/office_event.h"
#include "rules/permit/people.h"

namespace tenggat::store {

// One change of the office, with its event. Its transaction is its own, unless the connection is in
// one. In this order: begin(), then commit() or leave().
//
//   OfficeChanging changing(connection, by);
//   const pg::Results found = co_await changing.begin(std::move(reading));
//   if (!found[officer]) { co_await changing.leave(); co_return false; }
//   co_await changing.commit(std::move(writes), std::move(event));
class OfficeChanging {
 public:
  OfficeChanging(pg::Connection& connection, By by);

  // Holds the chain's head, so that nothing of the office changes until this has ended; then reads
  // what was. What is personal is of officer `about`, if there is one.
  pg::Awaitable<pg::Results> begin(pg::Pipeline reading, std::string about = "");
  // Writes the change and its event, durable unless the transaction is another's. Without an event
  // what is written is no change of the office.
  pg::Awaitable<pg::Results> commit(pg::Pipeline writes, std::optional<OfficeEvent> event);
  // Nothing is changed.
  pg::Awaitable<void> leave();

  // One that stands before that of commit(), of the same change.
  void precede(OfficeEvent event) { earlier_.push_back(std::move(event)); }

  // An officer whom it concerns, and who is therefore told of it. Before commit().
  void tell(const std::string& officer) {
    if (!officer.empty()) told_.insert(officer);
  }

  Instant now() const { return now_; }  // the office's clock
  const By& by() const { return by_; }
  // Of whom personal values are, where begin() could not know it.
  void set_salt(std::string salt) { salt_ = std::move(salt); }

 private:
  pg::Awaitable<pg::Results> run(pg::Pipeline pipeline);
  void append(pg::Pipeline& writes, const OfficeEvent& event);
  void add_notices(pg::Pipeline& writes, OfficeKind kind);

  pg::Connection& connection_;
  const By by_;
  std::optional<pg::Transaction> own_;
  std::int64_t events_ = 0;
  std::string last_hash_, salt_;
  std::vector<std::string> administrators_;  // before the change
  std::set<std::string> told_;
  std::vector<OfficeEvent> earlier_;
  Instant now_{};
};

// The newest first: those before `before`, one more than `limit` where there are more.
struct OfficeEventQuery {
  std::optional<std::int64_t> before;
  int limit = 50;
};
pg::Slot<std::vector<StoredEvent>> add_office_events(pg::Pipeline& pipeline,
                                                     const OfficeEventQuery& query);

// What is personal of an event, in clear; kept beside it, and erased with the person.
struct OfficeWord {
  std::int64_t event = 0;
  std::string value, before, after;
};
// What people are told of.
struct OfficeNews {
  std::string actor;
  Instant at{};
  OfficeEvent event;
  std::vector<OfficeWord> words;
};
// Of a change of how an officer is reached: the addresses it has taken away, or would bring.
// Nothing: it is no such change.
std::optional<std::vector<ChannelAddress>> further_addresses(const OfficeNews& news);

// By the numbers of their events. One that cannot be read is left out.
class OfficeNewsSlot {
 public:
  OfficeNewsSlot(pg::Pipeline& pipeline, const std::vector<std::int64_t>& events);
  std::map<std::int64_t, OfficeNews> read(const pg::Results& results) const;

 private:
  pg::Slot<std::vector<StoredEvent>> events_;
  pg::Slot<std::vector<OfficeWord>> words_;
};

struct OfficeAudit {
  std::int64_t events = 0;
  std::optional<AuditFinding> broken;  // its first break; the number is "office"
};
// Reads in batches, locks nothing.
pg::Awaitable<OfficeAudit> verify_office_chain(pg::Connection& connection);

}  // namespace tenggat::store
