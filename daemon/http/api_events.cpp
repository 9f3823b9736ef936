// What has changed since: how a portal follows its applications without asking for each.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/http/api_calls.h"
#include "daemon/office/change_event.h"
#include "daemon/store/changes.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

// What is recorded within the second that is still going on is not settled.
constexpr Seconds kUnsettled{1};

}  // namespace

awaitable<Response> Api::event_list(Call call) {
  const Request& request = call.request;
  const auto query = read_events_query(request);
  if (!query) co_return query.error();
  pg::Pipeline settling;
  store::add_settled_until(settling);
  auto asking = read({}, std::move(settling));
  Reading found = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);

  // An undo that is being recorded counts as one, too.
  const Instant settled = store::settled_until_of(found.results.at(found.first));
  const Instant until = settled - std::max(parts_.rulebook.send().undo_window, kUnsettled);
  store::ChangeQuery asked{query->after, until, query->limit};
  pg::Pipeline looking;
  store::add_changes(looking, asked);
  auto reading = read({}, std::move(looking));
  found = co_await std::move(reading);
  const std::vector<store::Change> changes = store::changes_of(found.results.at(found.first));

  json::array items;
  for (const store::Change& change : changes) {
    if (change.undone) continue;
    if (call.access.own_only && change.created_by != call.principal.id) continue;
    const Sop* sop = parts_.rulebook.sop_in_force(change.sop);
    if (!sop) sop = parts_.rulebook.sops_in_force().at(0);
    items.push_back(office::change_event(change, *sop, calendar_of(*sop)));
  }
  json::object page{{"items", std::move(items)}, {"next_cursor", nullptr}, {"more", false}};
  if (!changes.empty())
    page["next_cursor"] = cursor_of(changes.back().place);
  else if (query->after)
    page["next_cursor"] = cursor_of(*query->after);
  page["more"] = static_cast<int>(changes.size()) == query->limit;
  co_return json_response(200, json::serialize(page));
}

}  // namespace tenggat::http
