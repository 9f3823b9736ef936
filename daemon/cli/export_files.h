// What an export writes: files that are whole or refused, in a directory that nobody else can read.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "daemon/pg/connection.h"

namespace tenggat::cli {

// Throws Refused where it cannot be written: a full disk is told.
class Out {
 public:
  explicit Out(std::filesystem::path path);
  void write(std::string_view text);
  void end();

 private:
  const std::filesystem::path path_;
  std::ofstream file_;
};

// A new one, or one that is empty; its owner alone may read what is in it. Throws Refused.
std::filesystem::path directory_to_write(const std::string& named);

// An uploaded file, by its hash.
pg::Awaitable<void> write_stored(pg::Connection& connection, std::string sha256,
                                 std::filesystem::path into);

}  // namespace tenggat::cli
