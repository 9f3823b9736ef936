#include "daemon/store/permit_tables.h"

#include <boost/json.hpp>

namespace tenggat::store {
namespace json = boost::json;
namespace {

std::int64_t seconds_of(Instant instant) { return instant.time_since_epoch().count(); }

json::value optional_instant(const std::optional<Instant>& instant) {
  return instant ? json::value(seconds_of(*instant)) : json::value(nullptr);
}

json::value optional_fields(const std::optional<FieldValues>& fields) {
  return fields ? json::value(as_json(*fields)) : json::value(nullptr);
}

json::object object_at(const pg::Result& r, int row, int column) {
  return json::parse(r.text(row, column)).as_object();
}

}  // namespace

Budget Codec<Budget>::get(const pg::Result& r, int row, int column) {
  const auto budget = parse_budget(r.text(row, column));
  if (!budget) throw std::logic_error(fmt::format("the database holds '{}'", r.text(row, column)));
  return *budget;
}

std::string Codec<LastAction>::put(const LastAction& last) {
  return json::serialize(
      json::object{{"event", last.event},
                   {"recorded_at", seconds_of(last.recorded_at)},
                   {"by", last.by},
                   {"closed_visit", last.closed_visit},
                   {"opened", json::value_from(last.opened)},
                   {"abandoned", json::value_from(last.abandoned)},
                   {"ended_pauses", json::value_from(last.ended_pauses)},
                   {"fields_before", optional_fields(last.fields_before)},
                   {"state_before", to_string(last.state_before)},
                   {"outcome_before", to_string(last.outcome_before)},
                   {"case_opened_before", optional_instant(last.case_opened_before)},
                   {"legal_opened_before", optional_instant(last.legal_opened_before)},
                   {"promised_before", optional_instant(last.promised_before)},
                   {"visit_missed_before", last.visit_missed_before},
                   {"case_missed_before", last.case_missed_before},
                   {"case_closed", last.case_closed},
                   {"signings_before", last.signings_before}});
}

LastAction Codec<LastAction>::get(const pg::Result& r, int row, int column) {
  const json::object object = object_at(r, row, column);
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
  if (object.contains("opened")) {
    last.opened = json::value_to<std::vector<int>>(object.at("opened"));
    last.abandoned = json::value_to<std::vector<int>>(object.at("abandoned"));
    last.ended_pauses = json::value_to<std::vector<int>>(object.at("ended_pauses"));
    if (const json::value& fields = object.at("fields_before"); !fields.is_null())
      last.fields_before = fields_of(fields.as_object());
  } else {
    last.by.clear();  // of an earlier program, which did not say all that it closed: stays done
  }
  last.state_before = known(parse_permit_state(word("state_before")), word("state_before"));
  last.outcome_before = known(parse_outcome(word("outcome_before")), word("outcome_before"));
  last.case_opened_before = instant("case_opened_before");
  last.legal_opened_before = instant("legal_opened_before");
  last.promised_before = instant("promised_before");
  last.visit_missed_before = object.at("visit_missed_before").as_bool();
  last.case_missed_before = object.at("case_missed_before").as_bool();
  last.case_closed = object.at("case_closed").as_bool();
  last.signings_before = static_cast<int>(number("signings_before"));
  return last;
}

std::string Codec<Acknowledgement>::put(const Acknowledgement& latest) {
  return json::serialize(json::object{{"k", latest.k},
                                      {"obstacle", latest.obstacle},
                                      {"at", seconds_of(latest.at)},
                                      {"until", seconds_of(latest.until)},
                                      {"by", latest.by},
                                      {"sop_version", latest.sop_version}});
}

Acknowledgement Codec<Acknowledgement>::get(const pg::Result& r, int row, int column) {
  const json::object object = object_at(r, row, column);
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

std::string Codec<std::vector<SuperiorResponse>>::put(
    const std::vector<SuperiorResponse>& responses) {
  json::array all;
  for (const SuperiorResponse& one : responses)
    all.push_back(json::object{
        {"officer", one.officer}, {"at", seconds_of(one.at)}, {"until", seconds_of(one.until)}});
  return json::serialize(all);
}

std::vector<SuperiorResponse> Codec<std::vector<SuperiorResponse>>::get(const pg::Result& r,
                                                                        int row, int column) {
  std::vector<SuperiorResponse> responses;
  const json::value all = json::parse(r.text(row, column));
  for (const json::value& value : all.as_array()) {
    const json::object& object = value.as_object();
    const auto instant = [&](const char* name) {
      return Instant{Seconds{object.at(name).to_number<std::int64_t>()}};
    };
    responses.push_back(
        {std::string(object.at("officer").as_string()), instant("at"), instant("until")});
  }
  return responses;
}

std::string Codec<LateEntry>::put(const LateEntry& late) {
  return json::serialize(json::object{{"recorded_at", seconds_of(late.recorded_at)},
                                      {"by", late.by},
                                      {"turned_step", late.turned_step},
                                      {"turned_case", late.turned_case},
                                      {"confirmed_by", late.confirmed_by},
                                      {"confirmed_at", optional_instant(late.confirmed_at)}});
}

LateEntry Codec<LateEntry>::get(const pg::Result& r, int row, int column) {
  const json::object object = object_at(r, row, column);
  const auto instant = [&](const char* name) {
    return Instant{Seconds{object.at(name).to_number<std::int64_t>()}};
  };
  LateEntry late;
  late.recorded_at = instant("recorded_at");
  late.by = object.at("by").as_string();
  late.turned_step = object.at("turned_step").as_bool();
  late.turned_case = object.at("turned_case").as_bool();
  late.confirmed_by = object.at("confirmed_by").as_string();
  if (!object.at("confirmed_at").is_null()) late.confirmed_at = instant("confirmed_at");
  return late;
}

json::object as_json(const FieldValues& fields) {
  json::object object;
  for (const auto& [field, value] : fields)
    std::visit([&](const auto& one) { object[field] = one; }, value);
  return object;
}

FieldValues fields_of(const json::object& object) {
  FieldValues fields;
  for (const auto& [field, value] : object) {
    if (value.is_bool())
      fields[std::string(field)] = value.as_bool();
    else if (value.is_string())
      fields[std::string(field)] = std::string(value.as_string());
    else
      fields[std::string(field)] = value.to_number<double>();
  }
  return fields;
}

std::string Codec<FieldValues>::put(const FieldValues& fields) {
  return json::serialize(as_json(fields));
}

FieldValues Codec<FieldValues>::get(const pg::Result& r, int row, int column) {
  return fields_of(object_at(r, row, column));
}

std::string Codec<std::vector<std::string>>::put(const std::vector<std::string>& texts) {
  return json::serialize(json::value_from(texts));
}

std::vector<std::string> Codec<std::vector<std::string>>::get(const pg::Result& r, int row,
                                                              int column) {
  std::vector<std::string> texts;
  const std::string_view written = r.text(row, column);
  if (written == "[]") return texts;              // as most are
  const json::value list = json::parse(written);  // outlives the loop
  for (const json::value& text : list.as_array()) texts.emplace_back(text.as_string());
  return texts;
}

}  // namespace tenggat::store
