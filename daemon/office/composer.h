// Makes messages from notices: resolves who holds each duty now, checks again that each notice
// still holds, groups what leaves together, renders once, and stores the result; all in one
// transaction. Makes the morning list and the recap. Sends nothing.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "daemon/metrics.h"
#include "daemon/office/grouping.h"
#include "daemon/office/loop.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/wording.h"
#include "daemon/pg/pool.h"
#include "notifiers/text.h"

namespace tenggat::office {

// What the composer takes from the configuration; replaced whole by a reload.
struct ComposerSettings {
  Office office;
  std::string calendar;                // id of the calendar of office hours
  bool trial = false;                  // records what would be sent
  bool email = true, whatsapp = true;  // channels that are configured
  std::shared_ptr<const notify::Texts> texts;
};

class Composer : public Loop {
 public:
  Composer(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
           Metrics& metrics, ComposerSettings settings);

  // One transaction. Returns how many notices it settled or put off. Where it fails on a notice
  // that cannot be rendered or written, it is tried with fewer and fewer of the earliest ones,
  // until the one to blame stands alone and is put off for a while. A daily job that fails holds up
  // no notice.
  boost::asio::awaitable<int> run_once();
  boost::asio::awaitable<std::chrono::milliseconds> until_due();
  // Plants the office's daily jobs where they are not there yet.
  boost::asio::awaitable<void> plant_daily_jobs();

  void reload(ComposerSettings settings) { settings_ = std::move(settings); }
  void on_commit(std::function<void()> hook) { on_commit_ = std::move(hook); }

 private:
  struct Round;
  struct Portion;
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;
  boost::asio::awaitable<int> compose(Portion portion);
  boost::asio::awaitable<int> compose_within(Portion portion, pg::Connection& connection,
                                             pg::Transaction& transaction);
  boost::asio::awaitable<void> put_off(store::PendingNotice poison, std::string why);
  boost::asio::awaitable<bool> gather(Round& round, Portion portion, pg::Connection& connection,
                                      pg::Transaction& transaction);
  boost::asio::awaitable<void> gather_waiting(Round& round, store::NoticeCursor end,
                                              pg::Connection& connection,
                                              pg::Transaction& transaction);
  boost::asio::awaitable<void> take(Round& round, std::vector<store::PendingNotice> notices,
                                    pg::Connection& connection, pg::Transaction& transaction);
  boost::asio::awaitable<void> leave_out_changed(Round& round, pg::Transaction& transaction);
  bool waits_for_watch(bool behind);
  void settle_applicant(Round& round, const store::PendingNotice& pending,
                        const store::StoredPermit& stored);
  // Tells a deputy that they are one.
  void settle_appointment(Round& round, const store::PendingNotice& pending);
  // Whether the permit is needed beyond this portion.
  bool collect_officers(Round& round, store::PendingNotice pending,
                        const store::StoredPermit& stored);
  boost::asio::awaitable<void> run_daily_jobs(Round& round, pg::Transaction& transaction);
  boost::asio::awaitable<void> morning_list(Round& round, pg::Transaction& transaction,
                                            const Calendar& calendar);
  boost::asio::awaitable<void> recap(Round& round, pg::Transaction& transaction,
                                     const Calendar& calendar);
  boost::asio::awaitable<void> settle_officers(Round& round, pg::Transaction& transaction);
  // False where the officer has no usable channel.
  bool make_officer_message(Round& round, const OfficerGroup& group);
  void add_outage(TextFields& fields, const std::vector<const Deliverable*>& notices,
                  Instant now) const;

  bool address(store::NewMessage& message, const std::string& whatsapp,
               const std::string& email) const;
  // By the first of the officer's channels that is configured.
  bool address(store::NewMessage& message, const Officer& officer) const;
  const Calendar& office_calendar() const { return rulebook_.calendar(settings_.calendar); }

  pg::Pool& pool_;
  Rulebook& rulebook_;
  ComposerSettings settings_;
  std::optional<store::PendingNotice> earliest_;  // of those due in the last round
  // Since when, by the machine's clock, it has waited for the watch to catch up.
  std::optional<std::chrono::nanoseconds> waiting_since_;
  std::function<void()> on_commit_;
};

}  // namespace tenggat::office
