// "Layanan": every service of the office with its numbers, the most troubled first; and of each
// what it asks for, its steps and its diagram. The numbers are the board's, so a look costs no
// query, however many permits there are.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/sop_diagram.h"
#include "daemon/pages/field_inputs.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"
#include "rules/ascii.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kQueryMax = 100;

struct Service {
  const Sop* sop = nullptr;
  bool retired = false;
  std::int64_t open = 0, due_soon = 0, overdue = 0, legal_passed = 0, finished = 0;
};

Service service_of(const Sop& sop, bool retired, const office::Board* board) {
  Service service{&sop, retired};
  if (!board) return service;
  const auto found = board->sops.find(sop.id);
  if (found == board->sops.end()) return service;
  const office::SopBoard& numbers = found->second;
  service.open = numbers.in_process + numbers.returned;
  service.overdue = numbers.overdue;
  service.legal_passed = numbers.legal_passed;
  service.finished = numbers.judged;
  for (const auto& [step, counts] : numbers.steps) service.due_soon += counts.due_soon;
  return service;
}

// In its title or its name.
bool is_meant(const Sop& sop, std::string_view words) {
  return lowered(sop.title + ' ' + sop.id).find(words) != std::string::npos;
}

bool comes_before(const Service& a, const Service& b) {
  if (a.overdue != b.overdue) return a.overdue > b.overdue;
  if (a.due_soon != b.due_soon) return a.due_soon > b.due_soon;
  if ((a.open > 0) != (b.open > 0)) return a.open > 0;
  return a.sop->title < b.sop->title;
}

constexpr std::string_view kFinished = "selesai";  // no list of the board

std::string list_address(const Sop& sop, std::string_view which) {
  std::string address = "/papan/daftar?sop=" + sop.id;
  if (!which.empty()) address += fmt::format("&keadaan={}", which);
  return address;
}

Html number_of(const Service& service, std::string_view which, std::int64_t count, Tone tone) {
  if (count == 0) return html("<span class=\"kosong\">0</span>");
  const std::string number = notify::number(count);
  if (which == kFinished) return html("{}", number);
  return html("<a class=\"lencana {}\" href=\"{}\">{}</a>", class_of(tone),
              list_address(*service.sop, which), number);
}

Html row_of(const Service& service) {
  const Sop& sop = *service.sop;
  const bool is_quiet = service.open == 0 && service.finished == 0;
  Html marks;
  if (service.retired) marks += html(" {}", badge(Tone::neutral, "tidak menerima permohonan baru"));
  if (service.legal_passed > 0)
    marks += html(" <a class=\"lencana {}\" href=\"{}\">{} melewati batas hukum</a>",
                  class_of(Tone::late), list_address(sop, "legal_passed"),
                  notify::number(service.legal_passed));
  return html(
      "<tr class=\"{}\"><th scope=\"row\"><a href=\"/papan?sop={}\">{}</a>{}</th>"
      "<td class=\"angka\" data-nama=\"Terbuka\">{}</td>"
      "<td class=\"angka\" data-nama=\"Segera\">{}</td>"
      "<td class=\"angka\" data-nama=\"Terlambat\">{}</td>"
      "<td class=\"angka\" data-nama=\"Selesai bulan ini\">{}</td>"
      "<td><a href=\"/layanan/{}\" aria-label=\"SOP {}\">SOP</a></td></tr>",
      is_quiet ? "sepi" : "", sop.id, sop.title, marks,
      number_of(service, "", service.open, Tone::neutral),
      number_of(service, "due_soon", service.due_soon, Tone::soon),
      number_of(service, "overdue", service.overdue, Tone::late),
      number_of(service, kFinished, service.finished, Tone::ok), sop.id, sop.title);
}

Html table_of(const std::vector<Service>& services) {
  Html rows;
  for (const Service& service : services) rows += row_of(service);
  return html(
      "<table class=\"layanan kartu\"><caption class=\"tersembunyi\">Layanan dan jumlah berkasnya"
      "</caption><thead><tr><th scope=\"col\">Layanan</th><th scope=\"col\" "
      "class=\"angka\">Terbuka</th>"
      "<th scope=\"col\" class=\"angka\">Segera</th><th scope=\"col\" "
      "class=\"angka\">Terlambat</th>"
      "<th scope=\"col\" class=\"angka\">Selesai bulan ini</th><th "
      "scope=\"col\">SOP</th></tr></thead>"
      "<tbody>{}</tbody></table>",
      rows);
}

std::string outputs_words(const Step& step, const Sop& sop) {
  std::string words;
  for (const Output& output : step.outputs)
    words += (words.empty() ? "" : ", ") + document_name(output.kind, sop);
  return words;
}

Html steps_of(const Sop& sop) {
  Html rows;
  for (const Step& step : sop.steps)
    rows += html(
        "<tr><th scope=\"row\">{}. {}</th><td data-nama=\"Pelaksana\">{}</td>"
        "<td data-nama=\"Waktu\">{}</td><td data-nama=\"Hasil\">{}</td></tr>",
        step.number, step.activity, role_words(sop, step.role), budget_words(step.standard),
        outputs_words(step, sop));
  return html(
      "<h2>Langkah</h2><table class=\"layanan kartu\"><thead><tr><th scope=\"col\">Kegiatan</th>"
      "<th scope=\"col\">Pelaksana</th><th scope=\"col\">Waktu</th><th scope=\"col\">Hasil</th>"
      "</tr></thead><tbody>{}</tbody></table>",
      rows);
}

Html asked_by(const Sop& sop) {
  Html items;
  for (const std::string& kind : sop.steps.front().needs)
    items += html("<li>{}</li>", document_name(kind, sop));
  for (const Field* field : fields_asked(sop))
    items += html("<li>{}{}</li>", field->label, field->required ? " (wajib)" : "");
  return items.empty() ? Html() : html("<h2>Yang diminta dari pemohon</h2><ul>{}</ul>", items);
}

class ServicePages : public PageGroup {
 public:
  explicit ServicePages(const PageParts& parts) : PageGroup(parts), board_(parts.board) {}
  awaitable<Response> services(PageCall call);
  awaitable<Response> service(PageCall call);
  awaitable<Response> diagram(PageCall call);

 private:
  office::BoardFeed& board_;
};

}  // namespace

awaitable<Response> ServicePages::services(PageCall call) {
  const std::string asked =
      http::searched_words(call.request.query.get("q").value_or("").substr(0, kQueryMax));
  const auto board = board_.current();
  std::vector<Service> services;
  std::size_t all = 0;
  for (const Sop* sop : rulebook_.sops_in_force()) {
    ++all;
    if (is_meant(*sop, lowered(asked)))
      services.push_back(service_of(*sop, rulebook_.is_retired(sop->id), board.get()));
  }
  std::sort(services.begin(), services.end(), comes_before);
  const std::string how_many = services.size() == all
                                   ? fmt::format("{} layanan", all)
                                   : fmt::format("{} dari {} layanan", services.size(), all);
  Html body = html(
      "<h1>Layanan</h1><form method=\"get\" action=\"/layanan\" role=\"search\">"
      "<label for=\"q\">Nama layanan</label><div class=\"sebaris cari\">"
      "<input type=\"search\" id=\"q\" name=\"q\" value=\"{}\" maxlength=\"100\">"
      "<button class=\"utama\">Cari</button></div></form>"
      "<p class=\"halus\" role=\"status\">{} · yang terlambat lebih dahulu, lalu yang "
      "mempunyai berkas terbuka, menurut nama{}</p>{}",
      asked, how_many, board ? "" : " · angka sedang dibaca",
      services.empty() ? html("<p>Tidak ada layanan yang cocok.</p>") : table_of(services));
  co_return page(200, call, "Layanan", std::move(body), true);
}

awaitable<Response> ServicePages::service(PageCall call) {
  const Sop* sop = rulebook_.sop_in_force(call.request.param("id"));
  if (!sop) co_return not_found(call);
  const Html retired =
      rulebook_.is_retired(sop->id)
          ? html("<p>{}</p>", badge(Tone::neutral, "tidak menerima permohonan baru"))
          : Html();
  const Html legal =
      sop->legal.basis.empty()
          ? Html()
          : html("<dt>Batas menurut hukum</dt><dd>{} <span class=\"halus\">({})</span></dd>",
                 budget_words(sop->legal.limit), sop->legal.basis);
  const LocalTime today = calendar_of(*sop).local(call.who->now);
  Html body = html(
      "<p class=\"halus\"><a href=\"/layanan\">Layanan</a></p><h1>{}</h1>{}<div class=\"kartu\">"
      "<dl class=\"fakta\"><dt>Waktu layanan</dt><dd>{}</dd>{}<dt>Contoh nomor</dt><dd>{}</dd></dl>"
      "<div class=\"sebaris\"><a class=\"tombol\" href=\"/papan?sop={}\">Papan</a>"
      "<a class=\"tombol\" href=\"/cari?sop={}\">Permohonan</a>"
      "<a class=\"tombol\" href=\"/layanan/{}/diagram.svg\">Diagram</a></div></div>{}{}",
      sop->title, retired, budget_words(sop->case_standard), legal,
      sop->number_format.print(today.year, today.month, 1), sop->id, sop->id, sop->id,
      asked_by(*sop), steps_of(*sop));
  co_return page(200, call, sop->title, std::move(body), true);
}

awaitable<Response> ServicePages::diagram(PageCall call) {
  const Sop* sop = rulebook_.sop_in_force(call.request.param("id"));
  if (!sop) co_return not_found(call);
  Response response;
  response.content_type = "image/svg+xml; charset=utf-8";
  response.body = sop_diagram(*sop);
  response.headers.set("Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

std::vector<PageRoute> service_pages(const PageParts* parts) {
  static constexpr http::RowOf<ServicePages, PageCall> kRows[] = {
      {"GET", "/layanan", "page_services", Who::officer, In::none, Out::counted,
       &ServicePages::services},
      {"GET", "/layanan/{id}", "page_service", Who::officer, In::none, Out::counted,
       &ServicePages::service},
      {"GET", "/layanan/{id}/diagram.svg", "page_service_diagram", Who::officer, In::none,
       Out::counted, &ServicePages::diagram},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
