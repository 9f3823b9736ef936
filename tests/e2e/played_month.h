// The month, played once for every test of it: nothing they do changes it. Prometheus looks on.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>

#include "tests/e2e/month.h"
#include "tests/support/process.h"
#include "tests/support/prometheus_server.h"
#include "tests/support/scrape.h"

namespace tenggat::test {

class PlayedMonth : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    office_ = std::make_unique<Office>(Month::kStart);
    prometheus_ = std::make_unique<PrometheusServer>(office_->daemon().directory(),
                                                     office_->daemon().admin_port());
    month_ = std::make_unique<Month>(*office_);
    month_->play("04-01 16:30");
    office_->meta().answer_all(503, 2);  // so that some messages wait
    month_->play();
  }
  static void TearDownTestSuite() {
    office_->stop_daemon();
    month_.reset();
    prometheus_.reset();
    office_.reset();
  }

  // The metrics of the office's now; the snapshot is taken every few seconds.
  static std::map<std::string, double> scrape(const std::string& local) {
    const std::string instant = office_->query(
        fmt::format("SELECT extract(epoch FROM '{}+08'::timestamptz)::bigint", local));
    std::string text;
    for (int i = 0; i < 600; ++i, ::usleep(50'000)) {
      text = body_of(http_get(office_->daemon().admin_port(), "/metrics"));
      if (series_in(text)["tenggat_office_clock_timestamp_seconds"] == std::stod(instant)) break;
    }
    return series_in(text);
  }

  static inline std::unique_ptr<Office> office_;
  static inline std::unique_ptr<PrometheusServer> prometheus_;
  static inline std::unique_ptr<Month> month_;
};

}  // namespace tenggat::test
