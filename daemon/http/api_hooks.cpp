// What comes in from elsewhere about messages of ours: receipts of WhatsApp's providers, and mails
// that came back. Source: contract section 5, domain facts "WhatsApp providers" and "Email".
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/clock.h"
#include "daemon/http/api_calls.h"
#include "daemon/log.h"
#include "daemon/store/receipts.h"
#include "notifiers/email/bounce.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestChallenge = 256;
constexpr std::size_t kUnprovenAtOnce = 16;

Response taken_response(std::size_t taken) {
  return json_response(200, json::serialize(json::object{{"taken", taken}}));
}

std::string parameter_of(const Request& request, std::string_view name) {
  return std::string(request.query.get(name).value_or(""));
}

}  // namespace

// A provider has no token of ours: it signs, or knows the token or path it was given.
std::optional<Principal> Api::find_provider(const Request& request) const {
  const notify::ReceiptConfig* config = parts_.receipts;
  if (config == nullptr || request.param("provider") != config->provider) return std::nullopt;
  bool proven = false;
  if (request.route == "whatsapp_challenge") {
    proven = notify::is_subscription(*config, parameter_of(request, "hub.mode"),
                                     parameter_of(request, "hub.verify_token"));
  } else {
    const std::string_view header = notify::signature_header(config->provider);
    const bool by_path = request.route == "whatsapp_receipt_by_path";
    if (by_path != header.empty()) return std::nullopt;
    const std::string signature(by_path ? request.param("secret")
                                        : request.headers.get(header).value_or(""));
    proven = notify::is_from_provider(*config, request.body, signature);
  }
  if (!proven) return std::nullopt;
  Principal principal;
  principal.kind = Principal::Kind::provider;
  principal.id = config->provider;
  return principal;
}

// A signature is of the body, so that it has to be read before it proves anything: from what says
// that it is signed, in the name of the provider that is configured, and a few at once.
awaitable<void> Api::take_unproven(Request& request) {
  const notify::ReceiptConfig* config = parts_.receipts;
  const bool signed_by_name =
      config != nullptr && request.param("provider") == config->provider &&
      !notify::signature_header(config->provider).empty() &&
      request.headers.get(notify::signature_header(config->provider)).has_value();
  const bool by_path = request.route == "whatsapp_receipt_by_path" && find_provider(request);
  if (signed_by_name && unproven_ == kUnprovenAtOnce) throw BodyFault("overloaded");
  struct Counted {
    explicit Counted(std::size_t& all) : all_(all) { ++all_; }
    ~Counted() { --all_; }
    std::size_t& all_;
  } counted(unproven_);
  auto taking =
      take_body(request, signed_by_name || by_path ? BodySize::known : BodySize::stranger);
  co_await std::move(taking);
}

awaitable<Response> Api::enter_hook(Endpoint endpoint, Request request) {
  if (request.incoming) {
    auto taking = take_unproven(request);
    co_await std::move(taking);
  }
  const std::string& from = request.remote_address;
  const std::optional<Principal> provider = find_provider(request);
  if (provider) request.trace->actor = words_of(*provider);
  const auto wait =
      provider ? parts_.requests.ask("hook " + from, Clock::monotonic()) : parts_.door.miss(from);
  if (wait.count() > 0) co_return too_many_response(request, wait);
  const auto access = authorize(provider ? &*provider : nullptr, {request.route, false, {}});
  if (!access) {
    log_event(Level::warning, "receipt_refused", {{"route", request.route}, {"from", from}});
    co_return problem(request, access.error().code, say<Detail::bad_signature>());
  }
  auto answering = (this->*endpoint)(Call{std::move(request), *provider, *access});
  co_return co_await std::move(answering);
}

awaitable<Response> Api::whatsapp_challenge(Call call) {
  const std::string challenge = parameter_of(call.request, "hub.challenge");
  const bool plain = challenge.size() <= kLongestChallenge &&
                     std::ranges::all_of(challenge, [](char c) { return c > ' ' && c < 0x7F; });
  if (challenge.empty() || !plain)
    co_return problem(call.request, "invalid_parameter",
                      say<Detail::parameter_not_plain>("hub.challenge"));
  Response response;
  response.content_type = "text/plain";
  response.body = challenge;
  co_return response;
}

awaitable<std::size_t> Api::take(notify::Channel channel, std::vector<notify::Receipt> receipts) {
  const std::size_t taken = receipts.size();
  if (taken == 0) co_return 0;
  pg::Pipeline pipeline;
  store::add_take_receipts(pipeline, channel, receipts);
  auto acquiring = parts_.reads.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto storing = lease->run(std::move(pipeline));
  co_await std::move(storing);
  co_return taken;
}

// Of ids nobody knows, too, is said that they were taken: a provider would come again for ever.
awaitable<Response> Api::whatsapp_receipt(Call call) {
  auto receipts = notify::read_receipts(call.principal.id, call.request.body);
  if (!receipts) co_return problem(call.request, "invalid_json");
  auto taking = take(notify::Channel::whatsapp, std::move(*receipts));
  co_return taken_response(co_await std::move(taking));
}

awaitable<Response> Api::email_bounce(Call call) {
  if (auto refusal = refuse_other_parameters(call.request, {"recipient"}))
    co_return std::move(*refusal);
  if (call.request.body.empty())
    co_return problem(call.request, "invalid_body", say<Detail::empty_mail>());
  auto asking = read({}, {});
  const Reading now = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, now)) co_return std::move(*refusal);
  std::vector<notify::Receipt> receipts;
  if (auto bounce =
          notify::email::read_bounce(call.request.body, parameter_of(call.request, "recipient")))
    receipts.push_back(std::move(*bounce));
  auto taking = take(notify::Channel::email, std::move(receipts));
  co_return taken_response(co_await std::move(taking));
}

}  // namespace tenggat::http
