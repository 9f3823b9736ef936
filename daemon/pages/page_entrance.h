// The way in of every page: the session, the row's access, the form and its token; then whoever
// answers. An outage becomes a page that says so.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "daemon/pages/page_calls.h"

namespace tenggat::pages {

class PageEntrance : public std::enable_shared_from_this<PageEntrance>, private PageGroup {
 public:
  explicit PageEntrance(const PageParts& parts)
      : PageGroup(parts),
        pool_(parts.pool),
        uploads_(parts.uploads),
        public_url_(parts.public_url) {}

  http::Route route(PageRoute page);

 private:
  awaitable<Response> enter(std::shared_ptr<const PageRoute> route, Request request);
  // What was typed goes to `kept` too, for when the answer fails.
  awaitable<Response> admit(std::shared_ptr<const PageRoute> route, PageCall call,
                            http::Form& kept);
  awaitable<std::optional<SignedIn>> who_has_signed_in(const Request& request, std::string secret);
  // Nobody has signed in; `wait`: as too_many_misses().
  awaitable<Response> sign_in_first(PageCall call, http::Form& kept, std::chrono::seconds wait);

  // What it makes of the body; false: it is no form of ours. Files are stored as they come.
  awaitable<bool> take_form(PageCall& call, http::Form& kept);
  awaitable<void> take_begun_form(PageCall& call, http::Form& kept);
  awaitable<bool> read_pieces(PageCall& call, http::FormReader& reader,
                              std::unique_ptr<http::Upload>& upload);
  // Nobody: whoever it is has shown neither a session nor a tracking secret.
  awaitable<std::optional<http::Sender>> sender_of(const PageCall& call);

  pg::Pool& pool_;
  http::Uploads& uploads_;
  const std::string public_url_;
};

}  // namespace tenggat::pages
