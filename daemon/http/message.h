// What a handler gets and what it gives back. Plain values that own their bytes: a Request may
// outlive its connection, and nothing here knows Beast.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/http/fields.h"
#include "daemon/http/problem_types.h"

namespace tenggat::http {

// What the log says of a request besides its answer: filled in by whoever learns it.
struct RequestTrace {
  std::string actor;    // "officer:fo", "officer:fo via service:portal", "applicant"
  std::string permits;  // ids; several of a form that is about several

  void note_permit(std::int64_t id);
};

// How much of a body is taken, by who sends it; in bytes it says ServerLimits.
enum class BodySize {
  stranger,  // whoever has shown no token, session or secret
  known,
  file,  // as it comes, a piece at a time
};

// Why a body cannot be read on: it is refused with `code` and the connection ends.
class BodyFault : public std::runtime_error {
 public:
  explicit BodyFault(ProblemCode problem, Said why = {})
      : std::runtime_error(why.english), code(problem), detail(std::move(why)) {}
  ProblemCode code;
  Said detail;
};

// A body that is still on its way. Whoever answers without reading it refuses it: the rest is
// dropped with the connection. Only while the request is handled. One coroutine at a time.
class IncomingBody {
 public:
  IncomingBody() = default;
  IncomingBody(const IncomingBody&) = delete;
  IncomingBody& operator=(const IncomingBody&) = delete;
  virtual ~IncomingBody() = default;
  // What comes next; empty: that was all. A client that waits for the word to go on gets it now.
  // Throws BodyFault, also where the body is, or says that it will be, larger than `most`.
  virtual boost::asio::awaitable<std::string> next(BodySize most) = 0;
  // All that is still to come.
  virtual boost::asio::awaitable<std::string> whole(BodySize most) = 0;
  virtual std::optional<std::uint64_t> announced() const = 0;  // nothing: it comes in chunks
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
  std::string body;  // empty where it is `incoming`
  // Set where the body is larger than a stranger may send, or its sender waits for the word: it has
  // not been read yet, so that who sends it can be looked at first.
  std::shared_ptr<IncomingBody> incoming;
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

// Reads what of the body is incoming into `body`. The request must outlive it.
boost::asio::awaitable<void> take_body(Request& request, BodySize most);

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
  NextBytes stream{};  // set: after `body` comes what it gives, and then the connection closes,
  // unless it is known how many bytes they are together: then it must give as many.
  std::optional<std::uint64_t> length{};
  std::string route;  // metric label, set by the Router; empty where no route was reached
};

// Called only for a request that is complete and well formed. Never cancelled by the server, not
// even when the client goes away, since it may be inside a COMMIT: it has its own limits.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

}  // namespace tenggat::http
