#include "daemon/http/outgoing.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <stdexcept>
#include <utility>

#include "daemon/base/log.h"

namespace tenggat::http {
namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
namespace {

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A field from a handler that would break the answer in two is a bug of that handler.
void append_field(std::string& head, std::string_view name, std::string_view value) {
  if (name.empty() || has_control(name) || has_control(value) ||
      name.find_first_of(" :") != std::string_view::npos) {
    throw std::logic_error("a response field holds a control byte");
  }
  head.append(name).append(": ").append(value).append("\r\n");
}

bool is_ours(std::string_view name) {
  return equals_ignoring_case(name, "Content-Length") || equals_ignoring_case(name, "Connection") ||
         equals_ignoring_case(name, "Transfer-Encoding") ||
         equals_ignoring_case(name, "X-Request-Id") || equals_ignoring_case(name, "Content-Type");
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

// A year, as browsers that ship a list of such hosts ask for.
constexpr const char* kComeByTls = "max-age=31536000";

std::string render_head(const Response& response, const Framing& framing, bool by_tls) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status,
                                 std::string_view(beast::http::obsolete_reason(
                                     static_cast<beast::http::status>(response.status))));
  if (has_body(response.status)) {
    if (!response.body.empty() || response.stream)
      append_field(head, "Content-Type", response.content_type);
    // A stream of unknown length ends with its connection. Source: RFC 9112, 6.3.
    if (response.length || !response.stream)
      append_field(head, "Content-Length",
                   std::to_string(response.length.value_or(response.body.size())));
  }
  append_field(head, "Connection", framing.keep_alive ? "keep-alive" : "close");
  append_field(head, "X-Request-Id", framing.request_id);
  if (by_tls) append_field(head, "Strict-Transport-Security", kComeByTls);
  constexpr std::array<std::pair<const char*, const char*>, 3> defaults = {
      {{"Cache-Control", "no-store"},
       {"X-Content-Type-Options", "nosniff"},
       {"Referrer-Policy", "no-referrer"}}};
  for (const auto& [name, value] : defaults) {
    if (response.headers.count(name) == 0) append_field(head, name, value);
  }
  for (const auto& [name, value] : response.headers.items()) {
    if (is_ours(name)) throw std::logic_error("a handler set the field " + name);
    append_field(head, name, value);
  }
  return head + "\r\n";
}

}  // namespace

// Plain functions, since GCC 12 miscompiles initializer lists inside coroutines. The target is
// never logged: it may hold an applicant's secret.
void log_fault(std::string_view event, std::string_view request_id, std::string_view fault) {
  log_event(Level::error, event, {{"request_id", request_id}, {"error", fault}});
}

Response internal_problem(Language language, const std::string& request_id) {
  return problem(language, "internal", {}, {{"request_id", request_id}});
}

asio::awaitable<bool> send(ConnectionPtr connection, Response response, Framing framing) {
  const bool by_tls = connection->tls || connection->state->limits.reached_by_tls;
  std::string head;
  try {
    head = render_head(response, framing, by_tls);
  } catch (const std::exception& fault) {
    log_fault("answer_not_sendable", framing.request_id, fault.what());
    response = internal_problem(framing.language, framing.request_id);
    head = render_head(response, framing, by_tls);
  }
  const bool bodiless = framing.head_only || !has_body(response.status);
  connection->pace.begin();
  connection->watch_reader();
  auto writing =
      write_all(connection, head, bodiless ? std::string_view{} : std::string_view(response.body));
  error_code ec = co_await std::move(writing);
  std::uint64_t sent = response.body.size();
  while (!ec && !bodiless && response.stream && sent != response.length) {
    auto waiting = response.stream();
    const std::string bytes = co_await std::move(waiting);
    if (bytes.empty() || !connection->socket.is_open()) break;
    sent += bytes.size();
    auto going_on = write_all(connection, {}, bytes);
    ec = co_await std::move(going_on);
  }
  connection->disarm();
  co_return !ec && (bodiless || !response.length || sent == *response.length);
}

}  // namespace tenggat::http
