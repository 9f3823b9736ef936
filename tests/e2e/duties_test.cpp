// Who has the task, what holds it up, who shall be left in peace: driven by `tenggat` through the
// whole office, judged by what is sent and by what `tenggat why` says of it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/e2e/office.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;
using Messages = std::vector<SentMessage>;

class Duties : public testing::Test {
 protected:
  // Tuesday 2 June 2026, 08:00.
  void submit() {
    const json::value submitted = office_.json(
        {"permit", "submit", "--sop", "paud", "--name", "Badrun", "--subject", "PAUD Kenanga",
         "--document", "persyaratan_izin_paud=https://intanbjb.example/berkas/9"},
        "portal");
    number_ = submitted.at("number").as_string();
  }
  void at(const std::string& time) { office_.advance("2026-06-" + time); }
  // What one notice of a visit's rung has come to: "pending silenced", "rendered -".
  std::string state_of(const std::string& visit, const std::string& kind) {
    const json::value why = office_.json({"why", number_}, "kd");
    const auto look = [&](const json::value& notice) -> std::string {
      if (notice.at("kind") != json::string_view(kind)) return "";
      const json::value& reason = notice.at("reason");
      return std::string(notice.at("state").as_string()) + ' ' +
             (reason.is_null() ? "-" : std::string(reason.as_string()));
    };
    for (const json::value& rung : why.at("rungs").as_array())
      if (rung.at("visit") == json::string_view(visit))
        for (const json::value& notice : rung.at("notices").as_array())
          if (auto found = look(notice); !found.empty()) return found;
    for (const json::value& notice : why.at("notices").as_array())
      if (notice.at("visit") == json::string_view(visit))
        if (auto found = look(notice); !found.empty()) return found;
    return "none";
  }
  void add_officer(const std::string& id, const std::string& role) {
    office_.daemon().must({"officer", "add", "--id", id, "--name", "Petugas " + id, "--role", role,
                           "--email", id + "@banjarbaru.example", "--whatsapp", "0813 7777 0001",
                           "--channels", "email,whatsapp"});
  }

  Office office_{"2026-06-02T08:00:00"};
  std::string number_;
};

TEST_F(Duties, ASilenceHoldsBackWhatStillLeavesWhenItEnds) {
  submit();
  at("02T08:05:00");
  EXPECT_EQ(office_.new_messages(),
            (Messages{{"2026-06-02T08:02:00", "officer:fo", "tugas_baru", "whatsapp"}}));
  const CommandResult added =
      office_.tenggat({"silence", "add", "--officer", "fo", "--until", "2026-06-02T15:00:00+08:00",
                       "--by", "Kepala Tata Usaha", "--why", "bimbingan teknis"});
  ASSERT_EQ(added.status, 0) << added.err;
  at("02T09:00:00");  // due at 08:10
  EXPECT_EQ(office_.new_messages(), Messages{});
  EXPECT_EQ(state_of("verifikasi#1", "due"), "pending silenced");
  const CommandResult why = office_.tenggat({"why", number_}, "kb");
  EXPECT_NE(why.out.find("silence 1 on officer fo until 2026-06-02 15:00, by Kepala Tata Usaha:"
                         " bimbingan teknis"),
            std::string::npos)
      << why.out;

  at("02T09:15:00");  // a superior's rung is another's
  EXPECT_EQ(office_.new_messages(),
            (Messages{{"2026-06-02T09:12:00", "officer:kb", "eskalasi", "email"}}));
  const CommandResult ended = office_.tenggat({"silence", "end", "1"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  at("02T09:20:00");
  EXPECT_EQ(office_.new_messages(),
            (Messages{{"2026-06-02T09:15:00", "officer:fo", "terlambat", "whatsapp"}}));

  // A step's and a permit's silence hold superiors back, too, and end by themselves.
  ASSERT_EQ(office_
                .tenggat({"silence", "add", "--permit", number_, "--until",
                          "2026-06-03T10:00:00+08:00", "--by", "KTU", "--why", "sengketa"})
                .status,
            0);
  at("03T09:59:00");
  EXPECT_EQ(state_of("verifikasi#1", "+1d"), "pending silenced");
  for (const SentMessage& one : office_.new_messages()) EXPECT_NE(one.text, "eskalasi");
  at("03T10:05:00");
  EXPECT_EQ(office_.new_messages(),
            (Messages{{"2026-06-03T10:00:00", "officer:s", "eskalasi", "whatsapp"}}));
  EXPECT_EQ(office_.tenggat({"silence", "end", "1"}).status, 1);
  EXPECT_EQ(office_
                .tenggat({"silence", "add", "--step", "paud.entah", "--until",
                          "2026-06-04T10:00:00+08:00", "--by", "KTU", "--why", "x"})
                .status,
            1);
  office_.stop_daemon();
}

TEST_F(Duties, AClaimEndsWithTheLeaveAndASuperiorGivesTheTaskOn) {
  add_officer("fo2", "front_office");
  submit();
  at("02T08:03:00");
  office_.new_messages();
  office_.json({"permit", "claim", number_, "--step", "verifikasi"}, "fo");
  office_.daemon().must(
      {"officer", "leave", "--id", "fo", "--start", "2026-06-03", "--end", "2026-06-05"});
  at("02T17:00:00");
  EXPECT_EQ(office_.query("SELECT assignee FROM visit WHERE step = 'verifikasi'"), "fo");
  office_.new_messages();
  at("03T00:00:01");
  EXPECT_TRUE(
      office_.becomes("SELECT assignee || 'none' FROM visit WHERE step = 'verifikasi'", "none"));
  EXPECT_EQ(office_.query("SELECT actor || ' ' || (fields ->> 'officer') || ' ' || (fields ->>"
                          " 'reason') FROM event WHERE type = 'released'"),
            "system fo on_leave");
  at("03T08:00:00");  // in her own order of channels: mail first
  EXPECT_EQ(office_.new_messages(),
            (Messages{{"2026-06-03T07:30:00", "officer:fo2", "daftar_pagi", "email"}}));

  EXPECT_EQ(
      office_
          .tenggat({"permit", "assign", number_, "--step", "verifikasi", "--officer", "fo2"}, "bo")
          .status,
      1);
  office_.json({"permit", "assign", number_, "--step", "verifikasi", "--officer", "fo2", "--reason",
                "menggantikan"},
               "kb");
  at("03T08:05:00");
  EXPECT_EQ(office_.new_messages(),
            (Messages{{"2026-06-03T08:02:00", "officer:fo2", "tugas_dialihkan", "email"}}));
  EXPECT_EQ(state_of("verifikasi#1", "handed_over"), "rendered -");
  office_.stop_daemon();
}

TEST_F(Duties, AnAcknowledgedDelayStopsRepeatsAndIsAskedAboutAgain) {
  submit();
  at("04T08:00:00");  // due on the 2nd, 08:10; +1d on the 3rd, 08:10
  office_.new_messages();
  office_.json({"permit", "acknowledge", number_, "--step", "verifikasi", "--reason", "sistem",
                "--note", "jaringan kantor putus"},
               "fo");
  at("04T11:55:00");  // four hours of work later it is 13:00
  EXPECT_EQ(office_.new_messages(), Messages{});
  EXPECT_EQ(office_.query("SELECT state_reason FROM notice WHERE kind = '+1d' AND k = 2"),
            "acknowledged");
  at("04T14:00:00");
  const Messages again = office_.new_messages();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again.front().text, "terlambat");
  EXPECT_EQ(again.front().recipient, "officer:fo");

  // And asking the superior needs no rung: it leaves at once.
  office_.json({"permit", "escalate", number_, "--step", "verifikasi"}, "fo");
  at("04T14:00:01");
  EXPECT_EQ(office_.new_messages(),
            (Messages{{"2026-06-04T14:00:00", "officer:kb", "laporan", "email"}}));
  EXPECT_TRUE(office_.metric_becomes("tenggat_escalations_total{rung=\"now\",sop=\"paud\"} 1"));
  office_.stop_daemon();
}

TEST_F(Duties, WhoDraftedIsPassedOverTwoStepsLaterAndReportedWhereTheyApprove) {
  ASSERT_EQ(office_
                .tenggat({"officer", "delegate", "--from", "s", "--to", "bo", "--kind", "plh",
                          "--start", "2026-06-02", "--end", "2026-06-05", "--letter", "800/9"})
                .status,
            0);
  submit();
  const auto act = [&](const std::string& time, const char* who, const char* step,
                       const char* action, std::vector<std::string> more = {}) {
    at(time);
    std::vector<std::string> arguments{"permit", "act", number_, action, "--step", step};
    for (const std::string& document : more)
      arguments.insert(arguments.end(), {"--document", document + "=https://x.example/1"});
    office_.json(arguments, who);
  };
  act("02T08:03:00", "fo", "verifikasi", "accept");
  act("02T08:06:00", "bo", "penerimaan", "forward");
  act("02T08:09:00", "dt", "kajian_teknis", "recommend", {"bapl", "rekomendasi"});
  act("02T08:12:00", "bo", "penyusunan_sk", "draft", {"draft_sk"});
  act("02T08:15:00", "kb", "persetujuan_kabid", "approve");
  office_.new_messages();
  at("02T08:17:00");
  EXPECT_EQ(office_.new_messages(),
            (Messages{{"2026-06-02T08:17:00", "officer:kd", "tugas_baru", "whatsapp"}}));
  EXPECT_EQ(office_.query("SELECT why FROM message ORDER BY id DESC LIMIT 1"), "self_approval");
  // They may act all the same: marked, and reported to the superior.
  act("02T08:18:00", "bo", "persetujuan_sekretaris", "approve");
  EXPECT_EQ(office_.query("SELECT fields ->> 'in_place_because' || ' ' || acting_for FROM event"
                          " WHERE type = 'acted' ORDER BY sequence DESC LIMIT 1"),
            "self_approval s");
  EXPECT_EQ(office_.query("SELECT addressee || ' ' || text FROM notice WHERE kind ="
                          " 'self_approval'"),
            "role:kepala_dinas laporan");
  office_.stop_daemon();
}

TEST_F(Duties, ADeputyIsToldOfTheAppointmentOnceInOfficeHours) {
  const auto delegate = [&](const char* to, const char* letter) {
    return office_
        .tenggat({"officer", "delegate", "--from", "kb", "--to", to, "--kind", "plh", "--start",
                  "2026-06-03", "--end", "2026-06-05", "--letter", letter})
        .status;
  };
  ASSERT_EQ(delegate("bo", "800/9/2026"), 0);
  at("02T08:01:00");
  EXPECT_TRUE(office_.new_messages().empty());
  at("02T08:30:00");
  EXPECT_EQ(office_.new_messages(),
            (Messages{{"2026-06-02T08:02:00", "officer:bo", "penunjukan_plh", "email"}}));
  const std::string body = office_.query("SELECT body FROM message ORDER BY id DESC LIMIT 1");
  EXPECT_NE(body.find("berdasarkan surat perintah nomor 800/9/2026 Bapak/Ibu ditunjuk sebagai Plh. "
                      "Kepala Bidang Perizinan mulai 3 Juni 2026 sampai dengan 5 Juni 2026"),
            std::string::npos)
      << body;
  // Entered by mistake and ended at once, nobody hears of it.
  ASSERT_EQ(delegate("fo", "800/10/2026"), 0);
  ASSERT_EQ(
      office_
          .tenggat({"officer", "delegate", "end", office_.query("SELECT max(id) FROM delegation")})
          .status,
      0);
  at("02T08:40:00");
  EXPECT_TRUE(office_.new_messages().empty());
  EXPECT_EQ(
      office_.query("SELECT state || ' ' || state_reason FROM notice WHERE text = 'penunjukan_plh'"
                    " ORDER BY id DESC LIMIT 1"),
      "dropped duty_ended");
  // In the evening, by the API: with the opening, and once however the daemon ends.
  at("02T19:00:00");
  office_.new_messages();
  ASSERT_EQ(delegate("s", "800/11/2026"), 0);
  office_.stop_daemon();
  office_.start_daemon();
  at("03T08:00:00");
  std::vector<SentMessage> told = office_.new_messages();
  std::erase_if(told, [](const SentMessage& one) { return one.text != "penunjukan_plh"; });
  EXPECT_EQ(told, (Messages{{"2026-06-03T07:30:00", "officer:s", "penunjukan_plh", "whatsapp"}}));
}

// A superior without steps is passed over by rungs; that is no fault while the role below is held.
TEST_F(Duties, ARoleWithoutStepsIsMissedOnlyWhereOneBelowHasNobodyEither) {
  const auto unreachable = [](const char* role, int value) {
    return fmt::format("tenggat_roles_unreachable{{role=\"{}\",sop=\"paud\"}} {}", role, value);
  };
  submit();
  office_.daemon().must({"officer", "edit", "--id", "kdt", "--email", "", "--whatsapp", ""});
  office_.daemon().must({"officer", "edit", "--id", "bo", "--email", ""});
  EXPECT_TRUE(office_.metric_becomes(unreachable("back_office", 1)));
  EXPECT_TRUE(office_.metric_becomes(unreachable("kepala_dinas_teknis", 0)));
  office_.daemon().must({"officer", "edit", "--id", "dt", "--whatsapp", ""});
  EXPECT_TRUE(office_.metric_becomes(unreachable("dinas_teknis", 1)));
  EXPECT_TRUE(office_.metric_becomes(unreachable("kepala_dinas_teknis", 1)));
  office_.stop_daemon();
}

TEST_F(Duties, RolesWithNobodyToTellAreNamed) {
  EXPECT_EQ(office_.tenggat({"check", "--people"}).status, 0);
  office_.daemon().must({"officer", "edit", "--id", "bo", "--email", ""});
  office_.daemon().must(
      {"officer", "leave", "--id", "s", "--start", "2026-06-02", "--end", "2026-06-02"});
  const CommandResult check = office_.tenggat({"check", "--people"});
  EXPECT_EQ(check.status, 1);
  EXPECT_NE(check.err.find("sop paud: peran back_office: nobody_reachable"), std::string::npos)
      << check.err;
  EXPECT_NE(check.err.find("sop paud: peran sekretaris: role_vacant"), std::string::npos);
  EXPECT_TRUE(
      office_.metric_becomes("tenggat_roles_unreachable{role=\"back_office\",sop=\"paud\"} 1"))
      << "said also of a service that nobody has asked for yet";

  submit();
  EXPECT_TRUE(  // zeros are shown of services in use
      office_.metric_becomes("tenggat_roles_unreachable{role=\"front_office\",sop=\"paud\"} 0"));
  at("02T08:05:00");
  office_.json({"permit", "act", number_, "accept", "--step", "verifikasi"}, "fo");
  at("02T08:08:00");
  EXPECT_EQ(office_.new_messages().back().recipient, "officer:kb");
  EXPECT_EQ(office_.query("SELECT why FROM message ORDER BY id DESC LIMIT 1"), "nobody_reachable");
  EXPECT_TRUE(office_.metric_becomes(
      "tenggat_notices_redirected_total{reason=\"nobody_reachable\",sop=\"paud\"} 1"));
  office_.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
