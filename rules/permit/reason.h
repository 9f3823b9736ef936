// Why something was done or left undone. One word for each, the same in the log line, the metric
// label, the audit event, the API's problem code and the answer to "why was (or wasn't) this
// sent?".
#pragma once
#include <optional>
#include <string_view>

namespace tenggat {

// Each with what people are told it is, in Indonesian.
// clang-format off
#define TENGGAT_REASONS(X)                                                                        \
  /* why a notice was raised */                                                                   \
  X(rung_due, "waktunya tiba")                        /* the ladder's instant has come */         \
  X(copy, "tembusan")                                 /* a copy the SOP asks for (tembusan) */    \
  X(chain_exhausted, "ujung jenjang atasan")  /* no superior is left: the last is told again */   \
  X(state_changed, "keadaan berubah")                 /* the applicant's file has moved */        \
  X(promise_moved, "tanggal yang dijanjikan bergeser")  /* the promised date has changed */       \
  X(case_missed, "batas layanan lewat")               /* the whole case is past its date */       \
  X(paused_near_due, "dijeda saat batas sudah dekat")  /* opened or put off, time being short */  \
  X(pause_near_limit, "jeda mendekati batas terlama")  /* put off to all that its reason allows */\
  X(new_deficiency, "pengembalian menyebut kekurangan baru")  /* not named by the first one */    \
  X(late_entry, "tindakan dicatat terlambat")  /* done before it was recorded */                   \
  X(against_recommendation, "konsep keputusan berbeda dari rekomendasi")                          \
  X(handed_over, "tugas dialihkan")  /* a superior, or the turn, gave the task to someone */      \
  X(escalated_now, "arahan diminta")  /* its officer asked the superior without waiting */        \
  X(directed, "arahan atasan")  /* a superior's word to the holder */                             \
  X(applicant_wrote, "pemohon mengirim pesan")  /* over WhatsApp, to the office */                \
  X(acknowledgement_over, "saatnya melihat lagi kendala")  /* the time to look again */           \
  X(opening_time, "kantor buka")                      /* the office opens: the morning list */    \
  X(closing_time, "kantor tutup")                     /* the office closes: the recap */          \
  X(reminder_to_mend, "pengingat memperbaiki berkas")  /* returned, it waits for them */          \
  X(branch_cancelled, "cabangnya diakhiri tindakan lain")  /* another branch left the block */    \
  X(legal_limit_passed, "batas hukum lewat")  /* what law lets follow from it does */             \
  X(link_asked_for, "tautan diminta lagi")  /* the applicant is sent their link once more */      \
  X(imported, "terjadi sebelum berkas diimpor")  /* before the file was brought in here */          \
  /* why it went to whom it went to */                                                            \
  X(on_duty, "sedang bertugas")                       /* holds the role and is present */         \
  X(assigned, "memegang tugas")                       /* has claimed the visit */                 \
  X(delegated, "pelaksana menurut surat perintah")    /* deputy by letter (Plh. or Plt.) */       \
  X(role_vacant, "tidak ada yang bertugas, disampaikan kepada atasan")  /* nobody in it */        \
  X(nobody_reachable, "yang bertugas tidak memiliki saluran, disampaikan kepada atasan")          \
  X(in_turn, "giliran")  /* the SOP shares the role's work out by turns */                        \
  X(to_author, "kembali kepada yang mengerjakan")  /* what comes back goes to whose work it was */ \
  X(self_approval, "pekerjaan sendiri, disampaikan kepada atasan")  /* a deputy's own work */     \
  X(applicant, "pemohon")                             /* it is their file */                      \
  /* why a notice was not sent */                                                                 \
  X(done_before_sending, "sudah dikerjakan sebelum dikirim")  /* the visit was closed first */    \
  X(undone, "tindakannya dibatalkan")                 /* the action behind it was taken back */   \
  X(folded, "tercakup dalam pemberitahuan yang lebih baru")  /* a later rung says more */         \
  X(absorbed, "tercakup dalam daftar pagi")           /* the morning list carried it */           \
  X(superseded, "digantikan pemberitahuan yang lebih baru")  /* of what came after */             \
  X(no_open_tasks, "tidak ada tugas terbuka")         /* nothing to list */                       \
  X(no_address, "penerima tidak memiliki saluran")    /* the person has no usable channel */      \
  X(nobody_on_duty, "tidak ada seorang pun yang bertugas")  /* in the whole chain */              \
  X(acknowledged, "kendalanya sudah dicatat")         /* a repeat, its delay explained */         \
  X(responded, "sudah ditanggapi")  /* a repeat, while the superior looks after it: held */       \
  X(silenced, "pemberitahuan dihentikan sementara atas permintaan")  /* held */                   \
  X(trial_mode, "uji coba, tidak dikirim")  /* decided and recorded, by configuration not sent */ \
  X(rearmed, "waktunya bergeser")                     /* its instant moved into the future */     \
  X(paused, "waktu dijeda")                           /* the clock stands */                      \
  X(not_due, "waktunya belum tiba")                   /* its instant has not come */              \
  X(set_aside, "Terjadi kesalahan pada sistem kami")  /* tried again now and then */              \
  X(closed_before_due, "selesai sebelum waktunya tiba")  /* the visit */                          \
  X(not_started, "waktu belum berjalan")              /* its clock has not begun */               \
  /* why a claim ended, or was refused */                                                         \
  X(on_leave, "petugas cuti")                         /* its officer is on leave */               \
  X(left_service, "petugas tidak bertugas lagi")      /* its officer has left */                  \
  X(duty_ended, "petugas tidak lagi bertugas pada tahap ini")                                     \
  /* why a command was refused: in the words of its problem (daemon/http/problem_types.h) */      \
  X(terminal_state, "")                                                                           \
  X(step_not_open, "")                                                                            \
  X(stale_version, "")                                                                            \
  X(claimed_by_other, "")                                                                         \
  X(wrong_role, "")                                                                               \
  X(unknown_action, "")                                                                           \
  X(unknown_pause_reason, "")                                                                     \
  X(unknown_obstacle, "")                                                                         \
  X(cannot_be_assigned, "")                                                                       \
  X(already_escalated, "")                                                                        \
  X(nothing_to_respond_to, "")                                                                    \
  X(missing_output, "")                                                                           \
  X(missing_note, "")                                                                             \
  X(missing_needs, "")                                                                            \
  X(unexpected_document, "")                                                                      \
  X(wrong_outcome, "")                                                                            \
  X(condition_not_met, "")  /* the SOP offers the action for other files (bila) */                \
  X(invalid_fields, "")                                                                           \
  X(invalid_branches, "")                                                                         \
  X(unknown_requirement, "")                                                                      \
  X(requirement_asked_already, "")                                                                \
  X(in_person_only, "")                                                                           \
  X(too_many_pauses, "")                                                                          \
  X(too_late_to_withdraw, "")                                                                     \
  X(bad_occurred_at, "")                                                                          \
  X(missing_reason, "")                                                                           \
  X(own_late_entry, "")  /* nobody confirms, approves or signs what they entered late */          \
  X(nothing_to_confirm, "")                                                                       \
  X(nothing_to_correct, "")                                                                       \
  X(entry_not_final, "")  /* it can still be taken back */                                        \
  X(external_id_taken, "")                                                                        \
  X(sop_retired, "")                                                                              \
  X(unknown_related, "")  /* the permit that it objects to is not there */                        \
  X(objects_elsewhere, "")  /* that permit's SOP names another service for objections, or none */ \
  X(not_refused, "")  /* that permit was not, or its refusal can still be taken back */           \
  X(objection_too_late, "")                                                                       \
  X(objection_under_way, "")                                                                      \
  X(already_paused, "")                                                                           \
  X(bad_until, "")                                                                                \
  X(missing_until, "")                                                                            \
  X(pause_too_long, "")                                                                           \
  X(too_many_extensions, "")                                                                      \
  X(not_paused, "")                                                                               \
  X(not_claimed, "")                                                                              \
  X(nothing_to_undo, "")                                                                          \
  X(undo_by_other, "")                                                                            \
  X(undo_window_over, "")                                                                         \
  X(next_visit_touched, "")                                                                       \
  X(missing_upload, "")  /* a file that it names was not uploaded, or is gone again */            \
  X(permit_files_full, "")  /* the permit's files together would be too large */                  \
  X(number_taken, "")  /* the service prints a number that another permit has */                  \
  /* why a permit cannot go on under another version of its SOP */                                \
  X(step_gone, "versi yang baru tidak mempunyai tahapnya")                                        \
  X(pause_reason_gone, "versi yang baru tidak mengenal alasan jedanya")                           \
  X(branch_gone, "versi yang baru tidak mempunyai percabangan tahapnya")
// clang-format on

enum class Reason {
#define X(name, words) name,
  TENGGAT_REASONS(X)
#undef X
};

std::string_view to_string(Reason reason);
std::optional<Reason> parse_reason(std::string_view text);
// As above; empty for what has a problem's words.
std::string_view words_of(Reason reason);

}  // namespace tenggat
