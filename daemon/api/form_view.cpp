#include "daemon/api/form_view.h"

#include <array>
#include <boost/json/value.hpp>
#include <cmath>

namespace tenggat::http {
namespace {

namespace json = boost::json;

using Memory = const json::storage_ptr&;

json::value value_view(const FieldValue& value) {
  if (const double* number = std::get_if<double>(&value)) {
    const bool whole = std::trunc(*number) == *number && std::abs(*number) <= Field::kMostNumber;
    return whole ? json::value(static_cast<std::int64_t>(*number)) : json::value(*number);
  }
  if (const bool* flag = std::get_if<bool>(&value)) return *flag;
  return json::value(std::get<std::string>(value));
}

json::value number_or_null(const std::optional<double>& number) {
  return number ? value_view(*number) : json::value(nullptr);
}

const char* name_of(Field::Kind kind) {
  constexpr std::array names = {"text", "number", "date", "yes_no", "choice"};
  return names.at(static_cast<std::size_t>(kind));
}

const char* name_of(Comparison::How how) {
  constexpr std::array names = {"equal", "differs", "more",   "at_least",
                                "less",  "at_most", "one_of", "present"};
  return names.at(static_cast<std::size_t>(how));
}

}  // namespace

json::object field_view(const Field& field, Memory memory) {
  json::array choices(memory);
  for (const auto& [id, label] : field.choices)
    choices.push_back(json::object({{"id", id}, {"label", label}}, memory));
  return {{{"id", field.id},
           {"label", field.label},
           {"kind", name_of(field.kind)},
           {"required", field.required},
           {"personal", field.personal},
           {"min", number_or_null(field.min)},
           {"max", number_or_null(field.max)},
           {"pattern",
            field.pattern.empty() ? json::value(nullptr) : json::value(field.pattern, memory)},
           {"choices", std::move(choices)}},
          memory};
}

json::object form_view(const FieldValues& fields) {
  json::object view;
  for (const auto& [id, value] : fields) view[id] = value_view(value);
  return view;
}

json::value condition_view(const Condition& condition) {
  if (condition.always()) return nullptr;
  json::array any;
  for (const std::vector<Comparison>& all : condition.any) {
    json::array comparisons;
    for (const Comparison& one : all) {
      json::array values;
      for (const FieldValue& value : one.values) values.push_back(value_view(value));
      comparisons.push_back(json::object{
          {"field", one.field}, {"how", name_of(one.how)}, {"values", std::move(values)}});
    }
    any.push_back(std::move(comparisons));
  }
  return any;
}

json::array requirements_view(const std::vector<const Requirement*>& requirements, Memory memory) {
  json::array views(memory);
  for (const Requirement* one : requirements)
    views.push_back(json::object({{"id", one->id}, {"text", one->text}}, memory));
  return views;
}

json::array outputs_view(const std::vector<Output>& outputs, Memory memory) {
  json::array views(memory);
  for (const Output& output : outputs)
    views.push_back(json::object(
        {{"kind", output.kind}, {"file", output.file}, {"numbered", output.numbered}}, memory));
  return views;
}

const char* to_string(ActionRule::Note note) {
  switch (note) {
    case ActionRule::Note::optional:
      return "optional";
    case ActionRule::Note::required:
      return "required";
    case ActionRule::Note::note_or_deficiencies:
      return "note_or_deficiencies";
  }
  return "optional";
}

}  // namespace tenggat::http
