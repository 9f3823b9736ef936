// When an action is offered, or a branch opened (`bila`): comparisons of the form's fields, as
// data. Source: docs/sop.md, Syarat.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rules/sop/fields.h"

namespace tenggat {

// The outcome, as a field of its own: "grant", "refusal"; absent while it is not known.
inline constexpr std::string_view kOutcomeField = "hasil";

struct Comparison {
  // sama_dengan bukan lebih_dari paling_sedikit kurang_dari paling_banyak salah_satu ada
  enum class How { equal, differs, more, at_least, less, at_most, one_of, present };
  std::string field;
  How how = How::equal;
  std::vector<FieldValue> values;  // one, of one_of several; of `present` a flag

  bool operator==(const Comparison&) const = default;
};

struct Condition {
  std::vector<std::vector<Comparison>> any;  // all of one of these; none: always

  bool always() const { return any.empty(); }
  bool names(std::string_view field) const;
  bool operator==(const Condition&) const = default;
};

// A field that is not there is equal to nothing and differs from everything.
bool holds(const Condition& condition, const FieldValues& fields, std::string_view outcome);

std::string_view to_string(Comparison::How how);

}  // namespace tenggat
