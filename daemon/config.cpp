#include "daemon/config.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <boost/url/parse.hpp>
#include <boost/url/string_view.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/config_keys.h"
#include "notifiers/phone.h"
#include "rules/yaml.h"

namespace tenggat {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// A sentence that says what is wrong with a value and what would be right.
struct Wrong {
  std::string sentence;
};

// What YamlValue::parsed() takes; boost's result cannot tell a text from a refusal that is a text.
template <class T>
class Parsed {
 public:
  using value_type = T;
  Parsed(T value) : value_(std::move(value)) {}
  Parsed(Wrong wrong) : wrong_(std::move(wrong.sentence)) {}
  explicit operator bool() const { return value_.has_value(); }
  T& operator*() { return *value_; }
  T* operator->() { return &*value_; }
  const std::string& error() const { return wrong_; }

 private:
  std::optional<T> value_;
  std::string wrong_;
};

template <class T>
using Words = std::initializer_list<std::pair<std::string_view, T>>;

bool has_control(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return true;
  }
  return false;
}

Parsed<std::string> parse_line(std::string_view text) {
  if (has_control(text)) return Wrong{"holds a control character or a line break"};
  return std::string(text);
}

// A decimal count at the head of `text`, which loses it; nothing where there is none or it is too
// large.
std::optional<std::int64_t> take_count(std::string_view& text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0 || count > std::numeric_limits<std::int32_t>::max()) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return count;
}

Parsed<seconds> parse_duration(std::string_view text) {
  const Wrong wrong{fmt::format("'{}' is not a duration: write 30s, 2m, 1h or 1h 30m", text)};
  constexpr std::pair<char, std::int64_t> kUnits[] = {{'h', 3600}, {'m', 60}, {'s', 1}};
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  do {
    const std::optional<std::int64_t> count = take_count(text);
    if (!count || text.empty()) return wrong;
    while (next_unit < std::size(kUnits) && kUnits[next_unit].first != text.front()) ++next_unit;
    if (next_unit == std::size(kUnits)) return wrong;
    total += *count * kUnits[next_unit++].second;
    text.remove_prefix(1);
    if (text.size() > 1 && text.front() == ' ') text.remove_prefix(1);
  } while (!text.empty());
  return seconds{total};
}

Parsed<std::size_t> parse_size(std::string_view text) {
  const Wrong wrong{fmt::format("'{}' is not a size: write 512, 16KiB, 20MiB or 2GiB", text)};
  const std::optional<std::int64_t> count = take_count(text);
  if (!count) return wrong;
  if (text.size() > 1 && text.front() == ' ') text.remove_prefix(1);
  const auto bytes = static_cast<std::size_t>(*count);
  if (text.empty()) return bytes;
  if (text == "KiB") return bytes * 1024;
  if (text == "MiB") return bytes * 1024 * 1024;
  if (text == "GiB") return bytes * 1024 * 1024 * 1024;
  return wrong;
}

Parsed<Endpoint> parse_endpoint(std::string_view text) {
  const Wrong wrong{
      fmt::format("'{}' is not an address and port: write 127.0.0.1:8080 or [::1]:8080", text)};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || has_control(text)) return wrong;
  std::string_view host = text.substr(0, colon);
  std::string_view port_text = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.empty()) return wrong;
  } else if (host.find_first_of(":[] /@") != std::string_view::npos) {
    return wrong;
  }
  const std::optional<std::int64_t> port = take_count(port_text);
  if (!port || !port_text.empty() || *port > std::numeric_limits<std::uint16_t>::max())
    return wrong;
  return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

// libpq's own message is not passed on: it quotes what stood there, which may be a password.
Parsed<std::string> parse_conninfo(std::string_view text) {
  const std::string conninfo(text);
  char* message = nullptr;
  PQconninfoOption* options = PQconninfoParse(conninfo.c_str(), &message);
  PQfreemem(message);
  if (options == nullptr || text.empty() || has_control(text)) {
    PQconninfoFree(options);
    return Wrong{
        "is not a libpq connection string: write host=… dbname=… user=… or postgresql://…"};
  }
  PQconninfoFree(options);
  return conninfo;
}

Parsed<std::string> parse_url(std::string_view text,
                              std::initializer_list<std::string_view> schemes) {
  std::string choices;
  for (const std::string_view scheme : schemes) {
    choices += (choices.empty() ? "" : ", ") + std::string(scheme) + "://…";
  }
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
  bool fits = parsed.has_value() && !has_control(text);
  if (fits) {
    const boost::urls::url_view url = *parsed;
    bool scheme_fits = false;
    for (const std::string_view scheme : schemes) {
      scheme_fits =
          scheme_fits || url.scheme() == boost::urls::string_view(scheme.data(), scheme.size());
    }
    fits = scheme_fits && !url.encoded_host().empty() && !url.has_userinfo() && !url.has_fragment();
  }
  if (!fits)
    return Wrong{
        fmt::format("'{}' is not an address: write {}, without user or password", text, choices)};
  return std::string(text);
}

bool is_file(std::string_view url) { return url.starts_with("file:"); }

Parsed<std::string> parse_channel_url(std::string_view text,
                                      std::initializer_list<std::string_view> schemes,
                                      const std::filesystem::path& beside) {
  if (text.empty()) return std::string();
  if (!is_file(text)) return parse_url(text, schemes);
  std::string_view directory = text.substr(std::string_view("file:").size());
  if (directory.starts_with("///")) directory.remove_prefix(2);
  if (directory.empty() || directory.starts_with("//") || has_control(directory)) {
    return Wrong{fmt::format("'{}' is not a folder: write file:DIR", text)};
  }
  return "file:" + (beside / directory).string();
}

Parsed<std::string> parse_public_url(std::string_view text) {
  Parsed<std::string> url = parse_url(text, {"https", "http"});
  if (!url) return url;
  if (url->find('?') != std::string::npos) return Wrong{"takes no query: pages are added to it"};
  while (url->ends_with('/')) url->pop_back();
  // Links, forms, cookies and redirects of the pages begin at the root of their host.
  if (url->find('/', url->find("://") + 3) != std::string::npos)
    return Wrong{"takes no path: give the pages a host name of their own"};
  return url;
}

// "Perizinan <izin@example.go.id>" or the address alone.
Parsed<std::string> parse_mailbox(std::string_view text) {
  std::string_view address = text;
  const std::size_t open = text.rfind('<');
  if (open != std::string_view::npos && text.ends_with('>')) {
    address = text.substr(open + 1, text.size() - open - 2);
  }
  if (has_control(text) || !notify::is_mail_address(address)) {
    return Wrong{fmt::format("'{}' is not a sender: write Name <name@example.go.id>", text)};
  }
  return std::string(text);
}

Parsed<std::string> parse_optional_mailbox(std::string_view text) {
  return text.empty() ? Parsed<std::string>(std::string()) : parse_mailbox(text);
}

bool is_mail(std::string_view recipient) { return recipient.find('@') != std::string_view::npos; }

Parsed<std::string> parse_recipient(std::string_view text) {
  if (text.empty() || (!has_control(text) && notify::is_mail_address(text)))
    return std::string(text);
  if (notify::is_foreign_phone(text))
    return Wrong{fmt::format("'{}' is a foreign number: an Indonesian one is needed", text)};
  if (auto phone = notify::normalise_phone(text)) return std::move(*phone);
  return Wrong{fmt::format("'{}' is neither an email address nor a WhatsApp number", text)};
}

Parsed<std::string> parse_optional_address(std::string_view text) {
  if (text.empty() || notify::is_mail_address(text)) return std::string(text);
  return Wrong{fmt::format("'{}' is not an address: write bounce@example.go.id", text)};
}

Parsed<std::string> parse_version(std::string_view text) {
  std::string_view rest = text;
  bool fits = rest.starts_with('v');
  if (fits) {
    rest.remove_prefix(1);
    fits = take_count(rest).has_value() && rest.starts_with('.');
  }
  if (fits) {
    rest.remove_prefix(1);
    fits = take_count(rest).has_value() && rest.empty();
  }
  if (!fits) return Wrong{fmt::format("'{}' is not a version of Meta's API: write v23.0", text)};
  return std::string(text);
}

Parsed<std::string> parse_name(std::string_view text) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  if (text.find_first_not_of(kLetters) != std::string_view::npos) {
    return Wrong{fmt::format("'{}' may hold letters, digits, '_', '-' and '.' only", text)};
  }
  return std::string(text);
}

Parsed<Network> parse_proxy(std::string_view text) {
  if (text.ends_with("/0"))
    return Wrong{fmt::format("'{}' is everybody: each could say to be anybody else", text)};
  if (const auto network = parse_network(text)) return *network;
  return Wrong{fmt::format("'{}' is no address or network, such as 127.0.0.1 or 10.0.0.0/8", text)};
}

bool is_loopback(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(url.data(), url.size()));
  if (!parsed) return false;
  const std::string host(parsed->encoded_host().data(), parsed->encoded_host().size());
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

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
  root.read("listen", config.listen, parse_endpoint);
  root.read("admin_listen", config.admin_listen, parse_endpoint);
  root.read("public_url", config.public_url, parse_public_url);
  root.line("rules", config.rules);
  root.line("instansi", config.instansi);
  root.read("kalender", config.kalender, parse_name);
  root.duration("undo_window", config.undo_window, seconds{0}, hours{1});

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
  root.part("skm").read("url", config.skm.url, [](std::string_view text) {
    return text.empty() ? Parsed<std::string>(std::string()) : parse_url(text, {"https", "http"});
  });

  const Reader officers = root.part("officers");
  officers.duration("group_wait", config.officers.group_wait, seconds{0}, hours{24});
  officers.duration("group_interval", config.officers.group_interval, seconds{0}, hours{24});
  officers.count("messages_an_hour", config.officers.messages_an_hour, 1, 10'000);
  const Reader canary = root.part("canary");
  canary.duration("every", config.canary.every, minutes{5}, hours{24});
  canary.read("to", config.canary.to, parse_recipient);
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
  return config;
}

}  // namespace tenggat
