// What the commands that go to the database share: the configuration, one connection, the office.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/config.h"
#include "daemon/cli/command.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/connection.h"
#include "daemon/store/by.h"
#include "daemon/store/moment.h"

namespace tenggat::cli {

inline constexpr Option kConfigOption{"config", "FILE",
                                      "the daemon's configuration (TENGGAT_CONFIG, "
                                      "/etc/tenggat/tenggat.yaml)"};
inline constexpr Option kJsonOption{"json", "", "as JSON"};

// Where it lies: --config, else TENGGAT_CONFIG, else the usual place.
std::string configuration_path(const Given& given, const Terminal& terminal);
// Throws Refused with every fault of the file.
Config load_configuration(const Given& given, const Terminal& terminal);

struct DatabaseCall {
  const Given& given;
  Terminal& terminal;
  const Config& config;
  pg::Connection& connection;
};
// Who is at the keyboard, as the machine knows them.
store::By by(const DatabaseCall& call);

using DatabaseWork = pg::Awaitable<int> (*)(DatabaseCall& call);

// As which role: by `database` of the configuration, or by `database_owner` where it has one.
enum class As { daemon, owner };

// Connects as the configuration says, runs the work to its end and throws what it throws. `by_key`
// as in pg::ConnectOptions: for work on many rows, a batch at a time.
int on_database(const Given& given, Terminal& terminal, DatabaseWork work, bool by_key = false,
                As as = As::daemon);

// The people, rules and tokens in the database, and the moment they were read.
struct Office {
  office::Rulebook rulebook{SendRules{}};
  store::Moment moment;
  // The calendar of office hours in force, else the one in the rules directory, else nothing.
  std::shared_ptr<const Calendar> calendar;
  std::string today() const;  // ISO, in the calendar's zone, else UTC
  std::string text(Instant t) const;
};
pg::Awaitable<std::unique_ptr<Office>> read_office(DatabaseCall& call);

// Values of options; a fault is BadUsage.
std::string date_option(const Given& given, std::string_view name);  // must be given
std::string checked_date(std::string_view option, const std::string& text);
std::int64_t id_argument(const Given& given, std::size_t n);

}  // namespace tenggat::cli
