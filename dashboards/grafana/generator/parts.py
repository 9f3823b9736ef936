"""Panels as Grafana's JSON: what all of them have in common stands here once.

A panel is a dict; `place` gives it its id and its place. Every number has a unit, thresholds, a description, and a
link to what stands behind it. Colours are told apart by whoever cannot tell red from green, and never say a thing
alone; a number that is not known is a grey "?", never a 0.
"""

import re

PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
POSTGRES = {"type": "grafana-postgresql-datasource", "uid": "${laporan}"}
SOP = "sop IN (${sop:singlequote})"
CHOSEN = "to_date('${bulan}', 'YYYY-MM')"
MONTH = f"bulan = {CHOSEN}"
BEFORE = f"bulan = ({CHOSEN} - interval '1 month')::date"
# The objective, from the metric; empty where Prometheus does not answer.
TARGET = "nullif('${target}', '')::numeric"
DAY = "(SELECT max(hari_kerja_detik) FROM sop)"

BAD, WARN, GOOD, UNLIT, GREY = "#c4420b", "#c98500", "#3d8fcc", "#3b4148", "#8e8e8e"


def steps(*bounds):
    """("blue", ("red", 1)) → blue from the start, red from 1 on."""
    first, *rest = bounds
    return [{"color": first, "value": None}] + [{"color": c, "value": v} for c, v in rest]


PLAIN = steps(GOOD)
NONE_IS_GOOD = steps(UNLIT, (BAD, 1))
FEW_IS_GOOD = steps(UNLIT, (WARN, 1))
UNLIT_PLAIN = steps(UNLIT)
SHARE = steps(BAD, (WARN, 0.8), (GOOD, 0.95))
TRANSPARENT = steps("transparent")
UNKNOWN = {"type": "special", "options": {"match": "null+nan", "result": {"text": "?", "color": GREY, "index": 0}}}


def values(**texts):
    """Values as words: values(**{"1": ("ya", GOOD)})."""
    return {"type": "value", "options": {value: {"text": text, "color": color, "index": number}
                                         for number, (value, (text, color)) in enumerate(texts.items())}}


def pattern(regex, color, index=0):
    """A text that says what its colour says."""
    return {"type": "regex", "options": {"pattern": regex, "result": {"color": color, "index": index}}}


YES_NO = values(**{"0": ("Tidak", BAD), "1": ("Ya", UNLIT)})


# Whose figures those are: `office` is a label of the targets, where it is set (prometheus.yml).
OF_OFFICE = 'office=~"$office"'
OWN_SERIES = re.compile(r"(?<![\w:])((?:tenggat|process)_[a-z_]+|up(?=\{))(?![\w:])(\{)?")


def in_office(expr):
    """Every series of Tenggat's own, of the office chosen."""
    return OWN_SERIES.sub(lambda found: f"{found[1]}{{{OF_OFFICE}{',' if found[2] else '}'}", expr)


def prom(expr, legend="", ref="A", table=False, instant=True, every_office=False):
    if not every_office:
        expr = in_office(expr)
    target = {"refId": ref, "datasource": PROMETHEUS, "editorMode": "code", "expr": expr,
              "legendFormat": legend, "instant": instant, "range": not instant}
    if table:
        target["format"] = "table"
    return target


def sql(query, ref="A"):
    return {"refId": ref, "datasource": POSTGRES, "editorMode": "code", "format": "table",
            "rawQuery": True, "rawSql": " ".join(query.split())}


def named(expr, label, words):
    """The series of an expression, with a label `nama` that says in words what `label` says."""
    for value, word in words.items():
        expr = f'label_replace({expr}, "nama", "{word}", "{label}", "{value}")'
    return expr


CHANNELS = {"email": "surel", "whatsapp": "WhatsApp", "webhook": "portal"}
AUDIENCES = {"officer": "petugas", "applicant": "pemohon", "portal": "portal"}


def link(title, url):
    return {"title": title, "url": url, "targetBlank": False}


def to_panel(dashboard, title):
    """The panel of that title alone, with the variables and the time of this page. `build` puts the id in."""
    return link(title, f"/d/tenggat-{dashboard}?viewPanel=<{dashboard}/{title}>&${{__all_variables}}&${{__url_time_range}}")


def to_office(title, dashboard):
    """Another dashboard, of the office in that row: its figures, and its database by the uid that provisioning gives it."""
    name = "${__data.fields.Kantor}"
    return link(title, f"/d/tenggat-{dashboard}?var-office={name}&var-laporan=tenggat-laporan-{name}")


def to_page(title, path):
    return link(title, "${alamat}/" + path)


PERMIT = to_page("Buka halaman permohonan", "permohonan/${__data.fields.id}")


def override(name, **properties):
    return {"matcher": {"id": "byName", "options": name},
            "properties": [{"id": key.replace("__", "."), "value": value}
                           for key, value in properties.items()]}


def fixed(color):
    return {"mode": "fixed", "fixedColor": color}


def panel(kind, title, description, targets, unit, thresholds, size, links=(), **more):
    defaults = {"unit": unit, "color": {"mode": "thresholds"},
                "thresholds": {"mode": "absolute", "steps": thresholds}, "mappings": []}
    if links:
        defaults["links"] = list(links)
    defaults |= more.pop("defaults", {})
    made = {"type": kind, "title": title, "description": description,
            "datasource": targets[0]["datasource"], "size": size,
            "fieldConfig": {"defaults": defaults, "overrides": list(more.pop("overrides", ()))},
            "options": more.pop("options", {}), "targets": list(targets)}
    return made | more


def stat(title, description, target, unit="none", thresholds=PLAIN, links=(), width=4, decimals=0, **more):
    """One number, or several of one row, each with its column's name."""
    names = more.pop("names", False)
    size = more.pop("letters", 24 if names else 40)
    return panel("stat", title, description, [target], unit, thresholds, (width, more.pop("height", 4)), links,
                 defaults={"decimals": decimals, "noValue": "?", "mappings": [UNKNOWN, *more.pop("mappings", ())]},
                 options={"reduceOptions": {"calcs": ["lastNotNull"], "fields": more.pop("fields", ""), "values": False},
                          "colorMode": more.pop("color", "background_solid"), "graphMode": "none", "justifyMode": "auto",
                          "orientation": "auto", "textMode": "value_and_name" if names else "value", "wideLayout": False,
                          "text": {"titleSize": 13, "valueSize": size}}, **more)


def sentence(title, description, query, width, mappings, links=()):
    """A text made in SQL, coloured by how it begins."""
    return stat(title, description, sql(query), thresholds=UNLIT_PLAIN, links=links, width=width, height=3, letters=18,
                fields="/.*/", mappings=mappings)


def two_months(expression, tables=None):
    """The month chosen beside the one before; of the month that runs, beside the same part of it."""
    def of(span, now):
        if tables:
            return tables(span, now)
        return f"""SELECT {expression} FROM (SELECT DISTINCT awal{span} AS awal, akhir{span} AS akhir
                   FROM bulan_banding({CHOSEN}) WHERE {SOP}) b
                   CROSS JOIN LATERAL kepatuhan_antara(b.awal, b.akhir) k WHERE k.{SOP}"""
    return f"""SELECT ({of("", True)}) AS "${{bulan:text}}", ({of("_lalu", False)}) AS "Bulan sebelumnya" """


def of_rows(expression, view, moment):
    """For `two_months`: an expression over the rows of a view that has `bulan`."""
    def query(span, now):
        return f"""SELECT {expression} FROM {view} k JOIN bulan_banding({CHOSEN}) b ON b.sop = k.sop
                   WHERE k.{SOP} AND k.{MONTH if now else BEFORE} AND k.{moment} < b.akhir{span}"""
    return query


def month_stat(title, description, query, unit="none", thresholds=PLAIN, links=(), width=4, decimals=0, **more):
    return stat(title, description + " Bulan berjalan dibandingkan dengan bagian yang sama dari bulan sebelumnya.",
                sql(query), unit, thresholds, links, width, decimals, names=True, color="value",
                overrides=[override("Bulan sebelumnya", color=fixed("text"))] + list(more.pop("overrides", ())), **more)


def timeseries(title, description, targets, unit="none", thresholds=TRANSPARENT, width=12, links=(), lines=False, **more):
    for target in targets:
        target["instant"], target["range"] = False, True
    one = len(targets) == 1 and "{{" not in targets[0]["legendFormat"]
    defaults = {"color": fixed(GOOD) if one else {"mode": "palette-classic-by-name"}, "decimals": 0,
                "custom": {"drawStyle": "line", "lineWidth": 2, "fillOpacity": 0, "showPoints": "auto", "pointSize": 4,
                           "spanNulls": False, "lineInterpolation": "stepAfter" if more.pop("stepped", False) else "linear",
                           "axisSoftMin": 0, "axisSoftMax": 0.05 if unit == "percentunit" else 1, "thresholdsStyle": {"mode": "line" if lines else "off"}}}
    return panel("timeseries", title, description, targets, unit, thresholds, (width, 8), links,
                 defaults=defaults | more.pop("defaults", {}),
                 options={"legend": {"displayMode": "list", "placement": "bottom", "showLegend": not one, "calcs": []},
                          "tooltip": {"mode": "multi", "sort": "desc"}}, **more)


def barchart(title, description, query, x, unit="none", thresholds=TRANSPARENT, width=12, links=(), stacking="none",
             colors=None, targets=None, height=8, **more):
    overrides = [override(name, color=fixed(color)) for name, color in (colors or {}).items()]
    custom = {"fillOpacity": 85, "lineWidth": 0} | more.pop("custom", {})
    return panel("barchart", title, description, targets or [sql(query)], unit, thresholds, (width, height), links,
                 overrides=overrides + list(more.pop("overrides", ())),
                 transformations=more.pop("transformations", []),
                 defaults={"color": {"mode": "palette-classic-by-name"}, "decimals": 0, "custom": custom} | more,
                 options={"xField": x, "orientation": "auto", "showValue": "auto", "stacking": stacking,
                          "groupWidth": 0.7, "barWidth": 0.9, "barRadius": 0, "fullHighlight": False,
                          "xTickLabelRotation": 0, "xTickLabelSpacing": 60,
                          "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
                          "tooltip": {"mode": "multi", "sort": "none"}})


def bargauge(title, description, targets, unit, thresholds, width=8, links=(), **defaults):
    return panel("bargauge", title, description, targets, unit, thresholds, (width, 8), links, defaults=defaults,
                 options={"reduceOptions": {"calcs": ["lastNotNull"], "fields": "",
                                            "values": targets[0]["datasource"] is POSTGRES},
                          "displayMode": "basic", "orientation": "horizontal", "valueMode": "color",
                          "showUnfilled": True, "minVizWidth": 0, "minVizHeight": 16, "namePlacement": "left",
                          "sizing": "auto", "text": {"titleSize": 12, "valueSize": 16}})


def table(title, description, query, overrides=(), width=24, height=9, links=(), widths=None, none="Tidak ada"):
    """Rows of the database. A column `id` is hidden: it leads to the permit's page. Without a width a column takes
    what is left."""
    hidden = [override("id", custom__hidden=True)] if " id," in query or "AS id" in query else []
    number = [override("Nomor", links=[PERMIT], custom__width=150)] if '"Nomor"' in query else []
    wide = [override(name, custom__width=pixels) for name, pixels in (widths or {}).items()]
    return panel("table", title, description, [sql(query)], "none", TRANSPARENT, (width, height), links,
                 defaults={"custom": {"align": "auto", "filterable": False, "minWidth": 60,
                                      "cellOptions": {"type": "auto", "wrapText": True}},
                           "noValue": none},
                 overrides=hidden + number + wide + list(overrides),
                 options={"showHeader": True, "cellHeight": "sm",
                          "footer": {"show": False, "reducer": ["sum"], "countRows": False}, "sortBy": []})


def words(column, name, zone="zona"):
    """An instant as people say it: 16 Apr 10.30."""
    return f'coalesce(saat({column}, {zone}), \'–\') AS "{name}"'


def working(column, name):
    """Working time in words: a day of it is not 24 hours."""
    return f'coalesce(lama_kerja({column}::numeric, {DAY}), \'–\') AS "{name}"'


def shares(*names):
    nothing = {"type": "special", "options": {"match": "null", "result": {"text": "–", "color": "text", "index": 0}}}
    return [override(name, unit="percentunit", decimals=0, mappings=[nothing],
                     thresholds={"mode": "absolute", "steps": SHARE},
                     custom__cellOptions={"type": "color-text"}) for name in names]


def alarms(*names, color=BAD):
    return [override(name, thresholds={"mode": "absolute", "steps": steps("text", (color, 1))},
                     custom__cellOptions={"type": "color-text"}) for name in names]


# Words that tell a state, each in its colour.
STATE = override("Keadaan", mappings=[pattern("^(terlambat|lewat).*", BAD), pattern("^(segera|mendekati).*", WARN, 1)],
                 thresholds={"mode": "absolute", "steps": steps("text")}, custom__cellOptions={"type": "color-text"})


# --- variables -----------------------------------------------------------------------------------


def variable(name, label, kind, **more):
    return {"name": name, "label": label, "type": kind, "hide": 0, "options": []} | more


def source(name, label, kind):
    return variable(name, label, "datasource", query=kind, refresh=1, regex="", includeAll=False, multi=False)


def of_prometheus(name, label, query, **more):
    return variable(name, label, "query", datasource=PROMETHEUS,
                    query={"query": query, "refId": name}, refresh=2, sort=1, regex="", includeAll=True, multi=True,
                    current={"selected": True, "text": ["All"], "value": ["$__all"]}) | more


def of_postgres(name, label, query, **more):
    return variable(name, label, "query", datasource=POSTGRES, query=query, refresh=2, sort=0,
                    regex="", includeAll=False, multi=False) | more


ALL = {"includeAll": True, "multi": True, "current": {"selected": True, "text": ["All"], "value": ["$__all"]}}
DATASOURCE = source("datasource", "Sumber angka", "prometheus")
OFFICE = of_prometheus("office", "Kantor", "label_values(tenggat_build_info, office)", includeAll=False, multi=False,
                       current={"selected": False, "text": "", "value": ""})
LAPORAN = source("laporan", "Basis data laporan", "grafana-postgresql-datasource")
SOPS = of_postgres("sop", "Layanan", "SELECT nama AS __text, sop AS __value FROM sop ORDER BY nama", **ALL)
BULAN = of_postgres("bulan", "Bulan",
                    "SELECT DISTINCT nama_bulan(bulan) AS __text, to_char(bulan, 'YYYY-MM') AS __value"
                    " FROM bulan_sop() ORDER BY 2 DESC")
ALAMAT = of_postgres("alamat", "Alamat Tenggat", "SELECT alamat FROM kantor", hide=2)
TARGET_VARIABLE = of_prometheus("target", "Target", 'query_result(min(tenggat_sla_objective_ratio{office=~"$office",sop=~"$sop",step=""}))',
                                hide=2, regex="/ ([0-9.]+) [0-9]+$/", includeAll=False, multi=False,
                                current={"selected": False, "text": "", "value": ""})
LANGKAH = of_postgres("langkah", "Tahapan",
                      "SELECT nama AS __text, langkah AS __value FROM langkah ORDER BY sop, urutan", **ALL)
PERAN = of_postgres("peran", "Peran", "SELECT DISTINCT peran_nama AS __text, peran AS __value FROM langkah"
                    " ORDER BY 1", **ALL)
INSTANCE = of_prometheus("instance", "Proses", 'label_values(tenggat_build_info{office=~"$office"}, instance)')
JOB = of_prometheus("job", "Pekerjaan", 'label_values(tenggat_build_info{office=~"$office"}, job)')


# --- a dashboard ---------------------------------------------------------------------------------


def row(title):
    return {"type": "row", "title": title, "collapsed": False, "panels": [], "size": (24, 1)}


def folded(title, *panels):
    """Details: seen when their row is opened, or by a link to one of them."""
    return {"type": "row", "title": title, "collapsed": True, "panels": list(panels), "size": (24, 1)}


def place(panels, number=0, top=0):
    """From left to right, a new line where one is full; ids in the order given. → how many there are now."""
    x = tallest = 0
    y = top
    for one in panels:
        width, height = one.pop("size")
        if x + width > 24:
            x, y, tallest = 0, y + tallest, 0
        number += 1
        one["id"], one["gridPos"] = number, {"x": x, "y": y, "w": width, "h": height}
        if one["type"] == "row":
            number = place(one["panels"], number, y + 1)
        x, tallest = x + width, max(tallest, height)
    return number


def dashboard(name, title, description, tags, variables, panels, span="now-24h", refresh="1m"):
    place(panels)
    return {"uid": f"tenggat-{name}", "title": title, "description": description, "tags": ["tenggat", *tags],
            "schemaVersion": 39, "version": 1, "editable": False, "graphTooltip": 1, "timezone": "Asia/Makassar",
            "refresh": refresh, "time": {"from": span, "to": "now"}, "timepicker": {},
            "annotations": {"list": []}, "fiscalYearStartMonth": 0, "weekStart": "monday", "liveNow": False,
            "links": [{"title": "Dasbor Tenggat", "type": "dashboards", "tags": ["tenggat"], "asDropdown": True,
                       "includeVars": True, "keepTime": True, "targetBlank": False, "icon": "external link",
                       "url": "", "tooltip": ""}],
            "templating": {"list": variables}, "panels": panels}
