// The portal's webhook from a change to the portal's answer: what is posted when, in which order,
// how often, and what stops it.
#include "daemon/office/portal.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <istream>
#include <mutex>

#include "daemon/base/config.h"
#include "notifiers/base64.h"
#include "tests/daemon/api/routes_fixture.h"
#include "tests/support/json_posts.h"
#include "tests/support/scripted_server.h"

namespace tenggat::http {
namespace {

const std::string kSecret = "whsec_" + notify::base64(std::string(24, 'a'));
const std::string kOlderSecret = "whsec_" + notify::base64(std::string(32, 'b'));

struct Posted {
  std::string id, signature, body;
  std::int64_t timestamp = 0;
};

// Takes what is posted; answers as it is told, else 204.
class PortalSink {
 public:
  PortalSink() : server_([this](std::iostream& peer) { serve(peer); }) {}
  std::string url() const { return server_.url("http") + "/webhook"; }
  void answer_next(std::string answer) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
  }
  std::vector<Posted> posted() const {
    const std::lock_guard lock(mutex_);
    return posted_;
  }

 private:
  void serve(std::iostream& peer) {
    Posted one;
    std::size_t length = 0;
    std::string line = test::read_line(peer);
    for (line = test::read_line(peer); !line.empty(); line = test::read_line(peer)) {
      const std::size_t colon = line.find(": ");
      const std::string name = line.substr(0, colon), value = line.substr(colon + 2);
      if (name == "webhook-id") one.id = value;
      if (name == "webhook-timestamp") one.timestamp = std::stoll(value);
      if (name == "webhook-signature") one.signature = value;
      if (name == "Content-Length") length = std::stoul(value);
    }
    if (!peer) return;
    one.body.resize(length);
    peer.read(one.body.data(), static_cast<std::streamsize>(length));
    std::string answer = "204 No Content";
    {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(one));
      if (!answers_.empty()) {
        answer = answers_.front();
        answers_.pop_front();
      }
    }
    if (!answer.empty())
      peer << "HTTP/1.1 " << answer << "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
           << std::flush;
  }

  mutable std::mutex mutex_;
  std::deque<std::string> answers_;
  std::vector<Posted> posted_;
  test::ScriptedServer server_;
};

// Takes what is posted on as many connections as there are, and answers each at once but what is of
// one permit. Lives on the test's own io_context.
class SlowSink {
 public:
  explicit SlowSink(boost::asio::io_context& io) : acceptor_(io, {loopback(), 0}), released_(io) {
    released_.expires_at(std::chrono::steady_clock::time_point::max());
    boost::asio::co_spawn(io, accept(), boost::asio::detached);
  }
  ~SlowSink() {
    release();
    acceptor_.close();
  }
  std::string url() const {
    return fmt::format("http://127.0.0.1:{}/webhook", acceptor_.local_endpoint().port());
  }
  void hold(std::string permit) { held_ = std::move(permit); }
  void release() {
    held_.clear();
    released_.cancel();
  }
  int taken_of(const std::string& permit) const {
    return static_cast<int>(std::ranges::count(taken_, permit));
  }

 private:
  using Socket = boost::asio::ip::tcp::socket;
  static boost::asio::ip::address loopback() { return boost::asio::ip::address_v4::loopback(); }
  awaitable<void> accept() {
    while (true)
      boost::asio::co_spawn(acceptor_.get_executor(),
                            serve(co_await acceptor_.async_accept(boost::asio::use_awaitable)),
                            boost::asio::detached);
  }
  awaitable<void> serve(Socket peer) {
    for (std::string buffer;;) {
      const test::Post post = co_await test::next_post(peer, buffer);
      taken_.emplace_back(post.body.at("data").at("permit").as_string());
      boost::system::error_code cut_short;
      if (taken_.back() == held_)
        co_await released_.async_wait(
            boost::asio::redirect_error(boost::asio::use_awaitable, cut_short));
      const std::string answer = "HTTP/1.1 204 No Content\r\n\r\n";
      co_await boost::asio::async_write(peer, boost::asio::buffer(answer),
                                        boost::asio::use_awaitable);
    }
  }

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer released_;
  std::string held_;
  std::vector<std::string> taken_;
};

class PortalTest : public Routes {
 protected:
  PortalTest()
      : portal_(std::make_unique<office::Portal>(io_.get_executor(), *pool_, rulebook_, metrics_,
                                                 options())) {
    begin();
  }

  // As the daemon does before it answers: what is changed from here on is sent.
  void begin() {
    Config config;
    config.portal.url = sink_.url();
    test::await(io_, portal_->begin(config));
  }

  office::Portal::Options options() const { return {{sink_.url(), {kSecret}, true}, false}; }
  int take_over() { return test::await(io_, portal_->take_over()); }
  // And waits for the answers.
  int post_due() {
    const int posted = test::await(io_, portal_->post_due());
    test::await(io_, portal_->answers(std::chrono::seconds(20)));
    return posted;
  }
  // A file handed in and accepted a minute apart, long enough ago to count.
  std::string two_changes(const std::string& external_id = "web-17") {
    json::object body = json::parse(kSubmission).as_object();
    body["external_id"] = external_id;
    const std::string id(
        object(post("/permits", "portal", json::serialize(body))).at("id").as_string());
    ++minute_;
    time_is(fmt::format("2026-04-02T14:{:02}:00+08:00", minute_));
    EXPECT_EQ(
        post("/permits/" + id + "/actions", "fo", R"({"step":"verifikasi","action":"accept"})")
            .status,
        200);
    minute_ += 3;
    time_is(fmt::format("2026-04-02T14:{:02}:00+08:00", minute_));
    return id;
  }
  std::string states() {
    return query(
        "SELECT coalesce(string_agg(state || ' ' || attempts, ', ' ORDER BY at, permit, sequence),"
        " '') FROM portal_event");
  }
  // While the office goes on; no longer than an answer may take.
  bool comes_true(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    io_.restart();
    while (!condition() && std::chrono::steady_clock::now() < limit)
      io_.run_for(std::chrono::milliseconds(10));
    return condition();
  }
  void keep_first() {
    query(
        "DELETE FROM portal_event WHERE (at, permit, sequence) NOT IN"
        " (SELECT at, permit, sequence FROM portal_event ORDER BY at, permit, sequence LIMIT 1)");
  }
  void make_due() { query("UPDATE portal_event SET next_attempt_at = now()"); }
  // Seconds until the next try, of the earliest event.
  int waits() {
    return std::stoi(
        query("SELECT round(extract(epoch FROM next_attempt_at - now())) FROM portal_event"
              " WHERE state = 'pending' ORDER BY at, permit, sequence LIMIT 1"));
  }

  PortalSink sink_;
  std::unique_ptr<office::Portal> portal_;
  int minute_ = 0;
};

TEST_F(PortalTest, EachChangeIsPostedOnceAsTheEventsHaveIt) {
  two_changes();
  EXPECT_EQ(take_over(), 2);
  EXPECT_EQ(take_over(), 0);
  while (post_due() > 0) {
  }
  const std::vector<Posted> posted = sink_.posted();
  ASSERT_EQ(posted.size(), 2U);
  const json::array events = object(get("/events", "dasbor")).at("items").as_array();
  ASSERT_EQ(events.size(), 2U);
  for (std::size_t i = 0; i < posted.size(); ++i) {
    EXPECT_EQ(json::parse(posted[i].body), events[i]);
    EXPECT_EQ(posted[i].id, events[i].at("id").as_string());
    EXPECT_EQ(posted[i].signature, notify::portal::signatures({posted[i].id, posted[i].body},
                                                              posted[i].timestamp, {kSecret}));
    EXPECT_GT(posted[i].timestamp, 1'700'000'000);  // of the machine, whatever the office's clock
  }
  EXPECT_EQ(states(), "delivered 1, delivered 1");
}

TEST_F(PortalTest, WhatIsTakenBackInTimeIsNeverPosted) {
  const std::string id = two_changes();
  post("/permits/" + id + "/claim", "bo", R"({"step":"penerimaan"})");
  post("/permits/" + id + "/actions", "bo", R"({"step":"penerimaan","action":"forward"})");
  EXPECT_EQ(post("/permits/" + id + "/undo", "bo", "{}").status, 200);
  time_is("2026-04-02T14:10:00+08:00");
  take_over();
  EXPECT_EQ(states(), "pending 0, pending 0");
}

TEST_F(PortalTest, WithTwoSecretsBothSign) {
  auto both = options();
  both.config.secrets = {kSecret, kOlderSecret};
  portal_->reload(both);
  two_changes();
  take_over();
  post_due();
  const Posted one = sink_.posted().at(0);
  const notify::portal::Event event{one.id, one.body};
  EXPECT_EQ(one.signature, notify::portal::signatures(event, one.timestamp, {kSecret}) + ' ' +
                               notify::portal::signatures(event, one.timestamp, {kOlderSecret}));
}

// 0, 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h; then a person has to look.
TEST_F(PortalTest, WhatIsNotTakenIsPostedAgainByTheSchedule) {
  two_changes();
  take_over();
  keep_first();
  const int seconds[] = {5, 300, 1800, 7200, 18'000, 36'000, 50'400, 72'000, 86'400};
  for (const int wait : seconds) {
    sink_.answer_next("500 Internal Server Error");
    EXPECT_EQ(post_due(), 1);
    EXPECT_NEAR(waits(), wait, 3);
    EXPECT_EQ(post_due(), 0);
    make_due();
  }
  sink_.answer_next("500 Internal Server Error");
  post_due();
  EXPECT_EQ(states(), "dead 10");
  std::set<std::string> bodies, ids;
  for (const Posted& one : sink_.posted()) {
    bodies.insert(one.body);
    ids.insert(one.id);
  }
  EXPECT_EQ(sink_.posted().size(), 10U);
  EXPECT_EQ(bodies.size(), 1U);
  EXPECT_EQ(ids.size(), 1U);
}

TEST_F(PortalTest, EachAnswerLeadsWhereItShould) {
  struct Case {
    const char *answer, *state, *reason;
    int wait;
  };
  const Case cases[] = {
      {"200 OK", "delivered 1", "accepted", 0},
      {"202 Accepted", "delivered 1", "accepted", 0},
      {"302 Found\r\nLocation: http://127.0.0.1/elsewhere", "pending 1", "rejected", 5},
      {"400 Bad Request", "pending 1", "rejected", 5},
      {"401 Unauthorized", "pending 1", "auth_failed", 5},
      {"429 Too Many Requests\r\nRetry-After: 120", "pending 1", "rate_limited", 120},
      {"503 Service Unavailable\r\nRetry-After: 1", "pending 1", "server_error", 5},
      {"nonsense", "pending 1", "connection_lost", 5},  // whatever it took it for
      {"", "pending 1", "connection_lost", 5},
  };
  two_changes();
  take_over();
  keep_first();
  for (const Case& one : cases) {
    query("UPDATE portal_event SET state = 'pending', attempts = 0, next_attempt_at = now()");
    sink_.answer_next(one.answer);
    EXPECT_EQ(post_due(), 1) << one.answer;
    EXPECT_EQ(states(), one.state) << one.answer;
    EXPECT_EQ(query("SELECT reason FROM portal_event"), one.reason) << one.answer;
    if (one.wait == 0) continue;
    EXPECT_NEAR(waits(), one.wait, 3) << one.answer;
  }
}

TEST_F(PortalTest, APrivateAddressIsCalledOnlyWhereItIsAllowed) {
  auto strict = options();
  strict.config.allow_private = false;
  portal_->reload(strict);
  two_changes();
  take_over();
  post_due();
  EXPECT_TRUE(sink_.posted().empty());
  EXPECT_EQ(query("SELECT reason FROM portal_event WHERE attempts > 0 LIMIT 1"), "private_address");
}

TEST_F(PortalTest, GoneStopsEverythingUntilAPersonSaysSo) {
  two_changes();
  take_over();
  sink_.answer_next("410 Gone");
  EXPECT_EQ(post_due(), 1);
  make_due();
  EXPECT_EQ(post_due(), 0);
  two_changes("web-18");
  EXPECT_EQ(take_over(), 0);  // kept for later where they are
  const auto enable = [](std::string conninfo) -> boost::asio::awaitable<bool> {
    pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
    co_return co_await store::enable_portal(db);
  };
  EXPECT_TRUE(test::await(io_, enable(database_)));
  EXPECT_FALSE(test::await(io_, enable(database_)));
  EXPECT_EQ(take_over(), 2);
  while (post_due() > 0) {
  }
  EXPECT_EQ(states(), "delivered 1, delivered 1, delivered 1, delivered 1");
  EXPECT_EQ(sink_.posted().size(), 5U);
}

TEST_F(PortalTest, APermitsChangesComeInOrderWhileThatIsPossible) {
  two_changes();
  two_changes("web-18");
  take_over();
  sink_.answer_next("500 a");  // the first change of the first permit
  EXPECT_EQ(post_due(), 2);    // the first of each
  EXPECT_EQ(states(), "pending 1, pending 0, delivered 1, pending 0");
  EXPECT_EQ(post_due(), 1);
  EXPECT_EQ(states(), "pending 1, pending 0, delivered 1, delivered 1");
  query("UPDATE portal_event SET attempts = 4 WHERE state = 'pending' AND attempts = 1");
  EXPECT_EQ(post_due(), 1);  // one that is not taken for half an hour does not hold up the rest
  EXPECT_EQ(states(), "pending 4, delivered 1, delivered 1, delivered 1");
}

TEST_F(PortalTest, ASlowAnswerHoldsUpNothingButItsOwnPermit) {
  SlowSink slow(io_);
  auto other = options();
  other.config.url = slow.url();
  portal_->reload(other);
  const std::string held = two_changes(), quick = two_changes("web-18");
  slow.hold(held);
  bool ended = false;
  boost::asio::co_spawn(io_, portal_->run(), [&](std::exception_ptr) { ended = true; });
  EXPECT_TRUE(comes_true([&] { return slow.taken_of(quick) == 2; }));
  EXPECT_EQ(slow.taken_of(held), 1);
  slow.release();
  EXPECT_TRUE(
      comes_true([&] { return states() == "delivered 1, delivered 1, delivered 1, delivered 1"; }));
  portal_->stop();
  EXPECT_TRUE(comes_true([&] { return ended; }));
}

// A daemon that was killed after it counted a try, and one whose lease has been taken over.
TEST_F(PortalTest, ATryIsCountedBeforeItIsMadeAndALateResultDoesNotCount) {
  two_changes();
  take_over();
  keep_first();
  const auto claim =
      [](pg::Pool& pool) -> boost::asio::awaitable<std::vector<store::ClaimedEvent>> {
    pg::Pool::Lease lease = co_await pool.acquire();
    pg::Pipeline pipeline;
    const auto claimed = store::add_claim_events(pipeline, 8, 3, std::chrono::seconds(60));
    const pg::Results results = co_await lease->run(std::move(pipeline));
    co_return results[claimed];
  };
  const auto lost = test::await(io_, claim(*pool_));
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(states(), "pending 1");
  EXPECT_EQ(post_due(), 0);
  query("UPDATE portal_event SET lease_until = now() - interval '1 second'");
  EXPECT_EQ(post_due(), 1);
  EXPECT_EQ(states(), "delivered 2");
  const auto late = [](pg::Pool& pool, store::ClaimedEvent of) -> boost::asio::awaitable<bool> {
    pg::Pool::Lease lease = co_await pool.acquire();
    pg::Pipeline pipeline;
    store::EventOutcome outcome{of.event.place, of.fence, "dead", "timeout", "", {}};
    const pg::Slot<bool> ours = store::add_event_outcome(pipeline, outcome);
    const pg::Results results = co_await lease->run(std::move(pipeline));
    co_return !results[ours];
  };
  EXPECT_TRUE(test::await(io_, late(*pool_, lost.front())));
  EXPECT_EQ(states(), "delivered 2");
}

TEST_F(PortalTest, ARangeIsPostedOnceMoreUnderItsIds) {
  two_changes();
  two_changes("web-18");
  take_over();
  while (post_due() > 0) {
  }
  const auto again = [this](const char* after, const char* until) {
    const auto work = [](std::string conninfo, office::Rulebook& rulebook, Instant from,
                         Instant to) -> boost::asio::awaitable<std::int64_t> {
      pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
      co_return co_await office::replay_changes(db, rulebook, from, to);
    };
    return test::await(io_, work(database_, rulebook_, at(after), at(until)));
  };
  EXPECT_EQ(again("2026-04-02T14:01:00+08:00", "2026-04-02T14:02:00+08:00"), 1);
  EXPECT_EQ(again("2026-04-02T13:00:00+08:00", "2026-04-02T13:59:00+08:00"), 0);
  while (post_due() > 0) {
  }
  ASSERT_EQ(sink_.posted().size(), 5U);
  const Posted repeated = sink_.posted().at(4);
  int before = 0;
  for (const Posted& one : sink_.posted())
    if (one.id == repeated.id && one.body == repeated.body) ++before;
  EXPECT_EQ(before, 2);
  query("DELETE FROM portal_event");  // forgotten after a week
  EXPECT_EQ(again("2026-04-02T13:00:00+08:00", "2026-04-02T15:00:00+08:00"), 4);
}

TEST_F(PortalTest, InTrialModeItIsRecordedAndNotPosted) {
  auto trial = options();
  trial.trial = true;
  portal_->reload(trial);
  two_changes();
  take_over();
  EXPECT_EQ(states(), "trial 0, trial 0");
  EXPECT_EQ(post_due(), 0);
}

TEST_F(PortalTest, EventsMayBeWrittenAsFiles) {
  const auto directory =
      std::filesystem::temp_directory_path() / fmt::format("tenggat-portal-{}", ::getpid());
  auto files = options();
  files.config = {"file:" + directory.string(), {}, false};
  EXPECT_TRUE(files.config.validate().empty());
  portal_->reload(files);
  two_changes();
  take_over();
  while (post_due() > 0) {
  }
  const json::array events = object(get("/events", "dasbor")).at("items").as_array();
  for (const json::value& event : events) {
    std::ifstream file(directory / (std::string(event.at("id").as_string()) + ".json"));
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_EQ(json::parse(text.str()), event);
  }
  EXPECT_EQ(events.size(), 2U);
  std::filesystem::remove_all(directory);
}

TEST_F(PortalTest, APortalHearsOfWhatChangesFromItsFirstDayOn) {
  query("DELETE FROM portal");
  two_changes();
  EXPECT_EQ(take_over(), 0) << "nobody follows yet";
  begin();
  EXPECT_EQ(take_over(), 0) << "what was before is not sent";
  two_changes("web-18");
  EXPECT_EQ(take_over(), 2);
}

}  // namespace
}  // namespace tenggat::http
