// "Tugas saya": what is most urgent, several at once where a step is a matter of minutes, and
// "tidak masuk hari ini".
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "daemon/api/view.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "daemon/store/people.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kShown = 50;
constexpr std::chrono::hours kJustDone{1};
constexpr int kDoneShown = 5;

// What has been drafted refuses the application: looked at one by one, never along with others.
bool is_refusal_draft(const Permit& permit, const Step& step) {
  return permit.outcome == Outcome::refusal &&
         std::none_of(step.actions.begin(), step.actions.end(),
                      [](const ActionRule& action) { return action.chooses_outcome; });
}

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

// "PAUD-2026-00001|verifikasi|3": which permit, at which step, as it was seen.
std::string ticket_of(const http::Task& task) {
  const Permit& permit = task.stored->permit;
  return fmt::format("{}|{}|{}", permit.id, task.visit->step, permit.version);
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

std::string due_words(const Sla& sla, const Permit& permit, const Visit& visit, const Sop& sop,
                      const Calendar& calendar, Instant now) {
  if (const Pause* pause = permit.open_pause(visit.id)) {
    const PauseReason* reason = rule_of(*pause, sop);
    return reason ? reason->name : readable(pause->reason);
  }
  return sla.due_at ? pages::due_words(calendar, *sla.due_at, now) : "";
}

// No box where what is drafted refuses: the row says so.
Html pick_box(const http::Task& task, const Sop& sop, const http::Form& typed) {
  const Permit& permit = task.stored->permit;
  if (is_refusal_draft(permit, sop.step(task.visit->step)))
    return html("<span class=\"pilih\" aria-hidden=\"true\">–</span>");
  const std::string ticket = ticket_of(task);
  const std::vector<std::string> before = typed.texts("tugas");
  const bool ticked = std::find(before.begin(), before.end(), ticket) != before.end();
  return ticked ? html(
                      "<span class=\"pilih\"><input type=\"checkbox\" name=\"tugas\" value=\"{}\" "
                      "aria-label=\"Pilih {}\" checked></span>",
                      ticket, permit.number)
                : html(
                      "<span class=\"pilih\"><input type=\"checkbox\" name=\"tugas\" value=\"{}\" "
                      "aria-label=\"Pilih {}\"></span>",
                      ticket, permit.number);
}

Html task_item(const http::Task& task, const Sop& sop, const Calendar& calendar,
               const People& people, Instant now, const http::Form& typed) {
  const Permit& permit = task.stored->permit;
  const Visit& visit = *task.visit;
  const Standing standing = standing_of(task.sla, calendar);
  const Officer* holder = visit.assignee.empty() ? nullptr : people.find(visit.assignee);
  std::string aside = holder ? "diambil " + holder->name : "belum diambil";
  if (!task.duty.kind.empty())
    aside = fmt::format("{}. menggantikan {} · {}", task.duty.kind == "plt" ? "Plt" : "Plh",
                        officer_words(task.duty.for_officer, people), aside);
  Html marks;
  if (is_refusal_draft(permit, sop.step(visit.step)))
    marks = html("<br>{}", badge(Tone::late, "Isi keputusan: MENOLAK"));
  if (permit.legal_passed_at) marks += html("<br>{}", legal_mark(permit));
  return html(
      "<li>{}<span><strong>{}</strong><br><span class=\"halus\">{}</span>{}</span>"
      "<span>{} · {}<br><span class=\"halus\">{}</span></span>"
      "<span>{}<br><span class=\"halus\">{}</span></span>"
      "<span class=\"aksi\"><a class=\"tombol\" href=\"/permohonan/{}\" aria-label=\"Buka {}\">Buka"
      "</a></span></li>",
      pick_box(task, sop, typed), permit.subject, permit.number, marks, sop.step(visit.step).number,
      sop.step(visit.step).short_name, aside, badge(standing.tone, standing.words),
      due_words(task.sla, permit, visit, sop, calendar, now), permit.id, permit.number);
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

Html leave_form(const FormKeys& keys, bool away) {
  return html(
      "<form method=\"post\" action=\"/tugas\">{}<button name=\"aksi\" "
      "value=\"{}\">{}</button></form>",
      hidden_fields(keys), away ? "masuk" : "cuti",
      away ? "Saya masuk hari ini" : "Tidak masuk hari ini");
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
  // `found` holds their permits and those that this officer has just been done with.
  awaitable<std::vector<http::Task>> tasks_of(const SignedIn& who, Reading& found);

  pg::Pool& pool_;
  office::Committer& committer_;
};

}  // namespace

bool away_on(const Officer& officer, const CivilDate& day) {
  return std::any_of(officer.leaves.begin(), officer.leaves.end(),
                     [&](const Leave& leave) { return leave.start <= day && day <= leave.end; });
}

Html listed_item(const store::StoredPermit& stored, const office::Rulebook& rulebook, Instant now,
                 std::string_view step) {
  const Permit& permit = stored.permit;
  const Sop& sop = rulebook.sop_version(permit.sop_version);
  const Calendar& calendar = rulebook.calendar(sop.calendar);
  now = std::max(now, permit.changed_at);
  const auto open = http::by_urgency(permit, sop, calendar, now);
  const Visit* visit = open.empty() ? nullptr : open.front();
  for (const Visit* one : open)
    if (one->step == step) visit = one;
  const Html mark = permit.legal_passed_at ? html("<br>{}", legal_mark(permit)) : Html();
  const Html others =
      open.size() > 1 ? html("<br><span class=\"halus\">dan {} tahap lain</span>", open.size() - 1)
                      : Html();
  Html where = html("<span>{}</span><span></span>", state_words(permit.state));
  if (visit) {
    const Sla sla = visit_sla(permit, *visit, sop, calendar, now);
    const Standing standing = standing_of(sla, calendar);
    const Officer* holder =
        visit->assignee.empty() ? nullptr : rulebook.people().find(visit->assignee);
    where = html(
        "<span>{} · {}<br><span class=\"halus\">{}</span>{}</span>"
        "<span>{}<br><span class=\"halus\">{}</span></span>",
        sop.step(visit->step).number, sop.step(visit->step).short_name,
        holder ? holder->name : role_words(sop, visit->role), others,
        badge(standing.tone, standing.words), due_words(sla, permit, *visit, sop, calendar, now));
  }
  return html(
      "<li class=\"tanpa-pilih\"><span><a href=\"/permohonan/{}\"><strong>{}</strong></a><br>"
      "<span class=\"halus\">{} · {}</span>{}</span>{}<span class=\"aksi\">"
      "<a href=\"/permohonan/{}/pemohon\" aria-label=\"Kontak pemohon {}\">Kontak</a></span></li>",
      permit.id, permit.subject, permit.number, stored.applicant.name, mark, where, permit.id,
      permit.number);
}

awaitable<std::vector<http::Task>> TaskPages::tasks_of(const SignedIn& who, Reading& found) {
  const http::InboxRoles roles = http::inbox_roles(who.officer.id, rulebook_, who.now);
  std::vector<http::Task> tasks;
  if (roles.roles.empty()) co_return tasks;
  pg::Pipeline search;
  const store::Ids waiting = store::add_find_tasks(
      search, roles.roles, roles.sifted ? http::kInboxReach : static_cast<int>(kShown) + 1);
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
  co_return tasks;
}

awaitable<Response> TaskPages::tasks_page(const PageCall& call, int status, std::string fault) {
  const SignedIn& who = *call.who;
  Reading found;
  auto finding = tasks_of(who, found);
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
  Html notice;
  if (!fault.empty())
    notice = message(fault, true);
  else if (const auto done = call.request.query.get("berhasil"))
    if (const auto count = http::parse_id(*done))
      notice = message(fmt::format("{} berkas selesai dikerjakan.", *count));
  if (away)
    notice += message(
        "Anda tercatat tidak masuk hari ini. Tugas baru dialihkan kepada petugas pengganti.");

  const Html list =
      tasks.empty()
          ? html("<div class=\"kartu\"><p>Tidak ada berkas yang menunggu Anda.</p></div>")
          : html(
                "<form method=\"post\" action=\"/tugas\">{}<div class=\"kartu\">"
                "<ul class=\"polos tugas\">{}</ul></div>"
                "<div class=\"sebaris\" role=\"group\" aria-label=\"Untuk berkas yang dipilih\">{}"
                "</div></form>",
                hidden_fields(keys), items, buttons);
  const Html more = tasks.size() > shown
                        ? html("<p class=\"halus\">Ditampilkan {} yang paling mendesak.</p>", shown)
                        : Html();
  const LocalTime local = context.calendar.local(who.now);
  Html body = html(
      "<h1>Tugas saya</h1><p class=\"halus\">{} berkas menunggu Anda · {} terlambat · pukul {} "
      "{}</p>"
      "{}{}{}{}<h2>Kehadiran</h2>{}",
      tasks.size() > kShown ? fmt::format("lebih dari {}", kShown) : std::to_string(tasks.size()),
      late, notify::clock_time(local), local.zone_abbreviation, notice, list, more,
      just_done(who, found, rulebook_), leave_form(keys, away));
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
    auto adding = store::add_leave(*lease, who.officer.id, std::move(leave));
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
    auto cancelling = store::cancel_leave(*lease, who.officer.id, today);
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
    if (fault.empty()) co_return see_other("/tugas");
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
  if (faults.empty() && done > 0) co_return see_other(fmt::format("/tugas?berhasil={}", done));
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
