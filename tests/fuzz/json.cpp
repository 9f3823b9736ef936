// A body that says it is JSON may be any bytes: the first says which call it is for. Taken is what
// RFC 8259 takes, within limits; printed again it is the same. A body is refused with all that is
// wrong with it, each fault at a place that can be found; and what a reader gives on is within the
// lengths that the columns behind it have.
#include "daemon/api/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/api/api_bodies.h"
#include "notifiers/phone.h"
#include "notifiers/utf8.h"
#include "rules/utf8.h"
#include "tests/fuzz/check.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;
using fuzz::check;
using Limits = BodyLimits;

void check_value(const json::value& value, std::size_t depth) {
  if (const auto* text = value.if_string()) {
    check(text->find('\0') == json::string::npos, "no text holds NUL");
    check(first_not_utf8({text->data(), text->size()}) == text->size(), "a text is UTF-8");
  } else if (const auto* array = value.if_array()) {
    check(depth < JsonLimits{}.depth, "not too deep");
    for (const json::value& one : *array) check_value(one, depth + 1);
  } else if (const auto* object = value.if_object()) {
    check(depth < JsonLimits{}.depth, "not too deep");
    check(object->size() <= JsonLimits{}.members, "not too many members");
    for (const auto& [key, one] : *object) {
      check_value(json::value(key), depth + 1 < JsonLimits{}.depth ? depth + 1 : depth);
      check_value(one, depth + 1);
    }
  }
}

// A second member of the same name would be missing here.
std::size_t members(const json::value& value) {
  std::size_t count = 0;
  if (const auto* array = value.if_array())
    for (const json::value& one : *array) count += members(one);
  if (const auto* object = value.if_object())
    for (const auto& member : *object) count += 1 + members(member.value());
  return count;
}

// Colons outside of strings: one a member as it was sent.
std::size_t members_sent(std::string_view text) {
  std::size_t count = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (inside && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      inside = !inside;
    else if (!inside && text[i] == ':')
      ++count;
  }
  return count;
}

// Boost reads a fraction to within a bit.
bool has_fraction(const json::value& value) {
  if (const auto* array = value.if_array())
    return std::any_of(array->begin(), array->end(), has_fraction);
  if (const auto* object = value.if_object())
    return std::any_of(object->begin(), object->end(),
                       [](const auto& member) { return has_fraction(member.value()); });
  return value.is_double();
}

bool is_line(std::string_view text, std::size_t length) {
  return notify::characters(text) <= length && !notify::has_control_byte(text);
}
bool is_lines(std::string_view text, std::size_t length) {
  return notify::characters(text) <= length && text.find('\0') == std::string_view::npos;
}

void check_documents(const std::vector<NewDocument>& documents) {
  check(documents.size() <= Limits::documents, "not too many documents");
  for (const NewDocument& document : documents) {
    check(!document.kind.empty() && is_line(document.kind, Limits::word), "a document has a kind");
    check(is_line(document.name, Limits::name), "its name is a line");
    check(!document.uri.empty() && is_line(document.uri, Limits::uri), "it is somewhere");
    check(document.uri.find(' ') == std::string::npos, "at one address");
    check(document.sha256.empty() || is_sha256_hex(document.sha256), "a hash is one");
    check(is_line(document.number, Limits::document_number), "its number is a line");
  }
}

void check_address(const std::string& email, const std::string& whatsapp) {
  check(email.empty() || notify::is_mail_address(email), "an address can be written to");
  check(whatsapp.empty() || notify::normalise_phone(whatsapp) == whatsapp, "a number is canonical");
}

void check_submission(const Submission& submission) {
  check(!submission.sop.empty() && is_line(submission.sop, Limits::word), "a service is named");
  check(!submission.applicant.name.empty() && is_line(submission.applicant.name, Limits::name),
        "an applicant has a name");
  check_address(submission.applicant.email, submission.applicant.whatsapp);
  check(is_line(submission.permit.subject, Limits::subject), "a subject is a line");
  check_documents(submission.permit.documents);
  check(submission.fields.size() <= Limits::fields_bytes, "fields are not too long");
  check(json::parse(submission.fields).is_object(), "and an object");
  check(is_line(submission.permit.external_id, Limits::external_id), "an id of theirs is a line");
}

void check_command(const CommandBody& body) {
  check(is_line(body.on_behalf_of, Limits::word), "somebody is named by a word");
  const auto* act = std::get_if<Act>(&body.command);
  if (act == nullptr) return;
  check(!act->action.empty() && is_line(act->action, Limits::word), "an action is a word");
  check(is_line(act->step, Limits::word), "a step is a word");
  check(is_lines(act->note, Limits::note) && is_lines(act->reason, Limits::note),
        "notes are not too long");
  check_documents(act->documents);
  check(act->deficiencies.size() <= Limits::deficiencies, "not too much is missing");
  for (const Deficiency& one : act->deficiencies)
    check(!one.note.empty() && is_lines(one.note, Limits::note), "what is missing is said");
  check(!act->version || *act->version >= 1, "versions count from 1");
}

void check_officer(const Officer& officer) {
  check(store::valid_officer_id(officer.id), "an officer's id is one");
  check(is_line(officer.name, Limits::officer_name), "a name is a line");
  check_address(officer.email, officer.whatsapp);
  check(officer.roles.size() <= 50 && officer.channels.size() <= 2, "lists are not too long");
}

void check_edit(const store::OfficerEdit& edit) {
  check(!edit.name || (!edit.name->empty() && is_line(*edit.name, Limits::officer_name)),
        "a new name is one");
  check_address(edit.email.value_or(""), edit.whatsapp.value_or(""));
  check(!edit.ended_on || edit.ended_on->empty() || is_civil_date(*edit.ended_on),
        "an end is a date");
}

void check_leave(const LeaveChange& change) {
  check(is_civil_date(change.leave.start), "a leave begins on a day");
  check(
      change.cancel || (is_civil_date(change.leave.end) && change.leave.start <= change.leave.end),
      "and ends on one after it");
}

void check_delegation(const Delegation& delegation) {
  check(store::valid_officer_id(delegation.from) && store::valid_officer_id(delegation.to) &&
            delegation.from != delegation.to,
        "one stands in for another");
  check(is_civil_date(delegation.start) && delegation.start <= delegation.end, "from day to day");
  check(!delegation.letter.empty(), "by a letter");
}

// The way a fault names leads somewhere: to a value there is, or to a member that is missing of an
// object there is.
void check_faults(const json::value& body, const FieldFaults& faults) {
  for (const FieldFault& fault : faults) {
    for (const std::string& words : {fault.message.english, fault.message.indonesian})
      check(!words.empty() && !notify::has_control_byte(words), "a fault has words");
    check(fault.pointer.empty() || fault.pointer.starts_with('/'), "and a pointer");
    json::error_code ec;
    if (body.find_pointer(fault.pointer, ec) != nullptr) continue;
    const std::string parent = fault.pointer.substr(0, fault.pointer.rfind('/'));
    const json::value* holder = body.find_pointer(parent, ec);
    check(holder == nullptr || holder->is_object() || holder->is_array(), "into what was sent");
  }
}

template <class Reader, class Check>
void read_as(Reader reader, Check sound, const json::value& body) {
  FieldFaults faults;
  const auto value = reader(body, faults);
  check_faults(body, faults);
  const auto refusal = refuse_faults(Request{}, faults);
  check(refusal.has_value() == !faults.empty(), "faults are refused, and nothing else");
  if (refusal) {
    const json::value problem = json::parse(refusal->body);
    check(refusal->status == 422 && problem.at("errors").as_array().size() == faults.size(),
          "a refusal names every fault");
    return;
  }
  const json::object* object = body.if_object();
  check(object != nullptr && object->size() <= 16, "what is taken is an object of known members");
  sound(value);
}

void read_as_call(std::uint8_t which, const json::value& body) {
  constexpr std::array kCommands = {read_action,      read_undo,   read_claim,
                                    read_release,     read_assign, read_escalate,
                                    read_acknowledge, read_pause,  read_resume};
  constexpr std::size_t kOthers = 5;
  const std::size_t call = which % (kCommands.size() + kOthers);
  if (call >= kOthers) return read_as(kCommands[call - kOthers], check_command, body);
  if (call == 0) return read_as(read_submission, check_submission, body);
  if (call == 1) return read_as(read_officer, check_officer, body);
  if (call == 2) return read_as(read_officer_edit, check_edit, body);
  if (call == 3) return read_as(read_leave, check_leave, body);
  read_as(read_delegation, check_delegation, body);
}

}  // namespace
}  // namespace tenggat::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tenggat::http;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  Request request;
  request.headers.add("Content-Type", "application/json; charset=utf-8");
  request.body = text;
  const auto body = read_json(request, Body::required);
  boost::json::error_code error;
  const boost::json::value theirs = boost::json::parse(text, error);
  if (!body) {
    check(body.error().status == 400 && !body.error().body.empty(), "a refusal says why");
    return 0;
  }
  check(!error && theirs == *body, "what is taken is what others read");
  check_value(*body, 0);
  check(members(*body) == members_sent(text), "no member was given twice");
  const auto again = parse_json(boost::json::serialize(*body));
  check(again.has_value() && (*again == *body || has_fraction(*body)),
        "printed again it is the same");
  read_as_call(bytes[0], *body);
  return 0;
}
