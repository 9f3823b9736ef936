#include "daemon/office/sop_change.h"

#include "daemon/store/permits.h"

namespace tenggat::office {

pg::Awaitable<std::vector<PermitMove>> change_sop(pg::Connection& connection, Rulebook& rulebook,
                                                  SopChange change) {
  const Sop& sop = *rulebook.sop_in_force(change.sop);
  const Calendar calendar = rulebook.calendar(sop.calendar);
  store::SopBacklog backlog;
  backlog.sop = sop.id;
  backlog.sop_version = sop.version;
  backlog.permits = change.permits;

  RuleChange all{.was = calendar, .becomes = calendar};
  all.sop = &sop;
  all.find = [backlog](pg::Pipeline& pipeline, std::int64_t after) mutable {
    backlog.after = after;
    return store::add_find_sop_backlog(pipeline, backlog);
  };
  all.decide = [because = change.because](const Permit& permit, const Context& becomes) {
    return migrate_permit(permit, becomes, because);
  };
  all.write = change.write;
  std::vector<PermitMove> moves =
      co_await change_open_permits(connection, rulebook, std::move(all));
  co_return moves;
}

}  // namespace tenggat::office
