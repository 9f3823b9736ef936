// "Jejak kantor": what was changed in the office itself, by whom, what was and what is. For
// administrators and for whoever observes.
#include <fmt/format.h>

#include "daemon/office/office_event_words.h"
#include "daemon/pages/office_change_words.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/office_chain.h"

namespace tenggat::pages {
namespace {

constexpr int kShown = 60;

class OfficeRecordPages : public PageGroup {
 public:
  explicit OfficeRecordPages(const PageParts& parts) : PageGroup(parts) {}
  awaitable<Response> record(PageCall call);

 private:
  Html item(const store::StoredEvent& stored, const ChangeContext& context) const;
};

}  // namespace

Html OfficeRecordPages::item(const store::StoredEvent& stored, const ChangeContext& context) const {
  const std::string who = office::actor_words(stored.event.actor, context.people);
  std::string words = "Catatan ini tidak dapat dibaca";
  Html changes;
  try {
    const store::OfficeEvent event = store::office_event_of(stored);
    words = office::event_words(event);
    for (const store::OfficeChange& change : event.changes)
      changes += html("<li>{}</li>", change_words(change, context));
  } catch (const store::UnreadableEvent&) {
    // What it says is then not known, but that it is there.
  }
  return html(
      "<li id=\"c{}\"><strong>{}</strong><br><span class=\"halus\">Nomor {} · {} · oleh {}</span>"
      "<ul>{}</ul></li>",
      stored.event.sequence, words, stored.event.sequence,
      moment_words(context.calendar, stored.event.at), who, changes);
}

awaitable<Response> OfficeRecordPages::record(PageCall call) {
  store::OfficeEventQuery query;
  query.limit = kShown;
  query.before = http::parse_id(call.request.query.get("sebelum").value_or(""));
  pg::Pipeline looking;
  const auto asked = store::add_office_events(looking, query);
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  std::vector<store::StoredEvent> events = found.results[asked];
  Html more;
  if (events.size() > kShown) {
    events.resize(kShown);
    more =
        html("<p><a href=\"/jejak?sebelum={}\">Sebelumnya</a></p>", events.back().event.sequence);
  }
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const ChangeContext context{sops, rulebook_.people(), calendar_of(*sops.front())};
  Html items;
  for (const store::StoredEvent& stored : events) items += item(stored, context);
  if (events.empty()) items = html("<li>Belum ada perubahan yang tercatat.</li>");
  Html body = html(
      "<h1>Jejak kantor</h1><p class=\"halus\">Setiap perubahan pegawai, peran, alamat, cuti, "
      "penunjukan, token, penghentian pemberitahuan, aturan, dan pesan gagal dicatat di sini dan "
      "tidak dapat diubah lagi. Data pribadi tidak ditampilkan.</p>"
      "<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>{}",
      items, more);
  co_return page(200, call, "Jejak kantor", std::move(body), true);
}

std::vector<PageRoute> office_record_pages(const PageParts* parts) {
  static constexpr http::RowOf<OfficeRecordPages, PageCall> kRows[] = {
      {"GET", "/jejak", "page_office_record", Who::overseer, In::none, Out::counted,
       &OfficeRecordPages::record},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
