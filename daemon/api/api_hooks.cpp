// What comes in from elsewhere about messages of ours: receipts of WhatsApp's providers, and mails
// that came back. Source: docs/reference.md, Calls; docs/domain.md, WhatsApp and Mail.
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api/api_calls.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/store/receipts.h"
#include "daemon/store/templates.h"
#include "notifiers/email/bounce.h"
#include "notifiers/whatsapp/inbound.h"
#include "notifiers/whatsapp/meta.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestChallenge = 256;

Response taken_response(std::size_t taken) {
  return json_response(200, json::serialize(json::object{{"taken", taken}}));
}

std::string parameter_of(const Request& request, std::string_view name) {
  return std::string(request.query.get(name).value_or(""));
}

awaitable<std::size_t> take(pg::Pool& pool, notify::Channel channel,
                            std::vector<notify::Receipt> receipts) {
  const std::size_t taken = receipts.size();
  if (taken == 0) co_return 0;
  pg::Pipeline pipeline;
  store::add_take_receipts(pipeline, channel, receipts);
  auto acquiring = pool.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto storing = lease->run(std::move(pipeline));
  co_await std::move(storing);
  co_return taken;
}

class HookCalls {
 public:
  explicit HookCalls(const ApiParts& parts) : pool_(parts.reads), replies_(parts.replies) {}
  awaitable<Response> whatsapp_challenge(Call call);
  awaitable<Response> whatsapp_receipt(Call call);

 private:
  awaitable<void> want_templates();

  pg::Pool& pool_;
  office::Replies* replies_;
};

class BounceCalls : public ApiGroup {
 public:
  explicit BounceCalls(const ApiParts& parts) : ApiGroup(parts), pool_(parts.reads) {}
  awaitable<Response> email_bounce(Call call);

 private:
  pg::Pool& pool_;
};

}  // namespace

awaitable<Response> HookCalls::whatsapp_challenge(Call call) {
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

awaitable<void> HookCalls::want_templates() {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Pipeline wanting;
  store::add_want_templates(wanting);
  co_await lease->run(std::move(wanting));
}

// Of ids nobody knows, too, is said that they were taken: a provider would come again for ever.
awaitable<Response> HookCalls::whatsapp_receipt(Call call) {
  auto receipts = notify::read_receipts(call.principal.id, call.request.body);
  if (!receipts) co_return problem(call.request, "invalid_json");
  std::vector<notify::Inbound> written = notify::read_inbound(call.principal.id, call.request.body);
  const std::size_t messages = replies_ ? written.size() : 0;
  auto taking = take(pool_, notify::Channel::whatsapp, std::move(*receipts));
  const std::size_t taken = co_await std::move(taking);
  if (call.principal.id == "meta" && notify::meta::tells_of_templates(call.request.body)) {
    auto wanting = want_templates();
    co_await std::move(wanting);
  }
  if (messages > 0) {
    auto keeping = replies_->take(std::move(written));
    co_await std::move(keeping);
  }
  co_return taken_response(taken + messages);
}

awaitable<Response> BounceCalls::email_bounce(Call call) {
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
  auto taking = take(pool_, notify::Channel::email, std::move(receipts));
  co_return taken_response(co_await std::move(taking));
}

std::vector<ApiCall> bounce_calls(const ApiParts* parts) {
  static constexpr RowOf<BounceCalls, Call> kRows[] = {
      {"POST", "/api/v1/hooks/email/bounce", "email_bounce", Who::bounce, In::whole, Out::small,
       &BounceCalls::email_bounce},
  };
  return answered_by(parts, kRows);
}

std::vector<ApiCall> hook_calls(const ApiParts* parts) {
  static constexpr RowOf<HookCalls, Call> kRows[] = {
      {"GET", "/api/v1/hooks/whatsapp/{provider}", "whatsapp_challenge", Who::provider, In::none,
       Out::small, &HookCalls::whatsapp_challenge},
      {"POST", "/api/v1/hooks/whatsapp/{provider}", "whatsapp_receipt", Who::provider, In::whole,
       Out::small, &HookCalls::whatsapp_receipt},
      {"POST", "/api/v1/hooks/whatsapp/{provider}/{secret}", "whatsapp_receipt_by_path",
       Who::provider, In::whole, Out::small, &HookCalls::whatsapp_receipt},
  };
  return answered_by(parts, kRows);
}

}  // namespace tenggat::http
