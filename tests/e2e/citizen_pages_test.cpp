// What citizens do by themselves: find a lost link, read why a date is what it is, read it in
// English, come back a month later; and what anybody is told where a page fails.
#include <chrono>
#include <thread>

#include "tests/e2e/pages_fixture.h"
#include "tests/support/words_for_people.h"

namespace tenggat::test {
namespace {

using namespace std::chrono_literals;

class CitizenPagesTest : public PagesTest {
 protected:
  CitizenPagesTest()
      : PagesTest(
            "kantor: {alamat: 'Jalan Suriansyah 5, Banjarbaru', telepon: '(0511) 555 0142',"
            " whatsapp: 0812 5000 0142, peta: 'https://peta.example/x',"
            " pengajuan: 'https://ajukan.example'}\n") {}

  WebPage page_of(const File& file, const std::string& query = "") {
    return browser().get(file.path + query);
  }
  std::string sent(const std::string& text) {
    return office_.query("SELECT count(*) FROM message WHERE text = '" + text + "'");
  }
  struct Answer {
    WebPage page;
    std::chrono::milliseconds took{};
  };
  Answer ask(const std::string& number, const std::string& contact) {
    Browser citizen = browser();
    const WebPage front = citizen.get("/");
    const auto begun = std::chrono::steady_clock::now();
    WebPage page = citizen.press(front, "", {{"nomor", number}, {"kontak", contact}});
    return {std::move(page), std::chrono::duration_cast<std::chrono::milliseconds>(
                                 std::chrono::steady_clock::now() - begun)};
  }
  void to_the_head(const File& file, const std::string& review = "recommend") {
    to_draft(file, review);
    act("bo", file, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
    act("kb", file, "persetujuan_kabid", "approve");
    act("s", file, "persetujuan_sekretaris", "approve");
  }
  void sign(const File& file) {
    Browser kd = signed_in("kd");
    ASSERT_EQ(kd.press(kd.get("/permohonan/" + file.number), "act.sign",
                       {{"nomor.surat_keputusan", "503/017/PAUD/2026"}, {"yakin", "ya"}},
                       {{"berkas:surat_keputusan:", "sk.pdf", "application/pdf", "%PDF keputusan"}})
                  .status,
              303);
  }
};

TEST_F(CitizenPagesTest, TheFrontPageLeadsCitizensAndNotOfficers) {
  const WebPage page = browser().get("/");
  EXPECT_EQ(page.status, 200);
  for (const char* said :
       {"<h1>Lacak permohonan</h1>", "name=\"nomor\"", "name=\"kontak\"", "Masuk petugas",
        "Izin Penyelenggaraan PAUD", "5 hari kerja", "belum cukup data",
        "Persyaratan izin penyelenggaraan PAUD", "Jalan Suriansyah 5", "tel:05115550142",
        "wa.me/6281250000142", "Senin–Kamis 07.30–12.00, 13.00–16.00",
        "Jumat 07.30–11.30, 13.00–16.30", "Buka hari ini sampai 16.00", "ajukan.example"})
    EXPECT_TRUE(page.says(said)) << said << "\n" << page.body;
  EXPECT_LT(page.body.size(), 60U * 1024);
  EXPECT_EQ(faults_in_words(words_of_page(page.body)), std::vector<std::string>());
  EXPECT_EQ(browser().get("/syarat/paud").status, 200);
  EXPECT_EQ(browser().get("/syarat/tidak-ada").status, 404);
  const WebPage english = browser().get("/?bahasa=en");
  EXPECT_TRUE(english.says("<html lang=\"en\"")) << english.body;
  EXPECT_TRUE(english.says("<h1>Follow your application</h1>"));
  EXPECT_TRUE(english.says("Monday–Thursday 07:30–12:00, 13:00–16:00"));
  EXPECT_NE(english.header("Set-Cookie").find("tenggat_bahasa=en"), std::string::npos);
  EXPECT_TRUE(browser()
                  .request("GET", "/", "Accept-Language: en-US,en;q=0.9\r\n")
                  .says("Follow your application"));
  EXPECT_TRUE(browser()
                  .request("GET", "/", "Accept-Language: id-ID,en;q=0.5\r\n")
                  .says("Lacak permohonan"));
  EXPECT_EQ(browser().get("/cek?kode=https://a.example/cek/abc").header("Location"), "/cek/abc");
}

TEST_F(CitizenPagesTest, ALostLinkIsSentToWhatIsOnRecordAndTheAnswerTellsNothing) {
  const File file = submitted();
  office_.advance("2026-04-02T14:05:00");
  const Answer right = ask(file.number, "+62 813-1111-2222");
  EXPECT_EQ(right.page.status, 200);
  EXPECT_TRUE(right.page.says("Periksa pesan Anda"));
  EXPECT_TRUE(office_.becomes("SELECT count(*) FROM message WHERE text = 'tautan_lacak'", "1"));
  EXPECT_EQ(office_.query("SELECT address FROM message WHERE text = 'tautan_lacak'"),
            "6281311112222");
  for (const auto& [number, contact] :
       std::vector<std::pair<std::string, std::string>>{{file.number, "0813 1111 2223"},
                                                        {"PAUD-2026-99999", "0813 1111 2222"},
                                                        {file.number, "orang@lain.example"},
                                                        {"' OR 1=1", ""}}) {
    const Answer wrong = ask(number, contact);
    EXPECT_EQ(wrong.page.status, 200) << number;
    EXPECT_EQ(wrong.page.body, right.page.body) << number;
    EXPECT_LT(std::chrono::abs(wrong.took - right.took), 250ms) << number;
  }
  EXPECT_EQ(sent("tautan_lacak"), "1");
  // An hour brings three, however often it is asked for.
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ask(file.number, "081311112222").page.status, 200);
  EXPECT_EQ(office_.query("SELECT count(*) FROM notice WHERE text = 'tautan_lacak'"), "3");
  EXPECT_EQ(office_.tenggat({"audit", "verify", file.number}).status, 0);
}

TEST_F(CitizenPagesTest, FromOneNetworkLostLinksAreLookedForOneAfterTheOther) {
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i) all.emplace_back([&] { ask("PAUD-2026-00001", "0813 1111 2222"); });
  for (std::thread& one : all) one.join();
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 1000ms);
}

TEST_F(CitizenPagesTest, FaultsAreWordsToBrowsersAndDocumentsToPrograms) {
  const std::string accepts = "Accept: text/html,application/xhtml+xml\r\n";
  const WebPage unknown = browser().request("GET", "/tidak/ada", accepts);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_TRUE(unknown.says("Halaman depan")) << unknown.body;
  EXPECT_TRUE(unknown.says("DPMPTSP Kota Banjarbaru"));
  EXPECT_NE(unknown.header("Content-Security-Policy"), "");
  EXPECT_TRUE(browser()
                  .request("GET", "/tidak/ada", accepts + "Accept-Language: en\r\n")
                  .says("There is nothing at this address"));
  const WebPage method = browser().request("DELETE", "/masuk", accepts);
  EXPECT_EQ(method.status, 405);
  EXPECT_NE(method.header("Allow").find("POST"), std::string::npos);
  EXPECT_EQ(method.header("Content-Type"), "text/html; charset=utf-8");
  const WebPage large = browser().request(
      "POST", "/lacak", accepts + "Content-Type: application/x-www-form-urlencoded\r\n",
      "a=" + std::string(100 * 1024, 'x'));
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(browser().request("GET", "/tidak/ada").header("Content-Type"),
            "application/problem+json");
  EXPECT_EQ(browser().request("GET", "/api/v1/tidak", accepts).header("Content-Type"),
            "application/problem+json");
}

TEST_F(CitizenPagesTest, TheWayOfAFileKeepsItsReturns) {
  const File file = submitted();
  act("fo", file, "verifikasi", "reject", {"--note", "Akta belum dilegalisasi"});
  office_.advance("2026-04-02T14:20:00");
  EXPECT_TRUE(page_of(file).says("Yang perlu diperbaiki"));
  Browser applicant = browser();
  EXPECT_EQ(applicant.press(applicant.get(file.path), "submit", {{"catatan", "sudah"}}).status,
            303);
  act("fo", file, "verifikasi", "accept");
  act("bo", file, "penerimaan", "forward");
  office_.json({"permit", "pause", file.number, "--step", "kajian_teknis", "--reason",
                "klarifikasi_pemohon", "--note", "mohon kirim denah"},
               "dt");
  office_.advance("2026-04-06T08:00:00");
  EXPECT_TRUE(page_of(file).says("Mohon dijawab paling lambat")) << page_of(file).body;
  EXPECT_EQ(applicant.press(applicant.get(file.path), "jawab", {{"catatan", "ini"}}).status, 303);
  const WebPage page = page_of(file);
  for (const char* said :
       {"dikembalikan kepada pemohon", "Akta belum dilegalisasi", "Menunggu perbaikan dari Anda",
        "Menunggu jawaban Anda", "Bagaimana tanggal ini dihitung?", "Tidak dihitung: akhir pekan",
        "Berkas yang Anda serahkan", "Jalan Suriansyah 5"})
    EXPECT_TRUE(page.says(said)) << said << "\n" << page.body;
  EXPECT_LT(page.body.size(), 60U * 1024);
  EXPECT_EQ(faults_in_words(words_of_page(page.body)), std::vector<std::string>());
}

TEST_F(CitizenPagesTest, HowADraftFaredInTheOfficeIsNotOnTheWay) {
  const File file = submitted();
  to_draft(file, "recommend");
  act("bo", file, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
  act("kb", file, "persetujuan_kabid", "return", {"--note", "salah ketik"});
  const WebPage page = page_of(file);
  EXPECT_FALSE(page.says("salah ketik"));
  EXPECT_FALSE(page.says("dikembalikan")) << page.body;
}

TEST_F(CitizenPagesTest, ARefusalSaysWhyAndUntilWhenToObject) {
  const File file = refusal_before_the_head();
  act("kd", file, "penandatanganan", "refuse",
      {"--document", "surat_penolakan=https://x.example/tolak"});
  office_.advance("2026-04-02T14:10:00");
  const WebPage page = page_of(file);
  EXPECT_TRUE(page.says("Ruang kurang")) << page.body;
  EXPECT_TRUE(page.says("paling lambat <strong>")) << page.body;
  EXPECT_TRUE(page.says("secara tertulis kepada Kepala DPMPTSP Kota Banjarbaru"));
}

TEST_F(CitizenPagesTest, TheDecreeIsThereAMonthLater) {
  const File file = submitted();
  to_the_head(file);
  sign(file);
  office_.advance("2026-05-11T09:00:00");
  const WebPage page = page_of(file);
  for (const char* said : {"503/017/PAUD/2026", "Unduh", "Kode keaslian", "/cek/", "Selesai dalam"})
    EXPECT_TRUE(page.says(said)) << said << "\n" << page.body;
  // Before it is taken home: what it is and how large.
  EXPECT_TRUE(std::regex_search(page.body,
                                std::regex("download>Unduh surat keputusan [(]PDF, 1 KB[)]</a>")))
      << page.body;
  EXPECT_TRUE(page_of(file, "?bahasa=en").says("(PDF, 1 KB)"));
  std::smatch link;
  ASSERT_TRUE(std::regex_search(page.body, link, std::regex("/lacak/[^\"]*/dokumen/[0-9]+")))
      << page.body;
  EXPECT_EQ(browser().get(link.str()).body, "%PDF keputusan");
}

TEST_F(CitizenPagesTest, AReaderOfEnglishIsShownAndWrittenToInEnglish) {
  const File file = submitted();
  Browser citizen = browser();
  const WebPage page = citizen.get(file.path + "?bahasa=en");
  EXPECT_TRUE(page.says("<html lang=\"en\"")) << page.body;
  EXPECT_TRUE(page.says("Waiting to be checked"));
  EXPECT_TRUE(page.says("Write to me in English"));
  EXPECT_EQ(citizen.press(page, "bahasa").status, 303);
  EXPECT_TRUE(page_of(file).says("The way of your file"));  // of the person, on any device
  EXPECT_TRUE(page_of(file, "?bahasa=id").says("Perjalanan berkas"));
  act("fo", file, "verifikasi", "accept");
  office_.advance("2026-04-02T14:10:00");
  const std::string body = office_.query("SELECT body FROM message WHERE text LIKE 'lengkap%'");
  EXPECT_NE(body.find("was found complete on Thursday, 2 April 2026 at"), std::string::npos)
      << body;
  EXPECT_NE(body.find("(5 working days)"), std::string::npos) << body;
  EXPECT_EQ(office_.query("SELECT fields ->> 'language' FROM message WHERE text LIKE 'lengkap%'"),
            "en");
  EXPECT_EQ(office_.tenggat({"audit", "verify", file.number}).status, 0);
}

TEST_F(CitizenPagesTest, WhatAServiceReallyTookIsNamedAsSuch) {
  for (int i = 0; i < 10; ++i) {
    const File file = submitted("PAUD " + std::to_string(i));
    to_the_head(file, "not_recommend");
    act("kd", file, "penandatanganan", "refuse",
        {"--document", "surat_penolakan=https://x.example/tolak"});
  }
  const File open = submitted();
  act("fo", open, "verifikasi", "accept");
  office_.advance("2026-04-02T15:00:00");
  WebPage page = page_of(open);
  for (int i = 0; i < 100 && !page.says("Biasanya"); ++i) {
    std::this_thread::sleep_for(100ms);
    page = page_of(open);
  }
  EXPECT_TRUE(page.says("Biasanya: separuh permohonan layanan ini selesai dalam")) << page.body;
  EXPECT_TRUE(page.says("(10 permohonan yang selesai dalam 90 hari terakhir)")) << page.body;
  EXPECT_FALSE(browser().get("/").says("belum cukup data"));
}

}  // namespace
}  // namespace tenggat::test
