// What an officer's page of one permit is made from; its parts are in a file each.
#pragma once
#include <string>
#include <vector>

#include "daemon/pages/html.h"
#include "daemon/pages/objection.h"
#include "daemon/pages/page_calls.h"
#include "rules/permit/offers.h"

namespace tenggat::pages {

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
  const http::Form& form;                  // what came with the request; empty where it only looks
  std::string fault;                       // why that was not done
  mutable bool answered = false;           // said beside the form it is of

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

// Forms for what this officer is offered at the visit.
Html visit_forms(const PermitView& view, const Visit& visit);
// Their own last action, while it can be taken back.
Html undo_card(const PermitView& view);
// Late entries that wait for this officer's word.
Html confirm_cards(const PermitView& view);
// Who did what and when, the latest first.
Html history_of(const PermitView& view);

}  // namespace tenggat::pages
