// `tenggat setup`: from an installed package to an office that its first administrator can sign in
// to. Each step looks first at what there is, so that it may be run again.
#include "daemon/cli/setup.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <filesystem>
#include <ostream>
#include <sstream>
#include <thread>

#include "daemon/base/config.h"
#include "daemon/base/state_dir.h"
#include "daemon/cli/api_client.h"
#include "daemon/cli/offline.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"
#include "daemon/cli/setup_answers.h"
#include "daemon/cli/setup_file.h"
#include "daemon/pg/search_path.h"
#include "daemon/store/people.h"
#include "rules/yaml.h"

namespace tenggat::cli {

std::string_view example_configuration();  // systemd/tenggat.yaml
std::string_view database_sql();           // systemd/postgres/database.sql
std::string_view roles_sql();              // systemd/postgres/roles.sql

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// In the database of this machine.
std::string local_conninfo(std::string_view role) {
  return fmt::format("host=/run/postgresql dbname=tenggat user={}", role);
}
// The roles of an office there: those of one in a schema of its own are named after it.
struct Roles {
  std::string daemon, owner;
};
Roles roles_of(const std::string& schema) {
  const std::string daemon = schema == pg::kDefaultSchema ? "tenggat" : "tenggat_" + schema;
  return {daemon, daemon + "_owner"};
}

constexpr std::string_view kPassword = "email-password";  // below credentials/
constexpr int kLoginTries = 100;  // of 100 ms: until pg_hba.conf is taken up

// Of this system, made by the package.
struct Service {
  uid_t user = 0;
  gid_t group = 0;
};
Service service() {
  const passwd* user = ::getpwnam("tenggat");
  if (!user) throw Refused("there is no user `tenggat`: systemd-sysusers makes it");
  return {user->pw_uid, user->pw_gid};
}

class Setup {
 public:
  Setup(const Given& given, Terminal& terminal)
      : given_(given), terminal_(terminal), file_(configuration_path(given, terminal)) {}
  int run();

 private:
  void answer();
  void configure();
  void set_hours();
  void make_database();
  void make_keys();
  void migrate();
  void start();
  void add_administrator();
  void send_link();

  std::string standing(std::string_view key) const;
  void say(std::string_view what, std::string_view says) {
    done_.push_back(json::object{{"step", what}, {"says", says}});
    if (!as_json_) terminal_.out << fmt::format("{:<14} {}\n", what, says) << std::flush;
  }
  void examine();
  std::string must(const std::vector<std::string>& arguments, std::string_view input,
                   std::string_view otherwise);
  std::string as_postgres(std::string_view database, std::string_view sql,
                          const std::vector<std::string>& variables);
  bool local() const { return answers_["database"] == "local"; }
  Roles roles() const { return roles_of(answers_["schema"]); }
  // tenggatd, or that of an office with a file of another name.
  bool is_first() const { return file_.stem() == "tenggat"; }
  std::string unit() const {
    return is_first() ? "tenggatd" : fmt::format("tenggatd@{}", file_.stem().string());
  }
  // Another command of this program, its words kept.
  int command(std::vector<std::string> arguments, std::string& said);

  const Given& given_;
  Terminal& terminal_;
  const fs::path file_;
  std::string before_;  // of the configuration; empty where there is none
  Answers answers_;
  Service service_;
  const bool as_json_ = given_.has("json");
  json::array done_;
  bool changed_ = false;  // what the daemon reads
  bool added_ = false;    // the administrator
};

// What the configuration says already. Who the administrator is it does not.
std::string Setup::standing(std::string_view key) const {
  static constexpr std::pair<std::string_view, std::string_view> kKeys[] = {
      {"agency", "instansi"},      {"url", "public_url"},    {"mode", "mode"},
      {"calendar", "kalender"},    {"mail", "email.url"},    {"mail_from", "email.from"},
      {"mail_user", "email.user"}, {"database", "database"}, {"database_owner", "database_owner"},
      {"schema", "schema"},        {"listen", "listen"},     {"admin_listen", "admin_listen"}};
  if (before_.empty()) return "";
  for (const auto& [answer, name] : kKeys) {
    if (answer != key) continue;
    const std::string there = value_in(before_, name).value_or("");
    const Roles roles = roles_of(value_in(before_, "schema").value_or(pg::kDefaultSchema));
    return key == "database" && there == local_conninfo(roles.daemon) ? "local" : there;
  }
  return "";
}

void Setup::answer() {
  before_ = read_file(file_);
  const auto what_stands = [this](std::string_view key) { return standing(key); };
  const auto named = given_.text("answers");
  answers_ = named ? read_answers(*named, what_stands) : ask(terminal_, what_stands);
  if (answers_["administrator_email"].empty() && answers_["administrator_whatsapp"].empty())
    throw Refused(
        "the first administrator needs a mail address or a WhatsApp number: the link to "
        "sign in goes there");
}

void Setup::configure() {
  std::string text = before_.empty() ? std::string(example_configuration()) : before_;
  const std::string proxy = answers_["proxy"];
  const auto quoted = [&](std::string_view key, std::string_view answer) {
    const std::string there = value_in(text, key).value_or("");
    if (there != answer) text = with_value(std::move(text), key, in_quotes(answer));
  };
  quoted("instansi", answers_["agency"]);
  quoted("public_url", answers_["url"]);
  quoted("mode", answers_["mode"]);
  quoted("kalender", answers_["calendar"]);
  quoted("database", local() ? local_conninfo(roles().daemon) : answers_["database"]);
  quoted("database_owner", local() ? local_conninfo(roles().owner) : answers_["database_owner"]);
  quoted("schema", answers_["schema"]);
  quoted("listen", answers_["listen"]);
  quoted("admin_listen", answers_["admin_listen"]);
  if (before_.empty() && !is_first())
    quoted("state_dir", fmt::format("/var/lib/tenggat/{}", file_.stem().string()));
  quoted("email.url", answers_["mail"]);
  quoted("email.from", answers_["mail_from"]);
  quoted("email.user", answers_["mail_user"]);
  std::string password = answers_["mail_password"];
  if (!answers_["mail_password_file"].empty()) password = read_file(answers_["mail_password_file"]);
  const std::string secret =
      is_first() ? std::string(kPassword) : fmt::format("{}-{}", kPassword, file_.stem().string());
  const fs::path credential = file_.parent_path() / "credentials" / secret;
  if (answers_["mail_user"].empty()) {
    quoted("email.password_file", "");
  } else if (!password.empty()) {
    changed_ = replace_file(credential, password, {0600}) || changed_;
    quoted("email.password_file", fmt::format("tenggat_{}", secret));
  }
  if (before_.empty())
    text = with_value(std::move(text), "http.proxies",
                      proxy.empty() ? std::string("[]") : fmt::format("[{}]", proxy));
  const auto loaded = load_config({file_.string(), text});
  if (!loaded) {
    std::string all = "the configuration would have faults, so nothing was written:";
    for (const Fault& fault : loaded.error()) all += "\n" + fault.to_string();
    throw Refused(all);
  }
  const bool written = replace_file(file_, text, {0640, 0, service_.group});
  changed_ = changed_ || written;
  say("configuration", written ? file_.string() : file_.string() + ", as it was");
}

void Setup::set_hours() {
  if (answers_["hours"].empty()) return;
  const Config config = load_configuration(given_, terminal_);
  const fs::path file = fs::path(config.rules) / "calendar" / (config.kalender + ".yaml");
  const std::string there = read_file(file);
  if (there.empty()) throw Refused(fmt::format("{} cannot be read", file.string()));
  const std::string text = with_hours(there, answers_["hours"]);
  if (text != there) {
    const fs::path trial = file.string() + ".trial";
    replace_file(trial, text, {0640, 0, service_.group});
    std::ostringstream faults;
    const bool sound = load_calendar_file(trial, faults).has_value();
    fs::remove(trial);
    if (!sound) throw Refused("these office hours are refused:\n" + faults.str());
  }
  const bool written = replace_file(file, text, {0640, 0, service_.group});
  say("hours", written ? fmt::format("{}; where a calendar is in force already, `tenggat calendar "
                                     "apply` puts it in force",
                                     file.string())
                       : "as they were");
}

std::string Setup::must(const std::vector<std::string>& arguments, std::string_view input,
                        std::string_view otherwise) {
  Ended ended = run_program(arguments, input);
  if (ended.code == 0) return std::move(ended.said);
  throw Refused(fmt::format("{}\n{}", otherwise, ended.said));
}

std::string Setup::as_postgres(std::string_view database, std::string_view sql,
                               const std::vector<std::string>& variables) {
  std::vector<std::string> arguments{
      "runuser", "-u", "postgres",        "--", "psql",
      "-qAtX",   "-v", "ON_ERROR_STOP=1", "-d", std::string(database)};
  for (const std::string& variable : variables) arguments.insert(arguments.end(), {"-v", variable});
  return must(arguments, sql,
              "PostgreSQL does not answer its administrator here (apt-get install postgresql; "
              "systemctl start postgresql), or refuses:");
}

// The database, its two roles, and who logs in as them: root as either, the daemon as its own.
void Setup::make_database() {
  if (!local()) {
    say("database", "as its administrators made it");
    return;
  }
  std::istringstream where(as_postgres("postgres", "SHOW hba_file;\nSHOW ident_file;\n", {}));
  std::string hba, ident;
  std::getline(where, hba);
  std::getline(where, ident);
  const auto [daemon, owner] = roles();
  const auto block = [&](const std::string& file, const std::string& lines) {
    return replace_file(file, with_block(read_file(file), lines), {0640});
  };
  const bool map_written = block(
      ident,
      fmt::format("# Whom the system knows as, whom the database: root migrates as the owner.\n"
                  "tenggat root {1}\ntenggat root {0}\n"
                  "tenggat tenggat {0}\n",
                  daemon, owner));
  const bool written =
      block(hba, fmt::format("local tenggat {},{} peer map=tenggat\n", daemon, owner));
  as_postgres("postgres", database_sql(), {"database=tenggat"});
  as_postgres("tenggat", roles_sql(),
              {"owner=" + owner, "daemon=" + daemon, "schema=" + answers_["schema"]});
  Ended login;
  for (int i = 0; i < kLoginTries; ++i) {
    login = run_program({"psql", "-qAtX", "-d", local_conninfo(owner), "-c", "SHOW port"});
    if (login.code == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  if (login.code != 0)
    throw Refused("root cannot log in as the owner of the database:\n" + login.said);
  say("database",
      map_written || written ? fmt::format("tenggat, its roles, {}, {}", hba, ident) : "as it was");
}

void Setup::make_keys() {
  const Config config = load_configuration(given_, terminal_);
  const auto made = make_own_keys(config);
  if (!made) throw Refused(made.error().front().to_string());
  if (::chown(config.state_dir.c_str(), service_.user, service_.group) != 0)
    throw Refused(fmt::format("{} cannot be given to the user tenggat", config.state_dir));
  for (const fs::path& key : *made)
    if (::chown(key.c_str(), service_.user, service_.group) != 0)
      throw Refused(fmt::format("{} cannot be given to the user tenggat", key.string()));
  say("keys", made->empty()
                  ? "as they were"
                  : fmt::format("in {}: keep a copy, not beside the backups", config.state_dir));
}

int Setup::command(std::vector<std::string> arguments, std::string& said) {
  std::istringstream nothing;
  std::ostringstream out;
  Terminal terminal{nothing, out, out, terminal_.environment};
  arguments.insert(arguments.end(), {"--config", file_.string()});
  const int code = cli::run(arguments, terminal);
  said = out.str();
  return code;
}

void Setup::migrate() {
  std::string said;
  if (command({"db", "migrate"}, said) != kOk) throw Refused(said);
  say("schema",
      said.find("applied ") == std::string::npos ? "as it was" : "at this program's version");
}

void Setup::start() {
  must({"systemctl", "daemon-reload"}, "", "systemd does not answer:");
  must({"systemctl", "enable", "--quiet", unit()}, "", unit() + " cannot be enabled:");
  must({"systemctl", changed_ ? "restart" : "start", unit()}, "",
       fmt::format("{0} does not start (journalctl -u {0} says why):", unit()));
  say("daemon", changed_ ? "started" : "runs");
}

void Setup::add_administrator() {
  std::string said;
  if (command({"officer", "list", "--json"}, said) != kOk) throw Refused(said);
  const std::string& id = answers_["administrator"];
  if (said.find(fmt::format("{{\"id\":\"{}\"", id)) != std::string::npos) {
    say("administrator", id + ", as they were");
    return;
  }
  const int code =
      command({"officer", "add", "--id", id, "--name", answers_["administrator_name"], "--role",
               std::string(store::kAdministratorRole), "--email=" + answers_["administrator_email"],
               "--whatsapp=" + answers_["administrator_whatsapp"]},
              said);
  if (code != kOk) throw Refused(said);
  added_ = true;
  say("administrator", id + ", added");
}

// By the page on which everybody asks for one: it goes out like any other message.
void Setup::send_link() {
  if (!added_ && !given_.has("link")) return;
  const Config config = load_configuration(given_, terminal_);
  const std::string address = answers_["administrator_email"].empty()
                                  ? answers_["administrator_whatsapp"]
                                  : answers_["administrator_email"];
  const notify::CurlResponse answer = ask_for_link(config, address);
  if (answer.status == 200)
    say("sign-in link", "on its way to " + address);
  else
    say("sign-in link", fmt::format("not sent ({} {}): ask for one at {}/masuk", answer.status,
                                    answer.error, config.public_url));
}

// What `doctor` says of it now; of faults that are left it is the one who tells.
void Setup::examine() {
  std::string said;
  if (as_json_) {
    const int well = command({"doctor", "--json"}, said);
    boost::system::error_code not_json;  // where it could not begin, it says why
    json::value findings = json::parse(said, not_json);
    if (not_json) findings = json::string(said);
    write_json(terminal_.out, json::object{{"steps", std::move(done_)},
                                           {"well", well == kOk},
                                           {"doctor", std::move(findings)}});
    return;
  }
  const int well = command({"doctor"}, said);
  terminal_.out << "\n" << said;
  if (well != kOk) terminal_.out << "\nThe office is set up; what is named above is left to do.\n";
}

int Setup::run() {
  if (as_json_ && !given_.has("answers"))
    throw BadUsage(
        "without --answers it asks one question after the other, and no program can "
        "read that: --json goes with --answers FILE");
  if (::geteuid() != 0) throw Refused("only root can set an office up");
  service_ = service();
  answer();
  configure();
  set_hours();
  make_database();
  make_keys();
  migrate();
  start();
  add_administrator();
  send_link();
  examine();
  return kOk;
}

int run_setup(const Given& given, Terminal& terminal) { return Setup(given, terminal).run(); }

}  // namespace

std::vector<Command> setup_commands() {
  return {
      {"setup",
       {},
       {kConfigOption,
        {"answers", "FILE", "answers as `key: value`; none is asked for then"},
        {"link", "", "send the administrator another link to sign in"},
        {"json", "", "with --answers: as JSON, what each step came to and what `doctor` says"}},
       "sets an installed office up: database, keys, configuration, first administrator",
       "As root. Asks, or takes the answers from a file; what is not answered stays as it is.\n"
       "Makes the database with its two roles where it is local, migrates it, writes the\n"
       "configuration, makes keys, starts the daemon, adds the first administrator, who gets a\n"
       "link to sign in, and ends with `tenggat doctor`. Safe to run again.",
       run_setup}};
}

}  // namespace tenggat::cli
