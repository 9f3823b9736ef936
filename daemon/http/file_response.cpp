#include "daemon/http/file_response.h"

#include <fmt/format.h>

#include "notifiers/utf8.h"

namespace tenggat::http {
namespace {

constexpr std::size_t kNameMax = 80;  // characters

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

// A name that a file can have in any system, whatever number and document it is made from.
std::string file_name(std::string_view given) {
  std::string name;
  for (const char c : notify::one_line(given)) {
    const bool kept = std::string_view("/\\:*?\"<>|;%").find(c) == std::string_view::npos;
    if (kept || !name.ends_with('-')) name += kept ? c : '-';
  }
  name.erase(0, std::min(name.find_first_not_of("-. "), name.size()));
  name = std::string(notify::first_characters(name, kNameMax));
  while (name.ends_with('-') || name.ends_with('.') || name.ends_with(' ')) name.pop_back();
  return name.empty() ? "berkas" : name;
}

// For those who do not read filename*: a character that is not ASCII is one underscore.
std::string in_ascii(std::string_view name) {
  std::string ascii;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) continue;
    ascii += byte >= 0x80U || c == ' ' ? '_' : c;
  }
  return ascii;
}

std::string percent_encoded(std::string_view name) {
  std::string encoded;
  for (const char c : name)
    encoded +=
        is_plain(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
}

}  // namespace

Response file_response(const FileType* type, std::string_view name) {
  const std::string whole = file_name(name) + std::string(type ? type->ending : ".bin");
  Response response;
  response.content_type = type ? type->media_type : "application/octet-stream";
  response.headers.set("Content-Disposition",
                       fmt::format("{}; filename=\"{}\"; filename*=UTF-8''{}",
                                   type && type->shown ? "inline" : "attachment", in_ascii(whole),
                                   percent_encoded(whole)));
  response.headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cache-Control", "private, no-store");
  return response;
}

}  // namespace tenggat::http
