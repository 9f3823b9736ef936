// Paces, channels that take nothing, and messages that were accepted and do not arrive.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/daemon/office/dispatcher_fixture.h"
#include "tests/support/meta_sink.h"

namespace tenggat::test {
namespace {

using notify::Channel;
using office::DispatcherOptions;
using namespace std::chrono_literals;

class Reach : public DispatcherTest {
 protected:
  Reach() {
    std::ifstream file(TENGGAT_SOURCE_DIR "/rules/office/texts/id.yaml");
    settings_.alert = {
        {"DPMPTSP", "https://perizinan.example.go.id", ""},
        std::make_shared<const notify::Texts>(
            notify::load_texts({"id.yaml", {std::istreambuf_iterator<char>(file), {}}}).value())};
  }
  // Whoever queue() writes to can be reached over both channels, or over WhatsApp alone.
  void applicants(int count, bool with_email = true) {
    query(
        fmt::format("INSERT INTO applicant (id, name, email, whatsapp, salt) SELECT n, 'Siti',"
                    " '{}', '62812' || (10000000 + n), '\\x00' FROM generate_series(1, {}) n",
                    with_email ? "siti@contoh.example" : "", count));
  }
  void administrator(const std::string& channels) {
    query(
        "INSERT INTO officer (id, name, email, whatsapp, channels) VALUES ('kepala', 'Kepala',"
        " 'kepala@contoh.example', '628129999999', '{" +
        channels +
        "}');"
        " INSERT INTO officer_role VALUES ('kepala', 'admin')");
  }
  std::size_t mails() const {
    std::error_code missing;
    const std::filesystem::directory_iterator files(mails_, missing);
    return missing ? 0 : static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }
  DispatcherOptions quick() {
    DispatcherOptions options;
    options.breaker.first = 1s;
    options.breaker.longest = 2s;
    options.look_after = 1s;
    return options;
  }
};

// --- Paces --------------------------------------------------------------------------------------

TEST_F(Reach, AProviderGetsNoMoreThanItsShareOfAnySecond) {
  queue("whatsapp", 100);
  settings_.channels[Channel::whatsapp].a_second = 40;
  start();
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "100"));
  EXPECT_LE(std::stoi(query("SELECT max(n) FROM (SELECT count(*) OVER (ORDER BY started_at RANGE"
                            " BETWEEN CURRENT ROW AND interval '1 s' FOLLOWING) AS n FROM attempt)"
                            " t")),
            41);
  EXPECT_EQ(query("SELECT count(*) FROM attempt"), "100");
  // Nor does it get far less.
  EXPECT_EQ(query("SELECT max(started_at) - min(started_at) < interval '5 s' FROM attempt"), "t");
}

TEST_F(Reach, OnePersonIsWrittenToAtTheirPaceAndOthersMeanwhile) {
  queue("whatsapp", 30);
  query("UPDATE message SET address = '6281234567890' WHERE id % 10 = 0");  // three of them
  settings_.channels[Channel::whatsapp].a_person = 2s;
  start();
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "28"));
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "30"));
  EXPECT_EQ(query("SELECT min(gap) >= interval '2 s' FROM (SELECT started_at - lag(started_at) OVER"
                  " (ORDER BY started_at) AS gap FROM attempt JOIN message m ON m.id = message"
                  " WHERE address = '6281234567890') t"),
            "t");
  // Waiting counts as no attempt.
  EXPECT_EQ(query("SELECT max(attempts) FROM message"), "1");
}

TEST_F(Reach, PacesThatBindNobodyAreForgotten) {
  query("INSERT INTO send_pace VALUES ('whatsapp', 'x', clock_timestamp() - interval '2 h')");
  start();
  EXPECT_TRUE(becomes("SELECT count(*) FROM send_pace WHERE address = 'x'", "0"));
}

// --- Channels that take nothing -----------------------------------------------------------------

TEST_F(Reach, WhatWaitsForADeadChannelGoesOverTheNextAndOtherChannelsDoNotFeelIt) {
  applicants(40);
  administrator("whatsapp,email");
  queue("whatsapp", 40);
  queue("email", 40, "lain");
  gateway_.judge([](std::int64_t) { return "500 Rusak"; });
  DispatcherOptions options = quick();
  options.at_once[Channel::whatsapp] = 5;
  start(options);
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE channel = 'email' AND state = 'accepted'",
                      "81"));  // those 40, 40 in place of WhatsApp's, and the administrator's
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE channel = 'whatsapp' AND state = 'failed'"),
            "40");
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE falls_back_from IS NOT NULL"), "40");
  // The first few were tried, the rest were not.
  EXPECT_LE(gateway_.messages(), 10u);
  EXPECT_EQ(query("SELECT string_agg(channel, ',') FROM channel_outage"), "whatsapp");
}

TEST_F(Reach, AdministratorsAreToldOnceAnOutageOverAnotherChannel) {
  administrator("whatsapp,email");
  queue("whatsapp", 3);
  bool blocked = true;
  gateway_.judge([&blocked](std::int64_t) { return blocked ? "401 Token" : "200 OK"; });
  start(quick());
  EXPECT_TRUE(
      becomes("SELECT count(*) FROM message WHERE text = 'kanal_terganggu'"
              " AND channel = 'email' AND recipient = 'officer:kepala'",
              "1"));
  // Trials in vain are no news.
  ASSERT_TRUE(
      becomes("SELECT max(attempts) >= 1 AND sum(attempts) >= 3 FROM message"
              " WHERE channel = 'whatsapp'",
              "t"));
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE text = 'kanal_terganggu'"), "1");
  EXPECT_EQ(query("SELECT channel || ' ' || reason FROM channel_outage"), "whatsapp auth_failed");
  blocked = false;
  // One may still be on its way back to wait for five minutes.
  EXPECT_TRUE(until([this] {
    query("UPDATE message SET next_attempt_at = clock_timestamp() WHERE state = 'queued'");
    return query(
               "SELECT count(*) FROM message WHERE channel = 'whatsapp' AND state = 'accepted'") ==
           "3";
  }));
  EXPECT_TRUE(becomes("SELECT count(*) FROM channel_outage", "0"));
  blocked = true;
  queue("whatsapp", 1, "lain");
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE text = 'kanal_terganggu'", "2"));
}

TEST_F(Reach, WhoHasNoOtherChannelWaitsUncountedUntilATrialSucceeds) {
  applicants(20, false);
  queue("whatsapp", 20);
  bool broken = true;
  gateway_.judge([&broken](std::int64_t) { return broken ? "503 Nanti" : "200 OK"; });
  DispatcherOptions options = quick();
  options.at_once[Channel::whatsapp] = 5;
  start(options);
  ASSERT_TRUE(becomes("SELECT count(*) FROM channel_outage", "1"));
  EXPECT_FALSE(becomes("SELECT max(attempts) > 4 FROM message", "t", 4s));
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE state = 'queued'"), "20");
  EXPECT_GE(std::stoi(query("SELECT count(*) FROM message WHERE attempts = 0")), 8);
  broken = false;
  query("UPDATE message SET next_attempt_at = clock_timestamp() WHERE attempts > 0");
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "20"));
}

TEST_F(Reach, AfterAnOutageAnApplicantGetsOnlyTheirLatest) {
  applicants(1, false);
  queue("whatsapp", 1, "lain");  // brings the channel down
  gateway_.judge([](std::int64_t) { return "401 Token"; });
  start(quick());
  ASSERT_TRUE(becomes("SELECT count(*) FROM channel_outage", "1"));
  std::int64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    // As the composer does.
    asio::co_spawn(io_, supersede("applicant:1"), asio::detached);
    io_.restart();
    io_.run_for(300ms);
    last = queue("whatsapp", 1);
  }
  gateway_.judge([](std::int64_t) { return "200 OK"; });
  EXPECT_TRUE(becomes(fmt::format("SELECT state FROM message WHERE id = {}", last), "accepted"));
  EXPECT_EQ(
      query("SELECT count(*) FROM message WHERE recipient = 'applicant:1' AND state = 'failed'"
            " AND reason = 'superseded'"),
      "2");
  EXPECT_EQ(gateway_.taken(last), 1);
}

TEST_F(Reach, WhatGoesOverAnotherChannelInAnOutageIsTheLatestAlone) {
  applicants(1);
  query("INSERT INTO channel_outage (channel, reason) VALUES ('whatsapp', 'server_error')");
  for (int i = 0; i < 3; ++i) queue("whatsapp", 1);
  gateway_.judge([](std::int64_t) { return "401 Token"; });
  DispatcherOptions options = quick();
  options.at_once[Channel::whatsapp] = 1;
  start(options);
  EXPECT_TRUE(
      becomes("SELECT count(*) FROM message WHERE channel = 'email' AND state = 'accepted'", "1"));
  EXPECT_TRUE(
      becomes("SELECT string_agg(reason, ' ' ORDER BY id) FROM message WHERE channel ="
              " 'whatsapp'",
              "superseded superseded channel_down"));
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE channel = 'email'"), "1");
}

// --- Accepted and not delivered -----------------------------------------------------------------

TEST_F(Reach, WithoutAReceiptInTimeTheNextChannelIsTried) {
  applicants(3);
  const std::int64_t silent = queue("whatsapp", 3);
  settings_.channels[Channel::whatsapp].receipt_within = 2s;
  start(quick());
  ASSERT_TRUE(becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "3"));
  // As receipts do: one delivered, one read, which implies it, one never heard of.
  query(
      fmt::format("UPDATE message SET delivered_at = clock_timestamp() WHERE id = {}", silent + 1));
  query(fmt::format("UPDATE message SET read_at = clock_timestamp() WHERE id = {}", silent + 2));
  EXPECT_TRUE(becomes(fmt::format("SELECT state || ' ' || reason || ' ' || undelivered_reason"
                                  " FROM message WHERE id = {}",
                                  silent),
                      "failed no_receipt no_receipt"));
  EXPECT_TRUE(
      becomes("SELECT channel || ' ' || state || ' ' || falls_back_from FROM message"
              " WHERE falls_back_from IS NOT NULL",
              fmt::format("email accepted {}", silent)));
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE channel = 'email'"), "1");
  EXPECT_TRUE(
      becomes("SELECT count(*) FROM message WHERE receipt_due_at IS NOT NULL"
              " AND state = 'accepted'",
              "0"));
  EXPECT_NE(metrics_.text().find(
                "tenggat_messages_failed_total{channel=\"whatsapp\",reason=\"undelivered\"} 1"),
            std::string::npos);
}

TEST_F(Reach, AReceiptThatSaysUndeliveredNeedsNoWaiting) {
  applicants(1);
  const std::int64_t id = queue("whatsapp", 1);
  start(quick());
  ASSERT_TRUE(becomes("SELECT state FROM message", "accepted"));
  query(
      "UPDATE message SET undelivered_at = clock_timestamp(), undelivered_reason = 'bad_address'");
  EXPECT_TRUE(becomes(fmt::format("SELECT state || ' ' || reason FROM message WHERE id = {}", id),
                      "failed bad_address"));
  EXPECT_TRUE(until([this] { return mails() == 1; }));
}

TEST_F(Reach, WithoutReceiptsAcceptedIsTheEnd) {
  applicants(1);
  queue("email", 1);
  start(quick());
  ASSERT_TRUE(becomes("SELECT state FROM message", "accepted"));
  EXPECT_EQ(query("SELECT receipt_due_at IS NULL FROM message"), "t");
}

TEST_F(Reach, WhatReachedAnOfficerOverNoChannelIsSaidToOthers) {
  query(
      "INSERT INTO officer (id, name, whatsapp) VALUES ('fo', 'Fauzi', '628121111111');"
      " INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text, reason,"
      "  raised_at, hold_until, cause, state, state_at, send_at) VALUES (7, 1, 'start', 0, 1,"
      "  'role:front_office', 'holder', 'tugas_baru', 'step_opened', now(), now(), 1, 'rendered',"
      "  now(), now())");
  query(
      "WITH m AS (INSERT INTO message (recipient, why, channel, address, name, text, subject,"
      " body, fields, template, rendered_at) VALUES ('officer:fo', 'on_duty', 'whatsapp',"
      " '628121111111', 'Fauzi', 'tugas_baru', 's', 'b', '{\"names\": [], \"values\": []}', 't',"
      " now()) RETURNING id) INSERT INTO message_notice SELECT m.id, 7, n.id FROM m, notice n");
  gateway_.judge([](std::int64_t) { return "422 Tidak ada"; });
  start();
  EXPECT_TRUE(becomes("SELECT state FROM message", "dead"));
  EXPECT_EQ(query("SELECT state FROM notice"), "pending");
}

// --- Texts that are refused ---------------------------------------------------------------------

// Meta has approved one template, `baik`; queue() writes by another.
class RefusedText : public Reach {
 protected:
  RefusedText() { config_.whatsapp = sink_.config(); }
  static notify::Texts approved() {
    notify::Text text;
    text.id = "lengkap";
    text.template_name = "baik";
    text.body = "Berkas Anda lengkap.";
    return notify::Texts({text});
  }
  MetaSink sink_{approved()};
};

TEST_F(RefusedText, GoesOverTheNextChannelWhileAllOthersGoOn) {
  administrator("whatsapp,email");
  applicants(40);
  queue("whatsapp", 40);
  query("UPDATE message SET template = 'baik' WHERE id % 2 = 0");
  DispatcherOptions options = quick();
  options.at_once[Channel::whatsapp] = 5;
  start(options);
  EXPECT_TRUE(becomes(
      "SELECT count(*) FROM message WHERE channel = 'whatsapp' AND state = 'accepted'", "20"));
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE channel = 'email' AND state = 'accepted'",
                      "21"));  // those 20, and the administrator's
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE text = 'kanal_terganggu'"), "1");
  EXPECT_EQ(query("SELECT count(*) FROM channel_outage"), "0");
  EXPECT_EQ(query("SELECT channel || ' ' || template || ' ' || text || ' ' || reason"
                  " FROM text_outage"),
            "whatsapp t lengkap template_missing");
  // Few were tried, the others were not.
  EXPECT_LE(sink_.faults().size(), 10U);
  EXPECT_EQ(query("SELECT DISTINCT detail FROM attempt WHERE outcome = 'text_stopped'"),
            "132001: refused: template t");
  EXPECT_EQ(query("SELECT count(*) FROM message WHERE state = 'dead'"), "0");
}

TEST_F(RefusedText, IsTriedNowAndThenAndGoesOutOnceItIsApproved) {
  applicants(5, false);
  sink_.answer_next(404, 132001);
  queue("whatsapp", 5);
  query("UPDATE message SET template = 'baik'");
  DispatcherOptions options = quick();
  options.at_once[Channel::whatsapp] = 1;
  start(options);
  EXPECT_TRUE(becomes("SELECT template FROM text_outage", "baik"));
  EXPECT_TRUE(until([this] {
    query("UPDATE message SET next_attempt_at = clock_timestamp() WHERE state = 'queued'");
    return query("SELECT count(*) FROM message WHERE state = 'accepted'") == "5";
  }));
  EXPECT_TRUE(becomes("SELECT count(*) FROM text_outage", "0"));
  EXPECT_TRUE(sink_.faults().empty());
}

TEST_F(RefusedText, OfAFormerProcessIsTriedAgainAndFoundWell) {
  query(
      "INSERT INTO text_outage (channel, template, text, reason)"
      " VALUES ('whatsapp', 'baik', 'lengkap', 'template_missing')");
  queue("whatsapp", 3);
  query("UPDATE message SET template = 'baik'");
  start(quick());
  EXPECT_TRUE(becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "3"));
  EXPECT_TRUE(becomes("SELECT count(*) FROM text_outage", "0"));
}

TEST_F(RefusedText, OneThatCannotBeReadTakesNoOtherWithIt) {
  queue("whatsapp", 3);
  query("UPDATE message SET template = 'baik'");
  query("UPDATE message SET fields = '[]' WHERE id = (SELECT min(id) FROM message)");
  start(quick());
  EXPECT_TRUE(
      becomes("SELECT string_agg(state, ' ' ORDER BY id) FROM message", "dead accepted accepted"));
}

}  // namespace
}  // namespace tenggat::test
