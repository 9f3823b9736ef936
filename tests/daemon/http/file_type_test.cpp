#include "daemon/http/file_type.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace tenggat::http {
namespace {

std::string number(std::size_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFFU);
  return text;
}

// A ZIP archive of these entries, not compressed. Source: APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16.
std::string zip(const std::vector<std::pair<std::string, std::string>>& entries,
                const std::string& comment = "") {
  std::string whole, directory;
  for (const auto& [name, content] : entries) {
    const std::string sizes = number(0, 4) + number(content.size(), 4) + number(content.size(), 4);
    const std::size_t at = whole.size();
    whole += "PK\x03\x04" + number(20, 2) + number(0, 8) + sizes + number(name.size(), 2) +
             number(0, 2) + name + content;
    directory += "PK\x01\x02" + number(20, 2) + number(20, 2) + number(0, 8) + sizes +
                 number(name.size(), 2) + number(0, 12) + number(at, 4) + name;
  }
  return whole + directory + "PK\x05\x06" + number(0, 4) + number(entries.size(), 2) +
         number(entries.size(), 2) + number(directory.size(), 4) + number(whole.size(), 4) +
         number(comment.size(), 2) + comment;
}

std::string kind(const std::string& bytes) {
  const FileType* type = file_type_of(bytes);
  return type ? std::string(type->ending) : "none";
}

const std::pair<std::string, std::string> kTypes{"[Content_Types].xml", "<Types/>"};

TEST(FileType, TheBytesSayWhatAFileIs) {
  EXPECT_EQ(kind("%PDF-1.7\n1 0 obj"), ".pdf");
  EXPECT_EQ(kind("\xFF\xD8\xFF\xE0 JFIF"), ".jpg");
  EXPECT_EQ(kind(std::string("\x89PNG\r\n\x1a\n", 8) + "IHDR"), ".png");
  EXPECT_EQ(kind(zip({kTypes, {"_rels/.rels", ""}, {"word/document.xml", "<w/>"}})), ".docx");
  EXPECT_EQ(kind(zip({{"xl/workbook.xml", ""}, kTypes}, "a comment")), ".xlsx");
  EXPECT_EQ(kind(zip({{"mimetype", "application/vnd.oasis.opendocument.text"},
                      {"content.xml", "<office/>"}})),
            ".odt");
  EXPECT_EQ(kind(zip({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
                      {"content.xml", "<office/>"}})),
            ".ods");
}

TEST(FileType, NothingElseIsTakenWhateverItIsCalled) {
  for (const std::string& bytes :
       {std::string(), std::string("isi"), std::string("MZ\x90 a program"),
        std::string("\x7f"
                    "ELF"),
        std::string("<!DOCTYPE html><script>alert(1)</script>"),
        std::string("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), std::string("GIF89a"),
        std::string("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 an old .doc"), std::string("\x89PN"),
        std::string("PK\x03\x04"), std::string(" %PDF-1.7"), std::string("<html>%PDF-1.7</html>")})
    EXPECT_EQ(kind(bytes), "none") << bytes;
  EXPECT_EQ(kind(zip({{"a.exe", "MZ"}})), "none");
  EXPECT_EQ(kind(zip({kTypes, {"ppt/presentation.xml", ""}})), "none");
  EXPECT_EQ(kind(zip({{"word/document.xml", "<w/>"}})), "none");
  EXPECT_EQ(kind(zip({{"mimetype", "application/epub+zip"}, {"content.xml", ""}})), "none");
}

TEST(FileType, WhatCarriesAProgramIsNotTaken) {
  EXPECT_EQ(kind(zip({kTypes, {"word/document.xml", ""}, {"word/vbaProject.bin", "x"}})), "none");
  EXPECT_EQ(kind(zip({kTypes, {"xl/workbook.xml", ""}, {"xl/VBAPROJECT.BIN", "x"}})), "none");
  EXPECT_EQ(kind(zip({{"mimetype", "application/vnd.oasis.opendocument.text"},
                      {"Basic/script-lc.xml", ""}})),
            "none");
  // A page of hypertext before an archive is the page to a browser.
  EXPECT_EQ(kind("<script>alert(1)</script>" + zip({kTypes, {"word/document.xml", ""}})), "none");
}

TEST(FileType, ABrokenArchiveIsNoneOfThem) {
  const std::string whole = zip({kTypes, {"word/document.xml", "<w/>"}});
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_EQ(kind(whole.substr(0, length)), "none") << length;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string broken = whole;
    broken[at] = static_cast<char>(0xFF);
    kind(broken);  // must not read beyond it
  }
}

TEST(FileType, TheFormsAndTheRefusalNameTheSameTypes) {
  EXPECT_EQ(accepted_endings(), ".pdf,.jpg,.jpeg,.png,.docx,.xlsx,.odt,.ods");
  EXPECT_EQ(file_type_names(Language::indonesian), "PDF, JPEG, PNG, DOCX, XLSX, ODT, atau ODS");
  EXPECT_EQ(file_type_names(Language::english), "PDF, JPEG, PNG, DOCX, XLSX, ODT or ODS");
}

}  // namespace
}  // namespace tenggat::http
