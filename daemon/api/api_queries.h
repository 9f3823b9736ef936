// What callers ask by parameters and fields of the head. Pure; a refusal is a problem document that
// names the parameter. Source: docs/reference.md, Calls.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/api_bodies.h"
#include "daemon/http/message.h"
#include "daemon/store/changes.h"
#include "daemon/store/messages.h"
#include "daemon/store/permits.h"
#include "rules/permit/batch.h"

namespace tenggat::http {

// The Idempotency-Key field with what it was sent for; a random key where there is none. 400 for a
// key that is empty, too long, or not printable ASCII.
Read<IdempotencyKey> read_idempotency_key(const Request& request, std::int64_t token);

// GET /permits. 400 that names the parameter.
struct ListQuery {
  store::PermitFilter filter;
};
Read<ListQuery> read_list_query(const Request& request);
// `cursor` and `limit` alone.
struct PageQuery {
  std::optional<std::int64_t> after;  // the page before ended with it
  int limit = 50;
};
Read<PageQuery> read_page(const Request& request);
// `limit` alone, as GET /tasks takes it.
Read<int> read_limit(const Request& request);
struct EventsQuery {
  std::optional<store::ChangePlace> after;
  int limit = 50;
};
Read<EventsQuery> read_events_query(const Request& request);
// Opaque to callers: where a change stands among all of them.
std::string cursor_of(const store::ChangePlace& place);
// GET /notices: `permit` (id or number), `state`, `cursor`, `limit`. Needs a permit, or one of the
// states that mean work: pending, dead.
struct NoticeListQuery {
  store::NoticeQuery query;
  std::string permit;  // as given; the caller looks it up
};
Read<NoticeListQuery> read_notice_query(const Request& request);
// Unknown and repeated parameters are refused: a filter that is not understood must not widen.
std::optional<Response> refuse_other_parameters(const Request& request,
                                                std::initializer_list<std::string_view> known);
std::optional<Response> refuse_any_parameter(const Request& request);
// The keyset cursor: opaque to callers.
std::string cursor_of(std::int64_t id);
std::optional<std::int64_t> id_of_cursor(std::string_view cursor);

}  // namespace tenggat::http
