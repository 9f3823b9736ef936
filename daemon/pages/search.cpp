// "Cari": any permit by a number, a name, what it is about or the applicant's phone.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "daemon/pages/page_calls.h"
#include "daemon/store/sought.h"
#include "notifiers/phone.h"

namespace tenggat::pages {
namespace {

constexpr int kFound = 20;
constexpr std::size_t kQueryMax = 100;

class SearchPages : public PageGroup {
 public:
  explicit SearchPages(const PageParts& parts) : PageGroup(parts) {}
  awaitable<Response> search(PageCall call);

 private:
  // At most one more than are shown.
  awaitable<std::vector<std::int64_t>> ids_for(store::Sought sought);
};

// The index of words knows those of three letters or digits on end; of anything shorter it would be
// read as a whole.
bool can_be_sought(std::string_view words) {
  int run = 0;
  for (const char c : words) {
    const auto byte = static_cast<unsigned char>(c);
    run = std::isalnum(byte) || byte >= 0x80 ? run + 1 : 0;
    if (run == 3) return true;
  }
  return false;
}

// The newest first, and where the older ones are.
Html found_list(const Reading& found, const store::Sought& sought, bool more,
                const office::Rulebook& rulebook) {
  Html items;
  for (auto stored = found.permits.rbegin(); stored != found.permits.rend(); ++stored)
    items += listed_item(stored->second, rulebook, found.moment.now, "");
  if (items.empty())
    return html("<p role=\"status\">{}</p>",
                sought.words.empty() || can_be_sought(sought.words)
                    ? "Tidak ada permohonan yang cocok."
                    : "Tulis paling sedikit tiga huruf atau angka berturut-turut.");
  const std::string older =
      fmt::format("/cari?q={}{}&sebelum={}", query_encoded(sought.words),
                  sought.sop.empty() ? "" : "&sop=" + sought.sop, found.permits.begin()->first);
  return html(
      "<p class=\"halus\">Yang terbaru di atas.</p><div class=\"kartu\"><ul class=\"polos "
      "tugas\">{}"
      "</ul></div>{}",
      items,
      more ? html("<p><a class=\"tombol\" href=\"{}\">Yang lebih lama</a></p>", older) : Html());
}

}  // namespace

// A whole number or id is that one permit, and found at once; anything else is looked for in
// numbers, names, subjects and phones, the newest first.
awaitable<std::vector<std::int64_t>> SearchPages::ids_for(store::Sought sought) {
  std::string number = sought.words;
  std::transform(number.begin(), number.end(), number.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  pg::Pipeline exact;
  const auto as_typed = store::add_find_by_number(exact, sought.words);
  const auto larger = store::add_find_by_number(exact, number);
  auto looking = reader_.read({}, std::move(exact));
  const Reading one = co_await std::move(looking);
  for (const auto& named : {as_typed, larger})
    // A phone is written in digits, too.
    if (const auto id = one.results[named]; id && sought.sop.empty() && sought.phone.empty())
      co_return std::vector<std::int64_t>(1, *id);
  if (!sought.words.empty() && !can_be_sought(sought.words)) co_return std::vector<std::int64_t>();
  // Only now: to find a whole number as words takes a hundred times as long, since its year and its
  // service stand in all others, too.
  pg::Pipeline words;
  const store::Ids matching = store::add_find_sought(words, sought);
  auto reading = reader_.read({}, std::move(words));
  const Reading found = co_await std::move(reading);
  co_return found.results[matching];
}

awaitable<Response> SearchPages::search(PageCall call) {
  store::Sought sought;
  sought.words =
      http::searched_words(call.request.query.get("q").value_or("").substr(0, kQueryMax));
  sought.phone = notify::normalise_phone(sought.words).value_or("");
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  sought.sop = std::string(call.request.query.get("sop").value_or(""));
  if (!rulebook_.sop_in_force(sought.sop)) sought.sop.clear();
  sought.before = http::parse_id(call.request.query.get("sebelum").value_or(""));
  sought.limit = kFound;
  Html list;
  if (!sought.words.empty() || !sought.sop.empty()) {
    auto finding = ids_for(sought);
    std::vector<std::int64_t> ids = co_await std::move(finding);
    const bool more = ids.size() > kFound;
    if (more) ids.resize(kFound);
    Reading found;
    if (!ids.empty()) {
      auto loading = reader_.read(std::move(ids), {});
      found = co_await std::move(loading);
    }
    list = found_list(found, sought, more, rulebook_);
  }
  Html body = html(
      "<h1>Cari permohonan</h1><form method=\"get\" action=\"/cari\" role=\"search\">"
      "<label for=\"q\">Nomor permohonan, nomor SK, nama pemohon, perihal, atau nomor WhatsApp"
      "</label><input type=\"search\" id=\"q\" name=\"q\" value=\"{}\" maxlength=\"100\">{}"
      "<p><button class=\"utama\">Cari</button></p></form>{}",
      sought.words,
      sops.size() < 2 ? Html()
                      : html("<label for=\"sop\">Layanan</label>{}",
                             service_choice(sops, sought.sop, "Semua layanan")),
      list);
  co_return page(200, call, "Cari permohonan", std::move(body), true);
}

std::vector<PageRoute> search_pages(const PageParts* parts) {
  static constexpr http::RowOf<SearchPages, PageCall> kRows[] = {
      {"GET", "/cari", "page_search", Who::officer, In::none, Out::counted, &SearchPages::search},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
