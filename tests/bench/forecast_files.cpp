#include "forecast_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string_view>

namespace tenggat::forecast {

namespace {

constexpr Seconds kRegular = std::chrono::days{56};   // the eight weeks of the regular procedure
constexpr std::string_view kExtended = "Uitgebreid";  // the procedure with a due of its own

using Cells = std::vector<std::string>;

Cells split(std::string_view line, char by) {
  Cells out(1);
  for (char c : line)
    if (c == by)
      out.emplace_back();
    else
      out.back() += c;
  return out;
}

std::optional<Seconds> instant(const std::string& text) {
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, oh = 0, om = 0;
  char sign = '+';
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d%c%d:%d", &y, &mo, &d, &h, &mi, &s, &sign, &oh,
                  &om) < 6)
    return std::nullopt;
  const std::chrono::sys_days day{std::chrono::year{y} / mo / d};
  const Seconds offset = std::chrono::hours{oh} + std::chrono::minutes{om};
  return day.time_since_epoch() + std::chrono::hours{h} + std::chrono::minutes{mi} + Seconds{s} -
         (sign == '-' ? -offset : offset);
}

// Names that begin alike are of one group: 01_HOOFD_1 of 01_HOOFD_180, T07 of "T07-1 Draft advice".
std::string group_of(const std::string& activity) {
  if (const auto under = activity.rfind('_'); under != std::string::npos && under > 3) {
    const auto second = activity.find('_', activity.find('_') + 1);
    return activity.substr(
        0, std::min(second == std::string::npos ? under : second, activity.size()) + 2);
  }
  return activity.substr(0, activity.find_first_of("- "));
}

class Numbers {
 public:
  int of(const std::string& name) {
    return numbers_.try_emplace(name, static_cast<int>(numbers_.size())).first->second;
  }
  int count() const { return static_cast<int>(numbers_.size()); }

 private:
  std::map<std::string, int> numbers_;
};

struct Reading {
  Office office;
  Numbers activities, groups, traits, people;
  std::map<std::string, std::size_t> at;
};

class Table {
 public:
  explicit Table(const std::string& text) {
    std::size_t from = 0;
    for (std::size_t end; (end = text.find('\n', from)) != std::string::npos; from = end + 1)
      rows_.push_back(split(std::string_view(text).substr(from, end - from), '\t'));
    if (rows_.empty()) throw std::runtime_error("the table is empty");
    for (std::size_t i = 0; i < rows_[0].size(); ++i) columns_[rows_[0][i]] = i;
  }
  std::size_t rows() const { return rows_.size() - 1; }
  bool has(const std::string& column) const { return columns_.count(column) > 0; }
  std::string get(std::size_t row, const std::string& column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end() || found->second >= rows_[row + 1].size()) return {};
    return rows_[row + 1][found->second];
  }

 private:
  std::vector<Cells> rows_;
  std::map<std::string, std::size_t> columns_;
};

File opened(const Table& table, std::size_t row, Reading& of, Seconds start, Seconds due) {
  File file{start, due, instant(table.get(row, table.has("end") ? "end" : "case_end")), {}, 0, {}};
  const std::string procedure = table.get(row, "procedure");
  file.family = procedure == kExtended ? 1 : 0;
  for (const std::string& part : split(table.get(row, "parts"), ','))
    if (!part.empty()) file.traits.push_back(of.traits.of(part));
  if (!procedure.empty()) file.traits.push_back(of.traits.of("procedure " + procedure));
  return file;
}

}  // namespace

Log read_log(const std::string& text) {
  const Table table(text);
  const bool permits = table.has("case_start");
  if (!permits && !table.has("deadline"))
    throw std::runtime_error("neither the columns case_start, case_end nor start, deadline, end");
  std::map<std::string, Reading> offices;
  std::map<std::string, std::string> refused;
  Log log;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string id = table.get(row, "case");
    Reading& of = offices[table.get(row, "municipality")];
    if (refused.count(id)) continue;
    const auto start = instant(table.get(row, permits ? "case_start" : "start"));
    const auto due =
        permits && start ? std::optional(*start + kRegular) : instant(table.get(row, "deadline"));
    auto known = of.at.find(id);
    if (known == of.at.end()) {
      std::string why;
      if (!start || !due)
        why = "no start or no deadline";
      else if (*start < std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}.time_since_epoch())
        why = "starts before 2000: a fault of the source";
      else if (*due <= *start)
        why = "its deadline is not after its start";
      if (!why.empty()) {
        refused[id] = why;
        continue;
      }
      known = of.at.emplace(id, of.office.files.size()).first;
      of.office.files.push_back(opened(table, row, of, *start, *due));
    }
    if (const auto at = instant(table.get(row, "at"))) {
      const std::string activity = table.get(row, "activity"), person = table.get(row, "resource");
      const int step = of.activities.of(activity);
      if (step == of.office.steps.count())
        of.office.steps.group.push_back(of.groups.of(group_of(activity)));
      of.office.files[known->second].events.push_back(
          {*at, step, person.empty() ? -1 : of.people.of(person)});
    }
  }
  for (const auto& [id, why] : refused) log.left_out.push_back(fmt::format("{}: {}", id, why));
  for (auto& [name, of] : offices) {
    auto& files = of.office.files;
    // A missing end says that nobody wrote it down, not that the file is open.
    const auto endless = std::erase_if(files, [](const File& f) { return !f.ended; });
    const auto backwards = std::erase_if(files, [](const File& f) { return *f.ended < f.opened; });
    log.left_out.push_back(
        fmt::format("office {}: {} cases without an end, {} that end before they start",
                    name.empty() ? "1" : name, endless, backwards));
    for (File& file : files)
      std::stable_sort(file.events.begin(), file.events.end(),
                       [](const Event& a, const Event& b) { return a.at < b.at; });
    std::stable_sort(files.begin(), files.end(),
                     [](const File& a, const File& b) { return a.opened < b.opened; });
    of.office.name = name.empty() ? "1" : name;
    of.office.steps.families = 2;
    of.office.steps.traits = of.traits.count();
    log.offices.push_back(std::move(of.office));
  }
  return log;
}

}  // namespace tenggat::forecast
