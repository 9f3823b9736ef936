#!/usr/bin/env python3
"""What scikit-learn's HistGradientBoosting makes of the rows that the forecast learns from.

usage: forecast_peer.py ROWS TOLD
ROWS: number of the model, learn or tell, late, weight, columns. TOLD: a chance a line, for each row to tell.
"""
import os
import sys

os.environ["OMP_NUM_THREADS"] = "1"  # threads that wait for one another spin: beside other work that takes for ever

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier


def main() -> None:
    models: dict[str, dict[str, list[list[float]]]] = {}
    with open(sys.argv[1], encoding="ascii") as rows:
        for row in rows:
            model, kind, *numbers = row.split("\t")
            models.setdefault(model, {"learn": [], "tell": []})[kind].append([float(n) for n in numbers])
    with open(sys.argv[2], "w", encoding="ascii") as told:
        for model in models.values():
            learn, tell = numpy.array(model["learn"]), numpy.array(model["tell"])
            late = learn[:, 0] > 0
            if late.all() or not late.any():
                chances = numpy.full(len(tell), float(late[0]))
            else:
                # Small steps and leaves of twenty: with its defaults it does worse on so few files.
                peer = HistGradientBoostingClassifier(max_iter=60, learning_rate=0.05, random_state=0)
                peer.fit(learn[:, 2:], late, sample_weight=learn[:, 1])
                chances = peer.predict_proba(tell[:, 2:])[:, 1]
            told.writelines(f"{chance:.6f}\n" for chance in chances)


main()
