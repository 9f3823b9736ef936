#include "daemon/pages/task_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "rules/permit/ledger.h"

namespace tenggat::pages {
namespace {

using Seen = store::DeskFilter::Seen;
using Sort = TaskQuery::Sort;

struct SeenWord {
  Seen seen;
  const char* in_address;
  const char* words;
};
constexpr std::array<SeenWord, 7> kSeen{{{Seen::all, "", "Semua"},
                                         {Seen::back, "kembali", "Kembali dan jawaban"},
                                         {Seen::late, "terlambat", "Terlambat"},
                                         {Seen::risk, "berisiko", "Berisiko terlambat"},
                                         {Seen::refusal, "menolak", "Menolak"},
                                         {Seen::obstacle, "kendala", "Kendala"},
                                         {Seen::paused, "dijeda", "Dijeda"}}};

const char* word_of(Sort sort) {
  return sort == Sort::received ? "diterima" : sort == Sort::name ? "nama" : "";
}

bool is_word(std::string_view text) {
  return text.size() <= 60 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

// It ends the permit, or the case: the decision itself.
bool decides(const ActionRule& action, const Step& step, const Sop& sop) {
  return action.ends_permit() || std::find(sop.case_ends.begin(), sop.case_ends.end(),
                                           Trigger{step.id, action.id}) != sop.case_ends.end();
}

// The applicant has answered what the visit stood for: by a document, or by words.
const Pause* answered_pause(const TaskRow& row, const People& people) {
  const Pause* last = nullptr;
  for (const Pause& pause : row.permit().pauses)
    if (pause.visit == row.visit().id) last = &pause;
  if (!last || !last->to) return nullptr;
  const PauseReason* reason = rule_of(*last, *row.sop);
  if (!reason || !reason->tells_applicant) return nullptr;
  for (const Document& document : row.permit().documents)
    if (document.visit == row.visit().id && document.added_at >= last->from &&
        row.sop->is_applicant(document.role))
      return last;
  // What was asked stands before what was answered.
  bool asked = false, answered = false;
  for (const store::StoredNote& note : row.notes) {
    if (note.visit != row.visit().id) continue;
    if (note.kind == "pause") asked = true, answered = false;
    if (note.kind == "note" && asked && !people.find(note.by)) answered = true;
  }
  return answered ? last : nullptr;
}

bool stands(const std::vector<Offer>& offers, const Visit& visit, Offer::What what) {
  const auto offered = offers_at(offers, visit.id, what);
  return !offered.empty() && !offered.front()->is_so_already;
}

}  // namespace

std::string_view words_of(Seen seen) { return kSeen[static_cast<std::size_t>(seen)].words; }

std::string TaskQuery::address() const {
  std::string all;
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) all += fmt::format("{}{}={}", all.empty() ? '?' : '&', name, value);
  };
  add("sop", filter.sop);
  add("tahap", filter.step);
  add("tampilan", kSeen[static_cast<std::size_t>(filter.seen)].in_address);
  add("urut", word_of(sort));
  add("pilih", pick);
  return "/tugas" + all;
}

TaskQuery TaskQuery::seen(Seen what) const {
  TaskQuery other = picking("");
  other.filter.seen = what;
  if (what == Seen::all) other.filter.step.clear();
  return other;
}
TaskQuery TaskQuery::at(const std::string& step) const {
  TaskQuery other = picking("");
  other.filter.step = step;
  return other;
}
TaskQuery TaskQuery::by(Sort order) const {
  TaskQuery other = *this;
  other.sort = order;
  return other;
}
TaskQuery TaskQuery::picking(const std::string& what) const {
  TaskQuery other = *this;
  other.pick = what;
  return other;
}

TaskQuery read_task_query(const Request& request, const office::Rulebook& rulebook) {
  const auto asked = [&](const char* name) {
    std::string value(request.query.get(name).value_or(""));
    return is_word(value) ? value : std::string();
  };
  TaskQuery query;
  query.filter.sop = asked("sop");
  if (!rulebook.sop_in_force(query.filter.sop)) query.filter.sop.clear();
  query.filter.step = asked("tahap");
  for (const SeenWord& one : kSeen)
    if (one.in_address == asked("tampilan")) query.filter.seen = one.seen;
  for (const Sort sort : {Sort::received, Sort::name})
    if (word_of(sort) == asked("urut")) query.sort = sort;
  query.pick = asked("pilih");
  return query;
}

Notes by_permit(const std::vector<store::StoredNote>& notes) {
  Notes all;
  for (const store::StoredNote& note : notes) all[note.permit].push_back(note);
  return all;
}

TaskRow task_row(const http::Task& task, const std::string& officer, const Notes& notes,
                 const office::Rulebook& rulebook, Instant now) {
  TaskRow row;
  row.task = task;
  row.sop = &rulebook.sop_version(row.permit().sop_version);
  row.calendar = &rulebook.calendar(row.sop->calendar);
  row.now = std::max(now, row.permit().changed_at);
  if (const auto found = notes.find(row.permit().id); found != notes.end())
    row.notes = found->second;
  const std::vector<Offer> offers = http::offers_of(task, officer, rulebook, now);
  row.quick = quick_action(offers, row.permit(), row.visit(), *row.sop);
  row.claims = stands(offers, row.visit(), Offer::What::claim);
  row.releases = stands(offers, row.visit(), Offer::What::release);
  const Officer* holder = holder_on_duty(row.visit(), *row.sop, rulebook.people(),
                                         rulebook.context(*row.sop, row.now).today());
  row.own = row.visit().assignee == officer;
  row.others = holder && !row.own;
  row.pause = row.permit().open_pause(row.visit().id);
  row.back = came_back(row.permit(), row.visit(), *row.sop);
  row.answered = answered_pause(row, rulebook.people());
  row.refused = refusing_visit(row.permit(), *row.sop);
  return row;
}

bool is_seen(const TaskRow& row, const store::DeskFilter& filter) {
  if (!filter.sop.empty() && row.permit().sop != filter.sop) return false;
  if (!filter.step.empty() && row.visit().step != filter.step) return false;
  switch (filter.seen) {
    case Seen::back:
      return row.came();
    case Seen::late:
      return row.task.sla.status == SlaStatus::overdue;
    case Seen::risk:
      return row.at_risk();
    case Seen::refusal:
      return row.refuses();
    case Seen::obstacle:
      return row.visit().acknowledged.has_value();
    case Seen::paused:
      return row.pause != nullptr;
    case Seen::all:
      break;
  }
  return true;
}

void add_forecasts(std::vector<TaskRow>& rows, const std::vector<store::Forecast>& said) {
  for (TaskRow& row : rows)
    for (const store::Forecast& one : said) {
      if (one.permit != row.permit().id) continue;
      row.forecast = one;
      row.case_late =
          case_sla(row.permit(), *row.sop, *row.calendar, row.now).status == SlaStatus::overdue;
    }
}

void put_in_order(std::vector<TaskRow>& rows, Sort sort) {
  const auto urgency = [](const TaskRow& row) {
    const bool pressing =
        row.task.sla.status == SlaStatus::overdue || row.task.sla.status == SlaStatus::due_soon;
    return pressing ? 0 : row.at_risk() ? 1 : 2;
  };
  if (sort == Sort::due)
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const TaskRow& a, const TaskRow& b) { return urgency(a) < urgency(b); });
  if (sort == Sort::received)
    std::stable_sort(rows.begin(), rows.end(), [](const TaskRow& a, const TaskRow& b) {
      return a.visit().opened_at < b.visit().opened_at;
    });
  if (sort == Sort::name)
    std::stable_sort(rows.begin(), rows.end(), [](const TaskRow& a, const TaskRow& b) {
      return a.permit().subject < b.permit().subject;
    });
}

const ActionRule* quick_action(const std::vector<Offer>& offers, const Permit& permit,
                               const Visit& visit, const Sop& sop) {
  const Step& step = sop.step(visit.step);
  if (step.standard.days > 0 || step.standard.hours > 0 || permit.outcome == Outcome::refusal)
    return nullptr;
  for (const Offer* offer : offers_at(offers, visit.id, Offer::What::act)) {
    const ActionRule& action = *offer->action;
    const Wanted& wanted = offer->wanted;
    if (!action.backward && !action.cancels_branches && wanted.files.empty() && !wanted.outcome &&
        wanted.branches.empty() && wanted.fields.empty() && wanted.requirements.empty() &&
        wanted.note == ActionRule::Note::optional && !decides(action, step, sop))
      return &action;
  }
  return nullptr;
}

std::string ticket_of(const Permit& permit, const std::string& step) {
  return fmt::format("{}|{}|{}", permit.id, step, permit.version);
}

std::optional<Ticket> read_ticket(std::string_view text) {
  const auto first = text.find('|'), last = text.rfind('|');
  if (first == std::string_view::npos || last == first) return std::nullopt;
  const auto permit = http::parse_id(text.substr(0, first));
  const auto version = http::parse_id(text.substr(last + 1));
  if (!permit || !version) return std::nullopt;
  return Ticket{*permit, std::string(text.substr(first + 1, last - first - 1)), *version};
}

}  // namespace tenggat::pages
