// What is wrong in a spreadsheet or a file of JSON lines that is to be imported, besides what the
// core finds (rules/permit/import_words.h); each with its words in both languages (rules/say.h).
#pragma once
#include <algorithm>
#include <array>

#include "rules/say.h"

namespace tenggat::cli {

// clang-format off
#define TENGGAT_ROW_FAULTS(X)                                                                     \
  /* the file */                                                                                  \
  X(empty_file, "the file holds no row", "berkas ini tidak memuat baris data")                    \
  X(not_utf8, "this is not UTF-8; in LibreOffice save as Text CSV with the character set Unicode (UTF-8)", \
    "ini bukan UTF-8; di LibreOffice simpan sebagai Teks CSV dengan susunan karakter Unicode (UTF-8)") \
  X(quote_open, "a quotation mark that opens here is never closed",                               \
    "tanda petik yang dibuka di sini tidak pernah ditutup")                                       \
  X(after_quote, "after a closing quotation mark comes a {} or the end of the line",              \
    "sesudah tanda petik penutup harus ada {} atau akhir baris")                                  \
  X(merged_header,                                                                                \
    "the heading of column {} is empty: cells are merged, or a title stands above the headings. In LibreOffice: Format > Merge and Unmerge Cells > Unmerge; then one heading a column, in the first line", \
    "judul kolom {} kosong: selnya digabung, atau ada judul tabel di atasnya. Di LibreOffice: Format > Gabung dan Pisah Sel > Pisah Sel; lalu satu judul untuk tiap kolom, di baris pertama") \
  X(unknown_heading, "no column is called `{}`; known are: {}",                                   \
    "tidak ada kolom bernama `{}`; yang dikenal: {}")                                             \
  X(heading_twice, "the column `{}` stands there twice: also in column {}",                       \
    "kolom `{}` tertulis dua kali: juga di kolom {}")                                             \
  X(heading_missing, "a column `{}` is needed ({})", "kolom `{}` harus ada ({})")                 \
  X(too_many_cells, "the row has more cells than there are headings",                             \
    "baris ini mempunyai lebih banyak sel daripada judul kolom")                                  \
  X(not_json, "this is no JSON object: {}", "ini bukan objek JSON: {}")                           \
  X(line_too_long, "the row is larger than {} bytes", "baris ini lebih besar dari {} bita")       \
  /* values */                                                                                    \
  X(missing, "a value is needed here", "isian ini tidak boleh kosong")                            \
  X(too_long, "at most {} characters", "paling banyak {} karakter")                               \
  X(hidden, "holds invisible or control characters", "memuat karakter kendali atau yang tidak terlihat") \
  X(no_text, "a text is needed here", "di sini harus teks")                                       \
  X(no_list, "a list of objects is needed here", "di sini harus daftar objek")                    \
  X(no_moment, "`{}` is no date: 03/05/2026, 3 Mei 2026, 2026-05-03, each also with an hour (08:15)", \
    "`{}` bukan tanggal: 03/05/2026, 3 Mei 2026, 2026-05-03, masing-masing boleh dengan jam (08:15)") \
  X(no_such_day, "`{}` is no day of the calendar", "`{}` bukan tanggal yang ada")                 \
  X(no_sop, "no service `{}` is in force; in force are: {}",                                      \
    "layanan `{}` tidak berlaku di sini; yang berlaku: {}")                                       \
  X(no_state, "`{}` is no state: aktif, dikembalikan, terbit, ditolak, ditarik, gugur",           \
    "`{}` bukan status: aktif, dikembalikan, terbit, ditolak, ditarik, gugur")                    \
  X(no_outcome, "`{}` is no outcome: izin, penolakan", "`{}` bukan hasil: izin, penolakan")       \
  X(no_email, "`{}` is no mail address", "`{}` bukan alamat surel")                               \
  X(no_phone, "`{}` is no Indonesian mobile number", "`{}` bukan nomor ponsel Indonesia")         \
  X(number_twice, "number {} stands on line {} already", "nomor {} sudah ada di baris {}")        \
  X(external_id_twice, "`{}` stands on line {} already", "`{}` sudah ada di baris {}")            \
  X(number_taken, "there is a permit {} already", "permohonan bernomor {} sudah ada")             \
  X(external_id_taken, "`{}` was imported before", "`{}` sudah pernah diimpor")                   \
  X(unknown_key, "no value is called `{}` here; known are: {}",                                   \
    "tidak ada isian bernama `{}` di sini; yang dikenal: {}")                                     \
  X(many_more, "and {} more faults", "dan {} kesalahan lagi")
// clang-format on

enum class RowFault {
#define X(name, english, indonesian) name,
  TENGGAT_ROW_FAULTS(X)
#undef X
};

inline constexpr std::array kRowFaults{
#define X(name, english, indonesian) Words{english, indonesian},
    TENGGAT_ROW_FAULTS(X)
#undef X
};
static_assert(std::all_of(kRowFaults.begin(), kRowFaults.end(), is_said_in_both));

constexpr Words words_of(RowFault fault) { return kRowFaults.at(static_cast<std::size_t>(fault)); }

// What came of it.
// clang-format off
#define TENGGAT_IMPORT_NEWS(X)                                                                    \
  X(summary,                                                                                      \
    "{} files: {} open, of these {} late and {} at legal risk; {} ended. Numbers: {} kept, {} new ({} in place of old ones).", \
    "{} berkas: {} terbuka, di antaranya {} terlambat dan {} berisiko hukum; {} selesai. Nomor: {} dipertahankan, {} baru ({} menggantikan nomor lama).") \
  X(done, "Import {0} is done; `tenggat import revert {0}` takes it back while its files are untouched.", \
    "Impor {0} selesai; `tenggat import revert {0}` membatalkannya selama berkasnya belum disentuh.") \
  X(more_rows, "... and {} more", "... dan {} lagi")
// clang-format on

enum class ImportNews {
#define X(name, english, indonesian) name,
  TENGGAT_IMPORT_NEWS(X)
#undef X
};

inline constexpr std::array kImportNews{
#define X(name, english, indonesian) Words{english, indonesian},
    TENGGAT_IMPORT_NEWS(X)
#undef X
};
static_assert(std::all_of(kImportNews.begin(), kImportNews.end(), is_said_in_both));

constexpr Words words_of(ImportNews news) { return kImportNews.at(static_cast<std::size_t>(news)); }

}  // namespace tenggat::cli
