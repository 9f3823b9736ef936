// "Tugas saya": what is most urgent, several at once where a step is a matter of minutes, and
// "tidak masuk hari ini".
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "daemon/api/view.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/task_item.h"
#include "daemon/pages/words.h"
#include "daemon/store/inbox.h"
#include "daemon/store/people.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kShown = 50;
constexpr std::chrono::hours kJustDone{1};
constexpr int kDoneShown = 5;

// It ends the permit, or the case: the decision itself.
bool decides(const ActionRule& action, const Step& step, const Sop& sop) {
  return action.ends_permit() || std::find(sop.case_ends.begin(), sop.case_ends.end(),
                                           Trigger{step.id, action.id}) != sop.case_ends.end();
}

// An action that can be taken on many files at once: forward, in a step of minutes, nothing has to
// be handed in, written or chosen for it, and it decides nothing.
const ActionRule* quick_action(const std::vector<Offer>& offers, const Permit& permit,
                               const Visit& visit, const Sop& sop) {
  const Step& step = sop.step(visit.step);
  if (step.standard.days > 0 || step.standard.hours > 0 || is_refusal_draft(permit, step))
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

bool changes_by(const std::vector<Offer>& offers, const Visit& visit, Offer::What what) {
  const auto offered = offers_at(offers, visit.id, what);
  return !offered.empty() && !offered.front()->is_so_already;
}

struct Ticket {
  std::int64_t permit = 0;
  std::string step;
  std::int64_t version = 0;
};
std::optional<Ticket> read_ticket(std::string_view text) {
  const auto first = text.find('|'), last = text.rfind('|');
  if (first == std::string_view::npos || last == first) return std::nullopt;
  const auto permit = http::parse_id(text.substr(0, first));
  const auto version = http::parse_id(text.substr(last + 1));
  if (!permit || !version) return std::nullopt;
  return Ticket{*permit, std::string(text.substr(first + 1, last - first - 1)), *version};
}

// "PAUD Mawar · Penyusunan SK: draf dikirim 10.02 · 6 menit dari standar 10 menit kerja", the
// latest first; nothing where there is none.
Html just_done(const SignedIn& who, const Reading& found, const office::Rulebook& rulebook) {
  struct Done {
    const Permit* permit;
    const Visit* visit;
  };
  std::vector<Done> done;
  for (const auto& [id, stored] : found.permits)
    for (const Visit& visit : stored.permit.visits)
      if (visit.closed_at && !visit.undone && visit.closed_by == who.officer.id && visit.standard &&
          *visit.closed_at > found.moment.now - kJustDone)
        done.push_back({&stored.permit, &visit});
  std::sort(done.begin(), done.end(), [](const Done& a, const Done& b) {
    return std::tie(*a.visit->closed_at, a.permit->id, a.visit->id) >
           std::tie(*b.visit->closed_at, b.permit->id, b.visit->id);
  });
  if (done.size() > kDoneShown) done.resize(kDoneShown);
  Html items;
  for (const auto& [permit, visit] : done) {
    const Sop& sop = rulebook.sop_version(permit->sop_version);
    const Calendar& calendar = rulebook.calendar(sop.calendar);
    items += html(
        "<li><a href=\"/permohonan/{}\">{}</a> <span class=\"halus\">· {}: {} {} · {} dari standar "
        "{}</span></li>",
        permit->id, permit->subject, step_name(*visit, sop),
        action_done_words(sop_of(*visit, sop), visit->step, visit->action),
        notify::clock_time(calendar.local(*visit->closed_at)),
        span_words(visit->elapsed, *visit->standard, calendar), budget_words(*visit->standard));
  }
  return items.empty() ? Html()
                       : html("<h2>Baru saja selesai</h2><ul class=\"polos\">{}</ul>", items);
}

Html leave_form(const FormKeys& keys, const std::string& address, bool away) {
  return html(
      "<form method=\"post\" action=\"{}\">{}<button name=\"aksi\" "
      "value=\"{}\">{}</button></form>",
      address, hidden_fields(keys), away ? "masuk" : "cuti",
      away ? "Saya masuk hari ini" : "Tidak masuk hari ini");
}

// Services with a step that may be this officer's today.
std::vector<const Sop*> services_of(const http::InboxRoles& inbox,
                                    const office::Rulebook& rulebook) {
  std::vector<const Sop*> services = rulebook.sops_in_force();
  std::erase_if(services, [&](const Sop* sop) {
    return std::none_of(sop->steps.begin(), sop->steps.end(), [&](const Step& step) {
      return std::find(inbox.roles.begin(), inbox.roles.end(), step.role) != inbox.roles.end();
    });
  });
  return services;
}

// Of one service alone; nothing where there is but one to choose.
Html service_filter(const std::vector<const Sop*>& services, std::string_view chosen) {
  if (services.size() < 2) return {};
  return html(
      "<form method=\"get\" action=\"/tugas\" class=\"sebaris\"><label "
      "for=\"sop\">Layanan</label>{}"
      "<button>Tampilkan</button></form>",
      service_choice(services, chosen, "Semua layanan"));
}

// What came of what was done, and that this officer is away.
Html notice_of(const PageCall& call, const std::string& fault, bool away) {
  Html notice;
  if (!fault.empty())
    notice = message(fault, true);
  else if (const auto done = call.request.query.get("berhasil"))
    if (const auto count = http::parse_id(*done))
      notice = message(fmt::format("{} berkas selesai dikerjakan.", *count));
  if (away)
    notice += message(
        "Anda tercatat tidak masuk hari ini. Tugas baru dialihkan kepada petugas pengganti.");
  return notice;
}

// Where the page stands, with what it is narrowed to.
std::string address_of(const std::string& sop) {
  return sop.empty() ? "/tugas" : "/tugas?sop=" + sop;
}

class TaskPages : public PageGroup {
 public:
  explicit TaskPages(const PageParts& parts)
      : PageGroup(parts), pool_(parts.pool), committer_(parts.committer) {}
  awaitable<Response> tasks(PageCall call);
  awaitable<Response> tasks_act(PageCall call);

 private:
  awaitable<Response> tasks_page(const PageCall& call, int status, std::string fault);
  // Why a file may not be acted on along with others; nothing: it may.
  awaitable<std::string> refuse_bulk(std::string officer, std::int64_t permit, std::string step,
                                     std::string action);
  awaitable<std::string> set_leave_today(const PageCall& call, bool away);
  // `found` holds their permits and those that this officer has just been done with. Tasks of that
  // service alone, where one is given.
  awaitable<std::vector<http::Task>> tasks_of(const SignedIn& who, std::string sop, Reading& found);
  std::string chosen_sop(const PageCall& call) const;

  pg::Pool& pool_;
  office::Committer& committer_;
};

}  // namespace

bool away_on(const Officer& officer, const CivilDate& day) {
  return std::any_of(officer.leaves.begin(), officer.leaves.end(),
                     [&](const Leave& leave) { return leave.start <= day && day <= leave.end; });
}

// What the address names, where it is a service that the page offers.
std::string TaskPages::chosen_sop(const PageCall& call) const {
  const std::string sop(call.request.query.get("sop").value_or(""));
  return rulebook_.sop_in_force(sop) ? sop : "";
}

awaitable<std::vector<http::Task>> TaskPages::tasks_of(const SignedIn& who, std::string sop,
                                                       Reading& found) {
  const http::InboxRoles roles = http::inbox_roles(who.officer.id, rulebook_, who.now);
  std::vector<http::Task> tasks;
  if (roles.roles.empty()) co_return tasks;
  pg::Pipeline search;
  const int reach = roles.sifted ? http::kInboxReach : static_cast<int>(kShown) + 1;
  const store::Ids waiting = sop.empty()
                                 ? store::add_find_tasks(search, roles.roles, reach)
                                 : store::add_find_tasks_of(search, roles.roles, sop, reach);
  const store::Ids closed =
      store::add_find_done(search, "officer:" + who.officer.id, who.now - kJustDone, kDoneShown);
  auto searching = reader_.read({}, std::move(search));
  found = co_await std::move(searching);
  std::vector<std::int64_t> ids = found.results[waiting];
  const std::vector<std::int64_t> done = found.results[closed];
  ids.insert(ids.end(), done.begin(), done.end());
  if (ids.empty()) co_return tasks;
  auto loading = reader_.read(std::move(ids), {});
  found = co_await std::move(loading);
  tasks = http::tasks_of(who.officer.id, found.permits, rulebook_, found.moment.now);
  // What they have just been done with may have gone on to another step of theirs.
  if (!sop.empty())
    std::erase_if(tasks, [&](const http::Task& task) { return task.stored->permit.sop != sop; });
  co_return tasks;
}

awaitable<Response> TaskPages::tasks_page(const PageCall& call, int status, std::string fault) {
  const SignedIn& who = *call.who;
  const std::string sop_shown = chosen_sop(call);
  const std::string address = address_of(sop_shown);
  Reading found;
  auto finding = tasks_of(who, sop_shown, found);
  const std::vector<http::Task> tasks = co_await std::move(finding);
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const Context context = rulebook_.context(*sops.front(), who.now);
  const FormKeys keys = new_form_keys(who.visitor.csrf);

  Html items, buttons;
  std::size_t late = 0, shown = 0;
  std::set<std::string> quick;
  bool claims = false, releases = false;
  for (const http::Task& task : tasks) {
    const Permit& permit = task.stored->permit;
    const Sop& sop = rulebook_.sop_version(permit.sop_version);
    const Calendar& calendar = calendar_of(sop);
    const Instant now = std::max(found.moment.now, permit.changed_at);
    if (task.sla.status == SlaStatus::overdue) ++late;
    if (shown == kShown) continue;
    ++shown;
    items += task_item(task, sop, calendar, context.people, now, call.form);
    const std::vector<Offer> offered =
        http::offers_of(task, who.officer.id, rulebook_, found.moment.now);
    claims = claims || changes_by(offered, *task.visit, Offer::What::claim);
    releases = releases || changes_by(offered, *task.visit, Offer::What::release);
    const ActionRule* action = quick_action(offered, permit, *task.visit, sop);
    if (action && quick.insert(action->id).second)
      buttons +=
          html("<button class=\"utama\" name=\"aksi\" value=\"act.{}\">{} yang dipilih</button>",
               action->id, action_words(sop, task.visit->step, action->id));
  }
  if (claims) buttons += html("<button name=\"aksi\" value=\"claim\">Ambil yang dipilih</button>");
  if (releases)
    buttons += html("<button name=\"aksi\" value=\"release\">Lepaskan yang dipilih</button>");
  const bool away = away_on(who.officer, context.today());
  const Html list =
      tasks.empty()
          ? html("<div class=\"kartu\"><p>Tidak ada berkas {}yang menunggu Anda.</p></div>",
                 sop_shown.empty() ? "" : "layanan ini ")
          : html(
                "<form method=\"post\" action=\"{}\">{}<div class=\"kartu\">"
                "<ul class=\"polos tugas\">{}</ul></div>"
                "<div class=\"sebaris\" role=\"group\" aria-label=\"Untuk berkas yang dipilih\">{}"
                "</div></form>",
                address, hidden_fields(keys), items, buttons);
  const Html more = tasks.size() > shown
                        ? html("<p class=\"halus\">Ditampilkan {} yang paling mendesak.</p>", shown)
                        : Html();
  const LocalTime local = context.calendar.local(who.now);
  Html body = html(
      "<h1>Tugas saya</h1><p class=\"halus\">{} berkas menunggu Anda · {} terlambat · pukul {} "
      "{}</p>"
      "{}{}{}{}{}<h2>Kehadiran</h2>{}",
      tasks.size() > kShown ? fmt::format("lebih dari {}", kShown) : std::to_string(tasks.size()),
      late, notify::clock_time(local), local.zone_abbreviation, notice_of(call, fault, away),
      service_filter(services_of(http::inbox_roles(who.officer.id, rulebook_, who.now), rulebook_),
                     sop_shown),
      list, more, just_done(who, found, rulebook_), leave_form(keys, address, away));
  co_return page(status, call, "Tugas saya", std::move(body), true);
}

awaitable<Response> TaskPages::tasks(PageCall call) {
  auto showing = tasks_page(call, 200, "");
  co_return co_await std::move(showing);
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

awaitable<std::string> TaskPages::refuse_bulk(std::string officer, std::int64_t permit,
                                              std::string step, std::string action) {
  auto reading = reader_.read({permit}, {});
  const Reading found = co_await std::move(reading);
  const auto stored = found.permits.find(permit);
  const Visit* visit =
      stored == found.permits.end() ? nullptr : stored->second.permit.open_visit(step);
  if (!visit) co_return "";  // the action itself is refused, with its reason
  const Sop& sop = rulebook_.sop_version(stored->second.permit.sop_version);
  const std::vector<Offer> offered =
      http::offers_of({&stored->second, visit, {}}, officer, rulebook_, found.moment.now);
  const auto acts = offers_at(offered, visit->id, Offer::What::act);
  if (std::none_of(acts.begin(), acts.end(),
                   [&](const Offer* offer) { return offer->action->id == action; }))
    co_return "";
  const ActionRule* quick = quick_action(offered, stored->second.permit, *visit, sop);
  if (quick && quick->id == action) co_return "";
  co_return fmt::format("{}: diputuskan satu per satu; buka berkasnya. ",
                        stored->second.permit.number);
}

awaitable<Response> TaskPages::tasks_act(PageCall call) {
  if (call.look) {
    auto showing = tasks_page(call, call.look_status(), call.why);
    co_return co_await std::move(showing);
  }
  const std::string action = call.form.text("aksi");
  if (action == "cuti" || action == "masuk") {
    auto setting = set_leave_today(call, action == "cuti");
    const std::string fault = co_await std::move(setting);
    if (fault.empty()) co_return see_other(address_of(chosen_sop(call)));
    auto showing = tasks_page(call, 409, fault);
    co_return co_await std::move(showing);
  }
  int done = 0;
  std::string faults;
  int status = 422;
  for (const std::string& text : call.form.texts("tugas")) {
    const auto ticket = read_ticket(text);
    if (!ticket) continue;
    call.request.trace->note_permit(ticket->permit);
    Asked asked;
    asked.permit = ticket->permit;
    asked.actor = {Actor::Kind::officer, call.who->officer.id, ""};
    asked.token = call.who->principal.token;
    asked.part = " " + text;
    if (action == "claim") {
      asked.command = Claim{ticket->step};
    } else if (action == "release") {
      asked.command = Release{ticket->step, ""};
    } else if (action.starts_with("act.")) {
      Act act;
      act.step = ticket->step;
      act.action = action.substr(4);
      act.version = ticket->version;
      auto asking = refuse_bulk(call.who->officer.id, ticket->permit, act.step, act.action);
      if (const std::string refused = co_await std::move(asking); !refused.empty()) {
        faults += refused;
        continue;
      }
      asked.command = std::move(act);
    } else {
      break;
    }
    const std::int64_t id = ticket->permit;
    auto submitting = submit(committer_, call, std::move(asked));
    const Outcomes outcome = co_await std::move(submitting);
    if (outcome.done) {
      ++done;
      continue;
    }
    auto reading = reader_.read({id}, {});
    const Reading found = co_await std::move(reading);
    const auto permit = found.permits.find(id);
    status = outcome.status;
    faults +=
        fmt::format("{}: {} ", permit == found.permits.end() ? "?" : permit->second.permit.number,
                    outcome.words);
  }
  if (faults.empty() && done > 0) {
    const std::string sop = chosen_sop(call);
    co_return see_other(
        fmt::format("{}{}berhasil={}", address_of(sop), sop.empty() ? '?' : '&', done));
  }
  if (faults.empty()) faults = "Pilih dahulu berkas yang hendak dikerjakan.";
  if (done > 0) faults = fmt::format("{} berkas berhasil. {}", done, faults);
  auto showing = tasks_page(call, status, faults);
  co_return co_await std::move(showing);
}

std::vector<PageRoute> task_pages(const PageParts* parts) {
  static constexpr http::RowOf<TaskPages, PageCall> kRows[] = {
      {"GET", "/tugas", "page_tasks", Who::officer, In::none, Out::counted, &TaskPages::tasks},
      {"POST", "/tugas", "page_tasks_act", Who::officer, In::whole, Out::counted,
       &TaskPages::tasks_act},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
