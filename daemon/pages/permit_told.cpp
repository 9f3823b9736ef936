// Who was told what of a permit, and whether it arrived; and what officers tell one another of it,
// which reaches nobody else.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/permit_asked.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr std::size_t kTold = 40;
constexpr std::string_view kOfficer = "officer:";

// What a text is about, for those who read that it was sent.
std::string text_words(const std::string& text) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"diterima", "permohonan diterima"},
      {"lengkap", "berkas lengkap, dengan batas waktunya"},
      {"dikembalikan", "berkas dikembalikan untuk dilengkapi"},
      {"perbaikan_diterima", "perbaikan diterima"},
      {"pengingat_perbaikan", "pengingat untuk melengkapi berkas"},
      {"klarifikasi", "permintaan keterangan"},
      {"jadwal_kunjungan", "jadwal kunjungan lapangan"},
      {"tahap", "tahap yang sedang berjalan"},
      {"terbit", "izin telah terbit"},
      {"ralat", "izin diperbaiki"},
      {"ditolak", "permohonan ditolak"},
      {"ditarik", "permohonan ditarik"},
      {"gugur", "permohonan gugur"},
      {"terlambat_pemohon", "permohonan maaf atas keterlambatan"},
      {"perubahan_tanggal", "batas waktu berubah"},
      {"tautan_lacak", "tautan lacak"},
      {"tugas_baru", "tugas baru"},
      {"pengingat", "pengingat batas waktu"},
      {"terlambat", "batas waktu terlewati"},
      {"eskalasi", "eskalasi"},
      {"laporan", "laporan kepada atasan"},
      {"alarm_layanan", "batas layanan"},
      {"fiktif_positif", "batas waktu menurut hukum"},
      {"jawaban_pemohon", "jawaban pemohon"},
      {"tugas_dialihkan", "tugas dialihkan"},
      {"tugas_dibatalkan", "tugas dibatalkan"},
  };
  for (const auto& [id, words] : kWords)
    if (id == text) return std::string(words);
  return readable(text);
}

std::string channel_words(const std::string& channel) {
  return channel == "email" ? "surel" : channel == "whatsapp" ? "WhatsApp" : channel;
}

// "dibaca hari ini pukul 10.24"
struct Arrival {
  std::string word, when;
  bool failed = false;
};

Arrival arrival_of(const PermitView& view, const store::ToldMessage& message) {
  const auto at = [&](const std::optional<Instant>& when) {
    return when ? " " + near_words(view.context.calendar, *when, view.context.now) : std::string();
  };
  if (message.read_at) return {"dibaca", at(message.read_at)};
  if (message.delivered_at) return {"sampai", at(message.delivered_at)};
  if (message.state == "dead" || message.state == "failed")
    return {"tidak sampai",
            ": " + notify::delivery_words(message.undelivered_reason.empty()
                                              ? message.reason
                                              : message.undelivered_reason),
            true};
  if (message.undelivered_at)
    return {"tidak sampai", ": " + notify::delivery_words(message.undelivered_reason), true};
  if (message.state == "trial") return {"uji coba, tidak dikirim", ""};
  if (message.accepted_at || message.state == "accepted")
    return {"terkirim", at(message.accepted_at)};
  return {message.attempts.empty() ? "menunggu dikirim" : "sedang dicoba lagi", ""};
}

std::string whom(const PermitView& view, const store::ToldMessage& message) {
  if (!message.recipient.starts_with(kOfficer)) return "Pemohon, " + view.stored.applicant.name;
  const std::string id = message.recipient.substr(kOfficer.size());
  return id == view.who.officer.id ? "Anda" : officer_words(id, view.context.people);
}

bool is_sent_again_by(const store::ToldMessage& message, const std::vector<Offer>& offered,
                      const Visitor& visitor) {
  if (message.state != "dead") return false;
  return visitor.administrator || (!message.recipient.starts_with(kOfficer) &&
                                   !offers_at(offered, 0, Offer::What::reach_applicant).empty());
}

Html send_again(const PermitView& view, const store::ToldMessage& message) {
  if (!is_sent_again_by(message, view.offers, view.who.visitor)) return {};
  return html(
      "<form method=\"post\" action=\"{}\">{}{}<input type=\"hidden\" name=\"pesan\" value=\"{}\">"
      "<button name=\"aksi\" value=\"{}\" aria-label=\"Kirim ulang pesan kepada {}\">Kirim "
      "ulang</button></form>",
      view.path(), hidden_fields(view.keys()), form_mark(kSendAgain), message.id, kSendAgain,
      whom(view, message));
}

Html message_line(const PermitView& view, const store::ToldMessage& message) {
  const Arrival arrival = arrival_of(view, message);
  return html("<br>{} <strong class=\"{}\">{}</strong>{}{}", channel_words(message.channel),
              arrival.failed ? "terlambat" : "", arrival.word, arrival.when,
              send_again(view, message));
}

Html item_of(const PermitView& view, const store::ToldNotice& told) {
  Html messages;
  std::vector<std::string> names;
  for (const store::ToldMessage& message : told.messages) {
    const std::string name = whom(view, message);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    messages += message_line(view, message);
  }
  std::string to = fmt::format("{}", fmt::join(names, ", "));
  if (to.empty())
    to = told.notice.audience == Audience::applicant ? "Pemohon, " + view.stored.applicant.name
                                                     : "Petugas";
  if (told.state == "pending")
    messages += html("<br>belum dikirim, menunggu {}",
                     near_words(view.context.calendar, told.send_at, view.context.now));
  return html("<li><strong>{}:</strong> {} <span class=\"halus\">{}</span>{}</li>", to,
              text_words(told.notice.text),
              near_words(view.context.calendar, told.notice.raised_at, view.context.now), messages);
}

// Not what was decided and then left untold: it says nothing to anybody here.
bool is_shown(const store::ToldNotice& told) { return told.state != "dropped"; }

}  // namespace

bool may_send_again(const std::vector<store::ToldNotice>& told, std::int64_t message,
                    const std::vector<Offer>& offered, const Visitor& visitor) {
  for (const store::ToldNotice& notice : told)
    for (const store::ToldMessage& one : notice.messages)
      if (one.id == message) return is_sent_again_by(one, offered, visitor);
  return false;
}

Html told_section(const PermitView& view) {
  Html items;
  std::size_t count = 0;
  bool failed = false;
  for (auto one = view.told.rbegin(); one != view.told.rend(); ++one) {
    if (!is_shown(*one) || ++count > kTold) continue;
    items += item_of(view, *one);
    for (const store::ToldMessage& message : one->messages)
      failed = failed || message.state == "dead";
  }
  if (items.empty()) return {};
  const std::string more =
      count > kTold ? fmt::format(" Ditampilkan {} yang terbaru.", kTold) : std::string();
  return folded(
      fmt::format("Kabar dan pesan ({}){}", count, failed ? ": ada yang tidak sampai" : ""),
      html("<ul class=\"polos\">{}</ul>{}", items,
           more.empty() ? Html() : html("<p class=\"halus\">{}</p>", more)),
      failed || view.form.text("formulir") == kSendAgain);
}

Html notes_section(const PermitView& view) {
  Html items;
  int count = 0;
  for (auto note = view.notes.rbegin(); note != view.notes.rend(); ++note) {
    if (note->kind != "internal") continue;
    ++count;
    Instant when{};
    for (const store::StoredEvent& stored : view.events)
      if (stored.event.sequence == note->event) when = stored.event.at;
    items += html("<li>{}<br><span class=\"halus\">{} · {}</span></li>", lines(note->text),
                  officer_words(note->by, view.context.people),
                  near_words(view.context.calendar, when, view.context.now));
  }
  const FormOf form{view, "", std::string(kAddNote)};
  Html field;
  if (!offers_at(view.offers, 0, Offer::What::note).empty())
    field = html(
        "{}<label for=\"catatan-internal\">Catatan untuk sesama petugas</label>"
        "<textarea id=\"catatan-internal\" name=\"catatan\" maxlength=\"2000\" "
        "required>{}</textarea>"
        "<p class=\"halus\">Tercatat atas nama Anda dan tidak dapat dihapus. Pemohon tidak pernah "
        "melihatnya.</p><p><button class=\"penuh\" name=\"aksi\" value=\"{}\">Simpan catatan"
        "</button></p></form>",
        head_of_form(form), form.typed().text("catatan"), kAddNote);
  if (items.empty() && field.empty()) return {};
  return folded(
      fmt::format("Catatan internal ({}), tidak terlihat oleh pemohon", count),
      html("{}{}", items.empty() ? Html() : html("<ul class=\"polos\">{}</ul>", items), field),
      count > 0 || bool(form.typed()));
}

}  // namespace tenggat::pages
