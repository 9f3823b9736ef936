// A dispatcher on a database of its own, between a gateway that a test scripts and a directory for
// mails. Everything runs on one io_context, while a member waits.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/office/dispatcher.h"
#include "daemon/pg/migrate.h"
#include "daemon/store/migrations.h"
#include "daemon/store/outbox.h"
#include "tests/support/await.h"
#include "tests/support/json_posts.h"
#include "tests/support/postgres.h"

namespace tenggat::test {
namespace asio = boost::asio;

// Speaks as our generic webhook does, to many connections at once.
class Gateway {
 public:
  // The status line's end for a message, as "200 OK"; empty keeps the answer back until released.
  using Judge = std::function<std::string(std::int64_t message)>;

  explicit Gateway(asio::io_context& io) : io_(io) {
    asio::co_spawn(io_, accept(), asio::detached);
  }
  std::string url() const {
    return fmt::format("http://127.0.0.1:{}/", acceptor_.local_endpoint().port());
  }
  void judge(Judge judge) { judge_ = std::move(judge); }
  void release() {
    released_ = true;
    held_.cancel();
  }
  int taken(std::int64_t message) const {
    const auto found = taken_.find(message);
    return found == taken_.end() ? 0 : found->second;
  }
  std::size_t messages() const { return taken_.size(); }

 private:
  asio::awaitable<void> accept() {
    while (true)
      asio::co_spawn(io_, serve(co_await acceptor_.async_accept(asio::use_awaitable)),
                     asio::detached);
  }
  asio::awaitable<void> serve(asio::ip::tcp::socket peer) {
    std::string buffer;
    while (true) {
      const boost::json::value body = (co_await test::next_post(peer, buffer)).body;
      const std::int64_t message = std::stoll(std::string(body.at("id").as_string()));
      ++taken_[message];
      std::string status = judge_(message);
      while (status.empty() && !released_) {
        boost::system::error_code ignored;
        co_await held_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      }
      if (status.empty()) status = "200 OK";
      co_await asio::async_write(
          peer, asio::buffer("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"),
          asio::use_awaitable);
    }
  }

  asio::io_context& io_;
  asio::ip::tcp::acceptor acceptor_{io_,
                                    asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  asio::steady_timer held_{io_, asio::steady_timer::time_point::max()};
  bool released_ = false;
  Judge judge_ = [](std::int64_t) { return "200 OK"; };
  std::map<std::int64_t, int> taken_;
};

class DispatcherTest : public testing::Test {
 protected:
  DispatcherTest() {
    static int count = 0;
    database_ = "dispatcher_" + std::to_string(++count);
    const std::string conninfo = shared_postgres().create_database(database_);
    await(io_, migrate(conninfo));
    pg::PoolOptions pool(conninfo);
    pool.connect.by_key = true;  // as the daemon's loops have it
    pool_.emplace(io_.get_executor(), pool);
    config_.email.url = "file:" + mails_.string();
    config_.whatsapp.provider = "webhook";
    config_.whatsapp.url = gateway_.url();
  }
  ~DispatcherTest() override {
    stop();
    pool_->close();
    std::filesystem::remove_all(mails_);
  }

  std::string query(const std::string& sql) { return shared_postgres().execute(sql, database_); }

  // `count` messages to as many applicants, who can be reached over both channels; the first id.
  std::int64_t queue(const std::string& channel, int count, const std::string& who = "applicant") {
    return std::stoll(query(fmt::format(
        "WITH a AS (INSERT INTO message (recipient, why, channel, address, name, text, subject,"
        " body, fields, template, thread, rendered_at) SELECT '{0}:' || n, 'applicant', '{1}',"
        " CASE '{1}' WHEN 'email' THEN 'a@b.id' ELSE '62812' || (10000000 + n) END, 'Siti', "
        "'lengkap',"
        " 'Berkas lengkap', 'Isi surat.', '{{\"names\": [], \"values\": []}}', 't', 'PAUD-1', now()"
        " FROM generate_series(1, {2}) n RETURNING id) SELECT min(id) FROM a",
        who, channel, count)));
  }
  std::string state(std::int64_t message) {
    return query(fmt::format("SELECT state || ' ' || reason FROM message WHERE id = {}", message));
  }

  void start(office::DispatcherOptions options = {}) {
    outgoing_ =
        std::make_shared<notify::Outgoing>(io_.get_executor(), config_, &Clock::machine_now);
    dispatcher_.emplace(io_.get_executor(), *pool_, metrics_, outgoing_, settings_,
                        std::move(options));
    running_ = true;
    asio::co_spawn(io_, dispatcher_->run(), [this](std::exception_ptr failure) {
      running_ = false;
      if (failure) ADD_FAILURE() << "the dispatcher ended";
    });
  }
  void stop() {
    if (!running_) return;
    dispatcher_->stop();
    gateway_.release();
    EXPECT_TRUE(until([this] { return !running_; }));
  }
  // Runs until it holds; false after the limit.
  bool until(const std::function<bool()>& holds,
             std::chrono::seconds limit = std::chrono::seconds(20)) {
    const auto give_up = std::chrono::steady_clock::now() + limit;
    io_.restart();
    while (!holds()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      io_.run_for(std::chrono::milliseconds(10));
    }
    return true;
  }
  bool becomes(const std::string& sql, const std::string& wanted,
               std::chrono::seconds limit = std::chrono::seconds(20)) {
    return until([&] { return query(sql) == wanted; }, limit);
  }
  asio::awaitable<void> supersede(std::string recipient) {
    pg::Pool::Lease lease = co_await pool_->acquire();
    pg::Pipeline pipeline;
    store::add_supersede(pipeline, recipient);
    co_await lease->run(std::move(pipeline));
  }

  asio::io_context io_{1};
  Gateway gateway_{io_};
  Metrics metrics_{MetricsOptions{}};
  notify::ChannelsConfig config_;
  office::DispatcherSettings settings_;
  std::filesystem::path mails_ =
      std::filesystem::temp_directory_path() / fmt::format("tenggat-mails-{}", ::getpid());
  std::optional<pg::Pool> pool_;
  std::shared_ptr<notify::Outgoing> outgoing_;
  std::optional<office::Dispatcher> dispatcher_;
  std::string database_;
  bool running_ = false;

 private:
  static asio::awaitable<void> migrate(std::string conninfo) {
    pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
    co_await pg::migrate(db, store::migrations());
  }
};

}  // namespace tenggat::test
