// Where a permit stands, as its applicant reads it: the card on top and the way of the file.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/view.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/track_view.h"
#include "daemon/pages/words.h"
#include "daemon/store/letters.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

// "Plh. Kepala Dinas" where that is who has it today, else "Kepala Dinas".
std::string holder_title(const TrackView& view, const Visit& visit) {
  const Context& context = view.context;
  const std::vector<Recipient> holders =
      resolve_holder(visit, context.sop, context.people, context.today());
  const bool deputies =
      !holders.empty() && std::all_of(holders.begin(), holders.end(), [&](const Recipient& one) {
        return one.role == visit.role && !one.kind.empty();
      });
  return (deputies ? std::string(notify::acting_prefix(holders.front().kind)) : std::string()) +
         role_words(context.sop, visit.role);
}

const Visit* open_applicant_visit(const TrackView& view) {
  for (const Visit& visit : view.permit().visits)
    if (visit.open() && is_applicants(visit, view.sop)) return &visit;
  return nullptr;
}

// A pause that waits for the applicant's answer.
const Pause* pause_for_applicant(const Permit& permit, const Sop& sop) {
  for (const Pause& pause : permit.pauses) {
    const PauseReason* reason = rule_of(pause, sop);
    const Visit* visit = permit.find_visit(pause.visit);
    if (!pause.to && visit && visit->open() && reason && reason->tells_applicant) return &pause;
  }
  return nullptr;
}

const Visit* most_urgent(const TrackView& view) {
  const auto open = http::by_urgency(view.permit(), view.sop, view.calendar, view.now);
  return open.empty() ? nullptr : open.front();
}

Html card(Tone tone, std::string_view word, const Html& inside) {
  return html("<section class=\"kartu {}\" aria-label=\"Keadaan permohonan\"><p>{}</p>{}</section>",
              class_of(tone), badge(tone, word), inside);
}

constexpr const char* kNothingToDo = "Anda tidak perlu melakukan apa pun sekarang.";

Html returned_card(const TrackView& view, const Visit& visit) {
  const Visit* returning = returning_visit(view.permit(), visit, view.sop);
  std::vector<store::StoredNote> wanting;
  if (returning) wanting = store::last_notes(view.notes, returning->id, {"deficiency", "note"});
  Html list;
  for (const store::StoredNote& note : wanting)
    list += note.document.empty() ? html("<li>{}</li>", lines(note.text))
                                  : html("<li><strong>{}</strong>: {}</li>",
                                         document_name(note.document, view.sop), lines(note.text));
  const Html inside = html(
      "<h2>Yang perlu diperbaiki</h2><ul>{}</ul>"
      "<p>Dikembalikan {}. Waktu layanan dihitung setelah berkas dinyatakan lengkap.</p>{}",
      list, moment_words(view.calendar, visit.opened_at), form_to_mend(view, visit, wanting));
  return card(Tone::soon, "Perlu Anda lengkapi", inside);
}

// "Kajian tata ruang oleh Pengkaji Tata Ruang", of each step that is worked on, but `besides`.
Html places(const TrackView& view, const Visit* besides) {
  Html items;
  for (const Visit* visit : http::by_urgency(view.permit(), view.sop, view.calendar, view.now))
    if (visit != besides)
      items +=
          html("<li><strong>{}</strong> oleh {}{}</li>", step_name(*visit, view.sop),
               holder_title(view, *visit), view.permit().open_pause(visit->id) ? ", dijeda" : "");
  return items.empty() ? Html() : html("<ul>{}</ul>", items);
}

// What else goes on while one step waits for the applicant.
Html going_on(const TrackView& view, const Visit& waiting) {
  const Html others = places(view, &waiting);
  return others.empty() ? Html() : html("<p>Tahap lain tetap berjalan:</p>{}", others);
}

Html question_card(const TrackView& view, const Pause& pause, const Visit& visit) {
  Html question;
  for (const store::StoredNote& note : store::last_notes(view.notes, visit.id, {"pause"}))
    question += html("<p class=\"besar\">{}</p>", lines(note.text));
  const Html inside = html(
      "<h2>Kami memerlukan keterangan Anda</h2>{}{}"
      "<p class=\"halus\">Ditanyakan {} pada tahap {}. Waktu layanan berhenti sampai jawaban Anda "
      "kami terima.</p>{}{}",
      pause.requirement.empty() ? Html()
                                : html("<p>Perihal: <strong>{}</strong></p>",
                                       requirement_words(pause.requirement, view.sop)),
      question, moment_words(view.calendar, pause.from), step_name(visit, view.sop),
      form_to_answer(view, visit), going_on(view, visit));
  return card(Tone::paused, "Menunggu jawaban Anda", inside);
}

// A system waits for what the applicant does elsewhere: pays at the bank, for one.
Html elsewhere_card(const TrackView& view, const Visit& visit) {
  const Sla sla = visit_sla(view.permit(), visit, view.sop, view.calendar, view.now);
  const bool late = sla.status == SlaStatus::overdue;
  std::string until;
  if (sla.due_at)
    until = (late ? "Batasnya telah lewat: " : "Paling lambat ") +
            end_words(view.calendar, *sla.due_at) + ".";
  const Html stands = view.sop.step(visit.step).stops_case
                          ? html(
                                "<p class=\"halus\">Selama menunggu Anda, waktu layanan "
                                "berhenti.</p>")
                          : Html();
  const Html inside = html(
      "<h2>{}</h2><p class=\"besar\">Tahap ini menunggu Anda, melalui {}. "
      "<strong>{}</strong></p>{}{}",
      step_name(visit, view.sop), role_words(view.sop, visit.role), until, stands,
      going_on(view, visit));
  return card(late ? Tone::late : Tone::soon, "Menunggu Anda", inside);
}

const Visit* waiting_elsewhere(const TrackView& view) {
  for (const Visit& visit : view.permit().visits) {
    const Role* role = view.sop.find_role(visit.role);
    if (visit.open() && role && role->system && role->waits_for == Party::applicant) return &visit;
  }
  return nullptr;
}

Html decree_lines(const TrackView& view) {
  Html found;
  for (const Document& document : view.permit().documents) {
    if (!for_applicant(document, view.permit(), view.sop)) continue;
    found += html("<p class=\"besar\">{}{}</p>",
                  document_link(document, view.path + "/dokumen/", view.sop),
                  document.number.empty() ? std::string() : ", nomor " + document.number);
  }
  return found;
}

Html receipt_card(const TrackView& view, const Visit& visit) {
  Html automatic;
  for (const ActionRule& action : view.sop.step(visit.step).actions)
    if (action.automatic_after)
      automatic =
          html("<p class=\"halus\">Tanpa tindakan Anda, penerimaan tercatat sendiri pada {}.</p>",
               end_words(view.calendar,
                         view.calendar.deadline(visit.opened_at, *action.automatic_after).due));
  const Html inside = html(
      "<h2>Izin telah terbit</h2>{}<p>Periksa isinya, lalu konfirmasikan penerimaan atau laporkan "
      "kesalahan.</p>{}{}",
      decree_lines(view), automatic, form_of_receipt(view, visit));
  return card(Tone::ok, "Telah terbit", inside);
}

Html how_to_object(const TrackView& view) {
  const auto until = objection_until(view.permit(), view.sop, view.calendar);
  if (!until) return {};
  const Html words = html(" Keberatan dapat diajukan {} paling lambat {}.", view.sop.objection->how,
                          notify::date(view.calendar.local_end(*until)));
  if (!view.may_object) return words;
  return html("{}</p><p><a class=\"tombol utama\" href=\"{}/keberatan\">Ajukan keberatan</a>",
              words, view.path);
}

Html ended_card(const TrackView& view) {
  const Permit& permit = view.permit();
  const std::string when = moment_words(view.calendar, ended_at(permit));
  switch (permit.state) {
    case PermitState::issued:
      return card(Tone::ok, "Selesai: telah terbit",
                  html("{}<p>Diterima {}. {}</p>", decree_lines(view), when, kNothingToDo));
    case PermitState::rejected:
      return card(Tone::late, "Tidak dapat dikabulkan",
                  html("{}<p>Diputuskan {}.{}</p>{}", decree_lines(view), when, how_to_object(view),
                       objections_to(view.stored, view.beside, view.links)));
    case PermitState::withdrawn:
      return card(
          Tone::neutral, "Ditarik",
          html("<p>Permohonan ini ditarik oleh pemohon {} dan tidak diproses lagi.</p>", when));
    default:
      return card(Tone::neutral, "Gugur", html("<p>Permohonan ini dinyatakan gugur {}.</p>", when));
  }
}

Html under_way_card(const TrackView& view, const Visit& visit) {
  const Sop& sop = view.sop;
  const Step& step = sop.step(visit.step);
  const Sla sla = case_sla(view.permit(), sop, view.calendar, view.now);
  const Html all = places(view, nullptr);
  const Html others = places(view, &visit);
  Html where =
      others.empty()
          ? html("<p class=\"besar\"><strong>Tahap {} dari {}: {} oleh {}.</strong></p>",
                 step.number, sop.steps.size(), step.short_name, holder_title(view, visit))
          : html("<p class=\"besar\"><strong>Beberapa tahap dikerjakan bersamaan:</strong></p>{}",
                 all);
  if (!sla.status) {
    where += html(
        "<p>Batas waktu ditetapkan setelah berkas dinyatakan lengkap; layanan ini paling lama "
        "{}.</p>"
        "<p class=\"halus\">{}</p>",
        budget_words(sop.case_standard), kNothingToDo);
    return card(Tone::neutral, "Menunggu verifikasi", where);
  }
  const std::int64_t total = sla.elapsed.count() + sla.remaining->count();
  const std::int64_t percent = total > 0 ? 100 * sla.elapsed.count() / total : 100;
  const Html bar = progress_bar(*sla.status == SlaStatus::overdue ? 100 : percent);
  const auto due = sla.due_at ? end_words(view.calendar, *sla.due_at) : std::string();
  switch (*sla.status) {
    case SlaStatus::paused:
      where += html(
          "<p>Waktu layanan sedang berhenti; tanggal selesai kami beritahukan setelah berjalan "
          "kembali.</p>{}<p class=\"halus\">{}</p>",
          bar, kNothingToDo);
      return card(Tone::paused, "Dijeda", where);
    case SlaStatus::overdue:
      where += html(
          "<p>Mohon maaf, batas waktu {} telah terlewati. Hal ini sudah dilaporkan kepada "
          "pimpinan.</p>"
          "<p class=\"besar\">Perkiraan selesai: <strong>{}</strong>.</p>{}<p "
          "class=\"halus\">{}</p>",
          due, end_words(view.calendar, told_estimate(view.permit(), sop, view.calendar, view.now)),
          bar, kNothingToDo);
      return card(Tone::late, "Terlambat", where);
    default:
      break;
  }
  const bool soon = *sla.status == SlaStatus::due_soon;
  where += html(
      "<p class=\"besar\">Selesai paling lambat <strong>{}</strong>.</p>{}"
      "<p class=\"halus\">Sisa {}, dari {} sejak berkas lengkap. {}</p>",
      due, bar,
      notify::left_words(*sla.remaining, counting_of(sla.standard), view.calendar.nominal_day()),
      budget_words(sop.case_standard), kNothingToDo);
  return card(soon ? Tone::soon : Tone::ok, soon ? "Mendekati batas waktu" : "Sesuai jadwal",
              where);
}

// --- the way of the file -------------------------------------------------------------------------

const Visit* last_visit(const Permit& permit, const std::string& step) {
  const Visit* last = nullptr;
  for (const Visit& visit : permit.visits)
    if (visit.step == step && !visit.undone) last = &visit;
  return last;
}

// What was done at a closed visit, as far as its applicant has been told: neither what the review
// recommended nor how the draft fared on its way to the head is theirs to read from the way.
std::string done_words(const TrackView& view, const Visit& visit) {
  const ActionRule* rule = action_of(visit, view.sop);
  const bool told = rule && (!rule->tells_applicant.empty() || is_applicants(visit, view.sop));
  return told ? action_done_words(sop_of(visit, view.sop), visit.step, visit.action)
              : std::string("selesai");
}

std::string who_has(const Sop& sop, const std::string& role) {
  return sop.is_applicant(role) ? "Anda" : role_words(sop, role);
}

// As the version called it that the file passed it under.
Html passed(const TrackView& view, const Visit& visit) {
  const Sop& sop = sop_of(visit, view.sop);
  std::string who = who_has(sop, visit.role);
  if (!visit.closed_for.empty())
    who = stand_in_title({visit.closed_by, visit.closed_for, visit.role, *visit.closed_at},
                         view.letters, view.context);
  return html(
      "<li class=\"selesai\"><span class=\"nomor\" aria-hidden=\"true\">✓</span>"
      "<strong>{}</strong><br><span class=\"halus\">{} · {} · {}</span></li>",
      sop.step_name(visit.step), notify::short_moment(view.calendar.local(*visit.closed_at)), who,
      done_words(view, visit));
}

std::string_view going_words(const TrackView& view, const Visit& visit) {
  if (is_applicants(visit, view.sop)) return "Menunggu Anda";
  const Pause* pause = view.permit().open_pause(visit.id);
  if (!pause) return "Sedang berjalan";
  const PauseReason* reason = rule_of(*pause, view.sop);
  return reason && reason->tells_applicant ? "Menunggu jawaban Anda" : "Dijeda";
}

// Of the steps that the version in use has no longer, the last time each was passed.
std::vector<const Visit*> passed_before(const TrackView& view) {
  std::vector<const Visit*> visits;
  for (const Visit& visit : view.permit().visits)
    if (visit.closed_at && !visit.undone && !view.sop.find_step(visit.step) &&
        last_visit(view.permit(), visit.step) == &visit)
      visits.push_back(&visit);
  return visits;
}

// Which steps lie behind the file, which never come.
class Way {
 public:
  explicit Way(const TrackView& view) : view_(view) {
    for (const Visit& visit : view.permit().visits)
      if (visit.open()) open_.push_back(&view.sop.step(visit.step));
    for (const Step& step : view.sop.steps)
      if (last_visit(view.permit(), step.id)) reached_ = step.number;
    for (const Step* step : open_) {
      const bool first = step == open_.front();
      reached_ = first ? step->number : std::min(reached_, step->number);
    }
  }

  // The last time the file was at the step, but for what was before its block was opened anew.
  const Visit* last(const Step& step) const {
    const Visit* visit = last_visit(view_.permit(), step.id);
    return visit && !is_of_former_round(*visit, step) ? visit : nullptr;
  }

  // What has been done and not given up by a return since. Steps of other branches that are open
  // say nothing of it.
  bool is_passed(const Step& step, const Visit& last) const {
    if (!last.closed_at || last.cancelled()) return false;
    return std::none_of(open_.begin(), open_.end(), [&](const Step* one) {
      return !view_.sop.are_siblings(*one, step) && step.number >= one->number;
    });
  }

  // Never opened, and the file is past it: another way was taken, or its branch was not.
  bool is_left_out(const Step& step) const {
    if (step.number < reached_) return true;
    return std::any_of(open_.begin(), open_.end(), [&](const Step* one) {
      for (const BranchOf& its : one->within)
        for (const BranchOf& mine : step.within)
          if (its.join == mine.join && its.entry != mine.entry && !entered(mine)) return true;
      return false;
    });
  }

 private:
  // Whether the block that the step lies in has been opened anew since.
  bool is_of_former_round(const Visit& visit, const Step& step) const {
    if (step.within.empty()) return false;
    int opened_by = 0;  // the visit whose action opened the block last
    for (const Visit& other : view_.permit().visits) {
      const Step* its = view_.sop.find_step(other.step);
      if (!other.undone && its && its->within.size() == 1 &&
          its->within.front().join == step.within.front().join)
        opened_by = std::max(opened_by, other.fork);
    }
    return visit.id < opened_by;
  }

  bool entered(const BranchOf& branch) const {
    const Visit* visit = last(view_.sop.step(branch.entry));
    return visit && !visit->cancelled();
  }

  const TrackView& view_;
  std::vector<const Step*> open_;
  int reached_ = 0;  // the number of the first step that is open; of an end, of the last one passed
};

}  // namespace

Html standing_card(const TrackView& view) {
  if (is_terminal(view.permit().state)) return ended_card(view);
  if (const Visit* own = open_applicant_visit(view))
    return own->returned ? returned_card(view, *own) : receipt_card(view, *own);
  if (const Pause* pause = pause_for_applicant(view.permit(), view.sop))
    return question_card(view, *pause, *view.permit().find_visit(pause->visit));
  if (const Visit* visit = waiting_elsewhere(view)) return elsewhere_card(view, *visit);
  const Visit* visit = most_urgent(view);
  return visit ? under_way_card(view, *visit) : Html();
}

Html journey(const TrackView& view) {
  const Permit& permit = view.permit();
  const Way way(view);
  const std::vector<const Visit*> before = passed_before(view);
  auto former = before.begin();
  Html items;
  for (const Step& step : view.sop.steps) {
    const Visit* visit = way.last(step);
    if (!visit && way.is_left_out(step)) continue;
    for (; former != before.end() && (!visit || visit->id > (*former)->id); ++former)
      items += passed(view, **former);
    std::string who = who_has(view.sop, step.role);
    if (visit && visit->open() && !view.sop.is_applicant(step.role))
      who = holder_title(view, *visit);
    if (visit && visit->open()) {
      const Sla sla = visit_sla(permit, *visit, view.sop, view.calendar, view.now);
      const std::string until =
          sla.due_at ? " · " + due_words(view.calendar, *sla.due_at, view.now, "paling lambat")
                     : "";
      items += html(
          "<li class=\"kini\" aria-current=\"step\"><span "
          "class=\"nomor\">{}</span><strong>{}</strong>"
          "<br><span class=\"halus\">{} · {}{}</span></li>",
          step.number, step.short_name, going_words(view, *visit), who, until);
    } else if (visit && way.is_passed(step, *visit)) {
      items += passed(view, *visit);
    } else {
      items += html("<li><span class=\"nomor\">{}</span>{}<br><span class=\"halus\">{}</span></li>",
                    step.number, step.short_name, who);
    }
  }
  for (; former != before.end(); ++former) items += passed(view, **former);
  return html("<h2>Perjalanan berkas</h2><ol class=\"jalan\">{}</ol>", items);
}

}  // namespace tenggat::pages
