"""Ikhtisar Pimpinan: ten seconds. Is anything wrong now and where, are we keeping the promise, is it getting better?"""
from parts import (
    ALAMAT, alarms, BAD, barchart, BULAN, CHOSEN, dashboard, DATASOURCE, DAY, FEW_IS_GOOD, folded, GOOD, LAPORAN, link,
    MONTH, month_stat, OFFICE, NONE_IS_GOOD, of_rows, override, pattern, PLAIN, prom, row, sentence, SOP, SOPS, sql, stat,
    STATE, steps, table, TARGET, TARGET_VARIABLE, timeseries, to_page, to_panel, two_months, UNLIT, UNLIT_PLAIN, WARN,
    words, working)

LATE, LEGAL, TODAY = "Daftar Terlambat", "Daftar Batas Hukum", "Daftar Batas Hari Ini"
RETURNED, MONTHLY, CAUSES = "Daftar pada Pemohon", "Daftar Bulan Ini", "Sebab Keterlambatan"
RISK, RECORD = "Berisiko Terlambat", "Ketepatan Perkiraan"
STUCK, WEEK = "Di Mana Tertahan", "Pekan Ini dan Pekan Lalu"
PAST_LAW = "selesai IS NULL AND batas_hukum < sekarang()"
NEAR_LAW = "risiko_fiktif_positif AND batas_hukum >= sekarang()"
LATE_STEP = "keadaan = 'terlambat'"
REPORT = to_page("Buka laporan bulan ini", "laporan")


def here(title):
    return [to_panel("ikhtisar", title)]


def cases(title, description, where, order, more, widths):
    """Permits, with the step each is at and who holds it."""
    query = f"""SELECT c.id::text AS id, c.nomor AS "Nomor", c.perihal AS "Perihal", coalesce(p.tahapan, '–') AS "Tahapan",
                coalesce(p.petugas, '–') AS "Dipegang", {more}
                FROM (SELECT * FROM kasus WHERE {where} AND {SOP} ORDER BY {order} LIMIT 500) c
                LEFT JOIN LATERAL (SELECT string_agg(DISTINCT langkah_nama, ', ') AS tahapan,
                  string_agg(DISTINCT petugas, ', ') AS petugas FROM pekerjaan w WHERE w.id = c.id) p ON true
                ORDER BY c.{order}"""
    return table(title, description, query, [STATE], widths={"Tahapan": 190, "Dipegang": 160} | widths)


def now():
    count = f"SELECT count(*) FROM kasus WHERE {SOP} AND"
    state = f"""SELECT CASE WHEN lewat_hukum + dekat_hukum > 0 THEN 'BAHAYA: ' WHEN lewat + tahapan > 0 THEN 'TERLAMBAT: '
                ELSE 'AMAN: tidak ada yang terlambat' END || concat_ws(', ',
                nullif(lewat_hukum, 0) || ' lewat batas hukum', nullif(dekat_hukum, 0) || ' mendekatinya',
                CASE WHEN lewat_hukum + dekat_hukum = 0 THEN nullif(lewat, 0) || ' lewat tanggal janji' END,
                CASE WHEN lewat_hukum + dekat_hukum + lewat = 0 THEN nullif(tahapan, 0) || ' pada tahapannya' END) AS "Keadaan"
                FROM (SELECT ({count} {PAST_LAW}) AS lewat_hukum, ({count} {NEAR_LAW}) AS dekat_hukum,
                ({count} lewat_batas) AS lewat,
                (SELECT count(*) FROM pekerjaan WHERE {SOP} AND {LATE_STEP}) AS tahapan) a"""
    where = f"""SELECT coalesce((SELECT langkah_nama || ': ' || count(*) || ' terlambat, terlama ' || lama(max(lewat_detik))
                FROM pekerjaan WHERE {SOP} AND {LATE_STEP} GROUP BY langkah_nama
                ORDER BY count(*) DESC, max(lewat_detik) DESC LIMIT 1), 'Tidak ada yang tertahan') AS "Di mana" """
    week = f"""SELECT CASE WHEN kini < lalu THEN 'MEMBAIK: ' WHEN kini > lalu THEN 'MEMBURUK: ' ELSE 'SAMA: ' END
               || kini || ' terlambat baru, pekan lalu ' || lalu AS "Dibanding pekan lalu"
               FROM (SELECT coalesce(sum(k.terlambat), 0) AS kini, (SELECT coalesce(sum(l.terlambat), 0)
               FROM pekan_banding() q CROSS JOIN LATERAL kepatuhan_antara(q.awal_lalu, q.akhir_lalu) l
               WHERE l.{SOP}) AS lalu FROM pekan_banding() p
               CROSS JOIN LATERAL kepatuhan_antara(p.awal, p.akhir) k WHERE k.{SOP}) a"""
    return [
        row("Adakah yang salah sekarang, dan di mana?"),
        sentence("Keadaan", "Yang paling berat sekarang, dengan kata.", state, 7,
                 [pattern("^BAHAYA.*", BAD), pattern("^TERLAMBAT.*", WARN, 1), pattern("^AMAN.*", GOOD, 2)], here(LATE)),
        sentence("Di Mana", "Tahapan dengan berkas terlambat terbanyak.", where, 7, [pattern(".*terlambat.*", WARN)],
                 here(STUCK)),
        sentence("Dibanding Pekan Lalu", "Permohonan yang lewat tanggal janji sejak Senin, dan pekan lalu sampai saat yang sama.",
                 week, 7, [pattern("^MEMBURUK.*", BAD), pattern("^MEMBAIK.*", GOOD, 1)], here(WEEK)),
        stat("Angka per", "Kapan angka Prometheus pada halaman ini dihitung. Tanda tanya: tidak diketahui; lihat Mesin.",
             prom("1000 * max(tenggat_snapshot_timestamp_seconds)"), "time:HH.mm", UNLIT_PLAIN,
             [to_panel("mesin", "Umur Angka")], 3, height=3, letters=24),
        stat("Lewat Batas Hukum", "Belum diputus dan batas hukumnya sudah lewat: dapat dianggap dikabulkan.",
             sql(f'{count} {PAST_LAW}'), thresholds=NONE_IS_GOOD, links=here(LEGAL)),
        stat("Dekat Batas Hukum", "Sisa kurang dari satu hari kerja dari batas hukum.",
             sql(f'{count} {NEAR_LAW}'), thresholds=FEW_IS_GOOD, links=here(LEGAL)),
        stat("Lewat Tanggal Janji", "Permohonan berjalan yang sudah melewati tanggal yang dijanjikan.",
             prom('sum(max by (sop) (tenggat_permits_overdue{sop=~"$sop"}))'), thresholds=NONE_IS_GOOD, links=here(LATE)),
        stat("Tahapan Terlambat", "Berkas yang lewat batas waktu pada tahapannya saat ini.",
             prom('sum(max by (sop, step) (tenggat_steps_open{sop=~"$sop",sla="overdue"}))'),
             thresholds=NONE_IS_GOOD, links=[to_panel("tahapan", "Berkas pada Tahapan")]),
        stat("Batas Hari Ini", "Permohonan yang dijanjikan selesai hari ini dan belum selesai.",
             sql(f'{count} batas_hari_ini'), thresholds=FEW_IS_GOOD, links=here(TODAY)),
        stat("Eskalasi Menunggu", "Eskalasi kepada atasan yang belum ditanggapi.",
             prom("max(tenggat_escalations_unacknowledged)"), thresholds=FEW_IS_GOOD,
             links=[to_panel("peran", "Daftar Eskalasi")]),
        table(STUCK, "Tahapan yang mempunyai berkas terlambat: berapa, terlama berapa (hari kalender), dan siapa memegangnya.",
              f"""SELECT langkah_nama AS "Tahapan", peran_nama AS "Pelaksana", count(*) AS "Terlambat",
                  lama(max(lewat_detik)) AS "Terlama", string_agg(DISTINCT petugas, ', ') AS "Dipegang"
                  FROM pekerjaan WHERE {SOP} AND {LATE_STEP} GROUP BY 1, 2 ORDER BY 3 DESC, max(lewat_detik) DESC""",
              alarms("Terlambat"), 14, 7, [to_panel("tahapan", "Berkas pada Tahapan")],
              {"Terlambat": 90, "Terlama": 150}, "Tidak ada yang terlambat"),
        table(WEEK, "Sejak Senin, dan pekan lalu sampai saat yang sama.",
              f"""SELECT v.ukuran AS "Ukuran", v.kini AS "Pekan ini", v.lalu AS "Pekan lalu",
                  CASE WHEN v.kini > v.lalu THEN 'naik ' || (v.kini - v.lalu) WHEN v.kini < v.lalu THEN 'turun ' || (v.lalu - v.kini)
                  ELSE 'sama' END AS "Perubahan"
                  FROM (SELECT coalesce(sum(k.masuk), 0) AS a, coalesce(sum(k.terbit), 0) AS b, coalesce(sum(k.ditolak), 0) AS c,
                        coalesce(sum(k.terlambat), 0) AS d, coalesce(sum(k.tepat_waktu), 0) AS e FROM pekan_banding() p
                        CROSS JOIN LATERAL kepatuhan_antara(p.awal, p.akhir) k WHERE k.{SOP}) x
                  CROSS JOIN (SELECT coalesce(sum(k.masuk), 0) AS a, coalesce(sum(k.terbit), 0) AS b, coalesce(sum(k.ditolak), 0) AS c,
                        coalesce(sum(k.terlambat), 0) AS d, coalesce(sum(k.tepat_waktu), 0) AS e FROM pekan_banding() p
                        CROSS JOIN LATERAL kepatuhan_antara(p.awal_lalu, p.akhir_lalu) k WHERE k.{SOP}) y
                  CROSS JOIN LATERAL (VALUES ('Masuk', x.a, y.a), ('Terbit', x.b, y.b), ('Ditolak', x.c, y.c),
                        ('Lewat tanggal janji', x.d, y.d), ('Selesai tepat waktu', x.e, y.e)) v (ukuran, kini, lalu)""",
              width=10, height=7, links=[REPORT], widths={"Pekan ini": 90, "Pekan lalu": 95, "Perubahan": 100}),
    ]


def promise():
    month = here(MONTHLY)
    kept = "(sum(k.tepat_waktu) / nullif(sum(k.tepat_waktu) + sum(k.terlambat), 0))"
    verdict = f"""SELECT CASE WHEN {kept} IS NULL THEN 'belum ada' WHEN {TARGET} IS NULL THEN 'tidak diketahui'
                  WHEN {kept} >= {TARGET} THEN 'tercapai' ELSE 'di bawah' END
                  FROM (SELECT DISTINCT awal, akhir FROM bulan_banding({CHOSEN}) WHERE {SOP}) b
                  CROSS JOIN LATERAL kepatuhan_antara(b.awal, b.akhir) k WHERE k.{SOP}"""
    budget = f"""SELECT floor((1 - {TARGET}) * dinilai) AS "Boleh terlambat", terlambat AS "Sudah terlambat",
                 floor((1 - {TARGET}) * dinilai) - terlambat AS "Sisa jatah", sisa_hari AS "Sisa hari bulan ini"
                 FROM (SELECT coalesce(sum(k.tepat_waktu) + sum(k.terlambat), 0) AS dinilai, coalesce(sum(k.terlambat), 0) AS terlambat,
                 (SELECT greatest(0, ({CHOSEN} + interval '1 month')::date - (sekarang() AT TIME ZONE max(s.zona))::date)
                  FROM sop s) AS sisa_hari
                 FROM (SELECT DISTINCT awal, akhir FROM bulan_banding({CHOSEN}) WHERE {SOP}) b
                 CROSS JOIN LATERAL kepatuhan_antara(b.awal, b.akhir) k WHERE k.{SOP}) a"""
    met = two_months(kept).rstrip() + f', ({verdict}) AS "Target"'
    issued = two_months("sum(k.terbit_tepat_waktu) / nullif(sum(k.terbit), 0)")
    reached = override("Target", mappings=[pattern("^tercapai$", GOOD), pattern("^di bawah$", BAD, 1)])
    return [
        row("Apakah janji ditepati pada ${bulan:text}?"),
        month_stat("Kepatuhan Waktu Layanan",
                   "Tepat waktu dari semua yang dinilai, terhadap target layanan: yang lewat batas pada bulan itu dihitung, selesai atau belum.",
                   met, "percentunit", PLAIN, month, 9, 1, fields="/.*/", overrides=[reached]),
        stat("Jatah Keterlambatan",
             "Banyaknya yang boleh terlambat agar target bulan itu tercapai, dari yang sudah dinilai, dan yang tersisa darinya.",
             sql(budget), links=here(LATE), width=9, names=True, color="value", thresholds=steps("text"),
             overrides=[override("Sisa jatah", thresholds={"mode": "absolute", "steps": steps(BAD, (GOOD, 0))}),
                        override("Sudah terlambat", thresholds={"mode": "absolute", "steps": steps("text", (WARN, 1))})]),
        month_stat("Izin Terbit Tepat Waktu", "Izin yang terbit sampai tanggal yang dijanjikan, dari semua yang terbit.",
                   issued, "percentunit", PLAIN, month, 6, 1),
        month_stat("Permohonan Masuk", "Permohonan yang diajukan.", two_months("coalesce(sum(k.masuk), 0)"), links=month),
        month_stat("Permohonan Terbit", "Keputusan yang ditandatangani.", two_months("coalesce(sum(k.terbit), 0)"), links=month),
        month_stat("Permohonan Ditolak", "Permohonan yang ditolak kepala dinas.", two_months("coalesce(sum(k.ditolak), 0)"),
                   links=month),
        month_stat("Lama Penyelesaian", "Waktu kerja dari berkas lengkap sampai keputusan, tanpa jeda dan tanpa waktu pada pemohon.",
                   two_months(f"coalesce(lama_kerja(sum(k.waktu_kerja_detik) / nullif(sum(k.terbit), 0), {DAY}), 'belum ada')"),
                   links=month, fields="/.*/", letters=16),
        month_stat("Pengembalian Berkas", "Pengembalian dari semua penyelesaian tahapan.",
                   two_months("", of_rows("count(*) FILTER (WHERE pengembalian)::numeric / nullif(count(*), 0)",
                                          "kunjungan_ditutup", "ditutup")),
                   "percentunit", PLAIN, [to_panel("tahapan", "Daftar Pengembalian")], 4, 1),
        month_stat("Jumlah Eskalasi", "Anak tangga yang sampai kepada atasan.",
                   two_months("", of_rows("count(*)", "eskalasi", "pada")), links=[to_panel("peran", "Daftar Eskalasi")]),
    ]


def trend():
    months = f"""FROM kepatuhan_bulanan WHERE {SOP}
                 AND bulan BETWEEN {CHOSEN} - interval '12 months' AND {CHOSEN} GROUP BY bulan) a ORDER BY bulan_ke"""
    name = "to_char(bulan_ke, 'MM/YY')"
    this_month = [link("Buka bulan ini", "/d/tenggat-ikhtisar?var-bulan=${__data.fields.bulan}&${sop:queryparam}&${office:queryparam}&${laporan:queryparam}")]
    hidden = [override("bulan", custom__hideFrom={"viz": True, "legend": True, "tooltip": True})]
    kept = f"""SELECT to_char(bulan_ke, 'YYYY-MM') AS bulan, {name} AS "Bulan", CASE WHEN k >= coalesce({TARGET}, 0) THEN k END AS "Mencapai target",
               CASE WHEN k < {TARGET} THEN k END AS "Di bawah target"
               FROM (SELECT bulan AS bulan_ke, sum(tepat_waktu) / nullif(sum(tepat_waktu) + sum(terlambat), 0) AS k """ + months
    return [
        row("Membaik atau memburuk?"),
        barchart("Kepatuhan per Bulan", "Bagian yang tepat waktu dari yang dinilai, tiga belas bulan; garis: target. Klik membuka bulan itu.",
                 kept, "Bulan", "percentunit", steps("transparent"), 8, this_month, "normal",
                 {"Mencapai target": GOOD, "Di bawah target": BAD},
                 targets=[sql(kept), sql(f"SELECT {TARGET} AS \"Target\" FROM kantor", "T")],
                 transformations=[{"id": "configFromData", "options": {
                     "configRefId": "T", "mappings": [{"fieldName": "Target", "handlerKey": "threshold1"}]}}],
                 custom={"thresholdsStyle": {"mode": "line"}}, min=0, max=1, overrides=hidden),
        barchart("Masuk, Terbit, dan Ditolak", "Banyaknya per bulan, tiga belas bulan terakhir. Klik membuka bulan itu.",
                 f"""SELECT to_char(bulan_ke, 'YYYY-MM') AS bulan, {name} AS "Bulan", masuk AS "Masuk", terbit AS "Terbit", ditolak AS "Ditolak"
                    FROM (SELECT bulan AS bulan_ke, sum(masuk) AS masuk, sum(terbit) AS terbit, sum(ditolak) AS ditolak """ + months,
                 "Bulan", width=8, links=this_month, colors={"Masuk": "#8ab8d8", "Terbit": GOOD, "Ditolak": WARN}, overrides=hidden),
        timeseries("Diproses dan Lewat Tanggal Janji", "Yang sedang berjalan, dan di antaranya yang lewat tanggal janji.",
                   [prom('sum(max by (sop) (tenggat_permits_open{sop=~"$sop",state="active"}))', "Diproses"),
                    prom('sum(max by (sop) (tenggat_permits_overdue{sop=~"$sop"}))', "Lewat tanggal janji", "B"),
                    prom('sum(max by (sop) (tenggat_permits_legal_risk{sop=~"$sop"}))', "Mendekati atau lewat batas hukum", "C")],
                   width=8, links=here(LATE), stepped=True,
                   overrides=[override("Diproses", color={"mode": "fixed", "fixedColor": GOOD}),
                              override("Lewat tanggal janji", color={"mode": "fixed", "fixedColor": WARN}),
                              override("Mendekati atau lewat batas hukum", color={"mode": "fixed", "fixedColor": BAD})]),
    ]


def record():
    """How near the forecasts came, said so that nobody has to know what a Brier score is."""
    mean = "sum({0} * perkiraan) / sum(perkiraan)".format
    decimal = "replace(to_char({0}, 'FM0.000'), '.', ',')".format
    return table(RECORD, "Yang diperkirakan saat seperempat, separuh, dan tiga perempat waktu habis, dibandingkan dengan yang kemudian terjadi. "
                 "Nilai kesalahan: 0 selalu benar, 0,25 seperti menebak dengan koin; makin kecil makin tepat. Pembandingnya menganggap "
                 "setiap permohonan sama: bagian yang terlambat dalam 90 hari terakhir.",
                 f"""SELECT nama_bulan(bulan) AS "Bulan", n AS "Perkiraan", r AS "Diperkirakan terlambat", l AS "Ternyata terlambat",
                     {decimal("b")} AS "Nilai kesalahan", {decimal("p")} AS "Kesalahan pembanding",
                     CASE WHEN n < 20 THEN 'terlalu sedikit untuk dinilai' WHEN round(b, 3) < round(p, 3) THEN 'lebih tepat'
                     WHEN round(b, 3) > round(p, 3) THEN 'kurang tepat' ELSE 'setara' END AS "Penilaian"
                     FROM (SELECT bulan, sum(perkiraan) AS n, {mean("rata_perkiraan")} AS r, {mean("bagian_terlambat")} AS l,
                     {mean("brier")} AS b, {mean("brier_rata_rata")} AS p FROM perkiraan_bulanan WHERE {SOP} GROUP BY bulan) m
                     ORDER BY bulan DESC LIMIT 13""",
                 [override("Diperkirakan terlambat", unit="percentunit", decimals=0), override("Ternyata terlambat", unit="percentunit", decimals=0),
                  override("Penilaian", mappings=[pattern("^lebih.*", GOOD), pattern("^kurang.*", BAD, 1)],
                           thresholds={"mode": "absolute", "steps": steps("text")}, custom__cellOptions={"type": "color-text"})],
                 none="Belum ada perkiraan yang batasnya sudah tiba", links=[REPORT],
                 widths={"Perkiraan": 95, "Diperkirakan terlambat": 175, "Ternyata terlambat": 150, "Nilai kesalahan": 130,
                         "Kesalahan pembanding": 205})


def lists():
    due = words("c.batas", "Tanggal janji", "c.zona")
    law = words("c.batas_hukum", "Batas hukum", "c.zona")
    late = "lama(extract(epoch FROM (SELECT sekarang()) - c.batas)::numeric) AS \"Terlambat\""
    dates = {"Tanggal janji": 130, "Batas hukum": 130, "Terlambat": 125, "Masuk": 130, "Selesai": 130}
    return [
        row("Siapa yang terlambat?"),
        cases(LATE, "Permohonan berjalan yang melewati tanggal yang dijanjikan, yang terlama lebih dahulu; terlambat menurut kalender.",
              "lewat_batas", "batas", f"{due}, {late}, {law}", dates),
        folded("Rincian: batas hukum, batas hari ini, berkas pada pemohon",
               cases(LEGAL, "Yang lewat atau mendekati batas hukum, yang paling dekat lebih dahulu.",
                     f"(risiko_fiktif_positif OR {PAST_LAW})", "batas_hukum",
                     f"CASE WHEN c.batas_hukum < (SELECT sekarang()) THEN 'lewat' ELSE 'mendekati' END AS \"Keadaan\", {due}, {law}",
                     dates | {"Keadaan": 100}),
               cases(TODAY, "Permohonan yang dijanjikan selesai hari ini.", "batas_hari_ini", "batas",
                     f'{words("c.masuk", "Masuk", "c.zona")}, {due}', dates),
               cases(RETURNED, "Berkas yang sedang diperbaiki pemohon, yang terlama lebih dahulu.", "status = 'returned'",
                     "masuk", f'{words("c.masuk", "Masuk", "c.zona")}, lama(extract(epoch FROM (SELECT sekarang()) - c.masuk)::numeric) AS "Sejak masuk"',
                     dates | {"Sejak masuk": 130})),
        folded("Rincian: apa yang akan datang",
               table(RISK, "Permohonan yang belum terlambat, tetapi kemungkinan terlambatnya separuh atau lebih menurut lamanya permohonan lain.",
                     f"""SELECT id::text AS id, nomor AS "Nomor", perihal AS "Perihal", langkah_nama AS "Tahapan",
                         kemungkinan_terlambat AS "Kemungkinan", {words("batas", "Tanggal janji")},
                         {words("perkiraan_p50", "Separuh selesai")}, {words("perkiraan_p90", "9 dari 10 selesai")}
                         FROM perkiraan WHERE berisiko AND {SOP} ORDER BY kemungkinan_terlambat DESC, batas LIMIT 500""",
                     [override("Kemungkinan", unit="percentunit", decimals=0)], none="Tidak ada yang berisiko, atau belum cukup data",
                     widths=dates | {"Tahapan": 190, "Kemungkinan": 115, "Separuh selesai": 140, "9 dari 10 selesai": 150}),
               record()),
        folded("Rincian: bulan terpilih",
               table(MONTHLY, "Permohonan yang masuk, diputus, atau lewat batas pada bulan terpilih.",
                     f"""SELECT id::text AS id, nomor AS "Nomor", pemohon AS "Pemohon", perihal AS "Perihal", keadaan AS "Keadaan",
                         {words("masuk", "Masuk")}, {words("batas", "Tanggal janji")}, {words("selesai", "Selesai")},
                         {working("waktu_kerja_detik", "Waktu kerja")}
                         FROM kasus WHERE {CHOSEN} IN (bulan(masuk, zona), bulan(selesai, zona),
                         bulan(terlambat_sejak, zona)) AND {SOP} ORDER BY masuk DESC LIMIT 500""",
                     [STATE], widths=dates | {"Keadaan": 120, "Waktu kerja": 140}),
               table(CAUSES, "Sebagaimana disebut petugas, untuk tahapan yang lewat batas pada bulan terpilih.",
                     f"""SELECT langkah_nama AS "Tahapan", sebab AS "Sebab", jumlah AS "Jumlah",
                         belum_selesai AS "Belum selesai", {working("rata_menunggu_detik", "Rata-rata menunggu")},
                         {working("rata_mengerjakan_detik", "Rata-rata mengerjakan")}
                         FROM sebab_bulanan WHERE {SOP} AND {MONTH} ORDER BY jumlah DESC""",
                     links=[to_panel("peran", "Daftar Kendala")],
                     widths={"Jumlah": 90, "Belum selesai": 130, "Rata-rata menunggu": 180, "Rata-rata mengerjakan": 190})),
    ]


def build():
    return dashboard("ikhtisar", "Ikhtisar Pimpinan",
                     "Adakah yang salah sekarang dan di mana, apakah janji ditepati, dan apakah keadaan membaik.", ["pimpinan"],
                     [DATASOURCE, OFFICE, LAPORAN, SOPS, BULAN, ALAMAT, TARGET_VARIABLE], now() + promise() + trend() + lists(), "now-7d")
