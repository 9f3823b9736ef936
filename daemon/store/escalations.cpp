#include "daemon/store/escalations.h"

#include <fmt/format.h>

#include "daemon/store/columns.h"
#include "daemon/store/event_codec.h"
#include "daemon/store/notice_table.h"

namespace tenggat::store {

inline auto parts_of(AnsweredEvent& answered) { return std::tie(answered, answered.event); }

Ids add_find_raised(pg::Pipeline& pipeline, const RaisedQuery& query) {
  // Each part is read in the order of its index, and no further than the page needs. Of what was
  // asked for lately, the latest five hundred of the whole office.
  static const std::string parts =
      "WITH late AS (SELECT v.permit, v.due_at AS at FROM unnest($1::text[]) AS r(role)"
      "   CROSS JOIN LATERAL (SELECT permit, due_at FROM visit WHERE role = r.role"
      "     AND closed_at IS NULL AND NOT undone AND permit > 0 AND due_at < $2::timestamptz"
      "     ORDER BY due_at, permit LIMIT $3::int) v),"
      " asked AS (SELECT g.permit, g.raised_at AS at FROM (SELECT permit, visit, raised_at"
      "     FROM raised_rung WHERE rung = 'escalated' ORDER BY raised_at DESC LIMIT 500) g"
      "   JOIN visit v ON v.permit = g.permit AND v.id = g.visit AND v.closed_at IS NULL"
      "     AND NOT v.undone AND v.role = ANY($1::text[])),"
      " late_case AS (SELECT id AS permit, case_due_soon_at AS at FROM permit"
      "   WHERE case_closed_at IS NULL AND state = 'active' AND case_due_soon_at <= $2::timestamptz"
      "   AND id > 0 ORDER BY case_due_soon_at LIMIT $3::int)";
  static const std::string early =
      ", early AS (SELECT v.permit, v.due_at AS at FROM visit v WHERE v.role = ANY($1::text[])"
      "   AND v.closed_at IS NULL AND NOT v.undone AND v.permit > 0 AND v.due_at >= $2::timestamptz"
      "   AND EXISTS (SELECT FROM raised_rung g WHERE g.permit = v.permit AND g.visit = v.id"
      "     AND g.rung = ANY($4::text[])) ORDER BY v.due_at LIMIT $3::int)";
  static const auto found = [](const std::string& more, const char* of_more) {
    return values<std::int64_t>(
        parts + more +
        " SELECT permit FROM (SELECT * FROM late UNION ALL SELECT * FROM asked"
        "   UNION ALL SELECT * FROM late_case" +
        of_more + ") u GROUP BY permit ORDER BY min(at), permit LIMIT $3::int");
  };
  static const auto usual = found("", "");
  static const auto with_early = found(early, " UNION ALL SELECT * FROM early");
  if (query.early_rungs.empty())
    return pipeline.add(usual, pg::text_array(query.roles), query.now, query.limit);
  return pipeline.add(with_early, pg::text_array(query.roles), query.now, query.limit,
                      pg::text_array(query.early_rungs));
}

pg::Slot<std::vector<ToldOfficer>> add_told_officers(pg::Pipeline& pipeline,
                                                     const std::vector<std::int64_t>& permits) {
  static constexpr auto kTold = columns(
      given("n.permit", &ToldOfficer::permit), given("n.visit", &ToldOfficer::visit),
      given("n.kind", &ToldOfficer::kind), given("n.k", &ToldOfficer::k),
      given("n.cause", &ToldOfficer::cause), given("n.audience", &ToldOfficer::audience),
      given("n.addressee", &ToldOfficer::addressee), given("n.raised_at", &ToldOfficer::raised_at),
      given("n.state", &ToldOfficer::notice_state),
      given("n.state_reason", &ToldOfficer::state_reason),
      given("coalesce(m.recipient, '')", &ToldOfficer::recipient),
      given("coalesce(m.channel, '')", &ToldOfficer::channel),
      given("coalesce(m.state, '')", &ToldOfficer::message_state),
      given("m.rendered_at", &ToldOfficer::rendered_at),
      given("m.accepted_at", &ToldOfficer::accepted_at),
      given("m.delivered_at", &ToldOfficer::delivered_at),
      given("m.read_at", &ToldOfficer::read_at));
  static const auto sql = each<kTold>(
      "SELECT {} FROM notice n LEFT JOIN LATERAL (SELECT DISTINCT ON (m.recipient) m.*"
      "   FROM message_notice l JOIN message m ON m.id = l.message WHERE l.notice = n.id"
      "   ORDER BY m.recipient, m.id DESC) m ON true"
      " WHERE n.permit = ANY($1::bigint[]) AND n.audience IN ('holder', 'superior')"
      " ORDER BY n.raised_at, n.id, m.id");
  return pipeline.add(sql, pg::bigint_array(permits));
}

pg::Slot<std::vector<AnsweredEvent>> add_find_answered(pg::Pipeline& pipeline,
                                                       const std::string& officer, Instant since,
                                                       int limit) {
  static constexpr auto kAnswered =
      columns(given("permit", &AnsweredEvent::permit), given("sequence", &EventHead::sequence),
              given("visit", &EventHead::visit), given("actor", &EventHead::actor),
              given("at", &EventHead::at), given("type", &StoredEvent::type),
              given("fields::text", &StoredEvent::fields_json));
  // As the index has them.
  static const auto sql = each<kAnswered, AnsweredEvent>(fmt::format(
      "SELECT {{}} FROM event WHERE actor = $1 AND type IN ('{}', '{}', '{}')"
      " AND at >= $2::timestamptz AND permit > 0 ORDER BY at DESC, permit DESC, sequence DESC"
      " LIMIT $3::int",
      type_of(Assigned{}), type_of(Directed{}), type_of(Responded{})));
  return pipeline.add(sql, "officer:" + officer, since, limit);
}

pg::Slot<std::vector<PermitTitle>> add_titles(pg::Pipeline& pipeline,
                                              const std::vector<std::int64_t>& permits) {
  static constexpr auto kTitle =
      columns(given("id", &PermitTitle::permit), given("number", &PermitTitle::number),
              given("subject", &PermitTitle::subject));
  static const auto sql = each<kTitle>("SELECT {} FROM permit WHERE id = ANY($1::bigint[])");
  return pipeline.add(sql, pg::bigint_array(permits));
}

Ids add_find_held(pg::Pipeline& pipeline, const std::string& officer, int limit) {
  static const auto sql = values<std::int64_t>(
      "SELECT permit FROM visit WHERE assignee = $1 AND closed_at IS NULL AND NOT undone"
      " AND assignee <> '' AND permit > 0 GROUP BY permit ORDER BY min(due_at) NULLS LAST, permit"
      " LIMIT $2::int");
  return pipeline.add(sql, officer, limit);
}

Ids add_find_unclaimed(pg::Pipeline& pipeline, const std::string& role, int limit) {
  static const auto sql = values<std::int64_t>(
      "SELECT permit FROM (SELECT permit, due_at FROM visit WHERE role = $1 AND closed_at IS NULL"
      "   AND NOT undone AND assignee = '' AND permit > 0 ORDER BY due_at, permit LIMIT $2::int) v"
      " GROUP BY permit ORDER BY min(due_at) NULLS LAST, permit");
  return pipeline.add(sql, role, limit);
}

}  // namespace tenggat::store
