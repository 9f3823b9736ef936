// How the templates of our texts stand with WhatsApp's provider, as it last said: kept here, so
// that every daemon, page and command shows the same and nobody asks more often than is allowed.
// All instants are the machine's clock.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "rules/time.h"

namespace tenggat::store {

inline constexpr std::chrono::hours kTemplatesEvery{1};
inline constexpr std::chrono::minutes kTemplatesApart{1};  // at least, however often it is wanted

struct TemplateState {
  std::string name, language, status, reason;  // as notify::meta::TemplateState
  Instant since{};                             // first seen in this state
};
struct TemplateLook {
  std::optional<Instant> asked_at, answered_at;
  bool waiting = false;         // wanted before its hour, and not asked yet
  std::string refused, detail;  // why the latest asking came to nothing; empty: it did not
};

// Whether it is this daemon's turn to ask; then nobody else's for as long as above.
pg::Slot<bool> add_claim_templates(pg::Pipeline& pipeline);
void add_want_templates(pg::Pipeline& pipeline);
// All of them, in place of what was known.
void add_keep_templates(pg::Pipeline& pipeline, const std::vector<TemplateState>& all);
void add_templates_refused(pg::Pipeline& pipeline, const std::string& reason,
                           const std::string& detail);

pg::Slot<TemplateLook> add_template_look(pg::Pipeline& pipeline);
pg::Slot<std::vector<TemplateState>> add_templates(pg::Pipeline& pipeline);

}  // namespace tenggat::store
