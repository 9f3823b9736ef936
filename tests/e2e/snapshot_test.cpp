// What is open is followed in memory by the events: /metrics must say what the rows say, whatever
// happens to a permit, and also after the database was lost.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/e2e/office.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

class SnapshotTest : public testing::Test {
 protected:
  std::string submit() {
    const json::value submitted = office_.json(
        {"permit", "submit", "--sop", "paud", "--name", "Badrun", "--subject", "PAUD Kenanga",
         "--document", "persyaratan_izin_paud=https://intanbjb.example/berkas/9"},
        "portal");
    return json::value_to<std::string>(submitted.at("number"));
  }
  void act(const std::vector<std::string>& arguments, const std::string& as) {
    std::vector<std::string> all{"permit"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    office_.json(std::move(all), as);
  }
  void expect_metrics_as_rows_say(const std::string& after) {
    const std::vector<std::string> lines = office_.column(
        "SELECT format('tenggat_permits_open{sop=\"paud\",state=\"%s\"} %s', s, count(p.id))"
        " FROM unnest('{active,returned}'::text[]) s LEFT JOIN permit p ON p.state = s GROUP BY s"
        " UNION ALL SELECT format('tenggat_steps_open{sla=\"%s\",sop=\"paud\",step=\"%s\"} %s',"
        "   s, step, count(*) FILTER (WHERE sla = s))"
        " FROM (SELECT step, CASE WHEN paused THEN 'paused' WHEN due_at < office_now() THEN"
        "   'overdue' WHEN due_soon_at <= office_now() THEN 'due_soon' ELSE 'on_track' END AS sla"
        "   FROM visit WHERE closed_at IS NULL AND NOT undone) v,"
        " unnest('{on_track,due_soon,overdue,paused}'::text[]) s GROUP BY step, s"
        " UNION ALL SELECT format('tenggat_steps_unclaimed{sop=\"paud\",step=\"%s\"} %s', step,"
        "   count(*) FILTER (WHERE assignee = '')) FROM visit WHERE closed_at IS NULL AND NOT"
        "   undone GROUP BY step"
        " UNION ALL SELECT format('tenggat_escalations_unacknowledged %s', count(DISTINCT"
        "   (v.permit, v.id))) FROM visit v JOIN notice n ON n.permit = v.permit AND n.visit = v.id"
        "   AND n.audience = 'superior' AND n.state <> 'dropped' WHERE v.closed_at IS NULL"
        "   AND NOT v.undone AND v.due_at < office_now()"
        "   AND coalesce((v.acknowledged ->> 'until')::bigint, 0)"
        "     <= extract(epoch FROM office_now())");
    ASSERT_GE(lines.size(), 3u);
    for (const std::string& line : lines)
      EXPECT_TRUE(office_.metric_becomes(line)) << after << ": " << line;
  }

  Office office_{"2026-06-02T08:00:00"};
};

TEST_F(SnapshotTest, MetricsFollowWhateverHappensToAPermit) {
  const std::string first = submit(), second = submit();
  expect_metrics_as_rows_say("two are submitted");
  act({"claim", first, "--step", "verifikasi"}, "fo");
  expect_metrics_as_rows_say("one is claimed");
  act({"act", first, "accept", "--step", "verifikasi"}, "fo");
  act({"act", second, "reject", "--step", "verifikasi", "--note", "KTP tidak terbaca"}, "fo");
  expect_metrics_as_rows_say("one goes on, one goes back");
  act({"undo", first}, "fo");
  expect_metrics_as_rows_say("the acceptance is undone");

  office_.advance("2026-06-02T09:15:00");  // due at 08:10
  expect_metrics_as_rows_say("one is late");
  EXPECT_TRUE(office_.metric_becomes("tenggat_escalations_unacknowledged 1"));
  act({"acknowledge", first, "--step", "verifikasi", "--reason", "sistem", "--note", "SIMBG mati"},
      "fo");
  expect_metrics_as_rows_say("its officer has said why");
  EXPECT_TRUE(office_.metric_becomes("tenggat_escalations_unacknowledged 0"));

  // Behind the daemon's back: that the connection is another one makes it read all again.
  office_.query("UPDATE visit SET assignee = 'fo' WHERE closed_at IS NULL AND assignee = ''");
  office_.query(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE"
      " datname = current_database() AND pid <> pg_backend_pid()");
  expect_metrics_as_rows_say("the database was lost");
  office_.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
