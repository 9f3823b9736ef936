#include "daemon/cli/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>
#include <thread>

#include "daemon/base/clock.h"
#include "daemon/base/resources.h"
#include "daemon/cli/api_client.h"
#include "daemon/cli/print.h"
#include "daemon/pages/pages.h"
#include "daemon/pg/search_path.h"
#include "daemon/store/migrations.h"
#include "daemon/store/roles.h"
#include "notifiers/phone.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostAnswer = 16 << 20;
constexpr std::chrono::milliseconds kDaemonAnswers{5000};
constexpr int kTestLooks = 120;  // at the message that was asked for
constexpr int kTestMade = 10;    // by then it is there, if ever
constexpr std::chrono::milliseconds kTestPause{500};

struct Check {
  std::string_view name;
  Findings (*look)(const Patient& patient);
};

constexpr auto kChecks = std::to_array<Check>({
    {"memory", look_at_memory},
    {"database", look_at_database},
    {"server", look_at_server},
    {"role", look_at_role},
    {"rules", look_at_rules},
    {"calendar", look_at_calendar},
    {"people", look_at_people},
    {"channels", look_at_channels},
    {"templates", look_at_templates},
    {"messages", look_at_messages},
    {"portal", look_at_portal},
    {"pages", look_at_pages},
    {"certificate", look_at_certificate},
    {"secrets", look_at_secrets},
    {"keys", look_at_keys},
    {"seals", look_at_seals},
    {"backup", look_at_backup},
    {"disk", look_at_disk},
    {"time", look_at_time},
    {"daemon", look_at_daemon},
});

pg::Awaitable<void> ask_database(DatabaseCall& call, Patient& patient) {
  OfDatabase& to = patient.database;
  pg::Connection& connection = call.connection;
  to.backend = connection.backend_pid();
  to.migrations = co_await pg::migration_status(connection, store::migrations());
  to.migrated = std::ranges::all_of(to.migrations, [](const pg::MigrationState& one) {
    return one.kind == pg::MigrationState::Kind::kApplied;
  });
  if (!to.migrated) co_return;
  to.asked_at = Clock::machine_seconds();
  to.diagnosis = co_await store::diagnose(connection);
  to.answered_at = Clock::machine_seconds();
  to.rights = co_await store::rights_beyond_need(connection);
  to.office = co_await read_office(call);
  to.in_force = co_await store::rules_in_force(connection);
  if (!patient.rules) co_return;
  to.clashes = co_await office::number_clashes(connection, patient.rules->sops);
  if (!sends_templates(call.config)) co_return;
  const auto texts = texts_of(*patient.rules);
  auto reading = read_templates(connection, *texts);
  to.templates = co_await std::move(reading);
}

pg::Awaitable<void> connect_and_ask(const Given& given, Terminal& terminal, Patient& patient) {
  std::string where = pg::in_schema(patient.config.database, patient.config.schema);
  pg::Connection connection =
      co_await pg::Connection::connect(pg::ConnectOptions(std::move(where)));
  DatabaseCall call{given, terminal, patient.config, connection};
  co_await ask_database(call, patient);
}

// What fails on the way leaves the rest unknown.
void examine_database(const Given& given, Terminal& terminal, Patient& patient) {
  try {
    boost::asio::io_context io;
    auto asking = boost::asio::co_spawn(io, connect_and_ask(given, terminal, patient),
                                        boost::asio::use_future);
    io.run();
    asking.get();
  } catch (const pg::Error& error) {
    patient.database.away = fmt::format("{} ({})", error.message(), error.sqlstate());
  } catch (const std::runtime_error& failure) {
    patient.database.away = failure.what();
  }
  if (!patient.database.away.empty()) patient.database.migrated = false;
}

OfDaemon ask_daemon(const Config& config) {
  Endpoint admin = config.admin_listen;
  if (admin.host.empty() || admin.host == "0.0.0.0" || admin.host == "::") admin.host = "127.0.0.1";
  const auto get = [&](std::string_view path) {
    notify::CurlRequest request;
    request.url = fmt::format("http://{}{}", admin.to_string(), path);
    request.method = "GET";
    request.allow_private = true;
    request.most_response_bytes = kMostAnswer;
    request.deadline = kDaemonAnswers;
    return send_and_wait(std::move(request));
  };
  const notify::CurlResponse ready = get("/readyz");
  if (ready.failure != notify::Failure::none) return {};
  return {ready.status, ready.body, get("/metrics").body};
}

pg::Awaitable<std::optional<store::LinkMessage>> connect_and_look(std::string conninfo,
                                                                  std::string address) {
  pg::Connection connection =
      co_await pg::Connection::connect(pg::ConnectOptions(std::move(conninfo)));
  auto looking = store::last_link_to(connection, std::move(address));
  co_return co_await std::move(looking);
}

std::optional<store::LinkMessage> last_link(const Config& config, const std::string& address) {
  boost::asio::io_context io;
  auto looking = boost::asio::co_spawn(
      io, connect_and_look(pg::in_schema(config.database, config.schema), address),
      boost::asio::use_future);
  io.run();
  return looking.get();
}

// A message over the whole way: the daemon is asked for a link to sign in, and its channel takes
// it.
Findings try_message(const Config& config, const std::string& typed) {
  const std::string address =
      typed.find('@') == std::string::npos ? notify::normalise_phone(typed).value_or(typed) : typed;
  const auto before = last_link(config, address);
  const notify::CurlResponse asked = ask_for_link(config, address);
  if (asked.status != 200)
    return {fault(
        fmt::format("the daemon was asked for one and answered {} {}", asked.status, asked.error),
        "start it; where it ends TLS itself, ask for a link on the page /masuk")};
  std::optional<store::LinkMessage> made;
  for (int i = 0; i < kTestLooks; ++i) {
    made = last_link(config, address);
    if (made && before && made->id == before->id) made.reset();
    if (made ? made->state != "queued" : i > kTestMade) break;
    std::this_thread::sleep_for(kTestPause);
  }
  if (!made)
    return {fault(fmt::format("none was made: no officer in service has {}, or they had too many",
                              printable(address)),
                  "`tenggat officer list`; five links in 15 minutes at most")};
  if (made->state == "accepted" || made->state == "trial")
    return {well(fmt::format("{}, {}", made->channel, made->state))};
  return {fault(fmt::format("{} does not take it: {} {}", made->channel, made->state, made->reason),
                "`journalctl -u tenggatd` has its server's words")};
}

std::string_view word_of(Finding::State state) {
  switch (state) {
    case Finding::State::well:
      return "ok";
    case Finding::State::unknown:
      return "unknown";
    case Finding::State::fault:
      break;
  }
  return "fault";
}

json::array ledger_json(const Resources& resources) {
  json::array rows;
  for (const ResourceRow& row : resource_ledger(resources))
    rows.push_back(json::object{{"phase", row.phase},
                                {"authentication", row.whose},
                                {"memory", row.memory},
                                {"database", row.disk},
                                {"at_once", row.at_once},
                                {"seconds", row.time.count()}});
  return rows;
}

int show_ledger(const Given& given, Terminal& terminal, const Resources& resources) {
  if (given.has("json"))
    write_json(terminal.out, ledger_json(resources));
  else
    terminal.out << ledger_in_words(resources) << '\n'
                 << routes_in_words(resources, pages::route_bounds());
  return kOk;
}

int run_doctor(const Given& given, Terminal& terminal) {
  const Config config = load_configuration(given, terminal);
  if (given.has("resources")) return show_ledger(given, terminal, resources_of(config));
  const std::filesystem::path file = configuration_path(given, terminal);
  Patient patient{config, file, read_secrets(config, file), load_rule_files(config.rules), {}, {}};
  patient.now = Clock::machine_now();
  examine_database(given, terminal, patient);
  patient.daemon = ask_daemon(config);
  bool faults = false;
  json::array as_json;
  const auto tell = [&](std::string_view name, const Findings& all) {
    for (const Finding& found : all) {
      faults = faults || found.state == Finding::State::fault;
      as_json.push_back(json::object{{"check", name},
                                     {"state", word_of(found.state)},
                                     {"says", found.says},
                                     {"remedy", found.remedy}});
      if (given.has("json")) continue;
      terminal.out << fmt::format("{:<8} {}: {}\n", word_of(found.state), name, found.says);
      if (!found.remedy.empty())
        terminal.out << fmt::format("{:<8} remedy: {}\n", "", found.remedy);
    }
  };
  for (const Check& check : kChecks) tell(check.name, check.look(patient));
  if (const auto address = given.text("test")) tell("test", try_message(config, *address));
  if (given.has("json")) write_json(terminal.out, as_json);
  return faults ? kRefused : kOk;
}

}  // namespace

Findings or_well(Findings found, std::string says) {
  if (found.empty()) found.push_back(well(std::move(says)));
  return found;
}

std::vector<Command> doctor_commands() {
  return {
      {"doctor",
       {},
       {kConfigOption,
        kJsonOption,
        {"test", "ADDRESS",
         "an officer's mail address or number: sends a link to sign in there and waits"},
        {"resources", "",
         "what is held at most, by phase and route, as docs/operations.md has "
         "it"}},
       "what is wrong with this installation, each with its remedy",
       "Looks at the database and its server, the daemon's role in it, rules and calendar, who\n"
       "holds which role for a fortnight, channels, messages and portal, certificate, secrets,\n"
       "keys, seals, disk, time, memory and the daemon itself. Exit code 1 where something is\n"
       "wrong. Run it as root, who may read all of it.",
       run_doctor}};
}

}  // namespace tenggat::cli
