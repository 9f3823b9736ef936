// Lets changes of officers that have waited long enough take effect (store/officer_changes.h).
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "daemon/base/metrics.h"
#include "daemon/office/loop.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"
#include "daemon/store/people.h"

namespace tenggat::office {

class OfficerChanges : public Loop {
 public:
  // All references must outlive run().
  OfficerChanges(boost::asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics);

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;

  pg::Pool& pool_;
};

// Of the SOPs in force: whoever holds one of these signs as the person they are.
store::InPerson roles_in_person(const Rulebook& rulebook);

}  // namespace tenggat::office
