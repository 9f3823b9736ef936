#include "daemon/http/form.h"

#include <gtest/gtest.h>

namespace tenggat::http {
namespace {

Request with(std::string type, std::string body) {
  Request request;
  request.headers.add("Content-Type", std::move(type));
  request.body = std::move(body);
  return request;
}
constexpr const char* kUrlencoded = "application/x-www-form-urlencoded";
constexpr const char* kMultipart = "multipart/form-data; boundary=\"x--y\"";

std::string part(const std::string& head, const std::string& content) {
  return "--x--y\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + content + "\r\n";
}

TEST(Form, ReadsWhatABrowserEncodesInTheAddressForm) {
  const Form form =
      read_form(with(kUrlencoded, "a=1&nama=Siti+%26+Co%0D%0Abaris&a=2&kosong=&=x&lain")).value();
  EXPECT_EQ(form.texts("a"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(form.text("nama"), "Siti & Co\nbaris");
  EXPECT_EQ(form.text("kosong"), "");
  EXPECT_EQ(form.text("lain"), "");
  EXPECT_EQ(form.text("tidak_ada"), "");
  EXPECT_EQ(form.fields.size(), 6U);
}

TEST(Form, ReadsFilesWithTheirBytesAsTheyAre) {
  const std::string bytes("\0\r\n--x--\r\n\xff--x--", 16);
  const Form form =
      read_form(with(kMultipart, part("name=\"catatan\"", " dua\r\nbaris ") +
                                     part("name=\"berkas\"; filename=\"C:\\a\\denah.pdf\"\r\n"
                                          "Content-Type: application/pdf; charset=x",
                                          bytes) +
                                     part("name=\"kosong\"; filename=\"\"", "") + "--x--y--\r\n"))
          .value();
  EXPECT_EQ(form.text("catatan"), "dua\nbaris");
  ASSERT_EQ(form.files.size(), 1U);  // an input left alone is no file
  EXPECT_EQ(form.files[0].name, "berkas");
  EXPECT_EQ(form.files[0].file_name, "denah.pdf");
  EXPECT_EQ(form.files[0].bytes, bytes);
}

TEST(Form, RefusesWhatIsNoForm) {
  std::string many, parts;
  for (int i = 0; i < 201; ++i) {
    many += "a=1&";
    parts += part("name=\"a\"", "1");
  }
  const std::pair<const char*, std::string> cases[] = {
      {"", "a=1"},
      {"text/plain", "a=1"},
      {kUrlencoded, "a=%4"},
      {kUrlencoded, "a=%zz"},
      {kUrlencoded, "a=%ff"},
      {kUrlencoded, "a=%00"},
      {kUrlencoded, "a%07=1"},
      {kUrlencoded, std::string(301, 'n') + "=1"},
      {kUrlencoded, many},
      {kMultipart, ""},
      {kMultipart, "--x--y"},
      {kMultipart, "preface\r\n" + part("name=\"a\"", "1") + "--x--y--"},
      {kMultipart, part("name=\"a\"", "1")},
      {kMultipart, part("filename=\"a\"", "1") + "--x--y--"},
      {kMultipart, part("name=\"a\"\r\nX: " + std::string(3000, 'x'), "1") + "--x--y--"},
      {kMultipart, part("name=\"a\"\r\nno colon", "1") + "--x--y--"},
      {kMultipart, part("name=\"a\"", std::string("\0", 1)) + "--x--y--"},
      {kMultipart, part("name=\"a\"; filename=\"\x01.pdf\"", "1") + "--x--y--"},
      {kMultipart, parts + "--x--y--"},
      {"multipart/form-data", part("name=\"a\"", "1") + "--x--y--"},
      {"multipart/form-data; boundary=", part("name=\"a\"", "1") + "--x--y--"},
  };
  for (const auto& [type, body] : cases)
    EXPECT_FALSE(read_form(with(type, body))) << type << ": " << body.substr(0, 80);
}

}  // namespace
}  // namespace tenggat::http
