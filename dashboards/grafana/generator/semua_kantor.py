"""Semua Kantor: every office under this Prometheus, by the label `office`. What an office does not tell is blank, never 0."""
from parts import (
    alarms, BAD, dashboard, DATASOURCE, FEW_IS_GOOD, NONE_IS_GOOD, override, panel, prom, row, stat, steps, timeseries,
    to_office, TRANSPARENT, UNLIT, UNLIT_PLAIN, values, WARN)

# Two daemons of one office report the same: by `max` over instances, then a sum over services and steps.
LATE = "sum by (office) (max by (office, sop) (tenggat_permits_overdue))"
RISK = "sum by (office) (max by (office, sop) (tenggat_permits_legal_risk))"
QUEUE = "sum by (office) (max by (office, sop, step, sla) (tenggat_steps_open))"
LATE_STEPS = 'max by (office, sop, step) (tenggat_steps_open{sla="overdue"})'
UNCLAIMED = "sum by (office) (max by (office, sop, step) (tenggat_steps_unclaimed))"
UP = 'min by (office) (up{job="tenggat"})'
SEEN = "max by (office) (max_over_time(tenggat_snapshot_timestamp_seconds[$__range]))"
OFFICES, WORST = "Kantor", "Tahapan Terlambat per Kantor"
LINKS = [to_office("Ikhtisar kantor ini", "ikhtisar"), to_office("Tahapan kantor ini", "tahapan"),
         to_office("Mesin kantor ini", "mesin")]


def ask(expr, legend="", ref="A", table=False):
    return prom(expr, legend, ref, table, every_office=True)


def here(title):
    return [{"title": title, "url": f"/d/tenggat-kantor?viewPanel=<kantor/{title}>&${{__url_time_range}}", "targetBlank": False}]


def named_step(expr):
    return f'label_join({expr}, "tahapan", ": ", "sop", "step")'


def now():
    return [
        row("Adakah kantor yang perlu dibantu?"),
        stat("Jumlah Kantor", "Kantor yang dikenal Prometheus, menurut label office pada prometheus.yml.",
             ask(f"count({UP})"), thresholds=UNLIT_PLAIN, links=here(OFFICES)),
        stat("Kantor Tidak Terbaca", "Kantor yang sedikitnya satu prosesnya tidak dapat dibaca Prometheus. Lihat TenggatDown.",
             ask(f"sum(1 - {UP})"), thresholds=NONE_IS_GOOD, links=here(OFFICES)),
        stat("Lewat Tanggal Janji", "Permohonan berjalan yang melewati tanggal yang dijanjikan, pada semua kantor.",
             ask(f"sum({LATE})"), thresholds=NONE_IS_GOOD, links=here(OFFICES)),
        stat("Batas Hukum", "Permohonan yang mendekati atau melewati batas hukum, pada semua kantor.",
             ask(f"sum({RISK})"), thresholds=NONE_IS_GOOD, links=here(OFFICES)),
        stat("Antrean", "Berkas terbuka pada semua tahapan, termasuk yang pada pemohon, pada semua kantor.",
             ask(f"sum({QUEUE})"), thresholds=UNLIT_PLAIN, links=here(OFFICES)),
        stat("Eskalasi Menunggu", "Eskalasi kepada atasan yang belum ditanggapi, pada semua kantor.",
             ask("sum(max by (office) (tenggat_escalations_unacknowledged))"), thresholds=FEW_IS_GOOD, links=here(OFFICES)),
    ]


def offices():
    columns = {"office": "Kantor", "Value #A": "Proses hidup", "Value #B": "Terakhir terbaca", "Value #C": "Lewat janji",
               "Value #D": "Batas hukum", "Value #E": "Antrean", "Value #F": "Belum diambil", "tahapan": "Tahapan terburuk",
               "Value #G": "Terlambat"}
    worst = f'topk by (office) (1, {LATE_STEPS} > 0)'
    return panel(
        "table", OFFICES,
        "Satu baris satu kantor. Tahapan terburuk: yang paling banyak berkas terlambatnya, dan berapa. Kosong: tidak ada, atau kantornya tidak "
        "terbaca; kapan terakhir terbaca dalam rentang waktu terpilih tertulis di sampingnya.",
        [ask(UP, ref="A", table=True), ask(f"1000 * {SEEN}", ref="B", table=True), ask(LATE, ref="C", table=True),
         ask(RISK, ref="D", table=True), ask(QUEUE, ref="E", table=True), ask(UNCLAIMED, ref="F", table=True),
         ask(f"max by (office, tahapan) ({named_step(worst)})", ref="G", table=True)],
        "none", TRANSPARENT, (24, 9),
        defaults={"decimals": 0, "custom": {"align": "auto", "filterable": False, "minWidth": 60,
                                            "cellOptions": {"type": "auto", "wrapText": True}}, "noValue": "Tidak ada"},
        overrides=[override("Kantor", links=LINKS, custom__width=170),
                   override("Proses hidup", mappings=[values(**{"0": ("Tidak", BAD), "1": ("Ya", "text")})], thresholds={"mode": "absolute", "steps": steps(BAD, ("text", 1))},
                            custom__cellOptions={"type": "color-text"}, custom__width=115),
                   override("Terakhir terbaca", unit="time:DD/MM/YYYY HH.mm", custom__width=150),
                   *alarms("Lewat janji", "Batas hukum", "Terlambat"),
                   override("Belum diambil", custom__width=130), override("Tahapan terburuk", custom__width=250)],
        options={"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": "Lewat janji", "desc": True}]},
        transformations=[{"id": "merge", "options": {}},
                         {"id": "organize", "options": {
                             "excludeByName": {"Time": True}, "renameByName": columns,
                             "indexByName": {name: number for number, name in enumerate(columns)}}}])


def courses():
    return [
        row("Membaik atau memburuk?"),
        timeseries("Lewat Janji per Kantor", "Permohonan berjalan yang melewati tanggal janji.", [ask(LATE, "{{office}}")], width=8,
                   links=here(OFFICES), stepped=True),
        timeseries("Antrean per Kantor", "Berkas terbuka pada semua tahapan, termasuk yang pada pemohon.", [ask(QUEUE, "{{office}}")],
                   width=8, links=here(OFFICES), stepped=True),
        timeseries("Proses Hidup per Kantor", "1: semua proses kantor itu terbaca; 0: sedikitnya satu tidak.", [ask(UP, "{{office}}")],
                   width=8, links=here(OFFICES), stepped=True),
    ]


def worst():
    return panel(
        "table", WORST, "Setiap tahapan yang mempunyai berkas terlambat, yang terbanyak lebih dahulu.",
        [ask(f"max by (office, tahapan) ({named_step(f'{LATE_STEPS} > 0')})", table=True)],
        "none", TRANSPARENT, (24, 9),
        defaults={"decimals": 0, "custom": {"align": "auto", "filterable": False, "minWidth": 60}, "noValue": "Tidak ada yang terlambat"},
        overrides=[override("Kantor", links=LINKS, custom__width=170),
                   override("Terlambat", custom__width=120, thresholds={"mode": "absolute", "steps": steps(UNLIT, (WARN, 1))})],
        options={"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": "Terlambat", "desc": True}]},
        transformations=[{"id": "organize", "options": {
            "excludeByName": {"Time": True}, "indexByName": {"office": 0, "tahapan": 1, "Value": 2},
            "renameByName": {"office": "Kantor", "tahapan": "Tahapan", "Value": "Terlambat"}}}])


def build():
    return dashboard("kantor", "Semua Kantor", "Kantor mana yang perlu dibantu: keterlambatan, antrean, tahapan terburuk, dan prosesnya.",
                     ["provinsi"], [DATASOURCE], [*now(), offices(), *courses(), row("Di mana berkasnya?"), worst()], "now-7d")
