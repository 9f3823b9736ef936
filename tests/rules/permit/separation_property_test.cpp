// On any service, permit and day, whoever does what: no verdict turns from missed to met without a
// superior told, a count and a superior's word on another's entry; nobody's file gives way to
// another's; nobody approves what they entered late; no token does what is done in person.
// Source: docs/reference.md, Late entries.
#include <map>
#include <set>

#include "rules/permit/offers.h"
#include "rules/sop/load_sop.h"
#include "tests/rules/calendars.h"
#include "tests/rules/office_generators.h"
#include "tests/rules/properties.h"

namespace tenggat::testing {
namespace {

const Calendar& calendar() {
  static const Calendar shipped = banjarbaru();
  return shipped;
}

// How often something came about that the properties are about.
struct Seen {
  int late = 0, turned = 0, confirmed = 0, corrected = 0, superseded = 0;
};

class Life {
 public:
  Life(unsigned seed, Seen& seen)
      : dice_(seed),
        seen_(seen),
        text_(dice_.one_in(3) ? some_service_with_blocks(dice_) : some_service(dice_)) {
    auto loaded = load_sop({"acak.yaml", text_, true});
    if (!loaded) RC_FAIL(loaded.error().front().to_string() + "\n" + text_);
    sop_ = std::move(*loaded);
    people_ = some_people(dice_, sop_);
    for (Officer& one : people_.officers)
      if (dice_.one_in(3)) one.roles.emplace_back(kAdministrator);
    now_ = at("2026-04-02T08:00:00+08:00") + Seconds{dice_.upto(10 * 86400)};
    NewPermit submission;
    submission.id = dice_.upto(99);
    submission.created_by = "portal";
    submission.documents = {{"syarat", "", "tenggat:1", "", ""}};
    if (!sop_.fields.empty())
      submission.fields = {{"a", static_cast<double>(dice_.upto(10))}, {"b", dice_.one_in(2)}};
    auto opened = open_permit(submission, context());
    if (!opened) return;
    permit_ = std::move(opened->after);
    for (const Document& document : permit_.documents) brought_by_[document.id] = "pemohon";
  }

  bool lives() const { return !permit_.visits.empty(); }

  void go_on() {
    now_ += Seconds{dice_.one_in(3) ? dice_.upto(2 * 86400) : dice_.upto(900)};
    std::vector<std::pair<Actor, Command>> accepted;
    for (int i = 0; i < 6; ++i) {
      const Actor actor = somebody();
      for (const Offer& offer : offers(permit_, actor, context())) {
        if (!offer.stands() || offer.is_so_already) continue;
        for (int tries = 0; tries < (offer.what == Offer::What::act ? 3 : 1); ++tries)
          if (auto command = asked(offer)) accepted.emplace_back(actor, *std::move(command));
      }
      // Whatever their duty is, in case it is not looked at.
      if (const auto tried = anything()) accepted.emplace_back(actor, *tried);
    }
    for (int tries = 0; tries < 20 && !accepted.empty(); ++tries) {
      const auto& [actor, command] = dice_.of(accepted);
      const Permit known = catch_up(permit_, context()).after;
      auto decided = decide(permit_, actor, command, context());
      if (!decided) continue;
      judge(known, actor, command, *decided);
      permit_ = std::move(decided->after);
      return;
    }
  }

 private:
  Context context() const { return {sop_, calendar(), people_, now_, {}}; }

  Actor somebody() {
    if (dice_.one_in(5)) return {Actor::Kind::applicant, "portal", dice_.one_in(2) ? "portal" : ""};
    if (dice_.one_in(12)) return {Actor::Kind::service, "bank", "", {"peran0"}};
    return {Actor::Kind::officer, dice_.of(people_.officers).id, dice_.one_in(5) ? "portal" : ""};
  }

  std::optional<Instant> some_time_ago(Instant opened) {
    if (dice_.one_in(3)) return std::nullopt;
    const auto passed = static_cast<int>((now_ - opened).count());
    return passed <= 0 ? now_ : now_ - Seconds{dice_.upto(dice_.one_in(2) ? passed : 1200)};
  }

  std::optional<Command> asked(const Offer& offer) {
    const Visit* visit = permit_.find_visit(offer.visit);
    const std::string step = visit ? visit->step : "";
    switch (offer.what) {
      case Offer::What::act:
        return act(offer, *visit);
      case Offer::What::undo:
        return dice_.one_in(2) ? std::optional<Command>(Undo{}) : std::nullopt;
      case Offer::What::claim:
        return Claim{step};
      case Offer::What::pause:
        return PauseVisit{step, offer.pause->id, "mohon denah", now_ + Seconds{3600}};
      case Offer::What::resume:
      case Offer::What::answer:
        return ResumeVisit{
            step, "",
            offer.what == Offer::What::answer ? some_documents() : std::vector<NewDocument>()};
      case Offer::What::confirm:
        return Confirm{step, ""};
      case Offer::What::correct:
        return Correct{step, "tanggalnya keliru",
                       visit->opened_at + Seconds{dice_.upto(static_cast<int>(
                                              (*visit->closed_at - visit->opened_at).count()))}};
      default:
        return std::nullopt;
    }
  }

  std::optional<Command> anything() {
    const Visit& visit = dice_.of(permit_.visits);
    if (dice_.one_in(3)) return Confirm{visit.step, ""};
    if (dice_.one_in(3)) return Correct{visit.step, "tanggalnya keliru", visit.opened_at};
    const Step& step = sop_.step(visit.step);
    Offer offer;
    offer.action = &dice_.of(step.actions);
    for (const Output& output : offer.action->outputs)
      if (output.file) offer.wanted.files.push_back(output);
    return act(offer, visit);
  }

  std::vector<NewDocument> some_documents() {
    std::vector<NewDocument> documents;
    for (const char* kind : {"syarat", "lampiran", "hasil2", "hasil3"})
      if (dice_.one_in(3)) documents.push_back({kind, "", "tenggat:x", "", "503/1"});
    return documents;
  }

  Act act(const Offer& offer, const Visit& visit) {
    Act act;
    act.step = visit.step;
    act.action = offer.action->id;
    act.note = "catatan";
    if (offer.action->backward)
      act.documents = some_documents();
    else if (dice_.one_in(3))
      act.documents = {{dice_.one_in(2) ? "syarat" : "lampiran", "", "tenggat:y", "", ""}};
    for (const Output& file : offer.wanted.files)
      act.documents.push_back({file.kind, "", "tenggat:" + file.kind, "", "503/1"});
    if (offer.wanted.outcome && dice_.one_in(2)) act.outcome = Outcome::refusal;
    for (const Step* branch : offer.wanted.branches)
      if (act.to.empty() || dice_.one_in(2)) act.to.push_back(branch->id);
    act.occurred_at = some_time_ago(visit.opened_at);
    if (!dice_.one_in(6)) act.reason = "jaringan putus";
    return act;
  }

  // --- the properties ---

  [[noreturn]] void fail(const std::string& what, const Actor& actor) const {
    RC_FAIL(
        fmt::format("{} ({} at {})\n{}", what, identity(actor), calendar().format(now_), text_));
  }

  void judge(const Permit& before, const Actor& actor, const Command& command,
             const Decision& decided) {
    judge_verdicts(before, actor, command, decided);
    judge_documents(before, actor, command, decided);
    judge_in_person(before, actor, command);
    judge_approval(before, actor, command);
  }

  // As a clock says that is let run on to now.
  bool is_late(const std::optional<Ledger>& ledger) const {
    if (!ledger || ledger->closed) return false;
    const auto due = Replay(*ledger, calendar()).due();
    return due && now_ > *due;
  }

  static bool missed(const std::optional<Verdict>& verdict) { return verdict == Verdict::missed; }

  void judge_verdicts(const Permit& before, const Actor& actor, const Command& command,
                      const Decision& decided) {
    const Permit& after = decided.after;
    bool turned = false;
    for (const Visit& now : after.visits) {
      const Visit* was = before.find_visit(now.id);
      if (!was) continue;
      const bool was_missed =
          missed(was->verdict) || (was->open() && is_late(visit_ledger(before, *was, sop_)));
      const bool is_met = now.verdict == Verdict::met;
      if (was_missed && is_met) {
        turned = true;
        must_be_confirmed(*was, actor, command);
      }
      const bool entered = now.late && now.late != was->late && !now.late->confirmed_at;
      if (entered) must_be_told(now, decided, actor);
      // By the system automatic actions take effect at their instant.
      const bool closed = was->open() && now.closed_at && !now.undone && !now.cancelled();
      if (closed && *now.closed_at < after.changed_at && !now.closed_by.empty() && now.verdict &&
          !now.late)
        fail("entered late, and not noted", actor);
    }
    const bool case_was_missed = missed(before.case_verdict) ||
                                 (!before.case_closed_at && is_late(case_ledger(before, sop_)));
    if (!case_was_missed || after.case_verdict != Verdict::met) return;
    const Visit* waiting = case_awaits_word(before);
    if (!waiting) fail("a case turned, and nobody was to confirm it", actor);
    must_be_confirmed(*waiting, actor, command);
    seen_.confirmed += turned ? 0 : 1;
  }

  void must_be_confirmed(const Visit& was, const Actor& actor, const Command& command) {
    if (!std::holds_alternative<Confirm>(command)) fail("turned without a superior's word", actor);
    if (actor.kind != Actor::Kind::officer || !actor.via.empty())
      fail("confirmed by no officer themselves", actor);
    if (!was.late || !told_.contains(was.id)) fail("turned, and no superior was told", actor);
    if (was.late->by == identity(actor) || was.closed_by == actor.id)
      fail("confirmed their own late entry", actor);
    ++seen_.confirmed;
  }

  // In the decision that records it: a superior is told, and it is counted as what it is.
  void must_be_told(const Visit& visit, const Decision& decided, const Actor& actor) {
    ++seen_.late;
    seen_.turned += visit.late->turned() ? 1 : 0;
    seen_.corrected += visit.late->by == identity(actor) && visit.closed_by != actor.id ? 1 : 0;
    const bool told =
        std::any_of(decided.notices.begin(), decided.notices.end(), [&](const Notice& notice) {
          return notice.visit == visit.id && notice.kind.of == NoticeKind::Of::late_entry &&
                 notice.addressee.kind == Addressee::Kind::role;
        });
    if (!told) fail("entered late, and no superior is told", actor);
    told_.insert(visit.id);
    const EnteredLate counted{visit.step, visit.late->turned() ? Turned::met : Turned::none};
    const bool is_counted =
        std::any_of(decided.counts.begin(), decided.counts.end(), [&](const CountDelta& delta) {
          return delta.amount == 1 && delta.what == Counted(counted);
        });
    if (!is_counted) fail("entered late, and not counted", actor);
    if (visit.late->turned_step && visit.verdict != Verdict::missed)
      fail("counts as met before anybody's word", actor);
    if (visit.late->turned_case && decided.after.case_verdict != Verdict::missed)
      fail("the case counts as met before anybody's word", actor);
  }

  void judge_documents(const Permit& before, const Actor& actor, const Command& command,
                       const Decision& decided) {
    std::set<std::string> roles;  // that bring something with this command
    for (const Document& document : decided.after.documents) {
      if (brought_by_.contains(document.id)) continue;
      const Visit& visit = *decided.after.find_visit(document.visit);
      const std::string role = actor.kind == Actor::Kind::applicant ? "pemohon" : visit.role;
      brought_by_[document.id] = role;
      roles.insert(role);
    }
    const Act* act = std::get_if<Act>(&command);
    const ActionRule* rule = act ? sop_.step(act->step).find_action(act->action) : nullptr;
    for (std::size_t i = 0; i < before.documents.size(); ++i) {
      const Document& was = before.documents[i];
      const Document& now = decided.after.documents[i];
      if (was.superseded_event != 0 || now.superseded_event == 0) continue;
      ++seen_.superseded;
      if (rule && rule->backward) fail("what came with a return took another's place", actor);
      if (!roles.contains(brought_by_[now.id]))
        fail(fmt::format("{} of {} gave way to another role's", now.kind, brought_by_[now.id]),
             actor);
      const bool by_file = std::any_of(
          decided.after.documents.begin(), decided.after.documents.end(), [&](const Document& one) {
            return one.added_event == now.superseded_event && one.file && one.kind == now.kind;
          });
      if (now.file && !by_file) fail("a file gave way to a mark", actor);
    }
  }

  void judge_in_person(const Permit& before, const Actor& actor, const Command& command) const {
    if (actor.via.empty() && actor.kind != Actor::Kind::service) return;
    const Act* act = std::get_if<Act>(&command);
    const ActionRule* rule = act ? sop_.step(act->step).find_action(act->action) : nullptr;
    if (std::holds_alternative<Undo>(command))
      if (const Visit* closed = before.find_visit(before.last_action->closed_visit))
        rule = action_of(*closed, sop_);
    if (rule && rule->in_person) fail("done in person, through a token", actor);
  }

  void judge_approval(const Permit& before, const Actor& actor, const Command& command) const {
    const Act* act = std::get_if<Act>(&command);
    const ActionRule* rule = act ? sop_.step(act->step).find_action(act->action) : nullptr;
    if (!rule || rule->backward || actor.kind != Actor::Kind::officer) return;
    const Visit* visit = before.open_visit(act->step);
    if (!visit || !sop_.step(act->step).judges()) return;
    const std::vector<std::string>& drafters = visit->drafted_by;
    if (std::find(drafters.begin(), drafters.end(), actor.id) == drafters.end()) return;
    for (const Visit& one : before.visits)
      if (one.late && !one.undone && one.closed_by == actor.id)
        fail("approved what they entered late themselves", actor);
  }

  Dice dice_;
  Seen& seen_;
  std::string text_;
  Sop sop_;
  People people_;
  Instant now_{};
  Permit permit_;
  std::map<int, std::string> brought_by_;  // documents, by the role
  std::set<int> told_;                     // visits of whose late entry a superior was told
};

TEST(SeparationProperty, NothingIsTurnedApprovedOrReplacedByWhoeverItIsAbout) {
  Seen seen;
  int lives = 0;
  must_hold(
      [&] {
        const auto seed =
            *rc::gen::noShrink(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<unsigned>()));
        Life life(seed, seen);
        for (int i = 0; i < 30 && life.lives(); ++i) life.go_on();
        lives += life.lives() ? 1 : 0;
      },
      calendars_wanted() * 8);
  EXPECT_GT(lives, calendars_wanted() * 4);
  // The dice reach all that it is about.
  EXPECT_GT(seen.late, 100);
  EXPECT_GT(seen.turned, 20);
  EXPECT_GT(seen.confirmed, 10);
  EXPECT_GT(seen.corrected, 3);
  EXPECT_GT(seen.superseded, 20);
}

}  // namespace
}  // namespace tenggat::testing
