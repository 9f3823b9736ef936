// One exchange as libcurl sees it: an easy handle, its callbacks, and the judgement of its end.
// Part of curl_client; nothing else includes it.
#pragma once
#include <curl/curl.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <mutex>

#include "notifiers/transfer.h"

namespace tenggat::notify {

// The socket of a connection that outlives an exchange, and that another thread may cut.
class CurlSocket {
 public:
  curl_socket_t open(const curl_sockaddr& address);
  int close(curl_socket_t fd);
  void cut() { shut(SHUT_RDWR); }
  // What the server says from now on is not waited for.
  void stop_reading() { shut(SHUT_RD); }
  // Open, and the server has neither closed it nor said anything unasked.
  bool is_quiet();

 private:
  void shut(int how);

  std::mutex mutex_;
  curl_socket_t fd_ = CURL_SOCKET_BAD;
};

// Not movable: libcurl keeps its address.
class CurlExchange {
 public:
  // HTTP, with a handle of its own. Throws std::bad_alloc.
  explicit CurlExchange(CurlRequest request);
  // A mail, with a handle that may keep a connection from an earlier one; both outlive this.
  CurlExchange(CurlRequest request, CURL* easy, CurlSocket& socket);
  ~CurlExchange();  // the handle must be in no multi handle any more
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  CURL* handle() const { return easy_; }
  // CURLOPT_PRIVATE of the handle, for whoever drives it.
  void set_owner(void* owner) { curl_easy_setopt(easy_, CURLOPT_PRIVATE, owner); }

  // Makes the response of what libcurl says.
  void settle(CURLcode code);
  CurlResponse take_response() { return std::move(response_); }

  // From any thread: the connection is cut, the exchange ends as interrupted or unknown.
  void abort();

 private:
  bool is_mail() const { return socket_ != nullptr; }
  void set_options();
  void set_mail_options();
  void set_http_options();
  Failure judge(CURLcode code) const;
  void take_reply_line(const std::string& line);

  static std::size_t on_header(char* text, std::size_t unit, std::size_t size, void* self);
  static std::size_t on_body(char* text, std::size_t unit, std::size_t size, void* self);
  static std::size_t on_read(char* to, std::size_t unit, std::size_t count, void* self);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_close(void* socket, curl_socket_t fd);

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy_, option, value);
  }

  CurlRequest request_;
  CurlResponse response_;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  curl_slist* recipients_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  std::size_t taken_ = 0;         // of the request's body, by libcurl
  std::size_t received_ = 0;      // bytes of lines and body
  CurlSocket* socket_ = nullptr;  // of a mail
  bool vetoed_ = false, opened_ = false;
  std::atomic<bool> aborted_ = false;
};

// smtp or smtps.
bool is_mail(const CurlRequest& request);

// What keeps it from being sent, in words; empty where nothing does. No control bytes in what
// becomes a line, no line end but CRLF in a mail, a method we use.
std::string_view unsendable(const CurlRequest& request);

}  // namespace tenggat::notify
