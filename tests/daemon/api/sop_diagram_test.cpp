// The diagram has what the office's own form has, in the form of PermenPANRB 35/2012.
#include "daemon/api/sop_diagram.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "rules/sop/load_sop.h"
#include "tests/daemon/api/office.h"

namespace tenggat {
namespace {

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

Sop sop_of(const std::string& file) {
  std::ifstream in(std::string(TENGGAT_SOURCE_DIR) + "/tests/sops/" + file);
  std::stringstream text;
  text << in.rdbuf();
  auto loaded = load_sop({file, text.str()});
  EXPECT_TRUE(loaded.has_value()) << file;
  return std::move(*loaded);
}

std::vector<std::string> all_of(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at)
    found.push_back((*at)[1].str());
  return found;
}

// A group up to its end.
std::string group(const std::string& svg, const std::string& name, const std::string& value) {
  const auto begin = svg.find("<g data-" + name + "=\"" + value);
  if (begin == std::string::npos) return "";
  std::size_t at = begin, depth = 0;
  do {
    const std::size_t opens = svg.find("<g ", at), closes = svg.find("</g>", at);
    if (opens < closes) ++depth;
    if (closes <= opens) --depth;
    at = std::min(opens, closes) + 3;
  } while (depth > 0);
  return svg.substr(begin, at - begin);
}

std::string words_in(const std::string& part) {
  std::string words;
  for (const std::string& line : all_of(part, "<text[^>]*>([^<]*)</text>"))
    words += (words.empty() ? "" : " ") + line;
  return words;
}

std::string bare(std::string text) {
  std::erase(text, ' ');
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// The office's form, row by row, in its own words; of the documents, whose names the file shortens,
// the words that name them. "Draft" is "draf" by the dictionary, and "sdh" is left out.
struct Row {
  const char *step, *role, *activity, *needs, *time, *output, *remarks;
};
constexpr Row kForm[] = {
    {"pengajuan", "pemohon",
     "Mengajukan Permohonan Pendaftaran secara online pada intanbjb.banjarbarukota.go.id",
     "Persyaratan Izin|PAUD", "30 Menit", "data elektronik", ""},
    {"verifikasi", "front_office", "Memverifikasi berkas permohonan", "Data Elektronik", "10 Menit",
     "Berkas|diperiksa",
     "Otomatis terouting ke Back Office apabila diterima dan terouting ke pemohon apabila ditolak"},
    {"penerimaan", "back_office", "Menerima Berkas Permohonan secara elektronik",
     "Berkas|diperiksa", "10 Menit", "Berkas|elektronik", "Berkas dirouting ke Dinas Teknis"},
    {"kajian_teknis", "dinas_teknis",
     "Menerima permohonan secara elektronik, memproses permohonan, Membuat BAP Lapangan, Membuat "
     "Rekomendasi",
     "Berkas|elektronik", "4 Hari", "BAPL, Rekomendasi", ""},
    {"penyusunan_sk", "back_office",
     "Menerima Berkas Permohonan secara elektronik|Rekomendasi, memproses", "BAPL, Rekomendasi",
     "10 menit", "Draf SK", "Berkas dirouting ke Kabid"},
    {"persetujuan_kabid", "kabid_perizinan", "Memberikan persetujuan", "Draf SK", "5 Menit",
     "Draf SK|Kabid", "Berkas dirouting ke Sekretaris"},
    {"persetujuan_sekretaris", "sekretaris", "Memberikan persetujuan", "Draf SK|Kabid", "5 Menit",
     "Draf SK|Sekretaris", "Berkas dirouting ke Kepala Dinas"},
    {"penandatanganan", "kepala_dinas", "Tanda Tangan Surat Izin (SK)", "Draf SK", "5 Menit",
     "Surat Keputusan", ""},
    {"penerimaan_sk", "pemohon", "Menerima Surat Izin / SK", "Surat Keputusan", "3 Menit",
     "Surat Keputusan", ""},
};

TEST(SopDiagram, NothingOfTheOfficesFormIsMissing) {
  const std::string svg = sop_diagram(testing::paud());
  int number = 0;
  for (const Row& row : kForm) {
    const std::string drawn = group(svg, "langkah", row.step);
    ASSERT_FALSE(drawn.empty()) << row.step;
    const auto has = [&](const char* column, const std::string& wanted) {
      const std::string said = bare(words_in(group(drawn, "kolom", column)));
      std::stringstream parts(wanted);
      for (std::string part; std::getline(parts, part, '|');)
        EXPECT_NE(said.find(bare(part)), std::string::npos)
            << row.step << ", " << column << ": " << part << " is not in " << said;
    };
    has("No.", std::to_string(++number));
    has("Kegiatan", row.activity);
    has("Kelengkapan", row.needs);
    has("Waktu", row.time);
    has("Output", row.output);
    has("Keterangan", row.remarks);
    EXPECT_FALSE(group(svg, "bentuk", std::string(row.step) + " " + row.role).empty())
        << row.step << " stands in another column";
  }
  const std::string words = words_in(svg);
  for (const char* head :
       {"SOP Izin Penyelenggaraan PAUD", "No.", "Kegiatan", "Pelaksana", "Mutu Baku", "Kelengkapan",
        "Waktu", "Output", "Keterangan", "Pemohon", "Front Office", "Back Office", "Dinas Teknis",
        "Kepala Bidang Perizinan", "Sekretaris", "Kepala Dinas", "Jumlah waktu keseluruhan",
        "4 hari 1 jam 18 menit (layanan 5 hari)"})
    EXPECT_NE(words.find(head), std::string::npos) << head;
}

TEST(SopDiagram, ShapesAndArrowsAreThoseOfTheGuideline) {
  const std::string svg = sop_diagram(testing::paud());
  // By the office's text one step decides; what goes beyond it makes no diamond.
  for (const Row& row : kForm) {
    const std::string shape = group(svg, "bentuk", row.step);
    EXPECT_EQ(count(shape, "<path"), std::string_view(row.step) == "verifikasi" ? 1U : 0U);
  }
  EXPECT_EQ(words_in(group(svg, "bentuk", "pengajuan")), "Mulai");
  EXPECT_EQ(words_in(group(svg, "bentuk", "penerimaan_sk")), "Selesai");
  EXPECT_EQ(count(svg, ">Ya<"), 1U);
  EXPECT_EQ(count(svg, ">Tidak<"), 1U);
  EXPECT_EQ(count(svg, ">Ditolak<"), 1U);
  // Forward: eight, and back by the text: one. Beyond it three returns, the refusal, the error that
  // is reported. The legend has one more of either.
  EXPECT_EQ(count(svg, "<path class=\"p\""), 10U);
  EXPECT_EQ(count(svg, "<path class=\"p b\""), 6U);
}

TEST(SopDiagram, BranchesBeginAndEndAtBarsAndCallingThemOffIsDashed) {
  const Sop pbg = sop_of("pbg.yaml");
  const std::string svg = sop_diagram(pbg), words = words_in(svg);
  EXPECT_EQ(count(svg, "<path class=\"s\""), 3U);    // a fork, a join, the legend
  EXPECT_EQ(count(svg, "<path class=\"p c\""), 3U);  // two returns, the legend
  for (const char* said : {"14 hari kalender", "8 hari 10 jam 33 menit (layanan 28 hari)", "Gugur",
                           "Halaman 2 dari 3"})
    EXPECT_NE(words.find(said), std::string::npos) << said;
  EXPECT_NE(bare(words_in(group(svg, "langkah", "verifikasi")))
                .find(bare("Dibuka bersamaan: langkah 3, 5 dan 7. Langkah 7 hanya bila Luas "
                           "bangunan (m²) lebih dari 500.")),
            std::string::npos);
  EXPECT_NE(bare(words_in(group(svg, "langkah", "persetujuan_retribusi")))
                .find(bare("Setujui tanpa retribusi (bila Retribusi (Rp) sama dengan 0): ke "
                           "langkah 13.")),
            std::string::npos);
  // Two ways are a yes, and each says where it leads.
  EXPECT_EQ(count(svg, ">Ya, ke 12<"), 1U);
  EXPECT_EQ(count(svg, ">Ya, ke 13<"), 1U);
}

TEST(SopDiagram, TheIdentityPageComesFirstWhereThereIsOne) {
  const std::string identity =
      words_in(group(sop_diagram(sop_of("pbg.yaml")), "bagian", "identitas"));
  for (const char* said :
       {"Nomor SOP 065/12/SOP/DPMPTSP/2026", "Tanggal pembuatan 12 Januari 2026",
        "Tanggal revisi 22 Juni 2026", "Tanggal efektif 1 Juli 2026",
        "Disahkan oleh Kepala DPMPTSP Kota Banjarbaru", "Nama SOP Persetujuan Bangunan Gedung",
        "Dasar hukum 1. UU 28/2002 tentang Bangunan Gedung", "Keterkaitan 1. SOP Keberatan",
        "Peringatan Bangunan yang didirikan", "Kualifikasi pelaksana 1. Memahami",
        "Peralatan/perlengkapan 1. Komputer", "Pencatatan dan pendataan Disimpan sebagai"})
    EXPECT_NE(identity.find(said), std::string::npos) << said << "\n" << identity;
  EXPECT_EQ(group(sop_diagram(testing::paud()), "bagian", "identitas"), "");
}

TEST(SopDiagram, ATotalThatTheFileDoesNotStateIsNotStated) {
  const std::string words = words_in(sop_diagram(sop_of("receipt.yaml")));
  EXPECT_EQ(words.find("Jumlah waktu"), std::string::npos);
  EXPECT_NE(words.find("Waktu layanan 55 hari kalender"), std::string::npos);
  Sop without = testing::paud();
  without.total.reset();
  without.case_ends.clear();
  EXPECT_EQ(group(sop_diagram(without), "bagian", "jumlah"), "");
}

TEST(SopDiagram, NoNameOfAMachineIsRead) {
  for (const Sop& sop :
       {testing::paud(), sop_of("pbg.yaml"), sop_of("keberatan.yaml"), sop_of("receipt.yaml")})
    EXPECT_EQ(words_in(sop_diagram(sop)).find('_'), std::string::npos) << sop.id;
  EXPECT_NE(words_in(sop_diagram(testing::paud())).find("Draf SK Kabid"), std::string::npos);
}

// A browser prints one page after the other; no row is cut, and nothing lies beyond the paper.
TEST(SopDiagram, EachRowLiesOnOnePage) {
  for (const Sop& sop :
       {testing::paud(), sop_of("pbg.yaml"), sop_of("keberatan.yaml"), sop_of("receipt.yaml")}) {
    const std::string svg = sop_diagram(sop);
    const int width = std::stoi(all_of(svg, "viewBox=\"0 0 (\\d+) ").at(0));
    const int height = std::stoi(all_of(svg, "viewBox=\"0 0 \\d+ (\\d+)\"").at(0));
    const int millimetres = std::stoi(all_of(svg, "svg\\{width:330mm;height:(\\d+)mm").at(0));
    const int page = height * 215 / millimetres;
    EXPECT_EQ(height % page, 0);
    EXPECT_NEAR(width * 215.0 / 330, page, 1) << sop.id;
    for (const Step& step : sop.steps) {
      const std::string row = group(svg, "langkah", step.id);
      const int top = std::stoi(all_of(row, "<rect[^>]* y=\"(\\d+)\"").at(0));
      const int tall = std::stoi(all_of(row, "<rect[^>]* height=\"(\\d+)\"").at(0));
      EXPECT_EQ(top / page, (top + tall) / page) << sop.id << "." << step.id;
    }
    for (const std::string& x : all_of(svg, "<(?:rect|text)[^>]* x=\"(-?\\d+)\"")) {
      EXPECT_GE(std::stoi(x), 0) << sop.id;
      EXPECT_LE(std::stoi(x), width) << sop.id;
    }
  }
}

TEST(SopDiagram, WhatTheFormSaysIsNeverMarkup) {
  Sop sop = testing::paud();
  sop.title = "<script>alert(1)</script> & \"izin\"";
  sop.steps[1].activity = "</svg><b>";
  const std::string svg = sop_diagram(sop);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_EQ(count(svg, "</svg>"), 1U);
  EXPECT_NE(svg.find("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;izin&quot;"),
            std::string::npos);
}

TEST(SopDiagram, ABudgetIsSaidAsPeopleSayIt) {
  EXPECT_EQ(budget_in_words({4, 1, 18}), "4 hari 1 jam 18 menit");
  EXPECT_EQ(budget_in_words({0, 0, 5}), "5 menit");
  EXPECT_EQ(budget_in_words({0, 0, 0, 14, true}), "14 hari kalender");
}

}  // namespace
}  // namespace tenggat
