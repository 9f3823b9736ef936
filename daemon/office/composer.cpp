#include "daemon/office/composer.h"

#include <exception>
#include <stdexcept>

#include "daemon/log.h"
#include "daemon/office/channel_outage.h"
#include "daemon/office/composer_round.h"
#include "daemon/office/loop.h"
#include "daemon/store/commands.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kWrittenAtOnce = 1000;
constexpr std::chrono::minutes kPoisonRests{10};

}  // namespace

Composer::Composer(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
                   Metrics& metrics, ComposerSettings settings)
    : Loop("composer", std::move(executor), metrics, kGather),
      pool_(pool),
      rulebook_(rulebook),
      settings_(std::move(settings)) {}

asio::awaitable<int> Composer::run_once() {
  std::string why;
  int settled = 0;
  for (Portion portion; portion.due > 0; portion.due /= 2) {
    std::string failure;
    try {
      settled = co_await compose(portion);
    } catch (const pg::Error& error) {
      if (!refuses_a_row(error)) throw;
      failure = error.message();
    } catch (const std::exception& bug) {
      failure = bug.what();
    }
    if (failure.empty() && (settled > 0 || why.empty())) co_return settled;
    if (failure.empty()) break;
    why = std::move(failure);
    settled = -1;
  }
  // Where no notice is to blame it was a daily job, or what must be read before any of them.
  if (settled == 0 || !earliest_) throw std::runtime_error(why);
  co_await put_off(std::move(*earliest_), std::move(why));
  co_return 1;
}

asio::awaitable<void> Composer::put_off(store::PendingNotice poison, std::string why) {
  log_event(Level::error, "notice_quarantined",
            {{"permit_id", poison.permit},
             {"text", poison.notice.text},
             {"tried", poison.tried + 1},
             {"why", why}});
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  pg::Pipeline clock;
  clock.add(store::kMomentSql);
  const std::vector<pg::Result> results = co_await transaction.run(std::move(clock));
  store::NoticeOutcome outcome;
  outcome.permit = poison.permit;
  outcome.notice = poison.id;
  outcome.kind = store::NoticeOutcome::Kind::later;
  outcome.reason = Reason::not_due;
  outcome.at = store::moment_of(results.front()).now + kPoisonRests;
  const std::vector<store::NoticeOutcome> outcomes(1, outcome);
  pg::Pipeline writes;
  store::add_notice_outcomes(writes, outcomes);
  co_await transaction.commit(std::move(writes));
}

asio::awaitable<int> Composer::compose(Portion portion) {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  int settled = 0;
  std::exception_ptr bug;
  try {
    settled = co_await compose_within(portion, *lease, transaction);
  } catch (const pg::Error&) {
    throw;
  } catch (...) {
    bug = std::current_exception();
  }
  if (bug) {
    // Not left to the connection's end: the next portion must find the rows free.
    co_await transaction.rollback();
    std::rethrow_exception(bug);
  }
  co_return settled;
}

asio::awaitable<int> Composer::compose_within(Portion portion, pg::Connection& connection,
                                              pg::Transaction& transaction) {
  Round round;
  if (!co_await gather(round, portion, connection, transaction)) {
    co_await transaction.rollback();
    co_return 0;
  }
  co_await leave_out_changed(round, transaction);
  co_await run_daily_jobs(round, transaction);
  co_await settle_officers(round, transaction);
  SummaryTerms terms{settings_.office, office_calendar(), *settings_.texts, round.moment.now};
  co_await sum_up_stuck(round.messages, connection, transaction, rulebook_, std::move(terms));

  // Piece by piece: to put 100,000 rows into one statement would stop the thread.
  std::vector<store::NoticeOutcome> last = std::move(round.outcomes);
  const std::size_t outcomes = last.size();
  while (last.size() > kWrittenAtOnce) {
    const auto piece = last.end() - static_cast<std::ptrdiff_t>(kWrittenAtOnce);
    pg::Pipeline some;
    store::add_notice_outcomes(some, {piece, last.end()});
    last.erase(piece, last.end());
    co_await transaction.run(std::move(some));
  }
  pg::Pipeline writes;
  for (const store::NewMessage& message : round.messages) {
    // After an outage of a channel an applicant is told the latest alone.
    if (message.why == Reason::applicant) store::add_supersede(writes, message.recipient);
    store::add_message(writes, message);
  }
  store::add_notice_outcomes(writes, last);
  store::add_notify(writes);
  co_await transaction.commit(std::move(writes));
  for (const store::NewMessage& message : round.messages)
    log_event(Level::info, "message_rendered",
              {{"text", message.text},
               {"channel", notify::name(message.channel)},
               {"reason", to_string(message.why)},
               {"permit", message.thread}});
  if (!round.messages.empty() && on_commit_) on_commit_();
  co_return static_cast<int>(outcomes + round.jobs.size());
}

asio::awaitable<std::chrono::milliseconds> Composer::until_due() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  store::add_until_due(pipeline, store::DueKind::notices);
  pipeline.add(store::kMomentSql);
  const std::vector<pg::Result> results = co_await lease->run(std::move(pipeline));
  co_return sleep_for(store::until_due_of(results.at(0)), store::moment_of(results.at(1)));
}

asio::awaitable<std::chrono::milliseconds> Composer::cycle() {
  for (int done = 1; !stopping() && done > 0;) done = co_await run_once();
  co_return waiting_since_ ? kAfterOutage : co_await until_due();
}

}  // namespace tenggat::office
