#include "daemon/store/errors.h"

#include <algorithm>

namespace tenggat::store {
namespace {

constexpr struct {
  std::string_view constraint;
  Conflict conflict;
} kConflicts[] = {
    {"idempotency_pkey", Conflict::same_key},
    {"permit_pkey", Conflict::lost_race},
    {"applicant_pkey", Conflict::lost_race},
    {"permit_tracking_hash_key", Conflict::lost_race},
    {"permit_external", Conflict::external_id_taken},
    {"permit_number_key", Conflict::number_taken},
    {"officer_email_shared", Conflict::shared_email},
    {"officer_whatsapp_shared", Conflict::shared_whatsapp},
    {"officer_leave_overlap", Conflict::leave_overlaps},
    {"delegation_overlap", Conflict::delegation_overlaps},
};

}  // namespace

Conflict conflict_of(const pg::Error& error) {
  const auto found = std::ranges::find(kConflicts, error.constraint(),
                                       [](const auto& one) { return one.constraint; });
  if (found != std::end(kConflicts)) return found->conflict;
  return error.sqlstate() == "23505" ? Conflict::broken : Conflict::none;
}

Failure failure_of(const pg::Error& error) {
  return {error.is_outage() || error.outcome_unknown() || error.sqlstate_class() == "40" ||
              error.is_stale_plan(),
          conflict_of(error)};
}

}  // namespace tenggat::store
