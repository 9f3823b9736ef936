// What is wrong in a file that an office moves in with, each with its words in both languages
// (rules/say.h). A new fault is one row.
#pragma once
#include <algorithm>
#include <array>

#include "rules/say.h"

namespace tenggat {

// clang-format off
#define TENGGAT_IMPORT_FAULTS(X)                                                                  \
  /* times */                                                                                     \
  X(to_come, "{} is yet to come; what is imported lies before now",                               \
    "{} belum terjadi; yang diimpor harus sudah terjadi")                                         \
  X(out_of_time, "the year of {} cannot be meant", "tahun pada {} tidak masuk akal")              \
  X(before_the_submission, "{} lies before the submission, {}",                                   \
    "{} mendahului pengajuan permohonan, {}")                                                     \
  X(before_opening, "{} lies before the step was opened, {}", "{} mendahului dibukanya tahap, {}") \
  X(not_in_order, "{} lies before what came before it, {}", "{} mendahului kejadian sebelumnya, {}") \
  X(missing_time, "a time is needed here", "waktunya belum diisi")                                \
  /* where the file is */                                                                         \
  X(unknown_step, "`{}` is no step of this service; its steps: {}",                               \
    "`{}` bukan tahap layanan ini; tahapnya: {}")                                                 \
  X(missing_step, "the step at which the file is is missing", "tahap tempat berkas berada belum diisi") \
  X(in_a_branch, "step `{}` lies in a branch: its file needs its `visits`, as JSON lines",        \
    "tahap `{}` berada dalam cabang: berkasnya memerlukan riwayat `visits` dalam bentuk JSON")    \
  X(step_not_open, "by its history the file is not at step `{}` then; it is at: {}",              \
    "menurut riwayatnya berkas tidak berada di tahap `{}` saat itu; berkas berada di: {}")        \
  X(accepted_missing,                                                                             \
    "a file at step `{}` was accepted before: when is missing, and the service's time runs from there", \
    "berkas di tahap `{}` tentu sudah dinyatakan lengkap: waktunya belum diisi, padahal waktu layanan dihitung sejak itu") \
  X(accepted_too_soon, "a file at step `{}` is not accepted yet; leave this empty",               \
    "berkas di tahap `{}` belum dinyatakan lengkap; kosongkan kolom ini")                         \
  X(no_such_end, "no action of step `{}` ends a file as {}; its actions: {}",                     \
    "tidak ada tindakan di tahap `{}` yang mengakhiri berkas sebagai {}; tindakannya: {}")        \
  X(end_without_time, "when the file ended is missing", "waktu berakhirnya berkas belum diisi")   \
  X(ended_by_history, "by its history the file has ended, so it is at no step",                   \
    "menurut riwayatnya berkas sudah selesai, jadi tidak berada di tahap mana pun")               \
  /* what was done */                                                                             \
  X(unknown_action, "step `{}` has no action `{}`; its actions: {}",                              \
    "tahap `{}` tidak mempunyai tindakan `{}`; tindakannya: {}")                                  \
  X(which_action, "which action closed step `{}` does not follow from what came next; one of: {}", \
    "tindakan yang menutup tahap `{}` tidak dapat disimpulkan dari kelanjutannya; salah satu dari: {}") \
  X(unknown_branch, "step `{}` opens no branch `{}`", "tahap `{}` tidak membuka cabang `{}`")     \
  X(unknown_pause, "`{}` is no reason for a pause in this service; its reasons: {}",              \
    "`{}` bukan alasan jeda pada layanan ini; alasannya: {}")                                     \
  X(already_paused, "step `{}` stands already then", "waktu tahap `{}` sedang dijeda saat itu")   \
  X(unknown_officer, "no officer `{}` is known; enter them first (`tenggat officer add`)",        \
    "petugas `{}` tidak dikenal; daftarkan lebih dahulu (`tenggat officer add`)")                 \
  X(nobodys_step, "step `{}` is the applicant's: no officer has it",                              \
    "tahap `{}` adalah tahap pemohon: tidak ada petugasnya")                                      \
  X(unknown_field, "the form of this service has no field `{}`; its fields: {}",                  \
    "formulir layanan ini tidak mempunyai isian `{}`; isiannya: {}")                              \
  X(does_not_go_on, "this service cannot go on from there: {}", "berkas ini tidak dapat dilanjutkan: {}")
// clang-format on

enum class ImportFault {
#define X(name, english, indonesian) name,
  TENGGAT_IMPORT_FAULTS(X)
#undef X
};

inline constexpr std::array kImportFaults{
#define X(name, english, indonesian) Words{english, indonesian},
    TENGGAT_IMPORT_FAULTS(X)
#undef X
};
static_assert(std::all_of(kImportFaults.begin(), kImportFaults.end(), is_said_in_both));

constexpr Words words_of(ImportFault fault) {
  return kImportFaults.at(static_cast<std::size_t>(fault));
}

}  // namespace tenggat
