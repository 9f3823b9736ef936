#include "daemon/store/count_codec.h"

#include <fmt/format.h>

#include <stdexcept>
#include <tuple>

#include "daemon/store/json_fields.h"

namespace tenggat::store {
namespace {

// --- Counters, each with what of it stands as the step and as the label --------------------------

struct None {};

template <class S, class L>
struct Stored {
  const char* name;
  S step;
  L label;
};
template <class S = None, class L = None>
constexpr Stored<S, L> stored(const char* name, S step = {}, L label = {}) {
  return {name, step, label};
}

template <class What>
constexpr int kStored = 0;  // a counter without a row below does not compile

template <>
constexpr auto kStored<PermitSubmitted> = stored("permits_submitted_total");
template <>
constexpr auto kStored<PermitClosed> = stored("permits_closed_total", None{}, &PermitClosed::state);
template <>
constexpr auto kStored<CaseMet> = stored("permit_sla_met_total");
template <>
constexpr auto kStored<CaseMissed> = stored("permit_sla_missed_total");
template <>
constexpr auto kStored<LegalLimitsPassed> = stored("legal_limit_passed_total");
template <>
constexpr auto kStored<StepCompleted> = stored("step_completions_total", &StepCompleted::step);
template <>
constexpr auto kStored<StepMissed> = stored("step_sla_missed_total", &StepMissed::step);
template <>
constexpr auto kStored<StepReturned> = stored("step_returns_total", &StepReturned::step);
template <>
constexpr auto kStored<WorkingTime> = stored(kWorkingTimeName, &WorkingTime::step,
                                             &WorkingTime::up_to);
template <>
constexpr auto kStored<WorkingSeconds> = stored("step_working_seconds_sum", &WorkingSeconds::step);
template <>
constexpr auto kStored<SuperiorTold> = stored("escalations_total", &SuperiorTold::step,
                                              &SuperiorTold::rung);
template <>
constexpr auto kStored<NoticeRedirected> = stored("notices_redirected_total",
                                                  &NoticeRedirected::step, &NoticeRedirected::why);

template <>
constexpr auto kStored<EnteredLate> = stored("late_entries_total", &EnteredLate::step,
                                             &EnteredLate::turned);

// --- Values --------------------------------------------------------------------------------------

constexpr std::string_view kAboveAll = "+Inf";

std::string written(const auto&, None) { return ""; }
std::string written(const WorkingTime& what, std::optional<Seconds> WorkingTime::*at) {
  return what.*at ? std::to_string((what.*at)->count()) : std::string(kAboveAll);
}
std::string written(const EnteredLate& what, Turned EnteredLate::*at) {
  return std::string(to_string(what.*at));
}
template <class T, class M>
std::string written(const T& what, M T::*at) {
  return text_of(what.*at, {});
}

bool read(std::string_view, auto&, None) { return true; }
bool read(std::string_view text, WorkingTime& what, std::optional<Seconds> WorkingTime::*at) {
  if (text == kAboveAll) return true;
  const auto seconds = parse(text, std::int64_t{});
  if (seconds) what.*at = Seconds{*seconds};
  return seconds.has_value();
}
bool read(std::string_view text, EnteredLate& what, Turned EnteredLate::*at) {
  const auto turned = parse_turned(text);
  if (turned) what.*at = *turned;
  return turned.has_value();
}
template <class T, class M>
bool read(std::string_view text, T& what, M T::*at) {
  auto value = parse(text, what.*at);
  if (value) what.*at = *std::move(value);
  return value.has_value();
}

template <class... What>
std::optional<Counted> find(std::string_view name, std::string_view step, std::string_view label,
                            const std::variant<What...>*) {
  std::optional<Counted> found;
  const auto is = [&]<class T>(T what) {
    if (name == kStored<T>.name && read(step, what, kStored<T>.step) &&
        read(label, what, kStored<T>.label))
      found = std::move(what);
  };
  (is(What{}), ...);
  return found;
}

}  // namespace

boost::json::array as_stored(const CountDelta& delta) {
  return std::visit(
      [&]<class T>(const T& what) {
        return boost::json::array{kStored<T>.name, written(what, kStored<T>.step),
                                  written(what, kStored<T>.label), delta.amount};
      },
      delta.what);
}

Counted counted_of(std::string_view name, std::string_view step, std::string_view label) {
  auto found = find(name, step, label, static_cast<const Counted*>(nullptr));
  if (!found)
    throw std::logic_error(fmt::format("the database counts '{}' '{}' '{}'", name, step, label));
  return *std::move(found);
}

}  // namespace tenggat::store
