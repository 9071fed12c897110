"""Does the exhaustive search miss an equilibrium that searches from many starts find?

Run it from the project's folder::

    python -m tests.benchmarks.all_equilibria --games 500
"""

import time

import numpy as np
import pandas as pd

from curnits.analysis.solvers.coco import coco
from curnits.analysis.solvers.exhaustive.everywhere import solve
from curnits.sim.games.families import FAMILIES
from tests.benchmarks.report import report

STARTS = 8
SAME = 1e-5

KINDS = (
    ("random-uniform", {"shape": (2, 2, 2)}),
    ("random-normal", {"shape": (2, 2, 2)}),
    ("random-log-normal", {"shape": (2, 2, 2)}),
    ("random-integer", {"shape": (2, 2, 2), "high": 3}),
    ("random-covariant", {"shape": (2, 2, 2), "correlation": -0.4}),
    ("random-uniform", {"shape": (3, 2, 2)}),
    ("random-uniform", {"shape": (2, 3)}),
)


def measure(count: int, seed: int) -> pd.DataFrame:
    """Return one row a game: what was found, what else other starts found, and seconds."""
    rows = []
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        name, parameters = KINDS[k % len(KINDS)]
        game = FAMILIES[name](**parameters).build(rng)
        begin = time.perf_counter()
        solution = solve(game)
        seconds = time.perf_counter() - begin
        known = [found.payoffs for found in solution.equilibria]
        missed = 0
        for start in rng.dirichlet(np.ones(game.n), STARTS):
            for found in coco.solve(game, start=start / game.scales).equilibria:
                apart = [np.abs((found.payoffs - one) / game.scales).max() for one in known]
                missed += min(apart, default=1.0) > SAME
        rows.append(
            {
                "game": k,
                "kind": name,
                "players": game.n,
                "accepted": bool(known) and missed == 0,
                "complete": solution.complete,
                "equilibria": len(known),
                "missed": missed,
                "seconds": seconds,
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    report(
        __doc__,
        500,
        measure,
        complete=("complete", "sum"),
        several=("equilibria", lambda found: int((found > 1).sum())),
        missed=("missed", "sum"),
        median_seconds=("seconds", "median"),
        p99_seconds=("seconds", lambda s: s.quantile(0.99)),
    )
