#include "daemon/base/metrics.h"

#include <fmt/format.h>
#include <prometheus/family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <utility>

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

constexpr std::array kSnapshotCatalogue = {
    SnapshotMetric{Series::permits_open,
                   "permits_open",
                   MetricType::gauge,
                   "Permits that have not ended, by state (active, returned).",
                   {"sop", "state"}},
    SnapshotMetric{Series::permits_submitted,
                   "permits_submitted_total",
                   MetricType::counter,
                   "Permits submitted, counted once their undo window is over.",
                   {"sop"}},
    SnapshotMetric{Series::permits_closed,
                   "permits_closed_total",
                   MetricType::counter,
                   "Permits that ended, by outcome (issued, rejected, withdrawn, lapsed).",
                   {"sop", "outcome"}},
    SnapshotMetric{Series::permit_sla_met,
                   "permit_sla_met_total",
                   MetricType::counter,
                   "Case clocks that ended in time.",
                   {"sop"}},
    SnapshotMetric{Series::permit_sla_missed,
                   "permit_sla_missed_total",
                   MetricType::counter,
                   "Case clocks that passed their due, counted at due and one second.",
                   {"sop"}},
    SnapshotMetric{Series::permits_overdue,
                   "permits_overdue",
                   MetricType::gauge,
                   "Open permits whose case clock is past its due.",
                   {"sop"}},
    SnapshotMetric{Series::permits_legal_risk,
                   "permits_legal_risk",
                   MetricType::gauge,
                   "Open permits with under one working day left of the legal limit, or past it.",
                   {"sop"}},
    SnapshotMetric{Series::steps_open,
                   "steps_open",
                   MetricType::gauge,
                   "Open visits, by SLA status (on_track, due_soon, overdue, paused).",
                   {"sop", "step", "sla"}},
    SnapshotMetric{Series::steps_oldest_open,
                   "steps_oldest_open_timestamp_seconds",
                   MetricType::gauge,
                   "When the oldest open visit of the step was opened; 0 where none is open.",
                   {"sop", "step"}},
    SnapshotMetric{Series::steps_next_due,
                   "steps_next_due_timestamp_seconds",
                   MetricType::gauge,
                   "The earliest due of the step's open visits; 0 where none has one.",
                   {"sop", "step"}},
    SnapshotMetric{Series::steps_unclaimed,
                   "steps_unclaimed",
                   MetricType::gauge,
                   "Open visits that nobody has claimed.",
                   {"sop", "step"}},
    SnapshotMetric{Series::step_completions,
                   "step_completions_total",
                   MetricType::counter,
                   "Visits closed, counted once their undo window is over.",
                   {"sop", "step"}},
    SnapshotMetric{Series::step_sla_missed,
                   "step_sla_missed_total",
                   MetricType::counter,
                   "Visits that passed their due, counted at due and one second.",
                   {"sop", "step"}},
    SnapshotMetric{Series::step_working_time,
                   "step_working_seconds",
                   MetricType::histogram,
                   "Working time from a visit's opening to its closing, net of pauses; each step's "
                   "standard is a bucket bound.",
                   {"sop", "step"}},
    SnapshotMetric{Series::step_returns,
                   "step_returns_total",
                   MetricType::counter,
                   "Visits that ended by sending the file back, by the step that sent it.",
                   {"sop", "step"}},
    SnapshotMetric{Series::escalations,
                   "escalations_total",
                   MetricType::counter,
                   "Rungs raised, by rung of the ladder.",
                   {"sop", "rung"}},
    SnapshotMetric{Series::notices_redirected,
                   "notices_redirected_total",
                   MetricType::counter,
                   "Notices that went past a role where nobody could be told, by why.",
                   {"sop", "reason"}},
    SnapshotMetric{
        Series::roles_unreachable,
        "roles_unreachable",
        MetricType::gauge,
        "1 where a role with steps, or above one without anybody, has nobody on duty with "
        "a channel today, else 0.",
        {"sop", "role"}},
    SnapshotMetric{Series::escalations_unacknowledged,
                   "escalations_unacknowledged",
                   MetricType::gauge,
                   "Escalations to superiors that nobody has acknowledged on open visits.",
                   {}},
    SnapshotMetric{Series::notices_pending,
                   "notices_pending",
                   MetricType::gauge,
                   "Notices that may be sent now and are in no message yet.",
                   {"audience"}},
    SnapshotMetric{Series::notices_oldest_pending,
                   "notices_oldest_pending_timestamp_seconds",
                   MetricType::gauge,
                   "Since when the oldest pending notice may be sent; 0 where none is pending.",
                   {"audience"}},
    SnapshotMetric{Series::notices_set_aside,
                   "notices_set_aside",
                   MetricType::gauge,
                   "Notices that cannot be made into a message; looked at again now and then.",
                   {}},
    SnapshotMetric{Series::permits_set_aside,
                   "permits_set_aside",
                   MetricType::gauge,
                   "Permits whose deadlines cannot be watched; looked at again now and then.",
                   {}},
    SnapshotMetric{
        Series::messages_undelivered,
        "messages_undelivered",
        MetricType::gauge,
        "Messages of the last day that were accepted and not delivered: refused later, or no "
        "receipt in time.",
        {"channel"}},
    SnapshotMetric{Series::channel_down,
                   "channel_down",
                   MetricType::gauge,
                   "1 while the channel takes nothing and its messages go over others, or wait.",
                   {"channel"}},
    SnapshotMetric{Series::texts_stopped,
                   "texts_stopped",
                   MetricType::gauge,
                   "Texts whose template the channel's provider refuses; they go over other "
                   "channels, or wait.",
                   {"channel"}},
    SnapshotMetric{Series::messages_dead,
                   "messages_dead",
                   MetricType::gauge,
                   "Messages given up: dead letters that an operator has to settle.",
                   {"channel"}},
    SnapshotMetric{Series::calendar_provisional_permits,
                   "calendar_provisional_permits",
                   MetricType::gauge,
                   "Open permits whose due lies outside the years the calendar covers.",
                   {"calendar"}},
};
static_assert([] {
  for (std::size_t i = 0; i < kSnapshotCatalogue.size(); ++i)
    if (kSnapshotCatalogue[i].series != static_cast<Series>(i)) return false;
  return kSnapshotCatalogue.back().series == Series::calendar_provisional_permits;
}());

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

std::string prefixed(std::string_view name) { return "tenggat_" + std::string(name); }

prometheus::MetricType type_of(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return prometheus::MetricType::Counter;
    case MetricType::gauge:
      return prometheus::MetricType::Gauge;
    case MetricType::histogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

const SnapshotMetric& catalogued(Series series) {
  return kSnapshotCatalogue.at(static_cast<std::size_t>(series));
}

[[noreturn]] void refuse(const SnapshotMetric& metric, std::string_view what) {
  throw std::logic_error(fmt::format("snapshot: {} {}", metric.name, what));
}

Labels labelled(const SnapshotMetric& metric, const std::vector<std::string>& values) {
  Labels labels;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == metric.labels.size() || metric.labels[i].empty())
      refuse(metric, "has a label too many");
    labels.emplace(metric.labels[i], values[i]);
  }
  if (values.size() < metric.labels.size() && !metric.labels[values.size()].empty())
    refuse(metric, fmt::format("lacks the label {}", metric.labels[values.size()]));
  return labels;
}

void check(const SnapshotMetric& metric, const HistogramSample& sample) {
  const std::vector<std::uint64_t>& counts = sample.cumulative_counts;
  if (sample.upper_bounds.size() != counts.size()) refuse(metric, "has counts without bounds");
  if (!std::ranges::is_sorted(sample.upper_bounds) || !std::ranges::is_sorted(counts) ||
      (!counts.empty() && counts.back() > sample.count))
    refuse(metric, "has bounds or counts that do not ascend");
}

ClientMetric::Histogram to_histogram(const HistogramSample& from) {
  ClientMetric::Histogram to;
  to.sample_count = from.count;
  to.sample_sum = from.sum;
  for (std::size_t i = 0; i < from.upper_bounds.size(); ++i) {
    to.bucket.push_back({from.cumulative_counts[i], from.upper_bounds[i]});
  }
  return to;
}

ClientMetric labelled(const Labels& labels) {
  ClientMetric one;
  for (const auto& [name, value] : labels) one.label.push_back({name, value});
  return one;
}

MetricFamily family_of(const SnapshotMetric& metric) {
  return {prefixed(metric.name), std::string(metric.help), type_of(metric.type), {}};
}

// The process_* set, as every exporter names it: without our prefix

void add_process_metric(std::vector<MetricFamily>& families, const char* name, const char* help,
                        MetricType type, double value) {
  ClientMetric one;
  (type == MetricType::counter ? one.counter.value : one.gauge.value) = value;
  families.push_back({name, help, type_of(type), {one}});
}

// /proc/self/stat from its third field on: the second is the command and may hold spaces.
std::vector<std::string> own_stat_fields() {
  std::ifstream in("/proc/self/stat");
  std::string line;
  std::getline(in, line);
  const std::size_t end_of_command = line.rfind(')');
  std::istringstream rest(end_of_command == std::string::npos ? ""
                                                              : line.substr(end_of_command + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double boot_unix_seconds() {
  std::ifstream in("/proc/stat");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return 0;
}

std::vector<MetricFamily> process_metrics() {
  std::vector<MetricFamily> families;
  add_process_metric(families, "tenggat_log_lines_lost_total",
                     "Lines of the log that were lost, since nobody read it.", MetricType::counter,
                     static_cast<double>(log_lines_lost()));
  const std::vector<std::string> stat = own_stat_fields();
  constexpr std::size_t kUserTicks = 11, kSystemTicks = 12, kStartTicks = 19;  // proc(5), less 3
  constexpr std::size_t kVirtualBytes = 20, kResidentPages = 21;
  if (stat.size() > kResidentPages) {
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    add_process_metric(families, "process_cpu_seconds_total",
                       "Total user and system CPU time spent in seconds.", MetricType::counter,
                       (std::stod(stat[kUserTicks]) + std::stod(stat[kSystemTicks])) / ticks);
    add_process_metric(
        families, "process_resident_memory_bytes", "Resident memory size in bytes.",
        MetricType::gauge,
        std::stod(stat[kResidentPages]) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    add_process_metric(families, "process_virtual_memory_bytes", "Virtual memory size in bytes.",
                       MetricType::gauge, std::stod(stat[kVirtualBytes]));
    add_process_metric(families, "process_start_time_seconds",
                       "Start time of the process since unix epoch in seconds.", MetricType::gauge,
                       boot_unix_seconds() + std::stod(stat[kStartTicks]) / ticks);
  }
  std::error_code error;
  std::filesystem::directory_iterator descriptors("/proc/self/fd", error);
  if (!error) {
    const auto open = std::distance(descriptors, std::filesystem::directory_iterator{}) - 1;
    add_process_metric(families, "process_open_fds", "Number of open file descriptors.",
                       MetricType::gauge, static_cast<double>(open));
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    add_process_metric(families, "process_max_fds", "Maximum number of open file descriptors.",
                       MetricType::gauge, static_cast<double>(limit.rlim_cur));
  }
  return families;
}

}  // namespace

std::vector<std::string> default_failure_reasons() {
  std::vector<std::string> reasons = {"undelivered", "channel_down"};
  for (const std::string_view reason : notify::reason::all) {
    if (reason != notify::reason::accepted) reasons.emplace_back(reason);
  }
  return reasons;
}

std::span<const SnapshotMetric> snapshot_catalogue() { return kSnapshotCatalogue; }

double& Snapshot::at(Series series, const std::vector<std::string>& labels) {
  const SnapshotMetric& metric = catalogued(series);
  if (metric.type == MetricType::histogram) refuse(metric, "is a histogram");
  return values_[series][labelled(metric, labels)];
}

void Snapshot::histogram(Series series, const std::vector<std::string>& labels,
                         HistogramSample sample) {
  const SnapshotMetric& metric = catalogued(series);
  if (metric.type != MetricType::histogram) refuse(metric, "is no histogram");
  check(metric, sample);
  histograms_[series].emplace_back(labelled(metric, labels), std::move(sample));
}

std::vector<MetricFamily> Snapshot::families() const {
  std::vector<MetricFamily> families;
  for (const auto& [series, samples] : values_) {
    MetricFamily& family = families.emplace_back(family_of(catalogued(series)));
    const bool counts = family.type == prometheus::MetricType::Counter;
    for (const auto& [labels, value] : samples) {
      ClientMetric& one = family.metric.emplace_back(labelled(labels));
      (counts ? one.counter.value : one.gauge.value) = value;
    }
  }
  std::ranges::sort(families, {}, &MetricFamily::name);
  for (const auto& [series, samples] : histograms_) {
    MetricFamily& family = families.emplace_back(family_of(catalogued(series)));
    for (const auto& [labels, sample] : samples)
      family.metric.emplace_back(labelled(labels)).histogram = to_histogram(sample);
  }
  return families;
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
  std::vector<MetricFamily> standards;
  std::vector<MetricFamily> snapshot;
};

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
      files_collected(parts_->counter(
          "files_collected_total",
          "Files and pieces of files deleted since no permit took them in time.")) {}

Metrics::~Metrics() = default;

std::string Metrics::text() const {
  std::vector<MetricFamily> families = parts_->registry.Collect();
  const auto append = [&](const std::vector<MetricFamily>& more) {
    families.insert(families.end(), more.begin(), more.end());
  };
  append(parts_->standards);
  append(parts_->snapshot);
  append(process_metrics());
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

void Metrics::publish(const Snapshot& snapshot) { parts_->snapshot = snapshot.families(); }

void Metrics::set_standards(const std::vector<StepStandard>& standards) {
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
    ClientMetric metric;
    metric.label = {{"sop", one.sop}, {"step", one.step}};
    metric.gauge.value = one.standard_seconds;
    standard.metric.push_back(metric);
    metric.gauge.value = one.objective_ratio;
    objective.metric.push_back(metric);
  }
  parts_->standards.clear();
  if (!standards.empty()) parts_->standards = {std::move(standard), std::move(objective)};
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
