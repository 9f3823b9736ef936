// The pages over HTTP, as a browser without script uses them: a real daemon, PostgreSQL and mail.
#include "tests/e2e/pages_fixture.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

constexpr const char* kHostile = "<script>alert(1)</script> \"PAUD\" & 'Melati'";
constexpr const char* kHostileEscaped =
    "&lt;script&gt;alert(1)&lt;/script&gt; &quot;PAUD&quot; &amp; &#39;Melati&#39;";

const std::string kPng("\x89PNG\r\n\x1a\n", 8);

// --- every page ----------------------------------------------------------------------------------

TEST_F(PagesTest, EveryPageIsShutTightAndSmall) {
  const File file = submitted(kHostile, kHostile);
  Browser fo = signed_in("fo");
  for (const std::string& path :
       {file.path, std::string("/masuk"), std::string("/tugas"), "/permohonan/" + file.number,
        std::string("/cari?q=PAUD"), "/lacak/" + std::string(32, '0')}) {
    SCOPED_TRACE(path);
    const WebPage page = fo.get(path);
    const std::string policy = page.header("Content-Security-Policy");
    for (const char* part :
         {"default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"})
      EXPECT_NE(policy.find(part), std::string::npos) << policy;
    EXPECT_EQ(page.header("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(page.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(page.header("Cache-Control"), "no-store");
    EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_LT(page.body.size(), 50U * 1024);
    // The desk has a script of ours, for its keys, and none else.
    const std::size_t ours = page.body.find("<script src=\"/tugas.js?v=");
    EXPECT_EQ(ours != std::string::npos, path == "/tugas");
    EXPECT_EQ(page.body.find("<script", ours == std::string::npos ? 0 : ours + 1),
              std::string::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_FALSE(page.says("style=\""));
    EXPECT_TRUE(page.says("<html lang=\"id\""));
    EXPECT_TRUE(page.says("<main"));
    EXPECT_TRUE(page.says("<h1>"));
  }
  for (const std::string& path : {file.path, "/permohonan/" + file.number, std::string("/tugas"),
                                  std::string("/cari?q=PAUD")})
    EXPECT_TRUE(fo.get(path).says(kHostileEscaped)) << path;
  std::smatch style;
  const std::string body = fo.get("/masuk").body;
  ASSERT_TRUE(std::regex_search(body, style, std::regex("/gaya.css[^\"]*")));
  const WebPage css = fo.get(style.str());
  EXPECT_EQ(css.header("Content-Type"), "text/css; charset=utf-8");
  EXPECT_NE(css.header("Cache-Control").find("immutable"), std::string::npos);
}

// Every path a message or a page leads to: looking at it leaves every row as it was.
TEST_F(PagesTest, AGetNeverActs) {
  const File file = submitted();
  act("fo", file, "verifikasi", "reject", {"--deficiency", "denah_ruang=belum ditandatangani"});
  Browser fo = signed_in("fo");
  ask_for_link(fo, "bo@banjarbaru.example");
  const std::string link = link_to("bo");
  const auto rows = [&] {
    return office_.query(
        "SELECT (SELECT count(*) FROM event) || ' ' || (SELECT count(*) FROM sign_in_link WHERE"
        " used_at IS NULL) || ' ' || (SELECT count(*) FROM session) || ' ' || (SELECT count(*) FROM"
        " officer_leave)");
  };
  const std::string before = rows();
  for (const char* method : {"GET", "HEAD"})
    for (const std::string& path :
         {file.path, file.path + "?aksi=submit&langkah=pengajuan", link,
          std::string("/masuk?alamat=fo"), "/permohonan/" + file.number + "?aksi=act.accept",
          std::string("/tugas?aksi=cuti")})
      EXPECT_EQ(fo.request(method, path).status, 200) << method << ' ' << path;
  EXPECT_EQ(rows(), before);
}

// --- the applicant -------------------------------------------------------------------------------

TEST_F(PagesTest, TheTrackingPageFollowsTheFile) {
  const File file = submitted();
  Browser applicant = browser();
  WebPage page = applicant.get(file.path);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.says("Menunggu verifikasi"));
  EXPECT_TRUE(page.says("Tahap 2 dari 9: Verifikasi berkas oleh Front Office."));
  EXPECT_TRUE(page.says("Anda tidak perlu melakukan apa pun sekarang."));
  EXPECT_FALSE(page.says("0813"));
  EXPECT_FALSE(page.says("62813"));
  EXPECT_FALSE(page.says("intanbjb.example"));

  act("fo", file, "verifikasi", "accept");
  office_.advance("2026-04-06T08:00:00");
  page = applicant.get(file.path);
  EXPECT_TRUE(page.says("Sesuai jadwal"));
  EXPECT_TRUE(page.says("Jumat, 10 April 2026 pukul 14.30 WITA")) << page.body;
  EXPECT_TRUE(page.says("Bagaimana tanggal ini dihitung?"));
  EXPECT_TRUE(page.says("Wafat Yesus Kristus") || page.says("hari libur")) << page.body;

  office_.advance("2026-04-10T15:00:00");
  page = applicant.get(file.path);
  EXPECT_TRUE(page.says("Terlambat"));
  EXPECT_TRUE(page.says("Perkiraan selesai"));
  EXPECT_FALSE(page.says("Rina"));  // no officer's name
}

TEST_F(PagesTest, AnUnknownSecretLooksLikeNoPageAtAll) {
  Browser anybody = browser();
  const WebPage unknown = anybody.get("/lacak/" + std::string(32, 'a'));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(anybody.get("/lacak/apa-saja").body, unknown.body);
  EXPECT_EQ(anybody.get("/lacak/" + std::string(32, 'a') + "/dokumen/1").body, unknown.body);
  WebForm form;
  form.action = "/lacak/" + std::string(32, 'a');
  form.fields = {{"aksi", "withdraw"}};
  EXPECT_EQ(anybody.send(form).body, unknown.body);
  // Who goes on guessing is told to wait, and whose link is good is not, from the same address.
  const File file = submitted();
  for (const char* rest : {"", "/dokumen/1"}) {
    int refused = 0;
    for (int i = 0; i < 80; ++i) {
      const WebPage page = anybody.get(fmt::format("/lacak/{:032x}{}", i, rest));
      if (page.status != 429) continue;
      ++refused;
      EXPECT_NE(page.header("Retry-After"), "");
    }
    EXPECT_GE(refused, 15) << rest;
  }
  EXPECT_EQ(anybody.send(form).status, 429);
  EXPECT_EQ(anybody.get(file.path).status, 200);
}

TEST_F(PagesTest, ALinkSaysWhereItLeadsAndWhatIsNoneIsNoLink) {
  const File file = submitted();
  Browser fo = signed_in("fo");
  const std::string path = "/permohonan/" + id_of(file);
  EXPECT_TRUE(fo.get(path).says(
      "<a href=\"https://intanbjb.example/berkas/1\" rel=\"noreferrer noopener\">"));
  EXPECT_TRUE(fo.get(path).says("</a> <span class=\"halus\">(intanbjb.example)</span>"));
  // From before others were refused.
  for (const char* old : {"sftp://intanbjb.example/1", "https://intanbjb.example@lain.example/1",
                          "https://%6Cain.example/1"}) {
    office_.query(std::string("UPDATE document SET uri = '") + old + "'");
    EXPECT_FALSE(fo.get(path).says("noreferrer")) << old;
    EXPECT_TRUE(fo.get(path).says("Persyaratan izin penyelenggaraan PAUD"));
  }
  const CommandResult refused = office_.tenggat(
      {"permit", "submit", "--sop", "paud", "--name", "Siti", "--subject", "PAUD Mawar",
       "--document", "persyaratan_izin_paud=sftp://intanbjb.example/1"},
      "portal");
  EXPECT_NE(refused.status, 0);
  EXPECT_NE(refused.err.find("must be an address with a host, https:// or http://"),
            std::string::npos)
      << refused.err;
}

TEST_F(PagesTest, NoNameTurnsItsLine) {
  const std::string turning = "Budi \u202Eosotnas";
  EXPECT_EQ(
      office_.tenggat({"officer", "add", "--id", "bd", "--name", turning, "--role", "back_office"})
          .status,
      2);
  EXPECT_NE(office_
                .tenggat({"permit", "submit", "--sop", "paud", "--name", turning, "--subject",
                          "PAUD", "--document", "persyaratan_izin_paud=https://intanbjb.example/1"},
                         "portal")
                .status,
            0);
  // From before they were refused.
  const File file = submitted();
  office_.query("UPDATE permit SET subject = 'PAUD \u202Eitalem'");
  office_.query("UPDATE applicant SET name = 'محمد'");
  Browser fo = signed_in("fo");
  const WebPage page = fo.get("/permohonan/" + id_of(file));
  EXPECT_TRUE(page.says("PAUD italem"));
  EXPECT_FALSE(page.says("\u202E"));
  EXPECT_TRUE(page.says("\u2068محمد\u2069"));
}

TEST_F(PagesTest, AReturnIsMendedByUploadAndADoubleClickActsOnce) {
  const File file = submitted();
  act("fo", file, "verifikasi", "reject",
      {"--deficiency", "denah_ruang=belum ditandatangani", "--deficiency",
       "persyaratan_izin_paud=KTP tidak terbaca"});
  Browser applicant = browser();
  const WebPage page = applicant.get(file.path);
  EXPECT_TRUE(page.says("Perlu Anda lengkapi"));
  EXPECT_TRUE(page.says("<strong>Denah ruang</strong>: belum ditandatangani"));
  EXPECT_TRUE(
      page.says("<strong>Persyaratan izin penyelenggaraan PAUD</strong>: KTP tidak terbaca"));

  EXPECT_EQ(applicant.press(page, "submit").status, 422);  // neither file nor word
  EXPECT_EQ(state_of(file), "returned pengajuan");

  const std::vector<WebUpload> uploads = {
      {"berkas:denah_ruang:", "denah.pdf", "application/pdf", "%PDF denah"},
      {"berkas:persyaratan_izin_paud:", "C:\\berkas\\ktp.pdf", "application/pdf", "%PDF ktp"}};
  const WebPage sent = applicant.press(page, "submit", {{"catatan", "mohon diperiksa"}}, uploads);
  EXPECT_EQ(sent.status, 303) << sent.body;
  EXPECT_EQ(sent.header("Location"), file.path + "?sudah=submit");
  EXPECT_EQ(state_of(file), "active verifikasi");
  const std::string version = version_of(file);
  EXPECT_EQ(applicant.press(page, "submit", {{"catatan", "mohon diperiksa"}}, uploads).status, 303);
  EXPECT_EQ(version_of(file), version);
  // The same form with other words is not the same wish.
  EXPECT_EQ(applicant.press(page, "submit", {{"catatan", "lain"}}, uploads).status, 409);
  EXPECT_EQ(version_of(file), version);

  EXPECT_EQ(office_.column("SELECT kind FROM document WHERE superseded_event = 0 AND file AND"
                           " uri LIKE 'tenggat:%' ORDER BY kind"),
            (std::vector<std::string>{"denah_ruang", "persyaratan_izin_paud"}));
  EXPECT_EQ(office_.query("SELECT count(*) FROM document WHERE superseded_event > 0 AND file"),
            "1");
  EXPECT_TRUE(applicant.get(file.path + "?sudah=submit").says("berkas Anda telah kami terima"));

  // An officer opens what was sent, as a download that no page of ours can show.
  Browser fo = signed_in("fo");
  const WebPage desk = fo.get("/permohonan/" + file.number);
  std::smatch link;
  ASSERT_TRUE(std::regex_search(desk.body, link, std::regex("/permohonan/[^\"]*/dokumen/[0-9]+")));
  const WebPage document = fo.get(link.str());
  EXPECT_EQ(document.status, 200);
  EXPECT_TRUE(document.body.starts_with("%PDF"));
  EXPECT_TRUE(document.header("Content-Disposition").starts_with("inline;"));
  // The applicant's link gives no upload out again.
  const std::string number = link.str().substr(link.str().rfind('/') + 1);
  EXPECT_EQ(applicant.get(file.path + "/dokumen/" + number).status, 404);
}

TEST_F(PagesTest, AnUploadOfManyMegabytesIsTakenAndABrokenFormIsNot) {
  const File file = submitted();
  act("fo", file, "verifikasi", "reject", {"--note", "kurang"});
  Browser applicant = browser();
  const WebPage page = applicant.get(file.path);
  const WebForm form = form_with(page, "submit");
  const std::string type = "Content-Type: multipart/form-data; boundary=xyz\r\n";
  for (const char* body :
       {"", "--xyz", "--xyz\r\n\r\n\r\n--xyz--", "--xyz\r\nA: b\r\n\r\nc\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end"})
    EXPECT_EQ(applicant.request("POST", file.path, type, body).status, 403) << body;
  EXPECT_EQ(
      applicant.request("POST", file.path, "Content-Type: text/plain\r\n", "aksi=submit").status,
      403);
  const WebPage sent = applicant.press(page, "submit", {},
                                       {{"berkas:persyaratan_izin_paud:", "besar.png", "image/png",
                                         kPng + std::string(4'999'992, '\0')}});
  EXPECT_EQ(sent.status, 303);
  EXPECT_EQ(office_.query("SELECT max(size) FROM file"), "5000000");
  EXPECT_EQ(applicant.request("POST", file.path, type, std::string(21'000'000, 'a')).status, 413);
}

TEST_F(PagesTest, WhatIsUploadedIsJudgedByItsContentAndTheFormsSayWhatIsTaken) {
  const File file = submitted();
  act("fo", file, "verifikasi", "reject", {"--note", "kurang"});
  Browser applicant = browser();
  const WebPage page = applicant.get(file.path);
  EXPECT_TRUE(page.says("accept=\".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.odt,.ods\""));
  EXPECT_TRUE(page.says("PDF, JPEG, PNG, DOCX, XLSX, ODT, atau ODS")) << page.body;
  EXPECT_TRUE(page.says("20 MB"));
  for (const std::string& bytes :
       {std::string("MZ\x90 a program"), std::string("<html><script>alert(1)</script>"),
        std::string("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), std::string("isi")}) {
    const WebPage refused =
        applicant.press(page, "submit", {{"catatan", "mohon diperiksa"}},
                        {{"berkas:persyaratan_izin_paud:", "kelas.pdf", "application/pdf", bytes}});
    EXPECT_EQ(refused.status, 422) << bytes;
    EXPECT_TRUE(refused.says("Berkas kelas.pdf bukan PDF, JPEG, PNG, DOCX, XLSX, ODT, atau ODS"))
        << refused.body;
  }
  EXPECT_EQ(state_of(file), "returned pengajuan");
  EXPECT_EQ(office_.query("SELECT count(*) FROM file"), "0");
  EXPECT_EQ(applicant
                .press(page, "submit", {},
                       {{"berkas:persyaratan_izin_paud:Kartu keluarga", "kk", "text/html", kPng}})
                .status,
            303);

  // An officer sees the picture in the page, under a name that says what it is.
  Browser fo = signed_in("fo");
  const std::string path = "/permohonan/" + file.number;
  std::smatch link;
  const std::string desk = fo.get(path).body;
  ASSERT_TRUE(std::regex_search(desk, link, std::regex("/permohonan/[^\"]*/dokumen/[0-9]+")));
  const WebPage picture = fo.get(link.str());
  EXPECT_EQ(picture.header("Content-Type"), "image/png");
  EXPECT_EQ(picture.header("Content-Disposition"),
            "inline; filename=\"" + file.number +
                "-persyaratan_izin_paud-Kartu_keluarga.png\"; "
                "filename*=UTF-8''" +
                file.number + "-persyaratan_izin_paud-Kartu%20keluarga.png");
  EXPECT_EQ(picture.header("X-Content-Type-Options"), "nosniff");
  EXPECT_NE(picture.header("Content-Security-Policy").find("sandbox"), std::string::npos);
  // What was kept before it was looked at, and is none of these, is a file of bytes to save.
  office_.query("UPDATE file SET content_type = 'text/html', size = 25");
  office_.query("UPDATE file_chunk SET bytes = '<script>alert(1)</script>'");
  const WebPage old = fo.get(link.str());
  EXPECT_EQ(old.header("Content-Type"), "application/octet-stream");
  EXPECT_TRUE(old.header("Content-Disposition").starts_with("attachment;"));
  EXPECT_EQ(old.header("X-Content-Type-Options"), "nosniff");
  EXPECT_NE(old.header("Content-Security-Policy").find("sandbox"), std::string::npos);
}

TEST_F(PagesTest, TheAnswerResumesTheClockAndOnlyTheApplicantsFormDoes) {
  const File file = submitted();
  act("fo", file, "verifikasi", "accept");
  act("bo", file, "penerimaan", "forward");
  office_.advance("2026-04-06T10:00:00");
  office_.json({"permit", "pause", file.number, "--step", "kajian_teknis", "--reason",
                "klarifikasi_pemohon", "--note", "mohon kirim bukti kepemilikan tanah"},
               "dt");
  office_.advance("2026-04-07T10:00:00");
  Browser applicant = browser();
  const WebPage page = applicant.get(file.path);
  EXPECT_TRUE(page.says("Menunggu jawaban Anda"));
  EXPECT_TRUE(page.says("mohon kirim bukti kepemilikan tanah"));
  const std::string open = "SELECT count(*) FROM pause WHERE to_at IS NULL";

  WebForm forged = form_with(page, "jawab");
  forged.set("token", std::string(32, '0'));
  forged.set("catatan", "sertifikat terlampir");
  EXPECT_EQ(applicant.send(forged).status, 403);
  WebForm foreign = form_with(page, "jawab");
  foreign.set("catatan", "sertifikat terlampir");
  std::string body = "aksi=jawab&catatan=x&langkah=kajian_teknis&token=" + foreign.hidden("token") +
                     "&kunci=" + foreign.hidden("kunci");
  EXPECT_EQ(applicant
                .request("POST", file.path,
                         "Content-Type: application/x-www-form-urlencoded\r\n"
                         "Sec-Fetch-Site: cross-site\r\n",
                         body)
                .status,
            403);
  EXPECT_EQ(applicant.press(page, "jawab").status, 422);  // without a word
  EXPECT_EQ(office_.query(open), "1");

  EXPECT_EQ(applicant.press(page, "jawab", {{"catatan", "sertifikat nomor 17"}}).status, 303);
  EXPECT_EQ(office_.query(open), "0");
  EXPECT_EQ(office_.query("SELECT text FROM note WHERE kind = 'note'"), "sertifikat nomor 17");
  EXPECT_EQ(office_.query("SELECT actor || ', ' || via FROM event WHERE type = 'resumed'"),
            "applicant, halaman lacak");
}

TEST_F(PagesTest, TheDecreeIsFetchedAndItsErrorReported) {
  const File file = submitted();
  act("fo", file, "verifikasi", "accept");
  act("bo", file, "penerimaan", "forward");
  act("dt", file, "kajian_teknis", "recommend",
      {"--document", "bapl=https://x.example/b", "--document", "rekomendasi=https://x.example/r"});
  act("bo", file, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
  act("kb", file, "persetujuan_kabid", "approve");
  act("s", file, "persetujuan_sekretaris", "approve");
  Browser kd = signed_in("kd");
  const WebPage desk = kd.get("/permohonan/" + file.number);
  EXPECT_TRUE(desk.says("Nomor surat keputusan"));
  const std::vector<WebUpload> decree = {
      {"berkas:surat_keputusan:", "sk.pdf", "application/pdf", "%PDF surat keputusan"}};
  EXPECT_EQ(kd.press(desk, "act.sign", {}, decree).status, 422);  // without its number
  EXPECT_EQ(kd.press(kd.get("/permohonan/" + file.number), "act.sign",
                     {{"nomor.surat_keputusan", "503/017/PAUD/2026"}, {"yakin", "ya"}}, decree)
                .status,
            303);
  EXPECT_EQ(state_of(file), "active penerimaan_sk");
  office_.advance("2026-04-02T14:02:00");  // it cannot be taken back any more

  Browser applicant = browser();
  const WebPage page = applicant.get(file.path);
  EXPECT_TRUE(page.says("Telah terbit"));
  EXPECT_TRUE(page.says("503/017/PAUD/2026"));
  std::smatch link;
  ASSERT_TRUE(std::regex_search(page.body, link, std::regex("/lacak/[^\"]*/dokumen/[0-9]+")));
  EXPECT_EQ(applicant.get(link.str()).body, "%PDF surat keputusan");
  EXPECT_EQ(applicant.get(link.str()).header("Content-Disposition"),
            "inline; filename=\"" + file.number + "-surat_keputusan.pdf\"; filename*=UTF-8''" +
                file.number + "-surat_keputusan.pdf");
  EXPECT_EQ(applicant.press(page, "report_error").status, 422);
  EXPECT_EQ(
      applicant
          .press(applicant.get(file.path), "report_error", {{"catatan", "nama yayasan keliru"}})
          .status,
      303);
  EXPECT_EQ(state_of(file), "active penyusunan_sk");
}

TEST_F(PagesTest, AWithdrawalIsTakenBackOnThePageItWasMadeOn) {
  const File file = submitted();
  Browser applicant = browser();
  office_.advance("2026-04-02T14:01:30");
  EXPECT_EQ(applicant.press(applicant.get(file.path), "withdraw", {{"yakin", "ya"}}).status, 303);
  const WebPage ended = applicant.get(file.path + "?sudah=withdraw");
  EXPECT_TRUE(ended.says("permohonan ditarik</strong>. Dapat dibatalkan sampai pukul 14.03"))
      << ended.body;
  office_.advance("2026-04-02T14:03:00");
  EXPECT_EQ(office_.query("SELECT state_reason FROM notice WHERE text = 'tugas_baru'"),
            "done_before_sending");
  EXPECT_EQ(applicant.press(ended, "batal").status, 303);
  EXPECT_EQ(state_of(file), "active verifikasi");
  EXPECT_TRUE(applicant.get(file.path).says("Menunggu verifikasi"));
  office_.advance("2026-04-02T14:06:00");
  EXPECT_EQ(office_.query("SELECT state || ' ' || state_reason FROM notice WHERE text = 'ditarik'"),
            "dropped undone");
  // What was to leave while it was withdrawn leaves all the same.
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE text = 'tugas_baru'"), "1");

  applicant.press(applicant.get(file.path), "withdraw", {{"yakin", "ya"}});
  office_.advance("2026-04-02T14:09:00");
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE text = 'ditarik'"), "1");
  EXPECT_THROW(form_with(applicant.get(file.path), "batal"), std::runtime_error);
  // The portal's own withdrawal is the portal's to take back.
  const File other = submitted("PAUD Kedua");
  office_.json({"permit", "act", other.number, "withdraw"}, "portal");
  EXPECT_THROW(form_with(applicant.get(other.path), "batal"), std::runtime_error);
  EXPECT_EQ(office_.json({"permit", "undo", other.number}, "portal").at("state"), "active");
  EXPECT_EQ(state_of(other), "active verifikasi");
}

TEST_F(PagesTest, AnApplicationIsWithdrawnOnlyWithConsent) {
  const File file = submitted();
  Browser applicant = browser();
  const WebPage page = applicant.get(file.path);
  EXPECT_TRUE(page.says("<summary>Tarik permohonan</summary>"));
  EXPECT_EQ(applicant.press(page, "withdraw").status, 422);
  EXPECT_EQ(state_of(file), "active verifikasi");
  EXPECT_EQ(applicant.press(page, "withdraw", {{"yakin", "ya"}}).status, 303);
  EXPECT_EQ(state_of(file), "withdrawn -");
  EXPECT_THROW(form_with(applicant.get(file.path), "withdraw"), std::runtime_error);
}

// What is an officer's to do is not to be had through the applicant's page.
TEST_F(PagesTest, TheTrackingPageDoesNothingThatIsNotTheApplicants) {
  const File file = submitted();
  Browser applicant = browser();
  WebForm form = form_with(applicant.get(file.path), "withdraw");
  form.set("aksi", "accept");
  form.set("langkah", "verifikasi");
  EXPECT_EQ(applicant.send(form).status, 403);
  EXPECT_EQ(state_of(file), "active verifikasi");
}

// --- signing in ----------------------------------------------------------------------------------

TEST_F(PagesTest, TheLinkFromTheRealMailOpensASessionOnce) {
  const File file = submitted();
  act("fo", file, "verifikasi", "accept");
  Browser bo = browser();
  const WebPage asked = bo.get("/permohonan/" + file.number);
  EXPECT_EQ(asked.status, 303);
  EXPECT_EQ(asked.header("Location"), "/masuk?ke=/permohonan/" + file.number);
  ask_for_link(bo, "BO@banjarbaru.example", "/permohonan/" + file.number);

  std::string mail;
  for (const std::string& one : office_.smtp().messages(1)) mail += one;
  mail = std::regex_replace(mail, std::regex("=\n"), "");
  std::smatch found;
  ASSERT_TRUE(std::regex_search(mail, found, std::regex("/masuk/([0-9a-f]{64})"))) << mail;
  const std::string link = found.str();
  EXPECT_EQ(link, link_to("bo"));
  EXPECT_EQ(office_.query("SELECT count(*) FROM sign_in_link WHERE hash = sha256('" +
                          found.str(1).substr(0, 32) + "'::bytea)"),
            "1");  // at rest only the hash of its seed

  Browser preview = browser();  // a chat program looks at what is forwarded
  EXPECT_EQ(preview.get(link).status, 200);
  EXPECT_EQ(preview.get(link).status, 200);
  EXPECT_TRUE(preview.cookies().empty());

  WebForm forged = form_with(bo.get(link), "");
  forged.set("token", "");
  EXPECT_EQ(bo.send(forged).status, 403);
  const WebPage page = bo.get(link);
  const WebPage opened = bo.press(page, "");
  EXPECT_EQ(opened.status, 303);
  EXPECT_EQ(opened.header("Location"), "/permohonan/" + file.number);
  const std::string cookie = opened.header("Set-Cookie");
  for (const char* part :
       {"; HttpOnly", "; SameSite=Strict", "; Secure", "; Path=/", "Max-Age=43200"})
    EXPECT_NE(cookie.find(part), std::string::npos) << cookie;
  EXPECT_EQ(office_.query("SELECT count(*) FROM session WHERE hash = sha256('" +
                          bo.cookies().at("__Host-tenggat_sesi") + "'::bytea)"),
            "1");
  EXPECT_TRUE(bo.get("/permohonan/" + file.number).says("Budi Santoso"));

  Browser forwarded = browser();
  EXPECT_EQ(forwarded.get(link).status, 404);
  EXPECT_EQ(forwarded.press(page, "").status, 404);
  EXPECT_TRUE(forwarded.cookies().empty());
}

TEST_F(PagesTest, WhoeverAsksGetsTheSameAnswer) {
  Browser anybody = browser();
  const WebPage form = anybody.get("/masuk");
  const WebPage known = anybody.press(form, "", {{"alamat", "bo@banjarbaru.example"}});
  const WebPage unknown = anybody.press(form, "", {{"alamat", "orang@lain.example"}});
  const WebPage nonsense = anybody.press(form, "", {{"alamat", kHostile}});
  EXPECT_EQ(known.status, 200);
  EXPECT_EQ(unknown.status, 200);
  EXPECT_EQ(known.body, unknown.body);
  EXPECT_EQ(known.body, nonsense.body);
  EXPECT_EQ(office_.query("SELECT count(*) FROM sign_in_link"), "1");
  // An officer who left is unknown; a number is theirs in any of its forms.
  office_.daemon().must({"officer", "end", "--id", "bo", "--on", "2026-04-01"});
  for (int i = 0; i < 2; ++i) anybody.press(form, "", {{"alamat", "bo@banjarbaru.example"}});
  EXPECT_EQ(office_.query("SELECT count(*) FROM sign_in_link WHERE officer = 'bo'"), "1");
  const std::string number = office_.query("SELECT whatsapp FROM officer WHERE id = 'fo'");
  anybody.press(form, "", {{"alamat", "+" + number}});
  anybody.press(form, "", {{"alamat", "0" + number.substr(2)}});
  EXPECT_EQ(office_.query("SELECT count(*) FROM sign_in_link WHERE officer = 'fo'"), "2");
}

TEST_F(PagesTest, LinksAreFewShortLivedAndBound) {
  Browser fo = browser();
  const std::string number = office_.query("SELECT whatsapp FROM officer WHERE id = 'fo'");
  for (int i = 0; i < 8; ++i) ask_for_link(fo, number);
  EXPECT_EQ(office_.query("SELECT count(*) FROM sign_in_link"), "5");
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE text = 'tautan_masuk'"), "5");

  const std::string link = link_to("fo");
  const WebPage page = fo.get(link);
  office_.query("UPDATE sign_in_link SET expires_at = clock_timestamp() - interval '1 second'");
  EXPECT_EQ(fo.get(link).status, 404);
  EXPECT_EQ(fo.press(page, "").status, 404);
  EXPECT_TRUE(fo.cookies().empty());

  // However much is asked from one address, the answer tells nothing, and an officer there gets
  // theirs.
  const WebPage answer = fo.press(fo.get("/masuk"), "", {{"alamat", number}});
  for (int i = 0; i < 80; ++i) {
    const WebPage asked =
        fo.press(fo.get("/masuk"), "", {{"alamat", fmt::format("a{}@b.example", i)}});
    EXPECT_EQ(asked.status, 200);
    EXPECT_EQ(asked.body, answer.body);
  }
  EXPECT_EQ(fo.get("/masuk/" + std::string(64, 'a')).status, 404);  // nor is it counted elsewhere
  ask_for_link(fo, "bo@banjarbaru.example");
  EXPECT_EQ(fo.press(fo.get(link_to("bo")), "").status, 303);
}

TEST_F(PagesTest, ASessionEndsWithItsOfficerItsTimeAndSigningOut) {
  Browser fo = signed_in("fo");
  EXPECT_EQ(fo.get("/tugas").status, 200);
  office_.query("UPDATE session SET expires_at = clock_timestamp() + interval '1 hour'");
  const WebPage used = fo.get("/tugas");  // its end is put off, here and in the browser
  EXPECT_NE(used.header("Set-Cookie").find("Max-Age=43200"), std::string::npos);
  EXPECT_EQ(
      office_.query("SELECT expires_at > clock_timestamp() + interval '11 hours' FROM session"),
      "t");
  Browser same = browser();
  same.cookies() = fo.cookies();
  WebForm forged = form_with(fo.get("/tugas"), "/keluar");
  forged.set("token", std::string(32, '0'));
  EXPECT_EQ(fo.send(forged).status, 403);
  EXPECT_EQ(fo.press(fo.get("/tugas"), "/keluar").status, 303);
  EXPECT_EQ(same.get("/tugas").status, 303);

  Browser again = signed_in("fo");
  office_.query("UPDATE session SET expires_at = clock_timestamp() - interval '1 second'");
  EXPECT_EQ(again.get("/tugas").status, 303);
  Browser last = signed_in("fo");
  EXPECT_EQ(last.get("/tugas").status, 200);
  EXPECT_EQ(office_.tenggat({"officer", "end", "--id", "fo", "--on", "2026-04-01"}).status, 0);
  EXPECT_EQ(last.get("/tugas").status, 303);
}

// --- the officer's desk --------------------------------------------------------------------------

TEST_F(PagesTest, AnOfficerReturnsAcceptsAndTakesBack) {
  const File file = submitted();
  Browser fo = signed_in("fo");
  const std::string path = "/permohonan/" + file.number;
  WebPage page = fo.get(path);
  EXPECT_TRUE(page.says("Segera: sisa") || page.says("Sisa 10 menit")) << page.body;
  EXPECT_TRUE(page.says("sisa 10 menit, sampai Kamis 2 April 14.10 WITA")) << page.body;
  EXPECT_EQ(fo.press(page, "claim").header("Location"),
            "/permohonan/" + office_.query("SELECT id FROM permit") + "?sudah=ya");
  EXPECT_EQ(office_.query("SELECT assignee FROM visit WHERE closed_at IS NULL"), "fo");

  WebForm forged = form_with(fo.get(path), "act.accept");
  forged.set("token", std::string(32, '0'));
  EXPECT_EQ(fo.send(forged).status, 403);
  EXPECT_EQ(fo.press(fo.get(path), "act.reject").status, 422);  // says nothing of what is wanting
  EXPECT_EQ(state_of(file), "active verifikasi");

  page = fo.get(path);
  EXPECT_EQ(
      fo.press(page, "act.reject",
               {{"alasan", "Dokumen belum lengkap"},
                {"alasan", "Belum ditandatangani atau distempel"},
                {"dokumen", "Denah Ruang"},
                {"kekurangan", "belum ditandatangani"},
                {"dokumen", ""},
                {"kekurangan", ""},
                {"dokumen", "Persyaratan izin penyelenggaraan paud"},  // as the service's file
                {"kekurangan", "KTP tidak terbaca"},
                {"catatan", "lihat halaman 2"}})
          .status,
      303);
  EXPECT_EQ(state_of(file), "returned pengajuan");
  EXPECT_EQ(office_.column("SELECT kind || ' ' || document || ' ' || text FROM note ORDER BY id"),
            (std::vector<std::string>{"note  Dokumen belum lengkap; Belum ditandatangani atau"
                                      " distempel; lihat halaman 2",
                                      "deficiency denah_ruang belum ditandatangani",
                                      "deficiency persyaratan_izin_paud KTP tidak terbaca"}));
  EXPECT_EQ(fo.press(fo.get(path), "undo").status, 303);
  EXPECT_EQ(state_of(file), "active verifikasi");
  const WebPage stale = page;  // seen before all this
  const WebPage late = fo.press(stale, "act.accept");
  EXPECT_EQ(late.status, 409);
  EXPECT_TRUE(
      late.says("Berkas ini baru saja diubah petugas lain. Periksa keadaan terbaru, lalu"
                " ulangi."));
  WebForm unknown = form_with(fo.get(path), "act.accept");
  unknown.set("aksi", "act.approve");
  EXPECT_TRUE(fo.send(unknown).says("Tindakan ini tidak tersedia pada tahap berkas ini."));
  EXPECT_EQ(fo.press(fo.get(path), "act.accept").status, 303);
  EXPECT_EQ(state_of(file), "active penerimaan");
  office_.advance("2026-04-02T14:03:00");
  EXPECT_THROW(form_with(fo.get(path), "undo"), std::runtime_error);  // its time is over
  // Another's step shows no button, and none that is made up works.
  EXPECT_THROW(form_with(fo.get(path), "act.forward"), std::runtime_error);
  WebForm made_up = form_with(stale, "act.accept");
  made_up.set("kunci", std::string(32, 'a'));
  made_up.set("langkah", "penerimaan");
  made_up.set("aksi", "act.forward");
  made_up.set("versi", version_of(file));
  EXPECT_EQ(fo.send(made_up).status, 403);
  EXPECT_EQ(state_of(file), "active penerimaan");
}

TEST_F(PagesTest, ARefusalAsksTwiceAndIsTakenBack) {
  const File file = refusal_before_the_head();
  const std::string path = "/permohonan/" + file.number;
  Browser kd = signed_in("kd");
  const std::vector<WebUpload> letter = {
      {"berkas:surat_penolakan:", "s.pdf", "application/pdf", "%PDF penolakan"}};
  const WebPage page = kd.get(path);
  const WebPage asked = kd.press(page, "act.refuse", {{"catatan", "Ruang kurang"}}, letter);
  EXPECT_EQ(asked.status, 422);
  EXPECT_TRUE(asked.says("Beri tanda pada kotak persetujuan"));
  EXPECT_TRUE(asked.says(">Ruang kurang</textarea>"));
  EXPECT_EQ(state_of(file), "active penandatanganan");
  EXPECT_EQ(
      kd.press(asked, "act.refuse", {{"catatan", "Ruang kurang"}, {"yakin", "ya"}}, letter).status,
      303);
  EXPECT_EQ(state_of(file), "rejected -");
  const WebPage ended = kd.get(path);
  EXPECT_TRUE(ended.says("Tindakan terakhir Anda: <strong>permohonan ditolak</strong>"));
  EXPECT_EQ(kd.press(ended, "undo").status, 303);
  EXPECT_EQ(state_of(file), "active penandatanganan");
  EXPECT_TRUE(kd.get(path).says("tindakan dibatalkan (permohonan ditolak)"));
  office_.advance("2026-04-02T14:30:00");
  EXPECT_EQ(office_.query("SELECT state || ' ' || state_reason FROM notice WHERE text = 'ditolak'"),
            "dropped undone");
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE text = 'ditolak'"), "0");
  EXPECT_FALSE(browser().get(file.path).says("Tidak dapat dikabulkan"));
}

TEST_F(PagesTest, NothingIsDecidedAlongWithOthers) {
  const File file = submitted();
  refusal_at("persetujuan_kabid", file);
  const File grant = submitted("PAUD Kenanga");
  to_draft(grant, "recommend");
  act("bo", grant, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
  Browser kb = signed_in("kb");
  const WebPage inbox = kb.get("/tugas");
  EXPECT_TRUE(inbox.says("Isi keputusan: MENOLAK"));
  std::smatch ticket;
  static const std::regex box("name=\"tugas\" value=\"([^\"]*)\"");
  ASSERT_TRUE(std::regex_search(inbox.body, ticket, box));
  const std::string granted = ticket[1];
  EXPECT_EQ(std::distance(std::sregex_iterator(inbox.body.begin(), inbox.body.end(), box),
                          std::sregex_iterator()),
            1);
  // A made-up one is no way round.
  const std::string refused =
      office_.query("SELECT id || '|persetujuan_kabid|' || version FROM permit WHERE number = '" +
                    file.number + "'");
  const WebPage answer = kb.press(inbox, "act.approve", {{"tugas", granted}, {"tugas", refused}});
  EXPECT_EQ(answer.status, 422);
  EXPECT_TRUE(answer.says(file.number + ": diputuskan satu per satu"));
  EXPECT_EQ(state_of(file), "active persetujuan_kabid");
  EXPECT_EQ(state_of(grant), "active persetujuan_sekretaris");
}

// --- what is typed -------------------------------------------------------------------------------

// The first button of a form is the one that Enter in any of its fields presses.
TEST_F(PagesTest, EnterInAFieldNeverActs) {
  const File file = submitted(), returned = submitted("PAUD Kenanga");
  act("fo", returned, "verifikasi", "reject", {"--note", "kurang"});
  office_.daemon().must(
      {"officer", "edit", "--id", "fo", "--role", "front_office", "--role", "admin"});
  Browser fo = signed_in("fo");
  const std::string desk = "/permohonan/" + file.number;
  int forms = 0;
  for (const std::string& path :
       {desk, desk + "/pemohon", std::string("/tugas"), std::string("/pegawai"),
        std::string("/pegawai/kb"), std::string("/kalender"), std::string("/papan/layar"),
        file.path, returned.path})
    for (const WebForm& form : forms_of(fo.get(path))) {
      if (form.method != "post" || form.action == "/keluar") continue;
      ++forms;
      EXPECT_EQ(form.buttons.front().second, "tinjau") << path << ' ' << form.buttons.back().second;
    }
  EXPECT_GE(forms, 20);

  const std::string events = office_.query("SELECT count(*) FROM event");
  WebForm reject = form_by_enter(fo.get(desk), "act.reject");
  reject.fields.insert(reject.fields.end(), {{"alasan", "Dokumen belum lengkap"},
                                             {"dokumen", "Denah ruang"},
                                             {"kekurangan", "belum \"ditandatangani\""},
                                             {"catatan", "lihat <halaman> 2"}});
  const WebPage again = fo.send(reject);
  EXPECT_EQ(again.status, 200);
  for (const char* kept :
       {"value=\"Dokumen belum lengkap\" checked", "value=\"Denah ruang\"",
        "value=\"belum &quot;ditandatangani&quot;\"", ">lihat &lt;halaman&gt; 2</textarea>"})
    EXPECT_TRUE(again.says(kept)) << kept;
  WebForm bulk = form_by_enter(fo.get("/tugas"), "act.accept");
  bulk.fields.emplace_back("tugas", "1|verifikasi|1");
  EXPECT_EQ(fo.send(bulk).status, 200);
  WebForm deputy = form_by_enter(fo.get("/pegawai/kb"), "tunjuk");
  deputy.fields.insert(deputy.fields.end(), {{"kepada", "bo"}, {"surat", "800/17"}});
  EXPECT_TRUE(fo.send(deputy).says("value=\"800/17\""));
  Browser applicant = browser();
  WebForm withdraw = form_by_enter(applicant.get(file.path), "withdraw");
  withdraw.set("yakin", "ya");
  EXPECT_EQ(applicant.send(withdraw).status, 200);
  WebForm mend = form_by_enter(applicant.get(returned.path), "submit");
  mend.set("catatan", "sudah dilengkapi");
  EXPECT_TRUE(applicant.send(mend).says(">sudah dilengkapi</textarea>"));
  EXPECT_EQ(office_.query("SELECT count(*) FROM event"), events);
  EXPECT_EQ(office_.query("SELECT count(*) FROM delegation"), "0");
}

TEST_F(PagesTest, ARefusedFormComesBackWithAllThatWasTyped) {
  const File file = submitted();
  to_draft(file, "recommend");
  const std::string path = "/permohonan/" + file.number;
  Browser bo = signed_in("bo");
  const WebPage old = bo.get(path);
  const WebPage missing =
      bo.press(old, "act.draft", {{"hasil", "refusal"}, {"catatan", "Ruang kurang"}});
  EXPECT_EQ(missing.status, 422);
  EXPECT_TRUE(missing.says("value=\"refusal\" checked"));
  EXPECT_TRUE(missing.says(">Ruang kurang</textarea>"));
  EXPECT_TRUE(missing.says("perlu dipilih lagi"));
  // Beside the form it is of.
  const std::size_t fault = missing.body.find("role=\"alert\"");
  EXPECT_GT(fault, missing.body.find("name=\"formulir\" value=\"act.draft\""));
  EXPECT_LT(fault, missing.body.find("value=\"act.draft\">", fault));

  // Meanwhile somebody else has changed the file; then it is at another step.
  office_.json({"permit", "claim", file.number, "--step", "penyusunan_sk"}, "bo");
  const std::vector<WebUpload> draft = {
      {"berkas:draft_sk:", "d.pdf", "application/pdf", "%PDF draf"}};
  const WebPage stale =
      bo.press(old, "act.draft", {{"hasil", "refusal"}, {"catatan", "Ruang kurang"}}, draft);
  EXPECT_EQ(stale.status, 409);
  EXPECT_TRUE(stale.says(">Ruang kurang</textarea>"));
  EXPECT_EQ(bo.press(stale, "act.draft", {{"hasil", "grant"}}, draft).status, 303);
  const WebPage gone = bo.press(bo.get(path), "undo");
  EXPECT_EQ(gone.status, 303);
  const WebPage before = bo.get(path);
  EXPECT_EQ(bo.press(before, "act.draft", {{"hasil", "grant"}}, draft).status, 303);
  WebForm late = form_with(before, "act.draft");
  late.set("kunci", std::string(32, 'b'));
  late.set("catatan", "Sudah panjang saya tulis");
  const WebPage closed = bo.send(late, draft);
  EXPECT_EQ(closed.status, 409);
  EXPECT_TRUE(closed.says("Yang sudah Anda isi"));
  EXPECT_TRUE(closed.says("Sudah panjang saya tulis"));
}

TEST_F(PagesTest, ALostSessionLosesNothingThatWasTyped) {
  const File file = submitted();
  const std::string path = "/permohonan/" + file.number;
  Browser fo = signed_in("fo");
  const WebPage page = fo.get(path);
  office_.query("UPDATE session SET expires_at = clock_timestamp() - interval '1 second'");
  const WebPage lost = fo.press(page, "act.reject",
                                {{"alasan", "Dokumen belum lengkap"},
                                 {"dokumen", "Akta"},
                                 {"kekurangan", "buram"},
                                 {"catatan", "lihat halaman 2"}});
  EXPECT_EQ(lost.status, 403);
  EXPECT_TRUE(lost.says("Sesi Anda telah berakhir"));
  EXPECT_TRUE(lost.says("lihat halaman 2"));
  EXPECT_FALSE(lost.says(file.path));  // nothing of the permit
  EXPECT_EQ(state_of(file), "active verifikasi");
  // A form from elsewhere is not shown back.
  WebForm foreign = form_with(lost, "tinjau");
  EXPECT_EQ(fo.request("POST", foreign.action,
                       "Content-Type: application/x-www-form-urlencoded\r\n"
                       "Sec-Fetch-Site: cross-site\r\n",
                       "kunci=" + foreign.hidden("kunci") + "&catatan=x")
                .status,
            303);
  Browser again = signed_in("fo");  // in another tab: one cookie for both
  const WebPage back = again.press(lost, "tinjau");
  EXPECT_EQ(back.status, 200);
  EXPECT_TRUE(back.says("value=\"Akta\""));
  EXPECT_TRUE(back.says(">lihat halaman 2</textarea>"));
  // And a form of the session before, sent as it was, is refused with all that it held.
  WebForm stale = form_with(page, "act.reject");
  stale.set("catatan", "lihat halaman 3");
  const WebPage refused = again.send(stale);
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(refused.says(">lihat halaman 3</textarea>"));
  EXPECT_EQ(state_of(file), "active verifikasi");
  EXPECT_EQ(again.press(refused, "act.reject", {{"catatan", "lihat halaman 3"}}).status, 303);
  EXPECT_EQ(state_of(file), "returned pengajuan");
}

// --- deputies ------------------------------------------------------------------------------------

TEST_F(PagesTest, WhoActedAsDeputyIsTitledSoEverywhere) {
  office_.daemon().must({"officer", "delegate", "--from", "s", "--to", "fo", "--kind", "plt",
                         "--start", "2026-04-02", "--end", "2026-04-24", "--letter", "800/17"});
  const File file = submitted();
  refusal_at("persetujuan_sekretaris", file);
  EXPECT_TRUE(browser().get(file.path).says("oleh Plt. Sekretaris."));
  act("fo", file, "persetujuan_sekretaris", "approve");
  // Over, and ended: the letter of that day still says it.
  office_.daemon().must({"officer", "delegate", "end", office_.query("SELECT id FROM delegation")});
  const std::string said = office_.query("SELECT name FROM officer WHERE id = 'fo'") +
                           ", Plt. Sekretaris (menggantikan " +
                           office_.query("SELECT name FROM officer WHERE id = 's'") + ")";
  EXPECT_TRUE(browser().get(file.path).says("· Plt. Sekretaris · selesai"))
      << browser().get(file.path).body;
  EXPECT_TRUE(signed_in("kd").get("/permohonan/" + file.number).says(said));
  const CommandResult dossier = office_.tenggat({"permit", "dossier", file.number});
  EXPECT_EQ(dossier.status, 0) << dossier.err;
  const std::size_t visits = dossier.out.find("Tahapan yang dilalui");
  EXPECT_NE(dossier.out.find(said, visits), std::string::npos);
  const std::size_t chain = dossier.out.find("Rantai catatan");
  EXPECT_NE(dossier.out.find(said, chain), std::string::npos);
}

TEST_F(PagesTest, PausesAndUploadsGoThroughTheDesk) {
  const File file = submitted();
  act("fo", file, "verifikasi", "accept");
  act("bo", file, "penerimaan", "forward");
  Browser dt = signed_in("dt");
  const std::string path = "/permohonan/" + file.number;
  EXPECT_EQ(dt.press(dt.get(path), "pause", {{"jeda", "klarifikasi_pemohon"}}).status, 422);
  // The longest it may last leaves nothing to put off.
  EXPECT_EQ(dt.press(dt.get(path), "pause", {{"jeda", "kunjungan_lapangan"}}).status, 303);
  EXPECT_TRUE(dt.get(path).says("Dijeda"));
  EXPECT_THROW(form_with(dt.get(path), "pause"), std::runtime_error);
  EXPECT_THROW(form_with(dt.get(path), "extend"), std::runtime_error);
  EXPECT_NO_THROW(form_with(dt.get(path), "act.recommend"));
  EXPECT_EQ(dt.press(dt.get(path), "resume").status, 303);
  office_.json({"permit", "pause", file.number, "--step", "kajian_teknis", "--reason",
                "kunjungan_lapangan", "--until", "2026-04-06T10:00:00+08:00"},
               "dt");
  EXPECT_TRUE(dt.get(path).says("Sampai tanggal, paling lambat 10 April 2026"))
      << dt.get(path).body;
  EXPECT_EQ(dt.press(dt.get(path), "extend", {{"sampai", "2026-02-30"}}).status, 422);
  EXPECT_EQ(dt.press(dt.get(path), "extend", {{"sampai", "2026-04-07"}}).status, 303);
  EXPECT_EQ(office_.query("SELECT until_at AT TIME ZONE 'Asia/Makassar' FROM pause WHERE to_at IS"
                          " NULL"),
            "2026-04-08 00:00:00");
  EXPECT_THROW(form_with(dt.get(path), "extend"), std::runtime_error);  // once, and no more
  EXPECT_EQ(dt.press(dt.get(path), "resume").status, 303);
  EXPECT_TRUE(dt.get(path).says("accept=\".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.odt,.ods\""));
  EXPECT_EQ(dt.press(dt.get(path), "act.recommend").status, 422);  // without its files
  EXPECT_EQ(dt.press(dt.get(path), "act.recommend", {},
                     {{"berkas:bapl:", "bapl.pdf", "application/pdf", "%PDF bapl"},
                      {"berkas:rekomendasi:", "r.pdf", "application/pdf", "%PDF r"}})
                .status,
            303);
  EXPECT_EQ(state_of(file), "active penyusunan_sk");
  Browser bo = signed_in("bo");
  EXPECT_TRUE(bo.get(path).says(">Draf SK<"));
  EXPECT_TRUE(bo.get(path).says("(opsional)"));
  EXPECT_EQ(bo.press(bo.get(path), "act.draft", {{"hasil", "grant"}},
                     {{"berkas:draft_sk:", "draf.pdf", "application/pdf", "%PDF draf"}})
                .status,
            303);
  EXPECT_EQ(state_of(file), "active persetujuan_kabid");
}

TEST_F(PagesTest, WhatAColleagueHasClaimedIsNotOffered) {
  office_.daemon().must({"officer", "edit", "--id", "bo", "--role", "front_office"});
  const File file = submitted();
  const std::string path = "/permohonan/" + file.number;
  Browser bo = signed_in("bo");
  EXPECT_NO_THROW(form_with(bo.get(path), "act.accept"));
  office_.json({"permit", "claim", file.number, "--step", "verifikasi"}, "fo");
  const WebPage page = bo.get(path);
  EXPECT_TRUE(page.says("Tugas sudah diambil petugas lain."));
  for (const char* action : {"claim", "act.accept", "pause", "acknowledge", "escalate"})
    EXPECT_THROW(form_with(page, action), std::runtime_error) << action;
  EXPECT_NO_THROW(form_with(signed_in("fo").get(path), "act.accept"));
}

TEST_F(PagesTest, ALateEntryWaitsForTheWordOfASuperior) {
  const File file = submitted();
  const std::string path = "/permohonan/" + file.number;
  office_.advance("2026-04-02T14:30:00");  // it was due at 14:10
  act("fo", file, "verifikasi", "accept",
      {"--occurred-at", "2026-04-02T14:05:00+08:00", "--reason", "Jaringan kantor terputus"});
  Browser kb = signed_in("kb"), fo = signed_in("fo");
  EXPECT_THROW(form_with(kb.get(path), "confirm"), std::runtime_error);  // it can be taken back yet
  EXPECT_TRUE(kb.get(path).says("dicatat kemudian"));
  EXPECT_TRUE(kb.get(path).says("waktu tahap yang semula terlambat menjadi tepat waktu bila"));
  office_.advance("2026-04-02T14:33:00");
  const WebPage page = kb.get(path);
  EXPECT_TRUE(page.says("Pencatatan terlambat: Verifikasi"));
  EXPECT_TRUE(page.says("Alasannya: Jaringan kantor terputus"));
  EXPECT_THROW(form_with(fo.get(path), "confirm"), std::runtime_error);
  const std::string verdict =
      "SELECT verdict || ' ' || missed_counted FROM visit WHERE step = 'verifikasi'";
  EXPECT_EQ(office_.query(verdict), "missed true");
  EXPECT_EQ(office_.query("SELECT dicatat_terlambat || ' ' || menunggu_konfirmasi"
                          " FROM laporan.kunjungan WHERE langkah = 'verifikasi'"),
            "true true");
  EXPECT_EQ(kb.press(page, "confirm", {{"catatan", "Sesuai buku tamu"}}).status, 303);
  EXPECT_EQ(office_.query(verdict), "met false");
  EXPECT_TRUE(fo.get(path).says("pencatatan terlambat dikonfirmasi, dihitung tepat waktu"));
  EXPECT_THROW(form_with(kb.get(path), "confirm"), std::runtime_error);
}

TEST_F(PagesTest, ObstaclesAndSuperiorsAreReachedFromThePermit) {
  const File file = submitted();
  const std::string path = "/permohonan/" + file.number;
  Browser fo = signed_in("fo");
  EXPECT_FALSE(fo.get(path).says("Tugaskan kepada petugas"));  // that is a superior's
  EXPECT_EQ(fo.press(fo.get(path), "acknowledge",
                     {{"kendala", "sistem"}, {"catatan", "Jaringan kantor terputus"}})
                .status,
            303);
  EXPECT_TRUE(fo.get(path).says("kendala dicatat (gangguan sistem atau jaringan)"));
  EXPECT_TRUE(fo.get(path).says("Jaringan kantor terputus"));
  EXPECT_EQ(fo.press(fo.get(path), "acknowledge", {{"kendala", "banjir"}}).status, 422);
  EXPECT_EQ(fo.press(fo.get(path), "escalate", {{"catatan", "Mohon arahan"}}).status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM notice WHERE kind = 'escalated'"), "1");
  Browser bo = signed_in("bo");
  EXPECT_FALSE(bo.get(path).says("Catat kendala"));
  Browser kb = signed_in("kb");
  const WebPage page = kb.get(path);
  EXPECT_TRUE(page.says("Tugaskan kepada petugas"));
  EXPECT_FALSE(page.says("Catat kendala"));
  EXPECT_EQ(kb.press(page, "assign", {{"petugas", "bo"}}).status, 422);  // has no such duty
  EXPECT_EQ(kb.press(page, "assign", {{"petugas", "fo"}, {"catatan", "Segera"}}).status, 303);
  EXPECT_EQ(office_.query("SELECT assignee FROM visit WHERE closed_at IS NULL"), "fo");
  EXPECT_TRUE(kb.get(path).says("tugas diberikan kepada Rina Wulandari"));
}

TEST_F(PagesTest, TheInboxDoesSeveralAtOnce) {
  std::vector<File> files;
  for (int i = 0; i < 3; ++i) files.push_back(submitted(fmt::format("PAUD Nomor {}", i)));
  Browser fo = signed_in("fo");
  EXPECT_TRUE(fo.get("/tugas").says("Ambil yang dipilih"));
  EXPECT_FALSE(fo.get("/tugas").says("Lepaskan yang dipilih"));  // nobody has taken any
  office_.json({"permit", "claim", files[0].number, "--step", "verifikasi"}, "fo");
  const WebPage inbox = fo.get("/tugas");
  EXPECT_TRUE(inbox.says("3 berkas menunggu Anda"));
  EXPECT_TRUE(inbox.says("Lepaskan yang dipilih"));
  std::vector<std::string> tickets;
  static const std::regex ticket("name=\"tugas\" value=\"([^\"]*)\"");
  for (std::sregex_iterator at(inbox.body.begin(), inbox.body.end(), ticket), end; at != end; ++at)
    tickets.push_back((*at)[1]);
  ASSERT_EQ(tickets.size(), 3U);
  EXPECT_EQ(fo.press(inbox, "act.accept").status, 422);  // none ticked
  const WebPage accepted =
      fo.press(inbox, "act.accept", {{"tugas", tickets[0]}, {"tugas", tickets[1]}});
  EXPECT_EQ(accepted.header("Location"),
            fmt::format("/tugas?selesai=act.accept&berkas={}.{}", id_of(files[0]), id_of(files[1])))
      << accepted.body;
  EXPECT_EQ(state_of(files[0]), "active penerimaan");
  EXPECT_EQ(state_of(files[1]), "active penerimaan");
  EXPECT_EQ(state_of(files[2]), "active verifikasi");
  const WebPage fresh = fo.get("/tugas");
  const WebPage mixed =
      fo.press(fresh, "act.accept", {{"tugas", tickets[0]}, {"tugas", tickets[2]}});
  EXPECT_EQ(mixed.status, 409);
  EXPECT_TRUE(mixed.says(files[0].number));
  EXPECT_EQ(state_of(files[2]), "active penerimaan");
  EXPECT_TRUE(fo.get("/tugas").says("Tidak ada berkas yang menunggu Anda"));
}

TEST_F(PagesTest, WhatHasJustBeenDoneIsShownForAnHour) {
  const File file = submitted("PAUD Mawar");
  Browser fo = signed_in("fo");
  EXPECT_FALSE(fo.get("/tugas").says("Baru saja selesai"));
  office_.advance("2026-04-02T14:07:00");
  act("fo", file, "verifikasi", "accept");
  const WebPage done = fo.get("/tugas");
  EXPECT_TRUE(done.says("Baru saja selesai"));
  EXPECT_TRUE(done.says("14.07 · 7 menit dari standar 10 menit kerja")) << done.body;
  EXPECT_FALSE(signed_in("bo").get("/tugas").says("Baru saja selesai"));
  office_.advance("2026-04-02T15:08:00");
  EXPECT_FALSE(fo.get("/tugas").says("Baru saja selesai"));
}

TEST_F(PagesTest, WhatIsLateSaysSinceWhenAndInWorkingDaysAndHours) {
  const File file = submitted();
  Browser fo = signed_in("fo");
  EXPECT_TRUE(fo.get("/tugas").says("batas hari ini pukul 14.10"));
  office_.advance("2026-04-02T15:00:00");
  for (const char* path : {"/tugas", "/cari?q=Melati"}) {
    const WebPage page = fo.get(path);
    EXPECT_TRUE(page.says("Terlambat 50 menit")) << page.body;
    EXPECT_TRUE(page.says("seharusnya hari ini pukul 14.10")) << page.body;
    EXPECT_FALSE(page.says("batas hari ini"));
  }
  EXPECT_TRUE(browser().get(file.path).says("seharusnya hari ini pukul 14.10"));
  office_.advance("2026-04-06T15:00:00");  // a Monday; Friday was a day off
  EXPECT_TRUE(fo.get("/tugas").says("seharusnya Kamis 2 April, 14.10 WITA"));
  submitted("PAUD Mawar");
  office_.advance("2026-04-07T09:00:00");
  EXPECT_TRUE(fo.get("/tugas").says("seharusnya kemarin pukul 15.10"));
  office_.advance("2026-04-08T11:52:00");
  // 110 minutes, two days of 7 h 30 m, and 262 minutes.
  EXPECT_TRUE(fo.get("/tugas").says("Terlambat 2 hari kerja 6 jam")) << fo.get("/tugas").body;
  const WebPage permit = fo.get("/permohonan/" + file.number);
  EXPECT_TRUE(permit.says("terlambat 2 hari kerja 6 jam, sejak Kamis 2 April 14.10 WITA"));
}

TEST_F(PagesTest, ADayAwayReleasesWhatWasClaimed) {
  const File file = submitted();
  Browser fo = signed_in("fo");
  fo.press(fo.get("/permohonan/" + file.number), "claim");
  EXPECT_EQ(fo.press(fo.get("/tugas"), "cuti").status, 303);
  EXPECT_EQ(office_.query("SELECT officer || ' ' || start_on || ' ' || end_on FROM officer_leave"),
            "fo 2026-04-02 2026-04-02");
  EXPECT_TRUE(office_.becomes("SELECT count(*) FROM visit WHERE assignee = 'fo'", "0"));
  EXPECT_TRUE(fo.get("/tugas").says("Tugas baru dialihkan kepada petugas pengganti."));
  EXPECT_EQ(fo.press(fo.get("/tugas"), "masuk").status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM officer_leave"), "0");
  // A leave of several days is not cut to one by the button.
  office_.daemon().must(
      {"officer", "leave", "--id", "fo", "--start", "2026-04-01", "--end", "2026-04-10"});
  EXPECT_EQ(fo.press(fo.get("/tugas"), "masuk").status, 409);
  EXPECT_EQ(office_.query("SELECT end_on FROM officer_leave"), "2026-04-10");
}

TEST_F(PagesTest, SearchFindsByNumberAndNameAndClosedOnesToo) {
  const File file = submitted("TK Tunas Bangsa", "Badrun");
  Browser applicant = browser();
  applicant.press(applicant.get(file.path), "withdraw", {{"yakin", "ya"}});
  Browser fo = signed_in("fo");
  for (const char* asked : {"tunas", "Badrun", "PAUD-2026-00001"})
    EXPECT_TRUE(fo.get(std::string("/cari?q=") + asked).says("/permohonan/" + id_of(file)))
        << asked;
  EXPECT_TRUE(fo.get("/cari?q=%25").says("Tulis paling sedikit tiga huruf"));
  EXPECT_EQ(browser().get("/cari?q=tunas").status, 303);
}

}  // namespace
}  // namespace tenggat::test
