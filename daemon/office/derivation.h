// The rules that are in the database, for who checks the record against them.
#pragma once
#include "daemon/office/rulebook.h"
#include "daemon/store/audit.h"

namespace tenggat::office {

class RulesOfRecord final : public store::Derivation {
 public:
  explicit RulesOfRecord(Rulebook& rulebook) : rulebook_(rulebook) {}
  pg::Awaitable<void> prepare(pg::Connection& connection,
                              const std::map<std::int64_t, store::StoredPermit>& permits) override;
  std::optional<Projection> of(const store::StoredPermit& stored) const override;

 private:
  Rulebook& rulebook_;
};

}  // namespace tenggat::office
