// A copy of the database opens nothing: no string in it leads to a tracking page, signs in or is a
// session; and while a key of links is rotated, the links of the former one go on to open.
#include <fstream>
#include <set>

#include "daemon/base/link_keys.h"
#include "tests/e2e/pages_fixture.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

namespace fs = std::filesystem;

class SecretsTest : public PagesTest {
 protected:
  // Whoever guesses is slowed down elsewhere; here they may try all they have.
  SecretsTest() : PagesTest("http: {failures_a_minute: 1000000}\n") {}

  std::string dump() {
    const fs::path file = office_.daemon().directory() / "dump.sql";
    const std::string command = fmt::format("pg_dump --inserts -f '{}' \"{}\"", file.string(),
                                            shared_postgres().conninfo(office_.database()));
    EXPECT_EQ(std::system(command.c_str()), 0);
    return read_file(file);
  }
  // What a thief would try: each run of hex digits in it, and its beginnings as long as secrets
  // are.
  static std::set<std::string> strings_of(const std::string& dump) {
    std::set<std::string> all;
    const std::regex runs("[0-9a-f]{32,}");
    for (std::sregex_iterator at(dump.begin(), dump.end(), runs), end; at != end; ++at)
      for (const std::size_t length : {std::size_t{32}, std::size_t{64}, at->str().size()})
        if (at->str().size() >= length && length <= 128) all.insert(at->str().substr(0, length));
    return all;
  }
  // All that Meta was asked to tell people.
  std::string sent() {
    std::string all;
    for (const MetaSink::Taken& one : office_.meta().taken(1))
      for (const std::string& parameter : one.parameters) all += parameter + '\n';
    return all;
  }
  static bool opens(Browser& thief, const std::string& path) {
    return thief.get(path).status == 200;
  }
};

TEST_F(SecretsTest, ACopyOfTheDatabaseOpensNothing) {
  const File accepted = submitted(), mended = submitted("PAUD Kenanga", "Siti");
  act("fo", accepted, "verifikasi", "accept");
  act("fo", mended, "verifikasi", "reject", {"--note", "Denah belum ada"});
  office_.advance("2026-04-02T14:30:00");
  Browser bo = signed_in("bo");
  Browser asking = browser();
  ask_for_link(asking, office_.query("SELECT email FROM officer WHERE id = 'kb'"));
  const std::string link = link_to("kb");  // asked for and not used
  ASSERT_TRUE(office_.becomes("SELECT count(*) > 3 FROM message WHERE state = 'accepted'", "t"));

  const std::string stolen = dump();
  Browser thief = browser();
  int tried = 0, opened = 0;
  for (const std::string& one : strings_of(stolen)) {
    for (const char* path : {"/lacak/", "/masuk/", "/layar/"}) {
      ++tried;
      if (!opens(thief, path + one)) continue;
      ++opened;
      ADD_FAILURE() << path << one << " opens";
    }
    for (const std::string& session : {one, "tgt_" + one}) {
      ++tried;
      Browser guest = browser();
      guest.cookies()["__Host-tenggat_sesi"] = session;
      if (opens(guest, "/tugas")) ADD_FAILURE() << session << " is a session";
      if (guest.request("GET", "/api/v1/tasks", "Authorization: Bearer " + session + "\r\n")
              .status == 200)
        ADD_FAILURE() << session << " is a token";
    }
  }
  std::cout << tried << " strings tried, " << opened << " opened something\n";
  EXPECT_GT(tried, 200);

  // What they try to find is in use, and is not in it.
  for (const std::string& path : {accepted.path, mended.path, link}) {
    EXPECT_EQ(browser().get(path).status, 200) << path;
    EXPECT_EQ(stolen.find(path.substr(path.rfind('/') + 1)), std::string::npos) << path;
  }
  EXPECT_EQ(bo.get("/tugas").status, 200);
  EXPECT_EQ(stolen.find(bo.cookies().at("__Host-tenggat_sesi")), std::string::npos);
  // The applicant was sent the link that opens.
  EXPECT_NE(sent().find(accepted.path), std::string::npos);
}

TEST_F(SecretsTest, WhatSomebodyWroteIsNoPlaceOfLinks) {
  const File victim = submitted();
  const std::string seed =
      office_.query("SELECT tracking_secret FROM permit WHERE number = '" + victim.number + "'");
  const std::string bait = "https://perizinan.example.go.id/lacak/" + LinkKeys::unmarked(seed);
  const File own = submitted("PAUD " + bait, "Pencuri");
  EXPECT_FALSE(browser().get(own.path).says(victim.path));
  act("fo", own, "verifikasi", "reject", {"--note", "Lihat " + bait});
  office_.advance("2026-04-02T14:30:00");
  ASSERT_TRUE(
      office_.becomes("SELECT count(*) > 1 FROM message WHERE state = 'accepted'"
                      " AND recipient LIKE 'applicant:%'",
                      "t"));
  EXPECT_FALSE(browser().get(own.path).says(victim.path));
  for (const MetaSink::Taken& one : office_.meta().taken(1)) {
    std::string said;
    for (const std::string& parameter : one.parameters) said += parameter + '\n';
    EXPECT_FALSE(said.find(own.path) != std::string::npos &&
                 said.find(victim.path) != std::string::npos)
        << said;
  }
  const boost::json::value shown = office_.get("/permits/" + own.number, "portal");
  EXPECT_EQ(boost::json::serialize(shown).find(victim.path), std::string::npos);
  EXPECT_NE(boost::json::serialize(shown).find(own.path), std::string::npos);
}

TEST_F(SecretsTest, WhileTheKeyRotatesFormerLinksGoOnToOpen) {
  const File before = submitted();
  DaemonProcess& daemon = office_.daemon();
  const fs::path directory = daemon.directory();
  std::ofstream(directory / "kunci-baru") << std::string(64, 'b');
  const auto configured = [&](const std::string& keys) {
    daemon.options().configuration = std::regex_replace(daemon.options().configuration,
                                                        std::regex("link_key_file: [^\n]*\n"), "");
    daemon.options().configuration += "link_key_file: " + keys + "\n";
    daemon.write_configuration();
    EXPECT_EQ(daemon
                  .tenggatd({"--config", (directory / "tenggat.yaml").string(), "--reload",
                             std::to_string(daemon.pid())})
                  .status,
              0);
  };
  configured("[kunci-baru, state/link.key]");
  const File after = submitted("PAUD Kenanga", "Siti");
  EXPECT_EQ(browser().get(before.path).status, 200);
  EXPECT_EQ(browser().get(after.path).status, 200);
  const std::string again(
      office_.get("/permits/" + before.number, "portal").at("tracking_url").as_string());
  EXPECT_EQ(again.find(before.path), std::string::npos);  // made by the new one
  EXPECT_EQ(browser().get(again.substr(again.find("/lacak/"))).status, 200);
  configured("kunci-baru");
  EXPECT_EQ(browser().get(before.path).status, 404);
  EXPECT_EQ(browser().get(after.path).status, 200);
  EXPECT_EQ(browser().get(again.substr(again.find("/lacak/"))).status, 200);
}

}  // namespace
}  // namespace tenggat::test
