// The daemon's HTTP API as the commands of an officer or a service use it.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/config.h"
#include "daemon/cli/command.h"
#include "notifiers/transfer.h"

namespace tenggat::cli {

using Query = std::vector<std::pair<std::string, std::string>>;  // empty values are left out

class ApiClient {
 public:
  // TENGGAT_URL, else http://127.0.0.1:8080; TENGGAT_TOKEN, without which it throws BadUsage.
  explicit ApiClient(const Terminal& terminal);

  // `path` is below /api/v1 and percent-encoded: "/permits/" + encoded(id). Blocks until the answer
  // is there. Anything but a 2xx answer in JSON is Refused, with the problem (RFC 9457) in its
  // message: title, detail, and what is missing or wrong.
  boost::json::value get(const std::string& path, const Query& query = {});
  // With an Idempotency-Key of its own.
  boost::json::value post(const std::string& path, const boost::json::object& body);

 private:
  boost::json::value exchange(std::string method, const std::string& path, std::string body);

  std::string url_, token_;
};

// One segment of a path, or one value of a query.
std::string encoded(std::string_view text);

// One exchange over HTTP; blocks until it is over.
notify::CurlResponse send_and_wait(notify::CurlRequest request);

// Asks the daemon that this configuration starts for a link to sign in, as its page does: it goes
// to whoever is registered with the address, like any other message.
notify::CurlResponse ask_for_link(const Config& config, const std::string& address);

// A problem document for people, one line or several.
std::string problem_text(int status, std::string_view body);

}  // namespace tenggat::cli
