#include "daemon/base/secrets.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "daemon/base/signing.h"
#include "daemon/base/state_dir.h"

namespace tenggat {
namespace {

class Secret : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "tenggat-secret-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    std::filesystem::create_directories(places().credentials_directory);
    std::filesystem::create_directories(places().configuration_directory);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  SecretPlaces places() const { return {root_ / "credentials", root_ / "etc"}; }
  static void write(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  std::filesystem::path root_;
  Config config_;
};

TEST_F(Secret, AreLookedUpAmongTheCredentialsFirst) {
  config_.email.password_file = "pw";
  write(places().configuration_directory / "pw", "beside\n");
  EXPECT_EQ(read_secrets(config_, places())->email_password, "beside");
  write(places().credentials_directory / "pw", "credential\n");
  EXPECT_EQ(read_secrets(config_, places())->email_password, "credential");
}

TEST_F(Secret, WhoChecksByHandReadsWhatTheServiceManagerWouldHandOver) {
  config_.email.password_file = "tenggat_email-password";
  SecretPlaces by_hand = places();
  by_hand.credentials_directory.clear();
  const auto credentials = by_hand.configuration_directory / "credentials";
  EXPECT_FALSE(read_secrets(config_, by_hand));
  std::filesystem::create_directories(credentials);
  EXPECT_EQ(read_secrets(config_, by_hand).error().front().file,
            (credentials / "email-password").string());
  write(credentials / "email-password", "rahasia\n");
  EXPECT_EQ(read_secrets(config_, by_hand)->email_password, "rahasia");
  // What stands beside the configuration goes first; what was handed over before that.
  write(by_hand.configuration_directory / "tenggat_email-password", "beside");
  EXPECT_EQ(read_secrets(config_, by_hand)->email_password, "beside");
  write(places().credentials_directory / "tenggat_email-password", "handed over");
  EXPECT_EQ(read_secrets(config_, places())->email_password, "handed over");
}

TEST_F(Secret, AKeyThatNoConfigurationNamesIsMadeOnceForItsOwnerAlone) {
  config_.state_dir = (root_ / "state").string();
  EXPECT_EQ(read_secrets(config_, places())->seal_key, "");  // who checks makes nothing
  EXPECT_FALSE(std::filesystem::exists(config_.state_dir));

  EXPECT_EQ(make_own_keys(config_).value(),
            (std::vector<std::filesystem::path>{own_seal_key(config_), own_link_key(config_)}));
  EXPECT_EQ(read_secrets(config_, places())->link_keys.at(0).size(), 64U);
  const std::string made = read_secrets(config_, places())->seal_key;
  EXPECT_TRUE(SigningKey::from_pem(made));
  for (const std::filesystem::path& key : {own_seal_key(config_), own_link_key(config_)})
    EXPECT_EQ(std::filesystem::status(key).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_TRUE(make_own_keys(config_).value().empty());
  EXPECT_EQ(read_secrets(config_, places())->seal_key, made);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator(config_.state_dir))
    ++files;
  EXPECT_EQ(files, 2);
}

TEST_F(Secret, KeysOfLinksAreSeveralWhileOneRotatesAndLongEach) {
  write(root_ / "new", std::string(64, 'b') + "\n");
  write(root_ / "old", std::string(64, 'a') + "\n");
  write(root_ / "short", "sandi\n");
  config_.link_key_file = {(root_ / "new").string(), (root_ / "old").string()};
  EXPECT_EQ(read_secrets(config_, places())->link_keys,
            (std::vector<std::string>{std::string(64, 'b'), std::string(64, 'a')}));
  config_.link_key_file = {(root_ / "short").string()};
  const auto refused = read_secrets(config_, places());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().front().message.find("shorter than 32"), std::string::npos);
}

TEST_F(Secret, NoKeyIsMadeWhereOneIsNamed) {
  config_.state_dir = (root_ / "state").string();
  config_.seal_key_file = "named";
  config_.link_key_file = {"named, too"};
  EXPECT_TRUE(make_own_keys(config_).value().empty());
  EXPECT_FALSE(std::filesystem::exists(config_.state_dir));
}

TEST_F(Secret, AStateDirThatCannotBeMadeIsNamed) {
  write(root_ / "state", "a file");
  config_.state_dir = (root_ / "state").string();
  const auto made = make_own_keys(config_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().front().file, (root_ / "state/seal.key").string());
}

TEST_F(Secret, WhatIsWrittenToTheStateDirTakesTheOldOnesPlaceWhole) {
  const std::filesystem::path file = root_ / "state" / "mark";
  write_state_file(file, "one");
  write_state_file(file, "two");
  std::ifstream in(file);
  std::string text;
  in >> text;
  EXPECT_EQ(text, "two");
  EXPECT_FALSE(make_state_file(file, [] { return std::string("three"); }));
}

TEST_F(Secret, AnAbsoluteNameIsTakenAsItIs) {
  config_.whatsapp.token_file = (root_ / "token").string();
  write(root_ / "token", "TOKEN.SECRET");
  write(places().credentials_directory / "token", "another");
  EXPECT_EQ(read_secrets(config_, places())->whatsapp_token, "TOKEN.SECRET");
}

TEST_F(Secret, TheEnvironmentNamesTheCredentials) {
  config_.portal.secret_files = {"a", "b"};
  write(places().credentials_directory / "a", "one");
  write(places().configuration_directory / "b", "two");
  ::setenv("CREDENTIALS_DIRECTORY", places().credentials_directory.c_str(), 1);
  const Loaded<Secrets> secrets =
      read_secrets(config_, places().configuration_directory / "tenggat.yaml");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  ASSERT_TRUE(secrets);
  EXPECT_EQ(secrets->portal_secrets, (std::vector<std::string>{"one", "two"}));
}

// openssl genpkey -algorithm ed25519, and its public half.
constexpr const char* kKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIATcmqH19W93dX4CQj1yQxAssIZSH8VAMb7sUYPNCHIP\n"
    "-----END PRIVATE KEY-----\n";

TEST_F(Secret, FormerKeysMayBeEitherHalf) {
  const std::string public_half = SigningKey::from_pem(kKey)->public_pem();
  config_.seal_former_key_files = {"whole", "half"};
  write(places().configuration_directory / "whole", kKey);
  write(places().configuration_directory / "half", public_half);
  const Loaded<Secrets> secrets = read_secrets(config_, places());
  ASSERT_TRUE(secrets);
  EXPECT_EQ(secrets->former_seal_keys, (std::vector<std::string>{kKey, public_half}));
  write(places().configuration_directory / "half", "rahasia");
  const Loaded<Secrets> wrong = read_secrets(config_, places());
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().front().to_string().find("holds no Ed25519 key"), std::string::npos);
}

TEST_F(Secret, AllFaultsAreReportedAtOnceAndNoneQuotesOne) {
  config_.email.password_file = "missing";
  config_.whatsapp.token_file = "empty";
  config_.whatsapp.app_secret_file = "two-lines";
  config_.portal.secret_files = {"large", "."};
  write(places().credentials_directory / "empty", "\n");
  write(places().credentials_directory / "two-lines", "rahasia\nX-Evil: 1\n");
  write(places().credentials_directory / "large", std::string(5000, 'x'));
  const Loaded<Secrets> secrets = read_secrets(config_, places());
  ASSERT_FALSE(secrets);
  EXPECT_EQ(secrets.error().size(), 5u);
  for (const Fault& fault : secrets.error()) {
    EXPECT_EQ(fault.to_string().find("rahasia"), std::string::npos);
  }
}

TEST_F(Secret, WhatIsNotNamedIsEmpty) {
  const Loaded<Secrets> secrets = read_secrets(config_, places());
  ASSERT_TRUE(secrets);
  EXPECT_TRUE(secrets->email_password.empty());
  EXPECT_TRUE(secrets->portal_secrets.empty());
}

}  // namespace
}  // namespace tenggat
