// Run by the build after linking: does openapi.json describe the routes that are served?
#include <boost/asio/io_context.hpp>
#include <iostream>

#include "daemon/http/api.h"
#include "daemon/http/openapi.h"

int main() {
  using namespace tenggat;
  boost::asio::io_context io;
  pg::PoolOptions nowhere;
  pg::Pool pool(io.get_executor(), nowhere);
  office::Rulebook rulebook{SendRules{}};
  Metrics metrics{MetricsOptions{}};
  office::Committer committer(io.get_executor(), pool, rulebook, metrics, {}, {});
  http::Uploads uploads(pool, {});
  http::RateLimit limit(1);
  http::Doorkeeper door(1);
  const std::vector<http::Route> routes =
      http::api_routes({pool, committer, rulebook, uploads, limit, door, ""});
  const std::vector<std::string> faults = http::openapi_faults(http::openapi_text(), routes);
  for (const std::string& fault : faults)
    std::cerr << "daemon/http/openapi.json: " << fault << '\n';
  return faults.empty() ? 0 : 1;
}
