#include "daemon/office/rule_files.h"

#include <algorithm>

#include "tests/daemon/cli/tool.h"

namespace tenggat {
namespace {

namespace fs = std::filesystem;
using test::Folder;

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The shipped rules in a folder of the test's own.
class EditedRules : public testing::Test {
 protected:
  EditedRules() {
    for (const char* part : {"sop", "calendar", "texts"})
      fs::copy(test::shipped_rules() / part, folder_.path() / part, fs::copy_options::recursive);
  }
  void replace(const std::string& file, const std::string& what, const std::string& with) {
    std::string text = contents(folder_.path() / file);
    const std::size_t place = text.find(what);
    ASSERT_NE(place, std::string::npos) << what;
    text.replace(place, what.size(), with);
    folder_.write(file, text);
  }
  std::vector<std::string> faults() {
    std::vector<std::string> all;
    const auto files = load_rule_files(folder_.path());
    if (files) return all;
    const std::string prefix = folder_.path().string() + "/";
    for (const Fault& fault : files.error()) {
      std::string text = fault.to_string();
      for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
        text.erase(at, prefix.size());
      all.push_back(text);
    }
    return all;
  }
  Folder folder_;
};

TEST_F(EditedRules, WhatShipsIsSoundAndItsHashDoesNotDependOnThePlace) {
  const auto here = load_rule_files(folder_.path());
  const auto there = load_rule_files(test::shipped_rules());
  ASSERT_TRUE(here) << here.error().front().to_string();
  ASSERT_TRUE(there);
  ASSERT_EQ(here->sops.size(), here->sop_sets.size());
  EXPECT_EQ(here->sops[0].version, there->sop_sets[0].hash);
  EXPECT_EQ(here->calendar_sets[0].hash, there->calendar_sets[0].hash);
  EXPECT_EQ(here->calendar_sets[0].files.size(), 2U);
  EXPECT_EQ(here->calendar_sets[0].files[1].name, "libur.tsv");
  EXPECT_NE(here->texts.find("diterima"), nullptr);
}

TEST_F(EditedRules, ADayOffMoreIsAnotherCalendar) {
  const std::string before = load_rule_files(folder_.path())->calendar_sets[0].hash;
  folder_.write("calendar/libur.tsv",
                contents(folder_.path() / "calendar/libur.tsv") + "# no entry, yet another text\n");
  EXPECT_NE(load_rule_files(folder_.path())->calendar_sets[0].hash, before);
}

TEST_F(EditedRules, FaultsOfAllFilesAreNamedAtOnce) {
  replace("sop/paud.yaml", "total: 4d 1h 18m", "total: 4d 1h 19m");
  replace("calendar/banjarbaru.yaml", "Asia/Makassar", "Asia/Martapura");
  const auto all = faults();
  const auto names = [&](const char* file) {
    return std::ranges::any_of(all,
                               [&](const std::string& text) { return text.starts_with(file); });
  };
  EXPECT_TRUE(names("sop/paud.yaml:"));
  EXPECT_TRUE(names("calendar/banjarbaru.yaml:"));
}

TEST_F(EditedRules, ASopNamesTextsAndACalendarThatAreThere) {
  replace("sop/paud.yaml", "kabar: lengkap", "kabar: lengkapp");
  replace("sop/paud.yaml", "kabar: terbit", "kabar: tugas_baru");
  replace("sop/paud.yaml", "kalender: banjarbaru", "kalender: martapura");
  const auto all = faults();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(
      all[0],
      "sop/paud.yaml:13:11: no calendar `martapura` in calendar/: add its file or mend the name");
  EXPECT_NE(all[1].find("no text `lengkapp`"), std::string::npos) << all[1];
  EXPECT_NE(all[2].find("`tugas_baru` is not for applicants"), std::string::npos) << all[2];
}

TEST_F(EditedRules, TheServiceInWhichARefusalIsObjectedToIsThere) {
  replace("sop/paud.yaml", "  batas: 21d\n", "  batas: 21d\n  sop: keberatan\n");
  EXPECT_EQ(
      faults(),
      std::vector<std::string>{
          "sop/paud.yaml:34:8: no SOP `keberatan` in sop/, in which a refusal is objected to: "
          "add its file or leave sop out"});
  fs::copy(fs::path(TENGGAT_SOURCE_DIR) / "tests/sops/keberatan.yaml",
           folder_.path() / "sop/keberatan.yaml");
  EXPECT_TRUE(faults().empty());
}

TEST_F(EditedRules, TheAdministratorsRoleIsNoSops) {
  std::string sop = contents(folder_.path() / "sop/paud.yaml");
  for (std::size_t at; (at = sop.find("pengawas")) != std::string::npos;)
    sop.replace(at, 8, "admin");
  folder_.write("sop/paud.yaml", sop);
  const auto all = faults();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_NE(all[0].find("the role `admin` is kept for who runs this system"), std::string::npos)
      << all[0];
}

TEST_F(EditedRules, ANameOfTheDaemonsOwnIsNoFiles) {
  for (const auto& [file, key] :
       {std::pair{"sop/paud.yaml", std::string("sop: ")},
        std::pair{"calendar/banjarbaru.yaml", std::string("kalender: ")}}) {
    std::string text = contents(folder_.path() / file);
    const auto at = text.find("\n" + key) + 1 + key.size();
    folder_.write(file, text.insert(at, "_"));
  }
  std::string all;
  for (const std::string& fault : faults()) all += fault + '\n';
  EXPECT_NE(all.find("the name `_paud` is the daemon's own"), std::string::npos) << all;
  EXPECT_NE(all.find("the name `_banjarbaru` is the daemon's own"), std::string::npos) << all;
}

TEST_F(EditedRules, TwoSopsOfOneIdOrOneNumberAreRefused) {
  folder_.write("sop/zwei.yaml", contents(folder_.path() / "sop/paud.yaml"));
  EXPECT_EQ(faults(),
            std::vector<std::string>{"sop/zwei.yaml: the SOP's id `paud` is that of sop/paud.yaml "
                                     "already: give this one another"});
  replace("sop/zwei.yaml", "sop: paud", "sop: lain");
  EXPECT_EQ(
      faults(),
      std::vector<std::string>{
          "sop/zwei.yaml:14:8: could print a number of paud "
          "too, whose `nomor` is PAUD-{tahun}-{urut:05}: give one of them a word of its own"});
  // It need not be the same letter by letter: from the ten thousandth on they would meet.
  replace("sop/zwei.yaml", "{urut:05}", "{urut:04}");
  EXPECT_EQ(faults().size(), 1U);
  replace("sop/zwei.yaml", "PAUD-{tahun}", "LAIN-{tahun}");
  EXPECT_TRUE(faults().empty());
}

TEST_F(EditedRules, ATranslationFitsItsOriginal) {
  replace("texts/en.yaml", "the history of this one", "the history of {perihal}'s");
  EXPECT_TRUE(faults().empty());  // a field more often is no other field
  replace("texts/en.yaml", "Follow it at {tautan} – official message", "Official message");
  EXPECT_EQ(faults(),
            std::vector<std::string>{"texts/en.yaml: the text diterima has other fields"});
  folder_.write("texts/fr.yaml", contents(folder_.path() / "texts/id.yaml"));
  EXPECT_EQ(faults().front(), "texts/fr.yaml: holds texts in `id` and is not called id.yaml");
}

TEST_F(EditedRules, WhatIsMissingOrWouldBePassedOverIsNamed) {
  folder_.write("sop/lain.yml", "sop: lain\n");
  fs::remove(folder_.path() / "texts/id.yaml");
  const auto all = faults();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0], "texts/id.yaml: there is no such file");
  EXPECT_TRUE(all[1].starts_with("sop/lain.yml: would be passed over")) << all[1];
  EXPECT_TRUE(load_rule_files(folder_.path() / "nowhere").has_error());
}

}  // namespace
}  // namespace tenggat
