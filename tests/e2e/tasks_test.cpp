// "Tugas saya" over HTTP, as a browser without script uses it: what came back and why, what a
// decision says, views that are addresses, several at once and what takes them back.
#include "tests/e2e/pages_fixture.h"
#include "tests/support/words_for_people.h"

namespace tenggat::test {
namespace {

class TasksTest : public PagesTest {
 protected:
  File drafted(const std::string& subject) {
    const File file = submitted(subject);
    to_draft(file, "recommend");
    act("bo", file, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
    return file;
  }
  std::vector<std::string> tickets(const WebPage& page) {
    static const std::regex box("name=\"tugas\" value=\"([^\"]*)\"");
    std::vector<std::string> found;
    for (std::sregex_iterator at(page.body.begin(), page.body.end(), box), end; at != end; ++at)
      found.push_back((*at)[1]);
    return found;
  }
  static int count(const WebPage& page, const std::string& words) {
    int found = 0;
    for (std::size_t at = page.body.find(words); at != std::string::npos;
         at = page.body.find(words, at + 1))
      ++found;
    return found;
  }
  static std::size_t place(const WebPage& page, const std::string& words) {
    return page.body.find(words);
  }
  // The value of the first button that takes something back, of those that hold this many.
  std::string undo_of(const WebPage& page, std::ptrdiff_t permits) {
    static const std::regex button("value=\"(undo[.][^\"]*)\"");
    for (std::sregex_iterator at(page.body.begin(), page.body.end(), button), end; at != end; ++at)
      if (const std::string value = (*at)[1];
          std::count(value.begin(), value.end(), ',') + 1 == permits)
        return value;
    return "none";
  }
  void hire(const std::string& id, const std::string& name, const std::string& role) {
    office_.daemon().must({"officer", "add", "--id", id, "--name", name, "--role", role, "--email",
                           id + "@banjarbaru.example"});
  }
};

TEST_F(TasksTest, WhatCameBackStandsFirstWithItsReasonAndGoesToItsAuthor) {
  hire("bo2", "Rusdi Anwar", "back_office");
  const File waits = submitted("PAUD Lama");
  to_draft(waits, "recommend");
  const File file = drafted("TK Al-Hidayah");
  act("kb", file, "persetujuan_kabid", "return",
      {"--note", "Alamat pada diktum KESATU salah: \"Jalan Panglima Batur 12\"."});
  Browser bo = signed_in("bo");
  const WebPage page = bo.get("/tugas");
  EXPECT_TRUE(page.says("<title>(2) Tugas saya</title>")) << page.body;
  EXPECT_TRUE(page.says("aria-current=\"page\">Tugas saya (2)</a>"));
  EXPECT_TRUE(page.says("Kembali kepada Anda (1)"));
  EXPECT_TRUE(page.says("Dikembalikan "));
  EXPECT_TRUE(page.says("Kepala Bidang Perizinan, hari ini pukul 14.00"));
  EXPECT_TRUE(page.says("Alamat pada diktum KESATU salah: &quot;Jalan Panglima Batur 12&quot;."));
  EXPECT_TRUE(page.says(">Perbaiki</a>"));
  EXPECT_TRUE(page.says("Yang dikembalikan:"));
  EXPECT_TRUE(page.says("kembali ke-1"));
  EXPECT_LT(place(page, "TK Al-Hidayah"), place(page, "PAUD Lama"));
  EXPECT_LT(place(page, "Alamat pada diktum"), place(page, "PAUD-2026-00002"));
  // It is its author's: the other one reads whose it is, and cannot take it along with others.
  const WebPage other = signed_in("bo2").get("/tugas");
  EXPECT_FALSE(other.says("Kembali kepada Anda"));
  EXPECT_TRUE(other.says("diberikan kepada "));
  EXPECT_EQ(tickets(other).size(), 1U);
}

TEST_F(TasksTest, AnErrorReportAMendedFileAndAnAnswerAreLiftedAndMarked) {
  const File earlier = submitted("PAUD Lama");
  const File mended = submitted("KB Mentari");
  act("fo", mended, "verifikasi", "reject",
      {"--deficiency", "denah_ruang=belum ditandatangani kepala sekolah"});
  Browser applicant = browser();
  applicant.press(applicant.get(mended.path), "submit", {{"catatan", "sudah ditandatangani"}},
                  {{"berkas:denah_ruang:", "denah.pdf", "application/pdf", "%PDF denah"}});
  const WebPage fo = signed_in("fo").get("/tugas");
  EXPECT_TRUE(
      fo.says("Perbaikan pemohon masuk hari ini pukul 14.00. Kekurangan pada pemeriksaan "
              "lalu"));
  EXPECT_TRUE(fo.says("Denah ruang: belum ditandatangani kepala sekolah")) << fo.body;
  EXPECT_TRUE(fo.says("sudah ditandatangani"));
  EXPECT_TRUE(fo.says("Dikirim pemohon:"));
  EXPECT_TRUE(fo.says(">Periksa perbaikan</a>"));
  EXPECT_LT(place(fo, "KB Mentari"), place(fo, "PAUD Lama"));

  act("fo", earlier, "verifikasi", "accept");
  act("bo", earlier, "penerimaan", "forward");
  office_.json({"permit", "pause", earlier.number, "--step", "kajian_teknis", "--reason",
                "klarifikasi_pemohon", "--note", "mohon bukti kepemilikan"},
               "dt");
  Browser dt = signed_in("dt");
  const WebPage paused = dt.get("/tugas");
  EXPECT_TRUE(paused.says("Jeda sampai ")) << paused.body;
  EXPECT_TRUE(paused.says("sesudahnya sisa 4 hari kerja"));
  EXPECT_TRUE(
      paused.says("<strong>Menunggu keterangan pemohon:</strong> “mohon bukti kepemilikan”."));
  EXPECT_FALSE(paused.says("Kembali kepada Anda"));
  applicant.press(applicant.get(earlier.path), "jawab", {{"catatan", "sertifikat nomor 17"}});
  const WebPage answered = dt.get("/tugas");
  EXPECT_TRUE(answered.says("Jawaban pemohon masuk hari ini pukul 14.00; waktu berjalan lagi"));
  EXPECT_TRUE(answered.says("sertifikat nomor 17"));
  EXPECT_TRUE(answered.says("Ditanyakan: mohon bukti kepemilikan"));
  EXPECT_TRUE(answered.says(">Lanjutkan</a>"));

  const File issued = drafted("KB Ceria");
  act("kb", issued, "persetujuan_kabid", "approve");
  act("s", issued, "persetujuan_sekretaris", "approve");
  act("kd", issued, "penandatanganan", "sign",
      {"--document", "surat_keputusan=https://x.example/sk,number=503/0187/PAUD/IV/2026"});
  office_.advance("2026-04-02T14:30:00");
  applicant.press(applicant.get(issued.path), "report_error", {{"catatan", "nama yayasan salah"}});
  const WebPage bo = signed_in("bo").get("/tugas");
  EXPECT_TRUE(bo.says("Pemohon melaporkan kesalahan, hari ini pukul 14.30")) << bo.body;
  EXPECT_TRUE(bo.says("nama yayasan salah"));
}

TEST_F(TasksTest, WhatADecisionSaysStandsOnItsRowAndARefusalHasNoBox) {
  const File refusal = submitted("TPA Kasih Ibu");
  refusal_at("persetujuan_kabid", refusal);
  const File grant = drafted("PAUD Matahari");
  Browser kb = signed_in("kb");
  const WebPage page = kb.get("/tugas");
  EXPECT_TRUE(page.says("Isi keputusan: MENOLAK"));
  EXPECT_TRUE(page.says("Isi keputusan: mengabulkan"));
  EXPECT_TRUE(page.says("Ruang kurang"));
  EXPECT_TRUE(page.says("Diputuskan satu per satu, tidak ikut dalam tindakan bersama."));
  EXPECT_TRUE(page.says("berikutnya "));
  EXPECT_EQ(tickets(page),
            std::vector<std::string>{id_of(grant) + "|persetujuan_kabid|" + version_of(grant)});
  // Also where everything is ticked by a link.
  const WebPage all = kb.get("/tugas?pilih=semua");
  EXPECT_EQ(tickets(all).size(), 1U);
  const File drafting = submitted("KB Melati");
  to_draft(drafting, "not_recommend");
  const WebPage bo = signed_in("bo").get("/tugas");
  EXPECT_TRUE(bo.says("Isi keputusan: MENOLAK"));
  EXPECT_TRUE(tickets(bo).empty());
}

TEST_F(TasksTest, WhatIsHeldUpSaysWhyAndUntilWhen) {
  const File file = submitted("TK Pelita Hati");
  office_.json({"permit", "acknowledge", file.number, "--step", "verifikasi", "--reason", "sistem",
                "--note", "Lampiran tidak dapat dibuka"},
               "fo");
  const WebPage page = signed_in("fo").get("/tugas");
  EXPECT_TRUE(
      page.says("<strong>Kendala:</strong> gangguan sistem atau jaringan. “Lampiran tidak "
                "dapat dibuka”. Dicatat hari ini pukul 14.00; diingatkan lagi "))
      << page.body;
  EXPECT_TRUE(page.says("diterima hari ini pukul 14.00"));
  EXPECT_TRUE(page.says("Aminah"));
  EXPECT_TRUE(page.says("/tugas?tampilan=kendala\">Kendala <b>1</b>"));
}

TEST_F(TasksTest, SeveralAreDoneAtOnceAndTakenBackTogetherOrOneByOne) {
  std::vector<File> files;
  for (int i = 0; i < 3; ++i) files.push_back(submitted(fmt::format("PAUD Nomor {}", i)));
  const File last = submitted("PAUD Terakhir");
  Browser fo = signed_in("fo");
  EXPECT_EQ(count(fo.get("/tugas"), " checked>"), 1);  // that keys are wanted
  const WebPage picked = fo.get("/tugas?pilih=semua");
  EXPECT_EQ(count(picked, " checked>"), 5);
  EXPECT_TRUE(picked.says("4 dipilih: PAUD Nomor 0, PAUD Nomor 1, PAUD Nomor 2, PAUD Terakhir"));
  std::vector<std::string> those = tickets(picked);
  ASSERT_EQ(those.size(), 4U);
  WebForm form = form_with(picked, "act.accept");
  std::erase_if(form.fields, [](const auto& field) { return field.first == "tugas"; });
  for (int i = 0; i < 3; ++i) form.fields.emplace_back("tugas", those[static_cast<std::size_t>(i)]);
  form.fields.emplace_back("aksi", "act.accept");
  const WebPage accepted = fo.send(form);
  ASSERT_EQ(accepted.status, 303) << accepted.body;
  const WebPage done = fo.get(accepted.header("Location"));
  EXPECT_TRUE(done.says("3 berkas selesai: berkas dinyatakan lengkap (")) << done.body;
  EXPECT_TRUE(done.says("Berikutnya: <a href=\"/permohonan/" + id_of(last) + "\">PAUD Terakhir"));
  EXPECT_TRUE(done.says("3 berkas sekaligus"));
  EXPECT_TRUE(done.says("Batalkan (sampai 14.02)"));
  EXPECT_TRUE(done.says("Batalkan 3 berkas (sampai 14.02)"));
  // One of them, and then the others: one of those has been taken up meanwhile.
  const std::string all = undo_of(done, 3), one = undo_of(done, 1);
  EXPECT_EQ(fo.press(done, one).status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM visit WHERE step = 'penerimaan' AND undone"), "1");
  office_.json({"permit", "claim", files[0].number, "--step", "penerimaan"}, "bo");
  const WebPage rest = fo.get("/tugas");
  EXPECT_TRUE(rest.says("Tidak dapat dibatalkan: sudah diambil ") ||
              rest.says("2 berkas sekaligus"));
  const WebPage some = fo.press(done, all);
  EXPECT_EQ(some.status, 409);
  EXPECT_TRUE(some.says(files[0].number + ": Tidak dapat dibatalkan")) << some.body;
  EXPECT_EQ(state_of(files[0]), "active penerimaan");
  EXPECT_EQ(state_of(files[1]), "active verifikasi");
  office_.advance("2026-04-02T14:10:00");
  EXPECT_TRUE(fo.get("/tugas").says("Tidak dapat dibatalkan: sudah diambil") ||
              fo.get("/tugas").says("Waktu untuk membatalkan sudah lewat."));
}

TEST_F(TasksTest, WhatWasPressedOneByOneIsNoBulkHoweverQuick) {
  std::vector<File> files;
  for (int i = 0; i < 4; ++i) files.push_back(submitted(fmt::format("PAUD Nomor {}", i)));
  Browser fo = signed_in("fo");
  for (const int i : {0, 1}) {  // within a second
    const WebPage permit = fo.get("/permohonan/" + id_of(files[static_cast<std::size_t>(i)]));
    EXPECT_EQ(fo.press(permit, "act.accept").status, 303);
  }
  const WebPage picked = fo.get("/tugas?pilih=verifikasi");
  std::vector<std::pair<std::string, std::string>> both;
  for (const std::string& ticket : tickets(picked)) both.emplace_back("tugas", ticket);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(fo.press(picked, "act.accept", both).status, 303);
  const WebPage done = fo.get("/tugas");
  EXPECT_FALSE(done.says("4 berkas sekaligus")) << done.body;
  EXPECT_TRUE(done.says("2 berkas sekaligus"));
  EXPECT_EQ(count(done, "sekaligus"), 1);
  EXPECT_NE(undo_of(done, 2), "none");
}

TEST_F(TasksTest, AllThatOneHasDoneIsListedDayByDay) {
  for (int i = 0; i < 60; ++i) {
    const File file = submitted(fmt::format("PAUD Nomor {:02}", i));
    if (i == 30) office_.advance("2026-04-07T09:00:00");
    act("fo", file, "verifikasi", "accept");
  }
  Browser fo = signed_in("fo");
  const WebPage desk = fo.get("/tugas");
  EXPECT_TRUE(desk.says("href=\"/tugas/selesai\""));
  EXPECT_TRUE(desk.says("Hari ini: 30 selesai, 29 tepat waktu."));
  const WebPage first = fo.get("/tugas/selesai");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(count(first, "<li><a href=\"/permohonan/"), 50);
  EXPECT_TRUE(first.says("<h2>Selasa, 7 April 2026</h2>"));
  EXPECT_TRUE(first.says("<h2>Kamis, 2 April 2026</h2>"));
  EXPECT_LT(first.body.find("PAUD Nomor 59"), first.body.find("PAUD Nomor 31"));
  EXPECT_EQ(count(first, " · terlambat"), 1);  // that waited from the 2nd
  EXPECT_LT(first.body.size(), 60'000U);
  EXPECT_EQ(faults_in_words(words_of_page(first.body), ReadBy::officer),
            std::vector<std::string>());
  static const std::regex kOlder("/tugas/selesai[?]sebelum=[0-9.]+");
  std::smatch older;
  ASSERT_TRUE(std::regex_search(first.body, older, kOlder));
  const WebPage second = fo.get(older.str());
  EXPECT_EQ(count(second, "<li><a href=\"/permohonan/"), 10);
  for (int i = 0; i < 60; ++i) {
    const std::string name = fmt::format("PAUD Nomor {:02}", i);
    EXPECT_NE(first.says(name), second.says(name)) << name;
  }
  EXPECT_FALSE(std::regex_search(second.body, kOlder));
  EXPECT_TRUE(signed_in("bo").get("/tugas/selesai").says("Belum ada tahap"));
  EXPECT_EQ(fo.get("/tugas/selesai?sebelum=x.y").status, 200);
}

TEST_F(TasksTest, ABulkIsTakenBackByOnePress) {
  for (int i = 0; i < 2; ++i) submitted(fmt::format("PAUD Nomor {}", i));
  Browser fo = signed_in("fo");
  const WebPage picked = fo.get("/tugas?pilih=verifikasi");
  std::vector<std::pair<std::string, std::string>> both;
  for (const std::string& ticket : tickets(picked)) both.emplace_back("tugas", ticket);
  const WebPage accepted = fo.press(picked, "act.accept", both);
  const WebPage done = fo.get(accepted.header("Location"));
  EXPECT_TRUE(done.says("Batalkan keduanya (sampai 14.02)")) << done.body;
  const WebPage undone = fo.press(done, undo_of(done, 2));
  ASSERT_EQ(undone.status, 303) << undone.body;
  EXPECT_EQ(office_.query("SELECT count(*) FROM visit WHERE step = 'verifikasi' AND closed_at IS"
                          " NULL"),
            "2");
  const WebPage again = fo.get(undone.header("Location"));
  EXPECT_TRUE(again.says("2 tindakan dibatalkan; berkasnya kembali pada Anda."));
  EXPECT_EQ(fo.press(done, undo_of(done, 2)).status, 303);  // sent twice, done once
}

TEST_F(TasksTest, AViewIsAnAddressAndIsKeptUnderAName) {
  const File early = submitted("Zamrud");
  office_.advance("2026-04-02T14:05:00");
  const File later = submitted("Anggrek");
  Browser fo = signed_in("fo");
  const WebPage by_due = fo.get("/tugas"), by_name = fo.get("/tugas?urut=nama");
  EXPECT_LT(place(by_due, "Zamrud</strong>"), place(by_due, "Anggrek</strong>"));
  EXPECT_GT(place(by_name, "Zamrud</strong>"), place(by_name, "Anggrek</strong>"));
  office_.advance("2026-04-02T14:12:00");
  const WebPage late = fo.get("/tugas?tampilan=terlambat");
  EXPECT_TRUE(late.says("Zamrud</strong>"));
  EXPECT_FALSE(late.says("Anggrek</strong>"));
  EXPECT_TRUE(late.says("Semua <b>2</b>"));
  EXPECT_TRUE(late.says("aria-current=\"true\">Terlambat <b>1</b>"));
  EXPECT_TRUE(fo.get("/tugas?tampilan=kembali").says("pada tampilan ini yang menunggu Anda"));
  // What the address says and nobody knows is not asked for.
  EXPECT_TRUE(fo.get("/tugas?tampilan=%3Cb%3E&urut=x&tahap=%22").says("Anggrek</strong>"));

  EXPECT_EQ(fo.press(late, "simpan", {{"nama", " "}}).status, 422);
  const WebPage kept = fo.press(late, "simpan", {{"nama", "Pagi"}});
  EXPECT_EQ(kept.header("Location"), "/tugas?tampilan=terlambat");
  const WebPage named = fo.get("/tugas");
  EXPECT_TRUE(named.says("<a href=\"/tugas?tampilan=terlambat\">★ Pagi</a>")) << named.body;
  EXPECT_FALSE(signed_in("bo").get("/tugas").says("Pagi"));
  EXPECT_EQ(fo.press(fo.get("/tugas?tampilan=terlambat"), "hapus.Pagi").status, 303);
  EXPECT_FALSE(fo.get("/tugas").says("Pagi"));
  for (int i = 0; i < 12; ++i)
    EXPECT_EQ(fo.press(late, "simpan", {{"nama", fmt::format("n{}", i)}}).status, 303);
  EXPECT_EQ(fo.press(late, "simpan", {{"nama", "satu lagi"}}).status, 422);
}

TEST_F(TasksTest, WhoeverIsDoneGoesOnToTheNext) {
  const File first = submitted("PAUD Satu"), second = submitted("PAUD Dua");
  Browser fo = signed_in("fo");
  EXPECT_EQ(fo.get("/tugas/berikutnya").header("Location"), "/permohonan/" + id_of(first));
  EXPECT_EQ(fo.get("/tugas/berikutnya?sesudah=" + id_of(first)).header("Location"),
            "/permohonan/" + id_of(second));
  EXPECT_EQ(signed_in("bo").get("/tugas/berikutnya").header("Location"), "/tugas");
}

// However many wait and whatever was written: what is asked for is found, and the page stays small.
TEST_F(TasksTest, APageOfManyStaysSmallAndFindsWhatIsAskedFor) {
  const std::string long_words(1900, 'k');
  for (int i = 0; i < 8; ++i) {
    const File file = drafted(fmt::format("TK Kembali {} {}", i, std::string(80, 'x')));
    act("kb", file, "persetujuan_kabid", "return", {"--note", long_words});
  }
  for (int i = 0; i < 55; ++i) {
    const File file = submitted(fmt::format("PAUD {} {}", i, std::string(80, 'y')));
    act("fo", file, "verifikasi", "accept");
  }
  const File held = submitted("KB Tertahan");
  act("fo", held, "verifikasi", "accept");
  office_.json({"permit", "acknowledge", held.number, "--step", "penerimaan", "--reason", "lainnya",
                "--note", long_words},
               "bo");
  Browser bo = signed_in("bo");
  const WebPage page = bo.get("/tugas");
  EXPECT_LT(page.body.size(), 60U * 1024) << page.body.size();
  EXPECT_TRUE(page.says("<title>(50+) Tugas saya</title>"));
  EXPECT_TRUE(page.says("Kembali kepada Anda (8)"));
  EXPECT_TRUE(page.says("lebih dari 50 berkas menunggu Anda"));
  EXPECT_FALSE(page.says("KB Tertahan"));
  const WebPage narrowed = bo.get("/tugas?tampilan=kendala");
  EXPECT_TRUE(narrowed.says("KB Tertahan")) << narrowed.body;
  EXPECT_LT(narrowed.body.size(), 60U * 1024);
  EXPECT_TRUE(bo.get("/tugas?tahap=penyusunan_sk").says("TK Kembali 0"));
}

TEST_F(TasksTest, SearchFindsPhonesAndDecreesTheNewestFirst) {
  const File old = drafted("TK Tunas Bangsa"), fresh = submitted("TK Tunas Harapan", "Badrun");
  act("kb", old, "persetujuan_kabid", "approve");
  act("s", old, "persetujuan_sekretaris", "approve");
  act("kd", old, "penandatanganan", "sign",
      {"--document", "surat_keputusan=https://x.example/sk,number=503/0187/PAUD/IV/2026"});
  Browser fo = signed_in("fo");
  const auto finds = [&](const std::string& asked, const File& file) {
    return fo.get("/cari?q=" + asked).says("/permohonan/" + id_of(file) + "\"");
  };
  for (const char* phone : {"081311112222", "%2B62+813-1111-2222", "0813.1111"})
    EXPECT_EQ(finds(phone, fresh), std::string(phone) != "0813.1111") << phone;
  EXPECT_TRUE(finds("0187", old));
  EXPECT_TRUE(finds("503%2F0187%2FPAUD%2FIV%2F2026", old));
  EXPECT_FALSE(finds("0187", fresh));
  EXPECT_TRUE(fo.get("/cari?q=0187").says("nomor 503/0187/PAUD/IV/2026"));
  // Of what no index knows nothing is read.
  EXPECT_TRUE(fo.get("/cari?q=tk").says("Tulis paling sedikit tiga huruf atau angka"));
  EXPECT_TRUE(finds(id_of(old), old));
  const WebPage both = fo.get("/cari?q=tunas");
  EXPECT_LT(place(both, "TK Tunas Harapan"), place(both, "TK Tunas Bangsa"));
  EXPECT_FALSE(finds("tunas&sebelum=" + id_of(fresh), fresh));
  EXPECT_TRUE(finds("tunas&sebelum=" + id_of(fresh), old));
}

}  // namespace
}  // namespace tenggat::test
