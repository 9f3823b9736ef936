#include "daemon/store/board.h"

#include <map>

#include "daemon/store/hash.h"
#include "daemon/store/rows.h"

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

#undef TENGGAT_NOW

std::map<std::string, std::string> visit_statements() {
  std::map<std::string, std::string> all;
  for (const auto& [which, condition] : kOfVisits)
    all[which] =
        "SELECT x.permit FROM unnest($1::text[]) AS r(role) CROSS JOIN LATERAL ("
        " SELECT v.permit, v.due_at FROM visit v JOIN permit p ON p.id = v.permit AND p.sop = $2"
        " WHERE v.role = r.role AND ($3 = '' OR v.step = $3) AND v.closed_at IS NULL"
        " AND NOT v.undone AND " +
        condition +
        " ORDER BY v.due_at, v.permit LIMIT $4::int) x"
        " ORDER BY x.due_at NULLS LAST, x.permit LIMIT $4::int";
  return all;
}

}  // namespace

void add_board_list(pg::Pipeline& pipeline, const BoardList& list) {
  static const std::map<std::string, std::string> statements = visit_statements();
  const CivilPeriod& period = list.period;
  const int limit = list.limit + 1;
  if (list.which == "due_today")
    pipeline.add(kDueToday, period.sop, period.day_start, period.day_end, limit);
  else if (list.which == "legal_risk")
    pipeline.add(kLegalRisk, period.sop, limit);
  else
    pipeline.add(statements.at(list.which), pg::text_array(list.roles), period.sop, list.step,
                 limit);
}

pg::Awaitable<bool> add_kiosk_link(pg::Connection& connection, NewKioskLink link) {
  const pg::Result result = co_await connection.query(
      "WITH added AS (INSERT INTO kiosk_link (hash, name, created_by) SELECT $1::bytea, $2, $3"
      "   WHERE (SELECT count(*) FROM kiosk_link WHERE revoked_at IS NULL) < $4::int"
      "   ON CONFLICT (hash) DO NOTHING RETURNING 1)"
      " SELECT EXISTS (SELECT FROM added)"
      "   OR EXISTS (SELECT FROM kiosk_link WHERE hash = $1::bytea AND revoked_at IS NULL)",
      pg::bytea(sha256(link.secret)), link.name, link.created_by, kKiosksAtMost);
  co_return result.boolean(0, 0);
}

std::size_t add_find_kiosk(pg::Pipeline& pipeline, const std::string& secret) {
  return pipeline.add("SELECT 1 FROM kiosk_link WHERE hash = $1::bytea AND revoked_at IS NULL",
                      pg::bytea(sha256(secret)));
}

std::size_t add_kiosk_links(pg::Pipeline& pipeline) {
  return pipeline.add(
      "SELECT id, name, created_by, created_at FROM kiosk_link WHERE revoked_at IS NULL"
      " ORDER BY id DESC");
}

std::vector<KioskLink> kiosk_links_of(const pg::Result& r) {
  std::vector<KioskLink> links;
  for (int row = 0; row < r.rows(); ++row)
    links.push_back({r.int64(row, 0), text_at(r, row, 1), text_at(r, row, 2), r.instant(row, 3)});
  return links;
}

pg::Awaitable<bool> revoke_kiosk_link(pg::Connection& connection, std::int64_t id) {
  const pg::Result revoked = co_await connection.query(
      "UPDATE kiosk_link SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL",
      id);
  co_return revoked.affected_rows() == 1;
}

}  // namespace tenggat::store
