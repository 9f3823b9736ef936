// "Eskalasi": what was raised to a superior, the longest overdue first, and what they may do about
// it; "Tim saya": who has how much in hand. Source: docs/reference.md, Superiors.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <numeric>

#include "daemon/api/api_bodies.h"
#include "daemon/pages/escalation_view.h"
#include "daemon/pages/permit_asked.h"
#include "daemon/pages/team.h"
#include "daemon/pages/words.h"
#include "notifiers/utf8.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr int kLookedAt = 60;            // permits of which something may have been raised
constexpr std::size_t kShownCards = 10;  // of these on one page
constexpr int kListed = 50;
constexpr std::size_t kAnswered = 30;  // of what was answered this month

// All that is raised to somebody, of the permits that were looked at.
struct Raised {
  Reading found;
  std::deque<Context> contexts;  // that the views point to
  std::vector<EscalationView> views;
  bool more = false;  // permits that were not looked at

  // The one that was asked for; what waits for an answer; then the longest overdue.
  std::vector<std::size_t> in_order(const std::string& card) const {
    std::vector<std::size_t> order(views.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto due = [&](std::size_t i) { return views[i].sla.due_at.value_or(Instant::max()); };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const bool asked_for = views[a].id() == card;
      if (asked_for != (views[b].id() == card)) return asked_for;
      const bool answered = views[a].response() != nullptr;
      if (answered != (views[b].response() != nullptr)) return !answered;
      return due(a) < due(b);
    });
    return order;
  }
};

struct Asking {
  int status = 200;
  std::string card, action, fault;
};

std::string done_words(std::string_view what) {
  if (what == "direct") return "Arahan dikirim dan dicatat.";
  if (what == "assign") return "Tugas diberikan.";
  if (what == "respond")
    return "Ditanggapi. Pemberitahuan berulang kepada Anda berhenti; waktu tetap berjalan, dan "
           "jenjang "
           "berikutnya tetap diberi tahu.";
  return "";
}

// Until the end of that day; nothing where none was chosen.
std::optional<Instant> end_of(const std::string& day, const Calendar& calendar,
                              const std::optional<Instant>& latest) {
  if (!is_civil_date(day)) return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t length) {
    return std::stoi(day.substr(from, length));
  };
  const Instant midnight = calendar.midnight(number(0, 4), static_cast<unsigned>(number(5, 2)),
                                             static_cast<unsigned>(number(8, 2)));
  const LocalTime next = calendar.local(midnight + std::chrono::hours(36));
  const Instant end = calendar.midnight(next.year, next.month, next.day);
  const bool last_day = latest && *latest<end&& * latest> midnight;
  return last_day ? *latest : end;
}

class EscalationPages : public PageGroup {
 public:
  explicit EscalationPages(const PageParts& parts)
      : PageGroup(parts), committer_(parts.committer), board_(parts.board) {}
  awaitable<Response> escalations(PageCall call);
  awaitable<Response> escalations_act(PageCall call);
  awaitable<Response> held_files(PageCall call);

 private:
  awaitable<Response> show(const PageCall& call, Asking asking);
  awaitable<void> find(const SignedIn& who, const std::vector<http::RoleBelow>& below,
                       std::int64_t asked_for, Raised& raised);
  awaitable<Html> answered(const SignedIn& who);
  awaitable<Html> team(const SignedIn& who, const std::vector<http::RoleBelow>& below);
  Html cards(const PageCall& call, const Raised& raised, const Asking& asking,
             std::vector<store::ToldOfficer> told, std::vector<store::StoredNote> notes,
             const std::vector<std::size_t>& shown);

  office::Committer& committer_;
  office::BoardFeed& board_;
};

// Of "k389-2"; 0: of none.
std::int64_t permit_of_card(const std::string& card) {
  const std::size_t dash = card.find('-');
  if (!card.starts_with('k') || dash == std::string::npos) return 0;
  return http::parse_id(card.substr(1, dash - 1)).value_or(0);
}

std::size_t skipped(const PageCall& call) {
  const auto skip = http::parse_id(call.request.query.get("lewati").value_or(""));
  return skip && *skip > 0 && *skip < kLookedAt * 4 ? static_cast<std::size_t>(*skip) : 0;
}

Html heading(const Raised& raised, const Calendar& calendar, Instant now) {
  std::int64_t waiting = 0, asked = 0;
  for (const EscalationView& one : raised.views) {
    if (!one.response()) ++waiting;
    if (one.asks_for_directions()) ++asked;
  }
  const std::string count =
      fmt::format("{}{}", raised.more ? "lebih dari " : "", raised.views.size());
  return html("<h1>Eskalasi kepada saya ({})</h1><p class=\"halus\">{} belum ditanggapi{} · {}</p>",
              count, waiting, asked > 0 ? fmt::format(" · {} meminta arahan", asked) : "",
              moment_words(calendar, now));
}

}  // namespace

awaitable<void> EscalationPages::find(const SignedIn& who,
                                      const std::vector<http::RoleBelow>& below,
                                      std::int64_t asked_for, Raised& raised) {
  store::RaisedQuery query;
  for (const http::RoleBelow& one : below) query.roles.push_back(one.role);
  query.early_rungs = http::early_rungs(rulebook_);
  query.now = who.now;
  query.limit = kLookedAt + 1;
  pg::Pipeline searching;
  const store::Ids ids = store::add_find_raised(searching, query);
  auto looking = reader_.read({}, std::move(searching));
  const Reading first = co_await std::move(looking);
  std::vector<std::int64_t> permits = first.results[ids];
  raised.more = permits.size() > static_cast<std::size_t>(kLookedAt);
  if (raised.more) permits.resize(kLookedAt);
  if (asked_for > 0 && std::find(permits.begin(), permits.end(), asked_for) == permits.end())
    permits.push_back(asked_for);
  if (permits.empty()) co_return;
  auto loading = reader_.read(std::move(permits), {});
  raised.found = co_await std::move(loading);
  for (const auto& [id, stored] : raised.found.permits) {
    const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
    raised.contexts.push_back(
        rulebook_.context(sop, std::max(raised.found.moment.now, stored.permit.changed_at)));
    for (EscalationView& view :
         escalations_of(stored, who.officer.id, raised.contexts.back(), id == asked_for))
      raised.views.push_back(std::move(view));
  }
}

awaitable<Html> EscalationPages::team(const SignedIn& who,
                                      const std::vector<http::RoleBelow>& below) {
  const auto board = board_.current();
  if (!board)
    co_return html(
        "<section id=\"tim\"><h2>Tim saya</h2><p>Sedang dihitung; muat ulang "
        "halaman ini sebentar lagi.</p></section>");
  const TeamOf team = team_of(below, board->loads, rulebook_, who.now);
  if (team.members.empty()) co_return Html();
  pg::Pipeline looking;
  const auto titles = store::add_titles(looking, team.oldest_permits());
  auto reading = reader_.read({}, std::move(looking));
  const Reading found = co_await std::move(reading);
  co_return team_view(team, found.results[titles], rulebook_, who.now);
}

awaitable<Html> EscalationPages::answered(const SignedIn& who) {
  const Calendar& calendar = calendar_of(*rulebook_.sops_in_force().front());
  const LocalTime today = calendar.local(who.now);
  pg::Pipeline searching;
  const auto events = store::add_find_answered(
      searching, who.officer.id, calendar.midnight(today.year, today.month, 1), kAnswered + 1);
  auto looking = reader_.read({}, std::move(searching));
  const Reading first = co_await std::move(looking);
  std::vector<store::AnsweredEvent> answered = first.results[events];
  if (answered.empty()) co_return Html();
  const bool more = answered.size() > kAnswered;
  if (more) answered.resize(kAnswered);
  std::vector<std::int64_t> permits;
  for (const store::AnsweredEvent& one : answered) permits.push_back(one.permit);
  std::sort(permits.begin(), permits.end());
  permits.erase(std::unique(permits.begin(), permits.end()), permits.end());
  auto loading = reader_.read(std::move(permits), {});
  const Reading found = co_await std::move(loading);
  co_return answered_list(answered, found, rulebook_, more);
}

Html EscalationPages::cards(const PageCall& call, const Raised& raised, const Asking& asking,
                            std::vector<store::ToldOfficer> told,
                            std::vector<store::StoredNote> notes,
                            const std::vector<std::size_t>& shown) {
  const Actor self{Actor::Kind::officer, call.who->officer.id, ""};
  const OpenForm open{asking.card, asking.action, new_form_keys(call.who->visitor.csrf), call.form,
                      asking.fault};
  Html all;
  for (const std::size_t i : shown) {
    EscalationView view = raised.views[i];
    const Permit& permit = view.permit();
    view.offers = offers(permit, self, view.context);
    for (const store::ToldOfficer& one : told)
      if (one.permit == permit.id) view.told.push_back(one);
    for (const store::StoredNote& one : notes)
      if (one.permit == permit.id) view.notes.push_back(one);
    all += escalation_card(view, open);
  }
  return all;
}

awaitable<Response> EscalationPages::show(const PageCall& call, Asking asking) {
  const SignedIn& who = *call.who;
  const auto below = http::roles_below(who.officer.id, rulebook_, who.now);
  Raised raised;
  if (!below.empty()) {
    auto finding = find(who, below, permit_of_card(asking.card), raised);
    co_await std::move(finding);
  }
  std::vector<std::size_t> order = raised.in_order(asking.card);
  const std::size_t from = std::min(skipped(call), order.size());
  const std::size_t to = std::min(order.size(), from + kShownCards);
  const std::vector<std::size_t> shown(order.begin() + static_cast<std::ptrdiff_t>(from),
                                       order.begin() + static_cast<std::ptrdiff_t>(to));
  std::vector<store::ToldOfficer> told;
  std::vector<store::StoredNote> notes;
  if (!shown.empty()) {
    std::vector<std::int64_t> permits;
    for (const std::size_t i : shown) permits.push_back(raised.views[i].permit().id);
    pg::Pipeline more;
    const auto told_slot = store::add_told_officers(more, permits);
    std::vector<pg::Slot<std::vector<store::StoredNote>>> noted;
    std::sort(permits.begin(), permits.end());
    permits.erase(std::unique(permits.begin(), permits.end()), permits.end());
    for (const std::int64_t id : permits) noted.push_back(store::add_notes(more, id));
    auto reading = reader_.read({}, std::move(more));
    const Reading found = co_await std::move(reading);
    told = found.results[told_slot];
    for (const auto& slot : noted)
      for (store::StoredNote& one : std::vector<store::StoredNote>(found.results[slot]))
        notes.push_back(std::move(one));
  }
  const Context office = rulebook_.context(*rulebook_.sops_in_force().front(), who.now);
  Html notice;
  if (!asking.fault.empty() && asking.card.empty()) notice = message(asking.fault, true);
  if (const auto done = call.request.query.get("sudah"))
    if (const std::string words = done_words(*done); !words.empty()) notice = message(words);
  Html list = cards(call, raised, asking, std::move(told), std::move(notes), shown);
  if (list.empty())
    list =
        html("<div class=\"kartu\"><p>Tidak ada eskalasi yang menunggu tanggapan Anda.</p></div>");
  if (to < order.size())
    list += html("<p><a class=\"tombol\" href=\"/eskalasi?lewati={}\">{} berikutnya</a></p>", to,
                 std::min(order.size() - to, kShownCards));
  auto recalling = answered(who);
  const Html answered_part = co_await std::move(recalling);
  auto counting = team(who, below);
  const Html team_part = co_await std::move(counting);
  const std::string title = fmt::format("Eskalasi ({})", raised.views.size());
  Html body = html(
      "<div class=\"dua-kolom\"><div>{}<p class=\"halus\">Yang paling lama terlambat lebih dahulu. "
      "<strong>Tanggapi</strong> berarti Anda menanganinya: pesan berulang kepada Anda berhenti, "
      "waktu "
      "tetap berjalan.</p>{}{}{}</div><div>{}</div></div>",
      heading(raised, office.calendar, who.now), notice, list, answered_part, team_part);
  co_return page(asking.status, call, title, std::move(body), true);
}

awaitable<Response> EscalationPages::escalations(PageCall call) {
  Asking asking;
  const std::string open(call.request.query.get("buka").value_or(""));
  if (const auto dot = open.find('.'); dot != std::string::npos) {
    asking.card = open.substr(0, dot);
    asking.action = open.substr(dot + 1);
  }
  auto showing = show(call, std::move(asking));
  co_return co_await std::move(showing);
}

awaitable<Response> EscalationPages::escalations_act(PageCall call) {
  Asking asking;
  asking.action = call.form.text("formulir");
  const auto id = http::parse_id(call.form.text("permohonan"));
  Reading found;
  if (id) {
    call.request.trace->note_permit(*id);
    auto reading = reader_.read({*id}, {});
    found = co_await std::move(reading);
  }
  const auto stored = id ? found.permits.find(*id) : found.permits.end();
  if (stored == found.permits.end()) co_return stale_form(call);
  const std::string step = call.form.text("langkah");
  if (const Visit* visit = stored->second.permit.open_visit(step))
    asking.card = fmt::format("k{}-{}", *id, visit->id);
  if (call.look) {
    asking.status = call.look_status();
    asking.fault = call.why;
    auto showing = show(call, std::move(asking));
    co_return co_await std::move(showing);
  }
  const std::string action = call.form.text("aksi");
  const std::string note = call.form.text("catatan");
  Asked asked;
  asked.permit = *id;
  asked.actor = {Actor::Kind::officer, call.who->officer.id, ""};
  asked.token = call.who->principal.token;
  const Calendar& calendar = calendar_of(rulebook_.sop_version(stored->second.permit.sop_version));
  const Instant latest = calendar.deadline(found.moment.now, kLongestResponse).due;
  const std::string day = call.form.text("sampai");
  if (action == "direct")
    asked.command = Direct{step, note};
  else if (action == "assign")
    asked.command = Assign{step, call.form.text("petugas"), note};
  else if (action == "respond")
    asked.command = Respond{step, note, end_of(day, calendar, latest)};
  else
    co_return stale_form(call);
  Outcomes outcome{false, 422, ""};
  if (notify::characters(note) > http::BodyLimits::note)
    outcome.words = "Catatan terlalu panjang; paling banyak 2.000 huruf.";
  else if (action == "respond" && !day.empty() && !is_civil_date(day))
    outcome.words = "Tanggalnya tidak dikenali.";
  if (outcome.words.empty()) {
    auto submitting = submit(committer_, call, std::move(asked));
    outcome = co_await std::move(submitting);
  }
  if (outcome.done) co_return see_other("/eskalasi?sudah=" + action);
  asking.status = outcome.status;
  asking.fault = outcome.words;
  auto showing = show(call, std::move(asking));
  co_return co_await std::move(showing);
}

// What one of the team holds, or nobody of a role has taken.
awaitable<Response> EscalationPages::held_files(PageCall call) {
  const std::string officer(call.request.query.get("petugas").value_or(""));
  const std::string role(call.request.query.get("peran").value_or(""));
  const Context office = rulebook_.context(*rulebook_.sops_in_force().front(), call.who->now);
  const auto below = http::roles_below(call.who->officer.id, rulebook_, call.who->now);
  const Officer* of = office.people.find(officer);
  const bool known_role = std::any_of(below.begin(), below.end(),
                                      [&](const http::RoleBelow& one) { return one.role == role; });
  if (below.empty() || (officer.empty() ? !known_role : !of)) co_return not_found(call);
  pg::Pipeline searching;
  const store::Ids ids = officer.empty() ? store::add_find_unclaimed(searching, role, kListed + 1)
                                         : store::add_find_held(searching, officer, kListed + 1);
  auto looking = reader_.read({}, std::move(searching));
  const Reading first = co_await std::move(looking);
  std::vector<std::int64_t> permits = first.results[ids];
  const bool more = permits.size() > static_cast<std::size_t>(kListed);
  if (more) permits.resize(kListed);
  Reading found;
  if (!permits.empty()) {
    auto loading = reader_.read(permits, {});
    found = co_await std::move(loading);
  }
  Html items;
  for (const std::int64_t id : permits)  // in their order
    if (const auto permit = found.permits.find(id); permit != found.permits.end()) {
      std::string step;
      for (const Visit& visit : permit->second.permit.visits)
        if (visit.open() && (officer.empty() ? visit.role == role && visit.assignee.empty()
                                             : visit.assignee == officer))
          step = visit.step;
      items += listed_item(permit->second, rulebook_, found.moment.now, step);
    }
  const std::string whose = of ? of->name : "Belum diambil";
  Html body = html(
      "<h1>Berkas: {}</h1><p><a href=\"/eskalasi#tim\">Kembali ke tim saya</a></p>{}{}", whose,
      items.empty() ? html("<div class=\"kartu\"><p>Tidak ada berkas.</p></div>")
                    : html("<div class=\"kartu\"><ul class=\"polos tugas\">{}</ul></div>", items),
      more ? html("<p class=\"halus\">Ditampilkan {} yang paling mendesak.</p>", kListed) : Html());
  co_return page(200, call, "Berkas: " + whose, std::move(body), true);
}

std::vector<PageRoute> escalation_pages(const PageParts* parts) {
  static constexpr http::RowOf<EscalationPages, PageCall> kRows[] = {
      {"GET", "/eskalasi", "page_escalations", Who::officer, In::none, Out::counted,
       &EscalationPages::escalations},
      {"POST", "/eskalasi", "page_escalations_act", Who::officer, In::whole, Out::counted,
       &EscalationPages::escalations_act},
      {"GET", "/eskalasi/berkas", "page_held_files", Who::officer, In::none, Out::counted,
       &EscalationPages::held_files},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
