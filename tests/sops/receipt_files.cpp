#include "tests/sops/receipt_files.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <tuple>

#include "rules/calendar/load_calendar.h"
#include "rules/sop/load_sop.h"

namespace tenggat::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path kHere = fs::path(TENGGAT_SOURCE_DIR) / "tests/sops";

SourceFile source(const std::string& name) {
  std::ifstream file(kHere / name);
  std::ostringstream text;
  text << file.rdbuf();
  return {name, text.str()};
}

std::vector<json::object> read_lines(const fs::path& path) {
  std::vector<json::object> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(json::parse(line).as_object());
  return lines;
}

std::string text_of(const json::object& line, std::string_view key) {
  const json::value* value = line.if_contains(key);
  return value ? std::string(value->as_string()) : std::string();
}

std::vector<std::string> texts_of(const json::object& line, std::string_view key) {
  std::vector<std::string> texts;
  if (const json::value* value = line.if_contains(key))
    for (const json::value& one : value->as_array()) texts.emplace_back(one.as_string());
  return texts;
}

ReplayCommand command_of(const json::object& line) {
  ReplayCommand command{.at = parse_instant(text_of(line, "at")).value(),
                        .op = text_of(line, "op"),
                        .of_case = text_of(line, "case"),
                        .by = text_of(line, line.contains("officer") ? "officer" : "service"),
                        .step = text_of(line, "step"),
                        .action = text_of(line, "action"),
                        .visit = 0,
                        .to = texts_of(line, "to"),
                        .fields = {}};
  if (const json::value* visit = line.if_contains("visit"))
    command.visit = static_cast<int>(visit->as_int64());
  if (const json::value* fields = line.if_contains("fields")) command.fields = fields->as_object();
  return command;
}

void compare(const json::value& expected, const json::value& came, const std::string& where,
             std::vector<std::string>& found) {
  if (expected == came) return;
  if (expected.is_object() && came.is_object()) {
    for (const auto& [key, value] : expected.as_object()) {
      const json::value* other = came.as_object().if_contains(key);
      compare(value, other ? *other : json::value("(not there)"), where + "." + std::string(key),
              found);
    }
    return;
  }
  if (expected.is_array() && came.is_array() &&
      expected.as_array().size() == came.as_array().size()) {
    for (std::size_t i = 0; i < expected.as_array().size(); ++i)
      compare(expected.at(i), came.at(i), fmt::format("{}[{}]", where, i), found);
    return;
  }
  found.push_back(
      fmt::format("{}: {} came as {}", where, json::serialize(expected), json::serialize(came)));
}

void sort_escalations(json::object& of_case) {
  json::array& all = of_case.at("escalations").as_array();
  const auto key = [](const json::value& one) {
    return std::tuple(std::string(one.at("at").as_string()), json::serialize(one.at("step")),
                      one.at("visit").as_int64(), std::string(one.at("rung").as_string()),
                      one.at("k").as_int64());
  };
  std::sort(all.begin(), all.end(),
            [&](const json::value& a, const json::value& b) { return key(a) < key(b); });
}

}  // namespace

std::optional<fs::path> receipt_log() {
  if (const char* given = std::getenv("TENGGAT_RECEIPT_LOG"))
    return *given ? std::optional<fs::path>(given) : std::nullopt;
  for (fs::path above = fs::path(TENGGAT_SOURCE_DIR).parent_path();; above = above.parent_path()) {
    const fs::path log = above / "shared/data/receipt-phase.tsv";
    if (fs::exists(log)) return log;
    if (above == above.parent_path()) return std::nullopt;
  }
}

ReplayFiles prepare_replay(const fs::path& log) {
  std::string name = (fs::temp_directory_path() / "receipt-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
  const fs::path folder = name;
  const std::string command = fmt::format("/usr/bin/python3 '{}' '{}' '{}' >'{}' 2>&1",
                                          (kHere / "receipt_replay.py").string(), log.string(),
                                          folder.string(), (folder / "report").string());
  const int status = std::system(command.c_str());
  ReplayFiles files;
  {
    std::ifstream file(folder / "report");
    std::ostringstream text;
    text << file.rdbuf();
    files.report = text.str();
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error("receipt_replay.py: " + files.report);
  for (const json::object& line : read_lines(folder / "commands.jsonl")) {
    if (text_of(line, "op") == "end")
      files.end = parse_instant(text_of(line, "at")).value();
    else
      files.commands.push_back(command_of(line));
  }
  for (const json::object& line : read_lines(folder / "officers.jsonl"))
    files.officers.push_back({text_of(line, "id"), texts_of(line, "roles")});
  files.expected = read_lines(folder / "expected.jsonl");
  fs::remove_all(folder);
  return files;
}

std::map<std::string, PastFile> histories_of(const ReplayFiles& files) {
  std::map<std::string, PastFile> all;
  for (const ReplayCommand& command : files.commands) {
    PastFile& past = all[command.of_case];
    if (command.op == "submit") {
      past.permit.number = fmt::format("OV/2010/{:05}", all.size());
      past.permit.external_id = past.permit.subject = command.of_case;
      past.submitted_at = command.at;
      for (const auto& [field, value] : command.fields)
        past.permit.fields[field] = value.to_number<double>();
      continue;
    }
    // A visit of the step that is not closed yet; else another.
    PastVisit* visit = nullptr;
    for (PastVisit& one : past.visits)
      if (one.step == command.step && !one.closed_at) visit = &one;
    if (!visit) {
      visit = &past.visits.emplace_back();
      visit->step = command.step;
    }
    visit->by = command.by;
    if (command.op == "claim") {
      visit->claimed_at = command.at;
    } else {
      visit->closed_at = command.at;
      visit->action = command.action;
      visit->to = command.to;
    }
  }
  return all;
}

std::string import_line(const PastFile& past, const std::string& of_case) {
  const auto text = [](const std::optional<Instant>& at) {
    return at ? json::value(to_string(Stamp{*at, Seconds{0}})) : json::value(nullptr);
  };
  json::object fields;
  for (const auto& [id, value] : past.permit.fields) fields[id] = std::get<double>(value);
  json::array visits;
  for (const PastVisit& one : past.visits)
    visits.push_back(json::object{{"step", one.step},
                                  {"claimed_at", text(one.claimed_at)},
                                  {"closed_at", text(one.closed_at)},
                                  {"action", one.action},
                                  {"by", one.by},
                                  {"to", json::array(one.to.begin(), one.to.end())}});
  return json::serialize(json::object{{"external_id", of_case},
                                      {"sop", "receipt"},
                                      {"name", "warga"},
                                      {"subject", of_case},
                                      {"submitted_at", text(past.submitted_at)},
                                      {"fields", std::move(fields)},
                                      {"visits", std::move(visits)}}) +
         "\n";
}

Sop receipt_sop() {
  Sop sop = load_sop(source("receipt.yaml")).value();
  sop.version = "receipt-1";
  return sop;
}

Calendar receipt_calendar() {
  return load_calendar(source("receipt-calendar.yaml"), {source("receipt-days-off.tsv")}).value();
}

double expressed_share(const ReplayFiles& files, const fs::path& log) {
  std::set<std::string> cases;
  std::ifstream file(log);
  std::string line;
  std::getline(file, line);  // its head
  while (std::getline(file, line)) cases.insert(line.substr(0, line.find('\t')));
  return static_cast<double>(files.expected.size()) / static_cast<double>(cases.size());
}

std::vector<std::string> differences(json::object expected, json::object came) {
  for (json::object* one : {&expected, &came}) sort_escalations(*one);
  std::vector<std::string> found;
  compare(expected, came, "", found);
  return found;
}

std::string escalations_by_rung(const std::vector<json::object>& came) {
  std::map<std::string, int> rungs;
  int all = 0;
  for (const json::object& one : came) {
    for (const json::value& rung : one.at("escalations").as_array()) {
      const std::int64_t k = rung.at("k").as_int64();
      ++all;
      ++rungs[fmt::format("{} {}{}", rung.at("step").is_null() ? "case" : "visit",
                          std::string_view(rung.at("rung").as_string()),
                          k == 1 ? "" : fmt::format(" ({})", k))];
    }
  }
  std::string text = fmt::format("{} escalations:", all);
  for (const auto& [rung, count] : rungs) text += fmt::format("\n  {}: {}", rung, count);
  return text;
}

fs::path receipt_rules_in(const fs::path& directory) {
  const fs::path source = TENGGAT_SOURCE_DIR, rules = directory / "rules";
  for (const char* folder : {"sop", "calendar"}) fs::create_directories(rules / folder);
  fs::copy(source / "rules/office/texts", rules / "texts");
  fs::copy(source / "tests/sops/receipt.yaml", rules / "sop");
  for (const char* file : {"receipt-calendar.yaml", "receipt-days-off.tsv"})
    fs::copy(source / "tests/sops" / file, rules / "calendar");
  return rules;
}

}  // namespace tenggat::test
