// What one transaction of the composer takes on, has loaded and rendered. Part of the composer;
// nothing else includes it.
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/office/composer.h"
#include "daemon/store/office_chain.h"
#include "daemon/store/outbox.h"
#include "rules/telling/round.h"

namespace tenggat::office {

inline constexpr int kPortion = 200;  // notices a flight, so that other loops get their turn

// How much one transaction takes on: everything, so that one person gets one message; or, where
// that fails, so many notices alone.
struct Composer::Portion {
  int due = kPortion;
  bool apart = false;  // one of those set aside
  bool whole() const { return due == kPortion; }
};

// What one transaction has loaded and rendered, around the round that decides.
struct Composer::Composing {
  explicit Composing(Round begun) : round(std::move(begun)) {}
  Round round;
  store::Moment moment;
  std::vector<store::DailyJob> jobs;
  int taken = 0;                                  // notices
  std::map<std::int64_t, std::int64_t> versions;  // of every permit looked at
  // Those that a message may have to say more of than a line. Of 100,000 there is no room.
  std::map<std::int64_t, store::StoredPermit> permits;
  std::set<std::pair<std::string, Audience>> seen;        // of whom a permit is kept
  std::vector<store::StoredNote> notes;                   // of this portion
  std::vector<store::StoredNote> earlier_notes;           // all of permits whose reason is older
  std::map<std::int64_t, store::OfficeNews> news;         // of this portion, by the event's number
  std::map<std::int64_t, std::vector<AlreadyTold>> told;  // by notice
  // What somebody wrote that a notice says by itself, by the notice.
  std::map<std::int64_t, std::vector<store::StoredNote>> words;
  std::map<std::size_t, notify::Rendered> rendered;  // by the message's id
  std::map<std::int64_t, std::string> tongues;       // of applicants who said so, by permit
  std::vector<store::NoticeSetAside> set_aside;

  void put_aside(const store::PendingNotice& pending, std::string why) {
    set_aside.push_back({pending.permit, pending.id, std::move(why)});
  }
  // Whether the permit of what was collected last is needed beyond this portion.
  bool needs_permit();
  // What people wrote with the event behind the notice; where a refusal came without a word, what
  // was last written by whoever recommended it.
  std::vector<store::StoredNote> notes_of(const store::PendingNotice& pending, const Permit& permit,
                                          const Sop& sop) const;
  // As they are to be written.
  std::vector<store::NewMessage> take_messages(bool trial);
};

}  // namespace tenggat::office
