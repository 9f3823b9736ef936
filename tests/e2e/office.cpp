#include "tests/e2e/office.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace tenggat::test {
namespace fs = std::filesystem;
namespace {

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no free port");
  ::close(socket);
  return ntohs(address.sin_port);
}

// Starts a program with its output in files; it dies with this process.
pid_t spawn(const std::vector<std::string>& arguments,
            const std::map<std::string, std::string>& environment, const fs::path& out,
            const fs::path& err) {
  std::vector<char*> pointers;
  for (const std::string& one : arguments) pointers.push_back(const_cast<char*>(one.c_str()));
  pointers.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    const int out_file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int err_file = ::open(err.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(out_file, 1);
    ::dup2(err_file, 2);
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const SentMessage& m) {
  return out << m.at << ' ' << m.recipient << ' ' << m.text << " by " << m.channel;
}

Office::Office(const std::string& start) : start_(start) {
  std::string pattern = (fs::temp_directory_path() / "tenggat-office-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory");
  directory_ = pattern;
  const fs::path texts = fs::path(TENGGAT_SOURCE_DIR) / "rules/texts/id.yaml";
  texts_ = notify::load_texts({texts.string(), read_file(texts)}).value();
  meta_ = std::make_unique<MetaSink>(texts_);
  smtp_ = std::make_unique<TestSmtpServer>();

  static int number = 0;
  database_ = fmt::format("office_{}_{}", ::getpid(), ++number);
  conninfo_ = shared_postgres().create_database(database_);
  api_port_ = free_port();
  admin_port_ = free_port();
  write_configuration();

  const CommandResult migrated = tenggat({"db", "migrate", "--simulated-clock"});
  if (migrated.status != 0) throw std::runtime_error("migrate: " + migrated.out + migrated.err);
  start_daemon();
  add_officer("fo", "Rina Wulandari", "front_office", true, false);
  add_officer("bo", "Budi Santoso", "back_office", false, true);
  add_officer("dt", "Dewi Lestari", "dinas_teknis", true, false);
  add_officer("kdt", "Hasan Basri", "kepala_dinas_teknis", true, true);
  add_officer("kb", "Siti Rahmah", "kabid_perizinan", false, true);
  add_officer("s", "Agus Salim", "sekretaris", true, false);
  add_officer("kd", "Noor Aini", "kepala_dinas", true, false);
  for (const char* id : {"fo", "bo", "dt", "kdt", "kb", "s", "kd"}) {
    const CommandResult token = tenggat({"token", "create", "--officer", id});
    if (token.status != 0) throw std::runtime_error("token: " + token.err);
    tokens_[id] = token.out;
  }
  const CommandResult portal =
      tenggat({"token", "create", "--service", "portal", "--scope", "intake,act,read"});
  if (portal.status != 0) throw std::runtime_error("token: " + portal.err);
  tokens_["portal"] = portal.out;
  for (auto& [id, token] : tokens_) {  // printed once, alone on the last line
    while (!token.empty() && token.back() == '\n') token.pop_back();
    token = token.substr(token.rfind('\n') + 1);
  }
}

Office::~Office() {
  if (daemon_ > 0) {
    ::kill(daemon_, SIGKILL);
    wait_for(daemon_);
  }
  if (testing::Test::HasFailure()) std::cerr << "daemon log:\n" << daemon_log() << '\n';
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void Office::write_configuration() {
  const notify::WhatsappConfig whatsapp = meta_->config();
  write_file(directory_ / "whatsapp_token", whatsapp.token);
  write_file(directory_ / "tenggat.yaml",
             fmt::format("database: \"{}\"\n"
                         "listen: 127.0.0.1:{}\n"
                         "admin_listen: 127.0.0.1:{}\n"
                         "public_url: https://perizinan.example.go.id\n"
                         "rules: {}\n"
                         "log: {{level: info, format: json}}\n"
                         "email: {{url: \"{}\", from: \"Perizinan <izin@example.go.id>\"}}\n"
                         "whatsapp: {{url: \"{}\", version: {}, phone_number_id: \"{}\","
                         " token_file: whatsapp_token}}\n",
                         conninfo_, api_port_, admin_port_, rules_.string(), smtp_->url(),
                         whatsapp.url, whatsapp.version, whatsapp.phone_number_id));
}

void Office::start_daemon() {
  daemon_ = spawn({TENGGATD, "--config", (directory_ / "tenggat.yaml").string(), "--clock",
                   start_ + "+08:00@0"},
                  {}, directory_ / "daemon.out", directory_ / "daemon.err");
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (get("/readyz", admin_port_).find("\"ready\":true") == std::string::npos) {
    int status = 0;
    if (::waitpid(daemon_, &status, WNOHANG) == daemon_) {
      daemon_ = 0;
      throw std::runtime_error("tenggatd ended: " + daemon_log());
    }
    if (std::chrono::steady_clock::now() > limit)
      throw std::runtime_error("tenggatd is not ready: " + daemon_log());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void Office::stop_daemon() {
  ::kill(daemon_, SIGTERM);
  EXPECT_EQ(wait_for(daemon_), 0) << daemon_log();
  daemon_ = 0;
}

void Office::kill_daemon() {
  ::kill(daemon_, SIGKILL);
  wait_for(daemon_);
  daemon_ = 0;
}

void Office::reload() { ::kill(daemon_, SIGHUP); }

void Office::use_own_rules() {
  fs::copy(rules_, directory_ / "rules", fs::copy_options::recursive);
  rules_ = directory_ / "rules";
  write_configuration();
}

void Office::change_rule(const std::string& file, const std::string& from, const std::string& to) {
  std::string text = read_file(rules_ / file);
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error(file + " holds no such text");
  write_file(rules_ / file, text.replace(at, from.size(), to));
}

std::string Office::daemon_log() const {
  return read_file(directory_ / "daemon.out") + read_file(directory_ / "daemon.err");
}

CommandResult Office::tenggat(const std::vector<std::string>& arguments, const std::string& as) {
  std::vector<std::string> all{TENGGAT};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::map<std::string, std::string> environment{
      {"TENGGAT_CONFIG", (directory_ / "tenggat.yaml").string()},
      {"TENGGAT_URL", fmt::format("http://127.0.0.1:{}", api_port_)}};
  if (!as.empty()) environment["TENGGAT_TOKEN"] = tokens_.at(as);
  const fs::path out = directory_ / "cli.out", err = directory_ / "cli.err";
  write_file(out, "");
  write_file(err, "");
  CommandResult result;
  result.status = wait_for(spawn(all, environment, out, err));
  result.out = read_file(out);
  result.err = read_file(err);
  return result;
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

void Office::add_officer(const std::string& id, const std::string& name, const std::string& role,
                         bool whatsapp, bool email) {
  static int number = 0;
  std::vector<std::string> arguments{"officer", "add", "--id", id, "--name", name, "--role", role};
  if (whatsapp) {
    arguments.push_back("--whatsapp");
    arguments.push_back(fmt::format("0812 3456 {:04}", ++number));
  }
  if (email) {
    arguments.push_back("--email");
    arguments.push_back(id + "@banjarbaru.example");
  }
  const CommandResult result = tenggat(arguments);
  if (result.status != 0) throw std::runtime_error("officer add: " + result.out + result.err);
}

void Office::advance(const std::string& local) {
  const CommandResult result = tenggat({"clock", "advance", local + "+08:00"});
  ASSERT_EQ(result.status, 0) << result.out << result.err << daemon_log();
}

std::string Office::changed_calendar(const std::string& key, const std::string& line) {
  const fs::path shipped = fs::path(TENGGAT_SOURCE_DIR) / "rules/calendar";
  const fs::path copy = directory_ / "calendar";
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
      " AND text <> 'rekap_harian' ORDER BY id",
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

std::string Office::get(const std::string& path, int port) const {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    const std::string request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
      char buffer[4096];
      for (ssize_t got; (got = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(got));
    }
  }
  ::close(socket);
  return answer;
}

bool Office::metric_becomes(const std::string& line) const {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  while (get("/metrics", admin_port_).find("\n" + line + "\n") == std::string::npos) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

}  // namespace tenggat::test
