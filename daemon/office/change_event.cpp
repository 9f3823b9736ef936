#include "daemon/office/change_event.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

namespace tenggat::office {
namespace {

namespace json = boost::json;

constexpr int kVersion = 1;  // of an event's shape

const char* type_of(const store::Change& change) {
  if (change.type == "paused") return "permit.paused";
  if (change.type == "resumed") return "permit.resumed";
  return "permit.changed";
}

json::value field_of(const json::object& fields, std::string_view name) {
  const json::value* found = fields.if_contains(name);
  if (!found || !found->is_string() || found->as_string().empty()) return nullptr;
  return *found;
}

// "kajian_teknis#1" is the step kajian_teknis.
bool recommends(const Sop& sop, std::string_view visit, std::string_view action) {
  const Step* step = sop.find_step(visit.substr(0, visit.find('#')));
  const ActionRule* rule = step ? step->find_action(action) : nullptr;
  return rule && rule->sets_outcome != Outcome::none && !rule->to.empty();
}

}  // namespace

std::string change_id(const store::ChangePlace& place) {
  return fmt::format("e{:x}-{:x}-{:x}", place.at.time_since_epoch().count(), place.permit,
                     place.sequence);
}

json::object change_event(const store::Change& change, const Sop& sop, const Calendar& calendar) {
  const json::value parsed = json::parse(change.fields_json);
  const json::object& fields = parsed.as_object();
  json::object data{{"permit", std::to_string(change.place.permit)},
                    {"sequence", change.place.sequence},
                    {"number", change.number},
                    {"external_id", nullptr},
                    {"sop", change.sop},
                    {"visit", field_of(fields, "step")},
                    {"action", field_of(fields, "action")},
                    {"state", field_of(fields, "state")},
                    {"step", field_of(fields, "to")},
                    {"pause", field_of(fields, "pause")},
                    {"occurred_at", field_of(fields, "occurred_at")}};
  const json::value visit = data.at("visit"), action = data.at("action");
  if (visit.is_string() && action.is_string() &&
      recommends(sop, std::string(visit.as_string()), std::string(action.as_string())))
    data["action"] = nullptr;
  if (!change.external_id.empty()) data["external_id"] = change.external_id;
  const std::string recorded = calendar.format(change.place.at);
  if (const json::value at = field_of(fields, "at"); !at.is_null()) data["occurred_at"] = at;
  if (data.at("occurred_at").is_null()) data["occurred_at"] = recorded;
  return {{"id", change_id(change.place)},
          {"version", kVersion},
          {"type", type_of(change)},
          {"timestamp", recorded},
          {"data", std::move(data)}};
}

}  // namespace tenggat::office
