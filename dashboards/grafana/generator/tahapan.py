"""Tahapan SOP: where is it stuck? The steps as rows, as everybody knows them from the form."""
from parts import (
    ALAMAT, alarms, BAD, barchart, bargauge, BULAN, dashboard, DATASOURCE, FEW_IS_GOOD, folded, GOOD, LANGKAH,
    LAPORAN, link, MONTH, OFFICE, NONE_IS_GOOD, override, prom, row, SHARE, shares, SOP, SOPS, sql, stat, STATE, steps, table,
    timeseries, to_panel, UNLIT_PLAIN, WARN, words, working)

OPEN, RETURNS, WAITING, PARTS = "Berkas pada Tahapan", "Daftar Pengembalian", "Terlama Menunggu Diambil", "Menunggu dan Mengerjakan"
STEPS_NOW = "Keadaan per Tahapan"
STEP = "langkah IN (${langkah:singlequote})"
CLOCK = "scalar(max(tenggat_office_clock_timestamp_seconds))"


def here(title):
    return [to_panel("tahapan", title)]


def open_of(sla):
    selector = f',sla="{sla}"' if sla else ""
    return f'sum(max by (sop, step, sla) (tenggat_steps_open{{sop=~"$sop",step=~"$langkah"{selector}}}))'


def now():
    count = f"SELECT count(*) FROM pekerjaan WHERE {SOP} AND {STEP} AND"
    return [
        row("Keadaan sekarang"),
        stat("Berkas Terbuka", "Berkas pada semua tahapan terpilih, termasuk yang pada pemohon.", prom(open_of("")),
             thresholds=UNLIT_PLAIN, links=here(OPEN)),
        stat("Segera", "Berkas yang batas waktu tahapannya hampir tiba.", prom(open_of("due_soon")),
             thresholds=FEW_IS_GOOD, links=here(OPEN)),
        stat("Terlambat", "Lewat batas waktu tahapan.", prom(open_of("overdue")), thresholds=NONE_IS_GOOD, links=here(OPEN)),
        stat("Dijeda", "Jam tahapan berhenti: menunggu pemohon, instansi lain, atau kunjungan.", prom(open_of("paused")),
             thresholds=UNLIT_PLAIN, links=[to_panel("peran", "Daftar Jeda")]),
        stat("Belum Diambil", "Berkas kantor yang belum diambil siapa pun; yang pada pemohon tidak dihitung.",
             sql(f"{count} belum_diambil"), thresholds=UNLIT_PLAIN, links=here(WAITING)),
        stat("Batas Hari Ini", "Berkas yang batas waktu tahapannya tiba hari ini.", sql(f"{count} batas_hari_ini"),
             thresholds=FEW_IS_GOOD, links=here(OPEN)),
    ]


STEPS = f"""
SELECT l.nama AS "Tahapan", l.peran_nama AS "Pelaksana", coalesce(o.terbuka, 0) AS "Terbuka",
  coalesce(o.terlambat, 0) AS "Terlambat", coalesce(lama(o.lewat), '–') AS "Lewat terlama",
  {working("l.standar_detik", "Standar")}, {working("b.kerja_p50", "Lama tengah")},
  {working("b.kerja_p90", "Lama p90")}, b.kepatuhan AS "Kepatuhan", l.langkah
FROM langkah l
LEFT JOIN (SELECT sop, langkah, count(*) AS terbuka, count(*) FILTER (WHERE keadaan = 'terlambat') AS terlambat,
             max(lewat_detik) AS lewat FROM pekerjaan GROUP BY 1, 2) o USING (sop, langkah)
LEFT JOIN (SELECT * FROM langkah_bulanan WHERE {MONTH}) b USING (sop, langkah)
WHERE l.{SOP} AND {STEP} ORDER BY l.sop, l.urutan"""
THIS_STEP = link("Buka berkas pada tahapan ini",
                 "/d/tenggat-tahapan?viewPanel=<tahapan/Berkas pada Tahapan>&var-langkah=${__data.fields.langkah}"
                 "&${sop:queryparam}&${bulan:queryparam}")


def steps_of_the_form():
    ages = f"""SELECT langkah_nama AS "Tahapan", count(*) FILTER (WHERE umur_detik < 86400) AS "≤ 1 hari",
               count(*) FILTER (WHERE umur_detik >= 86400 AND umur_detik < 259200) AS "1–3 hari",
               count(*) FILTER (WHERE umur_detik >= 259200 AND umur_detik < 604800) AS "3–7 hari",
               count(*) FILTER (WHERE umur_detik >= 604800) AS "> 7 hari"
               FROM pekerjaan WHERE {SOP} AND {STEP} GROUP BY langkah_nama, urutan ORDER BY urutan"""
    return [
        row("Tahapan sebagaimana formulir SOP, dengan angka ${bulan:text}"),
        table(STEPS_NOW,
              "Terbuka sekarang, tanpa yang pada pemohon; lama tengah dan p90 (sembilan dari sepuluh lebih cepat) pada bulan terpilih di samping standarnya, waktu kerja.",
              STEPS, [override("langkah", custom__hidden=True), override("Tahapan", links=[THIS_STEP])]
              + shares("Kepatuhan") + alarms("Terlambat"), height=13,
              widths={"Terbuka": 85, "Terlambat": 95, "Lewat terlama": 145, "Standar": 120, "Lama tengah": 130,
                      "Lama p90": 130, "Kepatuhan": 100}),
        bargauge("Kepatuhan Waktu per Tahapan", "Bagian yang selesai tepat waktu dari yang dinilai pada bulan terpilih.",
                 [sql(f"""SELECT langkah_nama AS "Tahapan", kepatuhan AS "Kepatuhan" FROM langkah_bulanan
                      WHERE {SOP} AND {MONTH} AND {STEP} AND kepatuhan IS NOT NULL ORDER BY urutan""")],
                 "percentunit", SHARE, 8, here(STEPS_NOW), min=0, max=1, decimals=0),
        bargauge("Tahapan Terlama", "Waktu p90 terhadap standarnya pada bulan terpilih; di atas 100% berarti lebih lama daripada standar.",
                 [sql(f"""SELECT langkah_nama AS "Tahapan", kerja_p90 / nullif(standar_detik, 0) AS "Terhadap standar"
                      FROM langkah_bulanan WHERE {SOP} AND {MONTH} AND {STEP} AND selesai > 0
                      ORDER BY 2 DESC""")],
                 "percentunit", steps(GOOD, (WARN, 0.8), (BAD, 1)), 8, here(STEPS_NOW), min=0, decimals=0),
        barchart("Umur Berkas Terbuka", "Sejak berkas sampai pada tahapannya, menurut kalender.", ages, "Tahapan", width=8,
                 links=here(OPEN), stacking="normal", colors={"≤ 1 hari": "#8ab8d8", "1–3 hari": GOOD, "3–7 hari": WARN, "> 7 hari": BAD}),
    ]


def per_day(columns, view, moment, where):
    """The last fourteen days, a bar a day."""
    return f"""SELECT to_char(hari, 'DD/MM') AS "Hari", {columns}
               FROM (SELECT ({moment} AT TIME ZONE zona)::date AS hari, k.* FROM {view} k
               WHERE {where} AND {moment} >= (SELECT sekarang()) - interval '14 days') a GROUP BY hari ORDER BY hari"""


def trend():
    done = per_day('count(*) FILTER (WHERE keadaan = \'tepat waktu\') AS "Tepat waktu", count(*) FILTER (WHERE keadaan = \'terlambat\') AS "Terlambat"',
                   "kunjungan", "ditutup", f"{SOP} AND {STEP} AND dihitung AND verdict IS NOT NULL")
    back = per_day('count(*) AS "Dikembalikan"', "kunjungan", "ditutup", f"{SOP} AND {STEP} AND pengembalian AND dihitung")
    return [
        row("Perkembangan"),
        timeseries("Tahapan Terbuka menurut Keadaan", "Berkas terbuka pada tahapan terpilih.",
                   [prom(open_of("on_track"), "sesuai waktu"), prom(open_of("due_soon"), "segera", "B"),
                    prom(open_of("overdue"), "terlambat", "C"), prom(open_of("paused"), "dijeda", "D")],
                   width=8, links=here(OPEN), stepped=True,
                   overrides=[override(name, color={"mode": "fixed", "fixedColor": color}) for name, color in
                              (("sesuai waktu", GOOD), ("segera", WARN), ("terlambat", BAD), ("dijeda", "#8e8e8e"))]),
        timeseries("Sisa Waktu ke Batas Terdekat", "Jam kalender sampai batas tahapan yang paling dekat; di bawah nol berarti sudah lewat.",
                   [prom('min((max by (sop, step) (tenggat_steps_next_due_timestamp_seconds{sop=~"$sop",step=~"$langkah"}) > 0)'
                         f" - {CLOCK}) / 3600", "Sisa waktu")], "suffix: jam", steps(BAD, ("transparent", 0)), 8,
                   here(OPEN), lines=True, defaults={"decimals": 0, "color": {"mode": "fixed", "fixedColor": GOOD}}),
        timeseries("Umur Berkas Tertua", "Hari kalender sejak berkas terbuka yang tertua sampai pada tahapannya.",
                   [prom(f'max({CLOCK} - (max by (sop, step) (tenggat_steps_oldest_open_timestamp_seconds{{sop=~"$sop",step=~"$langkah"}})'
                         " > 0)) / 86400", "Tertua")], "suffix: hari", width=8, links=here(OPEN),
                   defaults={"decimals": 0, "color": {"mode": "fixed", "fixedColor": GOOD}}),
        barchart("Selesai per Hari", "Tahapan yang diselesaikan, dan di antaranya yang terlambat, empat belas hari terakhir.", done, "Hari",
                 links=here(STEPS_NOW), stacking="normal", colors={"Tepat waktu": GOOD, "Terlambat": BAD}),
        barchart("Pengembalian per Hari", "Berkas yang dikembalikan dari tahapan terpilih, empat belas hari terakhir.", back, "Hari", links=here(RETURNS),
                 colors={"Dikembalikan": WARN}),
    ]


def lists():
    visits = f"""SELECT id::text AS id, nomor AS "Nomor", perihal AS "Perihal", langkah_nama AS "Tahapan", petugas AS "Dipegang",
                 keadaan AS "Keadaan", {words("dibuka", "Dibuka")}, {words("batas", "Batas")},
                 coalesce(lama(lewat_detik), '–') AS "Terlambat"
                 FROM pekerjaan WHERE {SOP} AND {STEP}"""
    wide = {"Tahapan": 190, "Dipegang": 150, "Keadaan": 120, "Dibuka": 125, "Batas": 125, "Terlambat": 145}
    return [
        row("Berkas"),
        table(OPEN, "Berkas kantor yang terbuka pada tahapan terpilih, yang paling mendesak lebih dahulu; terlambat menurut kalender.",
              visits + " ORDER BY batas NULLS LAST LIMIT 500", [STATE], height=10, widths=wide),
        folded("Rincian: menunggu diambil, pengembalian, kekurangan",
               table(WAITING, "Berkas yang belum diambil siapa pun, yang terlama lebih dahulu.",
                     visits + " AND belum_diambil ORDER BY dibuka LIMIT 200", [STATE], widths=wide),
               table(PARTS, "Lama menunggu sampai diambil, dan mengerjakan sejak diambil, pada bulan terpilih (waktu kerja).",
                     f"""SELECT langkah_nama AS "Tahapan", {working("menunggu_p50", "Menunggu, tengah")},
                         {working("menunggu_p90", "Menunggu, p90")}, {working("mengerjakan_p50", "Mengerjakan, tengah")},
                         {working("mengerjakan_p90", "Mengerjakan, p90")}, pengembalian AS "Dikembalikan"
                         FROM langkah_bulanan WHERE {SOP} AND {MONTH} AND {STEP} ORDER BY urutan""",
                     links=here(STEPS_NOW), widths={"Dikembalikan": 120}),
               table(RETURNS, "Pengembalian pada bulan terpilih dan dokumen yang dinyatakan kurang.",
                     f"""SELECT id::text AS id, nomor AS "Nomor", perihal AS "Perihal", langkah_nama AS "Tahapan",
                         {words("pada", "Pada", "(SELECT max(zona) FROM sop)")},
                         replace(dokumen, '_', ' ') AS "Kekurangan" FROM pengembalian
                         WHERE {SOP} AND {MONTH} AND {STEP} ORDER BY pada DESC LIMIT 500""", width=16,
                     widths={"Pada": 120, "Tahapan": 150}),
               table("Kekurangan Tersering", "Dokumen yang dinyatakan kurang pada bulan terpilih.",
                     f"""SELECT replace(dokumen, '_', ' ') AS "Dokumen", sum(jumlah) AS "Jumlah" FROM kekurangan_bulanan
                         WHERE {SOP} AND {MONTH} AND {STEP} GROUP BY 1 ORDER BY 2 DESC""", width=8, links=here(RETURNS),
                     widths={"Jumlah": 90})),
    ]


def build():
    return dashboard("tahapan", "Tahapan SOP", "Di mana berkas tertahan, dan berapa lama setiap tahapan sebenarnya.",
                     ["tahapan"], [DATASOURCE, OFFICE, LAPORAN, SOPS, LANGKAH, BULAN, ALAMAT],
                     now() + steps_of_the_form() + trend() + lists())
