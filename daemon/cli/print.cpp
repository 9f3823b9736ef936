#include "daemon/cli/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "rules/utf8.h"

namespace tenggat::cli {
namespace {

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void write_row(std::ostream& out, const std::vector<std::string>& row,
               const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += row[i];
    if (i + 1 < row.size()) line.append(widths[i] - characters(row[i]) + 2, ' ');
  }
  line.resize(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

}  // namespace

void write_table(std::ostream& out, const std::vector<std::string>& head,
                 const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) {
    out << "none\n";
    return;
  }
  std::vector<std::vector<std::string>> shown{head};
  for (const auto& row : rows) {
    shown.emplace_back();
    for (const std::string& cell : row) shown.back().push_back(printable(cell));
  }
  std::vector<std::size_t> widths(head.size());
  for (const auto& row : shown) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], characters(row[i]));
  }
  for (const auto& row : shown) write_row(out, row, widths);
}

void write_json(std::ostream& out, const boost::json::value& value) {
  out << boost::json::serialize(value) << '\n';
}

std::string instant_text(Instant t, const Calendar* calendar) {
  if (calendar) return calendar->format(t);
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string text_at(const boost::json::value& value, std::initializer_list<std::string_view> path) {
  const boost::json::value* at = &value;
  for (const std::string_view key : path) {
    at = at->is_object() ? at->get_object().if_contains(key) : nullptr;
    if (!at) return {};
  }
  if (at->is_null()) return {};
  if (const auto* text = at->if_string()) return std::string(*text);
  return boost::json::serialize(*at);
}

std::string printable(std::string_view text) { return visible_line(text); }

}  // namespace tenggat::cli
