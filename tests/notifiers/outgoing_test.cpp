#include "notifiers/outgoing.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/notifiers/sample.h"
#include "tests/support/meta_sink.h"
#include "tests/support/smtp_server.h"

namespace tenggat::notify {
namespace {
namespace asio = boost::asio;

Instant fixed_now() { return Instant(Seconds(1775200000)); }

SendResult send(const ChannelsConfig& config, Message message) {
  asio::io_context io;
  Outgoing outgoing(io.get_executor(), config, fixed_now);
  return run(io, outgoing.send(std::move(message)));
}

EmailConfig mail_to(const std::string& url) {
  EmailConfig config;
  config.url = url;
  config.from = "Perizinan <izin@example.go.id>";
  return config;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Outgoing, EveryFaultOfAConfigurationIsNamedAtOnce) {
  ChannelsConfig config;
  config.email.url = "http://mail";
  config.email.from = "Perizinan";
  config.email.user = "izin";
  config.whatsapp.url = "http://graph.example.com";
  config.whatsapp.phone_number_id = "abc";
  config.whatsapp.version = "23";
  const auto faults = config.validate();
  const std::vector<std::string> starts{"email.url: ",
                                        "email.from: ",
                                        "email.user: ",
                                        "whatsapp.url: ",
                                        "whatsapp.phone_number_id: ",
                                        "whatsapp.version: ",
                                        "whatsapp.token_file: "};
  ASSERT_EQ(faults.size(), starts.size());
  for (std::size_t i = 0; i < starts.size(); ++i)
    EXPECT_TRUE(faults[i].starts_with(starts[i])) << faults[i];
  asio::io_context io;
  EXPECT_THROW(Outgoing(io.get_executor(), config, fixed_now), std::invalid_argument);
  EXPECT_TRUE(ChannelsConfig{}.validate().empty());
}

TEST(Outgoing, EachProviderNamesWhatItLacks) {
  const auto faults = [](const std::string& provider, const std::string& url,
                         const std::string& token) {
    ChannelsConfig config;
    config.whatsapp.provider = provider;
    config.whatsapp.url = url;
    config.whatsapp.token = token;
    std::string names;
    for (const std::string& fault : config.validate())
      names += fault.substr(0, fault.find(':')) + ' ';
    return names;
  };
  EXPECT_EQ(faults("telegram", "", "t"), "whatsapp.provider ");
  EXPECT_EQ(faults("fonnte", "", "t"), "");
  EXPECT_EQ(faults("fonnte", "http://127.0.0.1:1", ""), "whatsapp.token_file ");
  EXPECT_EQ(faults("wablas", "", "t"), "whatsapp.server ");
  EXPECT_EQ(faults("waha", "", "t"), "whatsapp.url ");
  EXPECT_EQ(faults("waha", "https://waha.example", "t"), "");
  EXPECT_EQ(faults("webhook", "https://gateway.example/kirim", ""), "");
}

TEST(Outgoing, AChannelWithoutConfigurationIsStopped) {
  const SendResult sent = send({}, sample_message(Channel::email));
  EXPECT_EQ(sent.outcome, Outcome::channel_stopped);
  EXPECT_EQ(sent.reason, reason::not_configured);
}

TEST(Outgoing, FilesStandInForEitherChannel) {
  const auto directory =
      std::filesystem::temp_directory_path() / ("tenggat-outgoing-" + std::to_string(::getpid()));
  ChannelsConfig config;
  config.email.url = "file:" + directory.string();
  config.whatsapp.url = "file:" + directory.string();
  EXPECT_TRUE(config.validate().empty());
  EXPECT_EQ(send(config, sample_message(Channel::email)).outcome, Outcome::accepted);
  EXPECT_EQ(send(config, sample_message(Channel::whatsapp)).outcome, Outcome::accepted);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 2);
  std::filesystem::remove_all(directory);
}

class OutgoingMail : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new test::TestSmtpServer(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static ChannelsConfig config() {
    ChannelsConfig config;
    config.email = mail_to(server_->url());
    return config;
  }
  static test::TestSmtpServer* server_;
};
test::TestSmtpServer* OutgoingMail::server_ = nullptr;

TEST_F(OutgoingMail, EveryTextIsDeliveredByARealServer) {
  const std::size_t before = server_->messages(0).size();
  asio::io_context io;
  Outgoing outgoing(io.get_executor(), config(), fixed_now);
  std::size_t sent = 0;
  for (const Text& text : shipped_texts().all()) {
    Message message = sample_message(Channel::email, text.id);
    message.id = text.id;
    const SendResult result = run(io, outgoing.send(std::move(message)));
    EXPECT_EQ(result.outcome, Outcome::accepted) << text.id << ": " << result.detail;
    ++sent;
  }
  const auto mails = server_->messages(before + sent);
  ASSERT_EQ(mails.size(), before + sent) << server_->log();
  for (const std::string& mail : mails) {
    EXPECT_TRUE(holds(mail, "\nMessage-ID: <"));
    EXPECT_TRUE(holds(mail, "\nDate: Fri, 03 Apr 2026 07:06:40 +0000"));
    EXPECT_TRUE(holds(mail, "multipart/alternative"));
  }
}

TEST_F(OutgoingMail, LonelyDotsAndLongLinesArriveWhole) {
  const std::size_t before = server_->messages(0).size();
  Message message = sample_message(Channel::email);
  message.body = "a\n.\nb " + std::string(3000, 'x') + "\nakhir";
  EXPECT_EQ(send(config(), message).outcome, Outcome::accepted);
  const auto mails = server_->messages(before + 1);
  ASSERT_EQ(mails.size(), before + 1);
  EXPECT_TRUE(holds(mails.back(), "\na\n=2E\nb xxx"));
  EXPECT_TRUE(holds(mails.back(), "akhir"));
}

TEST_F(OutgoingMail, ARefusedRecipientIsThePersonsFault) {
  Message message = sample_message(Channel::email);
  message.to = std::string("siti@") + test::TestSmtpServer::kRefusedDomain;
  const SendResult sent = send(config(), message);
  EXPECT_EQ(sent.outcome, Outcome::permanent_for_person);
  EXPECT_EQ(sent.reason, reason::bad_address);
}

TEST(OutgoingWhatsapp, EveryTextIsTakenByMetasRules) {
  const test::MetaSink sink(shipped_texts());
  ChannelsConfig config;
  config.whatsapp = sink.config();
  EXPECT_TRUE(config.validate().empty());
  asio::io_context io;
  Outgoing outgoing(io.get_executor(), config, fixed_now);
  for (const Text& text : shipped_texts().all()) {
    const SendResult sent = run(io, outgoing.send(sample_message(Channel::whatsapp, text.id)));
    EXPECT_EQ(sent.outcome, Outcome::accepted) << text.id << ": " << sent.detail;
    EXPECT_TRUE(sent.provider_id.starts_with("wamid."));
  }
  const std::size_t count = shipped_texts().all().size();
  const auto taken = sink.taken(count);
  ASSERT_EQ(taken.size(), count);
  EXPECT_EQ(taken.front().to, "6281234567890");
  EXPECT_EQ(taken.front().template_name, "tenggat_diterima_v2");
  EXPECT_TRUE(sink.faults().empty());
}

TEST(OutgoingWhatsapp, MetasRefusalsBecomeOutcomes) {
  test::MetaSink sink(shipped_texts());
  ChannelsConfig config;
  config.whatsapp = sink.config();
  const Message message = sample_message(Channel::whatsapp);
  sink.answer_next(400, 130429, "Retry-After: 12");
  SendResult sent = send(config, message);
  EXPECT_EQ(sent.outcome, Outcome::retry);
  EXPECT_EQ(sent.retry_after, std::chrono::seconds(12));
  sink.answer_next(400, 131026);
  EXPECT_EQ(send(config, message).outcome, Outcome::permanent_for_person);
  sink.cut_next();
  EXPECT_EQ(send(config, message).outcome, Outcome::unknown);
  Message unknown = message;
  unknown.template_name = "tenggat_tidak_ada";
  EXPECT_EQ(send(config, unknown).reason, reason::template_missing);
  Message short_of_one = message;
  short_of_one.parameters.pop_back();
  EXPECT_EQ(send(config, short_of_one).outcome, Outcome::text_stopped);
  config.whatsapp.token = "salah";
  EXPECT_EQ(send(config, message).reason, reason::auth_failed);
  EXPECT_EQ(sink.faults().size(), 3u);
}

TEST(OutgoingWhatsapp, TheAccountsTemplatesAreReadToTheLastPage) {
  test::MetaSink sink(shipped_texts());
  std::vector<meta::TemplateState> all;
  for (int i = 0; i < 61; ++i)
    all.push_back({"templat_" + std::to_string(i), "id", i == 60 ? "PAUSED" : "APPROVED", ""});
  sink.templates(all);
  ChannelsConfig config;
  config.whatsapp = sink.config();
  asio::io_context io;
  Outgoing outgoing(io.get_executor(), config, fixed_now);
  ASSERT_TRUE(outgoing.asks_of_templates());
  const Outgoing::Templates found = run(io, outgoing.templates());
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*found, all);
  EXPECT_EQ(sink.templates_asked(), 3);
  sink.refuse_templates(401, 190);
  const Outgoing::Templates refused = run(io, outgoing.templates());
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().reason, reason::auth_failed);
  EXPECT_TRUE(sink.faults().empty());
  config.whatsapp.business_account_id.clear();
  EXPECT_FALSE(Outgoing(io.get_executor(), config, fixed_now).asks_of_templates());
  config.whatsapp.business_account_id = "akun";
  EXPECT_EQ(config.validate().size(), 1u);
}

}  // namespace
}  // namespace tenggat::notify
