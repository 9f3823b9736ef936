// What was changed in the office itself, for who oversees it.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api/api_calls.h"
#include "daemon/store/hash.h"
#include "daemon/store/office_chain.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

class OfficeCalls : public ApiGroup {
 public:
  explicit OfficeCalls(const ApiParts& parts) : ApiGroup(parts) {}
  awaitable<Response> office_event_list(Call call);
};

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::array changes_view(const store::OfficeEvent& event) {
  json::array changes;
  for (const store::OfficeChange& change : event.changes)
    changes.push_back(json::object{{"value", store::word_of(change.value)},
                                   {"before", text_or_null(change.before)},
                                   {"after", text_or_null(change.after)},
                                   {"digest", store::is_personal(change.value)}});
  return changes;
}

// An event that cannot be read is shown as it is: `audit verify` says what is wrong with it.
json::object event_view(const store::StoredEvent& stored, const Calendar& calendar) {
  json::object view{{"id", std::to_string(stored.event.sequence)},
                    {"at", calendar.format(stored.event.at)},
                    {"kind", stored.type},
                    {"about", nullptr},
                    {"actor", stored.event.actor},
                    {"changes", json::array()},
                    {"hash", store::hex(stored.hash)}};
  try {
    const store::OfficeEvent event = store::office_event_of(stored);
    view["about"] = event.about;
    view["changes"] = changes_view(event);
  } catch (const store::UnreadableEvent&) {
  }
  return view;
}

}  // namespace

awaitable<Response> OfficeCalls::office_event_list(Call call) {
  const auto page = read_page(call.request);
  if (!page) co_return page.error();
  pg::Pipeline looking;
  const auto listed = store::add_office_events(looking, {page->after, page->limit});
  auto reading = read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  std::vector<store::StoredEvent> events = found.results[listed];
  json::value next_cursor;
  if (static_cast<int>(events.size()) > page->limit) {
    events.resize(static_cast<std::size_t>(page->limit));
    next_cursor = cursor_of(events.back().event.sequence);
  }
  const Calendar& calendar = calendar_of(*rulebook_.sops_in_force().at(0));
  json::array items;
  for (const store::StoredEvent& stored : events) items.push_back(event_view(stored, calendar));
  co_return json_response(
      200, json::serialize(
               json::object{{"items", std::move(items)}, {"next_cursor", std::move(next_cursor)}}));
}

std::vector<ApiCall> office_calls(const ApiParts* parts) {
  static constexpr RowOf<OfficeCalls, Call> kRows[] = {
      {"GET", "/api/v1/office-events", "office_event_list", Who::admin | Who::overseer, In::none,
       Out::counted, &OfficeCalls::office_event_list},
  };
  return answered_by(parts, kRows);
}

}  // namespace tenggat::http
