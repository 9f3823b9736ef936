#include "daemon/http/problem.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <string>

namespace tenggat::http {
namespace {

// A reason for which no request is refused is our fault where one is.
constexpr ProblemCode code_of(std::string_view reason) {
  const ProblemType* type = find_problem_type(reason);
  return type ? ProblemCode(*type) : ProblemCode("internal");
}

constexpr std::array kCodes = {
#define X(name, words) code_of(#name),
    TENGGAT_REASONS(X)
#undef X
};

#define X(name, words)                                                        \
  static_assert(find_problem_type(#name) || !std::string_view(words).empty(), \
                "a reason has words of its own, or a problem's");
TENGGAT_REASONS(X)
#undef X

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return trimmed(part);
}

// In thousandths; -1 where it is no qvalue of RFC 9110 section 12.4.2.
int quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return -1;
  int value = text[0] == '1' ? 1000 : 0;
  if (text.size() == 1) return value;
  if (text[1] != '.') return -1;
  int unit = 100;
  for (const char c : text.substr(2)) {
    if (c < '0' || c > '9') return -1;
    value += (c - '0') * unit;
    unit /= 10;
  }
  return value <= 1000 ? value : -1;
}

}  // namespace

Language language_of(std::string_view accept_language) {
  int indonesian = 0, english = 0;
  bool indonesian_first = false;
  while (!accept_language.empty()) {
    std::string_view range = next_part(accept_language, ',');
    const std::string_view tag = next_part(range, ';');
    range = trimmed(range);
    int rank = 1000;
    if (!range.empty()) {
      if (!range.starts_with("q=")) continue;
      rank = quality(range.substr(2));
    }
    const std::string_view primary = tag.substr(0, tag.find('-'));
    if (equals_ignoring_case(primary, "id") && rank > indonesian) {
      indonesian = rank;
      indonesian_first = rank > english;
    } else if (equals_ignoring_case(primary, "en") && rank > english) {
      english = rank;
    }
  }
  if (indonesian == english) {
    return indonesian > 0 && indonesian_first ? Language::indonesian : Language::english;
  }
  return indonesian > english ? Language::indonesian : Language::english;
}

Language language_of(const Request& request) {
  return language_of(request.headers.get("Accept-Language").value_or(""));
}

ProblemCode problem_code(Reason reason) { return kCodes.at(static_cast<std::size_t>(reason)); }

const std::string& in_language(Language language, const Said& said) {
  return language == Language::indonesian ? said.indonesian : said.english;
}

Response problem(Language language, ProblemCode code, const Said& detail,
                 boost::json::object extra) {
  const ProblemType& type = *code;
  boost::json::object document;
  document["type"] = "/problems/" + std::string(type.code);
  document["title"] = language == Language::indonesian ? type.title.indonesian : type.title.english;
  document["status"] = type.status;
  const std::string& words = in_language(language, detail);
  if (!words.empty()) document["detail"] = words;
  for (auto& member : extra) {
    if (member.key() != "detail") document.emplace(member.key(), std::move(member.value()));
  }
  Response response;
  response.status = type.status;
  response.headers.add("Content-Language", language == Language::indonesian ? "id" : "en");
  response.content_type = "application/problem+json";
  response.body = boost::json::serialize(document);
  return response;
}

Response problem(Language language, const BodyFault& fault, const std::string& request_id) {
  Response response = problem(language, fault.code, fault.detail, {{"request_id", request_id}});
  if (response.status == 503) response.headers.set("Retry-After", "1");
  return response;
}

Response problem(const Request& request, ProblemCode code, const Said& detail,
                 boost::json::object extra) {
  extra["request_id"] = request.request_id;
  return problem(language_of(request), code, detail, std::move(extra));
}

}  // namespace tenggat::http
