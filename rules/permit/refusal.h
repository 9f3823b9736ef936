// Why a command is refused: the sentence and what it speaks of. A new refusal is one row, which
// names its reason; one without words says no more than its reason does.
#pragma once
#include <algorithm>
#include <array>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "rules/permit/reason.h"
#include "rules/say.h"

namespace tenggat {

// clang-format off
#define TENGGAT_REFUSALS(X)                                                                       \
  /* the permit and its step */                                                                   \
  X(permit_closed, terminal_state, "the permit is {} and closed",                                 \
    "berkas berstatus {} dan sudah selesai")                                                      \
  X(step_not_open, step_not_open, "step '{}' is not open on this permit",                         \
    "langkah '{}' tidak sedang terbuka pada berkas ini")                                          \
  X(stale_version, stale_version, "the permit is at version {}, not {}",                          \
    "berkas berada pada versi {}, bukan {}")                                                      \
  X(unknown_action, unknown_action, "step '{}' has no action '{}'",                               \
    "tahap '{}' tidak menyediakan tindakan '{}'")                                                 \
  X(too_late_to_withdraw, too_late_to_withdraw, "step '{}' has been opened already",              \
    "langkah '{}' sudah dibuka")                                                                  \
  /* who may */                                                                                   \
  X(applicants_step_alone, wrong_role, "step '{}' is not the applicant's",                        \
    "langkah '{}' bukan langkah pemohon")                                                         \
  X(another_role, wrong_role, "step '{}' belongs to the role {}", "langkah '{}' milik peran {}")  \
  X(officers_alone, wrong_role, "only officers claim and pause",                                  \
    "hanya petugas yang mengambil tugas dan menjeda waktu")                                       \
  X(superiors_alone, wrong_role, "step '{}' is assigned by a superior of the role {}",            \
    "langkah '{}' ditugaskan oleh atasan peran {}")                                               \
  X(superior_confirms, wrong_role,                                                                \
    "a late entry at step '{}' is confirmed by a superior of the role {}",                        \
    "pencatatan terlambat pada langkah '{}' dikonfirmasi oleh atasan peran {}")                   \
  X(own_late_entry, own_late_entry, "nobody confirms, approves or signs what they entered late themselves",\
    "tidak seorang pun mengonfirmasi, menyetujui, atau menandatangani pencatatan terlambatnya sendiri")\
  X(administrators_alone, wrong_role, "only administrators correct when something was done",      \
    "hanya pengelola yang membetulkan waktu suatu tindakan")                                      \
  X(clerks_alone, wrong_role,                                                                     \
    "only officers who work on files of this SOP correct how its applicants are reached",         \
    "hanya petugas yang mengerjakan berkas layanan ini yang membetulkan kontak pemohonnya")       \
  X(colleagues_alone, wrong_role,                                                                 \
    "only officers who have a role in this SOP write notes on its files",                         \
    "hanya petugas yang mempunyai peran dalam layanan ini yang menulis catatan pada berkasnya")   \
  X(applicant_alone, wrong_role, "only the applicant withdraws an application",                   \
    "hanya pemohon yang dapat menarik permohonan")                                                \
  X(applicant_writes, wrong_role, "only the applicant's own messages are kept as such",           \
    "hanya pesan pemohon sendiri yang disimpan sebagai pesan pemohon")                            \
  X(applicant_has_no_clock, wrong_role, "the applicant's own step has no clock to pause",         \
    "langkah pemohon tidak memiliki waktu yang dapat dijeda")                                     \
  X(not_on_duty, on_leave, "officer '{}' is not on duty today",                                   \
    "petugas '{}' tidak bertugas hari ini")                                                       \
  X(claimed_by_other, claimed_by_other, "another officer has claimed this visit",                 \
    "petugas lain sudah mengambil tugas ini")                                                     \
  X(not_claimed, not_claimed, "nobody has claimed this visit",                                    \
    "tugas ini belum diambil siapa pun")                                                          \
  X(no_duty_there, cannot_be_assigned, "officer '{}' has no duty in step '{}'",                   \
    "petugas '{}' tidak bertugas pada langkah '{}'")                                              \
  X(already_escalated, already_escalated, "every superior in the chain has been asked already",   \
    "semua atasan dalam jenjang sudah diminta turun tangan")                                      \
  X(superiors_direct, wrong_role,                                                                 \
    "step '{}' is directed by those who are told of its delays above the role {}",                \
    "langkah '{}' diarahkan oleh atasan peran {} atau penerima tembusannya")                      \
  X(superiors_respond, wrong_role,                                                                \
    "what is raised of step '{}' is responded to by those who are told of it above the role {}",  \
    "eskalasi dari langkah '{}' ditanggapi oleh atasan peran {} atau penerima tembusannya")       \
  X(no_escalation_yet, nothing_to_respond_to,                                                     \
    "no escalation of step '{}' has been raised yet",                                             \
    "belum ada eskalasi dari langkah '{}'")                                                       \
  X(missing_directive, missing_note, "a directive needs its words: a note",                       \
    "arahan memerlukan isi: tulis arahannya")                                                     \
  X(response_too_long, bad_until, "a response holds repeats back until {} at the longest",        \
    "tanggapan menahan pemberitahuan berulang paling lama sampai {}")                             \
  /* what an action brings */                                                                     \
  X(for_another_outcome, wrong_outcome, "action '{}' is for a {}, and this file is a {}",         \
    "tindakan '{}' adalah untuk {}, sedangkan berkas ini {}")                                     \
  X(chooses_no_outcome, wrong_outcome, "action '{}' does not choose an outcome",                  \
    "tindakan '{}' tidak menentukan hasil")                                                       \
  X(condition_not_met, condition_not_met,                                                         \
    "the SOP does not offer action '{}' for a file like this",                                    \
    "SOP tidak menyediakan tindakan '{}' untuk berkas seperti ini")                               \
  X(in_person_only, in_person_only, "action '{}' is taken in person only, by no service",         \
    "tindakan '{}' hanya dapat dilakukan sendiri, tidak melalui sistem lain")                     \
  X(invalid_fields, invalid_fields, "{}", "{}")                                                   \
  X(missing_branches, invalid_branches, "action '{}' needs the steps to open (to): {}",           \
    "tindakan '{}' memerlukan pilihan langkah yang dibuka (to): {}")                              \
  X(no_such_branch, invalid_branches, "action '{}' does not open step '{}' on this file",         \
    "tindakan '{}' tidak membuka langkah '{}' pada berkas ini")                                   \
  X(opens_no_branch, invalid_branches, "action '{}' opens nothing on this file: none of its conditions holds",\
    "tindakan '{}' tidak membuka langkah apa pun pada berkas ini: tidak satu pun syaratnya terpenuhi")\
  X(unknown_requirement, unknown_requirement, "step '{}' has no requirement '{}'",                \
    "langkah '{}' tidak mempunyai syarat '{}'")                                                   \
  X(not_brought_here, unexpected_document, "action '{}' does not bring {}",                       \
    "tindakan '{}' tidak menyertakan {}")                                                         \
  X(not_the_applicants_documents, unexpected_document,                                            \
    "an answer brings the applicant's own documents",                                             \
    "jawaban menyertakan dokumen milik pemohon sendiri")                                          \
  X(missing_output, missing_output, "action '{}' needs {}", "tindakan '{}' memerlukan {}")        \
  X(missing_note, missing_note, "action '{}' needs a note", "tindakan '{}' memerlukan catatan")   \
  X(missing_note_or_deficiencies, missing_note, "action '{}' needs a note or deficiencies",       \
    "tindakan '{}' memerlukan catatan atau daftar kekurangan")                                    \
  X(missing_question, missing_note, "the applicant must be told what is asked of them: a note",   \
    "pemohon harus diberi tahu apa yang diminta: isi catatan")                                    \
  X(empty_note, missing_note, "a note needs words", "catatan tidak boleh kosong")                 \
  X(no_such_document, unexpected_document, "the permit has no file {}",                           \
    "berkas ini tidak mempunyai dokumen {}")                                                      \
  X(nothing_to_bring, unexpected_document, "step '{}' takes no files ahead of its actions",       \
    "langkah '{}' tidak menerima dokumen mendahului tindakannya")                                 \
  X(not_brought_ahead, unexpected_document, "step '{}' does not take {} ahead of its actions",    \
    "langkah '{}' tidak menerima {} mendahului tindakannya")                                      \
  X(brings_nothing, missing_output, "step '{}' awaits {}", "langkah '{}' menunggu {}")            \
  X(no_field_visit, condition_not_met, "the SOP plans no visits to the place at step '{}'",       \
    "SOP tidak merencanakan kunjungan lapangan pada langkah '{}'")                                \
  X(field_visit_outside, bad_until, "a visit is planned for a later moment, within a year",       \
    "kunjungan direncanakan untuk waktu yang akan datang, dalam setahun")                         \
  X(application_lacks, missing_needs, "the application needs {}", "permohonan memerlukan {}")     \
  X(next_step_lacks, missing_needs, "step {} cannot open without {}",                             \
    "langkah {} tidak dapat dibuka tanpa {}")                                                     \
  X(missing_upload, missing_upload, "", "")                                                       \
  X(permit_files_full, permit_files_full, "", "")                                                 \
  /* when */                                                                                      \
  X(occurred_outside, bad_occurred_at,                                                            \
    "occurred_at lies before the step was opened or in the future",                               \
    "occurred_at terletak sebelum langkah dibuka atau di masa depan")                             \
  X(late_without_reason, missing_reason,                                                          \
    "an entry older than 15 minutes needs a reason of ten letters or more",                       \
    "pencatatan yang terlambat lebih dari 15 menit memerlukan alasan, sedikitnya sepuluh huruf")  \
  X(ended_too_long_ago, bad_occurred_at,                                                          \
    "what ends or signs a permit is entered at most one working day late: an administrator corrects what is older",\
    "tindakan yang mengakhiri atau menandatangani berkas dicatat paling lambat satu hari kerja kemudian: yang lebih lama dibetulkan oleh pengelola")\
  X(corrected_outside, bad_occurred_at,                                                           \
    "occurred_at lies before the step was opened, or not before it was closed",                   \
    "occurred_at terletak sebelum langkah dibuka, atau tidak sebelum langkah ditutup")            \
  X(correction_without_reason, missing_reason, "a correction needs a reason of ten letters or more",\
    "pembetulan memerlukan alasan, sedikitnya sepuluh huruf")                                     \
  X(nothing_to_confirm, nothing_to_confirm, "no late entry at step '{}' waits for a superior",    \
    "tidak ada pencatatan terlambat pada langkah '{}' yang menunggu atasan")                      \
  X(nothing_to_correct, nothing_to_correct, "step '{}' has not ended or signed this permit",      \
    "langkah '{}' tidak mengakhiri atau menandatangani berkas ini")                               \
  X(entry_not_final, entry_not_final, "the entry can still be taken back by who made it",         \
    "pencatatan itu masih dapat dibatalkan oleh yang membuatnya")                                 \
  X(starts_in_the_future, bad_occurred_at, "started_at lies in the future",                       \
    "started_at terletak di masa depan")                                                          \
  X(starts_before_1970, bad_occurred_at, "started_at lies before the year 1970",                  \
    "started_at terletak sebelum tahun 1970")                                                     \
  /* taking back */                                                                               \
  X(nothing_to_undo, nothing_to_undo, "there is no action to take back",                          \
    "tidak ada tindakan yang dapat dibatalkan")                                                   \
  X(undo_by_other, undo_by_other, "only who acted may take it back",                              \
    "hanya yang melakukan tindakan yang dapat membatalkannya")                                    \
  X(undo_window_over, undo_window_over, "the time to take it back is over",                       \
    "waktu untuk membatalkan sudah lewat")                                                        \
  X(next_visit_touched, next_visit_touched, "the next step has been started already",             \
    "langkah berikutnya sudah mulai dikerjakan")                                                  \
  /* pauses and delays */                                                                         \
  X(unknown_obstacle, unknown_obstacle, "'{}' is not one of the SOP's kendala",                   \
    "'{}' bukan salah satu kendala dalam SOP")                                                    \
  X(unknown_pause_reason, unknown_pause_reason, "'{}' is not a reason to pause",                  \
    "'{}' bukan alasan jeda yang dikenal")                                                        \
  X(missing_until, missing_until, "a pause for this reason needs an end date: `until`",           \
    "jeda dengan alasan ini memerlukan tanggal akhir: `until`")                                   \
  X(until_is_past, bad_until, "`until` is not in the future", "`until` tidak di masa depan")      \
  X(until_is_no_later, bad_until, "`until` is not later than the present end, {}",                \
    "`until` tidak lebih lambat dari akhir yang sekarang, {}")                                    \
  X(pause_too_long, pause_too_long, "a pause for '{}' lasts {} at most, here until {}",           \
    "jeda untuk '{}' berlangsung paling lama {}, di sini sampai {}")                              \
  X(too_many_extensions, too_many_extensions, "a pause for '{}' may be extended {} times",        \
    "jeda untuk '{}' dapat diperpanjang {} kali")                                                 \
  X(already_paused, already_paused, "the clock stands already", "waktu sudah dijeda")             \
  X(missing_requirement, unknown_requirement, "a pause for '{}' names the requirement it is about",\
    "jeda untuk '{}' menyebut syarat yang dimaksud")                                              \
  X(names_no_requirement, unknown_requirement, "a pause for '{}' is about no requirement",        \
    "jeda untuk '{}' tidak menyebut syarat")                                                      \
  X(asked_already, requirement_asked_already,                                                     \
    "'{}' was asked for already: a superior may ask for it again",                                \
    "'{}' sudah pernah diminta: hanya atasan yang dapat memintanya lagi")                         \
  X(too_many_pauses, too_many_pauses, "a permit is paused for '{}' {} times at most",             \
    "satu berkas dijeda untuk '{}' paling banyak {} kali")                                        \
  X(not_paused, not_paused, "the clock is running", "waktu sedang berjalan")                      \
  /* a new permit */                                                                              \
  X(sop_retired, sop_retired, "", "")                                                             \
  X(unknown_related, unknown_related, "there is no such permit", "permohonan itu tidak ada")      \
  X(objects_elsewhere, objects_elsewhere,                                                         \
    "the SOP of permit {} does not name '{}' as the service of objections to it (keberatan.sop)", \
    "SOP permohonan {} tidak menyebut '{}' sebagai layanan keberatannya (keberatan.sop)")         \
  X(not_refused, not_refused, "permit {} was not refused, or its refusal can still be taken back",\
    "permohonan {} tidak ditolak, atau penolakannya masih dapat dibatalkan")                      \
  X(objection_too_late, objection_too_late, "an objection to permit {} could be raised until {}", \
    "keberatan atas permohonan {} dapat diajukan sampai {}")                                      \
  X(objection_under_way, objection_under_way, "an objection to permit {} is under way",           \
    "keberatan atas permohonan {} sedang diproses")                                               \
  X(external_id_taken, external_id_taken, "a permit with this external_id is there already",      \
    "permohonan dengan external_id ini sudah ada")                                                \
  X(number_taken, number_taken,                                                                   \
    "the next number of this service is that of another permit: its `nomor` must be changed",     \
    "nomor berikutnya dari layanan ini sudah dimiliki permohonan lain: `nomor` layanan harus diubah")\
  /* another version of its SOP */                                                                \
  X(step_gone, step_gone, "the new version has no step {}",                                       \
    "versi yang baru tidak mempunyai langkah {}")                                                 \
  X(branch_gone, branch_gone,                                                                     \
    "step {} lies in a branch, and not in the same in the new version",                           \
    "langkah {} berada dalam cabang, yang tidak sama dalam versi yang baru")                      \
  X(pause_reason_gone, pause_reason_gone,                                                         \
    "its clock stands for {}, which the new version has not",                                     \
    "waktunya dijeda untuk {}, yang tidak ada dalam versi yang baru")
// clang-format on

enum class Refused {
#define X(name, reason, english, indonesian) name,
  TENGGAT_REFUSALS(X)
#undef X
};

struct RefusalRow {
  Reason reason;
  Words words;
};

inline constexpr std::array kRefusals{
#define X(name, reason, english, indonesian) RefusalRow{Reason::reason, {english, indonesian}},
    TENGGAT_REFUSALS(X)
#undef X
};
static_assert(std::all_of(kRefusals.begin(), kRefusals.end(), [](const RefusalRow& row) {
  return is_said_in_both(row.words) || (row.words.english.empty() && row.words.indonesian.empty());
}));

constexpr const RefusalRow& row_of(Refused why) {
  return kRefusals.at(static_cast<std::size_t>(why));
}

// Names of what is missing: in the sentence, and by themselves in an answer.
struct Missing {
  std::vector<std::string> names;
};
using Argument = std::variant<std::string, std::int64_t, Missing, Said>;

struct Refusal {
  Refused why;
  std::vector<Argument> arguments{};  // of its words, in their order

  Reason reason() const { return row_of(why).reason; }
  Said detail() const;  // one sentence; empty where the reason says it all
  std::vector<std::string> missing() const;
};
[[noreturn]] void throw_exception_from_error(const Refusal& refusal, const boost::source_location&);

template <class T>
Argument argument_of(T value) {
  if constexpr (std::is_convertible_v<T, std::string_view>)
    return std::string(std::string_view(value));
  else
    return Argument(std::move(value));
}

template <Refused why, class... Arguments>
Refusal refuse(Arguments... arguments) {
  static_assert(row_of(why).words.english.empty() ||
                has_places_for(row_of(why).words, sizeof...(Arguments)));
  return {why, {argument_of(std::move(arguments))...}};
}

}  // namespace tenggat
