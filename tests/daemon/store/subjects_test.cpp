// What is personal of an applicant goes, whole, where the law lets it; what it asks for stays, and
// the record holds. Whoever uses an erasure to bend more is named.
#include "daemon/store/subjects.h"

#include "daemon/store/retention.h"
#include "tests/daemon/store/years_later.h"

namespace tenggat::store {
namespace {

const std::string kEndedIds =
    "SELECT string_agg(id::text, ' ' ORDER BY id) FROM permit"
    " WHERE state NOT IN ('active', 'returned')";

class Subjects : public YearsLater {
 protected:
  void SetUp() override {
    YearsLater::SetUp();
    sql("UPDATE notice SET state = 'rendered'");  // all that was to be told has been
  }
  std::vector<std::int64_t> ids(const std::string& select) {
    std::istringstream in(sql(select));
    std::vector<std::int64_t> all;
    for (std::int64_t id = 0; in >> id;) all.push_back(id);
    return all;
  }
  std::vector<std::int64_t> ended() { return ids(kEndedIds); }
  std::vector<std::int64_t> erase(const std::vector<std::int64_t>& permits) {
    return test::await(io_, erase_applicants(db(), By::at_machine("root"), permits));
  }
  std::vector<SubjectPermit> find(SubjectQuery query) {
    return test::await(io_, found_by(db(), std::move(query)));
  }
  // Tables in which a row of this permit, or a message to its applicant, holds this text.
  std::string holding(std::int64_t permit, const std::string& text) {
    std::string each;
    for (const std::string& table :
         std::vector<std::string>{"applicant", "permit", "document", "note", "event", "visit",
                                  "pause", "notice", "message", "attempt", "portal_event",
                                  "former_link", "raised_rung", "change", "count_delta"}) {
      each += fmt::format(
          "{}SELECT '{}' AS held WHERE EXISTS (SELECT FROM {} t WHERE position('{}' in t::text)"
          " > 0",
          each.empty() ? "" : " UNION ALL ", table, table, text);
      if (table == "applicant" || table == "permit")
        each += fmt::format(" AND t.id = {}", permit);
      else if (table != "message" && table != "attempt")
        each += fmt::format(" AND t.permit = {}", permit);
      each += ')';
    }
    return sql("SELECT coalesce(string_agg(held, ' '), '') FROM (" + each + ") AS found");
  }
  void add_message(std::int64_t permit, const std::string& to, const std::string& body) {
    const bool theirs = to.starts_with("applicant");
    sql(fmt::format(
        "WITH m AS (INSERT INTO message (recipient, why, channel, address, name, text, subject,"
        "   body, fields, template, rendered_at, state) VALUES ('{1}', 'applicant', 'email',"
        "   '{3}', '{4}', 'terbit', '', '{2}', '{{\"x\": \"Siti\"}}', '', now(),"
        "   'accepted') RETURNING id),"
        " n AS (INSERT INTO notice (permit, visit, kind, k, occurrence, addressee, audience, text,"
        "   reason, raised_at, hold_until, cause, send_at, state) SELECT {0}, 1, 'due', 1, "
        "m.id::int,"
        "   '{1}', 'holder', 'x', 'x', now(), now(), 1, now(), 'rendered' FROM m RETURNING id),"
        " a AS (INSERT INTO attempt (message, fence, detail) SELECT m.id, 1, '{4} is away' FROM m)"
        " INSERT INTO message_notice (message, permit, notice) SELECT m.id, {0}, n.id FROM m, n",
        permit, to, body, theirs ? "siti@example.id" : "kd@example.go.id", theirs ? "Siti" : "KD"));
  }

 private:
  static pg::Awaitable<std::vector<SubjectPermit>> found_by(pg::Connection& connection,
                                                            SubjectQuery query) {
    pg::Pipeline asking;
    const auto slot = add_permits_of_subject(asking, query);
    const pg::Results results = co_await connection.run(std::move(asking));
    co_return results[slot];
  }
};

TEST_F(Subjects, WhatIsPersonalGoesAndTheRecordHolds) {
  const Seal before = seal();
  const std::vector<std::int64_t> permits = ended();
  ASSERT_GE(permits.size(), 4U);
  for (const std::int64_t id : permits) {
    add_message(id, fmt::format("applicant:{}", id), "Yth. Siti");
    add_message(id, "officer:kd", "Berkas Siti di meja");
    EXPECT_NE(holding(id, "Siti"), "") << id;
    EXPECT_NE(holding(id, "Banjarbaru"), "") << id;
    EXPECT_NE(holding(id, fmt::format("web-{}", id)), "") << id;
  }
  const std::string kept =
      "SELECT md5(string_agg(concat(id, state, number, case_verdict, case_closed_at, submitted_at,"
      " changed_at), ';' ORDER BY id)) FROM permit";
  const std::string visits = "SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM visit t";
  const std::string was = sql(kept), visited = sql(visits);
  const std::string documents =
      "SELECT string_agg(concat(permit, kind, number, sha256), ';' ORDER"
      " BY permit, id) FROM document";
  const std::string held = sql(documents);

  EXPECT_EQ(erase(permits), permits);
  for (const std::int64_t id : permits)
    for (const std::string& text :
         {std::string("Siti"), std::string("siti@example.id"), std::string("6281234567"),
          std::string("Banjarbaru"), std::string("Pindah lokasi"), fmt::format("web-{}", id)})
      EXPECT_EQ(holding(id, text), "") << id << ' ' << text;
  EXPECT_EQ(sql("SELECT count(*) FROM applicant WHERE salt = 'salt' AND name = '(dihapus)'"), "0");
  EXPECT_EQ(sql("SELECT count(DISTINCT salt) FROM applicant WHERE name = '(dihapus)'"),
            std::to_string(permits.size()));
  EXPECT_EQ(sql(kept), was);
  EXPECT_EQ(sql(visits), visited);
  EXPECT_EQ(sql(documents), held);
  // What officers wrote and what was issued stays.
  EXPECT_EQ(sql("SELECT count(*) FROM note WHERE text = 'Tidak memenuhi syarat'"), "1");
  EXPECT_EQ(sql("SELECT count(*) FROM document WHERE number = 'SK-1' AND uri <> ''"), "1");
  EXPECT_EQ(sql("SELECT count(*) FROM permit WHERE state = 'issued' AND subject = '(dihapus)'"),
            "0");
  EXPECT_EQ(sql("SELECT count(*) FROM message WHERE recipient = 'officer:kd'"
                " AND body = 'Berkas (dihapus) di meja'"),
            std::to_string(permits.size()));
  EXPECT_EQ(found(), std::vector<std::string>());
  EXPECT_TRUE(against(before).empty()) << words_of(against(before).front());
  EXPECT_TRUE(against(seal()).empty());
  EXPECT_EQ(erase(permits), std::vector<std::int64_t>());  // once
  EXPECT_EQ(test::await(io_, retire_permits(db(), std::chrono::days{365}, 50)),
            static_cast<int>(permits.size()));
  EXPECT_EQ(found(), std::vector<std::string>());
}

TEST_F(Subjects, WhatTheLawAsksForStays) {
  const std::vector<std::int64_t> open =
      ids("SELECT string_agg(id::text, ' ') FROM permit WHERE state IN ('active', 'returned')");
  ASSERT_FALSE(open.empty());
  EXPECT_EQ(erase(open), std::vector<std::int64_t>());
  const std::vector<std::int64_t> some = ended();
  add_message(some[0], fmt::format("applicant:{}", some[0]), "Yth. Siti");
  sql("UPDATE message SET state = 'queued'");
  sql(fmt::format("UPDATE permit SET related = {} WHERE id = {}", some[1], open[0]));
  std::vector<std::int64_t> rest(some.begin() + 2, some.end());
  const Instant now = *parse_instant("2028-05-01T00:00:00Z");
  std::map<std::int64_t, Stays> why;
  for (const SubjectPermit& one : find({"SITI@example.id", "", {}}))
    why[one.id] = why_it_stays(one, now);
  EXPECT_EQ(why.size(), open.size() + some.size() - 1);  // one has corrected their address
  EXPECT_EQ(why.at(open[0]), Stays::open);
  EXPECT_EQ(why.at(some[0]), Stays::message_waiting);
  EXPECT_EQ(why.at(some[1]), Stays::objection);
  EXPECT_EQ(why.at(some[2]), Stays::not_at_all);
  EXPECT_EQ(erase(some), rest);
  sql("UPDATE message SET state = 'accepted'; UPDATE permit SET related = NULL;"
      " UPDATE simulated_clock SET start_at = '2026-06-01T08:00:00+08:00'");
  EXPECT_EQ(erase(some), std::vector<std::int64_t>());  // it may be disputed still
}

TEST_F(Subjects, WhoeverBendsMoreByItIsNamed) {
  const std::vector<std::int64_t> permits = ended();
  erase(permits);
  ASSERT_EQ(found(), std::vector<std::string>());
  const auto planted = [&](const std::string& change, const std::string& says) {
    sql("CREATE TABLE kept AS SELECT * FROM erasure");
    sql(change);
    const std::string named = fmt::format("{}", fmt::join(found(), "\n"));
    EXPECT_NE(named.find(says), std::string::npos) << change << '\n' << named;
    sql("DELETE FROM erasure; INSERT INTO erasure SELECT * FROM kept; DROP TABLE kept");
  };
  planted("DELETE FROM erasure WHERE permit = (SELECT min(permit) FROM erasure)",
          "no event of the office says that it was erased");
  planted("UPDATE erasure SET event = event - 1", "is not the one by which it was erased");
  planted("UPDATE erasure SET hash = 'x'", "were erased are not those that it says");
  planted("UPDATE erasure SET recorded = 99", "which says no such thing");
  EXPECT_EQ(found(), std::vector<std::string>());
}

// As whoever has the owner's role could: the verdict first, and then an event that says what the
// rows hold.
TEST_F(Subjects, AnErasureHidesNoOtherChange) {
  const std::vector<std::int64_t> permits = ended();
  const std::string missed =
      sql("SELECT permit FROM visit WHERE verdict = 'met' AND permit = ANY ('{" +
          fmt::format("{}", fmt::join(permits, ",")) + "}') LIMIT 1");
  ASSERT_NE(missed, "");
  sql("UPDATE visit SET verdict = 'missed' WHERE verdict = 'met' AND permit = " + missed);
  const std::vector<std::int64_t> one(1, std::stoll(missed));
  EXPECT_EQ(erase(one), one);
  const std::string named = fmt::format("{}", fmt::join(found(), "\n"));
  EXPECT_NE(named.find("more than what is personal was erased"), std::string::npos) << named;
  EXPECT_NE(named.find("verdict became \"missed\", it was \"met\""), std::string::npos) << named;
}

TEST_F(Subjects, FilesOfTheirsGoAndTheOfficesStay) {
  const std::vector<std::int64_t> permits = ended();
  const std::string theirs(64, 'a'), offices(64, 'b'), shared(64, 'c');
  for (const std::string& sha256 : {theirs, offices, shared})
    sql(
        fmt::format("INSERT INTO file (sha256, content_type, size, content, added_by, holder)"
                    " VALUES ('{0}', 'application/pdf', 1, {1}, 'x', {1})",
                    sha256, static_cast<int>(sha256[0])));
  const auto attach = [&](std::int64_t permit, const std::string& sha256, const std::string& role,
                          int id) {
    sql(fmt::format(
        "INSERT INTO document (permit, id, visit, kind, uri, sha256, file, added_at, added_by,"
        " added_event, role) VALUES ({}, {}, 1, 'x', 'tenggat:{}', '{}', true, now(), 'x', 1, "
        "'{}')",
        permit, id, sha256, sha256, role));
  };
  const std::string applicants = sql("SELECT role FROM visit WHERE permit = 6 AND id = 1");
  attach(6, theirs, applicants, 90);
  attach(6, offices, "back_office", 91);
  attach(6, shared, applicants, 92);
  attach(std::stoi(sql("SELECT min(id) FROM permit WHERE state = 'active'")), shared, applicants,
         90);
  const std::vector<std::int64_t> six(1, 6);
  EXPECT_EQ(erase(six), six);
  EXPECT_EQ(sql("SELECT string_agg(left(sha256, 1), '') FROM file WHERE until IS NOT NULL"), "a");
}

}  // namespace
}  // namespace tenggat::store
