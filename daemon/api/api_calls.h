// What the calls of the API share. Included by the api*.cpp files only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/api.h"
#include "daemon/api/api_bodies.h"
#include "daemon/api/api_queries.h"
#include "daemon/api/authorize.h"
#include "daemon/api/reading.h"
#include "daemon/api/route_row.h"
#include "daemon/api/view.h"
#include "daemon/store/commands.h"
#include "notifiers/message.h"
#include "notifiers/receipt.h"

namespace tenggat::http {

using boost::asio::awaitable;

// A request whose caller is known and may ask.
struct Call {
  Request request;
  Principal principal;
  Access access;
};
using ApiCall = Answered<Call>;

// --- the calls, a group a noun -------------------------------------------------------------------

// In the file of its group; what answered_by() says of `parts`.
std::vector<ApiCall> permit_calls(const ApiParts* parts);
std::vector<ApiCall> event_calls(const ApiParts* parts);
std::vector<ApiCall> task_calls(const ApiParts* parts);
std::vector<ApiCall> file_calls(const ApiParts* parts);
std::vector<ApiCall> sop_calls(const ApiParts* parts);
std::vector<ApiCall> people_calls(const ApiParts* parts);
std::vector<ApiCall> officer_change_calls(const ApiParts* parts);
std::vector<ApiCall> message_calls(const ApiParts* parts);
std::vector<ApiCall> office_calls(const ApiParts* parts);
std::vector<ApiCall> bounce_calls(const ApiParts* parts);
std::vector<ApiCall> hook_calls(const ApiParts* parts);

// What reads and commands of all groups do.
class ApiGroup {
 protected:
  explicit ApiGroup(const ApiParts& parts)
      : rulebook_(parts.rulebook), reader_(parts.reads, parts.rulebook) {}

  awaitable<Reading> read(std::vector<std::int64_t> ids, pg::Pipeline more) {
    return reader_.read(std::move(ids), std::move(more));
  }
  // The permit in the path, by id or number. Nothing where there is none.
  awaitable<std::optional<std::int64_t>> id_in_path(const Request& request) {
    return reader_.id_of(request.param("id"), request.trace);
  }
  // By what was just read: tokens revoked and officers who left since are out.
  std::optional<Response> refuse_stale_caller(const Call& call, const Reading& reading) const;
  const Calendar& calendar_of(const Sop& sop) const { return rulebook_.calendar(sop.calendar); }

  office::Rulebook& rulebook_;
  Reader reader_;
};

// An administrator's changes: one transaction round the change and its kept answer; only a 2xx is
// kept.
class ChangingGroup : public ApiGroup {
 protected:
  explicit ChangingGroup(const ApiParts& parts) : ApiGroup(parts), pool_(parts.reads) {}

  using Change = std::function<awaitable<Response>(const Call&, const boost::json::value& body,
                                                   pg::Connection&)>;
  awaitable<Response> change(Call call, Change work, Body needed = Body::required);

 private:
  pg::Pool& pool_;
};

// A token's holder as far as is known now; nothing where it is not live.
std::optional<Principal> find_principal(const office::Rulebook& rulebook,
                                        const std::string& secret);

// A refusal once the permit is known, or nothing.
std::optional<Response> refuse_other(const Call& call, const store::StoredPermit& stored);

// --- answers -------------------------------------------------------------------------------------

Response json_response(int status, std::string body);
// The answer given before under this key, or why it may not be used again; nothing where it is new.
std::optional<Response> repeated_answer(const Request& request, const IdempotencyKey& key,
                                        const std::vector<store::KeptAnswer>& kept);
Response busy_response(const Request& request);  // 503 with Retry-After
Response too_many_response(const Request& request, std::chrono::seconds wait);  // 429
Response denied_response(const Request& request, const Denial& denial);

}  // namespace tenggat::http
