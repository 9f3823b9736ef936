#include "daemon/office/channel_outage.h"

#include <algorithm>
#include <map>
#include <set>

#include "daemon/store/stuck.h"
#include "notifiers/words.h"
#include "rules/telling/round.h"

namespace tenggat::office {
namespace {

// It tells an officer of work: no recap, no appointment, no change of the office, and not the
// canary's.
bool tells_of_work(const store::NewMessage& message) {
  return message.recipient.starts_with("officer:") && message.text != kRecap &&
         message.text != kAppointment && message.text != kOfficeChanged &&
         std::any_of(message.notices.begin(), message.notices.end(),
                     [](const auto& one) { return one.first >= 0; });
}

std::vector<store::TaskToName> tasks_of(const store::NewMessage& message) {
  std::vector<store::TaskToName> tasks;
  std::set<std::int64_t> permits;
  for (const auto& [permit, visit] : message.tasks) {
    tasks.push_back({message.recipient, permit, visit});
    permits.insert(permit);
  }
  // What names no visit is of the whole case.
  for (const auto& [permit, notice] : message.notices)
    if (permit > 0 && !permits.contains(permit)) tasks.push_back({message.recipient, permit, 0});
  return tasks;
}

class Summing {
 public:
  Summing(Rulebook& rulebook, SummaryTerms terms) : rulebook_(rulebook), terms_(terms) {}

  void rewrite(store::NewMessage& message, const store::StuckSince& before,
               const std::vector<store::NamedTask>& tasks) const {
    std::vector<ListedTask> listed;
    bool still = false;
    for (const store::NamedTask& task : tasks) {
      if (task.recipient != message.recipient) continue;
      still = still || task.stuck;
      listed.push_back(listed_task(task));
      const std::pair<std::int64_t, int> named(task.permit, task.visit);
      if (task.visit != 0 &&
          std::find(message.tasks.begin(), message.tasks.end(), named) == message.tasks.end())
        message.tasks.push_back(named);
    }
    if (!still) return;  // what they were about is done
    const notify::Texts& texts = texts_for(terms_.texts, reader_of(message));
    const Tongue tongue = tongue_of(texts);
    const notify::Speech speech(tongue, terms_.calendar);
    message.text = kOutageSummary;
    message.thread.clear();
    message.rendered =
        notify::render(texts, kOutageSummary,
                       {{"instansi", terms_.office.name},
                        {"nama_petugas", message.name},
                        {"mulai", speech.moment_without_zone(before.since)},
                        {"selesai", speech.moment_without_zone(terms_.now)},
                        {"zona", terms_.calendar.local(terms_.now).zone_abbreviation},
                        {"jumlah", speech.number(before.notices)},
                        {"daftar", list_of(std::move(listed), terms_.now, tongue)},
                        {"tautan", inbox_link(terms_.office)}});
  }

 private:
  const Officer* reader_of(const store::NewMessage& message) const {
    return rulebook_.people().find(message.recipient.substr(message.recipient.find(':') + 1));
  }
  ListedTask listed_task(const store::NamedTask& task) const {
    const Sop& sop = rulebook_.sop_version(task.sop_version);
    return {task.number,
            task.visit == 0 ? sop.case_name : sop.step_name(task.step),
            task.due_at,
            task.paused,
            &rulebook_.calendar(sop.calendar),
            counting_at(sop, task.visit == 0 ? "" : task.step)};
  }

  Rulebook& rulebook_;
  SummaryTerms terms_;
};

}  // namespace

pg::Awaitable<void> sum_up_stuck(std::vector<store::NewMessage>& messages,
                                 pg::Connection& connection, pg::Transaction& transaction,
                                 Rulebook& rulebook, SummaryTerms terms) {
  std::set<std::string> told;
  for (const store::NewMessage& message : messages)
    if (tells_of_work(message)) told.insert(message.recipient);
  if (told.empty()) co_return;
  pg::Pipeline locking;
  const std::vector<std::string> officers(told.begin(), told.end());
  const auto waiting = store::add_lock_stuck(locking, officers, terms.now);
  const pg::Results locked = co_await transaction.run(std::move(locking));
  const std::vector<store::StuckMessage> stuck = locked[waiting];
  if (stuck.empty()) co_return;

  std::vector<store::TaskToName> fresh;
  for (const store::NewMessage& message : messages)
    if (tells_of_work(message))
      for (store::TaskToName& task : tasks_of(message)) fresh.push_back(std::move(task));
  pg::Pipeline reads;
  const auto since = store::add_stuck_since(reads, officers, terms.now);
  const auto named = store::add_named_tasks(reads, stuck, fresh);
  store::add_give_way(reads, stuck);
  const pg::Results results = co_await transaction.run(std::move(reads));
  const std::vector<store::NamedTask> tasks = results[named];
  std::vector<std::string> versions;
  for (const store::NamedTask& task : tasks) versions.push_back(task.sop_version);
  co_await rulebook.ensure_versions(connection, std::move(versions));

  const Summing summing(rulebook, terms);
  for (const store::StuckSince& before : results[since]) {
    const bool waits = std::any_of(stuck.begin(), stuck.end(), [&](const auto& one) {
      return one.recipient == before.recipient;
    });
    const auto message = std::find_if(messages.begin(), messages.end(), [&](const auto& one) {
      return one.recipient == before.recipient && tells_of_work(one);
    });
    if (waits && message != messages.end()) summing.rewrite(*message, before, tasks);
  }
}

}  // namespace tenggat::office
