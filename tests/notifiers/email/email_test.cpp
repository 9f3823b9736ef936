#include "notifiers/email/email.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "notifiers/email/html.h"
#include "notifiers/email/list.h"
#include "tests/notifiers/sample.h"
#include "tests/support/qr_reading.h"

namespace tenggat::notify::email {
namespace {

const Instant kNow{Seconds(1775200000)};  // Fri, 03 Apr 2026 07:06:40 UTC

EmailConfig config() {
  EmailConfig c;
  c.url = "smtp://mail.example.go.id:587";
  c.from = "Perizinan Banjarbaru <izin@example.go.id>";
  c.reply_to = "tanya@example.go.id";
  return c;
}

std::string mail_of(const Message& message) { return build_request(message, config(), kNow)->body; }

// Undoes the soft line breaks, so that a phrase can be looked for.
std::string joined(std::string mail) {
  for (auto at = mail.find("=\r\n"); at != std::string::npos; at = mail.find("=\r\n", at)) {
    mail.erase(at, 3);
  }
  return mail;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Email, AMailHasTheHeadersOfItsStandardsAndOfItsCase) {
  const auto request = build_request(sample_message(Channel::email), config(), kNow);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->mail_from, "izin+m72057594037927937@example.go.id");
  EXPECT_EQ(request->mail_to, "siti@contoh.example");
  const std::string head = request->body.substr(0, request->body.find("\r\n\r\n"));
  for (const char* line :
       {"Date: Fri, 03 Apr 2026 07:06:40 +0000",
        "From: \"Perizinan Banjarbaru\"\r\n <izin@example.go.id>",
        "To: \"Siti Aminah\"\r\n <siti@contoh.example>", "Reply-To: tanya@example.go.id",
        "Subject: Berkas permohonan PAUD-2026-00417 dinyatakan lengkap",
        "Message-ID: <72057594037927937@example.go.id>",
        "In-Reply-To: <kasus.PAUD-2026-00417@example.go.id>",
        "References: <kasus.PAUD-2026-00417@example.go.id>", "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0", "Content-Type: multipart/alternative;\r\n boundary="}) {
    EXPECT_TRUE(holds("\r\n" + head, std::string("\r\n") + line)) << line << "\n" << head;
  }
}

TEST(Email, ARetryIsTheSameMailButForItsDate) {
  const Message message = sample_message(Channel::email);
  EXPECT_EQ(build_request(message, config(), kNow)->body,
            build_request(message, config(), kNow)->body);
  EXPECT_EQ(message_id(message, "izin@example.go.id"), message_id(message, "izin@example.go.id"));
  Message other = message;
  other.id = "a_b";
  EXPECT_EQ(message_id(other, "i@x"), "<a_5Fb@x>");
}

TEST(Email, HtmlShowsThePermitTheStepTheDeadlineAndOneButton) {
  const std::string mail = joined(mail_of(sample_message(Channel::email, "pengingat")));
  EXPECT_TRUE(holds(mail, "Content-Type: text/plain; charset=utf-8"));
  EXPECT_TRUE(holds(mail, "Content-Type: text/html; charset=utf-8"));
  EXPECT_TRUE(holds(mail, "Nomor permohonan"));
  EXPECT_TRUE(holds(mail, "Kajian Teknis"));
  EXPECT_TRUE(holds(mail, "Batas waktu"));
  EXPECT_TRUE(holds(mail, ">Buka permohonan</a>"));
}

TEST(Email, BearsTheOfficesNameAndTheLinkAsAButtonAndOnceAsText) {
  const Message message = sample_message(Channel::email, "pengingat");
  const std::string html = html_part(message, {});
  EXPECT_TRUE(holds(html, ">DPMPTSP Kota Banjarbaru</p>"));
  EXPECT_TRUE(holds(html, "tautan berikut</a>"));
  const std::string link = sample_fields().at("tautan");
  std::size_t as_text = 0;
  for (std::size_t at = html.find(">" + link); at != std::string::npos;
       at = html.find(">" + link, at + 1))
    ++as_text;
  EXPECT_EQ(as_text, 1u);
}

TEST(Email, WhatAMessageListsStandsPermitByPermitInBothParts) {
  Message message = sample_message(Channel::email, "daftar_eskalasi");
  message.items = {
      {"TK Cahaya Ilmu", "PAUD-2026-00389", "Kajian teknis",
       "Terlambat 2 hari kerja 1 jam, sejak Selasa 14 April, 09.18 WITA", true, "Dewi Lestari",
       "https://perizinan.banjarbarukota.go.id/permohonan/389"},
      {"KB <Pelangi>", "PAUD-2026-00413", "Verifikasi berkas",
       "Terlambat 4 jam 14 menit, sejak Rabu 15 April, 14.40 WITA", true,
       "belum ada yang mengambil", "https://perizinan.banjarbarukota.go.id/permohonan/413"}};
  const std::string plain = plain_body(message);
  EXPECT_TRUE(holds(plain,
                    "1. TK Cahaya Ilmu\n   PAUD-2026-00389 · Kajian teknis\n   Terlambat 2 "
                    "hari kerja 1 jam, sejak Selasa 14 April, 09.18 WITA\n   Penanggung "
                    "jawab: Dewi Lestari\n   https://perizinan."))
      << plain;
  EXPECT_FALSE(holds(plain, "; PAUD-2026-00413")) << "no prose";
  EXPECT_TRUE(holds(plain, "Semua eskalasi dan beban tim: "));
  const std::string html = html_part(message, {});
  EXPECT_TRUE(holds(html, ">Buka TK Cahaya Ilmu</a>"));
  EXPECT_TRUE(holds(html, "KB &lt;Pelangi&gt;"));
  EXPECT_TRUE(holds(html, "<strong>belum ada yang mengambil</strong>"));
  EXPECT_TRUE(holds(html, ">Buka semua eskalasi</a>"));
  message.items.clear();
  EXPECT_EQ(plain_body(message), message.body);
}

TEST(Email, SaysAtItsFootWhereTheOfficeIs) {
  EmailConfig office = config();
  office.office_address = "Jalan Panglima Batur 1 <Banjarbaru>";
  office.office_phone = "(0511) 4772018";
  const Message message = sample_message(Channel::email, "pengingat");
  const OfficeFoot foot{office.office_address, office.office_phone};
  EXPECT_TRUE(plain_body(message, foot)
                  .ends_with("\n\nJalan Panglima Batur 1 <Banjarbaru>\nTelepon: (0511) 4772018"));
  EXPECT_TRUE(holds(html_part(message, {}, foot),
                    ">Jalan Panglima Batur 1 &lt;Banjarbaru&gt;<br>Telepon (0511) 4772018<br>"));
  const auto request = build_request(message, office, kNow);
  ASSERT_TRUE(request.has_value());
  EXPECT_TRUE(holds(joined(request->body), "Telepon: (0511) 4772018"));
  EXPECT_TRUE(holds(joined(request->body), "Telepon (0511) 4772018<br>"));
  // Of an office that has said nothing, nothing.
  EXPECT_FALSE(holds(html_part(message, {}), "Telepon"));
}

TEST(Email, IsInTheLanguageOfItsMessageWhateverStandsAroundTheWords) {
  Message message = sample_message(Channel::email, "daftar_eskalasi");
  message.language = "en";
  message.items = {{"TK Cahaya Ilmu", "PAUD-2026-00389", "Kajian teknis", "Overdue by 1 hour", true,
                    "Dewi Lestari", "https://perizinan.example/permohonan/389"}};
  const std::string html = html_part(message, {}, {"", "0511"}), plain = plain_body(message);
  EXPECT_TRUE(holds(html, "<html lang=\"en\">"));
  EXPECT_TRUE(holds(html, ">Open TK Cahaya Ilmu</a>"));
  EXPECT_TRUE(holds(html, "In charge: <strong>Dewi Lestari</strong>"));
  EXPECT_TRUE(holds(html, ">Open all escalations</a>"));
  EXPECT_TRUE(holds(html, "Phone 0511<br>Sent automatically by the Tenggat system"));
  EXPECT_TRUE(holds(plain, "   In charge: Dewi Lestari\n"));
  for (const char* word : {"Buka", "Penanggung", "Telepon", "otomatis"})
    EXPECT_FALSE(holds(html, word)) << word;
  EXPECT_TRUE(holds(mail_of(message), "Content-Language: en\r\n"));
}

TEST(Email, AReceiptComesWithItsCodeAsAPictureOfTheMailItself) {
  const Message message = sample_message(Channel::email);
  const std::string mail = mail_of(message);
  const std::string link = sample_fields().at("tautan_bukti");
  EXPECT_TRUE(holds(joined(mail), "tanda bukti yang dapat diperiksa siapa pun: " + link));
  EXPECT_EQ(test::read_qr(test::picture_in_mail(mail)), link);
  const std::string id = "bukti.72057594037927937@example.go.id";
  EXPECT_TRUE(holds(mail, "Content-ID:\r\n <" + id + ">\r\n"));
  EXPECT_TRUE(holds(joined(mail), "<img src=3D\"cid:" + id + "\"")) << joined(mail);
  EXPECT_TRUE(holds(mail, "Content-Type: multipart/related; type=\"text/html\";"));
  // No picture where there is nothing to show.
  EXPECT_FALSE(holds(mail_of(sample_message(Channel::email, "tahap")), "image/png"));
  for (const char* other : {"-", "javascript:alert(1)", ""}) {
    Message without = message;
    const auto at = std::ranges::find(without.field_names, "tautan_bukti");
    without.fields.at(static_cast<std::size_t>(at - without.field_names.begin())) = other;
    EXPECT_FALSE(holds(mail_of(without), "image/png")) << other;
  }
}

TEST(Email, EveryTextMakesAMailOfShortCrLfLines) {
  for (const Text& text : shipped_texts().all()) {
    const std::string mail = mail_of(sample_message(Channel::email, text.id));
    std::istringstream lines(mail);
    for (std::string line; std::getline(lines, line);) {
      ASSERT_TRUE(line.ends_with('\r')) << text.id;
      ASSERT_LE(line.size(), 79u) << text.id << ": " << line;
      ASSERT_EQ(line.substr(0, line.size() - 1).find('\r'), std::string::npos);
      for (const char c : line) ASSERT_LT(static_cast<unsigned char>(c), 0x80u);
    }
    ASSERT_TRUE(mail.ends_with("--\r\n"));
  }
}

TEST(Email, AWildBodyStaysInsideItsPart) {
  Message message = sample_message(Channel::email);
  message.body = "a\n.\nb\r.\rQUIT\r\n.\r\n" + std::string(5000, 'x') + "<script>alert(1)</script>";
  const std::string mail = mail_of(message);
  EXPECT_FALSE(holds(mail, "\r\n.\r\n"));
  EXPECT_FALSE(holds(mail, "\n.\n"));
  const std::string html = joined(mail.substr(mail.find("text/html")));
  EXPECT_FALSE(holds(html, "<script"));
}

TEST(Email, ControlBytesNeverReachTheEnvelopeOrAHeader) {
  const auto outcome = [](auto change) {
    Message message = sample_message(Channel::email);
    change(message);
    const auto request = build_request(message, config(), kNow);
    return request.has_value() ? "sent" : request.error().reason;
  };
  EXPECT_EQ(outcome([](Message& m) { m.to = "a@b.id\r\nRCPT TO:<x@y.id>"; }), "bad_address");
  EXPECT_EQ(outcome([](Message& m) { m.to = "a@b.id>\nDATA"; }), "bad_address");
  EXPECT_EQ(outcome([](Message& m) { m.recipient_name = "Siti\r\nBcc: x@y.id"; }), "rejected");
  EXPECT_EQ(outcome([](Message& m) { m.subject = "Halo\nX-Evil: 1"; }), "rejected");
  EXPECT_EQ(outcome([](Message& m) { m.subject = std::string("Halo\0", 5); }), "rejected");
  EXPECT_EQ(outcome([](Message& m) { m.thread = std::string(241, 'x'); }), "rejected");
  EXPECT_EQ(outcome([](Message& m) { m.thread = std::string(240, '\xE9'); }), "sent");
  EXPECT_EQ(outcome([](Message& m) { m.id = std::string(65, 'x'); }), "rejected");
  EXPECT_EQ(outcome([](Message&) {}), "sent");
  Message message = sample_message(Channel::email);
  message.thread = "A\r\nB: c";
  message.id = "x>\r\nEvil: 1";
  EXPECT_FALSE(holds(mail_of(message), "\r\nB: c"));
  EXPECT_FALSE(holds(mail_of(message), "\r\nEvil"));
}

TEST(Email, NamesAndSubjectsInAnyScriptAreEncoded) {
  Message message = sample_message(Channel::email);
  message.recipient_name = "Ñoño Ümläut";
  message.subject = "Izin – " + std::string(300, 'x');
  const std::string mail = mail_of(message);
  EXPECT_TRUE(holds(mail, "To: =?UTF-8?B?w5Fvw7FvIMOcbWzDpHV0?=\r\n <siti@contoh.example>"));
  EXPECT_TRUE(holds(mail, "Subject: =?UTF-8?B?"));
}

TEST(Email, TlsIsRelaxedOnLoopbackOnly) {
  const auto tls = [](const std::string& url, Tls asked) {
    EmailConfig c = config();
    c.url = url;
    c.tls = asked;
    return build_request(sample_message(Channel::email), c, kNow)->tls;
  };
  EXPECT_EQ(tls("smtp://127.0.0.1:25", Tls::required), Tls::relaxed);
  EXPECT_EQ(tls("smtp://[::1]:25", Tls::required), Tls::relaxed);
  EXPECT_EQ(tls("smtp://localhost", Tls::required), Tls::relaxed);
  EXPECT_EQ(tls("smtp://127.0.0.1.example.com", Tls::required), Tls::required);
  EXPECT_EQ(tls("smtp://localhost.example.com", Tls::required), Tls::required);
  EXPECT_EQ(tls("smtp://10.0.0.5", Tls::required), Tls::required);
  EXPECT_EQ(tls("smtp://10.0.0.5", Tls::none), Tls::none);
}

TEST(Email, MailboxesAreReadAsPeopleWriteThem) {
  EXPECT_EQ(parse_mailbox("Perizinan <izin@example.go.id>")->display_name, "Perizinan");
  EXPECT_EQ(parse_mailbox("\"Perizinan, Kota\" <izin@example.go.id>")->display_name,
            "Perizinan, Kota");
  EXPECT_EQ(parse_mailbox("izin@example.go.id")->address, "izin@example.go.id");
  EXPECT_FALSE(parse_mailbox("Perizinan"));
  EXPECT_FALSE(parse_mailbox("Perizinan <izin@example.go.id"));
  EXPECT_FALSE(parse_mailbox("Perizinan\r\nBcc: x@y <izin@example.go.id>"));
}

struct Case {
  std::vector<std::string> lines;
  Outcome outcome;
  std::string_view reason;
};

TEST(Email, RepliesAreJudgedByCodeStageAndEnhancedCode) {
  const std::string hi = "220 mail ready", ehlo = "250 HELP", ok = "250 2.1.0 Ok", go = "354 go on";
  const std::vector<Case> cases{
      {{hi, "250-mail", ehlo, ok, ok, go, "250 2.0.0 queued as 4711"},
       Outcome::accepted,
       reason::accepted},
      {{hi, ehlo, ok, ok, go, "250 Ok", "221 bye"}, Outcome::accepted, reason::accepted},
      {{hi, ehlo, ok, "550 5.1.1 no such user"},
       Outcome::permanent_for_person,
       reason::bad_address},
      {{hi, ehlo, ok, "550 no such user"}, Outcome::permanent_for_person, reason::bad_address},
      {{hi, ehlo, ok, "550-5.1.1 no", "550 5.1.1 such user"},
       Outcome::permanent_for_person,
       reason::bad_address},
      {{hi, ehlo, ok, "550 5.2.1 disabled"}, Outcome::permanent_for_person, reason::bad_address},
      {{hi, ehlo, ok, "552 5.2.2 full"}, Outcome::permanent_for_person, reason::mailbox_full},
      {{hi, ehlo, ok, "552 over quota"}, Outcome::permanent_for_person, reason::mailbox_full},
      {{hi, ehlo, ok, "452 4.2.2 full"}, Outcome::retry, reason::mailbox_full},
      {{hi, ehlo, ok, "450 greylisted"}, Outcome::retry, reason::rate_limited},
      {{hi, ehlo, ok, "451 4.7.1 later"}, Outcome::retry, reason::rate_limited},
      {{hi, ehlo, ok, "451 4.3.0 disk"}, Outcome::retry, reason::server_error},
      {{hi, ehlo, ok, "550 5.7.1 relaying denied"}, Outcome::permanent, reason::rejected},
      {{hi, ehlo, ok, ok, go, "554 5.7.1 spam"}, Outcome::permanent, reason::rejected},
      {{hi, ehlo, ok, ok, go, "550 content"}, Outcome::permanent, reason::rejected},
      {{hi, ehlo, ok, ok, go, "451 4.3.0 disk", "221 bye"}, Outcome::retry, reason::server_error},
      {{hi, ehlo, "550 5.1.8 bad sender"}, Outcome::channel_stopped, reason::rejected},
      {{hi, ehlo, "530 5.7.0 must authenticate"}, Outcome::channel_stopped, reason::auth_failed},
      {{hi, ehlo, "535 5.7.8 wrong password"}, Outcome::channel_stopped, reason::auth_failed},
      {{"554 no service here"}, Outcome::retry, reason::server_error},
      {{"421 busy"}, Outcome::retry, reason::server_error},
      {{hi, ehlo, "220 tls", ehlo, "235 ok", ok, "550 who"},
       Outcome::permanent_for_person,
       reason::bad_address},
  };
  for (const Case& c : cases) {
    CurlResponse response;
    response.lines = c.lines;
    const SendResult result = classify(response);
    EXPECT_EQ(name(result.outcome), name(c.outcome)) << c.lines.back();
    EXPECT_EQ(result.reason, c.reason) << c.lines.back();
  }
}

TEST(Email, AllThatAServerSaysIsKeptWithoutAnybodysAddress) {
  CurlResponse response;
  response.lines = {"220 hi",
                    "250-SIZE 1000",
                    "250 HELP",
                    "250 2.1.0 Ok",
                    "550-5.1.1 <budi@contoh.example>: no such user,",
                    "550 5.1.1 see https://x.example/1"};
  EXPECT_EQ(classify(response).detail,
            "550 5.1.1 <b****@contoh.example>: no such user, 5.1.1 see https://x.example/1");
}

TEST(Email, ATemporaryLoginFailureIsRetriedAndADeniedOneStopsTheChannel) {
  CurlResponse response;
  response.failure = Failure::auth;
  response.lines = {"220 hi", "250 AUTH PLAIN", "454 4.7.0 try later"};
  EXPECT_EQ(classify(response).outcome, Outcome::retry);
  response.lines.back() = "535 5.7.8 no";
  EXPECT_EQ(classify(response).outcome, Outcome::channel_stopped);
  response.lines.pop_back();
  EXPECT_EQ(classify(response).reason, reason::auth_failed);
}

TEST(Email, WithoutAnAnswerTheFailureDecides) {
  const auto judged = [](Failure failure, bool timed_out = false) {
    CurlResponse response;
    response.failure = failure;
    response.timed_out = timed_out;
    const SendResult result = classify(response);
    return std::string(name(result.outcome)) + " " + result.reason;
  };
  EXPECT_EQ(judged(Failure::not_connected), "retry connection_failed");
  EXPECT_EQ(judged(Failure::not_connected, true), "retry timeout");
  EXPECT_EQ(judged(Failure::interrupted), "retry connection_failed");
  EXPECT_EQ(judged(Failure::tls), "retry tls_failed");
  EXPECT_EQ(judged(Failure::timed_out_after_sending), "unknown timeout");
  EXPECT_EQ(judged(Failure::cut_after_sending), "unknown connection_lost");
  EXPECT_EQ(judged(Failure::private_address), "channel_stopped private_address");
  EXPECT_EQ(judged(Failure::refused_request), "permanent rejected");
}

}  // namespace
}  // namespace tenggat::notify::email
