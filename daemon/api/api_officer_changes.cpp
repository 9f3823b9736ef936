// Changes of officers that wait for a second word: what they are, the word, and their stop.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <functional>

#include "daemon/api/api_calls.h"
#include "daemon/base/log.h"
#include "daemon/store/officer_changes.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;
using Kind = store::WaitingAnswer::Kind;

// How a change ends before its time has come, and how that reads in the log and in the answer.
struct Ending {
  pg::Awaitable<store::WaitingAnswer> (*end)(pg::Connection& connection, store::By by,
                                             std::int64_t id);
  const char* event;
  const char* state;
};
constexpr Ending kConfirmed{store::confirm_waiting_change, "officer_change_confirmed", "in_effect"};
constexpr Ending kStopped{store::stop_waiting_change, "officer_change_stopped", "stopped"};

class OfficerChangeCalls : public ChangingGroup {
 public:
  explicit OfficerChangeCalls(const ApiParts& parts) : ChangingGroup(parts) {}

  awaitable<Response> officer_change_list(Call call);
  awaitable<Response> officer_change_confirm(Call call) {
    return change(std::move(call), std::bind_front(&OfficerChangeCalls::end, this, kConfirmed),
                  Body::optional);
  }
  awaitable<Response> officer_change_stop(Call call) {
    return change(std::move(call), std::bind_front(&OfficerChangeCalls::end, this, kStopped),
                  Body::optional);
  }

 private:
  awaitable<Response> end(Ending ending, const Call& call, const json::value& body,
                          pg::Connection& db);
  bool may_see(const Call& call, const store::WaitingChange& change) const;
};

template <class T>
json::value given(const std::optional<T>& value) {
  return value ? json::value_from(*value) : json::value(nullptr);
}

// What is not changed is null.
json::object change_view(const store::WaitingChange& change, const Calendar& calendar) {
  return {{"id", std::to_string(change.id)},
          {"officer", change.officer},
          {"proposed_by", change.by},
          {"proposed_at", calendar.format(change.proposed_at)},
          {"takes_effect_at", calendar.format(change.effective_at)},
          {"name", given(change.edit.name)},
          {"email", given(change.edit.email)},
          {"whatsapp", given(change.edit.whatsapp)},
          {"channels", given(change.edit.channels)},
          {"roles", given(change.edit.roles)},
          {"ended_on", given(change.edit.ended_on)}};
}

Response settled(const Call& call, std::int64_t id, const store::WaitingAnswer& answer,
                 const Ending& ending) {
  switch (answer.kind) {
    case Kind::not_second:
      return problem(call.request, "not_second");
    case Kind::shared_email:
      return problem(call.request, "email_taken", {}, {{"officer", answer.other}});
    case Kind::shared_whatsapp:
      return problem(call.request, "whatsapp_taken", {}, {{"officer", answer.other}});
    case Kind::gone:
    case Kind::not_theirs:  // that it exists is nobody else's business
      return problem(call.request, "not_found");
    case Kind::done:
      break;
  }
  log_event(Level::info, ending.event, {{"by", call.principal.id}, {"about", answer.officer}});
  return json_response(
      200, json::serialize(json::object{
               {"id", std::to_string(id)}, {"officer", answer.officer}, {"state", ending.state}}));
}

}  // namespace

// An officer sees what is about themselves, an administrator all of it.
bool OfficerChangeCalls::may_see(const Call& call, const store::WaitingChange& change) const {
  if (call.principal.kind != Principal::Kind::officer) return true;
  const Officer* officer = rulebook_.people().find(call.principal.id);
  return officer && (officer->id == change.officer || store::is_administrator(*officer));
}

awaitable<Response> OfficerChangeCalls::officer_change_list(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  pg::Pipeline looking;
  const auto slot = store::add_waiting_changes(looking);
  auto asking = read({}, std::move(looking));
  const Reading found = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const Calendar& calendar = calendar_of(*rulebook_.sops_in_force().at(0));
  json::array items;
  for (const store::WaitingChange& one : found.results[slot])
    if (may_see(call, one)) items.push_back(change_view(one, calendar));
  co_return json_response(200, json::serialize(json::object{{"items", std::move(items)}}));
}

awaitable<Response> OfficerChangeCalls::end(Ending ending, const Call& call,
                                            const json::value& body, pg::Connection& db) {
  FieldFaults faults;
  JsonObject(body, faults).refuse_unknown();
  if (auto refusal = refuse_faults(call.request, faults)) co_return std::move(*refusal);
  const auto id = parse_id(call.request.param("id"));
  if (!id) co_return problem(call.request, "not_found");
  auto ended = ending.end(db, store::By(words_of(call.principal)), *id);
  const store::WaitingAnswer answer = co_await std::move(ended);
  co_return settled(call, *id, answer, ending);
}

std::vector<ApiCall> officer_change_calls(const ApiParts* parts) {
  static constexpr RowOf<OfficerChangeCalls, Call> kRows[] = {
      {"GET", "/api/v1/officer-changes", "officer_change_list", Who::admin | Who::officer, In::none,
       Out::counted, &OfficerChangeCalls::officer_change_list},
      {"POST", "/api/v1/officer-changes/{id}/confirm", "officer_change_confirm", Who::officer,
       In::whole, Out::small, &OfficerChangeCalls::officer_change_confirm},
      {"POST", "/api/v1/officer-changes/{id}/stop", "officer_change_stop",
       Who::admin | Who::officer, In::whole, Out::small, &OfficerChangeCalls::officer_change_stop},
  };
  return answered_by(parts, kRows);
}

}  // namespace tenggat::http
