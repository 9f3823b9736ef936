// What an officer does on the desk besides the step's actions: files ahead of the action, notes
// among officers, what was opened, a visit to the place. Source: docs/reference.md, The desk.
#include "rules/permit/offers.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using What = Offer::What;
using Lines = std::vector<std::string>;

Office at_step(const std::string& step) {
  Office office;
  office.at("04-06 08:00").bring_to(step);
  return office;
}

NewDocument file(const std::string& kind, const std::string& number = "") {
  return {kind, "", "tenggat:" + kind, "", number};
}

BringDocuments bringing(const std::string& step, std::vector<NewDocument> documents) {
  return {step, std::move(documents)};
}

const Offer& the(const std::vector<Offer>& all, What what, const std::string& action = "") {
  return *std::find_if(all.begin(), all.end(), [&](const Offer& one) {
    return one.what == what && (action.empty() || (one.action && one.action->id == action));
  });
}

std::vector<Offer> offered(const Office& office, const std::string& who) {
  return offers(office.permit, {Actor::Kind::officer, who, ""}, office.context());
}

Lines kinds(const std::vector<Output>& files) {
  Lines all;
  for (const Output& one : files) all.push_back(one.kind);
  return all;
}

TEST(Desk, AFileComesAheadOfItsActionWhileTheClockStandsAndIsNotAskedForAgain) {
  Office office = at_step("kajian_teknis");
  office.does("DT", PauseVisit{"kajian_teknis", "kunjungan_lapangan", "", wita("04-08 09:00")});
  EXPECT_EQ(kinds(the(offered(office, "DT"), What::bring).wanted.files),
            (Lines{"bapl", "rekomendasi"}));
  office.does("DT", bringing("kajian_teknis", {file("bapl")}));
  EXPECT_TRUE(office.permit.open_pause(office.permit.open_visit("kajian_teknis")->id));
  const std::vector<Offer> now = offered(office, "DT");
  EXPECT_EQ(kinds(the(now, What::act, "recommend").wanted.files), Lines{"rekomendasi"});
  EXPECT_EQ(kinds(the(now, What::act, "recommend").wanted.brought), Lines{"bapl"});
  EXPECT_EQ(office.tries("DT", Deed("kajian_teknis", "recommend")), Reason::missing_output);
  office.does("DT", Deed("kajian_teknis", "recommend").file("rekomendasi"));
  EXPECT_TRUE(office.permit.open_visit("penyusunan_sk"));
}

TEST(Desk, WhatCameAheadIsReplacedByWhatTheActionBringsAndFallsWithAReturn) {
  Office office = at_step("kajian_teknis");
  office.does("DT", bringing("kajian_teknis", {file("bapl")}));
  office.does("DT", Deed("kajian_teknis", "recommend").file("bapl").file("rekomendasi"));
  int in_force = 0;
  for (const Document& one : office.permit.documents)
    in_force += one.kind == "bapl" && one.counts();
  EXPECT_EQ(in_force, 1);
}

TEST(Desk, TheDecisionItselfNeverComesAhead) {
  const Office office = at_step("penandatanganan");
  EXPECT_FALSE(the(offered(office, "KD"), What::bring).stands());
  EXPECT_EQ(
      office.refusal_of("KD", bringing("penandatanganan", {file("surat_keputusan", "1")}))->why,
      Refused::nothing_to_bring);
  const Office review = at_step("kajian_teknis");
  EXPECT_EQ(review.refusal_of("DT", bringing("kajian_teknis", {file("draft_sk")}))->why,
            Refused::not_brought_ahead);
  EXPECT_EQ(review.refusal_of("DT", bringing("kajian_teknis", {}))->why, Refused::brings_nothing);
  EXPECT_FALSE(review.refusal_of("DT", bringing("kajian_teknis", {file("foto_lokasi")})));
  EXPECT_EQ(review.refusal_of("BO", bringing("kajian_teknis", {file("bapl")}))->why,
            Refused::another_role);
}

TEST(Desk, WhatWasOpenedByCaseOfAFileKeepsTheActionBeforeIt) {
  Office office = at_step("penerimaan");
  office.does("BO", Deed("penerimaan", "forward"));
  office.does("DT", bringing("kajian_teknis", {file("bapl")}));
  EXPECT_EQ(office.tries("BO", Undo{}), Reason::next_visit_touched);
}

TEST(Desk, ANoteIsOfOfficersAndOfNobodyElse) {
  Office office = at_step("kajian_teknis");
  const std::int64_t version = office.permit.version;
  office.does("KDT", AddNote{"Lokasi sama dengan PAUD Melati"});
  EXPECT_EQ(office.permit.version, version);
  ASSERT_FALSE(office.notes.empty());
  EXPECT_EQ(office.notes.back().kind, "internal");
  EXPECT_EQ(office.notes.back().text, "Lokasi sama dengan PAUD Melati");
  EXPECT_TRUE(std::holds_alternative<NoteAdded>(office.events.back().what));
  EXPECT_TRUE(office.decisions.back().notices.empty());
  EXPECT_EQ(office.refusal_of("FO", AddNote{""})->why, Refused::empty_note);
  EXPECT_EQ(office.refusal_of("P", AddNote{"?"})->why, Refused::colleagues_alone);
}

TEST(Desk, WhatIsOpenedIsRecordedAndChangesNothing) {
  Office office = at_step("penandatanganan");
  const auto judged =
      judged_documents(office.permit, office.sop().step("penandatanganan"), office.sop());
  ASSERT_EQ(judged.size(), 1U);
  EXPECT_EQ(judged[0]->kind, "draft_sk");
  const int draft = judged[0]->id;
  const Permit before = office.permit;
  office.does("KD", OpenDocument{"penandatanganan", draft});
  const auto& opened = std::get<DocumentOpened>(office.events.back().what);
  EXPECT_EQ(opened.kind, "draft_sk");
  EXPECT_EQ(opened.document, draft);
  EXPECT_EQ(office.permit.version, before.version);
  EXPECT_EQ(office.permit.documents, before.documents);
  EXPECT_EQ(office.refusal_of("KD", OpenDocument{"penandatanganan", 99})->why,
            Refused::no_such_document);
  EXPECT_EQ(office.refusal_of("BO", OpenDocument{"penandatanganan", draft})->why,
            Refused::another_role);
}

TEST(Desk, TheSignatureSaysWhatItsOfficerHadNotOpened) {
  Office office = at_step("penandatanganan");
  Act sign;
  sign.step = "penandatanganan";
  sign.action = "sign";
  sign.documents = {file("surat_keputusan", "503/1")};
  sign.unopened = {"draft_sk"};
  office.does("KD", sign);
  EXPECT_EQ(std::get<Acted>(office.events.back().what).unopened, Lines{"draft_sk"});
}

TEST(Desk, AVisitToThePlaceIsToldToTheApplicantAndAgainWhenItIsPutOff) {
  Office office = at_step("kajian_teknis");
  const Offer plan = the(offered(office, "DT"), What::plan_visit);
  ASSERT_TRUE(plan.stands());
  office.does("DT", PlanFieldVisit{"kajian_teknis", wita("04-07 09:00")});
  EXPECT_EQ(office.decisions.back().notices.back().text, "jadwal_kunjungan");
  EXPECT_EQ(office.decisions.back().notices.back().audience, Audience::applicant);
  office.does("DT", PlanFieldVisit{"kajian_teknis", wita("04-08 13:00")});
  const auto& planned = std::get<FieldVisitPlanned>(office.events.back().what);
  ASSERT_TRUE(planned.before);
  EXPECT_EQ(when(planned.before->at), "04-07 09:00");
  EXPECT_EQ(when(office.permit.open_visit("kajian_teknis")->field_visit_at), "04-08 13:00");
  EXPECT_EQ(office.refusal_of("DT", PlanFieldVisit{"kajian_teknis", wita("04-01 09:00")})->why,
            Refused::field_visit_outside);
  const Office draft = at_step("penyusunan_sk");
  EXPECT_EQ(draft.refusal_of("BO", PlanFieldVisit{"penyusunan_sk", wita("04-08 09:00")})->why,
            Refused::no_field_visit);
}

}  // namespace
}  // namespace tenggat::testing
