// Numbers as offices write them, with slashes and the month, through everything that names a
// permit; and a service whose numbers are another one's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/e2e/pages_fixture.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kInForce =
    "SELECT string_agg(hash, ' ' ORDER BY name) FROM rule_in_force WHERE kind = 'sop'";

class Numbers : public PagesTest {
 protected:
  void number_as(const std::string& format) {
    const std::string before = office_.query(kInForce);
    office_.use_own_rules();
    office_.change_rule("sop/paud.yaml", "\"PAUD-{tahun}-{urut:05}\"", "'" + format + "'");
    office_.reload();
    ASSERT_TRUE(office_.becomes(
        "SELECT CASE WHEN (" + std::string(kInForce) + ") <> '" + before + "' THEN 'new' END",
        "new"))
        << office_.daemon_log();
  }
  // As a program writes it into a path.
  static std::string escaped(std::string_view text) {
    std::string all;
    for (const char c : text)
      all += std::isalnum(static_cast<unsigned char>(c)) != 0
                 ? std::string(1, c)
                 : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return all;
  }
  void expect_ok(const std::vector<std::string>& arguments, const std::string& says,
                 const std::string& as = "") {
    const CommandResult result = office_.tenggat(arguments, as);
    EXPECT_EQ(result.status, 0) << fmt::format("{}", fmt::join(arguments, " ")) << '\n'
                                << result.out << result.err;
    EXPECT_NE(result.out.find(says), std::string::npos) << result.out;
  }

  // A second service that prints the first one's numbers, in force as an earlier version of this
  // program would have put it there.
  void put_a_namesake_in_force() {
    office_.query(
        "INSERT INTO rule_set (hash, kind, name, files) SELECT md5(hash) || md5(hash), kind,"
        " 'paud_baru', replace(replace(files::text, 'sop: paud', 'sop: paud_baru'),"
        " 'sop/paud.yaml', 'sop/paud_baru.yaml')::jsonb FROM rule_set WHERE kind = 'sop' AND hash ="
        " (SELECT hash FROM rule_in_force WHERE kind = 'sop' AND name = 'paud')");
    office_.query(
        "INSERT INTO rule_in_force (kind, name, hash) SELECT kind, name, hash FROM rule_set"
        " WHERE name = 'paud_baru'");
    counter_ = office_.daemon().new_token({"--service", "loket", "--scope", "intake"});
  }
  // POST /permits for a service, and how long its answer took.
  struct Answered {
    HttpAnswer answer;
    std::chrono::milliseconds took{};
  };
  Answered submit_to(const std::string& sop) {
    const boost::json::value body{
        {"sop", sop},
        {"applicant", {{"name", "Aminah"}, {"whatsapp", "0813 1111 2222"}}},
        {"subject", "PAUD Melati"},
        {"documents", boost::json::array{{{"kind", "persyaratan_izin_paud"},
                                          {"uri", "https://intanbjb.example/berkas/1"}}}}};
    const auto begun = Clock::now();
    HttpAnswer answer = office_.exchange(
        http_request("POST", "/api/v1/permits", counter_, "", boost::json::serialize(body)));
    return {std::move(answer),
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun)};
  }

  std::string counter_;  // the token of who hands in at the counter
};

TEST_F(Numbers, WithSlashesAndTheMonthGoThroughApiCommandsPagesAndMessages) {
  number_as("503/{urut:04}/PAUD/{bulan_romawi}/{tahun}");
  const File file = submitted();
  ASSERT_EQ(file.number, "503/0001/PAUD/IV/2026");
  const std::string id = id_of(file), page = "/permohonan/" + id;

  // The API, as a program writes the number into its path.
  const std::string path = "/permits/" + escaped(file.number);
  EXPECT_EQ(office_.get(path, "portal").at("id").as_string(), id);
  EXPECT_EQ(office_.get(path + "/timeline", "kd").at("number").as_string(), file.number);
  EXPECT_EQ(office_.get(path + "/why", "kd").at("number").as_string(), file.number);
  const auto found = office_.get("/permits?q=" + escaped(file.number), "portal");
  ASSERT_EQ(found.at("items").as_array().size(), 1U);
  EXPECT_EQ(found.at("items").at(0).at("id").as_string(), id);

  // The tool.
  expect_ok({"permit", "show", file.number}, file.number, "portal");
  expect_ok({"permit", "list", "--q", file.number}, file.number, "portal");
  expect_ok({"permit", "claim", file.number, "--step", "verifikasi"}, file.number, "fo");
  expect_ok({"permit", "release", file.number, "--step", "verifikasi"}, file.number, "fo");
  expect_ok({"permit", "act", file.number, "accept", "--step", "verifikasi"}, "penerimaan", "fo");
  expect_ok({"permit", "undo", file.number}, "verifikasi", "fo");
  expect_ok({"why", file.number}, file.number, "fo");
  expect_ok({"audit", "verify", file.number}, "every row is as the record says");
  expect_ok({"permit", "dossier", file.number}, file.number);
  expect_ok({"silence", "add", "--permit", file.number, "--until", "2026-04-02T14:00:30+08:00",
             "--by", "admin", "--why", "uji"},
            "");

  // The pages: what is linked is the id, and the number that somebody types is found as well.
  Browser fo = signed_in("fo");
  const WebPage tasks = fo.get("/tugas");
  EXPECT_TRUE(tasks.says(file.number)) << tasks.body;
  EXPECT_TRUE(tasks.says("href=\"" + page + "\"")) << tasks.body;
  const WebPage desk = fo.get(page);
  EXPECT_EQ(desk.status, 200);
  EXPECT_TRUE(desk.says(file.number));
  for (const WebForm& form : forms_of(desk))
    EXPECT_EQ(form.action.find("503"), std::string::npos) << form.action;
  EXPECT_EQ(fo.get("/permohonan/" + escaped(file.number)).status, 200);
  EXPECT_TRUE(fo.get("/cari?q=" + escaped(file.number)).says("href=\"" + page + "\""));
  EXPECT_TRUE(fo.get(page + "/pemohon").says(file.number));
  EXPECT_EQ(fo.press(fo.get(page), "claim").header("Location").find(page), 0U);
  EXPECT_TRUE(browser().get(file.path).says(file.number));

  // Messages.
  office_.advance("2026-04-02T14:15:00");
  const std::string told =
      office_.query("SELECT body FROM message WHERE text = 'terlambat' ORDER BY id LIMIT 1");
  EXPECT_NE(told.find(file.number), std::string::npos) << told;
  EXPECT_NE(told.find(page), std::string::npos) << told;
  EXPECT_EQ(office_.meta().faults(), std::vector<std::string>{});

  // The month is that of the office's own clock at the submission, the count goes through the year.
  office_.advance("2026-04-30T23:59:59");
  EXPECT_EQ(submitted().number, "503/0002/PAUD/IV/2026");
  office_.advance("2026-05-01T00:00:00");
  EXPECT_EQ(submitted().number, "503/0003/PAUD/V/2026");
  office_.stop_daemon();
}

TEST_F(Numbers, OfAnyPrintableTextAreFoundAsTheyArePrinted) {
  number_as("../Izin #{urut}?a=1&b=%2F \\{tahun}é");
  const File file = submitted();
  ASSERT_EQ(file.number, "../Izin #1?a=1&b=%2F \\2026é");
  const std::string id = id_of(file);
  EXPECT_EQ(office_.get("/permits/" + escaped(file.number), "portal").at("id").as_string(), id);
  expect_ok({"permit", "show", file.number}, id, "portal");
  expect_ok({"permit", "act", file.number, "accept", "--step", "verifikasi"}, "penerimaan", "fo");
  expect_ok({"audit", "verify", file.number}, "every row is as the record says");
  Browser bo = signed_in("bo");
  EXPECT_TRUE(bo.get("/tugas").says("href=\"/permohonan/" + id + "\""));
  EXPECT_TRUE(bo.get("/permohonan/" + escaped(file.number)).says("PAUD Melati"));
  EXPECT_TRUE(bo.get("/cari?q=" + escaped(file.number)).says("href=\"/permohonan/" + id + "\""));
  office_.stop_daemon();
}

TEST_F(Numbers, AServiceThatPrintsAnothersNumbersIsRefusedAtOnceAndAlone) {
  submitted();
  submitted();
  put_a_namesake_in_force();
  // Its submissions come all the time; whoever waits for another service does not wait for them.
  std::vector<Answered> refused;
  std::thread namesake([&] {
    for (int i = 0; i < 10; ++i) refused.push_back(submit_to("paud_baru"));
  });
  std::vector<Answered> others;
  for (int i = 0; i < 5; ++i) others.push_back(submit_to("paud"));
  namesake.join();
  for (const Answered& one : others) {
    EXPECT_EQ(one.answer.status, 201) << one.answer.body;
    EXPECT_LT(one.took.count(), 1000);
  }
  for (const Answered& one : refused) {
    EXPECT_EQ(one.answer.status, 409) << one.answer.body;
    EXPECT_NE(one.answer.body.find("/problems/number_taken"), std::string::npos) << one.answer.body;
    EXPECT_LT(one.took.count(), 1000);
  }
  EXPECT_EQ(office_.query("SELECT count(*) FROM permit WHERE sop = 'paud_baru'"), "0");
  // The first service counts on without a gap.
  EXPECT_EQ(submitted().number, "PAUD-2026-00008");
  office_.stop_daemon();
}

TEST_F(Numbers, ARenamedServiceThatKeepsItsNumbersIsFoundBeforeItIsInForce) {
  submitted();
  office_.use_own_rules();
  expect_ok({"check", "--lang", "en"}, "no number of one service can be another's");
  office_.change_rule("sop/paud.yaml", "sop: paud", "sop: paud_baru");
  const CommandResult check = office_.tenggat({"check"});
  EXPECT_EQ(check.status, 1) << check.out << check.err;
  EXPECT_NE(check.err.find("sop/paud.yaml:14:8: "), std::string::npos) << check.err;
  EXPECT_NE(check.err.find("PAUD-2026-00001"), std::string::npos) << check.err;

  const std::string before = office_.query(kInForce);
  office_.reload();
  EXPECT_TRUE(office_.metric_becomes("tenggat_config_last_reload_successful 0"));
  EXPECT_NE(office_.daemon_log().find("sop/paud.yaml:14:8: "), std::string::npos)
      << office_.daemon_log();
  EXPECT_EQ(office_.query(kInForce), before);
  EXPECT_EQ(submitted().number, "PAUD-2026-00002");

  // A daemon that starts has open permits to keep time for: it starts, without that service.
  office_.stop_daemon();
  office_.start_daemon();
  EXPECT_EQ(office_.query(kInForce), before);
  EXPECT_EQ(submitted().number, "PAUD-2026-00003");

  office_.change_rule("sop/paud.yaml", "PAUD-{tahun}-{urut:05}", "PB-{tahun}-{urut:05}");
  office_.reload();
  EXPECT_TRUE(office_.becomes("SELECT count(*) FROM rule_in_force WHERE name = 'paud_baru'", "1"));
  expect_ok({"check", "--lang", "en"}, "no number of one service can be another's");
  office_.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
