#include "daemon/api/api.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api/api_calls.h"
#include "daemon/api/api_entrance.h"
#include "daemon/api/openapi.h"
#include "daemon/base/clock.h"
#include "daemon/office/observers.h"
#include "daemon/store/errors.h"
#include "daemon/store/hash.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

constexpr const char* kRetrySoon = "1";
constexpr const char* kRetryOutage = "2";

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

Response denied_response(const Request& request, const Denial& denial) {
  Response response = problem(request, denial.code, denial.detail());
  if (response.status == 401) response.headers.set("WWW-Authenticate", "Bearer");
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

std::optional<Response> repeated_answer(const Request& request, const IdempotencyKey& key,
                                        const std::vector<store::KeptAnswer>& kept) {
  if (kept.empty()) return std::nullopt;
  if (kept.front().request != key.request) return problem(request, "key_reused");
  return json_response(kept.front().status, kept.front().body);
}

Response command_response(const Request& request, const CommandAnswer& answer) {
  using Kind = CommandAnswer::Kind;
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

// --- what groups share ---------------------------------------------------------------------------

std::optional<Principal> find_principal(const office::Rulebook& rulebook,
                                        const std::string& secret) {
  const store::Token* token = rulebook.find_token(store::token_hash(secret));
  if (!token || !token->live(Clock::machine_now())) return std::nullopt;
  Principal principal = principal_of(*token);
  principal.overseer = office::oversees(rulebook, token->officer);
  return principal;
}

namespace {

// Still valid by what was just read.
bool still_valid(const office::Rulebook& rulebook, const Principal& principal,
                 const std::string& secret, Instant now) {
  if (!find_principal(rulebook, secret)) return false;
  if (principal.kind == Principal::Kind::service) return true;
  const Officer* officer = rulebook.people().find(principal.id);
  if (!officer) return false;
  if (officer->ended.empty()) return true;
  const std::vector<const Sop*> sops = rulebook.sops_in_force();
  return !sops.empty() && officer->ended > rulebook.context(*sops.front(), now).today();
}

}  // namespace

std::optional<Response> ApiGroup::refuse_stale_caller(const Call& call,
                                                      const Reading& reading) const {
  const auto secret = bearer_secret(call.request);
  if (secret && still_valid(rulebook_, call.principal, *secret, reading.moment.now))
    return std::nullopt;
  Response response = problem(call.request, "unauthenticated");
  response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

std::optional<Response> refuse_other(const Call& call, const store::StoredPermit& stored) {
  if (const auto denial = refuse_permit(call.access, call.principal, stored.permit.created_by))
    return denied_response(call.request, *denial);
  return std::nullopt;
}

awaitable<Response> ChangingGroup::change(Call call, Change work, Body needed) {
  const Request& request = call.request;
  const auto value = read_json(request, needed);
  if (!value) co_return value.error();
  const auto key = read_idempotency_key(request, call.principal.token);
  if (!key) co_return key.error();
  auto asking = read({}, {});
  const Reading now = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, now)) co_return std::move(*refusal);

  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  pg::Transaction transaction(*lease);
  pg::Pipeline look;
  const auto kept = store::add_kept_answers(look, {key->token}, {key->key});
  auto looking = transaction.run(std::move(look));
  const pg::Results found = co_await std::move(looking);
  if (auto answer = repeated_answer(request, *key, found[kept])) {
    co_await transaction.rollback();
    co_return std::move(*answer);
  }
  auto working = work(call, *value, *lease);
  Response response = co_await std::move(working);
  if (response.status >= 300) {
    co_await transaction.rollback();
    co_return response;
  }
  pg::Pipeline keep;
  store::add_keep_answers(keep,
                          {{key->token, key->key, key->request, response.status, response.body}});
  try {
    auto committing = transaction.commit(std::move(keep));
    co_await std::move(committing);
  } catch (const pg::Error& error) {
    if (store::conflict_of(error) != store::Conflict::same_key) throw;
    // The same key came twice at once: asked again, the caller gets the other one's answer.
    co_return busy_response(request);
  }
  co_return response;
}

// --- routes --------------------------------------------------------------------------------------

namespace {

awaitable<Response> openapi(Call) { co_return json_response(200, std::string(openapi_text())); }

std::vector<ApiCall> document_calls(const ApiParts*) {
  return {
      {{"GET", "/api/v1/openapi.json", "openapi", Who::anyone, In::none, Out::counted}, &openapi}};
}

std::vector<ApiCall> all_calls(const ApiParts* parts) {
  std::vector<ApiCall> all;
  for (const auto list : {permit_calls, event_calls, task_calls, file_calls, sop_calls,
                          people_calls, officer_change_calls, message_calls, office_calls,
                          bounce_calls, document_calls, hook_calls})
    for (ApiCall& call : list(parts)) all.push_back(std::move(call));
  return all;
}

}  // namespace

std::vector<RouteRow> api_rows() {
  std::vector<RouteRow> rows;
  for (const ApiCall& call : all_calls(nullptr)) rows.push_back(call.row);
  return rows;
}

std::vector<Route> api_routes(ApiParts parts) {
  const auto by_token = std::make_shared<TokenEntrance>(parts);
  const auto by_provider = std::make_shared<ProviderEntrance>(parts);
  std::vector<Route> routes;
  for (ApiCall& call : all_calls(&parts))
    routes.push_back(includes(call.row.who, Who::provider) ? by_provider->route(std::move(call))
                                                           : by_token->route(std::move(call)));
  return routes;
}

}  // namespace tenggat::http
