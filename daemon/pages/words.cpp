#include "daemon/pages/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/http/problem_types.h"
#include "daemon/store/people.h"

namespace tenggat::pages {
namespace {

std::string full_words(const LocalTime& local) {
  return notify::full_moment(local) + " " + local.zone_abbreviation;
}

bool same_day(const LocalTime& a, const LocalTime& b) {
  return a.year == b.year && a.month == b.month && a.day == b.day;
}

}  // namespace

std::string reason_words(Reason reason) {
  const std::string_view words = words_of(reason);
  return std::string(words.empty() ? http::problem_code(reason)->title.indonesian : words);
}

std::string refusal_words(const Refusal& refusal) {
  return std::string(http::problem_code(refusal.reason())->title.indonesian) + ".";
}

std::string note_words(std::string_view kind) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"note", "Catatan"},
      {"deficiency", "Kekurangan"},
      {"pause", "Jeda"},
      {"late_entry", "Alasan pencatatan terlambat"},
      {"release", "Pelepasan tugas"},
      {"assign", "Penugasan"},
      {"escalation", "Permintaan arahan"},
      {"obstacle", "Kendala"},
      {"confirmation", "Konfirmasi atasan"},
      {"correction", "Alasan pembetulan waktu"},
      {"directive", "Arahan atasan"},
      {"response", "Tanggapan atasan"},
      {"message", "Pesan pemohon"},
      {"internal", "Catatan internal"},
  };
  for (const auto& [one, words] : kWords)
    if (one == kind) return std::string(words);
  return "Catatan lain";
}

std::string document_words(std::string_view kind, std::string_view name, const Sop& sop) {
  const std::string words = document_name(kind, sop);
  return name.empty() ? words : fmt::format("{}: {}", words, name);
}

std::string document_words_within(std::string_view kind, std::string_view name, const Sop& sop) {
  const std::string words = notify::document_name_within(kind, sop);
  return name.empty() ? words : fmt::format("{}: {}", words, name);
}

std::string action_words(const Sop& sop, std::string_view step, std::string_view action) {
  if (action == kWithdrawal) return "Tarik permohonan";
  const std::string& button = sop.words_of(step, action).button;
  return button.empty() ? readable(action) : button;
}

std::string action_done_words(const Sop& sop, std::string_view step, std::string_view action) {
  if (action == kWithdrawal) return "permohonan ditarik";
  if (action == kCancelled) return "dibatalkan";
  const std::string& done = sop.words_of(step, action).done;
  return done.empty() ? readable(action) : done;
}

std::string state_words(PermitState state) {
  switch (state) {
    case PermitState::active:
      return "Diproses";
    case PermitState::returned:
      return "Dikembalikan";
    case PermitState::issued:
      return "Terbit";
    case PermitState::rejected:
      return "Ditolak";
    case PermitState::withdrawn:
      return "Ditarik";
    case PermitState::lapsed:
      return "Gugur";
  }
  return "";
}

std::string requirement_words(std::string_view id, const Sop& sop) {
  for (const Step& step : sop.steps)
    for (const Requirement& one : step.requirements)
      if (one.id == id) return one.text;
  return document_name(id, sop);
}

std::string role_words(const Sop& sop, std::string_view role) {
  if (role == store::kAdministratorRole) return "Pengelola sistem";
  const Role* found = sop.find_role(role);
  return found ? found->name : readable(role);
}

std::string duties_words(const std::vector<Duty>& duties, const std::vector<const Sop*>& sops,
                         const People& people) {
  std::string all;
  for (const Duty& duty : duties) {
    const auto known = std::find_if(sops.begin(), sops.end(), [&](const Sop* sop) {
      return sop->find_role(duty.role) != nullptr;
    });
    std::string one = role_words(known == sops.end() ? *sops.front() : **known, duty.role);
    if (!duty.kind.empty()) one = (duty.kind == "plt" ? "Plt. " : "Plh. ") + one;
    const Officer* other = duty.for_officer.empty() ? nullptr : people.find(duty.for_officer);
    if (other) one += fmt::format(" (menggantikan {})", other->name);
    all += (all.empty() ? "" : " · ") + one;
  }
  return all;
}

std::string span_words(Seconds span, const Budget& standard, const Calendar& calendar) {
  return notify::span_words(span, counting_of(standard), calendar.nominal_day());
}

Html legal_mark(const Permit& permit) {
  return permit.legal_passed_at ? badge(Tone::late, "Batas hukum terlewati") : Html();
}

std::string moment_words(const Calendar& calendar, Instant t) {
  return full_words(calendar.local(t));
}

std::string end_words(const Calendar& calendar, Instant due) {
  return full_words(calendar.local_end(due));
}

std::string near_words(const Calendar& calendar, Instant t, Instant now) {
  const LocalTime local = calendar.local(t);
  const LocalTime today = calendar.local(now);
  const Instant midnight = calendar.midnight(today.year, today.month, today.day);
  const std::string at = " pukul " + notify::clock_time(local);
  if (same_day(local, today)) return "hari ini" + at;
  if (same_day(local, calendar.local(midnight - Seconds{1}))) return "kemarin" + at;
  return notify::short_moment(local);
}

std::string due_words(const Calendar& calendar, Instant due, Instant now, std::string_view until) {
  const LocalTime end = calendar.local_end(due);
  return fmt::format("{} {}", now > due ? "seharusnya" : until,
                     end.hour == 24 ? notify::short_moment(end) : near_words(calendar, due, now));
}

std::string until_words(const Sla& sla, const Calendar& calendar) {
  if (!sla.status || !sla.remaining || !sla.due_at) return "";
  const std::string due = notify::plain_moment(calendar.local_end(*sla.due_at));
  const std::string span = span_words(*sla.remaining, sla.standard, calendar);
  if (*sla.status == SlaStatus::overdue) return fmt::format("terlambat {}, sejak {}", span, due);
  return fmt::format("sisa {}, sampai {}", span, due);
}

Standing standing_of(const Sla& sla, const Calendar& calendar) {
  if (!sla.status || !sla.remaining) return {Tone::neutral, "Tanpa batas waktu"};
  const std::string span = span_words(*sla.remaining, sla.standard, calendar);
  switch (*sla.status) {
    case SlaStatus::on_track:
      return {Tone::ok, "Sisa " + span};
    case SlaStatus::due_soon:
      return {Tone::soon, "Segera: sisa " + span};
    case SlaStatus::overdue:
      return {Tone::late, "Terlambat " + span};
    case SlaStatus::paused:
      return {Tone::paused, "Dijeda"};
    case SlaStatus::met:
      return {Tone::ok, "Tepat waktu"};
    case SlaStatus::missed:
      return {Tone::late, "Terlambat " + span};
  }
  return {};
}

}  // namespace tenggat::pages
