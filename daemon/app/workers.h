// The registry of the workers: the one list of them (workers.cpp). Who is on it is started, woken,
// reloaded, stopped, watched by /readyz and has its series in the metrics.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/app/database.h"
#include "daemon/base/metrics.h"
#include "daemon/office/board.h"
#include "daemon/office/committer.h"
#include "daemon/office/composer.h"
#include "daemon/office/dispatcher.h"
#include "daemon/office/marker.h"
#include "daemon/office/portal.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/templates.h"
#include "daemon/office/watch.h"
#include "daemon/office/worker.h"

namespace tenggat::app {

class Workers {
 public:
  // What they work with. All references must outlive the workers.
  struct Tools {
    boost::asio::any_io_executor executor;
    Database& database;
    office::Rulebook& rulebook;
    Metrics& metrics;
    office::BoardFeed& board;
    RenderAnswer render;  // of the committer's answers
  };
  Workers(const Tools& tools, const office::Setup& setup);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Those whom others ask by name.
  office::Committer& committer() { return *committer_; }
  office::Watch& watch() { return *watch_; }
  office::Composer& composer() { return *composer_; }
  office::Dispatcher& dispatcher() { return *dispatcher_; }
  office::Portal& portal() { return *portal_; }
  office::Templates& templates() { return *templates_; }
  office::Marker& marker() { return *marker_; }

  // In the order they start and stop.
  const std::vector<std::unique_ptr<office::Worker>>& all() const { return all_; }
  void wake();
  void reload(const office::Setup& setup);
  void stop();
  // What keeps any of them from its work, as /readyz says it; empty: nothing does. `unfit`: what
  // any session heard the database lacks, which says more than that it is out of reach.
  std::string outage(const std::string& unfit) const;

 private:
  template <class Kind, class... Needs>
  Kind& add(Needs&&... needs) {
    auto worker = std::make_unique<Kind>(std::forward<Needs>(needs)...);
    Kind& added = *worker;
    all_.push_back(std::move(worker));
    return added;
  }

  std::vector<std::unique_ptr<office::Worker>> all_;
  office::Committer* committer_ = nullptr;
  office::Watch* watch_ = nullptr;
  office::Composer* composer_ = nullptr;
  office::Portal* portal_ = nullptr;
  office::Dispatcher* dispatcher_ = nullptr;
  office::Templates* templates_ = nullptr;
  office::Marker* marker_ = nullptr;
};

}  // namespace tenggat::app
