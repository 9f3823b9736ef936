// What /readyz asks: whether requests should be sent to this daemon.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <string>

#include "daemon/api/admin.h"
#include "daemon/app/database.h"
#include "daemon/app/workers.h"
#include "daemon/office/rulebook.h"

namespace tenggat::app {

class Readiness {
 public:
  // All references must outlive it.
  Readiness(Database& database, Workers& workers, office::Rulebook& rulebook)
      : database_(database), workers_(workers), rulebook_(rulebook) {}

  // From then on it serves; dates are said by the office's calendar of that id.
  void live(std::string calendar) { calendar_ = std::move(calendar); }

  // It waits for `tenggat db restored`; empty: it does not.
  void restored(std::string why) { restored_ = std::move(why); }

  std::vector<http::ReadinessCheck> checks();
  std::vector<http::ReadinessCheck> notes();

 private:
  boost::asio::awaitable<std::string> check_database();
  boost::asio::awaitable<std::string> check_migrations();
  boost::asio::awaitable<std::string> check_rules();
  boost::asio::awaitable<std::string> check_mark();
  boost::asio::awaitable<std::string> describe_clock();
  boost::asio::awaitable<std::string> describe_held();

  Database& database_;
  Workers& workers_;
  office::Rulebook& rulebook_;
  std::string calendar_;  // empty: it is starting
  std::string restored_;
};

}  // namespace tenggat::app
