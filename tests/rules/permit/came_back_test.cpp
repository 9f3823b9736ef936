// What comes back goes to whose work it was, and says why it did. Source: docs/reference.md,
// People.
#include "rules/permit/came_back.h"

#include <fmt/format.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using Lines = std::vector<std::string>;
using How = CameBack::How;

void hire(Office& office, const std::string& id, const std::string& role) {
  Officer one;
  one.id = id;
  one.roles = {role};
  one.email = id + "@example.go.id";
  office.people.officers.push_back(one);
}
// Two in the back office; BO2 has drafted, and the head of section has it.
Office drafted_by_bo2() {
  Office office;
  hire(office, "BO2", "back_office");
  office.at("04-06 08:00").bring_to("penyusunan_sk");
  office.does("BO2", Deed("penyusunan_sk", "draft").file("draft_sk"));
  office.raised_since();
  return office;
}
void leave(Office& office, const std::string& id, const char* from, const char* to) {
  for (Officer& one : office.people.officers)
    if (one.id == id) one.leaves.push_back({from, to});
}
Deed return_of(const std::string& step) { return Deed(step, "return").note("alamat salah"); }

TEST(CameBack, AReturnGoesToWhoDraftedAndIsToldToThemAlone) {
  Office office = drafted_by_bo2();
  office.does("KB", return_of("persetujuan_kabid"));
  const Visit& again = office.visit("penyusunan_sk#2");
  EXPECT_EQ(again.assignee, "BO2");
  EXPECT_FALSE(again.claimed_at);
  EXPECT_EQ(std::get<Assigned>(office.events.back().what).reason, Reason::to_author);
  EXPECT_EQ(office.raised_since(), Lines{"penyusunan_sk#2 start: holder tugas_baru rung_due"});
  const auto back = came_back(office.permit, again, office.sop());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->how, How::returned);
  EXPECT_EQ(label(*back->before), "penyusunan_sk#1");
  EXPECT_EQ(label(*back->sent), "persetujuan_kabid#1");
  office.does("BO2", Claim{"penyusunan_sk"});
  EXPECT_EQ(office.tries("BO", Deed("penyusunan_sk", "draft").file("draft_sk")),
            Reason::claimed_by_other);
  office.does("BO2", Release{"penyusunan_sk", "sakit"});  // and then it is anybody's
  office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk"));
}

TEST(CameBack, AColleagueMayTakeItUpBeforeItsAuthorDoes) {
  Office office = drafted_by_bo2();
  office.does("KB", return_of("persetujuan_kabid"));
  office.does("BO", Claim{"penyusunan_sk"});
  EXPECT_EQ(office.visit("penyusunan_sk#2").assignee, "BO");
  EXPECT_EQ(office.tries("BO2", Deed("penyusunan_sk", "draft").file("draft_sk")),
            Reason::claimed_by_other);
}

TEST(CameBack, WhoIsAwayIsGivenNothing) {
  Office office = drafted_by_bo2();
  leave(office, "BO2", "2026-04-06", "2026-04-06");
  office.does("KB", return_of("persetujuan_kabid"));
  EXPECT_EQ(office.visit("penyusunan_sk#2").assignee, "");
  EXPECT_EQ(office.raised_since(),
            Lines{"penyusunan_sk#2 start: role:back_office tugas_baru rung_due"});
}

TEST(CameBack, WhoHasLeftTheRoleIsGivenNothing) {
  Office office = drafted_by_bo2();
  for (Officer& one : office.people.officers)
    if (one.id == "BO2") one.roles = {"front_office"};
  office.does("KB", return_of("persetujuan_kabid"));
  EXPECT_EQ(office.visit("penyusunan_sk#2").assignee, "");
}

TEST(CameBack, AReturnIsTakenBackUntilItsAuthorTakesItUp) {
  Office office = drafted_by_bo2();
  office.does("KB", return_of("persetujuan_kabid"));
  office.does("KB", Undo{});
  EXPECT_EQ(office.open(), "persetujuan_kabid#1");
  office.does("KB", return_of("persetujuan_kabid"));
  office.does("BO2", Claim{"penyusunan_sk"});
  EXPECT_EQ(office.tries("KB", Undo{}), Reason::next_visit_touched);
}

TEST(CameBack, TheLatestAuthorHasItAndWhatGoesForwardIsNobodys) {
  Office office = drafted_by_bo2();
  office.does("KB", return_of("persetujuan_kabid"));
  office.does("BO2", Release{"penyusunan_sk", ""});
  office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk"));
  EXPECT_EQ(office.visit("persetujuan_kabid#2").assignee, "");
  EXPECT_FALSE(came_back(office.permit, office.visit("persetujuan_kabid#2"), office.sop()));
  office.does("KB", Deed("persetujuan_kabid", "approve"));
  office.does("S", return_of("persetujuan_sekretaris"));
  EXPECT_EQ(office.visit("penyusunan_sk#3").assignee, "BO");
}

TEST(CameBack, AnErrorThatTheApplicantReportsGoesToWhoDrafted) {
  Office office;
  hire(office, "BO2", "back_office");
  office.at("04-06 08:00").bring_to("penerimaan_sk");
  office.does("P", Deed("penerimaan_sk", "report_error").note("nama yayasan salah"));
  EXPECT_EQ(office.visit("penyusunan_sk#2").assignee, "BO");
  EXPECT_EQ(came_back(office.permit, office.visit("penyusunan_sk#2"), office.sop())->how,
            How::error_reported);
}

TEST(CameBack, AMendedFileGoesToWhoReturnedIt) {
  Office office;
  hire(office, "FO2", "front_office");
  office.at("04-06 08:00").submit();
  office.does("FO2", Deed("verifikasi", "reject").deficiency("akta", "buram"));
  EXPECT_FALSE(came_back(office.permit, office.visit("pengajuan#2"), office.sop()));
  office.at("04-06 09:00").does("P", Deed("pengajuan", "submit").file("persyaratan_izin_paud"));
  const Visit& again = office.visit("verifikasi#2");
  EXPECT_EQ(again.assignee, "FO2");
  const auto back = came_back(office.permit, again, office.sop());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->how, How::mended);
  EXPECT_EQ(label(*back->before), "verifikasi#1");
  EXPECT_EQ(label(*back->sent), "pengajuan#2");
}

TEST(CameBack, ARefusalNamesWhoSaidSo) {
  Office office;
  office.at("04-06 08:00").bring_to("kajian_teknis");
  EXPECT_FALSE(refusing_visit(office.permit, office.sop()));
  office.does(
      "DT",
      Deed("kajian_teknis", "not_recommend").note("ruang kurang").file("bapl").file("rekomendasi"));
  EXPECT_EQ(label(*refusing_visit(office.permit, office.sop())), "kajian_teknis#1");
  office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk").outcome(Outcome::grant));
  EXPECT_FALSE(refusing_visit(office.permit, office.sop()));
  office.does("KB", return_of("persetujuan_kabid"));
  office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk").outcome(Outcome::refusal));
  EXPECT_TRUE(refusing_visit(office.permit, office.sop()));
}

TEST(CameBack, ARefusalAgainstTheReviewIsTheDraftersOwn) {
  Office office;
  office.at("04-06 08:00").bring_to("penyusunan_sk");
  office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk").outcome(Outcome::refusal));
  EXPECT_EQ(label(*refusing_visit(office.permit, office.sop())), "penyusunan_sk#1");
}

}  // namespace
}  // namespace tenggat::testing
