#include "daemon/base/config.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <utility>

#include "daemon/base/config_keys.h"
#include "daemon/base/config_values.h"
#include "rules/yaml.h"

namespace tenggat {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

template <class T>
using Words = std::initializer_list<std::pair<std::string_view, T>>;

// Reads the keys of one map into the fields of a struct; an absent key leaves the default.
class Reader {
 public:
  explicit Reader(YamlMap map) : map_(std::move(map)) {}

  template <class T, class Parse>
  void read(std::string_view key, T& field, Parse&& parse) const {
    if (auto value = map_.find(key).parsed(std::forward<Parse>(parse))) field = std::move(*value);
  }
  void line(std::string_view key, std::string& field) const { read(key, field, parse_line); }
  void flag(std::string_view key, bool& field) const { field = map_.find(key).flag_or(field); }
  void count(std::string_view key, int& field, int least, int most) const {
    if (const auto value = map_.find(key).integer(least, most)) field = *value;
  }

  template <class T>
  void word(std::string_view key, T& field, Words<T> words) const {
    read(key, field, [&](std::string_view text) -> Parsed<T> {
      std::string choices;
      for (const auto& [word, value] : words) {
        if (word == text) return value;
        choices += (choices.empty() ? "" : ", ") + std::string(word);
      }
      return Wrong{fmt::format("'{}' is not one of {}", text, choices)};
    });
  }

  void duration(std::string_view key, seconds& field, seconds least, seconds most) const {
    read(key, field, [&](std::string_view text) -> Parsed<seconds> {
      Parsed<seconds> parsed = parse_duration(text);
      if (parsed && (*parsed < least || *parsed > most)) {
        return Wrong{fmt::format("'{}' is out of range: from {}s to {}s", text, least.count(),
                                 most.count())};
      }
      return parsed;
    });
  }

  void kept(std::string_view key, std::optional<days>& field, days least) const {
    read(key, field, [&](std::string_view text) -> Parsed<std::optional<days>> {
      Parsed<std::optional<days>> parsed = parse_kept(text);
      if (parsed && *parsed && **parsed < least)
        return Wrong{fmt::format("'{}' is too short: {}d at least", text, least.count())};
      return parsed;
    });
  }

  void size(std::string_view key, std::size_t& field, std::size_t least, std::size_t most) const {
    read(key, field, [&](std::string_view text) -> Parsed<std::size_t> {
      Parsed<std::size_t> parsed = parse_size(text);
      if (parsed && (*parsed < least || *parsed > most)) {
        return Wrong{fmt::format("'{}' is out of range: from {} to {} bytes", text, least, most)};
      }
      return parsed;
    });
  }

  Reader part(std::string_view key) const { return Reader(map_.find(key).map(keys_in(key))); }
  const YamlMap& map() const { return map_; }

 private:
  YamlMap map_;
};

void read_email(const Reader& in, Config::Email& email, const std::filesystem::path& beside) {
  in.read("url", email.url, [&](std::string_view text) {
    return parse_channel_url(text, {"smtp", "smtps"}, beside);
  });
  in.read("from", email.from, parse_mailbox);
  in.read("reply_to", email.reply_to, parse_optional_mailbox);
  in.line("user", email.user);
  in.line("password_file", email.password_file);
  in.read("return_path", email.return_path, parse_optional_address);
  in.count("messages_a_second", email.messages_a_second, 0, 100'000);
  in.word<notify::Tls>("tls", email.tls,
                       {{"required", notify::Tls::required}, {"none", notify::Tls::none}});
}

void read_whatsapp(const Reader& in, Config::Whatsapp& whatsapp,
                   const std::filesystem::path& beside) {
  using Provider = Config::Provider;
  in.word<Provider>("provider", whatsapp.provider,
                    {{"meta", Provider::meta},
                     {"fonnte", Provider::fonnte},
                     {"wablas", Provider::wablas},
                     {"waha", Provider::waha},
                     {"webhook", Provider::webhook}});
  in.read("url", whatsapp.url, [&](std::string_view text) {
    return parse_channel_url(text, {"https", "http"}, beside);
  });
  in.read("version", whatsapp.version, parse_version);
  in.read("phone_number_id", whatsapp.phone_number_id, parse_name);
  in.read("business_account_id", whatsapp.business_account_id, parse_name);
  in.line("token_file", whatsapp.token_file);
  in.line("app_secret_file", whatsapp.app_secret_file);
  in.line("verify_token_file", whatsapp.verify_token_file);
  in.read("server", whatsapp.server, parse_name);
  in.read("session", whatsapp.session, parse_name);
  in.duration("receipt_within", whatsapp.receipt_within, minutes{1}, hours{24});
  if (whatsapp.provider != Provider::meta) {
    whatsapp.messages_a_second = 0;
    whatsapp.person_interval = seconds{0};
  }
  in.count("messages_a_second", whatsapp.messages_a_second, 0, 100'000);
  in.duration("person_interval", whatsapp.person_interval, seconds{0}, hours{1});
}

void read_portal(const Reader& in, Config::Portal& portal, const std::filesystem::path& beside) {
  in.read("url", portal.url, [&](std::string_view text) {
    return parse_channel_url(text, {"https", "http"}, beside);
  });
  for (const YamlValue& named : in.map().find("secret_files").list()) {
    if (auto file = named.parsed(parse_line)) portal.secret_files.push_back(std::move(*file));
  }
  in.flag("allow_private", portal.allow_private);
}

void read_http(const Reader& in, Config::Http& http) {
  constexpr std::size_t kKiB = 1024, kMiB = 1024 * 1024;
  in.size("header", http.header_bytes, kKiB, kMiB);
  in.size("body", http.body_bytes, kKiB, 64 * kMiB);
  in.size("file", http.file_bytes, kKiB, 256 * kMiB);
  in.size("permit_files", http.permit_file_bytes, kMiB, 1024 * 1024 * kMiB);
  in.size("daily_files", http.daily_file_bytes, kMiB, 1024 * 1024 * kMiB);
  in.duration("request", http.request, seconds{1}, minutes{10});
  in.count("connections", http.connections, 1, 65'535);
  in.count("requests_at_once", http.requests_at_once, 1, 100'000);
  in.count("requests_a_minute", http.requests_a_minute, 1, 100'000'000);
  in.count("failures_a_minute", http.failures_a_minute, 1, 100'000'000);
  for (const YamlValue& one : in.map().find("proxies").list())
    if (auto network = one.parsed(parse_proxy)) http.proxies.push_back(*network);
  in.line("certificate_file", http.certificate_file);
  in.line("key_file", http.key_file);
}

// What cannot work together. Each fault stands at the key that mends it, or at the map that lacks
// it.
void validate(const Config& config, const YamlMap& root, const YamlMap& email,
              const YamlMap& whatsapp, const YamlMap& portal) {
  if (config.listen == config.admin_listen && config.listen.port != 0) {
    root.fault_at("admin_listen", "is the address of `listen`: the two need one each");
  }
  if (config.instansi.empty()) root.fault_at("instansi", "is empty: messages name the agency");
  if (config.kalender.empty()) root.fault_at("kalender", "is empty: name a calendar of the rules");
  if (config.rules.empty()) root.fault_at("rules", "is empty: name the folder of the rules");

  if (config.email.enabled() && !is_file(config.email.url) && !is_loopback(config.email.url) &&
      !email.has("from")) {
    email.fault_at("from", "email.from is missing: another host is sent to, so say who sends");
  }
  if (config.email.user.empty() != config.email.password_file.empty()) {
    email.fault_at(config.email.user.empty() ? "password_file" : "user",
                   "email.user and email.password_file go together");
  }

  const bool provider_called = config.whatsapp.enabled() && !is_file(config.whatsapp.url);
  const bool meta = config.whatsapp.provider == Config::Provider::meta;
  if (provider_called && meta && config.whatsapp.phone_number_id.empty()) {
    whatsapp.fault_at("phone_number_id", "whatsapp.phone_number_id is missing: Meta sends from it");
  }
  const bool own_gateway = config.whatsapp.provider == Config::Provider::webhook;
  if (config.whatsapp.token_file.empty() && !own_gateway &&
      (provider_called ||
       (!config.whatsapp.enabled() && !config.whatsapp.phone_number_id.empty()))) {
    whatsapp.fault_at("token_file",
                      "whatsapp.token_file is missing: the provider asks for a token");
  }
  if (provider_called && config.whatsapp.provider == Config::Provider::wablas &&
      config.whatsapp.url.empty() && config.whatsapp.server.empty()) {
    whatsapp.fault_at("server", "whatsapp.server is missing: the name before .wablas.com");
  }

  if (config.portal.enabled() && !is_file(config.portal.url)) {
    if (config.portal.secret_files.empty()) {
      portal.fault_at("secret_files", "portal.secret_files is missing: webhooks are signed");
    }
    if (config.portal.url.starts_with("http:") && !config.portal.allow_private) {
      portal.fault_at("url", "must be https, or private and allowed by portal.allow_private");
    }
  }
}

// Whether all visitors come through a proxy: nobody else reaches `listen`, or somebody else ends
// the TLS that public_url promises. Not where the pages are for this machine alone.
bool is_proxied(const Config& config) {
  if (!config.public_url.starts_with("https://") || is_loopback(config.public_url)) return false;
  return !config.http.tls() || is_loopback("tcp://" + config.listen.to_string());
}

// Each fault stands at the key that mends it.
void validate_http(const Config& config, const YamlMap& root, const YamlMap& http) {
  if (config.http.certificate_file.empty() != config.http.key_file.empty()) {
    http.fault_at(config.http.key_file.empty() ? "key_file" : "certificate_file",
                  "http.certificate_file and http.key_file go together");
  }
  if (config.http.proxies.empty() && is_proxied(config)) {
    const bool written = root.has("http");
    (written ? http : root)
        .fault_at(
            written ? "proxies" : "public_url",
            fmt::format("http.proxies is empty, but {} is reached through a proxy: all visitors "
                        "would count as one address, and one could keep out all others; name "
                        "the proxy's address, [127.0.0.1] for one on this machine, and have it "
                        "set X-Forwarded-For (docs/operations.md)",
                        config.public_url));
  }
}

std::string reachable(const Endpoint& listen, bool tls) {
  Endpoint shown = listen;
  if (shown.host.empty() || shown.host == "0.0.0.0" || shown.host == "::") shown.host = "127.0.0.1";
  return (tls ? "https://" : "http://") + shown.to_string();
}

}  // namespace

const char* to_string(Config::Provider provider) {
  constexpr const char* kNames[] = {"meta", "fonnte", "wablas", "waha", "webhook"};
  return kNames[static_cast<int>(provider)];
}

std::string Endpoint::to_string() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

Loaded<Config> load_config(const SourceFile& source) {
  const std::filesystem::path beside = std::filesystem::path(source.name).parent_path();
  Config config;
  YamlFile file(source);
  const Reader root(file.document().map(keys_in("")));

  root.word<Config::Mode>("mode", config.mode,
                          {{"live", Config::Mode::live}, {"trial", Config::Mode::trial}});
  root.read("database", config.database, parse_conninfo);
  root.read("database_owner", config.database_owner, parse_optional_conninfo);
  root.read("schema", config.schema, parse_schema);
  root.read("listen", config.listen, parse_endpoint);
  root.read("admin_listen", config.admin_listen, parse_endpoint);
  root.read("public_url", config.public_url, parse_public_url);
  root.line("rules", config.rules);
  root.line("instansi", config.instansi);
  root.read("kalender", config.kalender, parse_name);
  root.duration("undo_window", config.undo_window, seconds{0}, hours{1});
  root.line("state_dir", config.state_dir);
  root.line("backup_stamp", config.backup_stamp);
  root.line("seal_key_file", config.seal_key_file);
  for (const YamlValue& named : root.map().find("seal_former_key_files").list())
    if (auto key = named.parsed(parse_line))
      config.seal_former_key_files.push_back(std::move(*key));
  for (const YamlValue& named : root.map().find("link_key_file").list_or_one())
    if (auto name = named.parsed(parse_line); name && !name->empty())
      config.link_key_file.push_back(std::move(*name));

  const Reader log = root.part("log");
  log.word<Level>("level", config.log.level,
                  {{"debug", Level::debug},
                   {"info", Level::info},
                   {"warning", Level::warning},
                   {"error", Level::error}});
  log.word<LogFormat>("format", config.log.format,
                      {{"auto", LogFormat::automatic},
                       {"journal", LogFormat::journal},
                       {"text", LogFormat::text},
                       {"json", LogFormat::json}});

  const Reader email = root.part("email");
  read_email(email, config.email, beside);
  const Reader whatsapp = root.part("whatsapp");
  read_whatsapp(whatsapp, config.whatsapp, beside);
  const Reader portal = root.part("portal");
  read_portal(portal, config.portal, beside);
  const auto web_address = [](std::string_view text) {
    return text.empty() ? Parsed<std::string>(std::string()) : parse_url(text, {"https", "http"});
  };
  root.part("skm").read("url", config.skm.url, web_address);
  const Reader counter = root.part("kantor");
  counter.line("alamat", config.kantor.address);
  counter.line("telepon", config.kantor.phone);
  counter.line("whatsapp", config.kantor.whatsapp);
  counter.read("peta", config.kantor.map_url, web_address);
  counter.read("pengajuan", config.kantor.apply_url, web_address);

  const Reader officers = root.part("officers");
  officers.duration("group_wait", config.officers.group_wait, seconds{0}, hours{24});
  officers.duration("group_interval", config.officers.group_interval, seconds{0}, hours{24});
  officers.count("messages_an_hour", config.officers.messages_an_hour, 1, 10'000);
  const Reader canary = root.part("canary");
  canary.duration("every", config.canary.every, minutes{5}, hours{24});
  canary.read("to", config.canary.to, parse_recipient);
  const Reader retention = root.part("retention");
  retention.kept("closed", config.retention.closed, days{365});
  retention.kept("messages", config.retention.messages, days{30});
  retention.kept("files", config.retention.files, days{365});
  std::optional<days> answers = config.retention.answers;
  retention.kept("answers", answers, days{1});
  if (answers) config.retention.answers = *answers;
  const Reader http = root.part("http");
  read_http(http, config.http);

  validate(config, root.map(), email.map(), whatsapp.map(), portal.map());
  validate_http(config, root.map(), http.map());
  const std::string& to = config.canary.to;
  if (!to.empty() && !(is_mail(to) ? config.email.enabled() : config.whatsapp.enabled())) {
    canary.map().fault_at("to", "canary.to goes by a channel that is off");
  }
  if (!file.sound()) return file.take_faults();

  if (config.public_url.empty()) config.public_url = reachable(config.listen, config.http.tls());
  config.rules = (beside / config.rules).string();
  config.state_dir = (beside / config.state_dir).string();
  if (!config.backup_stamp.empty()) config.backup_stamp = (beside / config.backup_stamp).string();
  return config;
}

}  // namespace tenggat
