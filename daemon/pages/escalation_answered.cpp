// What a superior has answered of late.
#include <fmt/format.h>

#include "daemon/pages/escalation_view.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"

namespace tenggat::pages {
namespace {

// "selesai: diteruskan, kemarin pukul 15.40"; while it is open, how long it has and who has it.
Html became(const Permit& permit, const Visit* visit, const Context& context) {
  if (!visit || visit->undone) return badge(Tone::neutral, state_words(permit.state));
  if (visit->closed_at)
    return html("<strong>selesai</strong>: {}, {}{}{}",
                action_done_words(sop_of(*visit, context.sop), visit->step, visit->action),
                near_words(context.calendar, *visit->closed_at, context.now),
                visit->verdict == Verdict::missed ? ", terlambat" : "",
                is_terminal(permit.state)
                    ? html(" {}", badge(Tone::neutral, state_words(permit.state)))
                    : Html());
  const Standing standing = standing_of(
      visit_sla(permit, *visit, context.sop, context.calendar, context.now), context.calendar);
  return html("{} {}", badge(standing.tone, standing.words),
              visit->assignee.empty() ? "belum ada yang mengambil"
                                      : "pada " + officer_words(visit->assignee, context.people));
}

}  // namespace

Html answered_list(const std::vector<store::AnsweredEvent>& answered, const Reading& found,
                   const office::Rulebook& rulebook, bool more) {
  Html items;
  std::size_t count = 0;
  for (const store::AnsweredEvent& one : answered) {
    const auto stored = found.permits.find(one.permit);
    if (stored == found.permits.end()) continue;
    const Permit& permit = stored->second.permit;
    const Context context = rulebook.context(rulebook.sop_version(permit.sop_version),
                                             std::max(found.moment.now, permit.changed_at));
    ++count;
    items += html(
        "<li><a href=\"/permohonan/{}\"><strong>{}</strong></a> <span class=\"halus\">· {} · "
        "{}</span><br>{}<br>{}</li>",
        permit.id, permit.subject, permit.number,
        near_words(context.calendar, one.event.at, context.now), event_words(one, permit, context),
        became(permit, permit.find_visit(one.event.visit), context));
  }
  if (items.empty()) return {};
  return folded(
      fmt::format("Sudah Anda tanggapi bulan ini ({}{})", more ? "lebih dari " : "", count),
      html("<ul class=\"polos\">{}</ul>", items), false);
}

}  // namespace tenggat::pages
