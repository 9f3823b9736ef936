// Who writes to the office over WhatsApp: whose number it is, and how often it was answered and
// kept of late.
#pragma once
#include <cstdint>
#include <string>

#include "daemon/store/permits.h"

namespace tenggat::store {

// Open permits whose applicant is reached at this number, the latest changed first.
Ids add_find_by_whatsapp(pg::Pipeline& pipeline, const std::string& number, int limit);

// What a message from this number is to bring about; counted with it, by the office's clock.
struct InboundTurn {
  std::int64_t kept = 0;       // of a day, this one included
  bool answer_due = false;     // none was given for a day
  std::int64_t strangers = 0;  // numbers of nobody that were answered within the hour, before it
};
pg::Slot<InboundTurn> add_inbound_turn(pg::Pipeline& pipeline, const std::string& number,
                                       bool known);
// Numbers that have been silent for two days.
void add_forget_inbound(pg::Pipeline& pipeline);

}  // namespace tenggat::store
