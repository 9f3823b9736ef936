// What callers send, as the values the core and the committer take. Pure: a body and its faults,
// all at once. Source: docs/reference.md, Calls and Bounds.
#pragma once
#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/json.h"
#include "daemon/http/message.h"
#include "daemon/store/people.h"
#include "daemon/store/permits.h"
#include "rules/permit/batch.h"

namespace tenggat::http {

// Lengths in characters.
struct BodyLimits {
  static constexpr std::size_t word = 64;  // ids: steps, actions, kinds, reasons
  static constexpr std::size_t permit_id = 19;
  static constexpr std::size_t name = 200;
  static constexpr std::size_t officer_name = 120;
  static constexpr std::size_t subject = 300;
  static constexpr std::size_t note = 2000;
  static constexpr std::size_t documents = 50;
  static constexpr std::size_t deficiencies = 50;
  static constexpr std::size_t uri = 2000;
  static constexpr std::size_t document_number = 100;
  static constexpr std::size_t external_id = 100;
  static constexpr std::size_t fields_bytes = 32 * 1024;
  static constexpr std::size_t branches = 50;
  static constexpr std::size_t checked = 200;
  static constexpr std::size_t idempotency_key = 255;
};

// A refusal before anything was asked of the office: a problem document.
template <class T>
using Read = boost::system::result<T, Response>;
[[noreturn]] void throw_exception_from_error(const Response& refusal,
                                             const boost::source_location& where);

// The body as JSON. 415 for another Content-Type, 400 for what is no JSON. Nothing counts as {}
// where the call needs no body, else it is no JSON either.
enum class Body { required, optional };
Read<boost::json::value> read_json(const Request& request, Body body);
// 422 with `errors` where there are faults.
std::optional<Response> refuse_faults(const Request& request, const FieldFaults& faults);

// An id of no permit: of one that the caller may not know of.
inline constexpr std::int64_t kNobodys = 0;
// POST /permits; `created_by` is the caller's to set. WhatsApp numbers come out as 62… Its fields
// are kept as they came and, where they can be a form's, read as such: which they are says the SOP.
Submission read_submission(const boost::json::value& body, FieldFaults& faults);

struct CommandBody {
  Command command;
  std::string on_behalf_of;  // officer id; empty: for themselves
};
CommandBody read_action(const boost::json::value& body, FieldFaults& faults);
CommandBody read_undo(const boost::json::value& body, FieldFaults& faults);
CommandBody read_claim(const boost::json::value& body, FieldFaults& faults);
CommandBody read_release(const boost::json::value& body, FieldFaults& faults);
CommandBody read_assign(const boost::json::value& body, FieldFaults& faults);
CommandBody read_escalate(const boost::json::value& body, FieldFaults& faults);
CommandBody read_acknowledge(const boost::json::value& body, FieldFaults& faults);
CommandBody read_direct(const boost::json::value& body, FieldFaults& faults);
CommandBody read_respond(const boost::json::value& body, FieldFaults& faults);
CommandBody read_pause(const boost::json::value& body, FieldFaults& faults);
CommandBody read_resume(const boost::json::value& body, FieldFaults& faults);
// By officers themselves: neither is done on anybody's behalf.
CommandBody read_confirm(const boost::json::value& body, FieldFaults& faults);
CommandBody read_correct(const boost::json::value& body, FieldFaults& faults);

// POST /officers; addresses come out in their canonical form. Whether the roles exist is the
// caller's to check.
Officer read_officer(const boost::json::value& body, FieldFaults& faults);
// POST /officers/{id}: what is left out stays. An empty address is taken away, an empty `ended_on`
// takes an end back.
store::OfficerEdit read_officer_edit(const boost::json::value& body, FieldFaults& faults);
// POST /officers/{id}/leaves.
struct LeaveChange {
  Leave leave;
  bool cancel = false;   // the one that begins on `leave.start`
  bool replace = false;  // in place of those it overlaps
};
LeaveChange read_leave(const boost::json::value& body, FieldFaults& faults);
// POST /delegations.
Delegation read_delegation(const boost::json::value& body, FieldFaults& faults);

// ASCII that is seen: no space, no control byte.
bool is_printable(std::string_view text);
// The host that a browser goes to by an http(s) address. Nothing for another scheme, and where that
// could be mistaken: a user's name before the host, or a host with other signs than its own.
std::optional<std::string> web_host(std::string_view uri);
// Those of every document that was uploaded here, each with the JSON pointer of its uri.
struct UploadedDocument {
  std::string sha256, pointer;
};
std::vector<UploadedDocument> uploaded_documents(const std::vector<NewDocument>& documents);

}  // namespace tenggat::http
