#include "daemon/office/office_event_words.h"

#include <fmt/format.h>

namespace tenggat::office {
namespace {

using store::OfficeKind;
using store::OfficeValue;

struct InBoth {
  std::string_view indonesian, english;
  std::string_view in(Tongue tongue) const {
    return tongue == Tongue::english ? english : indonesian;
  }
};

// With the place of what it is about.
constexpr InBoth pattern_of(OfficeKind kind) {
  switch (kind) {
    case OfficeKind::officer_added:
      return {"Pegawai {} ditambahkan", "Officer {} was added"};
    case OfficeKind::officer_changed:
      return {"Data pegawai {} diubah", "What is kept of officer {} was changed"};
    case OfficeKind::officer_change_proposed:
      return {"Perubahan data pegawai {} diajukan dan belum berlaku",
              "A change of what is kept of officer {} was proposed and is not in effect yet"};
    case OfficeKind::officer_change_confirmed:
      return {"Perubahan data pegawai {} disetujui pengelola kedua",
              "The change of what is kept of officer {} was approved by a second administrator"};
    case OfficeKind::officer_change_stopped:
      return {"Perubahan data pegawai {} yang diajukan dihentikan",
              "The proposed change of what is kept of officer {} was stopped"};
    case OfficeKind::leave_entered:
      return {"Cuti pegawai {} dicatat", "Leave of officer {} was entered"};
    case OfficeKind::leave_cancelled:
      return {"Cuti pegawai {} dibatalkan", "Leave of officer {} was cancelled"};
    case OfficeKind::delegation_added:
      return {"Penunjukan pelaksana nomor {} dicatat",
              "Appointment number {} of an acting officer was entered"};
    case OfficeKind::delegation_ended:
      return {"Penunjukan pelaksana nomor {} diakhiri",
              "Appointment number {} of an acting officer was ended"};
    case OfficeKind::token_created:
      return {"Token nomor {} dibuat", "Token number {} was made"};
    case OfficeKind::token_revoked:
      return {"Token nomor {} dicabut", "Token number {} was revoked"};
    case OfficeKind::screen_added:
      return {"Tautan layar nomor {} dibuat", "Link number {} of a screen was made"};
    case OfficeKind::screen_revoked:
      return {"Tautan layar nomor {} dicabut", "Link number {} of a screen was revoked"};
    case OfficeKind::session_ended:
      return {"Sesi pegawai {} diakhiri orang lain",
              "A session of officer {} was ended by somebody else"};
    case OfficeKind::silence_added:
      return {"Penghentian sementara pemberitahuan nomor {} dimulai",
              "Silence number {} of notices has begun"};
    case OfficeKind::silence_ended:
      return {"Penghentian sementara pemberitahuan nomor {} diakhiri",
              "Silence number {} of notices was ended"};
    case OfficeKind::sop_in_force:
      return {"SOP {} diberlakukan dalam versi baru",
              "A new version of the procedure {} came into force"};
    case OfficeKind::calendar_in_force:
      return {"Kalender kerja {} diberlakukan dalam versi baru",
              "A new version of the working calendar {} came into force"};
    case OfficeKind::sop_retired:
      return {"Layanan {} ditutup untuk permohonan baru",
              "The service {} was closed to new applications"};
    case OfficeKind::sop_restored:
      return {"Layanan {} dibuka kembali", "The service {} was opened again"};
    case OfficeKind::message_retried:
      return {"Pesan nomor {} dikirim ulang", "Message number {} is sent again"};
    case OfficeKind::message_discarded:
      return {"Pesan nomor {} dibuang", "Message number {} was discarded"};
    case OfficeKind::database_restored:
      return {"Pemulihan basis data nomor {} dicatat",
              "Restoration number {} of the database was put on record"};
    case OfficeKind::messages_released:
      return {"Pesan yang ditahan sejak pemulihan nomor {} mulai dikirim",
              "Messages held back since restoration number {} are being sent"};
    case OfficeKind::files_imported:
      return {"Impor berkas nomor {} dicatat", "Import number {} of files was put on record"};
    case OfficeKind::import_reverted:
      return {"Impor berkas nomor {} dibatalkan", "Import number {} of files was reverted"};
    case OfficeKind::retention_applied:
      return {"Yang melewati masa simpan dihapus: {}", "What is kept no longer was removed: {}"};
    case OfficeKind::subject_exported:
      return {"Salinan data pribadi diserahkan: {}", "A copy of personal data was given out: {}"};
    case OfficeKind::subject_erased:
      return {"Data pribadi dihapus atas permintaan: {}",
              "Personal data was erased on request: {}"};
  }
  return {"{}", "{}"};
}

// What it is about, where that is a word of the record's own.
std::string_view about_words(const store::OfficeEvent& event, Tongue tongue) {
  constexpr std::pair<std::string_view, InBoth> kRemoved[] = {
      {"permits", {"permohonan", "permits"}},
      {"messages", {"pesan", "messages"}},
      {"files", {"isi berkas", "contents of files"}},
      {"applicant", {"pemohon", "an applicant"}},
      {"officer", {"pegawai", "an officer"}}};
  const bool is_word = event.kind == OfficeKind::retention_applied ||
                       event.kind == OfficeKind::subject_exported ||
                       event.kind == OfficeKind::subject_erased;
  if (is_word)
    for (const auto& [what, words] : kRemoved)
      if (what == event.about) return words.in(tongue);
  return event.about;
}

constexpr InBoth both_words(OfficeValue value) {
  switch (value) {
    case OfficeValue::name:
      return {"nama", "name"};
    case OfficeValue::email:
      return {"alamat email", "mail address"};
    case OfficeValue::whatsapp:
      return {"nomor WhatsApp", "WhatsApp number"};
    case OfficeValue::channels:
      return {"urutan saluran", "order of channels"};
    case OfficeValue::tongue:
      return {"bahasa pesan", "language of messages"};
    case OfficeValue::roles:
      return {"peran", "roles"};
    case OfficeValue::ended_on:
      return {"tidak bertugas mulai", "no longer in service from"};
    case OfficeValue::change:
      return {"nomor perubahan", "number of the change"};
    case OfficeValue::takes_effect_at:
      return {"berlaku mulai", "in effect from"};
    case OfficeValue::start_on:
      return {"hari pertama", "first day"};
    case OfficeValue::end_on:
      return {"hari terakhir", "last day"};
    case OfficeValue::leave_kind:
      return {"jenis cuti", "kind of leave"};
    case OfficeValue::nip:
      return {"NIP", "civil servant number (NIP)"};
    case OfficeValue::officer:
      return {"pegawai", "officer"};
    case OfficeValue::deputy:
      return {"pelaksana", "acting officer"};
    case OfficeValue::duty:
      return {"jenis penunjukan", "kind of appointment"};
    case OfficeValue::letter:
      return {"nomor surat perintah", "number of the letter of order"};
    case OfficeValue::service:
      return {"sistem", "system"};
    case OfficeValue::scopes:
      return {"cakupan", "scopes"};
    case OfficeValue::expires_at:
      return {"berlaku sampai", "valid until"};
    case OfficeValue::place:
      return {"tempat", "place"};
    case OfficeValue::opened_at:
      return {"dibuka", "opened"};
    case OfficeValue::address:
      return {"alamat jaringan", "network address"};
    case OfficeValue::silenced:
      return {"sasaran", "what is silenced"};
    case OfficeValue::until:
      return {"sampai", "until"};
    case OfficeValue::asked_by:
      return {"diminta oleh", "asked for by"};
    case OfficeValue::why:
      return {"alasan", "reason"};
    case OfficeValue::version:
      return {"versi", "version"};
    case OfficeValue::retired_by:
      return {"ditutup oleh", "closed by"};
    case OfficeValue::state:
      return {"keadaan", "state"};
    case OfficeValue::channel:
      return {"saluran", "channel"};
    case OfficeValue::recipient:
      return {"penerima", "recipient"};
    case OfficeValue::text:
      return {"jenis pesan", "kind of message"};
    case OfficeValue::numbers:
      return {"nomor yang tidak dipakai", "numbers not used"};
    case OfficeValue::sessions:
      return {"sesi yang diakhiri", "sessions ended"};
    case OfficeValue::messages:
      return {"pesan yang menunggu", "messages waiting"};
    case OfficeValue::file:
      return {"nama berkas", "file"};
    case OfficeValue::digest:
      return {"sidik digital (SHA-256)", "digest (SHA-256)"};
    case OfficeValue::permits:
      return {"banyaknya permohonan", "number of permits"};
    case OfficeValue::count:
      return {"banyaknya", "how many"};
    case OfficeValue::before:
      return {"dari sebelum", "from before"};
  }
  return {"", ""};
}

}  // namespace

std::string event_words(const store::OfficeEvent& event, Tongue tongue) {
  const std::string_view pattern = pattern_of(event.kind).in(tongue);
  return fmt::format(fmt::runtime(pattern), about_words(event, tongue));
}

std::string_view value_words(OfficeValue value, Tongue tongue) {
  return both_words(value).in(tongue);
}

std::string actor_words(std::string_view actor, const People& people, Tongue tongue) {
  const bool english = tongue == Tongue::english;
  const std::size_t colon = actor.find(':');
  const std::string_view kind = actor.substr(0, colon);
  const std::string name(colon == std::string_view::npos ? "" : actor.substr(colon + 1));
  if (kind == "officer") {
    const Officer* officer = people.find(name);
    return officer ? officer->name : name;
  }
  if (kind == "service") return (english ? "the system " : "sistem ") + name;
  if (kind == "operator")
    return fmt::format("{} ({})", english ? "an operator at the machine" : "operator di mesin",
                       name);
  return english ? "the Tenggat system" : "sistem Tenggat";
}

}  // namespace tenggat::office
