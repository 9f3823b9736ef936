// The calls of the pages, and what they share. Included by the .cpp files of this folder only.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/api/authorize.h"
#include "daemon/api/inbox.h"
#include "daemon/api/reading.h"
#include "daemon/api/route_row.h"
#include "daemon/http/form.h"
#include "daemon/pages/layout.h"
#include "daemon/pages/pages.h"
#include "daemon/store/by.h"

namespace tenggat::pages {

using boost::asio::awaitable;
using http::In;
using http::Out;
using http::Reading;
using http::Request;
using http::Response;
using http::Who;

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
  std::optional<SignedIn> who;          // on routes for officers; else nothing
  const http::RouteRow* row = nullptr;  // of the route
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
  Html files_are_lost(notify::Tongue tongue = notify::Tongue::indonesian) const;

 private:
  const http::Form* form_ = nullptr;
};

// What a form asks of the office.
struct Asked {
  std::int64_t permit = 0;  // 0: one is to be opened
  Actor actor;
  std::int64_t token = 0;  // under which its key counts
  std::string part;        // of a form that asks for several things at once; else empty
  std::variant<Command, Submission> command;
};

// What came of it, in words for whoever asked.
struct Outcomes {
  bool done = false;
  int status = 303;
  std::string words;      // why not
  std::string answer{};   // where it was done: the permit as it is then, as the API shows it
  std::string english{};  // `words` to who reads English; empty: they stand for both
  const std::string& in(notify::Tongue tongue) const {
    return tongue == notify::Tongue::english && !english.empty() ? english : words;
  }
};

using PageRoute = http::Answered<PageCall>;

// Who changes something, where somebody has signed in.
store::By by(const PageCall& call);

// What every page is made with: the office's name, the rules, what is read, and who looks up what
// an address leads to. A group has besides what its pages alone need.
class PageGroup {
 protected:
  explicit PageGroup(const PageParts& parts)
      : rulebook_(parts.rulebook),
        reader_(parts.pool, parts.rulebook),
        signing_in_(parts.signing_in),
        door_(parts.door),
        links_(parts.links) {}

  Response page(int status, const PageCall& call, std::string title, Html body,
                bool wide = false) const;
  Response page_in(Page::Frame frame, int status, const PageCall& call, std::string title,
                   Html body) const;
  Response refusal_page(int status, const PageCall& call, std::string title,
                        std::string_view words) const;
  // A page that says why nothing was done and keeps what was typed, until it can be looked at
  // again.
  Response kept_page(int status, const PageCall& call, std::string title,
                     std::string_view words) const;
  // The same for an unknown, a mistyped and an expired address.
  Response not_found(const PageCall& call) const;
  Response stale_form(const PageCall& call) const;

  // What a secret in a request leads to, in the turn of where it comes from.
  awaitable<Reading> look_up(const Request& request, pg::Pipeline looking);
  // The permit of the tracking secret in the path.
  awaitable<std::optional<std::int64_t>> tracked_permit(const Request& request);
  // What makes links, and says which are ours.
  const LinkKeys& links() const {
    static const LinkKeys none;
    return links_ ? *links_ : none;
  }
  // For what was presented and is nothing: `answer`, or 429 where too much of that came lately.
  Response missed(const PageCall& call, Response answer);
  Response too_many_misses(const PageCall& call, std::chrono::seconds wait) const;

  // An uploaded one.
  awaitable<Response> send_document(http::Uploads& uploads, const PageCall& call,
                                    const Permit& permit, const Document& document);
  const Calendar& calendar_of(const Sop& sop) const { return rulebook_.calendar(sop.calendar); }

  office::Rulebook& rulebook_;
  http::Reader reader_;
  office::SigningIn& signing_in_;
  http::Doorkeeper& door_;

 private:
  const LinkKeys* links_;
};

// --- the routes, a group a file ------------------------------------------------------------------

// What http::answered_by() says of `parts`.
// clang-format off
#define TENGGAT_PAGES(X)                                                                         \
  X(front_pages) X(problem_pages) X(track_pages) X(objection_pages) X(sign_in_pages)             \
  X(task_pages) X(permit_pages) X(applicant_pages) X(search_pages) X(board_pages) X(officer_pages)  \
  X(calendar_pages) X(dead_letter_pages) X(service_pages) X(office_record_pages)                  \
  X(receipt_pages) X(escalation_pages) X(channel_pages) X(citizen_pages) X(report_pages)           \
  X(attendance_pages) X(keeping_pages) X(agenda_pages)
#define X(pages) std::vector<PageRoute> pages(const PageParts* parts);
TENGGAT_PAGES(X)
#undef X
// clang-format on

// A problem document as a page.
Response problem_page(const Response& problem, bool english, const std::string& office);

// --- what forms do -------------------------------------------------------------------------------

awaitable<Outcomes> submit(office::Committer& committer, const PageCall& call, Asked asked);
// An administrator's change in one transaction with its form's key: sent twice, done once. What it
// returns is why not; empty: done.
using Change = std::function<awaitable<std::string>(const PageCall& call, pg::Connection& db)>;
awaitable<std::string> change_once(pg::Pool& pool, const PageCall& call, Change work);

// Of what comes through the tracking page, in the audit and with its documents. No service can have
// a name with a space.
inline constexpr const char* kSpeaksForApplicant = "halaman lacak";

// --- shared by the endpoints, pure ---------------------------------------------------------------

std::string csrf_token(std::string_view secret, std::string_view purpose);
bool equal_in_constant_time(std::string_view a, std::string_view b);
FormKeys new_form_keys(std::string csrf);
// Set-Cookie of a session; none lives for no time.
std::string session_cookie(const std::string& public_url, const std::string& secret,
                           std::chrono::seconds lives);
inline constexpr std::string_view kSessionCookie = "tenggat_sesi";
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

// The kind and name in such an input's name; nothing where it brings no document.
std::optional<NewDocument> document_of(std::string_view input);
// The name of an input that brings a document of this kind (and name, where there are several).
std::string upload_name(std::string_view kind, std::string_view name = {});
// What was uploaded into such inputs, and is kept.
std::vector<NewDocument> uploaded(const http::Form& form);
// Why a file that a form brings was not kept, in words for whoever sent it; nothing: all were.
std::optional<Outcomes> upload_fault(const http::Form& form);
// Which types, and how much.
Html upload_hint(notify::Tongue tongue = notify::Tongue::indonesian);
Html upload_input(std::string_view id, std::string_view kind, std::string_view name,
                  std::string_view label, bool required);
// A link to what can be opened: our own download route for uploads; elsewhere the address as it is,
// with the host it leads to beside it. Text alone for what is neither.
Html document_link(const Document& document, const std::string& own_prefix, const Sop& sop);

// A choice of one service, by title; `all`: what none of them is called, where that may be chosen.
Html service_choice(std::vector<const Sop*> sops, std::string_view chosen, std::string_view all);
// A permit in a list of the office: what it is, where it stands and how long it has. At `step`
// where a visit of it is open, else at the most urgent one. `more` stands below its subject.
Html listed_item(const store::StoredPermit& stored, const office::Rulebook& rulebook, Instant now,
                 std::string_view step, const Html& more = {});
bool away_on(const Officer& officer, const CivilDate& day);
// Whether others report to this officer today: the month's figures are for them, and for whoever
// oversees.
bool reads_reports(const office::Rulebook& rulebook, std::string_view officer, Instant now);

}  // namespace tenggat::pages
