// What a form of a permit's page asks for, as a command. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/http/form.h"
#include "rules/permit/offers.h"

namespace tenggat::pages {

// Of the forms on a permit's page: the names of what they hold besides documents and fields.
inline constexpr const char* kBranchInput = "ke";          // a branch that is chosen
inline constexpr const char* kCheckInput = "syarat";       // a requirement that is ticked
inline constexpr const char* kAboutInput = "syarat_jeda";  // what a pause is about
// A button that does nothing yet: proposes what is unticked as deficiencies, in its own form or (by
// the form's mark, "act.reject") in another one; or makes room for more of them.
inline constexpr std::string_view kProposeInput = "usulkan", kProposed = "ya", kMoreRows = "tambah";
// What forms of the page ask for that are of no step's action.
inline constexpr std::string_view kAddNote = "catat", kSendAgain = "kirim-ulang",
                                  kBring = "simpan-dokumen", kPlanVisit = "jadwalkan";

struct PermitForm {
  std::optional<Command> command;  // none: the form is none of ours
  std::string wanting;             // what must be mended before; empty: nothing
};
// `offered` to the officer who sent it.
PermitForm read_permit_form(const http::Form& form, const Permit& permit,
                            const std::vector<Offer>& offered, const Context& context);

// Whether the action ends the case: it signs, or refuses.
bool ends_case(std::string_view step, const ActionRule& action, const Sop& sop);
// Whether the action is taken with a tick of its own: it ends or signs the permit, or approves a
// refusal.
bool is_deliberate(const Offer& offer, const Permit& permit, const Sop& sop);

// What was ticked of this step's checklist is there, the rest is proposed: as what may be typed
// into the rows of a return's deficiencies.
struct ProposedDeficiency {
  std::string document, wanting;
};
std::vector<ProposedDeficiency> proposed_deficiencies(
    const http::Form& form, const std::vector<const Requirement*>& requirements, const Sop& sop);
// The form's mark, where another form's button asks this one to be filled in; else empty.
std::string proposed_in(const http::Form& form);
// Whether this form asks to have them proposed: by its own button, or because it says nothing at
// all of what is wanting.
bool asks_for_proposals(const http::Form& form);

// What a pause may be about: the service's requirements, and the documents that every application
// needs. By id, in words.
std::vector<std::pair<std::string, std::string>> subjects_of_pause(const Sop& sop);

}  // namespace tenggat::pages
