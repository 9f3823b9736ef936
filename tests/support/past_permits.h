// Files of years past, as rows: what a forecast learns from, without a year of applications. No
// event tells of them.
#pragma once
#include <fmt/format.h>

#include <optional>
#include <string>

#include "rules/calendar/calendar.h"

namespace tenggat::test {

// A kindergarten's: accepted at once, studied, drafted and signed, or still at one of these at
// `now`. Its clock is `accepted` to `signed_at`, with five days to go.
struct PastPermit {
  std::int64_t id = 0;
  Instant accepted{}, studied{}, signed_at{};
};

class PastPermits {
 public:
  PastPermits(const Calendar& calendar, std::string sop_version, std::string calendar_version,
              Instant now)
      : calendar_(calendar),
        sop_(std::move(sop_version)),
        calendar_version_(std::move(calendar_version)),
        now_(now) {}

  // After so much working time at the study, and then at the drafting.
  PastPermit lived(std::int64_t id, Instant accepted, const Budget& study,
                   const Budget& draft) const {
    const Instant studied = calendar_.deadline(accepted, study).due;
    return {id, accepted, studied, calendar_.deadline(studied, draft).due};
  }

  // Statements of SQL that put it there.
  std::string sql(const PastPermit& permit) const {
    const Instant due = calendar_.deadline(permit.accepted, Budget{5, 0, 0}).due;
    const bool done = permit.signed_at <= now_, at_draft = permit.studied <= now_;
    std::string all = fmt::format(
        "INSERT INTO applicant (id, name, salt) VALUES ({0}, 'Aisyah', 'x');"
        "INSERT INTO permit (id, sop, sop_version, calendar_version, number, state, applicant,"
        " subject, created_by, tracking_hash, tracking_secret, started_at, submitted_at, version,"
        " changed_at, events, last_hash, case_opened_at, case_due_at, legal_due_at, case_closed_at,"
        " case_verdict) VALUES ({0}, 'paud', '{1}', '{2}', 'P-{0}', '{3}', {0}, 'TK', 'portal',"
        " '\\x{0:08x}', '', {4}, {4}, 1, {4}, 1, 'x', {4}, {5}, {5}, {6}, {7});"
        "INSERT INTO visit (permit, id, step, occurrence, role, opened_at, closed_at, closed_by)"
        " VALUES ({0}, 1, 'verifikasi', 1, 'front_office', {4}, {4}, 'siti'),"
        " ({0}, 2, 'kajian_teknis', 1, 'dinas_teknis', {4}, {8}, 'andi');",
        permit.id, sop_, calendar_version_, done ? "issued" : "active", text(permit.accepted),
        text(due), done ? text(permit.signed_at) : "NULL",
        !done                    ? "NULL"
        : permit.signed_at > due ? "'missed'"
                                 : "'met'",
        at_draft ? text(permit.studied) : "NULL");
    if (at_draft)
      all += fmt::format(
          "INSERT INTO visit (permit, id, step, occurrence, role, opened_at, closed_at,"
          " closed_by) VALUES ({0}, 3, 'penyusunan_sk', 1, 'back_office', {1}, {2}, 'budi');",
          permit.id, text(permit.studied), done ? text(permit.signed_at) : "NULL");
    return all;
  }

 private:
  std::string text(Instant t) const { return "'" + calendar_.format(t) + "'"; }

  const Calendar& calendar_;
  std::string sop_, calendar_version_;
  Instant now_;
};

}  // namespace tenggat::test
