// Branches that are open at once, on a building permit (tests/sops/pbg.yaml): what opens, what
// joins, what is cancelled and taken back, what is asked of a form, and clocks of calendar days.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "rules/permit/ladder.h"
#include "rules/permit/offers.h"
#include "rules/permit/time_spent.h"
#include "rules/permit/transition.h"
#include "rules/sop/load_sop.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

const Sop& pbg() {
  static const Sop sop = [] {
    std::ifstream file(std::string(TENGGAT_SOURCE_DIR) + "/tests/sops/pbg.yaml");
    std::stringstream text;
    text << file.rdbuf();
    Sop read = load_sop({"pbg.yaml", text.str()}).value();
    read.version = "pbg-1";
    return read;
  }();
  return sop;
}

// An officer a role, of its name; the bank is a service.
People holders() {
  People people;
  for (const Role& role : pbg().roles)
    if (!role.applicant && !role.system)
      people.officers.push_back({role.id, role.id, role.id + "@example.id", "", {role.id}, {}, ""});
  return people;
}

class Building {
 public:
  explicit Building(double area = 120) {
    NewPermit submission;
    submission.id = 1;
    submission.number = "503/0001/PBG/IV/2026";
    submission.created_by = "portal";
    submission.documents = {{"persyaratan_pbg", "", "tenggat:1", "", ""}};
    submission.fields = {{"nik", std::string("6372011234567890")},
                         {"alamat_lokasi", std::string("Jalan Panglima Batur 1")},
                         {"luas_m2", area},
                         {"lantai", 2.0},
                         {"fungsi", std::string("hunian")}};
    keep(open_permit(submission, context()));
  }

  Building& at(std::string_view time) {
    now_ = wita(time);
    Decision decision = catch_up(permit, context());
    take(std::move(decision));
    return *this;
  }
  // As the officer of the step's role; the steps that are open afterwards.
  std::string does(Act act) {
    now_ += Seconds{60};
    keep(decide(permit, actor_at(act.step), act, context()));
    return open();
  }
  std::string does(const std::string& step, const std::string& action) {
    return does(deed(step, action));
  }
  std::optional<Refusal> refusal(const Act& act) const { return refusal(act, actor_at(act.step)); }
  std::optional<Refusal> refusal(const Command& command, const Actor& actor) const {
    const Decided decided = decide(permit, actor, command, context());
    return decided ? std::nullopt : std::optional(decided.error());
  }
  void undo(const std::string& officer) {
    now_ += Seconds{30};
    keep(decide(permit, {Actor::Kind::officer, officer, "", {}}, Undo{}, context()));
  }

  // With the files it asks for, and a note.
  static Act deed(const std::string& step, const std::string& action) {
    Act act;
    act.step = step;
    act.action = action;
    const ActionRule& rule = *pbg().step(step).find_action(action);
    if (rule.note != ActionRule::Note::optional) act.note = "karena";
    if (!rule.backward)
      for (const Output& output : rule.outputs)
        if (output.file)
          act.documents.push_back(
              {output.kind, "", "tenggat:" + output.kind, "", output.numbered ? "503/1" : ""});
    return act;
  }
  static Actor actor_at(const std::string& step) {
    const Role& role = pbg().role(pbg().step(step).role);
    if (role.applicant) return {Actor::Kind::applicant, "portal", "", {}};
    if (role.system) return {Actor::Kind::service, "bank", "", {role.id}};
    return {Actor::Kind::officer, role.id, "", {}};
  }

  std::string open() const {
    std::vector<std::string> steps;
    for (const Visit& visit : permit.visits)
      if (visit.open()) steps.push_back(label(visit));
    return fmt::format("{}", fmt::join(steps, " "));
  }
  const Visit& visit(std::string_view name) const {
    for (const Visit& one : permit.visits)
      if (label(one) == name && !one.undone) return one;
    throw std::out_of_range("no visit " + std::string(name));
  }
  Context context() const { return {pbg(), shipped_calendar(), people, now_, {}}; }

  People people = holders();
  Permit permit;
  std::vector<Event> events;
  std::vector<Notice> notices;

 private:
  void keep(Decided decided) {
    ASSERT_TRUE(decided.has_value()) << decided.error().detail().english;
    take(std::move(*decided));
  }
  void take(Decision decision) {
    permit = std::move(decision.after);
    std::move(decision.events.begin(), decision.events.end(), std::back_inserter(events));
    std::move(decision.notices.begin(), decision.notices.end(), std::back_inserter(notices));
  }

  Instant now_ = wita("04-06 08:00");
};

std::string to_join(Building& building) {
  building.does("verifikasi", "terima");
  for (const char* step : {"kajian_tata_ruang", "kajian_bangunan"}) building.does(step, "ajukan");
  for (const char* step : {"persetujuan_tata_ruang", "persetujuan_bangunan"})
    building.does(step, "setujui");
  return building.open();
}

TEST(Branches, OpenAtOnceAndTheLastToArriveOpensTheJoin) {
  Building building;
  EXPECT_EQ(building.does("verifikasi", "terima"), "kajian_tata_ruang#1 kajian_bangunan#1");
  EXPECT_EQ(building.does("kajian_bangunan", "ajukan"),
            "kajian_tata_ruang#1 persetujuan_bangunan#1");
  EXPECT_EQ(building.does("persetujuan_bangunan", "setujui"), "kajian_tata_ruang#1");
  EXPECT_EQ(building.permit.state, PermitState::active);
  EXPECT_EQ(building.does("kajian_tata_ruang", "ajukan"), "persetujuan_tata_ruang#1");
  EXPECT_EQ(building.does("persetujuan_tata_ruang", "setujui"), "pemeriksaan_lapangan#1");
  const Visit& join = building.visit("pemeriksaan_lapangan#1");
  EXPECT_EQ(join.opened_at, *building.visit("persetujuan_tata_ruang#1").closed_at);
  EXPECT_EQ(join.fork, 0);
  EXPECT_EQ(building.visit("kajian_bangunan#1").fork, building.visit("verifikasi#1").id);
  EXPECT_NE(building.visit("kajian_bangunan#1").branch,
            building.visit("kajian_tata_ruang#1").branch);
  const auto& acted = std::get<Acted>(
      std::find_if(building.events.begin(), building.events.end(), [](const Event& event) {
        const auto* one = std::get_if<Acted>(&event.what);
        return one && one->action == "terima";
      })->what);
  EXPECT_EQ(acted.branches, (std::vector<std::string>{"kajian_tata_ruang", "kajian_bangunan"}));
}

TEST(Branches, AConditionOpensAThirdAndEachHasItsClock) {
  Building building(750);
  EXPECT_EQ(building.does("verifikasi", "terima"),
            "kajian_tata_ruang#1 kajian_bangunan#1 kajian_lingkungan#1");
  const Projection projected = project(building.permit, pbg(), shipped_calendar());
  int dues = 0;
  for (const auto& one : projected.visits) dues += one.due_at ? 1 : 0;
  EXPECT_GE(dues, 4);  // verifikasi's own, and three that run
}

TEST(Branches, WhatTheStepSetsDecidesWhatOpens) {
  Building building(120);
  Act act = Building::deed("verifikasi", "terima");
  act.fields = {{"luas_m2", 501.0}};
  EXPECT_EQ(building.does(act), "kajian_tata_ruang#1 kajian_bangunan#1 kajian_lingkungan#1");
  EXPECT_EQ(std::get<double>(building.permit.fields.at("luas_m2")), 501.0);
  building.undo("front_office");
  EXPECT_EQ(std::get<double>(building.permit.fields.at("luas_m2")), 120.0);
  EXPECT_EQ(building.open(), "verifikasi#1");
}

TEST(Branches, AreAllTakenBackWhileNoneWasTouched) {
  Building building;
  building.does("verifikasi", "terima");
  building.undo("front_office");
  EXPECT_EQ(building.open(), "verifikasi#1");
  EXPECT_EQ(building.does("verifikasi", "terima"), "kajian_tata_ruang#1 kajian_bangunan#1");
  const Decided claimed = decide(building.permit, Building::actor_at("kajian_bangunan"),
                                 Claim{"kajian_bangunan"}, building.context());
  ASSERT_TRUE(claimed.has_value());
  building.permit = claimed->after;
  const auto refusal = building.refusal(Undo{}, {Actor::Kind::officer, "front_office", "", {}});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Refused::next_visit_touched);
}

TEST(Branches, AnArrivalIsTakenBackAlsoWhereItOpenedTheJoin) {
  Building building;
  EXPECT_EQ(to_join(building), "pemeriksaan_lapangan#1");
  building.undo("kabid_bangunan");
  EXPECT_EQ(building.open(), "persetujuan_bangunan#1");
  EXPECT_EQ(building.does("persetujuan_bangunan", "setujui"), "pemeriksaan_lapangan#1");
}

TEST(Branches, AReturnStaysInItsBranchAndVoidsItsDocumentsAlone) {
  Building building;
  building.does("verifikasi", "terima");
  building.does("kajian_tata_ruang", "ajukan");
  building.does("kajian_bangunan", "ajukan");
  EXPECT_EQ(building.does("persetujuan_bangunan", "kembalikan"),
            "persetujuan_tata_ruang#1 kajian_bangunan#2");
  for (const Document& document : building.permit.documents) {
    if (document.kind == "kajian_tata_ruang") {
      EXPECT_TRUE(document.counts());
    } else if (document.kind == "kajian_bangunan") {
      EXPECT_FALSE(document.counts());
    }
  }
  EXPECT_EQ(building.does("persetujuan_tata_ruang", "setujui"), "kajian_bangunan#2");
  building.does("kajian_bangunan", "ajukan");
  EXPECT_EQ(building.does("persetujuan_bangunan", "setujui"), "pemeriksaan_lapangan#1");
}

TEST(Branches, LeavingTheBlockCancelsTheOthersWithoutAVerdictAndTellsThem) {
  Building building(750);
  building.does("verifikasi", "terima");
  building.does("kajian_lingkungan", "ajukan");
  building.does("kajian_tata_ruang", "ajukan");
  building.notices.clear();
  EXPECT_EQ(building.does("kajian_bangunan", "kembalikan_pemohon"), "pengajuan#2");
  EXPECT_EQ(building.permit.state, PermitState::returned);
  for (const char* name : {"persetujuan_lingkungan#1", "persetujuan_tata_ruang#1"}) {
    const Visit& visit = building.visit(name);
    EXPECT_TRUE(visit.cancelled()) << name;
    EXPECT_FALSE(visit.verdict) << name;
    EXPECT_TRUE(std::any_of(building.notices.begin(), building.notices.end(),
                            [&](const Notice& notice) {
                              return notice.text == "tugas_dibatalkan" && notice.visit == visit.id;
                            }))
        << name;
  }
  // What the block brought is void.
  for (const Document& document : building.permit.documents)
    EXPECT_EQ(document.counts(), document.kind == "persyaratan_pbg") << document.kind;
  building.undo("pengkaji_bangunan");
  EXPECT_EQ(building.open(), "kajian_bangunan#1 persetujuan_lingkungan#1 persetujuan_tata_ruang#1");
  EXPECT_EQ(building.permit.state, PermitState::active);
}

TEST(Branches, OnceCancelledTheBlockIsOpenedAnew) {
  Building building;
  building.does("verifikasi", "terima");
  building.does("kajian_bangunan", "ajukan");
  building.does("persetujuan_bangunan", "setujui");
  EXPECT_EQ(building.does("kajian_tata_ruang", "kembalikan_verifikasi"), "verifikasi#2");
  EXPECT_EQ(building.does("verifikasi", "terima"), "kajian_tata_ruang#2 kajian_bangunan#2");
  building.does("kajian_tata_ruang", "ajukan");
  // The arrival of the first round is none of the second.
  EXPECT_EQ(building.does("persetujuan_tata_ruang", "setujui"), "kajian_bangunan#2");
}

TEST(Branches, OneMayStandWhileTheOtherRuns) {
  Building building;
  building.does("verifikasi", "terima");
  PauseVisit pause;
  pause.step = "kajian_bangunan";
  pause.reason = "klarifikasi_pemohon";
  pause.note = "Lengkapi gambar potongan.";
  const Actor by = Building::actor_at("kajian_bangunan");
  auto refusal = building.refusal(pause, by);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Refused::missing_requirement);
  pause.requirement = "gambar_struktur";
  const Decided paused = decide(building.permit, by, pause, building.context());
  ASSERT_TRUE(paused.has_value()) << paused.error().detail().english;
  building.permit = paused->after;
  EXPECT_TRUE(visit_sla(building.permit, building.visit("kajian_bangunan#1"), pbg(),
                        shipped_calendar(), wita("04-07 10:00"))
                  .paused);
  EXPECT_FALSE(visit_sla(building.permit, building.visit("kajian_tata_ruang#1"), pbg(),
                         shipped_calendar(), wita("04-07 10:00"))
                   .paused);
  EXPECT_TRUE(case_sla(building.permit, pbg(), shipped_calendar(), wita("04-07 10:00")).paused);
  // Asked for once; again by a superior alone.
  const Decided resumed =
      decide(building.permit, by, ResumeVisit{"kajian_bangunan", "", {}}, building.context());
  ASSERT_TRUE(resumed.has_value());
  building.permit = resumed->after;
  refusal = building.refusal(pause, by);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Refused::asked_already);
  EXPECT_FALSE(building.refusal(pause, {Actor::Kind::officer, "kabid_bangunan", "", {}}));
}

TEST(Branches, TheWholeWayToTheDecision) {
  Building building;
  EXPECT_EQ(to_join(building), "pemeriksaan_lapangan#1");
  EXPECT_EQ(building.does("pemeriksaan_lapangan", "layak"), "penetapan_retribusi#1");
  Act fee = Building::deed("penetapan_retribusi", "tetapkan");
  fee.fields = {{"retribusi", -5.0}};
  auto refusal = building.refusal(fee);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->detail().indonesian, "Retribusi (Rp) paling sedikit 0");
  fee.fields = {{"retribusi", 1250000.0}};
  EXPECT_EQ(building.does(fee), "persetujuan_retribusi#1");
  refusal = building.refusal(Building::deed("persetujuan_retribusi", "bebaskan"));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Refused::condition_not_met);
  EXPECT_EQ(building.does("persetujuan_retribusi", "tagih"), "pembayaran#1");
  // The bank's alone: fourteen calendar days, the service's time stands.
  const Visit& payment = building.visit("pembayaran#1");
  const auto ledger = visit_ledger(building.permit, payment, pbg());
  ASSERT_TRUE(ledger);
  EXPECT_EQ(when(Replay(*ledger, shipped_calendar()).due()), "04-21 00:00");
  EXPECT_TRUE(case_sla(building.permit, pbg(), shipped_calendar(), wita("04-10 10:00")).paused);
  EXPECT_EQ(
      time_by_party(building.permit, pbg(), shipped_calendar(), wita("04-10 10:00")).office.wall +
          time_by_party(building.permit, pbg(), shipped_calendar(), wita("04-10 10:00"))
              .applicant.wall,
      wita("04-10 10:00") - building.permit.started_at);
  refusal = building.refusal(Building::deed("pembayaran", "lunas"),
                             {Actor::Kind::service, "bank", "", {"lain"}});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Refused::another_role);
  EXPECT_EQ(building.does("pembayaran", "lunas"), "penyusunan_sk#1");
  EXPECT_EQ(building.events.back().actor, "service:bank");
  EXPECT_FALSE(case_sla(building.permit, pbg(), shipped_calendar(), wita("04-10 10:00")).paused);
  building.does("penyusunan_sk", "kirim_draf");
  EXPECT_EQ(building.does("persetujuan_kabid", "setujui"), "penandatanganan#1");
  refusal = building.refusal(Building::deed("penandatanganan", "tanda_tangani"),
                             {Actor::Kind::officer, "kepala_dinas", "portal", {}});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Refused::in_person_only);
  EXPECT_EQ(building.does("penandatanganan", "tanda_tangani"), "penerimaan_sk#1");
  EXPECT_EQ(building.does("penerimaan_sk", "terima"), "");
  EXPECT_EQ(building.permit.state, PermitState::issued);
}

TEST(Branches, AFormIsRefusedFieldByField) {
  NewPermit submission;
  submission.documents = {{"persyaratan_pbg", "", "tenggat:1", "", ""}};
  submission.fields = {{"nik", std::string("123")}, {"luas_m2", 0.0}, {"kolam", true}};
  const Decided opened =
      open_permit(submission, {pbg(), shipped_calendar(), holders(), wita("04-06 08:00"), {}});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().why, Refused::invalid_fields);
  const std::string said = opened.error().detail().english;
  for (const char* part : {"nik must be as the pattern says", "luas_m2 must be at least 1",
                           "kolam is no field of this service", "fungsi must be given"})
    EXPECT_NE(said.find(part), std::string::npos) << said;
}

TEST(Branches, WhatIsPersonalOfAFormIsMarkedInItsEvent) {
  const Building building;
  const auto& submitted = std::get<Submitted>(building.events.front().what);
  for (const GivenField& one : submitted.fields)
    EXPECT_EQ(std::holds_alternative<Personal>(one.value), one.field == "nik") << one.field;
}

TEST(Branches, TheLimitOfLawIsPassedOnceAndSaidToTheHeadAndEachSuperior) {
  Building building;
  building.does("verifikasi", "terima");
  building.at("05-25 10:00");
  ASSERT_TRUE(building.permit.legal_passed_at);
  const auto ledger = legal_ledger(building.permit, pbg());
  EXPECT_EQ(*building.permit.legal_passed_at,
            *Replay(*ledger, shipped_calendar()).due() + Seconds{1});
  std::vector<std::string> told;
  for (const Notice& notice : building.notices)
    if (notice.text == "fiktif_positif") told.push_back(notice.addressee.name);
  EXPECT_EQ(told, (std::vector<std::string>{"kepala_dinas", "kabid_tata_ruang", "kabid_bangunan"}));
  building.at("05-29 10:00");
  EXPECT_EQ(std::count_if(building.events.begin(), building.events.end(),
                          [](const Event& event) {
                            return std::holds_alternative<LegalLimitPassed>(event.what);
                          }),
            1);
}

TEST(Offers, ShowWhatAnActionAsksForOfAForm) {
  Building building;
  const auto all = offers(building.permit, Building::actor_at("verifikasi"), building.context());
  const auto accept = std::find_if(all.begin(), all.end(), [](const Offer& offer) {
    return offer.action && offer.action->id == "terima";
  });
  ASSERT_NE(accept, all.end());
  EXPECT_EQ(accept->wanted.fields.size(), 3U);
  EXPECT_EQ(accept->wanted.requirements.size(), 6U);
}

}  // namespace
}  // namespace tenggat::testing
