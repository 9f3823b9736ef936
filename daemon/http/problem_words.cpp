#include "daemon/http/problem_words.h"

#include <array>
#include <optional>
#include <vector>

namespace tenggat::http {
namespace {

// `{}` stands for anything, and comes in the same order in both.
struct Sentence {
  std::string_view english, indonesian;
};

constexpr auto kSentences = std::to_array<Sentence>({
    // Whether a command can be done.
    {"the permit is {} and closed", "berkas berstatus {} dan sudah selesai"},
    {"step '{}' is not open on this permit", "langkah '{}' tidak sedang terbuka pada berkas ini"},
    {"step '{}' is not the applicant's", "langkah '{}' bukan langkah pemohon"},
    {"step '{}' belongs to the role {}", "langkah '{}' milik peran {}"},
    {"only officers claim and pause", "hanya petugas yang mengambil tugas dan menjeda waktu"},
    {"another officer has claimed this visit", "petugas lain sudah mengambil tugas ini"},
    {"action '{}' is for a {}, and this file is a {}",
     "tindakan '{}' adalah untuk {}, sedangkan berkas ini {}"},
    {"action '{}' does not choose an outcome", "tindakan '{}' tidak menentukan hasil"},
    {"action '{}' does not bring {}", "tindakan '{}' tidak menyertakan {}"},
    {"action '{}' needs a note or deficiencies",
     "tindakan '{}' memerlukan catatan atau daftar kekurangan"},
    {"action '{}' needs a note", "tindakan '{}' memerlukan catatan"},
    {"action '{}' needs {}", "tindakan '{}' memerlukan {}"},
    {"occurred_at lies before the step was opened or in the future",
     "occurred_at terletak sebelum langkah dibuka atau di masa depan"},
    {"an entry older than 15 minutes needs a reason",
     "pencatatan yang terlambat lebih dari 15 menit memerlukan alasan"},
    {"the permit is at version {}, not {}", "berkas berada pada versi {}, bukan {}"},
    {"step '{}' has no action '{}'", "tahap '{}' tidak menyediakan tindakan '{}'"},
    {"only the applicant withdraws an application", "hanya pemohon yang dapat menarik permohonan"},
    {"step '{}' has been opened already", "langkah '{}' sudah dibuka"},
    {"there is no action to take back", "tidak ada tindakan yang dapat dibatalkan"},
    {"only who acted may take it back", "hanya yang melakukan tindakan yang dapat membatalkannya"},
    {"the time to take it back is over", "waktu untuk membatalkan sudah lewat"},
    {"the next step has been started already", "langkah berikutnya sudah mulai dikerjakan"},
    {"nobody has claimed this visit", "tugas ini belum diambil siapa pun"},
    {"the applicant's own step has no clock to pause",
     "langkah pemohon tidak memiliki waktu yang dapat dijeda"},
    {"'{}' is not a reason to pause", "'{}' bukan alasan jeda yang dikenal"},
    {"the applicant must be told what is asked of them: a note",
     "pemohon harus diberi tahu apa yang diminta: isi catatan"},
    {"a pause for this reason needs an end date: `until`",
     "jeda dengan alasan ini memerlukan tanggal akhir: `until`"},
    {"`until` is not in the future", "`until` tidak di masa depan"},
    {"a pause for '{}' lasts {} at most, here until {}",
     "jeda untuk '{}' berlangsung paling lama {}, di sini sampai {}"},
    {"the clock stands already", "waktu sudah dijeda"},
    {"`until` is not later than the present end, {}",
     "`until` tidak lebih lambat dari akhir yang sekarang, {}"},
    {"the clock is running", "waktu sedang berjalan"},
    {"a permit with this external_id is there already",
     "permohonan dengan external_id ini sudah ada"},
    {"the next number of this service is that of another permit: its `nomor` must be changed",
     "nomor berikutnya dari layanan ini sudah dimiliki permohonan lain: `nomor` layanan harus "
     "diubah"},
    {"started_at lies in the future", "started_at terletak di masa depan"},
    {"started_at lies before the year 1970", "started_at terletak sebelum tahun 1970"},
    {"must lie between the years 1970 and 2999", "harus terletak antara tahun 1970 dan 2999"},
    {"step {} cannot open without {}", "langkah {} tidak dapat dibuka tanpa {}"},
    {"step '{}' is assigned by a superior of the role {}",
     "langkah '{}' ditugaskan oleh atasan peran {}"},
    {"officer '{}' is not on duty today", "petugas '{}' tidak bertugas hari ini"},
    {"officer '{}' has no duty in step '{}'", "petugas '{}' tidak bertugas pada langkah '{}'"},
    {"every superior in the chain has been asked already",
     "semua atasan dalam jenjang sudah diminta turun tangan"},
    {"'{}' is not one of the SOP's kendala", "'{}' bukan salah satu kendala dalam SOP"},
    {"an answer brings the applicant's own documents",
     "jawaban menyertakan dokumen milik pemohon sendiri"},
    {"are whatsapp and email, in the order to try them",
     "adalah whatsapp dan email, menurut urutan percobaannya"},
    {"name one channel twice", "menyebut satu saluran dua kali"},
    // Who may ask.
    {"This token does not allow this call.", "Token ini tidak mengizinkan panggilan ini."},
    {"on_behalf_of takes a service's token with scope act.",
     "on_behalf_of memerlukan token layanan dengan cakupan act."},
    {"There is no such permit.", "Permohonan itu tidak ada."},
    {"Scope act needs on_behalf_of: the officer who acts.",
     "Cakupan act memerlukan on_behalf_of: petugas yang bertindak."},
    {"Send Authorization: Bearer with a valid token.",
     "Kirim Authorization: Bearer dengan token yang berlaku."},
    // Fields of a body.
    {"must be an object", "harus berupa objek"},
    {"is required", "wajib diisi"},
    {"must be a text", "harus berupa teks"},
    {"must not be empty", "tidak boleh kosong"},
    {"must be one of: {}", "harus salah satu dari: {}"},
    {"must be true or false", "harus true atau false"},
    {"must be a whole number from {} to {}", "harus bilangan bulat dari {} sampai {}"},
    {"must be a time like {}", "harus waktu seperti {}"},
    {"must be an array", "harus berupa larik"},
    {"must not have more than {} items", "tidak boleh lebih dari {} butir"},
    {"must not be longer than {} characters", "tidak boleh lebih panjang dari {} karakter"},
    {"must not hold control characters", "tidak boleh memuat karakter kendali"},
    {"must be one line of visible characters",
     "harus satu baris tanpa karakter kendali, karakter yang tidak terlihat, atau pembalik arah "
     "tulisan"},
    {"is not known here", "tidak dikenal di sini"},
    {"must be an address with a host, https:// or http://, without spaces or a user's name, or "
     "what "
     "POST /files gave",
     "harus alamat dengan nama situs, https:// atau http://, tanpa spasi dan tanpa nama pengguna, "
     "atau "
     "yang diberikan POST /files"},
    {"must be tenggat: and 64 lower-case hex digits, as POST /files gave it",
     "harus tenggat: dan 64 digit heksadesimal huruf kecil, seperti diberikan POST /files"},
    {"must be 64 lower-case hex digits", "harus 64 digit heksadesimal huruf kecil"},
    {"differs from the hash in the uri", "berbeda dari hash pada uri"},
    {"is not an e-mail address", "bukan alamat email"},
    {"is not an Indonesian mobile number", "bukan nomor ponsel Indonesia"},
    {"is a foreign number; only Indonesian mobile numbers are taken",
     "adalah nomor luar negeri; hanya nomor ponsel Indonesia yang dapat dipakai"},
    {"is longer than {} bytes", "lebih panjang dari {} bita"},
    {"must be 1 to 40 lower-case letters, digits, dots, dashes and underscores, beginning with a"
     " letter or digit",
     "harus 1 sampai 40 huruf kecil, angka, titik, tanda hubung, dan garis bawah, diawali huruf"
     " atau angka"},
    {"must be a date, 2026-04-13, or empty to take the end back",
     "harus tanggal, 2026-04-13, atau kosong untuk membatalkan pengakhiran"},
    {"must be a date, 2026-04-13", "harus tanggal, 2026-04-13"},
    {"is before start", "lebih awal dari start"},
    {"is the same person as from", "orang yang sama dengan from"},
    {"there is no such officer", "petugas itu tidak ada"},
    {"there is no such SOP in force", "tidak ada SOP berlaku dengan nama itu"},
    {"no such file was uploaded: POST /files first",
     "berkas itu belum diunggah: kirim dulu lewat POST /files"},
    {"is the applicant's role, not an officer's", "adalah peran pemohon, bukan peran petugas"},
    {"is no role of an SOP; there are: {}", "bukan peran dalam SOP; yang ada: {}"},
    {"the mail is empty", "surat kosong"},
    {"the file is empty", "berkas kosong"},
    {"send application/json", "kirim application/json"},
    // Parameters, after their name.
    {"{} is not a parameter of this call", "{} bukan parameter panggilan ini"},
    {"{} is given twice", "{} diberikan dua kali"},
    {"{} is empty", "{} kosong"},
    {"{} is too long", "{} terlalu panjang"},
    {"{} must be a number from {} to {}", "{} harus bilangan dari {} sampai {}"},
    {"{} must be 1 to 255 printable characters", "{} harus 1 sampai 255 karakter yang tampak"},
    {"{} is not a permit state", "{} bukan status berkas"},
    {"{} is not an SLA status", "{} bukan status SLA"},
    {"{} must be RFC 3339 with an offset", "{} harus RFC 3339 dengan selisih zona"},
    {"{} is not one this API gave", "{} bukan yang diberikan API ini"},
    {"{} is one of {}", "{} adalah salah satu dari {}"},
    {"{} is needed unless state is pending or dead: there are too many",
     "{} diperlukan kecuali state adalah pending atau dead: jumlahnya terlalu banyak"},
    // JSON and HTTP.
    {"duplicate key {}", "kunci ganda {}"},
    {"an object has more than {} members", "sebuah objek memiliki lebih dari {} anggota"},
    {"a number is out of range", "sebuah bilangan di luar jangkauan"},
    {"a text holds \\u0000", "sebuah teks memuat \\u0000"},
    {"the document is larger than {} bytes", "dokumen lebih besar dari {} bita"},
    {"allowed here: {}", "diizinkan di sini: {}"},
});

// The parts of `text` that stand for each `{}`, or nothing where it is another sentence.
std::optional<std::vector<std::string_view>> match(std::string_view pattern,
                                                   std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t gap = pattern.find("{}");
    const std::string_view literal = pattern.substr(0, gap);
    if (!text.starts_with(literal)) return std::nullopt;
    text.remove_prefix(literal.size());
    if (gap == std::string_view::npos) return text.empty() ? std::optional(parts) : std::nullopt;
    pattern.remove_prefix(gap + 2);
    const std::string_view next = pattern.substr(0, pattern.find("{}"));
    const std::size_t end = next.empty() ? text.size() : text.find(next);
    if (end == std::string_view::npos) return std::nullopt;
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

}  // namespace

std::string in_indonesian(std::string_view english) {
  for (const Sentence& sentence : kSentences) {
    const auto parts = match(sentence.english, english);
    if (!parts) continue;
    std::string words;
    std::string_view rest = sentence.indonesian;
    for (const std::string_view part : *parts) {
      const std::size_t gap = rest.find("{}");
      words += rest.substr(0, gap);
      words += part;
      rest.remove_prefix(gap + 2);
    }
    return words += rest;
  }
  return std::string(english);
}

}  // namespace tenggat::http
