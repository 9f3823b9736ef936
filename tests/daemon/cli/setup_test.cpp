// What `tenggat setup` asks and writes, without a machine to set up: that is
// tests/systemd/package_test.sh.
#include "daemon/cli/setup_answers.h"
#include "daemon/cli/setup_file.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::cli {
namespace {

using test::Folder;
using test::Ran;
using test::Tool;

const std::string kFile =
    "mode: live                        # trial: sends nothing\n"
    "database: \"host=/run/postgresql\"  # libpq\n"
    "email:\n"
    "  url: \"smtp://127.0.0.1:25\"      # smtps\n"
    "  user: \"\"                        # with a # in \"quotes\"\n"
    "portal: {url: \"\", secret_files: []}\n";

TEST(SetupFile, ChangesOneValueAndKeepsWhatIsBesideIt) {
  std::string text = with_value(kFile, "database", in_quotes("host=db \"x\" #1"));
  text = with_value(std::move(text), "email.user", in_quotes("izin"));
  EXPECT_EQ(value_in(text, "database"), "host=db \"x\" #1");
  EXPECT_EQ(value_in(text, "email.user"), "izin");
  EXPECT_NE(text.find("  # libpq\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  # with a # in \"quotes\"\n"), std::string::npos) << text;
  EXPECT_EQ(with_value(with_value(text, "database", in_quotes("host=/run/postgresql")),
                       "email.user", "\"\""),
            with_value(with_value(kFile, "database", in_quotes("host=/run/postgresql")),
                       "email.user", "\"\""));
}

TEST(SetupFile, AddsWhatIsNotThere) {
  std::string text = with_value(kFile, "email.from", in_quotes("izin@example.go.id"));
  text = with_value(std::move(text), "public_url", in_quotes("https://izin.example.go.id"));
  text = with_value(std::move(text), "http.proxies", "[127.0.0.1]");
  EXPECT_EQ(value_in(text, "email.from"), "izin@example.go.id");
  EXPECT_EQ(value_in(text, "email.url"), "smtp://127.0.0.1:25");
  EXPECT_EQ(value_in(text, "public_url"), "https://izin.example.go.id");
  EXPECT_NE(text.find("http:\n  proxies: [127.0.0.1]\n"), std::string::npos) << text;
}

TEST(SetupFile, RefusesAFormThatItDoesNotChange) {
  EXPECT_THROW(with_value(kFile, "portal.url", in_quotes("https://portal.example")), Refused);
  EXPECT_THROW(with_value("instansi: >\n  Dinas\n  Kota\n", "instansi", in_quotes("Dinas")),
               Refused);
}

TEST(SetupFile, WritesOfficeHoursDayByDay) {
  const std::string calendar =
      "kalender: uji\njam_kerja:\n  senin:  [\"08:00-12:00\"]\n  minggu: "
      "[\"08:00-12:00\"]\n\nperiode: []\n";
  EXPECT_EQ(with_hours(calendar, "senin-selasa 07:30-12:00 13:00-16:00; jumat 08:00-11:00"),
            "kalender: uji\njam_kerja:\n"
            "  senin:  [\"07:30-12:00\", \"13:00-16:00\"]\n"
            "  selasa: [\"07:30-12:00\", \"13:00-16:00\"]\n"
            "  jumat:  [\"08:00-11:00\"]\n\nperiode: []\n");
  for (const char* hours : {"monday 08:00-12:00", "jumat-senin 08:00-12:00", "senin", "senin-"})
    EXPECT_THROW(with_hours(calendar, hours), Refused) << hours;
}

TEST(SetupFile, ABlockOfItsOwnStandsFirstAndHoldsTheLinesOfEachOffice) {
  const std::string once = with_block("local all all peer\n", "local tenggat tenggat peer\n");
  EXPECT_TRUE(once.starts_with("# tenggat setup: begin\nlocal tenggat tenggat peer\n")) << once;
  EXPECT_TRUE(once.ends_with("local all all peer\n"));
  EXPECT_EQ(with_block(once, "local tenggat tenggat peer\n"), once);
  EXPECT_EQ(with_block(once, "x\n"),
            with_block("local all all peer\n", "local tenggat tenggat peer\nx\n"));
}

TEST(SetupFile, AFileKeepsItsModeAndIsLeftWhereNothingChanges) {
  const Folder folder;
  const std::string file = folder.write("conf", "a\n");
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  EXPECT_FALSE(replace_file(file, "a\n", {0640}));
  EXPECT_TRUE(replace_file(file, "b\n", {0640}));
  EXPECT_EQ(read_file(file), "b\n");
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms::owner_read);
}

TEST(SetupFile, AProgramIsGivenItsInputAndHeard) {
  const Ended ended = run_program({"sh", "-c", "cat; echo wrong >&2; exit 3"}, "given\n");
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.said, "given\nwrong\n");
  EXPECT_EQ(run_program({"no-such-program"}).code, 127);
}

std::string nothing(std::string_view) { return ""; }

TEST(SetupAnswers, EveryFaultOfAFileIsSaidAtOnce) {
  const Folder folder;
  const std::string file = folder.write("answers",
                                        "url: perizinan\nmail_from: x\nadministrator: Yusuf M\n"
                                        "administrator_name: Yusuf\nhours: monday 1-2\n");
  try {
    read_answers(file, nothing);
    FAIL();
  } catch (const Refused& refused) {
    const std::string said = refused.what();
    for (const char* fault : {"answers:1:", "answers:2:", "answers:3:", "answers:5:"})
      EXPECT_NE(said.find(fault), std::string::npos) << said;
  }
  EXPECT_THROW(read_answers(folder.write("unknown", "urll: x\n"), nothing), Refused);
  EXPECT_THROW(read_answers(folder.path() / "none", nothing), Refused);
}

TEST(SetupAnswers, WhatStandsAlreadyAnswersWhatIsNotAnswered) {
  const Folder folder;
  const std::string file = folder.write(
      "answers",
      "mail_from: izin@example.go.id\nadministrator: yusuf\nadministrator_name: Yusuf\n");
  const Answers answers = read_answers(file, [](std::string_view key) {
    return std::string(key == "url" ? "https://izin.example.go.id" : "");
  });
  EXPECT_EQ(answers["url"], "https://izin.example.go.id");
  EXPECT_EQ(answers["database"], "local");
  EXPECT_EQ(answers["schema"], "public");
  EXPECT_EQ(answers["administrator_email"], "");
}

TEST(SetupAnswers, AtATerminalAWrongAnswerIsAskedForAgain) {
  std::istringstream in(
      "\nizin\nhttps://"
      "izin.example.go.id\n\n\n\n-\n\nizin@example.go.id\n\n\n\n\n\n\n\nyusuf\nYusuf\n"
      "yusuf@example.go.id\n\n");
  std::ostringstream out, err;
  Terminal terminal{in, out, err, [](const char*) { return std::nullopt; }};
  const Answers answers = ask(terminal, nothing);
  EXPECT_EQ(answers["agency"], "DPMPTSP Kota Banjarbaru");
  EXPECT_EQ(answers["url"], "https://izin.example.go.id");
  EXPECT_EQ(answers["proxy"], "");
  EXPECT_EQ(answers["mail"], "smtp://127.0.0.1:25");
  EXPECT_EQ(answers["administrator_email"], "yusuf@example.go.id");
  std::istringstream nothing_more("Dinas\n");
  Terminal short_one{nothing_more, out, err, [](const char*) { return std::nullopt; }};
  EXPECT_THROW(ask(short_one, nothing), Refused);
}

// Nothing is set up by this test: the refusal comes before anything is looked at.
TEST(Setup, AsJsonItAsksNothing) {
  Tool tool;
  const Ran ran = tool.run({"setup", "--json", "--config", "/nonexistent/tenggat.yaml"});
  EXPECT_EQ(ran.code, kUsage) << ran;
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find("--json goes with --answers FILE"), std::string::npos) << ran;
}

}  // namespace
}  // namespace tenggat::cli
