#include "daemon/pages/html.h"

#include <algorithm>

#include "notifiers/html_escaped.h"
#include "rules/utf8.h"

namespace tenggat::pages {
namespace {

// Between tags, and not what somebody goes on typing.
bool is_shown(std::string_view pattern, std::size_t place) {
  const std::size_t tag = pattern.substr(0, place).find_last_of("<>");
  return (tag == std::string_view::npos || pattern[tag] == '>') &&
         !pattern.substr(place + 2).starts_with("</textarea");
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

}  // namespace

Html Writer::write(std::string_view pattern, const Piece* pieces) {
  Html html;
  html.bytes_.reserve(2 * pattern.size());
  std::size_t at = 0;
  while (at < pattern.size()) {
    const std::size_t place = pattern.find("{}", at);
    html.bytes_ += pattern.substr(at, place - at);
    if (place == std::string_view::npos) break;
    at = place + 2;
    if (pieces->markup())
      html.bytes_ += pieces->text();
    else if (!is_plain(pieces->text()) && is_shown(pattern, place))
      notify::append_html_escaped(html.bytes_, set_apart(pieces->text()));
    else
      notify::append_html_escaped(html.bytes_, pieces->text());
    ++pieces;
  }
  return html;
}

Html lines(std::string_view text) {
  Html html;
  while (true) {
    const std::size_t end = text.find('\n');
    html += pages::html("{}", text.substr(0, end));
    if (end == std::string_view::npos) return html;
    html += pages::html("<br>");
    text.remove_prefix(end + 1);
  }
}

}  // namespace tenggat::pages
