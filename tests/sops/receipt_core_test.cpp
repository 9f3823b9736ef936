// A city's log through receipt.yaml by the core alone, each rung raised at its instant: clocks,
// verdicts and escalations of every case as the script of tests/sops computes them, to the second.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>

#include "rules/permit/import.h"
#include "rules/permit/ladder.h"
#include "rules/permit/ledger.h"
#include "rules/permit/time_spent.h"
#include "rules/permit/transition.h"
#include "tests/sops/receipt_files.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

constexpr std::string_view kSystem = "case_system";

class City {
 public:
  explicit City(const ReplayFiles& files) : end_(files.end) {
    for (const ReplayOfficer& one : files.officers)
      people_.officers.push_back({one.id, one.id, one.id + "@example.org", "", one.roles, {}, ""});
  }

  // The refusal's words; empty: it was done.
  std::string takes(const ReplayCommand& command) {
    if (command.op == "submit") {
      NewPermit submission;
      submission.id = static_cast<std::int64_t>(files_.size()) + 1;
      submission.number = fmt::format("OV/2010/{:05}", submission.id);
      submission.external_id = command.of_case;
      submission.created_by = "portal";
      for (const auto& [field, value] : command.fields)
        submission.fields[field] = value.to_number<double>();
      return keep(command.of_case, open_permit(submission, context(command.at)));
    }
    File& file = files_.at(command.of_case);
    pass_time(file, command.at);
    const Visit* visit = file.permit.open_visit(command.step);
    if (!visit || visit->occurrence != command.visit)
      return fmt::format("{}#{} is not open", command.step, command.visit);
    const Actor actor = command.by == kSystem
                            ? Actor{Actor::Kind::service, command.by, "", {command.by}}
                            : Actor{Actor::Kind::officer, command.by, "", {}};
    if (command.op == "claim")
      return keep(command.of_case,
                  decide(file.permit, actor, Claim{command.step}, context(command.at)));
    Act act;
    act.step = command.step;
    act.action = command.action;
    act.to = command.to;
    return keep(command.of_case, decide(file.permit, actor, act, context(command.at)));
  }

  json::object came(const std::string& of_case) {
    File& file = files_.at(of_case);
    pass_time(file, end_);
    json::object all = durations(file.permit);
    all["escalations"] = escalations(file);
    return all;
  }

  // The same file brought in at the end, as a history.
  json::object imported(const PastFile& past) const {
    auto decided = import_file(past, context(end_));
    if (decided) return durations(decided->after);
    const PastFault& first = decided.error().front();
    return {{"fault", first.at + ": " + first.what.english}};
  }

 private:
  struct File {
    Permit permit;
    std::vector<Notice> notices;
  };

  json::object durations(const Permit& permit) const {
    json::object all{{"state", to_string(permit.state)},
                     {"working", working(permit)},
                     {"case_clock", case_clock(permit)}};
    json::array visits;
    for (const Visit& visit : permit.visits) visits.push_back(view(permit, visit));
    all["visits"] = std::move(visits);
    return all;
  }

  Context context(Instant now) const { return {sop_, calendar_, people_, now, {}}; }

  // The watch wakes at each instant at which something is due.
  void pass_time(File& file, Instant until) {
    while (true) {
      const auto next = project(file.permit, sop_, calendar_).next_check_at;
      if (!next || *next > until) return;
      take(file, catch_up(file.permit, context(*next)));
    }
  }

  std::string keep(const std::string& of_case, Decided decided) {
    if (!decided) return decided.error().detail().english;
    take(files_[of_case], std::move(*decided));
    return {};
  }
  static void take(File& file, Decision decision) {
    file.permit = std::move(decision.after);
    for (Notice& notice : decision.notices) file.notices.push_back(std::move(notice));
  }

  json::value shown(std::optional<Instant> at) const {
    return at ? json::value(calendar_.format(*at)) : json::value(nullptr);
  }
  static json::value shown(std::optional<Seconds> seconds) {
    return seconds ? json::value(seconds->count()) : json::value(nullptr);
  }
  static json::value shown(std::optional<Verdict> verdict) {
    if (!verdict) return nullptr;
    return *verdict == Verdict::met ? "met" : "missed";
  }

  // Whatever clock of the case ran or stood, and of whatever kind its time is.
  std::int64_t working(const Permit& permit) const {
    const TimeByParty time = time_by_party(permit, sop_, calendar_, end_);
    return (time.office.working + time.applicant.working + time.other_agency.working).count();
  }

  json::object case_clock(const Permit& permit) const {
    const Sla sla = case_sla(permit, sop_, calendar_, end_);
    return {{"opened", shown(permit.case_opened_at)},
            {"closed", shown(permit.case_closed_at)},
            {"due", shown(sla.due_at)},
            {"consumed", sla.elapsed.count()},
            {"verdict", shown(permit.case_verdict)}};
  }

  json::object view(const Permit& permit, const Visit& visit) const {
    const Sla sla = visit_sla(permit, visit, sop_, calendar_, end_);
    // Of an open visit that nobody has claimed the time so far is waiting; the script asks for
    // none.
    const WaitingAndHandling parts =
        visit.claimed_at ? waiting_and_handling(permit, visit, sop_, calendar_, end_)
                         : WaitingAndHandling{visit.waited, visit.handled};
    // Another branch's officer has closed what was called off.
    std::string by = visit.open() || visit.cancelled() ? visit.assignee : visit.closed_by;
    if (sop_.is_applicant(visit.role)) by.clear();
    return {{"step", visit.step},
            {"visit", visit.occurrence},
            {"by", by.empty() ? json::value(nullptr) : json::value(by)},
            {"result", visit.cancelled() ? "cancelled"
                       : visit.open()    ? "open"
                                         : "done"},
            {"opened", shown(std::optional(visit.opened_at))},
            {"claimed", shown(visit.claimed_at)},
            {"closed", shown(visit.closed_at)},
            {"due", shown(sla.due_at)},
            {"elapsed", sla.elapsed.count()},
            {"waiting", shown(parts.waiting)},
            {"handling", shown(parts.handling)},
            {"verdict", shown(visit.verdict)}};
  }

  json::array escalations(const File& file) const;

  const Instant end_;
  const Sop sop_ = receipt_sop();
  const Calendar calendar_ = receipt_calendar();
  People people_;
  std::map<std::string, File> files_;
};

json::array City::escalations(const File& file) const {
  json::array all;
  for (const RaisedRung& rung : file.permit.rungs) {
    EXPECT_EQ(rung.due_at, rung.raised_at) << file.permit.external_id << ' ' << rung.rung;
    const Visit* visit = file.permit.find_visit(rung.visit);
    json::array to;
    for (const Notice& notice : file.notices)
      if (notice.kind.of == NoticeKind::Of::rung && notice.visit == rung.visit &&
          notice.kind.name == rung.rung && notice.k == rung.k)
        to.emplace_back(notice.addressee.to_string());
    all.push_back(json::object{{"step", visit ? json::value(visit->step) : json::value(nullptr)},
                               {"visit", visit ? visit->occurrence : 0},
                               {"rung", rung.rung},
                               {"k", rung.k},
                               {"at", calendar_.format(rung.due_at)},
                               {"to", std::move(to)}});
  }
  return all;
}

TEST(ReceiptPhase, TheCoreGivesEveryCaseItsClocksVerdictsAndEscalations) {
  const auto log = receipt_log();
  if (!log) GTEST_SKIP() << "no log of a city here: TENGGAT_RECEIPT_LOG names one";
  const ReplayFiles files = prepare_replay(*log);
  std::cout << files.report.substr(0, files.report.find("escalations:")) << '\n';
  EXPECT_GE(expressed_share(files, *log), 0.99);
  City city(files);
  int refused = 0;
  for (const ReplayCommand& command : files.commands) {
    const std::string refusal = city.takes(command);
    if (refusal.empty()) continue;
    ADD_FAILURE() << fmt::format("{} {} {}.{} by {}: {}", command.of_case, command.op, command.step,
                                 command.action, command.by, refusal);
    if (++refused == 20) FAIL() << "and more";
  }
  std::vector<json::object> came;
  std::size_t differing = 0;
  for (json::object expected : files.expected) {
    const std::string of_case(expected.at("case").as_string());
    for (const char* not_ours : {"case", "recorded"}) expected.erase(not_ours);
    came.push_back(city.came(of_case));
    const std::vector<std::string> found = differences(std::move(expected), came.back());
    if (found.empty()) continue;
    ADD_FAILURE() << of_case
                  << fmt::format(" differs in {} places, at first\n{}", found.size(),
                                 found.front());
    if (++differing == 20) FAIL() << "and more";
  }
  std::cout << fmt::format("{} cases as expected, {} commands\n", came.size() - differing,
                           files.commands.size())
            << escalations_by_rung(came) << '\n';
}

TEST(ReceiptPhase, ImportedAsHistoryEveryCaseHasTheDurationsOfTheReplay) {
  const auto log = receipt_log();
  if (!log) GTEST_SKIP() << "no log of a city here: TENGGAT_RECEIPT_LOG names one";
  const ReplayFiles files = prepare_replay(*log);
  const City city(files);
  const std::map<std::string, PastFile> histories = histories_of(files);
  std::size_t differing = 0;
  for (json::object expected : files.expected) {
    const std::string of_case(expected.at("case").as_string());
    for (const char* not_ours : {"case", "recorded", "escalations"}) expected.erase(not_ours);
    json::object came = city.imported(histories.at(of_case));
    for (json::object* one : {&expected, &came}) {
      (*one)["escalations"] = json::array();
      // To whom the program itself would have given it, a history does not say.
      if (one->contains("visits"))
        for (json::value& visit : one->at("visits").as_array())
          if (visit.at("result").as_string() != "done") visit.as_object().erase("by");
    }
    const std::vector<std::string> found = differences(std::move(expected), came);
    if (found.empty()) continue;
    ADD_FAILURE() << of_case
                  << fmt::format(" differs in {} places, at first\n{}\n{}", found.size(),
                                 found.front(), json::serialize(came).substr(0, 300));
    if (++differing == 20) FAIL() << "and more";
  }
  std::cout << fmt::format("{} cases imported with the durations of the replay\n",
                           files.expected.size() - differing);
}

}  // namespace
}  // namespace tenggat::test
