#include "daemon/base/secrets.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <system_error>

#include "daemon/base/signing.h"
#include "daemon/base/state_dir.h"

namespace tenggat {
namespace {

constexpr std::size_t kShortestLinkKey = 32;

constexpr std::size_t kSecretLimitBytes = 4096;
constexpr std::size_t kPemLimitBytes = 64 * 1024;
constexpr std::string_view kHandedOver = "tenggat_";  // the prefix of the unit's LoadCredential

std::filesystem::path found(const std::filesystem::path& named, const SecretPlaces& places) {
  if (named.is_absolute()) return named;
  if (!places.credentials_directory.empty()) {
    std::error_code ignored;
    const std::filesystem::path credential = places.credentials_directory / named;
    if (std::filesystem::exists(credential, ignored)) return credential;
  }
  std::error_code ignored;
  const std::filesystem::path beside = places.configuration_directory / named;
  if (std::filesystem::exists(beside, ignored) || !named.string().starts_with(kHandedOver))
    return beside;
  const std::filesystem::path folder = places.configuration_directory / "credentials";
  if (!std::filesystem::exists(folder, ignored)) return beside;
  return folder / named.string().substr(kHandedOver.size());
}

// Where the configuration names none, that of `state_dir`; before the first start it is not there.
std::string named_or_own(const std::string& named, const std::filesystem::path& own) {
  if (!named.empty()) return named;
  std::error_code ignored;
  return std::filesystem::exists(own, ignored) ? std::filesystem::absolute(own).string() : "";
}

// What is wrong with it, or nothing; `text` is filled where nothing is.
std::optional<std::string> read_whole(const std::filesystem::path& path, std::size_t limit_bytes,
                                      std::string& text) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return "is not a file that can be read";
  std::ifstream in(path, std::ios::binary);
  if (!in) return "cannot be opened";
  text.assign(limit_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return "cannot be read";
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > limit_bytes) return fmt::format("is larger than {} KiB", limit_bytes / 1024);
  if (text.empty()) return "is empty";
  return std::nullopt;
}

std::optional<std::string> read_one(const std::filesystem::path& path, std::string& secret) {
  std::string text;
  if (auto wrong = read_whole(path, kSecretLimitBytes, text)) return wrong;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return "is empty";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return "holds a control character or more than one line";
  }
  secret = std::move(text);
  return std::nullopt;
}

}  // namespace

Loaded<Secrets> read_secrets(const Config& config, const SecretPlaces& places) {
  Secrets secrets;
  Faults faults;
  const auto read = [&](const std::string& key, const std::string& named, std::string& secret) {
    if (named.empty()) return;
    const std::filesystem::path path = found(named, places);
    if (const auto wrong = read_one(path, secret)) {
      faults.push_back({path.string(), 0, 0, "the secret of " + key + " " + *wrong});
    }
  };
  read("email.password_file", config.email.password_file, secrets.email_password);
  read("whatsapp.token_file", config.whatsapp.token_file, secrets.whatsapp_token);
  read("whatsapp.app_secret_file", config.whatsapp.app_secret_file, secrets.whatsapp_app_secret);
  read("whatsapp.verify_token_file", config.whatsapp.verify_token_file,
       secrets.whatsapp_verify_token);
  for (const std::string& named : config.portal.secret_files) {
    read("portal.secret_files", named, secrets.portal_secrets.emplace_back());
  }
  const auto read_pem = [&](const std::string& key, const std::string& named, std::string& pem) {
    if (named.empty()) return;
    const std::filesystem::path path = found(named, places);
    if (const auto wrong = read_whole(path, kPemLimitBytes, pem))
      faults.push_back({path.string(), 0, 0, key + " " + *wrong});
  };
  read_pem("http.certificate_file", config.http.certificate_file, secrets.certificate);
  read_pem("http.key_file", config.http.key_file, secrets.key);
  const std::string seal_key = named_or_own(config.seal_key_file, own_seal_key(config));
  read_pem("seal_key_file", seal_key, secrets.seal_key);
  if (!secrets.seal_key.empty() && !SigningKey::from_pem(secrets.seal_key))
    faults.push_back({found(seal_key, places).string(), 0, 0,
                      "seal_key_file holds no Ed25519 key: openssl genpkey -algorithm ed25519"});
  for (const std::string& named : config.seal_former_key_files) {
    std::string& pem = secrets.former_seal_keys.emplace_back();
    read_pem("seal_former_key_files", named, pem);
    if (!pem.empty() && !CheckingKey::from_pem(pem))
      faults.push_back(
          {found(named, places).string(), 0, 0, "seal_former_key_files: it holds no Ed25519 key"});
  }
  std::vector<std::string> link_keys = config.link_key_file;
  if (link_keys.empty())
    if (std::string own = named_or_own("", own_link_key(config)); !own.empty())
      link_keys.push_back(std::move(own));
  for (const std::string& named : link_keys) {
    std::string& key = secrets.link_keys.emplace_back();
    read("link_key_file", named, key);
    if (!key.empty() && key.size() < kShortestLinkKey)
      faults.push_back({found(named, places).string(), 0, 0,
                        fmt::format("the key of link_key_file is shorter than {} characters: "
                                    "openssl rand -hex 32",
                                    kShortestLinkKey)});
  }
  if (!faults.empty()) return faults;
  return secrets;
}

Loaded<Secrets> read_secrets(const Config& config,
                             const std::filesystem::path& configuration_file) {
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  return read_secrets(config, SecretPlaces{credentials == nullptr ? "" : credentials,
                                           configuration_file.parent_path()});
}

}  // namespace tenggat
