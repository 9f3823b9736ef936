#include "daemon/pages/task_item.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/view.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/utf8.h"
#include "rules/permit/ladder.h"

namespace tenggat::pages {
namespace {

// What somebody wrote, on a list: the rest stands on the permit's own page.
constexpr std::size_t kTextInCard = 600, kTextInRow = 240;
constexpr std::size_t kDocumentsInCard = 3;

std::string shortened(std::string_view text, std::size_t most) {
  if (notify::characters(text) <= most) return std::string(text);
  return std::string(notify::first_characters(text, most)) + "…";
}

std::string due_words(const Sla& sla, const Permit& permit, const Visit& visit, const Sop& sop,
                      const Calendar& calendar, Instant now) {
  if (const Pause* pause = permit.open_pause(visit.id)) {
    const PauseReason* reason = rule_of(*pause, sop);
    return reason ? reason->name : readable(pause->reason);
  }
  return sla.due_at ? pages::due_words(calendar, *sla.due_at, now) : "";
}

// "Ahmad Fauzi, Sekretaris"
std::string doer_words(const Visit& visit, const Sop& sop, const People& people) {
  return fmt::format("{}, {}", officer_words(visit.closed_by, people),
                     role_words(sop_of(visit, sop), visit.role));
}

Html said_by(const std::vector<store::StoredNote>& notes, const Sop& sop, std::size_t most) {
  Html said;
  for (const store::StoredNote& note : notes)
    said += html("<p>{}{}</p>",
                 note.document.empty() ? "" : notify::document_name(note.document, sop) + ": ",
                 lines(shortened(note.text, most)));
  return said;
}
std::vector<store::StoredNote> written(const TaskRow& row, const Visit& visit) {
  return store::last_notes(row.notes, visit.id, {"note", "deficiency"});
}

// The applicant's own words, and what they asked about before.
Html answer_said(const TaskRow& row, const People& people) {
  Html asked, said;
  for (const store::StoredNote& note : row.notes) {
    if (note.visit != row.visit().id) continue;
    if (note.kind == "pause") {
      asked =
          html("<p class=\"halus\">Ditanyakan: {}</p>", lines(shortened(note.text, kTextInRow)));
      said = Html();
    } else if (note.kind == "note" && !people.find(note.by)) {
      said = html("<p>{}</p>", lines(shortened(note.text, kTextInCard)));
    }
  }
  return html("{}{}", said, asked);
}

Html reason_of(const TaskRow& row, const People& people) {
  if (row.answered) return answer_said(row, people);
  const Visit& wrote = row.back->how == CameBack::How::mended ? *row.back->before : *row.back->sent;
  Html all = said_by(written(row, wrote), *row.sop, kTextInCard);
  if (row.back->how != CameBack::How::mended) return all;
  const Html reply = said_by(written(row, *row.back->sent), *row.sop, kTextInRow);
  return reply.empty() ? all : html("{}<p class=\"halus\">Catatan pemohon:</p>{}", all, reply);
}

// What to look at: what the applicant sent along, or the work that came back.
Html documents_of(const TaskRow& row) {
  std::vector<const Document*> shown;
  for (auto document = row.permit().documents.rbegin(); document != row.permit().documents.rend();
       ++document) {
    const bool answer = row.answered && document->visit == row.visit().id &&
                        document->added_at >= row.answered->from &&
                        row.sop->is_applicant(document->role);
    const bool mended = !row.answered && row.back->how == CameBack::How::mended &&
                        document->visit == row.back->sent->id;
    const bool former = !row.answered && row.back->how != CameBack::How::mended &&
                        document->visit == row.back->before->id;
    if (document->file && (answer || mended || former)) shown.push_back(&*document);
    if (shown.size() == kDocumentsInCard) break;
  }
  Html links;
  for (const Document* document : shown)
    links += html("<li>{}</li>", document_link(*document, row.path() + "/dokumen/", *row.sop));
  if (links.empty()) return links;
  return html("<span class=\"halus\">{}</span><ul class=\"mendatar\">{}</ul>",
              row.answered || row.back->how == CameBack::How::mended ? "Dikirim pemohon:"
                                                                     : "Yang dikembalikan:",
              links);
}

std::string next_words(const TaskRow& row) {
  for (const ActionRule& action : row.step().actions) {
    const bool other = action.only_for != Outcome::none && row.permit().outcome != Outcome::none &&
                       action.only_for != row.permit().outcome;
    if (action.backward || other) continue;
    if (action.ends_permit()) return "sesudah ini selesai";
    std::string names;
    for (const Lead& lead : action.to)
      names += (names.empty() ? "" : ", ") + row.sop->step_name(lead.step);
    return "berikutnya " + names;
  }
  return "";
}

std::string step_words(const TaskRow& row) {
  return fmt::format("{} · {}", row.step().number, row.step().short_name);
}

// "Plh. menggantikan Rina Wahyuni"; "diambil Budi Santoso"; empty: it is anybody's.
std::string holder_words(const TaskRow& row, const People& people) {
  std::string words;
  const Duty& duty = row.task.duty;
  if (!duty.kind.empty())
    words = fmt::format("{}. menggantikan {}", duty.kind == "plt" ? "Plt" : "Plh",
                        officer_words(duty.for_officer, people));
  const bool claimed = row.visit().claimed_at.has_value();
  // That what came back is given to its author, its place says.
  if (row.visit().assignee.empty() || (row.own && !claimed && row.came())) return words;
  const std::string whose =
      row.own ? std::string("Anda") : officer_words(row.visit().assignee, people);
  return fmt::format("{}{}{} {}", words, words.empty() ? "" : " · ",
                     claimed ? "diambil" : "diberikan kepada", whose);
}

Html decision_of(const TaskRow& row, const People& people) {
  if (row.permit().outcome == Outcome::none) return {};
  if (!row.refuses())
    return html("<p><span class=\"keputusan\">Isi keputusan: mengabulkan</span></p>");
  Html why;
  if (row.refused)
    why = html(
        "<div class=\"alasan terlambat\">{}<p class=\"halus\">{}: {} oleh {}, {}. Diputuskan satu "
        "per "
        "satu, tidak ikut dalam tindakan bersama.</p></div>",
        said_by(written(row, *row.refused), *row.sop, kTextInRow),
        step_name(*row.refused, *row.sop),
        action_done_words(sop_of(*row.refused, *row.sop), row.refused->step, row.refused->action),
        doer_words(*row.refused, *row.sop, people),
        near_words(*row.calendar, *row.refused->closed_at, row.now));
  return html("<p><span class=\"keputusan menolak\">Isi keputusan: MENOLAK</span></p>{}", why);
}

std::string last_text(const TaskRow& row, std::string_view kind) {
  const auto found = store::last_notes(row.notes, row.visit().id, {kind});
  return found.empty() ? "" : " “" + shortened(found.back().text, kTextInRow) + "”.";
}

// What a superior has said is to be done, and what holds it up, in its officer's words, and until
// when.
Html delays_of(const TaskRow& row, const People& people) {
  Html all;
  for (const store::StoredNote& note : store::last_notes(row.notes, row.visit().id, {"directive"}))
    all += html("<p><strong>Arahan {}:</strong> “{}”</p>", officer_words(note.by, people),
                lines(shortened(note.text, kTextInRow)));
  if (row.pause) {
    const PauseReason* reason = rule_of(*row.pause, *row.sop);
    // Only a question must say something: another pause's note may be of the pause before.
    all += html("<p><strong>{}:</strong>{} Sejak {}.</p>",
                readable(reason ? reason->name : row.pause->reason),
                reason && reason->tells_applicant ? last_text(row, "pause") : "",
                near_words(*row.calendar, row.pause->from, row.now));
  }
  if (const auto& said = row.visit().acknowledged) {
    const Obstacle* obstacle = obstacle_of(*said, *row.sop);
    all += html("<p><strong>Kendala:</strong> {}.{} Dicatat {}; diingatkan lagi {}.</p>",
                obstacle ? obstacle->name : readable(said->obstacle), last_text(row, "obstacle"),
                near_words(*row.calendar, said->at, row.now),
                near_words(*row.calendar, said->until, row.now));
  }
  return all;
}

Html risk_of(const TaskRow& row) {
  return row.at_risk() ? html("<p>{}</p>", risk_mark(*row.forecast, *row.sop, *row.calendar))
                       : Html();
}

struct Clock {
  Tone tone;
  std::string words, aside;
};
// Of a clock that stands, until when it does and what is left then.
Clock clock_of(const TaskRow& row) {
  const Standing standing = standing_of(row.task.sla, *row.calendar);
  Clock clock{standing.tone, standing.words,
              due_words(row.task.sla, row.permit(), row.visit(), *row.sop, *row.calendar, row.now)};
  if (!row.pause || standing.tone != Tone::paused) return clock;
  if (const auto until = resumes_at(*row.pause, *row.sop, *row.calendar)) {
    const LocalTime end = row.calendar->local_end(*until);
    clock.words = "Jeda sampai " + notify::short_moment(end);
  }
  if (row.task.sla.remaining)
    clock.aside = "sesudahnya sisa " +
                  span_words(*row.task.sla.remaining, row.task.sla.standard, *row.calendar);
  return clock;
}

// No box where what is decided refuses, and where it is another's.
Html pick_box(const TaskRow& row, bool ticked) {
  if (!row.may_be_picked()) return html("<span class=\"pilih\" aria-hidden=\"true\">–</span>");
  const std::string ticket = ticket_of(row.permit(), row.visit().step);
  return ticked ? html(
                      "<label class=\"pilih\"><input type=\"checkbox\" name=\"tugas\" value=\"{}\" "
                      "aria-label=\"Pilih {}\" checked></label>",
                      ticket, row.permit().number)
                : html(
                      "<label class=\"pilih\"><input type=\"checkbox\" name=\"tugas\" value=\"{}\" "
                      "aria-label=\"Pilih {}\"></label>",
                      ticket, row.permit().number);
}

// Half a line, where it is not empty.
Html aside(std::string_view words) { return words.empty() ? Html() : html("<br>{}", words); }

std::string_view button_words(const TaskRow& row) {
  if (row.answered) return "Lanjutkan";
  return row.back->how == CameBack::How::mended ? "Periksa perbaikan" : "Perbaiki";
}

}  // namespace

std::string came_words(const TaskRow& row, const People& people) {
  const auto near = [&](Instant at) { return near_words(*row.calendar, at, row.now); };
  if (row.answered)
    return fmt::format("Jawaban pemohon masuk {}; waktu berjalan lagi", near(*row.answered->to));
  const CameBack& back = *row.back;
  switch (back.how) {
    case CameBack::How::returned:
      return fmt::format("Dikembalikan {}, {}", doer_words(*back.sent, *row.sop, people),
                         near(*back.sent->closed_at));
    case CameBack::How::error_reported:
      return fmt::format("Pemohon melaporkan kesalahan, {}", near(*back.sent->closed_at));
    case CameBack::How::mended:
      return fmt::format("Perbaikan pemohon masuk {}. Kekurangan pada pemeriksaan lalu",
                         near(*back.sent->closed_at));
  }
  return "";
}

Html task_item(const TaskRow& row, const People& people, bool ticked) {
  const Permit& permit = row.permit();
  const Clock clock = clock_of(row);
  const Html reasons =
      html("{}{}{}", risk_of(row), decision_of(row, people), delays_of(row, people));
  const Html law = permit.legal_passed_at ? html("<br>{}", legal_mark(permit)) : Html();
  return html(
      "<li data-baris>{}<span class=\"nama\"><a href=\"{}\"><strong>{}</strong></a><br>"
      "<span class=\"halus\">{}<br>{}</span>{}</span>"
      "<span>{}<br><span class=\"halus\">diterima {}<br>{}{}</span></span>"
      "<span>{}<br><span class=\"halus\">{}</span></span>"
      "<span class=\"aksi\"><a class=\"tombol\" href=\"{}\" aria-label=\"Buka {}\">Buka</a></span>"
      "{}</li>",
      pick_box(row, ticked), row.path(), permit.subject, permit.number,
      row.task.stored->applicant.name, law, step_words(row),
      near_words(*row.calendar, row.visit().opened_at, row.now), next_words(row),
      aside(holder_words(row, people)), badge(clock.tone, clock.words), clock.aside, row.path(),
      permit.number, reasons.empty() ? Html() : html("<div class=\"sebab\">{}</div>", reasons));
}

Html task_card(const TaskRow& row, const People& people) {
  const Permit& permit = row.permit();
  const Clock clock = clock_of(row);
  const std::string facts = fmt::format(
      "{} · {} · {}{} · {}", permit.number, row.task.stored->applicant.name, step_words(row),
      row.visit().occurrence > 1 ? fmt::format(" · kembali ke-{}", row.visit().occurrence - 1) : "",
      next_words(row));
  return html(
      "<section class=\"kartu {}\" data-baris><div class=\"berdampingan\"><h3><a href=\"{}\">{}</a>"
      "</h3><span>{} <span class=\"halus\">{}</span></span></div>"
      "<div class=\"alasan {}\"><p class=\"halus\"><strong>{}</strong></p>{}{}</div>{}{}"
      "<p class=\"halus\">{}{}</p><p><a class=\"tombol utama\" href=\"{}\">{}</a></p></section>",
      class_of(clock.tone), row.path(), permit.subject, badge(clock.tone, clock.words), clock.aside,
      row.answered || row.back->how == CameBack::How::mended ? "jawaban" : "segera",
      came_words(row, people), reason_of(row, people), documents_of(row),
      html("{}{}", risk_of(row), decision_of(row, people)), delays_of(row, people), facts,
      aside(holder_words(row, people)), row.path(), button_words(row));
}

Html listed_item(const store::StoredPermit& stored, const office::Rulebook& rulebook, Instant now,
                 std::string_view step, const Html& more) {
  const Permit& permit = stored.permit;
  const Sop& sop = rulebook.sop_version(permit.sop_version);
  const Calendar& calendar = rulebook.calendar(sop.calendar);
  now = std::max(now, permit.changed_at);
  const auto open = http::by_urgency(permit, sop, calendar, now);
  const Visit* visit = open.empty() ? nullptr : open.front();
  for (const Visit* one : open)
    if (one->step == step) visit = one;
  Html mark =
      html("{}{}", more, permit.legal_passed_at ? html("<br>{}", legal_mark(permit)) : Html());
  for (const Document& document : permit.documents)
    if (document.counts() && !document.number.empty())
      mark += html("<br><span class=\"halus\">{} nomor {}</span>",
                   notify::document_name(document.kind, sop), document.number);
  const Html others =
      open.size() > 1 ? html("<br><span class=\"halus\">dan {} tahap lain</span>", open.size() - 1)
                      : Html();
  Html where = html("<span>{}</span><span></span>", state_words(permit.state));
  if (visit) {
    const Sla sla = visit_sla(permit, *visit, sop, calendar, now);
    const Standing standing = standing_of(sla, calendar);
    const Officer* holder =
        visit->assignee.empty() ? nullptr : rulebook.people().find(visit->assignee);
    where = html(
        "<span>{} · {}<br><span class=\"halus\">{}</span>{}</span>"
        "<span>{}<br><span class=\"halus\">{}</span></span>",
        sop.step(visit->step).number, sop.step(visit->step).short_name,
        holder ? holder->name : role_words(sop, visit->role), others,
        badge(standing.tone, standing.words), due_words(sla, permit, *visit, sop, calendar, now));
  }
  return html(
      "<li class=\"tanpa-pilih\"><span><a href=\"/permohonan/{}\"><strong>{}</strong></a><br>"
      "<span class=\"halus\">{} · {}</span>{}</span>{}<span class=\"aksi\">"
      "<a href=\"/permohonan/{}/pemohon\" aria-label=\"Kontak pemohon {}\">Kontak</a></span></li>",
      permit.id, permit.subject, permit.number, stored.applicant.name, mark, where, permit.id,
      permit.number);
}

}  // namespace tenggat::pages
