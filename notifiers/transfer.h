// One exchange over the network as plain values: what a channel's build_request() asks for and what
// its classify() judges. curl_client.h carries it out.
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tenggat::notify {

enum class Tls {
  required,  // STARTTLS or TLS from the start, certificate verified; failure is failure
  relaxed,   // loopback only: STARTTLS where offered, certificate not verified
  none,      // the operator said so
};

inline constexpr std::size_t kMaxResponseBytes = 64 * 1024;

// http and https take `method`, `headers` and `body`; smtp and smtps take the envelope and `body`,
// the finished mail with CRLF line ends. Dot-stuffing is done on the way out.
struct CurlRequest {
  std::string url;
  std::string method = "POST";       // GET or POST
  std::vector<std::string> headers;  // "Name: value"; control bytes are refused
  std::string body;
  std::string mail_from, mail_to;  // bare addresses; control bytes are refused
  std::string user, password;      // SMTP AUTH; both empty: none
  Tls tls = Tls::required;
  bool allow_private = false;  // loopback, private and link-local addresses may be connected to

  std::size_t most_response_bytes = kMaxResponseBytes;  // status, headers and body; more: cut
  std::chrono::milliseconds deadline{30'000};           // the whole exchange
  std::chrono::milliseconds connect_timeout{10'000};
};

// Ordered by how far the exchange came.
enum class Failure {
  none,             // there is a complete answer, be it a refusal
  refused_request,  // not a request we send: bad URL, foreign protocol, control bytes
  private_address,  // every address of the host was vetoed
  not_connected,    // no such host, refused, unreachable, or connecting took too long
  tls,              // handshake, verification, or STARTTLS not offered
  auth,             // the server took no user and password of ours
  interrupted,      // cut or timed out before everything was sent: it cannot have been taken
  timed_out_after_sending,
  cut_after_sending,
};

struct CurlResponse {
  Failure failure = Failure::none;
  bool timed_out = false;  // with not_connected or interrupted: a deadline was the cause
  bool reused = false;     // over a connection that had served before: no greeting, no EHLO
  int status = 0;          // HTTP status, or the last SMTP reply code; 0 where none came
  std::vector<std::string>
      lines;          // HTTP: header lines; SMTP: reply lines, oldest first; no line ends
  std::string body;   // HTTP only; lines and body together at most what was asked for
  std::string error;  // curl's words, for the record
};

// Read by libcurl, so that what is checked here is what will be connected to. Nothing where the
// text is no absolute URL. Scheme in lower case, host without the brackets of IPv6.
struct UrlParts {
  std::string scheme, host;
  bool holds_user = false;
};
std::optional<UrlParts> url_parts(const std::string& url);

}  // namespace tenggat::notify
