// What a round of the composer begins with: the notices that are due, with all that must be known
// of them; which of them still hold; and which have changed meanwhile.
#include <set>

#include "daemon/base/clock.h"
#include "daemon/base/crash_point.h"
#include "daemon/office/composer_round.h"
#include "daemon/store/commands.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr int kRoundNotices = 200'000;  // that one transaction takes on
// So long it waits, by the machine's clock, for the watch to raise what an outage has held up.
constexpr std::chrono::minutes kWatchCatchesUp{2};

store::NoticeCursor cursor_of(const store::PendingNotice& notice) {
  return {notice.send_at, notice.permit, notice.id};
}

}  // namespace

// Whether to leave everything for later: after an outage the watch is still to raise what belongs
// into the same messages. A watch that gets nowhere holds nothing up for long.
bool Composer::waits_for_watch(bool behind) {
  if (!behind) {
    waiting_since_.reset();
    return false;
  }
  if (!waiting_since_) waiting_since_ = Clock::monotonic();
  return Clock::monotonic() - *waiting_since_ < kWatchCatchesUp;
}

// Returns false where nothing is to be done.
asio::awaitable<bool> Composer::gather(Composing& composing, Portion portion,
                                       pg::Connection& connection, pg::Transaction& transaction) {
  earliest_.reset();
  pg::Pipeline locking;
  const auto jobs = store::add_lock_due_daily_jobs(locking);
  const auto due = portion.apart ? store::add_lock_set_aside_notice(locking)
                                 : store::add_lock_due_notices(locking, portion.due);
  const auto behind = store::add_overdue_for(locking, kOutage);
  const pg::Results locked = co_await transaction.run(std::move(locking));
  if (portion.whole() && !rests_from_daily_jobs()) {
    composing.jobs = locked[jobs];
    jobs_due_ = !composing.jobs.empty();
  }
  std::vector<store::PendingNotice> notices = locked[due];
  if (!notices.empty()) earliest_ = notices.front();
  if (composing.jobs.empty() && notices.empty()) {
    waiting_since_.reset();
    co_return false;
  }
  if (waits_for_watch(locked[behind])) co_return false;
  store::NoticeCursor end;
  while (true) {
    const bool more =
        portion.whole() && notices.size() == kPortion && composing.taken < kRoundNotices;
    if (!notices.empty()) end = cursor_of(notices.back());
    co_await take(composing, std::move(notices), connection, transaction);
    if (!more) break;
    pg::Pipeline next;
    const auto following = store::add_lock_due_notices(next, kPortion, end);
    const pg::Results results = co_await transaction.run(std::move(next));
    notices = results[following];
  }
  if (portion.whole()) co_await gather_waiting(composing, end, connection, transaction);
  co_return true;
}

// What waits for its time may leave with what is due: looked up only where something is.
asio::awaitable<void> Composer::gather_waiting(Composing& composing, store::NoticeCursor end,
                                               pg::Connection& connection,
                                               pg::Transaction& transaction) {
  if (composing.jobs.empty() && composing.round.deliverables().empty()) co_return;
  for (bool more = true; more && composing.taken < kRoundNotices;) {
    pg::Pipeline next;
    const auto waiting = store::add_lock_waiting_notices(next, kPortion, end);
    const pg::Results results = co_await transaction.run(std::move(next));
    std::vector<store::PendingNotice> notices = results[waiting];
    more = notices.size() == kPortion;
    if (!notices.empty()) end = cursor_of(notices.back());
    co_await take(composing, std::move(notices), connection, transaction);
  }
}

// Checks that each still holds, settles those to applicants, collects those to officers.
asio::awaitable<void> Composer::take(Composing& composing,
                                     std::vector<store::PendingNotice> pending,
                                     pg::Connection& connection, pg::Transaction& transaction) {
  std::set<std::int64_t> ids;
  std::vector<std::int64_t> notices, permits, causes, office_events;
  for (const store::PendingNotice& one : pending) {
    ids.insert(one.permit);
    notices.push_back(one.id);
    permits.push_back(one.permit);
    causes.push_back(one.notice.cause);
    if (one.notice.text == kOfficeChanged) office_events.push_back(one.notice.cause);
  }
  pg::Pipeline reads;
  const store::PermitLoad load(reads, {ids.begin(), ids.end()}, store::Lock::none);
  const auto told = store::add_told(reads, notices);
  const auto tongues = store::add_tongues_of(reads, permits);
  const auto notes = store::add_notes_of_events(reads, permits, causes);
  // A refusal's reason may stand with an earlier step: who recommended it wrote it there. What a
  // reminder to mend is about stands with the return.
  std::vector<pg::Slot<std::vector<store::StoredNote>>> whole;
  for (const store::PendingNotice& one : pending) {
    if (one.notice.text != kRefusal && one.notice.text != kMendReminder) continue;
    whole.push_back(store::add_notes(reads, one.permit));
  }
  const store::OfficeNewsSlot news(reads, office_events);
  const auto clock = reads.add(store::kMoment);
  const pg::Results results = co_await transaction.run(std::move(reads));
  composing.news = results[news];
  composing.moment = results[clock];
  if (!rulebook_.fresh(composing.moment)) co_await rulebook_.refresh(connection, composing.moment);
  composing.round.at(composing.moment.now, office_calendar(), rulebook_.send());
  std::map<std::int64_t, std::string> unreadable;
  std::map<std::int64_t, store::StoredPermit> loaded = load.take_readable(results, unreadable);
  composing.notes = results[notes];
  composing.tongues.clear();
  for (store::TongueOf& one : results[tongues])
    composing.tongues[one.permit] = std::move(one.tongue);
  composing.earlier_notes.clear();
  for (const auto& of_permit : whole)
    for (store::StoredNote& note : results[of_permit])
      composing.earlier_notes.push_back(std::move(note));
  composing.told.clear();
  for (store::Told& one : results[told])
    composing.told[one.notice].push_back({std::move(one.recipient), one.reached});
  for (const auto& [id, stored] : loaded) composing.versions.emplace(id, stored.permit.version);
  std::vector<std::string> versions = rulebook_.unknown_versions(loaded);
  if (!versions.empty()) {
    auto trying = rulebook_.try_versions(connection, std::move(versions));
    const std::map<std::string, std::string> missing = co_await std::move(trying);
    for (const auto& [id, stored] : loaded)
      if (const auto one = missing.find(stored.permit.sop_version); one != missing.end())
        unreadable.emplace(id, one->second);
  }

  crash_point(CrashPoint::composing);
  composing.taken += static_cast<int>(pending.size());
  std::set<std::int64_t> kept;
  for (store::PendingNotice& one : pending) {
    const bool of_nobodys_permit =
        one.notice.text == kAppointment || one.notice.text == kOfficeChanged;
    const auto found = loaded.find(one.permit);
    std::string why = one.unreadable;
    if (const auto bad = unreadable.find(one.permit); bad != unreadable.end()) why = bad->second;
    if (why.empty() && !of_nobodys_permit && found == loaded.end()) why = "its permit is not there";
    try {
      if (why.empty() && one.notice.text == kAppointment)
        take_appointment(composing, one);
      else if (why.empty() && of_nobodys_permit)
        take_office_change(composing, one);
      else if (why.empty())
        take_one(composing, one, found->second, kept);
    } catch (const std::exception& bug) {
      why = bug.what();
    }
    if (!why.empty()) composing.put_aside(one, std::move(why));
  }
  for (const std::int64_t id : kept) composing.permits.insert(loaded.extract(id));
}

void Composer::take_one(Composing& composing, store::PendingNotice& notice,
                        store::StoredPermit& stored, std::set<std::int64_t>& kept) {
  using Kind = Round::Taken::Kind;
  Round::Taken taken = composing.round.take(notice, stored, composing.told[notice.id]);
  if (taken.kind == Kind::to_render) {
    const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
    const Context context = rulebook_.context(sop, composing.moment.now);
    const notify::Texts& texts = settings_.texts->in(composing.tongues[stored.permit.id]);
    TextFields fields = applicant_fields(taken.message.text, notice.notice, stored, context,
                                         composing.notes_of(notice, stored.permit, sop));
    if (texts.language() == "en") say_in_english(fields, notice.notice, stored, context);
    notify::Rendered rendered = notify::render(texts, taken.message.text, fields);
    composing.rendered[composing.round.add_alone(std::move(taken.message))] = std::move(rendered);
  } else if (taken.kind == Kind::nobody_on_duty) {
    log_event(
        Level::error, "nobody_on_duty",
        {{"permit", stored.permit.number}, {"addressee", notice.notice.addressee.to_string()}});
  } else if (taken.kind == Kind::collected) {
    const store::PendingNotice& collected = composing.round.deliverables().back().pending;
    const bool alone = collected.notice.kind.stands_alone();
    if (alone)
      composing.words[collected.id] = composing.notes_of(
          collected, stored.permit, rulebook_.sop_version(stored.permit.sop_version));
    if (composing.needs_permit() || alone) kept.insert(stored.permit.id);
  }
}

void Composer::take_appointment(Composing& composing, const store::PendingNotice& pending) {
  using Kind = Round::Taken::Kind;
  Round::Taken taken = composing.round.take_appointment(pending);
  if (taken.kind == Kind::unreachable)
    log_event(Level::error, "officer_unreachable", {{"officer", taken.appointment->to}});
  if (taken.kind != Kind::to_render) return;
  const notify::Texts& texts = texts_to(taken.appointment->to);
  notify::Rendered rendered = notify::render(
      texts, taken.message.text,
      appointment_fields(*taken.appointment, rulebook_.people(), rulebook_.sops_in_force(),
                         settings_.office, tongue_of(texts)));
  composing.rendered[composing.round.add_alone(std::move(taken.message))] = std::move(rendered);
}

// A change of somebody's addresses is told at those that were and those that are: whoever takes an
// office over by a new address is seen at the old one.
void Composer::take_office_change(Composing& composing, const store::PendingNotice& pending) {
  const auto found = composing.news.find(pending.notice.cause);
  if (found == composing.news.end()) throw std::runtime_error("its event is not there");
  const store::OfficeNews& news = found->second;
  const std::string& told = pending.notice.addressee.name;
  std::optional<std::vector<ChannelAddress>> former;
  if (news.event.about == told) former = store::further_addresses(news);
  std::vector<PlannedMessage> messages = composing.round.take_office_change(pending, former);
  if (messages.empty()) log_event(Level::error, "officer_unreachable", {{"officer", told}});
  const notify::Texts& texts = texts_to(told);
  const TextFields fields = office_change_fields(news, told, rulebook_.people(), office_calendar(),
                                                 settings_.office, tongue_of(texts));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    notify::Rendered rendered = notify::render(texts, messages[i].text, fields);
    const std::size_t id = i == 0 ? composing.round.add_alone(std::move(messages[i]))
                                  : composing.round.add(std::move(messages[i]));
    composing.rendered[id] = std::move(rendered);
  }
}

// Nothing is locked while a round is gathered, so that officers go on working. What has changed
// since it was looked at is left for the next round.
asio::awaitable<void> Composer::leave_out_changed(Composing& composing,
                                                  pg::Transaction& transaction) {
  std::vector<std::int64_t> permits, versions;
  for (const auto& [permit, version] : composing.versions) {
    permits.push_back(permit);
    versions.push_back(version);
  }
  pg::Pipeline reads;
  const store::Ids unchanged = store::add_unchanged(reads, permits, versions);
  const pg::Results results = co_await transaction.run(std::move(reads));
  for (const std::int64_t same : results[unchanged]) composing.versions.erase(same);
  const auto changed = [&](std::int64_t permit) { return composing.versions.contains(permit); };
  composing.round.leave_out(changed);
  std::erase_if(composing.set_aside, [&](const auto& one) { return changed(one.permit); });
}

}  // namespace tenggat::office
