#include "daemon/office/wording.h"
#include "notifiers/speech.h"

namespace tenggat::office {
namespace {

using notify::Speech;

std::string said(const Speech& speech, const std::optional<Instant>& due) {
  return due ? speech.end_without_zone(*due) : "not set yet";
}

}  // namespace

void say_in_english(TextFields& fields, const Notice& notice, const store::StoredPermit& stored,
                    const Context& context) {
  const Permit& permit = stored.permit;
  const Sop& sop = context.sop;
  const Calendar& calendar = context.calendar;
  const Speech speech(notify::Tongue::english, calendar);
  const Sla service = case_sla(permit, sop, calendar, context.now);
  const Visit* visit = notice.visit != 0 ? permit.find_visit(notice.visit) : nullptr;

  fields["waktu"] = speech.moment_without_zone(
      notice.text == kMendReminder && visit ? visit->opened_at : notice.raised_at);
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
  if (visit)
    fields["waktu_batas"] =
        said(speech, visit_sla(permit, *visit, sop, calendar, context.now).due_at);
}

}  // namespace tenggat::office
