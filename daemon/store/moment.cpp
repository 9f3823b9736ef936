#include "daemon/store/moment.h"

#include "daemon/pg/schema.h"

namespace tenggat::store {

const char* const kMomentSql =
    "SELECT office_time(c.start_at, c.speed, c.anchor_at), clock_timestamp(),"
    " coalesce(c.speed, 1)::text, c.start_at IS NOT NULL, m.people, m.rules, m.tokens,"
    " (SELECT max(version)::bigint FROM schema_migration)"
    " FROM (SELECT max(version) FILTER (WHERE name = 'people') AS people,"
    "   max(version) FILTER (WHERE name = 'rules') AS rules,"
    "   max(version) FILTER (WHERE name = 'tokens') AS tokens FROM change_mark) m"
    " LEFT JOIN simulated_clock c ON true";

Moment moment_of(const pg::Result& result) {
  pg::refuse_newer_schema(result.optional_int64(0, 7).value_or(0));
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

std::size_t add_schema(pg::Pipeline& pipeline) { return pipeline.add(pg::kSchemaVersionSql); }

void check_schema(const pg::Result& result) {
  pg::refuse_newer_schema(result.optional_int64(0, 0).value_or(0));
}

}  // namespace tenggat::store
