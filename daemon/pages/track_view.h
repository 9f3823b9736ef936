// What an applicant's page is made from; its parts are in a file each.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/pages/citizen.h"
#include "daemon/pages/html.h"
#include "daemon/pages/objection.h"
#include "daemon/pages/page_calls.h"
#include "daemon/store/files.h"
#include "daemon/store/forecasts.h"
#include "rules/permit/offers.h"

namespace tenggat::pages {

// What its forms ask for, besides the actions of a step.
inline constexpr std::string_view kAnswer = "jawab", kTakenBack = "batal",
                                  kTongueOfMessages = "bahasa";
// What was done elsewhere: this permit is the objection that was raised.
inline constexpr std::string_view kObjected = "keberatan";

// Everything the page is made from.
struct TrackView {
  const store::StoredPermit& stored;
  const Sop& sop;
  const Calendar& calendar;
  const notify::Speech& speech;  // in the reader's language
  const std::vector<store::StoredNote>& notes;
  Instant now;
  std::string path;  // of the page itself
  FormKeys keys;
  const Context& context;
  const std::vector<Offer>& offers;  // on the permit as it is, also where it is shown as before
  const Beside& beside;              // the permit it objects to, and objections to it
  bool may_object = false;           // now, on a page of its own
  const std::vector<Delegation>& letters;  // by which somebody acted for somebody else
  const http::Form& form;                  // that came; empty where the page is only looked at
  std::string_view fault;                  // why it was not done
  const std::string& receipt;              // its link; empty: there is none
  const LinkKeys& links;                   // make links to other permits
  const office::Office& office;
  const store::FilesOfPermit& files;
  const office::CaseTimes* times = nullptr;  // of the service; null: too few to say it of
  std::optional<store::Forecast> forecast{};
  notify::Tongue told_in = notify::Tongue::indonesian;  // messages to them
  mutable bool answered = false;                        // said beside the form it is of

  const Permit& permit() const { return stored.permit; }
  Typed typed(std::string_view mark) const { return {form, mark}; }
  bool may(Offer::What what, int visit = 0) const {
    return !offers_at(offers, visit, what).empty();
  }
  notify::Tongue tongue() const { return speech.tongue(); }
  const char* say(const char* indonesian, const char* english) const {
    return speech.say(indonesian, english);
  }
  // What the service's file or the office says in Indonesian, whatever the page is in.
  Html own(std::string_view words) const {
    return speech.english() ? html("<span lang=\"id\">{}</span>", words) : html("{}", words);
  }
};

// The version that a document came under: a kind that the office brings may be no kind of the
// version in use.
const Sop& sop_of(const Document& document, const Permit& permit, const Sop& sop);
// What is handed to the applicant: what their steps need, and what an end of the permit brings (the
// letter of refusal). What they handed in themselves is not given out again: the link may have
// wandered, and it holds more than a name.
bool for_applicant(const Document& document, const Permit& permit, const Sop& of_permit);

// Forms, each empty where it is not offered.
Html form_to_mend(const TrackView& view, const Visit& visit,
                  const std::vector<store::StoredNote>& wanting);
Html form_to_answer(const TrackView& view, const Visit& visit);
Html form_of_receipt(const TrackView& view, const Visit& visit);
Html form_to_withdraw(const TrackView& view);
// In which language messages come.
Html form_of_tongue(const TrackView& view);
// Their own last action on this page, while it can be taken back.
Html undo_card(const TrackView& view);

// Where the file stands and whether the applicant must do something.
Html standing_card(const TrackView& view);
// The steps it has passed, is at and has before it.
Html journey(const TrackView& view);

// Of a page about a step: who has it today, and what has been found wanting.
std::string holder_title(const TrackView& view, const Visit& visit);

}  // namespace tenggat::pages
