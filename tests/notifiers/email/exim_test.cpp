// Mails into Exim, an MTA as offices have it, which takes none before STARTTLS: two over one kept
// connection, and what it delivered.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "notifiers/curl_client.h"
#include "notifiers/email/email.h"
#include "tests/notifiers/email/trusted_alone.h"
#include "tests/notifiers/requests.h"
#include "tests/notifiers/sample.h"
#include "tests/support/smtp_server.h"
#include "tests/support/tls_client.h"

namespace tenggat::notify {
namespace {

TEST(Exim, TakesTwoMailsUnderStartTlsOverOneConnection) {
  const test::CertificatePair own = test::new_certificate("127.0.0.1");
  const test::TestSmtpServer server(
      {.unpacked = TENGGAT_EXIM, .certificate = own.certificate, .key = own.key});
  const TrustedAlone trusted(own.certificate);
  boost::asio::io_context io;
  CurlClient client(io.get_executor());

  EmailConfig config;
  config.url = server.url();
  config.from = "Perizinan <izin@example.go.id>";
  for (const bool again : {false, true}) {
    const Message message = sample_message(Channel::email, "tahap");
    auto request = email::build_request(message, config, Instant{Seconds{1'780'000'000}});
    ASSERT_TRUE(request);
    request->tls = Tls::required;  // also of a loopback host
    const CurlResponse response = run(io, client.perform(std::move(*request)));
    EXPECT_EQ(email::classify(response).outcome, Outcome::accepted) << response.error << '\n'
                                                                    << server.log();
    EXPECT_EQ(response.reused, again);
  }
  const std::vector<std::string> mails = server.messages(2);
  ASSERT_EQ(mails.size(), 2U) << server.log();
  for (const std::string& mail : mails)
    EXPECT_NE(mail.find("with esmtps"), std::string::npos) << mail;

  // Without it nothing gets in.
  CurlRequest plain = mail(server.url());
  plain.tls = Tls::none;
  EXPECT_NE(email::classify(run(io, client.perform(std::move(plain)))).outcome, Outcome::accepted);
  EXPECT_EQ(server.messages(2).size(), 2U);
}

}  // namespace
}  // namespace tenggat::notify
