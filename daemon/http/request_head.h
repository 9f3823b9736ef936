// The raw head of a request, checked byte by byte before Beast or a handler sees it. Pure.
// Source: RFC 9112, RFC 3986. Beast 1.81 accepts much of what is refused here.
//
// Refused: a line end other than CRLF; control bytes; non-ASCII bytes but in the values of fields,
// where they are opaque (a cookie of another application may hold them); folded fields; a space
// before the colon; a method that is no token (400) or not known (501); a version other than 1.0
// and 1.1 (505); a target other than origin-form, with bad escapes, an escaped NUL, in the path an
// escaped control byte, a '\', text that is not UTF-8, empty or dot segments; not exactly one
// plausible Host; any Transfer-Encoding other than `chunked`, or beside Content-Length, or in
// HTTP/1.0; Content-Length repeated or not a plain number; a repeated Authorization, Content-Type,
// Expect or Idempotency-Key; an Expect other than 100-continue (417).
#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/fields.h"
#include "daemon/http/problem_types.h"

namespace tenggat::http {

struct RequestHead {
  std::string method, target, path;
  std::vector<std::string> segments;
  Query query;
  Headers headers;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool expects_continue = false;  // never for HTTP/1.0
};

struct HeadFault {
  ProblemCode code;
  const char* detail;  // English, as no language is known yet; quotes nothing the client sent
};
[[noreturn]] void throw_exception_from_error(const HeadFault& fault,
                                             const boost::source_location& where);

// `head` ends with the empty line (CRLFCRLF), which it has nowhere else.
boost::system::result<RequestHead, HeadFault> parse_head(std::string_view head);

// How far a head that is still arriving has come. `checked` is where the last call stopped, 0 at
// first; bytes are refused as they come, so a client that will never send CRLFCRLF is not waited
// for.
struct HeadScan {
  enum class Kind { incomplete, complete, malformed } kind = Kind::incomplete;
  std::size_t bytes = 0;  // complete: length of the head with its empty line; else bytes checked
};
HeadScan scan_head(std::string_view received, std::size_t checked);

}  // namespace tenggat::http
