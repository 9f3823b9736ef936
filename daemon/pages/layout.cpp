#include "daemon/pages/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/script.h"
#include "daemon/pages/style.h"
#include "notifiers/qr.h"

namespace tenggat::pages {
namespace {

constexpr const char* kContentSecurity =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'";
// The desk's own script, which asks for nothing.
constexpr const char* kContentSecurityOfDesk =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
// Documents of ours are shown within the page: of our own origin, each sandboxed by its own answer.
constexpr const char* kContentSecurityOfFile =
    "default-src 'none'; style-src 'self'; img-src 'self'; object-src 'self'; frame-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
// The board's own script, and the stream it listens to.
constexpr const char* kContentSecurityOfBoard =
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

Html head_for_anybody(const Page& page) {
  const bool english = page.tongue == notify::Tongue::english;
  Html links = page.beside_name;
  if (!page.other_tongue.empty())
    links += html("<a href=\"{}\" lang=\"{}\" hreflang=\"{}\">{}</a>", page.other_tongue,
                  english ? "id" : "en", english ? "id" : "en",
                  english ? "Bahasa Indonesia" : "English");
  if (!links.empty())
    links =
        html("<nav aria-label=\"{}\">{}</nav>", english ? "Other pages" : "Halaman lain", links);
  return html(
      "<header class=\"atas\"><div class=\"lebar\"><p><strong>{}</strong></p>{}</div></header>",
      page.office, links);
}

Html head_of_page(const Page& page) {
  if (!page.visitor) return head_for_anybody(page);
  const Html of_administrators =
      page.visitor->administrator
          ? html(
                "<a href=\"/pegawai\">Pegawai</a><a href=\"/kalender\">Kalender</a>"
                "<a href=\"/pesan\">Pesan gagal</a><a href=\"/token\">Pengelolaan</a>")
          : Html();
  const Html of_overseers = html(
      "{}{}",
      page.visitor->overseer || page.visitor->reports ? html("<a href=\"/laporan\">Laporan</a>")
                                                      : Html(),
      page.visitor->overseer ? html("<a href=\"/jejak\">Jejak kantor</a>") : Html());
  const Html of_superiors =
      page.visitor->superior
          ? html("<a href=\"/eskalasi\">Eskalasi</a><a href=\"/eskalasi#tim\">Tim saya</a>")
          : Html();
  const Html tasks =
      page.frame == Page::Frame::desk
          ? html("<a href=\"/tugas\" aria-current=\"page\">Tugas saya{}</a>", page.tasks)
          : html("<a href=\"/tugas\">Tugas saya</a>");
  return html(
      "<header class=\"atas\"><div class=\"lebar\"><p><strong>Tenggat</strong> · {}"
      "<br><span class=\"halus\">{}</span></p>"
      "<nav aria-label=\"Menu utama\">{}{}"
      "<a href=\"/agenda\">Agenda</a><a href=\"/papan\">Papan</a><a "
      "href=\"/layanan\">Layanan</a><a href=\"/cari\">Cari</a>{}{}"
      "<a href=\"/saluran\">Saluran</a><a href=\"/sesi\">Sesi</a><form method=\"post\" "
      "action=\"/keluar\">"
      "<input type=\"hidden\" name=\"token\" value=\"{}\">"
      "<button>Keluar</button></form></nav></div></header>",
      page.visitor->name, page.visitor->duties, tasks, of_superiors, of_administrators,
      of_overseers, page.visitor->csrf);
}

bool renews_itself(const Page& page) {
  return page.frame == Page::Frame::board || page.frame == Page::Frame::screen;
}

// The desk's keys; the board is kept up to date by script where there is one, else by loading
// itself again.
Html script_of(const Page& page) {
  if (page.frame == Page::Frame::desk)
    return html("<script src=\"{}\" defer></script>", tasks_script_address());
  if (!renews_itself(page)) return {};
  return html(
      "<script src=\"{}\" defer></script>"
      "<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>",
      board_script_address());
}

std::string_view class_of(Page::Frame frame) {
  switch (frame) {
    case Page::Frame::column:
      return "";
    case Page::Frame::wide:
      return "luas";
    case Page::Frame::desk:
      return "luas kerja";
    case Page::Frame::file:
      return "luas berkas";
    case Page::Frame::board:
      return "luas papan";
    case Page::Frame::screen:
      return "luas papan layar";
  }
  return "";
}

void add_security(http::Response& response, const char* policy = kContentSecurity) {
  response.headers.set("Content-Security-Policy", policy);
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("Cache-Control", "no-store");
}

}  // namespace

http::Response page_response(int status, const Page& page) {
  const bool english = page.tongue == notify::Tongue::english;
  const Html foot = page.foot.empty()
                        ? html("<footer><div class=\"lebar halus\">{} · {}</div></footer>",
                               page.office, english ? "Tenggat system" : "sistem Tenggat")
                        : html("<footer><div class=\"lebar\">{}</div></footer>", page.foot);
  // A wall's letters follow its width.
  const Html root = page.frame == Page::Frame::screen
                        ? html("<html lang=\"{}\" class=\"dinding\">", notify::code_of(page.tongue))
                        : html("<html lang=\"{}\">", notify::code_of(page.tongue));
  const Html whole = html(
      "<!DOCTYPE html>\n{}<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<meta name=\"robots\" content=\"noindex,nofollow\">"
      "<title>{}</title><link rel=\"stylesheet\" href=\"{}\">{}</head>\n"
      "<body class=\"{}\"><a class=\"loncat\" href=\"#isi\">{}</a>{}"
      "<main id=\"isi\"><div class=\"lebar\">\n{}</div></main>\n"
      "{}</body></html>\n",
      root, page.title, style_address(), script_of(page), class_of(page.frame),
      english ? "Skip to the content" : "Langsung ke isi", head_of_page(page), page.body, foot);
  http::Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = whole.bytes();
  add_security(response, renews_itself(page)               ? kContentSecurityOfBoard
                         : page.frame == Page::Frame::desk ? kContentSecurityOfDesk
                         : page.frame == Page::Frame::file ? kContentSecurityOfFile
                                                           : kContentSecurity);
  return response;
}

http::Response see_other(std::string path) {
  http::Response response;
  response.status = 303;
  response.headers.set("Location", std::move(path));
  add_security(response);
  return response;
}

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::ok:
      return "ok";
    case Tone::soon:
      return "segera";
    case Tone::late:
      return "terlambat";
    case Tone::paused:
      return "jeda";
    case Tone::neutral:
      break;
  }
  return "";
}

Html badge(Tone tone, std::string_view words) {
  return html("<span class=\"lencana {}\">{}</span>", class_of(tone), words);
}

Html message(std::string_view words, bool fault) {
  // A fault stands beside the form it is of, and the page opens there.
  if (fault)
    return html("<p class=\"pesan salah\" role=\"alert\" tabindex=\"-1\" autofocus>{}</p>", words);
  return html("<p class=\"pesan\" role=\"status\">{}</p>", words);
}

Html progress_bar(std::int64_t percent) {
  return html(
      "<div class=\"batang\" aria-hidden=\"true\"><svg viewBox=\"0 0 100 8\" "
      "preserveAspectRatio=\"none\"><rect width=\"{}\" height=\"8\"/></svg></div>",
      std::clamp<std::int64_t>(percent, 0, 100));
}

Html qr_code(std::string_view link) {
  const notify::QrCode code(link);
  const std::string box = fmt::format("0 0 {0} {0}", code.width());
  return html(
      "<svg class=\"qr\" role=\"img\" aria-label=\"Kode QR tanda bukti\" viewBox=\"{}\" "
      "shape-rendering=\"crispEdges\"><path d=\"{}\"/></svg>",
      box, code.svg_path());
}

Html hidden_fields(const FormKeys& keys) {
  return html(
      "<input type=\"hidden\" name=\"token\" value=\"{}\">"
      "<input type=\"hidden\" name=\"kunci\" value=\"{}\">"
      "<button class=\"tersembunyi\" name=\"aksi\" value=\"{}\" formmethod=\"dialog\" "
      "formnovalidate=\"\" tabindex=\"-1\" aria-hidden=\"true\">Tinjau</button>",
      keys.csrf, keys.once, kLookAgain);
}

Html form_mark(std::string_view form) {
  return html("<input type=\"hidden\" name=\"formulir\" value=\"{}\">", form);
}

Html tick_box(std::string_view name, std::string_view value, std::string_view words, bool ticked) {
  return ticked ? html(
                      "<label><input type=\"checkbox\" name=\"{}\" value=\"{}\" checked><span>{}"
                      "</span></label>",
                      name, value, words)
                : html(
                      "<label><input type=\"checkbox\" name=\"{}\" value=\"{}\"><span>{}</span>"
                      "</label>",
                      name, value, words);
}

Html radio_button(std::string_view name, std::string_view value, std::string_view words,
                  bool chosen) {
  return chosen
             ? html(
                   "<label><input type=\"radio\" name=\"{}\" value=\"{}\" checked><span>{}</span>"
                   "</label>",
                   name, value, words)
             : html("<label><input type=\"radio\" name=\"{}\" value=\"{}\"><span>{}</span></label>",
                    name, value, words);
}

Html option(std::string_view value, std::string_view words, bool chosen) {
  return chosen ? html("<option value=\"{}\" selected>{}</option>", value, words)
                : html("<option value=\"{}\">{}</option>", value, words);
}

Html folded(std::string_view summary, const Html& inside, bool open) {
  return open ? html("<details open><summary>{}</summary>{}</details>", summary, inside)
              : html("<details><summary>{}</summary>{}</details>", summary, inside);
}

}  // namespace tenggat::pages
