#include "tests/e2e/office.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/support/process.h"
#include "tests/support/words_for_people.h"

namespace tenggat::test {
namespace fs = std::filesystem;

std::ostream& operator<<(std::ostream& out, const SentMessage& m) {
  return out << m.at << ' ' << m.recipient << ' ' << m.text << " by " << m.channel;
}

namespace {

// A database with the schema, the officers and their tokens, as it is at `start`. Made once a start
// and copied by each office: fifteen commands are most of what a short test would spend.
struct Furnished {
  std::string database;
  std::map<std::string, std::string> tokens;
};

void add_officers(DaemonProcess& daemon) {
  int number = 0;
  const auto add = [&](const std::string& id, const std::string& name, const std::string& role,
                       bool whatsapp, bool email) {
    std::vector<std::string> arguments{"officer", "add", "--id",   id,
                                       "--name",  name,  "--role", role};
    if (whatsapp)
      arguments.insert(arguments.end(), {"--whatsapp", fmt::format("0812 3456 {:04}", ++number)});
    if (email) arguments.insert(arguments.end(), {"--email", id + "@banjarbaru.example"});
    daemon.must(arguments);
  };
  add("fo", "Rina Wulandari", "front_office", true, false);
  add("bo", "Budi Santoso", "back_office", false, true);
  add("dt", "Dewi Lestari", "dinas_teknis", true, false);
  add("kdt", "Hasan Basri", "kepala_dinas_teknis", true, true);
  add("kb", "Siti Rahmah", "kabid_perizinan", false, true);
  add("s", "Agus Salim", "sekretaris", true, false);
  add("kd", "Noor Aini", "kepala_dinas", true, false);
}

Furnished furnish(const std::string& start) {
  static int number = 0;
  Furnished made{.database = fmt::format("furnished_{}_{}", ::getpid(), ++number), .tokens = {}};
  DaemonProcess::Options options;
  options.conninfo = shared_postgres().create_database(made.database);
  options.clock = start + "+08:00@0";
  DaemonProcess daemon(std::move(options));
  daemon.must({"db", "migrate", "--simulated-clock"});
  daemon.start();
  add_officers(daemon);
  for (const char* id : {"fo", "bo", "dt", "kdt", "kb", "s", "kd"})
    made.tokens[id] = daemon.new_token({"--officer", id});
  made.tokens["portal"] = daemon.new_token({"--service", "portal", "--scope", "intake,act,read"});
  if (daemon.terminate() != 0) throw std::runtime_error("the daemon ended badly: " + daemon.log());
  // What officers were told of while the office was furnished is no test's, nor what was sealed.
  shared_postgres().execute(
      "DELETE FROM message_notice; DELETE FROM attempt; DELETE FROM message; DELETE FROM notice;"
      " SET session_replication_role = replica; DELETE FROM seal_chain; DELETE FROM seal",
      made.database);
  return made;
}

const Furnished& furnished(const std::string& start) {
  static std::map<std::string, Furnished> made;
  auto found = made.find(start);
  if (found == made.end()) found = made.emplace(start, furnish(start)).first;
  return found->second;
}

}  // namespace

Office::Office(const std::string& start, const std::string& configuration) {
  const fs::path texts = fs::path(TENGGAT_SOURCE_DIR) / "rules/office/texts/id.yaml";
  texts_ = notify::load_texts({texts.string(), read_file(texts)}).value();
  meta_ = std::make_unique<MetaSink>(texts_);
  smtp_ = std::make_unique<TestSmtpServer>();

  static int number = 0;
  database_ = fmt::format("office_{}_{}", ::getpid(), ++number);
  const notify::WhatsappConfig whatsapp = meta_->config();
  const Furnished& from = furnished(start);
  tokens_ = from.tokens;
  DaemonProcess::Options options;
  options.conninfo = shared_postgres().create_database(database_, from.database);
  options.clock = start + "+08:00@0";
  options.configuration = fmt::format(
      "email: {{url: \"{}\", from: \"Perizinan <izin@example.go.id>\"}}\n"
      "whatsapp: {{url: \"{}\", version: {}, phone_number_id: \"{}\", "
      "business_account_id: \"{}\", token_file: whatsapp_token, app_secret_file: app_secret, "
      "verify_token_file: verify_token, "
      "messages_a_second: 0, person_interval: 0s}}\n",
      smtp_->url(), whatsapp.url, whatsapp.version, whatsapp.phone_number_id,
      whatsapp.business_account_id);
  options.configuration += configuration;
  daemon_ = std::make_unique<DaemonProcess>(std::move(options));
  write_file(daemon_->directory() / "whatsapp_token", whatsapp.token);
  write_file(daemon_->directory() / "app_secret", kReceiptKey);
  write_file(daemon_->directory() / "verify_token", "token-tantangan");
  daemon_->start();
}

Office::~Office() {
  daemon_->kill9();
  if (testing::Test::HasFailure()) std::cerr << "daemon log:\n" << daemon_log() << '\n';
}

void Office::start_daemon() { daemon_->start(); }
void Office::stop_daemon() {
  EXPECT_EQ(daemon_->terminate(), 0) << daemon_log();
  for (const std::string& row :
       column("SELECT recipient || '|' || subject || '. ' || body FROM (SELECT *, row_number()"
              " OVER (PARTITION BY text ORDER BY id DESC) AS nth FROM message) m WHERE nth <= 20"))
    for (const std::string& fault :
         faults_in_words(std::regex_replace(row, std::regex("^[^|]*\\||https?://[^ ]*"), " "),
                         row.starts_with("officer:") ? ReadBy::officer : ReadBy::anybody))
      ADD_FAILURE() << "a message to " << row.substr(0, row.find('|')) << ": " << fault;
}
void Office::kill_daemon() { daemon_->kill9(); }
void Office::reload() { daemon_->signal(SIGHUP); }

void Office::use_own_rules() {
  const fs::path own = daemon_->directory() / "rules";
  fs::copy(daemon_->options().rules, own, fs::copy_options::recursive);
  daemon_->options().rules = own;
  daemon_->write_configuration();
}

void Office::change_rule(const std::string& file, const std::string& from, const std::string& to) {
  const fs::path path = daemon_->options().rules / file;
  std::string text = read_file(path);
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error(file + " holds no such text");
  write_file(path, text.replace(at, from.size(), to));
}

CommandResult Office::tenggat(const std::vector<std::string>& arguments, const std::string& as) {
  return daemon_->tenggat(arguments, as.empty() ? "" : tokens_.at(as));
}

boost::json::value Office::json(std::vector<std::string> arguments, const std::string& as) {
  arguments.push_back("--json");
  const CommandResult result = tenggat(arguments, as);
  if (result.status != 0) {
    ADD_FAILURE() << fmt::format("{} {} as {}: ", arguments[0], arguments[1], as) << result.out
                  << result.err;
    return boost::json::object();
  }
  return boost::json::parse(result.out);
}

HttpAnswer Office::exchange(std::string request) {
  boost::asio::io_context io{1};
  HttpClient http(io.get_executor(), daemon_->api_port());
  HttpAnswer answer;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, http.exchange(std::move(request)),
                        [&](std::exception_ptr error, HttpAnswer got) {
                          failure = error;
                          answer = std::move(got);
                        });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return answer;
}

boost::json::value Office::get(const std::string& path, const std::string& as) {
  const HttpAnswer answer = exchange(http_request("GET", "/api/v1" + path, tokens_.at(as), "", ""));
  if (answer.status != 200) {
    ADD_FAILURE() << "GET " << path << " as " << as << ": " << answer.status << answer.body;
    return boost::json::object();
  }
  return boost::json::parse(answer.body);
}

void Office::advance(const std::string& local) {
  const CommandResult result = tenggat({"clock", "advance", local + "+08:00"});
  ASSERT_EQ(result.status, 0) << result.out << result.err << daemon_log();
}

std::string Office::changed_calendar(const std::string& key, const std::string& line) {
  const fs::path shipped = fs::path(TENGGAT_SOURCE_DIR) / "rules/office/calendar";
  const fs::path copy = daemon_->directory() / "calendar";
  fs::remove_all(copy);
  fs::copy(shipped, copy);
  std::string text = read_file(shipped / "banjarbaru.yaml");
  const auto at = text.find("\n" + key);
  if (at == std::string::npos) throw std::runtime_error("no " + key + " in the calendar");
  text.replace(at, text.find('\n', at + 1) - at, "\n" + key + "\n" + line);
  write_file(copy / "banjarbaru.yaml", text);
  return (copy / "banjarbaru.yaml").string();
}

std::vector<SentMessage> Office::new_messages() {
  std::vector<SentMessage> messages;
  const auto rows = column(fmt::format(
      "SELECT id || '|' || to_char(rendered_at AT TIME ZONE 'Asia/Makassar',"
      " 'YYYY-MM-DD\"T\"HH24:MI:SS') || '|' || regexp_replace(recipient, '^applicant:.*',"
      " 'applicant') || '|' || text || '|' || channel FROM message WHERE id > {}"
      " AND text NOT IN ('rekap_harian', 'perubahan_kantor') ORDER BY id",
      seen_message_));
  for (const std::string& row : rows) {
    std::istringstream parts(row);
    std::string id;
    SentMessage message;
    std::getline(parts, id, '|');
    std::getline(parts, message.at, '|');
    std::getline(parts, message.recipient, '|');
    std::getline(parts, message.text, '|');
    std::getline(parts, message.channel, '|');
    seen_message_ = std::stol(id);
    messages.push_back(std::move(message));
  }
  return messages;
}

std::string Office::query(const std::string& sql) const {
  return shared_postgres().execute(sql, database_);
}

std::vector<std::string> Office::column(const std::string& sql) const {
  const std::string all = query(
      "SELECT coalesce(string_agg(v, chr(10) ORDER BY n), '') FROM (SELECT v, row_number() OVER () "
      "AS n FROM (" +
      sql + ") q(v)) r");
  std::vector<std::string> rows;
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) rows.push_back(line);
  return rows;
}

namespace {

bool comes_to_hold(const std::function<bool()>& condition, std::chrono::seconds within) {
  const auto limit = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace

bool Office::becomes(const std::string& sql, const std::string& wanted,
                     std::chrono::seconds within) const {
  return comes_to_hold([&] { return query(sql) == wanted; }, within);
}

bool Office::metric_becomes(const std::string& line) const {
  return comes_to_hold(
      [&] {
        return http_get(daemon_->admin_port(), "/metrics").find("\n" + line + "\n") !=
               std::string::npos;
      },
      std::chrono::seconds(15));
}

}  // namespace tenggat::test
