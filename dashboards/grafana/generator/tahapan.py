"""Tahapan SOP: where is it stuck? The steps as rows, as everybody knows them from the form."""
from parts import (
    ALAMAT, alarms, bargauge, BULAN, dashboard, DATASOURCE, FEW_IS_GOOD, hours, LANGKAH, LAPORAN, link, MONTH,
    NONE_IS_GOOD, override, PLAIN, prom, row, SHARE, shares, SOP, SOPS, sql, stat, steps, table, timeseries,
    to_panel, when)

OPEN, RETURNS, WAITING = "Berkas pada Tahapan", "Daftar Pengembalian", "Terlama Menunggu Diambil"
STEP = "langkah IN (${langkah:singlequote})"


def here(title):
    return [to_panel("tahapan", title)]


def open_stat(title, description, sla, thresholds=PLAIN):
    selector = f',sla="{sla}"' if sla else ""
    return stat(title, description,
                prom(f'sum(max by (sop, step, sla) (tenggat_steps_open{{sop=~"$sop",step=~"$langkah"{selector}}}))'),
                thresholds=thresholds, links=here(OPEN))


def now():
    return [
        row("Keadaan sekarang"),
        open_stat("Berkas Terbuka", "Berkas pada semua tahapan terpilih, termasuk yang pada pemohon.", ""),
        open_stat("Segera", "Berkas yang batas waktu tahapannya hampir tiba.", "due_soon", FEW_IS_GOOD),
        open_stat("Terlambat", "Lewat batas waktu tahapan.", "overdue", NONE_IS_GOOD),
        open_stat("Dijeda", "Jam tahapan berhenti: menunggu pemohon, instansi lain, atau kunjungan.", "paused"),
        stat("Belum Diambil", "Berkas yang belum diambil siapa pun.",
             prom('sum(max by (sop, step) (tenggat_steps_unclaimed{sop=~"$sop",step=~"$langkah"}))'),
             thresholds=PLAIN, links=here(WAITING)),
        stat("Batas dalam 24 Jam", "Tahapan yang batas terdekatnya dalam 24 jam ke depan atau sudah lewat.",
             prom('count((max by (sop, step) (tenggat_steps_next_due_timestamp_seconds{sop=~"$sop",step=~"$langkah"})'
                  " > 0) - scalar(max(tenggat_office_clock_timestamp_seconds)) < 86400) or vector(0)"),
             thresholds=FEW_IS_GOOD, links=here(OPEN)),
    ]


STEPS = f"""
SELECT l.nama AS "Tahapan", l.peran_nama AS "Pelaksana", coalesce(o.terbuka, 0) AS "Terbuka",
  coalesce(o.segera, 0) AS "Segera", coalesce(o.terlambat, 0) AS "Terlambat", o.tertua AS "Terlama sejak",
  l.standar_detik / 3600.0 AS "Standar", b.menunggu_p50 / 3600 AS "Menunggu p50", b.menunggu_p90 / 3600 AS "Menunggu p90",
  b.mengerjakan_p50 / 3600 AS "Mengerjakan p50", b.mengerjakan_p90 / 3600 AS "Mengerjakan p90",
  b.kerja_p50 / 3600 AS "Seluruhnya p50", b.kerja_p90 / 3600 AS "Seluruhnya p90",
  b.kepatuhan AS "Kepatuhan", b.pengembalian AS "Dikembalikan", l.langkah
FROM laporan.langkah l
LEFT JOIN (SELECT sop, langkah, count(*) AS terbuka, count(*) FILTER (WHERE keadaan = 'segera') AS segera,
             count(*) FILTER (WHERE keadaan = 'terlambat') AS terlambat, min(dibuka) AS tertua
           FROM laporan.kunjungan WHERE terbuka GROUP BY 1, 2) o USING (sop, langkah)
LEFT JOIN (SELECT * FROM laporan.langkah_bulanan WHERE {MONTH}) b USING (sop, langkah)
WHERE l.{SOP} AND {STEP} ORDER BY l.sop, l.urutan"""
THIS_STEP = link("Buka berkas pada tahapan ini",
                 "/d/tenggat-tahapan?viewPanel=<tahapan/Berkas pada Tahapan>&var-langkah=${__data.fields.langkah}"
                 "&${sop:queryparam}&${bulan:queryparam}")


def steps_of_the_form():
    return [
        row("Tahapan sebagaimana formulir SOP, dengan angka ${bulan}"),
        table("Keadaan per Tahapan",
              "Terbuka sekarang, dan lama menunggu serta mengerjakan pada bulan terpilih di samping standarnya (jam kerja).",
              STEPS, [override("langkah", custom__hidden=True), override("Tahapan", links=[THIS_STEP])]
              + when("Terlama sejak") + shares("Kepatuhan") + alarms("Terlambat")
              + hours("Standar", "Menunggu p50", "Menunggu p90", "Mengerjakan p50", "Mengerjakan p90",
                      "Seluruhnya p50", "Seluruhnya p90"), height=10),
        bargauge("Kepatuhan Waktu per Tahapan", "Bagian yang selesai tepat waktu dari yang dinilai pada bulan terpilih.",
                 [sql(f"""SELECT langkah_nama AS "Tahapan", kepatuhan AS "Kepatuhan" FROM laporan.langkah_bulanan
                      WHERE {SOP} AND {MONTH} AND {STEP} AND kepatuhan IS NOT NULL ORDER BY urutan""")],
                 "percentunit", SHARE, 8, here("Keadaan per Tahapan"), min=0, max=1),
        bargauge("Tahapan Terlama", "Waktu p90 terhadap standarnya pada bulan terpilih; di atas 100% berarti lebih lama daripada standar.",
                 [sql(f"""SELECT langkah_nama AS "Tahapan", kerja_p90 / nullif(standar_detik, 0) AS "Terhadap standar"
                      FROM laporan.langkah_bulanan WHERE {SOP} AND {MONTH} AND {STEP} AND selesai > 0
                      ORDER BY 2 DESC""")],
                 "percentunit", steps("green", ("orange", 0.8), ("red", 1)), 8, here("Keadaan per Tahapan"), min=0),
        bargauge("Rata-rata Waktu Kerja sejak Awal", "Dari dibuka sampai ditutup tanpa jeda, dalam detik kerja, seluruh waktu.",
                 [prom('sort_desc(max by (step) (tenggat_step_working_seconds_sum{sop=~"$sop",step=~"$langkah"})'
                       ' / (max by (step) (tenggat_step_working_seconds_count{sop=~"$sop",step=~"$langkah"}) > 0))',
                       "{{step}}")], "s", PLAIN, 8, here("Keadaan per Tahapan"), min=0),
    ]


def trend():
    return [
        row("Perkembangan"),
        timeseries("Tahapan Terbuka menurut Keadaan", "Berkas terbuka pada tahapan terpilih.",
                   [prom('sum by (sla) (max by (sop, step, sla) (tenggat_steps_open{sop=~"$sop",step=~"$langkah"}))',
                         "{{sla}}")], width=8, links=here(OPEN)),
        timeseries("Sisa Waktu ke Batas Terdekat", "Negatif berarti sudah lewat; menurut jam kantor.",
                   [prom('(max by (step) (tenggat_steps_next_due_timestamp_seconds{sop=~"$sop",step=~"$langkah"}) > 0)'
                         " - scalar(max(tenggat_office_clock_timestamp_seconds))", "{{step}}")], "s", width=8,
                   links=here(OPEN)),
        timeseries("Umur Berkas Tertua", "Sejak dibukanya berkas terbuka yang tertua pada setiap tahapan.",
                   [prom("scalar(max(tenggat_office_clock_timestamp_seconds))"
                         ' - (max by (step) (tenggat_steps_oldest_open_timestamp_seconds{sop=~"$sop",step=~"$langkah"})'
                         " > 0)", "{{step}}")], "s", width=8, links=here(OPEN)),
        timeseries("Penyelesaian dan Pelampauan Batas", "Banyaknya penyelesaian dan pelampauan batas sejak awal, per tahapan.",
                   [prom('max by (step) (tenggat_step_completions_total{sop=~"$sop",step=~"$langkah"})',
                         "selesai {{step}}"),
                    prom('max by (step) (tenggat_step_sla_missed_total{sop=~"$sop",step=~"$langkah"})',
                         "terlambat {{step}}", "B")], width=12, links=here("Keadaan per Tahapan")),
        timeseries("Pengembalian", "Banyaknya sejak awal, menurut tahapan yang mengembalikan.",
                   [prom('max by (step) (tenggat_step_returns_total{sop=~"$sop",step=~"$langkah"})', "{{step}}")],
                   width=12, links=here(RETURNS)),
    ]


def lists():
    visits = f"""SELECT id, nomor AS "Nomor", perihal AS "Perihal", langkah_nama AS "Tahapan", peran_nama AS "Pelaksana",
                 keadaan AS "Keadaan", dibuka AS "Dibuka", batas AS "Batas", ada_petugas AS "Diambil",
                 kendala AS "Kendala" FROM laporan.kunjungan WHERE terbuka AND {SOP} AND {STEP}"""
    return [
        row("Daftar"),
        table(OPEN, "Berkas terbuka pada tahapan terpilih, yang paling mendesak lebih dahulu.",
              visits + " ORDER BY batas NULLS LAST LIMIT 500", when("Dibuka", "Batas")),
        table(WAITING, "Berkas yang belum diambil siapa pun, yang terlama lebih dahulu.",
              visits + " AND NOT ada_petugas ORDER BY dibuka LIMIT 200", when("Dibuka", "Batas")),
        table(RETURNS, "Pengembalian pada bulan terpilih dan dokumen yang dinyatakan kurang.",
              f"""SELECT id, nomor AS "Nomor", perihal AS "Perihal", langkah_nama AS "Tahapan", pada AS "Pada",
                  tindakan AS "Tindakan", dokumen AS "Kekurangan" FROM laporan.pengembalian
                  WHERE {SOP} AND {MONTH} AND {STEP} ORDER BY pada DESC LIMIT 500""", when("Pada"), 16),
        table("Kekurangan Tersering", "Dokumen yang dinyatakan kurang pada bulan terpilih.",
              f"""SELECT dokumen AS "Dokumen", sum(jumlah) AS "Jumlah" FROM laporan.kekurangan_bulanan
                  WHERE {SOP} AND {MONTH} AND {STEP} GROUP BY 1 ORDER BY 2 DESC""", width=8, links=here(RETURNS),
              sort="Jumlah"),
    ]


def build():
    return dashboard("tahapan", "Tahapan SOP", "Di mana berkas tertahan, dan berapa lama setiap tahapan sebenarnya.",
                     ["tahapan"], [DATASOURCE, LAPORAN, SOPS, LANGKAH, BULAN, ALAMAT],
                     now() + steps_of_the_form() + trend() + lists())
