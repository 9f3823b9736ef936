#include "daemon/http/file_type.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "daemon/http/fields.h"

namespace tenggat::http {
namespace {

enum Place { kPdf, kJpeg, kPng, kDocx, kXlsx, kOdt, kOds };

constexpr auto kTypes = std::to_array<FileType>({
    {"PDF", "application/pdf", ".pdf", ".pdf", true},
    {"JPEG", "image/jpeg", ".jpg", ".jpg,.jpeg", true},
    {"PNG", "image/png", ".png", ".png", true},
    {"DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx",
     ".docx"},
    {"XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", ".xlsx"},
    {"ODT", "application/vnd.oasis.opendocument.text", ".odt", ".odt"},
    {"ODS", "application/vnd.oasis.opendocument.spreadsheet", ".ods", ".ods"},
});

constexpr std::size_t kEndOfArchive = 22, kEntry = 46, kLocalHead = 30;
constexpr std::size_t kLongestComment = 65535, kMostEntries = 10000;

// Little-endian; nothing beyond the end.
std::optional<std::size_t> number_at(std::string_view bytes, std::size_t at, std::size_t length) {
  if (at > bytes.size() || bytes.size() - at < length) return std::nullopt;
  std::size_t value = 0;
  for (std::size_t i = length; i > 0; --i)
    value = value << 8U | static_cast<unsigned char>(bytes[at + i - 1]);
  return value;
}

bool is_archive(std::string_view head) { return head.starts_with("PK\x03\x04"); }

// The names an archive's directory lists; nothing where it is broken, or begins before `tail`.
std::optional<std::vector<std::string_view>> names_in(std::string_view tail, std::size_t size) {
  if (tail.size() < kEndOfArchive || tail.size() > size) return std::nullopt;
  const std::size_t before = size - tail.size();
  const std::size_t reach = std::min(tail.size(), kEndOfArchive + kLongestComment);
  const std::size_t found = tail.substr(tail.size() - reach).rfind("PK\x05\x06");
  if (found == std::string_view::npos) return std::nullopt;
  const std::size_t end = tail.size() - reach + found;
  const auto entries = number_at(tail, end + 10, 2), start = number_at(tail, end + 16, 4),
             comment = number_at(tail, end + 20, 2);
  if (!entries || !start || !comment || *entries > kMostEntries || *start < before ||
      end + kEndOfArchive + *comment != tail.size())
    return std::nullopt;
  std::vector<std::string_view> names;
  std::size_t at = *start - before;
  for (std::size_t i = 0; i < *entries; ++i) {
    const auto name = number_at(tail, at + 28, 2), extra = number_at(tail, at + 30, 2),
               note = number_at(tail, at + 32, 2);
    if (!note || tail.substr(at, 4) != "PK\x01\x02" || tail.size() - at < kEntry + *name)
      return std::nullopt;
    names.push_back(tail.substr(at + kEntry, *name));
    at += kEntry + *name + *extra + *note;
  }
  if (at != end) return std::nullopt;
  return names;
}

bool ends_with_ignoring_case(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() &&
         equals_ignoring_case(text.substr(text.size() - ending.size()), ending);
}

// An OpenDocument says what it is in its first entry, which is not compressed; what follows it
// begins with "PK".
bool declares(std::string_view bytes, std::string_view media_type) {
  const auto name = number_at(bytes, 26, 2), extra = number_at(bytes, 28, 2);
  if (!extra || *name != 8 || bytes.substr(kLocalHead, 8) != "mimetype") return false;
  const std::size_t at = kLocalHead + *name + *extra;
  if (at > bytes.size()) return false;
  const std::string_view content = bytes.substr(at);
  return content.starts_with(media_type) && content.substr(media_type.size()).starts_with("PK");
}

const FileType* office_type_of(std::string_view head, std::string_view tail, std::size_t size) {
  if (!is_archive(head)) return nullptr;
  const auto names = names_in(tail, size);
  if (!names) return nullptr;
  const auto holds = [&](std::string_view name) {
    return std::find(names->begin(), names->end(), name) != names->end();
  };
  const bool program = std::any_of(names->begin(), names->end(), [](std::string_view name) {
    return ends_with_ignoring_case(name, "vbaProject.bin") || name.starts_with("Basic/") ||
           name.starts_with("Scripts/");
  });
  if (program) return nullptr;
  if (holds("[Content_Types].xml")) {
    if (holds("word/document.xml")) return &kTypes[kDocx];
    return holds("xl/workbook.xml") ? &kTypes[kXlsx] : nullptr;
  }
  for (const Place place : {kOdt, kOds})
    if (declares(head, kTypes[place].media_type) && holds("content.xml")) return &kTypes[place];
  return nullptr;
}

}  // namespace

std::span<const FileType> file_types() { return kTypes; }

namespace {

// By its first bytes alone.
const FileType* plain_type_of(std::string_view head) {
  if (head.starts_with("%PDF")) return &kTypes[kPdf];
  if (head.starts_with("\xFF\xD8\xFF")) return &kTypes[kJpeg];
  if (head.starts_with("\x89PNG\r\n\x1a\n")) return &kTypes[kPng];
  return nullptr;
}

}  // namespace

const FileType* file_type_of(std::string_view bytes) {
  return file_type_of(bytes, bytes, bytes.size());
}

const FileType* file_type_of(std::string_view head, std::string_view tail, std::size_t size) {
  if (const FileType* plain = plain_type_of(head)) return plain;
  return office_type_of(head, tail, size);
}

bool may_be_taken(std::string_view head) { return plain_type_of(head) || is_archive(head); }

bool told_by_its_end(std::string_view head) { return is_archive(head); }

const FileType* stored_file_type(std::string_view media_type, std::string_view head) {
  if (const FileType* plain = plain_type_of(head)) return plain;
  if (!is_archive(head)) return nullptr;
  for (const Place place : {kDocx, kXlsx, kOdt, kOds})
    if (kTypes[place].media_type == media_type) return &kTypes[place];
  return nullptr;
}

std::string accepted_endings() {
  std::string all;
  for (const FileType& type : kTypes) all += (all.empty() ? "" : ",") + std::string(type.endings);
  return all;
}

std::string file_type_names(Language language) {
  std::string all;
  for (const FileType& type : kTypes) {
    if (&type == &kTypes.back())
      all += language == Language::indonesian ? ", atau " : " or ";
    else if (!all.empty())
      all += ", ";
    all += type.name;
  }
  return all;
}

}  // namespace tenggat::http
