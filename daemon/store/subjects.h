// One person of whom an office keeps something: an applicant, with the permits that were handed in
// for them. Finding them, reading out what is kept of them, erasing what may go.
// Source: docs/privacy.md.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/audit.h"
#include "daemon/store/by.h"
#include "rules/sop/sop.h"

namespace tenggat::store {

// What stands in the place of what was erased.
inline constexpr std::string_view kErased = "(dihapus)";
// An objection, its answer and a suit before the administrative court fit into it.
// Source: docs/domain.md, Personal data.
inline constexpr std::chrono::days kKeptAfterEnd{180};

// By any of these: addresses as they are stored, or permits.
struct SubjectQuery {
  std::string email, whatsapp;
  std::vector<std::int64_t> permits;
};
struct SubjectPermit {
  std::int64_t id = 0;
  std::string number, name;
  PermitState state = PermitState::active;
  Instant changed_at{};
  std::int64_t waiting = 0;  // messages to them that have yet to leave
  std::string objection;     // the number of an open one to it
};
// By id.
pg::Slot<std::vector<SubjectPermit>> add_permits_of_subject(pg::Pipeline& pipeline,
                                                            const SubjectQuery& query);

// Why what is kept of a permit's applicant cannot go yet.
enum class Stays { not_at_all, open, ended_lately, objection, message_waiting, erased_before };
Stays why_it_stays(const SubjectPermit& permit, Instant now);

// Erases what is personal of the applicants of these permits, but for those of which something
// stays: names, addresses, what they wrote and uploaded, the salt by which digests of it could be
// tried. Steps, times, verdicts, decisions and the office's own documents are kept. Which it was.
// For the owner's role alone.
pg::Awaitable<std::vector<std::int64_t>> erase_applicants(pg::Connection& connection, By by,
                                                          std::vector<std::int64_t> permits);
// That somebody was given what is kept of the applicants of so many permits.
pg::Awaitable<void> record_export(pg::Connection& connection, By by, std::int64_t permits);

// The rows that hold something personal of the applicants of these permits, as JSON objects, by
// table. Without what officers wrote for one another, and without secrets.
struct SubjectRow {
  std::string table, json;
};
pg::Slot<std::vector<SubjectRow>> add_rows_of_subject(pg::Pipeline& pipeline,
                                                      const std::vector<std::int64_t>& permits);
// What they uploaded and is still there.
pg::Slot<std::vector<std::string>> add_files_of_subject(pg::Pipeline& pipeline,
                                                        const std::vector<std::int64_t>& permits);

// --- Officers

// The rows that hold something personal of an officer; what they did on permits, as its event's
// place, kind and time.
pg::Slot<std::vector<SubjectRow>> add_rows_of_officer(pg::Pipeline& pipeline,
                                                      const std::string& officer);
pg::Awaitable<void> record_officers_export(pg::Connection& connection, By by, std::string officer);

enum class OfficerErased { done, unknown, in_service };
// Of one who is out of service: addresses, civil servant number, language, what leave was for,
// sessions, views, what messages said and the office's words about them. Name, roles, acts and
// letters stay: decisions rest on them. For the owner's role alone.
pg::Awaitable<OfficerErased> erase_officer(pg::Connection& connection, By by, std::string officer);

// What was erased, against the office's record of it.
pg::Awaitable<void> check_what_was_erased(pg::Connection& connection, AuditReport& report);

}  // namespace tenggat::store
