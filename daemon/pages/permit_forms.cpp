// What an officer may do about a permit, as forms of its page.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/field_inputs.h"
#include "daemon/pages/permit_asked.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"
#include "rules/permit/route.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kDeficiencyRows = 3;

// One form of the page: what it asks for, at which step.
struct FormOf {
  const PermitView& view;
  std::string step, action;

  Typed typed() const {
    return view.form.text("langkah") == step ? Typed(view.form, action) : Typed();
  }
  std::string id(std::string_view field) const {
    const std::string name = action.starts_with("act.") ? action.substr(4) : action;
    return fmt::format("{}-{}{}{}", step, name, field.empty() ? "" : "-", field);
  }
};

// With what kept it from being done, where it came back.
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
  while (rows.size() < kDeficiencyRows) rows.emplace_back();
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
        "<label for=\"{}-d{}\">Kekurangan {}: dokumen</label>"
        "<input type=\"text\" id=\"{}-d{}\" name=\"dokumen\" list=\"{}-daftar\" maxlength=\"60\" "
        "value=\"{}\"><label for=\"{}-k{}\">Yang perlu diperbaiki</label>"
        "<input type=\"text\" id=\"{}-k{}\" name=\"kekurangan\" maxlength=\"500\" value=\"{}\">",
        id, i, i, id, i, id, row.document, id, i, id, i, row.wanting);
  }
  return html("<datalist id=\"{}-daftar\">{}</datalist>{}", id, kinds, rows);
}

Html checklist(const Offer& offer, const Typed& typed) {
  if (offer.wanted.requirements.empty()) return {};
  Html boxes;
  for (const Requirement* one : offer.wanted.requirements)
    boxes += tick_box(kCheckInput, one->id, one->text, typed.has(kCheckInput, one->id));
  return html(
      "<fieldset class=\"pilihan\"><legend>Syarat yang sudah terpenuhi</legend>{}</fieldset>",
      boxes);
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

// What ends the permit is done deliberately: never by one press.
Html confirmation(const FormOf& form, const ActionRule& action) {
  const PermitView& view = form.view;
  const Seconds window = view.context.send.undo_window;
  return html(
      "<div class=\"pilihan\"><label><input type=\"checkbox\" name=\"yakin\" value=\"ya\" required>"
      "<span>Saya yakin: {}, dan berkas {} selesai. {}</span></label></div>",
      action_done_words(view.context.sop, form.step, action.id), view.permit().number,
      window.count() == 0 ? std::string("Tidak dapat dibatalkan.")
                          : fmt::format("Dapat dibatalkan selama {}.", notify::duration(window)));
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

Html action_form(const FormOf& form, const Offer& offer, bool main) {
  const PermitView& view = form.view;
  const ActionRule& action = *offer.action;
  const Typed typed = form.typed();
  Html inside = html("{}{}{}{}", head_of_form(form), fields_asked(form, offer),
                     branch_choice(form, offer), checklist(offer, typed));
  for (const Output& output : offer.wanted.files) {
    inside += upload_input(form.id(output.kind), output.kind, "",
                           document_name(output.kind, view.context.sop), true);
    if (output.numbered)
      inside += html(
          "<label for=\"{}\">Nomor {}</label><input type=\"text\" id=\"{}\" "
          "name=\"nomor.{}\" required maxlength=\"100\" value=\"{}\">",
          form.id("nomor"), notify::document_name_within(output.kind, view.context.sop),
          form.id("nomor"), output.kind, typed.text("nomor." + output.kind));
  }
  if (!offer.wanted.files.empty()) inside += html("{}{}", upload_hint(), typed.files_are_lost());
  if (offer.wanted.outcome) inside += outcome_choice(view.permit().outcome, typed);
  const Sop& sop = view.context.sop;
  inside += ready_reasons(sop.words_of(form.step, action.id).reasons, typed);
  if (action.note == ActionRule::Note::note_or_deficiencies) inside += deficiency_rows(form, offer);
  inside += note_field(form, action.note);
  const std::string words = action_words(sop, form.step, action.id);
  inside += cancelled_words(form, offer);
  if (action.ends_permit()) inside += confirmation(form, action);
  inside += html("<p><button class=\"{} penuh\" name=\"aksi\" value=\"{}\">{}</button></p></form>",
                 action.ends_permit() ? "bahaya utama"
                 : main               ? "utama"
                                      : "",
                 form.action, words);
  return main ? html("<h3>{}</h3>{}", words, inside) : folded(words, inside, bool(typed));
}

// A day, both included: the pause lasts to its end, or as long as it may.
Html until_field(const FormOf& form, Instant after, std::optional<Instant> until_latest) {
  const Calendar& calendar = form.view.context.calendar;
  const std::string latest = until_latest ? calendar.format(*until_latest).substr(0, 10) : "";
  return html(
      "<label for=\"{}\">Sampai tanggal{}</label><input type=\"date\" id=\"{}\" name=\"sampai\" "
      "min=\"{}\" max=\"{}\" value=\"{}\">",
      form.id("sampai"), latest.empty() ? "" : ", paling lambat " + notify::date(latest),
      form.id("sampai"), calendar.format(after).substr(0, 10), latest, form.typed().text("sampai"));
}

// What a clarification is about; for other reasons it is left as it is.
Html subject_field(const FormOf& form) {
  const Typed typed = form.typed();
  Html subjects = option("", "– pilih –", typed.text(kAboutInput).empty());
  for (const auto& [id, words] : subjects_of_pause(form.view.context.sop))
    subjects += option(id, words, typed.text(kAboutInput) == id);
  return html(
      "<label for=\"{}\">Syarat atau dokumen yang dimaksud <span class=\"halus\">(wajib bila "
      "menunggu pemohon)</span></label><select id=\"{}\" name=\"{}\">{}</select>",
      form.id("syarat"), form.id("syarat"), kAboutInput, subjects);
}

Html pause_form(const PermitView& view, const Visit& visit) {
  const FormOf form{view, visit.step, "pause"};
  const Typed typed = form.typed();
  Html reasons, until, subject;
  for (const Offer* offer : offers_at(view.offers, visit.id, Offer::What::pause)) {
    const PauseReason& reason = *offer->pause;
    reasons += option(reason.id, readable(reason.name), typed.text("jeda") == reason.id);
    // Each reason has a bound of its own.
    if (offer->wanted.until == Wanted::Until::required)
      until = until_field(form, offer->wanted.until_after, std::nullopt);
    if (offer->wanted.requirement) subject = subject_field(form);
  }
  if (reasons.empty()) return {};
  return folded(
      "Jeda waktu",
      html("{}<label for=\"{}-jeda\">Alasan jeda</label><select id=\"{}-jeda\" name=\"jeda\">{}"
           "</select>{}{}<label for=\"{}-jeda-catatan\">Keterangan <span class=\"halus\">(wajib "
           "bila "
           "menunggu pemohon: inilah yang dibaca pemohon)</span></label>"
           "<textarea id=\"{}-jeda-catatan\" name=\"catatan\" maxlength=\"2000\">{}</textarea>"
           "<p><button class=\"penuh\" name=\"aksi\" value=\"pause\">Jeda</button></p></form>",
           head_of_form(form), form.step, form.step, reasons, subject, until, form.step, form.step,
           typed.text("catatan")),
      bool(typed));
}

Html extension_form(const PermitView& view, const Visit& visit) {
  const auto offered = offers_at(view.offers, visit.id, Offer::What::extend);
  if (offered.empty()) return {};
  const FormOf form{view, visit.step, "extend"};
  const Wanted& wanted = offered.front()->wanted;
  return folded(
      "Perpanjang jeda",
      html("{}<input type=\"hidden\" name=\"jeda\" value=\"{}\">{}{}<p><button "
           "class=\"penuh\" name=\"aksi\" value=\"extend\">Perpanjang</button></p></form>",
           head_of_form(form), offered.front()->pause->id,
           until_field(form, wanted.until_after, wanted.until_latest),
           note_field(form, ActionRule::Note::optional)),
      bool(form.typed()));
}

Html obstacle_form(const PermitView& view, const Visit& visit) {
  const FormOf form{view, visit.step, "acknowledge"};
  const Typed typed = form.typed();
  Html causes;
  for (const Offer* offer : offers_at(view.offers, visit.id, Offer::What::acknowledge))
    causes += option(offer->obstacle->id, readable(offer->obstacle->name),
                     typed.text("kendala") == offer->obstacle->id);
  if (causes.empty()) return {};
  return folded(
      "Catat kendala",
      html("{}<p class=\"halus\">Waktu tetap berjalan. Pengingat berulang berhenti, lalu kami "
           "tanyakan "
           "lagi. Kendala tercantum dalam laporan.</p>"
           "<label for=\"{}-kendala\">Kendala</label><select id=\"{}-kendala\" name=\"kendala\">{}"
           "</select>{}<p><button class=\"penuh\" name=\"aksi\" value=\"acknowledge\">Catat kendala"
           "</button></p></form>",
           head_of_form(form), form.step, form.step, causes,
           note_field(form, ActionRule::Note::optional)),
      bool(typed));
}

// Whoever has no superior asks those who are told along.
std::string who_is_asked(const Sop& sop, const Role& role) {
  if (!role.superior.empty())
    return fmt::format(
        "Atasan terdekat, {}, segera diberi tahu; bila diminta lagi, atasan berikutnya.",
        role_words(sop, role.superior));
  return role_words(sop, role.copy.empty() ? role.id : role.copy) + " segera diberi tahu.";
}

Html escalation_form(const PermitView& view, const Visit& visit) {
  if (offers_at(view.offers, visit.id, Offer::What::escalate).empty()) return {};
  const Sop& sop = view.context.sop;
  const FormOf form{view, visit.step, "escalate"};
  return folded("Minta arahan atasan",
                html("{}<p class=\"halus\">{}</p>{}<p><button class=\"penuh\" name=\"aksi\" "
                     "value=\"escalate\">"
                     "Kirim kepada atasan</button></p></form>",
                     head_of_form(form), who_is_asked(sop, sop.role(visit.role)),
                     note_field(form, ActionRule::Note::optional)),
                bool(form.typed()));
}

Html assignment_form(const PermitView& view, const Visit& visit) {
  const FormOf form{view, visit.step, "assign"};
  const Typed typed = form.typed();
  Html officers;
  for (const Offer* offer : offers_at(view.offers, visit.id, Offer::What::assign))
    if (!offer->is_so_already)
      officers += option(offer->officer, officer_words(offer->officer, view.context.people),
                         typed.text("petugas") == offer->officer);
  if (officers.empty()) return {};
  return folded(
      "Tugaskan kepada petugas",
      html(
          "{}<label for=\"{}-petugas\">Petugas</label><select id=\"{}-petugas\" name=\"petugas\">{}"
          "</select>{}<p><button class=\"penuh\" name=\"aksi\" "
          "value=\"assign\">Tugaskan</button></p>"
          "</form>",
          head_of_form(form), visit.step, visit.step, officers,
          note_field(form, ActionRule::Note::optional)),
      bool(typed));
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
  // What ends the permit stands after what leads on, and is folded away. So does all of it while
  // the clock stands.
  bool main = !view.permit().open_pause(visit.id);
  for (const bool ending : {false, true})
    for (const Offer* offer : offers_at(view.offers, visit.id, Offer::What::act)) {
      const ActionRule& action = *offer->action;
      if (action.ends_permit() != ending) continue;
      forms += action_form({view, visit.step, "act." + action.id}, *offer,
                           main && !action.backward && !ending);
      main = false;
    }
  return html("{}{}{}{}{}{}{}", forms, pause_form(view, visit), extension_form(view, visit),
              obstacle_form(view, visit), escalation_form(view, visit),
              assignment_form(view, visit), link_of_superiors(view, visit));
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
