"""How often, and how fast, the coco solver finds an equilibrium that the verifier accepts.

Run it from the project's folder::

    python -m tests.benchmarks.coco_solver --games 2000 --out solver.csv
"""

import sys
import time

import pandas as pd

from analysis.equilibrium.coco import solve
from tests.benchmarks.games import games
from tests.benchmarks.report import report


def measure(count: int, seed: int) -> pd.DataFrame:
    """Return one row a game: kind, size, whether an answer was accepted, residual, seconds."""
    rows = []
    for k, (kind, game) in enumerate(games(count, seed)):
        begin = time.perf_counter()
        solution = solve(game)
        seconds = time.perf_counter() - begin
        accepted = bool(solution.equilibria)
        found = solution.equilibria[0] if accepted else None
        rows.append(
            {
                "game": k,
                "kind": kind,
                "players": game.n,
                "outcomes": len(game.outcomes),
                "accepted": accepted,
                "zero_prices": int((found.candidate.prices == 0).sum()) if found else -1,
                "residual": max(
                    found.residuals.pareto,
                    found.residuals.support,
                    found.residuals.regret,
                    found.residuals.split,
                    found.residuals.clearing,
                )
                if found
                else float("nan"),
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
        with_zero_prices=("zero_prices", lambda z: int((z > 0).sum())),
        worst_residual=("residual", "max"),
        median_seconds=("seconds", "median"),
        p99_seconds=("seconds", lambda s: s.quantile(0.99)),
        slowest_seconds=("seconds", "max"),
    )
