// The tables of a permit, each as one list of columns.
#pragma once
#include <boost/json/object.hpp>

#include "daemon/store/columns.h"
#include "daemon/store/permits.h"

namespace tenggat::store {

// --- Values -------------------------------------------------------------------------------------

template <>
struct Codec<PermitState> : WordCodec<PermitState, to_string, parse_permit_state> {};
template <>
struct Codec<Outcome> : WordCodec<Outcome, to_string, parse_outcome> {};

template <>
struct Codec<Verdict> {
  static constexpr const char* kSql = "text";
  static std::string_view put(Verdict verdict) {
    return verdict == Verdict::met ? "met" : "missed";
  }
  static Verdict get(const pg::Result& r, int row, int column) {
    return r.text(row, column) == "met" ? Verdict::met : Verdict::missed;
  }
};

// Budgets as this program wrote them.
template <>
struct Codec<Budget> {
  static constexpr const char* kSql = "text";
  static std::string put(const Budget& budget) { return budget.to_string(); }
  static Budget get(const pg::Result& r, int row, int column);
};

// As JSON objects, and as a list of texts.
template <>
struct Codec<LastAction> {
  static constexpr const char* kSql = "jsonb";
  static std::string put(const LastAction& last);
  static LastAction get(const pg::Result& r, int row, int column);
};
template <>
struct Codec<Acknowledgement> {
  static constexpr const char* kSql = "jsonb";
  static std::string put(const Acknowledgement& latest);
  static Acknowledgement get(const pg::Result& r, int row, int column);
};
template <>
struct Codec<LateEntry> {
  static constexpr const char* kSql = "jsonb";
  static std::string put(const LateEntry& late);
  static LateEntry get(const pg::Result& r, int row, int column);
};
template <>
struct Codec<std::vector<SuperiorResponse>> {
  static constexpr const char* kSql = "jsonb";
  static std::string put(const std::vector<SuperiorResponse>& responses);
  static std::vector<SuperiorResponse> get(const pg::Result& r, int row, int column);
};
// A form's fields as they are: booleans, numbers, texts.
boost::json::object as_json(const FieldValues& fields);
FieldValues fields_of(const boost::json::object& object);
template <>
struct Codec<FieldValues> {
  static constexpr const char* kSql = "jsonb";
  static std::string put(const FieldValues& fields);
  static FieldValues get(const pg::Result& r, int row, int column);
};
template <>
struct Codec<std::vector<std::string>> {
  static constexpr const char* kSql = "jsonb";
  static std::string put(const std::vector<std::string>& texts);
  static std::vector<std::string> get(const pg::Result& r, int row, int column);
};

// --- Parts that the core does not know ----------------------------------------------------------

struct OfPermit {
  std::int64_t permit = 0;
};
// An end that its clock has now; a clock that has ended keeps what it had (Visit::due_at).
struct ClockDue {
  std::optional<Instant> due_at;
};
// Derived, so that open visits are found.
struct VisitIndex {
  std::optional<Instant> due_soon_at;
  bool paused = false;
  std::optional<Instant> check_at;  // of the permit, on its first open visit
};
struct TrackingIndex {
  std::string tracking_hash;
};

// --- Tables -------------------------------------------------------------------------------------

inline constexpr auto kPermit = table(
    "permit", key("id", &Permit::id), fixed("sop", &Permit::sop),
    column("sop_version", &Permit::sop_version), fixed("number", &Permit::number),
    column("state", &Permit::state), column("outcome", &Permit::outcome),
    fixed("applicant", &Permit::applicant), digested(fixed("subject", &Permit::subject)),
    digested(fixed("external_id", &Permit::external_id)), fixed("created_by", &Permit::created_by),
    fixed("started_at", &Permit::started_at), fixed("submitted_at", &Permit::submitted_at),
    unrecorded(column("version", &Permit::version)), column("changed_at", &Permit::changed_at),
    unrecorded(column("events", &Permit::events)),
    unrecorded(column<Bytea>("last_hash", &StoredPermit::last_hash)),
    column("case_opened_at", &Permit::case_opened_at),
    column("case_closed_at", &Permit::case_closed_at),
    column("case_verdict", &Permit::case_verdict),
    column("case_missed_counted", &Permit::case_missed_counted),
    column("promised_at", &Permit::promised_at), column("signings", &Permit::signings),
    column("legal_opened_at", &Permit::legal_opened_at),
    unrecorded(column("last_action", &Permit::last_action)),
    column("case_elapsed", &Permit::case_elapsed), column("case_standard", &Permit::case_standard),
    unrecorded(column("case_due_at", &ClockDue::due_at)),
    unrecorded(column("case_due_soon_at", &Projection::case_due_soon_at)),
    unrecorded(column("legal_due_at", &Projection::legal_due_at)),
    unrecorded(column("legal_risk_at", &Projection::legal_risk_at)),
    column("calendar_version", &StoredPermit::calendar_version),
    unrecorded(fixed<Bytea>("tracking_hash", &TrackingIndex::tracking_hash)),
    digested(fixed("tracking_secret", &StoredPermit::tracking_seed)),
    digested(fixed<Jsonb>("fields", &StoredPermit::fields)),
    digested(column("form", &Permit::fields)), column("legal_passed_at", &Permit::legal_passed_at),
    fixed("related", &Permit::related), fixed("imported_at", &Permit::imported_at));

inline constexpr auto kApplicant =
    table("applicant", key("id", &Permit::applicant),
          digested(fixed("name", &StoredPermit::Applicant::name)),
          digested(column("email", &StoredPermit::Applicant::email)),
          digested(column("whatsapp", &StoredPermit::Applicant::whatsapp)),
          digested(fixed<Bytea>("salt", &StoredPermit::salt)));

inline constexpr auto kVisit = table(
    "visit", key("permit", &OfPermit::permit), key("id", &Visit::id), column("step", &Visit::step),
    column("occurrence", &Visit::occurrence), column("role", &Visit::role),
    column("opened_at", &Visit::opened_at), column("assignee", &Visit::assignee),
    column("claimed_at", &Visit::claimed_at), column("closed_at", &Visit::closed_at),
    column("action", &Visit::action), column("closed_by", &Visit::closed_by),
    column("closed_for", &Visit::closed_for), column("verdict", &Visit::verdict),
    column("elapsed", &Visit::elapsed), column("prepared_by", &Visit::prepared_by),
    column("returned", &Visit::returned), column("missed_counted", &Visit::missed_counted),
    column("undone", &Visit::undone), unrecorded(column("due_at", &ClockDue::due_at)),
    unrecorded(column("due_soon_at", &VisitIndex::due_soon_at)),
    unrecorded(column("paused", &VisitIndex::paused)), column("deficiencies", &Visit::deficiencies),
    unrecorded(column("check_at", &VisitIndex::check_at)), column("standard", &Visit::standard),
    column("drafted_by", &Visit::drafted_by), column("acknowledged", &Visit::acknowledged),
    column("waited", &Visit::waited), column("handled", &Visit::handled),
    column("sop_version", &Visit::sop_version), column("fork", &Visit::fork),
    column("branch", &Visit::branch), column("joined", &Visit::joined),
    column("late", &Visit::late), column("responses", &Visit::responses),
    column("field_visit_at", &Visit::field_visit_at));

inline constexpr auto kPause =
    table("pause", key("permit", &OfPermit::permit), key("id", &Pause::id),
          column("visit", &Pause::visit), column("reason", &Pause::reason),
          column("stops_case", &Pause::stops_case), column("from_at", &Pause::from),
          column("to_at", &Pause::to), column("until_at", &Pause::until), column("by", &Pause::by),
          column("extensions", &Pause::extensions), column("sop_version", &Pause::sop_version),
          column("requirement", &Pause::requirement));

inline constexpr auto kDocument =
    table("document", key("permit", &OfPermit::permit), key("id", &Document::id),
          column("visit", &Document::visit), column("kind", &Document::kind),
          digested(column("name", &Document::name)), digested(column("uri", &Document::uri)),
          column("sha256", &Document::sha256), column("number", &Document::number),
          column("file", &Document::file), column("added_at", &Document::added_at),
          column("added_by", &Document::added_by), column("added_event", &Document::added_event),
          column("superseded_event", &Document::superseded_event),
          column("voided_event", &Document::voided_event), column("role", &Document::role));

inline constexpr auto kRung =
    table("raised_rung", key("permit", &OfPermit::permit), key("visit", &RaisedRung::visit),
          key("rung", &RaisedRung::rung), key("k", &RaisedRung::k),
          key("occurrence", &RaisedRung::occurrence), fixed("due_at", &RaisedRung::due_at),
          fixed("raised_at", &RaisedRung::raised_at), column("rearmed", &RaisedRung::rearmed));

inline constexpr auto kNote =
    table("note", key("permit", &StoredNote::permit), key("event", &StoredNote::event),
          key("id", &StoredNote::id), fixed("visit", &StoredNote::visit),
          fixed("kind", &StoredNote::kind), fixed("document", &StoredNote::document),
          digested(fixed("text", &StoredNote::text)), fixed("by", &StoredNote::by));

inline constexpr auto kEvent =
    table("event", key("permit", &OfPermit::permit), key("sequence", &EventHead::sequence),
          fixed("type", &StoredEvent::type), fixed("visit", &EventHead::visit),
          fixed("actor", &EventHead::actor), fixed("acting_for", &EventHead::acting_for),
          fixed("via", &EventHead::via), fixed("at", &EventHead::at),
          fixed<Json>("fields", &StoredEvent::fields_json),
          fixed<Bytea>("hash", &StoredEvent::hash), fixed<TextOrNull>("rows", &EventRows::json));
inline auto parts_of(StoredEvent& stored) { return std::tie(stored, stored.event); }

// --- What the record holds of a row, and what it calls it (row_record.h) ------------------------

// An end counts once its clock has stopped: until then it follows from the rules.
inline constexpr auto kRecordOfPermit =
    kPermit + columns(column("case_due_at", &Permit::case_due_at));
inline constexpr auto kRecordOfVisit = kVisit + columns(column("due_at", &Visit::due_at));

inline std::string row_of(const Visit& visit) { return fmt::format("visit {}", visit.id); }
inline std::string row_of(const Pause& pause) { return fmt::format("pause {}", pause.id); }
inline std::string row_of(const Document& d) { return fmt::format("document {}", d.id); }
inline std::string row_of(const RaisedRung& r) {
  return fmt::format("rung {} {} {} {}", r.visit, r.rung, r.k, r.occurrence);
}
inline std::string row_of(const StoredNote& n) { return fmt::format("note {} {}", n.event, n.id); }

}  // namespace tenggat::store
