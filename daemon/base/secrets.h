// What must not stand in the configuration file: it names files, these are their contents.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/base/config.h"
#include "rules/error.h"

namespace tenggat {

// Empty where the configuration names no file, and `state_dir` holds none. Never logged, never
// compared with ==.
struct Secrets {
  std::string email_password;
  std::string whatsapp_token;
  std::string whatsapp_app_secret;
  std::string whatsapp_verify_token;
  std::vector<std::string> portal_secrets;    // in the order of portal.secret_files
  std::string certificate, key;               // of the public listener, PEM
  std::string seal_key;                       // PEM
  std::vector<std::string> former_seal_keys;  // PEM, either half
  std::vector<std::string> link_keys;         // in the order of link_key_file
};

// Where relative `*_file` names are looked for, in this order.
struct SecretPlaces {
  std::filesystem::path credentials_directory;    // $CREDENTIALS_DIRECTORY; empty: none
  std::filesystem::path configuration_directory;  // the folder of the configuration file
  // Then, so that who checks by hand reads what the service manager would hand over: tenggat_NAME
  // is the file `credentials/NAME` there.
};

// Reads every named file, cuts one newline at its end and refuses what is empty, unreadable, larger
// than 4 KiB or holds control bytes; of PEM files what is empty, unreadable or larger than 64 KiB.
// All faults at once, none of which quotes a secret.
Loaded<Secrets> read_secrets(const Config& config, const SecretPlaces& places);

// With $CREDENTIALS_DIRECTORY as systemd sets it; `configuration_file` is what --config named.
Loaded<Secrets> read_secrets(const Config& config, const std::filesystem::path& configuration_file);

}  // namespace tenggat
