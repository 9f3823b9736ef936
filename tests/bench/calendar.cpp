// What a question about working time costs across the two covered years of the calendar that
// ships, beside the same question answered second by second and by the npm package
// dayjs-business-time; and how long `tenggat deadline` takes for a million lines.
//
//   calendar
//
// Ends 1 where a limit of ours is not kept. What else the machine does is no part of a cost: it is
// processor time, and the best of many short rounds. The package is installed into this build's
// directory; where npm cannot fetch it, that comparison is left out and said to be.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>
#include <span>
#include <sstream>
#include <stdexcept>

#include "rules/calendar/load_calendar.h"
#include "tests/rules/second_by_second.h"

namespace tenggat::bench {
namespace {

using std::chrono::steady_clock;
using testing::LaidOutSeconds;
using testing::WrittenCalendar;

constexpr double kMostNanoseconds = 300;
constexpr double kLeastRatio = 1000;
constexpr double kMostSecondsForAMillion = 2;
constexpr int kMillion = 1'000'000;

void say(const std::string& line) { std::cout << line << std::endl; }

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::filesystem::path shipped(const char* name) {
  return std::filesystem::path(TENGGAT_SOURCE_DIR) / "rules/office/calendar" / name;
}

std::vector<std::string> dates_off() {
  std::istringstream lines(text_of(shipped("libur.tsv")));
  std::vector<std::string> dates;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() != '#') dates.push_back(line.substr(0, line.find('\t')));
  }
  return dates;
}

testing::Date date_of(const std::string& text) {
  return std::chrono::year{std::stoi(text.substr(0, 4))} / std::stoi(text.substr(5, 2)) /
         std::stoi(text.substr(8, 2));
}

// The calendar that ships, written a second time. That both are the same is checked below.
WrittenCalendar banjarbaru() {
  const auto clock = [](int hour, int minute) { return hour * 60 + minute; };
  const auto week = [](const testing::WrittenHours& day, const testing::WrittenHours& friday) {
    return testing::WrittenWeek{{{}, day, day, day, day, friday, {}}};
  };
  WrittenCalendar calendar;
  calendar.zone = "Asia/Makassar";
  calendar.years = {2026, 2027};
  calendar.weekly = week({{clock(7, 30), clock(12, 0)}, {clock(13, 0), clock(16, 0)}},
                         {{clock(7, 30), clock(11, 30)}, {clock(13, 0), clock(16, 30)}});
  const auto ramadan = week({{clock(8, 0), clock(12, 30)}, {clock(13, 0), clock(15, 0)}},
                            {{clock(8, 0), clock(12, 0)}, {clock(13, 0), clock(15, 30)}});
  calendar.ranges = {{date_of("2026-02-19"), date_of("2026-03-20"), ramadan},
                     {date_of("2027-02-08"), date_of("2027-03-09"), ramadan}};
  for (const std::string& date : dates_off()) calendar.days_off.push_back(date_of(date));
  return calendar;
}

// Two instants about two years apart, and the working time between them.
struct Question {
  Instant from, to;
  Budget time, days;  // each of them due not long before `to`
};

std::vector<Question> questions(const Calendar& calendar) {
  std::mt19937 random(20260402);
  std::uniform_int_distribution<int> second(0, 10 * 24 * 60 * 60);
  std::vector<Question> all;
  for (int i = 0; i < 4096; ++i) {
    Question question;
    question.from = calendar.midnight(2026, 1, 2) + Seconds{second(random)};
    question.to = calendar.midnight(2027, 12, 31) - Seconds{second(random)};
    const auto minutes = calendar.worked(question.from, question.to).count() / 60;
    question.time = {0, static_cast<int>(minutes / 60), static_cast<int>(minutes % 60)};
    question.days = {470, 1, 18};
    all.push_back(question);
  }
  return all;
}

double processor_nanoseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double processor_seconds_of_children() {
  rusage used{};
  ::getrusage(RUSAGE_CHILDREN, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// Nanoseconds a call, the best of some rounds of `calls`; every answer is used.
template <class Call>
double cost(int rounds, int calls, const std::vector<Question>& all, Call call) {
  double best = 1e18;
  volatile std::int64_t used = 0;
  for (int round = 0; round < rounds; ++round) {
    std::int64_t sum = 0;
    const double began = processor_nanoseconds();
    for (int i = 0; i < calls; ++i) sum += call(all[static_cast<std::size_t>(i) % all.size()]);
    best = std::min(best, (processor_nanoseconds() - began) / calls);
    used = used + sum;
  }
  return best;
}

std::int64_t count_seconds(const LaidOutSeconds& seconds, Instant from, Instant to) {
  std::int64_t worked = 0;
  const auto end = static_cast<std::size_t>((to - seconds.begin).count());
  for (auto t = static_cast<std::size_t>((from - seconds.begin).count()); t < end; ++t) {
    worked += seconds.works[t];
  }
  return worked;
}

Instant walk_seconds(const LaidOutSeconds& seconds, Instant from, std::int64_t working) {
  auto t = static_cast<std::size_t>((from - seconds.begin).count());
  for (; working > 0; ++t) working -= seconds.works.at(t);
  return seconds.begin + Seconds{t};
}

std::int64_t length_of(const Budget& budget) {
  return std::int64_t{budget.hours} * 3600 + std::int64_t{budget.minutes} * 60;
}

struct Costs {
  double worked = 0, deadline = 0;
};

class Bench {
 public:
  Bench()
      : calendar_(load_calendar({"banjarbaru.yaml", text_of(shipped("banjarbaru.yaml"))},
                                {{"libur.tsv", text_of(shipped("libur.tsv"))}})
                      .value()),
        questions_(questions(calendar_)) {}

  bool run() {
    const Costs ours = ours_across_two_years();
    beside("second by second", second_by_second(), ours);
    if (const auto peer = dayjs_business_time()) beside("dayjs-business-time", *peer, ours);
    a_million_lines();
    return kept_;
  }

 private:
  void limit(bool kept, const std::string& what) {
    if (kept) return;
    say("  NOT KEPT: " + what);
    kept_ = false;
  }

  Costs ours_across_two_years() {
    constexpr int kRounds = 100, kCalls = 20'000;
    const auto ns = [&](auto call) { return cost(kRounds, kCalls, questions_, call); };
    const Costs costs{ns([&](const Question& q) { return calendar_.worked(q.from, q.to).count(); }),
                      ns([&](const Question& q) {
                        return calendar_.deadline(q.from, q.time).due.time_since_epoch().count();
                      })};
    const double days = ns([&](const Question& q) {
      return calendar_.deadline(q.from, q.days).due.time_since_epoch().count();
    });
    say(
        fmt::format("across two years: worked {:.0f} ns, deadline in hours {:.0f} ns, in days, "
                    "hours and minutes {:.0f} ns",
                    costs.worked, costs.deadline, days));
    limit(std::max({costs.worked, costs.deadline, days}) < kMostNanoseconds,
          fmt::format("under {} ns each", kMostNanoseconds));
    return costs;
  }

  Costs second_by_second() {
    const WrittenCalendar written = banjarbaru();
    constexpr int kDatesOfTwoYears = 730;
    const LaidOutSeconds seconds =
        testing::lay_out(written, date_of("2026-01-01"), kDatesOfTwoYears);
    for (const Question& q : std::span{questions_}.first(10)) {
      if (count_seconds(seconds, q.from, q.to) != calendar_.worked(q.from, q.to).count() ||
          walk_seconds(seconds, q.from, length_of(q.time)) !=
              calendar_.deadline(q.from, q.time).due) {
        throw std::runtime_error("counting seconds gives another answer");
      }
    }
    return {cost(3, 5, questions_,
                 [&](const Question& q) { return count_seconds(seconds, q.from, q.to); }),
            cost(3, 5, questions_, [&](const Question& q) {
              return walk_seconds(seconds, q.from, length_of(q.time)).time_since_epoch().count();
            })};
  }

  // Nothing where it cannot be had; the reason is said.
  std::optional<Costs> dayjs_business_time() {
    const std::filesystem::path directory = std::filesystem::path(TENGGAT_BENCH_DIR) / "peer";
    std::filesystem::create_directories(directory);
    const std::string install = fmt::format(
        "npm install --silent --no-audit --no-fund --fetch-retries=0 "
        "--fetch-timeout=20000 --prefix '{0}' dayjs@1.11 dayjs-business-time@1.0.4 "
        ">'{0}/npm.log' 2>&1",
        directory.string());
    const bool installed = std::filesystem::exists(directory / "node_modules/dayjs-business-time");
    if (!installed && std::system(install.c_str()) != 0) {
      say("dayjs-business-time: SKIPPED, npm cannot install it here");
      return std::nullopt;
    }
    std::string command =
        fmt::format("TZ=Asia/Makassar node '{}/tests/bench/calendar_peer.cjs' '{}/node_modules'",
                    TENGGAT_SOURCE_DIR, directory.string());
    for (const std::string& date : dates_off()) command += " " + date;
    command += fmt::format(" >'{}/costs'", directory.string());
    if (std::system(command.c_str()) != 0) throw std::runtime_error("calendar_peer.cjs failed");
    Costs costs;
    std::istringstream(text_of(directory / "costs")) >> costs.worked >> costs.deadline;
    return costs;
  }

  void beside(const char* name, const Costs& theirs, const Costs& ours) {
    const Costs ratio{theirs.worked / ours.worked, theirs.deadline / ours.deadline};
    say(fmt::format("{}: worked {:.3f} ms, {:.0f} times ours; deadline {:.3f} ms, {:.0f} times",
                    name, theirs.worked / 1e6, ratio.worked, theirs.deadline / 1e6,
                    ratio.deadline));
    limit(std::min(ratio.worked, ratio.deadline) >= kLeastRatio,
          fmt::format("at least {:.0f} times", kLeastRatio));
  }

  void a_million_lines() {
    const std::filesystem::path directory = TENGGAT_BENCH_DIR;
    const std::filesystem::path asked = directory / "lines", told = directory / "dues";
    const char* const budgets[] = {"10m", "4d", "5d", "4d 1h 18m", "3h 30m", "480d", "9m"};
    {
      std::ofstream lines(asked);
      for (int i = 0; i < kMillion; ++i) {
        const auto& question = questions_[static_cast<std::size_t>(i) % questions_.size()];
        const Instant from = question.from + Seconds{i};
        lines << calendar_.format(from) << ' '
              << budgets[static_cast<std::size_t>(i) % std::size(budgets)] << '\n';
      }
    }
    const std::string command =
        fmt::format("'{}' deadline --calendar '{}' <'{}' >'{}'", TENGGAT,
                    shipped("banjarbaru.yaml").string(), asked.string(), told.string());
    double best = 1e9, processor = 1e9;
    for (int round = 0; round < 3; ++round) {
      const double used_before = processor_seconds_of_children();
      const auto began = steady_clock::now();
      if (std::system(command.c_str()) != 0) throw std::runtime_error("tenggat deadline failed");
      best = std::min(best, std::chrono::duration<double>(steady_clock::now() - began).count());
      processor = std::min(processor, processor_seconds_of_children() - used_before);
    }
    const std::string dues = text_of(told);
    if (std::count(dues.begin(), dues.end(), '\n') != kMillion) {
      throw std::runtime_error("tenggat deadline did not answer each line");
    }
    say(fmt::format(
        "tenggat deadline: a million lines in {:.2f} s, {:.2f} s of them processor time", best,
        processor));
    limit(best < kMostSecondsForAMillion,
          fmt::format("a million lines under {} s", kMostSecondsForAMillion));
    std::filesystem::remove(asked);
    std::filesystem::remove(told);
  }

  Calendar calendar_;
  std::vector<Question> questions_;
  bool kept_ = true;
};

}  // namespace
}  // namespace tenggat::bench

int main() {
  try {
    return tenggat::bench::Bench().run() ? 0 : 1;
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 1;
  }
}
