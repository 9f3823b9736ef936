#include "daemon/cli/export_files.h"

#include <fmt/format.h>

#include "daemon/cli/command.h"
#include "daemon/store/dump.h"

namespace tenggat::cli {
namespace fs = std::filesystem;

Out::Out(fs::path path) : path_(std::move(path)), file_(path_, std::ios::binary) {
  if (!file_) throw Refused(fmt::format("{} cannot be written", path_.string()));
}

void Out::write(std::string_view text) {
  file_.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file_) throw Refused(fmt::format("{} cannot be written: is the disk full?", path_.string()));
}

void Out::end() {
  file_.close();
  if (!file_) throw Refused(fmt::format("{} cannot be written: is the disk full?", path_.string()));
}

fs::path directory_to_write(const std::string& named) {
  const fs::path directory = named;
  std::error_code failed;
  if (fs::exists(directory) && (!fs::is_directory(directory) || !fs::is_empty(directory)))
    throw Refused(fmt::format("{} is there already, and not an empty directory", named));
  fs::create_directories(directory, failed);
  if (!failed) fs::permissions(directory, fs::perms::owner_all, failed);
  if (failed) throw Refused(fmt::format("{} cannot be made: {}", named, failed.message()));
  return directory;
}

pg::Awaitable<void> write_stored(pg::Connection& connection, std::string sha256, fs::path into) {
  Out out(std::move(into));
  for (int place = 0;; ++place) {
    pg::Pipeline reading;
    const auto slot = store::add_dump_chunk(reading, sha256, place);
    const pg::Results found = co_await connection.run(std::move(reading));
    const std::optional<std::string> chunk = found[slot];
    if (!chunk) break;
    out.write(*chunk);
  }
  out.end();
}

}  // namespace tenggat::cli
