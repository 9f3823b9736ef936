// Removes what the office no longer keeps, slice by slice, so that officers go on meanwhile
// (store/retention.h).
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "daemon/base/config.h"
#include "daemon/base/metrics.h"
#include "daemon/office/loop.h"
#include "daemon/pg/pool.h"

namespace tenggat::office {

class Retention : public Loop {
 public:
  Retention(boost::asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics,
            const Setup& setup);

  // A slice of each kind that was not done with by the slice before; whether there may be more.
  boost::asio::awaitable<bool> run_once();
  void reload(const Setup& setup) override { kept_ = setup.config.retention; }

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;

  // What a slice did not come to the end of: to find that nothing is due may cost as much as one.
  struct Left {
    bool answers = true, files = true, messages = true, permits = true;
    bool any() const { return answers || files || messages || permits; }
  };

  pg::Pool& pool_;
  Config::Retention kept_;
  Left left_;
};

}  // namespace tenggat::office
