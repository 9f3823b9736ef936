"""Peran dan Beban: who has how much, who is missing, what has gone up the ladder."""
from parts import (
    ALAMAT, alarms, barchart, bargauge, BULAN, dashboard, DATASOURCE, FEW_IS_GOOD, hours, LAPORAN, MONTH,
    month_stat, NONE_IS_GOOD, prom, row, SOP, SOPS, stat, table, timeseries, to_panel, when)

LOAD, ESCALATIONS, OBSTACLES, PAUSES = "Beban per Peran", "Daftar Eskalasi", "Daftar Kendala", "Daftar Jeda"


def here(title):
    return [to_panel("peran", title)]


def now():
    return [
        row("Keadaan sekarang"),
        stat("Belum Diambil", "Berkas yang belum diambil siapa pun.",
             prom('sum(max by (sop, step) (tenggat_steps_unclaimed{sop=~"$sop"}))'), links=here(LOAD)),
        stat("Peran Tak Terjangkau", "Peran yang hari ini tidak mempunyai petugas yang dapat dihubungi.",
             prom('sum(max by (sop, role) (tenggat_roles_unreachable{sop=~"$sop"}))'), thresholds=NONE_IS_GOOD,
             links=here("Peran yang Tak Terjangkau")),
        stat("Pemberitahuan Dialihkan", "Yang melewati suatu peran karena tidak ada yang dapat diberi tahu, sejak awal.",
             prom('sum(max by (sop, reason) (tenggat_notices_redirected_total{sop=~"$sop"}))'),
             links=here("Pemberitahuan Dialihkan menurut Sebab")),
        stat("Eskalasi Belum Ditanggapi", "Eskalasi kepada atasan atas berkas terlambat yang belum ditanggapi.",
             prom("max(tenggat_escalations_unacknowledged)"), thresholds=FEW_IS_GOOD, links=here(ESCALATIONS)),
        month_stat("Eskalasi pada Bulan Terpilih", "Anak tangga yang sampai kepada atasan.", "sum(jumlah)",
                   "eskalasi_bulanan", links=here(ESCALATIONS), width=8),
    ]


def load():
    return [
        row("Beban"),
        table(LOAD, "Pekerjaan terbuka setiap peran sekarang, dan banyaknya petugas yang memegangnya.",
              f"""SELECT peran_nama AS "Peran", petugas AS "Petugas", terbuka AS "Terbuka", segera AS "Segera",
                  terlambat AS "Terlambat", dijeda AS "Dijeda", belum_diambil AS "Belum diambil",
                  tertua AS "Tertua sejak", batas_terdekat AS "Batas terdekat" FROM laporan.beban_peran
                  WHERE {SOP} ORDER BY terlambat DESC, terbuka DESC""",
              when("Tertua sejak", "Batas terdekat") + alarms("Terlambat"), 16,
              links=[to_panel("tahapan", "Berkas pada Tahapan")]),
        bargauge("Peran yang Tak Terjangkau", "1: hari ini tidak ada petugas yang dapat dihubungi.",
                 [prom('sort_desc(max by (role) (tenggat_roles_unreachable{sop=~"$sop"}))', "{{role}}")], "short",
                 NONE_IS_GOOD, 8, here(LOAD), min=0, max=1),
        barchart("Diselesaikan per Peran", "Tahapan yang diselesaikan pada bulan terpilih, dan di antaranya yang terlambat.",
                 f"""SELECT peran_nama AS "Peran", sum(selesai) AS "Selesai", sum(terlambat) AS "Terlambat"
                     FROM laporan.beban_peran_bulanan WHERE {SOP} AND {MONTH} GROUP BY 1 ORDER BY 2 DESC""",
                 "Peran", width=12, links=here(LOAD)),
        timeseries("Belum Diambil per Tahapan", "Berkas yang menunggu diambil.",
                   [prom('max by (step) (tenggat_steps_unclaimed{sop=~"$sop"})', "{{step}}")], width=12,
                   links=[to_panel("tahapan", "Terlama Menunggu Diambil")]),
        timeseries("Eskalasi per Anak Tangga", "Banyaknya sejak awal.",
                   [prom('max by (rung) (tenggat_escalations_total{sop=~"$sop"})', "{{rung}}")], width=12,
                   links=here(ESCALATIONS)),
        timeseries("Pemberitahuan Dialihkan menurut Sebab", "Banyaknya sejak awal.",
                   [prom('max by (reason) (tenggat_notices_redirected_total{sop=~"$sop"})', "{{reason}}")], width=12,
                   links=here(ESCALATIONS)),
    ]


def lists():
    return [
        row("Daftar"),
        table(ESCALATIONS, "Setiap anak tangga yang sampai kepada atasan pada bulan terpilih, yang terakhir lebih dahulu.",
              f"""SELECT id, nomor AS "Nomor", perihal AS "Perihal", langkah_nama AS "Tahapan",
                  anak_tangga AS "Anak tangga", ulangan AS "Ke", pada AS "Pada", kepada AS "Kepada",
                  disampaikan AS "Disampaikan" FROM laporan.eskalasi WHERE {SOP} AND {MONTH}
                  ORDER BY pada DESC LIMIT 500""", when("Pada")),
        table(OBSTACLES, "Tahapan yang lewat batas pada bulan terpilih, dengan kendala terakhir yang disebut petugas.",
              f"""SELECT id, nomor AS "Nomor", perihal AS "Perihal", langkah_nama AS "Tahapan",
                  kendala_nama AS "Kendala", terlambat_sejak AS "Terlambat sejak", terbuka AS "Belum selesai",
                  kerja_detik / 3600.0 AS "Waktu kerja", standar_detik / 3600.0 AS "Standar"
                  FROM laporan.kendala WHERE {SOP} AND {MONTH} ORDER BY terlambat_sejak DESC LIMIT 500""",
              when("Terlambat sejak") + hours("Waktu kerja", "Standar")),
        table(PAUSES, "Jeda yang sedang berlangsung, yang terlama lebih dahulu.",
              f"""SELECT id, nomor AS "Nomor", langkah_nama AS "Tahapan", alasan_nama AS "Alasan", dari AS "Sejak",
                  direncanakan_sampai AS "Sampai", menghentikan_layanan AS "Layanan berhenti"
                  FROM laporan.jeda WHERE sampai IS NULL AND {SOP} ORDER BY dari LIMIT 200""", when("Sejak", "Sampai")),
    ]


def build():
    return dashboard("peran", "Peran dan Beban", "Siapa memegang berapa, siapa tidak ada, dan apa yang naik ke atasan.",
                     ["peran"], [DATASOURCE, LAPORAN, SOPS, BULAN, ALAMAT], now() + load() + lists())
