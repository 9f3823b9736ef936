"""Panels as Grafana's JSON: what all of them have in common stands here once.

A panel is a dict; `place` gives it its id and its place. Every number has a unit, thresholds, a
description, and a link to what stands behind it.
"""

PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
POSTGRES = {"type": "grafana-postgresql-datasource", "uid": "${laporan}"}
SOP = "sop IN (${sop:singlequote})"
MONTH = "bulan = to_date('${bulan}', 'YYYY-MM')"
BEFORE = "bulan = to_date('${bulan}', 'YYYY-MM') - interval '1 month'"


def steps(*bounds):
    """("green", ("red", 1)) → green from the start, red from 1 on."""
    first, *rest = bounds
    return [{"color": first, "value": None}] + [{"color": c, "value": v} for c, v in rest]


PLAIN = steps("blue")
NONE_IS_GOOD = steps("green", ("red", 1))
FEW_IS_GOOD = steps("green", ("orange", 1))
SHARE = steps("red", ("orange", 0.8), ("green", 0.95))
TRANSPARENT = steps("transparent")


def prom(expr, legend="", ref="A", table=False, instant=True):
    target = {"refId": ref, "datasource": PROMETHEUS, "editorMode": "code", "expr": expr,
              "legendFormat": legend, "instant": instant, "range": not instant}
    if table:
        target["format"] = "table"
    return target


def sql(query, ref="A"):
    return {"refId": ref, "datasource": POSTGRES, "editorMode": "code", "format": "table",
            "rawQuery": True, "rawSql": " ".join(query.split())}


def link(title, url):
    return {"title": title, "url": url, "targetBlank": False}


def to_panel(dashboard, title):
    """The panel of that title alone, with the variables and the time of this page. `build` puts the id in."""
    return link(title, f"/d/tenggat-{dashboard}?viewPanel=<{dashboard}/{title}>&${{__all_variables}}&${{__url_time_range}}")


PERMIT = link("Buka halaman permohonan", "${alamat}/permohonan/${__data.fields.id}")


def override(name, **properties):
    return {"matcher": {"id": "byName", "options": name},
            "properties": [{"id": key.replace("__", "."), "value": value}
                           for key, value in properties.items()]}


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


def stat(title, description, target, unit="short", thresholds=PLAIN, links=(), width=4, decimals=0, **more):
    text = "value_and_name" if more.pop("names", False) else "auto"
    return panel("stat", title, description, [target], unit, thresholds, (width, 4), links,
                 defaults={"decimals": decimals, "noValue": more.pop("none", "0")},
                 options={"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                          "colorMode": more.pop("color", "background"), "graphMode": "none", "justifyMode": "auto",
                          "orientation": "auto", "textMode": text}, **more)


def month_stat(title, description, column, view, unit="short", thresholds=PLAIN, links=(), width=4, decimals=0,
               where=""):
    """A figure of the month chosen, beside the month before; empty where nothing was judged."""
    query = f"""SELECT (SELECT {column} FROM laporan.{view} WHERE {SOP} AND {MONTH}{where}) AS "${{bulan}}",
                (SELECT {column} FROM laporan.{view} WHERE {SOP} AND {BEFORE}{where}) AS "Bulan sebelumnya" """
    return stat(title, description, sql(query), unit, thresholds, links, width, decimals, names=True,
                none="tidak ada", color="value",
                overrides=[override("Bulan sebelumnya", color={"mode": "fixed", "fixedColor": "text"})])


def timeseries(title, description, targets, unit="short", thresholds=TRANSPARENT, width=12, links=(), lines=False):
    for target in targets:
        target["instant"], target["range"] = False, True
    return panel("timeseries", title, description, targets, unit, thresholds, (width, 8), links,
                 defaults={"color": {"mode": "palette-classic"}, "min": 0,
                           "custom": {"drawStyle": "line", "lineWidth": 2, "fillOpacity": 0, "showPoints": "never",
                                      "spanNulls": True,
                                      "thresholdsStyle": {"mode": "line" if lines else "off"}}},
                 options={"legend": {"displayMode": "table", "placement": "bottom", "showLegend": True,
                                     "calcs": ["lastNotNull", "max"]},
                          "tooltip": {"mode": "multi", "sort": "desc"}})


def barchart(title, description, query, x, unit="short", thresholds=TRANSPARENT, width=12, links=(), stacking="none",
             **defaults):
    return panel("barchart", title, description, [sql(query)], unit, thresholds, (width, 8), links,
                 defaults={"color": {"mode": "palette-classic"}, "custom": {"fillOpacity": 80, "lineWidth": 0}}
                 | defaults,
                 options={"xField": x, "orientation": "auto", "showValue": "auto", "stacking": stacking,
                          "groupWidth": 0.7, "barWidth": 0.9, "barRadius": 0, "fullHighlight": False,
                          "xTickLabelRotation": 0, "xTickLabelSpacing": 100,
                          "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
                          "tooltip": {"mode": "multi", "sort": "none"}})


def bargauge(title, description, targets, unit, thresholds, width=8, links=(), **defaults):
    return panel("bargauge", title, description, targets, unit, thresholds, (width, 8), links, defaults=defaults,
                 options={"reduceOptions": {"calcs": ["lastNotNull"], "fields": "",
                                            "values": targets[0]["datasource"] is POSTGRES},
                          "displayMode": "basic", "orientation": "horizontal", "valueMode": "color",
                          "showUnfilled": True, "minVizWidth": 0, "minVizHeight": 16, "namePlacement": "auto",
                          "sizing": "auto"})


def table(title, description, query, overrides=(), width=24, height=9, links=(), sort=None, unit="short"):
    """Rows of the database. A column `id` is hidden: it leads to the permit's page."""
    hidden = [override("id", custom__hidden=True)] if " id," in query or "SELECT id" in query else []
    number = [override("Nomor", links=[PERMIT])] if '"Nomor"' in query else []
    return panel("table", title, description, [sql(query)], unit, TRANSPARENT, (width, height), links,
                 defaults={"custom": {"align": "auto", "filterable": True}, "color": {"mode": "thresholds"}},
                 overrides=hidden + number + list(overrides),
                 options={"showHeader": True, "cellHeight": "sm",
                          "footer": {"show": False, "reducer": ["sum"], "countRows": False},
                          "sortBy": [{"displayName": sort, "desc": True}] if sort else []})


def when(*names):
    return [override(name, unit="dateTimeAsLocal") for name in names]


def hours(*names):
    """Working time: a day of it is not 24 hours, so it is never shown in days."""
    return [override(name, unit="h", decimals=1) for name in names]


def shares(*names):
    return [override(name, unit="percentunit", decimals=0,
                     thresholds={"mode": "absolute", "steps": SHARE},
                     custom__cellOptions={"type": "color-text"}) for name in names]


def alarms(*names):
    return [override(name, thresholds={"mode": "absolute", "steps": steps("transparent", ("red", 1))},
                     custom__cellOptions={"type": "color-background"}) for name in names]


# --- variables -----------------------------------------------------------------------------------


def variable(name, label, kind, **more):
    return {"name": name, "label": label, "type": kind, "hide": 0, "options": []} | more


def source(name, label, kind):
    return variable(name, label, "datasource", query=kind, refresh=1, regex="", includeAll=False, multi=False)


def of_prometheus(name, label, query):
    return variable(name, label, "query", datasource=PROMETHEUS,
                    query={"query": query, "refId": name}, refresh=2, sort=1, regex="", includeAll=True, multi=True,
                    current={"selected": True, "text": ["All"], "value": ["$__all"]})


def of_postgres(name, label, query, **more):
    return variable(name, label, "query", datasource=POSTGRES, query=query, refresh=2, sort=0,
                    regex="", includeAll=False, multi=False) | more


DATASOURCE = source("datasource", "Data source", "prometheus")
LAPORAN = source("laporan", "Basis data laporan", "grafana-postgresql-datasource")
SOPS = of_prometheus("sop", "Layanan (SOP)", "label_values(tenggat_permits_submitted_total, sop)")
BULAN = of_postgres("bulan", "Bulan",
                    "SELECT DISTINCT to_char(bulan, 'YYYY-MM') FROM laporan.bulan_sop() ORDER BY 1 DESC")
ALAMAT = of_postgres("alamat", "Alamat Tenggat", "SELECT alamat FROM laporan.kantor", hide=2)
LANGKAH = of_postgres("langkah", "Langkah",
                      "SELECT nama AS __text, langkah AS __value FROM laporan.langkah ORDER BY sop, urutan",
                      includeAll=True, multi=True,
                      current={"selected": True, "text": ["All"], "value": ["$__all"]})
INSTANCE = of_prometheus("instance", "Instance", "label_values(tenggat_build_info, instance)")
JOB = of_prometheus("job", "Job", "label_values(tenggat_build_info, job)")


# --- a dashboard ---------------------------------------------------------------------------------


def row(title):
    return {"type": "row", "title": title, "collapsed": False, "panels": [], "size": (24, 1)}


def place(panels):
    """From left to right, a new line where one is full; ids in the order given."""
    x = y = tallest = 0
    for number, one in enumerate(panels, start=1):
        width, height = one.pop("size")
        if x + width > 24:
            x, y, tallest = 0, y + tallest, 0
        one["id"], one["gridPos"] = number, {"x": x, "y": y, "w": width, "h": height}
        x, tallest = x + width, max(tallest, height)
    return panels


def dashboard(name, title, description, tags, variables, panels, span="now-24h", refresh="1m"):
    return {"uid": f"tenggat-{name}", "title": title, "description": description, "tags": ["tenggat", *tags],
            "schemaVersion": 39, "version": 1, "editable": False, "graphTooltip": 1, "timezone": "Asia/Makassar",
            "refresh": refresh, "time": {"from": span, "to": "now"}, "timepicker": {},
            "annotations": {"list": []}, "fiscalYearStartMonth": 0, "weekStart": "monday", "liveNow": False,
            "links": [{"title": "Dasbor Tenggat", "type": "dashboards", "tags": ["tenggat"], "asDropdown": True,
                       "includeVars": True, "keepTime": True, "targetBlank": False, "icon": "external link",
                       "url": "", "tooltip": ""}],
            "templating": {"list": variables}, "panels": place(panels)}
