#include "daemon/http/form.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "rules/utf8.h"

namespace tenggat::http {
namespace {

constexpr std::size_t kPartsMax = 200;
constexpr std::size_t kPartHeadMax = 2048;
constexpr std::size_t kNameMax = 300;

using Parsed = boost::system::result<Form, FormFault>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_text(std::string_view text) {
  return first_not_utf8(text) == text.size() && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
         });
}

// Browsers send CRLF for a line break in a text area.
std::string with_plain_lines(std::string_view text) {
  std::string lines;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool followed = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (!followed) lines += text[i] == '\r' ? '\n' : text[i];
  }
  return lines;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

std::optional<FormFault> add_field(Form& form, std::string name, std::string_view value) {
  if (name.size() > kNameMax || !is_text(name) || !is_text(value))
    return FormFault{"a field is no text"};
  form.fields.push_back({std::move(name), with_plain_lines(value)});
  return std::nullopt;
}

Parsed read_urlencoded(std::string_view body) {
  Form form;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (pair.empty()) continue;
    if (form.fields.size() == kPartsMax) return FormFault{"too many fields"};
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decoded(pair.substr(0, equals));
    const auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return FormFault{"a field is not well encoded"};
    if (const auto fault = add_field(form, std::move(*name), *value)) return *fault;
  }
  return form;
}

// The value of a parameter such as `name="a"`. Browsers write quotes and line breaks inside as %22,
// %0D and %0A, so the next quote ends it.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  for (std::size_t at = header.find(';'); at < header.size(); at = header.find(';', at)) {
    header.remove_prefix(at + 1);
    while (header.starts_with(' ')) header.remove_prefix(1);
    at = 0;
    const std::size_t equals = header.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view found = header.substr(0, equals);
    header.remove_prefix(equals + 1);
    std::string_view value;
    if (header.starts_with('"')) {
      const std::size_t end = header.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      value = header.substr(1, end - 1);
      header.remove_prefix(end + 1);
    } else {
      value = header.substr(0, header.find(';'));
      header.remove_prefix(value.size());
    }
    if (equals_ignoring_case(found, name)) return std::string(value);
  }
  return std::nullopt;
}

struct PartHead {
  std::string name;
  std::optional<std::string> file_name;
};

std::optional<PartHead> read_part_head(std::string_view head) {
  PartHead part;
  bool named = false;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (equals_ignoring_case(line.substr(0, colon), "Content-Disposition")) {
      auto name = parameter(value, "name");
      if (named || !name || !equals_ignoring_case(value.substr(0, value.find(';')), "form-data"))
        return std::nullopt;
      named = true;
      part.name = std::move(*name);
      part.file_name = parameter(value, "filename");
    }
  }
  if (!named) return std::nullopt;
  return part;
}

std::string without_folder(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

std::optional<FormFault> add_part(Form& form, PartHead part, std::string_view content) {
  if (!part.file_name) return add_field(form, std::move(part.name), content);
  if (part.name.size() > kNameMax || !is_text(part.name) || !is_text(*part.file_name))
    return FormFault{"a file's name is no text"};
  if (content.empty()) return std::nullopt;
  form.files.push_back(
      {std::move(part.name), without_folder(*part.file_name), std::string(content)});
  return std::nullopt;
}

Parsed read_multipart(std::string_view body, const std::string& boundary) {
  if (boundary.empty() || boundary.size() > 70) return FormFault{"there is no boundary"};
  const std::string opening = "--" + boundary, between = "\r\n--" + boundary;
  if (!body.starts_with(opening)) return FormFault{"the body does not begin with its boundary"};
  body.remove_prefix(opening.size());
  Form form;
  for (std::size_t parts = 0; !body.starts_with("--"); ++parts) {
    if (parts == kPartsMax) return FormFault{"too many parts"};
    if (!body.starts_with("\r\n")) return FormFault{"a part is not well framed"};
    body.remove_prefix(2);
    const std::size_t head_end = body.substr(0, kPartHeadMax).find("\r\n\r\n");
    if (head_end == std::string_view::npos) return FormFault{"a part has no head, or a long one"};
    auto head = read_part_head(body.substr(0, head_end));
    if (!head) return FormFault{"a part has no name"};
    body.remove_prefix(head_end + 2);  // its last line end may be that of the next boundary
    const std::size_t end = body.find(between);
    if (end == std::string_view::npos) return FormFault{"the last boundary is missing"};
    const std::string_view content = end < 2 ? std::string_view() : body.substr(2, end - 2);
    if (const auto fault = add_part(form, std::move(*head), content)) return *fault;
    body.remove_prefix(end + between.size());
  }
  return form;
}

}  // namespace

void throw_exception_from_error(const FormFault& fault, const boost::source_location&) {
  throw std::logic_error(fault.detail);
}

std::string Form::text(std::string_view name) const {
  for (const FormField& field : fields)
    if (field.name == name) return std::string(trimmed(field.value));
  return {};
}

std::vector<std::string> Form::texts(std::string_view name) const {
  std::vector<std::string> all;
  for (const FormField& field : fields)
    if (field.name == name) all.push_back(field.value);
  return all;
}

Parsed read_form(const Request& request) {
  const std::string_view type = request.headers.get("Content-Type").value_or("");
  const std::string_view kind = trimmed(type.substr(0, type.find(';')));
  if (equals_ignoring_case(kind, "application/x-www-form-urlencoded"))
    return read_urlencoded(request.body);
  if (equals_ignoring_case(kind, "multipart/form-data"))
    return read_multipart(request.body, parameter(type, "boundary").value_or(""));
  return FormFault{"the body is no form"};
}

}  // namespace tenggat::http
