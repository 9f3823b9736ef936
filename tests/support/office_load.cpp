#include "tests/support/office_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <boost/system/system_error.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/support/http_client.h"
#include "tests/support/office_lives.h"

namespace tenggat::test {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

using std::chrono::steady_clock;

// Between two tries of one command.
constexpr std::chrono::milliseconds kTryAgain{50};

// One command, as it is sent until it is answered.
struct Order {
  std::string path, key, body, token;
  std::string action, step;
  std::vector<std::string> otherwise;  // see LoadAct
};

// The connection of whoever does one thing after the other.
struct Line {
  std::shared_ptr<HttpClient> http;
  std::size_t port = 0;
};
using Lines = std::vector<std::shared_ptr<Line>>;

// Those who work on one application at once.
struct AtOnce {
  explicit AtOnce(const asio::any_io_executor& executor, std::size_t tracks)
      : left(tracks), over(executor, steady_clock::time_point::max()) {}
  std::size_t left;
  asio::steady_timer over;
  std::exception_ptr failure;
  bool wrong = false;  // a command was refused that should not have been
};

std::string code_of(const HttpAnswer& answer) {
  boost::system::error_code unreadable;
  const json::value problem = json::parse(answer.body, unreadable);
  const json::object* object = problem.if_object();
  const json::value* type = object ? object->if_contains("type") : nullptr;
  if (!type || !type->is_string()) return "";
  const std::string whole(type->as_string());
  return whole.substr(whole.rfind('/') + 1);
}

}  // namespace

struct OfficeLoad::Impl {
  explicit Impl(Options options_in) : options(std::move(options_in)) {}

  asio::awaitable<void> work(int client);
  asio::awaitable<void> live(std::shared_ptr<Lines> lines, int number);
  asio::awaitable<bool> play(std::shared_ptr<Lines> lines, std::int64_t permit, std::string name,
                             LoadStage stage, std::size_t first);
  asio::awaitable<bool> play_track(std::shared_ptr<Line> line, std::int64_t permit,
                                   std::string name, LoadTrack track, std::size_t first);
  // Repeats one command until it is answered; its permit's id, or 0 where it was refused and should
  // not have been. One that was forestalled: -1.
  asio::awaitable<std::int64_t> command(std::shared_ptr<Line> line, Order order);
  std::int64_t take(const Order& order, const HttpAnswer& answer, int tries);
  std::shared_ptr<Line> line(const std::shared_ptr<Lines>& lines, std::size_t number);
  bool is_stopping() const {
    const std::lock_guard lock(mutex);
    return stopping;
  }
  asio::awaitable<void> turn();
  asio::awaitable<void> pause(steady_clock::duration time);

  Options options;
  asio::io_context io{1};
  std::thread thread;
  steady_clock::time_point next_turn = steady_clock::now();
  int applications = 0;

  mutable std::mutex mutex;  // of what follows
  std::condition_variable ended;
  int working = 0;
  bool stopping = false;
  Counts counts;
  std::vector<Acknowledged> ledger;
  std::vector<std::string> refusals;
};

asio::awaitable<void> OfficeLoad::Impl::pause(steady_clock::duration time) {
  asio::steady_timer timer(io, time);
  co_await timer.async_wait(asio::use_awaitable);
}

// Commands leave at the given rate; what was missed during an outage is not caught up with.
asio::awaitable<void> OfficeLoad::Impl::turn() {
  const auto now = steady_clock::now();
  next_turn = std::max(next_turn, now - std::chrono::milliseconds(50)) +
              std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / options.rate));
  if (next_turn > now) co_await pause(next_turn - now);
}

asio::awaitable<std::int64_t> OfficeLoad::Impl::command(std::shared_ptr<Line> line, Order order) {
  co_await turn();
  for (int tries = 1;; ++tries) {
    HttpAnswer answer;
    bool cut = false;
    try {
      std::string request = http_request("POST", order.path, order.token, order.key, order.body);
      answer = co_await line->http->exchange(std::move(request));
    } catch (const boost::system::system_error&) {
      cut = true;
    }
    if (!cut && answer.status != 503) co_return take(order, answer, tries);
    {
      const std::lock_guard lock(mutex);
      ++(cut ? counts.cut : counts.busy);
    }
    if (cut) {
      line->port = (line->port + 1) % options.ports.size();
      line->http = std::make_shared<HttpClient>(io.get_executor(), options.ports[line->port]);
    }
    co_await pause(kTryAgain);
  }
}

std::int64_t OfficeLoad::Impl::take(const Order& order, const HttpAnswer& answer, int tries) {
  const std::lock_guard lock(mutex);
  if (answer.status / 100 != 2) {
    if (std::ranges::find(order.otherwise, code_of(answer)) != order.otherwise.end()) {
      ++counts.forestalled;
      return -1;
    }
    ++counts.refused;
    refusals.push_back(fmt::format("{} {} {}: {} {}", order.key, order.action, order.path,
                                   answer.status, answer.body));
    return 0;
  }
  const json::value state = json::parse(answer.body);
  Acknowledged one;
  one.key = order.key;
  one.action = order.action;
  one.step = order.step;
  one.permit = std::stoll(std::string(state.at("id").as_string()));
  one.version = state.at("version").to_number<std::int64_t>();
  one.state = std::string(state.at("state").as_string());
  one.tries = tries;
  ++counts.acknowledged;
  ledger.push_back(one);
  return one.permit;
}

std::shared_ptr<Line> OfficeLoad::Impl::line(const std::shared_ptr<Lines>& lines,
                                             std::size_t number) {
  while (lines->size() <= number) {
    const std::size_t port = (lines->front()->port + lines->size()) % options.ports.size();
    auto http = std::make_shared<HttpClient>(io.get_executor(), options.ports[port]);
    lines->push_back(std::make_shared<Line>(Line{std::move(http), port}));
  }
  return (*lines)[number];
}

asio::awaitable<bool> OfficeLoad::Impl::play_track(std::shared_ptr<Line> line, std::int64_t permit,
                                                   std::string name, LoadTrack track,
                                                   std::size_t first) {
  for (std::size_t i = 0; i < track.size(); ++i) {
    if (is_stopping()) co_return true;
    const LoadAct& act = track[i];
    Order order;
    order.path = fmt::format("/api/v1/permits/{}/{}", permit, act.call);
    order.key = fmt::format("{}-{}", name, first + i);
    order.body = body_of(act, name);
    order.token = act.themselves ? options.tokens.own.at(act.by) : options.tokens.portal;
    order.action = act.action.empty() ? act.call : act.action;
    order.step = act.step;
    order.otherwise = act.otherwise;
    const std::int64_t done = co_await command(line, std::move(order));
    if (done == 0) co_return false;
  }
  co_return true;
}

asio::awaitable<bool> OfficeLoad::Impl::play(std::shared_ptr<Lines> lines, std::int64_t permit,
                                             std::string name, LoadStage stage, std::size_t first) {
  const auto together = std::make_shared<AtOnce>(io.get_executor(), stage.size());
  for (std::size_t i = 0; i < stage.size(); ++i) {
    const std::size_t length = stage[i].size();
    asio::co_spawn(io, play_track(line(lines, i), permit, name, std::move(stage[i]), first),
                   [together](std::exception_ptr failure, bool right) {
                     if (failure) together->failure = failure;
                     together->wrong = together->wrong || !right;
                     if (--together->left == 0) together->over.cancel();
                   });
    first += length;
  }
  boost::system::error_code cancelled;
  while (together->left > 0)
    co_await together->over.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (together->failure) std::rethrow_exception(together->failure);
  co_return !together->wrong;
}

asio::awaitable<void> OfficeLoad::Impl::live(std::shared_ptr<Lines> lines, int number) {
  const std::string name = fmt::format("{}-{}", options.run, number);
  const bool building = options.buildings > 0 && number % options.buildings == 0;
  const int of_its_kind = building ? number / options.buildings : number;
  LoadLife life = building ? building_life(of_its_kind, name, options.reachable)
                           : kindergarten_life(of_its_kind, name, options.reachable);
  Order order;
  order.path = "/api/v1/permits";
  order.key = name;
  order.body = life.submission;
  order.token = options.tokens.portal;
  order.action = life.submitted_by;
  const std::shared_ptr<Line> first_line = line(lines, 0);
  const std::int64_t permit = co_await command(first_line, std::move(order));
  if (permit <= 0) co_return;
  if (options.left_lying > 0 && of_its_kind % options.left_lying == 0)
    life.stop_early(of_its_kind / options.left_lying);
  std::size_t first = 0;
  for (LoadStage& stage : life.stages) {
    std::size_t length = 0;
    for (const LoadTrack& track : stage) length += track.size();
    const bool right = co_await play(lines, permit, name, std::move(stage), first);
    if (!right || is_stopping()) co_return;
    first += length;
  }
}

asio::awaitable<void> OfficeLoad::Impl::work(int client) {
  const std::size_t port = static_cast<std::size_t>(client) % options.ports.size();
  const auto lines = std::make_shared<Lines>();
  auto http = std::make_shared<HttpClient>(io.get_executor(), options.ports[port]);
  lines->push_back(std::make_shared<Line>(Line{std::move(http), port}));
  while (!is_stopping()) co_await live(lines, ++applications);
}

OfficeLoad::Tokens OfficeLoad::staff(DaemonProcess& daemon) {
  const std::pair<const char*, const char*> people[] = {
      {"fo", "front_office"},         {"bo", "back_office"},     {"dt", "dinas_teknis"},
      {"kdt", "kepala_dinas_teknis"}, {"kb", "kabid_perizinan"}, {"s", "sekretaris"},
      {"kd", "kepala_dinas"}};
  int number = 0;
  for (const auto& [id, role] : people) {
    std::vector<std::string> arguments{
        "officer", "add", "--id", id, "--name", fmt::format("Pegawai {}", id), "--role", role};
    if (++number % 2 == 0) {
      arguments.push_back("--email");
      arguments.push_back(fmt::format("{}@banjarbaru.example", id));
    } else {
      arguments.push_back("--whatsapp");
      arguments.push_back(fmt::format("0812 3456 {:04}", number));
    }
    daemon.must(arguments);
  }
  return {daemon.new_token({"--service", "portal", "--scope", "intake,act,read"}),
          {{"kd", daemon.new_token({"--officer", "kd"})}}};
}

OfficeLoad::OfficeLoad(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}

OfficeLoad::~OfficeLoad() {
  impl_->io.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

void OfficeLoad::start() {
  impl_->working = impl_->options.clients;
  for (int client = 0; client < impl_->options.clients; ++client)
    asio::co_spawn(impl_->io, impl_->work(client),
                   [impl = impl_.get()](std::exception_ptr failure) {
                     const std::lock_guard lock(impl->mutex);
                     if (failure) {
                       try {
                         std::rethrow_exception(failure);
                       } catch (const std::exception& why) {
                         ++impl->counts.refused;
                         impl->refusals.push_back(fmt::format("a client ended: {}", why.what()));
                       }
                     }
                     --impl->working;
                     impl->ended.notify_all();
                   });
  impl_->thread = std::thread([io = &impl_->io] { io->run(); });
}

bool OfficeLoad::finish(std::chrono::seconds limit) {
  std::unique_lock lock(impl_->mutex);
  impl_->stopping = true;
  return impl_->ended.wait_for(lock, limit, [this] { return impl_->working == 0; });
}

OfficeLoad::Counts OfficeLoad::counts() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->counts;
}

std::vector<OfficeLoad::Acknowledged> OfficeLoad::acknowledged() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ledger;
}

std::vector<std::string> OfficeLoad::refusals() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->refusals;
}

}  // namespace tenggat::test
