// A second service beside PAUD, that has what PAUD has not: a form, branches of the officer's
// choice, a bank that acts by itself, requirements, objections as permits (of its own).
#pragma once
#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "tests/daemon/api/routes_fixture.h"

namespace tenggat::http {

inline constexpr const char* kUsaha = R"(sop: usaha
judul: Izin Usaha
kalender: banjarbaru
nomor: "503/{urut:04}/USAHA/{bulan_romawi}/{tahun}"
keberatan: {batas: 10d, cara: secara tertulis, sop: usaha}
isian:
  - {id: luas, label: Luas (m²), jenis: angka, wajib: true, min: 1, maks: 1000}
  - {id: nik, label: NIK, jenis: teks, pola: "[0-9]{16}", pribadi: true}
  - {id: mulai, label: Mulai usaha, jenis: tanggal}
  - {id: bentuk, label: Bentuk usaha, jenis: pilihan, pilihan: {cv: Persekutuan, pt: Perseroan}}
  - {id: baru, label: Usaha baru, jenis: ya_tidak}
  - {id: retribusi, label: Retribusi (Rp), jenis: angka, min: 0}
pelaksana:
  pemohon: {nama: Pemohon, pemohon: true}
  front_office: {nama: Front Office, atasan: kabid_perizinan}
  back_office: {nama: Back Office, atasan: kabid_perizinan}
  dinas_teknis: {nama: Dinas Teknis, atasan: kabid_perizinan}
  kabid_perizinan: {nama: Kepala Bidang Perizinan}
  bank: {nama: Bank, layanan: true, menunggu: pemohon, atasan: kabid_perizinan}
jeda:
  klarifikasi_pemohon:
    nama: menunggu keterangan pemohon
    hentikan_layanan: true
    kabari_pemohon: true
    menunggu: pemohon
    paling_lama: 10d
    paling_banyak: 2
    sebut_syarat: true
langkah:
  - id: pengajuan
    kegiatan: Mengajukan permohonan
    pelaksana: pemohon
    kelengkapan: [surat_permohonan]
    waktu: 30m
    output: [{berkas_masuk: tanda}]
    aksi:
      kirim: {ke: verifikasi}
  - id: verifikasi
    kegiatan: Memeriksa permohonan
    pelaksana: front_office
    kelengkapan: [berkas_masuk]
    isian: [luas, nik, retribusi]
    syarat:
      - {id: identitas, teks: Identitas sesuai}
      - {id: lokasi, teks: Bukti penguasaan lokasi}
    waktu: 2h
    output: [{berkas_diperiksa: tanda}]
    aksi:
      minta_saran: {ke_pilihan: [saran_usaha, {langkah: saran_teknis, bila: {luas: {lebih_dari: 100}}}]}
      tagih: {ke: pembayaran, bila: {retribusi: {lebih_dari: 0}}}
  - id: saran_usaha
    kegiatan: Memberi saran
    pelaksana: back_office
    kelengkapan: [berkas_diperiksa]
    waktu: 1d
    aksi:
      jawab: {ke: putusan}
      ulangi: {ke: verifikasi, batalkan_cabang: true, catatan: wajib}
  - id: saran_teknis
    kegiatan: Memberi saran teknis
    pelaksana: dinas_teknis
    kelengkapan: [berkas_diperiksa]
    waktu: 1d
    aksi:
      jawab: {ke: putusan}
  - id: putusan
    kegiatan: Memutuskan
    pelaksana: kabid_perizinan
    gabung: true
    kelengkapan: [berkas_diperiksa]
    waktu: 1d
    aksi:
      setujui: {status: issued, hadir_sendiri: true}
      tolak: {status: rejected}
  - id: pembayaran
    kegiatan: Membayar retribusi
    pelaksana: bank
    kelengkapan: [berkas_diperiksa]
    waktu: 3k
    hentikan_layanan: true
    aksi:
      lunas: {status: issued}
)";

inline constexpr const char* kUsahaSubmission = R"({"sop":"usaha","subject":"Warung Melati",
  "applicant":{"name":"Siti","whatsapp":"081234567890"},
  "documents":[{"kind":"surat_permohonan","uri":"https://berkas.example/1"}],
  "fields":{"luas":120,"nik":"6372011234567890","mulai":"2026-05-01","bentuk":"cv","baru":true}})";

inline awaitable<void> put_usaha_in_force(std::string conninfo) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  auto sop = rule_set("sop", "usaha", {{"usaha.yaml", kUsaha}});
  co_await store::put_in_force(db, store::By::system(), std::move(sop));
}

// The secret of a token of the service.
inline awaitable<std::string> give_roles(std::string conninfo, std::string service,
                                         std::vector<std::string> scopes,
                                         std::vector<std::string> roles) {
  pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
  const std::string secret = store::new_token_secret();
  store::Token token;
  token.service = std::move(service);
  token.scopes = std::move(scopes);
  token.roles = std::move(roles);
  token.hash = store::token_hash(secret);
  co_await store::add_token(db, store::By::system(), token);
  co_return secret;
}

}  // namespace tenggat::http
