// Whom libcurl trusts in this process: while one of these lives, its authority in the place of the
// machine's. One at a time.
#pragma once
#include <filesystem>
#include <string>

namespace tenggat::notify {

class TrustedAlone {
 public:
  explicit TrustedAlone(const std::string& certificate);  // PEM
  ~TrustedAlone();
  TrustedAlone(const TrustedAlone&) = delete;
  TrustedAlone& operator=(const TrustedAlone&) = delete;

 private:
  std::filesystem::path file_;
};

}  // namespace tenggat::notify
