// `tenggat sop`, on a database that a daemon has brought the rules into.
#include "daemon/office/rule_files.h"
#include "daemon/store/rules.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::cli {
namespace {

using test::Ran;

pg::Awaitable<void> bring_in(pg::Connection& connection, const RuleFiles& files) {
  for (const store::RuleSet& set : files.calendar_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
  for (const store::RuleSet& set : files.sop_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
}

class Sops : public test::OnDatabase {
 protected:
  Sops() {
    std::filesystem::copy(test::shipped_rules(), rules_, std::filesystem::copy_options::recursive);
    configure(rules_);
    migrate();
    if (!connection_) connection_.emplace(connect());
    const auto files = load_rule_files(rules_);
    test::await(io_, bring_in(*connection_, *files));
  }
  boost::json::value listed() {
    const Ran ran = run({"sop", "list", "--json"});
    EXPECT_EQ(ran.code, kOk) << ran;
    return boost::json::parse(ran.out).at(0);
  }
  void expect_refused(const std::vector<std::string>& arguments, const std::string& why) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, kRefused) << ran;
    EXPECT_NE(ran.err.find(why), std::string::npos) << ran;
  }
  std::filesystem::path paud() const { return rules_ / "sop/paud.yaml"; }
  std::string paud_text() const {
    std::ifstream file(paud());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Another service, by the same rules.
  static std::string other_text(std::string text) {
    text.replace(text.find("sop: paud"), 9, "sop: lain");
    text.replace(text.find("PAUD-{tahun}"), 4, "LAIN");
    return text;
  }

  std::filesystem::path rules_ = folder_.path() / "rules";
};

TEST_F(Sops, AServiceIsRetiredAndRestoredOnRecord) {
  EXPECT_TRUE(listed().at("retired_at").is_null());
  expect_refused({"sop", "restore", "paud"}, "not retired");
  expect_refused({"sop", "retire", "imb"}, "no SOP `imb`");
  const Ran retired = run({"sop", "retire", "paud", "--by", "Siti"});
  ASSERT_EQ(retired.code, kOk) << retired;
  EXPECT_NE(retired.out.find("0 open ones run on"), std::string::npos) << retired;
  expect_refused({"sop", "retire", "paud"}, "already");
  EXPECT_EQ(listed().at("retired_by").as_string(), "Siti");
  EXPECT_NE(run({"sop", "list"}).out.find("by Siti"), std::string::npos);
  // A new version of its file does not bring it back.
  std::string text = paud_text();
  text.replace(text.find("judul: "), 7, "judul: Baru ");
  std::ofstream(paud()) << text;
  const auto files = load_rule_files(rules_);
  test::await(io_, bring_in(*connection_, *files));
  EXPECT_EQ(listed().at("retired_by").as_string(), "Siti");
  ASSERT_EQ(run({"sop", "restore", "paud", "--by", "Budi"}).code, kOk);
  EXPECT_TRUE(listed().at("retired_at").is_null());
  EXPECT_EQ(sql("SELECT retired_by || ' ' || restored_by || ' ' || (restored_at >= retired_at)"
                " FROM sop_retirement"),
            "Siti Budi true");
}

TEST_F(Sops, ItsFileIsComparedWithWhatIsInForce) {
  EXPECT_EQ(listed().at("file").as_string(), "in force");
  EXPECT_EQ(run({"sop", "diff", "paud"}).out, "");
  std::string text = paud_text();
  text.replace(text.find("total: 4d 1h 18m"), 16, "total: 4d 1h 18m ");
  std::ofstream(paud()) << text;
  EXPECT_EQ(listed().at("file").as_string(), "differs");
  Ran diff = run({"sop", "diff", "paud"});
  EXPECT_EQ(diff.code, kOk) << diff;
  EXPECT_EQ(diff.out, "hanya komentar atau cara penulisan\n");
  diff = run({"sop", "diff", "paud", "--lines"});
  EXPECT_NE(diff.out.find("\n-total: 4d 1h 18m  #"), std::string::npos) << diff;
  EXPECT_NE(diff.out.find("\n+total: 4d 1h 18m   #"), std::string::npos) << diff;
  std::filesystem::rename(paud(), rules_ / "paud.simpanan");
  std::ofstream(rules_ / "sop/lain.yaml") << other_text(text);
  EXPECT_EQ(listed().at("file").as_string(), "none");
  expect_refused({"sop", "diff", "paud"}, "no file");
  const Ran shown = run({"sop", "show", "paud"});
  EXPECT_EQ(shown.code, kOk) << shown;
  EXPECT_NE(shown.out.find("kajian_teknis"), std::string::npos) << shown;
  std::ofstream(rules_ / "sop/rusak.yaml") << "sop: [";
  EXPECT_EQ(listed().at("file").as_string(), "unreadable");
  expect_refused({"sop", "diff", "paud"}, "faults");
}

// What an official changed, part by part, whatever lines it took.
TEST_F(Sops, WhatItsFileWouldChangeIsSaidInWords) {
  std::string text = paud_text();
  const auto change = [&](const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  change("total: 4d 1h 18m", "total: 5d 1h 18m");
  change("    waktu: 4d\n    output: [{bapl", "    waktu: 5d\n    output: [{bapl");
  change("alasan: [Dokumen belum lengkap,", "alasan: [Dokumen kurang,");
  change(
      "  cuaca: {nama: cuaca menghalangi pemeriksaan lapangan, ingatkan_lagi: 1d, di_luar_sop: "
      "true}\n",
      "  banjir: {nama: banjir, ingatkan_lagi: 1d}\n");
  change("keterangan: Berkas dirouting ke Dinas Teknis\n", "gabung: false\n");
  std::ofstream(paud()) << text;
  Ran diff = run({"sop", "diff", "paud"});
  EXPECT_EQ(diff.code, kOk) << diff;
  EXPECT_EQ(diff.out,
            "total: 4d 1h 18m menjadi 5d 1h 18m\n"
            "kendala cuaca: dihapus\n"
            "kendala banjir: ditambahkan\n"
            "langkah verifikasi, aksi, reject, alasan: [Dokumen belum lengkap, Dokumen tidak "
            "terbaca atau terpotong, Belum ditandatangani atau distempel, Data tidak sesuai dengan "
            "dokumen pendukung, Masa berlaku dokumen telah habis] menjadi [Dokumen kurang, Dokumen "
            "tidak terbaca atau terpotong, Belum ditandatangani atau distempel, Data tidak sesuai "
            "dengan dokumen pendukung, Masa berlaku dokumen telah habis]\n"
            "langkah penerimaan, keterangan: dihapus\n"
            "langkah penerimaan, gabung: (kosong) menjadi false\n"
            "langkah kajian_teknis, waktu: 4d menjadi 5d\n");
  diff = run({"sop", "diff", "paud", "--lang", "en"});
  EXPECT_NE(diff.out.find("langkah kajian_teknis, waktu: 4d becomes 5d\n"), std::string::npos)
      << diff;
}

// Whose `nomor` could print a number of a service that is in force and has no file here.
TEST_F(Sops, CheckAsksTheDatabaseWhetherTwoServicesCouldPrintOneNumber) {
  std::string text = paud_text();
  std::ofstream(rules_ / "sop/lain.yaml") << other_text(text);
  Ran check = run({"check"});
  EXPECT_EQ(check.code, kOk) << check;
  EXPECT_NE(check.out.find("nomor: tidak ada nomor suatu layanan"), std::string::npos) << check;
  std::filesystem::remove(paud());
  text.replace(text.find("sop: paud"), 9, "sop: lain");  // and PAUD's `nomor`
  std::ofstream(rules_ / "sop/lain.yaml") << text;
  check = run({"check"});
  EXPECT_EQ(check.code, kRefused) << check;
  EXPECT_NE(check.err.find("sop/lain.yaml:14:8: dapat mencetak nomor yang sama dengan paud"),
            std::string::npos)
      << check;
  EXPECT_NE(check.err.find("beri salah satunya kata pembeda\n1 kesalahan dalam "),
            std::string::npos)
      << check;
}

}  // namespace
}  // namespace tenggat::cli
