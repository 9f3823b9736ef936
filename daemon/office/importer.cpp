#include "daemon/office/importer.h"

#include <algorithm>

#include "daemon/store/commands.h"
#include "daemon/store/hash.h"
#include "daemon/store/permits.h"

namespace tenggat::office {
namespace {

constexpr std::size_t kBatch = 250;
constexpr std::chrono::minutes kAtMost{2};  // of a batch, on a machine that has much to do

// Numbers side by side as one range each.
void add_ranges(std::vector<store::NumberGap>& gaps, const std::pair<std::string, int>& series,
                const std::vector<std::int64_t>& numbers) {
  for (const std::int64_t number : numbers) {
    const bool goes_on = !gaps.empty() && gaps.back().sop == series.first &&
                         gaps.back().year == series.second && gaps.back().last + 1 == number;
    if (goes_on)
      gaps.back().last = number;
    else
      gaps.push_back({series.first, series.second, number, number});
  }
}

}  // namespace

pg::Awaitable<void> Importer::begin(KeptNumbers kept, std::vector<std::string> sops) {
  pg::Pipeline reads;
  const auto numbers = store::add_lock_numbers(reads, sops);
  const auto id = store::add_next_import(reads);
  const auto moment = reads.add(store::kMoment);
  const pg::Results found = co_await transaction_.run(std::move(reads), kAtMost);
  const store::Moment now = found[moment];
  co_await rulebook_.refresh(connection_, now);
  before_ = found[numbers];
  last_ = before_;
  id_ = found[id];
  now_ = now.now;
  kept_ = std::move(kept);
  // New ones go on after what is kept.
  for (const auto& [series, places] : kept_) {
    std::int64_t& last = last_[series];
    if (!places.empty()) last = std::max(last, *places.rbegin());
  }
}

std::int64_t Importer::place_of(const ImportRow& row, int year) {
  return row.number.empty() ? ++last_[{row.sop->id, year}] : row.printed.count;
}

pg::Awaitable<PastFaults> Importer::add(ImportRow row) {
  if (ids_used_ == ids_.tails.size()) {
    pg::Pipeline reads;
    const auto tails = store::add_id_tails(reads, kBatch);
    const pg::Results found = co_await transaction_.run(std::move(reads), kAtMost);
    ids_ = found[tails];
    ids_used_ = 0;
  }
  const Context context = rulebook_.context(*row.sop, now_);
  const LocalTime today = context.calendar.local(now_);
  const int year = row.number.empty() ? today.year : row.printed.year;
  const std::int64_t place = place_of(row, year);
  NewPermit& permit = row.past.permit;
  permit.id = permit_id(std::max(now_, ids_.latest), ids_.tails.at(ids_used_++));
  permit.applicant = permit.id;
  permit.created_by = store::kImporter;
  permit.number = row.number.empty() ? row.sop->number_format.print(today.year, today.month, place)
                                     : row.number;
  PermitChange change;
  change.salt = store::random_bytes(32);
  change.tracking_seed = store::hex(store::random_bytes(16));
  change.applicant = row.applicant;
  change.fields = row.fields;
  change.calendar_version = rulebook_.calendar_version(row.sop->calendar);
  permit.applicant_digest = store::digest(
      change.salt, row.applicant.name + '\n' + row.applicant.email + '\n' + row.applicant.whatsapp);
  row.past.import = id_;
  auto decided = import_file(row.past, context);
  if (!decided) co_return decided.error();
  change.decision = std::move(*decided);
  change.projection = project(change.decision.after, context.sop, context.calendar);
  places_.push_back({id_, permit.id, row.sop->id, year, place});
  changes_.push_back(std::move(change));
  ++permits_;
  if (changes_.size() >= kBatch) co_await write();
  co_return PastFaults();
}

pg::Awaitable<void> Importer::write() {
  if (changes_.empty()) co_return;
  std::sort(changes_.begin(), changes_.end(), [](const PermitChange& a, const PermitChange& b) {
    return a.decision.after.id < b.decision.after.id;
  });
  pg::Pipeline writes;
  store::append_writes(writes, changes_, rulebook_.send());
  store::add_imported_permits(writes, places_);
  changes_.clear();
  places_.clear();
  co_await transaction_.run(std::move(writes), kAtMost);
}

store::NumbersOfImport Importer::numbers_of_import() const {
  store::NumbersOfImport all;
  for (const auto& [series, kept] : kept_) {
    const auto found = before_.find(series);
    const std::int64_t before = found == before_.end() ? 0 : found->second;
    std::vector<std::int64_t> filled, skipped;
    std::int64_t next = before + 1;
    for (const std::int64_t one : kept) {
      if (one <= before) filled.push_back(one);
      for (; next < one; ++next) skipped.push_back(next);
      next = std::max(next, one + 1);
    }
    add_ranges(all.filled, series, filled);
    add_ranges(all.skipped, series, skipped);
  }
  return all;
}

pg::Awaitable<std::int64_t> Importer::finish(store::By by, std::string file, std::string sha256) {
  co_await write();
  NumberCounters grown;
  for (const auto& [series, last] : last_)
    if (const auto was = before_.find(series); was == before_.end() || was->second != last)
      grown.emplace(series, last);
  pg::Pipeline writes;
  store::add_save_numbers(writes, grown);
  store::add_notify(writes);
  co_await transaction_.run(std::move(writes), kAtMost);
  store::Import done;
  done.id = id_;
  done.at = now_;
  done.by = by.who();
  done.file = std::move(file);
  done.sha256 = std::move(sha256);
  done.permits = permits_;
  store::NumbersOfImport numbers = numbers_of_import();
  co_await store::record_import(connection_, by, std::move(done), std::move(numbers));
  co_await transaction_.commit();
  co_return id_;
}

}  // namespace tenggat::office
