#include "tests/support/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <cctype>
#include <charconv>

namespace tenggat::test {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

// The value of a header of a head whose names are spelled as our server spells them.
std::string_view header(std::string_view head, std::string_view name) {
  const auto at = head.find(name);
  if (at == std::string_view::npos) return {};
  const auto begin = at + name.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string http_request(std::string_view method, std::string_view path, std::string_view token,
                         std::string_view key, std::string_view body) {
  std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", method, path);
  if (!token.empty()) request += fmt::format("Authorization: Bearer {}\r\n", token);
  if (!key.empty()) request += fmt::format("Idempotency-Key: {}\r\n", key);
  if (!body.empty())
    request += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  request += "\r\n";
  request += body;
  return request;
}

struct HttpClient::Impl {
  Impl(asio::any_io_executor executor, int port_in) : socket(std::move(executor)), port(port_in) {}
  tcp::socket socket;
  int port;
  std::string buffer;  // bytes read and not yet used
};

HttpClient::HttpClient(asio::any_io_executor executor, int port)
    : impl_(std::make_unique<Impl>(std::move(executor), port)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

void HttpClient::close() {
  boost::system::error_code ignored;
  impl_->socket.close(ignored);
  impl_->buffer.clear();
}

asio::awaitable<void> HttpClient::connect() {
  const tcp::endpoint server(asio::ip::address_v4::loopback(),
                             static_cast<unsigned short>(impl_->port));
  close();
  co_await impl_->socket.async_connect(server, asio::use_awaitable);
  impl_->socket.set_option(tcp::no_delay(true));
}

asio::awaitable<HttpAnswer> HttpClient::exchange(std::string request) {
  if (!impl_->socket.is_open()) co_await connect();
  std::string& buffer = impl_->buffer;
  try {
    co_await asio::async_write(impl_->socket, asio::buffer(request), asio::use_awaitable);
    std::size_t head = std::string::npos, whole = 0;
    HttpAnswer answer;
    bool closes = false;
    while (head == std::string::npos || buffer.size() < whole) {
      const std::size_t had = buffer.size();
      buffer.resize(had + std::max<std::size_t>(8192, whole > had ? whole - had : 0));
      std::size_t got = 0;
      try {
        got = co_await impl_->socket.async_read_some(
            asio::buffer(buffer.data() + had, buffer.size() - had), asio::use_awaitable);
      } catch (...) {
        buffer.resize(had);
        throw;
      }
      buffer.resize(had + got);
      if (head != std::string::npos) continue;
      head = buffer.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::string_view text(buffer.data(), head + 2);
      answer.status = number(text.substr(9, 3));
      answer.retry_after = number(header(text, "Retry-After: "));
      closes = header(text, "Connection: ") == "close";
      whole = head + 4 + static_cast<std::size_t>(number(header(text, "Content-Length: ")));
    }
    answer.body = buffer.substr(head + 4, whole - head - 4);
    buffer.erase(0, whole);
    if (closes) close();
    co_return answer;
  } catch (const boost::system::system_error&) {
    close();
    throw;
  }
}

}  // namespace tenggat::test
