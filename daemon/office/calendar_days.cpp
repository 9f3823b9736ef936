#include "daemon/office/calendar_days.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/calendar/load_calendar.h"

namespace tenggat::office {
namespace {

std::string quoted(std::string_view text) {
  std::string all = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') all += '\\';
    all += c;
  }
  return all + '"';
}

std::string entry_of(const NewDay& day) {
  if (!day.make_up)
    return fmt::format("- {{tanggal: {}, jenis: {}, nama: {}, dasar: {}}}\n", day.date, day.kind,
                       quoted(day.name), quoted(day.decree));
  std::string hours;
  for (const std::string& one : day.hours) hours += (hours.empty() ? "" : ", ") + quoted(one);
  return fmt::format("- {{tanggal: {}, jam: [{}], nama: {}, dasar: {}}}\n", day.date, hours,
                     quoted(day.name), quoted(day.decree));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

struct Line {
  std::size_t begin = 0, end = 0;  // end: after its line break
  std::string_view text;
};

// The line at `from`; an empty one past the end.
Line line_at(std::string_view text, std::size_t from) {
  const std::size_t stop = std::min(text.find('\n', from), text.size());
  return {from, std::min(stop + 1, text.size()), text.substr(from, stop - from)};
}

// How far the entries of the block list after `from` are indented; two where there is none yet.
std::size_t indent_of_list(std::string_view text, std::size_t from) {
  while (from < text.size()) {
    const Line line = line_at(text, from);
    const std::string_view said = trimmed(line.text);
    if (said.starts_with("- ")) return line.text.find('-');
    if (!said.empty() && !said.starts_with('#')) break;
    from = line.end;
  }
  return 2;
}

// Nothing where the key's list is neither a block nor empty.
std::optional<std::string> with_entry(std::string text, std::string_view key,
                                      const std::string& entry) {
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  const std::string head = std::string(key) + ":";
  for (std::size_t at = 0; at < text.size();) {
    const Line line = line_at(text, at);
    if (!line.text.starts_with(head)) {
      at = line.end;
      continue;
    }
    std::string_view value = line.text.substr(head.size());
    const std::size_t comment = value.find(" #");
    value = trimmed(value.substr(0, comment));
    if (value == "[]") {
      text.replace(line.begin, line.end - line.begin, head + "\n  " + entry);
      return text;
    }
    if (!value.empty()) return std::nullopt;
    const std::size_t end = line.end;
    text.insert(end, std::string(indent_of_list(text, end), ' ') + entry);
    return text;
  }
  return text + head + "\n  " + entry;
}

// An entry of the YAML's block list, or a line of the decrees' table.
bool is_entry(std::string_view line, bool yaml, const TakenDay& day) {
  std::string_view said = trimmed(line);
  if (!yaml) return !day.make_up && said.starts_with(day.date + "\t");
  if (!said.starts_with("- {") || !said.ends_with("}")) return false;
  const bool make_up = said.find("jam:") != std::string_view::npos;
  return make_up == day.make_up && said.find("tanggal: " + day.date) != std::string_view::npos;
}

// The word after `mark`, up to a comma, a tab or the entry's end.
std::string word_after(std::string_view line, std::string_view mark) {
  const std::size_t at = line.find(mark);
  if (at == std::string_view::npos) return "";
  line.remove_prefix(at + mark.size());
  return std::string(trimmed(line.substr(0, line.find_first_of(",\t}"))));
}

// A list without an entry says so: a key without a value is none.
std::string with_empty_lists(const std::string& text) {
  std::string all;
  for (std::size_t at = 0; at < text.size();) {
    const Line line = line_at(text, at);
    at = line.end;
    const bool head = line.text == "libur_tambahan:" || line.text == "hari_pengganti:";
    bool empty = head;
    for (std::size_t next = line.end; head && next < text.size();) {
      const Line after = line_at(text, next);
      const std::string_view said = trimmed(after.text);
      if (said.starts_with("- ")) empty = false;
      if (!said.empty() && !said.starts_with('#')) break;
      next = after.end;
    }
    all +=
        empty ? std::string(line.text) + " []\n" : text.substr(line.begin, line.end - line.begin);
  }
  return all;
}

}  // namespace

std::string kind_of(const store::RuleSet& rules, const TakenDay& day) {
  std::string kind;
  for (std::size_t i = 0; i < rules.files.size() && !day.make_up; ++i)
    for (std::size_t at = 0; at < rules.files[i].text.size();) {
      const Line line = line_at(rules.files[i].text, at);
      at = line.end;
      if (is_entry(line.text, i == 0, day)) kind = word_after(line.text, i == 0 ? "jenis:" : "\t");
    }
  return kind.empty() ? NewDay().kind : kind;
}

std::optional<store::RuleSet> without_day(const store::RuleSet& rules, const TakenDay& day) {
  store::RuleSet changed = rules;
  for (std::size_t i = 0; i < changed.files.size(); ++i) {
    std::string& text = changed.files[i].text;
    for (std::size_t at = 0; at < text.size();) {
      const Line line = line_at(text, at);
      at = line.end;
      if (!is_entry(line.text, i == 0, day)) continue;
      text.erase(line.begin, line.end - line.begin);
      if (i == 0) text = with_empty_lists(text);
      changed.hash = store::content_hash(changed.kind, changed.files);
      changed.in_force = false;
      return changed;
    }
  }
  return std::nullopt;
}

std::optional<store::RuleSet> with_day(const store::RuleSet& rules, const NewDay& day) {
  store::RuleSet changed = rules;
  auto text = with_entry(changed.files.front().text,
                         day.make_up ? "hari_pengganti" : "libur_tambahan", entry_of(day));
  if (!text) return std::nullopt;
  changed.files.front().text = std::move(*text);
  changed.hash = store::content_hash(changed.kind, changed.files);
  changed.in_force = false;
  return changed;
}

namespace {

Loaded<ChangedCalendar> load(store::RuleSet changed) {
  const std::vector<SourceFile> beside(changed.files.begin() + 1, changed.files.end());
  auto calendar = load_calendar(changed.files.front(), beside);
  if (!calendar) return calendar.error();
  return ChangedCalendar{std::move(changed), std::move(*calendar)};
}

bool has(const Calendar& calendar, bool make_up, const CivilDate& date,
         const NewDay* as = nullptr) {
  const auto days = calendar.decreed_days();
  return std::any_of(days.begin(), days.end(), [&](const DecreedDay& one) {
    return one.make_up == make_up && calendar.format(one.begins).starts_with(date) &&
           (!as || (one.name == as->name && one.decree == as->decree));
  });
}

}  // namespace

Loaded<ChangedCalendar> load_with_day(const store::RuleSet& rules, const NewDay& day) {
  const std::string& file = rules.files.front().name;
  auto changed = with_day(rules, day);
  if (!changed)
    return Faults{{file, 0, 0, "its list of days is written on one line: change it by hand"}};
  auto loaded = load(*std::move(changed));
  if (loaded && !has(loaded->calendar, day.make_up, day.date, &day))
    return Faults{{file, 0, 0, "the day did not come out as it was meant"}};
  return loaded;
}

Loaded<ChangedCalendar> load_changed(const store::RuleSet& rules, const TakenDay& takes,
                                     const std::optional<NewDay>& adds) {
  const std::string& file = rules.files.front().name;
  auto without = without_day(rules, takes);
  if (!without) return Faults{{file, 0, 0, "the day is not a line of its own: change it by hand"}};
  if (adds) return load_with_day(*without, *adds);
  auto loaded = load(*std::move(without));
  if (loaded && has(loaded->calendar, takes.make_up, takes.date))
    return Faults{{file, 0, 0, "the day is still there: it is entered twice"}};
  return loaded;
}

}  // namespace tenggat::office
