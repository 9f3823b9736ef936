#include "daemon/base/state_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "daemon/base/link_keys.h"
#include "daemon/base/signing.h"

namespace tenggat {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& path, const char* what) {
  throw std::system_error(errno, std::generic_category(),
                          fmt::format("{} cannot be {}", path.string(), what));
}

// A descriptor that is closed, and a file that is gone, unless it was given its name.
class Draft {
 public:
  explicit Draft(const fs::path& file) : name_(file.string() + ".XXXXXX") {
    file_ = ::mkostemp(name_.data(), O_CLOEXEC);  // 0600
    if (file_ < 0) fail(name_, "made");
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (file_ >= 0) ::close(file_);
    if (!named_) ::unlink(name_.c_str());
  }

  void fill(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(file_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(name_, "written");
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file_) != 0) fail(name_, "written");
  }
  void replace(const fs::path& file) {
    if (::rename(name_.c_str(), file.c_str()) != 0) fail(file, "replaced");
    named_ = true;
  }
  // False: there is one.
  bool become(const fs::path& file) {
    if (::link(name_.c_str(), file.c_str()) == 0) return true;
    if (errno != EEXIST) fail(file, "made");
    return false;
  }

 private:
  std::string name_;
  int file_ = -1;
  bool named_ = false;
};

// A name is on the disk once its folder is.
void sync_folder(const fs::path& folder) {
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) fail(folder, "opened");
  const int synced = ::fsync(opened);
  ::close(opened);
  if (synced != 0) fail(folder, "written");
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return;
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), 0750) != 0 && errno != EEXIST) fail(folder, "made");
}

struct OwnKey {
  bool (*unnamed)(const Config&);
  fs::path (*file)(const Config&);
  std::string (*make)();
};
constexpr std::array kOwnKeys{
    OwnKey{[](const Config& config) { return config.seal_key_file.empty(); }, own_seal_key,
           new_signing_key},
    OwnKey{[](const Config& config) { return config.link_key_file.empty(); }, own_link_key,
           new_link_key},
};

}  // namespace

void write_state_file(const fs::path& file, std::string_view text) {
  make_folder(file.parent_path());
  Draft draft(file);
  draft.fill(text);
  draft.replace(file);
  sync_folder(file.parent_path());
}

bool make_state_file(const fs::path& file, const std::function<std::string()>& text) {
  std::error_code error;
  if (fs::exists(file, error)) return false;
  make_folder(file.parent_path());
  Draft draft(file);
  draft.fill(text());
  const bool made = draft.become(file);
  sync_folder(file.parent_path());
  return made;
}

fs::path own_seal_key(const Config& config) { return fs::path(config.state_dir) / "seal.key"; }
fs::path own_link_key(const Config& config) { return fs::path(config.state_dir) / "link.key"; }

Loaded<std::vector<fs::path>> make_own_keys(const Config& config) {
  Faults faults;
  std::vector<fs::path> made;
  for (const OwnKey& key : kOwnKeys) {
    if (!key.unnamed(config)) continue;
    const fs::path file = key.file(config);
    try {
      if (make_state_file(file, key.make)) made.push_back(file);
    } catch (const std::system_error& why) {
      faults.push_back(
          {file.string(), 0, 0,
           fmt::format("state_dir: the key cannot be made at the first start: {}", why.what())});
    }
  }
  if (!faults.empty()) return faults;
  return made;
}

}  // namespace tenggat
