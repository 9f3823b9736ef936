// What is expected of open permits, in a real Chromium: an office that has had its outcomes for
// nine months, at the width of a phone and of a desk. Pictures are left in TENGGAT_PICTURES where
// that is set.
#include <filesystem>

#include "daemon/office/rule_files.h"
#include "tests/browser/script.h"
#include "tests/e2e/pages_fixture.h"
#include "tests/support/past_permits.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// Of nine files six are studied in time, in one to four days; three need six days or eight.
constexpr int kStudies[] = {1, 3, 6, 2, 1, 4, 2, 8, 3};
constexpr int kHours[] = {0, 2, 1, 3, 0, 1, 2, 0};

class Expected : public PagesTest {
 protected:
  void SetUp() override {
    auto files = load_rule_files(fs::path(TENGGAT_SOURCE_DIR) / "rules/office");
    ASSERT_TRUE(files);
    const auto sop = std::find_if(files->sops.begin(), files->sops.end(),
                                  [](const Sop& one) { return one.id == "paud"; });
    const auto calendar =
        std::find_if(files->calendars.begin(), files->calendars.end(),
                     [&](const Calendar& one) { return one.id() == sop->calendar; });
    const Instant now = parse_instant("2026-04-02T14:00:00+08:00").value();
    const PastPermits past(
        *calendar, sop->version,
        office_.query("SELECT hash FROM rule_in_force WHERE kind = 'calendar' LIMIT 1"), now);
    std::string rows;
    std::int64_t n = 0;
    for (int day = 270; day >= 16; --day) {
      const Instant accepted = now - std::chrono::days(day) - std::chrono::hours(1 + day % 5);
      if (!calendar->is_working(accepted)) continue;
      ++n;
      rows += past.sql(past.lived(900'000 + n, accepted, Budget{kStudies[n % 9], kHours[n % 8], 0},
                                  Budget{0, 4, 0}));
    }
    office_.query(rows);
  }

  File at_study(const std::string& subject, const std::string& name) {
    const File file = submitted(subject, name);
    act("fo", file, "verifikasi", "accept");
    act("bo", file, "penerimaan", "forward");
    return file;
  }
  // Of a week: one that is late by now, those that may be, those that are on time, one that stands.
  void a_week() {
    late_ = at_study("PAUD Kenanga", "Slamet Riyadi");
    office_.advance("2026-04-07T09:00:00");
    risky_ = at_study("TK Islam Terpadu Cahaya Hati Bangsa", "Nurul Hidayati");
    office_.advance("2026-04-08T08:30:00");
    risky_too_ = at_study("PAUD Melati", "Aminah");
    standing_ = at_study("KB Pelangi Kasih", "Yusuf");
    office_.json({"permit", "pause", standing_.number, "--step", "kajian_teknis", "--reason",
                  "klarifikasi_pemohon", "--note", "Mohon kirim denah lokasi"},
                 "dt");
    drafting_ = submitted("TK Pertiwi", "Rahmah");
    to_draft(drafting_, "recommend");
    office_.advance("2026-04-10T13:30:00");
    on_time_ = at_study("TPA Kasih Ibu", "Hasnah");
    office_.advance("2026-04-13T08:20:00");
    new_ = submitted("PAUD Seruni", "Fatimah");
    office_.advance("2026-04-13T10:00:00");
    office_.daemon().must({"forecast"});
  }
  // What look.mjs has against these pages; nothing where all is well.
  std::string look_at(const std::vector<std::pair<std::string, std::string>>& pages,
                      Browser* who = nullptr) {
    json::array list;
    for (const auto& [name, path] : pages)
      list.push_back(json::object{{"name", name}, {"path", path}});
    json::object plan{{"pages", list}, {"widths", json::array{320, 1280}}};
    if (who) plan["cookie"] = "__Host-tenggat_sesi=" + who->cookies().at("__Host-tenggat_sesi");
    return run_script(TENGGAT_LOOK, std::move(plan), office_.daemon());
  }

  File late_, risky_, risky_too_, standing_, drafting_, on_time_, new_;
};

TEST_F(Expected, WhoeverWorksReadsWhatMayBeLateAndWhy) {
  a_week();
  Browser dt = signed_in("dt"), kb = signed_in("kb"), anybody = browser();
  const auto desk = [](const File& file) { return "/permohonan/" + file.number; };
  // What it says of them; the exact chances are the business of tests/rules/forecast.
  const auto says = [](const WebPage& page, const std::vector<std::string>& wanted) {
    for (const std::string& words : wanted)
      EXPECT_TRUE(std::regex_search(page.body, std::regex(words))) << words << "\n" << page.body;
  };
  const auto never = [](const WebPage& page, const std::vector<std::string>& unwanted) {
    for (const std::string& words : unwanted) EXPECT_FALSE(page.says(words)) << words;
  };
  const std::string reason =
      "sudah 4 hari kerja 1 jam pada tahap Kajian teknis, biasanya [0-9 a-z]+; sisa waktu layanan "
      "6 "
      "jam 30 menit, biasanya masih perlu [0-9 a-z]+";
  says(
      dt.get(desk(risky_)),
      {"Berisiko terlambat: [5-9][0-9]%", "Alasan: " + reason + "\\. Dasar: 1[0-9][0-9] permohonan",
       "separuh berkas seperti ini selesai paling lambat [A-Z][a-z]+ 1[0-9] April, 9 dari 10",
       "Kemungkinan melewati batas menurut hukum [5-9][0-9]%\\."});
  const WebPage over = dt.get(desk(late_));
  says(over,
       {"<dt>Perkiraan selesai</dt><dd>separuh berkas", "waktu layanan terlewati 4 jam 30 menit"});
  never(over, {"kemungkinan terlambat", "Berisiko terlambat", "Kemungkinan melewati"});
  says(dt.get(desk(standing_)), {"bila waktu layanan berjalan lagi sekarang"});
  says(dt.get(desk(on_time_)), {"kemungkinan terlambat [1-4]?[0-9]%; separuh berkas"});
  never(dt.get(desk(new_)), {"Perkiraan selesai"});  // its clock has not begun
  // Those at risk stand behind what presses already, and alone in their view.
  const WebPage tasks = dt.get("/tugas");
  const auto at = [](const WebPage& page, const File& file) { return page.body.find(file.number); };
  EXPECT_LT(at(tasks, late_), at(tasks, risky_));
  EXPECT_LT(at(tasks, risky_), at(tasks, on_time_));
  EXPECT_LT(at(tasks, risky_too_), at(tasks, on_time_));
  says(tasks, {"<strong>Layanan berisiko terlambat \\([5-9][0-9]%\\):</strong> " + reason});
  const WebPage view = dt.get("/tugas?tampilan=berisiko");
  for (const File* file : {&risky_, &risky_too_}) EXPECT_NE(at(view, *file), std::string::npos);
  for (const File* file : {&late_, &on_time_, &standing_, &drafting_})
    EXPECT_EQ(at(view, *file), std::string::npos) << file->number;
  const std::string line =
      "dari 6 permohonan terbuka yang waktunya dihitung, sekitar 2 yang belum terlambat akan "
      "melewati "
      "batas; <a href=\"/papan/daftar\\?sop=paud&amp;keadaan=at_risk\">2 berisiko terlambat</a>";
  says(kb.get("/papan"), {line});
  const WebPage list = kb.get("/papan/daftar?sop=paud&keadaan=at_risk");
  EXPECT_LT(at(list, risky_), at(list, risky_too_));  // the likelier first
  EXPECT_EQ(at(list, late_), std::string::npos);
  EXPECT_EQ(at(list, on_time_), std::string::npos);
  says(list, {"<strong>Layanan berisiko terlambat \\([5-9][0-9]%\\):</strong> " + reason});
  says(kb.get("/laporan?bulan=2026-04"), {line, "Skor Brier", "Januari 2026\\*"});
  for (const File* file : {&on_time_, &risky_}) {
    const WebPage tracked = anybody.get(file->path);
    says(tracked, {"Perkiraan: separuh permohonan seperti ini selesai paling lambat "
                   "<strong>[A-Z][a-z]+, 1[0-9] April 2026</strong>, 9 dari 10 paling lambat",
                   "Dasar: 1[0-9][0-9] permohonan"});
    never(tracked, {"emungkinan", "isiko"});
  }
  for (const File* file : {&late_, &standing_, &new_})
    never(anybody.get(file->path), {"Perkiraan: separuh"});

  EXPECT_EQ(look_at({{"perkiraan-berkas-berisiko", desk(risky_)},
                     {"perkiraan-berkas-terlambat", desk(late_)},
                     {"perkiraan-berkas-berhenti", desk(standing_)},
                     {"perkiraan-berkas-lancar", desk(on_time_)},
                     {"perkiraan-tugas", "/tugas"},
                     {"perkiraan-tugas-berisiko", "/tugas?tampilan=berisiko"}},
                    &dt),
            "");
  EXPECT_EQ(look_at({{"perkiraan-papan", "/papan"},
                     {"perkiraan-papan-berisiko", "/papan/daftar?sop=paud&keadaan=at_risk"},
                     {"perkiraan-laporan", "/laporan?bulan=2026-04"}},
                    &kb),
            "");
  EXPECT_EQ(look_at({{"perkiraan-lacak", on_time_.path},
                     {"perkiraan-lacak-berisiko", risky_.path},
                     {"perkiraan-lacak-inggris", on_time_.path + "?bahasa=en"}}),
            "");
}

}  // namespace
}  // namespace tenggat::test
