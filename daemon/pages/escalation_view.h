// What a superior sees of one file that was raised to them; a card each, and the forms by which
// they do something about it. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/pages/page_calls.h"
#include "daemon/store/escalations.h"
#include "rules/permit/escalation.h"
#include "rules/permit/offers.h"

namespace tenggat::pages {

struct EscalationView {
  const store::StoredPermit& stored;
  const Visit& visit;
  const Context& context;            // of the permit's SOP, at now
  std::string officer;               // who looks
  std::vector<Escalation> raised{};  // that names them, in the order it was raised
  bool copy = false;                 // they are only told along
  Sla sla{};                         // of the visit
  std::vector<Offer> offers{};
  std::vector<store::ToldOfficer> told{};  // about the permit
  std::vector<store::StoredNote> notes{};  // of the permit

  const Permit& permit() const { return stored.permit; }
  // Their own, while it holds repeats back.
  const SuperiorResponse* response() const;
  bool asks_for_directions() const;  // the visit's officer asked them
  std::string id() const;            // of the card
};

// The open visits of a permit of which something names the officer; with `directed` those, too,
// that they may direct though nothing was raised.
std::vector<EscalationView> escalations_of(const store::StoredPermit& stored,
                                           const std::string& officer, const Context& context,
                                           bool directed = false);

// Which form of which card is open, and what was typed into it.
struct OpenForm {
  std::string card, action;  // "direct", "assign", "respond"; empty: none
  FormKeys keys;
  const http::Form& typed;
  std::string fault;
};
Html escalation_card(const EscalationView& view, const OpenForm& open);

// What a superior has answered: when, how, and what has become of it.
Html answered_list(const std::vector<store::AnsweredEvent>& answered, const Reading& found,
                   const office::Rulebook& rulebook, bool more);

// Of a message to an officer: "dibaca 09.40", "terkirim, belum dibaca", "menunggu dikirim".
std::string arrival_words(const store::ToldOfficer& told, const Context& context);

}  // namespace tenggat::pages
