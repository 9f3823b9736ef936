// Messages on their way: claims under a lease, what came of each try, and what becomes of those
// that do not arrive. A claim carries a fencing token; whatever is recorded names it, and the state
// it expects.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/pg/connection.h"
#include "notifiers/message.h"
#include "rules/permit/people.h"

namespace tenggat::store {

// --- Claims -------------------------------------------------------------------------------------

struct ClaimedMessage {
  std::int64_t id = 0, fence = 0;
  int attempts = 0;  // this one included
  std::string recipient;
  Instant created_at{};  // machine clock
  notify::Message message;
  std::string unreadable;  // why its row cannot be read; it cannot be sent then
};
// Leases up to `limit` messages of a channel for `lease` and opens an attempt for each. Only
// whoever holds the fence of the latest lease may record a result. What the pace forbids stays
// queued, and no attempt of it is counted; the pace is that of all daemons together.
struct Claim {
  notify::Channel channel = notify::Channel::email;
  int limit = 0;
  std::chrono::seconds lease{0};
  int a_second = 0;                    // at most, in any second; 0: as many as there are
  std::chrono::seconds a_person{0};    // between two to one address
  std::vector<std::string> held_back;  // templates; messages of theirs stay where they are
};
pg::Slot<std::vector<ClaimedMessage>> add_claim_messages(pg::Pipeline& pipeline,
                                                         const Claim& claim);
// Paces that bind nobody any more.
void add_forget_paces(pg::Pipeline& pipeline);

// What was claimed and has not been sent: as if it had never been claimed, if the fence is still
// ours.
struct Fenced {
  std::int64_t id = 0, fence = 0;
  auto operator<=>(const Fenced&) const = default;
};
void add_give_back(pg::Pipeline& pipeline, const std::vector<Fenced>& messages);

// Machine time until the first message of a channel that nobody holds may be tried; none where none
// waits.
pg::Slot<std::optional<std::chrono::milliseconds>> add_until_send(pg::Pipeline& pipeline,
                                                                  notify::Channel channel);

// --- Outcomes -----------------------------------------------------------------------------------

struct SendOutcome {
  std::int64_t id = 0, fence = 0;
  std::string state;  // accepted, queued (again), failed (another channel took over), dead
  std::string outcome, reason, detail, provider_id;
  std::chrono::seconds retry_in{0};
  std::chrono::seconds receipt_within{0};  // of an accepted one; 0: none is given
};
// Those whose fence was still ours.
pg::Slot<std::vector<Fenced>> add_send_outcomes(pg::Pipeline& pipeline,
                                                const std::vector<SendOutcome>& outcomes);

// --- What does not arrive -----------------------------------------------------------------------

// A message that ends without having arrived, as far as we know.
struct Unarrived {
  std::int64_t id = 0, fence = 0;
  std::string recipient, text;
  notify::Channel channel = notify::Channel::email;
  std::string reason;
  std::string detail;  // in the provider's words
};
// Accepted ones that a receipt calls undelivered, or whose receipt is overdue (`no_receipt`);
// locked. Those whose receipt came in time are done with.
pg::Slot<std::vector<Unarrived>> add_lock_undelivered(pg::Pipeline& pipeline, int limit);
// Queued ones of a channel that takes nothing, due and held by nobody (`channel_down`); locked.
// Those to an applicant who has been written to since are `superseded`. With a `text_template`,
// those of that text alone (`template_missing`).
pg::Slot<std::vector<Unarrived>> add_lock_held_up(pg::Pipeline& pipeline, notify::Channel channel,
                                                  int limit, const std::string& text_template = "");

// Of these, those to an applicant who has been written to since.
pg::Slot<std::vector<std::int64_t>> add_superseded(pg::Pipeline& pipeline,
                                                   const std::vector<std::int64_t>& messages);

// Ends them: `failed` where another message takes over, else `dead`.
struct End {
  std::int64_t id = 0, fence = 0;
  std::string state, reason;
};
void add_ends(pg::Pipeline& pipeline, const std::vector<End>& ends);
// Not tried before `later`, uncounted.
void add_put_off(pg::Pipeline& pipeline, const std::vector<std::int64_t>& messages,
                 std::chrono::milliseconds later);
// The same notices to the same person over another channel. Only together with what ends the first,
// and only if its fence was still ours.
struct Fallback {
  std::int64_t from = 0, fence = 0;
  notify::Channel channel = notify::Channel::email;
  std::string address;
};
pg::Slot<std::optional<std::int64_t>> add_fallback(pg::Pipeline& pipeline,
                                                   const Fallback& fallback);
// What these dead ones said to officers is to be said to somebody else: their notices wait again.
void add_tell_others(pg::Pipeline& pipeline, const std::vector<std::int64_t>& dead);

// Where an applicant or officer can be reached, in the order to try.
pg::Slot<std::vector<ChannelAddress>> add_addresses(pg::Pipeline& pipeline,
                                                    const std::string& recipient);

// --- Channels that take nothing -----------------------------------------------------------------

// Whether nobody had said so before.
pg::Slot<bool> add_channel_down(pg::Pipeline& pipeline, notify::Channel channel,
                                const std::string& reason);
// In service and with the role `admin`; the office's now beside each.
struct Administrators {
  std::vector<Officer> officers;
  Instant now{};
};
pg::Slot<Administrators> add_administrators(pg::Pipeline& pipeline);
// Whether it was down.
pg::Slot<bool> add_channel_up(pg::Pipeline& pipeline, notify::Channel channel);

struct ChannelDown {
  std::string channel, reason;
  Instant since{};  // machine clock
};
pg::Slot<std::vector<ChannelDown>> add_channels_down(pg::Pipeline& pipeline);

// The same of one text, whose template the channel's provider refuses.
struct TextOutage {
  notify::Channel channel = notify::Channel::whatsapp;
  std::string text_template, text;  // Meta's name, and the text's id
  std::string reason, detail;
};
// Whether nobody had said so before.
pg::Slot<bool> add_text_stopped(pg::Pipeline& pipeline, const TextOutage& outage);
void add_text_works(pg::Pipeline& pipeline, notify::Channel channel,
                    const std::string& text_template);
pg::Slot<std::vector<TextOutage>> add_stopped_texts(pg::Pipeline& pipeline);

}  // namespace tenggat::store
