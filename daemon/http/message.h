// What a handler gets and what it gives back. Plain values that own their bytes: a Request may
// outlive its connection, and nothing here knows Beast.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/http/fields.h"

namespace tenggat::http {

// What the log says of a request besides its answer: filled in by whoever learns it.
struct RequestTrace {
  std::string actor;    // "officer:fo", "officer:fo via service:portal", "applicant"
  std::string permits;  // ids; several of a form that is about several

  void note_permit(std::int64_t id);
};

// Every field has passed the checks of request_head.h before a handler sees it.
struct Request {
  std::string method;  // GET HEAD POST PUT PATCH DELETE OPTIONS TRACE
  std::string target;  // as sent; may hold a secret, never log it
  std::string path;    // decoded but for a slash inside a segment, %2F: a permit's number may hold
                       // one. Starts with '/', no empty or dot segment inside
  std::vector<std::string>
      segments;  // of `path`; "/" has none, a trailing '/' gives an empty last one
  Query query;
  Headers headers;
  std::string body;
  std::string remote_address;  // without its port; behind our own proxy the client's (network.h)
  // Ours, never the client's: no caller names a line of our log. Also in the answer's X-Request-Id.
  std::string request_id;
  std::shared_ptr<RequestTrace> trace = std::make_shared<RequestTrace>();

  // Filled by the Router.
  std::string route;  // Route::name
  std::vector<std::pair<std::string, std::string>> params;
  // The path parameter, for a `{name}` of the route's pattern. Throws std::out_of_range for a name
  // the pattern does not have: that is a bug, not a bad request.
  const std::string& param(std::string_view name) const;
};

// The next bytes of an answer that goes on; called when what it gave before has been written.
// Empty: it ends. Once the client is gone it is not called again.
using NextBytes = std::function<boost::asio::awaitable<std::string>()>;

struct Response {
  int status = 200;
  // The server adds Content-Length, Connection, X-Request-Id and, unless set here, Cache-Control,
  // X-Content-Type-Options and Referrer-Policy. A control byte in a field makes the answer a 500.
  Headers headers;
  std::string content_type = "application/json";  // left out where the body is empty
  std::string body;
  NextBytes stream{};  // set: after `body` comes what it gives, and then the connection closes
  std::string route;   // metric label, set by the Router; empty where no route was reached
};

// Called only for a request that is complete and well formed. Never cancelled by the server, not
// even when the client goes away, since it may be inside a COMMIT: it has its own limits.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

}  // namespace tenggat::http
