#include "daemon/pages/style.h"

#include "daemon/store/hash.h"

namespace tenggat::pages {

// System font, one accent, four states that meet WCAG AA on light and dark, hairlines, no shadows.
// Every colour also has a word, so nothing here is needed to understand a page.
const std::string_view kStyle = R"css(
:root{color-scheme:light dark;--bg:#f6f8f9;--card:#fff;--ink:#1a2530;--soft:#566472;--line:#d9e0e5;
--accent:#0b5d68;--on-accent:#fff;--ok:#1a6e3c;--ok-bg:#e2f3e8;--soon:#7d5200;--soon-bg:#fcedcf;
--late:#a3201a;--late-bg:#fbe3e1;--pause:#46489a;--pause-bg:#e8e8f8}
@media (prefers-color-scheme:dark){:root{--bg:#12171d;--card:#1b2229;--ink:#e9eef2;--soft:#a5b1bc;
--line:#323c46;--accent:#5ec5d1;--on-accent:#0c1418;--ok:#72d79a;--ok-bg:#17331f;--soon:#f0bd5c;
--soon-bg:#3a2b10;--late:#ff948c;--late-bg:#431a18;--pause:#b3b4f5;--pause-bg:#282a4e}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
.lebar{max-width:46rem;margin:0 auto;padding:0 1rem}
.luas .lebar{max-width:64rem}
.loncat{position:absolute;left:-99rem}
.loncat:focus{position:static;display:inline-block;padding:.5rem 1rem}
header.atas{background:var(--card);border-bottom:1px solid var(--line);padding:.6rem 0}
header.atas .lebar{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center}
header.atas strong{color:var(--accent)}
header.atas p{margin:0;flex:1 1 12rem}
header.atas nav{display:flex;flex-wrap:wrap;gap:0 .25rem;align-items:center}
header.atas nav form{margin:0}
header.atas nav a,header.atas nav button{display:block;padding:.5rem .6rem;min-height:2.75rem;
line-height:1.75rem;font-weight:400;background:none;border:0;color:var(--accent);font-size:1rem;text-decoration:underline;
cursor:pointer}
main{padding:1.25rem 0 3rem}
h1{font-size:1.4rem;line-height:1.3;margin:.25rem 0 .75rem}
h2{font-size:1.1rem;line-height:1.35;margin:1.75rem 0 .6rem}
h3{font-size:1rem;margin:1rem 0 .4rem}
p{margin:.4rem 0}
a{color:var(--accent)}
.halus{color:var(--soft);font-size:.92rem}
.kartu{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem;margin:.75rem 0}
.kartu>:first-child{margin-top:0}.kartu>:last-child{margin-bottom:0}
.kartu.terlambat{border-left:5px solid var(--late)}.kartu.segera{border-left:5px solid var(--soon)}
.kartu.jeda{border-left:5px solid var(--pause)}.kartu.ok{border-left:5px solid var(--ok)}
.lencana{display:inline-block;border-radius:1rem;padding:.1rem .65rem;font-weight:600;font-size:.88rem;
background:var(--line);color:var(--ink)}
.lencana.ok{background:var(--ok-bg);color:var(--ok)}
.lencana.segera{background:var(--soon-bg);color:var(--soon)}
.lencana.terlambat{background:var(--late-bg);color:var(--late)}
.lencana.jeda{background:var(--pause-bg);color:var(--pause)}
.besar{font-size:1.08rem}
ol.jalan{list-style:none;margin:0;padding:0}
ol.jalan li{position:relative;padding:0 0 1rem 2.7rem;min-height:2.4rem}
ol.jalan li:not(:last-child)::before{content:"";position:absolute;left:.92rem;top:1.9rem;bottom:0;
border-left:2px solid var(--line)}
ol.jalan .nomor{position:absolute;left:0;top:0;width:1.9rem;height:1.9rem;border-radius:50%;
border:2px solid var(--line);background:var(--card);display:flex;align-items:center;
justify-content:center;font-weight:600;font-size:.85rem;color:var(--soft)}
ol.jalan .selesai .nomor{background:var(--ok-bg);border-color:var(--ok);color:var(--ok)}
ol.jalan .kini .nomor{border-color:var(--accent);color:var(--accent)}
ol.jalan .kini strong{color:var(--accent)}
form{margin:.6rem 0}
label,legend{font-weight:600;display:block;margin:.7rem 0 .25rem;padding:0}
fieldset{border:0;margin:.9rem 0 0;padding:0;min-width:0}
.pilihan label{font-weight:400;display:flex;gap:.6rem;align-items:flex-start;margin:0;padding:.45rem 0}
.pilihan input{flex:none;width:1.25rem;height:1.25rem;margin:.15rem 0 0}
input[type=text],input[type=search],input[type=date],input[type=number],textarea,select{width:100%;font:inherit;color:inherit;
background:var(--card);border:1px solid var(--soft);border-radius:8px;padding:.6rem .7rem}
input[type=file]{width:100%;font:inherit;padding:.5rem 0}
input[aria-invalid=true],select[aria-invalid=true]{border:2px solid var(--late)}
.salah-isian{color:var(--late);font-weight:600}
.isian-petunjuk{margin:.2rem 0 0}.isian-petunjuk:empty{display:none}
textarea{min-height:6rem;resize:vertical}
button,.tombol{display:inline-block;font:inherit;font-weight:600;min-height:2.75rem;padding:.55rem 1.1rem;
border-radius:8px;border:1px solid var(--accent);background:var(--card);color:var(--accent);
cursor:pointer;text-decoration:none;text-align:center}
button.utama,.tombol.utama{background:var(--accent);color:var(--on-accent)}
button.penuh{width:100%}
button.bahaya{border-color:var(--late);color:var(--late)}
button.bahaya.utama{background:var(--late);color:var(--card)}
.sebaris{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.7rem 0}
.sebaris form{margin:0}
:focus-visible,input[type=date]:focus-within,input[type=time]:focus-within{outline:3px solid var(--accent);outline-offset:2px}
details{border:1px solid var(--line);border-radius:10px;background:var(--card);margin:.75rem 0;padding:0 1rem}
details>summary{cursor:pointer;font-weight:600;padding:.7rem 0;min-height:2.75rem}
details[open]{padding-bottom:1rem}
dl.fakta dd{margin:0}
dl.fakta{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.3rem 1rem;margin:.5rem 0}
@media (max-width:30rem){dl.fakta{grid-template-columns:1fr;gap:0}dl.fakta dd{margin-bottom:.4rem}}
dl.fakta dt{color:var(--soft)}
ul.polos{list-style:none;margin:0;padding:0}
ul.polos>li{border-top:1px solid var(--line);padding:.65rem 0}
ul.polos>li:first-child{border-top:0;padding-top:0}ul.polos>li:last-child{padding-bottom:0}
ul.tugas>li{display:grid;grid-template-columns:auto 1fr;gap:.2rem .8rem}
ul.tugas .pilih{grid-row:1/span 3;display:flex;padding:.5rem .3rem}
ul.tugas .pilih input{width:1.35rem;height:1.35rem;margin:0}
ul.tugas .aksi{grid-column:2}
@media (min-width:44rem){ul.tugas>li{grid-template-columns:auto 1.2fr 1.2fr 1.3fr auto;align-items:center}
ul.tugas .pilih{grid-row:auto}ul.tugas .aksi{grid-column:auto}}
.gulir{overflow-x:auto}
table{border-collapse:collapse;width:100%;min-width:16rem;font-size:.94rem;overflow-wrap:normal}
th,td{text-align:left;vertical-align:top;padding:.45rem .6rem .45rem 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:600}
@media (min-width:36rem){td.angka{white-space:nowrap}}
.pesan{border-radius:10px;padding:.75rem 1rem;margin:.75rem 0;background:var(--ok-bg);color:var(--ok)}
.pesan.salah{background:var(--late-bg);color:var(--late)}
.batang{height:.5rem;border-radius:.25rem;background:var(--line);overflow:hidden;margin:.6rem 0}
.batang svg{display:block;width:100%;height:100%}
.batang rect{fill:var(--ok)}.segera .batang rect{fill:var(--soon)}
.terlambat .batang rect{fill:var(--late)}.jeda .batang rect{fill:var(--pause)}
.berdampingan{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between}
.berdampingan form{margin:0}li.berdampingan>span:first-child{flex:1 1 16rem;min-width:0}
.mendatar{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0 0 .75rem;padding:0}
.tersembunyi{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
button.tersembunyi{min-height:0;padding:0;border:0}
code{font-size:.92rem;overflow-wrap:anywhere}
svg.qr{display:block;width:14rem;max-width:100%;height:auto;background:#fff;border-radius:8px;margin:0 0 .6rem}
ul.tugas>li.tanpa-pilih{grid-template-columns:1fr}
ul.tugas>li.tanpa-pilih .aksi{grid-column:auto}
@media (min-width:44rem){ul.tugas>li.gagal{grid-template-columns:auto 1fr 1.2fr}
ul.tugas>li.tanpa-pilih{grid-template-columns:1.4fr 1.1fr 1.2fr auto}}
.kerja .lebar{max-width:78rem}
header.atas nav a[aria-current]{font-weight:600;color:var(--ink);text-decoration-thickness:2px}
@media (min-width:64rem){.tugas-saya{display:grid;grid-template-columns:minmax(0,1fr) 18rem;gap:0 1.5rem;align-items:start}}
.pesan.berdampingan p{flex:1 1 20rem;margin:0}.tugas-saya .kartu .berdampingan h3{margin:0}
.tugas-saya .berdampingan{align-items:baseline}.tugas-saya ul.tugas{margin:-.6rem 0}
@media (min-width:44rem){ul.tugas>li[data-baris]{grid-template-columns:2rem 1.2fr 1.2fr 1.3fr auto}}
ul.tampilan{list-style:none;display:flex;flex-wrap:wrap;gap:.5rem;margin:.5rem 0;padding:0}
.tampilan a{display:block;min-height:2.75rem;padding:.55rem .9rem;border:1px solid var(--line);border-radius:8px;
background:var(--card);color:var(--ink);text-decoration:none}
.tampilan a[aria-current]{border:2px solid var(--accent);font-weight:600}.tampilan b{margin-left:.3rem}
.alasan{border-left:3px solid var(--line);padding-left:.8rem;margin:.5rem 0}
.alasan.segera{border-color:var(--soon)}.alasan.terlambat{border-color:var(--late)}.alasan.jawaban{border-color:var(--ok)}
.keputusan{display:inline-block;border:1px solid var(--soft);border-radius:6px;padding:.05rem .5rem;font-weight:600;
font-size:.88rem}.keputusan.menolak{border-color:var(--late);color:var(--late)}
ul.tugas .sebab{grid-column:2/-1}ul.tugas .sebab p{margin:.25rem 0}
ul.tugas>li[data-baris]{margin:0 -1rem;padding:.65rem 1rem;align-items:start}
ul.tugas>li.terpilih,ul.tugas>li:has(input:checked){background:var(--ok-bg)}
.pilihan-bersama{border:2px solid var(--accent);border-radius:10px;background:var(--card);padding:.6rem 1rem;margin:.75rem 0}
.berdampingan>h1,.berdampingan>h2,.berdampingan>h3{margin-right:auto}
.mendatar{align-items:baseline}.mendatar a{display:inline-block;padding:.4rem 0}
ul.rapat>li{padding:.2rem 0;border-top:0}button.kecil{border:0;background:none;text-decoration:underline;font-weight:400;padding:.4rem}
kbd{border:1px solid var(--soft);border-radius:4px;padding:0 .35rem;font-size:.9rem}
@media (max-width:44rem){.nama>a,.kartu h3>a,ul.rapat>li>a{display:inline-block;padding:.6rem 0;min-height:2.75rem}
.mendatar a{padding:.6rem 0;min-height:2.75rem}button.kecil,select{min-height:2.75rem}
a.sendiri{display:inline-block;padding:.6rem 0;min-height:2.75rem}.pilihan label{padding:.6rem 0;min-height:2.75rem}
ul.tugas .pilih{min-width:2.75rem;min-height:2.75rem;align-items:center;justify-content:center}}
.tanpa-pilih .aksi a{display:inline-block;padding:.4rem 0}
.papan .lebar{max-width:84rem}
.angka-utama{display:flex;flex-wrap:wrap;gap:.75rem 2rem;margin:.75rem 0}
.angka-utama div{margin:0}.angka-utama dt{color:var(--soft);font-size:.92rem}
.angka-utama dd{margin:0;font-size:1.6rem;font-weight:700;line-height:1.3}
.angka-utama dd a{color:inherit}
dd.ok,li.ok,strong.ok{color:var(--ok)}dd.segera,li.segera{color:var(--soon)}
dd.terlambat,li.terlambat,strong.terlambat{color:var(--late)}dd.jeda,li.jeda{color:var(--pause)}
table.papan{background:var(--card);border:1px solid var(--line);border-radius:10px;
border-collapse:separate;border-spacing:0;font-size:.94rem}
table.papan th,table.papan td{padding:.5rem .6rem;vertical-align:middle}
table.papan thead th{text-align:center;border-top:0}table.papan thead th:first-child{text-align:left}
table.papan tbody th{font-weight:400;width:15rem}
table.papan td{text-align:center;border-left:1px dashed var(--line)}
table.papan td.waktu{text-align:left;color:var(--soft);min-width:9.5rem}
table.papan td.waktu strong:not(.terlambat){color:var(--ink)}
table.papan .peran{display:none}
table.papan td.pelaksana,table.papan thead th.pelaksana{text-align:left}
.kosong{color:var(--soft)}
.petak{display:inline-block;border:2px solid var(--line);border-radius:8px;padding:.15rem .6rem;
font-size:.8rem;font-weight:600;text-align:center;background:var(--card);min-width:4.5rem}
.petak ul{list-style:none;margin:0;padding:0}.petak li,.petak span{white-space:nowrap}
.petak .angka{display:block;font-size:1.25rem;font-weight:700;line-height:1.35}
.petak a{color:inherit;display:block;text-decoration-thickness:1px;padding:.1rem 0}
.petak.ok{border-color:var(--ok);background:var(--ok-bg);color:var(--ok)}
.petak.segera{border-color:var(--soon);background:var(--soon-bg);color:var(--soon)}
.petak.terlambat{border-color:var(--late);background:var(--late-bg);color:var(--late)}
.petak.jeda{border-color:var(--pause);background:var(--pause-bg);color:var(--pause)}
.petak li{color:var(--ink)}
@media (max-width:62rem){table.papan,table.papan tbody,table.papan tr,table.papan th,table.papan td{display:block}
table.papan thead,table.papan td:empty,table.papan td.pelaksana{display:none}table.papan tbody th{width:auto;font-weight:600;padding-bottom:0}
table.papan tr{border-top:1px solid var(--line);padding:.3rem 0}table.papan tr:first-child{border-top:0}
table.papan tbody th,table.papan td{border:0;text-align:left;padding:.25rem .75rem}
table.papan td.isi{display:flex;gap:.75rem;align-items:center}table.papan .peran{display:inline;min-width:7rem;color:var(--soft)}}
table.layanan{min-width:0}table.layanan.kartu{padding:0}
table.layanan th,table.layanan td{padding:.5rem .75rem}
table.layanan td.angka{text-align:right;font-variant-numeric:tabular-nums}
table.layanan th[scope=row]{font-weight:600;width:45%}
table.layanan thead th.angka{text-align:right}
.sebaris.cari input{flex:1 1 12rem;width:auto}
@media (max-width:44rem){table.layanan,table.layanan tbody,table.layanan tr,table.layanan th{display:block;width:auto}
table.layanan thead{display:none}table.layanan tbody th[scope=row]{width:auto}
table.layanan tr{border-top:1px solid var(--line);padding:.4rem 0}table.layanan tr:first-child{border-top:0}
table.layanan th,table.layanan td{border:0;padding:.15rem .75rem}
table.layanan td,table.layanan td.angka{display:inline-block;text-align:left;margin-right:1rem}
table.layanan td[data-nama]::before{content:attr(data-nama) ": ";color:var(--soft)}
table.layanan tr.sepi td[data-nama]{display:none}}
.berkas .lebar{max-width:84rem}
.meja>section{min-width:0}
.dok .tampil{display:block;width:100%;height:calc(100vh - 9rem);min-height:28rem;border:1px solid var(--line);
border-radius:8px;background:var(--line)}
.dok object:focus{outline:3px solid var(--accent);outline-offset:2px}
.dok img.tampil,.dok object.gambar{height:auto;min-height:0;max-height:calc(100vh - 9rem);object-fit:contain}
.tab{display:flex;flex-wrap:wrap;gap:.4rem;margin:.75rem 0 .5rem}
.tab a{border:1px solid var(--line);border-radius:8px;background:var(--card);color:var(--ink);padding:.45rem .75rem;
min-height:2.75rem;display:inline-flex;align-items:center;text-decoration:none;overflow-wrap:anywhere}
.tab a[aria-current]{border:2px solid var(--accent);font-weight:600}
.baca .tombol{display:block;margin:0 0 .5rem}.baca span{display:block;font-weight:400;font-size:.92rem}
.hanya-lebar{display:none}
@media (min-width:64rem){.meja.berdua{display:grid;gap:0 1.5rem;grid-template-columns:minmax(0,1.1fr) minmax(0,1fr);
grid-template-rows:auto auto auto 1fr}.meja.berdua>*{grid-column:2}
.meja.berdua>.dok{grid-column:1;grid-row:1/span 4;position:sticky;top:.5rem;align-self:start}
.berkas:has(.meja.sendiri) .lebar{max-width:46rem}.meja>.perihal>h2:first-child{margin-top:.75rem}
.hanya-lebar{display:block}.tab.hanya-lebar{display:flex}.hanya-sempit{display:none}
.meja>:first-child>.kartu:first-child{margin-top:.75rem}}
blockquote{margin:.6rem 0;padding:.1rem 0 .1rem .9rem;border-left:3px solid var(--soft)}
blockquote.menolak{border-color:var(--late)}
.isi-putusan{display:inline-block;border:2px solid var(--ink);border-radius:6px;padding:.05rem .5rem;font-weight:700}
.isi-putusan.menolak{border-color:var(--late);color:var(--late)}
.langkah-utama{border:2px solid var(--ink);border-radius:10px;padding:.25rem 1rem 1rem;margin:1rem 0}
.langkah-utama.akhir{border-color:var(--late)}
.langkah-utama form{margin-bottom:0}
input[type=time]{width:100%;font:inherit;color:inherit;background:var(--card);border:1px solid var(--soft);border-radius:8px;padding:.6rem .7rem}
.baris-kekurangan{border-top:1px solid var(--line);padding:.3rem 0 .6rem}
.layar{font-size:1.15rem}
.dua-kolom .kartu h2{margin:0}.dua-kolom .berdampingan p{margin:0}
.dua-kolom table.layanan th[scope=row]{width:auto}
ul.padat{margin:0;padding-left:1.1rem}ul.padat>li{margin:0 0 .25rem}
.kutipan{border-left:4px solid var(--late);padding:.1rem 0 .1rem .75rem;margin:.6rem 0}
.isian-kartu{border:2px solid var(--accent);border-radius:10px;padding:.5rem 1rem;margin:.8rem 0}
.rapat{margin:.25rem 0}.beban{margin:.4rem 0}.beban rect.semua{fill:var(--soft)}.beban rect.telat{fill:var(--late)}
@media (min-width:64rem){.luas:has(.dua-kolom) .lebar{max-width:80rem}
.dua-kolom{display:grid;grid-template-columns:minmax(0,1.25fr) minmax(0,1fr);gap:0 1.5rem}}
@media (max-width:30rem){.kartu .sebaris>a.tombol,.kartu .sebaris>button{flex:1 1 auto}
.kartu .sebaris>a.utama,.kartu .sebaris>button.utama{flex-basis:100%}
.rapat a{display:inline-block;padding:.6rem 0}}
.angka-utama dd small,.tiga small{font-size:.6em;font-weight:600}
.layar>header,.layar>footer{display:none}.layar main{padding:0}.layar .lebar{max-width:none;padding:0 .5rem}
.layar h1{font-size:1.15rem;margin:0;color:var(--accent)}.layar h2{font-size:1.2rem;margin:0;line-height:1.15}
.layar .kepala,.layar .kaki{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;align-items:baseline;padding:.3rem .5rem}
.layar .kepala{border-bottom:1px solid var(--line)}.layar .kepala p,.layar .kaki p{margin:0}.layar .kepala strong{font-size:1.35rem}
.layar .kaki .terlambat{color:var(--late);font-weight:700}.layar .kaki .halus,.layar .judul p{color:var(--soft);font-size:.9rem;margin:0}
.layar .kartu{padding:.4rem .7rem;margin:.4rem 0}
.layar .judul{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;align-items:baseline}
.layar .tiga{display:grid;grid-template-columns:repeat(auto-fit,minmax(6rem,1fr));gap:.2rem .5rem;margin:.3rem 0}
.tiga div{display:flex;flex-direction:column-reverse;justify-content:flex-end;border-left:3px solid var(--line);padding-left:.5rem}
.tiga dd{margin:0;font-size:1.9rem;font-weight:700;line-height:1.1}.tiga dt{font-size:.88rem;line-height:1.15}
.tiga .terlambat{border-color:var(--late)}.tiga .terlambat dd,tr.terlambat .angka,tr.terlambat .keadaan{color:var(--late)}
.tiga .segera{border-color:var(--soon)}.tiga .segera dd,tr.segera .keadaan{color:var(--soon)}
.tiga .ok{border-color:var(--ok)}.tiga .ok dd,tr.ok .keadaan{color:var(--ok)}tr.jeda .keadaan{color:var(--pause)}
table.tahapan{font-size:1rem;min-width:0}table.tahapan th,table.tahapan td{padding:.22rem .3rem;font-weight:400;vertical-align:baseline;line-height:1.25}
table.tahapan tr[class=""]{color:var(--soft)}table.tahapan .angka{text-align:right;font-weight:700}table.tahapan td.keadaan{font-weight:700;width:38%}
table.tahapan tr.terlambat th,table.tahapan tr.terlambat td{background:var(--late-bg)}
@media (min-width:60rem){html.dinding{font-size:calc(100vw / 48)}.layar .panel-2{display:grid;grid-template-columns:1fr 1fr;gap:.5rem}}
.laporan table{background:var(--card)}.laporan{overflow-x:auto}
.laporan .kotak{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.6rem;margin:.75rem 0}
.laporan .kotak div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.6rem .8rem}
.laporan .kotak strong{display:block;font-size:1.5rem;line-height:1.2}.laporan .kotak span{display:block;color:var(--soft);font-size:.9rem}
.laporan figure{background:#fff;color:#111;border:1px solid var(--line);border-radius:10px;margin:.75rem 0;padding:.8rem;max-width:44rem}
.laporan figcaption{font-weight:600}.laporan svg{display:block;width:100%;height:auto}
.laporan td.angka,.laporan th.angka{text-align:right}.laporan tbody td,.laporan tbody th{vertical-align:baseline}
@media (min-width:36rem){.laporan .angka a,.laporan strong a{min-height:0;padding:0;line-height:inherit}}
.hitungan{display:block;font-weight:400;color:var(--soft);font-size:.92rem}
table.hitung{min-width:0}table.hitung td.angka{text-align:right;white-space:nowrap;padding-right:0}
table.hitung th.angka{text-align:right;padding-right:0}
table.hitung tr.sepi th{color:var(--soft)}table.hitung tr.hari-ini{background:var(--ok-bg)}
table.hitung tr.jumlah th,table.hitung tr.jumlah td{border-top:2px solid var(--ink)}
.nomor-sk strong{font-size:1.15rem}.tombol.penuh{display:block}
a.sentuh,ul.hubungi a,.unduh a:not(.tombol){display:inline-block;min-height:2.75rem;line-height:1.6;padding:.55rem 0}
ul.hubungi{list-style:none;margin:0;padding:0}.dua dl.fakta dd a{display:inline-block;padding:.55rem 0;min-height:2.75rem}
@media (min-width:60rem){.dua{display:grid;grid-template-columns:minmax(0,1.35fr) minmax(0,1fr);gap:2rem}.dua h2{margin-top:.4rem}}
footer{border-top:1px solid var(--line);padding:1rem 0 2rem}
@media print{body{background:#fff;color:#000;font-size:11pt}header.atas nav,form,.loncat,button{display:none}
.kartu,details{break-inside:avoid;border-color:#999}a{color:#000}main{padding:0}}
)css";

const std::string& style_address() {
  static const std::string address =
      "/gaya.css?v=" + store::hex(store::sha256(kStyle)).substr(0, 16);
  return address;
}

}  // namespace tenggat::pages
