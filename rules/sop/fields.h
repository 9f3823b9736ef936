// What a service asks of who applies (`isian`): the form's fields, their values, and what is wrong
// in a value. Source: docs/sop.md, Isian.
#pragma once
#include <boost/system/result.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/error.h"

namespace tenggat {

// Of a field that is yes or no; a number; a text, a date ("2026-04-13") or the id of a choice.
using FieldValue = std::variant<bool, double, std::string>;
// What has been given, by the fields' ids.
using FieldValues = std::map<std::string, FieldValue, std::less<>>;

struct Field {
  static constexpr std::size_t kMostText = 1000;  // characters of a text
  static constexpr double kMostNumber = 1e15;     // a double tells whole numbers apart so far

  enum class Kind { text, number, date, yes_no, choice };  // teks angka tanggal ya_tidak pilihan
  std::string id, label;
  Kind kind = Kind::text;
  bool required = false;           // at the submission
  std::optional<double> min, max;  // of a number
  std::string pattern;             // of a text, the whole of it; ECMAScript's
  bool personal = false;           // events hold a digest of it
  std::vector<std::pair<std::string, std::string>> choices;  // id and label, as the form has them

  // How a value reads: a choice by its label.
  std::string shown(const FieldValue& value) const;
};

// Why the field does not take the value; nothing: it does.
std::optional<Said> fault_in(const Field& field, const FieldValue& value);
// As a page's form sends it. The fault is that of fault_in.
boost::system::result<FieldValue, Said> read_field(const Field& field, std::string_view text);
// Whether the whole text is as the pattern says; nothing where it is no pattern.
std::optional<bool> matches(const std::string& pattern, const std::string& text);

struct FieldFault {
  std::string field;
  Said said;
};

// "500", "0.5", "true"; a text as it is.
std::string to_string(const FieldValue& value);

}  // namespace tenggat
