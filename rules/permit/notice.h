// What was decided to tell whom. A notice is a fact of the record and unique by (permit, visit,
// kind, k, occurrence, addressee); what is sent over a channel is a message, made from it later.
//
// The addressee is the holder of a duty, not a person: who receives is resolved when the message is
// made, so a change of person neither drops nor repeats a notice. Source: docs/reference.md,
// Notices and messages.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "rules/permit/reason.h"
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

// What a notice is of.
struct NoticeKind {
  enum class Of {
    rung,  // of a ladder, by its name
    text,  // what has happened, by the id of its text
    // reports to a superior: of a pause, of what a rejection or an approval was like, and a request
    pause,
    new_deficiency,
    self_approval,
    late_entry,
    against_recommendation,
    escalated,
    handed_over,  // a task
    obstacle,     // the time to look at it again
    directed,     // a superior's word to the holder
  } of = Of::rung;
  std::string name{};  // of the rung or the text

  std::string to_string() const;
  // What to_string has printed; any other text is the id of a text.
  static NoticeKind parse(std::string_view text);
  bool is_report() const;
  // It says in somebody's own words what no list can: a message of its own.
  bool stands_alone() const { return of == Of::directed; }
  bool operator==(const NoticeKind&) const = default;
};

// Facts of the moment a notice was raised that its text needs later.
struct HeldUp {
  Stamp since;  // it should have been raised, had an outage not kept it back
  bool operator==(const HeldUp&) const = default;
};
struct Report {
  std::string why;    // to people
  std::string pause;  // the reason of the one that stands; empty: none does
  bool operator==(const Report&) const = default;
};
struct PromiseMoved {
  std::optional<std::string> basis{};  // why, to people
  std::string pause{};                 // the reason of the one that ended; where there is no basis
  Stamp after{}, before{};
  bool operator==(const PromiseMoved&) const = default;
};
using NoticeDetails = std::variant<std::monostate, HeldUp, Report, PromiseMoved>;

// The text that tells a deputy of their appointment: a notice of no permit, whose `k` is the
// delegation.
inline constexpr const char* kAppointment = "penunjukan_plh";

struct Notice {
  int visit = 0;  // 0: the case
  NoticeKind kind;
  int k = 1;
  int occurrence = 1;
  Addressee addressee;
  Audience audience = Audience::holder;
  std::string text;  // text id
  Reason reason = Reason::rung_due;
  bool urgent = false;  // waits for nothing but office hours
  Instant raised_at{};
  Instant hold_until{};    // the undo window of the action behind it
  std::int64_t cause = 0;  // sequence number of the event behind it
  NoticeDetails details;
  bool operator==(const Notice&) const = default;
};

}  // namespace tenggat
