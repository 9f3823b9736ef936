// A strict HTTP/1.1 server for one thread and one io_context. Sources: docs/reference.md, Bounds;
// RFC 9112.
//
// What is refused before any handler runs is in request_head.h; every refusal is a problem document
// and closes the connection. Requests of one connection are handled one after the other, also when
// pipelined. Beast frames bodies, inside server.cpp only.
//
// A body that a stranger may send is read before the handler is asked; of a larger one, or one
// whose sender waits for 100-continue, the handler gets the head and reads on itself
// (IncomingBody), once it knows whose it is.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/network.h"
#include "daemon/base/resources.h"
#include "daemon/http/message.h"
#include "daemon/http/tls.h"

namespace tenggat::http {

// The numbers are the resource ledger's (daemon/base/resources.h).
struct ServerLimits {
  // Request line and fields with their line ends; over: 431.
  std::size_t header_bytes = kShipped.head;
  // BodySize in bytes; over: 413. A stranger's is never more than `body_bytes`.
  std::size_t stranger_bytes = kShipped.small_body;
  std::size_t body_bytes = kShipped.body;
  std::size_t file_bytes = kShipped.file;
  std::size_t file_piece_bytes = kShipped.file_piece;  // what a body that is read on holds
  std::size_t bodies_bytes = kShipped.bodies;          // of all bodies, held at once; over: 503
  // Answers that are being written, held at once: one larger than `small_answer_bytes` that finds
  // no room is 503 instead. Who is nobody known gets a quarter of it, and so does one address.
  std::size_t answers_bytes = kShipped.answers;
  std::size_t small_answer_bytes = kShipped.small_answer;
  std::size_t stream_piece_bytes = kShipped.file_piece;       // what a stream counts for
  std::chrono::milliseconds request_time = kShipped.request;  // first byte to last; over: 408
  // Of a body that is still incoming when its sender is known: what comes at this pace may take as
  // long as it takes.
  std::size_t slowest_sender_bytes_per_second = kShipped.slowest_bytes_a_second;
  std::chrono::milliseconds idle_time = kShipped.idle;  // then closed without a word
  // A reader who has taken less than this for the whole time, whenever that was, is cut off.
  std::size_t slowest_reader_bytes_per_second = kShipped.slowest_bytes_a_second;
  std::chrono::milliseconds slow_reader_time = kShipped.slow_reader;
  std::size_t socket_buffer_bytes = kShipped.socket_buffer;  // asked of the kernel, each way
  std::size_t connections = 2000;                            // over: 503 with Retry-After
  // Of one network (network_key); through a proxy these are its client's requests under way. One
  // more takes the place of whichever has waited longest and is nobody's known; else 429. 0: no
  // such limit.
  std::size_t connections_per_address = 0;
  // What becomes of a connection for which there was only the descriptor kept in reserve: it is
  // served (a probe must be answered), or told 503.
  bool serves_from_reserve = false;
  std::vector<Network> proxies{};  // whose X-Forwarded-For is believed
  // The outside comes over TLS, though not to this server: answers tell browsers to come so (HSTS).
  bool reached_by_tls = false;
};

// What a metric needs of one exchange. `route` is empty where the request never reached one
// (refused, no such path). `elapsed` runs from the complete request to the answer ready to be
// written, and is zero for a refusal.
struct Exchange {
  std::string_view route;
  std::string_view method;  // empty where the request was refused before its method was known
  int status = 0;
  std::chrono::nanoseconds elapsed{};
};
using Observer = std::function<void(const Exchange&)>;
// What a person reads in place of a problem document; the problem's status and fields stay.
using FaultPage = std::function<Response(const Response& problem, bool english)>;
using Monotonic = std::function<std::chrono::nanoseconds()>;  // Clock's; the server reads no clock

struct ServerState;

class Server {
 public:
  // Binds and listens. Throws boost::system::system_error where the endpoint cannot be had.
  Server(boost::asio::any_io_executor executor, boost::asio::ip::tcp::endpoint endpoint,
         ServerLimits limits, Handler handler);
  // Closes the listener and every connection; a handler still running finishes unheard, and must
  // not use what has been destroyed meanwhile: drain() first.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // From now on new connections begin with a TLS handshake; called again, they use the new
  // certificate, while those there are go on with theirs.
  void use_tls(TlsContext context);
  // Before run().
  void observe(Observer observer, Monotonic monotonic);
  // Before run(). From then on browsers, which ask for text/html, are answered so outside of /api/.
  // A request of which not even the head could be read says no browser.
  void speak_to_people(FaultPage page);

  // Accepts until stop_accepting(). Failures to accept (no descriptors left) are waited out, and
  // logged once a minute at most.
  boost::asio::awaitable<void> run();
  void stop_accepting();
  // stop_accepting(), closes idle connections, lets the requests under way be answered with
  // `Connection: close`, and closes what is left after `grace`. Returns how many connections still
  // had a handler running then: 0 means nothing of this server is left.
  boost::asio::awaitable<std::size_t> drain(std::chrono::milliseconds grace);

  unsigned short port() const;
  std::size_t connections() const;

 private:
  std::shared_ptr<ServerState> state_;
};

}  // namespace tenggat::http
