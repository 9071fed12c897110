"""How often, and how fast, the harsanyi solver finds an equilibrium that the verifier accepts.

Run it from the project's folder::

    python -m tests.benchmarks.harsanyi_solver --games 1000 --out solver.csv
"""

import sys
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.equilibrium.harsanyi import solve
from sim.games.game import Game, from_payoffs
from tests.benchmarks.report import report


def games(count: int, seed: int) -> Iterator[Game]:
    """Yield games of three and four players in turn, 2 or 3 actions each, payoffs uniform."""
    for k, child in enumerate(np.random.SeedSequence(seed).spawn(count)):
        rng = np.random.default_rng(child)
        n = 3 + k % 2
        yield from_payoffs(rng.random((n, *rng.integers(2, 4, size=n))))


def measure(count: int, seed: int) -> pd.DataFrame:
    """Return one row a game: its size, whether an answer was accepted, its figures, seconds."""
    rows = []
    for k, game in enumerate(games(count, seed)):
        begin = time.perf_counter()
        found = next(iter(solve(game).equilibria), None)
        row = {
            "game": k,
            "players": game.n,
            "outcomes": len(game.outcomes),
            "accepted": found is not None,
            "regret": found.residuals.regret if found else float("nan"),
            "split": found.residuals.split if found else float("nan"),
            "clearing": found.residuals.clearing if found else float("nan"),
            "disposal": found.residuals.delivery if found else float("nan"),
            "weights_off_one": max(np.nanmax(np.abs(c.weights - 1)) for c in found.coalitions)
            if found
            else float("nan"),
            "seconds": time.perf_counter() - begin,
        }
        rows.append(row)
        if found is None:
            print(row, file=sys.stderr, flush=True)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    report(
        __doc__,
        1000,
        measure,
        worst_regret=("regret", "max"),
        worst_split=("split", "max"),
        median_disposal=("disposal", "median"),
        median_weights_off_one=("weights_off_one", "median"),
        median_seconds=("seconds", "median"),
        slowest_seconds=("seconds", "max"),
    )
