#include "daemon/http/problem.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "daemon/http/problem_words.h"

namespace tenggat::http {
namespace {

constexpr auto table = std::to_array<ProblemType>({
    // Refused by the server itself.
    {"malformed_request", 400, "The request is not well-formed HTTP",
     "Permintaan bukan HTTP yang benar"},
    {"request_timeout", 408, "The request took too long to arrive",
     "Permintaan terlalu lama diterima"},
    {"body_too_large", 413, "The body is too large", "Isi permintaan terlalu besar"},
    {"expectation_failed", 417, "The expectation cannot be met",
     "Harapan pada permintaan tidak dapat dipenuhi"},
    {"header_too_large", 431, "The header is too large", "Kepala permintaan terlalu besar"},
    {"internal", 500, "Something went wrong on our side", "Terjadi kesalahan pada sistem kami"},
    {"method_unknown", 501, "The method is not known", "Metode tidak dikenal"},
    {"overloaded", 503, "Too busy at the moment, try again shortly",
     "Sistem sedang sibuk, coba lagi sebentar"},
    {"version_unsupported", 505, "The HTTP version is not supported", "Versi HTTP tidak didukung"},
    // Refused by the router.
    {"not_found", 404, "There is nothing here", "Tidak ditemukan"},
    {"method_not_allowed", 405, "The method is not allowed here", "Metode tidak diizinkan di sini"},
    // Refused by the API. Source: contract section 5.
    {"invalid_json", 400, "The body is not valid JSON", "Isi permintaan bukan JSON yang benar"},
    {"invalid_parameter", 400, "A parameter is not valid", "Ada parameter yang tidak benar"},
    {"unauthenticated", 401, "A valid token is needed", "Diperlukan token yang berlaku"},
    {"forbidden", 403, "This is not yours to do", "Anda tidak berwenang melakukan ini"},
    {"wrong_role", 403, "The step belongs to another role", "Tahap ini dikerjakan oleh peran lain"},
    {"undo_by_other", 403, "Only who acted may take it back",
     "Hanya yang melakukan tindakan yang dapat membatalkannya"},
    {"stale_version", 409, "The version is no longer the current one",
     "Berkas ini baru saja diubah petugas lain. Periksa keadaan terbaru, lalu ulangi"},
    {"terminal_state", 409, "The permit is closed", "Berkas sudah selesai"},
    {"step_not_open", 409, "The permit is not at this step",
     "Berkas sudah tidak berada pada tahap itu"},
    {"claimed_by_other", 409, "Another officer has claimed the task",
     "Tugas sudah diambil petugas lain"},
    {"not_claimed", 409, "Nobody has claimed the task", "Tugas belum diambil siapa pun"},
    {"on_leave", 409, "The officer is not on duty today", "Petugas tidak bertugas hari ini"},
    {"already_escalated", 409, "Every superior has been asked already",
     "Semua atasan sudah dimintai arahan"},
    {"already_paused", 409, "The clock stands already", "Waktu sudah dijeda"},
    {"too_many_extensions", 409, "The pause may not be extended again",
     "Jeda sudah tidak dapat diperpanjang lagi"},
    {"not_paused", 409, "The clock is running", "Waktu tidak sedang dijeda"},
    {"nothing_to_undo", 409, "There is nothing to take back",
     "Tidak ada tindakan yang dapat dibatalkan"},
    {"undo_window_over", 409, "The time to take it back is over",
     "Waktu untuk membatalkan sudah lewat"},
    {"next_visit_touched", 409, "The next step has been started",
     "Tahap berikutnya sudah mulai dikerjakan"},
    {"too_late_to_withdraw", 409, "It is too late to withdraw the application",
     "Permohonan sudah tidak dapat ditarik"},
    {"external_id_taken", 409, "A permit with this external id is there already",
     "Permohonan dengan nomor dari portal ini sudah ada"},
    {"number_taken", 409, "The number of the new permit is another permit's",
     "Nomor permohonan baru sudah dimiliki permohonan lain"},
    {"officer_exists", 409, "An officer with this id is there already",
     "Petugas dengan id ini sudah ada"},
    {"email_taken", 409, "Another officer in service has this email address",
     "Alamat email ini dipakai petugas lain yang masih bertugas"},
    {"whatsapp_taken", 409, "Another officer in service has this WhatsApp number",
     "Nomor WhatsApp ini dipakai petugas lain yang masih bertugas"},
    {"leave_overlaps", 409, "The officer has a leave on some of these days already",
     "Petugas sudah tercatat cuti pada sebagian hari itu"},
    {"delegation_overlaps", 409, "They stand in for that officer on some of these days already",
     "Penunjukan yang sama sudah ada pada sebagian hari itu"},
    {"message_not_dead", 409, "Only a message that was given up can be tried again",
     "Hanya pesan yang sudah dihentikan yang dapat dikirim ulang"},
    {"message_not_waiting", 409, "The message is being sent or was sent",
     "Pesan sedang atau sudah dikirim"},
    {"permit_files_full", 413, "The permit's files together would be too large",
     "Berkas-berkas permohonan ini seluruhnya melebihi batas"},
    {"sop_retired", 410, "The service takes no new applications",
     "Layanan ini tidak menerima permohonan baru"},
    {"unsupported_media_type", 415, "The media type is not supported",
     "Jenis isi ini tidak diterima"},
    {"invalid_body", 422, "Some fields are not valid", "Ada isian yang tidak benar"},
    {"missing_output", 422, "A required document is missing", "Dokumen wajib belum disertakan"},
    {"missing_needs", 422, "What the step needs is not there",
     "Kelengkapan untuk tahap ini belum ada"},
    {"missing_note", 422, "A note is required", "Catatan wajib diisi"},
    {"missing_reason", 422, "A reason is required", "Alasan wajib diisi"},
    {"unexpected_document", 422, "A document does not belong to this action",
     "Ada dokumen yang tidak termasuk tindakan ini"},
    {"unknown_action", 422, "The step has no such action",
     "Tindakan ini tidak tersedia pada tahap berkas ini"},
    {"cannot_be_assigned", 422, "The officer has no duty in this step",
     "Petugas itu tidak bertugas pada tahap ini"},
    {"unknown_obstacle", 422, "The cause of the delay is not known", "Kendala tidak dikenal"},
    {"unknown_pause_reason", 422, "The reason to pause is not known", "Alasan jeda tidak dikenal"},
    {"missing_until", 422, "An end date is required", "Tanggal akhir jeda wajib diisi"},
    {"bad_until", 422, "The end date of the pause is not possible",
     "Tanggal akhir jeda tidak mungkin"},
    {"pause_too_long", 422, "The pause would last longer than allowed",
     "Jeda melebihi batas terlama"},
    {"wrong_outcome", 422, "The action does not fit the outcome",
     "Tindakan tidak sesuai dengan hasil yang diputuskan"},
    {"bad_occurred_at", 422, "The given time is not possible", "Waktu yang dicatat tidak mungkin"},
    {"key_reused", 422, "The idempotency key was used for another request",
     "Kunci idempotensi sudah dipakai untuk permintaan lain"},
    {"missing_upload", 422, "A file that is named was not uploaded here, or is gone again",
     "Berkas yang disebut belum diunggah, atau sudah dihapus lagi"},
    {"daily_files_full", 429, "More files were sent than are taken on one day",
     "Berkas yang dikirim sudah mencapai batas untuk satu hari"},
    {"too_many_requests", 429, "Too many requests", "Terlalu banyak permintaan"},
    {"database_away", 503, "The database cannot serve at the moment, try again shortly",
     "Basis data sedang tidak dapat melayani, coba lagi sebentar"},
});

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return trimmed(part);
}

// In thousandths; -1 where it is no qvalue of RFC 9110 section 12.4.2.
int quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return -1;
  int value = text[0] == '1' ? 1000 : 0;
  if (text.size() == 1) return value;
  if (text[1] != '.') return -1;
  int unit = 100;
  for (const char c : text.substr(2)) {
    if (c < '0' || c > '9') return -1;
    value += (c - '0') * unit;
    unit /= 10;
  }
  return value <= 1000 ? value : -1;
}

// The faults of a body's fields.
void put_into_indonesian(boost::json::object& extra) {
  boost::json::value* errors = extra.if_contains("errors");
  if (!errors || !errors->is_array()) return;
  for (boost::json::value& one : errors->as_array()) {
    boost::json::value& message = one.as_object().at("message");
    message = in_indonesian(message.as_string());
  }
}

Response render(const ProblemType& type, Language language, std::string_view detail,
                boost::json::object extra) {
  boost::json::object document;
  document["type"] = "/problems/" + std::string(type.code);
  document["title"] = language == Language::indonesian ? type.indonesian : type.english;
  document["status"] = type.status;
  const bool indonesian = language == Language::indonesian;
  if (!detail.empty())
    document["detail"] = indonesian ? in_indonesian(detail) : std::string(detail);
  if (indonesian) put_into_indonesian(extra);
  for (auto& member : extra) {
    if (member.key() != "detail") document.emplace(member.key(), std::move(member.value()));
  }
  Response response;
  response.status = type.status;
  response.headers.add("Content-Language", language == Language::indonesian ? "id" : "en");
  response.content_type = "application/problem+json";
  response.body = boost::json::serialize(document);
  return response;
}

}  // namespace

Language language_of(std::string_view accept_language) {
  int indonesian = 0, english = 0;
  bool indonesian_first = false;
  while (!accept_language.empty()) {
    std::string_view range = next_part(accept_language, ',');
    const std::string_view tag = next_part(range, ';');
    range = trimmed(range);
    int rank = 1000;
    if (!range.empty()) {
      if (!range.starts_with("q=")) continue;
      rank = quality(range.substr(2));
    }
    const std::string_view primary = tag.substr(0, tag.find('-'));
    if (equals_ignoring_case(primary, "id") && rank > indonesian) {
      indonesian = rank;
      indonesian_first = rank > english;
    } else if (equals_ignoring_case(primary, "en") && rank > english) {
      english = rank;
    }
  }
  if (indonesian == english) {
    return indonesian > 0 && indonesian_first ? Language::indonesian : Language::english;
  }
  return indonesian > english ? Language::indonesian : Language::english;
}

Language language_of(const Request& request) {
  return language_of(request.headers.get("Accept-Language").value_or(""));
}

std::span<const ProblemType> problem_types() { return table; }

const ProblemType* find_problem_type(std::string_view code) {
  for (const ProblemType& type : table) {
    if (code == type.code) return &type;
  }
  return nullptr;
}

Response problem(Language language, std::string_view code, std::string_view detail,
                 boost::json::object extra) {
  const ProblemType* type = find_problem_type(code);
  if (type == nullptr) throw std::logic_error("no problem type " + std::string(code));
  return render(*type, language, detail, std::move(extra));
}

Response problem(Language language, const BodyFault& fault, const std::string& request_id) {
  Response response = problem(language, fault.code, fault.what(), {{"request_id", request_id}});
  if (response.status == 503) response.headers.set("Retry-After", "1");
  return response;
}

Response problem(const Request& request, std::string_view code, std::string_view detail,
                 boost::json::object extra) {
  extra["request_id"] = request.request_id;
  return problem(language_of(request), code, detail, std::move(extra));
}

}  // namespace tenggat::http
