#include "notifiers/curl_client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

#include "notifiers/curl_exchange.h"
#include "notifiers/mail_threads.h"

namespace tenggat::notify {
namespace asio = boost::asio;
namespace {

constexpr long kKeptConnections = 64;

void prepare_process() {
  static std::once_flag once;
  std::call_once(once, [] {
    std::signal(SIGPIPE, SIG_IGN);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
      throw std::runtime_error("curl_global_init failed");
    }
  });
}

// What an awaiting coroutine sleeps on: the coroutine owns it, finishing wakes it.
struct Signal {
  explicit Signal(const asio::any_io_executor& executor)
      : timer(executor, asio::steady_timer::time_point::max()) {}
  void wake() {
    done = true;
    timer.cancel();
  }
  asio::steady_timer timer;
  bool done = false;
};

// A multi handle with its one timer and the descriptors libcurl wants watched.
struct HttpLoop : std::enable_shared_from_this<HttpLoop> {
  struct Watched {
    Watched(const asio::any_io_executor& executor, int fd) : descriptor(executor, fd) {}
    ~Watched() { descriptor.release(); }  // libcurl owns and closes the descriptor
    asio::posix::stream_descriptor descriptor;
    int wanted = CURL_POLL_NONE;
    bool waiting_read = false, waiting_write = false;
  };

  explicit HttpLoop(asio::any_io_executor with)
      : executor(std::move(with)), timer(executor), multi(curl_multi_init()) {
    if (multi == nullptr) throw std::runtime_error("curl_multi_init failed");
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &HttpLoop::on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &HttpLoop::on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
  }
  ~HttpLoop() { curl_multi_cleanup(multi); }

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto& loop = *static_cast<HttpLoop*>(self);
    if (what == CURL_POLL_REMOVE) {
      loop.watched.erase(fd);
      return 0;
    }
    auto& entry = loop.watched[fd];
    if (!entry) entry = std::make_shared<Watched>(loop.executor, fd);
    entry->wanted = what;
    loop.watch(fd, entry);
    return 0;
  }

  static int on_timer(CURLM*, long timeout_ms, void* self) {
    auto& loop = *static_cast<HttpLoop*>(self);
    if (timeout_ms < 0) {
      loop.timer.cancel();
      return 0;
    }
    loop.timer.expires_after(std::chrono::milliseconds(timeout_ms));
    loop.timer.async_wait([weak = loop.weak_from_this()](boost::system::error_code error) {
      const auto alive = weak.lock();
      if (!error && alive) alive->act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
  }

  void watch(int fd, const std::shared_ptr<Watched>& entry) {
    if ((entry->wanted & CURL_POLL_IN) != 0 && !entry->waiting_read) {
      entry->waiting_read = true;
      wait(fd, entry, asio::posix::stream_descriptor::wait_read, CURL_CSELECT_IN);
    }
    if ((entry->wanted & CURL_POLL_OUT) != 0 && !entry->waiting_write) {
      entry->waiting_write = true;
      wait(fd, entry, asio::posix::stream_descriptor::wait_write, CURL_CSELECT_OUT);
    }
  }

  void wait(int fd, const std::shared_ptr<Watched>& entry,
            asio::posix::stream_descriptor::wait_type type, int event) {
    std::weak_ptr<Watched> weak_entry = entry;
    entry->descriptor.async_wait(
        type, [weak = weak_from_this(), weak_entry, fd, event](boost::system::error_code error) {
          const auto alive = weak.lock();
          const auto same = weak_entry.lock();
          // A descriptor number is soon used again: only the very entry that waited may act.
          if (error || !alive || !same) return;
          (event == CURL_CSELECT_IN ? same->waiting_read : same->waiting_write) = false;
          const int wanted_bit = event == CURL_CSELECT_IN ? CURL_POLL_IN : CURL_POLL_OUT;
          if ((same->wanted & wanted_bit) == 0) return;
          alive->act(fd, event);
          const auto now_there = alive->watched.find(fd);
          if (now_there != alive->watched.end() && now_there->second == same)
            alive->watch(fd, same);
        });
  }

  void act(curl_socket_t fd, int events) {
    int running = 0;
    curl_multi_socket_action(multi, fd, events, &running);
    collect();
  }

  void collect();

  asio::any_io_executor executor;
  asio::steady_timer timer;
  CURLM* multi;
  std::unordered_map<int, std::shared_ptr<Watched>> watched;
};

// One HTTP exchange, owned by the coroutine that awaits it: its destructor ends what is unfinished.
struct Transfer {
  Transfer(std::shared_ptr<HttpLoop> with, CurlRequest request)
      : loop(std::move(with)), exchange(std::move(request)), signal(loop->executor) {
    exchange.set_owner(this);
    added = curl_multi_add_handle(loop->multi, exchange.handle()) == CURLM_OK;
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    if (added) curl_multi_remove_handle(loop->multi, exchange.handle());
  }

  void finish(CURLcode code) {
    exchange.settle(code);
    curl_multi_remove_handle(loop->multi, exchange.handle());
    added = false;
    signal.wake();
  }

  std::shared_ptr<HttpLoop> loop;
  CurlExchange exchange;
  Signal signal;
  bool added = false;
};

// Abandons the job when the coroutine that awaits it goes away.
struct Abandoning {
  std::shared_ptr<MailJob> job;
  explicit Abandoning(std::shared_ptr<MailJob> whose) : job(std::move(whose)) {}
  Abandoning(const Abandoning&) = delete;
  Abandoning& operator=(const Abandoning&) = delete;
  ~Abandoning() { job->abandon(); }
};

CurlResponse failed(Failure failure, std::string why) {
  CurlResponse response;
  response.failure = failure;
  response.error = std::move(why);
  return response;
}

asio::awaitable<CurlResponse> await_http(std::shared_ptr<HttpLoop> loop, CurlRequest request) {
  Transfer transfer(std::move(loop), std::move(request));
  if (!transfer.added) co_return failed(Failure::not_connected, "libcurl took no further transfer");
  while (!transfer.signal.done) {
    // Ends by wake() or by cancellation; after the latter the next co_await throws.
    co_await transfer.signal.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return transfer.exchange.take_response();
}

void HttpLoop::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* owner = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
    static_cast<Transfer*>(owner)->finish(message->data.result);
  }
}

}  // namespace

// Kept connections are not shared between requests that may go to private addresses and those that
// may not: the veto is cast when a connection is opened.
struct CurlClient::Machinery {
  explicit Machinery(const asio::any_io_executor& with)
      : executor(with),
        anywhere(std::make_shared<HttpLoop>(with)),
        in_public(std::make_shared<HttpLoop>(with)) {}

  asio::any_io_executor executor;
  std::shared_ptr<HttpLoop> anywhere, in_public;
  MailThreads mails{kMailThreads};
};

namespace {

asio::awaitable<CurlResponse> await_mail(std::shared_ptr<CurlClient::Machinery> machinery,
                                         CurlRequest request) {
  const asio::any_io_executor executor = machinery->executor;
  const auto signal = std::make_shared<Signal>(executor);
  // The thread touches the loop's executor only while the job is not abandoned, so the loop may die
  // while the thread still runs.
  const auto settled = [executor, waiting = std::weak_ptr<Signal>(signal)] {
    asio::post(executor, [waiting] {
      if (const auto alive = waiting.lock()) alive->wake();
    });
  };
  const auto job = std::make_shared<MailJob>(std::move(request), settled);
  const Abandoning abandoning(job);
  machinery->mails.take(job);
  while (!signal->done) co_await signal->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return job->take_response();
}

}  // namespace

CurlClient::CurlClient(asio::any_io_executor executor) {
  prepare_process();
  machinery_ = std::make_shared<Machinery>(std::move(executor));
}

CurlClient::~CurlClient() = default;

asio::awaitable<CurlResponse> CurlClient::perform(CurlRequest request) {
  if (const std::string_view why = unsendable(request); !why.empty())
    co_return failed(Failure::refused_request, std::string(why));
  if (is_mail(request)) co_return co_await await_mail(machinery_, std::move(request));
  co_return co_await await_http(
      request.allow_private ? machinery_->anywhere : machinery_->in_public, std::move(request));
}

}  // namespace tenggat::notify
