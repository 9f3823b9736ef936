#include "tests/browser/script.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/support/process.h"

namespace tenggat::test {
namespace fs = std::filesystem;

std::string run_script(const std::string& script, boost::json::object plan,
                       const DaemonProcess& daemon) {
  const fs::path directory = daemon.directory();
  const char* kept = std::getenv("TENGGAT_PICTURES");
  const fs::path pictures = kept ? fs::path(kept) : directory / "pictures";
  plan["chromium"] = "/usr/bin/chromium";
  plan["origin"] = fmt::format("http://127.0.0.1:{}", daemon.api_port());
  write_file(directory / "plan.json", boost::json::serialize(plan));
  const fs::path out = directory / "script.out";
  fs::remove(out);
  const pid_t node =
      spawn({"/usr/bin/node", script, (directory / "plan.json").string(), pictures.string()}, {},
            out, out);
  const int status = wait_for(node);
  return status == 0 ? "" : read_file(out) + fmt::format("status {}", status);
}

}  // namespace tenggat::test
