#include "daemon/api/authorize.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "daemon/http/problem_words.h"

namespace tenggat::http {
namespace {

// Of an answer's fields.
struct FieldRow {
  Field field;
  Who who;
};

constexpr auto kFields = std::to_array<FieldRow>({
    {Field::contact, Who::officer | Who::admin | Who::intake_own},
    {Field::notes, Who::officer | Who::admin},
    // For nobody but who handed the file in, to pass it on.
    {Field::tracking_link, Who::intake_own},
    // Not for who only speaks for applicants: it is the head's to decide.
    {Field::outcome, Who::officer | Who::admin | Who::read},
});

constexpr Denial kForbidden{"forbidden", say<Detail::call_not_allowed>};
constexpr Denial kNotForOfficers{"forbidden", say<Detail::not_for_officers>};
constexpr Denial kNamesNobody{"forbidden", say<Detail::officer_is_needed>};

using OnBehalf = Access::OnBehalf;

boost::system::result<Access, Denial> authorize_officer(Who who, const Principal& officer) {
  if (includes(who, Who::administrator) && officer.administrator)
    return Access{Capacity::administrator};
  if (includes(who, Who::officer)) return Access{Capacity::officer};
  if (includes(who, Who::overseer) && officer.overseer) return Access{Capacity::officer};
  if (includes(who, Who::any_token)) return Access{Capacity::token_holder};
  return kForbidden;
}

boost::system::result<Access, Denial> authorize_service(Who who, const Principal& service) {
  const bool may_act = includes(who, Who::for_officer) && service.has("act");
  const bool itself = includes(who, Who::itself) && service.has("act") && !service.roles.empty();
  const OnBehalf on_behalf = may_act ? OnBehalf::may : OnBehalf::never;
  struct Scope {
    Who who;
    const char* name;
    Access access;
  };
  const Scope scopes[] = {{Who::bounce, "bounce", {Capacity::bounces, false, on_behalf}},
                          {Who::admin, "admin", {Capacity::administrator, false, on_behalf}},
                          {Who::read, "read", {Capacity::reader, false, on_behalf}},
                          {Who::act, "act", {Capacity::for_officer, false, on_behalf}},
                          {Who::intake, "intake", {Capacity::intake, false, on_behalf}},
                          {Who::intake_own, "intake", {Capacity::intake, true, on_behalf}}};
  for (const Scope& scope : scopes)
    if (includes(who, scope.who) && service.has(scope.name)) {
      Access access = scope.access;
      access.may_be_itself = itself;
      return access;
    }
  if (includes(who, Who::any_token)) return Access{Capacity::token_holder, false, on_behalf};
  if (may_act) return Access{Capacity::for_officer, false, OnBehalf::must, itself};
  return kForbidden;
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
  principal.roles = token.roles;
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

boost::system::result<Access, Denial> authorize(const Principal* principal, Who who) {
  if (includes(who, Who::anyone)) return Access{};
  if (!principal || principal->id.empty())
    return Denial{"unauthenticated", say<Detail::token_is_needed>};
  switch (principal->kind) {
    case Principal::Kind::officer:
      return authorize_officer(who, *principal);
    case Principal::Kind::service:
      return authorize_service(who, *principal);
    case Principal::Kind::provider:
      break;
  }
  if (includes(who, Who::provider)) return Access{Capacity::provider};
  return kForbidden;
}

boost::system::result<Access, Denial> in_name_of(const Access& access, bool an_officer) {
  if (!an_officer && access.on_behalf == OnBehalf::must) return kNamesNobody;
  if (!an_officer) return access;
  if (access.on_behalf == OnBehalf::never) return kNotForOfficers;
  return Access{Capacity::for_officer};
}

Access as_itself(const Access& access, bool at_own_step) {
  return access.may_be_itself && at_own_step ? Access{Capacity::itself} : access;
}

std::optional<Denial> refuse_permit(const Access& access, const Principal& principal,
                                    std::string_view created_by) {
  if (access.own_only && created_by != principal.id)
    return Denial{"not_found", say<Detail::no_such_permit>};
  return std::nullopt;
}

bool may_see(const Principal& principal, Field field, std::string_view created_by) {
  for (const FieldRow& row : kFields) {
    if (row.field != field) continue;
    const auto access = authorize(&principal, row.who);
    return access && !refuse_permit(*access, principal, created_by);
  }
  return false;
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
