// A page as a file, with its stylesheet inside, for whoever wants to look at it: TENGGAT_LOOK=DIR.
#pragma once
#include <cstdlib>
#include <fstream>
#include <string>

#include "daemon/pages/style.h"
#include "tests/support/browser.h"

namespace tenggat::test {

inline void keep(const WebPage& page, const std::string& name) {
  const char* directory = std::getenv("TENGGAT_LOOK");
  if (!directory) return;
  std::string body = page.body;
  const std::size_t link = body.find("<link rel=\"stylesheet\"");
  if (link != std::string::npos)
    body.replace(link, body.find('>', link) + 1 - link,
                 "<style>" + std::string(pages::kStyle) + "</style>");
  std::ofstream(std::string(directory) + "/" + name + ".html") << body;
}

}  // namespace tenggat::test
