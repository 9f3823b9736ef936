// What is raised to superiors, whom it names, and what they do about it. Source: docs/reference.md,
// Superiors.
#include "rules/permit/escalation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "rules/permit/offers.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using Lines = std::vector<std::string>;

Office at_step(const std::string& step) {
  Office office;
  office.at("04-06 08:00").bring_to(step);
  return office;
}

Lines raised(const Office& office, const std::string& label) {
  Lines all;
  for (const Escalation& one :
       escalations_raised(office.permit, office.visit(label), office.sop())) {
    std::string line = fmt::format("{}{}{}", one.visit == 0 ? "layanan " : "", one.rung,
                                   one.k > 1 ? fmt::format(" k={}", one.k) : "");
    for (const std::string& role : one.roles) {
      const bool copy = std::find(one.copies.begin(), one.copies.end(), role) != one.copies.end();
      line += fmt::format(" {}{}", role, copy ? "(tembusan)" : "");
    }
    all.push_back(line);
  }
  return all;
}

Lines sent_since(Office& office, std::size_t from) {
  Lines all;
  for (std::size_t i = from; i < office.sent.size(); ++i) all.push_back(office.sent[i].line());
  return all;
}

// --- what is raised, and whom it names -----------------------------------------------------------

TEST(Escalation, NamesTheSuperiorTheCopyAndWhomTheCaseNames) {
  Office office = at_step("kajian_teknis");
  EXPECT_TRUE(raised(office, "kajian_teknis#1").empty());
  office.at("04-13 09:00");
  EXPECT_EQ(
      raised(office, "kajian_teknis#1"),
      (Lines{"layanan 80% kabid_perizinan", "due kepala_dinas_teknis kabid_perizinan(tembusan)",
             "layanan due kabid_perizinan", "+1d kepala_dinas kabid_perizinan(tembusan)"}));
  const auto all = escalations_raised(office.permit, office.visit("kajian_teknis#1"), office.sop());
  const auto named = [&](std::size_t i, const char* who) {
    const auto found = names(all[i], who, office.visit("kajian_teknis#1"), office.sop(),
                             office.people, office.context().today());
    return !found ? "no" : found->copy ? "copy" : "yes";
  };
  EXPECT_STREQ(named(1, "KDT"), "yes");
  EXPECT_STREQ(named(1, "KB"), "copy");
  EXPECT_STREQ(named(1, "KD"), "no");
  EXPECT_STREQ(named(3, "KD"), "yes");
  EXPECT_STREQ(named(1, "DT"), "no");
}

TEST(Escalation, WhereNobodyIsThereTheNextInTheChainIsNamed) {
  Office office = at_step("kajian_teknis");
  for (Officer& one : office.people.officers)
    if (one.id == "KDT") one.leaves = {{"2026-04-10", "2026-04-20"}};
  office.at("04-10 09:00");
  const auto all = escalations_raised(office.permit, office.visit("kajian_teknis#1"), office.sop());
  ASSERT_FALSE(all.empty());
  EXPECT_TRUE(names(all.back(), "KD", office.visit("kajian_teknis#1"), office.sop(), office.people,
                    "2026-04-10"));
}

TEST(Escalation, WhatAnOfficerAsksForNamesWhomItWent) {
  Office office = at_step("penerimaan");
  office.does("BO", Escalate{"penerimaan", "mohon arahan"});
  office.does("BO", Escalate{"penerimaan", ""});
  EXPECT_EQ(raised(office, "penerimaan#1"),
            (Lines{"escalated kabid_perizinan", "escalated k=2 sekretaris"}));
}

TEST(Escalation, TheNextIsWhatTheLadderRaisesIfNothingIsDone) {
  Office office = at_step("penerimaan");
  const auto next = [&] {
    const auto found = next_escalation(office.permit, office.visit("penerimaan#1"), office.sop(),
                                       office.calendar());
    return found ? fmt::format("{} {} {}", when(found->due_at), found->rung, found->roles.front())
                 : std::string("none");
  };
  EXPECT_EQ(next(), "04-06 09:11 +1h kabid_perizinan");
  office.at("04-06 10:00");
  EXPECT_EQ(next(), "04-07 08:11 +1d sekretaris");
}

// --- arahan --------------------------------------------------------------------------------------

TEST(Direct, IsAMessageOfItsOwnToTheHolderAtOnce) {
  Office office = at_step("kajian_teknis");
  office.does("DT", Claim{"kajian_teknis"});
  office.at("04-10 09:00");
  const std::size_t before = office.sent.size();
  office.does("KB", Direct{"kajian_teknis", "Kunjungi hari ini"});
  EXPECT_EQ(std::get<Directed>(office.events.back().what).officer, "DT");
  EXPECT_EQ(office.notes.back().kind, "directive");
  EXPECT_EQ(office.notes.back().by, "KB");
  office.does("KDT", Direct{"kajian_teknis", "Pakai mobil dinas"});
  office.at("04-10 09:01");
  EXPECT_EQ(sent_since(office, before), (Lines{"04-10 09:00 DT arahan", "04-10 09:00 DT arahan"}));
}

TEST(Direct, GoesToTheRoleWhileNobodyHasTheTaskAndWaitsForOfficeHours) {
  Office office = at_step("penerimaan");
  office.at("04-06 17:00");
  const std::size_t before = office.sent.size();
  office.does("KB", Direct{"penerimaan", "Dahulukan"});
  EXPECT_EQ(std::get<Directed>(office.events.back().what).officer, "");
  office.at("04-07 07:30");
  const Lines sent = sent_since(office, before);
  // The morning list does not swallow it.
  EXPECT_NE(std::find(sent.begin(), sent.end(), "04-07 07:30 BO arahan"), sent.end());
  EXPECT_NE(std::find(sent.begin(), sent.end(), "04-07 07:30 BO daftar_pagi"), sent.end());
}

TEST(Direct, IsForThoseAboveAndThoseToldAlongAndNeedsItsWords) {
  Office office = at_step("kajian_teknis");
  for (const char* who : {"FO", "DT", "P"})
    EXPECT_EQ(office.tries(who, Direct{"kajian_teknis", "x"}), Reason::wrong_role) << who;
  EXPECT_EQ(office.tries("KDT", Direct{"kajian_teknis", ""}), Reason::missing_note);
  EXPECT_EQ(office.tries("KDT", Direct{"verifikasi", "x"}), Reason::step_not_open);
  for (const char* who : {"KDT", "KD", "KB"})
    EXPECT_EQ(office.tries(who, Direct{"kajian_teknis", "x"}), std::nullopt) << who;
}

TEST(Direct, NobodyDirectsTheHeadOrThemselves) {
  Office office = at_step("penandatanganan");
  for (const char* who : {"KB", "S", "KD"})
    EXPECT_EQ(office.tries(who, Direct{"penandatanganan", "x"}), Reason::wrong_role) << who;
}

// --- tanggapi ------------------------------------------------------------------------------------

// Every +1d of the technical study goes to KD and, in copy, to KB; the due went to KDT and KB.
TEST(Respond, HoldsRepeatsToThisSuperiorBackForAWorkingDay) {
  Office office = at_step("kajian_teknis");
  office.at("04-13 09:00");  // +1d at 08:02
  office.does("KD", Respond{"kajian_teknis", "saya tangani"});
  const SuperiorResponse& response = office.visit("kajian_teknis#1").responses.front();
  EXPECT_EQ(when(response.until), "04-14 09:00");
  const std::size_t before = office.sent.size();
  office.at("04-14 08:30");  // its second was raised at 08:02
  EXPECT_EQ(sent_since(office, before),
            (Lines{"04-14 07:30 DT daftar_pagi", "04-14 08:03 KD alarm_layanan",
                   "04-14 08:04 KB eskalasi"}))
      << "the case's first is a rung of its own";
  office.at("04-14 09:01");
  EXPECT_EQ(office.sent.back().line(), "04-14 09:00 KD eskalasi") << "held, not lost";
}

TEST(Respond, NeverHoldsTheNextRungBack) {
  Office office = at_step("kajian_teknis");
  office.at("04-10 09:00");  // due at 08:02: to KDT, in copy KB
  office.does("KB", Respond{"kajian_teknis", "", wita("04-17 09:00")});
  office.does("KDT", Respond{"kajian_teknis", "", wita("04-17 09:00")});
  const std::size_t before = office.sent.size();
  office.at("04-13 09:00");  // the first +1d: new to KD, and new to KB, who answered the due alone
  const Lines sent = sent_since(office, before);
  for (const char* who : {"KD", "KB"})
    EXPECT_TRUE(std::any_of(sent.begin(), sent.end(),
                            [&](const std::string& line) {
                              return line.starts_with("04-13 08:0") &&
                                     line.find(who) != std::string::npos;
                            }))
        << who << fmt::format(" {}", fmt::join(sent, "; "));
}

// Whatever is answered, by whomever, at whatever time: each first of a rung reaches its superiors.
TEST(Respond, NoFirstOfARungWaitsHoweverOftenItIsAnswered) {
  for (const char* until : {"", "04-13 12:00", "04-16 16:00"}) {
    Office office = at_step("kajian_teknis");
    for (int day = 10; day <= 17; ++day) {
      office.at(fmt::format("04-{} 09:00", day));
      for (const char* who : {"KDT", "KD", "KB"}) {
        Respond respond{"kajian_teknis", ""};
        if (*until && wita(until) > office.now()) respond.until = wita(until);
        office.tries(who, respond);
      }
    }
    for (const Notice& notice : office.notices()) {
      if (notice.audience != Audience::superior || notice.k > 1) continue;
      for (const char* who : {"KDT", "KD", "KB"})
        EXPECT_EQ(response_holds(notice, office.permit, who, office.now()), std::nullopt)
            << notice.kind.to_string() << " to " << who;
    }
  }
}

TEST(Respond, HoldsForWhoAnsweredAlone) {
  Office office = at_step("kajian_teknis");
  office.at("04-13 09:00");
  office.does("KB", Respond{"kajian_teknis", ""});
  const std::size_t before = office.sent.size();
  office.at("04-14 08:30");
  const Lines sent = sent_since(office, before);
  ASSERT_FALSE(sent.empty());
  for (const std::string& line : sent) EXPECT_EQ(line.find(" KB "), std::string::npos) << line;
  EXPECT_TRUE(std::any_of(sent.begin(), sent.end(), [](const std::string& line) {
    return line.find(" KD ") != std::string::npos;
  }));
}

TEST(Respond, HasABoundAndNeedsSomethingRaised) {
  Office office = at_step("kajian_teknis");
  EXPECT_EQ(office.tries("KDT", Respond{"kajian_teknis", ""}), Reason::nothing_to_respond_to);
  office.at("04-10 09:00");
  EXPECT_EQ(office.tries("DT", Respond{"kajian_teknis", ""}), Reason::wrong_role);
  EXPECT_EQ(office.tries("KDT", Respond{"kajian_teknis", "", wita("04-10 09:00")}),
            Reason::bad_until);
  EXPECT_EQ(office.tries("KDT", Respond{"kajian_teknis", "", wita("04-17 09:01")}),
            Reason::bad_until);
  office.does("KDT", Respond{"kajian_teknis", "", wita("04-17 09:00")});
  office.does("KDT", Respond{"kajian_teknis", ""});  // the latest counts
  EXPECT_EQ(office.visit("kajian_teknis#1").responses.size(), 1u);
}

// --- what the applicant writes -------------------------------------------------------------------

TEST(TakeMessage, IsKeptAndToldToWhoeverHasTheFileAndMakesNoFormStale) {
  Office office = at_step("kajian_teknis");
  const std::int64_t version = office.permit.version;
  const std::size_t before = office.sent.size();
  office.does("P", TakeMessage{"Kapan petugas datang?"});
  EXPECT_EQ(office.permit.version, version);
  EXPECT_EQ(office.notes.back().kind, "message");
  EXPECT_TRUE(std::holds_alternative<Wrote>(office.events.back().what));
  office.at("04-06 08:30");
  const Lines sent = sent_since(office, before);
  EXPECT_TRUE(std::any_of(sent.begin(), sent.end(), [](const std::string& line) {
    return line.find("DT pesan_pemohon") != std::string::npos ||
           line.find("DT daftar") != std::string::npos;
  })) << fmt::format("{}", fmt::join(sent, "; "));
  EXPECT_EQ(office.tries("DT", TakeMessage{"saya sendiri"}), Reason::wrong_role);
}

TEST(TakeMessage, WithTheApplicantItIsKeptAndToldToNobody) {
  Office office = at_step("verifikasi");
  office.does("FO", Deed("verifikasi", "reject").deficiency("akta", "buram"));
  const std::size_t notices = office.notices().size();
  office.does("P", TakeMessage{"Akta yang mana?"});
  EXPECT_EQ(office.notices().size(), notices);
}

TEST(Respond, IsSaidByTheOffers) {
  Office office = at_step("kajian_teknis");
  office.at("04-10 09:00");
  const auto all = offers(office.permit, {Actor::Kind::officer, "KDT", ""}, office.context());
  const int visit = office.visit("kajian_teknis#1").id;
  const auto respond = offers_at(all, visit, Offer::What::respond);
  ASSERT_EQ(respond.size(), 1u);
  EXPECT_EQ(when(respond.front()->wanted.until_latest), "04-17 09:00");
  EXPECT_EQ(offers_at(all, visit, Offer::What::direct).front()->wanted.note,
            ActionRule::Note::required);
}

}  // namespace
}  // namespace tenggat::testing
