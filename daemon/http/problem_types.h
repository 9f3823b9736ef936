// Every kind of refusal that a caller may see, a row each: what it is called in an answer and what
// the page says that its `type` leads to. Also where a code is taken for one of these: another does
// not compile.
#pragma once
#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "rules/permit/reason.h"
#include "rules/say.h"

namespace tenggat::http {

struct ProblemType {
  std::string_view code;  // the type is the relative URI "/problems/<code>"
  int status;
  Words title;
  Words help;  // what it means, then what to do
};

// clang-format off
inline constexpr auto kProblemTypes = std::to_array<ProblemType>({
    // Refused by the server itself.
    {"malformed_request", 400,
     {"The request is not well-formed HTTP", "Permintaan bukan HTTP yang benar"},
     {"What arrived is no request by the rules of HTTP: a bad character, a bad percent-encoding, a "
      "field that is there twice. Let the program that sent it, or the proxy before it, be mended; "
      "`detail` says what is wrong.",
      "Yang diterima bukan permintaan yang sesuai aturan HTTP: ada karakter atau pengodean yang "
      "keliru, atau baris kepala yang berulang. Perbaiki program pengirim atau proksi di depannya; "
      "`detail` menyebutkan kesalahannya."}},
    {"request_timeout", 408,
     {"The request took too long to arrive", "Permintaan terlalu lama diterima"},
     {"The request had not arrived whole within its time. Nothing was done. Send it again over a "
      "better line, a POST with the same Idempotency-Key.",
      "Permintaan belum diterima utuh sampai batas waktunya. Tidak ada yang dikerjakan. Kirim lagi "
      "melalui jaringan yang lebih baik; untuk POST, dengan Idempotency-Key yang sama."}},
    {"body_too_large", 413,
     {"The body is too large", "Isi permintaan terlalu besar"},
     {"The body is larger than this office takes: 1 MiB, a file 20 MiB, unless configured "
      "otherwise. Send a smaller file, for instance a scan in fewer dots.",
      "Isi permintaan melebihi batas kantor ini: 1 MiB, untuk berkas 20 MiB, kecuali diatur lain. "
      "Kirim berkas yang lebih kecil, misalnya hasil pindai dengan resolusi lebih rendah."}},
    {"expectation_failed", 417,
     {"The expectation cannot be met", "Harapan pada permintaan tidak dapat dipenuhi"},
     {"The request expects something other than 100-continue, which nothing here can do. Leave the "
      "field Expect out.",
      "Permintaan mengharapkan sesuatu selain 100-continue, yang tidak dapat dipenuhi. Hilangkan "
      "kepala Expect."}},
    {"header_too_large", 431,
     {"The header is too large", "Kepala permintaan terlalu besar"},
     {"The fields before the body are longer than 16 KiB. Most often a browser sends many cookies: "
      "delete those of this site.",
      "Kepala permintaan lebih panjang dari 16 KiB. Biasanya peramban mengirim terlalu banyak "
      "kuki: hapus kuki untuk situs ini."}},
    {"internal", 500,
     {"Something went wrong on our side", "Terjadi kesalahan pada sistem kami"},
     {"Something went wrong here, not with the request. Send it again later, a POST with the same "
      "Idempotency-Key; if it stays, give the office the `request_id`, by which it is found in the "
      "log.",
      "Terjadi kesalahan pada sistem, bukan pada permintaan. Kirim lagi nanti; untuk POST, dengan "
      "Idempotency-Key yang sama. Bila tetap terjadi, sampaikan `request_id` kepada kantor: dengan "
      "itu kejadiannya ditemukan di catatan."}},
    {"method_unknown", 501,
     {"The method is not known", "Metode tidak dikenal"},
     {"The method at the start of the request is none that is known here. The API is used with GET "
      "and POST.",
      "Metode pada awal permintaan tidak dikenal. API ini dipakai dengan GET dan POST."}},
    {"overloaded", 503,
     {"Too busy at the moment, try again shortly", "Sistem sedang sibuk, coba lagi sebentar"},
     {"There is more to do at the moment than can be answered in time. Nothing was done and "
      "nothing lost. Send it again after Retry-After seconds, a POST with the same "
      "Idempotency-Key.",
      "Saat ini permintaan melebihi yang dapat dijawab tepat waktu. Tidak ada yang dikerjakan dan "
      "tidak ada yang hilang. Kirim lagi setelah Retry-After detik; untuk POST, dengan "
      "Idempotency-Key yang sama."}},
    {"version_unsupported", 505,
     {"The HTTP version is not supported", "Versi HTTP tidak didukung"},
     {"The request is written in a version of HTTP other than 1.1. Let the proxy speak HTTP/1.1 to "
      "this service.",
      "Permintaan ditulis dalam versi HTTP selain 1.1. Atur proksi agar memakai HTTP/1.1 ke "
      "layanan ini."}},
    // Refused by the router.
    {"not_found", 404,
     {"There is nothing here", "Tidak ditemukan"},
     {"There is nothing at this address, or it is not for this caller to see. Check the id or "
      "number; a service with scope intake sees only what it handed in itself.",
      "Tidak ada apa pun di alamat ini, atau pemanggil tidak berhak melihatnya. Periksa id atau "
      "nomornya; layanan dengan lingkup intake hanya melihat berkas yang diajukannya sendiri."}},
    {"method_not_allowed", 405,
     {"The method is not allowed here", "Metode tidak diizinkan di sini"},
     {"The address is there, but takes other methods: the field Allow names them.",
      "Alamatnya ada, tetapi menerima metode lain: lihat kepala Allow."}},
    // Refused by the API. Source: docs/reference.md, Requests and answers.
    {"invalid_json", 400,
     {"The body is not valid JSON", "Isi permintaan bukan JSON yang benar"},
     {"The body is missing, is no JSON, or has a key twice. `detail` says where. Send a JSON "
      "object in UTF-8.",
      "Isi permintaan kosong, bukan JSON, atau memuat kunci berulang. `detail` menyebutkan "
      "letaknya. Kirim objek JSON dalam UTF-8."}},
    {"invalid_parameter", 400,
     {"A parameter is not valid", "Ada parameter yang tidak benar"},
     {"A parameter or the Idempotency-Key cannot be used: unknown, given twice, empty, or of "
      "another form. `parameter` names it. Leave it out or mend it.",
      "Ada parameter atau Idempotency-Key yang tidak dapat dipakai: tidak dikenal, berulang, "
      "kosong, atau bentuknya lain. `parameter` menyebutkan namanya. Hilangkan atau perbaiki."}},
    {"unauthenticated", 401,
     {"A valid token is needed", "Diperlukan token yang berlaku"},
     {"There is no valid token, or no valid signature: it is missing, mistyped, revoked or has run "
      "out. Send Authorization: Bearer with a live token; the operator makes one with `tenggat "
      "token create`.",
      "Tidak ada token atau tanda tangan yang berlaku: tidak disertakan, salah ketik, dicabut, "
      "atau sudah berakhir. Kirim Authorization: Bearer dengan token yang berlaku; pengelola "
      "membuatnya dengan `tenggat token create`."}},
    {"forbidden", 403,
     {"This is not yours to do", "Anda tidak berwenang melakukan ini"},
     {"The token is good, but does not allow this call. A service needs the scope that the call "
      "asks for, an officer the duty; ask the operator.",
      "Token berlaku, tetapi tidak mengizinkan permintaan ini. Layanan memerlukan lingkup yang "
      "sesuai, petugas memerlukan tugasnya; hubungi pengelola."}},
    {"wrong_role", 403,
     {"The step belongs to another role", "Tahap ini dikerjakan oleh peran lain"},
     {"The step is another role's, and the officer holds it neither by office nor by appointment "
      "today. Leave it to who does, or have a deputy appointed.",
      "Langkah ini milik peran lain, dan petugas tidak memegangnya hari ini, baik karena jabatan "
      "maupun penunjukan. Serahkan kepada yang berwenang, atau mintakan penunjukan."}},
    {"in_person_only", 403,
     {"The action is taken in person only", "Tindakan hanya dapat dilakukan sendiri"},
     {"The SOP lets nobody take this action through another system (`hadir_sendiri`): the officer signs "
      "in and takes it; a deputy by letter may.",
      "SOP tidak mengizinkan tindakan ini melalui sistem lain (`hadir_sendiri`): pejabatnya masuk dan "
      "melakukannya sendiri; pelaksana menurut surat perintah boleh."}},
    {"undo_by_other", 403,
     {"Only who acted may take it back", "Hanya yang melakukan tindakan yang dapat membatalkannya"},
     {"An action is taken back by who did it, and nobody else. Ask them, or act on the step that "
      "is open now.",
      "Tindakan hanya dapat dibatalkan oleh yang melakukannya. Mintalah kepadanya, atau kerjakan "
      "langkah yang sekarang terbuka."}},
    {"own_late_entry", 403,
     {"Nobody confirms, approves or signs what they entered late themselves",
      "Pencatatan terlambat tidak dikonfirmasi atau disetujui oleh pembuatnya sendiri"},
     {"The officer entered this late, so somebody else confirms it and decides on it: a superior, or whoever "
      "else holds the duty. To send the file back is allowed.",
      "Petugas ini yang mencatatnya terlambat, sehingga orang lain yang mengonfirmasi dan memutuskannya: "
      "atasan, atau pemegang tugas yang lain. Mengembalikan berkas tetap diperbolehkan."}},
    {"stale_version", 409,
     {"The version is no longer the current one",
      "Berkas ini baru saja diubah petugas lain. Periksa keadaan terbaru, lalu ulangi"},
     {"The permit has changed since it was read: somebody was faster. Read `permit` in this "
      "answer, decide again, and send the new version.",
      "Berkas sudah berubah sejak dibaca: ada yang lebih dahulu. Baca `permit` pada jawaban ini, "
      "putuskan lagi, lalu kirim versi yang baru."}},
    {"terminal_state", 409,
     {"The permit is closed", "Berkas sudah selesai"},
     {"The permit is issued, rejected, withdrawn or lapsed; nothing more can be done with it. A "
      "new application begins anew.",
      "Berkas sudah terbit, ditolak, ditarik, atau gugur; tidak ada lagi yang dapat dilakukan. "
      "Permohonan baru dimulai dari awal."}},
    {"step_not_open", 409,
     {"The permit is not at this step", "Berkas sudah tidak berada pada tahap itu"},
     {"The permit is not at this step: it has been done already, or its turn has not come. "
      "`permit` in this answer shows where it is.",
      "Berkas tidak berada pada tahap itu: sudah selesai, atau belum gilirannya. `permit` pada "
      "jawaban ini menunjukkan letaknya."}},
    {"nothing_to_confirm", 409,
     {"No late entry waits for a superior here", "Tidak ada pencatatan terlambat yang menunggu atasan"},
     {"At this step there is no late entry that makes a breach fall away, or it has been confirmed. "
      "`late_entries` of the permit names those that wait.",
      "Pada langkah ini tidak ada pencatatan terlambat yang menghapus keterlambatan, atau sudah "
      "dikonfirmasi. `late_entries` pada berkas menyebutkan yang masih menunggu."}},
    {"nothing_to_correct", 409,
     {"This step has not ended or signed the permit",
      "Tahap ini tidak mengakhiri atau menandatangani berkas"},
     {"Only when a permit was signed, refused or otherwise ended is corrected afterwards. Other actions "
      "are entered with `occurred_at`.",
      "Hanya waktu berkas ditandatangani, ditolak, atau diakhiri yang dibetulkan kemudian. Tindakan lain "
      "dicatat dengan `occurred_at`."}},
    {"entry_not_final", 409,
     {"The entry can still be taken back", "Pencatatan itu masih dapat dibatalkan"},
     {"Who acted can take the action back for a little while (two minutes as it ships). Confirm or correct "
      "it after that.",
      "Yang bertindak masih dapat membatalkan tindakannya sebentar lagi (semula dua menit). Konfirmasi atau "
      "betulkan setelah itu."}},
    {"claimed_by_other", 409,
     {"Another officer has claimed the task", "Tugas sudah diambil petugas lain"},
     {"Another officer has taken this task. Leave it to them, or have them release it; a superior "
      "may assign it.",
      "Tugas ini sudah diambil petugas lain. Serahkan kepadanya, atau mintalah ia melepaskannya; "
      "atasan dapat menugaskannya."}},
    {"not_claimed", 409,
     {"Nobody has claimed the task", "Tugas belum diambil siapa pun"},
     {"Nobody has taken this task, so nobody can give it back. Nothing needs to be done.",
      "Tugas ini belum diambil siapa pun, sehingga tidak ada yang dilepaskan. Tidak ada yang perlu "
      "dilakukan."}},
    {"on_leave", 409,
     {"The officer is not on duty today", "Petugas tidak bertugas hari ini"},
     {"The officer is on leave or has left. Name another one, or mend the leave.",
      "Petugas sedang cuti atau sudah tidak bertugas. Pilih petugas lain, atau perbaiki catatan "
      "cutinya."}},
    {"already_escalated", 409,
     {"Every superior has been asked already", "Semua atasan sudah dimintai arahan"},
     {"Every superior in the chain has been asked about this step already. Speak to them.",
      "Semua atasan pada jenjang ini sudah dimintai arahan. Hubungi mereka langsung."}},
    {"nothing_to_respond_to", 409,
     {"Nothing was raised yet", "Belum ada eskalasi"},
     {"No escalation of this step has been raised, so nothing would be repeated. Direct its officer "
      "instead.",
      "Belum ada eskalasi dari langkah ini, sehingga tidak ada pemberitahuan yang berulang. Beri "
      "arahan kepada petugasnya bila perlu."}},
    {"already_paused", 409,
     {"The clock stands already", "Waktu sudah dijeda"},
     {"The clock of the step stands already. To put its end off, send a later `until` for the same "
      "reason.",
      "Waktu langkah ini sudah dijeda. Untuk memundurkan akhirnya, kirim `until` yang lebih lambat "
      "dengan alasan yang sama."}},
    {"requirement_asked_already", 409,
     {"The applicant was asked for this already", "Pemohon sudah pernah diminta untuk syarat ini"},
     {"The SOP lets one requirement be asked for once; again by the word of a superior, who pauses the "
      "step themselves.",
      "SOP membolehkan satu syarat diminta satu kali; sesudahnya hanya atasan yang dapat menjeda tahap "
      "ini untuk memintanya lagi."}},
    {"too_many_pauses", 409,
     {"The permit was paused for this reason as often as allowed",
      "Berkas sudah dijeda dengan alasan ini sebanyak yang diizinkan"},
     {"The SOP bounds how often one permit is paused for this reason. Go on with the work, or choose the "
      "reason that fits.",
      "SOP membatasi berapa kali satu berkas dijeda dengan alasan ini. Lanjutkan pekerjaan, atau pilih "
      "alasan yang sesuai."}},
    {"too_many_extensions", 409,
     {"The pause may not be extended again", "Jeda sudah tidak dapat diperpanjang lagi"},
     {"The end of this pause was put off as often as its reason allows. Resume the clock and go "
      "on.",
      "Akhir jeda ini sudah dimundurkan sebanyak yang diizinkan alasannya. Lanjutkan waktunya dan "
      "teruskan pekerjaan."}},
    {"not_paused", 409,
     {"The clock is running", "Waktu tidak sedang dijeda"},
     {"The clock of the step is running, so there is nothing to resume. Nothing needs to be done.",
      "Waktu langkah ini sedang berjalan, sehingga tidak ada yang dilanjutkan. Tidak ada yang "
      "perlu dilakukan."}},
    {"nothing_to_undo", 409,
     {"There is nothing to take back", "Tidak ada tindakan yang dapat dibatalkan"},
     {"The last thing that happened to the permit is none that can be taken back.",
      "Kejadian terakhir pada berkas ini bukan tindakan yang dapat dibatalkan."}},
    {"undo_window_over", 409,
     {"The time to take it back is over", "Waktu untuk membatalkan sudah lewat"},
     {"An action can be taken back within the undo window alone (two minutes as it ships), since "
      "then people are told. Act on the step that is open now, for instance by a return.",
      "Tindakan hanya dapat dibatalkan dalam jangka yang ditetapkan (semula dua menit), karena "
      "setelah itu orang diberi tahu. Kerjakan langkah yang sekarang terbuka, misalnya dengan "
      "pengembalian."}},
    {"next_visit_touched", 409,
     {"The next step has been started", "Tahap berikutnya sudah mulai dikerjakan"},
     {"Somebody has begun the step that the action opened, so it stands. Ask them to return the "
      "file.",
      "Langkah yang dibuka oleh tindakan itu sudah mulai dikerjakan, sehingga tindakan itu tetap. "
      "Mintalah pengembalian berkas."}},
    {"too_late_to_withdraw", 409,
     {"It is too late to withdraw the application", "Permohonan sudah tidak dapat ditarik"},
     {"The permit is being signed or has been; the application can no longer be withdrawn. Speak "
      "to the office.",
      "Berkas sedang atau sudah ditandatangani; permohonan tidak dapat ditarik lagi. Hubungi "
      "kantor."}},
    {"external_id_taken", 409,
     {"A permit with this external id is there already",
      "Permohonan dengan nomor dari portal ini sudah ada"},
     {"This service has handed in an application under this external_id already; `permit` in this "
      "answer is it. Take that one over instead of sending another.",
      "Layanan ini sudah mengajukan permohonan dengan external_id tersebut; `permit` pada jawaban "
      "ini adalah berkasnya. Pakai berkas itu, jangan mengirim lagi."}},
    {"number_taken", 409,
     {"The number of the new permit is another permit's",
      "Nomor permohonan baru sudah dimiliki permohonan lain"},
     {"The number that the new permit would get is another permit's already, so nothing was handed "
      "in. Two SOPs give the same numbers, or one was renamed: the operator mends `nomor`, "
      "`tenggat check --config` says which.",
      "Nomor yang akan diberikan sudah dimiliki permohonan lain, sehingga permohonan ini tidak "
      "tersimpan. Dua SOP memberi nomor yang sama, atau sebuah SOP diganti namanya: pengelola "
      "memperbaiki `nomor`; `tenggat check --config` menunjukkan yang mana."}},
    {"objection_under_way", 409,
     {"An objection to this permit is under way",
      "Keberatan atas permohonan ini sudah diajukan dan masih diproses"},
     {"A refusal is objected to by one permit at a time; GET /permits/{id} of the refused one lists "
      "it under `objections`. Follow that one.",
      "Satu penolakan hanya dapat diajukan satu keberatan pada satu waktu; GET /permits/{id} dari "
      "permohonan yang ditolak memuatnya pada `objections`. Ikuti keberatan itu."}},
    {"officer_exists", 409,
     {"An officer with this id is there already", "Petugas dengan id ini sudah ada"},
     {"An officer with this id is there already. Change that one, or choose another id.",
      "Petugas dengan id ini sudah ada. Ubah petugas itu, atau pilih id lain."}},
    {"email_taken", 409,
     {"Another officer in service has this email address",
      "Alamat email ini dipakai petugas lain yang masih bertugas"},
     {"Another officer in service is reached at this email address, and would get this one's "
      "messages. Give each an address of their own.",
      "Alamat email ini dipakai petugas lain yang masih bertugas, sehingga pesannya akan tertukar. "
      "Berikan alamat sendiri untuk tiap petugas."}},
    {"whatsapp_taken", 409,
     {"Another officer in service has this WhatsApp number",
      "Nomor WhatsApp ini dipakai petugas lain yang masih bertugas"},
     {"Another officer in service is reached at this WhatsApp number, and would get this one's "
      "messages. Give each a number of their own.",
      "Nomor WhatsApp ini dipakai petugas lain yang masih bertugas, sehingga pesannya akan "
      "tertukar. Berikan nomor sendiri untuk tiap petugas."}},
    {"change_waits", 409,
     {"Another change of this officer waits already",
      "Perubahan lain atas petugas ini masih menunggu"},
     {"A change of this officer's addresses or roles waits for a second administrator's word or for "
      "its time; GET /officer-changes shows it. Confirm or stop that one first.",
      "Perubahan alamat atau peran petugas ini masih menunggu persetujuan pengelola lain atau "
      "waktunya; GET /officer-changes memuatnya. Setujui atau hentikan dahulu perubahan itu."}},
    {"not_second", 403,
     {"The second word is another administrator's",
      "Persetujuan kedua diberikan pengelola lain"},
     {"An officer with the role admin confirms it who has not proposed it, whom it is not about, and "
      "whose own addresses and roles are older than 24 hours; no service does. Without a word it "
      "takes effect by itself, when GET /officer-changes says.",
      "Yang menyetujui ialah petugas berperan admin yang bukan pengusul dan bukan petugas yang "
      "bersangkutan, dan yang alamat serta perannya sendiri tidak berubah dalam 24 jam terakhir; "
      "bukan sistem lain. Tanpa persetujuan perubahan berlaku sendiri pada waktu yang dimuat GET "
      "/officer-changes."}},
    {"leave_overlaps", 409,
     {"The officer has a leave on some of these days already",
      "Petugas sudah tercatat cuti pada sebagian hari itu"},
     {"The officer has a leave that covers some of these days. Take that one back first, or send "
      "`replace` where this one takes its place.",
      "Petugas sudah tercatat cuti pada sebagian hari itu. Batalkan dahulu cuti yang lama, atau "
      "kirim `replace` bila yang ini menggantikannya."}},
    {"delegation_overlaps", 409,
     {"They stand in for that officer on some of these days already",
      "Penunjukan yang sama sudah ada pada sebagian hari itu"},
     {"The same appointment is there for some of these days. End that one first, or leave these "
      "days out.",
      "Penunjukan yang sama sudah ada pada sebagian hari itu. Akhiri dahulu yang lama, atau pilih "
      "hari lain."}},
    {"message_not_dead", 409,
     {"Only a message that was given up can be tried again",
      "Hanya pesan yang sudah dihentikan yang dapat dikirim ulang"},
     {"The message is waiting, under way or has arrived: only one that was given up is sent again.",
      "Pesan masih menunggu, sedang dikirim, atau sudah sampai: hanya pesan yang sudah dihentikan "
      "yang dikirim ulang."}},
    {"message_not_waiting", 409,
     {"The message is being sent or was sent", "Pesan sedang atau sudah dikirim"},
     {"The message is on its way or has left, so it cannot be discarded.",
      "Pesan sedang atau sudah dikirim, sehingga tidak dapat dibuang."}},
    {"permit_files_full", 413,
     {"The permit's files together would be too large",
      "Berkas-berkas permohonan ini seluruhnya melebihi batas"},
     {"The files of one permit have 200 MiB together, unless configured otherwise, and with this "
      "one they would have more. Send smaller files, for instance scans in fewer dots.",
      "Berkas-berkas satu permohonan seluruhnya paling besar 200 MiB, kecuali diatur lain; dengan "
      "berkas ini batas itu terlampaui. Kirim berkas yang lebih kecil, misalnya hasil pindai "
      "dengan resolusi lebih rendah."}},
    {"sop_retired", 410,
     {"The service takes no new applications", "Layanan ini tidak menerima permohonan baru"},
     {"The office has closed this service to new applications; those under way go on. GET /sops "
      "lists what is open.",
      "Layanan ini sudah ditutup untuk permohonan baru; permohonan yang sedang berjalan tetap "
      "diteruskan. GET /sops memuat layanan yang terbuka."}},
    {"unsupported_media_type", 415,
     {"The media type is not supported", "Jenis isi ini tidak diterima"},
     {"The body came as another type than this call takes. Send Content-Type: application/json.",
      "Isi permintaan berjenis lain daripada yang diterima. Kirim Content-Type: "
      "application/json."}},
    {"invalid_body", 422,
     {"Some fields are not valid", "Ada isian yang tidak benar"},
     {"Some fields cannot be used. `errors` names each with a JSON pointer and says why; mend them "
      "all and send the request again.",
      "Ada isian yang tidak dapat dipakai. `errors` menyebutkan masing-masing dengan penunjuk JSON "
      "dan sebabnya; perbaiki semuanya lalu kirim lagi."}},
    {"missing_output", 422,
     {"A required document is missing", "Dokumen wajib belum disertakan"},
     {"The action needs documents that did not come with it: `missing` names their kinds. Send "
      "them in `documents`.",
      "Tindakan ini memerlukan dokumen yang belum disertakan: `missing` menyebutkan jenisnya. "
      "Sertakan dalam `documents`."}},
    {"missing_needs", 422,
     {"What the step needs is not there", "Kelengkapan untuk tahap ini belum ada"},
     {"The next step cannot open without what `missing` names. Send it in `documents`.",
      "Langkah berikutnya tidak dapat dibuka tanpa yang disebutkan `missing`. Sertakan dalam "
      "`documents`."}},
    {"missing_note", 422,
     {"A note is required", "Catatan wajib diisi"},
     {"The action needs a note, or deficiencies where it allows them: whoever gets the file must "
      "know why.",
      "Tindakan ini memerlukan catatan, atau daftar kekurangan bila diizinkan: yang menerima "
      "berkas harus tahu sebabnya."}},
    {"missing_reason", 422,
     {"A reason is required", "Alasan wajib diisi"},
     {"What is entered more than 15 minutes late, or corrected, needs a `reason` of ten letters or more.",
      "Pencatatan yang terlambat lebih dari 15 menit, dan pembetulan waktu, memerlukan `reason`, sedikitnya "
      "sepuluh huruf."}},
    {"unexpected_document", 422,
     {"A document does not belong to this action", "Ada dokumen yang tidak termasuk tindakan ini"},
     {"A document is of a kind that this action does not bring. GET /sops/{id} lists the outputs "
      "of each action.",
      "Ada dokumen yang jenisnya tidak disertakan oleh tindakan ini. GET /sops/{id} memuat "
      "keluaran setiap tindakan."}},
    {"unknown_action", 422,
     {"The step has no such action", "Tindakan ini tidak tersedia pada tahap berkas ini"},
     {"The step has no action of this name. GET /sops/{id} lists the actions of each step.",
      "Langkah ini tidak mempunyai tindakan dengan nama itu. GET /sops/{id} memuat tindakan setiap "
      "langkah."}},
    {"cannot_be_assigned", 422,
     {"The officer has no duty in this step", "Petugas itu tidak bertugas pada tahap ini"},
     {"The officer does not hold the role of this step today. Choose one who does.",
      "Petugas itu tidak memegang peran langkah ini hari ini. Pilih petugas yang memegangnya."}},
    {"unknown_obstacle", 422,
     {"The cause of the delay is not known", "Kendala tidak dikenal"},
     {"The SOP knows no such cause of delay; its `kendala` are in GET /sops/{id}.",
      "SOP tidak mengenal kendala itu; daftar `kendala` ada pada GET /sops/{id}."}},
    {"unknown_pause_reason", 422,
     {"The reason to pause is not known", "Alasan jeda tidak dikenal"},
     {"The SOP knows no such reason to pause; its reasons are in GET /sops/{id}.",
      "SOP tidak mengenal alasan jeda itu; daftarnya ada pada GET /sops/{id}."}},
    {"missing_until", 422,
     {"An end date is required", "Tanggal akhir jeda wajib diisi"},
     {"A pause for this reason needs its end: send `until`.",
      "Jeda dengan alasan ini memerlukan tanggal akhir: kirim `until`."}},
    {"bad_until", 422,
     {"The end date of the pause is not possible", "Tanggal akhir jeda tidak mungkin"},
     {"The end of the pause lies in the past, or before the end it has. Send a later `until`.",
      "Akhir jeda terletak di masa lalu, atau sebelum akhir yang sekarang. Kirim `until` yang "
      "lebih lambat."}},
    {"pause_too_long", 422,
     {"The pause would last longer than allowed", "Jeda melebihi batas terlama"},
     {"The pause would last longer than its reason allows; `detail` says until when it may.",
      "Jeda akan melebihi batas alasannya; `detail` menyebutkan sampai kapan boleh."}},
    {"wrong_outcome", 422,
     {"The action does not fit the outcome", "Tindakan tidak sesuai dengan hasil yang diputuskan"},
     {"The action fits a grant where the file is a refusal, or the other way round. Choose the one "
      "that fits, or return the file.",
      "Tindakan ini untuk persetujuan sedangkan berkasnya penolakan, atau sebaliknya. Pilih yang "
      "sesuai, atau kembalikan berkasnya."}},
    {"condition_not_met", 422,
     {"The action is not offered for this file", "Tindakan tidak tersedia untuk berkas ini"},
     {"The SOP offers the action only where its condition (`bila`) holds. GET /permits/{id} lists "
      "under `actions` what can be done.",
      "SOP menyediakan tindakan ini hanya bila syaratnya (`bila`) terpenuhi. GET /permits/{id} memuat "
      "pada `actions` yang dapat dilakukan."}},
    {"invalid_fields", 422,
     {"Fields of the form are missing or wrong", "Isian formulir belum lengkap atau keliru"},
     {"Fields of the service's form are missing, unknown or wrong; `errors` points to each. "
      "GET /sops/{id} lists the `fields`.",
      "Isian formulir layanan belum lengkap, tidak dikenal, atau keliru; `errors` menunjuk "
      "masing-masing. GET /sops/{id} memuat `fields`."}},
    {"invalid_branches", 422,
     {"The steps to open are missing or wrong", "Pilihan langkah yang dibuka belum ada atau keliru"},
     {"The action opens the steps that are named in `to`; `detail` says which there are.",
      "Tindakan ini membuka langkah yang disebut dalam `to`; `detail` menyebutkan pilihannya."}},
    {"unknown_requirement", 422,
     {"The requirement is not known", "Syarat tidak dikenal"},
     {"The step has no such requirement to tick; its `requirements` are in GET /sops/{id}.",
      "Langkah ini tidak mempunyai syarat itu; daftar `requirements` ada pada GET /sops/{id}."}},
    {"unknown_related", 422,
     {"The related permit is not known", "Permohonan yang terkait tidak dikenal"},
     {"There is no permit of the id in `related`, or it is not for this caller to see: a service "
      "with scope intake sees only what it handed in itself. Send the id of the refused permit.",
      "Tidak ada permohonan dengan id pada `related`, atau pemanggil tidak berhak melihatnya: "
      "layanan dengan lingkup intake hanya melihat berkas yang diajukannya sendiri. Kirim id "
      "permohonan yang ditolak."}},
    {"objects_elsewhere", 422,
     {"Objections to the related permit are not raised in this service",
      "Keberatan atas permohonan yang terkait tidak diajukan pada layanan ini"},
     {"`related` is for the service that the SOP of the refused permit names (`keberatan.sop`). "
      "GET /sops/{id} of that SOP says which under `objection`.",
      "`related` hanya untuk layanan yang disebut SOP permohonan yang ditolak (`keberatan.sop`). "
      "GET /sops/{id} dari SOP itu menyebutkannya pada `objection`."}},
    {"not_refused", 422,
     {"The related permit was not refused",
      "Permohonan yang terkait tidak ditolak, atau penolakannya masih dapat dibatalkan"},
     {"Only a refusal can be objected to, once it can no longer be taken back (two minutes as it "
      "ships). Wait for the decision, or hand the application in without `related`.",
      "Keberatan hanya dapat diajukan atas penolakan, setelah penolakan itu tidak dapat dibatalkan "
      "lagi (semula dua menit). Tunggu keputusannya, atau ajukan permohonan tanpa `related`."}},
    {"objection_too_late", 422,
     {"The time to object is over", "Batas waktu pengajuan keberatan sudah lewat"},
     {"The SOP of the refused permit says within what time from the refusal it may be objected to "
      "(`keberatan.batas`); `detail` says when that was over. Speak to the office.",
      "SOP permohonan yang ditolak menetapkan sampai kapan keberatan dapat diajukan sejak "
      "penolakan (`keberatan.batas`); `detail` menyebutkan batasnya. Hubungi kantor."}},
    {"bad_occurred_at", 422,
     {"The given time is not possible", "Waktu yang dicatat tidak mungkin"},
     {"The given time lies before the step opened, in the future, or too long ago for what ends or signs a "
      "permit: more than one working day, which an administrator corrects. Send when it was really done.",
      "Waktu yang dicatat terletak sebelum langkah dibuka, di masa depan, atau terlalu lama untuk tindakan "
      "yang mengakhiri atau menandatangani berkas: lebih dari satu hari kerja, yang dibetulkan oleh "
      "pengelola. Kirim waktu yang sebenarnya."}},
    {"key_reused", 422,
     {"The idempotency key was used for another request",
      "Kunci idempotensi sudah dipakai untuk permintaan lain"},
     {"This Idempotency-Key was sent before with another body or to another address. A key belongs "
      "to one request: make a new one, and check whether the earlier request has done it already.",
      "Idempotency-Key ini sudah dipakai dengan isi atau alamat lain. Satu kunci untuk satu "
      "permintaan: buat kunci baru, dan periksa apakah permintaan sebelumnya sudah "
      "mengerjakannya."}},
    {"missing_upload", 422,
     {"A file that is named was not uploaded here, or is gone again",
      "Berkas yang disebut belum diunggah, atau sudah dihapus lagi"},
     {"A document names a file by a `tenggat:` uri that is not here: it was never uploaded, or no "
      "permit took it within 24 hours. `missing` names the kinds. Upload it again with POST "
      "/files.",
      "Sebuah dokumen menyebut berkas `tenggat:` yang tidak ada: belum diunggah, atau tidak "
      "dipakai permohonan mana pun dalam 24 jam. `missing` menyebutkan jenisnya. Unggah lagi "
      "dengan POST /files."}},
    {"daily_files_full", 429,
     {"More files were sent than are taken on one day",
      "Berkas yang dikirim sudah mencapai batas untuk satu hari"},
     {"A token or session may upload 2 GiB a day, an applicant's link 200 MiB, unless configured "
      "otherwise; the day begins at midnight UTC. Send the rest after Retry-After seconds.",
      "Satu token atau sesi dapat mengunggah 2 GiB sehari, tautan pemohon 200 MiB, kecuali diatur "
      "lain; hari dimulai pukul 00.00 UTC. Kirim sisanya setelah Retry-After detik."}},
    {"too_many_requests", 429,
     {"Too many requests", "Terlalu banyak permintaan"},
     {"This token or this address has sent more than its pace allows. Wait Retry-After seconds and "
      "send the same again.",
      "Token atau alamat ini mengirim lebih banyak daripada yang diizinkan. Tunggu Retry-After "
      "detik lalu kirim lagi permintaan yang sama."}},
    {"database_away", 503,
     {"The database cannot serve at the moment, try again shortly",
      "Basis data sedang tidak dapat melayani, coba lagi sebentar"},
     {"The database does not answer. Nothing is lost; send the same again after Retry-After "
      "seconds, a POST with the same Idempotency-Key.",
      "Basis data tidak menjawab. Tidak ada yang hilang; kirim lagi permintaan yang sama setelah "
      "Retry-After detik, untuk POST dengan Idempotency-Key yang sama."}},
});
static_assert(std::all_of(kProblemTypes.begin(), kProblemTypes.end(), [](const ProblemType& type) {
  return is_said_in_both(type.title) && is_said_in_both(type.help);
}));

// Null where there is no such row.
constexpr const ProblemType* find_problem_type(std::string_view code) {
  for (const ProblemType& type : kProblemTypes)
    if (type.code == code) return &type;
  return nullptr;
}

// One of the rows. A code that has none does not compile.
class ProblemCode {
 public:
  constexpr ProblemCode() : ProblemCode(*find_problem_type("internal")) {}
  consteval ProblemCode(const char* code) : type_(find_problem_type(code)) {
    if (!type_) throw std::logic_error("no problem of this code");
  }
  constexpr explicit ProblemCode(const ProblemType& type) : type_(&type) {}
  constexpr const ProblemType& operator*() const { return *type_; }
  constexpr const ProblemType* operator->() const { return type_; }
  constexpr bool operator==(const ProblemCode&) const = default;

 private:
  const ProblemType* type_;
};

// What a caller is told whose command was refused for this reason; `internal` where it is none.
ProblemCode problem_code(Reason reason);

}  // namespace tenggat::http
