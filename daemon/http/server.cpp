#include "daemon/http/server.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "daemon/base/crash_point.h"
#include "daemon/base/log.h"
#include "daemon/http/connection.h"
#include "daemon/http/incoming.h"
#include "daemon/http/outgoing.h"
#include "daemon/http/problem.h"

namespace tenggat::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// A refused client may still be sending: closing at once would reset the connection and take our
// answer from it, so its bytes are read and dropped for a while.
constexpr auto linger_time = std::chrono::seconds(1);
constexpr std::size_t linger_bytes = 4 * 1024 * 1024;
constexpr std::size_t linger_read_bytes = 4096;
constexpr auto handshake_time = kShipped.handshake;
constexpr std::size_t refusals_at_once = kShipped.refusals;  // beyond `connections`; more: closed
constexpr auto accept_pause = std::chrono::milliseconds(100);
constexpr auto accept_said_again = std::chrono::minutes(1);
constexpr auto unwind_time = std::chrono::milliseconds(200);

// Reads are many and change nothing: they are for whoever asks the log for them.
bool only_reads(std::string_view method) {
  return method.empty() || method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// By the id in the answer whoever called is helped. The route's name says what the path would.
void log_answer(const Request& request, const Response& response,
                std::chrono::nanoseconds elapsed) {
  const auto or_dash = [](std::string_view text) { return text.empty() ? "-" : text; };
  const RequestTrace& trace = *request.trace;
  log_event(only_reads(request.method) ? Level::debug : Level::info, "request",
            {{"request_id", request.request_id},
             {"method", or_dash(request.method)},
             {"route", or_dash(response.route)},
             {"status", response.status},
             {"actor", or_dash(trace.actor)},
             {"permit", or_dash(trace.permits)},
             {"duration", fmt::format("{:.6f}", std::chrono::duration<double>(elapsed).count())}});
}

asio::awaitable<Response> answer(ConnectionPtr connection, Request request) {
  const std::string request_id = request.request_id;
  const Language language = language_of(request);
  Response response;
  try {
    auto running = connection->state->handler(std::move(request));
    response = co_await std::move(running);
  } catch (const BodyFault& fault) {
    response = problem(language, fault, request_id);
  } catch (const std::exception& fault) {
    log_fault("request_failed", request_id, fault.what());
    response = internal_problem(language, request_id);
  } catch (...) {
    log_fault("request_failed", request_id, "not a std::exception");
    response = internal_problem(language, request_id);
  }
  co_return response;
}

void observe(const ServerState& state, const Request& request, const Response& response,
             std::chrono::nanoseconds elapsed) {
  log_answer(request, response, elapsed);
  if (!state.observer) return;
  state.observer({response.route, request.method, response.status, elapsed});
}

// Instead of an answer there is no room for.
Response crowded(Response answer, const Framing& framing) {
  Response instead = problem(framing.language, "overloaded");
  instead.headers.set("Retry-After", "1");
  instead.route = std::move(answer.route);
  return instead;
}

// Who reads the answer, as far as the request says.
struct Reader {
  bool is_person = false, english = false;
};

Reader reader_of(const Request& request) {
  const std::string_view accepts = request.headers.get("Accept").value_or("");
  const std::string_view tongues = request.headers.get("Accept-Language").value_or("");
  return {
      accepts.find("text/html") != std::string_view::npos && !request.path.starts_with("/api/"),
      tongues.find("en") != std::string_view::npos && language_of(tongues) == Language::english};
}

void put_in_words(const ServerState& state, const Reader& reader, Response& response) {
  if (!reader.is_person || !state.fault_page || response.content_type != "application/problem+json")
    return;
  Response page = state.fault_page(response, reader.english);
  page.status = response.status;
  page.route = std::move(response.route);
  for (const char* kept : {"Retry-After", "Allow"})
    if (const auto value = response.headers.get(kept)) page.headers.set(kept, std::string(*value));
  response = std::move(page);
}

// False: what came was no handshake, or none in time.
asio::awaitable<bool> shake_hands(ConnectionPtr connection) {
  if (!connection->tls) co_return true;
  connection->arm(handshake_time);
  auto shaking = connection->tls->async_handshake(asio::ssl::stream_base::server, kAsTuple);
  const auto [ec] = co_await std::move(shaking);
  connection->disarm();
  co_return !ec;
}

asio::awaitable<void> linger(ConnectionPtr connection) {
  error_code ec;
  if (connection->tls) {
    connection->arm(linger_time);
    auto closing = connection->tls->async_shutdown(kAsTuple);
    static_cast<void>(co_await std::move(closing));
    connection->disarm();
  }
  connection->socket.shutdown(tcp::socket::shutdown_send, ec);
  connection->arm(linger_time);
  for (std::size_t dropped = 0; !ec && dropped < linger_bytes;) {
    connection->buffer.clear();
    auto reading = read_some(connection, linger_read_bytes);
    ec = co_await std::move(reading);
    dropped += connection->buffer.size();
  }
  connection->disarm();
  connection->close();
}

// One request and its answer. False: the connection is to be closed, `lingering` says how.
asio::awaitable<bool> exchange(ConnectionPtr connection, std::shared_ptr<bool> lingering) {
  ServerState& state = *connection->state;
  auto receiving = receive(connection);
  Received received = co_await std::move(receiving);
  connection->disarm();
  if (received.kind == Received::Kind::gone) {
    *lingering = false;
    co_return false;
  }
  Framing framing;
  framing.request_id = received.request.request_id;
  framing.language = language_of(received.request);
  framing.head_only = received.request.method == "HEAD";
  const Reader reader = reader_of(received.request);
  if (received.kind == Received::Kind::refused) {
    put_in_words(state, reader, received.refusal);
    observe(state, received.request, received.refusal, {});
    auto sending = send(connection, std::move(received.refusal), framing);
    *lingering = co_await std::move(sending);
    co_return false;
  }
  Request named;  // what observer and log need, the request itself goes to the handler
  named.method = received.request.method;
  named.request_id = framing.request_id;
  named.trace = received.request.trace;
  const auto start = state.monotonic ? state.monotonic() : std::chrono::nanoseconds{};
  connection->enter(Connection::Phase::handled);
  auto running = answer(connection, std::move(received.request));
  Response response = co_await std::move(running);
  const auto end = state.monotonic ? state.monotonic() : std::chrono::nanoseconds{};
  const IncomingPtr body = std::exchange(received.body, nullptr);
  body->connection.reset();
  body->held.grow_to(0);
  connection->disarm();
  connection->known = !named.trace->actor.empty();
  put_in_words(state, reader, response);
  HeldAnswer held(*connection);
  if (!held.take(response, connection->known)) response = crowded(std::move(response), framing);
  connection->enter(Connection::Phase::answered);
  observe(state, named, response, end - std::max(start, body->done_at));
  if (body->gone) {
    *lingering = false;
    co_return false;
  }
  framing.keep_alive = received.keep_alive && body->done && !body->refused && !state.draining &&
                       (!response.stream || response.length);
  auto sending = send(connection, std::move(response), framing);
  const bool sent = co_await std::move(sending);
  if (sent && named.method == "POST") crash_point(CrashPoint::answered);
  *lingering = sent;
  co_return sent&& framing.keep_alive;
}

asio::awaitable<void> answer_all(ConnectionPtr connection) {
  const auto lingering = std::make_shared<bool>(false);
  auto shaking = shake_hands(connection);
  const bool begun = co_await std::move(shaking);
  while (begun) {
    auto running = exchange(connection, lingering);
    if (!co_await std::move(running)) break;
    if (connection->of_proxy) connection->let_go();
    if (connection->state->draining && connection->buffer.size() == 0) break;
  }
  if (!*lingering) co_return;
  auto running = linger(connection);
  co_await std::move(running);
}

asio::awaitable<void> answer_once(ConnectionPtr connection, Response response, Framing framing) {
  auto sending = send(connection, std::move(response), std::move(framing));
  if (!co_await std::move(sending)) co_return;
  auto running = linger(connection);
  co_await std::move(running);
}

// However `serving` ends, its connection does.
asio::awaitable<void> serve(ConnectionPtr connection, asio::awaitable<void> serving) {
  try {
    co_await std::move(serving);
  } catch (const std::exception& fault) {
    log_fault("connection_failed", "", fault.what());
  }
  connection->disarm();
  connection->close();
}

void refuse(std::shared_ptr<ServerState> state, tcp::socket socket, std::string address,
            ProblemCode code) {
  // Over TLS nothing can be said before the handshake, which costs more than the refusal is worth.
  if (state->refusing >= refusals_at_once || state->tls) return;
  Request request;
  request.request_id = state->next_request_id();
  Response response = problem(request, code);
  response.headers.set("Retry-After", "1");
  observe(*state, request, response, {});
  Framing framing;
  framing.request_id = request.request_id;
  const auto executor = socket.get_executor();
  auto connection = std::make_shared<Connection>(std::move(state), std::move(socket),
                                                 std::move(address), Connection::Kind::refused);
  auto answering = answer_once(connection, std::move(response), std::move(framing));
  auto running = serve(std::move(connection), std::move(answering));
  asio::co_spawn(executor, std::move(running), asio::detached);
}

void admit(std::shared_ptr<ServerState> state, tcp::socket socket) {
  error_code ec;
  const tcp::endpoint peer = socket.remote_endpoint(ec);
  if (ec) return;  // gone already
  socket.set_option(tcp::no_delay(true), ec);
  std::string address = peer.address().to_string();
  const ServerLimits& limits = state->limits;
  if (state->open.size() >= limits.connections) {
    return refuse(std::move(state), std::move(socket), std::move(address), "overloaded");
  }
  if (!lies_in(address, limits.proxies) && !has_share(*state, network_key(address), address)) {
    return refuse(std::move(state), std::move(socket), std::move(address), "too_many_requests");
  }
  const auto executor = socket.get_executor();
  auto connection = std::make_shared<Connection>(std::move(state), std::move(socket),
                                                 std::move(address), Connection::Kind::served);
  auto answering = answer_all(connection);
  auto running = serve(std::move(connection), std::move(answering));
  asio::co_spawn(executor, std::move(running), asio::detached);
}

bool no_descriptor_left(const error_code& ec) {
  return ec == boost::system::errc::too_many_files_open ||
         ec == boost::system::errc::too_many_files_open_in_system;
}

void say_not_taken(const std::shared_ptr<ServerState>& state, const std::string& why) {
  ++state->not_taken;
  if (std::exchange(state->said, true)) return;
  log_event(Level::error, "accept_failed",
            {{"error", why}, {"attempts", std::exchange(state->not_taken, 0)}});
  state->say_again.expires_after(accept_said_again);
  state->say_again.async_wait([weak = std::weak_ptr(state)](const error_code&) {
    if (const auto self = weak.lock()) self->said = false;
  });
}

// Whoever has waited longest, in the place of the descriptor that was kept back.
void take_from_reserve(const std::shared_ptr<ServerState>& state) {
  if (!state->reserve.spend()) return;
  error_code ec;
  tcp::socket socket(state->acceptor.get_executor());
  state->acceptor.accept(socket, ec);
  // Nobody waits: without a descriptor the kernel says so before it looks.
  if (ec) return state->reserve.refill();
  if (state->limits.serves_from_reserve) {
    admit(state, std::move(socket));
  } else {
    const tcp::endpoint peer = socket.remote_endpoint(ec);
    if (!ec) refuse(state, std::move(socket), peer.address().to_string(), "overloaded");
  }
}

// False: it could not be taken, and a pause does good.
asio::awaitable<bool> accept_one(std::shared_ptr<ServerState> state) {
  state->reserve.refill();
  auto [ec, socket] = co_await state->acceptor.async_accept(kAsTuple);
  if (!ec) {
    admit(state, std::move(socket));
    co_return true;
  }
  if (ec == asio::error::operation_aborted || ec == asio::error::connection_aborted) co_return true;
  say_not_taken(state, ec.message());
  if (no_descriptor_left(ec)) take_from_reserve(state);
  co_return false;
}

asio::awaitable<void> accept_all(std::shared_ptr<ServerState> state) {
  asio::steady_timer pause(state->acceptor.get_executor());
  while (state->acceptor.is_open()) {
    bool taken = false;
    try {
      auto accepting = accept_one(state);
      taken = co_await std::move(accepting);
    } catch (const std::exception& fault) {  // out of memory: this one is lost, the next is not
      log_fault("accept_failed", "", fault.what());
    }
    if (taken) continue;
    pause.expires_after(accept_pause);
    try {
      static_cast<void>(co_await pause.async_wait(kAsTuple));
    } catch (const std::bad_alloc&) {
      // Then it does not pause.
    }
  }
}

asio::awaitable<std::size_t> drain_all(std::shared_ptr<ServerState> state,
                                       std::chrono::milliseconds grace) {
  state->draining = true;
  for (Connection* connection : state->open) {
    if (connection->idle) connection->close();
  }
  state->all_gone.expires_after(grace);
  if (!state->open.empty()) {
    static_cast<void>(co_await state->all_gone.async_wait(kAsTuple));
  }
  for (Connection* connection : state->open) connection->close();
  state->all_gone.expires_after(unwind_time);
  if (!state->open.empty()) {
    static_cast<void>(co_await state->all_gone.async_wait(kAsTuple));
  }
  co_return state->open.size();
}

}  // namespace

Server::Server(asio::any_io_executor executor, tcp::endpoint endpoint, ServerLimits limits,
               Handler handler)
    : state_(std::make_shared<ServerState>(executor, endpoint, std::move(limits),
                                           std::move(handler))) {}

Server::~Server() {
  stop_accepting();
  for (Connection* connection : state_->open) connection->close();
}

void Server::use_tls(TlsContext context) { state_->tls = std::move(context); }

void Server::observe(Observer observer, Monotonic monotonic) {
  state_->observer = std::move(observer);
  state_->monotonic = std::move(monotonic);
}

void Server::speak_to_people(FaultPage page) { state_->fault_page = std::move(page); }

asio::awaitable<void> Server::run() { return accept_all(state_); }

void Server::stop_accepting() {
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->addresses_refused.stop();
  state_->slow_readers.stop();
  state_->say_again.cancel();
}

asio::awaitable<std::size_t> Server::drain(std::chrono::milliseconds grace) {
  stop_accepting();
  return drain_all(state_, grace);
}

unsigned short Server::port() const {
  error_code ec;
  return state_->acceptor.local_endpoint(ec).port();
}

std::size_t Server::connections() const { return state_->open.size(); }

}  // namespace tenggat::http
