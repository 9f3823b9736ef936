#include "daemon/store/clock_steps.h"
#include "daemon/store/announce.h"
#include "daemon/store/columns.h"
#include "daemon/store/commands.h"
#include "daemon/store/event_codec.h"

namespace tenggat::store {
namespace {

using std::chrono::milliseconds;

// Of every statement: $1 how far the clock was set back, in milliseconds.
#define BACK " ($1::bigint * interval '1 ms') "

// What lies ahead by no more than a lease may have been given since.
constexpr const char* kOfTheMachine[] = {
    "UPDATE message SET"
    " next_attempt_at = CASE WHEN next_attempt_at > clock_timestamp()"
    "   THEN greatest(clock_timestamp(), next_attempt_at -" BACK
    ") ELSE next_attempt_at END,"
    " lease_until = CASE WHEN lease_until > clock_timestamp() + interval '61 s'"
    "   THEN lease_until -" BACK
    "ELSE lease_until END,"
    " receipt_due_at = CASE WHEN created_at > clock_timestamp() + interval '1 s'"
    "   THEN receipt_due_at -" BACK
    "ELSE receipt_due_at END"
    " WHERE state IN ('queued', 'accepted') AND (next_attempt_at > clock_timestamp()"
    "   OR lease_until > clock_timestamp() OR receipt_due_at > clock_timestamp())",
    "UPDATE portal_event SET"
    " next_attempt_at = greatest(clock_timestamp(), next_attempt_at -" BACK
    "),"
    " lease_until = CASE WHEN lease_until > clock_timestamp() + interval '61 s'"
    "   THEN lease_until -" BACK
    "ELSE lease_until END"
    " WHERE state = 'pending' AND (next_attempt_at > clock_timestamp()"
    "   OR lease_until > clock_timestamp())",
    "UPDATE send_pace SET free_at = greatest(clock_timestamp(), free_at -" BACK
    ")"
    " WHERE free_at > clock_timestamp()",
    "UPDATE canary SET let_out_at = let_out_at -" BACK
    "WHERE let_out_at > clock_timestamp() + interval '1 s'",
    "UPDATE canary SET delivered_at = delivered_at -" BACK
    "WHERE delivered_at > clock_timestamp() + interval '1 s'",
    "UPDATE sign_in_link SET created_at = created_at -" BACK ", expires_at = expires_at -" BACK
    "WHERE created_at > clock_timestamp() + interval '1 s'",
    "UPDATE session SET created_at = created_at -" BACK ", expires_at = expires_at -" BACK
    "WHERE expires_at > clock_timestamp() + interval '12 h 1 s'",
    "UPDATE token SET created_at = created_at -" BACK ", expires_at = expires_at -" BACK
    "WHERE created_at > clock_timestamp() + interval '1 s'"};

// The composer looks again at what is due and knows by itself what must wait; so do the portal and
// the counts by what they are bounded by here. $2 the undo window.
constexpr const char* kOfTheOffice[] = {
    "UPDATE notice SET raised_at = CASE WHEN raised_at > office_now() + interval '1 s'"
    "   THEN raised_at -" BACK
    "ELSE raised_at END,"
    " hold_until = CASE WHEN raised_at > office_now() + interval '1 s'"
    "   THEN hold_until -" BACK
    "ELSE hold_until END,"
    " send_at = CASE WHEN send_at > office_now()"
    "   THEN greatest(office_now(), send_at -" BACK
    ") ELSE send_at END"
    " WHERE state = 'pending' AND $2::bigint >= 0",
    // The list of a day that has not come is another's.
    "UPDATE notice n SET raised_at = raised_at -" BACK
    ", occurrence = (SELECT max(o.occurrence) + 1 FROM notice o WHERE o.permit = n.permit"
    "   AND o.visit = n.visit AND o.kind = n.kind AND o.k = n.k AND o.addressee = n.addressee)"
    " WHERE permit = 0 AND raised_at > office_now() + interval '1 s' AND $2::bigint >= 0",
    "UPDATE message SET rendered_at = rendered_at -" BACK
    "WHERE rendered_at > office_now() + interval '1 s' AND $2::bigint >= 0",
    "UPDATE change SET counts_at = greatest(office_now(), counts_at -" BACK
    ")"
    " WHERE place IS NULL AND counts_at > office_now() + make_interval(secs => $2::bigint + 1)",
    "UPDATE count_delta SET counted_from = greatest(office_now(), counted_from -" BACK
    ")"
    " WHERE counted_from > office_now() + make_interval(secs => $2::bigint + 1)",
    "UPDATE visit v SET check_at = greatest(office_now(), check_at -" BACK
    ")"
    " FROM permit_set_aside s WHERE v.permit = s.permit AND check_at > office_now()"
    " AND $2::bigint >= 0"};

void add_plan_again(pg::Pipeline& pipeline, const ClockStep& step, bool simulated) {
  const std::int64_t back = -step.by.count();
  for (const char* sql : kOfTheMachine) pipeline.add(sql, back);
  if (simulated) return;
  for (const char* sql : kOfTheOffice) pipeline.add(sql, back, step.undo_window.count());
}

}  // namespace

pg::Awaitable<ClockSample> sample_clock(pg::Connection& connection) {
  static constexpr auto kSample = columns(
      given("(extract(epoch FROM clock_timestamp()) * 1000)::bigint", &ClockSample::machine),
      given("(SELECT coalesce(sum(by_ms), 0)::bigint FROM clock_step)", &ClockSample::known));
  static const auto sql = only<kSample>("SELECT {}");
  return connection.query(sql);
}

pg::Awaitable<std::optional<milliseconds>> behind_the_record(pg::Connection& connection) {
  // An event bears the office's time; and never one before that of the event before it, so that
  // those of a permit go on at the former time after a step, which is on record then.
  static const auto sql = maybe_value<milliseconds>(
      "WITH latest AS (SELECT greatest("
      "   (SELECT created_at FROM message ORDER BY id DESC LIMIT 1),"
      "   (SELECT at FROM event WHERE type IN (" +
      followed_types() +
      ")     AND NOT EXISTS (SELECT FROM simulated_clock) ORDER BY at DESC LIMIT 1)) AS at),"
      " known AS (SELECT max(noticed_at - by_ms * interval '1 ms') AS at FROM clock_step"
      "   WHERE by_ms < 0)"
      " SELECT (extract(epoch FROM l.at - clock_timestamp()) * 1000)::bigint FROM latest l, known k"
      " WHERE l.at > clock_timestamp() + interval '2 s'"
      " AND (k.at IS NULL OR l.at > k.at + interval '2 s')");
  return connection.query(sql);
}

pg::Awaitable<bool> record_step(pg::Connection& connection, ClockStep step) {
  pg::Transaction transaction(connection);
  pg::Pipeline recording;
  recording.add("LOCK TABLE clock_step IN SHARE ROW EXCLUSIVE MODE");
  const pg::Slot<bool> recorded = recording.add(
      any("INSERT INTO clock_step (by_ms) SELECT $1::bigint"
          " WHERE (SELECT coalesce(sum(by_ms), 0) FROM clock_step) = $2::bigint RETURNING 1"),
      step.by.count(), step.known.count());
  const pg::Slot<bool> moved = recording.add(
      any("UPDATE simulated_clock SET anchor_at = anchor_at + $1::bigint * interval '1 ms'"
          " WHERE start_at IS NOT NULL AND (SELECT sum(by_ms) FROM clock_step) ="
          "   $1::bigint + $2::bigint RETURNING 1"),
      step.by.count(), step.known.count());
  const pg::Results results = co_await transaction.run(std::move(recording));
  if (!results[recorded]) {
    co_await transaction.rollback();
    co_return false;
  }
  pg::Pipeline writes;
  if (step.by.count() < 0) add_plan_again(writes, step, results[moved]);
  add_changed(writes, "tokens");
  add_announce(writes, "clock");
  co_await transaction.commit(std::move(writes));
  co_return true;
}

pg::Slot<std::optional<SetBack>> add_set_back(pg::Pipeline& pipeline) {
  static constexpr auto kSetBack =
      columns(given("noticed_at", &SetBack::noticed_at),
              given("noticed_at - by_ms * interval '1 ms'", &SetBack::stood_at));
  static const auto sql = maybe<kSetBack>(
      "SELECT {} FROM clock_step"
      " WHERE by_ms < 0 AND noticed_at - by_ms * interval '1 ms' > clock_timestamp()"
      " ORDER BY id DESC LIMIT 1");
  return pipeline.add(sql);
}

}  // namespace tenggat::store
