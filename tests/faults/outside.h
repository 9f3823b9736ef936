// Who comes from outside: greedy clients from any address of this machine, somebody who goes about
// their work meanwhile, and how much memory it costs the daemon.
#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/e2e/office.h"

namespace tenggat::test {

// One connection that sends and reads what it is told to, or does neither. Never waits long.
class Peer {
 public:
  // `from`: 127.x.y.z; `holds`: what the kernel may hold for it unread.
  Peer(int port, const std::string& from, int holds = 8 * 1024);
  ~Peer();
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&&) = delete;

  // As much as the daemon takes of it within the time; how much that was.
  std::size_t send(std::string_view bytes, std::chrono::milliseconds within);
  std::string read(std::size_t most, std::chrono::milliseconds within);
  // The status of an answer, once its first line is there; 0: none came, or the connection ended.
  int status(std::chrono::milliseconds within = std::chrono::seconds(5));
  bool closed();  // by the daemon

 private:
  int socket_;
};

// "127.0.<n>.1", none of them the proxy or anybody's else here.
std::string address_of(int n);

// Asks in turn, each request at its time, from another address; over one connection that is kept.
class Bystander {
 public:
  Bystander(int port, std::vector<std::string> requests);
  ~Bystander();
  struct Report {
    double p50 = 0, p99 = 0, most = 0;  // milliseconds, from when a request was due
    std::size_t answered = 0, failed = 0;
    std::string first_failure;
  };
  Report stop();

 private:
  void ask();

  int port_;
  std::vector<std::string> requests_;
  std::atomic<bool> over_ = false;
  std::vector<double> times_;
  std::size_t failed_ = 0;
  std::string first_failure_;
  std::thread thread_;
};

// Of the daemon, in bytes: what it has now, the most it had since forget().
class Memory {
 public:
  explicit Memory(pid_t pid) : pid_(pid) { forget(); }
  void forget();
  std::size_t now() const;
  std::size_t most() const;

 private:
  pid_t pid_;
};

// What the kernel holds at most for one connection of whoever listens there: sent and not taken,
// come and not read.
std::size_t most_in_kernel(int port);

// An office with a file under way, its applicant's link, an officer's session, an uploaded
// document.
class OutsideTest : public testing::Test {
 protected:
  explicit OutsideTest(const std::string& configuration = "");

  std::string cookie_of(const std::string& officer);
  std::string kiosk_of(const std::string& cookie);
  int port() { return office_.daemon().api_port(); }
  // A document of so many bytes; its SHA-256.
  std::string upload(std::size_t bytes);
  std::unique_ptr<Bystander> somebody_at_work();
  // The path in the newest sign-in link they were sent; empty: none was.
  std::string last_link_to(const std::string& officer);

  Office office_;
  std::string portal_, number_, track_;  // token; the permit's number; the path of its link
};

std::string megabytes(std::size_t bytes);

}  // namespace tenggat::test
