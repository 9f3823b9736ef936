#include "daemon/office/change_event.h"

#include <fmt/format.h>

#include <stdexcept>

namespace tenggat::office {
namespace {

namespace json = boost::json;

constexpr int kVersion = 1;  // of an event's shape

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value or_null(const std::optional<Stamp>& stamp) {
  return stamp ? json::value(to_string(*stamp)) : json::value(nullptr);
}

// "kajian_teknis#1" is the step kajian_teknis.
bool recommends(const Sop& sop, std::string_view visit, std::string_view action) {
  const Step* step = sop.find_step(visit.substr(0, visit.find('#')));
  const ActionRule* rule = step ? step->find_action(action) : nullptr;
  return rule && rule->sets_outcome != Outcome::none && !rule->to.empty();
}

// What is shown of an event of each type that is followed.
struct Told {
  const char* type = "permit.changed";
  json::value visit{}, action{}, state{}, step{}, pause{}, occurred_at{};
  json::array branches{}, cancelled{};
  json::object fields{};
};

json::array texts(const std::vector<std::string>& words) {
  return json::array(words.begin(), words.end());
}

// What is personal stays in the office.
json::object shown(const std::vector<GivenField>& fields) {
  json::object view;
  for (const GivenField& one : fields)
    if (const std::string* value = std::get_if<std::string>(&one.value)) view[one.field] = *value;
  return view;
}

Told told(const Acted& e, const Sop& sop) {
  const bool recommended = recommends(sop, e.step, e.action);
  return {.visit = or_null(e.step),
          .action = recommended ? json::value(nullptr) : or_null(e.action),
          .state = json::value(to_string(e.state)),
          .step = or_null(e.to),
          .occurred_at = or_null(e.occurred_at),
          .branches = texts(e.branches),
          .cancelled = texts(e.cancelled),
          .fields = shown(e.fields)};
}
Told told(const LegalLimitPassed& e, const Sop&) {
  Told told{.type = "permit.legal_limit_passed"};
  told.occurred_at = json::value(to_string(e.due_at));
  return told;
}
Told told(const Paused& e, const Sop&) {
  Told told{.type = "permit.paused"};
  told.visit = or_null(e.step);
  told.pause = or_null(e.pause);
  return told;
}
Told told(const Resumed& e, const Sop&) {
  Told told{.type = "permit.resumed"};
  told.visit = or_null(e.step);
  told.pause = or_null(e.pause);
  told.occurred_at = or_null(e.at);
  return told;
}
template <class Other>
Told told(const Other&, const Sop&) {
  throw std::logic_error("an event that is not followed is no change");
}

}  // namespace

std::string change_id(const store::ChangePlace& place) {
  return fmt::format("e{:x}-{:x}-{:x}", place.at.time_since_epoch().count(), place.permit,
                     place.sequence);
}

json::object change_event(const store::Change& change, const Sop& sop, const Calendar& calendar) {
  const Event event = store::event_of(change);
  Told of = std::visit([&](const auto& what) { return told(what, sop); }, event.what);
  const std::string recorded = calendar.format(change.place.at);
  if (of.occurred_at.is_null()) of.occurred_at = recorded;
  json::object data{{"permit", std::to_string(change.place.permit)},
                    {"sequence", change.place.sequence},
                    {"number", change.number},
                    {"external_id", or_null(change.external_id)},
                    {"sop", change.sop},
                    {"visit", std::move(of.visit)},
                    {"action", std::move(of.action)},
                    {"state", std::move(of.state)},
                    {"step", std::move(of.step)},
                    {"branches", std::move(of.branches)},
                    {"cancelled", std::move(of.cancelled)},
                    {"fields", std::move(of.fields)},
                    {"pause", std::move(of.pause)},
                    {"occurred_at", std::move(of.occurred_at)}};
  return {{"id", change_id(change.place)},
          {"version", kVersion},
          {"type", of.type},
          {"timestamp", recorded},
          {"data", std::move(data)}};
}

}  // namespace tenggat::office
