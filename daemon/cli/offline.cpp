#include "daemon/cli/offline.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <istream>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "daemon/api/timeline.h"
#include "rules/calendar/load_calendar.h"
#include "rules/permit/proof.h"

namespace tenggat {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestLine = 255;
constexpr std::size_t kMostBytesRead = 2 << 20;  // the loader refuses what is larger than its limit
constexpr std::size_t kMostListsBeside = 64;
constexpr std::string_view kBlank = " \t\r";
constexpr std::string_view kNotAnInstant =
    "is no instant; RFC 3339 with an offset is needed, 2026-04-02T14:00:00+08:00";

// A line, without its end.
using Answer = boost::system::result<std::string, std::string>;

Answer refused(std::string why) { return {boost::system::in_place_error, std::move(why)}; }
Answer answered(std::string text) { return {boost::system::in_place_value, std::move(text)}; }

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

struct TwoFields {
  std::string_view first, second;  // the second is empty where there is one
};
TwoFields split(std::string_view line) {
  line = trimmed(line);
  const std::size_t gap = std::min(line.find_first_of(kBlank), line.size());
  return {line.substr(0, gap), trimmed(line.substr(gap))};
}

// RFC 3339 has four digits for a year.
bool can_be_written(Instant t) {
  static const Instant last_day = *parse_instant("9999-12-31T00:00:00Z");
  return t < last_day;
}

struct Question {
  Instant start;
  Budget budget;
};
boost::system::result<Question, std::string> parse_question(std::string_view start,
                                                            std::string_view budget) {
  const auto instant = parse_instant(start);
  if (!instant) return fmt::format("START {}", kNotAnInstant);
  const auto read = parse_budget(budget);
  if (!read) return read.error();
  return Question{*instant, *read};
}

boost::system::result<Deadline, std::string> due_of(const Question& question,
                                                    const Calendar& calendar) {
  const Deadline due = calendar.deadline(question.start, question.budget);
  if (!can_be_written(due.due)) return std::string("the due instant lies beyond the year 9999");
  return due;
}

json::object as_json(const Question& question, const Deadline& due, const Calendar& calendar) {
  return {{"start_at", calendar.format(question.start)},
          {"budget", question.budget.to_string()},
          {"due_at", calendar.format(due.due)},
          {"provisional", due.provisional}};
}

// The object of a line that was asked many at once.
std::string numbered(long number, json::object said) {
  json::object all{{"line", number}};
  for (auto& [key, value] : said) all[key] = std::move(value);
  return json::serialize(all);
}

// How one line is to be answered.
struct Asked {
  const Calendar& calendar;
  AnswerForm form;
};

Answer answer_deadline(std::string_view line, long number, const Asked& asked) {
  const Calendar& calendar = asked.calendar;
  const TwoFields fields = split(line);
  if (fields.second.empty()) return refused("expected START BUDGET, a space between");
  const auto question = parse_question(fields.first, fields.second);
  if (!question) return refused(question.error());
  const auto due = due_of(*question, calendar);
  if (!due) return refused(due.error());
  if (asked.form == AnswerForm::json)
    return answered(numbered(number, as_json(*question, *due, calendar)));
  return answered(calendar.format(due->due) + (due->provisional ? " provisional" : ""));
}

Answer answer_elapsed(std::string_view line, long number, const Asked& asked) {
  const Calendar& calendar = asked.calendar;
  const TwoFields fields = split(line);
  if (fields.second.empty()) return refused("expected FROM TO, a space between");
  const auto from = parse_instant(fields.first), to = parse_instant(fields.second);
  if (!from) return refused(fmt::format("FROM {}", kNotAnInstant));
  if (!to) return refused(fmt::format("TO {}", kNotAnInstant));
  const std::int64_t seconds = calendar.worked(*from, *to).count();
  if (asked.form == AnswerForm::json)
    return answered(numbered(number, {{"from", calendar.format(*from)},
                                      {"to", calendar.format(*to)},
                                      {"elapsed_seconds", seconds}}));
  return answered(std::to_string(seconds));
}

// Lines of bounded length. An input without line ends costs no memory.
class LineReader {
 public:
  // A tied output would be flushed at every line read.
  explicit LineReader(std::istream& in) : in_(in), tied_(in.tie(nullptr)) {}
  ~LineReader() { in_.tie(tied_); }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  bool next() {
    in_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    const auto taken = static_cast<std::size_t>(in_.gcount());
    if (taken == 0 && in_.fail()) return false;  // the end of the input
    too_long_ = in_.fail();
    if (too_long_) {
      in_.clear();
      in_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    // The line end is counted where there was one; the last line may lack it.
    line_ = {buffer_.data(), too_long_ || in_.eof() ? taken : taken - 1};
    ++number_;
    return true;
  }
  bool too_long() const { return too_long_; }
  std::string_view line() const { return line_; }
  long number() const { return number_; }
  bool would_wait() const { return in_.rdbuf()->in_avail() <= 0; }

 private:
  std::istream& in_;
  std::ostream* tied_;
  std::array<char, kLongestLine + 1> buffer_;
  std::string_view line_;
  bool too_long_ = false;
  long number_ = 0;
};

std::string fault_of(long number, const std::string& what, AnswerForm form) {
  if (form == AnswerForm::json) return numbered(number, {{"error", what}});
  return fmt::format("error: line {}: {}", number, what);
}

using AnswerLine = Answer (*)(std::string_view line, long number, const Asked& asked);

int answer_lines(std::istream& in, std::ostream& out, const Asked& asked, AnswerLine answer_line) {
  bool all_answered = true;
  LineReader reader(in);
  while (reader.next()) {
    const Answer answer = reader.too_long()
                              ? refused(fmt::format("longer than {} bytes", kLongestLine))
                              : answer_line(reader.line(), reader.number(), asked);
    out << (answer ? *answer : fault_of(reader.number(), answer.error(), asked.form)) << '\n';
    all_answered = all_answered && answer;
    if (reader.would_wait()) out.flush();
  }
  out.flush();
  return all_answered && out.good() ? 0 : 1;
}

bool read_file(const std::filesystem::path& path, SourceFile& file) {
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path)) return false;
  file.name = path.string();
  file.text.resize(kMostBytesRead);
  in.read(file.text.data(), static_cast<std::streamsize>(file.text.size()));
  file.text.resize(static_cast<std::size_t>(in.gcount()));
  return !in.bad();
}

std::vector<SourceFile> lists_beside(const std::filesystem::path& calendar) {
  std::vector<SourceFile> lists;
  std::error_code
      ignored;  // a folder that cannot be listed holds no lists, which the loader reports
  for (const auto& entry :
       std::filesystem::directory_iterator(calendar.parent_path() / ".", ignored)) {
    if (entry.path().extension() != ".tsv" || lists.size() >= kMostListsBeside) continue;
    SourceFile list;
    if (!read_file(calendar.parent_path() / entry.path().filename(), list)) continue;
    lists.push_back(std::move(list));
  }
  return lists;
}

// For people: "4:05:00", hours without a limit.
std::string hours_text(Seconds s) {
  return fmt::format("{}:{:02}:{:02}", s.count() / 3600, s.count() / 60 % 60, s.count() % 60);
}

std::string_view weekday_text(unsigned weekday) {
  constexpr std::array<std::string_view, 7> names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  return names[weekday];
}

std::string date_text(const LocalTime& at) {
  return fmt::format("{} {:04}-{:02}-{:02}", weekday_text(at.weekday), at.year, at.month, at.day);
}

std::string time_text(const LocalTime& at) {
  return fmt::format("{:02}:{:02}:{:02}", at.hour, at.minute, at.second);
}

std::string instant_text(const Calendar& calendar, Instant t) {
  const LocalTime at = calendar.local(t);
  return fmt::format("{} {} {}  {}", date_text(at), time_text(at), at.zone_abbreviation,
                     calendar.format(t));
}

std::string_view span_text(Span::Kind kind) {
  switch (kind) {
    case Span::Kind::counted:
      return "counted";
    case Span::Kind::before_opening:
      return "before opening";
    case Span::Kind::lunch_break:
      return "break";
    case Span::Kind::after_closing:
      return "after closing";
    case Span::Kind::weekend:
      return "not a working day";
    case Span::Kind::day_off:
      return "day off";
    case Span::Kind::paused:
      return "paused";
  }
  return "";
}

// docs/reference.md, Working time, in a sentence: how the days of this budget end.
std::string rule_of_days(const Calendar& calendar, const Question& question) {
  const Instant start = calendar.next_working(question.start);
  const LocalTime at = calendar.local(start);
  const Seconds before = calendar.worked(calendar.midnight(at.year, at.month, at.day), start);
  if (before == Seconds{0}) {
    return fmt::format(
        "nothing had been worked on {} before the start, so it is day 1; the days end "
        "at the closing of day {}",
        date_text(at), question.budget.days);
  }
  return fmt::format(
      "{} had been worked on {} before the start, so the next working day is day 1; "
      "the days end when as much has been worked on day {}, at its closing if that is "
      "shorter",
      hours_text(before), date_text(at), question.budget.days);
}

void write_day(std::ostream& out, const Calendar& calendar, const DayProof& day, Seconds running) {
  out << fmt::format("{}  {:>8}  {:>10}\n", date_text(calendar.local(day.spans.front().from)),
                     hours_text(day.counted), hours_text(running));
  for (const Span& span : day.spans) {
    const LocalTime to = calendar.local(span.to);
    const bool to_midnight = to.hour == 0 && to.minute == 0 && to.second == 0;
    out << fmt::format("    {}-{}  {}{}{}\n", time_text(calendar.local(span.from)),
                       to_midnight ? "24:00:00" : time_text(to), span_text(span.kind),
                       span.why.empty() ? "" : ": ", span.why);
  }
}

void write_proof(std::ostream& out, const Calendar& calendar, const Question& question,
                 const Deadline& due, const Proof& proof) {
  out << fmt::format("calendar  {}, {}\n", calendar.id(), calendar.zone_name())
      << fmt::format("start     {}\n", instant_text(calendar, question.start))
      << fmt::format("budget    {}\n", question.budget.to_string())
      << fmt::format("due       {}{}\n", instant_text(calendar, due.due),
                     due.provisional ? "  provisional: a date lies outside the covered years" : "");
  if (question.budget.days > 0)
    out << fmt::format("days      {}\n", rule_of_days(calendar, question));
  out << "\ndate             counted     running\n";
  Seconds running{};
  for (const DayProof& day : proof.days) {
    running += day.counted;
    write_day(out, calendar, day, running);
  }
  out << fmt::format("total           {:>8}\n", hours_text(running));
}

void write_proof_json(std::ostream& out, const Calendar& calendar, const Question& question,
                      const Deadline& due, const Proof& proof) {
  json::object said = as_json(question, due, calendar);
  said["calendar"] = calendar.id();
  said["zone"] = calendar.zone_name();
  if (question.budget.days > 0) said["rule"] = rule_of_days(calendar, question);
  std::int64_t counted = 0;
  for (const DayProof& day : proof.days) counted += day.counted.count();
  said["counted_seconds"] = counted;
  said["days"] = http::days_view(proof.days, calendar);
  out << json::serialize(said) << '\n';
}

}  // namespace

std::optional<Calendar> load_calendar_file(const std::filesystem::path& path,
                                           std::ostream& faults) {
  SourceFile file;
  if (!read_file(path, file)) {
    faults << path.string() << ": cannot be read\n";
    return std::nullopt;
  }
  auto calendar = load_calendar(file, lists_beside(path));
  if (calendar) return std::move(*calendar);
  for (const Fault& fault : calendar.error()) faults << fault.to_string() << '\n';
  return std::nullopt;
}

int run_deadline(std::istream& in, std::ostream& out, const Calendar& calendar, AnswerForm form) {
  return answer_lines(in, out, {calendar, form}, answer_deadline);
}

int run_elapsed(std::istream& in, std::ostream& out, const Calendar& calendar, AnswerForm form) {
  return answer_lines(in, out, {calendar, form}, answer_elapsed);
}

int explain_deadline(std::string_view start, std::string_view budget, std::ostream& out,
                     const Calendar& calendar, AnswerForm form) {
  const auto refuse = [&](const std::string& why) {
    if (form == AnswerForm::json)
      out << json::serialize(json::object{{"error", why}}) << '\n';
    else
      out << "error: " << why << '\n';
    return 1;
  };
  const auto question = parse_question(start, budget);
  if (!question) return refuse(question.error());
  const auto due = due_of(*question, calendar);
  if (!due) return refuse(due.error());
  const Ledger ledger{question->start, question->budget, {}, due->due};
  const Proof proof = prove(ledger, {}, calendar, due->due);
  if (form == AnswerForm::json)
    write_proof_json(out, calendar, *question, *due, proof);
  else
    write_proof(out, calendar, *question, *due, proof);
  out.flush();
  return out.good() ? 0 : 1;
}

int explain_deadline(std::istream& in, std::ostream& out, const Calendar& calendar,
                     AnswerForm form) {
  LineReader reader(in);
  if (!reader.next()) {
    out << fault_of(1, "expected START BUDGET, a space between", form) << '\n';
    return 1;
  }
  const TwoFields fields = split(reader.line());
  return explain_deadline(fields.first, fields.second, out, calendar, form);
}

}  // namespace tenggat
