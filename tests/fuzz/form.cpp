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

boost::system::result<Form, FormFault> read(std::string_view type, std::string_view body) {
  Request request;
  request.headers.add("Content-Type", std::string(type));
  request.body = body;
  return read_form(request);
}

void check_form(const Form& form) {
  check(form.fields.size() + form.files.size() <= 200, "no more than 200 parts");
  for (const FormField& field : form.fields) {
    check(field.name.size() <= 300 && is_text(field.name) && is_text(field.value),
          "a field is text");
    check(field.value.find('\r') == std::string::npos, "line breaks are LF");
  }
  for (const FormFile& file : form.files) {
    check(!file.bytes.empty(), "a file holds something");
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

void check_fields(const Form& form, const boost::system::result<Form, FormFault>& again) {
  check(again.has_value(), "what was taken is taken again");
  check(again->fields.size() == form.fields.size() && again->files.size() == form.files.size(),
        "with as many parts");
  for (std::size_t i = 0; i < form.fields.size(); ++i)
    check(again->fields[i].name == form.fields[i].name &&
              again->fields[i].value == form.fields[i].value,
          "and the same fields");
}

// As a browser would: line breaks and quotes of a name are escapes there, so a name with them is
// another one.
void check_as_multipart(const Form& form) {
  std::string boundary = "pembatas";
  const auto in_use = [&] {
    const auto holds = [&](const std::string& text) {
      return text.find(boundary) != std::string::npos;
    };
    return std::any_of(form.fields.begin(), form.fields.end(),
                       [&](const FormField& f) { return holds(f.value) || holds(f.name); }) ||
           std::any_of(form.files.begin(), form.files.end(), [&](const FormFile& f) {
             return holds(f.bytes) || holds(f.name) || holds(f.file_name);
           });
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
  for (const FormFile& file : form.files) {
    if (!plain(file.name) || !plain(file.file_name)) return;
    body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + file.name +
            "\"; filename=\"" + file.file_name + "\"\r\n\r\n" + file.bytes + "\r\n";
  }
  if (body.empty()) return;
  const auto again =
      read("multipart/form-data; boundary=" + boundary, body + "--" + boundary + "--\r\n");
  check_fields(form, again);
  for (std::size_t i = 0; i < form.files.size(); ++i)
    check(again->files[i].bytes == form.files[i].bytes &&
              again->files[i].file_name == form.files[i].file_name,
          "and the same files");
}

void check_as_urlencoded(const Form& form) {
  if (!form.files.empty()) return;
  std::string body;
  for (const FormField& field : form.fields)
    body += percent_encoded(field.name) + '=' + percent_encoded(field.value) + '&';
  check_fields(form, read("application/x-www-form-urlencoded", body));
}

}  // namespace
}  // namespace tenggat::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tenggat::http;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const auto form = read(text.substr(0, line), text.substr(std::min(line + 1, text.size())));
  if (!form) {
    check(form.error().detail != nullptr && *form.error().detail != '\0', "a refusal says why");
    return 0;
  }
  check_form(*form);
  check_as_multipart(*form);
  check_as_urlencoded(*form);
  return 0;
}
