#include "daemon/office/wording.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/office/wording_parts.h"

namespace tenggat::office {
namespace {

using notify::Speech;

std::string said(const Speech& speech, const std::optional<Instant>& due) {
  return due ? speech.end_without_zone(*due) : "not set yet";
}

// What {keadaan} says of the whole service.
void add_condition(TextFields& fields, const Sla& sla, const Speech& speech) {
  std::string& condition = fields["keadaan"];
  if (!sla.remaining) {
    condition = "the time of the service is not running yet";
    return;
  }
  const Counting counting = counting_of(sla.standard);
  if (sla.status == SlaStatus::overdue)
    condition = "overdue by " + speech.span(-*sla.remaining, counting);
  else if (sla.remaining->count() <= 0)
    condition = "the limit has been reached";
  else
    condition = speech.left(*sla.remaining, counting) + " left";
}

// What we say where nobody wrote anything.
void add_reasons(TextFields& fields, const Notice& notice, const Permit& permit, const Sop& sop) {
  std::string& reason = fields["alasan"];
  if (reason == kInTheLetter) reason = "as stated in the letter of refusal";
  if (reason == kOnThePage) reason = "as shown on the page of the application";
  if (fields["pemberi_arahan"] == kSomeSuperior) fields["pemberi_arahan"] = "a superior";
  const auto* moved = std::get_if<PromiseMoved>(&notice.details);
  if (moved && moved->basis) return;
  const auto* report = std::get_if<Report>(&notice.details);
  const std::string pause = moved ? moved->pause : report ? report->pause : "";
  const PauseReason* why = nullptr;
  for (const Pause& one : permit.pauses)
    if (one.reason == pause) why = rule_of(one, sop);
  if (why && why->tells_applicant)
    fields["dasar"] = "we have received your information";
  else
    fields["dasar"] = why ? fmt::format("the time of \"{}\" has ended", why->name)
                          : "the schedule of the service was adjusted";
}

void add_visit(TextFields& fields, const Visit& visit, const Permit& permit, const Context& context,
               const Speech& speech) {
  const Sla sla = visit_sla(permit, visit, context.sop, context.calendar, context.now);
  fields["waktu_batas"] = said(speech, sla.due_at);
  if (visit.assignee.empty() || !context.people.find(visit.assignee))
    fields["penanggung_jawab"] = "nobody yet";
  if (!sla.remaining) return;
  const Counting counting = counting_of(sla.standard);
  fields["waktu_tersisa"] = speech.left(std::max(*sla.remaining, Seconds{0}), counting);
  fields["keterlambatan"] = speech.span(std::min(*sla.remaining, Seconds{0}), counting);
}

}  // namespace

void say_in_english(TextFields& fields, const Notice& notice, const store::StoredPermit& stored,
                    const Context& context) {
  const Permit& permit = stored.permit;
  const Sop& sop = context.sop;
  const Calendar& calendar = context.calendar;
  const Speech speech(notify::Tongue::english, calendar);
  const Sla service = case_sla(permit, sop, calendar, context.now);
  const Visit* named = notice.visit != 0 ? permit.find_visit(notice.visit) : nullptr;
  const Visit* visit = named ? named : most_urgent(permit, sop, calendar, context.now);

  add_condition(fields, service, speech);
  add_reasons(fields, notice, permit, sop);
  fields["waktu"] = speech.moment_without_zone(
      notice.text == kMendReminder && named ? named->opened_at : notice.raised_at);
  fields["tanggal_batas"] = said(speech, service.due_at);
  fields["standar_layanan"] = speech.budget(permit.case_standard.value_or(sop.case_standard));
  fields["perkiraan"] = speech.end_without_zone(told_estimate(permit, sop, calendar, context.now));
  if (const auto* moved = std::get_if<PromiseMoved>(&notice.details)) {
    fields["tanggal_lama"] = speech.end_without_zone(moved->before.at);
    fields["tanggal_batas"] = speech.end_without_zone(moved->after.at);
  }
  if (const auto until = objection_until(permit, sop, calendar))
    fields["cara_keberatan"] =
        sop.objection->how + " until " + speech.date(calendar.local_end(*until));
  if (notice.text == kLegalLimit) {
    const auto ledger = legal_ledger(permit, sop);
    fields["tanggal_batas"] = said(speech, ledger ? Replay(*ledger, calendar).due() : std::nullopt);
    fields["dasar"] = sop.legal.basis;
  }
  if (visit && notice.text == kFieldVisit && visit->field_visit_at)
    fields["waktu"] = speech.moment_without_zone(*visit->field_visit_at);
  if (visit) add_visit(fields, *visit, permit, context, speech);
}

}  // namespace tenggat::office
