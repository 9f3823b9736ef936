#include "tests/support/invariants.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "daemon/office/rulebook.h"
#include "daemon/pg/search_path.h"
#include "daemon/store/audit.h"
#include "daemon/store/columns.h"
#include "daemon/store/event_codec.h"
#include "daemon/store/moment.h"
#include "daemon/store/permits.h"
#include "daemon/store/snapshot.h"
#include "rules/permit/ladder.h"
#include "tests/support/await.h"
#include "tests/support/visit_replay.h"

namespace tenggat::test {
namespace json = boost::json;
namespace {

constexpr int kBatch = 200;
// What is due this long, on the machine's clock, must have happened: the watch looks every second.
constexpr double kQuietSeconds = 5;

struct KeptKey {
  int status = 0;
  std::int64_t permit = 0, version = 0;
  std::string state;
};
using KeptKeys = std::map<std::string, KeptKey>;  // by key

struct StoredDues {
  std::optional<Instant> due_at, due_soon_at;
  bool operator==(const StoredDues&) const = default;
};

struct StoredNotice {
  int visit = 0, k = 0, occurrence = 0;
  std::string kind, addressee;
  std::int64_t cause = 0;
};

// All the database holds of one permit.
struct Whole {
  store::StoredPermit stored;
  std::vector<Event> events;
  std::vector<StoredNotice> notices;
  std::map<int, StoredDues> visit_dues;
  Projection derived;  // its visits stay empty: see visit_dues
};

template <class... What>
bool is_any(const Event& event) {
  return (std::holds_alternative<What>(event.what) || ...);
}

// An event that a command brought about; its ordinal among these is the version it left.
bool makes_version(const Event& event) {
  // Work shared out by turns comes with the action that opened the visit.
  if (is_any<Assigned>(event)) return event.actor != "system";
  return is_any<Acted, Undone, Claimed, Released, Paused, Resumed, CalendarApplied, PauseExtended,
                SopMigrated, Escalated, Acknowledged, Confirmed, Corrected, Directed, Responded>(
      event);
}

// Whether that is what this command leaves.
bool is_of(const Event& event, const std::string& action) {
  if (const Acted* acted = std::get_if<Acted>(&event.what)) return acted->action == action;
  static const std::map<std::string, bool (*)(const Event&)> types{
      {"claim", is_any<Claimed>},      {"release", is_any<Released>},
      {"pause", is_any<Paused>},       {"resume", is_any<Resumed>},
      {"undo", is_any<Undone>},        {"assign", is_any<Assigned>},
      {"escalate", is_any<Escalated>}, {"acknowledge", is_any<Acknowledged>},
      {"direct", is_any<Directed>},    {"respond", is_any<Responded>},
      {"confirm", is_any<Confirmed>},  {"correct", is_any<Corrected>}};
  const auto found = types.find(action);
  return found != types.end() && found->second(event);
}

std::string text_of(const std::optional<Instant>& at, const Calendar& calendar) {
  return at ? calendar.format(*at) : "none";
}

// The holders a rung is raised to, as the SOP names them. Source: docs/reference.md, PAUD.
// `told_to_one`: the role's work is shared out by turns, and somebody's turn it was.
std::set<std::string> addressees_of(const RungRule& rung, const std::string& role, const Sop& sop,
                                    bool told_to_one) {
  std::set<std::string> all;
  for (const Target& target : rung.to) {
    switch (target.kind) {
      case Target::Kind::role:
        all.insert(told_to_one ? "holder" : "role:" + role);
        break;
      case Target::Kind::assignee:
        all.insert("holder");
        break;
      case Target::Kind::named_role:
        all.insert("role:" + target.name);
        break;
      case Target::Kind::copy:
        all.insert("role:" + sop.role(role).copy);
        break;
      case Target::Kind::applicant:
        all.insert("applicant");
        break;
      case Target::Kind::superior: {
        const std::vector<std::string> chain = sop.chain(role);
        const auto level = static_cast<std::size_t>(target.level) - 1;
        all.insert("role:" + (chain.empty() ? role : chain[std::min(level, chain.size() - 1)]));
        if (const std::string& copy = sop.role(role).copy; !copy.empty())
          all.insert("role:" + copy);
        break;
      }
    }
  }
  return all;
}

class PermitCheck {
 public:
  PermitCheck(const Whole& whole, const Sop& sop, const Calendar& calendar,
              std::vector<std::string>& found)
      : whole_(whole),
        permit_(whole.stored.permit),
        sop_(sop),
        calendar_(calendar),
        found_(found) {}

  void state_and_events() const;
  void visits() const;
  void notices() const;
  void rungs(Instant quiet_until) const;
  void terminal() const;
  void clock() const;

 private:
  void say(std::string_view invariant, const std::string& what) const {
    found_.push_back(fmt::format("{} {}: {}", invariant, permit_.number, what));
  }
  void compare(const char* what, const std::optional<Instant>& stored,
               const std::optional<Instant>& replayed) const {
    if (stored != replayed)
      say("I8", fmt::format("{} is stored as {}, replayed it is {}", what,
                            text_of(stored, calendar_), text_of(replayed, calendar_)));
  }
  template <class What>
  std::int64_t count(int visit = -1) const {
    return std::count_if(whole_.events.begin(), whole_.events.end(), [&](const Event& one) {
      return is_any<What>(one) && (visit < 0 || one.visit == visit);
    });
  }
  // What came back was given to whose work it was.
  bool back_to_author(int visit) const {
    return std::any_of(whole_.events.begin(), whole_.events.end(), [&](const Event& one) {
      const Assigned* given = std::get_if<Assigned>(&one.what);
      return given && one.visit == visit && given->reason == Reason::to_author;
    });
  }
  std::set<std::string> told(const RaisedRung& rung) const;
  void ladder_raised(int visit, const Ledger& ledger, const std::vector<RungRule>& rungs) const;

  const Whole& whole_;
  const Permit& permit_;
  const Sop& sop_;
  const Calendar& calendar_;
  std::vector<std::string>& found_;
};

void PermitCheck::state_and_events() const {
  std::int64_t versions = 0, undone = 0;
  std::set<int> closed_by_event;
  std::set<std::string> cancelled;  // of other branches, by a return or an end
  for (const Event& one : whole_.events) {
    versions += makes_version(one);
    undone += is_any<Undone>(one);
    const Acted* acted = std::get_if<Acted>(&one.what);
    if (acted && one.visit != 0) closed_by_event.insert(one.visit);
    if (acted) cancelled.insert(acted->cancelled.begin(), acted->cancelled.end());
  }
  if (static_cast<std::int64_t>(whole_.events.size()) != permit_.events)
    say("I3",
        fmt::format("{} events, and the permit counts {}", whole_.events.size(), permit_.events));
  if (versions != permit_.version)
    say("I3", fmt::format("version {} by {} events of commands", permit_.version, versions));
  if (whole_.events.empty() || whole_.events.back().at != permit_.changed_at)
    say("I3", "its last change is not that of its last event");
  const bool withdrawn = permit_.state == PermitState::withdrawn;
  for (const Visit& visit : permit_.visits) {
    if (visit.cancelled() && (visit.verdict || !cancelled.contains(label(visit))))
      say("I3", fmt::format("visit {} is cancelled by no event, or judged", visit.id));
    if (visit.closed_at.has_value() && !withdrawn && !visit.cancelled() &&
        !closed_by_event.contains(visit.id))
      say("I3", fmt::format("visit {} is closed by no event", visit.id));
    // An action that was taken back leaves its event.
    if (!visit.closed_at && !visit.undone && undone == 0 && closed_by_event.contains(visit.id))
      say("I3", fmt::format("visit {} is open, and an event closed it", visit.id));
    if (!visit.assignee.empty() && count<Claimed>(visit.id) + count<Assigned>(visit.id) == 0)
      say("I3", fmt::format("visit {} is claimed by no event", visit.id));
  }
  if (count<Paused>() != static_cast<std::int64_t>(permit_.pauses.size()))
    say("I3", fmt::format("{} pauses, {} events of them", permit_.pauses.size(), count<Paused>()));
}

void PermitCheck::visits() const {
  std::vector<ReplayedNotice> notices;
  for (const StoredNotice& one : whole_.notices)
    notices.push_back({one.visit, one.kind, one.cause});
  for (std::string& breach : differ_from_events(permit_, whole_.events, notices, sop_))
    found_.push_back(std::move(breach));
}

// Raised by time alone; a start rung comes with the action that opened its visit.
void PermitCheck::notices() const {
  std::int64_t by_time = 0;
  for (const RaisedRung& rung : permit_.rungs) {
    by_time += rung.rung != "start";
    const Visit* visit = permit_.find_visit(rung.visit);
    const Ladder* ladder = visit ? sop_.find_ladder(sop_.step(visit->step).ladder) : nullptr;
    const std::vector<RungRule>* rules =
        visit ? ladder ? &ladder->rungs : nullptr : &sop_.case_ladder;
    if (!rules) continue;
    for (const RungRule& rule : *rules) {
      if (rule.name() != rung.rung) continue;
      const bool to_one =
          visit && ((sop_.role(visit->role).in_turn && count<Assigned>(visit->id) > 0) ||
                    (rule.at == RungRule::At::start && back_to_author(visit->id)));
      if (told(rung) != addressees_of(rule, visit ? visit->role : "", sop_, to_one))
        say("I3", fmt::format("rung {} ({}) of visit {} told {}", rung.rung, rung.k, rung.visit,
                              fmt::join(told(rung), ", ")));
    }
  }
  const std::int64_t raising = count<RungRaised>() + count<ReminderRaised>() + count<Escalated>();
  if (by_time != raising)
    say("I3", fmt::format("{} rungs raised by time, {} events of them", by_time, raising));
  for (const Event& one : whole_.events) {
    const Acted* acted = std::get_if<Acted>(&one.what);
    if (!acted || one.visit == 0) continue;
    const Visit* visit = permit_.find_visit(one.visit);
    const ActionRule* rule = visit ? sop_.step(visit->step).find_action(acted->action) : nullptr;
    if (!rule || rule->tells_applicant.empty()) continue;
    const auto told_of = std::count_if(
        whole_.notices.begin(), whole_.notices.end(), [&](const StoredNotice& notice) {
          return notice.cause == one.sequence && notice.addressee == "applicant" &&
                 notice.visit == one.visit && notice.kind != "perubahan_tanggal";
        });
    if (told_of != 1)
      say("I3", fmt::format("event {} told the applicant {} times", one.sequence, told_of));
  }
  for (const StoredNotice& notice : whole_.notices)
    if (notice.cause < 1 || notice.cause > permit_.events)
      say("I3", fmt::format("notice {} comes from no event", notice.kind));
}

std::set<std::string> PermitCheck::told(const RaisedRung& rung) const {
  std::set<std::string> all;
  for (const StoredNotice& notice : whole_.notices)
    if (notice.visit == rung.visit && notice.kind == rung.rung && notice.k == rung.k &&
        notice.occurrence == rung.occurrence)
      all.insert(notice.addressee);
  return all;
}

// Up to its end a clock has raised all that came due, each at its own instant.
void PermitCheck::ladder_raised(int visit, const Ledger& ledger,
                                const std::vector<RungRule>& rungs) const {
  const Replay replay(ledger, calendar_);
  for (const RungRule& rule : rungs)
    for (int k = 1; k <= rule.times; ++k) {
      const auto at = replay.at(rule, k);
      const auto raised =
          std::find_if(permit_.rungs.begin(), permit_.rungs.end(), [&](const RaisedRung& one) {
            return one.visit == visit && one.rung == rule.name() && one.k == k && !one.rearmed;
          });
      const std::string name = fmt::format("rung {} ({}) of visit {}", rule.name(), k, visit);
      if (raised == permit_.rungs.end()) {
        if (at && ledger.closed && *at <= *ledger.closed)
          say("I4", name + " was due before its clock ended and is not raised");
      } else if (!at || raised->due_at != *at) {
        say("I4", fmt::format("{} was raised as due {}, replayed it is {}", name,
                              calendar_.format(raised->due_at), text_of(at, calendar_)));
      }
    }
}

void PermitCheck::rungs(Instant quiet_until) const {
  std::map<std::string, int> raisings;
  for (const Event& one : whole_.events)
    if (const RungRaised* raised = std::get_if<RungRaised>(&one.what))
      ++raisings[fmt::format("rung {} ({}, {}) of visit {}", raised->rung, raised->k,
                             raised->occurrence, one.visit)];
  for (const auto& [name, times] : raisings)
    if (times != 1) say("I4", fmt::format("{} was raised {} times", name, times));
  for (const RaisedRung& one : permit_.rungs)
    if (one.raised_at < one.due_at)
      say("I4", fmt::format("rung {} of visit {} was raised early", one.rung, one.visit));
  for (const Visit& visit : permit_.visits)
    if (const auto ledger = visit_ledger(permit_, visit, sop_))
      if (const Ladder* ladder = sop_.find_ladder(sop_.step(visit.step).ladder))
        ladder_raised(visit.id, *ledger, ladder->rungs);
  if (const auto ledger = case_ledger(permit_, sop_)) ladder_raised(0, *ledger, sop_.case_ladder);
  for (const Timed& timed : upcoming(permit_, sop_, calendar_))
    if (timed.at <= quiet_until)
      say("I4", fmt::format("what was due {} on visit {} has not happened",
                            calendar_.format(timed.at), timed.visit));
}

void PermitCheck::terminal() const {
  if (!is_terminal(permit_.state)) return;
  for (const Visit& visit : permit_.visits)
    if (visit.open()) say("I6", fmt::format("it has ended and visit {} is open", visit.id));
  bool ended = false;
  std::int64_t end = 0;  // the event that ended it
  for (const Event& one : whole_.events) {
    // The one way out: taken back by who ended it.
    const Undone* undone = std::get_if<Undone>(&one.what);
    if (ended && undone && undone->event == end) {
      ended = false;
      continue;
    }
    if (ended) say("I6", fmt::format("event {} came after its end", one.sequence));
    const Acted* acted = std::get_if<Acted>(&one.what);
    if (!acted) continue;
    end = one.sequence;
    const Visit* visit = permit_.find_visit(one.visit);
    const ActionRule* rule = visit ? sop_.step(visit->step).find_action(acted->action) : nullptr;
    ended = rule ? rule->to.empty() : acted->action == "withdraw";
  }
  if (!ended) say("I6", "it has ended by no action");
}

void PermitCheck::clock() const {
  const Projection replayed = project(permit_, sop_, calendar_);
  for (const Projection::VisitDues& one : replayed.visits) {
    const auto stored = whole_.visit_dues.find(one.visit);
    if (stored == whole_.visit_dues.end()) {
      say("I8", fmt::format("visit {} is not stored", one.visit));
      continue;
    }
    compare("the due of a visit", stored->second.due_at, one.due_at);
    compare("the due-soon of a visit", stored->second.due_soon_at, one.due_soon_at);
  }
  const Projection& stored = whole_.derived;
  compare("the due of the case", stored.case_due_at, replayed.case_due_at);
  compare("the due-soon of the case", stored.case_due_soon_at, replayed.case_due_soon_at);
  compare("the legal limit", stored.legal_due_at, replayed.legal_due_at);
  compare("the legal risk", stored.legal_risk_at, replayed.legal_risk_at);
  compare("the next check", stored.next_check_at, replayed.next_check_at);
  for (const Visit& visit : permit_.visits) {
    const auto ledger = visit_ledger(permit_, visit, sop_);
    if (!ledger || !visit.closed_at || !visit.verdict) continue;
    const Replay replay(*ledger, calendar_);
    if (visit.elapsed != replay.consumed(*visit.closed_at))
      say("I8", fmt::format("visit {} took {} s, replayed {} s", visit.id, visit.elapsed.count(),
                            replay.consumed(*visit.closed_at).count()));
    compare("the due of a visit", visit.due_at, replay.due());
  }
  // Of a case that ended in the second in which it ceased to stand nobody can tell afterwards which
  // came first: where it still stood, it has kept no due.
  const auto ledger = case_ledger(permit_, sop_);
  const bool either = ledger && ledger->closed && !permit_.case_due_at && !ledger->stops.empty() &&
                      ledger->stops.back().to == ledger->closed;
  if (ledger && ledger->closed && !either)
    compare("the due of the case", permit_.case_due_at, Replay(*ledger, calendar_).due());
}

// What was acknowledged, against the permits: I1 and I2.
class LedgerCheck {
 public:
  LedgerCheck(const std::vector<OfficeLoad::Acknowledged>& ledger, const KeptKeys& kept,
              std::vector<std::string>& found)
      : found_(found) {
    for (const OfficeLoad::Acknowledged& one : ledger) {
      if (!keys_.insert(one.key).second) say("I2", one.key, "was acknowledged twice");
      acknowledged_[one.permit].push_back(&one);
      kept_answer(one, kept);
    }
    for (const auto& [key, answer] : kept) ++keys_of_[answer.permit];
  }

  void permit(const Whole& whole);
  void rest() {
    for (const auto& [id, all] : acknowledged_)
      for (const OfficeLoad::Acknowledged* one : all)
        say("I1", one->key, fmt::format("{}: there is no permit {}", one->action, id));
  }

 private:
  void say(std::string_view invariant, const std::string& key, const std::string& what) {
    found_.push_back(fmt::format("{} key {}: {}", invariant, key, what));
  }
  void kept_answer(const OfficeLoad::Acknowledged& one, const KeptKeys& kept) {
    const auto answer = kept.find(one.key);
    if (answer == kept.end())
      say("I1", one.key, fmt::format("{} was acknowledged and is not kept", one.action));
    else if (answer->second.permit != one.permit || answer->second.version != one.version ||
             answer->second.state != one.state)
      say("I1", one.key, fmt::format("{} was answered otherwise than is kept", one.action));
  }

  std::vector<std::string>& found_;
  std::set<std::string> keys_;
  std::map<std::int64_t, std::vector<const OfficeLoad::Acknowledged*>> acknowledged_;
  std::map<std::int64_t, std::int64_t> keys_of_;  // kept keys, by permit
};

void LedgerCheck::permit(const Whole& whole) {
  const Permit& permit = whole.stored.permit;
  std::vector<const Event*> versions;
  std::int64_t by_people = 0;
  for (const Event& one : whole.events) {
    if (!makes_version(one)) continue;
    versions.push_back(&one);
    by_people += one.actor != "system";
  }
  // Each key that was applied left one event, and no event came without a key.
  if (by_people != keys_of_[permit.id])
    found_.push_back(fmt::format("I2 {}: {} events of commands by {} keys", permit.number,
                                 by_people, keys_of_[permit.id]));
  const auto mine = acknowledged_.find(permit.id);
  if (mine == acknowledged_.end()) return;
  std::set<std::int64_t> seen;
  for (const OfficeLoad::Acknowledged* one : mine->second) {
    const auto at = static_cast<std::size_t>(one->version);
    if (at < 1 || at > versions.size()) {
      say("I1", one->key, fmt::format("{}: version {} is not there", one->action, one->version));
      continue;
    }
    const Event& event = *versions[at - 1];
    const Visit* visit = permit.find_visit(event.visit);
    if (!is_of(event, one->action))
      say("I1", one->key, fmt::format("{}: version {} is another event", one->action, at));
    else if (!one->step.empty() && (!visit || visit->step != one->step))
      say("I1", one->key, fmt::format("{}: version {} is not of {}", one->action, at, one->step));
    if (!seen.insert(one->version).second)
      say("I2", one->key, fmt::format("{}: version {} answers two keys", one->action, at));
    const auto state = parse_permit_state(one->state);
    const bool taken_back = at < versions.size() && is_any<Undone>(*versions[at]);
    if (state && is_terminal(*state) && !taken_back &&
        (permit.state != *state || permit.version != one->version))
      say("I6", one->key, fmt::format("{} ended the permit, which went on", one->action));
  }
  acknowledged_.erase(mine);
}

// --- reading ------------------------------------------------------------------------------------

KeptKeys kept_keys_of(const pg::Result& r) {
  KeptKeys kept;
  for (int row = 0; row < r.rows(); ++row) {
    const json::value answer = json::parse(std::string(r.text(row, 2)));
    kept[std::string(r.text(row, 0))] = {static_cast<int>(r.int64(row, 1)),
                                         std::stoll(std::string(answer.at("id").as_string())),
                                         answer.at("version").to_number<std::int64_t>(),
                                         std::string(answer.at("state").as_string())};
  }
  return kept;
}

int int_at(const pg::Result& result, int row, int column) {
  return static_cast<int>(result.int64(row, column));
}

// The batch after `after`, each permit with all that belongs to it, as one state of the database.
pg::Awaitable<std::vector<Whole>> load(pg::Connection& connection, std::int64_t after) {
  static const auto heads = store::values<std::int64_t>(
      "SELECT id FROM permit WHERE id > $1::bigint ORDER BY id LIMIT $2::int");
  const std::vector<std::int64_t> ids = co_await connection.query(heads, after, kBatch);
  pg::Pipeline reads;
  reads.add(store::kBeginSnapshotSql);
  const store::PermitLoad permits(reads, ids, store::Lock::none);
  const auto derived = reads.add(
      "SELECT id, case_due_at, case_due_soon_at, legal_due_at, legal_risk_at,"
      " (SELECT min(check_at) FROM visit WHERE permit = p.id) FROM permit p WHERE id = "
      "ANY($1::bigint[])",
      pg::bigint_array(ids));
  const auto dues = reads.add(
      "SELECT permit, id, due_at, due_soon_at FROM visit WHERE permit = ANY($1::bigint[])",
      pg::bigint_array(ids));
  const auto notices = reads.add(
      "SELECT permit, visit, kind, k, occurrence, addressee, cause FROM notice"
      " WHERE permit = ANY($1::bigint[])",
      pg::bigint_array(ids));
  std::vector<pg::Slot<std::vector<store::StoredEvent>>> events;
  for (const std::int64_t id : ids) events.push_back(store::add_events(reads, id));
  reads.add(store::kEndSnapshotSql);
  const pg::Results results = co_await connection.run(std::move(reads));

  std::map<std::int64_t, Whole> all;
  for (auto& [id, stored] : permits.take(results)) all[id].stored = std::move(stored);
  const pg::Result d = results[derived];
  for (int row = 0; row < d.rows(); ++row) {
    Projection& into = all[d.int64(row, 0)].derived;
    into.case_due_at = d.optional_instant(row, 1);
    into.case_due_soon_at = d.optional_instant(row, 2);
    into.legal_due_at = d.optional_instant(row, 3);
    into.legal_risk_at = d.optional_instant(row, 4);
    into.next_check_at = d.optional_instant(row, 5);
  }
  const pg::Result v = results[dues];
  for (int row = 0; row < v.rows(); ++row)
    all[v.int64(row, 0)].visit_dues[int_at(v, row, 1)] = {v.optional_instant(row, 2),
                                                          v.optional_instant(row, 3)};
  const pg::Result n = results[notices];
  for (int row = 0; row < n.rows(); ++row)
    all[n.int64(row, 0)].notices.push_back({int_at(n, row, 1), int_at(n, row, 3), int_at(n, row, 4),
                                            std::string(n.text(row, 2)),
                                            std::string(n.text(row, 5)), n.int64(row, 6)});
  std::vector<Whole> batch;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Whole& whole = all.at(ids[i]);
    const std::vector<store::StoredEvent> stored = results[events[i]];
    for (const store::StoredEvent& one : stored)
      whole.events.push_back(store::event_of(ids[i], one));
    batch.push_back(std::move(whole));
  }
  co_return batch;
}

// A result counts with its token and in its state only: the lease that was granted last is the one
// that settled the message, and none was granted afterwards. One that was given back unused has
// left its token, and no attempt.
pg::Awaitable<void> check_leases(pg::Connection& connection, std::vector<std::string>& found) {
  const pg::Result broken = co_await connection.query(
      "SELECT m.id, m.state, m.fence, a.outcome, (SELECT count(*) FROM attempt t WHERE t.message ="
      " m.id) FROM message m LEFT JOIN attempt a ON a.message = m.id AND a.fence = m.fence"
      " WHERE (m.state = 'accepted') <> (coalesce(a.outcome, '') = 'accepted')"
      " OR (SELECT count(*) FROM attempt t WHERE t.message = m.id) NOT IN (m.fence, m.attempts)"
      " OR (m.state = 'accepted') <> (m.accepted_at IS NOT NULL) ORDER BY m.id");
  for (int row = 0; row < broken.rows(); ++row)
    found.push_back(fmt::format("I6 message {}: {} with token {}, whose attempt says '{}', of {}",
                                broken.int64(row, 0), broken.text(row, 1), broken.int64(row, 2),
                                broken.optional_text(row, 3).value_or("nothing"),
                                broken.int64(row, 4)));
}

// What was rendered is in a message, to each person in one; a message tells something, or is the
// link to sign in by that its reader asked for.
pg::Awaitable<void> check_messages(pg::Connection& connection, std::vector<std::string>& found) {
  const pg::Result broken = co_await connection.query(
      "SELECT 'notice ' || n.id || ' of permit ' || n.permit || ' is rendered in no message'"
      "   FROM notice n WHERE n.state = 'rendered' AND n.permit <> 0 AND NOT EXISTS"
      "   (SELECT FROM message_notice c WHERE c.notice = n.id)"
      " UNION ALL SELECT 'notice ' || c.notice || ' is in ' || count(*) || ' messages to ' ||"
      "   m.recipient FROM message_notice c JOIN message m ON m.id = c.message"
      "   WHERE m.falls_back_from IS NULL GROUP BY c.notice, m.recipient HAVING count(*) > 1"
      " UNION ALL SELECT 'message ' || m.id || ' tells nothing' FROM message m WHERE NOT EXISTS"
      "   (SELECT FROM message_notice c WHERE c.message = m.id) AND m.text NOT IN ('tautan_masuk', "
      "'kanal_terganggu')");
  for (int row = 0; row < broken.rows(); ++row)
    found.push_back("I3 " + std::string(broken.text(row, 0)));
}

// A permit's parts have no foreign key to it (migration 0002): here it is looked after.
pg::Awaitable<void> check_parts(pg::Connection& connection, std::vector<std::string>& found) {
  for (const char* part : {"visit", "pause", "document", "raised_rung", "note", "event"}) {
    std::string sql = fmt::format(
        "SELECT DISTINCT permit FROM {} c WHERE NOT EXISTS"
        " (SELECT FROM permit p WHERE p.id = c.permit) ORDER BY 1",
        part);
    const pg::Result orphans = co_await connection.query(std::move(sql));
    for (int row = 0; row < orphans.rows(); ++row)
      found.push_back(
          fmt::format("I3 {} of permit {}, which is not there", part, orphans.int64(row, 0)));
  }
}

pg::Awaitable<std::vector<std::string>> check(std::string conninfo,
                                              const std::vector<OfficeLoad::Acknowledged>& ledger) {
  std::vector<std::string> found;
  pg::ConnectOptions options(std::move(conninfo));
  pg::Connection connection = co_await pg::Connection::connect(std::move(options));
  const store::Moment moment = co_await connection.query(store::kMoment);
  const Instant quiet_until =
      moment.now - Seconds{static_cast<std::int64_t>(kQuietSeconds * moment.speed)};
  office::Rulebook rulebook{SendRules{}};
  co_await rulebook.refresh(connection, moment);
  const pg::Result keys = co_await connection.query("SELECT key, status, answer FROM idempotency");
  LedgerCheck commands(ledger, kept_keys_of(keys), found);

  std::int64_t after = 0;
  while (true) {
    const std::vector<Whole> batch = co_await load(connection, after);
    std::set<std::string> versions;
    for (const Whole& whole : batch) {
      versions.insert(whole.stored.permit.sop_version);
      for (const Visit& visit : whole.stored.permit.visits) versions.insert(visit.sop_version);
    }
    versions.erase("");
    std::vector<std::string> hashes(versions.begin(), versions.end());
    co_await rulebook.ensure_versions(connection, std::move(hashes));
    for (const Whole& whole : batch) {
      const Permit& permit = whole.stored.permit;
      const Sop& sop = rulebook.sop_version(permit.sop_version);
      const PermitCheck one(whole, sop, rulebook.calendar(sop.calendar), found);
      one.state_and_events();
      one.visits();
      one.notices();
      one.rungs(quiet_until);
      one.terminal();
      one.clock();
      commands.permit(whole);
      after = permit.id;
    }
    if (static_cast<int>(batch.size()) < kBatch) break;
  }
  commands.rest();
  co_await check_messages(connection, found);
  co_await check_parts(connection, found);
  co_await check_leases(connection, found);
  const store::AuditReport audit = co_await store::verify_record(connection, store::AuditOptions());
  for (const store::AuditFinding& one : audit.findings)
    found.push_back("I7 " + store::words_of(one));
  co_return found;
}

}  // namespace

std::vector<std::string> breaches(const std::vector<OfficeLoad::Acknowledged>& ledger,
                                  TestPostgres& server, const std::string& database,
                                  const std::string& schema) {
  boost::asio::io_context io{1};
  return await(io, check(pg::in_schema(server.conninfo(database), schema), ledger),
               std::chrono::seconds{300});
}

}  // namespace tenggat::test
