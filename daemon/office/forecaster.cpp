#include "daemon/office/forecaster.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/base/clock.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

using std::chrono::milliseconds;

// Of the office's clock; where that runs fast, of the machine's at least the second.
constexpr std::chrono::minutes kEvery{15}, kAtLeast{1};
// A start has more urgent work.
constexpr std::chrono::seconds kAfterStart{5};
// Those who watch its loop see it come round.
constexpr std::chrono::minutes kLookEvery{1};
// A tenth of a processor where all of it is wanted elsewhere: a portion is a matter of
// milliseconds.
constexpr int kNice = 10;

std::chrono::seconds every(const store::Moment& moment) {
  const auto office = std::chrono::duration<double>(kEvery);
  const double machine = moment.speed > 0 ? office.count() / moment.speed : office.count();
  return std::clamp(std::chrono::seconds(static_cast<std::int64_t>(machine)),
                    std::chrono::seconds(kAtLeast), std::chrono::seconds(kEvery));
}

struct Computation {
  explicit Computation(asio::any_io_executor executor)
      : done(std::move(executor), asio::steady_timer::time_point::max()) {}

  asio::steady_timer done;
  bool over = false;
  std::exception_ptr failure;
};

// To the thread that asked, which alone holds the timer then.
void settle(std::shared_ptr<Computation> computation, std::exception_ptr failure) {
  const auto executor = computation->done.get_executor();
  asio::post(executor, [computation = std::move(computation), failure] {
    computation->over = true;
    computation->failure = failure;
    computation->done.cancel();
  });
}

}  // namespace

Forecaster::Forecaster(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
                       Metrics& metrics)
    : Loop("forecast", executor, metrics), executor_(executor), pool_(pool), rulebook_(rulebook) {
  // Of this thread alone, on Linux.
  asio::post(thread_, [] { setpriority(PRIO_PROCESS, 0, kNice); });
}

Forecaster::~Forecaster() { thread_.join(); }

asio::awaitable<void> Forecaster::compute(std::function<void()> work) {
  auto computation = std::make_shared<Computation>(executor_);
  asio::post(thread_, [computation, work = std::move(work)]() mutable {
    std::exception_ptr failure;
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    settle(std::move(computation), failure);
  });
  while (!computation->over)
    co_await computation->done.async_wait(asio::as_tuple(asio::use_awaitable));
  if (computation->failure) std::rethrow_exception(computation->failure);
}

asio::awaitable<void> Forecaster::rest(ForecastPace::Time time) {
  asio::steady_timer timer(executor_, time);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<void> Forecaster::learn(ServiceForecast& service) {
  ForecastPace pace(Clock::monotonic());
  for (bool more = true; more && !stopping();) {
    const auto begun = Clock::monotonic();
    {
      pg::Pool::Lease lease = co_await pool_.acquire();
      more = co_await service.read_past(*lease);
    }
    co_await rest(pace.rest(service.read_last(), begun, Clock::monotonic()));
  }
  if (stopping()) co_return;
  std::function<void()> learning = std::bind_front(&ServiceForecast::learn, &service);
  auto computing = compute(learning);
  co_await std::move(computing);
  pg::Pool::Lease lease = co_await pool_.acquire();
  co_await service.keep_hindsight(*lease);
}

asio::awaitable<void> Forecaster::round(ServiceForecast& service) {
  if (service.must_learn()) co_await learn(service);
  if (stopping()) co_return;
  if (service.knows_enough()) {
    {
      pg::Pool::Lease lease = co_await pool_.acquire();
      co_await service.correct(*lease);
    }
    std::function<void()> looking = std::bind_front(&ServiceForecast::look, &service);
    ForecastPace pace(Clock::monotonic());
    for (bool more = true; more && !stopping();) {
      const auto begun = Clock::monotonic();
      {
        pg::Pool::Lease lease = co_await pool_.acquire();
        more = co_await service.read_open(*lease);
      }
      auto computing = compute(looking);
      co_await std::move(computing);
      {
        pg::Pool::Lease lease = co_await pool_.acquire();
        co_await service.write(*lease);
      }
      co_await rest(pace.rest(service.read_last(), begun, Clock::monotonic()));
    }
  }
  pg::Pool::Lease lease = co_await pool_.acquire();
  co_await service.end(*lease);
}

asio::awaitable<milliseconds> Forecaster::run_once() {
  store::Moment moment;
  {
    pg::Pool::Lease lease = co_await pool_.acquire();
    moment = co_await lease->query(store::kMoment);
    if (!rulebook_.fresh(moment)) co_await rulebook_.refresh(*lease, moment);
  }
  const std::chrono::seconds until_next = every(moment);
  for (const Sop* sop : rulebook_.sops_in_force()) {
    if (stopping()) break;
    bool mine = false;
    {
      pg::Pool::Lease lease = co_await pool_.acquire();
      pg::Pipeline pipeline;
      // A little less, so that its own last round is over by then.
      const auto slot = store::add_begin_forecast(pipeline, sop->id, until_next * 9 / 10);
      const pg::Results results = co_await lease->run(std::move(pipeline));
      mine = results[slot];
    }
    if (!mine) continue;  // another daemon's
    auto& service = services_[sop->id];
    if (!service) service = std::make_unique<ServiceForecast>(sop->id);
    service->begin(*sop, rulebook_.calendar(sop->calendar), moment.now);
    co_await round(*service);
  }
  co_return until_next;
}

asio::awaitable<milliseconds> Forecaster::cycle() {
  const auto now = Clock::monotonic();
  if (!next_) {
    next_ = now + kAfterStart;
    co_return kAfterStart;
  }
  if (now < *next_)
    co_return std::min(milliseconds(kLookEvery), std::chrono::ceil<milliseconds>(*next_ - now));
  const milliseconds until_next = co_await run_once();
  next_ = now + until_next;
  co_return kLookEvery;
}

}  // namespace tenggat::office
