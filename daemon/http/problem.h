// Refusals as the caller sees them: RFC 9457 problem documents, every type in one table.
#pragma once
#include <boost/json/object.hpp>
#include <span>
#include <string_view>

#include "daemon/http/message.h"

namespace tenggat::http {

enum class Language { english, indonesian };

// Indonesian where Accept-Language ranks `id` above `en` (or names it first at equal rank), else
// English, also where the field is absent or cannot be read.
Language language_of(std::string_view accept_language);
Language language_of(const Request& request);

struct ProblemType {
  const char* code;  // the type is the relative URI "/problems/<code>"
  int status;
  const char* english;  // the title
  const char* indonesian;
};

// The table, in problem.cpp: a new kind of refusal is one more row there.
std::span<const ProblemType> problem_types();
// Null where there is no such row.
const ProblemType* find_problem_type(std::string_view code);

// {type, title, status, detail} and the members of `extra`, which cannot replace those four.
// `detail` may be empty and is then left out. Throws std::logic_error for a code that is not in the
// table.
Response problem(Language language, std::string_view code, std::string_view detail = {},
                 boost::json::object extra = {});
// Of a body; with Retry-After where there was no room for it.
Response problem(Language language, const BodyFault& fault, const std::string& request_id);
// As the first, in the language of the request and with its `request_id` as a member.
Response problem(const Request& request, std::string_view code, std::string_view detail = {},
                 boost::json::object extra = {});

}  // namespace tenggat::http
