#include "daemon/store/counts.h"

#include "daemon/store/canary.h"
#include "daemon/store/rows.h"

namespace tenggat::store {
void add_fold_counts(pg::Pipeline& pipeline) {
  pipeline.add(
      "WITH due AS (DELETE FROM count_delta d USING (SELECT permit, cause, counted_from"
      "   FROM count_delta WHERE counted_from <= (SELECT office_now()) ORDER BY counted_from"
      "   LIMIT 5000 FOR UPDATE SKIP LOCKED) f WHERE d.permit = f.permit AND d.cause = f.cause"
      "   AND d.counted_from = f.counted_from RETURNING d.sop, d.counted_from, d.changes)"
      " INSERT INTO count_total (metric, sop, step, label, day, amount)"
      " SELECT c ->> 0, sop, c ->> 1, c ->> 2, (counted_from AT TIME ZONE 'UTC')::date,"
      "   sum((c ->> 3)::bigint)"
      " FROM due, json_array_elements(changes) c GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
      " ON CONFLICT (metric, sop, step, label, day)"
      " DO UPDATE SET amount = count_total.amount + excluded.amount");
}

std::size_t add_totals(pg::Pipeline& pipeline) {
  return pipeline.add(
      "SELECT metric, sop, step, label, sum(amount)::bigint FROM ("
      " SELECT metric, sop, step, label, amount FROM count_total"
      " UNION ALL SELECT metric, sop, step, label, amount FROM count_change"
      "   WHERE counted_from <= (SELECT office_now())) a GROUP BY 1, 2, 3, 4");
}

std::vector<Total> totals_of(const pg::Result& r) {
  std::vector<Total> totals;
  for (int row = 0; row < r.rows(); ++row)
    totals.push_back({text_at(r, row, 0), text_at(r, row, 1), text_at(r, row, 2),
                      text_at(r, row, 3), r.int64(row, 4)});
  return totals;
}

namespace {

struct PeriodArrays {
  pg::Param sops, days, ends, months;
};

PeriodArrays arrays_of(const std::vector<CivilPeriod>& periods) {
  std::vector<std::string> sops;
  std::vector<Instant> days, ends, months;
  for (const CivilPeriod& one : periods) {
    sops.push_back(one.sop);
    days.push_back(one.day_start);
    ends.push_back(one.day_end);
    months.push_back(one.month_start);
  }
  const auto instants = [](const std::vector<Instant>& values) {
    return pg::array(pg::Type::timestamptz, values);
  };
  return {pg::text_array(sops), instants(days), instants(ends), instants(months)};
}

}  // namespace

std::size_t add_open_permits(pg::Pipeline& pipeline, const std::vector<CivilPeriod>& periods) {
  const PeriodArrays p = arrays_of(periods);
  return pipeline.add(
      "SELECT permit.sop, state, count(*),"
      " count(*) FILTER (WHERE case_closed_at IS NULL AND case_due_at < t.now),"
      " count(*) FILTER (WHERE case_closed_at IS NULL AND legal_risk_at <= t.now),"
      " count(*) FILTER (WHERE state = 'active' AND case_closed_at IS NULL"
      "   AND case_due_at >= d.day_start AND case_due_at < d.day_end)"
      " FROM permit LEFT JOIN unnest($1::text[], $2::timestamptz[], $3::timestamptz[])"
      "   AS d(sop, day_start, day_end) ON d.sop = permit.sop,"
      " (SELECT date_trunc('second', office_now()) AS now) t"
      " WHERE state IN ('active', 'returned') AND permit.id > 0 GROUP BY 1, 2",
      p.sops, p.days, p.ends);
}

std::vector<OpenPermits> open_permits_of(const pg::Result& r) {
  std::vector<OpenPermits> open;
  for (int row = 0; row < r.rows(); ++row)
    open.push_back({text_at(r, row, 0), text_at(r, row, 1), r.int64(row, 2), r.int64(row, 3),
                    r.int64(row, 4), r.int64(row, 5)});
  return open;
}

std::size_t add_decided(pg::Pipeline& pipeline, const std::vector<CivilPeriod>& periods) {
  const PeriodArrays p = arrays_of(periods);
  return pipeline.add(
      "SELECT d.sop, count(*) FILTER (WHERE p.case_verdict = 'met'), count(*)"
      " FROM unnest($1::text[], $2::timestamptz[]) AS d(sop, month_start)"
      " JOIN permit p ON p.sop = d.sop AND p.case_verdict IS NOT NULL"
      "   AND p.case_closed_at >= d.month_start GROUP BY 1",
      p.sops, p.months);
}

std::vector<Decided> decided_of(const pg::Result& r) {
  std::vector<Decided> decided;
  for (int row = 0; row < r.rows(); ++row)
    decided.push_back({text_at(r, row, 0), r.int64(row, 1), r.int64(row, 2)});
  return decided;
}

std::size_t add_working_times(pg::Pipeline& pipeline, Instant since) {
  return pipeline.add(
      "SELECT metric, sop, step, label, sum(amount)::bigint FROM ("
      " SELECT metric, sop, step, label, amount FROM count_total"
      "   WHERE metric = 'step_working_seconds_bucket'"
      "   AND day >= ($1::timestamptz AT TIME ZONE 'UTC')::date"
      " UNION ALL SELECT metric, sop, step, label, amount FROM count_change"
      "   WHERE metric = 'step_working_seconds_bucket'"
      "   AND counted_from <= (SELECT office_now())) a GROUP BY 1, 2, 3, 4",
      since);
}

std::size_t add_open_visits(pg::Pipeline& pipeline) {
  return pipeline.add(
      "SELECT p.sop, v.step, CASE WHEN v.paused THEN 'paused' WHEN v.due_at IS NULL THEN ''"
      "   WHEN v.due_at < t.now THEN 'overdue' WHEN v.due_soon_at <= t.now THEN 'due_soon'"
      "   ELSE 'on_track' END,"
      " count(*), count(*) FILTER (WHERE v.assignee = ''), min(v.opened_at), min(v.due_at)"
      // The state tells nothing here: with it, the index of open permits answers alone.
      " FROM visit v JOIN permit p ON p.id = v.permit AND p.state IN ('active', 'returned'),"
      " (SELECT date_trunc('second', office_now()) AS now) t"
      " WHERE v.closed_at IS NULL AND NOT v.undone AND v.permit > 0 GROUP BY 1, 2, 3");
}

std::vector<OpenVisits> open_visits_of(const pg::Result& r) {
  std::vector<OpenVisits> open;
  for (int row = 0; row < r.rows(); ++row)
    open.push_back({text_at(r, row, 0), text_at(r, row, 1), text_at(r, row, 2), r.int64(row, 3),
                    r.int64(row, 4), r.instant(row, 5), r.optional_instant(row, 6)});
  return open;
}

std::size_t add_waiting(pg::Pipeline& pipeline) {
  static const std::string of_people = std::string(" AND recipient <> '") + kCanaryRecipient + "'";
  // Escalations are looked up from the late visits, of which there are few, not from the notices.
  static const std::string sql =
      "SELECT 'notice', CASE audience WHEN 'applicant' THEN 'applicant' ELSE 'officer' END,"
      "   count(*), min(send_at) FROM notice"
      "   WHERE state = 'pending' AND send_at <= (SELECT office_now()) AND permit >= 0 GROUP BY 2"
      " UNION ALL SELECT 'notice', 'portal', count(*), min(created_at) FROM portal_event"
      "   WHERE state = 'pending' HAVING count(*) > 0"
      " UNION ALL SELECT 'undelivered', channel, count(*), NULL FROM message"
      "   WHERE undelivered_at > clock_timestamp() - interval '1 day' AND delivered_at IS NULL" +
      of_people +
      " GROUP BY 2"
      " UNION ALL SELECT 'dead', channel, count(*), NULL FROM message WHERE state = 'dead'" +
      of_people +
      " GROUP BY 2"
      " UNION ALL SELECT 'down', channel, 1, NULL FROM channel_outage"
      " UNION ALL SELECT 'escalation', '', count(*), NULL FROM visit v JOIN notice n"
      "   ON n.permit = v.permit AND n.visit = v.id AND n.audience = 'superior'"
      "   AND n.state = 'rendered' WHERE v.closed_at IS NULL AND NOT v.undone"
      "   AND v.permit > 0 AND v.due_at < (SELECT office_now())"
      // Until it is time to look again.
      "   AND coalesce((v.acknowledged ->> 'until')::bigint, 0)"
      "     <= (SELECT extract(epoch FROM office_now()))";
  return pipeline.add(sql);
}

std::vector<Waiting> waiting_of(const pg::Result& r) {
  std::vector<Waiting> waiting;
  for (int row = 0; row < r.rows(); ++row)
    waiting.push_back(
        {text_at(r, row, 0), text_at(r, row, 1), r.int64(row, 2), r.optional_instant(row, 3)});
  return waiting;
}

std::size_t add_provisional(pg::Pipeline& pipeline, const std::vector<std::string>& sops,
                            Instant covered_until) {
  return pipeline.add(
      "SELECT count(*) FROM permit WHERE state IN ('active', 'returned') AND sop = ANY($1::text[])"
      " AND case_due_at >= $2::timestamptz",
      pg::text_array(sops), covered_until);
}

}  // namespace tenggat::store
