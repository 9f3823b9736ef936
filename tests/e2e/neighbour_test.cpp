// Who holds something valid goes on being served, whatever others send from the same address or
// another: a real nginx stands in front, as it ships, and somebody behind it guesses at every
// route.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <mutex>
#include <random>
#include <regex>
#include <set>
#include <thread>

#include "daemon/base/link_keys.h"
#include "notifiers/signature.h"
#include "tests/e2e/pages_fixture.h"
#include "tests/e2e/seal_keys.h"
#include "tests/support/nginx.h"
#include "tests/support/process.h"
#include "tests/support/scrape.h"

namespace tenggat::test {
namespace {

using Answer = TlsVisitor::Answer;

// What opens a route.
enum class By {
  nothing,
  token,           // Authorization
  session,         // the cookie
  path,            // the secret in the address
  link,            // the same, and a form whose token is made from it
  address,         // a registered one, in the form
  signature,       // of a provider
  challenge,       // a provider's word
  other_provider,  // a secret path, which Meta has none of
};

struct Row {
  const char* route;
  const char* method;
  const char* path;  // {s}: the secret, {n}: the permit's number
  By by;
};

// Every route but those by which nothing is presented at all; the test asks the daemon whether one
// is missing.
constexpr Row kRoutes[] = {
    {"permit_create", "POST", "/api/v1/permits", By::token},
    {"permit_list", "GET", "/api/v1/permits", By::token},
    {"permit_show", "GET", "/api/v1/permits/{n}", By::token},
    {"permit_timeline", "GET", "/api/v1/permits/{n}/timeline", By::token},
    {"permit_why", "GET", "/api/v1/permits/{n}/why", By::token},
    {"permit_action", "POST", "/api/v1/permits/{n}/actions", By::token},
    {"permit_undo", "POST", "/api/v1/permits/{n}/undo", By::token},
    {"permit_claim", "POST", "/api/v1/permits/{n}/claim", By::token},
    {"permit_release", "POST", "/api/v1/permits/{n}/release", By::token},
    {"permit_assign", "POST", "/api/v1/permits/{n}/assign", By::token},
    {"permit_escalate", "POST", "/api/v1/permits/{n}/escalate", By::token},
    {"permit_acknowledge", "POST", "/api/v1/permits/{n}/acknowledge", By::token},
    {"permit_direct", "POST", "/api/v1/permits/{n}/direct", By::token},
    {"permit_respond", "POST", "/api/v1/permits/{n}/respond", By::token},
    {"permit_pause", "POST", "/api/v1/permits/{n}/pause", By::token},
    {"permit_resume", "POST", "/api/v1/permits/{n}/resume", By::token},
    {"permit_confirm", "POST", "/api/v1/permits/{n}/confirm", By::token},
    {"permit_correct", "POST", "/api/v1/permits/{n}/correct", By::token},
    {"event_list", "GET", "/api/v1/events", By::token},
    {"task_list", "GET", "/api/v1/tasks", By::token},
    {"file_create", "POST", "/api/v1/files", By::token},
    {"file_show", "GET", "/api/v1/files/{h}", By::token},
    {"sop_list", "GET", "/api/v1/sops", By::token},
    {"sop_show", "GET", "/api/v1/sops/paud", By::token},
    {"sop_diagram", "GET", "/api/v1/sops/paud/diagram.svg", By::token},
    {"officer_list", "GET", "/api/v1/officers", By::token},
    {"officer_create", "POST", "/api/v1/officers", By::token},
    {"officer_edit", "POST", "/api/v1/officers/fo", By::token},
    {"officer_leave", "POST", "/api/v1/officers/fo/leaves", By::token},
    {"officer_change_list", "GET", "/api/v1/officer-changes", By::token},
    {"officer_change_confirm", "POST", "/api/v1/officer-changes/1/confirm", By::token},
    {"officer_change_stop", "POST", "/api/v1/officer-changes/1/stop", By::token},
    {"delegation_list", "GET", "/api/v1/delegations", By::token},
    {"delegation_create", "POST", "/api/v1/delegations", By::token},
    {"delegation_end", "POST", "/api/v1/delegations/1/end", By::token},
    {"notice_list", "GET", "/api/v1/notices", By::token},
    {"office_event_list", "GET", "/api/v1/office-events", By::token},
    {"message_retry", "POST", "/api/v1/messages/1/retry", By::token},
    {"message_discard", "POST", "/api/v1/messages/1/discard", By::token},
    {"email_bounce", "POST", "/api/v1/hooks/email/bounce", By::token},
    {"openapi", "GET", "/api/v1/openapi.json", By::token},
    {"whatsapp_challenge", "GET", "/api/v1/hooks/whatsapp/meta", By::challenge},
    {"whatsapp_receipt", "POST", "/api/v1/hooks/whatsapp/meta", By::signature},
    {"whatsapp_receipt_by_path", "POST", "/api/v1/hooks/whatsapp/meta/{s}", By::other_provider},
    {"page_track", "GET", "/lacak/{s}", By::path},
    {"page_track_act", "POST", "/lacak/{s}", By::path},
    {"page_track_document", "GET", "/lacak/{s}/dokumen/1", By::path},
    {"page_track_objection", "GET", "/lacak/{s}/keberatan", By::path},
    {"page_track_objection_act", "POST", "/lacak/{s}/keberatan", By::path},
    {"page_receipt", "GET", "/cek/{s}", By::path},
    {"page_kiosk", "GET", "/layar/{s}", By::path},
    {"page_kiosk_stream", "GET", "/layar/{s}/aliran", By::path},
    {"page_sign_in_ask", "POST", "/masuk", By::address},
    {"page_sign_in_link", "GET", "/masuk/{s}", By::path},
    {"page_sign_in_use", "POST", "/masuk/{s}", By::link},
    {"page_sign_out", "POST", "/keluar", By::session},
    {"page_tasks", "GET", "/tugas", By::session},
    {"page_tasks_act", "POST", "/tugas", By::session},
    {"page_escalations", "GET", "/eskalasi", By::session},
    {"page_escalations_act", "POST", "/eskalasi", By::session},
    {"page_channels", "GET", "/saluran", By::session},
    {"page_channels_act", "POST", "/saluran", By::session},
    {"page_held_files", "GET", "/eskalasi/berkas?petugas=fo", By::session},
    {"page_next_task", "GET", "/tugas/berikutnya", By::session},
    {"page_tasks_done", "GET", "/tugas/selesai", By::session},
    {"page_officer_tokens", "GET", "/token", By::session},
    {"page_officer_tokens_act", "POST", "/token", By::session},
    {"page_officer_silences", "GET", "/hening", By::session},
    {"page_officer_silences_act", "POST", "/hening", By::session},
    {"page_officer_channels", "GET", "/saluran-kantor", By::session},
    {"page_officer_channels_act", "POST", "/saluran-kantor", By::session},
    {"page_officer_sessions_all", "GET", "/sesi-kantor", By::session},
    {"page_own_leave", "GET", "/cuti", By::session},
    {"page_own_leave_act", "POST", "/cuti", By::session},
    {"page_officer_fortnight", "GET", "/kehadiran", By::session},
    {"page_permit", "GET", "/permohonan/{n}", By::session},
    {"page_permit_act", "POST", "/permohonan/{n}", By::session},
    {"page_permit_document", "GET", "/permohonan/{n}/dokumen/1", By::session},
    {"page_search", "GET", "/cari?q=melati", By::session},
    {"page_agenda", "GET", "/agenda", By::session},
    {"page_applicant", "GET", "/permohonan/{n}/pemohon", By::session},
    {"page_applicant_act", "POST", "/permohonan/{n}/pemohon", By::session},
    {"page_board", "GET", "/papan", By::session},
    {"page_board_list", "GET", "/papan/daftar?keadaan=overdue", By::session},
    {"page_board_stream", "GET", "/papan/aliran", By::session},
    {"page_kiosks", "GET", "/papan/layar", By::session},
    {"page_kiosks_act", "POST", "/papan/layar", By::session},
    {"page_officers", "GET", "/pegawai", By::session},
    {"page_officers_act", "POST", "/pegawai", By::session},
    {"page_officer", "GET", "/pegawai/fo", By::session},
    {"page_officer_act", "POST", "/pegawai/fo", By::session},
    {"page_calendar", "GET", "/kalender", By::session},
    {"page_calendar_act", "POST", "/kalender", By::session},
    {"page_calendar_file", "GET", "/kalender/berkas/banjarbaru.yaml", By::session},
    {"page_dead_letters", "GET", "/pesan", By::session},
    {"page_dead_letters_act", "POST", "/pesan", By::session},
    {"page_office_record", "GET", "/jejak", By::session},
    {"page_report", "GET", "/laporan", By::session},
    {"page_report_print", "GET", "/laporan/cetak", By::session},
    {"page_report_csv", "GET", "/laporan/unduh.csv", By::session},
    {"page_report_xlsx", "GET", "/laporan/unduh.xlsx", By::session},
    {"page_report_list", "GET", "/laporan/daftar", By::session},
    {"page_evidence", "GET", "/permohonan/{n}/bukti", By::session},
    {"page_sessions", "GET", "/sesi", By::session},
    {"page_sessions_act", "POST", "/sesi", By::session},
    {"page_officer_sessions", "GET", "/pegawai/fo/sesi", By::session},
    {"page_officer_sessions_act", "POST", "/pegawai/fo/sesi", By::session},
    {"page_officer_change", "GET", "/perubahan/1", By::session},
    {"page_officer_change_act", "POST", "/perubahan/1", By::session},
    {"page_services", "GET", "/layanan", By::session},
    {"page_service", "GET", "/layanan/paud", By::session},
    {"page_service_diagram", "GET", "/layanan/paud/diagram.svg", By::session},
    {"page_front", "GET", "/", By::nothing},
    {"page_requirements", "GET", "/syarat/paud", By::nothing},
    {"page_find_receipt", "GET", "/cek", By::nothing},
    {"page_find", "POST", "/lacak", By::nothing},
    {"page_style", "GET", "/gaya.css", By::nothing},
    {"page_problem", "GET", "/problems/not_found", By::nothing},
    {"page_sign_in", "GET", "/masuk", By::nothing},
    {"page_board_script", "GET", "/papan.js", By::nothing},
    {"page_tasks_script", "GET", "/tugas.js", By::nothing},
};

std::string hex_digits(std::size_t count) {
  static std::mt19937_64 random{20260402};
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::string digits;
  while (digits.size() < count) digits += fmt::format("{:016x}", random());
  return digits.substr(0, count);
}

std::string hmac_hex(std::string_view key, std::string_view text) {
  std::string digits;
  for (const char c : notify::hmac(notify::Digest::sha256, key, text))
    digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return digits;
}

std::string differing(const std::map<std::string, int>& answers,
                      const std::map<std::string, int>& wanted) {
  std::string all;
  for (const auto& [route, status] : wanted)
    if (answers.at(route) != status)
      all += fmt::format("{}: {} instead of {}\n", route, answers.at(route), status);
  return all;
}

// What somebody has in their hands.
struct Held {
  std::string token, session, signing_key, challenge, address;
  std::string tracking, kiosk, link;  // secrets of paths
  std::string receipt;                // no secret; what nobody signed is charged all the same
};

struct HasKeys {
  SealKeys keys_;
};

class Neighbour : protected HasKeys, public PagesTest {
 protected:
  Neighbour() : PagesTest(keys_.configuration()) {
    std::filesystem::create_directory(office_.daemon().directory() / "nginx");
    nginx_ = std::make_unique<Nginx>(office_.daemon().directory() / "nginx",
                                     office_.daemon().api_port());
    file_ = submitted();
    EXPECT_EQ(office_
                  .tenggat({"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role",
                            "admin"})
                  .status,
              0);
    held_.tracking = file_.path.substr(file_.path.rfind('/') + 1);
    held_.token = office_.daemon().new_token(
        {"--service", "loket", "--scope", "intake,act,read,admin,bounce"});
    held_.session = signed_in("kb").cookies().at("__Host-tenggat_sesi");
    held_.signing_key = kReceiptKey;
    held_.challenge = "token-tantangan";
    held_.address = office_.query("SELECT email FROM officer WHERE id = 'bo'");
    const File completed = submitted("PAUD Kenanga");
    act("fo", completed, "verifikasi", "accept");
    std::smatch receipt;
    const std::string page = browser().get(completed.path).body;
    if (std::regex_search(page, receipt, std::regex("/cek/([A-Za-z0-9_-]+)")))
      held_.receipt = receipt.str(1);
    held_.kiosk = hex_digits(64);
    office_.query("INSERT INTO kiosk_link (hash, name, created_by) VALUES (sha256('" + held_.kiosk +
                  "'), 'Ruang tunggu', 'kb')");
  }

  // Good for one use, so each who wants to sign in has their own.
  std::string new_link() {
    const std::string seed = hex_digits(32), path = "/masuk/";
    office_.query("INSERT INTO sign_in_link (hash, officer, expires_at) VALUES (sha256('" + seed +
                  "'), 'fo', clock_timestamp() + interval '15 minutes')");
    return office_.daemon().completed(path + LinkKeys::unmarked(seed)).substr(path.size());
  }

  Held guesses() const {
    Held none;
    none.token = "tgt_" + hex_digits(64);
    none.session = hex_digits(64);
    none.signing_key = hex_digits(16);
    none.challenge = hex_digits(16);
    none.address = hex_digits(8) + "@banjarbaru.example";
    none.tracking = hex_digits(32);
    none.receipt = "A" + hex_digits(150);
    none.kiosk = hex_digits(64);
    none.link = hex_digits(64);
    return none;
  }

  Answer ask(TlsVisitor& visitor, const Row& row, const Held& with, std::string fields = "") const {
    const std::string_view route = row.route;
    std::string path = row.path, body;
    const std::string secret = route.starts_with("page_kiosk")     ? with.kiosk
                               : route == "page_receipt"           ? with.receipt
                               : route.starts_with("page_sign_in") ? with.link
                                                                   : with.tracking;
    path = std::regex_replace(path, std::regex("\\{s\\}"), secret);
    path = std::regex_replace(path, std::regex("\\{n\\}"), file_.number);
    path = std::regex_replace(path, std::regex("\\{h\\}"), std::string(64, '0'));
    const bool api = path.starts_with("/api/");
    if (row.method == std::string_view("POST")) {
      body = api ? "{}" : "aksi=apa&formulir=apa";
      fields +=
          api ? "Content-Type: application/json\r\nIdempotency-Key: " + hex_digits(16) + "\r\n"
              : "Content-Type: application/x-www-form-urlencoded\r\n";
    }
    switch (row.by) {
      case By::token:
        fields += "Authorization: Bearer " + with.token + "\r\n";
        break;
      case By::session:
        fields += "Cookie: __Host-tenggat_sesi=" + with.session + "\r\n";
        break;
      case By::signature:
        fields += "X-Hub-Signature-256: sha256=" + hmac_hex(with.signing_key, body) + "\r\n";
        break;
      case By::challenge:
        path += "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=" + with.challenge;
        break;
      case By::link:
        body = "token=" + hmac_hex(secret, "masuk").substr(0, 32);
        break;
      case By::address:
        body = "alamat=" + with.address;
        break;
      case By::path:
      case By::other_provider:
      case By::nothing:
        break;
    }
    return visitor.ask(row.method, path, fields, body);
  }

  // What the holder of everything is answered on each route.
  std::map<std::string, int> walk(TlsVisitor& visitor) {
    std::map<std::string, int> answers;
    for (const Row& row : kRoutes) {
      if (row.by == By::other_provider) continue;
      Held mine = held_;
      if (std::string_view(row.route).starts_with("page_sign_in")) mine.link = new_link();
      answers[row.route] = ask(visitor, row, mine).status;
    }
    return answers;
  }

  // A link is on its way to who asks for one at a registered address.
  void expect_link(TlsVisitor& visitor) {
    office_.query("DELETE FROM sign_in_link WHERE officer = 'bo'");
    EXPECT_EQ(ask(visitor, {"page_sign_in_ask", "POST", "/masuk", By::address}, held_).status, 200);
    EXPECT_EQ(office_.query("SELECT count(*) FROM sign_in_link WHERE officer = 'bo'"), "1");
  }

  std::unique_ptr<Nginx> nginx_;
  File file_;
  Held held_;
};

// Goes on until it is told to stop; says that it comes from the neighbour.
struct Guesser {
  std::map<std::string, std::map<int, int>> answers;  // by route, of each status
  int sent = 0;
};

TEST_F(Neighbour, WhatOneSendsChangesNothingForWhoHoldsSomethingValid) {
  std::set<std::string> known, served;
  for (const Row& row : kRoutes) known.insert(row.route);
  for (const auto& [series, value] :
       series_in(body_of(http_get(office_.daemon().admin_port(), "/metrics")))) {
    std::smatch name;
    static const std::regex route("tenggat_http_requests_total\\{.*route=\"([a-z_]+)\"\\}");
    if (std::regex_match(series, name, route) && name.str(1) != "other") served.insert(name.str(1));
  }
  EXPECT_EQ(known, served);

  constexpr const char* kGuesser = "127.0.0.2";
  TlsVisitor same(kGuesser, nginx_->port()), neighbour("127.0.0.3", nginx_->port());
  const std::map<std::string, int> quiet = walk(neighbour);
  for (const auto& [route, status] : quiet)
    EXPECT_TRUE(status >= 200 && status < 500 && status != 401 && status != 429 && status != 413)
        << route << ": " << status;
  EXPECT_EQ(quiet.at("page_track"), 200);
  EXPECT_EQ(quiet.at("page_receipt"), 200);
  EXPECT_EQ(quiet.at("page_kiosk_stream"), 200);
  EXPECT_EQ(quiet.at("page_board_stream"), 200);
  EXPECT_EQ(quiet.at("page_officers"), 200);
  EXPECT_EQ(quiet.at("page_sign_in_link"), 200);
  EXPECT_EQ(quiet.at("page_sign_in_use"), 303);
  EXPECT_EQ(quiet.at("whatsapp_receipt"), 200);
  EXPECT_EQ(quiet.at("whatsapp_challenge"), 200);
  EXPECT_EQ(quiet.at("permit_show"), 200);

  std::atomic<bool> stop = false;
  std::atomic<int> rounds = 0;
  std::vector<Guesser> guessers(4);
  std::vector<std::thread> threads;
  for (Guesser& guesser : guessers)
    threads.emplace_back([&] {
      TlsVisitor visitor(kGuesser, nginx_->port());
      for (; !stop; ++rounds)
        for (const Row& row : kRoutes) {
          const Answer answer = ask(visitor, row, guesses(), "X-Forwarded-For: 127.0.0.3\r\n");
          ++guesser.answers[row.route][answer.status];
          ++guesser.sent;
        }
    });
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (rounds < 4 && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  for (int times = 0; times < 3; ++times) {
    EXPECT_EQ(differing(walk(same), quiet), "") << "the same address, time " << times;
    EXPECT_EQ(differing(walk(neighbour), quiet), "") << "the neighbour, time " << times;
    expect_link(same);
    expect_link(neighbour);
  }
  // Nor is what the neighbour mistypes counted with what the other sends in their name.
  EXPECT_EQ(neighbour.ask("GET", "/lacak/" + hex_digits(32)).status, 404);
  EXPECT_EQ(
      neighbour.ask("GET", "/api/v1/sops", "Authorization: Bearer tgt_" + hex_digits(64) + "\r\n")
          .status,
      401);
  stop = true;
  for (std::thread& thread : threads) thread.join();

  std::map<std::string, std::map<int, int>> answers;
  for (const Guesser& guesser : guessers)
    for (const auto& [route, statuses] : guesser.answers)
      for (const auto& [status, times] : statuses) answers[route][status] += times;
  for (const Row& row : kRoutes) {
    const auto& got = answers.at(row.route);
    const bool asks = row.by == By::address || row.by == By::nothing;
    EXPECT_EQ(got.contains(429), !asks) << row.route;
    EXPECT_FALSE(got.contains(0) || got.contains(500) || got.contains(502)) << row.route;
    if (!asks && std::string_view(row.route) != "openapi") {
      EXPECT_FALSE(got.contains(200)) << row.route;
    }
  }
}

// Whoever reads the proxy's log can open nothing.
TEST_F(Neighbour, TheProxysLogHoldsNoSecret) {
  TlsVisitor visitor("127.0.0.3", nginx_->port());
  held_.link = new_link();
  for (const Row& row : kRoutes) ask(visitor, row, held_);
  EXPECT_EQ(visitor.ask("GET", "/lac%61k/" + held_.tracking).status, 200);
  EXPECT_GE(visitor.ask("GET", "//lacak//" + held_.tracking + "?a=" + held_.tracking).status, 400);
  office_.stop_daemon();
  for (const Row& row : kRoutes) EXPECT_EQ(ask(visitor, row, held_).status, 502) << row.route;
  const std::string logs = nginx_->logs();
  EXPECT_NE(logs.find(" GET /lacak/*** 200 "), std::string::npos) << logs;
  EXPECT_NE(logs.find(" GET /lacak/*** 502 "), std::string::npos) << logs;
  EXPECT_TRUE(std::regex_search(logs, std::regex(" GET /tugas 200 .* [0-9a-z]+-[0-9a-f]+\n")))
      << logs;
  for (const std::string& secret : {held_.tracking, held_.kiosk, held_.link, held_.token,
                                    held_.session, held_.challenge, std::string("hub.")})
    EXPECT_EQ(logs.find(secret), std::string::npos) << secret << "\n" << logs;
}

// The other proxy that an example ships for, without its certificate.
TEST_F(Neighbour, NeitherDoesCaddys) {
  const std::filesystem::path directory = office_.daemon().directory() / "caddy";
  std::filesystem::create_directory(directory);
  const std::filesystem::path shipped =
      std::filesystem::path(TENGGAT_SOURCE_DIR) / "systemd/examples/Caddyfile";
  const std::map<std::string, std::string> home{{"HOME", directory.string()},
                                                {"PATH", "/usr/bin:/bin"}};
  const std::vector<std::string> judged{"/usr/bin/caddy", "validate", "--adapter",
                                        "caddyfile",      "--config", shipped.string()};
  ASSERT_EQ(wait_for(spawn(judged, home, directory / "judged", directory / "judged")), 0)
      << read_file(directory / "judged");

  const int port = free_port();
  std::string file = read_file(shipped);
  const auto in_place = [&](const std::string& from, const std::string& to) {
    ASSERT_NE(file.find(from), std::string::npos) << from;
    file.replace(file.find(from), from.size(), to);
  };
  in_place("\tservers {", "\tadmin off\n\tservers {");
  in_place("\nperizinan.example.go.id {", fmt::format("\nhttp://:{} {{", port));
  in_place("127.0.0.1:8080", fmt::format("127.0.0.1:{}", office_.daemon().api_port()));
  in_place("/var/log/caddy", directory.string());
  write_file(directory / "Caddyfile", file);
  const pid_t caddy = spawn({"/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config",
                             (directory / "Caddyfile").string()},
                            home, directory / "out", directory / "out");
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (http_get(port, "/masuk").find(" 200 ") == std::string::npos &&
         std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));

  Browser browser(port);
  browser.cookies()["__Host-tenggat_sesi"] = held_.session;
  held_.link = new_link();
  const std::vector<std::string> paths{"/lacak/" + held_.tracking, "/lac%61k/" + held_.tracking,
                                       "/layar/" + held_.kiosk, "/masuk/" + held_.link, "/tugas"};
  for (const std::string& path : paths) EXPECT_EQ(browser.get(path).status, 200) << path;
  const std::string withdrawal =
      fmt::format("aksi=withdraw&yakin=ya&kunci={}&token={}", hex_digits(32),
                  hmac_hex(held_.tracking, "lacak").substr(0, 32));
  // Answered with an address that has the secret in it.
  EXPECT_EQ(browser
                .request("POST", "/lacak/" + held_.tracking,
                         "Content-Type: application/x-www-form-urlencoded\r\n", withdrawal)
                .status,
            303);
  office_.stop_daemon();
  for (const std::string& path : paths) EXPECT_EQ(browser.get(path).status, 502) << path;
  ::kill(caddy, SIGTERM);
  wait_for(caddy);
  const std::string logs = read_file(directory / "tenggat.log") + read_file(directory / "out");
  EXPECT_NE(logs.find("\"uri\":\"/lacak\""), std::string::npos) << logs;
  for (const std::string& secret : {held_.tracking, held_.kiosk, held_.link, held_.session})
    EXPECT_EQ(logs.find(secret), std::string::npos) << secret << "\n" << logs;
}

}  // namespace
}  // namespace tenggat::test
