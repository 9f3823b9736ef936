// What somebody inside could do: each kind of change of the office has a row here, with what was,
// what is, and who is told. A kind without a row fails, and so does a statement that changes the
// office and that nobody has thought about.
#include <fmt/format.h>

#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "daemon/store/board.h"
#include "daemon/store/hash.h"
#include "daemon/store/imports.h"
#include "daemon/store/messages.h"
#include "daemon/store/officer_changes.h"
#include "daemon/store/restoring.h"
#include "daemon/store/retention.h"
#include "daemon/store/rules.h"
#include "daemon/store/sessions.h"
#include "daemon/store/silences.h"
#include "daemon/store/subjects.h"
#include "daemon/store/tokens.h"
#include "tests/daemon/store/office_chain_fixture.h"

namespace tenggat::store {
namespace {

struct Row {
  OfficeKind kind;
  std::string person;                   // whose salt its digests have; empty: the office's own
  std::function<std::string()> change;  // returns what it is about
  std::vector<OfficeChange> changes;    // in clear
  std::string told;                     // whom it concerns, and the administrator
  std::size_t after = 0;                // so many events of the same change come after it
  std::string actor = "officer:adm";
};

class InsiderMatrix : public OfficeChain {
 protected:
  using K = OfficeKind;
  using V = OfficeValue;

  std::vector<Row> rows() {
    std::vector<Row> all = of_people();
    for (auto more : {of_keys(), of_silences(), of_rules(), of_messages(), of_restoring(),
                      of_imports(), of_subjects()})
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::vector<Row> of_people() {
    return {
        {K::officer_added,
         "rina",
         [this] {
           Officer rina = officer("rina", "Rina Wati");
           rina.whatsapp = "6281234567890";
           rina.roles = {"sekretaris", "kepala_dinas"};
           EXPECT_TRUE(await(io_, add_officer(db(), kAdmin, rina, InPerson::none())).done());
           return "rina";
         },
         {{V::name, "", "Rina Wati"},
          {V::whatsapp, "", "6281234567890"},
          {V::roles, "", "kepala_dinas sekretaris"}},
         "adm"},
        {K::officer_changed,
         "siti",
         [this] {
           OfficerEdit edit;
           edit.email = "lain@example.go.id";
           edit.whatsapp = "6281111111111";
           edit.roles = {"back_office", "front_office"};
           edit.ended_on = "2031-01-01";
           edit.nip = "198503152010012003";
           edit.tongue = "en";
           EXPECT_TRUE(
               await(io_, edit_officer(db(), kAdmin, "siti", edit, InPerson::none())).done());
           return "siti";
         },
         {{V::email, "siti@example.go.id", "lain@example.go.id"},
          {V::whatsapp, "", "6281111111111"},
          {V::tongue, "", "en"},
          {V::roles, "front_office", "back_office front_office"},
          {V::ended_on, "", "2031-01-01"},
          {V::nip, "", "198503152010012003"}},
         "adm siti"},
        {K::officer_change_proposed,
         "siti",
         [this] {
           propose("siti", "baru@example.go.id");
           return "siti";
         },
         {{V::email, "lain@example.go.id", "baru@example.go.id"},
          {V::change, "", ""},
          {V::takes_effect_at, "", ""}},
         "adm siti"},
        {K::officer_change_stopped,
         "siti",
         [this] {
           EXPECT_TRUE(await(io_, stop_waiting_change(db(), kAdmin, change_)).done());
           return "siti";
         },
         {{V::change, "", ""}},
         "adm siti"},
        {K::officer_change_confirmed,
         "siti",
         [this] {
           propose("siti", "baru@example.go.id", By::system());
           sql("UPDATE officer SET as_they_are_since = '-infinity'");
           EXPECT_TRUE(await(io_, confirm_waiting_change(db(), kAdmin, change_)).done());
           return "siti";
         },
         {{V::change, "", ""}},
         "adm siti",
         1},
        {K::leave_entered,
         "siti",
         [this] {
           Leave leave{"2030-01-01", "2030-01-05", "tahunan"};
           EXPECT_TRUE(await(io_, add_leave(db(), kAdmin, "siti", leave)).done());
           return "siti";
         },
         {{V::start_on, "", "2030-01-01"},
          {V::end_on, "", "2030-01-05"},
          {V::leave_kind, "", "tahunan"}},
         ""},
        {K::leave_cancelled,
         "siti",
         [this] {
           EXPECT_TRUE(await(io_, cancel_leave(db(), kAdmin, "siti", "2030-01-01")));
           return "siti";
         },
         {{V::start_on, "2030-01-01", ""},
          {V::end_on, "2030-01-05", ""},
          {V::leave_kind, "tahunan", ""}},
         ""},
        {K::delegation_added,
         "siti",
         [this] {
           Delegation one{0, "siti", "adm", "plh", "2030-02-01", "2030-02-02", "800/1"};
           EXPECT_TRUE(await(io_, add_delegation(db(), kAdmin, one)).done());
           return std::to_string(last_id("delegation"));
         },
         {{V::officer, "", "siti"},
          {V::deputy, "", "adm"},
          {V::duty, "", "plh"},
          {V::start_on, "", "2030-02-01"},
          {V::end_on, "", "2030-02-02"},
          {V::letter, "", "800/1"}},
         "adm siti"},
        {K::delegation_ended,
         "siti",
         [this] {
           EXPECT_TRUE(await(io_, end_delegation(db(), kAdmin, last_id("delegation"))));
           return std::to_string(last_id("delegation"));
         },
         {{V::officer, "siti", ""},
          {V::deputy, "adm", ""},
          {V::duty, "plh", ""},
          {V::start_on, "2030-02-01", ""},
          {V::end_on, "2030-02-02", ""},
          {V::letter, "800/1", ""}},
         "adm siti"},
    };
  }

  // Siti signs in person; the moment at which it takes effect is the clock's to say.
  void propose(const char* id, const char* email, By by = By::officer("adm")) {
    OfficerEdit edit;
    edit.email = email;
    const InPerson in_person({"front_office"});
    const OfficerChange change = await(io_, edit_officer(db(), by, id, edit, in_person));
    EXPECT_TRUE(change.done() && change.waiting > 0);
    change_ = change.waiting;
    const Instant effect = test::at("1970-01-01T00:00:00Z") +
                           Seconds(std::stoll(sql("SELECT extract(epoch FROM effective_at)::bigint"
                                                  " FROM officer_change")));
    takes_effect_ = to_string(Stamp{effect});
  }

  std::string takes_effect_;
  std::int64_t change_ = 0;

  std::vector<Row> of_keys() {
    return {
        {K::token_created,
         "",
         [this] {
           Token token;
           token.service = "portal";
           token.scopes = {"act", "intake"};
           token.roles = {"front_office"};
           token.hash = token_hash("tgt_a");
           token.expires_at = test::at("2031-01-01T00:00:00Z");
           return std::to_string(await(io_, add_token(db(), kAdmin, token)).value());
         },
         {{V::service, "", "portal"},
          {V::scopes, "", "act intake"},
          {V::roles, "", "front_office"},
          {V::expires_at, "", "2031-01-01T00:00:00+00:00"}},
         "adm"},
        {K::token_created,
         "siti",
         [this] {
           Token token;
           token.officer = "siti";
           token.hash = token_hash("tgt_b");
           return std::to_string(await(io_, add_token(db(), kAdmin, token)).value());
         },
         {{V::officer, "", "siti"}},
         "adm siti"},
        {K::token_revoked,
         "siti",
         [this] {
           EXPECT_TRUE(await(io_, revoke_token(db(), kAdmin, last_id("token"))));
           return std::to_string(last_id("token"));
         },
         {{V::officer, "siti", ""}},
         "adm siti"},
        {K::token_revoked,
         "",
         [this] {
           EXPECT_TRUE(await(io_, revoke_token(db(), kAdmin, 1)));
           return "1";
         },
         {{V::service, "portal", ""},
          {V::scopes, "act intake", ""},
          {V::roles, "front_office", ""},
          {V::expires_at, "2031-01-01T00:00:00+00:00", ""}},
         "adm"},
        {K::session_ended,
         "siti",
         [this] {
           sql("INSERT INTO session (hash, officer, created_at, expires_at, address) VALUES "
               "('\\x01',"
               " 'siti', '2026-01-01T00:00:00Z', '2090-01-01', '192.0.2.7')");
           const std::int64_t id = last_id("session");
           EXPECT_FALSE(await(io_, end_session(db(), kAdmin, "adm", id)));
           EXPECT_TRUE(await(io_, end_session(db(), kAdmin, "siti", id)));
           return "siti";
         },
         {{V::opened_at, "2026-01-01T00:00:00+00:00", ""}, {V::address, "192.0.2.7", ""}},
         "siti"},
        {K::screen_added,
         "",
         [this] {
           NewKioskLink link{"secret", "Lobi"};
           EXPECT_TRUE(await(io_, add_kiosk_link(db(), kAdmin, link)));
           return std::to_string(last_id("kiosk_link"));
         },
         {{V::place, "", "Lobi"}},
         "adm"},
        {K::screen_revoked,
         "",
         [this] {
           EXPECT_TRUE(await(io_, revoke_kiosk_link(db(), kAdmin, last_id("kiosk_link"))));
           return std::to_string(last_id("kiosk_link"));
         },
         {{V::place, "Lobi", ""}},
         "adm"},
    };
  }

  std::vector<Row> of_silences() {
    return {
        {K::silence_added,
         "siti",
         [this] {
           Silence silence;
           silence.subject = "siti";
           silence.until = test::at("2031-01-01T00:00:00Z");
           silence.by = "Kepala";
           silence.why = "sakit";
           return std::to_string(await(io_, add_silence(db(), kAdmin, silence)).value());
         },
         {{V::silenced, "", "officer siti"},
          {V::until, "", "2031-01-01T00:00:00+00:00"},
          {V::asked_by, "", "Kepala"},
          {V::why, "", "sakit"}},
         "adm siti"},
        {K::silence_ended,
         "siti",
         [this] {
           EXPECT_TRUE(await(io_, end_silence(db(), kAdmin, last_id("silence"))));
           return std::to_string(last_id("silence"));
         },
         {{V::silenced, "officer siti", ""},
          {V::until, "2031-01-01T00:00:00+00:00", ""},
          {V::asked_by, "Kepala", ""},
          {V::why, "sakit", ""}},
         "adm siti"},
    };
  }

  std::vector<Row> of_rules() {
    return {
        {K::sop_in_force,
         "",
         [this] {
           EXPECT_TRUE(await(io_, put_in_force(db(), kAdmin, rules("sop", "h1"))));
           EXPECT_TRUE(await(io_, put_in_force(db(), kAdmin, rules("sop", "h2"))));
           return "contoh";
         },
         {{V::version, "h1", "h2"}},
         "adm"},
        {K::calendar_in_force,
         "",
         [this] {
           EXPECT_TRUE(await(io_, put_in_force_if_none(db(), kAdmin, rules("calendar", "h3"))));
           EXPECT_FALSE(await(io_, put_in_force_if_none(db(), kAdmin, rules("calendar", "h4"))));
           return "contoh";
         },
         {{V::version, "", "h3"}},
         "adm"},
        {K::sop_retired,
         "",
         [this] {
           EXPECT_TRUE(await(io_, retire_sop(db(), kAdmin, "contoh")));
           return "contoh";
         },
         {{V::retired_by, "", "adm"}},
         "adm"},
        {K::sop_restored,
         "",
         [this] {
           EXPECT_TRUE(await(io_, restore_sop(db(), kAdmin, "contoh")));
           return "contoh";
         },
         {{V::retired_by, "adm", ""}},
         "adm"},
    };
  }

  std::vector<Row> of_messages() {
    return {
        {K::message_retried,
         "",
         [this] {
           dead_message();
           const std::int64_t id = last_id("message");
           EXPECT_EQ(await(io_, retry_message(db(), kAdmin, id)), MessageChange::done);
           return std::to_string(id);
         },
         {{V::state, "dead", "queued"},
          {V::channel, "", "email"},
          {V::recipient, "", "officer:siti"},
          {V::text, "", "tugas_baru"}},
         ""},
        {K::message_discarded,
         "",
         [this] {
           dead_message();
           const std::int64_t id = last_id("message");
           EXPECT_EQ(await(io_, discard_message(db(), kAdmin, id)), MessageChange::done);
           return std::to_string(id);
         },
         {{V::state, "dead", "failed"},
          {V::channel, "", "email"},
          {V::recipient, "", "officer:siti"},
          {V::text, "", "tugas_baru"}},
         "adm"},
    };
  }

  // A mark that knows more than the database.
  std::vector<Row> of_restoring() {
    return {
        {K::database_restored,
         "",
         [this] {
           sql("INSERT INTO permit_number (sop, year, last) VALUES ('contoh', 2026, 4)");
           sql("INSERT INTO session (hash, officer, expires_at) VALUES ('\\x02', 'siti',"
               " '2090-01-01')");
           Mark mark;
           mark.given.numbers[{"contoh", 2026}] = 6;
           mark.reserved[{"contoh", 2026}] = 26;
           await(io_, accept_restored(db(), kAdmin, mark));
           return "1";
         },
         {{V::numbers, "", "contoh 2026: 5-26"},
          {V::sessions, "", "1"},
          {V::messages, "", "1"}},  // that was tried again
         "adm"},
        {K::messages_released,
         "",
         [this] {
           EXPECT_TRUE(await(io_, release_messages(db(), kAdmin)));
           return "1";
         },
         {{V::messages, "1", ""}},
         "adm"},
    };
  }
  std::vector<Row> of_imports() {
    const char* const went = "ca5664a443040e63ed7249cc3f744dea9c8097246ff5a1d52a8c682be918f15d";
    return {
        {K::files_imported,
         "",
         [this] {
           const Import one{7, {}, "", "pindahan.csv", "ab12", 300, {}, ""};
           NumbersOfImport numbers{{{"paud", 2026, 1, 4}}, {{"paud", 2026, 9, 9}}};
           await(io_, record_import(db(), kAdmin, one, numbers));
           return "7";
         },
         {{V::file, "", "pindahan.csv"},
          {V::digest, "", "ab12"},
          {V::permits, "", "300"},
          {V::numbers, "paud 2026: 9-9", "paud 2026: 1-4"}},
         "adm"},
        {K::import_reverted,
         "",
         [this] {
           sql("INSERT INTO import_permit VALUES (7, 99, 'paud', 2026, 5, '\\x01')");
           EXPECT_EQ(await(io_, revert_import(db(), kAdmin, 7)).permits, 300);
           return "7";
         },
         {{V::permits, "", "300"}, {V::digest, "", went}, {V::numbers, "", "paud 2026: 5-5"}},
         "adm"},
        {K::retention_applied,
         "",
         [this] {
           dead_message();
           sql("UPDATE message SET rendered_at = now() - interval '31 days'"
               " WHERE id = (SELECT max(id) FROM message)");
           EXPECT_EQ(await(io_, drop_messages(db(), std::chrono::days{30}, 10)), 1);
           return "messages";
         },
         {{V::count, "", "1"}, {V::before, "", ""}},
         "",
         0,
         "system"},
    };
  }
  std::vector<Row> of_subjects() {
    return {
        {K::subject_exported,
         "",
         [this] {
           await(io_, record_export(db(), kAdmin, 3));
           return "applicant";
         },
         {{V::permits, "", "3"}},
         ""},
        {K::subject_erased,
         "",
         [this] {
           const std::int64_t id = an_ended_permit();
           const std::vector<std::int64_t> one(1, id);
           EXPECT_EQ(await(io_, erase_applicants(db(), kAdmin, one)), one);
           const std::string hash = sql("SELECT encode(hash, 'hex') FROM erasure");
           erased_ = hex(sha256(fmt::format("{} 1 {}\n", id, hash)));
           return "applicant";
         },
         {{V::permits, "", "1"}, {V::digest, "", ""}},
         "adm"},
        {K::subject_exported,
         "",
         [this] {
           await(io_, record_officers_export(db(), kAdmin, "siti"));
           return "officer";
         },
         {{V::officer, "", "siti"}},
         ""},
        {K::subject_erased,
         "",
         [this] {
           sql("UPDATE officer SET ended_on = '2026-01-01' WHERE id = 'siti'");
           EXPECT_EQ(await(io_, erase_officer(db(), kAdmin, "siti")), OfficerErased::done);
           return "officer";
         },
         {{V::officer, "", "siti"}},
         "adm"},
    };
  }
  std::int64_t an_ended_permit() {
    sql("INSERT INTO applicant (id, name, salt) VALUES (500, 'Aisyah', '\\x01')");
    sql("INSERT INTO permit (id, sop, sop_version, calendar_version, number, state, applicant,"
        " subject, created_by, tracking_hash, tracking_secret, started_at, submitted_at, version,"
        " changed_at, events, last_hash) VALUES (500, 'contoh', 'h1', 'h3', 'C-1', 'withdrawn',"
        " 500, 'TK', 'service:portal', '\\x01', 's', now(), now(), 1, now() - interval '1 year',"
        " 0, '')");
    return 500;
  }
  std::string erased_;  // the digest of what it says of the permit

  static std::string a_month_ago(const StoredEvent& event) {
    return to_string(Stamp{event.event.at - std::chrono::days{30}, Seconds{0}});
  }
};

TEST_F(InsiderMatrix, EachChangeIsAnEventWithWhatWasAndWhatIsAndIsToldWhomItConcerns) {
  std::set<OfficeKind> seen;
  std::size_t rows_seen = 0, values_seen = 0;
  for (Row& row : rows()) {
    SCOPED_TRACE(word_of(row.kind));
    const std::string about = row.change();
    seen.insert(row.kind);
    ++rows_seen;
    values_seen += row.changes.size();
    const StoredEvent stored = events({std::nullopt, 1}).at(row.after);
    EXPECT_EQ(stored.event.actor, row.actor);
    const std::string salt = bytes_of(salt_of(row.person));
    ASSERT_EQ(salt.size(), 32U);
    for (OfficeChange& change : row.changes) {
      if (change.value == V::takes_effect_at) change.after = takes_effect_;
      if (change.value == V::change) change.after = std::to_string(change_);
      if (change.value == V::before) change.after = a_month_ago(stored);
      if (row.kind == K::subject_erased && change.value == V::digest) change.after = erased_;
      if (!is_personal(change.value)) continue;
      for (std::string* side : {&change.before, &change.after})
        if (!side->empty()) *side = digest(salt, *side);
    }
    const OfficeEvent expected{row.kind, about, row.changes};
    EXPECT_EQ(fields_of(office_event_of(stored), ""), fields_of(expected, ""))
        << stored.fields_json;
    EXPECT_TRUE(office_event_of(stored) == expected) << stored.fields_json;
    EXPECT_EQ(told_of(stored.event.sequence), row.told);
  }
  for (const OfficeKind kind : kOfficeKinds)
    EXPECT_TRUE(seen.contains(kind)) << word_of(kind) << " has no row";
  EXPECT_FALSE(audit().broken);
  std::cout << fmt::format("{} changes of {} kinds on record, {} values with before and after\n",
                           rows_seen, seen.size(), values_seen);
}

// Whoever adds a statement that changes the office comes by here, and gives it an event and a row.
TEST_F(InsiderMatrix, EveryStatementThatChangesTheOfficeIsKnown) {
  const std::map<std::string, int> known{
      {"officers.cpp INSERT INTO officer", 1},
      {"subject_officers.cpp UPDATE officer", 1},
      {"subject_officers.cpp UPDATE officer_leave", 1},
      {"officer_rows.cpp UPDATE officer", 1},
      {"officer_rows.cpp INSERT INTO officer_role", 1},
      {"officer_rows.cpp DELETE FROM officer_role", 1},
      {"officer_changes.cpp INSERT INTO officer_change", 1},
      {"officer_changes.cpp DELETE FROM officer_change", 1},
      {"people.cpp DELETE FROM officer_leave", 2},
      {"people.cpp INSERT INTO officer_leave", 1},
      {"people.cpp INSERT INTO delegation", 1},
      {"people.cpp UPDATE delegation", 1},
      {"tokens.cpp INSERT INTO token", 1},
      {"tokens.cpp UPDATE token", 1},
      {"clock_steps.cpp UPDATE token", 1},  // instants of the machine's clock, which was set
      {"board.cpp INSERT INTO kiosk_link", 1},
      {"board.cpp UPDATE kiosk_link", 1},
      {"silences.cpp INSERT INTO silence", 1},
      {"silences.cpp UPDATE silence", 1},
      {"rules.cpp INSERT INTO rule_in_force", 2},
      {"rules.cpp UPDATE rule_in_force", 1},
      {"rules.cpp INSERT INTO sop_retirement", 1},
      {"rules.cpp UPDATE sop_retirement", 1},
  };
  const std::regex change(
      "(INSERT INTO|UPDATE|DELETE FROM) "
      "(officer|officer_role|officer_change|officer_leave|delegation|token|"
      "kiosk_link|silence|rule_in_force|sop_retirement)\\b");
  std::map<std::string, int> found;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(TENGGAT_SOURCE_DIR) + "/daemon/store")) {
    if (file.path().extension() != ".cpp") continue;
    std::ifstream in(file.path());
    std::ostringstream text;
    text << in.rdbuf();
    const std::string all = text.str();
    for (std::sregex_iterator at(all.begin(), all.end(), change), end; at != end; ++at)
      ++found[file.path().filename().string() + ' ' + at->str()];
  }
  EXPECT_EQ(found, known);
}

}  // namespace
}  // namespace tenggat::store
