#include "daemon/store/permits.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "daemon/store/hash.h"
#include "daemon/store/rows.h"

namespace tenggat::store {
namespace json = boost::json;
namespace {

// --- Reading ------------------------------------------------------------------------------------

const std::string kPermitColumns =
    "p.id, p.sop, p.sop_version, p.number, p.state, p.outcome, p.applicant, p.subject,"
    " p.external_id, p.created_by, p.started_at, p.submitted_at, p.version, p.changed_at, p.events,"
    " p.case_opened_at, p.case_closed_at, p.case_verdict, p.case_missed_counted, p.promised_at,"
    " p.signings, p.legal_opened_at, p.last_action, p.last_hash, p.tracking_secret, p.fields,"
    " a.salt, a.name, a.email, a.whatsapp, p.case_elapsed, p.case_due_at, p.case_standard";

const std::string kSelectPermits =
    "SELECT " + kPermitColumns +
    " FROM permit p JOIN applicant a ON a.id = p.applicant WHERE p.id = ANY($1::bigint[])";
const std::string kSelectPermitsForUpdate = kSelectPermits + " FOR UPDATE OF p SKIP LOCKED";
const std::string kSelectPermitsForShare = kSelectPermits + " FOR SHARE OF p SKIP LOCKED";

// Put in order here, not there: asked for an order while the tables are still small, PostgreSQL
// may plan to read a whole index for it, and sessions keep their plans.
constexpr const char* kSelectVisits =
    "SELECT permit, id, step, occurrence, role, opened_at, assignee, claimed_at, closed_at, action,"
    " closed_by, closed_for, verdict, elapsed, prepared_by, returned, missed_counted, undone,"
    " deficiencies, due_at, standard, drafted_by, acknowledged, waited, handled, sop_version"
    " FROM visit WHERE permit = ANY($1::bigint[])";
constexpr const char* kSelectPauses =
    "SELECT permit, id, visit, reason, stops_case, from_at, to_at, until_at, by, extensions,"
    " sop_version FROM pause WHERE permit = ANY($1::bigint[])";
constexpr const char* kSelectDocuments =
    "SELECT permit, id, visit, kind, name, uri, sha256, number, file, added_at, added_by,"
    " added_event, superseded_event, voided_event"
    " FROM document WHERE permit = ANY($1::bigint[])";
constexpr const char* kSelectRungs =
    "SELECT permit, visit, rung, k, occurrence, due_at, raised_at, rearmed"
    " FROM raised_rung WHERE permit = ANY($1::bigint[])";

std::optional<Verdict> verdict_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return *text == "met" ? Verdict::met : Verdict::missed;
}

std::optional<std::string> text_of(std::optional<Verdict> verdict) {
  if (!verdict) return std::nullopt;
  return *verdict == Verdict::met ? "met" : "missed";
}

template <class T>
T parsed(std::optional<T> value, std::string_view text) {
  if (!value) throw std::logic_error(fmt::format("the database holds '{}'", text));
  return *value;
}

std::optional<Seconds> seconds_of(std::optional<std::int64_t> count) {
  if (!count) return std::nullopt;
  return Seconds{*count};
}

std::optional<std::int64_t> count_of(std::optional<Seconds> seconds) {
  if (!seconds) return std::nullopt;
  return seconds->count();
}

// Budgets as this program wrote them; none where there is no standard.
std::optional<Budget> budget_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const auto budget = parse_budget(*text);
  if (!budget) throw std::logic_error(fmt::format("the database holds '{}'", *text));
  return *budget;
}

std::optional<std::string> text_of(const std::optional<Budget>& budget) {
  return budget ? std::optional(budget->to_string()) : std::nullopt;
}

std::int64_t seconds_of(Instant instant) { return instant.time_since_epoch().count(); }

json::value optional_instant(const std::optional<Instant>& instant) {
  return instant ? json::value(seconds_of(*instant)) : json::value(nullptr);
}

std::optional<std::string> to_json(const std::optional<LastAction>& last) {
  if (!last) return std::nullopt;
  return json::serialize(
      json::object{{"event", last->event},
                   {"recorded_at", seconds_of(last->recorded_at)},
                   {"by", last->by},
                   {"closed_visit", last->closed_visit},
                   {"opened_visit", last->opened_visit},
                   {"ended_pause", last->ended_pause},
                   {"state_before", to_string(last->state_before)},
                   {"outcome_before", to_string(last->outcome_before)},
                   {"case_opened_before", optional_instant(last->case_opened_before)},
                   {"legal_opened_before", optional_instant(last->legal_opened_before)},
                   {"promised_before", optional_instant(last->promised_before)},
                   {"visit_missed_before", last->visit_missed_before},
                   {"case_missed_before", last->case_missed_before},
                   {"case_closed", last->case_closed},
                   {"signings_before", last->signings_before}});
}

std::optional<LastAction> last_action_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const json::object object = json::parse(*text).as_object();
  const auto number = [&](const char* name) { return object.at(name).to_number<std::int64_t>(); };
  const auto instant = [&](const char* name) -> std::optional<Instant> {
    if (object.at(name).is_null()) return std::nullopt;
    return Instant{Seconds{number(name)}};
  };
  const auto word = [&](const char* name) { return std::string(object.at(name).as_string()); };
  LastAction last;
  last.event = number("event");
  last.recorded_at = Instant{Seconds{number("recorded_at")}};
  last.by = word("by");
  last.closed_visit = static_cast<int>(number("closed_visit"));
  last.opened_visit = static_cast<int>(number("opened_visit"));
  last.ended_pause = static_cast<int>(number("ended_pause"));
  last.state_before = parsed(parse_permit_state(word("state_before")), word("state_before"));
  last.outcome_before = parsed(parse_outcome(word("outcome_before")), word("outcome_before"));
  last.case_opened_before = instant("case_opened_before");
  last.legal_opened_before = instant("legal_opened_before");
  last.promised_before = instant("promised_before");
  last.visit_missed_before = object.at("visit_missed_before").as_bool();
  last.case_missed_before = object.at("case_missed_before").as_bool();
  last.case_closed = object.at("case_closed").as_bool();
  last.signings_before = static_cast<int>(number("signings_before"));
  return last;
}

std::vector<std::string> texts_of(const std::string& json_array) {
  std::vector<std::string> texts;
  const json::value list = json::parse(json_array);  // outlives the loop
  for (const json::value& text : list.as_array()) texts.emplace_back(text.as_string());
  return texts;
}

std::optional<std::string> to_json(const std::optional<Acknowledgement>& latest) {
  if (!latest) return std::nullopt;
  return json::serialize(json::object{{"k", latest->k},
                                      {"obstacle", latest->obstacle},
                                      {"at", seconds_of(latest->at)},
                                      {"until", seconds_of(latest->until)},
                                      {"by", latest->by},
                                      {"sop_version", latest->sop_version}});
}

std::optional<Acknowledgement> acknowledgement_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const json::object object = json::parse(*text).as_object();
  const auto number = [&](const char* name) { return object.at(name).to_number<std::int64_t>(); };
  Acknowledgement latest;
  latest.k = static_cast<int>(number("k"));
  latest.obstacle = object.at("obstacle").as_string();
  latest.at = Instant{Seconds{number("at")}};
  latest.until = Instant{Seconds{number("until")}};
  latest.by = object.at("by").as_string();
  if (const json::value* version = object.if_contains("sop_version"))
    latest.sop_version = version->as_string();
  return latest;
}

StoredPermit read_permit(const pg::Result& r, int row) {
  StoredPermit stored;
  Permit& p = stored.permit;
  p.id = r.int64(row, 0);
  p.sop = text_at(r, row, 1);
  p.sop_version = text_at(r, row, 2);
  p.number = text_at(r, row, 3);
  p.state = parsed(parse_permit_state(r.text(row, 4)), r.text(row, 4));
  p.outcome = parsed(parse_outcome(r.text(row, 5)), r.text(row, 5));
  p.applicant = r.int64(row, 6);
  p.subject = text_at(r, row, 7);
  p.external_id = text_at(r, row, 8);
  p.created_by = text_at(r, row, 9);
  p.started_at = r.instant(row, 10);
  p.submitted_at = r.instant(row, 11);
  p.version = r.int64(row, 12);
  p.changed_at = r.instant(row, 13);
  p.events = r.int64(row, 14);
  p.case_opened_at = r.optional_instant(row, 15);
  p.case_closed_at = r.optional_instant(row, 16);
  p.case_verdict = verdict_of(r.optional_text(row, 17));
  p.case_missed_counted = r.boolean(row, 18);
  p.promised_at = r.optional_instant(row, 19);
  p.signings = int_at(r, row, 20);
  p.legal_opened_at = r.optional_instant(row, 21);
  p.last_action = last_action_of(r.optional_text(row, 22));
  stored.last_hash = r.bytes(row, 23);
  stored.tracking_secret = text_at(r, row, 24);
  stored.fields = text_at(r, row, 25);
  stored.salt = r.bytes(row, 26);
  stored.applicant = {text_at(r, row, 27), text_at(r, row, 28), text_at(r, row, 29)};
  if (const auto elapsed = r.optional_int64(row, 30)) {
    p.case_elapsed = Seconds{*elapsed};
    p.case_due_at = r.optional_instant(row, 31);
    p.case_standard = budget_of(r.optional_text(row, 32));
  }
  return stored;
}

Visit read_visit(const pg::Result& r, int row) {
  Visit v;
  v.id = int_at(r, row, 1);
  v.step = text_at(r, row, 2);
  v.occurrence = int_at(r, row, 3);
  v.role = text_at(r, row, 4);
  v.opened_at = r.instant(row, 5);
  v.assignee = text_at(r, row, 6);
  v.claimed_at = r.optional_instant(row, 7);
  v.closed_at = r.optional_instant(row, 8);
  v.action = text_at(r, row, 9);
  v.closed_by = text_at(r, row, 10);
  v.closed_for = text_at(r, row, 11);
  v.verdict = verdict_of(r.optional_text(row, 12));
  v.elapsed = Seconds{r.int64(row, 13)};
  v.prepared_by = text_at(r, row, 14);
  v.returned = r.boolean(row, 15);
  v.missed_counted = r.boolean(row, 16);
  v.undone = r.boolean(row, 17);
  v.deficiencies = texts_of(text_at(r, row, 18));
  if (v.closed_at) v.due_at = r.optional_instant(row, 19);
  v.standard = budget_of(r.optional_text(row, 20));
  v.drafted_by = texts_of(text_at(r, row, 21));
  v.acknowledged = acknowledgement_of(r.optional_text(row, 22));
  v.waited = seconds_of(r.optional_int64(row, 23));
  v.handled = seconds_of(r.optional_int64(row, 24));
  v.sop_version = text_at(r, row, 25);
  return v;
}

Pause read_pause(const pg::Result& r, int row) {
  Pause p;
  p.id = int_at(r, row, 1);
  p.visit = int_at(r, row, 2);
  p.reason = text_at(r, row, 3);
  p.stops_case = r.boolean(row, 4);
  p.from = r.instant(row, 5);
  p.to = r.optional_instant(row, 6);
  p.until = r.optional_instant(row, 7);
  p.by = text_at(r, row, 8);
  p.extensions = int_at(r, row, 9);
  p.sop_version = text_at(r, row, 10);
  return p;
}

Document read_document(const pg::Result& r, int row) {
  Document d;
  d.id = int_at(r, row, 1);
  d.visit = int_at(r, row, 2);
  d.kind = text_at(r, row, 3);
  d.name = text_at(r, row, 4);
  d.uri = text_at(r, row, 5);
  d.sha256 = text_at(r, row, 6);
  d.number = text_at(r, row, 7);
  d.file = r.boolean(row, 8);
  d.added_at = r.instant(row, 9);
  d.added_by = text_at(r, row, 10);
  d.added_event = r.int64(row, 11);
  d.superseded_event = r.int64(row, 12);
  d.voided_event = r.int64(row, 13);
  return d;
}

RaisedRung read_rung(const pg::Result& r, int row) {
  RaisedRung rung;
  rung.visit = int_at(r, row, 1);
  rung.rung = text_at(r, row, 2);
  rung.k = int_at(r, row, 3);
  rung.occurrence = int_at(r, row, 4);
  rung.due_at = r.instant(row, 5);
  rung.raised_at = r.instant(row, 6);
  rung.rearmed = r.boolean(row, 7);
  return rung;
}

using Unreadable = std::map<std::int64_t, std::string>;

// Hands each row to the permit it belongs to; rows of permits that were skipped fall away.
template <class Read, class Member>
void distribute(std::map<std::int64_t, StoredPermit>& permits, const pg::Result& result, Read read,
                Member member, Unreadable& unreadable) {
  for (int row = 0; row < result.rows(); ++row) {
    const auto found = permits.find(result.int64(row, 0));
    if (found == permits.end()) continue;
    try {
      (found->second.permit.*member).push_back(read(result, row));
    } catch (const std::exception& why) {
      unreadable.emplace(found->first, why.what());
    }
  }
}

void put_in_order(Permit& permit) {
  const auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
  std::sort(permit.visits.begin(), permit.visits.end(), by_id);
  std::sort(permit.pauses.begin(), permit.pauses.end(), by_id);
  std::sort(permit.documents.begin(), permit.documents.end(), by_id);
  const auto as_raised = [](const RaisedRung& r) {
    return std::tie(r.raised_at, r.due_at, r.visit, r.rung, r.k, r.occurrence);
  };
  std::sort(permit.rungs.begin(), permit.rungs.end(),
            [&](const RaisedRung& a, const RaisedRung& b) { return as_raised(a) < as_raised(b); });
}

// --- Writing ------------------------------------------------------------------------------------

// A permit's columns that change. Where a new calendar was applied, that is written with them: a
// second update of the row would copy it whole once more.
const std::vector<RowShape::Column> kStateColumns{{"id", "bigint"},
                                                  {"state", "text"},
                                                  {"outcome", "text"},
                                                  {"version", "bigint"},
                                                  {"changed_at", "timestamptz"},
                                                  {"events", "bigint"},
                                                  {"last_hash", "bytea"},
                                                  {"case_opened_at", "timestamptz"},
                                                  {"case_closed_at", "timestamptz"},
                                                  {"case_verdict", "text"},
                                                  {"case_missed_counted", "boolean"},
                                                  {"promised_at", "timestamptz"},
                                                  {"signings", "int"},
                                                  {"legal_opened_at", "timestamptz"},
                                                  {"last_action", "jsonb"},
                                                  {"case_elapsed", "bigint"},
                                                  {"case_standard", "text"},
                                                  {"case_due_at", "timestamptz"},
                                                  {"case_due_soon_at", "timestamptz"},
                                                  {"legal_due_at", "timestamptz"},
                                                  {"legal_risk_at", "timestamptz"}};
std::vector<RowShape::Column> with_calendar(std::vector<RowShape::Column> columns) {
  columns.push_back({"calendar_version", "text"});
  return columns;
}
const RowShape kPermitState(kStateColumns);
const std::string kUpdatePermits = kPermitState.update("permit", 1);
const RowShape kReplayedPermit(with_calendar(kStateColumns));
const std::string kUpdateReplayedPermits = kReplayedPermit.update("permit", 1);

const RowShape kSopMigrated({{"id", "bigint"}, {"sop_version", "text"}});
const std::string kUpdateSops = kSopMigrated.update("permit", 1);

// A new permit is inserted with what never changes, then updated like any other.
const RowShape kNewPermit({{"id", "bigint"},
                           {"sop", "text"},
                           {"sop_version", "text"},
                           {"calendar_version", "text"},
                           {"number", "text"},
                           {"state", "text"},
                           {"applicant", "bigint"},
                           {"subject", "text"},
                           {"external_id", "text"},
                           {"created_by", "text"},
                           {"tracking_hash", "bytea"},
                           {"tracking_secret", "text"},
                           {"fields", "jsonb"},
                           {"started_at", "timestamptz"},
                           {"submitted_at", "timestamptz"},
                           {"version", "bigint"},
                           {"changed_at", "timestamptz"},
                           {"events", "bigint"},
                           {"last_hash", "bytea"}});
const std::string kInsertPermits = kNewPermit.insert("permit");

const RowShape kApplicant({{"id", "bigint"},
                           {"name", "text"},
                           {"email", "text"},
                           {"whatsapp", "text"},
                           {"salt", "bytea"}});
const std::string kInsertApplicants = kApplicant.insert("applicant");
const RowShape kContact({{"id", "bigint"}, {"email", "text"}, {"whatsapp", "text"}});
const std::string kUpdateContacts = kContact.update("applicant", 1);

const RowShape kVisit({{"permit", "bigint"},
                       {"id", "int"},
                       {"step", "text"},
                       {"occurrence", "int"},
                       {"role", "text"},
                       {"opened_at", "timestamptz"},
                       {"assignee", "text"},
                       {"claimed_at", "timestamptz"},
                       {"closed_at", "timestamptz"},
                       {"action", "text"},
                       {"closed_by", "text"},
                       {"closed_for", "text"},
                       {"verdict", "text"},
                       {"elapsed", "bigint"},
                       {"prepared_by", "text"},
                       {"returned", "boolean"},
                       {"missed_counted", "boolean"},
                       {"undone", "boolean"},
                       {"due_at", "timestamptz"},
                       {"due_soon_at", "timestamptz"},
                       {"paused", "boolean"},
                       {"deficiencies", "jsonb"},
                       {"check_at", "timestamptz"},
                       {"standard", "text"},
                       {"drafted_by", "jsonb"},
                       {"acknowledged", "jsonb"},
                       {"waited", "bigint"},
                       {"handled", "bigint"},
                       {"sop_version", "text"}});
const std::string kInsertVisits = kVisit.insert("visit");
const std::string kUpdateVisits = kVisit.update("visit", 2);

const RowShape kPause({{"permit", "bigint"},
                       {"id", "int"},
                       {"visit", "int"},
                       {"reason", "text"},
                       {"stops_case", "boolean"},
                       {"from_at", "timestamptz"},
                       {"to_at", "timestamptz"},
                       {"until_at", "timestamptz"},
                       {"by", "text"},
                       {"extensions", "int"},
                       {"sop_version", "text"}});
const std::string kUpsertPauses = kPause.upsert("pause", 2);

const RowShape kDocument({{"permit", "bigint"},
                          {"id", "int"},
                          {"visit", "int"},
                          {"kind", "text"},
                          {"name", "text"},
                          {"uri", "text"},
                          {"sha256", "text"},
                          {"number", "text"},
                          {"file", "boolean"},
                          {"added_at", "timestamptz"},
                          {"added_by", "text"},
                          {"added_event", "bigint"},
                          {"superseded_event", "bigint"},
                          {"voided_event", "bigint"}});
const std::string kInsertDocuments = kDocument.insert("document");
const std::string kUpdateDocuments = kDocument.update("document", 2);

const RowShape kRung({{"permit", "bigint"},
                      {"visit", "int"},
                      {"rung", "text"},
                      {"k", "int"},
                      {"occurrence", "int"},
                      {"due_at", "timestamptz"},
                      {"raised_at", "timestamptz"},
                      {"rearmed", "boolean"}});
// A rung that is there already is a rung raised twice: that must fail, not be overwritten.
const std::string kInsertRungs = kRung.insert("raised_rung");
const RowShape kRearmed({{"permit", "bigint"},
                         {"visit", "int"},
                         {"rung", "text"},
                         {"k", "int"},
                         {"occurrence", "int"}});
const std::string kRearmRungs = fmt::format(
    "UPDATE raised_rung r SET rearmed = true FROM {} WHERE r.permit = c.permit AND r.visit = "
    "c.visit"
    " AND r.rung = c.rung AND r.k = c.k AND r.occurrence = c.occurrence",
    kRearmed.unnest("c"));

const RowShape kNote({{"permit", "bigint"},
                      {"event", "bigint"},
                      {"id", "int"},
                      {"visit", "int"},
                      {"kind", "text"},
                      {"document", "text"},
                      {"text", "text"},
                      {"by", "text"}});
const std::string kInsertNotes = kNote.insert("note");

const RowShape kEvent({{"permit", "bigint"},
                       {"sequence", "bigint"},
                       {"type", "text"},
                       {"visit", "int"},
                       {"actor", "text"},
                       {"acting_for", "text"},
                       {"via", "text"},
                       {"at", "timestamptz"},
                       {"fields", "json"},
                       {"hash", "bytea"}});
const std::string kInsertEvents = kEvent.insert("event");

// Those that portals follow. Nothing of them depends on the time that the event bears.
const RowShape kChange({{"permit", "bigint"}, {"sequence", "bigint"}, {"undo_window", "bigint"}});
const std::string kInsertChanges = fmt::format(
    "INSERT INTO change (permit, sequence, counts_at) SELECT c.permit, c.sequence,"
    " (SELECT office_now()) + make_interval(secs => c.undo_window) FROM {}",
    kChange.unnest("c"));

const RowShape kNotice({{"permit", "bigint"},
                        {"visit", "int"},
                        {"kind", "text"},
                        {"k", "int"},
                        {"occurrence", "int"},
                        {"addressee", "text"},
                        {"audience", "text"},
                        {"text", "text"},
                        {"reason", "text"},
                        {"raised_at", "timestamptz"},
                        {"hold_until", "timestamptz"},
                        {"cause", "bigint"},
                        {"details", "jsonb"},
                        {"send_at", "timestamptz"},
                        {"urgent", "boolean"}});
const std::string kInsertNotices = kNotice.insert("notice");

const RowShape kCount({{"permit", "bigint"},
                       {"cause", "bigint"},
                       {"counted_from", "timestamptz"},
                       {"sop", "text"},
                       {"changes", "json"}});
const std::string kInsertCounts = kCount.insert("count_delta");

const RowShape kUndone({{"permit", "bigint"}, {"cause", "bigint"}, {"at", "timestamptz"}});
const std::string kDropNotices = fmt::format(
    "UPDATE notice n SET state = 'dropped', state_reason = 'undone', state_at = c.at FROM {}"
    " WHERE n.permit = c.permit AND n.cause = c.cause"
    " AND n.state IS NOT DISTINCT FROM 'pending'",
    kUndone.unnest("c"));
const std::string kDropChanges = fmt::format(
    "DELETE FROM change d USING {} WHERE d.permit = c.permit AND d.sequence = c.cause"
    " AND d.place IS NULL",
    kUndone.unnest("c"));
// What was dropped since then for the work being done is owed again: it is not done.
const std::string kOweAgain = fmt::format(
    "UPDATE notice n SET state = 'pending', state_reason = '', state_at = NULL, send_at = c.at"
    " FROM {} JOIN event e ON e.permit = c.permit AND e.sequence = c.cause"
    " WHERE n.permit = c.permit AND n.cause <> c.cause AND n.state_at >= e.at"
    " AND n.state IS NOT DISTINCT FROM 'dropped' AND n.state_reason = 'done_before_sending'",
    kUndone.unnest("c"));
const std::string kDropCounts = fmt::format(
    "DELETE FROM count_delta d USING {} WHERE d.permit = c.permit AND d.cause = c.cause",
    kUndone.unnest("c"));

// What a batch writes, gathered by table.
struct Writes {
  Rows states{kPermitState}, replayed{kReplayedPermit}, permits{kNewPermit}, applicants{kApplicant},
      visits{kVisit}, changed_visits{kVisit}, pauses{kPause}, documents{kDocument},
      changed_documents{kDocument}, rungs{kRung}, rearmed{kRearmed}, notes{kNote}, events{kEvent},
      changes{kChange}, notices{kNotice}, counts{kCount}, undone{kUndone}, contacts{kContact},
      sops{kSopMigrated};
};

template <class Row>
const Row* find_row(const std::vector<Row>* rows, int id) {
  if (!rows) return nullptr;
  for (const Row& row : *rows)
    if (row.id == id) return &row;
  return nullptr;
}

const Projection::VisitDues* dues_of(const Projection& projection, int visit) {
  for (const Projection::VisitDues& dues : projection.visits)
    if (dues.visit == visit) return &dues;
  return nullptr;
}

void add_visits(Writes& writes, const PermitChange& change) {
  const Permit& after = change.decision.after;
  // The permit's next check stands on its first open visit.
  std::optional<Instant> check = change.projection.next_check_at;
  const Permit* before = change.before ? &change.before->permit : nullptr;
  for (const Visit& v : after.visits) {
    // An open visit's derived instants may move without the visit itself changing.
    const Visit* old = find_row(before ? &before->visits : nullptr, v.id);
    if (old && *old == v && !v.open()) continue;
    const auto* dues = dues_of(change.projection, v.id);
    const std::optional<Instant> due = dues ? dues->due_at : std::nullopt;
    const std::optional<Instant> soon = dues ? dues->due_soon_at : std::nullopt;
    const bool paused = dues && !dues->due_at;
    std::optional<Instant> check_at;
    if (v.open()) check_at = std::exchange(check, std::nullopt);
    (old ? writes.changed_visits : writes.visits)
        .add(after.id, v.id, v.step, v.occurrence, v.role, v.opened_at, v.assignee, v.claimed_at,
             v.closed_at, v.action, v.closed_by, v.closed_for, text_of(v.verdict),
             v.elapsed.count(), v.prepared_by, v.returned, v.missed_counted, v.undone, due, soon,
             paused, json::serialize(json::value_from(v.deficiencies)), check_at,
             text_of(v.standard), json::serialize(json::value_from(v.drafted_by)),
             to_json(v.acknowledged), count_of(v.waited), count_of(v.handled), v.sop_version);
  }
  if (check) throw std::logic_error("something is to fall due on a permit without an open visit");
}

void add_parts(Writes& writes, const PermitChange& change) {
  const Permit& after = change.decision.after;
  const Permit* before = change.before ? &change.before->permit : nullptr;
  for (const Pause& p : after.pauses) {
    const Pause* old = find_row(before ? &before->pauses : nullptr, p.id);
    if (old && *old == p) continue;
    writes.pauses.add(after.id, p.id, p.visit, p.reason, p.stops_case, p.from, p.to, p.until, p.by,
                      p.extensions, p.sop_version);
  }
  for (const Document& d : after.documents) {
    const Document* old = find_row(before ? &before->documents : nullptr, d.id);
    if (old && *old == d) continue;
    (old ? writes.changed_documents : writes.documents)
        .add(after.id, d.id, d.visit, d.kind, d.name, d.uri, d.sha256, d.number, d.file, d.added_at,
             d.added_by, d.added_event, d.superseded_event, d.voided_event);
  }
  const std::size_t known = before ? before->rungs.size() : 0;
  for (std::size_t i = 0; i < after.rungs.size(); ++i) {
    const RaisedRung& r = after.rungs[i];
    if (i >= known) {
      writes.rungs.add(after.id, r.visit, r.rung, r.k, r.occurrence, r.due_at, r.raised_at,
                       r.rearmed);
    } else if (r.rearmed && !before->rungs[i].rearmed) {
      writes.rearmed.add(after.id, r.visit, r.rung, r.k, r.occurrence);
    }
  }
}

bool is_followed(const Event& event) {
  return event.type == "acted" || event.type == "paused" || event.type == "resumed";
}

std::string add_events_of(Writes& writes, const PermitChange& change, Seconds undo_window) {
  const std::string& salt = change.before ? change.before->salt : change.salt;
  std::string last_hash = change.before ? change.before->last_hash : std::string();
  const std::int64_t permit = change.decision.after.id;
  for (const Event& event : change.decision.events) {
    json::object fields;
    for (const EventField& field : event.fields)
      fields[field.name] = field.personal ? digest(salt, field.value) : field.value;
    const std::string text = json::serialize(fields);
    last_hash = event_hash(last_hash, permit, event, text);
    writes.events.add(permit, event.sequence, event.type, event.visit, event.actor,
                      event.acting_for, event.via, event.at, text, last_hash);
    if (permit > 0 && is_followed(event))
      writes.changes.add(permit, event.sequence, undo_window.count());
  }
  return last_hash;
}

void add_told(Writes& writes, const PermitChange& change, const SendRules& send) {
  const Decision& decision = change.decision;
  const Permit& after = decision.after;
  for (const Notice& n : decision.notices) {
    json::object details;
    for (const auto& [name, value] : n.details) details[name] = value;
    writes.notices.add(after.id, n.visit, n.kind, n.k, n.occurrence, n.addressee.to_string(),
                       to_string(n.audience), n.text, to_string(n.reason), n.raised_at,
                       n.hold_until, n.cause, json::serialize(details), ready_at(n, send),
                       n.urgent);
  }
  // Ids run on within an event; the notes of one decision come in the order of its events.
  std::map<std::int64_t, int> used;
  for (const NewNote& n : decision.notes)
    writes.notes.add(after.id, n.event, ++used[n.event], n.visit, n.kind, n.document, n.text, n.by);
  std::map<std::pair<std::int64_t, Instant>, json::array> counts;
  for (const CountDelta& c : decision.counts)
    counts[{c.cause, c.counted_from}].push_back(json::array{c.metric, c.step, c.label, c.amount});
  for (const auto& [from, changes] : counts)
    writes.counts.add(after.id, from.first, from.second, after.sop, json::serialize(changes));
  for (const std::int64_t cause : decision.undone_causes)
    writes.undone.add(after.id, cause, after.changed_at);
}

void add_change(Writes& writes, const PermitChange& change, const SendRules& send) {
  const Permit& p = change.decision.after;
  const Projection& derived = change.projection;
  const std::string last_hash = add_events_of(writes, change, send.undo_window);
  if (!change.before) {
    writes.applicants.add(p.applicant, change.applicant.name, change.applicant.email,
                          change.applicant.whatsapp, change.salt);
    writes.permits.add(p.id, p.sop, p.sop_version, change.calendar_version, p.number,
                       to_string(p.state), p.applicant, p.subject, p.external_id, p.created_by,
                       sha256(change.tracking_secret), change.tracking_secret, change.fields,
                       p.started_at, p.submitted_at, p.version, p.changed_at, p.events, last_hash);
  }
  if (const auto& contact = change.decision.contact)
    writes.contacts.add(p.applicant, contact->email, contact->whatsapp);
  const auto add_state = [&](Rows& rows, const auto&... more) {
    rows.add(p.id, to_string(p.state), to_string(p.outcome), p.version, p.changed_at, p.events,
             last_hash, p.case_opened_at, p.case_closed_at, text_of(p.case_verdict),
             p.case_missed_counted, p.promised_at, p.signings, p.legal_opened_at,
             to_json(p.last_action),
             p.case_elapsed ? std::optional(p.case_elapsed->count()) : std::nullopt,
             text_of(p.case_standard), derived.case_due_at, derived.case_due_soon_at,
             derived.legal_due_at, derived.legal_risk_at, more...);
  };
  if (change.before && !change.calendar_version.empty())
    add_state(writes.replayed, change.calendar_version);
  else
    add_state(writes.states);
  if (change.before && change.before->permit.sop_version != p.sop_version)
    writes.sops.add(p.id, p.sop_version);
  add_visits(writes, change);
  add_parts(writes, change);
  add_told(writes, change, send);
}

void add_statement(pg::Pipeline& pipeline, const std::string& sql, const Rows& rows) {
  if (!rows.empty()) pipeline.add(sql, rows.params());
}

}  // namespace

// --- Loading ------------------------------------------------------------------------------------

PermitLoad::PermitLoad(pg::Pipeline& pipeline, const std::vector<std::int64_t>& ids, Lock lock) {
  const std::string& select = lock == Lock::none    ? kSelectPermits
                              : lock == Lock::share ? kSelectPermitsForShare
                                                    : kSelectPermitsForUpdate;
  first_ = pipeline.add(select, pg::bigint_array(ids));
  for (const char* sql : {kSelectVisits, kSelectPauses, kSelectDocuments, kSelectRungs})
    pipeline.add(sql, pg::bigint_array(ids));
}

std::map<std::int64_t, StoredPermit> PermitLoad::take(
    const std::vector<pg::Result>& results) const {
  Unreadable unreadable;
  std::map<std::int64_t, StoredPermit> permits = take_readable(results, unreadable);
  if (!unreadable.empty()) {
    const auto& [id, why] = *unreadable.begin();
    throw std::runtime_error(fmt::format("permit {} cannot be read: {}", id, why));
  }
  return permits;
}

std::map<std::int64_t, StoredPermit> PermitLoad::take_readable(
    const std::vector<pg::Result>& results, Unreadable& unreadable) const {
  std::map<std::int64_t, StoredPermit> permits;
  const pg::Result& rows = results.at(first_);
  for (int row = 0; row < rows.rows(); ++row) {
    const std::int64_t id = rows.int64(row, 0);
    try {
      permits.emplace(id, read_permit(rows, row));
    } catch (const std::exception& why) {
      unreadable.emplace(id, why.what());
    }
  }
  distribute(permits, results.at(first_ + 1), read_visit, &Permit::visits, unreadable);
  distribute(permits, results.at(first_ + 2), read_pause, &Permit::pauses, unreadable);
  distribute(permits, results.at(first_ + 3), read_document, &Permit::documents, unreadable);
  distribute(permits, results.at(first_ + 4), read_rung, &Permit::rungs, unreadable);
  for (const auto& [id, why] : unreadable) permits.erase(id);
  for (auto& [id, stored] : permits) put_in_order(stored.permit);
  return permits;
}

std::size_t add_unchanged(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits,
                          const std::vector<std::int64_t>& versions) {
  return pipeline.add(
      "SELECT p.id FROM unnest($1::bigint[], $2::bigint[]) AS seen(id, version)"
      " JOIN permit p ON p.id = seen.id AND p.version = seen.version",
      pg::bigint_array(permits), pg::bigint_array(versions));
}

// --- Writing ------------------------------------------------------------------------------------

void append_writes(pg::Pipeline& pipeline, const std::vector<PermitChange>& changes,
                   const SendRules& send) {
  Writes writes;
  for (const PermitChange& change : changes) add_change(writes, change, send);
  add_statement(pipeline, kInsertApplicants, writes.applicants);
  add_statement(pipeline, kUpdateContacts, writes.contacts);
  add_statement(pipeline, kInsertPermits, writes.permits);
  add_statement(pipeline, kUpdatePermits, writes.states);
  add_statement(pipeline, kUpdateReplayedPermits, writes.replayed);
  add_statement(pipeline, kUpdateSops, writes.sops);
  add_statement(pipeline, kUpdateVisits, writes.changed_visits);
  add_statement(pipeline, kInsertVisits, writes.visits);
  add_statement(pipeline, kUpsertPauses, writes.pauses);
  add_statement(pipeline, kUpdateDocuments, writes.changed_documents);
  add_statement(pipeline, kInsertDocuments, writes.documents);
  add_statement(pipeline, kRearmRungs, writes.rearmed);
  add_statement(pipeline, kInsertRungs, writes.rungs);
  add_statement(pipeline, kInsertEvents, writes.events);
  add_statement(pipeline, kInsertChanges, writes.changes);
  add_statement(pipeline, kInsertNotes, writes.notes);
  add_statement(pipeline, kInsertNotices, writes.notices);
  add_statement(pipeline, kInsertCounts, writes.counts);
  // After the inserts: an action and its undo may come in one batch.
  add_statement(pipeline, kDropNotices, writes.undone);
  add_statement(pipeline, kDropChanges, writes.undone);
  add_statement(pipeline, kOweAgain, writes.undone);
  add_statement(pipeline, kDropCounts, writes.undone);
}

void append(Decision& decision, Decision&& later) {
  const auto move_all = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  decision.after = std::move(later.after);
  move_all(decision.events, later.events);
  move_all(decision.notices, later.notices);
  move_all(decision.notes, later.notes);
  move_all(decision.counts, later.counts);
  move_all(decision.undone_causes, later.undone_causes);
  if (later.contact) decision.contact = std::move(later.contact);
}

std::string digest(std::string_view salt, std::string_view value) {
  return hex(hmac_sha256(salt, value));
}

std::string event_hash(std::string_view previous, std::int64_t permit, const Event& event,
                       std::string_view fields_json) {
  const json::array head{permit,      event.sequence,   event.type, event.visit,
                         event.actor, event.acting_for, event.via,  seconds_of(event.at)};
  std::string bytes(previous);
  bytes += json::serialize(head);
  bytes += '\n';
  bytes += fields_json;
  return sha256(bytes);
}

// --- Searching ----------------------------------------------------------------------------------

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

const std::string& search_sql(const PermitFilter& filter) {
  static const std::string any = kSearch + kHoldingAnything + kSearchPage;
  static const std::string recent = kSearch + kHoldingAnything + kChangedLately + kSearchPage;
  static const std::string holding = kSearch + kHolding + kSearchPage;
  static const std::string recent_holding = kSearch + kHolding + kChangedLately + kSearchPage;
  static const std::string first_holding = kSearch + kFirstHolding + kSearchPage;
  if (filter.q.empty()) return filter.updated_after ? recent : any;
  if (filter.updated_after) return recent_holding;
  const bool alone = filter.sop.empty() && filter.state.empty() && filter.step.empty() &&
                     filter.role.empty() && filter.sla.empty() && filter.external_id.empty() &&
                     filter.created_by.empty();
  return alone ? first_holding : holding;
}

}  // namespace

void add_search(pg::Pipeline& pipeline, const PermitFilter& filter) {
  std::string like;  // the text is matched as it stands: its wildcards are not ours
  for (char c : filter.q) {
    if (c == '%' || c == '_' || c == '\\') like += '\\';
    like += c;
  }
  if (!like.empty()) like = '%' + like + '%';
  pipeline.add(search_sql(filter), filter.sop, filter.state, filter.step, filter.role, filter.sla,
               like, filter.external_id, filter.updated_after, filter.created_by,
               filter.after.value_or(0), filter.limit + 1);
}

std::vector<std::int64_t> ids_of(const pg::Result& result) {
  std::vector<std::int64_t> ids;
  for (int row = 0; row < result.rows(); ++row) ids.push_back(result.int64(row, 0));
  return ids;
}

void add_find_by_number(pg::Pipeline& pipeline, const std::string& named) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(named.data(), named.data() + named.size(), id);
  if (error != std::errc() || end != named.data() + named.size()) id = 0;
  pipeline.add(
      "SELECT id FROM permit WHERE (id = $1::bigint OR number = $2) AND id > 0"
      " ORDER BY (id = $1::bigint) DESC LIMIT 1",
      id, named);
}

void add_find_numbers(pg::Pipeline& pipeline, const std::string& sop, const std::string& pattern,
                      int limit) {
  pipeline.add("SELECT number FROM permit WHERE sop = $1 AND number ~ $2 ORDER BY id LIMIT $3::int",
               sop, "^(?:" + pattern + ")$", limit);
}

void add_find_by_tracking(pg::Pipeline& pipeline, const std::string& secret) {
  pipeline.add("SELECT id FROM permit WHERE tracking_hash = $1::bytea AND id > 0",
               pg::bytea(sha256(secret)));
}

void add_find_tasks(pg::Pipeline& pipeline, const std::vector<std::string>& roles, int limit) {
  pipeline.add(
      // Of each role the first so many, in the order of its index: however many wait there.
      "SELECT permit FROM unnest($1::text[]) AS r(role) CROSS JOIN LATERAL ("
      "   SELECT permit, due_at FROM visit v WHERE v.role = r.role AND closed_at IS NULL"
      "   AND NOT undone AND permit > 0 ORDER BY due_at, permit LIMIT $2::int) v"
      " GROUP BY permit ORDER BY min(due_at) NULLS LAST, permit LIMIT $2::int",
      pg::text_array(roles), limit);
}

void add_find_done(pg::Pipeline& pipeline, const std::string& actor, Instant since, int limit) {
  pipeline.add(
      "SELECT permit FROM (SELECT permit, at FROM event WHERE type IN ('acted', 'paused', "
      "'resumed')"
      "   AND at > $2::timestamptz AND type = 'acted' AND actor = $1 AND permit > 0"
      "   ORDER BY at DESC, permit DESC, sequence DESC LIMIT $3::int) e"
      " GROUP BY permit ORDER BY max(at) DESC",
      actor, since, limit);
}

void add_find_calendar_backlog(pg::Pipeline& pipeline, const CalendarBacklog& backlog) {
  pipeline.add(
      "SELECT id FROM permit WHERE state IN ('active', 'returned') AND sop = ANY($1::text[])"
      " AND calendar_version <> $2 AND id > $3::bigint ORDER BY id LIMIT $4::int",
      pg::text_array(backlog.sops), backlog.calendar_version, backlog.after, backlog.limit);
}

void add_find_sop_backlog(pg::Pipeline& pipeline, const SopBacklog& backlog) {
  pipeline.add(
      "SELECT id FROM permit WHERE state IN ('active', 'returned') AND sop = $1"
      " AND sop_version <> $2 AND id > $3::bigint"
      " AND (cardinality($4::text[]) = 0 OR id::text = ANY($4::text[])"
      "   OR number = ANY($4::text[])) ORDER BY id LIMIT $5::int",
      backlog.sop, backlog.sop_version, backlog.after, pg::text_array(backlog.permits),
      backlog.limit);
}

void add_name_permits(pg::Pipeline& pipeline, const std::vector<std::string>& names) {
  pipeline.add(
      "SELECT n.name, coalesce(p.sop, ''), coalesce(p.state IN ('active', 'returned'), false)"
      " FROM unnest($1::text[]) WITH ORDINALITY AS n(name, place)"
      " LEFT JOIN permit p ON (p.id::text = n.name OR p.number = n.name) AND p.id > 0"
      " ORDER BY n.place",
      pg::text_array(names));
}

std::vector<NamedPermit> named_permits_of(const pg::Result& r) {
  std::vector<NamedPermit> permits;
  for (int row = 0; row < r.rows(); ++row)
    permits.push_back({text_at(r, row, 0), text_at(r, row, 1), r.boolean(row, 2)});
  return permits;
}

void add_events(pg::Pipeline& pipeline, std::int64_t permit) {
  pipeline.add(
      "SELECT sequence, type, visit, actor, acting_for, via, at, fields, hash FROM event"
      " WHERE permit = $1::bigint ORDER BY sequence",
      permit);
}

std::vector<StoredEvent> events_of(const pg::Result& r) {
  std::vector<StoredEvent> events;
  for (int row = 0; row < r.rows(); ++row) {
    StoredEvent stored;
    stored.event.sequence = r.int64(row, 0);
    stored.event.type = text_at(r, row, 1);
    stored.event.visit = int_at(r, row, 2);
    stored.event.actor = text_at(r, row, 3);
    stored.event.acting_for = text_at(r, row, 4);
    stored.event.via = text_at(r, row, 5);
    stored.event.at = r.instant(row, 6);
    stored.fields_json = text_at(r, row, 7);
    stored.hash = r.bytes(row, 8);
    events.push_back(std::move(stored));
  }
  return events;
}

void add_notes(pg::Pipeline& pipeline, std::int64_t permit) {
  pipeline.add(
      "SELECT permit, event, visit, kind, document, text, by FROM note WHERE permit = $1::bigint"
      " ORDER BY event, id",
      permit);
}

void add_notes_of_events(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits,
                         const std::vector<std::int64_t>& events) {
  pipeline.add(
      "SELECT n.permit, n.event, n.visit, n.kind, n.document, n.text, n.by FROM note n"
      " JOIN unnest($1::bigint[], $2::bigint[]) AS c(permit, event)"
      " ON n.permit = c.permit AND n.event = c.event ORDER BY n.permit, n.event, n.id",
      pg::bigint_array(permits), pg::bigint_array(events));
}

std::vector<StoredNote> notes_of(const pg::Result& r) {
  std::vector<StoredNote> notes;
  for (int row = 0; row < r.rows(); ++row)
    notes.push_back({r.int64(row, 0), r.int64(row, 1), int_at(r, row, 2), text_at(r, row, 3),
                     text_at(r, row, 4), text_at(r, row, 5), text_at(r, row, 6)});
  return notes;
}

std::vector<StoredNote> last_notes(const std::vector<StoredNote>& notes, int visit,
                                   std::initializer_list<std::string_view> kinds) {
  std::vector<StoredNote> found;
  for (const StoredNote& note : notes) {
    if (note.visit != visit || std::find(kinds.begin(), kinds.end(), note.kind) == kinds.end())
      continue;
    if (!found.empty() && found.front().event < note.event) found.clear();
    found.push_back(note);
  }
  return found;
}

}  // namespace tenggat::store
