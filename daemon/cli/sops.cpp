// `tenggat sop`: the services, which of them take new applications, and what a file would change.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/check_words.h"
#include "daemon/cli/done.h"
#include "daemon/cli/language.h"
#include "daemon/cli/line_diff.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/cli/sop_changes.h"
#include "daemon/office/rule_files.h"
#include "daemon/store/rules.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownOfHash = 12;

// The rules directory beside what is in force.
class Files {
 public:
  explicit Files(const Config& config) : folder_(config.rules), read_(load_rule_files(folder_)) {}

  // Null: none, or the directory cannot be read.
  const store::RuleSet* find(const std::string& sop) const {
    if (!read_) return nullptr;
    for (const store::RuleSet& set : read_->sop_sets)
      if (set.name == sop) return &set;
    return nullptr;
  }
  std::string words(const Sop& sop) const {
    if (!read_) return "unreadable";
    const store::RuleSet* file = find(sop.id);
    if (!file) return "none";
    return file->hash == sop.version ? "in force" : "differs";
  }
  const store::RuleSet& must_find(const std::string& sop) const {
    if (!read_)
      throw Refused(fmt::format("the files in {} hold faults: tenggat check {} names them", folder_,
                                folder_));
    const store::RuleSet* file = find(sop);
    if (!file) throw Refused(fmt::format("no file in {}/sop has the SOP `{}`", folder_, sop));
    return *file;
  }

 private:
  std::string folder_;
  Loaded<RuleFiles> read_;
};

std::string id_given(const DatabaseCall& call) { return call.given.argument(0).value_or(""); }

const Sop& sop_given(const DatabaseCall& call, const Office& office) {
  const std::string id = id_given(call);
  const Sop* sop = office.rulebook.sop_in_force(id);
  if (!sop) throw Refused(fmt::format("no SOP `{}` is in force", printable(id)));
  return *sop;
}

std::string standing(const store::RuleSet::Retirement* retired, const Office& office) {
  if (!retired) return "takes applications";
  return fmt::format("retired {} by {}", office.text(retired->at), printable(retired->by));
}

json::object summary(const Sop& sop, const Office& office, const Files& files,
                     const store::SopUse& use) {
  const auto* retired = office.rulebook.retirement(sop.id);
  return {{"id", sop.id},
          {"title", sop.title},
          {"version", sop.version},
          {"file", files.words(sop)},
          {"open", use.open},
          {"open_under_earlier_versions", use.open_earlier},
          {"retired_at", retired ? json::value(office.text(retired->at)) : json::value(nullptr)},
          {"retired_by", retired ? json::value(retired->by) : json::value(nullptr)}};
}

pg::Awaitable<int> list_sops(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const Files files(call.config);
  json::array all;
  std::vector<std::vector<std::string>> rows;
  const std::vector<const Sop*> sops = office->rulebook.sops_in_force();
  for (const Sop* sop : sops) {
    const std::string id = sop->id, version = sop->version;
    const store::SopUse use = co_await store::use_of_sop(call.connection, id, version);
    all.push_back(summary(*sop, *office, files, use));
    rows.push_back({sop->id, printable(sop->title), sop->version.substr(0, kShownOfHash),
                    files.words(*sop), std::to_string(use.open + use.open_earlier),
                    standing(office->rulebook.retirement(sop->id), *office)});
  }
  if (call.given.has("json"))
    write_json(call.terminal.out, all);
  else
    write_table(call.terminal.out, {"ID", "TITLE", "VERSION", "FILE", "OPEN", "STANDING"}, rows);
  co_return kOk;
}

pg::Awaitable<int> show_sop(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const Sop& sop = sop_given(call, *office);
  const Files files(call.config);
  const std::string id = sop.id, version = sop.version;
  const store::SopUse use = co_await store::use_of_sop(call.connection, id, version);
  if (call.given.has("json")) {
    json::object view = summary(sop, *office, files, use);
    json::array steps;
    for (const Step& step : sop.steps)
      steps.push_back(json::object{{"number", step.number},
                                   {"id", step.id},
                                   {"name", step.short_name},
                                   {"role", step.role},
                                   {"standard", step.standard.to_string()}});
    view["steps"] = std::move(steps);
    write_json(call.terminal.out, view);
    co_return kOk;
  }
  call.terminal.out << fmt::format(
      "{}: {}\nversion: {}\nstanding: {}\nfile: {}\nopen: {} under this version, {} under earlier "
      "ones\n\n",
      sop.id, printable(sop.title), sop.version,
      standing(office->rulebook.retirement(sop.id), *office), files.words(sop), use.open,
      use.open_earlier);
  std::vector<std::vector<std::string>> rows;
  for (const Step& step : sop.steps)
    rows.push_back({std::to_string(step.number), step.id, printable(step.short_name), step.role,
                    step.standard.to_string()});
  write_table(call.terminal.out, {"NO", "STEP", "NAME", "ROLE", "STANDARD"}, rows);
  co_return kOk;
}

// As they say it, else as the machine knows them.
store::By actor_of(const DatabaseCall& call) {
  const auto named = call.given.text("by");
  if (!named) return by(call);
  if (named->find_first_not_of(' ') == std::string::npos || printable(*named) != *named)
    throw BadUsage("--by is a name in one line");
  return store::By::at_machine(*named);
}

pg::Awaitable<int> retire(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const std::string id = sop_given(call, *office).id, version = sop_given(call, *office).version;
  const bool retired = co_await store::retire_sop(call.connection, actor_of(call), id);
  if (!retired) throw Refused(fmt::format("`{}` is retired already", id));
  const store::SopUse use = co_await store::use_of_sop(call.connection, id, version);
  const std::int64_t open = use.open + use.open_earlier;
  write_done(
      call,
      fmt::format("retired {}: it takes no new applications; {} open ones run on\n", id, open),
      {{"sop", id}, {"retired", true}, {"open", open}});
  co_return kOk;
}

pg::Awaitable<int> restore(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const std::string id = sop_given(call, *office).id;
  const bool restored = co_await store::restore_sop(call.connection, actor_of(call), id);
  if (!restored) throw Refused(fmt::format("`{}` is not retired", id));
  write_done(call, fmt::format("restored {}: it takes applications\n", id),
             {{"sop", id}, {"retired", false}});
  co_return kOk;
}

pg::Awaitable<int> diff(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const Sop& sop = sop_given(call, *office);
  const Files files(call.config);
  const store::RuleSet& file = files.must_find(sop.id);
  const std::vector<std::string> hashes(1, sop.version);
  const auto stored = co_await store::load_rule_sets(call.connection, hashes);
  if (stored.empty()) throw Refused("the version in force is not stored");
  const bool english = in_english(call.given, call.terminal);
  if (call.given.has("json")) {
    json::array changes;
    if (file.hash != sop.version)
      for (const Said& said : changes_between(stored.front().files.at(0), file.files.at(0)))
        changes.push_back(json::object{{"english", said.english}, {"indonesian", said.indonesian}});
    write_json(call.terminal.out, json::object{{"sop", sop.id},
                                               {"in_force", sop.version},
                                               {"file", file.hash},
                                               {"changes", std::move(changes)}});
    co_return kOk;
  }
  if (file.hash == sop.version) {
    write(call.terminal.err, say<Says::unchanged>(sop.id), english);
    co_return kOk;
  }
  for (const Said& said : changes_between(stored.front().files.at(0), file.files.at(0)))
    write(call.terminal.out, said, english);
  if (!call.given.has("lines")) co_return kOk;
  call.terminal.out << fmt::format("--- {} in force ({})\n+++ {}/sop/{} ({})\n", sop.id,
                                   sop.version.substr(0, kShownOfHash), call.config.rules,
                                   file.files.at(0).name, file.hash.substr(0, kShownOfHash))
                    << line_diff(stored.front().files.at(0).text, file.files.at(0).text);
  co_return kOk;
}

template <DatabaseWork work>
int run_work(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, work);
}

}  // namespace

std::vector<Command> sop_commands() {
  const Positional id{"ID", true};
  const Option by{"by", "NAME", "who says so; left out: the user at this machine"};
  return {
      {"sop list",
       {},
       {kJsonOption, kConfigOption},
       "the services in force, their files, and which take new applications",
       "FILE: in force; differs (a reload brings it in); none (tenggat sop retire, or bring the\n"
       "file back); unreadable (tenggat check).",
       run_work<list_sops>},
      {"sop show",
       {id},
       {kJsonOption, kConfigOption},
       "one service: its version, its steps, its open permits",
       "",
       run_work<show_sop>},
      {"sop retire",
       {id},
       {by, kJsonOption, kConfigOption},
       "takes a service out of use: no new applications, open ones run on",
       "In force at once and until it is restored, whatever files come or go. Who did it and\n"
       "when is kept.",
       run_work<retire>},
      {"sop restore",
       {id},
       {by, kJsonOption, kConfigOption},
       "a retired service takes applications again",
       "",
       run_work<restore>},
      {"sop diff",
       {id},
       {{"lines", "", "then line by line, too"}, kLangOption, kJsonOption, kConfigOption},
       "what its file would change in the version in force, in words",
       "",
       run_work<diff>}};
}

}  // namespace tenggat::cli
