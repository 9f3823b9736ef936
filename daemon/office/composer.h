// Makes messages from notices: resolves who holds each duty now, checks again that each notice
// still holds, groups what leaves together, renders once, and stores the result; all in one
// transaction. Makes the morning list and the recap. Sends nothing.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

#include "daemon/base/metrics.h"
#include "daemon/office/loop.h"
#include "daemon/office/permit_receipts.h"
#include "daemon/office/rulebook.h"
#include "daemon/office/wording.h"
#include "daemon/pg/pool.h"
#include "notifiers/text.h"
#include "rules/telling/round.h"

namespace tenggat::office {

// What the composer takes from the configuration; replaced whole by a reload.
struct ComposerSettings {
  Office office;
  std::string calendar;                // id of the calendar of office hours
  bool trial = false;                  // records what would be sent
  bool email = true, whatsapp = true;  // channels that are configured
  std::shared_ptr<const notify::Texts> texts;
  ReceiptKeys receipt_keys{};
};

ComposerSettings composer_settings(const Setup& setup);

class Composer : public Loop {
 public:
  Composer(boost::asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
           Metrics& metrics, ComposerSettings settings);

  // One transaction. Returns how many notices it settled, put off or set aside. One that cannot be
  // loaded or rendered is set aside then and there, and its neighbours go on. Where the database
  // refuses what was made of one, the round is tried with fewer and fewer of the earliest ones,
  // until the one to blame stands alone. A daily job that fails holds up no notice.
  boost::asio::awaitable<int> run_once();
  // Those set aside whose time has come: each in a transaction of its own, until one fails again.
  boost::asio::awaitable<void> look_at_set_aside();
  boost::asio::awaitable<std::chrono::milliseconds> until_due();
  // Plants the office's daily jobs where they are not there yet.
  boost::asio::awaitable<void> plant_daily_jobs();
  // Moves those forward that are due later than the office's hours say.
  boost::asio::awaitable<void> plan_daily_jobs_again();

  void reload(ComposerSettings settings) {
    settings_ = std::move(settings);
    look_again_ = true;  // what could not be rendered may be now
  }
  void reload(const Setup& setup) override { reload(composer_settings(setup)); }
  // The clock was set back: when the daily jobs are due is to be told anew.
  void plan_again() {
    plan_again_ = true;
    wake();
  }
  void on_commit(std::function<void()> hook) { on_commit_ = std::move(hook); }

 private:
  struct Composing;
  struct Portion;
  struct Composed {
    int settled = 0;    // notices, and daily jobs
    int set_aside = 0;  // of the former, those that cannot be made into a message
  };
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;
  boost::asio::awaitable<Composed> compose(Portion portion);
  boost::asio::awaitable<Composed> compose_within(Portion portion, pg::Connection& connection,
                                                  pg::Transaction& transaction);
  boost::asio::awaitable<void> set_aside(store::PendingNotice poison, std::string why);
  // Whether one was there and is settled.
  boost::asio::awaitable<bool> look_at_one_set_aside();
  void rest_from_daily_jobs(std::string_view why);
  bool rests_from_daily_jobs() const;
  boost::asio::awaitable<bool> gather(Composing& composing, Portion portion,
                                      pg::Connection& connection, pg::Transaction& transaction);
  boost::asio::awaitable<void> gather_waiting(Composing& composing, store::NoticeCursor end,
                                              pg::Connection& connection,
                                              pg::Transaction& transaction);
  boost::asio::awaitable<void> take(Composing& composing, std::vector<store::PendingNotice> notices,
                                    pg::Connection& connection, pg::Transaction& transaction);
  // Settles or collects it. Throws what is wrong with it.
  void take_one(Composing& composing, store::PendingNotice& notice, store::StoredPermit& stored,
                std::set<std::int64_t>& kept);
  void take_appointment(Composing& composing, const store::PendingNotice& pending);
  void take_office_change(Composing& composing, const store::PendingNotice& pending);
  boost::asio::awaitable<void> leave_out_changed(Composing& composing,
                                                 pg::Transaction& transaction);
  bool waits_for_watch(bool behind);
  boost::asio::awaitable<std::vector<store::DailyJob>> next_daily_jobs(pg::Connection& connection);
  boost::asio::awaitable<void> run_daily_jobs(Composing& composing, pg::Transaction& transaction);
  boost::asio::awaitable<void> morning_list(Composing& composing, pg::Transaction& transaction,
                                            const Calendar& calendar);
  boost::asio::awaitable<void> recap(Composing& composing, pg::Transaction& transaction,
                                     const Calendar& calendar);
  boost::asio::awaitable<void> settle_officers(Composing& composing, pg::Transaction& transaction);
  // Without those of the group that cannot be rendered, which are set aside.
  void tell_officer(Composing& composing, OfficerGroup group);
  void tell_officer(Composing& composing, const OfficerGroup& group, const Deliverable& first);
  // In the language that this officer reads, as far as there are texts in it.
  const notify::Texts& texts_to(const std::string& officer) const {
    return texts_for(*settings_.texts, rulebook_.people().find(officer));
  }
  // All that the text asks for: what is to be signed is, only where it does.
  TextFields applicant_fields(const std::string& text, const Notice& notice,
                              const store::StoredPermit& stored, const Context& context,
                              const std::vector<store::StoredNote>& notes) const;
  // Of what an outage has held up.
  void add_outage(TextFields& fields, const HeldUpNotices& held_up, Instant now,
                  Tongue tongue) const;
  const Calendar& office_calendar() const { return rulebook_.calendar(settings_.calendar); }

  pg::Pool& pool_;
  Rulebook& rulebook_;
  ComposerSettings settings_;
  std::optional<store::PendingNotice> earliest_;  // of those due in the last round
  bool jobs_due_ = false;                         // daily ones, in the last whole round
  std::chrono::nanoseconds jobs_rest_until_{};    // a daily job failed; monotonic
  bool plan_again_ = false;
  bool look_again_ = true;                // at all that is set aside, however lately it was
  std::chrono::nanoseconds next_look_{};  // at what is set aside; monotonic
  // Since when, by the machine's clock, it has waited for the watch to catch up.
  std::optional<std::chrono::nanoseconds> waiting_since_;
  std::function<void()> on_commit_;
};

}  // namespace tenggat::office
