#include "daemon/office/officer_changes.h"

#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/store/officer_changes.h"

namespace tenggat::office {
namespace asio = boost::asio;

OfficerChanges::OfficerChanges(asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics)
    : Loop("officer_changes", std::move(executor), metrics), pool_(pool) {}

asio::awaitable<std::chrono::milliseconds> OfficerChanges::cycle() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  const store::Moment moment = co_await lease->query(store::kMoment);
  const store::TakenEffect taken = co_await store::take_effect(*lease);
  if (taken.done > 0 || taken.stopped > 0)
    log_event(Level::info, "officer_changes",
              {{"in_effect", taken.done}, {"address_taken_meanwhile", taken.stopped}});
  co_return sleep_for(taken.next, moment);
}

store::InPerson roles_in_person(const Rulebook& rulebook) {
  std::vector<std::string> roles;
  for (const Sop* sop : rulebook.sops_in_force())
    for (const Step& step : sop->steps) {
      const bool signs =
          step.in_person || std::ranges::any_of(step.actions, &ActionRule::in_person);
      if (signs && !step.role.empty() && std::ranges::find(roles, step.role) == roles.end())
        roles.push_back(step.role);
    }
  return store::InPerson(std::move(roles));
}

}  // namespace tenggat::office
