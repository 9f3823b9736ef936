// What people write to the office's number over WhatsApp. An applicant's message is kept with their
// open permits and told to whoever has them; they are answered once a day with where each of these
// stands and its link. Officers are shown their inbox, others get one polite line. Source:
// docs/reference.md, Replies.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "daemon/office/committer.h"
#include "daemon/office/composer.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"
#include "daemon/store/outbox.h"
#include "notifiers/whatsapp/inbound.h"

namespace tenggat::office {

class Replies {
 public:
  // All references must outlive every request under way. `settings` as the composer has them.
  Replies(pg::Pool& pool, Rulebook& rulebook, Committer& committer, ComposerSettings settings);

  // Throws where the database is away: the provider comes again.
  boost::asio::awaitable<void> take(std::vector<notify::Inbound> messages);

  void reload(ComposerSettings settings) { settings_ = std::move(settings); }
  void on_commit(std::function<void()> hook) { on_commit_ = std::move(hook); }

 private:
  boost::asio::awaitable<void> take_one(notify::Inbound message);
  boost::asio::awaitable<void> keep(const notify::Inbound& message,
                                    const std::vector<std::int64_t>& permits);
  store::NewMessage reply(const std::string& text, const std::string& number, Instant now) const;
  // In the language that the applicant has chosen.
  store::NewMessage to_applicant(const store::StoredPermit& stored, const std::string& number,
                                 const std::string& tongue, Instant now) const;
  store::NewMessage to_officer(const Officer& officer, Instant now) const;
  store::NewMessage to_others(const std::string& number, Instant now) const;

  pg::Pool& pool_;
  Rulebook& rulebook_;
  Committer& committer_;
  ComposerSettings settings_;
  std::function<void()> on_commit_;
};

}  // namespace tenggat::office
