// What keeps a loop from its work, from its first failure to its next success. The log says it once
// a minute, however often it is tried; /readyz says it for as long as it lasts.
#pragma once
#include <chrono>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/pg/connection.h"
#include "rules/say.h"

namespace tenggat::office {

// What the database lacks, for people: "the database's disk is full".
Words words_of_outage(std::string_view sqlstate);

// For an operator, with its SQLSTATE: "the database's disk is full (53100)".
std::string in_words(const pg::Error& outage);

class Trouble {
 public:
  explicit Trouble(std::string loop) : loop_(std::move(loop)) {}

  const std::string& loop() const { return loop_; }
  // An outage is logged as a warning, anything else as an error.
  void failed(const std::exception& why);
  void succeeded();

  // The outage in words; empty after a success, and while what fails is no outage but a bug.
  const std::string& outage() const { return outage_; }
  const std::string& sqlstate() const { return sqlstate_; }  // of that outage
  // Nothing was heard but that the database is out of reach, which follows from many an outage.
  bool only_out_of_reach() const { return only_out_of_reach_; }
  // Since the first failure, in machine time; zero after a success.
  std::chrono::nanoseconds lasting() const;

 private:
  bool worth_a_line(const std::string& failure, std::chrono::nanoseconds now);

  std::string loop_;
  std::optional<std::chrono::nanoseconds> since_;
  std::string outage_, sqlstate_;
  bool only_out_of_reach_ = false;
  bool logged_ = false;                                    // since since_
  std::map<std::string, std::chrono::nanoseconds> lines_;  // failure → when it was last logged
  std::size_t unsaid_ = 0;                                 // failures since the last line
};

// A database that is there but cannot do its work, as any session was told: a full disk, say. It is
// so until a write succeeds. A server whose disk is full often writes a little more before it dies
// of it: that it is then out of reach is the lesser news.
class Unfit {
 public:
  // Whether that is news of a database that cannot do its work. `now`: machine time.
  bool heard(const pg::Error& error, std::chrono::nanoseconds now);
  void writes_again() { words_.clear(); }
  const std::string& words() const { return words_; }  // empty: it is not so

 private:
  std::string words_, last_;
  std::optional<std::chrono::nanoseconds> last_at_;
};

}  // namespace tenggat::office
