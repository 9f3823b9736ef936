// The office's own hash chain: appended to whole or not at all, never forked, walked.
#include "daemon/store/office_chain.h"

#include "daemon/store/hash.h"
#include "daemon/store/tokens.h"
#include "tests/daemon/store/office_chain_fixture.h"

namespace tenggat::store {
namespace {

pg::Awaitable<void> change_and_fail(pg::Connection& db) {
  pg::Transaction transaction(db);
  pg::Pipeline nothing;
  nothing.add("SELECT 1");
  co_await transaction.run(std::move(nothing));
  Officer officer;
  officer.id = "budi";
  officer.name = "Budi";
  co_await add_officer(db, By::system(), std::move(officer), InPerson::none());
  co_await transaction.rollback();
}

pg::Awaitable<std::map<std::int64_t, OfficeNews>> read_news(pg::Connection& db,
                                                            std::vector<std::int64_t> events) {
  pg::Pipeline reading;
  const OfficeNewsSlot slot(reading, events);
  const pg::Results results = co_await db.run(std::move(reading));
  co_return results[slot];
}

TEST_F(OfficeChain, AnAddressThatWasIsKeptBesideItsEventForWhoMustBeToldThere) {
  OfficerEdit edit;
  edit.email = "lain@example.go.id";
  ASSERT_TRUE(await(io_, edit_officer(db(), kAdmin, "siti", edit, InPerson::none())).done());
  OfficerEdit renamed;
  renamed.name = "Siti A.";
  ASSERT_TRUE(await(io_, edit_officer(db(), kAdmin, "siti", renamed, InPerson::none())).done());
  auto news = await(io_, read_news(db(), {1, 3, 4, 99}));
  ASSERT_EQ(news.size(), 3U);
  EXPECT_EQ(further_addresses(news.at(3)),
            (std::vector<ChannelAddress>{{"email", "siti@example.go.id"}}));
  EXPECT_FALSE(further_addresses(news.at(1)));  // who is new had none
  EXPECT_FALSE(further_addresses(news.at(4)));
  sql("DELETE FROM office_event_word WHERE event = 3");  // erased
  news = await(io_, read_news(db(), {3}));
  EXPECT_EQ(further_addresses(news.at(3)), std::vector<ChannelAddress>{});
  EXPECT_FALSE(audit().broken);
}

TEST_F(OfficeChain, WhatChangesNothingIsNoEvent) {
  const std::size_t before = events().size();
  OfficerEdit same;
  same.name = "Siti Aminah";
  same.roles = {"front_office"};
  EXPECT_TRUE(await(io_, edit_officer(db(), kAdmin, "siti", same, InPerson::none())).done());
  EXPECT_FALSE(await(io_, edit_officer(db(), kAdmin, "nobody", same, InPerson::none())).done());
  EXPECT_FALSE(
      await(io_, add_officer(db(), kAdmin, officer("siti", "Lain"), InPerson::none())).done());
  EXPECT_FALSE(await(io_, revoke_token(db(), kAdmin, 99)));
  EXPECT_FALSE(await(io_, cancel_leave(db(), kAdmin, "siti", "2030-01-01")));
  EXPECT_EQ(events().size(), before);
}

TEST_F(OfficeChain, AnAddressThatAnotherHasLeavesNoEventBehind) {
  const std::size_t before = events().size();
  OfficerEdit edit;
  edit.email = "SITI@example.go.id";
  const OfficerChange change =
      await(io_, edit_officer(db(), kAdmin, "adm", edit, InPerson::none()));
  EXPECT_EQ(change.kind, OfficerChange::Kind::shared_email);
  EXPECT_EQ(change.other, "siti");
  EXPECT_EQ(events().size(), before);
  EXPECT_FALSE(audit().broken);
}

TEST_F(OfficeChain, AnEventIsThereWithItsChangeOrNotAtAll) {
  const std::size_t before = events().size();
  await(io_, change_and_fail(db()));
  EXPECT_EQ(events().size(), before);
  EXPECT_EQ(sql("SELECT count(*) FROM officer WHERE id = 'budi'"), "0");
  EXPECT_FALSE(audit().broken);
}

pg::Awaitable<int> make_tokens(std::string conninfo, int count) {
  const auto db = co_await test::open_connection(std::move(conninfo));
  for (int i = 0; i < count; ++i) {
    Token token;
    token.service = "portal";
    token.hash = random_bytes(32);
    co_await add_token(*db, By::system(), token);
  }
  co_return count;
}

TEST_F(OfficeChain, NeverForksHoweverManyAppendAtOnce) {
  int made = 0;
  for (int i = 0; i < 4; ++i)
    boost::asio::co_spawn(io_, make_tokens(conninfo_, 10),
                          [&](std::exception_ptr error, int count) {
                            EXPECT_FALSE(error);
                            made += count;
                          });
  io_.restart();
  io_.run();
  EXPECT_EQ(made, 40);
  EXPECT_FALSE(audit().broken);
  EXPECT_EQ(audit().events, 42);
}

TEST_F(OfficeChain, NoEventIsOlderThanTheOneBefore) {
  sql("UPDATE office_chain SET last_at = '2090-01-01'");
  OfficerEdit edit;
  edit.name = "Siti A.";
  EXPECT_TRUE(await(io_, edit_officer(db(), kAdmin, "siti", edit, InPerson::none())).done());
  EXPECT_EQ(events().at(0).event.at, test::at("2090-01-01T00:00:00Z"));
}

TEST_F(OfficeChain, PagesFollowEachOther) {
  ASSERT_EQ(events().size(), 2U);
  const std::vector<StoredEvent> first = events({std::nullopt, 1});
  ASSERT_EQ(first.size(), 2U);  // one more than asked for: there are more
  EXPECT_EQ(first.at(0).event.sequence, 2);
  EXPECT_EQ(events({2, 1}).at(0).event.sequence, 1);
}

TEST_F(OfficeChain, TheRecordIsAppendOnly) {
  EXPECT_THROW(sql("UPDATE office_event SET actor = 'system'"), pg::Error);
  EXPECT_THROW(sql("DELETE FROM office_event"), pg::Error);
  EXPECT_THROW(sql("TRUNCATE office_event"), pg::Error);
}

TEST_F(OfficeChain, VerifyNamesTheFirstEventThatIsNotAsItWasWritten) {
  EXPECT_FALSE(audit().broken);
  EXPECT_EQ(audit().events, 2);
  const struct {
    const char *change, *back, *what;
    std::int64_t event;
  } kBreaks[] = {
      {"UPDATE office_event SET actor = 'officer:siti' WHERE sequence = 1",
       "UPDATE office_event SET actor = 'officer:adm' WHERE sequence = 1",
       "the event is not as it was written", 1},
      {"UPDATE office_event SET sequence = 3 WHERE sequence = 2",
       "UPDATE office_event SET sequence = 2 WHERE sequence = 3", "the event is missing", 2},
      {"UPDATE office_chain SET events = 3", "UPDATE office_chain SET events = 2",
       "the event is missing at the end", 3},
      {"UPDATE office_chain SET events = 1", "UPDATE office_chain SET events = 2",
       "the head of the chain does not name the event", 2},
      {"UPDATE office_chain SET last_hash = last_hash || '\\x00'",
       "UPDATE office_chain SET last_hash = substring(last_hash FOR 32)",
       "the head of the chain names another last event", 2},
  };
  sql("SET session_replication_role = replica");
  for (const auto& one : kBreaks) {
    sql(one.change);
    const OfficeAudit found = audit();
    sql(one.back);
    ASSERT_TRUE(found.broken) << one.change;
    EXPECT_EQ(found.broken->number, "office");
    EXPECT_EQ(found.broken->sequence, one.event) << one.change;
    EXPECT_EQ(found.broken->what, one.what) << one.change;
  }
  EXPECT_FALSE(audit().broken);
}

TEST_F(OfficeChain, TheCommandNamesABrokenChain) {
  const test::Ran well = run({"audit", "verify"});
  EXPECT_EQ(well.code, 0) << well;
  EXPECT_EQ(
      well.last_line(),
      "0 permits, 0 events, 0 rows; 2 events of the office: every chain holds, every row is as the"
      " record says");
  sql("SET session_replication_role = replica");
  sql("UPDATE office_event SET actor = 'officer:siti' WHERE sequence = 2");
  const test::Ran ill = run({"audit", "verify"});
  EXPECT_EQ(ill.code, 1) << ill;
  EXPECT_NE(ill.out.find("office: event 2: the event is not as it was written"), std::string::npos)
      << ill;
}

// Bytes that were hashed once stay as they are.
TEST(OfficeEvents, AreStoredAsTheyWere) {
  OfficeEvent event{OfficeKind::officer_changed, "siti", {}};
  event.change(OfficeValue::email, "a@example.go.id", "b@example.go.id");
  event.change(OfficeValue::name, "Siti", "Siti");
  event.add(OfficeValue::roles, "admin");
  EXPECT_EQ(fields_of(event, "salt"),
            "{\"about\":\"siti\",\"before.email\":\"" + digest("salt", "a@example.go.id") +
                "\",\"after.email\":\"" + digest("salt", "b@example.go.id") +
                "\",\"after.roles\":\"admin\"}");
  StoredEvent stored;
  stored.event.sequence = 7;
  stored.event.actor = "officer:adm";
  stored.type = "officer_changed";
  stored.fields_json = "{\"about\":\"siti\"}";
  EXPECT_EQ(event_hash("before", kNoPermit, stored),
            sha256("before[0,7,\"officer_changed\",0,\"officer:adm\",\"\",\"\",0]\n"
                   "{\"about\":\"siti\"}"));
}

TEST(OfficeEvents, WhatNobodyKnowsCannotBeRead) {
  StoredEvent stored;
  stored.type = "officer_changed";
  for (const char* fields : {"{\"about\":\"a\",\"before.shoes\":\"1\"}", "{\"about\":1}", "[]",
                             "{\"abo\":\"a\"}", "{"}) {
    stored.fields_json = fields;
    EXPECT_THROW(office_event_of(stored), UnreadableEvent) << fields;
  }
  stored.type = "renamed";
  stored.fields_json = "{}";
  EXPECT_THROW(office_event_of(stored), UnreadableEvent);
}

}  // namespace
}  // namespace tenggat::store
