#include "rules/sop/condition.h"

#include <algorithm>
#include <array>

namespace tenggat {
namespace {

bool holds(const Comparison& comparison, const FieldValue* value) {
  using How = Comparison::How;
  if (comparison.how == How::present)
    return (value != nullptr) == std::get<bool>(comparison.values.front());
  if (!value) return comparison.how == How::differs;
  const FieldValue& other = comparison.values.front();
  switch (comparison.how) {
    case How::equal:
      return *value == other;
    case How::differs:
      return *value != other;
    case How::more:
      return *value > other;
    case How::at_least:
      return *value >= other;
    case How::less:
      return *value < other;
    case How::at_most:
      return *value <= other;
    case How::one_of:
      return std::find(comparison.values.begin(), comparison.values.end(), *value) !=
             comparison.values.end();
    case How::present:
      break;
  }
  return false;
}

}  // namespace

bool Condition::names(std::string_view field) const {
  return std::any_of(any.begin(), any.end(), [&](const std::vector<Comparison>& all) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Comparison& one) { return one.field == field; });
  });
}

bool holds(const Condition& condition, const FieldValues& fields, std::string_view outcome) {
  if (condition.always()) return true;
  const FieldValue result = std::string(outcome);
  const auto value_of = [&](const std::string& field) -> const FieldValue* {
    if (field == kOutcomeField) return outcome.empty() ? nullptr : &result;
    const auto found = fields.find(field);
    return found == fields.end() ? nullptr : &found->second;
  };
  return std::any_of(
      condition.any.begin(), condition.any.end(), [&](const std::vector<Comparison>& all) {
        return std::all_of(all.begin(), all.end(),
                           [&](const Comparison& one) { return holds(one, value_of(one.field)); });
      });
}

std::string_view to_string(Comparison::How how) {
  constexpr std::array names = {"sama_dengan", "bukan",         "lebih_dari", "paling_sedikit",
                                "kurang_dari", "paling_banyak", "salah_satu", "ada"};
  return names.at(static_cast<std::size_t>(how));
}

}  // namespace tenggat
