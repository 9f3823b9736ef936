#include "notifiers/whatsapp/receipts.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <charconv>

#include "notifiers/signature.h"
#include "notifiers/whatsapp/answer.h"
#include "notifiers/whatsapp/fonnte.h"
#include "notifiers/whatsapp/gateway.h"
#include "notifiers/whatsapp/meta.h"
#include "notifiers/whatsapp/wablas.h"
#include "notifiers/whatsapp/waha.h"

namespace tenggat::notify {
namespace json = boost::json;
namespace {

struct Form {
  std::string_view provider;
  std::string_view header;  // empty: a secret path
  Digest digest;
  std::string_view prefix;  // of the signature's hex digits
  std::vector<Receipt> (*read)(const json::value&);
};
const std::array<Form, 5> kForms{{
    {"meta", "X-Hub-Signature-256", Digest::sha256, "sha256=", meta::receipts},
    {"fonnte", "", Digest::sha256, "", fonnte::receipts},
    {"wablas", "", Digest::sha256, "", wablas::receipts},
    {"waha", "X-Webhook-Hmac", Digest::sha512, "", waha::receipts},
    {"webhook", "X-Tenggat-Signature", Digest::sha256, "sha256=", gateway::receipts},
}};

const Form* find_form(std::string_view provider) {
  const auto found = std::ranges::find(kForms, provider, &Form::provider);
  return found == kForms.end() ? nullptr : found;
}

// Nothing that could not be kept, or that names nothing.
bool is_of_use(const Receipt& receipt) {
  const auto fits = [](const std::string& id) { return id.empty() || is_receipt_id(id); };
  if (!fits(receipt.provider_id) || !fits(receipt.message) || !fits(receipt.alias)) return false;
  if (receipt.provider_id.empty() && receipt.message.empty() && receipt.alias.empty()) return false;
  const bool pairs = !receipt.provider_id.empty() && !receipt.alias.empty();
  return receipt.state != Receipt::State::sent || pairs;
}

}  // namespace

std::string_view signature_header(std::string_view provider) {
  const Form* form = find_form(provider);
  return form == nullptr ? std::string_view() : form->header;
}

bool is_from_provider(const ReceiptConfig& config, std::string_view raw_body,
                      std::string_view signature) {
  const Form* form = find_form(config.provider);
  if (form == nullptr || config.secret.empty()) return false;
  if (form->header.empty()) return equal_in_constant_time(signature, config.secret);
  if (!signature.starts_with(form->prefix)) return false;
  return is_hmac_of(form->digest, config.secret, raw_body, signature.substr(form->prefix.size()));
}

bool is_subscription(const ReceiptConfig& config, std::string_view mode, std::string_view token) {
  return config.provider == "meta" && mode == "subscribe" && !config.verify_token.empty() &&
         equal_in_constant_time(token, config.verify_token);
}

std::optional<std::vector<Receipt>> read_receipts(std::string_view provider,
                                                  std::string_view raw_body) {
  const Form* form = find_form(provider);
  boost::system::error_code error;
  const json::value body = json::parse(raw_body, error);
  if (form == nullptr || error) return std::nullopt;
  std::vector<Receipt> receipts = form->read(body);
  std::erase_if(receipts, [](const Receipt& one) { return !is_of_use(one); });
  return receipts;
}

std::optional<Instant> receipt_time(const json::value* value) {
  constexpr std::int64_t kYear2001 = 1'000'000'000, kYear2286 = 9'999'999'999;
  const std::string digits = id_text(value);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (count > kYear2286) count /= 1000;
  if (count < kYear2001 || count > kYear2286) return std::nullopt;
  return Instant(Seconds(count));
}

}  // namespace tenggat::notify
