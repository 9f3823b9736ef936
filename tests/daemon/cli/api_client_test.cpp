#include "daemon/cli/api_client.h"

#include <boost/json/parse.hpp>

#include "tests/daemon/cli/tool.h"
#include "tests/support/scripted_server.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using test::Ran;

// Answers every request the same and remembers the last one.
class Api {
 public:
  Api(int status, std::string body)
      : server_([this, status, body](std::iostream& peer) { answer(peer, status, body); }) {}

  Ran run(const std::vector<std::string>& arguments, const std::string& input = "") {
    test::Tool tool;
    tool.environment = {{"TENGGAT_URL", server_.url("http") + "/"}, {"TENGGAT_TOKEN", "tgt_x"}};
    return tool.run(arguments, input);
  }
  std::string request_line() const { return head_.substr(0, head_.find('\n')); }
  const std::string& head() const { return head_; }
  json::value body() const { return json::parse(body_); }

 private:
  void answer(std::iostream& peer, int status, const std::string& body) {
    std::size_t length = 0;
    head_.clear();
    for (std::string line = test::read_line(peer); !line.empty(); line = test::read_line(peer)) {
      head_ += line + "\n";
      constexpr std::string_view kLength = "Content-Length: ";
      if (line.starts_with(kLength)) length = std::stoul(line.substr(kLength.size()));
    }
    body_.resize(length);
    peer.read(body_.data(), static_cast<std::streamsize>(length));
    peer << "HTTP/1.1 " << status << " X\r\nContent-Length: " << body.size()
         << "\r\nConnection: close\r\n\r\n"
         << body << std::flush;
  }

  std::string head_, body_;
  test::ScriptedServer server_;
};

const char* const kPermit =
    R"({"id":"7","number":"PAUD-2026-00001","state":"active","tracking_url":"http://x/lacak/s",)"
    R"("visits":[{"step":"verifikasi","role":"front_office","assignee":null,)"
    R"("sla":{"status":"on_track","due_at":"2026-04-02T14:10:00+08:00"}}]})";

TEST(ApiClient, SubmitSendsWhatTheOptionsSay) {
  Api api(201, kPermit);
  const Ran ran = api.run({"permit", "submit", "--sop", "paud", "--name", "Ibu Rina", "--subject",
                           "PAUD Melati", "--whatsapp", "0812", "--document",
                           "persyaratan_izin_paud=https://x/a,b.pdf,number=12/2026"});
  EXPECT_EQ(ran.code, kOk) << ran;
  EXPECT_EQ(api.request_line(), "POST /api/v1/permits HTTP/1.1");
  EXPECT_NE(api.head().find("Authorization: Bearer tgt_x\n"), std::string::npos);
  EXPECT_NE(api.head().find("Idempotency-Key: cli-"), std::string::npos);
  EXPECT_EQ(api.body(), json::parse(R"({"sop":"paud","subject":"PAUD Melati",
              "applicant":{"name":"Ibu Rina","whatsapp":"0812"},
              "documents":[{"kind":"persyaratan_izin_paud","uri":"https://x/a,b.pdf",
                            "number":"12/2026"}]})"));
  EXPECT_NE(ran.out.find("PAUD-2026-00001"), std::string::npos) << ran;
  EXPECT_NE(ran.out.find("verifikasi"), std::string::npos) << ran;
}

TEST(ApiClient, SubmitTakesAFileOrTheStandardInput) {
  Api api(201, kPermit);
  const Ran ran = api.run({"permit", "submit", "-", "--json"}, R"({"sop":"paud"})");
  EXPECT_EQ(ran.code, kOk) << ran;
  EXPECT_EQ(api.body(), json::parse(R"({"sop":"paud"})"));
  EXPECT_EQ(json::parse(ran.out), json::parse(kPermit));
  EXPECT_EQ(api.run({"permit", "submit", "-", "--sop", "paud"}, "{}").code, kUsage);
  EXPECT_EQ(api.run({"permit", "submit", "-"}, "[]").code, kRefused);
}

TEST(ApiClient, ActSendsEveryPartOfAnAction) {
  Api api(200, kPermit);
  const Ran ran = api.run({"permit",         "act",
                           "PAUD-2026/1",    "reject",
                           "--step",         "verifikasi",
                           "--note",         "kurang",
                           "--deficiency",   "ktp=buram = tak terbaca",
                           "--version",      "3",
                           "--outcome",      "refusal",
                           "--on-behalf-of", "siti",
                           "--occurred-at",  "2026-04-02T14:08:00+08:00",
                           "--reason",       "listrik padam"});
  EXPECT_EQ(ran.code, kOk) << ran;
  EXPECT_EQ(api.request_line(), "POST /api/v1/permits/PAUD-2026%2F1/actions HTTP/1.1");
  EXPECT_EQ(api.body(),
            json::parse(R"({"step":"verifikasi","action":"reject","note":"kurang","version":3,
              "outcome":"refusal","on_behalf_of":"siti","reason":"listrik padam",
              "occurred_at":"2026-04-02T14:08:00+08:00",
              "deficiencies":[{"document":"ktp","note":"buram = tak terbaca"}]})"));
}

TEST(ApiClient, AWithdrawalNeedsNoStepEveryOtherActionDoes) {
  Api api(200, kPermit);
  EXPECT_EQ(api.run({"permit", "act", "7", "withdraw"}).code, kOk);
  EXPECT_EQ(api.body(), json::parse(R"({"action":"withdraw"})"));
  EXPECT_EQ(api.run({"permit", "act", "7", "accept"}).code, kUsage);
}

TEST(ApiClient, TheOtherVerbsHaveTheirOwnPaths) {
  Api api(200, kPermit);
  struct Row {
    std::vector<std::string> arguments;
    std::string line, body;
  };
  const Row rows[] = {
      {{"permit", "undo", "7"}, "/permits/7/undo", "{}"},
      {{"permit", "claim", "7", "--step", "s"}, "/permits/7/claim", R"({"step":"s"})"},
      {{"permit", "release", "7", "--step", "s", "--reason", "r"},
       "/permits/7/release",
       R"({"step":"s","reason":"r"})"},
      {{"permit", "pause", "7", "--step", "s", "--reason", "r", "--note", "n"},
       "/permits/7/pause",
       R"({"step":"s","reason":"r","note":"n"})"},
      {{"permit", "resume", "7", "--step", "s"}, "/permits/7/resume", R"({"step":"s"})"},
      {{"permit", "confirm", "7", "--step", "s", "--note", "n"},
       "/permits/7/confirm",
       R"({"step":"s","note":"n"})"},
      {{"permit", "correct", "7", "--step", "s", "--occurred-at", "t", "--reason", "r"},
       "/permits/7/correct",
       R"({"step":"s","occurred_at":"t","reason":"r"})"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(api.run(row.arguments).code, kOk);
    EXPECT_EQ(api.request_line(), "POST /api/v1" + row.line + " HTTP/1.1");
    EXPECT_EQ(api.body(), json::parse(row.body));
  }
}

TEST(ApiClient, ListsArePagesAndLargeOnesArrive) {
  std::string items;
  for (int i = 0; i < 200; ++i)
    items += (i == 0 ? "" : ",") + std::string(R"({"number":"PAUD-2026-1","subject":")") +
             std::string(1000, 'x') + "\"}";
  Api api(200, "{\"items\":[" + items + R"(],"next_cursor":"abc"})");
  const Ran ran = api.run({"permit", "list", "--state", "active", "--q", "a b&c"});
  EXPECT_EQ(ran.code, kOk) << ran.err;
  EXPECT_EQ(api.request_line(), "GET /api/v1/permits?state=active&q=a%20b%26c HTTP/1.1");
  EXPECT_EQ(ran.last_line(), "more: --cursor abc");
}

TEST(ApiClient, TheInboxSaysWhatMayBeDone) {
  Api api(
      200,
      R"({"items":[{"number":"PAUD-2026-1","state":"active","step":"verifikasi",)"
      R"("actions":["accept","reject"],"subject":"PAUD Melati","sla":{"status":"on_track"}}]})");
  EXPECT_EQ(api.run({"inbox"}).out,
            "NUMBER       STATE   STEP        STATUS    DUE  ACTIONS        SUBJECT\n"
            "PAUD-2026-1  active  verifikasi  on_track       accept reject  PAUD Melati\n");
}

TEST(ApiClient, ARefusalIsReadable) {
  Api api(422, R"({"type":"/problems/missing_outputs","title":"Outputs are missing","status":422,)"
               R"("detail":"recommend needs them","missing":["bapl","rekomendasi"],)"
               R"("errors":[{"pointer":"/note","message":"is too long"}]})");
  const Ran ran = api.run({"permit", "show", "7"});
  EXPECT_EQ(ran.code, kRefused);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "tenggat permit show: Outputs are missing: recommend needs them\n"
            "missing:\n  bapl\n  rekomendasi\nerrors:\n  /note: is too long\n");
}

TEST(ApiClient, ARefusalThatMissesNothingPrintsNoEmptyList) {
  Api api(409, R"({"type":"/problems/step_not_open","title":"Not at this step","status":409,)"
               R"("missing":[],"errors":[]})");
  EXPECT_EQ(api.run({"permit", "act", "7", "accept", "--step", "s"}).err,
            "tenggat permit act: Not at this step\n");
}

TEST(ApiClient, AnAnswerThatIsNoProblemNamesItsStatus) {
  EXPECT_EQ(Api(502, "<html>").run({"inbox"}).err, "tenggat inbox: the daemon answered 502\n");
}

TEST(ApiClient, NobodyAtTheAddressIsRefused) {
  test::Tool tool;
  tool.environment = {{"TENGGAT_URL", "http://127.0.0.1:1"}, {"TENGGAT_TOKEN", "tgt_x"}};
  const Ran ran = tool.run({"inbox"});
  EXPECT_EQ(ran.code, kRefused);
  EXPECT_NE(ran.err.find("cannot be reached"), std::string::npos) << ran;
}

}  // namespace
}  // namespace tenggat::cli
