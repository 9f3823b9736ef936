#include "daemon/office/rulebook.h"

#include "daemon/office/rule_files.h"
#include "daemon/store/people.h"
#include "daemon/store/rules.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::office {
namespace {

using test::await;

pg::Awaitable<store::Moment> read_moment(pg::Connection& connection) {
  return connection.query(store::kMoment);
}

class RulebookOnDatabase : public test::OnDatabase {
 protected:
  void SetUp() override {
    migrate();
    connection_.emplace(connect());
    auto files = load_rule_files(test::shipped_rules());
    ASSERT_TRUE(files);
    files_ = std::move(*files);
  }
  store::Moment moment() { return await(io_, read_moment(*connection_)); }
  void refresh() { await(io_, rulebook_.refresh(*connection_, moment())); }
  bool put(const store::RuleSet& rules) {
    return await(io_, store::put_in_force(*connection_, store::By::system(), rules));
  }
  bool put_if_none(const store::RuleSet& rules) {
    return await(io_, store::put_in_force_if_none(*connection_, store::By::system(), rules));
  }
  store::RuleSet changed(store::RuleSet rules) {
    rules.files.at(0).text += "\n# changed\n";
    rules.hash = store::content_hash(rules.kind, rules.files);
    return rules;
  }

  RuleFiles files_;
  Rulebook rulebook_{SendRules{}};
};

TEST_F(RulebookOnDatabase, RulesAreInForceOnceAndPuttingThemAgainChangesNothing) {
  const std::int64_t before = moment().rules_mark;
  EXPECT_TRUE(put(files_.sop_sets.at(0)));
  EXPECT_EQ(moment().rules_mark, before + 1);
  EXPECT_FALSE(put(files_.sop_sets.at(0)));
  EXPECT_EQ(moment().rules_mark, before + 1);
  EXPECT_TRUE(put(changed(files_.sop_sets.at(0))));
  EXPECT_EQ(moment().rules_mark, before + 2);
  EXPECT_TRUE(put(files_.sop_sets.at(0)));  // back to the first
  const auto in_force = await(io_, store::rules_in_force(*connection_));
  ASSERT_EQ(in_force.size(), 1U);
  EXPECT_EQ(in_force[0].hash, files_.sop_sets.at(0).hash);
}

TEST_F(RulebookOnDatabase, ACalendarInForceIsNotReplacedByTheFiles) {
  EXPECT_TRUE(put_if_none(files_.calendar_sets.at(0)));
  const std::int64_t mark = moment().rules_mark;
  const store::RuleSet edited = changed(files_.calendar_sets.at(0));
  EXPECT_FALSE(put_if_none(edited));
  EXPECT_EQ(moment().rules_mark, mark);
  const auto stored = await(io_, store::load_rule_sets(*connection_, {edited.hash}));
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_FALSE(stored[0].in_force);
}

TEST_F(RulebookOnDatabase, RefreshLoadsSopsAndCalendarsFromWhatIsStored) {
  put(files_.sop_sets.at(0));
  put(files_.calendar_sets.at(0));
  EXPECT_FALSE(rulebook_.fresh(moment()));
  refresh();
  EXPECT_TRUE(rulebook_.fresh(moment()));
  const Sop* paud = rulebook_.sop_in_force("paud");
  ASSERT_NE(paud, nullptr);
  EXPECT_EQ(paud->version, files_.sop_sets.at(0).hash);
  EXPECT_EQ(rulebook_.sops_in_force(), std::vector<const Sop*>{paud});
  EXPECT_EQ(rulebook_.sop_in_force("lain"), nullptr);
  const Calendar& calendar = rulebook_.calendar("banjarbaru");
  const Instant now = test::at("2026-04-02T15:55:00+08:00");
  EXPECT_EQ(calendar.deadline(now, Budget{5, 0, 0}).due, test::at("2026-04-10T16:25:00+08:00"));
  EXPECT_EQ(rulebook_.context(*paud, now).today(), "2026-04-02");
}

TEST_F(RulebookOnDatabase, AnOldVersionStaysAtHandAndOneUnseenIsFetched) {
  put(files_.sop_sets.at(0));
  refresh();
  const Sop* first = rulebook_.sop_in_force("paud");
  const store::RuleSet second = changed(files_.sop_sets.at(0));
  put(second);
  refresh();
  EXPECT_EQ(rulebook_.sop_in_force("paud")->version, second.hash);
  EXPECT_EQ(&rulebook_.sop_version(first->version), first);
  Rulebook another{SendRules{}};
  await(io_, another.refresh(*connection_, moment()));
  EXPECT_FALSE(another.has_version(first->version));
  await(io_, another.ensure_versions(*connection_, {first->version, second.hash}));
  EXPECT_EQ(another.sop_version(first->version).id, "paud");
  EXPECT_THROW(await(io_, another.ensure_versions(*connection_, {"unheard_of"})),
               std::runtime_error);
}

TEST_F(RulebookOnDatabase, RulesThatCannotBeReadLeaveWhatWasThere) {
  put(files_.sop_sets.at(0));
  refresh();
  store::RuleSet broken = files_.sop_sets.at(0);
  broken.files.at(0).text = "sop: paud\n";
  broken.hash = store::content_hash(broken.kind, broken.files);
  put(broken);
  EXPECT_THROW(refresh(), std::runtime_error);
  EXPECT_EQ(rulebook_.sop_in_force("paud")->version, files_.sop_sets.at(0).hash);
  EXPECT_FALSE(rulebook_.fresh(moment()));
}

TEST_F(RulebookOnDatabase, PeopleComeBackAsTheyWereWritten) {
  const Officer siti{.id = "siti",
                     .name = "Siti \"Ami\" Nâh, {S.Kom}",
                     .email = "siti@example.go.id",
                     .whatsapp = "6281234567890",
                     .roles = {"back_office", "front_office"},
                     .leaves = {},
                     .ended = {}};
  EXPECT_TRUE(await(io_, store::add_officer(*connection_, store::By::system(), siti,
                                            store::InPerson::none()))
                  .done());
  EXPECT_FALSE(await(io_, store::add_officer(*connection_, store::By::system(), siti,
                                             store::InPerson::none()))
                   .done());
  refresh();
  EXPECT_EQ(rulebook_.people().officers, std::vector<Officer>{siti});
  const auto leave = [&](const char* end) {
    return await(
        io_, store::add_leave(*connection_, store::By::system(), "siti", Leave{"2026-04-13", end}));
  };
  EXPECT_TRUE(leave("2026-04-17").done());
  EXPECT_EQ(leave("2026-04-14").with, (Leave{"2026-04-13", "2026-04-17"}));
  EXPECT_FALSE(rulebook_.fresh(moment()));
  refresh();
  EXPECT_EQ(rulebook_.people().find("siti")->leaves,
            (std::vector<Leave>{{"2026-04-13", "2026-04-17"}}));
}

TEST_F(RulebookOnDatabase, TokensAreFoundByHashAndAreLiveUntilRevoked) {
  const std::string hash = store::token_hash("tgt_secret");
  store::Token token;
  token.service = "portal";
  token.scopes = {"intake", "act"};
  token.hash = hash;
  const auto id = await(io_, store::add_token(*connection_, store::By::system(), token));
  ASSERT_TRUE(id);
  refresh();
  const store::Token* found = rulebook_.find_token(hash);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->scopes, token.scopes);
  EXPECT_TRUE(found->live(moment().machine));
  EXPECT_TRUE(await(io_, store::revoke_token(*connection_, store::By::system(), *id)));
  EXPECT_FALSE(await(io_, store::revoke_token(*connection_, store::By::system(), *id)));
  refresh();
  EXPECT_FALSE(rulebook_.find_token(hash)->live(moment().machine));
  EXPECT_EQ(rulebook_.find_token(store::token_hash("tgt_other")), nullptr);
}

}  // namespace
}  // namespace tenggat::office
