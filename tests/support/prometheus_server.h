// A real Prometheus of a test's own, that scrapes daemons every second and evaluates the rules
// that ship.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace tenggat::test {

// A target, and the label `office` that its series bear.
struct ScrapedOffice {
  std::string office;
  int port = 0;
};

class PrometheusServer {
 public:
  // Ready when it returns. `directory` must be there and outlive it. `rules`: a file of them in
  // place of those that ship. Throws std::runtime_error with the end of its log.
  PrometheusServer(std::filesystem::path directory, const std::vector<ScrapedOffice>& offices,
                   const std::filesystem::path& rules = {});
  PrometheusServer(std::filesystem::path directory, int scraped_port)
      : PrometheusServer(std::move(directory), {{"banjarbaru", scraped_port}}) {}
  PrometheusServer(const PrometheusServer&) = delete;
  PrometheusServer& operator=(const PrometheusServer&) = delete;
  ~PrometheusServer();  // ends it

  int port() const { return port_; }
  std::string url() const;

 private:
  std::filesystem::path directory_;
  int port_;
  pid_t pid_ = 0;
};

}  // namespace tenggat::test
