// The restore drill (docs/operations.md, The database is restored): a backup, work after it, the
// backup brought back. A real daemon, PostgreSQL with pg_dump and pg_restore, and mail.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>
#include <thread>

#include "tests/e2e/pages_fixture.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

using namespace std::chrono_literals;

class RestoreTest : public PagesTest {
 protected:
  RestoreTest()
      : PagesTest(
            "undo_window: 0s\nofficers: {group_wait: 0s, group_interval: 0s,"
            " messages_an_hour: 1000}\n") {}

  // An applicant without an address: nothing but officers is written to.
  File handed_in() {
    const boost::json::value answer = office_.json(
        {"permit", "submit", "--sop", "paud", "--name", "Aminah", "--subject", "PAUD Melati",
         "--document", "persyaratan_izin_paud=https://intanbjb.example/berkas/1"},
        "portal");
    const std::string url(answer.at("tracking_url").as_string());
    const File file{std::string(answer.at("number").as_string()), url.substr(url.find("/lacak/"))};
    acknowledged_.push_back(file.number);
    return file;
  }
  void back_up() { dump_ = shared_postgres().dump(office_.database()); }
  void bring_back() { shared_postgres().restore(office_.database(), dump_); }

  std::string readiness() { return http_get(office_.daemon().admin_port(), "/readyz"); }
  bool says_restored(std::chrono::seconds within = 15s) {
    return comes_to([this] { return readiness().find("restored: ") != std::string::npos; }, within);
  }
  template <class Condition>
  static bool comes_to(Condition condition, std::chrono::seconds within = 15s) {
    const auto give_up = std::chrono::steady_clock::now() + within;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      std::this_thread::sleep_for(20ms);
    }
    return true;
  }
  int status_with(const std::string& token) {
    return office_
        .exchange("GET /api/v1/permits HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token +
                  "\r\n\r\n")
        .status;
  }
  // What was done is in the mark: it is written once a second.
  static void marked() { std::this_thread::sleep_for(2500ms); }
  std::size_t mails() { return office_.smtp().messages(0).size(); }
  // The task of a back office by mail: bo is reached by it alone.
  void accepted(const File& file) { act("fo", file, "verifikasi", "accept"); }
  // What the office holds, to see that nobody acts on it.
  std::string state() {
    return office_.query(
        "SELECT concat_ws(' ', (SELECT count(*) FROM event), (SELECT count(*) FROM message),"
        " (SELECT count(*) FROM notice), (SELECT count(*) FROM office_event),"
        " (SELECT sum(last) FROM permit_number), (SELECT sum(attempts) FROM message))");
  }
  void expect_sound_record() {
    const CommandResult verified = office_.tenggat({"audit", "verify"});
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
  }

  std::string dump_;
  std::vector<std::string> acknowledged_;  // numbers, each to somebody
};

TEST_F(RestoreTest, NothingIsGivenTwiceRevivedOrSentUnaskedAfterTheDrill) {
  office_.daemon().must(
      {"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role", "admin"});
  // Before the backup.
  std::vector<File> kept;
  for (int i = 0; i < 8; ++i) kept.push_back(handed_in());
  for (int i = 0; i < 3; ++i) accepted(kept[static_cast<std::size_t>(i)]);
  const std::string stolen = office_.daemon().new_token({"--service", "hilang", "--scope", "read"});
  const std::string stolen_id = office_.query("SELECT max(id) FROM token");
  Browser fo = signed_in("fo");
  EXPECT_EQ(status_with(stolen), 200);
  ASSERT_TRUE(comes_to([this] { return mails() >= 1; }));
  back_up();

  // After it: numbers, changes, mails; a token and a session end, an officer leaves.
  std::vector<File> lost;
  for (int i = 0; i < 6; ++i) lost.push_back(handed_in());
  accepted(kept[4]);
  accepted(lost[0]);
  office_.daemon().must({"token", "revoke", stolen_id});
  const std::string after = office_.daemon().new_token({"--service", "baru", "--scope", "read"});
  office_.daemon().must({"officer", "end", "--id", "s", "--on", "2026-04-01"});
  Browser kb = signed_in("kb");
  ASSERT_EQ(kb.press(kb.get("/pegawai/fo/sesi"), "akhiri").status, 303);
  EXPECT_EQ(fo.get("/tugas").status, 303);
  EXPECT_EQ(status_with(stolen), 401);
  ASSERT_TRUE(
      office_.becomes("SELECT count(*) FROM message WHERE state = 'queued'"
                      " OR lease_until > clock_timestamp()",
                      "0"));
  const std::int64_t highest_message = std::stoll(office_.query("SELECT max(id) FROM message"));
  const std::int64_t highest_permit = std::stoll(office_.query("SELECT max(id) FROM permit"));
  marked();
  office_.kill_daemon();
  bring_back();
  const std::size_t sent_before = mails();

  // Not served.
  office_.daemon().launch();
  ASSERT_TRUE(says_restored()) << readiness() << office_.daemon_log();
  EXPECT_NE(readiness().find(" 503 "), std::string::npos);
  EXPECT_NE(office_.daemon_log().find("run: tenggat db restored"), std::string::npos);
  const std::string untouched = state();
  std::this_thread::sleep_for(3s);
  EXPECT_EQ(state(), untouched);
  EXPECT_EQ(mails(), sent_before);
  EXPECT_EQ(http_get(office_.daemon().api_port(), "/masuk"), "");

  // What is lost; nothing without a word.
  const CommandResult preview = office_.tenggat({"db", "restored", "--preview", "--json"});
  ASSERT_EQ(preview.status, 0) << preview.err;
  const boost::json::value plan = boost::json::parse(preview.out);
  EXPECT_EQ(plan.at("lost").at("numbers").at(0).at("given").as_int64(), 14);
  EXPECT_EQ(plan.at("lost").at("numbers").at(0).at("in_database").as_int64(), 8);
  EXPECT_EQ(plan.at("lost").at("permits").as_array().size(), 7U) << preview.out;
  EXPECT_GT(plan.at("lost").at("office_events").as_int64(), 0);
  EXPECT_EQ(plan.at("tokens_revoked").as_int64(), 1);
  EXPECT_EQ(plan.at("officers_ended").as_array().size(), 1U);
  EXPECT_EQ(office_.tenggat({"db", "restored"}).status, 1);
  EXPECT_EQ(state(), untouched);

  const CommandResult done = office_.tenggat({"db", "restored", "--yes"});
  ASSERT_EQ(done.status, 0) << done.out << done.err;
  ASSERT_TRUE(comes_to([this] { return office_.daemon().ready(); })) << readiness();
  EXPECT_NE(readiness().find("tenggat message release"), std::string::npos) << readiness();

  // Revoked stays revoked, sessions are over, whoever left is out.
  EXPECT_EQ(status_with(stolen), 401);
  EXPECT_EQ(status_with(after), 401);  // nobody knows it any more
  EXPECT_EQ(fo.get("/tugas").status, 303);
  EXPECT_EQ(kb.get("/tugas").status, 303);
  EXPECT_EQ(office_.query("SELECT ended_on FROM officer WHERE id = 's'"), "2026-04-01");

  // Numbers and ids go on past what was given.
  for (int i = 0; i < 6; ++i) handed_in();
  std::set<std::string> distinct(acknowledged_.begin(), acknowledged_.end());
  EXPECT_EQ(distinct.size(), acknowledged_.size());
  EXPECT_GT(std::stoll(office_.query("SELECT max(id) FROM permit")), highest_permit);
  accepted(kept[5]);
  ASSERT_TRUE(office_.becomes("SELECT count(*) > 0 FROM message WHERE state = 'queued'", "t"));
  EXPECT_GT(std::stoll(office_.query("SELECT max(id) FROM message")), highest_message);

  // The links of applicants whose files are there.
  int open = 0;
  for (const File& file : kept) open += browser().get(file.path).status == 200;
  EXPECT_EQ(open, 8);
  for (const File& file : lost) EXPECT_EQ(browser().get(file.path).status, 404);

  // Nothing leaves unasked; somebody who asks to be let in is.
  std::this_thread::sleep_for(3s);
  EXPECT_EQ(mails(), sent_before);
  Browser bo = browser();
  ask_for_link(bo, "bo@banjarbaru.example");
  EXPECT_TRUE(comes_to([&] { return mails() == sent_before + 1; })) << mails();
  EXPECT_EQ(bo.press(bo.get(link_to("bo")), "").status, 303);
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE state = 'accepted' AND accepted_at >"
                          " (SELECT held_at FROM database_identity)"),
            "1");

  // On record.
  EXPECT_EQ(office_
                .query("SELECT fields ->> 'after.numbers' FROM office_event"
                       " WHERE type = 'database_restored'")
                .substr(0, 12),
            "paud 2026: 9");
  expect_sound_record();

  const std::string held = office_.query("SELECT count(*) FROM message WHERE state = 'queued'");
  const CommandResult released = office_.tenggat({"message", "release"});
  EXPECT_EQ(released.status, 0) << released.err;
  // One that was on its way when the backup was made is left to whoever sends it for a minute.
  EXPECT_TRUE(office_.becomes("SELECT count(*) FROM message WHERE state = 'queued'", "0", 75s))
      << office_.query(
             "SELECT string_agg(concat_ws(' ', id, channel, text, state, attempts, next_attempt_at,"
             " lease_until, clock_timestamp()), E'\n') FROM message WHERE state = 'queued'");
  EXPECT_TRUE(office_.daemon().must({"message", "release"}).starts_with("nothing is held"));
  expect_sound_record();

  // An end in order and a start: nothing is missing any more.
  office_.stop_daemon();
  office_.query("UPDATE permit_number SET last = last + 1");
  EXPECT_EQ(office_.tenggat({"audit", "verify"}).status, 1);  // a number that no gap explains
  office_.query("UPDATE permit_number SET last = last - 1");
  office_.start_daemon();
  EXPECT_EQ(office_.tenggat({"db", "restored"}).status, 0);
  std::cout << "numbers acknowledged: " << acknowledged_.size() << ", distinct: " << distinct.size()
            << "; links that open: " << open << " of 8; mails before the release: " << 1
            << " (asked for); messages held: " << held << "; numbers left out: "
            << office_.query(
                   "SELECT fields ->> 'after.numbers' FROM office_event"
                   " WHERE type = 'database_restored'")
            << '\n';
}

TEST_F(RestoreTest, ADatabaseThatIsRestoredBeneathARunningDaemonIsLetGo) {
  for (int i = 0; i < 3; ++i) handed_in();
  back_up();
  const File lost = handed_in();
  const std::string portal = office_.daemon().new_token({"--service", "p", "--scope", "read"});
  bring_back();
  ASSERT_TRUE(says_restored()) << readiness() << office_.daemon_log();
  const std::string untouched = state();
  EXPECT_EQ(office_.tenggat({"permit", "list"}, "portal").status, 1);
  EXPECT_EQ(status_with(portal), 503);
  std::this_thread::sleep_for(2s);
  EXPECT_EQ(state(), untouched);
  // It does not get better by itself, nor by a start.
  office_.kill_daemon();
  office_.daemon().launch();
  ASSERT_TRUE(says_restored()) << readiness();
  office_.daemon().must({"db", "restored", "--yes"});
  ASSERT_TRUE(comes_to([this] { return office_.daemon().ready(); })) << readiness();
  handed_in();
  const std::set<std::string> distinct(acknowledged_.begin(), acknowledged_.end());
  EXPECT_EQ(distinct.size(), acknowledged_.size());
  EXPECT_EQ(browser().get(lost.path).status, 404);
  expect_sound_record();
  std::cout << "numbers acknowledged: " << acknowledged_.size() << ", distinct: " << distinct.size()
            << '\n';
}

// Only a change of a file is lost: no number, nothing of the office.
TEST_F(RestoreTest, OneLostChangeIsEnoughToBeSeen) {
  const File file = handed_in();
  ASSERT_TRUE(office_.becomes("SELECT count(*) FROM message WHERE state = 'queued'", "0"));
  back_up();
  accepted(file);
  office_.stop_daemon();
  bring_back();
  office_.daemon().launch();
  ASSERT_TRUE(says_restored()) << readiness() << office_.daemon_log();
  EXPECT_NE(readiness().find("changes of 1 permits"), std::string::npos) << readiness();
  office_.daemon().must({"db", "restored", "--yes"});
  ASSERT_TRUE(comes_to([this] { return office_.daemon().ready(); })) << readiness();
  accepted(file);  // once more
  expect_sound_record();
  EXPECT_EQ(office_.query("SELECT count(*) FROM office_event WHERE type = 'database_restored'"
                          " AND fields ->> 'after.numbers' IS NOT NULL"),
            "0");  // an end in order leaves no number out
}

TEST_F(RestoreTest, ADatabaseThatKnowsEverythingIsServedWhereverItIs) {
  handed_in();
  office_.stop_daemon();
  back_up();
  bring_back();  // moved, as it was
  office_.start_daemon();
  handed_in();
  office_.kill_daemon();  // and after a fall
  office_.start_daemon();
  handed_in();
  EXPECT_EQ(acknowledged_.back(), "PAUD-2026-00003");
  expect_sound_record();
}

}  // namespace
}  // namespace tenggat::test
