#include "daemon/pages/html.h"

#include "notifiers/html_escaped.h"

namespace tenggat::pages {

Html Writer::write(std::string_view pattern, const Piece* pieces) {
  Html html;
  while (!pattern.empty()) {
    const std::size_t place = pattern.find("{}");
    html.bytes_ += pattern.substr(0, place);
    if (place == std::string_view::npos) break;
    if (pieces->markup())
      html.bytes_ += pieces->text();
    else
      html.bytes_ += notify::html_escaped(pieces->text());
    ++pieces;
    pattern.remove_prefix(place + 2);
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
