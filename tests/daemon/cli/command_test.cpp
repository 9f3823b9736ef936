#include "daemon/cli/command.h"

#include "tests/daemon/cli/tool.h"

namespace tenggat::cli {
namespace {

using test::Ran;
using test::Tool;

TEST(Commands, UsageErrorsExitWithTwo) {
  Tool tool;
  const std::vector<std::vector<std::string>> rows{
      {},
      {"officer"},
      {"officers", "list"},
      {"officer", "add"},
      {"officer", "add", "--id", "siti"},
      {"officer", "list", "--yaml"},
      {"token", "revoke"},
      {"deadline"},
      {"clock", "advance"},
      {"permit", "act", "7", "--step", "verifikasi"},
      {"permit", "act", "7", "accept"},
      {"permit", "show", "7", "8"},
      {"inbox"},  // no TENGGAT_TOKEN
  };
  for (const auto& arguments : rows) {
    const Ran ran = tool.run(arguments);
    EXPECT_EQ(ran.code, kUsage) << ran;
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err, "");
  }
}

TEST(Commands, HelpIsEverywhere) {
  Tool tool;
  for (const auto& command :
       {check_commands(), database_commands(), officer_commands(), token_commands(),
        permit_commands(), clock_commands(), message_commands()}) {
    for (const Command& one : command) {
      std::istringstream path{std::string(one.path)};
      std::vector<std::string> arguments{std::istream_iterator<std::string>(path), {}};
      arguments.emplace_back("--help");
      const Ran ran = tool.run(arguments);
      EXPECT_EQ(ran.code, kOk) << ran;
      EXPECT_TRUE(ran.out.starts_with("Usage: tenggat " + std::string(one.path))) << ran;
      EXPECT_EQ(ran.err, "");
    }
  }
}

TEST(Commands, AGroupAndTheWholeListTheirCommands) {
  Tool tool;
  const Ran all = tool.run({"--help"});
  EXPECT_EQ(all.code, kOk);
  for (const char* command : {"db migrate", "officer delegate end", "token create", "inbox"})
    EXPECT_NE(all.out.find(command), std::string::npos) << command;
  const Ran group = tool.run({"help", "officer"});
  EXPECT_EQ(group.code, kOk);
  EXPECT_NE(group.out.find("officer leave"), std::string::npos);
  EXPECT_EQ(group.out.find("token"), std::string::npos);
}

TEST(Commands, AnUnreadableConfigurationIsRefused) {
  Tool tool;
  const Ran ran = tool.run({"officer", "list", "--config", "/nowhere/tenggat.yaml"});
  EXPECT_EQ(ran.code, kRefused);
  EXPECT_NE(ran.err.find("/nowhere/tenggat.yaml cannot be read"), std::string::npos) << ran;
}

TEST(Commands, CheckPassesWhatShips) {
  Tool tool;
  Ran ran = tool.run({"check", test::shipped_rules().string()});
  EXPECT_EQ(ran.code, kOk) << ran;
  EXPECT_NE(ran.out.find("sop paud: 9 langkah, jumlah 4d 1h 18m sebagaimana tertulis, waktu "
                         "layanan 5d; terbukti benar pada semua "),
            std::string::npos)
      << ran;
  ran = tool.run({"check", test::shipped_rules().string(), "--lang", "en"});
  EXPECT_NE(ran.out.find("sop paud: 9 steps, 4d 1h 18m in all as declared, case 5d; sound in all "
                         "of the "),
            std::string::npos)
      << ran;
}

TEST(Commands, CheckSaysItsFaultsInTheLanguageOfWhoAsks) {
  test::Folder folder;
  for (const char* part : {"sop", "calendar", "texts"})
    std::filesystem::copy(test::shipped_rules() / part, folder.path() / part,
                          std::filesystem::copy_options::recursive);
  folder.write("calendar/lain.yaml",
               "kalender: lain\nzona: localtime\nhari_nominal: 7h30m\n"
               "tahun: [2026]\njam_kerja: {senin: [\"08:00-16:00\"]}\n");
  const std::string directory = folder.path().string();
  const std::string place = directory + "/calendar/lain.yaml:2:7: ";
  Tool tool;
  Ran ran = tool.run({"check", directory});
  EXPECT_EQ(ran.code, kRefused);
  EXPECT_EQ(ran.err, place +
                         "zona `localtime` bukan zona suatu tempat; gunakan nama IANA seperti "
                         "Asia/Makassar\n1 kesalahan dalam " +
                         directory + "\n");
  ran = tool.run({"check", directory, "--lang", "en"});
  EXPECT_EQ(ran.err, place +
                         "the zone `localtime` is not a place's; an IANA name such as "
                         "Asia/Makassar is needed\n1 fault in " +
                         directory + "\n");
  EXPECT_EQ(tool.run({"check", directory, "--lang", "nl"}).code, kUsage);
}

TEST(Commands, DeadlineAnswersLinesAndArguments) {
  Tool tool;
  const std::string calendar = (test::shipped_rules() / "calendar" / "banjarbaru.yaml").string();
  EXPECT_EQ(tool.run({"deadline", "--calendar", calendar}, "2026-04-02T14:00:00+08:00 10m\n").out,
            "2026-04-02T14:10:00+08:00\n");
  EXPECT_EQ(tool.run({"deadline", "--calendar", calendar, "2026-04-02T15:55:00+08:00", "5d"}).out,
            "2026-04-10T16:25:00+08:00\n");
  EXPECT_EQ(tool.run({"elapsed", "--calendar", calendar},
                     "2026-04-02T14:00:00+08:00 2026-04-02T14:10:00+08:00\nnonsense\n")
                .code,
            kRefused);
}

}  // namespace
}  // namespace tenggat::cli
