// Why a superior is told, a task changes hands, a date moves or a clock stands, as people read it
// within a text (rules/office/texts) or a proof. A new one is a row.
#pragma once
#include <algorithm>
#include <array>

#include "rules/say.h"

namespace tenggat {

// clang-format off
#define TENGGAT_BECAUSE(X)                                                                        \
  /* reports to a superior; they name no person: the record does */                               \
  X(paused_near_due, "the clock was paused when its due was near ({})",                           \
    "waktu dijeda saat batas sudah dekat ({})")                                                   \
  X(extended_near_due, "a pause was extended when the due was near ({})",                         \
    "jeda diperpanjang saat batas sudah dekat ({})")                                              \
  X(extended_near_limit, "a pause was extended to near the longest it may last, {} ({})",         \
    "jeda diperpanjang mendekati batas terlama, {} ({})")                                         \
  X(self_approval, "approved by who prepared the file",                                           \
    "persetujuan diberikan oleh pejabat yang menyiapkan sendiri berkasnya")                       \
  X(new_deficiency, "returned again, for what the return before did not name",                    \
    "pengembalian kembali menyebut kekurangan yang tidak disebut pada pengembalian sebelumnya")   \
  X(late_entry, "done on {} and entered on {}",                                                   \
    "tindakan dilakukan pada {} dan baru dicatat pada {}")                                        \
  X(late_entry_turned,                                                                            \
    "done on {} and entered on {}; by that entry it is in time, and counts as late until a superior confirms it",\
    "tindakan dilakukan pada {} dan baru dicatat pada {}; menurut pencatatan itu batas waktunya terpenuhi, tetapi tetap dihitung terlambat sampai dikonfirmasi atasan")\
  X(against_recommendation, "the draft decides otherwise than was recommended",                   \
    "konsep keputusan menyimpang dari rekomendasi")                                        \
  X(escalated, "the officer asks to be directed at once", "petugas memohon arahan segera")        \
  X(escalated_for_obstacle, "the officer asks to be directed at once (obstacle: {})",             \
    "petugas memohon arahan segera (kendala: {})")                                                \
  /* a task that changes hands */                                                                 \
  X(assigned, "assigned by a superior", "ditugaskan oleh atasan")                                 \
  X(officer_absent, "its officer is not on duty", "petugas sebelumnya tidak bertugas")            \
  /* a promised date that moves */                                                                \
  X(mended, "the mended file was received", "perbaikan berkas telah kami terima")                 \
  X(calendar_changed, "the working calendar changed", "perubahan kalender kerja")                 \
  /* a clock that stands */                                                                       \
  X(paused_by, "{}, by {}", "{}, oleh {}")                                                        \
  X(paused_by_system, "{}, by the system", "{}, oleh sistem")                                     \
  X(case_stands, "the service's time stands during {}", "waktu layanan berhenti selama {}")       \
  X(with_applicant, "the file is with the applicant ({})", "berkas pada pemohon ({})")
// clang-format on

enum class Because {
#define X(name, english, indonesian) name,
  TENGGAT_BECAUSE(X)
#undef X
};

inline constexpr std::array kBecauseWords{
#define X(name, english, indonesian) Words{english, indonesian},
    TENGGAT_BECAUSE(X)
#undef X
};
static_assert(std::all_of(kBecauseWords.begin(), kBecauseWords.end(), is_said_in_both));

constexpr Words words_of(Because why) { return kBecauseWords.at(static_cast<std::size_t>(why)); }

// As it is stored and sent: in Indonesian.
template <Because why, class... Arguments>
std::string sentence(const Arguments&... arguments) {
  return say<why>(arguments...).indonesian;
}

}  // namespace tenggat
