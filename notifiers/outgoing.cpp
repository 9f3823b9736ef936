#include "notifiers/outgoing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "notifiers/email/email.h"
#include "notifiers/failure.h"
#include "notifiers/file.h"
#include "notifiers/utf8.h"
#include "notifiers/whatsapp/meta.h"

namespace tenggat::notify {
namespace asio = boost::asio;
namespace {

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
  if (email.user.empty() != email.password.empty()) {
    faults.push_back("email.user: needs email.password_file beside it, and the other way round");
  }
  if (has_control_byte(email.user) || has_control_byte(email.password)) {
    faults.push_back("email.password_file: user or password holds a control byte");
  }
}

void validate_whatsapp(const WhatsappConfig& whatsapp, std::vector<std::string>& faults) {
  if (whatsapp.provider != "meta") {
    faults.push_back(fmt::format("whatsapp.provider: \"{}\" is not supported yet; meta is",
                                 one_line(whatsapp.provider)));
  }
  if (file_directory(whatsapp.url)) return;
  if (!whatsapp.url.empty()) {
    const std::string scheme = scheme_of(whatsapp.url);
    const bool safe =
        scheme == "https" || (scheme == "http" && email::is_loopback_url(whatsapp.url));
    if (!safe) {
      faults.push_back("whatsapp.url: is neither https://HOST, http:// on loopback, nor file:DIR");
    }
  }
  if (whatsapp.phone_number_id.empty() && whatsapp.token.empty() && whatsapp.url.empty()) return;
  if (!is_digits(whatsapp.phone_number_id)) {
    faults.push_back("whatsapp.phone_number_id: is not the number id of Meta's console (digits)");
  }
  if (!is_graph_version(whatsapp.version)) {
    faults.push_back("whatsapp.version: is no Graph API version such as v23.0");
  }
  if (whatsapp.token.empty() || has_control_byte(whatsapp.token)) {
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
  return file_directory(config_.whatsapp.url).has_value() ||
         !config_.whatsapp.phone_number_id.empty();
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
  auto request = mail ? email::build_request(message, config_.email, now)
                      : meta::build_request(message, config_.whatsapp, now);
  if (request.has_error()) co_return request.error();
  const CurlResponse response = co_await client_.perform(std::move(*request));
  co_return mail ? email::classify(response) : meta::classify(response);
}

}  // namespace tenggat::notify
