// The diagram has what the office's own form has, in the form of PermenPANRB 35/2012.
#include "daemon/api/sop_diagram.h"

#include <fmt/format.h>
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

// In small letters, without signs, a space between two.
std::string bare_words(const std::string& text) {
  std::string words;
  for (const char c : text) {
    const bool of_word = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (of_word)
      words += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  if (words.ends_with(' ')) words.pop_back();
  return words;
}

// What the diagram writes otherwise than the form, and why.
struct Exception {
  const char *form, *drawn, *reason;
};
constexpr Exception kExceptions[] = {
    {"draft", "draf", "the dictionary's spelling, which every page and message has"},
    {"sdh", "sudah", "an abbreviation of handwriting, written out"},
    {"di routing", "dirouting", "as the form has it in its remarks"},
    {"kabid perizinan", "kepala bidang perizinan", "the head of a column is the role's title"},
};

// Words of the form that are not drawn in their order.
std::string missing(const std::string& form, const std::string& drawn) {
  std::string wanted = " " + bare_words(form) + " ";
  for (const Exception& one : kExceptions) {
    const std::string from = fmt::format(" {} ", one.form), to = fmt::format(" {} ", one.drawn);
    for (auto at = wanted.find(from); at != std::string::npos; at = wanted.find(from, at + 1))
      wanted.replace(at, from.size(), to);
  }
  std::istringstream there(bare_words(drawn)), each(wanted);
  std::string lacking;
  for (std::string word, one; each >> word;) {
    const auto from = there.tellg();
    while (there >> one && one != word) {
    }
    if (there) continue;
    lacking += (lacking.empty() ? "" : " ") + word;
    there.clear();
    if (from >= 0) there.seekg(from);
  }
  return lacking;
}

// The lines of the office's form, each its cells.
std::vector<std::vector<std::string>> form() {
  std::ifstream in(std::string(TENGGAT_SOURCE_DIR) + "/tests/daemon/api/paud_form.tsv");
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::vector<std::string> cells{""};
    for (const char c : line)
      if (c == '\t')
        cells.emplace_back();
      else
        cells.back() += c;
    lines.push_back(std::move(cells));
  }
  return lines;
}

// The form's rows, by what the file calls them, and in which column the form draws each.
struct Row {
  const char *step, *role;
};
constexpr Row kForm[] = {{"pengajuan", "pemohon"},
                         {"verifikasi", "front_office"},
                         {"penerimaan", "back_office"},
                         {"kajian_teknis", "dinas_teknis"},
                         {"penyusunan_sk", "back_office"},
                         {"persetujuan_kabid", "kabid_perizinan"},
                         {"persetujuan_sekretaris", "sekretaris"},
                         {"penandatanganan", "kepala_dinas"},
                         {"penerimaan_sk", "pemohon"}};

TEST(SopDiagram, NoWordOfTheOfficesFormIsMissing) {
  const std::string svg = sop_diagram(testing::paud()), whole = words_in(svg);
  constexpr const char* kColumns[] = {"No.",   "Kegiatan", "Kelengkapan",
                                      "Waktu", "Output",   "Keterangan"};
  std::size_t rows = 0;
  for (const std::vector<std::string>& cells : form()) {
    if (std::isdigit(static_cast<unsigned char>(cells[0][0])) == 0) {
      for (std::size_t i = 1; i < cells.size(); ++i)
        EXPECT_EQ(missing(cells[i], whole), "") << cells[0] << ": " << cells[i];
      continue;
    }
    ASSERT_EQ(cells.size(), std::size(kColumns)) << cells[0];
    ASSERT_LT(rows, std::size(kForm));
    const Row& row = kForm[rows++];
    const std::string drawn = group(svg, "langkah", row.step);
    ASSERT_FALSE(drawn.empty()) << row.step;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string cell = words_in(group(drawn, "kolom", kColumns[i]));
      EXPECT_EQ(missing(cells[i], cell), "")
          << row.step << ", " << kColumns[i] << ": " << cells[i] << "\nis drawn: " << cell;
    }
    EXPECT_FALSE(group(svg, "bentuk", std::string(row.step) + " " + row.role).empty())
        << row.step << " stands in another column";
  }
  EXPECT_EQ(rows, std::size(kForm));
  EXPECT_EQ(words_in(group(svg, "bagian", "jumlah")),
            "Jumlah waktu keseluruhan 4 hari 1 jam 18 menit (layanan 5 hari)");
  EXPECT_NE(whole.find("SOP Penerbitan Izin Penyelenggaraan PAUD"), std::string::npos);
}

TEST(SopDiagram, AWordThatIsMissingIsNamed) {
  EXPECT_EQ(missing("Berkas yang sdh diperiksa", "Berkas yang sudah diperiksa"), "");
  EXPECT_EQ(missing("Berkas yang sdh diperiksa", "Berkas diperiksa"), "yang sudah");
  EXPECT_EQ(missing("4 Hari 1 Jam 18 Menit", "4 hari 1 jam 8 menit"), "18");
  EXPECT_EQ(missing("BAPL, Rekomendasi", "Rekomendasi, BAPL"), "rekomendasi");
}

// What a file says of a document's name; a version written before it could say it has the words of
// one that does.
TEST(SopDiagram, AColumnPrintsTheFormsWordsElseTheDocumentsName) {
  Sop sop = testing::paud();
  const auto cell = [&](const char* step, const char* column) {
    return words_in(group(group(sop_diagram(sop), "langkah", step), "kolom", column));
  };
  EXPECT_EQ(cell("persetujuan_kabid", "Kelengkapan"), "Draf SK yang telah disetujui Kabid");
  EXPECT_EQ(cell("penyusunan_sk", "Output"), "Draf SK");
  const Sop newer = sop;
  sop.documents.clear();
  EXPECT_EQ(cell("verifikasi", "Output"), "Berkas diperiksa");
  const SopVersions versions{{"newer", &newer}};
  sop.versions = &versions;
  EXPECT_EQ(cell("verifikasi", "Output"), "Berkas yang sudah diperiksa");
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
  // A name alone makes no page.
  EXPECT_FALSE(testing::paud().identity.name.empty());
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
  sop.identity.name = "<script>alert(1)</script> & \"izin\"";
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
