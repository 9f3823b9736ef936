// The log: events with fields, never free prose with values pasted in.
//
// A line cannot be forged by input: names come from the code, values are escaped, so one event is
// one line (or one journal entry) whatever an applicant typed. Phones and addresses are masked by
// the caller (notifiers/phone.h): the log cannot know which value is personal.
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tenggat {

enum class Level { debug, info, warning, error };
std::string_view to_string(Level level);

// automatic: journal fields where stderr is the journal, text on a terminal, JSON lines otherwise.
enum class LogFormat { automatic, journal, text, json };

struct LogOptions {
  Level level = Level::info;
  LogFormat format = LogFormat::automatic;
};

// A name in snake_case from the code and a value from anywhere.
struct LogField {
  LogField(std::string_view field_name, std::string field_value)
      : name(field_name), value(std::move(field_value)) {}
  LogField(std::string_view field_name, std::string_view field_value)
      : name(field_name), value(field_value) {}
  LogField(std::string_view field_name, const char* field_value)
      : name(field_name), value(field_value) {}
  LogField(std::string_view field_name, bool field_value)
      : name(field_name), value(field_value ? "true" : "false") {}
  template <std::integral Number>
  requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
      LogField(std::string_view field_name, Number number)
      : name(field_name), value(std::to_string(number)) {}

  std::string_view name;
  std::string value;
};
using LogFields = std::initializer_list<LogField>;

// Nothing here waits for whoever reads the log. What they do not read waits, up to 1 MiB; lines
// beyond that are lost and counted, and a line says how many once it is read again.

// Call once before the first event and again after a reload. Until then events go to stderr as
// text. What third parties write through spdlog's default logger takes the same way, escaped the
// same.
void set_up_log(const LogOptions& options);

// `event` names what happened, in snake_case, from the code: "permit_submitted". Values longer than
// 2 KiB are cut. Never throws.
void log_event(Level level, std::string_view event, LogFields fields = {}) noexcept;

// From now on lines below a warning leave together: `later` is asked, once for all that come
// meanwhile, to see to it that tend_log() is called, by the loop's next turn say. Empty: each
// leaves at once, as at first. An entry of the journal is a message of its own all the same.
void gather_log(std::function<void()> later);

// Now and then: what waits leaves, where it can, also while nothing is logged.
void tend_log() noexcept;
// Before the process ends: waits a moment for what waits to be read.
void flush_log() noexcept;
// Since the start.
std::uint64_t log_lines_lost();

// Called for every line that passes the level; one hook, set when the metrics exist, reset before
// they go.
void count_log_lines(std::function<void(Level)> hook);

// Pure; the formats, without time and level. For the sinks and for their tests.
std::string log_line_text(std::string_view event,
                          LogFields fields);  // event name=value name="a value"
std::string log_line_json(std::string_view event, LogFields fields);  // "event":"…","name":"value"

}  // namespace tenggat
