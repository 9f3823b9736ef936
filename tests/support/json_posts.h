// Posts of JSON as a sink of the tests' own reads them, one after another on a connection.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <string>

namespace tenggat::test {

// The next one's body. `buffer` keeps what has come of those after it; throws at the end.
inline boost::asio::awaitable<boost::json::value> next_post(boost::asio::ip::tcp::socket& peer,
                                                            std::string& buffer) {
  namespace asio = boost::asio;
  const std::size_t head = co_await asio::async_read_until(peer, asio::dynamic_buffer(buffer),
                                                           "\r\n\r\n", asio::use_awaitable);
  const std::size_t length = std::stoul(buffer.substr(buffer.find("Content-Length: ") + 16, 8));
  if (buffer.size() < head + length)
    co_await asio::async_read(peer, asio::dynamic_buffer(buffer),
                              asio::transfer_exactly(head + length - buffer.size()),
                              asio::use_awaitable);
  boost::json::value body = boost::json::parse(buffer.substr(head, length));
  buffer.erase(0, head + length);
  co_return body;
}

}  // namespace tenggat::test
