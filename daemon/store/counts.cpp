#include "daemon/store/counts.h"

#include <algorithm>

#include "daemon/store/canary.h"
#include "daemon/store/columns.h"
#include "daemon/store/count_codec.h"

namespace tenggat::store {
namespace {

struct TotalRow {
  std::string metric, step, label;
};
constexpr auto kTotal = columns(given("metric", &TotalRow::metric), given("sop", &Total::sop),
                                given("step", &TotalRow::step), given("label", &TotalRow::label),
                                given("sum(amount)::bigint", &Total::amount));

pg::Query<std::vector<Total>> each_total(std::string sql) {
  return {kTotal.shape().in(std::move(sql)), [](const pg::Result& r) {
            std::vector<Total> all(static_cast<std::size_t>(r.rows()));
            for (int row = 0; row < r.rows(); ++row) {
              TotalRow stored;
              Total& total = all[static_cast<std::size_t>(row)];
              kTotal.read(r, row, 0, stored, total);
              total.what = counted_of(stored.metric, stored.step, stored.label);
            }
            return all;
          }};
}

// As the statement below calls them.
struct KindOfWaiting {
  static constexpr const char* kSql = "text";
  static Waiting::Kind get(const pg::Result& r, int row, int column) {
    using Kind = Waiting::Kind;
    static constexpr std::pair<std::string_view, Kind> kKinds[] = {
        {"notice", Kind::notice},
        {"notices_set_aside", Kind::notice_set_aside},
        {"permits_set_aside", Kind::permit_set_aside},
        {"undelivered", Kind::undelivered},
        {"dead", Kind::dead},
        {"down", Kind::down},
        {"texts_stopped", Kind::text_stopped}};
    const std::string_view text = r.text(row, column);
    const auto* found = std::ranges::find(kKinds, text, &std::pair<std::string_view, Kind>::first);
    return known(found == std::end(kKinds) ? std::nullopt : std::optional(found->second), text);
  }
};

}  // namespace

void add_fold_counts(pg::Pipeline& pipeline) {
  pipeline.add(
      "WITH due AS (DELETE FROM count_delta d USING (SELECT permit, cause, counted_from"
      "   FROM count_delta WHERE counted_from <= (SELECT office_now()) ORDER BY counted_from"
      "   LIMIT 5000 FOR UPDATE SKIP LOCKED) f WHERE d.permit = f.permit AND d.cause = f.cause"
      "   AND d.counted_from = f.counted_from RETURNING d.sop, d.counted_from, d.changes),"
      " folded AS (SELECT c ->> 0 AS metric, sop, c ->> 1 AS step, c ->> 2 AS label,"
      "     (counted_from AT TIME ZONE 'UTC')::date AS day, sum((c ->> 3)::bigint) AS amount"
      "   FROM due, json_array_elements(changes) c GROUP BY 1, 2, 3, 4, 5),"
      " ever AS (INSERT INTO count_ever (metric, sop, step, label, amount)"
      "   SELECT metric, sop, step, label, sum(amount) FROM folded GROUP BY 1, 2, 3, 4"
      "   ORDER BY 1, 2, 3, 4"
      "   ON CONFLICT (metric, sop, step, label)"
      "   DO UPDATE SET amount = count_ever.amount + excluded.amount)"
      " INSERT INTO count_total (metric, sop, step, label, day, amount)"
      " SELECT metric, sop, step, label, day, amount FROM folded ORDER BY 1, 2, 3, 4, 5"
      " ON CONFLICT (metric, sop, step, label, day)"
      " DO UPDATE SET amount = count_total.amount + excluded.amount");
}

pg::Slot<std::vector<Total>> add_totals(pg::Pipeline& pipeline) {
  static const auto sql = each_total(
      "SELECT {} FROM ("
      " SELECT metric, sop, step, label, amount FROM count_ever"
      " UNION ALL SELECT metric, sop, step, label, amount FROM count_change"
      "   WHERE counted_from <= (SELECT office_now())) a GROUP BY 1, 2, 3, 4");
  return pipeline.add(sql);
}

pg::Slot<std::vector<Decided>> add_decided(pg::Pipeline& pipeline,
                                           const std::vector<CivilPeriod>& periods) {
  std::vector<std::string> sops;
  std::vector<Instant> months;
  for (const CivilPeriod& one : periods) {
    sops.push_back(one.sop);
    months.push_back(one.month_start);
  }
  static constexpr auto kDecided =
      columns(given("d.sop", &Decided::sop),
              given("count(*) FILTER (WHERE p.case_verdict = 'met')", &Decided::met),
              given("count(*)", &Decided::judged));
  static const auto sql = each<kDecided>(
      "SELECT {}"
      " FROM unnest($1::text[], $2::timestamptz[]) AS d(sop, month_start)"
      " JOIN permit p ON p.sop = d.sop AND p.case_verdict IS NOT NULL"
      "   AND p.case_closed_at >= d.month_start GROUP BY 1");
  return pipeline.add(sql, pg::text_array(sops), pg::array(pg::Type::timestamptz, months));
}

pg::Slot<std::vector<CaseTimes>> add_case_times(pg::Pipeline& pipeline, Instant since) {
  static constexpr auto kTimes =
      columns(given("sop", &CaseTimes::sop), given("count(*)", &CaseTimes::count),
              given("percentile_disc(0.5) WITHIN GROUP (ORDER BY case_elapsed)", &CaseTimes::p50),
              given("percentile_disc(0.9) WITHIN GROUP (ORDER BY case_elapsed)", &CaseTimes::p90));
  static const auto sql = each<kTimes>(
      "SELECT {} FROM permit WHERE case_closed_at >= $1::timestamptz"
      " AND case_closed_at <= (SELECT office_now())"
      " AND case_verdict IS NOT NULL AND case_elapsed IS NOT NULL AND id > 0 GROUP BY 1");
  return pipeline.add(sql, since);
}

pg::Slot<std::vector<Total>> add_working_times(pg::Pipeline& pipeline, Instant since) {
  static const auto sql =
      each_total(fmt::format("SELECT {{}} FROM ("
                             " SELECT metric, sop, step, label, amount FROM count_total"
                             "   WHERE metric = '{0}'"
                             "   AND day >= ($1::timestamptz AT TIME ZONE 'UTC')::date"
                             " UNION ALL SELECT metric, sop, step, label, amount FROM count_change"
                             "   WHERE metric = '{0}'"
                             "   AND counted_from <= (SELECT office_now())) a GROUP BY 1, 2, 3, 4",
                             kWorkingTimeName));
  return pipeline.add(sql, since);
}

pg::Slot<std::vector<Waiting>> add_waiting(pg::Pipeline& pipeline) {
  static const std::string of_people = std::string(" AND recipient <> '") + kCanaryRecipient + "'";
  static constexpr auto kWaiting = columns(
      given<KindOfWaiting>("'notice'", &Waiting::kind),
      given("CASE audience WHEN 'applicant' THEN 'applicant' ELSE 'officer' END", &Waiting::label),
      given("count(*)", &Waiting::count), given("min(send_at)", &Waiting::oldest));
  static const auto sql = each<kWaiting>(
      "SELECT {} FROM notice"
      "   WHERE state = 'pending' AND set_aside = 0 AND send_at <= (SELECT office_now())"
      "   AND permit >= 0 GROUP BY 2"
      " UNION ALL SELECT 'notices_set_aside', '', count(*), NULL FROM notice"
      "   WHERE state = 'pending' AND set_aside > 0 AND permit >= 0"
      " UNION ALL SELECT 'permits_set_aside', '', count(*), NULL FROM permit_set_aside"
      "   WHERE permit > 0"
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
      " UNION ALL SELECT 'texts_stopped', channel, count(*), NULL FROM text_outage GROUP BY 2");
  return pipeline.add(sql);
}

}  // namespace tenggat::store
