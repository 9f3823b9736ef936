// Commands decided together, as scripts: what was read, what was asked, what is written and
// answered. Source: docs/reference.md, HTTP API.
#include "rules/permit/batch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/rules/paud_fixture.h"

namespace tenggat {
namespace {

using testing::Deed;
using testing::wita;

using Lines = std::vector<std::string>;
constexpr const char* kAkta =
    "tenggat:00000000000000000000000000000000000000000000000000000000000000aa";
constexpr const char* kKtp =
    "tenggat:00000000000000000000000000000000000000000000000000000000000000bb";

std::string hash(std::string_view uri) { return std::string(uri.substr(kUploadScheme.size())); }

class Batch : public ::testing::Test {
 protected:
  Submission application(std::vector<NewDocument> documents = {{"persyaratan_izin_paud", "akta",
                                                                "https://berkas.example/1", "",
                                                                ""}}) {
    Submission submission;
    submission.sop = sop_.id;
    submission.applicant = {"Siti", "siti@example.id", "62812"};
    submission.permit.subject = "PAUD Melati";
    submission.permit.created_by = "portal";
    submission.permit.documents = std::move(documents);
    return submission;
  }
  void submits(const std::string& key, Submission submission) {
    Actor portal{Actor::Kind::applicant, "portal", ""};
    requests_.push_back({0, std::move(portal), std::move(submission), {1, key, "request " + key}});
    entropy_.push_back({"salt of " + key, "secret of " + key, "digest of " + key});
  }
  void asks(const std::string& key, std::int64_t permit, const std::string& who, Command command) {
    Actor officer{Actor::Kind::officer, who, ""};
    requests_.push_back(
        {permit, std::move(officer), std::move(command), {1, key, "request " + key}});
  }
  // A permit at its first check, as read.
  void lies_before_us(std::int64_t id) {
    testing::Office office;
    office.at("04-02 09:00").submit();
    StoredPermit stored;
    stored.permit = office.permit;
    stored.permit.id = id;
    stored.permit.sop_version = sop_.version;
    stored.applicant = {"Siti", "siti@example.id", "62812"};
    facts_.permits.emplace(id, std::move(stored));
  }
  // "done 200 PAUD-2026-00417 v2"; "asked again" where its permit is locked elsewhere.
  Lines decided() {
    std::vector<const CommandRequest*> commands;
    for (const CommandRequest& one : requests_) commands.push_back(&one);
    const RenderAnswer render = [](const AnswerFacts& facts) {
      return Rendered{facts.opened ? 201 : 200, fmt::format("{} v{}", facts.stored.permit.number,
                                                            facts.stored.permit.version)};
    };
    decision_ = decide_batch(facts_, commands, entropy_, {rules_, render, 1000});
    Lines lines;
    for (const auto& answer : decision_.answers) {
      if (!answer) {
        lines.push_back("asked again");
        continue;
      }
      std::string line(to_string(answer->kind));
      if (answer->refusal) line += " " + std::string(to_string(answer->refusal->reason()));
      if (answer->status != 0) line += " " + std::to_string(answer->status);
      lines.push_back(answer->body.empty() ? line : line + " " + answer->body);
    }
    return lines;
  }
  Lines kept_keys() const {
    Lines keys;
    for (const KeptAnswer& one : decision_.to_keep) keys.push_back(one.key);
    return keys;
  }
  Lines numbers() const {
    Lines numbers;
    for (const PermitChange& one : decision_.changes) numbers.push_back(one.decision.after.number);
    return numbers;
  }

  Batch() {
    facts_.now = wita("04-02 10:00");
    facts_.ids.tails = {11, 12, 13, 14};
  }
  Sop sop_ = testing::paud();
  People people_ = testing::officers();
  testing::OneService rules_{sop_, testing::shipped_calendar(), people_};
  BatchFacts facts_;
  std::vector<CommandRequest> requests_;
  std::vector<Drawn> entropy_;
  BatchDecision decision_;
};

TEST_F(Batch, WhatIsAskedOfOnePermitIsDecidedInTurnAndWrittenAsOneChange) {
  lies_before_us(7);
  asks("a", 7, "FO", Claim{"verifikasi"});
  asks("b", 7, "FO", Deed("verifikasi", "accept"));
  asks("c", 7, "FO", Deed("verifikasi", "accept"));
  const std::string number = facts_.permits.at(7).permit.number;
  const std::int64_t version = facts_.permits.at(7).permit.version;
  EXPECT_EQ(decided(), (Lines{fmt::format("done 200 {} v{}", number, version + 1),
                              fmt::format("done 200 {} v{}", number, version + 2),
                              fmt::format("refused step_not_open {} v{}", number, version + 2)}));
  ASSERT_EQ(decision_.changes.size(), 1U);
  const PermitChange& change = decision_.changes[0];
  EXPECT_EQ(change.before->permit.version, version);
  EXPECT_EQ(change.decision.after.version, version + 2);
  ASSERT_GE(change.decision.events.size(), 2U);
  EXPECT_EQ(change.decision.events.front().sequence, change.before->permit.events + 1);
  EXPECT_EQ(change.decision.events.back().sequence, change.decision.after.events);
  EXPECT_EQ(change.projection.next_check_at,
            project(change.decision.after, sop_, testing::shipped_calendar()).next_check_at);
  EXPECT_EQ(kept_keys(), (Lines{"a", "b"}));
}

TEST_F(Batch, ACorrectedContactIsKnownToTheNextAnswer) {
  lies_before_us(7);
  asks("a", 7, "FO", CorrectContact{"baru@example.id", ""});
  asks("b", 7, "FO", Claim{"verifikasi"});
  std::vector<std::string> addresses;
  const RenderAnswer render = [&](const AnswerFacts& facts) {
    addresses.push_back(facts.stored.applicant.email + " " + facts.stored.applicant.whatsapp);
    return Rendered{};
  };
  decide_batch(facts_, {&requests_[0], &requests_[1]}, {}, {rules_, render, 0});
  EXPECT_EQ(addresses, (Lines{"baru@example.id ", "baru@example.id "}));
}

TEST_F(Batch, SubmissionsAreNumberedWithoutGapsThoughOneIsRefused) {
  facts_.numbers[{"paud", 2026}] = 416;
  submits("a", application());
  submits("b", application({}));
  submits("c", application());
  EXPECT_EQ(decided(), (Lines{"done 201 PAUD-2026-00417 v1", "refused missing_needs",
                              "done 201 PAUD-2026-00418 v1"}));
  EXPECT_EQ(numbers(), (Lines{"PAUD-2026-00417", "PAUD-2026-00418"}));
  EXPECT_EQ(decision_.numbers, (NumberCounters{{{"paud", 2026}, 418}}));
  EXPECT_EQ(decision_.changes[0].decision.after.id, permit_id(facts_.now, 11));
  EXPECT_EQ(decision_.changes[1].decision.after.id, permit_id(facts_.now, 12));
}

TEST_F(Batch, EachSubmissionHasTheSecretsThatWereDrawnForIt) {
  facts_.kept[{1, "a"}] = {1, "a", "request a", 201, "as before"};
  submits("a", application());
  submits("b", application());
  EXPECT_EQ(decided(), (Lines{"repeated 201 as before", "done 201 PAUD-2026-00001 v1"}));
  ASSERT_EQ(decision_.changes.size(), 1U);
  const PermitChange& change = decision_.changes[0];
  EXPECT_FALSE(change.before);
  EXPECT_EQ(change.salt, "salt of b");
  EXPECT_EQ(change.tracking_seed, "secret of b");
  EXPECT_EQ(std::get<Submitted>(change.decision.events.front().what).applicant, "digest of b");
  EXPECT_EQ(change.applicant.name, "Siti");
  EXPECT_EQ(change.calendar_version, "calendar 1");
}

TEST_F(Batch, NoNewPermitHasAnEarlierIdThanTheLatestThereIs) {
  facts_.ids.latest = facts_.now + Seconds{3600};
  submits("a", application());
  decided();
  EXPECT_EQ(second_of(decision_.changes.at(0).decision.after.id), facts_.ids.latest);
}

TEST_F(Batch, TheCanarysPermitIsBelowZero) {
  Submission canary = application();
  canary.canary = true;
  canary.sop = "_kenari";
  submits("a", canary);
  EXPECT_EQ(decided(), (Lines{"done 201 PAUD-2026-00001 v1"}));
  EXPECT_EQ(decision_.changes.at(0).decision.after.id, -permit_id(facts_.now, 11));
}

TEST_F(Batch, ASopThatIsNotThereOrRetiredTakesNothing) {
  Submission other = application();
  other.sop = "reklame";
  submits("a", other);
  EXPECT_EQ(decided(), (Lines{"not_found"}));
  rules_.retired = true;
  requests_.clear();
  submits("b", application());
  EXPECT_EQ(decided(), (Lines{"refused sop_retired"}));
  EXPECT_TRUE(decision_.changes.empty());
}

TEST_F(Batch, AKeyIsAppliedOnceWhetherItWasKeptOrComesTwiceTogether) {
  lies_before_us(7);
  const std::string number = facts_.permits.at(7).permit.number;
  const std::int64_t version = facts_.permits.at(7).permit.version;
  facts_.kept[{1, "old"}] = {1, "old", "request old", 200, "as it was"};
  facts_.kept[{1, "other"}] = {1, "other", "another request", 200, "as it was"};
  asks("old", 7, "FO", Claim{"verifikasi"});
  asks("other", 7, "FO", Claim{"verifikasi"});
  asks("new", 7, "FO", Claim{"verifikasi"});
  asks("new", 7, "FO", Claim{"verifikasi"});
  const std::string done = fmt::format("200 {} v{}", number, version + 1);
  EXPECT_EQ(decided(),
            (Lines{"repeated 200 as it was", "key_reused", "done " + done, "repeated " + done}));
  EXPECT_EQ(kept_keys(), (Lines{"new"}));
}

TEST_F(Batch, APermitThatIsLockedElsewhereIsAskedAgainAndOneThatIsNotThereIsNot) {
  facts_.locked_elsewhere = {8};
  asks("a", 8, "FO", Claim{"verifikasi"});
  asks("b", 9, "FO", Claim{"verifikasi"});
  EXPECT_EQ(decided(), (Lines{"asked again", "not_found"}));
}

TEST_F(Batch, WhatChangesNothingIsAnsweredAndNothingIsWritten) {
  lies_before_us(7);
  facts_.now = wita("04-02 09:01");
  asks("a", 7, "FO", Claim{"verifikasi"});
  decided();
  facts_.permits.at(7).permit = decision_.changes.at(0).decision.after;
  EXPECT_EQ(decided(), (Lines{fmt::format("done 200 {} v{}", facts_.permits.at(7).permit.number,
                                          facts_.permits.at(7).permit.version)}));
  EXPECT_TRUE(decision_.changes.empty());
}

TEST_F(Batch, FilesMustBeHereAndAreTakenOnceTheirPermitIs) {
  const auto with = [&](const char* uri) {
    return application({{"persyaratan_izin_paud", "akta", uri, "", ""}});
  };
  facts_.files = {{hash(kAkta), 400}};
  submits("a", with(kAkta));
  submits("b", with(kKtp));
  EXPECT_EQ(decided(), (Lines{"done 201 PAUD-2026-00001 v1", "refused missing_upload"}));
  EXPECT_EQ(decision_.files_taken, (Lines{hash(kAkta)}));
}

TEST_F(Batch, ThePermitsFilesTogetherHaveABound) {
  lies_before_us(7);
  facts_.files = {{hash(kAkta), 400}, {hash(kKtp), 700}};
  facts_.files_of[7] = {{hash(kKtp), 700}};
  const auto brings = [](const char* uri) {
    return Deed("verifikasi", "accept").file("persyaratan_izin_paud", "akta", uri);
  };
  asks("a", 7, "FO", brings(kAkta));
  EXPECT_EQ(decided().at(0).substr(0, 25), "refused permit_files_full");
  requests_.clear();
  asks("b", 7, "FO", brings(kKtp));  // it has that one already
  EXPECT_EQ(decided().at(0).substr(0, 8), "done 200");
}

TEST_F(Batch, WhatMustBeReadIsWhatTheCommandsName) {
  submits("a", application({{"persyaratan_izin_paud", "akta", kAkta, "", ""}}));
  asks("b", 8, "FO", Deed("verifikasi", "accept").file("x", "", kKtp));
  asks("c", 7, "FO", Claim{"verifikasi"});
  asks("d", 8, "FO", Claim{"verifikasi"});
  const BatchNeeds needs = needs_of({&requests_[0], &requests_[1], &requests_[2], &requests_[3]});
  EXPECT_EQ(needs.permits, (std::set<std::int64_t>{7, 8}));
  EXPECT_EQ(needs.sops, (std::set<std::string>{"paud"}));
  EXPECT_EQ(needs.submissions, 1U);
  EXPECT_EQ(needs.tokens, (std::vector<std::int64_t>{1, 1, 1, 1}));
  EXPECT_EQ(needs.keys, (Lines{"a", "b", "c", "d"}));
  EXPECT_EQ(needs.files, (std::set<std::string>{hash(kAkta), hash(kKtp)}));
  EXPECT_EQ(needs.with_files, (std::set<std::int64_t>{8}));
}

}  // namespace
}  // namespace tenggat
