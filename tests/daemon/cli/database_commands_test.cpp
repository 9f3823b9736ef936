// The commands that go to the database, as an operator types them.
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "daemon/store/hash.h"
#include "daemon/store/tokens.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using test::Ran;

class DatabaseCommands : public test::OnDatabase {
 protected:
  void add_siti() {
    const Ran ran = run({"officer", "add", "--id", "siti", "--name", "Siti Aminah", "--role",
                         "front_office", "--role", "back_office", "--email", "siti@example.go.id",
                         "--whatsapp", "0812-3456-7890"});
    ASSERT_EQ(ran.code, kOk) << ran;
  }
  json::array listed(const std::string& noun) {
    const Ran ran = run({noun, "list", "--json"});
    EXPECT_EQ(ran.code, kOk) << ran;
    return json::parse(ran.out).as_array();
  }
  void expect_refused(const std::vector<std::string>& arguments, const std::string& why) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, kRefused) << ran;
    EXPECT_NE(ran.err.find(why), std::string::npos) << why << '\n' << ran;
  }
};

TEST_F(DatabaseCommands, NothingWorksBeforeMigrateAndItSaysSo) {
  expect_refused({"officer", "list"}, "run `tenggat db migrate`");
  const Ran status = run({"db", "status"});
  EXPECT_EQ(status.code, kOk) << status;
  EXPECT_NE(status.out.find("pending"), std::string::npos) << status;
}

TEST_F(DatabaseCommands, MigrateIsSafeTwiceAndStatusShowsIt) {
  migrate();
  migrate();
  const Ran status = run({"db", "status", "--json"});
  const json::value shown = json::parse(status.out);
  EXPECT_EQ(shown.at("pending").as_int64(), 0);
  EXPECT_EQ(shown.at("migrations").at(0).at("state").as_string(), "applied");
  EXPECT_FALSE(shown.at("clock").at("simulated").as_bool());
}

TEST_F(DatabaseCommands, TheDoctorSaysWhatIsWrongAndWhatMendsIt) {
  const Ran ill = run({"doctor"});
  EXPECT_EQ(ill.code, kRefused) << ill;
  EXPECT_NE(ill.out.find("fault    database"), std::string::npos) << ill;
  EXPECT_NE(ill.out.find("remedy: tenggat db migrate"), std::string::npos) << ill;
  migrate();
  const json::value checks = json::parse(run({"doctor", "--json"}).out);
  EXPECT_EQ(checks.at(0).at("check").as_string(), "memory");
  EXPECT_EQ(checks.at(1).at("check").as_string(), "database");
  EXPECT_EQ(checks.at(1).at("state").as_string(), "ok");
  const Ran ledger = run({"doctor", "--resources"});
  EXPECT_EQ(ledger.code, kOk) << ledger;
  EXPECT_NE(ledger.out.find("| body before authentication | before |"), std::string::npos);
}

TEST_F(DatabaseCommands, ASimulatedClockIsAllowedWhileEmptyForEverAndShows) {
  EXPECT_EQ(run({"db", "migrate", "--simulated-clock"}).code, kOk);
  add_siti();
  EXPECT_EQ(run({"db", "migrate", "--simulated-clock"}).code, kOk);  // allowed already
  EXPECT_EQ(run({"db", "migrate"}).code, kOk);
  const Ran status = run({"db", "status"});
  EXPECT_NE(status.out.find("SIMULATED CLOCK"), std::string::npos) << status;
}

TEST_F(DatabaseCommands, AnOfficeThatBeganKeepsRealTime) {
  migrate();
  add_siti();
  expect_refused({"db", "migrate", "--simulated-clock"}, "empty database only");
}

TEST_F(DatabaseCommands, AnOfficerIsAddedChangedAndListed) {
  migrate();
  add_siti();
  json::value siti = listed("officer").at(0);
  EXPECT_EQ(siti.at("name").as_string(), "Siti Aminah");
  EXPECT_EQ(siti.at("whatsapp").as_string(), "6281234567890");
  EXPECT_EQ(json::serialize(siti.at("roles")), R"(["back_office","front_office"])");
  EXPECT_EQ(run({"officer", "edit", "--id", "siti", "--role", "sekretaris", "--email", ""}).code,
            kOk);
  siti = listed("officer").at(0);
  EXPECT_EQ(json::serialize(siti.at("roles")), R"(["sekretaris"])");
  EXPECT_EQ(siti.at("email").as_string(), "");
  EXPECT_EQ(siti.at("whatsapp").as_string(), "6281234567890");
  // Who runs the system holds a role that no SOP has.
  EXPECT_EQ(
      run({"officer", "edit", "--id", "siti", "--role", "sekretaris", "--role", "admin"}).code,
      kOk);
  EXPECT_EQ(json::serialize(listed("officer").at(0).at("roles")), R"(["admin","sekretaris"])");
  const Ran table = run({"officer", "list"});
  EXPECT_NE(table.out.find("siti"), std::string::npos) << table;
}

TEST_F(DatabaseCommands, OfficersWithFaultsAreRefused) {
  migrate();
  add_siti();
  const std::vector<std::string> add{"officer", "add", "--id", "budi", "--name", "Budi"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = add;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  expect_refused({"officer", "add", "--id", "siti", "--name", "Siti"}, "already");
  expect_refused(with({"--whatsapp", "021-5551234"}), "no Indonesian mobile number");
  expect_refused(with({"--email", "budi at example"}), "no mail address");
  expect_refused(with({"--role", "kepala_kantor"}), "no SOP has a role `kepala_kantor`");
  expect_refused(with({"--role", "pemohon"}), "the applicant's role");
  expect_refused({"officer", "edit", "--id", "budi", "--name", "Budi"}, "no officer `budi`");
  EXPECT_EQ(run({"officer", "add", "--id", "Budi S", "--name", "Budi"}).code, kUsage);
  EXPECT_EQ(run({"officer", "edit", "--id", "siti"}).code, kUsage);
  EXPECT_EQ(listed("officer").size(), 1U);
}

TEST_F(DatabaseCommands, RolesAreTakenAsTheyComeWhereThereAreNoRulesYet) {
  configure(folder_.path() / "no-rules");
  migrate();
  EXPECT_EQ(run({"officer", "add", "--id", "budi", "--name", "Budi", "--role", "juru_bayar"}).code,
            kOk);
}

TEST_F(DatabaseCommands, LeaveDelegationAndEnd) {
  migrate();
  add_siti();
  ASSERT_EQ(run({"officer", "add", "--id", "budi", "--name", "Budi", "--role", "sekretaris"}).code,
            kOk);
  EXPECT_EQ(
      run({"officer", "leave", "--id", "siti", "--start", "2030-04-13", "--end", "2030-04-17"})
          .code,
      kOk);
  const Ran delegated =
      run({"officer", "delegate", "--from", "siti", "--to", "budi", "--kind", "plh", "--start",
           "2030-04-13", "--end", "2030-04-17", "--letter", "800/12/2030"});
  EXPECT_EQ(delegated.code, kOk) << delegated;
  const json::value siti = listed("officer").at(1);
  EXPECT_EQ(siti.at("leaves").at(0).at("end").as_string(), "2030-04-17");
  EXPECT_EQ(siti.at("delegations").at(0).at("to").as_string(), "budi");
  const std::string id = json::serialize(siti.at("delegations").at(0).at("id"));
  EXPECT_EQ(run({"officer", "delegate", "end", id}).code, kOk);
  expect_refused({"officer", "delegate", "end", id}, "no delegation " + id);
  EXPECT_TRUE(listed("officer").at(1).at("delegations").as_array().empty());
  EXPECT_EQ(run({"officer", "leave", "--id", "siti", "--start", "2030-04-13", "--cancel"}).code,
            kOk);
  EXPECT_EQ(run({"officer", "end", "--id", "siti", "--on", "2030-05-01"}).code, kOk);
  EXPECT_EQ(listed("officer").at(1).at("ended").as_string(), "2030-05-01");
  EXPECT_EQ(run({"officer", "end", "--id", "siti"}).code, kOk);
  EXPECT_EQ(run({"officer", "end", "--id", "siti", "--cancel"}).code, kOk);
  EXPECT_TRUE(listed("officer").at(1).at("ended").is_null());
  expect_refused({"officer", "end", "--id", "nobody"}, "no officer `nobody`");
}

TEST_F(DatabaseCommands, ALeaveReplacesAnotherOnlyWhenToldTo) {
  migrate();
  add_siti();
  const auto leave = [&](const char* start, const char* end, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"officer", "leave", "--id", "siti", "--start", start, "--end", end});
    return run(more);
  };
  const auto entered = [&] {
    return sql(
        "SELECT string_agg(start_on || ' ' || end_on, ', ' ORDER BY start_on)"
        " FROM officer_leave");
  };
  ASSERT_EQ(leave("2030-04-08", "2030-04-19").code, kOk);
  for (const auto& [start, end] :
       {std::pair("2030-04-08", "2030-04-09"), std::pair("2030-04-10", "2030-04-11"),
        std::pair("2030-04-01", "2030-04-08"), std::pair("2030-04-19", "2030-04-30")}) {
    const Ran refused = leave(start, end);
    EXPECT_EQ(refused.code, kRefused) << start << refused;
    EXPECT_NE(refused.err.find("from 2030-04-08 to 2030-04-19"), std::string::npos) << refused;
  }
  EXPECT_EQ(entered(), "2030-04-08 2030-04-19");
  EXPECT_EQ(leave("2030-04-08", "2030-04-19").code, kOk);  // said twice, entered once
  EXPECT_EQ(leave("2030-04-20", "2030-04-22").code, kOk);
  EXPECT_EQ(entered(), "2030-04-08 2030-04-19, 2030-04-20 2030-04-22");
  EXPECT_EQ(leave("2030-04-08", "2030-04-21", {"--replace"}).code, kOk);
  EXPECT_EQ(entered(), "2030-04-08 2030-04-21");
}

TEST_F(DatabaseCommands, OneDeputyIsAppointedOnceForADay) {
  migrate();
  add_siti();
  ASSERT_EQ(run({"officer", "add", "--id", "budi", "--name", "Budi"}).code, kOk);
  const auto delegate = [&](const char* start, const char* end) {
    return run({"officer", "delegate", "--from", "siti", "--to", "budi", "--kind", "plh", "--start",
                start, "--end", end, "--letter", "800/17"});
  };
  ASSERT_EQ(delegate("2030-04-13", "2030-04-17").code, kOk);
  const Ran twice = delegate("2030-04-17", "2030-04-20");
  EXPECT_EQ(twice.code, kRefused) << twice;
  EXPECT_NE(twice.err.find("by delegation 1"), std::string::npos) << twice;
  EXPECT_EQ(delegate("2030-04-18", "2030-04-20").code, kOk);
  ASSERT_EQ(run({"officer", "delegate", "end", "1"}).code, kOk);
  EXPECT_EQ(delegate("2030-04-13", "2030-04-17").code, kOk);
}

TEST_F(DatabaseCommands, NoTwoOfficersInServiceHaveOneAddress) {
  migrate();
  ASSERT_EQ(run({"officer", "add", "--id", "siti", "--name", "Siti", "--email",
                 "Siti@Kantor.example", "--whatsapp", "0812 3456 7890"})
                .code,
            kOk);
  const auto refused = [&](std::vector<std::string> arguments) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, kRefused) << arguments.back();
    EXPECT_NE(ran.err.find("`siti`"), std::string::npos) << ran;
  };
  refused({"officer", "add", "--id", "budi", "--name", "Budi", "--email", "siti@kantor.example"});
  refused({"officer", "add", "--id", "budi", "--name", "Budi", "--whatsapp", "+62812-3456-7890"});
  EXPECT_EQ(sql("SELECT count(*) FROM officer"), "1");
  ASSERT_EQ(
      run({"officer", "add", "--id", "budi", "--name", "Budi", "--email", "b@kantor.example"}).code,
      kOk);
  refused({"officer", "edit", "--id", "budi", "--email", "SITI@KANTOR.EXAMPLE"});
  refused({"officer", "edit", "--id", "budi", "--whatsapp", "81234567890"});
  EXPECT_EQ(sql("SELECT email || whatsapp FROM officer WHERE id = 'budi'"), "b@kantor.example");
  // Who has left gives it away, and does not come back with it.
  ASSERT_EQ(run({"officer", "end", "--id", "siti", "--on", "2020-01-01"}).code, kOk);
  ASSERT_EQ(run({"officer", "edit", "--id", "budi", "--email", "siti@kantor.example"}).code, kOk);
  const Ran back = run({"officer", "end", "--id", "siti", "--cancel"});
  EXPECT_EQ(back.code, kRefused) << back;
  EXPECT_NE(back.err.find("`budi`"), std::string::npos) << back;
  EXPECT_EQ(run({"officer", "edit", "--id", "budi", "--name", "Budi S."}).code, kOk);
}

TEST_F(DatabaseCommands, DatesAndPeopleThatCannotBeAreNotTaken) {
  migrate();
  add_siti();
  const auto leave = [&](const char* start, const char* end) {
    return run({"officer", "leave", "--id", "siti", "--start", start, "--end", end}).code;
  };
  EXPECT_EQ(leave("2030-02-30", "2030-03-01"), kUsage);
  EXPECT_EQ(leave("2030-2-3", "2030-03-01"), kUsage);
  EXPECT_EQ(leave("2030-03-02", "2030-03-01"), kUsage);
  const auto delegate = [&](const char* to, const char* kind) {
    return run({"officer", "delegate", "--from", "siti", "--to", to, "--kind", kind, "--start",
                "2030-04-13", "--end", "2030-04-17", "--letter", "1"})
        .code;
  };
  EXPECT_EQ(delegate("siti", "plh"), kUsage);
  EXPECT_EQ(delegate("budi", "pjs"), kUsage);
  EXPECT_EQ(delegate("budi", "plt"), kRefused);
}

TEST_F(DatabaseCommands, ATokenIsShownOnceAloneOnTheLastLine) {
  migrate();
  add_siti();
  const Ran made = run({"token", "create", "--officer", "siti"});
  ASSERT_EQ(made.code, kOk) << made;
  const std::string secret = made.last_line();
  EXPECT_TRUE(secret.starts_with("tgt_"));
  EXPECT_EQ(secret.size(), 4 + 64U);
  EXPECT_EQ(sql("SELECT count(*) FROM token WHERE hash = '\\x" +
                store::hex(store::token_hash(secret)) + "'"),
            "1");
  const Ran list = run({"token", "list"});
  EXPECT_EQ(list.out.find(secret), std::string::npos);
  EXPECT_NE(list.out.find("officer siti"), std::string::npos) << list;
}

TEST_F(DatabaseCommands, AServiceTokenHasScopesAndAnEnd) {
  migrate();
  ASSERT_EQ(run({"token", "create", "--service", "portal", "--scope", "intake,act", "--scope",
                 "read", "--expires", "2099-12-31"})
                .code,
            kOk);
  json::value token = listed("token").at(0);
  EXPECT_EQ(json::serialize(token.at("scopes")), R"(["intake","act","read"])");
  EXPECT_EQ(token.at("expires_at").as_string(), "2100-01-01T00:00:00+08:00");
  EXPECT_EQ(token.at("state").as_string(), "live");
  const std::string id = json::serialize(token.at("id"));
  EXPECT_EQ(run({"token", "revoke", id}).code, kOk);
  expect_refused({"token", "revoke", id}, "no token " + id);
  EXPECT_EQ(listed("token").at(0).at("state").as_string(), "revoked");
}

TEST_F(DatabaseCommands, ATokenIsGoodForAYearUnlessItsMakerSaysOtherwise) {
  migrate();
  ASSERT_EQ(run({"token", "create", "--service", "portal", "--scope", "read"}).code, kOk);
  EXPECT_EQ(
      sql("SELECT expires_at - clock_timestamp() BETWEEN '364 days' AND '365 days' FROM token"),
      "t");
  ASSERT_EQ(
      run({"token", "create", "--service", "arsip", "--scope", "read", "--expires", "never"}).code,
      kOk);
  EXPECT_EQ(sql("SELECT count(*) FROM token WHERE expires_at IS NULL AND service = 'arsip'"), "1");
}

TEST_F(DatabaseCommands, AServiceTokenMayBeOfCertainRoles) {
  migrate();
  ASSERT_EQ(run({"token", "create", "--service", "bank", "--scope", "act", "--role", "front_office",
                 "--role", "back_office"})
                .code,
            kOk);
  EXPECT_EQ(json::serialize(listed("token").at(0).at("roles")),
            R"(["front_office","back_office"])");
  EXPECT_NE(run({"token", "list"}).out.find("front_office,back_office"), std::string::npos);
  expect_refused({"token", "create", "--service", "bank", "--scope", "act", "--role", "kasir"},
                 "no SOP has a role `kasir`");
  EXPECT_EQ(
      run({"token", "create", "--service", "bank", "--scope", "read", "--role", "front_office"})
          .code,
      kUsage);
}

TEST_F(DatabaseCommands, TokensThatMakeNoSenseAreNotMade) {
  migrate();
  add_siti();
  const std::vector<std::vector<std::string>> usage{
      {"token", "create"},
      {"token", "create", "--officer", "siti", "--service", "portal", "--scope", "read"},
      {"token", "create", "--officer", "siti", "--scope", "admin"},
      {"token", "create", "--service", "portal"},
      {"token", "create", "--service", "portal", "--scope", "root"},
      {"token", "create", "--service", "portal", "--scope", ""},
      {"token", "create", "--officer", "siti", "--expires", "soon"},
      {"token", "revoke", "one"},
  };
  for (const auto& arguments : usage) EXPECT_EQ(run(arguments).code, kUsage) << arguments.back();
  expect_refused({"token", "create", "--officer", "nobody"}, "no officer nobody");
  expect_refused({"token", "create", "--officer", "siti", "--expires", "2020-01-01"}, "past");
  EXPECT_TRUE(listed("token").empty());
}

TEST_F(DatabaseCommands, DeadMessagesAreRetriedOrDiscarded) {
  migrate();
  const std::string columns =
      "INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
      " template, rendered_at, state, attempts) VALUES ('officer:siti', 'on_duty', 'whatsapp',"
      " '6281234567890', 'Siti', 'tugas_baru', '', '', '[]', '', now(), ";
  sql(columns + "'dead', 5)");
  sql(columns + "'accepted', 1)");
  EXPECT_EQ(listed("message").size(), 2U);
  const Ran dead = run({"message", "list", "--state", "dead"});
  EXPECT_NE(dead.out.find("62812****890"), std::string::npos) << dead;
  EXPECT_EQ(dead.out.find("6281234567890"), std::string::npos);
  EXPECT_EQ(run({"message", "list", "--state", "lost"}).code, kUsage);
  EXPECT_EQ(run({"message", "retry", "1"}).code, kOk);
  EXPECT_EQ(sql("SELECT state || attempts FROM message WHERE id = 1"), "queued0");
  EXPECT_EQ(run({"message", "discard", "1"}).code, kOk);
  EXPECT_EQ(sql("SELECT state || ' ' || reason FROM message WHERE id = 1"), "failed discarded");
  expect_refused({"message", "retry", "2"}, "is not dead");
  expect_refused({"message", "discard", "2"}, "nothing to discard");
  expect_refused({"message", "retry", "3"}, "no message 3");
}

TEST_F(DatabaseCommands, ChannelsKeepTheOfficersOrder) {
  migrate();
  add_siti();
  ASSERT_EQ(run({"officer", "edit", "--id", "siti", "--channels", "email,whatsapp"}).code, kOk);
  EXPECT_EQ(json::serialize(listed("officer").at(0).at("channels")), R"(["email","whatsapp"])");
  ASSERT_EQ(run({"officer", "edit", "--id", "siti", "--channels", "email"}).code, kOk);
  EXPECT_EQ(json::serialize(listed("officer").at(0).at("channels")), R"(["email"])");
  ASSERT_EQ(run({"officer", "edit", "--id", "siti", "--channels", ""}).code, kOk);
  EXPECT_EQ(json::serialize(listed("officer").at(0).at("channels")), "[]");
  for (const char* wrong : {"sms", "email,email", "email,", "email,whatsapp,email"})
    EXPECT_EQ(run({"officer", "edit", "--id", "siti", "--channels", wrong}).code, kUsage) << wrong;
}

TEST_F(DatabaseCommands, ASilenceHasAnEndAnAuthorAndAReason) {
  migrate();
  add_siti();
  const auto add = [&](std::vector<std::string> about, const char* until) {
    std::vector<std::string> arguments{"silence", "add"};
    arguments.insert(arguments.end(), about.begin(), about.end());
    for (const char* more : {"--by", "KTU", "--why", "rapat", "--until", until})
      arguments.emplace_back(more);
    return run(arguments);
  };
  const Ran added = add({"--officer", "siti"}, "2099-01-01T08:00:00+08:00");
  ASSERT_EQ(added.code, kOk) << added;
  EXPECT_EQ(
      add({"--officer", "siti", "--step", "paud.verifikasi"}, "2099-01-01T08:00:00+08:00").code,
      kUsage);
  EXPECT_EQ(add({}, "2099-01-01T08:00:00+08:00").code, kUsage);
  EXPECT_EQ(add({"--officer", "siti"}, "besok").code, kUsage);
  EXPECT_EQ(add({"--officer", "siti"}, "2020-01-01T08:00:00+08:00").code, kRefused);
  EXPECT_EQ(add({"--officer", "budi"}, "2099-01-01T08:00:00+08:00").code, kRefused);
  EXPECT_EQ(add({"--permit", "PAUD-2026-00009"}, "2099-01-01T08:00:00+08:00").code, kRefused);
  EXPECT_EQ(add({"--step", "paud.verifikasi"}, "2099-01-01T08:00:00+08:00").code, kRefused);
  EXPECT_EQ(run({"silence", "add", "--officer", "siti", "--until", "2099-01-01T08:00:00+08:00",
                 "--by", " ", "--why", "rapat"})
                .code,
            kUsage);

  const json::array silences = listed("silence");
  ASSERT_EQ(silences.size(), 1U);
  EXPECT_EQ(silences.front().at("subject"), "siti");
  EXPECT_EQ(silences.front().at("by"), "KTU");
  EXPECT_EQ(silences.front().at("until").as_string(), "2099-01-01T08:00:00+08:00");
  ASSERT_EQ(run({"silence", "end", "1"}).code, kOk);
  expect_refused({"silence", "end", "1"}, "no silence 1");
  EXPECT_TRUE(listed("silence").empty());
  EXPECT_NE(run({"silence", "list", "--all"}).out.find("rapat"), std::string::npos);
}

TEST_F(DatabaseCommands, ARealClockIsShownAndNotMoved) {
  migrate();
  const Ran shown = run({"clock", "show"});
  EXPECT_NE(shown.out.find("real time"), std::string::npos) << shown;
  expect_refused({"clock", "advance", "1h"}, "real time");
  EXPECT_EQ(run({"clock", "advance", "soon"}).code, kUsage);
}

}  // namespace
}  // namespace tenggat::cli
