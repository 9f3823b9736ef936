// The calls of the pages, and what they share. Included by the .cpp files of this folder only.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/http/authorize.h"
#include "daemon/http/form.h"
#include "daemon/http/inbox.h"
#include "daemon/http/rate_limit.h"
#include "daemon/http/reading.h"
#include "daemon/pages/layout.h"
#include "daemon/pages/pages.h"

namespace tenggat::pages {

using boost::asio::awaitable;
using http::Reading;
using http::Request;
using http::Response;

// An officer in service with a live session.
struct SignedIn {
  http::Principal principal;  // its token: minus the session's id, so that no token has it
  std::int64_t session = 0;
  Officer officer;
  Visitor visitor;
  Instant now{};
  std::string extended;  // the secret of a session whose end has just been put off; else empty
};

// A request that may be served; of a POST the form too, whose token was ours.
struct PageCall {
  Request request;
  http::Form form;
  std::optional<SignedIn> who;  // on routes for officers; else nothing
  // The form is only to be shown again, with all that was typed; `why` says what kept it from being
  // done, if it was to be.
  bool look = false;
  std::string why;
  // Where the form's files are kept, each by hash and content, until it is answered.
  std::shared_ptr<http::Uploads::Files> files = std::make_shared<http::Uploads::Files>();
  int look_status() const { return why.empty() ? 200 : 403; }
};

// What was typed into one form of a page; into none where that form was not the one that came.
class Typed {
 public:
  Typed() = default;
  Typed(const http::Form& form, std::string_view mark)
      : form_(form.text("formulir") == mark ? &form : nullptr) {}
  explicit operator bool() const { return form_ != nullptr; }
  std::string text(std::string_view name, std::string otherwise = "") const {
    return form_ ? form_->text(name) : otherwise;
  }
  // The i-th of this name.
  std::string text(std::string_view name, std::size_t i) const {
    const std::vector<std::string> all = texts(name);
    return i < all.size() ? all[i] : "";
  }
  std::vector<std::string> texts(std::string_view name) const {
    return form_ ? form_->texts(name) : std::vector<std::string>();
  }
  bool has(std::string_view name, std::string_view value) const;
  // No page can put a file back into its field: it says so.
  Html files_are_lost() const;

 private:
  const http::Form* form_ = nullptr;
};

// What a form asks of the office.
struct Asked {
  std::int64_t permit = 0;
  Actor actor;
  std::int64_t token = 0;  // under which its key counts
  std::string part;        // of a form that asks for several things at once; else empty
  Command command;
};

// What came of it, in words for whoever asked.
struct Outcomes {
  bool done = false;
  int status = 303;
  std::string words;  // why not
};

class Pages {
 public:
  using Endpoint = awaitable<Response> (Pages::*)(PageCall);
  explicit Pages(PageParts parts);

  // The way in of every route: session, table, form, token; then the endpoint. An outage becomes a
  // page that says so.
  awaitable<Response> enter(Endpoint endpoint, Request request);

  awaitable<Response> style(PageCall call);
  awaitable<Response> front(PageCall call);
  awaitable<Response> problem(PageCall call);

  awaitable<Response> track(PageCall call);
  awaitable<Response> track_act(PageCall call);
  awaitable<Response> track_document(PageCall call);

  awaitable<Response> sign_in(PageCall call);
  awaitable<Response> sign_in_ask(PageCall call);
  awaitable<Response> sign_in_link(PageCall call);
  awaitable<Response> sign_in_use(PageCall call);
  awaitable<Response> sign_out(PageCall call);

  awaitable<Response> tasks(PageCall call);
  awaitable<Response> tasks_act(PageCall call);
  awaitable<Response> permit(PageCall call);
  awaitable<Response> permit_act(PageCall call);
  awaitable<Response> permit_document(PageCall call);
  awaitable<Response> search(PageCall call);
  awaitable<Response> applicant(PageCall call);
  awaitable<Response> applicant_act(PageCall call);

  awaitable<Response> board(PageCall call);
  awaitable<Response> board_list(PageCall call);
  awaitable<Response> board_stream(PageCall call);
  awaitable<Response> board_script(PageCall call);
  awaitable<Response> kiosk(PageCall call);
  awaitable<Response> kiosk_stream(PageCall call);
  awaitable<Response> kiosks(PageCall call);
  awaitable<Response> kiosks_act(PageCall call);

  awaitable<Response> officers(PageCall call);
  awaitable<Response> officers_act(PageCall call);
  awaitable<Response> officer(PageCall call);
  awaitable<Response> officer_act(PageCall call);
  awaitable<Response> working_calendar(PageCall call);
  awaitable<Response> working_calendar_act(PageCall call);
  awaitable<Response> working_calendar_file(PageCall call);
  awaitable<Response> dead_letters(PageCall call);
  awaitable<Response> dead_letters_act(PageCall call);

 private:
  struct BoardReader;
  struct BoardReaders {
    std::size_t all = 0;
    std::map<std::string, std::size_t> of;  // by session or screen
  };

  std::string session_cookie(const std::string& secret, std::chrono::seconds lives) const;
  // What was typed goes to `kept` too, for when the answer fails.
  awaitable<Response> admit(Endpoint endpoint, PageCall call, http::Form& kept);
  // A page that says why nothing was done and keeps what was typed, until it can be looked at
  // again.
  Response kept_page(int status, const PageCall& call, std::string title,
                     std::string_view words) const;
  // What it makes of the body; false: it is no form of ours. Files are stored as they come.
  awaitable<bool> take_form(PageCall& call, http::Form& kept);
  awaitable<void> take_begun_form(PageCall& call, http::Form& kept);
  awaitable<bool> read_pieces(PageCall& call, http::FormReader& reader,
                              std::unique_ptr<http::Upload>& upload);
  // Nobody: whoever it is has shown neither a session nor a tracking secret.
  awaitable<std::optional<http::Sender>> sender_of(const PageCall& call);
  awaitable<std::optional<SignedIn>> who_has_signed_in(const Request& request, std::string secret);
  // What a secret in a request leads to, in the turn of where it comes from.
  awaitable<Reading> look_up(const Request& request, pg::Pipeline looking);
  // For what was presented and is nothing: `answer`, or 429 where too much of that came lately.
  Response missed(const PageCall& call, Response answer);
  Response too_many_misses(const PageCall& call, std::chrono::seconds wait) const;
  // Nobody has signed in; `wait`: as too_many_misses().
  awaitable<Response> sign_in_first(PageCall call, http::Form& kept, std::chrono::seconds wait);

  Response page(int status, const PageCall& call, std::string title, Html body,
                bool wide = false) const;
  Response refusal_page(int status, const PageCall& call, std::string title,
                        std::string_view words) const;
  // The same for an unknown, a mistyped and an expired address.
  Response not_found(const PageCall& call) const;
  Response stale_form(const PageCall& call) const;

  awaitable<Outcomes> submit(const PageCall& call, Asked asked);
  // An administrator's change in one transaction with its form's key: sent twice, done once. What
  // it returns is why not; empty: done.
  using Change = awaitable<std::string> (Pages::*)(const PageCall& call, pg::Connection& db);
  awaitable<std::string> change_once(const PageCall& call, Change work);
  // An uploaded one.
  awaitable<Response> send_document(const PageCall& call, const Permit& permit,
                                    const Document& document);

  awaitable<bool> is_usable_link(const Request& request);
  Response no_such_link(const PageCall& call) const;

  awaitable<std::optional<std::int64_t>> tracked_permit(const Request& request);
  store::StoredPermit as_decided(store::StoredPermit stored, Instant now) const;
  awaitable<Response> track_again(const PageCall& call, std::int64_t id, Outcomes outcome);

  awaitable<Response> tasks_page(const PageCall& call, int status, std::string fault);
  // Why a file may not be acted on along with others; nothing: it may.
  awaitable<std::string> refuse_bulk(std::int64_t permit, std::string step, std::string action);
  awaitable<std::string> set_leave_today(const PageCall& call, bool away);
  // At most one more than are shown.
  awaitable<std::vector<std::int64_t>> ids_for(std::string asked);
  // `found` holds their permits and those that this officer has just been done with.
  awaitable<std::vector<http::Task>> tasks_of(const SignedIn& who, Reading& found);
  awaitable<Response> permit_page(const PageCall& call, std::int64_t id, int status,
                                  std::string fault);
  // What an action still wants before it is taken: a word of confirmation, a shorter note.
  awaitable<std::string> wanting_before(const PageCall& call, std::int64_t id);
  awaitable<Response> applicant_page(const PageCall& call, std::int64_t id, int status,
                                     std::string fault);

  Html board_of(const Sop& sop, bool links) const;
  awaitable<std::string> next_of_board(std::shared_ptr<BoardReader> reader);
  Response stream_board(const PageCall& call, std::string owner, bool links);
  Response board_page(const PageCall& call, const std::string& path, bool links,
                      const Html& more) const;
  awaitable<bool> find_kiosk(const PageCall& call);
  awaitable<Response> kiosks_page(const PageCall& call, int status, Html notice);

  awaitable<Response> officers_page(const PageCall& call, int status, std::string fault);
  awaitable<Response> officer_page(const PageCall& call, int status, std::string fault);
  awaitable<std::string> add_officer(const PageCall& call, pg::Connection& db);
  awaitable<std::string> change_officer(const PageCall& call, pg::Connection& db);
  awaitable<std::string> change_duties(const PageCall& call, pg::Connection& db);

  std::set<std::string> calendars() const;  // ids, of the SOPs in force
  // The one the address asks for, else the first; null: there is none of that name.
  const Calendar* chosen_calendar(const PageCall& call) const;
  awaitable<Response> calendar_page(const PageCall& call, int status, std::string fault,
                                    Html preview);
  awaitable<Response> change_calendar(PageCall call, bool write);
  awaitable<Response> dead_letters_page(const PageCall& call, int status, std::string fault);

  const Calendar& calendar_of(const Sop& sop) const {
    return parts_.rulebook.calendar(sop.calendar);
  }

  PageParts parts_;
  http::Reader reader_;
  http::RateLimit links_;  // tracking links sent once more, by permit
  std::shared_ptr<BoardReaders> board_readers_ = std::make_shared<BoardReaders>();
  bool calendar_under_way_ = false;  // one preview or change at a time
};

// Of what comes through the tracking page, in the audit and with its documents. No service can have
// a name with a space.
inline constexpr const char* kSpeaksForApplicant = "halaman lacak";

// --- shared by the endpoints, pure ---------------------------------------------------------------

std::string csrf_token(std::string_view secret, std::string_view purpose);
bool equal_in_constant_time(std::string_view a, std::string_view b);
FormKeys new_form_keys(std::string csrf);
// Nothing where the form has no key of ours.
std::optional<std::string> once_of(const http::Form& form);
// A path of ours that a page can lead back to, else "/tugas".
std::string safe_return(std::string_view path);
std::string query_encoded(std::string_view text);

// What is said where a name holds a hidden character (rules/utf8.h).
inline constexpr std::string_view kHiddenCharacter =
    "Isian memuat karakter yang tidak terlihat atau yang membalik arah tulisan. Ketik ulang "
    "isiannya.";

// What came with a form, to be read where the form itself cannot be shown again.
Html typed_values(const http::Form& form);

// The name of an input that brings a document of this kind (and name, where there are several).
std::string upload_name(std::string_view kind, std::string_view name = {});
// What was uploaded into such inputs, and is kept.
std::vector<NewDocument> uploaded(const http::Form& form);
// Why a file that a form brings was not kept, in words for whoever sent it; nothing: all were.
std::optional<Outcomes> upload_fault(const http::Form& form);
// Which types, and how much.
Html upload_hint();
Html upload_input(std::string_view id, std::string_view kind, std::string_view name,
                  std::string_view label, bool required);
// A link to what can be opened: our own download route for uploads; elsewhere the address as it is,
// with the host it leads to beside it. Text alone for what is neither.
Html document_link(const Document& document, const std::string& own_prefix);

// A permit in a list of the office: what it is, where it stands and how long it has. At `step`
// where a visit of it is open, else at the most urgent one.
Html listed_item(const store::StoredPermit& stored, const office::Rulebook& rulebook, Instant now,
                 std::string_view step);
bool away_on(const Officer& officer, const CivilDate& day);

}  // namespace tenggat::pages
