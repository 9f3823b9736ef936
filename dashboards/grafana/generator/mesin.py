"""Mesin: for whoever runs the daemon. Which alert's section of runbooks.md helps stands in the descriptions."""
from parts import (
    ALAMAT, dashboard, DATASOURCE, INSTANCE, JOB, LAPORAN, link, NONE_IS_GOOD, panel, prom, row, stat, steps,
    timeseries, to_panel, TRANSPARENT)

OWN = 'job=~"$job",instance=~"$instance"'
DEAD_LETTERS = link("Buka pesan gagal pada Tenggat", "${alamat}/pesan")


def own(metric, more=""):
    return f"{metric}{{{OWN}{',' + more if more else ''}}}"


def here(title):
    return [to_panel("mesin", title)]


def quantile(share, metric, by="le"):
    return f"histogram_quantile({share}, sum by ({by}) (rate({own(metric + '_bucket')}[$__rate_interval])))"


def rate(metric, by, factor="60 * "):
    return f"{factor}sum by ({by}) (rate({own(metric)}[$__rate_interval]))"


def now():
    return [
        row("Keadaan mesin"),
        stat("Basis Data", "1: pemakaian basis data terakhir berhasil pada semua proses. Lihat TenggatDatabaseDown.",
             prom(f"min({own('tenggat_db_up')})"), "bool_yes_no", steps("red", ("green", 1)),
             here("Galat Basis Data per Menit")),
        stat("Putaran Terlama Tanpa Hasil", "Sejak putaran kerja yang paling lama belum berhasil. Lihat TenggatLoopStalled.",
             prom(f"time() - min({own('tenggat_loop_last_success_timestamp_seconds')} > 0)"), "s",
             steps("green", ("orange", 60), ("red", 300)), here("Waktu sejak Putaran Terakhir Berhasil")),
        stat("Umur Angka Basis Data", "Sejak angka dasbor dihitung. Lihat TenggatSnapshotStale.",
             prom(f"time() - max({own('tenggat_snapshot_timestamp_seconds')})"), "s",
             steps("green", ("orange", 60), ("red", 300)), here("Perhitungan Angka Basis Data")),
        stat("Burung Kenari",
             "Waktu sejak tahapan terlambat buatan terakhir sampai pada penerima, dalam kali jarak pelepasannya (canary.every); "
             "dari 4 kali terlambat, -1: tidak dilepas atau belum pernah sampai. Lihat TenggatCanaryLate.",
             prom(f"(time() - (max({own('tenggat_canary_last_delivery_timestamp_seconds')}) > 0))"
                  f" / (max({own('tenggat_canary_period_seconds')}) > 0) or vector(-1)"), "short",
             steps("text", ("green", 0), ("red", 4)), here("Waktu sejak Putaran Terakhir Berhasil"), decimals=1),
        stat("Pesan Gagal Total", "Pesan yang menunggu operator. Lihat TenggatDeadMessages.",
             prom(f"sum(max by (channel) ({own('tenggat_messages_dead')}))"), thresholds=NONE_IS_GOOD,
             links=[DEAD_LETTERS]),
        stat("Muat Ulang Terakhir", "Diterima atau ditolak. Lihat TenggatReloadRefused.",
             prom(f"min({own('tenggat_config_last_reload_successful')})"), "bool_yes_no", steps("red", ("green", 1)),
             here("Keterangan Proses")),
    ]


def loops():
    return [
        row("Putaran kerja"),
        timeseries("Waktu sejak Putaran Terakhir Berhasil", "Menurut putaran; di atas 300 detik putarannya macet.",
                   [prom(f"time() - (min by (loop) ({own('tenggat_loop_last_success_timestamp_seconds')}) > 0)",
                         "{{loop}}")], "s", steps("transparent", ("red", 300)), 8, lines=True),
        timeseries("Lama Putaran (p99)", "Satu putaran kerja.",
                   [prom(quantile(0.99, "tenggat_loop_cycle_duration_seconds", "le, loop"), "{{loop}}")], "s", width=8),
        timeseries("Kegagalan Putaran per Menit", "Putaran yang berakhir karena gangguan.",
                   [prom(rate("tenggat_loop_failures_total", "loop"), "{{loop}}")], width=8),
        timeseries("Perhitungan Angka Basis Data", "Lama satu perhitungan, dan yang gagal per menit.",
                   [prom(f"max({own('tenggat_snapshot_duration_seconds')})", "lama (detik)"),
                    prom(f"60 * sum(rate({own('tenggat_snapshot_errors_total')}[$__rate_interval]))", "gagal per menit",
                         "B")], "none", steps("transparent", ("red", 1)), 8, lines=True),
        timeseries("Berkas Sementara Tanpa Kepastian Kalender", "Berkas terbuka yang batasnya di luar tahun kalender.",
                   [prom(f"max by (calendar) ({own('tenggat_calendar_provisional_permits')})", "{{calendar}}")],
                   width=8),
        timeseries("Kalender Berlaku sampai", "Sisa waktu sampai akhir tahun terakhir kalender. Lihat TenggatCalendarEnds.",
                   [prom(f"min by (calendar) ({own('tenggat_calendar_covered_until_timestamp_seconds')})"
                         " - scalar(max(tenggat_office_clock_timestamp_seconds))", "{{calendar}}")], "s",
                   steps("red", ("transparent", 3888000)), 8, lines=True),
    ]


def work():
    return [
        row("Komit dan permintaan"),
        timeseries("Ukuran Rata-rata Kelompok Komit", "Perintah dalam satu transaksi; nol bila tidak ada.",
                   [prom(f"sum(rate({own('tenggat_commit_batch_size_sum')}[$__rate_interval]))"
                         f" / (sum(rate({own('tenggat_commit_batch_size_count')}[$__rate_interval])) > 0) or vector(0)",
                         "perintah")], width=8),
        timeseries("Lama Komit", "Satu kelompok, median dan p99.",
                   [prom(quantile(0.5, "tenggat_commit_duration_seconds"), "median"),
                    prom(quantile(0.99, "tenggat_commit_duration_seconds"), "p99", "B")], "s", width=8),
        timeseries("Permintaan HTTP per Menit", "Menurut kode jawaban.",
                   [prom(rate("tenggat_http_requests_total", "code"), "{{code}}")], width=8),
        timeseries("Lama Permintaan HTTP (p99)", "Lima jalur yang paling lambat.",
                   [prom(f"topk(5, {quantile(0.99, 'tenggat_http_request_duration_seconds', 'le, route')})",
                         "{{route}}")], "s", width=8),
        timeseries("Galat Basis Data per Menit", "Menurut kelas SQLSTATE; garis nol bila tidak ada. Lihat TenggatDatabaseDown.",
                   [prom(rate("tenggat_db_errors_total", "class") + " > 0 or "
                         + f"60 * sum(rate({own('tenggat_db_errors_total')}[$__rate_interval]))", "{{class}}"),
                    prom(f"60 * sum(rate({own('tenggat_db_reconnects_total')}[$__rate_interval]))", "sambung ulang", "B")],
                   width=8),
        timeseries("Sambungan Basis Data", "Menurut keadaan, semua proses.",
                   [prom(f"sum by (state) ({own('tenggat_db_connections')})", "{{state}}")], width=8),
    ]


def process():
    info = own("tenggat_build_info")
    return [
        row("Proses"),
        timeseries("Memori", "Yang ditempati setiap proses.",
                   [prom(own("process_resident_memory_bytes"), "{{instance}}")], "bytes", width=8),
        timeseries("Waktu CPU", "Bagian dari satu inti.",
                   [prom(f"rate({own('process_cpu_seconds_total')}[$__rate_interval])", "{{instance}}")],
                   "percentunit", width=8),
        timeseries("Deskriptor Terbuka", "Terhadap batasnya.",
                   [prom(own("process_open_fds") + " / " + own("process_max_fds"), "{{instance}}")], "percentunit",
                   steps("transparent", ("red", 0.8)), 8, lines=True),
        panel("table", "Keterangan Proses", "Versi, dan kapan setiap proses dimulai dan terakhir memuat ulang.",
              [prom(f"1000 * max by (instance, version, revision) ({own('process_start_time_seconds')}"
                    f" * on (instance) group_left (version, revision) {info})", table=True),
               prom(f"1000 * max by (instance) ({own('tenggat_config_last_reload_success_timestamp_seconds')})", ref="B",
                    table=True)], "dateTimeAsLocal", TRANSPARENT, (12, 7),
              defaults={"custom": {"align": "auto", "filterable": False}},
              options={"showHeader": True, "cellHeight": "sm"},
              transformations=[{"id": "merge", "options": {}},
                               {"id": "organize", "options": {
                                   "excludeByName": {"Time": True}, "indexByName": {},
                                   "renameByName": {"instance": "Proses", "version": "Versi", "revision": "Revisi",
                                                    "Value #A": "Dimulai", "Value #B": "Muat ulang"}}}]),
        timeseries("Baris Log per Menit", "Menurut tingkat.",
                   [prom(rate("tenggat_log_messages_total", "level"), "{{level}}")], width=12),
    ]


def build():
    return dashboard("mesin", "Mesin", "Putaran, basis data, komit, permintaan, dan burung kenari.", ["mesin"],
                     [DATASOURCE, LAPORAN, JOB, INSTANCE, ALAMAT], now() + loops() + work() + process(), "now-6h", "30s")
