// Why something was done or left undone. One word for each, the same in the log line, the metric
// label, the audit event, the API's problem code and the answer to "why was (or wasn't) this
// sent?".
#pragma once
#include <optional>
#include <string_view>

namespace tenggat {

#define TENGGAT_REASONS(X)                                                               \
  /* why a notice was raised */                                                          \
  X(rung_due)             /* the ladder's instant has come */                            \
  X(copy)                 /* a copy the SOP asks for (tembusan) */                       \
  X(chain_exhausted)      /* no superior is left: the last one is told again */          \
  X(state_changed)        /* the applicant's file has moved */                           \
  X(promise_moved)        /* the promised date has changed */                            \
  X(case_missed)          /* the whole case is past its date */                          \
  X(paused_near_due)      /* a pause was opened, or put off, when time was short */      \
  X(pause_near_limit)     /* a pause was put off to the end of what its reason allows */ \
  X(new_deficiency)       /* a second rejection names what the first did not */          \
  X(handed_over)          /* a superior, or the turn, gave the task to someone */        \
  X(escalated_now)        /* its officer asked the superior without waiting */           \
  X(acknowledgement_over) /* the delay was explained; the time to look again has come */ \
  X(opening_time)         /* the office opens: the morning list */                       \
  X(closing_time)         /* the office closes: the recap */                             \
  X(reminder_to_mend)     /* a returned file waits for its applicant */                  \
  X(link_asked_for)       /* the applicant is sent their link once more */               \
  /* why it went to whom it went to */                                                   \
  X(on_duty)          /* holds the role and is present */                                \
  X(assigned)         /* has claimed the visit */                                        \
  X(delegated)        /* deputy by letter (Plh. or Plt.) */                              \
  X(role_vacant)      /* nobody on duty in the role: its superior instead */             \
  X(nobody_reachable) /* nobody on duty there has a channel: its superior instead */     \
  X(in_turn)          /* the SOP shares the role's work out by turns */                  \
  X(self_approval)    /* the deputy's own file or delay: the next superior instead */    \
  X(applicant)        /* it is their file */                                             \
  /* why a notice was not sent */                                                        \
  X(done_before_sending) /* the visit was closed first */                                \
  X(undone)              /* the action behind it was taken back */                       \
  X(folded)              /* a later rung of the same visit says more */                  \
  X(absorbed)            /* the morning list carried it */                               \
  X(superseded)          /* the applicant has been told of what came after */            \
  X(no_open_tasks)       /* nothing to list */                                           \
  X(no_address)          /* the person has no usable channel */                          \
  X(nobody_on_duty)      /* nobody in the whole chain can be told */                     \
  X(acknowledged)        /* a repeat, while its officer has explained the delay */       \
  X(silenced)            /* held: somebody asked for silence here */                     \
  X(trial_mode)          /* decided and recorded, by configuration not sent */           \
  X(rearmed)             /* its instant moved into the future */                         \
  X(paused)              /* the clock stands */                                          \
  X(not_due)             /* its instant has not come */                                  \
  X(set_aside)           /* no message can be made of it; tried again now and then */    \
  X(closed_before_due)   /* the visit was closed before its instant came */              \
  X(not_started)         /* its clock has not begun */                                   \
  /* why a claim ended, or was refused */                                                \
  X(on_leave)     /* its officer is on leave */                                          \
  X(left_service) /* its officer has left */                                             \
  X(duty_ended)   /* its officer has no duty in the step any more */                     \
  /* why a command was refused */                                                        \
  X(not_found)                                                                           \
  X(terminal_state)                                                                      \
  X(step_not_open)                                                                       \
  X(stale_version)                                                                       \
  X(claimed_by_other)                                                                    \
  X(wrong_role)                                                                          \
  X(unknown_action)                                                                      \
  X(unknown_pause_reason)                                                                \
  X(unknown_obstacle)                                                                    \
  X(cannot_be_assigned)                                                                  \
  X(already_escalated)                                                                   \
  X(missing_output)                                                                      \
  X(missing_note)                                                                        \
  X(missing_needs)                                                                       \
  X(unexpected_document)                                                                 \
  X(wrong_outcome)                                                                       \
  X(too_late_to_withdraw)                                                                \
  X(bad_occurred_at)                                                                     \
  X(missing_reason)                                                                      \
  X(external_id_taken)                                                                   \
  X(sop_retired)                                                                         \
  X(already_paused)                                                                      \
  X(bad_until)                                                                           \
  X(missing_until)                                                                       \
  X(pause_too_long)                                                                      \
  X(too_many_extensions)                                                                 \
  X(not_paused)                                                                          \
  X(not_claimed)                                                                         \
  X(nothing_to_undo)                                                                     \
  X(undo_by_other)                                                                       \
  X(undo_window_over)                                                                    \
  X(next_visit_touched)                                                                  \
  X(missing_upload)    /* a file that it names was not uploaded, or is gone again */     \
  X(permit_files_full) /* the permit's files together would be too large */              \
  X(number_taken)      /* the service prints a number that another permit has */         \
  /* why a permit cannot go on under another version of its SOP */                       \
  X(step_gone)         /* that has not the step it is open at */                         \
  X(pause_reason_gone) /* nor the reason its clock stands for */

enum class Reason {
#define X(name) name,
  TENGGAT_REASONS(X)
#undef X
};

std::string_view to_string(Reason reason);
std::optional<Reason> parse_reason(std::string_view text);

}  // namespace tenggat
