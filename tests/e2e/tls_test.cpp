// TLS as an operator has it: two files named in the configuration, renewed in their place, SIGHUP.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "tests/support/daemon_process.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"
#include "tests/support/scrape.h"
#include "tests/support/tls_client.h"

namespace tenggat::test {
namespace {

class TlsDaemon : public testing::Test {
 protected:
  TlsDaemon() {
    DaemonProcess::Options options;
    static int number = 0;
    options.conninfo = shared_postgres().create_database("tls_daemon_" + std::to_string(++number));
    options.configuration =
        "http: {certificate_file: certificate.pem, key_file: key.pem, requests_a_minute: 3}\n";
    daemon_.emplace(std::move(options));
    place(new_certificate("lama"));
    daemon_->must({"db", "migrate"});
    token_ = daemon_->new_token({"--service", "dasbor", "--scope", "read"});
    daemon_->start();
  }
  ~TlsDaemon() override {
    if (HasFailure()) std::cerr << "daemon log:\n" << daemon_->log() << '\n';
  }
  void place(const CertificatePair& pair) {
    write_file(daemon_->directory() / "certificate.pem", pair.certificate);
    write_file(daemon_->directory() / "key.pem", pair.key);
  }
  // Sends SIGHUP and waits for the daemon to say how that went.
  void reload(const std::string& word) {
    const auto said = [&] {
      std::size_t times = 0;
      const std::string log = daemon_->log();
      for (auto at = log.find(word); at != std::string::npos; at = log.find(word, at + 1)) ++times;
      return times;
    };
    const std::size_t before = said();
    daemon_->signal(SIGHUP);
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (said() == before) {
      ASSERT_LT(std::chrono::steady_clock::now(), limit) << "never said " << word;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  std::string sops(TlsClient& client) {
    return client.get("/api/v1/sops", "Authorization: Bearer " + token_ + "\r\n").substr(0, 12);
  }

  std::optional<DaemonProcess> daemon_;
  std::string token_;
};

TEST_F(TlsDaemon, ACertificateIsRenewedByAReloadWithoutDroppingAConnection) {
  TlsClient first(daemon_->api_port());
  ASSERT_TRUE(first.connected());
  EXPECT_EQ(first.common_name(), "lama");
  EXPECT_EQ(sops(first), "HTTP/1.1 200");

  place(new_certificate("baru"));
  EXPECT_EQ(TlsClient(daemon_->api_port()).common_name(), "lama");  // until it is told
  reload("reloaded");
  TlsClient second(daemon_->api_port());
  EXPECT_EQ(second.common_name(), "baru");
  EXPECT_EQ(sops(second), "HTTP/1.1 200");
  EXPECT_EQ(sops(first), "HTTP/1.1 200");  // on the connection of before

  // A key of another certificate changes nothing, and is not quoted in the log.
  place({new_certificate("lain").certificate, new_certificate("salah").key});
  reload("reload_refused");
  EXPECT_EQ(TlsClient(daemon_->api_port()).common_name(), "baru");
  EXPECT_EQ(daemon_->log().find("PRIVATE"), std::string::npos);

  // So do the limits that stand in the configuration.
  EXPECT_EQ(sops(first), "HTTP/1.1 429");
  place(new_certificate("ketiga"));
  daemon_->options().configuration =
      "http: {certificate_file: certificate.pem, key_file: key.pem, requests_a_minute: 600}\n";
  daemon_->write_configuration();
  reload("reloaded");
  EXPECT_EQ(sops(first), "HTTP/1.1 200");
  EXPECT_EQ(TlsClient(daemon_->api_port()).common_name(), "ketiga");
}

// Browsers, curl and proxies all offer HTTP/2 first.
TEST_F(TlsDaemon, WhoOffersOtherProtocolsIsAnsweredInOurs) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient both(daemon_->api_port(), version, "\x02h2\x08http/1.1");
    ASSERT_TRUE(both.connected()) << both.why_not();
    EXPECT_EQ(both.protocol(), "http/1.1");
    EXPECT_NE(sops(both), "");
    TlsClient none(daemon_->api_port(), version, std::string("\x02h2", 3));
    EXPECT_TRUE(none.connected());
    EXPECT_EQ(none.protocol(), "");
  }
  const auto path = daemon_->directory() / "openapi.json";
  const std::string command =
      "curl -sSf --tlsv1.2 --cacert '" + (daemon_->directory() / "certificate.pem").string() +
      "' --resolve lama:" + std::to_string(daemon_->api_port()) + ":127.0.0.1 -o '" +
      path.string() + "' https://lama:" + std::to_string(daemon_->api_port()) +
      "/api/v1/openapi.json";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_NE(read_file(path).find("\"openapi\""), std::string::npos);
}

TEST_F(TlsDaemon, WhenItsCertificateEndsIsMeasuredAlsoAfterAReload) {
  const auto ends = [&] {
    return series_in(body_of(http_get(daemon_->admin_port(), "/metrics")))
        .at("tenggat_certificate_not_after_timestamp_seconds");
  };
  const double now = static_cast<double>(std::time(nullptr));
  EXPECT_NEAR(ends(), now + 2 * 86400, 60);
  place(new_certificate("panjang", 30));
  reload("reloaded");
  EXPECT_NEAR(ends(), now + 30 * 86400, 60);
}

TEST_F(TlsDaemon, PlainHttpIsNotSpokenOnTheSamePort) {
  EXPECT_EQ(http_get(daemon_->api_port(), "/api/v1/openapi.json").find("openapi"),
            std::string::npos);
}

}  // namespace
}  // namespace tenggat::test
