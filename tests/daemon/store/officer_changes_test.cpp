// Whoever signs in person is who they are to the record: a change of their addresses or roles waits
// for a second administrator's word or for a day, is told at once, and can be stopped meanwhile.
#include "daemon/store/officer_changes.h"

#include "daemon/store/office_clock.h"
#include "daemon/store/sessions.h"
#include "tests/daemon/store/office_chain_fixture.h"

namespace tenggat::store {
namespace {

using Kind = WaitingAnswer::Kind;

pg::Awaitable<void> begin_clock(pg::Connection& db) {
  co_await allow_simulated_clock(db);
  co_await start_clock(db, test::at("2026-05-04T00:00:00Z"), 0);
}

// Nurul heads the office and signs; adm and wati administer it; siti takes papers in.
class OfficerChanges : public test::OnDatabase {
 protected:
  void SetUp() override {
    migrate();
    connection_.emplace(connect());
    await(io_, begin_clock(db()));
    add("nurul", "kepala_dinas", "nurul@example.go.id");
    add("siti", "front_office", "siti@example.go.id");
    add("adm", "admin", "adm@example.go.id");
    add("wati", "admin", "wati@example.go.id");
    to("2026-05-06T00:00:00Z");
  }
  pg::Connection& db() { return *connection_; }
  void to(const char* when) { EXPECT_TRUE(await(io_, set_clock(db(), test::at(when)))); }
  OfficerChange add(const std::string& id, const char* role, const std::string& email) {
    Officer one;
    one.id = id;
    one.name = id;
    one.email = email;
    one.roles = {role};
    return await(io_, add_officer(db(), kAdm, one, kSigns));
  }
  OfficerChange email(const char* id, const char* address, By by = By::officer("adm")) {
    OfficerEdit edit;
    edit.email = address;
    return await(io_, edit_officer(db(), by, id, edit, kSigns));
  }
  OfficerChange roles(const char* id, std::vector<std::string> roles) {
    OfficerEdit edit;
    edit.roles = std::move(roles);
    return await(io_, edit_officer(db(), kAdm, id, edit, kSigns));
  }
  Kind confirm(std::int64_t change, By by) {
    return await(io_, confirm_waiting_change(db(), by, change)).kind;
  }
  Kind stop(std::int64_t change, By by) {
    return await(io_, stop_waiting_change(db(), by, change)).kind;
  }
  TakenEffect time_comes() { return await(io_, take_effect(db())); }
  std::string email_of(const char* id) {
    return sql(fmt::format("SELECT email FROM officer WHERE id = '{}'", id));
  }
  std::string roles_of(const char* id) {
    return sql(fmt::format(
        "SELECT string_agg(role, ' ' ORDER BY role) FROM officer_role WHERE officer = '{}'", id));
  }
  std::string last_events(int count) {
    return sql(fmt::format(
        "SELECT string_agg(actor || ' ' || type, ', ' ORDER BY sequence) FROM (SELECT * FROM"
        " office_event ORDER BY sequence DESC LIMIT {}) AS one",
        count));
  }
  std::string told_last() {
    return sql(
        "SELECT string_agg(substring(addressee FROM 9), ' ' ORDER BY addressee) FROM notice"
        " WHERE text = 'perubahan_kantor' AND cause = (SELECT max(sequence) FROM office_event)");
  }
  bool broken() { return await(io_, verify_office_chain(db())).broken.has_value(); }

  const By kAdm = By::officer("adm"), kWati = By::officer("wati");
  const InPerson kSigns{{"kepala_dinas"}};
};

TEST_F(OfficerChanges, AnAddressOfWhoSignsWaitsADayAndIsToldAtOnce) {
  const OfficerChange change = email("nurul", "maling@example.com");
  EXPECT_TRUE(change.done());
  ASSERT_GT(change.waiting, 0);
  EXPECT_EQ(email_of("nurul"), "nurul@example.go.id");
  EXPECT_EQ(last_events(1), "officer:adm officer_change_proposed");
  EXPECT_EQ(told_last(), "adm nurul wati");

  to("2026-05-06T23:59:59Z");
  const TakenEffect early = time_comes();
  EXPECT_EQ(early.done, 0);
  EXPECT_EQ(early.next, Seconds(1));
  EXPECT_EQ(email_of("nurul"), "nurul@example.go.id");

  sql("INSERT INTO session (hash, officer, expires_at) VALUES ('\\x01', 'nurul', '2090-01-01')");
  to("2026-05-07T00:00:00Z");
  EXPECT_EQ(time_comes().done, 1);
  EXPECT_EQ(email_of("nurul"), "maling@example.com");
  EXPECT_EQ(sql("SELECT count(*) FROM session"), "0");
  EXPECT_EQ(last_events(1), "system officer_changed");
  EXPECT_EQ(told_last(), "adm nurul wati");
  EXPECT_EQ(time_comes().done, 0);
  EXPECT_FALSE(broken());
}

TEST_F(OfficerChanges, ASecondAdministratorsWordPutsItIntoEffect) {
  const std::int64_t change = email("nurul", "nurul.baru@example.go.id").waiting;
  EXPECT_EQ(confirm(change, kWati), Kind::done);
  EXPECT_EQ(email_of("nurul"), "nurul.baru@example.go.id");
  EXPECT_EQ(last_events(2), "officer:wati officer_change_confirmed, officer:wati officer_changed");
  EXPECT_EQ(confirm(change, kWati), Kind::gone);
  EXPECT_FALSE(broken());
}

TEST_F(OfficerChanges, TheSecondWordIsOfSomebodyElse) {
  const std::int64_t change = email("nurul", "nurul.baru@example.go.id").waiting;
  EXPECT_EQ(confirm(change, kAdm), Kind::not_second);  // who proposed it
  EXPECT_EQ(confirm(change, By::officer("siti")), Kind::not_second);
  EXPECT_EQ(confirm(change, By::officer("nurul")), Kind::not_second);
  EXPECT_EQ(confirm(change, By("service:kepegawaian")), Kind::not_second);
  EXPECT_EQ(confirm(change, By::system()), Kind::not_second);
  EXPECT_EQ(email_of("nurul"), "nurul@example.go.id");
  EXPECT_EQ(confirm(change, By::at_machine("root")), Kind::done);
}

TEST_F(OfficerChanges, WhoeverIsAtTheMachineIsOneHoweverTheyAreCalled) {
  const std::int64_t change =
      email("nurul", "nurul.baru@example.go.id", By::at_machine("root")).waiting;
  EXPECT_EQ(confirm(change, By::at_machine("budi")), Kind::not_second);
  EXPECT_EQ(confirm(change, kWati), Kind::done);
}

// Else one administrator makes up the other.
TEST_F(OfficerChanges, AnAdministratorWhoWasJustMadeOrChangedIsNoSecond) {
  EXPECT_EQ(add("palsu", "admin", "palsu@example.com").waiting, 0);
  const std::int64_t change = email("nurul", "maling@example.com").waiting;
  EXPECT_EQ(confirm(change, By::officer("palsu")), Kind::not_second);
  EXPECT_EQ(email("wati", "maling2@example.com").waiting, 0);
  EXPECT_EQ(confirm(change, kWati), Kind::not_second);
  EXPECT_EQ(email_of("nurul"), "nurul@example.go.id");
}

TEST_F(OfficerChanges, AnyAdministratorOrWhomItIsAboutStopsIt) {
  for (const By& by :
       {kAdm, kWati, By::officer("nurul"), By::at_machine("root"), By("service:kepegawaian")}) {
    const std::int64_t change = email("nurul", "maling@example.com").waiting;
    ASSERT_GT(change, 0) << by.who();
    EXPECT_EQ(stop(change, By::officer("siti")), Kind::not_theirs);
    EXPECT_EQ(stop(change, by), Kind::done) << by.who();
    EXPECT_EQ(last_events(1), by.who() + " officer_change_stopped");
    EXPECT_EQ(told_last(), "adm nurul wati");
    EXPECT_EQ(stop(change, by), Kind::gone);
  }
  to("2026-05-09T00:00:00Z");
  EXPECT_EQ(time_comes().done, 0);
  EXPECT_EQ(email_of("nurul"), "nurul@example.go.id");
  EXPECT_FALSE(broken());
}

TEST_F(OfficerChanges, ARoleThatIsSignedWaitsWhetherItComesOrGoes) {
  EXPECT_GT(roles("siti", {"front_office", "kepala_dinas"}).waiting, 0);
  EXPECT_EQ(roles_of("siti"), "front_office");
  EXPECT_GT(roles("nurul", {"sekretaris"}).waiting, 0);
  EXPECT_EQ(roles_of("nurul"), "kepala_dinas");
  to("2026-05-07T00:00:00Z");
  EXPECT_EQ(time_comes().done, 2);
  EXPECT_EQ(roles_of("siti"), "front_office kepala_dinas");
  EXPECT_EQ(roles_of("nurul"), "sekretaris");
}

TEST_F(OfficerChanges, WhoIsNewSignsAtOnceOnlyWhereNobodyHasSignedYet) {
  EXPECT_EQ(roles_of("nurul"), "kepala_dinas");  // the first
  const OfficerChange added = add("baru", "kepala_dinas", "baru@example.com");
  ASSERT_GT(added.waiting, 0);
  EXPECT_EQ(roles_of("baru"), "");
  EXPECT_EQ(last_events(2), "officer:adm officer_added, officer:adm officer_change_proposed");
  EXPECT_EQ(told_last(), "adm baru wati");
  // Nor is the place free once its holder was sent away.
  EXPECT_TRUE(await(io_, end_officer(db(), kAdm, "nurul", "2026-05-05")).done());
  EXPECT_GT(add("lain", "kepala_dinas", "lain@example.com").waiting, 0);
  EXPECT_EQ(confirm(added.waiting, kWati), Kind::done);
  EXPECT_EQ(roles_of("baru"), "kepala_dinas");
}

TEST_F(OfficerChanges, WhatIsNoBusinessOfASignatureIsChangedAtOnce) {
  EXPECT_EQ(email("siti", "siti.a@example.go.id").waiting, 0);
  EXPECT_EQ(email_of("siti"), "siti.a@example.go.id");
  EXPECT_EQ(roles("siti", {"back_office"}).waiting, 0);
  OfficerEdit renamed;
  renamed.name = "Nurul Hidayati";
  EXPECT_EQ(await(io_, edit_officer(db(), kAdm, "nurul", renamed, kSigns)).waiting, 0);
  EXPECT_EQ(sql("SELECT name FROM officer WHERE id = 'nurul'"), "Nurul Hidayati");
  EXPECT_EQ(await(io_, end_officer(db(), kAdm, "nurul", "2026-06-01")).waiting, 0);
}

TEST_F(OfficerChanges, OneWaitsAtATimeAndTheSameAskedAgainIsTheSame) {
  const std::int64_t change = email("nurul", "nurul.baru@example.go.id").waiting;
  EXPECT_EQ(email("nurul", "nurul.baru@example.go.id").waiting, change);
  const OfficerChange other = email("nurul", "maling@example.com");
  EXPECT_EQ(other.kind, OfficerChange::Kind::waits_already);
  EXPECT_EQ(other.waiting, change);
  // Nor the address of whom a role waits for: it would be signed with.
  const std::int64_t role = roles("siti", {"kepala_dinas"}).waiting;
  EXPECT_EQ(email("siti", "maling@example.com").kind, OfficerChange::Kind::waits_already);
  EXPECT_EQ(stop(role, kWati), Kind::done);
  EXPECT_EQ(email("siti", "siti.a@example.go.id").waiting, 0);
}

TEST_F(OfficerChanges, AnAddressThatAnotherHasIsRefusedAtOnceAndWhoComesToItMeanwhileKeepsIt) {
  EXPECT_EQ(email("nurul", "SITI@example.go.id").kind, OfficerChange::Kind::shared_email);
  const std::int64_t change = email("nurul", "sama@example.go.id").waiting;
  EXPECT_EQ(email("siti", "sama@example.go.id").waiting, 0);
  EXPECT_EQ(confirm(change, kWati), Kind::shared_email);
  to("2026-05-07T00:00:00Z");
  const TakenEffect taken = time_comes();
  EXPECT_EQ(taken.done, 0);
  EXPECT_EQ(taken.stopped, 1);
  EXPECT_EQ(last_events(1), "system officer_change_stopped");
  EXPECT_EQ(email_of("nurul"), "nurul@example.go.id");
  EXPECT_EQ(sql("SELECT count(*) FROM officer_change"), "0");
  EXPECT_FALSE(broken());
}

pg::Awaitable<std::optional<std::vector<ChannelAddress>>> reached_by(pg::Connection& db,
                                                                     std::int64_t event) {
  pg::Pipeline reading;
  const std::vector<std::int64_t> events{event};
  const OfficeNewsSlot slot(reading, events);
  const pg::Results results = co_await db.run(std::move(reading));
  const auto news = slot.read(results);
  co_return further_addresses(news.at(event));
}

TEST_F(OfficerChanges, BothAddressesAreToldOfTheProposalAndOfItsEffect) {
  email("nurul", "maling@example.com");
  const std::int64_t proposal = std::stoll(sql("SELECT max(sequence) FROM office_event"));
  const std::vector<ChannelAddress> would_come{{"email", "maling@example.com"}};
  EXPECT_EQ(await(io_, reached_by(db(), proposal)), would_come);
  to("2026-05-07T00:00:00Z");
  EXPECT_EQ(time_comes().done, 1);
  const std::vector<ChannelAddress> was{{"email", "nurul@example.go.id"}};
  EXPECT_EQ(await(io_, reached_by(db(), proposal + 1)), was);
}

}  // namespace
}  // namespace tenggat::store
