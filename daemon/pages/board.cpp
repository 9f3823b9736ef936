// "Papan": where is it stuck? For the desk with a list behind each number, and for the wall's
// screen without; both follow the snapshot by server-sent events, or by themselves every half a
// minute.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/resources.h"
#include "daemon/pages/board_table.h"
#include "daemon/pages/forecast_words.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/script.h"
#include "daemon/pages/wall.h"
#include "daemon/pages/words.h"
#include "daemon/store/board.h"
#include "daemon/store/hash.h"
#include "daemon/store/sessions.h"
#include "notifiers/utf8.h"
#include "notifiers/words.h"
#include "rules/utf8.h"

namespace tenggat::pages {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kStreams = kShipped.board_streams;  // at once, of all readers; over: 503
// Of one session or one screen's link; over: 429.
constexpr std::size_t kStreamsOfOne = kShipped.board_streams_of_one;
constexpr auto kHeartbeat = 15s;
// Then the browser comes again, and it is asked again whether it may: a revoked link or a session
// that has ended sees the board no longer than this.
constexpr auto kStreamLives = kShipped.board_stream;
constexpr auto kStaleAfter = 5min;
constexpr int kListed = 50;
constexpr std::size_t kKioskName = 60;
constexpr std::size_t kLinked = 4;  // services, beside each other

const Sop* sop_asked(const Request& request, const std::vector<const Sop*>& sops) {
  const auto asked = request.query.get("sop");
  for (const Sop* sop : sops)
    if (asked && sop->id == *asked) return sop;
  return sops.empty() ? nullptr : sops.front();
}

// The services that a wall shows: those named, separated by commas, else all.
std::vector<const Sop*> wall_sops(std::string_view asked, const std::vector<const Sop*>& sops) {
  std::vector<const Sop*> chosen;
  while (!asked.empty()) {
    const std::string_view one = asked.substr(0, asked.find(','));
    asked.remove_prefix(std::min(one.size() + 1, asked.size()));
    for (const Sop* sop : sops)
      if (sop->id == one && std::ranges::find(chosen, sop) == chosen.end()) chosen.push_back(sop);
  }
  return chosen.empty() ? sops : chosen;
}

// By when the law wants it decided; the list is about that.
Html legal_date(const store::StoredPermit& stored, const office::Rulebook& rulebook) {
  const Sop& sop = rulebook.sop_version(stored.permit.sop_version);
  const Calendar& calendar = rulebook.calendar(sop.calendar);
  const auto ledger = legal_ledger(stored.permit, sop);
  const auto due = ledger ? Replay(*ledger, calendar).due() : std::nullopt;
  if (!due) return {};
  return html("<br><strong>Batas hukum {}</strong>",
              notify::short_moment(calendar.local_end(*due)));
}

// Why it may be late.
Html risk_of(std::int64_t id, const std::vector<store::Forecast>& said,
             const store::StoredPermit& stored, const office::Rulebook& rulebook) {
  const Sop& sop = rulebook.sop_version(stored.permit.sop_version);
  for (const store::Forecast& one : said)
    if (one.permit == id)
      return html("<br>{}", risk_mark(one, sop, rulebook.calendar(sop.calendar)));
  return {};
}

// Where there are several SOPs, the way to the others; of many, by choosing one.
Html other_sops(const std::vector<const Sop*>& sops, const Sop& shown, const std::string& path) {
  if (sops.size() < 2) return {};
  if (sops.size() > kLinked)
    return html(
        "<form method=\"get\" action=\"{}\" class=\"sebaris\"><label for=\"sop\">Layanan</label>{}"
        "<button>Tampilkan</button></form>",
        path, service_choice(sops, shown.id, ""));
  Html links;
  for (const Sop* sop : sops)
    links += sop == &shown
                 ? html("<li><strong>{}</strong></li>", sop->title)
                 : html("<li><a href=\"{}?sop={}\">{}</a></li>", path, sop->id, sop->title);
  return html("<nav aria-label=\"SOP lain\"><ul class=\"mendatar\">{}</ul></nav>", links);
}

Html frame_of(const Sop& sop, const std::string& stream, const Html& others, const Html& table,
              const Html& more) {
  return html("<h1>Papan {}</h1>{}<div id=\"papan\" data-aliran=\"{}?sop={}\">{}</div>{}",
              sop.title, others, stream, sop.id, table, more);
}

// Whose open visits a list is made of: a file that was returned is with its applicant.
std::vector<std::string> roles_listed(const Sop& sop, const Step* step, std::string_view which) {
  std::vector<std::string> roles;
  for (const Step& one : sop.steps) {
    if ((step && &one != step) || (which == "returned" && !sop.is_applicant(one.role))) continue;
    if (std::find(roles.begin(), roles.end(), one.role) == roles.end()) roles.push_back(one.role);
  }
  return roles;
}

std::string as_event(const std::string& text) {
  std::string event = "data: ";
  for (const char c : text) event += c == '\n' ? "\ndata: " : std::string(1, c);
  return event + "\n\n";
}

class BoardPages : public PageGroup {
 public:
  explicit BoardPages(const PageParts& parts)
      : PageGroup(parts), pool_(parts.pool), board_(parts.board), public_url_(parts.public_url) {}
  awaitable<Response> board(PageCall call);
  awaitable<Response> board_list(PageCall call);
  awaitable<Response> board_stream(PageCall call);
  awaitable<Response> board_script(PageCall call);
  awaitable<Response> kiosk(PageCall call);
  awaitable<Response> kiosk_stream(PageCall call);
  awaitable<Response> kiosks(PageCall call);
  awaitable<Response> kiosks_act(PageCall call);

 private:
  struct BoardReader;
  struct BoardReaders {
    std::size_t all = 0;
    std::map<std::string, std::size_t> of;  // by session or screen
  };

  Html board_of(const Sop& sop, bool links) const;
  Html wall(const std::string& asked) const;
  awaitable<std::string> next_of_board(std::shared_ptr<BoardReader> reader);
  Response stream_board(const PageCall& call, std::string owner, bool links);
  Response board_page(const PageCall& call, const Html& more) const;
  awaitable<bool> find_kiosk(const PageCall& call);
  awaitable<Response> kiosks_page(const PageCall& call, int status, Html notice);

  pg::Pool& pool_;
  office::BoardFeed& board_;
  const std::string public_url_;
  std::shared_ptr<BoardReaders> board_readers_ = std::make_shared<BoardReaders>();
};

}  // namespace

// --- what follows the snapshot -------------------------------------------------------------------

// A browser that listens. Counted for as long as its stream lives.
struct BoardPages::BoardReader {
  BoardReader(std::shared_ptr<BoardReaders> counted, std::string owner)
      : readers(std::move(counted)), who(std::move(owner)) {
    ++readers->all;
    ++readers->of[who];
  }
  BoardReader(const BoardReader&) = delete;
  BoardReader& operator=(const BoardReader&) = delete;
  ~BoardReader() {
    --readers->all;
    if (--readers->of[who] == 0) readers->of.erase(who);
  }

  std::shared_ptr<BoardReaders> readers;  // may outlive the pages
  std::string who;
  std::string sop;
  bool links = true;
  std::chrono::nanoseconds until{}, spoken_at{};
  std::string seen;  // the table as it was last sent
};

Html BoardPages::board_of(const Sop& sop, bool links) const {
  const auto board = board_.current();
  if (!board) return html("<p>Angka sedang dibaca; tunggu sebentar.</p>");
  const bool stale = Clock::monotonic() - board->read_at > kStaleAfter;
  return board_table({sop, calendar_of(sop), *board, links, stale});
}

Html BoardPages::wall(const std::string& asked) const {
  const auto board = board_.current();
  if (!board) return html("<p>Angka sedang dibaca; tunggu sebentar.</p>");
  std::vector<WallService> services;
  for (const Sop* sop : wall_sops(asked, rulebook_.sops_in_force()))
    services.push_back({sop, &calendar_of(*sop)});
  return wall_of({signing_in_.office_name(), std::move(services), *board,
                  Clock::monotonic() - board->read_at > kStaleAfter});
}

awaitable<std::string> BoardPages::next_of_board(std::shared_ptr<BoardReader> reader) {
  while (true) {
    const auto now = Clock::monotonic();
    const Sop* sop = reader->links ? rulebook_.sop_in_force(reader->sop) : nullptr;
    if (board_.closed() || (reader->links && !sop) || now >= reader->until) co_return "";
    std::string table = (sop ? board_of(*sop, true) : wall(reader->sop)).bytes();
    if (table != reader->seen) {
      reader->seen = std::move(table);
      reader->spoken_at = now;
      co_return as_event(reader->seen);
    }
    if (now - reader->spoken_at >= kHeartbeat) {
      reader->spoken_at = now;
      co_return ": masih di sini\n\n";
    }
    auto waiting = board_.wait(
        std::chrono::ceil<std::chrono::milliseconds>(reader->spoken_at + kHeartbeat - now));
    co_await std::move(waiting);
  }
}

Response BoardPages::stream_board(const PageCall& call, std::string owner, bool links) {
  const Sop* sop = sop_asked(call.request, rulebook_.sops_in_force());
  if (!sop) return not_found(call);
  const auto of_one = board_readers_->of.find(owner);
  const bool too_many_of_one =
      of_one != board_readers_->of.end() && of_one->second >= kStreamsOfOne;
  if (board_readers_->all >= kStreams || too_many_of_one) {
    Response later = refusal_page(too_many_of_one ? 429 : 503, call, "Terlalu banyak pembaca",
                                  "Terlalu banyak papan dibuka sekaligus.");
    later.headers.set("Retry-After", "30");
    return later;
  }
  const auto reader = std::make_shared<BoardReader>(board_readers_, std::move(owner));
  reader->sop = links ? sop->id : std::string(call.request.query.get("sop").value_or(""));
  reader->links = links;
  reader->spoken_at = Clock::monotonic();
  reader->until = reader->spoken_at + kStreamLives;
  Response response;
  response.content_type = "text/event-stream; charset=utf-8";
  response.body = "retry: 2000\n\n";
  response.stream = std::bind_front(&BoardPages::next_of_board, this, reader);
  return response;
}

Response BoardPages::board_page(const PageCall& call, const Html& more) const {
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const Sop* sop = sop_asked(call.request, sops);
  if (!sop) return not_found(call);
  Page page;
  page.title = "Papan " + sop->title;
  page.office = signing_in_.office_name();
  page.visitor = &call.who->visitor;
  page.frame = Page::Frame::board;
  page.body =
      frame_of(*sop, "/papan/aliran", other_sops(sops, *sop, "/papan"), board_of(*sop, true), more);
  return page_response(200, page);
}

awaitable<Response> BoardPages::board_script(PageCall) {
  Response response;
  response.content_type = "text/javascript; charset=utf-8";
  response.body = std::string(kBoardScript);
  response.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  response.headers.set("X-Content-Type-Options", "nosniff");
  co_return response;
}

// --- the desk ------------------------------------------------------------------------------------

awaitable<Response> BoardPages::board(PageCall call) {
  Html more;
  if (const Sop* sop = sop_asked(call.request, rulebook_.sops_in_force())) {
    pg::Pipeline looking;
    const auto forecast = store::add_forecast_service(looking, sop->id);
    auto reading = reader_.read({}, std::move(looking));
    const Reading found = co_await std::move(reading);
    const Html line = forecast_line(found.results[forecast], *sop);
    if (!line.empty()) more = html("<div class=\"kartu\">{}</div>", line);
  }
  if (call.who->principal.administrator)
    more += html("<p><a href=\"/papan/layar\">Tautan untuk layar dinding</a></p>");
  co_return board_page(call, more);
}

awaitable<Response> BoardPages::board_stream(PageCall call) {
  co_return stream_board(call, fmt::format("sesi {}", call.who->session), true);
}

awaitable<Response> BoardPages::board_list(PageCall call) {
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const Sop* sop = sop_asked(call.request, sops);
  const std::string which(call.request.query.get("keadaan").value_or(""));
  const std::string asked(call.request.query.get("langkah").value_or(""));
  const auto words = board_list_words(which);
  const Step* step = sop && !asked.empty() ? sop->find_step(asked) : nullptr;
  const bool of_law = which.starts_with("legal_");
  const bool of_risk = which == "at_risk";
  const bool of_cases =  // not of a step
      which == "due_today" || which == "late_open" || of_law || of_risk;
  if (!sop || !words || (!asked.empty() && (!step || of_cases))) co_return not_found(call);
  store::BoardList list;
  std::vector<const Sop*> one_sop{sop};
  std::vector<const Calendar*> its_calendar{&calendar_of(*sop)};
  list.period = office::periods_of(one_sop, its_calendar, call.who->now).front();
  list.step = asked;
  list.roles = roles_listed(*sop, step, which);
  list.which = which;
  list.limit = kListed;
  pg::Pipeline search;
  const store::Ids listed = store::add_board_list(search, list);
  auto searching = reader_.read({}, std::move(search));
  Reading found = co_await std::move(searching);
  std::vector<std::int64_t> order = found.results[listed];
  const bool more = order.size() > kListed;
  if (more) order.resize(kListed);
  std::vector<store::Forecast> said;
  if (!order.empty()) {
    pg::Pipeline forecasts;
    const auto slot = store::add_forecasts(forecasts, order);
    auto loading = reader_.read(order, std::move(forecasts));
    found = co_await std::move(loading);
    said = found.results[slot];
  }
  Html items;
  for (const std::int64_t id : order) {
    const auto permit = found.permits.find(id);
    if (permit == found.permits.end()) continue;
    const store::StoredPermit stored = std::move(permit->second);
    found.permits.erase(permit);  // once, also where several of its visits are open
    items += listed_item(stored, rulebook_, found.moment.now, asked,
                         of_law    ? legal_date(stored, rulebook_)
                         : of_risk ? risk_of(id, said, stored, rulebook_)
                                   : Html());
  }
  const std::string where = step ? fmt::format("{}: berkas {}", step->short_name, *words)
                                 : fmt::format("{}: berkas {}", sop->title, *words);
  Html body = html(
      "<p class=\"halus\"><a href=\"/papan?sop={}\">Papan</a></p><h1>{}</h1>{}{}", sop->id, where,
      items.empty() ? html("<div class=\"kartu\"><p>Tidak ada.</p></div>")
                    : html("<div class=\"kartu\"><ul class=\"polos tugas\">{}</ul></div>", items),
      more ? html("<p class=\"halus\">Ditampilkan {} yang paling mendesak.</p>", kListed) : Html());
  co_return page(200, call, where, std::move(body), true);
}

// --- the wall ------------------------------------------------------------------------------------

// A link that is not live is answered as an unknown address.
awaitable<bool> BoardPages::find_kiosk(const PageCall& call) {
  const std::string secret = call.request.param("secret");
  if (!store::is_session_secret(secret)) co_return false;
  pg::Pipeline looking;
  const auto live = store::add_find_kiosk(looking, secret);
  auto reading = look_up(call.request, std::move(looking));
  const Reading found = co_await std::move(reading);
  co_return found.results[live];
}

awaitable<Response> BoardPages::kiosk(PageCall call) {
  auto finding = find_kiosk(call);
  if (!co_await std::move(finding)) co_return missed(call, not_found(call));
  const std::string asked(call.request.query.get("sop").value_or(""));
  Page page;
  page.title = "Papan " + signing_in_.office_name();
  page.office = signing_in_.office_name();
  page.frame = Page::Frame::screen;
  page.body = html("<div id=\"papan\" data-aliran=\"/layar/{}/aliran?sop={}\">{}</div>",
                   call.request.param("secret"), query_encoded(asked), wall(asked));
  co_return page_response(200, page);
}

awaitable<Response> BoardPages::kiosk_stream(PageCall call) {
  auto finding = find_kiosk(call);
  if (!co_await std::move(finding)) co_return missed(call, not_found(call));
  co_return stream_board(call, "layar " + store::hex(store::sha256(call.request.param("secret"))),
                         false);
}

awaitable<Response> BoardPages::kiosks_page(const PageCall& call, int status, Html notice) {
  pg::Pipeline looking;
  const auto links = store::add_kiosk_links(looking);
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const FormKeys keys = new_form_keys(call.who->visitor.csrf);
  Html items;
  for (const store::KioskLink& link : found.results[links]) {
    const Officer* by = rulebook_.people().find(link.created_by);
    items += html(
        "<li class=\"berdampingan\"><span><strong>{}</strong><br><span class=\"halus\">dibuat {} "
        "oleh {}</span></span><form method=\"post\" action=\"/papan/layar\">{}"
        "<input type=\"hidden\" name=\"layar\" value=\"{}\">"
        "<button class=\"bahaya\" name=\"aksi\" value=\"cabut\" aria-label=\"Cabut tautan {}\">"
        "Cabut</button></form></li>",
        link.name, moment_words(calendar_of(*sops.front()), link.created_at),
        by ? by->name : link.created_by, hidden_fields(keys), link.id, link.name);
  }
  Html body = html(
      "<p class=\"halus\"><a href=\"/papan\">Papan</a></p><h1>Layar dinding</h1>"
      "<p>Siapa pun yang memegang tautan melihat angka papan, tanpa nama dan tanpa berkas. Yang "
      "dicabut berhenti dalam satu menit.</p>"
      "<p class=\"halus\">Layar menampilkan dua layanan; bila ada lebih banyak, dua yang paling "
      "bermasalah. Untuk memilih, tambahkan pada alamatnya, misalnya <code>?sop={}</code>, atau "
      "dua "
      "layanan dengan koma di antaranya.</p>{}{}"
      "<h2>Tautan baru</h2><form method=\"post\" action=\"/papan/layar\">{}"
      "<label for=\"nama\">Tempat layar</label><input type=\"text\" id=\"nama\" name=\"nama\" "
      "required maxlength=\"{}\" placeholder=\"Ruang tunggu\" value=\"{}\">"
      "<p><button class=\"utama\" name=\"aksi\" value=\"buat\">Buat tautan</button></p></form>",
      sops.front()->id, notice,
      items.empty() ? html("<div class=\"kartu\"><p>Belum ada tautan.</p></div>")
                    : html("<div class=\"kartu\"><ul class=\"polos\">{}</ul></div>", items),
      hidden_fields(new_form_keys(call.who->visitor.csrf)), kKioskName,
      status == 200 && !call.look ? std::string() : call.form.text("nama"));
  co_return page(status, call, "Layar dinding", std::move(body));
}

awaitable<Response> BoardPages::kiosks(PageCall call) {
  auto showing = kiosks_page(call, 200, {});
  co_return co_await std::move(showing);
}

awaitable<Response> BoardPages::kiosks_act(PageCall call) {
  const auto once = once_of(call.form);
  if (!once) co_return stale_form(call);
  if (call.look) {
    auto showing =
        kiosks_page(call, call.look_status(), call.why.empty() ? Html() : message(call.why, true));
    co_return co_await std::move(showing);
  }
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  if (call.form.text("aksi") == "cabut") {
    const auto id = http::parse_id(call.form.text("layar"));
    if (!id) co_return stale_form(call);
    auto revoking = store::revoke_kiosk_link(*lease, by(call), *id);
    if (co_await std::move(revoking))
      log_event(Level::info, "kiosk_link_revoked", {{"by", call.who->officer.id}, {"about", *id}});
    co_return see_other("/papan/layar");
  }
  store::NewKioskLink link;
  link.name = notify::first_characters(notify::one_line(call.form.text("nama")), kKioskName);
  // From the form's own random key, so that sending it twice makes one link.
  link.secret = store::hex(store::hmac_sha256(*once, "layar"));
  const bool hidden = has_hidden_character(call.form.text("nama"));
  if (link.name.empty() || hidden) {
    auto showing = kiosks_page(
        call, 422, message(hidden ? kHiddenCharacter : "Tuliskan tempat layarnya.", true));
    co_return co_await std::move(showing);
  }
  const std::string address = public_url_ + "/layar/" + link.secret, name = link.name;
  auto adding = store::add_kiosk_link(*lease, by(call), std::move(link));
  const bool added = co_await std::move(adding);
  if (!added) {
    auto showing = kiosks_page(
        call, 409, message("Sudah terlalu banyak tautan; cabut dahulu yang tidak dipakai.", true));
    co_return co_await std::move(showing);
  }
  log_event(Level::info, "kiosk_link_made", {{"by", call.who->officer.id}, {"about", name}});
  Html made = html(
      "<div class=\"pesan\" role=\"status\"><p>Tautan untuk {}; hanya ditampilkan kali ini:</p>"
      "<p><code>{}</code></p></div>",
      name, address);
  auto showing = kiosks_page(call, 200, std::move(made));
  co_return co_await std::move(showing);
}

std::vector<PageRoute> board_pages(const PageParts* parts) {
  static constexpr http::RowOf<BoardPages, PageCall> kRows[] = {
      {"GET", "/papan", "page_board", Who::officer, In::none, Out::counted, &BoardPages::board},
      {"GET", "/papan/daftar", "page_board_list", Who::officer, In::none, Out::counted,
       &BoardPages::board_list},
      {"GET", "/papan/aliran", "page_board_stream", Who::officer, In::none, Out::board,
       &BoardPages::board_stream},
      {"GET", "/papan.js", "page_board_script", Who::anyone, In::none, Out::small,
       &BoardPages::board_script},
      {"GET", "/layar/{secret}", "page_kiosk", Who::anyone, In::none, Out::counted,
       &BoardPages::kiosk},
      {"GET", "/layar/{secret}/aliran", "page_kiosk_stream", Who::anyone, In::none, Out::board,
       &BoardPages::kiosk_stream},
      {"GET", "/papan/layar", "page_kiosks", Who::administrator, In::none, Out::counted,
       &BoardPages::kiosks},
      {"POST", "/papan/layar", "page_kiosks_act", Who::administrator, In::whole, Out::counted,
       &BoardPages::kiosks_act},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
