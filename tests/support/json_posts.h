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

struct Post {
  std::string head;  // request line and headers, with their line ends
  boost::json::value body;
  // As it was sent; empty where it was not.
  std::string header(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

// The next one. `buffer` keeps what has come of those after it; throws at the end.
inline boost::asio::awaitable<Post> next_post(boost::asio::ip::tcp::socket& peer,
                                              std::string& buffer) {
  namespace asio = boost::asio;
  const std::size_t head = co_await asio::async_read_until(peer, asio::dynamic_buffer(buffer),
                                                           "\r\n\r\n", asio::use_awaitable);
  Post post{buffer.substr(0, head), {}};
  const std::size_t length = std::stoul(post.header("Content-Length"));
  if (buffer.size() < head + length)
    co_await asio::async_read(peer, asio::dynamic_buffer(buffer),
                              asio::transfer_exactly(head + length - buffer.size()),
                              asio::use_awaitable);
  post.body = boost::json::parse(buffer.substr(head, length));
  buffer.erase(0, head + length);
  co_return post;
}

}  // namespace tenggat::test
