"""How often, how exactly and how fast the coco solver finds an equilibrium that is accepted.

On so many games of all families, and on as many integer games whose payoffs carry noise.
Run it from the project's folder::

    python -m tests.benchmarks.coco_solver --games 2000 --out solver.csv
"""

import sys
import time
from itertools import chain

import pandas as pd

from curnits.analysis.solvers.coco.coco import EXACT, solve
from tests.benchmarks.games import games, near_ties
from tests.benchmarks.report import report


def measure(count: int, seed: int) -> pd.DataFrame:
    """Return one row a game: kind, size, whether an answer was accepted, residual, seconds."""
    rows = []
    for k, (kind, game) in enumerate(chain(games(count, seed), near_ties(count, seed))):
        begin = time.perf_counter()
        solution = solve(game)
        seconds = time.perf_counter() - begin
        accepted = bool(solution.equilibria)
        found = solution.equilibria[0] if accepted else None
        residual = (
            max(
                found.residuals.pareto,
                found.residuals.support,
                found.residuals.regret,
                found.residuals.split,
                found.residuals.clearing,
            )
            if found
            else float("nan")
        )
        rows.append(
            {
                "among": "all families" if k < count else "near ties",
                "game": k % count,
                "kind": kind,
                "players": game.n,
                "outcomes": len(game.outcomes),
                "accepted": accepted,
                "exact": residual <= EXACT,
                "zero_prices": int((found.candidate.prices == 0).sum()) if found else -1,
                "residual": residual,
                "seconds": seconds,
            }
        )
        if not accepted or seconds > 10:
            print(rows[-1], file=sys.stderr, flush=True)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    report(
        __doc__,
        2000,
        measure,
        by=("among", "players"),
        exact=("exact", "sum"),
        with_zero_prices=("zero_prices", lambda z: int((z > 0).sum())),
        worst_residual=("residual", "max"),
        median_seconds=("seconds", "median"),
        p99_seconds=("seconds", lambda s: s.quantile(0.99)),
        slowest_seconds=("seconds", "max"),
    )
