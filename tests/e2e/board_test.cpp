// The board over HTTP: its numbers, the lists behind them, what follows it, and the wall's screen.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <thread>

#include "tests/e2e/pages_fixture.h"

namespace tenggat::test {
namespace {

using namespace std::chrono_literals;

class BoardTest : public PagesTest {
 protected:
  // The page once it says so; what it says at last where it does not within the limit. The numbers
  // are read every other second.
  WebPage board_that_says(Browser& browser, const std::string& words,
                          const std::string& path = "/papan") {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (true) {
      WebPage page = browser.get(path);
      if (page.says(words) || std::chrono::steady_clock::now() > limit) return page;
      std::this_thread::sleep_for(100ms);
    }
  }
  Browser administrator() {
    office_.daemon().must(
        {"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role", "admin"});
    return signed_in("kb");
  }
};

// A connection that listens, as EventSource does.
class Listener {
 public:
  Listener(int port, const std::string& path, const std::string& cookie) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<unsigned short>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::string request = "GET " + path +
                                " HTTP/1.1\r\nHost: a\r\nCookie: __Host-tenggat_sesi=" + cookie +
                                "\r\nAccept: text/event-stream\r\n\r\n";
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      static_cast<void>(::send(socket_, request.data(), request.size(), MSG_NOSIGNAL));
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // False where the connection ends, or stays silent for long, before it has said so.
  bool hears(const std::string& words) {
    char buffer[16384];
    while (heard_.find(words) == std::string::npos) {
      const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) return false;
      heard_.append(buffer, static_cast<std::size_t>(got));
    }
    return true;
  }
  bool ends() {
    char buffer[16384];
    ssize_t got = 0;
    while ((got = ::recv(socket_, buffer, sizeof buffer, 0)) > 0)
      heard_.append(buffer, static_cast<std::size_t>(got));
    return got == 0;
  }
  const std::string& heard() const { return heard_; }

 private:
  int socket_ = -1;
  std::string heard_;
};

TEST_F(BoardTest, ItsNumbersAreThoseOfTheStepsAndLeadToTheirLists) {
  const File late = submitted("PAUD Kenanga");
  const File fresh = submitted("PAUD Melati");
  act("fo", late, "verifikasi", "accept");
  const File returned = submitted("PAUD Teratai");
  act("fo", returned, "verifikasi", "reject", {"--note", "kurang"});
  office_.advance("2026-04-06T08:00:00");  // both steps of ten minutes are over
  Browser fo = signed_in("fo");
  // The clock passes other instants on its way, and the board is read at them, too.
  const WebPage page = board_that_says(fo, "Senin, 6 April 2026 pukul 08.00 WITA");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.says("<h1>Papan Izin Penyelenggaraan PAUD</h1>"));
  EXPECT_TRUE(page.says("Senin, 6 April 2026 pukul 08.00 WITA · jam kerja sampai 16.00"))
      << page.body;
  EXPECT_TRUE(page.says("1 berkas pada tahap Verifikasi berkas")) << page.body;
  EXPECT_TRUE(page.says("<span>terlambat</span>"));
  EXPECT_TRUE(page.says("<span>dikembalikan</span>"));
  EXPECT_TRUE(page.says("10 menit kerja / <strong"));  // the standard beside what it takes
  EXPECT_LT(page.body.size(), 50U * 1024);
  EXPECT_TRUE(page.says("<noscript><meta http-equiv=\"refresh\""));
  EXPECT_NE(page.header("Content-Security-Policy").find("script-src 'self'; connect-src 'self'"),
            std::string::npos);
  EXPECT_EQ(page.header("Content-Security-Policy").find("unsafe"), std::string::npos);
  std::smatch script;
  ASSERT_TRUE(std::regex_search(page.body, script, std::regex("/papan.js[^\"]*")));
  EXPECT_EQ(fo.get(script.str()).header("Content-Type"), "text/javascript; charset=utf-8");

  const auto listed = [&](const std::string& query) {
    const WebPage list = fo.get("/papan/daftar?sop=paud" + query);
    EXPECT_EQ(list.status, 200) << query;
    EXPECT_LT(list.body.size(), 50U * 1024);
    std::string found;
    for (const File* file : {&late, &fresh, &returned})
      if (list.says("/permohonan/" + id_of(*file) + "\"")) found += file->number.substr(14);
    return found;
  };
  EXPECT_EQ(listed(""), "123");
  EXPECT_EQ(listed("&keadaan=overdue"), "12");
  EXPECT_EQ(listed("&keadaan=overdue&langkah=verifikasi"), "2");
  EXPECT_EQ(listed("&langkah=penerimaan"), "1");
  EXPECT_EQ(listed("&keadaan=returned"), "3");
  EXPECT_EQ(listed("&keadaan=active"), "12");
  EXPECT_EQ(listed("&keadaan=due_today"), "");
  EXPECT_EQ(listed("&keadaan=untimed"), "3");
  for (const char* link : {"&amp;keadaan=overdue", "&amp;langkah=penerimaan", "&amp;keadaan=active",
                           "&amp;keadaan=returned", "&amp;keadaan=legal_risk"})
    EXPECT_TRUE(page.says(link)) << link;
  EXPECT_EQ(fo.get("/papan/daftar?sop=paud&keadaan=apa-saja").status, 404);
  EXPECT_EQ(fo.get("/papan/daftar?sop=paud&langkah=apa-saja").status, 404);
  office_.advance("2026-04-10T09:00:00");  // the day the case of the first is due
  EXPECT_EQ(listed("&keadaan=due_today"), "1");
  EXPECT_EQ(listed("&keadaan=legal_risk"), "1");
  EXPECT_TRUE(board_that_says(fo, "10 April 2026 pukul 09.00").says("<dd class=\"segera\">"));
  EXPECT_EQ(browser().get("/papan").status, 303);
  EXPECT_EQ(browser().get("/papan/aliran?sop=paud").status, 303);
}

// The recap's link is true: it leads to the board, after signing in.
TEST_F(BoardTest, TheRecapLeadsToTheBoard) {
  office_.advance("2026-04-02T16:30:00");
  const std::string body =
      office_.query("SELECT body FROM message WHERE text = 'rekap_harian' LIMIT 1");
  EXPECT_NE(body.find("/papan"), std::string::npos) << body;
  Browser kd = browser();
  EXPECT_EQ(kd.get("/papan").header("Location"), "/masuk?ke=/papan");
  ask_for_link(kd, office_.query("SELECT whatsapp FROM officer WHERE id = 'kd'"), "/papan");
  EXPECT_EQ(kd.press(kd.get(link_to("kd")), "").header("Location"), "/papan");
  EXPECT_EQ(kd.get("/papan").status, 200);
}

TEST_F(BoardTest, WhatChangesIsSentToWhoeverListens) {
  submitted();
  Browser fo = signed_in("fo");
  board_that_says(fo, "1 berkas pada tahap Verifikasi berkas");
  Listener listener(office_.daemon().api_port(), "/papan/aliran?sop=paud",
                    fo.cookies().at("__Host-tenggat_sesi"));
  ASSERT_TRUE(listener.hears("1 berkas pada tahap Verifikasi berkas")) << listener.heard();
  EXPECT_NE(listener.heard().find("Content-Type: text/event-stream"), std::string::npos);
  EXPECT_NE(listener.heard().find("\r\nretry: 2000\n\ndata: <p"), std::string::npos)
      << listener.heard();
  submitted("PAUD Kedua");
  EXPECT_TRUE(listener.hears("2 berkas pada tahap Verifikasi berkas")) << listener.heard();
  // One reader has so many streams and no more; the others go on.
  std::vector<std::unique_ptr<Listener>> many;
  int served = 0;
  for (int i = 0; i < 8; ++i) {
    many.push_back(std::make_unique<Listener>(office_.daemon().api_port(), "/papan/aliran?sop=paud",
                                              fo.cookies().at("__Host-tenggat_sesi")));
    if (many.back()->hears("retry: 2000")) ++served;
  }
  EXPECT_EQ(served, 7);
  EXPECT_NE(many.back()->heard().find(" 429 "), std::string::npos) << many.back()->heard();
  // Who goes makes room, once that is noticed; and a daemon that stops waits for nobody.
  office_.stop_daemon();
  EXPECT_TRUE(listener.ends());
}

TEST_F(BoardTest, TheWallsScreenShowsNumbersAloneAndIsRevoked) {
  submitted("PAUD Rahasia", "Aminah");
  Browser kb = administrator();
  const WebPage form = kb.get("/papan/layar");
  EXPECT_EQ(kb.press(form, "buat").status, 422);  // where does it hang?
  const WebPage made = kb.press(kb.get("/papan/layar"), "buat", {{"nama", "Ruang <tunggu>"}});
  EXPECT_EQ(made.status, 200);
  EXPECT_TRUE(made.says("Ruang &lt;tunggu&gt;"));
  std::smatch found;
  ASSERT_TRUE(std::regex_search(made.body, found, std::regex("/layar/([0-9a-f]{64})")))
      << made.body;
  const std::string path = found.str();
  EXPECT_EQ(office_.query("SELECT count(*) FROM kiosk_link WHERE hash = sha256('" + found.str(1) +
                          "'::bytea)"),
            "1");  // at rest only its hash
  EXPECT_FALSE(kb.get("/papan/layar").says(found.str(1)));

  Browser wall = browser();
  const WebPage page = board_that_says(wall, "<span class=\"angka\">1</span>", path);
  EXPECT_EQ(page.status, 200);
  for (const char* hidden : {"Rahasia", "Aminah", "PAUD-2026", "Rina", "/papan/daftar", "/keluar"})
    EXPECT_FALSE(page.says(hidden)) << hidden;
  EXPECT_LT(page.body.size(), 50U * 1024);
  Listener listener(office_.daemon().api_port(), path + "/aliran?sop=paud", "");
  EXPECT_TRUE(listener.hears("data: "));
  // It opens no other door.
  wall.cookies()["__Host-tenggat_sesi"] = found.str(1);
  EXPECT_EQ(wall.get("/papan").status, 303);
  EXPECT_EQ(wall.get("/tugas").status, 303);

  const WebPage unknown = wall.get("/layar/" + std::string(64, 'a'));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(kb.press(kb.get("/papan/layar"), "cabut").status, 303);
  EXPECT_EQ(wall.get(path).body, unknown.body);
  EXPECT_EQ(wall.get(path + "/aliran").status, 404);
  EXPECT_EQ(signed_in("fo").get("/papan/layar").status, 403);
}

}  // namespace
}  // namespace tenggat::test
