#include "daemon/http/problem_help.h"

#include <algorithm>
#include <array>

namespace tenggat::http {
namespace {

constexpr auto kHelp = std::to_array<ProblemHelp>({
    {"malformed_request",
     "What arrived is no request by the rules of HTTP: a bad character, a bad percent-encoding, a "
     "field that is there twice. Let the program that sent it, or the proxy before it, be mended; "
     "`detail` says what is wrong.",
     "Yang diterima bukan permintaan yang sesuai aturan HTTP: ada karakter atau pengodean yang "
     "keliru, atau baris kepala yang berulang. Perbaiki program pengirim atau proksi di depannya; "
     "`detail` menyebutkan kesalahannya."},
    {"request_timeout",
     "The request had not arrived whole within its time. Nothing was done. Send it again over a "
     "better line, a POST with the same Idempotency-Key.",
     "Permintaan belum diterima utuh sampai batas waktunya. Tidak ada yang dikerjakan. Kirim lagi "
     "melalui jaringan yang lebih baik; untuk POST, dengan Idempotency-Key yang sama."},
    {"body_too_large",
     "The body is larger than this office takes: 1 MiB, a file 20 MiB, unless configured "
     "otherwise. Send a smaller file, for instance a scan in fewer dots.",
     "Isi permintaan melebihi batas kantor ini: 1 MiB, untuk berkas 20 MiB, kecuali diatur lain. "
     "Kirim berkas yang lebih kecil, misalnya hasil pindai dengan resolusi lebih rendah."},
    {"expectation_failed",
     "The request expects something other than 100-continue, which nothing here can do. Leave the "
     "field Expect out.",
     "Permintaan mengharapkan sesuatu selain 100-continue, yang tidak dapat dipenuhi. Hilangkan "
     "kepala Expect."},
    {"header_too_large",
     "The fields before the body are longer than 16 KiB. Most often a browser sends many cookies: "
     "delete those of this site.",
     "Kepala permintaan lebih panjang dari 16 KiB. Biasanya peramban mengirim terlalu banyak kuki: "
     "hapus kuki untuk situs ini."},
    {"internal",
     "Something went wrong here, not with the request. Send it again later, a POST with the same "
     "Idempotency-Key; if it stays, give the office the `request_id`, by which it is found in the "
     "log.",
     "Terjadi kesalahan pada sistem, bukan pada permintaan. Kirim lagi nanti; untuk POST, dengan "
     "Idempotency-Key yang sama. Bila tetap terjadi, sampaikan `request_id` kepada kantor: dengan "
     "itu kejadiannya ditemukan di catatan."},
    {"method_unknown",
     "The method at the start of the request is none that is known here. The API is used with GET "
     "and POST.",
     "Metode pada awal permintaan tidak dikenal. API ini dipakai dengan GET dan POST."},
    {"overloaded",
     "There is more to do at the moment than can be answered in time. Nothing was done and nothing "
     "lost. Send it again after Retry-After seconds, a POST with the same Idempotency-Key.",
     "Saat ini permintaan melebihi yang dapat dijawab tepat waktu. Tidak ada yang dikerjakan dan "
     "tidak ada yang hilang. Kirim lagi setelah Retry-After detik; untuk POST, dengan "
     "Idempotency-Key yang sama."},
    {"version_unsupported",
     "The request is written in a version of HTTP other than 1.1. Let the proxy speak HTTP/1.1 to "
     "this service.",
     "Permintaan ditulis dalam versi HTTP selain 1.1. Atur proksi agar memakai HTTP/1.1 ke layanan "
     "ini."},
    {"not_found",
     "There is nothing at this address, or it is not for this caller to see. Check the id or "
     "number; a service with scope intake sees only what it handed in itself.",
     "Tidak ada apa pun di alamat ini, atau pemanggil tidak berhak melihatnya. Periksa id atau "
     "nomornya; layanan dengan lingkup intake hanya melihat berkas yang diajukannya sendiri."},
    {"method_not_allowed",
     "The address is there, but takes other methods: the field Allow names them.",
     "Alamatnya ada, tetapi menerima metode lain: lihat kepala Allow."},
    {"invalid_json",
     "The body is missing, is no JSON, or has a key twice. `detail` says where. Send a JSON "
     "object in UTF-8.",
     "Isi permintaan kosong, bukan JSON, atau memuat kunci berulang. `detail` menyebutkan "
     "letaknya. Kirim objek JSON dalam UTF-8."},
    {"invalid_parameter",
     "A parameter or the Idempotency-Key cannot be used: unknown, given twice, empty, or of "
     "another "
     "form. `parameter` names it. Leave it out or mend it.",
     "Ada parameter atau Idempotency-Key yang tidak dapat dipakai: tidak dikenal, berulang, "
     "kosong, atau bentuknya lain. `parameter` menyebutkan namanya. Hilangkan atau perbaiki."},
    {"unauthenticated",
     "There is no valid token, or no valid signature: it is missing, mistyped, revoked or has run "
     "out. Send Authorization: Bearer with a live token; the operator makes one with `tenggat "
     "token create`.",
     "Tidak ada token atau tanda tangan yang berlaku: tidak disertakan, salah ketik, dicabut, atau "
     "sudah berakhir. Kirim Authorization: Bearer dengan token yang berlaku; pengelola membuatnya "
     "dengan `tenggat token create`."},
    {"forbidden",
     "The token is good, but does not allow this call. A service needs the scope that the call "
     "asks for, an officer the duty; ask the operator.",
     "Token berlaku, tetapi tidak mengizinkan permintaan ini. Layanan memerlukan lingkup yang "
     "sesuai, petugas memerlukan tugasnya; hubungi pengelola."},
    {"wrong_role",
     "The step is another role's, and the officer holds it neither by office nor by appointment "
     "today. Leave it to who does, or have a deputy appointed.",
     "Langkah ini milik peran lain, dan petugas tidak memegangnya hari ini, baik karena jabatan "
     "maupun penunjukan. Serahkan kepada yang berwenang, atau mintakan penunjukan."},
    {"undo_by_other",
     "An action is taken back by who did it, and nobody else. Ask them, or act on the step that is "
     "open now.",
     "Tindakan hanya dapat dibatalkan oleh yang melakukannya. Mintalah kepadanya, atau kerjakan "
     "langkah yang sekarang terbuka."},
    {"stale_version",
     "The permit has changed since it was read: somebody was faster. Read `permit` in this answer, "
     "decide again, and send the new version.",
     "Berkas sudah berubah sejak dibaca: ada yang lebih dahulu. Baca `permit` pada jawaban ini, "
     "putuskan lagi, lalu kirim versi yang baru."},
    {"terminal_state",
     "The permit is issued, rejected, withdrawn or lapsed; nothing more can be done with it. A new "
     "application begins anew.",
     "Berkas sudah terbit, ditolak, ditarik, atau gugur; tidak ada lagi yang dapat dilakukan. "
     "Permohonan baru dimulai dari awal."},
    {"step_not_open",
     "The permit is not at this step: it has been done already, or its turn has not come. `permit` "
     "in this answer shows where it is.",
     "Berkas tidak berada pada tahap itu: sudah selesai, atau belum gilirannya. `permit` pada "
     "jawaban ini menunjukkan letaknya."},
    {"claimed_by_other",
     "Another officer has taken this task. Leave it to them, or have them release it; a superior "
     "may assign it.",
     "Tugas ini sudah diambil petugas lain. Serahkan kepadanya, atau mintalah ia melepaskannya; "
     "atasan dapat menugaskannya."},
    {"not_claimed",
     "Nobody has taken this task, so nobody can give it back. Nothing needs to be done.",
     "Tugas ini belum diambil siapa pun, sehingga tidak ada yang dilepaskan. Tidak ada yang perlu "
     "dilakukan."},
    {"on_leave", "The officer is on leave or has left. Name another one, or mend the leave.",
     "Petugas sedang cuti atau sudah tidak bertugas. Pilih petugas lain, atau perbaiki catatan "
     "cutinya."},
    {"already_escalated",
     "Every superior in the chain has been asked about this step already. Speak to them.",
     "Semua atasan pada jenjang ini sudah dimintai arahan. Hubungi mereka langsung."},
    {"already_paused",
     "The clock of the step stands already. To put its end off, send a later `until` for the same "
     "reason.",
     "Waktu langkah ini sudah dijeda. Untuk memundurkan akhirnya, kirim `until` yang lebih lambat "
     "dengan alasan yang sama."},
    {"too_many_extensions",
     "The end of this pause was put off as often as its reason allows. Resume the clock and go on.",
     "Akhir jeda ini sudah dimundurkan sebanyak yang diizinkan alasannya. Lanjutkan waktunya dan "
     "teruskan pekerjaan."},
    {"not_paused",
     "The clock of the step is running, so there is nothing to resume. Nothing needs to be done.",
     "Waktu langkah ini sedang berjalan, sehingga tidak ada yang dilanjutkan. Tidak ada yang perlu "
     "dilakukan."},
    {"nothing_to_undo",
     "The last thing that happened to the permit is none that can be taken back.",
     "Kejadian terakhir pada berkas ini bukan tindakan yang dapat dibatalkan."},
    {"undo_window_over",
     "An action can be taken back within the undo window alone (two minutes as it ships), since "
     "then people are told. Act on the step that is open now, for instance by a return.",
     "Tindakan hanya dapat dibatalkan dalam jangka yang ditetapkan (semula dua menit), karena "
     "setelah itu orang diberi tahu. Kerjakan langkah yang sekarang terbuka, misalnya dengan "
     "pengembalian."},
    {"next_visit_touched",
     "Somebody has begun the step that the action opened, so it stands. Ask them to return the "
     "file.",
     "Langkah yang dibuka oleh tindakan itu sudah mulai dikerjakan, sehingga tindakan itu tetap. "
     "Mintalah pengembalian berkas."},
    {"too_late_to_withdraw",
     "The permit is being signed or has been; the application can no longer be withdrawn. Speak to "
     "the office.",
     "Berkas sedang atau sudah ditandatangani; permohonan tidak dapat ditarik lagi. Hubungi "
     "kantor."},
    {"external_id_taken",
     "This service has handed in an application under this external_id already; `permit` in this "
     "answer is it. Take that one over instead of sending another.",
     "Layanan ini sudah mengajukan permohonan dengan external_id tersebut; `permit` pada jawaban "
     "ini adalah berkasnya. Pakai berkas itu, jangan mengirim lagi."},
    {"number_taken",
     "The number that the new permit would get is another permit's already, so nothing was handed "
     "in. Two SOPs give the same numbers, or one was renamed: the operator mends `nomor`, `tenggat "
     "check --config` says which.",
     "Nomor yang akan diberikan sudah dimiliki permohonan lain, sehingga permohonan ini tidak "
     "tersimpan. Dua SOP memberi nomor yang sama, atau sebuah SOP diganti namanya: pengelola "
     "memperbaiki `nomor`; `tenggat check --config` menunjukkan yang mana."},
    {"email_taken",
     "Another officer in service is reached at this email address, and would get this one's "
     "messages. Give each an address of their own.",
     "Alamat email ini dipakai petugas lain yang masih bertugas, sehingga pesannya akan tertukar. "
     "Berikan alamat sendiri untuk tiap petugas."},
    {"whatsapp_taken",
     "Another officer in service is reached at this WhatsApp number, and would get this one's "
     "messages. Give each a number of their own.",
     "Nomor WhatsApp ini dipakai petugas lain yang masih bertugas, sehingga pesannya akan "
     "tertukar. Berikan nomor sendiri untuk tiap petugas."},
    {"leave_overlaps",
     "The officer has a leave that covers some of these days. Take that one back first, or send "
     "`replace` where this one takes its place.",
     "Petugas sudah tercatat cuti pada sebagian hari itu. Batalkan dahulu cuti yang lama, atau "
     "kirim `replace` bila yang ini menggantikannya."},
    {"delegation_overlaps",
     "The same appointment is there for some of these days. End that one first, or leave these "
     "days out.",
     "Penunjukan yang sama sudah ada pada sebagian hari itu. Akhiri dahulu yang lama, atau pilih "
     "hari lain."},
    {"permit_files_full",
     "The files of one permit have 200 MiB together, unless configured otherwise, and with this "
     "one "
     "they would have more. Send smaller files, for instance scans in fewer dots.",
     "Berkas-berkas satu permohonan seluruhnya paling besar 200 MiB, kecuali diatur lain; dengan "
     "berkas ini batas itu terlampaui. Kirim berkas yang lebih kecil, misalnya hasil pindai dengan "
     "resolusi lebih rendah."},
    {"missing_upload",
     "A document names a file by a `tenggat:` uri that is not here: it was never uploaded, or no "
     "permit took it within 24 hours. `missing` names the kinds. Upload it again with POST /files.",
     "Sebuah dokumen menyebut berkas `tenggat:` yang tidak ada: belum diunggah, atau tidak dipakai "
     "permohonan mana pun dalam 24 jam. `missing` menyebutkan jenisnya. Unggah lagi dengan POST "
     "/files."},
    {"daily_files_full",
     "A token or session may upload 2 GiB a day, an applicant's link 200 MiB, unless configured "
     "otherwise; the day begins at midnight UTC. Send the rest after Retry-After seconds.",
     "Satu token atau sesi dapat mengunggah 2 GiB sehari, tautan pemohon 200 MiB, kecuali diatur "
     "lain; hari dimulai pukul 00.00 UTC. Kirim sisanya setelah Retry-After detik."},
    {"sop_retired",
     "The office has closed this service to new applications; those under way go on. GET /sops "
     "lists what is open.",
     "Layanan ini sudah ditutup untuk permohonan baru; permohonan yang sedang berjalan tetap "
     "diteruskan. GET /sops memuat layanan yang terbuka."},
    {"officer_exists",
     "An officer with this id is there already. Change that one, or choose another id.",
     "Petugas dengan id ini sudah ada. Ubah petugas itu, atau pilih id lain."},
    {"message_not_dead",
     "The message is waiting, under way or has arrived: only one that was given up is sent again.",
     "Pesan masih menunggu, sedang dikirim, atau sudah sampai: hanya pesan yang sudah dihentikan "
     "yang dikirim ulang."},
    {"message_not_waiting", "The message is on its way or has left, so it cannot be discarded.",
     "Pesan sedang atau sudah dikirim, sehingga tidak dapat dibuang."},
    {"unsupported_media_type",
     "The body came as another type than this call takes. Send Content-Type: application/json.",
     "Isi permintaan berjenis lain daripada yang diterima. Kirim Content-Type: application/json."},
    {"invalid_body",
     "Some fields cannot be used. `errors` names each with a JSON pointer and says why; mend them "
     "all and send the request again.",
     "Ada isian yang tidak dapat dipakai. `errors` menyebutkan masing-masing dengan penunjuk JSON "
     "dan sebabnya; perbaiki semuanya lalu kirim lagi."},
    {"missing_output",
     "The action needs documents that did not come with it: `missing` names their kinds. Send them "
     "in `documents`.",
     "Tindakan ini memerlukan dokumen yang belum disertakan: `missing` menyebutkan jenisnya. "
     "Sertakan dalam `documents`."},
    {"missing_needs",
     "The next step cannot open without what `missing` names. Send it in `documents`.",
     "Langkah berikutnya tidak dapat dibuka tanpa yang disebutkan `missing`. Sertakan dalam "
     "`documents`."},
    {"missing_note",
     "The action needs a note, or deficiencies where it allows them: whoever gets the file must "
     "know why.",
     "Tindakan ini memerlukan catatan, atau daftar kekurangan bila diizinkan: yang menerima berkas "
     "harus tahu sebabnya."},
    {"missing_reason", "What is entered more than 15 minutes late needs a `reason`.",
     "Pencatatan yang terlambat lebih dari 15 menit memerlukan `reason`."},
    {"unexpected_document",
     "A document is of a kind that this action does not bring. GET /sops/{id} lists the outputs of "
     "each action.",
     "Ada dokumen yang jenisnya tidak disertakan oleh tindakan ini. GET /sops/{id} memuat keluaran "
     "setiap tindakan."},
    {"unknown_action",
     "The step has no action of this name. GET /sops/{id} lists the actions of each step.",
     "Langkah ini tidak mempunyai tindakan dengan nama itu. GET /sops/{id} memuat tindakan setiap "
     "langkah."},
    {"cannot_be_assigned",
     "The officer does not hold the role of this step today. Choose one who does.",
     "Petugas itu tidak memegang peran langkah ini hari ini. Pilih petugas yang memegangnya."},
    {"unknown_obstacle",
     "The SOP knows no such cause of delay; its `kendala` are in GET /sops/{id}.",
     "SOP tidak mengenal kendala itu; daftar `kendala` ada pada GET /sops/{id}."},
    {"unknown_pause_reason",
     "The SOP knows no such reason to pause; its reasons are in GET /sops/{id}.",
     "SOP tidak mengenal alasan jeda itu; daftarnya ada pada GET /sops/{id}."},
    {"missing_until", "A pause for this reason needs its end: send `until`.",
     "Jeda dengan alasan ini memerlukan tanggal akhir: kirim `until`."},
    {"bad_until",
     "The end of the pause lies in the past, or before the end it has. Send a later `until`.",
     "Akhir jeda terletak di masa lalu, atau sebelum akhir yang sekarang. Kirim `until` yang lebih "
     "lambat."},
    {"pause_too_long",
     "The pause would last longer than its reason allows; `detail` says until when it may.",
     "Jeda akan melebihi batas alasannya; `detail` menyebutkan sampai kapan boleh."},
    {"wrong_outcome",
     "The action fits a grant where the file is a refusal, or the other way round. Choose the one "
     "that fits, or return the file.",
     "Tindakan ini untuk persetujuan sedangkan berkasnya penolakan, atau sebaliknya. Pilih yang "
     "sesuai, atau kembalikan berkasnya."},
    {"bad_occurred_at",
     "The given time lies before the step opened, or in the future. Send when it was really done.",
     "Waktu yang dicatat terletak sebelum langkah dibuka, atau di masa depan. Kirim waktu yang "
     "sebenarnya."},
    {"key_reused",
     "This Idempotency-Key was sent before with another body or to another address. A key belongs "
     "to one request: make a new one, and check whether the earlier request has done it already.",
     "Idempotency-Key ini sudah dipakai dengan isi atau alamat lain. Satu kunci untuk satu "
     "permintaan: buat kunci baru, dan periksa apakah permintaan sebelumnya sudah mengerjakannya."},
    {"too_many_requests",
     "This token or this address has sent more than its pace allows. Wait Retry-After seconds and "
     "send the same again.",
     "Token atau alamat ini mengirim lebih banyak daripada yang diizinkan. Tunggu Retry-After "
     "detik lalu kirim lagi permintaan yang sama."},
    {"database_away",
     "The database does not answer. Nothing is lost; send the same again after Retry-After "
     "seconds, a POST with the same Idempotency-Key.",
     "Basis data tidak menjawab. Tidak ada yang hilang; kirim lagi permintaan yang sama setelah "
     "Retry-After detik, untuk POST dengan Idempotency-Key yang sama."},
});

}  // namespace

const ProblemHelp* find_problem_help(std::string_view code) {
  const auto found = std::find_if(kHelp.begin(), kHelp.end(),
                                  [&](const ProblemHelp& one) { return code == one.code; });
  return found == kHelp.end() ? nullptr : &*found;
}

}  // namespace tenggat::http
