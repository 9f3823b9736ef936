// What the office decides: whether the draft grants or refuses, who recommended that and why, who
// has approved it, and what came back on the way.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

Html notes_of(const PermitView& view, const Visit& visit) {
  Html said;
  for (const store::StoredNote& note :
       store::last_notes(view.notes, visit.id, {"note", "deficiency"}))
    said += html("<p>{}{}</p>",
                 note.document.empty() ? "" : document_name(note.document, view.context.sop) + ": ",
                 lines(note.text));
  return said;
}

// "Dewi Lestari, Dinas Teknis, kemarin pukul 15.10"
std::string by_whom(const PermitView& view, const Visit& visit) {
  const Sop& sop = sop_of(visit, view.context.sop);
  return fmt::format("{}, {}, {}", officer_words(visit.closed_by, view.context.people),
                     role_words(sop, visit.role),
                     near_words(view.context.calendar, *visit.closed_at, view.context.now));
}

// What has happened to the decision so far.
struct Way {
  const Visit* recommended = nullptr;  // the latest word that has an outcome of its own
  const Visit* drafted = nullptr;      // whose action chose the outcome
  std::vector<const Visit*> approved;  // the draft as it is now
  std::vector<const Visit*> returned;  // what came back within the office
};

Way way_of(const PermitView& view) {
  Way way;
  for (const Visit& visit : view.permit().visits) {
    const Sop& sop = sop_of(visit, view.context.sop);
    if (!visit.closed_at || visit.undone || is_applicants(visit, view.context.sop)) continue;
    const ActionRule* rule = action_of(visit, view.context.sop);
    const Step* step = sop.find_step(visit.step);
    if (!rule || !step) continue;
    if (rule->sets_outcome != Outcome::none) way.recommended = &visit;
    if (rule->chooses_outcome) {
      way.drafted = &visit;
      way.approved.clear();
    }
    if (rule->backward && rule->state != PermitState::returned) {
      way.returned.push_back(&visit);
      way.approved.clear();
    } else if (step->judges() && way.drafted && !rule->backward) {
      way.approved.push_back(&visit);
    }
  }
  return way;
}

Html row(std::string_view name, const Html& said) {
  return html("<dt>{}</dt><dd>{}</dd>", name, said);
}

Html recommendation_of(const PermitView& view, const Visit& visit) {
  const std::string done =
      action_done_words(sop_of(visit, view.context.sop), visit.step, visit.action);
  return html("<strong>{}</strong>, {}", readable(done), by_whom(view, visit));
}

}  // namespace

Html decision_card(const PermitView& view) {
  const Outcome outcome = view.permit().outcome;
  const Way way = way_of(view);
  if (outcome == Outcome::none || (!way.recommended && !way.drafted)) return {};
  const bool refuses = outcome == Outcome::refusal;
  Html reason, rows;
  if (way.recommended) {
    const Html said = notes_of(view, *way.recommended);
    if (refuses && !said.empty())
      reason = html("<blockquote class=\"menolak\">{}</blockquote>", said);
    rows += row("Rekomendasi", recommendation_of(view, *way.recommended));
    if (!refuses && !said.empty()) rows += row("Alasan teknis", said);
  }
  if (way.drafted) {
    rows += row("Disusun", html("{}", by_whom(view, *way.drafted)));
    if (const Html said = notes_of(view, *way.drafted); !said.empty())
      rows += row("Catatan penyusun", said);
  }
  Html approvals;
  for (const Visit* one : way.approved)
    approvals += html("{}{}", approvals.empty() ? Html() : html("<br>"), by_whom(view, *one));
  if (!approvals.empty())
    rows += row(refuses ? "Disetujui sebagai penolakan" : "Disetujui", approvals);
  if (!way.returned.empty()) {
    const Visit& last = *way.returned.back();
    rows += row("Pernah kembali", html("{} kali; terakhir oleh {}{}", std::ssize(way.returned),
                                       by_whom(view, last), notes_of(view, last)));
  }
  return html(
      "<section class=\"kartu\" aria-label=\"Isi keputusan\"><p><span "
      "class=\"isi-putusan {}\">Isi keputusan: {}</span></p>{}<dl "
      "class=\"fakta\">{}</dl></section>",
      refuses ? "menolak" : "", refuses ? "MENOLAK" : "mengabulkan", reason, rows);
}

}  // namespace tenggat::pages
