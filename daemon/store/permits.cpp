#include "daemon/store/permits.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "daemon/store/permit_tables.h"

namespace tenggat::store {
namespace {

constexpr auto kPermitRead = kPermit.of<Permit, StoredPermit, ClockDue>();
constexpr auto kApplicantRead = kApplicant.of<StoredPermit, StoredPermit::Applicant>();
constexpr auto kVisitRead = kVisit.of<OfPermit, Visit, ClockDue>();

// What is asked of the permits with these ids; `{id}` stands where a row's id is compared. For one
// id the text is another: PostgreSQL plans it once for all ids, but for a list of unknown length
// expects so many rows that it rather plans anew for each list, which takes longer than the
// reading.
class OfIds {
 public:
  explicit OfIds(const std::string& sql)
      : one_(compared(sql, "= $1::bigint")), several_(compared(sql, "= ANY($1::bigint[])")) {}
  OfIds operator+(const char* clause) const { return {one_ + clause, several_ + clause}; }
  pg::Slot<pg::Result> add(pg::Pipeline& pipeline, const std::vector<std::int64_t>& ids) const {
    return ids.size() == 1 ? pipeline.add(one_, ids.front())
                           : pipeline.add(several_, pg::bigint_array(ids));
  }

 private:
  OfIds(std::string one, std::string several)
      : one_(std::move(one)), several_(std::move(several)) {}
  static std::string compared(std::string sql, std::string_view with) {
    constexpr std::string_view kPlace = "{id}";
    return sql.replace(sql.find(kPlace), kPlace.size(), with);
  }

  std::string one_, several_;
};

const OfIds kSelectPermits{kApplicantRead.shape().in(
    kPermitRead.shape().in("SELECT {p}, {a} FROM permit p JOIN applicant a ON a.id = p.applicant"
                           " WHERE p.id {id}",
                           "p"),
    "a")};
const OfIds kSelectPermitsForUpdate = kSelectPermits + " FOR UPDATE OF p SKIP LOCKED";
const OfIds kSelectPermitsForShare = kSelectPermits + " FOR SHARE OF p SKIP LOCKED";

// Put in order here, not there: asked for an order while the tables are still small, PostgreSQL
// may plan to read a whole index for it, and sessions keep their plans.
template <class... C>
OfIds select_of_permits(const Columns<C...>& columns) {
  return OfIds(
      columns.shape().in(fmt::format("SELECT {{}} FROM {} WHERE permit {{id}}", columns.table)));
}
const OfIds kSelectVisits = select_of_permits(kVisitRead);
const OfIds kSelectPauses = select_of_permits(kPause);
const OfIds kSelectDocuments = select_of_permits(kDocument);
const OfIds kSelectRungs = select_of_permits(kRung);

StoredPermit read_permit(const pg::Result& r, int row) {
  StoredPermit stored;
  ClockDue due;
  kPermitRead.read(r, row, 0, stored.permit, stored, due);
  kApplicantRead.read(r, row, kPermitRead.kSize, stored, stored.applicant);
  if (stored.permit.case_elapsed)
    stored.permit.case_due_at = due.due_at;
  else
    stored.permit.case_standard.reset();
  return stored;
}

void settle(Visit& visit, const ClockDue& due) {
  if (visit.closed_at) visit.due_at = due.due_at;
}
template <class Part>
void settle(const Part&, const ClockDue&) {}

using Unreadable = std::map<std::int64_t, std::string>;

// Hands each row to the permit it belongs to; rows of permits that were skipped fall away.
template <const auto& kColumns, class Part>
void distribute(std::map<std::int64_t, StoredPermit>& permits, const pg::Result& result,
                std::vector<Part> Permit::*member, Unreadable& unreadable) {
  constexpr auto of_permit = kColumns.template of<OfPermit>();
  constexpr auto of_part = kColumns.template of<Part, ClockDue>();
  static_assert(of_permit.kSize + of_part.kSize == kColumns.kSize);
  for (int row = 0; row < result.rows(); ++row) {
    OfPermit of;
    of_permit.read(result, row, 0, of);
    const auto found = permits.find(of.permit);
    if (found == permits.end()) continue;
    try {
      Part part;
      ClockDue due;
      of_part.read(result, row, of_permit.kSize, part, due);
      settle(part, due);
      (found->second.permit.*member).push_back(std::move(part));
    } catch (const std::exception& why) {
      unreadable.emplace(found->first, why.what());
    }
  }
}

void put_in_order(Permit& permit) {
  const auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
  std::sort(permit.visits.begin(), permit.visits.end(), by_id);
  std::sort(permit.pauses.begin(), permit.pauses.end(), by_id);
  std::sort(permit.documents.begin(), permit.documents.end(), by_id);
  const auto as_raised = [](const RaisedRung& r) {
    return std::tie(r.raised_at, r.due_at, r.visit, r.rung, r.k, r.occurrence);
  };
  std::sort(permit.rungs.begin(), permit.rungs.end(),
            [&](const RaisedRung& a, const RaisedRung& b) { return as_raised(a) < as_raised(b); });
}

}  // namespace

PermitLoad::PermitLoad(pg::Pipeline& pipeline, const std::vector<std::int64_t>& ids, Lock lock) {
  const OfIds& select = lock == Lock::none    ? kSelectPermits
                        : lock == Lock::share ? kSelectPermitsForShare
                                              : kSelectPermitsForUpdate;
  permits_ = select.add(pipeline, ids);
  visits_ = kSelectVisits.add(pipeline, ids);
  pauses_ = kSelectPauses.add(pipeline, ids);
  documents_ = kSelectDocuments.add(pipeline, ids);
  rungs_ = kSelectRungs.add(pipeline, ids);
}

std::map<std::int64_t, StoredPermit> PermitLoad::take(const pg::Results& results) const {
  Unreadable unreadable;
  std::map<std::int64_t, StoredPermit> permits = take_readable(results, unreadable);
  if (!unreadable.empty()) {
    const auto& [id, why] = *unreadable.begin();
    throw std::runtime_error(fmt::format("permit {} cannot be read: {}", id, why));
  }
  return permits;
}

std::map<std::int64_t, StoredPermit> PermitLoad::take_readable(const pg::Results& results,
                                                               Unreadable& unreadable) const {
  std::map<std::int64_t, StoredPermit> permits;
  const pg::Result rows = results[permits_];
  for (int row = 0; row < rows.rows(); ++row) {
    const std::int64_t id = rows.int64(row, 0);
    try {
      permits.emplace(id, read_permit(rows, row));
    } catch (const std::exception& why) {
      unreadable.emplace(id, why.what());
    }
  }
  distribute<kVisitRead>(permits, results[visits_], &Permit::visits, unreadable);
  distribute<kPause>(permits, results[pauses_], &Permit::pauses, unreadable);
  distribute<kDocument>(permits, results[documents_], &Permit::documents, unreadable);
  distribute<kRung>(permits, results[rungs_], &Permit::rungs, unreadable);
  for (const auto& [id, why] : unreadable) permits.erase(id);
  for (auto& [id, stored] : permits) put_in_order(stored.permit);
  return permits;
}

Ids add_unchanged(pg::Pipeline& pipeline, const std::vector<std::int64_t>& permits,
                  const std::vector<std::int64_t>& versions) {
  static const auto sql = values<std::int64_t>(
      "SELECT p.id FROM unnest($1::bigint[], $2::bigint[]) AS seen(id, version)"
      " JOIN permit p ON p.id = seen.id AND p.version = seen.version");
  return pipeline.add(sql, pg::bigint_array(permits), pg::bigint_array(versions));
}

}  // namespace tenggat::store
