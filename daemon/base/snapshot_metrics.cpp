// What is computed from the database: the catalogue of its families, and a Snapshot of them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "daemon/base/exposition.h"
#include "daemon/base/metrics.h"

namespace tenggat {
namespace {

using prometheus::ClientMetric;
using prometheus::Labels;
using prometheus::MetricFamily;

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
    SnapshotMetric{Series::legal_limits_passed,
                   "legal_limit_passed_total",
                   MetricType::counter,
                   "Files that passed the limit of law after which they count as granted.",
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
    SnapshotMetric{Series::late_entries,
                   "late_entries_total",
                   MetricType::counter,
                   "Actions recorded after they were done, by whether only that makes a verdict "
                   "met (met) or not (none).",
                   {"sop", "step", "turned"}},
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
    SnapshotMetric{Series::forecast_missed_expected,
                   "forecast_missed_expected",
                   MetricType::gauge,
                   "Open permits not late yet that are expected to miss their due: the sum of "
                   "their chances.",
                   {"sop"}},
    SnapshotMetric{Series::forecast_at_risk,
                   "forecast_at_risk",
                   MetricType::gauge,
                   "Open permits not late yet that are likelier to miss their due than not.",
                   {"sop"}},
    SnapshotMetric{Series::forecast_outcomes,
                   "forecast_outcomes",
                   MetricType::gauge,
                   "Known outcomes that the forecast learns from; with fewer than 30 it says "
                   "nothing.",
                   {"sop"}},
    SnapshotMetric{Series::forecast_timestamp,
                   "forecast_timestamp_seconds",
                   MetricType::gauge,
                   "When the service was last forecast, by the office's clock.",
                   {"sop"}},
    SnapshotMetric{Series::forecast_brier_score,
                   "forecast_brier_score",
                   MetricType::gauge,
                   "Mean squared error of what was said of permits whose due fell within 90 days; "
                   "smaller is better.",
                   {"sop"}},
    SnapshotMetric{Series::forecast_base_brier_score,
                   "forecast_base_brier_score",
                   MetricType::gauge,
                   "The same of the share of late ones of 90 days, which the forecast has to beat.",
                   {"sop"}},
    SnapshotMetric{Series::forecast_bias,
                   "forecast_bias_ratio",
                   MetricType::gauge,
                   "What was said less what came, on the average of 90 days; above zero: too dark.",
                   {"sop"}},
};
static_assert([] {
  for (std::size_t i = 0; i < kSnapshotCatalogue.size(); ++i)
    if (kSnapshotCatalogue[i].series != static_cast<Series>(i)) return false;
  return kSnapshotCatalogue.back().series == Series::forecast_bias;
}());

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

}  // namespace

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

}  // namespace tenggat
