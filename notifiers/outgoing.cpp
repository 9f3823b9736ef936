#include "notifiers/outgoing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "notifiers/email/email.h"
#include "notifiers/failure.h"
#include "notifiers/file.h"
#include "notifiers/phone.h"
#include "notifiers/utf8.h"
#include "notifiers/whatsapp/fonnte.h"
#include "notifiers/whatsapp/gateway.h"
#include "notifiers/whatsapp/meta.h"
#include "notifiers/whatsapp/wablas.h"
#include "notifiers/whatsapp/waha.h"

namespace tenggat::notify {
namespace asio = boost::asio;
namespace {

constexpr int kMostTemplatePages = 64;  // an account has 6,000 templates at most

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_graph_version(std::string_view text) {
  const auto dot = text.find('.');
  return text.starts_with('v') && dot != std::string_view::npos &&
         is_digits(text.substr(1, dot - 1)) && is_digits(text.substr(dot + 1));
}

std::string scheme_of(const std::string& url) {
  const auto parts = url_parts(url);
  return parts ? parts->scheme : std::string();
}

void validate_email(const EmailConfig& email, std::vector<std::string>& faults) {
  if (email.url.empty() || file_directory(email.url)) return;
  const std::string scheme = scheme_of(email.url);
  if (scheme != "smtp" && scheme != "smtps") {
    faults.push_back("email.url: is neither smtp://HOST:PORT, smtps://HOST:PORT nor file:DIR");
  }
  const auto parts = url_parts(email.url);
  if (parts && parts->holds_user) {
    faults.push_back("email.url: holds a user; use email.user and email.password_file");
  }
  if (!email::parse_mailbox(email.from)) {
    faults.push_back("email.from: is no address such as \"Perizinan <izin@example.go.id>\"");
  }
  if (!email.reply_to.empty() && !email::parse_mailbox(email.reply_to)) {
    faults.push_back("email.reply_to: is no address; leave it empty for none");
  }
  if (!email.return_path.empty() && !is_mail_address(email.return_path)) {
    faults.push_back("email.return_path: is no address; leave it empty for that of email.from");
  }
  if (email.user.empty() != email.password.empty()) {
    faults.push_back("email.user: needs email.password_file beside it, and the other way round");
  }
  if (has_control_byte(email.user) || has_control_byte(email.password)) {
    faults.push_back("email.password_file: user or password holds a control byte");
  }
}

using BuildRequest = boost::system::result<CurlRequest, SendResult> (*)(const Message&,
                                                                        const WhatsappConfig&,
                                                                        Instant);
using Classify = SendResult (*)(const CurlResponse&);
struct Provider {
  std::string_view name;
  BuildRequest build_request;
  Classify classify;
  bool has_address;  // of its own: `url` may be left out
  bool needs_token;
};
constexpr std::array<Provider, 5> kProviders{{
    {"meta", meta::build_request, meta::classify, true, true},
    {"fonnte", fonnte::build_request, fonnte::classify, true, true},
    {"wablas", wablas::build_request, wablas::classify, true, true},
    {"waha", waha::build_request, waha::classify, false, true},
    {"webhook", gateway::build_request, gateway::classify, false, false},
}};

const Provider* find_provider(std::string_view name) {
  const auto found = std::ranges::find(kProviders, name, &Provider::name);
  return found == kProviders.end() ? nullptr : found;
}

void validate_meta(const WhatsappConfig& whatsapp, std::vector<std::string>& faults) {
  if (!is_digits(whatsapp.phone_number_id)) {
    faults.push_back("whatsapp.phone_number_id: is not the number id of Meta's console (digits)");
  }
  if (!whatsapp.business_account_id.empty() && !is_digits(whatsapp.business_account_id)) {
    faults.push_back(
        "whatsapp.business_account_id: is not the id of the WhatsApp Business account (digits)");
  }
  if (!is_graph_version(whatsapp.version)) {
    faults.push_back("whatsapp.version: is no Graph API version such as v23.0");
  }
}

bool is_host_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

void validate_whatsapp(const WhatsappConfig& whatsapp, std::vector<std::string>& faults) {
  const Provider* provider = find_provider(whatsapp.provider);
  if (provider == nullptr) {
    faults.push_back(
        fmt::format("whatsapp.provider: \"{}\" is none of meta, fonnte, wablas, waha, webhook",
                    one_line(whatsapp.provider)));
    return;
  }
  if (file_directory(whatsapp.url) || !whatsapp.enabled()) return;
  if (!whatsapp.url.empty()) {
    const std::string scheme = scheme_of(whatsapp.url);
    const bool safe =
        scheme == "https" || (scheme == "http" && email::is_loopback_url(whatsapp.url));
    if (!safe) {
      faults.push_back("whatsapp.url: is neither https://HOST, http:// on loopback, nor file:DIR");
    }
  } else if (!provider->has_address) {
    faults.push_back(fmt::format("whatsapp.url: says where {} is, which has no address of its own",
                                 whatsapp.provider));
  } else if (whatsapp.provider == "wablas" && !is_host_label(whatsapp.server)) {
    faults.push_back("whatsapp.server: is not the name before .wablas.com, such as solo");
  }
  if (whatsapp.provider == "meta") validate_meta(whatsapp, faults);
  if ((provider->needs_token && whatsapp.token.empty()) || has_control_byte(whatsapp.token)) {
    faults.push_back("whatsapp.token_file: holds no token, or one with control bytes");
  }
}

ChannelsConfig checked(ChannelsConfig config) {
  const auto faults = config.validate();
  if (!faults.empty()) throw std::invalid_argument(fmt::format("{}", fmt::join(faults, "\n")));
  return config;
}

const std::string& url_of(const ChannelsConfig& config, Channel channel) {
  return channel == Channel::email ? config.email.url : config.whatsapp.url;
}

}  // namespace

std::vector<std::string> ChannelsConfig::validate() const {
  std::vector<std::string> faults;
  validate_email(email, faults);
  validate_whatsapp(whatsapp, faults);
  return faults;
}

Outgoing::Outgoing(asio::any_io_executor executor, ChannelsConfig config,
                   std::function<Instant()> real_now)
    : config_(checked(std::move(config))),
      real_now_(std::move(real_now)),
      client_(std::move(executor)) {}

bool Outgoing::configured(Channel channel) const {
  if (channel == Channel::email) return !config_.email.url.empty();
  return config_.whatsapp.enabled();
}

asio::awaitable<SendResult> Outgoing::send(Message message) {
  if (!configured(message.channel)) {
    co_return result(Outcome::channel_stopped, reason::not_configured, "");
  }
  if (const auto directory = file_directory(url_of(config_, message.channel))) {
    co_return write_file(message, *directory);
  }
  const Instant now = real_now_();
  const bool mail = message.channel == Channel::email;
  const Provider& provider = *find_provider(config_.whatsapp.provider);
  auto request = mail ? email::build_request(message, config_.email, now)
                      : provider.build_request(message, config_.whatsapp, now);
  if (request.has_error()) co_return request.error();
  const CurlResponse response = co_await client_.perform(std::move(*request));
  co_return mail ? email::classify(response) : provider.classify(response);
}

bool Outgoing::sends_templates() const {
  return config_.whatsapp.enabled() && config_.whatsapp.provider == "meta" &&
         !file_directory(config_.whatsapp.url);
}

bool Outgoing::asks_of_templates() const {
  return sends_templates() && !config_.whatsapp.business_account_id.empty();
}

asio::awaitable<Outgoing::Templates> Outgoing::templates() {
  std::vector<meta::TemplateState> all;
  std::string after;
  for (int page = 0; page < kMostTemplatePages; ++page) {
    CurlRequest request = meta::templates_request(config_.whatsapp, after);
    auto performing = client_.perform(std::move(request));
    const CurlResponse response = co_await std::move(performing);
    auto answer = meta::templates_answer(response);
    if (answer.has_error()) co_return answer.error();
    for (meta::TemplateState& one : answer->templates) all.push_back(std::move(one));
    after = std::move(answer->after);
    if (after.empty()) break;
  }
  co_return all;
}

}  // namespace tenggat::notify
