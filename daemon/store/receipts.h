// What providers say of messages after they have taken them, in any order and however often.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "notifiers/message.h"
#include "notifiers/receipt.h"

namespace tenggat::store {

// Takes them all and puts on its message each whose message is known by now; the rest is kept. The
// earliest instant of each kind counts: so the order they come in changes nothing. What was
// delivered cannot fail any more. Tells the loops where something failed. In one transaction.
void add_take_receipts(pg::Pipeline& pipeline, notify::Channel channel,
                       const std::vector<notify::Receipt>& receipts);

// Puts on their messages what is kept since `since` at the longest: a provider may be quicker than
// we are at writing down its id. How many messages changed.
pg::Slot<std::int64_t> add_settle_receipts(pg::Pipeline& pipeline, std::chrono::minutes since);
// Kept receipts older than a day, aliases older than two months.
void add_forget_receipts(pg::Pipeline& pipeline);

}  // namespace tenggat::store
