// A key pair as docs/record.md has it made, in a directory of its own.
#pragma once
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tenggat::test {

struct SealKeys {
  SealKeys() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "tenggat-seals-XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
    run("openssl genpkey -algorithm ed25519 -out seal.pem");
    run("openssl pkey -in seal.pem -pubout -out seal.pub.pem");
  }
  ~SealKeys() { std::filesystem::remove_all(directory); }
  SealKeys(const SealKeys&) = delete;
  SealKeys& operator=(const SealKeys&) = delete;
  // A command there; what it says is in the file `out`.
  int run(const std::string& command) const {
    return std::system(
        fmt::format("cd {} && {{ {} ; }} >out 2>&1", directory.string(), command).c_str());
  }
  std::string path(const char* name) const { return (directory / name).string(); }
  // A line of the daemon's file.
  std::string configuration() const { return "seal_key_file: " + path("seal.pem") + "\n"; }
  std::filesystem::path directory;
};

}  // namespace tenggat::test
