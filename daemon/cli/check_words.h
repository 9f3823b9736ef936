// What `tenggat check` and `tenggat sop diff` say, in English and in Indonesian (rules/say.h).
#pragma once
#include <algorithm>
#include <array>

#include "rules/say.h"

namespace tenggat::cli {

// clang-format off
#define TENGGAT_CHECK_WORDS(X)                                                                    \
  X(sop_is_sound, "sop {}: {} steps{}{}; sound in all of the {} states that a file can be in",    \
    "sop {}: {} langkah{}{}; terbukti benar pada semua {} keadaan yang dapat dialami berkas")     \
  X(total_declared, ", {} in all as declared", ", jumlah {} sebagaimana tertulis")                \
  X(case_standard, ", case {}", ", waktu layanan {}")                                             \
  X(calendar_read, "calendar {}: {}", "kalender {}: {}")                                          \
  X(texts_read, "texts: {}", "teks: {}")                                                          \
  X(texts_in, "texts in {}: {}", "teks berbahasa {}: {}")                                         \
  X(fault_count, "{} faults in {}", "{} kesalahan dalam {}")                                      \
  X(one_fault, "1 fault in {}", "1 kesalahan dalam {}")                                           \
  X(numbers_differ, "numbers: no number of one service can be another's",                         \
    "nomor: tidak ada nomor suatu layanan yang dapat menjadi nomor layanan lain")                 \
  X(role_vacant, "sop {}: role {}: role_vacant: nobody is on duty today",                         \
    "sop {}: peran {}: role_vacant: hari ini tidak ada petugas yang bertugas")                    \
  X(nobody_reachable,                                                                             \
    "sop {}: role {}: nobody_reachable: nobody on duty today has a channel (officer edit --email, --whatsapp)",\
    "sop {}: peran {}: nobody_reachable: petugas yang bertugas hari ini tidak mempunyai saluran (officer edit --email, --whatsapp)")\
  X(people_reached, "people: every role can be told", "petugas: setiap peran dapat diberi tahu")  \
  /* what a file changes */                                                                       \
  X(unchanged, "{} is in force as its file has it", "{} berlaku sebagaimana berkasnya")           \
  X(only_comments, "nothing but comments, or how it is written", "hanya komentar atau cara penulisan")\
  X(part_added, "{}: added", "{}: ditambahkan")                                                   \
  X(part_gone, "{}: taken out", "{}: dihapus")                                                    \
  X(part_changed, "{}: {} becomes {}", "{}: {} menjadi {}")                                       \
  X(steps_in_other_order, "the steps stand in another order", "urutan langkah berubah")           \
  X(nothing_before, "(nothing)", "(kosong)")
// clang-format on

enum class Says {
#define X(name, english, indonesian) name,
  TENGGAT_CHECK_WORDS(X)
#undef X
};

inline constexpr std::array kCheckWords{
#define X(name, english, indonesian) Words{english, indonesian},
    TENGGAT_CHECK_WORDS(X)
#undef X
};
static_assert(std::all_of(kCheckWords.begin(), kCheckWords.end(), is_said_in_both));

constexpr Words words_of(Says says) { return kCheckWords.at(static_cast<std::size_t>(says)); }

}  // namespace tenggat::cli
