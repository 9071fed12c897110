"""How many answers are proved, in fractions or in intervals, and how fast.

Takes every game of the catalogue with its default concept, or another where it applies, and seeded
integer games of two and three players with 2 to 4 actions. Run it from the project's folder::

    python -m tests.benchmarks.certificates --games 200
    python -m tests.benchmarks.certificates --games 200 --concept harsanyi
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd

from curnits.analysis.certificates.certificate import Exact
from curnits.analysis.certificates.proving.prove import UncertifiedError
from curnits.analysis.concepts import ConceptError, default_concept, solve
from curnits.analysis.concepts.proofs import certify, why_unproved
from curnits.analysis.solvers.bargaining import DisagreementError
from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load


def integer_games(count: int, seed: int) -> Iterator[tuple[str, Game]]:
    """Yield games of two and three players in turn, payoffs from 0 to at most 9."""
    for k, child in enumerate(np.random.SeedSequence(seed).spawn(count)):
        rng = np.random.default_rng(child)
        n = 2 + k % 2
        payoffs = rng.integers(0, rng.integers(2, 11), size=(n, *rng.integers(2, 5, size=n)))
        yield f"{n} players", from_payoffs(payoffs)


def measure(games: Iterator[tuple[str, Game]], wanted: str | None) -> pd.DataFrame:
    """Return one row an answer: how it is proved or why not, and the seconds that took."""
    rows = []
    for kind, game in games:
        concept = wanted or default_concept(game)
        try:
            answer = solve(game, concept)
        except (ConceptError, DisagreementError):  # it does not apply
            continue
        for found in answer.equilibria or (None,):
            begin = time.perf_counter()
            reason = ""
            if found is None:
                proof = "not solved"
            else:
                try:
                    certificate = certify(game, concept, found, answer.disagreement)
                except UncertifiedError as error:
                    proof, reason = "not proved", str(error)
                else:
                    assert not why_unproved(game, concept, certificate)
                    proof = "fractions" if isinstance(certificate, Exact) else "intervals"
            seconds = time.perf_counter() - begin
            rows.append(
                {
                    "games": kind,
                    "title": game.title,
                    "proof": proof,
                    "reason": reason,
                    "seconds": seconds,
                }
            )
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--concept", help="by default that of each game")
    parser.add_argument("--out", help="write one row an answer to this CSV file")
    options = parser.parse_args()
    entries = (("catalogue", load(path).build()) for path in catalogue().values())
    drawn = integer_games(options.games, options.seed)
    table = pd.concat([measure(games, options.concept) for games in (entries, drawn)])
    if options.out:
        table.to_csv(options.out, index=False)
    counts = pd.crosstab(table["games"], table["proof"])
    print(counts.to_string())
    for row in table[table["proof"] == "not proved"].itertuples():
        print(f"{row.games}, {row.title or 'untitled'}: {row.reason}")
    print(f"median {table['seconds'].median():.3f} s, slowest {table['seconds'].max():.2f} s")


if __name__ == "__main__":
    main()
