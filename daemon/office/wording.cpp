#include "daemon/office/wording.h"

#include <fmt/format.h>

#include <algorithm>

#include "notifiers/words.h"

namespace tenggat::office {
namespace {

std::string moment(const Calendar& calendar, Instant t) {
  return notify::full_moment(calendar.local(t));
}

std::string said(const Calendar& calendar, const std::optional<Instant>& t) {
  return t ? moment(calendar, *t) : "belum ditetapkan";
}

// The document kind as a person reads it: "denah_ruang" is "denah ruang".
std::string readable(std::string kind) {
  std::replace(kind.begin(), kind.end(), '_', ' ');
  return kind;
}

std::string joined(const std::vector<std::string>& items) {
  std::string all;
  for (const std::string& item : items) all += (all.empty() ? "" : "; ") + item;
  return all;
}

// What people wrote with the event: deficiencies first, since they say what to mend.
std::string reasons_of(const std::vector<store::StoredNote>& notes) {
  std::vector<std::string> deficiencies, others;
  for (const store::StoredNote& note : notes) {
    if (note.kind == "deficiency")
      deficiencies.push_back(note.document.empty() ? note.text
                                                   : readable(note.document) + ": " + note.text);
    else if (note.kind == "note" || note.kind == "pause")
      others.push_back(note.text);
  }
  deficiencies.insert(deficiencies.end(), others.begin(), others.end());
  return joined(deficiencies);
}

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

std::string holder_of(const Visit& visit, const People& people) {
  const Officer* officer = visit.assignee.empty() ? nullptr : people.find(visit.assignee);
  return officer ? officer->name : "belum ada petugas";
}

std::string because_of(const Notice& notice, const Permit& permit, const Sop& sop) {
  if (const auto basis = notice.details.find("dasar"); basis != notice.details.end())
    return basis->second;
  const auto named = notice.details.find("jeda");
  const PauseReason* reason = nullptr;
  for (const Pause& pause : permit.pauses)
    if (named != notice.details.end() && pause.reason == named->second)
      reason = rule_of(pause, sop);
  if (reason && reason->tells_applicant) return "keterangan Saudara telah kami terima";
  return reason ? fmt::format("masa {} telah berakhir", reason->name)
                : "penyesuaian jadwal layanan";
}

// "Batas Rabu, ..., terlambat 2 jam" for the head of a long message.
std::string condition_of(const Sla& sla, const Calendar& calendar) {
  if (!sla.remaining) return "waktu layanan belum berjalan";
  if (sla.status == SlaStatus::overdue)
    return "terlambat " + notify::duration(-*sla.remaining) + " (jam kerja)";
  if (sla.remaining->count() <= 0) return "batas waktu telah tiba";
  return "sisa waktu kerja " + notify::working_duration(*sla.remaining, calendar.nominal_day());
}

}  // namespace

TextFields fields_of(const Notice& notice, const store::StoredPermit& stored,
                     const Context& context, const Office& office,
                     const std::vector<store::StoredNote>& notes) {
  const Permit& permit = stored.permit;
  const Sop& sop = context.sop;
  const Calendar& calendar = context.calendar;
  const Instant now = context.now;
  const Sla service = case_sla(permit, sop, calendar, now);

  TextFields fields{{"instansi", office.name},
                    {"nomor", permit.number},
                    {"judul_izin", sop.title},
                    {"perihal", permit.subject},
                    {"nama_pemohon", stored.applicant.name},
                    {"zona", calendar.local(now).zone_abbreviation},
                    {"tautan_skm", office.public_url + "/skm"},
                    {"cara_keberatan", fmt::format("secara tertulis kepada {} dalam 21 hari kerja "
                                                   "sejak pemberitahuan ini",
                                                   office.name)},
                    {"jumlah_hari", std::to_string(sop.case_standard.days)},
                    {"jumlah", "1"}};
  fields["tautan"] = notice.audience == Audience::applicant
                         ? office.public_url + "/lacak/" + stored.tracking_secret
                         : office.public_url + "/permohonan/" + permit.number;
  fields["waktu"] = moment(calendar, notice.raised_at);
  fields["tanggal_batas"] = said(calendar, service.due_at);
  fields["keadaan"] = condition_of(service, calendar);
  fields["dasar"] = because_of(notice, permit, sop);
  fields["alasan"] = reasons_of(notes);
  if (const auto detail = notice.details.find("alasan"); detail != notice.details.end())
    fields["alasan"] = detail->second;
  fields["perkiraan"] = moment(calendar, estimate(permit, sop, calendar, now));
  for (const char* name : {"tanggal_lama", "tanggal_batas"})
    if (const auto detail = notice.details.find(name); detail != notice.details.end())
      if (const auto instant = parse_instant(detail->second))
        fields[name] = moment(calendar, *instant);
  for (const Document& document : permit.documents)
    if (document.counts() && !document.number.empty()) fields["nomor_sk"] = document.number;

  const Visit* visit =
      notice.visit != 0 ? permit.find_visit(notice.visit) : most_urgent(permit, sop, calendar, now);
  if (visit) {
    const Sla sla = visit_sla(permit, *visit, sop, calendar, now);
    fields["nama_tahap"] = step_name(*visit, sop);
    fields["penanggung_jawab"] = holder_of(*visit, context.people);
    fields["waktu_batas"] = said(calendar, sla.due_at);
    if (sla.remaining) {
      fields["sisa_waktu"] = notify::working_duration(*sla.remaining, calendar.nominal_day());
      fields["lama_terlambat"] = notify::duration(-std::min(*sla.remaining, Seconds{0}));
    }
    if (notice.text == "pengingat_perbaikan") fields["waktu"] = moment(calendar, visit->opened_at);
  }
  return fields;
}

void add_recipient(TextFields& fields, const Recipient& recipient, const Sop& sop,
                   const People& people) {
  const Officer* officer = people.find(recipient.officer);
  fields["nama_petugas"] = officer ? officer->name : recipient.officer;
  const Role* role = sop.find_role(recipient.role);
  const std::string prefix = recipient.kind == "plh"   ? "Plh. "
                             : recipient.kind == "plt" ? "Plt. "
                                                       : "";
  fields["jabatan_atasan"] = prefix + (role ? role->name : "Bapak/Ibu");
}

std::string task_line(const std::string& number, const std::string& step,
                      const std::optional<Instant>& due, bool paused, const Calendar& calendar,
                      Instant now) {
  if (paused) return fmt::format("{} {}, dijeda", number, step);
  if (!due) return fmt::format("{} {}", number, step);
  if (now > *due)
    return fmt::format("{} {}, terlambat {} (jam kerja)", number, step,
                       notify::duration(calendar.worked(*due, now)));
  return fmt::format("{} {}, batas {}", number, step, notify::short_moment(calendar.local(*due)));
}

std::string list_of(std::vector<ListedTask> tasks, Instant now) {
  std::sort(tasks.begin(), tasks.end(), more_pressing);
  std::vector<std::string> lines;
  for (const ListedTask& task : tasks)
    lines.push_back(
        task_line(task.number, task.what, task.due_at, task.paused, *task.calendar, now));
  return notify::list_of_five(lines);
}

std::string inbox_link(const Office& office) { return office.public_url + "/tugas"; }

}  // namespace tenggat::office
