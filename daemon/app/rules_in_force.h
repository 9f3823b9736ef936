// The rules of the files on their way into force: into the database and the rulebook, and told to
// whoever reads metrics, the log or the schema `laporan`.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <set>
#include <string>
#include <vector>

#include "daemon/app/startup.h"
#include "daemon/base/metrics.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/connection.h"

namespace tenggat::app {

class RulesInForce {
 public:
  // Both references must outlive it.
  RulesInForce(office::Rulebook& rulebook, Metrics& metrics)
      : rulebook_(rulebook), metrics_(metrics) {}

  // What becomes of services whose `nomor` is another's. A reload is refused for them. A start is
  // not, since open permits' time runs: it goes on with what is in force, without them.
  enum class Clashes { left_out, refused };
  // Returns what is new in force: "sop paud". Throws what refuses it.
  boost::asio::awaitable<std::vector<std::string>> put(pg::Connection& connection,
                                                       const Startup& startup, Clashes clashes);

  // Into the metrics: what steps may take, how far calendars reach; and SOPs without a file.
  void announce(const RuleFiles& files);
  void announce_sops(const RuleFiles& files);
  // Names of what they found, once it is in the log.
  std::vector<std::string> say_where_files_differ(const RuleFiles& files) const;
  std::vector<std::string> say_sops_without_file(const RuleFiles& files) const;

 private:
  boost::asio::awaitable<std::set<std::string>> find_clashes(pg::Connection& connection,
                                                             const RuleFiles& files,
                                                             Clashes clashes);
  boost::asio::awaitable<void> describe(pg::Connection& connection, const Startup& startup);
  // SOPs in force that no file has any more.
  std::vector<std::string> sops_without_file(const RuleFiles& files) const;
  void say_shared_addresses(Instant now) const;

  office::Rulebook& rulebook_;
  Metrics& metrics_;
};

}  // namespace tenggat::app
