#!/usr/bin/python3
"""Evaluates every expression of every dashboard and alert against what runs.

   dashboards/check.py [PROMETHEUS_URL [CONNINFO]]       default: http://127.0.0.1:9090, no database

CONNINFO is the login that Grafana would use (dashboards/postgres/pembaca.sql); with it the panels that read the
database are evaluated too. Fails (1) where an expression is refused, where none of a panel's expressions returns
anything, and where a rule has not been evaluated. Panels that may be empty stand, with the reason, in may_be_empty.json.
CHECK_RANGE (default 1h) stands for the dashboard's range, CHECK_MONTH for its month, by default the latest there is.
"""
import csv
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
RANGE = os.environ.get("CHECK_RANGE", "1h")


class Refused(Exception):
    pass


def ask_prometheus(url, path, **query):
    request = f"{url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as refused:
        raise Refused(json.load(refused).get("error", str(refused))) from refused


def ask_postgres(conninfo, query):
    """Rows as lists of texts; an empty text is NULL."""
    done = subprocess.run(["psql", "-X", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-c", query, conninfo],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(done.stderr.strip())
    return list(csv.reader(io.StringIO(done.stdout)))


class Values:
    """What the dashboards' variables hold."""

    def __init__(self, conninfo):
        self.lists, self.month = {}, os.environ.get("CHECK_MONTH", "")
        if not conninfo:
            return
        for name, query in (("sop", "SELECT sop FROM sop"), ("langkah", "SELECT langkah FROM langkah"),
                            ("peran", "SELECT DISTINCT peran FROM langkah")):
            self.lists[name] = ",".join(f"'{row[0]}'" for row in ask_postgres(conninfo, query))
        latest = ask_postgres(conninfo, "SELECT to_char(max(bulan), 'YYYY-MM') FROM kepatuhan_bulanan")
        self.month = self.month or latest[0][0]

    def promql(self, text):
        for name, value in (("$__rate_interval", "1m"), ("$__range", RANGE)):
            text = text.replace(name, value)
        return re.sub(r"\$\{?(sop|langkah|job|instance|office)\}?", ".*", text)

    def sql(self, text):
        for name, values in self.lists.items():
            text = text.replace("${" + name + ":singlequote}", values)
        for name, value in (("bulan", self.month), ("bulan:text", self.month), ("target", "0.95")):
            text = text.replace("${" + name + "}", value)
        return text


def shown(board):
    """Its panels, also those that a folded row holds."""
    return [one for row in board["panels"] for one in [row, *row.get("panels", [])] if one["type"] != "row"]


def evaluate(target, url, conninfo, values):
    """How many series or rows that hold something; None: there is no database to ask."""
    if "expr" in target:
        return len(ask_prometheus(url, "query", query=values.promql(target["expr"]))["result"])
    if not conninfo:
        return None
    return sum(1 for row in ask_postgres(conninfo, values.sql(target["rawSql"])) if any(row))


def check_panel(panel, where, url, conninfo, values, may_be_empty):
    found = []
    for target in panel["targets"]:
        try:
            found.append(evaluate(target, url, conninfo, values))
        except Refused as why:
            return f"refused: {why}: {target.get('expr') or target.get('rawSql')}"
    if None in found or any(found) or where in may_be_empty:
        return None
    return f"empty: {values.promql(target['expr']) if 'expr' in target else values.sql(target['rawSql'])}"


def check_variable(variable, url, conninfo, values):
    if variable["type"] != "query":
        return None
    try:
        if variable["datasource"]["type"] == "prometheus":
            query = variable["query"]["query"]
            query = values.promql(query)
            labels = re.fullmatch(r"label_values\((.+), (\w+)\)", query)
            whole = re.fullmatch(r"query_result\((.+)\)", query)
            found = (ask_prometheus(url, f"label/{labels[2]}/values", **{"match[]": labels[1]}) if labels
                     else ask_prometheus(url, "query", query=whole[1])["result"])
        elif not conninfo:
            return None
        else:
            found = ask_postgres(conninfo, variable["query"])
    except Refused as why:
        return f"refused: {why}"
    return None if found else "no values"


def check_rules(url):
    """Every rule was evaluated without an error; recorded ones have series."""
    faults, rules = [], 0
    for group in ask_prometheus(url, "rules")["groups"]:
        for rule in group["rules"]:
            rules += 1
            if rule["health"] != "ok":
                faults.append(f"rule {rule['name']}: {rule['health']}: {rule.get('lastError', 'not evaluated')}")
            elif rule["type"] == "recording" and not ask_prometheus(url, "query", query=rule["name"])["result"]:
                faults.append(f"rule {rule['name']}: records nothing")
    return rules, faults


def main():
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:9090"
    conninfo = sys.argv[2] if len(sys.argv) > 2 else ""
    values = Values(conninfo)
    may_be_empty = json.loads((HERE / "may_be_empty.json").read_text(encoding="utf-8"))
    panels = variables = expressions = 0
    rules, faults = check_rules(url)
    named = set()
    for path in sorted(HERE.glob("grafana/*.json")):
        board = json.loads(path.read_text(encoding="utf-8"))
        for variable in board["templating"]["list"]:
            variables += 1
            fault = check_variable(variable, url, conninfo, values)
            if fault:
                faults.append(f"{board['title']}: variable {variable['name']}: {fault}")
        for panel in shown(board):
            panels += 1
            expressions += len(panel["targets"])
            where = f"{board['title']}: {panel['title']}"
            named.add(where)
            fault = check_panel(panel, where, url, conninfo, values, may_be_empty)
            if fault:
                faults.append(f"{where}: {fault}")
    for where in sorted(set(may_be_empty) - named):
        faults.append(f"may_be_empty.json names {where}, which is no panel")
    if not panels or not rules:
        faults.append(f"{panels} panels and {rules} rules found")
    for fault in faults:
        print(fault)
    print(f"check: {panels} panels, {expressions} expressions, {variables} variables, {rules} rules, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
