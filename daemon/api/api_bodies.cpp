#include "daemon/api/api_bodies.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "daemon/api/reading.h"
#include "daemon/http/problem.h"
#include "daemon/store/hash.h"
#include "notifiers/phone.h"
#include "notifiers/utf8.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;
using Limits = BodyLimits;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What can hold a document: an address of the web, which pages show as a link, or an upload.
std::optional<Said> fault_of_uri(std::string_view uri) {
  if (uri.starts_with(kUploadScheme)) {
    if (uploaded_hash(uri)) return std::nullopt;
    return say<Detail::no_upload_uri>();
  }
  if (is_printable(uri) && web_host(uri)) return std::nullopt;
  return say<Detail::no_address>();
}

NewDocument read_document(JsonObject& body) {
  NewDocument document;
  document.kind = body.required_text("kind", Limits::word);
  document.name = body.optional_text("name", Limits::name).value_or("");
  document.uri = body.required_text("uri", Limits::uri);
  document.sha256 = body.optional_text("sha256", 64).value_or("");
  document.number = body.optional_text("number", Limits::document_number).value_or("");
  if (!document.uri.empty())
    if (auto fault = fault_of_uri(document.uri)) body.fault("uri", std::move(*fault));
  if (!document.sha256.empty() && !is_sha256_hex(document.sha256))
    body.fault("sha256", say<Detail::no_hash>());
  if (const auto uploaded = uploaded_hash(document.uri)) {
    if (document.sha256.empty()) document.sha256 = *uploaded;
    if (document.sha256 != *uploaded) body.fault("sha256", say<Detail::another_hash>());
  }
  body.refuse_unknown();
  return document;
}

std::vector<NewDocument> read_documents(std::vector<JsonObject> bodies) {
  std::vector<NewDocument> documents;
  for (JsonObject& body : bodies) documents.push_back(read_document(body));
  return documents;
}

// Empty takes an address away; canonical otherwise.
std::optional<std::string> read_email(JsonObject& body) {
  auto email = body.optional_text("email", 254);
  if (email && !email->empty() && !notify::is_mail_address(*email))
    body.fault("email", say<Detail::no_email>());
  return email;
}
std::optional<std::string> read_whatsapp(JsonObject& body) {
  // Copied from a list of contacts it brings marks that nobody sees; kept are its digits alone.
  const auto whatsapp = body.optional_text("whatsapp", 32, Lines::many);
  if (!whatsapp || whatsapp->empty()) return whatsapp;
  const auto number = notify::normalise_phone(*whatsapp);
  if (notify::is_foreign_phone(*whatsapp))
    body.fault("whatsapp", say<Detail::foreign_number>());
  else if (!number)
    body.fault("whatsapp", say<Detail::no_mobile_number>());
  return number.value_or("");
}

store::StoredPermit::Applicant read_applicant(JsonObject body) {
  store::StoredPermit::Applicant applicant;
  applicant.name = body.required_text("name", Limits::name);
  applicant.email = read_email(body).value_or("");
  applicant.whatsapp = read_whatsapp(body).value_or("");
  body.refuse_unknown();
  return applicant;
}

std::string read_fields(JsonObject& body) {
  const json::value* fields = body.raw("fields");
  if (!fields || fields->is_null()) return "{}";
  if (!fields->is_object()) {
    body.fault("fields", say<Detail::no_object>());
    return "{}";
  }
  std::string text = json::serialize(*fields);
  if (text.size() > Limits::fields_bytes)
    body.fault("fields", say<Detail::too_many_bytes>(Limits::fields_bytes));
  return text;
}

// The same as values of a form. What can be none, an array or an object, is one that no field
// takes, so that whoever knows the form refuses it.
FieldValues read_form(JsonObject& body) {
  FieldValues form;
  const json::value* fields = body.raw("fields");
  if (!fields || !fields->is_object()) return form;
  for (const auto& [key, value] : fields->get_object()) {
    const std::string id(key);
    if (value.is_null()) continue;  // as good as left out
    if (value.is_bool())
      form[id] = value.get_bool();
    else if (value.is_number())
      form[id] = value.to_number<double>();
    else
      form[id] = value.is_string() ? std::string(value.get_string()) : std::string("\n");
  }
  return form;
}

std::string read_on_behalf_of(JsonObject& body) {
  return body.optional_text("on_behalf_of", Limits::word).value_or("");
}

std::string read_step(JsonObject& body) { return body.required_text("step", Limits::word); }

std::string read_note(JsonObject& body, std::string_view name = "note") {
  return body.optional_text(name, Limits::note, Lines::many).value_or("");
}

std::vector<Deficiency> read_deficiencies(std::vector<JsonObject> bodies) {
  std::vector<Deficiency> deficiencies;
  for (JsonObject& body : bodies) {
    Deficiency one;
    one.document = body.optional_text("document", Limits::word).value_or("");
    one.note = body.required_text("note", Limits::note, Lines::many);
    body.refuse_unknown();
    deficiencies.push_back(std::move(one));
  }
  return deficiencies;
}

std::optional<std::int64_t> read_permit_id(JsonObject& body, std::string_view name) {
  const auto text = body.optional_text(name, Limits::word);
  if (!text) return std::nullopt;
  if (text->empty() || text->size() > Limits::permit_id || text->front() == '0' ||
      !std::all_of(text->begin(), text->end(), is_digit)) {
    body.fault(name, say<Detail::no_permit_id>());
    return std::nullopt;
  }
  return parse_id(*text).value_or(kNobodys);
}

bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return equals_ignoring_case(type, "application/json");
}

}  // namespace

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

void throw_exception_from_error(const Response& refusal, const boost::source_location&) {
  throw std::logic_error(fmt::format("a request that was refused with {}", refusal.status));
}

// --- bodies --------------------------------------------------------------------------------------

Read<json::value> read_json(const Request& request, Body body) {
  if (request.body.empty() && body == Body::optional) return json::value(json::object());
  const auto content_type = request.headers.get("Content-Type");
  if (content_type && !is_json(*content_type))
    return problem(request, "unsupported_media_type", say<Detail::no_json>());
  auto parsed = parse_json(request.body);
  if (!parsed) return problem(request, "invalid_json", parsed.error().message);
  return std::move(*parsed);
}

std::optional<Response> refuse_faults(const Request& request, const FieldFaults& faults) {
  if (faults.empty()) return std::nullopt;
  return problem(request, "invalid_body", {}, {{"errors", to_json(faults, language_of(request))}});
}

Submission read_submission(const json::value& value, FieldFaults& faults) {
  JsonObject body(value, faults);
  Submission submission;
  submission.sop = body.required_text("sop", Limits::word);
  submission.applicant = read_applicant(body.required_object("applicant"));
  submission.permit.subject = body.required_text("subject", Limits::subject);
  submission.permit.documents =
      read_documents(body.optional_objects("documents", Limits::documents));
  submission.fields = read_fields(body);
  submission.permit.fields = read_form(body);
  submission.permit.external_id =
      body.optional_text("external_id", Limits::external_id).value_or("");
  submission.permit.started_at = body.optional_instant("started_at");
  submission.permit.related = read_permit_id(body, "related");
  body.refuse_unknown();
  return submission;
}

CommandBody read_action(const json::value& value, FieldFaults& faults) {
  JsonObject body(value, faults);
  CommandBody read;
  Act act;
  act.action = body.required_text("action", Limits::word);
  // Withdrawal takes the whole file back, at whatever step it is.
  act.step = act.action == "withdraw" ? body.optional_text("step", Limits::word).value_or("")
                                      : read_step(body);
  act.note = read_note(body);
  if (const auto outcome = body.optional_word("outcome", {"grant", "refusal"}))
    act.outcome = parse_outcome(*outcome).value_or(Outcome::none);
  act.documents = read_documents(body.optional_objects("documents", Limits::documents));
  act.deficiencies = read_deficiencies(body.optional_objects("deficiencies", Limits::deficiencies));
  const ListLimits branches{Limits::branches, Limits::word}, checked{Limits::checked, Limits::word};
  act.to = body.optional_texts("to", branches);
  read_fields(body);  // an object, and not too much
  act.fields = read_form(body);
  act.checked = body.optional_texts("checked", checked);
  act.version = body.optional_integer("version", 1, std::int64_t{1} << 53U);
  act.occurred_at = body.optional_instant("occurred_at");
  act.reason = read_note(body, "reason");
  read.on_behalf_of = read_on_behalf_of(body);
  body.refuse_unknown();
  read.command = std::move(act);
  return read;
}

CommandBody read_undo(const json::value& value, FieldFaults& faults) {
  JsonObject body(value, faults);
  CommandBody read{Undo{}, read_on_behalf_of(body)};
  body.refuse_unknown();
  return read;
}

namespace {

// A command at a step, with what `read_rest` takes of it.
template <class C, class ReadRest>
CommandBody read_at_step(const json::value& value, FieldFaults& faults, ReadRest read_rest) {
  JsonObject body(value, faults);
  C command;
  command.step = read_step(body);
  read_rest(body, command);
  CommandBody read;
  read.on_behalf_of = read_on_behalf_of(body);
  body.refuse_unknown();
  read.command = std::move(command);
  return read;
}

// Some write why as a note, some as a reason; it is kept as one text either way.
std::string read_words(JsonObject& body) {
  std::string reason = read_note(body, "reason");
  std::string note = read_note(body);
  return reason.empty() ? note : reason;
}

}  // namespace

CommandBody read_claim(const json::value& value, FieldFaults& faults) {
  return read_at_step<Claim>(value, faults, [](JsonObject&, Claim&) {});
}

CommandBody read_release(const json::value& value, FieldFaults& faults) {
  return read_at_step<Release>(
      value, faults, [](JsonObject& body, Release& release) { release.reason = read_words(body); });
}

CommandBody read_assign(const json::value& value, FieldFaults& faults) {
  return read_at_step<Assign>(value, faults, [](JsonObject& body, Assign& assign) {
    assign.officer = body.required_text("officer", Limits::word);
    assign.reason = read_words(body);
  });
}

CommandBody read_escalate(const json::value& value, FieldFaults& faults) {
  return read_at_step<Escalate>(value, faults, [](JsonObject& body, Escalate& escalate) {
    escalate.note = read_words(body);
  });
}

CommandBody read_acknowledge(const json::value& value, FieldFaults& faults) {
  return read_at_step<Acknowledge>(value, faults, [](JsonObject& body, Acknowledge& acknowledge) {
    acknowledge.obstacle = body.required_text("reason", Limits::word);
    acknowledge.note = read_note(body);
  });
}

CommandBody read_direct(const json::value& value, FieldFaults& faults) {
  return read_at_step<Direct>(
      value, faults, [](JsonObject& body, Direct& direct) { direct.note = read_note(body); });
}

CommandBody read_respond(const json::value& value, FieldFaults& faults) {
  return read_at_step<Respond>(value, faults, [](JsonObject& body, Respond& respond) {
    respond.note = read_note(body);
    respond.until = body.optional_instant("until");
  });
}

CommandBody read_pause(const json::value& value, FieldFaults& faults) {
  return read_at_step<PauseVisit>(value, faults, [](JsonObject& body, PauseVisit& pause) {
    pause.reason = body.required_text("reason", Limits::word);
    pause.note = read_note(body);
    pause.until = body.optional_instant("until");
    pause.requirement = body.optional_text("requirement", Limits::word).value_or("");
  });
}

CommandBody read_resume(const json::value& value, FieldFaults& faults) {
  return read_at_step<ResumeVisit>(
      value, faults, [](JsonObject& body, ResumeVisit& resume) { resume.note = read_note(body); });
}

CommandBody read_confirm(const json::value& value, FieldFaults& faults) {
  JsonObject body(value, faults);
  CommandBody read;
  Confirm confirm;
  confirm.step = read_step(body);
  confirm.note = read_note(body);
  body.refuse_unknown();
  read.command = std::move(confirm);
  return read;
}

CommandBody read_correct(const json::value& value, FieldFaults& faults) {
  JsonObject body(value, faults);
  CommandBody read;
  Correct correct;
  correct.step = read_step(body);
  correct.occurred_at = body.required_instant("occurred_at");
  correct.reason = read_note(body, "reason");
  body.refuse_unknown();
  read.command = std::move(correct);
  return read;
}

// --- people
// ---------------------------------------------------------------------------------------

namespace {

constexpr ListLimits kRoles{50, Limits::word};
constexpr ListLimits kChannels{2, Limits::word};

std::vector<std::string> read_channels(JsonObject& body) {
  std::vector<std::string> channels = body.optional_texts("channels", kChannels);
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i] != "whatsapp" && channels[i] != "email")
      body.fault("channels", say<Detail::no_channel>());
    if (i > 0 && channels[i] == channels[0]) body.fault("channels", say<Detail::channel_twice>());
  }
  return channels;
}

std::string read_officer_id(JsonObject& body, std::string_view name) {
  std::string id = body.required_text(name, Limits::word);
  if (!id.empty() && !store::valid_officer_id(id)) body.fault(name, say<Detail::no_officer_id>());
  return id;
}

CivilDate read_date(JsonObject& body, std::string_view name) {
  std::string date = body.required_text(name, 10);
  if (!date.empty() && !is_civil_date(date)) body.fault(name, say<Detail::no_date>());
  return date;
}

}  // namespace

Officer read_officer(const json::value& value, FieldFaults& faults) {
  JsonObject body(value, faults);
  Officer officer;
  officer.id = read_officer_id(body, "id");
  officer.name = body.required_text("name", Limits::officer_name);
  officer.email = read_email(body).value_or("");
  officer.whatsapp = read_whatsapp(body).value_or("");
  officer.roles = body.optional_texts("roles", kRoles);
  officer.channels = read_channels(body);
  body.refuse_unknown();
  return officer;
}

store::OfficerEdit read_officer_edit(const json::value& value, FieldFaults& faults) {
  JsonObject body(value, faults);
  store::OfficerEdit edit;
  // A null stands for what is left out.
  if (body.raw("name")) edit.name = body.required_text("name", Limits::officer_name);
  edit.email = read_email(body);
  edit.whatsapp = read_whatsapp(body);
  if (body.raw("channels")) edit.channels = read_channels(body);
  if (body.raw("roles")) edit.roles = body.optional_texts("roles", kRoles);
  edit.ended_on = body.optional_text("ended_on", 10);
  if (edit.ended_on && !edit.ended_on->empty() && !is_civil_date(*edit.ended_on))
    body.fault("ended_on", say<Detail::no_date_nor_empty>());
  body.refuse_unknown();
  return edit;
}

LeaveChange read_leave(const json::value& value, FieldFaults& faults) {
  JsonObject body(value, faults);
  LeaveChange change;
  change.cancel = body.optional_bool("cancel").value_or(false);
  change.replace = body.optional_bool("replace").value_or(false);
  change.leave.start = read_date(body, "start");
  if (change.cancel)
    body.raw("end");  // it goes with its start
  else
    change.leave.end = read_date(body, "end");
  if (!change.leave.end.empty() && change.leave.end < change.leave.start)
    body.fault("end", say<Detail::before_start>());
  body.refuse_unknown();
  return change;
}

Delegation read_delegation(const json::value& value, FieldFaults& faults) {
  JsonObject body(value, faults);
  Delegation delegation;
  delegation.from = read_officer_id(body, "from");
  delegation.to = read_officer_id(body, "to");
  delegation.kind = body.required_word("kind", {"plh", "plt"});
  delegation.start = read_date(body, "start");
  delegation.end = read_date(body, "end");
  delegation.letter = body.required_text("letter", Limits::document_number);
  if (!delegation.end.empty() && delegation.end < delegation.start)
    body.fault("end", say<Detail::before_start>());
  if (!delegation.to.empty() && delegation.from == delegation.to)
    body.fault("to", say<Detail::same_person>());
  body.refuse_unknown();
  return delegation;
}

// --- uploads
// --------------------------------------------------------------------------------------

std::optional<std::string> web_host(std::string_view uri) {
  const std::size_t colon = uri.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = uri.substr(0, colon);
  if (!equals_ignoring_case(scheme, "https") && !equals_ignoring_case(scheme, "http"))
    return std::nullopt;
  // Browsers take a backslash for a slash.
  const std::string_view rest = uri.substr(colon + 3);
  std::string_view authority = rest.substr(0, rest.find_first_of("/\\?#"));
  const std::size_t port = authority.rfind(':');
  if (port != std::string_view::npos && authority.find(']', port) == std::string_view::npos) {
    const std::string_view digits = authority.substr(port + 1);
    if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
    authority = authority.substr(0, port);
  }
  const bool bracketed = authority.starts_with('[') && authority.ends_with(']');
  std::string host(bracketed ? authority.substr(1, authority.size() - 2) : authority);
  for (char& c : host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const bool sound = !host.empty() && std::all_of(host.begin(), host.end(), [&](char c) {
    return is_lower(c) || is_digit(c) || c == '.' || (bracketed ? c == ':' : c == '-' || c == '_');
  });
  if (!sound) return std::nullopt;
  return bracketed ? '[' + host + ']' : host;
}

std::vector<UploadedDocument> uploaded_documents(const std::vector<NewDocument>& documents) {
  std::vector<UploadedDocument> uploaded;
  for (std::size_t i = 0; i < documents.size(); ++i)
    if (auto hash = uploaded_hash(documents[i].uri))
      uploaded.push_back({std::move(*hash), fmt::format("/documents/{}/uri", i)});
  return uploaded;
}

}  // namespace tenggat::http
