// Notices waiting to become messages, and the messages made of them. How those are sent is in
// sending.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "notifiers/message.h"
#include "notifiers/text.h"
#include "rules/permit/people.h"
#include "rules/telling/daily.h"
#include "rules/telling/pending_notice.h"

namespace tenggat::store {

// --- Notices ------------------------------------------------------------------------------------

using tenggat::NoticeOutcome;
using tenggat::OpenTask;
using tenggat::PendingNotice;

// Where a portion of notices ended: the next one begins after it.
struct NoticeCursor {
  Instant send_at{};
  std::int64_t permit = 0, id = 0;
};

// Due by the office's now, locked; those locked elsewhere are skipped.
pg::Slot<std::vector<PendingNotice>> add_lock_due_notices(pg::Pipeline& pipeline, int limit,
                                                          NoticeCursor after = {});
// Other notices to officers that are past their hold and may leave along with a due one: those
// behind the last due one. Time goes on meanwhile, so that it is not asked again.
pg::Slot<std::vector<PendingNotice>> add_lock_waiting_notices(pg::Pipeline& pipeline, int limit,
                                                              NoticeCursor after);
// One of those set aside, whose time to be looked at again has come.
pg::Slot<std::vector<PendingNotice>> add_lock_set_aside_notice(pg::Pipeline& pipeline);

// Who has been told already of these, and whom it did not reach over any channel.
struct Told {
  std::int64_t notice = 0;
  std::string recipient;
  bool reached = true;  // or may still be
};
pg::Slot<std::vector<Told>> add_told(pg::Pipeline& pipeline,
                                     const std::vector<std::int64_t>& notices);

struct LastMessageTo {
  std::string recipient;
  Instant rendered_at{};
  bool names_open_task = false;
  std::optional<Instant> nth_before;  // of the last `nth` messages the first
};
pg::Slot<std::vector<LastMessageTo>> add_last_messages(pg::Pipeline& pipeline,
                                                       const std::vector<std::string>& recipients,
                                                       int nth);

void add_notice_outcomes(pg::Pipeline& pipeline, const std::vector<NoticeOutcome>& outcomes);

// What cannot be made into a message, and why. It waits apart from the others, so that it costs
// them nothing, and is looked at again by itself: after ten minutes of the office's clock, and
// after twice as long each time it fails again, up to a day.
struct NoticeSetAside {
  std::int64_t permit = 0, notice = 0;
  std::string why;
};
void add_set_notices_aside(pg::Pipeline& pipeline, const std::vector<NoticeSetAside>& notices);
// All of them are due: their cause may be gone.
void add_look_again(pg::Pipeline& pipeline);

// --- Messages -----------------------------------------------------------------------------------

struct NewMessage {
  std::string recipient;   // "officer:ID" or "applicant:ID"
  std::string acting_for;  // whose deputy the recipient is
  Reason why = Reason::on_duty;
  notify::Channel channel = notify::Channel::whatsapp;
  std::string address, name;
  std::string text;  // text id
  notify::Rendered rendered;
  std::string thread;
  Instant rendered_at{};
  bool trial = false;                                          // recorded, never sent
  std::vector<std::pair<std::int64_t, std::int64_t>> notices;  // permit, notice
  std::vector<std::pair<std::int64_t, int>> tasks;  // permit, visit: what it names as open
};
// One statement; the message's id.
pg::Slot<std::int64_t> add_message(pg::Pipeline& pipeline, const NewMessage& message);

// What this recipient has not been sent in spite of an attempt, or since its channel takes nothing,
// is given up, reason `superseded`: a newer message says more.
void add_supersede(pg::Pipeline& pipeline, const std::string& recipient);

// A daily notice (permit 0), already rendered: keyed by day, so it is made once.
struct DailyNotice {
  std::string kind;  // "daftar_pagi", "rekap_harian"
  int day = 0;       // 20260402
  Addressee addressee;
  Instant at{};
};
// The notice's id; nothing where that day's is there already.
pg::Slot<std::optional<std::int64_t>> add_daily_notice(pg::Pipeline& pipeline,
                                                       const DailyNotice& notice);

struct DailyJob {
  std::string kind, calendar;
  Instant next_at{};
};
pg::Slot<std::vector<DailyJob>> add_lock_due_daily_jobs(pg::Pipeline& pipeline);
void add_save_daily_job(pg::Pipeline& pipeline, const DailyJob& job);
// Plants a job where there is none yet.
void add_plant_daily_job(pg::Pipeline& pipeline, const DailyJob& job);

// Where it is due later than this.
void add_advance_daily_job(pg::Pipeline& pipeline, const DailyJob& job);

// Open visits of everybody but applicants.
pg::Slot<std::vector<OpenTask>> add_open_tasks(pg::Pipeline& pipeline,
                                               const std::vector<std::string>& applicant_roles);

struct Recap {
  std::int64_t submitted = 0, in_process = 0, issued = 0, returned = 0, due_today = 0, overdue = 0,
               met_this_month = 0, judged_this_month = 0, overdue_open = 0;
};
struct RecapPeriod {
  Instant day_start{}, day_end{}, month_start{}, now{};
};
pg::Slot<Recap> add_recap(pg::Pipeline& pipeline, const RecapPeriod& period);

}  // namespace tenggat::store
