// What has happened to a permit, in words.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kEventsShown = 60;

std::string field_of(const store::StoredEvent& event, std::string_view name) {
  boost::json::error_code error;
  const boost::json::value fields = boost::json::parse(event.fields_json, error);
  if (error || !fields.is_object()) return {};
  const boost::json::value* value = fields.as_object().if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

// "start", "50%", "due", "+1d" of a ladder.
std::string rung_words(const std::string& rung) {
  if (rung == "start") return "petugas diberi tahu";
  if (rung == "due") return "batas waktu tiba, diberitahukan";
  if (rung.starts_with('+')) return "keterlambatan dilaporkan kepada atasan";
  return "pengingat pada " + rung + " waktu";
}

// A visit keeps the latest only: what was named before may be in the version its permit came from.
const Obstacle* find_obstacle(const Permit& permit, const Visit* visit, const std::string& id,
                              const Sop& sop) {
  std::vector<const Sop*> versions;
  if (visit && visit->acknowledged)
    versions.push_back(&sop.under(visit->acknowledged->sop_version));
  if (visit) versions.push_back(&sop_of(*visit, sop));
  for (const Visit& other : permit.visits) versions.push_back(&sop_of(other, sop));
  for (const Sop* version : versions)
    if (const Obstacle* found = version->find_obstacle(id)) return found;
  return nullptr;
}

}  // namespace

std::string actor_words(const std::string& actor, const People& people) {
  constexpr std::string_view kOfficer = "officer:";
  if (actor.starts_with(kOfficer)) return officer_words(actor.substr(kOfficer.size()), people);
  return actor == "applicant" ? "Pemohon" : "Sistem";
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

std::string event_words(const store::StoredEvent& stored, const Permit& permit,
                        const Context& context) {
  const std::string& type = stored.event.type;
  const Visit* visit = permit.find_visit(stored.event.visit);
  const std::string step = (visit ? step_name(*visit, context.sop) : std::string("Layanan")) + ": ";
  const auto pause_name = [&] {
    const std::string id = field_of(stored, "pause");
    for (const Pause& pause : permit.pauses)
      if (pause.visit == stored.event.visit && pause.reason == id)
        if (const PauseReason* reason = rule_of(pause, context.sop)) return reason->name;
    return readable(id);
  };
  if (type == "submitted") return "Permohonan diajukan";
  const auto done = [&] {
    const std::string action = field_of(stored, "action");
    return action_done_words(visit ? sop_of(*visit, context.sop) : context.sop,
                             visit ? visit->step : "", action);
  };
  if (type == "acted") return step + done();
  if (type == "undone") return step + "tindakan dibatalkan (" + done() + ")";
  if (type == "claimed") return step + "tugas diambil";
  if (type == "released") return step + "tugas dilepaskan";
  if (type == "paused") return step + "waktu dijeda (" + pause_name() + ")";
  if (type == "pause_extended") return step + "jeda diperpanjang (" + pause_name() + ")";
  if (type == "resumed") return step + "waktu berjalan kembali";
  if (type == "rung_raised") return step + rung_words(field_of(stored, "rung"));
  if (type == "deadline_missed") return step + "batas waktu terlewati";
  if (type == "reminder_raised")
    return step + (field_of(stored, "rung") == "kendala"
                       ? "petugas ditanyai lagi mengenai kendalanya"
                       : "pemohon diingatkan");
  if (type == "assigned")
    return step + "tugas diberikan kepada " +
           officer_words(field_of(stored, "officer"), context.people);
  if (type == "escalated") return step + "arahan atasan diminta";
  if (type == "acknowledged") {
    const std::string id = field_of(stored, "obstacle");
    const Obstacle* obstacle = find_obstacle(permit, visit, id, context.sop);
    return step + "kendala dicatat (" + (obstacle ? obstacle->name : readable(id)) + ")";
  }
  if (type == "contact_corrected") return "Kontak pemohon diperbaiki";
  if (type == "link_sent") return "Tautan lacak dikirim ulang kepada pemohon";
  if (type == "sop_migrated")
    return "Berkas beralih ke SOP yang berlaku sekarang: " + field_of(stored, "because");
  if (type == "calendar_applied") return "Kalender kerja berubah: " + field_of(stored, "decree");
  if (type == "sop_migrated") return "Permohonan dipindahkan ke versi SOP yang baru";
  return "Perubahan lain";
}

Html history_of(const PermitView& view) {
  Html items;
  std::size_t shown = 0;
  for (auto stored = view.events.rbegin(); stored != view.events.rend(); ++stored) {
    if (++shown > kEventsShown) break;
    Html said;
    for (const store::StoredNote& note : view.notes)
      if (note.event == stored->event.sequence)
        said += html("<br>{}{}",
                     note.document.empty() ? "" : readable(note.document, view.context.sop) + ": ",
                     lines(note.text));
    const Event& event = stored->event;
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
                  actor_words(stored->event.actor, view.context.people), for_whom);
  }
  return html("<h2>Riwayat</h2><div class=\"kartu\"><ul class=\"polos\">{}</ul></div>", items);
}

}  // namespace tenggat::pages
