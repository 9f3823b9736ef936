// What a service costs that an office offers: 150 of nine steps beside each other, as an office of
// a city has. The check of their files, the daemon's start, its memory, what a scrape holds and
// takes, and what the lists answer; each with its bound. A sanitizer's and a debug build's times
// are no office's: TENGGAT_PROGRAMS names the release build, of which alone times are demanded.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <regex>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/browser.h"
#include "tests/support/daemon_process.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"
#include "tests/support/scrape.h"

namespace tenggat::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr int kServices = 150;
constexpr int kInUse = 12;    // of them: these have had a permit
constexpr int kFinished = 3;  // of those: these went all the way
constexpr std::size_t kSeries = 6000;
constexpr double kMebibytes = 96, kCheckSeconds = 1, kStartSeconds = 2, kScrapeMilliseconds = 20;

double seconds_since(steady_clock::time_point begun) {
  return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

std::string service(int number) { return fmt::format("layanan_{:03}", number); }

void replace(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("PAUD's file holds no " + from);
  text.replace(at, from.size(), to);
}

// PAUD's file under other names: each with an id, a title and numbers of its own.
void write_services(const fs::path& rules) {
  const fs::path shipped = fs::path(TENGGAT_SOURCE_DIR) / "rules/office";
  fs::copy(shipped, rules, fs::copy_options::recursive);
  const std::string paud = read_file(shipped / "sop/paud.yaml");
  fs::remove(rules / "sop/paud.yaml");
  for (int i = 1; i <= kServices; ++i) {
    std::string text = paud;
    replace(text, "\nsop: paud\n", fmt::format("\nsop: {}\n", service(i)));
    replace(text, "\njudul: Izin Penyelenggaraan PAUD\n", fmt::format("\njudul: Izin {}\n", i));
    replace(text, "nomor: \"PAUD-", fmt::format("nomor: \"L{:03}-", i));
    write_file(rules / "sop" / (service(i) + ".yaml"), text);
  }
}

double resident_mebibytes(pid_t pid) {
  std::istringstream status(read_file(fmt::format("/proc/{}/status", pid)));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  return 0;
}

// What it has used of processors, which other work beside it hardly changes.
double processor_seconds(pid_t pid) {
  const std::string stat = read_file(fmt::format("/proc/{}/stat", pid));
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

long series_of(const std::string& text, const std::string& sop) {
  std::istringstream lines(text);
  long count = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.find("sop=\"" + sop + "\"") != std::string::npos) ++count;
  return count;
}

class ServicesCost : public testing::Test {
 protected:
  ServicesCost() : database_("services_cost") {
    DaemonProcess::Options options;
    options.conninfo = shared_postgres().create_database(database_);
    options.configuration =
        "email: {url: \"file:mails\", from: \"Perizinan <izin@example.go.id>\"}\n"
        "whatsapp: {url: \"file:mails\"}\nundo_window: 1s\n"
        "http: {requests_a_minute: 100000000}\n";
    daemon_ = std::make_unique<DaemonProcess>(std::move(options));
    daemon_->options().rules = daemon_->directory() / "rules";
    daemon_->write_configuration();
    write_services(daemon_->options().rules);
  }

  // A figure and its bound, where times are an office's.
  void time_is(const std::string& what, double measured, double bound, const char* unit) {
    std::cout << fmt::format("{}: {:.3f} {} (bound {} {})\n", what, measured, unit, bound, unit);
    if (std::getenv("TENGGAT_PROGRAMS")) {
      EXPECT_LT(measured, bound) << what;
    }
  }

  std::string number_of_new(int of_service) {
    std::istringstream words(must_as_service(
        {"permit", "submit", "--sop", service(of_service), "--name", "Aminah", "--subject",
         "Melati", "--document", "persyaratan_izin_paud=https://x.example/p", "--json"}));
    const std::string answer = words.str();
    const std::string mark = "\"number\":\"";
    const auto at = answer.find(mark) + mark.size();
    return answer.substr(at, answer.find('"', at) - at);
  }
  std::string must_as_service(const std::vector<std::string>& arguments) {
    const CommandResult result = daemon_->tenggat(arguments, token_);
    EXPECT_EQ(result.status, 0) << result.out << result.err;
    return result.out;
  }
  void finish(const std::string& permit);
  std::string scrape() { return body_of(http_get(daemon_->admin_port(), "/metrics")); }
  Browser signed_in(const std::string& address, const std::string& officer);

  std::string database_;
  std::unique_ptr<DaemonProcess> daemon_;
  std::string token_;
};

void ServicesCost::finish(const std::string& permit) {
  struct Act {
    const char *step, *action, *by;
    std::vector<std::string> documents;
  };
  const std::vector<Act> way = {{"verifikasi", "accept", "fo", {}},
                                {"penerimaan", "forward", "bo", {}},
                                {"kajian_teknis",
                                 "recommend",
                                 "dt",
                                 {"bapl=https://x.example/b", "rekomendasi=https://x.example/r"}},
                                {"penyusunan_sk", "draft", "bo", {"draft_sk=https://x.example/d"}},
                                {"persetujuan_kabid", "approve", "kb", {}},
                                {"persetujuan_sekretaris", "approve", "s", {}}};
  for (const Act& act : way) {
    std::vector<std::string> arguments{"permit", "act",    permit,           act.action,
                                       "--step", act.step, "--on-behalf-of", act.by};
    for (const std::string& document : act.documents)
      arguments.insert(arguments.end(), {"--document", document});
    must_as_service(arguments);
  }
}

Browser ServicesCost::signed_in(const std::string& address, const std::string& officer) {
  Browser browser(daemon_->api_port());
  browser.press(browser.get("/masuk"), "", {{"alamat", address}});
  const std::string body = shared_postgres().execute(
      "SELECT body FROM message WHERE text = 'tautan_masuk' AND recipient = 'officer:" + officer +
          "'",
      database_);
  std::smatch found;
  EXPECT_TRUE(std::regex_search(body, found, std::regex("/masuk/[0-9a-f]{64}"))) << body;
  EXPECT_EQ(browser.press(browser.get(daemon_->completed(found.str())), "").status, 303);
  return browser;
}

TEST_F(ServicesCost, StaysWithinItsBounds) {
  auto begun = steady_clock::now();
  daemon_->must({"check", daemon_->options().rules.string()});
  time_is("check", seconds_since(begun), kCheckSeconds, "s");

  daemon_->must({"db", "migrate"});
  token_ = OfficeLoad::staff(*daemon_).portal;
  daemon_->start();  // the first takes the rules over
  EXPECT_EQ(daemon_->terminate(), 0) << daemon_->log();
  begun = steady_clock::now();
  daemon_->start();
  time_is("start", seconds_since(begun), kStartSeconds, "s");
  std::cout << fmt::format("after {:.2f} s of a processor, resident: {:.1f} MiB\n",
                           processor_seconds(daemon_->pid()), resident_mebibytes(daemon_->pid()));

  std::string last;
  for (int i = 1; i <= kInUse; ++i) {
    last = number_of_new(i);
    if (i <= kFinished) finish(last);
  }
  // The figures are read every other second, those of actions once their undo window is over.
  const std::string of_last =
      fmt::format("tenggat_permits_submitted_total{{sop=\"{}\"}} 1\n", service(kInUse));
  const auto limit = steady_clock::now() + std::chrono::seconds(20);
  while (scrape().find(of_last) == std::string::npos) {
    ASSERT_LT(steady_clock::now(), limit) << "the figures never say " << of_last;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }

  std::vector<double> milliseconds;
  std::string text;
  for (int i = 0; i < 11; ++i) {
    begun = steady_clock::now();
    text = scrape();
    milliseconds.push_back(seconds_since(begun) * 1000);
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  time_is("scrape", milliseconds[milliseconds.size() / 2], kScrapeMilliseconds, "ms");
  const auto series = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) -
                      2 * families_in(text).size();
  std::cout << fmt::format("series: {} (bound {}), {} bytes a scrape; of one service in use: {}\n",
                           series, kSeries, text.size(), series_of(text, service(1)));
  EXPECT_EQ(series_of(text, service(kServices)), 1) << "nobody has asked for it";
  EXPECT_LT(series, kSeries);

  Browser officer = signed_in("s@banjarbaru.example", "s");
  const WebPage board = officer.get("/papan");
  EXPECT_EQ(board.status, 200);
  EXPECT_TRUE(officer.get("/cari?q=" + last).says(last));
  must_as_service({"permit", "list", "--sop", service(kInUse)});
  // What a first reading leaves behind is there for good.
  const double resident = resident_mebibytes(daemon_->pid());
  std::cout << fmt::format("resident: {:.1f} MiB (bound {} MiB)\n", resident, kMebibytes);
  EXPECT_LT(resident, kMebibytes);
  EXPECT_EQ(daemon_->terminate(), 0) << daemon_->log();
}

}  // namespace
}  // namespace tenggat::test
