"""Ikhtisar Pimpinan: ten seconds. Is anything wrong now, are we keeping the promise, is it getting better?"""
from parts import (
    ALAMAT, barchart, BULAN, dashboard, DATASOURCE, FEW_IS_GOOD, hours, LAPORAN, MONTH, month_stat,
    NONE_IS_GOOD, PLAIN, prom, row, SHARE, SOP, SOPS, sql, stat, table, timeseries, to_panel, when)

LATE, RISK, TODAY = "Daftar Terlambat", "Daftar Risiko Fiktif Positif", "Daftar Batas Hari Ini"
RETURNED, MONTHLY = "Daftar pada Pemohon", "Daftar Bulan Ini"


def cases(title, description, where, order="batas", more='batas_hukum AS "Batas hukum"', width=24):
    query = f"""SELECT id, nomor AS "Nomor", izin AS "Izin", pemohon AS "Pemohon", perihal AS "Perihal",
                keadaan AS "Keadaan", masuk AS "Masuk", batas AS "Batas", {more}
                FROM laporan.kasus WHERE {where} AND {SOP} ORDER BY {order} LIMIT 500"""
    return table(title, description, query,
                 when("Masuk", "Batas", "Batas hukum", "Selesai"), width)


def here(title):
    return [to_panel("ikhtisar", title)]


def now():
    return [
        row("Adakah yang salah sekarang?"),
        stat("Permohonan Melewati Batas Waktu", "Permohonan berjalan yang sudah melewati tanggal yang dijanjikan.",
             prom('sum(max by (sop) (tenggat_permits_overdue{sop=~"$sop"}))'), thresholds=NONE_IS_GOOD,
             links=here(LATE)),
        stat("Batas Hari Ini", "Permohonan yang dijanjikan selesai hari ini dan belum selesai.",
             sql(f'SELECT count(*) AS "Batas hari ini" FROM laporan.kasus WHERE batas_hari_ini AND {SOP}'),
             thresholds=FEW_IS_GOOD, links=here(TODAY)),
        stat("Risiko Fiktif Positif",
             "Sisa kurang dari satu hari kerja dari batas hukum, atau sudah lewat: dapat dianggap dikabulkan.",
             prom('sum(max by (sop) (tenggat_permits_legal_risk{sop=~"$sop"}))'), thresholds=NONE_IS_GOOD,
             links=here(RISK)),
        stat("Tahapan Terlambat", "Berkas yang lewat batas waktu pada tahapannya saat ini.",
             prom('sum(max by (sop, step) (tenggat_steps_open{sop=~"$sop",sla="overdue"}))'),
             thresholds=NONE_IS_GOOD, links=[to_panel("tahapan", "Berkas pada Tahapan")]),
        stat("Eskalasi Belum Ditanggapi", "Eskalasi kepada atasan atas berkas terlambat yang belum ditanggapi.",
             prom("max(tenggat_escalations_unacknowledged)"), thresholds=FEW_IS_GOOD,
             links=[to_panel("peran", "Daftar Eskalasi")]),
        stat("Permohonan Dikembalikan", "Permohonan yang sedang diperbaiki pemohon; waktu layanan berhenti.",
             prom('sum(max by (sop) (tenggat_permits_open{sop=~"$sop",state="returned"}))'), links=here(RETURNED)),
    ]


def promise():
    month, view = here(MONTHLY), "kepatuhan_bulanan"
    return [
        row("Apakah janji ditepati pada ${bulan}?"),
        month_stat("Persentase Izin Terbit Tepat Waktu",
                   "Izin yang terbit sampai tanggal yang dijanjikan, dari semua yang terbit pada bulan itu.",
                   "sum(terbit_tepat_waktu) / nullif(sum(terbit), 0)", view, "percentunit", SHARE, month, 8, 1),
        month_stat("Kepatuhan Waktu Layanan",
                   "Tepat waktu dari semua yang dinilai: yang lewat batas pada bulan itu dihitung, selesai atau belum.",
                   "sum(tepat_waktu) / nullif(sum(tepat_waktu) + sum(terlambat), 0)", view, "percentunit", SHARE,
                   month, 8, 1),
        month_stat("Terlambat Belum Terbit", "Lewat batas pada bulan itu dan sampai sekarang belum diputus.",
                   "sum(terlambat_belum_selesai)", view, thresholds=NONE_IS_GOOD, links=here(LATE), width=8),
        month_stat("Permohonan Masuk", "Permohonan yang diajukan.", "sum(masuk)", view, links=month),
        month_stat("Permohonan Terbit", "Keputusan yang ditandatangani.", "sum(terbit)", view, links=month),
        month_stat("Permohonan Ditolak", "Permohonan yang ditolak kepala dinas.", "sum(ditolak)", view, links=month),
        month_stat("Rata-rata Waktu Penyelesaian (hari kerja)",
                   "Dari berkas lengkap sampai keputusan, tanpa jeda dan tanpa waktu pada pemohon.",
                   "sum(rata_hari_kerja * terbit) / nullif(sum(terbit), 0)", view, "none", PLAIN, month, 4, 1),
        month_stat("Tingkat Pengembalian Berkas", "Pengembalian dari semua penyelesaian tahapan.",
                   "sum(pengembalian)::numeric / nullif(sum(selesai), 0)", "langkah_bulanan", "percentunit", PLAIN,
                   [to_panel("tahapan", "Daftar Pengembalian")], 4, 1),
        month_stat("Jumlah Eskalasi", "Anak tangga yang sampai kepada atasan.", "sum(jumlah)", "eskalasi_bulanan",
                   links=[to_panel("peran", "Daftar Eskalasi")]),
    ]


def trend():
    months = f"""FROM laporan.kepatuhan_bulanan WHERE {SOP}
                 AND bulan BETWEEN to_date('${{bulan}}', 'YYYY-MM') - interval '12 months' AND to_date('${{bulan}}', 'YYYY-MM')
                 GROUP BY bulan) a ORDER BY 1"""
    return [
        row("Membaik atau memburuk?"),
        barchart("Kepatuhan per Bulan", "Bagian yang tepat waktu dari yang dinilai, tiga belas bulan terakhir.",
                 """SELECT * FROM (SELECT to_char(bulan, 'YYYY-MM') AS "Bulan",
                    sum(tepat_waktu) / nullif(sum(tepat_waktu) + sum(terlambat), 0) AS "Kepatuhan" """ + months,
                 "Bulan", "percentunit", SHARE, 8, here(MONTHLY), min=0, max=1),
        barchart("Permohonan Masuk, Terbit, dan Ditolak", "Banyaknya per bulan, tiga belas bulan terakhir.",
                 """SELECT * FROM (SELECT to_char(bulan, 'YYYY-MM') AS "Bulan", sum(masuk) AS "Masuk",
                    sum(terbit) AS "Terbit", sum(ditolak) AS "Ditolak" """ + months, "Bulan", width=8,
                 links=here(MONTHLY)),
        timeseries("Permohonan Diproses dan Terlambat", "Yang sedang berjalan, dan di antaranya yang lewat batas.",
                   [prom('sum(max by (sop) (tenggat_permits_open{sop=~"$sop",state="active"}))', "Diproses"),
                    prom('sum(max by (sop) (tenggat_permits_overdue{sop=~"$sop"}))', "Terlambat", "B"),
                    prom('sum(max by (sop) (tenggat_permits_legal_risk{sop=~"$sop"}))', "Risiko fiktif positif", "C")],
                   width=8, links=here(LATE)),
    ]


def lists():
    return [
        row("Daftar"),
        cases(RISK, "Yang paling dekat dengan batas hukum lebih dahulu.", "risiko_fiktif_positif", "batas_hukum"),
        cases(LATE, "Permohonan berjalan yang melewati tanggal yang dijanjikan, yang terlama lebih dahulu.",
              "lewat_batas"),
        cases(TODAY, "Permohonan yang dijanjikan selesai hari ini.", "batas_hari_ini"),
        cases(RETURNED, "Berkas yang sedang diperbaiki pemohon, yang terlama lebih dahulu.", "status = 'returned'",
              "masuk"),
        cases(MONTHLY, "Permohonan yang masuk, diputus, atau lewat batas pada bulan terpilih.",
              "to_date('${bulan}', 'YYYY-MM') IN (laporan.bulan(masuk, zona), laporan.bulan(selesai, zona),"
              " laporan.bulan(terlambat_sejak, zona))", "masuk",
              'selesai AS "Selesai", hari_kerja AS "Hari kerja", terlambat AS "Lewat batas"'),
        table("Sebab Keterlambatan", "Sebagaimana disebut petugas, untuk tahapan yang lewat batas pada bulan terpilih.",
              f"""SELECT langkah_nama AS "Tahapan", sebab AS "Sebab", jumlah AS "Jumlah",
                  belum_selesai AS "Belum selesai", rata_menunggu_detik / 3600 AS "Rata-rata menunggu",
                  rata_mengerjakan_detik / 3600 AS "Rata-rata mengerjakan"
                  FROM laporan.sebab_bulanan WHERE {SOP} AND {MONTH} ORDER BY jumlah DESC""",
              hours("Rata-rata menunggu", "Rata-rata mengerjakan"), links=[to_panel("peran", "Daftar Kendala")],
              sort="Jumlah"),
    ]


def build():
    return dashboard("ikhtisar", "Ikhtisar Pimpinan",
                     "Adakah yang salah sekarang, apakah janji ditepati, dan apakah keadaan membaik.", ["pimpinan"],
                     [DATASOURCE, LAPORAN, SOPS, BULAN, ALAMAT], now() + promise() + trend() + lists(), "now-7d")
