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
  std::ifstream file(TENGGAT_SOURCE_DIR "/rules/office/sop/paud.yaml");
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
    : calendar_(std::move(calendar)), sop_(std::move(sop)), now_(wita("04-02 07:00")) {
  next_morning_ = next_morning_list(calendar_, now_ - Seconds{1});
}

Actor Office::actor(const std::string& who) {
  if (who == "P") return {Actor::Kind::applicant, "portal", ""};
  if (who == "system") return {};
  return {Actor::Kind::officer, who, ""};
}

// --- the permit ----------------------------------------------------------------------------------

void Office::take(Decision decision) {
  decisions.push_back(decision);
  permit = std::move(decision.after);
  for (Event& event : decision.events) events.push_back(std::move(event));
  for (NewNote& note : decision.notes) notes.push_back(std::move(note));
  for (CountDelta& delta : decision.counts) counted.push_back(std::move(delta));
  for (const std::int64_t cause : decision.undone_causes) {
    std::erase_if(counted, [&](const CountDelta& delta) { return delta.cause == cause; });
    for (Waiting& waiting : waiting_)
      if (waiting.pending.notice.cause == cause && !waiting.settled) drop(waiting, Reason::undone);
  }
  for (Notice& notice : decision.notices) {
    PendingNotice pending;
    pending.id = static_cast<std::int64_t>(waiting_.size()) + 1;
    pending.permit = permit.id;
    pending.send_at = ready_at(notice, rules);
    pending.notice = std::move(notice);
    waiting_.push_back({std::move(pending), false, {}});
  }
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
  for (const Waiting& waiting : waiting_) all.push_back(waiting.pending.notice);
  return all;
}

std::vector<std::string> Office::raised_since() {
  std::vector<std::string> lines;
  for (; reported_ < waiting_.size(); ++reported_) {
    const Notice& n = waiting_[reported_].pending.notice;
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

// --- what leaves ---------------------------------------------------------------------------------

void Office::drop(Waiting& waiting, Reason reason) {
  waiting.settled = true;
  const Notice& notice = waiting.pending.notice;
  dropped.push_back(fmt::format("{} {} {}", notice.addressee.to_string(), notice.kind.to_string(),
                                to_string(reason)));
}

void Office::run_round() {
  const OneService service(sop_, calendar_, people, rules);
  Round round(service, {});
  round.at(now_, calendar_, rules);
  const bool morning = next_morning_ <= now_;
  take(round, [&](const PendingNotice& one) { return one.send_at <= now_; });
  if (morning || !round.deliverables().empty())
    take(round, [&](const PendingNotice& one) {
      return one.send_at > now_ && one.notice.hold_until <= now_ &&
             one.notice.audience != Audience::applicant;
    });
  if (morning && morning_list_helps(next_morning_, calendar_, now_)) morning_lists(round);
  if (morning) next_morning_ = next_morning_list(calendar_, now_);
  tell_officers(round);
  const auto before = static_cast<std::ptrdiff_t>(sent.size());
  for (const PlannedMessage& message : round.take_messages()) record(message);
  std::sort(sent.begin() + before, sent.end(),
            [](const Sent& a, const Sent& b) { return a.to < b.to; });
  for (const NoticeOutcome& outcome : round.take_outcomes()) record(outcome);
}

void Office::take(Round& round, const std::function<bool(const PendingNotice&)>& which) {
  StoredPermit stored;
  stored.permit = permit;
  stored.applicant.whatsapp = "6281234567890";
  for (const Waiting& waiting : waiting_) {
    if (waiting.settled || !which(waiting.pending)) continue;
    PendingNotice pending = waiting.pending;
    Round::Taken taken = round.take(pending, stored, waiting.told);
    if (taken.kind == Round::Taken::Kind::to_render) round.add_alone(std::move(taken.message));
  }
}

void Office::morning_lists(Round& round) {
  const OneService service(sop_, calendar_, people, rules);
  std::vector<OpenTask> tasks;
  for (const Projection::VisitDues& dues : project(permit, sop_, calendar_).visits) {
    const Visit* visit = permit.find_visit(dues.visit);
    if (!visit->open() || sop_.is_applicant(visit->role)) continue;
    tasks.push_back({permit.id, permit.number, permit.sop_version, *visit, dues.due_at,
                     dues.due_soon_at, permit.open_pause(visit->id) != nullptr});
  }
  for (const auto& [officer, held] : tasks_by_holder(tasks, service, now_))
    if (auto message = round.morning_list(officer, 0, held)) round.add(std::move(*message));
}

void Office::tell_officers(Round& round) {
  if (round.recipients().empty()) return;
  for (const OfficerGroup& group : round.group(last_messages())) {
    auto message = round.officer_message(group, *group.notices.front(), context());
    if (!message) continue;
    round.add(std::move(*message));
    round.reached(group);
  }
  round.settle_officers();
}

std::map<std::string, LastMessage> Office::last_messages() const {
  std::map<std::string, LastMessage> all;
  for (const auto& [officer, messages] : messages_) {
    LastMessage& last = all[officer];
    last.at = messages.at.back();
    last.names_open_task = std::any_of(messages.visits.begin(), messages.visits.end(),
                                       [&](int visit) { return permit.find_visit(visit)->open(); });
    const auto full = static_cast<std::size_t>(rules.messages_an_hour);
    if (messages.at.size() >= full)
      last.first_of_full_hour = messages.at[messages.at.size() - full];
  }
  return all;
}

void Office::record(const PlannedMessage& message) {
  for (const auto& [of_permit, notice] : message.notices)
    if (of_permit != 0)
      waiting_[static_cast<std::size_t>(notice) - 1].told.push_back({message.recipient, true});
  const bool stands =
      !message.listed.empty() && std::all_of(message.listed.begin(), message.listed.end(),
                                             [](const ListedTask& task) { return task.paused; });
  const std::string text = message.text + (stands ? " (dijeda)" : "");
  if (message.why == Reason::applicant) {
    sent.push_back({message.at, "P", text});
    return;
  }
  const std::string officer = message.recipient.substr(officer_key("").size());
  Messages& theirs = messages_[officer];
  theirs.at.push_back(message.at);
  theirs.visits.clear();
  for (const auto& [of_permit, visit] : message.tasks) theirs.visits.push_back(visit);
  sent.push_back({message.at,
                  message.acting_for.empty()
                      ? officer
                      : fmt::format("{}/Plh. {}", officer, message.acting_for),
                  text});
}

void Office::record(const NoticeOutcome& outcome) {
  Waiting& waiting = waiting_[static_cast<std::size_t>(outcome.notice) - 1];
  if (outcome.kind == NoticeOutcome::Kind::later)
    waiting.pending.send_at = outcome.at;
  else if (outcome.kind == NoticeOutcome::Kind::dropped || outcome.reason == Reason::absorbed)
    drop(waiting, outcome.reason);
  else
    waiting.settled = true;
}

Office& Office::advance_to(Instant instant) {
  for (int turn = 0; turn < 10'000; ++turn) {
    const auto check = project(permit, sop_, calendar_).next_check_at;
    Instant next = std::min(check.value_or(Instant::max()), next_morning_);
    for (const Waiting& waiting : waiting_)
      if (!waiting.settled) next = std::min(next, waiting.pending.send_at);
    const Instant time = std::max(now_, next);
    if (time > instant) {
      now_ = instant;
      return *this;
    }
    now_ = time;
    if (check && *check <= now_) catch_up();
    run_round();
  }
  ADD_FAILURE() << "time stands still at " << when(now_);
  return *this;
}

}  // namespace tenggat::testing
