#include "daemon/office/derivation.h"

namespace tenggat::office {

pg::Awaitable<void> RulesOfRecord::prepare(
    pg::Connection& connection, const std::map<std::int64_t, store::StoredPermit>& permits) {
  std::vector<std::string> versions = rulebook_.unknown_versions(permits);
  co_await rulebook_.ensure_versions(connection, std::move(versions));
}

std::optional<Projection> RulesOfRecord::of(const store::StoredPermit& stored) const {
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  if (!rulebook_.find_calendar(sop.calendar) ||
      rulebook_.calendar_version(sop.calendar) != stored.calendar_version)
    return std::nullopt;
  return project(stored.permit, sop, rulebook_.calendar(sop.calendar));
}

}  // namespace tenggat::office
