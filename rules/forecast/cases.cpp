#include "rules/forecast/cases.h"

#include <algorithm>

namespace tenggat::forecast {

namespace {

using Stop = Case::Stop;

// Those that moved the due, cut to the case's life, in order and apart. One that began at the due
// or after it moved nothing.
std::vector<Stop> stops_of(const Case& one, Instant end) {
  std::vector<Stop> all;
  for (const Stop& stop : one.stops) {
    const Stop cut{std::max(stop.from, one.opened), std::min(stop.to.value_or(end), end)};
    if (*cut.to > cut.from && !(one.due && cut.from >= *one.due)) all.push_back(cut);
  }
  std::sort(all.begin(), all.end(), [](const Stop& a, const Stop& b) { return a.from < b.from; });
  std::vector<Stop> apart;
  for (const Stop& stop : all)
    if (!apart.empty() && stop.from <= *apart.back().to)
      apart.back().to = std::max(*apart.back().to, *stop.to);
    else
      apart.push_back(stop);
  return apart;
}

}  // namespace

Seconds Axis::worth(Instant from, const Budget& budget) const {
  return std::max(Seconds{1}, between(from, calendar_->deadline(from, budget).due));
}

File file_of(const Case& one, const Axis& axis, const Budget& standard, Instant now) {
  const Instant end = one.ended.value_or(now);
  const std::vector<Stop> stops = stops_of(one, end);
  auto placed = [&](Instant t) {
    Seconds stood{0};
    for (const Stop& stop : stops)
      if (*stop.to > t) stood += axis.between(std::max(stop.from, t), *stop.to);
    return axis.at(t) + stood;
  };
  File file;
  file.opened = placed(one.opened);
  file.due = one.due ? axis.at(*one.due) : file.opened + axis.worth(one.opened, standard);
  file.due = std::max(file.due, file.opened + Seconds{1});
  if (one.ended) {
    // The verdict decides: it may be by the moment of a late entry that a superior has confirmed.
    const Seconds at = std::max(axis.at(*one.ended), file.opened);
    file.ended = one.missed ? std::max(at, file.due + Seconds{1}) : std::min(at, file.due);
  }
  for (const Case::Opening& opening : one.openings)
    file.events.push_back({placed(opening.at), opening.step, opening.person});
  return file;
}

}  // namespace tenggat::forecast
