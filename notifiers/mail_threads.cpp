#include "notifiers/mail_threads.h"

#include <chrono>
#include <new>

namespace tenggat::notify {
namespace {

// A server may count a connection's mails (OpenSMTPD and Exim do: 100 and 1,000).
constexpr int kMailsAConnection = 100;
// Well below the five minutes after which servers close it (RFC 5321, 4.5.3.2.7).
constexpr std::chrono::seconds kKeptIdle{10};

// What libcurl compares before it uses a connection again, and what it does not.
std::string destination(const CurlRequest& request) {
  return request.url + '\n' + request.user + '\n' + request.password + '\n' +
         std::to_string(static_cast<int>(request.tls)) + (request.allow_private ? "p" : "");
}

bool was_taken(const CurlResponse& response) {
  return response.failure == Failure::none && response.status >= 200 && response.status < 300;
}

// The server was done with the connection, not with this mail: it said nothing, or took no MAIL.
bool was_at_its_end(const CurlResponse& response) {
  if (!response.reused || response.timed_out || response.lines.size() > 1) return false;
  return response.lines.empty() || response.status >= 400;
}

}  // namespace

void MailJob::carry_out(MailLine& line) { response_ = line.carry(request_, *this); }

void MailJob::settle() {
  const std::lock_guard lock(mutex_);
  if (!abandoned_) settled_();
}

void MailJob::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  if (exchange_ != nullptr) exchange_->abort();
}

bool MailJob::is_now(CurlExchange* exchange) {
  const std::lock_guard lock(mutex_);
  exchange_ = abandoned_ ? nullptr : exchange;
  return !abandoned_;
}

void MailLine::close() {
  if (easy_ == nullptr) return;
  socket_.stop_reading();
  curl_easy_cleanup(easy_);
  easy_ = nullptr;
  carried_ = 0;
}

CurlResponse MailLine::carry(const CurlRequest& request, MailJob& job) {
  if (carried_ >= kMailsAConnection || to_ != destination(request) || !socket_.is_quiet()) close();
  to_ = destination(request);
  CurlResponse response = carry_once(request, job);
  if (was_at_its_end(response)) {
    close();
    response = carry_once(request, job);
  }
  // libcurl ends a connection with whatever is refused on it.
  if (was_taken(response)) {
    ++carried_;
  } else {
    close();
  }
  return response;
}

CurlResponse MailLine::carry_once(const CurlRequest& request, MailJob& job) {
  if (easy_ == nullptr) easy_ = curl_easy_init();
  if (easy_ == nullptr) throw std::bad_alloc();
  CurlExchange exchange(request, easy_, socket_);
  if (!job.is_now(&exchange)) return {};
  exchange.settle(curl_easy_perform(easy_));
  job.is_now(nullptr);
  return exchange.take_response();
}

MailThreads::~MailThreads() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  come_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void MailThreads::take(std::shared_ptr<MailJob> job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  if (jobs_.size() > idle_ && threads_.size() < at_most_) threads_.emplace_back([this] { work(); });
  come_.notify_one();
}

std::shared_ptr<MailJob> MailThreads::next(MailLine& line) {
  std::unique_lock lock(mutex_);
  const auto come = [this] { return ending_ || !jobs_.empty(); };
  if (line.is_open() && !come_.wait_for(lock, kKeptIdle, come)) {
    lock.unlock();
    line.close();
    lock.lock();
  }
  come_.wait(lock, come);
  --idle_;
  if (jobs_.empty()) return nullptr;
  auto job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void MailThreads::be_idle() {
  const std::lock_guard lock(mutex_);
  ++idle_;
}

void MailThreads::work() {
  MailLine line;
  be_idle();
  while (const auto job = next(line)) {
    job->carry_out(line);
    // Before anybody learns that it is settled: what they send next comes here, over this line.
    be_idle();
    job->settle();
  }
}

}  // namespace tenggat::notify
