#include "tests/support/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace tenggat::test {
namespace fs = std::filesystem;
namespace {

// There on every Debian, and nothing that a test needs lies in it; only this process sees what is
// mounted over it.
constexpr const char* kMounts = "/var/opt";

void require(bool done, const std::string& what) {
  if (!done) throw std::runtime_error{what + ": " + std::strerror(errno)};
}

void mount_tmpfs(const std::string& where, const std::string& options) {
  require(mount("none", where.c_str(), "tmpfs", 0, options.c_str()) == 0, "mount " + where);
}

}  // namespace

void enter_own_mounts(char** arguments) {
  if (geteuid() != 0) {
    std::vector<char*> command;
    for (const char* word : {"sudo", "-n", "--preserve-env"})
      command.push_back(const_cast<char*>(word));
    for (char** word = arguments; *word; ++word) command.push_back(*word);
    command.push_back(nullptr);
    execvp(command.front(), command.data());
    require(false, "sudo");
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // sudo cannot pass on its own SIGKILL
  require(unshare(CLONE_NEWNS) == 0, "unshare");
  require(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "private mounts");
  mount_tmpfs(kMounts, "size=64k,mode=755");
}

SmallDisk::SmallDisk(std::size_t bytes) {
  static int count = 0;
  mount_ = std::string{kMounts} + "/" + std::to_string(++count);
  directory_ = mount_ + "/own";
  fs::create_directory(mount_);
  mount_tmpfs(mount_, "mode=755,size=" + std::to_string(bytes));
  fs::create_directory(directory_);
}

SmallDisk::~SmallDisk() {
  umount2(mount_.c_str(), MNT_DETACH);
  std::error_code ignored;
  fs::remove(mount_, ignored);
}

void SmallDisk::fill() {
  const int file =
      open((mount_ + "/ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  require(file >= 0, "ballast");
  for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{4096}}) {
    const std::string zeros(piece, '\0');
    while (write(file, zeros.data(), zeros.size()) > 0) {
    }
  }
  close(file);
}

void SmallDisk::clear() { fs::remove(mount_ + "/ballast"); }

std::size_t SmallDisk::free_bytes() const {
  struct statvfs now {};
  require(statvfs(mount_.c_str(), &now) == 0, "statvfs");
  return now.f_bavail * now.f_bsize;
}

}  // namespace tenggat::test
