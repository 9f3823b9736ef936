// What the page of the office's record says of a value.
#include "daemon/pages/office_change_words.h"

#include <gtest/gtest.h>

#include "tests/rules/calendars.h"

namespace tenggat::pages {
namespace {

using store::OfficeChange;
using store::OfficeValue;

class OfficeChangeWords : public ::testing::Test {
 protected:
  OfficeChangeWords() {
    sop_.id = "paud";
    sop_.title = "Izin PAUD";
    Role role;
    role.id = "kepala_dinas";
    role.name = "Kepala Dinas";
    sop_.roles.push_back(role);
    Officer siti;
    siti.id = "siti";
    siti.name = "Siti Aminah";
    people_.officers.push_back(siti);
  }
  std::string words(OfficeValue value, const std::string& before, const std::string& after) {
    const ChangeContext context{{&sop_}, people_, calendar_};
    return change_words({value, before, after}, context);
  }

  Sop sop_;
  People people_;
  const Calendar calendar_ = testing::banjarbaru();
};

TEST_F(OfficeChangeWords, AreThoseOfPeopleAndNotOfTheMachine) {
  EXPECT_EQ(words(OfficeValue::roles, "kepala_dinas", "admin kepala_dinas"),
            "peran: Kepala Dinas, menjadi Pengelola sistem, Kepala Dinas");
  EXPECT_EQ(words(OfficeValue::roles, "", "juru_tulis"), "peran: Juru tulis");
  EXPECT_EQ(words(OfficeValue::start_on, "2026-04-13 2026-04-20", ""),
            "hari pertama: semula 13 April 2026, 20 April 2026");
  EXPECT_EQ(words(OfficeValue::until, "", "2026-04-13T00:00:00+00:00"),
            "sampai: Senin, 13 April 2026 pukul 08.00 WITA");
  EXPECT_EQ(words(OfficeValue::deputy, "", "siti"), "pelaksana: Siti Aminah");
  EXPECT_EQ(words(OfficeValue::duty, "", "plh"), "jenis penunjukan: Plh.");
  EXPECT_EQ(words(OfficeValue::channels, "whatsapp", "email whatsapp"),
            "urutan saluran: WhatsApp, menjadi email, WhatsApp");
  EXPECT_EQ(words(OfficeValue::scopes, "", "act read"), "cakupan: bertindak bagi petugas, membaca");
  EXPECT_EQ(words(OfficeValue::silenced, "", "officer siti"), "sasaran: pegawai Siti Aminah");
  EXPECT_EQ(words(OfficeValue::silenced, "", "permit 417"), "sasaran: permohonan 417");
  EXPECT_EQ(words(OfficeValue::silenced, "", "step lain.uji_coba"), "sasaran: tahap Uji coba");
  EXPECT_EQ(words(OfficeValue::state, "dead", "failed"), "keadaan: gagal, menjadi dihapus");
  EXPECT_EQ(words(OfficeValue::recipient, "", "officer:siti"), "penerima: Siti Aminah");
  EXPECT_EQ(words(OfficeValue::recipient, "", "applicant:7"), "penerima: pemohon");
  EXPECT_EQ(words(OfficeValue::text, "", "tugas_baru"), "jenis pesan: Tugas baru");
  EXPECT_EQ(
      words(OfficeValue::numbers, "", "paud 2026: 9-34; pbg 2025: 7-7"),
      "nomor yang tidak dipakai: Izin PAUD 2026 nomor 9 sampai 34, Pbg 2025 nomor 7 sampai 7");
  EXPECT_EQ(words(OfficeValue::version, "", std::string(64, 'a')),
            "versi: " + std::string(12, 'a'));
}

TEST_F(OfficeChangeWords, SayNothingThatIsPersonal) {
  for (const OfficeValue value : store::kOfficeValues) {
    if (value == OfficeValue::recipient || value == OfficeValue::silenced) continue;
    const std::string said = words(value, "", "Rahasia");
    EXPECT_EQ(said.find("Rahasia") == std::string::npos, store::is_personal(value)) << said;
  }
  EXPECT_EQ(words(OfficeValue::email, "a", "b"), "alamat email diubah");
  EXPECT_EQ(words(OfficeValue::email, "a", ""), "alamat email dihapus");
  EXPECT_EQ(words(OfficeValue::email, "", "b"), "alamat email diisi");
}

}  // namespace
}  // namespace tenggat::pages
