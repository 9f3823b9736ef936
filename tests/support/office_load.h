// An office under load: applications are handed in and taken through the whole SOP by many clients
// at once, at a given rate; the branches of one application by several at once. Every command has a
// key of its own and is repeated under it until it is answered, through crashes and outages. What
// was acknowledged is kept, to be held against the database afterwards.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/daemon_process.h"

namespace tenggat::test {

class OfficeLoad {
 public:
  struct Tokens {
    std::string portal;  // of a service with scopes intake,act,read
    // Of those who act themselves: "bank", and "kd", since what is `hadir_sendiri` no service does
    // in the head's name.
    std::map<std::string, std::string> own{};
  };
  struct Options {
    // Of the daemons' API. Each client keeps to one, and to the next when cut; the branches of an
    // application go to one after the other.
    std::vector<int> ports;
    Tokens tokens;
    // Every n-th application is for a building (office_lives.h), 0: none; all others for a
    // kindergarten.
    int buildings = 0;
    int clients = 32;
    double rate = 200;      // commands a second, all clients together
    int left_lying = 4;     // every n-th application stops at a step and its clock runs on
    int reachable = 4;      // every n-th applicant has an address, email and WhatsApp by turns
    std::string run = "a";  // of keys and external ids: two loads on one database differ in it
  };
  struct Acknowledged {
    std::string key, action;  // "submit", "accept", "claim", "pause", ...
    std::string step{};       // empty: of the whole permit
    std::int64_t permit = 0;
    std::int64_t version = 0;  // of the permit in the answer
    std::string state;
    int tries = 1;  // how often it was sent until it was answered
  };
  struct Counts {
    std::size_t acknowledged = 0, refused = 0;  // refused: 4xx, none is expected
    std::size_t forestalled = 0;                // 4xx that another's command may bring about
    std::size_t cut = 0, busy = 0;              // tries without an answer; tries answered 503
  };

  // Officers fo, bo, dt, kdt, kb, s, kd, by email and WhatsApp by turns, and the tokens that a load
  // of kindergartens needs; by `tenggat` of a daemon that need not run, on a migrated database.
  static Tokens staff(DaemonProcess& daemon);

  explicit OfficeLoad(Options options);
  ~OfficeLoad();

  void start();
  // No new command begins; what was sent is repeated until answered. False where that takes longer.
  bool finish(std::chrono::seconds limit = std::chrono::seconds(60));

  Counts counts() const;
  std::vector<Acknowledged> acknowledged() const;
  std::vector<std::string> refusals() const;  // status and body of what was refused

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tenggat::test
