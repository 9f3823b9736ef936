// A permit left in the technical review until its ladder is exhausted: every notice, to whom, when.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/e2e/office.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

TEST(LadderToItsEnd, AnOverdueReviewIsEscalatedFiveTimesAndNoMore) {
  Office office("2026-06-02T08:00:00");  // a Tuesday; the next day off is Tuesday 16 June
  const json::value submitted =
      office.json({"permit", "submit", "--sop", "paud", "--name", "Badrun", "--subject",
                   "PAUD Kenanga", "--email", "badrun@warga.example", "--document",
                   "persyaratan_izin_paud=https://intanbjb.example/berkas/9"},
                  "portal");
  const std::string number(submitted.at("number").as_string());
  const auto act = [&](const char* who, const char* step, const char* action) {
    office.json({"permit", "act", number, action, "--step", step}, who);
  };
  office.advance("2026-06-02T08:04:00");
  act("fo", "verifikasi", "accept");
  office.advance("2026-06-02T08:10:00");
  act("bo", "penerimaan", "forward");
  office.advance("2026-06-19T17:00:00");

  // Opened on Tuesday the 2nd, 08:10, after 40 minutes of work: due on Monday the 8th, 08:10; then
  // on the five working days after it, the 9th to the 12th and the 15th.
  const std::vector<std::string> rungs = office.column(
      "SELECT rung || ' ' || k || ' ' || to_char(r.due_at AT TIME ZONE 'Asia/Makassar',"
      " 'MM-DD HH24:MI') FROM raised_rung r JOIN visit v ON v.permit = r.permit AND v.id = r.visit"
      " WHERE v.step = 'kajian_teknis' ORDER BY r.due_at");
  EXPECT_EQ(rungs, (std::vector<std::string>{
                       "start 1 06-02 08:10", "50% 1 06-04 08:10", "80% 1 06-05 09:40",
                       "due 1 06-08 08:10", "+1d 1 06-09 08:10", "+1d 2 06-10 08:10",
                       "+1d 3 06-11 08:10", "+1d 4 06-12 08:10", "+1d 5 06-15 08:10"}));

  const std::vector<std::string> notices = office.column(
      "SELECT kind || ' ' || k || ' ' || addressee || ' ' || n.text || ' ' || reason || ' ' ||"
      " n.state || ' ' || to_char(raised_at AT TIME ZONE 'Asia/Makassar', 'MM-DD HH24:MI')"
      " FROM notice n JOIN visit v ON v.permit = n.permit AND v.id = n.visit"
      " WHERE v.step = 'kajian_teknis' AND n.audience <> 'applicant'"
      " ORDER BY raised_at, n.audience, addressee");
  std::vector<std::string> expected{
      "start 1 role:dinas_teknis tugas_baru rung_due rendered 06-02 08:10",
      "50% 1 holder pengingat rung_due rendered 06-04 08:10",
      "80% 1 holder pengingat rung_due rendered 06-05 09:40",
      "due 1 holder terlambat rung_due rendered 06-08 08:10",
      "due 1 role:kabid_perizinan eskalasi copy rendered 06-08 08:10",
      "due 1 role:kepala_dinas_teknis eskalasi rung_due rendered 06-08 08:10"};
  const char* days[] = {"06-09", "06-10", "06-11", "06-12", "06-15"};
  for (int k = 1; k <= 5; ++k) {
    expected.push_back(
        fmt::format("+1d {} role:kabid_perizinan eskalasi copy rendered {} 08:10", k, days[k - 1]));
    expected.push_back(fmt::format("+1d {} role:kepala_dinas eskalasi rung_due rendered {} 08:10",
                                   k, days[k - 1]));
  }
  EXPECT_EQ(notices, expected);

  // Two minutes after each rung, to the head by WhatsApp and to the copy by email.
  const std::vector<std::string> escalations = office.column(
      "SELECT to_char(rendered_at AT TIME ZONE 'Asia/Makassar', 'MM-DD HH24:MI') || ' ' || "
      "recipient"
      " || ' ' || channel || ' ' || state FROM message WHERE text = 'eskalasi'"
      " ORDER BY rendered_at, recipient");
  std::vector<std::string> sent{"06-08 08:12 officer:kb email accepted",
                                "06-08 08:12 officer:kdt whatsapp accepted"};
  for (const char* day : days) {
    sent.push_back(fmt::format("{} 08:12 officer:kb email accepted", day));
    sent.push_back(fmt::format("{} 08:12 officer:kd whatsapp accepted", day));
  }
  EXPECT_EQ(escalations, sent);

  EXPECT_EQ(office.meta().faults(), std::vector<std::string>{});
  EXPECT_EQ(office.query("SELECT count(*) FROM notice WHERE state = 'pending'"), "0");
  office.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
