// How a permit looks from outside, as JSON. Source: docs/reference.md, HTTP API. Everything about
// time is evaluated at `now`, nothing is taken from stored derivations.
#pragma once
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "daemon/store/permits.h"
#include "daemon/store/related.h"
#include "rules/calendar/calendar.h"
#include "rules/permit/batch.h"
#include "rules/permit/ledger.h"
#include "rules/sop/sop.h"

namespace tenggat::http {

struct ViewOptions {
  std::string public_url;      // "https://perizinan.example.go.id", without a last slash
  bool contact = false;        // the applicant's channels and the form's fields
  bool tracking_link = false;  // the applicant's link
  bool outcome = false;        // also what was recommended, before it is decided
};

// What is made to be printed and thrown away lies in one piece of memory.
class PieceOfMemory {
 public:
  boost::json::storage_ptr memory() { return &resource_; }

 private:
  std::array<unsigned char, 16 * 1024> room_;
  boost::json::monotonic_resource resource_{room_.data(), room_.size()};
};

// Each takes the memory that what it returns lies in; made into an object of other memory it is
// copied there.
//
// `sop` must be the version the permit is pinned to. A `now` before the permit's last event counts
// as that event's instant.
boost::json::object permit_view(const store::StoredPermit& stored, const Sop& sop,
                                const Calendar& calendar, Instant now, const ViewOptions& options,
                                const boost::json::storage_ptr& memory = {});
std::string permit_json(const store::StoredPermit& stored, const Sop& sop, const Calendar& calendar,
                        Instant now, const ViewOptions& options);

// What a command answers, as it is kept with the idempotency key: the new state, and for a permit
// that was just handed in the applicant's link. Fits RenderAnswer once `public_url` is bound. With
// the applicant's channels, but for a service that acts in an officer's name on what another has
// handed in, or as a system.
Rendered command_answer(const std::string& public_url, const AnswerFacts& facts);

// {standard, elapsed_seconds, remaining_seconds, due_at, status, paused, provisional}; a clock
// without a say has null for all but the first two.
boost::json::object sla_view(const Sla& sla, const Calendar& calendar,
                             const boost::json::storage_ptr& memory = {});

// One visit, open or closed: {step, visit: "verifikasi#2", visit_id, number, name, role, assignee,
// opened_at, claimed_at, branch, sla}, while it is paused `pause`, and where its delay was
// explained `acknowledged`.
boost::json::object visit_view(const Permit& permit, const Visit& visit, const Sop& sop,
                               const Calendar& calendar, Instant now,
                               const boost::json::storage_ptr& memory = {});

// {visit, occurred_at, recorded_at, by, turned_step, turned_case, awaits_confirmation,
// confirmed_at, confirmed_by}; null where the visit was recorded as it was done.
boost::json::value late_entry_view(const Visit& visit, const Calendar& calendar,
                                   const boost::json::storage_ptr& memory = {});

// {visit, obstacle, name, at, until, by}: of a visit that has one.
boost::json::object acknowledgement_view(const Visit& visit, const Sop& sop,
                                         const Calendar& calendar,
                                         const boost::json::storage_ptr& memory = {});

// An objection, beside the permit that it is raised to: {id, number, sop, state}.
boost::json::object related_view(const store::RelatedPermit& objection);

// "verifikasi#2"
std::string visit_name(const Visit& visit);
// "https://…/lacak/…" as the database may hold it, to be completed by LinkKeys; empty where there
// is no seed.
std::string tracking_url(const std::string& public_url, const std::string& seed);

// The open visits, the most urgent first: soonest due, then those whose clock stands or has no say,
// by their opening.
std::vector<const Visit*> by_urgency(const Permit& permit, const Sop& sop, const Calendar& calendar,
                                     Instant now);

}  // namespace tenggat::http
