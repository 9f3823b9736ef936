// How the templates of this office's texts stand with WhatsApp's provider, as a daemon was last
// told: for `tenggat texts templates` and `tenggat doctor`.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/config.h"
#include "daemon/cli/command.h"
#include "daemon/office/templates.h"
#include "daemon/pg/connection.h"

namespace tenggat::cli {

struct TemplatesKnown {
  store::TemplateLook look;
  std::vector<office::TemplateView> views;  // empty where nobody has been asked
};
// Of the texts in the configuration's rules directory.
pg::Awaitable<TemplatesKnown> read_templates(pg::Connection& connection,
                                             const notify::Texts& texts);

// Whether WhatsApp goes by templates that have to be approved.
bool sends_templates(const Config& config);

// "approved", "rejected (INVALID_FORMAT)"
std::string standing_text(const office::TemplateView& view);

Command template_command();  // `texts templates`

}  // namespace tenggat::cli
