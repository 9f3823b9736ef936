#include "daemon/base/metrics.h"

#include <prometheus/family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "daemon/base/exposition.h"
#include "notifiers/message.h"

namespace tenggat {
namespace {

using prometheus::ClientMetric;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;
using prometheus::MetricFamily;
using Buckets = Histogram::BucketBoundaries;

constexpr std::string_view kOther = "other";
constexpr std::array<std::string_view, 15> kSqlstateClasses = {
    "08", "0A", "22", "23", "25", "28", "3D", "40", "42", "53", "55", "57", "58", "XX", kOther};
constexpr std::array<std::string_view, 8> kMethods = {"GET",    "HEAD",    "POST",  "PUT",
                                                      "DELETE", "OPTIONS", "PATCH", kOther};

// Few: there are as many as routes, and again for each status they answer with.
const Buckets kRequestSeconds = {0.005, 0.025, 0.1, 0.5, 2.5, 30};
const Buckets kCommitSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};
const Buckets kCycleSeconds = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60};
const Buckets kSendSeconds = {0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30};
const Buckets kDelaySeconds = {1, 5, 15, 60, 180, 600, 1800, 3600, 14400, 43200, 86400};
const Buckets kEscalationDelaySeconds = {0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 86400};
const Buckets kBatchSizes = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

}  // namespace

std::vector<std::string> default_failure_reasons() {
  std::vector<std::string> reasons = {"undelivered", "channel_down"};
  for (const std::string_view reason : notify::reason::all) {
    if (reason != notify::reason::accepted) reasons.emplace_back(reason);
  }
  return reasons;
}

struct Metrics::Parts {
  explicit Parts(const MetricsOptions& options)
      : failure_reasons(options.failure_reasons),
        loop_last_success(gauges("loop_last_success_timestamp_seconds",
                                 "When the loop last finished a cycle without an outage.")),
        loop_duration(
            histograms("loop_cycle_duration_seconds", "Duration of one cycle of a loop.")),
        loop_failures(counters("loop_failures_total", "Cycles of a loop ended by an outage.")),
        messages(counters("messages_total", "Messages accepted by the other side.")),
        messages_failed(counters("messages_failed_total", "Attempts to send that failed.")),
        send_duration(
            histograms("message_send_duration_seconds", "Duration of one attempt to send.")),
        delay(histograms("message_delay_seconds",
                         "From a notice's commit to the acceptance of its message.")),
        log_lines(counters("log_messages_total", "Lines logged.")),
        db_errors(counters("db_errors_total", "Errors of the database, by class of SQLSTATE.")),
        requests(counters("http_requests_total", "Requests answered.")),
        request_duration(histograms("http_request_duration_seconds",
                                    "From a request's first byte to its answer.")),
        calendar_covered_until(gauges("calendar_covered_until_timestamp_seconds",
                                      "Midnight after the last year the calendar covers.")),
        sop_without_file(gauges("sop_without_file",
                                "1 where a service is in force, not retired, and has no file.")),
        db_connections(gauges("db_connections", "Connections to the database.")) {
    failure_reasons.emplace_back(kOther);
    gauges("build_info", "What is running; always 1.")
        .Add({{"version", options.version}, {"revision", options.revision}})
        .Set(1);
    for (const std::string& name : options.channels) channel(name);
    for (const Level level : {Level::debug, Level::info, Level::warning, Level::error}) {
      log_lines_by_level.push_back(&log_lines.Add({{"level", std::string(to_string(level))}}));
    }
    for (const std::string_view name : kSqlstateClasses) {
      db_errors.Add({{"class", std::string(name)}});
    }
    know(options.routes);
    request({std::string(kOther), "GET", 404});
  }

  Family<Counter>& counters(std::string_view name, const std::string& help) {
    return prometheus::BuildCounter().Name(prefixed(name)).Help(help).Register(registry);
  }
  Family<Gauge>& gauges(std::string_view name, const std::string& help) {
    return prometheus::BuildGauge().Name(prefixed(name)).Help(help).Register(registry);
  }
  Family<Histogram>& histograms(std::string_view name, const std::string& help) {
    return prometheus::BuildHistogram().Name(prefixed(name)).Help(help).Register(registry);
  }
  Counter& counter(std::string_view name, const std::string& help) {
    return counters(name, help).Add({});
  }
  Gauge& gauge(std::string_view name, const std::string& help) {
    return gauges(name, help).Add({});
  }
  Histogram& histogram(std::string_view name, const std::string& help, const Buckets& buckets) {
    return histograms(name, help).Add({}, buckets);
  }

  Loop& loop(std::string_view name) {
    const auto known = loops.find(name);
    if (known != loops.end()) return known->second;
    const std::string label(name);
    return loops
        .emplace(label, Loop{loop_last_success.Add({{"loop", label}}),
                             loop_duration.Add({{"loop", label}}, kCycleSeconds),
                             loop_failures.Add({{"loop", label}})})
        .first->second;
  }

  Channel& channel(std::string_view name) {
    const auto known = channels.find(name);
    if (known != channels.end()) return known->second;
    const std::string label(name);
    for (const std::string& reason : failure_reasons) {
      messages_failed.Add({{"channel", label}, {"reason", reason}});
    }
    return channels
        .emplace(label, Channel{messages.Add({{"channel", label}}),
                                send_duration.Add({{"channel", label}}, kSendSeconds),
                                delay.Add({{"channel", label}}, kDelaySeconds)})
        .first->second;
  }

  void know(const std::vector<MetricsOptions::Route>& more) {
    for (const MetricsOptions::Route& one : more) {
      routes.push_back(one.route);
      request({one.route, one.method, 200});
    }
  }

  struct RequestKind {
    std::string route;
    std::string method;
    int code = 0;
    auto operator<=>(const RequestKind&) const = default;
  };
  struct RequestMetrics {
    Counter& count;
    Histogram& duration_seconds;
  };
  RequestMetrics& request(const RequestKind& kind) {
    const auto known = requests_by_kind.find(kind);
    if (known != requests_by_kind.end()) return known->second;
    const Labels labels = {
        {"route", kind.route}, {"method", kind.method}, {"code", std::to_string(kind.code)}};
    return requests_by_kind
        .emplace(kind, RequestMetrics{requests.Add(labels),
                                      request_duration.Add(labels, kRequestSeconds)})
        .first->second;
  }

  prometheus::Registry registry;
  std::vector<std::string> failure_reasons;
  std::vector<std::string> routes;
  Family<Gauge>& loop_last_success;
  Family<Histogram>& loop_duration;
  Family<Counter>& loop_failures;
  Family<Counter>& messages;
  Family<Counter>& messages_failed;
  Family<Histogram>& send_duration;
  Family<Histogram>& delay;
  Family<Counter>& log_lines;
  Family<Counter>& db_errors;
  Family<Counter>& requests;
  Family<Histogram>& request_duration;
  Family<Gauge>& calendar_covered_until;
  Family<Gauge>& sop_without_file;
  Family<Gauge>& db_connections;
  std::map<std::string, Loop, std::less<>> loops;
  std::map<std::string, Channel, std::less<>> channels;
  std::map<RequestKind, RequestMetrics> requests_by_kind;
  std::vector<Counter*> log_lines_by_level;
  std::vector<StepStandard> standards;
  std::set<std::string> in_use;  // services that the snapshot has figures of
  std::vector<MetricFamily> snapshot;

  std::vector<MetricFamily> standards_shown() const;
};

std::vector<MetricFamily> Metrics::Parts::standards_shown() const {
  MetricFamily standard{prefixed("step_standard_seconds"),
                        "Working time the SOP allows for the step; a working day counts as the "
                        "calendar's nominal day.",
                        prometheus::MetricType::Gauge,
                        {}};
  MetricFamily objective{prefixed("sla_objective_ratio"),
                         "Share of closings that should be met.",
                         prometheus::MetricType::Gauge,
                         {}};
  for (const StepStandard& one : standards) {
    if (!in_use.contains(one.sop)) continue;
    ClientMetric metric;
    metric.label = {{"sop", one.sop}, {"step", one.step}};
    metric.gauge.value = one.standard_seconds;
    standard.metric.push_back(metric);
    metric.gauge.value = one.objective_ratio;
    objective.metric.push_back(metric);
  }
  if (standard.metric.empty()) return {};
  return {std::move(standard), std::move(objective)};
}

Metrics::Metrics(const MetricsOptions& options)
    : parts_(std::make_unique<Parts>(options)),
      config_last_reload_successful(
          parts_->gauge("config_last_reload_successful", "1 where the last reload was accepted.")),
      config_last_reload_success_timestamp_seconds(
          parts_->gauge("config_last_reload_success_timestamp_seconds",
                        "When a configuration was last accepted.")),
      certificate_not_after_timestamp_seconds(
          parts_->gauge("certificate_not_after_timestamp_seconds",
                        "When the public listener's certificate ends; 0 where it has none.")),
      escalation_delay_seconds(parts_->histogram("escalation_delay_seconds",
                                                 "From a rung's due to the commit of its notice.",
                                                 kEscalationDelaySeconds)),
      commit_batch_size(
          parts_->histogram("commit_batch_size", "Commands in one transaction.", kBatchSizes)),
      commit_duration_seconds(parts_->histogram(
          "commit_duration_seconds", "Duration of one batch's transaction.", kCommitSeconds)),
      db_up(parts_->gauge("db_up", "1 where the last use of the database worked.")),
      db_connections_idle(parts_->db_connections.Add({{"state", "idle"}})),
      db_connections_busy(parts_->db_connections.Add({{"state", "busy"}})),
      db_connections_connecting(parts_->db_connections.Add({{"state", "connecting"}})),
      db_reconnects(parts_->counter("db_reconnects_total", "Connections opened after a loss.")),
      snapshot_timestamp_seconds(parts_->gauge(
          "snapshot_timestamp_seconds", "When the figures computed from the database were taken.")),
      snapshot_duration_seconds(
          parts_->gauge("snapshot_duration_seconds", "How long the last such computation took.")),
      snapshot_errors(
          parts_->counter("snapshot_errors_total", "Such computations ended by an outage.")),
      office_clock_timestamp_seconds(
          parts_->gauge("office_clock_timestamp_seconds",
                        "The office's time at the last snapshot; differs from the snapshot's own "
                        "timestamp under a simulated clock.")),
      clock_steps(parts_->counter(
          "clock_steps_total",
          "Steps of the database's clock by more than two seconds, in either direction.")),
      canary_period_seconds(parts_->gauge(
          "canary_period_seconds",
          "How often an artificial overdue step is let out; 0 where the canary is off.")),
      canary_last_delivery_timestamp_seconds(
          parts_->gauge("canary_last_delivery_timestamp_seconds",
                        "When an artificial overdue step last went the whole way to a sink.")),
      last_seal_timestamp_seconds(
          parts_->gauge("last_seal_timestamp_seconds",
                        "When the record was last sealed, by the office's clock; 0 where it never "
                        "was.")),
      mark_written_timestamp_seconds(
          parts_->gauge("mark_written_timestamp_seconds",
                        "When the mark of what the database has given was last written, outside "
                        "of it.")),
      mark_write_failures(
          parts_->counter("mark_write_failures_total", "Times that it could not be written.")),
      messages_held(parts_->gauge("messages_held",
                                  "1 while nothing leaves, since the database was restored, until "
                                  "`tenggat message release`; else 0.")),
      files_collected(parts_->counter(
          "files_collected_total",
          "Files and pieces of files deleted since no permit took them in time.")) {}

Metrics::~Metrics() = default;

std::string Metrics::text() const {
  std::vector<MetricFamily> families = parts_->registry.Collect();
  const auto append = [&](const std::vector<MetricFamily>& more) {
    families.insert(families.end(), more.begin(), more.end());
  };
  append(parts_->standards_shown());
  append(parts_->snapshot);
  append(process_metrics());
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

void Metrics::publish(const Snapshot& snapshot) {
  parts_->snapshot = snapshot.families();
  parts_->in_use.clear();
  const auto submitted = snapshot.values_.find(Series::permits_submitted);
  if (submitted == snapshot.values_.end()) return;
  for (const auto& [labels, value] : submitted->second) parts_->in_use.insert(labels.at("sop"));
}

void Metrics::set_standards(const std::vector<StepStandard>& standards) {
  parts_->standards = standards;
}

void Metrics::set_sop_without_file(std::string_view sop, bool without) {
  parts_->sop_without_file.Add({{"sop", std::string(sop)}}).Set(without ? 1 : 0);
}

void Metrics::set_calendar_covered_until(std::string_view calendar, double unix_seconds) {
  parts_->calendar_covered_until.Add({{"calendar", std::string(calendar)}}).Set(unix_seconds);
}

void Metrics::know(const std::vector<MetricsOptions::Route>& routes) { parts_->know(routes); }

Metrics::Loop& Metrics::loop(std::string_view name) { return parts_->loop(name); }

Metrics::Channel& Metrics::channel(std::string_view name) { return parts_->channel(name); }

void Metrics::message_failed(std::string_view channel_name, std::string_view reason) {
  parts_->channel(channel_name);
  const auto& listed = parts_->failure_reasons;
  const bool known = std::find(listed.begin(), listed.end(), reason) != listed.end();
  parts_->messages_failed
      .Add({{"channel", std::string(channel_name)},
            {"reason", std::string(known ? reason : kOther)}})
      .Increment();
}

void Metrics::db_error(std::string_view sqlstate) {
  const std::string_view given = sqlstate.substr(0, 2);
  const bool known =
      std::find(kSqlstateClasses.begin(), kSqlstateClasses.end(), given) != kSqlstateClasses.end();
  parts_->db_errors.Add({{"class", std::string(known ? given : kOther)}}).Increment();
}

void Metrics::http_request(std::string_view route, std::string_view method, int code,
                           double seconds) {
  const auto& listed = parts_->routes;
  const bool route_known = std::find(listed.begin(), listed.end(), route) != listed.end();
  const bool method_known = std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
  const bool code_known = code >= 100 && code <= 599;
  Parts::RequestMetrics& metrics =
      parts_->request({std::string(route_known ? route : kOther),
                       std::string(method_known ? method : kOther), code_known ? code : 500});
  metrics.count.Increment();
  metrics.duration_seconds.Observe(seconds);
}

void Metrics::log_message(Level level) {
  parts_->log_lines_by_level[static_cast<std::size_t>(level)]->Increment();
}

}  // namespace tenggat
