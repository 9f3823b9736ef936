#include "tests/support/prometheus_server.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "tests/support/process.h"

namespace tenggat::test {
namespace {

constexpr int kPolls = 300;
constexpr unsigned kPollMicroseconds = 100'000;

}  // namespace

PrometheusServer::PrometheusServer(std::filesystem::path directory,
                                   const std::vector<ScrapedOffice>& offices,
                                   const std::filesystem::path& rules)
    : directory_(std::move(directory)), port_(free_port()) {
  const auto file = directory_ / "prometheus.yml";
  std::string configuration = fmt::format(
      "global: {{scrape_interval: 1s, evaluation_interval: 2s}}\n"
      "rule_files: [\"{}\"]\n"
      "scrape_configs:\n"
      "  - job_name: tenggat\n"
      "    static_configs:{}\n",
      rules.empty() ? TENGGAT_SOURCE_DIR "/dashboards/prometheus/tenggat.rules.yml"
                    : rules.string(),
      offices.empty() ? " []" : "");
  for (const ScrapedOffice& one : offices)
    configuration += fmt::format(
        "      - {{targets: [\"127.0.0.1:{}\"], labels: {{office: {}}}}}\n", one.port, one.office);
  write_file(file, configuration);
  const auto log = directory_ / "prometheus.log";
  pid_ = spawn({"/usr/bin/prometheus", "--log.level=warn", "--config.file=" + file.string(),
                "--storage.tsdb.path=" + (directory_ / "prometheus").string(),
                fmt::format("--web.listen-address=127.0.0.1:{}", port_)},
               {}, log, log);
  for (int i = 0; i < kPolls; ++i, ::usleep(kPollMicroseconds)) {
    if (http_get(port_, "/-/ready").find(" 200 ") != std::string::npos) return;
    if (int status = 0; has_ended(pid_, status)) {
      pid_ = 0;
      break;
    }
  }
  throw std::runtime_error("Prometheus is not ready: " + read_file(log));
}

PrometheusServer::~PrometheusServer() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGTERM);
  wait_for(pid_);
}

std::string PrometheusServer::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

}  // namespace tenggat::test
