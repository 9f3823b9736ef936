// Who is away: an officer's own leave, entered in advance, and for administrators the fortnight
// that comes, with the roles that nobody holds on a day of it.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/pages/officer_forms.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/people.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr int kDaysAhead = 14;

// From today on, by the calendar's own zone; the time of day is noon, whatever the clock does.
std::vector<Instant> days_ahead(const Calendar& calendar, Instant now) {
  std::vector<Instant> days;
  LocalTime day = calendar.local(now);
  for (int i = 0; i < kDaysAhead; ++i) {
    const Instant noon = calendar.midnight(day.year, day.month, day.day) + std::chrono::hours(12);
    days.push_back(noon);
    day = calendar.local(noon + std::chrono::hours(24));
  }
  return days;
}

bool serves(const Officer& officer, const CivilDate& day) {
  return officer.ended.empty() || officer.ended > day;
}

Html absent_on(const People& people, const CivilDate& day) {
  Html names;
  for (const Officer& officer : people.officers) {
    if (!serves(officer, day)) continue;
    for (const Leave& leave : officer.leaves) {
      if (day < leave.start || leave.end < day) continue;
      std::string deputies;
      for (const Delegation& one : people.delegations)
        if (one.from == officer.id && one.start <= day && day <= one.end)
          if (const Officer* to = people.find(one.to))
            deputies += fmt::format("; {} {}", one.kind == "plt" ? "Plt." : "Plh.", to->name);
      names += html("<li>{} <span class=\"halus\">({}{})</span></li>", officer.name,
                    leave_kind_words(leave.kind), deputies);
    }
  }
  return names.empty() ? html("–") : html("<ul class=\"polos rapat\">{}</ul>", names);
}

// Of every service, each role once.
Html unheld_on(const office::Rulebook& rulebook, const CivilDate& day) {
  std::vector<std::string> said;
  Html names;
  for (const Sop* sop : rulebook.sops_in_force())
    for (const Unreachable& one : unreachable_roles(*sop, rulebook.people(), day)) {
      if (std::find(said.begin(), said.end(), one.role) != said.end()) continue;
      said.push_back(one.role);
      names += html("<li>{} <span class=\"halus\">({})</span></li>", role_words(*sop, one.role),
                    one.why == Reason::nobody_reachable ? "tidak ada saluran pesan"
                                                        : "tidak ada yang bertugas");
    }
  return names.empty() ? html("–") : html("<ul class=\"polos rapat\">{}</ul>", names);
}

class AttendancePages : public PageGroup {
 public:
  explicit AttendancePages(const PageParts& parts) : PageGroup(parts), pool_(parts.pool) {}
  awaitable<Response> fortnight(PageCall call);
  awaitable<Response> own_leave(PageCall call);
  awaitable<Response> own_leave_act(PageCall call);

 private:
  awaitable<Response> own_leave_page(const PageCall& call, int status, std::string fault);
  awaitable<std::string> change_leave(const PageCall& call, pg::Connection& db);
  Context context(Instant now) const {
    return rulebook_.context(*rulebook_.sops_in_force().front(), now);
  }

  pg::Pool& pool_;
};

}  // namespace

awaitable<Response> AttendancePages::fortnight(PageCall call) {
  auto reading = reader_.read({}, {});
  const Reading found = co_await std::move(reading);
  const Context now = context(found.moment.now);
  Html rows;
  for (const Instant noon : days_ahead(now.calendar, found.moment.now)) {
    const Instant morning = noon - std::chrono::hours(12);
    const bool works = now.calendar.worked(morning, morning + std::chrono::hours(24)).count() > 0;
    const LocalTime local = now.calendar.local(noon);
    const CivilDate day = now.calendar.format(noon).substr(0, 10);
    const std::string name = notify::weekday_name(local) + ", " + notify::date(local);
    rows += works ? html("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>", name,
                         absent_on(rulebook_.people(), day), unheld_on(rulebook_, day))
                  : html(
                        "<tr><th scope=\"row\">{}</th><td colspan=\"2\" class=\"halus\">libur</td>"
                        "</tr>",
                        name);
  }
  Html body = html(
      "<p class=\"halus\"><a class=\"sendiri\" href=\"/pegawai\">Pegawai</a></p><h1>Kehadiran dua "
      "minggu</h1>"
      "<div class=\"gulir\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Kehadiran\"><table><thead><tr>"
      "<th scope=\"col\">Hari</th><th scope=\"col\">Tidak masuk</th><th scope=\"col\">Peran tanpa "
      "petugas</th></tr></thead><tbody>{}</tbody></table></div><p class=\"halus\">Tugas peran "
      "tanpa "
      "petugas disampaikan kepada atasan berikutnya.</p>",
      rows);
  co_return page(200, call, "Kehadiran dua minggu", std::move(body), true);
}

awaitable<Response> AttendancePages::own_leave_page(const PageCall& call, int status,
                                                    std::string fault) {
  auto reading = reader_.read({}, {});
  const Reading found = co_await std::move(reading);
  const CivilDate today = context(found.moment.now).today();
  const Officer* self = rulebook_.people().find(call.who->officer.id);
  const OfficerForm form{"/cuti", call.who->visitor.csrf, call.form, fault, today};
  const bool beside = bool(form.typed("cuti"));
  Html notice;
  if (!fault.empty() && !beside) notice = message(fault, true);
  if (fault.empty() && call.request.query.get("sudah")) notice = message("Tersimpan.");
  Html body = html(
      "<p class=\"halus\"><a class=\"sendiri\" href=\"/tugas\">Tugas saya</a></p><h1>Cuti "
      "saya</h1>{}{}<p>Selama itu "
      "tugas dan pesan dialihkan kepada petugas pengganti; waktu tetap berjalan.</p>{}{}"
      "<p><button class=\"utama\" name=\"aksi\" value=\"cuti\">Catat cuti</button></p></form>",
      notice, leave_list(self ? *self : call.who->officer, "/cuti", call.who->visitor.csrf, today),
      form.head("cuti"), leave_fields(form.typed("cuti"), today));
  co_return page(status, call, "Cuti saya", std::move(body));
}

awaitable<Response> AttendancePages::own_leave(PageCall call) {
  auto showing = own_leave_page(call, 200, "");
  co_return co_await std::move(showing);
}

// From today on: what is over is for an administrator to mend.
awaitable<std::string> AttendancePages::change_leave(const PageCall& call, pg::Connection& db) {
  const std::string id = call.who->officer.id;
  const CivilDate today = context(call.who->now).today();
  if (call.form.text("aksi") == "cuti") {
    http::FieldFaults faults;
    Leave leave = leave_in(call.form, faults);
    if (!faults.empty()) co_return officer_fault_words(faults, call.form);
    if (leave.start < today) co_return "Hari pertama sudah lewat; minta pengelola mencatatnya.";
    auto adding = store::add_leave(db, by(call), id, std::move(leave));
    const store::LeaveAnswer added = co_await std::move(adding);
    if (added.kind == store::LeaveAnswer::Kind::overlaps)
      co_return fmt::format(
          "Sudah tercatat cuti {}, yang bertumpukan dengan ini. Batalkan dahulu yang itu.",
          period_words(added.with.start, added.with.end));
    if (!added.done()) co_return "Pegawai ini tidak ada.";
  } else {
    const std::string start = call.form.text("mulai");
    if (!is_civil_date(start)) co_return "Tanggal ini tidak dikenali.";
    auto cancelling = store::cancel_leave(db, by(call), id, start);
    if (!co_await std::move(cancelling)) co_return "Cuti ini sudah tidak ada.";
  }
  log_event(Level::info, "own_leave_changed", {{"by", id}, {"about", id}});
  co_return "";
}

awaitable<Response> AttendancePages::own_leave_act(PageCall call) {
  if (call.look) {
    auto showing = own_leave_page(call, call.look_status(), call.why);
    co_return co_await std::move(showing);
  }
  const std::string action = call.form.text("aksi");
  if (action != "cuti" && action != "batal-cuti") co_return stale_form(call);
  auto changing = change_once(pool_, call, std::bind_front(&AttendancePages::change_leave, this));
  const std::string fault = co_await std::move(changing);
  if (fault.empty()) co_return see_other("/cuti?sudah=ya");
  auto showing = own_leave_page(call, 422, fault);
  co_return co_await std::move(showing);
}

std::vector<PageRoute> attendance_pages(const PageParts* parts) {
  static constexpr http::RowOf<AttendancePages, PageCall> kRows[] = {
      {"GET", "/kehadiran", "page_officer_fortnight", Who::administrator, In::none, Out::counted,
       &AttendancePages::fortnight},
      {"GET", "/cuti", "page_own_leave", Who::officer, In::none, Out::counted,
       &AttendancePages::own_leave},
      {"POST", "/cuti", "page_own_leave_act", Who::officer, In::whole, Out::counted,
       &AttendancePages::own_leave_act},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
