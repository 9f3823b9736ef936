// How templates stand at Meta, on the administrators' page; the language that officers choose.
#include <thread>

#include "tests/e2e/kept_page.h"
#include "tests/e2e/pages_fixture.h"

namespace tenggat::test {
namespace {

class ChannelPagesTest : public PagesTest {
 protected:
  Browser administrator() {
    office_.daemon().must(
        {"officer", "edit", "--id", "kb", "--role", "kabid_perizinan", "--role", "admin"});
    return signed_in("kb");
  }
};

TEST_F(ChannelPagesTest, HowEachTemplateStandsAtMetaIsSeenAndAskedForAgain) {
  Browser kb = administrator();
  const auto shows = [&](const std::string& words) {
    for (int i = 0; i < 100; ++i) {
      if (kb.get("/saluran-kantor").says(words)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  };
  // What ships is approved in Indonesian; in English nobody has submitted anything.
  EXPECT_TRUE(shows("belum diajukan")) << kb.get("/saluran-kantor").body;
  const WebPage page = kb.get("/saluran-kantor");
  EXPECT_TRUE(page.says("disetujui</span> ")) << page.body;
  EXPECT_TRUE(page.says("templat bahasa Inggris</summary>"));
  EXPECT_TRUE(page.says("<code>tenggat texts meta</code>"));
  EXPECT_TRUE(page.says("Dilihat "));
  EXPECT_LT(page.body.size(), 60U * 1024);

  keep(page, "saluran-kantor");
  office_.meta().templates({{"tenggat_tahap_v2", "id", "REJECTED", "INVALID_FORMAT"},
                            {"tenggat_lengkap_v2", "id", "PAUSED", ""}});
  office_.query("UPDATE template_look SET asked_at = asked_at - interval '2 minutes'");
  const WebPage asked = kb.press(page, "lihat-templat");
  EXPECT_EQ(asked.header("Location"), "/saluran-kantor?templat=ya") << asked.body;
  EXPECT_TRUE(shows("ditolak: bentuknya tidak sah")) << kb.get("/saluran-kantor").body;
  EXPECT_TRUE(kb.get("/saluran-kantor").says(">dijeda</span> 1 templat"));
  EXPECT_FALSE(kb.get("/saluran-kantor").says("disetujui</span>"));
  const std::string listed = office_.daemon().must({"texts", "templates"});
  EXPECT_NE(listed.find("rejected (INVALID_FORMAT)"), std::string::npos) << listed;
  EXPECT_NE(listed.find("looked at 2"), std::string::npos) << listed;
  const std::string doctor = office_.tenggat({"doctor"}).out;
  EXPECT_NE(doctor.find("fault    templates: "), std::string::npos) << doctor;
  EXPECT_NE(doctor.find("tenggat_lengkap_v2 id: paused"), std::string::npos) << doctor;

  office_.meta().refuse_templates(401, 190);
  office_.query("UPDATE template_look SET asked_at = asked_at - interval '2 hours'");
  EXPECT_TRUE(shows("penyedia menolak kunci akses kantor"));
  keep(kb.get("/saluran-kantor"), "saluran-kantor-ditolak");
  EXPECT_TRUE(kb.get("/saluran-kantor").says("ditolak: bentuknya tidak sah")) << "still known";
  EXPECT_TRUE(office_.meta().faults().empty());
}

TEST_F(ChannelPagesTest, AnOfficerIsWrittenToInTheLanguageTheyChoose) {
  Browser bo = signed_in("bo");
  const WebPage page = bo.get("/saluran");
  keep(page, "saluran");
  EXPECT_TRUE(page.says("Bahasa pesan")) << page.body;
  // Of bo nothing but a mail address is known: that is what is chosen, though nobody chose it.
  EXPECT_TRUE(page.says("name=\"saluran\" value=\"surel\" checked")) << page.body;
  EXPECT_EQ(bo.press(page, "pilih", {{"saluran", "surel"}, {"bahasa", "en"}}).status, 303);
  EXPECT_EQ(office_.query("SELECT tongue FROM officer WHERE id = 'bo'"), "en");
  EXPECT_EQ(office_.query("SELECT count(*) FROM office_event WHERE type = 'officer_changed'"
                          " AND fields::text LIKE '%tongue%'"),
            "1");
  EXPECT_TRUE(administrator().get("/jejak").says("bahasa pesan"));
  const auto latest = [&](const std::string& text) {
    return office_.query(
        "SELECT coalesce((SELECT subject || '. ' || body FROM message WHERE text ="
        " '" +
        text +
        "' AND recipient = 'officer:bo' ORDER BY id DESC LIMIT 1),"
        " '')");
  };
  office_.advance("2026-04-02T16:00:00");
  const std::string change = latest("perubahan_kantor");
  EXPECT_NE(change.find("A change is on record"), std::string::npos) << change;
  EXPECT_NE(change.find("(order of channels, language of messages)"), std::string::npos) << change;
  signed_in("bo");
  const std::string link = latest("tautan_masuk");
  EXPECT_NE(link.find("please sign in to Tenggat"), std::string::npos) << link;
  EXPECT_EQ(link.find(" pukul "), std::string::npos) << link;  // the machine's time, in English
  // Back again.
  EXPECT_EQ(bo.press(bo.get("/saluran"), "pilih", {{"bahasa", "id"}}).status, 303);
  EXPECT_EQ(office_.query("SELECT tongue FROM officer WHERE id = 'bo'"), "id");
}

// Meta approves each language by itself: who reads one that it has not approved keeps nobody else
// waiting.
TEST_F(ChannelPagesTest, ATemplateThatIsMissingInOneLanguageStopsInThatOneAlone) {
  Browser fo = signed_in("fo");
  EXPECT_EQ(fo.press(fo.get("/saluran"), "pilih", {{"saluran", "wa"}, {"bahasa", "en"}}).status,
            303);
  signed_in("fo");
  EXPECT_TRUE(
      office_.becomes("SELECT coalesce(string_agg(template, ','), '') FROM text_outage"
                      " WHERE text = 'tautan_masuk'",
                      "tenggat_tautan_masuk en"));
  signed_in("dt");
  EXPECT_TRUE(
      office_.becomes("SELECT state FROM message WHERE text = 'tautan_masuk' AND recipient ="
                      " 'officer:dt' AND channel = 'whatsapp' ORDER BY id DESC LIMIT 1",
                      "accepted"));
}

}  // namespace
}  // namespace tenggat::test
