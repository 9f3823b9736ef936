// What a database has given, held against what it knows: as values.
#include "daemon/store/mark.h"

#include <gtest/gtest.h>

#include "daemon/store/given.h"
#include "daemon/store/restoring.h"
#include "daemon/store/tokens.h"
#include "tests/daemon/store/office_chain_fixture.h"

namespace tenggat::store {
namespace {

using Series = std::pair<std::string, int>;
const Series kPaud{"paud", 2026};

Given knows(std::int64_t number) {
  Given given;
  given.identity = "a";
  given.incarnation = "1/1/1";
  given.numbers[kPaud] = number;
  given.seal = 3;
  given.office_events = 9;
  return given;
}
Mark mark_at(std::int64_t number) {
  Mark mark;
  mark.take(knows(number));
  mark.reserved[kPaud] = number + 20;
  mark.exact = true;
  return mark;
}
std::string loss(const Mark& mark, const Given& found, std::vector<Witness> missing = {}) {
  return words_of(loss_of(mark, found, std::move(missing), {}));
}

TEST(Mark, IsReadAsItWasWritten) {
  Mark mark = mark_at(412);
  mark.given.sequences["message_id_seq"] = 77;
  mark.given.revoked = {"00ff", "aa"};
  mark.given.ended["siti"] = "2026-04-01";
  mark.given.restores = 2;
  mark.saw({7, 3, Instant{Seconds{1775000000}}});
  EXPECT_EQ(mark_of(text_of(mark)), mark);
  for (const char* bad : {"", "{}", "{\"version\": 2}", "[]", "{\"version\": 1}"})
    EXPECT_THROW(mark_of(bad), std::runtime_error) << bad;
}

TEST(Mark, ADatabaseThatKnowsAsMuchHasLostNothing) {
  EXPECT_FALSE(loss_of(mark_at(412), knows(412), {}, {}).any());
  EXPECT_FALSE(loss_of(mark_at(412), knows(500), {}, {}).any());
}

TEST(Mark, NamesWhatTheDatabaseDoesNotKnow) {
  EXPECT_EQ(loss(mark_at(412), knows(398)), "paud 2026: 412 was given, the database knows 398");
  Given found = knows(412);
  found.seal = 1;
  found.office_events = 5;
  EXPECT_EQ(loss(mark_at(412), found, {{7, 3, {}}}),
            "changes of 1 permits; 4 office events; 2 seals");
  EXPECT_EQ(words_of(loss_of(mark_at(412), knows(412), {}, {"aa"})),
            "1 revoked keys are good again");
}

TEST(Mark, ADaemonThatWasCutOffTrustsTheDatabaseItKnewAlone) {
  Mark mark = mark_at(412);
  mark.exact = false;
  EXPECT_FALSE(loss_of(mark, knows(412), {}, {}).any());  // it fell, the database did not
  Given promoted = knows(412);
  promoted.incarnation = "1/2/1";
  EXPECT_TRUE(loss_of(mark, promoted, {}, {}).unsure);
  mark.exact = true;
  EXPECT_FALSE(loss_of(mark, promoted, {}, {}).any());
}

TEST(Mark, WhatWasAcceptedAsLostIsNotMissedAgainButNumbersAndKeysAre) {
  Given found = knows(432);
  found.restores = 1;
  found.seal = 0;
  found.office_events = 2;
  found.incarnation = "2/1/1";
  Mark mark = mark_at(412);
  mark.exact = false;
  EXPECT_FALSE(loss_of(mark, found, {{7, 3, {}}}, {}).any());
  EXPECT_TRUE(loss_of(mark, found, {}, {"aa"}).any());
  found.numbers[kPaud] = 420;  // past what it marked as given, not past what it may have given
  EXPECT_TRUE(loss_of(mark, found, {}, {}).any());
  mark.exact = true;
  EXPECT_FALSE(loss_of(mark, found, {}, {}).any());
  found.numbers[kPaud] = 411;
  EXPECT_TRUE(loss_of(mark, found, {}, {}).any());
  found.numbers[kPaud] = 432;
  mark.saw({7, 3, {}});
  mark.take(found);
  EXPECT_TRUE(mark.witnesses.empty());
  EXPECT_EQ(mark.given.office_events, 2);
}

TEST(Mark, NeverShrinksByWhatItTakes) {
  Mark mark = mark_at(412);
  mark.given.sequences["a"] = 9;
  mark.given.revoked = {"aa"};
  Given less = knows(398);
  less.seal = 1;
  less.sequences["a"] = 3;
  mark.take(less);
  EXPECT_EQ(mark.given.numbers.at(kPaud), 412);
  EXPECT_EQ(mark.given.sequences.at("a"), 9);
  EXPECT_EQ(mark.given.seal, 3);
  EXPECT_TRUE(mark.given.revoked.contains("aa"));
}

TEST(Mark, HoldsTheLastChangeOfEachOfTheLastPermits) {
  Mark mark;
  for (std::int64_t i = 1; i <= 100; ++i) mark.saw({i, 1, {}});
  mark.saw({100, 2, {}});
  EXPECT_EQ(mark.witnesses.size(), kWitnesses);
  EXPECT_EQ(mark.witnesses.back(), (Witness{100, 2, {}}));
  EXPECT_EQ(mark.witnesses.front().permit, 37);
}

TEST(Mark, NumbersGoOnPastWhatMayHaveBeenGiven) {
  Mark mark = mark_at(412);
  mark.given.numbers[{"pbg", 2026}] = 7;
  mark.reserved[{"pbg", 2026}] = 7;
  mark.reserved[{"baru", 2027}] = 20;
  const std::vector<NumberGap> gaps = gaps_of(mark, {{kPaud, 398}, {{"pbg", 2026}, 7}});
  EXPECT_EQ(text_of(gaps), "baru 2027: 1-20; paud 2026: 399-432");
  EXPECT_EQ(number_gaps_of(text_of(gaps)), gaps);
  EXPECT_TRUE(number_gaps_of("").empty());
  for (const char* bad : {"paud", "paud 2026", "paud 2026: 3", "paud x: 3-4", "paud 2026: 3-"})
    EXPECT_THROW(number_gaps_of(bad), std::runtime_error) << bad;
}

// On a database.
class Restoring : public OfficeChain {
 protected:
  Standing standing(const Mark& mark = {}) { return await(io_, read_standing(db(), mark)); }
  Mark marked() {
    Mark mark;
    mark.take(standing().found);
    mark.exact = true;
    return mark;
  }
};

TEST_F(Restoring, WhatTheDatabaseKnowsIsNotBehindItself) {
  sql("INSERT INTO permit_number (sop, year, last) VALUES ('contoh', 2026, 4)");
  const Mark mark = marked();
  EXPECT_EQ(mark.given.numbers.at({"contoh", 2026}), 4);
  EXPECT_EQ(mark.given.office_events, 2);
  EXPECT_EQ(mark.given.identity.size(), 32U);
  EXPECT_NE(mark.given.incarnation, "");
  EXPECT_TRUE(mark.given.sequences.contains("token_id_seq"));
  const Standing now = standing(mark);
  EXPECT_FALSE(loss_of(mark, now.found, now.missing, now.revived).any());
}

TEST_F(Restoring, ARevokedTokenThatIsGoodAgainIsRevokedOnceMore) {
  Token token;
  token.service = "portal";
  token.hash = token_hash("tgt_a");
  const std::int64_t id = await(io_, add_token(db(), kAdmin, token)).value();
  await(io_, revoke_token(db(), kAdmin, id));
  const Mark mark = marked();
  sql("UPDATE token SET revoked_at = NULL");
  EXPECT_EQ(standing(mark).revived.size(), 1U);
  const Restored done = await(io_, accept_restored(db(), kAdmin, mark));
  EXPECT_EQ(done.tokens, 1);
  EXPECT_EQ(sql("SELECT revoked_at IS NOT NULL FROM token"), "t");
  EXPECT_TRUE(standing(mark).revived.empty());
  EXPECT_FALSE(audit().broken);
}

TEST_F(Restoring, NumbersSequencesAndSealsGoOnPastTheMark) {
  Mark mark = marked();
  mark.given.numbers[{"contoh", 2026}] = 12;
  mark.reserved[{"contoh", 2026}] = 32;
  mark.given.sequences["message_id_seq"] = 500;
  mark.given.seal = 8;
  const Restored done = await(io_, accept_restored(db(), kAdmin, mark));
  EXPECT_EQ(done.gaps, (std::vector<NumberGap>{{"contoh", 2026, 1, 32}}));
  EXPECT_EQ(sql("SELECT last FROM permit_number WHERE sop = 'contoh'"), "32");
  dead_message();
  EXPECT_EQ(last_id("message"), 500 + kSequenceMargin + 1);
  EXPECT_EQ(sql("SELECT seals_upto || ' ' || restores || behind FROM database_identity"), "8 1");
  Standing now = standing(mark);
  EXPECT_TRUE(now.held_at);
  EXPECT_FALSE(loss_of(mark, now.found, now.missing, now.revived).any());
  mark.take(now.found);
  EXPECT_EQ(mark.given.restores, 1);
}

TEST_F(Restoring, AnOfficersServiceThatHadEndedHasEnded) {
  await(io_, end_officer(db(), kAdmin, "siti", "2026-04-01"));
  const Mark mark = marked();
  sql("UPDATE officer SET ended_on = NULL");
  const Restored done = await(io_, accept_restored(db(), kAdmin, mark));
  EXPECT_EQ(done.officers, std::vector<std::string>{"siti"});
  EXPECT_EQ(sql("SELECT ended_on FROM officer WHERE id = 'siti'"), "2026-04-01");
}

TEST_F(Restoring, WhatADaemonFoundStaysUntilSomebodyAccepts) {
  pg::Pipeline saying;
  add_say_behind(saying, "first");
  add_say_behind(saying, "second");
  await(io_, db().run(std::move(saying)));
  EXPECT_EQ(standing().behind, "first");
  await(io_, accept_restored(db(), kAdmin, marked()));
  EXPECT_EQ(standing().behind, "");
}

}  // namespace
}  // namespace tenggat::store
