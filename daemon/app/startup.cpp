#include "daemon/app/startup.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <fstream>
#include <sstream>

#include "daemon/office/portal.h"

namespace tenggat {
namespace {

std::string read_file(const std::filesystem::path& path, Faults& faults) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) faults.push_back({path.string(), 0, 0, "cannot be read"});
  return text.str();
}

http::TlsContext tls_of(const Config& config, const Secrets& secrets) {
  if (!config.http.tls() || secrets.certificate.empty() || secrets.key.empty()) return nullptr;
  return http::make_tls_context(secrets.certificate, secrets.key);
}

}  // namespace

SendRules send_rules(const Config& config) {
  return {config.officers.group_wait, config.officers.group_interval, config.undo_window,
          config.officers.messages_an_hour};
}

notify::ChannelsConfig channels_of(const Config& config, const Secrets& secrets) {
  notify::ChannelsConfig channels;
  channels.email = {config.email.url,         config.email.from,      config.email.reply_to,
                    config.email.user,        secrets.email_password, config.email.tls,
                    config.email.return_path, config.kantor.address,  config.kantor.phone};
  if (config.whatsapp.enabled())
    channels.whatsapp = {to_string(config.whatsapp.provider),
                         config.whatsapp.url,
                         config.whatsapp.version,
                         config.whatsapp.phone_number_id,
                         secrets.whatsapp_token,
                         config.whatsapp.server,
                         config.whatsapp.session,
                         config.whatsapp.business_account_id};
  return channels;
}

notify::ReceiptConfig receipts_of(const Config& config, const Secrets& secrets) {
  if (!config.whatsapp.enabled()) return {};
  return {to_string(config.whatsapp.provider), secrets.whatsapp_app_secret,
          secrets.whatsapp_verify_token};
}

boost::system::result<SimulatedStart, std::string> parse_simulated_start(std::string_view text) {
  const auto at = text.find('@');
  const auto fail = [] {
    return std::string("--clock takes START@SPEED, like 2026-04-02T14:00:00+08:00@600");
  };
  if (at == std::string_view::npos) return fail();
  const auto start = parse_entered_instant(text.substr(0, at));
  const std::string_view digits = text.substr(at + 1);
  double speed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), speed);
  if (!start || error != std::errc() || end != digits.data() + digits.size() || speed < 0)
    return fail();
  return SimulatedStart{*start, speed};
}

Loaded<Startup> read_startup(const std::filesystem::path& config_file) {
  Faults faults;
  const std::string text = read_file(config_file, faults);
  if (!faults.empty()) return faults;
  auto config = load_config({config_file.string(), text});
  if (!config) return config.error();
  Startup startup;
  startup.config = std::move(*config);
  const auto take = [&faults](const Faults& more) {
    faults.insert(faults.end(), more.begin(), more.end());
  };
  if (auto secrets = read_secrets(startup.config, config_file))
    startup.secrets = std::move(*secrets);
  else
    take(secrets.error());
  if (auto rules = load_rule_files(startup.config.rules))
    startup.rules = std::move(*rules);
  else
    take(rules.error());
  try {
    startup.tls = tls_of(startup.config, startup.secrets);
  } catch (const std::exception& why) {
    faults.push_back(
        {config_file.string(), 0, 0, fmt::format("http.certificate_file: {}", why.what())});
  }
  for (const std::string& fault : channels_of(startup.config, startup.secrets).validate())
    faults.push_back({config_file.string(), 0, 0, fault});
  for (const std::string& fault :
       office::Portal::options_of(startup.config, startup.secrets).config.validate())
    faults.push_back({config_file.string(), 0, 0, fault});
  const auto& calendars = startup.rules.calendars;
  if (faults.empty() && std::none_of(calendars.begin(), calendars.end(), [&](const Calendar& one) {
        return one.id() == startup.config.kalender;
      }))
    faults.push_back({config_file.string(), 0, 0,
                      fmt::format("kalender: there is no calendar '{}' in {}",
                                  startup.config.kalender, startup.config.rules)});
  if (!faults.empty()) return faults;
  return startup;
}

}  // namespace tenggat
