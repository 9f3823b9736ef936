#include "daemon/store/event_codec.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "daemon/store/hash.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::store {
namespace {

using namespace tenggat::testing;

constexpr const char* kSalt = "salt";

std::string digest_of(const std::string& text) { return digest(kSalt, text); }
StoredEvent stored(const Event& event) {
  return {event, std::string(type_of(event.what)), fields_of(event, kSalt), ""};
}
Event event_with(Happening what) {
  Event event;
  event.sequence = 7;
  event.visit = 2;
  event.actor = "officer:fo";
  event.at = wita("04-06 08:00");
  event.what = std::move(what);
  return event;
}

// Each type with all its fields; `typed` makes what a person typed.
template <class Typed>
std::vector<Happening> one_of_each(Typed typed) {
  const Stamp stamp = shipped_calendar().stamp(wita("04-06 08:00"));
  const Personal note{typed("catatan")};
  const GivenField area{"luas_m2", "750"}, person{"nik", Personal{typed("6372011234567890")}};
  return {Submitted{"PAUD-1", "paud", "v1", "digest", {area, person}, 41},
          Acted{"verifikasi#1",
                "accept",
                "penerimaan",
                {"kajian_tata_ruang", "kajian_bangunan"},
                PermitState::active,
                stamp,
                true,
                {typed("terlambat")},
                note,
                {{typed("akta: buram")}, {typed("denah: tidak ada")}},
                {{typed("bapl: tenggat:1")}},
                {area, person},
                {"krk", "identitas"},
                {"kajian_bangunan#1", "persetujuan_tata_ruang#2"},
                {"draft_sk", "rekomendasi"}},
          Undone{12, "accept"},
          Claimed{"verifikasi#1"},
          Released{"verifikasi#1", "FO", note, Reason::on_leave},
          Assigned{"verifikasi#1", "FO", "FO2", note, Reason::in_turn},
          Escalated{"verifikasi#1", 2, "sekretaris", note},
          Acknowledged{"verifikasi#1", "cuaca", stamp, note},
          Paused{"verifikasi#1", "instansi_lain", stamp, note, "krk"},
          PauseExtended{"verifikasi#1", "instansi_lain", 2, stamp, stamp, note},
          Resumed{"verifikasi#1", "instansi_lain", stamp, note, {{typed("denah: tenggat:2")}}},
          ContactCorrected{{typed("a@b.id")}, {typed("")}},
          LinkSent{},
          CalendarApplied{"banjarbaru", "Keputusan 1"},
          SopMigrated{"paud", "v1", "v2", "SOP 2026"},
          RungRaised{"+1d", 2, 3, stamp, Reason::rung_due},
          DeadlineMissed{stamp},
          ReminderRaised{true, 2, stamp},
          LegalLimitPassed{stamp},
          Confirmed{"verifikasi#1", note},
          Corrected{"penandatanganan#1", stamp, stamp, note, true, true},
          RowsRecorded{},
          Directed{"verifikasi#1", "FO", note},
          Responded{"verifikasi#1", stamp, note},
          Wrote{note},
          DocumentOpened{"penandatanganan#1", 4, "draft_sk"},
          NoteAdded{note},
          DocumentsBrought{"kajian_teknis#1", {{typed("bapl: tenggat:1")}}},
          FieldVisitPlanned{"kajian_teknis#1", stamp, stamp},
          Imported{7, "PAUD-1", "paud", "v1", "digest", {area, person}, {typed("503/1")}}};
}

TEST(EventCodec, EachTypeReadsBackAsItWasWithDigestsOfWhatPeopleTyped) {
  const auto written = one_of_each([](const std::string& text) { return text; });
  const auto read = one_of_each(digest_of);
  std::set<std::size_t> types;
  for (std::size_t i = 0; i < written.size(); ++i) {
    Event event = event_with(written[i]);
    event.in_place_because = Reason::role_vacant;
    event.redirected = {{"front_office", Reason::nobody_reachable},
                        {"back_office", Reason::role_vacant}};
    const StoredEvent in_log = stored(event);
    event.what = read[i];
    EXPECT_EQ(event_of(1, in_log), event) << in_log.type << " " << in_log.fields_json;
    types.insert(written[i].index());
  }
  EXPECT_EQ(types.size(), std::variant_size_v<Happening>);
}

TEST(EventCodec, WhatIsEmptyIsLeftOut) {
  EXPECT_EQ(fields_of(event_with(Released{.step = "verifikasi#1"}), kSalt),
            R"({"step":"verifikasi#1"})");
  EXPECT_EQ(fields_of(event_with(LinkSent{}), kSalt), "{}");
  Submitted submitted{"PAUD-1", "paud", "v1", ""};
  EXPECT_EQ(fields_of(event_with(submitted), kSalt),
            R"({"number":"PAUD-1","sop":"paud","sop_version":"v1","applicant":""})");
  submitted.related = 41;
  EXPECT_EQ(fields_of(event_with(submitted), kSalt),
            R"({"number":"PAUD-1","sop":"paud","sop_version":"v1","applicant":"","related":"41"})");
  Acted withdrawn;
  withdrawn.action = "withdraw";
  withdrawn.state = PermitState::withdrawn;
  EXPECT_EQ(fields_of(event_with(withdrawn), kSalt),
            R"({"action":"withdraw","to":"","state":"withdrawn"})");
  EXPECT_EQ(std::get<Acted>(event_of(1, stored(event_with(withdrawn))).what), withdrawn);
}

TEST(EventCodec, WhatPeopleTypedIsNowhereButInItsDigest) {
  const std::string secret = "rahasianegara";
  Office office;
  office.at("04-06 08:00").bring_to("verifikasi");
  office.does("FO", Deed("verifikasi", "reject").note(secret).deficiency(secret, secret));
  office.does("P", Deed("pengajuan", "submit").file(secret, secret, secret).note(secret));
  office.does("FO", Claim{"verifikasi"});
  office.does("FO", Release{"verifikasi", secret});
  office.at("04-06 08:30")
      .does("FO", Deed("verifikasi", "accept").occurred("04-06 08:05").because(secret));
  office.bring_to("kajian_teknis");
  office.does("KDT", Assign{"kajian_teknis", "DT", secret});
  office.does("DT", Escalate{"kajian_teknis", secret});
  office.does("DT", AddNote{secret});
  office.does("DT", BringDocuments{"kajian_teknis", {{secret, secret, secret, "", ""}}});
  office.does("DT", PlanFieldVisit{"kajian_teknis", wita("04-08 09:00")});
  office.does("DT", Acknowledge{"kajian_teknis", "cuaca", secret});
  office.does("DT", PauseVisit{"kajian_teknis", "instansi_lain", secret, wita("04-07 09:00")});
  office.does("DT", PauseVisit{"kajian_teknis", "instansi_lain", secret, wita("04-08 09:00")});
  office.does("DT", ResumeVisit{"kajian_teknis", secret});
  office.does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", secret, {}});
  office.does("P", ResumeVisit{"kajian_teknis", secret, {{secret, secret, secret, "", ""}}});
  office.does("FO", CorrectContact{secret, secret});
  office.does("P", Deed("", "withdraw").note(secret));
  Submitted submitted;
  Acted acted;
  submitted.fields = acted.fields = {{"nik", Personal{secret}}};
  office.events.insert(office.events.end(), {event_with(submitted), event_with(acted)});
  for (const Event& event : office.events)
    EXPECT_EQ(fields_of(event, kSalt).find(secret), std::string::npos) << type_of(event.what);
}

TEST(EventCodec, WhatCannotBeReadNamesThePermitTheEventAndTheFault) {
  struct Case {
    const char *type, *fields, *what;
  };
  for (const Case& one : {
           Case{"renamed", "{}", "there is no such type"},
           Case{"claimed", "{}", "'step' is missing"},
           Case{"claimed", R"({"step":1})", "'step' is 'no text'"},
           Case{"undone", R"({"event":"two","action":"accept"})", "'event' is 'two'"},
           Case{"undone", R"({"event":"2x","action":"accept"})", "'event' is '2x'"},
           Case{"acted", R"({"action":"a","to":"","state":"gone"})", "'state' is 'gone'"},
           Case{"acted", R"({"action":"a","to":"","state":"active","backdated":"no"})",
                "'backdated' is 'no'"},
           Case{"deadline_missed", R"({"counted_at":"yesterday"})", "'counted_at' is 'yesterday'"},
           Case{"link_sent", R"({"redirected.sekretaris":"lazy"})",
                "'redirected.sekretaris' is 'lazy'"},
           Case{"link_sent", "[]", "its fields are no object"},
           Case{"link_sent", "{", "incomplete"},
       }) {
    StoredEvent stored{{}, one.type, one.fields, ""};
    stored.event.sequence = 7;
    try {
      event_of(41, stored);
      ADD_FAILURE() << one.type << " " << one.fields << " was read";
    } catch (const UnreadableEvent& why) {
      const std::string said = why.what();
      EXPECT_TRUE(said.starts_with(fmt::format("permit 41, event 7 ({}) ", one.type))) << said;
      EXPECT_NE(said.find(one.what), std::string::npos) << said;
    }
  }
}

TEST(EventCodec, AHashCoversTheEventsHeadItsTypeItsFieldsAndTheHashBefore) {
  const StoredEvent event = stored(event_with(Claimed{"verifikasi#1"}));
  const auto hash = [&](auto change) {
    StoredEvent changed = event;
    change(changed);
    return event_hash("before", 1, changed);
  };
  const std::string as_it_was = event_hash("before", 1, event);
  EXPECT_NE(event_hash("other", 1, event), as_it_was);
  EXPECT_NE(event_hash("before", 2, event), as_it_was);
  EXPECT_NE(hash([](StoredEvent& e) { e.event.sequence = 8; }), as_it_was);
  EXPECT_NE(hash([](StoredEvent& e) { e.event.visit = 3; }), as_it_was);
  EXPECT_NE(hash([](StoredEvent& e) { e.event.actor = "officer:bo"; }), as_it_was);
  EXPECT_NE(hash([](StoredEvent& e) { e.event.acting_for = "kb"; }), as_it_was);
  EXPECT_NE(hash([](StoredEvent& e) { e.event.via = "portal"; }), as_it_was);
  EXPECT_NE(hash([](StoredEvent& e) { e.event.at += Seconds{1}; }), as_it_was);
  EXPECT_NE(hash([](StoredEvent& e) { e.type = "released"; }), as_it_was);
  EXPECT_NE(hash([](StoredEvent& e) { e.fields_json += ' '; }), as_it_was);
}

}  // namespace
}  // namespace tenggat::store
