#include "notifiers/html_escaped.h"

namespace tenggat::notify {
namespace {

// What stands for it; nothing: itself.
const char* entity_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return nullptr;
  }
}

}  // namespace

void append_html_escaped(std::string& to, std::string_view text) {
  std::size_t taken = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char* entity = entity_of(text[at]);
    if (!entity) continue;
    to += text.substr(taken, at - taken);
    to += entity;
    taken = at + 1;
  }
  to += text.substr(taken);
}

std::string html_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_html_escaped(out, text);
  return out;
}

}  // namespace tenggat::notify
