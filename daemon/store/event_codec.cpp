#include "daemon/store/event_codec.h"

#include <boost/json.hpp>

#include "daemon/store/hash.h"
#include "daemon/store/json_fields.h"

namespace tenggat::store {
namespace json = boost::json;
namespace {

// --- The log's types, each with its fields in the order in which they are written ----------------

template <class... F>
struct Stored {
  std::string_view type;
  std::tuple<F...> fields;
};
template <class... F>
constexpr Stored<F...> stored(std::string_view type, F... fields) {
  return {type, {fields...}};
}

template <class What>
constexpr int kStored = 0;  // a type without a row below does not compile

template <>
constexpr auto kStored<Submitted> = stored("submitted", always("number", &Submitted::number),
                                           always("sop", &Submitted::sop),
                                           always("sop_version", &Submitted::sop_version),
                                           always("applicant", &Submitted::applicant),
                                           maybe("related", &Submitted::related),
                                           given("field.", "personal.", &Submitted::fields));
template <>
constexpr auto kStored<Acted> =
    stored("acted", maybe("step", &Acted::step), always("action", &Acted::action),
           always("to", &Acted::to), always("state", &Acted::state),
           maybe("occurred_at", &Acted::occurred_at), mark("backdated", "true", &Acted::backdated),
           maybe("late_entry", &Acted::late_entry), maybe("note", &Acted::note),
           numbered("deficiency.", &Acted::deficiencies), numbered("document.", &Acted::documents),
           numbered("branch.", &Acted::branches), numbered("cancelled.", &Acted::cancelled),
           numbered("checked.", &Acted::checked), numbered("unopened.", &Acted::unopened),
           given("field.", "personal.", &Acted::fields));
template <>
constexpr auto kStored<Confirmed> = stored("confirmed", always("step", &Confirmed::step),
                                           maybe("note", &Confirmed::note));
template <>
constexpr auto kStored<Corrected> = stored("corrected", always("step", &Corrected::step),
                                           always("occurred_at", &Corrected::occurred_at),
                                           always("before", &Corrected::before),
                                           maybe("reason", &Corrected::reason),
                                           mark("turned_step", "true", &Corrected::turned_step),
                                           mark("turned_case", "true", &Corrected::turned_case));
template <>
constexpr auto kStored<Undone> = stored("undone", always("event", &Undone::event),
                                        always("action", &Undone::action));
template <>
constexpr auto kStored<Claimed> = stored("claimed", always("step", &Claimed::step));
template <>
constexpr auto kStored<Released> = stored("released", always("step", &Released::step),
                                          maybe("officer", &Released::officer),
                                          maybe("why", &Released::why),
                                          maybe("reason", &Released::reason));
template <>
constexpr auto kStored<Assigned> = stored("assigned", always("step", &Assigned::step),
                                          always("officer", &Assigned::officer),
                                          maybe("before", &Assigned::before),
                                          maybe("why", &Assigned::why),
                                          maybe("reason", &Assigned::reason));
template <>
constexpr auto kStored<Escalated> = stored("escalated", always("step", &Escalated::step),
                                           always("k", &Escalated::k), always("to", &Escalated::to),
                                           maybe("note", &Escalated::note));
template <>
constexpr auto kStored<Acknowledged> = stored("acknowledged", always("step", &Acknowledged::step),
                                              always("obstacle", &Acknowledged::obstacle),
                                              always("until", &Acknowledged::until),
                                              maybe("note", &Acknowledged::note));
template <>
constexpr auto kStored<Directed> = stored("directed", always("step", &Directed::step),
                                          maybe("officer", &Directed::officer),
                                          maybe("note", &Directed::note));
template <>
constexpr auto kStored<Responded> = stored("responded", always("step", &Responded::step),
                                           always("until", &Responded::until),
                                           maybe("note", &Responded::note));
template <>
constexpr auto kStored<Paused> = stored("paused", always("step", &Paused::step),
                                        always("pause", &Paused::pause),
                                        maybe("until", &Paused::until),
                                        maybe("note", &Paused::note),
                                        maybe("requirement", &Paused::requirement));
template <>
constexpr auto kStored<PauseExtended> = stored(
    "pause_extended", always("step", &PauseExtended::step), always("pause", &PauseExtended::pause),
    always("k", &PauseExtended::k), always("until_before", &PauseExtended::until_before),
    always("until", &PauseExtended::until), maybe("note", &PauseExtended::note));
template <>
constexpr auto kStored<Resumed> = stored("resumed", always("step", &Resumed::step),
                                         always("pause", &Resumed::pause),
                                         maybe("at", &Resumed::at), maybe("note", &Resumed::note),
                                         numbered("document.", &Resumed::documents));
template <>
constexpr auto kStored<ContactCorrected> = stored("contact_corrected",
                                                  always("email", &ContactCorrected::email),
                                                  always("whatsapp", &ContactCorrected::whatsapp));
template <>
constexpr auto kStored<LinkSent> = stored("link_sent");
template <>
constexpr auto kStored<CalendarApplied> = stored("calendar_applied",
                                                 always("calendar", &CalendarApplied::calendar),
                                                 always("decree", &CalendarApplied::decree));
template <>
constexpr auto kStored<SopMigrated> = stored("sop_migrated", always("sop", &SopMigrated::sop),
                                             always("from", &SopMigrated::from),
                                             always("to", &SopMigrated::to),
                                             always("because", &SopMigrated::because));
template <>
constexpr auto kStored<RungRaised> = stored("rung_raised", always("rung", &RungRaised::rung),
                                            always("k", &RungRaised::k),
                                            always("occurrence", &RungRaised::occurrence),
                                            always("due_at", &RungRaised::due_at),
                                            always("reason", &RungRaised::reason));
template <>
constexpr auto kStored<DeadlineMissed> = stored("deadline_missed",
                                                always("counted_at", &DeadlineMissed::counted_at));
template <>
constexpr auto kStored<LegalLimitPassed> = stored("legal_limit_passed",
                                                  always("due_at", &LegalLimitPassed::due_at));
template <>
constexpr auto kStored<ReminderRaised> =
    stored("reminder_raised", mark("rung", "kendala", &ReminderRaised::of_obstacle),
           always("k", &ReminderRaised::k), always("due_at", &ReminderRaised::due_at));
template <>
constexpr auto kStored<Wrote> = stored("wrote", maybe("note", &Wrote::note));
template <>
constexpr auto kStored<DocumentOpened> = stored("document_opened",
                                                always("step", &DocumentOpened::step),
                                                always("document", &DocumentOpened::document),
                                                always("kind", &DocumentOpened::kind));
template <>
constexpr auto kStored<NoteAdded> = stored("note_added", maybe("note", &NoteAdded::note));
template <>
constexpr auto kStored<DocumentsBrought> = stored("documents_brought",
                                                  always("step", &DocumentsBrought::step),
                                                  numbered("document.",
                                                           &DocumentsBrought::documents));
template <>
constexpr auto kStored<FieldVisitPlanned> = stored("field_visit_planned",
                                                   always("step", &FieldVisitPlanned::step),
                                                   always("at", &FieldVisitPlanned::visit_at),
                                                   maybe("before", &FieldVisitPlanned::before));
template <>
constexpr auto kStored<Imported> = stored("imported", always("import", &Imported::import),
                                          always("number", &Imported::number),
                                          always("sop", &Imported::sop),
                                          always("sop_version", &Imported::sop_version),
                                          always("applicant", &Imported::applicant),
                                          given("field.", "personal.", &Imported::fields),
                                          maybe("former_number", &Imported::former_number));
template <>
constexpr auto kStored<RowsRecorded> = stored("rows_recorded");

// --- Beside the fields of its type ---------------------------------------------------------------

constexpr auto kOfAny = std::tuple(maybe("in_place_because", &Event::in_place_because));
constexpr std::string_view kRedirected = "redirected.";  // and the role

void read_redirected(const json::object& fields, Event& event) {
  for (const auto& [name, value] : fields) {
    if (!name.starts_with(kRedirected)) continue;
    Redirected one{std::string(name).substr(kRedirected.size())};
    Reading(fields).find(name, one.why);
    event.redirected.push_back(std::move(one));
  }
}

template <class... What>
Happening read_what(std::string_view type, const json::object& fields,
                    const std::variant<What...>*) {
  std::optional<Happening> found;
  const auto is = [&]<class T>(const T*) {
    if (type == kStored<T>.type) found = read_object<T>(kStored<T>.fields, fields);
  };
  (is(static_cast<const What*>(nullptr)), ...);
  if (!found) throw std::runtime_error("there is no such type");
  return *std::move(found);
}

}  // namespace

std::string_view type_of(const Happening& what) {
  return std::visit([]<class T>(const T&) { return kStored<T>.type; }, what);
}

std::string fields_of(const Event& event, std::string_view salt) {
  Writing writing(salt);
  std::visit([&]<class T>(const T& what) { writing.all(kStored<T>.fields, what); }, event.what);
  writing.all(kOfAny, event);
  for (const Redirected& one : event.redirected)
    writing.set(std::string(kRedirected) + one.role, one.why);
  return json::serialize(writing.take());
}

Event event_of(std::int64_t permit, const StoredEvent& stored) {
  try {
    const json::value parsed = json::parse(stored.fields_json);
    if (!parsed.is_object()) throw std::runtime_error("its fields are no object");
    const json::object& fields = parsed.as_object();
    Event event = read_object<Event>(kOfAny, fields);
    static_cast<EventHead&>(event) = stored.event;
    event.what = read_what(stored.type, fields, static_cast<const Happening*>(nullptr));
    read_redirected(fields, event);
    return event;
  } catch (const std::exception& why) {
    throw UnreadableEvent(fmt::format("permit {}, event {} ({}) cannot be read: {}", permit,
                                      stored.event.sequence, stored.type, why.what()));
  }
}

bool is_followed(const Happening& what) {
  return std::holds_alternative<Acted>(what) || std::holds_alternative<Paused>(what) ||
         std::holds_alternative<Resumed>(what) || std::holds_alternative<LegalLimitPassed>(what);
}

const std::string& followed_types() {
  static const std::string types =
      fmt::format("'{}', '{}', '{}', '{}'", kStored<Acted>.type, kStored<Paused>.type,
                  kStored<Resumed>.type, kStored<LegalLimitPassed>.type);
  return types;
}

std::string event_hash(std::string_view previous, std::int64_t permit, const StoredEvent& stored) {
  const EventHead& head = stored.event;
  const json::array canonical{
      permit,     head.sequence,   stored.type, head.visit,
      head.actor, head.acting_for, head.via,    head.at.time_since_epoch().count()};
  std::string bytes(previous);
  bytes += json::serialize(canonical);
  bytes += '\n';
  bytes += stored.fields_json;
  if (!stored.rows.json.empty()) {  // earlier programs wrote none
    bytes += '\n';
    bytes += stored.rows.json;
  }
  return sha256(bytes);
}

}  // namespace tenggat::store
