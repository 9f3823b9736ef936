// What changes in the office itself: people and what they may do, tokens, silences, rules, messages
// that were given up, a database that was restored. Each change is an event of the office's own
// hash chain (office_chain.h). A kind, and a value that changed, is one row here; its words,
// daemon/office/office_event_words.cpp. Source: docs/reference.md, The record.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/event_codec.h"

namespace tenggat::store {

// clang-format off
// And who is told of it, besides the officers whom it concerns.
#define TENGGAT_OFFICE_KINDS(X)                                                                  \
  X(officer_added, administrators) X(officer_changed, administrators)                             \
  X(officer_change_proposed, administrators) X(officer_change_confirmed, administrators)          \
  X(officer_change_stopped, administrators)                                                       \
  X(leave_entered, nobody) X(leave_cancelled, nobody)                                             \
  X(delegation_added, administrators) X(delegation_ended, administrators)                         \
  X(token_created, administrators) X(token_revoked, administrators)                               \
  X(screen_added, administrators) X(screen_revoked, administrators)                               \
  X(session_ended, nobody)                                                                        \
  X(silence_added, administrators) X(silence_ended, administrators)                               \
  X(sop_in_force, administrators) X(calendar_in_force, administrators)                            \
  X(sop_retired, administrators) X(sop_restored, administrators)                                  \
  X(message_retried, nobody) X(message_discarded, administrators)                                 \
  X(database_restored, administrators) X(messages_released, administrators)                       \
  X(files_imported, administrators) X(import_reverted, administrators)                            \
  X(retention_applied, nobody)                                                                     \
  X(subject_exported, nobody) X(subject_erased, administrators)

// What was and is; `personal`: the event holds its digest.
#define TENGGAT_OFFICE_VALUES(X)                                                                 \
  X(name, personal) X(email, personal) X(whatsapp, personal) X(channels, plain) X(tongue, plain) X(roles, plain)   \
  X(ended_on, plain) X(change, plain) X(takes_effect_at, plain)                                   \
  X(start_on, plain) X(end_on, plain) X(leave_kind, personal) X(nip, personal) X(officer, plain) X(deputy, plain) X(duty, plain)           \
  X(letter, plain)                                                                                \
  X(service, plain) X(scopes, plain) X(expires_at, plain) X(place, plain)                         \
  X(opened_at, plain) X(address, personal)                                                        \
  X(silenced, plain) X(until, plain) X(asked_by, plain) X(why, personal)                          \
  X(version, plain) X(retired_by, plain)                                                          \
  X(state, plain) X(channel, plain) X(recipient, plain) X(text, plain)                            \
  X(numbers, plain) X(sessions, plain) X(messages, plain)                                         \
  X(file, plain) X(digest, plain) X(permits, plain)                                               \
  X(count, plain) X(before, plain)
// clang-format on

enum class OfficeKind {
#define X(name, told) name,
  TENGGAT_OFFICE_KINDS(X)
#undef X
};
enum class OfficeValue {
#define X(name, privacy) name,
  TENGGAT_OFFICE_VALUES(X)
#undef X
};
inline constexpr OfficeKind kOfficeKinds[] = {
#define X(name, told) OfficeKind::name,
    TENGGAT_OFFICE_KINDS(X)
#undef X
};
inline constexpr OfficeValue kOfficeValues[] = {
#define X(name, privacy) OfficeValue::name,
    TENGGAT_OFFICE_VALUES(X)
#undef X
};
// The same words in the record and the API.
std::string_view word_of(OfficeKind kind);
std::string_view word_of(OfficeValue value);
bool is_personal(OfficeValue value);
bool tells_administrators(OfficeKind kind);

// Empty: there was none, or there is none any more.
struct OfficeChange {
  OfficeValue value = OfficeValue::name;
  std::string before, after;  // read from the record, personal ones are digests
  bool operator==(const OfficeChange&) const = default;
};
struct OfficeEvent {
  OfficeKind kind = OfficeKind::officer_added;
  std::string about;  // an officer; the number of a token, delegation, silence, message, restore,
                      // import; a rule; what kind of person
  std::vector<OfficeChange> changes;

  // Notes what differs.
  void change(OfficeValue value, std::string before, std::string after);
  void add(OfficeValue value, std::string after) { change(value, "", std::move(after)); }
  void take(OfficeValue value, std::string before) { change(value, std::move(before), ""); }
  bool operator==(const OfficeEvent&) const = default;
};

// As stored; personal values are digests keyed with `salt`.
std::string fields_of(const OfficeEvent& event, std::string_view salt);
// Throws UnreadableEvent for a kind or a field that this program does not know.
OfficeEvent office_event_of(const StoredEvent& stored);

// In the hashes of the office's events, where those of a permit have its id. No permit has it.
inline constexpr std::int64_t kNoPermit = 0;

}  // namespace tenggat::store
