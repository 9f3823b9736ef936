#include "rules/sop/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/regex.hpp>
#include <charconv>
#include <cmath>

#include "rules/fault_words.h"
#include "rules/time.h"
#include "rules/utf8.h"

namespace tenggat {
namespace {

std::optional<Said> fault_in_number(const Field& field, double number) {
  if (!std::isfinite(number) || std::abs(number) > Field::kMostNumber)
    return say<Wrong::field_no_number>();
  if (field.min && number < *field.min) return say<Wrong::field_too_small>(to_string(*field.min));
  if (field.max && number > *field.max) return say<Wrong::field_too_large>(to_string(*field.max));
  return std::nullopt;
}

std::optional<Said> fault_in_text(const Field& field, const std::string& text) {
  if (first_not_utf8(text) != text.size() || !is_printable_line(text))
    return say<Wrong::field_no_line>();
  if (characters_in(text) > Field::kMostText) return say<Wrong::body_too_long>(Field::kMostText);
  if (!field.pattern.empty() && !matches(field.pattern, text).value_or(true))
    return say<Wrong::field_no_match>(field.pattern);
  return std::nullopt;
}

}  // namespace

std::string to_string(const FieldValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const double* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  return std::get<std::string>(value);
}

std::string Field::shown(const FieldValue& value) const {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "ya" : "tidak";
  const std::string text = to_string(value);
  for (const auto& [choice, name] : choices)
    if (choice == text) return name;
  return text;
}

std::optional<bool> matches(const std::string& pattern, const std::string& text) {
  boost::regex compiled;
  try {
    compiled.assign(pattern, boost::regex::ECMAScript);
  } catch (const boost::regex_error&) {
    return std::nullopt;
  }
  try {
    return boost::regex_match(text, compiled);
  } catch (const std::runtime_error&) {
    return false;  // it would take for ever
  }
}

std::optional<Said> fault_in(const Field& field, const FieldValue& value) {
  const std::string* text = std::get_if<std::string>(&value);
  switch (field.kind) {
    case Field::Kind::number:
      if (const double* number = std::get_if<double>(&value))
        return fault_in_number(field, *number);
      return say<Wrong::field_no_number>();
    case Field::Kind::yes_no:
      if (!std::holds_alternative<bool>(value)) return say<Wrong::field_no_flag>();
      return std::nullopt;
    case Field::Kind::date:
      if (!text || !is_civil_date(*text)) return say<Wrong::field_no_date>();
      return std::nullopt;
    case Field::Kind::choice:
      if (!text || std::none_of(field.choices.begin(), field.choices.end(),
                                [&](const auto& choice) { return choice.first == *text; }))
        return say<Wrong::field_no_choice>();
      return std::nullopt;
    case Field::Kind::text:
      return text ? fault_in_text(field, *text) : say<Wrong::field_no_line>();
  }
  return std::nullopt;
}

boost::system::result<FieldValue, Said> read_field(const Field& field, std::string_view text) {
  FieldValue value = std::string(text);
  if (field.kind == Field::Kind::number) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
      return say<Wrong::field_no_number>();
    value = number;
  } else if (field.kind == Field::Kind::yes_no) {
    if (text != "true" && text != "false") return say<Wrong::field_no_flag>();
    value = text == "true";
  }
  if (auto fault = fault_in(field, value)) return *std::move(fault);
  return value;
}

}  // namespace tenggat
