#include "daemon/cli/setup_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "daemon/cli/command.h"
#include "rules/yaml.h"

namespace tenggat::cli {
namespace {

constexpr std::string_view kBegin = "# tenggat setup: begin";
constexpr std::string_view kEnd = "# tenggat setup: end";
constexpr auto kDays = std::to_array<std::string_view>(
    {"senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"});

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}
std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

// Where a remark begins behind a value, quotes respected; the end where there is none.
std::size_t remark_in(std::string_view line) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == '"' && c == '\\') {
      ++i;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#' && i > 0 && line[i - 1] == ' ') {
      return i;
    }
  }
  return line.size();
}

// The line with its value in place of what stood behind `key:`.
std::string replaced(const std::string& line, std::size_t after_colon, std::string_view value) {
  const std::size_t remark = remark_in(line);
  std::string out = fmt::format("{} {}", line.substr(0, after_colon), value);
  if (remark < line.size()) out += "  " + line.substr(remark);
  return out;
}

bool begins_key(std::string_view line, std::string_view key) {
  return line.starts_with(key) && line.size() > key.size() && line[key.size()] == ':';
}

// The lines of a map begin with a blank, are empty or remarks.
bool is_within(std::string_view line) {
  return line.empty() || line.front() == ' ' || line.front() == '#';
}

void set_in_map(std::vector<std::string>& lines, std::size_t map, std::string_view name,
                std::string_view value) {
  for (std::size_t i = map + 1; i < lines.size() && is_within(lines[i]); ++i) {
    const std::size_t indent = lines[i].find_first_not_of(' ');
    if (indent == std::string::npos || indent == 0) continue;
    if (!begins_key(std::string_view(lines[i]).substr(indent), name)) continue;
    lines[i] = replaced(lines[i], indent + name.size() + 1, value);
    return;
  }
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(map) + 1,
               fmt::format("  {}: {}", name, value));
}

std::size_t day_of(std::string_view word) {
  const auto found = std::ranges::find(kDays, word);
  if (found == kDays.end())
    throw Refused(fmt::format("`{}` is no day: {}", word, fmt::join(kDays, ", ")));
  return static_cast<std::size_t>(found - kDays.begin());
}

// A descriptor that goes with its owner.
class Descriptor {
 public:
  explicit Descriptor(const char* name) : fd_(::memfd_create(name, MFD_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), name);
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t done = ::write(fd_, text.data(), text.size());
      if (done <= 0) throw std::system_error(errno, std::generic_category(), "memory");
      text.remove_prefix(static_cast<std::size_t>(done));
    }
    ::lseek(fd_, 0, SEEK_SET);
  }
  std::string read() const {
    ::lseek(fd_, 0, SEEK_SET);
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t got = 0; (got = ::read(fd_, piece.data(), piece.size())) > 0;)
      text.append(piece.data(), static_cast<std::size_t>(got));
    return text;
  }

 private:
  int fd_;
};

}  // namespace

std::optional<std::string> value_in(const std::string& text, std::string_view key) {
  YamlFile file({"", text});
  YamlValue at = file.document();
  while (at.present() && !key.empty()) {
    const std::string_view name = key.substr(0, key.find('.'));
    key.remove_prefix(std::min(name.size() + 1, key.size()));
    YamlValue next;
    if (at.is_map())
      for (const auto& [found, value] : at.entries())
        if (found.text() == name) next = value;
    at = next;
  }
  if (!at.present() || !at.is_scalar()) return std::nullopt;
  return at.text();
}

std::string in_quotes(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

std::string with_value(std::string text, std::string_view key, std::string_view value) {
  std::vector<std::string> lines = lines_of(text);
  const std::size_t dot = key.find('.');
  const std::string_view first = key.substr(0, dot);
  const auto found =
      std::ranges::find_if(lines, [&](const std::string& line) { return begins_key(line, first); });
  const auto at = static_cast<std::size_t>(found - lines.begin());
  if (found == lines.end()) {
    if (dot == std::string_view::npos)
      lines.push_back(fmt::format("{}: {}", key, value));
    else
      lines.insert(lines.end(), {fmt::format("{}:", first),
                                 fmt::format("  {}: {}", key.substr(dot + 1), value)});
  } else if (dot == std::string_view::npos) {
    lines[at] = replaced(lines[at], key.size() + 1, value);
  } else {
    const std::string_view rest = std::string_view(lines[at]).substr(first.size() + 1);
    if (rest.substr(0, remark_in(rest)).find_first_not_of(' ') != std::string_view::npos)
      throw Refused(
          fmt::format("`{}:` is a map on one line: set {} to {} there by hand, and run "
                      "this again",
                      first, key.substr(dot + 1), value));
    set_in_map(lines, at, key.substr(dot + 1), value);
  }
  std::string changed = joined(lines);
  if (value.starts_with('"') && in_quotes(value_in(changed, key).value_or("")) != value)
    throw Refused(
        fmt::format("{} is not written on one line: set it to {} by hand, and run this "
                    "again",
                    key, value));
  return changed;
}

std::string with_hours(const std::string& calendar, const std::string& hours) {
  std::array<std::string, kDays.size()> days;
  std::istringstream parts(hours);
  for (std::string part; std::getline(parts, part, ';');) {
    std::istringstream words(part);
    std::string span, interval, all;
    if (!(words >> span)) continue;
    while (words >> interval) all += fmt::format("{}\"{}\"", all.empty() ? "" : ", ", interval);
    const std::size_t dash = span.find('-');
    const std::size_t from = day_of(span.substr(0, dash));
    const std::size_t to = dash == std::string::npos ? from : day_of(span.substr(dash + 1));
    if (all.empty() || to < from)
      throw Refused(
          fmt::format("`{}` are no hours: senin-kamis 07:30-12:00 13:00-16:00; jumat "
                      "07:30-11:30 13:00-16:30",
                      part));
    for (std::size_t day = from; day <= to; ++day) days[day] = all;
  }
  std::vector<std::string> lines = lines_of(calendar);
  const auto begin = std::ranges::find_if(
      lines, [](const std::string& line) { return begins_key(line, "jam_kerja"); });
  if (begin == lines.end()) throw Refused("the calendar has no `jam_kerja:`");
  const auto end = std::find_if(begin + 1, lines.end(), [](const std::string& line) {
    return line.empty() || line.front() != ' ';
  });
  std::vector<std::string> table{"jam_kerja:"};
  for (std::size_t day = 0; day < kDays.size(); ++day)
    if (!days[day].empty())
      table.push_back(fmt::format("  {:<7} [{}]", fmt::format("{}:", kDays[day]), days[day]));
  const auto place = lines.erase(begin, end);
  lines.insert(place, table.begin(), table.end());
  return joined(lines);
}

std::string with_block(const std::string& text, const std::string& lines) {
  std::string rest = text;
  std::vector<std::string> all;
  const std::size_t begin = rest.find(kBegin);
  if (begin != std::string::npos) {
    const std::size_t end = rest.find(kEnd, begin);
    const std::size_t first = begin + kBegin.size() + 1;
    if (end != std::string::npos && end > first) all = lines_of(rest.substr(first, end - first));
    rest.erase(begin, end == std::string::npos ? end : end + kEnd.size() + 1 - begin);
  }
  for (std::string& line : lines_of(lines))
    if (std::ranges::find(all, line) == all.end()) all.push_back(std::move(line));
  return fmt::format("{}\n{}{}\n{}", kBegin, joined(all), kEnd, rest);
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool replace_file(const std::filesystem::path& file, const std::string& text, FileOwner new_file) {
  struct stat there {};
  if (::stat(file.c_str(), &there) == 0) {
    if (read_file(file) == text) return false;
    new_file = {there.st_mode & 07777U, there.st_uid, there.st_gid};
  }
  const std::string beside = file.string() + ".new";
  const auto fail = [&] { throw std::system_error(errno, std::generic_category(), file.string()); };
  std::filesystem::create_directories(file.parent_path());
  ::unlink(beside.c_str());
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) fail();
  const ssize_t written = ::write(fd, text.data(), text.size());
  const bool done = written == static_cast<ssize_t>(text.size()) &&
                    ::fchown(fd, new_file.user, new_file.group) == 0 &&
                    ::fchmod(fd, new_file.mode) == 0 && ::fsync(fd) == 0;
  if (!done) {
    ::close(fd);
    ::unlink(beside.c_str());
    fail();
  }
  ::close(fd);
  if (::rename(beside.c_str(), file.c_str()) != 0) fail();
  return true;
}

Ended run_program(const std::vector<std::string>& arguments, std::string_view input) {
  const Descriptor in("in"), out("out");
  in.write(input);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.get(), STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, "/");
  std::vector<char*> words;
  for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, words.front(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return {127, fmt::format("{}: {}", arguments.front(), std::generic_category().message(failed))};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, out.read()};
}

}  // namespace tenggat::cli
