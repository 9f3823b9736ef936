// How the pages say what the rules know by English ids. Dates, durations and numbers are
// notifiers/words.h.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "daemon/pages/layout.h"
#include "notifiers/words.h"
#include "rules/calendar/calendar.h"
#include "rules/permit/ledger.h"
#include "rules/permit/people.h"
#include "rules/permit/permit.h"
#include "rules/permit/refusal.h"
#include "rules/sop/sop.h"

namespace tenggat::pages {

using notify::document_name;
using notify::readable;  // "denah_ruang" → "Denah ruang"
std::string document_words(std::string_view kind, std::string_view name, const Sop& sop);
std::string document_words_within(std::string_view kind, std::string_view name,
                                  const Sop& sop);  // a sentence
// On a button: "Setujui". By its id where no version at hand has words for it.
std::string action_words(const Sop& sop, std::string_view step, std::string_view action);
// In the history: "disetujui".
std::string action_done_words(const Sop& sop, std::string_view step, std::string_view action);
std::string state_words(PermitState state);
// What a checklist or an application asks for, by its id: "Bukti hak atas tanah".
std::string requirement_words(std::string_view id, const Sop& sop);
std::string role_words(const Sop& sop, std::string_view role);
// "Back Office · Plh. Kepala Bidang Perizinan (menggantikan Siti Rahmah)"
std::string duties_words(const std::vector<Duty>& duties, const std::vector<const Sop*>& sops,
                         const People& people);

// Why something was done or left undone: "tembusan", "tercakup dalam daftar pagi".
std::string reason_words(Reason reason);
std::string refusal_words(const Refusal& refusal);  // "Tugas sudah diambil petugas lain."
// What kind of note it is: "Kekurangan".
std::string note_words(std::string_view kind);

using notify::budget_words;
// Of a clock of this standard: "2 jam 10 menit", "1 hari kerja 3 jam"; "13 hari kalender".
std::string span_words(Seconds span, const Budget& standard, const Calendar& calendar);

// "Rabu, 22 April 2026 pukul 09.12 WITA"
std::string moment_words(const Calendar& calendar, Instant t);
// Of a due: "Rabu, 22 April 2026 pukul 24.00 WITA" (Calendar::local_end)
std::string end_words(const Calendar& calendar, Instant due);
// "hari ini pukul 10.26", "kemarin pukul 15.40"; else "Rabu 22 April, 09.12 WITA".
std::string near_words(const Calendar& calendar, Instant t, Instant now);
// Until when, of what is still to come, and of what is past: "batas hari ini pukul 10.26",
// "seharusnya kemarin pukul 15.40".
std::string due_words(const Calendar& calendar, Instant due, Instant now,
                      std::string_view until = "batas");

// "sisa 2 jam 10 menit, sampai Kamis 16 April 14.20 WITA", "terlambat 5 menit, sejak ..."; empty
// where no clock runs.
std::string until_words(const Sla& sla, const Calendar& calendar);

struct Standing {
  Tone tone = Tone::neutral;
  std::string words;  // "Sisa 2 menit", "Terlambat 1 jam 12 menit", "Dijeda"
};
Standing standing_of(const Sla& sla, const Calendar& calendar);

// That the limit of law has passed after which an application counts as granted; else nothing.
Html legal_mark(const Permit& permit);

// Of a number typed into a form that is nobody's here.
inline constexpr const char* kForeignPhone =
    "Nomor WhatsApp ini nomor luar negeri; hanya nomor seluler Indonesia (0812…, +62812…) yang "
    "dapat dihubungi.";

}  // namespace tenggat::pages
