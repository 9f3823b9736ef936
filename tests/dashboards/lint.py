#!/usr/bin/python3
"""What must hold of the dashboards, without any server: the rules of Grafana's dashboard-linter that apply, by their
names there, and the project's own.

   lint.py SOURCE_DIR            prints the faults; 1 where there are any
   lint.py SOURCE_DIR --plant    plants one fault of each rule and expects the rule to find it

Not taken over: template-job and template-instance but on Mesin, since figures of the database are the same on every
daemon and are asked for by SOP; panel-job-instance for the same reason; target-logql, there are no logs.
"""
import copy
import json
import pathlib
import re
import subprocess
import sys

# None that abbreviates ("1 K"), scales ("1.77 weeks") or answers in English ("Yes").
UNITS = {"none", "percentunit", "bytes", "time:HH.mm", "time:DD/MM/YYYY HH.mm"} | {
    f"suffix: {word}" for word in ("md", "detik", "menit", "jam", "hari", "kali")}
OFFICE = {"tenggat-ikhtisar": "Ikhtisar Pimpinan", "tenggat-tahapan": "Tahapan SOP", "tenggat-peran": "Peran dan Beban",
          "tenggat-notifikasi": "Notifikasi"}
FLEET = "tenggat-kantor"  # by office, where the others are of one
TITLES = OFFICE | {"tenggat-mesin": "Mesin", FLEET: "Semua Kantor"}
# The views and functions of the reports, which a reader finds by their names.
REPORTS = {name for file in (pathlib.Path(__file__).parents[2] / "daemon/store/migrations").glob("*.sql")
           for name in re.findall(r"CREATE (?:OR REPLACE )?(?:VIEW|FUNCTION) laporan\.([a-z_]+)", file.read_text(encoding="utf-8"))}


class Catalogue:
    """The table of docs/metrics.md."""

    def __init__(self, root):
        self.kinds, self.labels, self.of_database = {}, {}, set()
        for line in (root / "docs/metrics.md").read_text(encoding="utf-8").splitlines():
            found = re.match(r"\| `([a-z_]+)`( ‡)? \| (\w+) \| ([a-z_, ]*) ?\|", line)
            if not found:
                continue
            name = found[1] if found[1].startswith("process_") else "tenggat_" + found[1]
            self.kinds[name] = found[3]
            self.labels[name] = {label.strip() for label in found[4].split(",") if label.strip()}
            if found[2]:
                self.of_database.add(name)

    def metric(self, name):
        """The metric a series belongs to; None: there is none."""
        if name in self.kinds:
            return name
        for end in ("_bucket", "_sum", "_count"):
            if name.endswith(end) and self.kinds.get(name.removesuffix(end)) == "histogram":
                return name.removesuffix(end)
        return None


def shown(board):
    """Also what a folded row holds."""
    return [one for row in board["panels"] for one in [row, *row.get("panels", [])] if one["type"] != "row"]


def expressions(panel):
    return [target["expr"] for target in panel["targets"] if "expr" in target]


def queries(panel):
    return [target["rawSql"] for target in panel["targets"] if "rawSql" in target]


def links_of(panel):
    found = list(panel["fieldConfig"]["defaults"].get("links", []))
    for override in panel["fieldConfig"]["overrides"]:
        found += [link for one in override["properties"] if one["id"] == "links" for link in one["value"]]
    return found


def plain(expression):
    """PromQL without Grafana's variables."""
    for name, value in (("$__rate_interval", "5m"), ("$__range", "1h")):
        expression = expression.replace(name, value)
    return re.sub(r"\$\{?(sop|langkah|job|instance|office)\}?", ".*", expression)


# --- rules: each yields what is wrong ------------------------------------------------------------


def uneditable_dashboard(board, _):
    if board.get("editable") is not False:
        yield "can be edited in place"


def dashboard_form(board, _):
    if board.get("schemaVersion") != 39:
        yield "is not of schema 39"
    if TITLES.get(board.get("uid")) != board.get("title"):
        yield "has another uid or title"
    if board.get("timezone") != "Asia/Makassar":
        yield "is not in the office's time zone"
    if "tenggat" not in board.get("tags", []) or "tenggat" not in board["links"][0]["tags"]:
        yield "is not linked with the others by its tag"
    if not board.get("description"):
        yield "has no description"


def template_datasource(board, _):
    kinds = {"datasource": "prometheus"} | ({} if board["uid"] == FLEET else {"laporan": "grafana-postgresql-datasource"})
    for name, kind in kinds.items():
        if not any(one["name"] == name and one["type"] == "datasource" and one["query"] == kind
                   for one in board["templating"]["list"]):
            yield f"lacks the datasource variable {name}"


def template_variables(board, _):
    wanted = {"job", "instance", "office"} if board["uid"] == "tenggat-mesin" else {"sop", "office"}
    if board["uid"] == FLEET:
        wanted = set()
    for name in sorted(wanted - {one["name"] for one in board["templating"]["list"]}):
        yield f"lacks the variable {name}"
    text = json.dumps([board["panels"], board["templating"]])
    known = {one["name"] for one in board["templating"]["list"]}
    for name in sorted(set(re.findall(r"\$\{?([a-z]+)\b", text)) - known):
        yield f"uses the variable {name}, which it does not have"


def template_on_time_change_reload(board, _):
    for one in board["templating"]["list"]:
        if one["type"] == "query" and one.get("refresh") != 2:
            yield f"variable {one['name']} is not read again when the time changes"
        if one["type"] == "query" and not one.get("query"):
            yield f"variable {one['name']} has no query"


def panel_title_description(board, _):
    for one in shown(board):
        for key in ("title", "description"):
            if not one.get(key):
                yield f"panel {one['id']} has no {key}"
    titles = [one["title"] for one in shown(board) if one.get("title")]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield f"two panels are called {title}"


def panel_units(board, _):
    for one in shown(board):
        if one["fieldConfig"]["defaults"].get("unit") not in UNITS:
            yield f"{one['title']}: no unit, or an unknown one"


def panel_thresholds(board, _):
    for one in shown(board):
        steps = one["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", [])
        values = [step["value"] for step in steps[1:]]
        if not steps or steps[0]["value"] is not None or values != sorted(values):
            yield f"{one['title']}: no thresholds, or not in order"


def panel_datasource(board, _):
    for one in shown(board):
        for source in [one["datasource"]] + [target.get("datasource", {}) for target in one["targets"]]:
            if source.get("uid") not in ("${datasource}", "${laporan}"):
                yield f"{one['title']}: not on a datasource variable"


def panel_no_targets(board, _):
    for one in shown(board):
        if not one["targets"] or any(not (t.get("expr") or t.get("rawSql")) for t in one["targets"]):
            yield f"{one['title']}: nothing is asked"


def panel_place(board, _):
    for panels in [board["panels"]] + [one["panels"] for one in board["panels"] if one["type"] == "row"]:
        taken = {}
        for one in panels:
            at = one["gridPos"]
            if at["x"] + at["w"] > 24:
                yield f"{one['title']}: outside the grid"
            for x in range(at["x"], at["x"] + at["w"]):
                for y in range(at["y"], at["y"] + at["h"]):
                    if taken.setdefault((x, y), one["id"]) != one["id"]:
                        yield f"{one['title']}: over another panel"
                        return
    ids = [one["id"] for row in board["panels"] for one in [row, *row.get("panels", [])]]
    if len(set(ids)) != len(ids):
        yield "two panels have one id"
    kinds = [one["type"] for one in shown(board)]
    if kinds[0] != "stat":
        yield "does not begin with numbers"
    if board["uid"] in (*OFFICE, FLEET) and kinds[-1] != "table":
        yield "does not end with a list"


def target_promql(board, _):
    rules = [{"record": f"lint:{number}", "expr": plain(expression)} for number, expression in
             enumerate(e for one in shown(board) for e in expressions(one))]
    done = subprocess.run(["promtool", "check", "rules", "/dev/stdin"], capture_output=True, text=True,
                          input=json.dumps({"groups": [{"name": "lint", "rules": rules}]}), check=False)
    if done.returncode:
        yield f"promtool: {done.stderr.strip()[:300]}"


def target_rate_interval(board, _):
    for one in shown(board):
        for expression in expressions(one):
            for span in re.findall(r"\b(?:rate|irate|increase)\([^\[]*\[([^\]]+)\]", expression):
                if span not in ("$__rate_interval", "$__range"):
                    yield f"{one['title']}: a rate over {span}"


def target_counter_agg(board, catalogue):
    """Counters of the process are asked for their growth, also those of histograms."""
    for one in shown(board):
        for expression in expressions(one):
            for name in re.findall(r"\b(?:tenggat|process)_[a-z_]+", expression):
                metric = catalogue.metric(name)
                counts = catalogue.kinds.get(metric) in ("counter", "histogram")
                if counts and metric not in catalogue.of_database and not re.search(
                        rf"\b(?:rate|increase)\({name}\b", expression):
                    yield f"{one['title']}: {name} without rate or increase"


def target_known_metric(board, catalogue):
    for one in shown(board):
        for expression in expressions(one):
            for name in re.findall(r"\b(?:tenggat|process)_[a-z_]+", expression):
                if not catalogue.metric(name):
                    yield f"{one['title']}: no metric is called {name}"


def target_sop(board, catalogue):
    """Whatever belongs to an SOP follows the variable; on Mesin, to a process."""
    for one in shown(board):
        for expression in expressions(one):
            for name, selector in re.findall(r"\b((?:tenggat|process)_[a-z_]+)(\{[^}]*\})?", expression):
                metric = catalogue.metric(name) or name
                if "sop" in catalogue.labels.get(metric, ()) and 'sop=~"$sop"' not in selector and board["uid"] != FLEET:
                    yield f"{one['title']}: {name} for all SOPs"
                process = board["uid"] == "tenggat-mesin" and metric != "tenggat_office_clock_timestamp_seconds"
                if process and not ('job=~"$job"' in selector and 'instance=~"$instance"' in selector):
                    yield f"{one['title']}: {name} of every job or instance"


def target_office(board, _):
    """Several offices may be under one Prometheus: what is shown is one's, on Semua Kantor each apart."""
    for one in shown(board):
        for expression in expressions(one):
            for name, selector in re.findall(r"(?<![\w:])((?:tenggat|process)_[a-z_]+|up(?=\{)|ALERTS)(?![\w:])(\{[^}]*\})?", expression):
                if board["uid"] == FLEET:
                    if not re.search(rf"\bby \(office\b[^)]*\) \((?:max_over_time\()?{name}\b", expression):
                        yield f"{one['title']}: {name} of all offices together"
                elif 'office=~"$office' not in selector:
                    yield f"{one['title']}: {name} of every office"


def target_once(board, catalogue):
    """Two daemons on one database report the same: a sum over instances would double it."""
    for one in shown(board):
        for expression in expressions(one):
            for before, name in re.findall(r"(\w+(?: by \([^)]*\))? \(|\w+\(|^|[^\w])(tenggat_[a-z_]+)", expression):
                if catalogue.metric(name) in catalogue.of_database and not re.match(r"(max|min)( by|\(|_over_time\()", before):
                    yield f"{one['title']}: {name} not by max or min over instances"


def target_sql(board, _):
    asked = [(one["title"], query) for one in shown(board) for query in queries(one)]
    asked += [(one["name"], one["query"]) for one in board["templating"]["list"]
              if one["type"] == "query" and one["datasource"]["uid"] == "${laporan}"]
    for title, query in asked:
        tables = re.findall(r"\b(?:FROM|JOIN) ([a-z_.]+)", query)
        if not query.startswith("SELECT") or not tables or any(table not in REPORTS for table in tables):
            yield f"{title}: reads elsewhere than in the reports, or names their schema, which is an office's own"
        if re.search(r"\$\{(sop|langkah|peran)(?!:singlequote)", query):
            yield f"{title}: a variable of several values without quotes"
        if "${sop" not in query and "FROM kantor" not in query and title in [one["title"] for one in shown(board)]:
            if board["uid"] not in ("tenggat-notifikasi", "tenggat-mesin"):
                yield f"{title}: for all SOPs"


def panel_links(board, _):
    """From every number to the list behind it, and from there to the permit's page."""
    for one in shown(board):
        found = links_of(one)
        if one["type"] != "table" and board["uid"] in (*OFFICE, FLEET) and not found:
            yield f"{one['title']}: no link"
        if any('"Nomor"' in query for query in queries(one)):
            if not any(link["url"].endswith("/permohonan/${__data.fields.id}") for link in found):
                yield f"{one['title']}: no link to the permit's page"
            if not all(re.search(r"\bid::text AS id,|\bpermohonan::text AS id,", query) for query in queries(one)):
                yield f"{one['title']}: no id for the link, or one that is formatted as a number"
        elif one["type"] == "table" and board["uid"] in (*OFFICE, FLEET) and not found:
            yield f"{one['title']}: no link"


def unknown_is_said(board, _):
    """Where nothing is known a stat says so: no zero, no colour of what is well."""
    for one in shown(board):
        if one["type"] != "stat":
            continue
        defaults = one["fieldConfig"]["defaults"]
        said = [m["options"]["result"]["text"] for m in defaults["mappings"] if m["type"] == "special"]
        if said != ["?"] or defaults.get("noValue") != "?":
            yield f"{one['title']}: what is not known looks known"
        for expression in expressions(one):
            if re.search(r"\bor (on\(\) )?vector\(", expression):
                yield f"{one['title']}: a number where nobody was asked"


def told_apart(board, _):
    """No red, green or orange of Grafana's: whoever cannot tell them apart sees one colour."""
    for one in shown(board):
        used = re.findall(r'"(?:color|fixedColor)": "([a-z-]*(?:red|green|orange|yellow)[a-z-]*)"', json.dumps(one["fieldConfig"]))
        if used:
            yield f"{one['title']}: coloured {used[0]}"


def columns_fit(board, _):
    """Nine columns at most, and what has a width leaves room for the rest at 1280 pixels."""
    for one in shown(board):
        if one["type"] != "table":
            continue
        widths = [p["value"] for o in one["fieldConfig"]["overrides"] for p in o["properties"] if p["id"] == "custom.width"]
        names = set(re.findall(r'AS "([^"]+)"', queries(one)[0])) if queries(one) else set()
        if len(names) > 9:
            yield f"{one['title']}: {len(names)} columns"
        if sum(widths) > 1240 * one["gridPos"]["w"] / 24 - 60 * (len(names) - len(widths)):
            yield f"{one['title']}: its columns are {sum(widths)} pixels wide"


RULES = [unknown_is_said, told_apart, columns_fit, uneditable_dashboard, dashboard_form, template_datasource, template_variables, template_on_time_change_reload,
         panel_title_description, panel_units, panel_thresholds, panel_datasource, panel_no_targets, panel_place,
         target_promql, target_rate_interval, target_counter_agg, target_known_metric, target_sop, target_office, target_once,
         target_sql, panel_links]


def dead_links(boards):
    """Links between dashboards name panels that exist; those to pages, pages that exist."""
    ids = {board["uid"]: {one["id"] for one in shown(board)} for board in boards}
    for board in boards:
        for one in shown(board):
            for link in links_of(one):
                url = link["url"]
                inside = re.match(r"/d/([a-z-]+)\?viewPanel=(\d+)&", url)
                page = re.match(r"\$\{alamat\}/(permohonan/\$\{__data\.fields\.id\}|pesan|papan|laporan|pegawai)$", url)
                month = re.match(r"/d/[a-z-]+\?var-bulan=\$\{__data\.fields\.bulan\}&", url)
                office = re.match(r"/d/(tenggat-[a-z]+)\?var-office=\$\{__data\.fields\.Kantor\}&var-laporan=tenggat-laporan-\$\{__data\.fields\.Kantor\}$", url)
                if office and office[1] in ids:
                    continue
                if not page and not month and not (inside and int(inside[2]) in ids.get(inside[1], ())):
                    yield f"{board['uid']}: {one['title']}: a link leads nowhere: {url}"


def faults_in(boards, catalogue):
    for board in boards:
        for rule in RULES:
            for fault in rule(board, catalogue):
                yield rule.__name__, f"{board['uid']}: {fault}"
    for fault in dead_links(boards):
        yield "dead_links", fault
    if {board["uid"] for board in boards} != set(TITLES):
        yield "dashboard_form", "not the six dashboards"


# --- planted faults ------------------------------------------------------------------------------


def first(board, kind="stat", asked="expr"):
    return next(one for one in shown(board) if one["type"] == kind and asked in one["targets"][0])


def edit(key, *path):
    def plant(board):
        at = first(board)
        for step in path:
            at = at[step]
        del at[key]
    return plant


def rewrite(old, new):
    def plant(board):
        for one in shown(board):
            for target in one["targets"]:
                for key in ("expr", "rawSql"):
                    if old in target.get(key, ""):
                        target[key] = target[key].replace(old, new)
                        return
        raise LookupError(old)
    return plant


def drop_variable(name):
    def plant(board):
        board["templating"]["list"] = [one for one in board["templating"]["list"] if one["name"] != name]
    return plant


def drop_links(board):
    for one in shown(board):
        one["fieldConfig"]["defaults"].pop("links", None)
        one["fieldConfig"]["overrides"] = []


def send_nowhere(board):
    first(board)["fieldConfig"]["defaults"]["links"] = [{"title": "x", "url": "/d/tenggat-tahapan?viewPanel=999&x"}]


def rewrite_links(old, new):
    def plant(board):
        for one in shown(board):
            for link in links_of(one):
                link["url"] = link["url"].replace(old, new)
    return plant


PLANTS = [
    ("uneditable_dashboard", "ikhtisar", lambda board: board.update(editable=True)),
    ("dashboard_form", "ikhtisar", lambda board: board.update(timezone="browser")),
    ("dashboard_form", "peran", lambda board: board.update(title="Peran")),
    ("template_datasource", "ikhtisar", drop_variable("datasource")),
    ("template_datasource", "mesin", drop_variable("laporan")),
    ("template_variables", "tahapan", drop_variable("sop")),
    ("template_variables", "mesin", drop_variable("instance")),
    ("template_on_time_change_reload", "ikhtisar", lambda board: board["templating"]["list"][3].update(refresh=1)),
    ("panel_title_description", "ikhtisar", edit("description")),
    ("panel_title_description", "mesin", lambda board: first(board).update(title="")),
    ("unknown_is_said", "ikhtisar", lambda board: first(board)["fieldConfig"]["defaults"].update(noValue="0")),
    ("unknown_is_said", "notifikasi", rewrite('0 * max(tenggat_snapshot_timestamp_seconds{office=~"$office"})', "vector(0)")),
    ("told_apart", "ikhtisar", lambda board: first(board)["fieldConfig"]["defaults"]["thresholds"]["steps"][0].update(color="green")),
    ("columns_fit", "tahapan", lambda board: first(board, "table", "rawSql")["fieldConfig"]["overrides"].append(
        {"matcher": {"id": "byName", "options": "Tahapan"}, "properties": [{"id": "custom.width", "value": 900}]})),
    ("panel_links", "ikhtisar", rewrite("id::text AS id", "id AS id")),
    ("panel_units", "ikhtisar", edit("unit", "fieldConfig", "defaults")),
    ("panel_units", "notifikasi", lambda board: first(board)["fieldConfig"]["defaults"].update(unit="short")),
    ("panel_thresholds", "tahapan", edit("thresholds", "fieldConfig", "defaults")),
    ("panel_datasource", "ikhtisar", lambda board: first(board).update(datasource={"uid": "prometheus"})),
    ("panel_no_targets", "peran", lambda board: first(board).update(targets=[])),
    ("panel_place", "peran", lambda board: first(board)["gridPos"].update(x=23)),
    ("target_promql", "ikhtisar", rewrite("sum(max by (sop) (", "sum(max by (sop (")),
    ("target_rate_interval", "mesin", rewrite("[$__rate_interval]", "[5m]")),
    ("target_counter_agg", "notifikasi", rewrite('rate(tenggat_messages_failed_total{office=~"$office"}[$__rate_interval])', 'tenggat_messages_failed_total{office=~"$office"}')),
    ("target_known_metric", "mesin", rewrite("tenggat_db_up", "tenggat_db_alive")),
    ("target_sop", "tahapan", rewrite('sop=~"$sop",', "")),
    ("target_sop", "mesin", rewrite('job=~"$job",', "")),
    ("target_office", "ikhtisar", rewrite('office=~"$office",', "")),
    ("target_office", "mesin", rewrite('ALERTS{office=~"$office|",', "ALERTS{")),
    ("target_office", "kantor", rewrite("max by (office, sop) (tenggat", "max by (sop) (tenggat")),
    ("template_variables", "notifikasi", drop_variable("office")),
    ("dead_links", "kantor", rewrite_links("tenggat-ikhtisar?", "tenggat-lain?")),
    ("target_once", "ikhtisar", rewrite("max by (sop) (tenggat", "sum by (sop) (tenggat")),
    ("target_sql", "ikhtisar", rewrite("FROM kasus", "FROM permit")),
    ("target_sql", "ikhtisar", rewrite("${sop:singlequote}", "${sop}")),
    ("panel_links", "ikhtisar", drop_links),
    ("dead_links", "ikhtisar", send_nowhere),
]


def plant_all(boards, catalogue):
    missed = 0
    for rule, name, plant in PLANTS:
        planted = copy.deepcopy(boards)
        plant(next(board for board in planted if board["uid"] == f"tenggat-{name}"))
        try:
            found = {which for which, _ in faults_in(planted, catalogue)}
        except (KeyError, IndexError):
            found = {"broken"}
        if rule not in found:
            print(f"FAULT not found: {rule} planted in {name}; found {sorted(found)}")
            missed += 1
    unplanted = {rule.__name__ for rule in RULES} - {rule for rule, _, _ in PLANTS}
    for rule in sorted(unplanted):
        print(f"FAULT nothing is planted for {rule}")
    print(f"lint: {len(PLANTS)} planted, {missed} not found")
    return missed + len(unplanted)


def main():
    root = pathlib.Path(sys.argv[1])
    catalogue = Catalogue(root)
    boards = [json.loads(path.read_text(encoding="utf-8"))
              for path in sorted((root / "dashboards/grafana").glob("*.json"))]
    if "--plant" in sys.argv:
        sys.exit(1 if plant_all(boards, catalogue) else 0)
    faults = list(faults_in(boards, catalogue))
    for rule, fault in faults:
        print(f"FAULT {rule}: {fault}")
    panels = sum(len(shown(board)) for board in boards)
    print(f"lint: {len(boards)} dashboards, {panels} panels, {len(RULES) + 1} rules, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
