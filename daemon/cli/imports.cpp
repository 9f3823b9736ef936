// `tenggat permit import`, `tenggat import`: the files that an office moves in with.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/cli/import_files.h"
#include "daemon/cli/import_words.h"
#include "daemon/cli/language.h"
#include "daemon/cli/print.h"
#include "daemon/store/imports.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

json::value shown(const Office& office, const std::optional<Instant>& at) {
  return at ? json::value(office.text(*at)) : json::value(nullptr);
}

json::object as_json(const Office& office, const ImportSummary& looked) {
  json::array faults;
  for (const Fault& one : looked.faults)
    faults.push_back(json::object{{"line", one.line},
                                  {"column", one.column},
                                  {"message", one.message},
                                  {"indonesian", one.indonesian}});
  json::array files;
  for (const ImportedView& one : looked.views)
    files.push_back(json::object{{"line", one.line},
                                 {"sop", one.sop},
                                 {"number", one.number},
                                 {"subject", one.subject},
                                 {"state", one.state},
                                 {"step", one.step},
                                 {"step_due_at", shown(office, one.step_due)},
                                 {"case_due_at", shown(office, one.case_due)},
                                 {"legal_due_at", shown(office, one.legal_due)},
                                 {"late", one.late},
                                 {"at_legal_risk", one.at_legal_risk}});
  return {{"files", looked.files},
          {"open", looked.open},
          {"ended", looked.ended},
          {"late", looked.late},
          {"at_legal_risk", looked.at_legal_risk},
          {"numbers", json::object{{"kept", looked.numbers_kept},
                                   {"new", looked.numbers_new},
                                   {"replaced", looked.numbers_replaced}}},
          {"faults", std::move(faults)},
          {"more_faults", looked.more_faults},
          {"preview", std::move(files)}};
}

void write_faults(std::ostream& out, const ImportSummary& looked, bool english) {
  for (const Fault& one : looked.faults)
    out << (english ? one.to_string() : one.in_indonesian()) << '\n';
  if (looked.more_faults > 0) write(out, say<RowFault::many_more>(looked.more_faults), english);
}

void write_preview(std::ostream& out, const Office& office, const ImportSummary& looked,
                   bool english) {
  const auto moment = [&](const std::optional<Instant>& at) {
    return at ? office.text(*at).substr(0, 16) : std::string("-");
  };
  std::vector<std::vector<std::string>> rows;
  for (const ImportedView& one : looked.views) {
    std::string marks;
    if (one.late) marks = english ? "late" : "terlambat";
    if (one.at_legal_risk)
      marks += (marks.empty() ? "" : ", ") + std::string(english ? "legal risk" : "risiko hukum");
    rows.push_back({std::to_string(one.line),
                    one.number.empty() ? (english ? "(new)" : "(baru)") : printable(one.number),
                    printable(one.subject), one.step.empty() ? one.state : one.step,
                    moment(one.step_due), moment(one.case_due), moment(one.legal_due), marks});
  }
  if (english)
    write_table(out,
                {"LINE", "NUMBER", "SUBJECT", "STEP", "STEP DUE", "CASE DUE", "LEGAL LIMIT", ""},
                rows);
  else
    write_table(
        out,
        {"BARIS", "NOMOR", "PERIHAL", "TAHAP", "BATAS TAHAP", "BATAS LAYANAN", "BATAS HUKUM", ""},
        rows);
  const auto more = looked.files - static_cast<std::int64_t>(looked.views.size());
  if (more > 0) write(out, say<ImportNews::more_rows>(more), english);
}

void write_summary(std::ostream& out, const ImportSummary& looked, bool english) {
  write(out,
        say<ImportNews::summary>(looked.files, looked.open, looked.late, looked.at_legal_risk,
                                 looked.ended, looked.numbers_kept, looked.numbers_new,
                                 looked.numbers_replaced),
        english);
}

pg::Awaitable<int> import_work(DatabaseCall& call) {
  const std::string path = call.given.argument(0).value_or("");
  const bool english = in_english(call.given, call.terminal);
  const bool as_text = !call.given.has("json");
  std::ostream& out = call.terminal.out;
  const std::unique_ptr<Office> office = co_await read_office(call);
  office->rulebook.set_send({call.config.officers.group_wait, call.config.officers.group_interval,
                             call.config.undo_window, call.config.officers.messages_an_hour});
  const ImportSummary looked = co_await look_through(call, *office, path);
  if (!looked.faults.empty()) {
    if (as_text)
      write_faults(out, looked, english);
    else
      write_json(out, as_json(*office, looked));
    co_return kRefused;
  }
  const bool preview = call.given.has("preview");
  std::int64_t id = 0;
  if (!preview) id = co_await bring_in(call, *office, path, looked);
  if (!as_text) {
    json::object said = as_json(*office, looked);
    if (!preview) {
      said.erase("preview");
      said["import"] = id;
    }
    write_json(out, said);
    co_return kOk;
  }
  if (preview) write_preview(out, *office, looked, english);
  write_summary(out, looked, english);
  if (!preview) write(out, say<ImportNews::done>(id), english);
  co_return kOk;
}

pg::Awaitable<int> list(DatabaseCall& call) {
  const std::unique_ptr<Office> office = co_await read_office(call);
  pg::Pipeline reads;
  const auto slot = store::add_imports(reads);
  const pg::Results found = co_await call.connection.run(std::move(reads));
  const std::vector<store::Import> all = found[slot];
  if (call.given.has("json")) {
    json::array items;
    for (const store::Import& one : all)
      items.push_back(json::object{{"id", one.id},
                                   {"at", office->text(one.at)},
                                   {"by", one.by},
                                   {"file", one.file},
                                   {"sha256", one.sha256},
                                   {"files", one.permits},
                                   {"reverted_at", shown(*office, one.reverted_at)},
                                   {"reverted_by", one.reverted_by}});
    write_json(call.terminal.out, items);
    co_return kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const store::Import& one : all)
    rows.push_back({std::to_string(one.id), office->text(one.at), printable(one.by),
                    std::to_string(one.permits), printable(one.file),
                    one.reverted_at ? office->text(*one.reverted_at) : "-"});
  write_table(call.terminal.out, {"ID", "AT", "BY", "FILES", "FILE", "REVERTED"}, rows);
  co_return kOk;
}

pg::Awaitable<int> revert(DatabaseCall& call) {
  using Outcome = store::ImportRevert::Outcome;
  const std::int64_t id = id_argument(call.given, 0);
  store::By who = by(call);
  const store::ImportRevert done =
      co_await store::revert_import(call.connection, std::move(who), id);
  switch (done.outcome) {
    case Outcome::done:
      break;
    case Outcome::unknown:
      throw Refused(fmt::format("there is no import {}", id));
    case Outcome::reverted_before:
      throw Refused(fmt::format("import {} was reverted before", id));
    case Outcome::touched:
      throw Refused(fmt::format(
          "import {} stays: {} of its files were worked on since, or their applicants were told "
          "of something, among them {}",
          id, done.touched_count, printable(fmt::format("{}", fmt::join(done.touched, ", ")))));
  }
  if (call.given.has("json"))
    write_json(call.terminal.out, json::object{{"import", id}, {"files", done.permits}});
  else
    call.terminal.out << fmt::format(
        "import {} is reverted: {} files are gone, their numbers are given to nobody\n", id,
        done.permits);
  co_return kOk;
}

int run_import(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, import_work, true);
}
int run_list(const Given& given, Terminal& terminal) { return on_database(given, terminal, list); }
int run_revert(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, revert, false, As::owner);
}

}  // namespace

std::vector<Command> import_commands() {
  return {
      {"permit import",
       {{"FILE", true}},
       {{"preview", "", "say what would come of it, late files and legal risks, and write nothing"},
        kLangOption,
        kConfigOption,
        kJsonOption},
       "brings in the files an office moves in with, at their true times and silently",
       "FILE is a spreadsheet saved as CSV, or JSON lines: docs/import.md names the columns. All\n"
       "faults are named at once, with line and column; all of it is imported or nothing. Clocks\n"
       "run from the true times; nobody is told of what lies before the import. Numbers that the\n"
       "service could have given are kept, others are replaced and noted.",
       run_import},
      {"import list",
       {},
       {kConfigOption, kJsonOption},
       "lists what was imported, by whom, and what was taken back",
       "",
       run_list},
      {"import revert",
       {{"ID", true}},
       {kConfigOption, kJsonOption},
       "takes an import back while nobody has touched its files",
       "Its files go with their events, as if they had never been; their numbers are given to\n"
       "nobody, and the office's record says so. Refused once anybody has worked on one of them,\n"
       "or an applicant was told of something. It connects by database_owner.",
       run_revert}};
}

}  // namespace tenggat::cli
