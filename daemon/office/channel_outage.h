// While their channel takes nothing, each officer has one message waiting: the newest, which says
// what those before it would have said. So that one leaves when it takes messages again.
#pragma once
#include <vector>

#include "daemon/office/rulebook.h"
#include "daemon/office/wording.h"
#include "daemon/pg/connection.h"
#include "daemon/store/outbox.h"
#include "notifiers/text.h"

namespace tenggat::office {

struct SummaryTerms {
  Office office;
  const Calendar& calendar;  // of office hours
  const notify::Texts& texts;
  Instant now{};
};

// Makes those of `messages` whose officers have others waiting the summary of all, and lets the
// others give way, within the transaction that will write them.
pg::Awaitable<void> sum_up_stuck(std::vector<store::NewMessage>& messages,
                                 pg::Connection& connection, pg::Transaction& transaction,
                                 Rulebook& rulebook, SummaryTerms terms);

}  // namespace tenggat::office
