// What comes over a connection may be any bytes, cut anywhere, several requests in a row, and the
// other side may leave at any of them. The real server answers on loopback. Whatever the cuts, the
// answers are the same, in order and well formed; what was understood, written down plainly and
// sent again, is understood the same; and when all are gone nothing is held any more.
//
// An input is the bytes of one connection with a script in between: \xff is a cut, \xfd leaves
// without a word.
#include <sys/socket.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <chrono>
#include <string>
#include <vector>

#include "daemon/base/log.h"
#include "daemon/http/server.h"
#include "tests/fuzz/check.h"

namespace tenggat::http {
namespace {

using boost::asio::ip::tcp;
using fuzz::check;

constexpr char kCut = '\xff', kLeave = '\xfd';
constexpr std::size_t kHeaderBytes = 1024, kBodyBytes = 2048;
constexpr std::string_view kInterim = "HTTP/1.1 100 Continue\r\n\r\n";

struct Answer {
  int status = 0;
  Headers headers;
  std::string body;
};

// A request as the handler got it.
struct Taken {
  std::string method, target, body;
  Headers headers;
};

struct Session {
  std::string answers;
  std::vector<Taken> taken;
};

// `connection` is what became of it: a request does not tell whether it was of HTTP/1.0.
std::string as_sent(const Taken& taken, std::string_view connection) {
  std::string text = taken.method + ' ' + taken.target + " HTTP/1.1\r\n";
  text.append("Connection: ").append(connection).append("\r\n");
  bool framed = false;
  for (const auto& [name, value] : taken.headers.items()) {
    if (equals_ignoring_case(name, "Expect") || equals_ignoring_case(name, "Connection")) continue;
    const bool framing = equals_ignoring_case(name, "Content-Length") ||
                         equals_ignoring_case(name, "Transfer-Encoding");
    if (framing && std::exchange(framed, true)) continue;
    text += framing ? "Content-Length: " + std::to_string(taken.body.size()) : name + ": " + value;
    text += "\r\n";
  }
  return text + "\r\n" + taken.body;
}

// Says back all that was understood, so that answers differ where that does. Some routes answer
// late, without a body, or in pieces.
boost::asio::awaitable<Response> answer(Session& session, Request request) {
  auto taking = take_body(request, BodySize::known);
  co_await std::move(taking);
  session.taken.push_back({request.method, request.target, request.body, request.headers});
  Response response;
  response.headers.set("X-Order", std::to_string(session.taken.size() - 1));
  response.headers.set("X-Method", request.method);
  response.body = request.path + '\n' + request.body + '\n';
  for (const auto& [name, value] : request.query.items())
    response.body += name + '=' + value + '\n';
  if (request.path == "/empty") response.status = 204;
  if (request.path == "/late")
    for (int i = 0; i < 3; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
  if (request.path == "/pieces") {
    response.stream = [left = 3]() mutable -> boost::asio::awaitable<std::string> {
      co_return left-- > 0 ? "piece\n" : "";
    };
  }
  co_return response;
}

ServerLimits limits(std::size_t header_bytes) {
  ServerLimits few;
  few.header_bytes = header_bytes;
  few.body_bytes = kBodyBytes;
  few.bodies_bytes = kBodyBytes;  // so that a byte that is never given back refuses the next body
  few.stranger_bytes = kBodyBytes / 4;  // a larger one is read by the handler
  return few;
}

// A server of its own on a loop that runs only while somebody waits for it.
class Desk {
 public:
  explicit Desk(std::size_t header_bytes)
      : server_(loop_.get_executor(), tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0),
                limits(header_bytes),
                [this](Request request) { return answer(session_, std::move(request)); }) {
    boost::asio::co_spawn(loop_, server_.run(), boost::asio::detached);
  }

  Session talk(const std::vector<std::string_view>& pieces, bool leaves) {
    session_ = {};
    boost::asio::io_context none;
    tcp::socket client(none);
    client.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), server_.port()));
    client.set_option(boost::asio::socket_base::linger(true, 0));  // leaves no TIME_WAIT behind
    client.set_option(tcp::no_delay(true));
    client.non_blocking(true);
    run();
    for (const std::string_view piece : pieces) {
      boost::system::error_code closed;
      boost::asio::write(client, boost::asio::buffer(piece.data(), piece.size()), closed);
      run();
      read(client);
    }
    if (!leaves) {
      boost::system::error_code closed;
      client.shutdown(tcp::socket::shutdown_send, closed);
      wait_for([&] { return read(client); }, "the server lets go of who has finished");
    }
    client.close();
    wait_for([&] { return server_.connections() == 0; }, "no connection stays behind");
    return std::move(session_);
  }

 private:
  void run() {
    while (loop_.poll() > 0) {
    }
  }
  template <class Condition>
  void wait_for(Condition holds, const char* what) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    for (run(); !holds(); run()) check(std::chrono::steady_clock::now() < limit, what);
  }
  // True: the server has closed its side.
  bool read(tcp::socket& client) {
    std::array<char, 16384> bytes;
    while (true) {
      boost::system::error_code ended;
      const std::size_t n = client.read_some(boost::asio::buffer(bytes), ended);
      session_.answers.append(bytes.data(), n);
      if (ended) return ended != boost::asio::error::would_block;
    }
  }

  boost::asio::io_context loop_{1};
  Session session_;
  Server server_;
};

std::string_view line_of(std::string_view& bytes) {
  const std::size_t end = bytes.find("\r\n");
  check(end != std::string_view::npos, "a line of a head ends");
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end + 2);
  return line;
}

Answer take_answer(std::string_view& bytes) {
  Answer answer;
  const std::string_view status = line_of(bytes);
  check(status.starts_with("HTTP/1.1 ") && status.size() > 12 && status[12] == ' ',
        "an answer begins with its status");
  std::from_chars(status.data() + 9, status.data() + 12, answer.status);
  check(answer.status >= 200 && answer.status < 600, "which is a final one");
  for (std::string_view line = line_of(bytes); !line.empty(); line = line_of(bytes)) {
    const std::size_t colon = line.find(": ");
    check(colon != std::string_view::npos && colon > 0, "a field has a name and a value");
    answer.headers.add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 2)));
  }
  for (const char* name : {"Connection", "X-Request-Id", "Cache-Control"})
    check(answer.headers.count(name) == 1, "what every answer says, once");
  const bool bodiless = answer.headers.get("X-Method") == "HEAD" || answer.status == 204;
  std::size_t length = bodiless ? 0 : bytes.size();  // without a length it goes on to the end
  if (const auto told = answer.headers.get("Content-Length"); told && !bodiless) {
    const auto [end, error] = std::from_chars(told->data(), told->data() + told->size(), length);
    check(error == std::errc() && end == told->data() + told->size(), "a length is a number");
    check(length <= bytes.size(), "a body has the length that was told");
  } else if (!bodiless) {
    check(answer.headers.get("Connection") == "close", "an answer without a length is the last");
  }
  answer.body = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return answer;
}

std::vector<Answer> answers_of(const Session& session) {
  std::vector<Answer> answers;
  std::string_view bytes = session.answers;
  while (!bytes.empty()) {
    if (bytes.starts_with(kInterim)) {
      bytes.remove_prefix(kInterim.size());
      continue;
    }
    check(answers.empty() || answers.back().headers.get("Connection") == "keep-alive",
          "nothing follows the last answer");
    answers.push_back(take_answer(bytes));
  }
  return answers;
}

void check_answers(const Session& session, const std::vector<Answer>& answers) {
  std::size_t handled = 0;
  for (const Answer& answer : answers) {
    if (const auto order = answer.headers.get("X-Order")) {
      check(*order == std::to_string(handled++), "answers come in the order of their requests");
      continue;
    }
    check(answer.status >= 400, "whatever else is said is a refusal");
    check(&answer == &answers.back() && answer.headers.get("Connection") == "close",
          "which ends the connection");
    check(answer.headers.get("Content-Type") == "application/problem+json", "and is a problem");
    boost::system::error_code error;
    const auto problem = boost::json::parse(answer.body, error);
    check(!error && problem.at("status").as_int64() == answer.status, "that says its status");
  }
  check(handled == session.taken.size(), "every request that was taken is answered");
}

bool alike(const Answer& a, const Answer& b) {
  if (a.status != b.status) return false;
  const bool handled = a.headers.count("X-Order") > 0;
  if (!handled) return b.headers.count("X-Order") == 0;  // a problem's body names its request
  return a.body == b.body && a.headers.get("X-Method") == b.headers.get("X-Method") &&
         a.headers.get("Connection") == b.headers.get("Connection");
}

void check_alike(const std::vector<Answer>& a, const std::vector<Answer>& b, const char* what) {
  check(a.size() == b.size(), what);
  for (std::size_t i = 0; i < a.size(); ++i) check(alike(a[i], b[i]), what);
}

std::vector<Answer> hear(const std::vector<std::string_view>& pieces, bool leaves,
                         std::vector<Taken>* taken = nullptr,
                         std::size_t header_bytes = kHeaderBytes) {
  Desk desk(header_bytes);
  const Session session = desk.talk(pieces, leaves);
  std::vector<Answer> answers;
  if (!leaves) {
    answers = answers_of(session);
    check_answers(session, answers);
  }
  if (taken) *taken = session.taken;
  const std::string largest =
      "POST /probe HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(kBodyBytes) +
      "\r\n\r\n" + std::string(kBodyBytes, 'x');
  const Session after = desk.talk({largest}, false);
  check(after.taken.size() == 1, "no byte of a body is held when all are gone");
  return answers;
}

void try_script(std::string_view script) {
  std::vector<std::string_view> pieces;
  const std::size_t end = std::min(script.find(kLeave), script.size());
  const bool leaves = end < script.size();
  std::string whole;
  for (std::string_view rest = script.substr(0, end); !rest.empty();) {
    const std::size_t cut = std::min(rest.find(kCut), rest.size());
    if (cut > 0) pieces.push_back(rest.substr(0, cut));
    whole += rest.substr(0, cut);
    rest.remove_prefix(std::min(rest.size(), cut + 1));
  }
  if (leaves) {
    hear(pieces, true);
    return;
  }
  std::vector<Taken> taken;
  const std::vector<Answer> answers = hear(pieces, false, &taken);
  const std::string_view bytes = whole;
  if (pieces.size() != 1)
    check_alike(answers, hear({bytes}, false), "answers are the same however the bytes are cut");
  if (bytes.size() <= 400) {
    std::vector<std::string_view> each;
    for (std::size_t i = 0; i < bytes.size(); ++i) each.push_back(bytes.substr(i, 1));
    check_alike(answers, hear(each, false), "byte by byte they are the same, too");
  }
  if (taken.empty()) return;
  const std::vector<Answer> expected(answers.begin(),
                                     answers.begin() + static_cast<std::ptrdiff_t>(taken.size()));
  std::string plainly;
  for (std::size_t i = 0; i < taken.size(); ++i)
    plainly += as_sent(taken[i], *expected[i].headers.get("Connection"));
  check_alike(expected, hear({plainly}, false, nullptr, 2 * kHeaderBytes),
              "sent again plainly, requests are understood alike");
}

}  // namespace
}  // namespace tenggat::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const bool quiet = [] {
    tenggat::set_up_log({tenggat::Level::error, tenggat::LogFormat::text});
    tenggat::count_log_lines([](tenggat::Level level) {
      tenggat::fuzz::check(level != tenggat::Level::error, "nothing a stranger sends is our fault");
    });
    return true;
  }();
  static_cast<void>(quiet);
  tenggat::http::try_script({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
