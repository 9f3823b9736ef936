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
constexpr std::size_t kTextMax = 1024 * 1024;
constexpr const char* kTooMuchText = "too much text";
constexpr const char* kNoLastBoundary = "the last boundary is missing";
const std::string kLineEnd = "\r\n";

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

FormReader::FormReader(const Request& request) {
  const std::string_view type = request.headers.get("Content-Type").value_or("");
  const std::string_view kind = trimmed(type.substr(0, type.find(';')));
  if (equals_ignoring_case(kind, "application/x-www-form-urlencoded")) return;
  if (!equals_ignoring_case(kind, "multipart/form-data")) {
    fault_ = "the body is no form";
    return;
  }
  state_ = State::opening;
  const std::string boundary = parameter(type, "boundary").value_or("");
  if (boundary.empty() || boundary.size() > 70) fault_ = "there is no boundary";
  boundary_ = "--" + boundary;
}

void FormReader::feed(std::string_view bytes) {
  if (state_ != State::done && !fault_) buffer_.append(bytes);
}

FormReader::Event FormReader::next() {
  while (true) {
    if (fault_) return {Event::Kind::fault, {}, fault_};
    if (auto event = step()) {
      fault_ = event->fault;
      return std::move(*event);
    }
  }
}

FormReader::Step FormReader::step() {
  switch (state_) {
    case State::opening:
      return read_opening();
    case State::boundary:
      return read_boundary();
    case State::head:
      return read_head();
    case State::file:
      return read_file();
    case State::text:
      return read_text();
    case State::urlencoded:
      return read_encoded();
    case State::done:
      break;
  }
  return Event{Event::Kind::done};
}

namespace {

FormReader::Event fault(const char* why) { return {FormReader::Event::Kind::fault, {}, why}; }

}  // namespace

FormReader::Step FormReader::more(const char* unless_ended) const {
  return ended_ ? fault(unless_ended) : Event{};
}

FormReader::Step FormReader::read_encoded() {
  if (buffer_.size() > kTextMax) return fault(kTooMuchText);
  if (!ended_) return Event{};
  auto form = read_urlencoded(buffer_);
  if (!form) return fault(form.error().detail);
  form_ = std::move(*form);
  state_ = State::done;
  return std::nullopt;
}

FormReader::Step FormReader::read_opening() {
  constexpr const char* kNone = "the body does not begin with its boundary";
  if (buffer_.size() < boundary_.size()) return more(kNone);
  if (!buffer_.starts_with(boundary_)) return fault(kNone);
  buffer_.erase(0, boundary_.size());
  state_ = State::boundary;
  return std::nullopt;
}

FormReader::Step FormReader::read_boundary() {
  if (buffer_.size() < 2) return more("a part is not well framed");
  if (buffer_.starts_with("--")) {
    state_ = State::done;
    buffer_.clear();
    return std::nullopt;
  }
  if (parts_++ == kPartsMax) return fault("too many parts");
  if (!buffer_.starts_with("\r\n")) return fault("a part is not well framed");
  buffer_.erase(0, 2);
  state_ = State::head;
  return std::nullopt;
}

FormReader::Step FormReader::read_head() {
  const std::size_t end = std::string_view(buffer_).substr(0, kPartHeadMax).find("\r\n\r\n");
  if (end == std::string::npos) {
    constexpr const char* kNone = "a part has no head, or a long one";
    return buffer_.size() < kPartHeadMax ? more(kNone) : Step(fault(kNone));
  }
  auto head = read_part_head(std::string_view(buffer_).substr(0, end));
  if (!head) return fault("a part has no name");
  if (head->file_name &&
      (head->name.size() > kNameMax || !is_text(head->name) || !is_text(*head->file_name)))
    return fault("a file's name is no text");
  buffer_.erase(0, end + 2);  // the line end before an empty content is that of the boundary
  state_ = head->file_name ? State::file : State::text;
  part_ = {std::move(head->name), without_folder(head->file_name.value_or(""))};
  opened_ = false;
  return std::nullopt;
}

// Whole, with the boundary behind it.
FormReader::Step FormReader::read_text() {
  const std::string between = kLineEnd + boundary_;
  const std::size_t end = buffer_.find(between);
  if (text_ + std::min(end, buffer_.size()) > kTextMax) return fault(kTooMuchText);
  if (end == std::string::npos) return more(kNoLastBoundary);
  text_ += end;
  const std::size_t begin = std::min(end, kLineEnd.size());
  if (const auto wrong = add_field(form_, std::move(part_.name),
                                   std::string_view(buffer_).substr(begin, end - begin)))
    return fault(wrong->detail);
  buffer_.erase(0, end + between.size());
  state_ = State::boundary;
  return std::nullopt;
}

// As it comes; what may be the beginning of its boundary waits.
FormReader::Step FormReader::read_file() {
  const std::string between = kLineEnd + boundary_;
  const std::size_t end = buffer_.find(between);
  const bool whole = end != std::string::npos;
  const std::size_t sure =
      whole ? end : buffer_.size() - std::min(buffer_.size(), between.size() - 1);
  const std::size_t begin = opened_ ? 0 : kLineEnd.size();  // that of the head's last line
  if (!whole && sure <= begin) return more(kNoLastBoundary);
  if (!opened_ && sure > begin) {
    opened_ = true;
    buffer_.erase(0, begin);
    form_.files.push_back(part_);
    return Event{Event::Kind::file};
  }
  std::string content = opened_ ? buffer_.substr(0, sure) : std::string();
  buffer_.erase(0, whole ? end + between.size() : sure);
  if (whole) state_ = State::boundary;
  if (content.empty()) return std::nullopt;
  return Event{Event::Kind::bytes, std::move(content)};
}

Parsed read_form(const Request& request) {
  FormReader reader(request);
  reader.feed(request.body);
  reader.end();
  while (true) {
    const FormReader::Event event = reader.next();
    if (event.kind == FormReader::Event::Kind::fault) return FormFault{event.fault};
    if (event.kind == FormReader::Event::Kind::done) return std::move(reader.form());
  }
}

}  // namespace tenggat::http
