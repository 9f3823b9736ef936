// What the pages for citizens share: in what language they are, where the office is and when it is
// open, and how long a service really takes.
#pragma once
#include <optional>
#include <string>

#include "daemon/http/message.h"
#include "daemon/office/board.h"
#include "daemon/office/wording.h"
#include "daemon/pages/layout.h"
#include "notifiers/speech.h"

namespace tenggat::pages {

// Asked for by the address (`?bahasa=en`), else chosen before on this device, else `known` of the
// person, else what the browser prefers, else Indonesian.
notify::Tongue tongue_for(const http::Request& request,
                          std::optional<notify::Tongue> known = std::nullopt);
// Keeps on this device what the address asked for.
void keep_tongue(const http::Request& request, const std::string& public_url,
                 http::Response& response);
// The address of the same page in the other language.
std::string other_tongue_of(const http::Request& request, notify::Tongue tongue);

// "Senin–Kamis 07.30–12.00, 13.00–16.00", a line for days of the same hours: those of ordinary
// weeks from `now` on, where a range of dates has hours of its own the ones that come after it.
std::vector<std::string> opening_hours(const notify::Speech& speech, Instant now);
// "Buka hari ini sampai 16.00", or when it opens next.
Html open_now(const notify::Speech& speech, Instant now);

// The office's address, hours and numbers, as a foot and as a list of facts.
Html contact_foot(const office::Office& office, const notify::Speech& speech, Instant now);
Html contact_facts(const office::Office& office, const notify::Speech& speech, Instant now);

// Of cases that ended in the last 90 days; nothing where there are too few to say it of.
const office::CaseTimes* times_of(const office::Board* board, const Sop& sop);

}  // namespace tenggat::pages
