#include "daemon/cli/on_database.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <charconv>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/base/crash_point.h"
#include "daemon/cli/offline.h"
#include "daemon/cli/print.h"
#include "daemon/pg/search_path.h"
#include "rules/permit/people.h"

namespace tenggat::cli {
namespace {

constexpr const char* kDefaultConfig = "/etc/tenggat/tenggat.yaml";

pg::Awaitable<int> connect_and_work(const Given& given, Terminal& terminal, const Config& config,
                                    DatabaseWork work, bool by_key, As as) {
  const bool owns = as == As::owner && !config.database_owner.empty();
  pg::ConnectOptions options(
      pg::in_schema(owns ? config.database_owner : config.database, config.schema));
  options.by_key = by_key;
  if constexpr (kCrashPoints) options.on_sent = [](bool) { crash_point(CrashPoint::migrating); };
  pg::Connection connection = co_await pg::Connection::connect(std::move(options));
  DatabaseCall call{given, terminal, config, connection};
  const int code = co_await work(call);
  co_return code;
}

std::shared_ptr<const Calendar> calendar_from_files(const Config& config) {
  std::ostringstream faults;  // for display only: UTC does where there is none
  auto calendar = load_calendar_file(
      std::filesystem::path(config.rules) / "calendar" / (config.kalender + ".yaml"), faults);
  return calendar ? std::make_shared<const Calendar>(std::move(*calendar)) : nullptr;
}

}  // namespace

std::string configuration_path(const Given& given, const Terminal& terminal) {
  if (auto named = given.text("config")) return *std::move(named);
  if (auto named = terminal.environment("TENGGAT_CONFIG"); named && !named->empty())
    return *std::move(named);
  return kDefaultConfig;
}

Config load_configuration(const Given& given, const Terminal& terminal) {
  const std::string path = configuration_path(given, terminal);
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || std::filesystem::is_directory(path) || !(text << in.rdbuf()))
    throw Refused(fmt::format("the configuration {} cannot be read", path));
  auto config = load_config({path, text.str()});
  if (config) return std::move(*config);
  std::string all = "the configuration has faults:";
  for (const Fault& fault : config.error()) all += "\n" + fault.to_string();
  throw Refused(all);
}

int on_database(const Given& given, Terminal& terminal, DatabaseWork work, bool by_key, As as) {
  const Config config = load_configuration(given, terminal);
  boost::asio::io_context io;
  std::exception_ptr failure;
  int code = kRefused;
  boost::asio::co_spawn(io, connect_and_work(given, terminal, config, work, by_key, as),
                        [&](std::exception_ptr error, int result) {
                          failure = error;
                          code = result;
                        });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return code;
}

store::By by(const DatabaseCall& call) {
  for (const char* name : {"SUDO_USER", "USER", "LOGNAME"})
    if (const auto user = call.terminal.environment(name); user && !user->empty())
      return store::By::at_machine(*user);
  return store::By::at_machine("operator");
}

std::string Office::today() const {
  if (!calendar) return instant_text(moment.now, nullptr).substr(0, 10);
  return calendar->format(moment.now).substr(0, 10);
}

std::string Office::text(Instant t) const { return instant_text(t, calendar.get()); }

pg::Awaitable<std::unique_ptr<Office>> read_office(DatabaseCall& call) {
  auto office = std::make_unique<Office>();
  office->moment = co_await call.connection.query(store::kMoment);
  co_await office->rulebook.refresh(call.connection, office->moment);
  if (const Calendar* in_force = office->rulebook.find_calendar(call.config.kalender)) {
    office->calendar = std::make_shared<const Calendar>(*in_force);
  } else {
    office->calendar = calendar_from_files(call.config);
  }
  co_return office;
}

std::string checked_date(std::string_view option, const std::string& text) {
  if (!is_civil_date(text))
    throw BadUsage(fmt::format("--{} takes a date, 2026-04-13; `{}` is none", option, text));
  return text;
}

std::string date_option(const Given& given, std::string_view name) {
  return checked_date(name, given.text_or(name, ""));
}

std::int64_t id_argument(const Given& given, std::size_t n) {
  const std::string text = given.argument(n).value_or("");
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id <= 0)
    throw BadUsage(fmt::format("`{}` is no id: a positive number is needed", text));
  return id;
}

}  // namespace tenggat::cli
