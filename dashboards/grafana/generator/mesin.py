"""Mesin: for whoever runs the daemon. Which alert's section of runbooks.md helps stands in the descriptions."""
from parts import (
    ALAMAT, BAD, CHANNELS, dashboard, DATASOURCE, folded, GOOD, INSTANCE, JOB, LAPORAN, named, OFFICE, NONE_IS_GOOD, override,
    panel, pattern, prom, row, sql, stat, steps, timeseries, to_page, to_panel, TRANSPARENT, UNLIT, UNLIT_PLAIN, WARN, YES_NO)

OWN = 'job=~"$job",instance=~"$instance"'
DEAD_LETTERS = to_page("Buka pesan gagal pada Tenggat", "pesan")
# A figure is 0 where nothing has happened, and not there where nobody is asked.
ZERO = " or 0 * max({})"
LOOPS = {"committer": "perintah", "watch": "batas waktu", "composer": "penyusun pesan", "dispatcher": "pengirim", "templates": "templat",
         "receipts": "tanda terima", "portal": "portal", "seals": "segel", "mark": "tanda luar", "officer_changes": "perubahan pegawai",
         "files": "berkas", "snapshot": "angka", "canary": "burung kenari", "rule_change": "perubahan aturan",
         "retention": "masa simpan", "forecast": "perkiraan"}
STATES = {"idle": "menganggur", "busy": "dipakai", "connecting": "menyambung"}
LEVELS = {"debug": "rinci", "info": "keterangan", "warning": "peringatan", "error": "galat", "warn": "peringatan"}
# That no daemon is known is no office's.
FIRING = 'ALERTS{office=~"$office|",alertstate="firing",alertname!="TenggatWatchdog"}'
SCRAPED = "max(tenggat_snapshot_timestamp_seconds{" + OWN + "})"


def own(metric, more=""):
    return f"{metric}{{{OWN}{',' + more if more else ''}}}"


def here(title):
    return [to_panel("mesin", title)]


def quantile(share, metric, by="le", factor=""):
    return f"{factor}histogram_quantile({share}, sum by ({by}) (rate({own(metric + '_bucket')}[$__rate_interval])))"


def rate(metric, by, factor="60 * "):
    return f"{factor}sum by ({by}) (rate({own(metric)}[$__rate_interval]))"


def by_loop(expr):
    return named(expr, "loop", LOOPS)


def alerts_table(title, description, width):
    return panel("table", title, description,
                 [prom(f"max by (alertname, severity, instance, sop, step, channel, loop) ({FIRING})"
                       f' or (label_replace(0 * {SCRAPED}, "alertname", "Tidak ada alarm", "", "") unless on () {FIRING})', table=True)],
                 "none", TRANSPARENT, (width, 7), [to_page("Buka papan pada Tenggat", "papan")],
                 defaults={"custom": {"align": "auto", "filterable": False, "minWidth": 60}, "noValue": "Tidak ada alarm"},
                 overrides=[override("Berat", mappings=[
                     {"type": "value", "options": {"page": {"text": "segera", "color": BAD, "index": 0},
                                                   "ticket": {"text": "pagi hari", "color": WARN, "index": 1},
                                                   "office": {"text": "pimpinan", "color": WARN, "index": 2}}}],
                     custom__cellOptions={"type": "color-text"}, custom__width=100)],
                 options={"showHeader": True, "cellHeight": "sm"},
                 transformations=[{"id": "organize", "options": {
                     "excludeByName": {"Time": True, "Value": True},
                     "indexByName": {"alertname": 0, "severity": 1, "sop": 2, "step": 3, "channel": 4, "loop": 5, "instance": 6},
                     "renameByName": {"alertname": "Alarm", "severity": "Berat", "instance": "Proses", "sop": "Layanan",
                                      "step": "Tahapan", "channel": "Saluran", "loop": "Putaran"}}}])


def now():
    return [
        row("Adakah yang rusak?"),
        stat("Alarm Menyala", "Alarm yang sedang menyala menurut Prometheus; nol bila tidak ada. Bagiannya pada runbooks.md mengatakan apa yang dilakukan.",
             prom(f"count({FIRING})" + ZERO.format(own("tenggat_build_info"))),
             thresholds=NONE_IS_GOOD, links=here("Alarm")),
        stat("Proses Hidup", "Proses yang dapat dibaca Prometheus, dari yang dikenalnya. Lihat TenggatDown.",
             prom(f"min(up{{{OWN}}})"), mappings=[YES_NO], thresholds=steps(BAD, (UNLIT, 1)), links=here("Keterangan Proses")),
        stat("Basis Data", "Ya: pemakaian basis data terakhir berhasil pada semua proses. Lihat TenggatDatabaseDown.",
             prom(f"min({own('tenggat_db_up')})"), mappings=[YES_NO], thresholds=steps(BAD, (UNLIT, 1)),
             links=here("Galat Basis Data per Menit")),
        stat("Putaran Terlama", "Detik sejak putaran kerja yang paling lama belum berhasil. Lihat TenggatLoopStalled.",
             prom(f"time() - min({own('tenggat_loop_last_success_timestamp_seconds')} > 0)"), "suffix: detik",
             steps(UNLIT, (WARN, 120), (BAD, 300)), here("Waktu sejak Putaran Terakhir Berhasil")),
        stat("Umur Angka", "Detik sejak angka dasbor dihitung. Lihat TenggatSnapshotStale.",
             prom(f"time() - max({own('tenggat_snapshot_timestamp_seconds')})"), "suffix: detik",
             steps(UNLIT, (WARN, 60), (BAD, 300)), here("Perhitungan Angka Basis Data")),
        stat("Burung Kenari",
             "Waktu sejak tahapan terlambat buatan terakhir sampai pada penerima, dalam kali jarak pelepasannya (canary.every); "
             "dari 4 kali terlambat. Lihat TenggatCanaryLate.",
             prom(f"(time() - (max({own('tenggat_canary_last_delivery_timestamp_seconds')}) > 0))"
                  f" / (max({own('tenggat_canary_period_seconds')}) > 0) or 0 * {SCRAPED} - 1"), "suffix: kali",
             steps(UNLIT, (BAD, 4)), here("Waktu sejak Putaran Terakhir Berhasil"), decimals=1,
             mappings=[{"type": "value", "options": {"-1": {"text": "mati", "color": UNLIT, "index": 0}}}]),
        stat("Gagal Total", "Pesan yang menunggu operator. Lihat TenggatDeadMessages.",
             prom(f"sum(max by (channel) ({own('tenggat_messages_dead')}))"), thresholds=NONE_IS_GOOD, links=[DEAD_LETTERS]),
        stat("Saluran Terputus", "Saluran yang tidak menerima apa pun. Lihat TenggatChannelDown.",
             prom(f"sum(max by (channel) ({own('tenggat_channel_down')}))"), thresholds=NONE_IS_GOOD,
             links=[to_panel("notifikasi", "Pesan yang Bermasalah")]),
        stat("Pesan Ditahan", "1: tidak ada yang keluar sampai operator melepasnya. Lihat TenggatMessagesHeld.",
             prom(f"max({own('tenggat_messages_held')})"), thresholds=NONE_IS_GOOD, links=[DEAD_LETTERS]),
        stat("Sertifikat", "Hari sampai sertifikat berakhir; tanpa: TLS diakhiri oleh program di depannya. Lihat TenggatCertificateEnds.",
             prom(f"(min({own('tenggat_certificate_not_after_timestamp_seconds')} > 0) - time()) / 86400 or 0 * {SCRAPED} - 1"),
             "suffix: hari", steps(BAD, (WARN, 3), (UNLIT, 14)), here("Keterangan Proses"),
             mappings=[{"type": "value", "options": {"-1": {"text": "tanpa", "color": UNLIT, "index": 0}}}]),
        stat("Segel Terakhir", "Jam kalender sejak catatan terakhir disegel, menurut jam kantor. Lihat docs/record.md.",
             prom(f"(scalar(max(tenggat_office_clock_timestamp_seconds)) - (max({own('tenggat_last_seal_timestamp_seconds')}) > 0)) / 3600"
                  f" or 0 * {SCRAPED} - 1"),
             "suffix: jam", steps(UNLIT, (WARN, 36), (BAD, 72)), here("Keterangan Proses"),
             mappings=[{"type": "value", "options": {"-1": {"text": "belum", "color": WARN, "index": 0}}}]),
        stat("Muat Ulang Terakhir", "Diterima atau ditolak. Lihat TenggatReloadRefused.",
             prom(f"min({own('tenggat_config_last_reload_successful')})"), thresholds=steps(BAD, (UNLIT, 1)),
             mappings=[{"type": "value", "options": {"0": {"text": "ditolak", "color": BAD, "index": 0},
                                                     "1": {"text": "diterima", "color": UNLIT, "index": 1}}}],
             links=here("Keterangan Proses"), letters=28),
        alerts_table("Alarm", "Yang sedang menyala; bagian bernama sama pada runbooks.md mengatakan akibat, sebab, dan jalan keluarnya.", 12),
    ]


def information():
    info = own("tenggat_build_info")
    return panel("table", "Keterangan Proses", "Versi, dan kapan setiap proses dimulai dan terakhir memuat ulang.",
                 [prom(f"1000 * max by (instance, version, revision) ({own('process_start_time_seconds')}"
                       f" * on (instance) group_left (version, revision) {info})", table=True),
                  prom(f"1000 * max by (instance) ({own('tenggat_config_last_reload_success_timestamp_seconds')})", ref="B",
                       table=True)], "none", TRANSPARENT, (12, 7),
                 defaults={"custom": {"align": "auto", "filterable": False, "minWidth": 60}},
                 overrides=[override("Proses", custom__width=125), override("Versi", custom__width=70)]
                 + [override(name, unit="time:DD/MM/YYYY HH.mm", custom__width=135) for name in ("Dimulai", "Muat ulang")],
                 options={"showHeader": True, "cellHeight": "sm"},
                 transformations=[{"id": "merge", "options": {}},
                                  {"id": "organize", "options": {
                                      "excludeByName": {"Time": True}, "indexByName": {"instance": 0, "version": 1, "revision": 2},
                                      "renameByName": {"instance": "Proses", "version": "Versi", "revision": "Revisi",
                                                       "Value #A": "Dimulai", "Value #B": "Muat ulang"}}}])


def requests():
    def of(codes):
        return own("tenggat_http_requests_total", f'code=~"{codes}"')
    failed = of("5..")
    every = own("tenggat_http_requests_total")
    return [
        row("Permintaan: banyaknya, galatnya, lamanya"),
        timeseries("Permintaan per Menit", "Menurut kelas jawaban.",
                   [prom(f"60 * sum(rate({of(codes)}[$__rate_interval]))" + ZERO.format(every), words, ref) for codes, words, ref in
                    (("2..|3..", "terjawab", "A"), ("4..", "ditolak", "B"), ("5..", "galat", "C"))], width=8,
                   overrides=[override(name, color={"mode": "fixed", "fixedColor": color})
                              for name, color in (("terjawab", GOOD), ("ditolak", WARN), ("galat", BAD))]),
        timeseries("Bagian Galat", "Jawaban 5xx dari semua permintaan. Lihat TenggatServerErrors.",
                   [prom(f"(sum(rate({failed}[$__rate_interval])) or 0 * max({every})) / (sum(rate({every}[$__rate_interval])) > 0)"
                         + ZERO.format(every), "galat")],
                   "percentunit", steps("transparent", (BAD, 0.05)), 8, lines=True,
                   defaults={"decimals": 1, "color": {"mode": "fixed", "fixedColor": BAD}}),
        timeseries("Lama Permintaan", "Milidetik, median dan p99.",
                   [prom(quantile(0.5, "tenggat_http_request_duration_seconds", factor="1000 * "), "median"),
                    prom(quantile(0.99, "tenggat_http_request_duration_seconds", factor="1000 * "), "p99", "B")], "suffix: md", width=8),
    ]


def loops():
    return [
        row("Putaran kerja dan angka"),
        timeseries("Waktu sejak Putaran Terakhir Berhasil", "Detik, putaran yang terlama, dan dengan namanya setiap yang di atas 120; di atas 300 putarannya macet.",
                   [prom(f"time() - min({own('tenggat_loop_last_success_timestamp_seconds')} > 0)", "terlama"),
                    prom(by_loop(f"time() - (min by (loop) ({own('tenggat_loop_last_success_timestamp_seconds')}) > 0) > 120"), "{{nama}}", "B")], "suffix: detik", steps("transparent", (BAD, 300)), 8, lines=True),
        timeseries("Kegagalan Putaran per Menit", "Putaran yang berakhir karena gangguan; garis nol bila tidak ada.",
                   [prom(by_loop(rate("tenggat_loop_failures_total", "loop") + " > 0 or "
                                 + f"60 * sum(rate({own('tenggat_loop_failures_total')}[$__rate_interval]))"), "gagal {{nama}}")],
                   width=8, defaults={"decimals": 1}),
        timeseries("Galat Basis Data per Menit", "Menurut kelas SQLSTATE; garis nol bila tidak ada. Lihat TenggatDatabaseErrors.",
                   [prom(rate("tenggat_db_errors_total", "class") + " > 0 or "
                         + f"60 * sum(rate({own('tenggat_db_errors_total')}[$__rate_interval]))", "kelas {{class}}"),
                    prom(f"60 * sum(rate({own('tenggat_db_reconnects_total')}[$__rate_interval]))", "sambung ulang", "B")],
                   width=8, defaults={"decimals": 1}),
        timeseries("Perhitungan Angka Basis Data", "Milidetik satu perhitungan. Yang gagal: TenggatSnapshotStale.",
                   [prom(f"1000 * max({own('tenggat_snapshot_duration_seconds')})", "lama")], "suffix: md", width=8),
        timeseries("Sambungan Basis Data", "Menurut keadaan, semua proses.",
                   [prom(named(f"sum by (state) ({own('tenggat_db_connections')})", "state", STATES), "{{nama}}")], width=8, stepped=True),
        timeseries("Baris Log per Menit", "Menurut tingkat.",
                   [prom(named(rate("tenggat_log_messages_total", "level"), "level", LEVELS), "{{nama}}")], width=8, defaults={"decimals": 1}),
    ]


def details():
    return [
        folded("Rincian: komit, kalender, proses, disk",
               timeseries("Lama Putaran", "Milidetik satu putaran kerja, p99 semua, dan dengan namanya setiap yang di atas satu detik.",
                          [prom(quantile(0.99, "tenggat_loop_cycle_duration_seconds", factor="1000 * "), "semua"),
                           prom(by_loop(quantile(0.99, "tenggat_loop_cycle_duration_seconds", "le, loop", "1000 * ") + " > 1000"), "{{nama}}", "B")],
                          "suffix: md", width=8),
               timeseries("Lama Komit", "Milidetik satu kelompok perintah, median dan p99.",
                          [prom(quantile(0.5, "tenggat_commit_duration_seconds", factor="1000 * "), "median"),
                           prom(quantile(0.99, "tenggat_commit_duration_seconds", factor="1000 * "), "p99", "B")], "suffix: md", width=8),
               timeseries("Perintah per Kelompok", "Rata-rata perintah dalam satu transaksi; nol bila tidak ada.",
                          [prom(f"sum(rate({own('tenggat_commit_batch_size_sum')}[$__rate_interval]))"
                                f" / (sum(rate({own('tenggat_commit_batch_size_count')}[$__rate_interval])) > 0) or 0 * {SCRAPED}",
                                "perintah")], width=8, defaults={"decimals": 1}),
               panel("table", "Jalur Terlambat", "Milidetik, p99 dalam rentang waktu terpilih, delapan jalur yang paling lambat.",
                     [prom("topk(8, 1000 * histogram_quantile(0.99, sum by (le, route)"
                           f" (rate({own('tenggat_http_request_duration_seconds_bucket')}[$__range]))) > 0)", table=True)],
                     "suffix: md", TRANSPARENT, (8, 8),
                     defaults={"decimals": 0, "custom": {"align": "auto", "filterable": False, "minWidth": 60}, "noValue": "Tidak ada"},
                     options={"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": "p99", "desc": True}]},
                     transformations=[{"id": "organize", "options": {
                         "excludeByName": {"Time": True}, "indexByName": {}, "renameByName": {"route": "Jalur", "Value": "p99"}}}],
                     overrides=[override("Jalur", unit="none"), override("p99", custom__width=110)]),
               stat("Sisa Kalender", "Hari sampai akhir tahun terakhir yang dicakup kalender. Lihat TenggatCalendarEnds.",
                    prom(f"(min({own('tenggat_calendar_covered_until_timestamp_seconds')} > 0)"
                         " - scalar(max(tenggat_office_clock_timestamp_seconds))) / 86400"), "suffix: hari",
                    steps(BAD, (WARN, 14), (UNLIT, 45)), here("Keterangan Proses")),
               stat("Di Luar Kalender", "Berkas terbuka yang batasnya di luar tahun kalender.",
                    prom(f"sum(max by (calendar) ({own('tenggat_calendar_provisional_permits')}))"), thresholds=NONE_IS_GOOD,
                    links=here("Keterangan Proses")),
               stat("Ukuran Basis Data", "Yang ditempati basis data kantor pada disk.",
                    sql("SELECT pg_database_size(current_database()) FROM kantor"), "bytes", UNLIT_PLAIN, here("Keterangan Proses"),
                    decimals=0, letters=28),
               stat("Sisa Ruang Disk", "Bagian yang kosong dari disk yang paling penuh, menurut node_exporter; tanda tanya bila tidak dipasang.",
                    prom('min(node_filesystem_avail_bytes{fstype=~"ext4|xfs|btrfs|zfs"} / node_filesystem_size_bytes{fstype=~"ext4|xfs|btrfs|zfs"})'),
                    "percentunit", steps(BAD, (WARN, 0.1), (UNLIT, 0.2)), here("Keterangan Proses")),
               timeseries("Memori", "Yang ditempati setiap proses.",
                          [prom(own("process_resident_memory_bytes"), "{{instance}}")], "bytes", width=8),
               timeseries("Waktu CPU", "Bagian dari satu inti.",
                          [prom(f"rate({own('process_cpu_seconds_total')}[$__rate_interval])", "{{instance}}")],
                          "percentunit", width=8),
               timeseries("Deskriptor Terbuka", "Terhadap batasnya.",
                          [prom(own("process_open_fds") + " / " + own("process_max_fds"), "{{instance}}")], "percentunit",
                          steps("transparent", (BAD, 0.8)), 8, lines=True)),
    ]


def build():
    return dashboard("mesin", "Mesin", "Alarm, permintaan, putaran, basis data, dan burung kenari.", ["mesin"],
                     [DATASOURCE, OFFICE, LAPORAN, JOB, INSTANCE, ALAMAT], now() + [information()] + requests() + loops() + details(), "now-6h", "30s")
