// A round of telling: from the notices that are due, and what is known of them, to messages and
// what became of each notice. The caller loads, renders and writes; what cannot be rendered is not
// added, and what was not added has not been told. Source: docs/reference.md, Notices and messages.
//
// In this order: take() each notice portion by portion, leave_out() what has changed meanwhile, the
// daily lists, group() and one message a group, settle_officers().
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rules/permit/rule_source.h"
#include "rules/permit/stored_permit.h"
#include "rules/telling/daily.h"
#include "rules/telling/grouping.h"

namespace tenggat {

// Texts that say of several what each of them says, of what an outage has kept back, and of new
// tasks.
inline constexpr const char* kList = "daftar";
inline constexpr const char* kEscalations = "daftar_eskalasi";
inline constexpr const char* kOutageSummary = "rangkuman_gangguan";
inline constexpr const char* kNewTask = "tugas_baru";

// The text that tells of a change in the office itself: a notice of no permit, whose cause is the
// number of the office's event.
inline constexpr const char* kOfficeChanged = "perubahan_kantor";

// Who is told, as the record names them.
std::string officer_key(const std::string& officer);  // "officer:siti"
std::string applicant_key(std::int64_t applicant);    // "applicant:417"

// Those that are configured.
struct Channels {
  bool whatsapp = true, email = true;
};
// The first way to reach them over one of these; nothing: there is none.
std::optional<ChannelAddress> way_to(const Officer& officer, const Channels& channels);
std::optional<ChannelAddress> way_to(const StoredPermit::Applicant& applicant,
                                     const Channels& channels);

// Of what a message names, how much an outage has held up and since when.
struct HeldUpNotices {
  Instant since{};
  int notices = 0;
};

struct PlannedMessage {
  std::string recipient;   // its key
  std::string acting_for;  // whose deputy the recipient is
  Reason why = Reason::on_duty;
  ChannelAddress to;
  std::string name, text, thread;
  std::vector<std::pair<std::int64_t, std::int64_t>> notices;  // permit, notice
  std::vector<std::pair<std::int64_t, int>> tasks;  // permit, visit: what it names as open
  Instant planned{};                                // when the first notice was to be looked at
  // What its text says besides: of how many permits, of each of them, and of an outage.
  std::size_t permits = 1;
  std::vector<ListedTask> listed;
  std::optional<HeldUpNotices> held_up;

  // Given when it is added.
  std::size_t id = 0;  // in its round
  Instant at{};
  bool superseded = false;  // by a later one of the round
};

// Who has been told of a notice already.
struct AlreadyTold {
  std::string recipient;
  bool reached = true;  // or may still be
};

class Round {
 public:
  Round(const RuleSource& rules, Channels channels) : rules_(rules), channels_(channels) {}
  // Before each portion: the moment it was read at, and the office's hours as they stand then.
  void at(Instant now, const Calendar& office_hours, const SendRules& send) {
    now_ = now;
    office_hours_ = &office_hours;
    send_ = send;
  }
  Instant now() const { return now_; }

  struct Taken {
    enum class Kind {
      settled,
      collected,       // for officers: the last of deliverables()
      nobody_on_duty,  // settled: in the whole chain
      unreachable,     // settled: a deputy without a channel
      to_render,       // the message is to be rendered and added
    };
    Kind kind = Kind::settled;
    PlannedMessage message{};
    const Delegation* appointment = nullptr;  // what it says, or would say
  };
  // Throws what is wrong with it; then nothing has become of it. Moved from where it is collected.
  Taken take(PendingNotice& pending, const StoredPermit& stored,
             const std::vector<AlreadyTold>& told);
  // Tells a deputy that they are one: a notice of nobody's permit.
  Taken take_appointment(const PendingNotice& pending);
  // Tells an officer of a change in the office: at once, at any hour and whatever is silenced,
  // since it may be somebody else's doing. `former`, where the ways to them have changed: those
  // that are no more. They are told at all of these and at all they have. None: they cannot be
  // reached, and the notice is settled.
  std::vector<PlannedMessage> take_office_change(
      const PendingNotice& pending, const std::optional<std::vector<ChannelAddress>>& former);

  // Of a message that has been rendered. Returns its id.
  std::size_t add(PlannedMessage message);
  // The only one of its notice, which is settled with it. After an outage the latest to an
  // applicant says it all: the one before, and a repeat of the same, is not sent.
  std::size_t add_alone(PlannedMessage message);

  // What these permits' notices came to is the next round's.
  void leave_out(const std::function<bool(std::int64_t permit)>& changed);

  // What waits for the officer goes along: it is said there and counts as told. Nothing where they
  // have no channel.
  std::optional<PlannedMessage> morning_list(const std::string& officer, std::int64_t notice,
                                             const std::vector<TaskHeld>& tasks);
  // Nothing where the head asked for silence or has no channel.
  std::optional<PlannedMessage> recap(const Recipient& head, std::int64_t notice) const;

  // Whose last messages must be known: officers who wait for something yet.
  std::set<std::string> recipients();
  // What each officer gets now.
  std::vector<OfficerGroup> group(const std::map<std::string, LastMessage>& last_messages);
  // As the text of `first`, one of those it names, says it; `context` is that one's. Nothing where
  // the officer has no channel.
  std::optional<PlannedMessage> officer_message(const OfficerGroup& group, const Deliverable& first,
                                                const Context& context) const;
  void reached(const OfficerGroup& group);
  // The next round's, or set aside.
  void leave(const OfficerGroup& group);
  void leave(const PendingNotice& pending) { left_.insert(pending.id); }
  // What was neither reached nor left, nor waits, had nobody who could be reached.
  void settle_officers();

  const std::vector<Deliverable>& deliverables() const { return deliverables_; }
  std::vector<PlannedMessage> take_messages() { return std::move(messages_); }
  std::vector<NoticeOutcome> take_outcomes() { return std::move(outcomes_); }

 private:
  Taken settle(const PendingNotice& pending, NoticeOutcome::Kind kind, Reason reason, Instant at) {
    outcomes_.push_back({pending.permit, pending.id, kind, reason, at});
    return {};
  }
  Taken tell_applicant(const PendingNotice& pending, const StoredPermit& stored);
  std::optional<HeldBack> take_out_held_back(std::vector<Recipient>& to, const Notice& notice,
                                             const Permit& permit) const;
  Taken collect(PendingNotice& pending, const StoredPermit& stored, const Context& context,
                const std::vector<AlreadyTold>& told);
  // Nothing where they cannot be reached.
  std::optional<PlannedMessage> to_officer(const Officer* officer) const;
  void absorb(const std::string& officer, PlannedMessage& message, std::set<std::int64_t>& named);
  void supersede_by(const PlannedMessage& message);

  const RuleSource& rules_;
  const Channels channels_;
  Instant now_{};
  const Calendar* office_hours_ = nullptr;
  SendRules send_;

  std::vector<Deliverable> deliverables_;
  std::vector<NoticeOutcome> outcomes_;
  std::vector<PlannedMessage> messages_;
  std::size_t added_ = 0;
  std::map<std::string, std::size_t> to_applicants_;  // the last message to each, by its place
  std::map<std::int64_t, Instant> later_;             // by notice: who waits for somebody
  std::set<std::int64_t> reached_, folded_, left_;
};

}  // namespace tenggat
