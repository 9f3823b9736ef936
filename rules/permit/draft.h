// Builds one Decision: a change of the permit and the fact of it are written side by side, so that
// neither can be without the other. What a change writes stands here; what is checked before it
// stands in preconditions.h. Internal to the core.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/permit/ladder.h"
#include "rules/permit/route.h"
#include "rules/permit/transition.h"

namespace tenggat {

// Who does something, and whose deputy they are in it.
struct Doer {
  Actor actor;
  std::string acting_for;
  // Set where they do it in another's place: role_vacant, self_approval. Marked in the event.
  std::optional<Reason> in_place_because;
};

// An action that has been checked.
struct Performance {
  const ActionRule& rule;
  int visit = 0;
  const Act& act;
  Doer by;
  Instant at{};    // when it was done
  Seconds hold{};  // how long it can be taken back
};

// The branch that a visit lies in, as it says itself.
struct BranchAt {
  int fork = 0, branch = 0;
};

// How documents come in.
struct Bringing {
  int visit = 0;
  const Actor& actor;
  std::int64_t cause = 0;
  bool takes_place = true;  // of what was there before; nothing does that comes with a return
};

// How a visit comes to be opened.
struct Opening {
  Instant at{};
  std::string prepared_by;  // the officer whose action opens it
  std::int64_t cause = 0;
  Seconds hold{};
  bool mended = false;  // the applicant has mended what was returned: told at once
  BranchAt at_branch{};
};

class Draft {
 public:
  Draft(Permit permit, const Context& context);

  Permit& permit() { return decision_.after; }
  const Permit& permit() const { return decision_.after; }
  Instant now() const { return now_; }
  const CivilDate& today() const { return today_; }
  Decision take() { return std::move(decision_); }

  // Ends claims whose officers are away today or have lost the duty.
  void release_absent();
  bool released(int visit) const;  // by that
  // What time alone has brought about by now.
  void catch_up();

  Visit& open_visit(const Step& step, const Opening& opening);
  void perform(const Performance& done);
  void withdraw(const Act& act, const Actor& actor);
  void undo(const LastAction& last, const Actor& actor);
  void claim(int visit, const Doer& by);
  void release(int visit, const std::string& why, const Doer& by);
  void assign(int visit, const Assign& command, const Doer& by);
  void escalate(int visit, const std::string& text, const Doer& by);
  void acknowledge(int visit, const Obstacle& obstacle, const std::string& text, const Doer& by);
  void direct(int visit, const std::string& text, const Doer& by);
  void respond(int visit, const Respond& command, const Doer& by);
  void pause(int visit, const PauseReason& reason, const PauseVisit& command, const Doer& by,
             Seconds hold);
  void extend_pause(int visit, const PauseReason& reason, const PauseVisit& command,
                    const Doer& by);
  void resume(int visit, Instant at, const Doer& by, const ResumeVisit& command, Seconds hold);
  void correct_contact(const CorrectContact& command, const Doer& by);
  void send_link(const Doer& by);
  void take_message(const std::string& text, const Doer& by);
  void open_document(int visit, const Document& document, const Doer& by);
  void add_note(const std::string& text, const Doer& by);
  void bring_documents(int visit, const std::vector<NewDocument>& documents, const Doer& by);
  void plan_field_visit(int visit, Instant at, const Doer& by, Seconds hold);
  void confirm(int visit, const std::string& text, const Doer& by);
  void correct(int visit, const Correct& command, const Doer& by);
  void close_past_case(Instant at);  // of a file that is imported
  void apply_calendar(const std::string& decree);
  void migrate(const std::string& because);

  // Returns the event's sequence number: the cause of what follows from it.
  std::int64_t record(int visit, const Doer& by, Happening what);
  void count(Counted what, Instant from, std::int64_t cause, std::int64_t amount = 1);

 private:
  struct Superior {
    std::string role;
    Reason reason;
  };
  // What a rung's instant has come to.
  struct Raising {
    int visit = 0;
    std::string role;
    const RungRule& rung;
    int k = 1, occurrence = 1;
    Instant due_at{};
    std::int64_t cause = 0;
    Seconds hold{};
    std::optional<Instant> held_up_since;  // by an outage
    bool at_once = false;
  };

  void assign_in_turn(Visit& visit);
  void give(Visit& visit, const std::string& officer, Reason why);
  void tell_handed_over(int visit, const std::string& why, std::int64_t cause);
  std::vector<std::string> drafters(const Step& step) const;
  void note(int visit, std::string kind, std::string document, std::string text, const Actor& by);
  void notify(Notice notice);
  void tell_applicant(int visit, const std::string& text, Reason reason, std::int64_t cause,
                      Seconds hold, NoticeDetails details = {});
  void report_to_superior(int visit, const std::string& why, Reason reason, std::int64_t cause,
                          Seconds hold);
  void tell_of_answer(int visit, std::int64_t cause);
  bool promise_is_held() const;
  void tell_if_promise_moved(int visit, PromiseMoved because, std::int64_t cause, Seconds hold,
                             const Pause* ended = nullptr);
  // What an undo of it brings back.
  LastAction state_before(const Actor& actor) const;
  void reopen(Visit& visit);
  Acted acted(const Performance& done, const Visit& before, const Route& route,
              const std::vector<int>& cancelled) const;
  void bring(const Performance& done, std::int64_t cause);
  void report_closing(const Performance& done, const Visit& before, std::int64_t cause);
  void set_fields(const FieldValues& given, LastAction& last);
  void open_next(const Performance& done, const Route& route, LastAction& last);
  void open_step(const Step& next, const Performance& done, BranchAt at, LastAction& last);
  void cancel_visits(const std::vector<int>& cancelled, const Performance& done, LastAction& last);
  void tell_cancelled(const Visit& visit, std::int64_t cause, Seconds hold);

  bool short_of_time(const Visit& visit) const;
  void judge_open_clocks_again(std::int64_t cause);
  void close_visit(Visit& visit, const Performance& done, std::int64_t cause);
  void abandon_visit(Visit& visit, std::string_view action, const Actor& actor, LastAction& last);
  void count_completion(Visit& visit, Seconds worked, std::int64_t cause, Seconds hold);
  void close_case(Instant at);
  void start_and_end_case(const Trigger& trigger, const Performance& done, std::int64_t cause);
  void end_permit(PermitState state, Instant at, std::int64_t cause, Seconds hold);

  void add_document(const NewDocument& document, bool file, const Bringing& how);
  std::string role_of(const Actor& actor, int visit) const;
  Outcome recommended() const;
  void void_outputs_from(const Step& first, std::int64_t cause);
  bool finds_more_than_before(const Visit& visit) const;

  std::optional<Instant> passed_due(const std::optional<Ledger>& ledger) const;
  std::optional<LateEntry> late_entry(const Performance& done, const Visit& before) const;
  void tell_of_late_entry(const Visit& visit, std::int64_t cause, Seconds hold);
  void judge_corrected_visit(Visit& visit, Instant at, LateEntry& late);
  void judge_corrected_case(Instant at, LateEntry& late);

  void take_automatic_action(const Timed& timed);
  void raise(const Timed& timed);
  void raise_rung(const Raising& raising);
  void notify_rung(const Raising& raising, Addressee to, Audience audience, std::string text,
                   Reason reason);
  void count_missed(const Timed& timed);
  void remind_to_mend(const Timed& timed);
  void pass_legal_limit(const Timed& timed);
  void tell_applicant_of_rung(const Raising& raising);
  void remind_of_obstacle(const Timed& timed);
  void count_redirected(const Raising& raising, const Notice& notice);
  Superior superior_of(const std::string& role, int level) const;

  const Sop& sop_;
  const Calendar& calendar_;
  const People& people_;
  CivilDate today_;
  Seconds undo_window_;
  std::vector<int> released_;
  Decision decision_;
  Instant now_{};          // of its events: never before the last one
  Instant recorded_{};     // what the clock says: from here on everything waits that has to
  Instant known_since_{};  // what time brings about could be known from here on
};

// The permit as it is by the context's now, before anybody does anything.
Draft caught_up(const Permit& permit, const Context& context);

// What several families of commands say alike.
NoticeKind text_kind(std::string text);
PromiseMoved because_of(std::string_view basis);
PromiseMoved because_ended(const Pause& pause);
std::vector<Personal> typed(const std::vector<NewDocument>& documents);
std::vector<GivenField> given(const FieldValues& fields, const Sop& sop);

// How often the visit's officer has asked a superior to step in.
int escalations(const Permit& permit, int visit);

}  // namespace tenggat
