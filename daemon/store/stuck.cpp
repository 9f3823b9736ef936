#include "daemon/store/stuck.h"

#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

// What is older is no longer tried. Bounds what is read of an officer's messages.
constexpr int kDays = 7;

const std::string kLately =
    " m.recipient = ANY($1::text[]) AND m.rendered_at > $2::timestamptz - make_interval(days => " +
    std::to_string(kDays) +
    ") AND m.text NOT IN ('rekap_harian', 'tautan_masuk', 'kanal_terganggu', 'penunjukan_plh', "
    "'perubahan_kantor')";

// Tried in vain, or held back since its channel takes nothing.
const std::string kStuck =
    "(m.attempts > 0 OR m.channel IN (SELECT o.channel FROM channel_outage o))";

std::vector<std::int64_t> ids_of(const std::vector<StuckMessage>& stuck) {
  std::vector<std::int64_t> ids;
  for (const StuckMessage& one : stuck) ids.push_back(one.id);
  return ids;
}

}  // namespace

pg::Slot<std::vector<StuckMessage>> add_lock_stuck(pg::Pipeline& pipeline,
                                                   const std::vector<std::string>& recipients,
                                                   Instant now) {
  static constexpr auto kMessage =
      columns(given("m.id", &StuckMessage::id), given("m.recipient", &StuckMessage::recipient));
  static const auto sql =
      each<kMessage>("SELECT {} FROM message m WHERE" + kLately +
                     " AND m.state IS NOT DISTINCT FROM 'queued' AND " + kStuck +
                     " AND coalesce(m.lease_until, '-infinity') <= clock_timestamp()"
                     " ORDER BY m.id FOR UPDATE SKIP LOCKED");
  return pipeline.add(sql, pg::text_array(recipients), now);
}

pg::Slot<std::vector<StuckSince>> add_stuck_since(pg::Pipeline& pipeline,
                                                  const std::vector<std::string>& recipients,
                                                  Instant now) {
  static constexpr auto kSince = columns(given("m.recipient", &StuckSince::recipient),
                                         given("min(m.rendered_at)", &StuckSince::since),
                                         given("count(n.notice)", &StuckSince::notices));
  static const auto sql = each<kSince>(
      "SELECT {} FROM message m"
      " LEFT JOIN message_notice n ON n.message = m.id WHERE" +
      kLately + " AND ((m.state IS NOT DISTINCT FROM 'queued' AND " + kStuck +
      ")"
      "   OR (m.state = 'failed' AND m.reason = 'superseded'))"
      " AND NOT EXISTS (SELECT FROM message a WHERE a.recipient = m.recipient AND a.id > m.id"
      "   AND a.rendered_at >= m.rendered_at AND a.state = 'accepted'"
      "   AND a.text NOT IN ('rekap_harian', 'tautan_masuk', 'kanal_terganggu', 'penunjukan_plh', "
      "'perubahan_kantor')) "
      "GROUP BY 1");
  return pipeline.add(sql, pg::text_array(recipients), now);
}

pg::Slot<std::vector<NamedTask>> add_named_tasks(pg::Pipeline& pipeline,
                                                 const std::vector<StuckMessage>& stuck,
                                                 const std::vector<TaskToName>& more) {
  std::vector<std::string> recipients;
  std::vector<std::int64_t> permits;
  std::vector<int> visits;
  for (const TaskToName& one : more) {
    recipients.push_back(one.recipient);
    permits.push_back(one.permit);
    visits.push_back(one.visit);
  }
  static constexpr auto kTask = columns(
      given("o.recipient", &NamedTask::recipient), given("o.permit", &NamedTask::permit),
      given("o.visit", &NamedTask::visit), given("p.number", &NamedTask::number),
      given("p.sop_version", &NamedTask::sop_version),
      given("coalesce(v.step, '')", &NamedTask::step),
      given("CASE WHEN o.visit = 0 THEN p.case_due_at ELSE v.due_at END", &NamedTask::due_at),
      given("coalesce(v.paused, false)", &NamedTask::paused), given("o.stuck", &NamedTask::stuck));
  static const auto sql = each<kTask>(
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
      " SELECT {}"
      " FROM once o JOIN permit p ON p.id = o.permit"
      " LEFT JOIN visit v ON v.permit = o.permit AND v.id = o.visit"
      " WHERE CASE WHEN o.visit = 0 THEN p.case_closed_at IS NULL"
      "   ELSE v.closed_at IS NULL AND NOT v.undone END ORDER BY 1, 2, 3");
  return pipeline.add(sql, pg::bigint_array(ids_of(stuck)), pg::text_array(recipients),
                      pg::bigint_array(permits), pg::array(pg::Type::integer, visits));
}

void add_give_way(pg::Pipeline& pipeline, const std::vector<StuckMessage>& stuck) {
  pipeline.add(
      "UPDATE message SET state = 'failed', reason = 'superseded', lease_until = NULL"
      " WHERE id = ANY($1::bigint[]) AND state IS NOT DISTINCT FROM 'queued'",
      pg::bigint_array(ids_of(stuck)));
}

}  // namespace tenggat::store
