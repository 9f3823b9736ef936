// The form's fields, and conditions on them (`isian`, `bila`).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "rules/sop/sop_reader.h"
#include "rules/time.h"

namespace tenggat {
namespace {

constexpr std::array kKinds = {"teks", "angka", "tanggal", "ya_tidak", "pilihan"};

Read<Field::Kind> parse_kind(std::string_view text) {
  const auto* const found = std::find(kKinds.begin(), kKinds.end(), text);
  if (found == kKinds.end()) return say<Wrong::bad_field_kind>();
  return static_cast<Field::Kind>(found - kKinds.begin());
}

Read<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || number > Field::kMostNumber || number < -Field::kMostNumber)
    return say<Wrong::no_decimal>(text);
  return number;
}

Read<Comparison::How> parse_how(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(Comparison::How::present); ++i)
    if (to_string(static_cast<Comparison::How>(i)) == text) return static_cast<Comparison::How>(i);
  return say<Wrong::bad_comparison>(text);
}

bool is_of_order(Comparison::How how) {
  return how == Comparison::How::more || how == Comparison::How::at_least ||
         how == Comparison::How::less || how == Comparison::How::at_most;
}

// As conditions read the outcome.
const Field& outcome_field() {
  static const Field field = [] {
    Field outcome;
    outcome.id = kOutcomeField;
    outcome.kind = Field::Kind::choice;
    outcome.choices = {{"grant", ""}, {"refusal", ""}};
    return outcome;
  }();
  return field;
}

}  // namespace

// --- fields --------------------------------------------------------------------------------------

void SopReader::read_fields(const YamlValue& list) {
  for (const YamlValue& item : list.list()) {
    const YamlMap entry =
        item.map({"id", "label", "jenis", "wajib", "min", "maks", "pilihan", "pola", "pribadi"});
    if (!entry.present()) continue;
    Field field;
    field.id = identifier(entry.at("id"));
    if (field.id == kOutcomeField)
      entry.fault_at("id", say<Wrong::kept_field>());
    else if (!field.id.empty() && sop_.find_field(field.id))
      entry.fault_at("id", say<Wrong::list_twice>(field.id));
    field.label = entry.required_text("label");
    field.kind = entry.at("jenis").parsed(parse_kind).value_or(Field::Kind::text);
    field.required = entry.find("wajib").flag_or(false);
    field.personal = entry.find("pribadi").flag_or(false);
    read_bounds(entry, field);
    read_choices(entry, field);
    if (const auto pattern = entry.text("pola")) {
      field.pattern = *pattern;
      if (!matches(field.pattern, "")) entry.fault_at("pola", say<Wrong::bad_pattern>());
      if (field.kind != Field::Kind::text)
        entry.fault_at("pola", say<Wrong::not_of_this_kind>("pola", "teks"));
    }
    sop_.fields.push_back(std::move(field));
  }
}

void SopReader::read_bounds(const YamlMap& entry, Field& field) {
  for (const auto& [key, bound] : {std::pair("min", &field.min), std::pair("maks", &field.max)}) {
    if (!entry.has(key)) continue;
    *bound = entry.find(key).parsed(parse_number);
    if (field.kind != Field::Kind::number)
      entry.fault_at(key, say<Wrong::not_of_this_kind>(key, "angka"));
  }
  if (field.min && field.max && *field.min > *field.max)
    entry.fault_at("maks", say<Wrong::bounds_crossed>());
}

void SopReader::read_choices(const YamlMap& entry, Field& field) {
  if (field.kind != Field::Kind::choice) {
    if (entry.has("pilihan"))
      entry.fault_at("pilihan", say<Wrong::not_of_this_kind>("pilihan", "pilihan"));
    return;
  }
  const YamlValue choices = entry.at("pilihan");
  for (const auto& [key, value] : choices.entries())
    field.choices.emplace_back(identifier(key), value.text());
  if (choices.is_map() && field.choices.empty()) choices.fault(say<Wrong::no_choices>());
}

// --- conditions ----------------------------------------------------------------------------------

Condition SopReader::read_condition(const YamlValue& value) {
  Condition condition;
  if (!value.present()) return condition;
  const std::vector<YamlValue> any = value.list_or_one();
  for (const YamlValue& all : any)
    if (auto read = read_comparisons(all); !read.empty()) condition.any.push_back(std::move(read));
  if (any.empty()) value.fault(say<Wrong::no_condition>());
  return condition;
}

std::vector<Comparison> SopReader::read_comparisons(const YamlValue& value) {
  std::vector<Comparison> all;
  const YamlEntries entries = value.entries();
  if (value.is_map() && entries.empty()) value.fault(say<Wrong::no_condition>());
  for (const auto& [key, comparisons] : entries) {
    const std::string name = key.text();
    const Field* field = name == kOutcomeField ? &outcome_field() : sop_.find_field(name);
    if (!field) {
      key.fault(say<Wrong::no_field>(name));
      continue;
    }
    const YamlEntries pairs = comparisons.entries();
    if (comparisons.is_map() && pairs.empty()) comparisons.fault(say<Wrong::no_condition>());
    for (const auto& [how, operand] : pairs) read_comparison(*field, how, operand, all);
  }
  return all;
}

void SopReader::read_comparison(const Field& field, const YamlValue& key, const YamlValue& operand,
                                std::vector<Comparison>& all) {
  const auto how = key.parsed(parse_how);
  if (!how) return;
  if (is_of_order(*how) && field.kind != Field::Kind::number && field.kind != Field::Kind::date) {
    key.fault(say<Wrong::no_order>(to_string(*how), field.id));
    return;
  }
  Comparison comparison{field.id, *how, {}};
  if (*how == Comparison::How::present) {
    comparison.values.emplace_back(operand.flag_or(true));
  } else if (*how == Comparison::How::one_of) {
    const std::vector<YamlValue> values = operand.list();
    for (const YamlValue& one : values)
      if (auto read = read_operand(field, one)) comparison.values.push_back(*std::move(read));
    if (operand.is_list() && values.empty()) operand.fault(say<Wrong::no_condition>());
  } else if (auto read = read_operand(field, operand)) {
    comparison.values.push_back(*std::move(read));
  }
  if (!comparison.values.empty()) all.push_back(std::move(comparison));
}

// What it could never be is no comparison: its bounds and pattern hold here too.
std::optional<FieldValue> SopReader::read_operand(const Field& field, const YamlValue& value) {
  if (!value.present()) return std::nullopt;
  std::optional<FieldValue> read;
  switch (field.kind) {
    case Field::Kind::number:
      if (const auto number = value.parsed(parse_number)) read = *number;
      return read;  // a threshold may lie outside its bounds
    case Field::Kind::yes_no:
      read = value.flag_or(false);
      break;
    default:
      read = value.text();
  }
  if (!value.is_scalar()) return std::nullopt;
  const auto fault = fault_in(field, *read);
  if (!fault) return read;
  value.fault(*fault);
  return std::nullopt;
}

}  // namespace tenggat
