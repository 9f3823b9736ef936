// How long a session lasts, who sees it and who ends it; what the log says of who comes.
#include "tests/e2e/pages_fixture.h"

namespace tenggat::test {
namespace {

class SessionsTest : public PagesTest {
 protected:
  std::string cookie(Browser& browser) { return browser.cookies().at("__Host-tenggat_sesi"); }
};

TEST_F(SessionsTest, OneLastsSevenDaysHoweverMuchItIsUsed) {
  Browser fo = signed_in("fo");
  office_.query(
      "UPDATE session SET created_at = clock_timestamp() - interval '6 days 20 hours',"
      " expires_at = clock_timestamp() + interval '1 hour'");
  const std::string at_most =
      "SELECT expires_at = created_at + interval '7 days' FROM session WHERE officer = 'fo'";
  EXPECT_EQ(fo.get("/tugas").status, 200);
  EXPECT_EQ(office_.query(at_most), "t");
  EXPECT_EQ(fo.get("/tugas").header("Set-Cookie"), "");  // nothing is left to put off
  EXPECT_EQ(office_.query(at_most), "t");
}

TEST_F(SessionsTest, OnesOwnAreListedAndEnded) {
  Browser desk = signed_in("fo");
  Browser lost = signed_in("fo");
  const WebPage page = desk.get("/sesi");
  EXPECT_TRUE(page.says("dari alamat 127.0.0.1")) << page.body;
  EXPECT_TRUE(page.says("sesi ini"));
  EXPECT_EQ(desk.press(page, "akhiri").status, 303);
  EXPECT_EQ(lost.get("/tugas").status, 303);
  EXPECT_EQ(desk.get("/tugas").status, 200);
  EXPECT_EQ(desk.press(page, "akhiri", {{"kunci", std::string(32, 'b')}}).status, 422);
  EXPECT_FALSE(desk.get("/sesi").says("value=\"akhiri\""));
  EXPECT_EQ(office_.query("SELECT count(*) FROM office_event WHERE type = 'session_ended'"), "0");
}

TEST_F(SessionsTest, AnAdministratorEndsAnothersAndIsOnRecord) {
  Browser fo = signed_in("fo");
  EXPECT_EQ(fo.get("/pegawai/bo/sesi").status, 403);
  office_.daemon().must(
      {"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role", "admin"});
  Browser kb = signed_in("kb");
  // Of another officer no session can be named.
  WebForm wrong = form_with(kb.get("/pegawai/fo/sesi"), "akhiri");
  wrong.action = "/pegawai/bo/sesi";
  EXPECT_EQ(kb.send(wrong).status, 422);
  EXPECT_EQ(fo.get("/tugas").status, 200);
  EXPECT_EQ(kb.press(kb.get("/pegawai/fo/sesi"), "akhiri").status, 303);
  EXPECT_EQ(fo.get("/tugas").status, 303);
  EXPECT_EQ(office_.query("SELECT actor || ' ' || (fields ->> 'about') FROM office_event"
                          " WHERE type = 'session_ended'"),
            "officer:kb fo");
  EXPECT_EQ(office_.query("SELECT count(*) FROM notice WHERE text = 'perubahan_kantor'"
                          " AND addressee = 'officer:fo'"),
            "1");
  EXPECT_TRUE(kb.get("/jejak").says("Sesi pegawai fo diakhiri orang lain"));
}

TEST_F(SessionsTest, ItsCookieIsBoundToTheHostAndBrowsersAreToldToComeByTls) {
  Browser fo = browser();
  ask_for_link(fo, office_.query("SELECT whatsapp FROM officer WHERE id = 'fo'"));
  const WebPage in = fo.press(fo.get(link_to("fo")), "");
  const std::string set = in.header("Set-Cookie");
  EXPECT_TRUE(set.starts_with("__Host-tenggat_sesi=")) << set;
  EXPECT_NE(set.find("; Path=/; HttpOnly; SameSite=Strict; "), std::string::npos) << set;
  EXPECT_TRUE(set.ends_with("; Secure")) << set;
  EXPECT_EQ(in.header("Strict-Transport-Security"), "max-age=31536000");
  // Under the other name anybody on the same host could have set it.
  Browser other = browser();
  other.cookies()["tenggat_sesi"] = cookie(fo);
  EXPECT_EQ(other.get("/tugas").status, 303);
}

TEST_F(SessionsTest, TheLogNamesWhoSignsInWhatIsDownloadedAndTokensThatAreNone) {
  Browser fo = signed_in("fo");
  const std::string bearer =
      "Authorization: Bearer " +
      office_.daemon().new_token({"--service", "arsip", "--scope", "intake"});
  const std::string hash(
      boost::json::parse(office_
                             .exchange("POST /api/v1/files HTTP/1.1\r\nHost: a\r\n" + bearer +
                                       "\r\nContent-Length: 8\r\n\r\n%PDF isi")
                             .body)
          .at("sha256")
          .as_string());
  office_.exchange("GET /api/v1/files/" + hash + " HTTP/1.1\r\nHost: a\r\n" + bearer + "\r\n\r\n");
  office_.exchange("GET /api/v1/tasks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer tgt_" +
                   std::string(64, 'e') + "\r\n\r\n");
  const std::string log = office_.daemon_log();
  const auto line_of = [&](const std::string& event) {
    const auto at = log.find("\"event\":\"" + event + '"');
    return at == std::string::npos ? "" : log.substr(at, log.find('\n', at) - at);
  };
  EXPECT_NE(line_of("signed_in").find("\"from\":\"127.0.0.1\""), std::string::npos) << log;
  EXPECT_NE(line_of("file_downloaded").find("\"by\":\"service:arsip\""), std::string::npos) << log;
  EXPECT_NE(line_of("token_refused").find("\"from\":\"127.0.0.1\""), std::string::npos) << log;
  EXPECT_EQ(log.find(std::string(64, 'e')), std::string::npos);
}

}  // namespace
}  // namespace tenggat::test
