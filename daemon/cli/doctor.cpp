// `tenggat doctor`: what can be wrong with an installation, each with what mends it. A further
// check is a row of kChecks.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "daemon/base/resources.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/cli/templates.h"
#include "daemon/office/rule_files.h"
#include "daemon/pages/pages.h"
#include "daemon/pg/hosts.h"
#include "daemon/pg/migrate.h"
#include "daemon/store/migrations.h"
#include "daemon/store/roles.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

struct Finding {
  enum class State { well, unknown, fault };
  State state = State::well;
  std::string says;
  std::string remedy{};  // of a fault
};

struct Check {
  std::string_view name;
  Finding (*look)(const Config& config);
};

Finding look_at_memory(const Config& config) {
  const Resources resources = resources_of(config);
  const std::size_t sum = memory_of(resource_ledger(resources));
  const auto allowed = memory_allowed();
  const std::string held = fmt::format("up to {} may be held at once", size_words(sum));
  if (!allowed) return {Finding::State::unknown, held + "; no MemoryMax= is known here"};
  const std::string both = fmt::format("{}, {} are allowed", held, size_words(*allowed));
  if (!refuse_resources(resources, allowed)) return {Finding::State::well, both};
  return {Finding::State::fault, both,
          "lower http.connections, http.header or http.body, or raise MemoryMax= (systemctl edit "
          "tenggatd)"};
}

pg::Awaitable<std::vector<pg::MigrationState>> read_migrations(std::string conninfo) {
  pg::Connection connection = co_await pg::Connection::connect(pg::ConnectOptions(conninfo));
  co_return co_await pg::migration_status(connection, store::migrations());
}

Finding look_at_database(const Config& config) {
  using Kind = pg::MigrationState::Kind;
  std::vector<pg::MigrationState> migrations;
  try {
    boost::asio::io_context io;
    auto reading =
        boost::asio::co_spawn(io, read_migrations(config.database), boost::asio::use_future);
    io.run();
    migrations = reading.get();
  } catch (const pg::Error& error) {
    return {Finding::State::fault, fmt::format("{} ({})", error.message(), error.sqlstate()),
            "start PostgreSQL, or mend `database` in the configuration"};
  }
  for (const pg::MigrationState& one : migrations) {
    if (one.kind == Kind::kApplied) continue;
    return {Finding::State::fault, fmt::format("migration {} differs", one.name),
            one.kind == Kind::kPending ? "tenggat db migrate"
                                       : "install the program that migrated this database"};
  }
  return {Finding::State::well, fmt::format("reached, {} migrations", migrations.size())};
}

pg::Awaitable<std::vector<std::string>> read_rights(std::string conninfo) {
  pg::Connection connection = co_await pg::Connection::connect(pg::ConnectOptions(conninfo));
  co_return co_await store::rights_beyond_need(connection);
}

Finding look_at_role(const Config& config) {
  std::vector<std::string> rights;
  try {
    boost::asio::io_context io;
    auto reading = boost::asio::co_spawn(io, read_rights(config.database), boost::asio::use_future);
    io.run();
    rights = reading.get();
  } catch (const pg::Error&) {
    return {Finding::State::unknown, "the database does not answer"};
  }
  const std::string role = pg::user_of(config.database);
  if (rights.empty())
    return {Finding::State::well, fmt::format("{} may do what a daemon needs", role)};
  return {
      Finding::State::fault,
      fmt::format("{} may do more than a daemon needs: {}", role, fmt::join(rights, ", ")),
      "two roles, by roles.sql and `database_owner`: docs/operations.md, Roles of the database"};
}

pg::Awaitable<TemplatesKnown> read_known(std::string conninfo, const notify::Texts* texts) {
  pg::Connection connection = co_await pg::Connection::connect(pg::ConnectOptions(conninfo));
  auto reading = read_templates(connection, *texts);
  co_return co_await std::move(reading);
}

Finding look_at_known(const TemplatesKnown& known) {
  if (!known.look.refused.empty())
    return {Finding::State::fault,
            fmt::format("Meta refused to tell: {} {}", known.look.refused,
                        printable(known.look.detail)),
            "mend whatsapp.token_file or whatsapp.business_account_id; the token needs "
            "whatsapp_business_management"};
  if (!known.look.answered_at)
    return {Finding::State::unknown, "no daemon has asked Meta yet: it does once an hour"};
  std::vector<std::string> faulty;
  for (const office::TemplateView& view : known.views)
    if (!view.well())
      faulty.push_back(
          fmt::format("{} {}: {}", view.of.name, view.of.language, standing_text(view)));
  if (faulty.empty())
    return {Finding::State::well, fmt::format("{} approved at Meta", known.views.size())};
  return {Finding::State::fault,
          fmt::format("{} of {} not approved at Meta: {}", faulty.size(), known.views.size(),
                      fmt::join(faulty, ", ")),
          "submit what is missing (`tenggat texts meta` prints it), mend what was rejected; the "
          "page Saluran kantor says more"};
}

Finding look_at_templates(const Config& config) {
  if (!sends_templates(config))
    return {Finding::State::well, "none are sent: WhatsApp is off, or its provider is not Meta"};
  if (config.whatsapp.business_account_id.empty())
    return {Finding::State::unknown,
            "how they stand at Meta is not known; set whatsapp.business_account_id"};
  const auto files = load_rule_files(config.rules);
  if (!files) return {Finding::State::unknown, "the rules are refused; see `tenggat check`"};
  const auto texts = texts_of(*files);
  try {
    boost::asio::io_context io;
    auto reading = boost::asio::co_spawn(io, read_known(config.database, texts.get()),
                                         boost::asio::use_future);
    io.run();
    return look_at_known(reading.get());
  } catch (const pg::Error&) {
    return {Finding::State::unknown, "the database does not answer"};
  }
}

constexpr auto kChecks = std::to_array<Check>({
    {"memory", look_at_memory},
    {"database", look_at_database},
    {"role", look_at_role},
    {"templates", look_at_templates},
});

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
  bool faults = false;
  json::array as_json;
  for (const Check& check : kChecks) {
    const Finding found = check.look(config);
    faults = faults || found.state == Finding::State::fault;
    as_json.push_back(json::object{{"check", check.name},
                                   {"state", word_of(found.state)},
                                   {"says", found.says},
                                   {"remedy", found.remedy}});
    if (given.has("json")) continue;
    terminal.out << fmt::format("{:<8} {}: {}\n", word_of(found.state), check.name, found.says);
    if (!found.remedy.empty()) terminal.out << fmt::format("{:<8} remedy: {}\n", "", found.remedy);
  }
  if (given.has("json")) write_json(terminal.out, as_json);
  return faults ? kRefused : kOk;
}

}  // namespace

std::vector<Command> doctor_commands() {
  return {{"doctor",
           {},
           {kConfigOption,
            kJsonOption,
            {"resources", "",
             "what is held at most, by phase and route, as docs/operations.md has "
             "it"}},
           "what is wrong with this installation, each with its remedy",
           "Whether all that may be held at once fits MemoryMax= of the service, whether the "
           "database is reached and of this program's version, what the daemon's role may do there "
           "beyond its need, and which templates Meta has not approved. Exit code 1 where "
           "something is wrong.",
           run_doctor}};
}

}  // namespace tenggat::cli
