// Nobody's file gives way to another's, and nobody approves what they entered late themselves.
// Source: docs/reference.md, Late entries, Actions.
#include <algorithm>

#include "tests/rules/paud_fixture.h"

namespace tenggat::testing {
namespace {

using Lines = std::vector<std::string>;

Office at_step(const std::string& step) {
  Office office;
  office.at("04-06 08:00").bring_to(step);
  return office;
}

// "persyaratan_izin_paud P" of the files in force, by who brought them.
Lines in_force(const Office& office) {
  Lines files;
  for (const Document& document : office.permit.documents)
    if (document.file && document.counts()) files.push_back(document.kind + " " + document.uri);
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Separation, AnOfficersFileTakesThePlaceOfNoApplicants) {
  Office office = at_step("verifikasi");
  office.does(
      "FO",
      Deed("verifikasi", "accept").file("persyaratan_izin_paud", "akta", "tenggat:milik-petugas"));
  ASSERT_EQ(in_force(office).size(), 3U);
  EXPECT_EQ(office.permit.documents.front().superseded_event, 0);
  EXPECT_EQ(office.permit.documents.front().role, "pemohon");
}

TEST(Separation, WhatComesWithAReturnTakesNothingsPlace) {
  Office office = at_step("verifikasi");
  office.does("FO", Deed("verifikasi", "reject")
                        .note("Buram, lihat lampiran")
                        .file("persyaratan_izin_paud", "akta", "tenggat:lampiran"));
  EXPECT_EQ(in_force(office).size(), 3U);
  office.does(
      "P", Deed("pengajuan", "submit").file("persyaratan_izin_paud", "akta", "tenggat:perbaikan"));
  // The applicant's own has given way to theirs; the officer's is theirs.
  EXPECT_EQ(in_force(office),
            (Lines{"persyaratan_izin_paud tenggat:1", "persyaratan_izin_paud tenggat:lampiran",
                   "persyaratan_izin_paud tenggat:perbaikan"}));
}

TEST(Separation, TheApplicantsAnswerTakesThePlaceOfTheirOwn) {
  Office office = at_step("kajian_teknis");
  office.at("04-07 08:00")
      .does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "Mohon denah", {}});
  office.does("P", ResumeVisit{"kajian_teknis",
                               "Terlampir",
                               {{"persyaratan_izin_paud", "akta", "tenggat:jawaban", "", ""}}});
  EXPECT_EQ(in_force(office),
            (Lines{"persyaratan_izin_paud tenggat:1", "persyaratan_izin_paud tenggat:jawaban"}));
}

TEST(Separation, ADraftAgainstTheRecommendationIsReportedToTheSuperior) {
  const auto reported = [](Outcome outcome) {
    Office office = at_step("penyusunan_sk");  // recommended
    office.raised_since();
    office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk").outcome(outcome));
    const Lines raised = office.raised_since();
    return std::find(raised.begin(), raised.end(),
                     "penyusunan_sk#1 against_recommendation: role:kabid_perizinan laporan "
                     "against_recommendation") != raised.end();
  };
  EXPECT_TRUE(reported(Outcome::refusal));
  EXPECT_FALSE(reported(Outcome::grant));
  EXPECT_FALSE(reported(Outcome::none));
}

TEST(Separation, ADraftThatComesBackToTheRecommendationIsReportedNoMore) {
  Office office = at_step("penyusunan_sk");
  office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk").outcome(Outcome::refusal));
  office.does("KB", Deed("persetujuan_kabid", "return").note("Ikuti rekomendasi"));
  office.raised_since();
  Office still = office;
  office.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk").outcome(Outcome::grant));
  const auto about = [](const std::string& line) {
    return line.find("against_recommendation") != std::string::npos;
  };
  const Lines raised = office.raised_since();
  EXPECT_TRUE(std::none_of(raised.begin(), raised.end(), about));
  still.does("BO", Deed("penyusunan_sk", "draft").file("draft_sk"));  // as the draft before
  const Lines again = still.raised_since();
  EXPECT_TRUE(std::any_of(again.begin(), again.end(), about));
}

TEST(Separation, WhoDraftedMayApproveAsADeputyButNotWhatTheyEnteredLate) {
  const auto refused = [](std::string_view drafted_at) {
    Office office = at_step("penyusunan_sk");
    office.people.delegations.push_back({1, "KB", "BO", "plh", "2026-04-06", "2026-04-06", "1"});
    office.at("04-06 08:10");
    Deed draft = Deed("penyusunan_sk", "draft").file("draft_sk");
    if (!drafted_at.empty()) draft.occurred(drafted_at);
    office.does("BO", draft);
    // To send it back is no approval; and the next superior approves in the deputy's place.
    EXPECT_FALSE(office.refusal_of("BO", Deed("persetujuan_kabid", "return").note("Salah ketik")));
    EXPECT_FALSE(office.refusal_of("S", Deed("persetujuan_kabid", "approve")));
    const auto refusal = office.refusal_of("BO", Deed("persetujuan_kabid", "approve"));
    return refusal && refusal->why == Refused::own_late_entry;
  };
  EXPECT_FALSE(refused(""));
  EXPECT_TRUE(refused("04-06 08:09"));
}

}  // namespace
}  // namespace tenggat::testing
