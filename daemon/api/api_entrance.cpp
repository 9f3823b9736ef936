#include "daemon/api/api_entrance.h"

#include <functional>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/http/problem_words.h"
#include "daemon/store/hash.h"

namespace tenggat::http {
namespace {

constexpr std::chrono::hours kUseNotedEvery{1};
constexpr std::chrono::minutes kUseTriedEvery{1};
constexpr std::size_t kUnprovenAtOnce = 16;

// Whether one of the entity tags of an If-None-Match field is `tag`. RFC 9110 section 13.1.2: weak
// comparison.
bool names(std::string_view field, std::string_view tag) {
  if (field == "*") return true;
  for (std::size_t at = field.find(tag); at != std::string_view::npos;
       at = field.find(tag, at + 1)) {
    const std::size_t end = at + tag.size();
    if (end == field.size() || field[end] == ',' || field[end] == ' ') return true;
  }
  return false;
}

// A poller that has this answer already is told so. The answer is made all the same: what changes
// with time alone (elapsed seconds) has no version of its own.
void tag(Response& response, std::string_view known) {
  if (!response.headers.get("ETag"))
    response.headers.set("ETag",
                         '"' + store::hex(store::sha256(response.body)).substr(0, 32) + '"');
  const std::string tag(*response.headers.get("ETag"));
  if (!names(known, tag)) return;
  response.status = 304;
  response.body.clear();
  response.stream = nullptr;
  response.length.reset();
  response.content_type.clear();
}

}  // namespace

// --- by a token ----------------------------------------------------------------------------------

// Counts a token's requests under way.
class TokenEntrance::OneRequest {
 public:
  OneRequest(TokenEntrance& door, std::int64_t token) : door_(door), token_(token) {
    ++door_.under_way_[token_];
  }
  ~OneRequest() {
    const auto found = door_.under_way_.find(token_);
    if (--found->second == 0) door_.under_way_.erase(found);
  }
  OneRequest(const OneRequest&) = delete;
  OneRequest& operator=(const OneRequest&) = delete;
  bool too_many() const { return door_.under_way_.at(token_) > door_.parts_.requests_per_token; }

 private:
  TokenEntrance& door_;
  std::int64_t token_;
};

Route TokenEntrance::route(ApiCall call) {
  const auto its = std::make_shared<const ApiCall>(std::move(call));
  return route_of(its->row, std::bind_front(&TokenEntrance::enter, shared_from_this(), its));
}

awaitable<Response> TokenEntrance::enter(std::shared_ptr<const ApiCall> call, Request request) {
  auto finding = find_caller(request);
  const std::optional<Principal> principal = co_await std::move(finding);
  if (principal) request.trace->actor = words_of(*principal);
  if (auto refusal = limit_rate(request, principal)) co_return std::move(*refusal);
  // Within the rate that the network has for what is nothing.
  if (!principal && request.headers.get("Authorization"))
    log_event(Level::warning, "token_refused",
              {{"route", request.route}, {"from", request.remote_address}});
  const auto access = authorize(principal ? &*principal : nullptr, call->row.who);
  if (!access) co_return denied_response(request, access.error());
  OneRequest counted(*this, principal ? principal->token : 0);
  if (counted.too_many()) co_return too_many_response(request, std::chrono::seconds{1});
  // A file is taken as it comes.
  if (call->row.body != In::file) {
    auto taking = take_body(request, principal ? BodySize::known : BodySize::stranger);
    co_await std::move(taking);
  }
  const bool cacheable = request.method == "GET" || request.method == "HEAD";
  const std::string known(request.headers.get("If-None-Match").value_or(""));
  auto answering = call->by({std::move(request), principal.value_or(Principal{}), *access});
  Response response = co_await std::move(answering);
  if (cacheable && response.status == 200) tag(response, known);
  if (principal && response.status < 500) {
    auto noting = note_use(principal->token);
    co_await std::move(noting);
  }
  co_return response;
}

// By the tokens of a moment ago, else as they are now: it may have been made meanwhile.
awaitable<std::optional<Principal>> TokenEntrance::find_caller(const Request& request) {
  const auto secret = bearer_secret(request);
  if (!secret) co_return std::nullopt;
  if (auto known = find_principal(parts_.rulebook, *secret)) co_return known;
  auto waiting = parts_.door.turn(request.remote_address);
  const Doorkeeper::Turn turn = co_await std::move(waiting);
  auto reading = reader_.read({}, {});
  co_await std::move(reading);
  co_return find_principal(parts_.rulebook, *secret);
}

// A token's holder by the token, everybody else by the network.
std::optional<Response> TokenEntrance::limit_rate(const Request& request,
                                                  const std::optional<Principal>& principal) {
  const auto wait = principal
                        ? parts_.requests.ask(std::to_string(principal->token), Clock::monotonic())
                        : parts_.door.miss(request.remote_address);
  if (wait.count() == 0) return std::nullopt;
  return too_many_response(request, wait);
}

// Nothing is lost where it fails: a later request tries again.
awaitable<void> TokenEntrance::note_use(std::int64_t token) {
  const auto now = Clock::monotonic();
  if (const auto again = note_use_at_.find(token);
      again != note_use_at_.end() && now < again->second)
    co_return;
  note_use_at_[token] = now + kUseNotedEvery;
  try {
    auto acquiring = parts_.reads.acquire();
    pg::Pool::Lease lease = co_await std::move(acquiring);
    pg::Pipeline pipeline;
    store::add_token_use(pipeline, token);
    auto running = lease->run(std::move(pipeline));
    co_await std::move(running);
  } catch (const pg::Error&) {
    note_use_at_[token] = now + kUseTriedEvery;
  }
}

// --- by what a provider knows --------------------------------------------------------------------

namespace {

bool is_by_path(const RouteRow& row) { return row.pattern.ends_with("/{secret}"); }

}  // namespace

// A provider has no token of ours: it signs, or knows the token or path it was given.
std::optional<Principal> ProviderEntrance::find_provider(const RouteRow& row,
                                                         const Request& request) const {
  const notify::ReceiptConfig* config = parts_.receipts;
  if (config == nullptr || request.param("provider") != config->provider) return std::nullopt;
  bool proven = false;
  if (row.method == "GET") {
    proven =
        notify::is_subscription(*config, std::string(request.query.get("hub.mode").value_or("")),
                                std::string(request.query.get("hub.verify_token").value_or("")));
  } else {
    const std::string_view header = notify::signature_header(config->provider);
    const bool by_path = is_by_path(row);
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
awaitable<void> ProviderEntrance::take_unproven(const RouteRow& row, Request& request) {
  const notify::ReceiptConfig* config = parts_.receipts;
  const bool signed_by_name =
      config != nullptr && request.param("provider") == config->provider &&
      !notify::signature_header(config->provider).empty() &&
      request.headers.get(notify::signature_header(config->provider)).has_value();
  const bool by_path = is_by_path(row) && find_provider(row, request);
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

Route ProviderEntrance::route(ApiCall call) {
  const auto its = std::make_shared<const ApiCall>(std::move(call));
  return route_of(its->row, std::bind_front(&ProviderEntrance::enter, shared_from_this(), its));
}

awaitable<Response> ProviderEntrance::enter(std::shared_ptr<const ApiCall> call, Request request) {
  if (request.incoming) {
    auto taking = take_unproven(call->row, request);
    co_await std::move(taking);
  }
  const std::string& from = request.remote_address;
  const std::optional<Principal> provider = find_provider(call->row, request);
  if (provider) request.trace->actor = words_of(*provider);
  const auto wait =
      provider ? parts_.requests.ask("hook " + from, Clock::monotonic()) : parts_.door.miss(from);
  if (wait.count() > 0) co_return too_many_response(request, wait);
  const auto access = authorize(provider ? &*provider : nullptr, call->row.who);
  if (!access) {
    log_event(Level::warning, "receipt_refused", {{"route", request.route}, {"from", from}});
    co_return problem(request, access.error().code, say<Detail::bad_signature>());
  }
  auto answering = call->by({std::move(request), *provider, *access});
  co_return co_await std::move(answering);
}

}  // namespace tenggat::http
