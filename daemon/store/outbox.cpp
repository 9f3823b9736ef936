#include "daemon/store/outbox.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "daemon/store/commands.h"
#include "daemon/store/rows.h"

namespace tenggat::store {
namespace json = boost::json;
namespace {

const std::string kNoticeColumns =
    "id, permit, visit, kind, k, occurrence, addressee, audience, text, reason, raised_at,"
    " hold_until, cause, details, tried, send_at, urgent";

// Rows that are known by their key are asked for their state by IS NOT DISTINCT FROM: with a plain
// `=`, a session that planned the statement while few rows waited would for ever look for each row
// in the index of all that wait.
const RowShape kOutcome({{"permit", "bigint"},
                         {"id", "bigint"},
                         {"state", "text"},
                         {"reason", "text"},
                         {"at", "timestamptz"}});
const std::string kSaveOutcomes = fmt::format(
    "UPDATE notice n SET state = c.state, state_reason = c.reason,"
    " state_at = CASE WHEN c.state = 'pending' THEN NULL ELSE c.at END,"
    " send_at = CASE WHEN c.state = 'pending' THEN c.at ELSE n.send_at END,"
    " tried = n.tried + 1, set_aside = 0 FROM {}"
    " WHERE n.permit = c.permit AND n.id = c.id AND n.state IS NOT DISTINCT FROM 'pending'",
    kOutcome.unnest("c"));

// A message, what it says it is about and which notices it carries: one statement.
constexpr const char* kInsertMessage =
    "WITH m AS (INSERT INTO message (recipient, acting_for, why, channel, address, name, text,"
    "   subject, body, fields, template, thread, rendered_at, state)"
    "   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13::timestamptz, $14)"
    "   RETURNING id),"
    " n AS (INSERT INTO message_notice (message, permit, notice)"
    "   SELECT m.id, u.permit, u.notice FROM m, unnest($15::bigint[], $16::bigint[]) AS"
    "   u(permit, notice)),"
    " t AS (INSERT INTO message_task (message, permit, visit)"
    "   SELECT m.id, u.permit, u.visit FROM m, unnest($17::bigint[], $18::int[]) AS u(permit, "
    "visit)"
    "   ON CONFLICT DO NOTHING)"
    " SELECT id FROM m";

json::object fields_json(const notify::Rendered& rendered) {
  json::array names, values;
  for (const std::string& name : rendered.field_names) names.emplace_back(name);
  for (const std::string& value : rendered.fields) values.emplace_back(value);
  json::array parameters;
  for (const std::string& value : rendered.parameters) parameters.emplace_back(value);
  return {{"names", std::move(names)},
          {"values", std::move(values)},
          {"parameters", std::move(parameters)}};
}

}  // namespace

// --- Notices ------------------------------------------------------------------------------------

std::size_t add_lock_due_notices(pg::Pipeline& pipeline, int limit, NoticeCursor after) {
  static const std::string sql =
      "SELECT " + kNoticeColumns +
      " FROM notice WHERE state = 'pending' AND set_aside = 0"
      " AND send_at <= (SELECT office_now()) AND send_at >= $2::timestamptz AND (send_at, permit, "
      "id) > ($2::timestamptz, $3::bigint,"
      " $4::bigint) ORDER BY send_at, permit, id LIMIT $1::int FOR UPDATE SKIP LOCKED";
  return pipeline.add(sql, limit, after.send_at, after.permit, after.id);
}

std::size_t add_lock_waiting_notices(pg::Pipeline& pipeline, int limit, NoticeCursor after) {
  static const std::string sql =
      "SELECT " + kNoticeColumns +
      " FROM notice WHERE state = 'pending' AND set_aside = 0"
      " AND audience IN ('holder', 'superior') AND hold_until <= (SELECT office_now())"
      " AND send_at >= $2::timestamptz AND (send_at, permit, id) > ($2::timestamptz, $3::bigint,"
      " $4::bigint) ORDER BY send_at, permit, id LIMIT $1::int FOR UPDATE SKIP LOCKED";
  return pipeline.add(sql, limit, after.send_at, after.permit, after.id);
}

std::size_t add_lock_set_aside_notice(pg::Pipeline& pipeline) {
  static const std::string sql = "SELECT " + kNoticeColumns +
                                 " FROM notice WHERE state = 'pending' AND set_aside > 0"
                                 " AND send_at <= (SELECT office_now())"
                                 " ORDER BY send_at, permit, id LIMIT 1 FOR UPDATE SKIP LOCKED";
  return pipeline.add(sql);
}

namespace {

void read_notice(Notice& n, const pg::Result& r, int row) {
  n.visit = int_at(r, row, 2);
  n.kind = text_at(r, row, 3);
  n.k = int_at(r, row, 4);
  n.occurrence = int_at(r, row, 5);
  n.addressee = Addressee::parse(r.text(row, 6));
  n.audience = parse_audience(r.text(row, 7)).value();
  n.text = text_at(r, row, 8);
  n.reason = parse_reason(r.text(row, 9)).value();
  n.raised_at = r.instant(row, 10);
  n.hold_until = r.instant(row, 11);
  n.cause = r.int64(row, 12);
  const json::value details = json::parse(text_at(r, row, 13));  // outlives the loop
  for (const auto& [name, value] : details.as_object())
    n.details[std::string(name)] = std::string(value.as_string());
  n.urgent = r.boolean(row, 16);
}

}  // namespace

std::vector<PendingNotice> notices_of(const pg::Result& r) {
  std::vector<PendingNotice> all;
  for (int row = 0; row < r.rows(); ++row) {
    PendingNotice pending;
    pending.id = r.int64(row, 0);
    pending.permit = r.int64(row, 1);
    pending.tried = int_at(r, row, 14);
    pending.send_at = r.instant(row, 15);
    try {
      read_notice(pending.notice, r, row);
    } catch (const std::exception& why) {
      pending.unreadable = why.what();
    }
    all.push_back(std::move(pending));
  }
  return all;
}

void add_set_notices_aside(pg::Pipeline& pipeline, const std::vector<NoticeSetAside>& notices) {
  if (notices.empty()) return;
  std::vector<std::int64_t> permits, ids;
  for (const NoticeSetAside& one : notices) {
    permits.push_back(one.permit);
    ids.push_back(one.notice);
  }
  static const std::string sql =
      "UPDATE notice n SET set_aside = n.set_aside + 1, tried = n.tried + 1, state_reason = $3,"
      " send_at = office_now() + " +
      set_aside_for("n.set_aside") +
      " FROM unnest($1::bigint[], $2::bigint[]) AS u(permit, id)"
      " WHERE n.permit = u.permit AND n.id = u.id AND n.state IS NOT DISTINCT FROM 'pending'";
  pipeline.add(sql, pg::bigint_array(permits), pg::bigint_array(ids), to_string(Reason::set_aside));
}

void add_look_again(pg::Pipeline& pipeline) {
  pipeline.add(
      "UPDATE notice SET send_at = office_now() WHERE state = 'pending' AND set_aside > 0"
      " AND send_at > office_now()");
}

std::size_t add_told(pg::Pipeline& pipeline, const std::vector<std::int64_t>& notices) {
  return pipeline.add(
      "SELECT mn.notice, m.recipient, bool_or(m.state NOT IN ('failed', 'dead'))"
      " FROM message_notice mn JOIN message m ON m.id = mn.message"
      " WHERE mn.notice = ANY($1::bigint[]) GROUP BY 1, 2",
      pg::bigint_array(notices));
}

std::vector<Told> told_of(const pg::Result& r) {
  std::vector<Told> told;
  for (int row = 0; row < r.rows(); ++row)
    told.push_back({r.int64(row, 0), text_at(r, row, 1), r.boolean(row, 2)});
  return told;
}

std::size_t add_last_messages(pg::Pipeline& pipeline, const std::vector<std::string>& recipients,
                              int nth) {
  // A link to sign in by was asked for and, as an alert or an appointment, tells of no task: none
  // opens or ends an interval.
  return pipeline.add(
      "SELECT r.recipient, m.rendered_at, EXISTS (SELECT 1 FROM message_task t JOIN visit v"
      "   ON v.permit = t.permit AND v.id = t.visit"
      "   WHERE t.message = m.id AND v.closed_at IS NULL AND NOT v.undone),"
      " (SELECT n.rendered_at FROM message n WHERE n.recipient = r.recipient"
      "   AND n.falls_back_from IS NULL AND n.text NOT IN ('tautan_masuk', 'kanal_terganggu', "
      "'penunjukan_plh')"
      "   ORDER BY n.rendered_at DESC, n.id DESC OFFSET $2::int - 1 LIMIT 1)"
      " FROM unnest($1::text[]) AS r(recipient) CROSS JOIN LATERAL (SELECT id, rendered_at"
      "   FROM message WHERE recipient = r.recipient AND falls_back_from IS NULL"
      "   AND text NOT IN ('tautan_masuk', 'kanal_terganggu', 'penunjukan_plh')"
      "   ORDER BY rendered_at DESC, id DESC LIMIT 1) m",
      pg::text_array(recipients), nth);
}

std::vector<LastMessageTo> last_messages_of(const pg::Result& r) {
  std::vector<LastMessageTo> last;
  for (int row = 0; row < r.rows(); ++row)
    last.push_back(
        {text_at(r, row, 0), r.instant(row, 1), r.boolean(row, 2), r.optional_instant(row, 3)});
  return last;
}

void add_notice_outcomes(pg::Pipeline& pipeline, const std::vector<NoticeOutcome>& outcomes) {
  if (outcomes.empty()) return;
  Rows rows(kOutcome);
  for (const NoticeOutcome& one : outcomes) {
    const bool dropped = one.kind == NoticeOutcome::Kind::dropped;
    const char* state = dropped                                     ? "dropped"
                        : one.kind == NoticeOutcome::Kind::rendered ? "rendered"
                                                                    : "pending";
    const bool rendered = one.kind == NoticeOutcome::Kind::rendered;
    rows.add(one.permit, one.notice, state, rendered ? std::string_view() : to_string(one.reason),
             one.at);
  }
  pipeline.add(kSaveOutcomes, rows.params());
}

// --- Messages -----------------------------------------------------------------------------------

std::size_t add_message(pg::Pipeline& pipeline, const NewMessage& m) {
  std::vector<std::int64_t> permits, notices, task_permits;
  std::vector<int> task_visits;
  for (const auto& [permit, notice] : m.notices) {
    permits.push_back(permit);
    notices.push_back(notice);
  }
  for (const auto& [permit, visit] : m.tasks) {
    task_permits.push_back(permit);
    task_visits.push_back(visit);
  }
  return pipeline.add(
      kInsertMessage, m.recipient, m.acting_for, to_string(m.why), notify::name(m.channel),
      m.address, m.name, m.text, m.rendered.subject, m.rendered.body,
      json::serialize(fields_json(m.rendered)), m.rendered.template_name, m.thread, m.rendered_at,
      m.trial ? "trial" : "queued", pg::bigint_array(permits), pg::bigint_array(notices),
      pg::bigint_array(task_permits), pg::array(pg::Type::integer, task_visits));
}

void add_supersede(pg::Pipeline& pipeline, const std::string& recipient) {
  // One that is being sent now is left alone.
  pipeline.add(
      "UPDATE message SET state = 'failed', reason = 'superseded', lease_until = NULL"
      " WHERE recipient = $1 AND state = 'queued'"
      " AND (attempts > 0 OR channel IN (SELECT o.channel FROM channel_outage o))"
      " AND coalesce(lease_until, '-infinity') <= clock_timestamp()",
      recipient);
}

std::size_t add_daily_notice(pg::Pipeline& pipeline, const DailyNotice& notice) {
  return pipeline.add(
      "INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text, reason,"
      " raised_at, hold_until, cause, state, state_at, send_at)"
      " VALUES (0, 0, $1, $2::int, 1, $3, 'daily', $1, $4, $5::timestamptz, $5::timestamptz, 0,"
      " 'rendered', $5::timestamptz, $5::timestamptz) ON CONFLICT DO NOTHING RETURNING id",
      notice.kind, notice.day, notice.addressee.to_string(),
      to_string(notice.kind == "daftar_pagi" ? Reason::opening_time : Reason::closing_time),
      notice.at);
}

std::size_t add_lock_due_daily_jobs(pg::Pipeline& pipeline) {
  return pipeline.add(
      "SELECT kind, calendar, next_at FROM daily_job WHERE next_at <= (SELECT office_now())"
      " ORDER BY next_at, kind FOR UPDATE SKIP LOCKED");
}

std::vector<DailyJob> daily_jobs_of(const pg::Result& r) {
  std::vector<DailyJob> jobs;
  for (int row = 0; row < r.rows(); ++row)
    jobs.push_back({text_at(r, row, 0), text_at(r, row, 1), r.instant(row, 2)});
  return jobs;
}

void add_save_daily_job(pg::Pipeline& pipeline, const DailyJob& job) {
  pipeline.add("UPDATE daily_job SET next_at = $3::timestamptz WHERE kind = $1 AND calendar = $2",
               job.kind, job.calendar, job.next_at);
}

void add_plant_daily_job(pg::Pipeline& pipeline, const DailyJob& job) {
  pipeline.add(
      "INSERT INTO daily_job (kind, calendar, next_at) VALUES ($1, $2, $3::timestamptz)"
      " ON CONFLICT DO NOTHING",
      job.kind, job.calendar, job.next_at);
}

void add_advance_daily_job(pg::Pipeline& pipeline, const DailyJob& job) {
  pipeline.add(
      "UPDATE daily_job SET next_at = $3::timestamptz WHERE kind = $1 AND calendar = $2"
      " AND next_at > $3::timestamptz",
      job.kind, job.calendar, job.next_at);
}

std::size_t add_open_tasks(pg::Pipeline& pipeline,
                           const std::vector<std::string>& applicant_roles) {
  return pipeline.add(
      "SELECT v.permit, p.number, p.sop_version, v.id, v.step, v.occurrence, v.role, v.assignee,"
      " v.prepared_by, v.opened_at, v.due_at, v.due_soon_at, v.paused, v.drafted_by"
      " FROM visit v JOIN permit p ON p.id = v.permit WHERE v.closed_at IS NULL AND NOT v.undone"
      " AND v.permit > 0 AND NOT v.role = ANY($1::text[]) ORDER BY v.due_at NULLS LAST, v.permit, "
      "v.id",
      pg::text_array(applicant_roles));
}

std::vector<OpenTask> open_tasks_of(const pg::Result& r) {
  std::vector<OpenTask> tasks;
  for (int row = 0; row < r.rows(); ++row) {
    OpenTask task;
    task.permit = r.int64(row, 0);
    task.number = text_at(r, row, 1);
    task.sop_version = text_at(r, row, 2);
    task.visit.id = int_at(r, row, 3);
    task.visit.step = text_at(r, row, 4);
    task.visit.occurrence = int_at(r, row, 5);
    task.visit.role = text_at(r, row, 6);
    task.visit.assignee = text_at(r, row, 7);
    task.visit.prepared_by = text_at(r, row, 8);
    task.visit.opened_at = r.instant(row, 9);
    task.due_at = r.optional_instant(row, 10);
    task.due_soon_at = r.optional_instant(row, 11);
    task.paused = r.boolean(row, 12);
    const json::value drafted_by = json::parse(text_at(r, row, 13));  // outlives the loop
    for (const json::value& officer : drafted_by.as_array())
      task.visit.drafted_by.emplace_back(officer.as_string());
    tasks.push_back(std::move(task));
  }
  return tasks;
}

std::size_t add_recap(pg::Pipeline& pipeline, const RecapPeriod& period) {
  return pipeline.add(
      "SELECT"
      " (SELECT count(*) FROM permit WHERE id > 0 AND submitted_at >= $1::timestamptz AND "
      "submitted_at < "
      "$2::timestamptz),"
      " (SELECT count(*) FROM permit WHERE id > 0 AND state = 'active'),"
      " (SELECT count(*) FROM permit WHERE id > 0 AND case_verdict IS NOT NULL AND outcome = "
      "'grant'"
      "   AND case_closed_at >= $1::timestamptz AND case_closed_at < $2::timestamptz),"
      " (SELECT count(*) FROM permit WHERE id > 0 AND state = 'returned'),"
      " (SELECT count(*) FROM permit WHERE id > 0 AND state = 'active' AND case_closed_at IS NULL"
      "   AND case_due_at >= $1::timestamptz AND case_due_at < $2::timestamptz),"
      " (SELECT count(*) FROM visit WHERE permit > 0 AND closed_at IS NULL AND NOT undone AND "
      "due_at < "
      "$4::timestamptz),"
      " (SELECT count(*) FROM permit WHERE id > 0 AND case_verdict = 'met' AND case_closed_at >= "
      "$3::timestamptz),"
      " (SELECT count(*) FROM permit WHERE id > 0 AND case_verdict IS NOT NULL AND case_closed_at "
      ">= "
      "$3::timestamptz),"
      " (SELECT count(*) FROM permit WHERE id > 0 AND state = 'active' AND case_closed_at IS NULL"
      "   AND case_due_at < $4::timestamptz)",
      period.day_start, period.day_end, period.month_start, period.now);
}

Recap recap_of(const pg::Result& r) {
  return {r.int64(0, 0), r.int64(0, 1), r.int64(0, 2), r.int64(0, 3), r.int64(0, 4),
          r.int64(0, 5), r.int64(0, 6), r.int64(0, 7), r.int64(0, 8)};
}

}  // namespace tenggat::store
