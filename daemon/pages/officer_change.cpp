#include "daemon/pages/officer_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "daemon/base/log.h"
#include "daemon/office/office_event_words.h"
#include "daemon/pages/officer_forms.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

using Kind = store::WaitingAnswer::Kind;

class OfficerChangePages : public PageGroup {
 public:
  explicit OfficerChangePages(const PageParts& parts) : PageGroup(parts), pool_(parts.pool) {}
  awaitable<Response> change(PageCall call);
  awaitable<Response> change_act(PageCall call);

 private:
  awaitable<Response> change_page(const PageCall& call, int status, std::string fault);
  awaitable<std::string> settle(const PageCall& call, pg::Connection& db);

  pg::Pool& pool_;
};

std::string refusal_words(const store::WaitingAnswer& answer, const People& people) {
  switch (answer.kind) {
    case Kind::done:
      return "";
    case Kind::not_second:
      return "Persetujuan diberikan pengelola lain: bukan pengusul, bukan pegawai yang "
             "bersangkutan, "
             "dan bukan pengelola yang alamat atau perannya sendiri berubah dalam 24 jam terakhir.";
    case Kind::shared_email:
    case Kind::shared_whatsapp: {
      const Officer* other = people.find(answer.other);
      return fmt::format("Alamat itu kini dipakai {}, yang masih bertugas.",
                         other ? other->name : answer.other);
    }
    case Kind::gone:
    case Kind::not_theirs:
      break;
  }
  return "Perubahan ini sudah berlaku atau sudah dihentikan.";
}

// What of the officer becomes what.
Html item(std::string_view value, const std::string& before, const std::string& after) {
  const auto shown = [](const std::string& text) { return text.empty() ? "tidak ada" : text; };
  return html("<li><strong>{}</strong>: semula {}, menjadi {}</li>", value, shown(before),
              shown(after));
}

std::string roles_words(const std::vector<std::string>& held, const std::vector<NamedRole>& roles) {
  std::vector<std::string> names;
  for (const std::string& id : held) {
    const auto known = std::ranges::find(roles, id, &NamedRole::id);
    names.push_back(known == roles.end() ? id : known->name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

Html items_of(const store::OfficerEdit& edit, const Officer& officer,
              const std::vector<NamedRole>& roles) {
  using store::OfficeValue;
  const auto channels = [](const std::vector<std::string>& all) {
    return fmt::format("{}", fmt::join(all, ", "));
  };
  const auto day = [](const CivilDate& date) { return date.empty() ? "" : notify::date(date); };
  Html all;
  const auto add = [&](OfficeValue value, const std::string& before, const std::string& after) {
    all += item(office::value_words(value), before, after);
  };
  if (edit.name) add(OfficeValue::name, officer.name, *edit.name);
  if (edit.email) add(OfficeValue::email, officer.email, *edit.email);
  if (edit.whatsapp) add(OfficeValue::whatsapp, officer.whatsapp, *edit.whatsapp);
  if (edit.channels)
    add(OfficeValue::channels, channels(officer.channels), channels(*edit.channels));
  if (edit.roles)
    add(OfficeValue::roles, roles_words(officer.roles, roles), roles_words(*edit.roles, roles));
  if (edit.ended_on) add(OfficeValue::ended_on, day(officer.ended), day(*edit.ended_on));
  return all;
}

bool may_see(const PageCall& call, const store::WaitingChange& change) {
  return call.who->principal.administrator || call.who->officer.id == change.officer;
}

// Whoever proposed it, and whom it is about, are not asked for the second word.
Html buttons(const PageCall& call, const store::WaitingChange& change) {
  const std::string self = http::words_of(call.who->principal);
  const bool second = call.who->principal.administrator && change.by != self &&
                      call.who->officer.id != change.officer;
  const Html confirm =
      second ? html(
                   "<button class=\"utama\" name=\"aksi\" value=\"setujui\">Setujui, berlakukan "
                   "sekarang</button> ")
             : Html();
  return html(
      "<form method=\"post\" action=\"/perubahan/{}\">{}<p>{}<button class=\"bahaya\" "
      "name=\"aksi\" value=\"hentikan\">Hentikan</button></p></form>",
      change.id, hidden_fields(new_form_keys(call.who->visitor.csrf)), confirm);
}

}  // namespace

Html waiting_notice(const store::WaitingChange& change, const Calendar& calendar) {
  return html(
      "<p class=\"pesan\"><a href=\"/perubahan/{}\">Perubahan alamat atau peran menunggu</a>: "
      "berlaku {}, atau begitu disetujui pengelola lain.</p>",
      change.id, moment_words(calendar, change.effective_at));
}

awaitable<Response> OfficerChangePages::change_page(const PageCall& call, int status,
                                                    std::string fault) {
  pg::Pipeline looking;
  const auto slot =
      store::add_find_waiting_change(looking, http::parse_id(call.request.param("id")).value_or(0));
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  const std::optional<store::WaitingChange> change = found.results[slot];
  const People& people = rulebook_.people();
  const Officer* officer = change ? people.find(change->officer) : nullptr;
  // The link stands in a message that may be read late.
  if (!officer || !may_see(call, *change)) {
    if (!call.request.query.get("sudah") && fault.empty()) co_return not_found(call);
    Html done = html("<h1>Perubahan</h1>{}<p><a href=\"/tugas\">Daftar tugas</a></p>",
                     message(fault.empty() ? "Tersimpan." : fault, !fault.empty()));
    co_return page(status, call, "Perubahan", std::move(done));
  }
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const Calendar& calendar = calendar_of(*sops.front());
  Html body = html(
      "<h1>Perubahan data {}</h1>{}<p>Diajukan oleh {} pada {}. Berlaku mulai <strong>{}</strong>, "
      "atau begitu pengelola lain menyetujuinya. Sampai saat itu perubahan ini dapat dihentikan "
      "oleh pegawai yang bersangkutan atau pengelola sistem.</p>"
      "<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>{}",
      officer->name, fault.empty() ? Html() : message(fault, true),
      office::actor_words(change->by, people), moment_words(calendar, change->proposed_at),
      moment_words(calendar, change->effective_at),
      items_of(change->edit, *officer, roles_to_hold(sops)), buttons(call, *change));
  co_return page(status, call, "Perubahan", std::move(body));
}

awaitable<Response> OfficerChangePages::change(PageCall call) {
  auto showing = change_page(call, 200, "");
  co_return co_await std::move(showing);
}

awaitable<std::string> OfficerChangePages::settle(const PageCall& call, pg::Connection& db) {
  const std::int64_t id = http::parse_id(call.request.param("id")).value_or(0);
  const bool confirms = call.form.text("aksi") == "setujui";
  auto settling = confirms ? store::confirm_waiting_change(db, by(call), id)
                           : store::stop_waiting_change(db, by(call), id);
  const store::WaitingAnswer answer = co_await std::move(settling);
  if (answer.done())
    log_event(Level::info, confirms ? "officer_change_confirmed" : "officer_change_stopped",
              {{"by", call.who->officer.id}, {"about", answer.officer}});
  co_return refusal_words(answer, rulebook_.people());
}

awaitable<Response> OfficerChangePages::change_act(PageCall call) {
  if (call.look) {
    auto showing = change_page(call, call.look_status(), call.why);
    co_return co_await std::move(showing);
  }
  const std::string action = call.form.text("aksi");
  if (action != "setujui" && action != "hentikan") co_return stale_form(call);
  auto changing = change_once(pool_, call, std::bind_front(&OfficerChangePages::settle, this));
  const std::string fault = co_await std::move(changing);
  if (fault.empty())
    co_return see_other("/perubahan/" + query_encoded(call.request.param("id")) + "?sudah=ya");
  auto showing = change_page(call, 422, fault);
  co_return co_await std::move(showing);
}

std::vector<PageRoute> officer_change_pages(const PageParts* parts) {
  static constexpr http::RowOf<OfficerChangePages, PageCall> kRows[] = {
      {"GET", "/perubahan/{id}", "page_officer_change", Who::officer, In::none, Out::counted,
       &OfficerChangePages::change},
      {"POST", "/perubahan/{id}", "page_officer_change_act", Who::officer, In::whole, Out::counted,
       &OfficerChangePages::change_act},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
