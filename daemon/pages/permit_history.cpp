// What has happened to a permit, in words.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "daemon/store/event_codec.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kEventsShown = 60;

// Who has looked at what; not among what has happened to the permit.
Html openings_of(const PermitView& view) {
  const std::string opening(store::type_of(DocumentOpened{}));
  Html items;
  int count = 0;
  for (auto stored = view.events.rbegin(); stored != view.events.rend(); ++stored) {
    if (stored->type != opening || ++count > static_cast<int>(kEventsShown)) continue;
    items += html("<li>{}<br><span class=\"halus\">{} · {}</span></li>",
                  event_words(*stored, view.permit(), view.context),
                  notify::short_moment(view.context.calendar.local(stored->event.at)),
                  actor_words(stored->event, view.permit(), view.context));
  }
  return items.empty() ? Html()
                       : folded(fmt::format("Dokumen yang dibuka petugas ({})", count),
                                html("<ul class=\"polos\">{}</ul>", items), false);
}

}  // namespace

std::vector<store::StoredNote> notes_of_last_pause(const PermitView& view, const Visit& visit) {
  const std::string pausing(store::type_of(Paused{}));
  for (auto one = view.events.rbegin(); one != view.events.rend(); ++one) {
    if (one->type != pausing || one->event.visit != visit.id) continue;
    std::vector<store::StoredNote> notes = store::last_notes(view.notes, visit.id, {"pause"});
    if (!notes.empty() && notes.front().event != one->event.sequence) notes.clear();
    return notes;
  }
  return {};
}

std::string actor_words(const std::string& actor, const People& people) {
  constexpr std::string_view kOfficer = "officer:";
  if (actor.starts_with(kOfficer)) return officer_words(actor.substr(kOfficer.size()), people);
  return actor == "applicant" ? "Pemohon" : "Sistem";
}

std::string actor_words(const EventHead& event, const Permit& permit, const Context& context) {
  const Visit* visit = permit.find_visit(event.visit);
  const Role* role = visit ? sop_of(*visit, context.sop).find_role(visit->role) : nullptr;
  if (event.actor.starts_with("service:") && role && role->system) return role->name;
  return actor_words(event.actor, context.people);
}

std::string stand_in_title(const StoodIn& acted, const std::vector<Delegation>& letters,
                           const Context& context) {
  if (acted.for_officer.empty()) return {};
  const CivilDate day =
      Context{context.sop, context.calendar, context.people, acted.at, context.send}.today();
  std::string kind = "plh";
  for (const Delegation& letter : letters)
    if (letter.from == acted.for_officer && letter.to == acted.officer && letter.start <= day &&
        day <= letter.end)
      kind = letter.kind;
  // The duty that was theirs: the step's own, else one above it, in whose place it was.
  const Officer* other = context.people.find(acted.for_officer);
  const auto held = [&](const std::string& role) {
    return other && std::find(other->roles.begin(), other->roles.end(), role) != other->roles.end();
  };
  std::string role = acted.role;
  if (!role.empty() && !held(role))
    for (const std::string& superior : context.sop.chain(acted.role))
      if (held(superior)) {
        role = superior;
        break;
      }
  if (role.empty() && other)
    for (const std::string& one : other->roles)
      if (role.empty() && context.sop.find_role(one)) role = one;
  return std::string(notify::acting_prefix(kind)) + role_words(context.sop, role);
}

Html history_of(const PermitView& view) {
  Html items;
  std::size_t shown = 0;
  const std::string opening(store::type_of(DocumentOpened{}));
  for (auto stored = view.events.rbegin(); stored != view.events.rend(); ++stored) {
    if (stored->type == opening) continue;
    if (++shown > kEventsShown) break;
    Html said;
    for (const store::StoredNote& note : view.notes)
      if (note.event == stored->event.sequence)
        said +=
            html("<br>{}{}",
                 note.document.empty() ? "" : document_name(note.document, view.context.sop) + ": ",
                 lines(note.text));
    const EventHead& event = stored->event;
    const Visit* visit = view.permit().find_visit(event.visit);
    const std::string actor = event.actor.substr(event.actor.find(':') + 1);
    const std::string title = stand_in_title(
        {actor, event.acting_for, visit ? visit->role : "", event.at}, view.letters, view.context);
    const std::string for_whom =
        title.empty() ? ""
                      : fmt::format(", {} (menggantikan {})", title,
                                    officer_words(event.acting_for, view.context.people));
    items += html("<li>{}{}<br><span class=\"halus\">{} · {}{}</span></li>",
                  event_words(*stored, view.permit(), view.context), said,
                  notify::short_moment(view.context.calendar.local(stored->event.at)),
                  actor_words(event, view.permit(), view.context), for_whom);
  }
  return html(
      "{}{}",
      folded(fmt::format("Riwayat ({})", shown), html("<ul class=\"polos\">{}</ul>", items), true),
      openings_of(view));
}

}  // namespace tenggat::pages
