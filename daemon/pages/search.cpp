// "Cari": any permit by its number or a name.
#include <algorithm>
#include <cctype>

#include "daemon/pages/page_calls.h"

namespace tenggat::pages {
namespace {

constexpr int kFound = 30;
constexpr std::size_t kQueryMax = 100;

class SearchPages : public PageGroup {
 public:
  explicit SearchPages(const PageParts& parts) : PageGroup(parts) {}
  awaitable<Response> search(PageCall call);

 private:
  // At most one more than are shown.
  awaitable<std::vector<std::int64_t>> ids_for(std::string asked, std::string sop);
};

}  // namespace

// A whole number or id is that one permit, and found at once; anything else is looked for in
// numbers and names.
awaitable<std::vector<std::int64_t>> SearchPages::ids_for(std::string asked, std::string sop) {
  std::string number = asked;
  std::transform(number.begin(), number.end(), number.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  pg::Pipeline finding;
  const auto as_typed = store::add_find_by_number(finding, asked);
  const auto larger = store::add_find_by_number(finding, number);
  auto exactly = reader_.read({}, std::move(finding));
  Reading found = co_await std::move(exactly);
  for (const auto& exact : {as_typed, larger})
    if (const auto id = found.results[exact]; id && sop.empty())
      co_return std::vector<std::int64_t>(1, *id);
  store::PermitFilter filter;
  filter.q = asked;
  filter.sop = sop;
  filter.limit = kFound;
  pg::Pipeline searching;
  const store::Ids matching = store::add_search(searching, filter);
  auto looking = reader_.read({}, std::move(searching));
  found = co_await std::move(looking);
  co_return found.results[matching];
}

awaitable<Response> SearchPages::search(PageCall call) {
  const std::string asked =
      http::searched_words(call.request.query.get("q").value_or("").substr(0, kQueryMax));
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  std::string sop(call.request.query.get("sop").value_or(""));
  if (!rulebook_.sop_in_force(sop)) sop.clear();
  Html list;
  if (!asked.empty() || !sop.empty()) {
    auto finding = ids_for(asked, sop);
    std::vector<std::int64_t> ids = co_await std::move(finding);
    const bool more = ids.size() > kFound;
    if (more) ids.resize(kFound);
    Reading found;
    if (!ids.empty()) {
      auto loading = reader_.read(std::move(ids), {});
      found = co_await std::move(loading);
    }
    Html items;
    for (const auto& [id, stored] : found.permits)
      items += listed_item(stored, rulebook_, found.moment.now, "");
    list = items.empty()
               ? html("<p role=\"status\">Tidak ada permohonan yang cocok.</p>")
               : html("<div class=\"kartu\"><ul class=\"polos tugas\">{}</ul></div>{}", items,
                      more ? html("<p class=\"halus\">Ada lebih banyak; persempit pencarian.</p>")
                           : Html());
  }
  Html body = html(
      "<h1>Cari permohonan</h1><form method=\"get\" action=\"/cari\" role=\"search\">"
      "<label for=\"q\">Nomor, nama pemohon, atau nama lembaga</label>"
      "<input type=\"search\" id=\"q\" name=\"q\" value=\"{}\" maxlength=\"100\">{}"
      "<p><button class=\"utama\">Cari</button></p></form>{}",
      asked,
      sops.size() < 2 ? Html()
                      : html("<label for=\"sop\">Layanan</label>{}",
                             service_choice(sops, sop, "Semua layanan")),
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
