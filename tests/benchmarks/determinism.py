"""Whether the coco solver's first answer follows from the game alone.

Every benchmark game is solved as it is, with payoffs off by a relative 1e-14, with its players and
actions in another order, with an action listed twice, and by other processes with other kernels and
threads of the linear algebra. Two answers agree if payoffs do within 1e-7 of payoff range.
Run it from the project's folder::

    python -m tests.benchmarks.determinism --games 2000 --out determinism.csv
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from curnits.analysis.solvers.coco.coco import solve
from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs
from tests.benchmarks.games import games

AGREE = 1e-7
"""Largest difference of payoffs, a share of payoff range, between answers that agree."""

PROCESSES = {
    "Haswell, 1 thread": {"OPENBLAS_CORETYPE": "Haswell", "OMP_NUM_THREADS": "1"},
    "Nehalem, 1 thread": {"OPENBLAS_CORETYPE": "Nehalem", "OMP_NUM_THREADS": "1"},
    "any kernel, 2 threads": {"OMP_NUM_THREADS": "2"},
}

type Answer = np.ndarray
type Rng = np.random.Generator


def answer(game: Game) -> Answer:
    """Return the payoffs of the first answer in shares of payoff range; NaN if there is none."""
    found = solve(game).equilibria
    return (found[0].payoffs - game.low) / game.scales if found else np.full(game.n, np.nan)


def perturbed(game: Game, rng: Rng) -> Answer:
    """Answer the game with payoffs off by a relative 1e-14, those that do not vary left alone."""
    varying = (game.ranges > 0).reshape(-1, *[1] * game.n)
    noise = 1e-14 * varying * rng.normal(size=game.payoffs.shape)
    return answer(from_payoffs(game.payoffs * (1 + noise)))


def relabelled(game: Game, rng: Rng) -> Answer:
    """Answer the game with players in another order, in the order of the game itself."""
    order = rng.permutation(game.n)
    payoffs = np.transpose(game.payoffs[order], (0, *(1 + order)))
    return answer(from_payoffs(payoffs))[np.argsort(order)]


def reordered(game: Game, rng: Rng) -> Answer:
    """Answer the game with everybody's actions in another order."""
    payoffs = game.payoffs
    for axis, count in enumerate(game.shape, start=1):
        payoffs = np.take(payoffs, rng.permutation(count), axis=axis)
    return answer(from_payoffs(payoffs))


def duplicated(game: Game, rng: Rng) -> Answer:
    """Answer the game with an action of somebody listed twice."""
    player = int(rng.integers(game.n))
    chosen = np.append(np.arange(game.shape[player]), rng.integers(game.shape[player]))
    return answer(from_payoffs(np.take(game.payoffs, chosen, axis=1 + player)))


VARIANTS: dict[str, Callable[[Game, Rng], Answer]] = {
    "perturbed": perturbed,
    "players relabelled": relabelled,
    "actions reordered": reordered,
    "action duplicated": duplicated,
}


def agree(first: Answer, second: Answer) -> bool:
    """Tell whether two answers are the same up to :data:`AGREE`, or both are missing."""
    return bool(np.allclose(first, second, rtol=0.0, atol=AGREE, equal_nan=True))


def measure(count: int, seed: int) -> pd.DataFrame:
    """Return one row a game: what it is, and whether each variant has the same first answer."""
    rows = []
    for k, (kind, game) in enumerate(games(count, seed)):
        rng = np.random.default_rng([seed, k])
        first = answer(game)
        same = {name: agree(first, vary(game, rng)) for name, vary in VARIANTS.items()}
        rows.append({"game": k, "kind": kind, "players": game.n, **same})
    return pd.DataFrame(rows)


def answers(count: int, seed: int) -> list[Answer]:
    """Return the first answer of every benchmark game."""
    return [answer(game) for _, game in games(count, seed)]


def elsewhere(count: int, seed: int, environment: dict[str, str]) -> list[Answer]:
    """Return the same answers, from another process with its own environment."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "answers.csv"
        command = [sys.executable, "-m", __spec__.name if __spec__ else __name__]
        subprocess.run(
            [*command, "--games", str(count), "--seed", str(seed), "--answers", str(target)],
            env={**os.environ, **environment},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return [np.array(line.split(","), dtype=float) for line in target.read_text().splitlines()]


def main() -> None:
    """Measure some seeded games and print the shares that agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--games", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--out", help="write one row a game to this CSV file")
    parser.add_argument("--answers", type=Path, help="write only the first answers to this file")
    options = parser.parse_args()
    if options.answers:
        found = answers(options.games, options.seed)
        lines = [",".join(repr(float(payoff)) for payoff in one) for one in found]
        options.answers.write_text("\n".join(lines) + "\n")
        return
    table = measure(options.games, options.seed)
    here = answers(options.games, options.seed)
    for name, environment in PROCESSES.items():
        there = elsewhere(options.games, options.seed, environment)
        table[name] = [agree(*pair) for pair in zip(here, there, strict=True)]
    if options.out:
        table.to_csv(options.out, index=False)
    for name in [*VARIANTS, *PROCESSES]:
        apart = table.loc[~table[name], ["game", "kind"]]
        print(f"{name}: {len(table) - len(apart)} of {len(table)} agree", flush=True)
        for number, kind in apart.itertuples(index=False):
            print(f"    game {number}, {kind}")


if __name__ == "__main__":
    main()
