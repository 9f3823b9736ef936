// A strict HTTP/1.1 server for one thread and one io_context. Source: contract section 5; RFC 9112.
//
// What is refused before any handler runs is in request_head.h; every refusal is a problem document
// and closes the connection. Requests of one connection are handled one after the other, also when
// pipelined. Beast frames bodies, inside server.cpp only.
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

#include "daemon/http/message.h"
#include "daemon/http/tls.h"
#include "daemon/network.h"

namespace tenggat::http {

struct ServerLimits {
  std::size_t header_bytes = 16 * 1024;  // request line and fields with their line ends; over: 431
  std::size_t body_bytes = 1024 * 1024;  // over: 413
  std::size_t large_body_bytes = 20 * 1024 * 1024;  // for the paths below
  std::vector<std::string> large_body_paths = {
      "/api/v1/files"};                          // the path itself and those under it
  std::size_t bodies_bytes = 256 * 1024 * 1024;  // all bodies held at once; over: 503
  std::chrono::milliseconds request_time =
      std::chrono::seconds(30);                                    // first byte to last; over: 408
  std::chrono::milliseconds idle_time = std::chrono::seconds(60);  // then closed without a word
  // An answer may take request_time plus its size at this rate; a slower reader is cut off.
  std::size_t slowest_reader_bytes_per_second = 16 * 1024;
  std::size_t connections = 2000;           // over: 503 with Retry-After
  std::size_t connections_per_address = 0;  // 0: no such limit (all come from the proxy)
  // What becomes of a connection for which there was only the descriptor kept in reserve: it is
  // served (a probe must be answered), or told 503.
  bool serves_from_reserve = false;
  std::vector<Network> proxies{};  // whose X-Forwarded-For is believed
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
