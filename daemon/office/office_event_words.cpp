#include "daemon/office/office_event_words.h"

#include <fmt/format.h>

namespace tenggat::office {
namespace {

using store::OfficeKind;
using store::OfficeValue;

// With the place of what it is about.
constexpr std::string_view pattern_of(OfficeKind kind) {
  switch (kind) {
    case OfficeKind::officer_added:
      return "Pegawai {} ditambahkan";
    case OfficeKind::officer_changed:
      return "Data pegawai {} diubah";
    case OfficeKind::officer_change_proposed:
      return "Perubahan data pegawai {} diajukan dan belum berlaku";
    case OfficeKind::officer_change_confirmed:
      return "Perubahan data pegawai {} disetujui pengelola kedua";
    case OfficeKind::officer_change_stopped:
      return "Perubahan data pegawai {} yang diajukan dihentikan";
    case OfficeKind::leave_entered:
      return "Cuti pegawai {} dicatat";
    case OfficeKind::leave_cancelled:
      return "Cuti pegawai {} dibatalkan";
    case OfficeKind::delegation_added:
      return "Penunjukan pelaksana nomor {} dicatat";
    case OfficeKind::delegation_ended:
      return "Penunjukan pelaksana nomor {} diakhiri";
    case OfficeKind::token_created:
      return "Token nomor {} dibuat";
    case OfficeKind::token_revoked:
      return "Token nomor {} dicabut";
    case OfficeKind::screen_added:
      return "Tautan layar nomor {} dibuat";
    case OfficeKind::screen_revoked:
      return "Tautan layar nomor {} dicabut";
    case OfficeKind::session_ended:
      return "Sesi pegawai {} diakhiri orang lain";
    case OfficeKind::silence_added:
      return "Penghentian sementara pemberitahuan nomor {} dimulai";
    case OfficeKind::silence_ended:
      return "Penghentian sementara pemberitahuan nomor {} diakhiri";
    case OfficeKind::sop_in_force:
      return "SOP {} diberlakukan dalam versi baru";
    case OfficeKind::calendar_in_force:
      return "Kalender kerja {} diberlakukan dalam versi baru";
    case OfficeKind::sop_retired:
      return "Layanan {} ditutup untuk permohonan baru";
    case OfficeKind::sop_restored:
      return "Layanan {} dibuka kembali";
    case OfficeKind::message_retried:
      return "Pesan nomor {} dikirim ulang";
    case OfficeKind::message_discarded:
      return "Pesan nomor {} dibuang";
    case OfficeKind::database_restored:
      return "Pemulihan basis data nomor {} dicatat";
    case OfficeKind::messages_released:
      return "Pesan yang ditahan sejak pemulihan nomor {} mulai dikirim";
  }
  return "{}";
}

}  // namespace

std::string event_words(const store::OfficeEvent& event) {
  return fmt::format(fmt::runtime(pattern_of(event.kind)), event.about);
}

std::string_view value_words(OfficeValue value) {
  switch (value) {
    case OfficeValue::name:
      return "nama";
    case OfficeValue::email:
      return "alamat email";
    case OfficeValue::whatsapp:
      return "nomor WhatsApp";
    case OfficeValue::channels:
      return "urutan saluran";
    case OfficeValue::roles:
      return "peran";
    case OfficeValue::ended_on:
      return "tidak bertugas mulai";
    case OfficeValue::change:
      return "nomor perubahan";
    case OfficeValue::takes_effect_at:
      return "berlaku mulai";
    case OfficeValue::start_on:
      return "hari pertama";
    case OfficeValue::end_on:
      return "hari terakhir";
    case OfficeValue::leave_kind:
      return "jenis cuti";
    case OfficeValue::nip:
      return "NIP";
    case OfficeValue::officer:
      return "pegawai";
    case OfficeValue::deputy:
      return "pelaksana";
    case OfficeValue::duty:
      return "jenis penunjukan";
    case OfficeValue::letter:
      return "nomor surat perintah";
    case OfficeValue::service:
      return "sistem";
    case OfficeValue::scopes:
      return "cakupan";
    case OfficeValue::expires_at:
      return "berlaku sampai";
    case OfficeValue::place:
      return "tempat";
    case OfficeValue::opened_at:
      return "dibuka";
    case OfficeValue::address:
      return "alamat jaringan";
    case OfficeValue::silenced:
      return "sasaran";
    case OfficeValue::until:
      return "sampai";
    case OfficeValue::asked_by:
      return "diminta oleh";
    case OfficeValue::why:
      return "alasan";
    case OfficeValue::version:
      return "versi";
    case OfficeValue::retired_by:
      return "ditutup oleh";
    case OfficeValue::state:
      return "keadaan";
    case OfficeValue::channel:
      return "saluran";
    case OfficeValue::recipient:
      return "penerima";
    case OfficeValue::text:
      return "jenis pesan";
    case OfficeValue::numbers:
      return "nomor yang tidak dipakai";
    case OfficeValue::sessions:
      return "sesi yang diakhiri";
    case OfficeValue::messages:
      return "pesan yang menunggu";
  }
  return "";
}

std::string actor_words(std::string_view actor, const People& people) {
  const std::size_t colon = actor.find(':');
  const std::string_view kind = actor.substr(0, colon);
  const std::string name(colon == std::string_view::npos ? "" : actor.substr(colon + 1));
  if (kind == "officer") {
    const Officer* officer = people.find(name);
    return officer ? officer->name : name;
  }
  if (kind == "service") return "sistem " + name;
  if (kind == "operator") return fmt::format("operator di mesin ({})", name);
  return "sistem Tenggat";
}

}  // namespace tenggat::office
