// What time alone brings about.
#include "rules/permit/draft.h"

#include <algorithm>
#include <stdexcept>

#include "rules/permit/because_words.h"
#include "rules/permit/preconditions.h"

namespace tenggat {
namespace {

// Kept among the raised rungs under its kind's word, k counting on; no ladder has it.
const NoticeKind kObstacleReminder{NoticeKind::Of::obstacle};

}  // namespace

void Draft::catch_up() {
  // Each turn changes what is next (a resume moves dues), so it is looked for anew. The bound holds
  // because every turn consumes a rung, a pause or a visit.
  known_since_ = permit().changed_at;
  for (int turn = 0; turn < 1000; ++turn) {
    const std::optional<Timed> next = first_upcoming(permit(), sop_, calendar_);
    if (!next || next->at > now_) return;
    const Timed& timed = *next;
    switch (timed.kind) {
      case Timed::Kind::rung:
        raise(timed);
        break;
      case Timed::Kind::missed:
        count_missed(timed);
        break;
      case Timed::Kind::mend_reminder:
        remind_to_mend(timed);
        break;
      case Timed::Kind::acknowledgement_over:
        remind_of_obstacle(timed);
        break;
      case Timed::Kind::resume:
        resume(timed.visit, timed.at, {}, {}, Seconds{0});
        break;
      case Timed::Kind::automatic_action:
        take_automatic_action(timed);
        break;
      case Timed::Kind::legal_limit:
        pass_legal_limit(timed);
        break;
    }
  }
  throw std::logic_error("catching up does not end");
}

void Draft::take_automatic_action(const Timed& timed) {
  Act act;
  act.step = permit().find_visit(timed.visit)->step;
  act.action = timed.action->id;
  const Visit& visit = *permit().find_visit(timed.visit);
  if (const auto refusal = refuse_next_steps(permit(), visit, *timed.action, act, sop_))
    throw std::logic_error("an automatic action was refused: " + refusal->detail().english);
  perform({*timed.action, timed.visit, act, {}, timed.at, Seconds{0}});
}

Draft::Superior Draft::superior_of(const std::string& role, int level) const {
  const std::vector<std::string> chain = sop_.chain(role);
  if (chain.empty()) return {role, Reason::chain_exhausted};
  const auto index = static_cast<std::size_t>(level - 1);
  if (index < chain.size()) return {chain[index], Reason::rung_due};
  return {chain.back(), Reason::chain_exhausted};
}

void Draft::notify_rung(const Raising& raising, Addressee to, Audience audience, std::string text,
                        Reason reason) {
  Notice notice;
  notice.visit = raising.visit;
  notice.kind = {NoticeKind::Of::rung, raising.rung.name()};
  notice.k = raising.k;
  notice.occurrence = raising.occurrence;
  notice.addressee = std::move(to);
  notice.audience = audience;
  notice.text = std::move(text);
  notice.reason = reason;
  notice.hold_until = recorded_ + raising.hold;
  notice.urgent = raising.rung.urgent || raising.at_once;
  notice.cause = raising.cause;
  if (raising.held_up_since) notice.details = HeldUp{calendar_.stamp(*raising.held_up_since)};
  count_redirected(raising, notice);
  notify(std::move(notice));
}

// That nobody in the role could be told is a fact of the event that raised the notice.
void Draft::count_redirected(const Raising& raising, const Notice& notice) {
  const Visit* visit = permit().find_visit(raising.visit);
  const bool to_holder = notice.addressee.kind == Addressee::Kind::holder;
  const std::string role = to_holder ? raising.role : notice.addressee.name;
  if (to_holder && !visit) return;
  const std::vector<Recipient> told = to_holder ? resolve_holder(*visit, sop_, people_, today_)
                                                : resolve_role(role, visit, sop_, people_, today_);
  Reason why = Reason::nobody_on_duty;
  if (!told.empty()) why = told.front().why;
  if (why != Reason::nobody_on_duty && why != Reason::role_vacant &&
      why != Reason::nobody_reachable)
    return;
  std::vector<Redirected>& redirected = decision_.events.back().redirected;
  const auto known = std::find_if(redirected.begin(), redirected.end(),
                                  [&](const Redirected& one) { return one.role == role; });
  if (known == redirected.end())
    redirected.push_back({role, why});
  else
    known->why = why;
  count(NoticeRedirected{visit ? visit->step : "", why}, recorded_ + raising.hold, raising.cause);
}

void Draft::raise_rung(const Raising& raising) {
  const RungRule& rung = raising.rung;
  permit().rungs.push_back(
      {raising.visit, rung.name(), raising.k, raising.occurrence, raising.due_at, now_, false});
  const bool of_case = raising.visit == 0;
  const std::string holder_text = rung.at == RungRule::At::start     ? "tugas_baru"
                                  : rung.at == RungRule::At::percent ? "pengingat"
                                                                     : "terlambat";
  std::vector<std::string> told;
  const auto to_superior = [&](const std::string& to, Reason reason) {
    if (std::find(told.begin(), told.end(), to) != told.end()) return;
    told.push_back(to);
    notify_rung(raising, {Addressee::Kind::role, to}, Audience::superior,
                of_case ? "alarm_layanan" : "eskalasi", reason);
  };
  const auto to_holder = [&](Addressee to) {
    notify_rung(raising, std::move(to), Audience::holder, holder_text, Reason::rung_due);
  };
  const Role* role = of_case ? nullptr : &sop_.role(raising.role);
  for (const Target& target : rung.to) {
    switch (target.kind) {
      case Target::Kind::role:
        // A task that was given to one of them is that one's.
        if (role && (role->in_turn || rung.at == RungRule::At::start) &&
            !permit().find_visit(raising.visit)->assignee.empty())
          to_holder({Addressee::Kind::holder, ""});
        else
          to_holder({Addressee::Kind::role, raising.role});
        break;
      case Target::Kind::copy:
        if (role) to_superior(role->copy, Reason::copy);
        break;
      case Target::Kind::applicant:
        tell_applicant_of_rung(raising);
        break;
      case Target::Kind::assignee:
        to_holder({Addressee::Kind::holder, ""});
        break;
      case Target::Kind::named_role:
        to_superior(target.name, Reason::rung_due);
        break;
      case Target::Kind::superior: {
        const Superior superior = superior_of(raising.role, target.level);
        to_superior(superior.role, superior.reason);
        if (const std::string& copy = sop_.role(raising.role).copy; !copy.empty())
          to_superior(copy, Reason::copy);
        break;
      }
    }
  }
  // An acknowledged repeat is raised and told to nobody: no escalation.
  const Visit* visit = permit().find_visit(raising.visit);
  if (!told.empty() && !(visit && is_acknowledged(*visit, rung.name(), raising.k, now_)))
    count(SuperiorTold{visit ? visit->step : "", rung.name()}, recorded_ + raising.hold,
          raising.cause);
}

// Of a step, where the file is; of the case, that it is late and when it may be done.
void Draft::tell_applicant_of_rung(const Raising& raising) {
  Notice notice;
  notice.visit = raising.visit;
  notice.kind = {NoticeKind::Of::rung, raising.rung.name()};
  notice.k = raising.k;
  notice.occurrence = raising.occurrence;
  notice.addressee = {Addressee::Kind::applicant, ""};
  notice.audience = Audience::applicant;
  notice.text = raising.visit == 0 ? "terlambat_pemohon" : "tahap";
  notice.reason = Reason::rung_due;
  notice.hold_until = recorded_ + raising.hold;
  notice.cause = raising.cause;
  notify(std::move(notice));
}

void Draft::remind_of_obstacle(const Timed& timed) {
  const std::int64_t cause =
      record(timed.visit, {}, ReminderRaised{true, timed.k, calendar_.stamp(timed.at)});
  permit().rungs.push_back(
      {timed.visit, kObstacleReminder.to_string(), timed.k, 1, timed.at, now_, false});
  const Visit& visit = *permit().find_visit(timed.visit);
  const auto ledger = visit_ledger(permit(), visit, sop_);
  const auto due = ledger ? Replay(*ledger, calendar_).due() : std::nullopt;
  Notice notice;
  notice.visit = timed.visit;
  notice.kind = kObstacleReminder;
  notice.k = timed.k;
  notice.addressee = {Addressee::Kind::holder, ""};
  notice.audience = Audience::holder;
  notice.text = due && now_ > *due ? "terlambat" : "pengingat";
  notice.reason = Reason::acknowledgement_over;
  notice.cause = cause;
  notify(std::move(notice));
}

void Draft::raise(const Timed& timed) {
  const RungRule& rung = *timed.rung;
  const std::string role = timed.visit ? permit().find_visit(timed.visit)->role : "";
  const std::int64_t cause = record(timed.visit, {},
                                    RungRaised{rung.name(), timed.k, timed.occurrence,
                                               calendar_.stamp(timed.at), Reason::rung_due});
  // A change of the permit or its rules may bring about what lies in the past: no outage's doing.
  const Instant expected = std::max(timed.at, known_since_);
  const auto held_up = now_ - expected > kOutage ? std::optional(expected) : std::nullopt;
  raise_rung({timed.visit, role, rung, timed.k, timed.occurrence, timed.at, cause, Seconds{0},
              held_up, false});
}

void Draft::count_missed(const Timed& timed) {
  const std::int64_t cause = record(timed.visit, {}, DeadlineMissed{calendar_.stamp(timed.at)});
  if (timed.visit != 0) {
    Visit& visit = *permit().find_visit(timed.visit);
    visit.missed_counted = true;
    count(StepMissed{visit.step}, timed.at, cause);
    return;
  }
  permit().case_missed_counted = true;
  count(CaseMissed{}, timed.at, cause);
  tell_applicant(0, "terlambat_pemohon", Reason::case_missed, cause, Seconds{0});
}

// The daemon grants nothing by itself: it says so to the head and to who is above the open steps.
void Draft::pass_legal_limit(const Timed& timed) {
  Permit& p = permit();
  p.legal_passed_at = timed.at;
  const std::int64_t cause =
      record(0, {}, LegalLimitPassed{calendar_.stamp(timed.at - Seconds{1})});
  count(LegalLimitsPassed{}, timed.at, cause);
  std::vector<std::string> told;
  const auto tell = [&](const std::string& role) {
    if (role.empty() || std::find(told.begin(), told.end(), role) != told.end()) return;
    told.push_back(role);
    Notice notice;
    notice.kind = text_kind(std::string(kLegalLimit));
    notice.addressee = {Addressee::Kind::role, role};
    notice.audience = Audience::superior;
    notice.text = kLegalLimit;
    notice.reason = Reason::legal_limit_passed;
    notice.urgent = true;
    notice.cause = cause;
    notify(std::move(notice));
  };
  tell(sop_.head);
  for (const Visit& visit : p.visits)
    if (visit.open() && !sop_.is_applicant(visit.role)) tell(superior_of(visit.role, 1).role);
}

void Draft::remind_to_mend(const Timed& timed) {
  const std::int64_t cause =
      record(timed.visit, {}, ReminderRaised{false, timed.k, calendar_.stamp(timed.at)});
  permit().rungs.push_back(
      {timed.visit, std::string(kMendReminder), timed.k, timed.occurrence, timed.at, now_, false});
  tell_applicant(timed.visit, std::string(kMendReminder), Reason::reminder_to_mend, cause,
                 Seconds{0});
}

}  // namespace tenggat
