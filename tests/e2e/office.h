// A whole licensing office for one test: a database, tenggatd as a process of its own under a
// simulated clock that stands still until moved, a real SMTP server and a sink that judges like
// Meta. Everything is driven as people drive it: by `tenggat` and the HTTP API.
#pragma once
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "notifiers/text.h"
#include "tests/support/daemon_process.h"
#include "tests/support/http_client.h"
#include "tests/support/meta_sink.h"
#include "tests/support/postgres.h"
#include "tests/support/smtp_server.h"

namespace tenggat::test {

// One message as the database has it, with the instant of the office's clock.
struct SentMessage {
  std::string at;         // "2026-04-02T14:02:00"
  std::string recipient;  // "officer:fo" or "applicant"
  std::string text;
  std::string channel;
  bool operator==(const SentMessage&) const = default;
};
std::ostream& operator<<(std::ostream& out, const SentMessage& message);

// What Meta signs its receipts with.
inline constexpr const char* kReceiptKey = "kunci-tanda-tangan";

class Office {
 public:
  // Officers fo, bo, dt, kdt, kb, s, kd: bo and kb are reached by email, the others by WhatsApp.
  // `configuration`: further lines of the daemon's file.
  explicit Office(const std::string& start, const std::string& configuration = "");
  ~Office();
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;

  // `tenggat ...`. `as` is an officer id or a service ("portal"), for its token.
  CommandResult tenggat(const std::vector<std::string>& arguments, const std::string& as = "");
  // The same, expected to succeed with a JSON answer.
  boost::json::value json(std::vector<std::string> arguments, const std::string& as);

  // GET /api/v1`path`, expected to be answered with 200.
  boost::json::value get(const std::string& path, const std::string& as);

  // Any request of the API; its bytes as they are.
  HttpAnswer exchange(std::string request);

  // Moves the clock, from due instant to due instant. "2026-04-02T14:08:00"
  void advance(const std::string& local);

  // A copy of Banjarbaru's calendar with a line added below `key:`. Returns its path.
  std::string changed_calendar(const std::string& key, const std::string& line);

  // The messages rendered since the last call, in order, and nothing else than those; but neither
  // recaps nor what is told of changes in the office itself.
  std::vector<SentMessage> new_messages();
  // SQL, first cell.
  std::string query(const std::string& sql) const;
  // Rows of one text column.
  std::vector<std::string> column(const std::string& sql) const;

  // Whether that query comes to answer this, while the loops do their work.
  bool becomes(const std::string& sql, const std::string& wanted,
               std::chrono::seconds within = std::chrono::seconds(15)) const;
  // Whether /metrics comes to hold this line; the database's numbers are read every few seconds.
  bool metric_becomes(const std::string& line) const;
  DaemonProcess& daemon() { return *daemon_; }
  const std::string& database() const { return database_; }
  void stop_daemon();  // SIGTERM, expected to end with 0
  void start_daemon();
  void kill_daemon();  // SIGKILL
  void reload();       // SIGHUP

  // A copy of the rules for this office alone, from the next (re)load on.
  void use_own_rules();
  // Replaces the first `from` in a file of that copy.
  void change_rule(const std::string& file, const std::string& from, const std::string& to);

  MetaSink& meta() { return *meta_; }
  TestSmtpServer& smtp() { return *smtp_; }
  std::string daemon_log() const { return daemon_->log(); }

 private:
  std::string database_;
  notify::Texts texts_{std::vector<notify::Text>{}};
  std::unique_ptr<MetaSink> meta_;
  std::unique_ptr<TestSmtpServer> smtp_;
  std::unique_ptr<DaemonProcess> daemon_;
  std::map<std::string, std::string> tokens_;
  long seen_message_ = 0;
};

}  // namespace tenggat::test
