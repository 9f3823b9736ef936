#include "rules/telling/daily.h"

#include <gtest/gtest.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat {
namespace {

using testing::when;
using testing::wita;

const Calendar& office() { return testing::shipped_calendar(); }

TEST(Daily, TheMorningListIsMadeAtTheDaysFirstOpening) {
  EXPECT_EQ(when(next_morning_list(office(), wita("04-02 07:00"))), "04-02 07:30");
  EXPECT_EQ(when(next_morning_list(office(), wita("04-02 07:30"))), "04-06 07:30");  // Easter
}

TEST(Daily, TheRecapIsMadeAtTheDaysLastClosing) {
  EXPECT_EQ(when(next_recap(office(), wita("04-02 07:00"))), "04-02 16:00");
}

TEST(Daily, AnOutagesMorningListIsMadeWhileTheDayLasts) {
  const Instant planned = wita("04-02 07:30");
  EXPECT_TRUE(morning_list_helps(planned, office(), wita("04-02 07:30")));
  EXPECT_TRUE(morning_list_helps(planned, office(), wita("04-02 15:59")));
  EXPECT_FALSE(morning_list_helps(planned, office(), wita("04-02 16:00")));
  EXPECT_FALSE(morning_list_helps(planned, office(), wita("04-03 10:00")));  // a day off
  EXPECT_TRUE(morning_list_helps(planned, office(), wita("04-06 09:00")));   // that day's
  EXPECT_FALSE(morning_list_helps(planned, office(), wita("04-06 07:00")));
}

TEST(Daily, YesterdaysRecapIsNotMade) {
  const Instant planned = wita("04-06 16:00");
  EXPECT_TRUE(recap_helps(planned, office(), wita("04-06 18:00")));
  EXPECT_FALSE(recap_helps(planned, office(), wita("04-07 08:00")));
}

TEST(Daily, TasksAreTheirHoldersUnlessTheyAskedForSilence) {
  People people = testing::officers();
  const testing::OneService service(testing::paud(), office(), people);
  OpenTask claimed, free, unknown;
  claimed.sop_version = free.sop_version = testing::paud().version;
  claimed.visit.step = free.visit.step = "verifikasi";
  claimed.visit.role = free.visit.role = "front_office";
  unknown.sop_version = "of nobody";
  people.officers.push_back(people.officers.front());
  people.officers.back().id = "FO2";
  claimed.visit.assignee = "FO2";
  const std::vector<OpenTask> tasks{claimed, free, unknown};
  const auto held = tasks_by_holder(tasks, service, wita("04-02 07:30"));
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held.at("FO").size(), 1u);
  EXPECT_EQ(held.at("FO2").size(), 2u);
  Silence silence;
  silence.subject = "FO2";
  silence.from = wita("04-02 07:00");
  silence.until = wita("04-02 12:00");
  people.silences = {silence};
  EXPECT_EQ(tasks_by_holder(tasks, service, wita("04-02 07:30")).size(), 1u);
}

TEST(Daily, ApplicantsRolesHaveNoTasks) {
  const People people = testing::officers();
  const testing::OneService service(testing::paud(), office(), people);
  EXPECT_EQ(applicant_roles(service), std::vector<std::string>{"pemohon"});
}

}  // namespace
}  // namespace tenggat
