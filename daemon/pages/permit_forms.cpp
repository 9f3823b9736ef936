// What an officer may do about a permit, as forms of its page.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/api_bodies.h"
#include "daemon/pages/field_inputs.h"
#include "daemon/pages/permit_asked.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"
#include "rules/permit/route.h"

namespace tenggat::pages {

std::string FormOf::id(std::string_view field) const {
  const std::string name = action.starts_with("act.") ? action.substr(4) : action;
  return fmt::format("{}-{}{}{}", step, name, field.empty() ? "" : "-", field);
}

Html head_of_form(const FormOf& form) {
  const PermitView& view = form.view;
  Html fault;
  if (form.typed()) {
    view.answered = true;
    if (!view.fault.empty()) fault = message(view.fault, true);
  }
  return html(
      "<form method=\"post\" action=\"{}\" enctype=\"multipart/form-data\">{}{}"
      "<input type=\"hidden\" name=\"langkah\" value=\"{}\">"
      "<input type=\"hidden\" name=\"versi\" value=\"{}\">{}",
      view.path(), hidden_fields(view.keys()), form_mark(form.action), form.step,
      view.permit().version, fault);
}

Html note_field(const FormOf& form, ActionRule::Note note) {
  const std::string id = form.id("catatan"), text = form.typed().text("catatan");
  if (note == ActionRule::Note::optional)
    return html(
        "<label for=\"{}\">Catatan <span class=\"halus\">(opsional)</span></label>"
        "<textarea id=\"{}\" name=\"catatan\" maxlength=\"2000\">{}</textarea>",
        id, id, text);
  return html(
      "<label for=\"{}\">Penjelasan</label>"
      "<textarea id=\"{}\" name=\"catatan\" maxlength=\"2000\">{}</textarea>",
      id, id, text);
}

namespace {

constexpr std::size_t kDeficiencyRows = 3;

Html ready_reasons(const std::vector<std::string>& reasons, const Typed& typed) {
  if (reasons.empty()) return {};
  Html boxes;
  for (const std::string& reason : reasons)
    boxes += tick_box("alasan", reason, reason, typed.has("alasan", reason));
  return html("<fieldset class=\"pilihan\"><legend>Alasan</legend>{}</fieldset>", boxes);
}

// What is filled into the rows: what was typed, and what the checklist proposes.
std::vector<ProposedDeficiency> deficiencies_shown(const FormOf& form, const Offer& offer) {
  const Typed typed = form.typed();
  const std::vector<std::string> documents = typed.texts("dokumen"),
                                 wanting = typed.texts("kekurangan");
  std::vector<ProposedDeficiency> rows;
  for (std::size_t i = 0; i < std::min(documents.size(), wanting.size()); ++i)
    if (!documents[i].empty() || !wanting[i].empty()) rows.push_back({documents[i], wanting[i]});
  if (typed && asks_for_proposals(form.view.form))
    for (ProposedDeficiency& one :
         proposed_deficiencies(form.view.form, offer.wanted.requirements, form.view.context.sop))
      if (std::none_of(rows.begin(), rows.end(),
                       [&](const ProposedDeficiency& row) { return row.document == one.document; }))
        rows.push_back(std::move(one));
  const bool more = typed && form.view.form.text(kProposeInput) == kMoreRows;
  const std::size_t room = more ? std::max(documents.size(), rows.size()) + kDeficiencyRows
                                : rows.size() + (typed ? 1 : 0);
  while (rows.size() < std::clamp(room, kDeficiencyRows, http::BodyLimits::deficiencies))
    rows.emplace_back();
  return rows;
}

Html deficiency_rows(const FormOf& form, const Offer& offer) {
  const std::string id = form.id("");
  Html kinds, rows;
  for (const Document& document : form.view.permit().documents)
    if (document.counts() && document.file)
      kinds += html("<option value=\"{}\"></option>",
                    document_name(document.kind, form.view.context.sop));
  if (!offer.wanted.requirements.empty())
    rows = html(
        "<p><button name=\"{}\" value=\"{}\" formnovalidate=\"\">Usulkan yang belum dicentang"
        "</button></p>",
        kProposeInput, kProposed);
  int i = 0;
  for (const ProposedDeficiency& row : deficiencies_shown(form, offer)) {
    ++i;
    rows += html(
        "<div class=\"baris-kekurangan\"><label for=\"{}-d{}\">Kekurangan {}: dokumen</label>"
        "<input type=\"text\" id=\"{}-d{}\" name=\"dokumen\" list=\"{}-daftar\" maxlength=\"60\" "
        "value=\"{}\"><label for=\"{}-k{}\">Yang perlu diperbaiki</label>"
        "<input type=\"text\" id=\"{}-k{}\" name=\"kekurangan\" maxlength=\"500\" value=\"{}\">"
        "</div>",
        id, i, i, id, i, id, row.document, id, i, id, i, row.wanting);
  }
  rows += html("<p><button name=\"{}\" value=\"{}\" formnovalidate=\"\">Tambah baris</button></p>",
               kProposeInput, kMoreRows);
  return html("<datalist id=\"{}-daftar\">{}</datalist>{}", id, kinds, rows);
}

// What is ticked off. What is not can be proposed for a return, in the form of that.
Html checklist(const FormOf& form, const Offer& offer) {
  if (offer.wanted.requirements.empty()) return {};
  const Typed typed = form.typed();
  Html boxes, other;
  for (const Requirement* one : offer.wanted.requirements)
    boxes += tick_box(kCheckInput, one->id, one->text, typed.has(kCheckInput, one->id));
  for (const Offer* one : offers_at(form.view.offers, offer.visit, Offer::What::act))
    if (one != &offer && !offer.action->backward &&
        one->action->note == ActionRule::Note::note_or_deficiencies)
      other = html(
          "<p class=\"halus\">Yang tidak dicentang dapat diusulkan sebagai alasan pengembalian.</p>"
          "<p><button name=\"{}\" value=\"act.{}\" formnovalidate=\"\">Kembalikan yang belum "
          "dicentang</button></p>",
          kProposeInput, one->action->id);
  return html(
      "<fieldset class=\"pilihan\"><legend>Daftar periksa: syarat yang sudah terpenuhi"
      "</legend>{}</fieldset>{}",
      boxes, other);
}

Html branch_choice(const FormOf& form, const Offer& offer) {
  if (offer.wanted.branches.empty()) return {};
  Html boxes;
  for (const Step* step : offer.wanted.branches)
    boxes += tick_box(
        kBranchInput, step->id,
        fmt::format("{} ({})", step->short_name, role_words(form.view.context.sop, step->role)),
        form.typed().has(kBranchInput, step->id));
  return html(
      "<fieldset class=\"pilihan\"><legend>Tahap yang dibuka, satu atau lebih</legend>{}"
      "</fieldset>",
      boxes);
}

// On a return what is wrong is mended by others; its officer may do so all the same.
Html fields_asked(const FormOf& form, const Offer& offer) {
  const FieldForm fields{offer.wanted.fields, form.view.permit().fields};
  const Html inputs = field_inputs(fields, form.id("isian"), form.typed());
  if (inputs.empty() || !offer.action->backward) return inputs;
  const bool wrong = form.typed() && !read_fields(fields, form.view.form).fault.empty();
  return folded("Betulkan isian", inputs, wrong);
}

Html outcome_choice(Outcome known, const Typed& typed) {
  const Outcome chosen = parse_outcome(typed.text("hasil")).value_or(known);
  const bool refusal = chosen == Outcome::refusal;
  return html("<fieldset class=\"pilihan\"><legend>Isi keputusan</legend>{}{}</fieldset>",
              radio_button("hasil", to_string(Outcome::grant), "Mengabulkan permohonan", !refusal),
              radio_button("hasil", to_string(Outcome::refusal), "Menolak permohonan", refusal));
}

// What ends or signs the permit is done deliberately: never by one press. Nor is a refusal approved
// so.
Html confirmation(const FormOf& form, const Offer& offer) {
  const PermitView& view = form.view;
  const ActionRule& action = *offer.action;
  const Seconds window = view.context.send.undo_window;
  const Step& step = view.context.sop.step(form.step);
  const std::string done = action_done_words(view.context.sop, form.step, action.id);
  std::string words =
      step.judges() && view.permit().outcome != Outcome::none
          ? fmt::format("Saya sudah membaca yang diputuskan, dan yakin: {}.", done)
          : fmt::format("Saya yakin: {}, dan berkas {} selesai.", done, view.permit().number);
  words += window.count() == 0
               ? std::string(" Tidak dapat dibatalkan.")
               : fmt::format(" Dapat dibatalkan selama {}.", notify::duration(window));
  return html(
      "<div class=\"pilihan\"><label><input type=\"checkbox\" name=\"yakin\" value=\"ya\" required>"
      "<span>{}</span></label></div>",
      words);
}

// Until when a refusal of now could be objected to: "Pemohon dapat mengajukan keberatan …".
Html objection_words(const PermitView& view) {
  const Sop& sop = view.context.sop;
  if (!sop.objection) return {};
  const Calendar& calendar = view.context.calendar;
  const Instant until = calendar.deadline(view.context.now, sop.objection->limit).due;
  return html(
      " Pemohon menerima alasannya dan dapat mengajukan keberatan sampai <strong>{}"
      "</strong>.",
      notify::date(calendar.local_end(until)));
}

// In words, what is approved, signed or refused; and whether it was looked at.
Html what_is_decided(const FormOf& form, const Offer& offer) {
  const PermitView& view = form.view;
  const Sop& sop = view.context.sop;
  const Step& step = sop.step(form.step);
  const ActionRule& action = *offer.action;
  const Outcome outcome = view.permit().outcome;
  if (!step.judges() || action.backward) return {};
  const Html opened = whether_opened(view, *view.permit().find_visit(offer.visit));
  if (outcome == Outcome::none) return opened;
  const bool refuses = outcome == Outcome::refusal;
  const bool ends = ends_case(form.step, action, sop);
  const std::string window = notify::duration(view.context.send.undo_window);
  const Html told = view.context.send.undo_window.count() == 0
                        ? html(" Pemohon langsung diberi tahu.")
                        : html(
                              " Pemohon diberi tahu {} sesudahnya; sampai saat itu tindakan dapat "
                              "dibatalkan.",
                              window);
  Html words;
  if (action.ends_permit() && refuses)
    words = html("<p>{} <strong>tidak</strong> mendapat izin.{}</p><p>{}</p>",
                 view.permit().subject, objection_words(view), told);
  else
    words = html("<p>Anda {} keputusan yang <strong>{}</strong> permohonan {}.{}</p>",
                 ends ? "menandatangani" : "menyetujui", refuses ? "menolak" : "mengabulkan",
                 view.permit().subject, ends ? told : Html());
  return html("{}{}", words, opened);
}

// To whom a return goes: "Kembali kepada Back Office, Budi Santoso."
Html goes_back_to(const PermitView& view, const Offer& offer) {
  const Sop& sop = view.context.sop;
  if (!offer.action->backward || offer.action->to.empty()) return {};
  const Step* step = sop.find_step(offer.action->to.front().step);
  if (!step) return {};
  if (sop.is_applicant(step->role))
    return html("<p class=\"halus\">Kembali kepada pemohon, yang membaca alasan di bawah ini.</p>");
  std::string officer;
  for (const Visit& visit : view.permit().visits)
    if (visit.step == step->id && visit.closed_at && !visit.undone && !visit.closed_by.empty())
      officer = ", " + officer_words(visit.closed_by, view.context.people);
  return html("<p class=\"halus\">Kembali kepada {}{}.</p>", role_words(sop, step->role), officer);
}

// What others are working on and would lose.
Html cancelled_words(const FormOf& form, const Offer& offer) {
  const PermitView& view = form.view;
  const Sop& sop = view.context.sop;
  std::string names;
  for (const int id :
       cancelled_by(view.permit(), *view.permit().find_visit(offer.visit), *offer.action, sop)) {
    const Visit& visit = *view.permit().find_visit(id);
    names +=
        fmt::format("{}{} ({})", names.empty() ? "" : ", ", step_name(visit, sop),
                    visit.assignee.empty() ? role_words(sop, visit.role)
                                           : officer_words(visit.assignee, view.context.people));
  }
  return names.empty()
             ? Html()
             : html("<p>Tindakan ini membatalkan tahap yang sedang berjalan: {}.</p>", names);
}

// The files that it needs: those to be brought, and those that have come.
Html files_asked(const FormOf& form, const Offer& offer) {
  const Sop& sop = form.view.context.sop;
  const Typed typed = form.typed();
  Html inputs, here;
  for (const Output& output : offer.wanted.brought)
    here += html("<li>{}</li>", document_name(output.kind, sop));
  if (!here.empty()) inputs = html("<p>Sudah disimpan pada tahap ini:</p><ul>{}</ul>", here);
  for (const Output& output : offer.wanted.files) {
    inputs +=
        upload_input(form.id(output.kind), output.kind, "", document_name(output.kind, sop), true);
    if (output.numbered)
      inputs += html(
          "<label for=\"{}\">Nomor {}</label><input type=\"text\" id=\"{}\" "
          "name=\"nomor.{}\" required maxlength=\"100\" value=\"{}\">",
          form.id("nomor"), notify::document_name_within(output.kind, sop), form.id("nomor"),
          output.kind, typed.text("nomor." + output.kind));
  }
  if (!offer.wanted.files.empty()) inputs += html("{}{}", upload_hint(), typed.files_are_lost());
  return inputs;
}

Html action_form(const FormOf& form, const Offer& offer, bool main) {
  const PermitView& view = form.view;
  const Sop& sop = view.context.sop;
  const ActionRule& action = *offer.action;
  const Typed typed = form.typed();
  Html inside = html("{}{}{}{}{}{}{}", head_of_form(form), what_is_decided(form, offer),
                     goes_back_to(view, offer), fields_asked(form, offer),
                     branch_choice(form, offer), checklist(form, offer), files_asked(form, offer));
  if (offer.wanted.outcome) inside += outcome_choice(view.permit().outcome, typed);
  inside += ready_reasons(sop.words_of(form.step, action.id).reasons, typed);
  if (action.note == ActionRule::Note::note_or_deficiencies) inside += deficiency_rows(form, offer);
  inside += note_field(form, action.note);
  const std::string words = action_words(sop, form.step, action.id);
  inside += cancelled_words(form, offer);
  if (is_deliberate(offer, view.permit(), sop)) inside += confirmation(form, offer);
  inside += html("<p><button class=\"{} penuh\" name=\"aksi\" value=\"{}\">{}</button></p></form>",
                 action.ends_permit() ? "bahaya utama"
                 : main               ? "utama"
                                      : "",
                 form.action, words);
  return main ? html("<div class=\"langkah-utama {}\"><h3>{}</h3>{}</div>",
                     action.ends_permit() ? "akhir" : "", words, inside)
              : folded(words, inside, bool(typed));
}

// What the step has and this officer cannot take now, with the reason; to whom the step is theirs.
Html not_offered(const PermitView& view, const Visit& visit) {
  const Sop& sop = view.context.sop;
  if (offers_at(view.offers, visit.id, Offer::What::act).empty()) return {};
  Html lines;
  for (const Offer& offer : view.offers) {
    if (offer.what != Offer::What::act || offer.visit != visit.id || offer.stands()) continue;
    std::string why = refusal_words(*offer.why_not);
    if (offer.why_not->why == Refused::for_another_outcome)
      why = view.permit().outcome == Outcome::refusal
                ? "draf ini menolak. Untuk mengabulkan, kembalikan dengan alasan."
                : "draf ini mengabulkan. Untuk menolak, kembalikan dengan alasan.";
    lines += html("<p class=\"halus\"><strong>{}</strong> tidak tersedia: {}</p>",
                  action_words(sop, visit.step, offer.action->id), why);
  }
  return lines;
}

// A superior's word and answer have their place on a page of their own.
Html link_of_superiors(const PermitView& view, const Visit& visit) {
  if (offers_at(view.offers, visit.id, Offer::What::direct).empty() &&
      offers_at(view.offers, visit.id, Offer::What::respond).empty())
    return {};
  return html(
      "<p><a class=\"tombol\" href=\"/eskalasi?buka=k{}-{}.direct#k{}-{}\">Beri arahan atau "
      "tanggapi"
      "</a></p>",
      view.permit().id, visit.id, view.permit().id, visit.id);
}

Html button_form(const PermitView& view, const std::string& step, const char* action,
                 const char* words, bool main = false) {
  return html("{}<button class=\"{}\" name=\"aksi\" value=\"{}\">{}</button></form>",
              head_of_form({view, step, action}), main ? "utama" : "", action, words);
}

// Whose it is, where they cannot take it.
Html whose_it_is(const PermitView& view, const Visit& visit) {
  if (is_applicants(visit, view.context.sop)) return html("<p>Berkas sedang pada pemohon.</p>");
  const auto claim = std::find_if(view.offers.begin(), view.offers.end(), [&](const Offer& one) {
    return one.what == Offer::What::claim && one.visit == visit.id;
  });
  // Time has closed it meanwhile, or it may be taken.
  if (claim == view.offers.end() || claim->stands()) return {};
  if (claim->why_not->why != Refused::another_role)
    return html("<p class=\"halus\">{}</p>", refusal_words(*claim->why_not));
  return html("<p class=\"halus\">Tahap ini dikerjakan oleh {}.</p>",
              role_words(view.context.sop, visit.role));
}

// The clock and the task itself, each a button.
Html task_buttons(const PermitView& view, const Visit& visit) {
  struct Button {
    Offer::What what;
    const char* action;
    const char* words;
    bool main;
  };
  constexpr Button kButtons[] = {{Offer::What::resume, "resume", "Lanjutkan waktu", true},
                                 {Offer::What::release, "release", "Lepaskan", false},
                                 {Offer::What::claim, "claim", "Ambil tugas", false}};
  Html buttons;
  for (const Button& one : kButtons) {
    const auto offered = offers_at(view.offers, visit.id, one.what);
    if (!offered.empty() && !offered.front()->is_so_already)
      buttons += button_form(view, visit.step, one.action, one.words, one.main);
  }
  return buttons.empty() ? Html() : html("<div class=\"sebaris\">{}</div>", buttons);
}

}  // namespace

Html visit_forms(const PermitView& view, const Visit& visit) {
  Html forms = html("{}{}", whose_it_is(view, visit), task_buttons(view, visit));
  const auto acts = offers_at(view.offers, visit.id, Offer::What::act);
  // What ends the permit stands after what leads on, and is folded away, unless nothing else leads
  // on. All of it is folded away while the clock stands.
  const bool main = !view.permit().open_pause(visit.id);
  const bool leads_on = std::any_of(acts.begin(), acts.end(), [](const Offer* one) {
    return !one->action->ends_permit() && !one->action->backward;
  });
  const bool alone = main && !leads_on;
  const auto add = [&](bool back, bool ending, bool first) {
    for (const Offer* offer : acts)
      if (offer->action->ends_permit() == ending && offer->action->backward == back) {
        forms += action_form({view, visit.step, "act." + offer->action->id}, *offer, first);
        first = false;
      }
  };
  add(false, false, main);
  if (alone) add(false, true, true);
  add(true, false, false);
  if (!alone) add(false, true, false);
  return html("{}{}{}{}{}{}", forms, not_offered(view, visit), bring_form(view, visit),
              field_visit_form(view, visit), delay_forms(view, visit),
              link_of_superiors(view, visit));
}

Html confirm_cards(const PermitView& view) {
  const Context& context = view.context;
  Html cards;
  for (const Offer& offer : view.offers) {
    if (offer.what != Offer::What::confirm || !offer.stands()) continue;
    const Visit& visit = *view.permit().find_visit(offer.visit);
    const LateEntry& late = *visit.late;
    const FormOf form{view, visit.step, "confirm"};
    Html why;
    for (const store::StoredNote& note :
         store::last_notes(view.notes, visit.id, {"late_entry", "correction"}))
      why += html("<p>Alasannya: {}</p>", lines(note.text));
    cards += html(
        "<section class=\"kartu\" aria-label=\"Pencatatan terlambat\"><h2>Pencatatan terlambat: "
        "{}</h2><p>{} mencatat pada {} bahwa tindakan pada tahap ini dilakukan {}. Menurut "
        "pencatatan itu {} tepat waktu; tanpa konfirmasi atasan tetap dihitung terlambat.</p>"
        "{}{}{}<p><button class=\"utama penuh\" name=\"aksi\" value=\"confirm\">Konfirmasi "
        "pencatatan</button></p></form></section>",
        step_name(visit, context.sop), actor_words(late.by, context.people),
        moment_words(context.calendar, late.recorded_at),
        moment_words(context.calendar, *visit.closed_at),
        late.turned_case ? "waktu layanan" : "waktu tahap", why, head_of_form(form),
        note_field(form, ActionRule::Note::optional));
  }
  return cards;
}

Html undo_card(const PermitView& view) {
  const auto offered = offers_at(view.offers, 0, Offer::What::undo);
  if (offered.empty()) return {};
  const Visit& closed = *view.permit().find_visit(view.permit().last_action->closed_visit);
  return html(
      "<section class=\"kartu\" aria-label=\"Batalkan tindakan\"><p>Tindakan terakhir Anda: "
      "<strong>{}"
      "</strong>. Dapat dibatalkan sampai pukul {}.</p><div class=\"sebaris\">{}</div></section>",
      action_done_words(view.context.sop, closed.step, closed.action),
      notify::clock_time(view.context.calendar.local(*offered.front()->until)),
      button_form(view, closed.step, "undo", "Batalkan tindakan"));
}

}  // namespace tenggat::pages
