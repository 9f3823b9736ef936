// The plainest mail and post to a server of the tests' own, and one exchange run to its end.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "notifiers/curl_client.h"
#include "tests/notifiers/sample.h"

namespace tenggat::notify {

inline CurlRequest post(std::string url,
                        std::chrono::milliseconds deadline = std::chrono::seconds(5)) {
  CurlRequest request;
  request.url = std::move(url);
  request.body = "{}";
  request.allow_private = true;
  request.deadline = deadline;
  return request;
}

inline CurlRequest mail(std::string url,
                        std::chrono::milliseconds deadline = std::chrono::seconds(5)) {
  CurlRequest request = post(std::move(url), deadline);
  request.body = "Subject: x\r\n\r\n.\r\nhalo\r\n";
  request.mail_from = "a@b.id";
  request.mail_to = "c@d.id";
  request.tls = Tls::relaxed;
  return request;
}

inline CurlResponse exchange(CurlRequest request) {
  boost::asio::io_context io;
  CurlClient client(io.get_executor());
  return run(io, client.perform(std::move(request)));
}

}  // namespace tenggat::notify
