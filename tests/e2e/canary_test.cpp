// The canary goes the whole way, says so in the metric and only there, and stays away while the
// channel is closed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>
#include <sstream>

#include "daemon/base/link_keys.h"
#include "tests/e2e/pages_fixture.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMetric = "tenggat_canary_last_delivery_timestamp_seconds";
const std::string kIts = "FROM message WHERE recipient = 'officer:_kenari'";

class Canary : public PagesTest {
 protected:
  Canary() : PagesTest("canary: {every: 1h, to: \"0812 9999 0001\"}\n") {
    EXPECT_TRUE(office_.becomes("SELECT count(*) FROM permit WHERE id < 0", "1"))
        << office_.daemon_log();
  }

  // As if the hour were over.
  void let_out_another() {
    const std::string before = office_.query("SELECT id FROM permit WHERE id < 0");
    office_.query("UPDATE canary SET let_out_at = let_out_at - interval '1 hour'");
    EXPECT_TRUE(office_.becomes(
        "SELECT string_agg((id <> " + before + ")::text, ' ') FROM permit WHERE id < 0", "true"))
        << office_.daemon_log();
  }
  // When the one that is under way was accepted; fails where it never is.
  std::string delivered() {
    EXPECT_TRUE(office_.becomes("SELECT count(*) " + kIts + " AND state = 'accepted'", "1"))
        << office_.daemon_log();
    return office_.query("SELECT extract(epoch FROM date_trunc('second', accepted_at))::bigint " +
                         kIts);
  }
  bool metric_says(const std::string& instant) {
    return office_.metric_becomes(fmt::format("{} {}", kMetric, instant));
  }
};

TEST_F(Canary, GoesTheWholeWayAlsoAtNightAndItsMetricStandsStillWhileTheChannelIsClosed) {
  EXPECT_TRUE(metric_says("0"));
  EXPECT_TRUE(office_.metric_becomes("tenggat_canary_period_seconds 3600"));
  office_.advance("2026-04-02T14:00:59");
  EXPECT_EQ(office_.query("SELECT count(*) " + kIts), "0") << "not late yet";
  office_.advance("2026-04-02T14:01:30");
  EXPECT_TRUE(metric_says(delivered()));

  // Thursday night; the Friday is a day off.
  office_.advance("2026-04-02T23:00:00");
  let_out_another();
  office_.advance("2026-04-02T23:01:30");
  const std::string last = delivered();
  EXPECT_TRUE(metric_says(last));
  EXPECT_EQ(
      office_.query("SELECT to_char(rendered_at AT TIME ZONE 'Asia/Makassar', 'HH24:MI') " + kIts),
      "23:01");

  office_.meta().answer_all(503, 2);
  let_out_another();
  office_.advance("2026-04-02T23:03:00");
  // It was tried, and the loop has looked since.
  EXPECT_TRUE(office_.becomes(
      "SELECT bool_or(finished_at < clock_timestamp() - interval '5 s') FROM attempt WHERE message"
      " IN (SELECT id " +
          kIts + " AND state = 'queued')",
      "t"));
  EXPECT_TRUE(metric_says(last));
  EXPECT_TRUE(office_.metric_becomes("tenggat_messages_undelivered{channel=\"whatsapp\"} 0"));

  office_.meta().answer_all(0, 0);
  let_out_another();
  office_.advance("2026-04-02T23:05:00");
  const std::string after = delivered();
  EXPECT_GT(std::stoll(after), std::stoll(last));
  EXPECT_TRUE(metric_says(after));

  // Another daemon on this database, or this one again, knows when it was.
  office_.stop_daemon();
  office_.start_daemon();
  EXPECT_TRUE(metric_says(after));

  // The lines that the runbook sends a person to look for are there.
  const std::string runbooks = read_file(fs::path(TENGGAT_SOURCE_DIR) / "dashboards/runbooks.md");
  const std::size_t begins = runbooks.find("## TenggatCanaryLate");
  const std::string section = runbooks.substr(begins, runbooks.find("\n## ", begins) - begins);
  const std::regex event("`([a-z]+_[a-z_]+)`");
  int events = 0;
  for (auto i = std::sregex_iterator(section.begin(), section.end(), event);
       i != std::sregex_iterator(); ++i, ++events)
    EXPECT_NE(office_.daemon_log().find("\"event\":\"" + (*i)[1].str() + '"'), std::string::npos)
        << (*i)[1].str();
  EXPECT_EQ(events, 3);
  // By the name of its permit each of the two that it always leaves is found.
  std::istringstream log(office_.daemon_log());
  std::set<std::string> by_number;
  for (std::string line; std::getline(log, line);)
    if (std::smatch found; line.find("KENARI") != std::string::npos &&
                           std::regex_search(line, found, std::regex("\"event\":\"([a-z_]+)\"")))
      by_number.insert(found[1].str());
  EXPECT_TRUE(by_number.contains("rung_raised") && by_number.contains("message_rendered"));

  // One is there at a time.
  for (const char* part : {"permit WHERE id < 0", "applicant WHERE id < 0",
                           "visit WHERE permit < 0 AND closed_at IS NULL",
                           "raised_rung WHERE permit < 0", "notice WHERE permit < 0"})
    EXPECT_EQ(office_.query(std::string("SELECT count(*) FROM ") + part), "1") << part;
  EXPECT_EQ(office_.query("SELECT count(*) " + kIts), "1");
  EXPECT_EQ(office_.meta().faults(), std::vector<std::string>{});
  office_.stop_daemon();
}

TEST_F(Canary, IsShownToNobody) {
  office_.daemon().must(
      {"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role", "admin"});
  // Somebody's file is there beside it, so that no list is empty for want of anything.
  const File file = submitted();
  office_.advance("2026-04-02T14:01:30");
  delivered();
  // At its worst: undeliverable, and told of once more for ever.
  office_.query("UPDATE message SET state = 'dead' WHERE recipient = 'officer:_kenari'");
  office_.query(
      "UPDATE notice SET state = 'pending', hold_until = hold_until + interval '1 year',"
      " send_at = office_now() + interval '1 year' WHERE permit < 0");
  const std::string id = office_.query("SELECT id FROM permit WHERE id < 0");
  const std::string number = office_.query("SELECT number FROM permit WHERE id < 0");
  const std::string secret = office_.query("SELECT tracking_secret FROM permit WHERE id < 0");
  const auto silent = [&](std::string body, const std::string& where) {
    std::transform(body.begin(), body.end(), body.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    EXPECT_EQ(body.find("kenari"), std::string::npos) << where << ": " << body;
    EXPECT_EQ(body.find(id), std::string::npos) << where << ": " << body;
  };

  const std::string service =
      office_.daemon().new_token({"--service", "kios", "--scope", "intake,act,read,admin"});
  const std::string head = office_.daemon().new_token({"--officer", "kd"});
  Browser any = browser();
  for (const std::string& token : {service, head}) {
    const std::string as = "Authorization: Bearer " + token + "\r\n";
    for (const char* path :
         {"/permits", "/permits?q=kenari", "/permits?sop=_kenari", "/permits?sla=overdue",
          "/permits?state=active", "/permits?step=kenari", "/permits?role=_kenari", "/tasks",
          "/events", "/notices?state=pending", "/notices?state=dead", "/sops", "/officers",
          "/delegations"}) {
      const WebPage page = any.request("GET", std::string("/api/v1") + path, as);
      EXPECT_TRUE(page.status == 200 || page.status == 403) << path << page.status;
      silent(page.body, path);
    }
    for (const std::string& path :
         {"/permits/" + id, "/permits/" + number, "/permits/" + number + "/timeline",
          "/permits/" + number + "/why", std::string("/sops/_kenari"),
          std::string("/sops/_kenari/diagram.svg")})
      EXPECT_TRUE(any.request("GET", "/api/v1" + path, as).status / 100 == 4) << path;
  }
  const WebPage opened =
      any.request("POST", "/api/v1/permits", "Authorization: Bearer " + service + "\r\n",
                  R"({"sop":"_kenari","applicant":{"name":"A"},"subject":"B","documents":[]})");
  EXPECT_EQ(opened.status / 100, 4) << opened.body;
  const std::string link = office_.daemon().completed("/lacak/" + LinkKeys::unmarked(secret));
  EXPECT_EQ(any.get(link).status, 404);

  Browser desk = signed_in("kb");
  for (const std::string& path :
       {std::string("/tugas"), std::string("/papan"), std::string("/cari?q=kenari"),
        std::string("/pegawai"), std::string("/pesan"), std::string("/kalender")}) {
    const WebPage page = desk.get(path);
    EXPECT_EQ(page.status, 200) << path;
    // What was asked for is written back.
    if (path.find("kenari") == std::string::npos) silent(page.body, path);
    EXPECT_FALSE(page.says(number)) << path;
  }
  EXPECT_EQ(desk.get("/permohonan/" + number).status, 404);

  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"permit", "list"},
                                             {"message", "list"},
                                             {"officer", "list"},
                                             {"silence", "list"},
                                             {"inbox"},
                                             {"audit", "verify"}}) {
    const CommandResult result = office_.tenggat(arguments, "kd");
    silent(result.out, arguments[0]);
  }
  EXPECT_EQ(office_.tenggat({"audit", "verify", number}).out.find("1 permit"), std::string::npos);

  // The file alone is counted. It is late by now, as the canary is.
  office_.advance("2026-04-02T14:40:00");
  EXPECT_TRUE(office_.metric_becomes("tenggat_permits_open{sop=\"paud\",state=\"active\"} 1"));
  EXPECT_TRUE(office_.metric_becomes("tenggat_escalations_unacknowledged 0"));
  EXPECT_TRUE(office_.metric_becomes("tenggat_notices_pending{audience=\"officer\"} 0"));
  EXPECT_TRUE(office_.metric_becomes("tenggat_messages_dead{channel=\"whatsapp\"} 0"));
  silent(http_get(office_.daemon().admin_port(), "/metrics"), "/metrics");
  EXPECT_EQ(office_.query("SELECT count(*) FROM count_change WHERE permit < 0"), "0");
  EXPECT_EQ(office_.query("SELECT count(*) FROM count_total WHERE sop LIKE '\\_%'"), "0");

  // The recap of that day and the next morning list.
  office_.advance("2026-04-06T07:31:00");
  EXPECT_EQ(office_.query("SELECT fields -> 'values' ->> (SELECT o::int - 1 FROM"
                          " jsonb_array_elements_text(fields -> 'names') WITH ORDINALITY n(v, o)"
                          " WHERE v = 'masuk') FROM message WHERE text = 'rekap_harian'"
                          " ORDER BY id LIMIT 1"),
            "1");
  EXPECT_EQ(office_.query("SELECT fields -> 'values' ->> (SELECT o::int - 1 FROM"
                          " jsonb_array_elements_text(fields -> 'names') WITH ORDINALITY n(v, o)"
                          " WHERE v = 'terlambat') FROM message WHERE text = 'rekap_harian'"
                          " ORDER BY id LIMIT 1"),
            "1");
  EXPECT_NE(office_.query("SELECT count(*) FROM message WHERE text = 'daftar_pagi'"), "0");
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE recipient <> 'officer:_kenari'"
                          " AND (subject || body || fields::text) ILIKE '%kenari%'"),
            "0");
  office_.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
