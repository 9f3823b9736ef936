#include "tests/rules/paud_fixture.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenggat::testing {

Instant wita(std::string_view text) {
  return tenggat::testing::at(fmt::format("2026-{}T{}{}+08:00", text.substr(0, 5), text.substr(6),
                                          text.size() == 11 ? ":00" : ""));
}

std::string when(Instant instant) {
  const LocalTime t = shipped_calendar().local(instant);
  std::string text = fmt::format("{:02}-{:02} {:02}:{:02}", t.month, t.day, t.hour, t.minute);
  return t.second == 0 ? text : fmt::format("{}:{:02}", text, t.second);
}

std::string when(std::optional<Instant> instant) { return instant ? when(*instant) : "none"; }

const Calendar& shipped_calendar() {
  static const Calendar calendar = banjarbaru();
  return calendar;
}

SourceFile paud_file() {
  std::ifstream file(TENGGAT_SOURCE_DIR "/rules/sop/paud.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  return {"paud.yaml", text.str()};
}

const Sop& paud() {
  static const Sop sop = paud_with({});
  return sop;
}

Sop paud_with(const std::vector<std::pair<std::string, std::string>>& changes) {
  SourceFile file = paud_file();
  for (const auto& [from, to] : changes) {
    const auto at = file.text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) file.text.replace(at, from.size(), to);
  }
  Sop sop = load_sop(file).value();
  sop.version = fmt::format("version {}", std::hash<std::string>{}(file.text));
  return sop;
}

People officers() {
  const auto officer = [](const char* id, const char* role) {
    Officer one;
    one.id = id;
    one.name = std::string("Pejabat ") + id;
    one.roles = {role};
    one.whatsapp = std::string("62812000") + id;
    return one;
  };
  People people;
  people.officers = {officer("FO", "front_office"),    officer("BO", "back_office"),
                     officer("DT", "dinas_teknis"),    officer("KDT", "kepala_dinas_teknis"),
                     officer("KB", "kabid_perizinan"), officer("S", "sekretaris"),
                     officer("KD", "kepala_dinas")};
  return people;
}

Office::Office(Calendar calendar, Sop sop)
    : calendar_(std::move(calendar)), sop_(std::move(sop)), now_(wita("04-02 07:00")) {}

Actor Office::actor(const std::string& who) {
  if (who == "P") return {Actor::Kind::applicant, "portal", ""};
  if (who == "system") return {};
  return {Actor::Kind::officer, who, ""};
}

// --- the permit ----------------------------------------------------------------------------------

void Office::take(Decision decision) {
  permit = std::move(decision.after);
  for (Event& event : decision.events) events.push_back(std::move(event));
  for (NewNote& note : decision.notes) notes.push_back(std::move(note));
  for (CountDelta& delta : decision.counts) counted.push_back(std::move(delta));
  for (const std::int64_t cause : decision.undone_causes) {
    std::erase_if(counted, [&](const CountDelta& delta) { return delta.cause == cause; });
    for (Waiting& waiting : waiting_)
      if (waiting.notice.cause == cause && !waiting.settled) drop(waiting, "", Reason::undone);
  }
  for (Notice& notice : decision.notices) waiting_.push_back({std::move(notice), false});
}

std::optional<Refusal> Office::keep(Decided decided) {
  if (!decided) return decided.error();
  take(std::move(*decided));
  return std::nullopt;
}

void Office::submit(std::string_view started_at) {
  NewPermit submission;
  submission.id = 1;
  submission.number = sop_.number_format.print(2026, 4, 417);
  submission.subject = "PAUD Melati";
  submission.created_by = "portal";
  submission.documents = {{"persyaratan_izin_paud", "formulir", "tenggat:1", "", ""},
                          {"persyaratan_izin_paud", "akta", "tenggat:2", "", ""}};
  if (!started_at.empty()) submission.started_at = wita(started_at);
  const auto refusal = keep(open_permit(submission, context()));
  EXPECT_FALSE(refusal) << (refusal ? refusal->detail().english : "");
}

std::optional<Reason> Office::tries(const std::string& who, const Command& command) {
  const auto refusal = keep(decide(permit, actor(who), command, context()));
  if (!refusal) return std::nullopt;
  return refusal->reason();
}

std::optional<Refusal> Office::refusal_of(const std::string& who, const Command& command) const {
  const Decided decided = decide(permit, actor(who), command, context());
  if (decided) return std::nullopt;
  return decided.error();
}

void Office::does(const std::string& who, const Command& command) {
  const auto refusal = keep(decide(permit, actor(who), command, context()));
  EXPECT_FALSE(refusal) << when(now_) << " " << who << ": " << refusal->detail().english;
}

Office& Office::catch_up() {
  take(tenggat::catch_up(permit, context()));
  return *this;
}

void Office::apply_calendar(Calendar calendar, const std::string& decree) {
  calendar_ = std::move(calendar);
  take(tenggat::apply_calendar(permit, context(), decree));
}

std::optional<Refusal> Office::migrate(Sop sop, const std::string& because) {
  earlier_.push_back(std::make_shared<const Sop>(sop_));
  versions_->emplace(sop_.version, earlier_.back().get());
  const Sop was = std::exchange(sop_, std::move(sop));
  sop_.versions = versions_.get();
  auto refusal = keep(migrate_permit(permit, context(), because));
  if (refusal) sop_ = was;
  return refusal;
}

void Office::bring_to(const std::string& step) {
  const std::vector<std::pair<std::string, Deed>> way = {
      {"FO", Deed("verifikasi", "accept")},
      {"BO", Deed("penerimaan", "forward")},
      {"DT", Deed("kajian_teknis", "recommend").file("bapl").file("rekomendasi")},
      {"BO", Deed("penyusunan_sk", "draft").file("draft_sk")},
      {"KB", Deed("persetujuan_kabid", "approve")},
      {"S", Deed("persetujuan_sekretaris", "approve")},
      {"KD", Deed("penandatanganan", "sign").decree("SK-1")},
      {"P", Deed("penerimaan_sk", "receive")}};
  if (permit.visits.empty()) submit();
  for (const auto& [who, deed] : way) {
    if (permit.open_visit(step)) return;
    const Command command = deed;
    if (!permit.open_visit(std::get<Act>(command).step)) continue;
    advance_to(now_ + Seconds{60});
    does(who, command);
  }
}

const Visit& Office::visit(std::string_view label) const {
  for (const Visit& one : permit.visits)
    if (!one.undone && fmt::format("{}#{}", one.step, one.occurrence) == label) return one;
  ADD_FAILURE() << "no visit " << label;
  return permit.visits.front();
}

std::string Office::open() const {
  std::string labels;
  for (const Visit& one : permit.visits)
    if (one.open())
      labels += fmt::format("{}{}#{}", labels.empty() ? "" : " ", one.step, one.occurrence);
  return labels;
}

Replay Office::replay(std::string_view label) const {
  const auto ledger =
      label == "layanan" ? case_ledger(permit, sop_) : visit_ledger(permit, visit(label), sop_);
  EXPECT_TRUE(ledger) << label << " has no clock";
  return Replay(ledger.value_or(Ledger{}), calendar_);
}

Sla Office::sla(std::string_view label) const {
  if (label == "layanan") return case_sla(permit, sop_, calendar_, now_);
  return visit_sla(permit, visit(label), sop_, calendar_, now_);
}

std::string Office::legal_limit() const {
  return when(project(permit, sop_, calendar_).legal_due_at);
}

std::vector<Notice> Office::notices() const {
  std::vector<Notice> all;
  for (const Waiting& waiting : waiting_) all.push_back(waiting.notice);
  return all;
}

std::vector<std::string> Office::raised_since() {
  std::vector<std::string> lines;
  for (; reported_ < waiting_.size(); ++reported_) {
    const Notice& n = waiting_[reported_].notice;
    const Visit* visit = permit.find_visit(n.visit);
    const bool of_event = n.kind.of == NoticeKind::Of::text || n.kind.is_report();
    lines.push_back(
        fmt::format("{} {}{}{}: {} {} {}",
                    visit ? fmt::format("{}#{}", visit->step, visit->occurrence) : "layanan",
                    n.kind.to_string(), of_event || n.k == 1 ? "" : fmt::format(" k={}", n.k),
                    n.occurrence == 1 ? "" : fmt::format(" occurrence={}", n.occurrence),
                    n.addressee.to_string(), n.text, to_string(n.reason)));
  }
  return lines;
}

std::vector<std::string> Office::messages() const {
  std::vector<std::string> lines;
  for (const Sent& one : sent) lines.push_back(one.line());
  return lines;
}

// --- the dispatcher's rule -----------------------------------------------------------------------

std::vector<Recipient> Office::recipients(const Notice& notice) const {
  if (notice.addressee.kind == Addressee::Kind::applicant)
    return {{"P", "pemohon", "", "", Reason::applicant}};
  return recipients_of(notice, permit, context());
}

std::optional<LastMessage> Office::last_message(const std::string& person) const {
  const auto found = last_.find(person);
  if (found == last_.end()) return std::nullopt;
  LastMessage last{found->second.at, false, std::nullopt};
  for (const int visit : found->second.visits)
    if (const Visit* one = permit.find_visit(visit); one && one->open())
      last.names_open_task = true;
  return last;
}

// One group a person and audience; whatever else is ready by then goes with it.
std::vector<Office::Departure> Office::departures() const {
  std::vector<Departure> all;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (waiting_[i].settled) continue;
    const Notice& notice = waiting_[i].notice;
    for (const Recipient& one : recipients(notice)) {
      if (delivered_.contains({i, one.officer})) continue;
      const Instant leaves = std::max(now_, leaves_at(notice, ready_at(notice, rules),
                                                      last_message(one.officer), rules, calendar_));
      const auto same = std::find_if(all.begin(), all.end(), [&](const Departure& departure) {
        return departure.person == one.officer && one.officer != "P";
      });
      if (same == all.end()) {
        all.push_back({leaves, one.officer, {i}});
      } else {
        same->at = std::min(same->at, leaves);
        same->notices.push_back(i);
      }
    }
  }
  return all;
}

void Office::drop(Waiting& waiting, const std::string& person, Reason reason) {
  waiting.settled = true;
  dropped.push_back(fmt::format("{}{}{} {}", person, person.empty() ? "" : " ",
                                waiting.notice.kind.to_string(), to_string(reason)));
}

// Settled once all who are told at that time have it: a later change of person repeats nothing.
void Office::mark_delivered(std::size_t notice, const std::string& person) {
  delivered_[{notice, person}] = true;
  const std::vector<Recipient> all = recipients(waiting_[notice].notice);
  waiting_[notice].settled = std::all_of(all.begin(), all.end(), [&](const Recipient& one) {
    return delivered_.contains({notice, one.officer});
  });
}

void Office::send(const Departure& departure) {
  std::vector<std::size_t> carried;
  std::string text, title = departure.person;
  for (const std::size_t i : departure.notices) {
    Waiting& waiting = waiting_[i];
    if (ready_at(waiting.notice, rules) > now_) continue;
    if (const auto reason = no_longer_holds(waiting.notice, permit, sop_, calendar_)) {
      drop(waiting, departure.person, *reason);
      continue;
    }
    // Rungs of one visit fold into the latest.
    std::erase_if(carried, [&](std::size_t earlier) {
      const Notice& other = waiting_[earlier].notice;
      if (other.visit != waiting.notice.visit || other.audience != waiting.notice.audience)
        return false;
      mark_delivered(earlier, departure.person);
      dropped.push_back(fmt::format("{} {} folded", departure.person, other.kind.to_string()));
      return true;
    });
    carried.push_back(i);
  }
  if (carried.empty()) return;
  Last last{now_, {}};
  for (const std::size_t i : carried) {
    const Notice& notice = waiting_[i].notice;
    mark_delivered(i, departure.person);
    last.visits.push_back(notice.visit);
    for (const Recipient& one : recipients(notice))
      if (one.officer == departure.person && !one.for_officer.empty())
        title = fmt::format("{}/Plh. {}", one.officer, one.for_officer);
    text = carried.size() == 1 ? notice.text : "daftar";
  }
  last_[departure.person] = last;
  sent.push_back({now_, title, text});
}

// To each officer with open tasks; it absorbs what waited and counts as the last message.
void Office::morning_lists() {
  for (const Officer& officer : people.officers) {
    Last last{now_, {}};
    bool all_paused = true;
    for (const Visit& visit : permit.visits) {
      if (!visit.open() || sop_.is_applicant(visit.role)) continue;
      const auto holders = resolve_holder(visit, sop_, people, context().today());
      if (std::none_of(holders.begin(), holders.end(),
                       [&](const Recipient& one) { return one.officer == officer.id; }))
        continue;
      last.visits.push_back(visit.id);
      all_paused = all_paused && permit.open_pause(visit.id);
    }
    if (last.visits.empty()) continue;
    for (const Departure& departure : departures()) {
      if (departure.person != officer.id || departure.at > now_) continue;
      for (const std::size_t i : departure.notices)
        if (ready_at(waiting_[i].notice, rules) <= now_) {
          mark_delivered(i, officer.id);
          dropped.push_back(
              fmt::format("{} {} absorbed", officer.id, waiting_[i].notice.kind.to_string()));
        }
    }
    last_[officer.id] = last;
    sent.push_back({now_, officer.id, all_paused ? "daftar_pagi (dijeda)" : "daftar_pagi"});
  }
}

Office& Office::advance_to(Instant instant) {
  for (int turn = 0; turn < 10'000; ++turn) {
    std::vector<Departure> next = departures();
    std::sort(next.begin(), next.end(), [](const Departure& a, const Departure& b) {
      return std::tie(a.at, a.person) < std::tie(b.at, b.person);
    });
    const auto check = project(permit, sop_, calendar_).next_check_at;
    const Instant opening = calendar_.first_opening_after(now_);
    const Instant departure = next.empty() ? Instant::max() : next.front().at;
    const Instant time =
        std::max(now_, std::min({check.value_or(Instant::max()), departure, opening}));
    if (time > instant) {
      now_ = instant;
      return *this;
    }
    now_ = time;
    if (check && *check <= now_) catch_up();
    if (opening == now_)
      morning_lists();
    else if (departure <= now_ && !(check && *check <= now_))
      send(next.front());
  }
  ADD_FAILURE() << "time stands still at " << when(now_);
  return *this;
}

}  // namespace tenggat::testing
