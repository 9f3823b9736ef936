// What pages call the things that rules know by English ids.
#include "daemon/pages/words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "daemon/http/problem_types.h"
#include "daemon/pages/permit_view.h"
#include "daemon/store/event_codec.h"
#include "rules/sop/load_sop.h"
#include "tests/rules/calendars.h"
#include "tests/support/words_for_people.h"

namespace tenggat::pages {
namespace {

using tenggat::testing::at;

std::string source(const std::string& path) {
  std::ifstream file(std::string(TENGGAT_SOURCE_DIR "/") + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(PageWords, EveryReasonIsSaidInIndonesian) {
  constexpr Reason kAll[] = {
#define X(name, words) Reason::name,
      TENGGAT_REASONS(X)
#undef X
  };
  for (const Reason reason : kAll) {
    const std::string words = reason_words(reason);
    EXPECT_EQ(test::faults_in_words(words), std::vector<std::string>{}) << to_string(reason);
    EXPECT_NE(words, readable(to_string(reason)));
  }
}

TEST(PageWords, EveryProblemIsTitledInIndonesian) {
  for (const http::ProblemType& type : http::kProblemTypes)
    EXPECT_EQ(test::faults_in_words(std::string(type.title.indonesian)), std::vector<std::string>{})
        << type.code;
}

// One of each type, as far as its words name something.
template <class... What>
std::vector<Event> one_of_each(const std::variant<What...>*) {
  std::vector<Event> all;
  const auto add = [&](Happening what) {
    Event& event = all.emplace_back();
    event.what = std::move(what);
    event.visit = 1;
  };
  (add(What{}), ...);
  Acted acted;
  acted.action = "accept";
  add(acted);
  add(Undone{1, "accept"});
  add(Assigned{"", "fo"});
  add(Acknowledged{"", "cuaca", {}, {}});
  add(Paused{"", "kunjungan_lapangan", {}, {}});
  add(CalendarApplied{"", "Keputusan 1"});
  add(ReminderRaised{true, 1, {}});
  for (const char* rung : {"start", "50%", "due", "+1d"})
    add(RungRaised{rung, 1, 1, {}, Reason::rung_due});
  return all;
}

TEST(PageWords, EveryEventIsSaidInIndonesian) {
  const Sop sop = load_sop({"paud.yaml", source("rules/office/sop/paud.yaml")}).value();
  const Calendar calendar = testing::banjarbaru();
  const People people;
  const Context context{sop, calendar, people, at("2026-04-06T08:00:00+08:00"), {}};
  Permit permit;
  permit.visits.emplace_back();
  permit.visits.back().id = 1;
  permit.visits.back().step = "verifikasi";
  constexpr std::size_t kTypes = std::variant_size_v<Happening>;
  std::set<std::string> of_types;
  std::size_t at = 0;
  for (const Event& event : one_of_each(static_cast<const Happening*>(nullptr))) {
    const store::StoredEvent stored{event, std::string(store::type_of(event.what)),
                                    store::fields_of(event, ""), ""};
    const std::string words = event_words(stored, permit, context);
    EXPECT_EQ(test::faults_in_words(words), std::vector<std::string>{}) << stored.type;
    EXPECT_EQ(words.find("tidak dapat dibaca"), std::string::npos) << stored.type;
    if (at++ < kTypes) of_types.insert(words);
  }
  EXPECT_EQ(of_types.size(), kTypes);  // no two say the same
}

TEST(PageWords, AnEventThatCannotBeReadSaysSo) {
  const Sop sop = load_sop({"paud.yaml", source("rules/office/sop/paud.yaml")}).value();
  const Calendar calendar = testing::banjarbaru();
  const People people;
  const Context context{sop, calendar, people, at("2026-04-06T08:00:00+08:00"), {}};
  const store::StoredEvent stored{{}, "renamed", "{}", ""};
  EXPECT_EQ(event_words(stored, Permit(), context), "Catatan peristiwa ini tidak dapat dibaca");
}

// A permit keeps the version that it was handed in under.
TEST(PageWords, AnActionIsCalledWhatItsServiceCallsIt) {
  Sop sop = load_sop({"paud.yaml", source("rules/office/sop/paud.yaml")}).value();
  EXPECT_EQ(action_words(sop, "verifikasi", "accept"), "Nyatakan lengkap dan terima");
  EXPECT_EQ(action_done_words(sop, "verifikasi", "accept"), "berkas dinyatakan lengkap");
  EXPECT_EQ(action_done_words(sop, "", "withdraw"), "permohonan ditarik");
  EXPECT_EQ(document_words("draft_sk", "", sop), "Draf SK");

  Sop older = sop;  // written before there were words in it
  older.version = "older";
  older.abbreviations.clear();
  older.documents.clear();
  for (Step& step : older.steps)
    for (ActionRule& action : step.actions) action.words = {};
  EXPECT_EQ(action_words(older, "verifikasi", "accept"), "Accept");
  const SopVersions versions{{"older", &older}, {sop.version, &sop}};
  older.versions = &versions;
  EXPECT_EQ(action_words(older, "verifikasi", "accept"), "Nyatakan lengkap dan terima");
  EXPECT_EQ(older.words_of("verifikasi", "reject").reasons.size(), 5U);
  EXPECT_EQ(document_words("draft_sk", "", older), "Draf SK");
  EXPECT_EQ(document_words("berkas_diperiksa", "", older), "Berkas yang sudah diperiksa");
}

TEST(PageWords, EveryNoteIsNamed) {
  std::string draft;
  for (const auto& file : std::filesystem::directory_iterator(TENGGAT_SOURCE_DIR "/rules/permit"))
    if (const std::string name = file.path().filename(); name.starts_with("draft"))
      draft += source("rules/permit/" + name);
  static const std::regex noted("[^a-z_]note\\([^,]+, \"([a-z_]+)\"");
  int kinds = 0;
  for (std::sregex_iterator found(draft.begin(), draft.end(), noted), end; found != end; ++found) {
    EXPECT_NE(note_words((*found)[1].str()), "Catatan lain") << (*found)[1];
    ++kinds;
  }
  EXPECT_GE(kinds, 8);
}

TEST(PageWords, AnHourIsNearWhereItIsOfTodayOrYesterday) {
  const Calendar calendar = testing::banjarbaru();
  const Instant due = at("2026-04-07T15:40:00+08:00");
  const auto said = [&](const char* now) { return due_words(calendar, due, at(now)); };
  EXPECT_EQ(said("2026-04-06T16:00:00+08:00"), "batas Selasa 7 April, 15.40 WITA");
  EXPECT_EQ(said("2026-04-07T08:00:00+08:00"), "batas hari ini pukul 15.40");
  EXPECT_EQ(said("2026-04-07T15:40:00+08:00"), "batas hari ini pukul 15.40");
  EXPECT_EQ(said("2026-04-07T15:40:01+08:00"), "seharusnya hari ini pukul 15.40");
  EXPECT_EQ(said("2026-04-08T00:00:00+08:00"), "seharusnya kemarin pukul 15.40");
  EXPECT_EQ(said("2026-04-09T00:00:00+08:00"), "seharusnya Selasa 7 April, 15.40 WITA");
}

}  // namespace
}  // namespace tenggat::pages
