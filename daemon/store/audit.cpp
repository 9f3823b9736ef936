#include "daemon/store/audit.h"

#include <map>
#include <set>

#include "daemon/store/event_codec.h"
#include "daemon/store/hash.h"
#include "daemon/store/mark.h"
#include "daemon/store/office_event.h"
#include "daemon/store/permit_tables.h"
#include "daemon/store/record.h"
#include "daemon/store/retention.h"
#include "daemon/store/row_record.h"
#include "daemon/store/snapshot.h"
#include "daemon/store/subjects.h"

namespace tenggat::store {
namespace {

constexpr int kBatch = 200;

struct Head {
  std::int64_t id = 0, events = 0;
  std::string number, last_hash;
  bool link_fits = true;  // the secret of the applicant's link and what it is found by
};
constexpr auto kHead =
    columns(given("id", &Head::id), given("number", &Head::number), given("events", &Head::events),
            given<Bytea>("last_hash", &Head::last_hash),
            given("tracking_hash = sha256(convert_to(tracking_secret, 'UTF8'))", &Head::link_fits));

// What the rows hold that follows from the rules.
struct DerivedRow {
  std::int64_t permit = 0;
  ClockDue due{};
  Projection of_case{};
  bool set_aside = false;  // it is looked at later than it should be
};
struct DerivedVisit {
  std::int64_t permit = 0;
  int id = 0;
  ClockDue due{};
  VisitIndex index{};
};
auto parts_of(DerivedRow& one) { return std::tie(one, one.due, one.of_case); }
auto parts_of(DerivedVisit& one) { return std::tie(one, one.due, one.index); }
constexpr auto kDerivedRow =
    columns(given("id", &DerivedRow::permit),
            given("EXISTS (SELECT FROM permit_set_aside s WHERE s.permit = id)",
                  &DerivedRow::set_aside)) +
    kPermit.of<ClockDue, Projection>();
constexpr auto kDerivedVisit =
    columns(given("permit", &DerivedVisit::permit), given("id", &DerivedVisit::id)) +
    kVisit.of<ClockDue, VisitIndex>();

struct Erasure {
  std::int64_t permit = 0, event = 0;
};
constexpr auto kErasure =
    columns(given("permit", &Erasure::permit), given("event", &Erasure::event));

// What there is of a permit.
struct Found {
  std::vector<StoredEvent> events;
  std::optional<StoredPermit> permit;
  std::vector<StoredNote> notes;
  std::optional<DerivedRow> derived;
  std::vector<DerivedVisit> derived_visits;
  std::set<std::int64_t> erasures;  // the events by which what is personal has gone
  std::string unreadable;           // why, where there is no permit
};

class Checking {
 public:
  Checking(const Head& head, const Found& found, const Derivation* derivation)
      : head_(head), found_(found), derivation_(derivation) {}

  std::optional<AuditFinding> first() {
    if (auto broken = of_chain()) return broken;
    if (!found_.permit) return of_rows(found_.unreadable);
    if (!head_.link_fits)
      return of_rows("permit: tracking_hash is not that of its tracking_secret");
    if (rebuilt_.empty())
      return of_rows("its rows are not on record yet: run `tenggat db migrate`");
    const boost::json::object rows = record_of(*found_.permit, found_.notes);
    rows_ = static_cast<std::int64_t>(rows.size());
    if (auto differs = rebuilt_.difference(rows)) return of_rows(*std::move(differs));
    if (auto differs = of_derived()) return of_rows(*std::move(differs) + " as the rules say");
    return std::nullopt;
  }
  std::int64_t rows() const { return rows_; }

 private:
  AuditFinding of_rows(std::string what) const { return {head_.number, 0, std::move(what)}; }
  AuditFinding of_event(std::int64_t sequence, std::string what) const {
    return {head_.number, sequence, std::move(what)};
  }

  std::optional<AuditFinding> of_chain() {
    std::string previous;
    std::int64_t expected = 0;
    for (const StoredEvent& stored : found_.events) {
      ++expected;
      if (stored.event.sequence != expected) return of_event(expected, "the event is missing");
      previous = event_hash(previous, head_.id, stored);
      if (previous != stored.hash) return of_event(expected, "the event is not as it was written");
      try {
        const Event event = event_of(head_.id, stored);
        const bool all_anew = std::holds_alternative<RowsRecorded>(event.what);
        const Rebuilt before = all_anew ? std::exchange(rebuilt_, Rebuilt()) : Rebuilt();
        if (!stored.rows.json.empty()) rebuilt_.take(stored.rows.json);
        if (all_anew)
          if (auto changed = of_erasure(stored, before)) return changed;
      } catch (const std::runtime_error& why) {
        return of_event(expected, why.what());
      }
    }
    if (expected != head_.events) return of_event(expected + 1, "the event is missing at the end");
    if (previous != head_.last_hash)
      return of_event(expected, "the permit names another last event");
    return std::nullopt;
  }

  // What is personal may have gone by such an event, and nothing else; who erases is on record.
  std::optional<AuditFinding> of_erasure(const StoredEvent& stored, const Rebuilt& before) const {
    const std::int64_t sequence = stored.event.sequence;
    if (!found_.erasures.contains(sequence)) {
      if (stored.event.actor == "system") return std::nullopt;
      return of_event(sequence, "no event of the office says that it was erased");
    }
    if (auto changed = rebuilt_.difference_but_for_digests(before))
      return of_event(sequence, "more than what is personal was erased: " + *std::move(changed));
    return std::nullopt;
  }

  // The first that is not as the core works it out.
  std::optional<std::string> of_derived() const {
    const Permit& permit = found_.permit->permit;
    if (!derivation_ || !found_.derived || is_terminal(permit.state)) return std::nullopt;
    const std::optional<Projection> is = derivation_->of(*found_.permit);
    if (!is) return std::nullopt;
    const DerivedRow& row = *found_.derived;
    if (row.due.due_at != is->case_due_at) return "permit: case_due_at is not";
    if (row.of_case.case_due_soon_at != is->case_due_soon_at)
      return "permit: case_due_soon_at is not";
    if (row.of_case.legal_due_at != is->legal_due_at) return "permit: legal_due_at is not";
    if (row.of_case.legal_risk_at != is->legal_risk_at) return "permit: legal_risk_at is not";
    std::optional<Instant> check = is->next_check_at;
    for (const DerivedVisit& visit : found_.derived_visits) {
      const Visit* of = permit.find_visit(visit.id);
      if (!of || !of->open()) continue;
      Projection::VisitDues dues;
      bool has_clock = false;
      for (const Projection::VisitDues& one : is->visits)
        if (one.visit == visit.id) dues = one, has_clock = true;
      const std::string name = row_of(*of);
      if (visit.due.due_at != dues.due_at) return name + ": due_at is not";
      if (visit.index.due_soon_at != dues.due_soon_at) return name + ": due_soon_at is not";
      if (visit.index.paused != (has_clock && !dues.due_at)) return name + ": paused is not";
      const auto look = std::exchange(check, std::nullopt);
      if (!row.set_aside && visit.index.check_at != look) return name + ": check_at is not";
    }
    return std::nullopt;
  }

  const Head& head_;
  const Found& found_;
  const Derivation* derivation_;
  Rebuilt rebuilt_;
  std::int64_t rows_ = 0;
};

// A batch of permits with all that is theirs, in one snapshot: they may be changed meanwhile.
class Batch {
 public:
  Batch(pg::Connection& connection, std::vector<Head> heads, Derivation* derivation)
      : connection_(connection), heads_(std::move(heads)), derivation_(derivation) {}

  pg::Awaitable<void> check(AuditReport& report) {
    std::map<std::int64_t, Found> found = co_await read();
    for (const Head& head : heads_) {
      Checking checking(head, found[head.id], derivation_);
      if (auto finding = checking.first()) report.findings.push_back(*std::move(finding));
      ++report.permits;
      report.events += static_cast<std::int64_t>(found[head.id].events.size());
      report.rows += checking.rows();
    }
  }

 private:
  pg::Awaitable<std::map<std::int64_t, Found>> read() {
    std::vector<std::int64_t> ids;
    for (const Head& head : heads_) ids.push_back(head.id);
    pg::Pipeline reads;
    const PermitLoad load(reads, ids, Lock::none);
    const auto events = add_recorded_events(reads, ids);
    const auto notes = add_notes_of(reads, ids);
    static const auto derived_rows =
        each<kDerivedRow>("SELECT {} FROM permit WHERE id = ANY($1::bigint[])");
    static const auto derived_visits = each<kDerivedVisit>(
        "SELECT {} FROM visit WHERE permit = ANY($1::bigint[]) ORDER BY permit, id");
    static const auto erasures_sql =
        each<kErasure>("SELECT {} FROM erasure WHERE permit = ANY($1::bigint[])");
    const auto erasures = reads.add(erasures_sql, pg::bigint_array(ids));
    const auto rows = reads.add(derived_rows, pg::bigint_array(ids));
    const auto visits = reads.add(derived_visits, pg::bigint_array(ids));
    reads.add(kEndSnapshotSql);
    const pg::Results results = co_await connection_.run(std::move(reads));
    std::map<std::int64_t, Found> all;
    std::map<std::int64_t, std::string> unreadable;
    std::map<std::int64_t, StoredPermit> permits = load.take_readable(results, unreadable);
    if (derivation_) co_await derivation_->prepare(connection_, permits);
    for (auto& [id, permit] : permits) all[id].permit = std::move(permit);
    const std::vector<DerivedRow> derived = results[rows];
    for (const DerivedRow& one : derived) all[one.permit].derived = one;
    const std::vector<DerivedVisit> of_visits = results[visits];
    for (const DerivedVisit& one : of_visits) all[one.permit].derived_visits.push_back(one);
    const std::vector<Erasure> erased = results[erasures];
    for (const Erasure& one : erased) all[one.permit].erasures.insert(one.event);
    for (auto& [id, why] : unreadable) all[id].unreadable = why;
    const std::vector<RecordedEvent> of_all = results[events];
    for (const RecordedEvent& one : of_all) all[one.permit].events.push_back(one.stored);
    const std::vector<StoredNote> noted = results[notes];
    for (const StoredNote& note : noted) all[note.permit].notes.push_back(note);
    co_return all;
  }

  pg::Connection& connection_;
  const std::vector<Head> heads_;
  Derivation* derivation_;
};

struct Numbers {
  std::string sop;
  std::int64_t given = 0, found = 0;
};

// Numbers that were left out when the database was restored or files were imported, and that an
// import has given since, as the office's chain records it.
struct LeftOut {
  std::string numbers, given;
};
constexpr auto kLeftOut =
    columns(given("coalesce(fields ->> 'after.numbers', '')", &LeftOut::numbers),
            given("coalesce(fields ->> 'before.numbers', '')", &LeftOut::given));

std::map<std::string, std::int64_t> left_out(const std::vector<LeftOut>& recorded) {
  std::map<std::string, std::int64_t> by_sop;
  for (const LeftOut& one : recorded) {
    for (const NumberGap& gap : number_gaps_of(one.numbers))
      by_sop[gap.sop] += gap.last - gap.first + 1;
    for (const NumberGap& gap : number_gaps_of(one.given))
      by_sop[gap.sop] -= gap.last - gap.first + 1;
  }
  return by_sop;
}

// Imports whose permits are gone, but not by the revert that the office's chain knows.
pg::Slot<std::vector<std::int64_t>> add_gone_imports(pg::Pipeline& reads) {
  static const auto sql = values<std::int64_t>(
      "SELECT i.import FROM (SELECT import, encode(sha256(string_agg(int8send(permit) || hash,"
      " ''::bytea ORDER BY permit)), 'hex') AS digest FROM import_permit WHERE hash IS NOT NULL"
      " GROUP BY import) i WHERE NOT EXISTS (SELECT FROM office_event e WHERE e.type = $1"
      " AND e.fields ->> 'after.digest' = i.digest) ORDER BY i.import");
  return reads.add(sql, word_of(OfficeKind::import_reverted));
}

// What belongs to no permit any more, and numbers that were given to permits that are not there.
pg::Awaitable<void> check_what_is_gone(pg::Connection& connection, AuditReport& report) {
  static constexpr auto kNumbers =
      columns(given("n.sop", &Numbers::sop), given("n.last", &Numbers::given),
              given("(SELECT count(*) FROM permit p WHERE p.sop = n.sop)"
                    " + (SELECT count(*) FROM retired_permit r WHERE r.sop = n.sop)",
                    &Numbers::found));
  static const auto numbers = each<kNumbers>(
      "SELECT {} FROM (SELECT sop, sum(last)::bigint AS last FROM permit_number"
      " WHERE sop IN (SELECT name FROM rule_in_force WHERE kind = 'sop') GROUP BY sop) n"
      " ORDER BY n.sop");
  static const auto gaps =
      each<kLeftOut>("SELECT {} FROM office_event WHERE type = ANY($1::text[]) ORDER BY sequence");
  pg::Pipeline reads;
  reads.add(kBeginSnapshotSql);
  const auto given = reads.add(numbers);
  std::vector<std::string> leaving;
  for (const OfficeKind kind :
       {OfficeKind::database_restored, OfficeKind::files_imported, OfficeKind::import_reverted})
    leaving.emplace_back(word_of(kind));
  const auto restored = reads.add(gaps, pg::text_array(leaving));
  const auto gone = add_gone_imports(reads);
  std::map<std::string, pg::Slot<std::vector<std::int64_t>>> orphans;
  for (const char* table : {"event", "visit", "pause", "document", "raised_rung", "note"})
    orphans.emplace(table, reads.add(values<std::int64_t>(fmt::format(
                               "SELECT DISTINCT permit FROM {} t WHERE permit > 0 AND NOT EXISTS"
                               " (SELECT FROM permit p WHERE p.id = t.permit) LIMIT 100",
                               table))));
  reads.add(kEndSnapshotSql);
  const pg::Results results = co_await connection.run(std::move(reads));
  for (const auto& [table, slot] : orphans) {
    const std::vector<std::int64_t> ids = results[slot];
    for (const std::int64_t id : ids)
      report.findings.push_back(
          {"", 0, fmt::format("permit {} is missing, but not its rows in {}", id, table)});
  }
  const std::vector<std::int64_t> gone_imports = results[gone];
  for (const std::int64_t id : gone_imports)
    report.findings.push_back(
        {"", 0,
         fmt::format("what came with import {} is gone otherwise than the office's record "
                     "says",
                     id)});
  const std::vector<LeftOut> recorded = results[restored];
  std::map<std::string, std::int64_t> nobodys;
  try {
    nobodys = left_out(recorded);
  } catch (const std::runtime_error& why) {
    report.findings.push_back(
        {"", 0, fmt::format("the office's record of numbers left out: {}", why.what())});
  }
  const std::vector<Numbers> all = results[given];
  for (const Numbers& of : all) {
    const auto gap = nobodys.find(of.sop);
    const std::int64_t given_out = of.given - (gap == nobodys.end() ? 0 : gap->second);
    if (given_out != of.found)
      report.findings.push_back(
          {"", 0,
           fmt::format("{}: {} numbers were given, to {} permits", of.sop, given_out, of.found)});
  }
}

struct RetiredRow {
  std::int64_t id = 0, events = 0, recorded = 0;
  std::string last_hash;
};
struct RetiredSlice {
  std::int64_t event = 0;
  std::string count, digest;
};

// What is left of permits that are kept no longer, against the office's record of it. Removed one
// by one they may be many: read by their slices.
pg::Awaitable<void> check_what_was_retired(pg::Connection& connection, AuditReport& report) {
  static constexpr auto kSlice = columns(given("sequence", &RetiredSlice::event),
                                         given("fields ->> 'after.count'", &RetiredSlice::count),
                                         given("fields ->> 'after.digest'", &RetiredSlice::digest));
  static constexpr auto kRetired = columns(
      given("id", &RetiredRow::id), given("events", &RetiredRow::events),
      given("recorded", &RetiredRow::recorded), given<Bytea>("last_hash", &RetiredRow::last_hash));
  static const auto next_slices = each<kSlice>(
      "SELECT {} FROM office_event WHERE type = $1 AND fields ->> 'about' = 'permits'"
      " AND sequence > $2::bigint ORDER BY sequence LIMIT $3::int");
  static const auto of_slices = each<kRetired>(
      "SELECT {} FROM retired_permit WHERE recorded = ANY ($1::bigint[]) ORDER BY recorded, id");
  static const auto of_none = value<std::int64_t>(
      "SELECT count(*) FROM retired_permit r WHERE NOT EXISTS (SELECT FROM office_event e"
      " WHERE e.sequence = r.recorded AND e.type = $1)");
  const std::string type(word_of(OfficeKind::retention_applied));
  const auto finding = [&](std::string what) {
    report.findings.push_back({"", 0, std::move(what)});
  };
  std::int64_t after = 0;
  for (bool last = false; !last;) {
    pg::Pipeline first;
    const auto found = first.add(next_slices, type, after, kBatch);
    const pg::Results results = co_await connection.run(std::move(first));
    const std::vector<RetiredSlice> slices = results[found];
    last = static_cast<int>(slices.size()) < kBatch;
    std::vector<std::int64_t> events;
    for (const RetiredSlice& slice : slices) events.push_back(after = slice.event);
    pg::Pipeline second;
    const auto rows = second.add(of_slices, pg::bigint_array(events));
    const pg::Results read = co_await connection.run(std::move(second));
    const std::vector<RetiredRow> retired = read[rows];
    std::map<std::int64_t, std::string> lines;
    for (const RetiredRow& one : retired)
      lines[one.recorded] += retired_line(one.id, one.events, one.last_hash);
    for (const RetiredSlice& slice : slices)
      if (hex(sha256(lines[slice.event])) != slice.digest)
        finding(
            fmt::format("event {} of the office: what is left of the {} permits that were "
                        "removed is not what it says",
                        slice.event, slice.count));
  }
  pg::Pipeline rest;
  const auto unrecorded = rest.add(of_none, type);
  const pg::Results results = co_await connection.run(std::move(rest));
  const std::int64_t count = results[unrecorded];
  if (count > 0) finding(fmt::format("{} permits are called removed, and no event says so", count));
}

}  // namespace

std::string words_of(const AuditFinding& finding) {
  std::string words = finding.number.empty() ? "" : finding.number + ": ";
  if (finding.sequence > 0) words += fmt::format("event {}: ", finding.sequence);
  return words + finding.what;
}

pg::Awaitable<AuditReport> verify_record(pg::Connection& connection, AuditOptions options) {
  static const auto heads = each<kHead>(
      "SELECT {} FROM permit WHERE id > $1::bigint"
      " AND ($2::bigint = 0 OR id = $2::bigint) ORDER BY id LIMIT $3::int");
  static const auto count = value<std::int64_t>("SELECT count(*) FROM permit WHERE id > 0");
  AuditReport report;
  pg::Pipeline first;
  const auto all = first.add(count);
  const std::int64_t in_all = (co_await connection.run(std::move(first)))[all];
  std::int64_t after = 0;
  while (true) {
    pg::Pipeline begin;
    begin.add(kBeginSnapshotSql);
    const auto found = begin.add(heads, after, options.permit, kBatch);
    const pg::Results results = co_await connection.run(std::move(begin));
    std::vector<Head> batch = results[found];
    const bool last = static_cast<int>(batch.size()) < kBatch;
    if (!batch.empty()) after = batch.back().id;
    Batch reading(connection, std::move(batch), options.derivation);
    co_await reading.check(report);
    if (options.on_progress) options.on_progress(report.permits, in_all);
    if (last) break;
  }
  if (options.permit == 0) {
    co_await check_what_is_gone(connection, report);
    co_await check_what_was_retired(connection, report);
    co_await check_what_was_erased(connection, report);
  }
  co_return report;
}

}  // namespace tenggat::store
