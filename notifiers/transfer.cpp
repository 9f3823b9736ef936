#include "notifiers/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace tenggat::notify {
namespace {

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

}  // namespace

std::optional<UrlParts> url_parts(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  if (!parsed) return std::nullopt;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return std::nullopt;
  UrlParts parts;
  parts.scheme = part_of(parsed.get(), CURLUPART_SCHEME);
  std::ranges::transform(parts.scheme, parts.scheme.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  parts.host = part_of(parsed.get(), CURLUPART_HOST);
  if (parts.host.starts_with('[') && parts.host.ends_with(']')) {
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  }
  parts.holds_user = !part_of(parsed.get(), CURLUPART_USER).empty();
  if (parts.host.empty()) return std::nullopt;
  return parts;
}

}  // namespace tenggat::notify
