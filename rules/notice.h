// What was decided to tell whom. A notice is a fact of the record and unique by (permit, visit,
// kind, k, occurrence, addressee); what is sent over a channel is a message, made from it later.
//
// The addressee is the holder of a duty, not a person: who receives is resolved when the message is
// made, so a change of person neither drops nor repeats a notice. Source: docs/reference.md,
// Notices and messages.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rules/reason.h"
#include "rules/time.h"

namespace tenggat {

enum class Audience {
  holder,    // an officer's own work: start, percentages, due
  superior,  // an escalation, a copy, the case ladder
  applicant,
  daily,  // the morning list and the recap
};
std::string_view to_string(Audience audience);
std::optional<Audience> parse_audience(std::string_view text);

// "holder", "applicant", "role:kepala_dinas" or "officer:siti".
struct Addressee {
  enum class Kind { holder, applicant, role, officer } kind = Kind::holder;
  std::string name;
  std::string to_string() const;
  static Addressee parse(std::string_view text);
  bool operator==(const Addressee&) const = default;
};

// The detail of a notice that was raised late by an outage: when it should have been.
inline constexpr const char* kHeldUpSince = "tertunda_sejak";

// The text that tells a deputy of their appointment: a notice of no permit, whose `k` is the
// delegation.
inline constexpr const char* kAppointment = "penunjukan_plh";

struct Notice {
  int visit = 0;     // 0: the case
  std::string kind;  // a rung's name, or the text's name for events
  int k = 1;
  int occurrence = 1;
  Addressee addressee;
  Audience audience = Audience::holder;
  std::string text;  // text id
  Reason reason = Reason::rung_due;
  bool urgent = false;  // waits for nothing but office hours
  Instant raised_at{};
  Instant hold_until{};                        // the undo window of the action behind it
  std::int64_t cause = 0;                      // sequence number of the event behind it
  std::map<std::string, std::string> details;  // facts of that moment the text needs later
  bool operator==(const Notice&) const = default;
};

}  // namespace tenggat
