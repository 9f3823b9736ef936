#include "daemon/store/inbox.h"

#include "daemon/store/permit_tables.h"

namespace tenggat::store {
namespace {

constexpr int kNarrowedAmong = 1000, kDoneCounted = 1000;

constexpr const char* kOpen = " closed_at IS NULL AND NOT undone AND permit > 0";
constexpr const char* kOfService = " AND (SELECT p.sop FROM permit p WHERE p.id = v.permit) = $5";
constexpr const char* kNarrowed =
    " ($6 = '' OR v.step = $6) AND CASE $7"
    "   WHEN 'late' THEN v.due_at < office_now() AND NOT v.paused"
    "   WHEN 'paused' THEN v.paused WHEN 'obstacle' THEN v.acknowledged IS NOT NULL"
    "   WHEN 'risk' THEN EXISTS (SELECT FROM forecast f WHERE f.permit = v.permit"
    "     AND f.missed >= 500 AND f.seconds_left >= 0)"
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
    case DeskFilter::Seen::risk:
      return "risk";
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

pg::Slot<std::vector<DonePlace>> add_find_done(pg::Pipeline& pipeline, const DoneQuery& query) {
  static constexpr auto kPlace =
      columns(given("closed_at", &DonePlace::at), given("permit", &DonePlace::permit),
              given("id", &DonePlace::visit));
  static const auto sql = each<kPlace>(
      "SELECT {} FROM visit WHERE closed_by = $1 AND closed_by <> '' AND closed_at IS NOT NULL"
      " AND closed_at > coalesce($2::timestamptz, '-infinity') AND NOT undone AND permit > 0"
      " AND standard IS NOT NULL AND (closed_at, permit, id)"
      "   < (coalesce($3::timestamptz, 'infinity'), $4::bigint, $5::int)"
      " ORDER BY closed_at DESC, permit DESC, id DESC LIMIT $6::int");
  const std::optional<Instant> before =
      query.before ? std::optional(query.before->at) : std::nullopt;
  return pipeline.add(sql, query.officer, query.since, before,
                      query.before ? query.before->permit : 0,
                      query.before ? query.before->visit : 0, query.limit);
}

std::string press_part(std::int64_t permit, std::string_view step, std::string_view action) {
  return fmt::format(" {}|{}|{}", permit, step, action);
}

// A key is "halaman ", the form's own, and the part. A session's keys stand under its id, negative.
pg::Slot<std::vector<Pressed>> add_find_presses(pg::Pipeline& pipeline, const std::string& officer,
                                                const std::vector<std::int64_t>& permits) {
  static constexpr auto kPressed =
      columns(given("k.part[1]::bigint", &Pressed::permit), given("k.part[2]", &Pressed::step),
              given("k.part[3]", &Pressed::action), given("k.press", &Pressed::press));
  static const auto sql = each<kPressed>(
      "SELECT DISTINCT ON (k.part) {} FROM (SELECT split_part(i.key, ' ', 2) AS press,"
      "     string_to_array(split_part(i.key, ' ', 3), '|') AS part, i.created_at"
      "   FROM session s JOIN idempotency i ON i.token = -s.id AND i.key LIKE 'halaman % %|%|%'"
      "   WHERE s.officer = $1) k"
      " WHERE k.part[1] = ANY($2::text[]) ORDER BY k.part, k.created_at DESC");
  std::vector<std::string> ids;
  for (const std::int64_t id : permits) ids.push_back(std::to_string(id));
  return pipeline.add(sql, officer, pg::text_array(ids));
}

// Ordered as the index of what an officer closed: else that of what the office closed is taken.
pg::Slot<DoneCount> add_count_done(pg::Pipeline& pipeline, const std::string& officer,
                                   Instant since) {
  static constexpr auto kDone =
      columns(given("count(verdict) FILTER (WHERE whole)", &DoneCount::closed),
              given("count(*) FILTER (WHERE whole AND verdict = 'met')", &DoneCount::met));
  static const auto sql = only<kDone>(
      "SELECT {} FROM (SELECT verdict, count(*) OVER () < $3::int AS whole FROM (SELECT verdict"
      "   FROM visit WHERE closed_by = $1 AND closed_by <> '' AND closed_at IS NOT NULL"
      "     AND closed_at >= $2::timestamptz AND NOT undone AND permit > 0"
      "   ORDER BY closed_at DESC, permit DESC, id DESC LIMIT $3::int) latest) v");
  return pipeline.add(sql, officer, since, kDoneCounted);
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
