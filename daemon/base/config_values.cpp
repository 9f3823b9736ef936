#include "daemon/base/config_values.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <boost/url/parse.hpp>
#include <boost/url/string_view.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <cstdint>
#include <limits>

#include "notifiers/phone.h"

namespace tenggat {
namespace {

using std::chrono::seconds;

bool has_control(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return true;
  }
  return false;
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

}  // namespace

Parsed<std::string> parse_line(std::string_view text) {
  if (has_control(text)) return Wrong{"holds a control character or a line break"};
  return std::string(text);
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

Parsed<std::optional<std::chrono::days>> parse_kept(std::string_view text) {
  if (text.empty()) return std::optional<std::chrono::days>();
  std::string_view rest = text;
  const std::optional<std::int64_t> count = take_count(rest);
  constexpr std::int64_t kMost = 100;  // years
  if (count && rest == "d" && *count <= kMost * 366)
    return std::optional(std::chrono::days{*count});
  if (count && rest == "y" && *count <= kMost)
    return std::optional(std::chrono::days{(*count * 1461 + 3) / 4});
  return Wrong{fmt::format("'{}' is no time to keep something for: write 90d or 10y", text)};
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

Parsed<std::string> parse_optional_conninfo(std::string_view text) {
  return text.empty() ? Parsed<std::string>(std::string()) : parse_conninfo(text);
}

Parsed<std::string> parse_schema(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz", kMore = "0123456789_";
  constexpr std::size_t kLongest = 40;  // a role and a channel are named after it
  const bool plain =
      !text.empty() && text.size() <= kLongest &&
      kLetters.find(text.front()) != std::string_view::npos &&
      text.find_first_not_of(std::string(kLetters).append(kMore)) == std::string_view::npos;
  if (!plain) {
    return Wrong{fmt::format(
        "'{}' is no name for an office's schema: a small letter first, then small letters, digits "
        "and '_', {} at most, such as banjarbaru",
        text, kLongest)};
  }
  // PostgreSQL's own, those that all offices of a database share, and Citus'.
  for (const std::string_view taken : {"information_schema", "laporan", "tenggat_extensions",
                                       "citus", "citus_internal", "columnar", "columnar_internal"})
    if (text == taken) return Wrong{fmt::format("'{}' is taken: name another schema", text)};
  if (text.starts_with("pg_"))
    return Wrong{fmt::format("'{}' begins with pg_, as PostgreSQL's own do: name another", text)};
  return std::string(text);
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

}  // namespace tenggat
