#include <charconv>
#include <limits>

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"
#include "daemon/store/sought.h"

namespace tenggat::store {
namespace {

// One text for every filter but two: an empty one asks nothing. The status is compared with the
// office's clock here exactly as the core does: late is after the due instant, soon is from its
// own.
const std::string kSearch =
    "SELECT p.id FROM permit p CROSS JOIN (SELECT date_trunc('second', office_now()) AS now) t"
    " WHERE ($1 = '' OR p.sop = $1) AND ($2 = '' OR p.state = $2)"
    " AND ($3 = '' OR EXISTS (SELECT 1 FROM visit v WHERE v.permit = p.id AND v.step = $3"
    "   AND v.closed_at IS NULL AND NOT v.undone))"
    " AND ($4 = '' OR EXISTS (SELECT 1 FROM visit v WHERE v.permit = p.id AND v.role = $4"
    "   AND v.closed_at IS NULL AND NOT v.undone))"
    " AND ($5 = '' OR CASE WHEN $5 IN ('met', 'missed') THEN p.case_verdict = $5 ELSE EXISTS ("
    "   SELECT 1 FROM visit v WHERE v.permit = p.id AND v.closed_at IS NULL AND NOT v.undone"
    "   AND CASE WHEN v.paused THEN 'paused' WHEN v.due_at IS NULL THEN ''"
    "     WHEN v.due_at < t.now THEN 'overdue' WHEN v.due_soon_at <= t.now THEN 'due_soon'"
    "     ELSE 'on_track' END = $5) END)"
    " AND ($7 = '' OR p.external_id = $7)"
    " AND ($8::timestamptz IS NULL OR p.changed_at > $8)"
    " AND ($9 = '' OR p.created_by = $9) AND p.id > greatest($10::bigint, 0)";
// The events know which few permits have changed lately. The upper bound bounds nothing: it lets
// PostgreSQL expect few also in a plan made for any $8.
constexpr const char* kChangedLately =
    " AND p.id IN (SELECT permit FROM event WHERE at > $8 AND at < 'infinity')";
// Each of the three has an index of its own. An applicant has the id of their permit.
constexpr const char* kHolding =
    " AND p.id IN (SELECT id FROM permit WHERE number ILIKE $6"
    "   UNION ALL SELECT id FROM permit WHERE subject ILIKE $6"
    "   UNION ALL SELECT id FROM applicant WHERE name ILIKE $6)";
// The same where nothing else is asked: each index is read for no more than the page needs.
constexpr const char* kFirstHolding =
    " AND p.id IN ((SELECT id FROM permit WHERE number ILIKE $6 AND id > $10::bigint"
    "     ORDER BY id LIMIT $11::int)"
    "   UNION ALL (SELECT id FROM permit WHERE subject ILIKE $6 AND id > $10::bigint"
    "     ORDER BY id LIMIT $11::int)"
    "   UNION ALL (SELECT id FROM applicant WHERE name ILIKE $6 AND id > $10::bigint"
    "     ORDER BY id LIMIT $11::int))";
constexpr const char* kHoldingAnything = " AND $6 = ''";
constexpr const char* kSearchPage = " ORDER BY p.id LIMIT $11::int";

using IdsQuery = pg::Query<std::vector<std::int64_t>>;

const IdsQuery& search_sql(const PermitFilter& filter) {
  static const auto sql = [](const auto&... more) {
    return values<std::int64_t>((kSearch + ... + std::string(more)) + kSearchPage);
  };
  static const IdsQuery any = sql(kHoldingAnything);
  static const IdsQuery recent = sql(kHoldingAnything, kChangedLately);
  static const IdsQuery holding = sql(kHolding);
  static const IdsQuery recent_holding = sql(kHolding, kChangedLately);
  static const IdsQuery first_holding = sql(kFirstHolding);
  if (filter.q.empty()) return filter.updated_after ? recent : any;
  if (filter.updated_after) return recent_holding;
  const bool alone = filter.sop.empty() && filter.state.empty() && filter.step.empty() &&
                     filter.role.empty() && filter.sla.empty() && filter.external_id.empty() &&
                     filter.created_by.empty();
  return alone ? first_holding : holding;
}

// The text is matched as it stands: its wildcards are not ours.
std::string holding(std::string_view words) {
  std::string like;
  for (const char c : words) {
    if (c == '%' || c == '_' || c == '\\') like += '\\';
    like += c;
  }
  return like.empty() ? like : '%' + like + '%';
}

// Each index is read for no more than the page needs. No bound is put to the id that its own index
// could look for: a plan made for any words would read all of them by it. So each search is planned
// for its words: rare ones by their index, common ones by the newest ids.
std::string sought_sql(bool of_service) {
  std::string all;
  const auto add = [&](const char* table, const char* id, const char* where) {
    all += fmt::format(
        "{}(SELECT {} AS id FROM {} t WHERE {} AND {} + 0 > 0 AND {} + 0 < $3::bigint{}"
        " ORDER BY {} DESC LIMIT $4::int)",
        all.empty() ? "" : " UNION ", id, table, where, id, id,
        of_service ? fmt::format(" AND (SELECT sop FROM permit p WHERE p.id = t.{}) = $5", id) : "",
        id);
  };
  add("permit", "id", "number ILIKE $1");
  add("permit", "id", "subject ILIKE $1");
  add("applicant", "id", "name ILIKE $1");
  add("applicant", "id", "whatsapp = $2 AND whatsapp <> ''");
  add("document", "permit", "number ILIKE $1 AND number <> ''");
  return "SELECT id FROM (" + all + ") AS found" + (of_service ? "" : " WHERE $5 = ''") +
         " ORDER BY id DESC LIMIT $4::int";
}

}  // namespace

Ids add_find_sought(pg::Pipeline& pipeline, const Sought& sought) {
  static const IdsQuery all = values<std::int64_t>(sought_sql(false)),
                        of_service = values<std::int64_t>(sought_sql(true)),
                        whole_service = values<std::int64_t>(
                            "SELECT id FROM permit WHERE sop = $1 AND id > 0 AND id < $2::bigint"
                            " ORDER BY id DESC LIMIT $3::int");
  const std::int64_t before = sought.before.value_or(std::numeric_limits<std::int64_t>::max());
  if (sought.words.empty())
    return pipeline.add(whole_service, sought.sop, before, sought.limit + 1);
  return pipeline.add(sought.sop.empty() ? all : of_service, holding(sought.words), sought.phone,
                      before, sought.limit + 1, sought.sop);
}

Ids add_search(pg::Pipeline& pipeline, const PermitFilter& filter) {
  const std::string like = holding(filter.q);
  return pipeline.add(search_sql(filter), filter.sop, filter.state, filter.step, filter.role,
                      filter.sla, like, filter.external_id, filter.updated_after, filter.created_by,
                      filter.after.value_or(0), filter.limit + 1);
}

pg::Slot<std::optional<std::int64_t>> add_find_by_number(pg::Pipeline& pipeline,
                                                         const std::string& named) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(named.data(), named.data() + named.size(), id);
  if (error != std::errc() || end != named.data() + named.size()) id = 0;
  static const auto sql = maybe_value<std::int64_t>(
      "SELECT id FROM permit WHERE (id = $1::bigint OR number = $2) AND id > 0"
      " ORDER BY (id = $1::bigint) DESC LIMIT 1");
  return pipeline.add(sql, id, named);
}

pg::Slot<std::vector<std::string>> add_find_numbers(pg::Pipeline& pipeline, const std::string& sop,
                                                    const std::string& pattern, int limit) {
  static const auto sql = values<std::string>(
      "SELECT number FROM permit WHERE sop = $1 AND number ~ $2 ORDER BY id LIMIT $3::int");
  return pipeline.add(sql, sop, "^(?:" + pattern + ")$", limit);
}

pg::Slot<std::optional<std::int64_t>> add_find_by_tracking(pg::Pipeline& pipeline,
                                                           const std::string& seed) {
  static const auto sql =
      maybe_value<std::int64_t>("SELECT id FROM permit WHERE tracking_hash = $1::bytea AND id > 0");
  return pipeline.add(sql, pg::bytea(sha256(seed)));
}

pg::Slot<std::optional<std::int64_t>> add_find_by_former_link(pg::Pipeline& pipeline,
                                                              const std::string& secret) {
  static const auto sql =
      maybe_value<std::int64_t>("SELECT permit FROM former_link WHERE hash = $1::bytea");
  return pipeline.add(sql, pg::bytea(sha256(secret)));
}

pg::Slot<std::optional<std::string>> add_tongue_of(pg::Pipeline& pipeline, std::int64_t permit) {
  static const auto sql = maybe_value<std::string>(
      "SELECT a.tongue FROM permit p JOIN applicant a ON a.id = p.applicant"
      " WHERE p.id = $1::bigint");
  return pipeline.add(sql, permit);
}

pg::Slot<std::vector<TongueOf>> add_tongues_of(pg::Pipeline& pipeline,
                                               const std::vector<std::int64_t>& permits) {
  static constexpr auto kTongue =
      columns(given("p.id", &TongueOf::permit), given("a.tongue", &TongueOf::tongue));
  static const auto sql = each<kTongue>(
      "SELECT {} FROM permit p JOIN applicant a ON a.id = p.applicant"
      " WHERE p.id = ANY ($1::bigint[]) AND a.tongue <> ''");
  return pipeline.add(sql, pg::bigint_array(permits));
}

void add_keep_tongue(pg::Pipeline& pipeline, std::int64_t permit, const std::string& tongue) {
  pipeline.add(
      "UPDATE applicant a SET tongue = $2 FROM permit p WHERE p.id = $1::bigint"
      " AND a.id = p.applicant",
      permit, tongue);
}

pg::Slot<std::optional<LostLink>> add_find_lost_link(pg::Pipeline& pipeline,
                                                     const std::string& number,
                                                     const std::string& address) {
  static constexpr auto kLost = columns(
      given("p.id", &LostLink::permit),
      given("(SELECT count(*) FROM notice n WHERE n.permit = p.id AND n.text = 'tautan_lacak'"
            " AND n.raised_at > office_now() - interval '1 hour')",
            &LostLink::sent_lately));
  static const auto sql = maybe<kLost>(
      "SELECT {} FROM permit p JOIN applicant a ON a.id = p.applicant"
      " WHERE p.number IN ($1, upper($1)) AND p.id > 0 AND $2 <> ''"
      " AND (lower(a.email) = lower($2) OR a.whatsapp = $2)");
  return pipeline.add(sql, number, address);
}

Ids add_find_tasks(pg::Pipeline& pipeline, const std::vector<std::string>& roles, int limit) {
  static const auto sql = values<std::int64_t>(
      // Of each role the first so many, in the order of its index: however many wait there.
      "SELECT permit FROM unnest($1::text[]) AS r(role) CROSS JOIN LATERAL ("
      "   SELECT permit, due_at FROM visit v WHERE v.role = r.role AND closed_at IS NULL"
      "   AND NOT undone AND permit > 0 ORDER BY due_at, permit LIMIT $2::int) v"
      " GROUP BY permit ORDER BY min(due_at) NULLS LAST, permit LIMIT $2::int");
  return pipeline.add(sql, pg::text_array(roles), limit);
}

Ids add_find_calendar_backlog(pg::Pipeline& pipeline, const CalendarBacklog& backlog) {
  static const auto sql = values<std::int64_t>(
      "SELECT id FROM permit WHERE state IN ('active', 'returned') AND sop = ANY($1::text[])"
      " AND calendar_version <> $2 AND id > $3::bigint ORDER BY id LIMIT $4::int");
  return pipeline.add(sql, pg::text_array(backlog.sops), backlog.calendar_version, backlog.after,
                      backlog.limit);
}

Ids add_find_sop_backlog(pg::Pipeline& pipeline, const SopBacklog& backlog) {
  static const auto sql = values<std::int64_t>(
      "SELECT id FROM permit WHERE state IN ('active', 'returned') AND sop = $1"
      " AND sop_version <> $2 AND id > $3::bigint"
      " AND (cardinality($4::text[]) = 0 OR id::text = ANY($4::text[])"
      "   OR number = ANY($4::text[])) ORDER BY id LIMIT $5::int");
  return pipeline.add(sql, backlog.sop, backlog.sop_version, backlog.after,
                      pg::text_array(backlog.permits), backlog.limit);
}

pg::Slot<std::vector<NamedPermit>> add_name_permits(pg::Pipeline& pipeline,
                                                    const std::vector<std::string>& names) {
  static constexpr auto kNamed =
      columns(given("n.name", &NamedPermit::name), given("coalesce(p.sop, '')", &NamedPermit::sop),
              given("coalesce(p.state IN ('active', 'returned'), false)", &NamedPermit::open));
  static const auto sql = each<kNamed>(
      "SELECT {} FROM unnest($1::text[]) WITH ORDINALITY AS n(name, place)"
      " LEFT JOIN permit p ON (p.id::text = n.name OR p.number = n.name) AND p.id > 0"
      " ORDER BY n.place");
  return pipeline.add(sql, pg::text_array(names));
}

}  // namespace tenggat::store
