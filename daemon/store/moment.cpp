#include "daemon/store/moment.h"

namespace tenggat::store {

const char* const kMomentSql =
    "SELECT office_time(c.start_at, c.speed, c.anchor_at), clock_timestamp(),"
    " coalesce(c.speed, 1)::text, c.start_at IS NOT NULL, m.people, m.rules, m.tokens"
    " FROM (SELECT max(version) FILTER (WHERE name = 'people') AS people,"
    "   max(version) FILTER (WHERE name = 'rules') AS rules,"
    "   max(version) FILTER (WHERE name = 'tokens') AS tokens FROM change_mark) m"
    " LEFT JOIN simulated_clock c ON true";

Moment moment_of(const pg::Result& result) {
  Moment moment;
  moment.now = result.instant(0, 0);
  moment.machine = result.instant(0, 1);
  moment.speed = std::stod(std::string(result.text(0, 2)));
  moment.simulated = result.boolean(0, 3);
  moment.people_mark = result.int64(0, 4);
  moment.rules_mark = result.int64(0, 5);
  moment.tokens_mark = result.int64(0, 6);
  return moment;
}

}  // namespace tenggat::store
