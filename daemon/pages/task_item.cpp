#include "daemon/pages/task_item.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/view.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"

namespace tenggat::pages {
namespace {

std::string due_words(const Sla& sla, const Permit& permit, const Visit& visit, const Sop& sop,
                      const Calendar& calendar, Instant now) {
  if (const Pause* pause = permit.open_pause(visit.id)) {
    const PauseReason* reason = rule_of(*pause, sop);
    return reason ? reason->name : readable(pause->reason);
  }
  return sla.due_at ? pages::due_words(calendar, *sla.due_at, now) : "";
}

// No box where what is drafted refuses: the row says so.
Html pick_box(const http::Task& task, const Sop& sop, const http::Form& typed) {
  const Permit& permit = task.stored->permit;
  if (is_refusal_draft(permit, sop.step(task.visit->step)))
    return html("<span class=\"pilih\" aria-hidden=\"true\">–</span>");
  const std::string ticket = ticket_of(task);
  const std::vector<std::string> before = typed.texts("tugas");
  const bool ticked = std::find(before.begin(), before.end(), ticket) != before.end();
  return ticked ? html(
                      "<span class=\"pilih\"><input type=\"checkbox\" name=\"tugas\" value=\"{}\" "
                      "aria-label=\"Pilih {}\" checked></span>",
                      ticket, permit.number)
                : html(
                      "<span class=\"pilih\"><input type=\"checkbox\" name=\"tugas\" value=\"{}\" "
                      "aria-label=\"Pilih {}\"></span>",
                      ticket, permit.number);
}

}  // namespace

bool is_refusal_draft(const Permit& permit, const Step& step) {
  return permit.outcome == Outcome::refusal &&
         std::none_of(step.actions.begin(), step.actions.end(),
                      [](const ActionRule& action) { return action.chooses_outcome; });
}

std::string ticket_of(const http::Task& task) {
  const Permit& permit = task.stored->permit;
  return fmt::format("{}|{}|{}", permit.id, task.visit->step, permit.version);
}

Html task_item(const http::Task& task, const Sop& sop, const Calendar& calendar,
               const People& people, Instant now, const http::Form& typed) {
  const Permit& permit = task.stored->permit;
  const Visit& visit = *task.visit;
  const Standing standing = standing_of(task.sla, calendar);
  const Officer* holder = visit.assignee.empty() ? nullptr : people.find(visit.assignee);
  std::string aside = holder ? "diambil " + holder->name : "belum diambil";
  if (!task.duty.kind.empty())
    aside = fmt::format("{}. menggantikan {} · {}", task.duty.kind == "plt" ? "Plt" : "Plh",
                        officer_words(task.duty.for_officer, people), aside);
  Html marks;
  if (is_refusal_draft(permit, sop.step(visit.step)))
    marks = html("<br>{}", badge(Tone::late, "Isi keputusan: MENOLAK"));
  if (permit.legal_passed_at) marks += html("<br>{}", legal_mark(permit));
  return html(
      "<li>{}<span><strong>{}</strong><br><span class=\"halus\">{}</span>{}</span>"
      "<span>{} · {}<br><span class=\"halus\">{}</span></span>"
      "<span>{}<br><span class=\"halus\">{}</span></span>"
      "<span class=\"aksi\"><a class=\"tombol\" href=\"/permohonan/{}\" aria-label=\"Buka {}\">Buka"
      "</a></span></li>",
      pick_box(task, sop, typed), permit.subject, permit.number, marks, sop.step(visit.step).number,
      sop.step(visit.step).short_name, aside, badge(standing.tone, standing.words),
      due_words(task.sla, permit, visit, sop, calendar, now), permit.id, permit.number);
}

Html listed_item(const store::StoredPermit& stored, const office::Rulebook& rulebook, Instant now,
                 std::string_view step, const Html& more) {
  const Permit& permit = stored.permit;
  const Sop& sop = rulebook.sop_version(permit.sop_version);
  const Calendar& calendar = rulebook.calendar(sop.calendar);
  now = std::max(now, permit.changed_at);
  const auto open = http::by_urgency(permit, sop, calendar, now);
  const Visit* visit = open.empty() ? nullptr : open.front();
  for (const Visit* one : open)
    if (one->step == step) visit = one;
  const Html mark =
      html("{}{}", more, permit.legal_passed_at ? html("<br>{}", legal_mark(permit)) : Html());
  const Html others =
      open.size() > 1 ? html("<br><span class=\"halus\">dan {} tahap lain</span>", open.size() - 1)
                      : Html();
  Html where = html("<span>{}</span><span></span>", state_words(permit.state));
  if (visit) {
    const Sla sla = visit_sla(permit, *visit, sop, calendar, now);
    const Standing standing = standing_of(sla, calendar);
    const Officer* holder =
        visit->assignee.empty() ? nullptr : rulebook.people().find(visit->assignee);
    where = html(
        "<span>{} · {}<br><span class=\"halus\">{}</span>{}</span>"
        "<span>{}<br><span class=\"halus\">{}</span></span>",
        sop.step(visit->step).number, sop.step(visit->step).short_name,
        holder ? holder->name : role_words(sop, visit->role), others,
        badge(standing.tone, standing.words), due_words(sla, permit, *visit, sop, calendar, now));
  }
  return html(
      "<li class=\"tanpa-pilih\"><span><a href=\"/permohonan/{}\"><strong>{}</strong></a><br>"
      "<span class=\"halus\">{} · {}</span>{}</span>{}<span class=\"aksi\">"
      "<a href=\"/permohonan/{}/pemohon\" aria-label=\"Kontak pemohon {}\">Kontak</a></span></li>",
      permit.id, permit.subject, permit.number, stored.applicant.name, mark, where, permit.id,
      permit.number);
}

}  // namespace tenggat::pages
