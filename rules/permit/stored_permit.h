// A permit as it is kept: what the core decides on, and what it does not need to know.
#pragma once
#include <optional>
#include <string>

#include "rules/permit/ladder.h"
#include "rules/permit/transition.h"

namespace tenggat {

struct StoredPermit {
  Permit permit;
  std::string salt;              // of its applicant; digests in events are keyed with it
  std::string last_hash;         // of its last event
  std::string tracking_seed;     // of the applicant's link
  std::string fields;            // JSON object, the SOP's own form fields
  std::string calendar_version;  // that was last applied to it
  struct Applicant {
    std::string name, email, whatsapp;
  } applicant;
};

// What one transaction changes on one permit: `before` as loaded (nothing for a new one).
struct PermitChange {
  std::optional<StoredPermit> before;
  Decision decision;      // may hold the decisions of several commands, in order
  Projection projection;  // of decision.after
  // New permits, and those that a new calendar was applied to; else empty: it stays.
  std::string calendar_version;
  // New permits only.
  StoredPermit::Applicant applicant;
  std::string salt, tracking_seed, fields = "{}";
};

}  // namespace tenggat
