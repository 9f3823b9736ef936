// "Laporan": was the month good, and if not, where? For management and whoever observes: on screen,
// on paper, as a file for spreadsheets; and everything on record about one permit.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/office/derivation.h"
#include "daemon/pages/dossier.h"
#include "daemon/pages/forecast_words.h"
#include "daemon/pages/month_report.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/letters.h"
#include "daemon/store/report.h"

namespace tenggat::pages {
namespace {

constexpr int kMonthsOffered = 6;
constexpr int kListed = 100, kSkippedAtMost = 1'000'000;

// A document of its own, with its style within.
constexpr const char* kContentSecurityOfPaper =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

bool is_month(std::string_view text) {
  return text.size() == 7 && is_civil_date(std::string(text) + "-01");
}

// The month `back` before this one.
std::string month_before(const LocalTime& today, int back) {
  const int months = today.year * 12 + static_cast<int>(today.month) - 1 - back;
  return fmt::format("{:04}-{:02}", months / 12, months % 12 + 1);
}

Response document(std::string content_type, std::string body, const std::string& file) {
  Response response;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  response.headers.set("Content-Security-Policy", kContentSecurityOfPaper);
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cache-Control", "no-store");
  if (!file.empty())
    response.headers.set("Content-Disposition", fmt::format("attachment; filename=\"{}\"", file));
  return response;
}

class ReportPages : public PageGroup {
 public:
  explicit ReportPages(const PageParts& parts) : PageGroup(parts), pool_(parts.pool) {}
  awaitable<Response> report(PageCall call);
  awaitable<Response> printed_report(PageCall call);
  awaitable<Response> csv(PageCall call);
  awaitable<Response> workbook(PageCall call);
  awaitable<Response> counted(PageCall call);
  awaitable<Response> evidence(PageCall call);

 private:
  // What the address names.
  struct Chosen {
    const Sop* sop = nullptr;  // null: there is none such
    std::string month;
  };
  // ... and its figures.
  struct Asked : Chosen {
    store::MonthReport figures;
  };
  // What a report is handed out as; `ending` of the file, empty: it is shown.
  struct Form {
    const char *content_type, *ending;
    std::string (*make)(const ReportSubject& subject);
  };
  Chosen chosen_by(const PageCall& call) const;
  awaitable<Asked> asked(const PageCall& call);
  awaitable<Response> given_out(PageCall call, Form form);
  Html counted_body(const PageCall& call, const FigureWords& figure,
                    const store::MonthListQuery& query, std::vector<store::MonthListed> found,
                    bool more) const;
  ReportSubject subject_of(const Asked& asked, const Context& context) const {
    return {asked.figures, context, asked.month, signing_in_.office_name()};
  }
  Html choices(const PageCall& call, const Asked& asked) const;
  bool may_read(const PageCall& call) const {
    return call.who->visitor.overseer ||
           reads_reports(rulebook_, call.who->officer.id, call.who->now);
  }
  Response not_theirs(const PageCall& call) const {
    return refusal_page(403, call, "Tidak berwenang", "Laporan ini untuk pimpinan dan pengawas.");
  }

  pg::Pool& pool_;
};

}  // namespace

// Whoever others report to in some service, today.
bool reads_reports(const office::Rulebook& rulebook, std::string_view officer, Instant now) {
  const std::vector<const Sop*> sops = rulebook.sops_in_force();
  if (sops.empty()) return false;
  const Context context = rulebook.context(*sops.front(), now);
  for (const Duty& duty : context.people.duties(officer, context.today()))
    for (const Sop* sop : sops) {
      if (duty.role == sop->head) return true;
      for (const Role& role : sop->roles) {
        const std::vector<std::string> chain = sop->chain(role.id);
        if (std::find(chain.begin(), chain.end(), duty.role) != chain.end()) return true;
      }
    }
  return false;
}

ReportPages::Chosen ReportPages::chosen_by(const PageCall& call) const {
  Chosen chosen;
  const auto named = call.request.query.get("sop");
  for (const Sop* sop : rulebook_.sops_in_force())
    if (!chosen.sop && (!named || sop->id == *named)) chosen.sop = sop;
  if (!chosen.sop) return chosen;
  const LocalTime today = calendar_of(*chosen.sop).local(call.who->now);
  const std::string month(call.request.query.get("bulan").value_or(""));
  chosen.month = is_month(month) ? month : month_before(today, 1);
  return chosen;
}

awaitable<ReportPages::Asked> ReportPages::asked(const PageCall& call) {
  Asked asked{chosen_by(call), {}};
  if (!asked.sop) co_return asked;
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto reading = store::month_report(*lease, asked.sop->id, asked.month);
  asked.figures = co_await std::move(reading);
  co_return asked;
}

Html ReportPages::choices(const PageCall& call, const Asked& asked) const {
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const LocalTime today = calendar_of(*asked.sop).local(call.who->now);
  Html months;
  for (int back = kMonthsOffered; back >= 0; --back) {
    const std::string month = month_before(today, back);
    const std::string words = month_words(month) + (back == 0 ? ", berjalan" : "");
    months +=
        month == asked.month
            ? html("<li><strong aria-current=\"page\">{}</strong></li>", words)
            : html("<li><a class=\"sentuh\" href=\"/laporan?sop={}&amp;bulan={}\">{}</a></li>",
                   asked.sop->id, month, words);
  }
  Html services;
  if (sops.size() > 1)
    services = html(
        "<form method=\"get\" action=\"/laporan\" class=\"sebaris\"><label "
        "for=\"sop\">Layanan</label>"
        "{}<input type=\"hidden\" name=\"bulan\" value=\"{}\"><button>Tampilkan</button></form>",
        service_choice(sops, asked.sop->id, ""), asked.month);
  const std::string query = fmt::format("?sop={}&bulan={}", asked.sop->id, asked.month);
  return html(
      "<nav aria-label=\"Bulan\"><ul class=\"mendatar\">{}</ul></nav>{}<div class=\"sebaris\">"
      "<a class=\"tombol utama\" href=\"/laporan/cetak{}\">Cetak</a>"
      "<a class=\"tombol\" href=\"/laporan/unduh.csv{}\">Unduh CSV</a>"
      "<a class=\"tombol\" href=\"/laporan/unduh.xlsx{}\">Unduh XLSX</a></div>",
      months, services, query, query, query);
}

awaitable<Response> ReportPages::report(PageCall call) {
  if (!may_read(call)) co_return not_theirs(call);
  auto asking = asked(call);
  const Asked found = co_await std::move(asking);
  if (!found.sop) co_return not_found(call);
  pg::Pipeline more;
  const auto service = store::add_forecast_service(more, found.sop->id);
  const auto months = store::add_forecast_months(more, found.sop->id, kMonthsOffered);
  auto reading = reader_.read({}, std::move(more));
  const Reading beside = co_await std::move(reading);
  const Context context = rulebook_.context(*found.sop, call.who->now);
  const std::string title = "Laporan " + month_words(found.month);
  Html body = html(
      "<h1>{}</h1><p class=\"halus\">{} · angka per {}</p>{}<div class=\"laporan\" tabindex=\"0\" "
      "role=\"region\" "
      "aria-label=\"Angka bulan ini\">{}{}</div>",
      title, found.sop->title, moment_words(calendar_of(*found.sop), call.who->now),
      choices(call, found), month_report_body(subject_of(found, context)),
      forecast_record(beside.results[service], beside.results[months], *found.sop));
  co_return page(200, call, title, std::move(body), true);
}

// For paper and for spreadsheets: a name for a file, where it is to be kept as one.
awaitable<Response> ReportPages::given_out(PageCall call, Form form) {
  if (!may_read(call)) co_return not_theirs(call);
  auto asking = asked(call);
  const Asked found = co_await std::move(asking);
  if (!found.sop) co_return not_found(call);
  const Context context = rulebook_.context(*found.sop, call.who->now);
  const std::string file =
      *form.ending ? fmt::format("laporan-{}-{}.{}", found.sop->id, found.month, form.ending) : "";
  co_return document(form.content_type, form.make(subject_of(found, context)), file);
}

awaitable<Response> ReportPages::printed_report(PageCall call) {
  return given_out(std::move(call), {"text/html; charset=utf-8", "", month_report_page});
}
awaitable<Response> ReportPages::csv(PageCall call) {
  return given_out(std::move(call), {"text/csv; charset=utf-8", "csv", month_report_csv});
}
awaitable<Response> ReportPages::workbook(PageCall call) {
  return given_out(std::move(call),
                   {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
                    month_report_xlsx});
}

// What a figure of the report counts, each with the way to it.
awaitable<Response> ReportPages::counted(PageCall call) {
  if (!may_read(call)) co_return not_theirs(call);
  const FigureWords* figure = figure_words(call.request.query.get("angka").value_or("masuk"));
  const Chosen chosen = chosen_by(call);
  if (!chosen.sop || !figure) co_return not_found(call);
  store::MonthListQuery query{chosen.sop->id, chosen.month, figure->figure};
  if (figure->of_steps) query.step = std::string(call.request.query.get("tahap").value_or(""));
  const auto skip = http::parse_id(call.request.query.get("lewati").value_or(""));
  query.skip = static_cast<int>(std::clamp<std::int64_t>(skip.value_or(0), 0, kSkippedAtMost));
  query.limit = kListed + 1;
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto reading = store::month_list(*lease, query);
  std::vector<store::MonthListed> found = co_await std::move(reading);
  const bool more = found.size() > kListed;
  if (more) found.resize(kListed);
  co_return page(200, call, figure->title,
                 counted_body(call, *figure, query, std::move(found), more));
}

Html ReportPages::counted_body(const PageCall& call, const FigureWords& figure,
                               const store::MonthListQuery& query,
                               std::vector<store::MonthListed> found, bool more) const {
  const Sop& sop = *rulebook_.sop_in_force(query.sop);
  const Calendar& calendar = calendar_of(sop);
  Html items;
  for (const store::MonthListed& one : found) {
    std::string under = one.number;
    if (!one.step.empty() && query.step.empty()) under += " · " + one.step;
    if (one.at)
      under += fmt::format(" · {} {}", figure.since, near_words(calendar, *one.at, call.who->now));
    items += html(
        "<li><a href=\"/permohonan/{}\"><strong>{}</strong></a><br><span "
        "class=\"halus\">{}</span></li>",
        one.permit, one.subject, under);
  }
  const std::string report = fmt::format("/laporan?sop={}&bulan={}", query.sop, query.month);
  Html next;
  if (more)
    next = html(
        "<p><a class=\"tombol\" href=\"/laporan/daftar?sop={}&amp;bulan={}&amp;angka={}{}"
        "&amp;lewati={}\">Berikutnya</a></p>",
        query.sop, query.month, figure.address,
        query.step.empty() ? "" : "&tahap=" + query_encoded(query.step), query.skip + kListed);
  const Step* step = sop.find_step(query.step);
  const std::size_t last = static_cast<std::size_t>(query.skip) + found.size();
  const std::string count = query.skip == 0 && !more
                                ? notify::number(static_cast<std::int64_t>(last))
                                : fmt::format("{}–{}", query.skip + 1, last);
  return html(
      "<p><a class=\"sentuh\" href=\"{}\">Laporan {}</a></p><h1>{}{}</h1><p class=\"halus\">{} · "
      "{} "
      "· {}</p>{}{}",
      report, month_words(query.month), figure.title, step ? ": " + step->short_name : "",
      sop.title, month_words(query.month), count,
      items.empty() ? html("<div class=\"kartu\"><p>Tidak ada.</p></div>")
                    : html("<div class=\"kartu\"><ul class=\"polos tugas\">{}</ul></div>", items),
      next);
}

// As `tenggat permit dossier`; who printed it is in the log.
awaitable<Response> ReportPages::evidence(PageCall call) {
  if (!may_read(call)) co_return not_theirs(call);
  auto finding = reader_.id_of(call.request.param("id"), call.request.trace);
  const auto id = co_await std::move(finding);
  if (!id) co_return not_found(call);
  pg::Pipeline more;
  const auto events = store::add_events(more, *id);
  const auto notes = store::add_notes(more, *id);
  const auto letters = store::add_letters(more, *id);
  const auto related = store::add_related(more, *id);
  const store::ToldAbout told(more, *id);
  const std::vector<std::int64_t> ids(1, *id);
  auto reading = reader_.read(ids, std::move(more));
  const Reading found = co_await std::move(reading);
  const auto permit = found.permits.find(*id);
  if (permit == found.permits.end()) co_return not_found(call);
  const store::StoredPermit& stored = permit->second;
  office::RulesOfRecord rules(rulebook_);
  store::AuditOptions options;
  options.permit = *id;
  options.derivation = &rules;
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto verifying = store::verify_record(*lease, options);
  const store::AuditReport chain = co_await std::move(verifying);
  const Context context = rulebook_.context(rulebook_.sop_version(stored.permit.sop_version),
                                            std::max(found.moment.now, stored.permit.changed_at));
  const std::vector<store::StoredEvent> its_events = found.results[events];
  const std::vector<store::StoredNote> its_notes = found.results[notes];
  const std::vector<store::ToldNotice> its_told = found.results[told];
  const std::vector<Delegation> its_letters = found.results[letters];
  const std::vector<store::RelatedPermit> its_related = found.results[related];
  const bool with_notes = call.request.query.get("catatan").value_or("") == "internal";
  const std::string address = fmt::format("/permohonan/{}/bukti", *id);
  log_event(Level::info, "evidence_printed",
            {{"by", "officer:" + call.who->officer.id},
             {"permit", stored.permit.number},
             {"internal_notes", with_notes}});
  const Dossier whole{stored,
                      context,
                      its_events,
                      its_notes,
                      its_told,
                      its_letters,
                      its_related,
                      chain,
                      signing_in_.office_name(),
                      with_notes,
                      address + (with_notes ? "" : "?catatan=internal")};
  co_return document("text/html; charset=utf-8", dossier_page(whole), "");
}

std::vector<PageRoute> report_pages(const PageParts* parts) {
  static constexpr http::RowOf<ReportPages, PageCall> kRows[] = {
      {"GET", "/laporan", "page_report", Who::officer, In::none, Out::counted,
       &ReportPages::report},
      {"GET", "/laporan/cetak", "page_report_print", Who::officer, In::none, Out::counted,
       &ReportPages::printed_report},
      {"GET", "/laporan/unduh.csv", "page_report_csv", Who::officer, In::none, Out::counted,
       &ReportPages::csv},
      {"GET", "/laporan/unduh.xlsx", "page_report_xlsx", Who::officer, In::none, Out::counted,
       &ReportPages::workbook},
      {"GET", "/laporan/daftar", "page_report_list", Who::officer, In::none, Out::counted,
       &ReportPages::counted},
      {"GET", "/permohonan/{id}/bukti", "page_evidence", Who::officer, In::none, Out::counted,
       &ReportPages::evidence},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
