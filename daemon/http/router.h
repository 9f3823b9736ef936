// From method and path to a handler. The table is the one list of routes: the OpenAPI document, the
// authorization matrix and the metric labels are made from it.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/http/message.h"
#include "daemon/http/problem.h"

namespace tenggat::http {

struct Route {
  std::string method;   // upper case; a GET route answers HEAD too
  std::string pattern;  // "/api/v1/permits/{id}/actions"; a parameter fills one whole segment
  std::string name;     // unique; the metric label and the operationId: "permit_action"
  Handler handler;
};

class Router {
 public:
  // Answers for an exception a handler let through (503 for a database that is away), or nothing
  // for the general 500. Either way it is logged with the request id.
  using OutageAnswer = std::function<std::optional<Response>(const std::exception&, Language)>;

  // Throws std::invalid_argument for a malformed pattern, a repeated name, and two routes of one
  // method that could both match equally well.
  explicit Router(std::vector<Route> routes, OutageAnswer outage = {});

  // Sets `route` and `params` and calls the handler. A literal segment beats a parameter, the
  // leftmost difference decides. No such path: 404. No such method: 405 with Allow; OPTIONS: 204
  // with Allow. A parameter never matches an empty segment. The router must outlive the call.
  boost::asio::awaitable<Response> handle(Request request) const;
  // handle() in the form Server takes; refers to this object.
  Handler handler() const;

  std::span<const Route> routes() const { return routes_; }

 private:
  struct Match {
    std::optional<std::size_t> route;  // index into routes_
    std::string allow;                 // else what the path takes; empty: no such path
  };
  Match match(const Request& request) const;
  Response answer_outage(const std::exception& outage, const std::string& route, Language language,
                         const std::string& request_id) const;
  Response unmatched(const Request& request, const std::string& allow) const;

  std::vector<Route> routes_;                       // in the order given
  std::vector<std::vector<std::string>> segments_;  // of routes_[i].pattern
  std::vector<std::size_t> by_precedence_;          // indices into routes_
  OutageAnswer outage_;
};

}  // namespace tenggat::http
