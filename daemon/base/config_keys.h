// Every key of the configuration file, in one table: load_config() takes no other, and a reload
// says by it what changed and what takes a restart.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "daemon/base/config.h"
#include "daemon/base/secrets.h"

namespace tenggat {

struct ConfigKey {
  std::string_view name;  // "email.url"
  std::string_view says;  // what it is, for tenggat.yaml(5)
  bool (*same)(const Config&, const Config&);
  // Null where a reload applies the key. Where it takes a restart: keeps what `from` has for it.
  void (*keep)(Config& to, const Config& from) = nullptr;
  // Null where the key names no file that read_secrets() reads.
  bool (*same_content)(const Secrets&, const Secrets&) = nullptr;
};
std::span<const ConfigKey> config_keys();

// Of one map of the file, "email"; of the file itself, "". In the table's order.
std::vector<std::string_view> keys_in(std::string_view map);

// What a reload would change, by name; a file that was replaced under its name counts.
std::vector<std::string_view> changed_keys(const Config& config, const Secrets& secrets,
                                           const Config& before, const Secrets& secrets_before);

// Gives `config` what it has for those keys that take a restart and differ from what the daemon
// `started` with, and returns their names.
std::vector<std::string_view> keep_until_restart(Config& config, const Config& started);

}  // namespace tenggat
