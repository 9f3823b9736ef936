#include "daemon/store/canary.h"

#include <string>
#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

const std::string kItsMessages =
    std::string("(SELECT id FROM message WHERE recipient = '") + kCanaryRecipient + "')";

const std::string kDelivered =
    std::string(
        "greatest(c.delivered_at, (SELECT max(accepted_at) FROM message WHERE recipient"
        " = '") +
    kCanaryRecipient + "'))";
constexpr const char* kDue =
    "(c.let_out_at IS NULL OR c.let_out_at <= clock_timestamp() - make_interval(secs => $1::int))";

}  // namespace

pg::Slot<CanaryState> add_canary_state(pg::Pipeline& pipeline, std::chrono::seconds every) {
  static const pg::Query<CanaryState> sql{
      "SELECT " + kDelivered + ", " + kDue + " FROM canary c", [](const pg::Result& r) {
        return CanaryState{r.optional_instant(0, 0), r.boolean(0, 1)};
      }};
  return pipeline.add(sql, every.count());
}

void add_clear_canaries(pg::Pipeline& pipeline) {
  // In the order in which the composer and the watch come by their locks.
  pipeline.add("SELECT FROM notice WHERE permit < 0 FOR UPDATE");
  for (const char* part : {"message_notice", "message_task", "attempt"})
    pipeline.add(std::string("DELETE FROM ") + part + " WHERE message IN " + kItsMessages);
  pipeline.add(std::string("DELETE FROM message WHERE recipient = '") + kCanaryRecipient + "'");
  pipeline.add("DELETE FROM notice WHERE permit < 0");
  pipeline.add("DELETE FROM permit_set_aside WHERE permit < 0");
  pipeline.add("DELETE FROM permit WHERE id < 0");
  for (const char* part : {"visit", "pause", "document", "raised_rung", "note"})
    pipeline.add(std::string("DELETE FROM ") + part + " WHERE permit < 0");
  pipeline.add("SELECT forget_canarys_events()");  // by the owner's right
  pipeline.add("DELETE FROM applicant WHERE id < 0");
}

pg::Awaitable<bool> take_canarys_turn(pg::Connection& connection, std::chrono::seconds every,
                                      std::vector<RuleSet> rules) {
  static const auto sql =
      any("UPDATE canary c SET let_out_at = clock_timestamp(), delivered_at = " + kDelivered +
          " WHERE " + kDue + " RETURNING 1");
  pg::Transaction transaction(connection);
  pg::Pipeline turn;
  const pg::Slot<bool> ours = turn.add(sql, every.count());
  const pg::Results taken = co_await transaction.run(std::move(turn));
  if (!taken[ours]) {
    co_await transaction.rollback();
    co_return false;
  }
  pg::Pipeline writes;
  add_clear_canaries(writes);
  for (const RuleSet& one : rules) add_store(writes, one);
  co_await transaction.commit(std::move(writes));
  co_return true;
}

}  // namespace tenggat::store
