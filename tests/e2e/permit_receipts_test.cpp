// Receipts from end to end: in the messages, on the tracking page, on the page that anybody can
// open, and before `tenggat audit verify`. Their QR codes are read by zbarimg.
#include <boost/asio/io_context.hpp>
#include <random>

#include "tests/e2e/pages_fixture.h"
#include "tests/e2e/seal_keys.h"
#include "tests/support/await.h"
#include "tests/support/process.h"
#include "tests/support/qr_reading.h"
#include "tests/support/rewritten_chain.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

const std::string kBefore = "https://perizinan.example.go.id/cek/";
const std::regex kLink("https://perizinan\\.example\\.go\\.id(/cek/[A-Za-z0-9_-]+)");

struct HasKeys {
  SealKeys keys_;
};

class Receipts : protected HasKeys, public PagesTest {
 protected:
  Receipts() : PagesTest(keys_.configuration()) {}

  // By somebody who is reached by mail alone.
  File mailed(const std::string& subject = "PAUD Melati") {
    const json::value answer =
        office_.json({"permit", "submit", "--sop", "paud", "--name", "Aminah Zubaidah", "--subject",
                      subject, "--email", "aminah@warga.example", "--document",
                      "persyaratan_izin_paud=https://intanbjb.example/berkas/1"},
                     "portal");
    const std::string url(answer.at("tracking_url").as_string());
    return {std::string(answer.at("number").as_string()), url.substr(url.find("/lacak/"))};
  }
  File completed() {
    const File file = mailed();
    act("fo", file, "verifikasi", "accept");
    office_.advance("2026-04-02T14:10:00");
    return file;
  }
  File issued() {
    const File file = mailed();
    act("fo", file, "verifikasi", "accept");
    pass_undo_window();
    act("bo", file, "penerimaan", "forward");
    act("dt", file, "kajian_teknis", "recommend",
        {"--document", "bapl=https://x.example/b", "--document",
         "rekomendasi=https://x.example/r"});
    act("bo", file, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
    act("kb", file, "persetujuan_kabid", "approve");
    act("s", file, "persetujuan_sekretaris", "approve");
    sign(file, "503/017/PAUD/2026", "%PDF keputusan");
    return file;
  }
  void sign(const File& file, const std::string& number, const std::string& bytes) {
    Browser kd = signed_in("kd");
    const WebPage done =
        kd.press(kd.get("/permohonan/" + file.number), "act.sign",
                 {{"nomor.surat_keputusan", number}, {"yakin", "ya"}},
                 {{"berkas:surat_keputusan:", "sk.pdf", "application/pdf", bytes}});
    ASSERT_EQ(done.status, 303) << done.body;
    pass_undo_window();
  }
  void pass_undo_window() { office_.tenggat({"clock", "advance", "3m"}); }

  // Where the receipt leads that a message of this text brought; empty: it brought none.
  std::string sent_in(const std::string& text) {
    const std::string body = office_.query("SELECT body FROM message WHERE text = '" + text +
                                           "' ORDER BY id DESC LIMIT 1");
    std::smatch found;
    return std::regex_search(body, found, kLink) ? found.str(1) : "";
  }
  // The same of the tracking page.
  std::string shown_at(const File& file) {
    const std::string page = browser().get(file.path).body;
    std::smatch found;
    return std::regex_search(page, found, kLink) ? found.str(1) : "";
  }
  // The mail with these words in its subject.
  std::string mail_about(const std::string& words) {
    for (int times = 0; times < 200; ++times) {
      for (const std::string& mail : office_.smtp().messages(0))
        if (std::regex_search(mail, std::regex("\nSubject: [^\n]*" + words))) return mail;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return "";
  }
  WebPage check(const std::string& path) { return browser().get(path); }
  void expect_nothing_personal(const WebPage& page) {
    for (const char* word : {"Aminah", "Zubaidah", "Melati", "warga.example", "/lacak/"})
      EXPECT_FALSE(page.says(word)) << word;
  }
  CommandResult verify(std::vector<std::string> more) {
    more.insert(more.begin(), {"audit", "verify"});
    return office_.tenggat(more);
  }
};

TEST_F(Receipts, OfADateComesByMailAndAnybodyCanCheckIt) {
  const File file = completed();
  ASSERT_NE(sent_in("lengkap"), "");
  const std::string mail = mail_about("dinyatakan lengkap");
  ASSERT_NE(mail, "");
  const std::string scanned = read_qr(picture_in_mail(mail));
  EXPECT_EQ(scanned, "https://perizinan.example.go.id" + sent_in("lengkap"));

  const WebPage page = check(sent_in("lengkap"));
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.says("Asli dan berlaku")) << page.body;
  EXPECT_TRUE(page.says(file.number));
  EXPECT_TRUE(page.says("Izin Penyelenggaraan PAUD"));
  EXPECT_TRUE(page.says("WITA"));
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
  expect_nothing_personal(page);
  EXPECT_EQ(read_qr(qr_on_page(page.body)), scanned) << "it can be shown on";

  const std::string tracking = browser().get(file.path).body;
  EXPECT_EQ(read_qr(qr_on_page(tracking)), "https://perizinan.example.go.id" + shown_at(file));
  EXPECT_TRUE(check(shown_at(file)).says("Asli dan berlaku"));
}

TEST_F(Receipts, OfADateIsOvertakenByAnotherDate) {
  const File file = completed();
  const std::string first = sent_in("lengkap");
  act("bo", file, "penerimaan", "forward");
  office_.json({"permit", "pause", file.number, "--step", "kajian_teknis", "--reason",
                "klarifikasi_pemohon", "--note", "Denah?"},
               "dt");
  EXPECT_TRUE(check(first).says("Waktu layanan sedang tidak berjalan")) << check(first).body;
  EXPECT_TRUE(check(first).says("tidak berlaku lagi"));
  EXPECT_EQ(shown_at(file), "");
  office_.advance("2026-04-08T10:00:00");
  office_.json({"permit", "resume", file.number, "--step", "kajian_teknis"}, "dt");
  EXPECT_TRUE(check(first).says("Batas waktunya telah berubah")) << check(first).body;
  expect_nothing_personal(check(first));
  EXPECT_NE(shown_at(file), first);
  EXPECT_TRUE(check(shown_at(file)).says("Asli dan berlaku"));
}

TEST_F(Receipts, OfADecreeNamesItsHashAndIsOvertakenByAnother) {
  const File file = issued();
  const std::string first = sent_in("terbit");
  ASSERT_NE(first, "");
  EXPECT_EQ(read_qr(picture_in_mail(mail_about("Telah terbit"))),
            "https://perizinan.example.go.id" + first);
  const WebPage page = check(first);
  EXPECT_TRUE(page.says("Asli dan berlaku")) << page.body;
  EXPECT_TRUE(page.says("503/017/PAUD/2026"));
  EXPECT_TRUE(page.says(office_.query(
      "SELECT sha256 FROM document WHERE kind = 'surat_keputusan' AND file ORDER BY id LIMIT 1")));
  expect_nothing_personal(page);
  EXPECT_EQ(shown_at(file), first) << "nothing has happened since";
  // What was told before of the date stays as true as it was.
  EXPECT_TRUE(check(sent_in("lengkap")).says("Izinnya telah terbit"))
      << check(sent_in("lengkap")).body;

  Browser applicant = browser();
  const WebPage reported =
      applicant.press(applicant.get(file.path), "report_error", {{"catatan", "Nama keliru"}});
  ASSERT_EQ(reported.status, 303) << reported.body;
  EXPECT_TRUE(check(first).says("Dokumen ini tidak berlaku lagi")) << check(first).body;
  act("bo", file, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d2"});
  act("kb", file, "persetujuan_kabid", "approve");
  act("s", file, "persetujuan_sekretaris", "approve");
  sign(file, "503/018/PAUD/2026", "%PDF keputusan kedua");
  EXPECT_TRUE(check(first).says("digantikan oleh dokumen nomor")) << check(first).body;
  EXPECT_TRUE(check(first).says("503/018/PAUD/2026"));
  EXPECT_TRUE(check(shown_at(file)).says("Asli dan berlaku"));
}

TEST_F(Receipts, WhatIsMadeUpIsUnknownAndChargedAndGenuineOnesGoOnBeingChecked) {
  completed();
  const std::string genuine = sent_in("lengkap");
  std::string bent = genuine;
  bent[bent.size() - 5] = bent[bent.size() - 5] == 'x' ? 'y' : 'x';
  const WebPage unknown = check(bent);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(unknown.says("Tidak dikenal")) << unknown.body;
  std::mt19937 random{7};
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::map<int, int> answers;
  for (int n = 0; n < 300; ++n) {
    std::string code(genuine.size() - std::string_view("/cek/").size(), 'A');
    for (std::size_t at = n % 2 == 0 ? 0 : 30; at < code.size(); ++at)
      code[at] = digits[random() % digits.size()];
    if (n % 2 == 1) code.replace(0, 30, genuine.substr(5, 30));
    ++answers[check("/cek/" + code).status];
  }
  EXPECT_EQ(answers[404] + answers[429], 300);
  EXPECT_GT(answers[429], 200);
  EXPECT_EQ(check(genuine).status, 200);
  EXPECT_EQ(check("/cek/" + std::string(199, 'A')).status, 429);
}

TEST_F(Receipts, OutliveTheKeyTheyWereSignedWith) {
  completed();
  const std::string old = sent_in("lengkap");
  EXPECT_EQ(
      keys_.run("cp seal.pub.pem former.pem && openssl genpkey -algorithm ed25519 -out seal.pem"),
      0);
  office_.reload();
  EXPECT_TRUE(office_.becomes("SELECT 1", "1"));
  for (int times = 0; times < 100 && check(old).status != 404; ++times)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(check(old).status, 404) << "nobody has said which keys there were";
  CommandResult judged = verify({"--receipt", old});
  EXPECT_EQ(judged.status, 1);
  EXPECT_NE(judged.out.find("the receipt is not signed by the key"), std::string::npos)
      << judged.out;
  EXPECT_EQ(verify({"--receipt", old, "--key", keys_.path("former.pem")}).status, 0);

  office_.daemon().options().configuration +=
      "seal_former_key_files: [" + keys_.path("former.pem") + "]\n";
  office_.daemon().write_configuration();
  office_.reload();
  for (int times = 0; times < 100 && check(old).status != 200; ++times)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(check(old).says("Asli dan berlaku"));
  EXPECT_EQ(verify({"--receipt", old}).status, 0);
}

pg::Awaitable<std::vector<store::RecordedEvent>> chain_of(std::string conninfo,
                                                          std::int64_t permit) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  pg::Pipeline reads;
  const std::vector<std::int64_t> ids(1, permit);
  const auto events = store::add_recorded_events(reads, ids);
  const pg::Results results = co_await db.run(std::move(reads));
  co_return results[events];
}

TEST_F(Receipts, BeforeAuditVerifyProveTheChainUpToThem) {
  const File file = completed();
  const std::string receipt = "https://perizinan.example.go.id" + sent_in("lengkap");
  const CommandResult holds = verify({"--receipt", receipt});
  EXPECT_EQ(holds.status, 0) << holds.out << holds.err;
  EXPECT_NE(holds.out.find("the receipt is genuine: " + file.number + ", due 2026-"),
            std::string::npos)
      << holds.out;
  EXPECT_EQ(verify({file.number, "--receipt", receipt, "--key", keys_.path("seal.pub.pem")}).status,
            0);
  const json::value said = json::parse(verify({"--receipt", receipt, "--json"}).out);
  EXPECT_EQ(std::string(said.at("receipt").at("number").as_string()), file.number);
  EXPECT_EQ(said.at("permits"), 1);
  EXPECT_EQ(said.at("findings").as_array().size(), 0U);

  const File other = mailed("PAUD Kenanga");
  const CommandResult mistaken = verify({other.number, "--receipt", receipt});
  EXPECT_EQ(mistaken.status, 1);
  EXPECT_NE(mistaken.err.find("not of " + other.number), std::string::npos) << mistaken.err;
  EXPECT_NE(verify({"--receipt", "zzz"}).err.find("`zzz` is no receipt's code"), std::string::npos);

  // Whoever knows the program turns a verdict and makes all hashes of the permit anew.
  office_.stop_daemon();
  const std::int64_t id = std::stoll(id_of(file));
  boost::asio::io_context io;
  const std::string conninfo = office_.daemon().options().conninfo;
  const RewrittenChain chain = rewritten_chain(await(io, chain_of(conninfo, id)), id,
                                               "\"verdict\":\"met\"", "\"verdict\":\"missed\"");
  office_.query("SET session_replication_role = replica; " + chain.to +
                fmt::format(" UPDATE visit SET verdict = 'missed' WHERE permit = {} AND verdict ="
                            " 'met'",
                            id));
  EXPECT_EQ(verify({file.number}).status, 0) << "the record agrees with itself";
  const CommandResult found = verify({"--receipt", receipt});
  EXPECT_EQ(found.status, 1);
  EXPECT_NE(found.out.find(file.number + ": event "), std::string::npos) << found.out;
  EXPECT_NE(found.out.find("the receipt was given over another number or another chain of events"),
            std::string::npos)
      << found.out;

  // The page says so too, and the log names it.
  office_.start_daemon();
  const WebPage page = check(sent_in("lengkap"));
  EXPECT_TRUE(page.says("Tidak sesuai dengan catatan")) << page.body;
  expect_nothing_personal(page);
  EXPECT_NE(office_.daemon_log().find("receipt_differs"), std::string::npos);
}

}  // namespace
}  // namespace tenggat::test
