// An objection to a refusal, as a permit of its own: what it is refused for, and that it holds
// where several are raised at once. Source: docs/reference.md, Objections.
#include "rules/permit/objection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/permit/batch.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat {
namespace {

using testing::Deed;
using testing::wita;

using Lines = std::vector<std::string>;

// Objections to a refusal of PAUD are raised in PAUD.
const Sop& objecting_paud() {
  static const Sop sop = testing::paud_with({{"  batas: 21d\n", "  batas: 21d\n  sop: paud\n"}});
  return sop;
}

testing::Office refused(const Sop& sop = objecting_paud()) {
  testing::Office office(testing::shipped_calendar(), sop);
  office.at("04-06 08:00").bring_to("kajian_teknis");
  office.does(
      "DT",
      Deed("kajian_teknis", "not_recommend").file("bapl").file("rekomendasi").note("Ruang kurang"));
  office.bring_to("penandatanganan");
  office.does("KD", Deed("penandatanganan", "refuse").file("surat_penolakan"));
  EXPECT_EQ(office.permit.state, PermitState::rejected);
  return office;
}

std::string words_of(const std::optional<Refusal>& refusal) {
  return refusal ? std::string(to_string(refusal->reason())) : "may be raised";
}

TEST(Objection, IsRaisedInTheServiceThatTheSopNamesAfterARefusalAndWithinItsTerm) {
  const testing::Office office = refused();
  const auto raised = [&](std::string_view service, Instant now, bool another = false) {
    Context context = office.context();
    context.now = now;
    return words_of(refuse_objection(office.permit, service, another, context));
  };
  const Instant refusal = ended_at(office.permit);
  const Instant until =
      *objection_until(office.permit, objecting_paud(), testing::shipped_calendar());
  const Seconds window = office.rules.undo_window;
  EXPECT_EQ(raised("paud", refusal), "not_refused");  // it can still be taken back
  EXPECT_EQ(raised("paud", refusal + window), "may be raised");
  EXPECT_EQ(raised("paud", until), "may be raised");
  EXPECT_EQ(raised("paud", until + Seconds{1}), "objection_too_late");
  EXPECT_EQ(raised("pbg", refusal + window), "objects_elsewhere");
  EXPECT_EQ(raised("paud", refusal + window, true), "objection_under_way");
}

TEST(Objection, IsRaisedToNothingElse) {
  const testing::Office plain = refused(testing::paud());
  EXPECT_EQ(words_of(refuse_objection(plain.permit, "paud", false, plain.context())),
            "objects_elsewhere");
  testing::Office open(testing::shipped_calendar(), objecting_paud());
  open.at("04-06 08:00").bring_to("penandatanganan");
  EXPECT_EQ(words_of(refuse_objection(open.permit, "paud", false, open.context())), "not_refused");
}

TEST(Objection, GoesOnUntilItsEndCanNoLongerBeTakenBack) {
  testing::Office office(testing::shipped_calendar(), objecting_paud());
  office.at("04-06 08:00").bring_to("verifikasi");
  const auto goes_on = [&](Seconds later) {
    Context context = office.context();
    context.now += later;
    return is_under_way({2, 1, office.permit.state, office.permit.last_action}, context);
  };
  EXPECT_TRUE(goes_on(Seconds{1'000'000}));
  office.does("P", Deed("", "withdraw"));
  ASSERT_EQ(office.permit.state, PermitState::withdrawn);
  EXPECT_TRUE(goes_on(Seconds{0}));
  EXPECT_FALSE(goes_on(office.rules.undo_window));
}

// --- decided together with others ----------------------------------------------------------------

class ObjectionBatch : public ::testing::Test {
 protected:
  ObjectionBatch() {
    const testing::Office office = refused();
    StoredPermit stored;
    stored.permit = office.permit;
    stored.permit.id = 7;
    facts_.now = ended_at(office.permit) + office.rules.undo_window;
    facts_.permits.emplace(7, std::move(stored));
    facts_.ids.tails = {11, 12, 13, 14};
  }
  void objects(const std::string& key, std::int64_t to) {
    Submission submission;
    submission.sop = "paud";
    submission.applicant = {"Siti", "siti@example.id", "62812"};
    submission.permit.subject = "Keberatan";
    submission.permit.created_by = "portal";
    submission.permit.documents = {
        {"persyaratan_izin_paud", "akta", "https://berkas.example/1", "", ""}};
    submission.permit.related = to;
    submission.permit.note = "Ruang sudah cukup";
    requests_.push_back({0,
                         {Actor::Kind::applicant, "portal", ""},
                         std::move(submission),
                         {1, key, "request " + key}});
    entropy_.push_back({"salt", "secret", "digest"});
  }
  Lines decided() {
    std::vector<const CommandRequest*> commands;
    for (const CommandRequest& one : requests_) commands.push_back(&one);
    const RenderAnswer render = [](const AnswerFacts&) { return Rendered{201, ""}; };
    decision_ = decide_batch(facts_, commands, entropy_, {rules_, render, 1000});
    Lines lines;
    for (const auto& answer : decision_.answers)
      lines.push_back(!answer           ? "asked again"
                      : answer->refusal ? words_of(answer->refusal)
                                        : std::string(to_string(answer->kind)));
    return lines;
  }

  People people_ = testing::officers();
  testing::OneService rules_{objecting_paud(), testing::shipped_calendar(), people_};
  BatchFacts facts_;
  std::vector<CommandRequest> requests_;
  std::vector<Drawn> entropy_;
  BatchDecision decision_;
};

TEST_F(ObjectionBatch, OpensAPermitThatIsRelatedAndSaysSoInItsFirstEvent) {
  objects("a", 7);
  EXPECT_EQ(decided(), (Lines{"done"}));
  ASSERT_EQ(decision_.changes.size(), 1U);
  const Decision& decision = decision_.changes[0].decision;
  EXPECT_EQ(decision.after.related, 7);
  EXPECT_EQ(std::get<Submitted>(decision.events.front().what).related, 7);
  ASSERT_EQ(decision.notes.size(), 1U);
  EXPECT_EQ(decision.notes[0].text, "Ruang sudah cukup");
  EXPECT_EQ(decision.notes[0].visit, 1);
}

TEST_F(ObjectionBatch, OfTwoAtOnceTheFirstIsRaisedAndARefusedOneTakesNoNumber) {
  objects("a", 7);
  objects("b", 7);
  EXPECT_EQ(decided(), (Lines{"done", "objection_under_way"}));
  EXPECT_EQ(decision_.numbers, (NumberCounters{{{"paud", 2026}, 1}}));
}

TEST_F(ObjectionBatch, OneThatIsUnderWayKeepsAnotherFromBeingRaisedAndAnEndedOneDoesNot) {
  objects("a", 7);
  facts_.objections = {{20, 8, PermitState::active, std::nullopt},
                       {21, 7, PermitState::withdrawn, std::nullopt}};
  EXPECT_EQ(decided(), (Lines{"done"}));
  facts_.objections.push_back({22, 7, PermitState::returned, std::nullopt});
  EXPECT_EQ(decided(), (Lines{"objection_under_way"}));
  EXPECT_TRUE(decision_.changes.empty());
}

TEST_F(ObjectionBatch, APermitThatIsNotThereIsUnknownAndOneThatIsLockedIsAskedAgain) {
  objects("a", 8);
  objects("b", 9);
  facts_.locked_elsewhere = {9};
  EXPECT_EQ(decided(), (Lines{"unknown_related", "asked again"}));
}

TEST_F(ObjectionBatch, TheRefusedPermitIsLockedAndItsObjectionsAreRead) {
  objects("a", 7);
  requests_.push_back({8, {Actor::Kind::officer, "FO", ""}, Claim{"verifikasi"}, {1, "b", ""}});
  const BatchNeeds needs = needs_of({&requests_[0], &requests_[1]});
  EXPECT_EQ(needs.permits, (std::set<std::int64_t>{7, 8}));
  EXPECT_EQ(needs.objected_to, (std::set<std::int64_t>{7}));
  EXPECT_EQ(needs.submissions, 1U);
}

}  // namespace
}  // namespace tenggat
