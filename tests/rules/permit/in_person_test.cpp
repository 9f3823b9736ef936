// What is done in person only (`hadir_sendiri`): PAUD's decree is signed by the head, or by their
// deputy by letter, and no portal signs, refuses, returns or takes back in their name.
#include <gtest/gtest.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

std::optional<Reason> through_portal(const Office& office, const std::string& who,
                                     const Command& command) {
  const Actor actor{Actor::Kind::officer, who, "portal", {}};
  const Decided decided = decide(office.permit, actor, command, office.context());
  if (decided) return std::nullopt;
  return decided.error().reason();
}

Office at_signing(People people = officers()) {
  Office office;
  office.people = std::move(people);
  office.bring_to("penandatanganan");
  return office;
}

TEST(InPerson, TheHeadSignsAndNoPortalInTheirName) {
  Office office = at_signing();
  for (const Command& command :
       {Command(Deed("penandatanganan", "sign").decree("SK-1")),
        Command(Deed("penandatanganan", "return").note("Nama keliru")),
        Command(Deed("penandatanganan", "refuse").file("surat_penolakan"))})
    EXPECT_EQ(through_portal(office, "KD", command), Reason::in_person_only)
        << std::get<Act>(command).action;
  office.does("KD", Deed("penandatanganan", "sign").decree("SK-1"));
  EXPECT_EQ(office.open(), "penerimaan_sk#1");
}

TEST(InPerson, WhatTheHeadHasSignedNoPortalTakesBack) {
  Office office = at_signing();
  office.does("KD", Deed("penandatanganan", "sign").decree("SK-1"));
  EXPECT_EQ(through_portal(office, "KD", Undo{}), Reason::in_person_only);
  office.does("KD", Undo{});
  EXPECT_EQ(office.open(), "penandatanganan#1");
}

TEST(InPerson, TheDeputyByLetterSignsAndNoPortalInTheDeputysName) {
  People people = officers();
  people.delegations = {{1, "KD", "S", "plh", "2026-04-01", "2026-04-30", "800/12"}};
  Office office = at_signing(std::move(people));
  const Command sign = Deed("penandatanganan", "sign").decree("SK-1");
  EXPECT_EQ(through_portal(office, "S", sign), Reason::in_person_only);
  office.does("S", sign);
  EXPECT_EQ(office.events.back().acting_for, "KD");
}

TEST(InPerson, EveryOtherStepOfPaudIsWorkedOnInThePortalToo) {
  for (const Step& step : paud().steps)
    for (const ActionRule& action : step.actions)
      EXPECT_EQ(action.in_person, step.id == "penandatanganan") << step.id << "." << action.id;
  Office office;
  office.bring_to("persetujuan_sekretaris");
  EXPECT_EQ(through_portal(office, "S", Deed("persetujuan_sekretaris", "approve")), std::nullopt);
}

TEST(InPerson, AnApplicantsOwnStepIsTakenThroughNoServiceEither) {
  Office office(
      shipped_calendar(),
      paud_with({{"  - id: penerimaan_sk\n", "  - id: penerimaan_sk\n    hadir_sendiri: true\n"}}));
  office.bring_to("penerimaan_sk");
  const Command receive = Deed("penerimaan_sk", "receive");
  const Actor portal{Actor::Kind::applicant, "portal", "portal"};
  EXPECT_EQ(decide(office.permit, portal, receive, office.context()).error().reason(),
            Reason::in_person_only);
  EXPECT_TRUE(decide(office.permit, {Actor::Kind::applicant, "halaman lacak", ""}, receive,
                     office.context()));
}

}  // namespace
}  // namespace tenggat::testing
