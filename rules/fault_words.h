// What is wrong in a file a person wrote, each with its words in English and in Indonesian
// (rules/say.h). A new fault is one row.
#pragma once
#include <algorithm>
#include <array>

#include "rules/say.h"

namespace tenggat {

// clang-format off
#define TENGGAT_FAULTS(X)                                                                         \
  /* any YAML file */                                                                             \
  X(empty_file, "the file is empty", "berkas ini kosong")                                         \
  X(too_many_bytes, "the file is larger than {} bytes", "berkas ini lebih besar dari {} bita")    \
  X(not_utf8, "the file is not UTF-8; save it as UTF-8",                                          \
    "berkas ini bukan UTF-8; simpan sebagai UTF-8")                                               \
  X(not_yaml, "not YAML: {}", "bukan YAML yang benar: {}")                                        \
  X(second_document, "one document a file; this begins a second",                                 \
    "satu berkas memuat satu dokumen; di sini mulai yang kedua")                                  \
  X(line_ends, "the line ends in a carriage return alone; save the file with line feeds (LF)",    \
    "baris ini diakhiri CR saja; simpan berkas dengan akhir baris LF")                            \
  X(alias_in_itself, "an alias inside the value it names", "alias di dalam nilai yang dinamainya")\
  X(control_character,                                                                             \
    "holds a control character, or one that is invisible or turns the direction of writing",      \
    "memuat karakter kendali, atau yang tidak terlihat atau membalik arah tulisan")               \
  X(bad_escape, "its escapes do not make UTF-8; write the characters themselves",                 \
    "urutan pelolosannya tidak membentuk UTF-8; tulis karakternya langsung")                      \
  X(too_many_values, "the file holds too many values", "berkas ini memuat terlalu banyak nilai")  \
  X(tag, "tags are not read; leave out {}", "tag tidak dibaca; hapus {}")                         \
  X(too_deep, "nested too deeply", "susunannya terlalu dalam")                                    \
  X(aliases_too_large, "aliases make the file too large", "alias membuat berkas ini terlalu besar")\
  X(key_no_text, "a key must be a text", "kunci harus berupa teks")                               \
  X(merge_key, "merging with << is not read; repeat the keys",                                    \
    "penggabungan dengan << tidak dibaca; tulis ulang kuncinya")                                  \
  X(duplicate_key, "duplicate key `{}`, first on line {}; keep one of the two",                   \
    "kunci `{}` ditulis dua kali, pertama pada baris {}; sisakan satu")                           \
  X(unknown_key, "unknown key `{}`; known here: {}", "kunci `{}` tidak dikenal; yang dikenal di sini: {}")\
  X(misspelt_key, "unknown key `{}`; did you mean `{}`?", "kunci `{}` tidak dikenal; maksudnya `{}`?")\
  X(missing_key, "missing key `{}`; add it here", "kunci `{}` belum ada; tambahkan di sini")      \
  X(blank, "`{}` must not be blank; write a text", "`{}` tidak boleh kosong; isi dengan teks")    \
  X(no_text_but_nothing, "expected a text, found nothing", "seharusnya teks, tetapi kosong")      \
  X(no_text_but_list, "expected a text, found a list", "seharusnya teks, tetapi berisi daftar")   \
  X(no_text_but_map, "expected a text, found a map", "seharusnya teks, tetapi berisi pasangan kunci dan nilai")\
  X(no_list_but_text, "expected a list, found a text", "seharusnya daftar, tetapi berisi teks")   \
  X(no_list_but_map, "expected a list, found a map", "seharusnya daftar, tetapi berisi pasangan kunci dan nilai")\
  X(no_map_but_nothing, "expected a map, found nothing", "seharusnya pasangan kunci dan nilai, tetapi kosong")\
  X(no_map_but_text, "expected a map, found a text", "seharusnya pasangan kunci dan nilai, tetapi berisi teks")\
  X(no_map_but_list, "expected a map, found a list", "seharusnya pasangan kunci dan nilai, tetapi berisi daftar")\
  X(no_number, "expected a whole number from {} to {}, without leading zeros, found `{}`",        \
    "seharusnya bilangan bulat dari {} sampai {} tanpa nol di depan, bukan `{}`")                 \
  X(no_flag, "expected true, false, ya or tidak, found `{}`",                                     \
    "seharusnya ya, tidak, true atau false, bukan `{}`")                                          \
  X(no_budget,                                                                                    \
    "a budget is days, hours and minutes in this order, each at most once and 1 to 9999 without leading zeros, at most one space between: 4d, 1h 30m or 2d 10m; or calendar days alone: 14k or 14k geser",\
    "waktu ditulis hari (d), jam (h), menit (m) menurut urutan ini, masing-masing paling banyak sekali, 1 sampai 9999 tanpa nol di depan, dengan paling banyak satu spasi di antaranya: 4d, 1h 30m atau 2d 10m; atau hari kalender saja: 14k atau 14k geser")\
  /* numbers */                                                                                   \
  X(number_incomplete,                                                                            \
    "a number holds {{tahun}} and {{urut}} or {{urut:05}}, like PAUD-{{tahun}}-{{urut:05}}",      \
    "nomor memuat {{tahun}} dan {{urut}} atau {{urut:05}}, misalnya PAUD-{{tahun}}-{{urut:05}}")  \
  X(number_twice, "a number holds {} once; leave the other out",                                  \
    "nomor memuat {} satu kali saja; hapus yang lain")                                            \
  X(number_placeholder,                                                                           \
    "`{}` is no part of a number; there are {{urut}}, {{urut:04}}, {{tahun}}, {{bulan}} and {{bulan_romawi}}",\
    "`{}` bukan bagian nomor; yang ada: {{urut}}, {{urut:04}}, {{tahun}}, {{bulan}} dan {{bulan_romawi}}")\
  X(number_not_printable, "a number is one line of printable text with plain spaces",             \
    "nomor adalah satu baris teks tercetak dengan spasi biasa")                                   \
  X(number_spaces, "a number has no space at its ends; take it away",                             \
    "nomor tidak diawali atau diakhiri spasi; hapus spasinya")                                    \
  X(number_too_long, "a number is at most {} characters long; shorten it",                        \
    "panjang nomor paling banyak {} karakter; persingkat")                                        \
  X(number_only_digits, "a number of digits alone could be taken for an id; add a letter or a sign",\
    "nomor yang hanya berisi angka dapat disangka id; tambahkan huruf atau tanda")                \
  X(number_meets,                                                                                 \
    "could print a number of {} too, whose `nomor` is {}: give one of them a word of its own",    \
    "dapat mencetak nomor yang sama dengan {}, yang bernomor {}: beri salah satunya kata pembeda")\
  X(number_printed, "could print {} again, a number of {}: give it a word of its own",            \
    "dapat mencetak lagi {}, nomor milik {}: beri kata pembeda")                                  \
  /* a service */                                                                                 \
  X(bad_name, "a name is lower-case letters, digits and _, at most 40",                           \
    "nama terdiri atas huruf kecil, angka dan _, paling banyak 40")                               \
  X(bad_trigger, "an event is written step.action, like verifikasi.accept",                       \
    "peristiwa ditulis langkah.tindakan, misalnya verifikasi.accept")                             \
  X(bad_level, "superior(n) takes a level from 1 to 9", "superior(n) memakai jenjang 1 sampai 9") \
  X(bad_percentage, "a percentage lies between 1% and 99%", "persentase terletak antara 1% dan 99%")\
  X(bad_rung, "a rung is at start, N%, due, or +BUDGET", "anak tangga berada pada start, N%, due, atau +WAKTU")\
  X(bad_re_entry, "masuk_kembali is baru, kumulatif or sisa", "masuk_kembali adalah baru, kumulatif atau sisa")\
  X(bad_party, "menunggu is kantor, pemohon or instansi_lain",                                    \
    "menunggu diisi kantor, pemohon atau instansi_lain")                                          \
  X(no_case_end, "the case clock needs an end: selesai: [step.action]",                           \
    "waktu layanan memerlukan akhir: selesai: [langkah.tindakan]")                                \
  X(bad_turn, "bagi can only be giliran", "bagi hanya dapat diisi giliran")                       \
  X(no_turn, "this role has no tasks to share out: leave bagi out",                               \
    "peran ini tidak mempunyai tugas untuk dibagi: hapus bagi")                                   \
  X(system_is_no_person,                                                                          \
    "'{}' is a system (layanan): it is neither pemohon nor pengamat; keep one of the two",        \
    "'{}' adalah sistem (layanan): bukan pemohon dan bukan pengamat; sisakan salah satu")         \
  X(waits_for_no_system, "menunggu is for a system alone: give '{}' layanan: true, or leave menunggu out",\
    "menunggu hanya untuk sistem: beri '{}' layanan: true, atau hapus menunggu")                  \
  X(no_roles,                                                                                     \
    "an SOP needs at least one role: pelaksana: {{pemohon: {{nama: Pemohon, pemohon: true}}}}",   \
    "SOP memerlukan paling sedikit satu peran: pelaksana: {{pemohon: {{nama: Pemohon, pemohon: true}}}}")\
  X(copy_to_itself,                                                                               \
    "the role '{}' has a copy (tembusan) to itself: name another role or leave tembusan out",     \
    "peran '{}' mendapat tembusan dari dirinya sendiri: sebutkan peran lain atau hapus tembusan") \
  X(bad_until, "sampai is wajib or opsional", "sampai adalah wajib atau opsional")                \
  X(repeated_rung,                                                                                \
    "only a rung after the due instant is repeated: leave kali out, or say pada: +1d",            \
    "hanya anak tangga sesudah batas waktu yang diulang: hapus kali, atau tulis pada: +1d")       \
  X(case_has_no_role, "the whole case has no role of its own: name a role",                       \
    "layanan secara keseluruhan tidak mempunyai peran: sebutkan peran")                           \
  X(case_apology, "of the whole case the applicant is told after the due instant: +BUDGET",       \
    "perihal layanan, pemohon diberi tahu sesudah batas waktu: +WAKTU")                           \
  X(told_twice, "`{}` is told of this rung already: leave it out here",                           \
    "`{}` sudah diberi tahu pada anak tangga ini: hapus di sini")                                 \
  X(nobody_told, "a rung needs somebody to tell: kepada: [assignee]",                             \
    "anak tangga memerlukan tujuan: kepada: [assignee]")                                          \
  X(rung_twice, "the rung {} is there already: make one of the two",                              \
    "anak tangga {} sudah ada: satukan keduanya")                                                 \
  X(bad_output, "an output is tanda, berkas or berkas_bernomor",                                  \
    "output adalah tanda, berkas atau berkas_bernomor")                                           \
  X(bad_status, "a status is active, returned, issued, rejected, withdrawn or lapsed",            \
    "status adalah active, returned, issued, rejected, withdrawn atau lapsed")                    \
  X(leads_nowhere, "an action leads to a step (ke) or ends the permit (status), one of the two",  \
    "tindakan menuju langkah (ke) atau mengakhiri permohonan (status), salah satu saja")          \
  X(bad_note, "catatan is wajib or kekurangan", "catatan adalah wajib atau kekurangan")           \
  X(bad_outcome, "an outcome is grant or refusal", "hasil adalah grant atau refusal")             \
  X(no_ladder, "there is no ladder '{}' under eskalasi: add it there or mend the name",           \
    "tidak ada tangga '{}' di bawah eskalasi: tambahkan di sana atau betulkan namanya")           \
  X(bad_clock, "jam can only be claim", "jam hanya dapat diisi claim")                            \
  X(no_actions, "a step needs at least one action: aksi", "langkah memerlukan paling sedikit satu tindakan: aksi")\
  X(step_twice, "a step of this name is there already: give this one another id",                 \
    "langkah dengan nama ini sudah ada: beri langkah ini id lain")                                \
  X(no_steps, "an SOP needs at least one step, the applicant's submission: langkah",              \
    "SOP memerlukan paling sedikit satu langkah, yaitu pengajuan oleh pemohon: langkah")          \
  X(no_role, "there is no role '{}' under pelaksana: add it there or mend the name",              \
    "tidak ada peran '{}' di bawah pelaksana: tambahkan di sana atau betulkan namanya")           \
  X(no_role_on_lines,                                                                             \
    "there is no role '{}' under pelaksana: add it there or mend the name on lines {}",           \
    "tidak ada peran '{}' di bawah pelaksana: tambahkan di sana atau betulkan namanya pada baris {}")\
  X(no_step, "there is no step '{}': add it under langkah or mend the name",                      \
    "tidak ada langkah '{}': tambahkan di bawah langkah atau betulkan namanya")                   \
  X(no_step_on_lines,                                                                             \
    "there is no step '{}': add it under langkah or mend the name on lines {}",                   \
    "tidak ada langkah '{}': tambahkan di bawah langkah atau betulkan namanya pada baris {}")     \
  X(no_action, "the step '{}' has no action '{}': add it under aksi or mend the name",            \
    "langkah '{}' tidak mempunyai tindakan '{}': tambahkan di bawah aksi atau betulkan namanya")  \
  X(bad_withdrawal, "sampai names a step, one of those under langkah",                            \
    "sampai menyebut salah satu langkah di bawah langkah")                                        \
  X(circle, "the superiors of '{}' go round in a circle: the highest has no atasan",              \
    "atasan '{}' berputar kembali kepada dirinya: peran tertinggi tidak mempunyai atasan")        \
  X(stop_within_sentence, "goes on within a sentence (... paling lambat DATE): no full stop",     \
    "berlanjut dalam kalimat (... paling lambat TANGGAL): tanpa titik di akhir")                  \
  X(stop_after_done, "stands within sentences (Saya yakin: ..., dan berkas selesai): no full stop",\
    "berada di dalam kalimat (Saya yakin: ..., dan berkas selesai): tanpa titik di akhir")        \
  X(reasons_without_note,                                                                         \
    "ready-made reasons make up the note: say catatan: wajib, too",                               \
    "alasan siap pakai mengisi catatan: tulis juga catatan: wajib")                               \
  X(no_document, "no step needs or brings '{}': add it to an output or to kelengkapan, or mend the name",\
    "tidak ada langkah yang memerlukan atau menghasilkan '{}': tambahkan pada output atau kelengkapan, atau betulkan namanya")\
  X(bad_abbreviation, "an abbreviation is letters and digits, as it is printed: SK",              \
    "singkatan terdiri atas huruf dan angka, ditulis seperti dicetak: SK")                        \
  X(bad_first_step,                                                                               \
    "the first step is the applicant's and has one action, the submission, besides an automatic one by which a returned file lapses",\
    "langkah pertama adalah langkah pemohon dengan satu tindakan, yaitu pengajuan, di samping tindakan otomatis yang menggugurkan berkas yang dikembalikan")\
  X(observer_acts,                                                                                \
    "'{}' reads all and acts on nothing: give the step another pelaksana",                        \
    "'{}' membaca semua dan tidak bertindak atas apa pun: beri langkah ini pelaksana lain")       \
  X(applicant_ladder,                                                                             \
    "the applicant's own step is measured, never judged: leave tangga out",                       \
    "langkah pemohon diukur, tidak dinilai: hapus tangga")                                        \
  X(applicant_re_entry,                                                                           \
    "the applicant's own step is measured, never judged: leave masuk_kembali out",                \
    "langkah pemohon diukur, tidak dinilai: hapus masuk_kembali")                                 \
  X(no_copy,                                                                                      \
    "the rung {} goes to copy, and the role '{}' has no tembusan: add it to the role",            \
    "anak tangga {} ditujukan kepada copy, sedangkan peran '{}' tidak mempunyai tembusan: tambahkan pada peran itu")\
  X(cannot_be_automatic,                                                                          \
    "the action '{}' needs a file or a note and cannot be automatic: leave otomatis out, or catatan and the file (output: [])",\
    "tindakan '{}' memerlukan berkas atau catatan sehingga tidak dapat otomatis: hapus otomatis, atau hapus catatan dan berkasnya (output: [])")\
  X(unreachable_step,                                                                             \
    "no action leads to the step '{}': let one lead there (ke), or take the step out",            \
    "tidak ada tindakan yang menuju langkah '{}': arahkan satu tindakan ke sana (ke), atau hapus langkah ini")\
  /* fields and conditions */                                                                     \
  X(bad_field_kind, "jenis is teks, angka, tanggal, ya_tidak or pilihan",                         \
    "jenis adalah teks, angka, tanggal, ya_tidak atau pilihan")                                   \
  X(kept_field, "`hasil` is the outcome in conditions; give the field another id",                \
    "`hasil` berarti hasil permohonan di dalam syarat; beri isian ini id lain")                   \
  X(no_decimal, "expected a number like 500 or 0.5, found `{}`", "seharusnya bilangan seperti 500 atau 0.5, bukan `{}`")\
  X(bounds_crossed, "maks is below min: let maks be at least min",                                \
    "maks lebih kecil daripada min: isi maks paling sedikit sebesar min")                         \
  X(not_of_this_kind, "{} is for a field of jenis: {}; leave it out here",                        \
    "{} hanya untuk isian dengan jenis: {}; hapus di sini")                                       \
  X(bad_pattern, "no regular expression; one that works: [0-9]{{16}}",                            \
    "bukan pola yang benar; contoh pola: [0-9]{{16}}")                                            \
  X(no_choices, "a field of jenis: pilihan needs its choices: pilihan: {{rumah: Rumah tinggal}}", \
    "isian dengan jenis: pilihan memerlukan pilihannya: pilihan: {{rumah: Rumah tinggal}}")       \
  X(no_field, "there is no field '{}' under isian: add it there or mend the name",                \
    "tidak ada isian '{}' di bawah isian: tambahkan di sana atau betulkan namanya")               \
  X(no_condition, "a condition compares a field: {{luas_m2: {{lebih_dari: 500}}}}",               \
    "syarat membandingkan isian: {{luas_m2: {{lebih_dari: 500}}}}")                               \
  X(bad_comparison,                                                                               \
    "`{}` is no comparison; there are sama_dengan, bukan, lebih_dari, paling_sedikit, kurang_dari, paling_banyak, salah_satu and ada",\
    "`{}` bukan perbandingan; yang ada: sama_dengan, bukan, lebih_dari, paling_sedikit, kurang_dari, paling_banyak, salah_satu dan ada")\
  X(no_order,                                                                                     \
    "{} compares numbers and dates, which '{}' is not: use sama_dengan, bukan or salah_satu",     \
    "{} membandingkan angka dan tanggal, sedangkan '{}' bukan keduanya: gunakan sama_dengan, bukan atau salah_satu")\
  X(field_no_number, "must be a number", "harus berupa angka")                                    \
  X(field_too_small, "must be at least {}", "paling sedikit {}")                                  \
  X(field_too_large, "must be at most {}", "paling banyak {}")                                    \
  X(field_no_line, "must be one line of visible characters", "harus satu baris teks yang terlihat")\
  X(field_no_match, "must be as the pattern says: {}", "harus sesuai dengan pola: {}")            \
  X(field_no_flag, "must be true or false", "harus ya atau tidak")                                \
  X(field_no_date, "must be a date, year-month-day: 2026-04-13",                                  \
    "harus berupa tanggal, tahun-bulan-hari: 2026-04-13")                                         \
  X(field_no_choice, "must be one of the choices", "harus salah satu pilihan yang ada")           \
  X(field_missing, "must be given", "harus diisi")                                                \
  X(field_unknown, "is no field of this service", "bukan isian layanan ini")                      \
  /* blocks: forks, branches, joins */                                                            \
  X(leads_twice, "an action leads by ke or by ke_pilihan, one of the two",                        \
    "tindakan memakai ke atau ke_pilihan, salah satu saja")                                       \
  X(no_branches, "a list of branches needs at least one step", "daftar cabang memerlukan paling sedikit satu langkah")\
  X(join_without_fork, "'{}' joins branches (gabung), and no fork leads to it: leave gabung out or let a ke list open branches",\
    "'{}' menggabungkan cabang (gabung), tetapi tidak ada percabangan yang menuju ke sana: hapus gabung, atau buka cabang dengan daftar ke")\
  X(join_unmarked, "branches meet at '{}', which does not join them: give it gabung: true",       \
    "cabang bertemu di '{}' yang tidak menggabungkannya: tulis gabung: true di sana")             \
  X(never_joins,                                                                                  \
    "the branch that begins at '{}' never reaches a step with gabung: true, so the join would wait for ever: let its last action lead there",\
    "cabang yang dimulai pada '{}' tidak pernah sampai pada langkah dengan gabung: true, sehingga penggabungan menunggu selamanya: arahkan tindakan terakhirnya ke sana")\
  X(joins_twice, "the branch that begins at '{}' ends at '{}' and at '{}': a branch leads to one join",\
    "cabang yang dimulai pada '{}' berakhir pada '{}' dan pada '{}': satu cabang menuju satu penggabungan")\
  X(branches_part, "the branches of '{}' end at different joins, '{}' and '{}': each block has one",\
    "cabang dari '{}' berakhir pada penggabungan yang berbeda, '{}' dan '{}': satu percabangan satu penggabungan")\
  X(leaves_branch, "'{}' leads to '{}', out of its branch: say batalkan_cabang: true where the other branches are to end with it",\
    "'{}' menuju '{}' di luar cabangnya: tulis batalkan_cabang: true bila cabang lain ikut berakhir")\
  X(ends_within_branch, "'{}' ends the permit while other branches are open: say batalkan_cabang: true",\
    "'{}' mengakhiri permohonan selagi cabang lain terbuka: tulis batalkan_cabang: true")         \
  X(leads_into_branch,                                                                            \
    "'{}' leads to '{}', into a branch: only the fork that opens a branch leads into it; name a step of its own branch or one outside of all branches",\
    "'{}' menuju '{}' ke dalam cabang lain: hanya percabangan yang membuka cabang itu yang menuju ke sana; sebutkan langkah pada cabangnya sendiri atau di luar semua cabang")\
  X(cancels_nothing, "'{}' leaves no block: leave batalkan_cabang out",                           \
    "'{}' tidak keluar dari percabangan: hapus batalkan_cabang")                                  \
  X(cancels_and_forks, "'{}' cancels branches and opens others: let it lead to one step",         \
    "'{}' membatalkan cabang sekaligus membuka cabang: tuliskan satu langkah tujuan saja")        \
  /* what the exploration finds: with the shortest way there */                                   \
  X(too_many_steps, "more than {} steps: make two services of it",                                \
    "lebih dari {} langkah: bagi menjadi dua layanan")                                            \
  X(too_many_states, "a file could be in more than {} states: fewer branches, choices or conditions can be proven",\
    "berkas dapat berada dalam lebih dari {} keadaan: kurangi cabang, pilihan, atau syarat agar dapat dibuktikan")\
  X(opens_nothing,                                                                                \
    "'{}' opens no branch where none of its conditions holds: leave one branch without bila; the way there: {}",\
    "'{}' tidak membuka cabang apa pun bila tidak satu pun syaratnya terpenuhi: tulis satu cabang tanpa bila; jalannya: {}")\
  X(case_ends_first,                                                                              \
    "{} ends the service's time before it has begun: mend mulai or selesai of layanan; the way there: {}",\
    "{} mengakhiri waktu layanan sebelum dimulai: betulkan mulai atau selesai pada layanan; jalannya: {}")\
  X(never_happens,                                                                                \
    "the action '{}' can never be taken: its condition or outcome never holds there; mend bila or untuk_hasil, or take the action out",\
    "tindakan '{}' tidak pernah dapat diambil: syarat atau hasilnya tidak pernah terpenuhi di sana; betulkan bila atau untuk_hasil, atau hapus tindakan itu")\
  X(stuck_without_document,                                                                       \
    "'{}' waits for ever: '{}' is needed for the next step, and nothing can bring it any more: take it out of kelengkapan, or let every way there bring it; the way there: {}",\
    "'{}' menunggu selamanya: '{}' diperlukan langkah berikutnya dan tidak dapat lagi dihasilkan: hapus dari kelengkapan, atau hasilkan pada setiap jalan ke sana; jalannya: {}")\
  X(no_action_holds,                                                                              \
    "'{}' waits for ever: the condition of none of its actions holds: add an action for all other cases; the way there: {}",\
    "'{}' menunggu selamanya: tidak satu pun syarat tindakannya terpenuhi: tambahkan tindakan untuk keadaan selebihnya; jalannya: {}")\
  X(never_ends, "from '{}' no end can be reached: add an action that leads on; the way there: {}",\
    "dari '{}' tidak ada akhir yang dapat dicapai: tambahkan tindakan yang meneruskan; jalannya: {}")\
  X(need_not_brought,                                                                             \
    "'{}' needs '{}', which no earlier step brings: add it to an output before, or leave it out of kelengkapan",\
    "'{}' memerlukan '{}' yang tidak dihasilkan langkah sebelumnya: tambahkan pada output sebelumnya, atau hapus dari kelengkapan")\
  X(wrong_sum, "the steps add up to {}, not {}: mend total or the waktu of a step",               \
    "jumlah waktu semua langkah adalah {}, bukan {}: betulkan total atau waktu suatu langkah")    \
  /* a calendar and its lists */                                                                  \
  X(bad_date, "expected a date as year-month-day, 2026-04-03, found `{}`",                        \
    "seharusnya tanggal tahun-bulan-hari, 2026-04-03, bukan `{}`")                                \
  X(bad_hours, "expected office hours as \"07:30-12:00\", found `{}`",                            \
    "seharusnya jam kerja seperti \"07:30-12:00\", bukan `{}`")                                   \
  X(closes_first, "`{}` must close after it opens, at 24:00 at the latest",                       \
    "`{}` harus tutup sesudah buka, paling lambat 24:00")                                         \
  X(bad_word, "expected a word of a-z, 0-9, _ and -, found `{}`",                                 \
    "seharusnya kata dari a-z, 0-9, _ dan -, bukan `{}`")                                         \
  X(bad_nominal_day, "expected the length of a working day in hours and minutes, 7h30m",          \
    "seharusnya panjang hari kerja dalam jam dan menit, 7h30m")                                   \
  X(unknown_zone, "unknown zone `{}`; an IANA name such as Asia/Makassar is needed",              \
    "zona `{}` tidak dikenal; gunakan nama IANA seperti Asia/Makassar")                           \
  X(machine_zone, "the zone `{}` is not a place's; an IANA name such as Asia/Makassar is needed", \
    "zona `{}` bukan zona suatu tempat; gunakan nama IANA seperti Asia/Makassar")                 \
  X(year_twice, "{} is listed already", "{} sudah disebut")                                       \
  X(no_years, "at least one year must be covered", "paling sedikit satu tahun harus dicakup")     \
  X(hours_overlap, "`{}` overlaps another interval of the day", "`{}` tumpang tindih dengan jam lain pada hari itu")\
  X(too_many_hours, "at most {} intervals a day", "paling banyak {} rentang jam sehari")          \
  X(no_working_time, "no weekday has working time", "tidak ada hari yang mempunyai jam kerja")    \
  X(ends_first, "`sampai` must not be before `mulai`", "`sampai` tidak boleh sebelum `mulai`")    \
  X(periods_overlap, "the dates overlap those of `{}`, line {}", "tanggalnya tumpang tindih dengan `{}`, baris {}")\
  X(list_twice, "`{}` is listed already; leave it out here",                                      \
    "`{}` sudah disebut; hapus di sini")                                                          \
  X(no_list_file, "no file `{}` beside the calendar", "tidak ada berkas `{}` di samping kalender")\
  X(list_not_text, "the line must be UTF-8 without control or invisible characters",                           \
    "baris ini harus UTF-8 tanpa karakter kendali atau yang tidak terlihat")                                               \
  X(list_columns, "expected date, kind, name and decree between tabs; columns found: {}",                  \
    "seharusnya tanggal, jenis, nama dan dasar dipisah tab; kolom yang ada: {}")                   \
  X(no_day_name, "the day off needs a name", "hari libur memerlukan nama")                        \
  X(no_decree, "the day off needs its decree", "hari libur memerlukan dasar hukumnya")            \
  X(day_off_twice, "{} has a day off already, at {}", "{} sudah menjadi hari libur, di {}")       \
  X(make_up_twice, "{} has a make-up working day already, at {}",                                 \
    "{} sudah menjadi hari kerja pengganti, di {}")                                               \
  X(no_make_up_time, "a make-up working day needs working time", "hari kerja pengganti memerlukan jam kerja")\
  /* the folder of the rules */                                                                   \
  X(unreadable, "cannot be read", "tidak dapat dibaca")                                           \
  X(no_folder, "no such folder; it holds sop/, calendar/ and texts/",                             \
    "folder ini tidak ada; isinya sop/, calendar/ dan texts/")                                    \
  X(passed_over, "would be passed over: a file of rules ends in .yaml",                           \
    "akan terlewat: berkas aturan berakhiran .yaml")                                              \
  X(too_many_files, "more than {} files", "lebih dari {} berkas")                                 \
  X(calendar_id_taken,                                                                            \
    "the calendar's id `{}` is that of {} already: give this one another",                        \
    "id kalender `{}` sudah dipakai {}: beri kalender ini id lain")                               \
  X(sop_id_taken, "the SOP's id `{}` is that of {} already: give this one another",               \
    "id SOP `{}` sudah dipakai {}: beri SOP ini id lain")                                         \
  X(own_name, "the name `{}` is the daemon's own: none begins with _",                            \
    "nama `{}` milik sistem: tidak ada nama yang diawali _")                                      \
  X(wrong_language_name, "holds texts in `{}` and is not called {}.yaml",                         \
    "memuat teks berbahasa `{}` dan tidak bernama {}.yaml")                                       \
  X(no_such_file, "there is no such file", "berkas ini tidak ada")                                \
  X(no_sop, "there is no SOP: sop/*.yaml", "belum ada SOP: sop/*.yaml")                           \
  X(kept_role,                                                                                    \
    "the role `{}` is kept for who runs this system: give the role another name",                 \
    "peran `{}` dicadangkan bagi pengelola sistem ini: beri peran ini nama lain")                 \
  X(no_calendar, "no calendar `{}` in calendar/: add its file or mend the name",                  \
    "tidak ada kalender `{}` di calendar/: tambahkan berkasnya atau betulkan namanya")            \
  X(no_objection_sop,                                                                             \
    "no SOP `{}` in sop/, in which a refusal is objected to: add its file or leave sop out",      \
    "tidak ada SOP `{}` di sop/ tempat keberatan diajukan: tambahkan berkasnya atau hapus sop")   \
  X(no_such_text, "no text `{}` in texts/{}: add it there or mend the name",                      \
    "tidak ada teks `{}` di texts/{}: tambahkan di sana atau betulkan namanya")                   \
  X(text_not_for_applicants,                                                                      \
    "the text `{}` is not for applicants: name one with audience: pemohon",                       \
    "teks `{}` bukan untuk pemohon: sebutkan teks dengan audience: pemohon")                      \
  /* texts */                                                                                     \
  X(unknown_field, "unknown field {{{}}}", "isian {{{}}} tidak dikenal")                          \
  X(body_line_break, "holds a line break or control character; write it with >- as one line",     \
    "memuat ganti baris atau karakter kendali; tulis dengan >- sebagai satu baris")               \
  X(body_too_long, "is longer than {} characters", "lebih panjang dari {} karakter")              \
  X(stray_brace, "a brace stands for a field only: {{nama_field}}",                               \
    "kurung kurawal hanya untuk isian: {{nama_field}}")                                           \
  X(field_at_the_end, "starts or ends with a field, which Meta does not approve",                 \
    "diawali atau diakhiri isian, yang tidak disetujui Meta")                                     \
  X(stop_at_link, "a full stop touches a link and would become part of it",                       \
    "tanda titik menempel pada tautan dan akan menjadi bagiannya")                                \
  X(subject_line_break, "holds a line break or control character", "memuat ganti baris atau karakter kendali")\
  X(field_not_in_body, "the field {{{}}} is not in isi", "isian {{{}}} tidak ada dalam isi")      \
  X(bad_audience, "is neither pemohon nor petugas", "bukan pemohon dan bukan petugas")            \
  X(bad_template, "Meta's names are lower-case letters, digits and underscores",                  \
    "nama templat Meta terdiri atas huruf kecil, angka dan garis bawah")                          \
  X(bad_language, "is neither id nor en", "bukan id dan bukan en")                                \
  X(text_twice, "the text {} is there twice", "teks {} ada dua kali")                             \
  X(template_twice, "the template {} is used twice", "templat {} dipakai dua kali")               \
  X(text_missing, "the text {} is missing", "teks {} belum ada")                                  \
  X(text_differs, "the text {} has another audience, template or pengganti",                      \
    "teks {} mempunyai audience, templat atau pengganti lain")                                    \
  X(text_no_stand_in,                                                                             \
    "the text {} needs another without {{{}}}, for where that is empty: pengganti: {{teks: {}, bila_kosong: {}}}",\
    "teks {} memerlukan teks lain tanpa {{{}}} untuk keadaan kosongnya: pengganti: {{teks: {}, bila_kosong: {}}}")\
  X(text_stands_for_none,                                                                         \
    "the text {} takes the place of no text: {} has no field {{{}}} that it lacks, or another audience",\
    "teks {} tidak menggantikan teks mana pun: {} tidak mempunyai isian {{{}}} yang tidak dimilikinya, atau audience-nya lain")\
  X(text_other_fields, "the text {} has other fields", "teks {} mempunyai isian lain")            \
  X(text_not_original, "the text {} is not in the original", "teks {} tidak ada dalam aslinya")
// clang-format on

enum class Wrong {
#define X(name, english, indonesian) name,
  TENGGAT_FAULTS(X)
#undef X
};

inline constexpr std::array kFaultWords{
#define X(name, english, indonesian) Words{english, indonesian},
    TENGGAT_FAULTS(X)
#undef X
};
static_assert(std::all_of(kFaultWords.begin(), kFaultWords.end(), is_said_in_both));

constexpr Words words_of(Wrong wrong) { return kFaultWords.at(static_cast<std::size_t>(wrong)); }

}  // namespace tenggat
