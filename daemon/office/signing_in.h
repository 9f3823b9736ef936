// An officer asks for a link to sign in by; it goes to the channel they are registered with, as a
// message like any other. Whoever asks learns nothing from what happens: not whether they are
// known, not where the link went.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/office/composer.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"

namespace tenggat::office {

class SigningIn {
 public:
  // All references must outlive every request under way. `settings` as the composer has them.
  SigningIn(pg::Pool& pool, Rulebook& rulebook, ComposerSettings settings);

  struct Request {
    std::string address;    // email or WhatsApp number, as typed
    std::string return_to;  // a path of ours; empty: the inbox
  };
  // Sends one link to the officer in service who is registered with the address, over the channel
  // of that address where it is configured, else over their other one. Nothing for an unknown
  // address, one that two share, and beyond store::kLinksAtMost; the work looks the same from
  // outside.
  boost::asio::awaitable<void> send_link(Request request);

  void reload(ComposerSettings settings) { settings_ = std::move(settings); }
  void on_commit(std::function<void()> hook) { on_commit_ = std::move(hook); }
  const std::string& office_name() const { return settings_.office.name; }
  const Office& office() const { return settings_.office; }
  const std::string& office_hours() const { return settings_.calendar; }  // id of their calendar

 private:
  pg::Pool& pool_;
  Rulebook& rulebook_;
  ComposerSettings settings_;
  std::function<void()> on_commit_;
};

// In service on that day, and the address is theirs: an email in any case of its letters, a number
// in any of its forms.
std::vector<const Officer*> find_by_address(const People& people, std::string_view typed,
                                            const CivilDate& day);
// Others in service who have one of this officer's addresses: none is let in by it.
std::vector<std::string> who_shares_address(const People& people, const Officer& officer,
                                            const CivilDate& day);

}  // namespace tenggat::office
