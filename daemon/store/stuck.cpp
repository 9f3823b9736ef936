#include "daemon/store/stuck.h"

#include "daemon/store/rows.h"

namespace tenggat::store {
namespace {

// What is older is no longer tried. Bounds what is read of an officer's messages.
constexpr int kDays = 7;

const std::string kLately =
    " m.recipient = ANY($1::text[]) AND m.rendered_at > $2::timestamptz - make_interval(days => " +
    std::to_string(kDays) +
    ") AND m.text NOT IN ('rekap_harian', 'tautan_masuk', 'kanal_terganggu', 'penunjukan_plh')";

// Tried in vain, or held back since its channel takes nothing.
const std::string kStuck =
    "(m.attempts > 0 OR m.channel IN (SELECT o.channel FROM channel_outage o))";

std::vector<std::int64_t> ids_of(const std::vector<StuckMessage>& stuck) {
  std::vector<std::int64_t> ids;
  for (const StuckMessage& one : stuck) ids.push_back(one.id);
  return ids;
}

}  // namespace

std::size_t add_lock_stuck(pg::Pipeline& pipeline, const std::vector<std::string>& recipients,
                           Instant now) {
  static const std::string sql = "SELECT m.id, m.recipient FROM message m WHERE" + kLately +
                                 " AND m.state IS NOT DISTINCT FROM 'queued' AND " + kStuck +
                                 " AND coalesce(m.lease_until, '-infinity') <= clock_timestamp()"
                                 " ORDER BY m.id FOR UPDATE SKIP LOCKED";
  return pipeline.add(sql, pg::text_array(recipients), now);
}

std::vector<StuckMessage> stuck_of(const pg::Result& r) {
  std::vector<StuckMessage> stuck;
  for (int row = 0; row < r.rows(); ++row) stuck.push_back({r.int64(row, 0), text_at(r, row, 1)});
  return stuck;
}

std::size_t add_stuck_since(pg::Pipeline& pipeline, const std::vector<std::string>& recipients,
                            Instant now) {
  static const std::string sql =
      "SELECT m.recipient, min(m.rendered_at), count(n.notice) FROM message m"
      " LEFT JOIN message_notice n ON n.message = m.id WHERE" +
      kLately + " AND ((m.state IS NOT DISTINCT FROM 'queued' AND " + kStuck +
      ")"
      "   OR (m.state = 'failed' AND m.reason = 'superseded'))"
      " AND NOT EXISTS (SELECT FROM message a WHERE a.recipient = m.recipient AND a.id > m.id"
      "   AND a.rendered_at >= m.rendered_at AND a.state = 'accepted'"
      "   AND a.text NOT IN ('rekap_harian', 'tautan_masuk', 'kanal_terganggu', 'penunjukan_plh')) "
      "GROUP BY 1";
  return pipeline.add(sql, pg::text_array(recipients), now);
}

std::vector<StuckSince> stuck_since_of(const pg::Result& r) {
  std::vector<StuckSince> all;
  for (int row = 0; row < r.rows(); ++row)
    all.push_back({text_at(r, row, 0), r.instant(row, 1), r.int64(row, 2)});
  return all;
}

std::size_t add_named_tasks(pg::Pipeline& pipeline, const std::vector<StuckMessage>& stuck,
                            const std::vector<TaskToName>& more) {
  std::vector<std::string> recipients;
  std::vector<std::int64_t> permits;
  std::vector<int> visits;
  for (const TaskToName& one : more) {
    recipients.push_back(one.recipient);
    permits.push_back(one.permit);
    visits.push_back(one.visit);
  }
  return pipeline.add(
      "WITH named AS ("
      "   SELECT m.recipient, t.permit, t.visit, true AS stuck FROM message m"
      "     JOIN message_task t ON t.message = m.id WHERE m.id = ANY($1::bigint[])"
      "   UNION ALL SELECT m.recipient, n.permit, 0, true FROM message m"
      "     JOIN message_notice l ON l.message = m.id"
      "     JOIN notice n ON n.permit = l.permit AND n.id = l.notice AND n.visit = 0"
      "     WHERE m.id = ANY($1::bigint[]) AND n.permit <> 0"
      "   UNION ALL SELECT recipient, permit, visit, false"
      "     FROM unnest($2::text[], $3::bigint[], $4::int[]) AS u(recipient, permit, visit)),"
      " once AS (SELECT recipient, permit, visit, bool_or(stuck) AS stuck FROM named"
      "   GROUP BY 1, 2, 3)"
      " SELECT o.recipient, o.permit, o.visit, p.number, p.sop_version, coalesce(v.step, ''),"
      "   CASE WHEN o.visit = 0 THEN p.case_due_at ELSE v.due_at END, coalesce(v.paused, false),"
      "   o.stuck"
      " FROM once o JOIN permit p ON p.id = o.permit"
      " LEFT JOIN visit v ON v.permit = o.permit AND v.id = o.visit"
      " WHERE CASE WHEN o.visit = 0 THEN p.case_closed_at IS NULL"
      "   ELSE v.closed_at IS NULL AND NOT v.undone END ORDER BY 1, 2, 3",
      pg::bigint_array(ids_of(stuck)), pg::text_array(recipients), pg::bigint_array(permits),
      pg::array(pg::Type::integer, visits));
}

std::vector<NamedTask> named_tasks_of(const pg::Result& r) {
  std::vector<NamedTask> tasks;
  for (int row = 0; row < r.rows(); ++row)
    tasks.push_back({text_at(r, row, 0), r.int64(row, 1), int_at(r, row, 2), text_at(r, row, 3),
                     text_at(r, row, 4), text_at(r, row, 5), r.optional_instant(row, 6),
                     r.boolean(row, 7), r.boolean(row, 8)});
  return tasks;
}

void add_give_way(pg::Pipeline& pipeline, const std::vector<StuckMessage>& stuck) {
  pipeline.add(
      "UPDATE message SET state = 'failed', reason = 'superseded', lease_until = NULL"
      " WHERE id = ANY($1::bigint[]) AND state IS NOT DISTINCT FROM 'queued'",
      pg::bigint_array(ids_of(stuck)));
}

}  // namespace tenggat::store
