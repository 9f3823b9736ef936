// Receipts and bounces over a real socket, from the bytes to the message's row: who is believed,
// what is said in which order, and what waits for an id that is not written down yet.
#include <fmt/format.h>

#include <boost/asio/detached.hpp>

#include "daemon/http/server.h"
#include "daemon/office/receipts.h"
#include "tests/daemon/api/routes_fixture.h"
#include "tests/support/http_client.h"

namespace tenggat::http {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

class Hooks : public Routes {
 protected:
  Hooks()
      : server_(io_.get_executor(), {boost::asio::ip::address_v4::loopback(), 0}, {},
                router_->handler()),
        client_(io_.get_executor(), server_.port()),
        loop_(io_.get_executor(), *pool_, metrics_) {
    boost::asio::co_spawn(io_, server_.run(), boost::asio::detached);
  }
  ~Hooks() override {
    client_.close();
    test::await(io_, server_.drain(std::chrono::seconds(1)));
  }

  test::HttpAnswer send(const std::string& method, const std::string& path, const Headers& headers,
                        const std::string& body) {
    std::string bytes =
        fmt::format("{} /api/v1{} HTTP/1.1\r\nHost: izin.example\r\n", method, path);
    for (const auto& [name, value] : headers) bytes += fmt::format("{}: {}\r\n", name, value);
    bytes += fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
    return test::await(io_, client_.exchange(std::move(bytes)));
  }
  // As the provider that is configured sends it.
  int receive(const std::string& body) {
    std::string path = "/hooks/whatsapp/" + receipts_.provider;
    const std::string_view header = notify::signature_header(receipts_.provider);
    if (header.empty()) return send("POST", path + '/' + receipts_.secret, {}, body).status;
    return send("POST", path, {{std::string(header), signature_of(body)}}, body).status;
  }
  // A message that was taken under this id, or is being sent where there is none.
  std::string message(const std::string& provider_id, const std::string& channel = "whatsapp",
                      const std::string& address = "6281234567890") {
    return query(fmt::format(
        "INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
        " template, rendered_at, state, provider_id) VALUES ('officer:fo', 'on_duty', '{}', '{}',"
        " 'fo', 'tugas_baru', '', '', '{{}}', '', now(), '{}', '{}') RETURNING id",
        channel, address, provider_id.empty() ? "queued" : "accepted", provider_id));
  }
  void sent_as(const std::string& id, const std::string& provider_id) {
    query(fmt::format("UPDATE message SET state = 'accepted', provider_id = '{}' WHERE id = {}",
                      provider_id, id));
  }
  int settle() { return test::await(io_, loop_.run_once()); }

  // "delivered 1 read 2", seconds after kBegin; "failed 3 bad_address".
  std::string story(const std::string& id) {
    return query(fmt::format(
        "SELECT trim(concat_ws(' ', 'delivered ' || extract(epoch FROM delivered_at)::bigint - {0},"
        " 'read ' || extract(epoch FROM read_at)::bigint - {0},"
        " 'failed ' || extract(epoch FROM undelivered_at)::bigint - {0}, undelivered_reason))"
        " FROM message WHERE id = {1}",
        kBegin, id));
  }
  std::string kept() { return query("SELECT count(*) FROM receipt"); }

  static constexpr int kBegin = 1775200000;
  static std::string status(const std::string& id, const std::string& word, int second,
                            const std::string& more = "") {
    return fmt::format(R"({{"id":"{}","status":"{}","timestamp":"{}"{}}})", id, word,
                       kBegin + second, more);
  }
  static std::string meta(const std::vector<std::string>& statuses) {
    return fmt::format(R"({{"object":"whatsapp_business_account","entry":[{{"changes":[{{"value":
        {{"statuses":[{}]}}}}]}}]}})",
                       fmt::join(statuses, ","));
  }

  Server server_;
  test::HttpClient client_;
  office::ReceiptLoop loop_;
};

constexpr const char* kUndeliverable =
    R"(,"errors":[{"code":131026,"error_data":{"details":"Unable to deliver"}}])";

TEST_F(Hooks, MetasChallengeIsEchoedToWhoKnowsTheToken) {
  const auto ask = [&](const std::string& token) {
    return send(
        "GET",
        "/hooks/whatsapp/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" +
            token,
        {}, "");
  };
  EXPECT_EQ(ask(receipts_.verify_token).body, "1158201444");
  EXPECT_EQ(ask("salah").status, 401);
  EXPECT_EQ(send("GET", "/hooks/whatsapp/meta", {}, "").status, 401);
}

TEST_F(Hooks, EachProvidersReceiptsReachTheirMessage) {
  struct Case {
    const char *provider, *taken_as, *body, *story;
  };
  const Case cases[] = {
      {"waha", "3EB0",
       R"({"event":"message.ack","timestamp":1775200007000,
           "payload":{"id":"true_6281234567890@c.us_3EB0","fromMe":true,"ack":3}})",
       "delivered 7 read 7"},
      {"webhook", "g-1", R"({"id":"g-1","status":"delivered","at":1775200008})", "delivered 8"},
      {"meta", "wamid.1",
       R"({"entry":[{"changes":[{"value":{"statuses":[
           {"id":"wamid.1","status":"delivered","timestamp":"1775200009"}]}}]}]})",
       "delivered 9"},
  };
  for (const Case& one : cases) {
    receipts_.provider = one.provider;
    const std::string id = message(one.taken_as);
    EXPECT_EQ(receive(one.body), 200) << one.provider;
    EXPECT_EQ(story(id), one.story) << one.provider;
  }
  // These two give no time of their own.
  receipts_.provider = "wablas";
  const std::string wablas = message("b3d0");
  EXPECT_EQ(receive(R"({"id":"b3d0","phone":"6281234567890","status":"read"})"), 200);
  EXPECT_EQ(query("SELECT read_at BETWEEN now() - interval '1 minute' AND now() AND delivered_at ="
                  " read_at FROM message WHERE id = " +
                  wablas),
            "t");
  EXPECT_EQ(kept(), "0");
}

// {id, stateid, status, state}, then {stateid, state}; {id, status} where it never left.
TEST_F(Hooks, FonntesThreeShapes) {
  receipts_.provider = "fonnte";
  const std::string good = message("801"), bad = message("802");
  EXPECT_EQ(receive(R"({"id":"801","stateid":"3EB0","status":"sent","state":"sent"})"), 200);
  EXPECT_EQ(story(good), "");
  EXPECT_EQ(receive(R"({"stateid":"3EB0","state":"delivered"})"), 200);
  EXPECT_EQ(
      query("SELECT delivered_at IS NOT NULL AND read_at IS NULL FROM message WHERE id = " + good),
      "t");
  EXPECT_EQ(receive(R"({"stateid":"3EB0","state":"read"})"), 200);
  EXPECT_EQ(query("SELECT read_at IS NOT NULL FROM message WHERE id = " + good), "t");
  EXPECT_EQ(receive(R"({"id":"802","status":"invalid"})"), 200);
  EXPECT_EQ(query("SELECT undelivered_reason FROM message WHERE id = " + bad), "bad_address");
}

TEST_F(Hooks, AnAliasMayComeBeforeItsId) {
  receipts_.provider = "fonnte";
  EXPECT_EQ(receive(R"({"stateid":"3EB1","state":"read"})"), 200);
  EXPECT_EQ(receive(R"({"id":"803","stateid":"3EB1","status":"sent","state":"sent"})"), 200);
  const std::string id = message("");
  EXPECT_EQ(settle(), 0);
  sent_as(id, "803");
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(query("SELECT read_at IS NOT NULL FROM message WHERE id = " + id), "t");
}

TEST_F(Hooks, OnlyTheProvidersOwnSignatureOpensTheDoor) {
  const std::string id = message("wamid.1");
  const std::string body = meta({status("wamid.1", "read", 1)});
  const std::string other = meta({status("wamid.1", "read", 2)});
  const auto post = [&](const std::string& path, const Headers& headers) {
    return send("POST", "/hooks/whatsapp/" + path, headers, body).status;
  };
  EXPECT_EQ(post("meta", {}), 401);
  EXPECT_EQ(post("meta", {{"X-Hub-Signature-256", "sha256=" + std::string(64, '0')}}), 401);
  EXPECT_EQ(post("meta", {{"X-Hub-Signature-256", signature_of(other)}}), 401);
  EXPECT_EQ(post("meta", {{"X-Hub-Signature-256", signature_of(body + "\n")}}), 401);
  EXPECT_EQ(post("meta", {{"X-Webhook-Hmac", signature_of(body)}}), 401);
  EXPECT_EQ(post("meta", {{"Authorization", "Bearer " + secrets_.at("pengurus")}}), 401);
  EXPECT_EQ(post("waha", {{"X-Hub-Signature-256", signature_of(body)}}), 401);
  // The path opens for those alone that cannot sign.
  EXPECT_EQ(post("meta/" + receipts_.secret, {}), 401);
  receipts_.provider = "fonnte";
  EXPECT_EQ(post("fonnte/salah", {}), 401);
  EXPECT_EQ(post("fonnte", {}), 401);
  EXPECT_EQ(post("fonnte", {{"X-Hub-Signature-256", signature_of(body)}}), 401);
  receipts_.secret.clear();
  EXPECT_EQ(post("fonnte/", {}), 404);  // no such path
  EXPECT_EQ(story(id), "");
  receipts_ = {"meta", "kunci lain", ""};
  EXPECT_EQ(post("meta", {{"X-Hub-Signature-256", signature_of(body)}}), 200);
  EXPECT_EQ(story(id), "delivered 1 read 1");
}

TEST_F(Hooks, WhoIsNotBelievedIsSlowedDown) {
  door_.allow(2);
  for (int times = 0; times < 2; ++times)
    EXPECT_EQ(send("POST", "/hooks/whatsapp/meta", {}, "{}").status, 401);
  const test::HttpAnswer refused = send("POST", "/hooks/whatsapp/meta", {}, "{}");
  EXPECT_EQ(refused.status, 429);
  EXPECT_GT(refused.retry_after, 0);
  EXPECT_EQ(receive(meta({})), 200);  // the provider is not somebody who guesses
  receipts_ = {"fonnte", "jalan-rahasia", ""};
  EXPECT_EQ(send("POST", "/hooks/whatsapp/fonnte/salah", {}, "{}").status, 429);
  EXPECT_EQ(send("POST", "/hooks/whatsapp/fonnte/jalan-rahasia", {}, "{}").status, 200);
}

// In whatever order and however often they come, the message says the same in the end.
TEST_F(Hooks, OrderAndRepeatsChangeNothing) {
  std::vector<std::string> words{"sent", "delivered", "read"};
  std::sort(words.begin(), words.end());
  do {
    const std::string wamid = fmt::format("wamid.{}", fmt::join(words, "-"));
    const std::string id = message(wamid);
    for (int round = 0; round < 2; ++round)
      for (const std::string& word : words) {
        const int second = word == "sent" ? 1 : word == "delivered" ? 2 : 3;
        EXPECT_EQ(receive(meta({status(wamid, word, second)})), 200);
      }
    EXPECT_EQ(story(id), "delivered 2 read 3") << wamid;
  } while (std::next_permutation(words.begin(), words.end()));
  const std::string together = message("wamid.T");
  EXPECT_EQ(receive(meta({status("wamid.T", "read", 3), status("wamid.T", "delivered", 2),
                          status("wamid.T", "read", 4)})),
            200);
  EXPECT_EQ(story(together), "delivered 2 read 3");
  EXPECT_EQ(kept(), "0");
}

TEST_F(Hooks, ReadAloneMeansDelivered) {
  const std::string id = message("wamid.1");
  receive(meta({status("wamid.1", "read", 5)}));
  EXPECT_EQ(story(id), "delivered 5 read 5");
}

TEST_F(Hooks, AFailureCountsUntilItWasDelivered) {
  const std::string failed = message("wamid.1"), delivered = message("wamid.2");
  receive(meta({status("wamid.1", "failed", 1, kUndeliverable)}));
  EXPECT_EQ(story(failed), "failed 1 bad_address");
  EXPECT_EQ(query("SELECT undelivered_detail FROM message WHERE id = " + failed),
            "131026: Unable to deliver");
  receive(meta({status("wamid.1", "failed", 9, kUndeliverable)}));
  EXPECT_EQ(story(failed), "failed 1 bad_address");
  // Late, but it came after all: both are on record.
  receive(meta({status("wamid.1", "delivered", 3)}));
  EXPECT_EQ(story(failed), "delivered 3 failed 1 bad_address");
  receive(meta({status("wamid.2", "delivered", 2)}));
  receive(meta({status("wamid.2", "failed", 1, kUndeliverable)}));
  EXPECT_EQ(story(delivered), "delivered 2");
}

TEST_F(Hooks, AReceiptMayComeBeforeItsId) {
  const std::string id = message("");
  EXPECT_EQ(receive(meta({status("wamid.1", "delivered", 2), status("wamid.1", "read", 3)})), 200);
  EXPECT_EQ(kept(), "2");
  EXPECT_EQ(settle(), 0);
  sent_as(id, "wamid.1");
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(story(id), "delivered 2 read 3");
  EXPECT_EQ(kept(), "0");
}

TEST_F(Hooks, WhatIsNeverOursIsTakenAndForgotten) {
  EXPECT_EQ(receive(meta({status("wamid.else", "delivered", 2)})), 200);
  EXPECT_EQ(kept(), "1");
  settle();
  EXPECT_EQ(kept(), "1");
  query("UPDATE receipt SET received_at = now() - interval '25 hours'");
  office::ReceiptLoop tomorrow(io_.get_executor(), *pool_, metrics_);
  test::await(io_, tomorrow.run_once());
  EXPECT_EQ(kept(), "0");
}

// A send whose outcome nobody knows leaves no id behind; Meta gives ours back. Another office on
// the same number has messages of the same ids, to other people.
TEST_F(Hooks, OurOwnIdFindsAMessageThatLostItsAnswer) {
  const std::string id = message("");
  const auto ours = [&](const char* to) {
    return fmt::format(R"(,"biz_opaque_callback_data":"{}","recipient_id":"{}")", id, to);
  };
  receive(meta({status("wamid.other", "read", 1, ours("6281299999999"))}));
  EXPECT_EQ(story(id), "");
  query("UPDATE message SET attempts = 1, lease_until = now() + interval '1 minute' WHERE id = " +
        id);
  receive(meta({status("wamid.lost", "delivered", 2, ours("6281234567890"))}));
  EXPECT_EQ(story(id), "delivered 2");
  const std::string state = "SELECT state FROM message WHERE id = " + id;
  EXPECT_EQ(query(state), "queued");  // somebody is at it
  query("UPDATE message SET lease_until = NULL WHERE id = " + id);
  receive(meta({status("wamid.lost", "read", 3, ours("6281234567890"))}));
  EXPECT_EQ(story(id), "delivered 2 read 3");
  EXPECT_EQ(query(state), "accepted");  // and is not sent again
  receipts_.provider = "webhook";
  const std::string at_gateway = message("");
  receive(fmt::format(R"({{"message":"{}","status":"read","at":{}}})", at_gateway, kBegin + 4));
  EXPECT_EQ(story(at_gateway), "");  // it must say to whom
  receive(fmt::format(R"({{"message":"{}","to":"6281234567890","status":"read","at":{}}})",
                      at_gateway, kBegin + 4));
  EXPECT_EQ(story(at_gateway), "delivered 4 read 4");
}

TEST_F(Hooks, ReceiptsOfOneChannelTouchNoOther) {
  const std::string mail = message("wamid.1", "email", "a@b.example");
  receive(meta({status("wamid.1", "read", 1)}));
  EXPECT_EQ(story(mail), "");
}

TEST_F(Hooks, NoProviderKnowsTheFuture) {
  const std::string id = message("wamid.1");
  receive(meta({status("wamid.1", "read", 2'000'000'000 - kBegin)}));
  EXPECT_EQ(query("SELECT read_at <= now() FROM message WHERE id = " + id), "t");
}

TEST_F(Hooks, AMailThatCameBackMarksItsMessage) {
  const std::string id = message("", "email", "Siti@contoh.example");
  sent_as(id, "");
  const auto bounce = [&](const std::string& of, const std::string& to) {
    return fmt::format(
        "To: izin+m{}@example.go.id\r\nContent-Type: multipart/report; boundary=a\r\n\r\n"
        "--a\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        "Final-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n--a--\r\n",
        of, to);
  };
  const auto post = [&](const std::string& body, const std::string& who) {
    return send(
        "POST", "/hooks/email/bounce",
        {{"Authorization", "Bearer " + secrets_.at(who)}, {"Content-Type", "message/rfc822"}},
        body);
  };
  EXPECT_EQ(post(bounce(id, "siti@contoh.example"), "pengurus").status, 403);
  EXPECT_EQ(post(bounce(id, "orang@lain.example"), "surat").body, R"({"taken":1})");
  EXPECT_EQ(story(id), "");
  EXPECT_EQ(post("To: izin@example.go.id\r\n\r\nhalo", "surat").body, R"({"taken":0})");
  EXPECT_EQ(post(bounce("99", "siti@contoh.example"), "surat").status, 200);
  for (int times = 0; times < 2; ++times)
    EXPECT_EQ(post(bounce(id, "siti@contoh.example"), "surat").status, 200);
  EXPECT_EQ(
      query("SELECT undelivered_reason || ' ' || undelivered_detail FROM message WHERE id = " + id),
      "mailbox_full 5.2.2");
}

}  // namespace
}  // namespace tenggat::http
