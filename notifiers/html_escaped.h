// Text in HTML, between tags and in quoted attributes.
#pragma once
#include <string>
#include <string_view>

namespace tenggat::notify {

std::string html_escaped(std::string_view text);
void append_html_escaped(std::string& to, std::string_view text);

}  // namespace tenggat::notify
