// Memory that is not there: the n-th allocation of a request fails, for every n. The answer is 503
// or 500, or the connection is closed; nothing crashes, no counter keeps what it counted, what was
// acknowledged stays, and the same request goes through the next time. Swept are operator new and
// the frames of coroutines; what libpq and OpenSSL take is their own.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <cerrno>
#include <future>
#include <new>
#include <thread>

#include "daemon/base/lasting.h"
#include "daemon/http/server.h"
#include "daemon/office/board.h"
#include "daemon/office/permit_receipts.h"
#include "daemon/office/signing_in.h"
#include "daemon/pages/pages.h"
#include "tests/daemon/api/no_templates.h"
#include "tests/daemon/api/routes_fixture.h"

namespace {

// On one thread alone, and only while a request is under way.
thread_local bool watched = false;
std::atomic<bool> armed{false};
std::atomic<long> seen{0}, fails_at{0};
std::atomic<bool> failed{false};

bool must_fail() {
  if (!watched || !armed) return false;
  if (++seen != fails_at) return false;
  failed = true;
  return true;
}

void* taken(std::size_t bytes) {
  if (must_fail()) return nullptr;
  return ::malloc(bytes == 0 ? 1 : bytes);
}

}  // namespace

void* operator new(std::size_t bytes) {
  if (void* memory = taken(bytes)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return taken(bytes); }
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return taken(bytes); }
void operator delete(void* memory) noexcept { ::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { ::free(memory); }
void operator delete[](void* memory) noexcept { ::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { ::free(memory); }
// Asio's own, of coroutines' frames and of operations.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  void* memory = nullptr;
  if (must_fail() || ::posix_memalign(&memory, std::max(alignment, sizeof(void*)), bytes) != 0) {
    errno = ENOMEM;
    return nullptr;
  }
  return memory;
}

namespace tenggat::http {
namespace {

namespace asio = boost::asio;

class Memory : public Routes {
 protected:
  Memory()
      : signing_in_(
            *pool_, rulebook_,
            {.office = {"DPMPTSP", kPublicUrl, ""}, .calendar = "banjarbaru", .texts = {}}) {
    // Few of everything, so that what is kept by mistake is missed soon.
    std::vector<Route> routes = api_routes({*pool_, *committer_, rulebook_, *uploads_, requests_,
                                            door_, kPublicUrl, 2, &receipts_, &links_});
    for (Route& route :
         pages::page_routes({*pool_, *committer_, rulebook_, signing_in_, board_, *templates_,
                             *uploads_, door_, receipt_keys_, kPublicUrl, &links_}))
      routes.push_back(std::move(route));
    router_.emplace(std::move(routes), outage_answer);
    permit_ = submitted();
    ServerLimits limits;
    limits.connections = 4;
    limits.bodies_bytes = 1024 * 1024;
    server_.emplace(io_.get_executor(),
                    asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0), limits,
                    router_->handler());
    port_ = server_->port();
    io_.restart();
    spawn_lasting(
        io_.get_executor(), [this] { return server_->run(); },
        [this](std::exception_ptr failure) {
          if (failure) accepting_ended_ = true;
        });
    thread_ = std::thread([this] {
      watched = true;
      // As the daemon does: what leaves a handler ends nothing.
      while (!over_) {
        try {
          io_.run_for(std::chrono::milliseconds(200));
          io_.restart();
        } catch (const std::bad_alloc&) {
          ++left_a_handler_;
        }
      }
    });
  }
  ~Memory() override {
    over_ = true;
    thread_.join();
    io_.restart();
    server_.reset();
  }

  std::string head_of(const std::string& method, const std::string& path, const std::string& who) {
    std::string head = method + ' ' + path + " HTTP/1.1\r\nHost: izin.example\r\n";
    if (!who.empty()) head += "Authorization: Bearer " + secrets_.at(who) + "\r\n";
    return head;
  }
  std::string with_body(std::string head, const std::string& type, const std::string& body) {
    return head + "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

  // Everything that comes back; empty where the connection was closed without a word.
  std::string exchange(const std::string& request) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{15, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port_);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) {
      static_cast<void>(::send(fd, request.data(), request.size(), MSG_NOSIGNAL));
      ::shutdown(fd, SHUT_WR);
      char bytes[16384];
      ssize_t length = 0;
      while ((length = ::recv(fd, bytes, sizeof bytes, 0)) > 0)
        answer.append(bytes, static_cast<std::size_t>(length));
      if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) answer = "HTTP/1.1 000 silent";
    }
    ::close(fd);
    return answer;
  }
  static int status_of(const std::string& answer) {
    return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));
  }

  // `again` makes the n-th request of its kind: one command each. What is asked for must be
  // answered so once the memory is there.
  void sweep(const std::function<std::string(int n)>& again, int expected) {
    int made = 0;
    ASSERT_EQ(status_of(exchange(again(made++))), expected);
    fails_at = 0;
    seen = 0;
    armed = true;
    ASSERT_EQ(status_of(exchange(again(made++))), expected);
    armed = false;
    const long all = seen;
    const long stride = std::getenv("TENGGAT_ALL_ALLOCATIONS") ? 1 : std::max(1L, all / 150);
    int hit = 0;
    for (long n = 1; n <= all; n += stride) {
      const std::string request = again(made++);
      failed = false;
      seen = 0;
      fails_at = n;
      armed = true;
      const int status = status_of(exchange(request));
      armed = false;
      if (!failed) continue;
      ++hit;
      EXPECT_TRUE(status == 0 || status == 500 || status == 503 || status == expected)
          << status << " at " << n;
      const std::string now = exchange(request);
      ASSERT_EQ(status_of(now), expected) << "after " << n << " of " << all << ": " << now;
      ASSERT_FALSE(accepting_ended_);
    }
    EXPECT_GT(hit, 20);
    // All connections are gone, and the pool lends as many as it has.
    EXPECT_TRUE(
        becomes_true([&] { return on_its_thread([&] { return server_->connections(); }) == 0; }));
    EXPECT_TRUE(becomes_true([&] {
      return on_its_thread([&] {
               const pg::PoolStatistics now = pool_->statistics();
               return now.open - now.idle + now.waiting;
             }) == 0;
    }));
    EXPECT_EQ(test_leases(), 4);
  }

  template <class Ask>
  std::size_t on_its_thread(Ask ask) {
    std::promise<std::size_t> answer;
    asio::post(io_, [&] { answer.set_value(ask()); });
    return answer.get_future().get();
  }
  static bool becomes_true(const std::function<bool()>& condition) {
    for (int i = 0; i < 500; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  static awaitable<int> lease_all(pg::Pool& pool) {
    std::vector<pg::Pool::Lease> leases;
    for (int i = 0; i < 4; ++i) leases.push_back(co_await pool.acquire());
    co_return static_cast<int>(leases.size());
  }
  int test_leases() { return asio::co_spawn(io_, lease_all(*pool_), asio::use_future).get(); }

  office::BoardFeed board_{io_.get_executor()};
  const NoTemplates templates_{io_.get_executor(), *pool_, metrics_};
  const office::ReceiptKeys receipt_keys_;
  office::SigningIn signing_in_;
  std::string permit_;
  std::optional<Server> server_;
  unsigned short port_ = 0;
  std::atomic<bool> over_{false}, accepting_ended_{false};
  std::atomic<int> left_a_handler_{0};
  std::thread thread_;
};

TEST_F(Memory, OfAReadIsAskedAgain) {
  sweep([this](int) { return head_of("GET", "/api/v1/permits", "dasbor") + "\r\n"; }, 200);
}

TEST_F(Memory, OfACommandLosesNothingAcknowledgedAndDoesNothingTwice) {
  int made = 0;
  sweep(
      [&](int n) {
        made = n + 1;
        const std::string name = "memori-" + std::to_string(n);
        std::string body = kSubmission;
        body.replace(body.find("web-17"), 6, name);
        return with_body(
            head_of("POST", "/api/v1/permits", "portal") + "Idempotency-Key: " + name + "\r\n",
            "application/json", body);
      },
      201);
  EXPECT_EQ(query("SELECT count(DISTINCT external_id) || ' ' || count(*) FROM permit WHERE"
                  " external_id LIKE 'memori-%'"),
            std::to_string(made) + ' ' + std::to_string(made));
  EXPECT_EQ(query("SELECT max(last) - count(*) FROM permit_number, permit WHERE permit.sop = 'paud'"
                  " AND permit_number.sop = 'paud'"),
            "0");
}

TEST_F(Memory, OfAnUploadIsGivenBack) {
  sweep(
      [this](int n) {
        // The body is a fifth of what all may hold.
        std::string pdf = "%PDF-1.7\n" + std::to_string(n);
        pdf.resize(200 * 1024, '\n');
        return with_body(head_of("POST", "/api/v1/files", "portal"), "application/pdf", pdf);
      },
      201);
}

TEST_F(Memory, OfAPageIsAskedAgain) {
  sweep([this](int) { return head_of("GET", "/masuk", "") + "\r\n"; }, 200);
}

TEST_F(Memory, OfAnApplicantsPageIsAskedAgain) {
  const std::string seed = query("SELECT tracking_secret FROM permit");
  sweep(
      [&](int) {
        return head_of("GET", "/lacak/" + links_.secret(LinkKeys::Opens::tracking, seed), "") +
               "\r\n";
      },
      200);
}

TEST_F(Memory, OfARequestThatIsNoneIsNotMissed) {
  sweep([](int) { return std::string("GET /\x01 HTTP/1.1\r\nHost: izin.example\r\n\r\n"); }, 400);
}

}  // namespace
}  // namespace tenggat::http
