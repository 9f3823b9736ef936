#include "notifiers/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
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

namespace {

std::string words_of_errno() { return std::error_code(errno, std::generic_category()).message(); }

// What is on it is on the disk itself; empty where that is so, else why not.
std::string settled(int file, std::string_view content) {
  std::string why;
  while (why.empty() && !content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written > 0)
      content.remove_prefix(static_cast<std::size_t>(written));
    else if (written == 0 || errno != EINTR)
      why = words_of_errno();
  }
  if (why.empty() && ::fsync(file) != 0) why = words_of_errno();
  if (::close(file) != 0 && why.empty()) why = words_of_errno();
  return why;
}

}  // namespace

SendResult write_file(const fs::path& directory, const std::string& name,
                      std::string_view content) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return storage_failed(error.message());
  const fs::path temporary = directory / ("." + name + ".tmp");
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return storage_failed(words_of_errno());
  std::string why = settled(file, content);
  if (why.empty()) {
    fs::rename(temporary, directory / name, error);
    why = error ? error.message() : std::string();
  }
  if (!why.empty()) {
    fs::remove(temporary, error);
    return storage_failed("cannot write " + name + ": " + why);
  }
  // The name, too: a message that counts as sent must be there after the power fails.
  const int folder = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return storage_failed(words_of_errno());
  why = settled(folder, {});
  if (!why.empty()) return storage_failed(why);
  return {Outcome::accepted, std::string(reason::accepted), "", name, std::nullopt};
}

}  // namespace tenggat::notify
