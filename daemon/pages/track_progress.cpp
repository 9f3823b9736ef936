// Where a permit stands, as its applicant reads it: the card on top.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/view.h"
#include "daemon/office/permit_receipts.h"
#include "daemon/pages/file_words.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/track_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

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

Html card(const TrackView& view, Tone tone, std::string_view word, const Html& inside) {
  return html("<section class=\"kartu {}\" aria-label=\"{}\"><p>{}</p>{}</section>", class_of(tone),
              view.say("Keadaan permohonan", "State of the application"), badge(tone, word),
              inside);
}

const char* nothing_to_do(const TrackView& view) {
  return view.say("Anda tidak perlu melakukan apa pun sekarang.",
                  "There is nothing you need to do now.");
}

// What a file lapses by that is not mended; nothing where it never does.
Html lapses_by(const TrackView& view, const Visit& visit) {
  for (const ActionRule& action : view.sop.step(visit.step).actions)
    if (action.automatic_after && action.state == PermitState::lapsed)
      return html(
          "<p><strong>{} {}</strong>. {}</p>", view.say("Kirim paling lambat", "Send them by"),
          view.speech.end(view.calendar.deadline(visit.opened_at, *action.automatic_after).due),
          view.say("Setelah itu permohonan gugur.", "After that the application lapses."));
  return {};
}

Html returned_card(const TrackView& view, const Visit& visit) {
  const Visit* returning = returning_visit(view.permit(), visit, view.sop);
  std::vector<store::StoredNote> wanting;
  if (returning) wanting = store::last_notes(view.notes, returning->id, {"deficiency", "note"});
  Html list;
  for (const store::StoredNote& note : wanting)
    list += note.document.empty() ? html("<li>{}</li>", lines(note.text))
                                  : html("<li><strong>{}</strong>: {}</li>",
                                         document_name(note.document, view.sop), lines(note.text));
  const Html inside =
      html("<h2>{}</h2><ul>{}</ul><p>{} {}. {}</p>{}{}",
           view.say("Yang perlu diperbaiki", "What needs mending"), list,
           view.say("Dikembalikan", "Returned"), view.speech.moment(visit.opened_at),
           view.say("Waktu layanan dihitung setelah berkas dinyatakan lengkap.",
                    "The time for our decision counts once the file is found complete."),
           lapses_by(view, visit), form_to_mend(view, visit, wanting));
  return card(view, Tone::soon, view.say("Perlu Anda lengkapi", "Needs your corrections"), inside);
}

// "Kajian tata ruang oleh Pengkaji Tata Ruang", of each step that is worked on, but `besides`.
Html places(const TrackView& view, const Visit* besides) {
  Html items;
  for (const Visit* visit : http::by_urgency(view.permit(), view.sop, view.calendar, view.now))
    if (visit != besides)
      items += html("<li><strong>{}</strong> {} {}{}</li>", view.own(step_name(*visit, view.sop)),
                    view.say("oleh", "with"), view.own(holder_title(view, *visit)),
                    view.permit().open_pause(visit->id) ? view.say(", dijeda", ", paused") : "");
  return items.empty() ? Html() : html("<ul>{}</ul>", items);
}

// What else goes on while one step waits for the applicant.
Html going_on(const TrackView& view, const Visit& waiting) {
  const Html others = places(view, &waiting);
  return others.empty()
             ? Html()
             : html("<p>{}</p>{}",
                    view.say("Tahap lain tetap berjalan:", "Other steps go on meanwhile:"), others);
}

Html question_card(const TrackView& view, const Pause& pause, const Visit& visit) {
  Html question;
  for (const store::StoredNote& note : store::last_notes(view.notes, visit.id, {"pause"}))
    question += html("<p class=\"besar\">{}</p>", lines(note.text));
  const auto resumes = resumes_at(pause, view.sop, view.calendar);
  const Html until =
      resumes
          ? html("<p><strong>{} {}</strong>. {}</p>",
                 view.say("Mohon dijawab paling lambat", "Please answer by"),
                 view.speech.end(*resumes),
                 view.say("Setelah itu waktu layanan berjalan kembali tanpa jawaban Anda.",
                          "After that the time for our decision runs again without your answer."))
          : Html();
  const Html about = pause.requirement.empty()
                         ? Html()
                         : html("<p>{} <strong>{}</strong></p>", view.say("Perihal:", "About:"),
                                view.own(requirement_words(pause.requirement, view.sop)));
  const Html inside =
      html("<h2>{}</h2>{}{}{}<p class=\"halus\">{} {} {} {}. {}</p>{}{}",
           view.say("Kami memerlukan keterangan Anda", "We need information from you"), about,
           question, until, view.say("Ditanyakan", "Asked"), view.speech.moment(pause.from),
           view.say("pada tahap", "at the step"), view.own(step_name(visit, view.sop)),
           view.say("Waktu layanan berhenti sampai jawaban Anda kami terima.",
                    "The time for our decision stands still until we receive your answer."),
           form_to_answer(view, visit), going_on(view, visit));
  return card(view, Tone::paused, view.say("Menunggu jawaban Anda", "Waiting for your answer"),
              inside);
}

// A system waits for what the applicant does elsewhere: pays at the bank, for one.
Html elsewhere_card(const TrackView& view, const Visit& visit) {
  const Sla sla = visit_sla(view.permit(), visit, view.sop, view.calendar, view.now);
  const bool late = sla.status == SlaStatus::overdue;
  std::string until;
  if (sla.due_at)
    until = (late ? view.say("Batasnya telah lewat: ", "The date has passed: ")
                  : view.say("Paling lambat ", "At the latest ")) +
            view.speech.end(*sla.due_at) + ".";
  const Html stands =
      view.sop.step(visit.step).stops_case
          ? html("<p class=\"halus\">{}</p>",
                 view.say("Selama menunggu Anda, waktu layanan berhenti.",
                          "While we wait for you, the time for our decision stands still."))
          : Html();
  const Html inside =
      html("<h2>{}</h2><p class=\"besar\">{} {}. <strong>{}</strong></p>{}{}",
           view.own(step_name(visit, view.sop)),
           view.say("Tahap ini menunggu Anda, melalui", "This step waits for you, through"),
           view.own(role_words(view.sop, visit.role)), until, stands, going_on(view, visit));
  return card(view, late ? Tone::late : Tone::soon, view.say("Menunggu Anda", "Waiting for you"),
              inside);
}

const Visit* waiting_elsewhere(const TrackView& view) {
  for (const Visit& visit : view.permit().visits) {
    const Role* role = view.sop.find_role(visit.role);
    if (visit.open() && role && role->system && role->waits_for == Party::applicant) return &visit;
  }
  return nullptr;
}

// The decree first, by its number and to be taken home; what else there is below it.
Html decree_lines(const TrackView& view) {
  Html numbered, others;
  for (const Document& document : view.permit().documents) {
    if (!for_applicant(document, view.permit(), view.sop)) continue;
    const std::string name = document_words_within(document.kind, document.name, view.sop);
    const bool ours = uploaded_hash(document.uri).has_value();
    const store::FileFacts* file = facts_of(document, view.files);
    const std::string what =
        file ? fmt::format(" ({})", kind_and_size(*file, view.tongue())) : std::string();
    const Html link =
        ours ? html("<a class=\"tombol utama penuh\" href=\"{}/dokumen/{}\" download>{} {}{}</a>",
                    view.path, document.id, view.say("Unduh", "Download"), view.own(name), what)
             : document_link(document, view.path + "/dokumen/", view.sop);
    Html number;
    if (!document.number.empty())
      number =
          html("<p class=\"nomor-sk\"><span class=\"halus\">{}</span><br><strong>{}</strong></p>",
               view.say("Nomor", "Number"), document.number);
    (document.number.empty() ? others : numbered) +=
        html("{}<p class=\"unduh\">{}</p>", number, link);
  }
  return html("{}{}", numbered, others);
}

Html receipt_card(const TrackView& view, const Visit& visit) {
  Html automatic;
  for (const ActionRule& action : view.sop.step(visit.step).actions)
    if (action.automatic_after)
      automatic = html(
          "<p class=\"halus\">{} {}.</p>",
          view.say("Tanpa tindakan Anda, penerimaan tercatat sendiri pada",
                   "If you do nothing, receipt is recorded by itself on"),
          view.speech.end(view.calendar.deadline(visit.opened_at, *action.automatic_after).due));
  const Html inside =
      html("<h2>{}</h2>{}<p>{}</p>{}{}", view.say("Izin telah terbit", "Your permit is issued"),
           decree_lines(view),
           view.say("Periksa isinya, lalu konfirmasikan penerimaan atau laporkan kesalahan.",
                    "Check it, then confirm that you received it, or report what is wrong."),
           automatic, form_of_receipt(view, visit));
  return card(view, Tone::ok, view.say("Telah terbit", "Issued"), inside);
}

Html how_to_object(const TrackView& view) {
  const auto until = objection_until(view.permit(), view.sop, view.calendar);
  if (!until) return {};
  const std::string date = view.speech.date(view.calendar.local_end(*until));
  const bool over = view.now > *until;
  const Html words =
      over ? html("<p>{} {}.</p>",
                  view.say("Keberatan dapat diajukan sampai", "An objection could be raised until"),
                  date)
           : html("<p>{} {} {} <strong>{}</strong>.</p>",
                  view.say("Keberatan dapat diajukan", "You can object"),
                  view.own(view.sop.objection->how), view.say("paling lambat", "until"), date);
  if (!view.may_object) return words;
  return html("{}<p><a class=\"tombol utama\" href=\"{}/keberatan\">{}</a></p>", words, view.path,
              view.say("Ajukan keberatan", "Raise an objection"));
}

// As the message of the refusal says it: what was written with it, else with the word of the review
// that it follows.
Html reasons_of_refusal(const TrackView& view) {
  const store::StoredNote* why = nullptr;
  for (const store::StoredNote& note : view.notes) {
    const Visit* visit = view.permit().find_visit(note.visit);
    const ActionRule* action = visit ? action_of(*visit, view.sop) : nullptr;
    if (note.kind != "note" || !action || visit->undone) continue;
    if (action->sets_outcome == Outcome::refusal || action->state == PermitState::rejected)
      why = &note;
  }
  return why ? html("<h2>{}</h2><p class=\"besar\">{}</p>", view.say("Alasan", "Why"),
                    lines(why->text))
             : html("<p>{}</p>", view.say("Alasannya tercantum dalam surat penolakan.",
                                          "The reasons are in the letter of refusal."));
}

std::string ended_in(const TrackView& view) {
  const Permit& permit = view.permit();
  if (!permit.case_elapsed || !permit.case_standard) return "";
  const Counting counting = counting_of(*permit.case_standard);
  return fmt::format("{} {}{} {}.", view.say("Selesai dalam", "Done in"),
                     view.speech.span(*permit.case_elapsed, counting),
                     view.say(", dari batas", ", of"), view.speech.budget(*permit.case_standard));
}

Html issued_card(const TrackView& view, const std::string& when) {
  return card(view, Tone::ok, view.say("Selesai: telah terbit", "Done: issued"),
              html("{}<p>{} {}. {}</p><p class=\"halus\">{} {}</p>", decree_lines(view),
                   view.say("Diterima", "Received"), when, ended_in(view),
                   view.say("Dokumen tetap dapat diunduh di halaman ini. Simpan juga salinannya.",
                            "It can be downloaded here at any time. Keep a copy of your own, too."),
                   nothing_to_do(view)));
}

Html ended_card(const TrackView& view) {
  const Permit& permit = view.permit();
  const std::string when = view.speech.moment(ended_at(permit));
  switch (permit.state) {
    case PermitState::issued:
      return issued_card(view, when);
    case PermitState::rejected:
      return card(view, Tone::late, view.say("Tidak dapat dikabulkan", "Refused"),
                  html("{}{}<p>{} {}.</p>{}{}", reasons_of_refusal(view), decree_lines(view),
                       view.say("Diputuskan", "Decided"), when, how_to_object(view),
                       objections_to(view.stored, view.beside, view.links)));
    case PermitState::withdrawn:
      return card(
          view, Tone::neutral, view.say("Ditarik", "Withdrawn"),
          in_tongue(view.tongue(),
                    "<p>Permohonan ini ditarik oleh pemohon {} dan tidak diproses lagi.</p>",
                    "<p>The applicant withdrew this application on {}; it is not gone on "
                    "with.</p>",
                    when));
    default:
      return card(view, Tone::neutral, view.say("Gugur", "Lapsed"),
                  in_tongue(view.tongue(), "<p>Permohonan ini dinyatakan gugur {}.</p>",
                            "<p>This application lapsed on {}.</p>", when));
  }
}

Html where_it_is(const TrackView& view, const Visit& visit) {
  const Step& step = view.sop.step(visit.step);
  if (!places(view, &visit).empty())
    return html(
        "<p class=\"besar\"><strong>{}</strong></p>{}",
        view.say("Beberapa tahap dikerjakan bersamaan:", "Several steps are worked on at once:"),
        places(view, nullptr));
  return in_tongue(
      view.tongue(), "<p class=\"besar\"><strong>Tahap {} dari {}: {} oleh {}.</strong></p>",
      "<p class=\"besar\"><strong>Step {} of {}: {}, with {}.</strong></p>", step.number,
      view.sop.steps.size(), view.own(step.short_name), view.own(holder_title(view, visit)));
}

// That somebody comes, while it is still to be.
Html field_visits(const TrackView& view) {
  Html all;
  for (const Visit& visit : view.permit().visits)
    if (visit.open() && visit.field_visit_at && *visit.field_visit_at >= view.now)
      all += html("<p>{} <strong>{}</strong>. {}</p>",
                  view.say("Petugas kami berkunjung ke lokasi pada", "We will visit the place on"),
                  view.speech.moment(*visit.field_visit_at),
                  view.say("Mohon Anda atau wakil Anda berada di tempat.",
                           "Please be there, or somebody for you."));
  return all;
}

Html late_words(const TrackView& view, const Sla& sla) {
  return in_tongue(
      view.tongue(),
      "<p>Mohon maaf, batas waktu {} telah terlewati. Hal ini sudah dilaporkan kepada pimpinan.</p>"
      "<p class=\"besar\">Perkiraan selesai: <strong>{}</strong>.</p>",
      "<p>We are sorry: the date, {}, has passed. Those in charge have been told.</p>"
      "<p class=\"besar\">We expect to be done by <strong>{}</strong>.</p>",
      sla.due_at ? view.speech.end(*sla.due_at) : std::string(),
      view.speech.end(told_estimate(view.permit(), view.sop, view.calendar, view.now)));
}

Html not_yet_counted_card(const TrackView& view, const Html& where) {
  return card(
      view, Tone::neutral, view.say("Menunggu verifikasi", "Waiting to be checked"),
      html("{}<p>{} {}.</p><p class=\"halus\">{}</p>", where,
           view.say("Batas waktu ditetapkan setelah berkas dinyatakan lengkap; layanan ini "
                    "paling lama",
                    "The date is set once the file is found complete; this service takes at "
                    "most"),
           view.speech.budget(view.sop.case_standard), nothing_to_do(view)));
}

Html under_way_card(const TrackView& view, const Visit& visit) {
  const Sla sla = case_sla(view.permit(), view.sop, view.calendar, view.now);
  const Html where = html("{}{}", where_it_is(view, visit), field_visits(view));
  if (!sla.status) return not_yet_counted_card(view, where);
  const std::int64_t total = sla.elapsed.count() + sla.remaining->count();
  const std::int64_t percent = total > 0 ? 100 * sla.elapsed.count() / total : 100;
  const Html bar = progress_bar(*sla.status == SlaStatus::overdue ? 100 : percent);
  if (*sla.status == SlaStatus::paused)
    return card(
        view, Tone::paused, view.say("Dijeda", "Paused"),
        html("{}<p>{}</p>{}<p class=\"halus\">{}</p>", where,
             view.say("Waktu layanan sedang berhenti; tanggal selesai kami beritahukan "
                      "setelah berjalan kembali.",
                      "The time for our decision stands still; we tell you the date once it "
                      "runs again."),
             bar, nothing_to_do(view)));
  if (*sla.status == SlaStatus::overdue)
    return card(view, Tone::late, view.say("Terlambat", "Late"),
                html("{}{}{}<p class=\"halus\">{}</p>", where, late_words(view, sla), bar,
                     nothing_to_do(view)));
  const bool soon = *sla.status == SlaStatus::due_soon;
  const Html until =
      in_tongue(view.tongue(),
                "<p class=\"besar\">Selesai paling lambat <strong>{}</strong>.</p>{}"
                "<p class=\"halus\">Sisa {}, dari {} sejak berkas lengkap. {}</p>",
                "<p class=\"besar\">Done by <strong>{}</strong> at the latest.</p>{}"
                "<p class=\"halus\">{} left, of {} since the file was complete. {}</p>",
                view.speech.end(*sla.due_at), bar,
                view.speech.left(*sla.remaining, counting_of(sla.standard)),
                view.speech.budget(view.sop.case_standard), nothing_to_do(view));
  return card(
      view, soon ? Tone::soon : Tone::ok,
      soon ? view.say("Mendekati batas waktu", "Due soon") : view.say("Sesuai jadwal", "On time"),
      html("{}{}", where, until));
}

}  // namespace

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

}  // namespace tenggat::pages
