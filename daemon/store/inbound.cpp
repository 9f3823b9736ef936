#include "daemon/store/inbound.h"

#include "daemon/store/columns.h"

namespace tenggat::store {

Ids add_find_by_whatsapp(pg::Pipeline& pipeline, const std::string& number, int limit) {
  // An applicant has the id of their permit.
  static const auto sql = values<std::int64_t>(
      "SELECT p.id FROM applicant a JOIN permit p ON p.id = a.id WHERE a.whatsapp = $1"
      " AND a.whatsapp <> '' AND p.state IN ('active', 'returned') AND p.id > 0"
      " ORDER BY p.changed_at DESC, p.id LIMIT $2::int");
  return pipeline.add(sql, number, limit);
}

pg::Slot<InboundTurn> add_inbound_turn(pg::Pipeline& pipeline, const std::string& number,
                                       bool known) {
  static constexpr auto kTurn =
      columns(given("kept", &InboundTurn::kept), given("answer_due", &InboundTurn::answer_due),
              given("(SELECT count FROM strangers)", &InboundTurn::strangers));
  static const auto sql = only<kTurn>(
      "WITH strangers AS (SELECT count(*) AS count FROM inbound_number WHERE NOT known"
      "   AND answered_at > office_now() - interval '1 hour')"
      " INSERT INTO inbound_number AS i (number, known, since, kept, answered_at, answer_due)"
      " VALUES ($1, $2::boolean, office_now(), 1, office_now(), true)"
      " ON CONFLICT (number) DO UPDATE SET known = excluded.known,"
      "   kept = CASE WHEN i.since <= excluded.since - interval '1 day' THEN 1 ELSE i.kept + 1 END,"
      "   since = CASE WHEN i.since <= excluded.since - interval '1 day' THEN excluded.since"
      "     ELSE i.since END,"
      "   answer_due = i.answered_at <= excluded.answered_at - interval '1 day',"
      "   answered_at = CASE WHEN i.answered_at <= excluded.answered_at - interval '1 day'"
      "     THEN excluded.answered_at ELSE i.answered_at END"
      " RETURNING {}");
  return pipeline.add(sql, number, known);
}

void add_forget_inbound(pg::Pipeline& pipeline) {
  pipeline.add(
      "DELETE FROM inbound_number WHERE greatest(since, answered_at) < office_now() - interval '2 "
      "days'");
}

}  // namespace tenggat::store
