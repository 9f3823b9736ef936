// What is handed in: the month's report and the dossier of one permit.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>

#include "tests/e2e/event_count.h"
#include "tests/e2e/played_month.h"
#include "tests/support/words_for_people.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

const std::vector<std::string> kOfficeSteps{"verifikasi",        "penerimaan",
                                            "kajian_teknis",     "penyusunan_sk",
                                            "persetujuan_kabid", "persetujuan_sekretaris",
                                            "penandatanganan"};

// "2026-03,paud,layanan,,masuk,16" → {"2026-03 layanan  masuk", "16"}
std::map<std::string, std::string> rows_of_csv(const std::string& text) {
  std::map<std::string, std::string> rows;
  std::istringstream in(text);
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, "bulan,sop,bagian,nama,ukuran,nilai");
  while (std::getline(in, line)) {
    const auto last = line.rfind(',');
    rows[line.substr(0, last)] = line.substr(last + 1);
  }
  return rows;
}

TEST_F(PlayedMonth, TheReportSaysWhatTheEventLogSays) {
  const CommandResult csv = office_->tenggat({"report", "--month", "2026-03"});
  ASSERT_EQ(csv.status, 0) << csv.err;
  auto rows = rows_of_csv(csv.out);
  const EventCounts events = count_events(*office_, Month::kEnd);
  const auto same = [&](const std::string& row, const std::string& what) {
    const auto at = events.find(what + " 2026-03");
    EXPECT_EQ(rows["2026-03,paud," + row], std::to_string(at == events.end() ? 0 : at->second))
        << row;
  };
  same("layanan,,masuk", "masuk");
  same("layanan,,terbit", "terbit");
  same("layanan,,ditolak", "ditolak");
  same("layanan,,ditarik", "ditarik");
  same("layanan,,tepat_waktu", "met");
  same("layanan,,terlambat", "missed");
  for (const std::string& step : kOfficeSteps) {
    same("langkah," + step + ",selesai", "completions " + step);
    same("langkah," + step + ",terlambat", "step_missed " + step);
    same("langkah," + step + ",pengembalian", "returns " + step);
  }
  // The weeks are the month: Sunday the 1st by itself, Monday the 30th with the 31st.
  for (const std::string measure : {"masuk", "terbit", "terlambat"}) {
    int all = 0;
    for (const std::string week : {"1", "2–8", "9–15", "16–22", "23–29", "30–31"}) {
      const std::string row = "2026-03,paud,minggu," + week + "," + measure;
      ASSERT_TRUE(rows.contains(row)) << row << "\n" << csv.out;
      all += std::stoi(rows[row]);
    }
    EXPECT_EQ(std::to_string(all), rows["2026-03,paud,layanan,," + measure]) << measure;
  }
  EXPECT_EQ(rows["2026-03,paud,langkah,verifikasi,dicatat_terlambat"], "1");  // of H
  EXPECT_EQ(rows["2026-03,paud,langkah,verifikasi,menunggu_konfirmasi"], "0");
  EXPECT_EQ(rows["2026-03,paud,permohonan_terlambat," + month_->number("C") + ",diputus"], "");
  EXPECT_EQ(rows["2026-03,paud,permohonan_terlambat," + month_->number("B") + ",diputus"],
            "2026-03-11T10:15:00+08:00");

  const CommandResult page = office_->tenggat({"report", "--month", "2026-03", "--format", "html"});
  ASSERT_EQ(page.status, 0) << page.err;
  for (const char* said : {"Laporan Bulanan Pelayanan Perizinan", "Maret 2026", "<svg",
                           "cuaca menghalangi pemeriksaan lapangan", "Noor Aini", "Akta pendirian",
                           "<th>Dicatat terlambat</th>", "Permohonan per minggu (tanggal)"})
    EXPECT_NE(page.out.find(said), std::string::npos) << said;
  EXPECT_EQ(page.out.find("<script"), std::string::npos);
  EXPECT_EQ(faults_in_words(words_of_page(page.out)), std::vector<std::string>{});
  EXPECT_NE(page.out.find("<th>median</th>"), std::string::npos);
  EXPECT_TRUE(std::regex_search(page.out, std::regex("Banjarbaru, \\d+ April 2026<br>Kepala")));
  if (const char* keep = std::getenv("TENGGAT_KEEP_PRINTS"))  // to be looked at
    write_file(std::filesystem::path(keep) / "report.html", page.out);
  // By itself: the month that has ended.
  EXPECT_EQ(office_->tenggat({"report"}).out, csv.out);
  EXPECT_EQ(office_->tenggat({"report", "--month", "2026-13"}).status, 2);
  EXPECT_EQ(office_->tenggat({"report", "--sop", "lain"}).status, 1);
}

// The figures of the CSV, each under its own name; and no applicant's.
TEST_F(PlayedMonth, TheReportAsJsonHasTheFiguresOfTheCsv) {
  auto rows = rows_of_csv(office_->tenggat({"report", "--month", "2026-03"}).out);
  const CommandResult answer = office_->tenggat({"report", "--month", "2026-03", "--json"});
  ASSERT_EQ(answer.status, 0) << answer.err;
  const json::object said = json::parse(answer.out).as_object();
  int compared = 0;
  const auto same = [&](const std::string& row, const json::value& figure) {
    ASSERT_TRUE(rows.contains(row)) << row;
    EXPECT_EQ(rows[row], figure.is_null() ? "" : json::serialize(figure)) << row;
    ++compared;
  };
  const std::string march = "2026-03,paud,";
  for (const json::value& month : said.at("months").as_array()) {
    const std::string row = std::string(month.at("month").as_string()) + ",paud,layanan,,";
    same(row + "masuk", month.at("submitted"));
    same(row + "terbit_tepat_waktu", month.at("issued_in_time"));
    same(row + "terlambat", month.at("missed"));
    same(row + "rata_waktu_kerja_detik", month.at("average_seconds"));
  }
  for (const json::value& step : said.at("steps").as_array()) {
    const std::string row = march + "langkah," + std::string(step.at("step").as_string()) + ",";
    same(row + "selesai", step.at("completed"));
    same(row + "dicatat_terlambat", step.at("entered_late"));
    same(row + "kerja_p90_detik", step.at("worked_p90_seconds"));
    same(row + "menunggu_p50_detik", step.at("waited_p50_seconds"));
  }
  for (const json::value& one : said.at("late").as_array()) {
    const std::string row =
        march + "permohonan_terlambat," + std::string(one.at("number").as_string()) + ",diputus";
    ASSERT_TRUE(rows.contains(row)) << row;
    EXPECT_EQ(rows[row],
              one.at("closed_at").is_null() ? "" : std::string(one.at("closed_at").as_string()));
    ++compared;
  }
  EXPECT_GT(compared, 30);
  EXPECT_EQ(said.at("weeks").as_array().size(), 6U);
  EXPECT_EQ(answer.out.find("Noor Aini"), std::string::npos);
}

TEST_F(PlayedMonth, ADossierSaysWhatWasRecordedLateAndWhoConfirmedIt) {
  const CommandResult page = office_->tenggat({"permit", "dossier", month_->number("H")});
  ASSERT_EQ(page.status, 0) << page.err;
  for (const char* said :
       {"dicatat 11/3/26 09.40", "tepat waktu (dicatat terlambat, dikonfirmasi ",
        "waktu tahap yang semula terlambat menjadi tepat waktu bila dikonfirmasi atasan",
        "pencatatan terlambat dikonfirmasi, dihitung tepat waktu"})
    EXPECT_NE(page.out.find(said), std::string::npos) << said;
  EXPECT_EQ(faults_in_words(words_of_page(page.out)), std::vector<std::string>{});
}

TEST_F(PlayedMonth, ADossierHoldsTheProofTheDecreesTheMessagesAndTheChain) {
  const std::string& number = month_->number("B");
  const CommandResult answer = office_->tenggat({"permit", "dossier", number, "--json"});
  ASSERT_EQ(answer.status, 0) << answer.err;
  const json::object dossier = json::parse(answer.out).as_object();
  EXPECT_EQ(dossier.at("permit").at("number"), json::value(number));
  EXPECT_EQ(dossier.at("timeline").at("case").at("verdict"), "missed");
  EXPECT_FALSE(dossier.at("timeline").at("proof").at("case").as_array().empty());
  EXPECT_EQ(dossier.at("chain").at("holds"), true);
  EXPECT_EQ(dossier.at("chain").at("events").to_number<std::size_t>(),
            dossier.at("timeline").at("events").as_array().size());
  const auto decree = std::find_if(
      dossier.at("documents").as_array().begin(), dossier.at("documents").as_array().end(),
      [](const json::value& one) { return one.at("kind") == "surat_keputusan"; });
  ASSERT_NE(decree, dossier.at("documents").as_array().end());
  EXPECT_EQ(decree->at("number"), "503/17/DPMPTSP/2026");

  const CommandResult page = office_->tenggat({"permit", "dossier", number});
  ASSERT_EQ(page.status, 0) << page.err;
  for (const char* said : {"Berkas Bukti", "503/17/DPMPTSP/2026", "utuh", "Perhitungan waktu",
                           "terlambat", "surel kepada pemohon: diterima penyedia"})
    EXPECT_NE(page.out.find(said), std::string::npos) << said;
  for (const char* said :
       {"Pemakaian waktu per pihak", "<th>Dipicu</th>", "<th>Hasil</th>", "Sidik jari digital"})
    EXPECT_NE(page.out.find(said), std::string::npos) << said;
  for (const char* one : {"A", "B", "C", "D", "E", "F"}) {
    const CommandResult other = office_->tenggat({"permit", "dossier", month_->number(one)});
    EXPECT_EQ(faults_in_words(words_of_page(other.out)), std::vector<std::string>{}) << one;
  }
  if (const char* keep = std::getenv("TENGGAT_KEEP_PRINTS"))
    write_file(std::filesystem::path(keep) / "dossier.html", page.out);
  EXPECT_EQ(office_->tenggat({"permit", "dossier", "PAUD-2026-99999"}).status, 1);

  // Somebody writes in the record: the dossier says from which event on.
  const std::string id = dossier.at("permit").at("id").as_string().c_str();
  const auto write = [&](const std::string& actor) {
    office_->query("SET session_replication_role = replica; UPDATE event SET actor = '" + actor +
                   "' WHERE sequence = 3 AND permit = " + id);
  };
  write("officer:kd");
  const CommandResult broken = office_->tenggat({"permit", "dossier", number});
  EXPECT_EQ(broken.status, 1);
  EXPECT_NE(broken.out.find("mulai peristiwa 3"), std::string::npos);
  write("officer:fo");
  EXPECT_EQ(office_->tenggat({"permit", "dossier", number}).status, 0);
}

}  // namespace
}  // namespace tenggat::test
