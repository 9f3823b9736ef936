// What people are told of what is expected: officers a chance and why, applicants a range and no
// chance.
#include "daemon/pages/forecast_words.h"

#include <gtest/gtest.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat::pages {
namespace {

using namespace std::chrono_literals;
using tenggat::testing::officers;
using tenggat::testing::paud;
using tenggat::testing::shipped_calendar;
using tenggat::testing::wita;

store::Forecast said() {
  store::Forecast said;
  said.permit = 7;
  said.sop = "paud";
  said.missed = 784;
  said.legal_missed = 310;
  said.finish_p50 = wita("04-16 10:00");
  said.finish_p90 = wita("04-20 14:30");
  said.step = "kajian_teknis";
  said.in_step = 3 * 7h + 90min;        // three days of seven and a half hours
  said.usual_in_step = 2 * 7h + 60min;  // two
  said.left = 7h + 30min;
  said.needs = 2 * 7h + 60min;
  said.outcomes = 1412;
  said.computed_at = wita("04-14 10:15");
  return said;
}

// As it is loaded: while its clock is open, its due stands nowhere in it.
Permit under_way() {
  Permit permit;
  permit.sop = "paud";
  permit.case_opened_at = wita("04-08 09:00");  // and until 04-15 09:00
  return permit;
}

Context context_at(Instant now) {
  static const People people = officers();
  return {paud(), shipped_calendar(), people, now, {}};
}
std::string facts(const PermitForecast& forecast, const Permit& permit = under_way(),
                  Instant now = wita("04-14 10:20")) {
  return forecast_facts(forecast, permit, context_at(now)).bytes();
}
bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ForecastWords, TheReasonNamesStepTimesAndWhatIsLeft) {
  EXPECT_EQ(risk_reason(said(), paud(), shipped_calendar()),
            "sudah 3 hari kerja pada tahap " + paud().step_name("kajian_teknis") +
                ", biasanya 2 hari kerja; sisa waktu layanan 1 hari kerja, biasanya masih perlu 2 "
                "hari kerja");
  store::Forecast by_share = said();
  by_share.by_base = true;
  by_share.step.clear();
  EXPECT_EQ(risk_reason(by_share, paud(), shipped_calendar()),
            "sisa waktu layanan 1 hari kerja, biasanya masih perlu 2 hari kerja; angkanya bagian "
            "berkas yang terlambat selama ini");
}

TEST(ForecastWords, OnlyWhatIsAtRiskIsMarked) {
  EXPECT_TRUE(holds(risk_mark(said(), paud(), shipped_calendar()).bytes(),
                    "<strong>Layanan berisiko terlambat (78%):</strong> sudah 3 hari kerja"));
  store::Forecast light = said(), late = said();
  light.missed = 499;
  late.left = -1h;
  EXPECT_TRUE(risk_mark(light, paud(), shipped_calendar()).empty());
  EXPECT_TRUE(risk_mark(late, paud(), shipped_calendar()).empty());
}

TEST(ForecastWords, AnOfficerReadsChanceRangeReasonAndBasis) {
  const std::string text = facts({said(), std::nullopt});
  EXPECT_TRUE(holds(text, "Berisiko terlambat: 78%")) << text;
  EXPECT_TRUE(
      holds(text,
            "separuh berkas seperti ini selesai paling lambat Kamis 16 April, 9 dari 10 paling "
            "lambat Senin 20 April. "))
      << text;
  EXPECT_TRUE(holds(text, "Kemungkinan melewati batas menurut hukum 31%.")) << text;
  EXPECT_TRUE(holds(text, "Dasar: 1.412 permohonan")) << text;
  store::Forecast stands = said();
  stands.stands = true;
  EXPECT_TRUE(holds(facts({stands, {}}), "bila waktu layanan berjalan lagi sekarang"));
}

TEST(ForecastWords, OfOneThatIsLateNoChanceIsTold) {
  store::Forecast late = said();
  late.missed = 1000;
  late.legal_missed = 1000;
  late.left = -1h;
  const std::string text = facts({late, {}}, under_way(), wita("04-15 10:00"));
  EXPECT_TRUE(holds(text, "<dd>separuh berkas seperti ini selesai paling lambat")) << text;
  EXPECT_TRUE(holds(text, "waktu layanan terlewati 1 jam")) << text;
  EXPECT_FALSE(holds(text, "%")) << text;
}

TEST(ForecastWords, WithTooFewOutcomesItSaysSo) {
  EXPECT_TRUE(holds(facts({std::nullopt, 12}), "belum cukup data: baru 12 dari 30"));
  EXPECT_EQ(facts({std::nullopt, 30}), "");
  EXPECT_EQ(facts({std::nullopt, std::nullopt}), "");
  Permit ended = under_way();
  ended.case_closed_at = wita("04-14 09:00");
  EXPECT_EQ(facts({said(), std::nullopt}, ended), "");
}

TEST(ForecastWords, AnApplicantReadsARangeWithItsBasisAndNoChance) {
  const Calendar& calendar = shipped_calendar();
  for (const auto tongue : {notify::Tongue::indonesian, notify::Tongue::english}) {
    const notify::Speech speech(tongue, calendar);
    const auto range = [&](const store::Forecast& forecast, std::string_view now) {
      return forecast_range(forecast, under_way(), context_at(wita(now)), speech).bytes();
    };
    const std::string text = range(said(), "04-14 10:20");
    EXPECT_TRUE(holds(text, "16 April 2026") && holds(text, "20 April 2026")) << text;
    EXPECT_TRUE(holds(text, speech.number(1412))) << text;
    EXPECT_FALSE(holds(text, "%") || holds(text, "78") || holds(text, "erlambat<")) << text;
    store::Forecast stands = said(), far = said();
    stands.stands = true;
    far.finish_p90.reset();
    EXPECT_EQ(range(stands, "04-14 10:20"), "");
    EXPECT_EQ(range(far, "04-14 10:20"), "");
    EXPECT_EQ(range(said(), "04-15 09:01"), "");
  }
}

TEST(ForecastWords, TheReportSaysHowTrueItWas) {
  store::ForecastService service;
  service.sop = "paud";
  service.computed_at = wita("04-14 10:15");
  service.outcomes = 12;
  EXPECT_TRUE(holds(forecast_record(service, {}, paud()).bytes(), "belum cukup data"));
  service.outcomes = 640;
  service.open = 40;
  service.expected = 3449;
  service.at_risk = 4;
  const std::string text =
      forecast_record(service, {{"2026-03", 80, 8, 81234, 90456, -12345, true}}, paud()).bytes();
  EXPECT_TRUE(holds(text, "sekitar 3 yang belum terlambat akan melewati batas")) << text;
  EXPECT_TRUE(holds(text, "Maret 2026*")) << text;
  EXPECT_TRUE(holds(text, "0,081") && holds(text, "0,090") && holds(text, "−1,2")) << text;
  EXPECT_TRUE(holds(text, "dihitung belakangan")) << text;
  service.expected = 499;
  EXPECT_TRUE(holds(forecast_line(service, paud()).bytes(), "kurang dari 1 yang belum terlambat"));
}

}  // namespace
}  // namespace tenggat::pages
