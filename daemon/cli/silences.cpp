// `tenggat silence`.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/done.h"
#include "daemon/cli/find_permit.h"
#include "daemon/cli/print.h"
#include "daemon/store/commands.h"
#include "daemon/store/permits.h"
#include "daemon/store/silences.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using Count = Option::Count;

void check_officer(const std::string& id, const Office& office) {
  if (!office.rulebook.people().find(id))
    throw Refused(fmt::format("there is no officer `{}`", printable(id)));
}

void check_step(const std::string& subject, const Office& office) {
  const std::size_t dot = subject.find('.');
  const Sop* sop =
      dot == std::string::npos ? nullptr : office.rulebook.sop_in_force(subject.substr(0, dot));
  if (!sop || !sop->find_step(subject.substr(dot + 1)))
    throw Refused(fmt::format("no SOP in force has a step `{}`; it is written paud.verifikasi",
                              printable(subject)));
}

std::string required_words(const Given& given, const char* option) {
  std::string text = given.text_or(option, "");
  if (text.find_first_not_of(' ') == std::string::npos || printable(text) != text)
    throw BadUsage(fmt::format("--{} is a few words in one line", option));
  return text;
}

pg::Awaitable<int> add_silence(DatabaseCall& call) {
  const Given& given = call.given;
  if (given.has("officer") + given.has("step") + given.has("permit") != 1)
    throw BadUsage("one of --officer, --step and --permit says whom or what it is about");
  Silence silence;
  silence.by = required_words(given, "by");
  silence.why = required_words(given, "why");
  const auto until = parse_entered_instant(given.text_or("until", ""));
  if (!until) throw BadUsage("--until takes an instant with its zone, 2026-04-15T16:00:00+08:00");
  silence.until = *until;
  const auto office = co_await read_office(call);
  if (const auto officer = given.text("officer")) {
    check_officer(*officer, *office);
    silence.kind = Silence::Kind::officer;
    silence.subject = *officer;
  } else if (const auto step = given.text("step")) {
    check_step(*step, *office);
    silence.kind = Silence::Kind::step;
    silence.subject = *step;
  } else {
    silence.kind = Silence::Kind::permit;
    silence.subject = std::to_string(co_await find_permit(call, given.text_or("permit", "")));
  }
  const Silence asked = silence;
  const auto id = co_await store::add_silence(call.connection, by(call), std::move(silence));
  if (!id)
    throw Refused(fmt::format("it would end at once: it is {}", office->text(office->moment.now)));
  const std::string ends = office->text(asked.until);
  write_done(
      call,
      fmt::format("silence {}: {} {} until {}\n", *id, to_string(asked.kind), asked.subject, ends),
      {{"silence", *id},
       {"kind", to_string(asked.kind)},
       {"subject", asked.subject},
       {"until", ends}});
  co_return kOk;
}

pg::Awaitable<int> list_silences(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  pg::Pipeline pipeline;
  const auto listed = store::add_silences(pipeline, call.given.has("all"));
  const auto results = co_await call.connection.run(std::move(pipeline));
  json::array all;
  std::vector<std::vector<std::string>> rows;
  for (const store::StoredSilence& one : results[listed]) {
    const Silence& silence = one.silence;
    const std::string ended = one.ended_at ? office->text(*one.ended_at) : "";
    all.push_back(json::object{{"id", silence.id},
                               {"kind", to_string(silence.kind)},
                               {"subject", silence.subject},
                               {"from", office->text(silence.from)},
                               {"until", office->text(silence.until)},
                               {"by", silence.by},
                               {"why", silence.why},
                               {"ended_at", one.ended_at ? json::value(ended) : nullptr}});
    rows.push_back({std::to_string(silence.id), std::string(to_string(silence.kind)),
                    silence.subject, office->text(silence.from), office->text(silence.until),
                    silence.by, silence.why, ended});
  }
  if (call.given.has("json")) {
    write_json(call.terminal.out, all);
  } else {
    write_table(call.terminal.out, {"ID", "KIND", "SUBJECT", "FROM", "UNTIL", "BY", "WHY", "ENDED"},
                rows);
  }
  co_return kOk;
}

pg::Awaitable<int> end_silence(DatabaseCall& call) {
  const std::int64_t id = id_argument(call.given, 0);
  const bool ended = co_await store::end_silence(call.connection, by(call), id);
  if (!ended) throw Refused(fmt::format("there is no silence {} that has not ended", id));
  write_done(call, fmt::format("ended silence {}\n", id), {{"silence", id}});
  co_return kOk;
}

template <DatabaseWork work>
int run_work(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, work);
}

}  // namespace

std::vector<Command> silence_commands() {
  return {
      {"silence add",
       {},
       {{"officer", "ID", "nothing to this officer"},
        {"step", "SOP.STEP", "nothing about this step: paud.verifikasi"},
        {"permit", "PERMIT", "nothing about this permit, by id or number"},
        {"until", "INSTANT", "when it ends by itself", Count::required},
        {"by", "NAME", "who asked for it", Count::required},
        {"why", "TEXT", "what for", Count::required},
        kJsonOption,
        kConfigOption},
       "holds messages to officers back for a while; what still holds then leaves",
       "Clocks run and rungs are raised as ever. Applicants are told as ever.",
       run_work<add_silence>},
      {"silence list",
       {},
       {{"all", "", "those that have ended, too"}, kJsonOption, kConfigOption},
       "silences that have not ended",
       "",
       run_work<list_silences>},
      {"silence end",
       {{"ID", true}},
       {kJsonOption, kConfigOption},
       "ends a silence at once; what it held back leaves",
       "",
       run_work<end_silence>},
  };
}

}  // namespace tenggat::cli
