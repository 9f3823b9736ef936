// The process's metrics: the catalogue of metrics.md in the project's documents, prefix tenggat_.
//
// Two kinds. Counted in the process: cached references, one series each from the start. Computed
// from the database: a Snapshot, published whole by the loop that queries it and served until the
// next, so two daemons on one database report the same number (dashboards take max over instances,
// not sum).
#pragma once
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/labels.h>
#include <prometheus/metric_family.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/log.h"

namespace tenggat {

// Computed from the database.

enum class MetricType { counter, gauge, histogram };

// The families that a Snapshot fills, in the catalogue's order.
enum class Series {
  permits_open,
  permits_submitted,
  permits_closed,
  permit_sla_met,
  permit_sla_missed,
  permits_overdue,
  permits_legal_risk,
  legal_limits_passed,
  steps_open,
  steps_oldest_open,
  steps_next_due,
  steps_unclaimed,
  step_completions,
  step_sla_missed,
  step_working_time,
  step_returns,
  late_entries,
  escalations,
  notices_redirected,
  roles_unreachable,
  escalations_unacknowledged,
  notices_pending,
  notices_oldest_pending,
  notices_set_aside,
  permits_set_aside,
  messages_undelivered,
  channel_down,
  texts_stopped,
  messages_dead,
  calendar_provisional_permits,
  forecast_missed_expected,
  forecast_at_risk,
  forecast_outcomes,
  forecast_timestamp,
  forecast_brier_score,
  forecast_base_brier_score,
  forecast_bias,
};

// One row of the catalogue. Names are without the prefix.
struct SnapshotMetric {
  Series series;
  std::string_view name;
  MetricType type;
  std::string_view help;
  std::array<std::string_view, 3> labels;  // unused ones are empty
};
std::span<const SnapshotMetric> snapshot_catalogue();

struct HistogramSample {
  std::vector<double> upper_bounds;              // ascending, without +Inf
  std::vector<std::uint64_t> cumulative_counts;  // as many
  double sum = 0;
  std::uint64_t count = 0;  // all, those above the last bound too
};

// What the database said. Labels are given by their values, in the catalogue's order;
// std::logic_error where they are not as many, the family is of another type, or a histogram's
// counts do not fit its bounds: that is a bug of who says it.
class Snapshot {
 public:
  using Values = std::vector<std::string>;
  void zero(Series series, const Values& labels) { at(series, labels) += 0; }  // is shown as zero
  void set(Series series, const Values& labels, double value) { at(series, labels) = value; }
  void add(Series series, const Values& labels, double value) { at(series, labels) += value; }
  void histogram(Series series, const Values& labels, HistogramSample sample);

 private:
  friend class Metrics;
  double& at(Series series, const Values& labels);
  // By name, each by its labels; then histograms.
  std::vector<prometheus::MetricFamily> families() const;

  std::map<Series, std::map<prometheus::Labels, double>> values_;
  std::map<Series, std::vector<std::pair<prometheus::Labels, HistogramSample>>> histograms_;
};

// Counted in the process.

// notify::reason::all without "accepted", and "undelivered" (no receipt in time).
std::vector<std::string> default_failure_reasons();

// What is known at start, so that every series exists as zero before anything happens.
struct MetricsOptions {
  std::string version = "unknown";
  std::string revision = "unknown";
  std::vector<std::string> channels = {"email", "whatsapp", "webhook"};
  // Of messages_failed_total; a reason that is not listed is counted as "other", which always
  // exists.
  std::vector<std::string> failure_reasons = default_failure_reasons();
  struct Route {
    std::string route;  // its name, never a path: "permit_act"
    std::string method;
  };
  std::vector<Route> routes;
};

struct StepStandard {
  std::string sop;
  std::string step;               // empty in the row of the whole case
  double standard_seconds = 0;    // working; days by the calendar's nominal_day, display only
  double objective_ratio = 0.95;  // share of closings that should be met
};

// Owns the registry; one in a process. References it hands out live as long as it does.
class Metrics {
 public:
  explicit Metrics(const MetricsOptions& options);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The exposition, "text/plain; version=0.0.4". Reads /proc for the process_* set.
  std::string text() const;

  // Replaces what the database said.
  void publish(const Snapshot& snapshot);

  // Routes that the options did not know yet: their series exist from now on.
  void know(const std::vector<MetricsOptions::Route>& routes);
  // Replaces step_standard_seconds and sla_objective_ratio; after each load of the SOPs.
  void set_standards(const std::vector<StepStandard>& standards);
  void set_calendar_covered_until(std::string_view calendar, double unix_seconds);
  // An SOP in force that no file has and that was not retired.
  void set_sop_without_file(std::string_view sop, bool without);

  struct Loop {
    prometheus::Gauge& last_success_timestamp_seconds;
    prometheus::Histogram& cycle_duration_seconds;
    prometheus::Counter& failures;
  };
  // Cheap enough for once a cycle; keep the reference where it is used more often. A name gets its
  // series the first time: each worker's when the workers are made.
  Loop& loop(std::string_view name);

  struct Channel {
    prometheus::Counter& messages;                 // accepted by the other side
    prometheus::Histogram& send_duration_seconds;  // one attempt
    prometheus::Histogram& delay_seconds;          // notice committed → message accepted
  };
  Channel& channel(std::string_view name);
  void message_failed(std::string_view channel, std::string_view reason);

  // `sqlstate` has five characters; its class (the first two) is the label, "other" if it is not
  // listed.
  void db_error(std::string_view sqlstate);
  // `route` is a known one, or "other"; an unknown method is "other" too.
  void http_request(std::string_view route, std::string_view method, int code, double seconds);
  void log_message(Level level);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;  // before the references: it owns what they refer to

 public:
  prometheus::Gauge& config_last_reload_successful;
  prometheus::Gauge& config_last_reload_success_timestamp_seconds;
  prometheus::Gauge& certificate_not_after_timestamp_seconds;  // 0: no TLS here
  prometheus::Histogram& escalation_delay_seconds;             // rung due → notice committed
  prometheus::Histogram& commit_batch_size;                    // commands in one transaction
  prometheus::Histogram& commit_duration_seconds;
  prometheus::Gauge& db_up;
  prometheus::Gauge& db_connections_idle;
  prometheus::Gauge& db_connections_busy;
  prometheus::Gauge& db_connections_connecting;
  prometheus::Counter& db_reconnects;
  // Real time, as are all timestamps here but one: alerts compare them with Prometheus's own clock.
  prometheus::Gauge& snapshot_timestamp_seconds;
  prometheus::Gauge& snapshot_duration_seconds;
  prometheus::Counter& snapshot_errors;
  // The office's time (simulated or real) at the last snapshot: what a Snapshot's timestamps of
  // visits and notices are compared with. Set with each publish().
  prometheus::Gauge& office_clock_timestamp_seconds;
  prometheus::Counter& clock_steps;          // of the database's clock, in either direction
  prometheus::Gauge& canary_period_seconds;  // 0: none is let out
  prometheus::Gauge& canary_last_delivery_timestamp_seconds;
  prometheus::Gauge& last_seal_timestamp_seconds;     // of the office's clock; 0: none
  prometheus::Gauge& mark_written_timestamp_seconds;  // outside of the database
  prometheus::Counter& mark_write_failures;
  prometheus::Gauge& messages_held;      // 1: after a restore, until `message release`
  prometheus::Counter& files_collected;  // uploads that no permit took
};

}  // namespace tenggat
