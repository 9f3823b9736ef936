// What a request asks for besides its body: the parameters of a list, the key under which an answer
// is kept, the cookie of a session, and where it says it comes from. One line each: the query, the
// cookie, the key, X-Forwarded-For, Accept-Language.
#include <array>
#include <boost/json/parse.hpp>

#include "daemon/api/api_bodies.h"
#include "daemon/api/api_queries.h"
#include "daemon/base/network.h"
#include "daemon/http/cookies.h"
#include "daemon/http/problem.h"
#include "daemon/http/request_head.h"
#include "notifiers/utf8.h"
#include "tests/fuzz/check.h"

namespace tenggat::http {
namespace {

using fuzz::check;

constexpr std::string_view kCookie = "tenggat_sesi";

std::array<std::string, 5> lines_of(std::string_view text) {
  std::array<std::string, 5> lines;
  for (std::string& line : lines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return lines;
}

void check_refusal(const Response& refusal) {
  check(refusal.status == 400, "what cannot be asked is refused");
  const auto problem = boost::json::parse(refusal.body);
  check(problem.at("parameter").is_string(), "by the name of the parameter");
  check(!problem.at("detail").as_string().empty(), "and why");
}

void check_text(std::string_view text) {
  check(notify::characters(text) <= BodyLimits::name, "a parameter is not too long");
  check(first_not_utf8(text) == text.size() && text.find('\0') == std::string_view::npos,
        "and text that a database takes");
}

void check_lists(const Request& request) {
  const auto list = read_list_query(request);
  if (!list) {
    check_refusal(list.error());
  } else {
    const store::PermitFilter& filter = list->filter;
    check(filter.limit >= 1 && filter.limit <= 200, "a page has a size");
    for (const std::string* text : {&filter.sop, &filter.state, &filter.step, &filter.role,
                                    &filter.sla, &filter.q, &filter.external_id})
      check_text(*text);
    const auto cursor = request.query.get("cursor");
    check(cursor.has_value() == filter.after.has_value(), "a cursor is taken or refused");
    if (cursor) check(cursor_of(*filter.after) == *cursor, "and is one we give");
    check(request.query.items().size() <= 10, "no parameter is given twice");
  }
  const auto notices = read_notice_query(request);
  if (!notices) {
    check_refusal(notices.error());
  } else {
    check(!notices->permit.empty() || notices->query.state == "pending" ||
              notices->query.state == "dead",
          "not all notices there ever were");
    check(notices->query.limit >= 1 && notices->query.limit <= 200, "a page has a size");
  }
}

void check_events(const Request& request) {
  const auto events = read_events_query(request);
  if (!events) return check_refusal(events.error());
  const auto after = request.query.get("after");
  check(after.has_value() == events->after.has_value(), "a place is taken or refused");
  if (after) check(cursor_of(*events->after) == *after, "and is one we give");
}

void check_key(const Request& request) {
  const auto key = read_idempotency_key(request, 1);
  if (!key) return check_refusal(key.error());
  const auto given = request.headers.get("Idempotency-Key");
  check(!key->key.empty() && key->key.size() <= 255, "a key can be kept");
  check((key->key == given.value_or("")) == given.has_value(), "as it was given");
  check(given.has_value() == (key->key.find(' ') == std::string::npos),
        "and nobody gives one of ours");
}

void check_cookie(const Request& request) {
  const auto sent = request.headers.get("Cookie").value_or("");
  for (const std::string_view value : cookies(request.headers, kCookie)) {
    check(value.find(';') == std::string_view::npos, "a cookie ends where it ends");
    check(sent.find(std::string(kCookie) + '=' + std::string(value)) != std::string_view::npos,
          "and was sent under its name");
  }
}

void check_address(const std::string& forwarded) {
  const std::string peer = "127.0.0.1";
  const auto ours = *parse_network("127.0.0.0/8");
  const std::string direct = client_address(peer, forwarded, {});
  check(direct == peer, "without a proxy of ours nobody is believed");
  const std::string client = client_address(peer, forwarded, {ours});
  check(parse_address(client).has_value(), "a client has an address");
  // Where all that is named are proxies of ours it is one of them.
  check(client == peer || forwarded.find(client) != std::string::npos, "that somebody named");
  const std::string_view last = std::string_view(forwarded).substr(forwarded.rfind(',') + 1);
  const auto nearest =
      parse_address(last.substr(std::min(last.find_first_not_of(' '), last.size())));
  check(!nearest || ours.contains(*nearest) || parse_address(client) == nearest,
        "and nobody further than the first who is no proxy");
  check(!network_key(client).empty(), "of some network");
  if (const auto network = parse_network(forwarded)) {
    check(network->bits >= 0 && network->bits <= 128, "a network has so many bits");
    check(network->contains(network->address), "and holds its own address");
  }
}

}  // namespace
}  // namespace tenggat::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tenggat::http;
  const auto [query, cookie, key, forwarded, language] =
      lines_of({reinterpret_cast<const char*>(bytes), size});
  const auto head = parse_head("GET /x?" + query + " HTTP/1.1\r\nHost: a\r\nCookie: " + cookie +
                               (key.empty() ? "" : "\r\nIdempotency-Key: " + key) +
                               "\r\nAccept-Language: " + language + "\r\n\r\n");
  if (head) {
    Request request;
    request.method = head->method;
    request.path = head->path;
    request.query = head->query;
    request.headers = head->headers;
    check_lists(request);
    check_events(request);
    check_key(request);
    check_cookie(request);
    static_cast<void>(language_of(request));
  }
  check_address(forwarded);
  return 0;
}
