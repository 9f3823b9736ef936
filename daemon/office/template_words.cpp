// What administrators are told of a template's standing at Meta, and what to do about it.
#include <algorithm>
#include <array>

#include "daemon/office/templates.h"

namespace tenggat::office {
namespace {

// Meta's codes. Source: WhatsApp Business Platform, message_template_status_update, `reason`.
std::string why_words(const std::string& reason) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWhy{
      {{"ABUSIVE_CONTENT", "isinya dinilai melanggar kebijakan"},
       {"INCORRECT_CATEGORY", "kategorinya tidak sesuai"},
       {"INVALID_FORMAT", "bentuknya tidak sah"},
       {"PROMOTIONAL", "isinya dinilai promosi"},
       {"SCAM", "isinya dinilai penipuan"},
       {"TAG_CONTENT_MISMATCH", "bahasa atau kategorinya tidak sesuai dengan isinya"}}};
  const auto known = std::ranges::find(kWhy, reason, &decltype(kWhy)::value_type::first);
  if (known != kWhy.end()) return std::string(known->second);
  return reason.empty() ? "Meta tidak menyebutkan alasannya" : reason;
}

}  // namespace

std::string standing_words(const TemplateView& view) {
  switch (view.standing) {
    case TemplateStanding::approved:
      return "disetujui";
    case TemplateStanding::pending:
      return "menunggu peninjauan Meta";
    case TemplateStanding::rejected:
      return "ditolak: " + why_words(view.reason);
    case TemplateStanding::paused:
      return "dijeda";
    case TemplateStanding::disabled:
      return "dinonaktifkan Meta";
    case TemplateStanding::missing:
      return "belum diajukan";
    case TemplateStanding::other:
      break;
  }
  return "keadaan lain (" + view.status + ")";
}

std::string_view remedy_words(TemplateStanding standing) {
  switch (standing) {
    case TemplateStanding::approved:
      return "";
    case TemplateStanding::pending:
      return "Tidak ada yang perlu dilakukan; Meta biasanya menjawab dalam 24 jam.";
    case TemplateStanding::rejected:
      return "Perbaiki kalimatnya dalam berkas teks, beri templat itu nama baru, lalu ajukan lagi.";
    case TemplateStanding::paused:
      return "Penerima menandainya sebagai pesan mengganggu. Meta membukanya kembali dengan "
             "sendirinya; periksa kalimatnya dan kepada siapa pesan itu dikirim.";
    case TemplateStanding::disabled:
      return "Ajukan keberatan pada WhatsApp Manager, atau beri templat itu nama baru dan ajukan "
             "lagi.";
    case TemplateStanding::missing:
      return "Ajukan kepada Meta.";
    case TemplateStanding::other:
      break;
  }
  return "Periksa templat itu pada WhatsApp Manager.";
}

}  // namespace tenggat::office
