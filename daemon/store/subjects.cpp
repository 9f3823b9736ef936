#include "daemon/store/subjects.h"

#include <fmt/format.h>

#include "daemon/store/hash.h"
#include "daemon/store/office_chain.h"
#include "daemon/store/permit_tables.h"
#include "daemon/store/record.h"

namespace tenggat::store {
namespace {

constexpr auto kSubject = columns(
    given("p.id", &SubjectPermit::id), given("p.number", &SubjectPermit::number),
    given("a.name", &SubjectPermit::name), given("p.state", &SubjectPermit::state),
    given("p.changed_at", &SubjectPermit::changed_at),
    given("(SELECT count(*) FROM message m WHERE m.recipient = 'applicant:' || p.id"
          " AND m.state = 'queued')"
          " + (SELECT count(*) FROM notice n WHERE n.permit = p.id AND n.addressee = 'applicant'"
          "   AND n.state = 'pending')",
          &SubjectPermit::waiting),
    given("coalesce((SELECT min(o.number) FROM permit o WHERE o.related = p.id"
          " AND o.state IN ('active', 'returned')), '')",
          &SubjectPermit::objection));
// An applicant has the id of their permit.
constexpr const char* kFind =
    "SELECT {} FROM permit p JOIN applicant a ON a.id = p.id WHERE p.id > 0"
    " AND (p.id = ANY ($1::bigint[]) OR $2 <> '' AND lower(a.email) = lower($2)"
    "   OR $3 <> '' AND a.whatsapp = $3) ORDER BY p.id";

// What the applicant brought, not the office: of the role that has the first step.
constexpr const char* kBrought =
    "d.permit = ANY ($1::bigint[])"
    " AND d.role = (SELECT v.role FROM visit v WHERE v.permit = d.permit AND v.id = 1)";
// What the applicant wrote: `by` alone may be the name of the portal that they came through.
constexpr const char* kWrote =
    "EXISTS (SELECT FROM event v WHERE v.permit = n.permit AND v.sequence = n.event"
    " AND v.actor = 'applicant')";
constexpr const char* kToThem =
    "m.recipient = ANY (ARRAY(SELECT 'applicant:' || id FROM unnest($1::bigint[]) AS id))";

// That they were told, when and by which way stays; what was said and where to does not.
void add_wipe_messages(pg::Pipeline& wiping, const pg::Param& ids) {
  wiping.add(fmt::format("UPDATE attempt t SET detail = '' FROM message m"
                         " WHERE m.id = t.message AND t.detail <> '' AND {}",
                         kToThem),
             ids);
  // An officer's message may speak of several: what it says of others stays.
  wiping.add(
      "UPDATE message m SET subject = replace(replace(m.subject, w.name, $2), w.subject, $2),"
      "   body = replace(replace(m.body, w.name, $2), w.subject, $2), fields = '{}'"
      " FROM (SELECT l.message, a.name, CASE WHEN p.state = 'issued' THEN '' ELSE p.subject END"
      "   AS subject FROM permit p JOIN applicant a ON a.id = p.id JOIN ("
      "     SELECT o.message, n.permit FROM notice n JOIN message_notice o ON o.notice = n.id"
      "     WHERE n.permit = ANY ($1::bigint[])"
      "     UNION SELECT k.message, k.permit FROM message_task k"
      "     WHERE k.permit = ANY ($1::bigint[])) l ON l.permit = p.id) w"
      " WHERE m.id = w.message AND m.recipient NOT LIKE 'applicant:%'"
      " AND (w.name <> '' AND position(w.name in m.body) > 0"
      "   OR w.subject <> '' AND position(w.subject in m.body) > 0)",
      ids, kErased);
  wiping.add(fmt::format("UPDATE message m SET address = '', name = '', subject = '', body = $2,"
                         " fields = '{{}}', provider_id = '', undelivered_detail = ''"
                         " WHERE {}",
                         kToThem),
             ids, kErased);
  wiping.add("DELETE FROM portal_event WHERE permit = ANY ($1::bigint[]) AND state <> 'pending'",
             ids);
}

// Their links open nothing any more, and an issued permit goes on saying for what it was issued.
void add_wipe_permits(pg::Pipeline& wiping, const pg::Param& ids) {
  wiping.add("DELETE FROM former_link WHERE permit = ANY ($1::bigint[])", ids);
  wiping.add(
      fmt::format("UPDATE note n SET text = $2 WHERE n.permit = ANY ($1::bigint[]) AND {}", kWrote),
      ids, kErased);
  wiping.add(
      "WITH fresh AS MATERIALIZED (SELECT id, encode(substring(sha256(uuid_send(gen_random_uuid())"
      "   || uuid_send(gen_random_uuid())) FOR 16), 'hex') AS seed"
      "   FROM unnest($1::bigint[]) AS id)"
      " UPDATE permit p SET external_id = '', fields = '{}', form = '{}', last_action = NULL,"
      "   subject = CASE WHEN p.state = 'issued' THEN p.subject ELSE $2 END,"
      "   tracking_secret = f.seed, tracking_hash = sha256(convert_to(f.seed, 'UTF8'))"
      " FROM fresh f WHERE p.id = f.id",
      ids, kErased);
  wiping.add(
      "UPDATE applicant SET name = $2, email = '', whatsapp = '', tongue = '',"
      "   salt = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))"
      " WHERE id = ANY ($1::bigint[])",
      ids, kErased);
}

// Their files go where nobody else has them, too.
pg::Awaitable<void> wipe(pg::Transaction& transaction, std::vector<std::int64_t> ids) {
  static const auto brought = values<std::string>(fmt::format(
      "SELECT DISTINCT substr(d.uri, 9) FROM document d WHERE {} AND d.uri LIKE 'tenggat:%'",
      kBrought));
  static const auto release = value<std::int64_t>("SELECT release_files($1::text[], '{}', NULL)");
  const pg::Param of_these = pg::bigint_array(ids);
  pg::Pipeline wiping;
  const auto files = wiping.add(brought, of_these);
  wiping.add(fmt::format("UPDATE document d SET name = '', uri = '' WHERE {}", kBrought), of_these);
  add_wipe_messages(wiping, of_these);
  add_wipe_permits(wiping, of_these);
  const pg::Results wiped = co_await transaction.run(std::move(wiping));
  const std::vector<std::string> released = wiped[files];
  if (released.empty()) co_return;
  pg::Pipeline releasing;
  releasing.add(release, pg::text_array(released));
  co_await transaction.run(std::move(releasing));
}

std::string erased_line(std::int64_t permit, std::int64_t event, std::string_view hash) {
  return fmt::format("{} {} {}\n", permit, event, hex(hash));
}

// Of each one event more; what the office's own says of them.
OfficeEvent add_recorded(pg::Pipeline& writes, const std::vector<RowsEvent>& events) {
  std::string lines;
  for (const RowsEvent& one : events) {
    lines += erased_line(one.permit, one.sequence, one.hash);
    writes.add(
        "INSERT INTO erasure (permit, event, hash, recorded)"
        " SELECT $1::bigint, $2::bigint, $3::bytea, events + 1 FROM office_chain",
        one.permit, one.sequence, pg::bytea(one.hash));
  }
  OfficeEvent event{OfficeKind::subject_erased, "applicant", {}};
  event.add(OfficeValue::permits, std::to_string(events.size()));
  event.add(OfficeValue::digest, hex(sha256(lines)));
  return event;
}

}  // namespace

pg::Slot<std::vector<SubjectPermit>> add_permits_of_subject(pg::Pipeline& pipeline,
                                                            const SubjectQuery& query) {
  static const auto sql = each<kSubject>(kFind);
  return pipeline.add(sql, pg::bigint_array(query.permits), query.email, query.whatsapp);
}

Stays why_it_stays(const SubjectPermit& permit, Instant now) {
  if (permit.name == kErased) return Stays::erased_before;
  if (permit.state == PermitState::active || permit.state == PermitState::returned)
    return Stays::open;
  if (!permit.objection.empty()) return Stays::objection;
  if (permit.changed_at > now - kKeptAfterEnd) return Stays::ended_lately;
  if (permit.waiting > 0) return Stays::message_waiting;
  return Stays::not_at_all;
}

pg::Awaitable<std::vector<std::int64_t>> erase_applicants(pg::Connection& connection, By by,
                                                          std::vector<std::int64_t> permits) {
  static const auto lock = each<kSubject>(std::string(kFind) + " FOR UPDATE OF p, a");
  static const auto clock = value<Instant>("SELECT office_now()");
  pg::Transaction transaction(connection);
  pg::Pipeline locking;
  const auto locked = locking.add(lock, pg::bigint_array(permits), "", "");
  const auto moment = locking.add(clock);
  const pg::Results first = co_await transaction.run(std::move(locking));
  const Instant now = first[moment];
  const std::vector<SubjectPermit> all = first[locked];
  std::vector<std::int64_t> ids;
  for (const SubjectPermit& one : all)
    if (why_it_stays(one, now) == Stays::not_at_all) ids.push_back(one.id);
  if (ids.empty()) {
    co_await transaction.rollback();
    co_return ids;
  }
  co_await wipe(transaction, ids);
  OfficeChanging changing(connection, by);
  pg::Pipeline reads;
  const PermitLoad load(reads, ids, Lock::none);
  const auto notes = add_notes_of(reads, ids);
  const pg::Results results = co_await changing.begin(std::move(reads));
  std::map<std::int64_t, StoredPermit> left = load.take(results);
  const std::vector<StoredNote> noted = results[notes];
  pg::Pipeline writes;
  const std::vector<RowsEvent> events =
      add_rows_events(writes, left, noted, RowsSaid{by.who(), changing.now()});
  OfficeEvent event = add_recorded(writes, events);
  co_await changing.commit(std::move(writes), std::move(event));
  co_await transaction.commit();
  co_return ids;
}

pg::Awaitable<void> record_export(pg::Connection& connection, By by, std::int64_t permits) {
  OfficeChanging changing(connection, by);
  pg::Pipeline nothing;
  co_await changing.begin(std::move(nothing));
  OfficeEvent event{OfficeKind::subject_exported, "applicant", {}};
  event.add(OfficeValue::permits, std::to_string(permits));
  pg::Pipeline none;
  co_await changing.commit(std::move(none), std::move(event));
}

pg::Slot<std::vector<SubjectRow>> add_rows_of_subject(pg::Pipeline& pipeline,
                                                      const std::vector<std::int64_t>& permits) {
  static constexpr auto kRow =
      columns(given("part", &SubjectRow::table), given("json", &SubjectRow::json));
  static const auto sql = each<kRow>(fmt::format(
      "SELECT {{}} FROM (SELECT 'applicant' AS part, a.id AS permit, 0::bigint AS place,"
      "     (to_jsonb(a) - 'salt')::text AS json FROM applicant a WHERE a.id = ANY ($1::bigint[])"
      "   UNION ALL SELECT 'permit', p.id, 0, jsonb_build_object('id', p.id, 'number', p.number,"
      "     'external_id', p.external_id, 'subject', p.subject, 'state', p.state, 'fields',"
      "     p.fields, 'form', p.form)::text FROM permit p WHERE p.id = ANY ($1::bigint[])"
      "   UNION ALL SELECT 'document', d.permit, d.id, to_jsonb(d)::text FROM document d WHERE {}"
      "   UNION ALL SELECT 'note', n.permit, n.event, to_jsonb(n)::text FROM note n"
      "     WHERE n.permit = ANY ($1::bigint[]) AND {}"
      "   UNION ALL SELECT 'message', 0, m.id, (to_jsonb(m) - 'lease_until' - 'fence')::text"
      "     FROM message m WHERE {}"
      "   UNION ALL SELECT 'attempt', 0, m.id, to_jsonb(t)::text FROM attempt t"
      "     JOIN message m ON m.id = t.message WHERE {}) AS held ORDER BY part, permit, place",
      kBrought, kWrote, kToThem, kToThem));
  return pipeline.add(sql, pg::bigint_array(permits));
}

pg::Slot<std::vector<std::string>> add_files_of_subject(pg::Pipeline& pipeline,
                                                        const std::vector<std::int64_t>& permits) {
  static const auto sql = values<std::string>(
      fmt::format("SELECT DISTINCT f.sha256 FROM document d JOIN file f ON f.sha256 ="
                  " substr(d.uri, 9) WHERE {} AND d.uri LIKE 'tenggat:%' ORDER BY f.sha256",
                  kBrought));
  return pipeline.add(sql, pg::bigint_array(permits));
}

namespace {

struct ErasedRow {
  std::int64_t permit = 0, event = 0, recorded = 0;
  std::string hash, found;  // in its chain; empty: there is none
  bool retired = false;     // the permit is kept no longer
};
constexpr auto kErasedRow = columns(
    given("e.permit", &ErasedRow::permit), given("e.event", &ErasedRow::event),
    given("e.recorded", &ErasedRow::recorded), given<Bytea>("e.hash", &ErasedRow::hash),
    given<Bytea>("coalesce((SELECT v.hash FROM event v WHERE v.permit = e.permit"
                 " AND v.sequence = e.event AND v.type = 'rows_recorded'), '')",
                 &ErasedRow::found),
    given("EXISTS (SELECT FROM retired_permit r WHERE r.id = e.permit)", &ErasedRow::retired));
struct ErasingEvent {
  std::int64_t sequence = 0;
  std::string permits, digest;
};
constexpr auto kErasing =
    columns(given("sequence", &ErasingEvent::sequence),
            given("coalesce(fields ->> 'after.permits', '')", &ErasingEvent::permits),
            given("coalesce(fields ->> 'after.digest', '')", &ErasingEvent::digest));

}  // namespace

// There are as many as persons have asked: few.
pg::Awaitable<void> check_what_was_erased(pg::Connection& connection, AuditReport& report) {
  static const auto rows_sql =
      each<kErasedRow>("SELECT {} FROM erasure e ORDER BY e.recorded, e.permit, e.event");
  static const auto events_sql = each<kErasing>(
      "SELECT {} FROM office_event WHERE type = $1"
      " AND fields ->> 'about' = 'applicant' ORDER BY sequence");
  pg::Pipeline reads;
  const auto rows = reads.add(rows_sql);
  const auto events = reads.add(events_sql, word_of(OfficeKind::subject_erased));
  const pg::Results results = co_await connection.run(std::move(reads));
  const auto finding = [&](std::string what) {
    report.findings.push_back({"", 0, std::move(what)});
  };
  std::map<std::int64_t, std::string> lines;
  const std::vector<ErasedRow> erased = results[rows];
  for (const ErasedRow& one : erased) {
    lines[one.recorded] += erased_line(one.permit, one.event, one.hash);
    if (one.found != one.hash && !(one.found.empty() && one.retired))
      finding(fmt::format("permit {}: event {} is not the one by which it was erased", one.permit,
                          one.event));
  }
  const std::vector<ErasingEvent> erasing = results[events];
  for (const ErasingEvent& one : erasing) {
    if (hex(sha256(lines[one.sequence])) != one.digest)
      finding(
          fmt::format("event {} of the office: the {} permits that were erased are not those"
                      " that it says",
                      one.sequence, one.permits));
    lines.erase(one.sequence);
  }
  for (const auto& [recorded, these] : lines)
    finding(
        fmt::format("permits are called erased by event {} of the office, which says no such"
                    " thing",
                    recorded));
}

}  // namespace tenggat::store
