#include "daemon/pages/dossier.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "daemon/api/sop_diagram.h"
#include "daemon/api/timeline.h"
#include "daemon/api/view.h"
#include "daemon/api/why.h"
#include "daemon/pages/field_inputs.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/print.h"
#include "daemon/pages/proof.h"
#include "daemon/pages/words.h"
#include "daemon/store/hash.h"
#include "notifiers/words.h"
#include "rules/permit/time_spent.h"

namespace tenggat::pages {
namespace {

namespace json = boost::json;

constexpr std::string_view kNone = "–";
constexpr std::string_view kOfficer = "officer:";

std::string channel_words(const std::string& channel) {
  if (channel == "email") return "surel";
  if (channel == "whatsapp") return "WhatsApp";
  return channel;
}

std::string message_state_words(const std::string& state) {
  if (state == "queued") return "antre";
  if (state == "accepted") return "diterima penyedia";
  if (state == "failed") return "gagal";
  if (state == "dead") return "gagal total";
  return state == "trial" ? "uji coba, tidak dikirim" : "dikirim";
}

std::string dropped_words(const std::string& why) {
  const auto reason = parse_reason(why);
  return reason ? reason_words(*reason) : "sebab lain";
}

std::string verdict_words(const std::optional<Verdict>& verdict) {
  if (!verdict) return std::string(kNone);
  return *verdict == Verdict::met ? "tepat waktu" : "terlambat";
}

const store::AuditFinding* first_of(const store::AuditReport& chain) {
  return chain.findings.empty() ? nullptr : &chain.findings.front();
}

Html chain_words(const store::AuditReport& chain) {
  const store::AuditFinding* first = first_of(chain);
  if (!first)
    return html(
        "<p>Rantai {} peristiwa diperiksa saat dicetak dan <strong>utuh</strong>: setiap sidik"
        " jari digital memuat sidik jari peristiwa sebelumnya, dan isi berkas sesuai dengan"
        " catatan itu.</p>",
        chain.events);
  if (first->sequence > 0)
    return html(
        "<p class=\"penting\">Rantai <strong>tidak utuh</strong> mulai peristiwa {}: catatan telah"
        " berubah sejak ditulis.</p>",
        first->sequence);
  return html(
      "<p class=\"penting\">Isi berkas <strong>tidak sesuai</strong> dengan catatan yang berantai:"
      " data telah diubah di luar sistem ({}).</p>",
      first->what);
}

// What stands beside a verdict that was recorded late; nothing where it was not.
std::string late_words(const std::optional<LateEntry>& late, bool turned, const People& people) {
  if (!late) return "";
  if (!turned) return " (dicatat terlambat)";
  return late->awaits_word() ? " (dicatat terlambat, menunggu konfirmasi atasan)"
                             : fmt::format(" (dicatat terlambat, dikonfirmasi {})",
                                           officer_words(late->confirmed_by, people));
}

// What officers and superiors write for one another, as the forms say that ask for it.
bool is_internal(const store::StoredNote& note) {
  constexpr std::string_view kInternal[] = {"internal", "directive", "response", "escalation"};
  return std::find(std::begin(kInternal), std::end(kInternal), note.kind) != std::end(kInternal);
}

std::vector<store::StoredNote> notes_of(const Dossier& dossier) {
  std::vector<store::StoredNote> notes = dossier.notes;
  if (!dossier.internal_notes) std::erase_if(notes, is_internal);
  return notes;
}

class Sections {
 public:
  explicit Sections(const Dossier& dossier)
      : d_(dossier),
        permit_(dossier.stored.permit),
        sop_(dossier.context.sop),
        calendar_(dossier.context.calendar) {}

  Html body() const {
    return html("{}{}{}{}{}{}{}{}{}{}", whose(), identity(), time(), visits(), documents(),
                letters(), told(), notes(), proofs(), chain());
  }

 private:
  std::string moment(const std::optional<Instant>& t) const {
    return t ? moment_words(calendar_, *t) : std::string(kNone);
  }
  std::string end(const std::optional<Instant>& due) const {
    return due ? end_words(calendar_, *due) : std::string(kNone);
  }
  // In tables.
  std::string brief(const std::optional<Instant>& t) const {
    if (!t) return std::string(kNone);
    const LocalTime local = calendar_.local(*t);
    return fmt::format("{}/{}/{:02} {}", local.day, local.month, local.year % 100,
                       notify::clock_time(local));
  }
  std::string officer(const std::string& id) const {
    return id.empty() ? std::string(kNone) : officer_words(id, d_.context.people);
  }
  std::string visit_words(const Visit& visit) const {
    const std::string name = step_name(visit, sop_);
    return visit.occurrence > 1 ? fmt::format("{} (ke-{})", name, visit.occurrence) : name;
  }
  std::string visit_words(int id) const {
    const Visit* visit = permit_.find_visit(id);
    return visit ? visit_words(*visit) : "Layanan";
  }

  // Whom this may be handed to.
  Html whose() const {
    const auto internal = std::count_if(d_.notes.begin(), d_.notes.end(), is_internal);
    Html said;
    if (d_.internal_notes)
      said = html(
          "<p class=\"penting\"><strong>Memuat catatan internal petugas ({})</strong>: untuk "
          "kantor "
          "dan pemeriksa, bukan untuk pemohon.</p>",
          internal);
    else if (internal > 0)
      said = html("<p class=\"halus\">Tanpa catatan internal petugas ({}).</p>", internal);
    if (!d_.other_way.empty() && internal > 0)
      said += html("<p class=\"layar-saja\"><a href=\"{}\">{}</a></p>", d_.other_way,
                   d_.internal_notes ? "Tanpa catatan internal" : "Sertakan catatan internal");
    return said;
  }

  Html identity() const {
    const Sla sla = case_sla(permit_, sop_, calendar_, d_.context.now);
    std::vector<std::pair<std::string, Html>> rows{
        {"Nomor", html("<strong>{}</strong>", permit_.number)},
        {"Izin", html("{}", sop_.title)},
        {"Pemohon", html("{}", d_.stored.applicant.name)},
        {"Perihal", html("{}", permit_.subject)},
        {"Status", html("{}", state_words(permit_.state))},
        {"Diajukan", html("{}", moment(permit_.submitted_at))},
        {"Berkas lengkap", html("{}", moment(permit_.case_opened_at))},
        {"Standar layanan",
         html("{}", budget_words(permit_.case_standard.value_or(sop_.case_standard)))},
        {"Batas yang dijanjikan", html("{}", end(sla.due_at))},
        {"Diputus", html("{}", moment(permit_.case_closed_at))},
        {"Penilaian",
         html("<strong>{}</strong>{}", verdict_words(permit_.case_verdict), late_case_words())}};
    if (permit_.case_elapsed)
      rows.emplace_back("Waktu layanan",
                        html("{}", span_words(*permit_.case_elapsed, sla.standard, calendar_)));
    if (const auto legal = legal_ledger(permit_, sop_))
      rows.emplace_back("Batas hukum",
                        html("{} ({})", end(Replay(*legal, calendar_).due()), sop_.legal.basis));
    if (permit_.legal_passed_at)
      rows.emplace_back("Batas hukum terlewati",
                        html("<strong>{}</strong>", moment(permit_.legal_passed_at)));
    for (const store::RelatedPermit& one : d_.related)
      rows.emplace_back(one.related == permit_.id ? "Keberatan" : "Keberatan atas",
                        html("{}, {}", one.number, state_words(one.state)));
    for (const Field& field : sop_.fields)
      if (const auto value = permit_.fields.find(field.id); value != permit_.fields.end())
        rows.emplace_back(field.label, html("{}", field_words(field, value->second)));
    return html("<h2>Permohonan</h2>{}", facts(rows));
  }

  // Of the visit whose late entry makes the case met.
  std::string late_case_words() const {
    for (const Visit& visit : permit_.visits)
      if (visit.late && !visit.undone && visit.late->turned_case)
        return late_words(visit.late, true, d_.context.people);
    return "";
  }

  std::string working(Seconds span) const {
    return notify::working_duration(span, calendar_.nominal_day());
  }

  std::string taken(const Sla& sla) const {
    return sla.standard.in_calendar_days() ? span_words(sla.elapsed, sla.standard, calendar_)
                                           : working(sla.elapsed);
  }

  Html time() const {
    const TimeByParty spent = time_by_party(permit_, sop_, calendar_, d_.context.now);
    return html(
        "<h2>Pemakaian waktu per pihak</h2>{}",
        facts({{"Dari", html("{}", moment(spent.from))},
               {"Sampai", html("{}", moment(spent.to))},
               {"Kantor", html("{} waktu kerja", working(spent.office.working))},
               {"Pemohon", html("{} waktu kerja", working(spent.applicant.working))},
               {"Instansi lain", html("{} waktu kerja", working(spent.other_agency.working))}}));
  }

  Html visits() const {
    Html rows;
    for (const Visit& visit : permit_.visits) {
      if (visit.undone) continue;
      const Sla sla = visit_sla(permit_, visit, sop_, calendar_, d_.context.now);
      const std::string by =
          officer_or_applicant(visit) + standing_in({visit.closed_by, visit.closed_for, visit.role,
                                                     visit.closed_at.value_or(d_.context.now)});
      rows += html(
          "<tr><th scope=\"row\">{}<br><span class=\"halus\">{}</span></th><td>{}</td><td>{}</td>"
          "<td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
          visit_words(visit), role_words(sop_of(visit, sop_), visit.role), brief(visit.opened_at),
          brief(visit.claimed_at),
          visit.closed_at
              ? fmt::format("{}, {}{}", brief(visit.closed_at),
                            action_done_words(sop_of(visit, sop_), visit.step, visit.action),
                            visit.late ? ", dicatat " + brief(visit.late->recorded_at) : "")
              : std::string("terbuka"),
          by, fmt::format("{} dari {}", taken(sla), budget_in_words(sla.standard)),
          verdict_words(visit.verdict) +
              late_words(visit.late, visit.late && visit.late->turned_step, d_.context.people));
    }
    return html(
        "<h2>Tahapan yang dilalui</h2><table><thead><tr><th>Tahapan</th>"
        "<th>Dibuka</th><th>Diambil</th><th>Ditutup</th><th>Oleh</th><th>Waktu kerja</th>"
        "<th>Penilaian</th></tr></thead><tbody>{}</tbody></table>",
        rows);
  }

  // ", Plh. Kepala Dinas (menggantikan Gusti Noor)"; nothing in their own right.
  std::string standing_in(const StoodIn& acted) const {
    const std::string title = stand_in_title(acted, d_.letters, d_.context);
    return title.empty() ? ""
                         : fmt::format(", {} (menggantikan {})", title, officer(acted.for_officer));
  }

  std::string officer_or_applicant(const Visit& visit) const {
    if (!visit.closed_at) return std::string(kNone);
    if (visit.closed_by.empty()) return "sistem";
    return is_applicants(visit, sop_) ? std::string("pemohon") : officer(visit.closed_by);
  }

  Html documents() const {
    Html rows;
    for (const Document& document : permit_.documents) {
      if (!document.file) continue;
      const std::string standing = document.voided_event       ? "tidak berlaku: dikembalikan"
                                   : document.superseded_event ? "diganti yang lebih baru"
                                                               : "berlaku";
      const std::string print = document.sha256.empty() ? "" : "SHA-256 " + document.sha256;
      rows += html(
          "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
          "<td class=\"bebas\">{}<br><span class=\"rapat\">{}</span></td></tr>",
          document_words(document.kind, document.name, sop_),
          document.number.empty() ? std::string(kNone) : document.number,
          visit_words(document.visit), brief(document.added_at), standing, document.uri, print);
    }
    return html(
        "<h2>Dokumen dan keputusan</h2><table><thead><tr><th>Dokumen</th><th>Nomor</th>"
        "<th>Tahapan</th><th>Masuk</th><th>Kedudukan</th><th>Tempat</th></tr></thead>"
        "<tbody>{}</tbody></table>",
        rows);
  }

  Html letters() const {
    if (d_.letters.empty()) return {};
    Html rows;
    for (const Delegation& letter : d_.letters)
      rows += html("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                   letter.letter, letter.kind == "plt" ? "Plt." : "Plh.", officer(letter.to),
                   officer(letter.from),
                   fmt::format("{} s.d. {}", notify::date(letter.start), notify::date(letter.end)));
    return html(
        "<h2>Surat perintah</h2><table><thead><tr><th>Nomor surat</th><th>Sebagai</th>"
        "<th>Pejabat</th><th>Menggantikan</th><th>Berlaku</th></tr></thead><tbody>{}</tbody></"
        "table>",
        rows);
  }

  std::string recipient(const store::ToldMessage& message) const {
    if (!message.recipient.starts_with(kOfficer)) return "pemohon";
    const std::string id = message.recipient.substr(kOfficer.size());
    return officer(id) + standing_in({id, message.acting_for, "", message.rendered_at});
  }

  Html message_lines(const store::ToldNotice& told) const {
    Html lines;
    for (const store::ToldMessage& message : told.messages) {
      std::string said = fmt::format("{} kepada {}: {}", channel_words(message.channel),
                                     recipient(message), message_state_words(message.state));
      if (message.accepted_at) said += " " + brief(message.accepted_at);
      if (message.attempts.size() > 1)
        said += fmt::format(", {} percobaan", message.attempts.size());
      if (!message.reason.empty() && message.reason != "accepted")
        said += " (" + notify::delivery_words(message.reason) + ")";
      if (!lines.empty()) lines += html("<br>");
      lines += html("{}", said);
      if (!message.provider_id.empty())
        lines += html("<br><span class=\"rapat\">tanda terima {}</span>", message.provider_id);
    }
    return lines;
  }

  Html told() const {
    Html rows;
    for (const store::ToldNotice& one : d_.told) {
      Html came = message_lines(one);
      if (one.state == "dropped") came = html("tidak dikirim: {}", dropped_words(one.state_reason));
      if (one.state == "pending") came = html("menunggu");
      rows += html(
          "<tr><td class=\"saat\">{}</td><th scope=\"row\">{}</th><td>{}</td><td>{}</td>"
          "<td>{}</td></tr>",
          brief(one.notice.raised_at), readable(one.notice.text), visit_words(one.notice.visit),
          reason_words(one.notice.reason), came);
    }
    if (rows.empty()) return {};
    return html(
        "<h2>Pemberitahuan, pesan, dan tanda terima</h2><table><thead><tr><th>Dipicu</th>"
        "<th>Isi</th><th>Tentang</th><th>Alasan</th><th>Hasil</th></tr></thead>"
        "<tbody>{}</tbody></table><p class=\"halus\">Saat diterima adalah menurut jam mesin"
        " pengirim.</p>",
        rows);
  }

  Html notes() const {
    Html rows;
    for (const store::StoredNote& note : notes_of(d_))
      rows +=
          html("<tr><td class=\"angka\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", note.event,
               visit_words(note.visit),
               note.document.empty() ? note_words(note.kind) : document_name(note.document, sop_),
               lines(note.text));
    if (rows.empty()) return {};
    return html(
        "<h2>Catatan petugas</h2><table><thead><tr><th>Peristiwa</th><th>Tahapan</th><th>Jenis</th>"
        "<th>Isi</th></tr></thead><tbody>{}</tbody></table>",
        rows);
  }

  Html proofs() const {
    Html all;
    if (const Html of_case = proof_of_case(permit_, sop_, calendar_, d_.context.now, For::officer);
        !of_case.empty())
      all += html("<h3>Seluruh layanan</h3>{}", of_case);
    for (const Visit& visit : permit_.visits) {
      if (visit.undone) continue;
      const Html of_visit = proof_of_visit(permit_, visit, sop_, calendar_, d_.context.now);
      if (!of_visit.empty()) all += html("<h3>{}</h3>{}", visit_words(visit), of_visit);
    }
    return html("<h2>Perhitungan waktu, hari demi hari</h2>{}", all);
  }

  Html chain() const {
    Html rows;
    for (const store::StoredEvent& stored : d_.events) {
      const EventHead& event = stored.event;
      std::string who = actor_words(event, permit_, d_.context);
      const Visit* visit = permit_.find_visit(event.visit);
      who += standing_in({event.actor.substr(event.actor.find(':') + 1), event.acting_for,
                          visit ? visit->role : "", event.at});
      rows += html(
          "<tr><td class=\"angka\">{}</td><td class=\"saat\">{}</td><td>{}</td><td>{}</td>"
          "<td class=\"rapat\">{}</td></tr>",
          event.sequence, brief(event.at), event_words(stored, permit_, d_.context), who,
          store::hex(stored.hash));
    }
    const Html verdict = chain_words(d_.chain);
    return html(
        "<h2>Rantai catatan</h2>{}<table><thead><tr><th>No.</th><th>Saat</th><th>Peristiwa</th>"
        "<th>Oleh</th><th>Sidik jari digital (SHA-256)</th></tr></thead><tbody>{}</tbody></table>"
        "<p class=\"halus\">SOP {} versi <span class=\"rapat\">{}</span>.</p>",
        verdict, rows, sop_.id, permit_.sop_version);
  }

  const Dossier& d_;
  const Permit& permit_;
  const Sop& sop_;
  const Calendar& calendar_;
};

json::array documents_json(const Permit& permit, const Calendar& calendar) {
  json::array all;
  for (const Document& document : permit.documents)
    all.push_back(json::object{{"kind", document.kind},
                               {"name", document.name},
                               {"number", document.number},
                               {"uri", document.uri},
                               {"sha256", document.sha256},
                               {"file", document.file},
                               {"visit", document.visit},
                               {"added_at", calendar.format(document.added_at)},
                               {"added_event", document.added_event},
                               {"superseded_event", document.superseded_event},
                               {"voided_event", document.voided_event}});
  return all;
}

json::array letters_json(const std::vector<Delegation>& letters) {
  json::array all;
  for (const Delegation& letter : letters)
    all.push_back(json::object{{"letter", letter.letter},
                               {"kind", letter.kind},
                               {"from", letter.from},
                               {"to", letter.to},
                               {"start", letter.start},
                               {"end", letter.end}});
  return all;
}

// Those to this permit; the one that it objects to is its `related`.
json::array objections_json(const Dossier& dossier) {
  json::array all;
  for (const store::RelatedPermit& one : dossier.related)
    if (one.related == dossier.stored.permit.id) all.push_back(http::related_view(one));
  return all;
}

json::object chain_json(const Dossier& dossier) {
  json::value broken_at, differs;
  if (const store::AuditFinding* first = first_of(dossier.chain)) {
    if (first->sequence > 0)
      broken_at = first->sequence;
    else
      differs = first->what;
  }
  return {{"events", dossier.chain.events},
          {"holds", dossier.chain.findings.empty()},
          {"broken_at", std::move(broken_at)},
          {"differs", std::move(differs)},
          {"last_hash", store::hex(dossier.stored.last_hash)}};
}

}  // namespace

std::string dossier_page(const Dossier& dossier) {
  PrintedPage page;
  page.office = dossier.office;
  page.title = "Berkas Bukti " + dossier.stored.permit.number;
  page.subtitle = dossier.context.sop.title;
  page.footer =
      fmt::format("Berkas bukti {} · dicetak {} dari Tenggat", dossier.stored.permit.number,
                  moment_words(dossier.context.calendar, dossier.context.now));
  page.body = Sections(dossier).body();
  return printed(page);
}

json::object dossier_json(const Dossier& d) {
  const Sop& sop = d.context.sop;
  const Calendar& calendar = d.context.calendar;
  http::ViewOptions options;
  options.outcome = true;
  const std::vector<store::StoredNote> notes = notes_of(d);
  return {{"printed_at", calendar.format(d.context.now)},
          {"permit", http::permit_view(d.stored, sop, calendar, d.context.now, options)},
          {"sop", json::object{{"id", sop.id}, {"version", d.stored.permit.sop_version}}},
          {"calendar", calendar.id()},
          {"documents", documents_json(d.stored.permit, calendar)},
          {"letters", letters_json(d.letters)},
          {"objections", objections_json(d)},
          {"timeline", http::timeline_view(d.stored, {d.events, notes}, sop, calendar,
                                           d.context.now, {.note_texts = true})},
          {"why", http::why_view(d.stored, d.told, d.context)},
          {"internal_notes", d.internal_notes},
          {"chain", chain_json(d)}};
}

}  // namespace tenggat::pages
