#include "daemon/http/incoming.h"

#include <algorithm>
#include <utility>

#include "daemon/http/problem.h"
#include "daemon/http/problem_words.h"

namespace tenggat::http {
namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
namespace {

constexpr std::size_t head_read_bytes = 2048;
constexpr std::size_t body_read_bytes = 64 * 1024;
constexpr std::size_t idle_buffer_bytes = 4096;  // what a silent connection may keep

std::string_view unread(const Connection& connection) {
  const auto bytes = connection.buffer.cdata();
  return {static_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t bytes_of(BodySize size, const ServerLimits& limits) {
  switch (size) {
    case BodySize::stranger:
      return std::min(limits.stranger_bytes, limits.body_bytes);
    case BodySize::known:
      return limits.body_bytes;
    case BodySize::file:
      break;
  }
  return limits.file_bytes;
}

Received refused(Received received, ProblemCode code, const Said& detail = {}) {
  received.kind = Received::Kind::refused;
  received.refusal = problem(received.request, code, detail);
  const int status = received.refusal.status;
  if (status == 503 || status == 429) received.refusal.headers.set("Retry-After", "1");
  return received;
}

std::string joined_fields(const Headers& headers) {
  std::string list;
  for (const auto& [name, value] : headers.items())
    if (equals_ignoring_case(name, "X-Forwarded-For")) list += (list.empty() ? "" : ",") + value;
  return list;
}

Request to_request(RequestHead head, const Connection& connection, std::string request_id) {
  Request request;
  request.method = std::move(head.method);
  request.target = std::move(head.target);
  request.path = std::move(head.path);
  request.segments = std::move(head.segments);
  request.query = std::move(head.query);
  request.headers = std::move(head.headers);
  request.remote_address = client_address(connection.address, joined_fields(request.headers),
                                          connection.state->limits.proxies);
  request.request_id = std::move(request_id);
  return request;
}

// Too little has come to be the rest of a chunked body, which ends with "0 CRLF CRLF" at least.
// Beast 1.81 ends the process where it is given such a last chunk in pieces.
bool ends_sooner(const BodyParser& parser, std::size_t bytes) {
  return parser.is_header_done() && parser.chunked() && bytes < 5;
}

// What the buffer holds, into the body. At first the head is still there, and Beast reads it once
// more: a request is taken only where both readings agree.
void parse(Incoming& in) {
  beast::flat_buffer& buffer = in.connection->buffer;
  while (buffer.size() > 0 && !in.parser.is_done()) {
    if (ends_sooner(in.parser, buffer.size())) break;
    error_code ec;
    const std::size_t used = in.parser.put(buffer.cdata(), ec);
    buffer.consume(used);
    if (ec == beast::http::error::body_limit) throw BodyFault("body_too_large");
    if (ec && ec != beast::http::error::need_more)
      throw BodyFault("malformed_request", say<Detail::bad_framing>());
    if (ec || used == 0) break;
  }
  if (!in.parser.is_done()) return;
  in.done = true;
  const ServerState& state = *in.connection->state;
  if (state.monotonic) in.done_at = state.monotonic();
  in.connection->disarm();
}

asio::awaitable<void> read_more(IncomingPtr in) {
  if (!in->connection) throw BodyFault("request_timeout");
  const ConnectionPtr connection = in->connection;
  const ServerLimits& limits = connection->state->limits;
  if (in->handed_over && !std::exchange(in->timed, true)) connection->arm(limits.request_time);
  if (std::exchange(in->waits, false) && connection->buffer.size() == 0) {
    auto running = write_all(connection, "HTTP/1.1 100 Continue\r\n\r\n", {});
    in->gone = bool(co_await std::move(running));
  }
  if (connection->buffer.size() >= body_read_bytes)
    throw BodyFault("malformed_request", say<Detail::chunk_header_too_long>());
  const std::size_t before = connection->buffer.size();
  if (!in->gone) {
    auto reading = read_some(connection, body_read_bytes);
    if (co_await std::move(reading) && !connection->timed_out) in->gone = true;
  }
  if (in->gone || connection->timed_out) throw BodyFault("request_timeout");
  const std::size_t read = connection->buffer.size() - before;
  if (in->handed_over)
    connection->prolong(
        std::chrono::milliseconds(1000 * read / limits.slowest_sender_bytes_per_second));
  parse(*in);
}

asio::awaitable<std::string> next_of(IncomingPtr in, BodySize most) {
  if (!in->connection) throw BodyFault("request_timeout");
  in->check(most);
  in->hold(in->connection->state->limits.file_piece_bytes);
  while (in->body().empty() && !in->done) {
    auto reading = read_more(in);
    co_await std::move(reading);
    in->check(most);
  }
  in->taken += in->body().size();
  co_return std::exchange(in->body(), {});
}

// Until it is all there, or more than `bytes`.
asio::awaitable<void> gather(IncomingPtr in, std::size_t bytes) {
  in->hold(in->body().size());
  while (!in->done && in->body().size() <= bytes) {
    auto reading = read_more(in);
    co_await std::move(reading);
    in->hold(in->body().size());
  }
}

asio::awaitable<std::string> whole_of(IncomingPtr in, BodySize most) {
  if (!in->connection) throw BodyFault("request_timeout");
  in->check(most);
  auto gathering = gather(in, bytes_of(most, in->connection->state->limits));
  co_await std::move(gathering);
  in->check(most);
  in->taken += in->body().size();
  co_return std::exchange(in->body(), {});
}

// Reads what follows a head that has been checked, which is still in the buffer, as far as it is
// taken from anybody.
asio::awaitable<Received> receive_body(ConnectionPtr connection, Received received,
                                       IncomingPtr body) {
  const std::size_t bytes = bytes_of(BodySize::stranger, connection->state->limits);
  received.body = body;
  try {
    parse(*body);
    body->hold(body->body().size());
    const bool later = body->waits || body->length.value_or(0) > bytes;
    if (!body->done && !later) {
      auto gathering = gather(body, bytes);
      co_await std::move(gathering);
    }
  } catch (const BodyFault& fault) {
    if (body->gone) co_return Received{};
    co_return refused(std::move(received), fault.code, fault.detail);
  }
  received.kind = Received::Kind::request;
  received.keep_alive = body->parser.get().keep_alive();
  if (body->done && body->body().size() <= bytes) {
    received.request.body = std::move(body->body());
  } else {
    body->handed_over = true;
    received.request.incoming = body;
  }
  co_return received;
}

}  // namespace

void Incoming::check(BodySize most) {
  const std::uint64_t come = taken + parser.get().body().size();
  const std::uint64_t will = most == BodySize::stranger && !waits ? 0 : length.value_or(0);
  if (std::max(come, will) > bytes_of(most, connection->state->limits)) refuse("body_too_large");
}

asio::awaitable<std::string> Incoming::next(BodySize most) {
  return next_of(shared_from_this(), most);
}
asio::awaitable<std::string> Incoming::whole(BodySize most) {
  return whole_of(shared_from_this(), most);
}

// Waits for a whole head and leaves it in the buffer. Nothing: it is there, `bytes` long.
asio::awaitable<Received> receive(ConnectionPtr connection) {
  const ServerLimits& limits = connection->state->limits;
  connection->enter(Connection::Phase::waiting);
  connection->known = false;
  connection->idle = connection->buffer.size() == 0;
  if (connection->idle && connection->buffer.capacity() > idle_buffer_bytes) {
    connection->buffer = beast::flat_buffer{};
  }
  connection->arm(connection->idle ? limits.idle_time : limits.request_time);
  HeadScan scan;
  while (true) {
    scan = scan_head(unread(*connection), scan.bytes);
    if (scan.kind != HeadScan::Kind::incomplete) break;
    if (connection->buffer.size() > limits.header_bytes) break;
    auto reading = read_some(connection, head_read_bytes);
    if (co_await std::move(reading)) {
      if (connection->idle || !connection->timed_out) co_return Received{};
      break;
    }
    if (std::exchange(connection->idle, false)) connection->arm(limits.request_time);
  }

  Received received;
  received.request.request_id = connection->state->next_request_id();
  if (scan.kind == HeadScan::Kind::malformed) {
    co_return refused(std::move(received), "malformed_request",
                      Said("the head holds a control byte or a bare line end"));
  }
  if (connection->timed_out) co_return refused(std::move(received), "request_timeout");
  if (scan.kind == HeadScan::Kind::incomplete || scan.bytes > limits.header_bytes) {
    co_return refused(std::move(received), "header_too_large");
  }
  auto head = parse_head(unread(*connection).substr(0, scan.bytes));
  if (!head) co_return refused(std::move(received), head.error().code, Said(head.error().detail));
  auto body = std::make_shared<Incoming>(connection, *head);
  received.request =
      to_request(std::move(*head), *connection, std::move(received.request.request_id));
  connection->enter(Connection::Phase::body);
  if (!take_share(*connection, received.request.remote_address)) {
    co_return refused(std::move(received), "too_many_requests");
  }
  auto reading = receive_body(connection, std::move(received), std::move(body));
  co_return co_await std::move(reading);
}

}  // namespace tenggat::http
