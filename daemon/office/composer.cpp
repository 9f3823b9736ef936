#include "daemon/office/composer.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <set>
#include <stdexcept>

#include "daemon/clock.h"
#include "daemon/crash_point.h"
#include "daemon/log.h"
#include "daemon/office/channel_outage.h"
#include "daemon/office/loop.h"
#include "daemon/store/commands.h"
#include "notifiers/words.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr int kPortion = 200;           // notices a flight, so that other loops get their turn
constexpr int kRoundNotices = 200'000;  // that one transaction takes on
constexpr std::size_t kKeptPermits = 1000;
constexpr std::size_t kWrittenAtOnce = 1000;
// So long it waits, by the machine's clock, for the watch to raise what an outage has held up.
constexpr std::chrono::minutes kWatchCatchesUp{2};
constexpr std::chrono::minutes kPoisonRests{10};
constexpr const char* kMorningList = "daftar_pagi";
constexpr const char* kRecap = "rekap_harian";
constexpr const char* kRefusal = "ditolak";
constexpr const char* kList = "daftar";
constexpr const char* kOutageSummary = "rangkuman_gangguan";

std::string officer_key(const std::string& officer) { return "officer:" + officer; }

int day_number(const LocalTime& local) {
  return local.year * 10000 + static_cast<int>(local.month) * 100 + static_cast<int>(local.day);
}

store::NoticeCursor cursor_of(const store::PendingNotice& notice) {
  return {notice.send_at, notice.permit, notice.id};
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

// How much one transaction takes on: everything, so that one person gets one message; or, where
// that fails, so many notices alone.
struct Composer::Portion {
  int due = kPortion;
  bool whole() const { return due == kPortion; }
};

// What one transaction has loaded and decided.
struct Composer::Round {
  store::Moment moment;
  std::vector<store::DailyJob> jobs;
  int taken = 0;                                  // notices
  std::map<std::int64_t, std::int64_t> versions;  // of every permit looked at
  // Those that a message may have to say more of than a line. Of 100,000 there is no room.
  std::map<std::int64_t, store::StoredPermit> permits;
  std::set<std::pair<std::string, Audience>> seen;      // of whom a permit is kept
  std::vector<store::StoredNote> notes;                 // of this portion
  std::vector<store::StoredNote> refusal_notes;         // all of its refused permits
  std::set<std::pair<std::int64_t, std::string>> told;  // notice, recipient
  // Of those, whom it did not reach.
  std::multimap<std::int64_t, std::string> in_vain;
  std::vector<Deliverable> deliverables;

  std::vector<store::NoticeOutcome> outcomes;
  std::vector<store::NewMessage> messages;
  // What applicants are told in this round, by recipient: the last message and its notice.
  struct ToApplicant {
    std::size_t message = 0;
    Instant planned{};
  };
  std::map<std::string, ToApplicant> to_applicants;

  // After an outage the latest says it all: the one before, and a repeat of the same, is not sent.
  void supersede(const store::NewMessage& by) {
    const auto found = to_applicants.find(by.recipient);
    if (found == to_applicants.end()) return;
    store::NewMessage& earlier = messages[found->second.message];
    if (earlier.text != by.text && moment.now - found->second.planned <= kOutage) return;
    const std::int64_t notice = earlier.notices.front().second;
    for (store::NoticeOutcome& outcome : outcomes)
      if (outcome.permit == earlier.notices.front().first && outcome.notice == notice) {
        outcome.kind = store::NoticeOutcome::Kind::dropped;
        outcome.reason = Reason::superseded;
      }
    earlier.text.clear();
  }

  void settle(const store::PendingNotice& pending, store::NoticeOutcome::Kind kind, Reason reason,
              Instant at) {
    outcomes.push_back({pending.permit, pending.id, kind, reason, at});
  }
  // Whom it did not reach counts as having no channel: whoever stands next in the chain is told.
  std::vector<Recipient> still_to_tell(const store::PendingNotice& pending, const Permit& permit,
                                       const Context& context) const {
    const auto [first, last] = in_vain.equal_range(pending.id);
    if (first == last) return recipients_of(pending.notice, permit, context);
    People people = context.people;
    for (auto one = first; one != last; ++one)
      for (Officer& officer : people.officers)
        if (officer_key(officer.id) == one->second) officer.email = officer.whatsapp = "";
    const Context without{context.sop, context.calendar, people, context.now, context.send};
    return recipients_of(pending.notice, permit, without);
  }
  // What people wrote with the event behind the notice; where a refusal came without a word, what
  // was last written by whoever recommended it.
  std::vector<store::StoredNote> notes_of(const store::PendingNotice& pending, const Permit& permit,
                                          const Sop& sop) const {
    std::vector<store::StoredNote> found;
    for (const store::StoredNote& note : notes)
      if (note.permit == pending.permit && note.event == pending.notice.cause)
        found.push_back(note);
    if (!found.empty() || pending.notice.text != kRefusal) return found;
    for (const store::StoredNote& note : refusal_notes) {
      const Visit* visit = note.permit == permit.id ? permit.find_visit(note.visit) : nullptr;
      const Step* step = visit ? sop.find_step(visit->step) : nullptr;
      const ActionRule* action = step ? step->find_action(visit->action) : nullptr;
      if (note.kind == "note" && action && action->sets_outcome == Outcome::refusal) found = {note};
    }
    return found;
  }
};

Composer::Composer(asio::any_io_executor executor, pg::Pool& pool, Rulebook& rulebook,
                   Metrics& metrics, ComposerSettings settings)
    : pool_(pool),
      rulebook_(rulebook),
      metrics_(metrics),
      settings_(std::move(settings)),
      woken_(std::move(executor), kGather) {}

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
asio::awaitable<bool> Composer::gather(Round& round, Portion portion, pg::Connection& connection,
                                       pg::Transaction& transaction) {
  earliest_.reset();
  pg::Pipeline locking;
  const std::size_t jobs = store::add_lock_due_daily_jobs(locking);
  const std::size_t due = store::add_lock_due_notices(locking, portion.due);
  const std::size_t behind = store::add_overdue_for(locking, kOutage);
  const std::vector<pg::Result> locked = co_await transaction.run(std::move(locking));
  if (portion.whole()) round.jobs = store::daily_jobs_of(locked.at(jobs));
  std::vector<store::PendingNotice> notices = store::notices_of(locked.at(due));
  if (!notices.empty()) earliest_ = notices.front();
  if (round.jobs.empty() && notices.empty()) {
    waiting_since_.reset();
    co_return false;
  }
  if (waits_for_watch(locked.at(behind).boolean(0, 0))) co_return false;
  store::NoticeCursor end;
  while (true) {
    const bool more = portion.whole() && notices.size() == kPortion && round.taken < kRoundNotices;
    if (!notices.empty()) end = cursor_of(notices.back());
    co_await take(round, std::move(notices), connection, transaction);
    if (!more) break;
    pg::Pipeline next;
    store::add_lock_due_notices(next, kPortion, end);
    const std::vector<pg::Result> results = co_await transaction.run(std::move(next));
    notices = store::notices_of(results.front());
  }
  if (portion.whole()) co_await gather_waiting(round, end, connection, transaction);
  co_return true;
}

// What waits for its time may leave with what is due: looked up only where something is.
asio::awaitable<void> Composer::gather_waiting(Round& round, store::NoticeCursor end,
                                               pg::Connection& connection,
                                               pg::Transaction& transaction) {
  if (round.jobs.empty() && round.deliverables.empty()) co_return;
  for (bool more = true; more && round.taken < kRoundNotices;) {
    pg::Pipeline next;
    store::add_lock_waiting_notices(next, kPortion, end);
    const std::vector<pg::Result> results = co_await transaction.run(std::move(next));
    std::vector<store::PendingNotice> notices = store::notices_of(results.front());
    more = notices.size() == kPortion;
    if (!notices.empty()) end = cursor_of(notices.back());
    co_await take(round, std::move(notices), connection, transaction);
  }
}

// Checks that each still holds, settles those to applicants, collects those to officers.
asio::awaitable<void> Composer::take(Round& round, std::vector<store::PendingNotice> pending,
                                     pg::Connection& connection, pg::Transaction& transaction) {
  std::set<std::int64_t> ids;
  std::vector<std::int64_t> notices, permits, causes;
  for (const store::PendingNotice& one : pending) {
    ids.insert(one.permit);
    notices.push_back(one.id);
    permits.push_back(one.permit);
    causes.push_back(one.notice.cause);
  }
  pg::Pipeline reads;
  const store::PermitLoad load(reads, {ids.begin(), ids.end()}, store::Lock::none);
  const std::size_t told = store::add_told(reads, notices);
  const std::size_t notes = reads.size();
  store::add_notes_of_events(reads, permits, causes);
  // A refusal's reason may stand with an earlier step: who recommended it wrote it there.
  std::vector<std::size_t> whole;
  for (const store::PendingNotice& one : pending) {
    if (one.notice.text != kRefusal) continue;
    whole.push_back(reads.size());
    store::add_notes(reads, one.permit);
  }
  const std::size_t clock = reads.add(store::kMomentSql);
  const std::vector<pg::Result> results = co_await transaction.run(std::move(reads));
  round.moment = store::moment_of(results.at(clock));
  if (!rulebook_.fresh(round.moment)) co_await rulebook_.refresh(connection, round.moment);
  std::map<std::int64_t, store::StoredPermit> loaded = load.take(results);
  round.notes = store::notes_of(results.at(notes));
  round.refusal_notes.clear();
  for (const std::size_t index : whole)
    for (store::StoredNote& note : store::notes_of(results.at(index)))
      round.refusal_notes.push_back(std::move(note));
  round.told.clear();
  round.in_vain.clear();
  for (const store::Told& one : store::told_of(results.at(told))) {
    round.told.emplace(one.notice, one.recipient);
    if (!one.reached) round.in_vain.emplace(one.notice, one.recipient);
  }
  std::vector<std::string> versions;
  for (const auto& [id, stored] : loaded) {
    round.versions.emplace(id, stored.permit.version);
    if (!rulebook_.has_version(stored.permit.sop_version))
      versions.push_back(stored.permit.sop_version);
  }
  if (!versions.empty()) co_await rulebook_.ensure_versions(connection, std::move(versions));

  crash_point(CrashPoint::composing);
  round.taken += static_cast<int>(pending.size());
  std::set<std::int64_t> kept;
  for (store::PendingNotice& one : pending) {
    const auto found = loaded.find(one.permit);
    if (found == loaded.end()) continue;
    const store::StoredPermit& stored = found->second;
    const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
    if (const auto reason =
            no_longer_holds(one.notice, stored.permit, sop, rulebook_.calendar(sop.calendar))) {
      round.settle(one, store::NoticeOutcome::Kind::dropped, *reason, round.moment.now);
    } else if (one.notice.audience == Audience::applicant) {
      settle_applicant(round, one, stored);
    } else if (collect_officers(round, std::move(one), stored)) {
      kept.insert(stored.permit.id);
    }
  }
  for (const std::int64_t id : kept) round.permits.insert(loaded.extract(id));
}

// Nothing is locked while a round is gathered, so that officers go on working. What has changed
// since it was looked at is left for the next round.
asio::awaitable<void> Composer::leave_out_changed(Round& round, pg::Transaction& transaction) {
  std::vector<std::int64_t> permits, versions;
  for (const auto& [permit, version] : round.versions) {
    permits.push_back(permit);
    versions.push_back(version);
  }
  pg::Pipeline reads;
  store::add_unchanged(reads, permits, versions);
  const std::vector<pg::Result> results = co_await transaction.run(std::move(reads));
  for (const std::int64_t same : store::ids_of(results.front())) round.versions.erase(same);
  std::erase_if(round.messages, [](const store::NewMessage& one) { return one.text.empty(); });
  if (round.versions.empty()) co_return;
  const auto changed = [&](std::int64_t permit) { return round.versions.contains(permit); };
  std::erase_if(round.outcomes, [&](const auto& one) { return changed(one.permit); });
  std::erase_if(round.deliverables, [&](const auto& one) { return changed(one.pending.permit); });
  std::erase_if(round.messages,
                [&](const store::NewMessage& one) { return changed(one.notices.front().first); });
}

bool Composer::address(store::NewMessage& message, const std::string& whatsapp,
                       const std::string& email) const {
  if (settings_.whatsapp && !whatsapp.empty()) {
    message.channel = notify::Channel::whatsapp;
    message.address = whatsapp;
    return true;
  }
  if (settings_.email && !email.empty()) {
    message.channel = notify::Channel::email;
    message.address = email;
    return true;
  }
  return false;
}

bool Composer::address(store::NewMessage& message, const Officer& officer) const {
  for (const ChannelAddress& one : addresses_of(officer)) {
    const bool email = one.channel == "email";
    if (address(message, email ? "" : one.address, email ? one.address : "")) return true;
  }
  return false;
}

void Composer::settle_applicant(Round& round, const store::PendingNotice& pending,
                                const store::StoredPermit& stored) {
  using Kind = store::NoticeOutcome::Kind;
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Context context = rulebook_.context(sop, round.moment.now);
  const Instant now = round.moment.now;
  if (ready_at(pending.notice, rulebook_.send()) > now)
    return round.settle(pending, Kind::later, Reason::not_due,
                        ready_at(pending.notice, rulebook_.send()));

  store::NewMessage message;
  message.recipient = fmt::format("applicant:{}", stored.permit.applicant);
  message.why = Reason::applicant;
  message.name = stored.applicant.name;
  message.text = pending.notice.text;
  message.thread = stored.permit.number;
  message.rendered_at = now;
  message.trial = settings_.trial;
  message.notices.emplace_back(pending.permit, pending.id);
  if (!address(message, stored.applicant.whatsapp, stored.applicant.email))
    return round.settle(pending, Kind::dropped, Reason::no_address, now);
  message.rendered = notify::render(*settings_.texts, message.text,
                                    fields_of(pending.notice, stored, context, settings_.office,
                                              round.notes_of(pending, stored.permit, sop)));
  round.supersede(message);
  round.to_applicants[message.recipient] = {round.messages.size(), pending.send_at};
  round.messages.push_back(std::move(message));
  round.settle(pending, Kind::rendered, Reason::applicant, now);
}

bool Composer::collect_officers(Round& round, store::PendingNotice pending,
                                const store::StoredPermit& stored) {
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Instant now = round.moment.now;
  const Context context = rulebook_.context(sop, now);
  std::vector<Recipient> to = round.still_to_tell(pending, stored.permit, context);
  if (to.empty()) {
    // Nobody in the whole chain is on duty: looked at again when the office next opens.
    log_event(
        Level::error, "nobody_on_duty",
        {{"permit", stored.permit.number}, {"addressee", pending.notice.addressee.to_string()}});
    round.settle(pending, store::NoticeOutcome::Kind::later, Reason::nobody_on_duty,
                 office_calendar().first_opening_after(now));
    return false;
  }
  std::erase_if(to, [&](const Recipient& one) {
    return round.told.contains({pending.id, officer_key(one.officer)});
  });
  if (to.empty()) {
    round.settle(pending, store::NoticeOutcome::Kind::rendered, Reason::on_duty, now);
    return false;
  }
  std::optional<Instant> silent_until;
  std::erase_if(to, [&](const Recipient& one) {
    const Silence* silence =
        silenced(pending.notice, stored.permit, one.officer, rulebook_.people().silences, now);
    if (silence) silent_until = std::min(silent_until.value_or(silence->until), silence->until);
    return silence != nullptr;
  });
  if (to.empty()) {
    round.settle(pending, store::NoticeOutcome::Kind::later, Reason::silenced, *silent_until);
    return false;
  }
  bool needed = round.permits.size() < kKeptPermits;
  for (const Recipient& one : to)
    needed |= round.seen.emplace(one.officer, pending.notice.audience).second;
  const Visit* visit = stored.permit.find_visit(pending.notice.visit);
  const Sla sla = visit ? visit_sla(stored.permit, *visit, sop, context.calendar, now)
                        : case_sla(stored.permit, sop, context.calendar, now);
  ListedTask task{stored.permit.number, visit ? sop.step_name(visit->step) : sop.case_name,
                  sla.due_at, sla.paused, &context.calendar};
  const auto held_up = held_up_since(pending.notice, pending.send_at, now);
  round.deliverables.push_back({std::move(pending), std::move(to), std::move(task), held_up,
                                silent_until, sop.internal() ? &context.calendar : nullptr});
  return needed;
}

void Composer::add_outage(TextFields& fields, const std::vector<const Deliverable*>& notices,
                          Instant now) const {
  Instant since = now;
  int held_up = 0;
  for (const Deliverable* one : notices) {
    if (!one->held_up_since) continue;
    since = std::min(since, *one->held_up_since);
    ++held_up;
  }
  const Calendar& calendar = office_calendar();
  fields["mulai"] = notify::full_moment(calendar.local(since));
  fields["selesai"] = notify::full_moment(calendar.local(now));
  fields["zona"] = calendar.local(now).zone_abbreviation;
  fields["jumlah"] = notify::number(held_up);
}

bool Composer::make_officer_message(Round& round, const OfficerGroup& group) {
  const auto is_kept = [&](const Deliverable* one) {
    return round.permits.contains(one->pending.permit);
  };
  const auto known = std::find_if(group.notices.begin(), group.notices.end(), is_kept);
  const Deliverable& first = **known;
  const store::StoredPermit& stored = round.permits.at(first.pending.permit);
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Context context = rulebook_.context(sop, round.moment.now);
  const Officer* officer = context.people.find(group.recipient.officer);
  store::NewMessage message;
  message.recipient = officer_key(group.recipient.officer);
  message.acting_for = group.recipient.for_officer;
  message.why = group.recipient.why;
  message.name = officer ? officer->name : group.recipient.officer;
  message.rendered_at = round.moment.now;
  message.trial = settings_.trial;
  for (const auto* list : {&group.notices, &group.folded})
    for (const Deliverable* one : *list) {
      message.notices.emplace_back(one->pending.permit, one->pending.id);
      if (one->pending.notice.visit != 0)
        message.tasks.emplace_back(one->pending.permit, one->pending.notice.visit);
    }
  if (!officer || !address(message, *officer)) {
    log_event(Level::error, "officer_unreachable", {{"officer", group.recipient.officer}});
    return false;
  }

  TextFields fields = fields_of(first.pending.notice, stored, context, settings_.office, {});
  add_recipient(fields, group.recipient, sop, context.people);
  const bool all_new =
      std::all_of(group.notices.begin(), group.notices.end(), [&](const Deliverable* one) {
        return one->pending.notice.text == "tugas_baru" && one->task.what == first.task.what;
      });
  const bool after_outage = std::any_of(group.notices.begin(), group.notices.end(),
                                        [](const Deliverable* one) { return one->held_up_since; });
  fields["jumlah"] = notify::number(static_cast<std::int64_t>(group.notices.size()));
  message.text = first.pending.notice.text;
  if (group.notices.size() == 1) {
    message.thread = stored.permit.number;
  } else if (after_outage || !all_new) {
    message.text = after_outage ? kOutageSummary : kList;
    if (after_outage) add_outage(fields, group.notices, round.moment.now);
    std::vector<ListedTask> tasks;
    for (const Deliverable* one : group.notices) tasks.push_back(one->task);
    fields["daftar"] = list_of(std::move(tasks), round.moment.now);
  }
  if (message.text == "tugas_baru" || message.text == kList || message.text == kOutageSummary)
    fields["tautan"] = inbox_link(settings_.office);
  message.rendered = notify::render(*settings_.texts, message.text, fields);
  round.messages.push_back(std::move(message));
  return true;
}

asio::awaitable<void> Composer::settle_officers(Round& round, pg::Transaction& transaction) {
  if (round.deliverables.empty()) co_return;
  std::set<std::string> recipients;
  for (const Deliverable& one : round.deliverables)
    for (const Recipient& to : one.to) recipients.insert(officer_key(to.officer));
  pg::Pipeline reads;
  store::add_last_messages(reads, {recipients.begin(), recipients.end()},
                           rulebook_.send().messages_an_hour);
  const std::vector<pg::Result> results = co_await transaction.run(std::move(reads));
  std::map<std::string, LastMessage> last;
  for (const store::LastMessageTo& one : store::last_messages_of(results.front()))
    last[one.recipient.substr(8)] = {one.rendered_at, one.names_open_task, one.nth_before};

  const Grouping grouping =
      group(round.deliverables, last, rulebook_.send(), office_calendar(), round.moment.now);
  std::set<std::int64_t> folded, reached, left;
  for (const OfficerGroup& one : grouping.groups) {
    // Where those that were kept for their sake have changed meanwhile: the next round's.
    if (std::none_of(one.notices.begin(), one.notices.end(), [&](const Deliverable* notice) {
          return round.permits.contains(notice->pending.permit);
        })) {
      for (const Deliverable* notice : one.notices) left.insert(notice->pending.id);
      for (const Deliverable* notice : one.folded) left.insert(notice->pending.id);
      continue;
    }
    if (!make_officer_message(round, one)) continue;
    for (const Deliverable* notice : one.notices) reached.insert(notice->pending.id);
    for (const Deliverable* notice : one.folded) folded.insert(notice->pending.id);
  }
  using Kind = store::NoticeOutcome::Kind;
  for (const Deliverable& one : round.deliverables) {
    const store::PendingNotice& pending = one.pending;
    if (left.contains(pending.id)) continue;
    if (const auto later = grouping.later.find(pending.id); later != grouping.later.end()) {
      if (later->second != pending.send_at)
        round.settle(pending, Kind::later, Reason::not_due, later->second);
    } else if (one.silent_until) {
      // Whoever asked for silence is told when it ends.
      round.settle(pending, Kind::later, Reason::silenced, *one.silent_until);
    } else if (reached.contains(pending.id)) {
      round.settle(pending, Kind::rendered, Reason::on_duty, round.moment.now);
    } else if (folded.contains(pending.id)) {
      round.settle(pending, Kind::dropped, Reason::folded, round.moment.now);
    } else {
      round.settle(pending, Kind::dropped, Reason::no_address, round.moment.now);
    }
  }
}

asio::awaitable<void> Composer::morning_list(Round& round, pg::Transaction& transaction,
                                             const Calendar& calendar) {
  const Instant now = round.moment.now;
  pg::Pipeline reads;
  store::add_open_tasks(reads, applicant_roles(rulebook_));
  const std::vector<pg::Result> results = co_await transaction.run(std::move(reads));
  const std::vector<store::OpenTask> tasks = store::open_tasks_of(results.front());

  std::map<std::string, std::vector<const store::OpenTask*>> of_officer;
  for (const store::OpenTask& task : tasks) {
    if (!rulebook_.has_version(task.sop_version)) continue;
    const Sop& sop = rulebook_.sop_version(task.sop_version);
    const Context context = rulebook_.context(sop, now);
    for (const Recipient& holder :
         resolve_holder(task.visit, sop, rulebook_.people(), context.today()))
      of_officer[holder.officer].push_back(&task);
  }

  const LocalTime local = calendar.local(now);
  std::vector<std::string> officers;
  pg::Pipeline plans;
  for (const auto& [officer, list] : of_officer) {
    if (silenced(officer, rulebook_.people().silences, now)) continue;
    officers.push_back(officer);
    store::add_daily_notice(
        plans, {kMorningList, day_number(local), {Addressee::Kind::officer, officer}, now});
  }
  if (officers.empty()) co_return;
  const std::vector<pg::Result> planned = co_await transaction.run(std::move(plans));
  for (std::size_t i = 0; i < officers.size(); ++i) {
    if (planned.at(i).empty()) continue;  // this day's was made already
    const std::string& id = officers[i];
    const Officer* officer = rulebook_.people().find(id);
    store::NewMessage message;
    message.recipient = officer_key(id);
    message.why = Reason::on_duty;
    message.name = officer->name;
    message.text = kMorningList;
    message.rendered_at = now;
    message.trial = settings_.trial;
    message.notices.emplace_back(0, planned.at(i).int64(0, 0));
    if (!address(message, *officer)) {
      log_event(Level::error, "officer_unreachable", {{"officer", id}});
      continue;
    }
    std::vector<ListedTask> listed;
    std::set<std::int64_t> named;
    for (const store::OpenTask* task : of_officer[id]) {
      const Sop& sop = rulebook_.sop_version(task->sop_version);
      listed.push_back({task->number, sop.step_name(task->visit.step), task->due_at, task->paused,
                        &rulebook_.calendar(sop.calendar)});
      message.tasks.emplace_back(task->permit, task->visit.id);
      named.insert(task->permit);
    }
    // What waited for this person goes along: it is said here and counts as told.
    std::vector<const Deliverable*> absorbed;
    for (Deliverable& waiting : round.deliverables) {
      const auto is_theirs = [&](const Recipient& one) { return one.officer == id; };
      const store::PendingNotice& pending = waiting.pending;
      if (ready_at(pending.notice, rulebook_.send()) > now && !waiting.held_up_since) continue;
      if (std::none_of(waiting.to.begin(), waiting.to.end(), is_theirs)) continue;
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
                      {"jumlah", notify::number(static_cast<std::int64_t>(listed.size()))},
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
  store::add_recap(reads, {day, day + std::chrono::hours(24),
                           calendar.midnight(local.year, local.month, 1), now});
  for (const Recipient& head : heads)
    store::add_daily_notice(
        reads, {kRecap, day_number(local), {Addressee::Kind::officer, head.officer}, now});
  const std::vector<pg::Result> results = co_await transaction.run(std::move(reads));
  const store::Recap counts = store::recap_of(results.front());
  const std::int64_t judged = counts.judged_this_month;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const Officer* officer = rulebook_.people().find(heads[i].officer);
    if (results.at(i + 1).empty() || !officer) continue;
    if (silenced(officer->id, rulebook_.people().silences, now)) continue;
    store::NewMessage message;
    message.recipient = officer_key(officer->id);
    message.acting_for = heads[i].for_officer;
    message.why = heads[i].why;
    message.name = officer->name;
    message.text = kRecap;
    message.rendered_at = now;
    message.trial = settings_.trial;
    message.notices.emplace_back(0, results.at(i + 1).int64(0, 0));
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
         {"persen", judged == 0
                        ? "–"
                        : notify::tenths((2000 * counts.met_this_month + judged) / (2 * judged))},
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

asio::awaitable<int> Composer::run_once() {
  std::string why;
  int settled = 0;
  for (Portion portion; portion.due > 0; portion.due /= 2) {
    std::string failure;
    try {
      settled = co_await compose(portion);
    } catch (const pg::Error& error) {
      if (!refuses_a_row(error)) throw;
      failure = error.message();
    } catch (const std::exception& bug) {
      failure = bug.what();
    }
    if (failure.empty() && (settled > 0 || why.empty())) co_return settled;
    if (failure.empty()) break;
    why = std::move(failure);
    settled = -1;
  }
  // Where no notice is to blame it was a daily job, or what must be read before any of them.
  if (settled == 0 || !earliest_) throw std::runtime_error(why);
  co_await put_off(std::move(*earliest_), std::move(why));
  co_return 1;
}

asio::awaitable<void> Composer::put_off(store::PendingNotice poison, std::string why) {
  log_event(Level::error, "notice_quarantined",
            {{"permit_id", poison.permit},
             {"text", poison.notice.text},
             {"tried", poison.tried + 1},
             {"why", why}});
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  pg::Pipeline clock;
  clock.add(store::kMomentSql);
  const std::vector<pg::Result> results = co_await transaction.run(std::move(clock));
  store::NoticeOutcome outcome;
  outcome.permit = poison.permit;
  outcome.notice = poison.id;
  outcome.kind = store::NoticeOutcome::Kind::later;
  outcome.reason = Reason::not_due;
  outcome.at = store::moment_of(results.front()).now + kPoisonRests;
  const std::vector<store::NoticeOutcome> outcomes(1, outcome);
  pg::Pipeline writes;
  store::add_notice_outcomes(writes, outcomes);
  co_await transaction.commit(std::move(writes));
}

asio::awaitable<int> Composer::compose(Portion portion) {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  int settled = 0;
  std::exception_ptr bug;
  try {
    settled = co_await compose_within(portion, *lease, transaction);
  } catch (const pg::Error&) {
    throw;
  } catch (...) {
    bug = std::current_exception();
  }
  if (bug) {
    // Not left to the connection's end: the next portion must find the rows free.
    co_await transaction.rollback();
    std::rethrow_exception(bug);
  }
  co_return settled;
}

asio::awaitable<int> Composer::compose_within(Portion portion, pg::Connection& connection,
                                              pg::Transaction& transaction) {
  Round round;
  if (!co_await gather(round, portion, connection, transaction)) {
    co_await transaction.rollback();
    co_return 0;
  }
  co_await leave_out_changed(round, transaction);
  co_await run_daily_jobs(round, transaction);
  co_await settle_officers(round, transaction);
  SummaryTerms terms{settings_.office, office_calendar(), *settings_.texts, round.moment.now};
  co_await sum_up_stuck(round.messages, connection, transaction, rulebook_, std::move(terms));

  // Piece by piece: to put 100,000 rows into one statement would stop the thread.
  std::vector<store::NoticeOutcome> last = std::move(round.outcomes);
  const std::size_t outcomes = last.size();
  while (last.size() > kWrittenAtOnce) {
    const auto piece = last.end() - static_cast<std::ptrdiff_t>(kWrittenAtOnce);
    pg::Pipeline some;
    store::add_notice_outcomes(some, {piece, last.end()});
    last.erase(piece, last.end());
    co_await transaction.run(std::move(some));
  }
  pg::Pipeline writes;
  for (const store::NewMessage& message : round.messages) {
    // After an outage of a channel an applicant is told the latest alone.
    if (message.why == Reason::applicant) store::add_supersede(writes, message.recipient);
    store::add_message(writes, message);
  }
  store::add_notice_outcomes(writes, last);
  store::add_notify(writes);
  co_await transaction.commit(std::move(writes));
  for (const store::NewMessage& message : round.messages)
    log_event(Level::info, "message_rendered",
              {{"text", message.text},
               {"channel", notify::name(message.channel)},
               {"reason", to_string(message.why)},
               {"permit", message.thread}});
  if (!round.messages.empty() && on_commit_) on_commit_();
  co_return static_cast<int>(outcomes + round.jobs.size());
}

asio::awaitable<std::chrono::milliseconds> Composer::until_due() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline pipeline;
  store::add_until_due(pipeline, store::DueKind::notices);
  pipeline.add(store::kMomentSql);
  const std::vector<pg::Result> results = co_await lease->run(std::move(pipeline));
  co_return sleep_for(store::until_due_of(results.at(0)), store::moment_of(results.at(1)));
}

asio::awaitable<void> Composer::plant_daily_jobs() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline clock;
  clock.add(store::kMomentSql);
  const std::vector<pg::Result> results = co_await lease->run(std::move(clock));
  const Instant now = store::moment_of(results.front()).now;
  const Calendar& calendar = office_calendar();
  pg::Pipeline pipeline;
  store::add_plant_daily_job(
      pipeline, {kMorningList, settings_.calendar, calendar.first_opening_after(now - Seconds{1})});
  store::add_plant_daily_job(
      pipeline, {kRecap, settings_.calendar, calendar.last_closing_after(now - Seconds{1})});
  co_await lease->run(std::move(pipeline));
}

asio::awaitable<void> Composer::run() {
  while (!stopping_) {
    std::chrono::milliseconds sleep = kAfterOutage;
    try {
      Cycle cycle(metrics_, "composer");
      for (int done = 1; !stopping_ && done > 0;) done = co_await run_once();
      sleep = waiting_since_ ? kAfterOutage : co_await until_due();
      cycle.succeed();
      trouble_.succeeded();
    } catch (const std::exception& why) {
      trouble_.failed(why);
    }
    if (!stopping_) co_await woken_.wait(sleep);
  }
}

void Composer::stop() {
  stopping_ = true;
  woken_.notify();
}

}  // namespace tenggat::office
