#include "daemon/api/api_bodies.h"
#include "daemon/api/api_queries.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace tenggat::http {
namespace {

namespace json = boost::json;

std::string pointers(const FieldFaults& faults) {
  std::string all;
  for (const FieldFault& fault : faults) all += (all.empty() ? "" : " ") + fault.pointer;
  return all;
}

struct ReadSubmission {
  Submission value;
  FieldFaults faults;
};
ReadSubmission submission(std::string_view text) {
  ReadSubmission read;
  read.value = read_submission(json::parse(text), read.faults);
  return read;
}

Request with(std::string name, std::string value) {
  Request request;
  request.method = "POST";
  request.path = "/api/v1/permits";
  request.headers.add(std::move(name), std::move(value));
  return request;
}

TEST(SubmissionBody, IsReadWhole) {
  const auto [value, faults] = submission(R"({"sop":"paud",
    "applicant":{"name":"Siti","email":"siti@example.org","whatsapp":"0812-3456-7890"},
    "subject":"PAUD Melati","external_id":"web-17","started_at":"2026-04-02T13:20:00+08:00",
    "fields":{"kelas":3},"related":"7445283910266880",
    "documents":[{"kind":"persyaratan_izin_paud","uri":"https://berkas.example/1"}]})");
  EXPECT_EQ(pointers(faults), "");
  EXPECT_EQ(value.sop, "paud");
  EXPECT_EQ(value.applicant.whatsapp, "6281234567890");
  EXPECT_EQ(value.permit.subject, "PAUD Melati");
  EXPECT_EQ(value.permit.external_id, "web-17");
  EXPECT_EQ(value.permit.started_at, parse_instant("2026-04-02T05:20:00Z"));
  EXPECT_EQ(value.permit.related, 7445283910266880);
  EXPECT_EQ(value.fields, R"({"kelas":3})");
  ASSERT_EQ(value.permit.documents.size(), 1U);
  EXPECT_EQ(value.permit.documents[0].uri, "https://berkas.example/1");
}

TEST(SubmissionBody, AnApplicantNeedsNoChannel) {
  const auto [value, faults] =
      submission(R"({"sop":"paud","applicant":{"name":"Siti"},"subject":"PAUD Melati"})");
  EXPECT_EQ(pointers(faults), "");
  EXPECT_EQ(value.fields, "{}");
}

TEST(SubmissionBody, WhatItIsRelatedToIsAPermitsId) {
  const auto related = [](const std::string& text) {
    return submission(R"({"sop":"paud","applicant":{"name":"Siti"},"subject":"s","related":)" +
                      text + "}");
  };
  for (const char* wrong : {"7", "\"\"", "\"0\"", "\"07\"", "\"-7\"", "\"7 \"", "\"503/0001/PBG\"",
                            "\"12345678901234567890\"", "[]"})
    EXPECT_EQ(pointers(related(wrong).faults), "/related") << wrong;
  EXPECT_EQ(related("null").value.permit.related, std::nullopt);
  EXPECT_EQ(related("\"7\"").value.permit.related, 7);
  // In form an id, but larger than any there can be.
  EXPECT_EQ(related("\"9999999999999999999\"").value.permit.related, kNobodys);
}

TEST(SubmissionBody, NamesAllFaultsAtOnce) {
  const auto [value, faults] = submission(R"({"applicant":{"email":"siti","whatsapp":"12345","x":1},
    "subject":"","started_at":"kemarin","fields":[],"id":7,
    "documents":[{"kind":"a","uri":"berkas 1"},{"uri":"javascript:alert"},
                 {"kind":"c","uri":"tenggat:abc"}]})");
  EXPECT_EQ(pointers(faults),
            "/sop /applicant/name /applicant/email /applicant/whatsapp /applicant/x /subject "
            "/documents/0/uri /documents/1/kind /documents/1/uri /documents/2/uri /fields "
            "/started_at /id");
}

TEST(SubmissionBody, AMomentOutsideTheYearsOfCalendarsIsASlip) {
  for (const char* slip : {"0001-01-01T00:00:00Z", "0026-04-02T13:20:00+08:00",
                           "1969-12-31T23:59:59Z", "3000-01-01T00:00:00Z"}) {
    const auto [value, faults] = submission(
        R"({"sop":"paud","applicant":{"name":"Siti","email":"siti@example.org"},"subject":"A",)"
        R"("documents":[{"kind":"a","uri":"https://b.example/1"}],"started_at":")" +
        std::string(slip) + "\"}");
    EXPECT_EQ(pointers(faults), "/started_at") << slip;
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].message.english, "must lie between the years 1970 and 2999");
  }
}

TEST(SubmissionBody, ADocumentIsAnUploadOrLiesAtAnAddressWhoseHostIsPlain) {
  const auto pointers_of = [](const std::string& uri) {
    const auto [value, faults] =
        submission(R"({"sop":"paud","applicant":{"name":"Siti"},"subject":"s","documents":[)"
                   R"({"kind":"a","uri":")" +
                   uri + R"("}]})");
    return pointers(faults);
  };
  for (const char* uri :
       {"https://intanbjb.example/berkas/1?a=b#c", "http://10.0.0.7:8080/x", "HTTPS://A.example",
        "https://[2001:db8::1]/x", "https://a.example?x", "https://bersama_1.example/a:b@c"})
    EXPECT_EQ(pointers_of(uri), "") << uri;
  for (const char* uri :
       {"sftp://a.example/x", "ftp://a.example/x", "file:///etc/passwd", "urn:isbn:1",
        "mailto:a@b.example", "javascript:alert(1)", "data:text/html,x", "https:a.example/x",
        "https:/a.example/x", "https:///a.example/x", "https://good.example@evil.example/x",
        "https://%65vil.example/x", "https://a.example:8x/y", "https:// a.example/x",
        "https://[evil.example/x", "berkas", "tenggat:abc", "https://é.example/x"})
    EXPECT_EQ(pointers_of(uri), "/documents/0/uri") << uri;
  EXPECT_EQ(web_host("https://Good.Example\\\\@evil.example/x"), "good.example");
  EXPECT_EQ(web_host("http://[2001:db8::1]:8080/x"), "[2001:db8::1]");
  EXPECT_EQ(web_host("https://intanbjb.example:443"), "intanbjb.example");
  EXPECT_EQ(web_host("https://a@b.example/"), std::nullopt);
}

TEST(SubmissionBody, NoNameHoldsWhatIsNotSeen) {
  const auto [value, faults] = submission(
      R"({"sop":"paud","applicant":{"name":"Si\u200bti"},"subject":"PAUD \u202eitaleM","documents":[)"
      R"({"kind":"a","name":"KTP\u2066","number":"1\u00ad","uri":"https://a.example/1"}]})");
  EXPECT_EQ(pointers(faults), "/applicant/name /subject /documents/0/name /documents/0/number");
}

TEST(SubmissionBody, AnUploadBringsItsHash) {
  const std::string hash(64, 'e');
  const auto [value, faults] =
      submission(R"({"sop":"paud","applicant":{"name":"Siti"},"subject":"s","documents":[
        {"kind":"a","uri":"tenggat:)" +
                 hash + R"("}]})");
  EXPECT_EQ(pointers(faults), "");
  EXPECT_EQ(value.permit.documents.at(0).sha256, hash);
  const auto uploaded = uploaded_documents(value.permit.documents);
  ASSERT_EQ(uploaded.size(), 1U);
  EXPECT_EQ(uploaded[0].sha256, hash);
  EXPECT_EQ(uploaded[0].pointer, "/documents/0/uri");
}

TEST(SubmissionBody, AHashThatDiffersFromItsUploadIsAFault) {
  const auto [value, faults] =
      submission(R"({"sop":"paud","applicant":{"name":"Siti"},"subject":"s","documents":[
        {"kind":"a","uri":"tenggat:)" +
                 std::string(64, 'e') + R"(","sha256":")" + std::string(64, 'f') + R"("}]})");
  EXPECT_EQ(pointers(faults), "/documents/0/sha256");
}

TEST(SubmissionBody, KeepsItsLimits) {
  const auto with_name = [](std::size_t length) {
    return submission(R"({"sop":"paud","subject":"s","applicant":{"name":")" +
                      std::string(length, 'a') + R"("}})")
        .faults;
  };
  EXPECT_EQ(pointers(with_name(200)), "");
  EXPECT_EQ(pointers(with_name(201)), "/applicant/name");
  std::string documents;
  for (int i = 0; i < 51; ++i)
    documents += std::string(i ? "," : "") + R"({"kind":"a","uri":"https://x.example/"})";
  EXPECT_EQ(pointers(submission(R"({"sop":"paud","subject":"s","applicant":{"name":"Siti"},
    "documents":[)" + documents +
                                "]}")
                         .faults),
            "/documents");
}

TEST(ActionBody, IsReadWhole) {
  FieldFaults faults;
  const CommandBody body = read_action(json::parse(R"({"step":"verifikasi","action":"reject",
    "note":"baris 1\nbaris 2","deficiencies":[{"document":"persyaratan_izin_paud","note":"buram"}],
    "version":3,"occurred_at":"2026-04-02T14:00:00+08:00","reason":"listrik padam",
    "outcome":"refusal","on_behalf_of":"fo"})"),
                                       faults);
  EXPECT_EQ(pointers(faults), "");
  const Act& act = std::get<Act>(body.command);
  EXPECT_EQ(act.step, "verifikasi");
  EXPECT_EQ(act.note, "baris 1\nbaris 2");
  EXPECT_EQ(act.deficiencies.at(0).note, "buram");
  EXPECT_EQ(act.version, 3);
  EXPECT_EQ(act.outcome, Outcome::refusal);
  EXPECT_EQ(act.reason, "listrik padam");
  EXPECT_EQ(body.on_behalf_of, "fo");
}

TEST(ActionBody, NeedsAStepExceptToWithdraw) {
  FieldFaults faults;
  read_action(json::parse(R"({"action":"accept"})"), faults);
  EXPECT_EQ(pointers(faults), "/step");
  faults.clear();
  read_action(json::parse(R"({"action":"withdraw"})"), faults);
  EXPECT_EQ(pointers(faults), "");
}

TEST(ActionBody, RefusesWhatItDoesNotKnow) {
  FieldFaults faults;
  read_action(
      json::parse(R"({"step":"a","action":"b","outcome":"maybe","version":1.5,"notes":""})"),
      faults);
  EXPECT_EQ(pointers(faults), "/outcome /version /notes");
}

TEST(OtherCommandBodies, AreRead) {
  FieldFaults faults;
  EXPECT_TRUE(std::holds_alternative<Undo>(read_undo(json::parse("{}"), faults).command));
  EXPECT_EQ(std::get<Claim>(read_claim(json::parse(R"({"step":"a"})"), faults).command).step, "a");
  EXPECT_EQ(std::get<Release>(
                read_release(json::parse(R"({"step":"a","reason":"sakit"})"), faults).command)
                .reason,
            "sakit");
  const CommandBody pause = read_pause(
      json::parse(R"({"step":"a","reason":"instansi_lain","until":"2026-04-03T00:00:00Z"})"),
      faults);
  EXPECT_EQ(std::get<PauseVisit>(pause.command).reason, "instansi_lain");
  EXPECT_TRUE(std::get<PauseVisit>(pause.command).until);
  EXPECT_EQ(std::get<ResumeVisit>(
                read_resume(json::parse(R"({"step":"a","note":"sudah"})"), faults).command)
                .note,
            "sudah");
  EXPECT_EQ(pointers(faults), "");
  read_pause(json::parse(R"({"step":"a"})"), faults);
  EXPECT_EQ(pointers(faults), "/reason");
}

TEST(Body, ANullIsWhatIsLeftOut) {
  FieldFaults faults;
  const store::OfficerEdit edit = read_officer_edit(
      json::parse(
          R"({"name":null,"roles":null,"channels":null,"email":null,"whatsapp":null,"ended_on":null})"),
      faults);
  EXPECT_EQ(pointers(faults), "");
  EXPECT_FALSE(edit.name || edit.roles || edit.channels || edit.email);
  read_leave(json::parse(R"({"start":"2026-05-04","end":null,"cancel":true})"), faults);
  read_leave(json::parse(R"({"start":"2026-05-04","end":"2026-05-05","cancel":true})"), faults);
  EXPECT_EQ(pointers(faults), "");
  read_leave(json::parse(R"({"start":"2026-05-04"})"), faults);  // one mistake, one fault
  EXPECT_EQ(pointers(faults), "/end");
}

TEST(Body, OfAnotherMediaTypeIsRefused) {
  Request request = with("Content-Type", "text/plain");
  request.body = "{}";
  EXPECT_EQ(read_json(request, Body::required).error().status, 415);
  request.headers.set("Content-Type", "application/json; charset=utf-8");
  EXPECT_TRUE(read_json(request, Body::required).has_value());
}

TEST(Body, ThatIsNoJsonIsRefused) {
  Request request;
  request.body = R"({"role":"a","role":"b"})";
  EXPECT_EQ(read_json(request, Body::required).error().status, 400);
}

TEST(Body, ThatACallNeedsMayNotBeLeftOut) {
  EXPECT_EQ(read_json(Request{}, Body::required).error().status, 400);
  EXPECT_EQ(read_json(Request{}, Body::optional).value(), json::value(json::object()));
}

TEST(IdempotencyKey, CoversMethodPathAndBody) {
  Request request = with("Idempotency-Key", "k-1");
  request.body = "{}";
  const auto key = read_idempotency_key(request, 4).value();
  EXPECT_EQ(key.token, 4);
  EXPECT_EQ(key.key, "k-1");
  EXPECT_EQ(read_idempotency_key(request, 4)->request, key.request);
  request.body = "{ }";
  EXPECT_NE(read_idempotency_key(request, 4)->request, key.request);
  request.body = "{}";
  request.path += "/1/undo";
  EXPECT_NE(read_idempotency_key(request, 4)->request, key.request);
}

TEST(IdempotencyKey, IsMadeWhereNoneWasSent) {
  const auto one = read_idempotency_key(Request{}, 1).value();
  EXPECT_NE(one.key, read_idempotency_key(Request{}, 1)->key);
}

TEST(IdempotencyKey, IsShortAndPrintable) {
  EXPECT_TRUE(read_idempotency_key(with("Idempotency-Key", std::string(255, 'k')), 1).has_value());
  for (const std::string& bad : {std::string(), std::string(256, 'k'), std::string("a b")}) {
    const auto key = read_idempotency_key(with("Idempotency-Key", bad), 1);
    ASSERT_FALSE(key.has_value()) << bad;
    EXPECT_EQ(key.error().status, 400);
  }
}

Request asking(std::initializer_list<std::pair<const char*, const char*>> parameters) {
  Request request;
  for (const auto& [name, value] : parameters) request.query.add(name, value);
  return request;
}

TEST(ListQuery, IsReadWhole) {
  const auto query = read_list_query(asking({{"sop", "paud"},
                                             {"state", "active"},
                                             {"sla", "overdue"},
                                             {"q", "melati"},
                                             {"updated_after", "2026-04-02T14:00:00+08:00"},
                                             {"cursor", "k0000000000000007"},
                                             {"limit", "200"}}));
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->filter.sla, "overdue");
  EXPECT_EQ(query->filter.after, 7);
  EXPECT_EQ(query->filter.limit, 200);
  EXPECT_EQ(read_list_query(Request{})->filter.limit, 50);
}

TEST(ListQuery, RefusesWhatWouldWidenIt) {
  EXPECT_EQ(read_list_query(asking({{"status", "active"}})).error().status, 400);
  EXPECT_FALSE(read_list_query(asking({{"limit", "1"}, {"limit", "2"}})).has_value());
  for (const char* limit : {"0", "201", "x", "-1", ""})
    EXPECT_FALSE(read_list_query(asking({{"limit", limit}})).has_value()) << limit;
  EXPECT_FALSE(read_list_query(asking({{"state", "open"}})).has_value());
  EXPECT_FALSE(read_list_query(asking({{"sla", "late"}})).has_value());
  EXPECT_FALSE(read_list_query(asking({{"updated_after", "2026-04-02"}})).has_value());
  EXPECT_FALSE(read_list_query(asking({{"cursor", "17"}})).has_value());
  for (const char* name :
       {"sop", "state", "step", "role", "sla", "external_id", "updated_after", "cursor", "limit"}) {
    EXPECT_FALSE(read_list_query(asking({{name, ""}})).has_value()) << name;
    EXPECT_FALSE(read_list_query(asking({{name, std::string(201, 'a').c_str()}})).has_value());
  }
  for (const char* name : {"permit", "state", "cursor", "limit"})
    EXPECT_FALSE(read_notice_query(asking({{"state", "pending"}, {name, ""}})).has_value()) << name;
  EXPECT_FALSE(read_events_query(asking({{"after", ""}})).has_value());
  EXPECT_FALSE(read_limit(asking({{"limit", ""}})).has_value());
  // A search for nothing is none.
  EXPECT_EQ(read_list_query(asking({{"q", ""}}))->filter.q, "");
  EXPECT_EQ(read_list_query(asking({{"q", "\n"}}))->filter.q, "");
  EXPECT_EQ(read_list_query(asking({{"q", " Siti\r\n\tAminah  A\n"}}))->filter.q, "Siti Aminah  A");
}

TEST(Cursor, ComesBackAsItWasGiven) {
  for (const std::int64_t id : {std::int64_t{0}, std::int64_t{7000000000000001}, INT64_MAX})
    EXPECT_EQ(id_of_cursor(cursor_of(id)), id);
  EXPECT_FALSE(id_of_cursor("kffffffffffffffff"));
  EXPECT_FALSE(id_of_cursor("k00000000000000-1"));
}

}  // namespace
}  // namespace tenggat::http
