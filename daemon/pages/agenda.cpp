// "Agenda": the visits to the place that are planned, day by day.
#include <fmt/format.h>

#include "daemon/pages/page_calls.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "daemon/store/agenda.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr int kShown = 100;

class AgendaPages : public PageGroup {
 public:
  explicit AgendaPages(const PageParts& parts) : PageGroup(parts) {}
  awaitable<Response> agenda(PageCall call);

 private:
  Html list_of(const PageCall& call, const std::vector<store::PlannedVisit>& visits,
               Instant now) const;
};

// "Rabu, 8 April 2026"
std::string day_words(const LocalTime& at) {
  return notify::weekday_name(at) + ", " + notify::date(at);
}

}  // namespace

// Whose it is says who goes; one's own are marked.
Html AgendaPages::list_of(const PageCall& call, const std::vector<store::PlannedVisit>& visits,
                          Instant now) const {
  Html days, items;
  std::string day;
  const auto end_day = [&] {
    if (!items.empty())
      days += html("<h2>{}</h2><div class=\"kartu\"><ul class=\"polos\">{}</ul></div>", day, items);
    items = {};
  };
  for (const store::PlannedVisit& one : visits) {
    const Sop& sop = rulebook_.sop_version(one.sop_version);
    const LocalTime at = calendar_of(sop).local(one.at);
    if (const std::string its_day = day_words(at); its_day != day) {
      end_day();
      day = its_day;
    }
    const std::string who = one.assignee == call.who->officer.id ? std::string("Anda")
                            : one.assignee.empty()
                                ? role_words(sop, one.role) + " (belum diambil)"
                                : officer_words(one.assignee, rulebook_.people());
    items += html(
        "<li><strong>{}</strong> {} <a href=\"/permohonan/{}\">{}</a>{}<br><span "
        "class=\"halus\">{} · {} · {}</span></li>",
        notify::clock_time(at), at.zone_abbreviation, one.permit, one.subject,
        one.at < now ? html(" {}", badge(Tone::neutral, "sudah lewat")) : Html(), one.number,
        sop.step_name(one.step), who);
  }
  end_day();
  return days;
}

awaitable<Response> AgendaPages::agenda(PageCall call) {
  const Calendar& calendar = calendar_of(*rulebook_.sops_in_force().front());
  const LocalTime today = calendar.local(call.who->now);
  pg::Pipeline looking;
  const auto planned = store::add_field_visits(
      looking, calendar.midnight(today.year, today.month, today.day), kShown + 1);
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  std::vector<store::PlannedVisit> visits = found.results[planned];
  const bool more = visits.size() > kShown;
  if (more) visits.resize(kShown);
  const Html list = list_of(call, visits, call.who->now);
  Html body = html(
      "<h1>Agenda kunjungan lapangan</h1>{}{}",
      list.empty() ? html("<div class=\"kartu\"><p>Belum ada kunjungan yang dijadwalkan. Jadwal "
                          "dibuat pada halaman permohonan, pada tahap yang memerlukannya.</p>"
                          "</div>")
                   : list,
      more ? html("<p class=\"halus\">Ditampilkan {} yang terdekat.</p>", kShown) : Html());
  co_return page(200, call, "Agenda", std::move(body));
}

std::vector<PageRoute> agenda_pages(const PageParts* parts) {
  static constexpr http::RowOf<AgendaPages, PageCall> kRows[] = {
      {"GET", "/agenda", "page_agenda", Who::officer, In::none, Out::counted, &AgendaPages::agenda},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
