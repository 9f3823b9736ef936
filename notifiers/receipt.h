// What a provider says afterwards of a message it took: delivered, read, or not deliverable. Plain
// values; who may say so and what it changes is decided elsewhere.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/time.h"

namespace tenggat::notify {

struct Receipt {
  enum class State {
    sent,       // on its way: nothing that is not known already, but for `alias`
    delivered,  // to the person's own device
    read,       // and so delivered, whether or not that was said
    failed,
  };
  State state = State::sent;
  std::string provider_id;  // as SendResult::provider_id had it; may be empty
  std::string message;      // our own id of it, where the provider gives it back
  std::string to;           // whom it was for: what a message found by our own id must agree with
  std::string alias;        // another name of `provider_id`, which later receipts may use alone
  std::optional<Instant> at{};  // as the provider has it
  std::string reason;           // of a failure: one of reason::all
  std::string detail;           // of a failure, one line

  bool operator==(const Receipt&) const = default;
};

std::string_view name(Receipt::State state);  // "delivered"

// Makes it one of a failure; `detail` becomes one line of at most 300 characters.
void fail(Receipt& receipt, std::string_view reason, std::string_view detail);

// Printable ASCII of at most 512 bytes: what an id may be to be looked for.
bool is_receipt_id(std::string_view text);

}  // namespace tenggat::notify
