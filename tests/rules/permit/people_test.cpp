// Who holds a duty, who stands in, who is told in whose place. Source: docs/reference.md, People.
#include "rules/permit/people.h"

#include <fmt/format.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

constexpr auto kDay = "2026-04-13";

Visit visit_of(const std::string& step, const std::string& prepared_by = "") {
  Visit visit;
  visit.id = 1;
  visit.step = step;
  visit.role = paud().step(step).role;
  visit.prepared_by = prepared_by;
  return visit;
}

People with(const std::vector<Delegation>& delegations) {
  People people = officers();
  people.delegations = delegations;
  return people;
}
People away(People people, const std::string& id) {
  for (Officer& officer : people.officers)
    if (officer.id == id) officer.leaves.push_back({kDay, kDay});
  return people;
}
Delegation plh(const std::string& from, const std::string& to) {
  return {1, from, to, "plh", kDay, "2026-04-15", "800/12"};
}

// "BO for KB (delegated)"
std::string say(const std::vector<Recipient>& told) {
  std::string text;
  for (const Recipient& one : told)
    text +=
        fmt::format("{}{}{} ({})", text.empty() ? "" : ", ", one.officer,
                    one.for_officer.empty() ? "" : " for " + one.for_officer, to_string(one.why));
  return text;
}
std::string told(const std::string& role, const People& people, const Visit* visit = nullptr,
                 const char* day = kDay) {
  return say(resolve_role(role, visit, paud(), people, day));
}
std::string holder(const Visit& visit, const People& people, const char* day = kDay) {
  return say(resolve_holder(visit, paud(), people, day));
}

TEST(People, ADeputyIsToldFromTheFirstToTheLastDayIncluded) {
  const People people = with({plh("KB", "BO")});
  EXPECT_EQ(told("kabid_perizinan", people, nullptr, "2026-04-12"), "KB (on_duty)");
  EXPECT_EQ(told("kabid_perizinan", people, nullptr, "2026-04-13"), "BO for KB (delegated)");
  EXPECT_EQ(told("kabid_perizinan", people, nullptr, "2026-04-15"), "BO for KB (delegated)");
  EXPECT_EQ(told("kabid_perizinan", people, nullptr, "2026-04-16"), "KB (on_duty)");
}

TEST(People, ADeputyWhoIsAwayStandsInForNobody) {
  EXPECT_EQ(told("kabid_perizinan", away(with({plh("KB", "BO")}), "BO")), "KB (on_duty)");
}

TEST(People, NobodyStandsInForADeputy) {
  People people = with({plh("KB", "BO"), plh("BO", "FO")});
  EXPECT_EQ(told("kabid_perizinan", people), "BO for KB (delegated)");
  EXPECT_EQ(told("back_office", people), "FO for BO (delegated)");
  // Away, the deputy's own deputy has the deputy's own duty and no other.
  people = away(away(std::move(people), "BO"), "KB");
  EXPECT_EQ(told("kabid_perizinan", people), "S (role_vacant)");
  EXPECT_EQ(told("back_office", people), "FO for BO (delegated)");
}

TEST(People, OfSeveralHoldersEachIsToldOnce) {
  People people = with({plh("KB", "BO")});
  people.officers[0].roles = {"front_office", "back_office"};
  EXPECT_EQ(told("back_office", people), "FO (on_duty), BO (on_duty)");
  EXPECT_EQ(told("back_office", away(people, "BO")), "FO (on_duty)");
  people.delegations.push_back(plh("BO", "FO"));
  EXPECT_EQ(told("back_office", people), "FO (on_duty)");
}

TEST(People, AVacantRoleIsItsSuperiors) {
  EXPECT_EQ(told("back_office", away(officers(), "BO")), "KB (role_vacant)");
  EXPECT_EQ(told("back_office", away(away(officers(), "BO"), "KB")), "S (role_vacant)");
  EXPECT_EQ(told("back_office", People{}), "");
}

TEST(People, AnOfficerWhoLeftTheServiceHoldsNothingButMayBeStoodInFor) {
  People people = officers();
  people.officers[4].ended = kDay;  // KB
  EXPECT_EQ(told("kabid_perizinan", people), "S (role_vacant)");
  EXPECT_EQ(told("kabid_perizinan", people, nullptr, "2026-04-12"), "KB (on_duty)");
  EXPECT_TRUE(people.duties("KB", kDay).empty());
  people.delegations = {{1, "KB", "BO", "plt", kDay, "2026-12-31", "800/13"}};
  EXPECT_EQ(told("kabid_perizinan", people), "BO for KB (delegated)");
}

TEST(People, TheHolderIsWhoeverClaimedItWhileTheyAreOnDuty) {
  Visit visit = visit_of("penerimaan");
  People people = officers();
  Officer second;
  second.id = "BO2";
  second.roles = {"back_office"};
  second.email = "bo2@example.go.id";
  people.officers.push_back(second);
  EXPECT_EQ(holder(visit, people), "BO (on_duty), BO2 (on_duty)");
  visit.assignee = "BO2";
  EXPECT_EQ(holder(visit, people), "BO2 (assigned)");
  EXPECT_EQ(holder(visit, away(people, "BO2")), "BO (on_duty)");
}

TEST(People, AClaimMadeAsDeputyEndsWithTheDelegation) {
  const People people = with({plh("KB", "BO")});
  Visit visit = visit_of("persetujuan_kabid");
  visit.assignee = "BO";
  EXPECT_EQ(holder(visit, people, "2026-04-15"), "BO for KB (assigned)");
  EXPECT_EQ(holder(visit, people, "2026-04-16"), "KB (on_duty)");
}

TEST(People, ADeputyIsNotRemindedOfAFileTheyPrepared) {
  const People people = with({plh("KB", "BO")});
  EXPECT_EQ(holder(visit_of("persetujuan_kabid", "BO"), people), "S (self_approval)");
  EXPECT_EQ(holder(visit_of("persetujuan_kabid", "S"), people), "BO for KB (delegated)");
  // As a superior of another's late step they are told, whoever brought it there.
  const Visit late = visit_of("kajian_teknis", "BO");
  EXPECT_EQ(told("kabid_perizinan", people, &late), "BO for KB (delegated)");
}

TEST(People, AnEscalationNeverGoesToTheLateAlone) {
  const People people = with({plh("KB", "BO")});
  const Visit late = visit_of("penerimaan");
  EXPECT_EQ(told("kabid_perizinan", people, &late), "S (self_approval)");
  const Visit of_the_head = visit_of("penandatanganan");
  EXPECT_EQ(told("sekretaris", officers(), &of_the_head), "S (on_duty)");
}

TEST(People, WhoMayActAndInWhoseName) {
  struct Case {
    const char* who;
    Visit visit;
    People people;
    const char* duty;  // "role for", "-": none
  };
  const std::vector<Case> cases = {
      {"KB", visit_of("persetujuan_kabid"), officers(), "kabid_perizinan "},
      {"S", visit_of("persetujuan_kabid"), officers(), "-"},
      {"BO", visit_of("persetujuan_kabid"), officers(), "-"},
      {"BO", visit_of("persetujuan_kabid"), with({plh("KB", "BO")}), "kabid_perizinan KB"},
      {"KB", visit_of("persetujuan_kabid"), with({plh("KB", "BO")}), "kabid_perizinan "},
      {"S", visit_of("persetujuan_kabid"), away(officers(), "KB"), "sekretaris "},
      {"KD", visit_of("persetujuan_kabid"), away(officers(), "KB"), "-"},
      {"S", visit_of("persetujuan_kabid", "BO"), with({plh("KB", "BO")}), "sekretaris "},
      {"BO", visit_of("persetujuan_kabid", "BO"), with({plh("KB", "BO")}), "kabid_perizinan KB"},
      {"KDT", visit_of("penandatanganan"), officers(), "-"},
      {"nobody", visit_of("penandatanganan"), officers(), "-"},
  };
  for (const Case& one : cases) {
    const auto duty = duty_for(one.who, one.visit, paud(), one.people, kDay);
    EXPECT_EQ(duty ? duty->role + " " + duty->for_officer : "-", one.duty)
        << one.who << " at " << one.visit.step;
  }
}

}  // namespace
}  // namespace tenggat::testing
