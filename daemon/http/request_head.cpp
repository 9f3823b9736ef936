#include "daemon/http/request_head.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "daemon/base/resources.h"
#include "rules/utf8.h"

namespace tenggat::http {
namespace {

using boost::system::result;

constexpr std::string_view line_end = "\r\n";
// TRACE is known so that it is refused like any other method nothing here takes.
constexpr std::array<std::string_view, 8> known_methods = {"GET",   "HEAD",   "POST",    "PUT",
                                                           "PATCH", "DELETE", "OPTIONS", "TRACE"};
// A repeat of these could be read differently by a proxy and by us.
constexpr std::array<std::string_view, 6> single_fields = {
    "Authorization", "Content-Type", "Content-Length", "Expect", "Host", "Idempotency-Key"};
constexpr std::size_t content_length_digits = 15;
// A part of two bytes takes a hundred in memory.
constexpr std::size_t parts_max = kShipped.head_parts;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
  });
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// RFC 9110, 5.5: opaque in a field's value, whatever it means to another application.
bool is_obs_text(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// pchar of RFC 3986 and '/'.
bool is_path_byte(char c) { return is_alphanumeric(c) || is_one_of(c, "-._~!$&'()*+,;=:@/%"); }

// Browsers leave brackets and braces in a query as they are.
bool is_query_byte(char c) { return is_path_byte(c) || is_one_of(c, "?[]{}|^`"); }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Part { path, query };

// Null where an escape is broken or what it hides is not text. A query may hold control bytes (a
// line that was pasted), but for NUL, which no text of the database can hold.
std::optional<std::string> unescape(std::string_view text, Part part) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      plain += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      plain += part == Part::query && text[i] == '+' ? ' ' : text[i];
    }
  }
  const bool held = part == Part::path ? std::any_of(plain.begin(), plain.end(), is_control)
                                       : plain.find('\0') != std::string::npos;
  if (held || first_not_utf8(plain) < plain.size()) return std::nullopt;
  return plain;
}

const char* read_path(std::string_view raw, RequestHead& head) {
  if (!std::all_of(raw.begin(), raw.end(), is_path_byte)) {
    return "the path holds a byte that must be percent-encoded";
  }
  std::string_view rest = raw.substr(1);
  if (rest.empty()) {
    head.path = "/";
    return nullptr;
  }
  for (bool last = false; !last;) {
    const std::size_t slash = rest.find('/');
    last = slash == std::string_view::npos;
    std::optional<std::string> segment = unescape(rest.substr(0, slash), Part::path);
    if (!segment) return "the path holds a bad percent-encoding";
    if (*segment == "." || *segment == "..") return "the path holds a dot segment";
    if (segment->empty() && !last) return "the path holds an empty segment";
    head.path += '/';
    for (const char c : *segment) {
      if (c == '/')
        head.path += "%2F";
      else
        head.path += c;
    }
    head.segments.push_back(std::move(*segment));
    if (!last) rest.remove_prefix(slash + 1);
  }
  return nullptr;
}

const char* read_query(std::string_view raw, RequestHead& head) {
  if (!std::all_of(raw.begin(), raw.end(), is_query_byte)) {
    return "the query holds a byte that must be percent-encoded";
  }
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('&'), raw.size());
    const std::string_view part = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    std::optional<std::string> name = unescape(part.substr(0, equals), Part::query);
    std::optional<std::string> value =
        unescape(part.substr(std::min(equals + 1, part.size())), Part::query);
    if (!name || !value) return "the query holds a bad percent-encoding";
    head.query.add(std::move(*name), std::move(*value));
  }
  return nullptr;
}

const char* read_target(std::string_view target, RequestHead& head) {
  if (target.empty() || target[0] != '/') return "the target must start with a slash";
  head.target = target;
  const std::size_t mark = target.find('?');
  if (const char* fault = read_path(target.substr(0, mark), head)) return fault;
  return mark == std::string_view::npos ? nullptr : read_query(target.substr(mark + 1), head);
}

HeadFault malformed(const char* detail) { return {"malformed_request", detail}; }

// "HTTP/1.x" gives x.
result<int, HeadFault> read_version(std::string_view version) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.' ||
      !digit(version[5]) || !digit(version[7])) {
    return malformed("the request line must end with HTTP/1.1");
  }
  if (version[5] != '1' || version[7] > '1') {
    return HeadFault{"version_unsupported", "only HTTP/1.1 is spoken here"};
  }
  return version[7] - '0';
}

// Gives the minor version.
result<int, HeadFault> read_request_line(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', std::min(first, line.size() - 1) + 1);
  if (first == std::string_view::npos || second == std::string_view::npos ||
      line.find(' ', second + 1) != std::string_view::npos ||
      line.find('\t') != std::string_view::npos) {
    return malformed("the request line must be method, target and version, one space between");
  }
  const std::string_view method = line.substr(0, first);
  if (!is_token(method)) return malformed("the method is not a token");
  const auto minor = read_version(line.substr(second + 1));
  if (!minor) return minor;
  if (std::find(known_methods.begin(), known_methods.end(), method) == known_methods.end()) {
    return HeadFault{"method_unknown", "the method is not one this server knows"};
  }
  head.method = method;
  if (const char* fault = read_target(line.substr(first + 1, second - first - 1), head)) {
    return malformed(fault);
  }
  return minor;
}

const char* read_field(std::string_view line, RequestHead& head) {
  if (line[0] == ' ' || line[0] == '\t') return "a header field is folded over two lines";
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "a header field has no colon";
  const std::string_view name = line.substr(0, colon);
  if (!is_token(name)) return "a header field's name is not a token";
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && is_one_of(value.front(), " \t")) value.remove_prefix(1);
  while (!value.empty() && is_one_of(value.back(), " \t")) value.remove_suffix(1);
  head.headers.add(std::string(name), std::string(value));
  return nullptr;
}

// A name, an IPv4 address or an IPv6 address in brackets; then a port, perhaps.
bool is_plausible_host(std::string_view host) {
  std::string_view name, rest;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    name = host.substr(1, end - 1);
    rest = host.substr(end + 1);
  } else {
    name = host.substr(0, host.find(':'));
    rest = host.substr(name.size());
  }
  const std::string_view others = host.starts_with('[') ? ":." : "-._";
  const bool plausible = !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_alphanumeric(c) || is_one_of(c, others);
  });
  return plausible && (rest.empty() || (rest.front() == ':' && rest.size() <= 6 &&
                                        std::all_of(rest.begin() + 1, rest.end(),
                                                    [](char c) { return c >= '0' && c <= '9'; })));
}

const char* check_framing(RequestHead& head, int minor) {
  const auto length = head.headers.get("Content-Length");
  const std::size_t encodings = head.headers.count("Transfer-Encoding");
  if (encodings > 0) {
    if (encodings > 1 || head.headers.get("Transfer-Encoding") != "chunked") {
      return "the only Transfer-Encoding taken is chunked";
    }
    if (length) return "Transfer-Encoding and Content-Length exclude each other";
    if (minor == 0) return "HTTP/1.0 knows no Transfer-Encoding";
    head.chunked = true;
  }
  if (!length) return nullptr;
  const bool digits =
      std::all_of(length->begin(), length->end(), [](char c) { return c >= '0' && c <= '9'; });
  if (length->empty() || !digits || length->size() > content_length_digits) {
    return "Content-Length must be one plain number";
  }
  std::uint64_t bytes = 0;
  for (const char c : *length) bytes = bytes * 10 + static_cast<std::uint64_t>(c - '0');
  head.content_length = bytes;
  return nullptr;
}

const char* check_fields(RequestHead& head, int minor) {
  for (const std::string_view name : single_fields) {
    if (head.headers.count(name) > 1) return "a header field is repeated that must be single";
  }
  const auto host = head.headers.get("Host");
  if (!host || !is_plausible_host(*host)) return "exactly one Host field is needed";
  return check_framing(head, minor);
}

}  // namespace

void throw_exception_from_error(const HeadFault& fault, const boost::source_location&) {
  throw std::logic_error(std::string("malformed head taken for a good one: ") + fault.detail);
}

HeadScan scan_head(std::string_view received, std::size_t checked) {
  bool in_fields = received.substr(0, checked).find('\n') != std::string_view::npos;
  for (std::size_t i = checked; i < received.size(); ++i) {
    const char c = received[i];
    const bool after_return = i > 0 && received[i - 1] == '\r';
    if (after_return != (c == '\n')) return {HeadScan::Kind::malformed, i};
    if (c == '\n' && (i == 1 || (i >= 3 && received[i - 2] == '\n'))) {
      return {HeadScan::Kind::complete, i + 1};
    }
    in_fields = in_fields || c == '\n';
    const bool allowed = c == '\r' || c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7f) ||
                         (in_fields && is_obs_text(c));
    if (!allowed) return {HeadScan::Kind::malformed, i};
  }
  return {HeadScan::Kind::incomplete, received.size()};
}

result<RequestHead, HeadFault> parse_head(std::string_view head_bytes) {
  const HeadScan scan = scan_head(head_bytes, 0);
  if (scan.kind != HeadScan::Kind::complete || scan.bytes != head_bytes.size()) {
    return malformed("the head holds a control byte or a bare line end");
  }
  std::string_view rest = head_bytes.substr(0, head_bytes.size() - line_end.size());
  if (rest.empty()) return malformed("the request line is empty");
  RequestHead head;
  const auto next_line = [&rest] {
    const std::size_t end = rest.find(line_end);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + line_end.size());
    return line;
  };
  const auto minor = read_request_line(next_line(), head);
  if (!minor) return minor.error();
  while (!rest.empty()) {
    if (const char* fault = read_field(next_line(), head)) return malformed(fault);
  }
  if (head.headers.items().size() + head.query.items().size() + head.segments.size() > parts_max)
    return HeadFault{"header_too_large", ""};
  if (const char* fault = check_fields(head, *minor)) return malformed(fault);
  if (const auto expect = head.headers.get("Expect")) {
    if (!equals_ignoring_case(*expect, "100-continue")) {
      return HeadFault{"expectation_failed", "the only expectation known is 100-continue"};
    }
    head.expects_continue = *minor == 1;
  }
  return head;
}

}  // namespace tenggat::http
