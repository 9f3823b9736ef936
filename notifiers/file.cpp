#include "notifiers/file.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <system_error>

#include "notifiers/utf8.h"

namespace tenggat::notify {
namespace fs = std::filesystem;
namespace {

// What goes into a name or a header line must not leave its directory or its line.
std::string safe_for_name(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '_' || c == '-';
    safe += plain ? c : '_';
  }
  return safe.substr(0, 100);
}

std::string compact(Instant t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(t - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

SendResult storage_failed(std::string detail) {
  return {Outcome::retry, std::string(reason::storage_failed), std::move(detail), "", std::nullopt};
}

}  // namespace

std::optional<fs::path> file_directory(std::string_view url) {
  constexpr std::string_view kScheme = "file:";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  if (url.starts_with("///")) url.remove_prefix(2);
  if (url.empty()) return std::nullopt;
  return fs::path(url);
}

std::string file_name(const Message& message) {
  return fmt::format("{}-{}-{}-{}.txt", compact(message.decided_at), safe_for_name(message.id),
                     name(message.channel), safe_for_name(message.text_id));
}

std::string file_content(const Message& message) {
  std::string to = one_line(message.to);
  if (!message.recipient_name.empty())
    to = fmt::format("{} <{}>", one_line(message.recipient_name), to);
  std::string content = fmt::format("To: {}\nChannel: {}\n", to, name(message.channel));
  if (!message.subject.empty()) content += fmt::format("Subject: {}\n", one_line(message.subject));
  content += fmt::format("Text: {}\n\n{}\n", one_line(message.text_id), message.body);
  return content;
}

SendResult write_file(const Message& message, const fs::path& directory) {
  return write_file(directory, file_name(message), file_content(message));
}

SendResult write_file(const fs::path& directory, const std::string& name,
                      std::string_view content) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return storage_failed(error.message());
  const fs::path temporary = directory / ("." + name + ".tmp");
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) {
    fs::remove(temporary, error);
    return storage_failed("cannot write " + name);
  }
  fs::rename(temporary, directory / name, error);
  if (error) return storage_failed(error.message());
  return {Outcome::accepted, std::string(reason::accepted), "", name, std::nullopt};
}

}  // namespace tenggat::notify
