#include "daemon/api/view.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api/timeline.h"
#include "daemon/base/link_keys.h"
#include "tests/daemon/api/office.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;
using testing::at;
using testing::Office;

json::object view_of(const Office& office, std::string_view now, ViewOptions options = {}) {
  return permit_view(office.stored, office.sop, office.calendar, at(now), options);
}

json::object timeline_of(const Office& office, std::string_view now, Timeline timeline = {},
                         bool texts = false) {
  return timeline_view(office.stored, timeline, office.sop, office.calendar, at(now), {texts});
}

TEST(PermitView, ShowsAFileAtVerification) {
  Office office;
  office.hand_in();
  const json::object view = view_of(office, "2026-04-02T14:04:00+08:00");
  EXPECT_EQ(view.at("id"), "7000000000000001");
  EXPECT_EQ(view.at("number"), "PAUD-2026-00001");
  EXPECT_EQ(view.at("sop_version").as_string(), std::string(64, 'a'));
  EXPECT_EQ(view.at("state"), "active");
  EXPECT_EQ(view.at("outcome"), nullptr);
  EXPECT_EQ(view.at("external_id"), "web-17");
  EXPECT_EQ(view.at("started_at"), "2026-04-02T13:20:00+08:00");
  EXPECT_EQ(view.at("submitted_at"), "2026-04-02T14:00:00+08:00");
  EXPECT_EQ(view.at("elapsed_since_submission_seconds"), 240);
  EXPECT_EQ(view.at("step"), "verifikasi");
  EXPECT_EQ(view.at("sla"), (json::value{{"standard", "10m"},
                                         {"elapsed_seconds", 240},
                                         {"remaining_seconds", 360},
                                         {"due_at", "2026-04-02T14:10:00+08:00"},
                                         {"status", "on_track"},
                                         {"paused", false},
                                         {"provisional", false}}));
  const json::array& visits = view.at("visits").as_array();
  ASSERT_EQ(visits.size(), 1U);
  EXPECT_EQ(visits[0].at("visit"), "verifikasi#1");
  EXPECT_EQ(visits[0].at("role"), "front_office");
  EXPECT_EQ(visits[0].at("assignee"), nullptr);
  EXPECT_EQ(visits[0].at("sla"), view.at("sla"));
  const json::value& document = view.at("documents").at(0);
  EXPECT_EQ(document.at("kind"), "persyaratan_izin_paud");
  EXPECT_EQ(document.at("in_force"), true);
}

TEST(PermitView, StatusIsThatOfTheMomentOfAsking) {
  Office office;
  office.hand_in();
  const auto status = [&](std::string_view now) {
    return view_of(office, now).at("sla").at("status");
  };
  EXPECT_EQ(status("2026-04-02T14:07:59+08:00"), "on_track");
  EXPECT_EQ(status("2026-04-02T14:08:00+08:00"), "due_soon");
  EXPECT_EQ(status("2026-04-02T14:10:00+08:00"), "due_soon");
  EXPECT_EQ(status("2026-04-02T14:10:01+08:00"), "overdue");
  EXPECT_EQ(view_of(office, "2026-04-02T14:12:00+08:00").at("sla").at("remaining_seconds"), -120);
}

TEST(PermitView, TheCaseClockIsNullBeforeItsStart) {
  Office office;
  office.hand_in();
  const json::object view = view_of(office, "2026-04-02T14:04:00+08:00");
  EXPECT_EQ(view.at("case_sla"), (json::value{{"standard", "5d"},
                                              {"elapsed_seconds", 0},
                                              {"remaining_seconds", nullptr},
                                              {"due_at", nullptr},
                                              {"status", nullptr},
                                              {"paused", nullptr},
                                              {"provisional", nullptr}}));
  EXPECT_EQ(view.at("promised_at"), nullptr);
  EXPECT_EQ(view.at("legal").at("due_at"), nullptr);
  EXPECT_EQ(view.at("legal").at("at_risk"), false);
}

TEST(PermitView, TheApplicantsOwnStepHasAStandardAndNoVerdict) {
  Office office;
  office.hand_in();
  Act reject = Office::act("verifikasi", "reject");
  reject.note = "kurang";
  office.does("fo", reject, "2026-04-02T14:08:00+08:00");
  const json::object view = view_of(office, "2026-04-02T14:38:00+08:00");
  EXPECT_EQ(view.at("state"), "returned");
  EXPECT_EQ(view.at("visits").at(0).at("visit"), "pengajuan#2");
  EXPECT_EQ(view.at("sla"), (json::value{{"standard", "30m"},
                                         {"elapsed_seconds", 1800},
                                         {"remaining_seconds", nullptr},
                                         {"due_at", nullptr},
                                         {"status", nullptr},
                                         {"paused", nullptr},
                                         {"provisional", nullptr}}));
}

TEST(PermitView, ThePromisedDateIsTheCaseDueAndGoneWhileItStands) {
  Office office;
  office.hand_in();
  office.accept_and_forward();
  json::object view = view_of(office, "2026-04-06T10:00:00+08:00");
  EXPECT_EQ(view.at("promised_at"), view.at("case_sla").at("due_at"));
  EXPECT_EQ(view.at("promised_at"), view.at("legal").at("due_at"));

  office.does("dt", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "mohon denah", {}},
              "2026-04-06T10:00:00+08:00");
  view = view_of(office, "2026-04-07T10:00:00+08:00");
  EXPECT_EQ(view.at("promised_at"), nullptr);
  EXPECT_EQ(view.at("sla").at("status"), "paused");
  EXPECT_EQ(view.at("sla").at("due_at"), nullptr);
  EXPECT_EQ(view.at("case_sla").at("paused"), true);
  EXPECT_EQ(view.at("visits").at(0).at("pause").at("reason"), "klarifikasi_pemohon");
  EXPECT_NE(view.at("legal").at("due_at"), nullptr);  // pauses do not stop it
}

TEST(PermitView, TheLegalLimitIsAtRiskInItsLastDay) {
  Office office;
  office.hand_in();
  office.accept_and_forward();  // accepted 14:08: the limit is Fri 10 April, 14:38
  const auto at_risk = [&](std::string_view now) {
    return view_of(office, now).at("legal").at("at_risk");
  };
  EXPECT_EQ(at_risk("2026-04-08T16:00:00+08:00"), false);
  EXPECT_EQ(at_risk("2026-04-10T08:00:00+08:00"), true);
  EXPECT_EQ(at_risk("2026-04-13T08:00:00+08:00"), true);
}

TEST(PermitView, PersonalDataAndTheLinkAreShownOnlyWhenAskedFor) {
  Office office;
  office.hand_in();
  const json::object plain = view_of(office, "2026-04-02T14:04:00+08:00");
  EXPECT_EQ(plain.at("applicant"), (json::value{{"name", "Siti"}}));
  EXPECT_FALSE(plain.contains("fields"));
  EXPECT_FALSE(plain.contains("tracking_url"));
  const json::object full =
      view_of(office, "2026-04-02T14:04:00+08:00", {"https://izin.example", true, true});
  EXPECT_EQ(full.at("applicant"),
            (json::value{
                {"name", "Siti"}, {"email", "siti@example.org"}, {"whatsapp", "6281234567890"}}));
  EXPECT_EQ(full.at("fields"), (json::value{{"kelas", 3}}));
  EXPECT_EQ(full.at("tracking_url"),
            json::value("https://izin.example/lacak/" + LinkKeys::unmarked("rahasia")));
}

TEST(PermitView, AClosedFileHasNoOpenVisit) {
  Office office;
  office.hand_in();
  const Actor portal{Actor::Kind::applicant, "portal", ""};
  office.stored.permit = decide(office.stored.permit, portal, Office::act("", "withdraw"),
                                office.context("2026-04-02T14:05:00+08:00"))
                             .value()
                             .after;
  const json::object view = view_of(office, "2026-04-06T14:05:00+08:00");
  EXPECT_EQ(view.at("state"), "withdrawn");
  EXPECT_EQ(view.at("step"), nullptr);
  EXPECT_EQ(view.at("sla"), nullptr);
  EXPECT_TRUE(view.at("visits").as_array().empty());
  EXPECT_EQ(view.at("elapsed_since_submission_seconds"), 300);
}

json::object answer_to(const Actor& actor, const Office& office) {
  const Rendered rendered = command_answer(
      "https://izin.example",
      {actor, office.stored, office.sop, office.calendar, at("2026-04-02T14:08:00+08:00")});
  return json::parse(rendered.body).as_object();
}

TEST(CommandAnswer, ShowsTheLinkToWhoHandsInAndToNobodyLater) {
  Office office;
  office.hand_in();
  Actor actor{Actor::Kind::applicant, "portal", ""};
  const auto answer = [&] { return answer_to(actor, office); };
  EXPECT_EQ(answer().at("tracking_url"),
            json::value("https://izin.example/lacak/" + LinkKeys::unmarked("rahasia")));
  office.does("fo", Claim{"verifikasi"}, "2026-04-02T14:02:00+08:00");
  EXPECT_FALSE(answer().contains("tracking_url"));
}

TEST(CommandAnswer, HidesTheApplicantsChannelsFromAServiceThatDidNotBringThem) {
  Office office;
  office.hand_in();
  const auto shows_contact = [&](const Actor& actor) {
    const json::object answer = answer_to(actor, office);
    return answer.at("applicant").as_object().contains("whatsapp") && answer.contains("fields");
  };
  const std::string owner = office.stored.permit.created_by;
  ASSERT_NE(owner, "");
  EXPECT_TRUE(shows_contact({Actor::Kind::officer, "fo", ""}));
  EXPECT_TRUE(shows_contact({Actor::Kind::officer, "fo", owner}));
  EXPECT_FALSE(shows_contact({Actor::Kind::officer, "fo", "meja"}));
}

TEST(Proof, SaysWhyTimeWasNotCounted) {
  Office office;
  office.hand_in();
  office.accept_and_forward();
  office.does("dt", PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", {}},
              "2026-04-06T10:00:00+08:00");
  const json::object view = timeline_of(office, "2026-04-06T12:30:00+08:00");
  const json::array& visits = view.at("proof").at("visits").as_array();
  ASSERT_EQ(visits.size(), 3U);
  EXPECT_EQ(visits[2].at("visit"), "kajian_teknis#1");
  const std::string days = json::serialize(visits[2].at("days"));
  EXPECT_NE(days.find(R"("kind":"day_off")"), std::string::npos);
  EXPECT_NE(days.find(R"("kind":"weekend")"), std::string::npos);
  EXPECT_NE(days.find(R"("why":"kunjungan lapangan, oleh dt")"), std::string::npos);
  const json::value& monday = visits[2].at("days").as_array().back();
  EXPECT_EQ(monday.at("date"), "2026-04-06");
  EXPECT_EQ(monday.at("counted_seconds"), 9000);
}

TEST(TimelineView, TellsWaitingFromHandling) {
  Office office;
  office.hand_in();
  office.does("fo", Claim{"verifikasi"}, "2026-04-02T14:03:00+08:00");
  office.does("fo", Office::act("verifikasi", "accept"), "2026-04-02T14:08:00+08:00");
  const json::object view = timeline_of(office, "2026-04-02T14:10:00+08:00");
  const json::value& visit = view.at("visits").at(1);
  EXPECT_EQ(visit.at("visit"), "verifikasi#1");
  EXPECT_EQ(visit.at("verdict"), "met");
  EXPECT_EQ(visit.at("closed_by"), "fo");
  EXPECT_EQ(visit.at("waiting_seconds"), 180);
  EXPECT_EQ(visit.at("handling_seconds"), 300);
  EXPECT_EQ(visit.at("sla").at("elapsed_seconds"), 480);
  EXPECT_EQ(view.at("visits").at(2).at("waiting_seconds"), 120);
}

TEST(TimelineView, ShowsEventsAndTheTextsOfNotesOnlyToOfficers) {
  Office office;
  office.hand_in();
  Timeline timeline;
  store::StoredEvent event;
  event.event.sequence = 1;
  event.type = "submitted";
  event.event.visit = 1;
  event.event.actor = "applicant";
  event.event.at = at("2026-04-02T14:00:00+08:00");
  event.fields_json = R"({"number":"PAUD-2026-00001"})";
  event.hash = std::string(32, '\x01');
  timeline.events.push_back(event);
  timeline.notes.push_back({7000000000000001, 2, 1, 2, "note", "", "buram", "fo"});
  const json::object read = timeline_of(office, "2026-04-02T14:10:00+08:00", timeline, false);
  EXPECT_EQ(read.at("events").at(0).at("visit"), "pengajuan#1");
  EXPECT_EQ(read.at("events").at(0).at("fields").at("number"), "PAUD-2026-00001");
  EXPECT_EQ(read.at("events").at(0).at("hash").as_string().size(), 64U);
  EXPECT_EQ(read.at("notes").at(0).at("text"), nullptr);
  const json::object full = timeline_of(office, "2026-04-02T14:10:00+08:00", timeline, true);
  EXPECT_EQ(full.at("notes").at(0).at("text"), "buram");
}

}  // namespace
}  // namespace tenggat::http
