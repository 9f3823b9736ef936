#include "daemon/pages/sessions.h"

#include "daemon/base/log.h"
#include "daemon/pages/keeping.h"
#include "daemon/pages/words.h"
#include "daemon/store/sessions.h"

namespace tenggat::pages {
namespace {

constexpr int kAllShown = 200;
constexpr const char* kGone = "Sesi itu sudah berakhir.";

class SessionPages : public PageGroup {
 public:
  explicit SessionPages(const PageParts& parts) : PageGroup(parts), pool_(parts.pool) {}
  // Of who has signed in, or of the officer in the path.
  awaitable<Response> sessions(PageCall call);
  awaitable<Response> sessions_act(PageCall call);
  awaitable<Response> all_sessions(PageCall call);

 private:
  awaitable<Response> sessions_page(const PageCall& call, int status, std::string fault);
  awaitable<std::string> end(const PageCall& call, pg::Connection& db);
  static std::string officer_of(const PageCall& call) {
    const bool others = http::includes(call.row->who, Who::administrator);
    return others ? call.request.param("id") : call.who->officer.id;
  }

  pg::Pool& pool_;
};

// The one that is looked at through ends by signing out.
Html item(const store::OpenSession& session, const PageCall& call, const Calendar& calendar) {
  const std::string from = session.address.empty() ? "tidak tercatat" : session.address;
  const std::string opened = moment_words(calendar, session.opened_at);
  Html end;
  if (session.id == call.who->session)
    end = html("<strong>sesi ini</strong>");
  else
    end = html(
        "<form method=\"post\" action=\"{}\">{}<input type=\"hidden\" name=\"sesi\" value=\"{}\">"
        "<button name=\"aksi\" value=\"akhiri\" aria-label=\"Akhiri sesi dari {}\">Akhiri</button>"
        "</form>",
        call.request.path, hidden_fields(new_form_keys(call.who->visitor.csrf)), session.id, from);
  return html(
      "<li class=\"berdampingan\"><span>Dibuka {}<br><span class=\"halus\">dari alamat {} · "
      "berakhir {} bila tidak dipakai lagi</span></span>{}</li>",
      opened, from, moment_words(calendar, session.expires_at), end);
}

}  // namespace

awaitable<Response> SessionPages::sessions_page(const PageCall& call, int status,
                                                std::string fault) {
  pg::Pipeline looking;
  const auto asked = store::add_sessions(looking, officer_of(call));
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  const Officer* officer = rulebook_.people().find(officer_of(call));
  if (!officer) co_return not_found(call);
  const Calendar& calendar = calendar_of(*rulebook_.sops_in_force().front());
  Html items, notice;
  for (const store::OpenSession& session : found.results[asked])
    items += item(session, call, calendar);
  if (items.empty()) items = html("<li>Tidak ada sesi yang terbuka.</li>");
  if (!fault.empty())
    notice = message(fault, true);
  else if (call.request.query.get("sudah"))
    notice = message("Sesi diakhiri.");
  Html body = html(
      "<h1>Sesi {}</h1>{}<p class=\"halus\">Sesi berakhir 12 jam setelah terakhir dipakai, paling "
      "lama 7 hari. Akhiri sesi yang tidak dikenal, lalu beri tahu pengelola sistem.</p>"
      "<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>",
      officer->name, notice, items);
  co_return page(status, call, "Sesi", std::move(body));
}

awaitable<Response> SessionPages::sessions(PageCall call) {
  auto showing = sessions_page(call, 200, "");
  co_return co_await std::move(showing);
}

awaitable<std::string> SessionPages::end(const PageCall& call, pg::Connection& db) {
  const auto session = http::parse_id(call.form.text("sesi"));
  if (!session) co_return kGone;
  auto ending = store::end_session(db, by(call), officer_of(call), *session);
  if (!co_await std::move(ending)) co_return kGone;
  log_event(Level::info, "session_ended",
            {{"by", call.who->officer.id}, {"about", officer_of(call)}});
  co_return "";
}

awaitable<Response> SessionPages::sessions_act(PageCall call) {
  std::string fault = call.why;
  if (!call.look) {
    auto changing = change_once(pool_, call, std::bind_front(&SessionPages::end, this));
    fault = co_await std::move(changing);
    if (fault.empty()) co_return see_other(call.request.path + "?sudah=ya");
  }
  auto showing = sessions_page(call, call.look ? call.look_status() : 422, fault);
  co_return co_await std::move(showing);
}

// Everybody's; each leads to its officer's, where it is ended.
awaitable<Response> SessionPages::all_sessions(PageCall call) {
  pg::Pipeline looking;
  const auto asked = store::add_all_sessions(looking, kAllShown);
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  const Calendar& calendar = calendar_of(*rulebook_.sops_in_force().front());
  Html items;
  for (const store::OpenSession& session : found.results[asked]) {
    const Officer* officer = rulebook_.people().find(session.officer);
    const std::string name = officer ? officer->name : session.officer;
    items += html(
        "<li class=\"berdampingan\"><span><strong>{}</strong>{}<br><span class=\"halus\">dibuka {} "
        "· "
        "dari alamat {} · berakhir {} bila tidak dipakai lagi</span></span><a class=\"tombol\" "
        "href=\"/pegawai/{}/sesi\" aria-label=\"Kelola sesi {}\">Kelola</a></li>",
        name, session.id == call.who->session ? html(" (sesi ini)") : Html(),
        moment_words(calendar, session.opened_at),
        session.address.empty() ? "tidak tercatat" : session.address,
        moment_words(calendar, session.expires_at), session.officer, name);
  }
  Html body = html(
      "{}<h1>Sesi yang terbuka</h1><p class=\"halus\">Yang terbaru di atas, paling banyak {}. "
      "Setiap "
      "sesi diakhiri pada halaman pegawainya.</p><div class=\"kartu\"><ul class=\"polos\">{}</ul>"
      "</div>",
      keeping_links("/sesi-kantor"), kAllShown, items);
  co_return page(200, call, "Sesi yang terbuka", std::move(body));
}

std::vector<PageRoute> session_pages(const PageParts* parts) {
  static constexpr http::RowOf<SessionPages, PageCall> kRows[] = {
      {"GET", "/sesi", "page_sessions", Who::officer, In::none, Out::counted,
       &SessionPages::sessions},
      {"POST", "/sesi", "page_sessions_act", Who::officer, In::whole, Out::counted,
       &SessionPages::sessions_act},
      {"GET", "/pegawai/{id}/sesi", "page_officer_sessions", Who::administrator, In::none,
       Out::counted, &SessionPages::sessions},
      {"POST", "/pegawai/{id}/sesi", "page_officer_sessions_act", Who::administrator, In::whole,
       Out::counted, &SessionPages::sessions_act},
      {"GET", "/sesi-kantor", "page_officer_sessions_all", Who::administrator, In::none,
       Out::counted, &SessionPages::all_sessions},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
