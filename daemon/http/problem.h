// Refusals as the caller sees them: RFC 9457 problem documents of the types in problem_types.h.
#pragma once
#include <boost/json/object.hpp>
#include <string_view>

#include "daemon/http/message.h"
#include "daemon/http/problem_types.h"

namespace tenggat::http {

enum class Language { english, indonesian };

// Indonesian where Accept-Language ranks `id` above `en` (or names it first at equal rank), else
// English, also where the field is absent or cannot be read.
Language language_of(std::string_view accept_language);
Language language_of(const Request& request);

// {type, title, status, detail} and the members of `extra`, which cannot replace those four.
// `detail` may be empty and is then left out.
Response problem(Language language, ProblemCode code, const Said& detail = {},
                 boost::json::object extra = {});
// Of a body; with Retry-After where there was no room for it.
Response problem(Language language, const BodyFault& fault, const std::string& request_id);
// As the first, in the language of the request and with its `request_id` as a member.
Response problem(const Request& request, ProblemCode code, const Said& detail = {},
                 boost::json::object extra = {});

const std::string& in_language(Language language, const Said& said);

}  // namespace tenggat::http
