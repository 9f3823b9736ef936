// The composer's daily jobs: the morning list of each officer's open tasks, and the recap for the
// heads.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "daemon/base/log.h"
#include "daemon/office/composer_round.h"
#include "daemon/store/commands.h"
#include "notifiers/words.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

// "15 April 2026"
std::string day_words(const LocalTime& day, Tongue tongue) {
  return tongue == Tongue::english
             ? notify::english_date(fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day))
             : notify::date(day);
}

}  // namespace

// When each of them is due next.
asio::awaitable<std::vector<store::DailyJob>> Composer::next_daily_jobs(
    pg::Connection& connection) {
  const store::Moment clock = co_await connection.query(store::kMoment);
  const Instant now = clock.now;
  const Calendar& calendar = office_calendar();
  std::vector<store::DailyJob> jobs;
  const Instant now_too = now - Seconds{1};  // one that is due right now counts
  jobs.push_back({kMorningList, settings_.calendar, next_morning_list(calendar, now_too)});
  jobs.push_back({kRecap, settings_.calendar, next_recap(calendar, now_too)});
  co_return jobs;
}

asio::awaitable<void> Composer::plant_daily_jobs() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  const std::vector<store::DailyJob> jobs = co_await next_daily_jobs(*lease);
  pg::Pipeline pipeline;
  for (const store::DailyJob& one : jobs) store::add_plant_daily_job(pipeline, one);
  co_await lease->run(std::move(pipeline));
}

asio::awaitable<void> Composer::plan_daily_jobs_again() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  const std::vector<store::DailyJob> jobs = co_await next_daily_jobs(*lease);
  pg::Pipeline pipeline;
  for (const store::DailyJob& one : jobs) store::add_advance_daily_job(pipeline, one);
  co_await lease->run(std::move(pipeline));
}

asio::awaitable<void> Composer::morning_list(Composing& composing, pg::Transaction& transaction,
                                             const Calendar& calendar) {
  const Instant now = composing.moment.now;
  const LocalTime local = calendar.local(now);
  pg::Pipeline reads;
  const auto open = store::add_open_tasks(reads, applicant_roles(rulebook_));
  const pg::Results results = co_await transaction.run(std::move(reads));
  const std::vector<OpenTask> tasks = results[open];
  const auto by_holder = tasks_by_holder(tasks, rulebook_, now);
  if (by_holder.empty()) co_return;
  std::vector<pg::Slot<std::optional<std::int64_t>>> notices;  // of each
  pg::Pipeline plans;
  for (const auto& [officer, held] : by_holder)
    notices.push_back(store::add_daily_notice(
        plans, {kMorningList, day_number(local), {Addressee::Kind::officer, officer}, now}));
  const pg::Results planned = co_await transaction.run(std::move(plans));
  auto slot = notices.begin();
  for (const auto& [officer, held] : by_holder) {
    const std::optional<std::int64_t> notice = planned[*slot++];
    if (!notice) continue;  // this day's was made already
    std::optional<PlannedMessage> message = composing.round.morning_list(officer, *notice, held);
    if (!message) {
      log_event(Level::error, "officer_unreachable", {{"officer", officer}});
      continue;
    }
    const notify::Texts& texts = texts_to(officer);
    const Tongue tongue = tongue_of(texts);
    const auto permits = static_cast<std::int64_t>(message->permits);
    TextFields fields{{"instansi", settings_.office.name},
                      {"nama_petugas", message->name},
                      {"tanggal", day_words(local, tongue)},
                      {"jumlah", notify::number_in(tongue, permits)},
                      {"daftar", list_of(message->listed, now, tongue)},
                      {"tautan", inbox_link(settings_.office)}};
    if (message->held_up) add_outage(fields, *message->held_up, now, tongue);
    notify::Rendered rendered = notify::render(texts, message->text, fields);
    rendered.items = items_of(message->listed, settings_.office, now, tongue);
    composing.rendered[composing.round.add(std::move(*message))] = std::move(rendered);
  }
}

asio::awaitable<void> Composer::recap(Composing& composing, pg::Transaction& transaction,
                                      const Calendar& calendar) {
  const Instant now = composing.moment.now;
  const LocalTime local = calendar.local(now);
  const std::vector<Recipient> heads = heads_to_tell(rulebook_, now);
  if (heads.empty()) co_return;
  const Instant day = calendar.midnight(local.year, local.month, local.day);
  pg::Pipeline reads;
  const auto recapped = store::add_recap(
      reads,
      {day, day + std::chrono::hours(24), calendar.midnight(local.year, local.month, 1), now});
  const auto last_seal = store::add_last_seal(reads);
  std::vector<pg::Slot<std::optional<std::int64_t>>> notices;  // of each head
  for (const Recipient& head : heads)
    notices.push_back(store::add_daily_notice(
        reads, {kRecap, day_number(local), {Addressee::Kind::officer, head.officer}, now}));
  const pg::Results results = co_await transaction.run(std::move(reads));
  const store::Recap counts = results[recapped];
  const std::optional<std::string> page = results[last_seal];
  const std::optional<store::Seal> seal = page ? store::parse_seal(*page) : std::nullopt;
  const auto said_in = [&](Tongue tongue) {
    TextFields fields = recap_fields(counts, tongue);
    fields["instansi"] = settings_.office.name;
    fields["tanggal"] = day_words(local, tongue);
    fields["tautan"] = settings_.office.public_url + "/papan";
    fields["segel"] = seal ? seal_words(*seal, calendar, tongue) : "";
    return fields;
  };
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const std::optional<std::int64_t> notice = results[notices[i]];
    if (!notice) continue;
    std::optional<PlannedMessage> message = composing.round.recap(heads[i], *notice);
    if (!message) continue;
    const notify::Texts& texts = texts_to(heads[i].officer);
    notify::Rendered rendered = notify::render(texts, kRecap, said_in(tongue_of(texts)));
    composing.rendered[composing.round.add(std::move(*message))] = std::move(rendered);
  }
}

asio::awaitable<void> Composer::run_daily_jobs(Composing& composing, pg::Transaction& transaction) {
  for (const store::DailyJob& job : composing.jobs) {
    const Calendar* calendar = rulebook_.find_calendar(job.calendar);
    if (!calendar) continue;
    const Instant now = composing.moment.now;
    const bool morning = job.kind == kMorningList;
    if (morning && morning_list_helps(job.next_at, *calendar, now))
      co_await morning_list(composing, transaction, *calendar);
    if (!morning && recap_helps(job.next_at, *calendar, now))
      co_await recap(composing, transaction, *calendar);
    pg::Pipeline pipeline;
    store::add_save_daily_job(
        pipeline, {job.kind, job.calendar,
                   morning ? next_morning_list(*calendar, now) : next_recap(*calendar, now)});
    co_await transaction.run(std::move(pipeline));
  }
}

}  // namespace tenggat::office
