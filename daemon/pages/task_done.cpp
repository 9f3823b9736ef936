#include "daemon/pages/task_done.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

// Between one and the next of a press. What was taken back since and done anew on its own page
// still has the key of the press: nobody is that quick.
constexpr std::chrono::seconds kAtOnce{15};

// Those of one press lie beside each other.
void group(std::vector<DoneTask>& done) {
  for (std::size_t i = 0; i < done.size(); ++i) {
    done[i].group = static_cast<std::int64_t>(i);
    if (i == 0 || done[i].press.empty() || done[i].press != done[i - 1].press) continue;
    if (*done[i - 1].visit->closed_at - *done[i].visit->closed_at <= kAtOnce)
      done[i].group = done[i - 1].group;
  }
}

std::string press_of(const DoneTask& task, const std::vector<store::Pressed>& presses) {
  for (const store::Pressed& one : presses)
    if (one.permit == task.permit().id && one.step == task.visit->step &&
        one.action == "act." + task.visit->action)
      return one.press;
  return {};
}

void read_rules(DoneTask& task, const office::Rulebook& rulebook) {
  task.sop = &rulebook.sop_version(task.permit().sop_version);
  task.calendar = &rulebook.calendar(task.sop->calendar);
}

// "6 menit dari standar 10 menit kerja"
std::string took(const DoneTask& task) {
  return fmt::format("{} dari standar {}",
                     span_words(task.visit->elapsed, *task.visit->standard, *task.calendar),
                     budget_words(*task.visit->standard));
}
std::string done_words(const DoneTask& task) {
  return action_done_words(sop_of(*task.visit, *task.sop), task.visit->step, task.visit->action);
}
std::string at(const DoneTask& task, Instant t) {
  return notify::clock_time(task.calendar->local(t));
}

Html one_done(const DoneTask& task, const People& people, Instant now) {
  const std::string value = undo_value({&task});
  const Html undo =
      task.undoable()
          ? html(
                "<p><button name=\"aksi\" value=\"{}\" aria-label=\"Batalkan {}\">Batalkan ({})"
                "</button></p>",
                value, task.permit().number, undo_until({&task}))
          : html("<p class=\"halus\">{}</p>", why_no_undo(task, people, now));
  return html(
      "<li><a href=\"/permohonan/{}\"><strong>{}</strong></a> <span class=\"halus\">· {}: {} {} · "
      "{}"
      "</span>{}</li>",
      task.permit().id, task.permit().subject, step_name(*task.visit, *task.sop), done_words(task),
      at(task, *task.visit->closed_at), took(task), undo);
}

// What was done at once is one thing to take back, and each of it another.
Html group_done(const std::vector<const DoneTask*>& tasks) {
  const DoneTask& first = *tasks.front();
  std::vector<const DoneTask*> undoable;
  Html each;
  for (const DoneTask* task : tasks) {
    Html undo;
    if (task->undoable()) {
      undoable.push_back(task);
      undo = html(
          " <button class=\"kecil\" name=\"aksi\" value=\"{}\" aria-label=\"Batalkan {}\">"
          "batalkan</button>",
          undo_value({task}), task->permit().number);
    }
    each += html("<li><a href=\"/permohonan/{}\">{}</a>{}</li>", task->permit().id,
                 task->permit().subject, undo);
  }
  Html all;
  if (undoable.size() > 1)
    all = html(
        "<p><button name=\"aksi\" value=\"{}\">Batalkan {} ({})</button></p>", undo_value(undoable),
        undoable.size() == 2 ? std::string("keduanya") : fmt::format("{} berkas", undoable.size()),
        undo_until(undoable));
  return html(
      "<li><strong>{} berkas sekaligus</strong><br><span class=\"halus\">{}: {} {}</span>{}"
      "<ul class=\"polos rapat\">{}</ul></li>",
      tasks.size(), step_name(*first.visit, *first.sop), done_words(first),
      at(first, *first.visit->closed_at), all, each);
}

}  // namespace

std::vector<DoneTask> done_since(const DoneSince& asked, const Reading& found,
                                 const office::Rulebook& rulebook) {
  std::vector<DoneTask> done;
  for (const auto& [id, stored] : found.permits)
    for (const Visit& visit : stored.permit.visits)
      if (visit.closed_at && !visit.undone && visit.closed_by == asked.officer && visit.standard &&
          *visit.closed_at > asked.since) {
        DoneTask task;
        task.stored = &stored;
        task.visit = &visit;
        task.press = press_of(task, asked.presses);
        done.push_back(std::move(task));
      }
  std::sort(done.begin(), done.end(), [](const DoneTask& a, const DoneTask& b) {
    return std::tie(*a.visit->closed_at, a.press, a.stored->permit.id, a.visit->id) >
           std::tie(*b.visit->closed_at, b.press, b.stored->permit.id, b.visit->id);
  });
  if (done.size() > asked.most) done.resize(asked.most);
  const Actor self{Actor::Kind::officer, asked.officer, ""};
  for (DoneTask& task : done) {
    read_rules(task, rulebook);
    const Permit& permit = task.permit();
    task.is_last = permit.last_action && permit.last_action->closed_visit == task.visit->id;
    if (task.is_last)
      task.undo = undo_offer(permit, self, rulebook.context(*task.sop, found.moment.now));
  }
  group(done);
  return done;
}

std::vector<DoneTask> done_at(const std::vector<store::DonePlace>& places, const Reading& found,
                              const office::Rulebook& rulebook) {
  std::vector<DoneTask> done;
  for (const store::DonePlace& place : places) {
    const auto stored = found.permits.find(place.permit);
    if (stored == found.permits.end()) continue;
    DoneTask task;
    task.stored = &stored->second;
    task.visit = stored->second.permit.find_visit(place.visit);
    if (!task.visit || !task.visit->closed_at || !task.visit->standard) continue;
    read_rules(task, rulebook);
    done.push_back(std::move(task));
  }
  return done;
}

std::string undo_value(const std::vector<const DoneTask*>& tasks) {
  std::string value(kUndo);
  for (const DoneTask* task : tasks)
    value += fmt::format("{}{}-{}-{}", value == kUndo ? "" : ",", task->permit().id,
                         task->visit->id, task->permit().version);
  return value;
}

std::vector<UndoTicket> read_undo(std::string_view value) {
  std::vector<UndoTicket> tickets;
  if (!value.starts_with(kUndo)) return tickets;
  value.remove_prefix(kUndo.size());
  while (!value.empty()) {
    const std::string_view one = value.substr(0, value.find(','));
    value.remove_prefix(std::min(value.size(), one.size() + 1));
    const std::size_t first = one.find('-'), last = one.rfind('-');
    if (first == std::string_view::npos || last == first) continue;
    const auto permit = http::parse_id(one.substr(0, first));
    const auto visit = http::parse_id(one.substr(first + 1, last - first - 1));
    const auto version = http::parse_id(one.substr(last + 1));
    if (permit && visit && version && *visit <= std::numeric_limits<int>::max())
      tickets.push_back({*permit, static_cast<int>(*visit), *version});
  }
  return tickets;
}

std::string undo_until(const std::vector<const DoneTask*>& tasks) {
  const DoneTask* first = tasks.front();
  for (const DoneTask* task : tasks)
    if (*task->undo.until < *first->undo.until) first = task;
  return "sampai " + at(*first, *first->undo.until);
}

std::string why_no_undo(const DoneTask& task, const People& people, Instant now) {
  const Permit& permit = task.permit();
  if (!task.is_last) {
    const Visit* after = nullptr;
    for (const Visit& visit : permit.visits)
      if (visit.id > task.visit->id && visit.closed_at && !visit.undone && !after) after = &visit;
    return after ? fmt::format(
                       "Tidak dapat dibatalkan: sesudahnya {}, {}.", step_name(*after, *task.sop),
                       action_done_words(sop_of(*after, *task.sop), after->step, after->action))
                 : std::string("Tidak dapat dibatalkan: berkas sudah berlanjut.");
  }
  const Refusal& why = *task.undo.why_not;
  if (why.why == Refused::next_visit_touched)
    for (const int id : permit.last_action->opened) {
      const Visit& opened = *permit.find_visit(id);
      if (opened.claimed_at && !opened.assignee.empty())
        return fmt::format("Tidak dapat dibatalkan: sudah diambil {} {}.",
                           officer_words(opened.assignee, people),
                           near_words(*task.calendar, *opened.claimed_at, now));
      if (permit.open_pause(id)) return "Tidak dapat dibatalkan: tahap berikutnya sedang dijeda.";
    }
  if (why.why == Refused::undo_window_over) return "Waktu untuk membatalkan sudah lewat.";
  return "Tidak dapat dibatalkan: " + refusal_words(why);
}

Html done_list(const std::vector<DoneTask>& done, const People& people, const FormKeys& keys,
               const std::string& address, Instant now) {
  if (done.empty()) return {};
  Html items;
  for (std::size_t i = 0; i < done.size();) {
    std::vector<const DoneTask*> together;
    for (; i < done.size() && (together.empty() || done[i].group == together.front()->group); ++i)
      together.push_back(&done[i]);
    items += together.size() == 1 ? one_done(*together.front(), people, now) : group_done(together);
  }
  return html(
      "<h2>Baru saja selesai</h2><form method=\"post\" action=\"{}\">{}<div class=\"kartu\">"
      "<ul class=\"polos\">{}</ul></div></form>",
      address, hidden_fields(keys), items);
}

Html done_days(const std::vector<DoneTask>& done) {
  Html days, items;
  std::string day;
  const auto end_day = [&] {
    if (!items.empty())
      days += html("<h2>{}</h2><div class=\"kartu\"><ul class=\"polos\">{}</ul></div>", day, items);
    items = Html();
  };
  for (const DoneTask& task : done) {
    const LocalTime local = task.calendar->local(*task.visit->closed_at);
    const std::string its_day = notify::weekday_name(local) + ", " + notify::date(local);
    if (its_day != day) end_day();
    day = its_day;
    items += html(
        "<li><a href=\"/permohonan/{}\"><strong>{}</strong></a> <span class=\"halus\">· "
        "{}</span><br>{}: {}<br><span class=\"halus\">pukul {} · {}{}</span></li>",
        task.permit().id, task.permit().subject, task.permit().number,
        step_name(*task.visit, *task.sop), done_words(task), at(task, *task.visit->closed_at),
        took(task), task.visit->verdict == Verdict::missed ? " · terlambat" : "");
  }
  end_day();
  return days;
}

}  // namespace tenggat::pages
