#include "daemon/office/portal.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/base/clock.h"
#include "daemon/base/config.h"
#include "daemon/base/log.h"
#include "daemon/base/secrets.h"
#include "daemon/office/change_event.h"
#include "daemon/office/portal_outcome.h"
#include "daemon/store/changes.h"
#include "daemon/store/commands.h"
#include "notifiers/file.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr const char* kChannel = "webhook";
constexpr int kAtOnce = 8;           // posts under way
constexpr int kPortion = 200;        // changes looked at in one flight
constexpr int kInOrderAttempts = 3;  // then a permit's later changes pass one that is not taken
constexpr std::chrono::seconds kLease{60};  // longer than a post may take, and its record
constexpr std::chrono::minutes kForgetEvery{10};
constexpr std::chrono::seconds kStopGrace{4};
// Under a flood of answers the next are claimed this often.
constexpr std::chrono::milliseconds kGatherAnswers{10};
std::vector<store::PortalEvent> events_of(const std::vector<store::Change>& changes,
                                          const Rulebook& rulebook) {
  std::vector<store::PortalEvent> events;
  for (const store::Change& change : changes) {
    if (change.undone) continue;
    try {
      const Sop* sop = rulebook.sop_in_force(change.sop);
      if (!sop) sop = rulebook.sops_in_force().at(0);
      events.push_back({change.place, boost::json::serialize(change_event(
                                          change, *sop, rulebook.calendar(sop->calendar)))});
    } catch (const std::exception& why) {
      // One that cannot be shown must not hold up all that comes after it.
      log_event(Level::error, "change_left_out",
                {{"change", change_id(change.place)}, {"why", why.what()}});
    }
  }
  return events;
}

notify::portal::Answer written(const notify::SendResult& result) {
  using Kind = notify::portal::Answer::Kind;
  const bool taken = result.outcome == notify::Outcome::accepted;
  return {taken ? Kind::taken : Kind::later, result.reason, result.detail, std::nullopt};
}

asio::awaitable<void> freshen(pg::Connection& connection, Rulebook& rulebook) {
  const store::Moment moment = co_await connection.query(store::kMoment);
  if (!rulebook.fresh(moment)) co_await rulebook.refresh(connection, moment);
}

asio::awaitable<void> number_all(pg::Connection& connection) {
  for (int numbered = store::kNumberedAtOnce; numbered == store::kNumberedAtOnce;)
    numbered = co_await store::number_changes(connection, store::kNumberedAtOnce);
}

}  // namespace

asio::awaitable<std::int64_t> replay_changes(pg::Connection& connection, Rulebook& rulebook,
                                             Instant after, Instant until) {
  co_await freshen(connection, rulebook);
  co_await number_all(connection);
  pg::Pipeline bounding;
  const auto between = store::add_numbers_between(bounding, after, until - Seconds{1});
  const pg::Results bounds = co_await connection.run(std::move(bounding));
  const store::NumberSpan span = bounds[between];
  std::int64_t replayed = 0;
  if (!span.lowest || !span.highest) co_return replayed;
  store::ChangeQuery query{*span.lowest - 1, kPortion};
  while (query.after < *span.highest) {
    pg::Pipeline looking;
    const auto next = store::add_changes(looking, query);
    const pg::Results found = co_await connection.run(std::move(looking));
    std::vector<store::Change> changes = found[next];
    if (changes.empty()) break;
    query.after = changes.back().number_in_order;
    std::erase_if(changes, [&](const store::Change& one) {
      return one.place.at < after || one.place.at >= until;
    });
    if (changes.empty()) continue;
    pg::Pipeline writes;
    const auto written = store::add_replay(writes, events_of(changes, rulebook));
    const pg::Results results = co_await connection.run(std::move(writes));
    replayed += results[written];
  }
  co_return replayed;
}

Portal::Portal(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook, Metrics& metrics,
               Options options)
    : Loop("portal", executor, metrics, kGatherAnswers),
      executor_(executor),
      pool_(pool),
      rulebook_(rulebook),
      options_(std::make_shared<const Options>(std::move(options))),
      client_(executor) {}

Portal::Options Portal::options_of(const Config& config, const Secrets& secrets) {
  return {{config.portal.url, secrets.portal_secrets, config.portal.allow_private},
          config.mode == Config::Mode::trial};
}

void Portal::reload(Options options) {
  options_ = std::make_shared<const Options>(std::move(options));
  wake();
}

// Also for those who ask by GET /events, whether or not anything is posted.
asio::awaitable<void> Portal::number() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  co_await number_all(*lease);
}

asio::awaitable<void> Portal::begin(const Config& config) {
  if (config.portal.url.empty()) co_return;
  co_await number();
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline beginning;
  store::add_begin_portal(beginning);
  co_await lease->run(std::move(beginning));
}

asio::awaitable<int> Portal::take_over() {
  co_await number();
  pg::Pool::Lease lease = co_await pool_.acquire();
  co_await freshen(*lease, rulebook_);
  pg::Transaction transaction(*lease);
  pg::Pipeline locking;
  const auto locked = store::add_lock_portal(locking);
  const pg::Results found_locked = co_await transaction.run(std::move(locking));
  const auto state = found_locked[locked];
  std::vector<store::Change> changes;
  if (state && !state->disabled) {
    pg::Pipeline looking;
    const auto next = store::add_changes(looking, {state->taken_over, kPortion});
    const pg::Results found = co_await transaction.run(std::move(looking));
    changes = found[next];
  }
  pg::Pipeline writes;
  if (!changes.empty())
    store::add_portal_events(writes, events_of(changes, rulebook_), changes.back().number_in_order,
                             options_->trial);
  co_await transaction.commit(std::move(writes));
  co_return static_cast<int>(changes.size());
}

asio::awaitable<void> Portal::record(store::ClaimedEvent claimed, notify::portal::Answer answer) {
  using Kind = notify::portal::Answer::Kind;
  const bool gone = answer.kind == Kind::gone;
  const store::EventOutcome outcome = outcome_of(claimed, answer);
  pg::Pipeline writes;
  if (gone) store::add_disable_portal(writes, outcome.place, outcome.fence);
  const pg::Slot<bool> written = store::add_event_outcome(writes, outcome);
  pg::Pool::Lease lease = co_await pool_.acquire();
  const pg::Results results = co_await lease->run(std::move(writes));
  if (!results[written]) co_return;
  if (answer.kind == Kind::taken) {
    metrics_.channel(kChannel).messages.Increment();
    co_return;
  }
  metrics_.message_failed(kChannel, answer.reason);
  const bool for_a_person = gone || outcome.state == "dead";
  log_event(for_a_person ? Level::error : Level::warning,
            gone ? "portal_disabled" : "portal_event_not_taken",
            {{"change", change_id(outcome.place)},
             {"reason", answer.reason},
             {"detail", answer.detail},
             {"attempt", claimed.attempts},
             {"state", outcome.state}});
}

asio::awaitable<void> Portal::post(store::ClaimedEvent claimed) {
  try {
    const std::shared_ptr<const Options> options = options_;  // a reload may replace it
    const notify::portal::Event event{change_id(claimed.event.place), claimed.event.body};
    const auto begun = Clock::monotonic();
    notify::portal::Answer answer;
    if (const auto directory = notify::file_directory(options->config.url)) {
      answer = written(notify::write_file(*directory, event.id + ".json", event.body));
    } else {
      notify::CurlRequest request =
          notify::portal::build_request(event, options->config, Clock::machine_now());
      answer = notify::portal::classify(co_await client_.perform(std::move(request)));
    }
    metrics_.channel(kChannel).send_duration_seconds.Observe(
        std::chrono::duration<double>(Clock::monotonic() - begun).count());
    co_await record(claimed, std::move(answer));
  } catch (const std::exception& why) {
    // The lease runs out and it is posted again under the same id.
    trouble_.failed(why);
  }
  --under_way_;
  wake();
}

asio::awaitable<int> Portal::post_due() {
  const int places = kAtOnce - under_way_;
  if (places <= 0) co_return 0;
  std::vector<store::ClaimedEvent> claimed;
  {
    pg::Pool::Lease lease = co_await pool_.acquire();
    pg::Pipeline pipeline;
    const auto due = store::add_claim_events(pipeline, places, kInOrderAttempts, kLease);
    const pg::Results results = co_await lease->run(std::move(pipeline));
    claimed = results[due];
  }
  for (store::ClaimedEvent& one : claimed) {
    ++under_way_;
    asio::co_spawn(executor_, post(std::move(one)), asio::detached);
  }
  co_return static_cast<int>(claimed.size());
}

asio::awaitable<void> Portal::answers(std::chrono::milliseconds at_most) {
  const auto until = Clock::monotonic() + at_most;
  while (under_way_ > 0 && Clock::monotonic() < until)
    co_await woken_.wait(std::chrono::duration_cast<std::chrono::milliseconds>(
        until - Clock::monotonic() + std::chrono::milliseconds(1)));
}

asio::awaitable<std::chrono::milliseconds> Portal::until_due() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  const auto until = store::add_until_event(pipeline);
  const pg::Results results = co_await lease->run(std::move(pipeline));
  const auto wait = results[until];
  // What is due and was not claimed waits for another, or the portal is disabled.
  if (!wait || wait->count() <= 0) co_return kLongestSleep;
  co_return std::min(*wait, kLongestSleep);
}

asio::awaitable<void> Portal::forget() {
  if (Clock::monotonic() < forget_at_) co_return;
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  store::add_forget_events(pipeline);
  co_await lease->run(std::move(pipeline));
  forget_at_ = Clock::monotonic() + kForgetEvery;
}

asio::awaitable<std::chrono::milliseconds> Portal::cycle() {
  if (!options_->config.enabled()) {
    co_await number();
    co_return kLongestSleep;
  }
  for (int looked = kPortion; !stopping() && looked == kPortion;) looked = co_await take_over();
  if (!options_->trial && !stopping()) co_await post_due();
  co_await forget();
  co_return co_await until_due();
}

asio::awaitable<void> Portal::run() {
  co_await Loop::run();
  // What takes longer is cut off, and posted again once its lease is over.
  co_await answers(kStopGrace);
}

}  // namespace tenggat::office
