#include "rules/telling/telling.h"

#include <algorithm>

#include "rules/permit/escalation.h"

namespace tenggat {
namespace {

using Of = NoticeKind::Of;

// A report to a superior of what was done at the closing of its visit.
bool reports_closing(const Notice& notice) {
  return notice.kind.of == Of::new_deficiency || notice.kind.of == Of::self_approval ||
         notice.kind.of == Of::late_entry || notice.kind.of == Of::against_recommendation;
}

// Whose doing it reports: of a correction the administrator's.
std::string_view reported_doer(const Notice& notice, const Visit& visit) {
  constexpr std::string_view kOfficer = "officer:";
  const bool late = notice.kind.of == Of::late_entry && visit.late;
  return late && visit.late->by.starts_with(kOfficer)
             ? std::string_view(visit.late->by).substr(kOfficer.size())
             : std::string_view(visit.closed_by);
}

bool is_rearmed(const Notice& notice, const Permit& permit) {
  const std::string kind = notice.kind.to_string();
  return std::any_of(permit.rungs.begin(), permit.rungs.end(), [&](const RaisedRung& rung) {
    return rung.rearmed && rung.visit == notice.visit && rung.rung == kind && rung.k == notice.k &&
           rung.occurrence == notice.occurrence;
  });
}

bool stands(const std::optional<Ledger>& ledger, const Calendar& calendar) {
  return ledger && Replay(*ledger, calendar).stands();
}

std::optional<Reason> visit_notice_fails(const Notice& notice, const Permit& permit, const Sop& sop,
                                         const Calendar& calendar) {
  const Visit* visit = permit.find_visit(notice.visit);
  if (!visit || visit->undone) return Reason::undone;
  if (reports_closing(notice)) return visit->open() ? std::optional(Reason::undone) : std::nullopt;
  if (notice.reason == Reason::branch_cancelled)
    return visit->cancelled() ? std::nullopt : std::optional(Reason::undone);
  if (!visit->open()) return Reason::done_before_sending;
  if (notice.kind.of == Of::pause)
    return permit.open_pause(visit->id) ? std::nullopt : std::optional(Reason::done_before_sending);
  // What its officer is told once, whether its clock runs or stands.
  if (notice.kind.is_report() || notice.kind == NoticeKind{Of::rung, "start"} ||
      notice.kind.of == Of::handed_over || notice.kind.of == Of::directed ||
      notice.reason == Reason::applicant_wrote || notice.reason == Reason::state_changed)
    return std::nullopt;
  if (is_acknowledged(*visit, notice.kind.to_string(), notice.k, notice.raised_at))
    return Reason::acknowledged;
  if (stands(visit_ledger(permit, *visit, sop), calendar)) return Reason::paused;
  return std::nullopt;
}

std::optional<Reason> applicant_notice_fails(const Notice& notice, const Permit& permit) {
  const Visit* visit = permit.find_visit(notice.visit);
  const bool about_open_visit = notice.text == "tahap" || notice.text == "pengingat_perbaikan";
  if (about_open_visit && (!visit || !visit->open())) return Reason::done_before_sending;
  if (notice.text == "klarifikasi" && !permit.open_pause(notice.visit))
    return Reason::done_before_sending;
  if (notice.text == "terlambat_pemohon" && permit.case_closed_at)
    return Reason::done_before_sending;
  return std::nullopt;
}

}  // namespace

std::optional<Reason> no_longer_holds(const Notice& notice, const Permit& permit, const Sop& sop,
                                      const Calendar& calendar) {
  if (is_rearmed(notice, permit)) return Reason::rearmed;
  if (notice.audience == Audience::applicant) return applicant_notice_fails(notice, permit);
  if (notice.visit != 0) return visit_notice_fails(notice, permit, sop, calendar);
  // That the limit has passed is a fact, whatever has become of the file since.
  if (notice.reason == Reason::legal_limit_passed) return std::nullopt;
  if (permit.case_closed_at) return Reason::done_before_sending;
  if (stands(case_ledger(permit, sop), calendar)) return Reason::paused;
  return std::nullopt;
}

std::vector<Recipient> recipients_of(const Notice& notice, const Permit& permit,
                                     const Context& context) {
  const CivilDate day = context.today();
  const Visit* visit = permit.find_visit(notice.visit);
  switch (notice.addressee.kind) {
    case Addressee::Kind::holder:
      return visit ? resolve_holder(*visit, context.sop, context.people, day)
                   : std::vector<Recipient>();
    case Addressee::Kind::role:
      // What somebody did is not reported to them, whatever they stand in for today.
      if (visit && visit->closed_at && reports_closing(notice))
        return resolve_past(reported_doer(notice, *visit), notice.addressee.name, context.sop,
                            context.people, day);
      return resolve_role(notice.addressee.name, visit, context.sop, context.people, day);
    case Addressee::Kind::officer:
      return {{notice.addressee.name, "", "", "", Reason::on_duty}};
    case Addressee::Kind::applicant:
      return {};
  }
  return {};
}

Reason why_pending(const Notice& notice, const Permit& permit, const Context& context) {
  if (const auto fails = no_longer_holds(notice, permit, context.sop, context.calendar))
    return *fails;
  if (notice.audience == Audience::applicant) return Reason::not_due;
  const std::vector<Recipient> to = recipients_of(notice, permit, context);
  if (to.empty()) return Reason::nobody_on_duty;
  const bool all_responded = std::all_of(to.begin(), to.end(), [&](const Recipient& one) {
    return response_holds(notice, permit, one.officer, context.now).has_value();
  });
  if (all_responded) return Reason::responded;
  const bool all_silenced = std::all_of(to.begin(), to.end(), [&](const Recipient& one) {
    return silenced(notice, permit, one.officer, context.people.silences, context.now) != nullptr;
  });
  return all_silenced ? Reason::silenced : Reason::not_due;
}

}  // namespace tenggat
