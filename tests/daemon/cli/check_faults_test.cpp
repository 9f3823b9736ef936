// One mistake in a file is one fault, in either language, that says what would be right.
#include <algorithm>

#include "tests/daemon/cli/tool.h"

namespace tenggat::cli {
namespace {

namespace fs = std::filesystem;
using test::Ran;

struct Mistake {
  const char *from, *to;
  const char* at;  // stands on the line that is named
  // What is said from the place on, whole; BEFORE is the line before.
  const char *indonesian, *english;
};

// Into tests/sops/pbg.yaml, which stands beside the service that its refusals are objected to in.
constexpr Mistake kMistakes[] = {
    {"    keterangan: Dapat dijeda", "    keteragan: Dapat dijeda", "keteragan",
     "kunci `keteragan` tidak dikenal; maksudnya `keterangan`?",
     "unknown key `keteragan`; did you mean `keterangan`?"},
    {"pimpinan: kepala_dinas\n", "pimpinan: kepala_dinas\npimpinan: sekretaris\n",
     "pimpinan: sekretaris",
     "kunci `pimpinan` ditulis dua kali, pertama pada baris BEFORE; sisakan satu",
     "duplicate key `pimpinan`, first on line BEFORE; keep one of the two"},
    {"    waktu: 1h\n    output: [{berkas_diperiksa", "    output: [{berkas_diperiksa",
     "- id: verifikasi", "kunci `waktu` belum ada; tambahkan di sini",
     "missing key `waktu`; add it here"},
    {"waktu: 14k geser", "waktu: 14 hari", "waktu: 14 hari",
     "waktu ditulis hari (d), jam (h), menit (m) menurut urutan ini, masing-masing paling banyak "
     "sekali, 1 sampai 9999 tanpa nol di depan, dengan paling banyak satu spasi di antaranya: 4d, "
     "1h 30m atau 2d 10m; atau hari kalender saja: 14k atau 14k geser",
     "a budget is days, hours and minutes in this order, each at most once and 1 to 9999 without "
     "leading zeros, at most one space between: 4d, 1h 30m or 2d 10m; or calendar days alone: 14k "
     "or 14k geser"},
    {"pelaksana: tim_teknis", "pelaksana: tim_teknik", "tim_teknik",
     "tidak ada peran 'tim_teknik' di bawah pelaksana: tambahkan di sana atau betulkan namanya",
     "there is no role 'tim_teknik' under pelaksana: add it there or mend the name"},
    {"layak: {ke: penetapan_retribusi,", "layak: {ke: penetapan_retribus,", "layak: {ke",
     "tidak ada langkah 'penetapan_retribus': tambahkan di bawah langkah atau betulkan namanya",
     "there is no step 'penetapan_retribus': add it under langkah or mend the name"},
    {"tangga: kalender", "tangga: bulan", "tangga: bulan",
     "tidak ada tangga 'bulan' di bawah eskalasi: tambahkan di sana atau betulkan namanya",
     "there is no ladder 'bulan' under eskalasi: add it there or mend the name"},
    {"selesai: [penandatanganan.tanda_tangani,", "selesai: [penandatanganan.tandatangani,",
     "selesai: [",
     "langkah 'penandatanganan' tidak mempunyai tindakan 'tandatangani': tambahkan di bawah aksi "
     "atau betulkan namanya",
     "the step 'penandatanganan' has no action 'tandatangani': add it under aksi or mend the name"},
    {"bila: {luas_m2: {lebih_dari: 500}}", "bila: {luas: {lebih_dari: 500}}",
     "langkah: kajian_lingkungan",
     "tidak ada isian 'luas' di bawah isian: tambahkan di sana atau betulkan namanya",
     "there is no field 'luas' under isian: add it there or mend the name"},
    {"bila: {luas_m2: {lebih_dari: 500}}", "bila: {luas_m2: {diatas: 500}}",
     "langkah: kajian_lingkungan",
     "`diatas` bukan perbandingan; yang ada: sama_dengan, bukan, lebih_dari, paling_sedikit, "
     "kurang_dari, paling_banyak, salah_satu dan ada",
     "`diatas` is no comparison; there are sama_dengan, bukan, lebih_dari, paling_sedikit, "
     "kurang_dari, paling_banyak, salah_satu and ada"},
    {"bila: {luas_m2: {lebih_dari: 500}}", "bila: {fungsi: {lebih_dari: usaha}}",
     "langkah: kajian_lingkungan",
     "lebih_dari membandingkan angka dan tanggal, sedangkan 'fungsi' bukan keduanya: gunakan "
     "sama_dengan, bukan atau salah_satu",
     "lebih_dari compares numbers and dates, which 'fungsi' is not: use sama_dengan, bukan or "
     "salah_satu"},
    {"min: 1, maks: 50}", "min: 60, maks: 50}", "id: lantai",
     "maks lebih kecil daripada min: isi maks paling sedikit sebesar min",
     "maks is below min: let maks be at least min"},
    {"    gabung: true\n", "", "- id: pemeriksaan_lapangan",
     "cabang bertemu di 'pemeriksaan_lapangan' yang tidak menggabungkannya: tulis gabung: true di "
     "sana",
     "branches meet at 'pemeriksaan_lapangan', which does not join them: give it gabung: true"},
    {"kembalikan_pemohon: {ke: pengajuan, status: returned, batalkan_cabang: true,",
     "kembalikan_pemohon: {ke: pengajuan, status: returned,", "kembalikan_pemohon:",
     "'kembalikan_pemohon' menuju 'pengajuan' di luar cabangnya: tulis batalkan_cabang: true bila "
     "cabang lain ikut berakhir",
     "'kembalikan_pemohon' leads to 'pengajuan', out of its branch: say batalkan_cabang: true "
     "where "
     "the other branches are to end with it"},
    {"lunas: {ke: penyusunan_sk,", "lunas: {ke: penyusunan_sk, batalkan_cabang: true,",
     "lunas:", "'lunas' tidak keluar dari percabangan: hapus batalkan_cabang",
     "'lunas' leaves no block: leave batalkan_cabang out"},
    {"bila: {retribusi: {lebih_dari: 0}}", "bila: {retribusi: {kurang_dari: 0}}", "tagih:",
     "tindakan 'tagih' tidak pernah dapat diambil: syarat atau hasilnya tidak pernah terpenuhi di "
     "sana; betulkan bila atau untuk_hasil, atau hapus tindakan itu",
     "the action 'tagih' can never be taken: its condition or outcome never holds there; mend bila "
     "or untuk_hasil, or take the action out"},
    {"pelaksana: kabid_bangunan\n    kelengkapan: [kajian_bangunan]",
     "pelaksana: kabid_bangunan\n    kelengkapan: [kajian_tata_ruang]",
     "- id: persetujuan_bangunan",
     "'persetujuan_bangunan' memerlukan 'kajian_tata_ruang' yang tidak dihasilkan langkah "
     "sebelumnya: tambahkan pada output sebelumnya, atau hapus dari kelengkapan",
     "'persetujuan_bangunan' needs 'kajian_tata_ruang', which no earlier step brings: add it to an "
     "output before, or leave it out of kelengkapan"},
    {"total: 8d 10h 33m", "total: 9d 10h 33m", "total:",
     "jumlah waktu semua langkah adalah 8d 10h 33m, bukan 9d 10h 33m: betulkan total atau waktu "
     "suatu langkah",
     "the steps add up to 8d 10h 33m, not 9d 10h 33m: mend total or the waktu of a step"},
    {"/{bulan_romawi}/{tahun}\"", "/{bulan_romawi}\"",
     "nomor:", "nomor memuat {tahun} dan {urut} atau {urut:05}, misalnya PAUD-{tahun}-{urut:05}",
     "a number holds {tahun} and {urut} or {urut:05}, like PAUD-{tahun}-{urut:05}"},
    {"  sop: keberatan\n", "  sop: keberatan_pbg\n", "  sop: keberatan_pbg",
     "tidak ada SOP `keberatan_pbg` di sop/ tempat keberatan diajukan: tambahkan berkasnya atau "
     "hapus sop",
     "no SOP `keberatan_pbg` in sop/, in which a refusal is objected to: add its file or leave sop "
     "out"},
    {"kabar: lengkap\n", "kabar: lengkapp\n", "kabar: lengkapp",
     "tidak ada teks `lengkapp` di texts/id.yaml: tambahkan di sana atau betulkan namanya",
     "no text `lengkapp` in texts/id.yaml: add it there or mend the name"},
    {"sekretaris: {nama: Sekretaris, atasan: kepala_dinas}",
     "sekretaris: {nama: Sekretaris, atasan: kabid_perizinan}", "  kabid_perizinan:",
     "atasan 'kabid_perizinan' berputar kembali kepada dirinya: peran tertinggi tidak mempunyai "
     "atasan",
     "the superiors of 'kabid_perizinan' go round in a circle: the highest has no atasan"},
    {"layanan: true, menunggu: pemohon", "menunggu: pemohon",
     "  bank:", "menunggu hanya untuk sistem: beri 'bank' layanan: true, atau hapus menunggu",
     "menunggu is for a system alone: give 'bank' layanan: true, or leave menunggu out"},
};

// Of which the shortest way to what is wrong is told: the end differs.
constexpr Mistake kOnTheWay[] = {
    {"[kajian_tata_ruang, kajian_bangunan, {langkah: kajian_lingkungan, bila: {luas_m2: "
     "{lebih_dari: 500}}}]",
     "[{langkah: kajian_lingkungan, bila: {luas_m2: {lebih_dari: 500}}}]", "",
     "tulis satu cabang tanpa bila; jalannya: pengajuan.kirim (luas_m2=",
     "leave one branch without bila; the way there: pengajuan.kirim (luas_m2="},
    {"      kembalikan: {ke: penetapan_retribusi, tombol: Kembalikan untuk dihitung ulang,\n"
     "        sudah: dikembalikan untuk dihitung ulang, catatan: wajib,\n"
     "        alasan: [Retribusi belum diisi, Perhitungan keliru, Dasar pengenaan keliru]}\n",
     "", "", "tambahkan tindakan untuk keadaan selebihnya; jalannya: pengajuan.kirim",
     "add an action for all other cases; the way there: pengajuan.kirim"},
    {"mulai: verifikasi.terima\n  selesai", "mulai: penandatanganan.tolak\n  selesai", "",
     "betulkan mulai atau selesai pada layanan; jalannya: pengajuan.kirim, verifikasi.terima",
     "mend mulai or selesai of layanan; the way there: pengajuan.kirim, verifikasi.terima"},
};

class Folder {
 public:
  Folder() {
    for (const char* part : {"sop", "calendar", "texts"})
      fs::copy(test::shipped_rules() / part, folder_.path() / part, fs::copy_options::recursive);
    for (const char* name : {"pbg.yaml", "keberatan.yaml"})
      fs::copy(fs::path(TENGGAT_SOURCE_DIR) / "tests/sops" / name, folder_.path() / "sop" / name);
  }
  // The line that should be named; 0 where it is not there.
  int plant(const Mistake& mistake) {
    std::ifstream file(fs::path(TENGGAT_SOURCE_DIR) / "tests/sops/pbg.yaml");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto from = text.find(mistake.from);
    if (from == std::string::npos) return 0;
    text.replace(from, std::string(mistake.from).size(), mistake.to);
    folder_.write("sop/pbg.yaml", text);
    const auto at = text.find(mistake.at);
    if (at == std::string::npos) return 0;
    return 1 + static_cast<int>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  }
  Ran check(const char* language) {
    return test::Tool().run({"check", path(), "--lang", language});
  }
  std::string path() const { return folder_.path().string(); }

 private:
  test::Folder folder_;
};

TEST(CheckFaults, OneMistakeIsOneFaultThatSaysWhatWouldBeRight) {
  static_assert(std::size(kMistakes) >= 20);
  Folder folder;
  for (const Mistake& one : kMistakes) {
    const int line = folder.plant(one);
    EXPECT_GT(line, 0) << "pbg.yaml no longer has " << one.from << " or " << one.at;
    const std::string place = folder.path() + "/sop/pbg.yaml:" + std::to_string(line) + ":";
    for (const bool english : {false, true}) {
      const Ran ran = folder.check(english ? "en" : "id");
      EXPECT_EQ(ran.code, kRefused) << one.to;
      EXPECT_EQ(ran.err.find(place), 0U) << one.to << ": line " << line << "\n" << ran;
      const auto said = ran.err.find(": ", place.size());
      std::string wanted = english ? one.english : one.indonesian;
      if (const auto before = wanted.find("BEFORE"); before != std::string::npos)
        wanted.replace(before, 6, std::to_string(line - 1));
      EXPECT_EQ(
          ran.err.substr(std::min(said, ran.err.size() - 2) + 2),
          wanted + (english ? "\n1 fault in " : "\n1 kesalahan dalam ") + folder.path() + "\n")
          << one.to;
    }
  }
}

TEST(CheckFaults, WhatShowsOnlyOnTheWayIsSaidWithTheWay) {
  Folder folder;
  for (const Mistake& one : kOnTheWay) {
    EXPECT_GT(folder.plant(one), 0) << "pbg.yaml no longer has " << one.from;
    for (const bool english : {false, true}) {
      const Ran ran = folder.check(english ? "en" : "id");
      EXPECT_EQ(ran.code, kRefused) << one.to;
      EXPECT_NE(ran.err.find(english ? one.english : one.indonesian), std::string::npos) << ran;
      EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 2) << ran;
    }
  }
}

}  // namespace
}  // namespace tenggat::cli
