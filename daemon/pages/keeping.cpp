// What administrators keep besides people and days: tokens of programs and officers, and silences.
// For administrators; the work is the store's, as of `tenggat token` and `silence`.
#include "daemon/pages/keeping.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/log.h"
#include "daemon/pages/officer_forms.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/silences.h"
#include "daemon/store/tokens.h"
#include "notifiers/utf8.h"
#include "notifiers/words.h"
#include "rules/utf8.h"

namespace tenggat::pages {
namespace {

constexpr std::chrono::hours kTokenLives{24 * 365};
constexpr std::chrono::hours kQuietMost{24 * 31};
constexpr std::size_t kWhyMost = 200;

struct ScopeWords {
  const char* id;
  const char* words;
};
constexpr ScopeWords kScopes[] = {
    {"intake", "mengajukan permohonan (intake)"},    {"act", "bertindak atas nama petugas (act)"},
    {"read", "membaca semua permohonan (read)"},     {"admin", "mengelola kantor (admin)"},
    {"bounce", "melaporkan surat kembali (bounce)"},
};

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

class KeepingPages : public PageGroup {
 public:
  explicit KeepingPages(const PageParts& parts) : PageGroup(parts), pool_(parts.pool) {}
  awaitable<Response> tokens(PageCall call);
  awaitable<Response> tokens_act(PageCall call);
  awaitable<Response> silences(PageCall call);
  awaitable<Response> silences_act(PageCall call);

 private:
  // `made`: a secret that is shown this once.
  awaitable<Response> tokens_page(const PageCall& call, int status, std::string fault, Html made);
  awaitable<std::string> change_token(std::string* secret, const PageCall& call,
                                      pg::Connection& db);
  awaitable<Response> silences_page(const PageCall& call, int status, std::string fault);
  awaitable<std::string> change_silence(const PageCall& call, pg::Connection& db);
  std::string read_silence(const PageCall& call, Silence& silence) const;
  std::string about_words(const Silence& silence) const;
  // An administrator is an officer, never a program.
  std::vector<NamedRole> roles_of_services() const {
    std::vector<NamedRole> roles = roles_to_hold(rulebook_.sops_in_force());
    std::erase_if(roles, [](const NamedRole& role) { return role.id == kAdministrator; });
    return roles;
  }
  const Calendar& calendar() const { return calendar_of(*rulebook_.sops_in_force().front()); }
  std::string name_of(const std::string& officer) const {
    const Officer* found = rulebook_.people().find(officer);
    return found ? found->name : officer;
  }

  pg::Pool& pool_;
};

// --- tokens --------------------------------------------------------------------------------------

Html token_form(const PageCall& call, const Html& roles) {
  const Typed typed(call.form, "buat");
  Html scopes;
  for (const ScopeWords& scope : kScopes)
    scopes += tick_box("cakupan", scope.id, scope.words, typed.has("cakupan", scope.id));
  return html(
      "<form method=\"post\" action=\"/token\">{}{}<label for=\"sistem\">Nama sistem <span "
      "class=\"halus\">(huruf kecil, tanpa spasi)</span></label><input type=\"text\" id=\"sistem\" "
      "name=\"sistem\" required maxlength=\"40\" autocapitalize=\"none\" spellcheck=\"false\" "
      "value=\"{}\"><fieldset class=\"pilihan\"><legend>Cakupan</legend>{}</fieldset>"
      "<p class=\"halus\">Peran berlaku untuk cakupan act; tanpa pilihan: semua kecuali tahap yang "
      "harus hadir sendiri.</p>{}<p class=\"halus\">Token berlaku satu tahun dan hanya ditampilkan "
      "sekali.</p><p><button class=\"utama\" name=\"aksi\" value=\"buat\">Buat token</button></p>"
      "</form>",
      hidden_fields(new_form_keys(call.who->visitor.csrf)), form_mark("buat"), typed.text("sistem"),
      scopes, roles);
}

}  // namespace

Html keeping_links(std::string_view here) {
  struct Link {
    const char* path;
    const char* words;
  };
  constexpr Link kLinks[] = {{"/token", "Token"},
                             {"/sesi-kantor", "Semua sesi"},
                             {"/hening", "Pesan ditahan"},
                             {"/saluran-kantor", "Saluran kantor"}};
  Html links;
  for (const auto& [path, words] : kLinks)
    links += here == path ? html("<li><strong aria-current=\"page\">{}</strong></li>", words)
                          : html("<li><a href=\"{}\">{}</a></li>", path, words);
  return html("<nav aria-label=\"Pengelolaan\"><ul class=\"mendatar\">{}</ul></nav>", links);
}

awaitable<Response> KeepingPages::tokens_page(const PageCall& call, int status, std::string fault,
                                              Html made) {
  auto reading = reader_.read({}, {});
  const Reading found = co_await std::move(reading);
  std::vector<store::Token> all;
  {
    auto acquiring = pool_.acquire();
    pg::Pool::Lease lease = co_await std::move(acquiring);
    auto loading = store::load_tokens(*lease);
    all = co_await std::move(loading);
  }
  Html items;
  for (const store::Token& token : all) {
    if (!token.live(found.moment.machine)) continue;
    const std::string whose =
        token.officer.empty() ? "Sistem " + token.service : name_of(token.officer);
    items += html(
        "<li class=\"berdampingan\"><span><strong>{}</strong> <span class=\"halus\">nomor {}{}{}"
        "<br>dibuat {} · berlaku sampai {} · {}</span></span><form method=\"post\" "
        "action=\"/token\">{}<input type=\"hidden\" name=\"nomor\" value=\"{}\"><button "
        "class=\"bahaya\" name=\"aksi\" value=\"cabut\" aria-label=\"Cabut token "
        "{}\">Cabut</button>"
        "</form></li>",
        whose, token.id, token.scopes.empty() ? "" : " · " + joined(token.scopes),
        token.roles.empty() ? "" : " · " + joined(token.roles),
        moment_words(calendar(), token.created_at),
        token.expires_at ? moment_words(calendar(), *token.expires_at) : "dicabut",
        token.used_at ? "dipakai terakhir " + moment_words(calendar(), *token.used_at)
                      : "belum pernah dipakai",
        hidden_fields(new_form_keys(call.who->visitor.csrf)), token.id, token.id);
  }
  if (items.empty()) items = html("<li>Tidak ada token yang berlaku.</li>");
  const bool beside = call.form.text("aksi") == "buat";
  const Html roles = role_boxes(roles_of_services(), call.form.texts("peran"));
  Html body = html("{}<h1>Token</h1>{}{}<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>{}",
                   keeping_links("/token"), made,
                   !fault.empty()                    ? message(fault, true)
                   : call.request.query.get("sudah") ? message("Token dicabut.")
                                                     : Html(),
                   items, folded("Buat token untuk sistem lain", token_form(call, roles), beside));
  co_return page(status, call, "Token", std::move(body));
}

awaitable<Response> KeepingPages::tokens(PageCall call) {
  auto showing = tokens_page(call, 200, "", {});
  co_return co_await std::move(showing);
}

awaitable<std::string> KeepingPages::change_token(std::string* secret, const PageCall& call,
                                                  pg::Connection& db) {
  if (call.form.text("aksi") == "cabut") {
    const auto id = http::parse_id(call.form.text("nomor"));
    if (!id) co_return "Token ini tidak ada.";
    auto revoking = store::revoke_token(db, by(call), *id);
    if (!co_await std::move(revoking)) co_return "Token ini sudah tidak berlaku.";
    log_event(Level::info, "token_revoked", {{"by", call.who->officer.id}, {"about", *id}});
    co_return "";
  }
  store::Token token;
  token.service = call.form.text("sistem");
  if (!store::valid_officer_id(token.service))
    co_return "Nama sistem: 1 sampai 40 huruf kecil, angka, titik, atau garis, tanpa spasi.";
  for (const ScopeWords& scope : kScopes)
    for (const std::string& asked : call.form.texts("cakupan"))
      if (asked == scope.id) token.scopes.push_back(asked);
  if (token.scopes.empty()) co_return "Pilih paling sedikit satu cakupan.";
  token.roles = call.form.texts("peran");
  const bool acts =
      std::find(token.scopes.begin(), token.scopes.end(), "act") != token.scopes.end();
  if (!token.roles.empty() && !acts) co_return "Peran hanya untuk cakupan act.";
  if (!all_known(token.roles, roles_of_services())) co_return "Salah satu peran tidak dikenal.";
  pg::Pipeline asking;
  const auto moment = asking.add(store::kMoment);
  auto running = db.run(std::move(asking));
  const pg::Results results = co_await std::move(running);
  token.expires_at = results[moment].machine + kTokenLives;
  *secret = store::new_token_secret();
  token.hash = store::token_hash(*secret);
  const std::string about = token.service;
  auto adding = store::add_token(db, by(call), std::move(token));
  if (!co_await std::move(adding)) co_return "Token tidak dapat dibuat.";
  log_event(Level::info, "token_created", {{"by", call.who->officer.id}, {"about", about}});
  co_return "";
}

awaitable<Response> KeepingPages::tokens_act(PageCall call) {
  std::string fault = call.why, secret;
  const std::string action = call.form.text("aksi");
  if (!call.look) {
    if (action != "buat" && action != "cabut") co_return stale_form(call);
    auto changing =
        change_once(pool_, call, std::bind_front(&KeepingPages::change_token, this, &secret));
    fault = co_await std::move(changing);
    if (fault.empty() && secret.empty()) co_return see_other("/token?sudah=ya");
  }
  Html made;
  if (!secret.empty())
    made = html(
        "<div class=\"pesan\" role=\"status\"><p>Token untuk {}; hanya ditampilkan kali ini:</p>"
        "<p><code>{}</code></p></div>",
        call.form.text("sistem"), secret);
  if (!secret.empty()) call.form = {};
  const int status = call.look ? call.look_status() : fault.empty() ? 200 : 422;
  auto showing = tokens_page(call, status, fault, std::move(made));
  co_return co_await std::move(showing);
}

// --- silences ------------------------------------------------------------------------------------

std::string KeepingPages::about_words(const Silence& silence) const {
  if (silence.kind == Silence::Kind::officer) return name_of(silence.subject);
  if (silence.kind != Silence::Kind::step) return "permohonan " + silence.subject;
  const std::size_t dot = silence.subject.find('.');
  const Sop* sop = rulebook_.sop_in_force(silence.subject.substr(0, dot));
  const Step* step =
      sop && dot != std::string::npos ? sop->find_step(silence.subject.substr(dot + 1)) : nullptr;
  return step ? sop->title + ": " + step->short_name : "tahap " + silence.subject;
}

awaitable<Response> KeepingPages::silences_page(const PageCall& call, int status,
                                                std::string fault) {
  pg::Pipeline looking;
  const auto asked = store::add_silences(looking, false);
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  const Typed typed(call.form, "tahan");
  Html items, officers, steps;
  for (const store::StoredSilence& one : found.results[asked]) {
    const Silence& silence = one.silence;
    const std::string about = about_words(silence);
    items += html(
        "<li class=\"berdampingan\"><span><strong>{}</strong><br><span class=\"halus\">sampai {} · "
        "diminta {} · {}</span></span><form method=\"post\" action=\"/hening\">{}"
        "<input type=\"hidden\" name=\"nomor\" value=\"{}\"><button name=\"aksi\" value=\"akhiri\" "
        "aria-label=\"Akhiri penahanan {}\">Akhiri</button></form></li>",
        about, end_words(calendar(), silence.until), silence.by, silence.why,
        hidden_fields(new_form_keys(call.who->visitor.csrf)), silence.id, about);
  }
  if (items.empty()) items = html("<li>Tidak ada pesan yang ditahan.</li>");
  for (const Officer& officer : rulebook_.people().officers)
    if (officer.ended.empty())
      officers += option("pegawai " + officer.id, officer.name,
                         typed.text("sasaran") == "pegawai " + officer.id);
  for (const Sop* sop : rulebook_.sops_in_force())
    for (const Step& step : sop->steps)
      if (!sop->is_applicant(step.role)) {
        const std::string id = fmt::format("tahap {}.{}", sop->id, step.id);
        steps += option(id, sop->title + ": " + step.short_name, typed.text("sasaran") == id);
      }
  const Html form = html(
      "<form method=\"post\" action=\"/hening\">{}{}<label for=\"sasaran\">Pesan kepada atau "
      "tentang"
      "</label><select id=\"sasaran\" name=\"sasaran\"><optgroup label=\"Pegawai\">{}</optgroup>"
      "<optgroup label=\"Tahap\">{}</optgroup></select><label for=\"sampai\">Sampai akhir tanggal"
      "</label><input type=\"date\" id=\"sampai\" name=\"sampai\" required value=\"{}\">"
      "<label for=\"alasan\">Alasan</label><input type=\"text\" id=\"alasan\" name=\"alasan\" "
      "required "
      "maxlength=\"200\" value=\"{}\"><p><button class=\"utama\" name=\"aksi\" "
      "value=\"tahan\">Tahan "
      "pesan</button></p></form>",
      hidden_fields(new_form_keys(call.who->visitor.csrf)), form_mark("tahan"), officers, steps,
      typed.text("sampai"), typed.text("alasan"));
  Html body = html(
      "{}<h1>Pesan ditahan</h1><p class=\"halus\">Pesan kepada petugas ditahan sampai waktunya, "
      "lalu "
      "yang masih perlu dikirim. Waktu tetap berjalan, dan pemohon tetap diberi tahu.</p>{}"
      "<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>{}",
      keeping_links("/hening"),
      !fault.empty()                    ? message(fault, true)
      : call.request.query.get("sudah") ? message("Tersimpan.")
                                        : Html(),
      items, folded("Tahan pesan", form, bool(typed)));
  co_return page(status, call, "Pesan ditahan", std::move(body));
}

awaitable<Response> KeepingPages::silences(PageCall call) {
  auto showing = silences_page(call, 200, "");
  co_return co_await std::move(showing);
}

// What the form asks for; why not, or nothing.
std::string KeepingPages::read_silence(const PageCall& call, Silence& silence) const {
  std::string about = call.form.text("sasaran");
  const bool officer = about.starts_with("pegawai ");
  if (!officer && !about.starts_with("tahap ")) return "Pilih pegawai atau tahap.";
  silence.kind = officer ? Silence::Kind::officer : Silence::Kind::step;
  silence.subject = about.substr(about.find(' ') + 1);
  const std::size_t dot = silence.subject.find('.');
  const Sop* sop = officer || dot == std::string::npos
                       ? nullptr
                       : rulebook_.sop_in_force(silence.subject.substr(0, dot));
  if (officer ? !rulebook_.people().find(silence.subject)
              : !sop || !sop->find_step(silence.subject.substr(dot + 1)))
    return "Pilih pegawai atau tahap.";
  silence.by = call.who->officer.name;
  silence.why = notify::one_line(call.form.text("alasan"));
  if (silence.why.empty() || notify::characters(silence.why) > kWhyMost)
    return "Alasan wajib diisi, paling banyak 200 huruf.";
  if (has_hidden_character(call.form.text("alasan"))) return std::string(kHiddenCharacter);
  const std::string day = call.form.text("sampai");
  if (!is_civil_date(day)) return "Tanggal ini tidak dikenali.";
  silence.until = calendar().midnight(std::stoi(day.substr(0, 4)),
                                      static_cast<unsigned>(std::stoi(day.substr(5, 2))),
                                      static_cast<unsigned>(std::stoi(day.substr(8, 2)))) +
                  std::chrono::hours(24);
  if (silence.until > call.who->now + kQuietMost) return "Paling lama 31 hari.";
  return "";
}

awaitable<std::string> KeepingPages::change_silence(const PageCall& call, pg::Connection& db) {
  if (call.form.text("aksi") == "akhiri") {
    const auto id = http::parse_id(call.form.text("nomor"));
    if (!id) co_return "Penahanan ini sudah berakhir.";
    auto ending = store::end_silence(db, by(call), *id);
    if (!co_await std::move(ending)) co_return "Penahanan ini sudah berakhir.";
    co_return "";
  }
  Silence silence;
  const std::string fault = read_silence(call, silence);
  if (!fault.empty()) co_return fault;
  auto adding = store::add_silence(db, by(call), std::move(silence));
  if (!co_await std::move(adding)) co_return "Tanggal itu sudah lewat.";
  co_return "";
}

awaitable<Response> KeepingPages::silences_act(PageCall call) {
  std::string fault = call.why;
  const std::string action = call.form.text("aksi");
  if (!call.look) {
    if (action != "tahan" && action != "akhiri") co_return stale_form(call);
    auto changing = change_once(pool_, call, std::bind_front(&KeepingPages::change_silence, this));
    fault = co_await std::move(changing);
    if (fault.empty()) co_return see_other("/hening?sudah=ya");
  }
  auto showing = silences_page(call, call.look ? call.look_status() : 422, fault);
  co_return co_await std::move(showing);
}

std::vector<PageRoute> keeping_pages(const PageParts* parts) {
  static constexpr http::RowOf<KeepingPages, PageCall> kRows[] = {
      {"GET", "/token", "page_officer_tokens", Who::administrator, In::none, Out::counted,
       &KeepingPages::tokens},
      {"POST", "/token", "page_officer_tokens_act", Who::administrator, In::whole, Out::counted,
       &KeepingPages::tokens_act},
      {"GET", "/hening", "page_officer_silences", Who::administrator, In::none, Out::counted,
       &KeepingPages::silences},
      {"POST", "/hening", "page_officer_silences_act", Who::administrator, In::whole, Out::counted,
       &KeepingPages::silences_act},
  };
  std::vector<PageRoute> all = http::answered_by(parts, kRows);
  for (PageRoute& route : office_channel_pages(parts)) all.push_back(std::move(route));
  return all;
}

}  // namespace tenggat::pages
