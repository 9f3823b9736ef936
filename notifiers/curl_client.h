// The only place that opens connections to providers.
//
// HTTP runs through libcurl's multi interface on the daemon's io_context. Mail does not:
// libcurl 7.88 waits for the reply to a mail's content inside one call (smtp_done), and a server
// that scans before it answers would hold up the whole daemon. Each mail runs on one of
// kMailThreads threads that share nothing with the loop: a request goes in, a response comes back.
// (libcurl also resolves names on threads of its own.)
//
// Ownership: requests in flight keep the machinery alive, so the client, its coroutines and the
// io_context may go away in any order on the io_context's thread; at most a second passes until a
// mail thread has noticed. Destroying or cancelling an awaiting coroutine aborts its exchange. The
// process must ignore SIGPIPE (OpenSSL writes with write(2)); the constructor sees to it.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "notifiers/transfer.h"

namespace tenggat::notify {

// More mails at once wait for a thread; their deadline starts when they get one.
inline constexpr unsigned kMailThreads = 4;

class CurlClient {
 public:
  explicit CurlClient(boost::asio::any_io_executor executor);
  ~CurlClient();
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  // Never throws for what the network does: that is in the response. One fresh connection a
  // request, since libcurl silently repeats a request on a kept connection that turns out dead.
  // Redirects are not followed, proxies from the environment are not used.
  boost::asio::awaitable<CurlResponse> perform(CurlRequest request);

  // What the coroutines and the client share; defined in curl_client.cpp.
  struct Machinery;

 private:
  std::shared_ptr<Machinery> machinery_;
};

}  // namespace tenggat::notify
