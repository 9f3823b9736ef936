// Events as they are stored: a type, a JSON object of texts, and a hash over both that chains them.
// What was written once is never written otherwise: the hashes of old events must still verify.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "daemon/store/permits.h"
#include "rules/permit/event.h"

namespace tenggat::store {

// Says of which permit, which event, and what is wrong with it. English.
class UnreadableEvent : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string_view type_of(const Happening& what);
// Its fields as stored; personal ones are digests keyed with `salt`.
std::string fields_of(const Event& event, std::string_view salt);
// The event that stands there. Throws UnreadableEvent for a type that this program does not know,
// and where a field is not as it is written.
Event event_of(std::int64_t permit, const StoredEvent& stored);

// Those that portals follow: an action, a pause, a resume; and their types as SQL lists them.
bool is_followed(const Happening& what);
const std::string& followed_types();

// SHA-256 over the previous hash and the event's canonical bytes.
std::string event_hash(std::string_view previous, std::int64_t permit, const StoredEvent& stored);

}  // namespace tenggat::store
