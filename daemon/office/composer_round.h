// What one transaction of the composer takes on, has loaded and decided. Part of the composer;
// nothing else includes it.
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/office/composer.h"
#include "daemon/store/outbox.h"

namespace tenggat::office {

inline constexpr int kPortion = 200;  // notices a flight, so that other loops get their turn
inline constexpr const char* kOutageSummary = "rangkuman_gangguan";

// A message's recipient.
inline std::string officer_key(const std::string& officer) { return "officer:" + officer; }

// How much one transaction takes on: everything, so that one person gets one message; or, where
// that fails, so many notices alone.
struct Composer::Portion {
  int due = kPortion;
  bool apart = false;  // one of those set aside
  bool whole() const { return due == kPortion; }
};

// What one transaction has loaded and decided.
struct Composer::Round {
  store::Moment moment;
  std::vector<store::DailyJob> jobs;
  int taken = 0;                                  // notices
  std::map<std::int64_t, std::int64_t> versions;  // of every permit looked at
  // Those that a message may have to say more of than a line. Of 100,000 there is no room.
  std::map<std::int64_t, store::StoredPermit> permits;
  std::set<std::pair<std::string, Audience>> seen;      // of whom a permit is kept
  std::vector<store::StoredNote> notes;                 // of this portion
  std::vector<store::StoredNote> earlier_notes;         // all of permits whose reason is older
  std::set<std::pair<std::int64_t, std::string>> told;  // notice, recipient
  // Of those, whom it did not reach.
  std::multimap<std::int64_t, std::string> in_vain;
  std::vector<Deliverable> deliverables;

  std::vector<store::NoticeOutcome> outcomes;
  std::vector<store::NoticeSetAside> set_aside;
  std::vector<store::NewMessage> messages;
  // What applicants are told in this round, by recipient: the last message and its notice.
  struct ToApplicant {
    std::size_t message = 0;
    Instant planned{};
  };
  std::map<std::string, ToApplicant> to_applicants;

  // After an outage the latest says it all: the one before, and a repeat of the same, is not sent.
  void supersede(const store::NewMessage& by);
  void settle(const store::PendingNotice& pending, store::NoticeOutcome::Kind kind, Reason reason,
              Instant at) {
    outcomes.push_back({pending.permit, pending.id, kind, reason, at});
  }
  void put_aside(const store::PendingNotice& pending, std::string why) {
    set_aside.push_back({pending.permit, pending.id, std::move(why)});
  }
  // Whom it did not reach counts as having no channel: whoever stands next in the chain is told.
  std::vector<Recipient> still_to_tell(const store::PendingNotice& pending, const Permit& permit,
                                       const Context& context) const;
  // What people wrote with the event behind the notice; where a refusal came without a word, what
  // was last written by whoever recommended it.
  std::vector<store::StoredNote> notes_of(const store::PendingNotice& pending, const Permit& permit,
                                          const Sop& sop) const;
};

}  // namespace tenggat::office
