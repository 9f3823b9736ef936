// `tenggat why`: what was told about a permit and what was not, for a person at night.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/api_client.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

// "2026-04-15 10:34" (and the second where it has one) of an RFC 3339 instant.
std::string short_time(const std::string& instant) {
  if (instant.size() < 19) return instant;
  const bool whole_minute = instant.compare(17, 2, "00") == 0;
  return instant.substr(0, 10) + ' ' + instant.substr(11, whole_minute ? 5 : 8);
}

std::string time_at(const json::value& value, const char* key) {
  return short_time(text_at(value, {key}));
}

std::string in_words(std::string_view reason) {
  if (reason == "closed_before_due") return "the visit was closed before its time came";
  if (reason == "not_due") return "its time has not come";
  if (reason == "not_started") return "its clock has not begun";
  if (reason == "paused") return "the clock stands";
  if (reason == "undone") return "the action behind it was taken back";
  if (reason == "rearmed") return "its time moved into the future";
  if (reason == "done_before_sending") return "the work was done first";
  if (reason == "folded") return "a later one of the same visit says more";
  if (reason == "absorbed") return "the morning list carried it";
  if (reason == "superseded") return "the applicant was told of what came after";
  if (reason == "acknowledged") return "a repeat, while the delay is explained";
  if (reason == "silenced") return "a silence holds it back";
  if (reason == "no_address") return "the person has no usable channel";
  if (reason == "set_aside") return "it cannot be made into a message; the log says why";
  if (reason == "nobody_on_duty") return "nobody in the whole chain is on duty";
  if (reason == "trial_mode") return "mode: trial sends nothing";
  return "";
}

std::string reasoned(const std::string& reason) {
  const std::string words = in_words(reason);
  return words.empty() ? reason : fmt::format("{} ({})", reason, words);
}

std::string person_of(const json::value& one) {
  std::string text = text_at(one, {"recipient"});
  if (const auto whose = text_at(one, {"acting_for"}); !whose.empty()) text += " for " + whose;
  return fmt::format("{} [{}]", text, text_at(one, {"why"}));
}

const json::array& list_at(const json::value& value, const char* key) {
  static const json::array none;
  const json::value* found = value.is_object() ? value.get_object().if_contains(key) : nullptr;
  return found && found->is_array() ? found->get_array() : none;
}

void write_message(std::ostream& out, const json::value& message) {
  std::string line =
      fmt::format("      {} message {} to {}: {} by {}, {}", time_at(message, "rendered_at"),
                  text_at(message, {"id"}), person_of(message), text_at(message, {"text"}),
                  text_at(message, {"channel"}), text_at(message, {"state"}));
  if (const auto reason = text_at(message, {"reason"}); !reason.empty()) line += ", " + reason;
  if (const auto receipt = text_at(message, {"receipt"}); !receipt.empty())
    line += ", receipt " + receipt;
  out << printable(line) << '\n';
  for (const auto& [at, said] : {std::pair{"delivered_at", "delivered"}, {"read_at", "read"}})
    if (const auto when = time_at(message, at); !when.empty())
      out << printable(fmt::format("        {} {}", when, said)) << '\n';
  if (const auto when = time_at(message, "undelivered_at"); !when.empty())
    out << printable(fmt::format("        {} NOT delivered: {} {}", when,
                                 text_at(message, {"undelivered_reason"}),
                                 text_at(message, {"undelivered_detail"})))
        << '\n';
  for (const json::value& attempt : list_at(message, "attempts")) {
    std::string tried = fmt::format("        {} tried: {}", time_at(attempt, "started_at"),
                                    text_at(attempt, {"outcome"}));
    if (attempt.at("outcome").is_null()) tried += "under way, or lost with its daemon";
    if (const auto reason = text_at(attempt, {"reason"}); !reason.empty()) tried += ", " + reason;
    if (const auto words = text_at(attempt, {"detail"}); !words.empty()) tried += ": " + words;
    out << printable(tried) << '\n';
  }
}

void write_notice(std::ostream& out, const json::value& notice) {
  const std::string state = text_at(notice, {"state"});
  std::string line =
      fmt::format("    {} for {}: {}, {}", text_at(notice, {"text"}),
                  text_at(notice, {"addressee"}), text_at(notice, {"raised_because"}),
                  state == "rendered"  ? "told"
                  : state == "dropped" ? "NOT sent"
                                       : "not sent yet");
  if (const auto reason = text_at(notice, {"reason"}); !reason.empty())
    line += ": " + reasoned(reason);
  if (state == "pending") line += ", looked at " + time_at(notice, "send_at");
  if (state == "dropped") line += " at " + time_at(notice, "state_at");
  out << printable(line) << '\n';
  for (const json::value& one : list_at(notice, "to"))
    out << "      would go to " << printable(person_of(one)) << '\n';
  for (const json::value& message : list_at(notice, "messages")) write_message(out, message);
}

std::string rung_name(const json::value& rung) {
  std::string name = text_at(rung, {"rung"});
  if (text_at(rung, {"k"}) != "1") name += " k=" + text_at(rung, {"k"});
  if (text_at(rung, {"occurrence"}) != "1") name += " occurrence " + text_at(rung, {"occurrence"});
  return name;
}

void write_rung(std::ostream& out, const json::value& rung) {
  const std::string due = time_at(rung, "due_at"), raised = time_at(rung, "raised_at");
  std::string line = fmt::format("  {:<12} ", rung_name(rung));
  if (!raised.empty()) {
    line += "raised " + raised;
    if (raised != due) line += ", due " + due;
    if (const auto reason = text_at(rung, {"reason"}); reason != "rung_due")
      line += ", " + reasoned(reason);
  } else {
    line += "NOT raised: " + reasoned(text_at(rung, {"reason"}));
    if (!due.empty()) line += ", due " + due;
  }
  out << printable(line) << '\n';
  for (const json::value& notice : list_at(rung, "notices")) write_notice(out, notice);
}

void write_why(std::ostream& out, const json::value& answer) {
  out << printable(fmt::format("{} {}, as of {}", text_at(answer, {"number"}),
                               text_at(answer, {"state"}), time_at(answer, "at")))
      << '\n';
  for (const json::value& one : list_at(answer, "silences"))
    out << printable(fmt::format("silence {} on {} {} until {}, by {}: {}", text_at(one, {"id"}),
                                 text_at(one, {"kind"}), text_at(one, {"subject"}),
                                 time_at(one, "until"), text_at(one, {"by"}),
                                 text_at(one, {"why"})))
        << '\n';
  for (const json::value& one : list_at(answer, "acknowledged"))
    out << printable(fmt::format("{} acknowledged by {} at {}: {}; repeats stop until {}",
                                 text_at(one, {"visit"}), text_at(one, {"by"}), time_at(one, "at"),
                                 text_at(one, {"obstacle"}), time_at(one, "until")))
        << '\n';
  std::string heading;
  for (const json::value& rung : list_at(answer, "rungs")) {
    std::string clock = text_at(rung, {"visit"});
    if (clock.empty()) clock = "whole case";
    if (clock != heading) out << '\n' << printable(clock) << '\n';
    heading = std::move(clock);
    write_rung(out, rung);
  }
  if (!list_at(answer, "notices").empty()) out << "\nother events\n";
  for (const json::value& notice : list_at(answer, "notices")) {
    std::string visit = text_at(notice, {"visit"});
    out << printable(fmt::format("  {} {} {}", time_at(notice, "raised_at"),
                                 visit.empty() ? "whole case" : visit, text_at(notice, {"kind"})))
        << '\n';
    write_notice(out, notice);
  }
}

int run_why(const Given& given, Terminal& terminal) {
  const json::value answer =
      ApiClient(terminal).get("/permits/" + encoded(given.argument(0).value_or("")) + "/why");
  if (given.has("json")) {
    write_json(terminal.out, answer);
  } else {
    write_why(terminal.out, answer);
  }
  return kOk;
}

}  // namespace

std::vector<Command> why_commands() {
  return {{"why",
           {{"PERMIT", true}},
           {{"json", "", "the API's answer as it is"}},
           "why each rung of a permit was or was not raised, who was told, and why them",
           "Each rung of each visit and of the case; below it the notices it raised, the messages\n"
           "they became, each try and its outcome. `NOT` marks what was not raised or not sent.",
           run_why}};
}

}  // namespace tenggat::cli
