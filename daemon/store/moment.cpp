#include "daemon/store/moment.h"

namespace tenggat::store {

const char* const kMomentSql =
    "SELECT office_now(), clock_timestamp(), coalesce(c.speed, 1)::text, c.start_at IS NOT NULL,"
    " max(m.version) FILTER (WHERE m.name = 'people'),"
    " max(m.version) FILTER (WHERE m.name = 'rules'),"
    " max(m.version) FILTER (WHERE m.name = 'tokens')"
    " FROM change_mark m LEFT JOIN simulated_clock c ON true GROUP BY c.speed, c.start_at";

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
