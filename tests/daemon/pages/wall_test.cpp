// The board on a wall.
#include "daemon/pages/wall.h"

#include "tests/rules/paud_fixture.h"
#include "tests/support/words_for_people.h"

namespace tenggat::pages {
namespace {

using namespace tenggat::testing;

office::SopBoard numbers(std::int64_t met, std::int64_t judged, std::int64_t late_open,
                         std::int64_t legal_passed = 0) {
  office::SopBoard one;
  one.met = met;
  one.judged = judged;
  one.late_open = late_open;
  one.legal_passed = legal_passed;
  return one;
}

TEST(Wall, WhatIsLateAndNotDecidedCountsIn) {
  EXPECT_EQ(on_time(numbers(59, 61, 3)).met, 59);
  EXPECT_EQ(on_time(numbers(59, 61, 3)).of, 64);
  EXPECT_FALSE(on_time(numbers(61, 61, 12)).good);  // never all well beside twelve late
  EXPECT_FALSE(on_time(numbers(60, 61, 0)).good);
  EXPECT_FALSE(on_time(numbers(41, 41, 0, 1)).good);  // nor beside a lost limit of law
  EXPECT_TRUE(on_time(numbers(41, 41, 0)).good);
  EXPECT_FALSE(on_time(numbers(0, 0, 0)).good);  // of nothing nothing is said
}

office::Board board_of(const office::SopBoard& one) {
  office::Board board;
  board.at = wita("04-16 10:24");
  board.sops["paud"] = one;
  return board;
}

std::string wall(const office::Board& board, std::vector<WallService> services) {
  return wall_of({"DPMPTSP Kota Banjarbaru", std::move(services), board}).bytes();
}

TEST(Wall, ShowsNumbersAndTheWorstOfEachStep) {
  office::SopBoard one = numbers(59, 61, 3, 4);
  one.steps["kajian_teknis"].overdue = 2;
  one.steps["kajian_teknis"].on_track = 15;
  one.steps["verifikasi"].due_soon = 1;
  one.steps["pengajuan"].untimed = 5;
  const std::string page = wall(board_of(one), {{&paud(), &shipped_calendar()}});
  const std::string text = test::words_of_page(page);
  for (const char* said : {"59 dari 64", "tepat waktu, April", "lewat batas, belum terbit",
                           "batas hukum terlewati", "17", "2 terlambat", "1 segera", "dikembalikan",
                           "kosong", "Kamis 16 April", "10.24", "WITA", "batas 5 hari kerja"})
    EXPECT_NE(text.find(said), std::string::npos) << said << "\n" << text;
  EXPECT_EQ(page.find("<a "), std::string::npos);
  EXPECT_EQ(page.find("class=\"ok\"><dt>tepat"), std::string::npos);
  EXPECT_EQ(test::faults_in_words(text), std::vector<std::string>());
}

TEST(Wall, OfManyServicesTheMostTroubledAreShownAndTheOthersCounted) {
  std::vector<Sop> sops;
  office::Board board;
  board.at = wita("04-16 10:24");
  for (int i = 0; i < 5; ++i) {
    Sop sop = paud();
    sop.id = "izin" + std::to_string(i);
    sop.title = "Izin " + std::to_string(i);
    board.sops[sop.id] = numbers(1, 1, i == 3 ? 2 : i == 1 ? 1 : 0);
    sops.push_back(std::move(sop));
  }
  std::vector<WallService> services;
  for (const Sop& sop : sops) services.push_back({&sop, &shipped_calendar()});
  const std::string text = test::words_of_page(wall(board, services));
  EXPECT_NE(text.find("Izin 3"), std::string::npos);
  EXPECT_NE(text.find("Izin 1"), std::string::npos);
  EXPECT_EQ(text.find("Izin 0"), std::string::npos);
  EXPECT_NE(text.find("3 layanan lain: 0 lewat batas"), std::string::npos) << text;
}

}  // namespace
}  // namespace tenggat::pages
