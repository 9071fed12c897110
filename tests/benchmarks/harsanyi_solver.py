"""How often, and how fast, the harsanyi solver finds an equilibrium that the verifier accepts.

Run it from the project's folder, for one family of games after the other::

    python -m tests.benchmarks.harsanyi_solver --games 1000 --out solver.csv
    python -m tests.benchmarks.harsanyi_solver --family uneven
    python -m tests.benchmarks.harsanyi_solver --family near-tied
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from curnits.analysis.solvers.harsanyi.harsanyi import solve
from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs
from tests.benchmarks.report import report


def _plain(rng: np.random.Generator, k: int) -> Game:
    """Return a game of three or four players, 2 or 3 actions each, payoffs uniform."""
    n = 3 + k % 2
    return from_payoffs(rng.random((n, *rng.integers(2, 4, size=n))))


def _uneven(rng: np.random.Generator, k: int) -> Game:
    """Return a game of two to four players, 1 to 3 actions each, payoffs of three kinds in turn."""
    n = 2 + k % 3
    size = (n, *rng.integers(1, 4, size=n))
    kind = k // 3 % 3
    if kind == 1:
        return from_payoffs(rng.integers(0, int(rng.integers(2, 7)), size=size).astype(float))
    return from_payoffs(rng.lognormal(size=size) if kind else rng.normal(size=size))


def _near_tied(rng: np.random.Generator, k: int) -> Game:
    """Return a game with payoffs 0, 1 and 2 but for noise of 1e-6 to 1e-13, as :func:`_uneven`."""
    n = 2 + k % 3
    payoffs = rng.integers(0, 3, size=(n, *rng.integers(1, 4, size=n))).astype(float)
    noise = 10.0 ** -int(rng.integers(6, 14))
    return from_payoffs(payoffs + noise * rng.normal(size=payoffs.shape))


FAMILIES: Mapping[str, Callable[[np.random.Generator, int], Game]] = {
    "plain": _plain,
    "uneven": _uneven,
    "near-tied": _near_tied,
}


def games(family: str, count: int, seed: int) -> Iterator[Game]:
    """Yield seeded games of a family."""
    for k, child in enumerate(np.random.SeedSequence(seed).spawn(count)):
        yield FAMILIES[family](np.random.default_rng(child), k)


def measure(family: str, count: int, seed: int) -> pd.DataFrame:
    """Return one row a game: its size, whether an answer was accepted, its figures, seconds."""
    rows = []
    for k, game in enumerate(games(family, count, seed)):
        begin = time.perf_counter()
        found = next(iter(solve(game).equilibria), None)
        row = {
            "game": k,
            "players": game.n,
            "outcomes": len(game.outcomes),
            "accepted": found is not None,
            "zero_prices": int((found.candidate.prices == 0).sum()) if found else -1,
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
    choice = argparse.ArgumentParser(add_help=False)
    choice.add_argument("--family", choices=FAMILIES, default="plain")
    chosen, sys.argv[1:] = choice.parse_known_args()
    report(
        __doc__,
        1000,
        lambda count, seed: measure(chosen.family, count, seed),
        with_zero_prices=("zero_prices", lambda z: int((z > 0).sum())),
        worst_regret=("regret", "max"),
        worst_split=("split", "max"),
        worst_clearing=("clearing", "max"),
        median_disposal=("disposal", "median"),
        median_weights_off_one=("weights_off_one", "median"),
        median_seconds=("seconds", "median"),
        slowest_seconds=("seconds", "max"),
    )
