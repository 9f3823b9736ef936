#include "daemon/base/log.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <iterator>
#include <memory>
#include <mutex>

#include "daemon/base/log_outlet.h"
#include "rules/utf8.h"

namespace tenggat {
namespace {

constexpr std::size_t kValueLimitBytes = 2048;
constexpr const char* kEventLogger = "tenggat";

struct CodePoint {
  char32_t value = 0xFFFD;
  std::size_t bytes = 1;
  bool valid = false;
};

CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t value = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[length] || value > 0x10FFFF || surrogate) return {};
  return {value, length, true};
}

void append_code_point(std::string& out, char32_t c) {
  if (c <= 0xFFFF) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    return;
  }
  const char32_t rest = c - 0x10000;
  fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}",
                 static_cast<unsigned>(0xD800 + (rest >> 10U)),
                 static_cast<unsigned>(0xDC00 + (rest & 0x3FFU)));
}

// The inside of a JSON string; the text format quotes with the same rules.
std::string escaped(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t at = 0; at < value.size();) {
    if (at >= kValueLimitBytes) return out + "…";
    const CodePoint c = decode(value.substr(at));
    if (!c.valid) {
      out += "\\ufffd";
    } else if (c.value == U'"' || c.value == U'\\') {
      out += '\\';
      out += static_cast<char>(c.value);
    } else if (c.value == U'\n') {
      out += "\\n";
    } else if (c.value == U'\t') {
      out += "\\t";
    } else if (is_hidden_character(c.value)) {
      append_code_point(out, c.value);
    } else {
      out += value.substr(at, c.bytes);
    }
    at += c.bytes;
  }
  return out;
}

bool stands_bare(std::string_view value) {
  constexpr std::string_view kBare =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/@+*,#";
  return !value.empty() && value.find_first_not_of(kBare) == std::string_view::npos;
}

// Names come from the code; a slip there must not break a line either, nor double a key of our own.
std::string field_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    out += fits ? c : '_';
  }
  if (out.empty() || out == "time" || out == "level" || out == "event") out += '_';
  return out;
}

std::string_view journal_priority(Level level) {
  switch (level) {
    case Level::debug:
      return "7";
    case Level::info:
      return "6";
    case Level::warning:
      return "4";
    case Level::error:
      return "3";
  }
  return "3";
}

// One entry in the journal's own form: a line a field, since no value holds a line end.
std::string journal_entry(Level level, std::string_view event, LogFields fields) {
  std::string entry =
      fmt::format("MESSAGE={}\nPRIORITY={}\nSYSLOG_IDENTIFIER=tenggatd\nTENGGAT_EVENT={}\n",
                  log_line_text(event, fields), journal_priority(level), escaped(event));
  for (const LogField& field : fields) {
    std::string name = field_name(field.name);
    for (char& c : name) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    entry += fmt::format("TENGGAT_{}={}\n", name, escaped(field.value));
  }
  return entry;
}

bool is_urgent(Level level) { return level >= Level::warning; }

Level from_spdlog(spdlog::level::level_enum level) {
  if (level <= spdlog::level::debug) return Level::debug;
  if (level == spdlog::level::info) return Level::info;
  if (level == spdlog::level::warn) return Level::warning;
  return Level::error;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// Takes rendered events from our own logger, and anything from the default logger, which it
// renders.
class LineSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  LineSink(LogFormat format, LogOutlet& outlet)
      : format_(format),
        outlet_(outlet),
        time_("%Y-%m-%dT%H:%M:%S.%e%z", spdlog::pattern_time_type::local, "") {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const Level level = from_spdlog(message.level);
    const std::string_view payload(message.payload.data(), message.payload.size());
    const std::string_view logger(message.logger_name.data(), message.logger_name.size());
    const bool rendered = logger == kEventLogger;
    if (format_ == LogFormat::journal) {
      outlet_.put(journal_entry(level, "log", {{"text", payload}}), is_urgent(level));
      return;
    }
    spdlog::memory_buf_t time;
    time_.format(message, time);
    const std::string_view when(time.data(), time.size());
    if (format_ == LogFormat::json) {
      outlet_.put(
          fmt::format("{{\"time\":\"{}\",\"level\":\"{}\",{}}}\n", when, to_string(level),
                      rendered ? std::string(payload) : log_line_json("log", {{"text", payload}})),
          is_urgent(level));
      return;
    }
    outlet_.put(
        fmt::format("{} {:<7} {}\n", when, to_string(level),
                    rendered ? std::string(payload) : log_line_text("log", {{"text", payload}})),
        is_urgent(level));
  }
  void flush_() override {}

 private:
  LogFormat format_;
  LogOutlet& outlet_;
  spdlog::pattern_formatter time_;
};

// systemd names the device and inode of the stream it connected to the journal; a redirected stderr
// has others.
bool stderr_is_journal() {
  const char* named = std::getenv("JOURNAL_STREAM");
  struct stat stream {};
  if (named == nullptr || ::fstat(STDERR_FILENO, &stream) != 0) return false;
  return fmt::format("{}:{}", stream.st_dev, stream.st_ino) == named;
}

LogFormat resolved(LogFormat format) {
  if (format == LogFormat::automatic) {
    if (stderr_is_journal()) return LogFormat::journal;
    return ::isatty(STDERR_FILENO) == 1 ? LogFormat::text : LogFormat::json;
  }
  // Where no journal runs, whoever reads standard error is all there is.
  if (format == LogFormat::journal && ::access("/run/systemd/journal/socket", W_OK) != 0) {
    return LogFormat::text;
  }
  return format;
}

struct Log {
  LogFormat format = LogFormat::text;
  LogOutlet outlet;
  std::shared_ptr<spdlog::logger> events;
  std::function<void(Level)> count;

  void open(const LogOptions& options) {
    format = resolved(options.format);
    outlet.open(format == LogFormat::journal ? LogOutlet::To::journal
                                             : LogOutlet::To::standard_error);
    auto sink = std::make_shared<LineSink>(format, outlet);
    events = std::make_shared<spdlog::logger>(kEventLogger, sink);
    events->set_level(to_spdlog(options.level));
    auto foreign = std::make_shared<spdlog::logger>("", sink);
    foreign->set_level(to_spdlog(options.level));
    // spdlog would say what it cannot write on standard error, and wait for whoever reads that.
    for (const auto& logger : {events, foreign})
      logger->set_error_handler([](const std::string&) {});
    spdlog::set_default_logger(std::move(foreign));
  }

  void write(Level level, std::string_view event, LogFields fields) {
    if (format == LogFormat::journal)
      return outlet.put(journal_entry(level, event, fields), is_urgent(level));
    const std::string line =
        format == LogFormat::json ? log_line_json(event, fields) : log_line_text(event, fields);
    events->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
  }
  void tell_lost() {
    const std::uint64_t lost = outlet.take_lost();
    if (lost > 0) write(Level::warning, "log_lines_lost", {{"lines", lost}});
  }
};

// Never destroyed: threads that are left behind at the end may still have something to say.
Log& the_log() {
  static Log& log = *[] {
    auto* fresh = new Log;
    fresh->open({.level = Level::info, .format = LogFormat::text});
    std::atexit([] { flush_log(); });
    return fresh;
  }();
  return log;
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

std::string log_line_text(std::string_view event, LogFields fields) {
  std::string line = stands_bare(event) ? std::string(event) : '"' + escaped(event) + '"';
  for (const LogField& field : fields) {
    line += ' ' + field_name(field.name) + '=';
    line += stands_bare(field.value) ? field.value : '"' + escaped(field.value) + '"';
  }
  return line;
}

std::string log_line_json(std::string_view event, LogFields fields) {
  std::string line = "\"event\":\"" + escaped(event) + '"';
  for (const LogField& field : fields) {
    line += ",\"" + field_name(field.name) + "\":\"" + escaped(field.value) + '"';
  }
  return line;
}

void set_up_log(const LogOptions& options) { the_log().open(options); }

void log_event(Level level, std::string_view event, LogFields fields) noexcept {
  try {
    Log& log = the_log();
    if (!log.events->should_log(to_spdlog(level))) return;
    log.tell_lost();
    log.write(level, event, fields);
    if (log.count) log.count(level);
  } catch (...) {
    // Out of memory, most likely: a lost line is no reason to lose the daemon.
  }
}

void gather_log(std::function<void()> later) { the_log().outlet.gather(std::move(later)); }

void tend_log() noexcept {
  try {
    the_log().outlet.tend();
    the_log().tell_lost();
  } catch (...) {
    // Out of memory; the next time.
  }
}

void flush_log() noexcept {
  tend_log();
  the_log().outlet.flush();
}

std::uint64_t log_lines_lost() { return the_log().outlet.lost_ever(); }

void count_log_lines(std::function<void(Level)> hook) { the_log().count = std::move(hook); }

}  // namespace tenggat
