// What a service asks, as JSON: the form's fields, their values, and conditions on them.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "rules/sop/sop.h"

namespace tenggat::http {

// Each takes the memory that what it returns lies in, as those of view.h do.
//
// {id, label, kind, required, personal, min, max, pattern, choices: [{id, label}]}; `kind` is one
// of text, number, date, yes_no, choice.
boost::json::object field_view(const Field& field, const boost::json::storage_ptr& memory = {});
// {"luas_m2": 600, "fungsi": "hunian"}: as they are given.
boost::json::object form_view(const FieldValues& fields);
// One of the lists holds, each where all its comparisons do: [[{field, how, values}]]; null:
// always.
boost::json::value condition_view(const Condition& condition);
boost::json::array requirements_view(const std::vector<const Requirement*>& requirements,
                                     const boost::json::storage_ptr& memory = {});
boost::json::array outputs_view(const std::vector<Output>& outputs,
                                const boost::json::storage_ptr& memory = {});
const char* to_string(ActionRule::Note note);

}  // namespace tenggat::http
