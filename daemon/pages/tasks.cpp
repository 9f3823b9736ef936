// "Tugas saya": what came back and why, what is most urgent, several at once where a step is a
// matter of minutes, what has just been done and how it is taken back, and "tidak masuk hari ini".
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "daemon/api/view.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/script.h"
#include "daemon/pages/task_desk.h"
#include "daemon/store/people.h"
#include "notifiers/utf8.h"
#include "rules/utf8.h"

namespace tenggat::pages {
namespace {

using Seen = store::DeskFilter::Seen;

constexpr std::chrono::hours kJustDone{1};
constexpr int kDoneShown = 20;
constexpr std::size_t kDoneListed = 50;
constexpr std::size_t kViewName = 40;
constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999

class TaskPages : public PageGroup {
 public:
  explicit TaskPages(const PageParts& parts)
      : PageGroup(parts), pool_(parts.pool), committer_(parts.committer) {}
  awaitable<Response> tasks(PageCall call);
  awaitable<Response> tasks_act(PageCall call);
  awaitable<Response> done(PageCall call);
  awaitable<Response> next_task(PageCall call);
  awaitable<Response> script(PageCall call);

 private:
  // Of what was asked for together: what was done, and why the rest was not.
  struct Together {
    std::vector<std::int64_t> done;
    std::string faults;
    int status = 422;
  };

  awaitable<Response> tasks_page(const PageCall& call, int status, std::string fault);
  // Their permits with what tells why they wait, and those that this officer has just been done
  // with; narrowed beyond what can be seen in them where `narrowed` says so.
  awaitable<void> read_desk(Desk& desk, bool narrowed);
  awaitable<Together> act_on_all(const PageCall& call, std::string action);
  awaitable<Together> undo_all(const PageCall& call, std::string value);
  awaitable<std::string> set_leave_today(const PageCall& call, bool away);
  awaitable<std::string> keep_view(const PageCall& call);
  awaitable<Response> attend(PageCall call, bool away);
  Instant midnight_of(Instant now) const {
    const Calendar& calendar = calendar_of(*rulebook_.sops_in_force().front());
    const LocalTime today = calendar.local(now);
    return calendar.midnight(today.year, today.month, today.day);
  }
  // Why a file may not be acted on along with others; nothing: it may.
  std::string refuse_bulk(const Reading& found, const Ticket& ticket, const std::string& officer,
                          const std::string& action);

  // Why what was done there may not be taken back.
  std::string refuse_undo(const Reading& found, const UndoTicket& ticket,
                          const std::string& officer);

  pg::Pool& pool_;
  office::Committer& committer_;
};

Asked asked_by(const PageCall& call, std::int64_t permit, std::string part) {
  Asked asked;
  asked.permit = permit;
  asked.actor = {Actor::Kind::officer, call.who->officer.id, ""};
  asked.token = call.who->principal.token;
  asked.part = std::move(part);
  return asked;
}

// "1775114400.12.3": where a page of what was done ends; nothing where it is no such place.
std::string written_place(const store::DonePlace& place) {
  return fmt::format("{}.{}.{}", place.at.time_since_epoch().count(), place.permit, place.visit);
}
std::optional<store::DonePlace> read_place(std::string_view text) {
  const std::size_t first = text.find('.'), last = text.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const auto at = http::parse_id(text.substr(0, first));
  const auto permit = http::parse_id(text.substr(first + 1, last - first - 1));
  const auto visit = http::parse_id(text.substr(last + 1));
  if (!at || !permit || !visit || *at > kLastSecond || *visit > std::numeric_limits<int>::max())
    return std::nullopt;
  return store::DonePlace{Instant{Seconds{*at}}, *permit, static_cast<int>(*visit)};
}

std::string number_of(const Reading& found, std::int64_t permit) {
  const auto stored = found.permits.find(permit);
  return stored == found.permits.end() ? "?" : stored->second.permit.number;
}

}  // namespace

bool away_on(const Officer& officer, const CivilDate& day) {
  return std::any_of(officer.leaves.begin(), officer.leaves.end(),
                     [&](const Leave& leave) { return leave.start <= day && day <= leave.end; });
}

awaitable<void> TaskPages::read_desk(Desk& desk, bool narrowed) {
  const SignedIn& who = desk.who();
  const http::InboxRoles roles = http::inbox_roles(who.officer.id, rulebook_, who.now);
  store::DeskQuery query{who.officer.id, roles.roles, desk.query.filter, kDeskOwn,
                         roles.sifted ? http::kInboxReach : kDeskShown + 1};
  if (!narrowed) query.filter = {desk.query.filter.sop, "", Seen::all};
  pg::Pipeline search;
  const store::Ids waiting = store::add_find_desk(search, query);
  const auto closed =
      store::add_find_done(search, {who.officer.id, who.now - kJustDone, std::nullopt, kDoneShown});
  const auto views = store::add_task_views(search, who.officer.id);
  const auto today = store::add_count_done(search, who.officer.id, midnight_of(who.now));
  auto searching = reader_.read({}, std::move(search));
  desk.found = co_await std::move(searching);
  desk.views = desk.found.results[views];
  desk.today = desk.found.results[today];
  std::vector<std::int64_t> ids = desk.found.results[waiting];
  const std::set<std::int64_t> wait(ids.begin(), ids.end());
  for (const store::DonePlace& place : std::vector<store::DonePlace>(desk.found.results[closed]))
    ids.push_back(place.permit);
  ids.insert(ids.end(), desk.did.permits.begin(), desk.did.permits.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.empty()) co_return;
  pg::Pipeline more;
  const auto reasons = store::add_reasons(more, ids);
  const auto presses = store::add_find_presses(more, who.officer.id, ids);
  const auto forecasts = store::add_forecasts(more, ids);
  auto loading = reader_.read(std::move(ids), std::move(more));
  desk.found = co_await std::move(loading);
  const Notes notes = by_permit(desk.found.results[reasons]);
  desk.presses = desk.found.results[presses];
  std::vector<TaskRow> rows;
  for (const http::Task& task :
       http::tasks_of(who.officer.id, desk.found.permits, rulebook_, desk.now()))
    // What they have just been done with may have gone on to another step of theirs.
    if (wait.count(task.stored->permit.id) > 0)
      rows.push_back(task_row(task, who.officer.id, notes, rulebook_, desk.now()));
  add_forecasts(rows, desk.found.results[forecasts]);
  if (narrowed) {
    desk.rows = std::move(rows);
    std::erase_if(desk.rows, [&](const TaskRow& row) { return !is_seen(row, desk.query.filter); });
    co_return;
  }
  std::erase_if(rows, [&](const TaskRow& row) {
    return !is_seen(row, {desk.query.filter.sop, "", Seen::all});
  });
  desk.all = std::move(rows);
}

awaitable<Response> TaskPages::tasks_page(const PageCall& call, int status, std::string fault) {
  Desk desk{call, rulebook_};
  desk.query = read_task_query(call.request, rulebook_);
  desk.did = read_did(call.request);
  auto reading = read_desk(desk, false);
  co_await std::move(reading);
  const DoneSince lately{call.who->officer.id, desk.now() - kJustDone,
                         std::max<std::size_t>(kDoneShown, desk.did.permits.size()), desk.presses};
  desk.done = done_since(lately, desk.found, rulebook_);
  desk.more = desk.all.size() > kDeskShown;
  const store::DeskFilter& filter = desk.query.filter;
  Reading before;  // what the tasks and what was done point into
  if (desk.more && (filter.seen != Seen::all || !filter.step.empty())) {
    before = std::move(desk.found);
    auto narrowing = read_desk(desk, true);
    co_await std::move(narrowing);
  } else {
    std::copy_if(desk.all.begin(), desk.all.end(), std::back_inserter(desk.rows),
                 [&](const TaskRow& row) { return is_seen(row, filter); });
  }
  put_in_order(desk.rows, desk.query.sort);
  Page page;
  const std::string count = fmt::format(
      "({}{})", desk.all.size() > kDeskShown ? kDeskShown : desk.all.size(), desk.more ? "+" : "");
  page.title = count + " Tugas saya";
  page.tasks = " " + count;
  page.office = signing_in_.office_name();
  page.visitor = &call.who->visitor;
  page.frame = Page::Frame::desk;
  page.body = desk_body(desk, fault);
  co_return page_response(status, page);
}

awaitable<Response> TaskPages::tasks(PageCall call) {
  auto showing = tasks_page(call, 200, "");
  co_return co_await std::move(showing);
}

awaitable<Response> TaskPages::script(PageCall) {
  Response response;
  response.content_type = "text/javascript; charset=utf-8";
  response.body = std::string(kTasksScript);
  response.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  response.headers.set("X-Content-Type-Options", "nosniff");
  co_return response;
}

// All that they have been done with, a page at a time.
awaitable<Response> TaskPages::done(PageCall call) {
  store::DoneQuery query{call.who->officer.id, std::nullopt, std::nullopt, kDoneListed + 1};
  query.before = read_place(call.request.query.get("sebelum").value_or(""));
  pg::Pipeline searching;
  const auto places = store::add_find_done(searching, query);
  auto looking = reader_.read({}, std::move(searching));
  const Reading first = co_await std::move(looking);
  std::vector<store::DonePlace> shown = first.results[places];
  const bool more = shown.size() > kDoneListed;
  if (more) shown.resize(kDoneListed);
  Reading found;
  if (!shown.empty()) {
    std::vector<std::int64_t> ids;
    for (const store::DonePlace& place : shown) ids.push_back(place.permit);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    auto loading = reader_.read(std::move(ids), {});
    found = co_await std::move(loading);
  }
  const Html days = done_days(done_at(shown, found, rulebook_));
  Html body = html(
      "<p><a class=\"sentuh\" href=\"/tugas\">Tugas saya</a></p><h1>Yang sudah saya "
      "selesaikan</h1><p class=\"halus\">Yang terbaru di atas.</p>{}{}",
      days.empty() ? html("<div class=\"kartu\"><p>{}</p></div>",
                          query.before ? "Tidak ada yang lebih lama."
                                       : "Belum ada tahap yang Anda selesaikan.")
                   : days,
      more ? html("<p><a class=\"tombol\" href=\"/tugas/selesai?sebelum={}\">Yang lebih "
                  "lama</a></p>",
                  written_place(shown.back()))
           : Html());
  co_return page(200, call, "Yang sudah saya selesaikan", std::move(body));
}

// Whoever has been done with one permit goes on to the next: what came back first, then the most
// urgent.
awaitable<Response> TaskPages::next_task(PageCall call) {
  Desk desk{call, rulebook_};
  auto reading = read_desk(desk, false);
  co_await std::move(reading);
  const auto just = http::parse_id(call.request.query.get("sesudah").value_or(""));
  const TaskRow* next = nullptr;
  for (const TaskRow& row : desk.all) {
    if (row.others || row.pause || row.permit().id == just) continue;
    if (!next || (row.came() && !next->came())) next = &row;
  }
  co_return see_other(next ? next->path() : "/tugas");
}

// Away for the rest of the day. What this officer had claimed is given back by the leave itself
// (Watch), so that nobody else waits for it.
awaitable<std::string> TaskPages::set_leave_today(const PageCall& call, bool away) {
  const SignedIn& who = *call.who;
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const CivilDate today = rulebook_.context(*sops.front(), who.now).today();
  const bool was_away = away_on(who.officer, today);
  if (away && !was_away) {
    auto acquiring = pool_.acquire();
    pg::Pool::Lease lease = co_await std::move(acquiring);
    Leave leave{today, today};
    auto adding = store::add_leave(*lease, by(call), who.officer.id, std::move(leave));
    co_await std::move(adding);
  }
  if (!away && was_away) {
    const bool only_today =
        std::any_of(who.officer.leaves.begin(), who.officer.leaves.end(),
                    [&](const Leave& leave) { return leave.start == today && leave.end == today; });
    if (!only_today)
      co_return "Cuti Anda mencakup lebih dari hari ini; hubungi pengelola untuk mengubahnya.";
    auto acquiring = pool_.acquire();
    pg::Pool::Lease lease = co_await std::move(acquiring);
    auto cancelling = store::cancel_leave(*lease, by(call), who.officer.id, today);
    co_await std::move(cancelling);
  }
  co_return "";
}

awaitable<Response> TaskPages::attend(PageCall call, bool away) {
  auto setting = set_leave_today(call, away);
  const std::string fault = co_await std::move(setting);
  if (fault.empty())
    co_return see_other(read_task_query(call.request, rulebook_).picking("").address());
  auto showing = tasks_page(call, 409, fault);
  co_return co_await std::move(showing);
}

// The view that the address shows is kept under a name, or no longer.
awaitable<std::string> TaskPages::keep_view(const PageCall& call) {
  const std::string action = call.form.text("aksi");
  const std::string& officer = call.who->officer.id;
  store::TaskView view{notify::one_line(call.form.text("nama")),
                       read_task_query(call.request, rulebook_).picking("").address()};
  const bool drops = action.starts_with("hapus.");
  if (!drops && (view.name.empty() || notify::characters(view.name) > kViewName))
    co_return "Beri nama tampilan ini, paling banyak 40 huruf.";
  if (!drops && has_hidden_character(view.name)) co_return std::string(kHiddenCharacter);
  pg::Pipeline writes;
  std::optional<pg::Slot<std::vector<std::string>>> kept;
  if (drops)
    store::add_drop_task_view(writes, officer, action.substr(6));
  else
    kept = store::add_keep_task_view(writes, officer, view);
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto running = lease->run(std::move(writes));
  const pg::Results results = co_await std::move(running);
  if (kept && results[*kept].empty())
    co_return fmt::format("Paling banyak {} tampilan disimpan; hapus salah satu lebih dahulu.",
                          store::kTaskViewsMost);
  co_return "";
}

std::string TaskPages::refuse_bulk(const Reading& found, const Ticket& ticket,
                                   const std::string& officer, const std::string& action) {
  const auto stored = found.permits.find(ticket.permit);
  const Visit* visit =
      stored == found.permits.end() ? nullptr : stored->second.permit.open_visit(ticket.step);
  if (!visit) return "";  // the action itself is refused, with its reason
  const Sop& sop = rulebook_.sop_version(stored->second.permit.sop_version);
  const std::vector<Offer> offered =
      http::offers_of({&stored->second, visit, {}}, officer, rulebook_, found.moment.now);
  const auto acts = offers_at(offered, visit->id, Offer::What::act);
  if (std::none_of(acts.begin(), acts.end(),
                   [&](const Offer* offer) { return offer->action->id == action; }))
    return "";
  const ActionRule* quick = quick_action(offered, stored->second.permit, *visit, sop);
  if (quick && quick->id == action) return "";
  return fmt::format("{}: diputuskan satu per satu; buka berkasnya. ",
                     stored->second.permit.number);
}

awaitable<TaskPages::Together> TaskPages::act_on_all(const PageCall& call, std::string action) {
  Together together;
  std::vector<Ticket> tickets;
  std::vector<std::int64_t> ids;
  for (const std::string& text : call.form.texts("tugas"))
    if (const auto ticket = read_ticket(text); ticket && tickets.size() < kBulkMost) {
      tickets.push_back(*ticket);
      ids.push_back(ticket->permit);
    }
  if (tickets.empty()) co_return together;
  auto reading = reader_.read(std::move(ids), {});
  const Reading found = co_await std::move(reading);
  for (const Ticket& ticket : tickets) {
    call.request.trace->note_permit(ticket.permit);
    Asked asked =
        asked_by(call, ticket.permit, store::press_part(ticket.permit, ticket.step, action));
    if (action == "claim") {
      asked.command = Claim{ticket.step};
    } else if (action == "release") {
      asked.command = Release{ticket.step, ""};
    } else {
      Act act;
      act.step = ticket.step;
      act.action = action.substr(4);
      act.version = ticket.version;
      const std::string refused = refuse_bulk(found, ticket, call.who->officer.id, act.action);
      together.faults += refused;
      if (!refused.empty()) continue;
      asked.command = std::move(act);
    }
    auto submitting = submit(committer_, call, std::move(asked));
    const Outcomes outcome = co_await std::move(submitting);
    if (outcome.done) {
      together.done.push_back(ticket.permit);
      continue;
    }
    together.status = outcome.status;
    together.faults += fmt::format("{}: {} ", number_of(found, ticket.permit), outcome.words);
  }
  co_return together;
}

// As they were when the page was made: what has gone on since is somebody's work. What has been
// taken back already, by the same press sent twice, is done.
std::string TaskPages::refuse_undo(const Reading& found, const UndoTicket& ticket,
                                   const std::string& officer) {
  constexpr const char* kChanged =
      "Tidak dapat dibatalkan: berkas sudah berubah sejak halaman ini dibuka.";
  const auto stored = found.permits.find(ticket.permit);
  if (stored == found.permits.end()) return kChanged;
  const Permit& permit = stored->second.permit;
  if (permit.version != ticket.version) return kChanged;
  Reading alone;
  alone.moment = found.moment;
  alone.permits.emplace(ticket.permit, stored->second);
  for (const DoneTask& task : done_since({officer, Instant{}, kBulkMost}, alone, rulebook_))
    if (task.visit->id == ticket.visit)
      return task.undoable() ? "" : why_no_undo(task, rulebook_.people(), found.moment.now);
  return kChanged;
}

awaitable<TaskPages::Together> TaskPages::undo_all(const PageCall& call, std::string value) {
  Together together;
  std::vector<UndoTicket> tickets = read_undo(value);
  if (tickets.size() > kBulkMost) tickets.resize(kBulkMost);
  std::vector<std::int64_t> ids;
  for (const UndoTicket& ticket : tickets) ids.push_back(ticket.permit);
  if (ids.empty()) co_return together;
  auto reading = reader_.read(std::move(ids), {});
  const Reading found = co_await std::move(reading);
  for (const UndoTicket& ticket : tickets) {
    call.request.trace->note_permit(ticket.permit);
    const auto stored = found.permits.find(ticket.permit);
    const Visit* visit =
        stored == found.permits.end() ? nullptr : stored->second.permit.find_visit(ticket.visit);
    if (visit && visit->open()) {
      together.done.push_back(ticket.permit);
      continue;
    }
    std::string refused = refuse_undo(found, ticket, call.who->officer.id);
    if (!refused.empty()) together.status = 409;
    if (refused.empty()) {
      Asked asked = asked_by(call, ticket.permit, fmt::format(" undo {}", ticket.permit));
      asked.command = Undo{};
      auto submitting = submit(committer_, call, std::move(asked));
      const Outcomes outcome = co_await std::move(submitting);
      if (outcome.done) together.done.push_back(ticket.permit);
      if (!outcome.done) refused = outcome.words;
      if (!outcome.done) together.status = outcome.status;
    }
    if (!refused.empty())
      together.faults += fmt::format("{}: {} ", number_of(found, ticket.permit), refused);
  }
  co_return together;
}

awaitable<Response> TaskPages::tasks_act(PageCall call) {
  if (call.look) {
    auto showing = tasks_page(call, call.look_status(), call.why);
    co_return co_await std::move(showing);
  }
  const std::string action = call.form.text("aksi");
  if (action == "cuti" || action == "masuk") {
    auto attending = attend(std::move(call), action == "cuti");
    co_return co_await std::move(attending);
  }
  const std::string address = read_task_query(call.request, rulebook_).picking("").address();
  if (action == "simpan" || action.starts_with("hapus.")) {
    auto keeping = keep_view(call);
    const std::string fault = co_await std::move(keeping);
    if (fault.empty()) co_return see_other(action == "simpan" ? address : "/tugas");
    auto showing = tasks_page(call, 422, fault);
    co_return co_await std::move(showing);
  }
  Together together;
  const bool undoes = action.starts_with(kUndo);
  if (undoes) {
    auto undoing = undo_all(call, action);
    together = co_await std::move(undoing);
  } else if (action == "claim" || action == "release" || action.starts_with("act.")) {
    auto acting = act_on_all(call, action);
    together = co_await std::move(acting);
  }
  if (together.faults.empty() && !together.done.empty())
    co_return see_other(did_address(address, {undoes ? "undo" : action, together.done}));
  if (together.faults.empty()) together.faults = "Pilih dahulu berkas yang hendak dikerjakan.";
  if (!together.done.empty())
    together.faults = fmt::format("{} berkas berhasil. {}", together.done.size(), together.faults);
  auto showing = tasks_page(call, together.status, together.faults);
  co_return co_await std::move(showing);
}

std::vector<PageRoute> task_pages(const PageParts* parts) {
  static constexpr http::RowOf<TaskPages, PageCall> kRows[] = {
      {"GET", "/tugas", "page_tasks", Who::officer, In::none, Out::counted, &TaskPages::tasks},
      {"POST", "/tugas", "page_tasks_act", Who::officer, In::whole, Out::counted,
       &TaskPages::tasks_act},
      {"GET", "/tugas/selesai", "page_tasks_done", Who::officer, In::none, Out::counted,
       &TaskPages::done},
      {"GET", "/tugas/berikutnya", "page_next_task", Who::officer, In::none, Out::counted,
       &TaskPages::next_task},
      {"GET", "/tugas.js", "page_tasks_script", Who::anyone, In::none, Out::small,
       &TaskPages::script},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
