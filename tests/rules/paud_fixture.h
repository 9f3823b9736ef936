// An office in April 2026 that runs the PAUD SOP as it ships, without store, clock or network: the
// core's decisions on one permit, and its rounds of telling, on a record in memory. Tests read as
// scripts.
//
// Instants are written "04-02 14:00" (or "04-02 14:00:01"): month, day and WITA wall time of 2026.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/permit/ladder.h"
#include "rules/permit/transition.h"
#include "rules/sop/load_sop.h"
#include "rules/telling/round.h"
#include "rules/telling/telling.h"
#include "tests/rules/calendars.h"

namespace tenggat::testing {

Instant wita(std::string_view text);
std::string when(Instant instant);
std::string when(std::optional<Instant> instant);  // "none" where there is none

const Calendar& shipped_calendar();  // read once
SourceFile paud_file();
const Sop& paud();
// PAUD with each `from` in its file replaced by `to`, and a version of its own.
Sop paud_with(const std::vector<std::pair<std::string, std::string>>& changes);

// FO, BO, DT, KDT, KB, S, KD: one officer for each of the SOP's roles that act.
People officers();

// The rules in force where there is one service. What it is given must outlive it.
class OneService final : public RuleSource {
 public:
  OneService(const Sop& sop, const Calendar& calendar, const People& people, SendRules send = {})
      : sop_(sop), calendar_(calendar), people_(people), send_(send) {}
  bool retired = false;

  const Sop* sop_in_force(std::string_view id) const override {
    return id == sop_.id ? &sop_ : nullptr;
  }
  bool has_version(const std::string& hash) const override { return hash == sop_.version; }
  const Sop& sop_version(const std::string& hash) const override {
    if (!has_version(hash)) throw std::out_of_range("no version " + hash);
    return sop_;
  }
  std::vector<const Sop*> sops_in_force() const override { return {&sop_}; }
  const Sop& canarys_sop() const override { return sop_; }
  bool is_retired(std::string_view) const override { return retired; }
  const std::string& calendar_version(const std::string&) const override {
    return calendar_version_;
  }
  const People& people() const override { return people_; }
  Context context(const Sop& sop, Instant now) const override {
    return {sop, calendar_, people_, now, send_};
  }

 private:
  const Sop& sop_;
  const Calendar& calendar_;
  const People& people_;
  const SendRules send_;
  const std::string calendar_version_ = "calendar 1";
};

// An action and what comes with it.
class Deed {
 public:
  Deed(std::string step, std::string action) {
    act_.step = std::move(step);
    act_.action = std::move(action);
  }
  Deed& note(std::string text) { return act_.note = std::move(text), *this; }
  Deed& file(const std::string& kind, const std::string& name = "", const std::string& uri = "") {
    act_.documents.push_back({kind, name, uri.empty() ? "tenggat:" + kind : uri, "", ""});
    return *this;
  }
  Deed& decree(const std::string& number) {
    act_.documents.push_back({"surat_keputusan", "", "tenggat:sk", "", number});
    return *this;
  }
  Deed& deficiency(std::string document, std::string text) {
    act_.deficiencies.push_back({std::move(document), std::move(text)});
    return *this;
  }
  Deed& outcome(Outcome outcome) { return act_.outcome = outcome, *this; }
  Deed& version(std::int64_t version) { return act_.version = version, *this; }
  Deed& occurred(std::string_view at) { return occurred_at(wita(at)); }
  Deed& occurred_at(Instant at) { return act_.occurred_at = at, *this; }
  Deed& because(std::string reason) { return act_.reason = std::move(reason), *this; }
  operator Command() const { return act_; }

 private:
  Act act_;
};

struct Sent {
  Instant at{};
  std::string to;    // "FO", "P", "BO/Plh. KB"
  std::string text;  // text id; "(dijeda)" behind it where all that a list names stands
  std::string line() const { return when(at) + " " + to + " " + text; }
};

class Office {
 public:
  explicit Office(Calendar calendar = shipped_calendar(), Sop sop = paud());

  People people = officers();
  SendRules rules;
  Permit permit;
  std::vector<Decision> decisions;  // that were kept, one after the other
  std::vector<Event> events;
  std::vector<NewNote> notes;
  std::vector<CountDelta> counted;
  std::vector<Sent> sent;
  // What was told by another message, or not at all: "role:sekretaris due done_before_sending".
  std::vector<std::string> dropped;

  // Time passes to this instant: from due instant to due instant, messages leave on their way.
  Office& at(std::string_view text) { return advance_to(wita(text)); }
  Office& advance_to(Instant instant);
  // Time passes while no daemon runs: nothing is decided and nothing leaves.
  Office& unattended_until(std::string_view text) { return now_ = wita(text), *this; }
  Office& catch_up();
  Instant now() const { return now_; }

  // The application, with its requirements attached.
  void submit(std::string_view started_at = "");
  void does(const std::string& who, const Command& command);            // expected to be done
  std::optional<Reason> tries(const std::string& who, const Command&);  // none: done
  std::optional<Refusal> refusal_of(const std::string& who,
                                    const Command&) const;  // nothing is kept
  void apply_calendar(Calendar calendar, const std::string& decree);
  // What was refused leaves the office at the version it had.
  std::optional<Refusal> migrate(Sop sop, const std::string& because);

  // The permit's way to a step, each action a minute after the other.
  void bring_to(const std::string& step);

  const Visit& visit(std::string_view label) const;  // "verifikasi#2", not one taken back
  std::string open() const;                          // labels of the open visits
  Replay replay(std::string_view label) const;       // "layanan" is the case
  Sla sla(std::string_view label) const;
  std::string due(std::string_view label) const { return when(replay(label).due()); }
  std::string share(std::string_view label, int percent) const {
    return when(replay(label).at_percent(percent));
  }
  std::string legal_limit() const;
  Instant estimated() const { return estimate(permit, sop_, calendar_, now_); }
  // What was counted, of one step or of all; actions taken back left out.
  template <class Counter>
  std::int64_t count(std::string_view step = "") const {
    std::int64_t sum = 0;
    for (const CountDelta& delta : counted) {
      const auto* what = std::get_if<Counter>(&delta.what);
      if (!what) continue;
      if constexpr (requires { what->step; })
        if (!step.empty() && what->step != step) continue;
      sum += delta.amount;
    }
    return sum;
  }
  std::vector<Notice> notices() const;
  // "kajian_teknis#1 due: holder terlambat rung_due" since the last call.
  std::vector<std::string> raised_since();
  std::vector<std::string> messages() const;
  Context context() const { return {sop_, calendar_, people, now_, rules}; }
  const Sop& sop() const { return sop_; }
  const Calendar& calendar() const { return calendar_; }

 private:
  // A notice on record, by its id less one.
  struct Waiting {
    PendingNotice pending;
    bool settled = false;
    std::vector<AlreadyTold> told;
  };
  // What a person was last sent, and when all there is.
  struct Messages {
    std::vector<Instant> at;
    std::vector<int> visits;  // that the last one names
  };
  static Actor actor(const std::string& who);
  void take(Decision decision);
  std::optional<Refusal> keep(Decided decided);

  // What the composer does around a round: what is due, what waits, the morning list, the record.
  void run_round();
  void take(Round& round, const std::function<bool(const PendingNotice&)>& which);
  void morning_lists(Round& round);
  void tell_officers(Round& round);
  void record(const PlannedMessage& message);
  void record(const NoticeOutcome& outcome);
  std::map<std::string, LastMessage> last_messages() const;
  void drop(Waiting& waiting, Reason reason);

  Calendar calendar_;
  Sop sop_;
  std::shared_ptr<SopVersions> versions_ = std::make_shared<SopVersions>();
  std::vector<std::shared_ptr<const Sop>> earlier_;
  Instant now_{};
  std::vector<Waiting> waiting_;
  std::map<std::string, Messages> messages_;  // by officer
  Instant next_morning_{};
  std::size_t reported_ = 0;
};

}  // namespace tenggat::testing
