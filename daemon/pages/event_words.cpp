// What each event says to people: a row a type. A type of event without one does not compile.
#include <fmt/format.h>

#include "daemon/pages/field_inputs.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "daemon/store/event_codec.h"

namespace tenggat::pages {
namespace {

// "start", "50%", "due", "+1d" of a ladder.
std::string rung_words(const std::string& rung) {
  if (rung == "start") return "petugas diberi tahu";
  if (rung == "due") return "batas waktu tiba, diberitahukan";
  if (rung.starts_with('+')) return "keterlambatan dilaporkan kepada atasan";
  return "pengingat pada " + rung + " waktu";
}

// A visit keeps the latest only: what was named before may be in the version its permit came from.
const Obstacle* find_obstacle(const Permit& permit, const Visit* visit, const std::string& id,
                              const Sop& sop) {
  std::vector<const Sop*> versions;
  if (visit && visit->acknowledged)
    versions.push_back(&sop.under(visit->acknowledged->sop_version));
  if (visit) versions.push_back(&sop_of(*visit, sop));
  for (const Visit& other : permit.visits) versions.push_back(&sop_of(other, sop));
  for (const Sop* version : versions)
    if (const Obstacle* found = version->find_obstacle(id)) return found;
  return nullptr;
}

class Words {
 public:
  Words(const EventHead& head, const Permit& permit, const Context& context)
      : permit_(permit),
        context_(context),
        visit_(permit.find_visit(head.visit)),
        recorded_at_(head.at) {}

  std::string operator()(const Submitted& e) const {
    return e.related ? "Keberatan diajukan" : "Permohonan diajukan";
  }
  std::string operator()(const Imported&) const { return "Berkas diimpor beserta riwayatnya"; }
  std::string operator()(const Acted& e) const {
    return step() + done(e.action) + set(e.fields) + checked(e.checked) + led_to(e) +
           cancelled(e.cancelled) + unopened(e.unopened) + entered_late(e);
  }
  std::string operator()(const Confirmed&) const {
    return step() + "pencatatan terlambat dikonfirmasi, dihitung tepat waktu";
  }
  std::string operator()(const Corrected& e) const {
    return fmt::format("{}waktu tindakan dibetulkan menjadi {}, semula {}{}", step(),
                       moment_words(context_.calendar, e.occurred_at.at),
                       moment_words(context_.calendar, e.before.at), turned(e));
  }
  std::string operator()(const Undone& e) const {
    return step() + "tindakan dibatalkan (" + done(e.action) + ")";
  }
  std::string operator()(const Claimed&) const { return step() + "tugas diambil"; }
  std::string operator()(const Released&) const { return step() + "tugas dilepaskan"; }
  std::string operator()(const Assigned& e) const {
    return step() + "tugas diberikan kepada " + officer_words(e.officer, context_.people);
  }
  std::string operator()(const Escalated&) const { return step() + "arahan atasan diminta"; }
  std::string operator()(const Acknowledged& e) const {
    const Obstacle* obstacle = find_obstacle(permit_, visit_, e.obstacle, context_.sop);
    return step() + "kendala dicatat (" + (obstacle ? obstacle->name : readable(e.obstacle)) + ")";
  }
  std::string operator()(const Directed& e) const {
    return step() + "arahan diberikan kepada " +
           (e.officer.empty() ? "petugas tahap ini" : officer_words(e.officer, context_.people));
  }
  std::string operator()(const Responded& e) const {
    return step() +
           "eskalasi ditanggapi; pemberitahuan berulang kepada yang menanggapi berhenti "
           "sampai " +
           moment_words(context_.calendar, e.until.at);
  }
  std::string operator()(const Paused& e) const {
    const std::string about =
        e.requirement.empty() ? "" : ": " + requirement_words(e.requirement, of_visit());
    return step() + "waktu dijeda (" + pause_name(e.pause) + about + ")";
  }
  std::string operator()(const PauseExtended& e) const {
    return step() + "jeda diperpanjang (" + pause_name(e.pause) + ")";
  }
  std::string operator()(const Resumed&) const { return step() + "waktu berjalan kembali"; }
  std::string operator()(const ContactCorrected&) const { return "Kontak pemohon diperbaiki"; }
  std::string operator()(const Wrote&) const { return "Pemohon mengirim pesan lewat WhatsApp"; }
  std::string operator()(const LinkSent&) const {
    return "Tautan lacak dikirim ulang kepada pemohon";
  }
  std::string operator()(const DocumentOpened& e) const {
    return step() + "dokumen dibuka (" + document_name(e.kind, context_.sop) + ")";
  }
  std::string operator()(const NoteAdded&) const { return "Catatan internal"; }
  std::string operator()(const DocumentsBrought&) const { return step() + "dokumen disimpan"; }
  std::string operator()(const FieldVisitPlanned& e) const {
    return step() + "kunjungan lapangan dijadwalkan " +
           moment_words(context_.calendar, e.visit_at.at) +
           (e.before ? ", semula " + moment_words(context_.calendar, e.before->at) : "");
  }
  std::string operator()(const CalendarApplied& e) const {
    return "Kalender kerja berubah: " + e.decree;
  }
  std::string operator()(const SopMigrated& e) const {
    return "Berkas beralih ke SOP yang berlaku sekarang: " + e.because;
  }
  std::string operator()(const RungRaised& e) const { return step() + rung_words(e.rung); }
  std::string operator()(const LegalLimitPassed&) const {
    return "batas waktu menurut hukum terlewati: permohonan dapat dianggap dikabulkan";
  }
  std::string operator()(const RowsRecorded&) const {
    return "Isi berkas dibukukan seutuhnya dalam catatan berantai";
  }
  std::string operator()(const DeadlineMissed&) const { return step() + "batas waktu terlewati"; }
  std::string operator()(const ReminderRaised& e) const {
    return step() +
           (e.of_obstacle ? "petugas ditanyai lagi mengenai kendalanya" : "pemohon diingatkan");
  }

 private:
  std::string step() const {
    return (visit_ ? step_name(*visit_, context_.sop) : std::string("Layanan")) + ": ";
  }
  std::string done(const std::string& action) const {
    return action_done_words(of_visit(), visit_ ? visit_->step : "", action);
  }
  const Sop& of_visit() const { return visit_ ? sop_of(*visit_, context_.sop) : context_.sop; }
  // "; isian: Luas bangunan (m²) 620"
  std::string set(const std::vector<GivenField>& fields) const {
    std::string all;
    for (const GivenField& one : fields) {
      const Field* field = of_visit().find_field(one.field);
      const std::string* value = std::get_if<std::string>(&one.value);
      all +=
          (all.empty() ? "; isian: " : ", ") + (field ? field->label : readable(one.field)) + " ";
      if (!value)
        all += "(data pribadi)";
      else
        all += field ? field_words(*field, *value) : *value;
    }
    return all;
  }
  std::string checked(const std::vector<std::string>& ids) const {
    const Step* step = visit_ ? of_visit().find_step(visit_->step) : nullptr;
    if (ids.empty() || !step) return "";
    return fmt::format("; {} dari {} syarat dicentang", ids.size(), step->requirements.size());
  }
  // Of a fork what it has opened; of the end of a branch where it leads.
  std::string led_to(const Acted& e) const {
    std::string all;
    for (const std::string& one : e.branches)
      all += (all.empty() ? "; dibuka bersamaan: " : ", ") + of_visit().step_name(one);
    const Step* next = of_visit().find_step(e.to);
    if (visit_ && visit_->joined && next && next->joins)
      all += "; cabang ini selesai, menuju " + of_visit().step_name(e.to);
    return all;
  }
  // By their labels: "kajian_bangunan#1".
  std::string cancelled(const std::vector<std::string>& labels) const {
    std::string all;
    for (const std::string& one : labels)
      all += (all.empty() ? "; dibatalkan: " : ", ") +
             of_visit().step_name(std::string_view(one).substr(0, one.find('#')));
    return all;
  }
  // What was approved or signed without having been looked at here.
  std::string unopened(const std::vector<std::string>& kinds) const {
    std::string all;
    for (const std::string& kind : kinds)
      all += (all.empty() ? "; tidak dibuka sebelumnya: " : ", ") + document_name(kind, of_visit());
    return all;
  }
  // That it turns a verdict, its visit says: of the entry that closed it, not of one taken back.
  std::string entered_late(const Acted& e) const {
    if (!e.backdated || !e.occurred_at) return "";
    const std::string said = fmt::format("; dilakukan {}, dicatat kemudian",
                                         moment_words(context_.calendar, e.occurred_at->at));
    const bool its = visit_ && visit_->late && visit_->late->recorded_at == recorded_at_;
    return its ? said + turned(*visit_->late) : said;
  }
  template <class Entry>
  static std::string turned(const Entry& entry) {
    if (!entry.turned_step && !entry.turned_case) return "";
    const std::string what = !entry.turned_step   ? "waktu layanan"
                             : !entry.turned_case ? "waktu tahap"
                                                  : "waktu tahap dan waktu layanan";
    return fmt::format("; {} yang semula terlambat menjadi tepat waktu bila dikonfirmasi atasan",
                       what);
  }
  std::string pause_name(const std::string& id) const {
    for (const Pause& pause : permit_.pauses)
      if (visit_ && pause.visit == visit_->id && pause.reason == id)
        if (const PauseReason* reason = rule_of(pause, context_.sop)) return reason->name;
    return readable(id);
  }

  const Permit& permit_;
  const Context& context_;
  const Visit* visit_;
  const Instant recorded_at_;
};

}  // namespace

std::string event_words(const store::StoredEvent& stored, const Permit& permit,
                        const Context& context) {
  try {
    const Event event = store::event_of(permit.id, stored);
    return std::visit(Words(event, permit, context), event.what);
  } catch (const store::UnreadableEvent&) {
    return "Catatan peristiwa ini tidak dapat dibaca";
  }
}

}  // namespace tenggat::pages
