// How facts are said in messages to officers and applicants.
#include "daemon/office/wording.h"

#include <gtest/gtest.h>

#include "tests/rules/calendars.h"

namespace tenggat::office {
namespace {

using testing::at;

// "06-08 08:02" of 2026 in Banjarbaru.
Instant clock(const std::string& text) {
  return at("2026-" + text.substr(0, 5) + "T" + text.substr(6) + ":00+08:00");
}

const Calendar& calendar() {
  static const Calendar banjarbaru = testing::banjarbaru();
  return banjarbaru;
}

std::string line(const std::string& due, const std::string& now) {
  return task_line({"PAUD-1", "Kajian teknis", clock(due), false, &calendar(), ""}, clock(now));
}

TEST(Wording, LatenessIsSaidInWorkingDaysAndHoursAsRemainingTimeIs) {
  EXPECT_EQ(line("06-08 08:00", "06-08 08:25"), "Kajian teknis, terlambat 25 menit (jam kerja)");
  // Monday 08:00 to Thursday 11:12: 25 h 42 m of working time.
  EXPECT_EQ(line("06-08 08:00", "06-11 11:12"),
            "Kajian teknis, terlambat 3 hari 3 jam (jam kerja)");
  EXPECT_EQ(line("06-12 10:00", "06-08 08:00"), "Kajian teknis, batas Jumat 12 Juni, 10.00 WITA");
}

TEST(Wording, AListSaysWhomItsReaderStandsInFor) {
  EXPECT_EQ(task_line({"PAUD-1", "Persetujuan Kepala Bidang", clock("06-08 08:00"), false,
                       &calendar(), "Siti Rahmah"},
                      clock("06-08 08:25")),
            "Persetujuan Kepala Bidang, menggantikan Siti Rahmah, terlambat 25 menit (jam kerja)");
}

TEST(Wording, AListNamesEachPermitOnceHoweverMuchThereIsToSayOfIt) {
  const Instant now = clock("06-08 08:25");
  const std::vector<ListedTask> tasks{
      {"PAUD-1", "Kajian teknis", clock("06-08 08:00"), false, &calendar(), ""},
      {"PAUD-2", "Verifikasi berkas", clock("06-08 08:10"), false, &calendar(), ""},
      {"PAUD-1", "Izin Penyelenggaraan PAUD", clock("06-12 10:00"), false, &calendar(), ""}};
  EXPECT_EQ(list_of(tasks, now),
            "PAUD-1 Kajian teknis, terlambat 25 menit (jam kerja), dan Izin Penyelenggaraan PAUD,"
            " batas Jumat 12 Juni, 10.00 WITA; PAUD-2 Verifikasi berkas, terlambat 15 menit (jam"
            " kerja)");
}

}  // namespace
}  // namespace tenggat::office
