// The only place that opens connections to providers.
//
// HTTP runs through libcurl's multi interface on the daemon's io_context. Mail does not:
// libcurl 7.88 waits for the reply to a mail's content inside one call (smtp_done), and a server
// that scans before it answers would hold up the whole daemon. Each mail runs on one of
// kMailThreads threads that share nothing with the loop: a request goes in, a response comes back.
// Each keeps its connection for the next mail (mail_threads.h).
// (libcurl also resolves names on threads of its own.)
//
// Ownership: the client must go before its io_context, as every Asio object must. Coroutines that
// still await may go before it or after it, at the latest with the io_context: requests in flight
// keep what they need. Destroying or cancelling an awaiting coroutine aborts its exchange; until a
// mail thread has noticed, at most a second passes. The process must ignore SIGPIPE (OpenSSL writes
// with write(2)); the constructor sees to it.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "notifiers/transfer.h"

namespace tenggat::notify {

// More mails at once wait for a thread; their deadline starts when they get one.
inline constexpr unsigned kMailThreads = 8;

class CurlClient {
 public:
  explicit CurlClient(boost::asio::any_io_executor executor);
  ~CurlClient();
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  // Never throws for what the network does: that is in the response. Connections are used again;
  // what one that turns out dead may have carried is never repeated here. Redirects are not
  // followed, proxies from the environment are not used.
  boost::asio::awaitable<CurlResponse> perform(CurlRequest request);

  // What the coroutines and the client share; defined in curl_client.cpp.
  struct Machinery;

 private:
  std::shared_ptr<Machinery> machinery_;
};

}  // namespace tenggat::notify
