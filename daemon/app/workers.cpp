#include "daemon/app/workers.h"

#include "daemon/base/config.h"
#include "daemon/office/canary.h"
#include "daemon/office/file_collector.h"
#include "daemon/office/forecaster.h"
#include "daemon/office/officer_changes.h"
#include "daemon/office/receipts.h"
#include "daemon/office/retention.h"
#include "daemon/office/sealer.h"
#include "daemon/office/snapshot.h"

namespace tenggat::app {

Workers::Workers(const Tools& tools, const office::Setup& setup) {
  const auto& [executor, database, rulebook, metrics, board, render] = tools;
  office::CommitterOptions committing;
  committing.permit_file_bytes = setup.config.http.permit_file_bytes;

  committer_ =
      &add<office::Committer>(executor, database.commands, rulebook, metrics, render, committing);
  watch_ = &add<office::Watch>(executor, database.watch, rulebook, metrics);
  composer_ = &add<office::Composer>(executor, database.office, rulebook, metrics,
                                     office::composer_settings(setup));
  dispatcher_ = &add<office::Dispatcher>(executor, database.office, metrics, setup.outgoing,
                                         office::dispatcher_settings(setup));
  add<office::Canary>(executor, database.reads, rulebook, *committer_, metrics,
                      office::canary_settings(setup));
  templates_ = &add<office::Templates>(executor, database.office, metrics, setup);
  add<office::ReceiptLoop>(executor, database.office, metrics);
  add<office::FileCollector>(executor, database.files, metrics);
  add<office::Retention>(executor, database.office, metrics, setup);
  add<office::OfficerChanges>(executor, database.office, metrics);
  add<office::Sealer>(executor, database.office, rulebook, metrics, office::sealer_settings(setup));
  portal_ = &add<office::Portal>(executor, database.office, rulebook, metrics,
                                 office::Portal::options_of(setup.config, setup.secrets));
  marker_ = &add<office::Marker>(executor, database.office, metrics, setup.config.state_dir);
  add<office::Forecaster>(executor, database.office, rulebook, metrics);
  add<office::SnapshotLoop>(executor, database.snapshot, rulebook, metrics, board,
                            database.pools());

  for (const auto& worker : all_) metrics.loop(worker->name());
  committer_->marked_by(*marker_);
  committer_->on_commit([this, &written = tools.database] {
    written.writes_again();
    wake();
  });
  watch_->on_commit([this] { wake(); });
  watch_->clock().on_set_back([this] {
    composer_->plan_again();
    wake();
  });
  composer_->on_commit([this] { dispatcher_->wake(); });
}

void Workers::wake() {
  for (const auto& worker : all_) worker->wake();
}

void Workers::reload(const office::Setup& setup) {
  for (const auto& worker : all_) worker->reload(setup);
}

void Workers::stop() {
  for (const auto& worker : all_) worker->stop();
}

// One may have heard of a full disk where the others only lost their server.
std::string Workers::outage(const std::string& unfit) const {
  std::string out_of_reach;
  for (const auto& worker : all_) {
    const office::Trouble& trouble = worker->trouble();
    if (trouble.outage().empty()) continue;
    if (!trouble.only_out_of_reach()) return trouble.outage();
    out_of_reach = trouble.outage();
  }
  return unfit.empty() ? out_of_reach : unfit;
}

}  // namespace tenggat::app
