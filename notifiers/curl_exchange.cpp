#include "notifiers/curl_exchange.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "notifiers/utf8.h"

namespace tenggat::notify {
namespace {

constexpr long kLowSpeedBytesPerSecond = 16;
constexpr long kLowSpeedSeconds = 15;
// Below the five seconds after which common servers close a connection that waits for a request.
constexpr long kKeptIdleSeconds = 3;

bool is_private_v4(std::uint32_t address) {
  struct Block {
    std::uint32_t base;
    int bits;
  };
  // RFC 6890 and successors: this net, private, shared, loopback, link-local, benchmarking,
  // multicast, reserved.
  static constexpr std::array<Block, 11> kBlocks{{{0x00000000, 8},
                                                  {0x0A000000, 8},
                                                  {0x64400000, 10},
                                                  {0x7F000000, 8},
                                                  {0xA9FE0000, 16},
                                                  {0xAC100000, 12},
                                                  {0xC0000000, 24},
                                                  {0xC0A80000, 16},
                                                  {0xC6120000, 15},
                                                  {0xE0000000, 4},
                                                  {0xF0000000, 4}}};
  return std::ranges::any_of(kBlocks, [address](const Block& block) {
    return (address >> (32 - block.bits)) == (block.base >> (32 - block.bits));
  });
}

bool is_private(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    return is_private_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return true;
  sockaddr_in6 v6;
  std::memcpy(&v6, &address, sizeof v6);
  const auto& byte = v6.sin6_addr.s6_addr;
  // Addresses that carry an IPv4 one reach the IPv4 host: ::/96, ::ffff:0:0/96, 64:ff9b::/96.
  const bool embeds_v4 = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) ||
                         std::all_of(byte, byte + 12, [](std::uint8_t b) { return b == 0; }) ||
                         (byte[0] == 0x00 && byte[1] == 0x64 && byte[2] == 0xFF && byte[3] == 0x9B);
  if (embeds_v4) {
    std::uint32_t inner;
    std::memcpy(&inner, byte + 12, sizeof inner);
    return is_private_v4(ntohl(inner));
  }
  // Only 2000::/3 is global unicast, and 2002::/16 (6to4) hides an IPv4 address.
  return (byte[0] & 0xE0) != 0x20 || (byte[0] == 0x20 && byte[1] == 0x02);
}

// libcurl sends a mail's content as it is but for lines that begin with a dot. What ends a line to
// one server and not to the next smuggles a second mail in: CRLF alone ends one, and nothing that
// some server reads as one stands anywhere else.
std::string_view unsendable_content(std::string_view mail) {
  for (std::size_t i = 0; i < mail.size(); ++i) {
    if (mail[i] == '\0') return "a NUL in the mail";
    if (mail[i] == '\n') return "a line feed without its carriage return in the mail";
    if (mail[i] != '\r') continue;
    if (i + 1 == mail.size() || mail[i + 1] != '\n')
      return "a carriage return without its line feed in the mail";
    ++i;
  }
  return {};
}

}  // namespace

bool is_mail(const CurlRequest& request) {
  const auto parts = url_parts(request.url);
  return parts && (parts->scheme == "smtp" || parts->scheme == "smtps");
}

std::string_view unsendable(const CurlRequest& request) {
  if (request.method != "POST" && request.method != "GET") return "a foreign method";
  for (const std::string* part :
       {&request.url, &request.mail_from, &request.mail_to, &request.user, &request.password}) {
    if (has_control_byte(*part)) return "a control byte in the address, envelope or login";
  }
  if (std::ranges::any_of(request.headers, has_control_byte)) return "a control byte in a header";
  // libcurl would guess a missing scheme from the host's name.
  if (!url_parts(request.url)) return "no absolute URL";
  if (is_mail(request)) return unsendable_content(request.body);
  return {};
}

curl_socket_t CurlSocket::open(const curl_sockaddr& address) {
  const std::lock_guard lock(mutex_);
  fd_ = ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  return fd_;
}

int CurlSocket::close(curl_socket_t fd) {
  const std::lock_guard lock(mutex_);
  if (fd_ == fd) fd_ = CURL_SOCKET_BAD;
  return ::close(fd);
}

void CurlSocket::shut(int how) {
  const std::lock_guard lock(mutex_);
  if (fd_ != CURL_SOCKET_BAD) ::shutdown(fd_, how);
}

bool CurlSocket::is_quiet() {
  const std::lock_guard lock(mutex_);
  char byte = 0;
  return fd_ != CURL_SOCKET_BAD && ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

CurlExchange::CurlExchange(CurlRequest request)
    : request_(std::move(request)), easy_(curl_easy_init()) {
  if (easy_ == nullptr) throw std::bad_alloc();
  set_options();
}

CurlExchange::CurlExchange(CurlRequest request, CURL* easy, CurlSocket& socket)
    : request_(std::move(request)), easy_(easy), socket_(&socket) {
  set_options();
}

CurlExchange::~CurlExchange() {
  if (is_mail()) {
    curl_easy_reset(easy_);  // its connection stays
  } else {
    curl_easy_cleanup(easy_);
  }
  curl_slist_free_all(headers_);
  curl_slist_free_all(recipients_);
}

void CurlExchange::set_options() {
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // an abort does not wait for the resolver's thread
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.deadline.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, kLowSpeedBytesPerSecond);
  set(CURLOPT_LOW_SPEED_TIME, kLowSpeedSeconds);
  set(CURLOPT_ERRORBUFFER, error_text_.data());
  set(CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_XFERINFOFUNCTION, &CurlExchange::on_progress);
  set(CURLOPT_XFERINFODATA, this);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_OPENSOCKETFUNCTION, &CurlExchange::on_open);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_READFUNCTION, &CurlExchange::on_read);
  set(CURLOPT_READDATA, this);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, request_.tls == Tls::relaxed ? 0L : 1L);
  set(CURLOPT_SSL_VERIFYHOST, request_.tls == Tls::relaxed ? 0L : 2L);
  if (is_mail()) {
    set_mail_options();
  } else {
    set_http_options();
  }
}

void CurlExchange::set_mail_options() {
  const curl_usessl use = request_.tls == Tls::required  ? CURLUSESSL_ALL
                          : request_.tls == Tls::relaxed ? CURLUSESSL_TRY
                                                         : CURLUSESSL_NONE;
  set(CURLOPT_USE_SSL, static_cast<long>(use));
  if (!request_.user.empty()) {
    set(CURLOPT_USERNAME, request_.user.c_str());
    set(CURLOPT_PASSWORD, request_.password.c_str());
  }
  recipients_ = curl_slist_append(nullptr, ("<" + request_.mail_to + ">").c_str());
  set(CURLOPT_MAIL_FROM, ("<" + request_.mail_from + ">").c_str());
  set(CURLOPT_MAIL_RCPT, recipients_);
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_CLOSESOCKETFUNCTION, &CurlExchange::on_close);
  set(CURLOPT_CLOSESOCKETDATA, socket_);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
}

// libcurl repeats by itself what it sent over a kept connection that turns out dead. The body is
// read once and cannot be rewound: so it repeats only what had no body yet, which nobody can have
// taken, and fails where the server may have all of it.
void CurlExchange::set_http_options() {
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_MAXAGE_CONN, kKeptIdleSeconds);
  if (request_.method == "POST") {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    headers_ = curl_slist_append(headers_, "Expect:");
  }
  for (const std::string& header : request_.headers) {
    headers_ = curl_slist_append(headers_, header.c_str());
  }
  set(CURLOPT_HTTPHEADER, headers_);
}

// After a refusal libcurl says QUIT and waits for the answer. Where the mail's content was refused
// nothing more need be read, so that wait is made to end at once; after any other refusal, which
// libcurl may still answer with another command, it is held to a second.
void CurlExchange::take_reply_line(const std::string& line) {
  if (line.size() < 3 || (line[0] != '4' && line[0] != '5')) return;
  const bool last_line = line.size() == 3 || line[3] != '-';
  if (last_line && taken_ == request_.body.size()) {
    socket_->stop_reading();
  } else {
    set(CURLOPT_SERVER_RESPONSE_TIMEOUT, 1L);
  }
}

std::size_t CurlExchange::on_header(char* text, std::size_t, std::size_t size, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  exchange.received_ += size;
  if (exchange.received_ > exchange.request_.most_response_bytes) return 0;
  std::string line(text, size);
  while (line.ends_with('\r') || line.ends_with('\n')) line.pop_back();
  if (exchange.is_mail()) exchange.take_reply_line(line);
  exchange.response_.lines.push_back(std::move(line));
  return size;
}

std::size_t CurlExchange::on_body(char* text, std::size_t, std::size_t size, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  exchange.received_ += size;
  if (exchange.received_ > exchange.request_.most_response_bytes) return size == 0 ? 1 : 0;
  exchange.response_.body.append(text, size);
  return size;
}

std::size_t CurlExchange::on_read(char* to, std::size_t unit, std::size_t count, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  const std::size_t n = std::min(unit * count, exchange.request_.body.size() - exchange.taken_);
  std::memcpy(to, exchange.request_.body.data() + exchange.taken_, n);
  exchange.taken_ += n;
  return n;
}

int CurlExchange::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<CurlExchange*>(self)->aborted_ ? 1 : 0;
}

curl_socket_t CurlExchange::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  if (!exchange.request_.allow_private && is_private(address->addr)) {
    exchange.vetoed_ = true;
    return CURL_SOCKET_BAD;
  }
  exchange.opened_ = true;
  if (exchange.is_mail()) return exchange.socket_->open(*address);
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int CurlExchange::on_close(void* socket, curl_socket_t fd) {
  return static_cast<CurlSocket*>(socket)->close(fd);
}

void CurlExchange::abort() {
  aborted_ = true;
  if (is_mail()) socket_->cut();
}

Failure CurlExchange::judge(CURLcode code) const {
  if (code == CURLE_OK) return Failure::none;
  curl_off_t connected_after = 0;
  long request_bytes = 0;
  curl_easy_getinfo(easy_, CURLINFO_CONNECT_TIME_T, &connected_after);
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &request_bytes);
  const bool whole = request_.method == "GET" || taken_ == request_.body.size();
  // Where a kept connection died after that, libcurl has tried another by itself: what became of
  // that one says nothing of the first.
  const bool posted = !is_mail() && whole && request_bytes > 0;
  switch (posted ? CURLE_OK : code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return Failure::refused_request;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return Failure::tls;
    case CURLE_LOGIN_DENIED:
      return Failure::auth;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
      return vetoed_ && !opened_ ? Failure::private_address : Failure::not_connected;
    default:
      break;
  }
  // Over a kept connection there was no connecting.
  if (!posted && connected_after == 0 && response_.lines.empty()) return Failure::not_connected;
  // A refusal in the dialogue ends it for libcurl with an error of its own; it is an answer to us.
  if (is_mail() && response_.status >= 400) return Failure::none;
  if (!posted && !(is_mail() && whole)) return Failure::interrupted;
  // The status line of an HTTP answer says what became of the request even if its body was cut.
  if (!is_mail() && response_.status >= 200) return Failure::none;
  return code == CURLE_OPERATION_TIMEDOUT ? Failure::timed_out_after_sending
                                          : Failure::cut_after_sending;
}

void CurlExchange::settle(CURLcode code) {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  response_.timed_out = code == CURLE_OPERATION_TIMEDOUT;
  long connected = 0;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &connected);
  response_.reused = !opened_ && !vetoed_ && connected == 0 && code != CURLE_COULDNT_RESOLVE_HOST;
  response_.failure = judge(code);
  if (code == CURLE_OK) return;
  response_.error = error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(code);
}

}  // namespace tenggat::notify
