// What the people of PAUD are offered. That it is what is accepted, on any service, is shown by
// offers_property_test.
#include "rules/permit/offers.h"

#include <fmt/format.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using What = Offer::What;
using Lines = std::vector<std::string>;

std::vector<Offer> offered(const Office& office, const std::string& who) {
  const Actor actor = who == "P" ? Actor{Actor::Kind::applicant, "portal", ""}
                                 : Actor{Actor::Kind::officer, who, ""};
  return offers(office.permit, actor, office.context());
}

// "accept", "reject note_or_deficiencies", "sign surat_keputusan+number"; "recommend: wrong_role"
Lines acts(const Office& office, const std::string& who) {
  Lines lines;
  for (const Offer& offer : offered(office, who)) {
    if (offer.what != What::act) continue;
    std::string line = offer.action->id;
    for (const Output& file : offer.wanted.files)
      line += " " + file.kind + (file.numbered ? "+number" : "");
    if (offer.wanted.note == ActionRule::Note::required) line += " note";
    if (offer.wanted.note == ActionRule::Note::note_or_deficiencies)
      line += " note_or_deficiencies";
    if (offer.wanted.outcome) line += " outcome";
    if (offer.why_not) line += fmt::format(": {}", to_string(offer.why_not->reason()));
    lines.push_back(line);
  }
  return lines;
}

const Offer& the(const std::vector<Offer>& all, What what) {
  return *std::find_if(all.begin(), all.end(), [&](const Offer& one) { return one.what == what; });
}

std::optional<Reason> why_not(const Office& office, const std::string& who, What what) {
  const std::vector<Offer> all = offered(office, who);
  const Offer& offer = the(all, what);
  return offer.why_not ? std::optional(offer.why_not->reason()) : std::nullopt;
}

Office at_step(const std::string& step) {
  Office office;
  office.at("04-06 08:00").bring_to(step);
  return office;
}

TEST(Offers, AnActionSaysWhatComesWithIt) {
  EXPECT_EQ(acts(at_step("verifikasi"), "FO"), (Lines{"accept", "reject note_or_deficiencies"}));
  EXPECT_EQ(acts(at_step("penyusunan_sk"), "BO"), Lines{"draft draft_sk outcome"});
  EXPECT_EQ(acts(at_step("penandatanganan"), "KD"),
            (Lines{"sign surat_keputusan+number", "refuse surat_penolakan: wrong_outcome",
                   "return note"}));
  EXPECT_EQ(acts(at_step("penerimaan_sk"), "P"), (Lines{"receive", "report_error note"}));
}

TEST(Offers, WhatIsNotTheirsSaysSo) {
  EXPECT_EQ(acts(at_step("verifikasi"), "BO"),
            (Lines{"accept: wrong_role", "reject note_or_deficiencies: wrong_role"}));
  Office office = at_step("verifikasi");
  office.people.officers.push_back(office.people.officers[0]);
  office.people.officers.back().id = "FO2";
  office.does("FO", Claim{"verifikasi"});
  EXPECT_EQ(acts(office, "FO2").front(), "accept: claimed_by_other");
  EXPECT_TRUE(the(offered(office, "FO"), What::claim).is_so_already);
  EXPECT_TRUE(the(offered(office, "FO"), What::release).stands());
}

TEST(Offers, AnUndoEndsWithItsWindow) {
  Office office = at_step("verifikasi");
  office.does("FO", Deed("verifikasi", "accept"));
  const Offer undo = the(offered(office, "FO"), What::undo);
  ASSERT_TRUE(undo.stands());
  ASSERT_EQ(undo.until, office.now() + office.rules.undo_window);
  office.advance_to(*undo.until);
  EXPECT_EQ(why_not(office, "FO", What::undo), Reason::undo_window_over);
  office.does("BO", Claim{"penerimaan"});
  EXPECT_EQ(why_not(office, "BO", What::undo), Reason::undo_by_other);
}

TEST(Offers, APauseThatStandsIsExtendedAnsweredOrEnded) {
  Office office = at_step("kajian_teknis");
  office.does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Mohon denah", {}});
  const std::vector<Offer> to_officer = offered(office, "DT");
  const Offer& extend = the(to_officer, What::extend);
  EXPECT_EQ(extend.pause->id, "klarifikasi_pemohon");
  EXPECT_EQ(extend.wanted.until, Wanted::Until::required);
  // Its end is the longest that it may last, so there is nothing to put off.
  EXPECT_EQ(why_not(office, "DT", What::extend), Reason::pause_too_long);
  EXPECT_EQ(why_not(office, "DT", What::pause), Reason::already_paused);
  EXPECT_TRUE(the(to_officer, What::resume).stands());
  EXPECT_EQ(acts(office, "DT").front(), "recommend bapl rekomendasi");
  EXPECT_TRUE(the(offered(office, "P"), What::answer).stands());
}

TEST(Offers, ATaskIsAssignedBySuperiorsToWhomeverIsThere) {
  Office office = at_step("verifikasi");
  EXPECT_EQ(why_not(office, "FO", What::assign), Reason::wrong_role);
  const auto officers = [&] {
    Lines ids;
    const std::vector<Offer> all = offered(office, "KB");
    for (const Offer* offer : offers_at(all, office.permit.visits.back().id, What::assign))
      ids.push_back(offer->officer);
    return ids;
  };
  EXPECT_EQ(officers(), Lines{"FO"});
  office.people.officers[0].leaves = {{"2026-04-06", "2026-04-06"}};
  EXPECT_EQ(officers(), Lines{"KB"});  // next in the chain, in the role's place
}

TEST(Offers, AnApplicationIsWithdrawnByItsApplicantInTime) {
  EXPECT_TRUE(the(offered(at_step("verifikasi"), "P"), What::withdraw).stands());
  EXPECT_EQ(why_not(at_step("verifikasi"), "FO", What::withdraw), Reason::wrong_role);
  EXPECT_EQ(why_not(at_step("penandatanganan"), "P", What::withdraw), Reason::too_late_to_withdraw);
}

}  // namespace
}  // namespace tenggat::testing
