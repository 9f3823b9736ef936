// The calls of the API, and what they share. Included by the api*.cpp files only.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/http/api.h"
#include "daemon/http/api_bodies.h"
#include "daemon/http/authorize.h"
#include "daemon/http/reading.h"
#include "daemon/http/view.h"
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

class Api {
 public:
  using Endpoint = awaitable<Response> (Api::*)(Call);
  explicit Api(ApiParts parts) : parts_(std::move(parts)), reader_(parts_.reads, parts_.rulebook) {}

  // The way in of every route: token, table, requests at once; then the endpoint.
  awaitable<Response> enter(Endpoint endpoint, Request request);

  awaitable<Response> permit_create(Call call);
  awaitable<Response> permit_list(Call call);
  awaitable<Response> permit_show(Call call);
  awaitable<Response> permit_timeline(Call call);
  awaitable<Response> permit_why(Call call);
  awaitable<Response> permit_action(Call call);
  awaitable<Response> permit_undo(Call call);
  awaitable<Response> permit_claim(Call call);
  awaitable<Response> permit_release(Call call);
  awaitable<Response> permit_assign(Call call);
  awaitable<Response> permit_escalate(Call call);
  awaitable<Response> permit_acknowledge(Call call);
  awaitable<Response> permit_pause(Call call);
  awaitable<Response> permit_resume(Call call);
  awaitable<Response> event_list(Call call);
  awaitable<Response> task_list(Call call);
  awaitable<Response> file_create(Call call);
  awaitable<Response> file_show(Call call);
  awaitable<Response> sop_list(Call call);
  awaitable<Response> sop_show(Call call);
  awaitable<Response> sop_diagram(Call call);
  awaitable<Response> officer_list(Call call);
  awaitable<Response> officer_create(Call call);
  awaitable<Response> officer_edit(Call call);
  awaitable<Response> officer_leave(Call call);
  awaitable<Response> delegation_list(Call call);
  awaitable<Response> delegation_create(Call call);
  awaitable<Response> delegation_end(Call call);
  awaitable<Response> notice_list(Call call);
  awaitable<Response> message_retry(Call call);
  awaitable<Response> message_discard(Call call);
  awaitable<Response> email_bounce(Call call);
  awaitable<Response> openapi(Call call);

  // The way in of a provider's routes: its signature or secret instead of a token.
  awaitable<void> take_unproven(Request& request);
  awaitable<Response> enter_hook(Endpoint endpoint, Request request);
  awaitable<Response> whatsapp_challenge(Call call);
  awaitable<Response> whatsapp_receipt(Call call);

 private:
  using ReadBody = CommandBody (*)(const boost::json::value&, FieldFaults&);

  // By the tokens as they are now; find_principal knows those of a moment ago.
  awaitable<std::optional<Principal>> authenticate(std::string secret, std::string from);
  std::optional<Response> limit_rate(const Request& request,
                                     const std::optional<Principal>& principal);
  std::optional<Principal> find_provider(const Request& request) const;
  Sender sender_of(const Principal& principal) const;
  // All references are to what the calling coroutine holds.
  awaitable<Response> keep_file(const Call& call, office::IdempotencyKey key,
                                std::vector<store::KeptAnswer> kept, Upload& upload);
  awaitable<std::size_t> take(notify::Channel channel, std::vector<notify::Receipt> receipts);
  // At most once an hour and token: `tenggat token list` shows it.
  awaitable<void> note_use(std::int64_t token);
  std::optional<Principal> find_principal(const std::string& secret) const;
  // Still valid by what was just read: tokens revoked and officers who left since are out.
  bool still_valid(const Principal& principal, const std::string& secret, Instant now) const;

  awaitable<Reading> read(std::vector<std::int64_t> ids, pg::Pipeline more) {
    return reader_.read(std::move(ids), std::move(more));
  }
  // The permit in the path, by id or number. Nothing where there is none.
  awaitable<std::optional<std::int64_t>> id_in_path(const Request& request) {
    return reader_.id_of(request.param("id"), request.trace);
  }

  // A refusal once the permit is known, or nothing.
  std::optional<Response> refuse_other(const Call& call, const store::StoredPermit& stored) const;
  std::optional<Response> refuse_stale_caller(const Call& call, const Reading& reading) const;

  awaitable<Response> command(Call call, ReadBody read_body, Body needed = Body::required);
  // One transaction round an administrator's change and its kept answer; only a 2xx is kept.
  using Change = awaitable<Response> (Api::*)(const Call&, const boost::json::value& body,
                                              pg::Connection&);
  awaitable<Response> change(Call call, Change work, Body needed = Body::required);
  awaitable<Response> add_officer(const Call& call, const boost::json::value& body,
                                  pg::Connection& db);
  awaitable<Response> edit_officer(const Call& call, const boost::json::value& body,
                                   pg::Connection& db);
  awaitable<Response> change_leave(const Call& call, const boost::json::value& body,
                                   pg::Connection& db);
  awaitable<Response> add_delegation(const Call& call, const boost::json::value& body,
                                     pg::Connection& db);
  awaitable<Response> end_delegation(const Call& call, const boost::json::value& body,
                                     pg::Connection& db);
  awaitable<Response> retry_message(const Call& call, const boost::json::value& body,
                                    pg::Connection& db);
  awaitable<Response> discard_message(const Call& call, const boost::json::value& body,
                                      pg::Connection& db);
  // As it stands inside the transaction of the change.
  awaitable<Response> officer_response(int status, std::string id, pg::Connection& db);
  // The faults of roles no SOP in force has, or that are the applicant's.
  void check_roles(const std::vector<std::string>& roles, FieldFaults& faults) const;
  // Which of the documents' uploads are not here, as a refusal.
  // Both references are to what the calling coroutine holds.
  awaitable<std::optional<Response>> refuse_missing_uploads(
      const Request& request, const std::vector<NewDocument>& documents);
  // Its view, or empty.
  awaitable<std::string> permit_with_external_id(Principal principal, std::string external_id);

  const Calendar& calendar_of(const Sop& sop) const {
    return parts_.rulebook.calendar(sop.calendar);
  }
  ViewOptions view_for(const Principal& principal, std::string_view route,
                       const store::StoredPermit& stored) const;
  std::string view(const Principal& principal, std::string_view route,
                   const store::StoredPermit& stored, Instant now) const;

  ApiParts parts_;
  Reader reader_;
  std::size_t unproven_ = 0;  // large bodies of providers, read before their signature is checked
  std::unordered_map<std::int64_t, std::size_t> under_way_;                 // requests, by token
  std::unordered_map<std::int64_t, std::chrono::nanoseconds> note_use_at_;  // by token, monotonic
  friend class OneRequest;
};

Response json_response(int status, std::string body);
// The answer given before under this key, or why it may not be used again; nothing where it is new.
std::optional<Response> repeated_answer(const Request& request, const office::IdempotencyKey& key,
                                        const std::vector<store::KeptAnswer>& kept);
Response busy_response(const Request& request);  // 503 with Retry-After
Response too_many_response(const Request& request, std::chrono::seconds wait);  // 429

}  // namespace tenggat::http
