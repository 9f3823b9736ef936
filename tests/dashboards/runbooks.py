#!/usr/bin/python3
"""The sections of dashboards/runbooks.md: each has its five parts, and names dashboards and panels that are there.

   runbooks.py SOURCE_DIR
"""
import json
import pathlib
import re
import sys

PARTS = ["Impact", "Cause", "Remedy", "Over when", "See"]
ROW_OR_PANEL = r"\*([A-Z][^*]+)\*"


def main():
    root = pathlib.Path(sys.argv[1])
    titles, boards = set(), {}
    for path in root.glob("dashboards/grafana/tenggat-*.json"):
        board = json.loads(path.read_text(encoding="utf-8"))
        boards[board["uid"]] = board["title"]
        for row in board["panels"]:
            for one in [row, *row.get("panels", [])]:
                titles |= {one["title"], one["title"].split(":")[0]}
    rules = (root / "dashboards/prometheus/tenggat.rules.yml").read_text(encoding="utf-8")
    known = titles | set(boards.values()) | set(re.findall(r"alert: (\w+)", rules)) | {
        "Ya", "Tim saya", "Dipegang"}  # a value, a part of the page /eskalasi, a column
    faults = []
    sections = re.split(r"(?m)^## ", (root / "dashboards/runbooks.md").read_text(encoding="utf-8"))[1:]
    for section in sections:
        name, text = section.split("\n", 1)
        if re.findall(r"(?m)^\*\*([\w ]+)\.\*\*", text) != PARTS:
            faults.append(f"{name}: its parts are {re.findall(r'(?m)^[*]{2}([^*]+)[*]{2}', text)}")
        plain = re.sub(r"\*\*[^*]+\*\*", "", re.sub(r"\s+", " ", text))
        for named in re.findall(ROW_OR_PANEL, plain):
            if named not in known:
                faults.append(f"{name}: nothing is called {named}")
        for uid in re.findall(r"/d/([a-z-]+)", text):
            if uid not in boards:
                faults.append(f"{name}: no dashboard has the address {uid}")
    for fault in faults:
        print(f"FAULT {fault}")
    print(f"runbooks: {len(sections)} sections, {len(faults)} faults")
    sys.exit(1 if faults or not sections else 0)


main()
