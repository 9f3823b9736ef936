// The fields of a service's form (`isian`) on pages: in words, as inputs, and read back. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/form.h"
#include "daemon/pages/html.h"
#include "rules/sop/sop.h"

namespace tenggat::pages {

class Typed;

// How a value reads: "1.200.000", "13 April 2026", "ya", "Rumah tinggal".
std::string field_words(const Field& field, const FieldValue& value);
// The same of a value as events hold it; as it is where the field does not take it.
std::string field_words(const Field& field, const std::string& stored);

// What was given, as a list in the form's order; personal fields only for who may read them.
// Nothing where there is nothing to show.
Html field_facts(const Sop& sop, const FieldValues& given, bool with_personal);

// What an applicant is asked for: not what the office alone finds out. In the form's order.
std::vector<const Field*> fields_asked(const Sop& sop);

struct FieldForm {
  const std::vector<const Field*>& fields;
  const FieldValues& now;
  // What is personal is not shown to whoever fills it in: an empty input leaves it as it is.
  bool hides_personal = false;
};

// An input for each, with what it holds now or what was typed and what is wrong in it. `id` goes
// before the ids of the inputs.
Html field_inputs(const FieldForm& form, std::string_view id, const Typed& typed);

// What a form sets, of these fields: only what it changes.
struct FieldsRead {
  FieldValues changed;
  std::string fault;  // of all that are not as they must be; empty: none
};
FieldsRead read_fields(const FieldForm& form, const http::Form& sent);

}  // namespace tenggat::pages
