#include "daemon/http/router.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "daemon/base/log.h"
#include "daemon/http/problem_words.h"

namespace tenggat::http {
namespace {

using Segments = std::vector<std::string>;

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

std::string_view parameter_name(std::string_view segment) {
  return segment.substr(1, segment.size() - 2);
}

Segments split(const std::string& pattern) {
  const auto malformed = [&] {
    return std::invalid_argument("malformed route pattern " + pattern);
  };
  if (!pattern.starts_with('/')) throw malformed();
  Segments segments;
  if (pattern == "/") return segments;
  for (std::size_t start = 1; start <= pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', start), pattern.size());
    const std::string segment = pattern.substr(start, end - start);
    const bool braces = segment.find_first_of("{}") != std::string::npos;
    if (segment.empty()) throw malformed();
    if (braces && (segment.size() < 3 || segment.front() != '{' || segment.back() != '}' ||
                   segment.find_first_of("{}", 1) != segment.size() - 1)) {
      throw malformed();
    }
    segments.push_back(segment);
    start = end + 1;
  }
  return segments;
}

// Literals first, from the left; lexicographic order of this key is the precedence.
std::string precedence(const Segments& segments) {
  std::string key;
  for (const std::string& segment : segments) key += is_parameter(segment) ? 'p' : 'l';
  return key;
}

// What two routes have in common that could not be told apart.
std::string shape(const Route& route, const Segments& segments) {
  std::string shape = route.method + ' ';
  for (const std::string& segment : segments)
    shape += '/' + (is_parameter(segment) ? "{}" : segment);
  return shape;
}

bool matches(const Segments& pattern, const Segments& path) {
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                    [](const std::string& part, const std::string& segment) {
                      return is_parameter(part) ? !segment.empty() : part == segment;
                    });
}

void allow_method(std::vector<std::string>& allowed, const std::string& method) {
  if (std::find(allowed.begin(), allowed.end(), method) == allowed.end()) allowed.push_back(method);
}

std::string joined(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

}  // namespace

Router::Router(std::vector<Route> routes, OutageAnswer outage)
    : routes_(std::move(routes)), outage_(std::move(outage)) {
  std::set<std::string> names, shapes;
  for (const Route& route : routes_) {
    by_precedence_.push_back(segments_.size());
    segments_.push_back(split(route.pattern));
    if (!names.insert(route.name).second) {
      throw std::invalid_argument("two routes are named " + route.name);
    }
    if (!shapes.insert(shape(route, segments_.back())).second) {
      throw std::invalid_argument("two routes answer " + route.method + ' ' + route.pattern);
    }
  }
  std::stable_sort(by_precedence_.begin(), by_precedence_.end(),
                   [this](std::size_t a, std::size_t b) {
                     return precedence(segments_[a]) < precedence(segments_[b]);
                   });
}

Router::Match Router::match(const Request& request) const {
  std::vector<std::string> allowed;
  std::optional<std::size_t> head;
  for (const std::size_t i : by_precedence_) {
    if (!matches(segments_[i], request.segments)) continue;
    const std::string& method = routes_[i].method;
    if (method == request.method) return {i, {}};
    if (method == "GET" && request.method == "HEAD" && !head) head = i;
    allow_method(allowed, method);
    if (method == "GET") allow_method(allowed, "HEAD");
  }
  if (head) return {head, {}};
  if (!allowed.empty()) allow_method(allowed, "OPTIONS");
  return {std::nullopt, joined(allowed)};
}

boost::asio::awaitable<Response> Router::handle(Request request) const {
  const Match found = match(request);
  if (!found.route) co_return unmatched(request, found.allow);

  const Route& route = routes_[*found.route];
  const Segments& pattern = segments_[*found.route];
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_parameter(pattern[i])) continue;
    request.params.emplace_back(parameter_name(pattern[i]), request.segments[i]);
  }
  request.route = route.name;
  const std::string request_id = request.request_id;
  const Language language = language_of(request);
  Response response;
  try {
    auto running = route.handler(std::move(request));
    response = co_await std::move(running);
  } catch (const BodyFault& fault) {
    response = problem(language, fault, request_id);
  } catch (const std::exception& outage) {
    response = answer_outage(outage, route.name, language, request_id);
  }
  response.route = route.name;
  co_return response;
}

Response Router::answer_outage(const std::exception& outage, const std::string& route,
                               Language language, const std::string& request_id) const {
  log_event(Level::error, "request_failed",
            {{"request_id", request_id}, {"route", route}, {"error", outage.what()}});
  if (outage_) {
    if (std::optional<Response> answer = outage_(outage, language)) return std::move(*answer);
  }
  return problem(language, "internal", {}, {{"request_id", request_id}});
}

Response Router::unmatched(const Request& request, const std::string& allow) const {
  if (allow.empty()) return problem(request, "not_found");
  Response response;
  if (request.method == "OPTIONS") {
    response.status = 204;
  } else {
    response = problem(request, "method_not_allowed", say<Detail::allowed_here>(allow));
  }
  response.headers.set("Allow", allow);
  return response;
}

Handler Router::handler() const {
  return [this](Request request) { return handle(std::move(request)); };
}

}  // namespace tenggat::http
