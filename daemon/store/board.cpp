#include "daemon/store/board.h"

#include <map>

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"
#include "daemon/store/office_chain.h"

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

constexpr const char* kLateOpen =
    "SELECT id FROM permit WHERE sop = $1 AND state IN ('active', 'returned')"
    " AND case_closed_at IS NULL AND case_due_at < " TENGGAT_NOW
    " ORDER BY case_due_at, id LIMIT $2::int";

// The likeliest first.
constexpr const char* kAtRisk =
    "SELECT f.permit FROM forecast f JOIN permit p ON p.id = f.permit"
    " AND p.state IN ('active', 'returned') AND p.case_closed_at IS NULL"
    " AND (p.case_due_at IS NULL OR p.case_due_at >= " TENGGAT_NOW
    ") WHERE f.sop = $1 AND f.missed >= 500 AND f.seconds_left >= 0"
    " ORDER BY f.missed DESC, p.case_due_at, f.permit LIMIT $2::int";

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
  static const auto at_risk = values<std::int64_t>(kAtRisk);
  if (list.which == "at_risk") return pipeline.add(at_risk, period.sop, limit);
  static const auto late_open = values<std::int64_t>(kLateOpen);
  if (list.which == "late_open") return pipeline.add(late_open, period.sop, limit);
  if (list.which == "legal_passed") return pipeline.add(legal_passed, period.sop, limit);
  return pipeline.add(statements.at(list.which), pg::text_array(list.roles), period.sop, list.step,
                      limit);
}

pg::Awaitable<bool> add_kiosk_link(pg::Connection& connection, By by, NewKioskLink link) {
  struct Now {
    bool there = false;
    std::int64_t live = 0, next = 0;
  };
  static constexpr auto kNow =
      columns(given("EXISTS (SELECT FROM kiosk_link WHERE hash = $1::bytea AND revoked_at IS NULL)",
                    &Now::there),
              given("(SELECT count(*) FROM kiosk_link WHERE revoked_at IS NULL)", &Now::live),
              given("nextval(pg_get_serial_sequence('kiosk_link', 'id'))", &Now::next));
  static const auto sql = only<kNow>("SELECT {}");
  OfficeChanging changing(connection, by);
  pg::Pipeline reading;
  const auto slot = reading.add(sql, pg::bytea(sha256(link.secret)));
  const pg::Results found = co_await changing.begin(std::move(reading));
  const Now now = found[slot];
  if (now.there || now.live >= kKiosksAtMost) {
    co_await changing.leave();
    co_return now.there;
  }
  pg::Pipeline writes;
  writes.add(
      "INSERT INTO kiosk_link (id, hash, name, created_by) OVERRIDING SYSTEM VALUE"
      " VALUES ($1::bigint, $2::bytea, $3, $4)",
      now.next, pg::bytea(sha256(link.secret)), link.name, by.name());
  OfficeEvent event{OfficeKind::screen_added, std::to_string(now.next), {}};
  event.add(OfficeValue::place, link.name);
  co_await changing.commit(std::move(writes), std::move(event));
  co_return true;
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

pg::Awaitable<bool> revoke_kiosk_link(pg::Connection& connection, By by, std::int64_t id) {
  static const auto sql = maybe_value<std::string>(
      "SELECT name FROM kiosk_link WHERE id = $1::bigint AND revoked_at IS NULL");
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto slot = reading.add(sql, id);
  const pg::Results found = co_await changing.begin(std::move(reading));
  const std::optional<std::string> name = found[slot];
  if (!name) {
    co_await changing.leave();
    co_return false;
  }
  pg::Pipeline writes;
  writes.add("UPDATE kiosk_link SET revoked_at = clock_timestamp() WHERE id = $1::bigint", id);
  OfficeEvent event{OfficeKind::screen_revoked, std::to_string(id), {}};
  event.take(OfficeValue::place, *name);
  co_await changing.commit(std::move(writes), std::move(event));
  co_return true;
}

}  // namespace tenggat::store
