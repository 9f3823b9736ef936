// What is wrong in a request, each with its words in English and in Indonesian (rules/say.h): the
// `detail` of a problem, or the message of one of its `errors`. A new one is one row.
#pragma once
#include <algorithm>
#include <array>

#include "rules/say.h"

namespace tenggat::http {

// clang-format off
#define TENGGAT_DETAILS(X)                                                                        \
  /* who may ask */                                                                               \
  X(call_not_allowed, "This token does not allow this call.",                                     \
    "Token ini tidak mengizinkan panggilan ini.")                                                 \
  X(not_for_officers, "on_behalf_of takes a service's token with scope act.",                     \
    "on_behalf_of memerlukan token layanan dengan cakupan act.")                                  \
  X(officer_is_needed, "Scope act needs on_behalf_of: the officer who acts.",                     \
    "Cakupan act memerlukan on_behalf_of: petugas yang bertindak.")                               \
  X(no_such_permit, "There is no such permit.", "Permohonan itu tidak ada.")                      \
  X(token_is_needed, "Send Authorization: Bearer with a valid token.",                            \
    "Kirim Authorization: Bearer dengan token yang berlaku.")                                     \
  X(bad_signature, "The signature or secret is not right.",                                       \
    "Tanda tangan atau kuncinya tidak benar.")                                                    \
  /* a field of a body */                                                                         \
  X(no_object, "must be an object", "harus berupa objek")                                         \
  X(required, "is required", "wajib diisi")                                                       \
  X(no_text, "must be a text", "harus berupa teks")                                               \
  X(empty, "must not be empty", "tidak boleh kosong")                                             \
  X(other_word, "must be one of: {}", "harus salah satu dari: {}")                                \
  X(no_bool, "must be true or false", "harus true atau false")                                    \
  X(no_whole_number, "must be a whole number from {} to {}",                                      \
    "harus bilangan bulat dari {} sampai {}")                                                     \
  X(no_time, "must be a time like 2026-04-02T14:00:00+08:00",                                     \
    "harus waktu seperti 2026-04-02T14:00:00+08:00")                                              \
  X(not_of_our_time, "must lie between the years 1970 and 2999",                                  \
    "harus terletak antara tahun 1970 dan 2999")                                                  \
  X(no_array, "must be an array", "harus berupa larik")                                           \
  X(too_many_items, "must not have more than {} items", "tidak boleh lebih dari {} butir")        \
  X(too_many_characters, "must not be longer than {} characters",                                 \
    "tidak boleh lebih panjang dari {} karakter")                                                 \
  X(too_many_bytes, "is longer than {} bytes", "lebih panjang dari {} bita")                      \
  X(control_characters, "must not hold control characters", "tidak boleh memuat karakter kendali")\
  X(no_visible_line, "must be one line of visible characters",                                    \
    "harus satu baris tanpa karakter kendali, karakter yang tidak terlihat, atau pembalik arah tulisan")\
  X(unknown_field, "is not known here", "tidak dikenal di sini")                                  \
  X(no_address,                                                                                   \
    "must be an address with a host, https:// or http://, without spaces or a user's name, or what POST /files gave",\
    "harus alamat dengan nama situs, https:// atau http://, tanpa spasi dan tanpa nama pengguna, atau yang diberikan POST /files")\
  X(no_upload_uri, "must be tenggat: and 64 lower-case hex digits, as POST /files gave it",       \
    "harus tenggat: dan 64 digit heksadesimal huruf kecil, seperti diberikan POST /files")        \
  X(no_hash, "must be 64 lower-case hex digits", "harus 64 digit heksadesimal huruf kecil")       \
  X(another_hash, "differs from the hash in the uri", "berbeda dari hash pada uri")               \
  X(not_uploaded, "no such file was uploaded: POST /files first",                                 \
    "berkas itu belum diunggah: kirim dulu lewat POST /files")                                    \
  X(no_email, "is not an e-mail address", "bukan alamat email")                                   \
  X(no_mobile_number, "is not an Indonesian mobile number", "bukan nomor ponsel Indonesia")       \
  X(foreign_number, "is a foreign number; only Indonesian mobile numbers are taken",              \
    "adalah nomor luar negeri; hanya nomor ponsel Indonesia yang dapat dipakai")                  \
  X(no_channel, "are whatsapp and email, in the order to try them",                               \
    "adalah whatsapp dan email, menurut urutan percobaannya")                                     \
  X(channel_twice, "name one channel twice", "menyebut satu saluran dua kali")                    \
  X(no_officer_id,                                                                                \
    "must be 1 to 40 lower-case letters, digits, dots, dashes and underscores, beginning with a letter or digit",\
    "harus 1 sampai 40 huruf kecil, angka, titik, tanda hubung, dan garis bawah, diawali huruf atau angka")\
  X(no_date, "must be a date, 2026-04-13", "harus tanggal, 2026-04-13")                           \
  X(no_date_nor_empty, "must be a date, 2026-04-13, or empty to take the end back",               \
    "harus tanggal, 2026-04-13, atau kosong untuk membatalkan pengakhiran")                       \
  X(before_start, "is before start", "lebih awal dari start")                                     \
  X(same_person, "is the same person as from", "orang yang sama dengan from")                     \
  X(no_such_officer, "there is no such officer", "petugas itu tidak ada")                         \
  X(no_permit_id, "must be a permit's id, a text of digits", "harus id permohonan, teks berupa angka")\
  X(no_such_sop, "there is no such SOP in force", "tidak ada SOP berlaku dengan nama itu")        \
  X(role_of_applicant, "is the applicant's role, not an officer's",                               \
    "adalah peran pemohon, bukan peran petugas")                                                  \
  X(no_role, "is no role of an SOP; there are: {}", "bukan peran dalam SOP; yang ada: {}")        \
  /* a parameter, which comes first */                                                            \
  X(unknown_parameter, "{} is not a parameter of this call", "{} bukan parameter panggilan ini")  \
  X(parameter_twice, "{} is given twice", "{} diberikan dua kali")                                \
  X(parameter_empty, "{} is empty", "{} kosong")                                                  \
  X(parameter_too_long, "{} is too long", "{} terlalu panjang")                                   \
  X(parameter_no_number, "{} must be a number from {} to {}",                                     \
    "{} harus bilangan dari {} sampai {}")                                                        \
  X(parameter_not_printable, "{} must be 1 to 255 printable characters",                          \
    "{} harus 1 sampai 255 karakter yang tampak")                                                 \
  X(parameter_no_state, "{} is not a permit state", "{} bukan status berkas")                     \
  X(parameter_no_sla, "{} is not an SLA status", "{} bukan status SLA")                           \
  X(parameter_no_time, "{} must be RFC 3339 with an offset",                                      \
    "{} harus RFC 3339 dengan selisih zona")                                                      \
  X(parameter_not_ours, "{} is not one this API gave", "{} bukan yang diberikan API ini")         \
  X(parameter_other_word, "{} is one of {}", "{} adalah salah satu dari {}")                      \
  X(parameter_needed, "{} is needed unless state is pending or dead: there are too many",         \
    "{} diperlukan kecuali state adalah pending atau dead: jumlahnya terlalu banyak")             \
  X(parameter_not_plain, "{} is not plain text", "{} bukan teks biasa")                           \
  /* the body as a whole */                                                                       \
  X(duplicate_key, "duplicate key {}", "kunci ganda {}")                                          \
  X(too_many_members, "an object has more than {} members",                                       \
    "sebuah objek memiliki lebih dari {} anggota")                                                \
  X(number_out_of_range, "a number is out of range", "sebuah bilangan di luar jangkauan")         \
  X(nul, "a text holds \\u0000", "sebuah teks memuat \\u0000")                                    \
  X(document_too_large, "the document is larger than {} bytes",                                   \
    "dokumen lebih besar dari {} bita")                                                           \
  X(more_after_value, "there is more after the value, at byte {}",                                \
    "masih ada isi sesudah nilainya, pada bita {}")                                               \
  X(no_json, "send application/json", "kirim application/json")                                   \
  X(no_file_type, "this file is none of these: {}", "berkas ini bukan {}")                        \
  X(empty_file, "the file is empty", "berkas kosong")                                             \
  X(empty_mail, "the mail is empty", "surat kosong")                                              \
  X(bad_framing, "the body is not well framed", "bingkai isi permintaan tidak benar")             \
  X(chunk_header_too_long, "a chunk's header is too long",                                        \
    "kepala sebuah potongan isi terlalu panjang")                                                 \
  X(allowed_here, "allowed here: {}", "diizinkan di sini: {}")
// clang-format on

enum class Detail {
#define X(name, english, indonesian) name,
  TENGGAT_DETAILS(X)
#undef X
};

inline constexpr std::array kDetails{
#define X(name, english, indonesian) Words{english, indonesian},
    TENGGAT_DETAILS(X)
#undef X
};
static_assert(std::all_of(kDetails.begin(), kDetails.end(), is_said_in_both));

constexpr Words words_of(Detail detail) { return kDetails.at(static_cast<std::size_t>(detail)); }

}  // namespace tenggat::http
