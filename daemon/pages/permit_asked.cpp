#include "daemon/pages/permit_asked.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/api_bodies.h"
#include "daemon/pages/field_inputs.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "notifiers/utf8.h"
#include "rules/utf8.h"

namespace tenggat::pages {
namespace {

constexpr std::string_view kAct = "act.";
constexpr std::string_view kUntickedProposed =
    "Syarat yang belum dicentang diusulkan sebagai kekurangan. Periksa daftarnya, lalu kirim.";

// A document as a person names it, as the kind that rules know: "Denah ruang" → "denah_ruang".
std::string kind_of(std::string_view words) {
  std::string kind;
  for (const char c : words) {
    if (c >= 'A' && c <= 'Z')
      kind += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      kind += c;
    else if (!kind.empty() && kind.back() != '_')
      kind += '_';
  }
  while (kind.ends_with('_')) kind.pop_back();
  return kind.substr(0, http::BodyLimits::word);
}

// What this service calls so, however it was typed; else the words themselves as a kind.
std::string kind_called(std::string_view words, const Sop& sop) {
  std::string typed = kind_of(words);
  for (const std::string& kind : sop.kinds_of_documents())
    if (kind_of(document_name(kind, sop)) == typed) return kind;
  return typed;
}

// What was ticked and what was written, as one text.
std::string note_of(const http::Form& form) {
  std::string note;
  for (const std::string& reason : form.texts("alasan"))
    note += (note.empty() ? "" : "; ") + reason;
  const std::string written = form.text("catatan");
  if (!written.empty()) note += (note.empty() ? "" : "; ") + written;
  return note;
}

std::vector<Deficiency> deficiencies_of(const http::Form& form, const Sop& sop) {
  const std::vector<std::string> documents = form.texts("dokumen"),
                                 wanting = form.texts("kekurangan");
  std::vector<Deficiency> found;
  for (std::size_t i = 0; i < std::min(documents.size(), wanting.size()); ++i) {
    const std::string kind = kind_called(documents[i], sop);
    const std::string text = notify::one_line(wanting[i]);
    if (kind.empty() && text.empty()) continue;
    found.push_back({kind, text.empty() ? "perlu diperbaiki" : text});
  }
  return found;
}

Instant start_of_day(const CivilDate& day, const Calendar& calendar) {
  const auto number = [&](std::size_t from, std::size_t length) {
    return std::stoi(day.substr(from, length));
  };
  return calendar.midnight(number(0, 4), static_cast<unsigned>(number(5, 2)),
                           static_cast<unsigned>(number(8, 2)));
}

Instant end_of_day(const CivilDate& day, const Calendar& calendar) {
  const Instant midnight = start_of_day(day, calendar);
  const LocalTime next = calendar.local(midnight + std::chrono::hours(36));
  return calendar.midnight(next.year, next.month, next.day);
}

// "2026-04-08", "13:00"; nothing where either is none.
std::optional<Instant> moment_of(const std::string& day, const std::string& hour,
                                 const Calendar& calendar) {
  const auto digit = [&](std::size_t at) { return hour[at] >= '0' && hour[at] <= '9'; };
  if (!is_civil_date(day) || hour.size() < 5 || hour[2] != ':' || !digit(0) || !digit(1) ||
      !digit(3) || !digit(4))
    return std::nullopt;
  const int hours = std::stoi(hour.substr(0, 2)), minutes = std::stoi(hour.substr(3, 2));
  if (hours > 23 || minutes > 59) return std::nullopt;
  return start_of_day(day, calendar) + std::chrono::hours(hours) + std::chrono::minutes(minutes);
}

// The offer that the form is made from; null: there is none any more.
const Offer* offer_of(const std::vector<Offer>& offered, const Visit* visit,
                      std::string_view action) {
  if (!visit) return nullptr;
  for (const Offer* offer : offers_at(offered, visit->id, Offer::What::act))
    if (offer->action->id == action) return offer;
  return nullptr;
}

class AskedReader {
 public:
  AskedReader(const http::Form& form, const Permit& permit, const std::vector<Offer>& offered,
              const Context& context)
      : form_(form),
        permit_(permit),
        offered_(offered),
        context_(context),
        step_(form.text("langkah")),
        note_(note_of(form)) {}

  PermitForm form() {
    // Another button of an action's form leads back to it.
    std::string action = form_.text("aksi");
    const std::string asks = form_.text(kProposeInput);
    if (action.empty() && !asks.empty()) action = form_.text("formulir");
    PermitForm read;
    read.wanting = wanting_of_text();
    if (asks == kMoreRows && read.wanting.empty())
      read.wanting = "Baris kekurangan ditambah; belum ada yang dikirim.";
    if (!proposed_in(form_).empty() && read.wanting.empty()) read.wanting = kUntickedProposed;
    if (action == kAddNote)
      read.command = AddNote{note_};
    else if (action == kBring)
      bring(read);
    else if (action == kPlanVisit)
      plan_visit(read);
    else if (action == "claim")
      read.command = Claim{step_};
    else if (action == "release")
      read.command = Release{step_, note_};
    else if (action == "undo")
      read.command = Undo{};
    else if (action == "resume")
      read.command = ResumeVisit{step_, note_};
    else if (action == "acknowledge")
      read.command = Acknowledge{step_, form_.text("kendala"), note_};
    else if (action == "escalate")
      read.command = Escalate{step_, note_};
    else if (action == "confirm")
      read.command = Confirm{step_, note_};
    else if (action == "assign")
      read.command = Assign{step_, form_.text("petugas"), note_};
    else if (action == "pause" || action == "extend")
      pause(read);
    else if (action.starts_with(kAct))
      act(action.substr(kAct.size()), read);
    return read;
  }

 private:
  std::string wanting_of_text() const {
    if (notify::characters(note_) > http::BodyLimits::note)
      return "Catatan terlalu panjang; paling banyak 2.000 huruf.";
    for (const http::FormField& field : form_.fields)
      if (field.name.starts_with("nomor.") && has_hidden_character(field.value))
        return std::string(kHiddenCharacter);
    const std::string until = form_.text("sampai");
    if (!until.empty() && !is_civil_date(until)) return "Tanggal akhir jeda tidak dikenali.";
    return "";
  }

  std::vector<NewDocument> documents() const {
    std::vector<NewDocument> all = uploaded(form_);
    for (NewDocument& document : all)
      document.number = notify::one_line(form_.text("nomor." + document.kind))
                            .substr(0, http::BodyLimits::document_number);
    return all;
  }

  void bring(PermitForm& read) const {
    BringDocuments bring{step_, documents()};
    if (bring.documents.empty() && read.wanting.empty())
      read.wanting = "Pilih paling sedikit satu berkas untuk disimpan.";
    read.command = std::move(bring);
  }

  void plan_visit(PermitForm& read) const {
    const std::string day = form_.text("tanggal"), hour = form_.text("jam");
    const auto at = moment_of(day, hour, context_.calendar);
    if (!at && read.wanting.empty()) read.wanting = "Isi tanggal dan jam kunjungan.";
    read.command = PlanFieldVisit{step_, at.value_or(Instant{})};
  }

  void act(std::string action, PermitForm& read) const {
    Act act;
    act.documents = documents();
    act.step = step_;
    act.action = std::move(action);
    act.note = note_;
    act.deficiencies = deficiencies_of(form_, context_.sop);
    act.outcome = parse_outcome(form_.text("hasil")).value_or(Outcome::none);
    act.to = form_.texts(kBranchInput);
    act.checked = form_.texts(kCheckInput);
    act.version = http::parse_id(form_.text("versi"));
    // Without an offer the command itself says why it is refused.
    const Visit* visit = permit_.open_visit(step_);
    if (const Offer* offer = offer_of(offered_, visit, act.action))
      if (read.wanting.empty()) read.wanting = wanting_before(*offer, act);
    read.command = std::move(act);
  }

  // What an action still wants before it is taken; reads its fields.
  std::string wanting_before(const Offer& offer, Act& act) const {
    FieldsRead fields = read_fields({offer.wanted.fields, permit_.fields}, form_);
    act.fields = std::move(fields.changed);
    if (!fields.fault.empty()) return fields.fault;
    if (!offer.wanted.branches.empty() && act.to.empty())
      return "Pilih paling sedikit satu tahap yang dibuka.";
    if (offer.action->note == ActionRule::Note::note_or_deficiencies && asks_for_proposals(form_) &&
        !proposed_deficiencies(form_, offer.wanted.requirements, context_.sop).empty())
      return std::string(kUntickedProposed);
    if (is_deliberate(offer, permit_, context_.sop) && form_.text("yakin") != "ya")
      return "Beri tanda pada kotak persetujuan terlebih dahulu; belum ada yang diubah.";
    return "";
  }

  // Until the end of the day that was chosen; on the last one that is possible, for as long as it
  // is.
  void pause(PermitForm& read) const {
    PauseVisit asked{step_, form_.text("jeda"), note_, {}};
    const PauseReason* reason = context_.sop.find_pause(asked.reason);
    const bool begins = form_.text("aksi") == "pause";
    if (begins && reason && reason->names_requirement) {
      asked.requirement = form_.text(kAboutInput);
      if (asked.requirement.empty() && read.wanting.empty())
        read.wanting = "Pilih syarat atau dokumen yang dimaksud.";
    }
    const std::string day = form_.text("sampai");
    if (!day.empty() && is_civil_date(day)) {
      asked.until = end_of_day(day, context_.calendar);
      for (const Offer& offer : offered_) {
        const std::optional<Instant>& latest = offer.wanted.until_latest;
        if (offer.pause && offer.pause->id == asked.reason && latest && *latest < *asked.until &&
            context_.calendar.format(*latest).starts_with(day))
          asked.until = latest;
      }
    }
    read.command = std::move(asked);
  }

  const http::Form& form_;
  const Permit& permit_;
  const std::vector<Offer>& offered_;
  const Context& context_;
  const std::string step_, note_;
};

}  // namespace

PermitForm read_permit_form(const http::Form& form, const Permit& permit,
                            const std::vector<Offer>& offered, const Context& context) {
  return AskedReader(form, permit, offered, context).form();
}

bool asks_for_proposals(const http::Form& form) {
  const std::string asks = form.text(kProposeInput);
  if (!asks.empty()) return asks != kMoreRows;
  const auto is_empty = [&form](std::string_view name) {
    const std::vector<std::string> texts = form.texts(name);
    return std::all_of(texts.begin(), texts.end(),
                       [](const std::string& one) { return notify::one_line(one).empty(); });
  };
  return note_of(form).empty() && is_empty("dokumen") && is_empty("kekurangan");
}

std::string proposed_in(const http::Form& form) {
  const std::string asks = form.text(kProposeInput);
  return asks.starts_with(kAct) ? asks : "";
}

bool ends_case(std::string_view step, const ActionRule& action, const Sop& sop) {
  return std::any_of(sop.case_ends.begin(), sop.case_ends.end(), [&](const Trigger& end) {
    return end.step == step && end.action == action.id;
  });
}

bool is_deliberate(const Offer& offer, const Permit& permit, const Sop& sop) {
  const ActionRule& action = *offer.action;
  if (action.ends_permit()) return true;
  const Visit* visit = permit.find_visit(offer.visit);
  if (!visit || action.backward) return false;
  return ends_case(visit->step, action, sop) ||
         (permit.outcome == Outcome::refusal && sop.step(visit->step).judges());
}

std::vector<ProposedDeficiency> proposed_deficiencies(
    const http::Form& form, const std::vector<const Requirement*>& requirements, const Sop& sop) {
  const std::vector<std::string> ticked = form.texts(kCheckInput);
  std::vector<ProposedDeficiency> proposed;
  for (const Requirement* one : requirements)
    if (std::find(ticked.begin(), ticked.end(), one->id) == ticked.end())
      proposed.push_back({readable(one->id, sop), one->text + " (belum terpenuhi)"});
  return proposed;
}

std::vector<std::pair<std::string, std::string>> subjects_of_pause(const Sop& sop) {
  std::vector<std::pair<std::string, std::string>> subjects;
  const auto add = [&](const std::string& id, std::string words) {
    for (const auto& [known, its_words] : subjects)
      if (known == id) return;
    subjects.emplace_back(id, std::move(words));
  };
  for (const Step& step : sop.steps)
    for (const Requirement& one : step.requirements) add(one.id, one.text);
  for (const std::string& kind : sop.steps.front().needs) add(kind, document_name(kind, sop));
  return subjects;
}

}  // namespace tenggat::pages
