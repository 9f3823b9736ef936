// What has changed since: how a portal follows its applications without asking for each.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api/api_calls.h"
#include "daemon/base/log.h"
#include "daemon/office/change_event.h"
#include "daemon/store/changes.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

awaitable<void> number(pg::Pool& pool) {
  pg::Pool::Lease lease = co_await pool.acquire();
  co_await store::number_changes(*lease, store::kNumberedAtOnce);
}

class EventCalls : public ApiGroup {
 public:
  explicit EventCalls(const ApiParts& parts) : ApiGroup(parts), pool_(parts.reads) {}
  awaitable<Response> event_list(Call call);

 private:
  pg::Pool& pool_;
};

}  // namespace

awaitable<Response> EventCalls::event_list(Call call) {
  const Request& request = call.request;
  const auto query = read_events_query(request);
  if (!query) co_return query.error();
  // The portal's loop does so, too, but not at once.
  co_await number(pool_);
  pg::Pipeline placing;
  const auto place = store::add_number_of(placing, query->after.value_or(store::ChangePlace{}));
  auto asking = read({}, std::move(placing));
  Reading found = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const store::ChangeQuery asked{found.results[place], query->limit};
  pg::Pipeline looking;
  const auto following = store::add_changes(looking, asked);
  auto reading = read({}, std::move(looking));
  found = co_await std::move(reading);
  const std::vector<store::Change> changes = found.results[following];

  json::array items;
  for (const store::Change& change : changes) {
    if (change.undone) continue;
    if (call.access.own_only && change.created_by != call.principal.id) continue;
    const Sop* sop = rulebook_.sop_in_force(change.sop);
    if (!sop) sop = rulebook_.sops_in_force().at(0);
    try {
      items.push_back(office::change_event(change, *sop, calendar_of(*sop)));
    } catch (const std::exception& why) {
      // One that cannot be shown must not hold up all that comes after it.
      log_event(Level::error, "change_left_out",
                {{"change", cursor_of(change.place)}, {"why", why.what()}});
    }
  }
  json::object page{{"items", std::move(items)}, {"next_cursor", nullptr}, {"more", false}};
  if (!changes.empty())
    page["next_cursor"] = cursor_of(changes.back().place);
  else if (query->after)
    page["next_cursor"] = cursor_of(*query->after);
  page["more"] = static_cast<int>(changes.size()) == query->limit;
  co_return json_response(200, json::serialize(page));
}

std::vector<ApiCall> event_calls(const ApiParts* parts) {
  static constexpr RowOf<EventCalls, Call> kRows[] = {
      {"GET", "/api/v1/events", "event_list", Who::read | Who::intake_own, In::none, Out::counted,
       &EventCalls::event_list},
  };
  return answered_by(parts, kRows);
}

}  // namespace tenggat::http
