// People and messages, for the service of an administrator.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <map>
#include <set>

#include "daemon/api/api_calls.h"
#include "daemon/base/log.h"
#include "daemon/office/observers.h"
#include "daemon/office/officer_changes.h"
#include "daemon/store/errors.h"
#include "daemon/store/messages.h"
#include "daemon/store/officer_changes.h"
#include "daemon/store/people.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

// Of changes that wait, by the officer.
using Waiting = std::map<std::string, std::int64_t, std::less<>>;
Waiting waiting_of(const std::vector<store::WaitingChange>& changes) {
  Waiting waiting;
  for (const store::WaitingChange& one : changes) waiting[one.officer] = one.id;
  return waiting;
}

json::object officer_view(const Officer& officer, const Waiting& waiting) {
  const auto change = waiting.find(officer.id);
  json::array leaves;
  for (const Leave& leave : officer.leaves)
    leaves.push_back(json::object{{"start", leave.start}, {"end", leave.end}});
  return {
      {"id", officer.id},
      {"name", officer.name},
      {"roles", json::array(officer.roles.begin(), officer.roles.end())},
      {"email", officer.email},
      {"whatsapp", officer.whatsapp},
      {"channels", json::array(officer.channels.begin(), officer.channels.end())},
      {"leaves", std::move(leaves)},
      {"ended_on", officer.ended.empty() ? json::value(nullptr) : json::value(officer.ended)},
      {"waiting_change", change == waiting.end() ? json::value(nullptr)
                                                 : json::value(std::to_string(change->second))}};
}

json::object delegation_view(const Delegation& delegation) {
  return {{"id", std::to_string(delegation.id)},
          {"from", delegation.from},
          {"to", delegation.to},
          {"kind", delegation.kind},
          {"start", delegation.start},
          {"end", delegation.end},
          {"letter", delegation.letter}};
}

json::object message_view(const store::NoticeRow::Message& message) {
  return {{"id", std::to_string(message.id)}, {"state", message.state},
          {"channel", message.channel},       {"recipient", message.recipient},
          {"reason", message.reason},         {"attempts", message.attempts}};
}

json::object notice_view(const store::NoticeRow& notice, const Calendar& calendar) {
  json::array messages;
  for (const store::NoticeRow::Message& message : notice.messages)
    messages.push_back(message_view(message));
  const bool of_permit = notice.permit != 0;
  return {{"id", std::to_string(notice.id)},
          {"permit", of_permit ? json::value(std::to_string(notice.permit)) : json::value(nullptr)},
          {"number", of_permit ? json::value(notice.number) : json::value(nullptr)},
          {"visit_id", notice.visit},
          {"kind", notice.kind},
          {"k", notice.k},
          {"occurrence", notice.occurrence},
          {"addressee", notice.addressee},
          {"text", notice.text},
          {"reason", notice.reason},
          {"raised_at", calendar.format(notice.raised_at)},
          {"state", notice.state},
          {"state_reason", notice.state_reason},
          {"messages", std::move(messages)}};
}

Response items_response(json::array items) {
  return json_response(200, json::serialize(json::object{{"items", std::move(items)}}));
}

Response message_response(const Request& request, std::int64_t id, store::MessageChange change,
                          const char* state, ProblemCode wrong_state) {
  if (change == store::MessageChange::not_found) return problem(request, "not_found");
  if (change == store::MessageChange::wrong_state) return problem(request, wrong_state);
  return json_response(200,
                       json::serialize(json::object{{"id", std::to_string(id)}, {"state", state}}));
}

Response refused_change(const Request& request, const store::OfficerChange& change) {
  using Kind = store::OfficerChange::Kind;
  if (change.kind == Kind::waits_already)
    return problem(request, "change_waits", {}, {{"change", std::to_string(change.waiting)}});
  const bool email = change.kind == Kind::shared_email;
  return problem(request, email ? ProblemCode("email_taken") : ProblemCode("whatsapp_taken"), {},
                 {{"officer", change.other}});
}

store::By by(const Call& call) { return store::By(words_of(call.principal)); }

void log_change(const char* event, const Call& call, std::string_view about) {
  log_event(Level::info, event, {{"by", call.principal.id}, {"about", about}});
}

class PeopleCalls : public ChangingGroup {
 public:
  explicit PeopleCalls(const ApiParts& parts) : ChangingGroup(parts) {}

  awaitable<Response> officer_list(Call call);
  awaitable<Response> delegation_list(Call call);
  using Work = awaitable<Response> (PeopleCalls::*)(const Call&, const json::value& body,
                                                    pg::Connection&);
  template <Work work, Body needed = Body::required>
  awaitable<Response> change_by(Call call) {
    return change(std::move(call), std::bind_front(work, this), needed);
  }

  awaitable<Response> add_officer(const Call& call, const json::value& body, pg::Connection& db);
  awaitable<Response> edit_officer(const Call& call, const json::value& body, pg::Connection& db);
  awaitable<Response> change_leave(const Call& call, const json::value& body, pg::Connection& db);
  awaitable<Response> add_delegation(const Call& call, const json::value& body, pg::Connection& db);
  awaitable<Response> end_delegation(const Call& call, const json::value& body, pg::Connection& db);

 private:
  // As it stands inside the transaction of the change.
  awaitable<Response> officer_response(int status, std::string id, pg::Connection& db);
  // The faults of roles no SOP in force has, or that are the applicant's.
  void check_roles(const std::vector<std::string>& roles, FieldFaults& faults) const;
};

class MessageCalls : public ChangingGroup {
 public:
  explicit MessageCalls(const ApiParts& parts) : ChangingGroup(parts) {}

  awaitable<Response> notice_list(Call call);
  awaitable<Response> message_retry(Call call) {
    return change(std::move(call), std::bind_front(&MessageCalls::retry_message, this),
                  Body::optional);
  }
  awaitable<Response> message_discard(Call call) {
    return change(std::move(call), std::bind_front(&MessageCalls::discard_message, this),
                  Body::optional);
  }

 private:
  awaitable<Response> retry_message(const Call& call, const json::value& body, pg::Connection& db);
  awaitable<Response> discard_message(const Call& call, const json::value& body,
                                      pg::Connection& db);
  // What is done to it, the state it has then, and why it may not be.
  struct Doing {
    pg::Awaitable<store::MessageChange> (*change)(pg::Connection& db, store::By by,
                                                  std::int64_t id);
    const char* state;
    ProblemCode refusal;
  };
  awaitable<Response> change_message(const Call& call, const json::value& body, pg::Connection& db,
                                     Doing doing);
};

}  // namespace

// --- officers ------------------------------------------------------------------------------------

void PeopleCalls::check_roles(const std::vector<std::string>& roles, FieldFaults& faults) const {
  std::set<std::string> duties{std::string(store::kAdministratorRole)}, applicants;
  for (const Sop* sop : rulebook_.sops_in_force())
    for (const Role& role : sop->roles) (role.applicant ? applicants : duties).insert(role.id);
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const std::string pointer = fmt::format("/roles/{}", i);
    if (applicants.contains(roles[i]))
      faults.push_back({pointer, say<Detail::role_of_applicant>()});
    else if (!duties.contains(roles[i]))
      faults.push_back({pointer, say<Detail::no_role>(fmt::join(duties, ", "))});
  }
}

awaitable<Response> PeopleCalls::officer_response(int status, std::string id, pg::Connection& db) {
  auto loading = store::load_people(db);
  const People people = co_await std::move(loading);
  const Officer* officer = people.find(id);
  if (!officer) throw std::logic_error("an officer who was just changed is not there");
  pg::Pipeline looking;
  const auto slot = store::add_waiting_changes(looking, id);
  auto asking = db.run(std::move(looking));
  const pg::Results found = co_await std::move(asking);
  const Waiting waiting = waiting_of(found[slot]);
  co_return json_response(status, json::serialize(officer_view(*officer, waiting)));
}

awaitable<Response> PeopleCalls::officer_list(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  pg::Pipeline looking;
  const auto slot = store::add_waiting_changes(looking);
  auto asking = read({}, std::move(looking));
  const Reading found = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  const Waiting waiting = waiting_of(found.results[slot]);
  json::array items;
  for (const Officer& officer : rulebook_.people().officers)
    items.push_back(officer_view(officer, waiting));
  co_return items_response(std::move(items));
}

awaitable<Response> PeopleCalls::add_officer(const Call& call, const json::value& body,
                                             pg::Connection& db) {
  FieldFaults faults;
  Officer officer = read_officer(body, faults);
  check_roles(officer.roles, faults);
  if (auto refusal = refuse_faults(call.request, faults)) co_return std::move(*refusal);
  const std::string id = officer.id;
  auto looking = db.query(store::kMoment);
  const store::Moment moment = co_await std::move(looking);
  officer.ended = office::end_of_service(officer, rulebook_, moment.now);
  auto adding =
      store::add_officer(db, by(call), std::move(officer), office::roles_in_person(rulebook_));
  const store::OfficerChange added = co_await std::move(adding);
  if (added.shared()) co_return refused_change(call.request, added);
  if (!added.done()) co_return problem(call.request, "officer_exists");
  log_change("officer_added", call, id);
  auto answering = officer_response(201, id, db);
  co_return co_await std::move(answering);
}

awaitable<Response> PeopleCalls::edit_officer(const Call& call, const json::value& body,
                                              pg::Connection& db) {
  FieldFaults faults;
  store::OfficerEdit edit = read_officer_edit(body, faults);
  if (edit.roles) check_roles(*edit.roles, faults);
  if (auto refusal = refuse_faults(call.request, faults)) co_return std::move(*refusal);
  const std::string id = call.request.param("id");
  auto looking = db.query(store::kMoment);
  const store::Moment moment = co_await std::move(looking);
  office::end_observers_stay(edit, id, rulebook_, moment.now);
  auto editing =
      store::edit_officer(db, by(call), id, std::move(edit), office::roles_in_person(rulebook_));
  const store::OfficerChange edited = co_await std::move(editing);
  if (edited.kind == store::OfficerChange::Kind::refused)
    co_return problem(call.request, "not_found");
  if (!edited.done()) co_return refused_change(call.request, edited);
  log_change(edited.waiting ? "officer_change_proposed" : "officer_changed", call, id);
  auto answering = officer_response(200, id, db);
  co_return co_await std::move(answering);
}

awaitable<Response> PeopleCalls::change_leave(const Call& call, const json::value& body,
                                              pg::Connection& db) {
  FieldFaults faults;
  const LeaveChange change = read_leave(body, faults);
  if (auto refusal = refuse_faults(call.request, faults)) co_return std::move(*refusal);
  const std::string id = call.request.param("id");
  bool found = false;
  if (change.cancel) {
    auto cancelling = store::cancel_leave(db, by(call), id, change.leave.start);
    found = co_await std::move(cancelling);
  } else {
    auto adding = store::add_leave(
        db, by(call), id, change.leave,
        change.replace ? store::Overlapping::replaced : store::Overlapping::refused);
    const store::LeaveAnswer added = co_await std::move(adding);
    if (added.kind == store::LeaveAnswer::Kind::overlaps)
      co_return problem(
          call.request, "leave_overlaps", {},
          {{"leave", json::object{{"start", added.with.start}, {"end", added.with.end}}}});
    found = added.done();
  }
  if (!found) co_return problem(call.request, "not_found");
  log_change(change.cancel ? "leave_cancelled" : "leave_entered", call, id);
  auto answering = officer_response(200, id, db);
  co_return co_await std::move(answering);
}

// --- delegations ---------------------------------------------------------------------------------

awaitable<Response> PeopleCalls::delegation_list(Call call) {
  if (auto refusal = refuse_any_parameter(call.request)) co_return std::move(*refusal);
  auto asking = read({}, {});
  const Reading found = co_await std::move(asking);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);
  json::array items;
  for (const Delegation& delegation : rulebook_.people().delegations)
    items.push_back(delegation_view(delegation));
  co_return items_response(std::move(items));
}

awaitable<Response> PeopleCalls::add_delegation(const Call& call, const json::value& body,
                                                pg::Connection& db) {
  FieldFaults faults;
  Delegation delegation = read_delegation(body, faults);
  const People& people = rulebook_.people();
  if (faults.empty() && !people.find(delegation.from))
    faults.push_back({"/from", say<Detail::no_such_officer>()});
  if (faults.empty() && !people.find(delegation.to))
    faults.push_back({"/to", say<Detail::no_such_officer>()});
  if (auto refusal = refuse_faults(call.request, faults)) co_return std::move(*refusal);
  auto adding = store::add_delegation(db, by(call), delegation);
  const store::DelegationAnswer added = co_await std::move(adding);
  if (added.kind == store::DelegationAnswer::Kind::overlaps)
    co_return problem(call.request, "delegation_overlaps", {},
                      {{"delegation", std::to_string(added.id)}});
  if (!added.done()) co_return problem(call.request, "not_found");
  delegation.id = added.id;
  log_change("delegation_added", call, delegation.from + " to " + delegation.to);
  co_return json_response(201, json::serialize(delegation_view(delegation)));
}

awaitable<Response> PeopleCalls::end_delegation(const Call& call, const json::value& body,
                                                pg::Connection& db) {
  FieldFaults faults;
  JsonObject(body, faults).refuse_unknown();
  if (auto refusal = refuse_faults(call.request, faults)) co_return std::move(*refusal);
  const auto id = parse_id(call.request.param("id"));
  if (!id) co_return problem(call.request, "not_found");
  auto ending = store::end_delegation(db, by(call), *id);
  const bool ended = co_await std::move(ending);
  if (!ended) co_return problem(call.request, "not_found");
  log_change("delegation_ended", call, std::to_string(*id));
  co_return json_response(
      200, json::serialize(json::object{{"id", std::to_string(*id)}, {"ended", true}}));
}

// --- notices and messages ------------------------------------------------------------------------

awaitable<Response> MessageCalls::notice_list(Call call) {
  const Request& request = call.request;
  auto read_query = read_notice_query(request);
  if (!read_query) co_return read_query.error();
  store::NoticeQuery query = read_query->query;
  if (!read_query->permit.empty()) {
    auto finding = reader_.id_of(read_query->permit, request.trace);
    query.permit = co_await std::move(finding);
    if (!query.permit) co_return problem(request, "not_found");
  }
  pg::Pipeline search;
  const auto listed = store::add_notices(search, query);
  auto searching = read({}, std::move(search));
  const Reading found = co_await std::move(searching);
  if (auto refusal = refuse_stale_caller(call, found)) co_return std::move(*refusal);

  std::vector<store::NoticeRow> notices = found.results[listed];
  json::value next_cursor;
  if (static_cast<int>(notices.size()) > query.limit) {
    notices.resize(static_cast<std::size_t>(query.limit));
    next_cursor = cursor_of(notices.back().id);
  }
  json::array items;
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  for (const store::NoticeRow& notice : notices)
    items.push_back(notice_view(notice, calendar_of(*sops.at(0))));
  co_return json_response(
      200, json::serialize(
               json::object{{"items", std::move(items)}, {"next_cursor", std::move(next_cursor)}}));
}

awaitable<Response> MessageCalls::change_message(const Call& call, const json::value& body,
                                                 pg::Connection& db, Doing doing) {
  FieldFaults faults;
  JsonObject(body, faults).refuse_unknown();
  if (auto refusal = refuse_faults(call.request, faults)) co_return std::move(*refusal);
  const auto id = parse_id(call.request.param("id"));
  if (!id) co_return problem(call.request, "not_found");
  auto changing = doing.change(db, by(call), *id);
  const store::MessageChange change = co_await std::move(changing);
  co_return message_response(call.request, *id, change, doing.state, doing.refusal);
}

awaitable<Response> MessageCalls::retry_message(const Call& call, const json::value& body,
                                                pg::Connection& db) {
  return change_message(call, body, db, {store::retry_message, "queued", "message_not_dead"});
}

awaitable<Response> MessageCalls::discard_message(const Call& call, const json::value& body,
                                                  pg::Connection& db) {
  return change_message(call, body, db, {store::discard_message, "failed", "message_not_waiting"});
}

std::vector<ApiCall> people_calls(const ApiParts* parts) {
  static constexpr RowOf<PeopleCalls, Call> kRows[] = {
      {"GET", "/api/v1/officers", "officer_list", Who::admin, In::none, Out::counted,
       &PeopleCalls::officer_list},
      {"POST", "/api/v1/officers", "officer_create", Who::admin, In::whole, Out::small,
       &PeopleCalls::change_by<&PeopleCalls::add_officer>},
      {"POST", "/api/v1/officers/{id}", "officer_edit", Who::admin, In::whole, Out::small,
       &PeopleCalls::change_by<&PeopleCalls::edit_officer>},
      {"POST", "/api/v1/officers/{id}/leaves", "officer_leave", Who::admin, In::whole, Out::small,
       &PeopleCalls::change_by<&PeopleCalls::change_leave>},
      {"GET", "/api/v1/delegations", "delegation_list", Who::admin, In::none, Out::counted,
       &PeopleCalls::delegation_list},
      {"POST", "/api/v1/delegations", "delegation_create", Who::admin, In::whole, Out::small,
       &PeopleCalls::change_by<&PeopleCalls::add_delegation>},
      {"POST", "/api/v1/delegations/{id}/end", "delegation_end", Who::admin, In::whole, Out::small,
       &PeopleCalls::change_by<&PeopleCalls::end_delegation, Body::optional>},
  };
  return answered_by(parts, kRows);
}

std::vector<ApiCall> message_calls(const ApiParts* parts) {
  static constexpr RowOf<MessageCalls, Call> kRows[] = {
      {"GET", "/api/v1/notices", "notice_list", Who::admin, In::none, Out::counted,
       &MessageCalls::notice_list},
      {"POST", "/api/v1/messages/{id}/retry", "message_retry", Who::admin, In::whole, Out::small,
       &MessageCalls::message_retry},
      {"POST", "/api/v1/messages/{id}/discard", "message_discard", Who::admin, In::whole,
       Out::small, &MessageCalls::message_discard},
  };
  return answered_by(parts, kRows);
}

}  // namespace tenggat::http
