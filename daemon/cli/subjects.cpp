// `tenggat subject`: what an office keeps of one applicant, given out or erased.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <ostream>
#include <set>

#include "daemon/cli/done.h"
#include "daemon/cli/dossier.h"
#include "daemon/cli/export_files.h"
#include "daemon/cli/find_permit.h"
#include "daemon/cli/print.h"
#include "daemon/cli/progress.h"
#include "daemon/store/subjects.h"
#include "notifiers/phone.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using store::Stays;
using store::SubjectPermit;

constexpr Option kWhatsappOption{"whatsapp", "NUMBER", "whom this number reaches"};
constexpr Option kEmailOption{"email", "ADDRESS", "whom this address reaches"};
constexpr Option kPermitOption{"permit", "PERMIT", "the applicant of this permit, in it alone",
                               Option::Count::several};
constexpr Option kOfficerOption{"officer", "ID", "this officer"};
constexpr Option kNameOption{"name", "NAME", "of several whom an address reaches, this one"};

std::string in_small_letters(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::vector<std::int64_t> ids_of(const std::vector<SubjectPermit>& permits) {
  std::vector<std::int64_t> ids;
  for (const SubjectPermit& one : permits) ids.push_back(one.id);
  return ids;
}

// Whether it is an officer, and then nobody else.
bool is_officer(const Given& given) {
  if (!given.has("officer")) return false;
  for (const char* other : {"whatsapp", "email", "permit", "name"})
    if (given.has(other)) throw BadUsage("--officer says who it is: nothing beside it");
  return true;
}

// One person: an address may be that of several, a notary's say, and then their name tells which.
std::vector<SubjectPermit> of_one_person(std::vector<SubjectPermit> found,
                                         const std::optional<std::string>& name) {
  if (found.empty()) throw Refused("there is no permit of anybody whom this reaches");
  if (name)
    std::erase_if(found, [&](const SubjectPermit& one) {
      return in_small_letters(one.name) != in_small_letters(*name);
    });
  if (found.empty()) throw Refused("it reaches nobody of this name");
  std::set<std::string> names, small;
  for (const SubjectPermit& one : found)
    if (small.insert(in_small_letters(one.name)).second) names.insert(printable(one.name));
  if (names.size() > 1)
    throw Refused(fmt::format("it reaches several persons: say with --name which: {}",
                              fmt::join(names, "; ")));
  return found;
}

pg::Awaitable<std::vector<SubjectPermit>> find_subject(DatabaseCall& call) {
  store::SubjectQuery query;
  query.email = call.given.text_or("email", "");
  if (const auto number = call.given.text("whatsapp")) {
    const auto normal = notify::normalise_phone(*number);
    if (!normal) throw BadUsage("--whatsapp is no Indonesian mobile number");
    query.whatsapp = *normal;
  }
  const std::vector<std::string> named = call.given.all("permit");
  const int ways = int{!query.email.empty()} + int{!query.whatsapp.empty()} + int{!named.empty()};
  if (ways != 1)
    throw BadUsage("one of --whatsapp, --email, --permit and --officer says who it is");
  for (const std::string& one : named) {
    const std::int64_t id = co_await find_permit(call, one);
    query.permits.push_back(id);
  }
  pg::Pipeline asking;
  const auto slot = store::add_permits_of_subject(asking, query);
  const pg::Results results = co_await call.connection.run(std::move(asking));
  co_return of_one_person(results[slot], call.given.text("name"));
}

// --- Giving out ----------------------------------------------------------------------------------

json::object by_table(const std::vector<store::SubjectRow>& rows) {
  json::object tables;
  for (const store::SubjectRow& row : rows) {
    json::value& table = tables[row.table];
    if (table.is_null()) table = json::array();
    table.as_array().push_back(json::parse(row.json));
  }
  return tables;
}

pg::Awaitable<json::object> rows_of(DatabaseCall& call, std::vector<std::int64_t> ids) {
  pg::Pipeline reading;
  const auto slot = store::add_rows_of_subject(reading, ids);
  const pg::Results results = co_await call.connection.run(std::move(reading));
  const std::vector<store::SubjectRow> rows = results[slot];
  co_return by_table(rows);
}

void write_subject(const std::filesystem::path& directory, const json::object& subject) {
  Out out(directory / "subject.json");
  out.write(json::serialize(subject) + '\n');
  out.end();
}

pg::Awaitable<int> export_officer(DatabaseCall& call) {
  const std::string id = call.given.text_or("officer", "");
  const std::string named = call.given.argument(0).value_or("");
  const std::unique_ptr<Office> office = co_await read_office(call);
  if (!office->rulebook.people().find(id))
    throw Refused(fmt::format("there is no officer `{}`", printable(id)));
  const std::filesystem::path directory = directory_to_write(named);
  pg::Pipeline reading;
  const auto slot = store::add_rows_of_officer(reading, id);
  const pg::Results results = co_await call.connection.run(std::move(reading));
  const std::vector<store::SubjectRow> rows = results[slot];
  write_subject(directory, {{"office", call.config.instansi},
                            {"at", office->text(office->moment.now)},
                            {"rows", by_table(rows)}});
  store::By who = by(call);
  std::string officer = id;
  co_await store::record_officers_export(call.connection, std::move(who), std::move(officer));
  write_done(call, fmt::format("{}: all that is kept of officer {}\n", named, id),
             {{"directory", named}, {"officer", id}});
  co_return kOk;
}

pg::Awaitable<std::int64_t> write_files(DatabaseCall& call, std::vector<std::int64_t> ids,
                                        std::filesystem::path into) {
  pg::Pipeline reading;
  const auto slot = store::add_files_of_subject(reading, ids);
  const pg::Results results = co_await call.connection.run(std::move(reading));
  const std::vector<std::string> hashes = results[slot];
  if (!hashes.empty()) std::filesystem::create_directories(into);
  for (const std::string& hash : hashes) {
    std::string sha256 = hash;
    std::filesystem::path path = into / hash;
    co_await write_stored(call.connection, std::move(sha256), std::move(path));
  }
  co_return static_cast<std::int64_t>(hashes.size());
}

pg::Awaitable<int> export_work(DatabaseCall& call) {
  if (is_officer(call.given)) co_return co_await export_officer(call);
  const std::vector<SubjectPermit> permits = co_await find_subject(call);
  const std::string named = call.given.argument(0).value_or("");
  const std::filesystem::path directory = directory_to_write(named);
  const std::unique_ptr<Office> office = co_await read_office(call);
  Progress progress(call.terminal, "permits");
  json::array dossiers;
  for (std::size_t i = 0; i < permits.size(); ++i) {
    progress.show(static_cast<std::int64_t>(i), static_cast<std::int64_t>(permits.size()));
    const PrintedDossier printed = co_await print_dossier(call, *office, permits[i].id, false);
    Out page(directory / fmt::format("dossier-{}.html", permits[i].id));
    page.write(printed.page);
    page.end();
    dossiers.push_back(printed.json);
  }
  std::vector<std::int64_t> ids = ids_of(permits);
  json::object rows = co_await rows_of(call, std::move(ids));
  ids = ids_of(permits);
  std::filesystem::path into = directory / "files";
  const std::int64_t files = co_await write_files(call, std::move(ids), std::move(into));
  progress.end();
  write_subject(directory, {{"office", call.config.instansi},
                            {"at", office->text(office->moment.now)},
                            {"rows", std::move(rows)},
                            {"dossiers", std::move(dossiers)}});
  store::By who = by(call);
  const auto count = static_cast<std::int64_t>(permits.size());
  co_await store::record_export(call.connection, std::move(who), count);
  write_done(call,
             fmt::format("{}: all that is kept of the applicant of {} permits, with {} files\n",
                         named, count, files),
             {{"directory", named}, {"permits", count}, {"files", files}});
  co_return kOk;
}

// --- Erasing -------------------------------------------------------------------------------------

std::string words_of(const Office& office, const SubjectPermit& permit) {
  switch (why_it_stays(permit, office.moment.now)) {
    case Stays::not_at_all:
      return "";
    case Stays::open:
      return "it is open";
    case Stays::ended_lately:
      return fmt::format("it may be disputed until {}",
                         office.text(permit.changed_at + store::kKeptAfterEnd));
    case Stays::objection:
      return fmt::format("{} objects to it", permit.objection);
    case Stays::message_waiting:
      return "a message to the applicant has yet to leave";
    case Stays::erased_before:
      return "it was erased before";
  }
  return "";
}

pg::Awaitable<void> refuse_what_is_bent(DatabaseCall& call, std::vector<std::int64_t> ids) {
  for (const std::int64_t id : ids) {
    store::AuditOptions options;
    options.permit = id;
    const store::AuditReport report = co_await store::verify_record(call.connection, options);
    if (!report.findings.empty())
      throw Refused(fmt::format("nothing was erased, for it would hide this: {}",
                                store::words_of(report.findings.front())));
  }
}

void ask(DatabaseCall& call, const std::string& of_what) {
  if (call.given.has("yes")) return;
  call.terminal.err << fmt::format("Erase what is personal {}, for ever? Type yes: ", of_what)
                    << std::flush;
  std::string answer;
  std::getline(call.terminal.in, answer);
  if (answer != "yes") throw Refused("nothing was erased: type yes, or give --yes");
}

pg::Awaitable<int> erase_officer(DatabaseCall& call) {
  const std::string id = call.given.text_or("officer", "");
  if (call.given.has("preview")) throw BadUsage("--preview is for applicants");
  ask(call, fmt::format("of officer {} and no decision needs", printable(id)));
  store::By who = by(call);
  std::string officer = id;
  switch (co_await store::erase_officer(call.connection, std::move(who), std::move(officer))) {
    case store::OfficerErased::done:
      break;
    case store::OfficerErased::unknown:
      throw Refused(fmt::format("there is no officer `{}`", printable(id)));
    case store::OfficerErased::in_service:
      throw Refused(fmt::format("`{}` is in service: see officer end", id));
  }
  write_done(call,
             fmt::format("{}: erased; name, roles and what they decided stay on record\n", id),
             {{"officer", id}, {"erased", true}});
  co_return kOk;
}

// What has come of each, or would.
void write_outcome(DatabaseCall& call, const Office& office,
                   const std::vector<SubjectPermit>& permits, bool done) {
  std::int64_t going = 0;
  json::array items;
  for (const SubjectPermit& one : permits) {
    const std::string stays = words_of(office, one);
    if (stays.empty()) ++going;
    items.push_back(json::object{{"id", std::to_string(one.id)},
                                 {"number", one.number},
                                 {"erased", done && stays.empty()},
                                 {"stays", stays.empty() ? json::value() : json::value(stays)}});
    if (!call.given.has("json"))
      call.terminal.out << fmt::format("{}: {}\n", printable(one.number),
                                       !stays.empty() ? "stays: " + printable(stays)
                                       : done         ? "erased"
                                                      : "would be erased");
  }
  if (call.given.has("json"))
    write_json(call.terminal.out,
               json::object{{"erased", done ? going : 0}, {"permits", std::move(items)}});
  else if (done)
    call.terminal.out << fmt::format(
        "{} permits: steps, times and decisions are kept, and on record as before. Backups from "
        "before hold what was erased\n",
        going);
}

pg::Awaitable<int> erase_work(DatabaseCall& call) {
  if (is_officer(call.given)) co_return co_await erase_officer(call);
  const std::vector<SubjectPermit> permits = co_await find_subject(call);
  const std::unique_ptr<Office> office = co_await read_office(call);
  std::vector<std::int64_t> going;
  for (const SubjectPermit& one : permits)
    if (why_it_stays(one, office->moment.now) == Stays::not_at_all) going.push_back(one.id);
  if (going.empty() || call.given.has("preview")) {
    write_outcome(call, *office, permits, false);
    co_return going.empty() && !call.given.has("preview") ? kRefused : kOk;
  }
  std::vector<std::int64_t> checked = going;
  co_await refuse_what_is_bent(call, std::move(checked));
  ask(call, fmt::format("in {} permits", going.size()));
  store::By who = by(call);
  const std::size_t asked = going.size();
  const std::vector<std::int64_t> erased =
      co_await store::erase_applicants(call.connection, std::move(who), std::move(going));
  if (erased.size() != asked)
    throw Refused(
        fmt::format("{} of {} permits were erased: others have changed meanwhile. Ask "
                    "again",
                    erased.size(), asked));
  write_outcome(call, *office, permits, true);
  co_return kOk;
}

int run_export(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, export_work);
}
int run_erase(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, erase_work, false, As::owner);
}

}  // namespace

std::vector<Command> subject_commands() {
  return {
      {"subject export",
       {{"DIR", true}},
       {kWhatsappOption, kEmailOption, kPermitOption, kNameOption, kOfficerOption, kConfigOption,
        kJsonOption},
       "writes what is kept of one person into a new directory, to be given to them",
       "Who it is: whom an address reaches, or the applicant of a permit. subject.json has every\n"
       "row that holds something personal and the dossiers; beside it each dossier as a page, and\n"
       "the files that they uploaded. What officers wrote for one another is not in it. The\n"
       "office's record says that it was given out.",
       run_export},
      {"subject erase",
       {},
       {kWhatsappOption,
        kEmailOption,
        kPermitOption,
        kNameOption,
        kOfficerOption,
        {"preview", "", "say what would be erased and what stays, and do nothing"},
        {"yes", "", "do not ask"},
        kConfigOption,
        kJsonOption},
       "erases what is personal of one person, where the law lets it go",
       "From permits that ended 180 days ago or more, to which no open permit objects: name,\n"
       "addresses, what they wrote, filled in and uploaded, what messages said, their links. "
       "Steps,\n"
       "times, verdicts, decisions and the office's own documents stay, and the record goes on to\n"
       "verify. Exit code 1 where all of it stays. Of an officer who is out of service: addresses "
       "and\n"
       "whatever no decision needs. It connects by database_owner.",
       run_erase}};
}

}  // namespace tenggat::cli
