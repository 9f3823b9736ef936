#include "daemon/api/api_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/api/reading.h"
#include "daemon/http/problem.h"
#include "daemon/office/change_event.h"
#include "daemon/store/hash.h"
#include "notifiers/utf8.h"
#include "rules/permit/ledger.h"

namespace tenggat::http {
namespace {

constexpr std::string_view kCursorPrefix = "k";
constexpr std::string_view kEventCursorPrefix = "e";
constexpr std::int64_t kLastInstant = 253402300799;  // of the year 9999
constexpr int kLimitMax = 200;
constexpr int kLimitDefault = 50;

template <Detail why, class... Arguments>
Response refuse_parameter(const Request& request, std::string_view name,
                          const Arguments&... arguments) {
  return problem(request, "invalid_parameter", say<why>(name, arguments...), {{"parameter", name}});
}

std::string text_of(const Request& request, std::string_view name) {
  return std::string(request.query.get(name).value_or(""));
}

std::optional<int> limit_of(const Request& request) {
  const auto text = request.query.get("limit");
  if (!text) return kLimitDefault;
  int limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  if (limit < 1 || limit > kLimitMax) return std::nullopt;
  return limit;
}

Response refuse_limit(const Request& request) {
  return refuse_parameter<Detail::parameter_no_number>(request, "limit", 1, kLimitMax);
}

bool is_sla_status(std::string_view text) {
  for (const SlaStatus status : {SlaStatus::on_track, SlaStatus::due_soon, SlaStatus::overdue,
                                 SlaStatus::paused, SlaStatus::met, SlaStatus::missed})
    if (to_string(status) == text) return true;
  return false;
}

}  // namespace

// Unknown and repeated parameters are refused: a filter that is not understood must not widen.
std::optional<Response> refuse_other_parameters(const Request& request,
                                                std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : request.query.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return refuse_parameter<Detail::unknown_parameter>(request, name);
    if (request.query.count(name) > 1)
      return refuse_parameter<Detail::parameter_twice>(request, name);
    if (notify::characters(value) > BodyLimits::name)
      return refuse_parameter<Detail::parameter_too_long>(request, name);
  }
  return std::nullopt;
}

std::optional<Response> refuse_any_parameter(const Request& request) {
  return refuse_other_parameters(request, {});
}

Read<IdempotencyKey> read_idempotency_key(const Request& request, std::int64_t token) {
  IdempotencyKey key;
  key.token = token;
  key.request = store::sha256(request.method + '\n' + request.path + '\n' + request.body);
  const auto given = request.headers.get("Idempotency-Key");
  if (!given) {
    // A space cannot be in a key of a caller.
    key.key = "internal " + store::hex(store::random_bytes(16));
    return key;
  }
  if (given->empty() || given->size() > BodyLimits::idempotency_key || !is_printable(*given))
    return refuse_parameter<Detail::parameter_not_printable>(request, "Idempotency-Key");
  key.key = std::string(*given);
  return key;
}

std::string cursor_of(std::int64_t id) {
  return fmt::format("{}{:016x}", kCursorPrefix, static_cast<std::uint64_t>(id));
}

// One we gave, to the letter: other digits of the same number are not.
std::optional<std::int64_t> id_of_cursor(std::string_view cursor) {
  if (!cursor.starts_with(kCursorPrefix)) return std::nullopt;
  const std::string_view digits = cursor.substr(kCursorPrefix.size());
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  const auto id = static_cast<std::int64_t>(number);
  return id >= 0 && cursor_of(id) == cursor ? std::optional(id) : std::nullopt;
}

Read<ListQuery> read_list_query(const Request& request) {
  if (auto refusal =
          refuse_other_parameters(request, {"sop", "state", "step", "role", "sla", "q",
                                            "external_id", "updated_after", "cursor", "limit"}))
    return std::move(*refusal);
  ListQuery query;
  store::PermitFilter& filter = query.filter;
  filter.sop = text_of(request, "sop");
  filter.state = text_of(request, "state");
  filter.step = text_of(request, "step");
  filter.role = text_of(request, "role");
  filter.sla = text_of(request, "sla");
  filter.q = searched_words(text_of(request, "q"));
  filter.external_id = text_of(request, "external_id");
  if (request.query.get("state") && !parse_permit_state(filter.state))
    return refuse_parameter<Detail::parameter_no_state>(request, "state");
  if (request.query.get("sla") && !is_sla_status(filter.sla))
    return refuse_parameter<Detail::parameter_no_sla>(request, "sla");
  if (const auto after = request.query.get("updated_after")) {
    filter.updated_after = parse_entered_instant(*after);
    if (!filter.updated_after)
      return refuse_parameter<Detail::parameter_no_time>(request, "updated_after");
  }
  if (const auto cursor = request.query.get("cursor")) {
    filter.after = id_of_cursor(*cursor);
    if (!filter.after) return refuse_parameter<Detail::parameter_not_ours>(request, "cursor");
  }
  // Nothing where something is looked for would find everything.
  for (const char* name : {"sop", "step", "role", "external_id"})
    if (request.query.get(name) == "")
      return refuse_parameter<Detail::parameter_empty>(request, name);
  const auto limit = limit_of(request);
  if (!limit) return refuse_limit(request);
  filter.limit = *limit;
  return query;
}

Read<PageQuery> read_page(const Request& request) {
  if (auto refusal = refuse_other_parameters(request, {"cursor", "limit"}))
    return std::move(*refusal);
  PageQuery query;
  if (const auto cursor = request.query.get("cursor")) {
    query.after = id_of_cursor(*cursor);
    if (!query.after) return refuse_parameter<Detail::parameter_not_ours>(request, "cursor");
  }
  const auto limit = limit_of(request);
  if (!limit) return refuse_limit(request);
  query.limit = *limit;
  return query;
}

Read<int> read_limit(const Request& request) {
  if (auto refusal = refuse_other_parameters(request, {"limit"})) return std::move(*refusal);
  const auto limit = limit_of(request);
  if (!limit) return refuse_limit(request);
  return Read<int>(boost::system::in_place_value, *limit);
}

std::string cursor_of(const store::ChangePlace& place) { return office::change_id(place); }

namespace {

std::optional<store::ChangePlace> place_of_cursor(std::string_view cursor) {
  if (!cursor.starts_with(kEventCursorPrefix)) return std::nullopt;
  cursor.remove_prefix(kEventCursorPrefix.size());
  std::array<std::int64_t, 3> parts{};
  const char* at = cursor.data();
  const char* const end = at + cursor.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && (at == end || *at++ != '-')) return std::nullopt;
    if (at == end || *at == '-') return std::nullopt;
    const auto [next, error] = std::from_chars(at, end, parts[i], 16);
    if (error != std::errc()) return std::nullopt;
    at = next;
  }
  const store::ChangePlace place{Instant{Seconds{parts[0]}}, parts[1], parts[2]};
  // Also what no database's calendar holds, and other spellings of what we gave.
  if (at != end || parts[0] > kLastInstant || cursor_of(place).substr(1) != cursor)
    return std::nullopt;
  return place;
}

}  // namespace

Read<EventsQuery> read_events_query(const Request& request) {
  if (auto refusal = refuse_other_parameters(request, {"after", "limit"}))
    return std::move(*refusal);
  EventsQuery query;
  if (const auto after = request.query.get("after")) {
    query.after = place_of_cursor(*after);
    if (!query.after) return refuse_parameter<Detail::parameter_not_ours>(request, "after");
  }
  const auto limit = limit_of(request);
  if (!limit) return refuse_limit(request);
  query.limit = *limit;
  return query;
}

Read<NoticeListQuery> read_notice_query(const Request& request) {
  if (auto refusal = refuse_other_parameters(request, {"permit", "state", "cursor", "limit"}))
    return std::move(*refusal);
  NoticeListQuery read;
  read.permit = text_of(request, "permit");
  read.query.state = text_of(request, "state");
  constexpr std::array known = {"pending", "rendered", "dropped", "dead"};
  const bool asked = request.query.get("state").has_value();
  if (asked && std::find(known.begin(), known.end(), read.query.state) == known.end())
    return refuse_parameter<Detail::parameter_other_word>(request, "state", fmt::join(known, ", "));
  if (request.query.get("permit") == "")
    return refuse_parameter<Detail::parameter_empty>(request, "permit");
  if (read.permit.empty() && read.query.state != "pending" && read.query.state != "dead")
    return refuse_parameter<Detail::parameter_needed>(request, "permit");
  if (const auto cursor = request.query.get("cursor")) {
    read.query.before = id_of_cursor(*cursor);
    if (!read.query.before) return refuse_parameter<Detail::parameter_not_ours>(request, "cursor");
  }
  const auto limit = limit_of(request);
  if (!limit) return refuse_limit(request);
  read.query.limit = *limit;
  return read;
}

}  // namespace tenggat::http
