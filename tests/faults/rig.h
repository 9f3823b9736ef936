// An office on a PostgreSQL that survives its crashes, with real sinks, for tests that kill its
// parts: what must be there afterwards is compared with what the sinks hold. It has building
// permits beside its kindergartens, with departments that work on one at once.
#pragma once
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "notifiers/text.h"
#include "tests/support/daemon_process.h"
#include "tests/support/meta_sink.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"
#include "tests/support/smtp_server.h"

namespace tenggat::test {

// What the sinks hold, held against the messages that the database says were accepted.
struct Deliveries {
  std::size_t messages = 0;   // accepted, by the database
  std::size_t delivered = 0;  // in the sinks
  std::size_t extra = 0;      // of them, repeats of one message
  // Attempts whose outcome nobody knows, or knew while the lease lasted.
  std::size_t unknown = 0;
  // A message that is in no sink, one in a sink that nobody sent, repeats beyond the message's
  // unknown attempts. Emails are told apart by Message-ID; what Meta is sent holds no id of ours,
  // so there it is the person, the template and its parameters.
  std::vector<std::string> faults;
};

// A server that keeps what it acknowledged through a crash, with room for two daemons.
TestPostgres::Options durable();

class Rig {
 public:
  // The office's clock as for tenggatd --clock; of the database's name nothing else follows.
  explicit Rig(std::string clock, TestPostgres::Options options = durable(),
               std::string schema = "public");
  // A further office in that one's database, with sinks of its own.
  Rig(std::string clock, const Rig& beside, std::string schema);

  DaemonProcess::Options daemon_options() const;
  const std::filesystem::path& rules() const { return rules_; }  // the office's own copy
  // Migrates the database and hires its officers; returns the tokens of OfficeLoad.
  OfficeLoad::Tokens found_office(DaemonProcess& daemon);
  // For an office that was founded: without ports.
  OfficeLoad::Options load() const { return load_; }

  std::string query(const std::string& sql) {
    return server.execute("SET search_path = " + schema_ + "; " + sql, kDatabase);
  }
  const std::string& schema() const { return schema_; }
  int due_rungs();  // raised so far because a step's time was over
  // The office's clock stands from now on, so that no new work comes of it.
  void stop_clock();
  // Waits until no message is queued and nothing is due and undone. What is left then, in words;
  // empty is what a test expects.
  std::string wait_until_quiet(std::chrono::seconds limit);
  Deliveries deliveries();
  // What a daemon answers of the permits with several open visits, held against the database: the
  // visits, in their order, and the due of each. The office's clock stands.
  std::vector<std::string> wrongly_reported(const DaemonProcess& daemon);
  // Fails the test for each breach of an invariant and each fault of the deliveries, and for more
  // extra deliveries than unknown outcomes.
  Deliveries judge(const std::vector<OfficeLoad::Acknowledged>& ledger);
  // What the load has brought about on branches, in words. Fails the test where something is
  // missing that every load brings about.
  std::string branch_work();

  static constexpr const char* kDatabase = "office";

 private:
  Rig(std::string clock, std::shared_ptr<TestPostgres> shared, std::string schema);
  const std::shared_ptr<TestPostgres> shared_;

 public:
  TestPostgres& server;
  notify::Texts texts;
  MetaSink meta;
  TestSmtpServer smtp;

 private:
  std::string clock_, schema_;
  std::filesystem::path rules_;
  OfficeLoad::Options load_;
};

// Waits until `holds`, looking often; false after `limit`.
template <class Condition>
bool wait_until(Condition holds, std::chrono::milliseconds limit) {
  const auto give_up = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace tenggat::test
