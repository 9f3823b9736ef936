#include "daemon/api/admin.h"

#include <spdlog/spdlog.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <exception>
#include <memory>
#include <utility>

namespace tenggat::http {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;

using Parts = std::shared_ptr<const AdminParts>;

Response json_response(int status, const json::object& body) {
  Response response;
  response.status = status;
  response.headers.set("Cache-Control", "no-store");
  response.body = json::serialize(body);
  return response;
}

awaitable<Response> metrics(Parts parts, Request) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = parts->metrics_text();
  co_return response;
}

awaitable<Response> livez(Parts parts, Request) {
  const bool alive = !parts->alive || parts->alive();
  co_return json_response(alive ? 200 : 503, {{"status", alive ? "ok" : "stuck"}});
}

// What went wrong is for the log; whoever asks learns which check failed and why in a word.
awaitable<std::string> outcome_of(const ReadinessCheck& check) {
  try {
    auto running = check.check();
    co_return co_await std::move(running);
  } catch (const std::exception& failure) {
    spdlog::warn("readiness check {} failed: {}", check.name, failure.what());
  }
  co_return "unavailable";
}

awaitable<Response> readyz(Parts parts, Request) {
  json::object checks;
  bool ready = true;
  for (const ReadinessCheck& check : parts->ready) {
    auto asked = outcome_of(check);
    const std::string reason = co_await std::move(asked);
    checks[check.name] = reason.empty() ? "ok" : reason;
    ready = ready && reason.empty();
  }
  json::object notes;
  for (const ReadinessCheck& note : parts->notes) {
    auto asked = outcome_of(note);
    const std::string words = co_await std::move(asked);
    if (!words.empty()) notes[note.name] = words;
  }
  json::object answer{{"ready", ready}, {"checks", std::move(checks)}};
  if (!notes.empty()) answer["notes"] = std::move(notes);
  co_return json_response(ready ? 200 : 503, answer);
}

}  // namespace

std::vector<Route> admin_routes(AdminParts parts) {
  const Parts shared = std::make_shared<const AdminParts>(std::move(parts));
  return {{"GET", "/metrics", "metrics", std::bind_front(metrics, shared)},
          {"GET", "/livez", "livez", std::bind_front(livez, shared)},
          {"GET", "/readyz", "readyz", std::bind_front(readyz, shared)}};
}

}  // namespace tenggat::http
