#include "daemon/http/pdf_pages.h"

#include <gtest/gtest.h>

namespace tenggat::http {
namespace {

std::optional<int> pages(std::string_view bytes, std::size_t at_once = 1 << 20) {
  PdfPages all;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(at_once, bytes.size())))
    all.add(bytes.substr(0, at_once));
  return all.count();
}

// Two pages, one of them brought again by an update, as who signs a file does.
const std::string kTwo =
    "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids "
    "[3 0 R "
    "4 0 R] /Count 2 >>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\n4 0 obj\n<< "
    "/Type\n/Page\n"
    "/Parent 2 0 R >>\nendobj\nxref\ntrailer << /Size 5 /Root 1 0 R >>\n%%EOF\n"
    "4 0 obj\n<< /Type /Page /Annots [5 0 R] >>\nendobj\n%%EOF\n";

TEST(PdfPages, EachPageCountsOnceHoweverTheBytesCome) {
  for (std::size_t at_once : {1U, 7U, 64U, 100U, 4096U})
    EXPECT_EQ(pages(kTwo, at_once), 2) << at_once;
}

TEST(PdfPages, ATreeOfPagesIsNoPageAndNeitherIsALongerName) {
  EXPECT_EQ(pages("%PDF-1.4\n1 0 obj << /Type /Pages >> 2 0 obj << /Type /PageLabel >>"),
            std::nullopt);
  EXPECT_EQ(pages("%PDF-1.4\n7 0 obj << /Type /Page>> endobj"), 1);
}

TEST(PdfPages, WhatCannotBeToldIsNotSaid) {
  EXPECT_EQ(pages(kTwo + "9 0 obj << /Type /ObjStm /N 3 >>"), std::nullopt);
  EXPECT_EQ(pages(""), std::nullopt);
  EXPECT_EQ(pages("%PDF draf"), std::nullopt);
  std::string many;
  for (int i = 1; i <= 5002; ++i) many += std::to_string(i) + " 0 obj<</Type/Page>>\n";
  EXPECT_EQ(pages(many), std::nullopt);
}

}  // namespace
}  // namespace tenggat::http
