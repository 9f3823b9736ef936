#include "daemon/http/form.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

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
}

// What a reader makes of a form that comes in pieces of this size.
struct Seen {
  Form form;
  std::vector<std::string> files;  // their bytes
  std::string fault;
};
Seen seen_by(const Request& request, std::size_t size) {
  using Kind = FormReader::Event::Kind;
  FormReader reader(request);
  Seen seen;
  std::string_view rest = request.body;
  while (true) {
    const FormReader::Event event = reader.next();
    if (event.kind == Kind::fault) seen.fault = event.fault;
    if (event.kind == Kind::done) seen.form = std::move(reader.form());
    if (event.kind == Kind::fault || event.kind == Kind::done) return seen;
    if (event.kind == Kind::file) seen.files.emplace_back();
    if (event.kind == Kind::bytes) seen.files.back() += event.bytes;
    if (event.kind != Kind::more) continue;
    rest.empty() ? reader.end() : reader.feed(rest.substr(0, size));
    rest.remove_prefix(std::min(size, rest.size()));
  }
}

TEST(Form, IsTheSameHoweverItComesInPieces) {
  const std::string bytes = "\r\n--x--\r\n--x--" + std::string(300, 'b') + "\r\n--x--";
  const Request request = with(
      kMultipart, part("name=\"a\"", "") + part("name=\"catatan\"", " dua\r\nbaris ") +
                      part("name=\"satu\"; filename=\"satu.pdf\"", bytes) +
                      part("name=\"kosong\"; filename=\"\"", "") +
                      "--x--y\r\nContent-Disposition: form-data; name=\"hampa\"; filename=\"\"\r\n"
                      "\r\n--x--y\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n" +
                      part("name=\"dua\"; filename=\"dua.pdf\"", "\r\n") + "--x--y--\r\nafter");
  for (std::size_t size = 1; size <= request.body.size(); ++size) {
    const Seen seen = seen_by(request, size);
    EXPECT_EQ(seen.fault, "") << size;
    ASSERT_EQ(seen.form.fields.size(), 3U) << size;
    EXPECT_EQ(seen.form.text("catatan"), "dua\nbaris") << size;
    ASSERT_EQ(seen.form.files.size(), 2U) << size;
    EXPECT_EQ(seen.form.files[1].name, "dua") << size;
    EXPECT_EQ(seen.files, (std::vector<std::string>{bytes, "\r\n"})) << size;
  }
}

TEST(Form, TextIsBoundedAndFilesAreNotHeld) {
  const std::string long_text(1024 * 1024 + 1, 'a');
  EXPECT_FALSE(read_form(with(kUrlencoded, "a=" + long_text)));
  EXPECT_FALSE(read_form(with(kMultipart, part("name=\"a\"", long_text) + "--x--y--")));
  const std::string half(600 * 1024, 'a');
  EXPECT_FALSE(read_form(
      with(kMultipart, part("name=\"a\"", half) + part("name=\"b\"", half) + "--x--y--")));
  EXPECT_TRUE(
      read_form(with(kMultipart, part("name=\"a\"; filename=\"a\"", long_text) + "--x--y--")));
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
  for (const auto& [type, body] : cases) {
    EXPECT_FALSE(read_form(with(type, body))) << type << ": " << body.substr(0, 80);
    EXPECT_NE(seen_by(with(type, body), 7).fault, "") << type << ": " << body.substr(0, 80);
  }
}

}  // namespace
}  // namespace tenggat::http
