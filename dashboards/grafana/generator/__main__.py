"""Writes the dashboards that ship, one JSON file each.

   python3 dashboards/grafana/generator [--check]     --check: writes nothing, fails where a file differs
"""
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True

import ikhtisar
import mesin
import notifikasi
import peran
import semua_kantor
import tahapan

FOLDER = pathlib.Path(__file__).resolve().parent.parent


def with_ids(text, dashboards):
    """Links name a panel by its title; Grafana wants its id."""
    shown = [(board, one) for board in dashboards for row in board["panels"] for one in [row, *row.get("panels", [])]]
    ids = {f"{board['uid'].removeprefix('tenggat-')}/{one['title']}": one["id"] for board, one in shown if one["type"] != "row"}
    return re.sub(r"<([a-z]+/[^>]+)>", lambda found: str(ids[found.group(1)]), text)


def main():
    dashboards = [module.build() for module in (ikhtisar, tahapan, peran, notifikasi, mesin, semua_kantor)]
    stale = []
    for board in dashboards:
        text = with_ids(json.dumps(board, indent=1, ensure_ascii=False), dashboards) + "\n"
        path = FOLDER / f"{board['uid']}.json"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if "--check" in sys.argv and stale:
        sys.exit(f"not what the generator writes: {', '.join(stale)}")


main()
