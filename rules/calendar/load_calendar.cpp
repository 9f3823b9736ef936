#include "rules/calendar/load_calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "rules/calendar/calendar_data.h"
#include "rules/fault_words.h"
#include "rules/utf8.h"
#include "rules/yaml.h"

namespace tenggat {
namespace {

template <class T>
using Read = boost::system::result<T, Said>;

constexpr std::array<std::string_view, 7> kWeekdays{"minggu", "senin", "selasa", "rabu",
                                                    "kamis",  "jumat", "sabtu"};
constexpr int kMinutesOfDay = 24 * 60;
constexpr std::size_t kMostBytesOfList = 1 << 20;
constexpr std::size_t kMostIntervals = 24;  // a day
constexpr std::string_view kUsualKind = "libur_daerah";

// `digits` decimal digits at `at`; -1 where they are not.
int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

Read<CivilDay> parse_civil_day(std::string_view text) {
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  const int year = shaped ? number_at(text, 0, 4) : -1;
  const int month = shaped ? number_at(text, 5, 2) : -1;
  const int day = shaped ? number_at(text, 8, 2) : -1;
  if (year >= kFirstYear && year <= kLastYear && month >= 1 && month <= 12 && day >= 1) {
    const CivilDate date{year, static_cast<unsigned>(month), static_cast<unsigned>(day)};
    // A day that the month does not have comes back as one of the next month.
    if (day <= 31 && civil_date(civil_day(date)) == date) return civil_day(date);
  }
  return say<Wrong::bad_date>(text);
}

Read<Interval> parse_interval(std::string_view text) {
  const bool shaped = text.size() == 11 && text[2] == ':' && text[5] == '-' && text[8] == ':';
  const auto minutes_at = [&](std::size_t at) {
    const int hour = shaped ? number_at(text, at, 2) : -1;
    const int minute = shaped ? number_at(text, at + 3, 2) : -1;
    return hour < 0 || minute < 0 || minute > 59 ? -1 : hour * 60 + minute;
  };
  const int open = minutes_at(0), close = minutes_at(6);
  if (open < 0 || open >= kMinutesOfDay || close < 0 || close > kMinutesOfDay) {
    return say<Wrong::bad_hours>(text);
  }
  if (open >= close) {
    return say<Wrong::closes_first>(text);
  }
  return Interval{open * 60, close * 60};
}

Read<std::string> parse_word(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_word)) {
    return {boost::system::in_place_error, say<Wrong::bad_word>(text)};
  }
  return {boost::system::in_place_value, text};
}

Read<Seconds> parse_nominal_day(std::string_view text) {
  const auto budget = parse_budget(text);
  if (!budget) return say<Wrong::no_budget>();
  const Seconds length = std::chrono::hours{budget->hours} + std::chrono::minutes{budget->minutes};
  if (budget->days > 0 || budget->in_calendar_days() || length > std::chrono::hours{24}) {
    return say<Wrong::bad_nominal_day>();
  }
  return length;
}

std::string file_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// One kind of entry has one entry a date. Tells where the date was first used.
class DatesTaken {
 public:
  // What is said where the date is taken already.
  template <Wrong twice>
  std::optional<Said> take(CivilDay day, const std::string& file, int line) {
    const auto [first, fresh] = taken_.try_emplace(day, fmt::format("{}:{}", file, line));
    if (fresh) return std::nullopt;
    const CivilDate date = civil_date(day);
    return say<twice>(fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day),
                      first->second);
  }

 private:
  std::map<CivilDay, std::string> taken_;
};

class CalendarReader {
 public:
  CalendarReader(const SourceFile& source, const std::vector<SourceFile>& beside)
      : file_(source), beside_(beside), accepted_before_(source.accepted_before) {}

  Loaded<Calendar> read() {
    const YamlMap top =
        file_.document().map({"kalender", "zona", "hari_nominal", "tahun", "jam_kerja", "periode",
                              "hari_libur", "libur_tambahan", "hari_pengganti"});
    if (!top.present()) return all_faults();
    const auto id = top.at("kalender").parsed(parse_word);
    const auto zone = read_zone(top.at("zona"));
    const auto nominal_day = top.at("hari_nominal").parsed(parse_nominal_day);
    std::vector<int> years = read_years(top.at("tahun"));
    WeekHours weekly = read_week(top.at("jam_kerja"));
    std::vector<HoursPeriod> periods = read_periods(top.find("periode"));
    read_lists(top.find("hari_libur"));
    read_days_off(top.find("libur_tambahan"));
    std::vector<MakeUpDay> make_up = read_make_up_days(top.find("hari_pengganti"));

    const Faults faults = all_faults();
    if (!faults.empty()) return faults;
    const auto by_day = [](const auto& a, const auto& b) { return a.day < b.day; };
    std::sort(days_off_.begin(), days_off_.end(), by_day);
    std::sort(make_up.begin(), make_up.end(), by_day);
    return Calendar(std::make_shared<const CalendarData>(
        CalendarData{*id, *zone, *nominal_day, std::move(years), std::move(weekly),
                     std::move(periods), std::move(days_off_), std::move(make_up)}));
  }

 private:
  std::optional<Zone> read_zone(const YamlValue& value) {
    return value.parsed([this](std::string_view name) -> Read<Zone> {
      if (!accepted_before_ && !Zone::is_of_a_place(name)) return say<Wrong::machine_zone>(name);
      if (auto zone = Zone::find(std::string(name))) return *zone;
      return say<Wrong::unknown_zone>(name);
    });
  }

  std::vector<int> read_years(const YamlValue& value) {
    std::vector<int> years;
    for (const YamlValue& item : value.list()) {
      const auto year = item.integer(kFirstYear, kLastYear);
      if (!year) continue;
      if (std::find(years.begin(), years.end(), *year) != years.end()) {
        item.fault(say<Wrong::year_twice>(*year));
      }
      years.push_back(*year);
    }
    if (value.list().empty() && !value.is_scalar()) {
      value.fault(say<Wrong::no_years>());
    }
    std::sort(years.begin(), years.end());
    return years;
  }

  // The intervals of one day, in order.
  Hours read_hours(const YamlValue& value) {
    Hours hours;
    for (const YamlValue& item : value.list()) {
      const auto interval = item.parsed(parse_interval);
      if (!interval) continue;
      const bool overlaps = std::any_of(hours.begin(), hours.end(), [&](const Interval& other) {
        return interval->open < other.close && other.open < interval->close;
      });
      if (overlaps) item.fault(say<Wrong::hours_overlap>(item.text()));
      hours.push_back(*interval);
      if (hours.size() > kMostIntervals) {
        item.fault(say<Wrong::too_many_hours>(kMostIntervals));
        break;
      }
    }
    std::sort(hours.begin(), hours.end(),
              [](const Interval& a, const Interval& b) { return a.open < b.open; });
    return hours;
  }

  WeekHours read_week(const YamlValue& value) {
    const YamlMap map = value.map({"minggu", "senin", "selasa", "rabu", "kamis", "jumat", "sabtu"});
    WeekHours week;
    bool written = false;  // an unreadable interval was meant to be working time
    for (std::size_t weekday = 0; weekday < kWeekdays.size(); ++weekday) {
      const YamlValue hours = map.find(kWeekdays[weekday]);
      week[weekday] = read_hours(hours);
      written = written || !hours.list().empty();
    }
    if (map.present() && !written) value.fault(say<Wrong::no_working_time>());
    return week;
  }

  std::vector<HoursPeriod> read_periods(const YamlValue& value) {
    struct Placed {
      HoursPeriod period;
      YamlValue at;
    };
    std::vector<Placed> placed;
    for (const YamlValue& item : value.list()) {
      const YamlMap map = item.map({"nama", "mulai", "sampai", "jam_kerja"});
      std::string name = map.required_text("nama");
      const auto first = map.at("mulai").parsed(parse_civil_day);
      const auto last = map.at("sampai").parsed(parse_civil_day);
      WeekHours hours = read_week(map.at("jam_kerja"));
      if (!first || !last) continue;
      if (*last < *first) {
        map.fault_at("sampai", say<Wrong::ends_first>());
        continue;
      }
      for (const Placed& other : placed) {
        if (*first <= other.period.last && other.period.first <= *last) {
          map.fault_at("mulai", say<Wrong::periods_overlap>(other.period.name, other.at.line()));
        }
      }
      placed.push_back({{std::move(name), *first, *last, std::move(hours)}, item});
    }
    std::vector<HoursPeriod> periods;
    periods.reserve(placed.size());
    for (Placed& one : placed) periods.push_back(std::move(one.period));
    std::sort(periods.begin(), periods.end(),
              [](const HoursPeriod& a, const HoursPeriod& b) { return a.first < b.first; });
    return periods;
  }

  void read_lists(const YamlValue& value) {
    std::vector<std::string> named;
    for (const YamlValue& item : value.list()) {
      const std::string name = item.text();
      if (!item.is_scalar()) continue;
      if (std::find(named.begin(), named.end(), name) != named.end()) {
        item.fault(say<Wrong::list_twice>(name));
        continue;
      }
      named.push_back(name);
      const auto found = std::find_if(beside_.begin(), beside_.end(), [&](const SourceFile& file) {
        return file_part(file.name) == name;
      });
      if (found == beside_.end()) {
        item.fault(say<Wrong::no_list_file>(name));
      } else {
        read_list(*found);
      }
    }
  }

  // Days off, a line each: date, kind, name, decree, between tabs. # begins a comment line.
  void read_list(const SourceFile& list) {
    if (list.text.size() > kMostBytesOfList) {
      list_fault(list.name, {}, say<Wrong::too_many_bytes>(kMostBytesOfList));
      return;
    }
    std::string_view rest = without_byte_order_mark(list.text);
    // It ends no line: after a comment nothing would be read.
    if (const std::size_t bare = lone_carriage_return(rest);
        bare < rest.size() && !list.accepted_before) {
      list_fault(list.name, place_of(rest, bare), say<Wrong::line_ends>());
      return;
    }
    for (int line = 1; !rest.empty(); ++line) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view text = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (text.ends_with('\r')) text.remove_suffix(1);
      if (text.empty() || text.starts_with('#')) continue;
      read_list_line(list.name, line, text);
    }
  }

  void read_list_line(const std::string& name, int line, std::string_view text) {
    constexpr std::size_t kColumns = 4;
    std::vector<std::string_view> fields;
    std::vector<int> columns;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('\t', begin), text.size());
      fields.push_back(text.substr(begin, end - begin));
      columns.push_back(static_cast<int>(begin) + 1);
      begin = end + 1;
    }
    const auto fault = [&](std::size_t field, Said said) {
      list_fault(name, {line, columns[field]}, std::move(said));
    };
    // Before anything else: other faults quote the line.
    if (first_not_utf8(text) < text.size() || has_hidden_character(text)) {
      fault(0, say<Wrong::list_not_text>());
      return;
    }
    if (fields.size() != kColumns) {
      fault(0, say<Wrong::list_columns>(fields.size()));
      return;
    }
    const auto day = parse_civil_day(fields[0]);
    const auto kind = parse_word(fields[1]);
    if (!day) fault(0, day.error());
    if (!kind) fault(1, kind.error());
    if (fields[2].empty()) fault(2, say<Wrong::no_day_name>());
    if (fields[3].empty()) fault(3, say<Wrong::no_decree>());
    if (!day || !kind) return;
    if (const auto taken = off_.take<Wrong::day_off_twice>(*day, name, line)) fault(0, *taken);
    days_off_.push_back({*day, *kind, std::string(fields[2]), std::string(fields[3])});
  }

  void read_days_off(const YamlValue& value) {
    for (const YamlValue& item : value.list()) {
      const YamlMap map = item.map({"tanggal", "jenis", "nama", "dasar"});
      const auto day = map.at("tanggal").parsed(parse_civil_day);
      const auto kind = map.find("jenis").parsed(parse_word);
      std::string name = map.required_text("nama"), decree = map.required_text("dasar");
      if (!day) continue;
      if (const auto taken = off_.take<Wrong::day_off_twice>(*day, file_.name(), item.line())) {
        map.fault_at("tanggal", *taken);
      }
      days_off_.push_back(
          {*day, kind ? *kind : std::string(kUsualKind), std::move(name), std::move(decree)});
    }
  }

  std::vector<MakeUpDay> read_make_up_days(const YamlValue& value) {
    std::vector<MakeUpDay> days;
    DatesTaken taken;
    for (const YamlValue& item : value.list()) {
      const YamlMap map = item.map({"tanggal", "jam", "nama", "dasar"});
      const auto day = map.at("tanggal").parsed(parse_civil_day);
      const YamlValue written = map.at("jam");
      Hours hours = read_hours(written);
      if (written.list().empty()) {
        written.fault(say<Wrong::no_make_up_time>());
      }
      std::string name = map.required_text("nama"), decree = map.required_text("dasar");
      if (!day) continue;
      if (const auto twice = taken.take<Wrong::make_up_twice>(*day, file_.name(), item.line())) {
        map.fault_at("tanggal", *twice);
      }
      days.push_back({*day, std::move(name), std::move(decree), std::move(hours)});
    }
    return days;
  }

  void list_fault(const std::string& list, LineAndColumn at, Said said) {
    list_faults_.push_back(
        {list, at.line, at.column, std::move(said.english), std::move(said.indonesian)});
  }

  Faults all_faults() {
    Faults faults = file_.take_faults();
    faults.insert(faults.end(), list_faults_.begin(), list_faults_.end());
    return faults;
  }

  YamlFile file_;
  const std::vector<SourceFile>& beside_;
  bool accepted_before_;
  DatesTaken off_;
  std::vector<DayOff> days_off_;
  Faults list_faults_;  // in the order the lists are named
};

}  // namespace

Loaded<Calendar> load_calendar(const SourceFile& file, const std::vector<SourceFile>& beside) {
  return CalendarReader(file, beside).read();
}

}  // namespace tenggat
