// Disks small enough to fill, for one test process. They are mounted where this process and its
// children alone see them, and so are gone with them, however that ends.
#pragma once
#include <cstddef>
#include <string>

namespace tenggat::test {

// First thing in main(), before any thread: a mount namespace of this process's own. Mounting takes
// root: anybody else is started again through sudo, with the same arguments and environment.
void enter_own_mounts(char** arguments);

class SmallDisk {
 public:
  explicit SmallDisk(std::size_t bytes);
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk();

  const std::string& directory() const { return directory_; }  // on it, and empty at first
  // To the last block with a file of its own; called again, it takes what has become free since.
  void fill();
  void clear();  // gives back what fill() took
  std::size_t free_bytes() const;

 private:
  std::string mount_, directory_;
};

}  // namespace tenggat::test
