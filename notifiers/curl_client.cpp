#include "notifiers/curl_client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "notifiers/curl_exchange.h"

namespace tenggat::notify {
namespace asio = boost::asio;
namespace {

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

// A mail on its way through a thread of the pool. The pool's thread touches the loop's executor
// only under the mutex and never after abandon(), so the loop may die while the thread still runs.
struct MailJob {
  MailJob(CurlRequest request, asio::any_io_executor with, std::weak_ptr<Signal> whom)
      : exchange(std::move(request)), executor(std::move(with)), signal(std::move(whom)) {}

  void carry_out() {
    if (is_abandoned()) return;
    exchange.settle(curl_easy_perform(exchange.handle()));
    const std::lock_guard lock(mutex);
    if (abandoned) return;
    asio::post(executor, [waiting = signal] {
      if (const auto alive = waiting.lock()) alive->wake();
    });
  }

  bool is_abandoned() {
    const std::lock_guard lock(mutex);
    return abandoned;
  }

  void abandon() {
    {
      const std::lock_guard lock(mutex);
      abandoned = true;
    }
    exchange.abort();
  }

  CurlExchange exchange;
  std::mutex mutex;
  bool abandoned = false;
  asio::any_io_executor executor;
  std::weak_ptr<Signal> signal;
};

}  // namespace

// The multi handle with its one timer, the descriptors libcurl wants watched, and the mail threads.
struct CurlClient::Machinery : std::enable_shared_from_this<Machinery> {
  struct Watched {
    Watched(const asio::any_io_executor& executor, int fd) : descriptor(executor, fd) {}
    ~Watched() { descriptor.release(); }  // libcurl owns and closes the descriptor
    asio::posix::stream_descriptor descriptor;
    int wanted = CURL_POLL_NONE;
    bool waiting_read = false, waiting_write = false;
  };

  explicit Machinery(asio::any_io_executor with)
      : executor(std::move(with)), timer(executor), multi(curl_multi_init()) {
    if (multi == nullptr) throw std::runtime_error("curl_multi_init failed");
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Machinery::on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Machinery::on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  }
  ~Machinery() { curl_multi_cleanup(multi); }

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto& machinery = *static_cast<Machinery*>(self);
    if (what == CURL_POLL_REMOVE) {
      machinery.watched.erase(fd);
      return 0;
    }
    auto& entry = machinery.watched[fd];
    if (!entry) entry = std::make_shared<Watched>(machinery.executor, fd);
    entry->wanted = what;
    machinery.watch(fd, entry);
    return 0;
  }

  static int on_timer(CURLM*, long timeout_ms, void* self) {
    auto& machinery = *static_cast<Machinery*>(self);
    if (timeout_ms < 0) {
      machinery.timer.cancel();
      return 0;
    }
    machinery.timer.expires_after(std::chrono::milliseconds(timeout_ms));
    machinery.timer.async_wait(
        [weak = machinery.weak_from_this()](boost::system::error_code error) {
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

  asio::thread_pool& mail_threads() {
    if (!mail_pool) mail_pool.emplace(kMailThreads);
    return *mail_pool;
  }

  asio::any_io_executor executor;
  asio::steady_timer timer;
  CURLM* multi;
  std::unordered_map<int, std::shared_ptr<Watched>> watched;
  std::optional<asio::thread_pool> mail_pool;  // joins in its destructor
};

namespace {

// One HTTP exchange, owned by the coroutine that awaits it: its destructor ends what is unfinished.
struct Transfer {
  Transfer(std::shared_ptr<CurlClient::Machinery> with, CurlRequest request)
      : machinery(std::move(with)), exchange(std::move(request)), signal(machinery->executor) {
    exchange.set_owner(this);
    added = curl_multi_add_handle(machinery->multi, exchange.handle()) == CURLM_OK;
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    if (added) curl_multi_remove_handle(machinery->multi, exchange.handle());
  }

  void finish(CURLcode code) {
    exchange.settle(code);
    curl_multi_remove_handle(machinery->multi, exchange.handle());
    added = false;
    signal.wake();
  }

  std::shared_ptr<CurlClient::Machinery> machinery;
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

asio::awaitable<CurlResponse> await_http(std::shared_ptr<CurlClient::Machinery> machinery,
                                         CurlRequest request) {
  Transfer transfer(std::move(machinery), std::move(request));
  if (!transfer.added) co_return failed(Failure::not_connected, "libcurl took no further transfer");
  while (!transfer.signal.done) {
    // Ends by wake() or by cancellation; after the latter the next co_await throws.
    co_await transfer.signal.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return transfer.exchange.take_response();
}

asio::awaitable<CurlResponse> await_mail(std::shared_ptr<CurlClient::Machinery> machinery,
                                         CurlRequest request) {
  const auto signal = std::make_shared<Signal>(machinery->executor);
  const auto job = std::make_shared<MailJob>(std::move(request), machinery->executor, signal);
  const Abandoning abandoning(job);
  asio::post(machinery->mail_threads(), [job] { job->carry_out(); });
  while (!signal->done) co_await signal->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return job->exchange.take_response();
}

}  // namespace

void CurlClient::Machinery::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* owner = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
    static_cast<Transfer*>(owner)->finish(message->data.result);
  }
}

CurlClient::CurlClient(asio::any_io_executor executor) {
  prepare_process();
  machinery_ = std::make_shared<Machinery>(std::move(executor));
}

CurlClient::~CurlClient() = default;

asio::awaitable<CurlResponse> CurlClient::perform(CurlRequest request) {
  if (!is_sendable(request)) {
    co_return failed(Failure::refused_request, "control byte, foreign method, or no absolute URL");
  }
  if (is_mail(request)) co_return co_await await_mail(machinery_, std::move(request));
  co_return co_await await_http(machinery_, std::move(request));
}

}  // namespace tenggat::notify
