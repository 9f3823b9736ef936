// The calls of the pages, and what they share. Included by the .cpp files of this folder only.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
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

 private:
  std::string session_cookie(const std::string& secret, std::chrono::seconds lives) const;
  awaitable<Response> admit(Endpoint endpoint, PageCall call);
  awaitable<std::optional<SignedIn>> who_has_signed_in(std::string secret);

  Response page(int status, const PageCall& call, std::string title, Html body,
                bool wide = false) const;
  Response refusal_page(int status, const PageCall& call, std::string title,
                        std::string_view words) const;
  // The same for an unknown, a mistyped and an expired address.
  Response not_found(const PageCall& call) const;
  Response stale_form(const PageCall& call) const;

  awaitable<Outcomes> submit(const PageCall& call, Asked asked);
  // Stores what was uploaded into inputs named as upload_name() says, and returns it as documents.
  awaitable<std::vector<NewDocument>> store_uploads(const PageCall& call, std::string by);
  awaitable<Response> send_document(const PageCall& call, std::string sha256, std::string name);

  awaitable<std::optional<std::int64_t>> tracked_permit(std::string secret);
  Response track_page(const PageCall& call, const Reading& reading, std::int64_t id, int status,
                      std::string_view fault) const;
  awaitable<Response> track_again(const PageCall& call, std::int64_t id, Outcomes outcome);

  awaitable<Response> tasks_page(const PageCall& call, int status, std::string fault);
  awaitable<std::string> set_leave_today(const PageCall& call, bool away);
  awaitable<std::vector<http::Task>> tasks_of(const SignedIn& who, Reading& found);
  awaitable<Response> permit_page(const PageCall& call, std::int64_t id, int status,
                                  std::string fault);

  const Calendar& calendar_of(const Sop& sop) const {
    return parts_.rulebook.calendar(sop.calendar);
  }

  PageParts parts_;
  http::Reader reader_;
  // By address: secrets that were none, and links to sign in by that were asked for.
  http::RateLimit misses_, sign_ins_;
};

// --- shared by the endpoints, pure ---------------------------------------------------------------

std::string csrf_token(std::string_view secret, std::string_view purpose);
bool equal_in_constant_time(std::string_view a, std::string_view b);
FormKeys new_form_keys(std::string csrf);
// Nothing where the form has no key of ours.
std::optional<std::string> once_of(const http::Form& form);
// A path of ours that a page can lead back to, else "/tugas".
std::string safe_return(std::string_view path);
std::string query_encoded(std::string_view text);

// The name of an input that brings a document of this kind (and name, where there are several).
std::string upload_name(std::string_view kind, std::string_view name = {});
Html upload_input(std::string_view id, std::string_view kind, std::string_view name,
                  std::string_view label, bool required);
// A link to what can be opened: our own download route for uploads, http(s) addresses as they are.
Html document_link(const Document& document, const std::string& own_prefix);

// The notes that came last with this visit, of these kinds.
std::vector<store::StoredNote> last_notes(const std::vector<store::StoredNote>& notes, int visit,
                                          std::initializer_list<std::string_view> kinds);

}  // namespace tenggat::pages
