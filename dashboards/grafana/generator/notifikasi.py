"""Notifikasi: what was to be told, what was accepted, what did not arrive."""
from parts import (
    ALAMAT, AUDIENCES, BAD, barchart, CHANNELS, dashboard, DATASOURCE, FEW_IS_GOOD, folded, GOOD, LAPORAN, named,
    OFFICE, NONE_IS_GOOD, override, prom, row, SOPS, sql, stat, steps, table, timeseries, to_page, to_panel, UNLIT, UNLIT_PLAIN,
    WARN, words)

FAILED, DROPPED, SENT, RAISED = "Pesan yang Bermasalah", "Pemberitahuan yang Gugur", "Pesan Hari Ini", "Pemberitahuan Hari Ini"
DEAD_LETTERS = to_page("Buka pesan gagal pada Tenggat", "pesan")
ZONE = "(SELECT max(zona) FROM sop)"
# In brackets: asked once, so that the index by time serves.
TODAY = "dibuat >= (SELECT sekarang() - interval '24 hours')"


def here(title):
    return [to_panel("notifikasi", title)]


def by_channel(expr):
    return named(expr, "channel", CHANNELS)


def quantile(share, metric):
    return by_channel(f"histogram_quantile({share}, sum by (le, channel) (rate({metric}_bucket[$__rate_interval])))")


def now():
    return [
        row("Keadaan sekarang"),
        stat("Menunggu Dikirim", "Pemberitahuan yang sudah boleh dikirim dan belum menjadi pesan.",
             prom("sum(max by (audience) (tenggat_notices_pending))"), thresholds=UNLIT_PLAIN,
             links=here("Menunggu menurut Penerima")),
        stat("Terlama Menunggu", "Berapa lama pemberitahuan tertua sudah boleh dikirim.",
             prom("max(scalar(max(tenggat_office_clock_timestamp_seconds))"
                  " - (max by (audience) (tenggat_notices_oldest_pending_timestamp_seconds) > 0)) / 60"
                  " or 0 * max(tenggat_snapshot_timestamp_seconds)"),
             "suffix: menit", steps(UNLIT, (WARN, 5), (BAD, 30)), here("Menunggu menurut Penerima")),
        stat("Tidak Tersampaikan", "Pesan 24 jam terakhir yang diterima penyedia dan tidak tersampaikan.",
             prom("sum(max by (channel) (tenggat_messages_undelivered))"), thresholds=FEW_IS_GOOD, links=here(FAILED)),
        stat("Gagal Total", "Pesan yang tidak dicoba lagi dan menunggu operator.",
             prom("sum(max by (channel) (tenggat_messages_dead))"), thresholds=NONE_IS_GOOD,
             links=[DEAD_LETTERS, *here(FAILED)]),
        stat("Saluran Terputus", "Saluran yang tidak menerima apa pun; pesannya lewat saluran lain, atau menunggu.",
             prom("sum(max by (channel) (tenggat_channel_down))"), thresholds=NONE_IS_GOOD, links=here(FAILED)),
        stat("Ditahan", "Ya: setelah pemulihan basis data tidak ada yang keluar sampai dilepas operator.",
             prom("max(tenggat_messages_held)"), thresholds=NONE_IS_GOOD, links=[to_panel("mesin", "Pesan Ditahan")]),
    ]


def flow():
    per_day = f"""SELECT to_char((dibuat AT TIME ZONE {ZONE})::date, 'DD/MM') AS "Hari",
                  count(*) FILTER (WHERE saluran = 'email') AS "surel", count(*) FILTER (WHERE saluran = 'whatsapp') AS "WhatsApp"
                  FROM pesan WHERE status = 'accepted' AND dibuat >= (SELECT sekarang() - interval '14 days')
                  GROUP BY (dibuat AT TIME ZONE {ZONE})::date ORDER BY (dibuat AT TIME ZONE {ZONE})::date"""
    return [
        row("Aliran"),
        barchart("Diterima Penyedia per Hari", "Pesan yang diterima penyedia, empat belas hari terakhir.", per_day, "Hari", width=8,
                 links=here(SENT), stacking="normal", colors={"surel": "#8ab8d8", "WhatsApp": GOOD}),
        timeseries("Menunggu menurut Penerima", "Pemberitahuan yang sudah boleh dikirim dan belum menjadi pesan.",
                   [prom(named("max by (audience) (tenggat_notices_pending)", "audience", AUDIENCES), "{{nama}}")], width=8,
                   links=here(RAISED), stepped=True),
        timeseries("Percobaan Gagal per Menit", "Percobaan kirim yang gagal; garis nol bila tidak ada. Sebabnya: Pesan yang Bermasalah.",
                   [prom(by_channel("60 * sum by (channel) (rate(tenggat_messages_failed_total[$__rate_interval])) > 0"
                                    " or 60 * sum(rate(tenggat_messages_failed_total[$__rate_interval]))"),
                         "gagal {{nama}}")], width=8, links=here(FAILED), defaults={"decimals": 1}),
        timeseries("Lama sampai Diterima", "Detik dari dibuatnya pesan sampai diterima penyedia, p99; tanpa garis: tidak ada pesan.",
                   [prom(quantile(0.99, "tenggat_message_delay_seconds"), "{{nama}}")], "suffix: detik", width=8,
                   links=here(SENT), defaults={"decimals": 1}),
        timeseries("Keterlambatan Anak Tangga", "Detik dari saatnya sampai pemberitahuannya tercatat, menurut jam kantor, p99.",
                   [prom("histogram_quantile(0.99, sum by (le)"
                         " (rate(tenggat_escalation_delay_seconds_bucket[$__rate_interval])))", "p99")], "suffix: detik",
                   width=8, links=[to_panel("peran", "Daftar Eskalasi")], defaults={"decimals": 1}),
        timeseries("Lama Satu Percobaan", "Milidetik satu percobaan kirim kepada penyedia, p99.",
                   [prom(quantile("0.99", "tenggat_message_send_duration_seconds").replace("histogram_quantile", "1000 * histogram_quantile", 1),
                         "{{nama}}")], "suffix: md", width=8, links=here(SENT)),
    ]


def lists():
    return [
        row("Pesan"),
        table(FAILED, "Pesan yang belum diterima atau gagal total; dari 24 jam terakhir juga yang gagal dan yang tidak tersampaikan.",
              f"""SELECT permohonan::text AS id, nomor AS "Nomor", {words("dibuat", "Dibuat", ZONE)}, kepada AS "Kepada",
                 saluran_kata(saluran) AS "Saluran", replace(teks, '_', ' ') AS "Teks", keadaan AS "Keadaan",
                 sebab_kata(alasan) AS "Sebab", percobaan AS "Percobaan"
                 FROM pesan WHERE status = 'dead' OR (status = 'queued' AND percobaan > 0)
                 OR ((status = 'failed' OR keadaan = 'tidak tersampaikan') AND {TODAY})
                 ORDER BY dibuat DESC LIMIT 200""", links=[DEAD_LETTERS], height=7, none="Tidak ada pesan yang bermasalah",
              widths={"Dibuat": 125, "Kepada": 90, "Saluran": 100, "Teks": 150, "Keadaan": 150, "Percobaan": 100}),
        table(SENT, "Pesan yang dibuat dalam 24 jam terakhir menurut saluran; surel berakhir pada diterima.",
              f"""SELECT saluran_kata(saluran) AS "Saluran", kepada AS "Kepada", count(*) AS "Dibuat",
                  count(*) FILTER (WHERE status = 'accepted') AS "Diterima",
                  count(*) FILTER (WHERE keadaan = 'tersampaikan') AS "Tersampaikan",
                  count(*) FILTER (WHERE status = 'queued') AS "Belum",
                  count(*) FILTER (WHERE status IN ('failed', 'dead') OR keadaan = 'tidak tersampaikan') AS "Gagal"
                  FROM pesan WHERE {TODAY} GROUP BY 1, 2 ORDER BY 1, 2""", [], 12, links=here(FAILED),
              widths={"Dibuat": 75, "Diterima": 80, "Tersampaikan": 110, "Belum": 70, "Gagal": 65}),
        table(RAISED, "Yang diputuskan untuk disampaikan dalam 24 jam terakhir, dan apa jadinya.",
              f"""SELECT kepada AS "Kepada", replace(teks, '_', ' ') AS "Teks", count(*) AS "Dipicu",
                  count(*) FILTER (WHERE keadaan = 'menjadi pesan') AS "Menjadi pesan",
                  count(*) FILTER (WHERE keadaan = 'menunggu') AS "Menunggu",
                  count(*) FILTER (WHERE keadaan = 'gugur') AS "Gugur"
                  FROM pemberitahuan WHERE {TODAY} GROUP BY 1, 2 ORDER BY 3 DESC""", width=12, links=here(DROPPED),
              widths={"Kepada": 90, "Dipicu": 75, "Menjadi pesan": 120, "Menunggu": 90, "Gugur": 70}),
        folded("Rincian: pemberitahuan yang gugur",
               table(DROPPED, "Pemberitahuan 24 jam terakhir yang tidak jadi disampaikan, dan sebabnya.",
                     f"""SELECT id::text AS id, nomor AS "Nomor", {words("dibuat", "Dibuat", ZONE)}, kepada AS "Kepada",
                         replace(teks, '_', ' ') AS "Teks", sebab_kata(sebab_gugur) AS "Sebab"
                         FROM pemberitahuan WHERE keadaan = 'gugur' AND {TODAY}
                         ORDER BY dibuat DESC LIMIT 200""", widths={"Dibuat": 125, "Kepada": 100, "Teks": 220})),
    ]


def build():
    return dashboard("notifikasi", "Notifikasi", "Yang dipicu, diterima, tersampaikan, gagal, dan berapa lama.",
                     ["notifikasi"], [DATASOURCE, OFFICE, LAPORAN, SOPS, ALAMAT], now() + flow() + lists(), "now-6h", "30s")
