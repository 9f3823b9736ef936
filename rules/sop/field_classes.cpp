#include "rules/sop/field_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "rules/time.h"

namespace tenggat {
namespace {

// The values that conditions compare the field with.
std::set<FieldValue> compared_with(const Sop& sop, const Field& field) {
  std::set<FieldValue> values;
  const auto add = [&](const Condition& condition) {
    for (const std::vector<Comparison>& all : condition.any)
      for (const Comparison& one : all)
        if (one.field == field.id && one.how != Comparison::How::present)
          values.insert(one.values.begin(), one.values.end());
  };
  for (const Step& step : sop.steps)
    for (const ActionRule& action : step.actions) {
      add(action.when);
      for (const Lead& lead : action.to) add(lead.when);
    }
  return values;
}

bool is_named(const Sop& sop, const Field& field) {
  return std::any_of(sop.steps.begin(), sop.steps.end(), [&](const Step& step) {
    return std::any_of(step.actions.begin(), step.actions.end(), [&](const ActionRule& action) {
      return action.when.names(field.id) ||
             std::any_of(action.to.begin(), action.to.end(),
                         [&](const Lead& lead) { return lead.when.names(field.id); });
    });
  });
}

// Each threshold, what lies between two, and what lies beyond the first and the last.
std::vector<double> numbers(const Field& field, const std::set<FieldValue>& compared) {
  std::vector<double> edges;
  for (const FieldValue& one : compared) edges.push_back(std::get<double>(one));
  std::vector<double> all;
  const auto add = [&](double number) {
    if ((!field.min || number >= *field.min) && (!field.max || number <= *field.max))
      all.push_back(number);
  };
  if (edges.empty()) {
    add(field.min.value_or(field.max.value_or(1)));
    return all;
  }
  // Half way to the bound, where the bound is near.
  const double below = edges.front() - 1, above = edges.back() + 1;
  add(field.min && *field.min > below && *field.min < edges.front() ? *field.min : below);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    add(edges[i]);
    if (i + 1 < edges.size()) add((edges[i] + edges[i + 1]) / 2);
  }
  add(field.max && *field.max<above&& * field.max> edges.back() ? *field.max : above);
  return all;
}

// The day before, or after; none outside of the years that dates lie in.
std::optional<std::string> day_beside(const std::string& date, int days) {
  using namespace std::chrono;
  const year_month_day from{year{std::stoi(date.substr(0, 4))},
                            month{static_cast<unsigned>(std::stoi(date.substr(5, 2)))},
                            day{static_cast<unsigned>(std::stoi(date.substr(8, 2)))}};
  const year_month_day to{sys_days{from} + std::chrono::days{days}};
  std::string text =
      fmt::format("{:04}-{:02}-{:02}", static_cast<int>(to.year()),
                  static_cast<unsigned>(to.month()), static_cast<unsigned>(to.day()));
  return is_civil_date(text) ? std::optional(std::move(text)) : std::nullopt;
}

std::set<std::string> dates(const std::set<FieldValue>& compared) {
  std::set<std::string> all;
  for (const FieldValue& one : compared)
    for (const int days : {-1, 0, 1})
      if (const auto date = day_beside(std::get<std::string>(one), days)) all.insert(*date);
  if (all.empty()) all.insert("2026-01-01");
  return all;
}

}  // namespace

std::vector<FieldClasses> classes_of_fields(const Sop& sop) {
  std::vector<FieldClasses> all;
  for (const Field& field : sop.fields) {
    if (!is_named(sop, field)) continue;
    FieldClasses classes{&field, {}};
    const std::set<FieldValue> compared = compared_with(sop, field);
    bool others = false;  // all that no condition names are alike
    if (!field.required) classes.values.emplace_back(std::nullopt);
    switch (field.kind) {
      case Field::Kind::number:
        for (const double number : numbers(field, compared)) classes.values.emplace_back(number);
        break;
      case Field::Kind::date:
        for (const std::string& date : dates(compared)) classes.values.emplace_back(date);
        break;
      case Field::Kind::yes_no:
        classes.values.emplace_back(true);
        classes.values.emplace_back(false);
        break;
      case Field::Kind::choice:
        for (const auto& [id, label] : field.choices) {
          const bool other = !compared.contains(FieldValue(id));
          const bool first_other = other && !std::exchange(others, true);
          if (!other || first_other) classes.values.emplace_back(id);
        }
        break;
      case Field::Kind::text:
        for (const FieldValue& one : compared) classes.values.emplace_back(one);
        classes.values.emplace_back(std::string("..."));  // any other
        break;
    }
    all.push_back(std::move(classes));
  }
  return all;
}

}  // namespace tenggat
