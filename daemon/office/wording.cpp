#include "daemon/office/wording.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/link_keys.h"
#include "daemon/office/office_event_words.h"
#include "daemon/office/permit_receipts.h"
#include "daemon/office/wording_parts.h"
#include "daemon/store/people.h"
#include "notifiers/text.h"
#include "notifiers/utf8.h"
#include "notifiers/words.h"
#include "rules/permit/escalation.h"

namespace tenggat::office {
namespace {

using notify::Speech;

std::string moment(const Calendar& calendar, Instant t) {
  return notify::full_moment(calendar.local(t));
}

// Of a due.
std::string end(const Calendar& calendar, Instant due) {
  return notify::full_moment(calendar.local_end(due));
}

std::string said(const Calendar& calendar, const std::optional<Instant>& due) {
  return due ? end(calendar, *due) : "belum ditetapkan";
}

// "(1) Akta pendirian: belum dilegalisasi; (2) ...": numbered where there are several.
std::string joined(const std::vector<std::string>& items) {
  std::string all;
  for (const std::string& item : items) {
    if (!all.empty()) all += "; ";
    if (items.size() > 1) all += fmt::format("({}) ", 1 + std::distance(&items.front(), &item));
    all += item;
  }
  return all;
}

// What people wrote with the event: deficiencies first, since they say what to mend.
std::string reasons_of(const std::vector<store::StoredNote>& notes, const Sop& sop) {
  std::vector<std::string> deficiencies, others;
  for (const store::StoredNote& note : notes) {
    const std::string text = notify::without_full_stop(notify::one_line(note.text));
    if (note.kind == "deficiency")
      deficiencies.push_back(
          note.document.empty() ? text : notify::document_name(note.document, sop) + ": " + text);
    else if (note.kind == "note" || note.kind == "pause")
      others.push_back(text);
  }
  deficiencies.insert(deficiencies.end(), others.begin(), others.end());
  return joined(deficiencies);
}

std::string holder_of(const Visit& visit, const People& people) {
  const Officer* officer = visit.assignee.empty() ? nullptr : people.find(visit.assignee);
  return officer ? officer->name : "belum ada petugas";
}

std::string because_of(const Notice& notice, const Permit& permit, const Sop& sop) {
  const auto* moved = std::get_if<PromiseMoved>(&notice.details);
  if (moved && moved->basis) return *moved->basis;
  const auto* report = std::get_if<Report>(&notice.details);
  const std::string named = moved ? moved->pause : report ? report->pause : "";
  const PauseReason* reason = nullptr;
  for (const Pause& pause : permit.pauses)
    if (pause.reason == named) reason = rule_of(pause, sop);
  if (reason && reason->tells_applicant) return "keterangan Bapak/Ibu telah kami terima";
  return reason ? fmt::format("masa {} telah berakhir", reason->name)
                : "penyesuaian jadwal layanan";
}

// Of the document that the step numbers: the one the notice's event brought, whatever became of it
// since, else the one in force. What else was handed in may have a number of its own.
std::string number_of_decree(const Notice& notice, const Permit& permit, const Sop& sop) {
  std::string in_force;
  for (const Document& document : permit.documents) {
    if (!document.file || document.number.empty() || !is_numbered(sop, document.kind)) continue;
    if (document.added_event == notice.cause) return document.number;
    if (document.counts()) in_force = document.number;
  }
  return in_force;
}

// Empty where the SOP says nothing of it.
std::string how_to_object(const Permit& permit, const Sop& sop, const Calendar& calendar) {
  const auto until = objection_until(permit, sop, calendar);
  if (!until) return "";
  return fmt::format("{} paling lambat {}", sop.objection->how,
                     notify::date(calendar.local_end(*until)));
}

std::string late_by(Seconds span, Counting counting, const Calendar& calendar) {
  return "terlambat " + notify::late_words(span, counting, calendar.nominal_day());
}

// What {keadaan} says of the whole service.
std::string condition_of(const Sla& sla, const Calendar& calendar) {
  if (!sla.remaining) return "waktu layanan belum berjalan";
  const Counting counting = counting_of(sla.standard);
  if (sla.status == SlaStatus::overdue) return late_by(-*sla.remaining, counting, calendar);
  if (sla.remaining->count() <= 0) return "batas waktu telah tiba";
  return "sisa " + notify::left_words(*sla.remaining, counting, calendar.nominal_day());
}

// Its words as they were written, and whose they are.
void add_directive(TextFields& fields, const std::vector<store::StoredNote>& notes,
                   const People& people) {
  fields["pemberi_arahan"] = kSomeSuperior;
  for (const store::StoredNote& note : notes) {
    if (note.kind != "directive") continue;
    const Officer* by = people.find(note.by);
    fields["alasan"] = notify::without_full_stop(notify::one_line(note.text));
    if (by) fields["pemberi_arahan"] = by->name;
  }
}

}  // namespace

const Visit* most_urgent(const Permit& permit, const Sop& sop, const Calendar& calendar,
                         Instant now) {
  const Visit* found = nullptr;
  std::optional<Instant> soonest;
  for (const Visit& visit : permit.visits) {
    if (!visit.open()) continue;
    const Sla sla = visit_sla(permit, visit, sop, calendar, now);
    if (!found || (sla.due_at && (!soonest || *sla.due_at < *soonest))) {
      found = &visit;
      soonest = sla.due_at;
    }
  }
  return found;
}

TextFields fields_of(const Notice& notice, const store::StoredPermit& stored,
                     const Context& context, const Office& office,
                     const std::vector<store::StoredNote>& notes) {
  const Permit& permit = stored.permit;
  const Sop& sop = context.sop;
  const Calendar& calendar = context.calendar;
  const Instant now = context.now;
  const Sla service = case_sla(permit, sop, calendar, now);

  TextFields fields{
      {"instansi", office.name},
      {"nomor", permit.number},
      {"judul_izin", sop.title},
      {"perihal", permit.subject},
      {"nama_pemohon", stored.applicant.name},
      {"zona", calendar.local(now).zone_abbreviation},
      {"tautan_skm", office.survey_url},
      {"tautan_bukti", ""},
      {"cara_keberatan", how_to_object(permit, sop, calendar)},
      {"nomor_sk", number_of_decree(notice, permit, sop)},
      {"standar_layanan", notify::budget_words(permit.case_standard.value_or(sop.case_standard))},
      {"jumlah", "1"}};
  fields["tautan"] = notice.audience == Audience::applicant
                         ? office.public_url + "/lacak/" + LinkKeys::unmarked(stored.tracking_seed)
                         : office.public_url + "/permohonan/" + std::to_string(permit.id);
  fields["waktu"] = moment(calendar, notice.raised_at);
  fields["tanggal_batas"] = said(calendar, service.due_at);
  fields["keadaan"] = condition_of(service, calendar);
  fields["dasar"] = because_of(notice, permit, sop);
  fields["alasan"] = reasons_of(notes, sop);
  if (const auto* report = std::get_if<Report>(&notice.details)) fields["alasan"] = report->why;
  if (fields["alasan"].empty() && notice.text == kRefusal) fields["alasan"] = kInTheLetter;
  // Never a bare "-": whoever is to mend something finds it where the link leads.
  if (fields["alasan"].empty() && notice.audience == Audience::applicant)
    fields["alasan"] = kOnThePage;
  fields["perkiraan"] = end(calendar, told_estimate(permit, sop, calendar, now));
  if (const auto* moved = std::get_if<PromiseMoved>(&notice.details)) {
    fields["tanggal_lama"] = end(calendar, moved->before.at);
    fields["tanggal_batas"] = end(calendar, moved->after.at);
  }

  if (notice.text == kDirective) add_directive(fields, notes, context.people);
  if (notice.text == kLegalLimit) {
    const auto ledger = legal_ledger(permit, sop);
    fields["tanggal_batas"] =
        said(calendar, ledger ? Replay(*ledger, calendar).due() : std::nullopt);
    fields["dasar"] = sop.legal.basis;
  }

  const Visit* visit =
      notice.visit != 0 ? permit.find_visit(notice.visit) : most_urgent(permit, sop, calendar, now);
  if (visit) {
    const Sla sla = visit_sla(permit, *visit, sop, calendar, now);
    fields["nama_tahap"] = step_name(*visit, sop);
    fields["penanggung_jawab"] = holder_of(*visit, context.people);
    fields["waktu_batas"] = said(calendar, sla.due_at);
    if (sla.remaining) {
      const Counting counting = counting_of(sla.standard);
      const Seconds day = calendar.nominal_day();
      fields["waktu_tersisa"] =
          notify::left_words(std::max(*sla.remaining, Seconds{0}), counting, day);
      fields["keterlambatan"] =
          notify::late_words(std::min(*sla.remaining, Seconds{0}), counting, day);
    }
    if (notice.text == kMendReminder) fields["waktu"] = moment(calendar, visit->opened_at);
    if (notice.text == kFieldVisit && visit->field_visit_at)
      fields["waktu"] = moment(calendar, *visit->field_visit_at);
  }
  return fields;
}

const notify::Texts& texts_for(const notify::Texts& texts, const Officer* officer) {
  return officer && !officer->tongue.empty() ? texts.in(officer->tongue) : texts;
}

Tongue tongue_of(const notify::Texts& texts) {
  return notify::tongue_of(texts.language()).value_or(Tongue::indonesian);
}

void add_recipient(TextFields& fields, const Recipient& recipient, const Sop& sop,
                   const People& people, Tongue tongue) {
  const bool english = tongue == Tongue::english;
  const Officer* officer = people.find(recipient.officer);
  const std::string instead = people.name_of_absent(recipient.for_officer);
  const std::string said =
      instead.empty()
          ? ""
          : fmt::format(" ({} {})", english ? "standing in for" : "menggantikan", instead);
  fields["nama_petugas"] = (officer ? officer->name : recipient.officer) + said;
  const Role* role = sop.find_role(recipient.role);
  const std::string prefix = recipient.kind == "plh"   ? "Plh. "
                             : recipient.kind == "plt" ? "Plt. "
                                                       : "";
  fields["jabatan_atasan"] = prefix +
                             (role      ? role->name
                              : english ? "Sir or Madam"
                                        : "Bapak/Ibu") +
                             said;
}

TextFields appointment_fields(const Delegation& delegation, const People& people,
                              const std::vector<const Sop*>& sops, const Office& office,
                              Tongue tongue) {
  const bool english = tongue == Tongue::english;
  const auto day = [&](const CivilDate& date) {
    return english ? notify::english_date(date) : notify::date(date);
  };
  const Officer* from = people.find(delegation.from);
  const Officer* to = people.find(delegation.to);
  std::vector<std::string> titles;
  for (const Sop* sop : sops)
    for (const Role& role : sop->roles) {
      if (!from || std::find(from->roles.begin(), from->roles.end(), role.id) == from->roles.end())
        continue;
      std::string title = std::string(notify::acting_prefix(delegation.kind)) + role.name;
      if (std::find(titles.begin(), titles.end(), title) == titles.end())
        titles.push_back(std::move(title));
    }
  if (titles.empty())
    titles.push_back(std::string(notify::acting_prefix(delegation.kind)) +
                     (from ? from->name : delegation.from));
  return {{"instansi", office.name},
          {"nama_petugas", to ? to->name : delegation.to},
          {"nomor_surat", delegation.letter},
          {"jabatan", fmt::format("{}", fmt::join(titles, english ? " and " : " dan "))},
          {"mulai", day(delegation.start)},
          {"selesai", day(delegation.end)},
          {"tautan", inbox_link(office)}};
}

namespace {

std::string_view after_of(const store::OfficeEvent& event, store::OfficeValue value) {
  const auto found = std::ranges::find(event.changes, value, &store::OfficeChange::value);
  return found == event.changes.end() ? std::string_view() : found->after;
}

// Of a change that waits; else empty.
std::string waiting_number(const store::OfficeEvent& event) {
  if (event.kind != store::OfficeKind::officer_change_proposed) return "";
  return std::string(after_of(event, store::OfficeValue::change));
}

// What is new or gone is said by its kind; of what was changed it matters in what, and of what
// waits how long, and how it is stopped.
std::string what_changed(const store::OfficeEvent& event, const Calendar& calendar, Tongue tongue) {
  using store::OfficeKind;
  using store::OfficeValue;
  const bool waits = event.kind == OfficeKind::officer_change_proposed;
  if (event.kind != OfficeKind::officer_changed && !waits) return event_words(event, tongue);
  std::vector<std::string> values;
  for (const store::OfficeChange& change : event.changes)
    if (change.value != OfficeValue::change && change.value != OfficeValue::takes_effect_at)
      values.emplace_back(value_words(change.value, tongue));
  std::string said = event_words(event, tongue);
  if (!values.empty()) said += fmt::format(" ({})", fmt::join(values, ", "));
  const auto effect = parse_stamp(after_of(event, OfficeValue::takes_effect_at));
  if (!waits || !effect) return said;
  if (tongue == Tongue::english)
    said += fmt::format(
        "; in effect from {}, or as soon as another administrator approves it; until then the "
        "officer it is about or an administrator can stop it on the page below",
        notify::Speech(tongue, calendar).moment(effect->at));
  else
    said += fmt::format(
        "; berlaku mulai {} {} atau begitu pengelola lain menyetujuinya, dan sampai saat itu dapat "
        "dihentikan oleh pegawai yang bersangkutan atau pengelola sistem pada halaman di bawah ini",
        moment(calendar, effect->at), calendar.local(effect->at).zone_abbreviation);
  return said;
}

}  // namespace

TextFields office_change_fields(const store::OfficeNews& news, const std::string& told,
                                const People& people, const Calendar& calendar,
                                const Office& office, Tongue tongue) {
  const Officer* officer = people.find(told);
  const bool overseer = officer && store::is_administrator(*officer);
  const std::string waiting = waiting_number(news.event);
  return {{"instansi", office.name},
          {"nama_petugas", officer ? officer->name : told},
          {"waktu", notify::Speech(tongue, calendar).moment_without_zone(news.at)},
          {"zona", calendar.local(news.at).zone_abbreviation},
          {"pelaku", actor_words(news.actor, people, tongue)},
          {"perubahan", what_changed(news.event, calendar, tongue)},
          {"tautan", !waiting.empty() ? office.public_url + "/perubahan/" + waiting
                     : overseer       ? office.public_url + "/jejak"
                                      : inbox_link(office)}};
}

namespace {

std::string instead_of_words(const ListedTask& task, const Speech& speech) {
  if (task.instead_of.empty()) return "";
  return speech.say(", menggantikan ", ", standing in for ") + task.instead_of;
}

}  // namespace

std::string task_line(const ListedTask& task, Instant now, Tongue tongue) {
  std::string said = task.what;
  if (!task.calendar) return said;
  const Speech speech(tongue, *task.calendar);
  said += instead_of_words(task, speech);
  if (task.paused) return said + speech.say(", dijeda", ", paused");
  if (!task.due_at) return said;
  if (now <= *task.due_at)
    return said + speech.say(", batas ", ", due ") + speech.brief_end(*task.due_at);
  const Seconds span = task.calendar->counted(*task.due_at, now, task.counting);
  return said + ", " +
         (speech.english() ? "overdue by " + speech.span(span, task.counting)
                           : late_by(span, task.counting, *task.calendar));
}

std::string list_of(std::vector<ListedTask> tasks, Instant now, Tongue tongue) {
  std::sort(tasks.begin(), tasks.end(), more_pressing);
  const bool english = tongue == Tongue::english;
  std::vector<std::pair<std::string, std::string>> permits;  // number and what is said of it
  for (const ListedTask& task : tasks) {
    const auto known =
        std::ranges::find(permits, task.number, &std::pair<std::string, std::string>::first);
    if (known == permits.end())
      permits.emplace_back(task.number, task_line(task, now, tongue));
    else
      known->second += (english ? ", and " : ", dan ") + task_line(task, now, tongue);
  }
  std::vector<std::string> lines;
  for (const auto& [number, said] : permits) lines.push_back(number + " " + said);
  return notify::list_of_five(lines, english);
}

namespace {

constexpr std::size_t kEscalationsListed = 5;
constexpr std::size_t kEscalationCharacters = 760;  // of all that are listed, links included
constexpr std::size_t kMailItems = 25;

std::string permit_link(const ListedTask& task, const Office& office) {
  return fmt::format("{}/permohonan/{}", office.public_url, task.permit);
}

std::string responsible_words(const ListedTask& task, bool english) {
  if (english) return "in charge: " + (task.responsible.empty() ? "nobody yet" : task.responsible);
  return task.responsible.empty() ? "belum ada penanggung jawab"
                                  : "penanggung jawab " + task.responsible;
}

// "Terlambat 2 hari kerja 1 jam, sejak Selasa 14 April, 09.18 WITA"
std::string state_of_item(const ListedTask& task, Instant now, const Speech& speech) {
  if (task.paused) return speech.say("Dijeda", "Paused");
  if (!task.due_at) return "";
  const std::string at = speech.brief_end(*task.due_at);
  if (now <= *task.due_at) return speech.say("Batas ", "Due ") + at;
  const Seconds span = task.calendar->counted(*task.due_at, now, task.counting);
  return speech.say("Terlambat ", "Overdue by ") + speech.span(span, task.counting) +
         speech.say(", sejak ", ", since ") + at;
}

}  // namespace

std::string list_of_escalations(std::vector<ListedTask> tasks, const Office& office, Instant now,
                                Tongue tongue) {
  std::sort(tasks.begin(), tasks.end(), more_pressing);
  const bool english = tongue == Tongue::english;
  std::string list;
  std::size_t listed = 0;
  for (const ListedTask& task : tasks) {
    std::string line = fmt::format("{} {} {} {}, {}", task.number, permit_link(task, office),
                                   english ? "at the step" : "tahap", task_line(task, now, tongue),
                                   responsible_words(task, english));
    if (listed > 0) line = "; " + line;
    const bool fits = notify::characters(list) + notify::characters(line) <= kEscalationCharacters;
    if (listed > 0 && (listed == kEscalationsListed || !fits)) break;
    list += line;
    ++listed;
  }
  if (listed < tasks.size())
    list += fmt::format(fmt::runtime(english ? "; and {} more" : "; dan {} lainnya"),
                        tasks.size() - listed);
  return list;
}

std::vector<notify::ListItem> items_of(std::vector<ListedTask> tasks, const Office& office,
                                       Instant now, Tongue tongue) {
  std::sort(tasks.begin(), tasks.end(), more_pressing);
  std::vector<notify::ListItem> items;
  for (const ListedTask& task : tasks) {
    if (items.size() == kMailItems) break;
    const Speech speech(tongue, *task.calendar);
    notify::ListItem item;
    item.title = task.subject;
    item.number = task.number;
    item.step = task.what + instead_of_words(task, speech);
    item.state = state_of_item(task, now, speech);
    item.late = !task.paused && task.due_at && now > *task.due_at;
    if (task.escalation)
      item.responsible = !task.responsible.empty()
                             ? task.responsible
                             : speech.say("belum ada yang mengambil", "nobody yet");
    item.link = permit_link(task, office);
    items.push_back(std::move(item));
  }
  return items;
}

std::string escalations_link(const Office& office) { return office.public_url + "/eskalasi"; }

std::string inbox_link(const Office& office) { return office.public_url + "/tugas"; }

TextFields recap_fields(const store::Recap& counts, Tongue tongue) {
  const bool english = tongue == Tongue::english;
  const auto number = [&](std::int64_t value) { return notify::number_in(tongue, value); };
  const std::int64_t judged = counts.judged_this_month;
  std::string percent =
      judged == 0 ? "–" : notify::tenths((2000 * counts.met_this_month + judged) / (2 * judged));
  if (english) std::ranges::replace(percent, ',', '.');
  const std::string on_time =
      english
          ? (judged == 0 ? "no permit was issued this month yet"
                         : fmt::format("{}% of the {} issued this month", percent, number(judged)))
          : (judged == 0
                 ? "belum ada izin terbit bulan ini"
                 : fmt::format("{}% dari {} yang terbit bulan ini", percent, number(judged)));
  return {{"masuk", number(counts.submitted)},
          {"proses", number(counts.in_process)},
          {"terbit", number(counts.issued)},
          {"kembali", number(counts.returned)},
          {"hari_ini", number(counts.due_today)},
          {"terlambat", number(counts.overdue)},
          {"persen", percent},
          {"tepat_waktu", on_time},
          {"jumlah", number(judged)},
          {"belum", number(counts.overdue_open)}};
}

std::string seal_words(const store::Seal& seal, const Calendar& calendar, Tongue tongue) {
  const Speech speech(tongue, calendar);
  return fmt::format("{} {}, {}, {} {}", speech.say("nomor", "number"), seal.number,
                     speech.moment(seal.at), speech.say("akar", "root"), seal.root);
}

}  // namespace tenggat::office
