// Deletes what was uploaded and no permit took in time, and what broke off on its way in.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "daemon/base/metrics.h"
#include "daemon/office/loop.h"
#include "daemon/pg/pool.h"

namespace tenggat::office {

class FileCollector : public Loop {
 public:
  FileCollector(boost::asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics);

  // A slice; returns how many are gone.
  boost::asio::awaitable<int> run_once();

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;

  pg::Pool& pool_;
};

}  // namespace tenggat::office
