// What is offered is what is accepted, on any service, permit and day, to anybody: an offer that
// stands is accepted once all it asks for is brought; one that does not is refused as it says,
// whatever is brought; nothing else is accepted. Source: docs/reference.md, Actions.
#include "rules/permit/offers.h"

#include <set>

#include "rules/permit/ladder.h"
#include "rules/sop/load_sop.h"
#include "tests/rules/calendars.h"
#include "tests/rules/office_generators.h"
#include "tests/rules/properties.h"

namespace tenggat::testing {
namespace {

using What = Offer::What;

const Calendar& calendar() {
  static const Calendar shipped = banjarbaru();
  return shipped;
}

// Refusals of what comes with a command, whoever gives it.
bool is_of_content(const Refusal& refusal) {
  static const std::set<Refused> all = {Refused::stale_version,
                                        Refused::chooses_no_outcome,
                                        Refused::missing_output,
                                        Refused::not_brought_here,
                                        Refused::missing_note,
                                        Refused::missing_note_or_deficiencies,
                                        Refused::occurred_outside,
                                        Refused::late_without_reason,
                                        Refused::ended_too_long_ago,
                                        Refused::corrected_outside,
                                        Refused::correction_without_reason,
                                        Refused::next_step_lacks,
                                        Refused::missing_question,
                                        Refused::missing_directive,
                                        Refused::response_too_long,
                                        Refused::missing_until,
                                        Refused::until_is_past,
                                        Refused::until_is_no_later,
                                        Refused::pause_too_long,
                                        Refused::not_the_applicants_documents,
                                        Refused::condition_not_met,
                                        Refused::missing_branches,
                                        Refused::no_such_branch,
                                        Refused::opens_no_branch,
                                        Refused::invalid_fields,
                                        Refused::no_such_document,
                                        Refused::empty_note,
                                        Refused::brings_nothing,
                                        Refused::not_brought_ahead,
                                        Refused::field_visit_outside};
  return all.contains(refusal.why);
}

// Of commands that name what is not there.
bool is_of_no_offer(const Refusal& refusal) {
  static const std::set<Refused> all = {
      Refused::permit_closed,     Refused::step_not_open,          Refused::unknown_action,
      Refused::unknown_obstacle,  Refused::unknown_pause_reason,   Refused::no_duty_there,
      Refused::officers_alone,    Refused::another_role,           Refused::applicants_step_alone,
      Refused::claimed_by_other,  Refused::applicant_has_no_clock, Refused::nothing_to_confirm,
      Refused::nothing_to_correct};
  return all.contains(refusal.why);
}

bool same(const Refusal& a, const Refusal& b) {
  return a.why == b.why && a.detail().english == b.detail().english;
}

// One permit among people who do what they may, and try what they may not.
class Life {
 public:
  explicit Life(unsigned seed)
      : dice_(seed),
        text_(dice_.one_in(2) ? some_service(dice_) : some_service_with_blocks(dice_)) {
    // As of a version that was in force before services were proven sound: what is offered is what
    // is accepted on files that get stuck, too.
    auto loaded = load_sop({"acak.yaml", text_, true});
    if (!loaded) RC_FAIL(loaded.error().front().to_string() + "\n" + text_);
    sop_ = std::move(*loaded);
    people_ = some_people(dice_, sop_);
    for (Officer& one : people_.officers)
      if (dice_.one_in(4)) one.roles.emplace_back(kAdministrator);
    now_ = at("2026-04-02T08:00:00+08:00") + Seconds{dice_.upto(20 * 86400)};
    NewPermit submission;
    submission.id = dice_.upto(99);
    submission.created_by = "portal";
    submission.documents = {{"syarat", "", "tenggat:1", "", ""}};
    if (!sop_.fields.empty())
      submission.fields = {{"a", static_cast<double>(dice_.upto(10))}, {"b", dice_.one_in(2)}};
    if (auto opened = open_permit(submission, context())) permit_ = std::move(opened->after);
  }

  // Not where even the application could not go on.
  bool lives() const { return !permit_.visits.empty(); }

  void go_on() {
    now_ += Seconds{dice_.one_in(3) ? dice_.upto(2 * 86400) : dice_.upto(300)};
    known_ = catch_up(permit_, context()).after;
    std::vector<Command> accepted;
    std::vector<Actor> by;
    for (int i = 0; i < 3; ++i) {
      const Actor actor = somebody();
      const std::vector<Offer> offered = offers(permit_, actor, context());
      judge_tasks(offered, actor);
      for (const Offer& offer : offered) {
        judge(offer, actor);
        if (!offer.stands() || offer.is_so_already) continue;
        Command command = furnished(offer);
        if (!decide(permit_, actor, command, context())) continue;  // judged above
        accepted.push_back(std::move(command));
        by.push_back(actor);
      }
      for (int tries = 0; tries < 5; ++tries) judge(anything(), offered, actor);
    }
    if (accepted.empty()) return;
    const auto one = static_cast<std::size_t>(dice_.upto(static_cast<int>(accepted.size()) - 1));
    if (Act* act = std::get_if<Act>(&accepted[one]); act && dice_.one_in(3)) {
      Act late = *act;
      late.occurred_at = now_ - Seconds{dice_.upto(86400)};
      late.reason = "jaringan putus";
      if (decide(permit_, by[one], late, context())) accepted[one] = late;
    }
    permit_ = decide(permit_, by[one], accepted[one], context()).value().after;
  }

 private:
  Context context() const { return {sop_, calendar(), people_, now_, {}}; }

  Actor somebody() {
    if (dice_.one_in(4)) return {Actor::Kind::applicant, "portal", ""};
    if (dice_.one_in(12)) return {};
    return {Actor::Kind::officer, dice_.of(people_.officers).id, dice_.one_in(8) ? "portal" : ""};
  }

  std::string step_of(const Offer& offer) const {
    return offer.visit == 0 ? "" : known_.find_visit(offer.visit)->step;
  }

  [[noreturn]] void fail(const std::string& what, const Actor& actor) const {
    RC_FAIL(
        fmt::format("{} ({} at {})\n{}", what, identity(actor), calendar().format(now_), text_));
  }

  // The offer as a command, with no more than names.
  Command bare(const Offer& offer) const {
    const std::string step = step_of(offer);
    switch (offer.what) {
      case What::act:
      case What::withdraw: {
        Act act;
        act.step = step;
        act.action = offer.action ? offer.action->id : std::string(kWithdrawal);
        return act;
      }
      case What::undo:
        return Undo{};
      case What::claim:
        return Claim{step};
      case What::release:
        return Release{step, ""};
      case What::assign:
        return Assign{step, offer.officer.empty() ? people_.officers.front().id : offer.officer,
                      ""};
      case What::escalate:
        return Escalate{step, ""};
      case What::acknowledge:
        return Acknowledge{step, offer.obstacle->id, ""};
      case What::pause:
      case What::extend:
        return PauseVisit{step, offer.pause->id, "",
                          offer.what == What::extend
                              ? std::optional(offer.wanted.until_after + Seconds{1})
                              : std::nullopt};
      case What::resume:
      case What::answer:
        return ResumeVisit{step, ""};
      case What::confirm:
        return Confirm{step, ""};
      case What::correct:
        return Correct{step, "", {}};
      case What::direct:
        return Direct{step, ""};
      case What::respond:
        return Respond{step, ""};
      case What::write_in:
        return TakeMessage{"apa kabar berkas saya?"};
      case What::open_document:
        return OpenDocument{step, known_.documents.empty() ? 1 : known_.documents.front().id};
      case What::note:
        return AddNote{""};
      case What::bring:
        return BringDocuments{step, {}};
      case What::plan_visit:
        return PlanFieldVisit{step, offer.wanted.until_after};
      case What::reach_applicant:
        break;
    }
    return CorrectContact{};
  }

  // A list shows the same as the permit's own page.
  void judge_tasks(const std::vector<Offer>& offered, const Actor& actor) const {
    for (const Visit& visit : known_.visits)
      for (const Offer& offer : offers_of_task(permit_, visit.id, actor, context())) {
        const auto same = offers_at(offered, visit.id, offer.what);
        const bool stands = std::any_of(same.begin(), same.end(), [&](const Offer* one) {
          return one->action == offer.action && one->is_so_already == offer.is_so_already;
        });
        if (stands != offer.stands()) fail("listed otherwise than shown", actor);
      }
  }

  // With all that it asks for.
  Command furnished(const Offer& offer) {
    Command command = bare(offer);
    const bool note = offer.wanted.note != ActionRule::Note::optional;
    if (Act* act = std::get_if<Act>(&command)) {
      for (const Output& file : offer.wanted.files)
        act->documents.push_back(
            {file.kind, "", "tenggat:" + file.kind, "", file.numbered ? "503/1" : ""});
      if (note) act->note = "catatan";
      if (offer.wanted.outcome && dice_.one_in(2)) act->outcome = Outcome::refusal;
      for (const Step* branch : offer.wanted.branches)
        if (act->to.empty() || dice_.one_in(2)) act->to.push_back(branch->id);
      for (const Field* field : offer.wanted.fields)
        if (dice_.one_in(2)) act->fields[field->id] = static_cast<double>(dice_.upto(10));
    }
    if (Direct* direct = std::get_if<Direct>(&command)) direct->note = "dahulukan";
    if (Respond* respond = std::get_if<Respond>(&command); respond && dice_.one_in(2))
      respond->until =
          dice_.one_in(2) ? *offer.wanted.until_latest : offer.wanted.until_after + Seconds{1};
    if (AddNote* one = std::get_if<AddNote>(&command)) one->text = "catatan";
    if (BringDocuments* bring = std::get_if<BringDocuments>(&command))
      for (const Output& file : offer.wanted.files)
        if (bring->documents.empty() || dice_.one_in(2))
          bring->documents.push_back(
              {file.kind, "", "tenggat:" + file.kind, "", file.numbered ? "503/1" : ""});
    if (PlanFieldVisit* plan = std::get_if<PlanFieldVisit>(&command))
      plan->visit_at =
          dice_.one_in(2) ? *offer.wanted.until_latest : offer.wanted.until_after + Seconds{1};
    if (Correct* correct = std::get_if<Correct>(&command)) {
      correct->reason = "tanggalnya keliru";
      correct->occurred_at = known_.find_visit(offer.visit)->opened_at;
    }
    if (PauseVisit* pause = std::get_if<PauseVisit>(&command)) {
      if (note) pause->note = "mohon denah";
      const auto until = offer.wanted.until;
      if (until == Wanted::Until::required ||
          (until == Wanted::Until::optional && dice_.one_in(2))) {
        const Instant latest =
            offer.wanted.until_latest.value_or(offer.wanted.until_after + Seconds{86400});
        pause->until = dice_.one_in(2) ? latest : offer.wanted.until_after + Seconds{1};
      }
    }
    return command;
  }

  void judge(const Offer& offer, const Actor& actor) {
    const Decided with_all = decide(permit_, actor, furnished(offer), context());
    if (!offer.stands()) {
      for (const Decided& refused : {with_all, decide(permit_, actor, bare(offer), context())})
        if (refused)
          fail("accepted, though not offered: " + offer.why_not->detail().english, actor);
        else if (!same(refused.error(), *offer.why_not))
          fail(fmt::format("refused otherwise than offered: {}, offered {}",
                           refused.error().detail().english, offer.why_not->detail().english),
               actor);
      return;
    }
    // What is set with it may lead elsewhere than what is known.
    if (!with_all && !offer.wanted.fields.empty() && is_of_content(with_all.error())) return;
    if (!with_all)
      fail("offered and refused: " + with_all.error().detail().english + " at " + step_of(offer),
           actor);
    if (offer.is_so_already != (with_all->after == known_))
      fail("says wrongly whether anything changes", actor);
    if (offer.until) judge_end(offer, actor);
    if (offer.pause) judge_bounds(offer, actor);
    if (!is_complete(offer) && offer.wanted.fields.empty() &&
        decide(permit_, actor, bare(offer), context()))
      fail("asks for what is not needed", actor);
  }

  static bool is_complete(const Offer& offer) {
    const Wanted& wanted = offer.wanted;
    return wanted.files.empty() && wanted.branches.empty() && wanted.fields.empty() &&
           wanted.note == ActionRule::Note::optional &&
           (wanted.until != Wanted::Until::required || offer.what == What::extend);
  }

  void judge_end(const Offer& offer, const Actor& actor) {
    Context late = context();
    late.now = *offer.until;
    const Decided refused = decide(permit_, actor, bare(offer), late);
    if (refused) fail("offered for longer than said", actor);
  }

  void judge_bounds(const Offer& offer, const Actor& actor) {
    PauseVisit pause = std::get<PauseVisit>(furnished(offer));
    pause.until = offer.wanted.until_after;
    if (decide(permit_, actor, pause, context())) fail("ends no later, and is accepted", actor);
    if (!offer.wanted.until_latest) return;
    pause.until = *offer.wanted.until_latest + Seconds{1};
    if (decide(permit_, actor, pause, context())) fail("lasts too long, and is accepted", actor);
  }

  // --- any command ---

  Command anything() {
    std::string step = dice_.of(sop_.steps).id;
    for (const Visit& visit : known_.visits)
      if (visit.open() && !dice_.one_in(8)) step = visit.step;
    const auto until =
        dice_.one_in(2) ? std::optional(now_ + Seconds{dice_.upto(3 * 86400)}) : std::nullopt;
    const std::string reason = fmt::format("jeda{}", 1 + dice_.upto(3));
    switch (dice_.upto(21)) {
      case 17:
        return TakeMessage{"sudah sampai mana?"};
      case 15:
        return Direct{step, dice_.one_in(3) ? "" : "dahulukan"};
      case 16:
        return Respond{step, "", until};
      case 18:
        return OpenDocument{step, dice_.upto(4)};
      case 19:
        return AddNote{dice_.one_in(2) ? "catatan" : ""};
      case 20: {
        BringDocuments bring{step, {}};
        for (std::size_t i = 1; i <= sop_.steps.size(); ++i)
          if (dice_.one_in(3))
            bring.documents.push_back(
                {fmt::format("hasil{}", i), "", "tenggat:y", "", dice_.one_in(2) ? "503/3" : ""});
        return bring;
      }
      case 21:
        return PlanFieldVisit{step, now_ + Seconds{dice_.upto(86400) - 3600}};
      case 13:
        return Confirm{step, ""};
      case 14:
        return Correct{step, "tanggalnya keliru", now_ - Seconds{dice_.upto(86400)}};
      case 0:
        return Claim{step};
      case 1:
        return Release{step, ""};
      case 2:
        return Assign{step, fmt::format("pegawai{}", dice_.upto(7)), ""};
      case 3:
        return Escalate{step, ""};
      case 4:
        return Acknowledge{step, dice_.one_in(2) ? "cuaca" : "lain", ""};
      case 5:
      case 6:
        return PauseVisit{step, reason, dice_.one_in(2) ? "mohon denah" : "", until};
      case 7:
        return ResumeVisit{step, ""};
      case 8:
        return Undo{};
      default:
        return any_act(step);
    }
  }

  Command any_act(const std::string& step) {
    Act act;
    act.step = step;
    const std::vector<std::string> names = {"maju", "lompat", "balik", "gugur",
                                            "buka", "lain",   "batal", "withdraw"};
    act.action = dice_.of(names);
    if (dice_.one_in(2)) act.note = "catatan";
    if (dice_.one_in(6)) act.outcome = Outcome::grant;
    if (dice_.one_in(6)) act.version = dice_.one_in(2) ? permit_.version : 99;
    if (dice_.one_in(6)) act.occurred_at = now_ - Seconds{dice_.upto(3600)};
    if (dice_.one_in(2)) act.reason = "jaringan putus";
    for (std::size_t i = 1; i <= sop_.steps.size(); ++i)
      if (dice_.one_in(3))
        act.documents.push_back({fmt::format("hasil{}", i), "", "tenggat:x", "", "503/2"});
    if (const Step* at = sop_.find_step(step); at && dice_.one_in(2)) {
      act.documents.clear();
      for (const Output& output : at->outputs)
        if (output.file) act.documents.push_back({output.kind, "", "tenggat:x", "", "503/2"});
    }
    return act;
  }

  bool is_of(const Offer& offer, const Command& command) const {
    // The same names: the commands are of one kind, and the offer's own is not told from it.
    const Command named = bare(offer);
    if (named.index() != command.index()) return false;
    if (const Act* act = std::get_if<Act>(&command))
      return std::get<Act>(named).action == act->action &&
             (offer.what == What::withdraw || step_of(offer) == act->step);
    if (const Assign* assign = std::get_if<Assign>(&command))
      return step_of(offer) == assign->step &&
             (offer.officer.empty() || offer.officer == assign->officer);
    if (const Acknowledge* told = std::get_if<Acknowledge>(&command))
      return step_of(offer) == told->step && offer.obstacle->id == told->obstacle;
    if (const PauseVisit* pause = std::get_if<PauseVisit>(&command))
      return step_of(offer) == pause->step && offer.pause->id == pause->reason &&
             (offer.what == What::extend) == extends(*pause);
    if (const Claim* claim = std::get_if<Claim>(&command)) return step_of(offer) == claim->step;
    if (const Release* one = std::get_if<Release>(&command)) return step_of(offer) == one->step;
    if (const Escalate* one = std::get_if<Escalate>(&command)) return step_of(offer) == one->step;
    if (const ResumeVisit* one = std::get_if<ResumeVisit>(&command))
      return step_of(offer) == one->step;
    if (const Confirm* one = std::get_if<Confirm>(&command)) return step_of(offer) == one->step;
    if (const auto* one = std::get_if<OpenDocument>(&command)) return step_of(offer) == one->step;
    if (const auto* one = std::get_if<BringDocuments>(&command)) return step_of(offer) == one->step;
    if (const auto* one = std::get_if<PlanFieldVisit>(&command)) return step_of(offer) == one->step;
    if (const Correct* one = std::get_if<Correct>(&command)) return step_of(offer) == one->step;
    if (const Direct* one = std::get_if<Direct>(&command)) return step_of(offer) == one->step;
    if (const Respond* one = std::get_if<Respond>(&command)) return step_of(offer) == one->step;
    return true;
  }

  // With an end date, of a pause that has one.
  bool extends(const PauseVisit& command) const {
    const Visit* visit = known_.open_visit(command.step);
    const Pause* open = visit ? known_.open_pause(visit->id) : nullptr;
    return command.until && open && open->reason == command.reason &&
           resumes_at(*open, sop_, calendar());
  }

  void judge(const Command& command, const std::vector<Offer>& offered, const Actor& actor) {
    const Decided decided = decide(permit_, actor, command, context());
    const auto offer = std::find_if(offered.begin(), offered.end(),
                                    [&](const Offer& one) { return is_of(one, command); });
    if (decided) {
      if (offer == offered.end() || !offer->stands()) fail("accepted, and not offered", actor);
      return;
    }
    const Refusal refusal = decided.error();
    if (offer == offered.end()) {
      if (!is_of_no_offer(refusal) && refusal.why != Refused::stale_version)
        fail("refused, and in no offer: " + refusal.detail().english, actor);
    } else if (offer->stands()) {
      if (!is_of_content(refusal))
        fail("offered, and refused for more than its content: " + refusal.detail().english, actor);
    } else if (!same(refusal, *offer->why_not) && refusal.why != Refused::stale_version) {
      fail(fmt::format("refused otherwise than offered: {}, offered {}", refusal.detail().english,
                       offer->why_not->detail().english),
           actor);
    }
  }

  Dice dice_;
  std::string text_;
  Sop sop_;
  People people_;
  Instant now_{};
  Permit permit_, known_;  // as stored, and as it is by now
};

TEST(OffersProperty, WhatIsOfferedIsWhatIsAccepted) {
  int lives = 0;
  must_hold(
      [&] {
        const auto seed =
            *rc::gen::noShrink(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<unsigned>()));
        Life life(seed);
        for (int i = 0; i < 25 && life.lives(); ++i) life.go_on();
        lives += life.lives() ? 1 : 0;
      },
      calendars_wanted() * 4);
  EXPECT_GT(lives, calendars_wanted() * 2);
}

}  // namespace
}  // namespace tenggat::testing
