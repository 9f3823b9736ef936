// The composer's daily jobs: the morning list of each officer's open tasks, and the recap for the
// heads.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "daemon/log.h"
#include "daemon/office/composer_round.h"
#include "daemon/store/commands.h"
#include "notifiers/words.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr const char* kMorningList = "daftar_pagi";
constexpr const char* kRecap = "rekap_harian";

int day_number(const LocalTime& local) {
  return local.year * 10000 + static_cast<int>(local.month) * 100 + static_cast<int>(local.day);
}

// The first opening of the day that `now` lies in; none on a day off.
std::optional<Instant> opening_of_today(const Calendar& calendar, Instant now) {
  const LocalTime local = calendar.local(now);
  const Instant midnight = calendar.midnight(local.year, local.month, local.day);
  const Instant opening = calendar.first_opening_after(midnight - Seconds{1});
  if (day_number(calendar.local(opening)) != day_number(local)) return std::nullopt;
  return opening;
}

std::vector<std::string> applicant_roles(const Rulebook& rulebook) {
  std::set<std::string> roles;
  for (const Sop* sop : rulebook.sops_in_force())
    for (const Role& role : sop->roles)
      if (role.applicant) roles.insert(role.id);
  return {roles.begin(), roles.end()};
}

}  // namespace

// When each of them is due next.
asio::awaitable<std::vector<store::DailyJob>> Composer::next_daily_jobs(
    pg::Connection& connection) {
  const store::Moment clock = co_await connection.query(store::kMoment);
  const Instant now = clock.now;
  const Calendar& calendar = office_calendar();
  std::vector<store::DailyJob> jobs;
  jobs.push_back(
      {kMorningList, settings_.calendar, calendar.first_opening_after(now - Seconds{1})});
  jobs.push_back({kRecap, settings_.calendar, calendar.last_closing_after(now - Seconds{1})});
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

asio::awaitable<void> Composer::morning_list(Round& round, pg::Transaction& transaction,
                                             const Calendar& calendar) {
  const Instant now = round.moment.now;
  pg::Pipeline reads;
  const auto open = store::add_open_tasks(reads, applicant_roles(rulebook_));
  const pg::Results results = co_await transaction.run(std::move(reads));
  const std::vector<store::OpenTask> tasks = results[open];

  struct Held {
    const store::OpenTask* task;
    std::string for_officer;
  };
  std::map<std::string, std::vector<Held>> of_officer;
  for (const store::OpenTask& task : tasks) {
    if (!rulebook_.has_version(task.sop_version)) continue;
    const Sop& sop = rulebook_.sop_version(task.sop_version);
    const Context context = rulebook_.context(sop, now);
    for (const Recipient& holder :
         resolve_holder(task.visit, sop, rulebook_.people(), context.today()))
      of_officer[holder.officer].push_back({&task, holder.for_officer});
  }

  const LocalTime local = calendar.local(now);
  std::vector<std::string> officers;
  std::vector<pg::Slot<std::optional<std::int64_t>>> notices;  // of each
  pg::Pipeline plans;
  for (const auto& [officer, list] : of_officer) {
    if (silenced(officer, rulebook_.people().silences, now)) continue;
    officers.push_back(officer);
    notices.push_back(store::add_daily_notice(
        plans, {kMorningList, day_number(local), {Addressee::Kind::officer, officer}, now}));
  }
  if (officers.empty()) co_return;
  const pg::Results planned = co_await transaction.run(std::move(plans));
  for (std::size_t i = 0; i < officers.size(); ++i) {
    const std::optional<std::int64_t> notice = planned[notices[i]];
    if (!notice) continue;  // this day's was made already
    const std::string& id = officers[i];
    const Officer* officer = rulebook_.people().find(id);
    store::NewMessage message;
    message.recipient = officer_key(id);
    message.why = Reason::on_duty;
    message.name = officer->name;
    message.text = kMorningList;
    message.rendered_at = now;
    message.trial = settings_.trial;
    message.notices.emplace_back(0, *notice);
    if (!address(message, *officer)) {
      log_event(Level::error, "officer_unreachable", {{"officer", id}});
      continue;
    }
    std::vector<ListedTask> listed;
    std::set<std::int64_t> named;
    for (const auto& [task, for_officer] : of_officer[id]) {
      const Sop& sop = rulebook_.sop_version(task->sop_version);
      listed.push_back({task->number, sop.step_name(task->visit.step), task->due_at, task->paused,
                        &rulebook_.calendar(sop.calendar),
                        name_of_absent(for_officer, rulebook_.people())});
      message.tasks.emplace_back(task->permit, task->visit.id);
      named.insert(task->permit);
    }
    // What waited for this person goes along: it is said here and counts as told.
    std::vector<const Deliverable*> absorbed;
    for (Deliverable& waiting : round.deliverables) {
      const auto is_theirs = [&](const Recipient& one) { return one.officer == id; };
      const store::PendingNotice& pending = waiting.pending;
      if (ready_at(pending.notice, rulebook_.send()) > now && !waiting.held_up_since) continue;
      const auto theirs = std::find_if(waiting.to.begin(), waiting.to.end(), is_theirs);
      if (theirs == waiting.to.end()) continue;
      waiting.task.instead_of = name_of_absent(theirs->for_officer, rulebook_.people());
      std::erase_if(waiting.to, is_theirs);
      absorbed.push_back(&waiting);
      message.notices.emplace_back(pending.permit, pending.id);
      if (named.insert(pending.permit).second) listed.push_back(waiting.task);
      if (waiting.to.empty() && waiting.silent_until)
        round.settle(pending, store::NoticeOutcome::Kind::later, Reason::silenced,
                     *waiting.silent_until);
      else if (waiting.to.empty())
        round.settle(pending, store::NoticeOutcome::Kind::rendered, Reason::absorbed, now);
    }
    TextFields fields{{"instansi", settings_.office.name},
                      {"nama_petugas", officer->name},
                      {"tanggal", notify::date(local)},
                      {"jumlah", notify::number(static_cast<std::int64_t>(named.size()))},
                      {"daftar", list_of(std::move(listed), now)},
                      {"tautan", inbox_link(settings_.office)}};
    if (std::any_of(absorbed.begin(), absorbed.end(),
                    [](const Deliverable* one) { return one->held_up_since; })) {
      message.text = kOutageSummary;
      add_outage(fields, absorbed, now);
    }
    message.rendered = notify::render(*settings_.texts, message.text, fields);
    round.messages.push_back(std::move(message));
  }
  std::erase_if(round.deliverables, [](const Deliverable& one) { return one.to.empty(); });
}

asio::awaitable<void> Composer::recap(Round& round, pg::Transaction& transaction,
                                      const Calendar& calendar) {
  const Instant now = round.moment.now;
  const LocalTime local = calendar.local(now);
  std::set<std::string> told;
  std::vector<Recipient> heads;
  for (const Sop* sop : rulebook_.sops_in_force()) {
    const Context context = rulebook_.context(*sop, now);
    for (Recipient& head :
         resolve_role(sop->head, nullptr, *sop, rulebook_.people(), context.today()))
      if (told.insert(head.officer).second) heads.push_back(std::move(head));
  }
  if (heads.empty()) co_return;
  const Instant day = calendar.midnight(local.year, local.month, local.day);
  pg::Pipeline reads;
  const auto recapped = store::add_recap(
      reads,
      {day, day + std::chrono::hours(24), calendar.midnight(local.year, local.month, 1), now});
  std::vector<pg::Slot<std::optional<std::int64_t>>> notices;  // of each head
  for (const Recipient& head : heads)
    notices.push_back(store::add_daily_notice(
        reads, {kRecap, day_number(local), {Addressee::Kind::officer, head.officer}, now}));
  const pg::Results results = co_await transaction.run(std::move(reads));
  const store::Recap counts = results[recapped];
  const std::int64_t judged = counts.judged_this_month;
  const std::string percent =
      judged == 0 ? "–" : notify::tenths((2000 * counts.met_this_month + judged) / (2 * judged));
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const Officer* officer = rulebook_.people().find(heads[i].officer);
    const std::optional<std::int64_t> notice = results[notices[i]];
    if (!notice || !officer) continue;
    if (silenced(officer->id, rulebook_.people().silences, now)) continue;
    store::NewMessage message;
    message.recipient = officer_key(officer->id);
    message.acting_for = heads[i].for_officer;
    message.why = heads[i].why;
    message.name = officer->name;
    message.text = kRecap;
    message.rendered_at = now;
    message.trial = settings_.trial;
    message.notices.emplace_back(0, *notice);
    if (!address(message, *officer)) continue;
    message.rendered = notify::render(
        *settings_.texts, kRecap,
        {{"instansi", settings_.office.name},
         {"tanggal", notify::date(local)},
         {"masuk", notify::number(counts.submitted)},
         {"proses", notify::number(counts.in_process)},
         {"terbit", notify::number(counts.issued)},
         {"kembali", notify::number(counts.returned)},
         {"hari_ini", notify::number(counts.due_today)},
         {"terlambat", notify::number(counts.overdue)},
         {"persen", percent},
         {"tepat_waktu", judged == 0 ? "belum ada izin terbit bulan ini"
                                     : fmt::format("{}% dari {} yang terbit bulan ini", percent,
                                                   notify::number(judged))},
         {"jumlah", notify::number(judged)},
         {"belum", notify::number(counts.overdue_open)},
         {"tautan", settings_.office.public_url + "/papan"}});
    round.messages.push_back(std::move(message));
  }
}

asio::awaitable<void> Composer::run_daily_jobs(Round& round, pg::Transaction& transaction) {
  for (const store::DailyJob& job : round.jobs) {
    const Calendar* calendar = rulebook_.find_calendar(job.calendar);
    if (!calendar) continue;
    const Instant now = round.moment.now;
    const bool morning = job.kind == kMorningList;
    // What an outage has made stale is left out: yesterday's list helps nobody, today's does.
    const std::optional<Instant> opening = opening_of_today(*calendar, now);
    if (morning && opening && job.next_at <= *opening && *opening <= now &&
        calendar->last_closing_after(*opening) > now)
      co_await morning_list(round, transaction, *calendar);
    if (!morning && calendar->same_working_day(job.next_at, now))
      co_await recap(round, transaction, *calendar);
    pg::Pipeline pipeline;
    store::add_save_daily_job(pipeline, {job.kind, job.calendar,
                                         morning ? calendar->first_opening_after(now)
                                                 : calendar->last_closing_after(now)});
    co_await transaction.run(std::move(pipeline));
  }
}

}  // namespace tenggat::office
