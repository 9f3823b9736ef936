// The threads on which mails travel, and the connection each keeps to the mail server: greeting,
// STARTTLS and login cost a server more than a mail does (OpenSMTPD lets a client that keeps coming
// back wait a quarter of a second for its greeting). Part of curl_client; nothing else includes it.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "notifiers/curl_exchange.h"

namespace tenggat::notify {

// A mail on its way through a thread. `settled` is called there by settle(), and never after
// abandon().
class MailJob {
 public:
  MailJob(CurlRequest request, std::function<void()> settled)
      : request_(std::move(request)), settled_(std::move(settled)) {}

  // On a mail thread, over the connection that it keeps.
  void carry_out(class MailLine& line);
  void settle();
  // From the loop: nobody waits for it any more; it is cut where it is.
  void abandon();
  // After `settled`.
  CurlResponse take_response() { return std::move(response_); }

 private:
  friend class MailLine;
  // Makes `exchange` the one that abandon() cuts, or none; false once abandoned.
  bool is_now(CurlExchange* exchange);

  CurlRequest request_;
  CurlResponse response_;
  std::mutex mutex_;
  bool abandoned_ = false;
  CurlExchange* exchange_ = nullptr;
  std::function<void()> settled_;
};

// At most one connection, kept between mails. Not thread-safe: each mail thread has its own.
class MailLine {
 public:
  MailLine() = default;
  ~MailLine() { close(); }
  MailLine(const MailLine&) = delete;
  MailLine& operator=(const MailLine&) = delete;

  bool is_open() const { return easy_ != nullptr; }
  // Says QUIT and does not wait for the answer.
  void close();
  // One transaction, over the kept connection where it leads to the same server and is alive. One
  // that turns out to be at its end before the server has asked for the mail's content proves
  // nothing: the mail then goes over a fresh one.
  CurlResponse carry(const CurlRequest& request, MailJob& job);

 private:
  CurlResponse carry_once(const CurlRequest& request, MailJob& job);

  CURL* easy_ = nullptr;  // holds the connection in its cache
  std::string to_;        // where it leads, and as whom
  int carried_ = 0;       // mails
  CurlSocket socket_;
};

// Threads start when there is work for one more, up to `at_most`; the destructor joins them.
class MailThreads {
 public:
  explicit MailThreads(std::size_t at_most) : at_most_(at_most) {}
  ~MailThreads();
  MailThreads(const MailThreads&) = delete;
  MailThreads& operator=(const MailThreads&) = delete;

  void take(std::shared_ptr<MailJob> job);

 private:
  void work();
  void be_idle();
  // For a thread that is idle. Nothing when it is time to end. Closes a line that is idle for long.
  std::shared_ptr<MailJob> next(MailLine& line);

  const std::size_t at_most_;
  std::mutex mutex_;
  std::condition_variable come_;
  std::deque<std::shared_ptr<MailJob>> jobs_;
  std::size_t idle_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tenggat::notify
