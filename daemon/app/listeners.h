// Both listeners with their routes: the public one, and the one of the machine's own watchers.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <vector>

#include "daemon/api/admin.h"
#include "daemon/base/config.h"
#include "daemon/base/metrics.h"
#include "daemon/http/router.h"
#include "daemon/http/server.h"
#include "daemon/http/tls.h"

namespace tenggat::app {

class Listeners {
 public:
  // Listens from then on, and answers once they run. Throws where an address is not to be had.
  // `metrics` must outlive it, as must what the routes refer to.
  Listeners(boost::asio::any_io_executor executor, const Config& config, Metrics& metrics,
            std::vector<http::Route> admin_routes, std::vector<http::Route> public_routes);

  http::Server& open() { return public_server_; }
  http::Server& admin() { return admin_server_; }

 private:
  http::Router admin_router_;
  http::Server admin_server_;
  http::Router public_router_;
  http::Server public_server_;
};

}  // namespace tenggat::app
