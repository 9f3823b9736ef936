#!/usr/bin/env python3
"""Reads an event log as pm4py does, and compares how long visits took, step by step, with the views of the reports.

    sojourn.py LOG.xes KUNJUNGAN.csv
"""
import csv
import datetime
import math
import sys

import pm4py
from pm4py.objects.log.util import interval_lifecycle


def ours(path):
    """Seconds from opening to closing, by step."""
    spans = {}
    with open(path, encoding='utf-8-sig', newline='') as file:
        for row in csv.DictReader(file, delimiter=';'):
            if row['ditutup']:
                opened, closed = (datetime.datetime.fromisoformat(row[key]) for key in ('dibuka', 'ditutup'))
                spans.setdefault(row['langkah'], []).append((closed - opened).total_seconds())
    return spans


log = pm4py.convert_to_event_log(pm4py.read_xes(sys.argv[1]))
# What its versions call now the sojourn, now the service time of an activity: from start to completion.
theirs = pm4py.get_service_time(interval_lifecycle.to_interval(log), aggregation_measure='sum', start_timestamp_key='start_timestamp')
spans = ours(sys.argv[2])
faults = [f'{step}: pm4py has {theirs.get(step)}, the reports have {sum(all_)}'
          for step, all_ in spans.items() if not math.isclose(theirs.get(step, -1), sum(all_), rel_tol=1e-12, abs_tol=1e-6)]
faults += [f'{step}: only pm4py has it' for step in theirs if step not in spans]
working = sum(int(event['tenggat:working_seconds']) for trace in log for event in trace
              if not math.isnan(event.get('tenggat:working_seconds', math.nan)))
for fault in faults:
    print(fault)
print(f'{len(log)} cases, {sum(map(len, spans.values()))} visits of {len(spans)} steps, {working} working seconds')
sys.exit(1 if faults or not spans else 0)
