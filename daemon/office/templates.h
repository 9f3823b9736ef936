// Asks WhatsApp's provider how the templates of our texts stand: once an hour, whichever of several
// daemons comes first, and when somebody wants to know. What it says is kept in the database.
#pragma once
#include <memory>
#include <vector>

#include "daemon/base/metrics.h"
#include "daemon/office/loop.h"
#include "daemon/pg/pool.h"
#include "daemon/store/templates.h"
#include "notifiers/outgoing.h"
#include "notifiers/text.h"

namespace tenggat::office {

// A template that the daemon may send.
struct TemplateOfText {
  std::string text;  // its id
  std::string name, language;
  bool operator==(const TemplateOfText&) const = default;
};
// Of all texts and their translations, each template once, in the order of the file.
std::vector<TemplateOfText> templates_of(const notify::Texts& texts);

// The worst first.
enum class TemplateStanding { rejected, disabled, paused, other, missing, pending, approved };
struct TemplateView {
  TemplateOfText of;
  TemplateStanding standing = TemplateStanding::missing;
  std::string status, reason;    // in the provider's words; empty where it has none
  std::optional<Instant> since;  // as long as it is known to stand so
  bool well() const { return standing == TemplateStanding::approved; }
};
// What is known of each, the worst first.
std::vector<TemplateView> templates_in_view(const std::vector<TemplateOfText>& texts,
                                            const std::vector<store::TemplateState>& known);
// "disetujui", "ditolak: bentuknya tidak sah"; and what an administrator does about it, empty
// where nothing is to be done.
std::string standing_words(const TemplateView& view);
std::string_view remedy_words(TemplateStanding standing);

class Templates : public Loop {
 public:
  Templates(boost::asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics,
            const Setup& setup);

  // Returns whether it was asked.
  boost::asio::awaitable<bool> run_once();
  void reload(const Setup& setup) override;

  // What there is to show: no templates are sent at all; nobody says whose they are; else known.
  enum class Known { no_templates, no_account, asked };
  Known known() const;
  const notify::Texts& texts() const { return *texts_; }

 private:
  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;

  pg::Pool& pool_;
  std::shared_ptr<notify::Outgoing> outgoing_;
  std::shared_ptr<const notify::Texts> texts_;
};

}  // namespace tenggat::office
