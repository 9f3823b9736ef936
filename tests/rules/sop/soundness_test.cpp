// An SOP is proven sound or refused, with the shortest way to what is wrong: each planted mistake
// in a sound service (tests/sops/pbg.yaml) is one fault, in both languages, that names the place
// and what would be right.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "rules/sop/load_sop.h"

namespace tenggat::testing {
namespace {

std::string text_of(const std::string& name) {
  std::ifstream file(std::string(TENGGAT_SOURCE_DIR) + "/tests/sops/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Change {
  std::string from, to;
};

Loaded<Sop> load_changed(const std::vector<Change>& changes, const char* name = "pbg.yaml") {
  std::string text = text_of(name);
  for (const Change& change : changes) {
    const auto at = text.find(change.from);
    EXPECT_NE(at, std::string::npos) << "the file no longer has: " << change.from;
    if (at != std::string::npos) text.replace(at, change.from.size(), change.to);
  }
  return load_sop({name, text});
}

std::string said_by(const Loaded<Sop>& loaded) {
  std::string all;
  if (loaded.has_error())
    for (const Fault& fault : loaded.error())
      all += fault.to_string() + "\n" + fault.in_indonesian() + "\n";
  return all;
}

TEST(Soundness, TheServicesThatAreTestedWithAreSound) {
  for (const char* name : {"pbg.yaml", "keberatan.yaml", "receipt.yaml"}) {
    const auto began = std::chrono::steady_clock::now();
    const Loaded<Sop> loaded = load_changed({}, name);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    ASSERT_TRUE(loaded.has_value()) << said_by(loaded);
    EXPECT_GT(loaded->states, 0);
    std::printf("%s: %zu steps, %d states, %.2f s\n", name, loaded->steps.size(), loaded->states,
                took.count());
  }
}

TEST(Soundness, StepsKnowTheBlocksTheyLieIn) {
  const Loaded<Sop> loaded = load_changed({});
  ASSERT_TRUE(loaded.has_value()) << said_by(loaded);
  const Sop& sop = *loaded;
  using Path = std::vector<BranchOf>;
  EXPECT_EQ(sop.step("verifikasi").within, Path());
  EXPECT_EQ(sop.step("persetujuan_bangunan").within,
            (Path{{"pemeriksaan_lapangan", "kajian_bangunan"}}));
  EXPECT_EQ(sop.step("pemeriksaan_lapangan").within, Path());
  EXPECT_EQ(sop.step("verifikasi").find_action("terima")->join, "pemeriksaan_lapangan");
  EXPECT_TRUE(sop.are_siblings(sop.step("kajian_bangunan"), sop.step("persetujuan_tata_ruang")));
  EXPECT_FALSE(sop.are_siblings(sop.step("kajian_bangunan"), sop.step("persetujuan_bangunan")));
  EXPECT_FALSE(sop.are_siblings(sop.step("kajian_bangunan"), sop.step("penandatanganan")));
}

struct Planted {
  Change change;
  const char* english;  // a part of what is said
};

// In the order of the file.
const std::vector<Planted>& planted() {
  static const std::vector<Planted> all = {
      // fields and conditions
      {{"jenis: ya_tidak", "jenis: boolean"}, "jenis is teks, angka, tanggal, ya_tidak or pilihan"},
      {{"pola: \"[0-9]{16}\"", "pola: \"[0-9\""}, "no regular expression"},
      {{"min: 1, maks: 50}", "min: 60, maks: 50}"}, "maks is below min"},
      {{"id: rencana_mulai", "id: luas_m2"}, "`luas_m2` is listed already"},
      {{"id: rencana_mulai", "id: hasil"}, "`hasil` is the outcome"},
      {{"bila: {luas_m2: {lebih_dari: 500}}", "bila: {luas: {lebih_dari: 500}}"},
       "no field 'luas' under isian"},
      {{"bila: {luas_m2: {lebih_dari: 500}}", "bila: {luas_m2: {diatas: 500}}"},
       "`diatas` is no comparison"},
      {{"bila: {luas_m2: {lebih_dari: 500}}", "bila: {fungsi: {lebih_dari: usaha}}"},
       "lebih_dari compares numbers and dates"},
      {{"bila: {luas_m2: {lebih_dari: 500}}", "bila: {fungsi: {sama_dengan: gudang}}"},
       "must be one of the choices"},
      {{"isian: [retribusi]", "isian: [biaya]"}, "no field 'biaya' under isian"},
      // roles
      {{"layanan: true, menunggu: pemohon", "menunggu: pemohon"}, "give 'bank' layanan: true"},
      {{"nama: Pengawas, pengamat: true", "nama: Pengawas, pengamat: true, layanan: true"},
       "'pengawas' is a system (layanan)"},
      // blocks
      {{"    gabung: true\n", ""},
       "branches meet at 'pemeriksaan_lapangan', which does not join them"},
      {{"      setujui: {ke: pemeriksaan_lapangan, tombol: Setujui, sudah: disetujui}\n"
        "      kembalikan: {ke: kajian_bangunan",
        "      setujui: {ke: penetapan_retribusi, tombol: Setujui, sudah: disetujui}\n"
        "      kembalikan: {ke: kajian_bangunan"},
       "out of its branch: say batalkan_cabang: true"},
      {{"kembalikan_pemohon: {ke: pengajuan, status: returned, batalkan_cabang: true,",
        "kembalikan_pemohon: {ke: pengajuan, status: returned,"},
       "out of its branch: say batalkan_cabang: true"},
      {{"kembalikan_pemohon: {ke: pengajuan, status: returned, batalkan_cabang: true,",
        "kembalikan_pemohon: {status: rejected,"},
       "ends the permit while other branches are open"},
      {{"kembalikan: {ke: kajian_bangunan,", "kembalikan: {ke: kajian_tata_ruang,"},
       "'kembalikan' leads to 'kajian_tata_ruang', into a branch: only the fork that opens a "
       "branch leads into it"},
      {{"tidak_layak: {ke: penyusunan_sk,", "tidak_layak: {ke: kajian_bangunan,"},
       "into a branch: only the fork that opens a branch leads into it"},
      {{"lunas: {ke: penyusunan_sk,", "lunas: {ke: penyusunan_sk, batalkan_cabang: true,"},
       "'lunas' leaves no block: leave batalkan_cabang out"},
      {{"  - id: persetujuan_kabid\n", "  - id: persetujuan_kabid\n    gabung: true\n"},
       "joins branches (gabung), and no fork leads to it"},
      {{"ke: [kajian_tata_ruang, kajian_bangunan, {",
        "ke: [kajian_tata_ruang, kajian_tata_ruang, {"},
       "`kajian_tata_ruang` is listed already"},
      {{"lunas: {ke: penyusunan_sk,", "lunas: {ke: [],"},
       "a list of branches needs at least one step"},
      {{"lunas: {ke: penyusunan_sk,", "lunas: {ke: penyusunan_sk, ke_pilihan: [penyusunan_sk],"},
       "by ke or by ke_pilihan, one of the two"},
      // what only the exploration shows, each with the shortest way there
      {{"[kajian_tata_ruang, kajian_bangunan, {langkah: kajian_lingkungan, bila: {luas_m2: "
        "{lebih_dari: 500}}}]",
        "[{langkah: kajian_tata_ruang, bila: {luas_m2: {lebih_dari: 500}}}, {langkah: "
        "kajian_bangunan, bila: {luas_m2: {lebih_dari: 500}}}, {langkah: kajian_lingkungan, bila: "
        "{luas_m2: {lebih_dari: 500}}}]"},
       "'terima' opens no branch where none of its conditions holds: leave one branch without "
       "bila; "
       "the way there: pengajuan.kirim (luas_m2="},
      {{"bila: {retribusi: {lebih_dari: 0}}", "bila: {retribusi: {kurang_dari: 0}}"},
       "the action 'tagih' can never be taken"},
      {{"      kembalikan: {ke: penetapan_retribusi, tombol: Kembalikan untuk dihitung ulang,\n"
        "        sudah: dikembalikan untuk dihitung ulang, catatan: wajib,\n"
        "        alasan: [Retribusi belum diisi, Perhitungan keliru, Dasar pengenaan keliru]}\n",
        ""},
       "'persetujuan_retribusi' waits for ever: the condition of none of its actions holds"},
      {{"kelengkapan: [draft_sk_kabid]", "kelengkapan: [draft_sk_kabid, skrd]"},
       "waits for ever: 'skrd' is needed for the next step"},
      {{"pelaksana: kabid_bangunan\n    kelengkapan: [kajian_bangunan]",
        "pelaksana: kabid_bangunan\n    kelengkapan: [kajian_tata_ruang]"},
       "'persetujuan_bangunan' needs 'kajian_tata_ruang', which no earlier step brings"},
      {{"kelengkapan: [draft_sk_kabid]", "kelengkapan: [surat_keputusan]"},
       "'penandatanganan' needs 'surat_keputusan', which no earlier step brings"},
      {{"hasil: pilihan, tombol: Kirim draf", "hasil: grant, tombol: Kirim draf"},
       "the action 'tolak' can never be taken"},
      {{"mulai: verifikasi.terima\n  selesai", "mulai: penandatanganan.tolak\n  selesai"},
       "penandatanganan.tanda_tangani ends the service's time before it has begun: mend mulai or "
       "selesai of layanan; the way there: pengajuan.kirim, verifikasi.terima"},
      {{"      lunas: {ke: penyusunan_sk, tombol: Catat pelunasan, sudah: retribusi dilunasi}\n"
        "      gugur: {status: lapsed, otomatis: 30d,",
        "      lunas: {ke: pembayaran, tombol: Catat pelunasan, sudah: retribusi dilunasi}\n"
        "      gugur: {ke: pembayaran, otomatis: 30d,"},
       "from 'pembayaran' no end can be reached"},
      {{"total: 8d 10h 33m", "total: 9d 10h 33m"}, "the steps add up to 8d 10h 33m"},
  };
  return all;
}

TEST(Soundness, EachPlantedMistakeIsOneFaultThatNamesIt) {
  int refused = 0;
  for (const Planted& one : planted()) {
    const Loaded<Sop> loaded = load_changed({one.change});
    const std::string said = said_by(loaded);
    ++refused;
    ASSERT_TRUE(loaded.has_error()) << one.change.to << "\nis not refused: " << one.english;
    EXPECT_NE(said.find(one.english), std::string::npos) << one.change.to << "\n" << said;
    EXPECT_EQ(loaded.error().size(), 1U) << one.change.to << "\n" << said;
    EXPECT_NE(loaded.error().front().indonesian, loaded.error().front().message);
    EXPECT_GT(loaded.error().front().line, 0);
  }
  EXPECT_GE(refused, 25);
}

TEST(Soundness, AChangeThatLeavesAWayToAnEndIsTaken) {
  const std::vector<Change> changes = {
      // the draft may choose another outcome
      {"tidak_layak: {ke: penyusunan_sk, hasil: refusal,",
       "tidak_layak: {ke: penetapan_retribusi, hasil: grant,"},
      // what is not paid lapses
      {"lunas: {ke: penyusunan_sk,", "lunas: {ke: pembayaran,"},
      // a branch without a step of its own has arrived at once
      {"kajian_bangunan, {langkah: kajian_lingkungan",
       "kajian_bangunan, pemeriksaan_lapangan, {langkah: kajian_lingkungan"},
      {"{ke: pengajuan, status: returned, batalkan_cabang: true,",
       "{status: rejected, batalkan_cabang: true,"},
  };
  for (const Change& change : changes) {
    const Loaded<Sop> loaded = load_changed({change});
    EXPECT_TRUE(loaded.has_value()) << change.to << "\n" << said_by(loaded);
  }
}

TEST(Soundness, TwoWaysOfDifferentLengthAreToldApart) {
  EXPECT_TRUE(load_changed({{"total: 8d 10h 33m",
                             "total: {paling_cepat: 8d 6h 33m, paling_lama: 8d "
                             "10h 33m}"}})
                  .has_error());
}

TEST(Soundness, AFileThatWasInForceOnceIsReadWhateverIsProvenSince) {
  std::string text = text_of("pbg.yaml");
  const std::string from = "hasil: pilihan, tombol: Kirim draf";
  text.replace(text.find(from), from.size(), "hasil: grant, tombol: Kirim draf");
  EXPECT_TRUE(load_sop({"pbg.yaml", text}).has_error());
  EXPECT_TRUE(load_sop({"pbg.yaml", text, true}).has_value());
}

}  // namespace
}  // namespace tenggat::testing
