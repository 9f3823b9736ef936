// `tenggat permit import`, `import list`, `import revert`, as an operator types them.
#include <boost/json/parse.hpp>

#include "daemon/cli/import_columns.h"
#include "daemon/office/rule_files.h"
#include "daemon/store/rules.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using test::Ran;

pg::Awaitable<void> bring_in(pg::Connection& connection, const RuleFiles& files) {
  for (const store::RuleSet& set : files.calendar_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
  for (const store::RuleSet& set : files.sop_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
}

constexpr const char* kHead =
    "\xEF\xBB\xBFNomor;ID lama;Nama pemohon;WA;Perihal;Tanggal masuk;Dinyatakan lengkap;Tahap;"
    "Masuk tahap;Petugas;Status;Selesai\r\n";
constexpr const char* kThree =
    "PAUD-2026-00417;A-1;Rina Wati;0812-3456-7890;\"TK \"\"Melati\"\"\r\nBanjarbaru\";03/03/2026;"
    "3 Maret 2026 10.15;Kajian teknis;03/03/2026 11:00;dt;;\r\n"
    ";A-2;Budi;;TK Anggrek;02/03/2026;;verifikasi;02/03/2026 09:00;;;\r\n"
    "503/17/2025;A-3;Sari;;TK Kenanga;05/01/2026;06/01/2026;;12/01/2026;;terbit;12/01/2026\r\n";

class ImportTest : public test::OnDatabase {
 protected:
  ImportTest() {
    migrate();
    if (!connection_) connection_.emplace(connect());
    const auto files = load_rule_files(test::shipped_rules());
    test::await(io_, bring_in(*connection_, *files));
    const Ran ran = run({"officer", "add", "--id", "dt", "--name", "Dinas Teknis", "--role",
                         "dinas_teknis", "--email", "dt@example.go.id"});
    EXPECT_EQ(ran.code, kOk) << ran;
  }
  std::string csv(const std::string& rows) { return folder_.write("pindahan.csv", kHead + rows); }
  void expect_sound() {
    const Ran ran = run({"audit", "verify"});
    EXPECT_EQ(ran.code, kOk) << ran;
  }
  json::value as_json(const std::vector<std::string>& arguments) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, kOk) << ran;
    return json::parse(ran.out);
  }
  std::vector<std::string> faults(const std::string& file) {
    const Ran ran = run({"permit", "import", file, "--lang", "id"});
    EXPECT_EQ(ran.code, kRefused) << ran;
    EXPECT_EQ(sql("SELECT count(*) FROM permit"), "0");
    std::vector<std::string> lines;
    std::istringstream out(ran.out);
    for (std::string line; std::getline(out, line);) lines.push_back(line);
    return lines;
  }
};

TEST_F(ImportTest, ASpreadsheetComesInWithItsTimesItsNumbersAndItsRecord) {
  const std::string file = csv(kThree);
  const json::value preview = as_json({"permit", "import", file, "--preview", "--json"});
  EXPECT_EQ(preview.at("files").as_int64(), 3);
  EXPECT_EQ(preview.at("open").as_int64(), 2);
  EXPECT_EQ(preview.at("preview").at(0).at("case_due_at").as_string(), "2026-03-10T10:15:00+08:00");
  EXPECT_TRUE(preview.at("preview").at(0).at("late").as_bool());
  EXPECT_EQ(sql("SELECT count(*) FROM permit"), "0");

  const Ran ran = run({"permit", "import", file, "--lang", "id"});
  ASSERT_EQ(ran.code, kOk) << ran;
  EXPECT_NE(ran.out.find("3 berkas: 2 terbuka"), std::string::npos) << ran;
  EXPECT_NE(ran.out.find("1 dipertahankan, 2 baru (1 menggantikan nomor lama)"), std::string::npos);
  EXPECT_EQ(sql("SELECT string_agg(right(number, 5), ' ' ORDER BY number) FROM permit"
                " WHERE number LIKE 'PAUD-2026-%'"),
            "00417" + sql("SELECT CASE WHEN extract(year FROM office_now()) = 2026"
                          " THEN ' 00418 00419' ELSE '' END"));
  EXPECT_EQ(sql("SELECT subject FROM permit p WHERE external_id = 'A-1'"),
            "TK \"Melati\" Banjarbaru");
  EXPECT_EQ(sql("SELECT whatsapp FROM applicant WHERE name = 'Rina Wati'"), "6281234567890");
  EXPECT_EQ(sql("SELECT assignee FROM visit WHERE step = 'kajian_teknis'"), "dt");
  EXPECT_EQ(sql("SELECT text FROM note"), "Nomor lama: 503/17/2025");
  EXPECT_EQ(sql("SELECT case_verdict FROM permit WHERE external_id = 'A-3'"), "met");
  // Nobody is told, nothing is counted.
  EXPECT_EQ(sql("SELECT count(*) FROM notice WHERE permit > 0"), "0");
  EXPECT_EQ(sql("SELECT count(*) FROM count_delta"), "0");
  expect_sound();
  EXPECT_EQ(as_json({"import", "list", "--json"}).at(0).at("files").as_int64(), 3);
  // Once more is not possible.
  const Ran again = run({"permit", "import", file, "--lang", "id"});
  EXPECT_EQ(again.code, kRefused);
  EXPECT_NE(again.out.find("PAUD-2026-00417 sudah ada"), std::string::npos) << again;
  EXPECT_NE(again.out.find("`A-2` sudah pernah diimpor"), std::string::npos) << again;
}

TEST_F(ImportTest, AllFaultsAreNamedAtOnceAndNothingIsWritten) {
  EXPECT_EQ(faults(csv("X;B-1;Rina;08;TK;31/02/2026;;verifikasi;02/03/2026;;;\n"
                       ";B-1;;;TK;02/03/2026;;kajian;02/03/2026;;;\n")),
            (std::vector<std::string>{
                "pindahan.csv:2:4: `WA`: `08` bukan nomor ponsel Indonesia",
                "pindahan.csv:2:6: `Tanggal masuk`: `31/02/2026` bukan tanggal yang ada",
                "pindahan.csv:3:2: `ID lama`: `B-1` sudah ada di baris 2",
                "pindahan.csv:3:3: `Nama pemohon`: isian ini tidak boleh kosong",
                "pindahan.csv:3:8: `Tahap`: `kajian` bukan tahap layanan ini; tahapnya: pengajuan, "
                "verifikasi, penerimaan, kajian_teknis, penyusunan_sk, persetujuan_kabid, "
                "persetujuan_sekretaris, penandatanganan, penerimaan_sk"}));
  EXPECT_EQ(faults(csv("PAUD-2026-00001;B;R;;TK;02/03/2026;;verifikasi;02/03/2026;;;\n"
                       "PAUD-2026-00001;B;R;;TK;02/03/2026;;kajian;02/03/2026;;;\n"
                       "PAUD-2026-00001;B;R;;TK;02/03/2026;;verifikasi;02/03/2026;xx;;\n"))
                .size(),
            6U);
}

TEST_F(ImportTest, HeadingsThatAreMergedOrUnknownAreRefusedWithAHint) {
  const auto first = [&](const std::string& text) {
    return faults(folder_.write("judul.csv", text)).front();
  };
  EXPECT_NE(first("Nama pemohon;;Perihal;Tanggal masuk\na;b;c;d\n").find("judul kolom B kosong"),
            std::string::npos);
  EXPECT_NE(first("DAFTAR PERMOHONAN 2026;;;\nNama;Perihal\n").find("judul kolom B kosong"),
            std::string::npos);
  EXPECT_NE(first("Nama;Perihal;Tanggal masuk;Cuaca\n").find("`Cuaca`"), std::string::npos);
  EXPECT_NE(first("").find("tidak memuat baris data"), std::string::npos);
  EXPECT_NE(first("Nama;Perihal;Tanggal masuk\n").find("tidak memuat baris data"),
            std::string::npos);
}

TEST_F(ImportTest, AnImportIsRevertedWhileNobodyHasTouchedItsFiles) {
  ASSERT_EQ(run({"permit", "import", csv(kThree)}).code, kOk);
  const Ran ran = run({"import", "revert", "1"});
  ASSERT_EQ(ran.code, kOk) << ran;
  for (const char* table :
       {"permit", "visit", "event", "document", "raised_rung", "note", "applicant"})
    EXPECT_EQ(sql(std::string("SELECT count(*) FROM ") + table), "0") << table;
  expect_sound();
  EXPECT_EQ(run({"import", "revert", "1"}).code, kRefused);
  EXPECT_EQ(run({"import", "revert", "2"}).code, kRefused);
  // The record is as closed as before.
  EXPECT_EQ(sql("SELECT tgenabled FROM pg_trigger WHERE tgname = 'append_only'"
                " AND tgrelid = 'event'::regclass"),
            "O");
  ASSERT_EQ(run({"permit", "import", csv(kThree)}).code, kOk);
  EXPECT_EQ(sql("SELECT count(*) FROM permit WHERE number = 'PAUD-2026-00417'"), "1");
  expect_sound();
  sql("INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text, reason,"
      " raised_at, hold_until, cause, send_at) SELECT id, 0, 'x', 1, 1, 'applicant', 'applicant',"
      " 'x', 'rung_due', now(), now(), 1, now() FROM permit WHERE external_id = 'A-2'");
  const Ran touched = run({"import", "revert", "2"});
  EXPECT_EQ(touched.code, kRefused);
  EXPECT_NE(touched.err.find("1 of its files were worked on"), std::string::npos) << touched;
  // Somebody takes out what came with it, and says nothing.
  sql("UPDATE import_permit SET hash = '\\x01' WHERE import = 2");
  const Ran audit = run({"audit", "verify"});
  EXPECT_NE(audit.out.find("what came with import 2 is gone otherwise"), std::string::npos)
      << audit;
}

TEST_F(ImportTest, JsonLinesBringAWholeHistory) {
  const std::string file = folder_.write(
      "riwayat.jsonl",
      R"({"external_id":"J-1","sop":"paud","applicant":{"name":"Rina"},"subject":"TK","submitted_at":"2026-03-02T08:00:00+08:00","step":"penyusunan_sk","visits":[{"step":"verifikasi","closed_at":"2026-03-02T08:08:00+08:00","by":"fo"},{"step":"penerimaan","closed_at":"2026-03-02T08:20:00+08:00"},{"step":"kajian_teknis","claimed_at":"2026-03-03T08:00:00+08:00","closed_at":"2026-03-06T10:00:00+08:00","action":"recommend","by":"dt"}],"pauses":[{"step":"kajian_teknis","reason":"instansi_lain","from":"2026-03-03T08:00:00+08:00","to":"2026-03-04T08:00:00+08:00"}]})"
      "\n"
      R"({"name":"Budi","subject":"TK","submitted_at":"2026-03-02T08:00:00+08:00","step":"verifikasi","step_opened_at":"2026-03-02 08:00","fields":{"catatan":"ya"}})"
      "\n");
  const Ran ran = run({"permit", "import", file});
  ASSERT_EQ(ran.code, kOk) << ran;
  EXPECT_EQ(sql("SELECT string_agg(step || ' ' || action || ' ' || coalesce(verdict, '-'), ', '"
                " ORDER BY v.id) FROM visit v JOIN permit p ON p.id = v.permit"
                " WHERE external_id = 'J-1'"),
            // Twelve minutes where the standard is ten.
            "pengajuan submit -, verifikasi accept met, penerimaan forward missed, kajian_teknis "
            "recommend met, penyusunan_sk  -");
  EXPECT_EQ(sql("SELECT count(*) FROM pause WHERE to_at IS NOT NULL"), "1");
  expect_sound();
  const Ran odd = run({"permit", "import", folder_.write("salah.jsonl", "{\"cuaca\": 1}\n[]\n")});
  EXPECT_EQ(odd.code, kRefused);
  EXPECT_NE(odd.out.find("`cuaca`"), std::string::npos) << odd;
  EXPECT_NE(odd.out.find("salah.jsonl:2:1"), std::string::npos) << odd;
}

// What stands between this line and the next fence.
std::string block_of(const std::string& text, const std::string& fence) {
  const std::size_t begin = text.find("\n" + fence + "\n");
  if (begin == std::string::npos) return "";
  const std::size_t from = begin + fence.size() + 2;
  return text.substr(from, text.find("\n```", from) + 1 - from);
}

TEST_F(ImportTest, TheWorkedExampleOfTheDocumentComesIn) {
  std::ifstream in(std::filesystem::path(TENGGAT_SOURCE_DIR) / "docs/import.md");
  const std::string document{std::istreambuf_iterator<char>(in), {}};
  const std::string file = folder_.write("pindahan.csv", block_of(document, "```csv"));
  std::istringstream commands(block_of(document, "```sh"));
  int typed = 0;
  for (std::string line; std::getline(commands, line); ++typed) {
    std::istringstream words(line);
    std::vector<std::string> arguments;
    for (std::string word; words >> word;)
      arguments.push_back(word == "pindahan.csv" ? file : word);
    ASSERT_EQ(arguments.front(), "tenggat");
    arguments.erase(arguments.begin());
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, kOk) << line << '\n' << ran;
  }
  EXPECT_EQ(typed, 4);
  EXPECT_EQ(sql("SELECT string_agg(state, ' ' ORDER BY external_id) FROM permit"),
            "active active issued returned");
  // Each column is in the document's table.
  std::istringstream names(names_of_columns());
  for (std::string name; std::getline(names, name, ',');)
    EXPECT_NE(document.find("\n| `" + name.substr(name.find_first_not_of(' ')) + "` |"),
              std::string::npos)
        << name;
}

}  // namespace
}  // namespace tenggat::cli
