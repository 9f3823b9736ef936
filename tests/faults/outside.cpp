#include "tests/faults/outside.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/browser.h"
#include "tests/support/process.h"

namespace tenggat::test {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr auto kEvery = 20ms;  // of who goes about their work

bool ready(int socket, short events, steady_clock::time_point until) {
  const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now()).count();
  pollfd one{socket, events, 0};
  return ::poll(&one, 1, static_cast<int>(std::max<long>(0, left))) > 0;
}

std::size_t field_of(pid_t pid, const std::string& name) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::stoul(line.substr(name.size() + 1)) * 1024;
  return 0;
}

}  // namespace

Peer::Peer(int port, const std::string& from, int holds)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &holds, sizeof holds);
  sockaddr_in own{}, theirs{};
  own.sin_family = theirs.sin_family = AF_INET;
  ::inet_pton(AF_INET, from.c_str(), &own.sin_addr);
  ::inet_pton(AF_INET, "127.0.0.1", &theirs.sin_addr);
  theirs.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
    throw std::runtime_error("no address " + from);
  ::connect(socket_, reinterpret_cast<const sockaddr*>(&theirs), sizeof theirs);
  ready(socket_, POLLOUT, steady_clock::now() + 5s);
}

Peer::~Peer() {
  if (socket_ >= 0) ::close(socket_);
}

Peer::Peer(Peer&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

std::size_t Peer::send(std::string_view bytes, milliseconds within) {
  const auto until = steady_clock::now() + within;
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t one =
        ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (one > 0)
      sent += static_cast<std::size_t>(one);
    else if ((errno != EAGAIN && errno != EWOULDBLOCK) || !ready(socket_, POLLOUT, until))
      break;
  }
  return sent;
}

std::string Peer::read(std::size_t most, milliseconds within) {
  const auto until = steady_clock::now() + within;
  std::string bytes(most, '\0');
  std::size_t got = 0;
  while (got < most && ready(socket_, POLLIN, until)) {
    const ssize_t one = ::recv(socket_, bytes.data() + got, most - got, MSG_DONTWAIT);
    if (one <= 0) break;
    got += static_cast<std::size_t>(one);
  }
  bytes.resize(got);
  return bytes;
}

int Peer::status(milliseconds within) {
  const std::string line = read(12, within);
  return line.size() == 12 ? std::stoi(line.substr(9)) : 0;
}

bool Peer::closed() {
  char byte = 0;
  const ssize_t got = ::recv(socket_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

std::string address_of(int n) { return fmt::format("127.1.{}.{}", n / 250, 1 + n % 250); }

Bystander::Bystander(int port, std::vector<std::string> requests)
    : port_(port), requests_(std::move(requests)), thread_([this] { ask(); }) {}

Bystander::~Bystander() {
  over_ = true;
  if (thread_.joinable()) thread_.join();
}

void Bystander::ask() {
  auto due = steady_clock::now();
  std::unique_ptr<Peer> peer;
  for (std::size_t n = 0; !over_; ++n, due += kEvery) {
    std::this_thread::sleep_until(due);
    if (!peer) peer = std::make_unique<Peer>(port_, "127.9.9.9", 256 * 1024);
    const std::string& request = requests_[n % requests_.size()];
    peer->send(request, 2s);
    std::string answer;
    std::size_t whole = std::string::npos;
    while (answer.size() < whole) {
      const std::string more = peer->read(1, 2s);
      if (more.empty()) break;
      answer += more + peer->read(65536, 0ms);
      const std::size_t head = answer.find("\r\n\r\n"), length = answer.find("Content-Length: ");
      if (head != std::string::npos)
        whole = head + 4 + (length < head ? std::stoul(answer.substr(length + 16)) : 0);
    }
    times_.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - due).count());
    const bool well = answer.size() >= whole && (answer.starts_with("HTTP/1.1 2"));
    if (well) continue;
    ++failed_;
    if (first_failure_.empty())
      first_failure_ = request.substr(0, request.find('\r')) + ": " + answer.substr(0, 300);
    peer.reset();
  }
}

Bystander::Report Bystander::stop() {
  over_ = true;
  thread_.join();
  std::sort(times_.begin(), times_.end());
  Report report;
  report.answered = times_.size() - failed_;
  report.failed = failed_;
  report.first_failure = first_failure_;
  if (times_.empty()) return report;
  report.p50 = times_[times_.size() / 2];
  report.p99 = times_[times_.size() * 99 / 100];
  report.most = times_.back();
  return report;
}

void Memory::forget() { std::ofstream(fmt::format("/proc/{}/clear_refs", pid_)) << "5"; }
std::size_t Memory::now() const { return field_of(pid_, "VmRSS"); }
std::size_t Memory::most() const { return field_of(pid_, "VmHWM"); }

std::size_t most_in_kernel(int port) {
  // sl local_address rem_address st tx_queue:rx_queue ..., all in hex.
  const std::string local = fmt::format("0100007F:{:04X} ", port);
  std::ifstream sockets("/proc/net/tcp");
  std::size_t most = 0;
  for (std::string line; std::getline(sockets, line);) {
    const std::size_t at = line.find(": " + local);
    if (at == std::string::npos) continue;
    std::istringstream fields(line.substr(at + 2));
    std::string ours, theirs, state, queues;
    fields >> ours >> theirs >> state >> queues;
    if (state != "01") continue;  // established
    const std::size_t colon = queues.find(':');
    most = std::max(most, std::stoul(queues.substr(0, colon), nullptr, 16) +
                              std::stoul(queues.substr(colon + 1), nullptr, 16));
  }
  return most;
}

std::string megabytes(std::size_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

OutsideTest::OutsideTest(const std::string& configuration)
    : office_("2026-04-02T14:00:00", configuration),
      portal_(office_.daemon().new_token({"--service", "loket", "--scope", "intake,act,read"})) {
  const boost::json::value answer =
      office_.json({"permit", "submit", "--sop", "paud", "--name", "Aminah", "--subject",
                    "PAUD Melati", "--whatsapp", "0813 1111 2222", "--document",
                    "persyaratan_izin_paud=https://intanbjb.example/berkas/1"},
                   "portal");
  const std::string url(answer.at("tracking_url").as_string());
  number_ = answer.at("number").as_string();
  track_ = url.substr(url.find("/lacak/"));
}

std::string OutsideTest::last_link_to(const std::string& officer) {
  const std::string text = office_.query(
      "SELECT coalesce((SELECT body FROM message WHERE text = 'tautan_masuk' AND recipient ="
      " 'officer:" +
      officer + "' ORDER BY id DESC LIMIT 1), '')");
  std::smatch found;
  return std::regex_search(text, found, std::regex("/masuk/[0-9a-f]{64}"))
             ? office_.daemon().completed(found.str())
             : "";
}

std::string OutsideTest::cookie_of(const std::string& officer) {
  Browser browser(port());
  const std::string address = office_.query(
      "SELECT CASE WHEN email <> '' THEN email ELSE whatsapp END FROM officer WHERE id = '" +
      officer + "'");
  browser.press(browser.get("/masuk"), "", {{"alamat", address}});
  browser.press(browser.get(last_link_to(officer)), "");
  return browser.cookies()["__Host-tenggat_sesi"];
}

std::string OutsideTest::kiosk_of(const std::string& cookie) {
  Browser browser(port());
  browser.cookies()["__Host-tenggat_sesi"] = cookie;
  const WebPage made = browser.press(browser.get("/papan/layar"), "buat", {{"nama", "Loket"}});
  std::smatch found;
  return std::regex_search(made.body, found, std::regex("/layar/[0-9a-f]{64}")) ? found.str() : "";
}

std::string OutsideTest::upload(std::size_t bytes) {
  std::string body = "%PDF-1.7\n";
  body.resize(bytes, 'x');
  const HttpAnswer answer =
      office_.exchange(http_request("POST", "/api/v1/files", portal_, "", body));
  EXPECT_EQ(answer.status, 201) << answer.body;
  return std::string(boost::json::parse(answer.body).at("sha256").as_string());
}

std::unique_ptr<Bystander> OutsideTest::somebody_at_work() {
  const std::string fo = office_.daemon().new_token({"--officer", "fo"});
  return std::make_unique<Bystander>(
      port(), std::vector<std::string>{
                  http_request("GET", "/api/v1/tasks", fo, "", ""),
                  http_request("GET", track_, "", "", ""),
                  http_request("GET", "/masuk", "", "", ""),
                  http_request("GET", "/api/v1/permits/" + number_, portal_, "", ""),
              });
}

}  // namespace tenggat::test
