#include "rules/forecast/history.h"

#include <algorithm>

namespace tenggat::forecast {

std::vector<Stay> stays(const File& file, const Steps& steps, Seconds known, Seconds unit) {
  std::vector<Stay> out{{steps.count(), file.opened}};
  auto batch = [&](const Event& event) { return std::max(event.at, file.opened) / unit; };
  const Seconds until = file.ended ? std::min(known, *file.ended) : known;
  for (const Event& event : file.events) {
    if (event.at > until) break;
    const Stay stay{event.step, std::max(event.at, file.opened)};
    if (out.size() > 1 && out.back().from / unit == batch(event))
      out.back() = stay;
    else
      out.push_back(stay);
  }
  return out;
}

}  // namespace tenggat::forecast
