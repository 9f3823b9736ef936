#include "daemon/http/api.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/clock.h"
#include "daemon/http/api_calls.h"
#include "daemon/http/openapi.h"
#include "daemon/store/hash.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

constexpr const char* kRetrySoon = "1";
constexpr const char* kRetryOutage = "2";
constexpr std::chrono::hours kUseNotedEvery{1};
constexpr std::chrono::minutes kUseTriedEvery{1};

// The operator's cancelling and rollbacks, besides outages.
bool passes_by_itself(const pg::Error& error) {
  return error.is_outage() || error.is_stale_plan() || error.sqlstate_class() == "57" ||
         error.sqlstate_class() == "40";
}

// The permit as it is, without what was meant for whoever handed it in.
json::value current_state(const std::string& body) {
  json::error_code error;
  json::value permit = json::parse(body, error);
  if (error || !permit.is_object()) return nullptr;
  permit.as_object().erase("tracking_url");
  return permit;
}

json::array missing_of(const Refusal& refusal) {
  if (refusal.reason() == Reason::missing_note) return {"note"};
  if (refusal.reason() == Reason::missing_reason) return {"reason"};
  const std::vector<std::string> missing = refusal.missing();
  return json::array(missing.begin(), missing.end());
}

Response refused(const Request& request, const Refusal& refusal, const std::string& body) {
  const ProblemCode code = problem_code(refusal.reason());
  json::object extra;
  if (code->status == 409 && !body.empty()) extra["permit"] = current_state(body);
  if (json::array missing = missing_of(refusal); code->status == 422 && !missing.empty())
    extra["missing"] = std::move(missing);
  return problem(request, code, refusal.detail(), std::move(extra));
}

}  // namespace

// Counts a token's requests under way.
class OneRequest {
 public:
  OneRequest(Api& api, std::int64_t token) : api_(api), token_(token) { ++api_.under_way_[token_]; }
  ~OneRequest() {
    const auto found = api_.under_way_.find(token_);
    if (--found->second == 0) api_.under_way_.erase(found);
  }
  OneRequest(const OneRequest&) = delete;
  OneRequest& operator=(const OneRequest&) = delete;
  bool too_many() const { return api_.under_way_.at(token_) > api_.parts_.requests_per_token; }

 private:
  Api& api_;
  std::int64_t token_;
};

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response too_many_response(const Request& request, std::chrono::seconds wait) {
  Response response = problem(request, "too_many_requests");
  response.headers.set("Retry-After", std::to_string(wait.count()));
  return response;
}

Response busy_response(const Request& request) {
  Response response = problem(request, "overloaded");
  response.headers.set("Retry-After", kRetrySoon);
  return response;
}

namespace {

// Says what the database lacks, where it lacks anything: a full disk is not a lost connection.
Response unable_response(Language language, const std::string& outage) {
  Said detail;
  if (!outage.empty()) {
    const Words words = office::words_of_outage(outage);
    detail = {std::string(words.english), std::string(words.indonesian)};
  }
  Response response = problem(language, "database_away", detail);
  response.headers.set("Retry-After", kRetryOutage);
  return response;
}

}  // namespace

std::optional<Response> repeated_answer(const Request& request, const office::IdempotencyKey& key,
                                        const std::vector<store::KeptAnswer>& kept) {
  if (kept.empty()) return std::nullopt;
  if (kept.front().request != key.request) return problem(request, "key_reused");
  return json_response(kept.front().status, kept.front().body);
}

Response command_response(const Request& request, const office::CommandAnswer& answer) {
  using Kind = office::CommandAnswer::Kind;
  switch (answer.kind) {
    case Kind::done:
    case Kind::repeated:
      return json_response(answer.status, answer.body);
    case Kind::refused:
      // A file that was there a moment ago: asked again, the caller is told which.
      if (answer.refusal && answer.refusal->reason() == Reason::missing_upload)
        return busy_response(request);
      if (answer.refusal) return refused(request, *answer.refusal, answer.body);
      return problem(request, "internal");
    case Kind::not_found:
      return problem(request, "not_found");
    case Kind::key_reused:
      return problem(request, "key_reused");
    case Kind::busy:
      return answer.outage.empty() ? busy_response(request)
                                   : unable_response(language_of(request), answer.outage);
    case Kind::failed:
      break;
  }
  return problem(request, "internal");
}

std::optional<Response> outage_answer(const std::exception& failure, Language language) {
  const auto* error = dynamic_cast<const pg::Error*>(&failure);
  if (!error) return std::nullopt;
  if (dynamic_cast<const pg::PoolBusy*>(error)) {
    Response response = problem(language, "overloaded");
    response.headers.set("Retry-After", kRetrySoon);
    return response;
  }
  if (!passes_by_itself(*error)) return std::nullopt;
  return unable_response(language, error->is_outage() ? error->sqlstate() : std::string());
}

namespace {

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

// --- the way in ----------------------------------------------------------------------------------

awaitable<Response> Api::enter(Endpoint endpoint, Request request) {
  std::optional<Principal> principal;
  if (const auto secret = bearer_secret(request)) {
    principal = find_principal(*secret);
    if (!principal) {  // perhaps made a moment ago
      auto authenticating = authenticate(*secret, request.remote_address);
      principal = co_await std::move(authenticating);
    }
  }
  if (principal) request.trace->actor = words_of(*principal);
  if (auto refusal = limit_rate(request, principal)) co_return std::move(*refusal);
  const auto access = authorize(principal ? &*principal : nullptr, {request.route, false, {}});
  // Whether the caller acts for an officer stands in the body: that question comes again there.
  const bool may_act = principal && principal->has("act") &&
                       authorize(&*principal, {request.route, true, {}}).has_value();
  if (!access && !may_act) {
    Response response = problem(request, access.error().code, access.error().detail());
    if (response.status == 401) response.headers.set("WWW-Authenticate", "Bearer");
    co_return response;
  }
  OneRequest counted(*this, principal ? principal->token : 0);
  if (counted.too_many()) co_return too_many_response(request, std::chrono::seconds{1});
  // A file is taken as it comes.
  if (endpoint != &Api::file_create) {
    auto taking = take_body(request, principal ? BodySize::known : BodySize::stranger);
    co_await std::move(taking);
  }
  const bool cacheable = request.method == "GET" || request.method == "HEAD";
  const std::string known(request.headers.get("If-None-Match").value_or(""));
  Call call{std::move(request), principal.value_or(Principal{}),
            access ? *access : Access{Capacity::for_officer, false}};
  auto answering = (this->*endpoint)(std::move(call));
  Response response = co_await std::move(answering);
  if (cacheable && response.status == 200) tag(response, known);
  if (principal && response.status < 500) {
    auto noting = note_use(principal->token);
    co_await std::move(noting);
  }
  co_return response;
}

// A token's holder by the token, everybody else by the network.
std::optional<Response> Api::limit_rate(const Request& request,
                                        const std::optional<Principal>& principal) {
  const auto wait = principal
                        ? parts_.requests.ask(std::to_string(principal->token), Clock::monotonic())
                        : parts_.door.miss(request.remote_address);
  if (wait.count() == 0) return std::nullopt;
  return too_many_response(request, wait);
}

// Nothing is lost where it fails: a later request tries again.
awaitable<void> Api::note_use(std::int64_t token) {
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

awaitable<Response> Api::openapi(Call) {
  co_return json_response(200, std::string(openapi_text()));
}

std::optional<Principal> Api::find_principal(const std::string& secret) const {
  const store::Token* token = parts_.rulebook.find_token(store::token_hash(secret));
  if (!token || !token->live(Clock::machine_now())) return std::nullopt;
  return principal_of(*token);
}

awaitable<std::optional<Principal>> Api::authenticate(std::string secret, std::string from) {
  auto waiting = parts_.door.turn(std::move(from));
  const Doorkeeper::Turn turn = co_await std::move(waiting);
  auto reading = read({}, {});
  co_await std::move(reading);
  co_return find_principal(secret);
}

bool Api::still_valid(const Principal& principal, const std::string& secret, Instant now) const {
  if (!find_principal(secret)) return false;
  if (principal.kind == Principal::Kind::service) return true;
  const Officer* officer = parts_.rulebook.people().find(principal.id);
  if (!officer) return false;
  if (officer->ended.empty()) return true;
  const std::vector<const Sop*> sops = parts_.rulebook.sops_in_force();
  return !sops.empty() && officer->ended > parts_.rulebook.context(*sops.front(), now).today();
}

std::optional<Response> Api::refuse_stale_caller(const Call& call, const Reading& reading) const {
  const auto secret = bearer_secret(call.request);
  if (secret && still_valid(call.principal, *secret, reading.moment.now)) return std::nullopt;
  Response response = problem(call.request, "unauthenticated");
  response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

std::optional<Response> Api::refuse_other(const Call& call,
                                          const store::StoredPermit& stored) const {
  const auto access = authorize(
      &call.principal, {call.request.route, false, std::string_view(stored.permit.created_by)});
  if (access) return std::nullopt;
  return problem(call.request, access.error().code, access.error().detail());
}

// --- reading -------------------------------------------------------------------------------------

ViewOptions Api::view_for(const Principal& principal, std::string_view route,
                          const store::StoredPermit& stored) const {
  const std::string& owner = stored.permit.created_by;
  return {parts_.public_url, may_see(principal, route, Field::contact, owner),
          may_see(principal, route, Field::tracking_link, owner),
          may_see(principal, route, Field::outcome, owner)};
}

std::string Api::view(const Principal& principal, std::string_view route,
                      const store::StoredPermit& stored, Instant now) const {
  const Sop& sop = parts_.rulebook.sop_version(stored.permit.sop_version);
  return permit_json(stored, sop, calendar_of(sop), now, view_for(principal, route, stored));
}

// --- routes --------------------------------------------------------------------------------------

std::vector<Route> api_routes(ApiParts parts) {
  const auto api = std::make_shared<Api>(std::move(parts));
  std::vector<Route> routes;
  const auto add = [&](const char* method, const char* path, const char* name,
                       Api::Endpoint endpoint) {
    routes.push_back(
        {method, std::string("/api/v1") + path, name, std::bind_front(&Api::enter, api, endpoint)});
  };
  add("POST", "/permits", "permit_create", &Api::permit_create);
  add("GET", "/permits", "permit_list", &Api::permit_list);
  add("GET", "/permits/{id}", "permit_show", &Api::permit_show);
  add("GET", "/permits/{id}/timeline", "permit_timeline", &Api::permit_timeline);
  add("GET", "/permits/{id}/why", "permit_why", &Api::permit_why);
  add("POST", "/permits/{id}/actions", "permit_action", &Api::permit_action);
  add("POST", "/permits/{id}/undo", "permit_undo", &Api::permit_undo);
  add("POST", "/permits/{id}/claim", "permit_claim", &Api::permit_claim);
  add("POST", "/permits/{id}/release", "permit_release", &Api::permit_release);
  add("POST", "/permits/{id}/assign", "permit_assign", &Api::permit_assign);
  add("POST", "/permits/{id}/escalate", "permit_escalate", &Api::permit_escalate);
  add("POST", "/permits/{id}/acknowledge", "permit_acknowledge", &Api::permit_acknowledge);
  add("POST", "/permits/{id}/pause", "permit_pause", &Api::permit_pause);
  add("POST", "/permits/{id}/resume", "permit_resume", &Api::permit_resume);
  add("GET", "/events", "event_list", &Api::event_list);
  add("GET", "/tasks", "task_list", &Api::task_list);
  add("POST", "/files", "file_create", &Api::file_create);
  add("GET", "/files/{sha256}", "file_show", &Api::file_show);
  add("GET", "/sops", "sop_list", &Api::sop_list);
  add("GET", "/sops/{id}", "sop_show", &Api::sop_show);
  add("GET", "/sops/{id}/diagram.svg", "sop_diagram", &Api::sop_diagram);
  add("GET", "/officers", "officer_list", &Api::officer_list);
  add("POST", "/officers", "officer_create", &Api::officer_create);
  add("POST", "/officers/{id}", "officer_edit", &Api::officer_edit);
  add("POST", "/officers/{id}/leaves", "officer_leave", &Api::officer_leave);
  add("GET", "/delegations", "delegation_list", &Api::delegation_list);
  add("POST", "/delegations", "delegation_create", &Api::delegation_create);
  add("POST", "/delegations/{id}/end", "delegation_end", &Api::delegation_end);
  add("GET", "/notices", "notice_list", &Api::notice_list);
  add("POST", "/messages/{id}/retry", "message_retry", &Api::message_retry);
  add("POST", "/messages/{id}/discard", "message_discard", &Api::message_discard);
  add("POST", "/hooks/email/bounce", "email_bounce", &Api::email_bounce);
  add("GET", "/openapi.json", "openapi", &Api::openapi);
  const auto add_hook = [&](const char* method, const char* path, const char* name,
                            Api::Endpoint endpoint) {
    routes.push_back({method, std::string("/api/v1/hooks/whatsapp/{provider}") + path, name,
                      std::bind_front(&Api::enter_hook, api, endpoint)});
  };
  add_hook("GET", "", "whatsapp_challenge", &Api::whatsapp_challenge);
  add_hook("POST", "", "whatsapp_receipt", &Api::whatsapp_receipt);
  add_hook("POST", "/{secret}", "whatsapp_receipt_by_path", &Api::whatsapp_receipt);
  require_rows(routes);
  return routes;
}

}  // namespace tenggat::http
