#include "daemon/base/metrics.h"

#include <gtest/gtest.h>
#include <stdio.h>

#include <map>
#include <set>
#include <sstream>

namespace tenggat {
namespace {

// metrics.md of the project's documents, typed anew, and what was added to it since.
const std::map<std::string, std::string> kCatalogue = {
    {"tenggat_build_info", "gauge"},
    {"tenggat_config_last_reload_successful", "gauge"},
    {"tenggat_config_last_reload_success_timestamp_seconds", "gauge"},
    {"tenggat_certificate_not_after_timestamp_seconds", "gauge"},
    {"tenggat_log_messages_total", "counter"},
    {"tenggat_log_lines_lost_total", "counter"},
    {"tenggat_files_collected_total", "counter"},
    {"tenggat_permits_open", "gauge"},
    {"tenggat_permits_submitted_total", "counter"},
    {"tenggat_permits_closed_total", "counter"},
    {"tenggat_permit_sla_met_total", "counter"},
    {"tenggat_permit_sla_missed_total", "counter"},
    {"tenggat_permits_overdue", "gauge"},             // added
    {"tenggat_permits_legal_risk", "gauge"},          // added
    {"tenggat_legal_limit_passed_total", "counter"},  // added
    {"tenggat_steps_open", "gauge"},
    {"tenggat_steps_oldest_open_timestamp_seconds", "gauge"},
    {"tenggat_steps_next_due_timestamp_seconds", "gauge"},
    {"tenggat_steps_unclaimed", "gauge"},
    {"tenggat_step_completions_total", "counter"},
    {"tenggat_step_sla_missed_total", "counter"},
    {"tenggat_step_working_seconds", "histogram"},
    {"tenggat_step_returns_total", "counter"},
    {"tenggat_late_entries_total", "counter"},
    {"tenggat_step_standard_seconds", "gauge"},
    {"tenggat_sla_objective_ratio", "gauge"},
    {"tenggat_escalations_total", "counter"},
    {"tenggat_notices_redirected_total", "counter"},  // added
    {"tenggat_roles_unreachable", "gauge"},           // added
    {"tenggat_escalations_unacknowledged", "gauge"},
    {"tenggat_escalation_delay_seconds", "histogram"},
    {"tenggat_notices_pending", "gauge"},
    {"tenggat_notices_oldest_pending_timestamp_seconds", "gauge"},
    {"tenggat_notices_set_aside", "gauge"},  // added
    {"tenggat_permits_set_aside", "gauge"},  // added
    {"tenggat_texts_stopped", "gauge"},      // added
    {"tenggat_clock_steps_total", "counter"},
    {"tenggat_messages_total", "counter"},
    {"tenggat_messages_failed_total", "counter"},
    {"tenggat_messages_undelivered", "gauge"},
    {"tenggat_messages_dead", "gauge"},
    {"tenggat_channel_down", "gauge"},  // added
    {"tenggat_message_send_duration_seconds", "histogram"},
    {"tenggat_message_delay_seconds", "histogram"},
    {"tenggat_last_seal_timestamp_seconds", "gauge"},
    {"tenggat_mark_written_timestamp_seconds", "gauge"},
    {"tenggat_mark_write_failures_total", "counter"},
    {"tenggat_messages_held", "gauge"},
    {"tenggat_loop_last_success_timestamp_seconds", "gauge"},
    {"tenggat_loop_cycle_duration_seconds", "histogram"},
    {"tenggat_loop_failures_total", "counter"},
    {"tenggat_commit_batch_size", "histogram"},
    {"tenggat_commit_duration_seconds", "histogram"},
    {"tenggat_db_up", "gauge"},
    {"tenggat_db_connections", "gauge"},
    {"tenggat_db_reconnects_total", "counter"},
    {"tenggat_db_errors_total", "counter"},
    {"tenggat_snapshot_timestamp_seconds", "gauge"},
    {"tenggat_snapshot_duration_seconds", "gauge"},
    {"tenggat_snapshot_errors_total", "counter"},
    {"tenggat_office_clock_timestamp_seconds", "gauge"},  // added
    {"tenggat_calendar_covered_until_timestamp_seconds", "gauge"},
    {"tenggat_sop_without_file", "gauge"},
    {"tenggat_calendar_provisional_permits", "gauge"},
    {"tenggat_forecast_missed_expected", "gauge"},
    {"tenggat_forecast_at_risk", "gauge"},
    {"tenggat_forecast_outcomes", "gauge"},
    {"tenggat_forecast_timestamp_seconds", "gauge"},
    {"tenggat_forecast_brier_score", "gauge"},
    {"tenggat_forecast_base_brier_score", "gauge"},
    {"tenggat_forecast_bias_ratio", "gauge"},
    {"tenggat_canary_last_delivery_timestamp_seconds", "gauge"},
    {"tenggat_canary_period_seconds", "gauge"},
    {"tenggat_http_requests_total", "counter"},
    {"tenggat_http_request_duration_seconds", "histogram"},
    {"process_cpu_seconds_total", "counter"},
    {"process_resident_memory_bytes", "gauge"},
    {"process_virtual_memory_bytes", "gauge"},
    {"process_open_fds", "gauge"},
    {"process_max_fds", "gauge"},
    {"process_start_time_seconds", "gauge"},
};

MetricsOptions options() {
  MetricsOptions options;
  options.version = "0.1.0";
  options.revision = "abc";
  options.routes = {{"/api/v1/permits/{id}", "GET"}};
  return options;
}

// Every row of the snapshot catalogue with one sample, each label called as its name.
Snapshot full_snapshot() {
  Snapshot snapshot;
  for (const SnapshotMetric& metric : snapshot_catalogue()) {
    Snapshot::Values labels;
    for (const std::string_view label : metric.labels)
      if (!label.empty()) labels.push_back("some_" + std::string(label));
    if (metric.type == MetricType::histogram)
      snapshot.histogram(metric.series, labels, {{600, 27000}, {1, 3}, 40000.5, 4});
    else
      snapshot.set(metric.series, labels, 7);
  }
  return snapshot;
}

std::string full_text(Metrics& metrics) {
  metrics.loop("watch");
  metrics.publish(full_snapshot());
  metrics.set_standards({{"some_sop", "verifikasi", 600, 0.95}});
  metrics.set_calendar_covered_until("banjarbaru", 1830355200);
  metrics.set_sop_without_file("paud", false);
  return metrics.text();
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::string value_of(const std::string& text, const std::string& series) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(series + " ")) return line.substr(series.size() + 1);
  }
  return "absent";
}

TEST(Metrics, TheCatalogueIsCompleteAndHoldsNothingElse) {
  Metrics metrics(options());
  std::istringstream in(full_text(metrics));
  std::map<std::string, std::string> found;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string hash, kind, name, type;
    words >> hash >> kind >> name >> type;
    if (hash == "#" && kind == "TYPE") {
      EXPECT_TRUE(found.emplace(name, type).second) << name << " twice";
    }
  }
  EXPECT_EQ(found, kCatalogue);
}

TEST(Metrics, PromtoolAcceptsTheExposition) {
  Metrics metrics(options());
  const std::string text = full_text(metrics);
  FILE* promtool = ::popen("promtool check metrics", "w");
  ASSERT_NE(promtool, nullptr);
  ::fwrite(text.data(), 1, text.size(), promtool);
  EXPECT_EQ(::pclose(promtool), 0) << text;
}

TEST(Metrics, ZeroSeriesExistFromTheStart) {
  Metrics metrics(options());
  for (const char* worker : {"watch", "dispatcher"}) metrics.loop(worker);
  const std::string text = metrics.text();
  for (const char* line : {
           R"(tenggat_log_messages_total{level="error"} 0)",
           R"(tenggat_messages_total{channel="whatsapp"} 0)",
           R"(tenggat_messages_failed_total{channel="email",reason="rate_limited"} 0)",
           R"(tenggat_messages_failed_total{channel="webhook",reason="undelivered"} 0)",
           R"(tenggat_messages_failed_total{channel="email",reason="other"} 0)",
           R"(tenggat_message_delay_seconds_count{channel="email"} 0)",
           R"(tenggat_loop_last_success_timestamp_seconds{loop="watch"} 0)",
           R"(tenggat_loop_failures_total{loop="dispatcher"} 0)",
           R"(tenggat_commit_batch_size_count 0)",
           R"(tenggat_escalation_delay_seconds_bucket{le="+Inf"} 0)",
           R"(tenggat_db_up 0)",
           R"(tenggat_db_connections{state="busy"} 0)",
           R"(tenggat_db_errors_total{class="40"} 0)",
           R"(tenggat_db_reconnects_total 0)",
           R"(tenggat_snapshot_errors_total 0)",
           R"(tenggat_canary_last_delivery_timestamp_seconds 0)",
           R"(tenggat_http_requests_total{code="200",method="GET",route="/api/v1/permits/{id}"} 0)",
           R"(tenggat_build_info{revision="abc",version="0.1.0"} 1)",
       }) {
    EXPECT_TRUE(has_line(text, line)) << line << "\n" << text;
  }
}

TEST(Metrics, NothingIsSaidOfTheDatabaseBeforeItWasAsked) {
  const Metrics metrics(options());
  // A zero here is a calendar that ended long ago, for an alert.
  EXPECT_EQ(metrics.text().find("\ntenggat_calendar_covered_until_timestamp_seconds{"),
            std::string::npos);
  EXPECT_EQ(metrics.text().find("tenggat_permits_open"), std::string::npos);
}

TEST(Metrics, ASnapshotReplacesTheOneBefore) {
  Metrics metrics(options());
  Snapshot before, after;
  before.set(Series::permits_open, {"paud", "active"}, 4);
  metrics.publish(before);
  EXPECT_EQ(value_of(metrics.text(), R"(tenggat_permits_open{sop="paud",state="active"})"), "4");
  after.set(Series::permits_open, {"lain", "active"}, 1);
  metrics.publish(after);
  EXPECT_EQ(value_of(metrics.text(), R"(tenggat_permits_open{sop="paud",state="active"})"),
            "absent");
}

TEST(Metrics, StandardsAreThoseOfServicesInUse) {
  Metrics metrics(options());
  metrics.set_standards({{"paud", "verifikasi", 600, 0.95}, {"lain", "verifikasi", 900, 0.95}});
  EXPECT_EQ(metrics.text().find("tenggat_step_standard_seconds"), std::string::npos);
  Snapshot snapshot;
  snapshot.zero(Series::permits_submitted, {"lain"});
  metrics.publish(snapshot);
  EXPECT_EQ(
      value_of(metrics.text(), R"(tenggat_step_standard_seconds{sop="lain",step="verifikasi"})"),
      "900");
  EXPECT_EQ(
      value_of(metrics.text(), R"(tenggat_step_standard_seconds{sop="paud",step="verifikasi"})"),
      "absent");
}

TEST(Metrics, ASnapshotsHistogramEndsWithInfinity) {
  Metrics metrics(options());
  const std::string text = full_text(metrics);
  const std::string labels = R"(sop="some_sop",step="some_step")";
  EXPECT_TRUE(has_line(text, "tenggat_step_working_seconds_bucket{" + labels + ",le=\"600\"} 1"));
  EXPECT_TRUE(has_line(text, "tenggat_step_working_seconds_bucket{" + labels + ",le=\"+Inf\"} 4"));
  EXPECT_TRUE(has_line(text, "tenggat_step_working_seconds_count{" + labels + "} 4"));
}

TEST(Metrics, ASeriesIsRefusedThatIsNotAsInTheCatalogue) {
  const HistogramSample descending{{600, 300}, {1, 2}, 1, 2};
  const HistogramSample short_count{{600}, {3}, 1, 2};
  const Snapshot::Values step{"p", "s"};
  Snapshot snapshot;
  EXPECT_THROW(snapshot.set(Series::permits_open, {"paud"}, 1), std::logic_error);
  EXPECT_THROW(snapshot.set(Series::permits_open, {"p", "a", "Ani"}, 1), std::logic_error);
  EXPECT_THROW(snapshot.set(Series::steps_open, {"p", "s", "paused", "Ani"}, 1), std::logic_error);
  EXPECT_THROW(snapshot.set(Series::step_working_time, step, 1), std::logic_error);
  EXPECT_THROW(snapshot.histogram(Series::steps_unclaimed, step, {}), std::logic_error);
  EXPECT_THROW(snapshot.histogram(Series::step_working_time, step, descending), std::logic_error);
  EXPECT_THROW(snapshot.histogram(Series::step_working_time, step, short_count), std::logic_error);
}

TEST(Metrics, FamiliesAndSeriesAreInOneOrderWhateverTheySaidFirst) {
  Snapshot snapshot;
  snapshot.histogram(Series::step_working_time, {"paud", "b"}, {});
  snapshot.set(Series::steps_open, {"paud", "a", "paused"}, 1);
  snapshot.set(Series::steps_open, {"paud", "b", "on_track"}, 1);
  snapshot.set(Series::permits_open, {"paud", "active"}, 1);
  Metrics metrics(options());
  metrics.publish(snapshot);
  const std::string text = metrics.text();
  std::size_t last = 0;
  for (const char* line : {
           R"(tenggat_permits_open{sop="paud",state="active"} 1)",
           R"(tenggat_steps_open{sla="on_track",sop="paud",step="b"} 1)",
           R"(tenggat_steps_open{sla="paused",sop="paud",step="a"} 1)",
           R"(tenggat_step_working_seconds_count{sop="paud",step="b"} 0)",
       }) {
    const std::size_t at = text.find(line);
    ASSERT_NE(at, std::string::npos) << line << "\n" << text;
    EXPECT_GT(at, last) << line;
    last = at;
  }
}

TEST(Metrics, LabelsStayWithinTheirLists) {
  Metrics metrics(options());
  metrics.message_failed("email", "550 no such user ani@example.go.id");
  metrics.db_error("40001");
  metrics.db_error("ZZZZZ");
  metrics.db_error("");
  metrics.http_request("/../../etc/passwd", "BREW", 9999, 0.01);
  metrics.http_request("/api/v1/permits/{id}", "GET", 200, 0.01);
  metrics.log_message(Level::error);
  const std::string text = metrics.text();
  EXPECT_EQ(value_of(text, R"(tenggat_messages_failed_total{channel="email",reason="other"})"),
            "1");
  EXPECT_EQ(value_of(text, R"(tenggat_db_errors_total{class="40"})"), "1");
  EXPECT_EQ(value_of(text, R"(tenggat_db_errors_total{class="other"})"), "2");
  EXPECT_EQ(
      value_of(text, R"(tenggat_http_requests_total{code="500",method="other",route="other"})"),
      "1");
  EXPECT_EQ(
      value_of(
          text,
          R"(tenggat_http_requests_total{code="200",method="GET",route="/api/v1/permits/{id}"})"),
      "1");
  EXPECT_EQ(value_of(text, R"(tenggat_log_messages_total{level="error"})"), "1");
  EXPECT_EQ(text.find("passwd"), std::string::npos);
  EXPECT_EQ(text.find("ani@"), std::string::npos);
}

TEST(Metrics, TheProcessIsMeasured) {
  const std::string text = Metrics(options()).text();
  EXPECT_GT(std::stod(value_of(text, "process_resident_memory_bytes")), 1e5);
  EXPECT_GT(std::stod(value_of(text, "process_open_fds")), 2);
  EXPECT_GT(std::stod(value_of(text, "process_max_fds")), 2);
  EXPECT_GT(std::stod(value_of(text, "process_start_time_seconds")), 1.5e9);
}

}  // namespace
}  // namespace tenggat
