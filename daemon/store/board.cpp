#include "daemon/store/board.h"

#include <map>

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"

namespace tenggat::store {

namespace {

// Evaluated once a statement.
#define TENGGAT_NOW "(SELECT date_trunc('second', office_now()))"

// The state of a clock is told as add_open_visits() counts it.
const std::map<std::string, std::string> kOfVisits{
    {"", "true"},
    {"active", "p.state = 'active'"},
    {"returned", "p.state = 'returned'"},
    {"overdue", "NOT v.paused AND v.due_at < " TENGGAT_NOW},
    {"due_soon", "NOT v.paused AND v.due_at >= " TENGGAT_NOW " AND v.due_soon_at <= " TENGGAT_NOW},
    {"on_track", "NOT v.paused AND v.due_at >= " TENGGAT_NOW
                 " AND (v.due_soon_at IS NULL OR v.due_soon_at > " TENGGAT_NOW ")"},
    {"paused", "v.paused AND v.due_at IS NULL"},
    {"untimed", "NOT v.paused AND v.due_at IS NULL"}};
constexpr const char* kDueToday =
    "SELECT id FROM permit WHERE sop = $1 AND state = 'active'"
    " AND case_closed_at IS NULL AND case_due_at >= $2::timestamptz AND case_due_at <"
    " $3::timestamptz ORDER BY case_due_at, id LIMIT $4::int";
constexpr const char* kLegalRisk =
    "SELECT id FROM permit WHERE sop = $1 AND state IN ('active', 'returned')"
    " AND case_closed_at IS NULL AND legal_risk_at <= " TENGGAT_NOW
    " ORDER BY case_due_at, id LIMIT $2::int";

constexpr const char* kLegalPassed =
    "SELECT id FROM permit WHERE sop = $1 AND state IN ('active', 'returned')"
    " AND legal_passed_at IS NOT NULL ORDER BY legal_passed_at, id LIMIT $2::int";

#undef TENGGAT_NOW

std::map<std::string, pg::Query<std::vector<std::int64_t>>> visit_statements() {
  std::map<std::string, pg::Query<std::vector<std::int64_t>>> all;
  for (const auto& [which, condition] : kOfVisits)
    all[which] = values<std::int64_t>(
        "SELECT x.permit FROM unnest($1::text[]) AS r(role) CROSS JOIN LATERAL ("
        " SELECT v.permit, v.due_at FROM visit v JOIN permit p ON p.id = v.permit AND p.sop = $2"
        " WHERE v.role = r.role AND ($3 = '' OR v.step = $3) AND v.closed_at IS NULL"
        " AND NOT v.undone AND " +
        condition +
        " ORDER BY v.due_at, v.permit LIMIT $4::int) x"
        " ORDER BY x.due_at NULLS LAST, x.permit LIMIT $4::int");
  return all;
}

}  // namespace

pg::Slot<std::vector<std::int64_t>> add_board_list(pg::Pipeline& pipeline, const BoardList& list) {
  static const auto statements = visit_statements();
  static const auto due_today = values<std::int64_t>(kDueToday);
  static const auto legal_risk = values<std::int64_t>(kLegalRisk);
  static const auto legal_passed = values<std::int64_t>(kLegalPassed);
  const CivilPeriod& period = list.period;
  const int limit = list.limit + 1;
  if (list.which == "due_today")
    return pipeline.add(due_today, period.sop, period.day_start, period.day_end, limit);
  if (list.which == "legal_risk") return pipeline.add(legal_risk, period.sop, limit);
  if (list.which == "legal_passed") return pipeline.add(legal_passed, period.sop, limit);
  return pipeline.add(statements.at(list.which), pg::text_array(list.roles), period.sop, list.step,
                      limit);
}

pg::Awaitable<bool> add_kiosk_link(pg::Connection& connection, NewKioskLink link) {
  static const auto sql = value<bool>(
      "WITH added AS (INSERT INTO kiosk_link (hash, name, created_by) SELECT $1::bytea, $2, $3"
      "   WHERE (SELECT count(*) FROM kiosk_link WHERE revoked_at IS NULL) < $4::int"
      "   ON CONFLICT (hash) DO NOTHING RETURNING 1)"
      " SELECT EXISTS (SELECT FROM added)"
      "   OR EXISTS (SELECT FROM kiosk_link WHERE hash = $1::bytea AND revoked_at IS NULL)");
  co_return co_await connection.query(sql, pg::bytea(sha256(link.secret)), link.name,
                                      link.created_by, kKiosksAtMost);
}

pg::Slot<bool> add_find_kiosk(pg::Pipeline& pipeline, const std::string& secret) {
  static const auto sql =
      any("SELECT 1 FROM kiosk_link WHERE hash = $1::bytea AND revoked_at IS NULL");
  return pipeline.add(sql, pg::bytea(sha256(secret)));
}

pg::Slot<std::vector<KioskLink>> add_kiosk_links(pg::Pipeline& pipeline) {
  static constexpr auto kLink = columns(
      given("id", &KioskLink::id), given("name", &KioskLink::name),
      given("created_by", &KioskLink::created_by), given("created_at", &KioskLink::created_at));
  static const auto sql = each<kLink>(
      "SELECT {} FROM kiosk_link WHERE revoked_at IS NULL"
      " ORDER BY id DESC");
  return pipeline.add(sql);
}

pg::Awaitable<bool> revoke_kiosk_link(pg::Connection& connection, std::int64_t id) {
  static const auto sql = affects_one(
      "UPDATE kiosk_link SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL");
  return connection.query(sql, id);
}

}  // namespace tenggat::store
