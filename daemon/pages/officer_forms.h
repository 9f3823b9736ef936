// The forms on the pages of officers: what they show of an officer, and what was sent with them.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/json.h"
#include "daemon/http/form.h"
#include "daemon/pages/html.h"
#include "daemon/pages/page_calls.h"
#include "daemon/store/people.h"
#include "rules/permit/people.h"

namespace tenggat::pages {

std::string period_words(const CivilDate& start, const CivilDate& end);
// What a reader of bodies has against a field, for who filled in the form.
std::string officer_fault_words(const http::FieldFaults& faults, const http::Form& form);
// Empty: nobody else has the address.
std::string shared_words(const store::OfficerChange& change, const People& people);

struct NamedRole {
  std::string id, name;
};

// What an officer may hold: the roles of all SOPs in force but the applicants', and the
// administrator's.
std::vector<NamedRole> roles_to_hold(const std::vector<const Sop*>& sops);
bool all_known(const std::vector<std::string>& held, const std::vector<NamedRole>& roles);

// What a form of an officer's page is made from.
struct OfficerForm {
  std::string path, csrf;
  const http::Form& form;  // that came; empty where the page is only looked at
  std::string fault;       // why it was not done
  CivilDate today;

  Typed typed(std::string_view mark) const { return {form, mark}; }
  // The form's head; beside what was typed into it stands what is wrong with it.
  Html head(std::string_view mark) const {
    return html("<form method=\"post\" action=\"{}\">{}{}{}", path,
                hidden_fields(new_form_keys(csrf)), form_mark(mark),
                typed(mark) && !fault.empty() ? message(fault, true) : Html());
  }
};

// What somebody is away for.
struct LeaveKind {
  const char* id;
  const char* words;
};
inline constexpr LeaveKind kLeaveKinds[] = {
    {"tahunan", "cuti tahunan"},
    {"sakit", "cuti sakit"},
    {"melahirkan", "cuti melahirkan"},
    {"alasan_penting", "cuti karena alasan penting"},
    {"besar", "cuti besar"},
    {"dinas_luar", "dinas luar"},
    {"pelatihan", "pendidikan dan pelatihan"},
};
std::string leave_kind_words(std::string_view kind);
// Those that have not ended, each with its button, and what a new one is asked for.
Html leave_list(const Officer& officer, const std::string& path, const std::string& csrf,
                const CivilDate& today);
Html leave_fields(const Typed& typed, const CivilDate& today);

Html nip_field(const std::string& nip);
// Nothing where it is no such number; empty where there is none.
std::optional<std::string> nip_in(const http::Form& form);
inline constexpr const char* kBadNip = "NIP terdiri dari 18 angka; kosongkan bila bukan ASN.";

Html role_boxes(const std::vector<NamedRole>& roles, const std::vector<std::string>& held);
Html address_fields(const std::string& name, const std::string& email, const std::string& whatsapp);
// What keeps them away, or gives their work to another, from today on.
Html remarks_of(const Officer& officer, const People& people, const CivilDate& today);
Html officer_item(const Officer& officer, const People& people, const std::vector<NamedRole>& roles,
                  const CivilDate& today);
Html leave_section(const Officer& officer, const OfficerForm& form);
Html delegation_section(const Officer& officer, const People& people, const OfficerForm& form);
Html end_section(const Officer& officer, const OfficerForm& form);

Officer officer_in(const http::Form& form, http::FieldFaults& faults);
store::OfficerEdit edit_in(const http::Form& form, http::FieldFaults& faults);
Leave leave_in(const http::Form& form, http::FieldFaults& faults);
Delegation delegation_in(const http::Form& form, const std::string& from,
                         http::FieldFaults& faults);

}  // namespace tenggat::pages
