// What an officer's page of one permit is made from; its parts are in a file each.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/pages/forecast_words.h"
#include "daemon/pages/html.h"
#include "daemon/pages/objection.h"
#include "daemon/pages/page_calls.h"
#include "daemon/store/files.h"
#include "daemon/store/why.h"
#include "rules/permit/offers.h"

namespace tenggat::pages {

// Which documents an officer has opened, by id, and when first: as the record says.
using OpenedDocuments = std::map<int, Instant>;
OpenedDocuments opened_by(const std::string& officer, std::int64_t permit,
                          const std::vector<store::StoredEvent>& events);

// Everything the page is made from.
struct PermitView {
  const store::StoredPermit& stored;
  const Context& context;            // of the permit's SOP, at `now`
  const std::vector<Offer>& offers;  // to the officer who looks
  const std::vector<store::StoredEvent>& events;
  const std::vector<store::StoredNote>& notes;
  const SignedIn& who;
  const Beside& beside;                    // the permit it objects to, and objections to it
  const std::vector<Delegation>& letters;  // by which somebody acted for somebody else
  const std::vector<store::ToldNotice>& told;
  const store::FilesOfPermit& files;
  const OpenedDocuments& opened;  // by the officer who looks
  PermitForecast forecast;
  int shown = 0;                  // the document asked to be shown; 0: the one the work is about
  const http::Form& form;         // what came with the request; empty where it only looks
  std::string fault;              // why that was not done
  mutable bool answered = false;  // said beside the form it is of

  const Permit& permit() const { return stored.permit; }
  std::string path() const { return "/permohonan/" + std::to_string(stored.permit.id); }
  FormKeys keys() const { return new_form_keys(who.visitor.csrf); }
};

std::string officer_words(const std::string& id, const People& people);
// "Plh. Kepala Dinas": as what somebody acted for somebody else, by their letter of that day.
// Empty: in their own right.
struct StoodIn {
  std::string officer, for_officer, role;  // role: of the visit, or none
  Instant at{};
};
std::string stand_in_title(const StoodIn& acted, const std::vector<Delegation>& letters,
                           const Context& context);
// What an event says: "Verifikasi: diterima", and whose it was: "Pemohon", "Siti Rahmah", "Sistem".
// One that cannot be read says so; `tenggat audit verify` says what is wrong with it.
std::string event_words(const store::StoredEvent& event, const Permit& permit,
                        const Context& context);
std::string actor_words(const std::string& actor, const People& people);
// The same of an event; a system that acts for itself is called as its role: "Bank Persepsi".
std::string actor_words(const EventHead& event, const Permit& permit, const Context& context);

// What was written when this visit's clock was last stopped.
std::vector<store::StoredNote> notes_of_last_pause(const PermitView& view, const Visit& visit);

// The open visits, whoever acts here reads their own first.
std::vector<const Visit*> visits_shown(const PermitView& view);

// What the office decides, or is about to, and who said so. Nothing where it is not known yet.
Html decision_card(const PermitView& view);
// Kinds of the uploads that this visit judges and the officer has not opened.
std::vector<std::string> unopened_kinds(const Permit& permit, const Visit& visit, const Sop& sop,
                                        const OpenedDocuments& opened);
// Above a button that approves, signs or refuses: whether its officer has opened what it is about.
Html whether_opened(const PermitView& view, const Visit& visit);
// The document that is shown beside the work; on a phone as buttons that open each; and all there
// are.
Html documents_pane(const PermitView& view);
bool shows_document(const PermitView& view);  // else there is only a list
// Whether a message that did not arrive may be sent again by who is offered this: by whoever may
// reach the applicant what went to them, by administrators what went to officers, too. False where
// it is none of these.
bool may_send_again(const std::vector<store::ToldNotice>& told, std::int64_t message,
                    const std::vector<Offer>& offered, const Visitor& visitor);
// Who was told what, and whether it arrived.
Html told_section(const PermitView& view);
// What officers have written for one another, and the field for more.
Html notes_section(const PermitView& view);

// One form of the page: what it asks for, at which step.
struct FormOf {
  const PermitView& view;
  std::string step, action;

  Typed typed() const {
    return view.form.text("langkah") == step ? Typed(view.form, action) : Typed();
  }
  std::string id(std::string_view field) const;
};
// With what kept it from being done, where it came back.
Html head_of_form(const FormOf& form);
Html note_field(const FormOf& form, ActionRule::Note note);
// What can be done about the step's clock and its officer besides its actions.
Html delay_forms(const PermitView& view, const Visit& visit);
// Files that an action will bring, ahead of it.
Html bring_form(const PermitView& view, const Visit& visit);
// When somebody comes to look.
Html field_visit_form(const PermitView& view, const Visit& visit);

// Forms for what this officer is offered at the visit.
Html visit_forms(const PermitView& view, const Visit& visit);
// Their own last action, while it can be taken back.
Html undo_card(const PermitView& view);
// Late entries that wait for this officer's word.
Html confirm_cards(const PermitView& view);
// Who did what and when, the latest first.
Html history_of(const PermitView& view);

}  // namespace tenggat::pages
