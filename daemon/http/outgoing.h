// How an answer is written to its connection: head, body or stream. Inside the server only.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "daemon/http/connection.h"
#include "daemon/http/message.h"
#include "daemon/http/problem.h"

namespace tenggat::http {

struct Framing {
  std::string request_id;
  Language language = Language::english;
  bool keep_alive = false;
  bool head_only = false;
};

Response internal_problem(Language language, const std::string& request_id);
void log_fault(std::string_view event, std::string_view request_id, std::string_view fault);

// False: not all of it was taken, or it had to be cut short.
boost::asio::awaitable<bool> send(ConnectionPtr connection, Response response, Framing framing);

}  // namespace tenggat::http
