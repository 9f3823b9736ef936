// What comes in on a connection: a request's head, checked by request_head.h, and its body, as far
// as it may be read before its sender is known. Inside the server only; Beast frames bodies here
// and nowhere else.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "daemon/http/connection.h"
#include "daemon/http/message.h"
#include "daemon/http/request_head.h"

namespace tenggat::http {

// A body as a string that is emptied while more comes. Beast's own sets aside all that is
// announced.
struct PieceBody {
  using value_type = std::string;
  class reader {
   public:
    template <bool is_request, class Fields>
    reader(boost::beast::http::header<is_request, Fields>&, value_type& body) : body_(body) {}
    void init(const boost::optional<std::uint64_t>&, boost::system::error_code& ec) { ec = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& ec) {
      ec = {};
      std::size_t bytes = 0;
      for (auto it = boost::asio::buffer_sequence_begin(buffers);
           it != boost::asio::buffer_sequence_end(buffers); ++it) {
        const boost::asio::const_buffer part = *it;
        body_.append(static_cast<const char*>(part.data()), part.size());
        bytes += part.size();
      }
      return bytes;
    }
    void finish(boost::system::error_code& ec) { ec = {}; }

   private:
    value_type& body_;
  };
};
using BodyParser = boost::beast::http::request_parser<PieceBody>;

// A body behind a head that has been checked.
class Incoming final : public IncomingBody, public std::enable_shared_from_this<Incoming> {
 public:
  Incoming(ConnectionPtr from, const RequestHead& head)
      : connection(std::move(from)),
        held(connection->state),
        length(head.chunked ? std::nullopt : head.content_length),
        waits(head.expects_continue && (head.chunked || head.content_length.value_or(0) > 0)) {
    parser.eager(true);
    parser.header_limit(static_cast<std::uint32_t>(connection->state->limits.header_bytes));
    const ServerLimits& limits = connection->state->limits;
    parser.body_limit(std::max(limits.body_bytes, limits.file_bytes));  // check() knows whose it is
  }
  boost::asio::awaitable<std::string> next(BodySize most) override;
  boost::asio::awaitable<std::string> whole(BodySize most) override;
  std::optional<std::uint64_t> announced() const override { return length; }

  std::string& body() { return parser.get().body(); }
  // What a stranger announces is not held against them before it comes: a form whose session has
  // ended is shown again with what came of it.
  void check(BodySize most);
  void hold(std::size_t bytes) {
    if (!held.grow_to(bytes)) refuse("overloaded");
  }

  // The connection ends, also where all of the body has come by chance.
  [[noreturn]] void refuse(ProblemCode code) {
    refused = true;
    throw BodyFault(code);
  }

  ConnectionPtr connection;  // none once the request is answered
  HeldBytes held;
  BodyParser parser;
  std::optional<std::uint64_t> length;
  bool waits;  // the client, for 100-continue
  std::uint64_t taken = 0;
  bool handed_over = false;  // the handler reads
  bool timed = false;        // and its time has begun
  bool done = false;
  bool refused = false;
  bool gone = false;                   // the client
  std::chrono::nanoseconds done_at{};  // monotonic
};
using IncomingPtr = std::shared_ptr<Incoming>;

// What came of waiting for a request. Exactly one of the three.
struct Received {
  enum class Kind { request, refused, gone } kind = Kind::gone;
  Request request;  // refused: what is known of it
  Response refusal;
  bool keep_alive = false;
  IncomingPtr body;
};

// Waits for a whole head, and for as much of its body as is taken from anybody.
boost::asio::awaitable<Received> receive(ConnectionPtr connection);

}  // namespace tenggat::http
