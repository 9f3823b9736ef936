#include "tests/faults/desk.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>

#include "daemon/api/view.h"
#include "daemon/base/clock.h"
#include "daemon/pg/migrate.h"
#include "daemon/store/hash.h"
#include "daemon/store/migrations.h"
#include "daemon/store/office_clock.h"
#include "daemon/store/people.h"
#include "daemon/store/rules.h"
#include "tests/daemon/api/office.h"
#include "tests/support/await.h"

namespace tenggat::test {
namespace asio = boost::asio;
namespace {

constexpr const char* kStart = "2026-04-02T14:00:00+08:00";

store::RuleSet rule_set(std::string kind, std::string name, std::vector<SourceFile> files) {
  store::RuleSet set{kind, std::move(name), store::content_hash(kind, files), std::move(files)};
  return set;
}

SourceFile shipped_sop() {
  std::ifstream file(TENGGAT_SOURCE_DIR "/rules/office/sop/paud.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  return {"paud.yaml", text.str()};
}

asio::awaitable<void> furnish(std::string conninfo, std::optional<double> speed) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await pg::migrate(db, store::migrations());
  if (speed) {
    co_await store::allow_simulated_clock(db);
    co_await store::start_clock(db, testing::at(kStart), *speed);
  }
  auto sop = rule_set("sop", "paud", {shipped_sop()});
  co_await store::put_in_force(db, store::By::system(), std::move(sop));
  auto calendar = rule_set("calendar", "banjarbaru",
                           {testing::shipped("banjarbaru.yaml"), testing::shipped("libur.tsv")});
  co_await store::put_in_force(db, store::By::system(), std::move(calendar));
  const People people = testing::staff();
  for (const Officer& officer : people.officers)
    co_await store::add_officer(db, store::By::system(), officer, store::InPerson::none());
}

asio::awaitable<void> move_clock(std::string conninfo, Instant to) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  co_await store::set_clock(db, to);
}

asio::awaitable<void> hear(office::Committer& committer, CommandRequest request,
                           std::shared_ptr<Desk::Waiting> waiting, std::size_t& answered) {
  const auto begun = Clock::monotonic();
  auto submitting = committer.submit(std::move(request));
  waiting->answer = co_await std::move(submitting);
  waiting->took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::monotonic() - begun);
  waiting->place = ++answered;
}

std::string new_database_name() {
  static int count = 0;
  return "desk_" + std::to_string(++count);
}

}  // namespace

Desk::Desk(DeskOptions options)
    : server_(options.server ? *options.server : shared_postgres()),
      proxy_(server_),
      database_(new_database_name()) {
  await(io_, furnish(server_.create_database(database_),
                     options.real_time ? std::nullopt : std::optional(options.clock_speed)));
  pg::PoolOptions pool(proxy_.conninfo(database_) + " " + options.conninfo);
  pool.connections_max = 2;  // as the daemon has it: one a lane
  pool.connect.host_timeout = std::chrono::milliseconds(500);
  pool_.emplace(io_.get_executor(), pool);
  committer_.emplace(io_.get_executor(), *pool_, rulebook_, metrics_,
                     std::bind_front(http::command_answer, std::string("https://x.example")),
                     options.committer);
  asio::co_spawn(io_, committer_->run(), asio::detached);
}

Desk::~Desk() {
  proxy_.pass();
  committer_->stop();
  io_.restart();
  io_.run_for(std::chrono::seconds(10));
  pool_->close();
}

CommandRequest Desk::submission(std::int64_t token, const std::string& key) {
  Submission submission;
  submission.sop = "paud";
  submission.applicant = {"Siti", "", "6281234567890"};
  submission.permit.subject = "PAUD " + key;
  submission.permit.created_by = "portal";
  submission.permit.documents = {{"persyaratan_izin_paud", "", "https://berkas.example/1", "", ""}};
  CommandRequest request;
  request.actor = {Actor::Kind::applicant, "portal", ""};
  request.command = std::move(submission);
  request.idempotency = {token, key, store::sha256(key)};
  return request;
}

CommandRequest Desk::accept(std::int64_t permit, std::int64_t token, const std::string& key) {
  CommandRequest request;
  request.permit = permit;
  request.actor = {Actor::Kind::officer, "fo", ""};
  request.command = testing::Office::act("verifikasi", "accept");
  request.idempotency = {token, key, store::sha256(key)};
  return request;
}

Desk::WaitingPtr Desk::ask(CommandRequest request) {
  const auto waiting = std::make_shared<Waiting>();
  asio::co_spawn(io_, hear(*committer_, std::move(request), waiting, answered_), asio::detached);
  return waiting;
}

CommandAnswer Desk::answer_to(CommandRequest request) {
  const WaitingPtr waiting = ask(std::move(request));
  wait_for({waiting});
  return waiting->answer.value_or(CommandAnswer{});
}

void Desk::wait_for(const std::vector<WaitingPtr>& all) {
  run_until([&all] {
    return std::all_of(all.begin(), all.end(),
                       [](const WaitingPtr& one) { return one->answer.has_value(); });
  });
}

void Desk::run_until(const std::function<bool()>& condition, std::chrono::seconds limit) {
  const auto give_up = Clock::monotonic() + limit;
  while (!condition()) {
    if (Clock::monotonic() > give_up) {
      ADD_FAILURE() << "not within " << limit.count() << " s";
      return;
    }
    io_.restart();
    io_.run_for(std::chrono::milliseconds(2));
  }
}

std::string Desk::query(const std::string& sql) const { return server_.execute(sql, database_); }

std::int64_t Desk::permit_of(const CommandAnswer& answer) const {
  boost::system::error_code failed;
  const boost::json::value permit = boost::json::parse(answer.body, failed);
  if (failed) {
    ADD_FAILURE() << "an answer without a permit";
    return 0;
  }
  return std::stoll(std::string(permit.at("id").as_string()));
}

std::string Desk::not_once(const std::vector<CommandRequest>& commands) const {
  std::string wrong;
  for (const CommandRequest& one : commands) {
    const std::string& key = one.idempotency.key;
    const std::string kept = query("SELECT count(*) FROM idempotency WHERE key = '" + key +
                                   "' AND token = " + std::to_string(one.idempotency.token));
    if (kept != "1") wrong += key + ": kept " + kept + " times; ";
    if (one.permit != 0) continue;
    const std::string permits =
        query("SELECT count(*) FROM permit WHERE subject = 'PAUD " + key + "'");
    if (permits != "1") wrong += key + ": " + permits + " permits; ";
  }
  const std::string torn = query(
      "SELECT string_agg(id::text, ' ') FROM permit p WHERE events <>"
      " (SELECT count(*) FROM event WHERE permit = p.id)");
  if (!torn.empty()) wrong += "events differ: " + torn + "; ";
  const std::string gaps =
      query("SELECT count(*) - (SELECT sum(last) FROM permit_number) FROM permit");
  if (gaps != "0") wrong += "numbers: " + gaps;
  return wrong;
}

void Desk::clock_is(const std::string& instant) {
  await(io_, move_clock(server_.conninfo(database_), testing::at(instant)));
}

}  // namespace tenggat::test
