// One keep-alive connection to an HTTP server on loopback, cheap enough to make load with.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace tenggat::test {

struct HttpAnswer {
  int status = 0;
  int retry_after = 0;  // seconds; 0: none was given
  std::string body;
};

// The bytes of a request; `key` is its Idempotency-Key, none where empty.
std::string http_request(std::string_view method, std::string_view path, std::string_view token,
                         std::string_view key, std::string_view body);

class HttpClient {
 public:
  HttpClient(boost::asio::any_io_executor executor, int port);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;

  // Connects where it is not. Throws boost::system::system_error when the connection is refused or
  // cut: then nobody knows what became of the request.
  boost::asio::awaitable<HttpAnswer> exchange(std::string request);
  boost::asio::awaitable<void> connect();
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tenggat::test
