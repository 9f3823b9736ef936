#include "daemon/store/restoring.h"

#include <fmt/format.h>

#include "daemon/store/board.h"
#include "daemon/store/columns.h"
#include "daemon/store/commands.h"
#include "daemon/store/office_chain.h"
#include "daemon/store/people.h"
#include "daemon/store/sessions.h"
#include "daemon/store/tokens.h"

namespace tenggat::store {
namespace {

constexpr auto kUnsent =
    columns(given("(SELECT count(*) FROM message WHERE state = 'queued')", &Unsent::messages),
            given("(SELECT count(*) FROM notice WHERE state = 'pending')", &Unsent::notices),
            given("(SELECT count(*) FROM portal_event WHERE state = 'pending')", &Unsent::posts));

struct Found {
  NumberCounters numbers;
  std::vector<std::int64_t> tokens, screens;
  std::vector<std::string> officers;
  std::int64_t sessions = 0, restores = 0;
  Unsent unsent;

  Restored as_plan(const Mark& mark) const {
    Restored plan;
    plan.gaps = gaps_of(mark, numbers);
    plan.sessions = sessions;
    plan.tokens = static_cast<std::int64_t>(tokens.size());
    plan.screens = static_cast<std::int64_t>(screens.size());
    plan.officers = officers;
    plan.unsent = unsent;
    return plan;
  }
};

std::string ids_of_revived(const char* table) {
  return fmt::format(
      "SELECT id FROM {} WHERE revoked_at IS NULL AND encode(hash, 'hex') = ANY ($1::text[])"
      " ORDER BY id",
      table);
}

// What there is to do for the mark.
class Finding {
 public:
  Finding(pg::Pipeline& reads, const Mark& mark, bool lock) {
    static const auto unsent = only<kUnsent>("SELECT {}");
    static const auto tokens = values<std::int64_t>(ids_of_revived("token"));
    static const auto screens = values<std::int64_t>(ids_of_revived("kiosk_link"));
    static const auto officers = values<std::string>(
        "SELECT id FROM officer WHERE ended_on IS NULL AND id = ANY ($1::text[]) ORDER BY id");
    static const auto sessions =
        value<std::int64_t>("SELECT count(*) FROM session WHERE expires_at > clock_timestamp()");
    static const auto restores = value<std::int64_t>("SELECT restores FROM database_identity");
    static const auto locked_restores =
        value<std::int64_t>("SELECT restores FROM database_identity FOR UPDATE");
    restores_ = reads.add(lock ? locked_restores : restores);
    if (lock) {
      std::vector<std::string> sops;
      for (const auto& [series, last] : mark.given.numbers) sops.push_back(series.first);
      add_lock_numbers(reads, sops);
    }
    numbers_ = add_numbers(reads);
    const auto revoked = pg::text_array({mark.given.revoked.begin(), mark.given.revoked.end()});
    tokens_ = reads.add(tokens, revoked);
    screens_ = reads.add(screens, revoked);
    std::vector<std::string> ended;
    for (const auto& [officer, day] : mark.given.ended) ended.push_back(officer);
    officers_ = reads.add(officers, pg::text_array(ended));
    sessions_ = reads.add(sessions);
    unsent_ = reads.add(unsent);
  }
  Found read(const pg::Results& results) const {
    return {results[numbers_],  results[tokens_],   results[screens_], results[officers_],
            results[sessions_], results[restores_], results[unsent_]};
  }

 private:
  pg::Slot<NumberCounters> numbers_;
  pg::Slot<std::vector<std::int64_t>> tokens_, screens_;
  pg::Slot<std::vector<std::string>> officers_;
  pg::Slot<std::int64_t> sessions_, restores_;
  pg::Slot<Unsent> unsent_;
};

std::string number_text(std::int64_t number) {
  return number == 0 ? std::string() : std::to_string(number);
}

// Numbers and sequences go on past the mark.
void add_go_past(pg::Pipeline& writes, const Mark& mark, const Restored& plan) {
  NumberCounters past;
  for (const NumberGap& gap : plan.gaps) past[{gap.sop, gap.year}] = gap.last;
  add_save_numbers(writes, past);
  std::vector<std::string> names;
  std::vector<std::int64_t> after;
  for (const auto& [name, last] : mark.given.sequences) {
    names.push_back(name);
    after.push_back(last + kSequenceMargin);
  }
  writes.add(
      "SELECT setval(quote_ident(m.name)::regclass, m.last) FROM unnest($1::text[], $2::bigint[])"
      " AS m(name, last) JOIN pg_sequences s ON s.sequencename = m.name"
      " WHERE s.schemaname = current_schema() AND coalesce(s.last_value, 0) < m.last",
      pg::text_array(names), pg::bigint_array(after));
}

}  // namespace

pg::Awaitable<Restored> plan_restored(pg::Connection& connection, Mark mark) {
  pg::Pipeline reads;
  const Finding finding(reads, mark, false);
  const pg::Results results = co_await connection.run(std::move(reads));
  co_return finding.read(results).as_plan(mark);
}

pg::Awaitable<Restored> accept_restored(pg::Connection& connection, By by, Mark mark) {
  pg::Transaction transaction(connection);
  pg::Pipeline reads;
  const Finding finding(reads, mark, true);
  const pg::Results results = co_await transaction.run(std::move(reads));
  const Found found = finding.read(results);
  Restored plan = found.as_plan(mark);
  for (const std::int64_t id : found.tokens) co_await revoke_token(connection, by, id);
  for (const std::int64_t id : found.screens) co_await revoke_kiosk_link(connection, by, id);
  for (const std::string& id : found.officers)
    co_await end_officer(connection, by, id, mark.given.ended.at(id));
  OfficeChanging changing(connection, by);
  pg::Pipeline nothing;
  co_await changing.begin(std::move(nothing));
  pg::Pipeline writes;
  add_go_past(writes, mark, plan);
  add_end_all_sessions(writes);
  writes.add(
      "UPDATE database_identity SET restores = restores + 1, behind = '',"
      " held_at = coalesce(held_at, clock_timestamp()),"
      " seals_upto = greatest(seals_upto, $1::bigint)",
      mark.given.seal);
  OfficeEvent event{OfficeKind::database_restored, std::to_string(found.restores + 1), {}};
  event.add(OfficeValue::numbers, text_of(plan.gaps));
  event.add(OfficeValue::sessions, number_text(plan.sessions));
  event.add(OfficeValue::messages, number_text(plan.unsent.messages));
  co_await changing.commit(std::move(writes), std::move(event));
  co_await transaction.commit();
  co_return plan;
}

pg::Awaitable<std::optional<Unsent>> release_messages(pg::Connection& connection, By by) {
  static const auto unsent_sql = only<kUnsent>("SELECT {}");
  static const auto restores_sql =
      value<std::string>("SELECT restores::text FROM database_identity FOR UPDATE");
  OfficeChanging changing(connection, std::move(by));
  pg::Pipeline reading;
  const auto restores = reading.add(restores_sql);
  const auto held = add_held(reading);
  const auto waiting = reading.add(unsent_sql);
  const pg::Results results = co_await changing.begin(std::move(reading));
  if (!results[held]) {
    co_await changing.leave();
    co_return std::nullopt;
  }
  const Unsent unsent = results[waiting];
  pg::Pipeline writes;
  writes.add("UPDATE database_identity SET held_at = NULL");
  add_notify(writes);
  OfficeEvent event{OfficeKind::messages_released, results[restores], {}};
  event.take(OfficeValue::messages, number_text(unsent.messages));
  co_await changing.commit(std::move(writes), std::move(event));
  co_return unsent;
}

}  // namespace tenggat::store
