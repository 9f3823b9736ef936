#include "daemon/office/templates.h"

#include <algorithm>
#include <array>

#include "daemon/base/log.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds kLookEvery{2};  // whether somebody wants to know

struct Meaning {
  std::string_view status;
  TemplateStanding standing;
};
// Source: Meta, WhatsApp Business Platform, Template status.
constexpr std::array<Meaning, 8> kMeanings{{{"APPROVED", TemplateStanding::approved},
                                            {"PENDING", TemplateStanding::pending},
                                            {"IN_APPEAL", TemplateStanding::pending},
                                            {"REJECTED", TemplateStanding::rejected},
                                            {"PAUSED", TemplateStanding::paused},
                                            {"DISABLED", TemplateStanding::disabled},
                                            {"DELETED", TemplateStanding::missing},
                                            {"PENDING_DELETION", TemplateStanding::missing}}};

TemplateStanding standing_of(std::string_view status) {
  const auto known = std::ranges::find(kMeanings, status, &Meaning::status);
  return known == kMeanings.end() ? TemplateStanding::other : known->standing;
}

void add_texts(std::vector<TemplateOfText>& all, const notify::Texts& texts) {
  for (const notify::Text& text : texts.all()) {
    const bool there = std::ranges::any_of(all, [&](const TemplateOfText& one) {
      return one.name == text.template_name && one.language == texts.language();
    });
    if (!there) all.push_back({text.id, text.template_name, texts.language()});
  }
}

}  // namespace

std::vector<TemplateOfText> templates_of(const notify::Texts& texts) {
  std::vector<TemplateOfText> all;
  add_texts(all, texts);
  for (const char* language : {"id", "en"})
    if (const notify::Texts& other = texts.in(language); other.language() != texts.language())
      add_texts(all, other);
  return all;
}

std::vector<TemplateView> templates_in_view(const std::vector<TemplateOfText>& texts,
                                            const std::vector<store::TemplateState>& known) {
  std::vector<TemplateView> all;
  for (const TemplateOfText& of : texts) {
    TemplateView view{of, TemplateStanding::missing, {}, {}, {}};
    for (const store::TemplateState& state : known)
      if (state.name == of.name && state.language == of.language)
        view = {of, standing_of(state.status), state.status, state.reason, state.since};
    all.push_back(std::move(view));
  }
  std::ranges::stable_sort(all, {}, &TemplateView::standing);
  return all;
}

Templates::Templates(asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics,
                     const Setup& setup)
    : Loop("templates", std::move(executor), metrics),
      pool_(pool),
      outgoing_(setup.outgoing),
      texts_(setup.texts) {}

void Templates::reload(const Setup& setup) {
  outgoing_ = setup.outgoing;
  texts_ = setup.texts;
}

Templates::Known Templates::known() const {
  if (!outgoing_->sends_templates()) return Known::no_templates;
  return outgoing_->asks_of_templates() ? Known::asked : Known::no_account;
}

// Of what the account has besides ours nothing is kept.
asio::awaitable<bool> Templates::run_once() {
  const std::shared_ptr<notify::Outgoing> outgoing = outgoing_;
  if (!outgoing->asks_of_templates()) co_return false;
  {
    pg::Pool::Lease lease = co_await pool_.acquire();
    pg::Pipeline claiming;
    const pg::Slot<bool> turn = store::add_claim_templates(claiming);
    const pg::Results claimed = co_await lease->run(std::move(claiming));
    if (!claimed[turn]) co_return false;
  }
  auto asking = outgoing->templates();
  const notify::Outgoing::Templates answer = co_await std::move(asking);
  pg::Pipeline keeping;
  if (answer.has_error()) {
    const notify::SendResult why = answer.error();
    log_event(Level::warning, "templates_not_known", {{"why", why.reason}});
    store::add_templates_refused(keeping, why.reason, why.detail);
  } else {
    const std::vector<TemplateOfText> ours = templates_of(*texts_);
    std::vector<store::TemplateState> kept;
    for (const notify::meta::TemplateState& one : *answer) {
      const bool is_ours = std::ranges::any_of(ours, [&](const TemplateOfText& of) {
        return of.name == one.name && of.language == one.language;
      });
      const bool twice = std::ranges::any_of(kept, [&](const store::TemplateState& other) {
        return other.name == one.name && other.language == one.language;
      });
      if (is_ours && !twice) kept.push_back({one.name, one.language, one.status, one.reason, {}});
    }
    store::add_keep_templates(keeping, kept);
  }
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  co_await transaction.commit(std::move(keeping));
  co_return true;
}

asio::awaitable<std::chrono::milliseconds> Templates::cycle() {
  co_await run_once();
  co_return kLookEvery;
}

}  // namespace tenggat::office
