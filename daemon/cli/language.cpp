#include "daemon/cli/language.h"

#include <ostream>

namespace tenggat::cli {

bool in_english(const Given& given, const Terminal& terminal) {
  if (const auto asked = given.text("lang")) {
    if (*asked != "id" && *asked != "en") throw BadUsage("--lang is id or en");
    return *asked == "en";
  }
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const auto locale = terminal.environment(name); locale && !locale->empty())
      return locale->starts_with("en");
  return false;
}

void write(std::ostream& to, const Said& said, bool english) {
  to << (english ? said.english : said.indonesian) << '\n';
}

}  // namespace tenggat::cli
