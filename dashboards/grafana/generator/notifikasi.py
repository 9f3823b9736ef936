"""Notifikasi: what was to be told, what was accepted, what did not arrive."""
from parts import (
    ALAMAT, dashboard, DATASOURCE, FEW_IS_GOOD, LAPORAN, link, NONE_IS_GOOD, override, prom, row, SOPS, stat,
    steps, table, timeseries, to_panel, when)

FAILED, DROPPED = "Pesan yang Bermasalah", "Pemberitahuan yang Gugur"
DEAD_LETTERS = link("Buka pesan gagal pada Tenggat", "${alamat}/pesan")


def here(title):
    return [to_panel("notifikasi", title)]


def now():
    return [
        row("Keadaan sekarang"),
        stat("Pemberitahuan Menunggu", "Yang sudah boleh dikirim dan belum menjadi pesan.",
             prom("sum(max by (audience) (tenggat_notices_pending))"), links=here("Menunggu menurut Penerima"),
             width=3),
        stat("Tertua yang Menunggu", "Berapa lama pemberitahuan tertua sudah boleh dikirim.",
             prom("max(scalar(max(tenggat_office_clock_timestamp_seconds))"
                  " - (max by (audience) (tenggat_notices_oldest_pending_timestamp_seconds) > 0)) or vector(0)"),
             "s", steps("green", ("orange", 300), ("red", 1800)), here("Menunggu menurut Penerima"), 3),
        stat("Belum Tersampaikan", "Pesan 24 jam terakhir yang diterima penyedia dan tidak tersampaikan.",
             prom("sum(max by (channel) (tenggat_messages_undelivered))"), thresholds=FEW_IS_GOOD,
             links=here(FAILED), width=3),
        stat("Gagal Total", "Pesan yang tidak dicoba lagi dan menunggu operator.",
             prom("sum(max by (channel) (tenggat_messages_dead))"), thresholds=NONE_IS_GOOD,
             links=[DEAD_LETTERS, *here(FAILED)]),
        stat("Saluran Terputus", "Saluran yang tidak menerima apa pun; pesannya lewat saluran lain, atau menunggu.",
             prom("sum(max by (channel) (tenggat_channel_down))"), thresholds=NONE_IS_GOOD, links=here(FAILED),
             width=3),
        stat("Diterima Penyedia", "Perkiraan banyaknya pesan yang diterima penyedia dalam rentang waktu terpilih.",
             prom("sum(increase(tenggat_messages_total[$__range]))"), links=here("Pesan Hari Ini")),
        stat("Percobaan Gagal", "Perkiraan banyaknya percobaan kirim yang gagal dalam rentang waktu terpilih.",
             prom("sum(increase(tenggat_messages_failed_total[$__range]))"), thresholds=FEW_IS_GOOD, links=here(FAILED)),
    ]


def flow():
    return [
        row("Aliran"),
        timeseries("Menunggu menurut Penerima", "Pemberitahuan yang sudah boleh dikirim dan belum menjadi pesan.",
                   [prom("max by (audience) (tenggat_notices_pending)", "{{audience}}")], width=8,
                   links=here("Pemberitahuan Hari Ini")),
        timeseries("Diterima per Menit", "Pesan yang diterima penyedia.",
                   [prom("60 * sum by (channel) (rate(tenggat_messages_total[$__rate_interval]))", "{{channel}}")],
                   width=8, links=here("Pesan Hari Ini")),
        timeseries("Gagal per Menit menurut Sebab", "Percobaan kirim yang gagal; garis nol bila tidak ada.",
                   [prom("60 * sum by (channel, reason) (rate(tenggat_messages_failed_total[$__rate_interval])) > 0"
                         " or 60 * sum(rate(tenggat_messages_failed_total[$__rate_interval]))",
                         "{{channel}} {{reason}}")], width=8, links=here(FAILED)),
        timeseries("Keterlambatan Pesan", "Dari dibuat sampai diterima penyedia: median dan p99.",
                   [prom("histogram_quantile(0.5, sum by (le, channel)"
                         " (rate(tenggat_message_delay_seconds_bucket[$__rate_interval])))", "median {{channel}}"),
                    prom("histogram_quantile(0.99, sum by (le, channel)"
                         " (rate(tenggat_message_delay_seconds_bucket[$__rate_interval])))", "p99 {{channel}}", "B")],
                   "s", width=8, links=here("Pesan Hari Ini")),
        timeseries("Keterlambatan Anak Tangga (p99)", "Dari saatnya sampai pemberitahuannya tercatat, menurut jam kantor.",
                   [prom("histogram_quantile(0.99, sum by (le)"
                         " (rate(tenggat_escalation_delay_seconds_bucket[$__rate_interval])))", "p99")], "s", width=8,
                   links=[to_panel("peran", "Daftar Eskalasi")]),
        timeseries("Lama Satu Percobaan (p99)", "Percobaan kirim kepada penyedia.",
                   [prom("histogram_quantile(0.99, sum by (le, channel)"
                         " (rate(tenggat_message_send_duration_seconds_bucket[$__rate_interval])))", "{{channel}}")],
                   "s", width=8, links=here("Pesan Hari Ini")),
        timeseries("Belum Tersampaikan dan Gagal Total", "Menurut saluran.",
                   [prom("max by (channel) (tenggat_messages_undelivered)", "belum tersampaikan {{channel}}"),
                    prom("max by (channel) (tenggat_messages_dead)", "gagal total {{channel}}", "B")], width=8,
                   links=here(FAILED)),
    ]


# In brackets: asked once, so that the index by time serves.
TODAY = "dibuat >= (SELECT laporan.sekarang() - interval '24 hours')"


def lists():
    return [
        row("Daftar"),
        table("Pemberitahuan Hari Ini", "Yang diputuskan untuk disampaikan dalam 24 jam terakhir, dan apa jadinya.",
              f"""SELECT kepada AS "Kepada", teks AS "Teks", count(*) AS "Dipicu",
                  count(*) FILTER (WHERE keadaan = 'menjadi pesan') AS "Menjadi pesan",
                  count(*) FILTER (WHERE keadaan = 'menunggu') AS "Menunggu",
                  count(*) FILTER (WHERE keadaan = 'gugur') AS "Gugur"
                  FROM laporan.pemberitahuan WHERE {TODAY} GROUP BY 1, 2 ORDER BY 3 DESC""", width=12,
              links=here(DROPPED), sort="Dipicu"),
        table("Pesan Hari Ini", "Pesan yang dibuat dalam 24 jam terakhir menurut saluran; surel berakhir pada diterima.",
              f"""SELECT saluran AS "Saluran", kepada AS "Kepada", count(*) AS "Dibuat",
                  count(*) FILTER (WHERE status = 'accepted') AS "Diterima",
                  count(*) FILTER (WHERE keadaan = 'tersampaikan') AS "Tersampaikan",
                  count(*) FILTER (WHERE status = 'queued') AS "Belum",
                  count(*) FILTER (WHERE status IN ('failed', 'dead') OR keadaan = 'tidak tersampaikan') AS "Gagal",
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY lama_detik) AS "Lama median",
                  percentile_cont(0.99) WITHIN GROUP (ORDER BY lama_detik) AS "Lama p99"
                  FROM laporan.pesan WHERE {TODAY} GROUP BY 1, 2 ORDER BY 1, 2""",
              [override("Lama median", unit="s"), override("Lama p99", unit="s")], 12, links=here(FAILED),
              sort="Dibuat"),
        table(FAILED, "Pesan yang belum diterima atau gagal total; dari 24 jam terakhir juga yang gagal dan yang tidak tersampaikan.",
              f"""SELECT permohonan AS id, nomor AS "Nomor", dibuat AS "Dibuat", kepada AS "Kepada", saluran AS "Saluran",
                 teks AS "Teks", keadaan AS "Keadaan", alasan AS "Alasan", percobaan AS "Percobaan"
                 FROM laporan.pesan WHERE status = 'dead' OR (status = 'queued' AND percobaan > 0)
                 OR ((status = 'failed' OR keadaan = 'tidak tersampaikan') AND {TODAY})
                 ORDER BY dibuat DESC LIMIT 200""", when("Dibuat"), links=[DEAD_LETTERS]),
        table(DROPPED, "Pemberitahuan 24 jam terakhir yang tidak jadi disampaikan, dan sebabnya.",
              f"""SELECT id, nomor AS "Nomor", dibuat AS "Dibuat", kepada AS "Kepada", teks AS "Teks",
                  sebab_gugur AS "Sebab" FROM laporan.pemberitahuan WHERE keadaan = 'gugur' AND {TODAY}
                  ORDER BY dibuat DESC LIMIT 200""", when("Dibuat")),
    ]


def build():
    return dashboard("notifikasi", "Notifikasi", "Yang dipicu, diterima, tersampaikan, gagal, dan berapa lama.",
                     ["notifikasi"], [DATASOURCE, LAPORAN, SOPS, ALAMAT], now() + flow() + lists(), "now-6h", "30s")
