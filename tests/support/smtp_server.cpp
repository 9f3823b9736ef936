#include "tests/support/smtp_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "tests/support/process.h"

namespace tenggat::test {
namespace fs = std::filesystem;
using namespace std::chrono_literals;
namespace {

constexpr const char* kStartScript = R"(set -e
mount -t tmpfs -o mode=755 none /run
mount -t tmpfs -o mode=711 none /var/spool
mkdir -m 711 /var/spool/smtpd
/usr/sbin/smtpd -d -f "$1" &
cat > /dev/null
)";

// Exim wants a user of its own to be known, and its configuration to be root's. It runs as nobody.
constexpr const char* kEximScript = R"sh(set -e
cd "$(dirname "$1")"
echo "Debian-exim:x:65534:65534::/:/bin/false" | cat /etc/passwd - > passwd
echo "Debian-exim:x:65534:" | cat /etc/group - > group
mount --bind passwd /etc/passwd
mount --bind group /etc/group
cp "$1" own.conf
mkdir spool
chown -R 65534:65534 spool mail certificate key
setpriv --reuid 65534 --regid 65534 --clear-groups ./exim -C "$PWD/own.conf" -bdf &
cat > /dev/null
)sh";

constexpr const char* kEximConfiguration = R"(primary_hostname = mail.example
exim_path = {0}/exim
spool_directory = {0}/spool
log_file_path = {0}/spool/log-%s
pid_file_path = {0}/spool/pid
daemon_smtp_ports = {1}
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = {0}/certificate
tls_privatekey = {0}/key
acl_smtp_rcpt = recipient
acl_smtp_data = content
never_users =
begin acl
recipient:
  require message = STARTTLS comes first
          encrypted = *
  accept
content:
  accept
begin routers
all:
  driver = accept
  transport = keep
begin transports
keep:
  driver = appendfile
  directory = {0}/mail
  maildir_format
  mode = 0644
  directory_mode = 0755
  user = nobody
)";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Mail is delivered as the one who runs the test, so that it can be read; smtpd refuses root.
std::string mail_owner() {
  if (::geteuid() == 0) return "nobody";
  const passwd* self = ::getpwuid(::geteuid());
  return self == nullptr ? "nobody" : self->pw_name;
}

}  // namespace

TestSmtpServer::TestSmtpServer() {
  prepare();
  write_configuration();
  start();
}

TestSmtpServer::TestSmtpServer(const Exim& exim) {
  prepare();
  write_configuration(exim);
  start();
}

void TestSmtpServer::prepare() {
  std::string pattern = (fs::temp_directory_path() / "tenggat-smtpd-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  directory_ = pattern;
  fs::permissions(directory_, fs::perms(0755));
  fs::create_directory(directory_ / "mail");
  fs::permissions(directory_ / "mail", fs::perms(0777));
  port_ = free_port();
}

void TestSmtpServer::start() {
  launch();
  for (int i = 0; i < 200; ++i) {
    if (answers()) return;
    std::this_thread::sleep_for(50ms);
  }
  const std::string why = log();
  stop();
  throw std::runtime_error("smtpd did not start:\n" + why);
}

TestSmtpServer::~TestSmtpServer() { stop(); }

void TestSmtpServer::write_configuration() const {
  write_file(directory_ / "start.sh", kStartScript);
  write_file(directory_ / "smtpd.conf",
             fmt::format("table sink {{ \"@\" = \"{}\" }}\n"
                         "listen on 127.0.0.1 port {}\n"
                         "action \"keep\" maildir \"{}\" virtual <sink>\n"
                         "match from any for domain \"{}\" reject\n"
                         "match from any for any action \"keep\"\n",
                         mail_owner(), port_, (directory_ / "mail").string(), kRefusedDomain));
  fs::permissions(directory_ / "smtpd.conf", fs::perms(0644));
}

void TestSmtpServer::write_configuration(const Exim& exim) const {
  const fs::path program = exim.unpacked / "usr/sbin/exim4";
  if (!fs::exists(program))
    throw std::runtime_error("no " + program.string() + ": ./test full unpacks it");
  write_file(directory_ / "start.sh", kEximScript);
  write_file(directory_ / "smtpd.conf",
             fmt::format(kEximConfiguration, directory_.string(), port_));
  write_file(directory_ / "certificate", exim.certificate);
  write_file(directory_ / "key", exim.key);
  // Exim starts itself again for each delivery.
  write_file(directory_ / "exim",
             fmt::format("#!/bin/sh\nLD_LIBRARY_PATH={}/usr/lib/x86_64-linux-gnu exec {} \"$@\"\n",
                         exim.unpacked.string(), program.string()));
  fs::permissions(directory_ / "exim", fs::perms(0755));
}

void TestSmtpServer::launch() {
  std::array<int, 2> pipe_ends{};
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  const std::string log_file = (directory_ / "log").string();
  const std::string script = (directory_ / "start.sh").string();
  const std::string configuration = (directory_ / "smtpd.conf").string();
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(pipe_ends[0], 0);
    const int log_fd = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(log_fd, 1);
    ::dup2(log_fd, 2);
    if (::geteuid() == 0) {
      ::execlp("unshare", "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh",
               script.c_str(), configuration.c_str(), nullptr);
    } else {
      ::execlp("sudo", "sudo", "-n", "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh",
               script.c_str(), configuration.c_str(), nullptr);
    }
    ::_exit(127);
  }
  ::close(pipe_ends[0]);
  lifeline_ = pipe_ends[1];
  if (process_ < 0) throw std::runtime_error("fork failed");
}

bool TestSmtpServer::answers() const {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{5, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const sockaddr_in address = loopback(port_);
  std::array<char, 4> greeting{};
  const bool greeted =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::recv(fd, greeting.data(), 3, MSG_WAITALL) == 3 && std::string(greeting.data()) == "220";
  ::close(fd);
  return greeted;
}

void TestSmtpServer::stop() {
  if (lifeline_ >= 0) ::close(lifeline_);
  lifeline_ = -1;
  if (process_ > 0) ::waitpid(process_, nullptr, 0);
  process_ = -1;
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

std::vector<std::string> TestSmtpServer::messages(std::size_t at_least,
                                                  std::chrono::milliseconds limit) const {
  std::vector<fs::path> files;
  for (auto waited = 0ms;; waited += 50ms) {
    files.clear();
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(directory_ / "mail" / "new", missing)) {
      files.push_back(entry.path());
    }
    if (files.size() >= at_least || waited >= limit) break;
    std::this_thread::sleep_for(50ms);
  }
  std::ranges::sort(files, {}, [](const fs::path& file) { return fs::last_write_time(file); });
  std::vector<std::string> mails;
  for (const fs::path& file : files) mails.push_back(read_file(file));
  return mails;
}

std::string TestSmtpServer::log() const { return read_file(directory_ / "log"); }

}  // namespace tenggat::test
