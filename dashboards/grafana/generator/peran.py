"""Peran dan Beban: who has how much, how old it is, what comes in against what goes out, what has gone up the ladder."""
from parts import (
    ALAMAT, alarms, BAD, barchart, BULAN, dashboard, DATASOURCE, FEW_IS_GOOD, folded, GOOD, LAPORAN, MONTH, month_stat,
    OFFICE, NONE_IS_GOOD, of_rows, override, PERAN, prom, row, SOP, SOPS, sql, stat, table, to_page, to_panel, two_months,
    UNLIT_PLAIN, WARN, words, working)

LOAD, OFFICERS, DONE, AGES = "Beban per Peran", "Pekerjaan per Petugas", "Diselesaikan per Petugas", "Umur Pekerjaan Terbuka"
ESCALATIONS, OBSTACLES, PAUSES, ANSWERS = "Daftar Eskalasi", "Daftar Kendala", "Daftar Jeda", "Waktu Jawab Eskalasi"
ROLE = "peran IN (${peran:singlequote})"
ROLE_OF_STEP = f"langkah IN (SELECT langkah FROM langkah WHERE {SOP} AND {ROLE})"
ZONE = "(SELECT max(zona) FROM sop)"


def here(title):
    return [to_panel("peran", title)]


def grown(metric, by):
    """What a figure of the database has grown by within a day: one reading less another."""
    series = f'max by ({by}) ({metric}{{sop=~"$sop"}}'
    return f"sum({series}) - ({series} offset 1d) or min by ({by}) (min_over_time({metric}{{sop=~\"$sop\"}}[1d]))))"


def now():
    return [
        row("Keadaan sekarang"),
        stat("Belum Diambil", "Berkas kantor yang belum diambil siapa pun; yang pada pemohon tidak dihitung.",
             sql(f"SELECT count(*) FROM pekerjaan WHERE {SOP} AND {ROLE} AND belum_diambil"),
             thresholds=UNLIT_PLAIN, links=here(LOAD)),
        stat("Terlambat", "Berkas pada peran terpilih yang lewat batas waktu tahapannya.",
             sql(f"SELECT count(*) FROM pekerjaan WHERE {SOP} AND {ROLE} AND keadaan = 'terlambat'"),
             thresholds=NONE_IS_GOOD, links=here(OFFICERS)),
        stat("Peran Tak Terjangkau", "Peran yang hari ini tidak mempunyai petugas yang dapat dihubungi.",
             prom('sum(max by (sop, role) (tenggat_roles_unreachable{sop=~"$sop"}))'), thresholds=NONE_IS_GOOD,
             links=[to_page("Buka daftar pegawai pada Tenggat", "pegawai")]),
        stat("Dialihkan Sehari Ini", "Pemberitahuan yang melewati suatu peran karena tidak ada yang dapat diberi tahu, dalam 24 jam.",
             prom(grown("tenggat_notices_redirected_total", "sop, reason")), thresholds=FEW_IS_GOOD,
             links=[to_panel("notifikasi", "Pemberitahuan Hari Ini")]),
        stat("Eskalasi Menunggu", "Eskalasi kepada atasan yang belum ditanggapi.",
             prom("max(tenggat_escalations_unacknowledged)"), thresholds=FEW_IS_GOOD, links=here(ANSWERS)),
        month_stat("Jumlah Eskalasi", "Anak tangga yang sampai kepada atasan.",
                   two_months("", of_rows("count(*)", "eskalasi", "pada")), links=here(ESCALATIONS)),
    ]


def load():
    ages = f"""SELECT peran_nama AS "Peran", count(*) FILTER (WHERE umur_detik < 86400) AS "≤ 1 hari",
               count(*) FILTER (WHERE umur_detik >= 86400 AND umur_detik < 259200) AS "1–3 hari",
               count(*) FILTER (WHERE umur_detik >= 259200 AND umur_detik < 604800) AS "3–7 hari",
               count(*) FILTER (WHERE umur_detik >= 604800) AS "> 7 hari"
               FROM pekerjaan WHERE {SOP} AND {ROLE} GROUP BY 1 ORDER BY count(*) DESC"""
    flow = f"""SELECT to_char(hari, 'DD/MM') AS "Hari", count(*) FILTER (WHERE apa = 'masuk') AS "Masuk",
               count(*) FILTER (WHERE apa = 'selesai') AS "Selesai" FROM (
               SELECT 'masuk' AS apa, (dibuka AT TIME ZONE zona)::date AS hari FROM kunjungan
               WHERE {SOP} AND {ROLE} AND dibuka >= (SELECT sekarang()) - interval '14 days'
               UNION ALL SELECT 'selesai', (ditutup AT TIME ZONE zona)::date FROM kunjungan
               WHERE {SOP} AND {ROLE} AND ditutup >= (SELECT sekarang()) - interval '14 days') a
               GROUP BY hari ORDER BY hari"""
    raised = f"""SELECT to_char((pada AT TIME ZONE {ZONE})::date, 'DD/MM') AS "Hari", count(*) AS "Eskalasi"
                 FROM eskalasi WHERE {SOP} AND pada >= (SELECT sekarang()) - interval '14 days'
                 GROUP BY (pada AT TIME ZONE {ZONE})::date ORDER BY (pada AT TIME ZONE {ZONE})::date"""
    return [
        row("Siapa memegang berapa?"),
        table(LOAD, "Pekerjaan terbuka setiap peran sekarang, dan banyaknya petugas yang memegangnya.",
              f"""SELECT peran_nama AS "Peran", petugas AS "Petugas", terbuka AS "Terbuka", segera AS "Segera",
                  terlambat AS "Terlambat", dijeda AS "Dijeda", belum_diambil AS "Belum diambil"
                  FROM beban_peran WHERE {SOP} AND {ROLE} AND peran IN (SELECT peran FROM langkah WHERE {SOP})
                  AND peran NOT IN (SELECT peran FROM kunjungan WHERE terbuka AND keadaan = 'tanpa batas')
                  ORDER BY terlambat DESC, terbuka DESC""",
              alarms("Terlambat") + alarms("Segera", color=WARN), 13, 10,
              links=[to_panel("tahapan", "Berkas pada Tahapan")],
              widths={"Petugas": 80, "Terbuka": 85, "Segera": 80, "Terlambat": 95, "Dijeda": 75, "Belum diambil": 120}),
        table(OFFICERS, "Yang dipegang setiap petugas sekarang, yang terlambat terbanyak lebih dahulu; umur menurut kalender.",
              f"""SELECT petugas AS "Petugas", string_agg(DISTINCT peran_nama, ', ') AS "Peran", count(*) AS "Terbuka",
                  count(*) FILTER (WHERE keadaan = 'terlambat') AS "Terlambat", lama(max(umur_detik)) AS "Tertua"
                  FROM pekerjaan WHERE {SOP} AND {ROLE} GROUP BY petugas ORDER BY 4 DESC, 3 DESC""",
              alarms("Terlambat"), 11, 10, links=[to_panel("tahapan", "Berkas pada Tahapan")],
              widths={"Terbuka": 85, "Terlambat": 95, "Tertua": 110}),
        barchart(AGES, "Sejak berkas sampai pada tahapannya, menurut kalender.", ages, "Peran", width=8, links=here(OFFICERS), stacking="normal",
                 colors={"≤ 1 hari": "#8ab8d8", "1–3 hari": GOOD, "3–7 hari": WARN, "> 7 hari": BAD}),
        barchart("Masuk dan Selesai per Hari", "Yang sampai pada peran terpilih dan yang diselesaikannya, empat belas hari terakhir.", flow, "Hari",
                 width=8, links=here(LOAD), colors={"Masuk": "#8ab8d8", "Selesai": GOOD}),
        barchart("Eskalasi per Hari", "Anak tangga yang sampai kepada atasan, empat belas hari terakhir.", raised, "Hari", width=8,
                 links=here(ESCALATIONS), colors={"Eskalasi": WARN}),
    ]


def people():
    return [
        row("Siapa menyelesaikan berapa pada ${bulan:text}, dan siapa menjawab eskalasi?"),
        table(DONE, "Tahapan yang diselesaikan setiap petugas pada bulan terpilih; lama tengah dalam waktu kerja.",
              f"""SELECT petugas AS "Petugas", string_agg(DISTINCT peran_nama, ', ') AS "Peran", sum(selesai) AS "Selesai",
                  sum(terlambat) AS "Terlambat", sum(pengembalian) AS "Dikembalikan",
                  {working("max(kerja_p50)", "Lama tengah")}
                  FROM petugas_bulanan WHERE {SOP} AND {MONTH} AND {ROLE} GROUP BY petugas ORDER BY 3 DESC""",
              alarms("Terlambat"), 13, 10, links=here(OFFICERS),
              widths={"Selesai": 80, "Terlambat": 95, "Dikembalikan": 115, "Lama tengah": 115}),
        table(ANSWERS, "Eskalasi pada bulan terpilih menurut atasan: yang dijawab, lama tengah sampai dijawab, dan yang terlama menunggu (kalender).",
              f"""SELECT kepada AS "Kepada", count(*) AS "Eskalasi", count(*) FILTER (WHERE menunggu) AS "Menunggu",
                  coalesce(lama(percentile_cont(0.5) WITHIN GROUP (ORDER BY lama_jawab_detik)::numeric), '–') AS "Lama jawab",
                  coalesce(lama(max(menunggu_detik)), '–') AS "Terlama"
                  FROM eskalasi_dijawab WHERE {SOP} AND {MONTH} AND {ROLE_OF_STEP} GROUP BY kepada ORDER BY 4 DESC, 2 DESC""",
              alarms("Menunggu", color=WARN), 11, 10, links=here(ESCALATIONS),
              widths={"Eskalasi": 85, "Menunggu": 95, "Lama jawab": 125, "Terlama": 125}),
    ]


def lists():
    return [
        row("Eskalasi"),
        table(ESCALATIONS, "Setiap anak tangga yang sampai kepada atasan pada bulan terpilih, yang terakhir lebih dahulu.",
              f"""SELECT id::text AS id, nomor AS "Nomor", perihal AS "Perihal", langkah_nama AS "Tahapan",
                  anak_tangga_kata(anak_tangga) AS "Anak tangga", {words("pada", "Pada")}, kepada AS "Kepada",
                  CASE WHEN dijawab IS NULL THEN CASE WHEN menunggu THEN 'menunggu' ELSE '–' END
                  ELSE saat(dijawab, zona) END AS "Dijawab"
                  FROM eskalasi_dijawab WHERE {SOP} AND {MONTH} AND {ROLE_OF_STEP} ORDER BY pada DESC LIMIT 500""",
              widths={"Tahapan": 190, "Anak tangga": 140, "Pada": 125, "Dijawab": 125}),
        folded("Rincian: kendala dan jeda",
               table(OBSTACLES, "Tahapan yang lewat batas pada bulan terpilih, dengan kendala terakhir yang disebut petugas.",
                     f"""SELECT id::text AS id, nomor AS "Nomor", perihal AS "Perihal", langkah_nama AS "Tahapan",
                         kendala_nama AS "Kendala", {words("terlambat_sejak", "Terlambat sejak", ZONE)},
                         CASE WHEN terbuka THEN 'belum' ELSE 'sudah' END AS "Selesai",
                         {working("kerja_detik", "Waktu kerja")}, {working("standar_detik", "Standar")}
                         FROM kendala WHERE {SOP} AND {MONTH} AND {ROLE} ORDER BY terlambat_sejak DESC LIMIT 500""",
                     widths={"Tahapan": 180, "Terlambat sejak": 130, "Selesai": 80, "Waktu kerja": 130, "Standar": 110}),
               table(PAUSES, "Jeda yang sedang berlangsung, yang terlama lebih dahulu.",
                     f"""SELECT id::text AS id, nomor AS "Nomor", langkah_nama AS "Tahapan", alasan_nama AS "Alasan",
                         {words("dari", "Sejak", ZONE)}, coalesce(saat(direncanakan_sampai, {ZONE}), '–') AS "Sampai",
                         CASE WHEN menghentikan_layanan THEN 'berhenti' ELSE 'berjalan' END AS "Waktu layanan"
                         FROM jeda WHERE sampai IS NULL AND {SOP} AND {ROLE_OF_STEP} ORDER BY dari LIMIT 200""",
                     widths={"Sejak": 130, "Sampai": 130, "Waktu layanan": 130})),
    ]


def build():
    return dashboard("peran", "Peran dan Beban", "Siapa memegang berapa, berapa lama, dan apa yang naik ke atasan.",
                     ["peran"], [DATASOURCE, OFFICE, LAPORAN, SOPS, PERAN, BULAN, ALAMAT], now() + load() + people() + lists())
