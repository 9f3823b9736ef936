#include "daemon/api/sop_diagram.h"

#include <gtest/gtest.h>

#include "tests/daemon/api/office.h"

namespace tenggat {
namespace {

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST(SopDiagram, HasTheFormOfThePaper) {
  const std::string svg = sop_diagram(testing::paud());
  for (const char* head : {"Pelaksana", "Mutu Baku", "Kelengkapan", "Keterangan", "Front Office",
                           "4 hari 1 jam 18 menit (layanan 5 hari)"})
    EXPECT_NE(svg.find(head), std::string::npos) << head;
  // Eight steps are boxes, the one that can send the file back by the office's text is a diamond.
  EXPECT_EQ(count(svg, "<rect class=\"k\""), 8U);
  EXPECT_EQ(count(svg, "<path class=\"k\""), 1U);
  // Forward: eight. Back by the text: verifikasi. Beyond it: three returns and report_error.
  EXPECT_EQ(count(svg, "<path class=\"p\""), 9U);
  EXPECT_EQ(count(svg, "<path class=\"p b\""), 4U);
  EXPECT_EQ(count(svg, ">Ya<") + count(svg, ">Tidak<"), 2U);
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
}

}  // namespace
}  // namespace tenggat
