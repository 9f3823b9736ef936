// Everything the daemon takes from disk, read and checked whole.
#pragma once
#include <boost/system/result.hpp>
#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/base/config.h"
#include "daemon/base/secrets.h"
#include "daemon/http/tls.h"
#include "daemon/office/rule_files.h"
#include "notifiers/outgoing.h"
#include "notifiers/whatsapp/receipts.h"
#include "rules/permit/quiet.h"
#include "rules/time.h"

namespace tenggat {

struct SimulatedStart {
  Instant start{};
  double speed = 1;
};
// "2026-04-02T14:00:00+08:00@600"
boost::system::result<SimulatedStart, std::string> parse_simulated_start(std::string_view text);

// A fault anywhere leaves the old state.
struct Startup {
  Config config;
  Secrets secrets;
  RuleFiles rules;
  http::TlsContext tls;  // none: the public listener speaks plain HTTP
};
Loaded<Startup> read_startup(const std::filesystem::path& config_file);

// What others take from it: when messages may leave, the channels, their receipts.
SendRules send_rules(const Config& config);
notify::ChannelsConfig channels_of(const Config& config, const Secrets& secrets);
notify::ReceiptConfig receipts_of(const Config& config, const Secrets& secrets);

}  // namespace tenggat
