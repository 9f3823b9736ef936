#include "daemon/store/moment.h"

#include "daemon/pg/schema.h"
#include "daemon/store/columns.h"
#include "daemon/store/migrations.h"

namespace tenggat::store {
namespace {

// A version that this program carries, else nothing more of the row is read.
struct CarriedVersion : Codec<std::optional<std::int64_t>> {
  static std::optional<std::int64_t> get(const pg::Result& r, int row, int column) {
    const auto version = r.optional_int64(row, column);
    pg::refuse_newer_schema(version.value_or(0), newest_version());
    return version;
  }
};

struct MomentRow {
  std::optional<std::int64_t> schema;
  Moment moment;
};
constexpr auto kMomentRow = columns(
    given<CarriedVersion>("(SELECT max(version)::bigint FROM schema_migration)",
                          &MomentRow::schema),
    given("office_time(c.start_at, c.speed, c.anchor_at)", &MomentRow::moment, &Moment::now),
    given("clock_timestamp()", &MomentRow::moment, &Moment::machine),
    given("coalesce(c.speed, 1)::text", &MomentRow::moment, &Moment::speed),
    given("c.start_at IS NOT NULL", &MomentRow::moment, &Moment::simulated),
    given("m.people", &MomentRow::moment, &Moment::people_mark),
    given("m.rules", &MomentRow::moment, &Moment::rules_mark),
    given("m.tokens", &MomentRow::moment, &Moment::tokens_mark));

}  // namespace

const pg::Query<Moment> kMoment{
    kMomentRow.shape().in(
        "SELECT {} FROM (SELECT max(version) FILTER (WHERE name = 'people') AS people,"
        "   max(version) FILTER (WHERE name = 'rules') AS rules,"
        "   max(version) FILTER (WHERE name = 'tokens') AS tokens FROM change_mark) m"
        " LEFT JOIN simulated_clock c ON true"),
    [](const pg::Result& r) { return row_at<kMomentRow>(r, 0).moment; }};

pg::Slot<std::optional<std::int64_t>> add_schema(pg::Pipeline& pipeline) {
  static const auto sql =
      value<std::optional<std::int64_t>, CarriedVersion>(pg::kSchemaVersion.sql);
  return pipeline.add(sql);
}

}  // namespace tenggat::store
