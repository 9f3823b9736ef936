// Random calendars, each question answered a second time by counting seconds one by one. The
// counting shares no code with the calendar: it asks date-tz for every opening and closing.
#include <date/tz.h>
#include <fmt/format.h>

#include <random>

#include "tests/rules/calendars.h"

namespace tenggat {
namespace {

constexpr int kCalendars = 300, kQuestions = 12, kDays = 10;
constexpr int kSecondsOfDay = 24 * 60 * 60;
constexpr const char* kWeekdays[] = {"minggu", "senin", "selasa", "rabu",
                                     "kamis",  "jumat", "sabtu"};

using Hours = std::vector<std::pair<int, int>>;  // minutes of the day

// A zone and a date near which its clocks change, or a calendar's timetable ends.
struct Scene {
  const char* zone;
  date::year_month_day date;
};
const Scene kScenes[] = {
    {"Asia/Makassar", date::year{2026} / 3 / 18},
    {"America/New_York", date::year{2026} / 3 / 8},
    {"America/New_York", date::year{2026} / 11 / 1},
    {"Australia/Lord_Howe", date::year{2026} / 4 / 5},
    {"Australia/Lord_Howe", date::year{2026} / 10 / 4},
    {"America/Sao_Paulo", date::year{2018} / 11 / 4},
    {"Pacific/Apia", date::year{2011} / 12 / 30},
    {"America/St_Johns", date::year{2010} / 11 / 7},
    {"Africa/Casablanca", date::year{2027} / 2 / 7},
    {"Europe/London", date::year{2023} / 12 / 31},
    {"Asia/Makassar", date::year{2039} / 12 / 31},
    {"Antarctica/Troll", date::year{2026} / 3 / 29},
};

class RandomCalendar {
 public:
  RandomCalendar(unsigned seed, const Scene& scene)
      : random_(seed),
        zone_(date::locate_zone(scene.zone)),
        first_(date::local_days{scene.date} - date::days{below(6) + 2}) {
    // No week without working time: the range asked about is short, and the answers must lie in it.
    const std::string weekly = week(weekly_), ranged = week(ranged_);
    range_first_ = below(kDays);
    range_last_ = range_first_ + below(5);
    text_ = fmt::format(
        "kalender: acak\nzona: {}\nhari_nominal: 7h30m\ntahun: [2026, 2027]\njam_kerja: {}\n"
        "periode: [{{nama: P, mulai: {}, sampai: {}, jam_kerja: {}}}]\n",
        scene.zone, weekly, text_of(range_first_), text_of(range_last_), ranged);
    write_days_off();
    write_make_up_days();
    count();
  }

  const std::string& text() const { return text_; }
  Instant begin() const { return begin_; }
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  // Everything below in seconds since begin().
  int length() const { return static_cast<int>(works_.size()); }
  int worked(int a, int b) const {
    int total = 0;
    for (int t = a; t < b; ++t) total += works_[static_cast<std::size_t>(t)];
    return total;
  }
  // The earliest x >= from with so much worked; -1 beyond what was counted.
  int after(int from, int working) const {
    int t = from;
    for (; working > 0; ++t) {
      if (t >= length()) return -1;
      working -= works_[static_cast<std::size_t>(t)];
    }
    return t;
  }
  // The contract's sentence on days, word for word.
  int days_after(int from, int n) const {
    int s = from;
    while (s < length() && !works_[static_cast<std::size_t>(s)]) ++s;
    if (s >= length()) return -1;
    const std::size_t s_day = day_of(s);
    const int o = worked(midnights_[s_day], s);
    std::size_t day = s_day;
    for (int left = o == 0 ? n - 1 : n; left > 0; --left) {
      do {
        if (++day + 1 >= midnights_.size()) return -1;
      } while (total_of(day) == 0);
    }
    const int wanted = o == 0 ? total_of(day) : std::min(o, total_of(day));
    return after(midnights_[day], wanted);
  }

 private:
  std::string hours_text(const Hours& hours) {
    std::string text = "[";
    for (const auto& [open, close] : hours) {
      text += fmt::format("{}\"{:02}:{:02}-{:02}:{:02}\"", text.size() > 1 ? ", " : "", open / 60,
                          open % 60, close / 60, close % 60);
    }
    return text + "]";
  }

  Hours random_hours() {
    Hours hours;
    int minute = below(5) == 0 ? 0 : below(10 * 60);
    for (int i = below(3); i >= 0 && minute < 24 * 60; --i) {
      const int close = below(8) == 0 ? 24 * 60 : std::min(24 * 60, minute + 1 + below(300));
      hours.emplace_back(minute, close);
      minute = close + below(3) * below(120);
    }
    return hours;
  }

  std::string week(Hours (&hours)[7]) {
    std::string text;
    for (std::size_t weekday = 0; weekday < 7; ++weekday) {
      if (weekday != 3 && below(4) == 0) continue;
      hours[weekday] = random_hours();
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", kWeekdays[weekday],
                          hours_text(hours[weekday]));
    }
    return "{" + text + "}";
  }

  std::string text_of(int day) const {
    const date::year_month_day ymd{first_ + date::days{day}};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                       static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
  }

  void write_days_off() {
    text_ += "libur_tambahan:\n";
    for (int day = 0; day < kDays; ++day) {
      off_[day] = below(6) == 0;
      if (off_[day]) text_ += fmt::format("  - {{tanggal: {}, nama: N, dasar: D}}\n", text_of(day));
    }
  }

  void write_make_up_days() {
    text_ += "hari_pengganti:\n";
    for (int day = 0; day < kDays; ++day) {
      if (below(8) != 0) continue;
      made_up_[day] = random_hours();
      text_ += fmt::format("  - {{tanggal: {}, jam: {}, nama: N, dasar: D}}\n", text_of(day),
                           hours_text(made_up_[day]));
    }
  }

  const Hours& hours_on(int day) const {
    static const Hours none;
    if (!made_up_[day].empty()) return made_up_[day];
    if (off_[day]) return none;
    const unsigned weekday = date::weekday{first_ + date::days{day}}.c_encoding();
    return range_first_ <= day && day <= range_last_ ? ranged_[weekday] : weekly_[weekday];
  }

  Instant instant(int day, int minute) const {
    return zone_->to_sys(
        date::local_seconds{first_ + date::days{day}} + std::chrono::minutes{minute},
        date::choose::earliest);
  }

  void count() {
    begin_ = instant(0, 0);
    for (int day = 0; day <= kDays; ++day) {
      midnights_.push_back(static_cast<int>((instant(day, 0) - begin_).count()));
    }
    works_.assign(static_cast<std::size_t>(midnights_.back()), 0);
    for (int day = 0; day < kDays; ++day) {
      for (const auto& [open, close] : hours_on(day)) {
        const Instant until = instant(day, close);
        for (Instant t = instant(day, open); t < until; t += Seconds{1}) {
          works_[static_cast<std::size_t>((t - begin_).count())] = 1;
        }
      }
    }
  }

  std::size_t day_of(int t) const {
    std::size_t day = 0;
    while (midnights_[day + 1] <= t) ++day;
    return day;
  }
  int total_of(std::size_t day) const { return worked(midnights_[day], midnights_[day + 1]); }

  std::mt19937 random_;
  const date::time_zone* zone_;
  date::local_days first_;
  Hours weekly_[7], ranged_[7], made_up_[kDays];
  int range_first_ = 0, range_last_ = 0;
  bool off_[kDays] = {};
  std::string text_;
  Instant begin_;
  std::vector<int> midnights_;
  std::vector<char> works_;
};

class BruteForce : public ::testing::TestWithParam<unsigned> {};

// A share of the calendars each, so that ctest can spread them.
TEST_P(BruteForce, EveryAnswerEqualsCountingSecondsOneByOne) {
  int within = 0;
  for (unsigned i = 0; i < kCalendars / 10; ++i) {
    const unsigned seed = GetParam() * 1000 + i;
    RandomCalendar brute(seed, kScenes[seed % std::size(kScenes)]);
    const auto loaded = load_calendar({"acak.yaml", brute.text()}, {});
    ASSERT_TRUE(loaded) << brute.text();
    const Calendar& calendar = *loaded;
    const auto instant = [&](int t) { return brute.begin() + Seconds{t}; };
    SCOPED_TRACE(fmt::format("seed {}\n{}", seed, brute.text()));

    for (int question = 0; question < kQuestions; ++question) {
      const int a = brute.below(brute.length()), b = a + brute.below(brute.length() - a);
      const int counted = brute.worked(a, b);
      ASSERT_EQ(calendar.worked(instant(a), instant(b)), Seconds{counted}) << a << " " << b;
      ASSERT_EQ(calendar.worked(instant(b), instant(a)), Seconds{-counted}) << a << " " << b;
      ASSERT_EQ(calendar.is_working(instant(a)), brute.worked(a, a + 1) == 1) << a;

      const Budget budget{brute.below(3) == 0 ? 0 : 1 + brute.below(4), brute.below(5),
                          brute.below(60)};
      const int from = brute.below(brute.length() / 2);
      int expected = budget.days > 0 ? brute.days_after(from, budget.days) : from;
      if (expected >= 0)
        expected = brute.after(expected, budget.hours * 3600 + budget.minutes * 60);
      if (expected < 0) continue;
      ++within;
      ASSERT_EQ((calendar.deadline(instant(from), budget).due - brute.begin()).count(), expected)
          << budget.to_string() << " from " << from;
      if (budget.days == 0) {
        ASSERT_EQ(calendar.worked(instant(from), instant(expected)).count(),
                  budget.hours * 3600 + budget.minutes * 60);
      }
      Seconds proved{};
      Instant reached = instant(from);
      for (const DayProof& day : calendar.explain(instant(from), instant(expected))) {
        proved += day.counted;
        for (const Span& span : day.spans) {
          ASSERT_EQ(span.from, reached);
          reached = span.to;
        }
      }
      ASSERT_EQ(proved, calendar.worked(instant(from), instant(expected)));
      ASSERT_EQ(reached, instant(expected));
    }
  }
  EXPECT_GT(within, kCalendars / 10 * kQuestions / 3) << "most questions must have an answer";
}
INSTANTIATE_TEST_SUITE_P(Seeds, BruteForce, ::testing::Range(0u, 10u));

// The inverse property, over years instead of days.
TEST(CalendarProperty, WorkedIsTheInverseOfDeadlineForTimeBudgets) {
  const Calendar calendar = testing::banjarbaru();
  std::mt19937 random(20260402);
  std::uniform_int_distribution<std::int64_t> start(
      testing::at("2020-01-01T00:00:00Z").time_since_epoch().count(),
      testing::at("2045-01-01T00:00:00Z").time_since_epoch().count());
  std::uniform_int_distribution<int> count(0, 2000);
  for (int i = 0; i < 2000; ++i) {
    const Instant from{Seconds{start(random)}};
    const Budget budget{0, i % 3 == 0 ? 0 : count(random), count(random) + 1};
    const Seconds length = std::chrono::hours{budget.hours} + std::chrono::minutes{budget.minutes};
    const Instant due = calendar.deadline(from, budget).due;
    ASSERT_EQ(calendar.worked(from, due), length)
        << calendar.format(from) << " " << budget.to_string();
    ASSERT_EQ(calendar.worked(from, due - Seconds{1}), length - Seconds{1}) << "the earliest";
  }
}

}  // namespace
}  // namespace tenggat
