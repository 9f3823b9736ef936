// The month's figures: metrics, API and views say the same, and what the event log says when it is
// counted by itself; every panel of the dashboards has something to show.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <map>
#include <vector>

#include "tests/e2e/event_count.h"
#include "tests/e2e/played_month.h"
#include "tests/support/reader.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

double of(const std::map<std::string, double>& series, const std::string& name,
          const std::string& label = "") {
  const std::string key = fmt::format("tenggat_{}{{{}sop=\"paud\"}}", name, label);
  const auto at = series.find(key);
  if (at != series.end()) return at->second;
  const auto other = series.find(fmt::format("tenggat_{}{{sop=\"paud\",{}}}", name, label));
  if (other != series.end()) return other->second;
  ADD_FAILURE() << "no series " << key;
  return -1;
}

int view(const Office& office, const std::string& expression, const std::string& from) {
  const std::string value = office.query(
      fmt::format("SELECT coalesce(({})::bigint, 0) FROM laporan.{}", expression, from));
  return std::stoi(value);
}

std::vector<json::object> permits_of_the_api(Office& office) {
  std::vector<json::object> all;
  std::string cursor;
  do {
    const json::value page =
        office.get("/permits?limit=5" + (cursor.empty() ? "" : "&cursor=" + cursor), "portal");
    for (const json::value& item : page.at("items").as_array()) all.push_back(item.as_object());
    const json::value& next = page.at("next_cursor");
    cursor = next.is_null() ? "" : json::value_to<std::string>(next);
  } while (!cursor.empty());
  return all;
}

const std::vector<std::string> kOfficeSteps{"verifikasi",        "penerimaan",
                                            "kajian_teknis",     "penyusunan_sk",
                                            "persetujuan_kabid", "persetujuan_sekretaris",
                                            "penandatanganan"};
const std::vector<std::string> kRungs{"80%", "due", "+1h", "+1d", "now"};

// Metrics, views and the log, over all time.
void compare_totals(const Office& office, const std::map<std::string, double>& metrics,
                    const EventCounts& events) {
  const auto same = [&](const std::string& what, double metric, int by_view) {
    EXPECT_EQ(metric, total(events, what)) << what;
    EXPECT_EQ(by_view, total(events, what)) << what;
  };
  const std::string monthly = "kepatuhan_bulanan";
  same("masuk", of(metrics, "permits_submitted_total"), view(office, "sum(masuk)", monthly));
  same("met", of(metrics, "permit_sla_met_total"), view(office, "sum(tepat_waktu)", monthly));
  same("missed", of(metrics, "permit_sla_missed_total"), view(office, "sum(terlambat)", monthly));
  same("terbit", of(metrics, "permits_closed_total", "outcome=\"issued\","),
       view(office, "sum(terbit)", monthly));
  same("ditolak", of(metrics, "permits_closed_total", "outcome=\"rejected\","),
       view(office, "sum(ditolak)", monthly));
  same("ditarik", of(metrics, "permits_closed_total", "outcome=\"withdrawn\","),
       view(office, "sum(ditarik)", monthly));
  for (const std::string& step : kOfficeSteps) {
    const std::string where = "langkah_bulanan WHERE langkah = '" + step + "'";
    const auto metric = [&](const std::string& name) {
      return metrics.at(fmt::format("tenggat_{}{{sop=\"paud\",step=\"{}\"}}", name, step));
    };
    same("completions " + step, metric("step_completions_total"),
         view(office, "sum(selesai)", where));
    same("step_missed " + step, metric("step_sla_missed_total"),
         view(office, "sum(terlambat)", where));
    same("returns " + step, metric("step_returns_total"), view(office, "sum(pengembalian)", where));
    EXPECT_EQ(metric("step_working_seconds_count"), metric("step_completions_total")) << step;
    EXPECT_EQ(view(office, "sum(kerja_detik)",
                   "kunjungan WHERE dihitung AND verdict IS NOT NULL AND langkah = '" + step + "'"),
              metric("step_working_seconds_sum"))
        << step;
  }
  for (const std::string& rung : kRungs)
    same("escalations " + rung,
         metrics.at(fmt::format("tenggat_escalations_total{{rung=\"{}\",sop=\"paud\"}}", rung)),
         view(office, "sum(jumlah)", "eskalasi_bulanan WHERE anak_tangga = '" + rung + "'"));
}

// Views and the log, month by month.
void compare_months(const Office& office, const EventCounts& events) {
  for (const std::string month : {"2026-03", "2026-04"}) {
    const std::string when = " bulan = '" + month + "-01'";
    const auto same = [&](const std::string& what, const std::string& column,
                          const std::string& from) {
      const auto at = events.find(what + ' ' + month);
      EXPECT_EQ(view(office, "sum(" + column + ")", from + when),
                at == events.end() ? 0 : at->second)
          << what << ' ' << month;
    };
    for (const auto& [what, column] :
         std::vector<std::pair<const char*, const char*>>{{"masuk", "masuk"},
                                                          {"met", "tepat_waktu"},
                                                          {"missed", "terlambat"},
                                                          {"terbit", "terbit"},
                                                          {"ditolak", "ditolak"},
                                                          {"ditarik", "ditarik"}})
      same(what, column, "kepatuhan_bulanan WHERE");
    for (const std::string& step : kOfficeSteps) {
      const std::string from = "langkah_bulanan WHERE langkah = '" + step + "' AND";
      same("completions " + step, "selesai", from);
      same("step_missed " + step, "terlambat", from);
      same("returns " + step, "pengembalian", from);
    }
    for (const std::string& rung : kRungs)
      same("escalations " + rung, "jumlah",
           "eskalasi_bulanan WHERE anak_tangga = '" + rung + "' AND");
  }
}

// What is open now: the API's list, metrics, views.
void compare_open(Office& office, const std::map<std::string, double>& metrics) {
  std::map<std::string, int> api;
  for (const json::object& permit : permits_of_the_api(office)) {
    const std::string state = json::value_to<std::string>(permit.at("state"));
    ++api["state " + state];
    const json::value& status = permit.at("case_sla").as_object().at("status");
    if (!status.is_null()) ++api["case " + json::value_to<std::string>(status)];
    for (const json::value& visit : permit.at("visits").as_array()) {
      const json::value& sla = visit.at("sla").at("status");
      ++api[fmt::format("step {} {}", json::value_to<std::string>(visit.at("step")),
                        sla.is_null() ? "on_track" : json::value_to<std::string>(sla))];
    }
  }
  for (const std::string state : {"active", "returned"}) {
    EXPECT_EQ(of(metrics, "permits_open", "state=\"" + state + "\""), api["state " + state]);
    EXPECT_EQ(view(office, "count(*)", "kasus WHERE status = '" + state + "'"),
              api["state " + state]);
  }
  EXPECT_EQ(of(metrics, "permits_overdue"), api["case overdue"]);
  EXPECT_EQ(view(office, "count(*)", "kasus WHERE lewat_batas"), api["case overdue"]);
  EXPECT_EQ(view(office, "count(*)", "kasus WHERE keadaan = 'tepat waktu'"), api["case met"]);
  EXPECT_EQ(view(office, "count(*)", "kasus WHERE risiko_fiktif_positif"),
            of(metrics, "permits_legal_risk"));
  const std::map<std::string, std::string> words{{"on_track", "'sesuai waktu', 'tanpa batas'"},
                                                 {"due_soon", "'segera'"},
                                                 {"overdue", "'terlambat'"},
                                                 {"paused", "'dijeda'"}};
  std::vector<std::string> steps = kOfficeSteps;
  steps.insert(steps.end(), {"pengajuan", "penerimaan_sk"});
  for (const std::string& step : steps)
    for (const auto& [sla, word] : words) {
      const int open = api[fmt::format("step {} {}", step, sla)];
      EXPECT_EQ(metrics.at(fmt::format("tenggat_steps_open{{sla=\"{}\",sop=\"paud\",step=\"{}\"}}",
                                       sla, step)),
                open)
          << step << ' ' << sla;
      EXPECT_EQ(view(office, "count(*)",
                     fmt::format("kunjungan WHERE terbuka AND langkah = '{}' AND"
                                 " keadaan IN ({})",
                                 step, word)),
                open)
          << step << ' ' << sla;
    }
}

TEST_F(PlayedMonth, MetricsApiAndViewsSayWhatTheEventLogSays) {
  const EventCounts events = count_events(*office_, Month::kEnd);
  compare_totals(*office_, scrape(Month::kEnd), events);
  compare_months(*office_, events);
  compare_open(*office_, scrape(Month::kEnd));

  // What the stories say, so that a month without anything in it would not pass.
  EXPECT_EQ(total(events, "masuk"), 18);
  EXPECT_EQ(events.at("missed 2026-03"), 2);                     // B, and C that is never done
  EXPECT_EQ(events.at("missed 2026-04"), 1);                     // K
  EXPECT_EQ(events.at("step_missed kajian_teknis 2026-03"), 3);  // B, C, K
  EXPECT_EQ(events.at("completions verifikasi 2026-04"), 1);  // M at 07:35; not N, still revocable
  EXPECT_EQ(office_->query("SELECT terlambat_belum_selesai FROM laporan.kepatuhan_bulanan"
                           " WHERE bulan = '2026-03-01'"),
            "1");
  EXPECT_EQ(office_->query("SELECT keadaan || ' ' || to_char(terlambat_sejak AT TIME ZONE zona,"
                           " 'YYYY-MM-DD') FROM laporan.kasus WHERE nomor = '" +
                           month_->number("C") + "'"),
            "terlambat 2026-03-10");
  EXPECT_EQ(office_->query("SELECT string_agg(dokumen || ' ' || jumlah, ', ' ORDER BY dokumen) FROM"
                           " (SELECT dokumen, sum(jumlah) AS jumlah FROM laporan.kekurangan_bulanan"
                           " GROUP BY 1) a"),
            "akta_pendirian 2, denah_ruang 2");
  EXPECT_EQ(office_->query("SELECT string_agg(sebab || ' ' || jumlah, ', ' ORDER BY sebab) FROM"
                           " laporan.sebab_bulanan WHERE langkah = 'kajian_teknis'"
                           " AND bulan = '2026-03-01'"),
            "cuaca menghalangi pemeriksaan lapangan 1, tidak disebutkan 2");
  // A waited 20 minutes for the review, and it took the rest of 4d.
  EXPECT_EQ(office_->query("SELECT menunggu_detik || ' ' || (kerja_detik - menunggu_detik ="
                           " mengerjakan_detik) FROM laporan.kunjungan WHERE langkah ="
                           " 'kajian_teknis' AND nomor = '" +
                           month_->number("A") + "'"),
            "1200 true");
}

TEST_F(PlayedMonth, AReaderSeesTheViewsAndNothingElse) {
  const Reader reader(office_->database(), "grafana");
  EXPECT_EQ(reader.query("SELECT count(*) FROM kasus"), "18");
  EXPECT_EQ(reader.query("SHOW statement_timeout"), "10s");
  for (const std::string& view : office_->column(
           "SELECT table_name FROM information_schema.views WHERE table_schema = 'laporan'")) {
    EXPECT_EQ(reader.refusal("SELECT count(*) FROM laporan." + view), "") << view;
    EXPECT_NE(office_->query("SELECT obj_description('laporan." + view + "'::regclass)"), "")
        << view;
  }
  for (const std::string& table :
       office_->column("SELECT tablename FROM pg_tables WHERE schemaname = 'public' UNION ALL"
                       " SELECT viewname FROM pg_views WHERE schemaname = 'public'"))
    EXPECT_NE(reader.refusal("SELECT count(*) FROM public." + table).find("permission denied"),
              std::string::npos)
        << table;
  for (const char* sql : {"DELETE FROM laporan.kantor", "CREATE TABLE laporan.x (a int)",
                          "UPDATE laporan.sop SET nama = 'x'"})
    EXPECT_NE(reader.refusal("BEGIN READ WRITE; " + std::string(sql)), "") << sql;

  // Of the applicant nothing but the name; of officers nothing but the name, where it is their work
  // that is asked for.
  const std::string of_officers = "table_name IN ('pekerjaan', 'petugas_bulanan')";
  const std::string everything = office_->query(
      "SELECT string_agg(query_to_xml('SELECT * FROM laporan.' || table_name, true, true, "
      "'')::text,"
      " '') FROM information_schema.views WHERE table_schema = 'laporan' AND NOT " +
      of_officers);
  EXPECT_NE(everything.find("Pemohon A"), std::string::npos);
  for (const char* hidden : {"@warga.example", "banjarbaru.example", "628123456", "Dewi Lestari",
                             "belum dilampirkan", "/lacak/"})
    EXPECT_EQ(everything.find(hidden), std::string::npos) << hidden;
}

// However many years lie before it, a month is looked up: that is what the planner would do if this
// month's tables were as long as those of years.
TEST_F(PlayedMonth, AMonthOfAViewIsFoundInAnIndex) {
  const std::string as_if_long =
      "BEGIN; ANALYZE permit, visit, notice; UPDATE pg_class SET reltuples = 1000000"
      " WHERE relname IN ('permit', 'visit', 'notice'); SET LOCAL enable_seqscan = off; ";
  for (const auto& [view, instants] : std::map<std::string, std::vector<std::string>>{
           {"kepatuhan_bulanan", {"submitted_at >= m", "case_closed_at >= m", "case_due_at >= (m"}},
           {"langkah_bulanan", {"closed_at >= m", "due_at >= (m"}},
           {"sebab_bulanan", {"due_at >= (m"}},
           {"kendala", {"due_at >= (m"}},
           {"pengembalian", {"closed_at >= m"}},
           {"kekurangan_bulanan", {"closed_at >= m"}},
           {"beban_peran_bulanan", {"closed_at >= m"}},
           {"petugas_bulanan", {"closed_at >= m"}}}) {
    const std::string plan =
        office_->query(as_if_long + "EXPLAIN (FORMAT JSON) SELECT * FROM laporan." + view +
                       " WHERE sop = 'paud' AND bulan = '2026-03-01'");
    for (const std::string& instant : instants)
      EXPECT_NE(plan.find("\"Index Cond\": \"((" + instant), std::string::npos)
          << view << ' ' << instant << '\n'
          << plan;
  }
}

// What dashboards say in words, and of spans that are no months.
TEST_F(PlayedMonth, ViewsSayThingsAsPeopleDo) {
  const Reader reader(office_->database(), "grafana");
  for (const auto& [asked, said] : std::map<std::string, std::string>{
           {"lama_kerja(108000, 27000)", "4 hari kerja"},
           {"lama_kerja(37800, 27000)", "1 hari kerja 3 jam"},
           {"lama_kerja(8100, 27000)", "2 jam 15 menit"},
           {"lama_kerja(600, 27000)", "10 menit"},
           {"lama_kerja(59, 27000)", "di bawah 1 menit"},
           {"lama(266400)", "3 hari 2 jam"},
           {"nama_bulan('2026-04-01')", "April 2026"},
           {"saat('2026-04-02T02:30:00Z', 'Asia/Makassar')", "2 Apr 10.30"},
           {"saat('2025-12-31T16:00:00Z', 'Asia/Makassar')", "1 Jan 00.00"},
           {"saat('2025-08-31T16:00:00Z', 'Asia/Makassar')", "1 Sep 2025 00.00"},
           {"sebab_kata('mailbox_full')", "kotak surat penuh"},
           {"anak_tangga_kata('+1d')", "1 hari lewat"},
           {"anak_tangga_kata('80%')", "80% waktu"}})
    EXPECT_EQ(reader.query("SELECT laporan." + asked), said) << asked;

  const auto counts = [](const std::string& from) {
    return "SELECT concat_ws(' ', masuk, terbit, terbit_tepat_waktu, ditolak, tepat_waktu, "
           "terlambat,"
           " terlambat_belum_selesai) FROM laporan." +
           from;
  };
  EXPECT_EQ(reader.query(counts("kepatuhan_antara('2026-03-01+08', '2026-04-01+08')")),
            reader.query(counts("kepatuhan_bulanan WHERE bulan = '2026-03-01'")));
  // The clock stands at 2 April, 15:52: of March its first two days are put beside.
  EXPECT_EQ(reader.query("SELECT akhir_lalu AT TIME ZONE 'Asia/Makassar' || ' ' || berjalan"
                         " FROM laporan.bulan_banding('2026-04-01')"),
            "2026-03-02 15:52:00 true");
  EXPECT_EQ(reader.query("SELECT akhir_lalu AT TIME ZONE 'Asia/Makassar' || ' ' || berjalan"
                         " FROM laporan.bulan_banding('2026-03-01')"),
            "2026-03-01 00:00:00 false");
  EXPECT_EQ(reader.query("SELECT awal AT TIME ZONE 'Asia/Makassar' || ' ' ||"
                         " akhir_lalu AT TIME ZONE 'Asia/Makassar' FROM laporan.pekan_banding()"),
            "2026-03-30 00:00:00 2026-03-26 15:52:00");
  // C is never done: who holds it, and that nobody answered for it.
  EXPECT_EQ(reader.query("SELECT petugas || ' ' || keadaan FROM laporan.pekerjaan WHERE nomor = '" +
                         month_->number("C") + "'"),
            "belum diambil terlambat");
  EXPECT_EQ(reader.query("SELECT count(*) FROM laporan.pekerjaan WHERE peran = 'pemohon'"), "0");
  EXPECT_EQ(reader.query("SELECT sum(selesai) = (SELECT sum(selesai) FROM laporan.langkah_bulanan)"
                         " FROM laporan.petugas_bulanan"),
            "t");
}

// Every expression of every panel, variable and rule, by the login that Grafana has.
TEST_F(PlayedMonth, EveryPanelHasSomethingToShow) {
  const Reader reader(office_->database(), "grafana");
  scrape(Month::kEnd);
  const auto seen = [&] {
    const std::string query = "/api/v1/query?query=max(tenggat_office_clock_timestamp_seconds)";
    const std::string end = office_->query(
        fmt::format("SELECT extract(epoch FROM '{}+08'::timestamptz)::bigint", Month::kEnd));
    return http_get(prometheus_->port(), query).find('"' + end + '"') != std::string::npos;
  };
  for (int i = 0; i < 300 && !seen(); ++i) ::usleep(100'000);
  const std::string command =
      fmt::format("CHECK_RANGE=5m CHECK_MONTH=2026-03 '{}/dashboards/check.py' {} '{}'",
                  TENGGAT_SOURCE_DIR, prometheus_->url(), reader.conninfo());
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace tenggat::test
