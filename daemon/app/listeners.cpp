#include "daemon/app/listeners.h"

#include <boost/asio/ip/address.hpp>

#include "daemon/api/api.h"
#include "daemon/base/clock.h"
#include "daemon/base/resources.h"

namespace tenggat::app {
namespace {

http::ServerLimits limits_of(const Config& config) {
  const Resources resources = resources_of(config);
  http::ServerLimits limits;
  limits.header_bytes = resources.head;
  limits.body_bytes = resources.body;
  limits.file_bytes = resources.file;
  limits.request_time = resources.request;
  limits.connections = resources.connections;
  limits.connections_per_address = resources.of_one_address();
  limits.proxies = config.http.proxies;
  limits.reached_by_tls = config.public_url.starts_with("https://");
  return limits;
}

// The listener of the machine's own watchers: metrics, livez, readyz.
http::ServerLimits admin_limits() {
  http::ServerLimits limits;
  limits.connections = kShipped.admin_connections;
  limits.serves_from_reserve = true;
  return limits;
}

boost::asio::ip::tcp::endpoint endpoint_of(const Endpoint& endpoint) {
  const std::string host = endpoint.host.empty() ? "::" : endpoint.host;
  return {boost::asio::ip::make_address(host), endpoint.port};
}

}  // namespace

Listeners::Listeners(boost::asio::any_io_executor executor, const Config& config, Metrics& metrics,
                     std::vector<http::Route> admin_routes, std::vector<http::Route> public_routes)
    : admin_router_(std::move(admin_routes), &http::outage_answer),
      admin_server_(executor, endpoint_of(config.admin_listen), admin_limits(),
                    admin_router_.handler()),
      public_router_(std::move(public_routes), &http::outage_answer),
      public_server_(executor, endpoint_of(config.listen), limits_of(config),
                     public_router_.handler()) {
  std::vector<MetricsOptions::Route> counted;
  for (const http::Route& route : public_router_.routes())
    counted.push_back({route.name, route.method});
  metrics.know(counted);
  public_server_.observe(
      [&metrics](const http::Exchange& exchange) {
        metrics.http_request(exchange.route, exchange.method, exchange.status,
                             std::chrono::duration<double>(exchange.elapsed).count());
      },
      &Clock::monotonic);
}

}  // namespace tenggat::app
