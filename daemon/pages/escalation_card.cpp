// One file that was raised to a superior: who has it, since when, what was done about it and
// whether it was read, what happens next, and what may be done.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "daemon/pages/escalation_view.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"
#include "rules/permit/ladder.h"

namespace tenggat::pages {
namespace {

using What = Offer::What;
constexpr std::string_view kOfficer = "officer:";

std::string name_of_recipient(const std::string& recipient, const People& people) {
  return recipient.starts_with(kOfficer) ? officer_words(recipient.substr(kOfficer.size()), people)
                                         : recipient;
}

bool is_asked(const Escalation& one) {
  return one.rung == NoticeKind{NoticeKind::Of::escalated}.to_string();
}

// "Kepala Dinas", or the names of those who hold the roles today.
std::string told_words(const Escalation& next, const EscalationView& view) {
  std::string all;
  for (const std::string& role : next.roles) {
    std::vector<Recipient> told =
        resolve_role(role, next.visit == 0 ? nullptr : &view.visit, view.context.sop,
                     view.context.people, view.context.today());
    std::string said = role_words(view.context.sop, role);
    if (!told.empty())
      said = told.front().officer == view.officer
                 ? "Anda"
                 : officer_words(told.front().officer, view.context.people) + ", " + said;
    all += (all.empty() ? "" : " dan ") + said;
  }
  return all;
}

// Lines of what was done, each with whether it was read.
class Done {
 public:
  explicit Done(const EscalationView& view) : view_(view) {}

  Html items() {
    reminders();
    obstacle();
    directives();
    superiors();
    Html all;
    for (const Html& line : lines_) all += html("<li>{}</li>", line);
    return all;
  }

 private:
  std::string near(Instant at) const {
    return near_words(view_.context.calendar, at, view_.context.now);
  }
  bool of_visit(const store::ToldOfficer& told) const {
    return told.visit == view_.visit.id || told.visit == 0;
  }
  void add(const std::string& said, const store::ToldOfficer& told) {
    lines_.push_back(html("{} · <strong>{}</strong>", said, arrival_words(told, view_.context)));
  }

  // How often the holder was reminded, and of the last time whether it was read.
  void reminders() {
    std::map<std::string, std::pair<int, const store::ToldOfficer*>> by_person;
    for (const store::ToldOfficer& one : view_.told) {
      const bool own = one.audience == Audience::holder && one.visit == view_.visit.id &&
                       one.kind.of != NoticeKind::Of::directed && !one.recipient.empty();
      if (!own) continue;
      auto& [count, last] = by_person[one.recipient];
      ++count;
      last = &one;
    }
    for (const auto& [recipient, told] : by_person) {
      const std::string who = name_of_recipient(recipient, view_.context.people);
      const bool holder = recipient == std::string(kOfficer) + view_.visit.assignee;
      const std::string when = near(told.second->rendered_at.value_or(told.second->raised_at));
      if (!view_.visit.assignee.empty() && !holder) continue;
      if (told.first == 1)
        add(fmt::format("{} diberi tahu {}", who, when), *told.second);
      else
        add(fmt::format("{} diingatkan {} kali, terakhir {}", who, told.first, when), *told.second);
    }
  }

  void obstacle() {
    if (!view_.visit.acknowledged) return;
    const Acknowledgement& latest = *view_.visit.acknowledged;
    const Obstacle* known = obstacle_of(latest, view_.context.sop);
    std::string said = fmt::format("Kendala: {}", known ? known->name : readable(latest.obstacle));
    for (const store::StoredNote& note :
         store::last_notes(view_.notes, view_.visit.id, {"obstacle"}))
      if (!note.text.empty()) said += ", “" + note.text + "”";
    lines_.push_back(html("{}, {}", said, near(latest.at)));
  }

  void directives() {
    for (const store::StoredNote& note : view_.notes) {
      if (note.kind != "directive" || note.visit != view_.visit.id) continue;
      const store::ToldOfficer* last = nullptr;
      for (const store::ToldOfficer& one : view_.told)
        if (one.kind.of == NoticeKind::Of::directed && one.cause == note.event) last = &one;
      const std::string who =
          note.by == view_.officer ? "Anda" : officer_words(note.by, view_.context.people);
      const std::string said = fmt::format("Arahan {}{}: “{}”", who,
                                           last ? ", " + near(last->raised_at) : "", note.text);
      if (last)
        add(said, *last);
      else
        lines_.push_back(html("{}", said));
    }
  }

  // ", Sekretaris": as what they were told.
  std::string title_of(const store::ToldOfficer& told) const {
    const Addressee to = Addressee::parse(told.addressee);
    return to.kind == Addressee::Kind::role ? ", " + role_words(view_.context.sop, to.name) + ","
                                            : "";
  }

  // The last that each superior was told.
  void superiors() {
    std::map<std::string, const store::ToldOfficer*> last;
    std::vector<std::string> order;
    for (const store::ToldOfficer& one : view_.told) {
      if (one.audience != Audience::superior || !of_visit(one) || one.recipient.empty()) continue;
      if (!last.contains(one.recipient)) order.push_back(one.recipient);
      last[one.recipient] = &one;
    }
    for (const std::string& recipient : order) {
      const store::ToldOfficer& told = *last[recipient];
      const bool self = recipient == std::string(kOfficer) + view_.officer;
      const std::string when = near(told.rendered_at.value_or(told.raised_at));
      const std::string who =
          self ? "Anda" : name_of_recipient(recipient, view_.context.people) + title_of(told);
      const SuperiorResponse* response = view_.visit.response_of(
          std::string_view(recipient).substr(std::min(kOfficer.size(), recipient.size())));
      if (response && response->at >= told.raised_at)
        lines_.push_back(html("{} diberi tahu {} · <strong>ditanggapi {}</strong>", who, when,
                              near(response->at)));
      else if (self)
        lines_.push_back(html("{} diberi tahu {} · <strong>belum ditanggapi</strong>", who, when));
      else
        add(fmt::format("{} diberi tahu {}", who, when), told);
    }
  }

  const EscalationView& view_;
  std::vector<Html> lines_;
};

Html responsible(const EscalationView& view) {
  const Context& context = view.context;
  const std::string role = role_words(context.sop, view.visit.role);
  if (!view.visit.assignee.empty()) {
    const Officer* officer = context.people.find(view.visit.assignee);
    const bool here = officer && context.people.present(*officer, context.today());
    return html("<strong>{}</strong>, {} · {}", officer_words(view.visit.assignee, context.people),
                role, here ? "bertugas hari ini" : "tidak bertugas hari ini");
  }
  std::string on_duty;
  for (const Recipient& one : context.people.on_duty(view.visit.role, context.today()))
    on_duty += (on_duty.empty() ? "" : ", ") + officer_words(one.officer, context.people);
  return html("<strong>Belum ada yang mengambil.</strong> {}: {}", role,
              on_duty.empty() ? "tidak ada yang bertugas hari ini" : on_duty);
}

// With what the visit's officer wrote.
Html question(const EscalationView& view) {
  const Escalation* asked = nullptr;
  for (const Escalation& one : view.raised)
    if (is_asked(one)) asked = &one;
  if (!asked) return {};
  Html said;
  for (const store::StoredNote& note : store::last_notes(view.notes, view.visit.id, {"escalation"}))
    if (!note.text.empty()) said = html("<p>“{}”</p>", lines(note.text));
  return html(
      "<div class=\"kutipan\"><p class=\"halus\"><strong>Meminta arahan, {}</strong></p>{}</div>",
      near_words(view.context.calendar, asked->raised_at, view.context.now), said);
}

Html legal_box(const EscalationView& view) {
  const auto& passed = view.permit().legal_passed_at;
  if (!passed) return {};
  return html(
      "<p class=\"pesan salah\"><strong>Batas menurut hukum terlewati {}.</strong> Permohonan "
      "dapat "
      "dianggap dikabulkan ({}); perlu sikap pimpinan.</p>",
      near_words(view.context.calendar, *passed, view.context.now), view.context.sop.legal.basis);
}

std::string since(const EscalationView& view) {
  const Calendar& calendar = view.context.calendar;
  const bool late = view.sla.status == SlaStatus::overdue && view.sla.due_at;
  const Instant at = late                  ? *view.sla.due_at
                     : view.raised.empty() ? view.visit.opened_at
                                           : view.raised.front().raised_at;
  return near_words(calendar, at, view.context.now);
}

std::string next_words(const EscalationView& view) {
  const Context& context = view.context;
  if (view.sla.paused) return "Waktu dijeda; tidak ada pemberitahuan sampai berjalan kembali";
  const auto next = next_escalation(view.permit(), view.visit, context.sop, context.calendar);
  if (!next) return "Tidak ada pemberitahuan berikutnya; semua jenjang sudah diberi tahu";
  const std::string when = near_words(context.calendar, next->due_at, context.now);
  if (next->rung == kLegalLimit)
    return fmt::format("Batas menurut hukum {}; {} diberi tahu", when, told_words(*next, view));
  return fmt::format("{} diberi tahu {}{}", told_words(*next, view), when,
                     view.visit.assignee.empty() ? " bila belum selesai" : "");
}

bool offered(const EscalationView& view, What what) {
  const auto all = offers_at(view.offers, view.visit.id, what);
  return std::any_of(all.begin(), all.end(), [](const Offer* one) { return !one->is_so_already; });
}

struct Button {
  What what;
  const char *action, *words;
};
constexpr Button kButtons[] = {{What::direct, "direct", "Beri arahan"},
                               {What::assign, "assign", "Tugaskan"},
                               {What::respond, "respond", "Tanggapi"}};

// The first fits the case: where nobody has it, somebody is to.
Html buttons_of(const EscalationView& view, const OpenForm& open) {
  std::vector<Button> order(std::begin(kButtons), std::end(kButtons));
  if (view.visit.assignee.empty()) std::swap(order[0], order[1]);
  Html all;
  bool first = open.card != view.id() || open.action.empty();
  for (const Button& one : order) {
    if (!offered(view, one.what) || (open.card == view.id() && open.action == one.action)) continue;
    if (one.what == What::respond && view.response()) continue;
    all +=
        html("<a class=\"tombol {}\" href=\"/eskalasi?buka={}.{}#{}\" aria-label=\"{}: {}\">{}</a>",
             first ? "utama" : "", view.id(), one.action, view.id(), one.words,
             view.permit().subject, one.words);
    first = false;
  }
  return all.empty() ? Html() : html("<div class=\"sebaris\">{}</div>", all);
}

Html fields_of_directive(const EscalationView& view, const OpenForm& open) {
  const std::string to = view.visit.assignee.empty()
                             ? role_words(view.context.sop, view.visit.role)
                             : officer_words(view.visit.assignee, view.context.people);
  return html(
      "<label for=\"arahan\">Arahan untuk {}</label><p class=\"halus\" "
      "id=\"arahan-petunjuk\">Dikirim "
      "pada jam kerja lewat WhatsApp atau surel, dicatat pada riwayat, tidak terlihat oleh "
      "pemohon. "
      "Waktu tetap berjalan.</p><textarea id=\"arahan\" name=\"catatan\" maxlength=\"2000\" "
      "required "
      "aria-describedby=\"arahan-petunjuk\">{}</textarea>",
      to, open.typed.text("catatan"));
}

Html fields_of_assignment(const EscalationView& view, const OpenForm& open) {
  Html officers;
  for (const Offer* offer : offers_at(view.offers, view.visit.id, What::assign))
    if (!offer->is_so_already)
      officers += option(offer->officer, officer_words(offer->officer, view.context.people),
                         open.typed.text("petugas") == offer->officer);
  return html(
      "<label for=\"petugas\">Petugas</label><select id=\"petugas\" name=\"petugas\">{}</select>"
      "<label for=\"catatan\">Catatan <span class=\"halus\">(opsional)</span></label>"
      "<textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\">{}</textarea>",
      officers, open.typed.text("catatan"));
}

Html fields_of_response(const EscalationView& view, const OpenForm& open) {
  const Calendar& calendar = view.context.calendar;
  const auto all = offers_at(view.offers, view.visit.id, What::respond);
  const Instant latest = all.front()->wanted.until_latest.value_or(view.context.now);
  const Instant usual = calendar.deadline(view.context.now, kUsualResponse).due;
  return html(
      "<p class=\"halus\" id=\"sampai-petunjuk\">Pemberitahuan berulang kepada Anda berhenti "
      "sampai {}, "
      "atau sampai akhir hari yang Anda pilih (paling lama {}). Waktu tetap berjalan, dan jenjang "
      "berikutnya tetap diberi tahu.</p><label for=\"sampai\">Sampai <span "
      "class=\"halus\">(opsional)"
      "</span></label><input type=\"date\" id=\"sampai\" name=\"sampai\" min=\"{}\" "
      "max=\"{}\" "
      "value=\"{}\" aria-describedby=\"sampai-petunjuk\">"
      "<label for=\"catatan\">Catatan <span class=\"halus\">(opsional)</span></label>"
      "<textarea id=\"catatan\" name=\"catatan\" maxlength=\"2000\">{}</textarea>",
      near_words(calendar, usual, view.context.now), near_words(calendar, latest, view.context.now),
      calendar.format(view.context.now).substr(0, 10), calendar.format(latest).substr(0, 10),
      open.typed.text("sampai"), open.typed.text("catatan"));
}

Html form_of(const EscalationView& view, const OpenForm& open) {
  if (open.card != view.id()) return {};
  const char* send = nullptr;
  Html fields;
  if (open.action == "direct" && offered(view, What::direct)) {
    send = "Kirim arahan";
    fields = fields_of_directive(view, open);
  } else if (open.action == "assign" && offered(view, What::assign)) {
    send = "Tugaskan";
    fields = fields_of_assignment(view, open);
  } else if (open.action == "respond" && offered(view, What::respond)) {
    send = "Tanggapi";
    fields = fields_of_response(view, open);
  }
  if (!send) return open.fault.empty() ? Html() : message(open.fault, true);
  return html(
      "<form method=\"post\" action=\"/eskalasi\" class=\"isian-kartu\">{}{}"
      "<input type=\"hidden\" name=\"permohonan\" value=\"{}\">"
      "<input type=\"hidden\" name=\"langkah\" value=\"{}\">{}{}"
      "<div class=\"sebaris\"><button class=\"utama\" name=\"aksi\" value=\"{}\">{}</button>"
      "<a href=\"/eskalasi#{}\">Tutup tanpa mengirim</a></div></form>",
      hidden_fields(open.keys), form_mark(open.action), view.permit().id, view.visit.step,
      open.fault.empty() ? Html() : message(open.fault, true), fields, open.action, send,
      view.id());
}

}  // namespace

const SuperiorResponse* EscalationView::response() const {
  const SuperiorResponse* own = visit.response_of(officer);
  return own && own->until > context.now ? own : nullptr;
}

bool EscalationView::asks_for_directions() const {
  return std::any_of(raised.begin(), raised.end(), is_asked);
}

std::string EscalationView::id() const { return fmt::format("k{}-{}", permit().id, visit.id); }

std::vector<EscalationView> escalations_of(const store::StoredPermit& stored,
                                           const std::string& officer, const Context& context,
                                           bool directed) {
  std::vector<EscalationView> views;
  const Permit& permit = stored.permit;
  if (is_terminal(permit.state)) return views;
  for (const Visit& visit : permit.visits) {
    if (!visit.open() || is_applicants(visit, context.sop)) continue;
    EscalationView view{stored, visit, context, officer};
    bool own = false, told_along = false;  // by the visit's rungs, not by the case's
    for (Escalation& one : escalations_raised(permit, visit, context.sop)) {
      const auto named = names(one, officer, visit, context.sop, context.people, context.today());
      if (!named) continue;
      if (one.visit != 0) (named->copy ? told_along : own) = true;
      view.raised.push_back(std::move(one));
    }
    const bool may_direct = directed && directing_duty_for(officer, visit, context.sop,
                                                           context.people, context.today());
    if (view.raised.empty() && !may_direct) continue;
    view.copy = told_along && !own;
    view.sla = visit_sla(permit, visit, context.sop, context.calendar, context.now);
    views.push_back(std::move(view));
  }
  return views;
}

std::string arrival_words(const store::ToldOfficer& told, const Context& context) {
  if (told.recipient.empty()) return "belum dikirim";
  // Providers tell the machine's time, which says nothing beside a simulated clock.
  const bool told_time =
      told.read_at && *told.read_at <= context.now && *told.read_at >= told.raised_at;
  if (told_time) return "dibaca " + near_words(context.calendar, *told.read_at, context.now);
  if (told.read_at) return "dibaca";
  if (told.message_state == "trial") return "uji coba, tidak dikirim";
  if (told.message_state == "queued") return "menunggu dikirim";
  if (told.message_state == "failed" || told.message_state == "dead") return "tidak sampai";
  if (told.channel == "email") return "terkirim lewat surel";
  return told.delivered_at ? "terkirim, belum dibaca" : "terkirim, belum ada tanda terima";
}

Html escalation_card(const EscalationView& view, const OpenForm& open) {
  const Permit& permit = view.permit();
  const Step& step = view.context.sop.step(view.visit.step);
  const Standing standing = standing_of(view.sla, view.context.calendar);
  std::string under = fmt::format("{} · {} · {}", permit.number, step.number, step.short_name);
  if (view.copy) under += " · tembusan kepada Anda";
  Html marks = badge(standing.tone, standing.words);
  if (const SuperiorResponse* response = view.response())
    marks += html(" {}", badge(Tone::neutral, "Anda tanggapi, berlaku sampai " +
                                                  near_words(view.context.calendar, response->until,
                                                             view.context.now)));
  const Html done = Done(view).items();
  return html(
      "<section class=\"kartu {}\" id=\"{}\" aria-label=\"{}\"><div class=\"berdampingan\"><h2><a "
      "href=\"/permohonan/{}\">{}</a></h2><p>{}</p></div><p class=\"halus\">{}</p>{}{}"
      "<dl class=\"fakta\"><dt>Penanggung jawab</dt><dd>{}</dd><dt>Sejak</dt><dd>{}</dd>"
      "<dt>Yang sudah dilakukan</dt><dd>{}</dd><dt>Berikutnya</dt><dd>{}</dd></dl>{}{}</section>",
      class_of(standing.tone), view.id(), permit.subject, permit.id, permit.subject, marks, under,
      legal_box(view), question(view), responsible(view), since(view),
      done.empty() ? html("Belum ada pemberitahuan yang dikirim")
                   : html("<ul class=\"padat\">{}</ul>", done),
      next_words(view), form_of(view, open), buttons_of(view, open));
}

}  // namespace tenggat::pages
