#include "daemon/cli/import_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <tuple>

#include "daemon/cli/import_words.h"
#include "daemon/store/hash.h"
#include "daemon/store/imports.h"

namespace tenggat::cli {
namespace {

constexpr std::size_t kBatch = 500;

std::string digest_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  store::Sha256 hash;
  std::string piece(64 * 1024, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
    hash.add(std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount())));
  return store::hex(hash.hash());
}

// How far it is, by bytes.
class Reading {
 public:
  Reading(Terminal& terminal, const std::string& path, std::string_view what)
      : progress_(terminal, what),
        bytes_(static_cast<std::int64_t>(std::filesystem::file_size(path))) {}
  void show(std::int64_t files, std::int64_t read) {
    if (files % 100 == 0) progress_.show(files, read > 0 ? files * bytes_ / read : files);
  }

 private:
  Progress progress_;
  std::int64_t bytes_;
};

// On which line each value stood first. Of values only their hashes are kept.
class Seen {
 public:
  // The earlier line; 0: there was none.
  std::int64_t at(const std::string& value, std::int64_t line) {
    const auto [found, first] = lines_.try_emplace(std::hash<std::string>()(value), line);
    return first ? 0 : found->second;
  }

 private:
  std::unordered_map<std::size_t, std::int64_t> lines_;
};

class Looking {
 public:
  Looking(DatabaseCall& call, Office& office, const std::string& path)
      : call_(call),
        office_(office),
        rows_(path, office.rulebook),
        reading_(call.terminal, path, "files looked through"),
        file_(std::filesystem::path(path).filename().string()) {
    summary_.sha256 = digest_of(path);
  }

  pg::Awaitable<ImportSummary> run() {
    while (auto row = rows_.next()) {
      take(*row);
      keep_faults(rows_.take_faults());
      ++summary_.files;
      if (asked_.size() >= kBatch) co_await ask();
      reading_.show(summary_.files, rows_.bytes_read());
    }
    keep_faults(rows_.take_faults());
    co_await ask();
    std::stable_sort(summary_.faults.begin(), summary_.faults.end(),
                     [](const Fault& a, const Fault& b) {
                       return std::tie(a.line, a.column) < std::tie(b.line, b.column);
                     });
    if (summary_.files == 0 && summary_.faults.empty())
      summary_.faults.push_back({file_, 0, 0, say<RowFault::empty_file>().english,
                                 say<RowFault::empty_file>().indonesian});
    co_return std::move(summary_);
  }

 private:
  struct Asked {
    std::int64_t line = 0;
    std::string number, external_id;
  };

  void take(ImportRows::Row& read) {
    if (!read.named) return;
    office::ImportRow& row = read.of;
    const Context context = office_.rulebook.context(*row.sop, office_.moment.now);
    const auto say_all = [&](const PastFaults& faults) {
      for (const PastFault& one : faults) rows_.fault(one.at, one.what);
    };
    const std::string& external_id = row.past.permit.external_id;
    if (!row.number.empty()) {
      summary_.kept[{row.sop->id, row.printed.year}].insert(row.printed.count);
      if (const auto line = numbers_.at(row.number, row.line))
        rows_.fault("number", say<RowFault::number_twice>(row.number, line));
    }
    if (!external_id.empty())
      if (const auto line = external_ids_.at(external_id, row.line))
        rows_.fault("external_id", say<RowFault::external_id_twice>(external_id, line));
    if (!row.number.empty() || !external_id.empty())
      asked_.push_back({row.line, row.number, external_id});
    if (!read.decidable) return say_all(faults_of_names(row.past, context));
    auto decided = import_file(row.past, context);
    if (!decided) return say_all(decided.error());
    count(row, decided->after, context);
    if (std::find(summary_.sops.begin(), summary_.sops.end(), row.sop->id) == summary_.sops.end())
      summary_.sops.push_back(row.sop->id);
  }

  void count(const office::ImportRow& row, const Permit& permit, const Context& context) {
    const Projection derived = project(permit, context.sop, context.calendar);
    ImportedView view;
    view.line = row.line;
    view.sop = row.sop->id;
    view.number = row.number;
    view.subject = permit.subject;
    view.state = to_string(permit.state);
    const bool open = !is_terminal(permit.state);
    ++(open ? summary_.open : summary_.ended);
    ++(row.number.empty() ? summary_.numbers_new : summary_.numbers_kept);
    if (!row.past.former_number.empty()) ++summary_.numbers_replaced;
    if (open) {
      for (const Projection::VisitDues& dues : derived.visits) {
        const Visit* visit = permit.find_visit(dues.visit);
        if (visit->open() && dues.due_at && (!view.step_due || *dues.due_at < *view.step_due)) {
          view.step = visit->step;
          view.step_due = dues.due_at;
        }
      }
      for (const Visit& visit : permit.visits)
        if (visit.open() && view.step.empty()) view.step = visit.step;
      view.legal_due = derived.legal_due_at;
      view.late =
          (view.step_due && *view.step_due < context.now) ||
          (derived.case_due_at && !permit.case_closed_at && *derived.case_due_at < context.now);
      view.at_legal_risk =
          derived.legal_risk_at && !permit.case_closed_at && *derived.legal_risk_at <= context.now;
    }
    view.case_due = derived.case_due_at;
    summary_.late += view.late ? 1 : 0;
    summary_.at_legal_risk += view.at_legal_risk ? 1 : 0;
    if (summary_.views.size() < ImportSummary::kViews) summary_.views.push_back(std::move(view));
  }

  void keep_faults(Faults faults) {
    for (Fault& one : faults) {
      if (summary_.faults.size() < ImportSummary::kFaults)
        summary_.faults.push_back(std::move(one));
      else
        ++summary_.more_faults;
    }
  }

  // What the database has already.
  pg::Awaitable<void> ask() {
    if (asked_.empty()) co_return;
    std::vector<std::string> numbers, ids;
    for (const Asked& one : asked_) {
      if (!one.number.empty()) numbers.push_back(one.number);
      if (!one.external_id.empty()) ids.push_back(one.external_id);
    }
    pg::Pipeline reads;
    const auto taken_numbers = store::add_taken_numbers(reads, numbers);
    const auto taken_ids = store::add_taken_external_ids(reads, ids);
    const pg::Results found = co_await call_.connection.run(std::move(reads));
    numbers = found[taken_numbers];
    ids = found[taken_ids];
    const auto is_in = [](const std::vector<std::string>& all, const std::string& one) {
      return !one.empty() && std::find(all.begin(), all.end(), one) != all.end();
    };
    Faults faults;
    const auto add = [&](const Asked& one, const Said& what) {
      faults.push_back({file_, static_cast<int>(one.line), 1, what.english, what.indonesian});
    };
    for (const Asked& one : asked_) {
      if (is_in(numbers, one.number)) add(one, say<RowFault::number_taken>(one.number));
      if (is_in(ids, one.external_id)) add(one, say<RowFault::external_id_taken>(one.external_id));
    }
    asked_.clear();
    keep_faults(std::move(faults));
  }

  DatabaseCall& call_;
  Office& office_;
  ImportRows rows_;
  Reading reading_;
  const std::string file_;  // its name
  ImportSummary summary_;
  Seen numbers_, external_ids_;
  std::vector<Asked> asked_;
};

}  // namespace

pg::Awaitable<ImportSummary> look_through(DatabaseCall& call, Office& office, std::string path) {
  Looking looking(call, office, path);
  co_return co_await looking.run();
}

pg::Awaitable<std::int64_t> bring_in(DatabaseCall& call, Office& office, std::string path,
                                     const ImportSummary& looked) {
  office::Importer importer(call.connection, office.rulebook);
  co_await importer.begin(looked.kept, looked.sops);
  if (digest_of(path) != looked.sha256)
    throw Refused("the file has changed while it was looked through: nothing was imported");
  ImportRows rows(path, office.rulebook);
  Progress progress(call.terminal, "files imported");
  std::int64_t done = 0;
  while (auto row = rows.next()) {
    Faults faults = rows.take_faults();
    if (row->good) {
      const PastFaults found = co_await importer.add(std::move(row->of));
      for (const PastFault& one : found) rows.fault(one.at, one.what);
      for (Fault& one : rows.take_faults()) faults.push_back(std::move(one));
    }
    if (!faults.empty())
      throw Refused("nothing was imported, people or rules have changed meanwhile: " +
                    faults.front().to_string());
    if (++done % 100 == 0) progress.show(done, looked.files);
  }
  progress.end();
  store::By who = by(call);
  std::string name = std::filesystem::path(path).filename().string();
  std::string digest = looked.sha256;
  co_return co_await importer.finish(std::move(who), std::move(name), std::move(digest));
}

}  // namespace tenggat::cli
