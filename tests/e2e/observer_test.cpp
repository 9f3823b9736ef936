// Who only observes.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/e2e/office.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

TEST(Observer, ReadsEverythingActsOnNothingAndForAWhileOnly) {
  Office office("2026-06-01T08:00:00");
  const std::string number = json::value_to<std::string>(
      office
          .json({"permit", "submit", "--sop", "paud", "--name", "Aminah", "--subject",
                 "PAUD Melati", "--email", "a@warga.example", "--document",
                 "persyaratan_izin_paud=https://intanbjb.example/berkas/1"},
                "portal")
          .at("number"));
  const CommandResult added =
      office.tenggat({"officer", "add", "--id", "pg", "--name", "Yusuf Maulana", "--role",
                      "pengawas", "--email", "pg@example.go.id"});
  EXPECT_EQ(added.out, "added pg, in service until the day before 2026-08-30\n");
  const CommandResult shorter =
      office.tenggat({"officer", "add", "--id", "ps", "--name", "Sri", "--role", "pengawas",
                      "--email", "ps@example.go.id", "--until", "2026-06-03"});
  EXPECT_EQ(shorter.out, "added ps, in service until the day before 2026-06-03\n");
  EXPECT_EQ(office.query("SELECT ended_on FROM officer WHERE id = 'ps'"), "2026-06-03");
  const std::string token = office.daemon().new_token({"--officer", "ps"});
  const auto as_observer = [&](const std::vector<std::string>& arguments) {
    return office.daemon().tenggat(arguments, token).status;
  };
  EXPECT_EQ(as_observer({"permit", "show", number}), 0);
  EXPECT_EQ(as_observer({"permit", "list"}), 0);
  EXPECT_EQ(as_observer({"why", number}), 0);
  for (const std::vector<std::string>& act : std::vector<std::vector<std::string>>{
           {"permit", "act", number, "accept", "--step", "verifikasi"},
           {"permit", "claim", number, "--step", "verifikasi"},
           {"permit", "pause", number, "--step", "verifikasi", "--reason", "kunjungan_lapangan"},
           {"permit", "acknowledge", number, "--step", "verifikasi", "--reason", "cuaca"},
           {"permit", "act", number, "withdraw"}})
    EXPECT_EQ(as_observer(act), 1) << act[1] << ' ' << act[3];
  office.advance("2026-06-02T23:59:59");
  EXPECT_EQ(as_observer({"permit", "show", number}), 0);
  office.advance("2026-06-03T00:00:00");
  EXPECT_EQ(as_observer({"permit", "show", number}), 1);
  office.stop_daemon();
}

TEST(Observer, WhoBecomesOneLaterIsGivenAnEndToo) {
  Office office("2026-06-01T08:00:00");
  const auto edit = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"officer", "edit", "--id", "baru"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return office.tenggat(arguments).out;
  };
  const auto ended = [&] {
    return office.query("SELECT coalesce(ended_on::text, '') FROM officer WHERE id = 'baru'");
  };
  office.tenggat({"officer", "add", "--id", "baru", "--name", "Sri", "--role", "front_office",
                  "--email", "baru@example.go.id"});
  EXPECT_EQ(edit({"--role", "front_office", "--role", "pengawas"}), "changed baru\n");
  EXPECT_EQ(ended(), "") << "acts, too";
  EXPECT_EQ(edit({"--role", "pengawas"}),
            "changed baru, in service until the day before 2026-08-30\n");
  EXPECT_EQ(ended(), "2026-08-30");
  EXPECT_EQ(edit({"--until", "2026-07-01"}),
            "changed baru, in service until the day before 2026-07-01\n");
  EXPECT_EQ(edit({"--role", "pengawas", "--name", "Sri Rahayu"}),
            "changed baru, in service until the day before 2026-07-01\n");
  EXPECT_EQ(ended(), "2026-07-01") << "an end that is there stays";
  office.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
