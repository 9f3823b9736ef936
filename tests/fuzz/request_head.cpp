// The head of a request may be any bytes, arriving in any pieces. Taken is only what every reader
// reads the same: the head holds what must not be doubted.
#include "daemon/http/request_head.h"

#include <algorithm>

#include "tests/fuzz/check.h"

namespace tenggat::http {
namespace {

using fuzz::check;

void use(const RequestHead& head) {
  check(head.target.starts_with('/') && head.path.starts_with('/'), "the target is a path");
  for (std::size_t i = 0; i < head.segments.size(); ++i) {
    const std::string& segment = head.segments[i];
    check(segment != "." && segment != "..", "no segment leads elsewhere");
    check(!segment.empty() || i + 1 == head.segments.size(), "only the last may be empty");
    check(first_not_utf8(segment) == segment.size(), "a segment is UTF-8");
  }
  check(head.path == "/" || static_cast<std::size_t>(std::count(head.path.begin(), head.path.end(),
                                                                '/')) == head.segments.size(),
        "an encoded slash divides no segment");
  check(head.headers.count("Host") == 1, "one Host");
  check(!(head.chunked && head.content_length), "the body has one length");
  check(head.headers.count("Content-Length") == (head.content_length ? 1u : 0u), "and it is told");
  check(head.headers.count("Transfer-Encoding") == (head.chunked ? 1u : 0u), "by one field");
  for (const auto& [name, value] : head.headers.items()) {
    check(!name.empty(), "a field has a name");
    for (const char c : name) check(c > 0x20 && c < 0x7f, "a field's name is plain");
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      check(byte == '\t' || (byte >= 0x20 && byte != 0x7f), "no control byte passes");
    }
  }
  for (const auto& [name, value] : head.query.items()) {
    check(first_not_utf8(name) == name.size() && first_not_utf8(value) == value.size(),
          "the query is UTF-8");
  }
}

// Byte by byte it must come to the same end as at once.
void scan_in_pieces(std::string_view bytes) {
  const HeadScan whole = scan_head(bytes, 0);
  HeadScan scan;
  for (std::size_t received = 0;
       received <= bytes.size() && scan.kind == HeadScan::Kind::incomplete; ++received) {
    scan = scan_head(bytes.substr(0, received), scan.bytes);
  }
  check(scan.kind == whole.kind && scan.bytes == whole.bytes, "pieces are read as the whole is");
}

}  // namespace
}  // namespace tenggat::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tenggat::http;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  scan_in_pieces(text);
  const HeadScan scan = scan_head(text, 0);
  const auto head = parse_head(text);
  if (head) {
    tenggat::fuzz::check(scan.kind == HeadScan::Kind::complete && scan.bytes == size,
                         "what is taken was complete");
    use(*head);
  } else {
    tenggat::fuzz::check(head.error().detail != nullptr, "a refusal says why");
  }
  return 0;
}
