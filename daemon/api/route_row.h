// A route as one row: where it is, who may call it, what it takes and gives at most, and who
// answers. Rows stand with the handlers; the router's routes, the resource ledger and the check of
// openapi.json are made from them.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/api/authorize.h"
#include "daemon/base/resources.h"
#include "daemon/http/router.h"

namespace tenggat::http {

using In = BodyBound;
using Out = AnswerBound;

// All text is literals. No column has a default: a row without one of them does not compile.
struct RouteRow {
  constexpr RouteRow(std::string_view its_method, std::string_view its_pattern,
                     std::string_view its_name, Who may_call, In takes, Out gives)
      : method(its_method),
        pattern(its_pattern),
        name(its_name),
        who(may_call),
        body(takes),
        answer(gives) {}

  std::string_view method, pattern, name;  // as in Route; of a call of the API the operationId
  Who who;
  In body;
  Out answer;

  RouteBounds bounds() const { return {name, body, answer}; }
};

// As the router takes it.
inline Route route_of(const RouteRow& row, Handler handler) {
  return {std::string(row.method), std::string(row.pattern), std::string(row.name),
          std::move(handler)};
}

// A row and who answers it, once its request may be served. `Call` is what the way in makes of it.
template <class Call>
struct Answered {
  RouteRow row;
  std::function<boost::asio::awaitable<Response>(Call)> by;
};

// The row of a route that a member of `Group` answers.
template <class Group, class Call>
struct RowOf : RouteRow {
  using Member = boost::asio::awaitable<Response> (Group::*)(Call);
  constexpr RowOf(std::string_view its_method, std::string_view its_pattern,
                  std::string_view its_name, Who may_call, In takes, Out gives, Member who_answers)
      : RouteRow(its_method, its_pattern, its_name, may_call, takes, gives), by(who_answers) {}
  Member by;
};

// A group's routes; it is made from `parts`. Without them its routes can be listed, not called.
template <class Group, class Call, std::size_t count, class Parts>
std::vector<Answered<Call>> answered_by(const Parts* parts,
                                        const RowOf<Group, Call> (&rows)[count]) {
  const std::shared_ptr<Group> group = parts ? std::make_shared<Group>(*parts) : nullptr;
  std::vector<Answered<Call>> routes;
  for (const RowOf<Group, Call>& row : rows)
    routes.push_back({row, std::bind_front(row.by, group)});
  return routes;
}

}  // namespace tenggat::http
