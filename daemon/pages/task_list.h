// "Tugas saya" as data: an officer's tasks with what stands behind them, narrowed and ordered as
// the address asks. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/pages/page_calls.h"
#include "daemon/store/forecasts.h"
#include "daemon/store/inbox.h"
#include "rules/permit/came_back.h"

namespace tenggat::pages {

// What the address asks for, so that a view is a link.
struct TaskQuery {
  store::DeskFilter filter;
  enum class Sort { due, received, name } sort = Sort::due;
  std::string pick;  // what is ticked: kPickAll, the id of a step, or nothing

  bool narrows() const { return filter != store::DeskFilter{} || sort != Sort::due; }
  std::string address() const;
  TaskQuery seen(store::DeskFilter::Seen what) const;
  TaskQuery at(const std::string& step) const;
  TaskQuery by(Sort order) const;
  TaskQuery picking(const std::string& what) const;
};
inline constexpr const char* kPickAll = "semua";
// What it does not know it does not ask for. `rulebook` knows the services.
TaskQuery read_task_query(const Request& request, const office::Rulebook& rulebook);
std::string_view words_of(store::DeskFilter::Seen seen);  // "Kembali dan jawaban"

struct TaskRow {
  http::Task task;
  const Sop* sop = nullptr;
  const Calendar* calendar = nullptr;
  Instant now{};
  std::vector<store::StoredNote> notes;  // of the permit
  const ActionRule* quick = nullptr;     // may be taken along with others
  bool claims = false, releases = false;
  bool others = false;  // it is with somebody else, who is on duty
  bool own = false;     // it is theirs: claimed, or given to them
  std::optional<CameBack> back;
  const Pause* answered = nullptr;  // the applicant's answer ended it
  const Pause* pause = nullptr;
  const Visit* refused = nullptr;  // who said that the application is to be refused
  std::optional<store::Forecast> forecast;
  bool case_late = false;  // by now; looked at where there is a forecast

  const Permit& permit() const { return task.stored->permit; }
  const Visit& visit() const { return *task.visit; }
  const Step& step() const { return sop->step(visit().step); }
  // It stands on top: what came back, an answer, a mended file.
  bool came() const { return (back || answered) && !others && !pause; }
  // Its case is likelier to miss its due than not, and has not yet.
  bool at_risk() const {
    return forecast && forecast->at_risk() && !permit().case_closed_at && !case_late;
  }
  // A refusal is looked at by itself, and what is another's is taken up on its own page.
  bool may_be_picked() const { return !refuses() && !others && (quick || claims || releases); }
  bool refuses() const { return permit().outcome == Outcome::refusal; }
  std::string path() const { return "/permohonan/" + std::to_string(permit().id); }
};

// Which offers of `notes` are of which permit.
using Notes = std::map<std::int64_t, std::vector<store::StoredNote>>;
Notes by_permit(const std::vector<store::StoredNote>& notes);

TaskRow task_row(const http::Task& task, const std::string& officer, const Notes& notes,
                 const office::Rulebook& rulebook, Instant now);
// What is said of the rows' permits.
void add_forecasts(std::vector<TaskRow>& rows, const std::vector<store::Forecast>& said);
bool is_seen(const TaskRow& row, const store::DeskFilter& filter);
// By due: what is late or due soon first, then what is at risk.
void put_in_order(std::vector<TaskRow>& rows, TaskQuery::Sort sort);

// An action that can be taken on many files at once: forward, in a step of minutes, nothing has to
// be handed in, written or chosen for it, it decides nothing, and what it goes on with is no
// refusal.
const ActionRule* quick_action(const std::vector<Offer>& offers, const Permit& permit,
                               const Visit& visit, const Sop& sop);

// "PAUD-2026-00001|verifikasi|3" but with the id: which permit, at which step, as it was seen.
struct Ticket {
  std::int64_t permit = 0;
  std::string step;
  std::int64_t version = 0;
};
std::string ticket_of(const Permit& permit, const std::string& step);
std::optional<Ticket> read_ticket(std::string_view text);

}  // namespace tenggat::pages
