// A building permit and an objection (tests/sops) through their whole lives over HTTP: a form that
// is asked, departments at work at once, one paused, branches cancelled and taken back, a fee that
// the bank's own token confirms, and what nobody may do through a service.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/e2e/office.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* kBuilding = R"({"sop":"pbg","subject":"Rumah Jalan Panglima Batur 1",
  "applicant":{"name":"Siti Aminah","whatsapp":"0813 1111 2222"},
  "documents":[{"kind":"persyaratan_pbg","uri":"https://berkas.example/1"}],
  "fields":{"nik":"6372011234567890","alamat_lokasi":"Jalan Panglima Batur 1","luas_m2":120,
            "lantai":2,"fungsi":"hunian","rencana_mulai":"2026-06-01"}})";

class Branches : public testing::Test {
 protected:
  Branches() {
    office_.use_own_rules();
    const fs::path own = office_.daemon().options().rules / "sop";
    for (const char* sop : {"pbg.yaml", "keberatan.yaml"})
      fs::copy_file(fs::path(TENGGAT_SOURCE_DIR) / "tests/sops" / sop, own / sop);
    office_.reload();
    EXPECT_TRUE(
        office_.becomes("SELECT count(*) FROM rule_in_force WHERE kind = 'sop'"
                        " AND name IN ('pbg', 'keberatan')",
                        "2"))
        << office_.daemon_log();
    const std::pair<const char*, const char*> staff[] = {
        {"ptr", "pengkaji_tata_ruang"}, {"pb", "pengkaji_bangunan"}, {"pl", "pengkaji_lingkungan"},
        {"tt", "tim_teknis"},           {"ktr", "kabid_tata_ruang"}, {"kbg", "kabid_bangunan"},
        {"kling", "kabid_lingkungan"},  {"tk", "tim_keberatan"}};
    for (const auto& [id, role] : staff)
      office_.daemon().must({"officer", "add", "--id", id, "--name", fmt::format("Pegawai {}", id),
                             "--role", role, "--email", fmt::format("{}@banjarbaru.example", id)});
    for (const char* id :
         {"ptr", "pb", "pl", "tt", "ktr", "kbg", "kling", "tk", "fo", "bo", "kb", "s", "kd"})
      tokens_[id] = office_.daemon().new_token({"--officer", id});
    tokens_["portal"] =
        office_.daemon().new_token({"--service", "portal", "--scope", "intake,act,read"});
    tokens_["bank"] =
        office_.daemon().new_token({"--service", "bank", "--scope", "act", "--role", "bank"});
  }

  HttpAnswer call(const std::string& method, const std::string& path, const std::string& who,
                  const std::string& body = "") {
    return office_.exchange(http_request(method, "/api/v1" + path, tokens_.at(who), "", body));
  }
  json::object get(const std::string& path, const std::string& who) {
    const HttpAnswer answer = call("GET", path, who);
    EXPECT_EQ(answer.status, 200) << path << ' ' << answer.body;
    return json::parse(answer.body).as_object();
  }
  json::object post(const std::string& path, const std::string& who, const std::string& body) {
    const HttpAnswer answer = call("POST", path, who, body);
    EXPECT_LT(answer.status, 300) << path << ' ' << who << ' ' << body << ' ' << answer.body;
    return json::parse(answer.body).as_object();
  }
  json::object refused(const std::string& path, const std::string& who, const std::string& body,
                       int status, const std::string& code) {
    const HttpAnswer answer = call("POST", path, who, body);
    EXPECT_EQ(answer.status, status) << path << ' ' << who << ' ' << body << ' ' << answer.body;
    json::object problem = json::parse(answer.body).as_object();
    EXPECT_TRUE(problem.at("type").as_string().ends_with("/" + code)) << answer.body;
    return problem;
  }
  void submit(const std::string& body) {
    permit_ = "/permits/" + std::string(post("/permits", "portal", body).at("id").as_string());
  }
  // With the files it asks for; `more` of the body begins with a comma. The steps that are open
  // then.
  std::string act(const std::string& who, const std::string& step, const std::string& action,
                  const std::string& more = "", const std::vector<std::string>& files = {}) {
    json::array documents;
    for (const std::string& kind : files)
      documents.push_back(json::object{
          {"kind", kind},
          {"uri", "https://berkas.example/" + kind},
          {"number", kind == "surat_keputusan" || kind == "keputusan_keberatan" ? "503/17" : ""}});
    return steps_of(post(permit_ + "/actions", who,
                         fmt::format(R"({{"step":"{}","action":"{}","documents":{}{}}})", step,
                                     action, json::serialize(documents), more)));
  }
  static std::string steps_of(const json::object& permit) {
    std::vector<std::string> steps;
    for (const json::value& visit : permit.at("visits").as_array())
      steps.emplace_back(visit.at("visit").as_string());
    std::ranges::sort(steps);
    return fmt::format("{}", fmt::join(steps, " "));
  }
  std::string open_steps() { return steps_of(get(permit_, "fo")); }
  std::vector<std::string> tasks_of(const std::string& who) {
    std::vector<std::string> tasks;
    const json::object inbox = get("/tasks", who);
    for (const json::value& task : inbox.at("items").as_array())
      tasks.emplace_back(task.at("step").as_string());
    return tasks;
  }
  void chains_hold() {
    const CommandResult audit = office_.tenggat({"audit", "verify"});
    EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
  }
  // The last change that is told outside.
  json::object last_change(const std::string& action) {
    json::object found;
    const json::object page = get("/events", "portal");
    for (const json::value& change : page.at("items").as_array())
      if (change.at("data").at("action") == json::value(action))
        found = change.at("data").as_object();
    return found;
  }

  void asks_for_the_form();
  void forks_and_takes_it_back();
  void works_at_once_and_returns();
  void departments_agree();
  void bank_confirms_the_fee();
  void head_signs_in_person();

  Office office_{"2026-04-06T08:00:00"};
  std::map<std::string, std::string> tokens_;
  std::string permit_;  // its path
};

void Branches::asks_for_the_form() {
  json::object body = json::parse(kBuilding).as_object();
  json::object& fields = body["fields"].as_object();
  fields.erase("alamat_lokasi");
  fields["luas_m2"] = 0;
  fields["nik"] = "63720";
  fields["fungsi"] = "gudang";
  fields["warna"] = "hijau";
  const json::object problem =
      refused("/permits", "portal", json::serialize(body), 422, "invalid_fields");
  std::vector<std::string> pointers;
  for (const json::value& error : problem.at("errors").as_array())
    pointers.emplace_back(error.at("pointer").as_string());
  EXPECT_EQ(pointers, (std::vector<std::string>{"/fields/fungsi", "/fields/luas_m2", "/fields/nik",
                                                "/fields/warna", "/fields/alamat_lokasi"}));
  submit(kBuilding);
  EXPECT_EQ(get("/permits/503%2F0001%2FPBG%2FIV%2F2026", "fo").at("number"),
            "503/0001/PBG/IV/2026");
  EXPECT_EQ(get(permit_, "portal").at("fields").at("luas_m2"), 120);
}

void Branches::forks_and_takes_it_back() {
  EXPECT_EQ(act("fo", "verifikasi", "terima",
                R"(,"fields":{"luas_m2":750},"checked":["identitas","krk"])"),
            "kajian_bangunan#1 kajian_lingkungan#1 kajian_tata_ruang#1");
  EXPECT_EQ(tasks_of("pl"), std::vector<std::string>{"kajian_lingkungan"});
  const json::object back = post(permit_ + "/undo", "fo", "{}");
  EXPECT_EQ(steps_of(back), "verifikasi#1");
  EXPECT_EQ(back.at("fields").at("luas_m2"), 120);
  EXPECT_TRUE(tasks_of("pl").empty());
  EXPECT_EQ(act("fo", "verifikasi", "terima"), "kajian_bangunan#1 kajian_tata_ruang#1");
}

void Branches::works_at_once_and_returns() {
  post(permit_ + "/claim", "pb", R"({"step":"kajian_bangunan"})");
  const std::string ask =
      R"({"step":"kajian_bangunan","reason":"klarifikasi_pemohon","note":"Denah struktur?")";
  refused(permit_ + "/pause", "pb", ask + "}", 422, "unknown_requirement");
  post(permit_ + "/pause", "pb", ask + R"(,"requirement":"gambar_struktur"})");
  const json::object paused = get(permit_, "pb");
  for (const json::value& visit : paused.at("visits").as_array())
    EXPECT_EQ(visit.as_object().contains("pause"), visit.at("step") == "kajian_bangunan");
  EXPECT_EQ(tasks_of("ptr"), std::vector<std::string>{"kajian_tata_ruang"});
  office_.advance("2026-04-07T09:00:00");
  EXPECT_EQ(last_change("terima").at("branches"),
            (json::array{"kajian_tata_ruang", "kajian_bangunan"}));
  EXPECT_TRUE(last_change("terima").at("step").is_null());

  EXPECT_EQ(act("ptr", "kajian_tata_ruang", "kembalikan_verifikasi",
                R"(,"note":"Luas bangunan tidak sesuai dengan gambar")"),
            "verifikasi#2");
  office_.advance("2026-04-07T09:10:00");
  EXPECT_TRUE(office_.becomes(
      "SELECT string_agg(recipient, ' ') FROM message WHERE text = 'tugas_dibatalkan'",
      "officer:pb"));
  EXPECT_EQ(last_change("kembalikan_verifikasi").at("cancelled"), json::array{"kajian_bangunan#1"});
  EXPECT_EQ(office_.query("SELECT keadaan || ' ' || coalesce(verdict, '-') FROM laporan.kunjungan"
                          " WHERE tindakan = 'cancelled'"),
            "tanpa penilaian -");
  chains_hold();
}

void Branches::departments_agree() {
  EXPECT_EQ(act("fo", "verifikasi", "terima", R"(,"fields":{"luas_m2":750})"),
            "kajian_bangunan#2 kajian_lingkungan#1 kajian_tata_ruang#2");
  office_.advance("2026-04-07T10:00:00");
  EXPECT_EQ(last_change("terima").at("fields"), (json::object{{"luas_m2", "750"}}));
  act("ptr", "kajian_tata_ruang", "ajukan", "", {"kajian_tata_ruang"});
  act("pb", "kajian_bangunan", "ajukan", "", {"kajian_bangunan"});
  act("pl", "kajian_lingkungan", "ajukan", "", {"kajian_lingkungan"});
  act("ktr", "persetujuan_tata_ruang", "setujui");
  EXPECT_EQ(act("kling", "persetujuan_lingkungan", "setujui"), "persetujuan_bangunan#1");
  EXPECT_EQ(act("kbg", "persetujuan_bangunan", "setujui"), "pemeriksaan_lapangan#1");
}

void Branches::bank_confirms_the_fee() {
  act("tt", "pemeriksaan_lapangan", "layak", "", {"berita_acara"});
  act("bo", "penetapan_retribusi", "tetapkan", R"(,"fields":{"retribusi":1500000})", {"skrd"});
  refused(permit_ + "/actions", "kb", R"({"step":"persetujuan_retribusi","action":"bebaskan"})",
          422, "condition_not_met");
  EXPECT_EQ(act("kb", "persetujuan_retribusi", "tagih"), "pembayaran#1");
  EXPECT_TRUE(get(permit_, "fo").at("promised_at").is_null());  // the case clock stands
  const std::string paid = R"({"step":"pembayaran","action":"lunas"})";
  refused(permit_ + "/actions", "portal", paid, 403, "wrong_role");
  refused(permit_ + "/actions", "bo", paid, 403, "wrong_role");
  EXPECT_EQ(act("bank", "pembayaran", "lunas"), "penyusunan_sk#1");
  EXPECT_EQ(office_.query("SELECT actor FROM event WHERE fields ->> 'action' = 'lunas'"),
            "service:bank");
}

void Branches::head_signs_in_person() {
  act("bo", "penyusunan_sk", "kirim_draf", R"(,"outcome":"grant")", {"draft_sk"});
  act("kb", "persetujuan_kabid", "setujui");
  refused(permit_ + "/actions", "portal", R"({"step":"penandatanganan","action":"tanda_tangani",
      "documents":[{"kind":"surat_keputusan","uri":"https://berkas.example/9","number":"503/17"}],
      "on_behalf_of":"kd"})",
          403, "in_person_only");
  act("kd", "penandatanganan", "tanda_tangani", "", {"surat_keputusan"});
  EXPECT_EQ(act("portal", "penerimaan_sk", "terima"), "");
  EXPECT_EQ(get(permit_, "fo").at("state"), "issued");
}

TEST_F(Branches, ABuildingPermitGoesItsWholeWay) {
  asks_for_the_form();
  forks_and_takes_it_back();
  works_at_once_and_returns();
  departments_agree();
  bank_confirms_the_fee();
  head_signs_in_person();
  office_.advance("2026-04-07T12:00:00");
  chains_hold();
  EXPECT_EQ(
      office_.query("SELECT count(*) FROM event WHERE fields::text LIKE '%6372011234567890%'"),
      "0");
  EXPECT_EQ(office_.query("SELECT sum(selesai) FROM laporan.langkah_bulanan WHERE sop = 'pbg'"),
            office_.query("SELECT count(*) FROM visit WHERE verdict IS NOT NULL"));
  office_.stop_daemon();
}

TEST_F(Branches, TheLimitOfLawPassesAndIsToldOutside) {
  submit(kBuilding);
  act("fo", "verifikasi", "terima");
  EXPECT_TRUE(get(permit_, "fo").at("legal").at("passed_at").is_null());
  EXPECT_EQ(get(permit_, "fo").at("legal").at("due_at"), "2026-05-19T08:00:00+08:00");
  office_.advance("2026-05-29T10:00:00");
  EXPECT_EQ(get(permit_, "portal").at("legal").at("passed_at"), "2026-05-19T08:00:01+08:00");
  const json::object page = get("/events", "portal");
  const auto& items = page.at("items").as_array();
  const auto passed = std::ranges::find_if(items, [](const json::value& change) {
    return change.at("type") == "permit.legal_limit_passed";
  });
  ASSERT_NE(passed, items.end());
  EXPECT_EQ(passed->at("data").at("occurred_at"), "2026-05-19T08:00:00+08:00");
  EXPECT_TRUE(office_.metric_becomes("tenggat_legal_limit_passed_total{sop=\"pbg\"} 1"));
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE text = 'fiktif_positif'"
                          " AND recipient = 'officer:kd'"),
            "1");
  chains_hold();
  office_.stop_daemon();
}

TEST_F(Branches, AnObjectionIsDecided) {
  submit(R"({"sop":"keberatan","subject":"Keberatan atas penolakan 503/0001/PBG/IV/2026",
    "applicant":{"name":"Siti Aminah","whatsapp":"0813 1111 2222"},
    "documents":[{"kind":"surat_keberatan","uri":"https://berkas.example/1"}],
    "fields":{"nomor_keputusan":"503/17","tanggal_keputusan":"2026-04-01","pokok":"alasan"}})");
  act("fo", "pencatatan", "catat", R"(,"fields":{"tepat_waktu":false},"checked":["alasan"])");
  const std::string allow =
      R"({"step":"telaah","action":"usul_dikabulkan",
          "documents":[{"kind":"telaah","uri":"https://berkas.example/2"}]})";
  refused(permit_ + "/actions", "tk", allow, 422, "condition_not_met");
  post(permit_ + "/undo", "fo", "{}");
  act("fo", "pencatatan", "catat", R"(,"fields":{"tepat_waktu":true})");
  post(permit_ + "/actions", "tk", allow);
  act("tk", "penyusunan_keputusan", "kirim_draf", "", {"draft_keputusan"});
  act("s", "persetujuan_sekretaris", "setujui");
  act("kd", "penandatanganan", "kabulkan", "", {"keputusan_keberatan"});
  EXPECT_EQ(get(permit_, "fo").at("state"), "issued");
  chains_hold();
  office_.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
