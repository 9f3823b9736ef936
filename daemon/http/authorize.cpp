#include "daemon/http/authorize.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "daemon/http/problem_words.h"

namespace tenggat::http {
namespace {

// Column "who" of the contract's table.
enum Who : unsigned {
  kAnyone = 1U << 0U,
  kAnyToken = 1U << 1U,
  kOfficer = 1U << 2U,
  kForOfficer = 1U << 3U,  // scope act, with on_behalf_of
  kAct = 1U << 4U,         // scope act as such
  kIntake = 1U << 5U,
  kIntakeOwn = 1U << 6U,  // scope intake, on permits it handed in
  kRead = 1U << 7U,
  kAdmin = 1U << 8U,
  kAdministrator = 1U << 9U,  // an officer with the role admin, signed in on the pages
  kBounce = 1U << 10U,
  kProvider = 1U << 11U,  // the provider of WhatsApp, by its signature
};

struct Row {
  std::string_view route;
  unsigned who;
};

constexpr auto kTable = std::to_array<Row>({
    {"permit_create", kIntake},
    {"permit_list", kRead | kOfficer | kIntakeOwn},
    {"permit_show", kRead | kOfficer | kIntakeOwn},
    {"permit_timeline", kRead | kOfficer},
    {"permit_why", kRead | kOfficer},
    // The applicant's own steps come through the service that handed the file in.
    {"permit_action", kOfficer | kForOfficer | kIntakeOwn},
    {"permit_undo", kOfficer | kForOfficer | kIntakeOwn},
    {"permit_claim", kOfficer | kForOfficer},
    {"permit_release", kOfficer | kForOfficer},
    {"permit_assign", kOfficer | kForOfficer},
    {"permit_escalate", kOfficer | kForOfficer},
    {"permit_acknowledge", kOfficer | kForOfficer},
    {"permit_pause", kOfficer | kForOfficer},
    {"permit_resume", kOfficer | kForOfficer | kIntakeOwn},  // intake: the applicant's answer
    {"event_list", kRead | kIntakeOwn},
    {"task_list", kOfficer},
    {"file_create", kIntake | kAct | kOfficer},
    {"file_show", kIntake | kAct | kOfficer},
    {"sop_list", kAnyToken},
    {"sop_show", kAnyToken},
    {"sop_diagram", kAnyToken},
    {"officer_list", kAdmin},
    {"officer_create", kAdmin},
    {"officer_edit", kAdmin},
    {"officer_leave", kAdmin},
    {"delegation_list", kAdmin},
    {"delegation_create", kAdmin},
    {"delegation_end", kAdmin},
    {"notice_list", kAdmin},
    {"message_retry", kAdmin},
    {"message_discard", kAdmin},
    {"email_bounce", kBounce},
    {"whatsapp_challenge", kProvider},
    {"whatsapp_receipt", kProvider},
    {"whatsapp_receipt_by_path", kProvider},
    {"openapi", kAnyone},
    // Pages: the applicant's by the secret in the link, the officer's by the session's cookie.
    {"page_front", kAnyone},
    {"page_style", kAnyone},
    {"page_problem", kAnyone},
    {"page_track", kAnyone},
    {"page_track_act", kAnyone},
    {"page_track_document", kAnyone},
    {"page_sign_in", kAnyone},
    {"page_sign_in_ask", kAnyone},
    {"page_sign_in_link", kAnyone},
    {"page_sign_in_use", kAnyone},
    {"page_sign_out", kOfficer},
    {"page_tasks", kOfficer},
    {"page_tasks_act", kOfficer},
    {"page_permit", kOfficer},
    {"page_permit_act", kOfficer},
    {"page_permit_document", kOfficer},
    {"page_search", kOfficer},
    {"page_applicant", kOfficer},
    {"page_applicant_act", kOfficer},
    {"page_board", kOfficer},
    {"page_board_list", kOfficer},
    {"page_board_stream", kOfficer},
    {"page_board_script", kAnyone},
    // The wall's screen: by the secret in its link.
    {"page_kiosk", kAnyone},
    {"page_kiosk_stream", kAnyone},
    {"page_kiosks", kAdministrator},
    {"page_kiosks_act", kAdministrator},
    {"page_officers", kAdministrator},
    {"page_officers_act", kAdministrator},
    {"page_officer", kAdministrator},
    {"page_officer_act", kAdministrator},
    {"page_calendar", kAdministrator},
    {"page_calendar_act", kAdministrator},
    {"page_calendar_file", kAdministrator},
    {"page_dead_letters", kAdministrator},
    {"page_dead_letters_act", kAdministrator},
    // The admin listener, on loopback unless told otherwise.
    {"metrics", kAnyone},
    {"livez", kAnyone},
    {"readyz", kAnyone},
});

// Of an answer's fields, on top of the call's own row.
struct FieldRow {
  Field field;
  unsigned who;
};

constexpr auto kFields = std::to_array<FieldRow>({
    {Field::contact, kOfficer | kAdmin | kIntakeOwn},
    {Field::notes, kOfficer | kAdmin},
    // For nobody but who handed the file in, to pass it on.
    {Field::tracking_link, kIntakeOwn},
    // Not for who only speaks for applicants: it is the head's to decide.
    {Field::outcome, kOfficer | kAdmin | kRead},
});

const Row* find_row(std::string_view route) {
  for (const Row& row : kTable)
    if (row.route == route) return &row;
  return nullptr;
}

constexpr Denial kForbidden{"forbidden", say<Detail::call_not_allowed>};
constexpr Denial kNotForOfficers{"forbidden", say<Detail::not_for_officers>};

boost::system::result<Access, Denial> authorize_officer(unsigned who, const Principal& officer,
                                                        bool on_behalf_of) {
  if (on_behalf_of) return kNotForOfficers;
  if ((who & kAdministrator) && officer.administrator)
    return Access{Capacity::administrator, false};
  if (who & kOfficer) return Access{Capacity::officer, false};
  if (who & kAnyToken) return Access{Capacity::token_holder, false};
  return kForbidden;
}

boost::system::result<Access, Denial> authorize_service(unsigned who, const Principal& service,
                                                        const AccessQuestion& question) {
  if (question.on_behalf_of) {
    if ((who & kForOfficer) && service.has("act")) return Access{Capacity::for_officer, false};
    return kNotForOfficers;
  }
  if ((who & kBounce) && service.has("bounce")) return Access{Capacity::bounces, false};
  if ((who & kAdmin) && service.has("admin")) return Access{Capacity::administrator, false};
  if ((who & kRead) && service.has("read")) return Access{Capacity::reader, false};
  if ((who & kAct) && service.has("act")) return Access{Capacity::for_officer, false};
  if ((who & kIntake) && service.has("intake")) return Access{Capacity::intake, false};
  if ((who & kIntakeOwn) && service.has("intake")) {
    if (question.created_by && *question.created_by != service.id)
      return Denial{"not_found", say<Detail::no_such_permit>};
    return Access{Capacity::intake, !question.created_by};
  }
  if (who & kAnyToken) return Access{Capacity::token_holder, false};
  if ((who & kForOfficer) && service.has("act"))
    return Denial{"forbidden", say<Detail::officer_is_needed>};
  return kForbidden;
}

boost::system::result<Access, Denial> authorize_call(unsigned who, const Principal& principal,
                                                     const AccessQuestion& question) {
  if (principal.kind == Principal::Kind::officer)
    return authorize_officer(who, principal, question.on_behalf_of);
  if (principal.kind == Principal::Kind::provider)
    return who & kProvider
               ? boost::system::result<Access, Denial>(Access{Capacity::provider, false})
               : kForbidden;
  return authorize_service(who, principal, question);
}

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

void throw_exception_from_error(const Denial& denial, const boost::source_location&) {
  throw std::logic_error("denied: " + std::string(denial.code->code));
}

bool Principal::has(std::string_view scope) const {
  return kind == Kind::service && std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

Principal principal_of(const store::Token& token) {
  Principal principal;
  principal.kind = token.officer.empty() ? Principal::Kind::service : Principal::Kind::officer;
  principal.id = token.officer.empty() ? token.service : token.officer;
  principal.scopes = token.scopes;
  principal.token = token.id;
  return principal;
}

std::string words_of(const Principal& principal) {
  switch (principal.kind) {
    case Principal::Kind::officer:
      return "officer:" + principal.id;
    case Principal::Kind::service:
      return "service:" + principal.id;
    case Principal::Kind::provider:
      break;
  }
  return "provider:" + principal.id;
}

boost::system::result<Access, Denial> authorize(const Principal* principal,
                                                const AccessQuestion& question) {
  const Row* row = find_row(question.route);
  if (!row) return kForbidden;
  if (row->who & kAnyone) return Access{Capacity::anyone, false};
  if (!principal || principal->id.empty())
    return Denial{"unauthenticated", say<Detail::token_is_needed>};
  auto access = authorize_call(row->who, *principal, question);
  if (!access || question.field == Field::none) return access;
  for (const FieldRow& field : kFields)
    if (field.field == question.field) return authorize_call(field.who, *principal, question);
  return kForbidden;
}

void require_rows(std::span<const Route> routes) {
  std::string missing;
  for (const Route& route : routes)
    if (!find_row(route.name)) missing += (missing.empty() ? "" : ", ") + route.name;
  if (!missing.empty()) throw std::logic_error("routes nobody may use: " + missing);
}

bool may_see(const Principal& principal, std::string_view route, Field field,
             std::string_view created_by) {
  return authorize(&principal, {route, false, created_by, field}).has_value();
}

std::optional<std::string> bearer_secret(const Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  constexpr std::string_view kPrefix = "tgt_";
  const auto field = request.headers.get("Authorization");
  if (!field || field->size() <= kScheme.size() ||
      !equals_ignoring_case(field->substr(0, kScheme.size()), kScheme))
    return std::nullopt;
  const std::string_view secret = field->substr(kScheme.size());
  if (!secret.starts_with(kPrefix) || secret.size() != kPrefix.size() + 64) return std::nullopt;
  const std::string_view digits = secret.substr(kPrefix.size());
  if (!std::all_of(digits.begin(), digits.end(), is_hex_digit)) return std::nullopt;
  return std::string(secret);
}

}  // namespace tenggat::http
