#include "daemon/office/composer.h"

#include <exception>
#include <stdexcept>

#include "daemon/base/clock.h"
#include "daemon/base/config.h"
#include "daemon/base/log.h"
#include "daemon/office/channel_outage.h"
#include "daemon/office/composer_round.h"
#include "daemon/office/loop.h"
#include "daemon/office/round_search.h"
#include "daemon/store/commands.h"
#include "notifiers/outgoing.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kWrittenAtOnce = 1000;
// Between two looks at what is set aside, and before a daily job is tried again that failed.
constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::minutes kJobsRest{1};

void log_set_aside(std::int64_t permit, std::int64_t notice, std::string_view why) {
  log_event(Level::error, "notice_quarantined",
            {{"permit_id", permit}, {"notice", notice}, {"why", why}});
}

}  // namespace

ComposerSettings composer_settings(const Setup& setup) {
  ComposerSettings settings;
  settings.office = {setup.config.instansi, setup.config.public_url, setup.config.skm.url,
                     setup.config.kantor};
  settings.calendar = setup.config.kalender;
  settings.trial = setup.config.mode == Config::Mode::trial;
  settings.email = setup.outgoing->configured(notify::Channel::email);
  settings.whatsapp = setup.outgoing->configured(notify::Channel::whatsapp);
  settings.texts = setup.texts;
  settings.receipt_keys = receipt_keys(setup.secrets);
  return settings;
}

Composer::Composer(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
                   Metrics& metrics, ComposerSettings settings)
    : Loop("composer", std::move(executor), metrics, kGather),
      pool_(pool),
      rulebook_(rulebook),
      settings_(std::move(settings)) {}

asio::awaitable<int> Composer::run_once() {
  using Blame = RoundSearch::Blame;
  RoundSearch search(kPortion);
  while (search.next() > 0) {
    Portion portion;
    portion.due = search.next();
    try {
      const Composed composed = co_await compose(portion);
      search.composed(composed.settled);
    } catch (const pg::Error& error) {
      if (!refuses_a_row(error)) throw;
      search.failed(error.message());
    } catch (const std::exception& bug) {
      search.failed(bug.what());
    }
  }
  switch (search.blames(earliest_.has_value(), jobs_due_)) {
    case Blame::nobody:
      co_return search.settled();
    case Blame::notice:
      co_await set_aside(std::move(*earliest_), search.why());
      co_return 1;
    case Blame::daily_job:
      rest_from_daily_jobs(search.why());
      co_return 1;
    case Blame::unknown:
      break;  // what must be read before any of them
  }
  throw std::runtime_error(search.why());
}

// It stays due, so that today's list is still made once its cause is gone.
void Composer::rest_from_daily_jobs(std::string_view why) {
  log_event(Level::error, "daily_job_failed", {{"why", why}});
  jobs_rest_until_ = Clock::monotonic() + kJobsRest;
  jobs_due_ = false;
}

bool Composer::rests_from_daily_jobs() const { return Clock::monotonic() < jobs_rest_until_; }

asio::awaitable<void> Composer::set_aside(store::PendingNotice poison, std::string why) {
  log_set_aside(poison.permit, poison.id, why);
  pg::Pool::Lease lease = co_await pool_.acquire();
  const std::vector<store::NoticeSetAside> alone(1, {poison.permit, poison.id, std::move(why)});
  pg::Pipeline writes;
  store::add_set_notices_aside(writes, alone);
  co_await lease->run(std::move(writes));
}

asio::awaitable<bool> Composer::look_at_one_set_aside() {
  Portion portion;
  portion.due = 1;
  portion.apart = true;
  std::string why;
  try {
    const Composed composed = co_await compose(portion);
    co_return composed.settled > composed.set_aside;
  } catch (const pg::Error& error) {
    if (!refuses_a_row(error)) throw;
    why = error.message();
  } catch (const std::exception& bug) {
    why = bug.what();
  }
  if (!earliest_) throw std::runtime_error(why);
  co_await set_aside(std::move(*earliest_), std::move(why));
  co_return false;
}

asio::awaitable<void> Composer::look_at_set_aside() {
  if (look_again_) {
    pg::Pool::Lease lease = co_await pool_.acquire();
    pg::Pipeline all_due;
    store::add_look_again(all_due);
    co_await lease->run(std::move(all_due));
    look_again_ = false;
  }
  if (Clock::monotonic() < next_look_) co_return;
  // What helped one helps the next; while nothing has helped, they are not worth more than this.
  for (bool settled = true; settled && !stopping();) settled = co_await look_at_one_set_aside();
  next_look_ = Clock::monotonic() + kLookEvery;
}

asio::awaitable<Composer::Composed> Composer::compose(Portion portion) {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  Composed composed;
  std::exception_ptr bug;
  try {
    composed = co_await compose_within(portion, *lease, transaction);
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
  co_return composed;
}

asio::awaitable<Composer::Composed> Composer::compose_within(Portion portion,
                                                             pg::Connection& connection,
                                                             pg::Transaction& transaction) {
  Composing composing(Round(rulebook_, {settings_.whatsapp, settings_.email}));
  if (!co_await gather(composing, portion, connection, transaction)) {
    co_await transaction.rollback();
    co_return Composed{};
  }
  co_await leave_out_changed(composing, transaction);
  co_await run_daily_jobs(composing, transaction);
  co_await settle_officers(composing, transaction);
  std::vector<store::NewMessage> messages = composing.take_messages(settings_.trial);
  SummaryTerms terms{settings_.office, office_calendar(), *settings_.texts, composing.moment.now};
  co_await sum_up_stuck(messages, connection, transaction, rulebook_, std::move(terms));

  // Piece by piece: to put 100,000 rows into one statement would stop the thread.
  std::vector<store::NoticeOutcome> last = composing.round.take_outcomes();
  const std::size_t outcomes = last.size();
  while (last.size() > kWrittenAtOnce) {
    const auto piece = last.end() - static_cast<std::ptrdiff_t>(kWrittenAtOnce);
    pg::Pipeline some;
    store::add_notice_outcomes(some, {piece, last.end()});
    last.erase(piece, last.end());
    co_await transaction.run(std::move(some));
  }
  pg::Pipeline writes;
  for (const store::NewMessage& message : messages) {
    // After an outage of a channel an applicant is told the latest alone.
    if (message.why == Reason::applicant) store::add_supersede(writes, message.recipient);
    store::add_message(writes, message);
  }
  store::add_notice_outcomes(writes, last);
  store::add_set_notices_aside(writes, composing.set_aside);
  store::add_notify(writes);
  co_await transaction.commit(std::move(writes));
  for (const store::NewMessage& message : messages)
    log_event(Level::info, "message_rendered",
              {{"text", message.text},
               {"channel", notify::name(message.channel)},
               {"reason", to_string(message.why)},
               {"permit", message.thread}});
  for (const store::NoticeSetAside& one : composing.set_aside)
    log_set_aside(one.permit, one.notice, one.why);
  if (!messages.empty() && on_commit_) on_commit_();
  const std::size_t aside = composing.set_aside.size();
  co_return Composed{static_cast<int>(outcomes + composing.jobs.size() + aside),
                     static_cast<int>(aside)};
}

asio::awaitable<std::chrono::milliseconds> Composer::until_due() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  const auto until = store::add_until_due(pipeline, store::DueKind::notices);
  const auto moment = pipeline.add(store::kMoment);
  const pg::Results results = co_await lease->run(std::move(pipeline));
  co_return sleep_for(results[until], results[moment]);
}

asio::awaitable<std::chrono::milliseconds> Composer::cycle() {
  if (plan_again_) {
    co_await plan_daily_jobs_again();
    plan_again_ = false;
  }
  for (int done = 1; !stopping() && done > 0;) done = co_await run_once();
  if (!stopping()) co_await look_at_set_aside();
  if (waiting_since_) co_return kAfterOutage;
  if (rests_from_daily_jobs()) co_return kLongestSleep;  // they are due all the while
  co_return co_await until_due();
}

}  // namespace tenggat::office
