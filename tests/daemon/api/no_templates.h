// Where no templates are sent: what pages are told of how they stand.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/config.h"
#include "daemon/base/secrets.h"
#include "daemon/office/templates.h"

namespace tenggat::http {

class NoTemplates {
 public:
  NoTemplates(const boost::asio::any_io_executor& executor, pg::Pool& pool, Metrics& metrics)
      : worker_(executor, pool, metrics,
                office::Setup{config_, secrets_,
                              std::make_shared<const notify::Texts>(std::vector<notify::Text>{}),
                              std::make_shared<notify::Outgoing>(executor, notify::ChannelsConfig{},
                                                                 &Clock::machine_now)}) {}
  const office::Templates& operator*() const { return worker_; }

 private:
  Config config_;
  Secrets secrets_;
  office::Templates worker_;
};

}  // namespace tenggat::http
