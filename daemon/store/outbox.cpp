#include "daemon/store/outbox.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "daemon/store/columns.h"
#include "daemon/store/commands.h"
#include "daemon/store/message_table.h"
#include "daemon/store/notice_table.h"
#include "daemon/store/permit_tables.h"

namespace tenggat::store {
namespace json = boost::json;
namespace {

constexpr auto kPending =
    columns(given("id", &PendingNotice::id), given("permit", &PendingNotice::permit),
            given("send_at", &PendingNotice::send_at));
constexpr auto kNotice = kNoticeFacts + kNoticeDetails;

using PendingQuery = pg::Query<std::vector<PendingNotice>>;

// One whose own columns cannot be read is still there, since it stands in the others' way.
PendingQuery pending(const std::string& condition) {
  static const std::string select = "SELECT " + kPending.shape().names() + ", " +
                                    kNotice.shape().names() +
                                    " FROM notice WHERE state = 'pending' AND ";
  return {select + condition, [](const pg::Result& r) {
            std::vector<PendingNotice> all = rows_of<kPending>(r);
            for (int row = 0; row < r.rows(); ++row) {
              PendingNotice& one = all[static_cast<std::size_t>(row)];
              try {
                kNotice.read(r, row, kPending.kSize, one.notice);
              } catch (const std::exception& why) {
                one.notice = {};
                one.unreadable = why.what();
              }
            }
            return all;
          }};
}

// Rows that are known by their key are asked for their state by IS NOT DISTINCT FROM: with a plain
// `=`, a session that planned the statement while few rows waited would for ever look for each row
// in the index of all that wait.
struct Settled {
  std::int64_t permit = 0, id = 0;
  std::string state, reason;
  Instant at{};
};
constexpr auto kOutcome = columns(key("permit", &Settled::permit), key("id", &Settled::id),
                                  column("state", &Settled::state),
                                  column("reason", &Settled::reason), column("at", &Settled::at));
const RowsSql kSaveOutcomes{
    kOutcome.shape(), "c",
    "UPDATE notice n SET state = c.state, state_reason = c.reason,"
    " state_at = CASE WHEN c.state = 'pending' THEN NULL ELSE c.at END,"
    " send_at = CASE WHEN c.state = 'pending' THEN c.at ELSE n.send_at END,"
    " tried = n.tried + 1, set_aside = 0 FROM {}"
    " WHERE n.permit = c.permit AND n.id = c.id AND n.state IS NOT DISTINCT FROM 'pending'"};

}  // namespace

std::string RenderedFields::put(const notify::Rendered& rendered) {
  json::object object{{"names", json::value_from(rendered.field_names)},
                      {"values", json::value_from(rendered.fields)},
                      {"parameters", json::value_from(rendered.parameters)}};
  json::array items;
  for (const notify::ListItem& one : rendered.items)
    items.push_back(json::object{{"title", one.title},
                                 {"number", one.number},
                                 {"step", one.step},
                                 {"state", one.state},
                                 {"late", one.late},
                                 {"responsible", one.responsible},
                                 {"link", one.link}});
  if (!items.empty()) object["items"] = std::move(items);
  if (rendered.free_text) object["free_text"] = true;
  if (rendered.language != "id") object["language"] = rendered.language;
  return json::serialize(object);
}

// --- Notices ------------------------------------------------------------------------------------

pg::Slot<std::vector<PendingNotice>> add_lock_due_notices(pg::Pipeline& pipeline, int limit,
                                                          NoticeCursor after) {
  static const auto sql = pending(
      "set_aside = 0 AND send_at <= (SELECT office_now()) AND send_at >= $2::timestamptz"
      " AND (send_at, permit, id) > ($2::timestamptz, $3::bigint, $4::bigint)"
      " ORDER BY send_at, permit, id LIMIT $1::int FOR UPDATE SKIP LOCKED");
  return pipeline.add(sql, limit, after.send_at, after.permit, after.id);
}

pg::Slot<std::vector<PendingNotice>> add_lock_waiting_notices(pg::Pipeline& pipeline, int limit,
                                                              NoticeCursor after) {
  static const auto sql = pending(
      "set_aside = 0 AND audience IN ('holder', 'superior') AND hold_until <= (SELECT office_now())"
      " AND send_at >= $2::timestamptz AND (send_at, permit, id) > ($2::timestamptz, $3::bigint,"
      " $4::bigint) ORDER BY send_at, permit, id LIMIT $1::int FOR UPDATE SKIP LOCKED");
  return pipeline.add(sql, limit, after.send_at, after.permit, after.id);
}

pg::Slot<std::vector<PendingNotice>> add_lock_set_aside_notice(pg::Pipeline& pipeline) {
  static const auto sql = pending(
      "set_aside > 0 AND send_at <= (SELECT office_now())"
      " ORDER BY send_at, permit, id LIMIT 1 FOR UPDATE SKIP LOCKED");
  return pipeline.add(sql);
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

pg::Slot<std::vector<Told>> add_told(pg::Pipeline& pipeline,
                                     const std::vector<std::int64_t>& notices) {
  static constexpr auto kTold =
      columns(given("mn.notice", &Told::notice), given("m.recipient", &Told::recipient),
              given("bool_or(m.state NOT IN ('failed', 'dead'))", &Told::reached));
  static const auto sql = each<kTold>(
      "SELECT {} FROM message_notice mn JOIN message m ON m.id = mn.message"
      " WHERE mn.notice = ANY($1::bigint[]) GROUP BY 1, 2");
  return pipeline.add(sql, pg::bigint_array(notices));
}

pg::Slot<std::vector<LastMessageTo>> add_last_messages(pg::Pipeline& pipeline,
                                                       const std::vector<std::string>& recipients,
                                                       int nth) {
  // A link to sign in by was asked for and, as an alert, an appointment or a change of
  // the office, tells of no task: none
  // opens or ends an interval.
  static constexpr auto kLast =
      columns(given("r.recipient", &LastMessageTo::recipient),
              given("m.rendered_at", &LastMessageTo::rendered_at),
              given("EXISTS (SELECT 1 FROM message_task t JOIN visit v"
                    "   ON v.permit = t.permit AND v.id = t.visit"
                    "   WHERE t.message = m.id AND v.closed_at IS NULL AND NOT v.undone)",
                    &LastMessageTo::names_open_task),
              given("(SELECT n.rendered_at FROM message n WHERE n.recipient = r.recipient"
                    "   AND n.falls_back_from IS NULL AND n.text NOT IN ('tautan_masuk',"
                    "   'kanal_terganggu', 'penunjukan_plh', 'perubahan_kantor')"
                    "   ORDER BY n.rendered_at DESC, n.id DESC OFFSET $2::int - 1 LIMIT 1)",
                    &LastMessageTo::nth_before));
  static const auto sql = each<kLast>(
      "SELECT {} FROM unnest($1::text[]) AS r(recipient) CROSS JOIN LATERAL (SELECT id, rendered_at"
      "   FROM message WHERE recipient = r.recipient AND falls_back_from IS NULL"
      "   AND text NOT IN ('tautan_masuk', 'kanal_terganggu', 'penunjukan_plh', 'perubahan_kantor')"
      "   ORDER BY rendered_at DESC, id DESC LIMIT 1) m");
  return pipeline.add(sql, pg::text_array(recipients), nth);
}

void add_notice_outcomes(pg::Pipeline& pipeline, const std::vector<NoticeOutcome>& outcomes) {
  Rows<kOutcome> rows;
  for (const NoticeOutcome& one : outcomes) {
    const bool dropped = one.kind == NoticeOutcome::Kind::dropped;
    const char* state = dropped                                     ? "dropped"
                        : one.kind == NoticeOutcome::Kind::rendered ? "rendered"
                                                                    : "pending";
    const bool rendered = one.kind == NoticeOutcome::Kind::rendered;
    rows.add(Settled{one.permit, one.notice, state,
                     std::string(rendered ? std::string_view() : to_string(one.reason)), one.at});
  }
  rows.add_to(pipeline, kSaveOutcomes);
}

// --- Messages -----------------------------------------------------------------------------------

pg::Slot<std::int64_t> add_message(pg::Pipeline& pipeline, const NewMessage& m) {
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
  // What it says it is about and which notices it carries with it.
  static const auto sql = value<std::int64_t>(fmt::format(
      "WITH m AS (INSERT INTO message ({}) VALUES ({}) RETURNING id),"
      " n AS (INSERT INTO message_notice (message, permit, notice)"
      "   SELECT m.id, u.permit, u.notice FROM m, unnest(${}::bigint[], ${}::bigint[]) AS"
      "   u(permit, notice)),"
      " t AS (INSERT INTO message_task (message, permit, visit)"
      "   SELECT m.id, u.permit, u.visit FROM m, unnest(${}::bigint[], ${}::int[]) AS"
      "   u(permit, visit) ON CONFLICT DO NOTHING)"
      " SELECT id FROM m",
      kMessage.shape().names(), kMessage.shape().parameters(), kMessage.kSize + 1,
      kMessage.kSize + 2, kMessage.kSize + 3, kMessage.kSize + 4));
  std::vector<pg::Param> params = kMessage.params(m);
  params.push_back(pg::bigint_array(permits));
  params.push_back(pg::bigint_array(notices));
  params.push_back(pg::bigint_array(task_permits));
  params.push_back(pg::array(pg::Type::integer, task_visits));
  return pipeline.add(sql, std::move(params));
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

pg::Slot<std::optional<std::int64_t>> add_daily_notice(pg::Pipeline& pipeline,
                                                       const DailyNotice& notice) {
  static const auto sql = maybe_value<std::int64_t>(
      "INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text, reason,"
      " raised_at, hold_until, cause, state, state_at, send_at)"
      " VALUES (0, 0, $1, $2::int, 1, $3, 'daily', $1, $4, $5::timestamptz, $5::timestamptz, 0,"
      " 'rendered', $5::timestamptz, $5::timestamptz) ON CONFLICT DO NOTHING RETURNING id");
  return pipeline.add(
      sql, notice.kind, notice.day, notice.addressee.to_string(),
      to_string(notice.kind == "daftar_pagi" ? Reason::opening_time : Reason::closing_time),
      notice.at);
}

pg::Slot<std::vector<DailyJob>> add_lock_due_daily_jobs(pg::Pipeline& pipeline) {
  static constexpr auto kDailyJob =
      columns(given("kind", &DailyJob::kind), given("calendar", &DailyJob::calendar),
              given("next_at", &DailyJob::next_at));
  static const auto sql = each<kDailyJob>(
      "SELECT {} FROM daily_job WHERE next_at <= (SELECT office_now())"
      " ORDER BY next_at, kind FOR UPDATE SKIP LOCKED");
  return pipeline.add(sql);
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

pg::Slot<std::vector<OpenTask>> add_open_tasks(pg::Pipeline& pipeline,
                                               const std::vector<std::string>& applicant_roles) {
  static constexpr auto kTask = columns(
      given("v.permit", &OpenTask::permit), given("p.number", &OpenTask::number),
      given("p.subject", &OpenTask::subject), given("p.sop_version", &OpenTask::sop_version),
      given("v.id", &OpenTask::visit, &Visit::id), given("v.step", &OpenTask::visit, &Visit::step),
      given("v.occurrence", &OpenTask::visit, &Visit::occurrence),
      given("v.role", &OpenTask::visit, &Visit::role),
      given("v.assignee", &OpenTask::visit, &Visit::assignee),
      given("v.prepared_by", &OpenTask::visit, &Visit::prepared_by),
      given("v.opened_at", &OpenTask::visit, &Visit::opened_at),
      given("v.due_at", &OpenTask::due_at), given("v.due_soon_at", &OpenTask::due_soon_at),
      given("v.paused", &OpenTask::paused),
      given("v.drafted_by", &OpenTask::visit, &Visit::drafted_by));
  static const auto sql = each<kTask>(
      "SELECT {} FROM visit v JOIN permit p ON p.id = v.permit"
      " WHERE v.closed_at IS NULL AND NOT v.undone AND v.permit > 0"
      " AND NOT v.role = ANY($1::text[]) ORDER BY v.due_at NULLS LAST, v.permit, v.id");
  return pipeline.add(sql, pg::text_array(applicant_roles));
}

pg::Slot<Recap> add_recap(pg::Pipeline& pipeline, const RecapPeriod& period) {
  static constexpr auto kRecap = columns(
      given("(SELECT count(*) FROM permit WHERE id > 0 AND submitted_at >= $1::timestamptz"
            "   AND submitted_at < $2::timestamptz)",
            &Recap::submitted),
      given("(SELECT count(*) FROM permit WHERE id > 0 AND state = 'active')", &Recap::in_process),
      given("(SELECT count(*) FROM permit WHERE id > 0 AND case_verdict IS NOT NULL"
            "   AND outcome = 'grant'"
            "   AND case_closed_at >= $1::timestamptz AND case_closed_at < $2::timestamptz)",
            &Recap::issued),
      given("(SELECT count(*) FROM permit WHERE id > 0 AND state = 'returned')", &Recap::returned),
      given("(SELECT count(*) FROM permit WHERE id > 0 AND state = 'active'"
            "   AND case_closed_at IS NULL"
            "   AND case_due_at >= $1::timestamptz AND case_due_at < $2::timestamptz)",
            &Recap::due_today),
      given("(SELECT count(*) FROM visit WHERE permit > 0 AND closed_at IS NULL AND NOT undone"
            "   AND due_at < $4::timestamptz)",
            &Recap::overdue),
      given("(SELECT count(*) FROM permit WHERE id > 0 AND case_verdict = 'met'"
            "   AND case_closed_at >= $3::timestamptz)",
            &Recap::met_this_month),
      given("(SELECT count(*) FROM permit WHERE id > 0 AND case_verdict IS NOT NULL"
            "   AND case_closed_at >= $3::timestamptz)",
            &Recap::judged_this_month),
      given("(SELECT count(*) FROM permit WHERE id > 0 AND state = 'active'"
            "   AND case_closed_at IS NULL AND case_due_at < $4::timestamptz)",
            &Recap::overdue_open));
  static const auto sql = only<kRecap>("SELECT {}");
  return pipeline.add(sql, period.day_start, period.day_end, period.month_start, period.now);
}

}  // namespace tenggat::store
