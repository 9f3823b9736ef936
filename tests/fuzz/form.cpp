// A form may be any bytes under any Content-Type: the first line is that field, the rest the body.
// Taken is only text that is text and files that are files, within the stated numbers; and what was
// taken, written down again in either encoding, is read the same.
#include "daemon/http/form.h"

#include "rules/utf8.h"
#include "tests/fuzz/check.h"

namespace tenggat::http {
namespace {

using fuzz::check;

bool is_text(std::string_view text) {
  return first_not_utf8(text) == text.size() && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
         });
}

struct Taken {
  std::string fault;  // none: it was taken
  Form form;
  std::vector<std::string> files;  // their bytes
};

// As it is taken where it comes in pieces of this size.
Taken read(std::string_view type, std::string_view body, std::size_t piece) {
  using Kind = FormReader::Event::Kind;
  Request request;
  request.headers.add("Content-Type", std::string(type));
  FormReader reader(request);
  Taken taken;
  while (true) {
    const FormReader::Event event = reader.next();
    if (event.kind == Kind::fault) {
      taken.fault = event.fault;
      check(!taken.fault.empty(), "a refusal says why");
      return taken;
    }
    if (event.kind == Kind::done) {
      taken.form = std::move(reader.form());
      return taken;
    }
    if (event.kind == Kind::file) taken.files.emplace_back();
    if (event.kind == Kind::bytes) taken.files.back() += event.bytes;
    if (event.kind != Kind::more) continue;
    if (body.empty()) {
      reader.end();
    } else {
      reader.feed(body.substr(0, piece));
      body.remove_prefix(std::min(piece, body.size()));
    }
  }
}
Taken read(std::string_view type, std::string_view body) { return read(type, body, body.size()); }

void check_form(const Taken& taken) {
  const Form& form = taken.form;
  check(form.files.size() == taken.files.size(), "each file is announced once");
  check(form.fields.size() + form.files.size() <= 200, "no more than 200 parts");
  for (const FormField& field : form.fields) {
    check(field.name.size() <= 300 && is_text(field.name) && is_text(field.value),
          "a field is text");
    check(field.value.find('\r') == std::string::npos, "line breaks are LF");
  }
  for (const std::string& bytes : taken.files) check(!bytes.empty(), "a file holds something");
  for (const FormFile& file : form.files) {
    check(file.name.size() <= 300 && is_text(file.name) && is_text(file.file_name),
          "its names are text");
    check(file.file_name.find_first_of("/\\") == std::string::npos, "and name no folder");
  }
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHex[byte >> 4U];
    encoded += kHex[byte & 15U];
  }
  return encoded;
}

void check_same(const Taken& taken, const Taken& again) {
  const Form &form = taken.form, &other = again.form;
  check(again.fault.empty(), "what was taken is taken again");
  check(other.fields.size() == form.fields.size() && other.files.size() == form.files.size(),
        "with as many parts");
  for (std::size_t i = 0; i < form.fields.size(); ++i)
    check(other.fields[i].name == form.fields[i].name &&
              other.fields[i].value == form.fields[i].value,
          "and the same fields");
  check(again.files == taken.files, "and the same files");
  for (std::size_t i = 0; i < form.files.size(); ++i)
    check(other.files[i].file_name == form.files[i].file_name, "of the same names");
}

// As a browser would: line breaks and quotes of a name are escapes there, so a name with them is
// another one.
void check_as_multipart(const Taken& taken) {
  const Form& form = taken.form;
  std::string boundary = "pembatas";
  const auto in_use = [&] {
    const auto holds = [&](const std::string& text) {
      return text.find(boundary) != std::string::npos;
    };
    return std::any_of(form.fields.begin(), form.fields.end(),
                       [&](const FormField& f) { return holds(f.value) || holds(f.name); }) ||
           std::any_of(taken.files.begin(), taken.files.end(), holds) ||
           std::any_of(form.files.begin(), form.files.end(),
                       [&](const FormFile& f) { return holds(f.name) || holds(f.file_name); });
  };
  while (in_use() && boundary.size() < 60) boundary += 'x';
  if (in_use()) return;
  const auto plain = [](std::string_view name) {
    return name.find_first_of("\"\r\n") == std::string_view::npos;
  };
  std::string body;
  for (const FormField& field : form.fields) {
    if (!plain(field.name)) return;
    body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field.name +
            "\"\r\n\r\n" + field.value + "\r\n";
  }
  for (std::size_t i = 0; i < form.files.size(); ++i) {
    const FormFile& file = form.files[i];
    if (!plain(file.name) || !plain(file.file_name)) return;
    body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + file.name +
            "\"; filename=\"" + file.file_name + "\"\r\n\r\n" + taken.files[i] + "\r\n";
  }
  if (body.empty()) return;
  check_same(taken,
             read("multipart/form-data; boundary=" + boundary, body + "--" + boundary + "--\r\n"));
}

void check_as_urlencoded(const Taken& taken) {
  if (!taken.files.empty()) return;
  std::string body;
  for (const FormField& field : taken.form.fields)
    body += percent_encoded(field.name) + '=' + percent_encoded(field.value) + '&';
  check_same(taken, read("application/x-www-form-urlencoded", body));
}

}  // namespace
}  // namespace tenggat::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tenggat::http;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::string_view type = text.substr(0, line), body = text.substr(std::min(line + 1, size));
  const Taken taken = read(type, body), in_pieces = read(type, body, 7);
  check(taken.fault.empty() == in_pieces.fault.empty(), "pieces change nothing");
  if (!taken.fault.empty()) return 0;
  check_same(taken, in_pieces);
  check_form(taken);
  check_as_multipart(taken);
  check_as_urlencoded(taken);
  return 0;
}
