#include "daemon/store/inbox.h"

#include "daemon/store/permit_tables.h"

namespace tenggat::store {
namespace {

constexpr int kNarrowedAmong = 1000, kClosedLookedAt = 2000;

constexpr const char* kOpen = " closed_at IS NULL AND NOT undone AND permit > 0";
constexpr const char* kOfService = " AND (SELECT p.sop FROM permit p WHERE p.id = v.permit) = $5";
constexpr const char* kNarrowed =
    " ($6 = '' OR v.step = $6) AND CASE $7"
    "   WHEN 'late' THEN v.due_at < office_now() AND NOT v.paused"
    "   WHEN 'paused' THEN v.paused WHEN 'obstacle' THEN v.acknowledged IS NOT NULL"
    "   WHEN 'refusal' THEN (SELECT p.outcome FROM permit p WHERE p.id = v.permit) = 'refusal'"
    "   WHEN 'back' THEN v.occurrence > 1 OR EXISTS (SELECT FROM pause p WHERE p.permit = v.permit"
    "     AND p.visit = v.id AND p.to_at IS NOT NULL) ELSE true END";

// In the order of the role's index; what narrows is looked up visit by visit, until there are
// enough.
std::string desk_sql(bool of_service, bool narrowed) {
  const std::string service = of_service ? kOfService : " AND $5 = ''";
  const std::string narrow =
      narrowed ? std::string(" WHERE") + kNarrowed : " WHERE $6 = '' AND $7 = '' AND $8::int > 0";
  const std::string own = narrowed ? std::string(" AND") + kNarrowed : "";
  return std::string(
             "SELECT permit FROM ((SELECT permit, due_at FROM visit v WHERE v.assignee = $1"
             "   AND v.assignee <> '' AND") +
         kOpen + service + own +
         "   ORDER BY due_at, permit LIMIT $3::int)"
         " UNION ALL SELECT v.permit, v.due_at FROM unnest($2::text[]) AS r(role)"
         " CROSS JOIN LATERAL (SELECT v.permit, v.due_at FROM (SELECT permit, id, step, occurrence,"
         "     due_at, paused, acknowledged FROM visit v WHERE v.role = r.role AND" +
         kOpen + service + "     ORDER BY due_at, permit LIMIT " +
         (narrowed ? "$8::int" : "$4::int") + ") v" + narrow +
         "   ORDER BY v.due_at, v.permit LIMIT $4::int) v) AS t"
         " GROUP BY permit ORDER BY min(due_at) NULLS LAST, permit LIMIT $3::int + $4::int";
}

std::string_view word_of(DeskFilter::Seen seen) {
  switch (seen) {
    case DeskFilter::Seen::back:
      return "back";
    case DeskFilter::Seen::late:
      return "late";
    case DeskFilter::Seen::refusal:
      return "refusal";
    case DeskFilter::Seen::obstacle:
      return "obstacle";
    case DeskFilter::Seen::paused:
      return "paused";
    case DeskFilter::Seen::all:
      break;
  }
  return "";
}

}  // namespace

Ids add_find_desk(pg::Pipeline& pipeline, const DeskQuery& query) {
  using Sql = pg::Query<std::vector<std::int64_t>>;
  static const Sql all = values<std::int64_t>(desk_sql(false, false)),
                   of_service = values<std::int64_t>(desk_sql(true, false)),
                   narrowed = values<std::int64_t>(desk_sql(false, true)),
                   both = values<std::int64_t>(desk_sql(true, true));
  const DeskFilter& filter = query.filter;
  const bool narrows = !filter.step.empty() || filter.seen != DeskFilter::Seen::all;
  const Sql& sql =
      narrows ? (filter.sop.empty() ? narrowed : both) : (filter.sop.empty() ? all : of_service);
  return pipeline.add(sql, query.officer, pg::text_array(query.roles), query.own, query.limit,
                      filter.sop, filter.step, word_of(filter.seen), kNarrowedAmong);
}

// By the index of what is closed: the latest of the whole office are looked at.
pg::Slot<DoneCount> add_count_done(pg::Pipeline& pipeline, const std::string& officer,
                                   Instant since) {
  static constexpr auto kDone =
      columns(given("count(verdict) FILTER (WHERE own)", &DoneCount::closed),
              given("count(*) FILTER (WHERE own AND verdict = 'met')", &DoneCount::met),
              given("count(*) < $3::int", &DoneCount::whole));
  static const auto sql = only<kDone>(
      "SELECT {} FROM (SELECT verdict, closed_by = $1 AND NOT undone AND permit > 0 AS own FROM "
      "visit"
      " WHERE closed_at >= $2::timestamptz ORDER BY closed_at DESC LIMIT $3::int) v");
  return pipeline.add(sql, officer, since, kClosedLookedAt);
}

pg::Slot<std::vector<StoredNote>> add_reasons(pg::Pipeline& pipeline,
                                              const std::vector<std::int64_t>& permits) {
  static const auto sql = each<kNote>(
      "SELECT {} FROM note WHERE permit = ANY($1::bigint[])"
      " AND kind IN ('note', 'deficiency', 'pause', 'obstacle', 'directive') ORDER BY permit, "
      "event, id");
  return pipeline.add(sql, pg::bigint_array(permits));
}

}  // namespace tenggat::store
