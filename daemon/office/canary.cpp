#include "daemon/office/canary.h"

#include <fmt/format.h>

#include <stdexcept>

#include "daemon/base/config.h"
#include "daemon/store/canary.h"
#include "daemon/store/hash.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::milliseconds kLook{std::chrono::seconds(2)};

CommandRequest opening() {
  Submission submission;
  submission.sop = "_kenari";
  submission.canary = true;
  submission.applicant.name = "Kenari";
  submission.permit.subject = "Kenari";
  submission.permit.created_by = "system";
  CommandRequest request;
  request.actor.kind = Actor::Kind::system;
  request.command = std::move(submission);
  request.idempotency.key = "canary-" + store::hex(store::random_bytes(16));
  return request;
}

}  // namespace

CanarySettings canary_settings(const Setup& setup) {
  const bool trial = setup.config.mode == Config::Mode::trial;
  return {setup.config.canary.every, trial ? std::string() : setup.config.canary.to};
}

Canary::Canary(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
               Committer& committer, Metrics& metrics, CanarySettings settings)
    : Loop("canary", std::move(executor), metrics),
      pool_(pool),
      rulebook_(rulebook),
      committer_(committer) {
  reload(std::move(settings));
}

void Canary::reload(CanarySettings settings) {
  settings_ = std::move(settings);
  rulebook_.set_canary_address(settings_.to);
  metrics_.canary_period_seconds.Set(
      settings_.to.empty() ? 0 : static_cast<double>(settings_.every.count()));
  woken_.notify();
}

asio::awaitable<bool> Canary::run_once() {
  {
    pg::Pool::Lease lease = co_await pool_.acquire();
    pg::Pipeline look;
    const auto standing = store::add_canary_state(look, settings_.every);
    if (!cleared_ && settings_.to.empty()) store::add_clear_canaries(look);
    const pg::Results results = co_await lease->run(std::move(look));
    cleared_ = true;
    const store::CanaryState state = results[standing];
    if (state.delivered_at)
      metrics_.canary_last_delivery_timestamp_seconds.Set(
          static_cast<double>(state.delivered_at->time_since_epoch().count()));
    if (settings_.to.empty()) co_return false;
    if (state.due) {
      const CanaryRules& rules = rulebook_.canary();
      std::vector<store::RuleSet> sets{rules.sop_set, rules.calendar_set};
      has_turn_ = co_await store::take_canarys_turn(*lease, settings_.every, std::move(sets));
    }
  }
  if (!has_turn_) co_return false;
  co_await let_out();
  has_turn_ = false;
  co_return true;
}

asio::awaitable<void> Canary::let_out() {
  const CommandAnswer answer = co_await committer_.submit(opening());
  if (answer.kind != CommandAnswer::Kind::done)
    throw std::runtime_error(fmt::format("the canary was not let out: {}", to_string(answer.kind)));
}

asio::awaitable<std::chrono::milliseconds> Canary::cycle() {
  co_await run_once();
  co_return kLook;
}

}  // namespace tenggat::office
