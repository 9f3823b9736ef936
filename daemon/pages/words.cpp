#include "daemon/pages/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/store/people.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

struct ActionWords {
  std::string_view id, button, done;
};
constexpr auto kActions = std::to_array<ActionWords>({
    {"submit", "Kirim berkas", "berkas dikirim"},
    {"accept", "Nyatakan lengkap dan terima", "berkas dinyatakan lengkap"},
    {"reject", "Kembalikan kepada pemohon", "dikembalikan kepada pemohon"},
    {"forward", "Teruskan", "diteruskan"},
    {"recommend", "Beri rekomendasi", "direkomendasikan"},
    {"not_recommend", "Tidak direkomendasikan", "tidak direkomendasikan"},
    {"draft", "Kirim draf", "draf dikirim"},
    {"approve", "Setujui", "disetujui"},
    {"return", "Kembalikan untuk diperbaiki", "dikembalikan untuk diperbaiki"},
    {"sign", "Tanda tangani", "ditandatangani"},
    {"refuse", "Tolak permohonan", "permohonan ditolak"},
    {"receive", "Konfirmasi penerimaan", "diterima pemohon"},
    {"report_error", "Laporkan kesalahan", "kesalahan dilaporkan"},
    {"withdraw", "Tarik permohonan", "permohonan ditarik"},
});

const ActionWords* find_words(std::string_view action) {
  for (const ActionWords& words : kActions)
    if (words.id == action) return &words;
  return nullptr;
}

bool same_day(const LocalTime& a, const LocalTime& b) {
  return a.year == b.year && a.month == b.month && a.day == b.day;
}

}  // namespace

std::string readable(std::string_view id) {
  constexpr std::string_view kAbbreviations[] = {"bapl", "kk", "ktp", "nib", "npwp", "paud", "sk"};
  std::string words;
  while (!id.empty()) {
    const std::size_t end = std::min(id.find('_'), id.size());
    std::string word(id.substr(0, end));
    id.remove_prefix(std::min(end + 1, id.size()));
    const bool short_form = std::find(std::begin(kAbbreviations), std::end(kAbbreviations), word) !=
                            std::end(kAbbreviations);
    for (std::size_t i = 0; i < word.size(); ++i)
      if ((short_form || (words.empty() && i == 0)) && word[i] >= 'a' && word[i] <= 'z')
        word[i] = static_cast<char>(word[i] - 'a' + 'A');
    if (!words.empty()) words += ' ';
    words += word;
  }
  return words;
}

std::string document_words(std::string_view kind, std::string_view name) {
  return name.empty() ? readable(kind) : fmt::format("{}: {}", readable(kind), name);
}

std::string action_words(std::string_view action) {
  const ActionWords* words = find_words(action);
  return words ? std::string(words->button) : readable(action);
}

std::string action_done_words(std::string_view action) {
  const ActionWords* words = find_words(action);
  return words ? std::string(words->done) : readable(action);
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

std::string role_words(const Sop& sop, std::string_view role) {
  if (role == store::kAdministratorRole) return "Pengelola sistem";
  const Role* found = sop.find_role(role);
  return found ? found->name : readable(role);
}

std::string duties_words(const std::vector<Duty>& duties, const Sop& sop, const People& people) {
  std::string all;
  for (const Duty& duty : duties) {
    std::string one = role_words(sop, duty.role);
    if (!duty.kind.empty()) one = (duty.kind == "plt" ? "Plt. " : "Plh. ") + one;
    const Officer* other = duty.for_officer.empty() ? nullptr : people.find(duty.for_officer);
    if (other) one += fmt::format(" (untuk {})", other->name);
    all += (all.empty() ? "" : " · ") + one;
  }
  return all;
}

std::string budget_words(const Budget& budget) {
  std::string words;
  const auto add = [&words](long count, std::string_view unit) {
    if (count > 0) words += fmt::format("{}{} {}", words.empty() ? "" : " ", count, unit);
  };
  add(budget.days, "hari kerja");
  add(budget.hours, budget.days > 0 ? "jam" : "jam kerja");
  add(budget.minutes, budget.days > 0 || budget.hours > 0 ? "menit" : "menit kerja");
  return words;
}

std::string moment_words(const Calendar& calendar, Instant t) {
  const LocalTime local = calendar.local(t);
  return notify::full_moment(local) + " " + local.zone_abbreviation;
}

std::string near_words(const Calendar& calendar, Instant t, Instant now) {
  const LocalTime local = calendar.local(t);
  if (same_day(local, calendar.local(now))) return "hari ini " + notify::clock_time(local);
  return notify::short_moment(local);
}

std::string until_words(const Sla& sla, const Calendar& calendar) {
  if (!sla.status || !sla.remaining || !sla.due_at) return "";
  const std::string due = notify::plain_moment(calendar.local(*sla.due_at));
  if (*sla.status == SlaStatus::overdue)
    return fmt::format("terlambat {}, sejak {}", notify::duration(*sla.remaining), due);
  return fmt::format("sisa {}, sampai {}",
                     notify::working_duration(*sla.remaining, calendar.nominal_day()), due);
}

Standing standing_of(const Sla& sla, const Calendar& calendar) {
  if (!sla.status || !sla.remaining) return {Tone::neutral, "Tanpa batas waktu"};
  const std::string span = notify::working_duration(*sla.remaining, calendar.nominal_day());
  switch (*sla.status) {
    case SlaStatus::on_track:
      return {Tone::ok, "Sisa " + span};
    case SlaStatus::due_soon:
      return {Tone::soon, "Segera: sisa " + span};
    case SlaStatus::overdue:
      return {Tone::late, "Terlambat " + notify::duration(*sla.remaining)};
    case SlaStatus::paused:
      return {Tone::paused, "Dijeda"};
    case SlaStatus::met:
      return {Tone::ok, "Tepat waktu"};
    case SlaStatus::missed:
      return {Tone::late, "Terlambat " + notify::duration(*sla.remaining)};
  }
  return {};
}

}  // namespace tenggat::pages
