// When people are told, and when they are left alone: the cap, what an outage leaves behind, a
// channel that is down, trial mode, and everything an applicant may be told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/e2e/office.h"

namespace tenggat::test {
namespace {

using Lines = std::vector<std::string>;

std::string submit(Office& office, const std::string& id) {
  const auto submitted = office.json(
      {"permit", "submit", "--sop", "paud", "--name", "Citra", "--subject", "PAUD Anggrek",
       "--whatsapp", "0812 7777 0001", "--email", "citra@warga.example", "--external-id", id,
       "--document", "persyaratan_izin_paud=https://intanbjb.example/berkas/7"},
      "portal");
  return std::string(submitted.at("number").as_string());
}

// Meta's, which leaves the message to be tried again and the channel in use.
constexpr int kAsksForPatience = 130429;

void act(Office& office, const std::string& number, const char* who, const char* step,
         const char* action, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"permit", "act", number, action, "--step", step};
  arguments.insert(arguments.end(), more.begin(), more.end());
  office.json(arguments, who);
}

// To the technical review.
void forward(Office& office, const std::string& number) {
  act(office, number, "fo", "verifikasi", "accept");
  act(office, number, "bo", "penerimaan", "forward");
}

// To the signature.
void prepare_decree(Office& office, const std::string& number) {
  act(office, number, "dt", "kajian_teknis", "recommend",
      {"--document", "bapl=https://x.example/b", "--document", "rekomendasi=https://x.example/r"});
  act(office, number, "bo", "penyusunan_sk", "draft",
      {"--document", "draft_sk=https://x.example/d"});
  act(office, number, "kb", "persetujuan_kabid", "approve");
  act(office, number, "s", "persetujuan_sekretaris", "approve");
}

// "06-02 08:02 officer:fo tugas_baru 1" with the number of notices it holds.
Lines messages_to(Office& office, const std::string& recipients) {
  return office.column(fmt::format(
      "SELECT to_char(rendered_at AT TIME ZONE 'Asia/Makassar', 'MM-DD HH24:MI') || ' ' ||"
      " regexp_replace(recipient, '^applicant:.*', 'applicant') || ' ' || text || ' ' ||"
      " (SELECT count(*) FROM message_notice n WHERE n.message = m.id) FROM message m"
      " WHERE recipient LIKE '{}' AND text <> 'rekap_harian' AND falls_back_from IS NULL"
      " ORDER BY rendered_at, recipient, id",
      recipients));
}

TEST(Quiet, WhatIsOverTheCapOfAnHourJoinsTheNextMessageAndNothingIsLost) {
  Office office("2026-06-02T08:00:00",
                "officers: {group_wait: 2m, group_interval: 10m, messages_an_hour: 3}\n");
  // Each is accepted before the next one comes, so that no interval counts.
  const char* minutes[] = {"00", "05", "10"};
  for (int i = 0; i < 3; ++i) {
    office.advance(fmt::format("2026-06-02T08:{}:00", minutes[i]));
    const std::string number = submit(office, std::to_string(i));
    office.advance(fmt::format("2026-06-02T08:{:02}:00", i * 5 + 3));
    act(office, number, "fo", "verifikasi", "accept");
  }
  office.advance("2026-06-02T08:15:00");
  submit(office, "fourth");
  office.advance("2026-06-02T08:20:00");
  submit(office, "fifth");
  office.advance("2026-06-02T09:10:00");
  // 08:02 and an hour. Both starts and both dues are in it.
  EXPECT_EQ(messages_to(office, "officer:fo"),
            (Lines{"06-02 08:02 officer:fo tugas_baru 1", "06-02 08:07 officer:fo tugas_baru 1",
                   "06-02 08:12 officer:fo tugas_baru 1", "06-02 09:02 officer:fo daftar 4"}));
  EXPECT_EQ(office.query("SELECT count(*) FROM notice WHERE state = 'pending'"), "0");
  EXPECT_EQ(office.query("SELECT count(*) FROM notice WHERE state_reason = 'folded'"), "2");
  office.stop_daemon();
}

TEST(Quiet, AfterTwoDaysOffEachOfficerGetsOneMessageTheMostUrgentFirst) {
  Office office("2026-06-02T08:00:00");  // a Tuesday
  std::vector<std::string> numbers;
  for (int i = 0; i < 6; ++i) numbers.push_back(submit(office, std::to_string(i)));
  office.advance("2026-06-02T08:05:00");
  forward(office, numbers[0]);
  forward(office, numbers[1]);
  act(office, numbers[2], "fo", "verifikasi", "accept");
  office.advance("2026-06-02T10:00:00");
  office.new_messages();
  office.stop_daemon();
  const CommandResult alone = office.tenggat({"clock", "advance", "2026-06-04T10:00:00+08:00"});
  EXPECT_EQ(alone.status, 0) << alone.out << alone.err;
  EXPECT_NE(alone.err.find("no tenggatd"), std::string::npos) << alone.err;
  office.start_daemon();
  office.advance("2026-06-04T10:05:00");

  // fo and bo knew before what is late: they get their day's list. dt missed the 50 %. kb's
  // superior s is told of two +1d; that kb was to hear of +1h lies before.
  const std::vector<SentMessage> back = office.new_messages();
  std::map<std::string, int> of_officer;
  for (const SentMessage& one : back) ++of_officer[one.recipient];
  for (const auto& [officer, count] : of_officer) EXPECT_EQ(count, 1) << officer;
  Lines texts;
  for (const SentMessage& one : back)
    texts.push_back(one.at.substr(5) + " " + one.recipient + " " + one.text);
  EXPECT_EQ(texts, (Lines{"06-04T10:00:00 officer:bo daftar_pagi",
                          "06-04T10:00:00 officer:dt rangkuman_gangguan",
                          "06-04T10:00:00 officer:fo daftar_pagi",
                          "06-04T10:02:00 officer:s rangkuman_gangguan"}));
  const std::string body = office.query(
      "SELECT body FROM message WHERE recipient = 'officer:s' AND text = 'rangkuman_gangguan'");
  EXPECT_NE(body.find("sampai Kamis, 4 Juni 2026 pukul 10.02"), std::string::npos) << body;
  EXPECT_LT(body.find(numbers[3]), body.find(numbers[2])) << body;  // late for longer
  // The record shows the delay: when it was due, when it was raised.
  EXPECT_EQ(
      office.query("SELECT count(*) FROM raised_rung WHERE raised_at - due_at > interval '1 hour'"),
      office.query(
          "SELECT count(*) FROM raised_rung WHERE raised_at >= '2026-06-04T10:00:00+08:00'"));
  EXPECT_EQ(
      office.query("SELECT count(*) FROM raised_rung r WHERE EXISTS (SELECT FROM raised_rung o"
                   " WHERE o.permit = r.permit AND o.visit = r.visit AND o.rung = r.rung AND"
                   " o.k = r.k AND o.occurrence <> r.occurrence)"),
      "0");
  EXPECT_NE(office.query("SELECT min(details ->> 'tertunda_sejak') FROM notice"), "");
  EXPECT_EQ(office.query("SELECT count(*) FROM notice WHERE state = 'pending'"), "0");
  office.stop_daemon();
}

// The step's due, of which the head of the division gets a copy, and 80 % of the whole service.
TEST(Quiet, TwoNoticesOfOnePermitSpeakOfOnePermitAndAListSaysForWhomOneStandsIn) {
  Office office("2026-06-02T08:00:00");
  office.daemon().must({"officer", "delegate", "--from", "kb", "--to", "bo", "--kind", "plh",
                        "--start", "2026-06-02", "--end", "2026-06-30", "--letter", "800/17/2026"});
  const std::string number = submit(office, "a");
  office.json({"permit", "escalate", number, "--step", "verifikasi", "--note", "mohon arahan"},
              "fo");
  office.advance("2026-06-02T08:05:00");
  forward(office, number);
  office.advance("2026-06-08T08:10:00");
  const auto body = [&](const std::string& text) {
    return office.query(
        "SELECT subject || '. ' || body FROM message WHERE recipient = 'officer:bo'"
        " AND text = '" +
        text + "' ORDER BY id DESC LIMIT 1");
  };
  const std::string list = body("daftar_eskalasi");
  EXPECT_NE(list.find("Eskalasi: 1 permohonan menunggu tanggapan Bapak/Ibu"), std::string::npos)
      << list;
  EXPECT_EQ(list.find("2 permohonan"), std::string::npos) << list;
  EXPECT_NE(list.find("tahap Kajian teknis, menggantikan Siti Rahmah"), std::string::npos) << list;
  EXPECT_EQ(office.query("SELECT count(*) FROM message_notice n JOIN message m ON m.id = n.message"
                         " WHERE recipient = 'officer:bo' AND text = 'daftar_eskalasi'"),
            "2");
  // By itself, too, a message says for whom.
  const std::string report = body("laporan");
  EXPECT_NE(report.find("Yth. Plh. Kepala Bidang Perizinan (menggantikan Siti Rahmah), kami"),
            std::string::npos)
      << report;
  // Nothing has been issued: the recap says so in words.
  const std::string recap =
      office.query("SELECT body FROM message WHERE text = 'rekap_harian' ORDER BY id DESC LIMIT 1");
  EXPECT_NE(recap.find("belum ada izin terbit bulan ini"), std::string::npos) << recap;
  office.stop_daemon();
}

TEST(Quiet, WhatIsToBeMendedIsNumberedAndHasOneFullStop) {
  Office office("2026-06-02T08:00:00");
  const std::string number = submit(office, "a");
  office.advance("2026-06-02T08:03:00");
  act(office, number, "fo", "verifikasi", "reject",
      {"--deficiency", "akta_pendirian=belum dilegalisasi.", "--deficiency",
       "denah_ruang=belum ditandatangani. "});
  office.advance("2026-06-02T08:06:00");
  const std::string body = office.query("SELECT body FROM message WHERE text = 'dikembalikan'");
  EXPECT_NE(body.find("Yang perlu diperbaiki: (1) Akta pendirian: belum dilegalisasi; (2) Denah"
                      " ruang: belum ditandatangani. Mohon"),
            std::string::npos)
      << body;
  office.stop_daemon();
}

TEST(Quiet, WhenAChannelComesBackAnApplicantIsToldTheLatestAlone) {
  Office office("2026-06-02T08:00:00");
  const std::string number = submit(office, "a");
  office.advance("2026-06-02T08:01:00");
  office.meta().answer_all(400, kAsksForPatience);
  office.advance("2026-06-02T08:03:00");
  forward(office, number);
  office.advance("2026-06-02T08:06:00");  // lengkap and tahap, one after the other
  office.meta().answer_all(0, 0);
  office.query("UPDATE message SET next_attempt_at = clock_timestamp() WHERE state = 'queued'");
  EXPECT_EQ(office.meta().taken(3).size(), 3u);  // tahap, and what fo and dt were told
  EXPECT_TRUE(office.becomes("SELECT count(*) FROM message WHERE state = 'queued'", "0"));
  const auto states = [&] {
    return office.column(
        "SELECT text || ' ' || state || ' ' || reason FROM message WHERE recipient LIKE"
        " 'applicant:%' ORDER BY id");
  };
  EXPECT_EQ(states(), (Lines{"diterima failed superseded", "lengkap failed superseded",
                             "tahap accepted accepted"}));
  std::set<std::string> templates;
  for (const MetaSink::Taken& one : office.meta().taken(3)) templates.insert(one.template_name);
  EXPECT_EQ(templates, (std::set<std::string>{"tenggat_tahap_v2", "tenggat_tugas_baru"}));
  office.stop_daemon();
}

TEST(Quiet, WhenAChannelComesBackAnOfficerGetsOneSummaryOfWhatIsStillOpen) {
  Office office("2026-06-02T08:00:00",
                "officers: {group_wait: 2m, group_interval: 10m, messages_an_hour: 12}\n");
  office.meta().answer_all(400, kAsksForPatience);
  // Tried once and then left to wait, so that none is under way when the next is made.
  const auto advance = [&](const std::string& local) {
    office.query(
        "UPDATE message SET next_attempt_at = clock_timestamp() + interval '1 hour'"
        " WHERE state = 'queued' AND attempts > 0");
    office.advance(local);
  };
  const std::string first = submit(office, "a");
  advance("2026-06-02T08:03:00");
  const std::string second = submit(office, "b");
  advance("2026-06-02T08:13:00");  // 08:12, an interval after the first
  const std::string third = submit(office, "c");
  advance("2026-06-02T08:20:00");
  act(office, second, "fo", "verifikasi", "accept");
  advance("2026-06-02T08:23:00");
  const std::string waits =
      "SELECT count(*) FROM message WHERE recipient = 'officer:fo' AND state = 'queued'";
  EXPECT_EQ(office.query(waits), "1");
  EXPECT_EQ(office.column("SELECT text || ' ' || state || ' ' || reason FROM message WHERE"
                          " recipient = 'officer:fo' ORDER BY id"),
            (Lines{"tugas_baru failed superseded", "rangkuman_gangguan failed superseded",
                   "rangkuman_gangguan queued rate_limited"}));
  const std::string body = office.query(
      "SELECT body FROM message WHERE recipient = 'officer:fo' ORDER BY id DESC LIMIT 1");
  EXPECT_NE(body.find("sejak Selasa, 2 Juni 2026 pukul 08.02"), std::string::npos) << body;
  EXPECT_NE(body.find("sampai Selasa, 2 Juni 2026 pukul 08.22"), std::string::npos) << body;
  EXPECT_NE(body.find(first), std::string::npos) << body;
  EXPECT_NE(body.find(third), std::string::npos) << body;
  EXPECT_EQ(body.find(second), std::string::npos) << "it is done: " << body;
  // The first one's start; the second's start and the first's due: both waited for the second.
  EXPECT_NE(body.find("Selama itu 3 pemberitahuan"), std::string::npos) << body;

  office.meta().answer_all(0, 0);
  office.query("UPDATE message SET next_attempt_at = clock_timestamp() WHERE state = 'queued'");
  EXPECT_TRUE(office.becomes(waits, "0"));
  int to_fo = 0;
  for (const MetaSink::Taken& one : office.meta().taken(1))
    to_fo += one.template_name == "tenggat_rangkuman_gangguan";
  EXPECT_EQ(to_fo, 1);
  EXPECT_EQ(office.query("SELECT count(*) FROM message WHERE recipient = 'officer:fo' AND state ="
                         " 'accepted'"),
            "1");
  // Once it is through, the next one speaks for itself.
  office.advance("2026-06-02T08:35:00");
  EXPECT_EQ(office.query("SELECT count(*) FROM message WHERE recipient = 'officer:fo' AND"
                         " rendered_at > '2026-06-02T08:25:00+08:00' AND text ="
                         " 'rangkuman_gangguan'"),
            "0");
  office.stop_daemon();
}

TEST(Quiet, WhatOneChannelDoesNotTakeGoesOnToThePersonsNext) {
  Office office("2026-06-02T08:00:00");
  office.daemon().must({"officer", "edit", "--id", "fo", "--email", "fo@banjarbaru.example"});
  // That they are told of their new address is none of what follows.
  ASSERT_TRUE(office.becomes("SELECT count(*) FROM message WHERE state = 'accepted'", "2"));
  EXPECT_EQ(office.meta().taken(1).size(), 1u);
  for (const char* table : {"message_notice", "attempt", "message"})
    office.query(std::string("DELETE FROM ") + table);
  office.meta().answer_all(400, kAsksForPatience);
  const std::string number = submit(office, "a");
  office.advance("2026-06-02T08:03:00");
  const auto tried = [&](const std::string& recipient) {
    return "SELECT attempts FROM message WHERE channel = 'whatsapp' AND recipient LIKE '" +
           recipient + "'";
  };
  // As if the waits between two attempts were over; of the twelve one is made already.
  for (int attempt = 1; attempt <= 12; ++attempt) {
    for (const char* recipient : {"officer:fo", "applicant:%"})
      ASSERT_TRUE(office.becomes(tried(recipient), std::to_string(attempt))) << recipient;
    ASSERT_TRUE(office.becomes("SELECT count(*) FROM message WHERE lease_until IS NOT NULL", "0"));
    EXPECT_EQ(office.query("SELECT count(*) FROM message WHERE channel = 'email'"),
              attempt < 12 ? "0" : "2");
    office.query(
        "UPDATE message SET next_attempt_at = clock_timestamp() WHERE state = 'queued'"
        " AND channel = 'whatsapp'");
  }
  ASSERT_TRUE(office.becomes(
      "SELECT count(*) FROM message WHERE channel = 'email' AND state = 'accepted'", "2"));
  EXPECT_EQ(office.query("SELECT count(*) FROM message WHERE channel = 'whatsapp'"
                         " AND state = 'failed'"),
            "2");
  EXPECT_EQ(office.smtp().messages(3).size(), 3u);
  EXPECT_EQ(office.meta().taken(2, std::chrono::milliseconds(100)).size(), 1u);

  // `why` tells the whole story: twelve attempts here, one there, and which came from which.
  const CommandResult shown = office.tenggat({"why", number}, "kd");
  EXPECT_EQ(shown.status, 0) << shown.err;
  const boost::json::value why = office.json({"why", number}, "kd");
  int found = 0;
  const std::function<void(const boost::json::value&)> walk = [&](const boost::json::value& at) {
    if (at.is_array())
      for (const auto& one : at.as_array()) walk(one);
    if (!at.is_object()) return;
    const boost::json::object& object = at.as_object();
    if (object.contains("messages") && object.at("messages").is_array() &&
        object.at("messages").as_array().size() == 2) {
      const auto& first = object.at("messages").at(0).as_object();
      const auto& next = object.at("messages").at(1).as_object();
      EXPECT_EQ(first.at("channel"), "whatsapp");
      EXPECT_EQ(first.at("state"), "failed");
      EXPECT_EQ(first.at("attempts").as_array().size(), 12u);
      EXPECT_EQ(first.at("attempts").at(0).at("detail"), "130429: refused: scripted");
      EXPECT_EQ(next.at("channel"), "email");
      EXPECT_EQ(next.at("state"), "accepted");
      EXPECT_EQ(next.at("falls_back_from"), first.at("id"));
      EXPECT_EQ(next.at("attempts").as_array().size(), 1u);
      ++found;
    }
    for (const auto& [name, value] : object) walk(value);
  };
  walk(why);
  EXPECT_EQ(found, 2) << boost::json::serialize(why);
  EXPECT_NE(shown.out.find("130429: refused: scripted"), std::string::npos) << shown.out;
  EXPECT_NE(office.daemon_log().find("130429: refused: scripted"), std::string::npos);
  office.stop_daemon();
}

TEST(Quiet, AfterAnOutageAnApplicantIsRemindedOnceAndNotOfEachTimeItWasDue) {
  Office office("2026-06-02T08:00:00");
  const std::string number = submit(office, "a");
  office.advance("2026-06-02T08:03:00");
  act(office, number, "fo", "verifikasi", "reject", {"--deficiency", "denah=tidak ada"});
  office.advance("2026-06-02T08:10:00");
  office.stop_daemon();
  ASSERT_EQ(office.tenggat({"clock", "advance", "2026-06-18T09:00:00+08:00"}).status, 0);
  office.start_daemon();
  office.advance("2026-06-18T09:10:00");
  EXPECT_EQ(office.column("SELECT state || ' ' || state_reason FROM notice WHERE text ="
                          " 'pengingat_perbaikan' ORDER BY id"),
            (Lines{"dropped superseded", "rendered "}));
  EXPECT_EQ(office.query("SELECT count(*) FROM message WHERE text = 'pengingat_perbaikan'"), "1");
  office.stop_daemon();
}

TEST(Quiet, OnTrialEverythingIsDecidedAndRecordedAndNothingIsSent) {
  Office office("2026-06-02T08:00:00", "mode: trial\n");
  const std::string number = submit(office, "a");
  office.advance("2026-06-02T08:05:00");
  forward(office, number);
  office.advance("2026-06-03T08:00:00");
  EXPECT_EQ(messages_to(office, "%"),
            (Lines{"06-02 08:02 applicant diterima 1", "06-02 08:02 officer:fo tugas_baru 1",
                   "06-02 08:07 applicant lengkap 1", "06-02 08:07 applicant tahap 1",
                   "06-02 08:07 officer:dt tugas_baru 1", "06-03 07:30 officer:dt daftar_pagi 1"}));
  EXPECT_EQ(office.query("SELECT string_agg(DISTINCT state, ' ') FROM message"), "trial");
  EXPECT_EQ(office.query("SELECT count(*) FROM attempt"), "0");
  EXPECT_TRUE(office.meta().taken(1, std::chrono::milliseconds(200)).empty());
  office.stop_daemon();
}

TEST(Quiet, AnApplicantHearsOfEveryTurnOfTheirFile) {
  Office office("2026-06-02T08:00:00");
  office.use_own_rules();
  // Lapse is off as it ships.
  office.change_rule(
      "sop/paud.yaml", "kabar_ulang: perbaikan_diterima}",
      "kabar_ulang: perbaikan_diterima}\n"
      "      gugur: {status: lapsed, otomatis: 15d, kabar: gugur, di_luar_sop: true}");
  office.stop_daemon();
  office.start_daemon();
  const std::string lapsing = submit(office, "lapsing");
  const std::string withdrawn = submit(office, "withdrawn");
  const std::string received = submit(office, "received");
  office.advance("2026-06-02T08:03:00");
  act(office, lapsing, "fo", "verifikasi", "reject", {"--deficiency", "denah=tidak ada"});
  office.json({"permit", "act", withdrawn, "withdraw"}, "portal");
  forward(office, received);
  prepare_decree(office, received);
  act(office, received, "kd", "penandatanganan", "sign",
      {"--document", "surat_keputusan=https://x.example/sk,number=503/1"});
  office.advance("2026-06-02T08:06:00");
  office.advance("2026-06-30T12:00:00");

  const auto told = [&](const std::string& number) {
    return office.column(fmt::format(
        "SELECT to_char(m.rendered_at AT TIME ZONE 'Asia/Makassar', 'MM-DD HH24:MI') || ' ' ||"
        " m.text FROM message m JOIN permit p ON m.recipient = 'applicant:' || p.applicant"
        " WHERE p.number = '{}' ORDER BY m.rendered_at, m.id",
        number));
  };
  // Working days of June 2026 without the 16th.
  EXPECT_EQ(told(lapsing), (Lines{"06-02 08:02 diterima", "06-02 08:05 dikembalikan",
                                  "06-09 08:03 pengingat_perbaikan",
                                  "06-17 08:03 pengingat_perbaikan", "06-24 08:03 gugur"}));
  EXPECT_EQ(office.query("SELECT string_agg(state, ' ' ORDER BY number) FROM permit"),
            "lapsed withdrawn issued");
  EXPECT_EQ(told(withdrawn), (Lines{"06-02 08:02 diterima", "06-02 08:05 ditarik"}));
  EXPECT_EQ(told(received),
            (Lines{"06-02 08:02 diterima", "06-02 08:05 lengkap", "06-02 08:05 terbit"}));
  EXPECT_EQ(office.query("SELECT count(*) FROM event WHERE type = 'acted' AND actor = 'system'"),
            "2");
  office.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
