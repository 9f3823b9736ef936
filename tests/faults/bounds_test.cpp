// The resource ledger, measured: every route of the daemon is asked by a client as greedy as HTTP
// lets it be, first by nobody in particular, then by who may, on many connections at once; what
// that costs the daemon must be within what the ledger states of it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <regex>
#include <set>

#include "daemon/base/resources.h"
#include "daemon/pages/pages.h"
#include "tests/faults/outside.h"
#include "tests/support/browser.h"
#include "tests/support/process.h"
#include "tests/support/scrape.h"

namespace tenggat::test {
namespace {

using namespace std::chrono_literals;

// Who may ask a route: `token` names whose, an officer or a service; else a cookie, or a secret
// that is part of the path.
struct Ask {
  const char* method;
  std::string path;
  std::string token{};
  bool cookie = false;
};

const RouteBounds* find_bounds(std::string_view route) {
  static const std::vector<RouteBounds> all = pages::route_bounds();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const RouteBounds& one) { return one.route == route; });
  return found == all.end() ? nullptr : &*found;
}

class Bounds : public OutsideTest {
 protected:
  Bounds() : OutsideTest("http: {requests_a_minute: 10000000, failures_a_minute: 10000000}\n") {
    office_.daemon().must(
        {"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role", "admin"});
    cookie_ = cookie_of("kb");
    kiosk_ = kiosk_of(cookie_);
    hash_ = upload(kShipped.file);
    for (const auto& [service, scope] :
         {std::pair{"pengurus", "admin"}, std::pair{"surat", "bounce"}})
      tokens_[service] = office_.daemon().new_token({"--service", service, "--scope", scope});
    tokens_["fo"] = office_.daemon().new_token({"--officer", "fo"});
    tokens_["loket"] = portal_;
    for (int n = 0; n < 200; ++n) submit(n);
    // What is freed goes back at once, so that one route's memory does not hide the next one's.
    office_.daemon().options().environment = {{"MALLOC_MMAP_THRESHOLD_", "32768"},
                                              {"MALLOC_TRIM_THRESHOLD_", "32768"},
                                              {"MALLOC_TOP_PAD_", "0"}};
    office_.stop_daemon();
    office_.start_daemon();
  }
  void submit(int n) {
    const std::string body = fmt::format(
        R"({{"sop":"paud","subject":"PAUD {0}","external_id":"x-{0}","applicant":{{"name":"A"}},)"
        R"("documents":[{{"kind":"persyaratan_izin_paud","uri":"https://b.example/1"}}]}})",
        n);
    ASSERT_EQ(office_.exchange(http_request("POST", "/api/v1/permits", portal_, "", body)).status,
              201);
  }

  std::map<std::string, Ask> asks();
  std::string request_of(const Ask& ask, bool known, BodyBound bound, std::string& body) const;
  std::size_t measured(const std::string& route, const Ask& ask, bool known);
  static std::size_t stated(const RouteBounds& bounds, bool known);

  std::map<std::string, std::string> tokens_;
  std::string cookie_, kiosk_, hash_;
};

// At once; a sixteenth of them from one address.
std::size_t connections() {
  const char* asked = std::getenv("TENGGAT_GREEDY_CONNECTIONS");
  return asked ? std::stoul(asked) : 8;
}

// For who has signed in; `page` is a permit's.
std::map<std::string, Ask> pages_of_officers(const std::string& page) {
  std::map<std::string, Ask> asks;
  for (const auto& [name, method, path] : std::vector<std::array<std::string, 3>>{
           {"page_tasks", "GET", "/tugas"},
           {"page_tasks_act", "POST", "/tugas"},
           {"page_escalations", "GET", "/eskalasi"},
           {"page_escalations_act", "POST", "/eskalasi"},
           {"page_channels", "GET", "/saluran"},
           {"page_channels_act", "POST", "/saluran"},
           {"page_held_files", "GET", "/eskalasi/berkas"},
           {"page_next_task", "GET", "/tugas/berikutnya"},
           {"page_tasks_done", "GET", "/tugas/selesai"},
           {"page_officer_tokens", "GET", "/token"},
           {"page_officer_tokens_act", "POST", "/token"},
           {"page_officer_silences", "GET", "/hening"},
           {"page_officer_silences_act", "POST", "/hening"},
           {"page_officer_channels", "GET", "/saluran-kantor"},
           {"page_officer_channels_act", "POST", "/saluran-kantor"},
           {"page_officer_sessions_all", "GET", "/sesi-kantor"},
           {"page_own_leave", "GET", "/cuti"},
           {"page_own_leave_act", "POST", "/cuti"},
           {"page_officer_fortnight", "GET", "/kehadiran"},
           {"page_permit", "GET", page},
           {"page_permit_act", "POST", page},
           {"page_permit_document", "GET", page + "/dokumen/1"},
           {"page_search", "GET", "/cari?q=PAUD"},
           {"page_agenda", "GET", "/agenda"},
           {"page_services", "GET", "/layanan"},
           {"page_service", "GET", "/layanan/paud"},
           {"page_service_diagram", "GET", "/layanan/paud/diagram.svg"},
           {"page_applicant", "GET", page + "/pemohon"},
           {"page_applicant_act", "POST", page + "/pemohon"},
           {"page_board", "GET", "/papan"},
           {"page_board_list", "GET", "/papan/daftar?sop=paud&keadaan=on_track"},
           {"page_board_stream", "GET", "/papan/aliran"},
           {"page_kiosks", "GET", "/papan/layar"},
           {"page_kiosks_act", "POST", "/papan/layar"},
           {"page_officers", "GET", "/pegawai"},
           {"page_officers_act", "POST", "/pegawai"},
           {"page_officer", "GET", "/pegawai/fo"},
           {"page_officer_act", "POST", "/pegawai/fo"},
           {"page_calendar", "GET", "/kalender"},
           {"page_calendar_act", "POST", "/kalender"},
           {"page_calendar_file", "GET", "/kalender/berkas/banjarbaru.yaml"},
           {"page_sign_out", "POST", "/keluar"},
           {"page_dead_letters", "GET", "/pesan"},
           {"page_office_record", "GET", "/jejak"},
           {"page_report", "GET", "/laporan"},
           {"page_report_print", "GET", "/laporan/cetak"},
           {"page_report_csv", "GET", "/laporan/unduh.csv"},
           {"page_report_xlsx", "GET", "/laporan/unduh.xlsx"},
           {"page_report_list", "GET", "/laporan/daftar"},
           {"page_evidence", "GET", page + "/bukti"},
           {"page_sessions", "GET", "/sesi"},
           {"page_sessions_act", "POST", "/sesi"},
           {"page_officer_sessions", "GET", "/pegawai/fo/sesi"},
           {"page_officer_sessions_act", "POST", "/pegawai/fo/sesi"},
           {"page_officer_change", "GET", "/perubahan/1"},
           {"page_officer_change_act", "POST", "/perubahan/1"},
           {"page_dead_letters_act", "POST", "/pesan"}})
    asks[name] = {method == "GET" ? "GET" : "POST", path, "", true};
  return asks;
}

std::map<std::string, Ask> Bounds::asks() {
  const std::string permit = "/api/v1/permits/" + number_, api = "/api/v1";
  const std::string page = "/permohonan/" + number_, hook = api + "/hooks/whatsapp/meta";
  std::map<std::string, Ask> asks{
      {"permit_create", {"POST", api + "/permits", "loket"}},
      {"permit_list", {"GET", api + "/permits?limit=200", "loket"}},
      {"permit_show", {"GET", permit, "loket"}},
      {"permit_timeline", {"GET", permit + "/timeline", "fo"}},
      {"permit_why", {"GET", permit + "/why", "fo"}},
      {"permit_action", {"POST", permit + "/actions", "fo"}},
      {"event_list", {"GET", api + "/events", "loket"}},
      {"task_list", {"GET", api + "/tasks", "fo"}},
      {"file_create", {"POST", api + "/files", "loket"}},
      {"file_show", {"GET", api + "/files/" + hash_, "loket"}},
      {"sop_list", {"GET", api + "/sops", "fo"}},
      {"sop_show", {"GET", api + "/sops/paud", "fo"}},
      {"sop_diagram", {"GET", api + "/sops/paud/diagram.svg", "fo"}},
      {"officer_list", {"GET", api + "/officers", "pengurus"}},
      {"officer_create", {"POST", api + "/officers", "pengurus"}},
      {"officer_edit", {"POST", api + "/officers/fo", "pengurus"}},
      {"officer_leave", {"POST", api + "/officers/fo/leaves", "pengurus"}},
      {"officer_change_list", {"GET", api + "/officer-changes", "pengurus"}},
      {"officer_change_confirm", {"POST", api + "/officer-changes/1/confirm", "fo"}},
      {"officer_change_stop", {"POST", api + "/officer-changes/1/stop", "pengurus"}},
      {"delegation_list", {"GET", api + "/delegations", "pengurus"}},
      {"delegation_create", {"POST", api + "/delegations", "pengurus"}},
      {"delegation_end", {"POST", api + "/delegations/1/end", "pengurus"}},
      {"notice_list", {"GET", api + "/notices", "pengurus"}},
      {"office_event_list", {"GET", api + "/office-events", "pengurus"}},
      {"message_retry", {"POST", api + "/messages/1/retry", "pengurus"}},
      {"message_discard", {"POST", api + "/messages/1/discard", "pengurus"}},
      {"email_bounce", {"POST", api + "/hooks/email/bounce", "surat"}},
      {"whatsapp_challenge", {"GET", hook + "?hub.mode=subscribe&hub.challenge=1"}},
      {"whatsapp_receipt", {"POST", hook}},
      {"whatsapp_receipt_by_path", {"POST", hook + "/" + std::string(32, 'a')}},
      {"openapi", {"GET", api + "/openapi.json"}},
      {"page_front", {"GET", "/"}},
      {"page_find", {"POST", "/lacak"}},
      {"page_requirements", {"GET", "/syarat/paud"}},
      {"page_find_receipt", {"GET", "/cek"}},
      {"page_style", {"GET", "/gaya.css"}},
      {"page_problem", {"GET", "/problems/not_found"}},
      {"page_track", {"GET", track_}},
      {"page_track_act", {"POST", track_}},
      {"page_track_document", {"GET", track_ + "/dokumen/1"}},
      {"page_track_objection", {"GET", track_ + "/keberatan"}},
      {"page_track_objection_act", {"POST", track_ + "/keberatan"}},
      {"page_receipt", {"GET", "/cek/" + std::string(150, 'A')}},
      {"page_sign_in", {"GET", "/masuk"}},
      {"page_sign_in_ask", {"POST", "/masuk"}},
      {"page_sign_in_link", {"GET", "/masuk/" + std::string(64, 'a')}},
      {"page_sign_in_use", {"POST", "/masuk/" + std::string(64, 'a')}},
      {"page_board_script", {"GET", "/papan.js"}},
      {"page_tasks_script", {"GET", "/tugas.js"}},
      {"page_kiosk", {"GET", kiosk_}},
      {"page_kiosk_stream", {"GET", kiosk_ + "/aliran"}},
  };
  for (const char* verb : {"undo", "claim", "release", "assign", "escalate", "acknowledge",
                           "direct", "respond", "pause", "resume", "confirm", "correct"})
    asks["permit_" + std::string(verb)] = {"POST", permit + "/" + verb, "fo"};
  for (const auto& [name, ask] : pages_of_officers(page)) asks[name] = ask;
  return asks;
}

// As large as it may be: head and body filled up, the body of what takes most room once it is read.
std::string Bounds::request_of(const Ask& ask, bool known, BodyBound bound,
                               std::string& body) const {
  std::string path = ask.path;
  if (!known)  // nor is the secret in it
    path = std::regex_replace(path, std::regex("/[0-9a-f]{32,64}"), "/" + std::string(32, 'b'));
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: a\r\n", ask.method, path);
  const bool posts = ask.method == std::string_view("POST");
  if (known && !ask.token.empty())
    head += "Authorization: Bearer " + tokens_.at(ask.token) + "\r\n";
  if (known && ask.cookie) head += "Cookie: __Host-tenggat_sesi=" + cookie_ + "\r\n";
  body.clear();
  if (posts) {
    const std::size_t most = body_bytes(bound, kShipped);
    const bool json = ask.path.starts_with("/api");
    body = json && bound != BodyBound::file ? R"({"documents":[)" : "a=";
    if (json && bound != BodyBound::file)
      while (body.size() < most - 8) body += "{},";
    body.resize(most, json && bound != BodyBound::file ? ' ' : 'x');
    head += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n",
                        json ? "application/json" : "application/x-www-form-urlencoded", most);
  }
  for (int n = 0; n < 200; ++n) head += "a:b\r\n";
  const std::string last = "X-Pad: ";
  head += last + std::string(kShipped.head - head.size() - last.size() - 4, 'p') + "\r\n\r\n";
  return head;
}

std::size_t Bounds::measured(const std::string& route, const Ask& ask, bool known) {
  std::string body;
  const std::string head = request_of(ask, known, find_bounds(route)->body, body);
  Memory memory(office_.daemon().pid());
  const std::size_t before = memory.now();
  {
    std::vector<Peer> peers;
    const auto count = static_cast<int>(connections());
    for (int n = 0; n < count; ++n) {
      peers.emplace_back(port(), address_of(n % 16));
      peers.back().send(head, 200ms);
    }
    // All but the end of it, in turn; who only reads sends the same again and again instead.
    if (!body.empty()) {
      for (Peer& one : peers) one.send(std::string_view(body).substr(0, body.size() - 1), 100ms);
      for (Peer& one : peers) one.send(std::string_view(body).substr(body.size() - 1), 10ms);
    } else {
      for (int times = 0; times < 4; ++times)
        for (Peer& one : peers) one.send(head, 1ms);
    }
    // Nobody reads, but for the first byte of an answer.
    for (Peer& one : peers) one.read(1, 100ms);
  }
  const std::size_t most = memory.most();
  return most > before ? most - before : 0;
}

// What the ledger states of so many connections on one route.
std::size_t Bounds::stated(const RouteBounds& bounds, bool known) {
  Resources few = kShipped;
  few.connections = connections();
  few.refusals = few.admin_connections = 0;
  std::size_t bytes = few.connections * few.small_answer;
  for (const ResourceRow& row : resource_ledger(few)) {
    const bool kernel = row.phase.find("kernel") != std::string_view::npos;
    if (row.whose == "before" && !kernel) bytes += row.memory;
  }
  if (!known) return bytes;
  const std::size_t body =
      bounds.body == BodyBound::file ? few.file_piece : body_bytes(bounds.body, few);
  bytes += std::min(few.connections * body * 2, few.bodies * 2) + few.session;
  if (bounds.body != BodyBound::none) bytes += few.bodies / 4;  // the values of those that are read
  if (bounds.answer == AnswerBound::counted) bytes += few.answers / 4;
  if (bounds.answer == AnswerBound::file) bytes += few.connections * few.file_piece;
  if (bounds.answer == AnswerBound::board) bytes += few.connections * few.board_piece * 2;
  return bytes;
}

// As the daemon itself counts them: those that hold most come last, or what they leave behind would
// hide the others, and then the end of the session that the others need.
std::vector<std::string> routes_of(DaemonProcess& daemon) {
  std::set<std::string> names;
  for (const auto& [series, value] :
       series_in(body_of(http_get(daemon.admin_port(), "/metrics")))) {
    const std::string label = "route=\"";
    const std::size_t at = series.find(label);
    if (!series.starts_with("tenggat_http_requests_total{") || at == std::string::npos) continue;
    const std::string name = series.substr(at + label.size());
    names.insert(name.substr(0, name.find('"')));
  }
  names.erase("none");
  names.erase("other");
  std::vector<std::string> routes(names.begin(), names.end());
  const auto weight = [](const std::string& route) {
    const RouteBounds* bounds = find_bounds(route);
    if (!bounds || route == "page_sign_out") return 99;
    const int answer = bounds->answer == AnswerBound::file ? 9 : 0;
    return 10 * static_cast<int>(bounds->body) + answer;
  };
  std::stable_sort(routes.begin(), routes.end(), [&](const std::string& a, const std::string& b) {
    return weight(a) < weight(b);
  });
  return routes;
}

TEST_F(Bounds, NoRouteCostsMoreThanTheLedgerStates) {
  const std::vector<std::string> routes = routes_of(office_.daemon());
  ASSERT_GT(routes.size(), 70U);
  const auto asked = asks();
  std::cout << fmt::format("{:<28} {:>12} {:>12}   {:>12} {:>12}   of {} connections\n", "route",
                           "before", "stated", "after", "stated", connections());
  for (const std::string& route : routes) {
    const RouteBounds* bounds = find_bounds(route);
    const auto ask = asked.find(route);
    EXPECT_TRUE(bounds) << "no bounds are stated for " << route;
    EXPECT_NE(ask, asked.end()) << route << " is asked by nobody here";
    if (!bounds || ask == asked.end()) continue;
    const std::size_t before = measured(route, ask->second, false);
    const std::size_t after = measured(route, ask->second, true);
    std::cout << fmt::format("{:<28} {:>12} {:>12}   {:>12} {:>12}\n", route, megabytes(before),
                             megabytes(stated(*bounds, false)), megabytes(after),
                             megabytes(stated(*bounds, true)));
    EXPECT_LE(before, stated(*bounds, false)) << route << " before authentication";
    EXPECT_LE(after, stated(*bounds, true)) << route << " after authentication";
  }
  EXPECT_EQ(office_.daemon_log().find("request_failed"), std::string::npos);
}

}  // namespace
}  // namespace tenggat::test
