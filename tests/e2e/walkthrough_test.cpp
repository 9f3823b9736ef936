// One permit, minute by minute, through real parts: the first acceptance test, agreed before the
// code. Banjarbaru's calendar, WITA, April 2026 (the 3rd is a day off). Nobody claims. The portal
// hands the application in; from then on the applicant acts on the tracking page.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/e2e/office.h"
#include "tests/support/browser.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

class Walkthrough : public testing::Test {
 protected:
  using Messages = std::vector<SentMessage>;
  using Days = std::vector<std::pair<std::string, std::int64_t>>;

  // "04-02 14:08" of 2026
  static std::string on(const std::string& when) {
    return fmt::format("2026-{}T{}{}", when.substr(0, 5), when.substr(6),
                       when.size() == 11 ? ":00" : "");
  }
  static std::string rfc(const std::string& when) { return on(when) + "+08:00"; }

  void at(const std::string& when) {
    SCOPED_TRACE("advancing to " + when);
    ASSERT_NO_FATAL_FAILURE(office_.advance(on(when)));
  }

  // What was told since the last look.
  void told(const std::string& until, Messages expected) {
    at(until);
    for (SentMessage& one : expected) one.at = on(one.at);
    EXPECT_EQ(office_.new_messages(), expected) << "until " << until;
  }

  json::value act(const std::string& who, const std::string& step, const std::string& action,
                  std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"permit", "act", number_, action, "--step", step};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return office_.json(arguments, who);
  }
  // The applicant presses a button of the tracking page.
  void press(const std::string& button, const std::string& words,
             const std::vector<WebUpload>& uploads = {}) {
    Browser applicant(office_.daemon().api_port());
    std::vector<std::pair<std::string, std::string>> fields;
    if (!words.empty()) fields.emplace_back("catatan", words);
    const WebPage answer = applicant.press(applicant.get(tracking_path_), button, fields, uploads);
    EXPECT_EQ(answer.status, 303) << answer.body;
  }
  json::value permit() { return office_.json({"permit", "show", number_}, "portal"); }

  // "state step#n status due" of the most urgent visit.
  std::string where() {
    const json::object now = permit().as_object();
    const json::array& visits = now.at("visits").as_array();
    if (visits.empty()) return std::string(now.at("state").as_string());
    const json::object& visit = visits.front().as_object();
    const json::object& sla = visit.at("sla").as_object();
    const auto text = [](const json::value& value) {
      return value.is_null() ? std::string("-") : std::string(value.as_string());
    };
    return fmt::format("{} {} {} {}", text(now.at("state")), text(visit.at("visit")),
                       text(sla.at("status")), text(sla.at("due_at")));
  }
  std::string case_due() {
    const json::value due = permit().at("case_sla").at("due_at");
    return due.is_null() ? "-" : std::string(due.as_string());
  }
  std::int64_t remaining(const char* clock = "sla") {
    return permit().at(clock).at("remaining_seconds").to_number<std::int64_t>();
  }
  json::object story() {
    return office_.get("/permits/" + number_ + "/timeline", "kd").as_object();
  }
  // "2026-04-07 9000" for each date of a proof, dates without work left out.
  static Days days_of(const json::value& proof) {
    Days days;
    for (const json::value& day : proof.as_array())
      if (const auto counted = day.at("counted_seconds").to_number<std::int64_t>(); counted > 0)
        days.emplace_back(json::value_to<std::string>(day.at("date")), counted);
    return days;
  }
  // What a proof says of one date: "paused 10:00-12:00 kunjungan lapangan, oleh dt".
  static std::vector<std::string> spans_of(const json::value& proof, const std::string& date) {
    std::vector<std::string> spans;
    for (const json::value& day : proof.as_array()) {
      if (day.at("date") != json::string_view(date)) continue;
      for (const json::value& span : day.at("spans").as_array()) {
        const auto text = [&](const char* key) {
          return span.at(key).is_null() ? "" : json::value_to<std::string>(span.at(key));
        };
        spans.push_back(fmt::format("{} {}-{} {}", text("kind"), text("from").substr(11, 5),
                                    text("to").substr(11, 5), text("why")));
      }
    }
    return spans;
  }
  // "met 480" of a closed visit.
  std::string closed(const std::string& step, int occurrence) {
    return office_.query(fmt::format(
        "SELECT coalesce(verdict, '-') || ' ' || elapsed FROM visit WHERE step = '{}' AND"
        " occurrence = {} AND NOT undone",
        step, occurrence));
  }
  // "penerimaan#1 +1h: closed_before_due" of each rung that was never raised.
  static std::vector<std::string> never_raised(const json::value& why) {
    std::vector<std::string> rungs;
    for (const json::value& rung : why.at("rungs").as_array()) {
      if (!rung.at("raised_at").is_null()) continue;
      const json::value& visit = rung.at("visit");
      rungs.push_back(
          fmt::format("{} {}{}: {}", visit.is_null() ? "layanan" : std::string(visit.as_string()),
                      std::string(rung.at("rung").as_string()),
                      rung.at("k") == 1 ? "" : fmt::format(" k={}", rung.at("k").as_int64()),
                      std::string(rung.at("reason").as_string())));
    }
    return rungs;
  }
  void why_names_what_was_never_raised_or_sent();
  std::string instant(const std::string& expression) {
    return office_.query("SELECT to_char((" + expression +
                         ") AT TIME ZONE 'Asia/Makassar', 'MM-DD HH24:MI:SS')");
  }

  Office office_{"2026-04-02T14:00:00"};
  std::string number_, tracking_path_;
};

SentMessage to_applicant(const std::string& when, const std::string& text) {
  return {when, "applicant", text, "whatsapp"};
}
SentMessage to(const std::string& officer, const std::string& when, const std::string& text) {
  const bool email = officer == "bo" || officer == "kb";
  return {when, "officer:" + officer, text, email ? "email" : "whatsapp"};
}

// What was never raised, and why.
void Walkthrough::why_names_what_was_never_raised_or_sent() {
  const json::value why = office_.json({"why", number_}, "kd");
  std::vector<std::string> expected;
  const auto never = [&](const std::string& visit, const std::vector<std::string>& rungs) {
    for (const std::string& rung : rungs)
      expected.push_back(visit + ' ' + rung + ": closed_before_due");
  };
  const std::vector<std::string> days{"+1d", "+1d k=2", "+1d k=3", "+1d k=4", "+1d k=5"};
  std::vector<std::string> superiors{"+1h"}, in_time{"due", "+1h"};
  superiors.insert(superiors.end(), days.begin(), days.end());
  in_time.insert(in_time.end(), days.begin(), days.end());
  for (const char* visit : {"verifikasi#1", "verifikasi#2", "penerimaan#1"}) never(visit, in_time);
  never("kajian_teknis#1", days);
  for (const char* visit : {"penyusunan_sk#1", "persetujuan_kabid#1", "persetujuan_sekretaris#1",
                            "penyusunan_sk#2", "persetujuan_kabid#2"})
    never(visit, in_time);
  never("persetujuan_sekretaris#2", superiors);
  never("penandatanganan#1", in_time);
  never("layanan", {"+1d"});
  EXPECT_EQ(never_raised(why), expected);

  // What was raised and not sent, what was armed again, and why it went to whom it went to.
  std::vector<std::string> dropped, rearmed, passed_over;
  for (const json::value& rung : why.at("rungs").as_array()) {
    const std::string of =
        rung.at("visit").is_null() ? "layanan" : std::string(rung.at("visit").as_string());
    const std::string name = of + ' ' + std::string(rung.at("rung").as_string());
    if (rung.at("reason") == "rearmed") rearmed.push_back(name);
    for (const json::value& notice : rung.at("notices").as_array()) {
      if (notice.at("state") == "dropped")
        dropped.push_back(name + ": " + std::string(notice.at("reason").as_string()));
      for (const json::value& message : notice.at("messages").as_array()) {
        if (message.at("why") == "self_approval") passed_over.push_back(name);
        EXPECT_EQ(message.at("state"), "accepted");
        EXPECT_FALSE(message.at("attempts").as_array().empty());
      }
    }
  }
  EXPECT_EQ(dropped, std::vector<std::string>{"persetujuan_sekretaris#2 due: done_before_sending"});
  EXPECT_EQ(rearmed, std::vector<std::string>{"kajian_teknis#1 50%"});
  EXPECT_EQ(passed_over,
            (std::vector<std::string>{"persetujuan_kabid#1 start", "persetujuan_kabid#2 start"}));

  const CommandResult shown = office_.tenggat({"why", number_}, "kd");
  EXPECT_EQ(shown.status, 0) << shown.err;
  for (const char* line :
       {"\npenerimaan#1\n",
        "  +1h          NOT raised: closed_before_due (the visit was closed before"
        " its time came), due 2026-04-06 08:35\n",
        "NOT sent: done_before_sending (the work was done first) at 2026-04-15 15:40\n",
        "to officer:bo for kb [delegated]: alarm_layanan by email, accepted"})
    EXPECT_NE(shown.out.find(line), std::string::npos) << line << "\n" << shown.out;
}

TEST_F(Walkthrough, OnePermitGoesFromApplicationToDecreeToTheSecond) {
  // Thursday 2 April
  const json::value submitted = office_.json(
      {"permit", "submit", "--sop", "paud", "--name", "Aminah", "--subject", "PAUD Melati Putih",
       "--whatsapp", "0813 1111 2222", "--email", "aminah@warga.example", "--started-at",
       rfc("04-02 13:20"), "--document", "persyaratan_izin_paud=https://intanbjb.example/berkas/1"},
      "portal");
  number_ = std::string(submitted.at("number").as_string());
  const std::string link(submitted.at("tracking_url").as_string());
  tracking_path_ = link.substr(link.find("/lacak/"));
  EXPECT_EQ(number_, "PAUD-2026-00001");
  EXPECT_EQ(where(), "active verifikasi#1 on_track " + rfc("04-02 14:10"));
  EXPECT_EQ(closed("pengajuan", 1), "- 2400");  // 40 m, no verdict
  told("04-02 14:08",
       {to_applicant("04-02 14:02", "diterima"), to("fo", "04-02 14:02", "tugas_baru")});

  act("fo", "verifikasi", "reject", {"--deficiency", "denah_ruang=belum ditandatangani"});
  EXPECT_EQ(where(), "returned pengajuan#2 - -");
  EXPECT_EQ(closed("verifikasi", 1), "met 480");
  told("04-02 15:46", {to_applicant("04-02 14:10", "dikembalikan")});

  press("submit", "denah sudah ditandatangani",
        {{"berkas:persyaratan_izin_paud:", "berkas.pdf", "application/pdf", "%PDF berkas 2"}});
  EXPECT_EQ(where(), "active verifikasi#2 on_track " + rfc("04-02 15:56"));
  EXPECT_EQ(office_.query("SELECT count(*) FROM document WHERE superseded_event > 0"), "1");
  told("04-02 15:55",
       {to_applicant("04-02 15:48", "perbaikan_diterima"), to("fo", "04-02 15:48", "tugas_baru")});

  act("fo", "verifikasi", "accept");
  EXPECT_EQ(closed("verifikasi", 2), "met 540");
  EXPECT_EQ(where(), "active penerimaan#1 on_track " + rfc("04-06 07:35"));
  EXPECT_EQ(case_due(), rfc("04-10 16:25"));
  EXPECT_EQ(instant("SELECT legal_due_at FROM permit"), "04-10 16:25:00");
  told("04-06 07:30",
       {to_applicant("04-02 15:57", "lengkap"), to("bo", "04-02 15:57", "tugas_baru"),
        to("bo", "04-06 07:30", "daftar_pagi")});

  // Monday 6 April
  at("04-06 07:34");
  act("bo", "penerimaan", "forward");
  EXPECT_EQ(closed("penerimaan", 1), "met 540");
  EXPECT_EQ(where(), "active kajian_teknis#1 on_track " + rfc("04-10 07:34"));
  EXPECT_EQ(instant("SELECT due_soon_at FROM visit WHERE step = 'kajian_teknis'"),
            "04-09 09:04:00");  // 80 %
  EXPECT_EQ(instant("SELECT case_due_soon_at FROM permit"), "04-09 15:55:00");
  EXPECT_EQ(instant("SELECT min(check_at) FROM visit"), "04-08 07:34:00");  // 50 %
  told("04-07 10:00", {to_applicant("04-06 07:36", "tahap"), to("dt", "04-06 07:36", "tugas_baru"),
                       to("dt", "04-07 07:30", "daftar_pagi")});

  // Tuesday 7 April: out in the field, the case runs on
  office_.json(
      {"permit", "pause", number_, "--step", "kajian_teknis", "--reason", "kunjungan_lapangan"},
      "dt");
  EXPECT_EQ(where(), "active kajian_teknis#1 paused -");
  EXPECT_EQ(remaining(), (20 * 60 + 4) * 60);
  EXPECT_EQ(case_due(), rfc("04-10 16:25"));
  told("04-08 09:00", {to("dt", "04-08 07:30", "daftar_pagi")});

  office_.json({"permit", "resume", number_, "--step", "kajian_teknis"}, "dt");
  EXPECT_EQ(where(), "active kajian_teknis#1 on_track " + rfc("04-10 15:34"));
  EXPECT_EQ(instant("SELECT min(check_at) FROM visit"), "04-08 15:04:00");  // 50 %
  EXPECT_EQ(instant("SELECT due_soon_at FROM visit WHERE step = 'kajian_teknis'"),
            "04-10 08:04:00");  // 80 %
  told("04-09 10:00",
       {to("dt", "04-08 15:06", "pengingat"), to("dt", "04-09 07:30", "daftar_pagi")});

  // Thursday 9 April: the applicant is asked, the case stands and no date is promised
  office_.json({"permit", "pause", number_, "--step", "kajian_teknis", "--reason",
                "klarifikasi_pemohon", "--note", "mohon kirim bukti kepemilikan tanah"},
               "dt");
  EXPECT_EQ(remaining(), (11 * 60 + 34) * 60);
  EXPECT_EQ(remaining("case_sla"), (12 * 60 + 25) * 60);
  EXPECT_EQ(case_due(), "-");
  EXPECT_EQ(permit().at("case_sla").at("status").as_string(), "paused");
  told("04-09 11:00", {to_applicant("04-09 10:02", "klarifikasi")});

  // 11:00: Wednesday the 8th becomes a day off, by the flood decree. Every clock is replayed.
  const std::string decree = "Keputusan Wali Kota Nomor 188.45/112/2026";
  const std::string changed = office_.changed_calendar(
      "libur_tambahan:", "  - {tanggal: 2026-04-08, nama: Banjir, dasar: " + decree + "}");
  const std::string versions = "SELECT count(DISTINCT hash) FROM rule_set WHERE kind = 'calendar'";
  const CommandResult preview = office_.tenggat({"calendar", "preview", changed});
  EXPECT_EQ(preview.status, 0) << preview.err;
  EXPECT_NE(preview.out.find("0 of 1 open permits move"), std::string::npos)  // both clocks stand
      << preview.out;
  EXPECT_EQ(office_.query(versions), "1");
  const CommandResult applied = office_.tenggat({"calendar", "apply", changed});
  EXPECT_EQ(applied.status, 0) << applied.err;
  EXPECT_EQ(office_.query(versions), "2");
  EXPECT_EQ(remaining(), (17 * 60 + 34) * 60);
  EXPECT_EQ(remaining("case_sla"), (19 * 60 + 55) * 60);
  EXPECT_EQ(instant("SELECT legal_due_at FROM permit"), "04-13 15:55:00");
  EXPECT_EQ(office_.query("SELECT rearmed FROM raised_rung WHERE rung = '50%'"), "t");
  {
    // The proof, day by day and to the second: visit 12 h 26 m, case 17 h 35 m. Friday the 3rd is a
    // decreed day off, Wednesday the 8th now, too.
    const json::object told_so_far = story();
    const json::value& proof = told_so_far.at("proof");
    const json::value& review = proof.at("visits").as_array().back();
    EXPECT_EQ(review.at("visit").as_string(), "kajian_teknis#1");
    EXPECT_EQ(days_of(review.at("days")),
              (Days{{"2026-04-06", 26760}, {"2026-04-07", 9000}, {"2026-04-09", 9000}}));
    EXPECT_EQ(review.at("consumed_seconds"), 44760);
    EXPECT_EQ(review.at("total_seconds"), 108000);
    EXPECT_TRUE(review.at("due_at").is_null());
    EXPECT_EQ(spans_of(review.at("days"), "2026-04-07"),
              (std::vector<std::string>{
                  "before_opening 00:00-07:30 ", "counted 07:30-10:00 ",
                  "paused 10:00-12:00 kunjungan lapangan, oleh dt", "lunch_break 12:00-13:00 ",
                  "paused 13:00-16:00 kunjungan lapangan, oleh dt", "after_closing 16:00-00:00 "}));
    EXPECT_EQ(spans_of(review.at("days"), "2026-04-08"),
              std::vector<std::string>{"day_off 00:00-00:00 Banjir (" + decree + ")"});
    EXPECT_EQ(
        spans_of(review.at("days"), "2026-04-09"),
        (std::vector<std::string>{"before_opening 00:00-07:30 ", "counted 07:30-10:00 ",
                                  "paused 10:00-11:00 menunggu keterangan pemohon, oleh dt"}));
    EXPECT_EQ(days_of(proof.at("case")), (Days{{"2026-04-02", 300},
                                               {"2026-04-06", 27000},
                                               {"2026-04-07", 27000},
                                               {"2026-04-09", 9000}}));
    EXPECT_EQ(proof.at("case_clock").at("consumed_seconds"), 63300);
    EXPECT_EQ(proof.at("case_clock").at("total_seconds"), 135000);
    EXPECT_EQ(spans_of(proof.at("case"), "2026-04-08"),
              std::vector<std::string>{"day_off 00:00-00:00 Banjir (" + decree + ")"});
    // No pause stops the legal limit.
    EXPECT_EQ(days_of(proof.at("legal")), (Days{{"2026-04-02", 300},
                                                {"2026-04-06", 27000},
                                                {"2026-04-07", 27000},
                                                {"2026-04-09", 12600}}));
    EXPECT_EQ(proof.at("legal_clock").at("due_at").as_string(), rfc("04-13 15:55"));
    // The two pauses stood for 6 h of working time; the 8th has none any more.
    const json::value& visit = told_so_far.at("visits").as_array().back();
    EXPECT_EQ(visit.at("pause_count"), 2);
    EXPECT_EQ(visit.at("gross_seconds"), 26760 + 27000 + 12600);
    EXPECT_EQ(visit.at("net_seconds"), 44760);
    EXPECT_EQ(visit.at("paused_seconds"), 18000 + 3600);
    EXPECT_TRUE(visit.at("next_rung").is_null());  // it stands before it
  }
  // No date is promised while the case stands, so the applicant hears nothing.
  told("04-10 12:00", {to("dt", "04-10 07:30", "daftar_pagi")});

  // Monday 13 April: bo is Plh. of kb from midnight
  const CommandResult letter =
      office_.tenggat({"officer", "delegate", "--from", "kb", "--to", "bo", "--kind", "plh",
                       "--start", "2026-04-13", "--end", "2026-04-17", "--letter", "800/17/2026"});
  EXPECT_EQ(letter.status, 0) << letter.err;
  told("04-13 08:00", {to("bo", "04-10 13:00", "penunjukan_plh"),  // not in the break
                       to("dt", "04-13 07:30", "daftar_pagi")});

  // The applicant answers: it resumes, and cannot be undone.
  press("jawab", "sertifikat tanah nomor 17 atas nama yayasan");
  EXPECT_EQ(where(), "active kajian_teknis#1 on_track " + rfc("04-15 10:34"));
  EXPECT_EQ(case_due(), rfc("04-15 13:55"));
  EXPECT_EQ(instant("SELECT min(check_at) FROM visit"), "04-13 10:34:00");  // 50 %, again
  EXPECT_EQ(instant("SELECT due_soon_at FROM visit WHERE step = 'kajian_teknis'"),
            "04-14 13:04:00");
  EXPECT_EQ(instant("SELECT case_due_soon_at FROM permit"), "04-14 13:55:00");
  told("04-14 12:00", {to_applicant("04-13 08:00", "perubahan_tanggal"),
                       to("dt", "04-13 08:00", "jawaban_pemohon"),  // at once
                       to("dt", "04-13 10:36", "pengingat"),        // 50 %, occurrence 2
                       to("dt", "04-14 07:30", "daftar_pagi")});
  EXPECT_EQ(office_.query("SELECT string_agg(occurrence::text, ' ' ORDER BY occurrence) FROM"
                          " raised_rung WHERE rung = '50%'"),
            "1 2");
  EXPECT_EQ(permit().at("sla").at("status").as_string(), "on_track");
  at("04-14 13:04");
  EXPECT_EQ(permit().at("sla").at("status").as_string(), "due_soon");
  told("04-15 10:00", {to("dt", "04-14 13:06", "pengingat"),      // 80 %
                       to("bo", "04-14 13:57", "alarm_layanan"),  // case 80 %, to the Plh.
                       to("dt", "04-15 07:30", "daftar_pagi")});

  // Wednesday 15 April: due, and missed one second later
  const std::string breaches =
      "SELECT coalesce(sum(amount), 0) FROM (SELECT amount FROM count_change WHERE metric ="
      " 'step_sla_missed_total' UNION ALL SELECT amount FROM count_total WHERE metric ="
      " 'step_sla_missed_total') a";
  at("04-15 10:34");
  EXPECT_EQ(permit().at("sla").at("status").as_string(), "due_soon");
  EXPECT_EQ(office_.query(breaches), "0");
  at("04-15 10:34:01");
  EXPECT_EQ(permit().at("sla").at("status").as_string(), "overdue");
  EXPECT_EQ(office_.query(breaches), "1");
  told("04-15 13:55", {to("bo", "04-15 10:36", "eskalasi"), to("dt", "04-15 10:36", "terlambat"),
                       to("kdt", "04-15 10:36", "eskalasi")});
  told("04-15 15:00", {to_applicant("04-15 13:55:01", "terlambat_pemohon"),
                       to("bo", "04-15 13:57", "alarm_layanan")});
  EXPECT_NE(office_.query("SELECT body FROM message WHERE text = 'terlambat_pemohon'")
                .find("Kamis, 16 April 2026 pukul 14.20"),  // 1 d and the 25 m of steps 5 to 8
            std::string::npos);

  act("dt", "kajian_teknis", "recommend",
      {"--document", "bapl=https://x.example/bapl", "--document",
       "rekomendasi=https://x.example/r"});
  EXPECT_EQ(where(), "active penyusunan_sk#1 on_track " + rfc("04-15 15:10"));
  EXPECT_EQ(closed("kajian_teknis", 1).substr(0, 6), "missed");
  told("04-15 15:08", {to("bo", "04-15 15:02", "tugas_baru")});

  // bo drafts, and is Plh. of the approver: the reminders go to the next superior.
  act("bo", "penyusunan_sk", "draft",
      {"--outcome", "grant", "--document", "draft_sk=https://x.example/draft1"});
  EXPECT_EQ(where(), "active persetujuan_kabid#1 on_track " + rfc("04-15 15:13"));
  told("04-15 15:12", {to("s", "04-15 15:10", "tugas_baru")});
  EXPECT_EQ(office_.query("SELECT why FROM message ORDER BY id DESC LIMIT 1"), "self_approval");

  act("kb", "persetujuan_kabid", "approve");
  EXPECT_EQ(where(), "active persetujuan_sekretaris#1 on_track " + rfc("04-15 15:17"));
  // The task of 15:10 is closed: no interval.
  told("04-15 15:16", {to("s", "04-15 15:14", "tugas_baru")});

  act("s", "persetujuan_sekretaris", "return", {"--note", "nama yayasan keliru"});
  EXPECT_EQ(where(), "active penyusunan_sk#2 on_track " + rfc("04-15 15:26"));
  EXPECT_EQ(office_.query("SELECT string_agg(kind, ' ' ORDER BY kind) FROM document WHERE"
                          " voided_event > 0"),
            "data_elektronik draft_sk draft_sk_kabid");
  told("04-15 15:24", {to("bo", "04-15 15:18", "tugas_baru")});

  act("bo", "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/draft2"});
  EXPECT_EQ(where(), "active persetujuan_kabid#2 on_track " + rfc("04-15 15:29"));
  told("04-15 15:28", {to("s", "04-15 15:26", "tugas_baru")});

  act("kb", "persetujuan_kabid", "approve");
  EXPECT_EQ(where(), "active persetujuan_sekretaris#2 on_track " + rfc("04-15 15:33"));
  told("04-15 15:39", {to("s", "04-15 15:30", "tugas_baru")});
  EXPECT_EQ(office_.query("SELECT count(*) FROM notice WHERE kind = 'due' AND state = 'pending'"),
            "1");  // would leave at 15:40: the interval counts, the task of 15:30 is open

  act("s", "persetujuan_sekretaris", "approve");
  EXPECT_EQ(closed("persetujuan_sekretaris", 2), "missed 660");
  EXPECT_EQ(where(), "active penandatanganan#1 on_track " + rfc("04-15 15:44"));
  told("04-15 15:43", {to("kd", "04-15 15:41", "tugas_baru")});
  EXPECT_EQ(office_.query("SELECT state_reason || ' ' || to_char(state_at AT TIME ZONE"
                          " 'Asia/Makassar', 'HH24:MI') FROM notice n JOIN visit v ON v.permit ="
                          " n.permit AND v.id = n.visit WHERE n.kind = 'due' AND v.step ="
                          " 'persetujuan_sekretaris'"),
            "done_before_sending 15:40");

  act("kd", "penandatanganan", "sign",
      {"--document", "surat_keputusan=https://x.example/sk.pdf,number=503/017/PAUD/DPMPTSP/2026"});
  EXPECT_EQ(closed("penandatanganan", 1), "met 240");
  EXPECT_EQ(where(), "active penerimaan_sk#1 - -");
  EXPECT_EQ(permit().at("case_sla").at("status").as_string(), "missed");
  told("04-16 10:00", {to_applicant("04-15 15:45", "terbit")});
  EXPECT_EQ(office_.query("SELECT sum(amount) FROM (SELECT amount FROM count_change WHERE metric ="
                          " 'permits_closed_total' UNION ALL SELECT amount FROM count_total WHERE"
                          " metric = 'permits_closed_total') a"),
            "1");

  {
    // 30 h and the 3 h 26 m it was late; the case 37 h 30 m and 1 h 48 m.
    const json::object whole = story();
    const json::value& proof = whole.at("proof");
    const auto review =
        std::find_if(proof.at("visits").as_array().begin(), proof.at("visits").as_array().end(),
                     [](const json::value& one) { return one.at("visit") == "kajian_teknis#1"; });
    EXPECT_EQ(days_of(review->at("days")), (Days{{"2026-04-06", 26760},
                                                 {"2026-04-07", 9000},
                                                 {"2026-04-09", 9000},
                                                 {"2026-04-13", 25200},
                                                 {"2026-04-14", 27000},
                                                 {"2026-04-15", 23400}}));
    EXPECT_EQ(review->at("consumed_seconds"), 120360);
    EXPECT_EQ(review->at("due_at").as_string(), rfc("04-15 10:34"));
    EXPECT_EQ(closed("kajian_teknis", 1), "missed 120360");
    EXPECT_EQ(days_of(proof.at("case")), (Days{{"2026-04-02", 300},
                                               {"2026-04-06", 27000},
                                               {"2026-04-07", 27000},
                                               {"2026-04-09", 9000},
                                               {"2026-04-13", 25200},
                                               {"2026-04-14", 27000},
                                               {"2026-04-15", 25980}}));
    EXPECT_EQ(proof.at("case_clock").at("consumed_seconds"), 141480);
    EXPECT_EQ(whole.at("case_sla").at("elapsed_seconds"), 141480);
    EXPECT_EQ(proof.at("case_clock").at("due_at").as_string(), rfc("04-15 13:55"));
    // The applicant: 13:20 to 14:00, the mending 14:08 to 15:46, the answer from the 9th 10:00 to
    // the 13th 08:00, and the decree that waits for them since 15:43.
    EXPECT_EQ(whole.at("time").at("applicant").at("working_seconds"),
              2400 + 5880 + (18000 + 27000 + 1800) + (1020 + 9000));
    EXPECT_EQ(whole.at("time").at("other_agency").at("working_seconds"), 0);
  }

  EXPECT_EQ(instant("SELECT min(check_at) FROM visit"), "04-20 15:43:00");  // automatic receipt
  press("receive", "");
  EXPECT_EQ(where(), "issued");

  // Never raised: closed before their time came.
  told("04-24 12:00", {});
  EXPECT_EQ(office_.query("SELECT count(*) FROM raised_rung WHERE rung IN ('+1h', '+1d')"), "0");
  why_names_what_was_never_raised_or_sent();

  // The log is as it was written; and if it were not, the first changed event would be named.
  const CommandResult audit = office_.tenggat({"audit", "verify", number_});
  EXPECT_EQ(audit.status, 0) << audit.out << audit.err;
  EXPECT_THROW(office_.query("UPDATE event SET actor = 'officer:kd' WHERE sequence = 7"),
               std::exception);
  office_.query("ALTER TABLE event DISABLE TRIGGER USER");
  office_.query("UPDATE event SET actor = 'officer:kd' WHERE sequence = 7");
  const CommandResult tampered = office_.tenggat({"audit", "verify"});
  EXPECT_EQ(tampered.status, 1);
  EXPECT_NE(tampered.out.find(number_ + ": event 7: the event is not as it was written"),
            std::string::npos)
      << tampered.out;

  // Everything decided was sent, over both channels, and taken by servers that judge.
  EXPECT_EQ(office_.query("SELECT count(*) FROM message WHERE state <> 'accepted'"), "0");
  EXPECT_EQ(office_.query("SELECT count(*) FROM notice WHERE state = 'pending'"), "0");
  const auto whatsapp =
      std::stoul(office_.query("SELECT count(*) FROM message WHERE channel = 'whatsapp'"));
  const auto email =
      std::stoul(office_.query("SELECT count(*) FROM message WHERE channel = 'email'"));
  EXPECT_EQ(office_.meta().taken(whatsapp).size(), whatsapp);
  EXPECT_EQ(office_.meta().faults(), std::vector<std::string>{});
  EXPECT_EQ(office_.smtp().messages(email).size(), email);

  EXPECT_TRUE(office_.metric_becomes("tenggat_permit_sla_missed_total{sop=\"paud\"} 1"));
  EXPECT_TRUE(
      office_.metric_becomes("tenggat_permits_closed_total{outcome=\"issued\",sop=\"paud\"} 1"));
  office_.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
