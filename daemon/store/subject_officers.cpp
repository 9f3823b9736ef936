#include <fmt/format.h>

#include "daemon/store/columns.h"
#include "daemon/store/office_chain.h"
#include "daemon/store/subjects.h"

namespace tenggat::store {
namespace {

constexpr const char* kOfficerKind = "officer";

// Each table's rows of officer $1, and what of them is a secret or a lease.
struct Part {
  const char *table, *where, *without;
};
constexpr Part kParts[] = {
    {"officer", "t.id = $1", "salt"},
    {"officer_role", "t.officer = $1", ""},
    {"officer_leave", "t.officer = $1", ""},
    {"officer_change", "t.officer = $1", ""},
    {"delegation", "$1 IN (t.from_officer, t.to_officer)", ""},
    {"token", "t.officer = $1", "hash"},
    {"session", "t.officer = $1", "hash"},
    {"sign_in_link", "t.officer = $1", "hash"},
    {"task_view", "t.officer = $1", ""},
    {"kiosk_link", "t.created_by = $1", "hash"},
    {"silence", "t.kind = 'officer' AND t.subject = $1", ""},
    {"message", "t.recipient = 'officer:' || $1", "fence"},
    {"office_event_word",
     "EXISTS (SELECT FROM office_event e WHERE e.sequence = t.event AND e.fields ->> 'about' = $1)",
     ""}};

std::string rows_sql() {
  std::string sql = "SELECT {} FROM (";
  for (const Part& part : kParts)
    sql += fmt::format(
        "SELECT '{0}' AS part, (to_jsonb(t) - '{2}')::text AS json FROM {0} t WHERE {1}"
        " UNION ALL ",
        part.table, part.where, part.without);
  return sql +
         "SELECT 'event', jsonb_build_object('permit', t.permit, 'sequence', t.sequence, 'type',"
         " t.type, 'at', t.at)::text FROM event t WHERE t.actor = 'officer:' || $1"
         " OR t.acting_for = 'officer:' || $1) AS held ORDER BY part, json";
}

OfficeEvent of_officer(OfficeKind kind, const std::string& officer) {
  OfficeEvent event{kind, kOfficerKind, {}};
  event.add(OfficeValue::officer, officer);
  return event;
}

void add_wipe(pg::Pipeline& wiping, const std::string& officer) {
  wiping.add(
      "UPDATE officer SET email = '', whatsapp = '', channels = '{}', nip = '', tongue = '',"
      "   salt = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))"
      " WHERE id = $1",
      officer);
  wiping.add("UPDATE officer_leave SET kind = '' WHERE officer = $1 AND kind <> ''", officer);
  for (const char* table : {"officer_change", "session", "sign_in_link", "task_view"})
    wiping.add(fmt::format("DELETE FROM {} WHERE officer = $1", table), officer);
  wiping.add(
      "UPDATE attempt t SET detail = '' FROM message m WHERE m.id = t.message AND t.detail <> ''"
      " AND m.recipient = 'officer:' || $1",
      officer);
  wiping.add(
      "UPDATE message SET address = '', name = '', subject = '', body = $2, fields = '{}',"
      "   provider_id = '', undelivered_detail = '' WHERE recipient = 'officer:' || $1",
      officer, kErased);
  // A name stands in decisions, too.
  wiping.add(
      "DELETE FROM office_event_word w USING office_event e WHERE e.sequence = w.event"
      " AND e.fields ->> 'about' = $1 AND w.value <> 'name'",
      officer);
}

}  // namespace

pg::Slot<std::vector<SubjectRow>> add_rows_of_officer(pg::Pipeline& pipeline,
                                                      const std::string& officer) {
  static constexpr auto kRow =
      columns(given("part", &SubjectRow::table), given("json", &SubjectRow::json));
  static const auto sql = each<kRow>(rows_sql());
  return pipeline.add(sql, officer);
}

pg::Awaitable<void> record_officers_export(pg::Connection& connection, By by, std::string officer) {
  OfficeChanging changing(connection, by);
  pg::Pipeline nothing;
  co_await changing.begin(std::move(nothing));
  OfficeEvent event = of_officer(OfficeKind::subject_exported, officer);
  pg::Pipeline none;
  co_await changing.commit(std::move(none), std::move(event));
}

pg::Awaitable<OfficerErased> erase_officer(pg::Connection& connection, By by, std::string officer) {
  static const auto find = maybe_value<bool>(
      "SELECT coalesce(ended_on <= office_now()::date, false) FROM officer WHERE id = $1"
      " FOR UPDATE");
  OfficeChanging changing(connection, by);
  pg::Pipeline reading;
  const auto found = reading.add(find, officer);
  const pg::Results results = co_await changing.begin(std::move(reading));
  const std::optional<bool> ended = results[found];
  if (!ended || !*ended) {
    co_await changing.leave();
    co_return ended ? OfficerErased::in_service : OfficerErased::unknown;
  }
  pg::Pipeline wiping;
  add_wipe(wiping, officer);
  OfficeEvent event = of_officer(OfficeKind::subject_erased, officer);
  co_await changing.commit(std::move(wiping), std::move(event));
  co_return OfficerErased::done;
}

}  // namespace tenggat::store
