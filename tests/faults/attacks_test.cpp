// What was tried on the daemon from outside and held it up once, replayed while somebody else goes
// about their work.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <thread>

#include "daemon/base/resources.h"
#include "tests/faults/outside.h"
#include "tests/support/browser.h"

namespace tenggat::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

// Milliseconds, for 99 of 100 of somebody else's requests; where the machine is busy otherwise,
// three times what they took before the attack.
constexpr double kPatience = 100;

class Attacks : public OutsideTest {
 protected:
  explicit Attacks(const std::string& configuration = "") : OutsideTest(configuration) {}

  void begin() {
    somebody_ = somebody_at_work();
    std::this_thread::sleep_for(1s);
    patience_ = std::max(kPatience, 3 * somebody_->stop().p99);
    somebody_ = somebody_at_work();
    memory_.emplace(office_.daemon().pid());
    before_ = memory_->now();
  }
  // What others had of it, and what it cost: `stated` is what the ledger says of its phases.
  void end(std::size_t stated) {
    const std::size_t most = memory_->most();
    const std::size_t grown = most > before_ ? most - before_ : 0;
    const Bystander::Report others = somebody_->stop();
    std::cout << fmt::format(
        "memory {} before, {} at most: {} for it, {} stated\n"
        "others: {} answered, {} failed, p50 {:.1f} ms, p99 {:.1f} ms, at most {:.1f} ms\n",
        megabytes(before_), megabytes(most), megabytes(grown), megabytes(stated), others.answered,
        others.failed, others.p50, others.p99, others.most);
    EXPECT_LE(grown, stated);
    EXPECT_LE(most, memory_of(resource_ledger(kShipped)));
    EXPECT_EQ(others.failed, 0U) << others.first_failure;
    EXPECT_LT(others.p99, patience_);
  }
  std::size_t database_bytes() {
    return std::stoul(office_.query("SELECT pg_database_size(current_database())"));
  }

  std::unique_ptr<Bystander> somebody_;
  std::optional<Memory> memory_;
  std::size_t before_ = 0;
  double patience_ = kPatience;
};

// What the ledger says of so many connections whose requests are never finished.
std::size_t stated_for(std::size_t connections) {
  Resources few = kShipped;
  few.connections = connections;
  few.refusals = few.admin_connections = 0;
  std::size_t bytes = 0;
  for (const ResourceRow& row : resource_ledger(few))
    if (row.whose == "before" && row.phase.find("kernel") == std::string_view::npos)
      bytes += row.memory;
  return bytes + connections * kShipped.small_answer;
}

TEST_F(Attacks, AnApplicantsLinkDoesNotFillTheDatabase) {
  const std::string file = "%PDF-1.7\n" + std::string(19 * kMebibyte, 'x');
  const std::string token = forms_of(Browser(port()).get(track_)).at(0).hidden("token");
  const std::size_t stored = database_bytes();
  begin();
  std::vector<std::thread> senders;
  const auto until = steady_clock::now() + 8s;
  for (int sender = 0; sender < 8; ++sender)
    senders.emplace_back([&, sender] {
      for (int n = 0; steady_clock::now() < until; ++n) {
        const std::string mark = fmt::format("{}-{}", sender, n);
        const std::string body = fmt::format(
            "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{}\r\n--b\r\n"
            "Content-Disposition: form-data; name=\"aksi\"\r\n\r\nlihat-saja\r\n--b\r\n"
            "Content-Disposition: form-data; name=\"berkas:persyaratan_izin_paud:\"; "
            "filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n{}{}\r\n--b--\r\n",
            token, file, mark);
        Peer peer(port(), "127.0.0.2");
        peer.send(fmt::format("POST {} HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; "
                              "boundary=b\r\nContent-Length: {}\r\n\r\n",
                              track_, body.size()) +
                      body,
                  5s);
        peer.status();
      }
    });
  for (std::thread& one : senders) one.join();
  const std::size_t grown = database_bytes() - stored;
  std::cout << fmt::format("the database grew by {}\n", megabytes(grown));
  EXPECT_LE(grown, 250 * kMebibyte);  // the quota of a permit, and what it takes to store it
  end(2 * kShipped.bodies + kShipped.sessions() * kShipped.session);
}

TEST_F(Attacks, SlowReadersOfOneFileDoNotHoldItFortyTimes) {
  const std::string file = upload(20 * kMebibyte);
  begin();
  std::vector<Peer> readers;
  for (int n = 0; n < 40; ++n) {
    readers.emplace_back(port(), address_of(n % 4));
    readers.back().send(http_request("GET", "/api/v1/files/" + file, portal_, "", ""), 1s);
  }
  for (int second = 0; second < 5; ++second) {
    for (Peer& one : readers) one.read(1024, 1ms);
    std::this_thread::sleep_for(900ms);
  }
  const std::size_t kernel = most_in_kernel(port());
  std::cout << fmt::format("the kernel holds {} of one\n", megabytes(kernel));
  EXPECT_LE(kernel, 4 * kShipped.socket_buffer);
  end(kShipped.answers + kShipped.reads * kShipped.session + stated_for(40));
}

// Seventy-three that have sent what they could of a file's twenty mebibytes, and no more.
TEST_F(Attacks, StrangersBodiesKeepNobodyElsesOut) {
  begin();
  const std::string head =
      "POST /api/v1/files HTTP/1.1\r\nHost: a\r\nContent-Length: 20971520\r\n\r\n";
  const std::string part(3700 * kKibibyte, 'x');
  std::vector<Peer> strangers;
  for (int n = 0; n < 73; ++n) {
    strangers.emplace_back(port(), address_of(n % 8));
    strangers.back().send(head + part, 300ms);
  }
  const std::string fo = office_.daemon().new_token({"--officer", "fo"});
  for (int n = 0; n < 30; ++n) {
    const HttpAnswer answer = office_.exchange(
        http_request("POST", "/api/v1/permits/" + number_ + (n % 2 == 0 ? "/claim" : "/release"),
                     fo, "", R"({"step":"verifikasi"})"));
    EXPECT_NE(answer.status, 503) << answer.body;
  }
  end(stated_for(73));
}

TEST_F(Attacks, OneAddressDoesNotHoldAllConnections) {
  begin();
  std::vector<Peer> held;
  for (int n = 0; n < 1100; ++n) {
    held.emplace_back(port(), "127.0.0.2");
    held.back().send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", 100ms);
  }
  std::this_thread::sleep_for(500ms);
  const auto closed = static_cast<std::size_t>(std::count_if(
      held.begin(), held.end(), [](Peer& one) { return one.closed() || one.status(0ms) == 429; }));
  EXPECT_EQ(held.size() - closed, kShipped.of_one_address());
  // A neighbour at that same address is answered.
  Peer neighbour(port(), "127.0.0.2");
  neighbour.send(http_request("GET", track_, "", "", ""), 1s);
  EXPECT_EQ(neighbour.status(), 200);
  end(stated_for(1100));
  const std::string log = office_.daemon_log();
  const std::size_t said = log.find("address_refused");
  ASSERT_NE(said, std::string::npos);
  EXPECT_EQ(log.find("address_refused", said + 1), std::string::npos);
}

class AttacksBehindAProxy : public Attacks {
 protected:
  AttacksBehindAProxy() : Attacks("http: {proxies: [127.0.0.8]}\n") {}

  int asked(const std::string& method, const std::string& path, const std::string& client,
            const std::string& body = "") {
    Peer proxy(port(), "127.0.0.8", 256 * 1024);
    std::string request =
        fmt::format("{} {} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {}\r\n", method, path, client);
    if (!body.empty())
      request += fmt::format(
          "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", body.size());
    proxy.send(request + "\r\n" + body, 1s);
    return proxy.status();
  }
};

// Not even of who shares an address with whoever guesses.
TEST_F(AttacksBehindAProxy, GuessesLockNobodyOut) {
  begin();
  const std::string guesser = "203.0.113.5", neighbour = "203.0.113.9";
  int refused = 0;
  for (int n = 0; n < 120; ++n) {
    const std::string hex = fmt::format("{:032x}", n + 1);
    refused += asked("GET", "/lacak/" + hex, guesser) == 429;
    refused += asked("GET", "/masuk/" + hex + hex, guesser) == 429;
    refused += asked("POST", "/masuk", guesser, fmt::format("alamat=a{}%40b.example", n)) == 429;
  }
  EXPECT_GT(refused, 0);  // they are counted
  for (const std::string& who : {neighbour, guesser}) {
    EXPECT_EQ(asked("GET", track_, who), 200) << who;
    const std::string address =
        office_.query("SELECT replace(email, '@', '%40') FROM officer WHERE id = 'bo'");
    const std::string last = last_link_to("bo");
    EXPECT_EQ(asked("POST", "/masuk", who, "alamat=" + address), 200) << who;
    const std::string link = last_link_to("bo");
    EXPECT_NE(link, last) << who;
    EXPECT_EQ(asked("GET", link, who), 200) << who;
  }
  end(16 * kMebibyte);
}

// Half a minute of grace, then they are gone.
TEST_F(Attacks, LongSlowReadersAreDropped) {
  const std::string file = upload(20 * kMebibyte);
  begin();
  std::vector<Peer> readers;
  for (int n = 0; n < 40; ++n) {
    readers.emplace_back(port(), address_of(n % 4));
    readers.back().send(http_request("GET", "/api/v1/files/" + file, portal_, "", ""), 1s);
  }
  Peer fair(port(), "127.0.7.7", 64 * 1024);  // 64 KiB a second
  fair.send(http_request("GET", "/api/v1/files/" + file, portal_, "", ""), 1s);
  for (int tenth = 0; tenth < 420; ++tenth) {
    if (tenth % 10 == 0)
      for (Peer& one : readers) one.read(1024, 0ms);
    fair.read(6554, 100ms);
    std::this_thread::sleep_for(98ms);
  }
  for (Peer& one : readers)
    while (!one.closed() && !one.read(65536, 1ms).empty()) continue;
  EXPECT_TRUE(std::all_of(readers.begin(), readers.end(), [](Peer& one) { return one.closed(); }));
  EXPECT_FALSE(fair.read(1024, 1s).empty());
  EXPECT_NE(office_.daemon_log().find("slow_reader_dropped"), std::string::npos);
  end(kShipped.answers + kShipped.reads * kShipped.session + stated_for(40));
}

}  // namespace
}  // namespace tenggat::test
